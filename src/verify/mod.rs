//! Reads finished files back and proves them: what stands in a PDF or a workbook, against what the inputs give by a second
//! route. It trusts nothing that hetong wrote.
//!
//! May use: every room but `cli`.

mod guard;
mod pdf_actual;
mod pdf_facts;
mod pdf_glyphs;
mod pdf_limits;
mod pdf_lines;
pub mod pdf_text;
pub mod sheet_cells;
mod sheet_grid;
mod sheet_parts;

pub use guard::is_guarded;
