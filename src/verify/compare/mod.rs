//! Two finished documents, or two folders of them: what differs, as a list, a redline and a workbook.
//!
//! May use: `verify::read`, `bundle`, `view`, `render`.

pub mod cell_changes;
pub mod cell_shown;
pub mod differences;
pub mod figure_changes;
pub mod folders;
pub mod line_changes;
mod number_format;
pub mod page_look;
pub mod redline;
pub mod redline_sheet;
pub mod row_alignment;
pub mod telling;
pub mod text_edits;
pub mod text_place;
mod text_rows;
pub mod text_stream;
pub mod text_words;
