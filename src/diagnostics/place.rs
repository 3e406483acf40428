//! From byte ranges to lines and columns, for every emitter alike.
//!
//! A span is trusted for its bytes only as far as the text goes: a range past the end, or one that cuts a
//! character in two, is drawn in to the nearest sound place, because showing a finding must never fail.
//!
//! May use: nothing else of hetong.

use std::cell::OnceCell;
use std::collections::BTreeMap;
use std::ops::Range;

use super::{Sources, TextSpan};

/// A text cut into lines. `\n`, `\r\n` and a lone `\r` each end a line, as they do in YAML.
pub struct Lines<'a> {
    text: &'a str,
    /// Where each line begins; never empty.
    starts: Vec<usize>,
}

impl<'a> Lines<'a> {
    /// Finds the lines of a text. A byte order mark belongs to no line.
    pub fn new(text: &'a str) -> Self {
        let bytes = text.as_bytes();
        let mut starts = vec![if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 }];
        for (at, byte) in bytes.iter().enumerate() {
            let ends_line = match byte {
                b'\n' => true,
                b'\r' => bytes.get(at + 1) != Some(&b'\n'),
                _ => false,
            };
            if ends_line {
                starts.push(at + 1);
            }
        }
        Self { text, starts }
    }

    /// The zero-based line a byte lies in.
    pub fn line_of(&self, byte: usize) -> usize {
        self.starts.partition_point(|start| *start <= byte).saturating_sub(1)
    }

    /// The bytes of a line without its line break; empty past the last line.
    pub fn range(&self, line: usize) -> Range<usize> {
        let Some(start) = self.starts.get(line).copied() else {
            return self.text.len()..self.text.len();
        };
        let end = self.starts.get(line + 1).copied().unwrap_or(self.text.len());
        let content = self.text.get(start..end).unwrap_or_default();
        start..start + content.trim_end_matches(['\n', '\r']).len()
    }

    /// The text of a line without its line break.
    pub fn text(&self, line: usize) -> &'a str {
        self.text.get(self.range(line)).unwrap_or_default()
    }

    /// Draws a range in until it lies within the text, on character boundaries, after the byte order mark.
    /// Line breaks and blanks at its end are dropped, so that a block does not reach into what follows it.
    pub fn sound(&self, bytes: &Range<usize>) -> Range<usize> {
        let first = self.starts.first().copied().unwrap_or(0);
        let start = self.text.floor_char_boundary(bytes.start).max(first);
        let end = self.text.ceil_char_boundary(bytes.end).max(start);
        let kept = self.text.get(start..end).unwrap_or_default().trim_end().len();
        if kept == 0 { start..start } else { start..start + kept }
    }

    /// One-based line and column, the column counted in characters.
    pub fn line_column(&self, byte: usize) -> (u32, u32) {
        let line = self.line_of(byte);
        let range = self.range(line);
        let before = self.text.get(range.start..byte.clamp(range.start, range.end)).unwrap_or_default();
        (to_u32(line + 1), to_u32(before.chars().count() + 1))
    }
}

/// A stretch of text by lines and columns, all one-based; the end column is that of the first character after it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Region {
    /// First line.
    pub line: u32,
    /// First column, in characters.
    pub column: u32,
    /// Last line.
    pub end_line: u32,
    /// The column after the last character.
    pub end_column: u32,
}

/// The texts that findings point into; each is cut into lines once, however many findings there are.
pub struct Texts<'a> {
    files: BTreeMap<&'a str, (&'a str, OnceCell<Lines<'a>>)>,
}

impl<'a> Texts<'a> {
    /// Of some texts.
    pub fn of(sources: &'a Sources) -> Self {
        Self { files: sources.iter().map(|(file, text)| (&**file, (&**text, OnceCell::new()))).collect() }
    }

    /// The lines of a file.
    pub fn lines(&self, file: &str) -> Option<&Lines<'a>> {
        self.files.get(file).map(|(text, lines)| lines.get_or_init(|| Lines::new(text)))
    }
}

/// Where a span lies. Without its text only the start is known, and the span's own word is taken for it.
pub fn region(span: &TextSpan, texts: &Texts<'_>) -> Region {
    match texts.lines(&span.file) {
        Some(lines) => {
            let bytes = lines.sound(&span.bytes);
            let (line, column) = lines.line_column(bytes.start);
            let (end_line, end_column) = lines.line_column(bytes.end);
            Region { line, column, end_line, end_column }
        }
        None => {
            let (line, column) = (span.line.max(1), span.column.max(1));
            Region { line, column, end_line: line, end_column: column }
        }
    }
}

/// Line and column numbers beyond four thousand million do not occur: files are limited long before.
fn to_u32(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str, bytes: Range<usize>) -> (u32, u32, u32, u32) {
        let sources = Sources::from([("合同.yaml".into(), text.into())]);
        let span = TextSpan { file: "合同.yaml".into(), bytes, line: 1, column: 1 };
        let found = region(&span, &Texts::of(&sources));
        (found.line, found.column, found.end_line, found.end_column)
    }

    #[test]
    fn counts_characters_not_bytes() {
        assert_eq!(at("编号: 甲乙", 8..14), (1, 5, 1, 7));
        assert_eq!(at("a: 1\r\nb: 2\rc: 3\n", 11..12), (3, 1, 3, 2));
    }

    #[test]
    fn byte_order_mark_is_no_column() {
        assert_eq!(at("\u{feff}a: 1", 3..4), (1, 1, 1, 2));
        assert_eq!(at("\u{feff}a: 1", 0..4), (1, 1, 1, 2));
    }

    #[test]
    fn draws_in_what_lies_outside() {
        assert_eq!(at("", 0..0), (1, 1, 1, 1));
        assert_eq!(at("ab", 7..9), (1, 3, 1, 3));
        assert_eq!(at("a\n", 2..2), (2, 1, 2, 1));
        assert_eq!(at("甲", 1..2), (1, 1, 1, 2));
    }

    #[test]
    fn a_block_ends_with_its_last_word() {
        assert_eq!(at("乙方:\n  名称: x\n\n报价: y", 0..21), (1, 1, 2, 8));
    }
}
