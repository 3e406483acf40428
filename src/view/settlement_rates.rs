//! What is due by 税率, where the rate changed within the month or between an issued 结算单 and its correction.
//!
//! May use: `model`, `compute`, and its own room.

use serde::Serialize;

use super::settlement_words::{number, replaced, yuan};
use crate::compute::settlement::{Issue, OrderSettlement};
use crate::model::money::Money;
use crate::model::tax::{TaxPart, TaxRate};

/// 含税, 不含税 and 税额, 元.
pub(super) type Amounts = [Money; 3];

/// One rate's share.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct RateShare {
    /// 税率.
    pub(super) rate: TaxRate,
    /// Σ 行金额 of its lines before the score, 元.
    pub(super) work: Money,
    /// What is due now; none where nothing is due at this rate any more.
    pub(super) now: Option<Amounts>,
    /// What was issued; none where nothing was issued at this rate.
    pub(super) before: Option<Amounts>,
}

impl RateShare {
    /// What is due now less what was issued.
    pub(super) fn difference(&self) -> Amounts {
        let (now, before) = (self.now.unwrap_or_default(), self.before.unwrap_or_default());
        let [gross, net, tax] = now;
        [gross - before[0], net - before[1], tax - before[2]]
    }
}

/// Every rate of what is due and of what a correction replaces, the older first; none where there is only one.
pub(super) fn shares(settlement: &OrderSettlement, issue: &Issue) -> Vec<RateShare> {
    let before = replaced(settlement, issue).map_or(&[][..], |(line, _)| line.parts.as_slice());
    let now = &settlement.due.parts;
    let mut rates: Vec<TaxRate> = Vec::new();
    for part in before.iter().chain(now) {
        if !rates.contains(&part.rate) {
            rates.push(part.rate);
        }
    }
    if rates.len() < 2 {
        return Vec::new();
    }
    let of = |parts: &[TaxPart], rate| {
        parts.iter().find(|part| part.rate == rate).map(|part| [part.gross, part.net, part.tax])
    };
    let share = |rate: TaxRate| RateShare {
        rate,
        work: work_at(settlement, rate),
        now: of(now, rate),
        before: of(before, rate),
    };
    rates.into_iter().map(share).collect()
}

/// Σ 行金额 of a rate's lines before the score, 元.
pub(super) fn work_at(settlement: &OrderSettlement, rate: TaxRate) -> Money {
    settlement.lines.iter().filter(|line| line.rate == rate).map(|line| line.gross).sum()
}

/// A row of the table by rate.
#[derive(Clone, Debug, Default, Serialize)]
#[expect(missing_docs, reason = "原应支付, 更正后 or 差额; 含税金额合计; 应支付 含税, 不含税, 税额")]
pub struct RateRow {
    pub name: String,
    pub work: String,
    pub gross: String,
    pub net: String,
    pub tax: String,
}

/// One rate of that table.
#[derive(Clone, Debug, Default, Serialize)]
pub struct RateGroup {
    /// 税率.
    pub rate: String,
    /// One row; three in a correction.
    pub rows: Vec<RateRow>,
}

/// The table as the PDF prints it: empty where one rate applies throughout.
pub(super) fn rate_groups(settlement: &OrderSettlement, issue: &Issue) -> Vec<RateGroup> {
    let correction = replaced(settlement, issue).is_some();
    let row = |name: &str, work: String, [gross, net, tax]: Amounts| RateRow {
        name: name.into(),
        work,
        gross: plain(gross),
        net: plain(net),
        tax: plain(tax),
    };
    let group = |share: RateShare| {
        let now = share.now.unwrap_or_default();
        let rows = if correction {
            vec![
                row("原应支付", String::new(), share.before.unwrap_or_default()),
                row("更正后", String::new(), now),
                row("差额", String::new(), share.difference()),
            ]
        } else {
            vec![row("", share.work.to_string(), now)]
        };
        RateGroup { rate: share.rate.to_string(), rows }
    };
    shares(settlement, issue).into_iter().map(group).collect()
}

/// An amount with its sign, without ￥ and 元.
fn plain(amount: Money) -> String {
    yuan(amount).replace(['￥', '元'], "")
}

/// How what is due is shared out among several rates, in words.
pub(super) fn sharing_text(settlement: &OrderSettlement) -> String {
    let score = number(settlement.score.total);
    let parts = &settlement.due.parts;
    let last = parts.len().saturating_sub(1);
    let each = parts.iter().enumerate().map(|(index, part)| {
        let rate = part.rate;
        if index < last {
            let work = work_at(settlement, rate);
            format!("税率{rate}部分＝{work}×{score}÷100＝{}元", part.gross)
        } else {
            format!("税率{rate}部分取其余{}元", part.gross)
        }
    });
    format!(
        "本月增值税税率先后为{}，应支付金额按各行适用的税率分开：{}；每部分的不含税金额＝该部分应支付金额÷（1＋其税率），税额＝两者之差，各部分之和为合计",
        settlement.due.rates(),
        each.collect::<Vec<_>>().join("，")
    )
}
