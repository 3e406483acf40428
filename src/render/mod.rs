//! Views → PDF (Tera, then Typst) and XLSX. Never sees a case, only a view.
//!
//! May use: `view`.

pub mod fonts;
pub mod pdf;
pub mod template;
pub mod xlsx;
