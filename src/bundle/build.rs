//! Building a case's bundle: plan, produce, manifest, write; and why what was written is not as before.
//!
//! May use: its own room, `input::plain`, `render::fonts`.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::Path;

use serde_json::Value;
use thiserror::Error;

use super::causes::{Cause, causes};
use super::changes::CHANGES;
use super::job::Job;
use super::manifest::{MANIFEST, manifest};
use super::orders::{ORDER, left_out, order_files};
use super::plan::{PlannedFile, REPORT, WHOLE, case_files, report_file};
use super::produce::{Output, Press, ProduceError};
use super::recorded::Record;
use super::revisions::{SUPPLEMENT, is_revised};
use super::write::{Written, mend, write};
use crate::input::folder::{explain, sha256_hex};
use crate::input::plain::{self, MAX_OUTPUT_BYTES};
use crate::render::fonts::Fonts;
use crate::rules::Purpose;

/// A bundle that could not be built; the output folder is as it was.
#[derive(Debug, Error)]
#[expect(missing_docs, reason = "the messages say it")]
pub enum BuildError {
    #[error("--only 里没有这样的文件：{}；可写：{}", .unknown.join("、"), .known.join("、"))]
    UnknownDocument { unknown: Vec<String>, known: Vec<String> },
    #[error(transparent)]
    Produce(#[from] ProduceError),
    #[error("清单写不出来：{0}")]
    Manifest(#[from] serde_json::Error),
    #[error("输出文件夹写不进去（{}），原有文件没有改动", explain(.0))]
    Write(#[from] io::Error),
    #[error("正式稿不能只换一部分：{} 也要随之改变。请不加 --only 重新生成；原有文件没有改动", .0.join("、"))]
    Stale(Vec<String>),
    #[error(
        "正式稿不能只换一部分：{} 已经不是 hetong 生成的样子（被人改过或删掉）。请不加 --only 重新生成，改过的会另存一份；\
         原有文件没有改动",
        .0.join("、")
    )]
    NotOurs(Vec<String>),
    #[error(
        "manifest.json 被人改过或不见了，分不清哪些文件是 hetong 生成的，不能只换一部分。请不加 --only 重新生成；原有文件没有改动"
    )]
    NoRecord,
}

/// Builds the bundle of a case into `target`. With `only`, just these documents; the others stay as they are.
///
/// # Errors
/// If a document cannot be made or written; `target` is then untouched.
pub fn build(job: &Job, fonts: &Fonts, only: &[String], target: &Path) -> Result<Written, BuildError> {
    let files = case_files(&job.pack, &job.case, &job.figures.prices, only)
        .map_err(|unknown| BuildError::UnknownDocument { unknown, known: known_documents(job) })?;
    mend(target)?;
    let press = Press::new(job, fonts).map_err(ProduceError::from)?;
    // What is to be signed is made anew: a manifest is a claim, and whoever alters a file can alter it, too.
    let press = if job.purpose == Purpose::Final { press } else { press.reusing(target) };
    let record = Record::at(target);
    let others = others(&press, only, &files, &record, target)?;
    if job.purpose == Purpose::Final {
        others.allow_final()?;
    }
    let of_contract: BTreeSet<String> =
        files.iter().filter(|file| file.document != CHANGES).map(|file| file.name.clone()).collect();
    let mut outputs = press.print(&files)?;
    if only.is_empty() || only.iter().any(|id| id == REPORT) {
        outputs.extend(press.report(&outputs)?);
    }
    let (mut shown, mut earlier) = (press.shown(&files), Vec::new());
    if !only.is_empty() {
        earlier = record.list("outputs");
        // What stands in the files that stay.
        shown.values = record.values().into_iter().chain(shown.values).collect();
    }
    let manifest = manifest(job, fonts, (&outputs, &shown), &earlier)?;
    let now = serde_json::from_slice(&manifest)?;
    let mut files: BTreeMap<String, Vec<u8>> =
        outputs.into_iter().map(|output| (output.name, output.bytes)).collect();
    files.insert(MANIFEST.into(), manifest);
    let mut written = write(target, &files, !only.is_empty())?;
    written.causes = why(&record, &now, &written);
    if record.was_final() {
        written.demoted = job.purpose == Purpose::Draft && !written.written.is_empty();
        written.replaced = replaced(&record, &files, &written, &of_contract);
    }
    Ok(Written { stale: others.stale, not_ours: others.not_ours, left_out: left_out(&job.case), ..written })
}

/// PDFs to be signed that came out otherwise than before. One that only moved, as the editions of 历次版本 do, is not lost.
fn replaced(
    record: &Record,
    files: &BTreeMap<String, Vec<u8>>,
    written: &Written,
    of_contract: &BTreeSet<String>,
) -> Vec<String> {
    let before = record.hashes();
    let now: BTreeSet<String> = files.values().map(|bytes| sha256_hex(bytes)).collect();
    let is_lost = |name: &&String| before.get(*name).is_some_and(|hash| !now.contains(hash));
    let to_be_signed = |name: &&String| name.ends_with(".pdf") && of_contract.contains(*name);
    written.written.iter().filter(to_be_signed).filter(is_lost).cloned().collect()
}

/// Why files were written over an earlier build.
fn why(record: &Record, now: &Value, written: &Written) -> Vec<Cause> {
    let by_hand: Vec<String> = written.kept.iter().map(|(name, _)| name.clone()).collect();
    match record {
        Record::Whole(before) => causes(before, now, &written.written, &by_hand),
        Record::Missing if !written.unchanged.is_empty() => {
            // Only what is the same could be told from what others wrote.
            let why = "没有 manifest.json，原来的文件无从比较".to_owned();
            vec![Cause { files: written.written.clone(), why }]
        }
        Record::Edited => {
            let why = "manifest.json 被人改过，原来的文件无从比较".to_owned();
            vec![Cause { files: written.written.clone(), why }]
        }
        Record::Missing => Vec::new(),
    }
}

/// What `--only` takes.
fn known_documents(job: &Job) -> Vec<String> {
    let orders = order_files(&job.pack, &job.case);
    let known = |id: &str| {
        id == WHOLE
            || id == REPORT
            || (id == ORDER && !orders.is_empty())
            || ([SUPPLEMENT, CHANGES].contains(&id) && is_revised(&job.case))
    };
    let documents = job.pack.documents.iter().filter(|d| d.in_bundle || known(&d.id));
    let mut names: Vec<String> = documents.map(|document| document.id.clone()).collect();
    let mut numbers: Vec<usize> = orders.iter().filter_map(|file| file.order).collect();
    numbers.dedup();
    let numbers = numbers.into_iter().filter_map(|index| job.case.orders.get(index));
    names.extend(numbers.map(|order| order.number().to_owned()));
    names
}

/// What `--only` leaves as it is although it is not as it should be.
#[derive(Debug, Default)]
struct Others {
    /// Files that would come out otherwise now.
    stale: Vec<String>,
    /// Files that are not as hetong wrote them, or gone.
    not_ours: Vec<String>,
}

impl Others {
    /// Of a bundle to be signed no part may be out of date.
    fn allow_final(&self) -> Result<(), BuildError> {
        match (self.not_ours.as_slice(), self.stale.as_slice()) {
            ([], []) => Ok(()),
            ([], stale) => Err(BuildError::Stale(stale.to_vec())),
            (not_ours, _) => Err(BuildError::NotOurs(not_ours.to_vec())),
        }
    }
}

/// Looks at the documents of an earlier build that `only` leaves out.
fn others(
    press: &Press<'_>,
    only: &[String],
    wanted: &[PlannedFile],
    record: &Record,
    target: &Path,
) -> Result<Others, BuildError> {
    if only.is_empty() {
        return Ok(Others::default());
    }
    let job = press.job;
    let all = case_files(&job.pack, &job.case, &job.figures.prices, &[]).unwrap_or_default();
    let standing = |file: &&PlannedFile| target.join(&file.name).exists();
    if !matches!(record, Record::Whole(_)) && all.iter().any(|file| standing(&file)) {
        return Err(BuildError::NoRecord);
    }
    let reported = report_file(&job.pack).filter(|_| only.iter().any(|id| id == REPORT));
    let wanted_names: BTreeSet<&str> =
        wanted.iter().chain(&reported).map(|file| file.name.as_str()).collect();
    let recorded = record.hashes();
    let present = |name: &str| plain::read(target, name, MAX_OUTPUT_BYTES);
    let not_as_written = |(name, hash): &(&String, &String)| {
        !wanted_names.contains(name.as_str())
            && present(name).map_or(true, |present| sha256_hex(&present) != **hash)
    };
    let not_ours: Vec<String> =
        recorded.iter().filter(not_as_written).map(|(name, _)| name.clone()).collect();
    let mut files: Vec<PlannedFile> = all.iter().filter(standing).cloned().collect();
    files.retain(|file| !wanted.contains(file) && !not_ours.contains(&file.name));
    let differs = |output: &Output| present(&output.name).is_ok_and(|present| present != output.bytes);
    let mut outputs = press.print(&files)?;
    outputs.extend(report_beside(press, &all, &wanted_names, &not_ours)?);
    let stale = outputs.into_iter().filter(differs).map(|output| output.name).collect();
    Ok(Others { stale, not_ours })
}

/// The 核对报告 that a final one leaves as it is: it lists all others, so that all are made for it.
fn report_beside(
    press: &Press<'_>,
    all: &[PlannedFile],
    wanted: &BTreeSet<&str>,
    not_ours: &[String],
) -> Result<Option<Output>, BuildError> {
    let is_left = |file: &PlannedFile| !wanted.contains(file.name.as_str()) && !not_ours.contains(&file.name);
    match report_file(&press.job.pack).filter(is_left) {
        Some(_) if press.job.purpose == Purpose::Final => Ok(press.report(&press.print(all)?)?),
        _ => Ok(None),
    }
}
