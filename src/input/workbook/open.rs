//! Bytes to [`Workbook`], whatever the format. The content decides what a file is; its name only tells a CSV from
//! some other text.
//!
//! May use: the readers of the formats.

use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};

use super::archive::Archive;
use super::grid::{Sheet, Workbook};
use super::trouble::Trouble;
use super::{SheetSource, cfb, csv, limits, ods, xls, xlsb, xlsx};
use crate::model::fault::Fault;

thread_local! {
    static GUARDED: Cell<bool> = const { Cell::new(false) };
}

/// Whether a panic on this thread would become a finding: then it is nothing to tell the user about.
pub fn is_guarded() -> bool {
    GUARDED.get()
}

/// Reads a workbook, or says why it can't be read (F001, F004).
pub fn open(source: &SheetSource<'_>) -> Result<Workbook, Box<Fault>> {
    // calamine indexes into what the file says in many places; a file that makes it panic is a broken file.
    GUARDED.set(true);
    let sheets = catch_unwind(AssertUnwindSafe(|| sheets(source)));
    GUARDED.set(false);
    let sheets = sheets.unwrap_or_else(|_| Err(Trouble::unreadable("文件内部结构损坏")));
    match sheets {
        Ok(sheets) => Ok(Workbook { file: source.file.clone(), sheets }),
        Err(trouble) => Err(Box::new(trouble.fault(&source.file))),
    }
}

/// Tells the formats apart and reads.
fn sheets(source: &SheetSource<'_>) -> Result<Vec<Sheet>, Trouble> {
    let bytes = source.bytes;
    if bytes.len() > limits::FILE {
        return Err(Trouble::too_large(format!("文件大小 {} 字节", bytes.len()), "20 MB"));
    }
    if bytes.is_empty() {
        return Err(Trouble::unreadable("文件是空的"));
    }
    let sheets = if bytes.starts_with(b"PK\x03\x04") || bytes.starts_with(b"PK\x05\x06") {
        zipped(bytes)?
    } else if bytes.starts_with(cfb::SIGNATURE) {
        xls::read(bytes)?
    } else {
        vec![text(source)?]
    };
    if sheets.is_empty() { Err(Trouble::unreadable("没有工作表")) } else { Ok(sheets) }
}

/// A zip container: which one, its parts tell.
fn zipped(bytes: &[u8]) -> Result<Vec<Sheet>, Trouble> {
    let archive = Archive::read(bytes)?;
    if let Some(mime) = archive.part("mimetype") {
        let mime = String::from_utf8_lossy(mime);
        return match mime.trim() {
            "application/vnd.oasis.opendocument.spreadsheet"
            | "application/vnd.oasis.opendocument.spreadsheet-template" => ods::read(&archive),
            _ => Err(Trouble::unreadable("是 OpenDocument 文件，但不是电子表格；请另存为 xlsx")),
        };
    }
    if archive.part("xl/workbook.bin").is_some() {
        return xlsb::read(bytes, &archive);
    }
    if archive.part("xl/workbook.xml").is_some() {
        return xlsx::read(bytes, &archive);
    }
    let why = if archive.part("word/document.xml").is_some() {
        "是 Word 文档，不是电子表格；请把报价表另存为 xlsx"
    } else if archive.part("ppt/presentation.xml").is_some() {
        "是演示文稿，不是电子表格；请把报价表另存为 xlsx"
    } else if archive.parts().any(|(name, _)| name == "[Content_Types].xml") {
        return xlsx::read(bytes, &archive);
    } else {
        "是压缩包，里面没有工作簿；请解压后放入其中的表格文件"
    };
    Err(Trouble::unreadable(why))
}

/// Text: CSV, or something that only calls itself a spreadsheet.
fn text(source: &SheetSource<'_>) -> Result<Sheet, Trouble> {
    let bytes = source.bytes;
    let head = &bytes[..bytes.len().min(2048)];
    // UTF-16 pages have a zero after every letter.
    let head: String = head.iter().filter(|b| **b != 0).map(|b| char::from(b.to_ascii_lowercase())).collect();
    let head = head.trim_start_matches(|c: char| !c.is_ascii() || c.is_ascii_whitespace());
    let old_sheet = [&b"\x09\x08"[..], b"\x09\x04", b"\x09\x02", b"\x09\x00"]
        .iter()
        .any(|magic| bytes.starts_with(magic));
    let why = if head.starts_with("<!doctype html") || head.starts_with("<html") || head.contains("<table") {
        "是网页（HTML），不是电子表格；请用 Excel 打开后另存为 xlsx"
    } else if head.starts_with("<?xml") || head.starts_with('<') {
        "是 XML 文本，不是 xlsx；请用 Excel 打开后另存为 xlsx"
    } else if head.starts_with("%pdf") {
        "是 PDF，不是电子表格"
    } else if head.starts_with("{\\rtf") {
        "是 RTF 文档，不是电子表格"
    } else if old_sheet && !source.has_extension(&["csv", "txt", "tsv"]) {
        "是 Excel 5.0 以前的格式；请用 Excel 打开后另存为 xlsx"
    } else if source.has_extension(&["xlsx", "xlsm", "xlsb", "ods"]) {
        // A text with commas called .xls is common (exports); one called .xlsx never opened in Excel.
        "不是有效的电子表格，文件内容与扩展名不符"
    } else {
        return csv::read(bytes);
    };
    Err(Trouble::unreadable(why))
}
