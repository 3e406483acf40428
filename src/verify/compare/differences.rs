//! What differs between two finished documents of one kind: two PDFs' texts, or two workbooks' cells.
//!
//! May use: `pdf_text`, `text_stream`, `text_rows`, `text_edits`, `sheet_cells`.

use super::text_edits::{Edit, edits};
use super::text_place::Place;
use super::text_rows;
use super::text_stream::Stream;
use crate::verify::read::pdf_text::PdfText;

pub use super::cell_changes::{CellChange, cells, over_cells};

/// A passage that differs, with some of the text around it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TextChange {
    /// The page in the old text, from 1.
    pub page_before: usize,
    /// The page in the new text, from 1.
    pub page_after: usize,
    /// The heading and clause above it.
    pub place: Place,
    /// The passage: what stayed, what went and what came.
    pub pieces: Vec<Piece>,
}

/// A part of a passage.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Piece {
    /// What became of it.
    pub fate: Fate,
    /// Its words. `｜` parts the cells of a row, a line break paragraphs.
    pub text: String,
}

/// What became of a part of the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// It stands in both.
    Kept,
    /// Only in the old text.
    Deleted,
    /// Only in the new text.
    Inserted,
}

impl TextChange {
    /// What the old text had, without the text around.
    pub fn before(&self) -> String {
        self.side(Fate::Deleted)
    }

    /// What the new text has, without the text around.
    pub fn after(&self) -> String {
        self.side(Fate::Inserted)
    }

    /// The changed words of one side, and what stands between them.
    fn side(&self, fate: Fate) -> String {
        let is_change = |piece: &Piece| piece.fate != Fate::Kept;
        let first = self.pieces.iter().position(is_change).unwrap_or(0);
        let last = self.pieces.iter().rposition(is_change).map_or(0, |last| last + 1);
        let inner = self.pieces.get(first..last).unwrap_or_default().iter();
        inner
            .filter(|piece| piece.fate == fate || piece.fate == Fate::Kept)
            .map(|p| p.text.as_str())
            .collect()
    }
}

/// Words around a change that are shown with it.
const CONTEXT: usize = 26;
/// Changes of one paragraph with at most so many words between them are one passage.
const NEAR: usize = 30;

/// What differs between two texts, in the order of the new one.
pub fn text(old: &PdfText, new: &PdfText) -> Vec<TextChange> {
    // Of a file without tags nobody knows the rows: then both are read as they were drawn.
    let in_rows = text_rows::has_rows(old) && text_rows::has_rows(new);
    let (old, new) = (Stream::of(old, in_rows), Stream::of(new, in_rows));
    let mut passages: Vec<Vec<Edit>> = Vec::new();
    for edit in edits(&old, &new) {
        match passages.last_mut() {
            Some(passage) if passage.last().is_some_and(|last| is_near(&new, last, &edit)) => {
                passage.push(edit)
            }
            _ => passages.push(vec![edit]),
        }
    }
    passages.iter().map(|passage| change(&old, &new, passage)).collect()
}

/// Whether two changes are told in one: in one paragraph, or in one row of a table.
fn is_near(new: &Stream, first: &Edit, second: &Edit) -> bool {
    let between = first.new.end..second.new.start;
    let Some(from) = new.tokens.get(between.start.saturating_sub(1)) else { return false };
    let Some(to) = new.tokens.get(between.end) else { return false };
    let same_row = (from.unit + 1..=to.unit).all(|unit| new.units.get(unit).is_some_and(|unit| unit.beside));
    between.len() <= NEAR && same_row
}

fn change(old: &Stream, new: &Stream, passage: &[Edit]) -> TextChange {
    let mut writer = Writer::default();
    let (first, last) = match (passage.first(), passage.last()) {
        (Some(first), Some(last)) => (first, last),
        _ => {
            return TextChange { page_before: 1, page_after: 1, place: Place::default(), pieces: Vec::new() };
        }
    };
    let (start, cut) = before(new, first.new.start, first.new.is_empty());
    if cut {
        writer.mark("…");
    }
    writer.take(new, start..first.new.start, Fate::Kept);
    let mut at = first.new.start;
    for edit in passage {
        writer.take(new, at..edit.new.start, Fate::Kept);
        writer.part(&[(old, &edit.old), (new, &edit.new)]);
        writer.take(old, edit.old.clone(), Fate::Deleted);
        writer.take(new, edit.new.clone(), Fate::Inserted);
        at = edit.new.end;
    }
    let (end, cut) = after(new, at, last.new.is_empty());
    writer.take(new, at..end, Fate::Kept);
    if cut {
        writer.mark("…");
    }
    let page = |stream: &Stream, at: usize| {
        stream.tokens.get(at).or_else(|| stream.tokens.last()).map_or(1, |token| token.page)
    };
    // What was deleted stands where it stood in the old text.
    let place = if first.new.is_empty() { place(old, first.old.start) } else { place(new, first.new.start) };
    TextChange {
        page_before: page(old, first.old.start),
        page_after: page(new, first.new.start),
        place,
        pieces: writer.pieces,
    }
}

fn place(stream: &Stream, at: usize) -> Place {
    let unit = stream.tokens.get(at).and_then(|token| stream.units.get(token.unit));
    unit.map(|unit| unit.place.clone()).unwrap_or_default()
}

/// Where the text shown before a change begins, and whether more stands before it: within its paragraph or row.
fn before(stream: &Stream, at: usize, is_gap: bool) -> (usize, bool) {
    let unit_at = if is_gap { at.saturating_sub(1) } else { at };
    let Some(token) = stream.tokens.get(unit_at) else { return (at, false) };
    let mut unit = token.unit;
    while unit > 0 && stream.units.get(unit).is_some_and(|u| u.beside) {
        unit -= 1;
    }
    let first = stream.units.get(unit).map_or(at, |unit| unit.tokens.start).min(at);
    let start = at.saturating_sub(CONTEXT).max(first);
    (start, start > first)
}

/// Where the text shown after a change ends, and whether more follows.
fn after(stream: &Stream, at: usize, is_gap: bool) -> (usize, bool) {
    let unit_at = if is_gap { at } else { at.saturating_sub(1) };
    let Some(token) = stream.tokens.get(unit_at) else { return (at, false) };
    let mut unit = token.unit;
    while stream.units.get(unit + 1).is_some_and(|next| next.beside) {
        unit += 1;
    }
    let last = stream.units.get(unit).map_or(at, |unit| unit.tokens.end).max(at);
    let end = (at + CONTEXT).min(last);
    (end, end < last)
}

/// Writes tokens as text again.
#[derive(Default)]
struct Writer {
    pieces: Vec<Piece>,
    /// Whether the mark before the coming change has been written.
    parted: bool,
}

impl Writer {
    fn mark(&mut self, mark: &str) {
        self.push(Fate::Kept, mark);
    }

    fn push(&mut self, fate: Fate, text: &str) {
        match self.pieces.last_mut() {
            Some(piece) if piece.fate == fate => piece.text.push_str(text),
            _ => self.pieces.push(Piece { fate, text: text.to_owned() }),
        }
    }

    /// Where both sides of a change begin a cell or a paragraph, what parts it from the one before has stayed.
    fn part(&mut self, sides: &[(&Stream, &std::ops::Range<usize>)]) {
        let sides = sides.iter().filter(|(_, range)| !range.is_empty());
        let marks: Vec<Option<&str>> =
            sides.map(|(stream, range)| mark_before(stream, range.start)).collect();
        if let Some(Some(mark)) = marks.first()
            && marks.iter().all(|other| *other == Some(mark))
        {
            if !self.pieces.is_empty() {
                self.push(Fate::Kept, mark);
            }
            self.parted = true;
        }
    }

    fn take(&mut self, stream: &Stream, range: std::ops::Range<usize>, fate: Fate) {
        let first = range.start;
        for at in range {
            let Some(token) = stream.tokens.get(at) else { return };
            match mark_before(stream, at) {
                Some(mark) if !self.pieces.is_empty() && (at != first || !self.parted) => {
                    self.push(fate, mark)
                }
                None if token.spaced => self.push(fate, " "),
                _ => {}
            }
            self.push(fate, &token.text);
        }
        if fate != Fate::Deleted {
            self.parted = false;
        }
    }
}

/// What parts a word from the cell or paragraph before it, if it begins one.
fn mark_before(stream: &Stream, at: usize) -> Option<&'static str> {
    let unit = stream.units.get(stream.tokens.get(at)?.unit)?;
    (unit.tokens.start == at).then_some(if unit.beside { "｜" } else { "\n" })
}
