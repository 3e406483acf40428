//! What 结算汇总 says below its tables: who is not in the sums, and where a 累计 stands that has later months in it.
//!
//! May use: `model`, and its own room.

use super::summary::{CaseSummary, State, shortened};
use crate::model::month::Month;

/// Who is not in the sums, or in them without having been checked.
pub(super) fn remarks(cases: &[CaseSummary], absent: usize) -> Vec<String> {
    let mut remarks = Vec::new();
    let told =
        |case: &&CaseSummary| shortened(&format!("　{}（{}）：{}", case.supplier, case.case, case.failed));
    let failed = || cases.iter().filter(|case| !case.failed.is_empty());
    let (counted, left_out): (Vec<&CaseSummary>, Vec<&CaseSummary>) = failed().partition(|c| c.is_counted());
    if !left_out.is_empty() {
        remarks.push(format!("以下 {} 个供应商没有结算，合计里没有它们：", left_out.len()));
        remarks.extend(left_out.iter().map(told));
    }
    if !counted.is_empty() {
        let heading = "个供应商这次没有结算，表中是台账里已开具的结算单，没有与工时和考核核对：";
        remarks.push(format!("以下 {} {heading}", counted.len()));
        remarks.extend(counted.iter().map(told));
    }
    for case in cases.iter().filter(|case| !case.unsettled.is_empty()) {
        let orders = case.unsettled.join("、");
        let remark = format!("{}（{}）的订单 {orders} 没有结算，合计里没有它们。", case.supplier, case.case);
        remarks.push(shortened(&remark));
    }
    if absent > 0 {
        remarks.push(format!("另有 {absent} 个案卷没有这个月的工时和考核，不在汇总之内。"));
    }
    remarks
}

/// That a case's 累计 has later months in it, and at which ledger line it stands.
pub(super) fn later_note(case: &CaseSummary, month: Month) -> Option<String> {
    let (line, amount) = case.later?;
    let drafts = case.orders.iter().any(|order| order.state == State::Draft);
    let drafts = if drafts { "和本月草稿" } else { "" };
    Some(shortened(&format!(
        "{}（{}）的累计已结算和剩余截至台账第 {line} 号{drafts}，与{}最后一份结算单上印的相同：它在以后月份之后才开具或更正，其中有以后月份已开具的 {amount} 元（含税）。同表其余各行是各自结算单上印的。",
        case.supplier,
        case.case,
        month.chinese()
    )))
}
