//! 结算汇总-<月份>.xlsx beside the cases' folders: one file that takes the old one's place in one step.
//!
//! May use: `bundle::manifest`, `bundle::write`, `bundle::staging`, `view`, `render`.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::Path;

use serde_json::json;
use thiserror::Error;

use super::manifest::{MANIFEST, recorded_hashes};
use super::staging::StageFolder;
use super::write::{Written, free_name, link, sync_folder, write_durably};
use crate::input::folder::{explain, sha256_hex};
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

/// Writes the summary of a month into `folder`. `absent` counts the cases that have nothing of the month.
///
/// # Errors
/// If it cannot be made or written.
pub fn write(
    folder: &Path,
    pack: &Pack,
    month: Month,
    cases: &[CaseSummary],
    absent: usize,
) -> Result<Written, SummaryError> {
    let file = file_name(pack, month);
    let sheet = SummarySheet::new(month, &pack.buyer.name, cases, absent);
    let bytes = write_summary(&sheet).map_err(|error| SummaryError::Xlsx { file: file.clone(), error })?;
    replace(folder, &file, &bytes, month).map_err(|why| SummaryError::Write { file, why })
}

/// Puts one file of ours into a folder that has others, too. One that somebody changed by hand is kept under another
/// name; the manifest of the folder says which one is ours.
fn replace(folder: &Path, file: &str, bytes: &[u8], month: Month) -> io::Result<Written> {
    let mut written = Written::default();
    fs::create_dir_all(folder)?;
    let present = read(&folder.join(file))?;
    let hash = sha256_hex(bytes);
    let recorded = recorded_hashes(&folder.join(MANIFEST));
    let manifest = serde_json::to_vec_pretty(&json!({
        "hetong": env!("CARGO_PKG_VERSION"),
        "month": month.to_string(),
        "outputs": [{"file": file, "document": SUMMARY, "bytes": bytes.len(), "sha256": hash}],
    }))?;
    let stage = StageFolder::new_in(folder)?;
    let mut new = BTreeMap::from([(MANIFEST, [manifest, b"\n".to_vec()].concat())]);
    match present {
        Some(present) if present == bytes => written.unchanged.push(file.to_owned()),
        present => {
            let by_hand = |present: &Vec<u8>| recorded.get(file) != Some(&sha256_hex(present));
            if present.as_ref().is_some_and(by_hand) {
                let kept = free_name(folder, folder, file);
                link(&folder.join(file), &folder.join(&kept))?;
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

fn read(path: &Path) -> io::Result<Option<Vec<u8>>> {
    match fs::read(path) {
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
        replace(folder, FILE, bytes, "2026-03".parse().unwrap()).unwrap()
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
