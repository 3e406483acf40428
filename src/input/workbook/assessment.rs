//! 考核 as the buyer's departments fill it in: a workbook to the model's [`AssessmentEntry`]s, one row per order. The
//! columns of the indicators are the pack's.
//!
//! May use: `monthly`, `table`, `number`, `worklog` for the headings of 订单编号; `pack`.

use rust_decimal::Decimal;

use super::evaluate::Evaluator;
use super::heading::{self, RowLabel};
use super::table::{Column, Table};
use super::worklog::ORDER_ALIASES;
use super::{SheetSource, monthly, number, open};
use crate::diagnostics::{Located, Origin};
use crate::model::fault::{Fault, FaultKind};
use crate::model::month_sheets::AssessmentEntry;
use crate::model::quotation::CellNumber;
use crate::pack::{Assessment, Indicator};

const ORDER: usize = 0;
const NOTE: usize = 1;
const SCORE: usize = 2;
/// The first indicator's; the others follow.
const INDICATORS: usize = 3;

static NOTE_ALIASES: [&str; 9] =
    ["备注", "扣分原因", "扣分说明", "考核说明", "原因", "情况说明", "扣分依据", "扣分情况", "说明备注"];
static SCORE_ALIASES: [&str; 8] =
    ["总分", "得分合计", "最终得分", "考核得分", "考核总分", "综合得分", "总得分", "合计得分"];

/// A 考核 workbook as read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AssessmentSheet {
    /// Where its first table stands.
    pub origin: Origin,
    /// Its rows, sheet by sheet.
    pub entries: Vec<AssessmentEntry>,
}

/// Reads a 考核 workbook. What can't be read goes to `faults`; with `None` no table could be read at all.
pub fn read_assessment(
    source: &SheetSource<'_>,
    scheme: &Assessment,
    faults: &mut Vec<Fault>,
) -> Option<AssessmentSheet> {
    let workbook = open(source).map_err(|fault| faults.push(*fault)).ok()?;
    let names: Vec<Vec<String>> = scheme.indicators.iter().map(other_names).collect();
    let names: Vec<Vec<&str>> =
        names.iter().map(|names| names.iter().map(String::as_str).collect()).collect();
    let mut columns = vec![
        Column::required("订单编号", &ORDER_ALIASES),
        Column::optional("说明", &NOTE_ALIASES),
        Column::optional("总得分", &SCORE_ALIASES),
    ];
    let indicators = scheme.indicators.iter().zip(&names);
    columns.extend(indicators.map(|(indicator, names)| Column::required(&indicator.column, names)));
    let wanted = vec![columns; workbook.sheets.len()];
    let tables = monthly::tables(&workbook, &wanted, "考核", faults);
    let mut evaluator = Evaluator::new(&workbook);
    let mut sheet = AssessmentSheet { origin: tables.first()?.origin(), entries: Vec::new() };
    for table in &tables {
        let records = SCORE..INDICATORS + scheme.indicators.len();
        for (row, beneath) in monthly::rows(table, records.clone()) {
            // Beneath a remark only what was recorded counts; a missing order is told by its work (K004).
            let recorded = || records.clone().any(|column| monthly::has_figure(table, row, column));
            if is_sum(table, row) || (beneath && !recorded()) {
                continue;
            }
            let entry = entry(table, row, &scheme.indicators, &mut evaluator);
            if !is_no_order(table, row, &entry) {
                sheet.entries.push(entry);
            }
        }
    }
    if sheet.entries.is_empty() && faults.is_empty() {
        let why = "考核表里只有表头，没有一行考核".to_owned();
        faults.push(Fault::new(FaultKind::Unreadable { why }, sheet.origin.clone()));
    }
    Some(sheet)
}

/// What else the column of an indicator may be headed. The indicator's own name is none of them where occurrences are
/// counted: 支撑能力 may head a score as well.
fn other_names(indicator: &Indicator) -> Vec<String> {
    let (column, name) = (&indicator.column, &indicator.name);
    let points = indicator.points.normalize();
    if indicator.deduction.is_none() {
        let mut names =
            vec![name.clone(), format!("{name}得分"), format!("{name}分数"), format!("{column}分")];
        for span in ["0-", "0–", "0~", "满分"] {
            names.extend([format!("{column}({span}{points})"), format!("{column}({span}{points}分)")]);
        }
        return names;
    }
    vec![
        format!("{name}扣分次数"),
        format!("{name}次数"),
        format!("{name}扣分项数"),
        format!("{column}(次)"),
        format!("{column}(项)"),
        format!("{column}(次数)"),
    ]
}

fn entry(
    table: &Table<'_>,
    row: u32,
    indicators: &[Indicator],
    evaluator: &mut Evaluator<'_>,
) -> AssessmentEntry {
    let blank = || Located::new(String::new(), table.origin());
    let mut number = |column, unit| in_unit(table, row, column, unit, evaluator);
    let records = indicators.iter().enumerate();
    AssessmentEntry {
        order: monthly::text(table, row, ORDER).unwrap_or_else(blank),
        records: records.map(|(at, indicator)| number(INDICATORS + at, unit_of(indicator))).collect(),
        stated_score: number(SCORE, '分'),
        note: monthly::text(table, row, NOTE).filter(|note| !note.value.is_empty()),
    }
}

/// What an indicator is recorded in: its score in 分, what is counted in 次, or in 项 where its column says so.
fn unit_of(indicator: &Indicator) -> char {
    match indicator.deduction {
        None => '分',
        Some(_) if indicator.column.ends_with("项数") => '项',
        Some(_) => '次',
    }
}

/// The number in a row, also where it was typed with the unit of its column: 45分, 2次. Another column's unit stays
/// text: `0.5分` among occurrences are points, not times.
fn in_unit(
    table: &Table<'_>,
    row: u32,
    column: usize,
    unit: char,
    evaluator: &mut Evaluator<'_>,
) -> Option<Located<CellNumber>> {
    let cell = monthly::number(table, row, column, evaluator)?;
    let formula = table.place(row, column).and_then(|place| table.sheet().cells.get(&place));
    let typed = formula.is_none_or(|cell| cell.formula.is_none());
    Some(cell.map(|value| match value {
        CellNumber::Text(text) if typed => {
            without_unit(&text, unit).map_or(CellNumber::Text(text), CellNumber::Number)
        }
        other => other,
    }))
}

fn without_unit(text: &str, unit: char) -> Option<Decimal> {
    let folded = number::fold(text);
    let figure = folded.trim().strip_suffix(unit)?.trim_end();
    let plain =
        figure.starts_with(|c: char| c.is_ascii_digit()) && figure.ends_with(|c: char| c.is_ascii_digit());
    plain.then(|| number::from_text(figure))?
}

/// A row that begins with 合计 and names no order. In another column, such as 备注, it makes no sum of a row.
fn is_sum(table: &Table<'_>, row: u32) -> bool {
    let first = table.sheet().row(row).find(|(_, cell)| !cell.value.shown().trim().is_empty());
    let label = first.and_then(|(_, cell)| heading::row_label(&cell.value.shown()));
    let order = monthly::text(table, row, ORDER).map(|order| order.value).unwrap_or_default();
    matches!(label, Some(RowLabel::Total | RowLabel::Subtotal))
        && (order.is_empty() || heading::row_label(&order).is_some())
}

/// A signature, a sum or an average, or words beneath the table.
fn is_no_order(table: &Table<'_>, row: u32, entry: &AssessmentEntry) -> bool {
    let order = entry.order.value.as_str();
    let average = ["平均", "平均分", "平均得分", "均值"].contains(&order);
    let empty =
        |cell: &Option<Located<CellNumber>>| cell.as_ref().is_none_or(|cell| cell.value == CellNumber::Empty);
    let nothing = entry.records.iter().all(empty) && empty(&entry.stated_score);
    // An order's number with nothing behind it is an order that is still to be assessed.
    let only_words = nothing && (order.is_empty() || order.contains(['。', '，', '；']));
    average || monthly::names_a_sum(order).is_some() || monthly::is_remark(table, row) || only_words
}
