//! What hetong has to say about a case, and where.
//!
//! A [`Diagnostic`] is one finding: the rule it comes from, how grave it is, what was found, what was
//! expected, the clause it rests on, how to mend it, and the [`Origin`] it points to. Findings are collected,
//! never thrown one at a time, and written out in one place: [`human`], [`json`] or [`sarif`].
//!
//! May use: nothing else of hetong.

use std::collections::BTreeMap;
use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use serde::Serialize;

/// A file as the user knows it: its path relative to the case folder, with `/` between the parts.
pub type FileName = Arc<str>;

/// How grave a finding is. Errors keep a bundle from being final.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// 错误: must be mended before signing.
    Error,
    /// 警告: may be right, but a careful reviewer would ask.
    Warning,
    /// 提示: good to know.
    Note,
}

impl Severity {
    /// The word users read.
    pub fn label(self) -> &'static str {
        match self {
            Severity::Error => "错误",
            Severity::Warning => "警告",
            Severity::Note => "提示",
        }
    }
}

/// A stretch of a text file (YAML). Bytes for slicing, line and column for people.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TextSpan {
    /// The file.
    pub file: FileName,
    /// Byte offsets into the file's text.
    pub bytes: Range<usize>,
    /// First line is 1.
    pub line: u32,
    /// First character of a line is 1; counted in characters, not bytes.
    pub column: u32,
}

/// A spreadsheet cell by zero-based row and column; shown as `F12`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CellRef {
    /// Zero-based row.
    pub row: u32,
    /// Zero-based column.
    pub column: u32,
}

impl fmt::Display for CellRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut letters = Vec::new();
        let mut rest = self.column;
        loop {
            letters.push(char::from(b'A' + (rest % 26) as u8));
            if rest < 26 {
                break;
            }
            rest = rest / 26 - 1;
        }
        let letters: String = letters.iter().rev().collect();
        write!(f, "{letters}{}", self.row + 1)
    }
}

/// A cell of a workbook.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct CellPlace {
    /// The workbook.
    pub file: FileName,
    /// The sheet's name; empty for CSV.
    pub sheet: Arc<str>,
    /// The cell.
    pub cell: CellRef,
}

/// Where a value came from, or where a finding points.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// A place in a text file.
    Text(TextSpan),
    /// A cell of a workbook.
    Cell(CellPlace),
    /// A file as a whole.
    File(FileName),
    /// Not typed by anyone: the name of a computed figure, or of the pack's data.
    Derived(String),
}

impl Origin {
    /// The file this origin lies in, if it lies in one.
    pub fn file(&self) -> Option<&FileName> {
        match self {
            Origin::Text(span) => Some(&span.file),
            Origin::Cell(place) => Some(&place.file),
            Origin::File(file) => Some(file),
            Origin::Derived(_) => None,
        }
    }

    /// Order in which findings are told: by file, then by place in it; computed things last.
    fn key(&self) -> (u8, &str, usize, usize, &str) {
        match self {
            Origin::Text(span) => (0, &span.file, span.bytes.start, span.bytes.end, ""),
            Origin::File(file) => (0, file, 0, 0, ""),
            Origin::Cell(place) => {
                (1, &place.file, place.cell.row as usize, place.cell.column as usize, &place.sheet)
            }
            Origin::Derived(name) => (2, name, 0, 0, ""),
        }
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Origin::Text(span) => write!(f, "{}:{}:{}", span.file, span.line, span.column),
            Origin::Cell(place) if place.sheet.is_empty() => {
                write!(f, "{} 单元格 {}", place.file, place.cell)
            }
            Origin::Cell(place) => {
                write!(f, "{} 工作表“{}”单元格 {}", place.file, place.sheet, place.cell)
            }
            Origin::File(file) => write!(f, "{file}"),
            Origin::Derived(name) => write!(f, "{name}"),
        }
    }
}

/// A value together with where it was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Located<T> {
    /// The value.
    pub value: T,
    /// Where it was written.
    pub origin: Origin,
}

impl<T> Located<T> {
    /// Ties a value to its place.
    pub fn new(value: T, origin: Origin) -> Self {
        Self { value, origin }
    }

    /// The same place, another value.
    pub fn map<U>(self, f: impl FnOnce(T) -> U) -> Located<U> {
        Located { value: f(self.value), origin: self.origin }
    }
}

/// One finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// Stable rule id, such as `Q007`.
    pub id: &'static str,
    /// How grave it is.
    pub severity: Severity,
    /// What was found: one Chinese sentence without a full stop.
    pub message: String,
    /// What was expected there, where that can be said.
    pub expected: Option<String>,
    /// The clause or standard it rests on.
    pub clause: String,
    /// How to mend it.
    pub help: String,
    /// Where.
    pub origin: Origin,
    /// Other places that have to do with it, each with a word on why.
    pub labels: Vec<(Origin, String)>,
}

impl Diagnostic {
    /// Sort key: place first, then rule.
    fn key(&self) -> ((u8, &str, usize, usize, &str), &'static str) {
        (self.origin.key(), self.id)
    }
}

/// The texts findings point into, by file name; needed to show the line at fault.
pub type Sources = BTreeMap<FileName, Arc<str>>;

/// All findings of one case, in order of place.
#[derive(Clone, Debug, Default)]
pub struct Findings {
    items: Vec<Diagnostic>,
}

impl Findings {
    /// Adds one finding.
    pub fn push(&mut self, diagnostic: Diagnostic) {
        self.items.push(diagnostic);
    }

    /// Adds many.
    pub fn extend(&mut self, diagnostics: impl IntoIterator<Item = Diagnostic>) {
        self.items.extend(diagnostics);
    }

    /// Puts findings in order of place and drops exact repeats.
    pub fn sorted(mut self) -> Self {
        self.items.sort_by(|a, b| a.key().cmp(&b.key()));
        self.items.dedup();
        self
    }

    /// The findings.
    pub fn iter(&self) -> std::slice::Iter<'_, Diagnostic> {
        self.items.iter()
    }

    /// How many there are of one severity.
    pub fn count(&self, severity: Severity) -> usize {
        self.items.iter().filter(|d| d.severity == severity).count()
    }

    /// Whether any is an error.
    pub fn has_errors(&self) -> bool {
        self.count(Severity::Error) > 0
    }

    /// Whether there are none at all.
    pub fn is_empty(&self) -> bool {
        self.items.is_empty()
    }
}

impl<'a> IntoIterator for &'a Findings {
    type Item = &'a Diagnostic;
    type IntoIter = std::slice::Iter<'a, Diagnostic>;
    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl IntoIterator for Findings {
    type Item = Diagnostic;
    type IntoIter = std::vec::IntoIter<Diagnostic>;
    fn into_iter(self) -> Self::IntoIter {
        self.items.into_iter()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cell_names() {
        let name = |row, column| CellRef { row, column }.to_string();
        assert_eq!(name(0, 0), "A1");
        assert_eq!(name(11, 25), "Z12");
        assert_eq!(name(0, 26), "AA1");
        assert_eq!(name(99, 701), "ZZ100");
        assert_eq!(name(0, 702), "AAA1");
    }
}
