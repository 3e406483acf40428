//! S 结算, what 工时 says: its orders and dates here, what its cells hold in `cells`, who worked too much in `persons`,
//! what was counted twice in `sums`, what lies across a change of prices in `straddle`. What becomes of it in a 结算单 is in
//! `settlement`.
//!
//! May use: `model`, `compute`, `pack`, `diagnostics`.

pub mod cells;
pub mod persons;
pub mod straddle;
pub mod sums;

use std::collections::HashMap;

use jiff::civil::Date;

use super::{Context, Reporter, Rule, did_you_mean, nearest};
use crate::compute::quotation::same_name;
use crate::compute::term::framework_term;
use crate::diagnostics::{Origin, RuleInfo, Severity};
use crate::model::case::{Case, Period};
use crate::model::month_sheets::{MonthSheets, WorkEntry};
use crate::model::order::Order;

/// Whether there is any work to look at.
pub(super) fn has_work(ctx: &Context) -> bool {
    ctx.case.months.iter().any(|month| !month.work.is_empty())
}

/// Every row with its month.
pub(super) fn rows<'a>(ctx: &Context<'a>) -> impl Iterator<Item = (&'a MonthSheets, &'a WorkEntry)> {
    ctx.case.months.iter().flat_map(|month| month.work.iter().map(move |entry| (month, entry)))
}

/// The order of a number.
pub(super) fn order_of<'a>(case: &'a Case, number: &str) -> Option<&'a Order> {
    case.orders.iter().find(|order| !order.number().is_empty() && same_name(order.number(), number))
}

/// The case's orders, for 应为.
pub(super) fn known_orders(ctx: &Context) -> String {
    let numbers: Vec<&str> =
        ctx.case.orders.iter().map(Order::number).filter(|number| !number.is_empty()).collect();
    if numbers.is_empty() { "订单/ 里有这个订单的 .yaml 文件".into() } else { numbers.join("、") }
}

/// The days an order may be worked on: its 服务周期, or else the framework's term.
pub(super) fn period_of(case: &Case, order: &Order) -> Option<(Period, Option<Origin>)> {
    if let Some(period) = &order.period {
        return Some((period.value, Some(period.origin.clone())));
    }
    let term = case.contract.term.as_ref().map(|term| (term.value, Some(term.origin.clone())));
    term.or_else(|| {
        let signed = case.contract.signed_on.as_ref()?;
        Some((framework_term(signed.value)?, Some(signed.origin.clone())))
    })
}

/// The sheet a place lies on, for saying a thing once per sheet.
pub(super) fn sheet_of(origin: &Origin) -> (&str, &str) {
    match origin {
        Origin::Cell(place) => (&place.file, &place.sheet),
        other => (other.file().map_or("", |file| file), ""),
    }
}

/// Every order worked on is one of the case's.
pub static S001: Rule = Rule {
    info: RuleInfo {
        id: "S001",
        title: "工时的订单不在案卷里",
        severity: Severity::Error,
        clause: "4.5，附件6",
        what: "工时表每一行的订单编号须是本案卷 订单/ 里的一个。",
        why: "按订单结算：认不出订单的人天不知该算给谁，漏掉或算错都会改变应支付金额。",
        example: "订单是 DD-2026-001，工时表写成 DD-2026-01，或空着。",
        fix: "改正订单编号；新订单先在 订单/ 里建 .yaml 文件。",
    },
    applies: has_work,
    check: s001,
};

fn s001(ctx: &Context, out: &mut Reporter) {
    let known = || ctx.case.orders.iter().map(Order::number).filter(|number| !number.is_empty());
    let mut counts: HashMap<((&str, &str), &str), usize> = HashMap::new();
    for (_, entry) in rows(ctx) {
        *counts.entry((sheet_of(&entry.order.origin), entry.order.value.as_str())).or_default() += 1;
    }
    for (_, entry) in rows(ctx) {
        let order = &entry.order;
        if order.value.is_empty() {
            out.report(&order.origin, "订单编号空着")
                .expected(known_orders(ctx))
                .help("逐行填写订单编号；几行同属一个订单的，也可以合并单元格");
            continue;
        }
        let key = (sheet_of(&order.origin), order.value.as_str());
        // Taken out at the first of its rows: told once.
        let Some(count) = counts.remove(&key).filter(|_| order_of(ctx.case, &order.value).is_none()) else {
            continue;
        };
        let others = if count > 1 { format!("（共 {count} 行）") } else { String::new() };
        let suggestion = nearest(&order.value, known());
        let hint = did_you_mean(suggestion);
        let report = out
            .report(&order.origin, format!("没有工时里写的委托订单“{}”{others}{hint}", order.value))
            .expected(known_orders(ctx));
        if let Some(name) = suggestion {
            report.help(format!("把订单编号改为“{name}”；确是另一个订单的，先在 订单/ 里建它的 .yaml 文件"));
        }
    }
}

/// Work lies within the month and within the order's period.
pub static S002: Rule = Rule {
    info: RuleInfo {
        id: "S002",
        title: "工时不在当月或订单周期内",
        severity: Severity::Error,
        clause: "4.5，附件6 服务周期",
        what: "工时的日期须在文件夹的月份和订单的服务周期之内；没有日期的整月合计，当月须与服务周期有重合。",
        why: "按月结算，别的月份的人天会重复付款；服务周期之外的人天没有订单依据。",
        example: "结算/2026-03 里有 4 月 2 日的工时；或订单 8 月 31 日到期，9 月还有工时。",
        fix: "改正日期，或把这一行移到它所在月份的文件夹；确需延长的，先改订单的服务周期。",
    },
    applies: has_work,
    check: |ctx, out| {
        for (sheets, entry) in rows(ctx).filter(|(_, entry)| !entry.date_unclear) {
            let order = order_of(ctx.case, &entry.order.value);
            match &entry.date {
                Some(date) if !sheets.month.contains(date.value) => {
                    out.report(&date.origin, format!("日期 {} 不在 {}", date.value, sheets.month.chinese()))
                        .expected(format!("{} 至 {} 之间", sheets.month.first(), sheets.month.last()));
                }
                Some(date) => dated(ctx, order, (date.value, &date.origin), out),
                None => undated(ctx, order, sheets, entry, out),
            }
        }
        before_signing(ctx, out);
    },
};

fn dated(ctx: &Context, order: Option<&Order>, (date, origin): (Date, &Origin), out: &mut Reporter) {
    let Some((order, (period, place))) = order.and_then(|order| Some((order, period_of(ctx.case, order)?)))
    else {
        return;
    };
    if date < period.from || date > period.to {
        let report = out
            .report(origin, format!("日期 {date} 不在订单“{}”的服务周期内", order.number()))
            .expected(format!("{} 至 {}", period.from, period.to));
        if let Some(place) = place {
            report.label(&place, "服务周期");
        }
    }
}

fn undated(
    ctx: &Context,
    order: Option<&Order>,
    sheets: &MonthSheets,
    entry: &WorkEntry,
    out: &mut Reporter,
) {
    let Some((order, (period, place))) = order.and_then(|order| Some((order, period_of(ctx.case, order)?)))
    else {
        return;
    };
    if sheets.month.last() < period.from || sheets.month.first() > period.to {
        let message = format!("订单“{}”在 {} 没有服务周期，却有工时", order.number(), sheets.month.chinese());
        let report = out.report(&entry.days.origin, message);
        let report = report.expected(format!("服务周期 {} 至 {}", period.from, period.to));
        if let Some(place) = place {
            report.label(&place, "服务周期");
        }
    }
}

/// An order is signed before work on it begins. Work that began earlier is told once for each order.
fn before_signing(ctx: &Context, out: &mut Reporter) {
    for order in ctx.case.orders.iter().filter(|order| !order.number().is_empty()) {
        let mut work = rows(ctx).filter(|(_, entry)| same_name(&entry.order.value, order.number()));
        let number = order.number();
        match &order.signed_on {
            None => {
                if let Some((sheets, entry)) = work.next() {
                    let message = format!("订单“{number}”还没有签订日期，{}已有工时", sheets.month.chinese());
                    out.report(&entry.order.origin, message)
                        .severity(Severity::Warning)
                        .expected("先签订单，再开始服务")
                        .clause("4.3，附件6")
                        .help(format!("在 {} 里填写签订日期", order.origin));
                }
            }
            Some(signed) => {
                let day = |(sheets, entry): (&MonthSheets, &WorkEntry)| match &entry.date {
                    Some(date) => (date.value, date.origin.clone()),
                    None => (sheets.month.last(), entry.days.origin.clone()),
                };
                let early: Vec<(Date, Origin)> =
                    work.map(day).filter(|(day, _)| *day < signed.value).collect();
                if let Some((day, origin)) = early.first() {
                    let message = format!(
                        "订单“{number}”签订于 {}，{day} 已有工时（早于签订日期的共 {} 行）",
                        signed.value,
                        early.len()
                    );
                    out.report(origin, message)
                        .severity(Severity::Warning)
                        .expected("先签订单，再开始服务")
                        .clause("4.3，附件6")
                        .label(&signed.origin, "签订日期")
                        .help("核对工时日期和订单的签订日期；确属先行服务的，由双方书面确认");
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compute::testing_month::{good_month_case, month_cell};
    use crate::diagnostics::Located;
    use crate::rules::testing::{fire, only};

    #[test]
    fn s001_unknown_orders_are_told_once_for_a_sheet() {
        let mut case = good_month_case();
        assert!(fire("S001", &case).is_empty());
        case.months[0].work[22].order.value = String::new();
        only(fire("S001", &case), &month_cell("工时.xlsx", 24, 1), Severity::Error);
        for entry in &mut case.months[0].work {
            entry.order.value = "DD-2026-01".into();
        }
        let found = only(fire("S001", &case), &month_cell("工时.xlsx", 2, 1), Severity::Error);
        assert!(found.message.contains("共 23 行"), "{}", found.message);
        assert!(found.message.contains("是不是想写“DD-2026-001”"), "{}", found.message);
    }

    /// Every row with its own unknown order, post and level of one person: no rule goes over all rows for each.
    #[test]
    fn twenty_thousand_rows_in_time() {
        let mut case = good_month_case();
        let first = case.months[0].work[22].clone();
        case.months[0].work = (0..20_000)
            .map(|index| {
                let mut entry = first.clone();
                entry.order.value = format!("甲{index}");
                entry.level.value = format!("乙{index}");
                entry
            })
            .collect();
        let begun = std::time::Instant::now();
        for rule in ["S001", "S010"] {
            let found = fire(rule, &case);
            let more = 20_000 - crate::rules::MOST_TOLD;
            assert_eq!(found.len(), crate::rules::MOST_TOLD + 1);
            assert!(found.iter().any(|found| found.message.contains(&format!("另有 {more} 处"))), "{rule}");
        }
        assert!(!fire("S003", &case).is_empty());
        assert!(begun.elapsed().as_secs() < 30, "{:?}", begun.elapsed());
    }

    #[test]
    fn s002_days_outside() {
        let mut case = good_month_case();
        assert!(fire("S002", &case).is_empty());
        case.months[0].work[3].date.as_mut().unwrap().value = "2026-04-02".parse().unwrap();
        let found = only(fire("S002", &case), &month_cell("工时.xlsx", 5, 5), Severity::Error);
        assert!(found.message.contains("不在 2026年3月"), "{}", found.message);
        let mut case = good_month_case();
        case.months[0].work[0].date.as_mut().unwrap().value = "2026-03-04".parse().unwrap();
        let found = fire("S002", &case);
        assert!(found[0].message.contains("服务周期"), "{}", found[0].message);
        assert_eq!((found[0].severity, found[1].severity), (Severity::Error, Severity::Warning));
        assert!(found[1].message.contains("签订于 2026-03-05"), "{}", found[1].message);
        // What is no certain date has been told already.
        case.months[0].work[0].date = None;
        case.months[0].work[0].date_unclear = true;
        assert!(fire("S002", &case).is_empty());
    }

    #[test]
    fn s002_totals_and_unsigned_orders() {
        let mut case = good_month_case();
        case.months[0].work.retain(|entry| entry.date.is_none());
        assert!(fire("S002", &case).is_empty());
        let later = Period { from: "2026-04-01".parse().unwrap(), to: "2026-08-31".parse().unwrap() };
        case.orders[0].period = Some(Located::new(later, crate::compute::testing::at("服务周期")));
        only(fire("S002", &case), &month_cell("工时.xlsx", 24, 6), Severity::Error);
        let mut case = good_month_case();
        case.orders[0].signed_on = None;
        let found = only(fire("S002", &case), &month_cell("工时.xlsx", 2, 1), Severity::Warning);
        assert!(found.message.contains("还没有签订日期"), "{}", found.message);
    }
}
