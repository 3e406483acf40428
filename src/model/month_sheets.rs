//! What a month's 工时 and 考核 sheets say (`结算/<月份>/`), as found: nothing is corrected here, rules judge it.

use std::ops::Range;

use jiff::civil::Date;

use super::case::Text;
use super::month::Month;
use super::quotation::{CellNumber, NumberCell};
use crate::diagnostics::{Located, Origin};

/// A row of 工时: one person's work on one day, or in the whole month.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WorkEntry {
    /// 订单编号.
    pub order: Located<String>,
    /// 姓名.
    pub person: Located<String>,
    /// 证件号 (optional column): tells two people of one name apart. `工号 12` where it is the supplier's own number.
    pub person_id: Text,
    /// 岗位职责, one of 附件3.
    pub post: Located<String>,
    /// 级别, one of 附件3.
    pub level: Located<String>,
    /// 日期; none for a month's total.
    pub date: Option<Located<Date>>,
    /// Whether something stood there that is no certain date: then `date` is none for want of an answer, and input
    /// has reported it.
    pub date_unclear: bool,
    /// 人天.
    pub days: Located<CellNumber>,
}

/// A row of 考核: one order's assessment of the month.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AssessmentEntry {
    /// 订单编号.
    pub order: Located<String>,
    /// What was recorded for each of the pack's indicators, in its order: a score, or a count of occurrences.
    /// `None` where the sheet has no such column, which input has reported.
    pub records: Vec<NumberCell>,
    /// 说明: the reason for the deductions.
    pub note: Text,
    /// 总分 as the sheet itself states it, to be compared with ours; none where it has no such column.
    pub stated_score: NumberCell,
}

/// A 合计 or 小计 of the 工时 sheet's own, to be compared with its rows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StatedTotal {
    /// Its 人天.
    pub days: Located<CellNumber>,
    /// Whether it is a 小计: of a part of the rows.
    pub subtotal: bool,
    /// The rows of `work` on the same sheet above it.
    pub above: Range<usize>,
    /// Those of them that it is the sum of, if there are any such; otherwise those beneath the sum before it.
    pub group: Range<usize>,
}

/// One month's sheets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MonthSheets {
    /// The month, from the folder's name.
    pub month: Month,
    /// The 工时 sheet, or where it should be.
    pub work_origin: Origin,
    /// Its rows, in the sheet's order.
    pub work: Vec<WorkEntry>,
    /// Its own totals.
    pub work_totals: Vec<StatedTotal>,
    /// The 考核 sheet, or where it should be.
    pub assessment_origin: Origin,
    /// Its rows, in the sheet's order.
    pub assessments: Vec<AssessmentEntry>,
}
