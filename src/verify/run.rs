//! A whole run of verify: all output folders that were named, the ledgers of their cases, and what came back.
//!
//! May use: `diagnostics`, `bundle::workshop`, `verify`.

use std::collections::BTreeMap;
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
    let sent = if request.returned.is_empty() { Sent::default() } else { Sent::of(&checked) };
    let mut ledgers: BTreeMap<PathBuf, Ledger> = BTreeMap::new();
    for one in checked {
        verified.tally = verified.tally + one.tally;
        let (of_ledger, findings) = parted(one.findings);
        verified.reports.push(Report {
            name: format!("{}（{}）", one.name, one.folder.display()),
            folder: one.folder.to_string_lossy().into_owned(),
            findings,
            sources: Sources::default(),
        });
        if let Some(side) = one.side {
            let full = side.folder.canonicalize().unwrap_or_else(|_| side.folder.clone());
            ledgers.entry(full).or_insert_with(|| Ledger::of(side)).findings.extend(of_ledger);
        }
    }
    for ledger in ledgers.into_values() {
        verified.tally.lines += ledger.lines;
        verified.reports.extend(ledger.report());
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

/// What concerns a case's ledger, and what concerns the folder itself.
fn parted(findings: Findings) -> (Findings, Findings) {
    let (mut of_ledger, mut others) = (Findings::default(), Findings::default());
    for finding in findings {
        let its = finding.origin.file().is_some_and(|file| &**file == LEDGER_FILE);
        if its { of_ledger.push(finding) } else { others.push(finding) }
    }
    (of_ledger, others)
}

/// A case's ledger: checked once, however many of its folders there are.
struct Ledger {
    case: String,
    folder: PathBuf,
    lines: usize,
    findings: Findings,
}

impl Ledger {
    fn of(side: CaseSide) -> Self {
        let mut findings = Findings::default();
        findings.extend(side.chain.findings);
        Self { case: side.job.case.name, folder: side.folder, lines: side.chain.lines.len(), findings }
    }

    /// Where there is something to tell.
    fn report(self) -> Option<Report> {
        if self.findings.is_empty() {
            return None;
        }
        let text = fs::read(self.folder.join(LEDGER_FILE)).unwrap_or_default();
        Some(Report {
            name: format!("{} 的台账", self.case),
            folder: self.folder.to_string_lossy().into_owned(),
            findings: self.findings.sorted(),
            sources: Sources::from([(LEDGER_FILE.into(), String::from_utf8_lossy(&text).into())]),
        })
    }
}
