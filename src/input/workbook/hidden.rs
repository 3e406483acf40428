//! Hidden sheets, rows and columns that hold figures (F006).
//!
//! May use: `grid`.

use super::grid::{Sheet, Visibility, Workbook};
use crate::diagnostics::{CellRef, Origin};
use crate::model::fault::{Fault, FaultKind};

/// One fault for each hidden sheet of the workbook, and for each hidden stretch of rows or columns of the sheet that
/// is read, if it holds a figure. It points to the first of them.
pub fn figures(workbook: &Workbook, read: Option<usize>) -> Vec<Fault> {
    let mut faults = Vec::new();
    for sheet in workbook.sheets.iter().filter(|sheet| sheet.visibility == Visibility::Hidden) {
        if let Some(first) = first_figure(sheet, |_| true) {
            faults.push(fault(format!("工作表‘{}’", sheet.name), workbook.origin(sheet, first)));
        }
    }
    let Some(sheet) = read.and_then(|index| workbook.sheets.get(index)) else { return faults };
    for (from, to) in joined(&sheet.layout.hidden_rows) {
        if let Some(first) = first_figure(sheet, |cell| (from..=to).contains(&cell.row)) {
            let rows = stretch(&(u64::from(from) + 1).to_string(), &(u64::from(to) + 1).to_string());
            faults.push(fault(format!("第 {rows} 行"), workbook.origin(sheet, first)));
        }
    }
    for (from, to) in joined(&sheet.layout.hidden_columns) {
        if let Some(first) = first_figure(sheet, |cell| (from..=to).contains(&cell.column)) {
            faults.push(fault(
                format!("第 {} 列", stretch(&letters(from), &letters(to))),
                workbook.origin(sheet, first),
            ));
        }
    }
    faults
}

fn first_figure(sheet: &Sheet, within: impl Fn(&CellRef) -> bool) -> Option<CellRef> {
    let holds = |(place, cell): &(&CellRef, &super::grid::Cell)| {
        within(place) && (cell.value.is_figure() || cell.formula.is_some())
    };
    sheet.cells.iter().find(holds).map(|(place, _)| *place)
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
