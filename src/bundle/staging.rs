//! The folder in which new output is prepared, `.hetong-暂存-xxxxxx` beside its target: locked while a process uses it, so
//! that what a killed process left behind can be told from what is in use, and is cleared away by the next run.
//!
//! May use: nothing else of hetong.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{LazyLock, Mutex};

use tempfile::TempDir;

/// What their names begin with; six letters and digits follow.
const PREFIX: &str = ".hetong-暂存-";
const RANDOM: usize = 6;

/// Such a folder. Dropped, it is removed with all that is in it.
#[derive(Debug)]
pub struct StageFolder {
    folder: TempDir,
    /// Holds the lock, where folders can be locked.
    _in_use: Option<File>,
}

impl StageFolder {
    /// A new one in `parent`, which is cleared of those that nobody uses any more.
    pub fn new_in(parent: &Path) -> io::Result<Self> {
        clear_leftovers(parent);
        loop {
            let folder = tempfile::Builder::new().prefix(PREFIX).rand_bytes(RANDOM).tempdir_in(parent)?;
            let in_use = claim(folder.path());
            // Between its making and its locking another process may have taken it for a leftover.
            if folder.path().is_dir() {
                return Ok(Self { folder, _in_use: in_use });
            }
        }
    }

    pub fn path(&self) -> &Path {
        self.folder.path()
    }
}

/// Marks a folder of our own as in use: whoever has it wants to remove it, and will soon be done. None where folders
/// cannot be locked.
fn claim(folder: &Path) -> Option<File> {
    let file = File::open(folder).ok()?;
    file.lock().ok()?;
    Some(file)
}

/// Marks a folder as in use until the file is closed. None where it is marked already, or folders cannot be locked.
#[cfg(unix)]
pub fn in_use(folder: &Path) -> Option<File> {
    let file = File::open(folder).ok()?;
    file.try_lock().ok()?;
    Some(file)
}
#[cfg(not(unix))]
pub fn in_use(_: &Path) -> Option<File> {
    None
}

/// Clears a folder of what killed processes left in it. Leftovers are of earlier runs: one look is enough for a run.
pub fn clear_leftovers(parent: &Path) {
    static CLEARED: LazyLock<Mutex<BTreeSet<PathBuf>>> = LazyLock::new(Mutex::default);
    let parent = parent.canonicalize().unwrap_or_else(|_| parent.to_path_buf());
    let is_new = CLEARED.lock().is_ok_and(|mut cleared| cleared.insert(parent.clone()));
    if is_new {
        clear(&parent);
    }
}

/// Removes what a killed process left in `parent`. What cannot be removed stays: it does no harm.
fn clear(parent: &Path) {
    for entry in fs::read_dir(parent).into_iter().flatten().filter_map(Result::ok) {
        let is_folder = entry.file_type().is_ok_and(|kind| kind.is_dir());
        if is_folder && is_ours(&entry.file_name().to_string_lossy()) {
            // Locked while it is removed: who has made it but not locked it yet then finds it gone.
            if let Some(_mine) = in_use(&entry.path()) {
                let _ = fs::remove_dir_all(entry.path());
            }
        }
    }
}

fn is_ours(name: &str) -> bool {
    let random = name.strip_prefix(PREFIX).unwrap_or_default();
    random.len() == RANDOM && random.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn what_nobody_uses_is_cleared_away_and_what_is_in_use_stays() {
        let parent = tempfile::tempdir().unwrap();
        let used = StageFolder::new_in(parent.path()).unwrap();
        for name in [".hetong-暂存-aB3dE6", ".hetong-暂存-000000"] {
            fs::create_dir_all(parent.path().join(name).join("内")).unwrap();
            fs::write(parent.path().join(name).join("内/a.pdf"), "x").unwrap();
        }
        // Not ours, although it looks like it.
        fs::create_dir(parent.path().join(".hetong-样式a1")).unwrap();
        fs::create_dir(parent.path().join(".hetong-暂存-packs")).unwrap();
        fs::write(parent.path().join(".hetong-暂存-aaaaaa"), "a file").unwrap();
        clear(parent.path());
        let mut left: Vec<String> = fs::read_dir(parent.path())
            .unwrap()
            .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
            .collect();
        left.sort();
        let own = used.path().file_name().unwrap().to_string_lossy().into_owned();
        let mut expected =
            vec![".hetong-暂存-aaaaaa".to_owned(), ".hetong-暂存-packs".into(), ".hetong-样式a1".into(), own];
        expected.sort();
        assert_eq!(left, expected);
        drop(used);
        assert_eq!(fs::read_dir(parent.path()).unwrap().count(), 3);
    }

    #[test]
    fn makers_and_clearers_do_not_get_in_each_others_way() {
        let parent = tempfile::tempdir().unwrap();
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    for _ in 0..200 {
                        let folder = StageFolder::new_in(parent.path()).unwrap();
                        fs::write(folder.path().join("a"), "a").unwrap();
                        clear(parent.path());
                        assert_eq!(fs::read(folder.path().join("a")).unwrap(), b"a");
                    }
                });
            }
        });
        assert_eq!(fs::read_dir(parent.path()).unwrap().count(), 0);
    }
}
