//! 附件3's table, the same in the contract and in the supplier's form.
//!
//! May use: `view`, `formats`, `layout`.

use rust_decimal::Decimal;
use rust_xlsxwriter::FormatAlign;

use super::formats;
use super::layout::{Cell, Content, Table, at};
use super::{Paper, XlsxError};
use crate::view::sheets::{Money, PricePost, PriceRow, PriceTable, PriceTotals, SheetMeta};

/// The sheet's name.
pub(super) const SHEET: &str = "报价表";
/// How it is printed.
pub(super) const PAPER: Paper = Paper::Landscape;
/// Column widths in pixels: 267 mm of landscape A4 are 1009.
pub(super) const WIDTHS: [u32; 10] = [112, 58, 84, 104, 104, 104, 104, 84, 124, 124];

const WORKLOAD: u16 = 2;
const NET_CEILING: u16 = 3;
const GROSS_CEILING: u16 = 4;
/// The only column that is typed.
pub(super) const NET_PRICE: u16 = 5;
const GROSS_PRICE: u16 = 6;
const RATE: u16 = 7;
const NET_TOTAL: u16 = 8;
/// 含税总价.
pub(super) const GROSS_TOTAL: u16 = 9;

/// Where things came to stand.
pub(super) struct Places {
    /// First and last line.
    pub(super) lines: (u32, u32),
    /// The 合计 row.
    pub(super) total: u32,
    /// 1 + 税率, as a formula writes it.
    pub(super) rate_factor: String,
}

/// Whether the prices stand or are still to be filled in.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Prices {
    /// As offered.
    Fixed(Option<PriceTotals>),
    /// Open cells for the supplier.
    Open,
}

/// Writes title, headings, lines, 合计 and 备注.
pub(super) fn write(
    table: &mut Table,
    meta: &SheetMeta,
    view: &PriceTable,
    prices: Prices,
) -> Result<Places, XlsxError> {
    table.across(36, &view.title, &formats::title())?;
    project(table, meta, view)?;
    headings(table, view)?;
    let first = table.row;
    let mut places =
        Places { lines: (first, first), total: first, rate_factor: format!("(1+{})", absolute(RATE, first)) };
    for post in &view.posts {
        lines_of(table, post, prices, &places.rate_factor)?;
    }
    if table.row > first {
        places.lines.1 = table.row - 1;
        merge_rate(table, view, places.lines)?;
    }
    places.total = total(table, view, prices, places.lines)?;
    notes(table, view)?;
    freeze_and_repeat(table, first)?;
    // Landscape A4 has about 695 pixels; as small as 85 % is still read with ease.
    table.one_page_up_to(815);
    Ok(places)
}

/// The project, and at the right what the annex is revised to: a row of its own would not fit the page.
fn project(table: &mut Table, meta: &SheetMeta, view: &PriceTable) -> Result<(), XlsxError> {
    if meta.mark.is_empty() {
        table.across(MIN_LINE, &view.project, &formats::line())?;
    } else {
        let mark = Cell::text(NET_PRICE, GROSS_TOTAL, &meta.mark, &formats::mark(FormatAlign::Right));
        let project = Cell::text(0, GROSS_CEILING, &view.project, &formats::line());
        table.row(MIN_LINE, &[project, mark])?;
    }
    Ok(())
}

/// The height of a line of the table in pixels: 21 of them and the rest fit one page.
const MIN_LINE: u32 = 22;

/// The two heading rows.
fn headings(table: &mut Table, view: &PriceTable) -> Result<(), XlsxError> {
    let columns = || (0_u16..).zip(&view.headings).filter(|(_, heading)| !heading.unit.is_empty());
    let names: Vec<Cell> =
        columns().map(|(c, h)| Cell::text(c, c, &h.name, &formats::heading_upper())).collect();
    let units: Vec<Cell> =
        columns().map(|(c, h)| Cell::text(c, c, &h.unit, &formats::heading_lower())).collect();
    let upper = table.row(38, &names)?;
    let lower = table.row(MIN_LINE, &units)?;
    for (column, heading) in (0_u16..).zip(&view.headings).filter(|(_, heading)| heading.unit.is_empty()) {
        table.put(upper, lower, &Cell::text(column, column, &heading.name, &formats::heading()))?;
    }
    Ok(())
}

/// The lines of one 岗位, its name merged over them.
fn lines_of(table: &mut Table, post: &PricePost, prices: Prices, factor: &str) -> Result<(), XlsxError> {
    let first = table.row;
    for row in &post.rows {
        line(table, row, prices, factor)?;
    }
    if table.row > first {
        table.put(first, table.row - 1, &Cell::text(0, 0, &post.name, &formats::centred()))?;
    }
    Ok(())
}

/// One line.
fn line(table: &mut Table, view: &PriceRow, prices: Prices, factor: &str) -> Result<u32, XlsxError> {
    let row = table.row;
    let offer = view.offer.filter(|_| prices != Prices::Open);
    let (net_price, net_total) = (at(NET_PRICE, row), at(NET_TOTAL, row));
    // An empty price must leave its line empty: 0 would be a figure that nobody gave.
    let unless_empty = |formula: String| match offer {
        Some(_) => format!("={formula}"),
        None => format!("=IF({net_price}=\"\",\"\",{formula})"),
    };
    let (money, workload) = (formats::money(), view.workload.normalize());
    let price_format = if prices == Prices::Open { formats::input(money.clone()) } else { money.clone() };
    let amount = |column, content| Cell::new(column, column, content, &money);
    let computed = |column, formula, figure: Option<Money>| {
        amount(column, Content::formula(unless_empty(formula), figure.map(|f| f.decimal())))
    };
    let cells = [
        Cell::text(1, 1, &view.level, &formats::centred()),
        Cell::new(WORKLOAD, WORKLOAD, Content::Number(workload), &formats::workload(workload.scale())),
        amount(NET_CEILING, Content::Number(view.net_ceiling.decimal())),
        amount(GROSS_CEILING, Content::Number(view.gross_ceiling.decimal())),
        Cell::new(NET_PRICE, NET_PRICE, Content::number(offer.map(|o| o.net_price.decimal())), &price_format),
        computed(GROSS_PRICE, format!("ROUND({net_price}*{factor},2)"), offer.map(|o| o.gross_price)),
        computed(
            NET_TOTAL,
            format!("ROUND({}*{net_price},2)", at(WORKLOAD, row)),
            offer.map(|o| o.net_total),
        ),
        computed(GROSS_TOTAL, format!("ROUND({net_total}*{factor},2)"), offer.map(|o| o.gross_total)),
    ];
    table.row(MIN_LINE, &cells)
}

/// 税率, once for all lines.
fn merge_rate(table: &mut Table, view: &PriceTable, lines: (u32, u32)) -> Result<(), XlsxError> {
    let rate = view.rate.fraction().normalize();
    // 0.06 has two decimals and shows as 6%, 0.065 three and shows as 6.5%.
    let format = formats::percent(rate.scale().saturating_sub(2));
    table.put(lines.0, lines.1, &Cell::new(RATE, RATE, Content::Number(rate), &format))
}

/// 合计: the sums, or blanks as long as a price is missing.
fn total(table: &mut Table, view: &PriceTable, prices: Prices, lines: (u32, u32)) -> Result<u32, XlsxError> {
    let totals = match prices {
        Prices::Fixed(totals) => totals,
        Prices::Open => None,
    };
    let count: usize = view.posts.iter().map(|post| post.rows.len()).sum();
    let range = |column| format!("{}:{}", at(column, lines.0), at(column, lines.1));
    let sum = |column, figure: Option<Decimal>| {
        let sum = format!("SUM({})", range(column));
        let formula = match figure {
            Some(_) => format!("={sum}"),
            // A sum over some of the lines would be taken for the price.
            None => format!("=IF(COUNT({})<{count},\"\",{sum})", range(NET_PRICE)),
        };
        Cell::new(column, column, Content::formula(formula, figure), &formats::money_total())
    };
    let cells = [
        Cell::text(0, RATE, &view.total_label, &formats::heading()),
        sum(NET_TOTAL, totals.map(|t| t.net.decimal())),
        sum(GROSS_TOTAL, totals.map(|t| t.gross.decimal())),
    ];
    table.row(MIN_LINE + 3, &cells)
}

/// 备注: a paragraph a row, framed as one cell.
fn notes(table: &mut Table, view: &PriceTable) -> Result<(), XlsxError> {
    let last = view.notes.len().saturating_sub(1);
    for (i, note) in view.notes.iter().enumerate() {
        table.across(MIN_LINE, note, &formats::boxed(i == 0, i == last))?;
    }
    Ok(())
}

/// Headings stay in sight and are printed on every page.
fn freeze_and_repeat(table: &mut Table, first: u32) -> Result<(), XlsxError> {
    let (last, last_column) = (table.row.saturating_sub(1), table.last_column());
    table.sheet.set_freeze_panes(first, 2)?;
    table.sheet.set_repeat_rows(first.saturating_sub(2), first.saturating_sub(1))?;
    table.sheet.set_print_area(0, 0, last, last_column.min(GROSS_TOTAL))?;
    Ok(())
}

/// `$H$5`.
fn absolute(column: u16, row: u32) -> String {
    rust_xlsxwriter::utility::row_col_to_cell_absolute(row, column)
}
