//! A workbook as read, whatever its format: sparse cells, merged regions, what is hidden.
//!
//! May use: `merges`; `diagnostics`, for names of places.

use std::collections::BTreeMap;
use std::sync::Arc;

use rust_decimal::Decimal;

use super::merges::Merges;
use super::number;
use crate::diagnostics::{CellPlace, CellRef, FileName, Origin};

/// What a cell holds. A formula's stored result is held the same way as a typed value.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// Nothing: of interest only where the cell has a formula.
    Empty,
    /// A typed number, exact to fifteen significant digits.
    Number(Decimal),
    /// A typed number that no amount can be (10^13 and up), as text.
    Huge(String),
    /// Text as it stands.
    Text(String),
    /// A date or time, `2026-03-05` or `2026-03-05 08:30:00`.
    Date(String),
    /// 真 or 假.
    Bool(bool),
    /// `#DIV/0!` and the like.
    Error(String),
}

impl Value {
    /// A typed number.
    pub(super) fn float(value: f64) -> Self {
        number::from_float(value).map_or_else(|| Value::Huge(format!("{value:e}")), Value::Number)
    }

    /// Text, or nothing if there is none.
    pub(super) fn text(text: impl Into<String>) -> Self {
        let text = text.into();
        if text.is_empty() { Value::Empty } else { Value::Text(text) }
    }

    /// As a reader would see it.
    pub fn shown(&self) -> String {
        match self {
            Value::Empty => String::new(),
            Value::Number(number) => number.normalize().to_string(),
            Value::Huge(text) | Value::Text(text) | Value::Date(text) | Value::Error(text) => text.clone(),
            Value::Bool(value) => if *value { "TRUE" } else { "FALSE" }.to_owned(),
        }
    }

    /// Whether it is a number, typed or as text: what hidden cells should not hold.
    pub fn is_figure(&self) -> bool {
        match self {
            Value::Number(_) | Value::Huge(_) => true,
            Value::Text(text) => number::from_text(text).is_some(),
            _ => false,
        }
    }
}

/// A cell: its value, and its formula where it has one.
#[derive(Clone, Debug, PartialEq)]
pub struct Cell {
    /// The value, or the formula's stored result; [`Value::Empty`] if none was stored.
    pub value: Value,
    /// The formula in A1 notation without `=`.
    pub formula: Option<String>,
}

/// Whether a sheet's tab can be seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Visibility {
    /// Yes.
    Visible,
    /// No.
    Hidden,
}

/// A rectangle of cells, both ends included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Region {
    /// Top left.
    pub first: CellRef,
    /// Bottom right.
    pub last: CellRef,
}

impl Region {
    /// Whether a cell lies in it.
    pub fn contains(&self, cell: CellRef) -> bool {
        (self.first.row..=self.last.row).contains(&cell.row)
            && (self.first.column..=self.last.column).contains(&cell.column)
    }
}

/// What a sheet has besides cells. Hidden stretches are first and last, both included.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Layout {
    /// Merged cells; `index` makes them quick to find.
    pub merges: Vec<Region>,
    /// Hidden rows.
    pub hidden_rows: Vec<(u32, u32)>,
    /// Hidden columns.
    pub hidden_columns: Vec<(u32, u32)>,
    /// Where the merged cells are.
    found: Merges,
}

impl Layout {
    /// Makes merged cells quick to find: a sheet may have thousands of them.
    pub(super) fn index(&mut self) {
        self.found = Merges::of(&self.merges);
    }

    /// The merged region that covers a cell.
    pub fn merge_at(&self, cell: CellRef) -> Option<&Region> {
        self.merges.get(self.found.at(cell)?)
    }
}

/// A sheet.
#[derive(Clone, Debug)]
pub struct Sheet {
    /// Its name; empty for CSV.
    pub name: Arc<str>,
    /// Whether it can be seen.
    pub visibility: Visibility,
    /// Cells that hold something, by row and column.
    pub cells: BTreeMap<CellRef, Cell>,
    /// Merged and hidden cells.
    pub layout: Layout,
    /// Whether the format can merge cells at all: CSV can't.
    pub can_merge: bool,
}

impl Sheet {
    /// The cell at a place, if it holds anything.
    pub fn cell(&self, row: u32, column: u32) -> Option<&Cell> {
        self.cells.get(&CellRef { row, column })
    }

    /// The cell that is shown at a place: the top left one where cells are merged.
    pub fn anchor(&self, row: u32, column: u32) -> CellRef {
        let cell = CellRef { row, column };
        self.layout.merge_at(cell).map_or(cell, |region| region.first)
    }

    /// The value shown at a place, merged cells resolved.
    pub fn shown(&self, row: u32, column: u32) -> Option<&Cell> {
        self.cells.get(&self.anchor(row, column))
    }

    /// All cells of a row that hold something, left to right.
    pub fn row(&self, row: u32) -> impl Iterator<Item = (u32, &Cell)> {
        self.cells
            .range(CellRef { row, column: 0 }..=CellRef { row, column: u32::MAX })
            .map(|(place, cell)| (place.column, cell))
    }

    /// The rows that hold something, top to bottom.
    pub fn used_rows(&self) -> Vec<u32> {
        let mut rows: Vec<u32> = self.cells.keys().map(|place| place.row).collect();
        rows.dedup();
        rows
    }
}

/// A workbook.
#[derive(Clone, Debug)]
pub struct Workbook {
    /// The file it was read from.
    pub file: FileName,
    /// Its sheets in tab order.
    pub sheets: Vec<Sheet>,
}

impl Workbook {
    /// Where a cell is.
    pub fn origin(&self, sheet: &Sheet, cell: CellRef) -> Origin {
        Origin::Cell(CellPlace { file: self.file.clone(), sheet: sheet.name.clone(), cell })
    }

    /// The sheet of a name, and its index.
    pub fn sheet(&self, name: &str) -> Option<(usize, &Sheet)> {
        self.sheets.iter().enumerate().find(|(_, sheet)| &*sheet.name == name)
    }
}
