//! Which rows of a sheet may be a table's heading, and which only look like rows of it.
//!
//! May use: `grid`, `heading`; `table` for what is wanted.

use std::collections::{BTreeSet, HashMap};

use super::grid::{Cell, Sheet, Value};
use super::heading;
use super::table::Column;
use crate::diagnostics::CellRef;

/// A wanted column where it was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Found {
    pub(super) heading: CellRef,
    pub(super) percent: bool,
}

/// Rows that may be a table's heading.
#[derive(Clone, Debug)]
pub(super) struct Candidate {
    pub(super) first: CellRef,
    pub(super) last_row: u32,
    pub(super) found: Vec<Option<Found>>,
    /// A wanted column with two headings.
    pub(super) twice: Option<(usize, CellRef, CellRef)>,
    pub(super) seen: Vec<String>,
}

impl Candidate {
    pub(super) fn matched(&self) -> usize {
        self.found.iter().flatten().count()
    }

    pub(super) fn columns(&self) -> Vec<Option<u32>> {
        self.found.iter().map(|found| found.as_ref().map(|found| found.heading.column)).collect()
    }
}

/// Every heading that is looked for, and the index of its column.
pub(super) fn names(wanted: &[Column<'_>]) -> HashMap<String, usize> {
    let each = wanted.iter().enumerate();
    each.flat_map(|(index, column)| {
        std::iter::once(&column.name).chain(column.aliases).map(move |name| (heading::normalise(name), index))
    })
    .collect()
}

/// What a row would be as a heading.
pub(super) fn candidate(sheet: &Sheet, row: u32, names: &HashMap<String, usize>, wanted: usize) -> Candidate {
    let second = row.checked_add(1).filter(|second| continues_heading(sheet, *second));
    let mut columns: BTreeSet<u32> = sheet.row(row).map(|(column, _)| column).collect();
    if let Some(second) = second {
        columns.extend(sheet.row(second).map(|(column, _)| column));
    }
    let first = CellRef { row, column: sheet.row(row).next().map_or(0, |(column, _)| column) };
    // Words in the second row, units in the third: 不含税单价 / 最高限价 / （元/人天）.
    let third = second.and_then(|second| second.checked_add(1)).filter(|third| is_unit_row(sheet, *third));
    let mut candidate = Candidate {
        first,
        last_row: third.or(second).unwrap_or(row),
        found: vec![None; wanted],
        twice: None,
        seen: Vec::new(),
    };
    for column in columns {
        let top = sheet.shown(row, column).map(|cell| cell.value.shown()).unwrap_or_default();
        let beneath = second.and_then(|second| sheet.cell(second, column));
        let bottom = beneath.map(|cell| cell.value.shown()).unwrap_or_default();
        let unit = heading::is_unit_only(&bottom);
        let at = if bottom.trim().is_empty() || unit {
            sheet.anchor(row, column)
        } else {
            CellRef { row: row + 1, column }
        };
        let seen = format!("{top}{bottom}").split_whitespace().collect::<String>();
        if !seen.is_empty() {
            candidate.seen.push(seen);
        }
        let (top_name, bottom_name) =
            (heading::normalise(&top), if unit { String::new() } else { heading::normalise(&bottom) });
        let mut forms = vec![format!("{top_name}{bottom_name}")];
        if !bottom_name.is_empty() {
            forms.extend([format!("{bottom_name}{top_name}"), bottom_name]);
        }
        let Some(index) = forms.iter().find_map(|form| names.get(form)).copied() else { continue };
        let percent = heading::is_percent(&top) || heading::is_percent(&bottom);
        match candidate.found.get_mut(index) {
            Some(Some(before)) if before.heading != at => candidate.twice = Some((index, before.heading, at)),
            Some(slot) => *slot = Some(Found { heading: at, percent }),
            None => (),
        }
    }
    candidate
}

/// Whether a row belongs to the heading above it: nothing but units and words such as 不含税 that headings are made of.
pub(super) fn continues_heading(sheet: &Sheet, row: u32) -> bool {
    const WORDS: [&str; 14] = [
        "最高限价",
        "不含增值税",
        "含增值税",
        "不含税",
        "未含税",
        "未税",
        "含税",
        "限价",
        "单价",
        "总价",
        "合价",
        "金额",
        "小计",
        "报价",
    ];
    let made_of_words = |text: &str| {
        let mut rest = text;
        while let Some(after) = WORDS.iter().find_map(|word| rest.strip_prefix(word)) {
            rest = after;
        }
        rest.is_empty()
    };
    let mut any = false;
    for (_, cell) in sheet.row(row).filter(|(_, cell)| !is_blank(cell)) {
        let Value::Text(text) = &cell.value else { return false };
        if !heading::is_unit_only(text) && !made_of_words(&heading::normalise(text)) {
            return false;
        }
        any = true;
    }
    any
}

/// Whether a row holds nothing but units.
fn is_unit_row(sheet: &Sheet, row: u32) -> bool {
    let cells: Vec<&Cell> = sheet.row(row).map(|(_, cell)| cell).filter(|cell| !is_blank(cell)).collect();
    !cells.is_empty() && cells.iter().all(|cell| heading::is_unit_only(&cell.value.shown()))
}

/// Whether a cell shows nothing.
pub(super) fn is_blank(cell: &Cell) -> bool {
    cell.formula.is_none() && cell.value.shown().trim().is_empty()
}

/// Whether a row only numbers the columns: ① ② ③ ④=②×③.
pub(super) fn is_numbering(cells: &[&Cell]) -> bool {
    let circled = |c: char| ('①'..='⑳').contains(&c);
    let in_sum = |c: char| circled(c) || c.is_ascii_digit() || "=×*+-/÷()（）%％＝＋ ".contains(c);
    let numbers =
        |cell: &&Cell| matches!(&cell.value, Value::Text(t) if t.contains(circled) && t.chars().all(in_sum));
    !cells.is_empty() && cells.iter().all(numbers)
}
