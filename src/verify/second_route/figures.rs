//! The second route: every figure of 附件3, 4.3, the orders and their 付款计划, worked out anew from what was read, in
//! plain integers, by this file's own arithmetic and its own reading of the form's rules. Nothing of `compute` is used.
//!
//! May use: `model`, `pack`, `verify::exact`.

use jiff::civil::Date;

use super::exact::{Cents, Number, times, with_tax, without_tax};
use crate::model::case::Case;
use crate::model::names::same_name;
use crate::model::order::Order;
use crate::model::quotation::Quotation;
use crate::pack::Pack;

/// The computed columns of a line of 附件3, in 分.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the columns of 附件3")]
pub struct RowFigures {
    pub net_price: Cents,
    pub gross_price: Cents,
    pub net_total: Cents,
    pub gross_total: Cents,
}

/// A line of 附件3.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the columns of 附件3")]
pub struct Row {
    pub post: String,
    pub level: String,
    pub workload: Number,
    pub net_ceiling: Cents,
    pub gross_ceiling: Cents,
    pub figures: Option<RowFigures>,
}

/// 附件3 and 4.3 as signed, or as a 调整 leaves them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Version {
    /// 0 as signed, else the 调整's number.
    pub revision: usize,
    /// The first day in force.
    pub from: Option<Date>,
    /// 税率 as a fraction.
    pub rate: Number,
    /// The lines.
    pub rows: Vec<Row>,
    /// 合计 不含税 and 含税; none while a price is missing.
    pub totals: Option<(Cents, Cents)>,
}

impl Version {
    /// 税额 of 4.3.
    pub fn tax(&self) -> Option<Cents> {
        self.totals.map(|(net, gross)| gross - net)
    }

    /// The line of a 岗位 and 级别, however they are typed.
    pub fn row(&self, post: &str, level: &str) -> Option<(usize, &Row)> {
        let same = |row: &Row| same_name(&row.post, post) && same_name(&row.level, level);
        self.rows.iter().enumerate().find(|(_, row)| same(row))
    }
}

/// A line of an order's 明细.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the columns of 附件6")]
pub struct OrderLine {
    pub post: String,
    pub level: String,
    pub days: Option<Number>,
    pub gross_price: Option<Cents>,
    pub amount: Option<Cents>,
}

/// A 委托订单.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OrderFigures {
    /// Its lines.
    pub lines: Vec<OrderLine>,
    /// 订单总额.
    pub total: Option<Cents>,
    /// 框架协议已执行金额: of the orders before it.
    pub executed: Option<Cents>,
    /// 订单总额 without the tax, at the rate it is written at.
    pub net_total: Option<Cents>,
    /// 框架协议已执行金额, 不含税.
    pub net_executed: Option<Cents>,
    /// 修订 of the prices it is written at.
    pub revision: usize,
    /// 应付含税金额 of each row of the 付款计划.
    pub stages: Vec<Option<Cents>>,
}

/// All of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Figures {
    /// As signed, then by 调整.
    pub versions: Vec<Version>,
    /// In the case's order.
    pub orders: Vec<OrderFigures>,
}

impl Figures {
    /// From the inputs.
    pub fn of(case: &Case, pack: &Pack) -> Self {
        let versions = versions(case, pack);
        let mut orders: Vec<OrderFigures> =
            case.orders.iter().map(|order| order_of(order, &versions)).collect();
        let mut executed = (!case.orders_unread).then_some(0);
        let mut net_executed = executed;
        for index in sequence(&case.orders) {
            if let Some(order) = orders.get_mut(index) {
                order.executed = executed;
                executed = executed.zip(order.total).map(|(before, total)| before + total);
                order.net_executed = net_executed;
                net_executed = net_executed.zip(order.net_total).map(|(before, total)| before + total);
            }
        }
        Self { versions, orders }
    }

    /// What is in force on a day: the last entry that has begun.
    pub fn on(&self, day: Date) -> Option<&Version> {
        on(&self.versions, day)
    }

    /// Whether the cap is compared 不含税 on a day: 税率 has been another one since signing.
    pub fn by_net(&self, day: Date) -> bool {
        let Some(signed) = self.versions.first() else { return false };
        let begun = self.versions.iter().filter(|version| version.from.is_some_and(|from| from <= day));
        begun.into_iter().any(|version| !version.rate.equals(signed.rate))
    }
}

fn on(versions: &[Version], day: Date) -> Option<&Version> {
    let begun = versions.iter().rev().find(|version| version.from.is_some_and(|from| from <= day));
    begun.or(versions.first())
}

fn versions(case: &Case, pack: &Pack) -> Vec<Version> {
    let mut rate = Number::of(pack.tender.rate.fraction());
    let mut quotation = case.quotation.as_ref();
    let mut versions = vec![version(0, None, rate, quotation, pack)];
    for (index, adjustment) in case.adjustments.iter().enumerate() {
        if adjustment.requotes {
            quotation = adjustment.quotation.as_ref();
        }
        if let Some(changed) = &adjustment.rate {
            rate = Number::of(changed.value.fraction());
        }
        let from = adjustment.effective_on.as_ref().map(|date| date.value);
        versions.push(version(index + 1, from, rate, quotation, pack));
    }
    versions
}

fn version(
    revision: usize,
    from: Option<Date>,
    rate: Number,
    quotation: Option<&Quotation>,
    pack: &Pack,
) -> Version {
    let mut rows = Vec::new();
    for post in &pack.tender.posts {
        for line in &post.levels {
            let workload = Number::of(line.workload);
            let price = quotation.and_then(|quotation| net_price(quotation, &post.name, &line.level));
            rows.push(Row {
                post: post.name.clone(),
                level: line.level.clone(),
                workload,
                net_ceiling: Number::of(line.net_ceiling.decimal()).cents().unwrap_or_default(),
                gross_ceiling: Number::of(line.gross_ceiling.decimal()).cents().unwrap_or_default(),
                figures: price.and_then(|price| row_figures(price, workload, rate)),
            });
        }
    }
    let complete: Option<Vec<RowFigures>> = rows.iter().map(|row| row.figures).collect();
    let totals = complete.filter(|rows| !rows.is_empty()).map(|rows| {
        let sum = |of: fn(&RowFigures) -> Cents| rows.iter().map(of).sum::<Cents>();
        (sum(|row| row.net_total), sum(|row| row.gross_total))
    });
    Version { revision, from, rate, rows, totals }
}

/// The one price that the sheet gives for a line.
fn net_price(quotation: &Quotation, post: &str, level: &str) -> Option<Cents> {
    let mut found = None;
    for row in &quotation.rows {
        if same_name(&row.post.value, post) && same_name(&row.level.value, level) {
            if found.is_some() {
                return None;
            }
            found = Some(row);
        }
    }
    let price = Number::of(found?.net_price.as_ref()?.value.number()?).cents()?;
    (price > 0).then_some(price)
}

/// 附件3 备注(2).
fn row_figures(net_price: Cents, workload: Number, rate: Number) -> Option<RowFigures> {
    let net_total = times(net_price, workload)?;
    Some(RowFigures {
        net_price,
        gross_price: with_tax(net_price, rate)?,
        net_total,
        gross_total: with_tax(net_total, rate)?,
    })
}

fn order_of(order: &Order, versions: &[Version]) -> OrderFigures {
    let signed = order.signed_on.as_ref().map(|date| date.value);
    let day = signed.or_else(|| order.period.as_ref().map(|period| period.value.from));
    let prices = day.map_or_else(|| versions.last(), |day| on(versions, day));
    let lines: Vec<OrderLine> = order.lines.iter().map(|line| order_line(line, prices)).collect();
    let total = match lines.iter().map(|line| line.amount).collect::<Option<Vec<Cents>>>() {
        Some(amounts) if !amounts.is_empty() => Some(amounts.iter().sum()),
        _ => None,
    };
    OrderFigures {
        stages: stages(order, total),
        lines,
        total,
        executed: None,
        net_total: total.zip(prices).and_then(|(total, prices)| without_tax(total, prices.rate)),
        net_executed: None,
        revision: prices.map_or(0, |prices| prices.revision),
    }
}

fn order_line(line: &crate::model::order::OrderLine, prices: Option<&Version>) -> OrderLine {
    let text = |text: &crate::model::case::Text| text.as_ref().map_or_else(String::new, |t| t.value.clone());
    let (post, level) = (text(&line.post), text(&line.level));
    let row = prices.and_then(|prices| prices.row(&post, &level)).map(|(_, row)| row);
    let gross_price = row.and_then(|row| row.figures).map(|figures| figures.gross_price);
    let days = line.days.as_ref().map(|days| Number::of(days.value));
    OrderLine {
        post: row.map_or(post, |row| row.post.clone()),
        level: row.map_or(level, |row| row.level.clone()),
        days,
        gross_price,
        amount: days
            .filter(|days| days.units > 0)
            .zip(gross_price)
            .and_then(|(days, price)| times(price, days)),
    }
}

/// r2(订单总额 × 比例); of those worked out so, the last takes what the others leave.
fn stages(order: &Order, total: Option<Cents>) -> Vec<Option<Cents>> {
    let stated = |stage: &crate::model::order::PaymentStage| {
        stage.amount.as_ref().and_then(|amount| Number::of(amount.value.decimal()).cents())
    };
    let computed =
        |stage: &crate::model::order::PaymentStage| times(total?, Number::of(stage.share.as_ref()?.value));
    let mut amounts: Vec<Option<Cents>> =
        order.plan.iter().map(|stage| stated(stage).or_else(|| computed(stage))).collect();
    let rest = order.plan.iter().rposition(|stage| stated(stage).is_none() && computed(stage).is_some());
    if let (Some(rest), Some(total)) = (rest.filter(|_| total > Some(0)), total) {
        let others = amounts.iter().enumerate().filter(|(index, _)| *index != rest);
        let others: Option<Vec<Cents>> = others.map(|(_, amount)| *amount).collect();
        let left = others.map(|others| total - others.iter().sum::<Cents>());
        // Each of the others was rounded by half a 分 at the most; more is no rounding (O003).
        let room = i128::try_from(order.plan.len().saturating_sub(1).max(1)).unwrap_or(1);
        let fits = |left: &Cents, own: Cents| *left >= 0 && (left - own).abs() * 2 <= room + 1;
        if let Some(Some(own)) = amounts.get_mut(rest)
            && let Some(left) = left.filter(|left| fits(left, *own))
        {
            *own = left;
        }
    }
    amounts
}

/// By 签订日期, then by number as people count; unsigned ones last.
fn sequence(orders: &[Order]) -> Vec<usize> {
    let mut indices: Vec<usize> = (0..orders.len()).collect();
    indices.sort_by_key(|index| {
        let order = orders.get(*index);
        let signed = order.and_then(|order| order.signed_on.as_ref()).map(|date| date.value);
        let number = order.map_or("", Order::number);
        (signed.is_none(), signed, number.is_empty(), parts(number))
    });
    indices
}

/// DD-9 before DD-10.
fn parts(number: &str) -> Vec<(String, u128)> {
    let mut parts = vec![(String::new(), 0_u128)];
    let mut in_digits = false;
    for c in number.chars() {
        if !c.is_ascii_digit() && in_digits {
            parts.push((String::new(), 0));
        }
        in_digits = c.is_ascii_digit();
        if let Some((text, value)) = parts.last_mut() {
            match c.to_digit(10).filter(|_| in_digits) {
                Some(digit) => *value = value.saturating_mul(10).saturating_add(digit.into()),
                None => text.push(c),
            }
        }
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compute::CaseFigures;
    use crate::compute::testing::{adjustment, day, good_case, pack};
    use crate::compute::testing_orders::{order, stage};
    use rust_decimal::dec;

    // Worked by hand: 848.06 × 1.06 = 898.9436; × 1250 = 1,060,075.00, × 1.06 = 1,123,679.50.
    // At 3 %: 873.5018. 120 × 898.94 = 107,872.80; 30 % of it 32,361.84.
    #[test]
    fn figures_worked_by_hand() {
        let mut case = good_case();
        let mut one = order("DD-1", &[("产品/平台服务", "高级", dec!(120))]);
        one.signed_on = day("签订日期", "2026-03-05");
        one.plan = vec![stage(Some(dec!(0.3)), None), stage(Some(dec!(0.7)), None)];
        case.orders = vec![one];
        case.adjustments = vec![adjustment("一", "2026-09-01")];
        let figures = Figures::of(&case, &pack());
        let first = figures.versions[0].rows[0].figures.unwrap();
        assert_eq!((first.net_price, first.gross_price), (84_806, 89_894));
        assert_eq!((first.net_total, first.gross_total), (106_007_500, 112_367_950));
        assert_eq!(figures.versions[1].rows[0].figures.unwrap().gross_price, 87_350);
        assert_eq!(figures.orders[0].total, Some(10_787_280));
        assert_eq!(figures.orders[0].stages, [Some(3_236_184), Some(7_551_096)]);
        let basis = |day: &str| figures.by_net(day.parse().unwrap());
        assert_eq!((basis("2026-08-31"), basis("2026-09-01")), (false, true));
    }

    #[test]
    fn both_routes_agree() {
        let mut case = good_case();
        case.orders = ["DD-10", "DD-9"].map(|n| order(n, &[("技术支持", "初级", dec!(33.3))])).to_vec();
        let (figures, computed) = (Figures::of(&case, &pack()), CaseFigures::of(&case, &pack()));
        let contract = computed.contract().unwrap();
        let (net, gross) = figures.versions[0].totals.unwrap();
        assert_eq!(super::super::exact::show(gross), contract.gross.to_string());
        assert_eq!(super::super::exact::show(net), contract.net.to_string());
        for (own, other) in figures.orders.iter().zip(&computed.orders) {
            assert_eq!(own.executed.map(super::super::exact::show), other.executed.map(|m| m.to_string()));
        }
    }
}
