//! What a settlement needs beside the contract: 结算/<月份>/ and 台账.jsonl.
//!
//! May use: `model`, `pack`, `diagnostics`, and its own room.

use std::path::Path;

use super::folder::{CaseFolder, InputFile, MAX_WORKBOOK_BYTES};
use super::ledger;
use super::workbook::{self, AssessmentSheet, SheetSource, Worklog};
use crate::diagnostics::{Origin, Sources};
use crate::model::case::Case;
use crate::model::fault::{Fault, FaultKind};
use crate::model::ledger::Ledger;
use crate::model::month::Month;
use crate::model::month_sheets::{MonthSheets, WorkEntry};
use crate::pack::Pack;

/// The folder with a folder for each month.
pub const MONTHS_FOLDER: &str = "结算";
/// The folder in that of a month where a case keeps what was issued (`bundle::keep`).
pub const ISSUED_FOLDER: &str = "已开具";
/// What the name of the sheet of work begins with.
const WORK: &str = "工时";
/// What the name of the sheet of assessments begins with.
const ASSESSMENT: &str = "考核";
/// What is read.
pub(super) const SHEETS: [&str; 6] = ["xlsx", "xls", "xlsm", "xlsb", "ods", "csv"];
/// What people mistake for it.
const OTHERS: [&str; 9] = ["et", "numbers", "pdf", "doc", "docx", "jpg", "png", "txt", "zip"];

/// From so many files on that may be a month's sheet, only these are named.
const MOST_UNREAD: usize = 4;

/// Where a case keeps a file of the 结算单 with this 序号: `结算/2026-03/已开具/结算单-2026-03-DD-1（台账第3号）.pdf`.
pub fn kept_file(month: Month, number: u32, name: &str) -> String {
    let (stem, extension) = name.rsplit_once('.').unwrap_or((name, ""));
    format!("{MONTHS_FOLDER}/{month}/{ISSUED_FOLDER}/{stem}（台账第{number}号）.{extension}")
}

/// How much of a case is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// 合同.yaml, its quotation, and the orders: what `build` prints. The ledger only beside 调整.
    Contract,
    /// The same, the ledger, and one month's sheets: what `settle` works on.
    Month(Month),
    /// Everything there is: what `check` looks at.
    Everything,
}

/// What was read.
#[derive(Debug, Default)]
pub struct LoadedMonths {
    /// The months in their order.
    pub months: Vec<MonthSheets>,
    /// The ledger.
    pub ledger: Ledger,
    /// What could not be read.
    pub faults: Vec<Fault>,
    /// Texts findings may point into.
    pub sources: Sources,
    /// Every file that was read.
    pub inputs: Vec<InputFile>,
}

/// Reads as much as `scope` asks for. Whatever cannot be read is a fault.
pub fn load(folder: &Path, scope: Scope, pack: &Pack) -> LoadedMonths {
    let mut loaded = LoadedMonths::default();
    let Ok(open) = CaseFolder::open(folder) else { return loaded };
    if scope == Scope::Contract {
        return loaded;
    }
    loaded.ledger = ledger::read(&open);
    loaded.months = months(&open, scope, pack, &mut loaded.faults);
    (loaded.inputs, loaded.sources) = open.into_inputs();
    loaded
}

/// The ledger as far as `build` needs it: a 调整 must not reach back over what was issued, nor vanish once something was
/// issued by it (R003). Otherwise what is issued says nothing of the contract's own documents.
pub fn ledger_beside_adjustments(folder: &Path, case: &Case) -> (Ledger, Sources) {
    let Ok(folder) = CaseFolder::open(folder) else { return Default::default() };
    let ledger = ledger::read(&folder);
    let revised = ledger.lines().iter().any(|(line, _)| line.revision > 0);
    if revised || !case.adjustments.is_empty() {
        (ledger, folder.into_inputs().1)
    } else {
        Default::default()
    }
}

/// The months there are, in their order.
fn months(folder: &CaseFolder, scope: Scope, pack: &Pack, faults: &mut Vec<Fault>) -> Vec<MonthSheets> {
    let mut months = Vec::new();
    for name in folder.folders(MONTHS_FOLDER, faults) {
        match (name.parse::<Month>(), scope) {
            (Ok(month), Scope::Month(wanted)) if month != wanted => {}
            (Ok(month), _) => months.extend(read_month(folder, month, pack, faults)),
            (Err(_), Scope::Month(wanted)) if meant(&name).is_some_and(|month| month != wanted) => {}
            (Err(_), _) => faults.push(misnamed(&name)),
        }
    }
    for name in folder.linked_folders(MONTHS_FOLDER) {
        let other = |wanted| meant_by(&name).is_some_and(|month| month != wanted);
        if !matches!(scope, Scope::Month(wanted) if other(wanted)) {
            let path = format!("{MONTHS_FOLDER}/{name}");
            let origin = Origin::File(path.as_str().into());
            faults.push(Fault::new(FaultKind::LinkedFolder { path }, origin));
        }
    }
    for file in folder.files(MONTHS_FOLDER, &SHEETS, faults) {
        let why = format!("“{file}”没有放进月份文件夹；请移到 {MONTHS_FOLDER}/2026-03/ 这样的文件夹里");
        faults.push(Fault::new(FaultKind::Unreadable { why }, Origin::File(file.into())));
    }
    months
}

/// The month a folder is for, be it by a name that has yet to be mended.
fn meant_by(name: &str) -> Option<Month> {
    name.parse().ok().or_else(|| meant(name))
}

/// Whether the case has a folder for the month, be it by a name that has yet to be mended, or by a link that is not read.
pub fn has_month(folder: &Path, month: Month) -> bool {
    let Ok(folder) = CaseFolder::open(folder) else { return false };
    let names = folder.folders(MONTHS_FOLDER, &mut Vec::new());
    names.iter().chain(&folder.linked_folders(MONTHS_FOLDER)).any(|name| meant_by(name) == Some(month))
}

/// The months before one for which the case has a folder.
pub fn months_before(folder: &Path, month: Month) -> Vec<Month> {
    let Ok(folder) = CaseFolder::open(folder) else { return Vec::new() };
    let names = folder.folders(MONTHS_FOLDER, &mut Vec::new());
    names.iter().filter_map(|name| name.parse().ok()).filter(|found| *found < month).collect()
}

/// The rows of one month's 工时, for a look over many cases: nothing else is read, and what cannot be read is left to
/// be told when the case itself is read.
pub fn work_of(folder: &Path, month: Month) -> Vec<WorkEntry> {
    let mut faults = Vec::new();
    let Ok(folder) = CaseFolder::open(folder) else { return Vec::new() };
    let within = format!("{MONTHS_FOLDER}/{month}");
    let Ok(Some(file)) = candidate(&folder, &within, WORK, &mut faults) else { return Vec::new() };
    worklog(&folder, &file, month, &mut faults).map(|log| log.entries).unwrap_or_default()
}

/// The name of the case in a folder, as its own reading gives it.
pub fn case_name(folder: &Path) -> String {
    CaseFolder::open(folder).map(|open| open.name()).unwrap_or_default()
}

/// The same for every month there is.
pub fn all_work(folder: &Path) -> Vec<(Month, Vec<WorkEntry>)> {
    let Ok(open) = CaseFolder::open(folder) else { return Vec::new() };
    let names = open.folders(MONTHS_FOLDER, &mut Vec::new());
    names.iter().filter_map(|name| name.parse().ok()).map(|month| (month, work_of(folder, month))).collect()
}

/// The month a misnamed folder is probably meant for: 2026-3, 2026年3月, 202603, 2026.03.
fn meant(name: &str) -> Option<Month> {
    let runs: Vec<&str> = name.split(|c: char| !c.is_ascii_digit()).filter(|run| !run.is_empty()).collect();
    let (year, month) = match runs.as_slice() {
        [year, month] if year.len() == 4 && month.len() <= 2 => (*year, *month),
        [both] if both.len() == 6 => both.split_at(4),
        _ => return None,
    };
    format!("{year}-{month:0>2}").parse().ok()
}

fn misnamed(name: &str) -> Fault {
    let expected = match meant(name) {
        Some(month) => format!("{month}（请把文件夹改成这个名字）"),
        None => "四位年份-两位月份，如 2026-03；不是月份的文件夹请移到别处".to_owned(),
    };
    let kind = FaultKind::BadValue { what: "月份文件夹名".into(), found: name.to_owned(), expected };
    Fault::new(kind, Origin::File(format!("{MONTHS_FOLDER}/{name}").into()))
}

/// One month's folder; none if there is nothing in it yet.
fn read_month(
    folder: &CaseFolder,
    month: Month,
    pack: &Pack,
    faults: &mut Vec<Fault>,
) -> Option<MonthSheets> {
    let within = format!("{MONTHS_FOLDER}/{month}");
    let work = candidate(folder, &within, WORK, faults);
    let assessment = candidate(folder, &within, ASSESSMENT, faults);
    let others = folder.files(&within, &SHEETS.iter().chain(&OTHERS).copied().collect::<Vec<_>>(), faults);
    if others.is_empty() {
        return None;
    }
    let mut path = |found: Result<Option<String>, ()>, name: &str| match found {
        Ok(Some(file)) => Some(file),
        Ok(None) => {
            faults.push(missing(&within, name, &others));
            None
        }
        Err(()) => None,
    };
    let (work, assessment) = (path(work, WORK), path(assessment, ASSESSMENT));
    let place = |file: &Option<String>, name: &str| {
        Origin::File(file.clone().unwrap_or_else(|| format!("{within}/{name}.xlsx")).into())
    };
    let mut sheets = MonthSheets {
        month,
        work_origin: place(&work, WORK),
        work: Vec::new(),
        work_totals: Vec::new(),
        assessment_origin: place(&assessment, ASSESSMENT),
        assessments: Vec::new(),
    };
    if let Some(log) = work.and_then(|file| worklog(folder, &file, month, faults)) {
        (sheets.work_origin, sheets.work, sheets.work_totals) = (log.origin, log.entries, log.totals);
    }
    if let Some(sheet) = assessment.and_then(|file| assessment_sheet(folder, &file, pack, faults)) {
        (sheets.assessment_origin, sheets.assessments) = (sheet.origin, sheet.entries);
    }
    Some(sheets)
}

/// The file whose name begins with 工时 or 考核; an error, already told, if there is more than one.
fn candidate(
    folder: &CaseFolder,
    within: &str,
    name: &str,
    faults: &mut Vec<Fault>,
) -> Result<Option<String>, ()> {
    let mut files = folder.files(within, &SHEETS, faults);
    files.retain(|file| file_name(file).starts_with(name));
    match files.as_slice() {
        [] => Ok(None),
        [file] => Ok(Some(file.clone())),
        several => {
            let names: Vec<String> = several.iter().map(|file| format!("“{}”", file_name(file))).collect();
            let why = format!(
                "{within}/ 里有 {} 个{name}文件：{}；不知以哪一个为准，请只留一个，其余移走",
                several.len(),
                names.join("、")
            );
            let origin = Origin::File(several.last().map_or(within, String::as_str).into());
            faults.push(Fault::new(FaultKind::Unreadable { why }, origin));
            Err(())
        }
    }
}

fn file_name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

/// F001: a month without one of its sheets; with the file that may be it under another name.
fn missing(within: &str, name: &str, others: &[String]) -> Fault {
    let place = format!("{within}/{name}.xlsx");
    let mut like = others.iter().map(|file| file_name(file)).filter(|file| file.contains(name));
    let why = match like.next() {
        Some(file) if file.starts_with(name) => {
            format!("“{within}/{file}”不是能读的电子表格；请用 Excel 或 WPS 另存为 {name}.xlsx")
        }
        Some(file) => format!("“{place}”不存在；“{file}”如果是{name}表，请改名为以“{name}”开头"),
        None => match unread(others, name) {
            files if files.is_empty() => {
                format!("“{place}”不存在：{within}/ 里没有以“{name}”开头的电子表格")
            }
            files => format!("“{place}”不存在；{files}如果是{name}表，请改名为以“{name}”开头"),
        },
    };
    Fault::new(FaultKind::Unreadable { why }, Origin::File(place.into()))
}

/// The files that are neither 工时 nor 考核 by their names, and may be one of them: 考勤表2026年9月.xlsx.
fn unread(others: &[String], wanted: &str) -> String {
    let is_sheet = |name: &&str| {
        let extension = name.rsplit_once('.').map(|(_, extension)| extension.to_lowercase());
        extension.is_some_and(|extension| SHEETS.contains(&extension.as_str()))
    };
    let of_work = |name: &str| ["考勤", "出勤", "签到", "人天", WORK].iter().any(|word| name.contains(word));
    let names = others.iter().map(|file| file_name(file)).filter(is_sheet);
    let unread = names.filter(|name| match wanted {
        WORK => !name.contains(ASSESSMENT),
        _ => !of_work(name),
    });
    let unread: Vec<String> = unread.map(|name| format!("“{name}”")).collect();
    match unread.get(..MOST_UNREAD) {
        Some(some) => format!("{}等 {} 个文件里有一个", some.join("、"), unread.len()),
        None => unread.join("、"),
    }
}

fn worklog(folder: &CaseFolder, file: &str, month: Month, faults: &mut Vec<Fault>) -> Option<Worklog> {
    let bytes = bytes(folder, file, faults)?;
    workbook::read_worklog(&SheetSource::new(file, &bytes), month, faults)
}

fn assessment_sheet(
    folder: &CaseFolder,
    file: &str,
    pack: &Pack,
    faults: &mut Vec<Fault>,
) -> Option<AssessmentSheet> {
    let bytes = bytes(folder, file, faults)?;
    workbook::read_assessment(&SheetSource::new(file, &bytes), &pack.assessment, faults)
}

fn bytes(folder: &CaseFolder, file: &str, faults: &mut Vec<Fault>) -> Option<Vec<u8>> {
    let read = folder.bytes(file, MAX_WORKBOOK_BYTES, &Origin::File(file.into()));
    read.map_err(|fault| faults.push(*fault)).ok()
}
