//! 台账.jsonl → [`Ledger`], its chain of hashes checked.
//!
//! May use: `model`, `diagnostics`, and its own room.

use super::folder::CaseFolder;
use crate::model::fault::Fault;
use crate::model::ledger::Ledger;

/// The ledger's file name in the case folder.
pub const LEDGER_FILE: &str = "台账.jsonl";

/// Reads the ledger; an empty one if there is none yet.
pub fn read(folder: &CaseFolder, faults: &mut Vec<Fault>) -> Ledger {
    let _ = (folder, faults);
    Ledger::default()
}
