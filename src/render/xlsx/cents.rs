//! Formulas that round amounts as we do, whatever program works them out.
//!
//! `ROUND(A1*B1,2)` is right only if the program's ROUND makes up for the product not being a decimal: half a cent
//! is hardly ever a binary number. LibreOffice's does, and Excel's seems to; nobody promises it. So amounts are
//! multiplied as whole numbers (分, ten-thousandths of a 人天, …), which is exact below 2⁵³, and divided once: where
//! the quotient ends in a half, that half is exact, too, and every ROUND takes it up.
//!
//! May use: nothing of ours.

use rust_decimal::Decimal;

/// Decimals of 人天 that a formula keeps; more where a figure has more.
const DAY_DECIMALS: u32 = 4;

/// Decimals of a score.
const SCORE_DECIMALS: u32 = 2;

/// Decimals of a tax rate as a fraction: tenths of a per cent.
const RATE_DECIMALS: u32 = 3;

/// 1 with so many zeros: a power of ten as formulas write it.
fn power(decimals: u32) -> String {
    format!("1{}", "0".repeat(decimals as usize))
}

/// How many decimals the formulas of one sheet keep of 人天.
pub(super) fn day_decimals(days: impl Iterator<Item = Decimal>) -> u32 {
    days.map(|days| days.normalize().scale()).max().unwrap_or(0).max(DAY_DECIMALS)
}

/// How many decimals they keep of scores.
pub(super) fn score_decimals(scores: impl Iterator<Item = Decimal>) -> u32 {
    scores.map(|score| score.normalize().scale()).max().unwrap_or(0).max(SCORE_DECIMALS)
}

/// r2(人天 × 单价).
pub(super) fn days_times_price(days: &str, decimals: u32, price: &str) -> String {
    let factor = power(decimals);
    format!("ROUND(ROUND({days}*{factor},0)*ROUND({price}*100,0)/{factor},0)/100")
}

/// r2(Σ × 得分 ÷ 100).
pub(super) fn times_score(amount: &str, score: &str, decimals: u32) -> String {
    let (factor, divisor) = (power(decimals), power(decimals + 2));
    format!("ROUND(ROUND({amount}*100,0)*ROUND({score}*{factor},0)/{divisor},0)/100")
}

/// r2(应支付 ÷ (1 + 税率)).
pub(super) fn without_tax(amount: &str, rate: &str, fraction: Decimal) -> String {
    let factor = power(fraction.normalize().scale().max(RATE_DECIMALS));
    format!("ROUND(ROUND({amount}*100,0)*{factor}/ROUND((1+{rate})*{factor},0),0)/100")
}

/// r4((new − old) ÷ old): per cent to two places, of figures with so many decimals.
pub(super) fn share(old: &str, new: &str, decimals: u32) -> String {
    let factor = power(decimals);
    format!("ROUND(ROUND(({new}-{old})*{factor},0)*10000/ROUND({old}*{factor},0),0)/10000")
}

/// A sum or difference of amounts: no half can arise, only a binary trace to be wiped off.
pub(super) fn sum(terms: &str) -> String {
    format!("ROUND({terms},2)")
}

#[cfg(test)]
mod tests {
    use rust_decimal::dec;

    use super::*;

    #[test]
    fn as_many_decimals_as_the_figures_have() {
        assert_eq!(day_decimals([dec!(0.5), dec!(1.00)].into_iter()), 4);
        assert_eq!(day_decimals([dec!(0.33333)].into_iter()), 5);
        assert_eq!(score_decimals([dec!(47.125)].into_iter()), 3);
        assert_eq!(days_times_price("E9", 4, "F9"), "ROUND(ROUND(E9*10000,0)*ROUND(F9*100,0)/10000,0)/100");
        assert_eq!(times_score("G9", "G10", 2), "ROUND(ROUND(G9*100,0)*ROUND(G10*100,0)/10000,0)/100");
        assert_eq!(
            without_tax("G11", "G12", dec!(0.06)),
            "ROUND(ROUND(G11*100,0)*1000/ROUND((1+G12)*1000,0),0)/100"
        );
    }
}
