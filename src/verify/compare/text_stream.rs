//! A PDF's text as one stream of words, page after page, without what no reader counts as text: page numbers, running
//! headers, watermarks. A paragraph that goes on over the page goes on here.
//!
//! May use: `pdf_text`, `text_place`, `text_rows`, `text_words`.
#![expect(clippy::float_arithmetic, reason = "places on a page, no money")]

use std::collections::HashMap;

use super::text_place::{self, Place};
use super::text_rows;
use super::text_words;
use crate::verify::read::pdf_text::{PdfRun, PdfText};

/// A word: a figure, an amount in 大写, a Latin word, or a single character.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token {
    /// Its characters.
    pub text: String,
    /// Its page, from 1.
    pub page: usize,
    /// The paragraph or cell it stands in.
    pub unit: usize,
    /// Whether white space stands before it.
    pub spaced: bool,
}

/// A paragraph, or a cell of a table.
#[derive(Clone, Debug, PartialEq)]
pub struct Unit {
    /// Its words, by their place in the stream.
    pub tokens: std::ops::Range<usize>,
    /// Whether it stands on one line with the one before: a row of a table.
    pub beside: bool,
    /// The heading and the number of the clause it belongs to.
    pub place: Place,
}

/// A text as a stream.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Stream {
    /// All words.
    pub tokens: Vec<Token>,
    /// What they stand in.
    pub units: Vec<Unit>,
}

impl Stream {
    /// Of a PDF; footnotes come last, because the page they stand on says nothing. The cells of a table as they were
    /// drawn, or row by row.
    pub fn of(pdf: &PdfText, in_rows: bool) -> Self {
        let mut stream = Self::default();
        let mut places = text_place::Places::new(pdf);
        let mut notes = Vec::new();
        let drawn = paragraphs(pdf);
        for paragraph in if in_rows { text_rows::in_rows(drawn) } else { drawn } {
            if paragraph.note {
                notes.push((paragraph, places.note()));
            } else if paragraph.cell {
                stream.push(&paragraph, Place { row: paragraph.head.clone(), ..places.here() });
            } else {
                let text: String = paragraph.chars.iter().map(|(c, _)| *c).collect();
                stream.push(&paragraph, places.next(&text));
            }
        }
        for (note, place) in notes {
            stream.push(&note, place);
        }
        stream
    }

    fn push(&mut self, paragraph: &Paragraph, place: Place) {
        let words = text_words::split(&paragraph.chars);
        if words.is_empty() {
            return;
        }
        let first = self.tokens.len();
        let unit = self.units.len();
        let words = words.into_iter();
        self.tokens.extend(words.map(|w| Token { text: w.text, page: w.page, unit, spaced: w.spaced }));
        self.units.push(Unit { tokens: first..self.tokens.len(), beside: paragraph.beside, place });
    }

    /// What a unit says, without white space.
    pub fn unit_text(&self, unit: &Unit) -> String {
        self.tokens.get(unit.tokens.clone()).unwrap_or_default().iter().map(|t| t.text.as_str()).collect()
    }
}

/// Runs that read as one.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Paragraph {
    /// With their pages.
    pub chars: Vec<(char, usize)>,
    /// Whether it stands on one line with the one before.
    pub beside: bool,
    /// Whether it is a cell of a table: a number in it begins no clause.
    pub cell: bool,
    /// Whether it is a footnote.
    pub note: bool,
    /// The row of a table it belongs to, where the file says so.
    pub row: Option<i32>,
    /// Where it begins and ends on the line.
    pub span: (f64, f64),
    /// Of a cell, the one before it that stands for several rows.
    pub head: String,
}

/// The runs of a text put together where a line goes on.
fn paragraphs(pdf: &PdfText) -> Vec<Paragraph> {
    let furniture = Furniture::of(pdf);
    let mut found: Vec<Paragraph> = Vec::new();
    let mut blocks: HashMap<i32, usize> = HashMap::new();
    let mut last: Option<(&PdfRun, usize)> = None;
    for (index, page) in pdf.pages.iter().enumerate() {
        let number = index + 1;
        let body = page.runs.iter().filter(|run| !run.artifact && run.level && !furniture.has(run));
        let body: Vec<&PdfRun> = body.collect();
        let right = body.iter().map(|run| run.end).fold(0.0, f64::max);
        for run in body {
            let joint = last.map_or(Joint::New, |(last, page)| joint(last, run, page == number, right));
            let known = run.block.and_then(|block| blocks.get(&block.id).copied());
            let at = match (known, joint) {
                (Some(known), _) => known,
                (None, Joint::Same | Joint::NextLine) => found.len().saturating_sub(1),
                (None, joint) => {
                    let note = run.block.is_some_and(|block| block.note);
                    let beside = joint == Joint::Beside;
                    let cell = beside || run.block.is_some_and(|block| block.row.is_some());
                    let row = run.block.and_then(|block| block.row).filter(|_| !note);
                    let span = (run.x, run.end);
                    found.push(Paragraph { beside, cell, note, row, span, ..Paragraph::default() });
                    found.len() - 1
                }
            };
            if let Some(block) = run.block {
                blocks.entry(block.id).or_insert(at);
            }
            if let Some(paragraph) = found.get_mut(at) {
                paragraph.take(run, number, joint != Joint::Same);
            }
            last = Some((run, number));
        }
    }
    found
}

impl Paragraph {
    /// At the end of a line the blank between two Latin words is not drawn.
    fn take(&mut self, run: &PdfRun, page: usize, wraps: bool) {
        let latin = |c: Option<char>| c.is_some_and(|c| c.is_ascii_alphanumeric());
        if wraps && latin(self.chars.last().map(|(c, _)| *c)) && latin(run.text.chars().next()) {
            self.chars.push((' ', page));
        }
        self.chars.extend(run.text.chars().map(|c| (c, page)));
        self.span = (self.span.0.min(run.x), self.span.1.max(run.end));
    }
}

/// How a run stands to the one before.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Joint {
    /// It goes on in the same line.
    Same,
    /// It is the next line of the paragraph.
    NextLine,
    /// Another cell of the row.
    Beside,
    /// Something new.
    New,
}

fn joint(last: &PdfRun, run: &PdfRun, same_page: bool, right: f64) -> Joint {
    let size = last.size.max(run.size);
    let down = run.y - last.y;
    let gap = run.x - last.end;
    let is_level = same_page && down.abs() < 0.5 * size;
    if let Some((before, block)) = last.block.zip(run.block) {
        let same_row = before.row.is_some() && before.row == block.row;
        return match (before.id == block.id, same_row || is_level) {
            (true, _) if is_level && gap < 0.62 * size => Joint::Same,
            (true, _) => Joint::NextLine,
            (false, true) => Joint::Beside,
            (false, false) => Joint::New,
        };
    }
    if is_level {
        return if gap > -0.6 * size && gap < 0.62 * size { Joint::Same } else { Joint::Beside };
    }
    let alike = (last.size - run.size).abs() < 0.15 * size;
    let below = !same_page || (down > 0.0 && down < 2.6 * size);
    // A line that ends early is the last of its paragraph; one set in is the first of the next; and the next row of a
    // table begins far to the left.
    let is_full = last.end >= right - 2.2 * size;
    let goes_on = run.x < last.x + 0.5 * size && run.x > last.x - 2.6 * size;
    if alike && below && is_full && goes_on && !text_place::begins_clause(&run.text) {
        Joint::NextLine
    } else {
        Joint::New
    }
}

/// What stands at the same height on most pages of a file that does not say what its headers and footers are.
struct Furniture {
    /// By text without digits, and height in whole points.
    known: HashMap<(String, i64), usize>,
    /// From how many pages on.
    often: usize,
}

impl Furniture {
    fn of(pdf: &PdfText) -> Self {
        let mut known: HashMap<(String, i64), usize> = HashMap::new();
        let says_so = pdf.pages.iter().any(|page| page.runs.iter().any(|run| run.artifact));
        if !says_so {
            for run in pdf.pages.iter().flat_map(|page| &page.runs) {
                *known.entry(Self::key(run)).or_default() += 1;
            }
        }
        Self { known, often: (pdf.pages.len() / 2 + 1).max(3) }
    }

    fn key(run: &PdfRun) -> (String, i64) {
        let text = run.text.chars().filter(|c| !c.is_whitespace() && !c.is_ascii_digit()).collect();
        (text, (run.y / 2.0).round() as i64)
    }

    fn has(&self, run: &PdfRun) -> bool {
        !self.known.is_empty() && self.known.get(&Self::key(run)).is_some_and(|count| *count >= self.often)
    }
}
