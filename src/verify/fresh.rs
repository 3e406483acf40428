//! The same files made anew from the inputs, away from the output folder: what a file on disk is held against.
//!
//! May use: `bundle`, `render`, `verify::record`.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::sync::Arc;

use serde_json::Value;
use walkdir::WalkDir;

use super::record::{FILE, Listed};
use crate::bundle::build::build;
use crate::bundle::changes::{CHANGES, write_changes};
use crate::bundle::job::Job;
use crate::bundle::produce::Press;
use crate::bundle::settle_plan::{Request, Wanted, plan};
use crate::bundle::settlement::SETTLEMENT;
use crate::render::fonts::Fonts;
use crate::render::template::Templates;

/// Files by name, and the manifest that goes with them.
#[derive(Clone, Debug, Default)]
pub struct Fresh {
    /// Contents by name below the folder.
    pub files: BTreeMap<String, Vec<u8>>,
    /// The manifest of a bundle.
    pub manifest: Value,
    /// State and figures of a month's 结算单, as its manifest lists them, by order.
    pub settlements: BTreeMap<String, BTreeMap<String, String>>,
}

impl Fresh {
    /// Which document a file is.
    pub fn document(&self, file: &str) -> String {
        let text = |entry: &Value, key: &str| entry.get(key).and_then(Value::as_str).map(str::to_owned);
        let outputs = self.manifest.get("outputs").and_then(Value::as_array).into_iter().flatten();
        let mut own = outputs.filter(|entry| text(entry, "file").as_deref() == Some(file));
        own.next().and_then(|entry| text(entry, "document")).unwrap_or_else(|| SETTLEMENT.to_owned())
    }
}

/// A case's bundle.
///
/// # Errors
/// Why it cannot be made, as a Chinese clause.
pub fn bundle(job: &Job, fonts: &Fonts, listed: &[Listed]) -> Result<Fresh, String> {
    let folder = tempfile::tempdir().map_err(|error| crate::input::folder::explain(&error))?;
    let target = folder.path().join("output");
    build(job, fonts, &[], &target).map_err(|error| error.to_string())?;
    let mut fresh = Fresh::default();
    for (name, bytes) in files_below(&target) {
        fresh.files.insert(name, bytes);
    }
    // `hetong diff --at` puts the table of an earlier day beside what a build gives.
    for number in 1..=job.figures.prices.revisions.len() {
        let mark = format!("{CHANGES}（至修订{number}）.");
        let own = |name: &str| name.starts_with(&mark);
        let day = job.figures.prices.revisions.get(number - 1).and_then(|prices| prices.from);
        let (Some(day), true) = (day, listed.iter().any(|listed| own(&listed.file))) else { continue };
        let beside = folder.path().join(format!("changes-{number}"));
        write_changes(job, fonts, Some(day), &beside).map_err(|error| error.to_string())?;
        fresh.files.extend(files_below(&beside).filter(|(name, _)| own(name)));
    }
    let manifest = fresh.files.remove(FILE).unwrap_or_default();
    fresh.manifest = serde_json::from_slice(&manifest).unwrap_or_default();
    Ok(fresh)
}

/// A case's 结算单 of the month that was read.
///
/// # Errors
/// Why they cannot be made, as a Chinese clause.
pub fn month(job: &Job, fonts: &Fonts, templates: Arc<Templates>) -> Result<Fresh, String> {
    let request = Request {
        issuing: None,
        wanted: &Wanted::Everything,
        drafts: &BTreeSet::new(),
        otherwise: &|_, _| Ok(false),
    };
    let plan = plan(job, request).map_err(|error| error.to_string())?;
    let press = Press::with(job, fonts, templates);
    let mut fresh = Fresh::default();
    for decided in &plan.decided {
        let outputs =
            press.settlement(&decided.settlement, &decided.issue).map_err(|error| error.to_string())?;
        fresh.files.extend(outputs.into_iter().map(|output| (output.name, output.bytes)));
        let entry = serde_json::to_value(decided.entry()).unwrap_or_default();
        let texts = entry.as_object().into_iter().flatten();
        let texts = texts.filter_map(|(key, value)| Some((key.clone(), value.as_str()?.to_owned())));
        fresh.settlements.insert(decided.settlement.order.clone(), texts.collect());
    }
    Ok(fresh)
}

fn files_below(target: &Path) -> impl Iterator<Item = (String, Vec<u8>)> {
    let files = WalkDir::new(target).into_iter().filter_map(Result::ok);
    files.filter(|entry| entry.file_type().is_file()).filter_map(|entry| {
        let name = name_below(target, entry.path())?;
        Some((name, fs::read(entry.path()).unwrap_or_default()))
    })
}

/// A path below a folder as the manifest writes it.
pub fn name_below(folder: &Path, path: &Path) -> Option<String> {
    let below = path.strip_prefix(folder).ok()?;
    let parts: Vec<String> = below.iter().map(|part| part.to_string_lossy().into_owned()).collect();
    Some(parts.join("/"))
}
