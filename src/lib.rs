//! hetong (合同): a contract compiler.

pub mod diagnostics;
pub mod model;
pub mod pack;
pub mod render;
pub mod view;
