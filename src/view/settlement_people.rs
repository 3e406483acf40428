//! 附表二 of a 结算单: who worked on which day, as a calendar; only totals where the sheet names no day.
//!
//! May use: `compute`.

use jiff::civil::Weekday;
use rust_decimal::Decimal;
use serde::Serialize;

use super::settlement_words::number;
use crate::compute::settlement::{OrderSettlement, PersonDays};

/// A day of the calendar's heading.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[expect(missing_docs, reason = "day of the month, 一 to 日, Saturday or Sunday")]
pub struct DayHead {
    pub day: String,
    pub weekday: String,
    pub weekend: bool,
}

/// A person's day.
#[derive(Clone, Debug, Default, Serialize)]
#[expect(missing_docs, reason = "人天, empty where there are none; Saturday or Sunday")]
pub struct DayCell {
    pub days: String,
    pub weekend: bool,
}

/// A person.
#[derive(Clone, Debug, Default, Serialize)]
#[expect(missing_docs, reason = "序号, 姓名, 证件号, 岗位, 级别, each day, 人天 of no day, Σ")]
pub struct PersonRow {
    pub number: String,
    pub person: String,
    pub person_id: String,
    pub post: String,
    pub level: String,
    pub by_day: Vec<DayCell>,
    pub undated: String,
    pub days: String,
}

/// 附表二.
#[derive(Clone, Debug, Default, Serialize)]
pub struct PeopleView {
    /// The days of the month; none where no row names a day.
    pub calendar: Vec<DayHead>,
    /// Whether some 人天 stand beside the calendar, given for no day.
    pub undated: bool,
    /// The persons, in the sheet's order.
    pub rows: Vec<PersonRow>,
    /// Σ 人天.
    pub days: String,
}

impl PeopleView {
    /// Of one settlement.
    pub fn of(settlement: &OrderSettlement) -> Self {
        let dated = settlement.persons.iter().any(|person| !person.by_day.is_empty());
        let calendar = if dated { calendar(settlement) } else { Vec::new() };
        let undated = dated && settlement.persons.iter().any(|person| !person.undated.is_zero());
        let rows = settlement.persons.iter().zip(1_u32..);
        Self {
            rows: rows.map(|(person, index)| row(person, index, &calendar)).collect(),
            calendar,
            undated,
            days: number(settlement.days),
        }
    }
}

/// The month, day by day.
fn calendar(settlement: &OrderSettlement) -> Vec<DayHead> {
    let first = settlement.month.first();
    let days = first.series(jiff::Span::new().days(1)).take_while(|day| settlement.month.contains(*day));
    let head = |day: jiff::civil::Date| DayHead {
        day: day.day().to_string(),
        weekday: weekday(day.weekday()).to_owned(),
        weekend: matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday),
    };
    days.map(head).collect()
}

fn weekday(day: Weekday) -> &'static str {
    match day {
        Weekday::Monday => "一",
        Weekday::Tuesday => "二",
        Weekday::Wednesday => "三",
        Weekday::Thursday => "四",
        Weekday::Friday => "五",
        Weekday::Saturday => "六",
        Weekday::Sunday => "日",
    }
}

fn row(person: &PersonDays, index: u32, calendar: &[DayHead]) -> PersonRow {
    let some = |days: Decimal| if days.is_zero() { String::new() } else { number(days) };
    let on = |day: i8| person.by_day.iter().find(|(known, _)| *known == day).map(|(_, days)| *days);
    let by_day = calendar.iter().zip(1_i8..);
    PersonRow {
        number: index.to_string(),
        person: person.person.clone(),
        person_id: person.person_id.clone(),
        post: person.post.clone(),
        level: person.level.clone(),
        by_day: by_day
            .map(|(head, day)| DayCell { days: on(day).map(some).unwrap_or_default(), weekend: head.weekend })
            .collect(),
        undated: some(person.undated),
        days: number(person.days),
    }
}
