//! Figures and model, turned into what the documents print: finished strings, and numbers where a cell must hold one.
//!
//! May use: `model`, `compute`, `pack`.

pub mod sheets;
