//! R 调整: what a 补充协议 agrees: prices within the tender's ceilings, and a number of its own.
//!
//! May use: `model`, `compute`, `pack`, `diagnostics`.

use super::quotation::{Sheet, judged, return_to_supplier, revised_sheets, shown};
use super::{Context, Reporter, Rule};
use crate::diagnostics::{RuleInfo, Severity};
use crate::model::numerals::{named_supplement, plain};

/// A changed unit price is still at most its ceiling, and so is their total.
pub static R002: Rule = Rule {
    info: RuleInfo {
        id: "R002",
        title: "调整后的单价或总价超过最高限价",
        severity: Severity::Error,
        clause: "附件3 备注(1)，备注(3)",
        what: "补充协议调整后的不含税单价仍不得高于不含税单价最高限价；不含税合计不得高于含税总价最高限价按招标税率折算的不含税价。",
        why: "用补充协议突破限价，等于绕开了招标条件。税率上调使含税单价、含税总价超过含税限价的不在此列：不含税价不变。",
        example: "补充协议把“运维支撑·高级”从 840.00 元调到 860.00 元，限价 849.06 元。",
        fix: "退回供应商改正后重新盖章，不要代改：补充协议的单价降到限价以内，使不含税合计也不超过限价。发给供应商的文字用 hetong check --reply 生成。",
    },
    applies: |ctx| ctx.case.adjustments.iter().any(|adjustment| adjustment.quotation.is_some()),
    check: r002,
};

fn r002(ctx: &Context, out: &mut Reporter) {
    for sheet in revised_sheets(ctx) {
        for line in sheet.lines() {
            let Some(price) = judged(&line.row.net_price) else { continue };
            let ceiling = line.tender.net_ceiling;
            if price.number > ceiling.decimal() {
                out.report(
                    price.origin,
                    format!(
                        "“{}”调整后的不含税单价 {} 元超过最高限价 {ceiling} 元，高出 {} 元",
                        line.name(),
                        shown(price.number),
                        shown(price.number - ceiling.decimal())
                    ),
                )
                .expected(format!("不高于 {ceiling} 元"));
            }
        }
        total_within(ctx, &sheet, out);
    }
}

/// The ceiling on the whole is 含税, at the tender's rate; what it leaves 不含税 holds whatever the rate has become.
fn total_within(ctx: &Context, sheet: &Sheet, out: &mut Reporter) {
    let (rate, gross) = (ctx.pack.tender.rate, ctx.pack.tender.gross_total_ceiling);
    let ceiling = rate.net(gross);
    let Some(figures) = sheet.prices.quotation.as_ref().filter(|f| f.net_total > ceiling) else { return };
    let cell = sheet.quotation.totals.as_ref().and_then(|totals| judged(&totals.net_total));
    let origin = cell.map_or(&sheet.quotation.origin, |cell| cell.origin);
    let excess = figures.net_total - ceiling;
    out.report(
        origin,
        format!(
            "调整后的不含税合计 {} 元超过最高限价 {ceiling} 元（含税总价最高限价 {gross} 元 ÷（1＋{rate}）），超出 {excess} 元",
            figures.net_total
        ),
    )
    .expected(format!("不高于 {ceiling} 元"))
    .help(return_to_supplier(format!("降低一个或几个不含税单价，使不含税合计至少减少 {excess} 元")));
}

/// 调整 are the 补充协议 in their order, and numbered so.
pub static R005: Rule = Rule {
    info: RuleInfo {
        id: "R005",
        title: "事由写的补充协议编号与次序不符",
        severity: Severity::Warning,
        clause: "11.4，13.3",
        what: "每项调整出一份补充协议，按次序编号：第 1 项是补充协议一，第 2 项是补充协议二；事由里写的编号应与此一致。",
        why: "税率调整也要订补充协议，也占一个编号；事由里的编号与文件上印的不同，日后就不知道指的是哪一份。",
        example: "第 1 项是税率调整，第 2 项的事由写“补充协议一”，而它将是补充协议二。",
        fix: "把事由里的编号改为它的次序，或只写为什么变更，不写编号。",
    },
    applies: |ctx| !ctx.case.adjustments.is_empty(),
    check: r005,
};

fn r005(ctx: &Context, out: &mut Reporter) {
    for (number, adjustment) in (1u32..).zip(&ctx.case.adjustments) {
        let Some(reason) = &adjustment.reason else { continue };
        let Some((named, _)) = named_supplement(&reason.value) else { continue };
        if named != number {
            let will_be = format!("补充协议{}", plain(number).unwrap_or_else(|| number.to_string()));
            out.report(
                &reason.origin,
                format!(
                    "这是第 {number} 项调整，印作“{will_be}”（补充协议-{number}.pdf），事由却写“{}”",
                    reason.value.trim()
                ),
            )
            .expected(will_be);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compute::testing::*;
    use crate::model::case::{Adjustment, Case};
    use crate::rules::testing::{fire, only};
    use rust_decimal::dec;

    fn with(adjustments: Vec<Adjustment>) -> Case {
        Case { adjustments, ..good_case() }
    }

    #[test]
    fn r002_ceilings_still_hold() {
        let mut raised = adjustment("一", "2026-10-01");
        raised.requotes = true;
        raised.quotation = Some(quotation_good(&pack()));
        assert!(fire("R002", &with(vec![raised.clone()])).is_empty());
        // At 13 % every 含税单价 is over its ceiling: the 不含税单价 are not.
        raised.rate.as_mut().unwrap().value = crate::model::tax::TaxRate::from_percent(dec!(13)).unwrap();
        assert!(fire("R002", &with(vec![raised.clone()])).is_empty());
        raised.quotation.as_mut().unwrap().rows[0].net_price = cell("F5", dec!(850));
        only(fire("R002", &with(vec![raised])), &cell_origin("F5"), Severity::Error);
    }

    // Spec, Figures: 16,630,413.00 at every ceiling; 17,627,800.00 / 1.06 = 16,630,000.00.
    #[test]
    fn r002_the_total_is_held_to_its_ceiling_without_tax() {
        let mut raised = adjustment("一", "2026-10-01");
        raised.requotes = true;
        raised.quotation = Some(quotation_at_ceiling(&pack()));
        let found = only(fire("R002", &with(vec![raised])), &cell_origin("I26"), Severity::Error);
        for part in ["16,630,413.00", "16,630,000.00", "超出 413.00 元"] {
            assert!(found.message.contains(part), "{}", found.message);
        }
    }

    #[test]
    fn r005_numbers_follow_the_order() {
        let named = |key: &str, reason: &str| {
            let mut adjustment = adjustment(key, "2026-09-01");
            adjustment.reason = text("事由", reason);
            adjustment
        };
        assert!(
            fire("R005", &with(vec![named("一", "补充协议（一）"), named("二", "补充协议二")])).is_empty()
        );
        assert!(fire("R005", &with(vec![named("一", "增值税税率调整")])).is_empty());
        let wrong = with(vec![named("一", "税率调整"), named("二", "补充协议一：降价")]);
        let found = only(fire("R005", &wrong), &at("事由"), Severity::Warning);
        assert_eq!(found.expected.as_deref(), Some("补充协议二"));
    }
}
