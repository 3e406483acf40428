//! Reads finished files back and proves them: what stands in a PDF or a workbook, against what the inputs give by a second
//! route. It trusts nothing that hetong wrote.
//!
//! May use: every room but `cli`.

mod altered;
mod books;
mod capital;
mod cell_changes;
pub mod checks;
pub mod differences;
pub mod exact;
mod expected;
mod figure_changes;
pub mod figures;
mod file;
mod find;
mod flow;
mod folder;
pub mod folders;
mod fresh;
mod guard;
mod known;
pub mod ledger;
mod month;
mod pdf_actual;
mod pdf_facts;
mod pdf_glyphs;
mod pdf_limits;
mod pdf_lines;
mod pdf_structure;
pub mod pdf_text;
mod record;
pub mod redline;
pub mod redline_sheet;
mod returned;
mod routes;
pub mod run;
pub mod settled;
pub mod sheet_cells;
mod sheet_grid;
mod sheet_parts;
mod side;
mod tally;
mod text_edits;
mod text_place;
mod text_stream;
mod text_words;
mod texts;

pub use guard::is_guarded;
