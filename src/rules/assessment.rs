//! K 考核: the scheme of 附件2 and what a month's 考核 sheet recorded for each order.
//!
//! May use: `model`, `compute`, `pack`, `diagnostics`.

use rust_decimal::Decimal;

use super::{Context, Reporter, Rule, always, did_you_mean, nearest};
use crate::compute::quotation::same_name;
use crate::compute::score::Score;
use crate::diagnostics::{Located, Origin, RuleInfo, Severity};
use crate::model::month_sheets::{AssessmentEntry, MonthSheets};
use crate::model::order::Order;
use crate::model::quotation::CellNumber;
use crate::pack::Indicator;

/// What the weights sum to.
const FULL: Decimal = Decimal::ONE_HUNDRED;

fn has_assessments(ctx: &Context) -> bool {
    ctx.case.months.iter().any(|month| !month.assessments.is_empty())
}

fn has_months(ctx: &Context) -> bool {
    !ctx.case.months.is_empty()
}

/// The weights of 附件2 sum to 100.
pub static K001: Rule = Rule {
    info: RuleInfo {
        id: "K001",
        title: "考核分值合计不是 100",
        severity: Severity::Error,
        clause: "附件2，4.5",
        what: "合同样式里考核指标的分值合计必须是 100。",
        why: "4.5 按“得分/100”折算应支付金额；分值合计不是 100，满分也付不到全额，或会多付。",
        example: "五项分值为 50、20、10、10、5，合计 95。",
        fix: "改正合同样式 考核.yaml 里的分值。",
    },
    applies: always,
    check: |ctx, out| {
        let indicators = &ctx.pack.assessment.indicators;
        let sum: Decimal = indicators.iter().map(|indicator| indicator.points).sum();
        if sum != FULL {
            let parts: Vec<String> = indicators.iter().map(|i| i.points.normalize().to_string()).collect();
            let message = format!("考核指标的分值 {} 合计 {}", parts.join(" + "), sum.normalize());
            out.report(&Origin::Derived("合同样式 考核.yaml".into()), message).expected("100");
        }
    },
};

/// A score lies between 0 and its indicator's points.
pub static K002: Rule = Rule {
    info: RuleInfo {
        id: "K002",
        title: "考核得分超出范围",
        severity: Severity::Error,
        clause: "附件2",
        what: "直接打分的指标须填 0 到满分之间的数，最多两位小数。",
        why: "得分直接乘进应支付金额；空着的得分不当作 0，也不当作满分。",
        example: "服务质量得分满分 50，填了 97（像是百分制的总分）。",
        fix: "在该单元格填写 0 到满分之间的得分。",
    },
    applies: has_assessments,
    check: k002,
};

fn k002(ctx: &Context, out: &mut Reporter) {
    for (entry, indicator, cell) in records(ctx).filter(|(_, indicator, _)| indicator.deduction.is_none()) {
        let points = indicator.points.normalize();
        let problem = match cell.value.number() {
            Some(score) if score < Decimal::ZERO || score > indicator.points => {
                format!("为 {}，应在 0 到 {points} 之间", score.normalize())
            }
            Some(score) if score.normalize().scale() > 2 => {
                format!("为 {}，超过两位小数", score.normalize())
            }
            _ => match unusable(&cell.value) {
                Some(problem) => problem,
                None => continue,
            },
        };
        out.report(&cell.origin, format!("{}的“{}”{problem}", of_order(entry), indicator.column))
            .expected(format!("0 到 {points} 之间的数，最多两位小数"));
    }
}

/// Occurrences are whole and not negative.
pub static K003: Rule = Rule {
    info: RuleInfo {
        id: "K003",
        title: "考核次数不是非负整数",
        severity: Severity::Error,
        clause: "附件2",
        what: "扣分次数、投诉次数、安全事件次数、缺项数须是 0 或正整数；没有发生的填 0，不能空着。",
        why: "扣分由次数算出；空着不当作 0，小数多半是把扣的分数当次数填了。",
        example: "支撑能力扣分次数填了 0.5（扣 0.5 分应填 1 次）。",
        fix: "在该单元格填写次数；没有发生的填 0。",
    },
    applies: has_assessments,
    check: k003,
};

fn k003(ctx: &Context, out: &mut Reporter) {
    for (entry, indicator, cell) in records(ctx) {
        let Some(deduction) = indicator.deduction else { continue };
        let mut help = "填写次数；没有发生的填 0".to_owned();
        let problem = match cell.value.number() {
            Some(count) if count < Decimal::ZERO => format!("为 {}，是负数", count.normalize()),
            Some(count) if !count.is_integer() => {
                let times = count.checked_div(deduction).filter(Decimal::is_integer);
                if let Some(times) = times {
                    help = format!(
                        "填写次数；如果是扣了 {} 分，应填 {} 次",
                        count.normalize(),
                        times.normalize()
                    );
                }
                format!("为 {}，不是整数", count.normalize())
            }
            _ => match unusable(&cell.value) {
                Some(problem) => problem,
                None => continue,
            },
        };
        out.report(&cell.origin, format!("{}的“{}”{problem}", of_order(entry), indicator.column))
            .expected("0 或正整数")
            .help(help);
    }
}

/// Every order worked in the month is assessed once, and no other.
pub static K004: Rule = Rule {
    info: RuleInfo {
        id: "K004",
        title: "工时与考核的订单不一致",
        severity: Severity::Error,
        clause: "4.5，附件2",
        what: "当月有工时的每个订单都要有一行考核，且只有一行；没有工时的订单不考核。",
        why: "4.5 按月按订单分别打分结算：没有得分就算不出应支付金额，两个得分不知以哪个为准。",
        example: "3 月的工时里有 DD-2026-002，考核表里没有它。",
        fix: "在考核表补上、删去或改正该订单的一行。",
    },
    applies: has_months,
    check: |ctx, out| {
        for sheets in &ctx.case.months {
            known_and_once(ctx, sheets, out);
            worked_and_assessed(ctx, sheets, out);
        }
    },
};

fn known_and_once(ctx: &Context, sheets: &MonthSheets, out: &mut Reporter) {
    let numbers = || ctx.case.orders.iter().map(Order::number).filter(|number| !number.is_empty());
    for (index, entry) in sheets.assessments.iter().enumerate() {
        let order = &entry.order;
        if order.value.is_empty() {
            out.report(&order.origin, "考核表的这一行没有订单编号").help("填写订单编号，或删去这一行");
            continue;
        }
        if !numbers().any(|number| same_name(number, &order.value)) {
            let hint = did_you_mean(nearest(&order.value, numbers()));
            out.report(&order.origin, format!("考核表里的订单“{}”不在案卷的 订单/ 里{hint}", order.value))
                .expected(super::worklog::known_orders(ctx));
        }
        let before = sheets.assessments.iter().take(index);
        if let Some(first) = before.into_iter().find(|first| same_name(&first.order.value, &order.value)) {
            out.report(
                &order.origin,
                format!("订单“{}”在 {} 考核了两次", order.value, sheets.month.chinese()),
            )
            .expected("每个订单只有一行")
            .label(&first.order.origin, "第一次在这里")
            .help("只留一行；几个部门分别打分的，先合成一个得分");
        }
    }
}

/// A sheet that is missing or empty has been told already.
fn worked_and_assessed(ctx: &Context, sheets: &MonthSheets, out: &mut Reporter) {
    if sheets.work.is_empty() || sheets.assessments.is_empty() {
        return;
    }
    let numbers: Vec<&str> =
        ctx.case.orders.iter().map(Order::number).filter(|number| !number.is_empty()).collect();
    // A misspelt number is told where it stands; the order it was meant for is not also missing.
    let meant = |written: &str| {
        let known = numbers.iter().any(|number| same_name(number, written));
        if known { None } else { nearest(written, numbers.iter().copied()) }
    };
    for number in &numbers {
        let work = sheets.work.iter().find(|entry| same_name(&entry.order.value, number));
        let assessment = sheets.assessments.iter().find(|entry| same_name(&entry.order.value, number));
        match (work, assessment) {
            (Some(work), None)
                if !sheets.assessments.iter().any(|entry| meant(&entry.order.value) == Some(*number)) =>
            {
                out.report(
                    &work.order.origin,
                    format!("订单“{number}”{}有工时，没有考核", sheets.month.chinese()),
                )
                .expected("考核表里有这个订单的一行")
                .label(&sheets.assessment_origin, "考核表")
                .help("在考核表补上这个订单；不该有工时的，改正工时表的订单编号");
            }
            (None, Some(assessment))
                if !sheets.work.iter().any(|entry| meant(&entry.order.value) == Some(*number)) =>
            {
                out.report(
                    &assessment.order.origin,
                    format!("订单“{number}”{}有考核，没有工时", sheets.month.chinese()),
                )
                .expected("工时表里有这个订单的行")
                .label(&sheets.work_origin, "工时表")
                .help("补上这个订单的工时；当月没有服务的，删去考核表的这一行");
            }
            _ => {}
        }
    }
}

/// What is deducted has a reason.
pub static K005: Rule = Rule {
    info: RuleInfo {
        id: "K005",
        title: "扣了分没有写原因",
        severity: Severity::Warning,
        clause: "附件2，3.3.1",
        what: "按次数扣分的，说明一栏要写明原因。",
        why: "结算单上逐项列出扣分和原因，乙方据此确认考核结果；没有原因的扣分容易引起争议。",
        example: "投诉次数 1，说明空着。",
        fix: "在“说明”一栏写明扣分的原因，如日期和事件。",
    },
    applies: has_assessments,
    check: k005,
};

fn k005(ctx: &Context, out: &mut Reporter) {
    for sheets in &ctx.case.months {
        for entry in sheets.assessments.iter().filter(|entry| entry.note.is_none()) {
            let pairs = ctx.pack.assessment.indicators.iter().zip(&entry.records);
            let deducted: Vec<(&Origin, String)> = pairs
                .filter(|(indicator, _)| indicator.deduction.is_some())
                .filter_map(|(indicator, cell)| {
                    let cell = cell.as_ref()?;
                    let count = cell.value.number().filter(|count| *count > Decimal::ZERO)?;
                    Some((&cell.origin, format!("{} {}", indicator.column, count.normalize())))
                })
                .collect();
            if let Some((origin, _)) = deducted.first() {
                let words: Vec<&str> = deducted.iter().map(|(_, words)| words.as_str()).collect();
                out.report(origin, format!("{}有{}，说明空着", of_order(entry), words.join("、")));
            }
        }
    }
}

/// The sheet's own total is what its records give.
pub static K006: Rule = Rule {
    info: RuleInfo {
        id: "K006",
        title: "考核表的总分与各项不符",
        severity: Severity::Error,
        clause: "附件2",
        what: "考核表自己写了总分的，要与按各项记录算出的得分一致。",
        why: "两个得分不知以哪个为准，差一分就差 1% 的应支付金额。",
        example: "各项记录算出 97.5 分，总分一栏写 98。",
        fix: "改正总分或各项记录；hetong 按各项记录计算，总分一栏可以删去。",
    },
    applies: |ctx| stated_scores(ctx).next().is_some(),
    check: |ctx, out| {
        for (entry, stated) in stated_scores(ctx) {
            let Some(score) = Score::of(entry, &ctx.pack.assessment) else { continue };
            let written = stated.value.number();
            if written.is_some_and(|written| written != score.total) {
                let written = written.unwrap_or_default().normalize();
                let total = score.total.normalize();
                out.report(
                    &stated.origin,
                    format!("{}的总分写作 {written}，按各项记录算出 {total}", of_order(entry)),
                )
                .expected(total.to_string());
            }
        }
    },
};

fn stated_scores<'a>(
    ctx: &Context<'a>,
) -> impl Iterator<Item = (&'a AssessmentEntry, &'a Located<CellNumber>)> {
    let entries = ctx.case.months.iter().flat_map(|month| &month.assessments);
    entries.filter_map(|entry| Some((entry, entry.stated_score.as_ref()?)))
}

/// Every record with its indicator.
fn records<'a>(
    ctx: &Context<'a>,
) -> impl Iterator<Item = (&'a AssessmentEntry, &'a Indicator, &'a Located<CellNumber>)> {
    let indicators = &ctx.pack.assessment.indicators;
    let entries = ctx.case.months.iter().flat_map(|month| &month.assessments);
    entries.flat_map(move |entry| {
        let pairs = indicators.iter().zip(&entry.records);
        pairs.filter_map(move |(indicator, cell)| Some((entry, indicator, cell.as_ref()?)))
    })
}

fn of_order(entry: &AssessmentEntry) -> String {
    if entry.order.value.is_empty() {
        "这一行".into()
    } else {
        format!("订单“{}”", entry.order.value)
    }
}

/// What is wrong with a cell that gives no certain number.
fn unusable(value: &CellNumber) -> Option<String> {
    super::worklog::cells::unusable(value)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compute::testing_month::{assessment, good_month_case, month_cell, order};
    use crate::model::case::Case;
    use crate::rules::testing::{fire, only};
    use rust_decimal::dec;

    fn with_record(index: usize, value: CellNumber) -> Case {
        let mut case = good_month_case();
        case.months[0].assessments[0].records[index].as_mut().unwrap().value = value;
        case
    }

    fn at(column: u32) -> Origin {
        month_cell("考核.xlsx", 2, column)
    }

    #[test]
    fn a_good_month_has_no_findings() {
        for id in ["K001", "K002", "K003", "K004", "K005", "K006"] {
            assert_eq!(fire(id, &good_month_case()), [], "{id}");
        }
    }

    #[test]
    fn k002_scores() {
        for (bad, said) in [
            (CellNumber::Number(dec!(50.5)), "应在 0 到 50 之间"),
            (CellNumber::Number(dec!(-1)), "应在 0 到 50 之间"),
            (CellNumber::Number(dec!(47.125)), "超过两位小数"),
            (CellNumber::Text("优".into()), "“优”不是数字"),
            (CellNumber::Empty, "空着"),
            (CellNumber::FormulaWithoutValue("B3".into()), "没有存储计算结果"),
        ] {
            let found = only(fire("K002", &with_record(0, bad)), &at(2), Severity::Error);
            assert!(found.message.contains(said), "{}", found.message);
        }
        assert!(fire("K002", &with_record(0, CellNumber::Number(dec!(50.00)))).is_empty());
    }

    #[test]
    fn k003_counts() {
        for bad in [
            CellNumber::Number(dec!(-1)),
            CellNumber::Empty,
            CellNumber::Text("无".into()),
            CellNumber::Error("#REF!".into()),
        ] {
            only(fire("K003", &with_record(2, bad)), &at(4), Severity::Error);
        }
        let found =
            only(fire("K003", &with_record(1, CellNumber::Number(dec!(1.5)))), &at(3), Severity::Error);
        assert!(found.help.contains("应填 3 次"), "{}", found.help);
    }

    #[test]
    fn k004_worked_and_assessed() {
        let mut case = good_month_case();
        case.orders.push(order("DD-2026-002"));
        assert!(fire("K004", &case).is_empty());
        let second = assessment(3, "DD-2026-002", [dec!(50), dec!(0), dec!(0), dec!(0), dec!(0)], "");
        case.months[0].assessments.push(second);
        let found = only(fire("K004", &case), &month_cell("考核.xlsx", 3, 1), Severity::Error);
        assert!(found.message.contains("有考核，没有工时"), "{}", found.message);
        case.months[0].assessments.remove(0);
        let found = fire("K004", &case);
        assert_eq!(found.len(), 2);
        assert!(found[0].message.contains("有工时，没有考核"), "{}", found[0].message);
        assert_eq!(found[0].origin, month_cell("工时.xlsx", 2, 1));
    }

    #[test]
    fn k004_unknown_twice_or_without_a_number() {
        let mut case = good_month_case();
        let row = case.months[0].assessments[0].clone();
        case.months[0].assessments[0].order.value = "DD-2026-01".into();
        let found = only(fire("K004", &case), &at(1), Severity::Error);
        assert!(found.message.contains("是不是想写“DD-2026-001”"), "{}", found.message);
        case.months[0].assessments[0].order.value = String::new();
        let found = fire("K004", &case);
        assert!(found.iter().any(|d| d.message.contains("没有订单编号")), "{found:?}");
        case.months[0].assessments = vec![row.clone(), row];
        case.months[0].assessments[1].order.origin = month_cell("考核.xlsx", 3, 1);
        let found = only(fire("K004", &case), &month_cell("考核.xlsx", 3, 1), Severity::Error);
        assert!(found.message.contains("考核了两次"), "{}", found.message);
    }

    #[test]
    fn k005_no_reason() {
        let mut case = good_month_case();
        case.months[0].assessments[0].note = None;
        let found = only(fire("K005", &case), &at(3), Severity::Warning);
        assert!(found.message.contains("支撑能力扣分次数 3、投诉次数 1"), "{}", found.message);
    }

    #[test]
    fn k006_the_sheets_own_total() {
        let mut case = good_month_case();
        let stated = |number| Some(Located::new(CellNumber::Number(number), at(8)));
        case.months[0].assessments[0].stated_score = stated(dec!(97.50));
        assert!(fire("K006", &case).is_empty());
        case.months[0].assessments[0].stated_score = stated(dec!(98));
        let found = only(fire("K006", &case), &at(8), Severity::Error);
        assert!(found.message.contains("写作 98，按各项记录算出 97.5"), "{}", found.message);
    }
}
