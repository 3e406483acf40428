//! What differs between two workbooks, cell by cell; a row that came or went is told as one.
//!
//! May use: `sheet_cells`, `row_alignment`, `cell_shown`, `input::workbook` for the number that a spreadsheet shows and
//! for finding merged cells.

use std::collections::BTreeSet;

use super::cell_shown::shown;
use super::number_format;
use super::row_alignment::{Aligned, align};
use crate::diagnostics::CellRef;
use crate::input::workbook::merges::Merges;
use crate::input::workbook::{Region, from_float};
use crate::verify::read::sheet_cells::{Book, BookCell, BookSheet, CellValue};

/// A cell, or something about a sheet, that differs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CellChange {
    /// The sheet.
    pub sheet: String,
    /// The cell; none where it is about the whole sheet.
    pub cell: Option<CellRef>,
    /// What the cell is about, from its row and its column: `产品/平台服务 高级 · 不含税单价`.
    pub about: String,
    /// What differs: 数值, 公式, 文本, 类型 and so on.
    pub what: &'static str,
    /// What stood there; empty for nothing.
    pub before: String,
    /// What stands there now; empty for nothing.
    pub after: String,
    /// Both as their sheets show them: `1,102,506.00` for 1102506.
    pub seen: (String, String),
}

/// What differs, in the order of the sheets and cells.
pub fn cells(old: &Book, new: &Book) -> Vec<CellChange> {
    let mut changes = Vec::new();
    let mut aligned = Vec::new();
    let gone: Vec<&BookSheet> = old.sheets.iter().filter(|sheet| new.sheet(&sheet.name).is_none()).collect();
    let came = new.sheets.iter().filter(|sheet| old.sheet(&sheet.name).is_none()).count();
    // The only one that has no fellow on either side was given another name.
    let renamed = gone.first().filter(|_| gone.len() == 1 && came == 1).copied();
    let size = |sheet: &BookSheet| format!("{} 个单元格", sheet.cells.len());
    for sheet in &new.sheets {
        match (old.sheet(&sheet.name), renamed) {
            (Some(before), _) => aligned.extend(sheet_changes(before, sheet, &mut changes)),
            (None, Some(before)) => {
                changes.push(of_sheet(sheet, "工作表名称", &before.name, &sheet.name));
                aligned.extend(sheet_changes(before, sheet, &mut changes));
            }
            (None, None) => changes.push(of_sheet(sheet, "工作表", "", &format!("新增，{}", size(sheet)))),
        }
    }
    let gone = gone.iter().filter(|_| renamed.is_none());
    changes.extend(gone.map(|sheet| of_sheet(sheet, "工作表", &size(sheet), "没有了")));
    changes.extend(names(old, new, &aligned));
    changes
}

/// What the names of a workbook stand for.
fn names(old: &Book, new: &Book, aligned: &[Aligned]) -> Vec<CellChange> {
    let mut changes = Vec::new();
    // Some programs put every sheet's name in quotes.
    let bare = |meaning: &str| meaning.replace('\'', "");
    for name in old.names.keys().chain(new.names.keys()).collect::<BTreeSet<_>>() {
        let [before, after] = [old, new].map(|book| book.names.get(name).cloned().unwrap_or_default());
        // A name whose cells only moved with their rows stands for the same.
        let is_moved = |sheet: &Aligned| bare(&sheet.moved(&before)) == bare(&after);
        if bare(&before) == bare(&after) || aligned.iter().any(is_moved) {
            continue;
        }
        let about = match name.split_once("!_xlnm.") {
            Some((sheet, "Print_Area")) => format!("{sheet}的打印区域"),
            Some((sheet, "Print_Titles")) => format!("{sheet}的打印标题"),
            Some((sheet, "_FilterDatabase")) => format!("{sheet}的筛选区域"),
            _ => name.clone(),
        };
        let (sheet, seen) = (String::new(), (before.clone(), after.clone()));
        changes.push(CellChange { sheet, cell: None, about, what: "名称", before, after, seen });
    }
    changes
}

/// A row that only the old sheet has.
pub const ROW_GONE: &str = "删去的行";
/// A row that only the new sheet has.
pub const ROW_CAME: &str = "新增的行";

fn of_sheet(sheet: &BookSheet, what: &'static str, before: &str, after: &str) -> CellChange {
    CellChange {
        sheet: sheet.name.clone(),
        cell: None,
        about: String::new(),
        what,
        before: before.to_owned(),
        after: after.to_owned(),
        seen: (before.to_owned(), after.to_owned()),
    }
}

/// What differs in a sheet; how its rows were matched, if any came or went.
fn sheet_changes(old: &BookSheet, new: &BookSheet, changes: &mut Vec<CellChange>) -> Option<Aligned> {
    let seen = |hidden: bool| if hidden { "隐藏" } else { "显示" };
    if old.hidden != new.hidden {
        changes.push(of_sheet(new, "工作表", seen(old.hidden), seen(new.hidden)));
    }
    let aligned = align(old, new);
    if let Some(aligned) = &aligned {
        changes.extend(of_rows(new, ROW_GONE, old, &aligned.gone));
        changes.extend(of_rows(new, ROW_CAME, new, &aligned.came));
    }
    let came = |row: u32| aligned.as_ref().is_some_and(|aligned| aligned.came.contains(&row));
    let old = aligned.as_ref().map_or(old, |aligned| &aligned.sheet);
    let places = old.cells.keys().chain(new.cells.keys().filter(|cell| !came(cell.row)));
    let places: BTreeSet<CellRef> = places.copied().collect();
    let merged = Merged::of(new);
    for place in places {
        let (before, after) = (old.cells.get(&place), new.cells.get(&place));
        let about = || about(new, &merged, place);
        for (what, (before, after), seen) in differing(before, after) {
            let (sheet, cell, about) = (new.name.clone(), Some(place), about());
            changes.push(CellChange { sheet, cell, about, what, before, after, seen });
        }
    }
    let merges = |sheet: &BookSheet| {
        // Those of a row that came are told with it.
        let merges = sheet.merges.iter().filter(|(a, b)| a.row != b.row || !came(a.row));
        merges.map(|(a, b)| format!("{a}:{b}")).collect::<BTreeSet<String>>()
    };
    let (before, after) = (merges(old), merges(new));
    let only = |mine: &BTreeSet<String>, other: &BTreeSet<String>| listed(mine.difference(other).cloned());
    if before != after {
        let change = of_sheet(new, "合并单元格", &only(&before, &after), &only(&after, &before));
        changes.push(change);
    }
    let hidden: Vec<u32> = new.hidden_rows.iter().copied().filter(|row| !came(*row)).collect();
    if old.hidden_rows != hidden {
        changes.push(of_sheet(new, "隐藏的行", &rows(&old.hidden_rows), &rows(&hidden)));
    }
    if old.hidden_columns != new.hidden_columns {
        changes.push(of_sheet(new, "隐藏的列", &columns(&old.hidden_columns), &columns(&new.hidden_columns)));
    }
    aligned
}

/// So many rows, merged or hidden cells are named one by one; the others only counted.
const ONE_BY_ONE: usize = 40;

/// Rows that only one of the two sheets has: the first by what stands in them, the others by their numbers.
fn of_rows(
    sheet: &BookSheet,
    what: &'static str,
    whose: &BookSheet,
    rows: &BTreeSet<u32>,
) -> Vec<CellChange> {
    let mut changes: Vec<CellChange> =
        rows.iter().take(ONE_BY_ONE).map(|row| of_row(sheet, what, whose, *row)).collect();
    let rest: Vec<u32> = rows.iter().skip(ONE_BY_ONE).copied().collect();
    if let (Some(first), Some(last)) = (rest.first(), rest.last()) {
        let old = if what == ROW_GONE { "旧" } else { "" };
        let about = format!("{old}第 {}–{} 行之间", first + 1, last + 1);
        let count = format!("另有 {} 行，不再逐一列出", rest.len());
        let sides = if what == ROW_GONE { (count, String::new()) } else { (String::new(), count) };
        let (sheet, seen) = (sheet.name.clone(), sides.clone());
        changes.push(CellChange { sheet, cell: None, about, what, before: sides.0, after: sides.1, seen });
    }
    changes
}

/// Names in a row; of many the first, and how many there are.
fn listed(names: impl IntoIterator<Item = String>) -> String {
    let mut names = names.into_iter();
    let first: Vec<String> = names.by_ref().take(ONE_BY_ONE).collect();
    match names.count() {
        0 => first.join("、"),
        more => format!("{} 等 {} 处", first.join("、"), first.len() + more),
    }
}

/// What lies over and beside the cells of a workbook and of its sheets, and was not there before. Between two builds this
/// is a header that says which revision it is; in one file it is what hides a figure.
pub fn over_cells(old: &Book, new: &Book) -> Vec<CellChange> {
    let none = BookSheet::default();
    let sheets = new.sheets.iter().flat_map(|sheet| {
        beside(&sheet.name, &old.sheet(&sheet.name).unwrap_or(&none).beside, &sheet.beside)
    });
    beside("", &old.beside, &new.beside).into_iter().chain(sheets).collect()
}

/// Of such things so many are told one by one.
const BESIDE: usize = 50;

/// What lies over or beside the cells and was not there before. What went hides nothing.
fn beside(sheet: &str, old: &[String], new: &[String]) -> Vec<CellChange> {
    let mut known: Vec<&String> = old.iter().collect();
    let mut came: Vec<String> = Vec::new();
    let mut more = 0;
    for thing in new {
        match known.iter().position(|known| *known == thing) {
            Some(at) => drop(known.remove(at)),
            None if came.len() < BESIDE => came.push(thing.clone()),
            None => more += 1,
        }
    }
    if more > 0 {
        came.push(format!("另外 {more} 处批注、图形之类"));
    }
    let whose = BookSheet { name: sheet.to_owned(), ..BookSheet::default() };
    came.iter().map(|thing| of_sheet(&whose, "单元格以外", "", thing)).collect()
}

/// A row that only one of the two sheets has, with all that stands in it.
fn of_row(sheet: &BookSheet, what: &'static str, whose: &BookSheet, row: u32) -> CellChange {
    let cells = whose.cells.range(CellRef { row, column: 0 }..=CellRef { row, column: u32::MAX });
    let texts = |text: &dyn Fn(&BookCell) -> String| -> String {
        let formula = |cell: &BookCell| cell.formula.as_ref().map(|formula| format!("={formula}"));
        let or_formula = |cell: &BookCell| match cell.value {
            CellValue::Empty => formula(cell).unwrap_or_default(),
            _ => text(cell).split_whitespace().collect::<Vec<_>>().join(" "),
        };
        cells
            .clone()
            .map(|(_, cell)| or_formula(cell))
            .filter(|text| !text.is_empty())
            .collect::<Vec<_>>()
            .join("｜")
    };
    let (plain, seen) = (texts(&|cell| cell.value.shown()), texts(&shown));
    let sides = |text: String| if what == ROW_GONE { (text, String::new()) } else { (String::new(), text) };
    let ((before, after), seen) = (sides(plain), sides(seen));
    let hidden = if whose.hidden_rows.contains(&row) { "（隐藏的行）" } else { "" };
    let about = format!("{}第 {} 行{hidden}", if what == ROW_GONE { "旧" } else { "" }, row + 1);
    CellChange { sheet: sheet.name.clone(), cell: None, about, what, before, after, seen }
}

fn rows(rows: &[u32]) -> String {
    listed(rows.iter().map(|row| (row + 1).to_string()))
}

fn columns(columns: &[(u32, u32)]) -> String {
    let letters = |column: u32| {
        CellRef { row: 0, column }.to_string().trim_end_matches(|c: char| c.is_ascii_digit()).to_owned()
    };
    let shown = |(first, last): &(u32, u32)| {
        if first == last { letters(*first) } else { format!("{}–{}", letters(*first), letters(*last)) }
    };
    listed(columns.iter().map(shown))
}

/// What it is, the values, and the values as they are seen.
type Difference = (&'static str, (String, String), (String, String));

/// In what two cells differ: what it holds, its kind, its formula.
fn differing(old: Option<&BookCell>, new: Option<&BookCell>) -> Vec<Difference> {
    let nothing = BookCell::default();
    let (old, new) = (old.unwrap_or(&nothing), new.unwrap_or(&nothing));
    let mut found = Vec::new();
    let formula = |cell: &BookCell| cell.formula.as_deref().map(plain_formula).unwrap_or_default();
    let (before, after) = (formula(old), formula(new));
    if before != after {
        let equals = |text: &str| if text.is_empty() { String::new() } else { format!("={text}") };
        let sides = (equals(&before), equals(&after));
        found.push(("公式", sides.clone(), sides));
    }
    if !same_value(&old.value, &new.value) {
        let is_typed = |value: &CellValue| *value != CellValue::Empty;
        let other_kind = old.value.kind() != new.value.kind() && is_typed(&old.value) && is_typed(&new.value);
        let kind = |cell: &BookCell, text: String| {
            if other_kind { format!("{text}（{}）", cell.value.kind()) } else { text }
        };
        let what = match (other_kind, &new.value, &old.value) {
            (true, _, _) => "类型",
            (_, CellValue::Number(_), _) | (_, CellValue::Empty, CellValue::Number(_)) => "数值",
            (_, CellValue::Error(_), _) => "错误值",
            _ => "文本",
        };
        let plain = |cell: &BookCell| kind(cell, cell.value.shown());
        let seen = |cell: &BookCell| kind(cell, shown(cell));
        found.push((what, (plain(old), plain(new)), (seen(old), seen(new))));
    }
    let has_own = old.value != CellValue::Empty || old.formula.is_some();
    let is_alike = match &new.value {
        CellValue::Number(digits) => {
            number_format::alike(digits, old.format.as_deref(), new.format.as_deref())
        }
        CellValue::Text(_) => number_format::text_alike(old.format.as_deref(), new.format.as_deref()),
        _ => true,
    };
    if has_own && !is_alike {
        let named = |cell: &BookCell| cell.format.clone().unwrap_or_else(|| "常规".to_owned());
        let sides = (named(old), named(new));
        found.push(("数字格式", sides.clone(), sides));
    }
    if new.unreadable.is_some() && old.unreadable != new.unreadable {
        let named = |cell: &BookCell| cell.unreadable.clone().unwrap_or_else(|| "看得见".to_owned());
        let sides = (named(old), named(new));
        found.push(("显示", sides.clone(), sides));
    }
    found
}

/// Whether a reader would see the same: Excel writes 832.08 as 832.08000000000004.
fn same_value(old: &CellValue, new: &CellValue) -> bool {
    match (old, new) {
        (CellValue::Number(a), CellValue::Number(b)) => {
            a == b || exact(a).is_some_and(|a| Some(a) == exact(b))
        }
        _ => old == new,
    }
}

fn exact(digits: &str) -> Option<rust_decimal::Decimal> {
    from_float(digits.parse().ok()?)
}

/// Blanks and prefixes for newer functions are no change.
fn plain_formula(formula: &str) -> String {
    formula.replace("_xlfn.", "").split_whitespace().collect::<Vec<_>>().join(" ")
}

/// What a cell is about: the first texts of its row, and the heading of its column.
fn about(sheet: &BookSheet, merged: &Merged, place: CellRef) -> String {
    let text = |place: CellRef| match sheet.cells.get(&merged.anchor(place)).map(|cell| &cell.value) {
        Some(CellValue::Text(text)) => Some(text.split_whitespace().collect::<String>()),
        _ => None,
    };
    let mut row: Vec<String> = Vec::new();
    for column in 0..place.column.min(64) {
        let label = text(CellRef { row: place.row, column }).filter(|label| is_label(label));
        row.extend(label.filter(|label| row.last() != Some(label)));
    }
    row.truncate(2);
    // A form has labels beside its cells only.
    let value = sheet.cells.get(&place).map(|cell| &cell.value);
    let is_figure = matches!(value, Some(CellValue::Number(_)));
    let above = (0..place.row).rev().take(200).filter(|_| is_figure);
    let column = above
        .filter_map(|row| text(CellRef { row, column: place.column }))
        .find(|label| is_label(label) && !label.starts_with(['（', '(']));
    [row.join(" "), column.unwrap_or_default()]
        .into_iter()
        .filter(|part| !part.is_empty())
        .collect::<Vec<_>>()
        .join(" · ")
}

/// A label is short and no figure.
fn is_label(text: &str) -> bool {
    !text.is_empty()
        && text.chars().count() <= 20
        && !text.chars().all(|c| c.is_ascii_digit() || ",.%-".contains(c))
}

/// The merged cells of a sheet.
struct Merged {
    regions: Vec<Region>,
    found: Merges,
}

impl Merged {
    fn of(sheet: &BookSheet) -> Self {
        let regions = sheet.merges.iter().map(|(first, last)| Region { first: *first, last: *last });
        let regions: Vec<Region> = regions.collect();
        Self { found: Merges::of(&regions), regions }
    }

    /// The cell whose value is shown at a place.
    fn anchor(&self, place: CellRef) -> CellRef {
        self.found.at(place).and_then(|index| self.regions.get(index)).map_or(place, |region| region.first)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn book(sheet: &str, area: &str, price: &str) -> Book {
        let number = CellValue::Number(price.to_owned());
        let cell = BookCell { value: number, format: Some("0.00".to_owned()), ..BookCell::default() };
        let place = CellRef { row: 0, column: 0 };
        let sheet =
            BookSheet { name: sheet.to_owned(), cells: [(place, cell)].into(), ..BookSheet::default() };
        let names = [("报价表!_xlnm.Print_Area".to_owned(), area.to_owned())].into();
        Book { sheets: vec![sheet], names, ..Book::default() }
    }

    #[test]
    fn a_sheet_of_another_name_is_compared_all_the_same() {
        let (old, new) = (book("Sheet1", "", "882"), book("报价表", "", "892"));
        let told: Vec<(&str, String, String)> =
            cells(&old, &new).into_iter().map(|c| (c.what, c.seen.0, c.seen.1)).collect();
        let row = |what, before: &str, after: &str| (what, before.to_owned(), after.to_owned());
        assert_eq!(told, [row("工作表名称", "Sheet1", "报价表"), row("数值", "882.00", "892.00")]);
        // Of several, nobody can say which it was.
        let mut more = new.clone();
        more.sheets.push(BookSheet { name: "附表".to_owned(), ..BookSheet::default() });
        let told: Vec<(String, String)> =
            cells(&old, &more).into_iter().map(|c| (c.sheet, c.after)).collect();
        let row = |sheet: &str, after: &str| (sheet.to_owned(), after.to_owned());
        assert_eq!(
            told,
            [row("报价表", "新增，1 个单元格"), row("附表", "新增，0 个单元格"), row("Sheet1", "没有了")]
        );
    }

    #[test]
    fn of_many_rows_and_merged_cells_the_first_are_named_and_the_others_counted() {
        let (old, mut new) = (book("报价表", "", "882"), book("报价表", "", "882"));
        let sheet = new.sheets.first_mut().unwrap();
        for row in 1..=9_000 {
            let value = CellValue::Text(format!("加行{row}"));
            let place = CellRef { row, column: 0 };
            sheet.cells.insert(place, BookCell { value, ..BookCell::default() });
            sheet.merges.push((place, CellRef { row, column: 1 }));
            sheet.merges.push((CellRef { row: 0, column: 2 * row }, CellRef { row: 1, column: 2 * row + 1 }));
            sheet.hidden_rows.push(20_000 + row);
        }
        let told = cells(&old, &new);
        let rows = told.iter().filter(|change| change.what == ROW_CAME).count();
        assert_eq!((rows, told.len()), (ONE_BY_ONE + 1, ONE_BY_ONE + 3), "{:?}", told.last());
        assert_eq!(told[ONE_BY_ONE].about, "第 42–9001 行之间");
        assert_eq!(told[ONE_BY_ONE].after, "另有 8960 行，不再逐一列出");
        for change in &told[ONE_BY_ONE + 1..] {
            assert!(change.after.ends_with(" 等 9000 处"), "{change:?}");
        }
    }

    #[test]
    fn quotes_around_a_sheets_name_are_no_change() {
        let named = |area: &str| book("报价表", area, "882");
        assert!(cells(&named("报价表!$A$1:$J$31"), &named("'报价表'!$A$1:$J$31")).is_empty());
        let changes = cells(&named("报价表!$A$1:$J$31"), &named("'报价表'!$A$1:$H$31"));
        assert_eq!((changes.len(), changes[0].about.as_str()), (1, "报价表的打印区域"));
    }
}
