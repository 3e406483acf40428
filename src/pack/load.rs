//! From a pack's files to a [`Pack`]: embedded in the binary, or in a folder.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::ErrorKind;
use std::path::Path;

use serde::de::DeserializeOwned;
use sha2::{Digest, Sha256};
use walkdir::WalkDir;

use super::{Pack, PackError, convert, embedded, raw, yaml};

/// The file that makes a folder a pack.
const FORM: &str = "合同样式.yaml";
/// No template or font comes near this size.
const MAX_FILE_BYTES: u64 = 16 * 1024 * 1024;

/// Contents by name relative to the pack's folder, with `/`.
pub(super) type Files<'a> = BTreeMap<String, Cow<'a, [u8]>>;

/// Hidden files and what Word and Excel leave behind while a file is open.
pub(super) fn is_ignored(name: &str) -> bool {
    name.starts_with('.') || name.starts_with("~$")
}

impl Pack {
    /// A pack that the binary carries.
    pub fn embedded(id: &str) -> Result<Pack, PackError> {
        let files = embedded::files(id).ok_or_else(|| PackError::NotFound {
            id: id.to_owned(),
            place: "程序自带".to_owned(),
            available: embedded::ids(),
        })?;
        Pack::from_files(id, &files)
    }

    /// A pack in a folder; the folder's name is its id.
    pub fn from_dir(dir: &Path) -> Result<Pack, PackError> {
        let resolved = dir.canonicalize().map_err(|error| unreadable(dir, &error))?;
        let id = resolved.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        Pack::from_files(id, &read_dir(dir)?)
    }

    /// The pack a case names: from `templates_dir` where one is given (a folder of packs, or the pack itself),
    /// else embedded.
    pub fn find(templates_dir: Option<&Path>, id: &str) -> Result<Pack, PackError> {
        if id.is_empty() || is_ignored(id) || id.contains(['/', '\\', ':', '\0']) {
            return Err(PackError::BadId { id: id.to_owned() });
        }
        let Some(templates) = templates_dir else { return Pack::embedded(id) };
        let inside = templates.join(id);
        if inside.is_dir() {
            return Pack::from_dir(&inside);
        }
        if templates.join(FORM).is_file() && templates.canonicalize().is_ok_and(|dir| dir.ends_with(id)) {
            return Pack::from_dir(templates);
        }
        Err(PackError::NotFound {
            id: id.to_owned(),
            place: templates.display().to_string(),
            available: Pack::available(templates_dir)?,
        })
    }

    /// Names of the packs there are, sorted: in `templates_dir` where one is given, else embedded.
    pub fn available(templates_dir: Option<&Path>) -> Result<Vec<String>, PackError> {
        let Some(templates) = templates_dir else { return Ok(embedded::ids()) };
        let entries = std::fs::read_dir(templates).map_err(|error| unreadable(templates, &error))?;
        let mut ids: Vec<String> = entries
            .filter_map(Result::ok)
            .filter(|entry| entry.path().join(FORM).is_file())
            .filter_map(|entry| entry.file_name().into_string().ok())
            .collect();
        ids.sort();
        Ok(ids)
    }

    fn from_files(id: &str, files: &Files<'_>) -> Result<Pack, PackError> {
        let source = Source { pack: id, files };
        let form: raw::Form = source.yaml(FORM)?;
        if form.id != id {
            let what = format!("编号“{}”与文件夹名“{id}”不同，请改成一致", form.id);
            return Err(PackError::Data { pack: id.to_owned(), file: FORM.to_owned(), what });
        }
        convert::pack(&source, form)
    }
}

/// The files of one pack, while it is read.
pub(super) struct Source<'a> {
    pub(super) pack: &'a str,
    files: &'a Files<'a>,
}

impl Source<'_> {
    /// Reads one of the YAML files.
    pub(super) fn yaml<T: DeserializeOwned>(&self, file: &str) -> Result<T, PackError> {
        let missing = || PackError::MissingFile { pack: self.pack.to_owned(), file: file.to_owned() };
        let text = self.text(file, self.files.get(file).ok_or_else(missing)?)?;
        yaml::parse(text).map_err(|fault| PackError::Yaml {
            pack: self.pack.to_owned(),
            file: file.to_owned(),
            line: fault.line,
            what: fault.what,
        })
    }

    /// The `.typ` files by name.
    pub(super) fn templates(&self) -> Result<BTreeMap<String, String>, PackError> {
        let typ =
            self.files.iter().filter_map(|(path, bytes)| Some((path, path.strip_prefix("typ/")?, bytes)));
        typ.filter(|(_, name, _)| name.ends_with(".typ") && !name.contains('/'))
            .map(|(path, name, bytes)| {
                self.can_be_named(path, name)?;
                Ok((name.to_owned(), self.text(path, bytes)?.to_owned()))
            })
            .collect()
    }

    /// Typst takes a backslash for the hazard that it is elsewhere, and control characters can't be typed in an import.
    fn can_be_named(&self, path: &str, name: &str) -> Result<(), PackError> {
        if !name.contains('\\') && !name.contains(char::is_control) {
            return Ok(());
        }
        Err(PackError::Data {
            pack: self.pack.to_owned(),
            file: path.to_owned(),
            what: "文件名里有反斜杠或控制字符，排版程序不接受；请改名，只用文字、数字、- 和 .".to_owned(),
        })
    }

    /// The fonts by name.
    pub(super) fn fonts(&self) -> BTreeMap<String, Vec<u8>> {
        let fonts =
            self.files.iter().filter_map(|(path, bytes)| Some((path.strip_prefix("typ/fonts/")?, bytes)));
        fonts
            .filter(|(name, _)| [".ttf", ".otf", ".ttc"].iter().any(|extension| name.ends_with(extension)))
            .map(|(name, bytes)| (name.to_owned(), bytes.to_vec()))
            .collect()
    }

    /// SHA-256 over names and contents, in the names' order; lengths keep neighbours apart.
    pub(super) fn hash(&self) -> String {
        let mut hasher = Sha256::new();
        for (name, bytes) in self.files {
            for part in [name.as_bytes(), bytes.as_ref()] {
                hasher.update(part.len().to_be_bytes());
                hasher.update(part);
            }
        }
        hasher.finalize().iter().fold(String::with_capacity(64), |mut hex, byte| {
            let _ = write!(hex, "{byte:02x}");
            hex
        })
    }

    fn text<'b>(&self, file: &str, bytes: &'b [u8]) -> Result<&'b str, PackError> {
        let text = std::str::from_utf8(bytes).map_err(|_| PackError::Data {
            pack: self.pack.to_owned(),
            file: file.to_owned(),
            what: "不是 UTF-8 编码，请另存为 UTF-8".to_owned(),
        })?;
        Ok(text.strip_prefix('\u{feff}').unwrap_or(text))
    }
}

fn read_dir(dir: &Path) -> Result<Files<'static>, PackError> {
    let mut files = Files::new();
    let visible =
        |entry: &walkdir::DirEntry| entry.depth() == 0 || !entry.file_name().to_str().is_some_and(is_ignored);
    for entry in WalkDir::new(dir).sort_by_file_name().into_iter().filter_entry(visible) {
        let entry = entry.map_err(|error| {
            let path = error.path().unwrap_or(dir).to_owned();
            error.io_error().map_or_else(
                || PackError::Unreadable { path: path.clone(), why: "文件夹有循环链接".to_owned() },
                |error| unreadable(&path, error),
            )
        })?;
        if !entry.file_type().is_file() {
            continue;
        }
        let path = entry.path();
        let too_large = entry.metadata().is_ok_and(|metadata| metadata.len() > MAX_FILE_BYTES);
        let relative = path.strip_prefix(dir).unwrap_or(path);
        let parts: Option<Vec<&str>> = relative.iter().map(|part| part.to_str()).collect();
        let (false, Some(parts)) = (too_large, parts) else {
            let why = if too_large { "文件超过 16 MB" } else { "文件名不是有效的文字" };
            return Err(PackError::Unreadable { path: path.to_owned(), why: why.to_owned() });
        };
        let bytes = std::fs::read(path).map_err(|error| unreadable(path, &error))?;
        files.insert(parts.join("/"), Cow::Owned(bytes));
    }
    Ok(files)
}

fn unreadable(path: &Path, error: &std::io::Error) -> PackError {
    let why = match error.kind() {
        ErrorKind::NotFound => "不存在".to_owned(),
        ErrorKind::PermissionDenied => "没有读取权限".to_owned(),
        ErrorKind::NotADirectory => "不是文件夹".to_owned(),
        _ => error.to_string(),
    };
    PackError::Unreadable { path: path.to_owned(), why }
}
