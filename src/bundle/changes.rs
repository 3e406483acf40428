//! 变更对照表: which files it is, and how it is made, with a whole bundle or by itself (`hetong diff`).
//!
//! By itself it changes nothing in what the manifest says of the other documents: those are not made anew, and the next
//! build has to find what changed since the last one.
//!
//! May use: its own room, `compute`, `view`, `render`.

use std::collections::BTreeMap;
use std::io;
use std::path::Path;

use jiff::civil::Date;
use serde::Serialize;
use serde_json::Value;

use thiserror::Error;

use super::job::Job;
use super::manifest::{MANIFEST, all_outputs, manifest, to_json};
use super::plan::{Format, PlannedFile, Revised, case_files};
use super::produce::{Press, ProduceError};
use super::recorded::Record;
use super::revisions::is_revised;
use super::write::{Written, mend, write};
use crate::compute::changes::in_force;
use crate::compute::prices::PriceHistory;
use crate::input::folder::explain;
use crate::model::case::Case;
use crate::pack::Pack;
use crate::render::fonts::Fonts;
use crate::render::template::TemplateError;
use crate::render::xlsx;
use crate::view::changes::{ChangesSheet, ChangesView};
use crate::view::contract::ContractView;

/// The document's id.
pub const CHANGES: &str = "变更对照表";

/// The table of all 调整, PDF and workbook; nothing for a case that has none, or is not signed.
pub fn changes_files(pack: &Pack, case: &Case, prices: &PriceHistory) -> Vec<PlannedFile> {
    files(pack, case, prices, None)
}

fn files(pack: &Pack, case: &Case, prices: &PriceHistory, on: Option<Date>) -> Vec<PlannedFile> {
    let Some(document) = pack.document(CHANGES).filter(|_| is_revised(case)) else { return Vec::new() };
    let number = in_force(prices, on);
    // An earlier day's table does not take the place of the one that holds all.
    let stem = match number < prices.revisions.len() {
        true => format!("{}（至修订{number}）", document.file),
        false => document.file.clone(),
    };
    let file = |extension: &str, format, templates| PlannedFile {
        document: document.id.clone(),
        title: document.title.clone(),
        name: format!("{stem}.{extension}"),
        format,
        templates,
        order: None,
        revised: Some(Revised { number, in_force_as: format!("{stem}.{extension}") }),
    };
    let mut files = Vec::new();
    if !document.template.is_empty() {
        files.push(file("pdf", Format::Pdf, vec![document.template.clone()]));
    }
    if document.xlsx {
        files.push(file("xlsx", Format::Xlsx, Vec::new()));
    }
    files
}

/// Whether a name of `--only` means this file: 变更对照表 for both, or the file's name.
pub fn names_changes(file: &PlannedFile, name: &str) -> bool {
    name == CHANGES || name == file.name
}

#[derive(Serialize)]
struct WithChanges {
    #[serde(flatten)]
    contract: ContractView,
    changes: ChangesView,
}

impl Press<'_> {
    /// What a 变更对照表 says; none for any other file.
    pub(super) fn changes_of(&self, file: &PlannedFile) -> Option<ChangesView> {
        let number = file.revised.as_ref().filter(|_| file.document == CHANGES)?.number;
        Some(ChangesView::of(&self.job.case, &self.job.figures, number))
    }

    /// It speaks about the contract and is no draft of one; but what stands on errors is marked.
    pub(super) fn changes_frame(&self, file: &PlannedFile) -> ContractView {
        let title = format!("{}（{}）", self.view.header.left, file.title);
        let templates: Vec<&str> = file.templates.iter().map(String::as_str).collect();
        let mut contract = self.view.for_file(&title, &templates);
        contract.draft = self.job.findings.has_errors();
        contract
    }

    /// The source of a 变更对照表; none for any other file.
    pub(super) fn changes_source(&self, file: &PlannedFile) -> Option<Result<String, TemplateError>> {
        let changes = self.changes_of(file)?;
        Some(self.templates.fill("main.typ", &WithChanges { contract: self.changes_frame(file), changes }))
    }

    /// Its workbook.
    pub(super) fn changes_book(&self, file: &PlannedFile) -> Result<Vec<u8>, ProduceError> {
        let Some(changes) = self.changes_of(file) else {
            return Err(ProduceError::NoWorkbook { document: file.document.clone() });
        };
        let sheet = ChangesSheet::new(changes, &self.changes_frame(file), &file.title);
        xlsx::write_changes(&sheet).map_err(|error| ProduceError::Xlsx { file: file.name.clone(), error })
    }
}

/// A table that could not be made or written; the output folder is as it was.
#[derive(Debug, Error)]
#[expect(missing_docs, reason = "the messages say it")]
pub enum ChangesError {
    #[error("模板“{0}”没有变更对照表；请在它的 合同样式.yaml 里加上这份文件")]
    NoDocument(String),
    #[error(transparent)]
    Produce(#[from] ProduceError),
    #[error("清单写不出来：{0}")]
    Manifest(#[from] serde_json::Error),
    #[error("输出文件夹写不进去（{}），原有文件没有改动", explain(.0))]
    Write(#[from] io::Error),
    #[error(
        "输出文件夹里的 manifest.json 被人改过或不见了，分不清哪些文件是 hetong 生成的。请先用 hetong build 重新生成整套；原有文件没有改动"
    )]
    NoRecord,
}

/// Makes the table by itself, of the 调整 in force on a day or of all, and puts it beside what stands in `target`.
///
/// # Errors
/// If it cannot be made or written; `target` is then untouched.
pub fn write_changes(
    job: &Job,
    fonts: &Fonts,
    on: Option<Date>,
    target: &Path,
) -> Result<Written, ChangesError> {
    let (pack, case, prices) = (&job.pack, &job.case, &job.figures.prices);
    let files = files(pack, case, prices, on);
    if files.is_empty() {
        return Err(ChangesError::NoDocument(pack.id.clone()));
    }
    mend(target)?;
    let press = Press::new(job, fonts).map_err(ProduceError::from)?.reusing(target);
    let outputs = press.print(&files)?;
    let shown = press.shown(&files);
    let manifest = match Record::at(target) {
        Record::Whole(Value::Object(mut record)) => {
            let earlier = record.get("outputs").and_then(Value::as_array).cloned().unwrap_or_default();
            record.insert("outputs".into(), all_outputs(&outputs, &shown, &earlier)?.into());
            // Its own hash is put in anew.
            record.shift_remove("sha256");
            to_json(&record)?
        }
        _ if case_files(pack, case, prices, &[])
            .is_ok_and(|all| all.iter().any(|file| target.join(&file.name).exists())) =>
        {
            return Err(ChangesError::NoRecord);
        }
        _ => manifest(job, fonts, (&outputs, &shown), &[])?,
    };
    let mut files: BTreeMap<String, Vec<u8>> =
        outputs.into_iter().map(|output| (output.name, output.bytes)).collect();
    files.insert(MANIFEST.into(), manifest);
    Ok(write(target, &files, true)?)
}
