//! Finished files altered as one who knows how would: glyphs, drawings and objects of PDFs, by qpdf and by hand, and manifests
//! whose hashes are made to fit.

#![allow(dead_code, reason = "each driver uses a part of it")]
#![allow(clippy::expect_used, reason = "a test stops at the first fault")]

use std::fs;
use std::ops::Range;
use std::path::Path;
use std::process::Command;

use hetong::bundle::recorded::sealed;
use hetong::input::folder::sha256_hex;
use serde_json::Value;

use super::arg;

/// Writes the manifest's hash of a file anew, and the manifest's own: as one who knows how would.
pub fn forge(folder: &Path, file: &str) {
    let path = folder.join("manifest.json");
    let mut manifest: Value = serde_json::from_slice(&fs::read(&path).expect("a manifest")).expect("JSON");
    let hash = sha256_hex(&fs::read(folder.join(file)).expect("the file"));
    for output in manifest["outputs"].as_array_mut().expect("outputs") {
        if output["file"] == file {
            output["sha256"] = hash.clone().into();
        }
    }
    write_manifest(&path, manifest);
}

pub fn write_manifest(path: &Path, mut manifest: Value) {
    manifest.as_object_mut().expect("an object").remove("sha256");
    let mut text = serde_json::to_vec_pretty(&manifest).expect("JSON");
    text.push(b'\n');
    fs::write(path, sealed(&text)).expect("written");
}

/// Replaces glyphs in a PDF's content, without touching anything else: the first place where `from` is drawn in one
/// piece. `to` may only use characters that the font's subset has.
pub fn edit_pdf(path: &Path, from: &str, to: &str) {
    let open = path.with_extension("qdf");
    let done =
        Command::new("qpdf").args(["--qdf", "--object-streams=disable", arg(path), arg(&open)]).status();
    assert!(done.expect("qpdf is installed (make test installs it)").success());
    let mut bytes = fs::read(&open).expect("an open PDF");
    fs::remove_file(&open).expect("removed");
    let maps = unicode_maps(&bytes);
    let (from, to): (Vec<char>, Vec<char>) = (from.chars().collect(), to.chars().collect());
    assert_eq!(from.len(), to.len());
    let mut start = 0;
    while let Some(end) = find(&bytes[start..], b"TJ\n").map(|end| start + end) {
        let begin = bytes[..end].iter().rposition(|b| *b == b'\n').map_or(0, |at| at + 1);
        let codes = codes(&bytes, begin, end);
        for map in &maps {
            let letter = |code: &str| map.iter().find(|(known, _)| known == code).map(|(_, c)| *c);
            let drawn: Vec<Option<char>> = codes.iter().map(|(_, code)| letter(code)).collect();
            let wanted: Vec<Option<char>> = from.iter().copied().map(Some).collect();
            let Some(at) = drawn.windows(wanted.len()).position(|window| window == wanted) else { continue };
            for (offset, c) in to.iter().enumerate() {
                let code = &map.iter().find(|(_, known)| known == c).expect("a glyph of the subset").0;
                let place = codes[at + offset].0;
                bytes[place..place + 4].copy_from_slice(code.as_bytes());
            }
            fs::write(path, &bytes).expect("written");
            return;
        }
        start = end + 3;
    }
    panic!("“{}” is not drawn in one piece in {}", from.iter().collect::<String>(), path.display());
}

/// Glyph codes with the characters they stand for, font by font.
fn unicode_maps(pdf: &[u8]) -> Vec<Vec<(String, char)>> {
    let text = String::from_utf8_lossy(pdf);
    let map = |block: &str| {
        let lines = block.lines().filter_map(|line| {
            let (code, letter) = line.trim().strip_prefix('<')?.split_once("> <")?;
            let letter =
                u32::from_str_radix(letter.trim_end_matches('>'), 16).ok().and_then(char::from_u32)?;
            (code.len() == 4).then(|| (code.to_lowercase(), letter))
        });
        lines.collect()
    };
    text.split("begincmap").skip(1).filter_map(|rest| rest.split("endcmap").next()).map(map).collect()
}

/// The glyph codes between two places, each with where it stands.
fn codes(bytes: &[u8], begin: usize, end: usize) -> Vec<(usize, String)> {
    let mut codes = Vec::new();
    let mut at = begin;
    while at < end {
        if bytes[at] != b'<' {
            at += 1;
            continue;
        }
        at += 1;
        while at + 4 <= end && bytes[at] != b'>' {
            codes.push((at, String::from_utf8_lossy(&bytes[at..at + 4]).to_lowercase()));
            at += 4;
        }
    }
    codes
}

fn find(bytes: &[u8], wanted: &[u8]) -> Option<usize> {
    bytes.windows(wanted.len()).position(|window| window == wanted)
}

/// A PDF laid open by qpdf, that may be changed in length.
pub struct Open {
    bytes: Vec<u8>,
    maps: Vec<Vec<(String, char)>>,
}

/// Text that is drawn in one piece.
#[derive(Clone, Debug)]
pub struct Drawn {
    /// From `q` to `Q`.
    pub block: Range<usize>,
    /// Where each glyph's code stands.
    pub codes: Vec<usize>,
    map: usize,
}

impl Open {
    /// Lays a file open.
    pub fn of(path: &Path) -> Self {
        let done = Command::new("qpdf").args(["--qdf", "--object-streams=disable", arg(path), "-"]).output();
        let bytes = done.expect("qpdf is installed (make test installs it)").stdout;
        let maps = unicode_maps(&bytes);
        Self { bytes, maps }
    }

    /// Puts it back, its lengths and places made to fit.
    pub fn save(&self, path: &Path) {
        let open = path.with_extension("qdf");
        fs::write(&open, &self.bytes).expect("written");
        let done = Command::new("fix-qdf").arg(&open).output().expect("fix-qdf comes with qpdf");
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
        fs::remove_file(&open).expect("removed");
        fs::write(path, done.stdout).expect("written");
    }

    /// The `nth` place where a text is drawn.
    pub fn drawn(&self, text: &str, nth: usize) -> Drawn {
        let wanted: Vec<Option<char>> = text.chars().map(Some).collect();
        let (mut start, mut left) = (0, nth);
        while let Some(end) = find(&self.bytes[start..], b"TJ\n").map(|end| start + end) {
            let begin = self.bytes[..end].iter().rposition(|b| *b == b'\n').map_or(0, |at| at + 1);
            let codes = codes(&self.bytes, begin, end);
            for (map, known) in self.maps.iter().enumerate() {
                let letter = |code: &str| known.iter().find(|(own, _)| own == code).map(|(_, c)| *c);
                let drawn: Vec<Option<char>> = codes.iter().map(|(_, code)| letter(code)).collect();
                if let Some(at) = drawn.windows(wanted.len()).position(|window| window == wanted) {
                    if left == 0 {
                        let first = rfind(&self.bytes[..begin], b"\nq ").expect("a block") + 1;
                        let last = end + find(&self.bytes[end..], b"\nQ\n").expect("its end") + 3;
                        let codes = codes[at..at + wanted.len()].iter().map(|(place, _)| *place).collect();
                        return Drawn { block: first..last, codes, map };
                    }
                    left -= 1;
                }
            }
            start = end + 3;
        }
        panic!("“{text}” is not drawn so often in one piece")
    }

    /// The block of a text with other letters.
    pub fn rewritten(&self, drawn: &Drawn, to: &str) -> Vec<u8> {
        let mut block = self.bytes[drawn.block.clone()].to_vec();
        for (place, letter) in drawn.codes.iter().zip(to.chars()) {
            let at = place - drawn.block.start;
            block[at..at + 4].copy_from_slice(self.code(drawn, letter).as_bytes());
        }
        block
    }

    /// All that is drawn in one piece with a text.
    pub fn piece(&self, drawn: &Drawn) -> String {
        let codes = codes(&self.bytes, drawn.block.start, drawn.block.end);
        let map = &self.maps[drawn.map];
        let letter = |code: &str| map.iter().find(|(known, _)| known == code).map(|(_, letter)| *letter);
        codes.iter().map(|(_, code)| letter(code).expect("a letter")).collect()
    }

    fn code(&self, drawn: &Drawn, letter: char) -> &str {
        let mut codes = self.maps[drawn.map].iter();
        &codes.find(|(_, known)| *known == letter).expect("a glyph of the subset").0
    }

    /// The words of a block that move it to its place: `1 0 0 -1 62.36 552.7 cm`.
    pub fn place(&self, drawn: &Drawn) -> String {
        let block = String::from_utf8_lossy(&self.bytes[drawn.block.clone()]).into_owned();
        let (place, _) = block.strip_prefix("q ").and_then(|rest| rest.split_once("cm")).expect("a place");
        format!("{place}cm")
    }

    /// Puts something in the place of some bytes.
    pub fn splice(&mut self, range: Range<usize>, with: &[u8]) {
        self.bytes.splice(range, with.iter().copied());
    }

    /// Exchanges two letters wherever the font of a text draws them, and what the font says that they stand for: the
    /// text stays, the page does not.
    pub fn exchange(&mut self, of: &Drawn, one: char, other: char) {
        let (one, other) = (self.code(of, one).to_owned(), self.code(of, other).to_owned());
        let swapped = |code: &str| match &*code.to_lowercase() {
            code if code == one => Some(other.clone()),
            code if code == other => Some(one.clone()),
            _ => None,
        };
        let font = self.font(of.block.clone());
        let mut start = 0;
        while let Some(end) = find(&self.bytes[start..], b"TJ\n").map(|end| start + end) {
            let begin = self.bytes[..end].iter().rposition(|b| *b == b'\n').map_or(0, |at| at + 1);
            if self.font(begin..end) == font {
                for (place, code) in codes(&self.bytes, begin, end) {
                    if let Some(code) = swapped(&code) {
                        self.bytes[place..place + 4].copy_from_slice(code.as_bytes());
                    }
                }
            }
            start = end + 3;
        }
        let mut map = 0;
        for _ in 0..=of.map {
            map += find(&self.bytes[map..], b"begincmap").expect("a map") + 9;
        }
        let end = map + find(&self.bytes[map..], b"endcmap").expect("its end");
        let text = String::from_utf8_lossy(&self.bytes[map..end]).into_owned();
        let lines: Vec<String> = text
            .split('\n')
            .map(|line| match line.get(1..5).filter(|_| line.contains("> <")).and_then(swapped) {
                Some(code) => format!("<{code}{}", &line[5..]),
                None => line.to_owned(),
            })
            .collect();
        self.splice(map..end, lines.join("\n").as_bytes());
    }

    /// `/f0` of a block.
    fn font(&self, block: Range<usize>) -> String {
        let text = String::from_utf8_lossy(&self.bytes[block]).into_owned();
        let (before, _) = text.split_once(" Tf").expect("a font");
        before.rsplit_once('/').expect("its name").1.to_owned()
    }

    /// Where some bytes stand.
    pub fn find(&self, wanted: &[u8]) -> usize {
        find(&self.bytes, wanted).expect("they are there")
    }

    /// The file as it lies open.
    pub fn bytes_mut(&mut self) -> &mut Vec<u8> {
        &mut self.bytes
    }
}

fn rfind(bytes: &[u8], wanted: &[u8]) -> Option<usize> {
    bytes.windows(wanted.len()).rposition(|window| window == wanted)
}
