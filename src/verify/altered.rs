//! What was altered in a file, told as findings: against the same file made anew, or against the one that was sent.
//!
//! May use: `diagnostics`, `verify`.

use std::collections::BTreeMap;

use super::checks::{self, CACHED, CELL, CELL_TYPE, FORM, FORMULA, SWAPPED, TEXT};
use super::flow::squeezed;
use super::texts::Found;
use crate::diagnostics::{Diagnostic, RuleInfo, Severity};
use crate::verify::compare::differences::{self, CellChange, Fate, TextChange};
use crate::verify::read::pdf_text::{PdfPage, PdfText};
use crate::verify::read::sheet_cells::Book;

/// Told one by one up to so many; a file of which more differs is another file.
const MOST: usize = 60;

/// Whose words are held against whose.
#[derive(Clone, Copy, Debug)]
pub struct Against<'a> {
    /// The file's name.
    pub file: &'a str,
    /// What a differing text is told as; none for each by its own check.
    pub check: Option<&'static RuleInfo>,
    /// How to say what should be there: 应为, or 发出的是.
    pub expected: &'a str,
}

impl Against<'_> {
    fn check(&self, own: &'static RuleInfo) -> &'static RuleInfo {
        self.check.unwrap_or(own)
    }
}

/// What differs between two texts of one document.
pub fn texts(due: &PdfText, found: &PdfText, against: Against<'_>) -> Vec<Found> {
    let changes = differences::text(due, found);
    let more = changes.len().saturating_sub(MOST);
    let mut all: Vec<Found> = changes.iter().take(MOST).map(|change| of_change(change, against)).collect();
    all.extend(margins(due, found, against));
    if more > 0 {
        let message = format!("另有 {more} 处不同，不再逐一列出");
        let finding = checks::of_file(against.check(&TEXT), against.file, message);
        all.push(Found { page: 0, text: String::new(), finding });
    }
    all
}

fn of_change(change: &TextChange, against: Against<'_>) -> Found {
    let (due, found) = (change.before(), change.after());
    let context = |kept: Fate| -> String {
        let shown = change.pieces.iter().filter(|piece| piece.fate == kept || piece.fate == Fate::Kept);
        shown.map(|piece| piece.text.replace('\n', " ")).collect()
    };
    let place = change.place.shown();
    let place = if place.is_empty() { String::new() } else { format!("（{place}）") };
    let said = |text: &str| if text.is_empty() { "（没有）".to_owned() } else { format!("“{text}”") };
    let message = format!(
        "第 {} 页“{}”{place}：文件里是{}，{}{}",
        change.page_after,
        context(Fate::Inserted),
        said(&found),
        against.expected,
        said(&due)
    );
    let mut finding = checks::of_file(against.check(&TEXT), against.file, message);
    finding.expected = Some(context(Fate::Deleted));
    if is_hash(&due) && is_hash(&found) {
        // Of the form or of another file, in the 核对报告: what it is the hash of is compared by itself.
        finding.severity = Severity::Warning;
    }
    Found { page: change.page_after, text: squeezed(&context(Fate::Inserted)), finding }
}

fn is_hash(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// Headers, footers, watermarks: what is no part of the text.
fn margins(due: &PdfText, found: &PdfText, against: Against<'_>) -> Vec<Found> {
    let mut all = Vec::new();
    for (page, (due, found)) in due.pages.iter().zip(&found.pages).enumerate() {
        let (due, found) = (margin(due), margin(found));
        for (text, count) in &found {
            if due.get(text) != Some(count) {
                let missing = due.iter().filter(|(text, count)| found.get(*text) != Some(count));
                let expected: Vec<&str> = missing.map(|(text, _)| text.as_str()).collect();
                let message = format!(
                    "第 {} 页的页眉、页脚或水印：文件里是“{text}”，{}“{}”",
                    page + 1,
                    against.expected,
                    expected.join("、")
                );
                let finding = checks::of_file(against.check(&TEXT), against.file, message);
                all.push(Found { page: page + 1, text: text.clone(), finding });
            }
        }
        for text in due.keys().filter(|text| !found.contains_key(*text)) {
            if found.keys().all(|other| due.contains_key(other)) {
                let message = format!("第 {} 页缺少页眉、页脚或水印“{text}”", page + 1);
                let finding = checks::of_file(against.check(&TEXT), against.file, message);
                all.push(Found { page: page + 1, text: text.clone(), finding });
            }
        }
    }
    all
}

/// The marginal words of a page, each with how often it stands there.
fn margin(page: &PdfPage) -> BTreeMap<String, usize> {
    let mut words = BTreeMap::new();
    // A repeated table heading may break elsewhere: only what stands in the margins, and what is written aslant.
    for line in page.lines.iter().filter(|line| line.artifact && is_marginal(line.y, page.height)) {
        *words.entry(squeezed(&line.text)).or_insert(0) += 1;
    }
    for run in page.runs.iter().filter(|run| !run.level) {
        *words.entry(squeezed(&run.text)).or_insert(0) += 1;
    }
    words
}

#[expect(clippy::float_arithmetic, reason = "places on a page, no money")]
fn is_marginal(y: f64, height: f64) -> bool {
    y < 0.12 * height || y > 0.9 * height
}

/// What a PDF says of itself.
pub fn form(due: &PdfText, found: &PdfText, file: &str) -> Vec<Diagnostic> {
    let mut all = Vec::new();
    let mut tell = |what: &str, found: String, due: String| {
        if found != due {
            let finding = checks::of_file(&FORM, file, format!("{what}是 {found}"));
            all.push(checks::expecting(finding, due));
        }
    };
    let or_none = |text: &Option<String>| text.clone().unwrap_or_else(|| "（没有）".into());
    let yes = |yes: bool| if yes { "有" } else { "没有" }.to_owned();
    tell("页数", found.pages.len().to_string(), due.pages.len().to_string());
    tell("文件标题", or_none(&found.title), or_none(&due.title));
    tell("语言", or_none(&found.language), or_none(&due.language));
    tell("标签（tagged）", yes(found.tagged), yes(due.tagged));
    tell("PDF/A 级别", or_none(&found.archival), or_none(&due.archival));
    let marks =
        |pdf: &PdfText| -> Vec<String> { pdf.bookmarks.iter().map(|mark| mark.title.clone()).collect() };
    let (own, other) = (marks(found), marks(due));
    if own != other {
        let message = format!("目录（书签）有 {} 项，与应有的 {} 项不同", own.len(), other.len());
        all.push(checks::of_file(&FORM, file, message));
    }
    all
}

/// What differs between two workbooks.
pub fn cells(due: &Book, found: &Book, against: Against<'_>) -> Vec<Diagnostic> {
    let changes = differences::cells(due, found);
    let more = changes.len().saturating_sub(MOST);
    let mut all: Vec<Diagnostic> =
        changes.iter().take(MOST).map(|change| of_cell_change(change, found, against)).collect();
    if more > 0 {
        let message = format!("另有 {more} 处不同，不再逐一列出");
        all.push(checks::of_file(against.check(&CELL), against.file, message));
    }
    all
}

fn of_cell_change(change: &CellChange, found: &Book, against: Against<'_>) -> Diagnostic {
    let said = |text: &str| if text.is_empty() { "（空）".to_owned() } else { format!("“{text}”") };
    let about = if change.about.is_empty() { String::new() } else { format!("（{}）", change.about) };
    let message = format!(
        "{}{about}：文件里是{}，{}{}",
        change.what,
        said(&change.after),
        against.expected,
        said(&change.before)
    );
    let Some(cell) = change.cell else {
        let sheet =
            if change.sheet.is_empty() { String::new() } else { format!("工作表“{}”", change.sheet) };
        return checks::of_file(against.check(&CELL), against.file, format!("{sheet}{message}"));
    };
    let formula = found.sheet(&change.sheet).and_then(|sheet| sheet.cells.get(&cell)?.formula.as_ref());
    let check = match change.what {
        "类型" => &CELL_TYPE,
        "公式" => &FORMULA,
        _ if formula.is_some() => &CACHED,
        _ => &CELL,
    };
    let finding = checks::of_cell(against.check(check), against.file, &change.sheet, cell, message);
    checks::expecting(finding, if change.before.is_empty() { "（空）" } else { &change.before })
}

/// That a text is not the one it should be, and which of several others it is.
pub fn swapped(found: &PdfText, due: &PdfText, others: &[(String, PdfText)], file: &str) -> Diagnostic {
    let own = Shingles::of(found);
    let fit = own.like(&Shingles::of(due));
    let others = others.iter().filter(|(other, _)| other != file);
    let best = others.map(|(other, text)| (own.like(&Shingles::of(text)), other)).max();
    let message = match best.filter(|(like, _)| *like > fit && *like >= HALF) {
        Some((_, other)) => format!("里面其实是“{other}”"),
        None => format!("内容不是这份文件：与应有的文字只有 {}% 相同", fit / 10),
    };
    let title = found.title.clone().unwrap_or_default();
    let message = if title.is_empty() { message } else { format!("{message}（文件标题：{title}）") };
    let expected = due.title.clone().unwrap_or_else(|| file.to_owned());
    checks::expecting(checks::of_file(&SWAPPED, file, message), expected)
}

/// Whether a text is, by and large, the one it should be.
pub fn is_like(found: &PdfText, due: &PdfText) -> bool {
    likeness(found, due) >= HALF
}

/// How much of two texts is the same, in thousandths.
pub fn likeness(one: &PdfText, other: &PdfText) -> usize {
    Shingles::of(one).like(&Shingles::of(other))
}

/// Of a thousand.
const HALF: usize = 500;

/// Stretches of eight characters: how much two texts have in common.
struct Shingles(std::collections::BTreeSet<String>);

impl Shingles {
    fn of(pdf: &PdfText) -> Self {
        let chars = super::flow::Flow::of(pdf).chars;
        Self(chars.windows(8).map(|window| window.iter().collect()).collect())
    }

    /// In thousandths: how much of the larger one both have.
    fn like(&self, other: &Self) -> usize {
        let common = self.0.intersection(&other.0).count();
        let largest = self.0.len().max(other.0.len()).max(1);
        common * 1000 / largest
    }
}
