//! Finds a table by its headings, wherever it stands on a sheet, and walks its rows.
//!
//! A heading matches by its whole normalised text (`heading`), never by a part of it: 含税单价 is a part of
//! 不含税单价, and 不含税单价最高限价 is another column than 不含税单价. A heading may span two rows: a row of units
//! beneath, or 单价 merged over 不含税 and 含税.
//!
//! May use: `grid`, `heading`, `number`, `evaluate`, `model::quotation` (for [`CellNumber`]).

use std::collections::BTreeSet;

use super::evaluate::Evaluator;
use super::grid::{Cell, Sheet, Value, Workbook};
use super::heading::{self, RowLabel};
use super::number;
use super::search::{Candidate, Found, candidate, continues_heading, is_blank, is_numbering, names};
use crate::diagnostics::{CellRef, Located, Origin};
use crate::model::quotation::CellNumber;

/// A column that is wanted.
#[derive(Clone, Debug)]
pub struct Column<'a> {
    /// Its name in messages, which is also a heading it goes by.
    pub name: &'a str,
    /// Other headings it goes by.
    pub aliases: &'a [&'a str],
    /// Whether a table without it is not the table.
    pub required: bool,
}

impl<'a> Column<'a> {
    /// A column without which the table is not the table.
    pub const fn required(name: &'a str, aliases: &'a [&'a str]) -> Self {
        Self { name, aliases, required: true }
    }

    /// A column that may be missing.
    pub const fn optional(name: &'a str, aliases: &'a [&'a str]) -> Self {
        Self { name, aliases, required: false }
    }
}

/// What looking for a table on one sheet gave.
#[derive(Clone, Debug)]
pub enum Search<'a> {
    /// The table.
    Found(Table<'a>),
    /// Two columns with the same heading, or two tables: which is meant can't be told.
    Ambiguous {
        /// Which column.
        column: String,
        /// The two headings.
        cells: [CellRef; 2],
    },
    /// No table with all required columns.
    Missing {
        /// Required columns that are not there.
        columns: Vec<String>,
        /// Headings of the row that came nearest.
        seen: Vec<String>,
        /// How many of the wanted columns that row has.
        matched: usize,
        /// Where that row begins; `None` for an empty sheet.
        at: Option<CellRef>,
    },
}

/// What a row of a table is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RowKind {
    /// A line.
    Data,
    /// 合计.
    Total,
    /// 小计.
    Subtotal,
}

/// A table on a sheet.
#[derive(Clone, Debug)]
pub struct Table<'a> {
    workbook: &'a Workbook,
    sheet: usize,
    wanted: Vec<&'a str>,
    last_heading_row: u32,
    found: Vec<Option<Found>>,
    body: Vec<(u32, RowKind)>,
    beyond: Vec<(u32, RowKind)>,
}

/// Looks for a table with the wanted columns on one sheet.
pub fn find<'a>(workbook: &'a Workbook, sheet: usize, wanted: &'a [Column<'a>]) -> Search<'a> {
    let names = names(wanted);
    let candidates: Vec<Candidate> = workbook.sheets.get(sheet).map_or_else(Vec::new, |sheet| {
        let rows = sheet.used_rows();
        rows.into_iter().map(|row| candidate(sheet, row, &names, wanted.len())).collect()
    });
    let complete =
        |candidate: &&Candidate| wanted.iter().zip(&candidate.found).all(|(w, f)| !w.required || f.is_some());
    let mut tables = candidates.iter().filter(complete);
    let Some(first) = tables.next() else {
        return missing(&candidates, wanted);
    };
    if let Some((column, one, other)) = first.twice {
        let column = wanted.get(column).map_or("", |column| column.name).to_owned();
        return Search::Ambiguous { column, cells: [one, other] };
    }
    // A heading repeated for print stands over the same columns; one over other columns is another table.
    if let Some(rival) = tables.find(|rival| rival.columns() != first.columns()) {
        let at = |candidate: &Candidate| candidate.found.iter().flatten().map(|found| found.heading).min();
        if let (Some(one), Some(other)) = (at(first), at(rival)) {
            let column = wanted.first().map_or("", |column| column.name).to_owned();
            return Search::Ambiguous { column, cells: [one, other] };
        }
    }
    let repeated: BTreeSet<u32> =
        candidates.iter().filter(complete).map(|candidate| candidate.last_row).collect();
    let mut table = Table {
        workbook,
        sheet,
        wanted: wanted.iter().map(|column| column.name).collect(),
        last_heading_row: first.last_row,
        found: first.found.clone(),
        body: Vec::new(),
        beyond: Vec::new(),
    };
    [table.body, table.beyond] = table.walk(first.last_row, &repeated);
    Search::Found(table)
}

/// No table: says what is missing from the row that came nearest.
fn missing<'a>(candidates: &[Candidate], wanted: &[Column<'_>]) -> Search<'a> {
    // max_by_key keeps the last of equals; the uppermost is the likelier heading.
    // Where none has any, the row with the most headings shows what kind of table it is.
    let nearest = candidates.iter().rev().max_by_key(|candidate| (candidate.matched(), candidate.seen.len()));
    let absent =
        |index: usize| nearest.is_none_or(|nearest| nearest.found.get(index).is_none_or(Option::is_none));
    let columns = wanted.iter().enumerate().filter(|(index, column)| column.required && absent(*index));
    Search::Missing {
        columns: columns.map(|(_, column)| column.name.to_owned()).collect(),
        seen: nearest.map(|nearest| nearest.seen.clone()).unwrap_or_default(),
        matched: nearest.map_or(0, Candidate::matched),
        at: nearest.map(|nearest| nearest.first),
    }
}

impl<'a> Table<'a> {
    /// The sheet the table stands on.
    pub fn sheet(&self) -> &'a Sheet {
        &self.workbook.sheets[self.sheet]
    }

    /// The index of that sheet.
    pub fn sheet_index(&self) -> usize {
        self.sheet
    }

    /// Where its first heading stands.
    pub fn origin(&self) -> Origin {
        let first = self.found.iter().flatten().map(|found| found.heading).min();
        self.workbook.origin(self.sheet(), first.unwrap_or(CellRef { row: 0, column: 0 }))
    }

    /// The last row of its heading; what stands above may say something of the whole table.
    pub fn last_heading_row(&self) -> u32 {
        self.last_heading_row
    }

    /// Its rows from top to bottom down to the first 备注. Blank rows and repeated headings are left out.
    pub fn body(&self) -> &[(u32, RowKind)] {
        &self.body
    }

    /// The first 备注 and the rows beneath it: whether the table goes on there, who reads it knows.
    pub fn beyond(&self) -> &[(u32, RowKind)] {
        &self.beyond
    }

    /// Whether it has a column.
    pub fn has(&self, column: usize) -> bool {
        self.found.get(column).is_some_and(Option::is_some)
    }

    /// The name of a wanted column.
    pub fn name(&self, column: usize) -> &'a str {
        self.wanted.get(column).copied().unwrap_or("")
    }

    /// The sheet's column that a wanted column stands in.
    pub fn column(&self, column: usize) -> Option<u32> {
        self.found.get(column)?.as_ref().map(|found| found.heading.column)
    }

    /// The heading of a wanted column as it stands in its own cell.
    pub fn heading(&self, column: usize) -> Option<(CellRef, String)> {
        let at = self.found.get(column)?.as_ref()?.heading;
        Some((at, self.sheet().cells.get(&at).map(|cell| cell.value.shown()).unwrap_or_default()))
    }

    /// Where the cell of a row and a wanted column is: the top left one where cells are merged.
    pub fn place(&self, row: u32, column: usize) -> Option<CellRef> {
        let found = self.found.get(column)?.as_ref()?;
        Some(self.sheet().anchor(row, found.heading.column))
    }

    /// The same as an origin.
    pub fn cell_origin(&self, row: u32, column: usize) -> Option<Origin> {
        self.place(row, column).map(|place| self.workbook.origin(self.sheet(), place))
    }

    /// The value shown in a row and a wanted column; `None` where there is no such column.
    pub fn value(&self, row: u32, column: usize) -> Option<Located<Value>> {
        let place = self.place(row, column)?;
        let value = self.sheet().cells.get(&place).map_or(Value::Empty, |cell| cell.value.clone());
        Some(Located::new(value, self.workbook.origin(self.sheet(), place)))
    }

    /// The same as text without blanks around it and without line breaks, which only serve to fit a narrow cell.
    pub fn text(&self, row: u32, column: usize) -> Option<Located<String>> {
        let tidy = |value: Value| value.shown().replace(['\r', '\n'], "").trim().to_owned();
        self.value(row, column).map(|value| value.map(tidy))
    }

    /// The same as a number. In a column headed （%） a bare 6 is 6 %.
    pub fn number(
        &self,
        row: u32,
        column: usize,
        evaluator: &mut Evaluator<'_>,
    ) -> Option<Located<CellNumber>> {
        let place = self.place(row, column)?;
        let mut number =
            cell_number(self.sheet().cells.get(&place), || evaluator.recompute(self.sheet, place));
        let percent = self.found.get(column).and_then(Option::as_ref).is_some_and(|found| found.percent);
        if let CellNumber::Number(value) = &mut number
            && percent
            && *value >= rust_decimal::Decimal::ONE
        {
            *value = value.checked_div(rust_decimal::Decimal::ONE_HUNDRED).unwrap_or(*value);
        }
        Some(Located::new(number, self.workbook.origin(self.sheet(), place)))
    }

    /// Whether a row's own cell in a wanted column shows something, not counting cells merged from other rows.
    pub fn has_own(&self, row: u32, column: usize) -> bool {
        let found = self.found.get(column).and_then(Option::as_ref);
        let cell = found.and_then(|found| self.sheet().cell(row, found.heading.column));
        cell.is_some_and(|cell| !is_blank(cell))
    }

    /// The rows beneath the heading, and those from the first 备注 on.
    fn walk(&self, heading: u32, repeated: &BTreeSet<u32>) -> [Vec<(u32, RowKind)>; 2] {
        let (mut body, mut beyond) = (Vec::new(), Vec::new());
        let mut is_over = false;
        for row in self.sheet().used_rows().into_iter().filter(|row| *row > heading) {
            let wanted = (0..self.found.len()).any(|column| self.has_own(row, column));
            let cells: Vec<&Cell> =
                self.sheet().row(row).map(|(_, cell)| cell).filter(|cell| !is_blank(cell)).collect();
            let label = |cell: &&Cell| {
                if let Value::Text(text) = &cell.value { heading::row_label(text) } else { None }
            };
            let no_figures = !cells.iter().any(|cell| cell.value.is_figure() || cell.formula.is_some());
            is_over |= cells.first().and_then(label) == Some(RowLabel::Note) && no_figures;
            let labels: Vec<RowLabel> = cells.iter().filter_map(label).collect();
            let kind = if labels.contains(&RowLabel::Total) {
                RowKind::Total
            } else if labels.contains(&RowLabel::Subtotal) {
                RowKind::Subtotal
            } else {
                RowKind::Data
            };
            let is_heading = repeated.contains(&row)
                || row
                    .checked_add(1)
                    .is_some_and(|next| repeated.contains(&next) && continues_heading(self.sheet(), next));
            if !is_heading && !is_numbering(&cells) && (wanted || kind != RowKind::Data) {
                if is_over { &mut beyond } else { &mut body }.push((row, kind));
            }
        }
        [body, beyond]
    }
}

/// What a cell holds, as a number if it is one for certain.
fn cell_number(cell: Option<&Cell>, recompute: impl FnOnce() -> Option<rust_decimal::Decimal>) -> CellNumber {
    let Some(cell) = cell else { return CellNumber::Empty };
    let number = match &cell.value {
        Value::Number(number) => Some(*number),
        Value::Text(text) => number::from_text(text),
        _ => None,
    };
    let shown = cell.value.shown();
    match (&cell.formula, &cell.value, number) {
        (_, Value::Error(error), _) => CellNumber::Error(error.clone()),
        (Some(formula), _, Some(cached)) => {
            CellNumber::Formula { formula: formula.clone(), cached, recomputed: recompute() }
        }
        (Some(formula), _, None) if shown.trim().is_empty() => {
            CellNumber::FormulaWithoutValue(formula.clone())
        }
        (None, _, Some(number)) => CellNumber::Number(number),
        (None, _, None) if shown.trim().is_empty() => CellNumber::Empty,
        (_, _, None) => CellNumber::Text(shown),
    }
}
