//! Workbooks edited as one who knows how would: a text of one part's XML, and nothing else.

#![allow(dead_code, reason = "each driver uses a part of it")]
#![allow(clippy::expect_used, reason = "a test stops at the first fault")]

use std::fs;
use std::io::{Cursor, Read, Write};
use std::path::Path;

/// The part of the first sheet.
pub const FIRST: &str = "xl/worksheets/sheet1.xml";

/// Changes the XML of a workbook's first sheet.
pub fn edit_sheet(path: &Path, change: impl Fn(String) -> String) {
    edit_part(path, FIRST, change);
}

/// Changes the XML of a part.
pub fn edit_part(path: &Path, part: &str, change: impl Fn(String) -> String) {
    let bytes = fs::read(path).expect("a workbook");
    let mut book = zip::ZipArchive::new(Cursor::new(&bytes)).expect("a zip");
    let mut out = zip::ZipWriter::new(Cursor::new(Vec::new()));
    let mut done = false;
    for index in 0..book.len() {
        let mut own = book.by_index(index).expect("a part");
        let (name, mut content) = (own.name().expect("a name").into_owned(), String::new());
        own.read_to_string(&mut content).expect("text");
        if name == part {
            content = change(content);
            done = true;
        }
        put(&mut out, &name, &content);
    }
    assert!(done, "no {part} in {}", path.display());
    fs::write(path, out.finish().expect("a zip").into_inner()).expect("written");
}

/// Adds parts to a workbook.
pub fn add_parts(path: &Path, parts: &[(&str, &str)]) {
    let bytes = fs::read(path).expect("a workbook");
    let mut book = zip::ZipWriter::new_append(Cursor::new(bytes)).expect("a zip");
    for (name, content) in parts {
        put(&mut book, name, content);
    }
    fs::write(path, book.finish().expect("a zip").into_inner()).expect("written");
}

fn put(out: &mut zip::ZipWriter<Cursor<Vec<u8>>>, name: &str, content: &str) {
    out.start_file(name, zip::write::SimpleFileOptions::default()).expect("a part");
    out.write_all(content.as_bytes()).expect("written");
}

/// Replaces a text in a workbook's first sheet, where it must be.
pub fn replace_in_sheet(path: &Path, from: &str, to: &str) {
    replace_in_part(path, FIRST, from, to);
}

/// The same in another part.
pub fn replace_in_part(path: &Path, part: &str, from: &str, to: &str) {
    edit_part(path, part, |content| {
        assert!(content.contains(from), "{from} is not in {content}");
        content.replacen(from, to, 1)
    });
}
