//! A whole run of verify: all output folders that were named, the ledgers of their cases, and what came back.
//!
//! May use: `diagnostics`, `bundle::workshop`, `verify`.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use super::find::{Nearby, of_contract};
use super::folder::{Means, folders, verify};
use super::gallery::Gallery;
use super::gaps;
use super::identity;
use super::ledger::{Chain, LEDGER_FILE};
use super::ledger_file;
use super::record::{Kind, Record};
use super::returned::Sent;
use super::side::CaseSide;
use super::tally::Tally;
use crate::bundle::workshop::Workshop;
use crate::diagnostics::{Findings, Sources};
use crate::input::case::CASE_FILE;

/// What verify is asked to do.
#[derive(Clone, Copy, Debug)]
pub struct Request<'a> {
    /// Output folders, or folders that hold some.
    pub paths: &'a [PathBuf],
    /// `--case`.
    pub case: Option<&'a Path>,
    /// `--returned`.
    pub returned: &'a [PathBuf],
    /// The folder below which pictures of what differs are put.
    pub pictures: &'a Path,
}

/// What a report is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What {
    /// An output folder.
    Folder,
    /// A case, beside the others.
    Case,
    /// A case's ledger.
    Ledger,
    /// A file that came back.
    Returned,
}

/// What was found in one place.
#[derive(Debug)]
pub struct Report {
    /// What it is about.
    pub what: What,
    /// Whose it is, and what it is.
    pub name: String,
    /// The folder that the findings' files lie in.
    pub folder: String,
    /// The findings.
    pub findings: Findings,
    /// Texts that they point into.
    pub sources: Sources,
    /// The case that an output folder was held against.
    pub case: Option<PathBuf>,
}

impl Report {
    fn of(what: What, folder: &Path, name: String, findings: Findings) -> Self {
        let folder = folder.to_string_lossy().into_owned();
        Self { what, name, folder, findings, sources: Sources::default(), case: None }
    }
}

/// All of it.
#[derive(Debug, Default)]
pub struct Verified {
    /// Place by place.
    pub reports: Vec<Report>,
    /// How much was looked at.
    pub tally: Tally,
    /// Folders of `hetong diff`, which are no bundles.
    pub skipped: Vec<PathBuf>,
}

/// Verifies everything that was asked for.
///
/// # Errors
/// Why nothing could be verified, in one Chinese sentence.
pub fn run(request: Request<'_>, workshop: &Workshop) -> Result<Verified, String> {
    if let Some(missing) = request.paths.iter().chain(request.returned).find(|path| !path.exists()) {
        return Err(format!("找不到“{}”", missing.display()));
    }
    if let Some(case) = request.case.filter(|case| !case.join(CASE_FILE).is_file()) {
        return Err(format!("“{}”里没有 合同.yaml，不是案卷文件夹", case.display()));
    }
    let asked = Asked::of(request.paths)?;
    let outputs = &asked.outputs;
    let foreign = |case: &Path| {
        let of_other = |folder: &PathBuf| {
            Record::read(folder, &mut Vec::new()).is_some_and(|record| !of_contract(case, &record))
        };
        outputs.len() > 1 && outputs.iter().any(of_other)
    };
    let nearby =
        if request.case.is_some_and(|case| !foreign(case)) { Nearby::default() } else { Nearby::of(outputs) };
    let only_one = outputs.len() == 1;
    let gallery = Gallery::new(request.pictures);
    let means = Means { workshop, case: request.case, only_one, nearby: &nearby, gallery: &gallery };
    let mut verified = Verified { skipped: asked.comparisons.clone(), ..Verified::default() };
    let mut checked = Vec::new();
    for folder in outputs {
        checked.push(verify(folder, &means)?);
    }
    let sent = if request.returned.is_empty() { Sent::default() } else { Sent::of(&checked) };
    for (folder, names) in &asked.without_manifest {
        let mut findings = Findings::default();
        findings.push(gaps::no_manifest(names));
        verified.reports.push(Report::of(What::Folder, folder, format!("{}", folder.display()), findings));
    }
    let mut months_asked: BTreeSet<String> = asked.months();
    months_asked.extend(checked.iter().filter_map(|one| match &one.kind {
        Some(Kind::Summary(month)) => Some(month.clone()),
        _ => None,
    }));
    let mut ledgers: BTreeMap<PathBuf, Ledger> = BTreeMap::new();
    for one in checked {
        verified.tally = verified.tally + one.tally;
        let (of_ledger, findings) = parted(one.findings);
        let name = format!("{}（{}）", one.name, one.folder.display());
        let mut report = Report::of(What::Folder, &one.folder, name, findings);
        if let Some(side) = one.side {
            report.case = Some(side.folder.clone());
            let full = side.folder.canonicalize().unwrap_or_else(|_| side.folder.clone());
            let ledger = ledgers.entry(full).or_insert_with(|| Ledger::of(side));
            ledger.findings.extend(of_ledger);
            if let Some(Kind::Month(month)) = one.kind {
                ledger.looked_at.insert(month);
            }
        }
        verified.reports.push(report);
    }
    let cases: Vec<PathBuf> = ledgers.values().map(|ledger| ledger.folder.clone()).collect();
    for (folder, findings) in identity::clashes(&cases) {
        let name = format!("案卷 {}", folder.display());
        let sources = fs::read_to_string(folder.join(CASE_FILE)).map(|text| (CASE_FILE.into(), text.into()));
        let report = Report::of(What::Case, &folder, name, findings);
        verified.reports.push(Report { sources: sources.into_iter().collect(), ..report });
    }
    for mut ledger in ledgers.into_values() {
        if asked.reaches_months || !ledger.looked_at.is_empty() {
            ledger.findings.extend(gaps::not_reached(&ledger.chain, &ledger.looked_at, &months_asked));
        }
        verified.tally.lines += ledger.chain.lines.len();
        verified.reports.extend(ledger.report());
    }
    for path in request.returned {
        let findings = sent.compare(path, &gallery, &mut verified.tally);
        let folder = path.parent().map_or_else(String::new, |folder| folder.to_string_lossy().into_owned());
        let file = path.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
        verified.reports.push(Report::of(
            What::Returned,
            Path::new(&folder),
            format!("回传的 {file}"),
            findings,
        ));
    }
    Ok(verified)
}

/// What lies at and below the paths that were given.
#[derive(Debug, Default)]
struct Asked {
    outputs: Vec<PathBuf>,
    comparisons: Vec<PathBuf>,
    without_manifest: Vec<(PathBuf, Vec<String>)>,
    /// Whether any path is more than a bundle: months may lie below it.
    reaches_months: bool,
}

impl Asked {
    fn of(paths: &[PathBuf]) -> Result<Self, String> {
        let mut asked = Self::default();
        for path in paths {
            let found = folders(path);
            let without = gaps::without_manifest(path);
            if found.is_empty() && without.is_empty() {
                let path = path.display();
                return Err(format!("“{path}”里没有 hetong 生成的文件夹（含有 manifest.json 的文件夹）"));
            }
            asked.reaches_months |= !found.contains(path);
            for folder in found {
                let record = Record::read(&folder, &mut Vec::new());
                // What only says so is looked at like any other.
                let comparison = record.is_some_and(|record| record.kind == Kind::Comparison)
                    && gaps::is_comparison(&folder);
                let list = if comparison { &mut asked.comparisons } else { &mut asked.outputs };
                if !list.contains(&folder) {
                    list.push(folder);
                }
            }
            for one in without {
                if !asked.without_manifest.contains(&one) {
                    asked.without_manifest.push(one);
                }
            }
        }
        Ok(asked)
    }

    /// The months whose folder has lost its manifest.
    fn months(&self) -> BTreeSet<String> {
        let names = self.without_manifest.iter().flat_map(|(folder, _)| folder.components());
        let names = names.map(|part| part.as_os_str().to_string_lossy().into_owned());
        names.filter_map(|name| name.strip_prefix("结算-").map(str::to_owned)).collect()
    }
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
    chain: Chain,
    findings: Findings,
    /// Months of which a folder of this case was looked at.
    looked_at: BTreeSet<String>,
}

impl Ledger {
    fn of(side: CaseSide) -> Self {
        let mut findings = Findings::default();
        findings.extend(side.chain.findings.clone());
        Self {
            case: side.job.case.name,
            folder: side.folder,
            chain: side.chain,
            findings,
            looked_at: BTreeSet::new(),
        }
    }

    /// Where there is something to tell.
    fn report(self) -> Option<Report> {
        if self.findings.is_empty() {
            return None;
        }
        let text = ledger_file::bytes(&self.folder).unwrap_or_default();
        let name = format!("{} 的台账", self.case);
        let report = Report::of(What::Ledger, &self.folder, name, self.findings.sorted());
        Some(Report {
            sources: Sources::from([(LEDGER_FILE.into(), String::from_utf8_lossy(&text).into())]),
            ..report
        })
    }
}
