//! O003: 付款计划 comes to the whole order.
//!
//! May use: `model`, `compute`, `diagnostics`.

use rust_decimal::Decimal;

use crate::compute::order::OrderFigures;
use crate::compute::payment_plan::{percent, rounding_room};
use crate::diagnostics::{Origin, RuleInfo, Severity};
use crate::model::case::Text;
use crate::model::money::Money;
use crate::model::order::{Order, PaymentStage};
use crate::rules::{Reporter, Rule};

/// Ratios come to 100 %, amounts to 订单总额, and a row's two figures agree.
pub static O003: Rule = Rule {
    info: RuleInfo {
        id: "O003",
        title: "付款计划与订单总额对不上",
        severity: Severity::Error,
        clause: "附件6",
        what: "付款比例合计为 100%，应付金额合计等于订单总额；一行里既写比例又写金额的，两者一致。",
        why: "多出或少掉的部分不知道何时付、付给谁；两个数不一致，付款时按哪个算就成了争议。",
        example: "三期各付 30%，合计 90%，还有 10% 没有着落。",
        fix: "改正 比例 或 金额；每行只写其中一个，另一个由 hetong 算出。",
    },
    applies: |ctx| ctx.case.orders.iter().any(|order| !order.plan.is_empty()),
    check: |ctx, out| {
        for (order, figures) in ctx.case.orders.iter().zip(&ctx.figures.orders) {
            rows_agree(order, figures, out);
            // What could not be read is F007's; with it, the sum says nothing.
            if figures.plan.len() == order.plan.len() && order.plan.iter().all(is_given) {
                adds_up(order, figures, out);
            }
        }
    },
};

fn is_given(stage: &PaymentStage) -> bool {
    stage.share.is_some() || stage.amount.is_some()
}

/// 30% of 449.47 元 is 134.84 元.
fn rows_agree(order: &Order, figures: &OrderFigures, out: &mut Reporter) {
    let Some(total) = figures.total else { return };
    for stage in &order.plan {
        let (Some(share), Some(amount)) = (&stage.share, &stage.amount) else { continue };
        let Some(exact) = total.decimal().checked_mul(share.value) else { continue };
        if (amount.value.decimal() - exact).abs() > rounding_room(order.plan.len()) {
            let (stated, should) = (amount.value, Money::round(exact));
            let ratio = percent(share.value);
            out.report(
                &amount.origin,
                format!(
                    "{}金额 {stated} 元与比例 {ratio} 对不上：{total} × {ratio} = {should} 元",
                    name(&stage.stage)
                ),
            )
            .expected(format!("{should} 元"))
            .label(&share.origin, "比例在这里");
        }
    }
}

fn adds_up(order: &Order, figures: &OrderFigures, out: &mut Reporter) {
    let shares: Option<Vec<Decimal>> =
        order.plan.iter().map(|stage| stage.share.as_ref().map(|share| share.value)).collect();
    let Some(last) = order.plan.last() else { return };
    if let Some(shares) = &shares {
        let sum: Decimal = shares.iter().sum();
        if sum != Decimal::ONE {
            let origin = last.share.as_ref().map_or(&last.origin, |share| &share.origin);
            let each: Vec<String> = shares.iter().map(|share| percent(*share)).collect();
            let (word, off) =
                if sum > Decimal::ONE { ("多", sum - Decimal::ONE) } else { ("少", Decimal::ONE - sum) };
            out.report(
                origin,
                format!("付款比例合计 {}，{word} {}：{}", percent(sum), percent(off), each.join(" + ")),
            )
            .expected("合计 100%");
        }
    }
    let stated = order.plan.iter().any(|stage| stage.amount.is_some());
    let amounts: Option<Vec<Money>> = figures.plan.iter().map(|stage| stage.amount).collect();
    if let (true, Some(amounts), Some(total)) = (stated, amounts, figures.total) {
        let sum: Money = amounts.iter().copied().sum();
        if sum != total {
            amounts_differ(origin_of(last), &amounts, sum, total, out);
        }
    }
}

fn amounts_differ(origin: &Origin, amounts: &[Money], sum: Money, total: Money, out: &mut Reporter) {
    let word = if sum > total { "多" } else { "少" };
    let each: Vec<String> = amounts.iter().map(Money::to_string).collect();
    out.report(
        origin,
        format!(
            "付款计划合计 {sum} 元，订单总额 {total} 元，{word} {} 元：{}",
            (sum - total).abs(),
            each.join(" + ")
        ),
    )
    .expected(format!("合计 {total} 元"));
}

/// Where a row's figure stands.
fn origin_of(stage: &PaymentStage) -> &Origin {
    let amount = stage.amount.as_ref().map(|amount| &amount.origin);
    amount.or(stage.share.as_ref().map(|share| &share.origin)).unwrap_or(&stage.origin)
}

/// “首期”的, or nothing.
fn name(stage: &Text) -> String {
    stage.as_ref().map(|stage| format!("“{}”的", stage.value)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use rust_decimal::dec;

    use super::*;
    use crate::compute::testing::{at, good_case};
    use crate::compute::testing_orders::{order, stage};
    use crate::diagnostics::Diagnostic;
    use crate::rules::testing::{fire, only};

    /// O003 of an order of 449.47 元.
    fn found(plan: Vec<PaymentStage>) -> Vec<Diagnostic> {
        let mut case = good_case();
        let mut one = order("DD-1", &[("产品/平台服务", "高级", dec!(0.5))]);
        one.plan = plan;
        case.orders = vec![one];
        fire("O003", &case)
    }

    #[test]
    fn o003_ratios_come_to_a_hundred() {
        let share = |share| stage(Some(share), None);
        assert!(found(vec![share(dec!(0.3)), share(dec!(0.7))]).is_empty());
        assert!(found(vec![share(dec!(0.3333)), share(dec!(0.3333)), share(dec!(0.3334))]).is_empty());
        let short = only(found(vec![share(dec!(0.3)), share(dec!(0.6))]), &at("比例 0.6"), Severity::Error);
        assert_eq!(short.message, "付款比例合计 90%，少 10%：30% + 60%");
        let over = found(vec![share(dec!(0.5)), share(dec!(0.5)), share(dec!(0.005))]);
        assert_eq!(
            only(over, &at("比例 0.005"), Severity::Error).message,
            "付款比例合计 100.5%，多 0.5%：50% + 50% + 0.5%"
        );
    }

    #[test]
    fn o003_amounts_come_to_the_total() {
        let amount = |amount| stage(None, Some(amount));
        assert!(found(vec![amount(dec!(400)), amount(dec!(49.47))]).is_empty());
        let short = found(vec![amount(dec!(400)), amount(dec!(49))]);
        let short = only(short, &at("金额 49"), Severity::Error);
        assert_eq!(short.message, "付款计划合计 449.00 元，订单总额 449.47 元，少 0.47 元：400.00 + 49.00");
        // 30 % is 134.84; with 314.63 it is the total, with 314.64 a 分 too much for the one row that was rounded.
        assert!(found(vec![stage(Some(dec!(0.3)), None), amount(dec!(314.63))]).is_empty());
        let mixed = found(vec![stage(Some(dec!(0.3)), None), amount(dec!(314.65))]);
        assert!(only(mixed, &at("金额 314.65"), Severity::Error).message.contains("多 0.02 元"));
    }

    #[test]
    fn o003_a_rows_two_figures_agree() {
        let both = |share, amount| stage(Some(share), Some(amount));
        assert!(found(vec![both(dec!(0.5), dec!(224.73)), both(dec!(0.5), dec!(224.74))]).is_empty());
        let differ = found(vec![both(dec!(0.5), dec!(240)), both(dec!(0.5), dec!(209.47))]);
        let told: Vec<&str> = differ.iter().map(|d| d.message.as_str()).collect();
        assert_eq!(
            told,
            [
                "金额 240.00 元与比例 50% 对不上：449.47 × 50% = 224.74 元",
                "金额 209.47 元与比例 50% 对不上：449.47 × 50% = 224.74 元"
            ]
        );
    }

    #[test]
    fn o003_a_blank_row_says_nothing_about_the_sum() {
        assert!(found(vec![stage(Some(dec!(0.3)), None), stage(None, None)]).is_empty());
    }
}
