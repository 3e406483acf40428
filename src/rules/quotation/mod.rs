//! Q 报价: the supplier's sheet against the tender and against itself.
//!
//! The sheet's lines, workloads and rate are in `rows`, its unit prices in `prices`, what a single cell holds in
//! `cells`, row totals and 合计 in `totals`, 小计 in `subtotals`. Comparisons take a formula's result rounded to 分, since spreadsheets
//! keep more decimals than they show, and a typed number exactly.
//!
//! Every sheet of the case is looked at alike: the one that was signed, and that of each 调整, against the prices that
//! it gives. Only the ceilings (Q002, Q003, Q007) are the signed one's; R002 holds the others to theirs.
//!
//! May use: `model`, `compute`, `pack`, `diagnostics`.

pub mod cells;
pub mod prices;
pub mod rows;
pub mod subtotals;
pub mod totals;

use rust_decimal::Decimal;

use super::Context;
use crate::compute::prices::Prices;
use crate::compute::quotation::{same_name, usable_price};
use crate::diagnostics::Origin;
use crate::model::money::Money;
use crate::model::quotation::{CellNumber, NumberCell, Quotation, QuotationRow};
use crate::model::tax::TaxRate;
use crate::pack::{Post, Tender, TenderLine};

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

/// A sheet and the prices that it gives.
pub(super) struct Sheet<'a> {
    pub quotation: &'a Quotation,
    pub prices: &'a Prices,
    tender: &'a Tender,
}

impl<'a> Sheet<'a> {
    /// Its rows that were tendered, in the sheet's order.
    pub fn lines(&self) -> Vec<Line<'a>> {
        self.quotation.rows.iter().filter_map(|row| line_of(self.tender, row)).collect()
    }

    /// The rate that its 含税 figures must follow.
    pub fn rate(&self) -> TaxRate {
        self.prices.rate()
    }

    /// Whether it has any price to judge: a form nobody filled in passes no check.
    fn has_prices(&self) -> bool {
        self.lines().iter().any(|line| usable_price(line.row).is_some())
    }
}

/// The sheet of the contract as signed.
pub(super) fn signed_sheet<'a>(ctx: &Context<'a>) -> Option<Sheet<'a>> {
    let quotation = ctx.case.quotation.as_ref()?;
    Some(Sheet { quotation, prices: &ctx.figures.prices.signed, tender: &ctx.pack.tender })
}

/// The sheets of the 调整 that bring one.
pub(super) fn revised_sheets<'a>(ctx: &Context<'a>) -> impl Iterator<Item = Sheet<'a>> {
    let tender = &ctx.pack.tender;
    let revisions = ctx.case.adjustments.iter().zip(&ctx.figures.prices.revisions);
    revisions.filter_map(|(adjustment, prices)| {
        Some(Sheet { quotation: adjustment.quotation.as_ref()?, prices, tender })
    })
}

/// All sheets of the case.
pub(super) fn sheets<'a>(ctx: &Context<'a>) -> impl Iterator<Item = Sheet<'a>> {
    signed_sheet(ctx).into_iter().chain(revised_sheets(ctx))
}

/// All sheets that have any price to judge.
pub(super) fn priced_sheets<'a>(ctx: &Context<'a>) -> impl Iterator<Item = Sheet<'a>> {
    sheets(ctx).filter(Sheet::has_prices)
}

/// Whether there is a sheet to look at.
pub(super) fn has_quotation(ctx: &Context) -> bool {
    sheets(ctx).next().is_some()
}

/// Whether any sheet has a price to judge.
pub(super) fn has_prices(ctx: &Context) -> bool {
    priced_sheets(ctx).next().is_some()
}

/// Whether the signed sheet has.
pub(super) fn has_signed_prices(ctx: &Context) -> bool {
    signed_sheet(ctx).is_some_and(|sheet| sheet.has_prices())
}

fn line_of<'a>(tender: &'a Tender, row: &'a QuotationRow) -> Option<Line<'a>> {
    tender
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

/// What the supplier has sealed is his to mend. `hetong check --reply` writes what to send him.
pub(super) fn return_to_supplier(what: impl std::fmt::Display) -> String {
    format!("退回供应商改正后重新盖章，不要代改：{what}")
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

/// The cells of the 小计 rows that hold anything.
pub(super) fn subtotal_cells(quotation: &Quotation) -> Vec<(String, &NumberCell)> {
    let each = quotation.subtotals.iter().flat_map(|subtotal| {
        let cells = [
            ("预估工作量", &subtotal.workload),
            ("不含税总价", &subtotal.net_total),
            ("含税总价", &subtotal.gross_total),
        ];
        cells.map(|(what, cell)| (format!("“{}”的{what}", subtotal.label.value), cell))
    });
    each.filter(|(_, cell)| cell.is_some()).collect()
}
