//! Building a case's bundle: plan, produce, manifest, write.
//!
//! May use: its own room, `render::fonts`.

use std::collections::BTreeMap;
use std::io;
use std::path::Path;

use thiserror::Error;

use super::job::Job;
use super::manifest::{MANIFEST, manifest, recorded_outputs};
use super::plan::{REPORT, contract_files};
use super::produce::{self, ProduceError};
use super::write::{Written, write};
use crate::render::fonts::Fonts;

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
    #[error("输出文件夹写不进去，原有文件没有改动：{0}")]
    Write(#[from] io::Error),
}

/// Builds the bundle of a case into `target`. With `only`, just these documents; the others stay as they are.
///
/// # Errors
/// If a document cannot be made or written; `target` is then untouched.
pub fn build(job: &Job, fonts: &Fonts, only: &[String], target: &Path) -> Result<Written, BuildError> {
    let files = contract_files(&job.pack, only).map_err(|unknown| BuildError::UnknownDocument {
        unknown,
        known: job.pack.documents.iter().filter(|d| d.in_bundle).map(|d| d.id.clone()).collect(),
    })?;
    let mut outputs = produce::contract(job, fonts, &files)?;
    if only.is_empty() || only.iter().any(|id| id == REPORT) {
        outputs.extend(produce::report(job, fonts, &outputs)?);
    }
    let earlier = if only.is_empty() { Vec::new() } else { recorded_outputs(&target.join(MANIFEST)) };
    let manifest = manifest(job, fonts, &outputs, &earlier)?;
    let mut files: BTreeMap<String, Vec<u8>> =
        outputs.into_iter().map(|output| (output.name, output.bytes)).collect();
    files.insert(MANIFEST.into(), manifest);
    Ok(write(target, &files, !only.is_empty())?)
}
