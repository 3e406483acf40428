//! `hetong check --reply`: what a supplier has to mend in his own sheets, as a text to paste into an e-mail.
//!
//! It is read by the supplier: nothing of hetong, of the case's other files or of other suppliers stands in it.
//!
//! May use: everything.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use super::check::Checked;
use super::{Failure, Outcome, Session};
use crate::bundle::job::Job;
use crate::diagnostics::human::visible_name;
use crate::diagnostics::{Diagnostic, FileName, Origin, Severity};
use crate::input::folder::explain;
use crate::model::quotation::{CellNumber, QuotationRow};
use crate::rules::OF_SUPPLIERS;
use crate::rules::fold::unfold;

/// Prints the letters, or writes one file for each.
pub fn run(
    checked: &[Checked],
    output: Option<&Path>,
    session: &mut Session<'_>,
) -> Result<Outcome, Failure> {
    let mut first = true;
    for case in checked {
        let name = visible_name(&case.name);
        let Some(letter) = &case.letter else {
            session.output.tell(&format!("{name}：供应商的表格里没有要更正的\n"));
            continue;
        };
        if let Some(folder) = output {
            let path = write(folder, &case.name, letter)
                .map_err(|error| Failure(format!("“{}”写不进去：{}", folder.display(), explain(&error))))?;
            session.output.print(&format!("{name}：{}\n", visible_name(&path.display().to_string())));
        } else {
            let between = if first {
                ""
            } else {
                "\n────────────────────────\n\n"
            };
            session.output.print(&format!("{between}{letter}"));
        }
        first = false;
    }
    Ok(Outcome::of(checked.iter().any(|case| case.findings.has_errors())))
}

/// That there is something to send, and how to get it.
pub fn hint(name: &str, folder: &str) -> String {
    let (name, folder) = (visible_name(name), visible_name(folder));
    format!("{name}：供应商的表格里有要他自己更正的；可以直接发给他的文字：hetong check --reply {folder}\n")
}

/// Writes a letter as Notepad likes it. What is there already, and may have been edited since, is left as it is.
fn write(folder: &Path, case: &str, letter: &str) -> io::Result<PathBuf> {
    fs::create_dir_all(folder)?;
    let bytes = format!("\u{feff}{}", letter.replace('\n', "\r\n")).into_bytes();
    let mut number = 1;
    loop {
        let suffix = if number == 1 { String::new() } else { format!("-{number}") };
        let path = folder.join(format!("请更正-{case}{suffix}.txt"));
        match fs::OpenOptions::new().write(true).create_new(true).open(&path) {
            Ok(mut file) => return file.write_all(&bytes).map(|()| path),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                if fs::metadata(&path)?.len() == bytes.len() as u64 && fs::read(&path)? == bytes {
                    return Ok(path);
                }
            }
            Err(error) => return Err(error),
        }
        number += 1;
    }
}

/// One thing to mend, in the supplier's file.
struct Item<'a> {
    finding: &'a Diagnostic,
    origin: &'a Origin,
    message: &'a str,
}

/// What the supplier of a case is to mend; none where there is nothing.
pub fn letter(job: &Job) -> Option<String> {
    let items = items(job);
    if items.is_empty() {
        return None;
    }
    let mut files: Vec<&FileName> = items.iter().filter_map(|item| item.origin.file()).collect();
    files.dedup();
    let names: Vec<String> = files.iter().map(|file| name_of(job, file)).collect();
    let supplier = job.case.supplier.name.as_ref().map_or("贵公司", |name| name.value.as_str());
    let count = |severity| items.iter().filter(|item| item.finding.severity == severity).count();
    let (errors, warnings) = (count(Severity::Error), count(Severity::Warning));
    let kinds: Vec<&str> = names.iter().filter_map(|name| name.split('（').next()).collect();
    let mut text =
        format!("主题：请更正{}{}\n\n{}：\n\n", kinds.join("、"), contract(job), visible_name(supplier));
    let what = match (errors, warnings) {
        (errors, 0) => format!("有 {errors} 处需要更正"),
        (0, warnings) => format!("有 {warnings} 处请核对"),
        (errors, warnings) => format!("有 {errors} 处需要更正，{warnings} 处请核对"),
    };
    let seal = if files.iter().any(|file| !is_work(file)) {
        "报价表更正后请重新盖章，把盖章的扫描件和电子表格一并发回"
    } else {
        "更正后请把电子表格发回"
    };
    let _ = writeln!(
        text,
        "　　贵公司提供的{}经我方核对，{what}，逐项列在下面。{seal}；除随之重算的总价、合计以外，没有列出的内容请不要改动。",
        names.join("、")
    );
    for (file, name) in files.iter().zip(&names) {
        let of_file = |item: &&Item<'_>| item.origin.file() == Some(file);
        let _ = writeln!(text, "\n【{name}】");
        for (severity, heading) in
            [(Severity::Error, "需要更正"), (Severity::Warning, "请核对，有误的一并更正")]
        {
            let of_kind = items.iter().filter(of_file).filter(|item| item.finding.severity == severity);
            for (at, item) in of_kind.enumerate() {
                if at == 0 {
                    let _ = writeln!(text, "\n{heading}：");
                }
                text.push_str(&told(at + 1, item));
            }
        }
    }
    let _ =
        write!(text, "\n　　如有疑问，请与我方联系人联系。\n\n{}\n　　年　　月　　日\n", job.pack.buyer.name);
    Some(text)
}

/// The errors and warnings that lie in a sheet of the supplier's, one by one.
fn items(job: &Job) -> Vec<Item<'_>> {
    let read: BTreeSet<&FileName> = job.inputs.iter().map(|input| &input.name).collect();
    let is_own = |origin: &Origin| {
        origin.file().is_some_and(|file| read.contains(file) && is_sheet(file) && !is_blank_form(job, file))
    };
    let is_his = |finding: &&Diagnostic| {
        let cell = matches!(finding.origin, Origin::Cell(_));
        // A file that cannot be opened at all is asked for anew; which of its sheets counts is said in 合同.yaml.
        let known = OF_SUPPLIERS.iter().any(|rule| rule.info.id == finding.id);
        known
            && finding.severity != Severity::Note
            && is_own(&finding.origin)
            && (cell || finding.id != "F001")
    };
    let found = job.findings.iter().filter(is_his);
    let unfolded = found.flat_map(|finding| {
        unfold(finding).into_iter().map(move |(origin, message)| Item { finding, origin, message })
    });
    let mut items: Vec<Item<'_>> = unfolded.collect();
    // 报价表 before 工时; within a file the findings' own order.
    items.sort_by_key(|item| item.origin.file().map(|file| (is_work(file), file.clone())));
    items
}

/// Whether a quotation has no price yet: it still has to be sent out, not back.
fn is_blank_form(job: &Job, file: &FileName) -> bool {
    let later = job.case.adjustments.iter().filter_map(|adjustment| adjustment.quotation.as_ref());
    let mut quotations = job.case.quotation.iter().chain(later);
    let empty =
        |row: &QuotationRow| row.net_price.as_ref().is_none_or(|cell| cell.value == CellNumber::Empty);
    quotations.any(|quotation| quotation.origin.file() == Some(file) && quotation.rows.iter().all(empty))
}

/// Whether a file of the case is a sheet that the supplier made: 考核 is the buyer's.
fn is_sheet(file: &FileName) -> bool {
    let name = file.rsplit('/').next().unwrap_or(file);
    let is_text =
        [".yaml", ".yml", ".jsonl"].iter().any(|extension| name.to_lowercase().ends_with(extension));
    !is_text && (!is_work(file) || !name.starts_with("考核"))
}

/// Whether it lies in a month's folder.
fn is_work(file: &FileName) -> bool {
    file.starts_with("结算/")
}

/// 报价表（报价表.xlsx）, 2026年3月工时表（工时.xlsx）.
fn name_of(job: &Job, file: &FileName) -> String {
    let name = visible_name(file.rsplit('/').next().unwrap_or(file));
    let month = job.case.months.iter().find(|month| month.work_origin.file() == Some(file));
    let of_adjustment = job
        .case
        .adjustments
        .iter()
        .any(|adjustment| adjustment.quotation_file.as_ref().is_some_and(|given| given.value == **file));
    match month {
        Some(month) => format!("{}工时表（{name}）", month.month.chinese()),
        None if is_work(file) => format!("工时表（{name}）"),
        None if of_adjustment => format!("调整后的报价表（{name}）"),
        None => format!("报价表（{name}）"),
    }
}

/// （合同编号 MGYY-2026-0001）.
fn contract(job: &Job) -> String {
    let number = job.case.contract.number.as_ref();
    number.map(|number| format!("（合同编号 {}）", visible_name(&number.value))).unwrap_or_default()
}

/// One thing: where it stands, what is there, what should be, and what it rests on.
fn told(number: usize, item: &Item<'_>) -> String {
    let finding = item.finding;
    let mut text = format!("{number}. {}{}\n", place(item.origin), visible_name(item.message));
    // What was expected is the first one's; the others say it in their own words.
    if let Some(expected) = finding.expected.as_deref().filter(|_| item.origin == &finding.origin) {
        let _ = writeln!(text, "   应为：{}", visible_name(expected));
    }
    for (origin, word) in &finding.labels {
        if item.origin == &finding.origin && origin.file() == item.origin.file() {
            let _ = writeln!(text, "   另见{}{}", place(origin), visible_name(word));
        }
    }
    // What can be read at all rests on no clause.
    if !finding.id.starts_with('F') && !finding.clause.is_empty() {
        let _ = writeln!(text, "   依据：{}", visible_name(&finding.clause));
    }
    text
}

/// 工作表“报价表”F6：, F6：, or nothing for a file as a whole.
fn place(origin: &Origin) -> String {
    match origin {
        Origin::Cell(cell) if cell.sheet.is_empty() => format!("{}：", cell.cell),
        Origin::Cell(cell) => format!("工作表“{}”{}：", visible_name(&cell.sheet), cell.cell),
        _ => String::new(),
    }
}
