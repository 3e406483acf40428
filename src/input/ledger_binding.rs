//! The line of 台账.jsonl that says whose the lines before it are, as it is written.
//!
//! May use: `model`, and its own room.

use serde::{Deserialize, Serialize};

use super::ledger::{money, plain};
use crate::model::ledger::{Binding, ContractId};

/// The line's content.
#[derive(Serialize, Deserialize)]
pub(super) struct BindingLine {
    #[serde(rename = "绑定")]
    bound: BindingContent,
    #[serde(rename = "时间")]
    bound_at: String,
    #[serde(rename = "版本")]
    version: String,
    #[serde(rename = "前行")]
    pub previous: String,
}

#[derive(Serialize, Deserialize)]
struct BindingContent {
    #[serde(rename = "合同编号")]
    contract: String,
    #[serde(rename = "信用代码")]
    credit_code: String,
    #[serde(rename = "名称")]
    supplier: String,
    #[serde(rename = "累计")]
    closing: String,
}

impl BindingLine {
    /// As it is written behind the line of this hash.
    pub fn of(binding: &Binding, previous: &str) -> Self {
        Self {
            bound: BindingContent {
                contract: binding.contract.number.clone(),
                credit_code: binding.contract.credit_code.clone(),
                supplier: binding.supplier.clone(),
                closing: plain(binding.closing),
            },
            bound_at: binding.bound_at.clone(),
            version: binding.version.clone(),
            previous: previous.to_owned(),
        }
    }

    /// What it says; or what is wrong with it, as a Chinese clause.
    pub fn binding(self) -> Result<Binding, String> {
        let BindingContent { contract, credit_code, supplier, closing } = self.bound;
        Ok(Binding {
            closing: money("累计", &closing)?,
            contract: ContractId { number: contract, credit_code },
            supplier,
            bound_at: self.bound_at,
            version: self.version,
        })
    }
}
