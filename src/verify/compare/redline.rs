//! 文本对照.pdf: what differs between two bundles as a redline, in the contract's own typography.
//!
//! It is for reading: what repeats another file, and all but the beginning of a very long passage, stands in 文本对照.xlsx.
//!
//! May use: `folders`, `differences`, `telling`, `pack`, `render`.

use std::collections::BTreeMap;

use serde::Serialize;

use super::cell_changes::CellChange;
use super::differences::{Fate, Piece};
use super::folders::{Changed, FileChange, FolderChanges};
use super::telling::{self, Compared, Room, alike, has_told_pdf, note, pages, repeats, shortened, summary};
use super::text_words::is_invisible;
use crate::pack::Pack;
use crate::render::fonts::Fonts;
use crate::render::pdf::{self, PdfError};
use crate::render::template::{TemplateError, Templates};

/// The pack's template.
const TEMPLATE: &str = "redline.typ";
/// No clock: the comparison of two bundles is the same on every day.
const STAMP: pdf::Stamp = (2000, 1, 1);
/// A clause is shown whole; of whole new pages, how they begin.
const ROOM: Room = Room { whole: (24, 1500), shown: (10, 600) };
/// Cells of one workbook that are listed.
const CELLS: usize = 60;
/// Files of one kind that are listed.
const FILES: usize = 80;

/// A redline that could not be made.
#[derive(Debug, thiserror::Error)]
#[expect(missing_docs, reason = "each is the error of one renderer")]
pub enum RedlineError {
    #[error(transparent)]
    Template(#[from] TemplateError),
    #[error(transparent)]
    Pdf(#[from] PdfError),
    #[error("模板“{0}”里没有 {TEMPLATE}，做不出文本对照；请从程序自带的模板复制一份")]
    NoTemplate(String),
}

/// What the template prints: finished strings.
#[derive(Debug, Serialize)]
struct RedlineView {
    title: String,
    serif: Vec<String>,
    sans: Vec<String>,
    old: String,
    new: String,
    summary: String,
    figures: Vec<FigureRow>,
    /// Figures that only one of the two has, summed up.
    one_sided: Vec<String>,
    files: Vec<FileRow>,
    documents: Vec<Document>,
}

#[derive(Debug, Serialize)]
struct FigureRow {
    name: String,
    before: String,
    after: String,
    difference: String,
    percent: String,
}

#[derive(Debug, Serialize)]
struct FileRow {
    state: &'static str,
    file: String,
    note: String,
}

#[derive(Debug, Serialize)]
struct Document {
    file: String,
    note: String,
    passages: Vec<Passage>,
    cells: Vec<CellRow>,
    /// What is not listed here.
    rest: String,
}

#[derive(Debug, Serialize)]
struct Passage {
    place: String,
    pieces: Vec<PieceView>,
}

#[derive(Debug, Serialize)]
struct PieceView {
    fate: &'static str,
    text: String,
}

#[derive(Debug, Serialize)]
struct CellRow {
    place: String,
    about: String,
    before: String,
    after: String,
}

/// Typesets the redline.
///
/// # Errors
/// If the pack has no template for it, or it cannot be typeset.
pub fn typeset(
    changes: &FolderChanges,
    compared: &Compared,
    pack: &Pack,
    templates: &Templates,
    fonts: &Fonts,
) -> Result<Vec<u8>, RedlineError> {
    if !pack.templates.contains_key(TEMPLATE) {
        return Err(RedlineError::NoTemplate(pack.id.clone()));
    }
    let view = view(changes, compared, fonts);
    let source = templates.fill(TEMPLATE, &view)?;
    let libraries: BTreeMap<String, String> = pack.templates.clone();
    let ident = format!("hetong/{}/{}", compared.old, compared.new);
    Ok(pdf::typeset("文本对照", &ident, &source, &libraries, fonts, STAMP)?.bytes)
}

fn view(changes: &FolderChanges, compared: &Compared, fonts: &Fonts) -> RedlineView {
    let clean = |text: &str| printable(text, fonts);
    let (figures, _, _) = telling::figures(changes);
    let figures = figures.iter().map(|figure| FigureRow {
        name: clean(&figure.name),
        before: clean(&figure.before),
        after: clean(&figure.after),
        difference: figure.difference.clone(),
        percent: figure.percent.clone(),
    });
    let one_sided = telling::one_sided(changes).into_iter();
    let one_sided = one_sided.map(|line| clean(&format!("{line}，逐项见文本对照.xlsx的“数值”。")));
    RedlineView {
        title: "文本对照".to_owned(),
        serif: fonts.serif.clone(),
        sans: fonts.sans.clone(),
        old: clean(&compared.old),
        new: clean(&compared.new),
        summary: format!("{}。", summary(changes)),
        figures: figures.collect(),
        one_sided: one_sided.collect(),
        files: file_rows(changes, fonts),
        documents: changes.changed.iter().filter_map(|file| document(changes, file, fonts)).collect(),
    }
}

/// Every file that is not the same in a row of its own, and those that are the same in one.
fn file_rows(changes: &FolderChanges, fonts: &Fonts) -> Vec<FileRow> {
    let row = |state, file: &str, note: &str| FileRow {
        state,
        file: printable(file, fonts),
        note: printable(note, fonts),
    };
    let told = |file: &FileChange| {
        let rest = if repeats(changes, file) {
            "；内容由其他文件得出，逐处见文本对照.xlsx"
        } else if matches!(file.what, Changed::Cells(_)) && has_told_pdf(changes, &file.file) {
            "；同名PDF逐处列出，逐格见文本对照.xlsx"
        } else {
            ""
        };
        row("不同", &file.file, &format!("{}{rest}", note(file)))
    };
    let mut rows: Vec<FileRow> = changes.changed.iter().map(told).collect();
    for (state, files) in [("只在旧的里有", &changes.gone), ("只在新的里有", &changes.added)] {
        rows.extend(files.iter().take(FILES).map(|file| row(state, file, &alike(changes, file))));
        if files.len() > FILES {
            rows.push(row(state, &format!("另有 {} 个，见文本对照.xlsx的“文件”", files.len() - FILES), ""));
        }
    }
    if !changes.same.is_empty() {
        rows.push(row("完全相同", &format!("{} 个文件", changes.same.len()), &changes.same.join("、")));
    }
    rows
}

/// What a changed file has to show; none where its row says all.
fn document(changes: &FolderChanges, file: &FileChange, fonts: &Fonts) -> Option<Document> {
    if repeats(changes, file) {
        return None;
    }
    let place = |pages: String, place: String| {
        printable(&if place.is_empty() { pages } else { format!("{pages}　{place}") }, fonts)
    };
    let passage = |place: String, pieces: &[Piece]| Passage { place, pieces: shown(pieces, fonts) };
    let (mut passages, mut cells, mut rest) = (Vec::new(), Vec::new(), String::new());
    match &file.what {
        Changed::Text { changes, .. } => passages.extend(
            changes.iter().map(|change| passage(place(pages(change), change.place.shown()), &change.pieces)),
        ),
        Changed::Lines(changes) => passages
            .extend(changes.iter().map(|change| passage(change.place(), &telling::line_pieces(change)))),
        Changed::Cells(all) => {
            // The PDF of the sheet has the figures and words; what only a workbook has is told in any case.
            let is_told = |change: &&CellChange| ["数值", "文本"].contains(&change.what);
            let has_pdf = has_told_pdf(changes, &file.file);
            let due: Vec<&CellChange> = all.iter().filter(|c| !has_pdf || !is_told(c)).collect();
            cells.extend(due.iter().take(CELLS).map(|change| cell(change, fonts)));
            if all.len() > cells.len() {
                rest = format!("另有 {} 处，逐格见文本对照.xlsx的“单元格”。", all.len() - cells.len());
            }
        }
        _ => {}
    }
    let is_empty = passages.is_empty() && cells.is_empty();
    let (file, note) = (printable(&file.file, fonts), format!("{}。", note(file)));
    (!is_empty).then_some(Document { file, note, passages, cells, rest })
}

fn cell(change: &CellChange, fonts: &Fonts) -> CellRow {
    let about = [change.about.as_str(), change.what].into_iter().filter(|part| !part.is_empty());
    let side = |text: &str| if text.is_empty() { "（空）".to_owned() } else { short(text, fonts) };
    CellRow {
        place: printable(&telling::cell_place(change), fonts),
        about: printable(&about.collect::<Vec<_>>().join("　"), fonts),
        before: side(&change.seen.0),
        after: side(&change.seen.1),
    }
}

/// A cell of a table cannot be broken over many pages.
fn short(text: &str, fonts: &Fonts) -> String {
    const ROOM: Room = Room { whole: (12, 400), shown: (6, 200) };
    let text = shortened(text, ROOM).map_or(text.to_owned(), |(shown, count)| format!("{shown}（{count}）"));
    printable(&text, fonts)
}

/// The pieces of a passage; of a very long one the beginning, and how much it is.
fn shown(pieces: &[Piece], fonts: &Fonts) -> Vec<PieceView> {
    let mut views = Vec::new();
    for piece in pieces {
        let fate = match piece.fate {
            Fate::Kept => "kept",
            Fate::Deleted => "deleted",
            Fate::Inserted => "inserted",
        };
        let mut push = |fate, text: &str| views.push(PieceView { fate, text: printable(text, fonts) });
        match shortened(&piece.text, ROOM).filter(|_| piece.fate != Fate::Kept) {
            None => push(fate, &piece.text),
            Some((beginning, count)) => {
                let what = if piece.fate == Fate::Deleted { "删去" } else { "新增" };
                push(fate, &beginning);
                push("note", &format!("（{what}的文字{count}，全文见文本对照.xlsx的“文字”）"));
            }
        }
    }
    views
}

/// A character that no font has would stop the PDF: 〓 stands for it, as printers have always done.
fn printable(text: &str, fonts: &Fonts) -> String {
    let stand_in = if fonts.covers('〓') { '〓' } else { '?' };
    let seen = text.chars().filter(|c| !is_invisible(*c));
    seen.map(|c| if c.is_whitespace() || fonts.covers(c) { c } else { stand_in }).collect()
}
