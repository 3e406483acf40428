//! Files that hetong's own records name, a manifest or a ledger. Whoever can write to such a record can write any name
//! into it: a name is taken only if it stays in its folder, and what stands there is read only if it is a plain file, and
//! no further than it may be long. A link is none, whatever it leads to.
//!
//! May use: nothing else of hetong.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read};
use std::path::Path;

use thiserror::Error;

/// A manifest of the largest contract has half a megabyte.
pub const MAX_MANIFEST_BYTES: u64 = 50_000_000;
/// PDFs and workbooks have a few megabytes at the most.
pub const MAX_OUTPUT_BYTES: u64 = 200_000_000;
/// What file systems take.
const MOST_BYTES: usize = 255;
/// Names that mean a device on Windows, with any extension.
const DEVICES: [&str; 6] = ["CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$"];

/// Why a name, or what stands there, is not taken: words that follow the name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum Unfit {
    /// Absolute, or with `..` in it, or with a separator where there must be none.
    #[error("不是这个文件夹里的文件名（不能是绝对路径，不能有 .. 或多余的分隔符）")]
    Leaves,
    /// Not a name on every system.
    #[error("不能用作文件名（有不能用的字符，或是系统保留的名字）")]
    Misnamed,
    /// A link, a pipe, a device or a folder.
    #[error("不是普通文件（是链接、管道、设备或文件夹），没有读取")]
    NotPlain,
    /// Longer than it may be.
    #[error("超过上限 {0} 字节，没有读取")]
    TooLarge(u64),
}

impl From<Unfit> for io::Error {
    fn from(unfit: Unfit) -> Self {
        let kind = match unfit {
            Unfit::Leaves | Unfit::Misnamed => io::ErrorKind::InvalidFilename,
            Unfit::NotPlain => io::ErrorKind::Unsupported,
            Unfit::TooLarge(_) => io::ErrorKind::FileTooLarge,
        };
        Self::new(kind, unfit)
    }
}

/// That a name is that of a file right in its folder.
///
/// # Errors
/// Why not.
pub fn file_name(name: &str) -> Result<(), Unfit> {
    if name.contains('/') { Err(Unfit::Leaves) } else { contained(name) }
}

/// That a name is that of a file in its folder, or in a folder of it: `历次版本/附件3.pdf`.
///
/// # Errors
/// Why not.
pub fn contained(name: &str) -> Result<(), Unfit> {
    if name.contains(['\\', '\0']) || name.get(1..2) == Some(":") {
        return Err(Unfit::Leaves);
    }
    name.split('/').try_for_each(component)
}

fn component(name: &str) -> Result<(), Unfit> {
    if matches!(name, "" | "." | "..") {
        return Err(Unfit::Leaves);
    }
    let stem = name.split('.').next().unwrap_or_default().trim_end().to_uppercase();
    let numbered = |port: &str| {
        stem.strip_prefix(port).is_some_and(|rest| rest.chars().count() == 1 && !rest.starts_with(['/', '.']))
    };
    let reserved = DEVICES.contains(&stem.as_str()) || ["COM", "LPT"].into_iter().any(numbered);
    let unusable = |c: char| c.is_control() || r#":*?"<>|"#.contains(c);
    if reserved || name.contains(unusable) || name.ends_with(['.', ' ']) || name.len() > MOST_BYTES {
        return Err(Unfit::Misnamed);
    }
    Ok(())
}

/// Reads a file that a record names, below `folder`.
///
/// # Errors
/// If the name leads elsewhere, or what stands there, or a folder on the way, is not what it must be.
pub fn read(folder: &Path, name: &str, limit: u64) -> io::Result<Vec<u8>> {
    contained(name)?;
    let mut path = folder.to_path_buf();
    let mut parts = name.split('/').peekable();
    while let Some(part) = parts.next() {
        path.push(part);
        // The last one is looked at when it is opened.
        if parts.peek().is_some() && !fs::symlink_metadata(&path)?.is_dir() {
            return Err(Unfit::NotPlain.into());
        }
    }
    read_at(&path, limit)
}

/// Reads a file that was found, not named: nothing but a plain one.
///
/// # Errors
/// If it is none, or cannot be read.
pub fn read_at(path: &Path, limit: u64) -> io::Result<Vec<u8>> {
    // A link is not even opened where it cannot be opened as what it is.
    if !fs::symlink_metadata(path)?.is_file() {
        return Err(Unfit::NotPlain.into());
    }
    let file = open(path)?;
    let found = file.metadata()?;
    if !found.is_file() {
        return Err(Unfit::NotPlain.into());
    }
    let mut bytes = Vec::new();
    // The limit holds for what is read, too: a file may grow while we read.
    file.take(limit.saturating_add(1)).read_to_end(&mut bytes)?;
    if found.len() > limit || bytes.len() as u64 > limit {
        return Err(Unfit::TooLarge(limit).into());
    }
    Ok(bytes)
}

/// Never through a link, and never waiting for the other end of a pipe, even if it took the file's place just now.
#[cfg(any(target_os = "linux", target_os = "macos"))]
fn open(path: &Path) -> io::Result<File> {
    use rustix::fs::OFlags;
    use std::os::unix::fs::OpenOptionsExt;
    let flags = (OFlags::NOFOLLOW | OFlags::NONBLOCK).bits().cast_signed();
    OpenOptions::new().read(true).custom_flags(flags).open(path)
}
#[cfg(not(any(target_os = "linux", target_os = "macos")))]
fn open(path: &Path) -> io::Result<File> {
    OpenOptions::new().read(true).open(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_leave_or_mean_something_else_are_refused() {
        for name in ["结算单-2026-03-DD-1.pdf", "a", ".a", "CONTRACT.pdf", "COM10.pdf", "合同 A.b.pdf", "a…"]
        {
            assert_eq!(file_name(name), Ok(()), "{name}");
        }
        assert_eq!(contained("历次版本/附件3-报价表（签订时）.pdf"), Ok(()));
        assert_eq!(file_name("历次版本/附件3.pdf"), Err(Unfit::Leaves));
        for name in ["", ".", "..", "../a", "/a", "a/../b", "a//b", "./a", "a/", "C:a", "a\\b", "a\0b"] {
            assert_eq!(contained(name), Err(Unfit::Leaves), "{name:?}");
        }
        let long = "长".repeat(86);
        for name in
            ["CON", "nul.pdf", "x/Aux.a.pdf", "com1", "LPT².pdf", "a.", "a ", "ab:c", "a\nb", "a?", &long]
        {
            assert_eq!(contained(name), Err(Unfit::Misnamed), "{name:?}");
        }
    }

    #[test]
    fn only_plain_files_are_read_and_only_so_far() {
        let outer = tempfile::tempdir().unwrap();
        let folder = outer.path().join("输出");
        fs::create_dir_all(folder.join("历次版本")).unwrap();
        fs::write(outer.path().join("secret"), "x").unwrap();
        fs::write(folder.join("历次版本/a"), "1234").unwrap();
        assert_eq!(read(&folder, "历次版本/a", 4).unwrap(), b"1234");
        let unfit = |name: &str| {
            let error = read(&folder, name, 3).unwrap_err();
            error.get_ref().and_then(|inner| inner.downcast_ref::<Unfit>()).copied()
        };
        assert_eq!(unfit("历次版本/a"), Some(Unfit::TooLarge(3)));
        assert_eq!(unfit("历次版本"), Some(Unfit::NotPlain));
        assert_eq!(unfit("../secret"), Some(Unfit::Leaves));
        assert_eq!(read(&folder, "none", 3).unwrap_err().kind(), io::ErrorKind::NotFound);
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn links_pipes_and_devices_are_not_read() {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path();
        fs::write(folder.join("a"), "1").unwrap();
        fs::create_dir(folder.join("内")).unwrap();
        fs::write(folder.join("内/a"), "1").unwrap();
        for (name, leads_to) in [("link", "a"), ("zero", "/dev/zero"), ("loop", "loop"), ("外", "内")] {
            std::os::unix::fs::symlink(leads_to, folder.join(name)).unwrap();
        }
        rustix::fs::mknodat(
            rustix::fs::CWD,
            folder.join("pipe"),
            rustix::fs::FileType::Fifo,
            rustix::fs::Mode::RWXU,
            0,
        )
        .unwrap();
        for name in ["link", "zero", "loop", "pipe", "外/a"] {
            let error = read(folder, name, 10).unwrap_err();
            assert_eq!(error.kind(), io::ErrorKind::Unsupported, "{name}: {error}");
        }
        // Opened all the same, it neither waits nor follows.
        assert!(!open(&folder.join("pipe")).unwrap().metadata().unwrap().is_file());
        assert!(open(&folder.join("zero")).is_err());
    }
}
