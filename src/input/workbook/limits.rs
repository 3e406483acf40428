//! How large a spreadsheet may be (F004). A quotation has some dozens of rows and a month's 工时 some thousands; these
//! limits only keep a broken or hostile file from filling the memory or the day. docs/案卷.md tells them to users.
//!
//! May use: nothing.

/// Bytes of the file itself.
pub const FILE: usize = 20 * 1024 * 1024;
/// Bytes of all parts of a zip container, inflated: they are kept while it is read.
pub const INFLATED: u64 = 64 * 1024 * 1024;
/// From this size on, a part may not be more than [`INFLATION_RATIO`] times its packed size.
pub const RATIO_FROM: u64 = 20 * 1024 * 1024;
/// Sheets full of repeated rows reach 50.
pub const INFLATION_RATIO: u64 = 200;
/// Parts of a zip container.
pub const ZIP_ENTRIES: usize = 10_000;
/// Sheets of a workbook.
pub const SHEETS: usize = 500;
/// Rows of a sheet that hold something.
pub const ROWS: usize = 50_000;
/// Columns of a sheet that hold something.
pub const COLUMNS: usize = 1_000;
/// Cells of a workbook that hold something, of all its sheets.
pub const CELLS: usize = 500_000;
/// Cells of the rectangle around what a sheet of an .xls holds: calamine allocates all of it.
pub const XLS_AREA: u64 = 2_000_000;
/// Shared formulas of an .xlsx sheet: calamine allocates up to the highest index.
pub const SHARED_FORMULAS: usize = 100_000;
/// Merged regions of a sheet.
pub const MERGES: usize = 100_000;
/// Columns of all merged regions of a sheet, one of three columns three times: what finding them takes.
pub const MERGED_COLUMNS: u64 = 2_000_000;
/// Bytes of all text and formulas of a workbook: one long string can stand in every cell.
pub const TEXT: usize = 32 * 1024 * 1024;
/// Hidden stretches of a sheet that are told one by one.
pub const HIDDEN_STRETCHES: usize = 20;
