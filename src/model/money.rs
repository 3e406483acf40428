//! Amounts in 元, exact to the 分.

use std::fmt;
use std::iter::Sum;
use std::ops::{Add, Sub};

use rust_decimal::{Decimal, RoundingStrategy};

/// An amount of 人民币 in 元 with exactly two decimals. May be negative only as a difference between two amounts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Money(Decimal);

impl Money {
    /// 0.00 元.
    pub const ZERO: Money = Money(Decimal::ZERO);

    /// 四舍五入 (half away from zero) to 分: the only rounding in hetong (附件3 备注(2)).
    pub fn round(amount: Decimal) -> Self {
        let mut cents = amount.round_dp_with_strategy(2, RoundingStrategy::MidpointAwayFromZero);
        cents.rescale(2);
        Money(cents)
    }

    /// The amount if it has at most two decimals; nothing is rounded.
    pub fn exact(amount: Decimal) -> Option<Self> {
        let rounded = Money::round(amount);
        (rounded.0 == amount).then_some(rounded)
    }

    /// The amount in 元.
    pub fn decimal(self) -> Decimal {
        self.0
    }

    /// The amount in 万元 without trailing zeros: 17,627,800.00 is `1762.78`.
    pub fn ten_thousands(self) -> String {
        (self.0 / Decimal::from(10_000)).normalize().to_string()
    }

    /// Whether the amount is below zero.
    pub fn is_negative(self) -> bool {
        self.0.is_sign_negative() && !self.0.is_zero()
    }

    /// The difference without its sign.
    pub fn abs(self) -> Self {
        Money(self.0.abs())
    }
}

/// `1,234,567.80`: thousands separated, always two decimals.
impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = format!("{:.2}", self.0.abs());
        let (whole, cents) = text.split_once('.').unwrap_or((&text, "00"));
        if self.is_negative() {
            f.write_str("-")?;
        }
        f.write_str(&group_thousands(whole))?;
        write!(f, ".{cents}")
    }
}

/// `1,250`, `1,250.5`: a number that is no amount, with thousands separated and no more decimals than it has.
pub fn with_thousands(number: Decimal) -> String {
    let text = number.normalize().abs().to_string();
    let (whole, decimals) = text.split_once('.').unwrap_or((&text, ""));
    let sign = if number.is_sign_negative() && !number.is_zero() { "-" } else { "" };
    let point = if decimals.is_empty() { "" } else { "." };
    format!("{sign}{}{point}{decimals}", group_thousands(whole))
}

/// Puts a comma before every third digit from the right.
fn group_thousands(digits: &str) -> String {
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

impl Add for Money {
    type Output = Money;
    fn add(self, other: Money) -> Money {
        Money(self.0 + other.0)
    }
}

impl Sub for Money {
    type Output = Money;
    fn sub(self, other: Money) -> Money {
        Money(self.0 - other.0)
    }
}

impl Sum for Money {
    fn sum<I: Iterator<Item = Money>>(amounts: I) -> Money {
        Money::round(amounts.map(|m| m.0).sum())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rust_decimal::dec;

    #[test]
    fn rounds_half_away_from_zero() {
        assert_eq!(Money::round(dec!(2.675)).decimal(), dec!(2.68));
        assert_eq!(Money::round(dec!(2.665)).decimal(), dec!(2.67));
        assert_eq!(Money::round(dec!(-2.675)).decimal(), dec!(-2.68));
        assert_eq!(Money::round(dec!(2.6749999)).decimal(), dec!(2.67));
    }

    #[test]
    fn prints_with_separators() {
        assert_eq!(Money::round(dec!(17628237.78)).to_string(), "17,628,237.78");
        assert_eq!(Money::round(dec!(0)).to_string(), "0.00");
        assert_eq!(Money::round(dec!(999)).to_string(), "999.00");
        assert_eq!(Money::round(dec!(1000)).to_string(), "1,000.00");
        assert_eq!(Money::round(dec!(-1437.5)).to_string(), "-1,437.50");
        assert_eq!(Money::round(dec!(17627800)).ten_thousands(), "1762.78");
    }

    #[test]
    fn exact_refuses_a_third_decimal() {
        assert_eq!(Money::exact(dec!(849.060)), Some(Money::round(dec!(849.06))));
        assert_eq!(Money::exact(dec!(849.061)), None);
    }
}
