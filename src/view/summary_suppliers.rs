//! The sheet 按供应商 of 结算汇总: every case against its cap, those compared 含税 and those 不含税 apart.
//!
//! May use: `compute`, and its own room.

use rust_decimal::Decimal;

use super::sheets::Money;
use super::summary::{CaseSummary, State};
use crate::compute::prices::CapBasis;

/// Below the suppliers, where some caps are compared 不含税.
pub(super) const BASIS_NOTE: &str = "口径为“不含税”的：增值税税率已经调整，框架协议金额上限按不含税价比较（4.3），累计已结算和剩余也是不含税金额；与含税的不相加。";

/// A row of the sheet.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(
    missing_docs,
    reason = "供应商, 合同编号, 含税 or 不含税, 上限, 累计已结算, 剩余, 占上限, 备注, and name and share of its bar"
)]
pub struct SupplierRow {
    pub supplier: String,
    pub contract: String,
    pub basis: CapBasis,
    pub cap: Option<Money>,
    pub cumulative: Option<Money>,
    pub remaining: Option<Money>,
    pub share: Option<Decimal>,
    pub note: String,
    pub chart_label: String,
}

/// The suppliers of one basis: amounts with tax and without are never added up or drawn on one scale.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SupplierGroup {
    /// 小计（含税）.
    pub total_label: String,
    /// The chart's title.
    pub chart_title: String,
    /// The one nearest its cap first.
    pub rows: Vec<SupplierRow>,
    /// Σ 上限, Σ 累计已结算 and Σ 剩余 of those whose cap and balance are known, 元.
    pub totals: [Money; 3],
    /// Σ 累计已结算 / Σ 上限; none where no cap is known.
    pub share: Option<Decimal>,
}

/// By basis, then by share of the cap, the highest first; then in the order of the cases.
pub(super) fn suppliers(cases: &[CaseSummary]) -> Vec<SupplierGroup> {
    let group = |basis: CapBasis| {
        let own = cases.iter().filter(|case| case.basis == basis);
        let mut rows: Vec<SupplierRow> = own.map(supplier).collect();
        rows.sort_by_key(|row| std::cmp::Reverse(row.share));
        (!rows.is_empty()).then(|| supplier_group(basis, rows))
    };
    [CapBasis::Gross, CapBasis::Net].into_iter().filter_map(group).collect()
}

fn supplier_group(basis: CapBasis, rows: Vec<SupplierRow>) -> SupplierGroup {
    let known = || rows.iter().filter_map(|row| row.cap.zip(row.cumulative));
    let cap: Money = known().map(|(cap, _)| cap).sum();
    let cumulative: Money = known().map(|(_, cumulative)| cumulative).sum();
    let complete = known().count() == rows.len();
    let left_out = if complete { "" } else { "，不含上限或累计不明的" };
    let chart = match basis {
        CapBasis::Gross => "累计已结算占含税上限总价的百分比（含税）",
        CapBasis::Net => "累计已结算占不含税价的百分比（不含税）",
    };
    SupplierGroup {
        total_label: format!("小计（{}{left_out}）", basis.label()),
        chart_title: chart.to_owned(),
        totals: [cap, cumulative, cap - cumulative],
        share: cumulative.decimal().checked_div(cap.decimal()),
        rows,
    }
}

fn supplier(case: &CaseSummary) -> SupplierRow {
    let both = case.cap.zip(case.settled());
    let share = both.and_then(|(cap, cumulative)| cumulative.decimal().checked_div(cap.decimal()));
    let name = if case.short_name.is_empty() { &case.supplier } else { &case.short_name };
    let percent = |share: Decimal| format!("{}%", Money::round(share * Decimal::ONE_HUNDRED).decimal());
    SupplierRow {
        supplier: case.supplier.clone(),
        contract: case.contract.clone(),
        basis: case.basis,
        cap: case.cap,
        cumulative: case.settled(),
        remaining: both.map(|(cap, cumulative)| cap - cumulative),
        share,
        note: note(case),
        chart_label: format!("{name}　{}", share.map(percent).unwrap_or_default()),
    }
}

fn note(case: &CaseSummary) -> String {
    let drafts = || case.orders.iter().any(|order| order.state == State::Draft);
    match case.failed.is_empty() {
        false if case.orders.is_empty() => "本月未结算".to_owned(),
        false => "已开具，这次未核对".to_owned(),
        true => {
            let words = [("含草稿", drafts()), ("含以后月份", case.later.is_some())];
            words.into_iter().filter(|(_, holds)| *holds).map(|(word, _)| word).collect::<Vec<_>>().join("，")
        }
    }
}
