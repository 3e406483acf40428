//! One 结算单 as a workbook of three sheets: 结算单, 考核表 and 人天明细. Text is finished; what is computed stands
//! here as the figures the formulas must come to.
//!
//! A sentence on a sheet names no figure: someone may go on calculating, and only cells follow.
//!
//! May use: `model`, `compute`, `pack`, and its own room.

use rust_decimal::Decimal;

use super::settlement::{SettlementForm, Sources};
use super::settlement_due::{DueTable, due};
use super::settlement_people::{DayHead, PeopleView};
use super::settlement_words::{
    WHOLE_MONTH, assessment_name, balance_labels, correction_text, days_text, grouping, is_split, prices_text,
};
use super::sheets::wording::blank_settlement_form;
use super::sheets::{AssessmentSheet, Field, FormRow, SheetMeta};
use super::workbooks;
pub use crate::compute::prices::CapBasis;
use crate::compute::settlement::{Issue, OrderSettlement, PersonDays, SettledLine};
use crate::model::case::Period;
use crate::model::money::Money;
use crate::model::tax::TaxRate;

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
    /// Which of 应支付's amounts they grow by.
    pub basis: CapBasis,
}

/// 人天 by 岗位 and 级别: the days come from 人天明细, the amounts from them and the prices.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SettledWork {
    /// 岗位职责, 级别, 人天, 含税单价（元/人天）, 金额（元）; after 级别 also 服务日期 and 增值税税率 where a price changed
    /// within the month.
    pub headings: Vec<String>,
    /// Whether it has those two.
    pub split: bool,
    /// The rows.
    pub rows: Vec<SettledWorkRow>,
    /// 合计.
    pub total_label: String,
    /// Σ 人天.
    pub days: Decimal,
    /// Σ 金额, 元.
    pub total: Money,
}

/// 人天 of one 岗位 × 级别, or of some of its days, with their amount.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SettledWorkRow {
    /// 岗位职责.
    pub post: String,
    /// 级别.
    pub level: String,
    /// 服务日期.
    pub period: String,
    /// Which columns of 人天明细 are its own.
    pub columns: DayColumns,
    /// 税率 on these days.
    pub rate: TaxRate,
    /// 人天.
    pub days: Decimal,
    /// 含税单价, 元/人天.
    pub gross_price: Money,
    /// r2(人天 × 含税单价), 元.
    pub amount: Money,
}

/// Columns of 人天明细.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DayColumns {
    /// 合计.
    All,
    /// From a day to a day of the month.
    Days {
        /// The first.
        from: i8,
        /// The last.
        to: i8,
        /// Whether 未列日期, too.
        undated: bool,
    },
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
        cap: cap(from, &form),
        balances: balances(from),
        order: order_rows(&form),
        execution: format!(
            "{month}乙方为本订单提供服务的人天按{}汇总如下，人员明细见“人天明细”。{}",
            grouping(settlement),
            prices_text(&from.figures.prices, settlement.month)
        ),
        work: work(settlement),
        assessed: format!(
            "依据框架协议{}考核，{month}本订单的考核记录和得分如下，见“考核表”。",
            assessment_name(from.pack)
        ),
        score_headings: ["指标", "考核记录", "记录", "扣分", "得分"].map(str::to_owned),
        score_label: "最终得分".into(),
        note: (!settlement.note.is_empty()).then(|| Field::new("扣分说明", &settlement.note)),
        rule: rule(settlement).into(),
        due: due(settlement, issue),
        other: if form.other.is_empty() { "无".into() } else { form.other.clone() },
        seals: blank.seals,
        notes: blank.notes,
        assessment: assessment(from, &meta),
        people: people(settlement),
        meta,
    })
}

/// How what is due is worked out.
fn rule(settlement: &OrderSettlement) -> &'static str {
    if settlement.due.parts.len() > 1 {
        "按框架协议4.5、4.6.6计算：应支付金额＝含税金额合计×考核得分÷100；本月有几种增值税税率，按各行的税率分开，各税率的应支付金额＝该税率的含税金额合计×考核得分÷100，最后一种取其余；不含税金额＝应支付金额÷（1＋税率），税额＝应支付金额－不含税金额，分税率计算后相加。金额四舍五入到分。"
    } else {
        "按框架协议4.5、4.6.6计算：应支付金额＝含税金额合计×考核得分÷100；不含税金额＝应支付金额÷（1＋税率）；税额＝应支付金额－不含税金额。金额四舍五入到分。"
    }
}

fn cap(from: Sources<'_>, form: &SettlementForm) -> Cap {
    let cap = from.cap();
    let note = &form.framework.cap_note;
    Cap {
        label: "框架协议金额上限（元）".into(),
        amount: cap.map(|cap| cap.amount()),
        words: cap.map(|cap| format!("大写：人民币{}{note}", cap.words())).unwrap_or_default(),
    }
}

fn balances(from: Sources<'_>) -> Balances {
    let basis = from.basis();
    let [opening, closing] = from.balances();
    let named = |what: &str| format!("{what}（{}，元）", basis.label());
    Balances {
        label: "框架协议已结算金额、框架协议剩余金额".into(),
        headings: [String::new(), named("已结算金额"), named("剩余金额")],
        when: balance_labels(from.settlement, from.issue).map(str::to_owned),
        opening,
        closing,
        basis,
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
    let split = is_split(settlement);
    let mut headings =
        ["岗位职责", "级别", "人天", "含税单价（元）", "含税金额（元）"].map(str::to_owned).to_vec();
    if split {
        headings.splice(2..2, ["服务日期", "增值税税率"].map(str::to_owned));
    }
    SettledWork {
        headings,
        split,
        rows: settlement.lines.iter().map(|line| work_row(settlement, line)).collect(),
        total_label: "合计".into(),
        days: settlement.days,
        total: settlement.work_gross,
    }
}

fn work_row(settlement: &OrderSettlement, line: &SettledLine) -> SettledWorkRow {
    SettledWorkRow {
        post: line.post.clone(),
        level: line.level.clone(),
        period: line.period.map_or_else(|| WHOLE_MONTH.into(), days_text),
        columns: line.period.map_or(DayColumns::All, |period| columns(settlement, line, period)),
        rate: line.rate,
        days: line.days,
        gross_price: line.gross_price,
        amount: line.gross,
    }
}

/// Where the days of a line stand. 人天 of no day belong to the one line that they make complete.
fn columns(settlement: &OrderSettlement, line: &SettledLine, period: Period) -> DayColumns {
    let persons = || {
        let own = |person: &&PersonDays| (&person.post, &person.level) == (&line.post, &line.level);
        settlement.persons.iter().filter(own)
    };
    if settlement.persons.iter().all(|person| person.by_day.is_empty()) {
        return DayColumns::All;
    }
    let (from, to) = (period.from.day(), period.to.day());
    let within = |(day, _): &&(i8, Decimal)| (from..=to).contains(day);
    let dated: Decimal =
        persons().flat_map(|person| person.by_day.iter().filter(within)).map(|(_, days)| *days).sum();
    DayColumns::Days { from, to, undated: dated != line.days }
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
