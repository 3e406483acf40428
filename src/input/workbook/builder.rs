//! Collects the cells of a sheet and stops at the limits.
//!
//! May use: `grid`, `limits`, `merges`, `trouble`; calamine's cell values come in here.

use std::collections::{BTreeMap, BTreeSet};

use calamine::{DataRef, ExcelDateTime};

use super::grid::{Cell, Layout, Sheet, Value, Visibility};
use super::trouble::Trouble;
use super::{address, limits, merges};
use crate::diagnostics::CellRef;

/// Stands for a formula that is there but could not be read.
pub const UNKNOWN_FORMULA: &str = "（未能读出的公式）";

/// What a workbook may still hold, of all its sheets together.
pub struct Budget {
    sheets: usize,
    cells: usize,
    text: usize,
}

impl Default for Budget {
    fn default() -> Self {
        Self { sheets: limits::SHEETS, cells: limits::CELLS, text: limits::TEXT }
    }
}

/// A sheet in the making.
pub struct SheetBuilder<'b> {
    budget: &'b mut Budget,
    name: String,
    visibility: Visibility,
    cells: BTreeMap<CellRef, Cell>,
    columns: BTreeSet<u32>,
    rows: BTreeSet<u32>,
}

impl<'b> SheetBuilder<'b> {
    /// An empty sheet.
    ///
    /// # Errors
    /// If the workbook has too many.
    pub fn new(name: &str, visibility: Visibility, budget: &'b mut Budget) -> Result<Self, Trouble> {
        let too_many = || Trouble::too_large("工作簿的工作表太多", format!("{} 张", limits::SHEETS));
        budget.sheets = budget.sheets.checked_sub(1).ok_or_else(too_many)?;
        let name = name.to_owned();
        let (cells, columns, rows) = (BTreeMap::new(), BTreeSet::new(), BTreeSet::new());
        Ok(Self { budget, name, visibility, cells, columns, rows })
    }

    /// Puts a value; an empty one is left out.
    pub fn value(&mut self, row: u32, column: u32, value: Value) -> Result<(), Trouble> {
        if value == Value::Empty {
            return Ok(());
        }
        if let Value::Text(text) = &value {
            self.count_text(text)?;
        }
        self.slot(row, column)?.value = value;
        Ok(())
    }

    /// Puts a formula.
    pub fn formula(&mut self, row: u32, column: u32, formula: String) -> Result<(), Trouble> {
        if !formula.is_empty() {
            self.count_text(&formula)?;
            self.slot(row, column)?.formula = Some(formula);
        }
        Ok(())
    }

    /// Marks a cell whose formula could not be read as a formula all the same.
    pub fn formula_if_none(&mut self, place: CellRef, formula: &str) -> Result<(), Trouble> {
        let slot = self.slot(place.row, place.column)?;
        slot.formula.get_or_insert_with(|| formula.to_owned());
        Ok(())
    }

    fn count_text(&mut self, text: &str) -> Result<(), Trouble> {
        let too_much = || Trouble::too_large("工作簿里的文字和公式太长", "32 MB");
        self.budget.text = self.budget.text.checked_sub(text.len()).ok_or_else(too_much)?;
        Ok(())
    }

    fn slot(&mut self, row: u32, column: u32) -> Result<&mut Cell, Trouble> {
        if row >= address::MAX_ROW || column >= address::MAX_COLUMN {
            return Err(Trouble::unreadable(format!("工作表“{}”里有超出表格范围的单元格", self.name)));
        }
        self.rows.insert(row);
        self.columns.insert(column);
        if self.rows.len() > limits::ROWS {
            return Err(Trouble::sheet(&self.name, self.rows.len(), "行", "50,000"));
        }
        if self.columns.len() > limits::COLUMNS {
            return Err(Trouble::sheet(&self.name, self.columns.len(), "列", "1,000"));
        }
        let place = CellRef { row, column };
        if !self.cells.contains_key(&place) {
            let too_many = || Trouble::too_large("工作簿里有内容的单元格太多", "500,000 个单元格");
            self.budget.cells = self.budget.cells.checked_sub(1).ok_or_else(too_many)?;
        }
        Ok(self.cells.entry(place).or_insert(Cell { value: Value::Empty, formula: None }))
    }

    /// The finished sheet.
    pub fn finish(self, mut layout: Layout, can_merge: bool) -> Result<Sheet, Trouble> {
        if layout.merges.len() > limits::MERGES {
            return Err(Trouble::sheet(&self.name, layout.merges.len(), "处合并单元格", "100,000"));
        }
        if merges::width(&layout.merges) > limits::MERGED_COLUMNS {
            let found = format!("工作表“{}”的合并单元格太宽、太多", self.name);
            return Err(Trouble::too_large(found, "合计 2,000,000 列"));
        }
        layout.index();
        Ok(Sheet {
            name: self.name.into(),
            visibility: self.visibility,
            cells: self.cells,
            layout,
            can_merge,
        })
    }
}

/// calamine's value as ours.
pub fn value(data: &DataRef<'_>) -> Value {
    match data {
        // An i64 that comes from a 30-bit integer cell; from_str keeps it exact without any float.
        DataRef::Int(int) => super::number::from_text(&int.to_string())
            .map_or_else(|| Value::Huge(int.to_string()), Value::Number),
        DataRef::Float(float) => Value::float(*float),
        DataRef::String(text) => Value::text(text.clone()),
        DataRef::SharedString(text) => Value::text(*text),
        DataRef::Bool(value) => Value::Bool(*value),
        DataRef::DateTime(date) => Value::Date(date_text(date)),
        DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => Value::Date(text.clone()),
        DataRef::Error(error) => Value::Error(error.to_string()),
        DataRef::Empty => Value::Empty,
    }
}

/// `2026-03-05`, with the time where there is one; a duration as its number of days.
fn date_text(date: &ExcelDateTime) -> String {
    if date.is_duration() {
        return date.as_f64().to_string();
    }
    let (year, month, day, hour, minute, second, _) = date.to_ymd_hms_milli();
    if (hour, minute, second) == (0, 0, 0) {
        format!("{year:04}-{month:02}-{day:02}")
    } else {
        format!("{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02}")
    }
}

/// The same for a value that calamine has copied.
pub fn owned_value(data: &calamine::Data) -> Value {
    use calamine::Data;
    match data {
        Data::Int(int) => value(&DataRef::Int(*int)),
        Data::Float(float) => Value::float(*float),
        Data::String(text) => Value::text(text.as_str()),
        Data::Bool(value) => Value::Bool(*value),
        Data::DateTime(date) => Value::Date(date_text(date)),
        Data::DateTimeIso(text) | Data::DurationIso(text) => Value::Date(text.clone()),
        Data::Error(error) => Value::Error(error.to_string()),
        Data::Empty => Value::Empty,
    }
}
