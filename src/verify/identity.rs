//! The cases of a run held against each other: one 合同编号, one 信用代码, one 账号 in two of them.
//!
//! May use: `input`, `compute`, `rules`, `verify::checks`.

use std::path::PathBuf;

use super::checks;
use crate::compute::parties::Parties;
use crate::diagnostics::Findings;
use crate::input::case;
use crate::rules::identity::BETWEEN;

/// What each of these case folders has in common with another and must not have; only those of which there is something.
pub fn clashes(folders: &[PathBuf]) -> Vec<(PathBuf, Findings)> {
    let own = folders.iter().filter_map(|folder| Some((folder, case::party(folder)?)));
    let own: Vec<_> = own.collect();
    let parties = Parties::new(own.iter().map(|(_, party)| party.clone()));
    let told = own.iter().map(|(folder, party)| {
        let mut findings = Findings::default();
        for other in parties.beside(&party.place, &party.contract, &party.supplier) {
            for (rule, clash) in BETWEEN {
                if let Some(clash) = clash((&party.contract, &party.supplier), other) {
                    let finding = checks::finding(&rule.info, clash.place, clash.message);
                    findings.push(checks::expecting(finding, clash.expected));
                }
            }
        }
        ((*folder).clone(), findings)
    });
    told.filter(|(_, findings)| !findings.is_empty()).collect()
}
