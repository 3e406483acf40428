//! S014: a month's total cannot be shared out among the days before and after a change of prices.
//!
//! May use: `model`, `compute`, `diagnostics`.

use super::cells::who;
use super::{has_work, order_of};
use crate::compute::month_prices::{MonthPrices, Segment};
use crate::compute::quotation::{TableRow, same_name};
use crate::diagnostics::{RuleInfo, Severity};
use crate::model::month_sheets::WorkEntry;
use crate::rules::{Context, Reporter, Rule};

/// Work of a month with several prices names its days.
pub static S014: Rule = Rule {
    info: RuleInfo {
        id: "S014",
        title: "整月合计跨了单价或税率的变动",
        severity: Severity::Error,
        clause: "4.3，4.5，11.4",
        what: "当月有调整生效、单价或税率变了的岗位×级别，工时须逐日填写日期；没有日期的整月合计，只在订单的服务周期完全落在变动的一边时才行。",
        why: "工作按当天有效的单价和税率结算；只有合计就不知道变动前后各有多少人天，猜一个数，应支付和税额都会错。",
        example: "9 月 15 日起税率由 6% 调为 3%，张三 9 月只填了合计 21 人天，没有日期。",
        fix: "请供应商按日填写：每人每天一行，写明日期；只在变动以前或以后服务的，也要写明日期。",
    },
    applies: |ctx| has_work(ctx) && !ctx.case.adjustments.is_empty(),
    check: s014,
};

fn s014(ctx: &Context, out: &mut Reporter) {
    for sheets in &ctx.case.months {
        let prices = MonthPrices::of(&ctx.figures.prices, sheets.month);
        let rows: Vec<(&TableRow, Vec<Segment>)> =
            prices.table().rows.iter().enumerate().map(|(i, row)| (row, prices.segments(i))).collect();
        if rows.iter().all(|(_, segments)| segments.len() == 1) {
            continue;
        }
        for entry in sheets.work.iter().filter(|entry| entry.date.is_none() && !entry.date_unclear) {
            let own = |(row, _): &&(&TableRow, Vec<Segment>)| {
                same_name(&row.post, &entry.post.value) && same_name(&row.level, &entry.level.value)
            };
            let index = rows.iter().position(|row| own(&row));
            let (Some(index), Some(order)) = (index, order_of(ctx.case, &entry.order.value)) else {
                continue;
            };
            let Some((row, segments)) = rows.get(index) else { continue };
            if segments.len() > 1 && prices.segment_of(index, entry, order).is_none() {
                tell(ctx, entry, row, segments, out);
            }
        }
    }
}

fn tell(ctx: &Context, entry: &WorkEntry, row: &TableRow, segments: &[Segment], out: &mut Reporter) {
    let pairs = || segments.iter().zip(segments.iter().skip(1));
    let changes: Vec<String> = pairs().map(|(before, after)| change(before, after)).collect();
    let days = entry.days.value.number().map(|days| format!(" {} 人天", days.normalize()));
    let message = format!(
        "{}的{}没有日期，而“{}·{}”在这个月里变了：{}；不知道变动前后各有多少人天",
        who(entry),
        days.unwrap_or_else(|| "人天".into()),
        row.post,
        row.level,
        changes.join("，")
    );
    let mut report = out.report(&entry.days.origin, message).expected("逐日填写，每行有日期");
    for (_, after) in pairs() {
        let adjustment = after.revision.checked_sub(1).and_then(|index| ctx.case.adjustments.get(index));
        if let Some(effective) = adjustment.and_then(|adjustment| adjustment.effective_on.as_ref()) {
            report = report.label(&effective.origin, "从这一天起变");
        }
    }
}

/// `2026-09-15 起含税单价 898.94 → 873.50 元、税率 6% → 3%`.
fn change(before: &Segment, after: &Segment) -> String {
    let price = |segment: &Segment| {
        segment.gross_price.map_or_else(|| "读不出来的单价".to_owned(), |price| price.to_string())
    };
    let mut what = Vec::new();
    if before.gross_price != after.gross_price {
        what.push(format!("含税单价 {} → {} 元", price(before), price(after)));
    }
    if before.rate != after.rate {
        what.push(format!("税率 {} → {}", before.rate, after.rate));
    }
    format!("{} 起{}", after.period.from, what.join("、"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compute::testing::{adjustment, at};
    use crate::compute::testing_month::{good_month_case, month_cell, requoted};
    use crate::diagnostics::Located;
    use crate::model::case::{Case, Period};
    use crate::model::money::Money;
    use crate::rules::testing::{fire, only};
    use rust_decimal::dec;

    /// 李四's 10 人天 技术支持·中级 have no day; they stand in row 24.
    fn case() -> Case {
        let mut case = good_month_case();
        case.adjustments = vec![adjustment("一", "2026-03-15")];
        case
    }

    // 976.50 × 1.06 = 1,035.09, × 1.03 = 1,005.795 → 1,005.80.
    #[test]
    fn a_total_over_a_change_is_told_with_both_prices() {
        let found = only(fire("S014", &case()), &month_cell("工时.xlsx", 24, 6), Severity::Error);
        assert_eq!(
            found.message,
            "“李四”的 10 人天没有日期，而“技术支持·中级”在这个月里变了：2026-03-15 起含税单价 1,035.09 → 1,005.80 元、税率 6% → 3%；不知道变动前后各有多少人天"
        );
        assert_eq!(found.labels[0].0, at("一"));
        let mut two = case();
        two.adjustments.push(adjustment("二", "2026-03-20"));
        two.adjustments[1].rate.as_mut().unwrap().value =
            crate::model::tax::TaxRate::from_percent(dec!(1)).unwrap();
        let found = only(fire("S014", &two), &month_cell("工时.xlsx", 24, 6), Severity::Error);
        assert!(
            found.message.contains("，2026-03-20 起含税单价 1,005.80 → 986.27 元、税率 3% → 1%"),
            "{}",
            found.message
        );
    }

    #[test]
    fn what_is_certain_is_not_told() {
        let mut dated = case();
        dated.months[0].work.retain(|entry| entry.date.is_some());
        assert!(fire("S014", &dated).is_empty());
        // From the first of the month, or after it: one price all month.
        for day in ["2026-03-01", "2026-04-01"] {
            let mut whole = case();
            whole.adjustments = vec![adjustment("一", day)];
            assert!(fire("S014", &whole).is_empty(), "{day}");
        }
        // The order's own days are all on one side.
        for (from, to) in [("2026-03-15", "2026-08-31"), ("2026-03-02", "2026-03-14")] {
            let mut one_side = case();
            let period = Period { from: from.parse().unwrap(), to: to.parse().unwrap() };
            one_side.orders[0].period = Some(Located::new(period, at("服务周期")));
            assert!(fire("S014", &one_side).is_empty(), "{from}");
        }
        // Another line's price has changed, not this one's.
        let mut other = case();
        other.adjustments[0] = requoted("一", "2026-03-15", |line| {
            let cut = if line.level == "高级" { dec!(2) } else { dec!(1) };
            line.net_ceiling - Money::round(cut)
        });
        assert!(fire("S014", &other).is_empty());
        // What is no certain date has been told already.
        let mut unclear = case();
        unclear.months[0].work[22].date_unclear = true;
        assert!(fire("S014", &unclear).is_empty());
    }
}
