//! What was altered in a file, told as findings: against the same file made anew, or against the one that was sent.
//!
//! May use: `diagnostics`, `verify`.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::checks::{self, CACHED, CELL, CELL_TYPE, FORM, FORMULA, LOOK, SWAPPED, TEXT};
use super::flow::squeezed;
use super::texts::Found;
use crate::diagnostics::{CellRef, Diagnostic, RuleInfo, Severity};
use crate::verify::compare::differences::{self, CellChange, Fate, TextChange};
use crate::verify::read::pdf_text::{PdfPage, PdfText};
use crate::verify::read::sheet_cells::Book;

/// Told one by one up to so many; a file of which more differs is another file.
const MOST: usize = 60;
/// The same of cells that somebody typed or changed: each counts, as long as anybody could read them.
const TYPED: usize = 1_000;

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

/// That a file is another of those that should be there, byte for byte.
pub fn is_other(other: &str, found: &PdfText, due: &PdfText, file: &str) -> Diagnostic {
    let title = found.title.as_deref().unwrap_or(other);
    let message = format!("里面其实是“{other}”（文件标题：{title}）");
    let expected = due.title.clone().unwrap_or_else(|| file.to_owned());
    checks::expecting(checks::of_file(&SWAPPED, file, message), expected)
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

/// Headers, footers, watermarks: what is no part of the text. What differs alike on several pages is told once.
fn margins(due: &PdfText, found: &PdfText, against: Against<'_>) -> Vec<Found> {
    let mut told: Vec<(Pair, Vec<usize>)> = Vec::new();
    for (page, (due, found)) in due.pages.iter().zip(&found.pages).enumerate() {
        for pair in pairs(&margin(due), &margin(found)) {
            match told.iter_mut().find(|(other, _)| *other == pair) {
                Some((_, pages)) => pages.push(page + 1),
                None => told.push((pair, vec![page + 1])),
            }
        }
    }
    told.iter().map(|(pair, pages)| of_margin(pair, pages, against)).collect()
}

/// What stands in a margin, and what should; either may be missing.
type Pair = (Option<String>, Option<String>);

fn of_margin((found, due): &Pair, pages: &[usize], against: Against<'_>) -> Found {
    let numbers: Vec<String> = pages.iter().map(usize::to_string).collect();
    let place = format!("第 {} 页的页眉、页脚或水印", numbers.join("、"));
    let message = match (found, due) {
        (Some(found), Some(due)) => format!("{place}：文件里是“{found}”，{}“{due}”", against.expected),
        (Some(found), None) => format!("{place}：文件里多出“{found}”"),
        (None, due) => format!("{place}：文件里缺少“{}”", due.as_deref().unwrap_or_default()),
    };
    let finding = checks::of_file(against.check(&TEXT), against.file, message);
    let text = found.clone().or(due.clone()).unwrap_or_default();
    Found { page: pages.first().copied().unwrap_or(1), text, finding }
}

/// Each line that does not belong there with the missing one most like it, if any is.
fn pairs(due: &BTreeMap<String, usize>, found: &BTreeMap<String, usize>) -> Vec<Pair> {
    let only = |one: &BTreeMap<String, usize>, other: &BTreeMap<String, usize>| -> Vec<String> {
        one.iter()
            .filter(|(text, count)| other.get(*text) != Some(count))
            .map(|(text, _)| text.clone())
            .collect()
    };
    let mut missing = only(due, found);
    let mut pairs: Vec<Pair> = Vec::new();
    for text in only(found, due) {
        let changed = |other: &String| strsim::damerau_levenshtein(other, &text);
        let like = |other: &String| changed(other) * 2 <= text.chars().count().max(other.chars().count());
        let near = missing.iter().enumerate().filter(|(_, other)| like(other));
        let nearest = near.min_by_key(|(_, other)| changed(other)).map(|(at, _)| at);
        pairs.push((Some(text), nearest.map(|at| missing.remove(at))));
    }
    pairs.extend(missing.into_iter().map(|text| (None, Some(text))));
    pairs
}

/// That a draft stands in a final one's place; its watermark is then not told page by page.
pub fn draft_for_final(due: &PdfText, found: &PdfText, file: &str) -> Option<Diagnostic> {
    let drafts = |pdf: &PdfText| pdf.pages.iter().filter(|page| margin(page).contains_key(DRAFT)).count();
    let pages = drafts(found);
    (pages > 0 && drafts(due) == 0).then(|| {
        let message = format!("里面是草稿，不是定稿（{pages} 页有“{DRAFT}”水印）");
        checks::expecting(checks::of_file(&SWAPPED, file, message), "定稿")
    })
}

/// The watermark of what is not to be signed.
pub const DRAFT: &str = "草稿";

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
        let none = "没有这一项".to_owned();
        let at = (0..).find(|at| own.get(*at) != other.get(*at)).unwrap_or_default();
        let quoted = |marks: &[String]| marks.get(at).map_or(none.clone(), |mark| format!("“{mark}”"));
        let message = format!("目录（书签）第 {} 项是{}", at + 1, quoted(&own));
        all.push(checks::expecting(checks::of_file(&FORM, file, message), quoted(&other)));
    }
    all
}

/// What a page may show besides its text and its drawing, and that the file ends as it should.
pub fn beside(due: &PdfText, found: &PdfText, against: Against<'_>) -> Vec<Diagnostic> {
    let tell = |message: String| checks::of_file(against.check(&LOOK), against.file, message);
    let mut known: Vec<&String> = due.beside.iter().collect();
    let mut more: BTreeMap<&String, usize> = BTreeMap::new();
    for thing in &found.beside {
        match known.iter().position(|known| *known == thing) {
            Some(at) => drop(known.remove(at)),
            None => *more.entry(thing).or_default() += 1,
        }
    }
    let times = |count: usize| if count > 1 { format!("（{count} 处）") } else { String::new() };
    let mut all: Vec<Diagnostic> =
        more.into_iter().map(|(thing, count)| tell(format!("多出{thing}{}", times(count)))).collect();
    if found.unread_font && !due.unread_font {
        all.push(tell("有文字用的字体不在文件里：这些文字没有比较，每台电脑上看到的可以不同".into()));
    }
    if found.cut && !due.cut {
        let mut finding = tell("文件末尾缺了一截（没有 PDF 的结束标记）：没有传完整，或被截断".into());
        finding.help = "重新取一份完整的文件；别的软件打不开它，或看到的不一样。".into();
        all.push(finding);
    }
    all
}

/// What differs between two workbooks: what somebody typed or changed is told whatever there is of it, and first; then
/// results that follow from it; and once for all, that results are not stored.
pub fn cells(due: &Book, found: &Book, against: Against<'_>) -> Vec<Diagnostic> {
    let mut all = differences::cells(due, found);
    all.extend(differences::over_cells(due, found));
    let formula = |change: &CellChange| -> bool {
        let sheet = found.sheet(&change.sheet).zip(change.cell);
        sheet.is_some_and(|(sheet, cell)| sheet.cells.get(&cell).is_some_and(|cell| cell.formula.is_some()))
    };
    let rewritten: BTreeSet<(&str, Option<CellRef>)> =
        all.iter().filter(|change| change.what == "公式").map(|c| (c.sheet.as_str(), c.cell)).collect();
    let follows = |change: &&CellChange| {
        let is_result = !matches!(change.what, "公式" | "数字格式" | "显示");
        formula(change) && is_result && !rewritten.contains(&(change.sheet.as_str(), change.cell))
    };
    let (results, typed): (Vec<&CellChange>, Vec<&CellChange>) = all.iter().partition(follows);
    let (lost, results): (Vec<&CellChange>, Vec<&CellChange>) =
        results.into_iter().partition(|change| change.after.is_empty());
    let more = results.len().saturating_sub(MOST);
    let typed = once_each(&typed);
    let mut told: Vec<Diagnostic> =
        typed.iter().take(TYPED).map(|(change, also)| of_cells(change, also, found, against)).collect();
    if let Some(more) = typed.len().checked_sub(TYPED).filter(|more| *more > 0) {
        let message = format!("另有 {more} 处不同，不再逐一列出：这几乎是另一份文件");
        told.push(checks::of_file(against.check(&CELL), against.file, message));
    }
    told.extend(results.into_iter().take(MOST).map(|change| of_cell_change(change, found, against)));
    if more > 0 {
        let message = format!("另有 {more} 个公式的结果不同，不再逐一列出");
        told.push(checks::of_file(against.check(&CACHED), against.file, message));
    }
    told.extend(of_lost_results(&lost, against));
    told.extend(unlocked(due, found, against));
    told
}

/// That a sheet of a signed or issued workbook is no longer protected: somebody has opened it to changes.
fn unlocked(due: &Book, found: &Book, against: Against<'_>) -> Option<Diagnostic> {
    let is_open = |name: &str| found.sheet(name).is_some_and(|sheet| !sheet.protected);
    let open = due.sheets.iter().filter(|sheet| sheet.protected && is_open(&sheet.name));
    let open: Vec<String> = open.map(|sheet| format!("“{}”", sheet.name)).collect();
    let message =
        format!("工作表{}的保护被取消：文件里没有保护，{}有保护", open.join("、"), against.expected);
    (!open.is_empty()).then(|| checks::of_file(against.check(&CELL), against.file, message))
}

/// Changes with the cells in which the very same was changed: a reason that stands in every row.
fn once_each<'c>(typed: &[&'c CellChange]) -> Vec<(&'c CellChange, Vec<CellRef>)> {
    let mut told: Vec<(&CellChange, Vec<CellRef>)> = Vec::new();
    let mut known: HashMap<(&str, &str, &str, &str), usize> = HashMap::new();
    for change in typed {
        let key = (change.sheet.as_str(), change.what, change.before.as_str(), change.after.as_str());
        match (change.cell, known.get(&key).and_then(|at| told.get_mut(*at))) {
            (Some(cell), Some((_, also))) => also.push(cell),
            (cell, _) => {
                if cell.is_some() {
                    known.insert(key, told.len());
                }
                told.push((change, Vec::new()));
            }
        }
    }
    told
}

fn of_cells(change: &CellChange, also: &[CellRef], found: &Book, against: Against<'_>) -> Diagnostic {
    let mut finding = of_cell_change(change, found, against);
    if !also.is_empty() {
        let first: Vec<String> = also.iter().take(FIRST).map(CellRef::to_string).collect();
        let etc = if also.len() > FIRST { " 等" } else { "" };
        finding.message += &format!("；{}{etc} {} 格也是这样", first.join("、"), also.len());
    }
    finding
}

/// Formulas as they should be, whose results are not in the file: nothing is altered, but nobody who does not recalculate
/// sees a figure.
fn of_lost_results(lost: &[&CellChange], against: Against<'_>) -> Option<Diagnostic> {
    if lost.is_empty() {
        return None;
    }
    let several = lost.iter().any(|change| lost.first().is_some_and(|first| first.sheet != change.sheet));
    let named = |change: &&CellChange| {
        let cell = change.cell.map(|cell| cell.to_string()).unwrap_or_default();
        if several { format!("{}!{cell}", change.sheet) } else { cell }
    };
    let first: Vec<String> = lost.iter().take(FIRST).map(named).collect();
    let etc = if lost.len() > FIRST { " 等" } else { "" };
    let message = format!(
        "{} 个公式没有存储结果（如被别的程序保存过）：{}{etc}；公式本身没有变，用 Excel 或 WPS 打开会重新计算",
        lost.len(),
        first.join("、")
    );
    let mut finding = checks::of_file(against.check(&CACHED), against.file, message);
    finding.help = "要签署、归档或发出的用 hetong 生成的原件；只是对方另存过的，不必改。".to_owned();
    Some(checks::graded(finding, Severity::Warning))
}

/// So many cells are named where all of them have the same.
const FIRST: usize = 5;

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
        "数字格式" | "显示" => &CELL,
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_change_of_many_cells_is_told_once_with_its_cells() {
        let change = |row: u32, what: &'static str, after: &str| CellChange {
            sheet: "明细".into(),
            cell: Some(CellRef { row, column: 0 }),
            about: String::new(),
            what,
            before: "税率调整".into(),
            after: after.into(),
            seen: Default::default(),
        };
        let mut all: Vec<CellChange> = (0..8).map(|row| change(row, "文本", "税率下调")).collect();
        all.extend([change(8, "文本", "税率上调"), change(9, "类型", "税率下调")]);
        let told = once_each(&all.iter().collect::<Vec<_>>());
        let cells: Vec<usize> = told.iter().map(|(_, also)| also.len()).collect();
        assert_eq!(cells, [7, 0, 0]);
        let against = Against { file: "变更对照表.xlsx", check: None, expected: "应为" };
        let finding = of_cells(told[0].0, &told[0].1, &Book::default(), against);
        assert!(finding.message.ends_with("；A2、A3、A4、A5、A6 等 7 格也是这样"), "{}", finding.message);
    }

    #[test]
    fn each_line_of_a_margin_is_held_against_the_one_like_it() {
        let words = |texts: &[&str]| texts.iter().map(|text| ((*text).to_owned(), 1)).collect();
        let due: BTreeMap<String, usize> =
            words(&["合同编号：MGYY-2026-0001", "2026年定制化服务支撑项目合同"]);
        let found = words(&["合同编号：MGYY-2026-0007", DRAFT, "2026年定制化服务支撑项目合同"]);
        let some = |text: &str| Some(text.to_owned());
        let expected =
            [(some("合同编号：MGYY-2026-0007"), some("合同编号：MGYY-2026-0001")), (some(DRAFT), None)];
        let mut told = pairs(&due, &found);
        told.sort_by_key(|(found, _)| found.as_deref() == Some(DRAFT));
        assert_eq!(told, expected);
        assert_eq!(pairs(&due, &words(&[])).len(), 2);
    }
}
