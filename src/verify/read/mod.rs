//! Finished PDFs and workbooks read back, by libraries that did not write them.
//!
//! May use: nothing else of hetong.

pub mod guard;
pub mod pdf_actual;
pub mod pdf_facts;
pub mod pdf_glyphs;
pub mod pdf_limits;
pub mod pdf_lines;
pub mod pdf_raster;
pub mod pdf_structure;
pub mod pdf_text;
pub mod sheet_beside;
pub mod sheet_cells;
pub mod sheet_grid;
pub mod sheet_limits;
pub mod sheet_parts;
pub mod sheet_styles;
