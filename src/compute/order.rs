//! 附件6: 订单总额, what was ordered before, and the 付款计划.
//!
//! May use: `model`.

use rust_decimal::Decimal;

use super::quotation::{QuotationTable, same_name};
use crate::diagnostics::Origin;
use crate::model::capital::to_capital;
use crate::model::money::Money;
use crate::model::order::{Order, OrderLine};

/// A line of 明细, computed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OrderLineFigures {
    /// 岗位职责 as 附件3 writes it, or as the order does where 附件3 has no such line.
    pub post: String,
    /// 级别, likewise.
    pub level: String,
    /// 人天.
    pub days: Option<Decimal>,
    /// 含税单价 of 附件3, 元/人天.
    pub gross_price: Option<Money>,
    /// r2(人天 × 含税单价), 元.
    pub gross: Option<Money>,
    /// Where the line stands.
    pub origin: Origin,
}

/// A row of 付款计划, computed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StageFigures {
    /// 比例 as a fraction; worked out from the amount where only that is given.
    pub share: Option<Decimal>,
    /// 应付含税金额, 元: r2(订单总额 × 比例); the last row takes what is left.
    pub amount: Option<Money>,
}

/// One order's figures.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OrderFigures {
    /// 编号; empty where none is written.
    pub number: String,
    /// 明细.
    pub lines: Vec<OrderLineFigures>,
    /// Σ 人天 of the lines that have them.
    pub days: Decimal,
    /// 订单总额 = Σ r2(人天 × 含税单价), 元; none while a line is incomplete or there is none.
    pub total: Option<Money>,
    /// 大写 of 订单总额.
    pub total_words: Option<String>,
    /// 框架协议已执行金额 before this order: Σ 订单总额 of earlier orders, 元; none while one of them has none.
    pub executed: Option<Money>,
    /// 付款计划.
    pub plan: Vec<StageFigures>,
}

/// Every order's figures, in the order of `orders`.
pub fn order_figures(orders: &[Order], table: &QuotationTable) -> Vec<OrderFigures> {
    let mut figures: Vec<OrderFigures> = orders.iter().map(|order| without_executed(order, table)).collect();
    let sequence = sequence(orders);
    let mut executed = Some(Money::ZERO);
    for index in sequence {
        if let Some(order) = figures.get_mut(index) {
            order.executed = executed;
            executed = executed.zip(order.total).map(|(before, total)| before + total);
        }
    }
    figures
}

/// The orders as they follow one another: by 签订日期, then by 编号; unsigned ones last.
pub fn sequence(orders: &[Order]) -> Vec<usize> {
    let mut sequence: Vec<usize> = (0..orders.len()).collect();
    let key = |index: &usize| {
        let order = orders.get(*index);
        let signed = order.and_then(|order| order.signed_on.as_ref()).map(|date| date.value);
        (signed.is_none(), signed, order.map_or("", Order::number).to_owned())
    };
    sequence.sort_by_key(key);
    sequence
}

fn without_executed(order: &Order, table: &QuotationTable) -> OrderFigures {
    let lines: Vec<OrderLineFigures> = order.lines.iter().map(|line| line_figures(line, table)).collect();
    let amounts: Option<Vec<Money>> = lines.iter().map(|line| line.gross).collect();
    let total = amounts.filter(|amounts| !amounts.is_empty()).map(|amounts| amounts.into_iter().sum());
    OrderFigures {
        number: order.number().to_owned(),
        days: lines.iter().filter_map(|line| line.days).sum(),
        total,
        total_words: total.and_then(to_capital),
        executed: None,
        plan: plan(order, total),
        lines,
    }
}

fn line_figures(line: &OrderLine, table: &QuotationTable) -> OrderLineFigures {
    let text =
        |text: &crate::model::case::Text| text.as_ref().map_or("", |text| text.value.as_str()).to_owned();
    let (post, level) = (text(&line.post), text(&line.level));
    let row = table.rows.iter().find(|row| same_name(&row.post, &post) && same_name(&row.level, &level));
    let gross_price = row.and_then(|row| row.figures.as_ref()).map(|figures| figures.gross_price);
    let days = line.days.as_ref().map(|days| days.value);
    let gross =
        days.zip(gross_price).and_then(|(days, price)| days.checked_mul(price.decimal())).map(Money::round);
    OrderLineFigures {
        post: row.map_or(post, |row| row.post.clone()),
        level: row.map_or(level, |row| row.level.clone()),
        days,
        gross_price,
        gross,
        origin: line.origin.clone(),
    }
}

/// Amounts from ratios, ratios from amounts; the last row takes what is left of the total.
fn plan(order: &Order, total: Option<Money>) -> Vec<StageFigures> {
    let last = order.plan.len().saturating_sub(1);
    let mut left = total;
    let stage = |(index, stage): (usize, &crate::model::order::PaymentStage)| {
        let stated = stage.amount.as_ref().map(|amount| amount.value);
        let share = stage.share.as_ref().map(|share| share.value);
        let from_share = || Some(Money::round(total?.decimal().checked_mul(share?)?));
        let amount = match stated {
            Some(stated) => Some(stated),
            None if index == last && share.is_some() => left,
            None => from_share(),
        };
        left = left.zip(amount).map(|(left, amount)| left - amount);
        let from_amount = || amount?.decimal().checked_div(total?.decimal());
        StageFigures { share: share.or_else(from_amount), amount }
    };
    order.plan.iter().enumerate().map(stage).collect()
}
