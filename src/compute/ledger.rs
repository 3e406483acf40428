//! What issuing a 结算单 does to the ledger: a new line, nothing, a correction, or a contradiction that stays one.
//!
//! May use: `model`.

use std::collections::BTreeMap;

use super::settlement::{Issue, OrderSettlement};
use crate::model::ledger::{Chain, Correction, Ledger, LedgerLine};
use crate::model::month::Month;

/// What a ledger line says beside the figures.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stamp {
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
}

impl<'a> Issuer<'a> {
    /// Goes on from the ledger's last line.
    pub fn new(ledger: &'a Ledger) -> Self {
        Self { ledger, chain: ledger.chain(), new: BTreeMap::new() }
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
            // It follows by construction, and appending checks it again.
            let _ = self.chain.follow(line);
            self.new.insert(key, line.clone());
        }
        decided
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
            order: settlement.order.clone(),
            month: settlement.month,
            days: settlement.days,
            score: settlement.score.total,
            work_gross: settlement.work_gross,
            gross: settlement.due.gross,
            net: settlement.due.net,
            tax: settlement.due.tax,
            rate: settlement.due.rate,
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

/// A 结算单 as the ledger line says that it is or was issued: its balances, and how it is printed.
pub fn as_issued(
    settlement: &OrderSettlement,
    line: &LedgerLine,
    ledger: &Ledger,
) -> (OrderSettlement, Issue) {
    let replaced = |correction: &Correction| {
        let mut lines = ledger.lines().iter().map(|(line, _)| line);
        let replaced = lines.find(|line| line.number == correction.replaces).cloned();
        replaced.map(|replaced| Issue::Correction { reason: correction.reason.clone(), replaced })
    };
    let issue = line.correction.as_ref().and_then(replaced).unwrap_or(Issue::Issued);
    let settlement = OrderSettlement {
        opening: line.opening,
        closing: line.closing,
        issued: Some(line.clone()),
        ..settlement.clone()
    };
    (settlement, issue)
}
