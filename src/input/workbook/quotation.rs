//! 附件3 as a supplier filled it in: a workbook to the model's [`Quotation`].
//!
//! May use: `table`, `model::quotation`, `model::fault`.

use super::evaluate::Evaluator;
use super::grid::{Cell, Sheet, Value, Visibility, Workbook};
use super::table::{self, Column, RowKind, Search, Table};
use super::{SheetSource, open};
use super::{heading, hidden};
use crate::diagnostics::{CellRef, Located, Origin};
use crate::model::fault::{Fault, FaultKind};
use crate::model::quotation::{
    CellNumber, NumberCell, Quotation, QuotationRow, QuotationSubtotal, QuotationTotals,
};

const POST: usize = 0;
const LEVEL: usize = 1;
const WORKLOAD: usize = 2;
const NET_PRICE: usize = 3;
const GROSS_PRICE: usize = 4;
const RATE: usize = 5;
const NET_TOTAL: usize = 6;
const GROSS_TOTAL: usize = 7;

/// The columns of 附件3 by all headings suppliers give them. The two 最高限价 columns are not wanted.
static COLUMNS: [Column<'static>; 8] = [
    Column::required("岗位职责", &["岗位", "岗位名称", "岗位类别", "服务岗位", "岗位/职责", "职责"]),
    Column::required("级别", &["等级", "岗位级别", "人员级别", "人员等级", "岗位等级"]),
    Column::optional(
        "预估工作量",
        &["工作量", "数量", "预计工作量", "暂估工作量", "预估数量", "人天数", "预估人天", "工作量人天数"],
    ),
    Column::required(
        "不含税单价",
        &[
            "单价(不含税)",
            "不含税报价单价",
            "不含增值税单价",
            "单价(不含增值税)",
            "未税单价",
            "不含税单价报价",
            "除税单价",
            "人天单价(不含税)",
            "不含税人天单价",
        ],
    ),
    Column::optional(
        "含税单价",
        &[
            "单价(含税)",
            "含税报价单价",
            "含增值税单价",
            "单价(含增值税)",
            "含税单价报价",
            "人天单价(含税)",
            "含税人天单价",
        ],
    ),
    Column::optional("增值税税率", &["税率", "增值税率", "增值税"]),
    Column::optional(
        "不含税总价",
        &[
            "不含税金额",
            "总价(不含税)",
            "金额(不含税)",
            "不含税合价",
            "不含税小计",
            "不含增值税总价",
            "未税总价",
            "合价(不含税)",
            "不含税合计",
        ],
    ),
    Column::optional(
        "含税总价",
        &[
            "含税金额",
            "总价(含税)",
            "金额(含税)",
            "含税合价",
            "含税小计",
            "含增值税总价",
            "合价(含税)",
            "含税合计",
        ],
    ),
];

/// Reads a supplier's quotation. `sheet` names the sheet; without it the one visible sheet that has the table is
/// taken. What can't be read goes to `faults`; with `None` no table could be read at all.
pub fn read_quotation(
    source: &SheetSource<'_>,
    sheet: Option<&str>,
    faults: &mut Vec<Fault>,
) -> Option<Quotation> {
    let workbook = match open(source) {
        Ok(workbook) => workbook,
        Err(fault) => {
            faults.push(*fault);
            return None;
        }
    };
    let table = match sheet {
        Some(name) => named(&workbook, name),
        None => only(&workbook),
    };
    faults.extend(hidden::figures(&workbook, table.as_ref().ok().map(Table::sheet_index)));
    match table {
        Ok(table) => match other_unit(&workbook, &table) {
            Some(fault) => {
                faults.push(fault);
                None
            }
            None => Some(quotation(&workbook, &table)),
        },
        Err(found) => {
            faults.extend(found);
            None
        }
    }
}

/// 单位：万元 above the table: all its amounts would be read ten thousand times too small, and no rule would notice.
fn other_unit(workbook: &Workbook, table: &Table<'_>) -> Option<Fault> {
    let above = table.sheet().cells.iter().take_while(|(place, _)| place.row <= table.last_heading_row());
    let mut notes = above.filter_map(|(place, cell)| match &cell.value {
        Value::Text(text) if heading::is_other_currency_unit(text) => Some((*place, text)),
        _ => None,
    });
    notes.next().map(|(place, text)| {
        let kind = FaultKind::BadValue {
            what: "金额单位".to_owned(),
            found: text.trim().to_owned(),
            expected: "单位：元；请供应商按元填写".to_owned(),
        };
        Fault::new(kind, workbook.origin(table.sheet(), place))
    })
}

/// The table on the sheet of a name.
fn named<'a>(workbook: &'a Workbook, name: &str) -> Result<Table<'a>, Vec<Fault>> {
    let Some((index, _)) = workbook.sheet(name).or_else(|| workbook.sheet(name.trim())) else {
        let hidden = |sheet: &Sheet| if sheet.visibility == Visibility::Hidden { "（隐藏）" } else { "" };
        let names: Vec<String> =
            workbook.sheets.iter().map(|sheet| format!("{}{}", sheet.name, hidden(sheet))).collect();
        let is_csv = workbook.sheets.iter().all(|sheet| sheet.name.is_empty());
        let expected = if is_csv {
            "CSV 没有工作表，不写这一项".to_owned()
        } else {
            format!("文件中的工作表：{}", names.join("、"))
        };
        let kind = FaultKind::BadValue { what: "工作表".to_owned(), found: name.to_owned(), expected };
        return Err(vec![Fault::new(kind, Origin::File(workbook.file.clone()))]);
    };
    match table::find(workbook, index, &COLUMNS) {
        Search::Found(table) => Ok(table),
        search => Err(not_found(workbook, index, search)),
    }
}

/// The table, if exactly one visible sheet has it.
fn only(workbook: &Workbook) -> Result<Table<'_>, Vec<Fault>> {
    let visible = |index: &usize| workbook.sheets[*index].visibility == Visibility::Visible;
    let all = 0..workbook.sheets.len();
    let searches: Vec<(usize, Search<'_>)> =
        all.clone().filter(visible).map(|index| (index, table::find(workbook, index, &COLUMNS))).collect();
    let has_table = |search: &Search<'_>| !matches!(search, Search::Missing { .. });
    let holders: Vec<usize> =
        searches.iter().filter(|(_, search)| has_table(search)).map(|(index, _)| *index).collect();
    if holders.len() > 1 {
        return Err(vec![unreadable(workbook, &holders, "不止一张工作表有报价表", "请在")]);
    }
    let matched = |search: &Search<'_>| match search {
        Search::Missing { matched, .. } => *matched,
        _ => usize::MAX,
    };
    // The first of the best: `max_by_key` keeps the last of equals.
    let best = searches.into_iter().rev().max_by_key(|(_, search)| matched(search));
    match best {
        Some((_, Search::Found(table))) => Ok(table),
        other => {
            let hidden: Vec<usize> = all
                .filter(|index| !visible(index))
                .filter(|index| has_table(&table::find(workbook, *index, &COLUMNS)))
                .collect();
            match other {
                _ if !hidden.is_empty() && holders.is_empty() => {
                    Err(vec![unreadable(workbook, &hidden, "报价表在隐藏的工作表里，请取消隐藏", "或在")])
                }
                Some((index, search)) => Err(not_found(workbook, index, search)),
                None => Err(vec![Fault::new(
                    FaultKind::Unreadable { why: "没有可见的工作表".to_owned() },
                    Origin::File(workbook.file.clone()),
                )]),
            }
        }
    }
}

/// F001: the table is there, but which one is meant has to be said in 合同.yaml.
fn unreadable(workbook: &Workbook, sheets: &[usize], what: &str, how: &str) -> Fault {
    let names: Vec<&str> = sheets.iter().map(|index| &*workbook.sheets[*index].name).collect();
    let quoted: Vec<String> = names.iter().map(|name| format!("“{name}”")).collect();
    let first = names.first().copied().unwrap_or("");
    let why = format!(
        "{what}：{}；{how} 合同.yaml 里写明用哪一张：报价: {{文件: {}, 工作表: {first}}}",
        quoted.join("、"),
        workbook.file
    );
    Fault::new(FaultKind::Unreadable { why }, Origin::File(workbook.file.clone()))
}

/// The faults of a search that found no table.
fn not_found(workbook: &Workbook, index: usize, search: Search<'_>) -> Vec<Fault> {
    let sheet = &workbook.sheets[index];
    match search {
        Search::Found(_) => Vec::new(),
        Search::Ambiguous { column, cells: [one, other] } => {
            let kind = FaultKind::BadValue {
                what: format!("表头“{column}”"),
                found: format!("{one} 和 {other} 两处"),
                expected: "一张工作表上只有一张报价表，每个表头只有一列".to_owned(),
            };
            vec![Fault::new(kind, workbook.origin(sheet, other))]
        }
        Search::Missing { columns, seen, at, .. } => {
            let origin = match at {
                Some(first) => workbook.origin(sheet, first),
                None => Origin::File(workbook.file.clone()),
            };
            let fault =
                |column| Fault::new(FaultKind::MissingColumn { column, seen: seen.clone() }, origin.clone());
            columns.into_iter().map(fault).collect()
        }
    }
}

/// The table's rows. A 备注 alone does not end it: what ends it is the last 合计, or else the last row that plainly is
/// one. Beneath a 合计 and a 备注 stand examples and remarks, unless another 合计 follows: then the first was that of a
/// part, and a row counts that names its 岗位.
fn table_rows(table: &Table<'_>) -> Vec<(u32, RowKind)> {
    let mut rows = table.body().to_vec();
    // Words merged over the columns are none of 级别.
    let is_own = |row| table.place(row, LEVEL).map(|place| place.column) == table.column(LEVEL);
    let says = |row| is_own(row) && table.text(row, LEVEL).is_some_and(|level| !level.value.is_empty());
    let last = rows.iter().rfind(|(row, kind)| *kind != RowKind::Data || says(*row));
    let mut is_over = last.is_some_and(|(_, kind)| *kind == RowKind::Total);
    let filled = |(row, kind): &&(u32, RowKind)| *kind == RowKind::Total && has_totals(table, *row);
    let last_total = table.beyond().iter().rfind(filled).map(|(row, _)| *row);
    for (row, kind) in table.beyond() {
        if is_over && last_total.is_none_or(|total| total < *row) {
            break;
        }
        let names_post = || table.text(*row, POST).is_some_and(|post| !post.value.is_empty());
        let counts = match kind {
            RowKind::Data if is_over => says(*row) && names_post() && is_figure(table, *row, NET_PRICE),
            RowKind::Data => {
                says(*row) && (WORKLOAD..=GROSS_TOTAL).any(|column| is_figure(table, *row, column))
            }
            _ => !is_over,
        };
        if counts {
            is_over = *kind == RowKind::Total;
            rows.push((*row, *kind));
        }
    }
    rows
}

/// Whether a row's own cell holds a number, or a formula whatever it gave.
fn is_figure(table: &Table<'_>, row: u32, column: usize) -> bool {
    table.has_own(row, column)
        && table.value(row, column).is_some_and(|cell| {
            cell.value.is_figure() || matches!(cell.value, Value::Empty | Value::Error(_))
        })
}

fn has_totals(table: &Table<'_>, row: u32) -> bool {
    table.has_own(row, NET_TOTAL) || table.has_own(row, GROSS_TOTAL)
}

/// The table as the model has it.
fn quotation(workbook: &Workbook, table: &Table<'_>) -> Quotation {
    let mut evaluator = Evaluator::new(workbook);
    let all = table_rows(table);
    let total = total_row(table, &all);
    let (mut rows, mut subtotals) = (Vec::new(), Vec::new());
    let mut post: Option<Located<String>> = None;
    let last_total = all.iter().filter(|(_, kind)| *kind == RowKind::Total).map(|(row, _)| *row).max();
    for (row, kind) in &all {
        if *kind != RowKind::Data {
            if total.is_none_or(|total| *row < total) {
                subtotals.extend(subtotal(workbook, table, *row, rows.len(), &mut evaluator));
            }
            continue;
        }
        let (Some(own), Some(level)) = (table.text(*row, POST), table.text(*row, LEVEL)) else { continue };
        // A 岗位 stands once, on the first of its rows or on a row of its own, and holds for those beneath.
        if !own.value.is_empty() {
            post = Some(own.clone());
        }
        let figures = (WORKLOAD..=GROSS_TOTAL).any(|column| table.has_own(*row, column));
        let beyond_total = last_total.is_some_and(|total| *row > total);
        if level.value.is_empty() && (!figures || beyond_total) {
            continue;
        }
        let price = table.place(*row, NET_PRICE);
        let mut cell = |column| table.number(*row, column, &mut evaluator);
        rows.push(QuotationRow {
            workload: cell(WORKLOAD),
            net_price: cell(NET_PRICE),
            gross_price: cell(GROSS_PRICE),
            rate: cell(RATE),
            net_total: cell(NET_TOTAL),
            gross_total: cell(GROSS_TOTAL),
            price_doubt: price.and_then(|place| evaluator.doubt(table.sheet_index(), place)),
            post: if level.value.is_empty() { own } else { post.clone().unwrap_or(own) },
            level,
        });
    }
    if !table.sheet().can_merge {
        spread_rate(&mut rows);
    }
    subtotals.extend(beside(&mut rows));
    Quotation {
        origin: table.origin(),
        rows,
        subtotals,
        totals: total.map(|row| QuotationTotals {
            net_total: table.number(row, NET_TOTAL, &mut evaluator),
            gross_total: table.number(row, GROSS_TOTAL, &mut evaluator),
        }),
    }
}

/// A row of sums within the table, `after` so many lines.
fn subtotal(
    workbook: &Workbook,
    table: &Table<'_>,
    row: u32,
    after: usize,
    evaluator: &mut Evaluator<'_>,
) -> Option<QuotationSubtotal> {
    let says_so = |cell: &Cell| {
        matches!(
            heading::row_label(&cell.value.shown()),
            Some(heading::RowLabel::Subtotal | heading::RowLabel::Total)
        )
    };
    let (column, label) = table.sheet().row(row).find(|(_, cell)| says_so(cell))?;
    let origin = workbook.origin(table.sheet(), CellRef { row, column });
    let words: String = label.value.shown().split_whitespace().collect();
    // A sum merged over several columns belongs to none of them for certain.
    let mut own = |column| table.has_own(row, column).then(|| table.number(row, column, evaluator)).flatten();
    Some(QuotationSubtotal {
        label: Located::new(words, origin),
        post: table.text(row, POST).map(|post| post.value).unwrap_or_default(),
        after,
        beside: None,
        workload: own(WORKLOAD),
        net_total: own(NET_TOTAL),
        gross_total: own(GROSS_TOTAL),
    })
}

/// Takes the figures that are merged over several lines from these: such a cell is none of theirs, but their sum.
fn beside(rows: &mut [QuotationRow]) -> Vec<QuotationSubtotal> {
    type Cell = fn(&mut QuotationRow) -> &mut NumberCell;
    type Sum = fn(&mut QuotationSubtotal) -> &mut NumberCell;
    const COLUMNS: [(Cell, Sum); 3] = [
        (|row| &mut row.workload, |sum| &mut sum.workload),
        (|row| &mut row.net_total, |sum| &mut sum.net_total),
        (|row| &mut row.gross_total, |sum| &mut sum.gross_total),
    ];
    let mut sums = Vec::new();
    for (of, sum) in COLUMNS {
        let mut start = 0;
        while let Some(cell) = rows.get_mut(start).map(|row| of(row).clone()) {
            let place = cell.as_ref().map(|cell| cell.origin.clone());
            let is_same =
                |row: &mut QuotationRow| of(row).as_ref().map(|cell| &cell.origin) == place.as_ref();
            let length = rows[start..].iter_mut().position(|row| !is_same(row));
            let end = length.map_or(rows.len(), |length| start + length);
            if let (Some(origin), true) = (place, end - start > 1) {
                rows[start..end].iter_mut().for_each(|row| *of(row) = None);
                let mut merged = QuotationSubtotal {
                    label: Located::new("合并的小计".to_owned(), origin),
                    post: String::new(),
                    after: end,
                    beside: Some(start..end),
                    workload: None,
                    net_total: None,
                    gross_total: None,
                };
                *sum(&mut merged) = cell;
                sums.push(merged);
            }
            start = end;
        }
    }
    sums
}

/// In a CSV the rate that was merged over all rows is left in the first of them only.
fn spread_rate(rows: &mut [QuotationRow]) {
    let is_empty = |cell: &NumberCell| cell.as_ref().is_some_and(|cell| cell.value == CellNumber::Empty);
    let Some((first, others)) = rows.split_first_mut() else { return };
    if !is_empty(&first.rate) && others.iter().all(|row| is_empty(&row.rate)) {
        for row in others {
            row.rate = first.rate.clone();
        }
    }
}

/// The last 合计 row that holds a figure; suppliers put the amount in words on a second one.
fn total_row(table: &Table<'_>, rows: &[(u32, RowKind)]) -> Option<u32> {
    let totals = || rows.iter().filter(|(_, kind)| *kind == RowKind::Total).map(|(row, _)| *row);
    totals().rfind(|row| has_totals(table, *row)).or_else(|| totals().next_back())
}
