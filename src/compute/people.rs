//! Who worked when, over all orders and, in a batch, over all suppliers' cases: what 3.2.6 forbids to be counted twice.
//!
//! Kept small, since a batch has hundreds of cases: names are stored once, and a day of a person is twelve bytes.
//!
//! May use: `model`.

use std::collections::HashMap;
use std::collections::hash_map::{DefaultHasher, Entry};
use std::hash::{Hash, Hasher};
use std::sync::Arc;

use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

use crate::diagnostics::{CellPlace, CellRef, Origin};
use crate::model::month::Month;
use crate::model::month_sheets::WorkEntry;
use crate::model::names;

/// 工号 begin so: they are the supplier's own numbers and tell nothing from one supplier to another.
pub const STAFF_NUMBER: &str = "工号";

/// The 人天 of all persons of a batch of cases.
#[derive(Debug, Default)]
pub struct People {
    by_name: HashMap<Box<str>, Vec<Stint>>,
    cases: Vec<CaseKey>,
    sheets: Vec<(Arc<str>, Arc<str>)>,
    sheet_index: HashMap<(Arc<str>, Arc<str>), u32>,
    ids: Vec<Box<str>>,
    id_index: HashMap<Box<str>, u32>,
}

/// A case's month. Two cases may have folders of the same name; then their contents tell them apart.
#[derive(Debug)]
struct CaseKey {
    name: Box<str>,
    mark: u64,
}

/// One person's work on one sheet of a case.
#[derive(Debug)]
struct Stint {
    case: u32,
    month: Month,
    sheet: u32,
    column: u32,
    id: Option<u32>,
    days: Vec<DayWork>,
}

/// A day's work: 0 stands for the month's total.
#[derive(Clone, Copy, Debug)]
struct DayWork {
    row: u32,
    micro_days: u32,
    day: u8,
}

/// Work of a person of some name in another case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Elsewhere<'p> {
    /// The case's name.
    pub case: &'p str,
    /// 证件号, where the sheet has one.
    pub id: Option<&'p str>,
    /// The day of the month; none for a month's total.
    pub day: Option<i8>,
    /// 人天.
    pub days: Decimal,
    /// The first cell of that day, in the other case's folder.
    pub place: Origin,
}

impl People {
    /// Takes down a month of a case. `case` is the case's name, as its own check will give it, too.
    pub fn add(&mut self, case: &str, month: Month, work: &[WorkEntry]) {
        let case_index = index(self.cases.len());
        self.cases.push(CaseKey { name: case.into(), mark: mark(work) });
        for entry in work.iter().filter(|entry| !entry.date_unclear) {
            let name = plain(&entry.person.value);
            let day = match &entry.date {
                None => Some(0),
                Some(date) if month.contains(date.value) => u8::try_from(date.value.day()).ok(),
                Some(_) => None,
            };
            let worked = entry.days.value.number().and_then(micro_days);
            let (Some(day), Some(micro_days), Origin::Cell(place)) = (day, worked, &entry.days.origin) else {
                continue;
            };
            if name.is_empty() {
                continue;
            }
            let sheet = self.sheet(place);
            let id = entry.person_id.as_ref().map(|id| self.id(&plain(&id.value)));
            let stints = self.by_name.entry(name.into()).or_default();
            let (row, column) = (place.cell.row, place.cell.column);
            let same =
                |stint: &&mut Stint| stint.case == case_index && stint.sheet == sheet && stint.id == id;
            let stint = match stints.iter_mut().rev().take_while(|stint| stint.case == case_index).find(same)
            {
                Some(stint) => stint,
                None => {
                    stints.push(Stint { case: case_index, month, sheet, column, id, days: Vec::new() });
                    let Some(stint) = stints.last_mut() else { continue };
                    stint
                }
            };
            match stint.days.iter_mut().find(|work| work.day == day) {
                Some(work) => work.micro_days = work.micro_days.saturating_add(micro_days),
                None => stint.days.push(DayWork { row, micro_days, day }),
            }
        }
    }

    /// Forgets everybody who works for one case only, to be called when all cases are added: of the others there is
    /// nothing to tell.
    pub fn keep_shared(&mut self) {
        let cases = &self.cases;
        let case = |stint: &Stint| usize::try_from(stint.case).ok().and_then(|case| cases.get(case));
        self.by_name.retain(|_, stints| {
            let first = stints.first().and_then(case).map(|key| (&key.name, key.mark));
            let shared = stints.iter().any(|stint| {
                stints.first().is_some_and(|first| first.month != stint.month)
                    || case(stint).map(|key| (&key.name, key.mark)) != first
            });
            stints.shrink_to_fit();
            shared
        });
        self.by_name.shrink_to_fit();
    }

    /// What persons of this name did in the month in other cases than this one, which is told by its name and the
    /// [`mark`] of its own rows.
    pub fn elsewhere(&self, case: &str, month: Month, own: u64, person: &str) -> Vec<Elsewhere<'_>> {
        let Some(stints) = self.by_name.get(plain(person).as_str()) else { return Vec::new() };
        let mut found = Vec::new();
        for stint in stints.iter().filter(|stint| stint.month == month) {
            let at = |index: u32| usize::try_from(index).unwrap_or(usize::MAX);
            let (Some(key), Some((file, sheet))) =
                (self.cases.get(at(stint.case)), self.sheets.get(at(stint.sheet)))
            else {
                continue;
            };
            if &*key.name == case && key.mark == own {
                continue;
            }
            found.extend(stint.days.iter().map(|work| Elsewhere {
                case: &key.name,
                id: stint.id.and_then(|id| self.ids.get(at(id))).map(|id| &**id),
                day: i8::try_from(work.day).ok().filter(|day| *day > 0),
                days: Decimal::new(i64::from(work.micro_days), 6).normalize(),
                place: Origin::Cell(CellPlace {
                    file: file.clone(),
                    sheet: sheet.clone(),
                    cell: CellRef { row: work.row, column: stint.column },
                }),
            }));
        }
        found
    }

    fn sheet(&mut self, place: &CellPlace) -> u32 {
        let key = (place.file.clone(), place.sheet.clone());
        if let Some(known) = self.sheet_index.get(&key) {
            return *known;
        }
        let new = index(self.sheets.len());
        self.sheets.push(key.clone());
        self.sheet_index.insert(key, new);
        new
    }

    fn id(&mut self, id: &str) -> u32 {
        if let Some(known) = self.id_index.get(id) {
            return *known;
        }
        let new = index(self.ids.len());
        self.ids.push(id.into());
        self.id_index.insert(id.into(), new);
        new
    }
}

/// A name or a 证件号 as it is compared: as [`names`] has it, and in capitals. The X of an 身份证号 is typed small as
/// often as not, and nobody tells two persons apart by it; two orders may be told apart so.
pub fn plain(text: &str) -> String {
    names::plain_chars(text).flat_map(char::to_uppercase).collect()
}

/// Who a row of 工时 is of, wherever persons are told apart or counted.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Identity {
    /// 姓名, as it is compared.
    pub name: String,
    /// 证件号, as it is compared.
    pub id: Option<String>,
}

/// The persons of a month's 工时.
#[derive(Clone, Debug, Default)]
pub struct Identities {
    /// The only 证件号 of a name; none where it has several.
    only_id: HashMap<String, Option<String>>,
}

impl Identities {
    /// Over all rows of a month: an id may stand on any of them.
    pub fn of(work: &[WorkEntry]) -> Self {
        let mut only_id: HashMap<String, Option<String>> = HashMap::new();
        for entry in work {
            let Some(id) = own_id(entry) else { continue };
            match only_id.entry(plain(&entry.person.value)) {
                Entry::Vacant(vacant) => {
                    vacant.insert(Some(id));
                }
                Entry::Occupied(mut known) if known.get().as_ref().is_some_and(|known| *known != id) => {
                    known.insert(None);
                }
                Entry::Occupied(_) => {}
            }
        }
        Self { only_id }
    }

    /// Whose a row is. One without 证件号 is of the person of that name, if there is only one.
    pub fn identity(&self, entry: &WorkEntry) -> Identity {
        let name = plain(&entry.person.value);
        let id = own_id(entry).or_else(|| self.only_id.get(&name).cloned().flatten());
        Identity { name, id }
    }
}

/// 证件号 as it stands in a row itself.
fn own_id(entry: &WorkEntry) -> Option<String> {
    entry.person_id.as_ref().map(|id| plain(&id.value)).filter(|id| !id.is_empty())
}

/// Whether two 证件号 from two suppliers are of two different persons; unknown where one is missing or only the
/// supplier's own.
pub fn are_different(one: Option<&str>, other: Option<&str>) -> Option<bool> {
    let comparable = |id: &&str| !id.starts_with(STAFF_NUMBER);
    one.filter(comparable).zip(other.filter(comparable)).map(|(one, other)| plain(one) != plain(other))
}

/// Millionths of a day; none for nothing, less, or more than anybody works.
fn micro_days(days: Decimal) -> Option<u32> {
    let micro = days.checked_mul(Decimal::from(1_000_000))?.round().to_u32()?;
    (micro > 0).then_some(micro)
}

/// What tells two cases of one name apart: their rows of a month.
pub fn mark(work: &[WorkEntry]) -> u64 {
    let mut hasher = DefaultHasher::new();
    for entry in work {
        (&entry.order.value, &entry.person.value, entry.date.as_ref().map(|date| date.value))
            .hash(&mut hasher);
        entry.days.value.number().hash(&mut hasher);
    }
    hasher.finish()
}

fn index(length: usize) -> u32 {
    u32::try_from(length).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compute::testing_month::{march, work};
    use crate::diagnostics::Located;
    use rust_decimal::dec;

    fn worked(row: usize, person: &str, day: u8, days: Decimal) -> WorkEntry {
        work(row, "DD-1", person, ("运维支撑", "高级"), day, days)
    }

    #[test]
    fn who_works_elsewhere() {
        let here = [worked(2, "张三", 5, dec!(1)), worked(3, "李四", 0, dec!(20))];
        let there = [
            worked(7, "张　三", 5, dec!(0.5)),
            worked(8, "张三", 5, dec!(0.25)),
            worked(9, "张三", 6, dec!(0.333333)),
            worked(10, "王五", 6, dec!(1)),
            worked(11, "张三", 7, dec!(-1)),
        ];
        let mut people = People::default();
        people.add("甲", march(), &here);
        people.add("乙", march(), &there);
        people.add("乙", "2026-04".parse().unwrap(), &there);
        people.keep_shared();
        let found = people.elsewhere("甲", march(), mark(&here), "张三");
        let told: Vec<(&str, Option<i8>, Decimal, String)> =
            found.iter().map(|e| (e.case, e.day, e.days, e.place.to_string())).collect();
        let place = |row| format!("结算/2026-03/工时.xlsx 工作表“Sheet1”单元格 F{row}");
        assert_eq!(told, [("乙", Some(5), dec!(0.75), place(7)), ("乙", Some(6), dec!(0.333333), place(9))]);
        assert_eq!(people.elsewhere("乙", march(), mark(&there), "张三").len(), 1);
        assert!(people.elsewhere("甲", march(), mark(&here), "李四").is_empty());
        assert!(people.elsewhere("乙", march(), mark(&there), "王五").is_empty());
    }

    #[test]
    fn cases_of_one_name_are_told_apart_by_their_work() {
        let (here, there) = ([worked(2, "张三", 5, dec!(1))], [worked(2, "张三", 6, dec!(1))]);
        let mut people = People::default();
        people.add("星河示例", march(), &here);
        people.add("星河示例", march(), &there);
        people.keep_shared();
        assert_eq!(people.elsewhere("星河示例", march(), mark(&here), "张三").len(), 1);
        assert_eq!(people.elsewhere("星河示例", march(), mark(&there), "张三").len(), 1);
    }

    #[test]
    fn one_identity_however_it_is_typed() {
        let with = |person: &str, id: &str| {
            let mut entry = worked(2, person, 5, dec!(1));
            entry.person_id =
                (!id.is_empty()).then(|| Located::new(id.to_owned(), entry.person.origin.clone()));
            entry
        };
        let rows = [
            with("张三", ""),
            with("张　三", "１２3x"),
            with("李四", "1"),
            with("李四", "2"),
            with("李 四", ""),
        ];
        let who = Identities::of(&rows);
        let identities: Vec<Identity> = rows.iter().map(|row| who.identity(row)).collect();
        assert_eq!(identities[0], identities[1]);
        assert_eq!(identities[0].id.as_deref(), Some("123X"));
        // Of two persons of one name, nobody can say whose a row without a number is.
        assert_eq!(identities[4], Identity { name: "李四".into(), id: None });
        assert!(identities[2] != identities[3]);
    }

    #[test]
    fn identities() {
        assert_eq!(are_different(Some("１２3x"), Some("12 3X")), Some(false));
        assert_eq!(are_different(Some("1234"), Some("4321")), Some(true));
        assert_eq!(are_different(Some("1234"), None), None);
        assert_eq!(are_different(Some("工号 1"), Some("工号 1")), None);
        assert_eq!(micro_days(dec!(-1)), None);
        assert_eq!(micro_days(dec!(0.5)), Some(500_000));
        assert_eq!(micro_days(dec!(99999)), None);
    }
}
