//! A ledger of old lines that nothing proves to be the case's: what there is to show before somebody says that it is.
//!
//! May use: `input`, `model`.

use std::path::Path;

use thiserror::Error;

use crate::input::case;
use crate::input::folder::CaseFolder;
use crate::input::ledger;
use crate::model::case::Text;
use crate::model::identifiers;
use crate::model::ledger::{Belongs, Binding, ContractId, Ledger};

/// A ledger that can be bound, and to what.
#[derive(Debug)]
pub struct Bindable {
    /// The case's contract.
    pub contract: ContractId,
    /// 乙方名称.
    pub supplier: String,
    /// The ledger as read.
    pub ledger: Ledger,
}

/// Why there is nothing to confirm.
#[derive(Debug, Error)]
#[expect(missing_docs, reason = "the messages say it")]
pub enum NotBindable {
    #[error("合同.yaml 读不出来，台账没有改动；请先运行 hetong check 并改正")]
    Unreadable,
    #[error("案卷没有写 {0}，说不清是哪份合同；请先填好，台账没有改动")]
    Blank(&'static str),
    #[error("纳税人识别号“{0}”有误：{1}；请先改正，台账没有改动")]
    WrongCode(String, String),
    #[error("案卷里没有台账，或者还没有开具过，不用认定；直接结算就是")]
    NoLedger,
    #[error("台账有损坏，没有改动：{0}；请先从备份恢复 台账.jsonl")]
    Damaged(String),
    #[error("台账已经写明是合同 {0}的，就是这个案卷的合同，不用再认定")]
    AlreadyHere(ContractId),
    #[error(
        "台账写明是合同 {0}的，不是这个案卷的合同，不能改认；案卷是从别的合同复制来的，把复制来的 台账.jsonl 移走"
    )]
    Elsewhere(ContractId),
}

/// What there is to confirm about the case in a folder.
///
/// # Errors
/// If there is nothing to confirm, or it must not be.
pub fn bindable(folder: &Path) -> Result<Bindable, NotBindable> {
    let mut loaded = case::load(folder);
    let open = CaseFolder::open(folder).map_err(|_| NotBindable::Unreadable)?;
    if !loaded.readable {
        return Err(NotBindable::Unreadable);
    }
    loaded.case.ledger = ledger::read(&open);
    let (ledger, belongs) = (&loaded.case.ledger, loaded.case.ledger_by_name());
    if let Some(damage) = ledger.damage.iter().find(|damage| !damage.torn) {
        return Err(NotBindable::Damaged(format!("{} {}", damage.origin, damage.why)));
    }
    if ledger.lines().is_empty() {
        return Err(NotBindable::NoLedger);
    }
    if let Belongs::Elsewhere(contract, _) = belongs {
        return Err(NotBindable::Elsewhere(contract));
    }
    if let Some((contract, _)) = ledger.contracts().next() {
        return Err(NotBindable::AlreadyHere(contract.clone()));
    }
    let text = |text: &Text| text.as_ref().map(|text| text.value.clone());
    let (number, code) = (text(&loaded.case.contract.number), text(&loaded.case.supplier.tax_id));
    let number = number.ok_or(NotBindable::Blank("合同.编号"))?;
    let credit_code = code.ok_or(NotBindable::Blank("乙方.纳税人识别号"))?;
    let supplier = text(&loaded.case.supplier.name).ok_or(NotBindable::Blank("乙方.名称"))?;
    if let Err(fault) = identifiers::credit_code(&credit_code) {
        return Err(NotBindable::WrongCode(credit_code, fault.to_string()));
    }
    let contract = ContractId { number, credit_code };
    Ok(Bindable { contract, supplier, ledger: loaded.case.ledger })
}

impl Bindable {
    /// The line that says so.
    pub fn binding(&self, at: &str) -> Binding {
        Binding {
            contract: self.contract.clone(),
            supplier: self.supplier.clone(),
            closing: self.ledger.closing(),
            bound_at: at.to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
        }
    }
}
