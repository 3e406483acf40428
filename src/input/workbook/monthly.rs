//! What 工时 and 考核 sheets have in common: every visible sheet that has the table is read, values stand merged or
//! only on the first of their rows, and remarks stand among the rows.
//!
//! May use: `table`, `grid`, `heading`, `hidden`, `evaluate`.

use std::ops::Range;

use super::evaluate::Evaluator;
use super::grid::{Sheet, Value, Visibility, Workbook};
use super::heading::{self, RowLabel};
use super::table::{self, Column, RowKind, Search, Table};
use super::{hidden, number};
use crate::diagnostics::{CellRef, Located, Origin};
use crate::model::fault::{Fault, FaultKind};
use crate::model::quotation::CellNumber;

/// A sheet with this many of the wanted headings is meant to be the table.
const NEARLY: usize = 3;

/// The tables of all visible sheets. A sheet that nearly has it is told: passing it over would lose what stands there.
/// `name` is 工时 or 考核, `wanted` has the columns for each sheet.
pub fn tables<'a>(
    workbook: &'a Workbook,
    wanted: &'a [Vec<Column<'a>>],
    name: &str,
    faults: &mut Vec<Fault>,
) -> Vec<Table<'a>> {
    let mut found = Vec::new();
    let mut nearest: Option<(usize, Vec<Fault>)> = None;
    let mut told = Vec::new();
    for (index, (sheet, columns)) in workbook.sheets.iter().zip(wanted).enumerate() {
        if sheet.visibility == Visibility::Hidden {
            continue;
        }
        // Even with a column of sums beside them: nobody would have held the days against it.
        if let Some(place) = one_column_a_day(sheet) {
            let why = format!(
                "这张{name}表每天一列，读不准；请改成每人每天一行（写日期），或每人每月一行（日期留空、人天写合计，删去每天的各列）"
            );
            told.push(Fault::new(FaultKind::Unreadable { why }, workbook.origin(sheet, place)));
            continue;
        }
        match table::find(workbook, index, columns) {
            Search::Found(table) => found.push(table),
            Search::Ambiguous { column, cells: [one, other] } => {
                let kind = FaultKind::BadValue {
                    what: format!("表头“{column}”"),
                    found: format!("{one} 和 {other} 两处"),
                    expected: format!("一张工作表上只有一张{name}表，每个表头只有一列"),
                };
                told.push(Fault::new(kind, workbook.origin(sheet, other)));
            }
            Search::Missing { columns, seen, matched, at } => {
                let origin = at.map_or_else(|| file(workbook), |at| workbook.origin(sheet, at));
                let fault = |column| {
                    Fault::new(FaultKind::MissingColumn { column, seen: seen.clone() }, origin.clone())
                };
                let missing: Vec<Fault> = columns.into_iter().map(fault).collect();
                if matched >= NEARLY {
                    told.extend(missing);
                } else if nearest.as_ref().is_none_or(|(best, _)| matched > *best) {
                    nearest = Some((matched, missing));
                }
            }
        }
    }
    if found.is_empty() && told.is_empty() {
        told.extend(hidden_table(workbook, wanted, name).map_or_else(
            || nearest.map_or_else(|| vec![nothing_visible(workbook)], |(_, missing)| missing),
            |fault| vec![fault],
        ));
    }
    faults.append(&mut told);
    for fault in found.iter().flat_map(|table| hidden::figures(workbook, Some(table.sheet_index()))) {
        if !faults.contains(&fault) {
            faults.push(fault);
        }
    }
    found
}

fn file(workbook: &Workbook) -> Origin {
    Origin::File(workbook.file.clone())
}

fn nothing_visible(workbook: &Workbook) -> Fault {
    Fault::new(FaultKind::Unreadable { why: "没有可见的工作表".to_owned() }, file(workbook))
}

/// The only table is on a hidden sheet.
fn hidden_table(workbook: &Workbook, wanted: &[Vec<Column<'_>>], name: &str) -> Option<Fault> {
    let mut sheets = workbook.sheets.iter().enumerate().zip(wanted);
    let ((_, sheet), _) = sheets.find(|((index, sheet), columns)| {
        sheet.visibility == Visibility::Hidden
            && !matches!(table::find(workbook, *index, columns), Search::Missing { .. })
    })?;
    let why = format!("{name}表在隐藏的工作表“{}”里；请取消隐藏，核对后保存", sheet.name);
    Some(Fault::new(FaultKind::Unreadable { why }, file(workbook)))
}

/// Where an attendance sheet's row of days begins: 1, 2, 3 … one column each.
fn one_column_a_day(sheet: &Sheet) -> Option<CellRef> {
    const AT_LEAST: usize = 14;
    for row in sheet.used_rows().into_iter().take(30) {
        let mut run: Option<(CellRef, u32, i64, usize)> = None;
        for (column, cell) in sheet.row(row) {
            let day = day_number(&cell.value);
            run = match (run, day) {
                (Some((first, last, before, count)), Some(day))
                    if column == last + 1 && day == before + 1 =>
                {
                    Some((first, column, day, count + 1))
                }
                (_, Some(day)) => Some((CellRef { row, column }, column, day, 1)),
                _ => None,
            };
            if let Some((first, _, _, count)) = run
                && count >= AT_LEAST
            {
                return Some(first);
            }
        }
    }
    None
}

/// `5`, `5日`, `3月5日` or a date, as a heading.
fn day_number(value: &Value) -> Option<i64> {
    let shown = number::fold(&value.shown());
    let text = match value {
        Value::Date(text) => text.get(8..10)?,
        _ => shown.trim().trim_end_matches(['日', '号']).rsplit(['月', '/', '-']).next()?,
    };
    text.parse().ok().filter(|day| (1..=31).contains(day))
}

/// What a wanted column says in a row. A cell merged over several rows says it in each of them; one merged over
/// several columns says it only in its first.
pub fn text(table: &Table<'_>, row: u32, column: usize) -> Option<Located<String>> {
    let place = table.place(row, column)?;
    let mut text = table.text(row, column)?;
    if Some(place.column) != table.column(column) {
        text.value.clear();
    }
    Some(text)
}

/// Whether a row's cell belongs to cells merged over several rows.
pub fn is_merged_down(table: &Table<'_>, row: u32, column: usize) -> bool {
    rows_merged(table, row, column).is_some()
}

fn rows_merged(table: &Table<'_>, row: u32, column: usize) -> Option<(u32, u32)> {
    let cell = CellRef { row, column: table.column(column)? };
    let region = table.sheet().layout.merge_at(cell)?;
    (region.last.row > region.first.row).then_some((region.first.row, region.last.row))
}

/// The number in a row. One that is merged over several rows belongs to none of them for certain.
pub fn number(
    table: &Table<'_>,
    row: u32,
    column: usize,
    evaluator: &mut Evaluator<'_>,
) -> Option<Located<CellNumber>> {
    let number = table.number(row, column, evaluator)?;
    let Some((first, last)) = rows_merged(table, row, column) else { return Some(number) };
    let shown = table.value(row, column).map(|value| value.value.shown()).unwrap_or_default();
    let merged =
        format!("{}（第 {}–{} 行合并成一格）", shown.trim(), u64::from(first) + 1, u64::from(last) + 1);
    Some(number.map(|_| CellNumber::Text(merged)))
}

/// All rows beneath the heading that are no 备注, and whether a 备注 stands above them. A remark in the middle of a
/// table does not end it: what stands beneath would be lost. A row with something in one of the columns of `figures` is
/// no remark, whatever it begins with.
pub fn rows(table: &Table<'_>, figures: Range<usize>) -> Vec<(u32, bool)> {
    let figure = |row: u32| figures.clone().any(|column| has_figure(table, row, column));
    let is_remark = |row: u32| {
        let first = table.sheet().row(row).find(|(_, cell)| !cell.value.shown().trim().is_empty());
        let label = first.and_then(|(_, cell)| heading::row_label(&cell.value.shown()));
        label == Some(RowLabel::Note) && !figure(row)
    };
    let beyond = table.beyond().iter().map(|(row, _)| (*row, true)).filter(|(row, _)| !is_remark(*row));
    table.body().iter().map(|(row, _)| (*row, false)).chain(beyond).collect()
}

/// Whether something stands in a row's cell of a column, which may be merged over several rows, but not over several
/// columns: then it is words.
pub fn has_figure(table: &Table<'_>, row: u32, column: usize) -> bool {
    let merged = || {
        let anchor = table.place(row, column).filter(|place| Some(place.column) == table.column(column));
        let cell = anchor.and_then(|place| table.sheet().cells.get(&place));
        cell.is_some_and(|cell| cell.formula.is_some() || !cell.value.shown().trim().is_empty())
    };
    table.has_own(row, column) || (is_merged_down(table, row, column) && merged())
}

/// Whether a column's values stand only on the first of several rows: none is repeated on the row beneath it, and none
/// is merged. Where values are repeated or merged, a blank is a blank. Sums (`None`) are no rows.
pub fn is_grouped(table: &Table<'_>, column: usize, rows: impl Iterator<Item = Option<u32>>) -> bool {
    let mut above: Option<String> = None;
    for row in rows {
        let Some(row) = row else {
            above = None;
            continue;
        };
        if is_merged_down(table, row, column) {
            return false;
        }
        let own = text(table, row, column).map(|text| text.value).filter(|text| !text.is_empty());
        if own.is_some() && own == above {
            return false;
        }
        above = own;
    }
    true
}

/// Whether a text says what it is itself: 制表人：张三, 订单编号：DD-1. Gives what stands before the colon and after it.
pub fn label(text: &str) -> Option<(String, String)> {
    let folded = number::fold(text);
    let (before, after) = folded.trim().split_once([':', '：'])?;
    let name: String = before.chars().filter(|c| !c.is_whitespace()).collect();
    let is_name = (1..=12).contains(&name.chars().count()) && !name.is_ascii();
    is_name.then(|| (name, after.trim().to_owned()))
}

/// Whether a row is no line but a remark or a signature: its first text names itself, and there is no figure in it.
pub fn is_remark(table: &Table<'_>, row: u32) -> bool {
    let mut cells = table.sheet().row(row).map(|(_, cell)| cell);
    let names_itself = cells.next().is_some_and(|cell| label(&cell.value.shown()).is_some());
    let figure = |(_, cell): (u32, &super::grid::Cell)| cell.value.is_figure() || cell.formula.is_some();
    names_itself && !table.sheet().row(row).any(figure)
}

/// Whether a text stands for a sum: 合计, 本月总计, 人天共计（天）.
pub fn names_a_sum(text: &str) -> Option<RowKind> {
    let plain: String = number::fold(text).chars().filter(|c| !c.is_whitespace()).collect();
    let short = plain.chars().count() <= 12;
    if short && plain.contains("小计") {
        Some(RowKind::Subtotal)
    } else if short && ["合计", "总计", "共计"].iter().any(|word| plain.contains(word)) {
        Some(RowKind::Total)
    } else {
        None
    }
}
