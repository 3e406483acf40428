//! Every figure worked out a second time, in whole 分, from what the inputs say: nothing here calls `compute`.
//!
//! May use: `input`, `model`, `pack`.

pub mod capital;
pub mod exact;
pub mod figures;
pub mod settled;
