//! What an earlier run recorded in its manifest.json. The manifest bears a hash of itself: one that was edited by hand
//! is no record of anything, so that nothing edited can pass for hetong's own.
//!
//! May use: `input::folder`, `input::plain`.

use std::collections::BTreeMap;
use std::io;
use std::path::Path;

use serde_json::Value;

use super::manifest::MANIFEST;
use crate::input::folder::sha256_hex;
use crate::input::plain::{self, MAX_MANIFEST_BYTES};

/// What stands before the hash, and what after it, at the end of the file.
const SEAL: &str = ",\n  \"sha256\": \"";
const END: &str = "\"\n}\n";
/// How a manifest ends without its hash.
const BARE_END: &str = "\n}\n";
const HEX: usize = 64;

/// Puts the hash of a manifest into it, as its last key: that of the file as it is without this key.
pub fn sealed(manifest: &[u8]) -> Vec<u8> {
    let hash = sha256_hex(manifest);
    let content = manifest.strip_suffix(BARE_END.as_bytes()).unwrap_or(manifest);
    [content, SEAL.as_bytes(), hash.as_bytes(), END.as_bytes()].concat()
}

/// Whether a manifest still is as hetong wrote it.
pub fn is_whole(manifest: &[u8]) -> bool {
    let Some(rest) = manifest.strip_suffix(END.as_bytes()) else { return false };
    let Some((before, hash)) = rest.len().checked_sub(HEX).and_then(|at| rest.split_at_checked(at)) else {
        return false;
    };
    before
        .strip_suffix(SEAL.as_bytes())
        .is_some_and(|content| sha256_hex(&[content, BARE_END.as_bytes()].concat()).as_bytes() == hash)
}

/// The manifest of an output folder.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Record {
    /// There is none.
    #[default]
    Missing,
    /// There is one that hetong did not write, or not like this.
    Edited,
    /// As hetong wrote it.
    Whole(Value),
}

impl Record {
    /// Looks into an output folder.
    pub fn at(folder: &Path) -> Self {
        match plain::read(folder, MANIFEST, MAX_MANIFEST_BYTES) {
            Ok(bytes) if is_whole(&bytes) => match serde_json::from_slice(&bytes) {
                Ok(manifest) if names_only_its_own(&manifest) => Self::Whole(manifest),
                _ => Self::Edited,
            },
            Ok(_) => Self::Edited,
            Err(error) if error.kind() == io::ErrorKind::NotFound => Self::Missing,
            // It is there, and no file that can be read.
            Err(_) => Self::Edited,
        }
    }

    /// A list in it; nothing where it is not as hetong wrote it.
    pub fn list(&self, key: &str) -> Vec<Value> {
        match self {
            Self::Whole(manifest) => manifest.get(key).and_then(Value::as_array).cloned().unwrap_or_default(),
            Self::Missing | Self::Edited => Vec::new(),
        }
    }

    /// The single values that the documents show, by what they are called.
    pub fn values(&self) -> BTreeMap<String, String> {
        let Self::Whole(manifest) = self else { return BTreeMap::new() };
        let values = manifest.get("values").and_then(Value::as_object).into_iter().flatten();
        values.filter_map(|(label, value)| Some((label.clone(), value.as_str()?.to_owned()))).collect()
    }

    /// Whether it is that of a bundle to be signed.
    pub fn was_final(&self) -> bool {
        matches!(self, Self::Whole(manifest) if manifest.get("state").and_then(Value::as_str) == Some("final"))
    }

    /// The hashes of the output files, by file name.
    pub fn hashes(&self) -> BTreeMap<String, String> {
        let hash = |entry: &Value| {
            let text = |key| entry.get(key).and_then(Value::as_str).map(str::to_owned);
            Some((text("file")?, text("sha256")?))
        };
        self.list("outputs").iter().filter_map(hash).collect()
    }
}

/// Whether all files that a manifest lists lie in its folder: hetong lists no others, whoever made the hash fit.
fn names_only_its_own(manifest: &Value) -> bool {
    let outputs = manifest.get("outputs").and_then(Value::as_array).into_iter().flatten();
    let mut names = outputs.filter_map(|entry| entry.get("file").and_then(Value::as_str));
    names.all(|name| plain::contained(name).is_ok())
}

/// The entries for output files in the manifest of a folder.
pub fn recorded_outputs(folder: &Path) -> Vec<Value> {
    Record::at(folder).list("outputs")
}

/// The hashes that the manifest of a folder recorded, by file name.
pub fn recorded_hashes(folder: &Path) -> BTreeMap<String, String> {
    Record::at(folder).hashes()
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn a_manifest_that_was_edited_is_no_record() {
        let bare = b"{\n  \"outputs\": [\n    {\n      \"file\": \"a.pdf\"\n    }\n  ]\n}\n";
        let whole = sealed(bare);
        let text = String::from_utf8(whole.clone()).unwrap();
        assert!(is_whole(&whole), "{text}");
        assert_eq!(serde_json::from_str::<Value>(&text).unwrap()["sha256"], sha256_hex(bare));
        for (from, to) in [("a.pdf", "b.pdf"), ("],", "], "), ("\"\n}", "0\"\n}"), ("\n}\n", "\n}")] {
            assert!(!is_whole(text.replacen(from, to, 1).as_bytes()), "{from:?}");
        }
        for other in [&b""[..], bare, &whole[..whole.len() - 1], &whole[90..]] {
            assert!(!is_whole(other));
        }
    }

    #[test]
    fn a_folder_tells_whether_its_manifest_is_there_and_whole() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(Record::at(folder.path()), Record::Missing);
        let bare = b"{\n  \"outputs\": [{\"file\": \"a.pdf\", \"sha256\": \"1\"}]\n}\n";
        fs::write(folder.path().join(MANIFEST), bare).unwrap();
        assert_eq!(Record::at(folder.path()), Record::Edited);
        assert!(recorded_hashes(folder.path()).is_empty());
        fs::write(folder.path().join(MANIFEST), sealed(bare)).unwrap();
        assert_eq!(recorded_hashes(folder.path()), [("a.pdf".to_owned(), "1".to_owned())].into());
        let outside = String::from_utf8(bare.to_vec()).unwrap().replace("a.pdf", "../a.pdf");
        fs::write(folder.path().join(MANIFEST), sealed(outside.as_bytes())).unwrap();
        assert_eq!(Record::at(folder.path()), Record::Edited);
        fs::remove_file(folder.path().join(MANIFEST)).unwrap();
        fs::create_dir(folder.path().join(MANIFEST)).unwrap();
        assert_eq!(Record::at(folder.path()), Record::Edited);
    }
}
