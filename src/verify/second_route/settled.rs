//! The second route for 附件7: what each order's month comes to, from the rows of 工时 and 考核, in plain integers.
//!
//! Every row of work finds the price of its own day. Rows at one price are added up before anything is rounded, and a
//! price that comes back later in the month is another line, as the form prints it.
//!
//! May use: `model`, `pack`, `verify::exact`, `verify::figures`.

use std::collections::BTreeMap;

use jiff::civil::Date;

use super::exact::{Cents, Number, divide, times, without_tax};
use super::figures::{Figures, Version};
use crate::model::case::Case;
use crate::model::month::Month;
use crate::model::month_sheets::{AssessmentEntry, MonthSheets, WorkEntry};
use crate::model::names::same_name;
use crate::model::order::Order;
use crate::pack::Pack;

/// 人天 at one price.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the columns of 附件7")]
pub struct SettledLine {
    pub post: String,
    pub level: String,
    pub days: Number,
    pub gross_price: Cents,
    pub amount: Cents,
}

/// An indicator of 附件2.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Item {
    /// What was recorded.
    pub record: Number,
    /// 得分.
    pub score: Number,
}

/// 应支付 at one 税率.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "4.6.6")]
pub struct Part {
    pub rate: Number,
    /// Σ 行金额 before the score.
    pub work: Cents,
    pub gross: Cents,
    pub net: Cents,
    pub tax: Cents,
}

/// One order's month.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settled {
    /// Which of the case's orders.
    pub order: usize,
    /// The month.
    pub month: Month,
    /// In 附件3's order, by days.
    pub lines: Vec<SettledLine>,
    /// Σ 人天.
    pub days: Number,
    /// Σ 行金额.
    pub work_gross: Cents,
    /// By the pack's indicators.
    pub items: Vec<Item>,
    /// 考核得分.
    pub score: Number,
    /// 应支付, 不含税, 税额.
    pub due: [Cents; 3],
    /// By 税率.
    pub parts: Vec<Part>,
}

/// All that the months that were read come to.
pub fn settled(case: &Case, pack: &Pack, figures: &Figures) -> Vec<Settled> {
    let mut all = Vec::new();
    for sheets in &case.months {
        for (index, order) in case.orders.iter().enumerate() {
            let own = order.number();
            let twins = case.orders.iter().filter(|other| same_name(other.number(), own)).count();
            if !own.is_empty() && twins == 1 {
                all.extend(one(index, order, sheets, pack, figures));
            }
        }
    }
    all
}

/// Where a row of work is counted: the line of 附件3, and the run of days within the month on which its price holds.
type Place = (usize, usize);

fn one(index: usize, order: &Order, sheets: &MonthSheets, pack: &Pack, figures: &Figures) -> Option<Settled> {
    let mut days: BTreeMap<Place, Number> = BTreeMap::new();
    let mut prices: BTreeMap<Place, (Cents, Number)> = BTreeMap::new();
    for entry in sheets.work.iter().filter(|entry| same_name(&entry.order.value, order.number())) {
        let (line, _) = figures.versions.first()?.row(&entry.post.value, &entry.level.value)?;
        let runs = price_runs(line, sheets.month, figures);
        let run = run_of(entry, &runs, sheets.month, order)?;
        let (_, price, rate) = *runs.get(run)?;
        let worked = Number::of(entry.days.value.number().filter(|days| !days.is_sign_negative())?);
        let sum = days.entry((line, run)).or_insert(Number::ZERO);
        *sum = sum.plus(worked)?;
        prices.insert((line, run), (price?, rate));
    }
    if days.is_empty() {
        return None;
    }
    let mut lines = Vec::new();
    // 应支付 before the score, by 税率, in the order of the days on which it begins to hold.
    let mut by_rate: Vec<(usize, Number, Cents)> = Vec::new();
    for (place, worked) in &days {
        let (price, rate) = *prices.get(place)?;
        let row = figures.versions.first()?.rows.get(place.0)?;
        let amount = times(price, *worked)?;
        match by_rate.iter_mut().find(|(_, known, _)| known.equals(rate)) {
            Some((run, _, sum)) => {
                *run = place.1.min(*run);
                *sum = sum.checked_add(amount)?;
            }
            None => by_rate.push((place.1, rate, amount)),
        }
        lines.push(SettledLine {
            post: row.post.clone(),
            level: row.level.clone(),
            days: *worked,
            gross_price: price,
            amount,
        });
    }
    by_rate.sort_by_key(|(run, _, _)| *run);
    let items = items(assessment(sheets, order)?, pack)?;
    let score = items.iter().try_fold(Number::ZERO, |sum, item| sum.plus(item.score))?;
    let parts = parts(&by_rate, score)?;
    let sum = |of: fn(&Part) -> Cents| parts.iter().map(of).sum::<Cents>();
    Some(Settled {
        order: index,
        month: sheets.month,
        days: days.values().try_fold(Number::ZERO, |sum, worked| sum.plus(*worked))?,
        work_gross: lines.iter().map(|line| line.amount).sum(),
        lines,
        items,
        score,
        due: [sum(|part| part.gross), sum(|part| part.net), sum(|part| part.tax)],
        parts,
    })
}

/// The days of a month by what applies to a line of 附件3: the last day of each run, 含税单价, 税率.
fn price_runs(line: usize, month: Month, figures: &Figures) -> Vec<(Date, Option<Cents>, Number)> {
    let mut runs: Vec<(Date, Option<Cents>, Number)> = Vec::new();
    for day in days_between(month.first(), month.last()) {
        let Some(version) = figures.on(day) else { continue };
        let price = price_of(version, line);
        match runs.last_mut().filter(|(_, known, rate)| *known == price && rate.equals(version.rate)) {
            Some((last, _, _)) => *last = day,
            None => runs.push((day, price, version.rate)),
        }
    }
    runs
}

fn price_of(version: &Version, line: usize) -> Option<Cents> {
    Some(version.rows.get(line)?.figures?.gross_price)
}

fn days_between(from: Date, to: Date) -> impl Iterator<Item = Date> {
    std::iter::successors(Some(from), |day| day.tomorrow().ok()).take_while(move |day| *day <= to)
}

/// The run in which a row's day lies. A month's total must lie in one whole.
fn run_of(
    entry: &WorkEntry,
    runs: &[(Date, Option<Cents>, Number)],
    month: Month,
    order: &Order,
) -> Option<usize> {
    if runs.len() == 1 {
        return Some(0);
    }
    let of_day =
        |day: Date| runs.iter().position(|(last, _, _)| day <= *last).filter(|_| month.contains(day));
    if let Some(date) = &entry.date {
        return of_day(date.value);
    }
    let period = order.period.as_ref().map(|period| period.value);
    let possible = |day: &Date| period.is_none_or(|period| period.from <= *day && *day <= period.to);
    let mut days: Vec<Date> = days_between(month.first(), month.last()).filter(possible).collect();
    if days.is_empty() {
        days = vec![month.first(), month.last()];
    }
    let (first, last) = (of_day(*days.first()?)?, of_day(*days.last()?)?);
    (first == last).then_some(first)
}

fn assessment<'s>(sheets: &'s MonthSheets, order: &Order) -> Option<&'s AssessmentEntry> {
    let mut own = sheets.assessments.iter().filter(|entry| same_name(&entry.order.value, order.number()));
    let one = own.next()?;
    own.next().is_none().then_some(one)
}

/// 附件2: a score as it stands, or 分值 less so much for each occurrence, never below nothing.
fn items(entry: &AssessmentEntry, pack: &Pack) -> Option<Vec<Item>> {
    let indicators = &pack.assessment.indicators;
    if indicators.is_empty() || indicators.len() != entry.records.len() {
        return None;
    }
    let item = |(indicator, record): (&crate::pack::Indicator, &crate::model::quotation::NumberCell)| {
        let record = Number::of(record.as_ref()?.value.number()?);
        let points = Number::of(indicator.points);
        let score = match indicator.deduction {
            None => record,
            Some(each) => points.minus(Number::of(each).times(record)?)?,
        };
        let above = score.minus(points)?;
        let sound = record.units >= 0 && above.units <= 0;
        let score = if score.units < 0 { Number::ZERO } else { score };
        sound.then_some(Item { record, score })
    };
    indicators.iter().zip(&entry.records).map(item).collect()
}

/// r2(Σ 行金额 × 得分 / 100) of the whole; shared out by rate, the last taking what is left.
fn parts(by_rate: &[(usize, Number, Cents)], score: Number) -> Option<Vec<Part>> {
    let scored = |amount: Cents| divide(amount.checked_mul(score.units)?, score.whole()?.checked_mul(100)?);
    let mut left = scored(by_rate.iter().map(|(_, _, amount)| amount).sum())?;
    let mut parts = Vec::new();
    for (at, (_, rate, amount)) in by_rate.iter().enumerate() {
        let gross = if at + 1 == by_rate.len() { left } else { scored(*amount)? };
        left -= gross;
        let net = without_tax(gross, *rate)?;
        parts.push(Part { rate: *rate, work: *amount, gross, net, tax: gross - net });
    }
    Some(parts)
}
