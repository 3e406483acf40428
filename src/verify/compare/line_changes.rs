//! What differs between two plain text files (案卷 as YAML, CSV, 台账), line by line.
//!
//! May use: nothing of hetong.

use std::ops::Range;

use encoding_rs::{GB18030, UTF_8, UTF_16BE, UTF_16LE};
use similar::{Algorithm, DiffOp, capture_diff_slices};

/// Kinds of file that hold plain text.
const PLAIN: [&str; 9] = ["yaml", "yml", "csv", "tsv", "json", "jsonl", "txt", "md", "typ"];

/// Lines that took the place of others; one side may be empty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LineChange {
    /// The first of them in the old file, from 1; where there is none, the line that it would come before.
    pub line_before: usize,
    /// The same in the new file.
    pub line_after: usize,
    /// Lines that went.
    pub before: Vec<String>,
    /// Lines that came.
    pub after: Vec<String>,
}

impl LineChange {
    /// Where: `第 3 行`, or `旧第 3 行，新第 5 行`.
    pub fn place(&self) -> String {
        match (self.before.is_empty(), self.after.is_empty()) {
            (true, _) => format!("新第 {} 行", self.line_after),
            (_, true) => format!("旧第 {} 行", self.line_before),
            _ if self.line_before == self.line_after => format!("第 {} 行", self.line_after),
            _ => format!("旧第 {} 行，新第 {} 行", self.line_before, self.line_after),
        }
    }
}

/// Whether a file of this extension, in small letters, holds plain text.
pub fn is_plain(extension: &str) -> bool {
    PLAIN.contains(&extension)
}

/// The lines that differ; none where one of the two is no text.
pub fn lines(old: &[u8], new: &[u8]) -> Option<Vec<LineChange>> {
    let (old, new) = (decoded(old)?, decoded(new)?);
    let (old, new): (Vec<&str>, Vec<&str>) = (old.lines().collect(), new.lines().collect());
    let mut spans: Vec<(Range<usize>, Range<usize>)> = Vec::new();
    for op in capture_diff_slices(Algorithm::Myers, &old, &new) {
        if matches!(op, DiffOp::Equal { .. }) {
            continue;
        }
        match spans.last_mut() {
            // A deletion and an insertion at the same place are a replacement.
            Some((o, n)) if o.end == op.old_range().start && n.end == op.new_range().start => {
                (o.end, n.end) = (op.old_range().end, op.new_range().end);
            }
            _ => spans.push((op.old_range(), op.new_range())),
        }
    }
    let taken = |lines: &[&str], range: &Range<usize>| -> Vec<String> {
        lines.get(range.clone()).unwrap_or_default().iter().map(|line| (*line).to_owned()).collect()
    };
    let change = |(before, after): &(Range<usize>, Range<usize>)| LineChange {
        line_before: before.start + 1,
        line_after: after.start + 1,
        before: taken(&old, before),
        after: taken(&new, after),
    };
    Some(spans.iter().map(change).collect())
}

/// The text of a file: UTF-8, UTF-16 with its mark, or what Excel saves on a Chinese Windows.
fn decoded(bytes: &[u8]) -> Option<String> {
    let whole = |encoding: &'static encoding_rs::Encoding, bytes| {
        encoding.decode_without_bom_handling_and_without_replacement(bytes).map(|text| text.into_owned())
    };
    let text = match bytes {
        [0xEF, 0xBB, 0xBF, rest @ ..] => whole(UTF_8, rest),
        [0xFF, 0xFE, rest @ ..] => whole(UTF_16LE, rest),
        [0xFE, 0xFF, rest @ ..] => whole(UTF_16BE, rest),
        _ => whole(UTF_8, bytes).or_else(|| whole(GB18030, bytes)),
    };
    text.filter(|text| !text.contains('\0'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(old: &str, new: &str) -> Vec<(String, String, String)> {
        let changes = lines(old.as_bytes(), new.as_bytes()).unwrap();
        changes.iter().map(|c| (c.place(), c.before.join("|"), c.after.join("|"))).collect()
    }

    fn row(place: &str, before: &str, after: &str) -> (String, String, String) {
        (place.to_owned(), before.to_owned(), after.to_owned())
    }

    #[test]
    fn changed_lines_are_told_with_their_numbers() {
        assert_eq!(told("甲\n乙\n丙\n", "甲\n丁\n丙\n"), [row("第 2 行", "乙", "丁")]);
        assert_eq!(
            told("甲\n乙\n丙\n", "新\n甲\n丙\n"),
            [row("新第 1 行", "", "新"), row("旧第 2 行", "乙", "")]
        );
        assert_eq!(
            told("甲\n乙\n丙\n", "新\n甲\n戊\n丙\n"),
            [row("新第 1 行", "", "新"), row("旧第 2 行，新第 3 行", "乙", "戊")]
        );
        assert!(told("甲\r\n乙", "甲\n乙\n").is_empty());
    }

    #[test]
    fn excels_csv_is_read_and_what_is_no_text_is_not() {
        let (gb, _, _) = GB18030.encode("岗位,人天\n高级,5\n");
        let changes = lines(&gb, "\u{feff}岗位,人天\n高级,6\n".as_bytes()).unwrap();
        assert_eq!((changes.len(), changes[0].after[0].as_str()), (1, "高级,6"));
        assert_eq!(lines(b"a\0b", b"a"), None);
    }
}
