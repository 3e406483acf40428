//! How large a finished or returned workbook may be. The largest of ours is a 结算汇总, of some ten thousand cells; what is
//! beyond these limits is refused with its reason (V023), and not half read.
//!
//! May use: nothing.

/// Bytes of the file.
pub const FILE: usize = 20 * 1024 * 1024;
/// Bytes of all parts, unpacked.
pub const UNPACKED: u64 = 64 * 1024 * 1024;
/// Parts of the container.
pub const PARTS: usize = 10_000;
/// Sheets of a workbook.
pub const SHEETS: usize = 500;
/// Cells of a workbook that hold something, of all its sheets.
pub const CELLS: usize = 300_000;
/// Bytes of all texts and formulas of its cells: one long string can stand in every cell.
pub const TEXT: usize = 32 * 1024 * 1024;
/// Merged regions of a sheet.
pub const MERGES: usize = 100_000;
/// Columns of all merged regions of a sheet, one of three columns three times: what finding them takes.
pub const MERGED_COLUMNS: u64 = 2_000_000;
/// Hidden rows, and hidden stretches of columns, of a sheet.
pub const HIDDEN: usize = 100_000;
