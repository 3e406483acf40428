//! Workbooks edited as one who knows how would: a text of the first sheet's XML, and nothing else.

use std::fs;
use std::io::{Cursor, Read, Write};
use std::path::Path;

/// Changes the XML of a workbook's first sheet.
pub fn edit_sheet(path: &Path, change: impl Fn(String) -> String) {
    let bytes = fs::read(path).expect("a workbook");
    let mut book = zip::ZipArchive::new(Cursor::new(&bytes)).expect("a zip");
    let mut out = zip::ZipWriter::new(Cursor::new(Vec::new()));
    let mut done = false;
    for index in 0..book.len() {
        let mut part = book.by_index(index).expect("a part");
        let (name, mut content) = (part.name().expect("a name").into_owned(), String::new());
        part.read_to_string(&mut content).expect("text");
        if name == "xl/worksheets/sheet1.xml" {
            content = change(content);
            done = true;
        }
        out.start_file(name, zip::write::SimpleFileOptions::default()).expect("a part");
        out.write_all(content.as_bytes()).expect("written");
    }
    assert!(done, "no first sheet in {}", path.display());
    fs::write(path, out.finish().expect("a zip").into_inner()).expect("written");
}

/// Replaces a text in a workbook's first sheet, where it must be.
pub fn replace_in_sheet(path: &Path, from: &str, to: &str) {
    edit_sheet(path, |content| {
        assert!(content.contains(from), "{from} is not in {content}");
        content.replacen(from, to, 1)
    });
}
