//! 附件3: from the supplier's 不含税单价 and the tender's 预估工作量 to rows and 合计.
//!
//! The supplier's other columns are never taken over; rules compare them with what is computed here. The tender's
//! workload stands, whatever the sheet says (Q009).
//!
//! May use: `model`, `pack`.

use rust_decimal::{Decimal, dec};

use crate::diagnostics::Origin;
use crate::model::money::Money;
pub use crate::model::names::same_name;
use crate::model::quotation::{Quotation, QuotationRow};
use crate::model::tax::TaxRate;
use crate::pack::Tender;

/// No amount in a sheet may reach this: ten trillion 元. Keeps every product far inside what a decimal holds.
pub const AMOUNT_LIMIT: Decimal = dec!(10_000_000_000_000);

/// One line of 附件3, computed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RowFigures {
    /// 岗位职责.
    pub post: String,
    /// 级别.
    pub level: String,
    /// 预估工作量 of the tender, 人天.
    pub workload: Decimal,
    /// 不含税单价 as quoted, 元/人天.
    pub net_price: Money,
    /// 含税单价 = r2(不含税单价 × (1 + 税率)), 元/人天.
    pub gross_price: Money,
    /// 不含税总价 = r2(不含税单价 × 预估工作量), 元.
    pub net_total: Money,
    /// 含税总价 = r2(行不含税总价 × (1 + 税率)), 元.
    pub gross_total: Money,
    /// The cell that holds the 不含税单价.
    pub origin: Origin,
}

/// 附件3, complete: every tendered line in the tender's order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QuotationFigures {
    /// The lines.
    pub rows: Vec<RowFigures>,
    /// 合计 不含税总价 = Σ rows, 元.
    pub net_total: Money,
    /// 合计 含税总价 = Σ rows, 元.
    pub gross_total: Money,
    /// 增值税税率.
    pub rate: TaxRate,
}

impl QuotationFigures {
    /// The line of a 岗位 and 级别.
    pub fn row(&self, post: &str, level: &str) -> Option<&RowFigures> {
        self.rows.iter().find(|row| row.post == post && row.level == level)
    }
}

/// A line of 附件3 as a draft prints it: the tender's columns, and the rest where there is a price.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TableRow {
    /// 岗位职责.
    pub post: String,
    /// 级别.
    pub level: String,
    /// 预估工作量, 人天.
    pub workload: Decimal,
    /// 不含税单价最高限价, 元/人天.
    pub net_ceiling: Money,
    /// 含税单价最高限价, 元/人天.
    pub gross_ceiling: Money,
    /// The computed columns; none where the sheet gives no usable price or more than one.
    pub figures: Option<RowFigures>,
}

/// 附件3 as far as it can be computed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QuotationTable {
    /// The tendered lines, in the tender's order.
    pub rows: Vec<TableRow>,
    /// 增值税税率.
    pub rate: TaxRate,
}

impl QuotationTable {
    /// Sets the quoted prices into the tender's lines, at a rate.
    pub fn new(tender: &Tender, quotation: Option<&Quotation>, rate: TaxRate) -> Self {
        let rows = tender
            .lines()
            .map(|(post, line)| {
                let found = quotation.map_or_else(Vec::new, |q| rows_for(q, &post.name, &line.level));
                let figures = match found.as_slice() {
                    [row] => row_figures(&post.name, &line.level, line.workload, row, rate),
                    _ => None,
                };
                TableRow {
                    post: post.name.clone(),
                    level: line.level.clone(),
                    workload: line.workload,
                    net_ceiling: line.net_ceiling,
                    gross_ceiling: line.gross_ceiling,
                    figures,
                }
            })
            .collect();
        Self { rows, rate }
    }

    /// The whole, if no line is missing.
    pub fn complete(&self) -> Option<QuotationFigures> {
        let rows: Vec<RowFigures> = self.rows.iter().map(|row| row.figures.clone()).collect::<Option<_>>()?;
        (!rows.is_empty()).then(|| QuotationFigures {
            net_total: rows.iter().map(|row| row.net_total).sum(),
            gross_total: rows.iter().map(|row| row.gross_total).sum(),
            rate: self.rate,
            rows,
        })
    }
}

/// The sheet's rows for one 岗位 × 级别.
pub fn rows_for<'q>(quotation: &'q Quotation, post: &str, level: &str) -> Vec<&'q QuotationRow> {
    quotation
        .rows
        .iter()
        .filter(|row| same_name(&row.post.value, post) && same_name(&row.level.value, level))
        .collect()
}

/// The 不含税单价 of a row, if it can be reckoned with: above zero and within limits. A price with more than two
/// decimals is rounded as 附件3 备注(2) says, so that the other checks can go on; Q008 keeps it from being final.
pub fn usable_price(row: &QuotationRow) -> Option<Money> {
    let number = row.net_price.as_ref()?.value.number()?;
    let price = (number < AMOUNT_LIMIT).then(|| Money::round(number))?;
    (price > Money::ZERO).then_some(price)
}

/// r2(含税单价 × 预估工作量): not the form's basis, but one that suppliers use; Q005 and Q007 name it.
pub fn gross_by_gross_price(row: &RowFigures) -> Money {
    Money::round(row.gross_price.decimal() * row.workload)
}

fn row_figures(
    post: &str,
    level: &str,
    workload: Decimal,
    row: &QuotationRow,
    rate: TaxRate,
) -> Option<RowFigures> {
    let net_price = usable_price(row)?;
    let net_total = Money::round(net_price.decimal().checked_mul(workload)?);
    Some(RowFigures {
        post: post.to_owned(),
        level: level.to_owned(),
        workload,
        net_price,
        gross_price: rate.gross(net_price),
        net_total,
        gross_total: rate.gross(net_total),
        origin: row.net_price.as_ref()?.origin.clone(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compute::testing;

    // Spec, Figures: the form's own ceilings do not agree.
    #[test]
    fn every_price_at_its_ceiling() {
        let pack = testing::pack();
        let quotation = testing::quotation_at_ceiling(&pack);
        let table = QuotationTable::new(&pack.tender, Some(&quotation), pack.tender.rate);
        let figures = table.complete().unwrap();
        assert_eq!(figures.rows.len(), 21);
        assert_eq!(figures.net_total.to_string(), "16,630,413.00");
        assert_eq!(figures.gross_total.to_string(), "17,628,237.78");
        let by_gross_price: Money = figures.rows.iter().map(gross_by_gross_price).sum();
        assert_eq!(by_gross_price.to_string(), "17,628,187.03");
    }

    #[test]
    fn a_missing_or_doubled_line_leaves_a_blank() {
        let pack = testing::pack();
        let mut quotation = testing::quotation_at_ceiling(&pack);
        let doubled = quotation.rows[2].clone();
        quotation.rows.remove(0);
        quotation.rows.push(doubled);
        let table = QuotationTable::new(&pack.tender, Some(&quotation), pack.tender.rate);
        assert!(table.rows[0].figures.is_none());
        assert!(table.rows[1].figures.is_some());
        assert!(table.rows[2].figures.is_none());
        assert!(table.complete().is_none());
        let blank = QuotationTable::new(&pack.tender, None, pack.tender.rate);
        assert_eq!(blank.rows.len(), 21);
        assert!(blank.rows.iter().all(|row| row.figures.is_none()));
    }

    #[test]
    fn the_tenders_workload_and_order_stand() {
        let pack = testing::pack();
        let mut quotation = testing::quotation_at_ceiling(&pack);
        quotation.rows[0].workload = testing::cell("C5", dec!(9999));
        quotation.rows.reverse();
        let table = QuotationTable::new(&pack.tender, Some(&quotation), pack.tender.rate);
        let figures = table.complete().unwrap();
        assert_eq!(figures.rows[0].post, "产品/平台服务");
        assert_eq!(figures.rows[0].workload, dec!(1250));
        assert_eq!(figures.rows[0].net_total.to_string(), "1,061,325.00");
        assert_eq!(figures.rows[0].gross_total.to_string(), "1,125,004.50");
    }

    #[test]
    fn no_price_from_nothing_zero_or_beyond_limits() {
        let pack = testing::pack();
        let mut row = testing::quotation_at_ceiling(&pack).rows[0].clone();
        for bad in [dec!(0), dec!(-1), dec!(0.004), AMOUNT_LIMIT] {
            row.net_price = testing::cell("F5", bad);
            assert_eq!(usable_price(&row), None, "{bad}");
        }
        row.net_price = None;
        assert_eq!(usable_price(&row), None);
    }
}
