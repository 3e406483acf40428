//! 结算汇总: all cases of a month in one workbook.
//!
//! May use: `model`, `compute`, `diagnostics`, and its own room.

use rust_decimal::Decimal;

use super::sheets::{Money, SheetMeta};
use super::summary_remarks::{later_note, remarks};
use super::summary_suppliers::{BASIS_NOTE, suppliers};
pub use super::summary_suppliers::{SupplierGroup, SupplierRow};
pub use crate::compute::prices::CapBasis;
use crate::diagnostics::{Diagnostic, Findings};
use crate::model::month::Month;

/// Longer texts are cut: a cell holds no more than Excel's limit, and nobody reads it to the end there.
const MOST_CHARACTERS: usize = 2_000;

/// How far a 结算单 is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum State {
    /// Not yet issued.
    Draft,
    /// Issued.
    Issued,
    /// Issued in place of an earlier one.
    Corrected,
    /// Issued in an earlier run; in this one its case could not be settled, so that nothing was held against it.
    Unchecked,
}

impl State {
    /// As users read it.
    pub fn label(self) -> &'static str {
        match self {
            State::Draft => "草稿",
            State::Issued => "已开具",
            State::Corrected => "更正",
            State::Unchecked => "已开具（未核对）",
        }
    }
}

/// One 结算单.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SettledOrder {
    /// 订单编号.
    pub order: String,
    /// 订单名称; may be empty.
    pub name: String,
    /// 人天.
    pub days: Decimal,
    /// 考核得分.
    pub score: Decimal,
    /// 应支付, 含税, 元.
    pub gross: Money,
    /// 不含税, 元.
    pub net: Money,
    /// 税额, 元.
    pub tax: Money,
    /// 框架协议已结算金额 after it, on the basis on which it is held against the cap, 元.
    pub settled: Money,
    /// That basis.
    pub basis: CapBasis,
    /// 剩余金额 after it, on the same, 元; none while the cap is not known.
    pub remaining: Option<Money>,
    /// How far it is.
    pub state: State,
}

/// One case of the month: as much of it as the summary needs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CaseSummary {
    /// The case folder's name.
    pub case: String,
    /// 乙方名称; the case's name where it is not filled in.
    pub supplier: String,
    /// 乙方简称; may be empty.
    pub short_name: String,
    /// 合同编号; may be empty.
    pub contract: String,
    /// What is held against the cap on the month's last day.
    pub basis: CapBasis,
    /// 含税上限总价 or 不含税价, as the basis says, 元.
    pub cap: Option<Money>,
    /// 累计已结算 with this month's 结算单, 含税, 元; none where the ledger cannot be relied on.
    pub cumulative: Option<Money>,
    /// The same 不含税, 元.
    pub net_cumulative: Option<Money>,
    /// 序号 of the ledger line at which that stands, and what of it was issued for later months, 含税, 元; none where there
    /// is nothing of later months in it.
    pub later: Option<(u32, Money)>,
    /// Its 结算单, by order; where it was not settled, those that its ledger has of the month.
    pub orders: Vec<SettledOrder>,
    /// Orders that worked in the month and are not among them.
    pub unsettled: Vec<String>,
    /// Why it was not settled; empty if it was.
    pub failed: String,
    /// What the rules found.
    pub findings: Vec<FindingRow>,
}

/// One finding, as the sheet 发现 prints it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "案卷, 规则, 级别, 位置, 内容, 怎样修改")]
pub struct FindingRow {
    pub case: String,
    pub rule: String,
    pub severity: String,
    pub place: String,
    pub message: String,
    pub help: String,
}

impl CaseSummary {
    /// Whether the sums count it: what was settled, and what an earlier run issued.
    pub(super) fn is_counted(&self) -> bool {
        self.failed.is_empty() || !self.orders.is_empty()
    }

    /// 累计已结算 on the basis on which it is held against the cap, 元.
    pub fn settled(&self) -> Option<Money> {
        self.cumulative.zip(self.net_cumulative).map(|(gross, net)| self.basis.of(gross, net))
    }
}

impl FindingRow {
    /// What the rules found in one case.
    pub fn all(case: &str, findings: &Findings) -> Vec<Self> {
        findings.iter().map(|finding| Self::of(case, finding)).collect()
    }

    fn of(case: &str, finding: &Diagnostic) -> Self {
        let expected = finding.expected.as_ref().map(|expected| format!("（应为：{expected}）"));
        Self {
            case: case.to_owned(),
            rule: finding.id.to_owned(),
            severity: finding.severity.label().to_owned(),
            place: finding.origin.to_string(),
            message: shortened(&format!("{}{}", finding.message, expected.unwrap_or_default())),
            help: shortened(&finding.help),
        }
    }

    /// Why a case was not settled, where no rule says it.
    pub fn refusal(case: &str, why: &str) -> Self {
        Self {
            case: case.to_owned(),
            rule: "—".to_owned(),
            severity: "错误".to_owned(),
            place: String::new(),
            message: shortened(why),
            help: String::new(),
        }
    }
}

pub(super) fn shortened(text: &str) -> String {
    match text.char_indices().nth(MOST_CHARACTERS) {
        Some((at, _)) => format!("{}…", text.get(..at).unwrap_or_default()),
        None => text.to_owned(),
    }
}

/// A row of the sheet 汇总.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "乙方名称, 合同编号, and its 结算单")]
pub struct SummaryRow {
    pub supplier: String,
    pub contract: String,
    pub order: SettledOrder,
}

/// Sums of the sheet 汇总.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "人天, 应支付, 不含税, 税额")]
pub struct Totals {
    pub days: Decimal,
    pub gross: Money,
    pub net: Money,
    pub tax: Money,
}

/// 结算汇总-<月份>.xlsx.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SummarySheet {
    /// Beside the cells.
    pub meta: SheetMeta,
    /// The sheets' names.
    pub sheets: [&'static str; 3],
    /// 2026年3月结算汇总.
    pub title: String,
    /// What is in it, in one line.
    pub counts: String,
    /// Headings of 汇总.
    pub headings: [&'static str; 13],
    /// Every 结算单, case by case.
    pub rows: Vec<SummaryRow>,
    /// 合计, and what it leaves out.
    pub total_label: String,
    /// Its sums.
    pub totals: Totals,
    /// Lines under the sums: who is not in them.
    pub remarks: Vec<String>,
    /// Title of 按供应商.
    pub suppliers_title: String,
    /// Headings of 按供应商.
    pub supplier_headings: [&'static str; 8],
    /// Every case, by the basis on which its cap is compared.
    pub suppliers: Vec<SupplierGroup>,
    /// What is said below where there are both; empty otherwise.
    pub basis_note: &'static str,
    /// Whose 累计 has later months in it, and at which ledger line it stands; in 汇总 among the remarks, too.
    pub later_notes: Vec<String>,
    /// What the chart's bars are.
    pub chart_series: &'static str,
    /// Title of 发现.
    pub findings_title: String,
    /// Headings of 发现.
    pub finding_headings: [&'static str; 6],
    /// Every finding, case by case.
    pub findings: Vec<FindingRow>,
    /// What stands there if nothing was found.
    pub no_findings: &'static str,
}

impl SummarySheet {
    /// The summary of a month. `author` is whose document it is; `absent` counts the cases without a sheet for the
    /// month.
    pub fn new(month: Month, author: &str, cases: &[CaseSummary], absent: usize) -> Self {
        let rows: Vec<SummaryRow> = cases.iter().flat_map(rows).collect();
        let title = format!("{}结算汇总", month.chinese());
        let complete = cases.iter().all(CaseSummary::is_counted);
        let later_notes: Vec<String> = cases.iter().filter_map(|case| later_note(case, month)).collect();
        let mut remarks = remarks(cases, absent);
        remarks.extend(later_notes.iter().cloned());
        Self {
            meta: SheetMeta {
                title: title.clone(),
                author: author.to_owned(),
                reference: String::new(),
                mark: String::new(),
                draft: rows.iter().any(|row| row.order.state == State::Draft),
            },
            sheets: ["汇总", "按供应商", "发现"],
            counts: counts(cases, &rows),
            headings: [
                "供应商",
                "合同编号",
                "订单编号",
                "订单名称",
                "人天",
                "得分",
                "应支付\n（含税，元）",
                "不含税\n（元）",
                "税额\n（元）",
                "累计已结算\n（元）",
                "剩余\n（元）",
                "累计和剩余\n的口径",
                "状态",
            ],
            totals: totals(&rows),
            total_label: if complete { "合计" } else { "合计（不含下列没有结算的供应商）" }.to_owned(),
            remarks,
            later_notes,
            rows,
            suppliers_title: format!("各供应商累计结算（截至{}的最后一份结算单）", month.chinese()),
            supplier_headings: [
                "供应商",
                "合同编号",
                "口径",
                "框架协议\n金额上限（元）",
                "累计已结算\n（元）",
                "剩余\n（元）",
                "占上限",
                "备注",
            ],
            basis_note: if cases.iter().any(|case| case.basis == CapBasis::Net) { BASIS_NOTE } else { "" },
            suppliers: suppliers(cases),
            chart_series: "占上限",
            findings_title: format!("{}结算核对发现", month.chinese()),
            finding_headings: ["案卷", "规则", "级别", "位置", "内容", "怎样修改"],
            findings: cases.iter().flat_map(|case| case.findings.clone()).collect(),
            no_findings: "没有发现问题。",
            title,
        }
    }
}

fn rows(case: &CaseSummary) -> impl Iterator<Item = SummaryRow> + '_ {
    case.orders.iter().map(|order| SummaryRow {
        supplier: case.supplier.clone(),
        contract: case.contract.clone(),
        order: order.clone(),
    })
}

fn counts(cases: &[CaseSummary], rows: &[SummaryRow]) -> String {
    let settled = cases.iter().filter(|case| !case.orders.is_empty()).count();
    let states =
        [State::Issued, State::Corrected, State::Unchecked, State::Draft].into_iter().filter_map(|state| {
            let count = rows.iter().filter(|row| row.order.state == state).count();
            (count > 0).then(|| format!("{} {count} 份", state.label()))
        });
    let states: Vec<String> = states.collect();
    let states = if states.is_empty() { String::new() } else { format!("：{}", states.join("，")) };
    format!("{settled} 个供应商，{} 份结算单{states}", rows.len())
}

fn totals(rows: &[SummaryRow]) -> Totals {
    Totals {
        days: rows.iter().map(|row| row.order.days).sum(),
        gross: rows.iter().map(|row| row.order.gross).sum(),
        net: rows.iter().map(|row| row.order.net).sum(),
        tax: rows.iter().map(|row| row.order.tax).sum(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rust_decimal::dec;

    fn yuan(amount: Decimal) -> Money {
        Money::round(amount)
    }

    fn order(number: &str, gross: Decimal, state: State) -> SettledOrder {
        let net = Money::round(gross / dec!(1.06));
        SettledOrder {
            order: number.into(),
            name: String::new(),
            days: dec!(10.5),
            score: dec!(98),
            gross: yuan(gross),
            net,
            tax: yuan(gross) - net,
            settled: yuan(gross),
            basis: CapBasis::Gross,
            remaining: Some(yuan(dec!(1000) - gross)),
            state,
        }
    }

    fn case(name: &str, cumulative: Decimal, orders: Vec<SettledOrder>, failed: &str) -> CaseSummary {
        CaseSummary {
            case: name.into(),
            supplier: format!("{name}公司"),
            cap: Some(yuan(dec!(1000))),
            cumulative: Some(yuan(cumulative)),
            net_cumulative: Some(Money::round(cumulative / dec!(1.06))),
            orders,
            failed: failed.into(),
            ..CaseSummary::default()
        }
    }

    #[test]
    fn sums_leave_out_who_failed_and_say_so() {
        let cases = [
            case("甲", dec!(100), vec![order("1", dec!(100), State::Draft)], ""),
            case("乙", dec!(0), Vec::new(), "1 个错误"),
            case("丙", dec!(500), vec![order("2", dec!(53), State::Issued)], ""),
        ];
        let sheet = SummarySheet::new("2026-03".parse().unwrap(), "咪咕", &cases, 2);
        assert_eq!(sheet.counts, "2 个供应商，2 份结算单：已开具 1 份，草稿 1 份");
        assert_eq!(sheet.totals.gross, yuan(dec!(153)));
        assert_eq!(sheet.totals.days, dec!(21));
        assert!(sheet.total_label.contains("不含"));
        assert_eq!(sheet.remarks.len(), 3);
        assert!(sheet.remarks[1].contains("乙公司（乙）：1 个错误"), "{:?}", sheet.remarks);
        assert!(sheet.remarks[2].contains("2 个案卷"), "{:?}", sheet.remarks);
        let [group] = sheet.suppliers.as_slice() else { panic!("one basis") };
        let suppliers: Vec<&str> = group.rows.iter().map(|row| row.supplier.as_str()).collect();
        assert_eq!(suppliers, ["丙公司", "甲公司", "乙公司"], "the one nearest its cap first");
        assert_eq!(group.rows[0].share, Some(dec!(0.5)));
        assert_eq!(group.rows[1].note, "含草稿");
        assert_eq!(group.totals, [dec!(3000), dec!(600), dec!(2400)].map(yuan));
        assert!(sheet.meta.draft && sheet.basis_note.is_empty());
    }

    #[test]
    fn what_was_issued_before_a_case_failed_is_counted_and_said_to_be_unchecked() {
        let cases = [
            case("甲", dec!(100), vec![order("1", dec!(100), State::Issued)], ""),
            case("乙", dec!(53), vec![order("2", dec!(53), State::Unchecked)], "1 个错误"),
        ];
        let sheet = SummarySheet::new("2026-03".parse().unwrap(), "咪咕", &cases, 0);
        assert_eq!(sheet.counts, "2 个供应商，2 份结算单：已开具 1 份，已开具（未核对） 1 份");
        assert_eq!((sheet.totals.gross, sheet.total_label.as_str()), (yuan(dec!(153)), "合计"));
        assert!(
            sheet.remarks[0].contains("台账里已开具的结算单") && sheet.remarks.len() == 2,
            "{:?}",
            sheet.remarks
        );
        let notes: Vec<&str> = sheet.suppliers[0].rows.iter().map(|row| row.note.as_str()).collect();
        assert_eq!(notes, ["", "已开具，这次未核对"]);
        assert!(!sheet.meta.draft);
    }

    // 丙 is compared 不含税: 530 / 1.06 = 500 of 1000.
    #[test]
    fn what_is_compared_without_tax_stands_by_itself() {
        let mut net = case("丙", dec!(530), Vec::new(), "");
        net.basis = CapBasis::Net;
        let unknown = CaseSummary { cumulative: None, ..case("乙", dec!(0), Vec::new(), "台账") };
        let cases = [net, case("甲", dec!(100), Vec::new(), ""), unknown];
        let sheet = SummarySheet::new("2026-03".parse().unwrap(), "咪咕", &cases, 0);
        let groups: Vec<(&str, usize, [Money; 3])> = sheet
            .suppliers
            .iter()
            .map(|group| (group.total_label.as_str(), group.rows.len(), group.totals))
            .collect();
        assert_eq!(
            groups,
            [
                ("小计（含税，不含上限或累计不明的）", 2, [dec!(1000), dec!(100), dec!(900)].map(yuan)),
                ("小计（不含税）", 1, [dec!(1000), dec!(500), dec!(500)].map(yuan)),
            ]
        );
        assert!(sheet.basis_note.contains("不含税价"));
    }

    #[test]
    fn a_ledger_that_cannot_be_relied_on_gives_no_share() {
        let broken = CaseSummary { cumulative: None, ..case("甲", dec!(0), Vec::new(), "台账") };
        let row = &suppliers(&[broken])[0].rows[0];
        assert_eq!((row.remaining, row.share), (None, None));
    }
}
