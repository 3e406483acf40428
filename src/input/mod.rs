//! Reads a case folder into the model.
//!
//! May use: `model`, `pack`, `diagnostics`.

pub mod workbook;
