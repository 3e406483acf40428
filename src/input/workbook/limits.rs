//! How large a spreadsheet may be (F004). A quotation has some dozens of rows; these limits only keep a broken or
//! hostile file from filling the memory.
//!
//! May use: nothing.

/// Bytes of the file itself.
pub const FILE: usize = 20 * 1024 * 1024;
/// Bytes of all parts of a zip container, inflated.
pub const INFLATED_TOTAL: u64 = 200 * 1024 * 1024;
/// Bytes of one part, inflated.
pub const INFLATED_ENTRY: u64 = 100 * 1024 * 1024;
/// From this size on, a part may not be more than [`INFLATION_RATIO`] times its packed size.
pub const RATIO_FROM: u64 = 20 * 1024 * 1024;
/// Sheets full of repeated rows reach 50.
pub const INFLATION_RATIO: u64 = 200;
/// Parts of a zip container.
pub const ZIP_ENTRIES: usize = 10_000;
/// Rows of a sheet that hold something.
pub const ROWS: usize = 100_000;
/// Columns of a sheet that hold something.
pub const COLUMNS: usize = 1_000;
/// Cells of a workbook that hold something.
pub const CELLS: usize = 2_000_000;
/// Cells of the rectangle around what a sheet of an .xls holds: calamine allocates all of it.
pub const XLS_AREA: u64 = 4_000_000;
/// Shared formulas of an .xlsx sheet: calamine allocates up to the highest index.
pub const SHARED_FORMULAS: usize = 1_000_000;
/// Merged regions of a sheet.
pub const MERGES: usize = 100_000;
/// Bytes of all text and formulas of a sheet: one long string can stand in a million cells.
pub const TEXT: usize = 64 * 1024 * 1024;
/// Hidden stretches of a sheet that are told one by one.
pub const HIDDEN_STRETCHES: usize = 20;
