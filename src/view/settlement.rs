//! 附件7: the form in the bundle, or one order's 结算单 of one month with the month's 考核表 and 人天 behind it.
//!
//! May use: `model`, `compute`, `pack`, and its own room.

use std::collections::{BTreeMap, BTreeSet};

use rust_decimal::Decimal;
use serde::Serialize;

use super::contract::{ContractView, DocumentId, FontFamilies, Header};
use super::forms::{Contact, Framework, WorkLine};
use super::or_blank;
use super::settlement_people::PeopleView;
use crate::compute::CaseFigures;
use crate::compute::score::IndicatorScore;
use crate::compute::settlement::{Difference, Issue, OrderSettlement};
use crate::model::capital::to_capital;
use crate::model::case::Case;
use crate::model::ledger::LedgerLine;
use crate::model::money::Money;
use crate::model::order::ContactPerson;
use crate::pack::{Indicator, Pack};

/// 框架协议已结算金额 and 剩余金额 at one moment.
#[derive(Clone, Debug, Default, Serialize)]
#[expect(missing_docs, reason = "本次结算前 or 本次结算后; 已结算金额; 剩余金额")]
pub struct BalanceRow {
    pub when: String,
    pub settled: String,
    pub remaining: String,
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
    pub execution: String,
    pub work: Vec<WorkLine>,
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
        Self {
            title: format!("{}（{} {} {}）", contract.header.left, form.title, form.month, form.number),
            draft: *issue == Issue::Draft,
            fonts: contract.fonts.clone(),
            header: contract.header.clone(),
            documents: vec![DocumentId { id: template.trim_end_matches(".typ").to_owned() }],
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
        let due = &settlement.due;
        Some(Self {
            filled: true,
            title: title(from.issue),
            correction: correction_text(settlement, from.issue),
            framework: contract.settlement_form.framework.clone(),
            number: settlement.order.clone(),
            month: settlement.month.chinese(),
            order_name: or_blank(&order.name),
            buyer_contact: contact(&order.buyer_contact),
            buyer_other: or_blank(&order.buyer_other),
            supplier_contact: contact(&order.supplier_contact),
            supplier_other: or_blank(&order.supplier_other),
            special_notes: or_blank(&order.special_notes),
            balances: balances(from),
            execution: execution(settlement),
            work: settlement.lines.iter().map(work_line).collect(),
            work_days: number(settlement.days),
            work_gross: settlement.work_gross.to_string(),
            assessment: assessment_text(settlement, pack),
            scores: pairs(settlement, pack).map(|(indicator, item)| score_row(indicator, item)).collect(),
            score: number(settlement.score.total),
            lost: number(settlement.score.items.iter().map(|item| item.lost).sum()),
            full: number(pack.assessment.indicators.iter().map(|indicator| indicator.points).sum()),
            note: settlement.note.clone(),
            settlement: format!(
                "按框架协议4.5、4.6.6计算：应支付金额＝含税金额合计×考核得分÷100＝{}×{}÷100＝{}元；不含税金额＝应支付金额÷（1＋{}）；税额＝应支付金额－不含税金额。金额四舍五入到分。",
                settlement.work_gross,
                number(settlement.score.total),
                due.gross,
                due.rate,
            ),
            amounts: amounts(settlement, from.issue),
            other: other(settlement, from.issue),
            buyer_date: String::new(),
            supplier_date: String::new(),
            record: record(from),
            people: PeopleView::of(settlement),
        })
    }
}

const TITLE: &str = "结算单";

/// 结算单, or 结算单（更正）.
pub fn title(issue: &Issue) -> String {
    match issue {
        Issue::Correction { .. } => format!("{TITLE}（更正）"),
        Issue::Draft | Issue::Issued => TITLE.into(),
    }
}

/// The line that a correction replaces, or that a draft would, and the reason as it is printed.
pub fn replaced<'a>(settlement: &'a OrderSettlement, issue: &'a Issue) -> Option<(&'a LedgerLine, &'a str)> {
    match issue {
        Issue::Correction { reason, replaced } => Some((replaced, reason)),
        Issue::Draft => settlement.contradicted().map(|line| (line, "（草稿，更正原因开具时填写）")),
        Issue::Issued => None,
    }
}

/// What stands at the head of a correction.
pub fn correction_text(settlement: &OrderSettlement, issue: &Issue) -> String {
    replaced(settlement, issue).map_or_else(String::new, |(line, reason)| {
        format!(
            "本结算单更正台账第{}号结算单（{}，订单编号{}）。更正原因：{reason}",
            line.number,
            line.month.chinese(),
            line.order
        )
    })
}

/// A number without trailing zeros.
pub(super) fn number(number: Decimal) -> String {
    number.normalize().to_string()
}

/// A contact as the forms print it.
fn contact(person: &ContactPerson) -> Contact {
    Contact { name: or_blank(&person.name), phone: or_blank(&person.phone), email: or_blank(&person.email) }
}

fn balances(from: Sources<'_>) -> Vec<BalanceRow> {
    let cap = from.figures.contract.as_ref().map(|contract| contract.gross);
    let row = |when: &str, settled: Money| BalanceRow {
        when: when.into(),
        settled: settled.to_string(),
        remaining: cap.map(|cap| (cap - settled).to_string()).unwrap_or_default(),
    };
    let [before, after] = balance_labels(from.settlement, from.issue);
    vec![row(before, from.settlement.opening), row(after, from.settlement.closing)]
}

/// What the two balances are called.
pub fn balance_labels(settlement: &OrderSettlement, issue: &Issue) -> [&'static str; 2] {
    match replaced(settlement, issue) {
        Some(_) => ["本次更正前", "本次更正后"],
        None => ["本次结算前", "本次结算后"],
    }
}

fn execution(settlement: &OrderSettlement) -> String {
    let persons: BTreeSet<(&str, &str)> =
        settlement.persons.iter().map(|person| (person.person.as_str(), person.person_id.as_str())).collect();
    format!(
        "{}乙方共{}人为本订单提供服务，合计{}人天，按岗位和级别汇总如下，人员明细见附表二。",
        settlement.month.chinese(),
        persons.len(),
        number(settlement.days)
    )
}

fn work_line(line: &crate::compute::settlement::SettledLine) -> WorkLine {
    WorkLine {
        post: line.post.clone(),
        level: line.level.clone(),
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

/// `附件2《服务质量考核办法》`.
pub fn assessment_name(pack: &Pack) -> String {
    let title = pack.document("附件2").map_or("服务质量考核办法", |document| document.title.as_str());
    format!("附件2《{title}》")
}

fn assessment_text(settlement: &OrderSettlement, pack: &Pack) -> String {
    let lost: Decimal = settlement.score.items.iter().map(|item| item.lost).sum();
    let outcome = if lost.is_zero() {
        "，没有扣分，不扣款。各项得分如下".to_owned()
    } else {
        format!("，扣{}分，扣款{}元。各项扣分如下", number(lost), settlement.deducted())
    };
    format!(
        "依据框架协议{}考核，{}本订单考核得分{}分{outcome}，考核表见附表一。",
        assessment_name(pack),
        settlement.month.chinese(),
        number(settlement.score.total)
    )
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

/// What was recorded and what it costs: `投诉次数2，每次扣1分，扣2分`.
fn finding(indicator: &Indicator, item: &IndicatorScore) -> String {
    let column = &indicator.column;
    let (record, lost) = (number(item.record), number(item.lost));
    let Some(deduction) = indicator.deduction else {
        return if item.lost.is_zero() {
            format!("{column}{record}，无扣分")
        } else {
            format!("{column}{record}，扣{lost}分")
        };
    };
    if item.lost.is_zero() {
        return format!("{column}{record}，无扣分");
    }
    let nominal = deduction.checked_mul(item.record).unwrap_or(item.lost);
    let each = number(deduction);
    if nominal > item.lost {
        format!("{column}{record}，每次扣{each}分，计{}分，本项扣完为止，扣{lost}分", number(nominal))
    } else {
        format!("{column}{record}，每次扣{each}分，扣{lost}分")
    }
}

fn amounts(settlement: &OrderSettlement, issue: &Issue) -> Vec<AmountGroup> {
    let due = &settlement.due;
    let now = [due.gross, due.net, due.tax];
    let Some((line, _)) = replaced(settlement, issue) else {
        return vec![group("", labels(&due.rate.to_string()), now, words)];
    };
    let short = |rate: &str| ["含税".to_owned(), format!("不含税（税率{rate}）"), "税额".to_owned()];
    let Difference { gross, net, tax } = Difference::of(due, line);
    let plain = ["含税", "不含税", "税额"].map(str::to_owned);
    vec![
        group("原应支付", short(&line.rate.to_string()), [line.gross, line.net, line.tax], words),
        group("更正后\n应支付", short(&due.rate.to_string()), now, words),
        group("差额", plain, [gross, net, tax], difference_words),
    ]
}

fn group(name: &str, labels: [String; 3], amounts: [Money; 3], words: fn(Money) -> String) -> AmountGroup {
    let row =
        |(label, amount): (String, Money)| AmountRow { label, value: yuan(amount), words: words(amount) };
    AmountGroup { name: name.into(), rows: labels.into_iter().zip(amounts).map(row).collect() }
}

/// `￥1,234.50元`, with its sign in front.
fn yuan(amount: Money) -> String {
    let sign = if amount.is_negative() { "-" } else { "" };
    format!("{sign}￥{}元", amount.abs())
}

/// What the three amounts are called.
pub fn labels(rate: &str) -> [String; 3] {
    ["应支付金额（含税）".into(), format!("不含税金额（税率{rate}）"), "税额".into()]
}

/// 人民币 and the 大写.
pub fn words(amount: Money) -> String {
    to_capital(amount).map(|words| format!("人民币{words}")).unwrap_or_default()
}

/// No amount below zero has 大写: which way it goes is said in words.
pub fn difference_words(amount: Money) -> String {
    if amount == Money::ZERO {
        return "不变".into();
    }
    let way = if amount.is_negative() { "减少" } else { "增加" };
    to_capital(amount.abs()).map(|words| format!("{way}人民币{words}")).unwrap_or_default()
}

/// 五: that this is a correction; nothing otherwise.
fn other(settlement: &OrderSettlement, issue: &Issue) -> String {
    let correction = replaced(settlement, issue).is_some();
    if correction {
        "本结算单为更正结算单，更正原因见首部。".into()
    } else {
        String::new()
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
