//! The parts of an .xlsx container read into a [`Book`]: relations, shared strings, number formats, sheets.
//!
//! May use: `sheet_cells` for what it fills, `sheet_grid` for one sheet, `sheet_limits`.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::io::{Cursor, Read as _};

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};
use zip::ZipArchive;

use super::sheet_beside;
use super::sheet_cells::{Book, SheetReadError};
use super::sheet_grid::{self, Budget};
use super::sheet_limits as limits;
use super::sheet_styles::{self, Palette};
use crate::diagnostics::CellRef;

/// What a text says of the rest of the container.
#[derive(Debug, Default)]
pub struct Context {
    /// Shared strings by number.
    pub strings: Vec<String>,
    /// The number format of every cell style.
    pub formats: Vec<Option<String>>,
    /// Why what has a style cannot be read.
    pub unreadable: Vec<Option<String>>,
    /// What the colours are.
    pub palette: Palette,
    /// Shared strings of which a part cannot be read.
    pub hidden_runs: BTreeSet<usize>,
}

/// Reads the container.
pub fn read(bytes: &[u8]) -> Result<Book, SheetReadError> {
    let parts = parts(bytes)?;
    let main = "xl/workbook.xml";
    let workbook = parts.get(main).ok_or_else(|| broken("里面没有工作簿"))?;
    let rels =
        parts.get("xl/_rels/workbook.xml.rels").map(|part| relations(part)).transpose()?.unwrap_or_default();
    let styles = parts.get("xl/styles.xml");
    let palette = Palette::read(parts.get("xl/theme/theme1.xml"), styles)?;
    let shared = parts.get("xl/sharedStrings.xml").map(|part| strings(part, &palette)).transpose()?;
    let (strings, hidden_runs) = shared.unwrap_or_default();
    let context = Context {
        strings,
        hidden_runs,
        formats: styles.map(|part| formats(part)).transpose()?.unwrap_or_default(),
        unreadable: styles
            .map(|part| sheet_styles::unreadable(part, &palette))
            .transpose()?
            .unwrap_or_default(),
        palette,
    };
    let mut book = Book::default();
    sheet_beside::of_book(&parts, &mut book);
    let outline = outline(workbook)?;
    if outline.sheets.len() > limits::SHEETS {
        let count = outline.sheets.len();
        return Err(SheetReadError::TooLarge(format!("{count} 张工作表，最多 {} 张", limits::SHEETS)));
    }
    let mut budget = Budget::default();
    for (name, relation, hidden) in &outline.sheets {
        let target = rels.get(relation).ok_or_else(|| broken(format!("工作表“{name}”的内容找不到")))?;
        let path = target.strip_prefix('/').map_or_else(|| format!("xl/{target}"), str::to_owned);
        let part = parts.get(&path).ok_or_else(|| broken(format!("工作表“{name}”的内容找不到")))?;
        let mut sheet = sheet_grid::read(part, &context, &mut budget)?;
        sheet.name.clone_from(name);
        sheet.hidden = *hidden;
        sheet_beside::of_sheet(&parts, &path, &mut sheet)?;
        book.sheets.push(sheet);
    }
    for (name, sheet, stands_for) in outline.names {
        let owner = sheet.and_then(|index| book.sheets.get(index));
        book.names.insert(owner.map_or(name.clone(), |owner| format!("{}!{name}", owner.name)), stands_for);
    }
    Ok(book)
}

/// An error in Chinese.
pub fn broken(why: impl Into<String>) -> SheetReadError {
    SheetReadError::Broken(why.into())
}

/// The XML is none.
pub fn no_xml(_: quick_xml::Error) -> SheetReadError {
    broken("文件内部的 XML 损坏")
}

/// All parts, unpacked under a limit.
fn parts(bytes: &[u8]) -> Result<HashMap<String, Vec<u8>>, SheetReadError> {
    let too_large = |what: String| SheetReadError::TooLarge(what);
    if bytes.len() > limits::FILE {
        return Err(too_large(format!("{} 字节，最多 20 MB", bytes.len())));
    }
    let no_zip = |_| broken("压缩结构损坏，文件可能没有传完整");
    let mut zip = ZipArchive::new(Cursor::new(bytes)).map_err(no_zip)?;
    if zip.len() > limits::PARTS {
        return Err(too_large(format!("压缩包内有 {} 个文件，最多 10,000 个", zip.len())));
    }
    let mut left = limits::UNPACKED;
    let mut parts = HashMap::new();
    for index in 0..zip.len() {
        let mut entry = zip.by_index(index).map_err(no_zip)?;
        let name = entry.name().map_err(no_zip)?.into_owned();
        let mut content = Vec::new();
        let read = entry.by_ref().take(left + 1).read_to_end(&mut content);
        read.map_err(|_| broken(format!("压缩包内的 {name} 损坏，文件可能没有传完整")))?;
        left =
            left.checked_sub(content.len() as u64).ok_or_else(|| too_large("解压后超过 64 MB".to_owned()))?;
        parts.insert(name, content);
    }
    Ok(parts)
}

/// A reader that gives `<a/>` as a start and an end.
pub fn reader(part: &[u8]) -> Reader<&[u8]> {
    let mut reader = Reader::from_reader(part);
    reader.config_mut().expand_empty_elements = true;
    reader
}

/// An attribute by its name without prefix.
pub fn attribute(element: &BytesStart<'_>, name: &str) -> Option<String> {
    let found =
        element.attributes().with_checks(false).flatten().find(|a| a.key.local_name().as_ref() == name)?;
    quick_xml::escape::unescape(&found.value).ok().map(|value| value.into_owned())
}

/// The number of a row, from 0; one without an address of its own is the next.
pub fn row_of(element: &BytesStart<'_>, next: u32) -> u32 {
    let row = attribute(element, "r").and_then(|row| row.parse::<u32>().ok());
    row.map_or(next, |row| row.saturating_sub(1))
}

/// Whether an attribute is set.
pub fn is_set(element: &BytesStart<'_>, name: &str) -> bool {
    attribute(element, name).is_some_and(|value| matches!(value.trim(), "1" | "true"))
}

/// `F12`.
pub fn cell_ref(text: &str) -> Option<CellRef> {
    let letters = text.bytes().take_while(u8::is_ascii_uppercase).count();
    let (column, row) = text.split_at(letters);
    if !(1..=3).contains(&letters) {
        return None;
    }
    let column = column.bytes().fold(0, |sum, letter| sum * 26 + u32::from(letter - b'A') + 1);
    let row: u32 = row.parse().ok().filter(|row| (1..=1_048_576).contains(row))?;
    (column <= 16_384).then(|| CellRef { row: row - 1, column: column - 1 })
}

/// Text events and references put together.
pub fn take_text(event: &Event<'_>, into: &mut String) {
    match event {
        Event::Text(text) => into.push_str(text),
        Event::CData(text) => into.push_str(text),
        Event::GeneralRef(reference) => match &**reference {
            "lt" => into.push('<'),
            "gt" => into.push('>'),
            "amp" => into.push('&'),
            "quot" => into.push('"'),
            "apos" => into.push('\''),
            _ => into.extend(reference.resolve_char_ref().ok().flatten()),
        },
        _ => {}
    }
}

/// Id → target.
fn relations(part: &[u8]) -> Result<HashMap<String, String>, SheetReadError> {
    let mut found = HashMap::new();
    let mut reader = reader(part);
    loop {
        match reader.read_event().map_err(no_xml)? {
            Event::Start(element) if element.local_name().as_ref() == "Relationship" => {
                if let (Some(id), Some(target)) = (attribute(&element, "Id"), attribute(&element, "Target")) {
                    found.insert(id, target);
                }
            }
            Event::Eof => return Ok(found),
            _ => {}
        }
    }
}

/// What the workbook part lists.
#[derive(Default)]
struct Outline {
    /// Name, relation, whether hidden.
    sheets: Vec<(String, String, bool)>,
    /// Name, the sheet it belongs to, what it stands for.
    names: Vec<(String, Option<usize>, String)>,
}

fn outline(part: &[u8]) -> Result<Outline, SheetReadError> {
    let mut outline = Outline::default();
    let mut in_name = false;
    let mut reader = reader(part);
    loop {
        let event = reader.read_event().map_err(no_xml)?;
        match &event {
            Event::Start(element) if element.local_name().as_ref() == "sheet" => {
                let hidden = attribute(element, "state").is_some_and(|state| state != "visible");
                if let (Some(name), Some(id)) = (attribute(element, "name"), attribute(element, "id")) {
                    outline.sheets.push((name, id, hidden));
                }
            }
            Event::Start(element) if element.local_name().as_ref() == "definedName" => {
                let sheet = attribute(element, "localSheetId").and_then(|index| index.parse().ok());
                outline.names.push((attribute(element, "name").unwrap_or_default(), sheet, String::new()));
                in_name = true;
            }
            Event::End(element) if element.local_name().as_ref() == "definedName" => in_name = false,
            Event::Eof => return Ok(outline),
            other if in_name => {
                if let Some((_, _, text)) = outline.names.last_mut() {
                    take_text(other, text);
                }
            }
            _ => {}
        }
    }
}

/// The shared strings, and the numbers of those of which a part cannot be read; how a word is pronounced is no part of it.
fn strings(part: &[u8], palette: &Palette) -> Result<(Vec<String>, BTreeSet<usize>), SheetReadError> {
    let (mut found, mut hidden): (Vec<String>, BTreeSet<usize>) = Default::default();
    let (mut in_text, mut in_phonetic) = (false, false);
    let mut reader = reader(part);
    loop {
        let event = reader.read_event().map_err(no_xml)?;
        match &event {
            Event::Start(element) => match element.local_name().as_ref() {
                "si" => found.push(String::new()),
                "t" => in_text = true,
                "rPh" => in_phonetic = true,
                _ if palette.hides(element) => drop(hidden.insert(found.len().saturating_sub(1))),
                _ => {}
            },
            Event::End(element) => match element.local_name().as_ref() {
                "t" => in_text = false,
                "rPh" => in_phonetic = false,
                _ => {}
            },
            Event::Eof => return Ok((found, hidden)),
            other if in_text && !in_phonetic => {
                if let Some(text) = found.last_mut() {
                    take_text(other, text);
                }
            }
            _ => {}
        }
    }
}

/// The number format of every cell style.
fn formats(part: &[u8]) -> Result<Vec<Option<String>>, SheetReadError> {
    let mut own: BTreeMap<u32, String> = BTreeMap::new();
    let mut styles = Vec::new();
    let mut in_cells = false;
    let mut reader = reader(part);
    loop {
        match reader.read_event().map_err(no_xml)? {
            Event::Start(element) => match element.local_name().as_ref() {
                "numFmt" => {
                    let id = attribute(&element, "numFmtId").and_then(|id| id.parse().ok());
                    if let (Some(id), Some(code)) = (id, attribute(&element, "formatCode")) {
                        own.insert(id, code);
                    }
                }
                "cellXfs" => in_cells = true,
                "xf" if in_cells => {
                    let id = attribute(&element, "numFmtId").and_then(|id| id.parse().ok()).unwrap_or(0);
                    styles.push(own.get(&id).cloned().or_else(|| built_in(id).map(str::to_owned)));
                }
                _ => {}
            },
            Event::End(element) if element.local_name().as_ref() == "cellXfs" => in_cells = false,
            Event::Eof => return Ok(styles),
            _ => {}
        }
    }
}

/// Formats that every Excel knows by number (ECMA-376 18.8.30), those that occur in such annexes.
fn built_in(id: u32) -> Option<&'static str> {
    Some(match id {
        1 => "0",
        2 => "0.00",
        3 => "#,##0",
        4 => "#,##0.00",
        9 => "0%",
        10 => "0.00%",
        14 => "yyyy/m/d",
        22 => "yyyy/m/d h:mm",
        39 => "#,##0.00_);(#,##0.00)",
        49 => "@",
        _ => return None,
    })
}
