//! What nobody would ask about because it is not there: a folder whose manifest is gone, a case that a 结算汇总 counts and
//! whose folder is gone, 结算单 that the ledger records and that no folder holds.
//!
//! May use: `diagnostics`, `verify`.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use serde_json::Value;
use walkdir::WalkDir;

use super::checks::{self, MANIFEST, MISSING, SETTLED};
use super::folder::folders;
use super::ledger::{Chain, LEDGER_FILE};
use super::record::{FILE, Kind, Record};
use crate::diagnostics::{Diagnostic, Severity};
use crate::input::case::CASE_FILE;

/// How the files begin that hetong writes.
const NAMES: [&str; 8] =
    ["合同正文", "合同全套", "附件", "委托订单-", "结算单-", "结算汇总", "补充协议-", "变更对照表"];

/// Folders at or below a path that hold files of ours and have no manifest, each with the names of those files. What lies
/// below a bundle is the bundle's.
pub fn without_manifest(path: &Path) -> Vec<(PathBuf, Vec<String>)> {
    let mut found: BTreeMap<PathBuf, Vec<String>> = BTreeMap::new();
    let walk = WalkDir::new(path).sort_by_file_name().into_iter();
    let worth = |entry: &walkdir::DirEntry| {
        let hidden = entry.depth() > 0 && entry.file_name().to_string_lossy().starts_with('.');
        let bundle = entry.file_type().is_dir() && is_whole(entry.path());
        !hidden && !bundle
    };
    for entry in walk.filter_entry(worth).filter_map(Result::ok).filter(|entry| entry.file_type().is_file()) {
        let name = entry.file_name().to_string_lossy().into_owned();
        let Some(folder) = entry.path().parent().filter(|_| is_ours(&name)) else { continue };
        if !folder.join(FILE).is_file() {
            found.entry(folder.to_path_buf()).or_default().push(name);
        }
    }
    found.into_iter().collect()
}

/// A bundle, a month's folder, or a case: what is below needs no manifest of its own. Below a 结算汇总 each does.
fn is_whole(folder: &Path) -> bool {
    if folder.join(CASE_FILE).is_file() {
        return true;
    }
    folder.join(FILE).is_file()
        && !Record::read(folder, &mut Vec::new())
            .is_some_and(|record| matches!(record.kind, Kind::Summary(_)))
}

fn is_ours(name: &str) -> bool {
    let document = [".pdf", ".xlsx"].iter().any(|extension| name.to_lowercase().ends_with(extension));
    document && NAMES.iter().any(|known| name.starts_with(known))
}

/// Whether a folder holds nothing but what `hetong diff` writes.
pub fn is_comparison(folder: &Path) -> bool {
    let walk = WalkDir::new(folder).max_depth(1).into_iter().filter_map(Result::ok);
    !walk.filter(|entry| entry.depth() > 0).any(|entry| is_ours(&entry.file_name().to_string_lossy()))
}

/// What is told of such a folder.
pub fn no_manifest(names: &[String]) -> Diagnostic {
    let some: Vec<String> = names.iter().take(3).map(|name| format!("“{name}”")).collect();
    let message = format!(
        "没有 manifest.json，不能核对：这个文件夹里有 {} 等 {} 个像 hetong 生成的文件",
        some.join("、"),
        names.len()
    );
    let mut finding = checks::of_file(&MANIFEST, FILE, message);
    finding.help =
        "清单被删或没有一起拷来：从原处连同 manifest.json 一起取，或重新生成；不是 hetong 生成的，请移走。"
            .into();
    finding
}

/// Cases that a 结算汇总 counts, and whose folder beside it is gone.
pub fn cases_gone(folder: &Path, record: &Record) -> Vec<Diagnostic> {
    let listed = record.value.get("cases").and_then(Value::as_array).into_iter().flatten();
    let here: BTreeSet<String> = folders(folder)
        .iter()
        .filter_map(|below| Some(below.strip_prefix(folder).ok()?.to_string_lossy().into_owned()))
        .collect();
    let gone = listed.filter_map(Value::as_str).filter(|case| !here.contains(*case));
    let told = gone.map(|case| {
        let message =
            format!("汇总算了案卷“{case}”，但“{case}”这个文件夹不在旁边，或没有 manifest.json：没有核对");
        checks::of_file(&MISSING, FILE, message)
    });
    told.collect()
}

/// 结算单 that the ledger records, of months whose folder of this case was not looked at: nothing proves them here. Where
/// the month as a whole was asked for, its folder should have been there; where no month was, nothing was to be expected.
pub fn not_reached(chain: &Chain, looked_at: &BTreeSet<String>, asked: &BTreeSet<String>) -> Vec<Diagnostic> {
    let mut months: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for line in chain.lines.iter().filter(|line| !looked_at.contains(&line.month)) {
        months.entry(&line.month).or_default().push(line.number.to_string());
    }
    let (gone, elsewhere): (Vec<_>, Vec<_>) =
        months.into_iter().partition(|(month, _)| asked.contains(*month));
    let told = |severity, message: String, which: &str| {
        let mut finding = checks::graded(checks::of_file(&SETTLED, LEDGER_FILE, message), severity);
        finding.help =
            format!("把{which}文件夹一起写在命令里，或写它们的上级文件夹；文件不见了的，从存档取回。");
        finding
    };
    let mut findings: Vec<Diagnostic> = gone
        .iter()
        .map(|(month, numbers)| {
            let numbers = numbers.join("、");
            let message = format!(
                "台账序号 {numbers} 开具的 {month} 结算单没有找到：所核对的“结算-{month}”里没有这个案卷的文件夹"
            );
            told(Severity::Error, message, &format!("“结算-{month}”"))
        })
        .collect();
    if let Some((first, _)) = elsewhere.first() {
        let listed: Vec<String> = elsewhere
            .iter()
            .map(|(month, numbers)| format!("{month}（序号 {}）", numbers.join("、")))
            .collect();
        let message = format!("台账记着已开具的 {} 结算单不在所核对的文件夹里，没有核对", listed.join("、"));
        let only_contract = looked_at.is_empty() && asked.is_empty();
        let severity = if only_contract { Severity::Note } else { Severity::Warning };
        findings.push(told(severity, message, &format!("“结算-{first}”等")));
    }
    findings
}
