//! Plain integers for the second route: amounts in 分, numbers as a whole and its decimal places. Nothing of
//! `model::money` or `rust_decimal` reckons here; a decimal is only taken apart.
//!
//! May use: nothing of hetong.

use rust_decimal::Decimal;

/// An amount in 分.
pub type Cents = i128;

/// A number as it is written: `units / 10^places`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Number {
    /// All its digits.
    pub units: i128,
    /// How many of them stand behind the point.
    pub places: u32,
}

impl Number {
    /// A decimal, taken apart.
    pub fn of(decimal: Decimal) -> Self {
        let decimal = decimal.normalize();
        Self { units: decimal.mantissa(), places: decimal.scale() }
    }

    /// 10^places; none beyond what there is.
    pub fn whole(self) -> Option<i128> {
        10_i128.checked_pow(self.places)
    }

    /// As an amount of 元, rounded to 分.
    pub fn cents(self) -> Option<Cents> {
        divide(self.units.checked_mul(100)?, self.whole()?)
    }

    /// Whether it is the same number, however it is written.
    pub fn equals(self, other: Self) -> bool {
        let scaled = |a: Self, b: Self| a.units.checked_mul(b.whole()?);
        scaled(self, other) == scaled(other, self)
    }

    /// The sum of two.
    pub fn plus(self, other: Self) -> Option<Self> {
        let places = self.places.max(other.places);
        let scaled = |a: Self| a.units.checked_mul(10_i128.checked_pow(places - a.places)?);
        Some(Self { units: scaled(self)?.checked_add(scaled(other)?)?, places })
    }

    /// The difference of two.
    pub fn minus(self, other: Self) -> Option<Self> {
        self.plus(Self { units: other.units.checked_neg()?, places: other.places })
    }

    /// The product of two.
    pub fn times(self, other: Self) -> Option<Self> {
        Some(Self {
            units: self.units.checked_mul(other.units)?,
            places: self.places.checked_add(other.places)?,
        })
    }

    /// 0.
    pub const ZERO: Number = Number { units: 0, places: 0 };
}

/// `a / b`, 四舍五入: half away from zero.
pub fn divide(a: i128, b: i128) -> Option<i128> {
    let (a, b) = if b < 0 { (a.checked_neg()?, b.checked_neg()?) } else { (a, b) };
    let (quotient, rest) = (a.checked_div(b)?, a.checked_rem(b)?);
    let away = rest.checked_abs()?.checked_mul(2)? >= b;
    if away { quotient.checked_add(a.signum()) } else { Some(quotient) }
}

/// r2(amount × number).
pub fn times(amount: Cents, number: Number) -> Option<Cents> {
    divide(amount.checked_mul(number.units)?, number.whole()?)
}

/// r2(amount × (1 + rate)).
pub fn with_tax(net: Cents, rate: Number) -> Option<Cents> {
    let one = rate.whole()?;
    divide(net.checked_mul(one.checked_add(rate.units)?)?, one)
}

/// r2(amount / (1 + rate)).
pub fn without_tax(gross: Cents, rate: Number) -> Option<Cents> {
    let one = rate.whole()?;
    divide(gross.checked_mul(one)?, one.checked_add(rate.units)?)
}

/// `1,234.50`.
pub fn show(amount: Cents) -> String {
    let digits = (amount.unsigned_abs() / 100).to_string();
    let mut text = if amount < 0 { "-".to_owned() } else { String::new() };
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text + &format!(".{:02}", amount.unsigned_abs() % 100)
}

/// `1,234.50`, `1234.5` or `1234` in 分; none for what is no amount.
pub fn read(text: &str) -> Option<Cents> {
    let (sign, text) = text.strip_prefix(['-', '−']).map_or((1, text), |rest| (-1, rest));
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let digits: String = whole.chars().filter(|c| *c != ',').collect();
    let sound = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if digits.is_empty() || fraction.len() > 2 || !sound(&digits) || !sound(fraction) {
        return None;
    }
    let cents: Cents = format!("{digits}{fraction:0<2}").parse().ok()?;
    Some(sign * cents)
}

#[cfg(test)]
mod tests {
    use super::*;
    use rust_decimal::dec;

    // Worked by hand: 2.675 → 2.68, −2.675 → −2.68, 2.6749 → 2.67; 100.00 at 13 % is 88.50 without tax.
    #[test]
    fn rounds_half_away_from_zero() {
        assert_eq!(Number::of(dec!(2.675)).cents(), Some(268));
        assert_eq!(Number::of(dec!(-2.675)).cents(), Some(-268));
        assert_eq!(Number::of(dec!(2.6749)).cents(), Some(267));
        assert_eq!(divide(5, -2), Some(-3));
        assert_eq!(without_tax(10_000, Number::of(dec!(0.13))), Some(8_850));
        assert_eq!(with_tax(83_208, Number::of(dec!(0.06))), Some(88_200));
        assert_eq!(times(78_401, Number::of(dec!(34.5))), Some(2_704_835));
        assert_eq!(divide(1, 0), None);
        assert_eq!(times(i128::MAX, Number::of(dec!(2))), None);
    }

    #[test]
    fn reads_what_it_shows() {
        for amount in [0, 5, -5, 100, 99_999, 1_727_571_569, -123_456_789] {
            assert_eq!(read(&show(amount)), Some(amount), "{amount}");
        }
        assert_eq!((show(1_727_571_569), show(-5)), ("17,275,715.69".to_owned(), "-0.05".to_owned()));
        assert_eq!(
            (read("471.7"), read("900"), read("1.234"), read("高级")),
            (Some(47_170), Some(90_000), None, None)
        );
    }
}
