//! One 结算单 as a workbook of three sheets: 结算单, 考核表 and 人天明细. Text is finished; what is computed stands
//! here as the figures the formulas must come to.
//!
//! A sentence on a sheet names no figure: someone may go on calculating, and only cells follow.
//!
//! May use: `model`, `compute`, `pack`, and its own room.

use rust_decimal::Decimal;

use super::settlement::{SettlementForm, Sources};
use super::settlement_people::{DayHead, PeopleView};
use super::settlement_words::{
    assessment_name, balance_labels, correction_text, difference_words, labels, replaced, words,
};
use super::sheets::wording::blank_settlement_form;
use super::sheets::{AssessmentSheet, Field, FormRow, SheetMeta, WorkRow};
use super::workbooks;
use crate::compute::settlement::{Difference, Issue, OrderSettlement, PersonDays};
use crate::model::money::Money;
use crate::model::tax::{TaxPart, rates_of};

/// The workbook.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SettlementBook {
    /// Properties.
    pub meta: SheetMeta,
    /// 结算单, with （更正） or （草稿）.
    pub title: String,
    /// 结算月份 and 订单编号, on every sheet.
    pub reference: String,
    /// What a correction says at its head; empty on any other.
    pub correction: String,
    /// 一、 to 五、.
    pub captions: [String; 5],
    /// The label table above 框架协议金额上限.
    pub head: Vec<FormRow>,
    /// 框架协议金额上限.
    pub cap: Cap,
    /// 框架协议已结算金额 and 剩余金额.
    pub balances: Balances,
    /// The label table from 订单名称 on.
    pub order: Vec<FormRow>,
    /// 二 in words.
    pub execution: String,
    /// 人天 by 岗位 and 级别.
    pub work: SettledWork,
    /// 三 in words.
    pub assessed: String,
    /// 指标, 考核记录, 记录, 扣分, 得分.
    pub score_headings: [String; 5],
    /// 最终得分.
    pub score_label: String,
    /// 扣分说明; none where nothing was written.
    pub note: Option<Field>,
    /// 四 in words.
    pub rule: String,
    /// What is due.
    pub due: DueTable,
    /// 五 in words.
    pub other: String,
    /// 甲方's and 乙方's seal, lines of the value separated by newlines.
    pub seals: [Field; 2],
    /// 备注, a paragraph each.
    pub notes: Vec<String>,
    /// The month's 考核表.
    pub assessment: AssessmentSheet,
    /// 人天 per person.
    pub people: PeopleSheet,
}

/// 框架协议金额上限.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cap {
    /// Its label.
    pub label: String,
    /// 元; none while 附件3 is incomplete.
    pub amount: Option<Money>,
    /// 大写：人民币….
    pub words: String,
}

/// 框架协议已结算金额 and 剩余金额, before and after.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Balances {
    /// The form's label.
    pub label: String,
    /// Nothing, 已结算金额（元）, 剩余金额（元）.
    pub headings: [String; 3],
    /// 本次结算前, 本次结算后.
    pub when: [String; 2],
    /// 已结算 before, 元: typed, from the ledger.
    pub opening: Money,
    /// 已结算 after, 元: before, plus 应支付 or the difference.
    pub closing: Money,
}

/// 人天 by 岗位 and 级别: the days come from 人天明细, the amounts from them and the prices.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SettledWork {
    /// 岗位职责, 级别, 人天, 含税单价（元/人天）, 金额（元）.
    pub headings: [String; 5],
    /// The rows.
    pub rows: Vec<WorkRow>,
    /// 合计.
    pub total_label: String,
    /// Σ 人天.
    pub days: Decimal,
    /// Σ 金额, 元.
    pub total: Money,
}

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
    /// 增值税税率.
    pub parts: Vec<TaxPart>,
    /// 应支付 含税, 不含税, 税额.
    pub due: [Worded; 3],
    /// What a correction adds.
    pub correction: Option<CorrectionTable>,
    /// What stands in place of 大写 once someone has changed a figure.
    pub stale_words: String,
}

/// What was issued, and the difference.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CorrectionTable {
    /// 原应支付 含税, 不含税, 税额: typed, from the ledger.
    pub before: [Worded; 3],
    /// 差额 含税, 不含税, 税额.
    pub difference: [Worded; 3],
}

/// A person on 人天明细.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PersonLine {
    /// 姓名, with the 证件号 below it where there is one.
    pub person: String,
    /// 岗位职责.
    pub post: String,
    /// 级别.
    pub level: String,
    /// 人天 by day of the month; as long as the calendar.
    pub by_day: Vec<Option<Decimal>>,
    /// 人天 of no day.
    pub undated: Option<Decimal>,
    /// Σ 人天.
    pub days: Decimal,
}

/// 人天明细.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PeopleSheet {
    /// 人天明细.
    pub title: String,
    /// 序号, 姓名, 岗位职责, 级别, 未列日期, 合计.
    pub headings: [String; 6],
    /// The days of the month; none where no row names a day.
    pub calendar: Vec<DayHead>,
    /// Whether 人天 of no day have a column.
    pub undated: bool,
    /// The persons.
    pub rows: Vec<PersonLine>,
    /// 合计.
    pub total_label: String,
    /// Σ 人天.
    pub days: Decimal,
}

/// The workbook of one settlement; none if the case has no such order.
pub fn book(from: Sources<'_>) -> Option<SettlementBook> {
    let Sources { contract, settlement, issue, .. } = from;
    let form = SettlementForm::filled(from)?;
    let title = format!("结算单 {} {}", settlement.month, settlement.order);
    let meta = SheetMeta { draft: *issue == Issue::Draft, ..workbooks::meta(contract, &title) };
    let blank = blank_settlement_form(&workbooks::framework(contract), &contract.e, meta.clone());
    let caption = |index: usize| {
        blank.sections.get(index).map_or("", |section| section.caption.as_str()).replace("（如有）", "")
    };
    let month = settlement.month.chinese();
    Some(SettlementBook {
        title: if meta.draft { format!("{}（草稿）", form.title) } else { form.title.clone() },
        reference: format!("结算月份：{month}　　订单编号：{}", settlement.order),
        correction: correction_text(settlement, issue),
        captions: [blank.head_caption.clone(), caption(0), caption(1), caption(2), caption(3)],
        head: blank.head.iter().take(2).cloned().collect(),
        cap: cap(from),
        balances: balances(settlement, issue),
        order: order_rows(&form),
        execution: format!("{month}乙方为本订单提供服务的人天按岗位和级别汇总如下，人员明细见“人天明细”。"),
        work: work(settlement),
        assessed: format!(
            "依据框架协议{}考核，{month}本订单的考核记录和得分如下，见“考核表”。",
            assessment_name(from.pack)
        ),
        score_headings: ["指标", "考核记录", "记录", "扣分", "得分"].map(str::to_owned),
        score_label: "最终得分".into(),
        note: (!settlement.note.is_empty()).then(|| Field::new("扣分说明", &settlement.note)),
        rule: "按框架协议4.5、4.6.6计算：应支付金额＝含税金额合计×考核得分÷100；不含税金额＝应支付金额÷（1＋税率）；税额＝应支付金额－不含税金额。金额四舍五入到分。".into(),
        due: due(settlement, issue),
        other: if form.other.is_empty() { "无".into() } else { form.other.clone() },
        seals: blank.seals,
        notes: blank.notes,
        assessment: assessment(from, &meta),
        people: people(settlement),
        meta,
    })
}

fn cap(from: Sources<'_>) -> Cap {
    let contract = from.figures.contract();
    Cap {
        label: "框架协议金额上限（元）".into(),
        amount: contract.map(|contract| contract.gross),
        words: contract.map(|contract| format!("大写：人民币{}", contract.gross_words)).unwrap_or_default(),
    }
}

fn balances(settlement: &OrderSettlement, issue: &Issue) -> Balances {
    Balances {
        label: "框架协议已结算金额、框架协议剩余金额".into(),
        headings: ["", "已结算金额（元）", "剩余金额（元）"].map(str::to_owned),
        when: balance_labels(settlement, issue).map(str::to_owned),
        opening: settlement.opening,
        closing: settlement.closing,
    }
}

/// The form's rows from 订单名称 on.
fn order_rows(form: &SettlementForm) -> Vec<FormRow> {
    let or_none = |text: &str| if text.is_empty() { "无".to_owned() } else { text.to_owned() };
    let wide = |label: &str, value: String| FormRow::Wide(Field::new(label, value));
    let contact = |label: &str, who: &super::forms::Contact| {
        let fields = vec![Field::new("联系电话", &who.phone), Field::new("邮箱", &who.email)];
        FormRow::Beside(Field::new(label, &who.name), fields)
    };
    vec![
        wide("订单名称", form.order_name.clone()),
        wide("甲方", form.framework.buyer_name.clone()),
        contact("订单联系人", &form.buyer_contact),
        wide("甲方其他信息", or_none(&form.buyer_other)),
        wide("乙方", form.framework.supplier_name.clone()),
        contact("乙方联系人", &form.supplier_contact),
        wide("乙方其他信息", or_none(&form.supplier_other)),
        wide("本订单需要特别说明的事项", or_none(&form.special_notes)),
    ]
}

fn work(settlement: &OrderSettlement) -> SettledWork {
    SettledWork {
        headings: ["岗位职责", "级别", "人天", "含税单价（元）", "含税金额（元）"].map(str::to_owned),
        rows: settlement
            .lines
            .iter()
            .map(|line| WorkRow {
                post: line.post.clone(),
                level: line.level.clone(),
                days: line.days,
                gross_price: line.gross_price,
                amount: line.gross,
            })
            .collect(),
        total_label: "合计".into(),
        days: settlement.days,
        total: settlement.work_gross,
    }
}

fn due(settlement: &OrderSettlement, issue: &Issue) -> DueTable {
    let due = &settlement.due;
    let now = [due.gross, due.net, due.tax];
    let correction = replaced(settlement, issue).map(|(line, _)| {
        let Difference { gross, net, tax } = Difference::of(due, line);
        let names = ["差额（含税）", "差额（不含税）", "差额（税额）"].map(str::to_owned);
        CorrectionTable {
            before: worded(named("原", &rates_of(&line.parts)), [line.gross, line.net, line.tax], words),
            difference: worded(names, [gross, net, tax], difference_words),
        }
    });
    let name = if correction.is_some() { "更正后" } else { "" };
    DueTable {
        labels: ["含税金额合计（元）", "考核得分", "考核扣款（元）", "增值税税率"].map(str::to_owned),
        score: settlement.score.total,
        deducted: settlement.deducted(),
        parts: due.parts.clone(),
        due: worded(named(name, &due.rates()), now, words),
        correction,
        stale_words: "（金额已改动，大写须重写）".into(),
    }
}

/// The names of the three amounts after a prefix.
fn named(prefix: &str, rates: &str) -> [String; 3] {
    labels(rates).map(|label| format!("{prefix}{label}"))
}

fn worded(names: [String; 3], amounts: [Money; 3], words: fn(Money) -> String) -> [Worded; 3] {
    let [one, two, three] = names;
    let [gross, net, tax] = amounts;
    [(one, gross), (two, net), (three, tax)].map(|(label, amount)| Worded {
        label,
        amount,
        words: words(amount),
    })
}

fn assessment(from: Sources<'_>, meta: &SheetMeta) -> AssessmentSheet {
    let Sources { pack, contract, settlement, .. } = from;
    let blank = workbooks::assessment(pack, contract);
    let first = settlement.month.first();
    let indicators = blank.indicators.into_iter().zip(&settlement.score.items).map(|(mut row, item)| {
        (row.record, row.score) = (Some(item.record), Some(item.score));
        row
    });
    AssessmentSheet {
        meta: meta.clone(),
        month: format!("考核时间：{}年{}月　　订单编号：{}", first.year(), first.month(), settlement.order),
        indicators: indicators.collect(),
        total: Some(settlement.score.total),
        note: settlement.note.clone(),
        ..blank
    }
}

fn people(settlement: &OrderSettlement) -> PeopleSheet {
    let printed = PeopleView::of(settlement);
    let days = 1..=i8::try_from(printed.calendar.len()).unwrap_or(0);
    let line = |person: &PersonDays| {
        let on = |day: i8| person.by_day.iter().find(|(known, _)| *known == day).map(|(_, days)| *days);
        PersonLine {
            person: [person.person.as_str(), &person.person_id].join("\n").trim_end().to_owned(),
            post: person.post.clone(),
            level: person.level.clone(),
            by_day: days.clone().map(on).collect(),
            undated: (!person.undated.is_zero()).then_some(person.undated),
            days: person.days,
        }
    };
    PeopleSheet {
        title: "人天明细".into(),
        headings: ["序号", "姓名", "岗位职责", "级别", "未列日期", "合计"].map(str::to_owned),
        undated: printed.undated,
        rows: settlement.persons.iter().map(line).collect(),
        total_label: "合计".into(),
        days: settlement.days,
        calendar: printed.calendar,
    }
}
