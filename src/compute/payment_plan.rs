//! 付款计划 of 附件6: amounts from ratios, ratios from amounts, both summing up.
//!
//! May use: `model`.

use rust_decimal::{Decimal, RoundingStrategy, dec};

use crate::model::money::Money;
use crate::model::order::{Order, PaymentStage};

/// How a figure of the 付款计划 came about.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Basis {
    /// Written in the order.
    #[default]
    Stated,
    /// Worked out from the row's other figure and 订单总额.
    Computed,
    /// What the other rows leave, so that all of them sum up.
    Rest,
}

/// A row of 付款计划, computed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StageFigures {
    /// 付款比例 as printed, a fraction; worked out to 0.01 % where only the amount is given.
    pub share: Option<Decimal>,
    /// How it came about.
    pub share_basis: Basis,
    /// 应付含税金额, 元: r2(订单总额 × 比例); the last row so computed takes what is left.
    pub amount: Option<Money>,
    /// How it came about.
    pub amount_basis: Basis,
}

/// How far the amounts of so many rows may be from 订单总额 × 比例 when each is rounded to 分 and one takes the rest.
pub fn rounding_room(rows: usize) -> Decimal {
    dec!(0.005) * Decimal::from(rows.saturating_sub(1).max(1))
}

/// 30%, 33.33%.
pub fn percent(share: Decimal) -> String {
    share
        .checked_mul(Decimal::ONE_HUNDRED)
        .map_or_else(String::new, |percent| format!("{}%", percent.normalize()))
}

/// Amounts from ratios, then ratios from amounts.
pub(super) fn plan(order: &Order, total: Option<Money>) -> Vec<StageFigures> {
    let mut plan: Vec<StageFigures> = order.plan.iter().map(|stage| stage_figures(stage, total)).collect();
    if let Some(total) = total.filter(|total| *total > Money::ZERO) {
        last_amount_takes_the_rest(&mut plan, total);
        for stage in &mut plan {
            if let (None, Some(amount)) = (stage.share, stage.amount) {
                stage.share = amount.decimal().checked_div(total.decimal()).map(to_basis_points);
            }
        }
        last_share_takes_the_rest(&mut plan, total);
    }
    plan
}

fn stage_figures(stage: &PaymentStage, total: Option<Money>) -> StageFigures {
    let basis = |stated: bool| if stated { Basis::Stated } else { Basis::Computed };
    let stated = stage.amount.as_ref().map(|amount| amount.value);
    let share = stage.share.as_ref().map(|share| share.value);
    let computed = total.zip(share).and_then(|(total, share)| total.decimal().checked_mul(share));
    StageFigures {
        share,
        share_basis: basis(share.is_some()),
        amount: stated.or(computed.map(Money::round)),
        amount_basis: basis(stated.is_some()),
    }
}

/// A share to 0.01 %.
fn to_basis_points(share: Decimal) -> Decimal {
    share.round_dp_with_strategy(4, RoundingStrategy::MidpointAwayFromZero).normalize()
}

/// The last computed amount is what the others leave, as far as that is a matter of rounding; a plan whose ratios do
/// not come to 100 % is O003's.
fn last_amount_takes_the_rest(plan: &mut [StageFigures], total: Money) {
    let room = rounding_room(plan.len());
    let Some(at) =
        plan.iter().rposition(|stage| stage.amount_basis == Basis::Computed && stage.amount.is_some())
    else {
        return;
    };
    let others = plan.iter().enumerate().filter(|(index, _)| *index != at).map(|(_, stage)| stage.amount);
    let Some(others) = others.sum::<Option<Money>>() else { return };
    let Some(stage) = plan.get_mut(at) else { return };
    let left = total - others;
    let exact = stage.share.and_then(|share| share.checked_mul(total.decimal()));
    if !left.is_negative() && exact.is_some_and(|exact| (left.decimal() - exact).abs() <= room) {
        (stage.amount, stage.amount_basis) = (Some(left), Basis::Rest);
    }
}

/// The last computed ratio is what the others leave of 100 %, where the amounts do come to 订单总额.
fn last_share_takes_the_rest(plan: &mut [StageFigures], total: Money) {
    let amounts = plan.iter().map(|stage| stage.amount).sum::<Option<Money>>();
    let computed = |stage: &StageFigures| stage.share_basis == Basis::Computed && stage.share.is_some();
    let (Some(at), true) = (plan.iter().rposition(computed), amounts == Some(total)) else { return };
    let others = plan.iter().enumerate().filter(|(index, _)| *index != at).map(|(_, stage)| stage.share);
    let Some(others) = others.sum::<Option<Decimal>>() else { return };
    // One basis point for each row that was rounded.
    let room = dec!(0.0001) * Decimal::from(plan.len());
    let Some(stage) = plan.get_mut(at) else { return };
    let left = Decimal::ONE - others;
    if left >= Decimal::ZERO && stage.share.is_some_and(|share| (left - share).abs() <= room) {
        (stage.share, stage.share_basis) = (Some(left.normalize()), Basis::Rest);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compute::CaseFigures;
    use crate::compute::order::OrderFigures;
    use crate::compute::testing::{good_case, pack};
    use crate::compute::testing_orders::{order, stage};
    use crate::diagnostics::Located;

    /// The figures of an order at the prices of the good case: 产品/平台服务 高级 898.94 元/人天.
    fn figures(order: Order) -> OrderFigures {
        let mut case = good_case();
        case.orders = vec![order];
        CaseFigures::of(&case, &pack()).orders.remove(0)
    }

    fn money(amount: Decimal) -> Option<Money> {
        Some(Money::exact(amount).unwrap())
    }

    /// An order of half a day at 898.94: 449.47 元, paid as `plan` says.
    fn paid(plan: Vec<PaymentStage>) -> Vec<StageFigures> {
        let mut one = order("DD-1", &[("产品/平台服务", "高级", dec!(0.5))]);
        one.plan = plan;
        let figures = figures(one);
        assert_eq!(figures.total, money(dec!(449.47)));
        figures.plan
    }

    fn amounts(plan: &[StageFigures]) -> Vec<Decimal> {
        plan.iter().map(|stage| stage.amount.unwrap().decimal()).collect()
    }

    fn shares(plan: &[StageFigures]) -> Vec<Decimal> {
        plan.iter().map(|stage| stage.share.unwrap()).collect()
    }

    // 449.47 × 50 % = 224.735, rounded 224.74; the last row takes 224.73.
    #[test]
    fn the_last_row_takes_what_is_left() {
        let half = || stage(Some(dec!(0.5)), None);
        let plan = paid(vec![half(), half()]);
        assert_eq!(amounts(&plan), [dec!(224.74), dec!(224.73)]);
        assert_eq!((plan[0].amount_basis, plan[1].amount_basis), (Basis::Computed, Basis::Rest));
        // 33.33 % = 149.808351, 33.34 % = 149.853298; 449.47 - 2 × 149.81 = 149.85.
        let third = |share| stage(Some(share), None);
        let plan = paid(vec![third(dec!(0.3333)), third(dec!(0.3333)), third(dec!(0.3334))]);
        assert_eq!(amounts(&plan), [dec!(149.81), dec!(149.81), dec!(149.85)]);
        assert_eq!(amounts(&paid(vec![third(dec!(1))])), [dec!(449.47)]);
    }

    // 30 % = 134.841. Ten per cent that nobody is to be paid do not go to the last row in silence.
    #[test]
    fn a_plan_that_does_not_add_up_is_not_made_to() {
        let share = |share| stage(Some(share), None);
        let plan = paid(vec![share(dec!(0.3)), share(dec!(0.3)), share(dec!(0.3))]);
        assert_eq!(amounts(&plan), [dec!(134.84), dec!(134.84), dec!(134.84)]);
        let plan = paid(vec![stage(None, Some(dec!(400))), stage(None, Some(dec!(40)))]);
        // 400 / 449.47 = 88.9937 %, 40 / 449.47 = 8.8994 %.
        assert_eq!(shares(&plan), [dec!(0.8899), dec!(0.0890)]);
    }

    // 149.82 / 449.47 = 33.3326 %, 149.83 / 449.47 = 33.3348 %: printed 33.33 + 33.33 + 33.34.
    #[test]
    fn ratios_from_amounts_come_to_a_hundred() {
        let paid_in = |amount| stage(None, Some(amount));
        let plan = paid(vec![paid_in(dec!(149.82)), paid_in(dec!(149.82)), paid_in(dec!(149.83))]);
        assert_eq!(shares(&plan), [dec!(0.3333), dec!(0.3333), dec!(0.3334)]);
        assert_eq!((plan[1].share_basis, plan[2].share_basis), (Basis::Computed, Basis::Rest));
        assert_eq!(amounts(&plan), [dec!(149.82), dec!(149.82), dec!(149.83)]);
        let whole = paid(vec![paid_in(dec!(449.47))]);
        assert_eq!((shares(&whole), whole[0].share.unwrap().to_string()), (vec![dec!(1)], "1".to_owned()));
    }

    // 30 % = 134.841 → 134.84; 200 / 449.47 = 44.4969 %; the rest 449.47 - 134.84 - 200 = 114.63 = 25.5034 %.
    #[test]
    fn a_plan_may_mix_ratios_and_amounts() {
        let plan = paid(vec![
            stage(Some(dec!(0.3)), None),
            stage(None, Some(dec!(200))),
            stage(None, Some(dec!(114.63))),
        ]);
        assert_eq!(amounts(&plan), [dec!(134.84), dec!(200), dec!(114.63)]);
        assert_eq!(shares(&plan), [dec!(0.3), dec!(0.445), dec!(0.255)]);
        // 50 % is 224.735; the amount that is stated is the last row, so the ratio's row takes the rest.
        let plan = paid(vec![stage(Some(dec!(0.5)), None), stage(None, Some(dec!(224.74)))]);
        assert_eq!(amounts(&plan), [dec!(224.73), dec!(224.74)]);
        // Both stated: both stand.
        let both = |share, amount| stage(Some(share), Some(amount));
        let plan = paid(vec![both(dec!(0.5), dec!(224.73)), both(dec!(0.5), dec!(224.74))]);
        assert_eq!(
            (amounts(&plan), shares(&plan)),
            (vec![dec!(224.73), dec!(224.74)], vec![dec!(0.5), dec!(0.5)])
        );
        // Neither stated: a blank, and nobody takes what is left.
        let plan = paid(vec![stage(Some(dec!(0.5)), None), stage(None, None)]);
        assert_eq!((plan[0].amount, plan[1].amount, plan[1].share), (money(dec!(224.74)), None, None));
    }

    proptest::proptest! {
        #[test]
        fn a_plan_of_a_hundred_per_cent_always_sums_up(days in 1u32..400_000, cuts in proptest::collection::vec(0u32..10_000, 0..6)) {
            let mut edges: Vec<u32> = cuts;
            edges.extend([0, 10_000]);
            edges.sort_unstable();
            let mut one = order("DD-1", &[("产品/平台服务", "高级", Decimal::new(i64::from(days), 2))]);
            one.plan = edges.windows(2).map(|pair| stage(Some(Decimal::new(i64::from(pair[1] - pair[0]), 4)), None)).collect();
            let by_ratio = figures(one.clone());
            let sum: Money = by_ratio.plan.iter().filter_map(|stage| stage.amount).sum();
            proptest::prop_assert_eq!(Some(sum), by_ratio.total);
            // The same amounts, written as such, give ratios that come to 100 %.
            for (stage, figures) in one.plan.iter_mut().zip(&by_ratio.plan) {
                stage.share = None;
                stage.amount = figures.amount.map(|amount| Located::new(amount, stage.origin.clone()));
            }
            let by_amount = figures(one);
            let sum: Decimal = by_amount.plan.iter().filter_map(|stage| stage.share).sum();
            proptest::prop_assert_eq!(sum, Decimal::ONE);
        }
    }
}
