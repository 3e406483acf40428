//! 文本对照.pdf: what differs between two bundles as a redline, in the contract's own typography.
//!
//! May use: `folders`, `differences`, `pack`, `render`.

use std::collections::BTreeMap;

use serde::Serialize;

use super::differences::{Fate, Piece, TextChange};
use super::folders::{Changed, FileChange, FolderChanges};
use super::line_changes::LineChange;
use super::text_words::is_invisible;
use crate::pack::Pack;
use crate::render::fonts::Fonts;
use crate::render::pdf::{self, PdfError};
use crate::render::template::{TemplateError, Templates};

/// The pack's template.
const TEMPLATE: &str = "redline.typ";
/// No clock: the comparison of two bundles is the same on every day.
const STAMP: pdf::Stamp = (2000, 1, 1);

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

/// What was compared, as it is told.
#[derive(Clone, Debug)]
pub struct Compared {
    /// The old folder.
    pub old: String,
    /// The new folder.
    pub new: String,
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
    lists: Vec<FileList>,
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
struct FileList {
    name: String,
    files: String,
}

#[derive(Debug, Serialize)]
struct Document {
    file: String,
    note: String,
    passages: Vec<Passage>,
}

#[derive(Debug, Serialize)]
struct Passage {
    place: String,
    pages: String,
    pieces: Vec<PieceView>,
}

#[derive(Debug, Serialize)]
struct PieceView {
    fate: &'static str,
    text: String,
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

/// How many files are how.
pub fn summary(changes: &FolderChanges) -> String {
    let counts = [
        (changes.changed.len(), "不同"),
        (changes.gone.len(), "只在旧的里有"),
        (changes.added.len(), "只在新的里有"),
        (changes.same.len(), "完全相同"),
    ];
    let told = counts.iter().filter(|(count, _)| *count > 0);
    let told: Vec<String> = told.map(|(count, what)| format!("{count} 个文件{what}")).collect();
    let figures = match changes.figures.len() {
        0 => String::new(),
        count => format!("；{count} 项数值不同"),
    };
    format!("{}{figures}", told.join("，"))
}

/// What a changed file has, in one line.
pub fn note(file: &FileChange) -> String {
    match &file.what {
        Changed::Text { changes, elsewhere, pages: (before, after), unread } => {
            let mut pages = if before == after {
                String::new()
            } else {
                format!("；由 {before} 页变为 {after} 页")
            };
            if *unread {
                pages.push_str("；有文字的字体没有嵌入文件，读不出来，没有对照，请人工核对");
            }
            match (changes.len(), elsewhere) {
                (0, 0) => format!("文字相同{pages}"),
                (count, 0) => format!("{count} 处不同{pages}"),
                (0, elsewhere) => format!("{elsewhere} 处不同，都在单个文件里列出{pages}"),
                (count, elsewhere) => {
                    format!("{} 处不同，其中 {elsewhere} 处在单个文件里列出{pages}", count + elsewhere)
                }
            }
        }
        Changed::Cells(changes) => format!("{} 个单元格或设置不同", changes.len()),
        Changed::Lines(changes) if changes.is_empty() => {
            "每一行的文字都相同，只有编码或换行方式不同".to_owned()
        }
        Changed::Lines(changes) => format!("{} 处的行不同", changes.len()),
        Changed::Opaque => "文件内容不同；这种文件不能逐字比较，请人工核对".to_owned(),
        Changed::Unreadable(why) => why.clone(),
        Changed::Bytes => "文件内容不同，但文字和单元格没有不同（例如重新保存过）".to_owned(),
    }
}

/// Pages of a passage: `第 3 页`, or `旧第 3 页，新第 4 页`.
pub fn pages(change: &TextChange) -> String {
    if change.page_before == change.page_after {
        format!("第 {} 页", change.page_after)
    } else {
        format!("旧第 {} 页，新第 {} 页", change.page_before, change.page_after)
    }
}

fn view(changes: &FolderChanges, compared: &Compared, fonts: &Fonts) -> RedlineView {
    let clean = |text: &str| printable(text, fonts);
    let figures = changes.figures.iter().map(|figure| FigureRow {
        name: clean(&figure.name),
        before: clean(&figure.before),
        after: clean(&figure.after),
        difference: figure.difference.clone(),
        percent: figure.percent.clone(),
    });
    let lists =
        [("只在旧的里有", &changes.gone), ("只在新的里有", &changes.added), ("完全相同", &changes.same)];
    let lists = lists.iter().filter(|(_, files)| !files.is_empty());
    let lists =
        lists.map(|(name, files)| FileList { name: (*name).to_owned(), files: clean(&files.join("、")) });
    let passages = |file: &FileChange| -> Vec<Passage> {
        match &file.what {
            Changed::Text { changes, .. } => changes.iter().map(|change| passage(change, fonts)).collect(),
            Changed::Lines(changes) => changes.iter().map(|change| lines(change, fonts)).collect(),
            _ => Vec::new(),
        }
    };
    let (texts, others): (Vec<_>, Vec<_>) =
        changes.changed.iter().map(|file| (file, passages(file))).partition(|(_, told)| !told.is_empty());
    let cells = others.iter().map(|(file, _)| *file);
    let cells = cells.map(|file| FileList {
        name: "不同".to_owned(),
        files: clean(&format!("{}：{}", file.file, note(file))),
    });
    let documents = texts.into_iter().map(|(file, passages)| Document {
        file: clean(&file.file),
        note: format!("{}。", note(file)),
        passages,
    });
    RedlineView {
        title: "文本对照".to_owned(),
        serif: fonts.serif.clone(),
        sans: fonts.sans.clone(),
        old: clean(&compared.old),
        new: clean(&compared.new),
        summary: format!("{}。", summary(changes)),
        figures: figures.collect(),
        lists: cells.chain(lists).collect(),
        documents: documents.collect(),
    }
}

fn passage(change: &TextChange, fonts: &Fonts) -> Passage {
    let piece = |piece: &Piece| PieceView {
        fate: match piece.fate {
            Fate::Kept => "kept",
            Fate::Deleted => "deleted",
            Fate::Inserted => "inserted",
        },
        text: printable(&piece.text, fonts),
    };
    Passage {
        place: printable(&change.place.shown(), fonts),
        pages: pages(change),
        pieces: change.pieces.iter().map(piece).collect(),
    }
}

/// The lines that went, then those that came.
fn lines(change: &LineChange, fonts: &Fonts) -> Passage {
    let piece = |fate, lines: &[String]| PieceView { fate, text: printable(&lines.join("\n"), fonts) };
    let mut pieces = Vec::new();
    if !change.before.is_empty() {
        pieces.push(piece("deleted", &change.before));
    }
    if !change.before.is_empty() && !change.after.is_empty() {
        pieces.push(PieceView { fate: "kept", text: "\n".to_owned() });
    }
    if !change.after.is_empty() {
        pieces.push(piece("inserted", &change.after));
    }
    Passage { place: String::new(), pages: change.place(), pieces }
}

/// A character that no font has would stop the PDF: 〓 stands for it, as printers have always done.
fn printable(text: &str, fonts: &Fonts) -> String {
    let stand_in = if fonts.covers('〓') { '〓' } else { '?' };
    let seen = text.chars().filter(|c| !is_invisible(*c));
    seen.map(|c| if c.is_whitespace() || fonts.covers(c) { c } else { stand_in }).collect()
}
