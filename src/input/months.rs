//! What a settlement needs beside the contract: 结算/<月份>/ and 台账.jsonl.
//!
//! May use: `model`, `pack`, `diagnostics`, and its own room.

use std::path::Path;

use super::folder::{CaseFolder, InputFile};
use super::ledger;
use crate::diagnostics::Sources;
use crate::model::fault::Fault;
use crate::model::ledger::Ledger;
use crate::model::month::Month;
use crate::model::month_sheets::MonthSheets;
use crate::pack::Pack;

/// The folder with a folder for each month.
pub const MONTHS_FOLDER: &str = "结算";

/// How much of a case is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// 合同.yaml, its quotation, and the orders: what `build` prints.
    Contract,
    /// The same, the ledger, and one month's sheets: what `settle` works on.
    Month(Month),
    /// Everything there is: what `check` looks at.
    Everything,
}

/// What was read.
#[derive(Debug, Default)]
pub struct LoadedMonths {
    /// The months in their order.
    pub months: Vec<MonthSheets>,
    /// The ledger.
    pub ledger: Ledger,
    /// What could not be read.
    pub faults: Vec<Fault>,
    /// Texts findings may point into.
    pub sources: Sources,
    /// Every file that was read.
    pub inputs: Vec<InputFile>,
}

/// Reads as much as `scope` asks for. Whatever cannot be read is a fault.
pub fn load(folder: &Path, scope: Scope, pack: &Pack) -> LoadedMonths {
    let mut loaded = LoadedMonths::default();
    let Ok(open) = CaseFolder::open(folder) else { return loaded };
    if scope == Scope::Contract {
        return loaded;
    }
    loaded.ledger = ledger::read(&open, &mut loaded.faults);
    loaded.months = months(&open, scope, pack, &mut loaded.faults);
    (loaded.inputs, loaded.sources) = open.into_inputs();
    loaded
}

fn months(folder: &CaseFolder, scope: Scope, pack: &Pack, faults: &mut Vec<Fault>) -> Vec<MonthSheets> {
    let _ = (folder, scope, pack, faults);
    Vec::new()
}
