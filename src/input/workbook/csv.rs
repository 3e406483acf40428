//! .csv: text in UTF-8 (with or without a mark), UTF-16 with a mark, or GBK; cells set apart by comma, semicolon
//! or tab. A CSV has one sheet without a name and no formulas: `=1+1` is text.
//!
//! May use: `builder`, `grid`.

use encoding_rs::{GB18030, UTF_8, UTF_16BE, UTF_16LE};

use super::builder::{Budget, SheetBuilder};
use super::grid::{Layout, Sheet, Value, Visibility};
use super::trouble::Trouble;

/// Reads the one sheet.
pub fn read(bytes: &[u8]) -> Result<Sheet, Trouble> {
    let text = decode(bytes)?;
    let records = records(&text, delimiter(&text), usize::MAX);
    let mut budget = Budget::default();
    let mut builder = SheetBuilder::new("", Visibility::Visible, &mut budget)?;
    for (row, record) in records.ok_or_else(|| Trouble::unreadable("CSV 的引号没有配对"))?.iter().enumerate()
    {
        for (column, field) in record.iter().enumerate() {
            if !field.trim().is_empty() {
                let (row, column) =
                    (u32::try_from(row).unwrap_or(u32::MAX), u32::try_from(column).unwrap_or(u32::MAX));
                builder.value(row, column, Value::text(field))?;
            }
        }
    }
    builder.finish(Layout::default(), false)
}

/// The first `limit` records with their fields (RFC 4180); `None` if a quote is never closed.
///
/// The `csv` crate is not used here: it passes over blank lines without counting them, and then no cell's row would
/// be the one that Excel shows.
fn records(text: &str, delimiter: char, limit: usize) -> Option<Vec<Vec<String>>> {
    let mut records = Vec::new();
    let mut record = Vec::new();
    let mut field = String::new();
    let mut quoted = false;
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '"' if quoted && chars.peek() == Some(&'"') => {
                field.push('"');
                chars.next();
            }
            '"' if quoted => quoted = false,
            _ if quoted => field.push(c),
            '"' if field.is_empty() => quoted = true,
            '\r' if chars.peek() == Some(&'\n') => (),
            '\r' | '\n' => {
                record.push(std::mem::take(&mut field));
                records.push(std::mem::take(&mut record));
                if records.len() >= limit {
                    return Some(records);
                }
            }
            _ if c == delimiter => record.push(std::mem::take(&mut field)),
            _ => field.push(c),
        }
    }
    if !field.is_empty() || !record.is_empty() {
        record.push(field);
        records.push(record);
    }
    (!quoted).then_some(records)
}

/// The text, in whichever encoding it certainly is.
fn decode(bytes: &[u8]) -> Result<String, Trouble> {
    let whole = |encoding: &'static encoding_rs::Encoding, bytes| {
        encoding.decode_without_bom_handling_and_without_replacement(bytes).map(|text| text.into_owned())
    };
    let text = match bytes {
        [0xef, 0xbb, 0xbf, rest @ ..] => whole(UTF_8, rest),
        [0xff, 0xfe, rest @ ..] => whole(UTF_16LE, rest),
        [0xfe, 0xff, rest @ ..] => whole(UTF_16BE, rest),
        // GB18030 reads everything that is GBK; UTF-8 comes first because GBK text is hardly ever valid UTF-8.
        _ => whole(UTF_8, bytes).or_else(|| whole(GB18030, bytes)),
    };
    let text = text.ok_or_else(|| Trouble::unreadable("文字编码不是 UTF-8、UTF-16 或 GBK"))?;
    let control = |c: char| c.is_control() && !matches!(c, '\t' | '\n' | '\r' | '\u{c}');
    if text.chars().any(control) {
        Err(Trouble::unreadable("不是文本，也不是认得的表格格式"))
    } else {
        Ok(text)
    }
}

/// The delimiter that splits the most lines into the same number of cells; a comma if none does.
fn delimiter(text: &str) -> char {
    let score = |delimiter: char| {
        let mut counts = std::collections::BTreeMap::new();
        for record in
            records(text, delimiter, 200).unwrap_or_default().iter().filter(|record| record.len() > 1)
        {
            *counts.entry(record.len()).or_insert(0_usize) += 1;
        }
        counts.values().copied().max().unwrap_or(0)
    };
    // max_by_key keeps the last of equals, so the most usual stands last.
    ['\t', ';', ','].into_iter().max_by_key(|d| score(*d)).unwrap_or(',')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(bytes: &[u8]) -> Vec<(String, String)> {
        read(bytes)
            .unwrap()
            .cells
            .iter()
            .map(|(place, cell)| (place.to_string(), cell.value.shown()))
            .collect()
    }

    fn pairs(list: &[(&str, &str)]) -> Vec<(String, String)> {
        list.iter().map(|(a, b)| ((*a).to_owned(), (*b).to_owned())).collect()
    }

    #[test]
    fn reads_every_encoding_and_delimiter() {
        let expected = pairs(&[("A1", "岗位"), ("B1", "级别"), ("A3", "运维支撑"), ("B3", "高级")]);
        for delimiter in [",", ";", "\t"] {
            let text = format!("岗位{delimiter}级别\r\n\r\n运维支撑{delimiter}高级\r\n");
            let gbk = GB18030.encode(&text).0.into_owned();
            let wide: Vec<u8> =
                [0xff, 0xfe].into_iter().chain(text.encode_utf16().flat_map(u16::to_le_bytes)).collect();
            let big: Vec<u8> =
                [0xfe, 0xff].into_iter().chain(text.encode_utf16().flat_map(u16::to_be_bytes)).collect();
            let marked = [b"\xef\xbb\xbf", text.as_bytes()].concat();
            for bytes in [text.as_bytes(), &gbk, &wide, &big, &marked] {
                assert_eq!(shown(bytes), expected);
            }
        }
    }

    #[test]
    fn quoted_cells_may_hold_line_ends() {
        let text = "单价,\"甲\n乙\"\n\"1,250\",x\n";
        let expected = pairs(&[("A1", "单价"), ("B1", "甲\n乙"), ("A2", "1,250"), ("B2", "x")]);
        assert_eq!(shown(text.as_bytes()), expected);
    }

    #[test]
    fn binary_is_refused() {
        assert!(read(b"\x00\x01\x02").is_err());
        assert!(read(&[0x81]).is_err());
        assert!(read(b"a,\"b").is_err());
    }
}
