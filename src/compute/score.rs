//! 附件2: from what was recorded in a month to the 考核得分.
//!
//! May use: `model`, `pack`.

use rust_decimal::Decimal;

use crate::model::month_sheets::AssessmentEntry;
use crate::model::quotation::NumberCell;
use crate::pack::{Assessment, Indicator};

/// One indicator's score.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IndicatorScore {
    /// What was recorded: the score itself, or the number of occurrences.
    pub record: Decimal,
    /// 得分: as recorded, or 分值 − 每次扣分 × 次数, not below 0.
    pub score: Decimal,
    /// What was lost: 分值 − 得分.
    pub lost: Decimal,
}

/// 考核得分 of one order and month.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Score {
    /// By the pack's indicators, in its order.
    pub items: Vec<IndicatorScore>,
    /// 最终得分, 0 to 100: Σ items.
    pub total: Decimal,
}

impl Score {
    /// From a row of 考核; none while a record is missing or impossible, which rules report.
    pub fn of(entry: &AssessmentEntry, scheme: &Assessment) -> Option<Self> {
        let pairs = scheme.indicators.iter().zip(&entry.records);
        let items: Vec<IndicatorScore> =
            pairs.map(|(indicator, record)| item(indicator, record)).collect::<Option<_>>()?;
        let complete = !items.is_empty() && items.len() == scheme.indicators.len();
        complete.then(|| Self { total: items.iter().map(|item| item.score).sum(), items })
    }
}

fn item(indicator: &Indicator, record: &NumberCell) -> Option<IndicatorScore> {
    let record = record.as_ref()?.value.number()?;
    if record < Decimal::ZERO {
        return None;
    }
    let score = match indicator.deduction {
        Some(deduction) => (indicator.points - deduction.checked_mul(record)?).max(Decimal::ZERO),
        None if record <= indicator.points => record,
        None => return None,
    };
    Some(IndicatorScore { record, score, lost: indicator.points - score })
}
