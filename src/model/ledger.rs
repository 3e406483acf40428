//! 台账: the issued 结算单 of one framework contract, one line each, in the order of issuing.

use std::collections::BTreeMap;
use std::fmt;

use rust_decimal::Decimal;

use super::money::Money;
use super::month::Month;
use super::names::{plain, same_name};
use super::tax::TaxPart;
use crate::diagnostics::Origin;

/// 框架协议已结算金额, on both bases.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Balance {
    /// 含税, 元.
    pub gross: Money,
    /// 不含税, 元: what is held against the cap once the VAT rate has changed (4.3).
    pub net: Money,
}

impl Balance {
    /// After another amount.
    #[must_use]
    pub fn plus(self, other: Self) -> Self {
        Self { gross: self.gross + other.gross, net: self.net + other.net }
    }

    /// Before an amount that is in it.
    #[must_use]
    pub fn less(self, other: Self) -> Self {
        Self { gross: self.gross - other.gross, net: self.net - other.net }
    }
}

/// Which contract something is of. A number alone is typed and copied too easily: the supplier's 信用代码 goes with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ContractId {
    /// 合同编号.
    pub number: String,
    /// 乙方's 统一社会信用代码.
    pub credit_code: String,
}

impl ContractId {
    /// Whether it is that of a case, however both are typed. One that a case has not filled in is not the same.
    pub fn is(&self, number: Option<&str>, credit_code: Option<&str>) -> bool {
        number.is_some_and(|number| same_name(number, &self.number))
            && credit_code.is_some_and(|code| same_code(code, &self.credit_code))
    }
}

impl fmt::Display for ContractId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}（信用代码 {}）", self.number, self.credit_code)
    }
}

/// Whether two 信用代码 are the same: their letters are typed small as often as not.
pub fn same_code(a: &str, b: &str) -> bool {
    plain(a).eq_ignore_ascii_case(&plain(b))
}

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
    /// Whose it is; none in lines that were written before they had to say so.
    pub contract: Option<ContractId>,
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
    /// 应支付 by 税率, in the order of their days: one, or several where the rate changed within the month. They sum up to
    /// 应支付, 不含税 and 税额.
    pub parts: Vec<TaxPart>,
    /// 修订: how many of the case's 调整 were in force by the end of the month when this was issued.
    pub revision: usize,
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
    /// When, as RFC 3339 with its offset.
    pub issued_at: String,
    /// The version of hetong that wrote it.
    pub version: String,
}

impl LedgerLine {
    /// What it pays, on both bases.
    pub fn due(&self) -> Balance {
        Balance { gross: self.gross, net: self.net }
    }
}

/// A line that says whose a ledger is whose own lines do not: what a user confirmed with `settle --bind`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Binding {
    /// The contract.
    pub contract: ContractId,
    /// 乙方名称, as it was shown.
    pub supplier: String,
    /// 累计 up to here, as it was shown, 元.
    pub closing: Money,
    /// When, as RFC 3339 with its offset.
    pub bound_at: String,
    /// The version of hetong that wrote it.
    pub version: String,
}

/// Whether a ledger is that of the case it lies in.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Belongs {
    /// It is, as far as anybody looked.
    #[default]
    Here,
    /// The line at this place names another contract.
    Elsewhere(ContractId, Origin),
    /// No line names a contract, and nothing was found that proves which one it is.
    Unproven,
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

/// SHA-256 of nothing: what the first line gives as 前行.
pub const HASH_OF_NOTHING: &str = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

/// The file as it was read: what an append goes on from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LedgerTail {
    /// SHA-256 of the whole file; appending to another file than was read is refused.
    pub file_hash: String,
    /// How many of its bytes are whole lines; what comes after them is torn.
    pub whole_bytes: u64,
    /// Whether those bytes end with a line break, or are none.
    pub ends_line: bool,
    /// SHA-256 of the last whole line without its line break.
    pub last_hash: String,
}

/// No file, or an empty one.
impl Default for LedgerTail {
    fn default() -> Self {
        Self {
            file_hash: HASH_OF_NOTHING.into(),
            whole_bytes: 0,
            ends_line: true,
            last_hash: HASH_OF_NOTHING.into(),
        }
    }
}

/// Where a ledger stands after some of its lines: what the next line must follow from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Chain {
    number: u32,
    closing: Balance,
    /// 序号 and 应支付 of the line that counts, by order and month.
    counting: BTreeMap<(String, Month), (u32, Balance)>,
}

impl Chain {
    /// 序号 of the next line.
    pub fn next_number(&self) -> u32 {
        self.number.saturating_add(1)
    }

    /// 框架协议已结算金额 after the last line, 含税.
    pub fn closing(&self) -> Money {
        self.closing.gross
    }

    /// The same on both bases.
    pub fn balance(&self) -> Balance {
        self.closing
    }

    /// 序号 and 应支付 of the line that counts for an order and a month.
    pub fn counting(&self, order: &str, month: Month) -> Option<(u32, Money)> {
        self.counting.get(&key(order, month)).map(|(number, due)| (*number, due.gross))
    }

    /// Goes on to the next line, and says, as a Chinese clause, why that line does not follow from those before.
    ///
    /// Even then it goes on from that line, so that one slip is told once.
    ///
    /// # Errors
    /// If the line does not follow.
    pub fn follow(&mut self, line: &LedgerLine) -> Result<(), String> {
        let known = self.counting.insert(key(&line.order, line.month), (line.number, line.due()));
        let expected = (self.next_number(), self.closing.gross);
        let net_before = known.map_or(Money::ZERO, |(_, due)| due.net);
        self.number = line.number;
        // 不含税 stands in no line: it is added up.
        self.closing = Balance { gross: line.closing, net: self.closing.net + line.net - net_before };
        let replaced = match (&line.correction, known) {
            (None, None) => Money::ZERO,
            (None, Some((number, _))) => {
                return Err(format!(
                    "{} {} 已在序号 {number} 开具过，这一行却不是更正",
                    line.order, line.month
                ));
            }
            (Some(correction), known) => match known.filter(|(number, _)| *number == correction.replaces) {
                Some((_, due)) => due.gross,
                None => return Err(format!("更正所替代的序号 {} 不是它那一份结算单", correction.replaces)),
            },
        };
        if line.number != expected.0 {
            return Err(format!("序号应为 {}，写的是 {}", expected.0, line.number));
        }
        if line.opening != expected.1 {
            return Err(format!("已结算 {} 与上一行的累计 {} 不符", line.opening, expected.1));
        }
        if line.closing != line.opening + line.gross - replaced {
            return Err(format!("累计 {} 与已结算加应支付不符", line.closing));
        }
        if line.gross != line.net + line.tax {
            return Err("应支付与不含税加税额不符".into());
        }
        Ok(())
    }
}

/// An order however it is typed: spaces and full-width forms make no other order of it, and no second 结算单.
fn key(order: &str, month: Month) -> (String, Month) {
    (plain(order), month)
}

/// 台账.jsonl as read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ledger {
    lines: Vec<(LedgerLine, Origin)>,
    bindings: Vec<(Binding, Origin)>,
    /// Whether it is this case's.
    pub belongs: Belongs,
    /// The index of the line that counts, by order and month.
    latest: BTreeMap<(String, Month), usize>,
    /// 框架协议已结算金额 after each line.
    balances: Vec<Balance>,
    /// Where it stands after its last line.
    chain: Chain,
    /// What is wrong with it; where a line is not merely torn, its figures may not be relied on.
    pub damage: Vec<LedgerDamage>,
    /// The file it was read from.
    pub tail: LedgerTail,
}

impl Ledger {
    /// From its sound lines, in order, and what is wrong with the others.
    pub fn new(lines: Vec<(LedgerLine, Origin)>, damage: Vec<LedgerDamage>) -> Self {
        let (mut latest, mut chain) = (BTreeMap::new(), Chain::default());
        let mut balances = Vec::with_capacity(lines.len());
        for (index, (line, _)) in lines.iter().enumerate() {
            latest.insert(key(&line.order, line.month), index);
            // What does not follow is told as damage.
            let _ = chain.follow(line);
            balances.push(chain.balance());
        }
        let (bindings, belongs) = (Vec::new(), Belongs::Here);
        Self { lines, bindings, belongs, latest, balances, chain, damage, tail: LedgerTail::default() }
    }

    /// The same with what was confirmed about it.
    pub fn bound(self, bindings: Vec<(Binding, Origin)>) -> Self {
        Self { bindings, ..self }
    }

    /// Every contract that it names, with the place.
    pub fn contracts(&self) -> impl Iterator<Item = (&ContractId, &Origin)> {
        let lines = self.lines.iter().filter_map(|(line, origin)| Some((line.contract.as_ref()?, origin)));
        lines.chain(self.bindings.iter().map(|(binding, origin)| (&binding.contract, origin)))
    }

    /// The same, as read from this file.
    pub fn read_from(self, tail: LedgerTail) -> Self {
        Self { tail, ..self }
    }

    /// Where it stands after its last line.
    pub fn chain(&self) -> Chain {
        self.chain.clone()
    }

    /// The sound lines with their places, in the order of issuing.
    pub fn lines(&self) -> &[(LedgerLine, Origin)] {
        &self.lines
    }

    /// The line that counts for an order and a month: the last correction, or the first issue.
    pub fn issued(&self, order: &str, month: Month) -> Option<&(LedgerLine, Origin)> {
        self.lines.get(*self.latest.get(&key(order, month))?)
    }

    /// The lines that count, corrections in place of what they correct; by order and month.
    pub fn effective(&self) -> impl Iterator<Item = &LedgerLine> {
        self.latest.values().filter_map(|index| self.lines.get(*index)).map(|(line, _)| line)
    }

    /// 框架协议已结算金额 after the last line, 含税, 元; zero for an empty ledger.
    pub fn closing(&self) -> Money {
        self.balance().gross
    }

    /// The same on both bases.
    pub fn balance(&self) -> Balance {
        self.chain.balance()
    }

    /// 框架协议已结算金额 before and after each line, in the order of issuing.
    pub fn balances(&self) -> impl DoubleEndedIterator<Item = (Balance, Balance)> + ExactSizeIterator {
        (0..self.lines.len()).map(|index| self.balances_at(index).unwrap_or_default())
    }

    /// 框架协议已结算金额 before and after the line of an order and a month that counts.
    pub fn balances_of(&self, order: &str, month: Month) -> Option<(Balance, Balance)> {
        self.balances_at(*self.latest.get(&key(order, month))?)
    }

    fn balances_at(&self, index: usize) -> Option<(Balance, Balance)> {
        let before = index.checked_sub(1).and_then(|before| self.balances.get(before)).copied();
        Some((before.unwrap_or_default(), *self.balances.get(index)?))
    }

    /// The latest month of which anything was issued.
    pub fn latest_month(&self) -> Option<Month> {
        self.latest.keys().map(|(_, month)| *month).max()
    }

    /// Whether its figures may be relied on: it is this case's, and nothing is wrong but perhaps a torn last line.
    pub fn is_sound(&self) -> bool {
        self.belongs == Belongs::Here && self.damage.iter().all(|damage| damage.torn)
    }
}
