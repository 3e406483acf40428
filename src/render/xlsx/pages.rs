//! Where a sheet of several sections is to start a new page on paper, so that none is cut in two that need not be.
//!
//! May use: `layout`.

use super::XlsxError;
use super::layout::Table;

/// Printed a little smaller, because a program without 宋体 takes the columns for wider than they are. A sheet that is
/// fitted to the page would lose its page breaks.
const PRINT_SCALE: u16 = 85;
/// Upright A4 without its margins is then 1150 pixels high; some less, because programs round row heights.
const PAGE: u32 = 1100;

/// Where the sections of a sheet begin: row, and pixels from the top.
#[derive(Default)]
pub(super) struct Sections(Vec<(u32, u32)>);

impl Sections {
    /// The next row begins a section.
    pub(super) fn begin(&mut self, table: &Table) {
        self.0.push((table.row, table.height()));
    }

    /// Sets the page breaks of a sheet that is written.
    pub(super) fn set_breaks(self, table: &mut Table) -> Result<(), XlsxError> {
        table.sheet.set_print_scale(PRINT_SCALE);
        table.sheet.set_page_breaks(&breaks(&self.0, table.height()))?;
        Ok(())
    }
}

/// The rows that begin a page: of each section that would be cut in two, but fits a page.
fn breaks(sections: &[(u32, u32)], end: u32) -> Vec<u32> {
    let ends = sections.iter().skip(1).map(|&(_, top)| top).chain([end]);
    let (mut rows, mut page) = (Vec::new(), 0);
    for (&(row, top), bottom) in sections.iter().zip(ends) {
        let cut = bottom.saturating_sub(page) > PAGE;
        if cut && row > 0 && bottom.saturating_sub(top) <= PAGE {
            rows.push(row);
            page = top;
        }
        while bottom.saturating_sub(page) > PAGE {
            page += PAGE;
        }
    }
    rows
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_section_that_fits_a_page_is_not_cut() {
        assert_eq!(breaks(&[(5, 200), (20, 700)], 1000), [0; 0], "all on one page");
        assert_eq!(breaks(&[(5, 200), (20, 700), (40, 900)], 1300), [40]);
        assert_eq!(breaks(&[(5, 200), (20, 700), (40, 1150), (60, 1500)], 1900), [20, 60]);
    }

    #[test]
    fn a_long_section_runs_on_and_the_next_may_follow_it() {
        // 2500 high: two pages and 300 px of a third.
        assert_eq!(breaks(&[(5, 0), (90, 2500)], 3200), [0; 0]);
        assert_eq!(breaks(&[(5, 0), (90, 2500)], 3400), [90]);
    }
}
