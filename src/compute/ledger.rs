//! What issuing a 结算单 does to the ledger: a new line, nothing, a correction, or a contradiction that stays one.
//!
//! May use: `model`.

use std::collections::BTreeMap;

use super::settlement::{Issue, OrderSettlement};
use crate::model::ledger::{Balance, Chain, ContractId, Correction, Ledger, LedgerLine};
use crate::model::month::Month;

/// What a ledger line says beside the figures.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stamp {
    /// Which contract; none while the case does not say so.
    pub contract: Option<ContractId>,
    /// When, as RFC 3339 with its offset.
    pub issued_at: String,
    /// The version of hetong.
    pub version: String,
    /// SHA-256 of the input files by name.
    pub inputs: BTreeMap<String, String>,
}

/// What issuing one 结算单 does. The lines of `New` and `Correction` have no outputs yet: these are hashed when they
/// have been made.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::large_enum_variant, reason = "one for each 结算单, and soon taken apart")]
pub enum Issuing {
    /// It is issued for the first time.
    New(LedgerLine),
    /// It was issued with these very figures: nothing is recorded again.
    Unchanged(LedgerLine),
    /// It was issued with other figures, and nobody said why it should be corrected: nothing is done (S005).
    Conflict(LedgerLine),
    /// It replaces what was issued.
    Correction {
        /// The new line.
        line: LedgerLine,
        /// The line that counted so far.
        replaced: LedgerLine,
    },
}

impl Issuing {
    /// The line that the ledger has to take up, to be appended in this order; none where nothing is recorded.
    pub fn to_append(&self) -> Option<&LedgerLine> {
        match self {
            Self::New(line) | Self::Correction { line, .. } => Some(line),
            Self::Unchanged(_) | Self::Conflict(_) => None,
        }
    }

    /// The line that counts if this is carried out.
    pub fn line(&self) -> &LedgerLine {
        match self {
            Self::New(line)
            | Self::Unchanged(line)
            | Self::Conflict(line)
            | Self::Correction { line, .. } => line,
        }
    }
}

/// Decides, 结算单 after 结算单, what issuing them in one run does. All lines that it asks to append must be appended,
/// in its order; a run that gives one of them up starts again with a new issuer.
#[derive(Debug)]
pub struct Issuer<'a> {
    ledger: &'a Ledger,
    chain: Chain,
    new: BTreeMap<(String, Month), LedgerLine>,
    /// 已结算 before and after each new line, by its 序号.
    balances: BTreeMap<u32, (Balance, Balance)>,
}

impl<'a> Issuer<'a> {
    /// Goes on from the ledger's last line.
    pub fn new(ledger: &'a Ledger) -> Self {
        Self { ledger, chain: ledger.chain(), new: BTreeMap::new(), balances: BTreeMap::new() }
    }

    /// 框架协议已结算金额 after everything that was decided so far.
    pub fn balance(&self) -> Balance {
        self.chain.balance()
    }

    /// Decides about one. `amend` is the reason for correcting what was issued with other figures.
    pub fn decide(&mut self, settlement: &OrderSettlement, amend: Option<&str>, stamp: &Stamp) -> Issuing {
        let key = (settlement.order.clone(), settlement.month);
        let in_ledger = || self.ledger.issued(&settlement.order, settlement.month).map(|(line, _)| line);
        let issued = self.new.get(&key).or_else(in_ledger).cloned();
        let amend = amend.map(str::trim).filter(|reason| !reason.is_empty());
        let decided = match (issued, amend) {
            (None, _) => Issuing::New(self.line(settlement, None, stamp)),
            (Some(line), _) if settlement.agrees_with(&line) => Issuing::Unchanged(line),
            (Some(line), None) => Issuing::Conflict(line),
            (Some(replaced), Some(reason)) => Issuing::Correction {
                line: self.line(settlement, Some((&replaced, reason)), stamp),
                replaced,
            },
        };
        if let Some(line) = decided.to_append() {
            self.take(line);
        }
        decided
    }

    /// Corrects what was issued with these very figures, but is now printed otherwise: another name, another split of
    /// the score.
    pub fn correct(
        &mut self,
        settlement: &OrderSettlement,
        replaced: &LedgerLine,
        reason: &str,
        stamp: &Stamp,
    ) -> Issuing {
        let line = self.line(settlement, Some((replaced, reason)), stamp);
        self.take(&line);
        Issuing::Correction { line, replaced: replaced.clone() }
    }

    fn take(&mut self, line: &LedgerLine) {
        let before = self.chain.balance();
        // It follows by construction, and appending checks it again.
        let _ = self.chain.follow(line);
        self.balances.insert(line.number, (before, self.chain.balance()));
        self.new.insert((line.order.clone(), line.month), line.clone());
    }

    fn line(
        &self,
        settlement: &OrderSettlement,
        replaced: Option<(&LedgerLine, &str)>,
        stamp: &Stamp,
    ) -> LedgerLine {
        let opening = self.chain.closing();
        let added = opening + settlement.due.gross;
        LedgerLine {
            number: self.chain.next_number(),
            contract: stamp.contract.clone(),
            order: settlement.order.clone(),
            month: settlement.month,
            days: settlement.days,
            score: settlement.score.total,
            work_gross: settlement.work_gross,
            gross: settlement.due.gross,
            net: settlement.due.net,
            tax: settlement.due.tax,
            parts: settlement.due.parts.clone(),
            revision: settlement.revision,
            opening,
            closing: replaced.map_or(added, |(line, _)| added - line.gross),
            correction: replaced
                .map(|(line, reason)| Correction { replaces: line.number, reason: reason.to_owned() }),
            inputs: stamp.inputs.clone(),
            outputs: BTreeMap::new(),
            issued_at: stamp.issued_at.clone(),
            version: stamp.version.clone(),
        }
    }
}

/// A 结算单 as the ledger line that counts says that it is or was issued: its balances, and how it is printed.
pub fn as_issued(
    settlement: &OrderSettlement,
    line: &LedgerLine,
    issuer: &Issuer<'_>,
) -> (OrderSettlement, Issue) {
    let ledger = issuer.ledger;
    let replaced = |correction: &Correction| {
        let mut lines = ledger.lines().iter().map(|(line, _)| line);
        let replaced = lines.find(|line| line.number == correction.replaces).cloned();
        replaced.map(|replaced| Issue::Correction { reason: correction.reason.clone(), replaced })
    };
    let issue = line.correction.as_ref().and_then(replaced).unwrap_or(Issue::Issued);
    let new = issuer.balances.get(&line.number).copied();
    let balances = new.or_else(|| ledger.balances_of(&line.order, line.month)).unwrap_or_default();
    let mut settlement = OrderSettlement { issued: Some(line.clone()), ..settlement.clone() };
    settlement.set_balances(balances.0, balances.1);
    (settlement, issue)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rust_decimal::{Decimal, dec};

    use super::*;
    use crate::compute::score::Score;
    use crate::compute::settlement::{Due, SettledLine};
    use crate::diagnostics::Origin;
    use crate::model::money::Money;
    use crate::model::tax::TaxRate;

    fn line(gross: Money) -> SettledLine {
        SettledLine {
            post: "产品/平台服务".into(),
            level: "高级".into(),
            days: Decimal::ONE,
            period: None,
            revision: 0,
            gross_price: gross,
            rate: TaxRate::from_percent(dec!(6)).unwrap(),
            gross,
        }
    }

    /// What an order's sheets come to: `cents` of work, at full marks; a third of it at 3 %.
    fn settlement(order: &str, month: &str, cents: i64) -> OrderSettlement {
        let work_gross = Money::round(Decimal::new(cents, 2));
        let third = Money::round(work_gross.decimal() / dec!(3));
        let at_three = SettledLine { rate: TaxRate::from_percent(dec!(3)).unwrap(), ..line(third) };
        OrderSettlement {
            month: month.parse().unwrap(),
            order: order.to_owned(),
            order_index: 0,
            origin: Origin::File("结算/2026-03/工时.xlsx".into()),
            lines: Vec::new(),
            days: Decimal::new(cents, 4),
            work_gross,
            persons: Vec::new(),
            score: Score { items: Vec::new(), total: Decimal::ONE_HUNDRED },
            note: String::new(),
            due: Due::of(&[line(work_gross - third), at_three], Decimal::ONE_HUNDRED).unwrap(),
            opening: Money::ZERO,
            closing: Money::ZERO,
            net_opening: Money::ZERO,
            net_closing: Money::ZERO,
            revision: 0,
            issued: None,
        }
    }

    fn stamp() -> Stamp {
        Stamp {
            contract: None,
            issued_at: "2026-04-08T10:15:00+08:00".into(),
            version: "0.1.0".into(),
            inputs: BTreeMap::new(),
        }
    }

    /// A ledger with more lines.
    fn with(ledger: &Ledger, new: Vec<LedgerLine>) -> Ledger {
        let new = new.into_iter().map(|line| (line, Origin::File("台账.jsonl".into())));
        Ledger::new(ledger.lines().iter().cloned().chain(new).collect(), Vec::new())
    }

    #[test]
    fn one_run_carries_the_balance_from_one_to_the_next() {
        let ledger = Ledger::default();
        let mut issuer = Issuer::new(&ledger);
        let mut decide = |order, cents, amend| {
            let decided = issuer.decide(&settlement(order, "2026-03", cents), amend, &stamp());
            (decided.line().number, decided.line().closing.to_string(), decided.to_append().is_some())
        };
        assert_eq!(decide("A", 100_000, None), (1, "1,000.00".into(), true));
        assert_eq!(decide("B", 50_050, None), (2, "1,500.50".into(), true));
        assert_eq!(decide("A", 100_000, None), (1, "1,000.00".into(), false));
        assert_eq!(decide("A", 90_000, None), (1, "1,000.00".into(), false));
        assert_eq!(decide("A", 90_000, Some("多记")), (3, "1,400.50".into(), true));
        assert_eq!(decide("A", 80_000, Some("又多记")), (4, "1,300.50".into(), true));
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn whatever_is_issued_and_amended_in_whatever_order_the_balance_holds(
            runs in prop::collection::vec(
                (prop::collection::vec((0..3_usize, 0_i64..2_000_000_000), 1..4), 0..5_usize, any::<bool>()),
                1..12,
            ),
        ) {
            let months = ["2026-05", "2026-03", "2026-12", "2027-02", "2026-04"];
            let mut ledger = Ledger::default();
            let mut counts: BTreeMap<(usize, usize), i64> = BTreeMap::new();
            for (orders, month, amend) in runs {
                let before = ledger.clone();
                let mut issuer = Issuer::new(&before);
                let mut new = Vec::new();
                for (order, cents) in orders {
                    let one = settlement(["A", "B", "C"][order], months[month], cents);
                    let decided = issuer.decide(&one, amend.then_some("更正"), &stamp());
                    let known = counts.get(&(order, month)).copied();
                    let expected = match known {
                        None => "new",
                        Some(known) if known == cents => "unchanged",
                        Some(_) if amend => "correction",
                        Some(_) => "conflict",
                    };
                    let got = match &decided {
                        Issuing::New(_) => "new",
                        Issuing::Unchanged(_) => "unchanged",
                        Issuing::Conflict(_) => "conflict",
                        Issuing::Correction { replaced, .. } => {
                            prop_assert_eq!(replaced.gross.decimal(), Decimal::new(known.unwrap_or(-1), 2));
                            "correction"
                        }
                    };
                    prop_assert_eq!(got, expected);
                    if let Some(line) = decided.to_append() {
                        let (printed, _) = as_issued(&one, line, &issuer);
                        let after = Balance { gross: printed.closing, net: printed.net_closing };
                        prop_assert_eq!(after, issuer.balance());
                        prop_assert_eq!((line.opening, line.closing), (printed.opening, printed.closing));
                        counts.insert((order, month), cents);
                        new.push(line.clone());
                    }
                }
                ledger = with(&before, new);
                prop_assert_eq!(&ledger.lines()[..before.lines().len()], before.lines(), "later lines only");
            }
            let mut opening = Money::ZERO;
            for (index, (line, _)) in ledger.lines().iter().enumerate() {
                prop_assert_eq!((line.number as usize, line.opening), (index + 1, opening));
                opening = line.closing;
            }
            prop_assert_eq!(ledger.closing().decimal(), Decimal::new(counts.values().sum(), 2));
            let counting = ledger.effective().map(LedgerLine::due).fold(Balance::default(), Balance::plus);
            prop_assert_eq!(counting, ledger.balance(), "on both bases");
            let mut before = Balance::default();
            for (opening, closing) in ledger.balances() {
                prop_assert_eq!(opening, before);
                before = closing;
            }
        }
    }
}
