//! A whole run of verify: all output folders that were named, the ledgers of their cases, and what came back.
//!
//! May use: `diagnostics`, `bundle::workshop`, `verify`.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use super::find::Nearby;
use super::folder::{Means, folders, verify};
use super::ledger::LEDGER_FILE;
use super::returned::Sent;
use super::side::CaseSide;
use super::tally::Tally;
use crate::bundle::workshop::Workshop;
use crate::diagnostics::{Findings, Sources};

/// What verify is asked to do.
#[derive(Clone, Copy, Debug)]
pub struct Request<'a> {
    /// Output folders, or folders that hold some.
    pub paths: &'a [PathBuf],
    /// `--case`.
    pub case: Option<&'a Path>,
    /// `--returned`.
    pub returned: &'a [PathBuf],
}

/// What was found in one place.
#[derive(Debug)]
pub struct Report {
    /// Whose it is, and what it is.
    pub name: String,
    /// The folder that the findings' files lie in.
    pub folder: String,
    /// The findings.
    pub findings: Findings,
    /// Texts that they point into.
    pub sources: Sources,
}

/// All of it.
#[derive(Debug, Default)]
pub struct Verified {
    /// Place by place.
    pub reports: Vec<Report>,
    /// How much was looked at.
    pub tally: Tally,
}

/// Verifies everything that was asked for.
///
/// # Errors
/// Why nothing could be verified, in one Chinese sentence.
pub fn run(request: Request<'_>, workshop: &Workshop) -> Result<Verified, String> {
    if let Some(missing) = request.paths.iter().chain(request.returned).find(|path| !path.exists()) {
        return Err(format!("找不到“{}”", missing.display()));
    }
    if let Some(case) = request.case.filter(|case| !case.join(crate::input::case::CASE_FILE).is_file()) {
        return Err(format!("“{}”里没有 合同.yaml，不是案卷文件夹", case.display()));
    }
    let mut outputs: Vec<PathBuf> = Vec::new();
    for path in request.paths {
        let found = folders(path);
        if found.is_empty() {
            let path = path.display();
            return Err(format!("“{path}”里没有 hetong 生成的文件夹（含有 manifest.json 的文件夹）"));
        }
        outputs.extend(found.into_iter().filter(|folder| !outputs.contains(folder)).collect::<Vec<_>>());
    }
    let nearby = if request.case.is_some() { Nearby::default() } else { Nearby::of(&outputs) };
    let means = Means { workshop, case: request.case, nearby: &nearby };
    let mut verified = Verified::default();
    let mut checked = Vec::new();
    for folder in &outputs {
        checked.push(verify(folder, &means)?);
    }
    let mut ledgers = BTreeSet::new();
    let sent = if request.returned.is_empty() { Sent::default() } else { Sent::of(&checked) };
    for one in checked {
        verified.tally = verified.tally + one.tally;
        let sources = one.side.as_ref().map(of_ledger).unwrap_or_default();
        let case = one.side.as_ref().map(|side| side.folder.clone());
        let name = format!("{}（{}）", one.name, one.folder.display());
        verified.reports.push(Report {
            name,
            folder: one.folder.to_string_lossy().into_owned(),
            findings: one.findings,
            sources,
        });
        if let (Some(side), Some(case)) = (one.side, case) {
            let full = case.canonicalize().unwrap_or(case);
            if ledgers.insert(full) && side.folder.join(LEDGER_FILE).exists() {
                verified.tally.lines += side.chain.lines.len();
                verified.reports.extend(ledger(side));
            }
        }
    }
    for path in request.returned {
        let findings = sent.compare(path, &mut verified.tally);
        let folder = path.parent().map_or_else(String::new, |folder| folder.to_string_lossy().into_owned());
        let file = path.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
        verified.reports.push(Report {
            name: format!("回传的 {file}"),
            folder,
            findings,
            sources: Sources::default(),
        });
    }
    Ok(verified)
}

/// The ledger's own report, where there is something to tell.
fn ledger(side: CaseSide) -> Option<Report> {
    if side.chain.findings.is_empty() {
        return None;
    }
    let sources = of_ledger(&side);
    let mut findings = Findings::default();
    findings.extend(side.chain.findings);
    Some(Report {
        name: format!("{} 的台账", side.job.case.name),
        folder: side.folder.to_string_lossy().into_owned(),
        findings: findings.sorted(),
        sources,
    })
}

fn of_ledger(side: &CaseSide) -> Sources {
    let text = fs::read(side.folder.join(LEDGER_FILE)).unwrap_or_default();
    Sources::from([(LEDGER_FILE.into(), String::from_utf8_lossy(&text).into())])
}
