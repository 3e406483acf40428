//! The case that an output folder was made from. The manifest says which one it was by its place, the case folder's name,
//! and by its contents, 合同编号 and the hashes of its inputs. No path stands in a manifest: two builds of one case in other
//! folders give the same bytes. So the case is looked for near the output and where the user stands, and nowhere else.
//! Whatever leaves a doubt is told and not decided.
//!
//! May use: `input`, `verify::{ledger, record}`.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use walkdir::{DirEntry, WalkDir};

use super::ledger::{LEDGER_FILE, sha256};
use super::record::Record;
use crate::diagnostics::Origin;
use crate::input::case::{CASE_FILE, contract_number};
use crate::input::folder::{CaseFolder, MAX_WORKBOOK_BYTES};
use crate::input::ledger::MAX_LEDGER_BYTES;
use crate::input::order::ORDER_FOLDER;

/// Folders below which to look, at the most so deep: `案卷/2026/星河示例`.
const DEPTH: usize = 3;
/// Folders to look into in all.
const MOST: usize = 20_000;
/// Candidates that a message names.
const NAMED: usize = 5;

/// Case folders near a place, found once for a whole run.
#[derive(Clone, Debug, Default)]
pub struct Nearby {
    cases: Vec<Place>,
    /// Whether there were more folders than were looked into.
    cut: bool,
}

/// A case folder.
#[derive(Clone, Debug)]
struct Place {
    /// As it is told, from where the user stands.
    folder: PathBuf,
    full: PathBuf,
    /// 合同编号.
    number: Option<String>,
    /// Hash of its 合同.yaml.
    contract: Option<String>,
}

/// Why no case could be taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Doubt {
    /// What was found instead, as a Chinese clause.
    pub what: String,
    /// What may be meant: for `--case`.
    pub candidates: Vec<PathBuf>,
}

impl Nearby {
    /// Below the current folder, and beside the outputs.
    pub fn of(outputs: &[PathBuf]) -> Self {
        let here = full(Path::new("."));
        let mut roots = vec![PathBuf::from(".")];
        for output in outputs {
            for root in &near(&full(output)) {
                // Above the current folder lie other people's and yesterday's copies: its parent, at the most.
                let above = here.starts_with(root) && Some(&**root) != here.parent() && *root != here;
                if !above && *root != here && !roots.contains(root) {
                    roots.push(root.clone());
                }
            }
        }
        let mut seen = BTreeSet::new();
        let mut nearby = Self::default();
        let mut left = MOST;
        for root in roots.iter().filter(|root| root.parent().is_some()) {
            // Of the parent only what lies right in it: not what is in the folders beside this one.
            let depth = if here.parent() == Some(root) { 1 } else { DEPTH };
            let walk =
                WalkDir::new(root).max_depth(depth).sort_by_file_name().into_iter().filter_entry(worth);
            for entry in walk.filter_map(Result::ok).filter(|entry| entry.file_type().is_dir()) {
                left = left.saturating_sub(1);
                if left == 0 {
                    return Self { cut: true, ..nearby };
                }
                if entry.path().join(CASE_FILE).is_file() && seen.insert(full(entry.path())) {
                    nearby.cases.push(Place::of(entry.path()));
                }
            }
        }
        nearby
    }

    /// The one that a manifest speaks of: the nearest that bears its name and has its contents.
    ///
    /// # Errors
    /// If there is none, or if another could be meant as well.
    pub fn case_of(&self, record: &Record, output: &Path) -> Result<PathBuf, Doubt> {
        let output = full(output);
        let mut own: Vec<&Place> = self.cases.iter().filter(|place| place.is_of(record)).collect();
        // What lies where the user happens to stand, and not near the output, counts only where nothing else is found.
        let mut near = near(&output);
        near.extend(
            Some(full(Path::new("."))).filter(|here| here.parent().is_some() && output.starts_with(here)),
        );
        if own.iter().any(|place| place.lies_in(&near)) {
            own.retain(|place| place.lies_in(&near));
        }
        let mut own: Vec<Candidate<'_>> =
            own.into_iter().map(|place| Candidate::of(place, record, &output)).collect();
        own.sort_by_key(|one| (!one.is_named, one.distance, !one.is_as_made, &one.place.folder));
        let Some(best) = own.first() else { return Err(self.none(record)) };
        let rivals: Vec<&Candidate<'_>> = own.iter().filter(|one| best.leaves_in_doubt(one)).collect();
        let folders = || own.iter().map(|one| one.place.folder.clone()).collect();
        if !rivals.is_empty() {
            let what = format!("附近有 {} 个内容不同的案卷都可能是它", rivals.len() + 1);
            return Err(Doubt { what, candidates: folders() });
        }
        if !best.is_as_made && !best.place.lies_in(&near) {
            let what = "输出文件夹附近没有它；当前文件夹下面的一个，内容与生成时不同".to_owned();
            return Err(Doubt { what, candidates: folders() });
        }
        if !best.is_as_made && !best.is_named {
            let what = "附近只有一个合同编号相同的案卷，文件夹名称和内容都与清单记的不同".to_owned();
            return Err(Doubt { what, candidates: folders() });
        }
        Ok(best.place.folder.clone())
    }

    fn none(&self, record: &Record) -> Doubt {
        let named = self.cases.iter().filter(|place| place.name() == record.case);
        let candidates: Vec<PathBuf> = named.clone().map(|place| place.folder.clone()).collect();
        let mut what = match named.map(|place| &place.number).next() {
            Some(Some(number)) => format!("附近同名的案卷是合同 {number} 的"),
            Some(None) => "附近同名的案卷没有合同编号，合同.yaml 也与生成时不同".to_owned(),
            None => "当前文件夹和输出文件夹附近没有它".to_owned(),
        };
        if self.cut {
            what += &format!("（附近的文件夹太多，只看了 {MOST} 个）");
        }
        Doubt { what, candidates }
    }
}

impl Doubt {
    /// What is told, and which `--case` mends it.
    pub fn told(&self, record: &Record) -> (String, String) {
        let number = record.number.as_deref().unwrap_or("没有编号");
        let message = format!(
            "不能确定案卷“{}”（合同 {number}）：{}；数字没有由案卷重新计算，只核对了文件本身",
            record.case, self.what
        );
        let options = self.candidates.iter().take(NAMED);
        let options: Vec<String> = options.map(|folder| format!("--case \"{}\"", folder.display())).collect();
        let help = match options.as_slice() {
            [] => "加上 --case <案卷文件夹>，指明由哪一个案卷生成。".to_owned(),
            [only] => format!("确是这个案卷的，加上 {only}；不是的，用 --case 指明它的文件夹。"),
            several => format!("看清是哪一个，加上 {}。", several.join(" 或 ")),
        };
        (message, help)
    }
}

impl Place {
    fn of(path: &Path) -> Self {
        let folder = path.strip_prefix("./").unwrap_or(path).to_path_buf();
        let number = contract_number(path).map(|own| own.value);
        Self { full: full(path), number, contract: hash(path, CASE_FILE), folder }
    }

    fn lies_in(&self, roots: &[PathBuf]) -> bool {
        roots.iter().any(|root| self.full.starts_with(root))
    }

    fn name(&self) -> String {
        self.full.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned())
    }

    /// Whether it can be the one at all: of the contract, or with the very 合同.yaml where that has no number yet.
    fn is_of(&self, record: &Record) -> bool {
        let same_file = self.contract.is_some() && self.contract.as_ref() == record.inputs.get(CASE_FILE);
        record.number.is_some() && self.number == record.number || same_file
    }
}

/// A case folder held against a manifest.
struct Candidate<'a> {
    place: &'a Place,
    /// Whether its folder has the name that the manifest gives.
    is_named: bool,
    /// Whether every input still is as the manifest records it.
    is_as_made: bool,
    /// Steps from the output.
    distance: usize,
    /// What tells it from a copy: the inputs, the orders and the ledger, by hash.
    contents: Vec<Option<String>>,
}

impl<'a> Candidate<'a> {
    fn of(place: &'a Place, record: &Record, output: &Path) -> Self {
        let mut inputs = record.inputs.iter();
        let is_as_made = !record.inputs.is_empty()
            && inputs.all(|(name, made)| hash(&place.full, name).as_ref() == Some(made));
        let orders = CaseFolder::open(&place.full);
        let orders = orders.map(|case| case.files(ORDER_FOLDER, &["yaml", "yml"], &mut Vec::new()));
        let orders = orders.unwrap_or_default();
        let names = record.inputs.keys().chain(&orders).map(String::as_str).chain([LEDGER_FILE]);
        Self {
            place,
            is_named: place.name() == record.case,
            is_as_made,
            distance: distance(&place.full, output),
            contents: names.map(|name| hash(&place.full, name)).collect(),
        }
    }

    /// Whether another could be meant as well as this one, which ranks before it.
    fn leaves_in_doubt(&self, other: &Self) -> bool {
        // Of those that bear its name the nearest is at its place; of others none is.
        let equal = self.is_named == other.is_named && (!self.is_named || self.distance == other.distance);
        let differs = self.contents != other.contents;
        match (self.is_as_made, other.is_as_made) {
            // What it was made from, at its place: a copy elsewhere is a copy.
            (true, other) => differs && equal && other,
            // It was changed since: which of them the manifest means, nobody can tell.
            (false, _) => differs,
        }
    }
}

/// Whether a case is of the contract that a manifest speaks of.
pub fn of_contract(folder: &Path, record: &Record) -> bool {
    record.number.is_some() && contract_number(folder).map(|own| own.value) == record.number
}

/// output/<案卷>, output/结算-<月份>/<案卷>: the case lies beside `output`, or in it.
fn near(output: &Path) -> Vec<PathBuf> {
    let of_month = output.parent().and_then(Path::file_name);
    let of_month = of_month.is_some_and(|name| name.to_string_lossy().starts_with("结算-"));
    let around = output.ancestors().skip(1).take(if of_month { 3 } else { 2 });
    // A whole disk is nowhere near.
    around.filter(|root| root.parent().is_some()).map(Path::to_path_buf).collect()
}

fn full(path: &Path) -> PathBuf {
    path.canonicalize().unwrap_or_else(|_| path.to_path_buf())
}

/// How many steps it is from one place up and down to the other.
fn distance(from: &Path, to: &Path) -> usize {
    let common = from.components().zip(to.components()).take_while(|(one, other)| one == other).count();
    from.components().count() + to.components().count() - 2 * common
}

/// Of a plain file in a case, under the limits of one; a manifest may name anything.
fn hash(case: &Path, name: &str) -> Option<String> {
    let limit = if name == LEDGER_FILE { MAX_LEDGER_BYTES } else { MAX_WORKBOOK_BYTES };
    let bytes = CaseFolder::open(case).ok()?.own_record(name, limit, &Origin::File(name.into())).ok()?;
    Some(sha256(&bytes))
}

/// Not into what is hidden or built.
fn worth(entry: &DirEntry) -> bool {
    let name = entry.file_name().to_string_lossy();
    entry.depth() == 0 || !(name.starts_with('.') || ["target", "node_modules"].contains(&&*name))
}
