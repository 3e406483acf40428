//! Q 报价: the supplier's sheet against the tender and against itself.
//!
//! The sheet's lines, workloads and rate are in `rows`, its unit prices in `prices`, what a single cell holds in
//! `cells`, row totals and 合计 in `totals`. Comparisons take a formula's result rounded to 分, since spreadsheets
//! keep more decimals than they show, and a typed number exactly.
//!
//! May use: `model`, `compute`, `pack`, `diagnostics`.

pub mod cells;
pub mod prices;
pub mod rows;
pub mod totals;

use rust_decimal::Decimal;

use super::Context;
use crate::compute::quotation::{same_name, usable_price};
use crate::diagnostics::Origin;
use crate::model::money::Money;
use crate::model::quotation::{CellNumber, NumberCell, Quotation, QuotationRow};
use crate::model::tax::TaxRate;
use crate::pack::{Post, TenderLine};

/// A row of the sheet that belongs to a tendered line.
pub(super) struct Line<'a> {
    pub post: &'a Post,
    pub tender: &'a TenderLine,
    pub row: &'a QuotationRow,
}

impl Line<'_> {
    /// 产品/平台服务·高级.
    pub fn name(&self) -> String {
        format!("{}·{}", self.post.name, self.tender.level)
    }

    /// “产品/平台服务·高级”的含税单价; the rate is one merged cell for all lines and is told once.
    pub fn cell_name(&self, column: &str) -> String {
        if column == RATE { column.to_owned() } else { format!("“{}”的{column}", self.name()) }
    }
}

/// Whether there is a sheet to look at.
pub(super) fn has_quotation(ctx: &Context) -> bool {
    ctx.case.quotation.is_some()
}

/// Whether the sheet has any price to judge: a form nobody filled in passes no check.
pub(super) fn has_prices(ctx: &Context) -> bool {
    lines(ctx).iter().any(|line| usable_price(line.row).is_some())
}

/// The sheet's rows that were tendered, in the sheet's order.
pub(super) fn lines<'a>(ctx: &Context<'a>) -> Vec<Line<'a>> {
    let Some(quotation) = &ctx.case.quotation else { return Vec::new() };
    quotation.rows.iter().filter_map(|row| line_of(ctx, row)).collect()
}

fn line_of<'a>(ctx: &Context<'a>, row: &'a QuotationRow) -> Option<Line<'a>> {
    ctx.pack
        .tender
        .lines()
        .find(|(post, line)| {
            same_name(&row.post.value, &post.name) && same_name(&row.level.value, &line.level)
        })
        .map(|(post, tender)| Line { post, tender, row })
}

/// A number in a cell and where it is.
#[derive(Clone, Copy)]
pub(super) struct Judged<'a> {
    /// As typed, or a formula's result rounded to 分.
    pub number: Decimal,
    pub origin: &'a Origin,
}

/// The number to compare, if the cell holds one.
pub(super) fn judged(cell: &NumberCell) -> Option<Judged<'_>> {
    let cell = cell.as_ref()?;
    let number = match &cell.value {
        CellNumber::Formula { cached, .. } => Money::round(*cached).decimal(),
        other => other.number()?,
    };
    Some(Judged { number, origin: &cell.origin })
}

/// The number as people read it: an amount where it is one, otherwise all its decimals.
pub(super) fn shown(number: Decimal) -> String {
    Money::exact(number).map_or_else(|| number.normalize().to_string(), |money| money.to_string())
}

/// The rate the sheet's row says, where it is a rate.
pub(super) fn sheet_rate(row: &QuotationRow) -> Option<TaxRate> {
    row.rate.as_ref()?.value.number().and_then(TaxRate::from_fraction)
}

/// The heading of the one column that the contract takes over from the sheet.
pub(super) const NET_PRICE: &str = "不含税单价";

/// The heading of the column that is one merged cell.
const RATE: &str = "增值税税率";

/// The heading and cell of each column, for rules that look at all of them.
pub(super) fn columns(row: &QuotationRow) -> [(&'static str, &NumberCell); 6] {
    [
        ("预估工作量", &row.workload),
        (NET_PRICE, &row.net_price),
        ("含税单价", &row.gross_price),
        (RATE, &row.rate),
        ("不含税总价", &row.net_total),
        ("含税总价", &row.gross_total),
    ]
}

/// The cells of the 合计 row.
pub(super) fn total_cells(quotation: &Quotation) -> Vec<(&'static str, &NumberCell)> {
    quotation.totals.as_ref().map_or_else(Vec::new, |totals| {
        vec![("合计 不含税总价", &totals.net_total), ("合计 含税总价", &totals.gross_total)]
    })
}
