//! hetong (合同): a contract compiler.

pub mod compute;
pub mod diagnostics;
pub mod input;
pub mod model;
pub mod pack;
pub mod render;
pub mod rules;
