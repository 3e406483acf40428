//! What hetong has to say about a case, and where.
//!
//! A [`Diagnostic`] is one finding: the rule it comes from, how grave it is, what was found, what was
//! expected, the clause it rests on, how to mend it, and the [`Origin`] it points to. Findings are collected,
//! never thrown one at a time, and written out in one place: [`human`], [`json`] or [`sarif`].
//!
//! May use: nothing else of hetong.

use std::collections::BTreeMap;
use std::fmt;
use std::iter::Sum;
use std::ops::{Add, Range};
use std::sync::Arc;

use serde::Serialize;

pub mod human;
pub mod json;
mod paint;
pub mod place;
#[cfg(test)]
pub(crate) mod samples;
pub mod sarif;
mod snippet;

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
    /// The same fault at other places of one column, each in its own words: told together to people, one by one to
    /// programs.
    pub repeats: Vec<(Origin, String)>,
}

impl Diagnostic {
    /// Every other place, for emitters that tell them all.
    fn others(&self) -> impl Iterator<Item = &(Origin, String)> {
        self.labels.iter().chain(&self.repeats)
    }

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

    /// How many there are of each severity.
    pub fn tally(&self) -> Tally {
        Tally {
            errors: self.count(Severity::Error),
            warnings: self.count(Severity::Warning),
            notes: self.count(Severity::Note),
        }
    }
}

/// How many findings there are of each severity; prints as `2 个错误，1 个警告，0 个提示`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Tally {
    /// 错误.
    pub errors: usize,
    /// 警告.
    pub warnings: usize,
    /// 提示.
    pub notes: usize,
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} 个错误，{} 个警告，{} 个提示", self.errors, self.warnings, self.notes)
    }
}

impl Add for Tally {
    type Output = Tally;
    fn add(self, other: Tally) -> Tally {
        Tally {
            errors: self.errors + other.errors,
            warnings: self.warnings + other.warnings,
            notes: self.notes + other.notes,
        }
    }
}

impl Sum for Tally {
    fn sum<I: Iterator<Item = Tally>>(tallies: I) -> Tally {
        tallies.fold(Tally::default(), Add::add)
    }
}

/// What the emitters write out: one case with its findings and the texts they point into.
#[derive(Clone, Copy, Debug)]
pub struct CaseReport<'a> {
    /// The case's name, such as 星河示例.
    pub name: &'a str,
    /// The case folder as the user gave or would give it, relative to where they stand; empty for “here”.
    pub folder: &'a str,
    /// What was found.
    pub findings: &'a Findings,
    /// The texts the findings point into.
    pub sources: &'a Sources,
}

impl CaseReport<'_> {
    /// A file of the case as seen from where the user stands, with `/` between the parts.
    pub fn path(&self, file: &str) -> String {
        let folder = self.folder.replace(std::path::MAIN_SEPARATOR, "/");
        let folder = folder.strip_prefix("./").unwrap_or(&folder);
        match folder {
            "" | "." => file.to_owned(),
            _ if folder.ends_with('/') => format!("{folder}{file}"),
            _ => format!("{folder}/{file}"),
        }
    }
}

/// A rule as it is explained to people: by `hetong explain`, and in SARIF. The rule's code stands elsewhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RuleInfo {
    /// Stable id: a family letter and three digits, such as `Q007`.
    pub id: &'static str,
    /// A few words, such as 含税总价超过最高限价.
    pub title: &'static str,
    /// The severity its findings have unless the rule says otherwise for one of them.
    pub severity: Severity,
    /// The clause or standard it rests on.
    pub clause: &'static str,
    /// What it looks at.
    pub what: &'static str,
    /// Why that matters.
    pub why: &'static str,
    /// A case that it objects to.
    pub example: &'static str,
    /// How to mend it.
    pub fix: &'static str,
}

impl RuleInfo {
    /// The family letter, `Q` for `Q007`.
    pub fn family(&self) -> &'static str {
        self.id.get(..1).unwrap_or(self.id)
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
