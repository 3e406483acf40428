//! The prices of one month: a month within which a 调整 takes effect has several, each for its days.
//!
//! May use: `model`.

use jiff::civil::Date;

use super::prices::{PriceHistory, Prices};
use super::quotation::QuotationTable;
use crate::model::case::Period;
use crate::model::money::Money;
use crate::model::month::Month;
use crate::model::month_sheets::WorkEntry;
use crate::model::order::Order;
use crate::model::tax::TaxRate;

/// Days of a month on which one 含税单价 and one 税率 apply to a line of 附件3.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Segment {
    /// The days.
    pub period: Period,
    /// 修订 of the 附件3 in force on the first of them.
    pub revision: usize,
    /// 含税单价, 元/人天; none where 附件3 has no usable price.
    pub gross_price: Option<Money>,
    /// 税率.
    pub rate: TaxRate,
}

/// One month's prices.
#[derive(Clone, Debug)]
pub struct MonthPrices<'p> {
    month: Month,
    /// What is in force, and from which day to which, in order.
    spans: Vec<(Period, &'p Prices)>,
    signed: &'p Prices,
    last: &'p Prices,
}

impl<'p> MonthPrices<'p> {
    /// Those of a month.
    pub fn of(prices: &'p PriceHistory, month: Month) -> Self {
        let mut spans: Vec<(Period, &Prices)> = Vec::new();
        for day in days(Period { from: month.first(), to: month.last() }) {
            let in_force = prices.on(day);
            match spans.last_mut().filter(|(_, last)| last.revision == in_force.revision) {
                Some((period, _)) => period.to = day,
                None => spans.push((Period { from: day, to: day }, in_force)),
            }
        }
        Self { month, spans, signed: &prices.signed, last: prices.on(month.last()) }
    }

    /// What is in force, and from which day to which, in order.
    pub fn spans(&self) -> &[(Period, &'p Prices)] {
        &self.spans
    }

    /// 附件3's lines; all versions have the same ones.
    pub fn table(&self) -> &'p QuotationTable {
        &self.signed.table
    }

    /// 修订 in force at the end of the month.
    pub fn revision(&self) -> usize {
        self.last.revision
    }

    /// The month's days by what applies to the line at `index` of 附件3, in order; one for most months.
    pub fn segments(&self, index: usize) -> Vec<Segment> {
        let mut segments: Vec<Segment> = Vec::new();
        for (period, prices) in &self.spans {
            let row = prices.table.rows.get(index);
            let gross_price = row.and_then(|row| row.figures.as_ref()).map(|figures| figures.gross_price);
            let rate = prices.rate();
            let same = |last: &&mut Segment| (last.gross_price, last.rate) == (gross_price, rate);
            match segments.last_mut().filter(same) {
                Some(last) => last.period.to = period.to,
                None => {
                    segments.push(Segment { period: *period, revision: prices.revision, gross_price, rate })
                }
            }
        }
        segments
    }

    /// Which of the line's segments a row of 工时 falls into; none for a month's total where it could be several, and for
    /// a day outside the month.
    pub fn segment_of(&self, index: usize, entry: &WorkEntry, order: &Order) -> Option<usize> {
        let segments = self.segments(index);
        if let [_] = segments.as_slice() {
            return Some(0);
        }
        if let Some(date) = &entry.date {
            return segments.iter().position(|segment| contains(segment.period, date.value));
        }
        let possible = self.days_of(order);
        let mut fitting =
            segments.iter().enumerate().filter(|(_, segment)| overlap(segment.period, possible));
        let (first, _) = fitting.next()?;
        fitting.next().is_none().then_some(first)
    }

    /// The days of the month on which an order can be worked on; the whole month where its 服务周期 is not in it.
    fn days_of(&self, order: &Order) -> Period {
        let month = Period { from: self.month.first(), to: self.month.last() };
        let Some(service) = order.period.as_ref().map(|service| service.value) else { return month };
        let own = Period { from: service.from.max(month.from), to: service.to.min(month.to) };
        if own.from <= own.to { own } else { month }
    }
}

fn days(period: Period) -> impl Iterator<Item = Date> {
    let next = |day: &Date| day.tomorrow().ok();
    std::iter::successors(Some(period.from), next).take_while(move |day| *day <= period.to)
}

fn contains(period: Period, day: Date) -> bool {
    period.from <= day && day <= period.to
}

fn overlap(a: Period, b: Period) -> bool {
    a.from <= b.to && b.from <= a.to
}
