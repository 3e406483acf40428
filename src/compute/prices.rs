//! 附件3 over time: as signed, and as every 调整 (4.3, 11.4) has left it. Which prices are in force on a day, and on which
//! basis the cap is compared then.
//!
//! May use: `model`, `pack`.

use jiff::civil::Date;

use super::contract::ContractFigures;
use super::quotation::{QuotationFigures, QuotationTable};
use crate::model::case::{Adjustment, Case};
use crate::model::ledger::{Balance, Ledger};
use crate::model::money::Money;
use crate::model::month::Month;
use crate::model::quotation::Quotation;
use crate::model::tax::TaxRate;
use crate::pack::Pack;

/// 附件3 and 4.3 as they stand from a day on.
#[derive(Clone, Debug)]
pub struct Prices {
    /// 修订: 0 as signed, else the number of the 调整 that made them, from 1; also the number of its 补充协议.
    pub revision: usize,
    /// The first day in force; none for those as signed, and for a 调整 without a date, which are in force on no day.
    pub from: Option<Date>,
    /// 附件3 line by line, blanks included.
    pub table: QuotationTable,
    /// 附件3 complete; none while a price is missing.
    pub quotation: Option<QuotationFigures>,
    /// 4.3; none while 附件3 is incomplete.
    pub contract: Option<ContractFigures>,
}

impl Prices {
    fn new(
        revision: usize,
        from: Option<Date>,
        pack: &Pack,
        quotation: Option<&Quotation>,
        rate: TaxRate,
    ) -> Self {
        let table = QuotationTable::new(&pack.tender, quotation, rate);
        let quotation = table.complete();
        let contract = quotation.as_ref().and_then(ContractFigures::of);
        Self { revision, from, table, quotation, contract }
    }

    /// What its figures are called by, before their names: nothing as signed, else `修订1 `.
    pub fn prefix(&self) -> String {
        if self.revision == 0 { String::new() } else { format!("修订{} ", self.revision) }
    }

    /// 增值税税率.
    pub fn rate(&self) -> TaxRate {
        self.table.rate
    }
}

/// On which of the cap's two figures settlements and orders are held against it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum CapBasis {
    /// 含税上限总价: as signed.
    #[default]
    Gross,
    /// 不含税价: once the VAT rate has changed, for only the 不含税价 stays what it was (4.3).
    Net,
}

impl CapBasis {
    /// 含税 or 不含税.
    pub fn label(self) -> &'static str {
        match self {
            Self::Gross => "含税",
            Self::Net => "不含税",
        }
    }

    /// Which figure of 4.3 it is that must not be exceeded.
    pub fn cap_name(self) -> &'static str {
        match self {
            Self::Gross => "含税上限总价",
            Self::Net => "不含税价",
        }
    }

    /// The figure of this basis.
    pub fn of(self, gross: Money, net: Money) -> Money {
        match self {
            Self::Gross => gross,
            Self::Net => net,
        }
    }
}

/// The framework's cap on a day.
#[derive(Clone, Copy, Debug)]
pub struct Cap<'p> {
    /// What is held against it.
    pub basis: CapBasis,
    /// 4.3 as in force.
    pub contract: &'p ContractFigures,
}

impl Cap<'_> {
    /// What of a balance is held against it, 元.
    pub fn of(&self, balance: Balance) -> Money {
        self.basis.of(balance.gross, balance.net)
    }

    /// The figure to compare with, 元: 含税上限总价 or 不含税价.
    pub fn amount(&self) -> Money {
        self.basis.of(self.contract.gross, self.contract.net)
    }

    /// Its 大写.
    pub fn words(&self) -> &str {
        match self.basis {
            CapBasis::Gross => &self.contract.gross_words,
            CapBasis::Net => &self.contract.net_words,
        }
    }
}

/// All prices of a contract, one after another.
#[derive(Clone, Debug)]
pub struct PriceHistory {
    /// As signed.
    pub signed: Prices,
    /// As each 调整 leaves them, in the case's order.
    pub revisions: Vec<Prices>,
}

impl PriceHistory {
    /// From the quotation and the adjustments. A 调整 of the rate keeps every 不含税单价 (4.3); one of the quotation keeps
    /// the rate. Where its quotation cannot be read the prices are unknown, never those before.
    pub fn of<'c>(case: &'c Case, pack: &Pack) -> Self {
        let (mut quotation, mut rate) = (case.quotation.as_ref(), pack.tender.rate);
        let signed = Prices::new(0, None, pack, quotation, rate);
        let mut revise = |(index, adjustment): (usize, &'c Adjustment)| {
            if adjustment.requotes {
                quotation = adjustment.quotation.as_ref();
            }
            rate = adjustment.rate.as_ref().map_or(rate, |rate| rate.value);
            let from = adjustment.effective_on.as_ref().map(|date| date.value);
            Prices::new(index + 1, from, pack, quotation, rate)
        };
        let revisions = case.adjustments.iter().enumerate().map(&mut revise).collect();
        Self { signed, revisions }
    }

    /// Those as signed, then those of every 调整.
    pub fn all(&self) -> impl DoubleEndedIterator<Item = &Prices> {
        std::iter::once(&self.signed).chain(&self.revisions)
    }

    /// 0 for those as signed, else the 调整's number.
    pub fn revision(&self, number: usize) -> Option<&Prices> {
        self.all().nth(number)
    }

    /// Those of the last 调整; those as signed where there is none.
    pub fn last(&self) -> &Prices {
        self.revisions.last().unwrap_or(&self.signed)
    }

    /// Those in force on a day. Of two 调整 from the same day on, the later entry stands.
    pub fn on(&self, day: Date) -> &Prices {
        let in_force = |prices: &&Prices| prices.from.is_some_and(|from| from <= day);
        self.revisions.iter().rfind(in_force).unwrap_or(&self.signed)
    }

    /// Whether the cap is compared 不含税 on a day: the VAT rate was changed on or before it.
    pub fn basis_on(&self, day: Date) -> CapBasis {
        let changed = |p: &Prices| p.from.is_some_and(|from| from <= day) && p.rate() != self.signed.rate();
        if self.revisions.iter().any(changed) { CapBasis::Net } else { CapBasis::Gross }
    }

    /// The cap on a day; none while the 附件3 in force is incomplete.
    pub fn cap_on(&self, day: Date) -> Option<Cap<'_>> {
        Some(Cap { basis: self.basis_on(day), contract: self.on(day).contract.as_ref()? })
    }

    /// The cap that the 结算单 of a month are judged by: that of its last day; where later months were issued before it,
    /// that of the last of them, for what was settled for those is in the sum.
    pub fn cap_for(&self, month: Month, ledger: &Ledger) -> Option<Cap<'_>> {
        self.cap_on(ledger.latest_month().map_or(month, |latest| latest.max(month)).last())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compute::testing::{adjustment, day, good_case, pack, quotation};
    use crate::diagnostics::Located;
    use rust_decimal::dec;

    fn on<'p>(history: &'p PriceHistory, day: &str) -> &'p Prices {
        history.on(day.parse().unwrap())
    }

    fn first_prices(prices: &Prices) -> (String, String) {
        let row = prices.table.rows[0].figures.as_ref().unwrap();
        (row.net_price.to_string(), row.gross_price.to_string())
    }

    // 848.06 × 1.06 = 898.9436, × 1.03 = 873.5018; 800.00 × 1.03 = 824.00.
    #[test]
    fn each_day_has_its_prices() {
        let (pack, mut case) = (pack(), good_case());
        let mut requoted = adjustment("二", "2026-10-01");
        requoted.rate = None;
        requoted.requotes = true;
        requoted.quotation = Some(quotation(&pack, |_| Money::round(dec!(800))));
        case.adjustments = vec![adjustment("一", "2026-09-01"), requoted];
        let history = PriceHistory::of(&case, &pack);
        let pair = |net: &str, gross: &str| (net.to_owned(), gross.to_owned());
        assert_eq!(first_prices(on(&history, "2026-08-31")), pair("848.06", "898.94"));
        assert_eq!(first_prices(on(&history, "2026-09-01")), pair("848.06", "873.50"));
        assert_eq!(first_prices(on(&history, "2026-10-01")), pair("800.00", "824.00"));
        let basis = |day: &str| history.basis_on(day.parse().unwrap());
        assert_eq!((basis("2026-08-31"), basis("2026-09-01")), (CapBasis::Gross, CapBasis::Net));
        let caps: Vec<_> = history.all().map(|prices| prices.contract.as_ref().unwrap().net).collect();
        assert_eq!(caps[0], caps[1], "不含税价不变");
        assert_ne!(caps[1], caps[2]);
        assert_eq!(history.last().revision, 2);
    }

    #[test]
    fn what_cannot_be_read_or_dated_is_never_the_old_prices() {
        let (pack, mut case) = (pack(), good_case());
        let mut unread = adjustment("一", "2026-09-01");
        (unread.rate, unread.requotes) = (None, true);
        case.adjustments = vec![unread];
        let history = PriceHistory::of(&case, &pack);
        assert!(on(&history, "2026-09-01").quotation.is_none());
        assert!(history.cap_on("2026-09-01".parse().unwrap()).is_none());
        case.adjustments[0].effective_on = None;
        assert_eq!(on(&PriceHistory::of(&case, &pack), "2027-01-01").revision, 0);
        case.adjustments[0].effective_on = day("一", "2026-09-01");
        case.adjustments[0].rate = Some(Located::new(pack.tender.rate, crate::compute::testing::at("税率")));
        assert_eq!(PriceHistory::of(&case, &pack).basis_on("2026-09-01".parse().unwrap()), CapBasis::Gross);
    }
}
