//! Building a case's bundle: plan, produce, manifest, write.
//!
//! May use: its own room, `render::fonts`.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::Path;

use thiserror::Error;

use super::job::Job;
use super::manifest::{MANIFEST, manifest, recorded_outputs};
use super::orders::{ORDER, left_out, order_files};
use super::plan::{PlannedFile, REPORT, WHOLE, case_files};
use super::produce::{Output, Press, ProduceError};
use super::write::{Written, write};
use crate::input::folder::explain;
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
}

/// Builds the bundle of a case into `target`. With `only`, just these documents; the others stay as they are.
///
/// # Errors
/// If a document cannot be made or written; `target` is then untouched.
pub fn build(job: &Job, fonts: &Fonts, only: &[String], target: &Path) -> Result<Written, BuildError> {
    let files = case_files(&job.pack, &job.case, only)
        .map_err(|unknown| BuildError::UnknownDocument { unknown, known: known_documents(job) })?;
    let press = Press::new(job, fonts).map_err(ProduceError::from)?.reusing(target);
    let stale = stale_files(&press, job, only, &files, target)?;
    if job.purpose == Purpose::Final && !stale.is_empty() {
        return Err(BuildError::Stale(stale));
    }
    let mut outputs = press.print(&files)?;
    if only.is_empty() || only.iter().any(|id| id == REPORT) {
        outputs.extend(press.report(&outputs)?);
    }
    let earlier = if only.is_empty() { Vec::new() } else { recorded_outputs(&target.join(MANIFEST)) };
    let manifest = manifest(job, fonts, &outputs, &earlier)?;
    let mut files: BTreeMap<String, Vec<u8>> =
        outputs.into_iter().map(|output| (output.name, output.bytes)).collect();
    files.insert(MANIFEST.into(), manifest);
    let left_out = left_out(&job.case);
    Ok(Written { stale, left_out, ..write(target, &files, !only.is_empty())? })
}

/// What `--only` takes.
fn known_documents(job: &Job) -> Vec<String> {
    let orders = order_files(&job.pack, &job.case);
    let known = |id: &str| id == WHOLE || id == REPORT || (id == ORDER && !orders.is_empty());
    let documents = job.pack.documents.iter().filter(|d| d.in_bundle || known(&d.id));
    let mut names: Vec<String> = documents.map(|document| document.id.clone()).collect();
    let mut numbers: Vec<usize> = orders.iter().filter_map(|file| file.order).collect();
    numbers.dedup();
    let numbers = numbers.into_iter().filter_map(|index| job.case.orders.get(index));
    names.extend(numbers.map(|order| order.number().to_owned()));
    names
}

/// The documents of an earlier build that `only` leaves out although they would come out otherwise now.
fn stale_files(
    press: &Press<'_>,
    job: &Job,
    only: &[String],
    wanted: &[PlannedFile],
    target: &Path,
) -> Result<Vec<String>, BuildError> {
    if only.is_empty() {
        return Ok(Vec::new());
    }
    let mut others = case_files(&job.pack, &job.case, &[]).unwrap_or_default();
    others.retain(|file| !wanted.contains(file) && target.join(&file.name).exists());
    let outputs = press.print(&others)?;
    let differs =
        |output: &Output| fs::read(target.join(&output.name)).is_ok_and(|present| present != output.bytes);
    Ok(outputs.into_iter().filter(differs).map(|output| output.name).collect())
}
