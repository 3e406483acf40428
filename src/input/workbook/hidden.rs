//! Hidden sheets, rows and columns that hold figures (F006).
//!
//! May use: `grid`.

use std::collections::BTreeMap;

use super::grid::{Cell, Sheet, Visibility, Workbook};
use super::limits;
use crate::diagnostics::{CellRef, Origin};
use crate::model::fault::{Fault, FaultKind};

/// One fault for each hidden sheet of the workbook, and for each hidden stretch of rows or columns of the sheet that
/// is read, if it holds a figure. It points to the first of them.
pub fn figures(workbook: &Workbook, read: Option<usize>) -> Vec<Fault> {
    let mut faults = Vec::new();
    for sheet in workbook.sheets.iter().filter(|sheet| sheet.visibility == Visibility::Hidden) {
        if let Some(first) = first_figure(sheet) {
            faults.push(fault(format!("工作表“{}”", sheet.name), workbook.origin(sheet, first)));
        }
    }
    let Some(sheet) = read.and_then(|index| workbook.sheets.get(index)) else { return faults };
    let number = |row: u32| (u64::from(row) + 1).to_string();
    let rows = told(sheet, &sheet.layout.hidden_rows, |cell| cell.row, number, "行");
    let columns = told(sheet, &sheet.layout.hidden_columns, |cell| cell.column, letters, "列");
    faults.extend(
        rows.into_iter().chain(columns).map(|(what, first)| fault(what, workbook.origin(sheet, first))),
    );
    faults
}

/// Each hidden stretch that holds a figure, in words, with the first figure; from the twenty-first on in one.
fn told(
    sheet: &Sheet,
    stretches: &[(u32, u32)],
    line: impl Fn(&CellRef) -> u32,
    name: impl Fn(u32) -> String,
    unit: &str,
) -> Vec<(String, CellRef)> {
    let stretches = joined(stretches);
    let mut first = BTreeMap::new();
    for (place, _) in sheet.cells.iter().filter(|(_, cell)| holds_figure(cell)) {
        let index = stretches.partition_point(|(_, to)| *to < line(place));
        if stretches.get(index).is_some_and(|(from, _)| *from <= line(place)) {
            first.entry(index).or_insert(*place);
        }
    }
    let count = first.len();
    let mut all = first.into_iter().filter_map(|(index, place)| Some((*stretches.get(index)?, place)));
    let mut told: Vec<(String, CellRef)> = all
        .by_ref()
        .take(limits::HIDDEN_STRETCHES)
        .map(|((from, to), place)| (format!("第 {} {unit}", stretch(&name(from), &name(to))), place))
        .collect();
    let rest = count - told.len();
    told.extend(all.next().map(|(_, place)| (format!("另外 {rest} 处隐藏的{unit}"), place)));
    told
}

fn holds_figure(cell: &Cell) -> bool {
    cell.value.is_figure() || cell.formula.is_some()
}

fn first_figure(sheet: &Sheet) -> Option<CellRef> {
    sheet.cells.iter().find(|(_, cell)| holds_figure(cell)).map(|(place, _)| *place)
}

/// Stretches that touch or overlap, as one.
fn joined(stretches: &[(u32, u32)]) -> Vec<(u32, u32)> {
    let mut sorted = stretches.to_vec();
    sorted.sort_unstable();
    let mut out: Vec<(u32, u32)> = Vec::new();
    for (from, to) in sorted {
        match out.last_mut() {
            Some(last) if from <= last.1.saturating_add(1) => last.1 = last.1.max(to),
            _ => out.push((from, to)),
        }
    }
    out
}

fn stretch(from: &str, to: &str) -> String {
    if from == to { from.to_owned() } else { format!("{from}–{to}") }
}

/// A column's letters.
fn letters(column: u32) -> String {
    CellRef { row: 0, column }.to_string().trim_end_matches('1').to_owned()
}

fn fault(what: String, origin: Origin) -> Fault {
    Fault::new(FaultKind::HiddenFigures { what }, origin)
}
