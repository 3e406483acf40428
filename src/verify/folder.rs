//! One output folder: its manifest, its files, each file against the inputs and against itself.
//!
//! May use: `diagnostics`, `bundle::workshop`, `verify`.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use rayon::prelude::*;
use walkdir::WalkDir;

use super::checks::{self, INPUTS, MANIFEST, MISSING, NO_CASE, UNLISTED, UNPROVED};
use super::file::{FileCheck, Given, check};
use super::find::{self, Doubt, Nearby};
use super::fresh::name_below;
use super::gallery::Gallery;
use super::gaps;
use super::looks::Hall;
use super::makings;
use super::month;
use super::record::{FILE, Kind, Listed, Record};
use super::side::CaseSide;
use super::summary;
use super::tally::Tally;
use crate::bundle::workshop::Workshop;
use crate::diagnostics::{Diagnostic, Findings, Severity};

/// What is given to every folder of a run.
#[derive(Debug)]
pub struct Means<'a> {
    /// Packs and fonts.
    pub workshop: &'a Workshop,
    /// The case as the user named it.
    pub case: Option<&'a Path>,
    /// Whether it is meant for all folders, there being only one.
    pub only_one: bool,
    /// Cases around.
    pub nearby: &'a Nearby,
    /// Where pictures of what differs go.
    pub gallery: &'a Gallery,
}

/// What came of one folder.
#[derive(Debug)]
pub struct Checked {
    /// Whose it is.
    pub name: String,
    /// Where it is.
    pub folder: PathBuf,
    /// What it is; none where the manifest says nothing.
    pub kind: Option<Kind>,
    /// What was found in it.
    pub findings: Findings,
    /// How much was looked at.
    pub tally: Tally,
    /// The case it was held against; none where it was not found, or none is needed.
    pub side: Option<CaseSide>,
}

/// The output folders at or below a path: every folder with a manifest.
pub fn folders(path: &Path) -> Vec<PathBuf> {
    let walk = WalkDir::new(path).sort_by_file_name().into_iter();
    // Not what another run of hetong is just putting ready.
    let worth = |entry: &walkdir::DirEntry| {
        entry.depth() == 0 || !entry.file_name().to_string_lossy().starts_with('.')
    };
    let manifests = walk.filter_entry(worth).filter_map(Result::ok).filter(|entry| entry.file_name() == FILE);
    manifests.filter_map(|entry| entry.path().parent().map(Path::to_path_buf)).collect()
}

/// Checks one.
///
/// # Errors
/// What keeps all of them from being checked.
pub fn verify(folder: &Path, means: &Means<'_>) -> Result<Checked, String> {
    let mut findings = Vec::new();
    let fallback = || folder.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
    let Some(record) = Record::read(folder, &mut findings) else {
        let findings = collected(findings);
        return Ok(Checked {
            name: fallback(),
            folder: folder.into(),
            kind: None,
            findings,
            tally: Tally::default(),
            side: None,
        });
    };
    let side = side(&record, folder, means, &mut findings)?;
    let mut tally = Tally::default();
    if let Some(side) = &side {
        findings.extend(side.against(&record));
        findings.extend(not_listed_but_due(&record, side));
        if let Kind::Month(month) = &record.kind {
            findings.extend(month::against(&record, month, side, folder));
        }
    }
    let unlisted = side.as_ref().map(|side| unlisted(folder, &record, side)).unwrap_or_default();
    findings.extend(strangers(folder, &record, &unlisted, side.as_ref()));
    // A month that the case does not give as it stands is not wrong for it: V024 says why it could not be compared.
    let is_month = matches!(record.kind, Kind::Month(_));
    let compared = side.as_ref().filter(|side| !is_month || side.fresh.is_ok());
    let name = if record.case.is_empty() { fallback() } else { record.case.clone() };
    let remade = match &record.kind {
        Kind::Summary(month) => Some(summary::remade(folder, &record, month, means, &mut findings)?),
        _ => None,
    };
    let otherwise = match (compared, &remade) {
        (Some(side), _) => makings::otherwise(&record, side),
        (None, Some(_)) => makings::of_version(&record).into_iter().collect(),
        (None, None) => Vec::new(),
    };
    let given = Given {
        record: &record,
        side: compared,
        fresh: remade
            .as_ref()
            .or(compared.and_then(|side| side.fresh.as_ref().ok().map(|fresh| &fresh.files))),
        otherwise: &otherwise,
        hall: Hall { gallery: means.gallery, of: &name },
    };
    let listed = record.outputs.iter().chain(&unlisted).collect::<Vec<_>>();
    let checks: Vec<FileCheck> = listed.par_iter().map(|listed| check(folder, listed, given)).collect();
    let mut unproved = Vec::new();
    for check in checks {
        tally = tally + check.tally;
        findings.extend(check.findings);
        unproved.extend(check.unproved);
    }
    findings.extend(not_proved(&unproved, &otherwise));
    if let Kind::Summary(_) = &record.kind {
        findings.extend(month::summary(folder, &record));
        findings.extend(gaps::cases_gone(folder, &record));
    }
    if let (Kind::Month(_), Some(side)) = (&record.kind, &side) {
        findings = without_effect(findings, side, &record);
    }
    let kind = Some(record.kind);
    Ok(Checked { name, folder: folder.into(), kind, findings: collected(findings), tally, side })
}

/// Files whose bytes are others than those made anew, by a claim that other things made them.
fn not_proved(files: &[String], otherwise: &[String]) -> Option<Diagnostic> {
    const NAMED: usize = 5;
    files.first()?;
    let named: Vec<String> = files.iter().take(NAMED).map(|file| format!("“{file}”")).collect();
    let etc = if files.len() > NAMED { "等" } else { "" };
    let message = format!(
        "未能证明 {}{etc} {} 个文件是由这个案卷生成的：重新生成的字节不同，清单说{}；清单的说法不是证明",
        named.join("、"),
        files.len(),
        otherwise.join("；")
    );
    Some(checks::of_file(&UNPROVED, FILE, message))
}

/// Files of the case that are in the folder and that the manifest leaves out.
fn unlisted(folder: &Path, record: &Record, side: &CaseSide) -> Vec<Listed> {
    let Ok(fresh) = &side.fresh else { return Vec::new() };
    let is_listed = |name: &str| record.outputs.iter().any(|listed| listed.file == name);
    let names = fresh.files.keys().filter(|name| !is_listed(name) && folder.join(name).exists());
    let listed =
        |name: &String| Listed { file: name.clone(), document: fresh.document(name), sha256: String::new() };
    names.map(listed).collect()
}

/// What changed in the case after a month was issued is worth a word, and no warning, as long as the month comes out as it
/// was: a 调整 from a later day, a new order.
fn without_effect(findings: Vec<Diagnostic>, side: &CaseSide, record: &Record) -> Vec<Diagnostic> {
    let changed = side.changed_inputs(record);
    let is_input = |finding: &Diagnostic| finding.id == INPUTS.id;
    let all_the_same = side.fresh.is_ok() && findings.iter().all(is_input);
    if changed.is_empty() || !all_the_same || findings.len() > changed.len() {
        return findings;
    }
    let names: Vec<String> = changed.iter().map(|(name, _)| format!("“{name}”")).collect();
    let message =
        format!("案卷的{}在生成以后有变化；由现在的案卷重新生成，这里的文件还是一样", names.join("、"));
    let mut note = checks::graded(checks::of_file(&INPUTS, FILE, message), Severity::Note);
    note.help = "不需要处理：改动不涉及这个月。".into();
    vec![note]
}

fn collected(findings: Vec<Diagnostic>) -> Findings {
    let mut all = Findings::default();
    all.extend(findings);
    all.sorted()
}

fn side(
    record: &Record,
    folder: &Path,
    means: &Means<'_>,
    findings: &mut Vec<Diagnostic>,
) -> Result<Option<CaseSide>, String> {
    if matches!(record.kind, Kind::Summary(_)) {
        return Ok(None);
    }
    match case_of(record, folder, means) {
        Ok(case) => CaseSide::read(&case, record, means.workshop).map(Some),
        Err(doubt) => {
            let (message, help) = doubt.told(record);
            let mut finding = checks::of_file(&NO_CASE, FILE, message);
            finding.help = help;
            findings.push(finding);
            Ok(None)
        }
    }
}

/// The case that a folder's manifest speaks of.
///
/// # Errors
/// If there is none, or if another could be meant as well.
pub fn case_of(record: &Record, folder: &Path, means: &Means<'_>) -> Result<PathBuf, Doubt> {
    // One that was named is only meant for the folders of its contract.
    let named = means.case.filter(|case| means.only_one || find::of_contract(case, record));
    named.map_or_else(|| means.nearby.case_of(record, folder), |case| Ok(case.to_path_buf()))
}

/// Files that the case gives and the manifest does not have: a partial build, or a shortened manifest.
fn not_listed_but_due(record: &Record, side: &CaseSide) -> Vec<Diagnostic> {
    let Ok(fresh) = &side.fresh else { return Vec::new() };
    let listed: BTreeSet<&str> = record.outputs.iter().map(|listed| listed.file.as_str()).collect();
    let missing = fresh.files.keys().filter(|name| !listed.contains(name.as_str()));
    let told = missing.map(|name| {
        let message = format!("清单里没有“{name}”，由这个案卷应有这份文件（只生成过一部分，或清单被删改）");
        checks::graded(checks::of_file(&MISSING, FILE, message), Severity::Warning)
    });
    let mut findings: Vec<Diagnostic> = told.collect();
    let surplus = record.outputs.iter().filter(|listed| !fresh.files.contains_key(&listed.file));
    findings.extend(surplus.map(|listed| {
        let message = format!("清单列有“{}”，由案卷重新生成时没有这份文件", listed.file);
        checks::of_file(&MANIFEST, FILE, message)
    }));
    findings
}

/// Files that look like ours and are not listed.
fn strangers(
    folder: &Path,
    record: &Record,
    unlisted: &[Listed],
    side: Option<&CaseSide>,
) -> Vec<Diagnostic> {
    let replaced = side.map(|side| month::replaced_names(&side.chain)).unwrap_or_default();
    let deep = if matches!(record.kind, Kind::Summary(_)) { 1 } else { 3 };
    let walk = WalkDir::new(folder).max_depth(deep).sort_by_file_name().into_iter();
    let own = |entry: &walkdir::DirEntry| {
        entry.depth() == 0
            || !(entry.file_name().to_string_lossy().starts_with(['.', '~'])
                || entry.file_type().is_dir() && entry.path().join(FILE).exists())
    };
    let mut findings = Vec::new();
    for entry in walk.filter_entry(own).filter_map(Result::ok).filter(|entry| entry.file_type().is_file()) {
        let Some(name) = name_below(folder, entry.path()) else { continue };
        let document = [".pdf", ".xlsx"].iter().any(|extension| name.to_lowercase().ends_with(extension));
        // What a correction replaced is kept under such a name, and held against the ledger.
        let kept = replaced.contains(&name);
        let known = record.outputs.iter().chain(unlisted).any(|listed| listed.file == name);
        if document && !kept && !known {
            let size = fs::metadata(entry.path()).map_or(0, |data| data.len());
            let message =
                format!("文件夹里有“{name}”（{size} 字节），清单里没有：不是这一套文件的一部分，没有核对");
            findings.push(checks::of_file(&UNLISTED, &name, message));
        }
    }
    findings
}
