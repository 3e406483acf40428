//! Who a case is with, as far as cases are told apart by it.

use std::path::PathBuf;

use super::case::{ContractTerms, Supplier};

/// The 合同 and 乙方 of one case of a run, and where they stand.
#[derive(Clone, Debug)]
pub struct Party {
    /// Where the case lies, however it was named.
    pub place: PathBuf,
    /// 合同.
    pub contract: ContractTerms,
    /// 乙方.
    pub supplier: Supplier,
}
