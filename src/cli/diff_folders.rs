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
use crate::verify::compare::differences::{CellChange, Fate, TextChange};
use crate::verify::compare::folders::{Changed, FileChange, FolderChanges, compare};
use crate::verify::compare::line_changes::LineChange;
use crate::verify::compare::redline::{self, Compared, note, pages, summary};
use crate::verify::compare::redline_sheet;

/// The files that are written.
const PDF: &str = "文本对照.pdf";
const SHEET: &str = "文本对照.xlsx";
/// Passages and cells of one file on the terminal; all of them stand in the files.
const SHOWN: usize = 12;
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

/// `对照-<旧>-<新>`; two folders of one name are told apart by what they lie in.
fn folder_name(old: &Path, new: &Path) -> String {
    let full = |path: &Path| path.canonicalize().unwrap_or_else(|_| path.to_path_buf());
    let (old, new) = (full(old), full(new));
    let name = |path: &Path| path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    let above = |path: &Path| path.parent().map(name).unwrap_or_default();
    if name(&old) == name(&new) {
        format!("对照-{}-{}-{}", above(&old), above(&new), name(&new))
    } else {
        format!("对照-{}-{}", name(&old), name(&new))
    }
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
    let sheet =
        redline_sheet::write(changes).map_err(|error| Failure(format!("{SHEET} 写不出来：{error}")))?;
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
    if !changes.figures.is_empty() {
        text.push_str("\n数值\n");
        for figure in changes.figures.iter().take(FIGURES) {
            let by = match (figure.difference.as_str(), figure.percent.as_str()) {
                ("", _) => String::new(),
                (difference, "") => format!("（{difference}）"),
                (difference, percent) => format!("（{difference}，{percent}）"),
            };
            let side = |text: &str| if text.is_empty() { "（没有）".to_owned() } else { text.to_owned() };
            let _ =
                writeln!(text, "  {}：{} → {}{by}", figure.name, side(&figure.before), side(&figure.after));
        }
        more(&mut text, changes.figures.len(), FIGURES, "项");
    }
    for (name, files) in [("只在旧的里有", &changes.gone), ("只在新的里有", &changes.added)] {
        if !files.is_empty() {
            let _ = writeln!(text, "\n{name}\n  {}", files.join("\n  "));
        }
    }
    if changes.changed.iter().any(|file| matches!(file.what, Changed::Text { .. })) {
        text.push_str("\n不同的文件（〔−…〕是删去的文字，〔+…〕是增加的文字）\n");
    } else if !changes.changed.is_empty() {
        text.push_str("\n不同的文件\n");
    }
    for file in &changes.changed {
        tell_file(&mut text, file);
    }
    text
}

fn tell_file(text: &mut String, file: &FileChange) {
    let _ = writeln!(text, "  {}　{}", file.file, note(file));
    match &file.what {
        Changed::Text { changes, .. } => {
            // What the report says follows from the other files.
            let shown = if file.file.contains("核对报告") { 0 } else { SHOWN };
            for change in changes.iter().take(shown) {
                let place = change.place.shown();
                let place =
                    if place.is_empty() { pages(change) } else { format!("{}　{place}", pages(change)) };
                let _ = writeln!(text, "    {place}\n      {}", passage(change));
            }
            more(text, changes.len(), shown, "处");
        }
        Changed::Cells(changes) => {
            for change in changes.iter().take(SHOWN) {
                let _ = writeln!(text, "    {}", cell(change));
            }
            more(text, changes.len(), SHOWN, "处");
        }
        Changed::Lines(changes) => {
            for change in changes.iter().take(SHOWN) {
                let _ = writeln!(text, "    {}", change.place());
                for (sign, line) in lines(change).take(SHOWN) {
                    let _ = writeln!(text, "      {sign} {}", visible(line));
                }
                more(text, lines(change).count(), SHOWN, "行");
            }
            more(text, changes.len(), SHOWN, "处");
        }
        Changed::Unreadable(_) | Changed::Bytes | Changed::Opaque => {}
    }
}

fn more(text: &mut String, count: usize, shown: usize, what: &str) {
    if count > shown {
        let _ = writeln!(text, "    另有 {} {what}，见 {PDF} 和 {SHEET}", count - shown);
    }
}

/// The lines that went, then those that came, each with its sign.
fn lines(change: &LineChange) -> impl Iterator<Item = (char, &str)> {
    let before = change.before.iter().map(|line| ('−', line.as_str()));
    before.chain(change.after.iter().map(|line| ('+', line.as_str())))
}

/// A passage on one line.
fn passage(change: &TextChange) -> String {
    let pieces = change.pieces.iter().map(|piece| {
        let text = piece.text.replace('\n', " ⏎ ");
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
    let place = match (&change.cell, change.sheet.is_empty()) {
        (Some(cell), _) => format!("{}!{cell}", change.sheet),
        (None, false) => change.sheet.clone(),
        (None, true) => "工作簿".to_owned(),
    };
    let about = if change.about.is_empty() { String::new() } else { format!("（{}）", change.about) };
    let side = |text: &str| if text.is_empty() { "（空）".to_owned() } else { text.replace('\n', " ") };
    format!("{place}{about} {}：{} → {}", change.what, side(&change.before), side(&change.after))
}
