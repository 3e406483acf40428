//! Where the pictures of what differs are put: a folder of this run, made when the first one comes.
//!
//! May use: nothing else of hetong.

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

/// How the folder's name begins; a number follows that no earlier run has taken.
const FOLDER: &str = "核对-";
/// Runs that leave pictures in one place.
const MOST: usize = 10_000;

/// The folder of a run.
#[derive(Debug)]
pub struct Gallery {
    parent: PathBuf,
    made: Mutex<Option<PathBuf>>,
}

impl Gallery {
    /// In this folder, which need not be there.
    pub fn new(parent: &Path) -> Self {
        Self { parent: parent.to_path_buf(), made: Mutex::default() }
    }

    /// Puts a picture under a name of its own; where it is.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn hang(&self, name: &str, png: &[u8]) -> io::Result<PathBuf> {
        let folder = self.folder()?;
        let name: String =
            name.chars().map(|c| if c.is_control() || "/\\:*?\"<>|".contains(c) { '-' } else { c }).collect();
        for number in 1..MOST {
            let more = if number == 1 { String::new() } else { format!("（{number}）") };
            let path = folder.join(format!("{name}{more}.png"));
            match OpenOptions::new().write(true).create_new(true).open(&path) {
                Ok(mut file) => return file.write_all(png).map(|()| path),
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                Err(error) => return Err(error),
            }
        }
        Err(io::ErrorKind::AlreadyExists.into())
    }

    fn folder(&self) -> io::Result<PathBuf> {
        let mut made = self.made.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(folder) = &*made {
            return Ok(folder.clone());
        }
        fs::create_dir_all(&self.parent)?;
        for number in 1..MOST {
            let folder = self.parent.join(format!("{FOLDER}{number}"));
            match fs::create_dir(&folder) {
                Ok(()) => {
                    *made = Some(folder.clone());
                    return Ok(folder);
                }
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                Err(error) => return Err(error),
            }
        }
        Err(io::ErrorKind::AlreadyExists.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_made_before_it_is_needed_and_nothing_is_overwritten() {
        let outer = tempfile::tempdir().unwrap();
        let parent = outer.path().join("output");
        let first = Gallery::new(&parent);
        assert!(!parent.exists());
        let one = first.hang("历次版本/附件3", b"1").unwrap();
        let two = first.hang("历次版本/附件3", b"2").unwrap();
        assert_eq!(one, parent.join("核对-1/历次版本-附件3.png"));
        assert_eq!(fs::read(&one).unwrap(), b"1");
        assert_eq!(fs::read(two).unwrap(), b"2");
        assert_eq!(Gallery::new(&parent).hang("a", b"3").unwrap(), parent.join("核对-2/a.png"));
    }
}
