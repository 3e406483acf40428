//! Reads finished files back and proves them: what stands in a PDF or a workbook, against what the inputs give by a second
//! route. It trusts nothing that hetong wrote.
//!
//! May use: every room but `cli`.

mod cell_changes;
pub mod differences;
mod guard;
mod pdf_actual;
mod pdf_facts;
mod pdf_glyphs;
mod pdf_limits;
mod pdf_lines;
mod pdf_structure;
pub mod pdf_text;
pub mod sheet_cells;
mod sheet_grid;
mod sheet_parts;
mod text_edits;
mod text_place;
mod text_stream;
mod text_words;

pub use guard::is_guarded;
