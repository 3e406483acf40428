//! How much was compared: what verify says at its end.
//!
//! May use: nothing.

use std::fmt;
use std::iter::Sum;
use std::ops::Add;

/// Counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Files.
    pub files: usize,
    /// Pages of PDFs.
    pub pages: usize,
    /// Cells of workbooks.
    pub cells: usize,
    /// Amounts found in them.
    pub figures: usize,
    /// 大写 found in them.
    pub words: usize,
    /// Lines of ledgers.
    pub lines: usize,
}

impl Add for Tally {
    type Output = Tally;
    fn add(self, other: Tally) -> Tally {
        Tally {
            files: self.files + other.files,
            pages: self.pages + other.pages,
            cells: self.cells + other.cells,
            figures: self.figures + other.figures,
            words: self.words + other.words,
            lines: self.lines + other.lines,
        }
    }
}

impl Sum for Tally {
    fn sum<I: Iterator<Item = Tally>>(tallies: I) -> Tally {
        tallies.fold(Tally::default(), Add::add)
    }
}

/// `19 个文件（62 页、634 个单元格），1,204 处金额，36 处大写，3 行台账`.
impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} 个文件（{} 页、{} 个单元格），{} 处金额，{} 处大写",
            self.files, self.pages, self.cells, self.figures, self.words
        )?;
        if self.lines > 0 {
            write!(f, "，{} 行台账", self.lines)?;
        }
        Ok(())
    }
}
