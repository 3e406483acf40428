//! R 调整: rate and price changes after signing.
//!
//! May use: `model`, `compute`, `pack`, `diagnostics`.

use super::quotation::{judged, shown};
use super::{Context, Reporter, Rule};
use crate::compute::quotation::same_name;
use crate::compute::term::framework_term;
use crate::diagnostics::{Located, RuleInfo, Severity};
use jiff::civil::Date;

fn has_adjustments(ctx: &Context) -> bool {
    !ctx.case.adjustments.is_empty()
}

/// Adjustments take effect after signing, in the order in which they are written.
pub static R001: Rule = Rule {
    info: RuleInfo {
        id: "R001",
        title: "调整的生效日期不对",
        severity: Severity::Error,
        clause: "4.3，11.4，附件3 备注(1)",
        what: "调整的生效日期不早于签订日期，按先后排列；晚于有效期的作警告。",
        why: "调整按日期依次叠加；日期颠倒，某个月用哪个价就说不清。",
        example: "签订日期 2026-03-01，调整生效日期 2026-02-01。",
        fix: "改正 生效日期，并按日期先后排列各项调整。",
    },
    applies: has_adjustments,
    check: r001,
};

fn r001(ctx: &Context, out: &mut Reporter) {
    let contract = &ctx.case.contract;
    let signed = contract.signed_on.as_ref();
    let last = contract
        .term
        .as_ref()
        .map(|term| term.value.to)
        .or_else(|| signed.and_then(|signed| framework_term(signed.value)).map(|term| term.to));
    let mut latest: Option<&Located<Date>> = None;
    for effective in ctx.case.adjustments.iter().filter_map(|a| a.effective_on.as_ref()) {
        let date = effective.value;
        if let Some(signed) = signed.filter(|signed| date < signed.value) {
            out.report(&effective.origin, format!("生效日期 {date} 早于签订日期 {}", signed.value))
                .expected(format!("不早于 {}", signed.value))
                .label(&signed.origin, "签订日期在这里");
        }
        if let Some(before) = latest.filter(|before| date < before.value) {
            out.report(&effective.origin, format!("生效日期 {date} 早于上一项调整的 {}", before.value))
                .expected(format!("不早于 {}", before.value))
                .label(&before.origin, "上一项调整在这里")
                .help("按生效日期先后排列各项调整");
        }
        if let Some(last) = last.filter(|last| date > *last) {
            out.report(&effective.origin, format!("生效日期 {date} 晚于合同有效期的最后一天 {last}"))
                .severity(Severity::Warning)
                .help("有效期之后的调整对任何结算都不起作用；请核对日期");
        }
        if latest.is_none_or(|before| before.value < date) {
            latest = Some(effective);
        }
    }
}

/// A changed unit price is still at most its ceiling.
pub static R002: Rule = Rule {
    info: RuleInfo {
        id: "R002",
        title: "调整后的单价超过最高限价",
        severity: Severity::Error,
        clause: "附件3 备注(1)，备注(3)",
        what: "补充协议调整后的不含税单价仍不得高于不含税单价最高限价。",
        why: "用补充协议突破限价，等于绕开了招标条件。税率上调使含税单价超过含税限价的不在此列：不含税价不变。",
        example: "补充协议把“运维支撑·高级”从 840.00 元调到 860.00 元，限价 849.06 元。",
        fix: "把补充协议的单价降到限价以内。",
    },
    applies: |ctx| ctx.case.adjustments.iter().any(|adjustment| adjustment.quotation.is_some()),
    check: r002,
};

fn r002(ctx: &Context, out: &mut Reporter) {
    for quotation in ctx.case.adjustments.iter().filter_map(|a| a.quotation.as_ref()) {
        for row in &quotation.rows {
            let line = ctx.pack.tender.lines().find(|(post, line)| {
                same_name(&post.name, &row.post.value) && same_name(&line.level, &row.level.value)
            });
            let (Some((post, line)), Some(price)) = (line, judged(&row.net_price)) else { continue };
            let ceiling = line.net_ceiling;
            if price.number > ceiling.decimal() {
                out.report(
                    price.origin,
                    format!(
                        "“{}·{}”调整后的不含税单价 {} 元超过最高限价 {ceiling} 元，高出 {} 元",
                        post.name,
                        line.level,
                        shown(price.number),
                        shown(price.number - ceiling.decimal())
                    ),
                )
                .expected(format!("不高于 {ceiling} 元"));
            }
        }
    }
}

/// What was issued was issued at the prices of its day: no adjustment may reach back over it.
pub static R003: Rule = Rule {
    info: RuleInfo {
        id: "R003",
        title: "调整涉及已经开具的月份",
        severity: Severity::Error,
        clause: "4.3，11.4，附件7",
        what: "调整生效的当月及以后，不应已有按原价开具的结算单。",
        why: "已经开具的结算单是报账的依据；倒着改价，它就和价格对不上了。",
        example: "2026-03 的结算单已经开具，调整的生效日期写 2026-03-15。",
        fix: "把 生效日期 改到最后一个已开具月份之后；确要追溯的，先与财务商定怎样更正已开具的结算单。",
    },
    applies: |ctx| has_adjustments(ctx) && !ctx.case.ledger.lines().is_empty(),
    check: r003,
};

fn r003(ctx: &Context, out: &mut Reporter) {
    for effective in ctx.case.adjustments.iter().filter_map(|a| a.effective_on.as_ref()) {
        let touched = ctx.case.ledger.lines().iter().filter(|(line, _)| effective.value <= line.month.last());
        let Some((line, origin)) = touched.max_by_key(|(line, _)| line.month) else { continue };
        let message = format!("{} 的结算单已按原价开具，调整却从 {} 起生效", line.month, effective.value);
        out.report(&effective.origin, message)
            .expected(format!("晚于 {}", line.month.last()))
            .label(origin, "已开具的结算单在这里");
    }
}

/// An adjustment says when, and what changes.
pub static R004: Rule = Rule {
    info: RuleInfo {
        id: "R004",
        title: "调整不完整",
        severity: Severity::Error,
        clause: "4.3，11.4",
        what: "每项调整要有生效日期，并且改变税率或报价；没有事由的作警告。",
        why: "没有日期就不知从何时起算，没有内容就等于没有调整；事由要写进变更对照表。",
        example: "- {生效日期: 2026-09-01, 事由: 增值税税率调整}，漏了 税率。",
        fix: "补上 生效日期，以及 税率 或 报价。",
    },
    applies: has_adjustments,
    check: r004,
};

fn r004(ctx: &Context, out: &mut Reporter) {
    for adjustment in &ctx.case.adjustments {
        // A value that was there but could not be read is F007's, at its own place.
        let unreadable = |key: &str| ctx.faults.iter().any(|fault| mentions(fault, key));
        if adjustment.effective_on.is_none() && !unreadable("生效日期") {
            out.report(&adjustment.origin, "调整没有生效日期").expected("生效日期: 2026-09-01");
        }
        if adjustment.rate.is_none() && !adjustment.requotes && !unreadable("税率") {
            out.report(&adjustment.origin, "调整既没有新税率，也没有新报价").expected("税率 或 报价");
        }
        if adjustment.reason.is_none() {
            out.report(&adjustment.origin, "调整没有写事由")
                .severity(Severity::Warning)
                .help("补上 事由，如 增值税税率调整、补充协议一");
        }
    }
}

fn mentions(fault: &crate::model::fault::Fault, key: &str) -> bool {
    matches!(&fault.kind, crate::model::fault::FaultKind::BadValue { what, .. } if what.contains(key))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compute::testing::*;
    use crate::model::case::{Adjustment, Case};
    use crate::rules::testing::{fire, only};
    use rust_decimal::dec;

    fn with(adjustments: Vec<Adjustment>) -> Case {
        let mut case = good_case();
        case.adjustments = adjustments;
        case
    }

    #[test]
    fn r001_dates() {
        let good = with(vec![adjustment("一", "2026-09-01"), adjustment("二", "2026-10-01")]);
        assert!(fire("R001", &good).is_empty());
        let before = with(vec![adjustment("一", "2026-02-01")]);
        only(fire("R001", &before), &at("一"), Severity::Error);
        let disordered = with(vec![adjustment("一", "2026-10-01"), adjustment("二", "2026-09-01")]);
        only(fire("R001", &disordered), &at("二"), Severity::Error);
        let late = with(vec![adjustment("一", "2027-03-01")]);
        only(fire("R001", &late), &at("一"), Severity::Warning);
    }

    #[test]
    fn r002_ceilings_still_hold() {
        let mut raised = adjustment("一", "2026-10-01");
        raised.quotation = Some(quotation_at_ceiling(&pack()));
        assert!(fire("R002", &with(vec![raised.clone()])).is_empty());
        raised.quotation.as_mut().unwrap().rows[0].net_price = cell("F5", dec!(850));
        only(fire("R002", &with(vec![raised])), &cell_origin("F5"), Severity::Error);
    }

    #[test]
    fn r003_what_was_issued_stays() {
        use crate::compute::testing_month::{ledger, line};
        let mut case = with(vec![adjustment("一", "2026-03-15"), adjustment("二", "2026-04-01")]);
        assert!(fire("R003", &case).is_empty());
        case.ledger = ledger(vec![line(1, "DD-2026-001", dec!(0), dec!(100))]);
        let found = only(fire("R003", &case), &at("一"), Severity::Error);
        assert_eq!(found.expected.as_deref(), Some("晚于 2026-03-31"));
    }

    #[test]
    fn r004_when_and_what() {
        assert!(fire("R004", &with(vec![adjustment("一", "2026-09-01")])).is_empty());
        let mut empty = adjustment("一", "2026-09-01");
        empty.rate = None;
        only(fire("R004", &with(vec![empty])), &at("一.项"), Severity::Error);
        let mut undated = adjustment("一", "2026-09-01");
        undated.effective_on = None;
        only(fire("R004", &with(vec![undated])), &at("一.项"), Severity::Error);
    }
}
