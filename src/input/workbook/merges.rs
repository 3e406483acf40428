//! Merged cells, quick to find: a sheet may have thousands of them, and every value of a table asks.
//!
//! May use: `grid` for the region.

use std::collections::BTreeMap;

use super::grid::Region;
use crate::diagnostics::CellRef;

/// Rows of one column that a merged region covers, first and last, and which region it is.
type Span = (u32, u32, usize);

/// The regions of a sheet by column, top down; those of one column never overlap. No spreadsheet makes regions that
/// overlap; where a file has such, the upper one covers the cell.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Merges {
    columns: BTreeMap<u32, Vec<Span>>,
}

impl Merges {
    /// Of regions in any order. The work is [`width`] of them: keep it within the limits.
    pub fn of(regions: &[Region]) -> Self {
        let mut columns: BTreeMap<u32, Vec<Span>> = BTreeMap::new();
        for (index, region) in regions.iter().enumerate() {
            for column in region.first.column..=region.last.column {
                columns.entry(column).or_default().push((region.first.row, region.last.row, index));
            }
        }
        columns.values_mut().for_each(apart);
        Self { columns }
    }

    /// Which region covers a cell.
    pub fn at(&self, cell: CellRef) -> Option<usize> {
        let spans = self.columns.get(&cell.column)?;
        let before = spans.partition_point(|(first, ..)| *first <= cell.row).checked_sub(1)?;
        spans.get(before).filter(|(_, last, _)| *last >= cell.row).map(|(.., index)| *index)
    }
}

/// Columns of all regions, one of three columns three times.
pub fn width(regions: &[Region]) -> u64 {
    regions.iter().map(|region| u64::from(region.last.column.saturating_sub(region.first.column)) + 1).sum()
}

/// Puts the spans of a column in order and takes from each what one before it covers already.
fn apart(spans: &mut Vec<Span>) {
    spans.sort_unstable();
    let mut next = 0;
    spans.retain_mut(|(first, last, _)| {
        *first = (*first).max(next);
        let is_left = *first <= *last;
        if is_left {
            next = last.saturating_add(1);
        }
        is_left
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    fn region((top, left): (u32, u32), (bottom, right): (u32, u32)) -> Region {
        let corner = |row, column| CellRef { row, column };
        Region { first: corner(top, left), last: corner(bottom, right) }
    }

    #[test]
    fn a_cell_is_found_in_its_region() {
        let regions = [
            region((5, 0), (7, 0)),
            region((0, 0), (0, 3)),
            region((0, 5), (90_000, 5)),
            region((8, 0), (9, 1)),
        ];
        let merges = Merges::of(&regions);
        let at = |row, column| merges.at(CellRef { row, column });
        assert_eq!([at(0, 0), at(0, 3), at(0, 4), at(1, 0)], [Some(1), Some(1), None, None]);
        assert_eq!(
            [at(4, 0), at(5, 0), at(7, 0), at(8, 0), at(9, 1)],
            [None, Some(0), Some(0), Some(3), Some(3)]
        );
        assert_eq!([at(88_888, 5), at(90_001, 5)], [Some(2), None]);
        assert_eq!(width(&regions), 1 + 4 + 1 + 2);
    }

    #[test]
    fn of_regions_that_overlap_the_upper_one_covers_the_cell() {
        let merges = Merges::of(&[region((2, 0), (9, 0)), region((0, 0), (4, 0)), region((3, 0), (4, 0))]);
        let at = |row| merges.at(CellRef { row, column: 0 });
        assert_eq!([at(0), at(4), at(5), at(9), at(10)], [Some(1), Some(1), Some(0), Some(0), None]);
    }

    /// As many regions as there may be, all of them as tall as the sheet: looking up is a search in one column.
    #[test]
    fn columns_hold_no_more_spans_than_regions() {
        let tall: Vec<Region> = (0..10_000).map(|at| region((at, 0), (1_000_000, 1))).collect();
        let merges = Merges::of(&tall);
        let spans: usize = merges.columns.values().map(Vec::len).sum();
        assert_eq!(spans, 2, "what is covered already is not kept");
    }
}
