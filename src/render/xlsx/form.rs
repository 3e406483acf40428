//! What 附件6 and 附件7 share: one grid of seven columns on which every table of the two forms finds its edges,
//! label rows, captions.
//!
//! May use: `view`, `formats`, `layout`.

use rust_decimal::Decimal;

use super::XlsxError;
use super::formats;
use super::layout::{Cell, Content, MIN_ROW, Table, text_height};
use crate::view::sheets::{Field, FormRow};

/// Column widths in pixels: 178 mm of A4 are 672.
pub(super) const WIDTHS: [u32; 7] = [48, 92, 104, 96, 104, 84, 140];

/// The last column.
pub(super) const LAST: u16 = 6;

/// Label, value, label, value.
const QUARTERS: [(u16, u16); 4] = [(0, 1), (2, 3), (4, 4), (5, LAST)];

/// The columns of a table with five: 付款计划, 人天.
pub(super) const FIFTHS: [(u16, u16); 5] = [(0, 1), (2, 3), (4, 4), (5, 5), (LAST, LAST)];

/// A caption over the whole width.
pub(super) fn caption(table: &mut Table, text: &str) -> Result<u32, XlsxError> {
    table.across(28, text, &formats::heading())
}

/// The label table.
pub(super) fn label_rows(table: &mut Table, rows: &[FormRow]) -> Result<(), XlsxError> {
    for row in rows {
        match row {
            FormRow::Wide(field) => {
                table.row(MIN_ROW, &[label(QUARTERS[0], &field.label), value((2, LAST), &field.value)])?;
            }
            FormRow::Pair(left, right) => {
                table.row(MIN_ROW, &quarters(left, right))?;
            }
            FormRow::Beside(left, right) => beside(table, left, right)?,
        }
    }
    Ok(())
}

/// A label.
pub(super) fn label((from, to): (u16, u16), text: &str) -> Cell {
    Cell::text(from, to, text, &formats::heading())
}

/// A value.
pub(super) fn value((from, to): (u16, u16), text: &str) -> Cell {
    Cell::text(from, to, text, &formats::text())
}

/// Two fields side by side.
fn quarters(left: &Field, right: &Field) -> [Cell; 4] {
    [
        label(QUARTERS[0], &left.label),
        value(QUARTERS[1], &left.value),
        label(QUARTERS[2], &right.label),
        value(QUARTERS[3], &right.value),
    ]
}

/// The left field merged over the rows of the right ones.
fn beside(table: &mut Table, left: &Field, right: &[Field]) -> Result<(), XlsxError> {
    let first = table.row;
    let width: u32 = WIDTHS[2..=3].iter().sum();
    let rows = u32::try_from(right.len()).unwrap_or(u32::MAX).max(1);
    // What the left text needs is spread over the rows it is merged across.
    let height = text_height(&left.value, width).div_ceil(rows).max(MIN_ROW);
    for field in right {
        table.row(height, &[label(QUARTERS[2], &field.label), value(QUARTERS[3], &field.value)])?;
    }
    if table.row > first {
        let last = table.row - 1;
        table.put(first, last, &label(QUARTERS[0], &left.label))?;
        table.put(first, last, &value(QUARTERS[1], &left.value))?;
    }
    Ok(())
}

/// Heading cells over the given columns.
pub(super) fn heading_row<'v>(
    table: &mut Table,
    columns: &[(u16, u16)],
    headings: impl IntoIterator<Item = &'v String>,
) -> Result<u32, XlsxError> {
    let cells: Vec<Cell> = columns.iter().zip(headings).map(|(&span, text)| label(span, text)).collect();
    table.row(MIN_ROW, &cells)
}

/// A formula in the last column with our figure.
pub(super) fn figure(formula: &str, result: Decimal, format: &rust_xlsxwriter::Format) -> Cell {
    Cell::new(LAST, LAST, Content::formula(formula, Some(result)), format)
}
