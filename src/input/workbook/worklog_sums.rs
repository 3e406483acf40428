//! Which rows of a 工时 table are sums of the rows above them, and which are work that only says 合计 of itself.
//!
//! A sum that is counted is paid twice, a row of work taken for a sum is lost. So a row that names somebody is a sum
//! only if its figure is the sum of the rows of the same person, order, 岗位 and 级别 right above it; it is work if
//! there are no such rows; anything else is told. 合计 in a column that is not wanted (备注) makes no sum of a row.
//!
//! May use: `monthly`, `table`, `heading`; the columns of `worklog`.

use std::collections::HashMap;
use std::ops::Range;

use rust_decimal::Decimal;

use super::grid::Value;
use super::heading::{self, RowLabel};
use super::monthly;
use super::table::{RowKind, Table};
use super::worklog::{DATE, DAYS, LEVEL, ORDER, PERSON, PERSON_ID, POST};
use crate::diagnostics::CellRef;
use crate::model::month_sheets::WorkEntry;
use crate::model::names::{plain, same_name};

/// Where a row says that it is a sum.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// In place of an order, a person, a 岗位 or a 级别, or first of all in the row.
    Name,
    /// As its 日期 or 证件号.
    Beside,
    /// In a column that is not wanted; true for one left of the 人天 that is no 备注.
    Elsewhere(bool),
}

/// That a row is a sum, as it says itself.
#[derive(Clone, Debug)]
pub struct Label {
    /// 合计 or 小计.
    pub kind: RowKind,
    /// Where it says so.
    pub place: Place,
    /// The words.
    pub text: String,
}

/// What a row says of being a sum, if anything.
pub fn label(table: &Table<'_>, row: u32) -> Option<Label> {
    let first = table.sheet().row(row).find(|(_, cell)| !cell.value.shown().trim().is_empty());
    let made = |kind, place, text: &str| Label { kind, place, text: text.trim().to_owned() };
    for (column, place) in [
        (ORDER, Place::Name),
        (PERSON, Place::Name),
        (POST, Place::Name),
        (LEVEL, Place::Name),
        (DAYS, Place::Name),
        (DATE, Place::Beside),
        (PERSON_ID, Place::Beside),
    ] {
        let text = own(table, row, column).unwrap_or_default();
        if let Some(kind) = sum_word(&text) {
            return Some(made(kind, place, &text));
        }
    }
    let days = table.column(DAYS).unwrap_or(0);
    let wanted: Vec<u32> = (ORDER..=PERSON_ID).filter_map(|column| table.column(column)).collect();
    table.sheet().row(row).filter(|(column, _)| !wanted.contains(column)).find_map(|(column, cell)| {
        let Value::Text(text) = &cell.value else { return None };
        if first.is_some_and(|(first, _)| first == column) {
            return Some(made(sum_word(text)?, Place::Name, text));
        }
        let heading = CellRef { row: table.last_heading_row(), column };
        let heading = table.sheet().cells.get(&heading).map(|cell| cell.value.shown()).unwrap_or_default();
        let is_remark = ["备注", "说明", "注"].iter().any(|word| heading.contains(word));
        let kind = match heading::row_label(text)? {
            RowLabel::Total => RowKind::Total,
            RowLabel::Subtotal => RowKind::Subtotal,
            RowLabel::Note => return None,
        };
        Some(made(kind, Place::Elsewhere(column < days && !is_remark), text))
    })
}

fn sum_word(text: &str) -> Option<RowKind> {
    match heading::row_label(text) {
        Some(RowLabel::Total) => Some(RowKind::Total),
        Some(RowLabel::Subtotal) => Some(RowKind::Subtotal),
        _ => monthly::names_a_sum(text),
    }
}

/// The text of a row's own cell, if it has any.
pub fn own(table: &Table<'_>, row: u32, column: usize) -> Option<String> {
    let own = table.has_own(row, column).then(|| monthly::text(table, row, column))??;
    Some(own.value).filter(|text| !text.is_empty())
}

/// What a row with a label is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Work.
    Data,
    /// A sum, and the rows it may be the sum of; none where it is proved already, or has no figure.
    Sum(Option<Range<usize>>),
    /// Neither for certain: what the figure should be.
    Doubtful(String),
}

/// 订单编号, 姓名, 岗位 and 级别 as far as a row names them, or what stands above the table.
pub type Named = [Option<String>; 4];

/// A row that calls itself a sum.
#[derive(Clone, Debug)]
pub struct Labelled<'l> {
    /// How.
    pub label: &'l Label,
    /// Whose it is.
    pub named: Named,
    /// Whether it says each of these itself; none for a column that the table does not have.
    pub own: [Option<bool>; 4],
    /// Its 人天.
    pub figure: Option<Decimal>,
    /// Whether anything stands in the cell for them.
    pub days: bool,
    /// Whether it has a certain day.
    pub dated: bool,
}

/// The rows of one table, for holding sums against them.
#[derive(Debug)]
pub struct Sums {
    start: usize,
    /// Σ 人天 of the first rows: none, one, two …
    prefix: Vec<Decimal>,
    /// Where a sum may begin, by Σ of the rows before: after another sum, with another order or person.
    starts: HashMap<Decimal, usize>,
    after_sum: usize,
    after_total: usize,
    /// The orders that a person with 岗位 and 级别 has rows of, and whether one of them calls itself 合计.
    seen: HashMap<[String; 3], Vec<(String, bool)>>,
}

impl Sums {
    /// Before the table's first row, which is the `start`-th of all.
    pub fn new(start: usize) -> Self {
        let starts = HashMap::from([(Decimal::ZERO, start)]);
        Self {
            start,
            prefix: vec![Decimal::ZERO],
            starts,
            after_sum: start,
            after_total: start,
            seen: HashMap::new(),
        }
    }

    fn before(&self, index: usize) -> Decimal {
        self.prefix.get(index.saturating_sub(self.start)).copied().unwrap_or_default()
    }

    /// Takes down a row of work. Gives whether an earlier one of the same person, order, 岗位 and 级别 calls itself
    /// 合计.
    pub fn push(&mut self, entries: &[WorkEntry], entry: &WorkEntry, labelled: bool) -> bool {
        let last = entries.get(self.start..).and_then(<[WorkEntry]>::last);
        let sum = self.prefix.last().copied().unwrap_or_default();
        if last.is_none_or(|last| {
            last.order.value != entry.order.value || last.person.value != entry.person.value
        }) {
            self.starts.insert(sum, entries.len());
        }
        self.prefix.push(sum.saturating_add(entry.days.value.number().unwrap_or_default()));
        let orders =
            self.seen.entry(who([&entry.person, &entry.post, &entry.level].map(|t| t.value.as_str())));
        let (orders, order) = (orders.or_default(), plain(&entry.order.value));
        match orders.iter_mut().find(|(known, _)| *known == order) {
            Some((_, known)) => std::mem::replace(known, *known || labelled),
            None => {
                orders.push((order, labelled));
                false
            }
        }
    }

    /// Marks that a sum of this kind ends here.
    pub fn end(&mut self, kind: RowKind, entries: usize) {
        self.after_sum = entries;
        if kind == RowKind::Total {
            self.after_total = entries;
        }
        self.starts.insert(self.prefix.last().copied().unwrap_or_default(), entries);
    }

    /// The rows on this table.
    pub fn above(&self, entries: usize) -> Range<usize> {
        self.start..entries
    }

    /// The rows that a sum with this figure is of: any that begin where a sum may begin, or else those since the last.
    fn group(&self, kind: RowKind, figure: Option<Decimal>, end: usize) -> (Range<usize>, bool) {
        let usual = if kind == RowKind::Total { self.after_total } else { self.after_sum };
        let sum = |from: usize| self.before(end).checked_sub(self.before(from));
        let some = |from: &usize| *from < end && sum(*from) == figure;
        let wanted = figure.and_then(|figure| self.before(end).checked_sub(figure));
        let found = wanted.and_then(|before| self.starts.get(&before).copied());
        let matching = [Some(usual), Some(self.start), found].into_iter().flatten().find(some);
        (matching.unwrap_or(usual)..end, matching.is_some())
    }

    /// What a row is that calls itself a sum.
    pub fn judge(&self, row: &Labelled<'_>, entries: &[WorkEntry]) -> Verdict {
        let Labelled { label, named, figure, days, dated, .. } = row;
        let (figure, days, dated) = (*figure, *days, *dated);
        let has = |column: usize| row.own.get(column).is_some_and(|own| *own == Some(true));
        let somebody = [PERSON, POST, LEVEL].into_iter().any(has);
        let fully = somebody
            && [PERSON, POST, LEVEL]
                .iter()
                .all(|column| row.own.get(*column).is_some_and(|own| *own != Some(false)));
        let elsewhere = matches!(label.place, Place::Elsewhere(_));
        let (run, labelled) = self.run(entries, named);
        let proved = figure.is_some() && run.iter().any(|(_, sum)| Some(*sum) == figure);
        if fully {
            let known = labelled || self.knows(named);
            return match (elsewhere, known, proved) {
                (_, false, _) | (true, _, false) => Verdict::Data,
                (true, _, true) if dated => Verdict::Data,
                _ if !days => Verdict::Data,
                (false, _, true) if !labelled => Verdict::Sum(None),
                _ => Verdict::Doubtful(self.expected(&run)),
            };
        }
        if elsewhere && dated {
            return Verdict::Data;
        }
        if !days {
            return Verdict::Sum(None);
        }
        let (group, matches) = self.group(label.kind, figure, entries.len());
        let stands_for_itself = label.place == Place::Name;
        if somebody || (has(ORDER) && !stands_for_itself) {
            let over_all = || figure.is_some() && self.sum_of(entries, named) == figure;
            let sum = !elsewhere && (proved || over_all());
            return if sum { Verdict::Sum(None) } else { Verdict::Doubtful(self.expected(&run)) };
        }
        match label.place {
            // An order that has no rows at all has lost them.
            Place::Name
                if has(ORDER) && !(matches && entries.last().is_some_and(|last| agrees(last, named))) =>
            {
                match self.sum_of(entries, named) {
                    None => Verdict::Doubtful("上面有这个订单的工时，逐人填写".into()),
                    sum if sum == figure => Verdict::Sum(None),
                    _ => Verdict::Sum(Some(group)),
                }
            }
            Place::Name => Verdict::Sum(Some(group)),
            Place::Beside | Place::Elsewhere(true) if matches => Verdict::Sum(None),
            Place::Beside | Place::Elsewhere(_) => Verdict::Doubtful(self.expected(&run)),
        }
    }

    /// The rows right above that agree with what is named, back to the last sum and beyond it: where they begin and
    /// their Σ; and whether one of them calls itself 合计.
    fn run(&self, entries: &[WorkEntry], named: &Named) -> (Vec<(usize, Decimal)>, bool) {
        // Beyond the last sum only so far: a person's whole month on one sheet is not gone over again for every sum.
        const BEYOND: usize = 4096;
        let own = entries.get(self.start..).unwrap_or_default();
        let alike = own.iter().rev().take_while(|entry| agrees(entry, named));
        let since = entries.len().saturating_sub(self.after_sum);
        let count = alike.take(since.saturating_add(BEYOND)).count();
        let mut runs =
            vec![entries.len().saturating_sub(count.min(since)), entries.len().saturating_sub(count)];
        runs.dedup();
        runs.retain(|from| *from < entries.len());
        let sum = |from: usize| self.before(entries.len()).saturating_sub(self.before(from));
        let labelled = self.orders(named).any(|(_, labelled)| *labelled);
        (runs.into_iter().map(|from| (from, sum(from))).collect(), labelled)
    }

    /// The orders of the rows of the person, 岗位 and 级别 that a row names, as far as they agree with its own.
    fn orders<'s>(&'s self, named: &'s Named) -> impl Iterator<Item = &'s (String, bool)> {
        let [order, person, post, level] = named;
        let key = who([person, post, level].map(|text| text.as_deref().unwrap_or("")));
        let agree = move |known: &&(String, bool)| order.as_ref().is_none_or(|own| same_name(own, &known.0));
        self.seen.get(&key).into_iter().flatten().filter(agree)
    }

    fn knows(&self, named: &Named) -> bool {
        self.orders(named).next().is_some()
    }

    /// Σ over all rows of the table that agree with what is named; none if there are none.
    fn sum_of(&self, entries: &[WorkEntry], named: &Named) -> Option<Decimal> {
        let own = entries.get(self.start..)?;
        let mut found = own.iter().filter(|entry| agrees(entry, named)).peekable();
        found.peek()?;
        Some(found.fold(Decimal::ZERO, |sum, entry| {
            sum.saturating_add(entry.days.value.number().unwrap_or_default())
        }))
    }

    fn expected(&self, run: &[(usize, Decimal)]) -> String {
        let sum = run.first().map_or_else(
            || "紧接在所合计的各行下面".to_owned(),
            |(_, sum)| format!("等于紧接在上面的所合计各行之和 {}", sum.normalize()),
        );
        format!("确是合计的，{sum}；不是合计的，删去这几个字，日期写当天或留空，姓名、岗位、级别写全")
    }
}

fn who(texts: [&str; 3]) -> [String; 3] {
    texts.map(plain)
}

fn agrees(entry: &WorkEntry, named: &Named) -> bool {
    let texts = [&entry.order, &entry.person, &entry.post, &entry.level];
    named.iter().zip(texts).all(|(own, text)| own.as_ref().is_none_or(|own| same_name(own, &text.value)))
}
