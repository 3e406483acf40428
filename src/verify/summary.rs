//! A 结算汇总 made anew from the cases that its manifest names: nothing else proves it.
//!
//! May use: `bundle`, `input`, `verify`.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use super::checks::{self, MANIFEST, UNPROVED};
use super::folder::{Means, case_of};
use super::record::{FILE, Kind, Record};
use crate::bundle::job::Among;
use crate::bundle::people::{parties_of, people_of};
use crate::bundle::settle::{Batch, CaseOrder, IssueOrder};
use crate::bundle::settle_report::Settled;
use crate::bundle::summary_file::{Asked, workbook};
use crate::diagnostics::{CellRef, Diagnostic, Severity};
use crate::input::case::CASE_FILE;
use crate::input::months::{case_name, has_month};
use crate::input::plain::{self, MAX_OUTPUT_BYTES};
use crate::model::month::Month;
use crate::verify::read::sheet_cells::{self, CellValue};
use crate::view::summary::{CaseSummary, FindingRow};

/// What the workbook should be, by its name; nothing where it cannot be made, which is told.
///
/// # Errors
/// What keeps all of them from being made.
pub fn remade(
    folder: &Path,
    record: &Record,
    month: &str,
    means: &Means<'_>,
    findings: &mut Vec<Diagnostic>,
) -> Result<BTreeMap<String, Vec<u8>>, String> {
    let mut refuse = |why: String| {
        let message = format!("结算汇总未能证明：{why}");
        let mut finding = checks::of_file(&UNPROVED, FILE, message);
        finding.help =
            "把汇总里的案卷和各自的结算文件夹放在一起再核对；或由全部案卷重新运行 hetong settle。".into();
        findings.push(finding);
    };
    let Ok(month) = month.parse::<Month>() else {
        refuse(format!("清单里的月份“{month}”不是月份"));
        return Ok(BTreeMap::new());
    };
    let names = |key: &str| -> Option<Vec<String>> {
        let names = record.value.get(key)?.as_array()?;
        names.iter().map(|name| name.as_str().map(str::to_owned)).collect()
    };
    let (Some(cases), Some(absent), Some(left_out)) = (names("cases"), names("absent"), names("left_out"))
    else {
        refuse("清单没有写明算了哪些案卷（由旧版本写出，或被删改）；重新运行 hetong settle 就会写上".into());
        return Ok(BTreeMap::new());
    };
    let places = Places::of(folder, &cases, means);
    let (found, missing): (Vec<_>, Vec<_>) =
        cases.iter().map(|name| (name, places.case(name))).partition(|(_, place)| place.is_some());
    if !missing.is_empty() {
        let missing: Vec<String> = missing.iter().map(|(name, _)| format!("“{name}”")).collect();
        refuse(format!("找不到案卷{}，没有由它们重新生成", missing.join("、")));
        return Ok(BTreeMap::new());
    }
    let unseen: Vec<&String> = absent.iter().filter(|name| places.case(name).is_none()).collect();
    if let Some(first) = unseen.first() {
        refuse(format!(
            "找不到案卷“{first}”{}，不知道它有没有这个月的工时和考核",
            if unseen.len() > 1 { "等" } else { "" }
        ));
    }
    findings.extend(places.left_out(month, &cases, &absent, &left_out));
    let folders: Vec<PathBuf> = found.into_iter().filter_map(|(_, place)| place).collect();
    let asked = Asked::of(&record.value);
    let beside = absent.iter().filter_map(|name| places.case(name)).collect::<Vec<_>>();
    let settled = foreseen((&folders, &beside), &cases, month, &asked, (folder, means))?;
    let Some(pack) = settled.iter().find_map(|(settled, _)| settled.pack.clone()) else {
        return Ok(BTreeMap::new());
    };
    let changed: Vec<String> = settled.iter().filter(|(_, c)| *c).map(|(one, _)| one.name.clone()).collect();
    let rows: Vec<CaseSummary> = settled.into_iter().map(|(settled, _)| settled.summary).collect();
    let make = |rows: &[CaseSummary]| {
        workbook(&pack, month, (rows, absent.len()), &left_out).map_err(|error| error.to_string())
    };
    let made = make(&rows)?;
    let found = plain::read(folder, &made.0, MAX_OUTPUT_BYTES).unwrap_or_default();
    if found != made.1
        && let Some(rows) = as_found_then(&rows, &changed, &found)
    {
        let then = make(&rows)?;
        if then.1 == found {
            findings.push(of_then(&then.0, &changed));
            return Ok([then].into());
        }
    }
    Ok([made].into())
}

/// Of cases that have changed since they were settled, what was found in them then, as the workbook says.
fn as_found_then(rows: &[CaseSummary], changed: &[String], found: &[u8]) -> Option<Vec<CaseSummary>> {
    let book = sheet_cells::read(found).ok().filter(|_| !changed.is_empty())?;
    let sheet = book.sheets.last()?;
    let is = |place: CellRef, text: &str| {
        sheet.cells.get(&place).is_some_and(|cell| cell.value == CellValue::Text(text.into()))
    };
    let heading = sheet.cells.keys().copied().find(|place| {
        is(*place, "案卷") && is(CellRef { row: place.row, column: place.column + 1 }, "规则")
    })?;
    let last = sheet.cells.keys().map(|place| place.row).max()?;
    let row = |row: u32| {
        let text = |step: u32| match sheet.cells.get(&CellRef { row, column: heading.column + step }) {
            Some(cell) => cell.value.shown(),
            None => String::new(),
        };
        let [case, rule, severity, place, message, help] = [0, 1, 2, 3, 4, 5].map(text);
        (!rule.is_empty()).then_some(FindingRow { case, rule, severity, place, message, help })
    };
    let told: Vec<FindingRow> = (heading.row + 1..=last).filter_map(row).collect();
    let mut rows = rows.to_vec();
    for case in rows.iter_mut().filter(|case| changed.contains(&case.case)) {
        case.findings = told.iter().filter(|row| row.case == case.case).cloned().collect();
    }
    Some(rows)
}

/// All but the findings is proved: of what was found in a case that has changed since, there is no witness.
fn of_then(file: &str, changed: &[String]) -> Diagnostic {
    let names: Vec<String> = changed.iter().map(|name| format!("“{name}”")).collect();
    let message = format!(
        "案卷{}在开具以后改过（台账记着当时的校验码）：“发现”一页里它的各行是当时的发现，没有证明；其余各页与由案卷重新生成的一字不差",
        names.join("、")
    );
    let mut finding = checks::graded(checks::of_file(&UNPROVED, file, message), Severity::Note);
    finding.help = "不需要处理；要“发现”也是现在的，再运行一次 hetong settle。".into();
    finding
}

/// Each case's part of it, as the run that wrote it came to it.
fn foreseen(
    (folders, absent): (&[PathBuf], &[PathBuf]),
    names: &[String],
    month: Month,
    asked: &Asked,
    (output, means): (&Path, &Means<'_>),
) -> Result<Vec<(Settled, bool)>, String> {
    let mut all = [folders, absent].concat();
    all.sort();
    let (people, parties) = (people_of(&all, Some(month)), parties_of(&all));
    let among = Among { people: &people, parties: &parties };
    // Nothing is recorded: neither the time nor the reason is printed in a summary.
    let amend = asked.amending.then_some("—");
    let issuing = asked.issuing.then_some(IssueOrder { at: "", amend });
    let batch = Batch { workshop: means.workshop, among, month, output, issuing };
    let one = |(folder, name): (&PathBuf, &String)| {
        let wanted = asked.wanted(name);
        batch.foreseen(&CaseOrder { folder, name: Some(name), wanted: &wanted })
    };
    folders.iter().zip(names).map(one).collect::<Result<_, _>>().map_err(|error| error.to_string())
}

/// Where the cases of a summary lie.
struct Places {
    known: BTreeMap<String, PathBuf>,
    /// The folders that they lie in: where those without an output folder are, too.
    around: Vec<PathBuf>,
}

impl Places {
    fn of(folder: &Path, cases: &[String], means: &Means<'_>) -> Self {
        let mut known = BTreeMap::new();
        let mut around: Vec<PathBuf> = Vec::new();
        for name in cases {
            let below = folder.join(name);
            let record = Record::read(&below, &mut Vec::new());
            let record = record.filter(|record| matches!(record.kind, Kind::Month(_)));
            let place = record.and_then(|record| case_of(&record, &below, means).ok());
            let Some(place) = place else { continue };
            let own = place.canonicalize().unwrap_or_else(|_| place.clone());
            if let Some(parent) = own.parent().filter(|parent| !around.iter().any(|known| known == parent)) {
                around.push(parent.to_path_buf());
            }
            known.insert(name.clone(), place);
        }
        Self { known, around }
    }

    fn case(&self, name: &str) -> Option<PathBuf> {
        // A name, and no path.
        let beside = || {
            let mut places = self.around.iter().map(|around| around.join(name));
            places.find(|place| case_name(place) == name && place.join(CASE_FILE).is_file())
        };
        self.known.get(name).cloned().or_else(beside)
    }

    /// Cases that the summary does not count although they have something of the month.
    fn left_out(
        &self,
        month: Month,
        cases: &[String],
        absent: &[String],
        left_out: &[String],
    ) -> Vec<Diagnostic> {
        let mut findings = Vec::new();
        for name in absent {
            if self.case(name).is_some_and(|case| has_month(&case, month)) {
                let message = format!("清单说案卷“{name}”没有 {month} 的工时和考核，它却有：汇总里没有算它");
                findings.push(checks::of_file(&MANIFEST, FILE, message));
            }
        }
        let listed = |name: &String| [cases, absent, left_out].iter().any(|names| names.contains(name));
        let entries = self.around.iter().filter_map(|around| fs::read_dir(around).ok()).flatten();
        let paths = entries.filter_map(Result::ok).map(|entry| entry.path());
        let mut others: Vec<PathBuf> =
            paths.filter(|path| path.join(CASE_FILE).is_file() && has_month(path, month)).collect();
        others.retain(|path| !listed(&case_name(path)));
        others.sort();
        findings.extend(others.iter().map(|path| {
            let message = format!("旁边的案卷“{}”有 {month} 的工时和考核，不在这份汇总里", case_name(path));
            checks::graded(checks::of_file(&MANIFEST, FILE, message), Severity::Warning)
        }));
        findings
    }
}
