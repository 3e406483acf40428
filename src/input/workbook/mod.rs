//! Spreadsheets from other people: bytes in, typed tables out.
//!
//! The way a file takes:
//! 1. [`open`] looks at the bytes (never only at the name), refuses what is encrypted, too large or no spreadsheet,
//!    and has the reader of the format (`xlsx`, `xlsb`, `xls`, `ods`, `csv`) fill a [`grid::Workbook`]: sparse cells
//!    with value *and* formula, merged regions, what is hidden.
//! 2. [`table`] finds a table by its headings, wherever it stands, and walks its rows.
//! 3. `number` brings what stands in a cell to an exact decimal, or leaves it as text: nothing is guessed.
//! 4. [`formula`] and [`evaluate`] work formulas out anew, so that a stored result can be held against them.
//! 5. `quotation` does all this for 附件3 and gives the model's `Quotation`, with the place of every cell; `worklog`
//!    and `assessment` do it for 工时 and 考核.
//!
//! # Numbers
//! A typed number is an `f64` in the file. It becomes the decimal of its shortest text that reads back as the same
//! `f64`; if that has more than fifteen significant digits (noise such as `832.0788000000001`), it is rounded to
//! fifteen, which is what Excel and LibreOffice show. Stored results of formulas go the same way, and so do results
//! worked out anew. Number formats are not applied: `849.0588` shown as `849.06` is `849.0588`, and a rule says so.
//!
//! May use: `model`, `diagnostics`.

mod above;
mod address;
mod archive;
mod assessment;
mod biff;
mod builder;
mod cfb;
mod csv;
mod dates;
pub mod evaluate;
pub mod formula;
mod functions;
pub mod grid;
mod heading;
mod hidden;
mod limits;
pub mod merges;
mod monthly;
pub(super) mod number;
mod ods;
mod open;
mod openformula;
mod quotation;
mod search;
mod shared;
pub mod table;
mod trouble;
mod worklog;
mod worklog_sums;
mod xls;
mod xlsb;
mod xlsb_dates;
mod xlsx;
mod xml;

use crate::diagnostics::FileName;

pub use assessment::{AssessmentSheet, read_assessment};
pub use grid::{Cell, Region, Sheet, Value, Workbook};
pub use number::{from_float, from_text};
pub use open::{is_guarded, open};
pub use quotation::read_quotation;
pub use table::{Column, Table};
pub use worklog::{Worklog, read_worklog};

/// A spreadsheet file: its name as the user knows it, and its bytes.
#[derive(Clone, Debug)]
pub struct SheetSource<'a> {
    /// Relative to the case folder.
    pub file: FileName,
    /// All of it.
    pub bytes: &'a [u8],
}

impl<'a> SheetSource<'a> {
    /// A file and its bytes.
    pub fn new(file: impl Into<FileName>, bytes: &'a [u8]) -> Self {
        Self { file: file.into(), bytes }
    }

    /// Whether the name ends in one of these.
    fn has_extension(&self, extensions: &[&str]) -> bool {
        let extension = self.file.rsplit_once('.').map(|(_, extension)| extension);
        extension.is_some_and(|found| extensions.iter().any(|known| found.eq_ignore_ascii_case(known)))
    }
}
