//! 附件7: the form in the bundle, or one order's 结算单 of one month with the month's 考核表 and 人天 behind it.
//!
//! May use: `model`, `compute`, `pack`, and its own room.

use std::collections::BTreeMap;

use serde::Serialize;

use super::contract::{ContractView, DocumentId, FontFamilies, Header};
use super::forms::{Contact, Framework};
use super::or_blank;
use super::settlement_people::PeopleView;
use super::settlement_rates::{RateGroup, rate_groups};
use super::settlement_words::{
    TITLE, WHOLE_MONTH, amounts, assessment_text, balance_labels, balance_note, correction_text, days_text,
    execution, finding, is_split, number, other, settlement_text, title,
};
use crate::compute::CaseFigures;
use crate::compute::prices::{Cap, CapBasis};
use crate::compute::score::IndicatorScore;
use crate::compute::settlement::{Issue, OrderSettlement, SettledLine};
use crate::model::case::Case;
use crate::model::money::Money;
use crate::model::order::ContactPerson;
use crate::pack::{Indicator, Pack};

/// 框架协议已结算金额 and 剩余金额 at one moment.
#[derive(Clone, Debug, Default, Serialize)]
#[expect(missing_docs, reason = "本次结算前 or 本次结算后; 已结算金额; 剩余金额; 含税 or 不含税")]
pub struct BalanceRow {
    pub when: String,
    pub settled: String,
    pub remaining: String,
    pub basis: String,
}

/// 人天 of one 岗位 × 级别, or of some of its days.
#[derive(Clone, Debug, Default, Serialize)]
#[expect(missing_docs, reason = "岗位, 级别, 服务日期, 税率, 人天, 含税单价, 含税金额")]
pub struct SettledRow {
    pub post: String,
    pub level: String,
    pub period: String,
    pub rate: String,
    pub days: String,
    pub gross_price: String,
    pub gross: String,
}

/// A row of the assessment in 三.
#[derive(Clone, Debug, Default, Serialize)]
#[expect(missing_docs, reason = "指标, 分值, 考核情况, 扣分, 得分")]
pub struct ScoreRow {
    pub indicator: String,
    pub full: String,
    pub finding: String,
    pub lost: String,
    pub score: String,
}

/// An amount with its 大写.
#[derive(Clone, Debug, Default, Serialize)]
#[expect(missing_docs, reason = "what it is, ￥…元, 人民币…")]
pub struct AmountRow {
    pub label: String,
    pub value: String,
    pub words: String,
}

/// 含税, 不含税 and 税额 of one 结算单, or of the difference between two.
#[derive(Clone, Debug, Default, Serialize)]
#[expect(missing_docs, reason = "原应支付, 更正后应支付 or 差额, and its three amounts")]
pub struct AmountGroup {
    pub name: String,
    pub rows: Vec<AmountRow>,
}

/// A row of the month's 考核表 (附件2).
#[derive(Clone, Debug, Default, Serialize)]
#[expect(missing_docs, reason = "the columns of 附件2's table, what was recorded, and 得分")]
pub struct RecordRow {
    pub name: String,
    pub points_label: String,
    pub requirement: String,
    pub points: String,
    pub standard: String,
    pub column: String,
    pub record: String,
    pub score: String,
}

/// The month's 考核表.
#[derive(Clone, Debug, Default, Serialize)]
#[expect(missing_docs, reason = "title row, 年 and 月 of 考核时间, rows, 最终得分")]
pub struct RecordView {
    pub title: String,
    pub year: String,
    pub month: String,
    pub rows: Vec<RecordRow>,
    pub total_label: String,
}

/// 附件7.
#[derive(Clone, Debug, Default, Serialize)]
#[expect(missing_docs, reason = "the form's own rows, in its order")]
pub struct SettlementForm {
    /// False for the form in the bundle.
    pub filled: bool,
    /// 结算单 or 结算单（更正）.
    pub title: String,
    /// What a correction says at its head; empty on any other.
    pub correction: String,
    #[serde(flatten)]
    pub framework: Framework,
    pub number: String,
    pub month: String,
    pub order_name: String,
    pub buyer_contact: Contact,
    pub buyer_other: String,
    pub supplier_contact: Contact,
    pub supplier_other: String,
    pub special_notes: String,
    pub balances: Vec<BalanceRow>,
    /// Why the balances are compared 不含税; empty before a change of the VAT rate.
    pub balance_note: String,
    pub execution: String,
    /// Whether 服务日期 and 税率 have columns: a price changed within the month.
    pub split: bool,
    pub work: Vec<SettledRow>,
    pub work_days: String,
    pub work_gross: String,
    pub assessment: String,
    pub scores: Vec<ScoreRow>,
    pub score: String,
    pub lost: String,
    pub full: String,
    pub note: String,
    pub settlement: String,
    /// One group without a name; in a correction three with names.
    pub amounts: Vec<AmountGroup>,
    /// The same by 税率; empty where one rate applies throughout.
    pub rates: Vec<RateGroup>,
    pub other: String,
    pub buyer_date: String,
    pub supplier_date: String,
    pub record: RecordView,
    pub people: PeopleView,
}

/// One 结算单 as a file: what `main.typ` asks for, without the rest of the contract.
#[derive(Clone, Debug, Serialize)]
pub struct SettlementDocument {
    /// The PDF's title.
    pub title: String,
    /// Whether the 草稿 mark is shown.
    pub draft: bool,
    /// Font families.
    pub fonts: FontFamilies,
    /// The running header.
    pub header: Header,
    /// Its one template.
    pub documents: Vec<DocumentId>,
    /// The filled form.
    pub settlement_form: SettlementForm,
    /// Readings of the errata by id.
    pub e: BTreeMap<String, String>,
}

impl SettlementDocument {
    /// One settlement on `template`, printed as `issue` says.
    pub fn new(contract: &ContractView, form: SettlementForm, issue: &Issue, template: &str) -> Self {
        // In place of the contract's name: month and order are what tells one page of many from another.
        let name = format!("{}　{}　订单编号：{}", form.title, form.month, form.number);
        let header = Header { left: String::new(), ..contract.header.clone() };
        Self {
            title: format!("{}（{} {} {}）", contract.header.left, form.title, form.month, form.number),
            draft: *issue == Issue::Draft,
            fonts: contract.fonts.clone(),
            header,
            documents: vec![DocumentId::new(template, &name)],
            settlement_form: form,
            e: contract.e.clone(),
        }
    }
}

/// What a 结算单 is filled in from.
#[derive(Clone, Copy, Debug)]
#[expect(missing_docs, reason = "each is named for its type")]
pub struct Sources<'a> {
    pub case: &'a Case,
    pub pack: &'a Pack,
    pub figures: &'a CaseFigures,
    pub contract: &'a ContractView,
    pub settlement: &'a OrderSettlement,
    pub issue: &'a Issue,
}

impl SettlementForm {
    pub(super) fn blank(case: &Case, pack: &Pack, figures: &CaseFigures, project: &str) -> Self {
        let framework = Framework::of(case, pack, figures, project);
        Self { framework, title: TITLE.into(), ..Self::default() }
    }

    /// One order's settlement of one month; none if the case has no such order.
    pub fn filled(from: Sources<'_>) -> Option<Self> {
        let Sources { settlement, contract, pack, .. } = from;
        let order = from.case.orders.get(settlement.order_index)?;
        let (prices, basis) = (&from.figures.prices, from.basis());
        let framework = &contract.settlement_form.framework;
        Some(Self {
            filled: true,
            title: title(from.issue),
            correction: correction_text(settlement, from.issue),
            framework: framework.clone().revised(prices, settlement.revision, basis),
            number: settlement.order.clone(),
            month: settlement.month.chinese(),
            order_name: or_blank(&order.name),
            buyer_contact: contact(&order.buyer_contact),
            buyer_other: or_blank(&order.buyer_other),
            supplier_contact: contact(&order.supplier_contact),
            supplier_other: or_blank(&order.supplier_other),
            special_notes: or_blank(&order.special_notes),
            balances: balances(from),
            balance_note: balance_note(basis),
            execution: execution(settlement, prices),
            split: is_split(settlement),
            work: settlement.lines.iter().map(work_row).collect(),
            work_days: number(settlement.days),
            work_gross: settlement.work_gross.to_string(),
            assessment: assessment_text(settlement, pack),
            scores: pairs(settlement, pack).map(|(indicator, item)| score_row(indicator, item)).collect(),
            score: number(settlement.score.total),
            lost: number(settlement.score.items.iter().map(|item| item.lost).sum()),
            full: number(pack.assessment.indicators.iter().map(|indicator| indicator.points).sum()),
            note: settlement.note.clone(),
            settlement: settlement_text(settlement),
            amounts: amounts(settlement, from.issue),
            rates: rate_groups(settlement, from.issue),
            other: other(settlement, from.issue),
            buyer_date: String::new(),
            supplier_date: String::new(),
            record: record(from),
            people: PeopleView::of(settlement),
        })
    }
}

/// A contact as the forms print it.
fn contact(person: &ContactPerson) -> Contact {
    Contact { name: or_blank(&person.name), phone: or_blank(&person.phone), email: or_blank(&person.email) }
}

impl<'a> Sources<'a> {
    /// On which basis the cap is compared at the end of the month.
    pub(super) fn basis(&self) -> CapBasis {
        self.figures.prices.basis_on(self.settlement.month.last())
    }

    /// The cap then; none while 附件3 is incomplete.
    pub(super) fn cap(&self) -> Option<Cap<'a>> {
        self.figures.prices.cap_on(self.settlement.month.last())
    }

    /// 框架协议已结算金额 before and after on that basis, 元.
    pub(super) fn balances(&self) -> [Money; 2] {
        let (settlement, basis) = (self.settlement, self.basis());
        [
            basis.of(settlement.opening, settlement.net_opening),
            basis.of(settlement.closing, settlement.net_closing),
        ]
    }
}

fn balances(from: Sources<'_>) -> Vec<BalanceRow> {
    let cap = from.cap().map(|cap| cap.amount());
    let row = |(when, settled): (&str, Money)| BalanceRow {
        when: when.into(),
        settled: settled.to_string(),
        remaining: cap.map(|cap| (cap - settled).to_string()).unwrap_or_default(),
        basis: format!("（{}）", from.basis().label()),
    };
    balance_labels(from.settlement, from.issue).into_iter().zip(from.balances()).map(row).collect()
}

fn work_row(line: &SettledLine) -> SettledRow {
    SettledRow {
        post: line.post.clone(),
        level: line.level.clone(),
        period: line.period.map_or_else(|| WHOLE_MONTH.into(), days_text),
        rate: line.rate.to_string(),
        days: number(line.days),
        gross_price: line.gross_price.to_string(),
        gross: line.gross.to_string(),
    }
}

fn pairs<'a>(
    settlement: &'a OrderSettlement,
    pack: &'a Pack,
) -> impl Iterator<Item = (&'a Indicator, &'a IndicatorScore)> {
    pack.assessment.indicators.iter().zip(&settlement.score.items)
}

fn score_row(indicator: &Indicator, item: &IndicatorScore) -> ScoreRow {
    ScoreRow {
        indicator: indicator.name.clone(),
        full: number(indicator.points),
        finding: finding(indicator, item),
        lost: number(item.lost),
        score: number(item.score),
    }
}

fn record(from: Sources<'_>) -> RecordView {
    let Sources { contract, settlement, .. } = from;
    let first = settlement.month.first();
    let rows = contract.assessment.indicators.iter().zip(&settlement.score.items);
    RecordView {
        title: contract.assessment.title.clone(),
        year: first.year().to_string(),
        month: first.month().to_string(),
        rows: rows
            .zip(&from.pack.assessment.indicators)
            .map(|((printed, item), indicator)| RecordRow {
                name: printed.name.clone(),
                points_label: printed.points_label.clone(),
                requirement: printed.requirement.clone(),
                points: printed.points.clone(),
                standard: printed.standard.clone(),
                column: indicator.column.clone(),
                record: number(item.record),
                score: number(item.score),
            })
            .collect(),
        total_label: contract.assessment.total_label.clone(),
    }
}
