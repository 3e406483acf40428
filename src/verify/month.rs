//! A month's folder against the ledger and against 工时 and 考核; the 结算汇总 against the folders of its cases.
//!
//! May use: `verify`, `input`, `diagnostics`.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::Path;

use serde_json::Value;

use super::checks::{self, SETTLED};
use super::folder::folders;
use super::gaps;
use super::ledger::{Chain, Line, sha256, short};
use super::record::{FILE, Kind, Record};
use super::side::CaseSide;
use super::summary_balances;
use super::summary_rows::{self, Due};
use crate::diagnostics::{Diagnostic, Severity};
use crate::input::months::{ISSUED_FOLDER, MONTHS_FOLDER};
use crate::input::plain::{self, MAX_OUTPUT_BYTES};
use crate::model::names::same_name;
use crate::verify::read::sheet_cells;
use crate::verify::second_route::exact::{Cents, Number, read, show};
use crate::verify::second_route::settled::Settled;
use crate::view::summary::State;

/// One 结算单 as a manifest lists it.
struct Entry {
    order: String,
    texts: BTreeMap<String, String>,
}

impl Entry {
    fn all(record: &Record) -> Vec<Self> {
        let entries = record.value.get("settlements").and_then(Value::as_array).cloned().unwrap_or_default();
        let entry = |entry: Value| {
            let texts: BTreeMap<String, String> = entry
                .as_object()?
                .iter()
                .filter_map(|(key, value)| Some((key.clone(), value.as_str()?.to_owned())))
                .collect();
            Some(Self { order: texts.get("order")?.clone(), texts })
        };
        entries.into_iter().filter_map(entry).collect()
    }

    fn text(&self, key: &str) -> &str {
        self.texts.get(key).map_or("", String::as_str)
    }
}

/// What the manifest's figures are called.
const NAMES: [(&str, &str); 8] = [
    ("state", "状态"),
    ("days", "人天"),
    ("score", "得分"),
    ("gross", "应支付"),
    ("net", "不含税"),
    ("tax", "税额"),
    ("opening", "已结算"),
    ("closing", "累计"),
];

/// A month's 结算单.
pub fn against(record: &Record, month: &str, side: &CaseSide, folder: &Path) -> Vec<Diagnostic> {
    let mut findings = Vec::new();
    for entry in Entry::all(record) {
        if let Some(due) = side.fresh.as_ref().ok().and_then(|fresh| fresh.settlements.get(&entry.order)) {
            findings.extend(compared(&entry, due, month));
        }
        if entry.text("state") == State::Draft.label() {
            continue;
        }
        let line =
            side.chain.lines.iter().rfind(|line| same_name(&line.order, &entry.order) && line.month == month);
        match line {
            // From a line that was edited nothing follows.
            Some(line) if line.edited => {}
            Some(line) => findings.extend(with_line(&entry, line)),
            None => {
                let message = format!("清单说 {} {month} 已开具，台账里没有这一份", entry.order);
                findings.push(checks::of_file(&SETTLED, FILE, message));
            }
        }
    }
    let replaced = side.chain.replaced();
    for line in side.chain.lines.iter().filter(|line| line.month == month) {
        findings.extend(match replaced.contains(&line.number) {
            true => replaced_files(line, folder, &side.folder),
            false => issued_files(line, folder, side),
        });
        findings.extend(kept_in_case(line, &side.folder));
    }
    findings.extend(
        side.settled
            .iter()
            .filter_map(|own| {
                let number = side.job.case.orders.get(own.order)?.number();
                let line =
                    side.chain.lines.iter().rfind(|line| {
                        same_name(&line.order, number) && line.month == own.month.to_string()
                    })?;
                Some(by_route(own, line))
            })
            .flatten(),
    );
    findings
}

fn compared(entry: &Entry, due: &BTreeMap<String, String>, month: &str) -> Vec<Diagnostic> {
    let mut findings = Vec::new();
    for (key, name) in NAMES {
        let due = due.get(key).map_or("", String::as_str);
        if entry.text(key) != due {
            let message = format!("清单里 {} {month} 的{name}是 {}", entry.order, entry.text(key));
            let finding = checks::expecting(checks::of_file(&SETTLED, FILE, message), due);
            // The balances of a draft follow the ledger, which has gone on.
            let moved = entry.text("state") == State::Draft.label() && ["opening", "closing"].contains(&key);
            let severity = if moved { Severity::Warning } else { Severity::Error };
            findings.push(checks::graded(finding, severity));
        }
    }
    findings
}

fn with_line(entry: &Entry, line: &Line) -> Vec<Diagnostic> {
    let amounts = [
        ("gross", line.due[0]),
        ("net", line.due[1]),
        ("tax", line.due[2]),
        ("opening", line.balances[0]),
        ("closing", line.balances[1]),
    ];
    let differs = amounts.into_iter().filter(|(key, amount)| read(entry.text(key)) != Some(*amount));
    let told = differs.map(|(key, amount)| {
        let name = NAMES.iter().find(|(known, _)| *known == key).map_or("", |(_, name)| name);
        let message = format!(
            "清单里 {} {} 的{name}是 {}，台账序号 {} 不同",
            entry.order,
            line.month,
            entry.text(key),
            line.number
        );
        checks::expecting(checks::of_file(&SETTLED, FILE, message), show(amount))
    });
    told.collect()
}

/// Issued files are as the ledger says for good. One that was made again, by another hetong or with other fonts, and
/// says what the inputs say is not the file that was signed, but not a wrong one.
fn issued_files(line: &Line, folder: &Path, side: &CaseSide) -> Vec<Diagnostic> {
    let mut findings = Vec::new();
    for (name, hash) in &line.outputs {
        let mut severity = Severity::Error;
        let message = match plain::read(folder, name, MAX_OUTPUT_BYTES) {
            Ok(bytes) if sha256(&bytes) == *hash => continue,
            Ok(bytes) => {
                let own = sha256(&bytes);
                let fresh = side.fresh.as_ref().ok().and_then(|fresh| fresh.files.get(name));
                let remade = fresh.is_some_and(|fresh| *fresh == bytes);
                if remade {
                    severity = Severity::Warning;
                }
                format!(
                    "“{name}”不是台账序号 {} 开具的那个文件：校验码是 {}，台账记的是 {}{}",
                    line.number,
                    short(&own),
                    short(hash),
                    if remade { "；内容与由案卷算出的相同，是后来重新排的" } else { "" }
                )
            }
            Err(error) => {
                let why = crate::input::folder::explain(&error);
                format!("台账序号 {} 开具的“{name}”{why}", line.number)
            }
        };
        findings.push(checks::graded(checks::of_file(&SETTLED, name, message), severity));
    }
    findings
}

/// Under which name a correction keeps a file that it replaces.
fn kept_as(line: &Line, name: &str) -> Option<String> {
    let (stem, extension) = name.rsplit_once('.')?;
    Some(format!("{stem}（台账第{}号，已更正）.{extension}", line.number))
}

/// The names of all files that corrections replaced.
pub fn replaced_names(chain: &Chain) -> BTreeSet<String> {
    let replaced = chain.replaced();
    let lines = chain.lines.iter().filter(|line| replaced.contains(&line.number));
    lines.flat_map(|line| line.outputs.keys().filter_map(|name| kept_as(line, name))).collect()
}

/// What was signed before it was corrected is still as it was issued. No case gives it any more: only its hash proves it.
fn replaced_files(line: &Line, folder: &Path, case: &Path) -> Vec<Diagnostic> {
    let mut findings = Vec::new();
    for (name, hash) in &line.outputs {
        let Some(kept) = kept_as(line, name) else { continue };
        let (severity, message) = match plain::read(folder, &kept, MAX_OUTPUT_BYTES) {
            Ok(bytes) if sha256(&bytes) == *hash => continue,
            Ok(bytes) => (
                Severity::Error,
                format!(
                    "“{kept}”不是台账序号 {} 当时开具的那个文件：校验码是 {}，台账记的是 {}",
                    line.number,
                    short(&sha256(&bytes)),
                    short(hash)
                ),
            ),
            // An output folder that was made elsewhere, or made anew: the case has it.
            Err(_) if in_case(line, name, case).is_ok_and(|bytes| sha256(&bytes) == *hash) => continue,
            Err(error) => (
                Severity::Warning,
                format!(
                    "台账序号 {} 开具、后来更正的“{name}”应留存为“{kept}”，但{}；当时开具了什么，已没有文件可以证明",
                    line.number,
                    crate::input::folder::explain(&error)
                ),
            ),
        };
        let mut finding = checks::graded(checks::of_file(&SETTLED, &kept, message), severity);
        finding.help = "从签署时的存档取回这个文件，按这个名字放进文件夹。".to_owned();
        findings.push(finding);
    }
    findings
}

/// The case's own copy of an issued file: 结算/<月份>/已开具/<名>（台账第<序号>号）.pdf.
fn in_case(line: &Line, name: &str, case: &Path) -> io::Result<Vec<u8>> {
    plain::read(case, &place_in_case(line, name), MAX_OUTPUT_BYTES)
}

fn place_in_case(line: &Line, name: &str) -> String {
    let (stem, extension) = name.rsplit_once('.').unwrap_or((name, ""));
    format!("{MONTHS_FOLDER}/{}/{ISSUED_FOLDER}/{stem}（台账第{}号）.{extension}", line.month, line.number)
}

/// What the case keeps is what was issued. An older ledger has nothing kept yet.
fn kept_in_case(line: &Line, case: &Path) -> Vec<Diagnostic> {
    let told = line.outputs.iter().filter_map(|(name, hash)| {
        let place = place_in_case(line, name);
        let message = match in_case(line, name, case) {
            Ok(bytes) if sha256(&bytes) == *hash => return None,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return None,
            Ok(bytes) => format!(
                "案卷里的“{place}”不是台账序号 {} 开具的那个文件：校验码是 {}，台账记的是 {}",
                line.number,
                short(&sha256(&bytes)),
                short(hash)
            ),
            Err(error) => format!("案卷里的“{place}”{}", crate::input::folder::explain(&error)),
        };
        let mut finding = checks::of_file(&SETTLED, name, message);
        finding.help = "从备份或签署时的存档取回这个文件；输出文件夹里还有原件的，删去案卷里的这一个，再运行一次 hetong settle 就会补上。".to_owned();
        Some(finding)
    });
    told.collect()
}

/// A ledger line against what 工时 and 考核 come to now.
fn by_route(own: &Settled, line: &Line) -> Vec<Diagnostic> {
    let mut findings = Vec::new();
    let mut tell = |name: &str, found: String, due: String| {
        let message = format!("台账序号 {} 的{name}是 {found}，由工时和考核重新计算不是", line.number);
        let finding = checks::finding(&SETTLED, line.origin.clone(), message);
        findings.push(checks::expecting(finding, due));
    };
    for (name, found, due) in [("人天", line.days, own.days), ("得分", line.score, own.score)] {
        if !found.equals(due) {
            tell(name, number(found), number(due));
        }
    }
    let amounts: [(&str, Cents, Cents); 4] = [
        ("结算金额", line.work_gross, own.work_gross),
        ("应支付", line.due[0], own.due[0]),
        ("不含税", line.due[1], own.due[1]),
        ("税额", line.due[2], own.due[2]),
    ];
    for (name, found, due) in amounts {
        if found != due {
            tell(name, show(found), show(due));
        }
    }
    findings
}

fn number(number: Number) -> String {
    rust_decimal::Decimal::try_from_i128_with_scale(number.units, number.places)
        .map_or_else(|_| "？".into(), |decimal| decimal.normalize().to_string())
}

/// What the 汇总 must have of a case's month.
fn due_rows(case: &Record) -> Vec<Due> {
    let row = |entry: Entry| Due {
        case: case.case.clone(),
        contract: case.number.clone().unwrap_or_default(),
        figures: ["gross", "net", "tax"].map(|key| read(entry.text(key))),
        order: entry.order,
    };
    Entry::all(case).into_iter().map(row).collect()
}

/// The 汇总 holds every 结算单 of the month's folders, and its sums are theirs.
pub fn summary(folder: &Path, record: &Record) -> Vec<Diagnostic> {
    let mut findings = Vec::new();
    let mut ignored = Vec::new();
    // What an earlier run made of cases that this 汇总 says it leaves out lies beside it, too.
    let left_out: Vec<Value> =
        record.value.get("left_out").and_then(Value::as_array).cloned().unwrap_or_default();
    let cases: Vec<Record> = folders(folder)
        .iter()
        .filter(|below| below.as_path() != folder)
        .filter_map(|below| Record::read(below, &mut ignored))
        .filter(|below| matches!(below.kind, Kind::Month(_)))
        .filter(|below| !left_out.iter().any(|name| name.as_str() == Some(&below.case)))
        .collect();
    let due: Vec<Due> = cases.iter().flat_map(due_rows).collect();
    let is_whole = gaps::cases_gone(folder, record).is_empty();
    for listed in record.outputs.iter().filter(|listed| listed.file.ends_with(".xlsx")) {
        let Some(book) = plain::read(folder, &listed.file, MAX_OUTPUT_BYTES)
            .ok()
            .and_then(|bytes| sheet_cells::read(&bytes).ok())
        else {
            continue;
        };
        findings.extend(summary_balances::check(&listed.file, &book));
        if let Some(sheet) = book.sheets.first() {
            findings.extend(summary_rows::check(&listed.file, sheet, &due, is_whole));
        }
    }
    findings
}
