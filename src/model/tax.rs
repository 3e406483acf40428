//! 增值税税率.

use std::fmt;

use rust_decimal::Decimal;

use super::money::Money;

/// A VAT rate, held as a fraction: 6 % is 0.06.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TaxRate(Decimal);

impl TaxRate {
    /// From per cent: `6` is 6 %. Nothing below 0 or from 100 up is a rate.
    pub fn from_percent(percent: Decimal) -> Option<Self> {
        let fraction = percent / Decimal::ONE_HUNDRED;
        (fraction >= Decimal::ZERO && fraction < Decimal::ONE).then(|| TaxRate(fraction.normalize()))
    }

    /// From a fraction: `0.06` is 6 %.
    pub fn from_fraction(fraction: Decimal) -> Option<Self> {
        TaxRate::from_percent(fraction * Decimal::ONE_HUNDRED)
    }

    /// The rate as a fraction.
    pub fn fraction(self) -> Decimal {
        self.0
    }

    /// `6` for 6 %.
    pub fn percent_number(self) -> String {
        (self.0 * Decimal::ONE_HUNDRED).normalize().to_string()
    }

    /// r2(不含税 × (1 + 税率)), 附件3 备注(2).
    pub fn gross(self, net: Money) -> Money {
        Money::round(net.decimal() * (Decimal::ONE + self.0))
    }

    /// r2(含税 / (1 + 税率)), 4.6.6.
    pub fn net(self, gross: Money) -> Money {
        Money::round(gross.decimal() / (Decimal::ONE + self.0))
    }
}

/// An amount at one rate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TaxPart {
    /// 税率.
    pub rate: TaxRate,
    /// 含税, 元.
    pub gross: Money,
    /// 不含税, 元 = r2(含税 / (1 + 税率)).
    pub net: Money,
    /// 税额, 元 = 含税 − 不含税.
    pub tax: Money,
}

impl TaxPart {
    /// Separates the tax from an amount.
    pub fn of(gross: Money, rate: TaxRate) -> Self {
        let net = rate.net(gross);
        Self { rate, gross, net, tax: gross - net }
    }
}

/// The rates of some amounts as they are printed: `6%`, or `6%、3%`.
pub fn rates_of(parts: &[TaxPart]) -> String {
    parts.iter().map(|part| part.rate.to_string()).collect::<Vec<_>>().join("、")
}

/// `6%`.
impl fmt::Display for TaxRate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}%", self.percent_number())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rust_decimal::dec;

    // Worked in facts/standards §4: 1,000,000.00 at 6 % is 943,396.23 + 56,603.77; 100.00 at 13 % is 88.50 + 11.50.
    #[test]
    fn separates_tax() {
        let six = TaxRate::from_percent(dec!(6)).unwrap();
        let net = six.net(Money::round(dec!(1000000)));
        assert_eq!(net.to_string(), "943,396.23");
        assert_eq!((Money::round(dec!(1000000)) - net).to_string(), "56,603.77");
        assert_eq!(six.net(Money::round(dec!(17627800))).to_string(), "16,630,000.00");
        let thirteen = TaxRate::from_percent(dec!(13)).unwrap();
        assert_eq!(thirteen.net(Money::round(dec!(100))).to_string(), "88.50");
    }

    #[test]
    fn adds_tax_and_prints() {
        let six = TaxRate::from_fraction(dec!(0.06)).unwrap();
        assert_eq!(six.to_string(), "6%");
        assert_eq!(six.gross(Money::round(dec!(849.06))).to_string(), "900.00");
        assert_eq!(six.gross(Money::round(dec!(977.5))).to_string(), "1,036.15");
        assert!(TaxRate::from_percent(dec!(100)).is_none());
        assert!(TaxRate::from_percent(dec!(-1)).is_none());
    }
}
