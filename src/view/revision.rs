//! Revisions of the annexes: which 调整 made an annex print something else, and how its revision is marked.
//!
//! May use: `model`, `compute`, `pack`, and its own room.

use jiff::civil::Date;

use super::contract::{ContractView, amounts};
use super::full_date;
use super::quotation::QuotationView;
use crate::compute::prices::{Cap, CapBasis, PriceHistory, Prices};
use crate::model::money::Money;
use crate::model::numerals;
use crate::model::tax::TaxRate;
use crate::pack::Pack;

/// The annex that prints the prices.
const PRICED: &str = "附件3";
/// The annexes that print the cap.
const CAPPED: [&str; 2] = ["附件6", "附件7"];

/// The numbers of the 修订 in which an annex prints something else than before, 0 for the signed one first. Only 0 for
/// a document that prints neither prices nor the cap as in force.
pub fn editions(history: &PriceHistory, document: &str) -> Vec<usize> {
    if document == PRICED {
        distinct(history, printed_prices)
    } else if CAPPED.contains(&document) {
        distinct(history, |prices| cap(history, prices).map(|cap| (cap.amount(), cap.basis)))
    } else {
        vec![0]
    }
}

fn distinct<T: PartialEq>(history: &PriceHistory, shown: impl Fn(&Prices) -> T) -> Vec<usize> {
    let mut numbers = vec![0];
    let mut before = shown(&history.signed);
    for prices in &history.revisions {
        let now = shown(prices);
        if now != before {
            numbers.push(prices.revision);
            before = now;
        }
    }
    numbers
}

/// 不含税单价, 含税单价, 不含税总价, 含税总价 of a line; none while it has no price.
type Printed = Option<[Money; 4]>;

/// What 附件3 prints that can change.
fn printed_prices(prices: &Prices) -> (TaxRate, Vec<Printed>) {
    let rows = prices.table.rows.iter().map(|row| {
        let figures = row.figures.as_ref();
        figures.map(|f| [f.net_price, f.gross_price, f.net_total, f.gross_total])
    });
    (prices.rate(), rows.collect())
}

/// The cap as a 修订 leaves it: 不含税 once that or an earlier one has changed the rate. None while 附件3 is incomplete.
pub fn cap<'p>(history: &'p PriceHistory, prices: &'p Prices) -> Option<Cap<'p>> {
    let mut so_far = history.all().take(prices.revision + 1);
    let net = so_far.any(|earlier| earlier.rate() != history.signed.rate());
    let basis = if net { CapBasis::Net } else { CapBasis::Gross };
    Some(Cap { basis, contract: prices.contract.as_ref()? })
}

/// 补充协议（二）, as its title has it: by what a 修订 was agreed.
pub fn supplement_name(number: usize) -> String {
    format!("补充协议（{}）", ordinal(number))
}

/// 一, 二, 三, … of a 补充协议.
pub fn ordinal(number: usize) -> String {
    let words = u32::try_from(number).ok().and_then(numerals::plain);
    words.unwrap_or_else(|| number.to_string())
}

/// `修订2（依据补充协议（二），自2026年10月1日起生效）`.
pub fn mark(prices: &Prices) -> String {
    let number = prices.revision;
    format!("修订{number}（依据{}，{}）", supplement_name(number), since(prices.from))
}

fn since(from: Option<Date>) -> String {
    from.map_or_else(|| "生效日期待填".to_owned(), |from| format!("自{}起生效", full_date(from)))
}

impl ContractView {
    /// The same contract with the annexes as a 调整 leaves them, marked.
    #[must_use]
    pub fn revised(&self, history: &PriceHistory, prices: &Prices, pack: &Pack, adopt_errata: bool) -> Self {
        let cap = || cap(history, prices);
        let mut view = self.clone();
        view.quotation = QuotationView::of(prices, pack, adopt_errata);
        view.amounts = amounts(prices);
        view.order_form.framework = view.order_form.framework.with_cap(cap());
        view.settlement_form.framework = view.settlement_form.framework.with_cap(cap());
        view.revision = mark(prices);
        view.revision_short = format!("修订{}，{}", prices.revision, since(prices.from));
        // In place of the contract's name: a header has one line, and numbers may be long.
        view.header.left = format!("修订{}（{}）", prices.revision, since(prices.from));
        view
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compute::testing::{adjustment, good_case, pack, quotation};
    use crate::model::case::Adjustment;
    use rust_decimal::{Decimal, dec};

    fn requoted(key: &str, day: &str, price: Decimal) -> Adjustment {
        let mut requoted = adjustment(key, day);
        (requoted.rate, requoted.requotes) = (None, true);
        requoted.quotation = Some(quotation(&pack(), |line| match line.level.as_str() {
            "高级" => Money::round(price),
            _ => line.net_ceiling - Money::round(dec!(1)),
        }));
        requoted
    }

    fn history(adjustments: Vec<Adjustment>) -> PriceHistory {
        let mut case = good_case();
        case.adjustments = adjustments;
        PriceHistory::of(&case, &pack())
    }

    #[test]
    fn an_annex_has_a_revision_only_where_it_prints_something_else() {
        let history = history(vec![
            adjustment("一", "2026-09-01"),
            requoted("二", "2026-10-01", dec!(800)),
            requoted("三", "2026-11-01", dec!(800)),
        ]);
        assert_eq!(editions(&history, "附件3"), [0, 1, 2]);
        assert_eq!(editions(&history, "附件6"), [0, 1, 2]);
        assert_eq!(editions(&history, "附件1"), [0]);
    }

    #[test]
    fn a_change_of_the_rate_changes_the_basis_even_if_the_cap_comes_back() {
        let mut back = adjustment("二", "2026-10-01");
        back.rate.as_mut().unwrap().value = pack().tender.rate;
        let history = history(vec![adjustment("一", "2026-09-01"), back]);
        assert_eq!(editions(&history, "附件3"), [0, 1, 2]);
        // 不含税 from the first change on, and the 不含税价 stays.
        assert_eq!(editions(&history, "附件7"), [0, 1]);
    }

    #[test]
    fn the_mark_names_day_and_agreement() {
        let history = history(vec![adjustment("一", "2026-09-01")]);
        assert_eq!(mark(&history.revisions[0]), "修订1（依据补充协议（一），自2026年9月1日起生效）");
    }
}
