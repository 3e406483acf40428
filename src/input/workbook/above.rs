//! What a 工时 sheet says above its table and not in it: 订单编号：DD-2026-001, 姓名：张示例.
//!
//! May use: `monthly`, `grid`, `heading`; the columns of `worklog`.

use super::grid::{Sheet, Value, Workbook};
use super::table::Column;
use super::worklog::{COLUMNS, LEVEL, ORDER};
use super::{heading, monthly};
use crate::diagnostics::{CellRef, Located};

/// What stands above a sheet's table and holds for the whole of it: 订单编号：DD-2026-001. By column.
/// Where a sheet has a section for each order, what was said last counts.
#[derive(Clone, Debug, Default)]
pub struct Above {
    said: [Vec<(u32, Located<String>)>; 4],
}

impl Above {
    /// Looks over a whole sheet.
    pub fn of(workbook: &Workbook, sheet: &Sheet) -> Self {
        let mut above = Self::default();
        for (place, cell) in &sheet.cells {
            let Value::Text(shown) = &cell.value else { continue };
            let Some((name, mut value)) = monthly::label(shown) else { continue };
            let name = heading::normalise(&name);
            let Some(column) = (ORDER..=LEVEL).find(|column| goes_by(*column, &name)) else { continue };
            let mut at = *place;
            if value.is_empty() {
                let Some((next, text)) = beside(sheet, *place) else { continue };
                (at, value) = (next, text);
            }
            above.said[column].push((place.row, Located::new(value, workbook.origin(sheet, at))));
        }
        above
    }

    /// The columns to look for: what is said above the table need not stand in it.
    pub fn wanted(&self) -> Vec<Column<'static>> {
        let column = |(index, column): (usize, &Column<'static>)| {
            let said = self.said.get(index).is_some_and(|said| !said.is_empty());
            Column { required: column.required && !said, ..column.clone() }
        };
        COLUMNS.iter().enumerate().map(column).collect()
    }

    /// What was said last above a row.
    pub fn said(&self, column: usize, row: u32) -> Option<&Located<String>> {
        // They stand in the order of their rows.
        let said = self.said.get(column)?;
        let last = said.partition_point(|(above, _)| *above < row).checked_sub(1)?;
        said.get(last).map(|(_, said)| said)
    }
}

/// Whether a column goes by a heading.
pub fn goes_by(column: usize, name: &str) -> bool {
    let column = COLUMNS.get(column);
    column.is_some_and(|column| {
        std::iter::once(&column.name).chain(column.aliases).any(|known| heading::normalise(known) == name)
    })
}

/// The text in the cell to the right of a cell that ends in a colon, if it does not name itself, too.
fn beside(sheet: &Sheet, place: CellRef) -> Option<(CellRef, String)> {
    let behind = CellRef { row: place.row, column: place.column.saturating_add(1) };
    let in_row = behind..=CellRef { row: place.row, column: u32::MAX };
    let (column, cell) = sheet.cells.range(in_row).next().map(|(at, cell)| (at.column, cell))?;
    let text = cell.value.shown().trim().to_owned();
    let heading = COLUMNS.iter().enumerate().any(|(index, _)| goes_by(index, &heading::normalise(&text)));
    (!heading && !text.is_empty() && monthly::label(&text).is_none())
        .then_some((CellRef { row: place.row, column }, text))
}
