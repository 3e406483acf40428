//! M 金额: what rounding leaves between 合计 and the sum of its rows.
//!
//! May use: `model`, `compute`, `diagnostics`.

use super::{Context, Reporter, Rule};
use crate::compute::prices::Prices;
use crate::diagnostics::{Origin, RuleInfo, Severity};
use crate::model::quotation::Quotation;

/// Σ rows and 合计不含税 × (1 + 税率) differ by rounding.
pub static M005: Rule = Rule {
    info: RuleInfo {
        id: "M005",
        title: "合计的尾差",
        severity: Severity::Note,
        clause: "附件3 备注(2)，4.6.6",
        what: "合计不含税价 ×（1＋税率）四舍五入后，与各行含税总价之和可能差几分；以各行之和为准。",
        why: "各行分别四舍五入，尾差是正常的；说明出来，免得审查的人当作错误。",
        example: "Σ行 = 17,600,000.03，合计不含税 ×1.06 = 17,600,000.00，差 0.03 元。",
        fix: "不需要修改；如被问起，说明以各行之和为准即可。",
    },
    applies: |ctx| ctx.figures.prices.all().any(|prices| prices.quotation.is_some()),
    check: m005,
};

fn m005(ctx: &Context, out: &mut Reporter) {
    let prices = &ctx.figures.prices;
    if let Some(text) = rounding_difference(&prices.signed) {
        let total = ctx.case.quotation.as_ref().and_then(total_cell);
        let origin = total.cloned().unwrap_or_else(|| Origin::Derived("合计 含税总价".into()));
        out.report(&origin, format!("{text}，以各行之和为准"));
    }
    // Before signing nothing is built of a 调整; and what is wrong with one comes first.
    if ctx.case.contract.signed_on.is_none() {
        return;
    }
    let faulty = super::adjustments::faulty(ctx);
    let revised = ctx.case.adjustments.iter().zip(&prices.revisions).zip(faulty);
    let mut told = revised.filter(|(_, is_faulty)| !is_faulty).filter_map(|((adjustment, prices), _)| {
        let text = rounding_difference(prices)?;
        // Where there is no sheet to point to, the new rate brought the difference about.
        let total = adjustment.quotation.as_ref().and_then(total_cell);
        let typed = total.or(adjustment.rate.as_ref().map(|rate| &rate.origin));
        Some((typed.unwrap_or(&adjustment.origin), text))
    });
    let Some((first, text)) = told.next() else { return };
    let others: Vec<(&Origin, String)> = told.collect();
    let texts = others.iter().fold(text, |texts, (_, text)| format!("{texts}；{text}"));
    let mut report = out.report(first, format!("{texts}，以各行之和为准"));
    for (origin, _) in &others {
        report = report.label(origin, "这一次也是");
    }
}

/// 合计 含税总价 of a sheet.
fn total_cell(sheet: &Quotation) -> Option<&Origin> {
    Some(&sheet.totals.as_ref()?.gross_total.as_ref()?.origin)
}

/// By how much Σ rows differs, if it does.
fn rounding_difference(prices: &Prices) -> Option<String> {
    let figures = prices.quotation.as_ref()?;
    let from_net = figures.rate.gross(figures.net_total);
    if from_net == figures.gross_total {
        return None;
    }
    let difference = (from_net - figures.gross_total).abs();
    Some(format!(
        "{}合计不含税 {} ×（1＋{}）= {from_net} 元，与各行含税总价之和 {} 元差 {difference} 元（四舍五入的尾差）",
        prices.prefix(),
        figures.net_total,
        figures.rate,
        figures.gross_total
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compute::CaseFigures;
    use crate::compute::testing::*;
    use crate::model::money::Money;
    use crate::model::tax::TaxRate;
    use crate::rules::testing::{Extra, fire, fire_with, only};
    use rust_decimal::dec;

    /// With this tender's workloads and 6 % no quotation leaves a rounding difference; other rates do.
    #[test]
    fn m005_rounding_difference_is_a_note() {
        let mut case = good_case();
        case.quotation = Some(quotation_at_ceiling(&pack()));
        assert!(fire("M005", &case).is_empty());
        let mut figures = CaseFigures::of(&case, &pack());
        figures.prices.signed.quotation.as_mut().unwrap().gross_total = Money::round(dec!(17628237.80));
        let found = fire_with("M005", &case, Extra { figures: Some(figures), ..Extra::default() });
        let found = only(found, &cell_origin("J26"), Severity::Note);
        assert!(found.message.contains("差 0.02 元"), "{}", found.message);
    }

    // 3 % of rows that were rounded at 6 %: the note stands where the rate was written.
    #[test]
    fn m005_of_a_new_rate() {
        let mut case = good_case();
        case.adjustments = vec![adjustment("一", "2026-09-01")];
        let found = only(fire("M005", &case), &at("新税率"), Severity::Note);
        assert!(found.message.starts_with("修订1 合计不含税"), "{}", found.message);
        // Several are one finding; before signing, or with an error of its own, a revision is not told.
        let mut second = adjustment("二", "2026-10-01");
        second.rate.as_mut().unwrap().value = TaxRate::from_percent(dec!(9)).unwrap();
        case.adjustments.push(second);
        let found = only(fire("M005", &case), &at("新税率"), Severity::Note);
        assert!(found.message.contains("；修订2 合计不含税") && found.labels.len() == 1, "{}", found.message);
        case.adjustments[0].effective_on = None;
        let found = only(fire("M005", &case), &at("新税率"), Severity::Note);
        assert!(found.message.starts_with("修订2 合计不含税"), "{}", found.message);
        case.contract.signed_on = None;
        assert!(fire("M005", &case).is_empty());
    }
}
