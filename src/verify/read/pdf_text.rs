//! What stands in a finished PDF: its text by pages and lines, and what it says about itself.
//!
//! Read with hayro, which shares no code with typst's exporter. The text is what a reader of the page would copy:
//! `ToUnicode`, overruled by `ActualText`. Places are points from the top left corner of the page.
//!
//! A PDF may come from anywhere: what is broken, encrypted or beyond the limits is an error, never a panic.
//!
//! May use: `pdf_glyphs`, `pdf_lines`, `pdf_facts`, `pdf_limits`, `guard`.

use hayro_syntax::{LoadPdfError, Pdf};

use super::guard;
use super::pdf_facts;
use super::pdf_glyphs;
use super::pdf_limits;
use super::pdf_lines;

pub use super::pdf_structure::Block;

/// A PDF as read.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PdfText {
    /// The document's title.
    pub title: Option<String>,
    /// The document's language, such as `zh-CN`.
    pub language: Option<String>,
    /// Whether it says that it is tagged.
    pub tagged: bool,
    /// The level of PDF/A it claims, such as `2A`.
    pub archival: Option<String>,
    /// Its outline, top down.
    pub bookmarks: Vec<Bookmark>,
    /// Its pages.
    pub pages: Vec<PdfPage>,
    /// Whether it asks for a font that is not in the file, as stamps and form fields do: text in it is not read.
    pub unread_font: bool,
    /// What a page may show besides its content: notes, stamps, form fields, layers, scripts; links are left out.
    pub beside: Vec<String>,
    /// Whether its end is missing.
    pub cut: bool,
}

/// An entry of the outline.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bookmark {
    /// 0 for the topmost.
    pub level: usize,
    /// Its words.
    pub title: String,
}

/// A page.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PdfPage {
    /// Points.
    pub width: f64,
    /// Points.
    pub height: f64,
    /// The lines as one sees them, top down.
    pub lines: Vec<PdfLine>,
    /// The same words in the order in which they were drawn, a run for each line of a paragraph or a table's cell: for
    /// reading a wrapped cell through.
    pub runs: Vec<PdfRun>,
    /// Glyphs that no font had, or that stand for no character.
    pub missing_glyphs: usize,
}

/// What stands at one height.
#[derive(Clone, Debug, PartialEq)]
pub struct PdfLine {
    /// All of it; columns of a table are parted by ` | `.
    pub text: String,
    /// Its columns, left to right; at least one.
    pub cells: Vec<PdfCell>,
    /// Where it begins.
    pub x: f64,
    /// Its baseline.
    pub y: f64,
    /// Whether the file says that it is no part of the text: page numbers, watermarks, repeated table headings.
    pub artifact: bool,
}

/// A part of a line that stands by itself.
#[derive(Clone, Debug, PartialEq)]
pub struct PdfCell {
    /// Its words.
    pub text: String,
    /// Where it begins.
    pub x: f64,
    /// Where it ends.
    pub end: f64,
}

/// Characters drawn one after another on one baseline.
#[derive(Clone, Debug, PartialEq)]
pub struct PdfRun {
    /// The characters.
    pub text: String,
    /// Where it begins.
    pub x: f64,
    /// Where it ends.
    pub end: f64,
    /// Its baseline.
    pub y: f64,
    /// The size of its letters.
    pub size: f64,
    /// Whether it is written level, from left to right.
    pub level: bool,
    /// As in [`PdfLine`].
    pub artifact: bool,
    /// The paragraph, cell or footnote it belongs to, where the file says so.
    pub block: Option<Block>,
}

impl PdfText {
    /// All lines, with their page counted from 1.
    pub fn lines(&self) -> impl Iterator<Item = (usize, &PdfLine)> {
        self.pages.iter().enumerate().flat_map(|(page, lines)| lines.lines.iter().map(move |l| (page + 1, l)))
    }

    /// Glyphs without a character on all pages; a font that is missing altogether counts as one.
    pub fn missing_glyphs(&self) -> usize {
        let missing: usize = self.pages.iter().map(|page| page.missing_glyphs).sum();
        missing + usize::from(self.unread_font)
    }
}

impl PdfPage {
    /// Every character that is no white space, line after line as one sees it.
    pub fn characters(&self) -> String {
        let cells = self.lines.iter().flat_map(|line| &line.cells);
        cells.flat_map(|cell| cell.text.chars()).filter(|c| !c.is_whitespace()).collect()
    }
}

/// Why a PDF could not be read; the words complete “无法读取：…”.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PdfReadError {
    /// No PDF at all, cut off, or damaged.
    #[error("不是有效的 PDF，或文件已损坏、没有传完整")]
    Broken,
    /// It wants a password.
    #[error("PDF 有打开密码；请去掉密码后再试")]
    Encrypted,
    /// More than a contract can be.
    #[error("PDF 超出限制：{0}")]
    TooLarge(String),
    /// All of its text is in fonts that are not in the file.
    #[error("PDF 没有嵌入字体，其中的文字读不出来；请用“嵌入字体”的方式重新导出")]
    FontMissing,
}

/// Reads a PDF.
pub fn read(bytes: &[u8]) -> Result<PdfText, PdfReadError> {
    // The reader descends into what it reads: on a stack of its own, as deep as the limits let it.
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().stack_size(pdf_limits::STACK);
        let done = thread.spawn_scoped(scope, || guard::guarded(|| read_unguarded(bytes)));
        let done = done.ok().and_then(|thread| thread.join().ok()).flatten();
        done.unwrap_or(Err(PdfReadError::Broken))
    })
}

/// The mark at the end; what some programs write behind it is short.
fn is_cut(bytes: &[u8]) -> bool {
    const TAIL: usize = 1024;
    let tail = bytes.get(bytes.len().saturating_sub(TAIL)..).unwrap_or(bytes);
    !tail.windows(5).any(|five| five == b"%%EOF")
}

fn read_unguarded(bytes: &[u8]) -> Result<PdfText, PdfReadError> {
    pdf_limits::check(bytes)?;
    let pdf = Pdf::new(bytes.to_vec()).map_err(|error| match error {
        LoadPdfError::Decryption(_) => PdfReadError::Encrypted,
        LoadPdfError::Invalid => PdfReadError::Broken,
    })?;
    if pdf.pages().len() > pdf_limits::PAGES {
        return Err(PdfReadError::TooLarge(format!(
            "{} 页，最多 {} 页",
            pdf.pages().len(),
            pdf_limits::PAGES
        )));
    }
    if pdf.pages().is_empty() {
        return Err(PdfReadError::Broken);
    }
    let mut text = pdf_facts::read(&pdf);
    let (drawn, unread_font) = pdf_glyphs::read(&pdf)?;
    if unread_font && drawn.iter().all(|page| page.glyphs.is_empty()) {
        return Err(PdfReadError::FontMissing);
    }
    text.unread_font = unread_font;
    text.cut = is_cut(bytes);
    for (drawn, page) in drawn.into_iter().zip(pdf.pages().iter()) {
        let (width, height) = page.render_dimensions();
        let runs = pdf_lines::runs(drawn.glyphs);
        text.pages.push(PdfPage {
            width: width.into(),
            height: height.into(),
            lines: pdf_lines::lines(&runs),
            runs,
            missing_glyphs: drawn.missing,
        });
    }
    Ok(text)
}
