//! What lies beside, over and under a sheet's cells: pictures, text boxes, notes, conditional formats, headers; and rows and
//! columns too low and too narrow to be seen.
//!
//! May use: `sheet_cells`, `sheet_parts`.

use std::collections::HashMap;

use quick_xml::events::{BytesStart, Event};

use super::sheet_cells::{Book, BookSheet, SheetReadError};
use super::sheet_parts::{attribute, is_set, no_xml, reader, row_of, take_text};
use crate::diagnostics::CellRef;

/// Points of a row that shows nothing.
const LOW: f32 = 5.0;
/// Digits of a column that shows nothing.
const NARROW: f32 = 0.8;
/// Characters of a text that are told.
const SHOWN: usize = 60;
/// Columns that one element may speak of.
const COLUMNS: u32 = 16_384;

/// All parts of a workbook.
pub type Parts = HashMap<String, Vec<u8>>;

/// What concerns the workbook as a whole.
pub fn of_book(parts: &Parts, book: &mut Book) {
    let mut tell = |what: &str, is_there: bool| {
        if is_there {
            book.beside.push(what.to_owned());
        }
    };
    let any = |beginning: &str| parts.keys().any(|name| name.starts_with(beginning));
    tell("宏", any("xl/vbaProject"));
    tell("外部链接", any("xl/externalLinks/"));
    tell("嵌入的对象或控件", any("xl/embeddings/") || any("xl/activeX/") || any("xl/ctrlProps/"));
    let old = parts.get("xl/workbook.xml").is_some_and(|part| {
        let text = String::from_utf8_lossy(part);
        ["date1904=\"1\"", "date1904=\"true\""].iter().any(|set| text.contains(set))
    });
    tell("从 1904 年起算的日期", old);
}

/// What concerns one sheet, whose part has this path.
pub fn of_sheet(parts: &Parts, path: &str, sheet: &mut BookSheet) -> Result<(), SheetReadError> {
    let Some(part) = parts.get(path) else { return Ok(()) };
    let mut reader = reader(part);
    let mut margin: Option<String> = None;
    let mut next_row = 0;
    loop {
        let event = reader.read_event().map_err(no_xml)?;
        match &event {
            Event::Start(element) => match element.local_name().as_ref() {
                "row" => {
                    let row = row_of(element, next_row);
                    next_row = row.saturating_add(1);
                    if below(element, "ht", LOW) {
                        sheet.hidden_rows.push(row);
                    }
                }
                "col" if below(element, "width", NARROW) => narrow(element, sheet),
                "sheetFormatPr" => {
                    let low = below(element, "defaultRowHeight", LOW) || is_set(element, "zeroHeight");
                    if low || below(element, "defaultColWidth", NARROW) {
                        sheet.beside.push("没有另设行高、列宽的地方都看不见".into());
                    }
                }
                "sheetView" if is_off(element, "showZeros") => sheet.beside.push("不显示零值".into()),
                "sheetView" if is_set(element, "showFormulas") => {
                    sheet.beside.push("显示公式而不是结果".into())
                }
                "picture" => sheet.beside.push("背景图片".into()),
                "conditionalFormatting" => {
                    let region = attribute(element, "sqref").unwrap_or_default();
                    sheet.beside.push(format!("{region} 的条件格式"));
                }
                "oddHeader" | "oddFooter" | "evenHeader" | "evenFooter" | "firstHeader" | "firstFooter" => {
                    margin = Some(String::new());
                }
                _ => {}
            },
            Event::End(element) if element.local_name().as_ref().ends_with("er") => {
                let text = margin.take().map(|text| plain_margin(&text)).filter(|text| !text.is_empty());
                sheet.beside.extend(text.map(|text| format!("打印的页眉、页脚“{}”", shortened(&text))));
            }
            Event::Eof => break,
            other => {
                if let Some(text) = &mut margin {
                    take_text(other, text);
                }
            }
        }
    }
    sheet.hidden_rows.sort_unstable();
    sheet.hidden_rows.dedup();
    sheet.hidden_columns.sort_unstable();
    sheet.hidden_columns.dedup();
    related(parts, path, sheet)
}

fn below(element: &BytesStart<'_>, name: &str, least: f32) -> bool {
    attribute(element, name).and_then(|value| value.parse::<f32>().ok()).is_some_and(|value| value < least)
}

fn is_off(element: &BytesStart<'_>, name: &str) -> bool {
    attribute(element, name).is_some_and(|value| value == "0" || value == "false")
}

fn narrow(element: &BytesStart<'_>, sheet: &mut BookSheet) {
    let number = |name| attribute(element, name).and_then(|text| text.parse::<u32>().ok());
    if let (Some(first @ 1..), Some(last)) = (number("min"), number("max")) {
        sheet.hidden_columns.push((first - 1, last.min(COLUMNS).saturating_sub(1)));
    }
}

/// A header's text without the codes that lay it out: `&C&"宋体,常规"&9第 &P 页`.
fn plain_margin(text: &str) -> String {
    let mut plain = String::new();
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match (c, chars.peek().copied()) {
            ('&', Some('"')) => {
                chars.next();
                while chars.next().is_some_and(|c| c != '"') {}
            }
            ('&', Some('0'..='9')) => while chars.next_if(char::is_ascii_digit).is_some() {},
            ('&', Some('&')) => plain.extend(chars.next()),
            // The number of the page, the day: which code it is counts.
            ('&', Some('P' | 'N' | 'D' | 'T' | 'A' | 'F' | 'G' | 'Z')) => {
                plain.push('&');
                plain.extend(chars.next());
            }
            ('&', Some('K')) => drop(chars.by_ref().take(7).count()),
            ('&', Some(_)) => drop(chars.next()),
            (c, _) if c.is_whitespace() => {}
            (c, _) => plain.push(c),
        }
    }
    plain
}

/// What other parts lay over the sheet.
fn related(parts: &Parts, path: &str, sheet: &mut BookSheet) -> Result<(), SheetReadError> {
    let Some((folder, name)) = path.rsplit_once('/') else { return Ok(()) };
    let Some(rels) = parts.get(&format!("{folder}/_rels/{name}.rels")) else { return Ok(()) };
    for (kind, target) in relations(rels)? {
        let Some(part) = parts.get(&resolved(folder, &target)) else { continue };
        match kind.as_str() {
            "drawing" => sheet.beside.extend(drawn(part)?),
            "comments" | "threadedComment" => sheet.beside.extend(notes(part)?),
            // The boxes of notes are no others.
            "vmlDrawing" => {
                let text = String::from_utf8_lossy(part);
                let others =
                    text.matches("ObjectType=").count() - text.matches("ObjectType=\"Note\"").count();
                sheet.beside.extend((others > 0).then(|| format!("{others} 个控件或图形")));
            }
            _ => {}
        }
    }
    Ok(())
}

/// The last word of each relation's type, and its target.
fn relations(part: &[u8]) -> Result<Vec<(String, String)>, SheetReadError> {
    let mut found = Vec::new();
    let mut reader = reader(part);
    loop {
        match reader.read_event().map_err(no_xml)? {
            Event::Start(element) => {
                if let (Some(kind), Some(target)) =
                    (attribute(&element, "Type"), attribute(&element, "Target"))
                {
                    found.push((kind.rsplit('/').next().unwrap_or_default().to_owned(), target));
                }
            }
            Event::Eof => return Ok(found),
            _ => {}
        }
    }
}

/// `../drawings/drawing1.xml` seen from `xl/worksheets`.
fn resolved(folder: &str, target: &str) -> String {
    if let Some(absolute) = target.strip_prefix('/') {
        return absolute.to_owned();
    }
    let mut steps: Vec<&str> = folder.split('/').collect();
    for step in target.split('/') {
        match step {
            ".." => drop(steps.pop()),
            "." => {}
            step => steps.push(step),
        }
    }
    steps.join("/")
}

/// Each thing that is drawn, with the cell that it begins in and its words.
fn drawn(part: &[u8]) -> Result<Vec<String>, SheetReadError> {
    let mut found = Vec::new();
    let (mut kind, mut words, mut from) = ("图形", String::new(), [0_u32; 2]);
    let mut within = String::new();
    let mut reader = reader(part);
    loop {
        let event = reader.read_event().map_err(no_xml)?;
        match &event {
            Event::Start(element) => match element.local_name().as_ref() {
                "twoCellAnchor" | "oneCellAnchor" | "absoluteAnchor" => {
                    (kind, words, from) = ("图形", String::new(), [0, 0]);
                }
                "pic" => kind = "图片",
                "sp" => kind = "文本框或图形",
                "graphicFrame" => kind = "图表",
                "cxnSp" => kind = "线条",
                "from" => within = "from".into(),
                name @ ("col" | "row") if within.starts_with("from") => within = format!("from {name}"),
                "t" => within = "t".into(),
                _ => {}
            },
            Event::End(element) => match element.local_name().as_ref() {
                "twoCellAnchor" | "oneCellAnchor" | "absoluteAnchor" => {
                    let place = CellRef { row: from[1], column: from[0] };
                    let words =
                        if words.is_empty() { words.clone() } else { format!("“{}”", shortened(&words)) };
                    found.push(format!("{place} 处的{kind}{words}"));
                }
                "from" | "t" => within.clear(),
                "col" | "row" if within.starts_with("from") => within = "from".into(),
                _ => {}
            },
            Event::Eof => return Ok(found),
            other => {
                let mut text = String::new();
                take_text(other, &mut text);
                let number = || text.trim().parse::<u32>().unwrap_or(0).min(1_048_575);
                match within.as_str() {
                    "from col" if !text.trim().is_empty() => from[0] = number(),
                    "from row" if !text.trim().is_empty() => from[1] = number(),
                    "t" => words.push_str(&text),
                    _ => {}
                }
            }
        }
    }
}

/// Notes with their cells.
fn notes(part: &[u8]) -> Result<Vec<String>, SheetReadError> {
    let mut found = Vec::new();
    let mut open: Option<(String, String)> = None;
    let mut reader = reader(part);
    loop {
        let event = reader.read_event().map_err(no_xml)?;
        match &event {
            Event::Start(element)
                if matches!(element.local_name().as_ref(), "comment" | "threadedComment") =>
            {
                open = Some((attribute(element, "ref").unwrap_or_default(), String::new()));
            }
            Event::End(element) if matches!(element.local_name().as_ref(), "comment" | "threadedComment") => {
                let told =
                    open.take().map(|(cell, text)| format!("{cell} 的批注“{}”", shortened(text.trim())));
                found.extend(told);
            }
            Event::Eof => return Ok(found),
            other => {
                if let Some((_, text)) = &mut open {
                    take_text(other, text);
                }
            }
        }
    }
}

fn shortened(text: &str) -> String {
    let shown: String = text.chars().take(SHOWN).collect();
    if shown.len() < text.len() { format!("{shown}…") } else { shown }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_of_a_header_are_no_words() {
        assert_eq!(plain_margin("&C&\"宋体,常规\"&9第 &P 页 共 &N 页"), "第&P页共&N页");
        assert_eq!(plain_margin("&L&K00FF00甲&&乙"), "甲&乙");
    }

    #[test]
    fn what_lies_over_the_cells_is_named_with_its_place() {
        let sheet = "<worksheet><sheetFormatPr defaultRowHeight=\"15\"/><cols><col min=\"2\" max=\"3\" width=\"0.1\"/></cols>\
            <sheetData><row r=\"4\" ht=\"0.5\"/><row r=\"5\" ht=\"20\"/></sheetData>\
            <conditionalFormatting sqref=\"F5:F9\"><cfRule/></conditionalFormatting></worksheet>";
        let rels = "<R><Relationship Type=\"a/drawing\" Target=\"../drawings/drawing1.xml\"/></R>";
        let drawing = "<d><oneCellAnchor><from><col>5</col><colOff>0</colOff><row>4</row></from><sp><txBody><t>99,</t>\
            <t>999.99</t></txBody></sp></oneCellAnchor></d>";
        let parts: Parts = [
            ("xl/worksheets/sheet1.xml", sheet),
            ("xl/worksheets/_rels/sheet1.xml.rels", rels),
            ("xl/drawings/drawing1.xml", drawing),
        ]
        .map(|(name, text)| (name.to_owned(), text.as_bytes().to_vec()))
        .into();
        let mut found = BookSheet::default();
        of_sheet(&parts, "xl/worksheets/sheet1.xml", &mut found).unwrap();
        assert_eq!(found.beside, ["F5:F9 的条件格式", "F5 处的文本框或图形“99,999.99”"]);
        assert_eq!((found.hidden_rows, found.hidden_columns), (vec![3], vec![(1, 2)]));
    }
}
