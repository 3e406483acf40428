//! PDFs of an earlier run that need not be typeset again: what a PDF shows is its Typst source, the libraries that it
//! imports and the fonts, so with the same of these, and the file still as it was written, its bytes are taken from disk.
//!
//! May use: `bundle::recorded`, `bundle::produce`, `input::plain`, `render`.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde_json::Value;
use sha2::{Digest, Sha256};

use super::produce::Output;
use super::recorded::recorded_outputs;
use crate::input::folder::sha256_hex;
use crate::input::plain::{self, MAX_OUTPUT_BYTES};
use crate::render::fonts::Fonts;
use crate::render::pdf::Stamp;
use crate::render::template::is_library;

/// What all PDFs of one run are made with.
#[derive(Clone, Debug)]
pub struct Ground(Sha256);

impl Ground {
    /// From the program's version and the fonts.
    pub fn new(fonts: &Fonts) -> Self {
        Self::of(env!("CARGO_PKG_VERSION"), fonts.files.iter().map(|font| (&*font.file, &*font.sha256)))
    }

    fn of<'f>(version: &str, fonts: impl Iterator<Item = (&'f str, &'f str)>) -> Self {
        let mut hasher = Sha256::new();
        part(&mut hasher, version);
        for (file, sha256) in fonts {
            part(&mut hasher, file);
            part(&mut hasher, sha256);
        }
        Self(hasher)
    }

    /// The hash of all that one PDF is made from.
    pub fn with(
        &self,
        ident: &str,
        source: &str,
        libraries: &BTreeMap<String, String>,
        stamp: Stamp,
    ) -> String {
        let mut hasher = self.0.clone();
        for text in [ident, source, &format!("{stamp:?}")] {
            part(&mut hasher, text);
        }
        for (name, text) in libraries {
            part(&mut hasher, name);
            part(&mut hasher, text);
        }
        hasher.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
    }
}

/// The libraries of a pack that a source imports, and those that they import. Only these are handed to typst: what is
/// not found here it cannot use either.
pub fn libraries_of<'t>(source: &str, templates: &'t BTreeMap<String, String>) -> BTreeMap<&'t str, &'t str> {
    let mut found: BTreeMap<&str, &str> = BTreeMap::new();
    loop {
        let imports = |name: &str| {
            [source].iter().chain(found.values()).any(|text| text.contains(&format!("{name}\"")))
        };
        let more: Vec<(&str, &str)> = templates
            .iter()
            .filter(|(name, _)| is_library(name) && !found.contains_key(name.as_str()) && imports(name))
            .map(|(name, text)| (name.as_str(), text.as_str()))
            .collect();
        if more.is_empty() {
            return found;
        }
        found.extend(more);
    }
}

/// Lengths keep neighbours apart.
fn part(hasher: &mut Sha256, text: &str) {
    hasher.update(text.len().to_be_bytes());
    hasher.update(text);
}

/// The PDFs of an earlier run, as its manifest lists them.
#[derive(Clone, Debug, Default)]
pub struct Earlier {
    folder: PathBuf,
    files: BTreeMap<String, Listed>,
}

#[derive(Clone, Debug)]
struct Listed {
    made_from: String,
    sha256: String,
    pages: usize,
}

impl Earlier {
    /// What stands in an output folder; nothing where there is none.
    pub fn at(folder: &Path) -> Self {
        let outputs = recorded_outputs(folder);
        Self { folder: folder.to_path_buf(), files: outputs.iter().filter_map(listed).collect() }
    }

    /// The PDF's bytes and pages, if it was made from just this and nobody has changed it since.
    pub fn take(&self, name: &str, made_from: &str) -> Option<(Vec<u8>, usize)> {
        let listed = self.files.get(name).filter(|listed| listed.made_from == made_from)?;
        let bytes = plain::read(&self.folder, name, MAX_OUTPUT_BYTES).ok()?;
        (sha256_hex(&bytes) == listed.sha256).then_some((bytes, listed.pages))
    }

    /// A file as it stands on disk, whatever is in it.
    pub fn standing(&self, document: &str, name: &str) -> Option<Output> {
        let bytes = plain::read(&self.folder, name, MAX_OUTPUT_BYTES).ok()?;
        let listed = self.files.get(name);
        Some(Output {
            document: document.to_owned(),
            name: name.to_owned(),
            bytes,
            pages: listed.map(|listed| listed.pages),
            made_from: listed.map(|listed| listed.made_from.clone()),
        })
    }
}

fn listed(entry: &Value) -> Option<(String, Listed)> {
    let text = |key| entry.get(key).and_then(Value::as_str).map(str::to_owned);
    let pages = usize::try_from(entry.get("pages")?.as_u64()?).ok()?;
    Some((text("file")?, Listed { made_from: text("made_from")?, sha256: text("sha256")?, pages }))
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::super::manifest::{MANIFEST, to_json};
    use super::*;

    fn listing(folder: &Path, made_from: &str, bytes: &[u8]) {
        let entry = serde_json::json!({"outputs": [{
            "file": "a.pdf", "made_from": made_from, "sha256": sha256_hex(bytes), "pages": 3,
        }]});
        fs::write(folder.join(MANIFEST), to_json(&entry).unwrap()).unwrap();
    }

    #[test]
    fn taken_only_if_made_from_the_same_and_untouched() {
        let folder = tempfile::tempdir().unwrap();
        assert!(Earlier::at(folder.path()).take("a.pdf", "1").is_none());
        listing(folder.path(), "1", b"pdf");
        let earlier = Earlier::at(folder.path());
        assert!(earlier.take("a.pdf", "1").is_none(), "the file is gone");
        fs::write(folder.path().join("a.pdf"), "pdf").unwrap();
        assert_eq!(earlier.take("a.pdf", "1"), Some((b"pdf".to_vec(), 3)));
        assert!(earlier.take("a.pdf", "2").is_none(), "made from something else");
        fs::write(folder.path().join("a.pdf"), "changed").unwrap();
        assert!(earlier.take("a.pdf", "1").is_none(), "changed by hand");
    }

    fn texts(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
        pairs.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect()
    }

    #[test]
    fn what_a_pdf_is_made_from_tells_its_parts_apart() {
        let ground = |version: &str, font: &str| Ground::of(version, [("a.otf", font)].into_iter());
        let libraries = texts(&[("lib.typ", "1")]);
        let hash = ground("1", "2").with("ab", "c", &libraries, (2026, 3, 1));
        assert_eq!(hash, ground("1", "2").with("ab", "c", &libraries, (2026, 3, 1)));
        for (ident, source, stamp) in
            [("a", "bc", (2026, 3, 1)), ("ab", "d", (2026, 3, 1)), ("ab", "c", (2026, 3, 2))]
        {
            assert_ne!(hash, ground("1", "2").with(ident, source, &libraries, stamp));
        }
        for (version, font) in [("2", "2"), ("1", "3")] {
            assert_ne!(hash, ground(version, font).with("ab", "c", &libraries, (2026, 3, 1)));
        }
        for libraries in [texts(&[("lib.typ", "2")]), texts(&[])] {
            assert_ne!(hash, ground("1", "2").with("ab", "c", &libraries, (2026, 3, 1)));
        }
    }

    #[test]
    fn only_imported_libraries_count() {
        let templates = texts(&[
            ("lib.typ", ""),
            ("lib_annex.typ", "#import \"lib.typ\": *"),
            ("lib_settlement.typ", "#import \"lib_annex.typ\": *"),
            ("annex1.typ", "#import \"lib_annex.typ\": *"),
        ]);
        let names = |source: &str| libraries_of(source, &templates).into_keys().collect::<Vec<_>>();
        assert_eq!(names("#import \"lib.typ\": *"), ["lib.typ"]);
        assert_eq!(names("#import \"/lib_annex.typ\""), ["lib.typ", "lib_annex.typ"]);
        assert_eq!(
            names("#import \"lib_settlement.typ\": a"),
            ["lib.typ", "lib_annex.typ", "lib_settlement.typ"]
        );
        assert!(names("lib.typ, annex1.typ\"").is_empty());
    }
}
