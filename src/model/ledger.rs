//! 台账: the issued 结算单 of one framework contract, one line each, in the order of issuing.

use std::collections::BTreeMap;

use rust_decimal::Decimal;

use super::money::Money;
use super::month::Month;
use super::tax::TaxRate;
use crate::diagnostics::Origin;

/// What a correction says of the line it replaces.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Correction {
    /// 序号 of the line that is replaced.
    pub replaces: u32,
    /// Why, as the user gave it.
    pub reason: String,
}

/// One issued 结算单.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LedgerLine {
    /// 序号, from 1.
    pub number: u32,
    /// 订单编号.
    pub order: String,
    /// 月份.
    pub month: Month,
    /// 人天.
    pub days: Decimal,
    /// 考核得分, 0 to 100.
    pub score: Decimal,
    /// Σ 行金额 before the score, 含税, 元.
    pub work_gross: Money,
    /// 应支付, 含税, 元.
    pub gross: Money,
    /// 不含税, 元.
    pub net: Money,
    /// 税额, 元.
    pub tax: Money,
    /// 税率.
    pub rate: TaxRate,
    /// 框架协议已结算金额 before this line, 元.
    pub opening: Money,
    /// The same after it: opening + 应支付, for a correction opening + the difference.
    pub closing: Money,
    /// Set where this line corrects an earlier one of the same order and month.
    pub correction: Option<Correction>,
    /// SHA-256 of the input files by name.
    pub inputs: BTreeMap<String, String>,
    /// SHA-256 of the output files by name.
    pub outputs: BTreeMap<String, String>,
    /// When, as RFC 3339.
    pub issued_at: String,
}

/// A ledger line that is damaged or does not follow from the one before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LedgerDamage {
    /// Its place.
    pub origin: Origin,
    /// What is wrong, as a Chinese clause.
    pub why: String,
    /// Whether it is only a last line that was cut off while it was written.
    pub torn: bool,
}

/// 台账.jsonl as read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ledger {
    lines: Vec<(LedgerLine, Origin)>,
    /// The index of the line that counts, by order and month.
    latest: BTreeMap<(String, Month), usize>,
    /// What is wrong with it; where a line is not merely torn, its figures may not be relied on.
    pub damage: Vec<LedgerDamage>,
}

impl Ledger {
    /// From its sound lines, in order, and what is wrong with the others.
    pub fn new(lines: Vec<(LedgerLine, Origin)>, damage: Vec<LedgerDamage>) -> Self {
        let key =
            |(index, (line, _)): (usize, &(LedgerLine, Origin))| ((line.order.clone(), line.month), index);
        let latest = lines.iter().enumerate().map(key).collect();
        Self { lines, latest, damage }
    }

    /// The sound lines with their places, in the order of issuing.
    pub fn lines(&self) -> &[(LedgerLine, Origin)] {
        &self.lines
    }

    /// The line that counts for an order and a month: the last correction, or the first issue.
    pub fn issued(&self, order: &str, month: Month) -> Option<&(LedgerLine, Origin)> {
        self.lines.get(*self.latest.get(&(order.to_owned(), month))?)
    }

    /// The lines that count, corrections in place of what they correct; by order and month.
    pub fn effective(&self) -> impl Iterator<Item = &LedgerLine> {
        self.latest.values().filter_map(|index| self.lines.get(*index)).map(|(line, _)| line)
    }

    /// 框架协议已结算金额 after the last line, 元; zero for an empty ledger.
    pub fn closing(&self) -> Money {
        self.lines.last().map_or(Money::ZERO, |(line, _)| line.closing)
    }

    /// Whether its figures may be relied on: nothing is wrong but perhaps a torn last line.
    pub fn is_sound(&self) -> bool {
        self.damage.iter().all(|damage| damage.torn)
    }
}
