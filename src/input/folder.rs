//! The case folder: the only place hetong reads from. A path that leaves it, by `..` or by a symbolic link, is
//! refused; so is what is not a plain file, or is too large.
//!
//! May use: `diagnostics`, `model::fault`, `input::plain`.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fs;
use std::io::{self, Read};
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

use sha2::{Digest, Sha256};

use super::plain::Unfit;
use crate::diagnostics::{FileName, Origin, Sources};
use crate::model::fault::{Fault, FaultKind};

/// YAML files are typed by hand; nobody types a megabyte.
pub const MAX_YAML_BYTES: u64 = 1_000_000;
/// Suppliers' workbooks.
pub const MAX_WORKBOOK_BYTES: u64 = 20_000_000;

/// A file that was read, for the manifest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InputFile {
    /// Relative to the case folder.
    pub name: FileName,
    /// Size in bytes.
    pub bytes: u64,
    /// SHA-256, hex.
    pub sha256: String,
}

/// A case folder that is open for reading.
#[derive(Debug)]
pub struct CaseFolder {
    root: PathBuf,
    read: RefCell<BTreeMap<FileName, InputFile>>,
    sources: RefCell<Sources>,
}

impl CaseFolder {
    /// Opens a folder.
    ///
    /// # Errors
    /// If the folder is not there or may not be entered.
    pub fn open(folder: &Path) -> io::Result<Self> {
        let root = folder.canonicalize()?;
        Ok(Self { root, read: RefCell::default(), sources: RefCell::default() })
    }

    /// The folder's own name; control characters in it, which a line of a report or a file's name can't hold, as �.
    pub fn name(&self) -> String {
        let harmless = |name: &OsStr| name.to_string_lossy().replace(char::is_control, "\u{fffd}");
        self.root.file_name().map_or_else(|| "案卷".into(), harmless)
    }

    /// Where the folder is, however it was named.
    pub fn place(&self) -> &Path {
        &self.root
    }

    /// Reads a file named in `origin` (or in nothing, for 合同.yaml itself); faults point there.
    pub fn bytes(&self, path: &str, limit: u64, origin: &Origin) -> Result<Vec<u8>, Box<Fault>> {
        let bytes = self.own_record(path, limit, origin)?;
        self.remember(path, &bytes);
        Ok(bytes)
    }

    /// The same for a file that is no input but hetong's own record: it is not listed among what was read, since it
    /// grows with what hetong does.
    pub fn own_record(&self, path: &str, limit: u64, origin: &Origin) -> Result<Vec<u8>, Box<Fault>> {
        let full = self.resolve(path, origin)?;
        let fault = |kind| Box::new(Fault::new(kind, origin.clone()));
        let unreadable = |why: String| fault(FaultKind::Unreadable { why });
        let file = fs::File::open(&full).map_err(|e| unreadable(format!("“{path}”{}", explain(&e))))?;
        let metadata = file.metadata().map_err(|e| unreadable(format!("“{path}”{}", explain(&e))))?;
        if metadata.len() > limit {
            return Err(fault(FaultKind::TooLarge {
                found: format!("“{path}”有 {} 字节", metadata.len()),
                limit: format!("{limit} 字节"),
            }));
        }
        let mut bytes = Vec::new();
        // The limit holds for what is read, too: a file may grow while we read.
        file.take(limit)
            .read_to_end(&mut bytes)
            .map_err(|e| unreadable(format!("“{path}”{}", explain(&e))))?;
        Ok(bytes)
    }

    /// Whether there is anything of this name.
    pub fn has(&self, path: &str) -> bool {
        // What cannot be looked at may be there: only a clear no is a no.
        let looked = self.root.join(path).symlink_metadata();
        !looked.is_err_and(|error| error.kind() == io::ErrorKind::NotFound)
    }

    /// Keeps a text for showing findings that point into it.
    pub fn show(&self, path: &str, text: &str) {
        self.sources.borrow_mut().insert(path.into(), text.into());
    }

    /// Reads a text file in UTF-8, with or without a byte order mark, and keeps it for showing findings.
    pub fn text(&self, path: &str, limit: u64, origin: &Origin) -> Result<Arc<str>, Box<Fault>> {
        let bytes = self.bytes(path, limit, origin)?;
        let text = String::from_utf8(bytes).map_err(|_| {
            let why = format!("“{path}”不是 UTF-8 编码，请在编辑器里“另存为 UTF-8”");
            Box::new(Fault::new(FaultKind::Unreadable { why }, origin.clone()))
        })?;
        let text: Arc<str> = text.strip_prefix('\u{feff}').unwrap_or(&text).into();
        self.sources.borrow_mut().insert(path.into(), text.clone());
        Ok(text)
    }

    /// The files of a folder of the case with one of these extensions, by name, as paths from the case folder.
    /// Hidden ones and what Office leaves beside an open file are passed over; a folder that is not there has none.
    pub fn files(&self, within: &str, extensions: &[&str], faults: &mut Vec<Fault>) -> Vec<String> {
        let mut names = self.names(within, faults, |kind| kind.is_file() || kind.is_symlink());
        names.retain(|name| {
            let extension = name.rsplit_once('.').map(|(_, extension)| extension);
            extension.is_some_and(|found| extensions.iter().any(|known| found.eq_ignore_ascii_case(known)))
        });
        names.into_iter().map(|name| format!("{within}/{name}")).collect()
    }

    /// The names of the folders in a folder of the case, in order.
    pub fn folders(&self, within: &str, faults: &mut Vec<Fault>) -> Vec<String> {
        self.names(within, faults, fs::FileType::is_dir)
    }

    /// The names in a folder of the case that are symbolic links to folders, in order. They are not gone into.
    pub fn linked_folders(&self, within: &str) -> Vec<String> {
        let mut names = self.names(within, &mut Vec::new(), fs::FileType::is_symlink);
        names.retain(|name| fs::metadata(self.root.join(within).join(name)).is_ok_and(|at| at.is_dir()));
        names
    }

    fn names(&self, within: &str, faults: &mut Vec<Fault>, wanted: fn(&fs::FileType) -> bool) -> Vec<String> {
        let read = || -> io::Result<Vec<String>> {
            let mut names = Vec::new();
            for entry in fs::read_dir(self.root.join(within))? {
                let entry = entry?;
                let name = entry.file_name().to_string_lossy().into_owned();
                if !name.starts_with(['.', '~']) && wanted(&entry.file_type()?) {
                    names.push(name);
                }
            }
            names.sort();
            Ok(names)
        };
        read().unwrap_or_else(|error| {
            if error.kind() != io::ErrorKind::NotFound {
                let why = format!("“{within}”{}", explain(&error));
                faults.push(Fault::new(FaultKind::Unreadable { why }, Origin::File(within.into())));
            }
            Vec::new()
        })
    }

    /// What was read so far, by name, and the texts among it.
    pub fn into_inputs(self) -> (Vec<InputFile>, Sources) {
        (self.read.into_inner().into_values().collect(), self.sources.into_inner())
    }

    fn remember(&self, path: &str, bytes: &[u8]) {
        let name: FileName = path.into();
        let file = InputFile { name: name.clone(), bytes: bytes.len() as u64, sha256: sha256_hex(bytes) };
        self.read.borrow_mut().insert(name, file);
    }

    fn resolve(&self, path: &str, origin: &Origin) -> Result<PathBuf, Box<Fault>> {
        let fault = |kind| Box::new(Fault::new(kind, origin.clone()));
        let outside = || fault(FaultKind::OutsideCase { path: path.into() });
        let unreadable = |why: String| fault(FaultKind::Unreadable { why });
        // A Windows path is no relative path on any system.
        if path.contains(['\\', '\0']) || path.get(1..2) == Some(":") {
            return Err(outside());
        }
        let relative = Path::new(path);
        if !relative.components().all(|part| matches!(part, Component::Normal(_) | Component::CurDir)) {
            return Err(outside());
        }
        let full = self.root.join(relative);
        let real = full.canonicalize().map_err(|e| unreadable(format!("“{path}”{}", explain(&e))))?;
        if !real.starts_with(&self.root) {
            return Err(outside());
        }
        // Opening a pipe or a device could wait for ever.
        match fs::metadata(&real) {
            Ok(metadata) if metadata.is_file() => Ok(real),
            Ok(_) => Err(unreadable(format!("“{path}”不是文件"))),
            Err(e) => Err(unreadable(format!("“{path}”{}", explain(&e)))),
        }
    }
}

/// SHA-256 in hex.
pub fn sha256_hex(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Why a file could not be read or written, in words that follow its name.
pub fn explain(error: &io::Error) -> String {
    if let Some(unfit) = error.get_ref().and_then(|inner| inner.downcast_ref::<Unfit>()) {
        return unfit.to_string();
    }
    match error.kind() {
        io::ErrorKind::NotFound => "不存在".into(),
        io::ErrorKind::PermissionDenied => "没有权限".into(),
        io::ErrorKind::NotADirectory | io::ErrorKind::AlreadyExists => {
            "路径上有一个是文件，不是文件夹".into()
        }
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => "磁盘满了".into(),
        io::ErrorKind::FileTooLarge => "文件超过了系统允许的大小".into(),
        io::ErrorKind::ReadOnlyFilesystem => "磁盘是只读的".into(),
        io::ErrorKind::InvalidFilename => "文件名太长或含有不能用的字符".into(),
        _ => format!("系统报告：{error}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn origin() -> Origin {
        Origin::File("合同.yaml".into())
    }

    #[test]
    fn paths_that_leave_are_refused() {
        let outer = tempfile::tempdir().unwrap();
        let case = outer.path().join("案卷");
        fs::create_dir(&case).unwrap();
        fs::write(outer.path().join("secret.txt"), "x").unwrap();
        fs::write(case.join("a.txt"), "a").unwrap();
        let folder = CaseFolder::open(&case).unwrap();
        assert_eq!(folder.bytes("a.txt", 10, &origin()).unwrap(), b"a");
        assert_eq!(folder.bytes("./a.txt", 10, &origin()).unwrap(), b"a");
        for path in ["../secret.txt", "/etc/hostname", "C:/x", "..\\secret.txt", "sub/../../secret.txt"] {
            let fault = folder.bytes(path, 10, &origin()).unwrap_err();
            assert!(matches!(fault.kind, FaultKind::OutsideCase { .. }), "{path}: {fault:?}");
        }
        #[cfg(unix)]
        {
            std::os::unix::fs::symlink(outer.path().join("secret.txt"), case.join("link.txt")).unwrap();
            let fault = folder.bytes("link.txt", 10, &origin()).unwrap_err();
            assert!(matches!(fault.kind, FaultKind::OutsideCase { .. }), "{fault:?}");
        }
    }

    #[test]
    fn too_large_missing_and_folders_are_refused() {
        let case = tempfile::tempdir().unwrap();
        fs::write(case.path().join("big"), [0; 11]).unwrap();
        let folder = CaseFolder::open(case.path()).unwrap();
        let kind = |path| folder.bytes(path, 10, &origin()).unwrap_err().kind;
        assert!(matches!(kind("big"), FaultKind::TooLarge { .. }));
        assert!(matches!(kind("none"), FaultKind::Unreadable { .. }));
        assert!(matches!(kind("."), FaultKind::Unreadable { .. }));
    }
}
