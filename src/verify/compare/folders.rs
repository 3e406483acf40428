//! Two output folders, or two files, compared: which files are there, and what differs in them.
//!
//! It asks nothing of the folders: one may have come back from a supplier, without manifest and with other files beside.
//!
//! May use: `differences`, `figure_changes`, `line_changes`, `pdf_text`, `sheet_cells`.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use rayon::prelude::*;
use serde_json::Value;
use walkdir::WalkDir;

use super::differences::{self, CellChange, Fate, TextChange};
use super::figure_changes::{self, FigureChange};
use super::line_changes::{LineChange, is_plain, lines};
use crate::verify::read::pdf_text;
use crate::verify::read::sheet_cells;

/// The record that `build` keeps of a folder.
const MANIFEST: &str = "manifest.json";
/// What makes a folder a case.
const CASE: &str = "合同.yaml";
/// Folders within folders.
const DEPTH: usize = 8;
/// Files of one side.
const FILES: usize = 20_000;

/// What differs between two folders.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FolderChanges {
    /// Figures that the manifests list.
    pub figures: Vec<FigureChange>,
    /// Files of the old folder only.
    pub gone: Vec<String>,
    /// Files of the new folder only.
    pub added: Vec<String>,
    /// Of files that only one folder has: the one of the other folder that is the same byte by byte.
    pub alike: BTreeMap<String, String>,
    /// Files that are the same byte by byte.
    pub same: Vec<String>,
    /// Files that differ.
    pub changed: Vec<FileChange>,
}

/// A file that is not the same.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileChange {
    /// Its name within the folders.
    pub file: String,
    /// What differs in it.
    pub what: Changed,
}

/// What differs in a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Changed {
    /// Passages of a PDF.
    Text {
        /// In the order of the text.
        changes: Vec<TextChange>,
        /// Passages that other files have, too, and that are told there.
        elsewhere: usize,
        /// Pages before and after.
        pages: (usize, usize),
        /// Whether one of the two has text in a font that is not in the file, which is not compared.
        unread: bool,
    },
    /// Cells of a workbook.
    Cells(Vec<CellChange>),
    /// Lines of a plain text file; none where only its encoding or its line ends differ.
    Lines(Vec<LineChange>),
    /// A kind of file that is not read: that it differs is all that is known.
    Opaque,
    /// One of the two cannot be read; which one and why, in Chinese.
    Unreadable(String),
    /// A PDF or workbook whose bytes differ, and neither text nor cells.
    Bytes,
}

impl FolderChanges {
    /// Whether there is nothing to tell.
    pub fn is_nothing(&self) -> bool {
        self.figures.is_empty() && self.gone.is_empty() && self.added.is_empty() && self.changed.is_empty()
    }
}

/// Why two folders could not be compared, as a Chinese sentence.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct FoldersError(pub String);

/// Compares two folders, or two files.
///
/// # Errors
/// If one of them cannot be read, or they are not of one kind.
pub fn compare(old: &Path, new: &Path) -> Result<FolderChanges, FoldersError> {
    for path in [old, new] {
        if !path.exists() {
            return Err(FoldersError(format!("找不到“{}”", path.display())));
        }
    }
    match (old.is_dir(), new.is_dir()) {
        (true, true) => compare_folders(old, new),
        (false, false) => compare_files(old, new),
        _ => Err(FoldersError(
            "要对照的两个路径，一个是文件夹，一个是文件；请给出两个文件夹，或两个文件".to_owned(),
        )),
    }
}

fn compare_files(old: &Path, new: &Path) -> Result<FolderChanges, FoldersError> {
    if extension(old) != extension(new) {
        return Err(FoldersError(
            "要对照的两个文件不是同一种：请给出两个 .pdf，或两个 .xlsx，或两个文本文件（如 .yaml、.csv）"
                .to_owned(),
        ));
    }
    let name = new.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let mut changes = FolderChanges::default();
    let (before, after) = (read(old)?, read(new)?);
    if before == after {
        changes.same.push(name);
    } else {
        changes.changed.push(FileChange { what: differing(&name, &before, &after), file: name });
    }
    Ok(changes)
}

fn compare_folders(old: &Path, new: &Path) -> Result<FolderChanges, FoldersError> {
    let (mut before, mut after) = (files(old)?, files(new)?);
    not_a_case_and_its_output((old, &before), (new, &after))?;
    let is_case = only_folder(&before).is_some() && only_folder(&before) == only_folder(&after);
    if is_case || !before.keys().any(|name| after.contains_key(name)) {
        // Both hold the same case and nothing else; or a case's own folder against a folder that holds it.
        (before, after) = (within(before), within(after));
    }
    let mut changes = FolderChanges::default();
    let mut both = Vec::new();
    for name in before.keys().chain(after.keys()).collect::<BTreeSet<_>>() {
        match (before.get(name), after.get(name)) {
            (Some(old), Some(new)) => both.push((name.clone(), old, new)),
            (Some(_), None) => changes.gone.push(name.clone()),
            _ => changes.added.push(name.clone()),
        }
    }
    let is_manifest = |name: &String| Path::new(name).file_name().is_some_and(|file| file == MANIFEST);
    changes.gone.retain(|name| !is_manifest(name));
    changes.added.retain(|name| !is_manifest(name));
    changes.alike = alike(&before, &after, &changes.gone, &changes.added);
    let (manifests, both): (Vec<_>, Vec<_>) = both.into_iter().partition(|(name, _, _)| is_manifest(name));
    let several = manifests.len() > 1;
    for (name, old, new) in manifests {
        let case = Path::new(&name).parent().map(|case| case.display().to_string()).unwrap_or_default();
        let json = |path: &Path| serde_json::from_slice::<Value>(&read(path)?).or(Ok(Value::Null));
        let case = if several { case.as_str() } else { "" };
        changes.figures.extend(figure_changes::figures(case, &json(old)?, &json(new)?));
    }
    let compared: Vec<Result<(String, Option<Changed>), FoldersError>> =
        both.into_par_iter().map(|(name, old, new)| compare_pair(name, old, new)).collect();
    for pair in compared {
        match pair? {
            (name, None) => changes.same.push(name),
            (file, Some(what)) => changes.changed.push(FileChange { file, what }),
        }
    }
    tell_once(&mut changes.changed);
    // What the report says follows from the others.
    changes.changed.sort_by_key(|change| change.file.contains("核对报告"));
    Ok(changes)
}

/// Which files only bear another name: a version that was replaced is kept, a folder was renamed.
fn alike(
    before: &BTreeMap<String, PathBuf>,
    after: &BTreeMap<String, PathBuf>,
    gone: &[String],
    added: &[String],
) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    for (mine, wanted, other) in [(before, gone, after), (after, added, before)] {
        let size = |path: &PathBuf| path.metadata().map(|data| data.len()).unwrap_or(0);
        let mut sizes: BTreeMap<u64, Vec<(&String, &PathBuf)>> = BTreeMap::new();
        for (name, path) in other.iter().filter(|_| !wanted.is_empty()) {
            sizes.entry(size(path)).or_default().push((name, path));
        }
        for (name, path) in wanted.iter().filter_map(|name| mine.get_key_value(name)) {
            let Some(candidates) = sizes.get(&size(path)).filter(|_| size(path) > 0) else { continue };
            let Ok(bytes) = fs::read(path) else { continue };
            let same = candidates.iter().find(|(_, path)| fs::read(path).is_ok_and(|other| other == bytes));
            found.extend(same.map(|(other, _)| (name.clone(), (*other).clone())));
        }
    }
    found
}

/// What a case is made of has nothing in common with what was made of it.
fn not_a_case_and_its_output(
    old: (&Path, &BTreeMap<String, PathBuf>),
    new: (&Path, &BTreeMap<String, PathBuf>),
) -> Result<(), FoldersError> {
    let has = |files: &BTreeMap<String, PathBuf>, wanted: &str| {
        files.keys().any(|name| Path::new(name).file_name().is_some_and(|file| file == wanted))
    };
    let is_case = |files| has(files, CASE) && !has(files, MANIFEST);
    let is_output = |files| has(files, MANIFEST) && !has(files, CASE);
    for (case, output) in [(old, new), (new, old)] {
        if is_case(case.1) && is_output(output.1) {
            let (case, output) = (case.0.display(), output.0.display());
            return Err(FoldersError(format!(
                "这不是两个输出文件夹：“{case}”是案卷，“{output}”是输出文件夹。要看这个案卷的调整改变了什么，请用 hetong diff {case}；\
                 要对照两次生成的结果，请给出两个输出文件夹（先把旧的一份另存，再重新 hetong build）"
            )));
        }
    }
    Ok(())
}

fn compare_pair(name: String, old: &Path, new: &Path) -> Result<(String, Option<Changed>), FoldersError> {
    let (before, after) = (read(old)?, read(new)?);
    let what = (before != after).then(|| differing(&name, &before, &after));
    Ok((name, what))
}

fn read(path: &Path) -> Result<Vec<u8>, FoldersError> {
    fs::read(path).map_err(|error| FoldersError(format!("无法读取“{}”：{error}", path.display())))
}

fn extension(path: &Path) -> String {
    path.extension().unwrap_or_default().to_string_lossy().to_lowercase()
}

/// The files of a folder by their names within it; what the system or Excel leaves behind is none.
fn files(folder: &Path) -> Result<BTreeMap<String, PathBuf>, FoldersError> {
    let mut found = BTreeMap::new();
    let walk = WalkDir::new(folder).max_depth(DEPTH).follow_links(false).into_iter();
    let is_litter = |name: &str| {
        name.starts_with('.') || name.starts_with("~$") || ["Thumbs.db", "desktop.ini"].contains(&name)
    };
    for entry in walk.filter_entry(|e| e.depth() == 0 || !is_litter(&e.file_name().to_string_lossy())) {
        let unreadable = |error| FoldersError(format!("无法读取文件夹“{}”：{error}", folder.display()));
        let entry = entry.map_err(unreadable)?;
        if !entry.file_type().is_file() {
            continue;
        }
        let name = entry.path().strip_prefix(folder).unwrap_or(entry.path());
        found.insert(name.to_string_lossy().replace('\\', "/"), entry.path().to_path_buf());
        if found.len() > FILES {
            return Err(FoldersError(format!(
                "“{}”里的文件超过 {FILES} 个，不像是输出文件夹",
                folder.display()
            )));
        }
    }
    Ok(found)
}

/// The folder within that holds all files.
fn only_folder(files: &BTreeMap<String, PathBuf>) -> Option<String> {
    let (folder, _) = files.keys().next()?.split_once('/')?;
    let holds = |name: &String| name.split_once('/').is_some_and(|(first, _)| first == folder);
    files.keys().all(holds).then(|| folder.to_owned())
}

/// The files of the only folder within, if there is one.
fn within(files: BTreeMap<String, PathBuf>) -> BTreeMap<String, PathBuf> {
    let Some(folder) = only_folder(&files) else { return files };
    let inner = |name: String| name.strip_prefix(&format!("{folder}/")).unwrap_or(&name).to_owned();
    files.into_iter().map(|(name, path)| (inner(name), path)).collect()
}

/// What differs in two files of one name.
fn differing(name: &str, old: &[u8], new: &[u8]) -> Changed {
    match extension(Path::new(name)).as_str() {
        "pdf" => text(old, new),
        "xlsx" => cells(old, new),
        plain if is_plain(plain) => lines(old, new).map_or(Changed::Opaque, Changed::Lines),
        _ => Changed::Opaque,
    }
}

fn text(old: &[u8], new: &[u8]) -> Changed {
    let (old, new) = match (pdf_text::read(old), pdf_text::read(new)) {
        (Ok(old), Ok(new)) => (old, new),
        (Err(why), _) => return Changed::Unreadable(format!("旧文件无法读取：{why}")),
        (_, Err(why)) => return Changed::Unreadable(format!("新文件无法读取：{why}")),
    };
    let mut changes = differences::text(&old, &new);
    // The 核对报告 lists hashes: that files differ is told already.
    changes.retain(|change| !is_hash_only(change));
    let unread = old.unread_font || new.unread_font;
    if changes.is_empty() && old.pages.len() == new.pages.len() && !unread {
        return Changed::Bytes;
    }
    Changed::Text { changes, elsewhere: 0, pages: (old.pages.len(), new.pages.len()), unread }
}

fn is_hash_only(change: &TextChange) -> bool {
    let is_hash = |text: &str| text.len() == 64 && text.chars().all(|c| c.is_ascii_hexdigit());
    change.pieces.iter().filter(|piece| piece.fate != Fate::Kept).all(|piece| is_hash(piece.text.trim()))
}

fn cells(old: &[u8], new: &[u8]) -> Changed {
    match (sheet_cells::read(old), sheet_cells::read(new)) {
        (Ok(old), Ok(new)) => {
            let changes = differences::cells(&old, &new);
            if changes.is_empty() { Changed::Bytes } else { Changed::Cells(changes) }
        }
        (Err(why), _) => Changed::Unreadable(format!("旧文件无法读取：{why}")),
        (_, Err(why)) => Changed::Unreadable(format!("新文件无法读取：{why}")),
    }
}

/// A passage of the whole bundle's PDF that stands in a single document's, too, is told there.
fn tell_once(files: &mut [FileChange]) {
    let is_whole = |file: &str| file.contains("全套");
    let folder = |file: &str| file.rsplit_once('/').map_or(String::new(), |(folder, _)| folder.to_owned());
    let mut known: BTreeMap<(String, String, String), usize> = BTreeMap::new();
    for file in files.iter().filter(|file| !is_whole(&file.file)) {
        if let Changed::Text { changes, .. } = &file.what {
            for change in changes {
                *known.entry((folder(&file.file), change.before(), change.after())).or_default() += 1;
            }
        }
    }
    for file in files.iter_mut().filter(|file| is_whole(&file.file)) {
        let folder = folder(&file.file);
        if let Changed::Text { changes, elsewhere, .. } = &mut file.what {
            changes.retain(|change| {
                let count = known.get_mut(&(folder.clone(), change.before(), change.after()));
                match count {
                    Some(count) if *count > 0 => {
                        *count -= 1;
                        *elsewhere += 1;
                        false
                    }
                    _ => true,
                }
            });
        }
    }
}
