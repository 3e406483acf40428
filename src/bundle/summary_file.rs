//! 结算汇总-<月份>.xlsx beside the cases' folders: one file that takes the old one's place in one step.
//!
//! May use: `bundle::manifest`, `bundle::write`, `bundle::staging`, `input::plain`, `view`, `render`.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use thiserror::Error;

use super::manifest::{MANIFEST, to_json};
use super::recorded::recorded_hashes;
use super::settle_plan::Wanted;
use super::staging::StageFolder;
use super::write::{Written, edited_names, is_there, link, sync_folder, write_durably};
use crate::diagnostics::Severity;
use crate::input::folder::{explain, sha256_hex};
use crate::input::months::case_name;
use crate::input::plain::{self, MAX_MANIFEST_BYTES, MAX_OUTPUT_BYTES};
use crate::model::month::Month;
use crate::pack::Pack;
use crate::render::xlsx::{XlsxError, write_summary};
use crate::view::summary::{CaseSummary, SummarySheet};

/// The document's id in 合同样式.yaml.
const SUMMARY: &str = "汇总";

/// A summary that could not be written; the old one is as it was.
#[derive(Debug, Error)]
#[expect(missing_docs, reason = "the messages say it")]
pub enum SummaryError {
    #[error("{file} 写不出来：{error}")]
    Xlsx { file: String, error: XlsxError },
    #[error("{file} 写不进去（{}），原有文件没有改动；如果正用 Excel 打开着，请先关闭", explain(.why))]
    Write { file: String, why: io::Error },
}

/// The file's name, as the pack has it.
pub fn file_name(pack: &Pack, month: Month) -> String {
    let pattern = pack.document(SUMMARY).map_or("结算汇总-<月份>", |document| document.file.as_str());
    format!("{}.xlsx", pattern.replace("<月份>", &month.to_string()))
}

/// What a run covers.
#[derive(Clone, Copy, Debug)]
pub struct Covered<'a> {
    /// The cases with something of the month.
    pub cases: &'a [CaseSummary],
    /// The names of the others, which have nothing of it.
    pub absent: &'a [String],
    /// What was asked for.
    pub asked: &'a Asked,
}

/// What was asked of a run, as far as a summary depends on it: of cases with errors.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Asked {
    /// `--issue`.
    pub issuing: bool,
    /// `--amend`.
    pub amending: bool,
    /// By case name the orders that were asked for; the cases of which all were are left out.
    pub only: BTreeMap<String, BTreeSet<String>>,
}

impl Asked {
    /// What each case was asked for.
    pub fn only(folders: &[PathBuf], wanted: &[Wanted]) -> BTreeMap<String, BTreeSet<String>> {
        let orders = |wanted: &Wanted| match wanted {
            Wanted::Everything => None,
            Wanted::Orders(orders) => Some(orders.clone()),
            Wanted::Nothing => Some(BTreeSet::new()),
        };
        let pairs = folders.iter().zip(wanted);
        pairs.filter_map(|(folder, wanted)| Some((case_name(folder), orders(wanted)?))).collect()
    }

    /// The same as the manifest of a summary keeps it, put with the other keys.
    fn put_into(&self, manifest: &mut Value, cases: &[CaseSummary]) {
        let Some(keys) = manifest.as_object_mut() else { return };
        if self.issuing && cases.iter().any(|case| !case.failed.is_empty()) {
            keys.insert("issuing".into(), if self.amending { "更正" } else { "开具" }.into());
        }
        let faulty = |name: &str| {
            let error = Severity::Error.label();
            cases
                .iter()
                .any(|case| case.case == name && case.findings.iter().any(|row| row.severity == error))
        };
        let only: BTreeMap<_, _> = self.only.iter().filter(|(name, _)| faulty(name)).collect();
        if !only.is_empty() {
            keys.insert("only".into(), json!(only));
        }
    }

    /// As a manifest has it.
    pub fn of(manifest: &Value) -> Self {
        let issuing = manifest.get("issuing").and_then(Value::as_str);
        let only = manifest.get("only").and_then(Value::as_object).into_iter().flatten();
        let orders = |orders: &Value| {
            let orders = orders.as_array().into_iter().flatten();
            orders.filter_map(Value::as_str).map(str::to_owned).collect()
        };
        Self {
            issuing: issuing.is_some(),
            amending: issuing == Some("更正"),
            only: only.map(|(name, listed)| (name.clone(), orders(listed))).collect(),
        }
    }

    /// Which orders of a case were asked for.
    pub fn wanted(&self, case: &str) -> Wanted {
        match self.only.get(case) {
            None => Wanted::Everything,
            Some(orders) if orders.is_empty() => Wanted::Nothing,
            Some(orders) => Wanted::Orders(orders.clone()),
        }
    }
}

/// What writing the summary did.
#[derive(Debug)]
pub struct SummaryWritten {
    /// The file.
    pub written: Written,
    /// Cases with an output folder that an earlier summary had, and that this run does not cover.
    pub left_out: Vec<String>,
}

/// Writes the summary of a month into `folder`.
///
/// # Errors
/// If it cannot be made or written.
pub fn write(
    folder: &Path,
    pack: &Pack,
    month: Month,
    covered: Covered<'_>,
) -> Result<SummaryWritten, SummaryError> {
    let left_out = left_out(folder, covered);
    let (file, bytes) = workbook(pack, month, (covered.cases, covered.absent.len()), &left_out)?;
    let names: Vec<&str> = covered.cases.iter().map(|case| case.case.as_str()).collect();
    let mut manifest = json!({
        "hetong": env!("CARGO_PKG_VERSION"),
        "month": month.to_string(),
        "cases": names,
        "absent": covered.absent,
        "left_out": left_out,
        "outputs": [{"file": file, "document": SUMMARY, "bytes": bytes.len(), "sha256": sha256_hex(&bytes)}],
    });
    covered.asked.put_into(&mut manifest, covered.cases);
    let written =
        replace(folder, &file, &bytes, &manifest).map_err(|why| SummaryError::Write { file, why })?;
    Ok(SummaryWritten { written, left_out })
}

/// The workbook's name and bytes, over these cases and a number of others that have nothing of the month.
///
/// # Errors
/// If it cannot be made.
pub fn workbook(
    pack: &Pack,
    month: Month,
    (cases, absent): (&[CaseSummary], usize),
    left_out: &[String],
) -> Result<(String, Vec<u8>), SummaryError> {
    let file = file_name(pack, month);
    let mut sheet = SummarySheet::new(month, &pack.buyer.name, cases, absent);
    if !left_out.is_empty() {
        let names = left_out.join("、");
        sheet
            .remarks
            .push(format!("以下 {} 个案卷这次没有一起结算，不在汇总之内：{names}。", left_out.len()));
    }
    let bytes = write_summary(&sheet).map_err(|error| SummaryError::Xlsx { file: file.clone(), error })?;
    Ok((file, bytes))
}

/// The cases that an earlier summary had, or left out, and that are not looked at now: a run over part of the folders
/// must not pass for the whole. One whose output folder is gone is not missed.
fn left_out(folder: &Path, covered: Covered<'_>) -> Vec<String> {
    let manifest = plain::read(folder, MANIFEST, MAX_MANIFEST_BYTES).ok();
    let manifest: Option<Value> = manifest.and_then(|bytes| serde_json::from_slice(&bytes).ok());
    let names = |key: &str| {
        let names = manifest.as_ref().and_then(|manifest| manifest.get(key)).and_then(Value::as_array);
        names.into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect::<Vec<_>>()
    };
    let known: BTreeSet<String> = names("cases").into_iter().chain(names("left_out")).collect();
    let here =
        |name: &String| covered.absent.contains(name) || covered.cases.iter().any(|case| case.case == **name);
    // Whoever wrote the manifest: a name that leads out of the folder is no case's.
    let stands = |name: &String| plain::file_name(name).is_ok() && folder.join(name).is_dir();
    known.into_iter().filter(|name| !here(name) && stands(name)).collect()
}

/// Puts one file of ours into a folder that has others, too. One that somebody changed by hand is kept under another
/// name; the manifest of the folder says which one is ours.
fn replace(folder: &Path, file: &str, bytes: &[u8], manifest: &Value) -> io::Result<Written> {
    let mut written = Written::default();
    fs::create_dir_all(folder)?;
    let present = read(&folder.join(file))?;
    let recorded = recorded_hashes(folder);
    let manifest = to_json(manifest)?;
    let stage = StageFolder::new_in(folder)?;
    let mut new = BTreeMap::from([(MANIFEST, manifest)]);
    match present {
        Some(present) if present == bytes => written.unchanged.push(file.to_owned()),
        present => {
            let by_hand = |present: &Vec<u8>| recorded.get(file) != Some(&sha256_hex(present));
            if present.as_ref().is_some_and(by_hand) {
                let kept = keep_aside(folder, file, present.as_deref().unwrap_or_default())?;
                written.kept.push((file.to_owned(), kept));
            }
            new.insert(file, bytes.to_vec());
            written.written.push(file.to_owned());
        }
    }
    new.retain(|name, bytes| read(&folder.join(name)).is_ok_and(|present| present.as_ref() != Some(bytes)));
    for (name, bytes) in &new {
        write_durably(&stage.path().join(name), bytes)?;
    }
    // The file first: cut off here, the next run finds what it would write, and only the manifest is mended.
    for name in new.keys().rev() {
        fs::rename(stage.path().join(name), folder.join(name))?;
    }
    sync_folder(folder)?;
    Ok(written)
}

/// Keeps a file that somebody changed under another name. A run that was killed right after that has done it already.
fn keep_aside(folder: &Path, file: &str, present: &[u8]) -> io::Result<String> {
    let free_or_same = |name: &String| {
        !is_there(&folder.join(name))
            || read(&folder.join(name)).is_ok_and(|kept| kept.as_deref() == Some(present))
    };
    let kept = edited_names(file).find(free_or_same).unwrap_or_default();
    if !is_there(&folder.join(&kept)) {
        link(&folder.join(file), &folder.join(&kept))?;
    }
    Ok(kept)
}

fn read(path: &Path) -> io::Result<Option<Vec<u8>>> {
    match plain::read_at(path, MAX_OUTPUT_BYTES) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = "结算汇总-2026-03.xlsx";

    fn put(folder: &Path, bytes: &[u8]) -> Written {
        let manifest = json!({"outputs": [{"file": FILE, "sha256": sha256_hex(bytes)}]});
        replace(folder, FILE, bytes, &manifest).unwrap()
    }

    fn names(folder: &Path) -> Vec<String> {
        let mut names: Vec<String> = fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
            .collect();
        names.sort();
        names
    }

    #[test]
    fn who_is_left_out_stays_known_until_covered_or_gone() {
        let folder = tempfile::tempdir().unwrap();
        let pack = crate::compute::testing::pack();
        for name in ["甲", "乙", "丙"] {
            fs::create_dir(folder.path().join(name)).unwrap();
        }
        let run = |names: &[&str], absent: &[&str]| {
            let case = |name: &&str| CaseSummary { case: (*name).to_owned(), ..CaseSummary::default() };
            let cases: Vec<CaseSummary> = names.iter().map(case).collect();
            let absent: Vec<String> = absent.iter().map(|name| (*name).to_owned()).collect();
            let asked = Asked::default();
            let covered = Covered { cases: &cases, absent: &absent, asked: &asked };
            write(folder.path(), &pack, "2026-03".parse().unwrap(), covered).unwrap()
        };
        assert!(run(&["甲", "乙", "丙"], &[]).left_out.is_empty());
        assert_eq!(run(&["甲"], &["丙"]).left_out, ["乙"]);
        let again = run(&["甲"], &["丙"]);
        assert_eq!((again.left_out, again.written.unchanged.len()), (vec!["乙".to_owned()], 1), "and again");
        fs::remove_dir(folder.path().join("乙")).unwrap();
        assert!(run(&["甲"], &["丙"]).left_out.is_empty());
    }

    #[test]
    fn the_same_is_not_written_again_and_what_was_edited_is_kept() {
        let outer = tempfile::tempdir().unwrap();
        let folder = outer.path().join("结算-2026-03");
        assert_eq!(put(&folder, b"1").written, [FILE]);
        let dated = |name: &str| fs::metadata(folder.join(name)).unwrap().modified().unwrap();
        let before = (dated(FILE), dated(MANIFEST));
        assert_eq!(put(&folder, b"1").unchanged, [FILE]);
        assert_eq!((dated(FILE), dated(MANIFEST)), before);
        assert!(put(&folder, b"2").kept.is_empty(), "ours is replaced");

        fs::write(folder.join(FILE), "edited").unwrap();
        let kept = put(&folder, b"3").kept;
        assert_eq!(fs::read_to_string(folder.join(&kept[0].1)).unwrap(), "edited");
        assert_eq!(fs::read_to_string(folder.join(FILE)).unwrap(), "3");
        assert_eq!(names(&folder).len(), 3, "{:?}", names(&folder));
        assert!(put(&folder, b"4").kept.is_empty());
    }
}
