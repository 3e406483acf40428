//! Who worked for an order in a month, and on which days: what the back of a 结算单 lists.
//!
//! May use: `model`, and its own room.

use std::collections::HashMap;

use rust_decimal::Decimal;

use super::people::{Identities, Identity};
use super::quotation::QuotationTable;
use super::settlement::{days_of, table_row};
use crate::model::month::Month;
use crate::model::month_sheets::WorkEntry;

/// One person's 人天 for an order in the month.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PersonDays {
    /// Which of the order's persons: the same on both lines of one who worked at two 岗位 or 级别.
    pub who: usize,
    /// 姓名 as the sheet first writes it.
    pub person: String,
    /// 证件号, where the sheet gives one: tells two people of one name apart.
    pub person_id: String,
    /// 岗位职责 as 附件3 writes it.
    pub post: String,
    /// 级别 as 附件3 writes it.
    pub level: String,
    /// Σ 人天.
    pub days: Decimal,
    /// The days of the month that were named, each once, with its 人天, in order.
    pub by_day: Vec<(i8, Decimal)>,
    /// 人天 given for no day of the month: its total. Zero where every row names its day.
    pub undated: Decimal,
}

/// Who worked, in the order in which the sheet first names them. One who worked at two 岗位 or 级别 stands there twice.
pub(super) fn persons(
    work: &[&WorkEntry],
    table: &QuotationTable,
    month: Month,
    identities: &Identities,
) -> Option<Vec<PersonDays>> {
    let mut persons: Vec<PersonDays> = Vec::new();
    let mut known: HashMap<Identity, usize> = HashMap::new();
    let mut lines: HashMap<(usize, usize), usize> = HashMap::new();
    let mut written: Vec<(&str, &str)> = Vec::new();
    for entry in work {
        let (line, row) = table_row(entry, table)?;
        let who = *known.entry(identities.identity(entry)).or_insert_with(|| {
            written.push((entry.person.value.as_str(), ""));
            written.len() - 1
        });
        let (name, id) = written.get_mut(who)?;
        if id.is_empty() {
            *id = entry.person_id.as_ref().map_or("", |id| id.value.as_str());
        }
        let index = *lines.entry((who, line)).or_insert_with(|| {
            persons.push(PersonDays {
                who,
                person: (*name).to_owned(),
                person_id: String::new(),
                post: row.post.clone(),
                level: row.level.clone(),
                days: Decimal::ZERO,
                by_day: Vec::new(),
                undated: Decimal::ZERO,
            });
            persons.len() - 1
        });
        persons.get_mut(index)?.add(entry, days_of(entry)?, month)?;
    }
    for person in &mut persons {
        // The row that gives the id need not be the first.
        let id = written.get(person.who).map_or("", |(_, id)| id);
        id.clone_into(&mut person.person_id);
        person.by_day.sort_by_key(|(day, _)| *day);
    }
    Some(persons)
}

impl PersonDays {
    fn add(&mut self, entry: &WorkEntry, days: Decimal, month: Month) -> Option<()> {
        self.days = self.days.checked_add(days)?;
        // A day of another month (S002) would stand on the wrong day of this one.
        let date = entry.date.as_ref().map(|date| date.value).filter(|date| month.contains(*date));
        let Some(day) = date.map(jiff::civil::Date::day) else {
            self.undated = self.undated.checked_add(days)?;
            return Some(());
        };
        match self.by_day.iter_mut().find(|(known, _)| *known == day) {
            Some((_, sum)) => *sum = sum.checked_add(days)?,
            None => self.by_day.push((day, days)),
        }
        Some(())
    }
}
