//! 四 of a 结算单's workbook: what is due, by 税率 where there are several, and what a correction changes. The figures
//! that the formulas must come to.
//!
//! May use: `model`, `compute`, and its own room.

use rust_decimal::Decimal;

use super::settlement_rates::{Amounts, shares, work_at};
use super::settlement_words::{difference_words, labels, replaced, words};
use crate::compute::settlement::{Difference, Issue, OrderSettlement};
use crate::model::money::Money;
use crate::model::tax::{TaxPart, TaxRate, rates_of};

/// An amount with its 大写, which a formula shows only as long as the amount is this one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Worded {
    /// What it is.
    pub label: String,
    /// 元.
    pub amount: Money,
    /// 人民币…; for a difference 增加人民币… or 减少人民币….
    pub words: String,
}

/// 4.5, 4.6.6.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DueTable {
    /// 含税金额合计, 考核得分, 考核扣款, 增值税税率.
    pub labels: [String; 4],
    /// 考核得分.
    pub score: Decimal,
    /// Σ 金额 − 应支付, 元.
    pub deducted: Money,
    /// By 税率: one, or several where the rate changed within the month.
    pub parts: Vec<DuePart>,
    /// 税率, 含税金额合计, 应支付, 不含税, 税额: over several parts.
    pub part_headings: [String; 5],
    /// 应支付 含税, 不含税, 税额.
    pub due: [Worded; 3],
    /// What a correction adds.
    pub correction: Option<CorrectionTable>,
    /// What stands in place of 大写 once someone has changed a figure.
    pub stale_words: String,
}

/// One rate's part of what is due.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DuePart {
    /// Σ 行金额 of its lines, 元.
    pub work: Money,
    /// 税率, 应支付, 不含税 and 税额.
    pub part: TaxPart,
}

/// What was issued, and the difference.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CorrectionTable {
    /// 原应支付 含税, 不含税, 税额: typed, from the ledger.
    pub before: [Worded; 3],
    /// 差额 含税, 不含税, 税额.
    pub difference: [Worded; 3],
    /// The same by 税率; empty where one rate applies throughout.
    pub rates: Vec<RateChange>,
    /// 税率, nothing, 含税, 不含税, 税额: over them.
    pub rate_headings: [String; 5],
    /// 原应支付, 更正后, 差额: the three rows of each.
    pub rate_labels: [String; 3],
}

/// What a correction changes at one rate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RateChange {
    /// 税率.
    pub rate: TaxRate,
    /// What was issued at it: 含税, 不含税, 税额; typed.
    pub before: [Money; 3],
    /// Which of [`DueTable::parts`] it is now; none where nothing is due at it any more.
    pub part: Option<usize>,
    /// The difference of the three.
    pub difference: [Money; 3],
}

/// The table of a settlement.
pub(super) fn due(settlement: &OrderSettlement, issue: &Issue) -> DueTable {
    let due = &settlement.due;
    let now = [due.gross, due.net, due.tax];
    let correction = correction(settlement, issue);
    let name = if correction.is_some() { "更正后" } else { "" };
    let part = |part: &TaxPart| DuePart { work: work_at(settlement, part.rate), part: *part };
    DueTable {
        labels: ["含税金额合计（元）", "考核得分", "考核扣款（元）", "增值税税率"].map(str::to_owned),
        score: settlement.score.total,
        deducted: settlement.deducted(),
        parts: due.parts.iter().map(part).collect(),
        part_headings: ["税率", "含税金额合计（元）", "应支付（元）", "不含税（元）", "税额（元）"]
            .map(str::to_owned),
        due: worded(named(name, &due.rates()), now, words),
        correction,
        stale_words: "（金额已改动，大写须重写）".into(),
    }
}

fn correction(settlement: &OrderSettlement, issue: &Issue) -> Option<CorrectionTable> {
    let (line, _) = replaced(settlement, issue)?;
    let Difference { gross, net, tax } = Difference::of(&settlement.due, line);
    let names = ["差额（含税）", "差额（不含税）", "差额（税额）"].map(str::to_owned);
    let rates = shares(settlement, issue).into_iter().map(|share| RateChange {
        rate: share.rate,
        before: share.before.unwrap_or_default(),
        part: settlement.due.parts.iter().position(|part| part.rate == share.rate),
        difference: share.difference(),
    });
    Some(CorrectionTable {
        before: worded(named("原", &rates_of(&line.parts)), [line.gross, line.net, line.tax], words),
        difference: worded(names, [gross, net, tax], difference_words),
        rates: rates.collect(),
        rate_headings: ["税率", "", "含税（元）", "不含税（元）", "税额（元）"].map(str::to_owned),
        rate_labels: ["原应支付", "更正后", "差额"].map(str::to_owned),
    })
}

/// The names of the three amounts after a prefix.
fn named(prefix: &str, rates: &str) -> [String; 3] {
    labels(rates).map(|label| format!("{prefix}{label}"))
}

fn worded(names: [String; 3], amounts: Amounts, words: fn(Money) -> String) -> [Worded; 3] {
    let [one, two, three] = names;
    let [gross, net, tax] = amounts;
    [(one, gross), (two, net), (three, tax)].map(|(label, amount)| Worded {
        label,
        amount,
        words: words(amount),
    })
}
