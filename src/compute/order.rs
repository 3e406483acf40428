//! 附件6: 订单总额, what was ordered before, and the 付款计划.
//!
//! May use: `model`.

use jiff::civil::Date;
use rust_decimal::Decimal;

use super::payment_plan::{StageFigures, plan};
use super::prices::{Cap, CapBasis, PriceHistory, Prices};
use super::quotation::{AMOUNT_LIMIT, QuotationTable, same_name};
use crate::diagnostics::Origin;
use crate::model::capital::to_capital;
use crate::model::case::{Case, Text};
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
    /// The same 不含税, each order at its own rate, 元.
    pub executed_net: Option<Money>,
    /// On which of the two it is held against the cap.
    pub basis: CapBasis,
    /// 修订 of the 附件3 it is written at; 0 as signed.
    pub revision: usize,
    /// 不含税 of 订单总额 = r2(订单总额 / (1 + 税率)), 元: what is held against the cap once the VAT rate has changed.
    pub net_total: Option<Money>,
    /// 付款计划.
    pub plan: Vec<StageFigures>,
}

/// Every order's figures, in the case's order of them.
pub fn order_figures(case: &Case, prices: &PriceHistory) -> Vec<OrderFigures> {
    let orders = &case.orders;
    let mut figures: Vec<OrderFigures> = orders
        .iter()
        .map(|order| without_executed(order, of_order(order, prices), basis(order, prices)))
        .collect();
    // An order that could not be read may be an earlier one.
    let mut executed = (!case.orders_unread).then_some(Money::ZERO);
    let mut executed_net = executed;
    for index in sequence(orders) {
        if let Some(order) = figures.get_mut(index) {
            (order.executed, order.executed_net) = (executed, executed_net);
            executed = executed.zip(order.total).map(|(before, total)| before + total);
            executed_net = executed_net.zip(order.net_total).map(|(before, total)| before + total);
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
        (
            signed.is_none(),
            signed,
            order.map(|order| (order.number().is_empty(), natural_key(order.number()))),
        )
    };
    sequence.sort_by_cached_key(key);
    sequence
}

/// A key by which DD-9 comes before DD-10: every run of digits is as wide as the widest there may be.
fn natural_key(number: &str) -> String {
    let mut key = String::new();
    let mut digits = String::new();
    for c in number.chars().chain(['\0']) {
        if c.is_ascii_digit() {
            digits.push(c);
            continue;
        }
        if !digits.is_empty() {
            key += &format!("{:0>24}", digits.trim_start_matches('0'));
            digits.clear();
        }
        key.push(c);
    }
    key
}

/// The prices an order is written at: those in force on its 签订日期; of one not signed yet those on the first day of its
/// 服务周期, or else the last there are.
pub fn of_order<'p>(order: &Order, prices: &'p PriceHistory) -> &'p Prices {
    day_of(order).map_or_else(|| prices.last(), |day| prices.on(day))
}

/// The day that decides them; none where the order names none.
fn day_of(order: &Order) -> Option<Date> {
    let signed = order.signed_on.as_ref().map(|date| date.value);
    signed.or_else(|| order.period.as_ref().map(|service| service.value.from))
}

/// The cap that all orders together are held against: that in force on the day of the last of them. Where one names no
/// day, it is written at the last prices there are, and the cap is theirs.
pub fn cap_of_orders<'p>(orders: &[Order], prices: &'p PriceHistory) -> Option<Cap<'p>> {
    let days: Option<Vec<Date>> = orders.iter().map(day_of).collect();
    let last = || prices.revisions.iter().filter_map(|prices| prices.from).max();
    match days.map_or_else(last, |days| days.into_iter().max()) {
        Some(day) => prices.cap_on(day),
        None => Some(Cap { basis: CapBasis::Gross, contract: prices.signed.contract.as_ref()? }),
    }
}

/// On which basis the cap is compared on that day.
fn basis(order: &Order, prices: &PriceHistory) -> CapBasis {
    let day = day_of(order).or(prices.last().from);
    day.map_or(CapBasis::Gross, |day| prices.basis_on(day))
}

fn without_executed(order: &Order, prices: &Prices, basis: CapBasis) -> OrderFigures {
    let table = &prices.table;
    let lines: Vec<OrderLineFigures> = order.lines.iter().map(|line| line_figures(line, table)).collect();
    let amounts: Option<Vec<Money>> = lines.iter().map(|line| line.gross).collect();
    let total =
        amounts.filter(|amounts| !amounts.is_empty()).map(|amounts| amounts.into_iter().sum::<Money>());
    let total = total.filter(|total| total.decimal() < AMOUNT_LIMIT);
    OrderFigures {
        number: order.number().to_owned(),
        days: lines.iter().filter_map(|line| line.days).sum(),
        total,
        total_words: total.and_then(to_capital),
        executed: None,
        executed_net: None,
        basis,
        revision: prices.revision,
        net_total: total.map(|total| prices.rate().net(total)),
        plan: plan(order, total),
        lines,
    }
}

fn line_figures(line: &OrderLine, table: &QuotationTable) -> OrderLineFigures {
    let text = |text: &Text| text.as_ref().map_or("", |text| text.value.as_str()).to_owned();
    let (post, level) = (text(&line.post), text(&line.level));
    let row = table.rows.iter().find(|row| same_name(&row.post, &post) && same_name(&row.level, &level));
    let gross_price = row.and_then(|row| row.figures.as_ref()).map(|figures| figures.gross_price);
    let days = line.days.as_ref().map(|days| days.value);
    OrderLineFigures {
        post: row.map_or(post, |row| row.post.clone()),
        level: row.map_or(level, |row| row.level.clone()),
        days,
        gross_price,
        gross: days.zip(gross_price).and_then(|(days, price)| line_amount(days, price)),
        origin: line.origin.clone(),
    }
}

/// r2(人天 × 含税单价); none where 人天 are none that can be ordered.
fn line_amount(days: Decimal, price: Money) -> Option<Money> {
    let amount = days.checked_mul(price.decimal()).filter(|amount| *amount < AMOUNT_LIMIT)?;
    (days > Decimal::ZERO).then(|| Money::round(amount))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compute::CaseFigures;
    use crate::compute::testing::{adjustment, at, day, good_case, pack};
    use crate::compute::testing_month::requoted;
    use crate::compute::testing_orders::{order, stage};
    use crate::diagnostics::Located;
    use crate::model::case::Period;
    use rust_decimal::dec;

    /// The figures of these orders at the prices of the good case: 产品/平台服务 高级 898.94, 中级 798.94 元/人天.
    fn figures(orders: Vec<Order>) -> Vec<OrderFigures> {
        let mut case = good_case();
        case.orders = orders;
        CaseFigures::of(&case, &pack()).orders
    }

    fn money(amount: Decimal) -> Option<Money> {
        Some(Money::exact(amount).unwrap())
    }

    // 120 × 898.94 = 107,872.80; 33.5 × 798.94 = 26,764.49; together 134,637.29.
    #[test]
    fn the_total_is_the_sum_of_the_lines() {
        let lines = [("产品／平台服务 ", "高级", dec!(120)), ("产品/平台服务", "中级", dec!(33.5))];
        let figures = figures(vec![order("DD-1", &lines)]).remove(0);
        assert_eq!(figures.lines[0].post, "产品/平台服务", "as 附件3 writes it");
        assert_eq!(
            (figures.lines[0].gross, figures.lines[1].gross),
            (money(dec!(107872.80)), money(dec!(26764.49)))
        );
        assert_eq!((figures.total, figures.days), (money(dec!(134637.29)), dec!(153.5)));
        assert_eq!(figures.total_words.as_deref(), Some("壹拾叁万肆仟陆佰叁拾柒元贰角玖分"));
    }

    // 0.25 × 898.94 = 224.735: half a 分 goes up, line by line.
    #[test]
    fn every_line_is_rounded_by_itself() {
        let quarter = ("产品/平台服务", "高级", dec!(0.25));
        let figures = figures(vec![order("DD-1", &[quarter, quarter])]).remove(0);
        assert_eq!(figures.lines[0].gross, money(dec!(224.74)));
        assert_eq!(figures.total, money(dec!(449.48)));
    }

    #[test]
    fn what_is_missing_leaves_a_blank() {
        let good = ("产品/平台服务", "高级", dec!(1));
        for bad in [
            ("产品/平台服务", "特级", dec!(1)),
            ("产品/平台服务", "高级", dec!(0)),
            ("产品/平台服务", "高级", dec!(-1)),
            ("产品/平台服务", "高级", dec!(9999999999999)),
        ] {
            let mut one = order("DD-1", &[good, bad]);
            one.plan = vec![stage(Some(dec!(1)), None)];
            let figures = figures(vec![one]).remove(0);
            assert_eq!(
                (figures.lines[1].gross, figures.total, figures.total_words),
                (None, None, None),
                "{bad:?}"
            );
            assert_eq!((figures.plan[0].amount, figures.plan[0].share), (None, Some(dec!(1))), "{bad:?}");
        }
        let mut undone = order("DD-1", &[good]);
        undone.lines[0].days = None;
        assert_eq!(figures(vec![undone]).remove(0).total, None);
        assert_eq!(figures(vec![order("DD-1", &[])]).remove(0).total, None);
        let mut unpriced = good_case();
        unpriced.quotation = None;
        unpriced.orders = vec![order("DD-1", &[good])];
        let figures = CaseFigures::of(&unpriced, &pack()).orders.remove(0);
        assert_eq!((figures.lines[0].gross_price, figures.total), (None, None));
    }

    // In the order of signing: DD-2 449.47, DD-9 898.94, DD-10 1,797.88 of the same day, the unsigned DD-1 last.
    #[test]
    fn executed_is_what_was_ordered_before() {
        let of = |number: &str, days, signed: Option<&str>| {
            let mut one = order(number, &[("产品/平台服务", "高级", days)]);
            one.signed_on = signed.and_then(|date| day(number, date));
            one
        };
        let orders = || {
            vec![
                of("DD-1", dec!(3), None),
                of("DD-10", dec!(2), Some("2026-04-01")),
                of("DD-9", dec!(1), Some("2026-04-01")),
                of("DD-2", dec!(0.5), Some("2026-03-05")),
            ]
        };
        let executed =
            |figures: &[OrderFigures]| figures.iter().map(|order| order.executed).collect::<Vec<_>>();
        assert_eq!(
            executed(&figures(orders())),
            [money(dec!(3146.29)), money(dec!(1348.41)), money(dec!(449.47)), money(dec!(0))]
        );
        // One that cannot be worked out leaves a blank in all that follow, and only in those.
        let mut broken = orders();
        broken[2].lines[0].days = None;
        assert_eq!(executed(&figures(broken)), [None, None, money(dec!(449.47)), money(dec!(0))]);
        // One that could not be read may have come before any of them.
        let mut case = good_case();
        (case.orders, case.orders_unread) = (orders(), true);
        assert_eq!(executed(&CaseFigures::of(&case, &pack()).orders), [None; 4]);
    }

    // Two of one number and day are two orders: the one whose file comes first is the first.
    #[test]
    fn doubled_numbers_are_counted_twice() {
        let of = |days| {
            let mut one = order("DD-1", &[("产品/平台服务", "高级", days)]);
            one.signed_on = day("签订", "2026-03-05");
            one
        };
        let figures = figures(vec![of(dec!(1)), of(dec!(2))]);
        assert_eq!((figures[0].executed, figures[1].executed), (money(dec!(0)), money(dec!(898.94))));
    }

    // 高级 is 898.94 at 6 %, 873.50 at 3 % (848.06 net), 824.00 from the new quotation of 800.00 net on.
    #[test]
    fn an_order_has_the_prices_of_its_day() {
        let mut case = good_case();
        case.adjustments =
            vec![adjustment("一", "2026-05-01"), requoted("二", "2026-06-01", |_| Money::round(dec!(800)))];
        let of = |number: &str, signed: Option<&str>, from: Option<&str>| {
            let mut one = order(number, &[("产品/平台服务", "高级", dec!(100))]);
            one.signed_on = signed.and_then(|date| day(number, date));
            one.period = from.map(|from| {
                let to = "2026-12-31".parse().unwrap();
                Located::new(Period { from: from.parse().unwrap(), to }, at("服务周期"))
            });
            one
        };
        case.orders = vec![
            of("DD-1", Some("2026-04-30"), Some("2026-06-01")),
            of("DD-2", Some("2026-05-01"), None),
            of("DD-3", None, Some("2026-05-31")),
            of("DD-4", None, None),
        ];
        let figures = CaseFigures::of(&case, &pack());
        let shown: Vec<_> = figures
            .orders
            .iter()
            .map(|order| (order.revision, order.total, order.net_total, order.basis))
            .collect();
        assert_eq!(
            shown,
            [
                (0, money(dec!(89894.00)), money(dec!(84805.66)), CapBasis::Gross),
                (1, money(dec!(87350.00)), money(dec!(84805.83)), CapBasis::Net),
                (1, money(dec!(87350.00)), money(dec!(84805.83)), CapBasis::Net),
                (2, money(dec!(82400.00)), money(dec!(80000.00)), CapBasis::Net),
            ]
        );
        // DD-1, DD-2, then DD-3 and DD-4, which are not signed.
        assert_eq!(
            (figures.orders[3].executed, figures.orders[3].executed_net),
            (money(dec!(264594.00)), money(dec!(254417.32)))
        );
        let cap = |orders: &[Order]| {
            let cap = cap_of_orders(orders, &figures.prices).unwrap();
            (cap.basis, cap.amount())
        };
        let of_revision = |number: usize| figures.prices.revision(number).unwrap().contract.as_ref().unwrap();
        assert_eq!(cap(&case.orders[..1]), (CapBasis::Gross, of_revision(0).gross));
        assert_eq!(cap(&case.orders[..3]), (CapBasis::Net, of_revision(1).net));
        assert_eq!(cap(&case.orders), (CapBasis::Net, of_revision(2).net), "of the last prices");
        let unadjusted = CaseFigures::of(&good_case(), &pack());
        assert_eq!(cap_of_orders(&case.orders, &unadjusted.prices).unwrap().basis, CapBasis::Gross);
    }
}
