//! The case that an output folder was made from: looked for below where the user stands and beside the output, by its
//! 合同编号, or by the hash of its 合同.yaml as the manifest records it.
//!
//! May use: `input`, `verify::{ledger, record}`.

use std::cmp::Reverse;
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use walkdir::{DirEntry, WalkDir};

use super::ledger::{LEDGER_FILE, sha256};
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

/// The case that a manifest speaks of.
#[derive(Clone, Debug)]
pub struct Found {
    /// The one to use.
    pub folder: PathBuf,
    /// Others of the same contract with other contents.
    pub others: Vec<PathBuf>,
}

impl Nearby {
    /// Below the current folder, and beside the outputs.
    pub fn of(outputs: &[PathBuf]) -> Self {
        let here = full(Path::new("."));
        let mut roots = vec![PathBuf::from(".")];
        for output in outputs {
            let own = full(output);
            // output/<案卷>, output/结算-<月份>/<案卷>: the case lies beside `output`.
            let of_month = own.parent().and_then(Path::file_name);
            let of_month = of_month.is_some_and(|name| name.to_string_lossy().starts_with("结算-"));
            for root in own.ancestors().skip(1).take(if of_month { 3 } else { 2 }) {
                // Above the current folder lie other people's and yesterday's copies: its parent, at the most.
                let above = here.starts_with(root) && Some(root) != here.parent() && root != here;
                if !above && root != here && !roots.iter().any(|known| known == root) {
                    roots.push(root.to_path_buf());
                }
            }
        }
        let mut seen = BTreeSet::new();
        let mut folders = Vec::new();
        let mut left = MOST;
        for root in roots.iter().filter(|root| root.parent().is_some()) {
            // Of the parent only what lies right in it: not what is in the folders beside this one.
            let depth = if here.parent() == Some(root) { 1 } else { DEPTH };
            let walk = WalkDir::new(root).max_depth(depth).into_iter().filter_entry(worth);
            for entry in walk.filter_map(Result::ok).filter(|entry| entry.file_type().is_dir()) {
                left = left.saturating_sub(1);
                if left == 0 {
                    return Self { folders };
                }
                if entry.path().join(CASE_FILE).is_file() && seen.insert(full(entry.path())) {
                    let path = entry.path();
                    folders.push(path.strip_prefix("./").unwrap_or(path).to_path_buf());
                }
            }
        }
        Self { folders }
    }

    /// The one that a manifest speaks of, of those with its 合同编号 or its 合同.yaml: the one of its name, then the nearest
    /// to the output, then the one that has most of the inputs as they were. A copy that lies farther is never taken only
    /// because the case itself was changed.
    pub fn case_of(&self, record: &Record, output: &Path) -> Option<Found> {
        let hash = record.inputs.get(CASE_FILE);
        let same_file =
            |folder: &Path| fs::read(folder.join(CASE_FILE)).is_ok_and(|bytes| Some(&sha256(&bytes)) == hash);
        let of_record = |folder: &&PathBuf| of_contract(folder, record) || same_file(folder);
        let (own, here) = (full(output), full(Path::new(".")));
        let ranked = self.folders.iter().filter(of_record).map(|folder| {
            let place = full(folder);
            // The parent of the current folder comes last.
            let outside = !place.starts_with(&here) && own.starts_with(&here);
            let named = place.file_name().is_some_and(|name| name == record.case.as_str());
            (outside, !named, distance(&place, &own), Reverse(matching(folder, record)), folder)
        });
        let mut ranked: Vec<_> = ranked.collect();
        ranked.sort();
        let mut folders = ranked.into_iter().map(|(.., folder)| folder.clone());
        let folder = folders.next()?;
        let contents = contents(&folder, record);
        let others = folders.filter(|other| self::contents(other, record) != contents).collect();
        Some(Found { folder, others })
    }
}

/// Whether a case is of the contract that a manifest speaks of.
pub fn of_contract(folder: &Path, record: &Record) -> bool {
    record.number.is_some() && contract_number(folder).map(|own| own.value) == record.number
}

fn full(path: &Path) -> PathBuf {
    path.canonicalize().unwrap_or_else(|_| path.to_path_buf())
}

/// How many steps it is from one place up and down to the other.
fn distance(from: &Path, to: &Path) -> usize {
    let common = from.components().zip(to.components()).take_while(|(one, other)| one == other).count();
    from.components().count() + to.components().count() - 2 * common
}

/// How many inputs are as they were.
fn matching(folder: &Path, record: &Record) -> usize {
    let same = |(name, hash): &(&String, &String)| {
        fs::read(folder.join(name)).is_ok_and(|bytes| sha256(&bytes) == **hash)
    };
    record.inputs.iter().filter(same).count()
}

/// What tells two copies of a case apart.
fn contents(folder: &Path, record: &Record) -> Vec<Option<String>> {
    let names = record.inputs.keys().map(String::as_str).chain([LEDGER_FILE]);
    names.map(|name| fs::read(folder.join(name)).ok().map(|bytes| sha256(&bytes))).collect()
}

/// Not into what is hidden or built.
fn worth(entry: &DirEntry) -> bool {
    let name = entry.file_name().to_string_lossy();
    entry.depth() == 0 || !(name.starts_with('.') || ["target", "node_modules"].contains(&&*name))
}
