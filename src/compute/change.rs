//! A figure before and after a change: the difference, and what it is of the old figure.
//!
//! May use: `model`.

use rust_decimal::{Decimal, RoundingStrategy};

use crate::model::money::Money;

/// An amount or a price as it was and as it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Change {
    /// Before.
    pub old: Money,
    /// After.
    pub new: Money,
}

impl Change {
    /// From the old figure to the new one.
    pub fn of(old: Money, new: Money) -> Self {
        Self { old, new }
    }

    /// Whether there is any.
    pub fn is_one(self) -> bool {
        self.old != self.new
    }

    /// New − old.
    pub fn difference(self) -> Money {
        self.new - self.old
    }

    /// The difference in per cent of the old figure, 四舍五入 to two places; none where the old one is zero.
    pub fn percent(self) -> Option<Decimal> {
        let (old, new) = (self.old.decimal(), self.new.decimal());
        let share = (new - old).checked_mul(Decimal::ONE_HUNDRED)?.checked_div(old)?;
        Some(share.round_dp_with_strategy(2, RoundingStrategy::MidpointAwayFromZero))
    }
}

/// `+12.30`, `-12.30`, `0.00`.
pub fn signed(difference: Money) -> String {
    if difference > Money::ZERO { format!("+{difference}") } else { difference.to_string() }
}

/// `+1.45%`, `-1.45%`, `0.00%`.
pub fn signed_percent(percent: Decimal) -> String {
    let sign = if percent > Decimal::ZERO { "+" } else { "" };
    // A negative share too small for two places is no change to be seen.
    let percent = if percent.is_zero() { Decimal::ZERO } else { percent };
    format!("{sign}{percent:.2}%")
}

#[cfg(test)]
mod tests {
    use super::*;
    use rust_decimal::dec;

    // 848.06 → 860.00: 11.94, 11.94 / 848.06 = 1.40792…%; 850.00 → 800.00: −50 / 850 = −5.88235…%.
    #[test]
    fn differences_and_shares() {
        let change = |old, new| Change::of(Money::round(old), Money::round(new));
        let raised = change(dec!(848.06), dec!(860));
        assert_eq!((signed(raised.difference()), raised.percent()), ("+11.94".into(), Some(dec!(1.41))));
        let lowered = change(dec!(850), dec!(800));
        assert_eq!(signed(lowered.difference()), "-50.00");
        assert_eq!(lowered.percent().map(signed_percent).as_deref(), Some("-5.88%"));
        let same = change(dec!(5), dec!(5));
        assert!(!same.is_one());
        assert_eq!(same.percent().map(signed_percent).as_deref(), Some("0.00%"));
        assert_eq!(
            change(dec!(10000000), dec!(9999999.99)).percent().map(signed_percent).as_deref(),
            Some("0.00%")
        );
        assert_eq!(change(dec!(0), dec!(5)).percent(), None);
    }
}
