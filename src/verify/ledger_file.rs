//! The file of a case's ledger: a plain one, read only so far.
//!
//! May use: `input`, `verify::{checks, ledger}`.

use std::io;
use std::path::Path;

use super::checks::{self, LEDGER};
use super::ledger::{Chain, LEDGER_FILE};
use crate::input::folder::explain;
use crate::input::ledger::MAX_LEDGER_BYTES;
use crate::input::plain;

/// What is in it.
///
/// # Errors
/// If there is none that can be read.
pub fn bytes(case: &Path) -> io::Result<Vec<u8>> {
    plain::read(case, LEDGER_FILE, MAX_LEDGER_BYTES)
}

/// Its chain; an empty one where there is no ledger. One that cannot be read is told.
pub fn chain(case: &Path) -> Chain {
    match bytes(case) {
        Ok(bytes) => Chain::read(&bytes),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Chain::default(),
        Err(error) => {
            let mut chain = Chain::default();
            let message = format!("台账{}", explain(&error));
            chain.findings.push(checks::of_file(&LEDGER, LEDGER_FILE, message));
            chain
        }
    }
}
