//! S012, S013: the sheet's own 合计, and rows that stand there twice.
//!
//! May use: `model`, `diagnostics`.

use std::collections::HashMap;

use rust_decimal::Decimal;

use super::cells::who;
use super::{has_work, sheet_of};
use crate::compute::people::{Identities, Identity, plain};
use crate::diagnostics::{RuleInfo, Severity};
use crate::model::month_sheets::{StatedTotal, WorkEntry};
use crate::rules::{Context, Reporter, Rule};

/// The sheet's 合计 is the sum of its rows.
pub static S012: Rule = Rule {
    info: RuleInfo {
        id: "S012",
        title: "工时表的合计与各行之和不符",
        severity: Severity::Warning,
        clause: "4.5",
        what: "工时表自己写了合计、小计的，应等于上面各行（或上一个合计、小计以下各行）的人天之和。",
        why: "结算按各行计算；合计对不上，说明漏了行、多了行，或有一个数是错的。",
        example: "各行相加 42.5 人天，合计写 43。",
        fix: "请供应商核对后改正合计或有误的行。",
    },
    applies: |ctx| ctx.case.months.iter().any(|month| !month.work_totals.is_empty()),
    check: |ctx, out| {
        for month in &ctx.case.months {
            for total in &month.work_totals {
                s012(&month.work, total, out);
            }
        }
    },
};

fn s012(work: &[WorkEntry], total: &StatedTotal, out: &mut Reporter) {
    let sum = |range: &std::ops::Range<usize>| -> Option<Decimal> {
        work.get(range.clone())?.iter().map(|entry| entry.days.value.number()).sum()
    };
    let (Some(stated), Some(above), Some(group)) =
        (total.days.value.number(), sum(&total.above), sum(&total.group))
    else {
        return;
    };
    if stated == above || stated == group {
        return;
    }
    let (name, sum, rows) = if total.subtotal {
        ("小计", group.normalize(), total.group.len())
    } else {
        ("合计", above.normalize(), total.above.len())
    };
    let message = format!("{name}写作 {} 人天，上面 {rows} 行相加是 {sum} 人天", stated.normalize());
    out.report(&total.days.origin, message).expected(sum.to_string());
}

/// No row stands there twice.
pub static S013: Rule = Rule {
    info: RuleInfo {
        id: "S013",
        title: "工时可能重复",
        severity: Severity::Warning,
        clause: "4.5",
        what: "同一个人在同一订单、同一岗位级别，同一天（或都没有日期）不应有两行。",
        why: "重复的行会重复付款，没有日期、人天又相同的按错误报；汇总表与明细表放在一个文件里时最容易发生。",
        example: "工作表“汇总”和“明细”都有张三当月的 20 人天。",
        fix: "删去重复的一行或重复的工作表；确是两笔的，合成一行。",
    },
    applies: has_work,
    check: s013,
};

fn s013(ctx: &Context, out: &mut Reporter) {
    for month in &ctx.case.months {
        let identities = Identities::of(&month.work);
        let mut first: HashMap<(Identity, [String; 4]), &WorkEntry> = HashMap::new();
        for entry in month.work.iter().filter(|entry| !entry.date_unclear && !entry.person.value.is_empty()) {
            let date = entry.date.as_ref().map(|date| date.value.to_string()).unwrap_or_default();
            let [order, post, level] =
                [&entry.order, &entry.post, &entry.level].map(|text| plain(&text.value));
            let when = if date.is_empty() { "没有日期".to_owned() } else { date.clone() };
            match first.entry((identities.identity(entry), [order, post, level, date])) {
                std::collections::hash_map::Entry::Vacant(vacant) => {
                    vacant.insert(entry);
                }
                std::collections::hash_map::Entry::Occupied(before) => {
                    let before = before.get();
                    let numbers = before.days.value.number().zip(entry.days.value.number());
                    let both = numbers.and_then(|(one, other)| one.checked_add(other));
                    // More than a day is S003's to tell.
                    if entry.date.is_some() && both.is_some_and(|both| both > Decimal::ONE) {
                        continue;
                    }
                    let same_sheet = sheet_of(&before.days.origin) == sheet_of(&entry.days.origin);
                    let place = if same_sheet { "同一张表" } else { "两张工作表" };
                    // A month's total twice, to the figure, is no coincidence: it would be paid twice.
                    let twice = numbers.filter(|(one, other)| entry.date.is_none() && one == other);
                    let days = twice
                        .map_or_else(String::new, |(days, _)| format!("，都是 {} 人天", days.normalize()));
                    let message = format!(
                        "{}在订单“{}”有两行{when}的工时{days}，在{place}里",
                        who(entry),
                        entry.order.value
                    );
                    let report =
                        out.report(&entry.days.origin, message).label(&before.days.origin, "另一行在这里");
                    if twice.is_some() {
                        report.severity(Severity::Error);
                    }
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
    use crate::model::quotation::CellNumber;
    use crate::rules::testing::{fire, only};
    use rust_decimal::dec;

    #[test]
    fn s012_the_sheets_own_total() {
        let mut case = good_month_case();
        let at = month_cell("工时.xlsx", 25, 6);
        let stated = |days| StatedTotal {
            days: Located::new(CellNumber::Number(days), at.clone()),
            subtotal: false,
            above: 0..23,
            group: 22..23,
        };
        case.months[0].work_totals = vec![stated(dec!(31.5)), stated(dec!(10.0))];
        assert!(fire("S012", &case).is_empty());
        case.months[0].work_totals = vec![stated(dec!(32))];
        let found = only(fire("S012", &case), &at, Severity::Warning);
        assert!(found.message.contains("合计写作 32 人天，上面 23 行相加是 31.5"), "{}", found.message);
        case.months[0].work_totals = vec![StatedTotal { subtotal: true, ..stated(dec!(11)) }];
        let found = only(fire("S012", &case), &at, Severity::Warning);
        assert!(found.message.contains("小计写作 11 人天，上面 1 行相加是 10 人天"), "{}", found.message);
    }

    #[test]
    fn s013_twice() {
        let mut case = good_month_case();
        assert!(fire("S013", &case).is_empty());
        let mut again = case.months[0].work[22].clone();
        again.days.origin = month_cell("工时.xlsx", 30, 6);
        case.months[0].work.push(again);
        let at = month_cell("工时.xlsx", 30, 6);
        let found = only(fire("S013", &case), &at, Severity::Error);
        assert!(found.message.contains("两行没有日期的工时，都是 10 人天"), "{}", found.message);
        // Another figure may be other work; the same on a day is half a day each, perhaps.
        case.months[0].work[23].days.value = CellNumber::Number(dec!(2));
        only(fire("S013", &case), &at, Severity::Warning);
        case.months[0].work[23].days.value = CellNumber::Number(dec!(10.0));
        only(fire("S013", &case), &at, Severity::Error);
        let mut halves = case.clone();
        for index in [21, 23] {
            let (date, days) = (case.months[0].work[21].date.clone(), CellNumber::Number(dec!(0.5)));
            halves.months[0].work[index] = case.months[0].work[21].clone();
            (halves.months[0].work[index].date, halves.months[0].work[index].days.value) = (date, days);
        }
        halves.months[0].work[23].days.origin = at.clone();
        only(fire("S013", &halves), &at, Severity::Warning);
        // Without 证件号, and with the only one of that name.
        let id = |id: &str| Some(Located::new(id.to_owned(), month_cell("工时.xlsx", 30, 7)));
        case.months[0].work[22].person_id = id("1234");
        only(fire("S013", &case), &at, Severity::Error);
        // Two people of one name, told apart by their 证件号.
        case.months[0].work[22].person_id = id("1234");
        case.months[0].work[23].person_id = id("4321");
        assert!(fire("S013", &case).is_empty());
    }
}
