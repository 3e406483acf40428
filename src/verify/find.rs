//! The case that an output folder was made from: looked for near where the user stands and near the output, by the hash
//! of its 合同.yaml as the manifest records it, else by its 合同编号.
//!
//! May use: `input`, `verify::{ledger, record}`.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use walkdir::{DirEntry, WalkDir};

use super::ledger::sha256;
use super::record::Record;
use crate::input::case::{CASE_FILE, contract_number};

/// Folders below which to look, at the most so deep.
const DEPTH: usize = 4;
/// Folders to look into in all.
const MOST: usize = 20_000;

/// Case folders near a place, found once for a whole run.
#[derive(Clone, Debug, Default)]
pub struct Nearby {
    folders: Vec<PathBuf>,
}

impl Nearby {
    /// Beside the outputs, below the current folder, and around.
    pub fn of(outputs: &[PathBuf]) -> Self {
        let mut roots: Vec<PathBuf> = Vec::new();
        for above in 1..=3 {
            for output in outputs {
                let full = output.canonicalize().unwrap_or_else(|_| output.clone());
                let root = full.ancestors().nth(above).map(Path::to_path_buf);
                roots.extend(root.filter(|root| !roots.contains(root)).into_iter().collect::<Vec<_>>());
            }
        }
        // The current folder, as the user would name what is below it.
        roots.insert(usize::from(!roots.is_empty()), PathBuf::from("."));
        let mut seen = BTreeSet::new();
        let mut folders = Vec::new();
        let mut left = MOST;
        for root in roots.iter().filter(|root| root.parent().is_some()) {
            let walk = WalkDir::new(root).max_depth(DEPTH).into_iter().filter_entry(worth);
            for entry in walk.filter_map(Result::ok).filter(|entry| entry.file_type().is_dir()) {
                left = left.saturating_sub(1);
                if left == 0 {
                    return Self { folders };
                }
                let full = entry.path().canonicalize().unwrap_or_else(|_| entry.path().to_path_buf());
                if seen.insert(full) && entry.path().join(CASE_FILE).is_file() {
                    folders.push(entry.into_path());
                }
            }
        }
        Self { folders }
    }

    /// The one that a manifest speaks of: of those with its 合同.yaml, else with its 合同编号, the one that has most of the
    /// other inputs as they were, then the one of its name, then the nearest.
    pub fn case_of(&self, record: &Record) -> Option<PathBuf> {
        let hash = record.inputs.get(CASE_FILE);
        let same_file = |folder: &&PathBuf| {
            fs::read(folder.join(CASE_FILE)).is_ok_and(|bytes| Some(&sha256(&bytes)) == hash)
        };
        let same_number = |folder: &&PathBuf| {
            record.number.is_some() && contract_number(folder).map(|own| own.value) == record.number
        };
        best(self.folders.iter().filter(same_file), record)
            .or_else(|| best(self.folders.iter().filter(same_number), record))
    }
}

fn best<'f>(folders: impl Iterator<Item = &'f PathBuf>, record: &Record) -> Option<PathBuf> {
    let matching = |folder: &Path| {
        let same = |(name, hash): &(&String, &String)| {
            fs::read(folder.join(name)).is_ok_and(|bytes| sha256(&bytes) == **hash)
        };
        record.inputs.iter().filter(same).count()
    };
    let named = |folder: &Path| {
        let full = folder.canonicalize().ok();
        full.is_some_and(|full| full.file_name().is_some_and(|name| name == record.case.as_str()))
    };
    let ranked = folders
        .enumerate()
        .map(|(nearness, folder)| (matching(folder), named(folder), std::cmp::Reverse(nearness), folder));
    ranked.max().map(|(_, _, _, folder)| folder.clone())
}

/// Not into what is hidden or built.
fn worth(entry: &DirEntry) -> bool {
    let name = entry.file_name().to_string_lossy();
    entry.depth() == 0 || !(name.starts_with('.') || ["target", "node_modules"].contains(&&*name))
}
