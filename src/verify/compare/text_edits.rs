//! Which words of a text went and which came: paragraphs are matched first, then the words of those that do not match.
//!
//! May use: `text_stream`.

use std::collections::HashMap;
use std::ops::Range;

use similar::{Algorithm, DiffOp, capture_diff_slices};

use super::text_stream::Stream;

/// A stretch of words that took the place of another; one of them may be empty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edit {
    /// Words of the old text.
    pub old: Range<usize>,
    /// Words of the new text.
    pub new: Range<usize>,
}

/// What leads from one text to the other.
pub fn edits(old: &Stream, new: &Stream) -> Vec<Edit> {
    let mut names = HashMap::new();
    let old_units = unit_ids(old, &mut names);
    let new_units = unit_ids(new, &mut names);
    let mut words = HashMap::new();
    let old_words = word_ids(old, &mut words);
    let new_words = word_ids(new, &mut words);
    let mut found = Vec::new();
    for (before, after) in changed(&old_units, &new_units) {
        let (a, b) = (span(old, before), span(new, after));
        let inner = changed(&old_words[a.clone()], &new_words[b.clone()]);
        let moved = |range: Range<usize>, by: usize| range.start + by..range.end + by;
        found.extend(inner.into_iter().map(|(o, n)| Edit { old: moved(o, a.start), new: moved(n, b.start) }));
    }
    let slid = found.into_iter().map(|edit| slide(old, new, edit)).collect();
    joined(old, new, slid).into_iter().flat_map(|edit| by_cells(old, new, edit)).collect()
}

/// Where more words or paragraphs than these, of both texts together, lie between what both begin and end with, one took
/// the place of the other as a whole: finding what is common takes steps by the square. A whole contract has 40,000 words.
const BETWEEN: usize = 30_000;

/// The stretches in which two sequences differ.
fn changed(old: &[usize], new: &[usize]) -> Vec<(Range<usize>, Range<usize>)> {
    let common =
        |pairs: &mut dyn Iterator<Item = (&usize, &usize)>| pairs.take_while(|(o, n)| o == n).count();
    let first = common(&mut old.iter().zip(new));
    let most = old.len().min(new.len()) - first;
    let last = common(&mut old.iter().rev().zip(new.iter().rev()).take(most));
    let between = (first..old.len() - last, first..new.len() - last);
    if between.0.len() + between.1.len() > BETWEEN {
        return vec![between];
    }
    let ops = capture_diff_slices(Algorithm::Myers, old, new);
    let mut found: Vec<(Range<usize>, Range<usize>)> = Vec::new();
    for op in ops.iter().filter(|op| !matches!(op, DiffOp::Equal { .. })) {
        match found.last_mut() {
            // A deletion and an insertion at the same place are a replacement.
            Some((o, n)) if o.end == op.old_range().start && n.end == op.new_range().start => {
                (o.end, n.end) = (op.old_range().end, op.new_range().end);
            }
            _ => found.push((op.old_range(), op.new_range())),
        }
    }
    found
}

/// The words of a stretch of units.
fn span(stream: &Stream, units: Range<usize>) -> Range<usize> {
    let start = stream.units.get(units.start).map_or(stream.tokens.len(), |unit| unit.tokens.start);
    let end = stream.units.get(units.end).map_or(stream.tokens.len(), |unit| unit.tokens.start);
    start..end.max(start)
}

fn unit_ids(stream: &Stream, names: &mut HashMap<String, usize>) -> Vec<usize> {
    stream.units.iter().map(|unit| number(stream.unit_text(unit), names)).collect()
}

fn word_ids(stream: &Stream, names: &mut HashMap<String, usize>) -> Vec<usize> {
    stream.tokens.iter().map(|token| number(token.text.clone(), names)).collect()
}

fn number(name: String, names: &mut HashMap<String, usize>) -> usize {
    let next = names.len();
    *names.entry(name).or_insert(next)
}

/// Of the equal places where a pure insertion or deletion could stand, the one that begins a row or paragraph, else a
/// cell: `a[ba]b` is `[ab]ab`.
fn slide(old: &Stream, new: &Stream, edit: Edit) -> Edit {
    let (stream, range) = match (edit.old.is_empty(), edit.new.is_empty()) {
        (true, false) => (new, edit.new.clone()),
        (false, true) => (old, edit.old.clone()),
        _ => return edit,
    };
    let same = |a: usize, b: usize| {
        stream.tokens.get(a).zip(stream.tokens.get(b)).is_some_and(|(a, b)| a.text == b.text)
    };
    // The unit that begins at a word: 2 for a row or paragraph, 1 for a cell within a row.
    let begins = |at: usize| {
        let unit = stream.tokens.get(at).and_then(|token| stream.units.get(token.unit));
        unit.filter(|unit| unit.tokens.start == at).map_or(0, |unit| if unit.beside { 1 } else { 2 })
    };
    let most = range.start.min(edit.old.start).min(edit.new.start);
    let (mut best, mut by) = ((begins(range.start), 0), 0);
    while best.0 < 2 && by < most && same(range.start - by - 1, range.end - by - 1) {
        by += 1;
        if begins(range.start - by) > best.0 {
            best = (begins(range.start - by), by);
        }
    }
    let by = best.1;
    Edit { old: edit.old.start - by..edit.old.end - by, new: edit.new.start - by..edit.new.end - by }
}

/// Of several cells of a row that took the place of as many others, each by itself.
fn by_cells(old: &Stream, new: &Stream, edit: Edit) -> Vec<Edit> {
    match (cells(old, &edit.old), cells(new, &edit.new)) {
        (Some(before), Some(after)) if before.len() == after.len() => {
            before.into_iter().zip(after).map(|(old, new)| Edit { old, new }).collect()
        }
        _ => vec![edit],
    }
}

/// The words of each cell, where a stretch is whole cells of one row.
fn cells(stream: &Stream, words: &Range<usize>) -> Option<Vec<Range<usize>>> {
    let first = stream.tokens.get(words.start).filter(|_| !words.is_empty())?.unit;
    let last = stream.tokens.get(words.end.checked_sub(1)?)?.unit;
    let units = stream.units.get(first..=last)?;
    let is_whole = units.first()?.tokens.start == words.start && units.last()?.tokens.end == words.end;
    let is_row = units.iter().skip(1).all(|unit| unit.beside);
    (is_whole && is_row).then(|| units.iter().map(|unit| unit.tokens.clone()).collect())
}

/// A word or two that stayed between two changes of one paragraph only make them hard to read.
fn joined(old: &Stream, new: &Stream, edits: Vec<Edit>) -> Vec<Edit> {
    let mut found: Vec<Edit> = Vec::new();
    for edit in edits {
        match found.last_mut() {
            Some(last) if is_scrap(old, new, last, &edit) => {
                (last.old.end, last.new.end) = (edit.old.end, edit.new.end);
            }
            _ => found.push(edit),
        }
    }
    found
}

fn is_scrap(old: &Stream, new: &Stream, first: &Edit, second: &Edit) -> bool {
    let unit = |stream: &Stream, at: usize| stream.tokens.get(at).map(|token| token.unit);
    let kept = second.new.start.saturating_sub(first.new.end);
    let is_short =
        kept <= 2 && first.old.len() + first.new.len() + second.old.len() + second.new.len() > 2 * kept + 2;
    let one_unit = |stream: &Stream, a: &Range<usize>, b: &Range<usize>| {
        unit(stream, a.start.min(a.end.saturating_sub(1))) == unit(stream, b.start)
    };
    // A figure that stayed between two that changed is no scrap.
    let has_figure = (first.new.end..second.new.start)
        .any(|at| new.tokens.get(at).is_some_and(|t| t.text.contains(|c: char| c.is_ascii_digit())));
    is_short
        && !has_figure
        && one_unit(new, &first.new, &second.new)
        && one_unit(old, &first.old, &second.old)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_that_are_too_long_to_be_matched_are_one_change() {
        let old: Vec<usize> = (0..20_000).collect();
        let mut new: Vec<usize> = (0..20_000).rev().collect();
        assert_eq!(changed(&old, &new), [(0..20_000, 0..20_000)]);
        new.splice(0..0, [0, 1, 2]);
        new.extend([19_998, 19_999]);
        assert_eq!(changed(&old, &new), [(3..19_998, 3..20_003)]);
        // Short ones are matched word by word.
        assert_eq!(changed(&[1, 2, 3, 4], &[1, 9, 3, 4]), [(1..2, 1..2)]);
    }
}
