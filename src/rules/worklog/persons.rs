//! S003: nobody works more than one 人天 on a day, over all orders and, in a batch, over all suppliers (3.2.6).
//!
//! May use: `model`, `compute`, `diagnostics`.

use std::collections::BTreeMap;

use jiff::civil::Date;
use rust_decimal::Decimal;

use super::{has_work, order_of, period_of};
use crate::compute::people::{Elsewhere, Identities, Identity, are_different, mark, plain};
use crate::diagnostics::{Origin, RuleInfo, Severity};
use crate::model::month::Month;
use crate::model::month_sheets::{MonthSheets, WorkEntry};
use crate::rules::{Context, Reporter, Rule};

/// One person, one day, one 人天.
pub static S003: Rule = Rule {
    info: RuleInfo {
        id: "S003",
        title: "一人一天超过 1 人天",
        severity: Severity::Error,
        clause: "3.2.6，4.5",
        what: "同一个人同一天在各订单、各行的人天合计不超过 1，整月不超过当月天数；一起检查几个案卷时，各供应商之间也核对。",
        why: "3.2.6 承诺人员不与其他项目重复使用；一个人一天的服务不能结算两次。",
        example: "张三 3 月 5 日在 DD-2026-001 记 1 人天，在 DD-2026-002 又记 0.5 人天。",
        fix: "核对考勤后改正人天；同名的两个人，在工时表加一列“证件号”（如身份证号后四位）来区分。",
    },
    applies: has_work,
    check: |ctx, out| {
        for sheets in &ctx.case.months {
            let own = mark(&sheets.work);
            for person in persons(sheets) {
                let told = person.by_day(out) | person.by_month(ctx, sheets.month, out);
                if !told {
                    person.elsewhere(ctx, sheets.month, own, out);
                }
            }
        }
    },
};

/// A person's rows of one month.
struct Person<'a> {
    name: &'a str,
    id: Option<&'a str>,
    rows: Vec<Work<'a>>,
}

/// A row with a certain number of 人天.
#[derive(Clone, Copy)]
struct Work<'a> {
    entry: &'a WorkEntry,
    days: Decimal,
}

impl<'a> Work<'a> {
    fn origin(&self) -> &'a Origin {
        &self.entry.days.origin
    }

    fn label(&self) -> String {
        format!("订单“{}” {} 人天", self.entry.order.value, self.days.normalize())
    }
}

/// The persons of a month.
fn persons(sheets: &MonthSheets) -> Vec<Person<'_>> {
    let identities = Identities::of(&sheets.work);
    let mut persons: BTreeMap<Identity, Person<'_>> = BTreeMap::new();
    for entry in sheets.work.iter().filter(|entry| !entry.person.value.is_empty()) {
        let Some(days) = entry.days.value.number().filter(|days| *days > Decimal::ZERO) else { continue };
        let person = persons.entry(identities.identity(entry)).or_insert_with(|| Person {
            name: &entry.person.value,
            id: None,
            rows: Vec::new(),
        });
        person.id = person.id.or_else(|| entry.person_id.as_ref().map(|id| id.value.as_str()));
        person.rows.push(Work { entry, days });
    }
    persons.into_values().collect()
}

fn sum<'a>(rows: impl Iterator<Item = &'a Work<'a>>) -> Decimal {
    rows.fold(Decimal::ZERO, |sum, work| sum.saturating_add(work.days))
}

impl<'a> Person<'a> {
    fn dated(&self) -> BTreeMap<Date, Vec<Work<'a>>> {
        let mut days: BTreeMap<Date, Vec<Work<'a>>> = BTreeMap::new();
        for work in &self.rows {
            if let Some(date) = &work.entry.date {
                days.entry(date.value).or_default().push(*work);
            }
        }
        days
    }

    fn totals(&self) -> impl Iterator<Item = &Work<'a>> {
        self.rows.iter().filter(|work| work.entry.date.is_none() && !work.entry.date_unclear)
    }

    /// By order: the first row of a day, and Σ 人天 of the months' totals.
    fn orders(&self) -> BTreeMap<String, (Option<Work<'a>>, Decimal)> {
        let mut orders: BTreeMap<String, (Option<Work<'a>>, Decimal)> = BTreeMap::new();
        for work in self.rows.iter().filter(|work| !work.entry.date_unclear) {
            let (dated, total) = orders.entry(plain(&work.entry.order.value)).or_default();
            if work.entry.date.is_some() {
                *dated = dated.or(Some(*work));
            } else {
                *total = total.saturating_add(work.days);
            }
        }
        orders
    }

    /// Days of more than one 人天; whether there was one.
    fn by_day(&self, out: &mut Reporter) -> bool {
        let mut told = false;
        for (date, rows) in self.dated() {
            let total = sum(rows.iter());
            let Some((last, others)) = rows.split_last().filter(|_| total > Decimal::ONE) else { continue };
            told = true;
            let message = format!("“{}”{date} 共 {} 人天，超过 1 人天", self.name, total.normalize());
            let mut report = out.report(last.origin(), message).expected("一人一天不超过 1 人天");
            // A month typed as 2026-03 becomes its first day in a spreadsheet.
            if date.day() == 1 && last.days > Decimal::from(2) {
                report = report.help("如果这是整月的合计，请把日期留空；否则核对考勤后改正");
            }
            for other in others {
                report = report.label(other.origin(), other.label());
            }
        }
        told
    }

    /// More than the month has days, or days and a total for the same work; whether there was any.
    fn by_month(&self, ctx: &Context, month: Month, out: &mut Reporter) -> bool {
        let mut told = false;
        let orders = self.orders();
        for total in self.totals() {
            let order = &total.entry.order.value;
            let (dated, on_order) = orders.get(&plain(order)).copied().unwrap_or_default();
            if let Some(dated) = dated {
                told = true;
                out.report(
                    total.origin(),
                    format!(
                        "“{}”在订单“{order}”既有逐日的工时，又有没有日期的 {} 人天",
                        self.name,
                        total.days.normalize()
                    ),
                )
                .expected("逐日的行，或一行整月的合计，只留一种")
                .label(dated.origin(), "逐日的工时从这里起")
                .help("两者是同一笔的，删去一种；没有日期的是另外几天的，补上日期");
                continue;
            }
            let days = available(ctx, order, month);
            if on_order > Decimal::from(days) {
                told = true;
                let message = format!(
                    "“{}”在订单“{order}”{}共 {} 人天，服务周期在当月只有 {days} 天",
                    self.name,
                    month.chinese(),
                    on_order.normalize()
                );
                out.report(total.origin(), message).expected(format!("不超过 {days} 人天"));
            }
        }
        let all = sum(self.rows.iter());
        if let Some(last) = self.totals().last()
            && !told
            && all > Decimal::from(month.days())
        {
            told = true;
            let message = format!(
                "“{}”{}各订单共 {} 人天，超过当月的 {} 天",
                self.name,
                month.chinese(),
                all.normalize(),
                month.days()
            );
            let mut report =
                out.report(last.origin(), message).expected(format!("不超过 {} 人天", month.days()));
            for work in self.rows.iter().filter(|work| work.origin() != last.origin()).take(4) {
                report = report.label(work.origin(), work.label());
            }
        }
        told
    }

    /// The same name in other suppliers' sheets of the month.
    fn elsewhere(&self, ctx: &Context, month: Month, own: u64, out: &mut Reporter) {
        let mut others = ctx.people.elsewhere(&ctx.case.name, month, own, self.name);
        others.retain(|other| are_different(self.id, other.id) != Some(true));
        if others.is_empty() {
            return;
        }
        let certain = |other: &&Elsewhere<'_>| are_different(self.id, other.id) == Some(false);
        let mut clashes: BTreeMap<Date, (Work<'a>, Decimal)> = BTreeMap::new();
        for (date, rows) in self.dated() {
            let there = others.iter().filter(|other| other.day == Some(date.day()));
            let there = there.fold(Decimal::ZERO, |sum, other| sum.saturating_add(other.days));
            if there > Decimal::ZERO
                && there.saturating_add(sum(rows.iter())) > Decimal::ONE
                && let Some(first) = rows.first()
            {
                clashes.insert(date, (*first, sum(rows.iter())));
            }
        }
        if let Some((date, (work, own))) = clashes.first_key_value() {
            let there: Vec<&Elsewhere<'_>> = others.iter().filter(|o| o.day == Some(date.day())).collect();
            let known = there.iter().copied().filter(certain).fold(*own, |sum, o| sum.saturating_add(o.days));
            let when = format!("{date} 在本案卷 {} 人天", own.normalize());
            let rest = clashes.keys().skip(1).map(|date| format!("{}日", date.day())).collect::<Vec<_>>();
            let rest = if rest.is_empty() {
                String::new()
            } else {
                format!("；还有 {} 天也是这样：{}", rest.len(), rest.join("、"))
            };
            self.tell(work.origin(), &when, &there, &rest, known > Decimal::ONE, out);
            return;
        }
        let total = self.totals().last().is_some() || others.iter().any(|other| other.day.is_none());
        let (own, limit) = (sum(self.rows.iter()), Decimal::from(month.days()));
        let there = others.iter().fold(own, |sum, other| sum.saturating_add(other.days));
        if let Some(last) = self.rows.last()
            && total
            && there > limit
        {
            let known = others.iter().filter(certain).fold(own, |sum, o| sum.saturating_add(o.days));
            let when = format!("{}在本案卷 {} 人天", month.chinese(), own.normalize());
            let rest = format!("；合计 {}，超过当月的 {limit} 天", there.normalize());
            self.tell(last.origin(), &when, &others.iter().collect::<Vec<_>>(), &rest, known > limit, out);
        }
    }

    /// Says whose sheet the other work stands in. A name alone is no proof.
    fn tell(
        &self,
        origin: &Origin,
        when: &str,
        there: &[&Elsewhere<'_>],
        rest: &str,
        certain: bool,
        out: &mut Reporter,
    ) {
        let mut by_case: BTreeMap<&str, (Decimal, &Origin)> = BTreeMap::new();
        for other in there {
            let sum = &mut by_case.entry(other.case).or_insert((Decimal::ZERO, &other.place)).0;
            *sum = sum.saturating_add(other.days);
        }
        let places: Vec<String> = by_case
            .iter()
            .map(|(case, (days, place))| format!("在“{case}”又有 {} 人天（{place}）", days.normalize()))
            .collect();
        let message = format!("“{}”{when}，{}{rest}", self.name, places.join("，"));
        let report = out.report(origin, message).expected("一人一天不超过 1 人天").clause("3.2.6");
        if certain {
            report.help("证件号相同，是同一个人：与两家供应商核对考勤，改正其中一边的人天");
        } else {
            report.severity(Severity::Warning).help(
                "核对是不是同一个人：是的，改正其中一边的人天；不是的，在两边的工时表各加一列“证件号”（如身份证号后四位）",
            );
        }
    }
}

/// The days of the month on which an order may be worked on.
fn available(ctx: &Context, order: &str, month: Month) -> i64 {
    let period =
        order_of(ctx.case, order).and_then(|order| period_of(ctx.case, order)).map(|(period, _)| period);
    let (from, to) = period.map_or((month.first(), month.last()), |period| {
        (period.from.max(month.first()), period.to.min(month.last()))
    });
    // An order without a day in the month is S002's to tell.
    if to < from { i64::from(month.days()) } else { i64::from((to - from).get_days()) + 1 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compute::people::People;
    use crate::compute::testing_month::{good_month_case, march, month_cell, order, work};
    use crate::diagnostics::{Diagnostic, Located};
    use crate::model::case::Case;
    use crate::rules::testing::{Extra, fire, fire_with, only};
    use rust_decimal::dec;

    const SENIOR: (&str, &str) = ("产品/平台服务", "高级");

    fn case(rows: Vec<WorkEntry>) -> Case {
        let mut case = good_month_case();
        case.orders.push(order("DD-2026-002"));
        case.months[0].work = rows;
        case
    }

    fn at(row: usize) -> Origin {
        month_cell("工时.xlsx", row, 6)
    }

    #[test]
    fn a_day_has_one_day_over_all_orders() {
        assert!(fire("S003", &good_month_case()).is_empty());
        let halves = vec![
            work(2, "DD-2026-001", "张三", SENIOR, 5, dec!(0.5)),
            work(3, "DD-2026-002", "张三", SENIOR, 5, dec!(0.5)),
            work(4, "DD-2026-002", "李四", SENIOR, 5, dec!(1)),
        ];
        assert!(fire("S003", &case(halves.clone())).is_empty());
        let mut over = halves;
        over.push(work(5, "DD-2026-002", "张　三", SENIOR, 5, dec!(0.5)));
        let found = only(fire("S003", &case(over)), &at(5), Severity::Error);
        assert!(found.message.contains("2026-03-05 共 1.5 人天"), "{}", found.message);
        assert_eq!(found.labels.len(), 2);
    }

    #[test]
    fn a_month_written_as_its_first_day() {
        let rows = vec![work(2, "DD-2026-001", "张三", SENIOR, 1, dec!(21))];
        let found = only(fire("S003", &case(rows)), &at(2), Severity::Error);
        assert!(found.help.contains("整月的合计"), "{}", found.help);
    }

    #[test]
    fn totals_fit_into_the_month() {
        // The order runs from 5 March: 27 days.
        let total = |days| case(vec![work(2, "DD-2026-001", "张三", SENIOR, 0, days)]);
        assert!(fire("S003", &total(dec!(27))).is_empty());
        let found = only(fire("S003", &total(dec!(27.5))), &at(2), Severity::Error);
        assert!(found.message.contains("只有 27 天"), "{}", found.message);
        let rows = vec![
            work(2, "DD-2026-001", "张三", SENIOR, 0, dec!(20)),
            work(3, "DD-2026-002", "张三", SENIOR, 0, dec!(11.5)),
        ];
        let found = only(fire("S003", &case(rows)), &at(3), Severity::Error);
        assert!(found.message.contains("共 31.5 人天，超过当月的 31 天"), "{}", found.message);
    }

    #[test]
    fn days_and_a_total_for_the_same_work() {
        let rows = vec![
            work(2, "DD-2026-001", "张三", SENIOR, 5, dec!(1)),
            work(3, "DD-2026-001", "张三", SENIOR, 0, dec!(1)),
        ];
        let found = only(fire("S003", &case(rows)), &at(3), Severity::Error);
        assert!(found.message.contains("既有逐日的工时"), "{}", found.message);
    }

    fn with_id(mut entry: WorkEntry, id: &str) -> WorkEntry {
        entry.person_id =
            (!id.is_empty()).then(|| Located::new(id.to_owned(), month_cell("工时.xlsx", 2, 7)));
        entry
    }

    #[test]
    fn two_people_of_one_name() {
        let row = |row, id| with_id(work(row, "DD-2026-001", "张三", SENIOR, 5, dec!(1)), id);
        assert!(fire("S003", &case(vec![row(2, "1234"), row(3, "4321")])).is_empty());
        assert_eq!(fire("S003", &case(vec![row(2, "1234"), row(3, "1234")])).len(), 1);
        assert_eq!(fire("S003", &case(vec![row(2, "1234"), row(3, "")])).len(), 1);
    }

    fn among(own: Vec<WorkEntry>, theirs: &[WorkEntry]) -> Vec<Diagnostic> {
        let case = case(own);
        let mut people = People::default();
        people.add(&case.name, march(), &case.months[0].work);
        people.add("云岭示例", march(), theirs);
        people.keep_shared();
        fire_with("S003", &case, Extra { people, ..Extra::default() })
    }

    #[test]
    fn across_suppliers() {
        let own = |id| with_id(work(2, "DD-2026-001", "张三", SENIOR, 5, dec!(1)), id);
        let there = |id| with_id(work(7, "DD-9", "张三", SENIOR, 5, dec!(0.5)), id);
        let found = only(among(vec![own("")], &[there("")]), &at(2), Severity::Warning);
        for said in ["在“云岭示例”又有 0.5 人天", "单元格 F7"] {
            assert!(found.message.contains(said), "{}", found.message);
        }
        assert!(found.help.contains("证件号"), "{}", found.help);
        only(among(vec![own("1234")], &[there("")]), &at(2), Severity::Warning);
        only(among(vec![own("1234")], &[there("12 34")]), &at(2), Severity::Error);
        only(among(vec![own("工号 1")], &[there("工号 1")]), &at(2), Severity::Warning);
        assert!(among(vec![own("1234")], &[there("4321")]).is_empty());
        // Half a day each is a whole one.
        let half = work(2, "DD-2026-001", "张三", SENIOR, 5, dec!(0.5));
        assert!(among(vec![half], &[there("")]).is_empty());
    }

    #[test]
    fn many_days_and_totals_across_suppliers() {
        let days = |first: usize, order: &str| -> Vec<WorkEntry> {
            (5..=9).zip(first..).map(|(day, row)| work(row, order, "张三", SENIOR, day, dec!(1))).collect()
        };
        let found = only(among(days(2, "DD-2026-001"), &days(9, "DD-9")), &at(2), Severity::Warning);
        assert!(found.message.contains("还有 4 天也是这样：6日、7日、8日、9日"), "{}", found.message);
        let total = vec![work(2, "DD-2026-001", "张三", SENIOR, 0, dec!(27))];
        let found = only(among(total.clone(), &days(9, "DD-9")), &at(2), Severity::Warning);
        assert!(found.message.contains("合计 32，超过当月的 31 天"), "{}", found.message);
        assert!(among(total, &days(9, "DD-9")[..4]).is_empty());
    }
}
