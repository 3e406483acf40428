//! Cell addresses in A1 notation.
//!
//! May use: `diagnostics`, `grid`.

use super::grid::Region;
use crate::diagnostics::CellRef;

/// Rows and columns of a sheet of today's Excel.
pub const MAX_ROW: u32 = 1_048_576;
/// See [`MAX_ROW`].
pub const MAX_COLUMN: u32 = 16_384;

/// `F12` or `$F$12`.
pub fn cell(text: &str) -> Option<CellRef> {
    let text = text.strip_prefix('$').unwrap_or(text);
    let letters = text.bytes().take_while(u8::is_ascii_alphabetic).count();
    let (column, row) = text.split_at(letters);
    let row = row.strip_prefix('$').unwrap_or(row);
    if !(1..=3).contains(&letters)
        || !(1..=7).contains(&row.len())
        || !row.bytes().all(|b| b.is_ascii_digit())
    {
        return None;
    }
    let number = |sum: u32, letter: u8| sum * 26 + u32::from(letter.to_ascii_uppercase() - b'A') + 1;
    let column = column.bytes().fold(0, number);
    let row: u32 = row.parse().ok()?;
    let inside = (1..=MAX_ROW).contains(&row) && (1..=MAX_COLUMN).contains(&column);
    inside.then(|| CellRef { row: row - 1, column: column - 1 })
}

/// `A1:C3`, or a single cell.
pub fn region(text: &str) -> Option<Region> {
    let (first, last) = text.split_once(':').unwrap_or((text, text));
    Some(ordered(cell(first)?, cell(last)?))
}

/// The rectangle between two corners.
pub fn ordered(a: CellRef, b: CellRef) -> Region {
    Region {
        first: CellRef { row: a.row.min(b.row), column: a.column.min(b.column) },
        last: CellRef { row: a.row.max(b.row), column: a.column.max(b.column) },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_cell_refs_print() {
        for (row, column) in [(0, 0), (11, 25), (0, 26), (99, 701), (0, 702), (MAX_ROW - 1, MAX_COLUMN - 1)] {
            let place = CellRef { row, column };
            assert_eq!(cell(&place.to_string()), Some(place));
        }
        assert_eq!(cell("$F$12"), cell("F12"));
        for bad in ["", "A", "1", "A0", "XFE1", "A1048577", "A1B", "中1", "$", "A-1"] {
            assert_eq!(cell(bad), None, "{bad}");
        }
    }
}
