//! Views in, documents out: never sees a case or a pack.
//!
//! May use: `view`.

pub mod xlsx;
