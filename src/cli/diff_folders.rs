//! `hetong diff <旧> <新>`: two output folders compared, or two files.
//!
//! May use: everything.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

use serde_json::json;

use super::{Failure, Outcome, Session};
use crate::bundle::job::DEFAULT_PACK;
use crate::bundle::workshop::Workshop;
use crate::bundle::write::write;
use crate::diagnostics::human::visible;
use crate::input::folder::{explain, sha256_hex};
use crate::verify::compare::cell_changes::{ROW_CAME, ROW_GONE};
use crate::verify::compare::differences::{CellChange, Fate, TextChange};
use crate::verify::compare::folders::{Changed, FileChange, FolderChanges, compare};
use crate::verify::compare::line_changes::LineChange;
use crate::verify::compare::redline;
use crate::verify::compare::redline_sheet;
use crate::verify::compare::telling::{
    self, Compared, Room, alike, cell_place, note, one_sided, pages, repeats, shortened, summary,
};

/// The files that are written.
const PDF: &str = "文本对照.pdf";
const SHEET: &str = "文本对照.xlsx";
const BOTH: &str = "文本对照.pdf 和 文本对照.xlsx";
/// Passages and cells of one file on the terminal; all of them stand in the files.
const SHOWN: usize = 12;
/// Of a long piece of text so much.
const ROOM: Room = Room { whole: (12, 400), shown: (6, 200) };
/// Figures on the terminal.
const FIGURES: usize = 20;

/// Where the result goes, and what it is printed with.
pub struct Options<'a> {
    /// `-o`.
    pub output: &'a Path,
    /// `--font-dir`.
    pub font_dir: Option<&'a Path>,
}

/// Compares, tells, and writes 文本对照 as PDF and XLSX. Differences are what was asked for: they are no findings.
///
/// # Errors
/// If a folder cannot be read, or the result cannot be written.
pub fn run(
    old: &Path,
    new: &Path,
    options: &Options<'_>,
    session: &mut Session<'_>,
) -> Result<Outcome, Failure> {
    let changes = compare(old, new).map_err(|error| Failure(error.to_string()))?;
    let compared = Compared { old: old.display().to_string(), new: new.display().to_string() };
    if changes.is_nothing() {
        session.output.print(&format!("没有不同：{} 个文件完全相同。\n", changes.same.len()));
        return Ok(Outcome::Clean);
    }
    let folder = options.output.join(folder_name(old, new));
    session.output.print(&told(&changes, &compared));
    save(&changes, &compared, &folder, options.font_dir, session)?;
    session.output.print(&format!("\n已生成“{}”：{PDF}、{SHEET}\n", folder.display()));
    Ok(Outcome::Clean)
}

/// `对照-<旧>-<新>`; two folders of one name are told apart by the nearest folders around them that differ.
fn folder_name(old: &Path, new: &Path) -> String {
    let full = |path: &Path| path.canonicalize().unwrap_or_else(|_| path.to_path_buf());
    let (old, new) = (full(old), full(new));
    let name = |path: &Path| path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let stem = |path: &Path| {
        if path.is_dir() {
            name(path)
        } else {
            path.file_stem().unwrap_or_default().to_string_lossy().into_owned()
        }
    };
    if name(&old) != name(&new) {
        return format!("对照-{}-{}", stem(&old), stem(&new));
    }
    let above = old.ancestors().zip(new.ancestors()).skip(1);
    let differing = above.map(|(old, new)| (name(old), name(new))).find(|(old, new)| old != new);
    let (before, after) = differing.unwrap_or_else(|| ("旧".to_owned(), "新".to_owned()));
    let side = |name: String, other: &str| if name.is_empty() { other.to_owned() } else { name };
    format!("对照-{}-{}-{}", side(before, "旧"), side(after, "新"), stem(&new))
}

fn save(
    changes: &FolderChanges,
    compared: &Compared,
    folder: &Path,
    font_dir: Option<&Path>,
    session: &Session<'_>,
) -> Result<(), Failure> {
    let workshop = Workshop::new(session.templates.as_deref(), font_dir);
    let pack = pack(&workshop)?;
    let templates = workshop.templates(&pack).map_err(|error| Failure(error.to_string()))?;
    let fonts = workshop.fonts(&pack).map_err(|error| Failure(error.to_string()))?;
    let redline = redline::typeset(changes, compared, &pack, &templates, &fonts);
    let redline = redline.map_err(|error| Failure(error.to_string()))?;
    let sheet = redline_sheet::write(changes, compared)
        .map_err(|error| Failure(format!("{SHEET} 写不出来：{error}")))?;
    let mut files = BTreeMap::from([(PDF.to_owned(), redline), (SHEET.to_owned(), sheet)]);
    let outputs: Vec<_> = files
        .iter()
        .map(|(file, bytes)| json!({"file": file, "bytes": bytes.len(), "sha256": sha256_hex(bytes)}))
        .collect();
    let manifest = json!({"hetong": env!("CARGO_PKG_VERSION"), "old": compared.old, "new": compared.new, "outputs": outputs});
    let manifest = serde_json::to_vec_pretty(&manifest).map_err(|error| Failure(error.to_string()))?;
    files.insert("manifest.json".to_owned(), manifest);
    let failed = |error| {
        Failure(format!("“{}”写不进去（{}）；如果正打开着，请先关闭", folder.display(), explain(&error)))
    };
    write(folder, &files, false).map(|_| ()).map_err(failed)
}

/// The pack that has the redline: the usual one, or the only one of `--templates`.
fn pack(workshop: &Workshop) -> Result<std::sync::Arc<crate::pack::Pack>, Failure> {
    let failed = |error: crate::pack::PackError| Failure(error.to_string());
    let known = workshop.available().map_err(failed)?;
    let id = if known.iter().any(|id| id == DEFAULT_PACK) {
        Some(DEFAULT_PACK)
    } else {
        known.first().map(String::as_str)
    };
    workshop.pack(id.unwrap_or(DEFAULT_PACK)).map_err(failed)
}

/// The comparison in words.
fn told(changes: &FolderChanges, compared: &Compared) -> String {
    let mut text = format!("旧：{}\n新：{}\n{}\n", compared.old, compared.new, summary(changes));
    tell_figures(&mut text, changes);
    for (name, files) in [("只在旧的里有", &changes.gone), ("只在新的里有", &changes.added)] {
        if !files.is_empty() {
            let _ = writeln!(text, "\n{name}");
        }
        for file in files {
            let alike = alike(changes, file);
            let alike = if alike.is_empty() { alike } else { format!("　{alike}") };
            let _ = writeln!(text, "  {file}{alike}");
        }
    }
    if changes.changed.iter().any(|file| matches!(file.what, Changed::Text { .. })) {
        text.push_str("\n不同的文件（〔−…〕是删去的文字，〔+…〕是增加的文字）\n");
    } else if !changes.changed.is_empty() {
        text.push_str("\n不同的文件\n");
    }
    for file in &changes.changed {
        tell_file(&mut text, changes, file);
    }
    text
}

/// Figures of another value; those that only one side has are summed up.
fn tell_figures(text: &mut String, changes: &FolderChanges) {
    let (changed, _, _) = telling::figures(changes);
    if !changes.figures.is_empty() {
        text.push_str("\n数值\n");
    }
    for figure in changed.iter().take(FIGURES) {
        let by = match (figure.difference.as_str(), figure.percent.as_str()) {
            ("", _) => String::new(),
            (difference, "") => format!("（{difference}）"),
            (difference, percent) => format!("（{difference}，{percent}）"),
        };
        let _ = writeln!(text, "  {}：{} → {}{by}", figure.name, figure.before, figure.after);
    }
    more(text, changed.len(), FIGURES, "项", BOTH);
    for line in one_sided(changes) {
        let _ = writeln!(text, "  {line}，见 {SHEET}");
    }
}

fn tell_file(text: &mut String, all: &FolderChanges, file: &FileChange) {
    let _ = writeln!(text, "  {}　{}", file.file, note(file));
    match &file.what {
        Changed::Text { changes, .. } => {
            if repeats(all, file) {
                let _ = writeln!(text, "    内容由其他文件得出，逐处见 {SHEET}");
                return;
            }
            for change in changes.iter().take(SHOWN) {
                let place = change.place.shown();
                let place =
                    if place.is_empty() { pages(change) } else { format!("{}　{place}", pages(change)) };
                let _ = writeln!(text, "    {place}\n      {}", passage(change));
            }
            more(text, changes.len(), SHOWN, "处", BOTH);
        }
        Changed::Cells(changes) => {
            for change in changes.iter().take(SHOWN) {
                let _ = writeln!(text, "    {}", cell(change));
            }
            more(text, changes.len(), SHOWN, "处", SHEET);
        }
        Changed::Lines(changes) => {
            for change in changes.iter().take(SHOWN) {
                let _ = writeln!(text, "    {}", change.place());
                for (sign, line) in lines(change).take(SHOWN) {
                    let _ = writeln!(text, "      {sign} {}", visible(line));
                }
                more(text, lines(change).count(), SHOWN, "行", BOTH);
            }
            more(text, changes.len(), SHOWN, "处", BOTH);
        }
        Changed::Unreadable(_) | Changed::Bytes | Changed::Opaque => {}
    }
}

fn more(text: &mut String, count: usize, shown: usize, what: &str, where_all: &str) {
    if count > shown {
        let _ = writeln!(text, "    另有 {} {what}，见 {where_all}", count - shown);
    }
}

/// The lines that went, then those that came, each with its sign.
fn lines(change: &LineChange) -> impl Iterator<Item = (char, &str)> {
    let before = change.before.iter().map(|line| ('−', line.as_str()));
    before.chain(change.after.iter().map(|line| ('+', line.as_str())))
}

/// A passage on one line; of a long piece the beginning, and how much it is.
fn passage(change: &TextChange) -> String {
    let pieces = change.pieces.iter().map(|piece| {
        let long = shortened(&piece.text, ROOM).filter(|_| piece.fate != Fate::Kept);
        let text = match long {
            None => piece.text.clone(),
            Some((beginning, count)) => format!("{beginning}（{count}，见 {SHEET}）"),
        };
        let text = visible(&text.replace('\n', " ⏎ "));
        match piece.fate {
            Fate::Kept => text,
            Fate::Deleted => format!("〔−{text}〕"),
            Fate::Inserted => format!("〔+{text}〕"),
        }
    });
    pieces.collect()
}

/// A cell on one line.
fn cell(change: &CellChange) -> String {
    let place = cell_place(change);
    let about = if change.about.is_empty() { String::new() } else { format!("（{}）", change.about) };
    let side = |text: &str| if text.is_empty() { "（空）".to_owned() } else { text.replace('\n', " ") };
    let (before, after) = (side(&change.seen.0), side(&change.seen.1));
    match change.what {
        ROW_CAME => format!("{place}{about} {}：{after}", change.what),
        ROW_GONE => format!("{place}{about} {}：{before}", change.what),
        what => format!("{place}{about} {what}：{before} → {after}"),
    }
}
