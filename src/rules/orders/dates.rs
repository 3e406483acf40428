//! O001, O007 to O009: an order's days against the framework agreement's and against each other.
//!
//! May use: `model`, `compute`, `diagnostics`.

use jiff::civil::Date;

use super::has_orders;
use crate::compute::term::framework_term;
use crate::diagnostics::{Located, RuleInfo, Severity};
use crate::model::case::Period;
use crate::model::order::Order;
use crate::rules::{Context, Reporter, Rule};

/// The framework's term: as stated, or the year from signing.
fn term(ctx: &Context) -> Option<Period> {
    let contract = &ctx.case.contract;
    let stated = contract.term.as_ref().map(|term| term.value);
    stated.or_else(|| framework_term(contract.signed_on.as_ref()?.value))
}

/// The orders that say when the service is, and when.
fn periods<'a>(ctx: &Context<'a>) -> impl Iterator<Item = (&'a Order, &'a Located<Period>)> {
    ctx.case.orders.iter().filter_map(|order| Some((order, order.period.as_ref()?)))
}

/// How many days lie between two days.
fn days(from: Date, to: Date) -> i32 {
    (to - from).get_days().abs()
}

/// An order is carried out while the framework is in force.
pub static O001: Rule = Rule {
    info: RuleInfo {
        id: "O001",
        title: "服务周期超出框架协议有效期",
        severity: Severity::Error,
        clause: "4.2，12.1，附件6",
        what: "订单的服务周期须在框架协议的有效期之内。",
        why: "有效期之外的服务不受框架协议约束，单价、考核和付款都没有依据。",
        example: "有效期到 2027-02-28，服务周期到 2027-03-31。",
        fix: "改正 服务周期；或核对合同的 签订日期、有效期。",
    },
    applies: |ctx| periods(ctx).next().is_some() && term(ctx).is_some(),
    check: o001,
};

fn o001(ctx: &Context, out: &mut Reporter) {
    let Some(term) = term(ctx) else { return };
    for (_, Located { value: period, origin }) in periods(ctx) {
        if period.from > period.to {
            continue; // O007's
        }
        let mut beyond = Vec::new();
        if period.from < term.from {
            beyond.push(format!("早 {} 天开始", days(period.from, term.from)));
        }
        if period.to > term.to {
            beyond.push(format!("晚 {} 天结束", days(term.to, period.to)));
        }
        if !beyond.is_empty() {
            out.report(
                origin,
                format!(
                    "服务周期 {} 至 {} 超出框架协议有效期：{}",
                    period.from,
                    period.to,
                    beyond.join("，")
                ),
            )
            .expected(format!("在 {} 至 {} 之内", term.from, term.to));
        }
    }
}

/// A period begins before it ends.
pub static O007: Rule = Rule {
    info: RuleInfo {
        id: "O007",
        title: "服务周期首尾颠倒",
        severity: Severity::Error,
        clause: "附件6",
        what: "服务周期的第一天不晚于最后一天。",
        why: "日期颠倒的订单，没有一天的工时能算进去。",
        example: "服务周期: {自: 2026-08-31, 至: 2026-03-05}。",
        fix: "改正 服务周期 的 自 和 至。",
    },
    applies: |ctx| periods(ctx).next().is_some(),
    check: |ctx, out| {
        for (_, period) in periods(ctx) {
            let Period { from, to } = period.value;
            if from > to {
                out.report(&period.origin, format!("服务周期从 {from} 到 {to}，首尾颠倒"))
                    .expected(format!("{to} 至 {from}"));
            }
        }
    },
};

/// An order is signed while the framework is in force.
pub static O008: Rule = Rule {
    info: RuleInfo {
        id: "O008",
        title: "订单签订日期不在框架协议有效期内",
        severity: Severity::Error,
        clause: "4.2，附件6",
        what: "订单的签订日期不早于框架协议的签订日期，不晚于有效期的最后一天。",
        why: "框架协议还没有签，或已经到期，订单就没有依据。",
        example: "框架协议 2026-03-01 签订，订单 2026-02-20 签订。",
        fix: "改正订单的 签订日期；或核对合同的 签订日期、有效期。",
    },
    applies: |ctx| has_orders(ctx) && (ctx.case.contract.signed_on.is_some() || term(ctx).is_some()),
    check: o008,
};

fn o008(ctx: &Context, out: &mut Reporter) {
    let framework = ctx.case.contract.signed_on.as_ref();
    let last = term(ctx).map(|term| term.to);
    for signed in ctx.case.orders.iter().filter_map(|order| order.signed_on.as_ref()) {
        let date = signed.value;
        if let Some(framework) = framework.filter(|framework| date < framework.value) {
            out.report(
                &signed.origin,
                format!("订单签订日期 {date} 早于框架协议签订日期 {}", framework.value),
            )
            .expected(format!("不早于 {}", framework.value))
            .label(&framework.origin, "框架协议的签订日期在这里");
        }
        if let Some(last) = last.filter(|last| date > *last) {
            out.report(&signed.origin, format!("订单签订日期 {date} 晚于框架协议有效期的最后一天 {last}"))
                .expected(format!("不晚于 {last}"));
        }
    }
}

/// An order is signed before the work begins.
pub static O009: Rule = Rule {
    info: RuleInfo {
        id: "O009",
        title: "订单在服务开始之后才签订",
        severity: Severity::Warning,
        clause: "附件6",
        what: "订单的签订日期不晚于服务周期的第一天。",
        why: "先服务后签订单，签订之前的工时是否算数容易起争议。",
        example: "服务周期自 2026-03-05 起，签订日期 2026-03-20。",
        fix: "核对 签订日期 和 服务周期；确是补签的，在 特别说明 里写明。",
    },
    applies: |ctx| periods(ctx).any(|(order, _)| order.signed_on.is_some()),
    check: |ctx, out| {
        for (order, period) in periods(ctx) {
            let from = period.value.from;
            if let Some(signed) = order.signed_on.as_ref().filter(|signed| signed.value > from) {
                out.report(&signed.origin, format!("签订日期 {} 晚于服务周期的第一天 {from}", signed.value))
                    .expected(format!("不晚于 {from}"))
                    .label(&period.origin, "服务周期在这里");
            }
        }
    },
};

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compute::testing::{at, day, good_case};
    use crate::compute::testing_orders::order;
    use crate::model::case::Case;
    use crate::rules::testing::{fire, only};

    /// The good case, signed on 2026-03-01, with one order.
    fn with(signed: Option<&str>, from: &str, to: &str) -> Case {
        let mut one = order("DD-1", &[]);
        one.signed_on = signed.and_then(|date| day("签订", date));
        let period = Period { from: from.parse().unwrap(), to: to.parse().unwrap() };
        one.period = Some(Located::new(period, at("周期")));
        Case { orders: vec![one], ..good_case() }
    }

    #[test]
    fn o001_the_period_lies_within_the_term() {
        assert!(fire("O001", &with(None, "2026-03-01", "2027-02-28")).is_empty());
        let found = only(fire("O001", &with(None, "2026-02-27", "2027-03-31")), &at("周期"), Severity::Error);
        assert!(found.message.contains("早 2 天开始，晚 31 天结束"), "{}", found.message);
        let mut stated = with(None, "2026-03-01", "2027-03-01");
        let term = Period { from: "2026-03-01".parse().unwrap(), to: "2027-03-01".parse().unwrap() };
        stated.contract.term = Some(Located::new(term, at("有效期")));
        assert!(fire("O001", &stated).is_empty());
        let mut undated = with(None, "2020-01-01", "2020-02-01");
        undated.contract.signed_on = None;
        assert!(fire("O001", &undated).is_empty(), "there is no term to compare with yet");
    }

    #[test]
    fn o007_a_period_the_wrong_way_round() {
        assert!(fire("O007", &with(None, "2026-03-05", "2026-03-05")).is_empty());
        only(fire("O007", &with(None, "2026-08-31", "2026-03-05")), &at("周期"), Severity::Error);
        assert!(fire("O001", &with(None, "2028-08-31", "2020-03-05")).is_empty(), "told once");
    }

    #[test]
    fn o008_and_o009_signing() {
        let good = with(Some("2026-03-05"), "2026-03-05", "2026-08-31");
        assert!(fire("O008", &good).is_empty() && fire("O009", &good).is_empty());
        let early = with(Some("2026-02-20"), "2026-03-05", "2026-08-31");
        only(fire("O008", &early), &at("签订"), Severity::Error);
        let late = with(Some("2027-03-01"), "2027-03-02", "2027-08-31");
        only(fire("O008", &late), &at("签订"), Severity::Error);
        let after = with(Some("2026-03-20"), "2026-03-05", "2026-08-31");
        assert!(fire("O008", &after).is_empty());
        only(fire("O009", &after), &at("签订"), Severity::Warning);
    }
}
