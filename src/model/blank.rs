//! A blank: something the contract leaves open because the case does not say it yet.

use crate::diagnostics::Origin;

/// One blank. A draft shows it as an empty 【 】; a final build refuses it (T004).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Blank {
    /// The document it stands in, such as 正文.
    pub document: String,
    /// The clause or place, such as 4.3.
    pub clause: String,
    /// What is missing, such as 法定代表人.
    pub field: String,
    /// The key that fills it, such as `乙方.法定代表人`.
    pub key: String,
    /// Where that key belongs.
    pub origin: Origin,
}
