//! 工时 as suppliers send it: a workbook to the model's [`WorkEntry`]s.
//!
//! One row per person and day, or per person and month; one sheet, or one per order or person. 订单编号, 姓名, 岗位职责
//! and 级别 may stand above the table instead of in it (订单编号：DD-2026-001), where the whole sheet is of one.
//!
//! A blank cell that is not merged takes over the value above it only where the whole column is written so (see
//! [`monthly::is_grouped`]); 姓名 only if 岗位职责 and 级别 do not say otherwise, and those two only together with 姓名.
//!
//! May use: `monthly`, `table`, `dates`, `number`.

use super::above::{Above, goes_by};
use super::evaluate::Evaluator;
use super::grid::Workbook;
use super::table::{Column, RowKind, Table};
use super::worklog_sums::{Label, Labelled, Place, Sums, Verdict};
use super::{SheetSource, dates, heading, monthly, number, open, worklog_sums};
use crate::diagnostics::{CellRef, Located, Origin};
use crate::model::fault::{Fault, FaultKind};
use crate::model::month::Month;
use crate::model::month_sheets::{StatedTotal, WorkEntry};
use crate::model::quotation::CellNumber;

pub(super) const ORDER: usize = 0;
pub(super) const PERSON: usize = 1;
pub(super) const POST: usize = 2;
pub(super) const LEVEL: usize = 3;
pub(super) const DAYS: usize = 4;
pub(super) const DATE: usize = 5;
pub(super) const PERSON_ID: usize = 6;

/// Other headings of 订单编号.
pub(super) static ORDER_ALIASES: [&str; 9] = [
    "订单号",
    "订单",
    "委托订单",
    "委托订单编号",
    "委托订单号",
    "订单编码",
    "项目订单编号",
    "所属订单",
    "订单no",
];

/// The columns by all headings suppliers give them.
pub(super) static COLUMNS: [Column<'static>; 7] = [
    Column::required("订单编号", &ORDER_ALIASES),
    Column::required(
        "姓名",
        &[
            "员工姓名",
            "人员姓名",
            "服务人员",
            "服务人员姓名",
            "支撑人员",
            "支撑人员姓名",
            "人员",
            "员工",
            "人员名称",
            "投入人员",
            "外包人员",
            "外包人员姓名",
            "名字",
        ],
    ),
    Column::required(
        "岗位职责",
        &[
            "岗位",
            "岗位名称",
            "岗位类别",
            "服务岗位",
            "岗位/职责",
            "职责",
            "岗位类型",
            "人员岗位",
            "服务类别",
        ],
    ),
    Column::required("级别", &["等级", "岗位级别", "人员级别", "人员等级", "岗位等级", "职级", "服务级别"]),
    Column::required(
        "人天",
        &[
            "人天数",
            "工作量",
            "工作量人天",
            "工作量人天数",
            "出勤天数",
            "出勤人天",
            "出勤人天数",
            "投入人天",
            "投入人天数",
            "实际人天",
            "实际人天数",
            "实际投入人天",
            "实际工作量",
            "服务人天",
            "服务人天数",
            "服务天数",
            "工作天数",
            "工作人天",
            "结算人天",
            "结算人天数",
            "确认人天",
            "当月人天",
            "本月人天",
            "天数",
            "人日",
            "人日数",
            "人天合计",
            "合计人天",
            "总人天",
            "人天总计",
            "工时",
            "数量",
            "投入",
            "出勤",
        ],
    ),
    Column::optional(
        "日期",
        &["服务日期", "工作日期", "出勤日期", "考勤日期", "投入日期", "支撑日期", "工时日期", "日 期"],
    ),
    Column::optional(
        "证件号",
        &[
            "证件号码",
            "身份证",
            "身份证号",
            "身份证号码",
            "身份证后四位",
            "身份证号后四位",
            "身份证号码后四位",
            "证件号后四位",
            "证件后四位",
            "工号",
            "员工号",
            "员工编号",
            "员工工号",
            "人员编号",
        ],
    ),
];

/// Headings that say nothing of their unit: hours, or days?
const NEED_A_UNIT: [&str; 4] = ["工时", "数量", "投入", "出勤"];

/// A 工时 workbook as read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Worklog {
    /// Where its first table stands.
    pub origin: Origin,
    /// Its rows, sheet by sheet.
    pub entries: Vec<WorkEntry>,
    /// Its own totals.
    pub totals: Vec<StatedTotal>,
}

/// Reads a 工时 workbook of the folder of a month. What can't be read goes to `faults`; with `None` no table could be
/// read at all.
pub fn read_worklog(source: &SheetSource<'_>, month: Month, faults: &mut Vec<Fault>) -> Option<Worklog> {
    let workbook = open(source).map_err(|fault| faults.push(*fault)).ok()?;
    let above: Vec<Above> = workbook.sheets.iter().map(|sheet| Above::of(&workbook, sheet)).collect();
    let wanted: Vec<Vec<Column<'_>>> = above.iter().map(Above::wanted).collect();
    let tables = monthly::tables(&workbook, &wanted, "工时", faults);
    let mut evaluator = Evaluator::new(&workbook);
    let first = tables.first()?;
    let mut log = Worklog { origin: first.origin(), entries: Vec::new(), totals: Vec::new() };
    for table in &tables {
        if let Some(fault) = without_unit(&workbook, table) {
            faults.push(fault);
            continue;
        }
        let Some(above) = above.get(table.sheet_index()) else { continue };
        SheetReader::new(&workbook, table, above, month, &mut evaluator).read(&mut log, faults);
    }
    if log.entries.is_empty() && faults.is_empty() {
        let why = "工时表里只有表头，没有一行工时".to_owned();
        faults.push(Fault::new(FaultKind::Unreadable { why }, log.origin.clone()));
    }
    Some(log)
}

/// 工时 without a unit may be hours: eight times the money.
fn without_unit(workbook: &Workbook, table: &Table<'_>) -> Option<Fault> {
    let (place, shown) = table.heading(DAYS)?;
    let plain = heading::normalise(&shown);
    let beneath = table.sheet().cell(place.row.saturating_add(1), place.column);
    let unit =
        beneath.map(|cell| cell.value.shown()).filter(|text| heading::is_unit_only(text)).unwrap_or_default();
    let says = ["人天", "人日", "人/天", "天"].iter().any(|word| shown.contains(word) || unit.contains(word));
    (NEED_A_UNIT.contains(&plain.as_str()) && !says).then(|| {
        let kind = FaultKind::BadValue {
            what: "表头".into(),
            found: shown.trim().to_owned(),
            expected: format!("写明单位是人天，如“人天”或“{plain}（人天）”；按小时记的请先折算成人天"),
        };
        Fault::new(kind, workbook.origin(table.sheet(), place))
    })
}

/// What the row above said, for the rows in which it is left out.
#[derive(Clone, Debug, Default)]
struct Carried {
    order: Option<Located<String>>,
    person: Option<Located<String>>,
    person_id: Option<Located<String>>,
    post: Option<Located<String>>,
    level: Option<Located<String>>,
}

struct SheetReader<'r, 'a, 'e> {
    workbook: &'a Workbook,
    table: &'r Table<'a>,
    above: &'r Above,
    month: Month,
    evaluator: &'e mut Evaluator<'a>,
    grouped: [bool; 2],
    carried: Carried,
}

impl<'r, 'a, 'e> SheetReader<'r, 'a, 'e> {
    fn new(
        workbook: &'a Workbook,
        table: &'r Table<'a>,
        above: &'r Above,
        month: Month,
        evaluator: &'e mut Evaluator<'a>,
    ) -> Self {
        // What stands beneath a remark without 人天 is words, which may be merged.
        let rows = monthly::rows(table, DAYS..DAYS + 1).into_iter();
        let rows = rows.filter(|(row, beneath)| !beneath || monthly::has_figure(table, *row, DAYS));
        let is_sum = |row| worklog_sums::label(table, row).is_some_and(|label| label.place == Place::Name);
        let rows: Vec<Option<u32>> = rows.map(|(row, _)| (!is_sum(row)).then_some(row)).collect();
        let grouped = [ORDER, PERSON].map(|column| monthly::is_grouped(table, column, rows.iter().copied()));
        Self { workbook, table, above, month, evaluator, grouped, carried: Carried::default() }
    }

    fn read(mut self, log: &mut Worklog, faults: &mut Vec<Fault>) {
        let mut sums = Sums::new(log.entries.len());
        let mut beneath_another = false;
        for (row, beneath) in monthly::rows(self.table, DAYS..DAYS + 1) {
            // What was left out is not carried beyond a remark.
            if beneath && !beneath_another {
                self.carried = Carried::default();
            }
            beneath_another = beneath;
            let label = worklog_sums::label(self.table, row);
            let verdict = label.as_ref().map(|label| self.judge(row, label, &sums, log));
            match (verdict, &label) {
                (None | Some(Verdict::Data), _) => {
                    if self.is_remark_or_heading(row) || (beneath && self.is_words(row)) {
                        continue;
                    }
                    let entry = self.entry(row, faults);
                    let twice = sums.push(&log.entries, &entry, label.is_some());
                    if twice && entry.date.is_none() {
                        let why = "同一人、同一订单、同一岗位级别只留一种：各行，或一行“合计”";
                        faults.push(doubtful("这一行和上面写着“合计”的一行并存，人天", &entry.days, why));
                    }
                    log.entries.push(entry);
                }
                (Some(Verdict::Sum(group)), Some(label)) => {
                    self.carried = Carried::default();
                    let end = log.entries.len();
                    if let (Some(days), Some(group)) = (self.days(row), group)
                        && days.value != CellNumber::Empty
                    {
                        let subtotal = label.kind == RowKind::Subtotal;
                        log.totals.push(StatedTotal { days, subtotal, above: sums.above(end), group });
                    }
                    sums.end(label.kind, end);
                }
                (Some(Verdict::Doubtful(expected)), Some(label)) => {
                    if let Some(days) = self.days(row) {
                        faults.push(doubtful(&format!("“{}”这一行的人天", label.text), &days, &expected));
                    }
                }
                (Some(_), None) => {}
            }
        }
    }

    /// What a row is that calls itself a sum.
    fn judge(&mut self, row: u32, label: &Label, sums: &Sums, log: &Worklog) -> Verdict {
        let said = |column| monthly::text(self.table, row, column);
        let name = |text: Located<String>| {
            Some(text.value).filter(|text| !text.is_empty() && monthly::names_a_sum(text).is_none())
        };
        let own = [ORDER, PERSON, POST, LEVEL].map(|column| said(column).map(|text| name(text).is_some()));
        let named = [ORDER, PERSON, POST, LEVEL]
            .map(|column| said(column).or_else(|| self.above.said(column, row).cloned()).and_then(name));
        let place = self.table.place(row, DATE);
        let cell = place.and_then(|place| self.table.sheet().cells.get(&place));
        let dated = matches!(dates::read(cell, self.month), dates::Day::On(_));
        let days = monthly::has_figure(self.table, row, DAYS);
        let figure = self.days(row).and_then(|days| days.value.number());
        sums.judge(&Labelled { label, named, own, figure, days, dated }, &log.entries)
    }

    /// Whether a row beneath a remark is part of the remark: it has no 人天, and does not name somebody's work.
    fn is_words(&self, row: u32) -> bool {
        let named =
            [PERSON, POST, LEVEL].iter().all(|column| worklog_sums::own(self.table, row, *column).is_some());
        !named && !monthly::has_figure(self.table, row, DAYS)
    }

    /// A signature, or an order or a person on a row of its own, for the rows beneath.
    fn is_remark_or_heading(&mut self, row: u32) -> bool {
        if monthly::is_remark(self.table, row) {
            let first = self.table.sheet().row(row).next();
            let said = first.and_then(|(column, cell)| {
                let (name, value) = monthly::label(&cell.value.shown())?;
                let at = self.workbook.origin(self.table.sheet(), CellRef { row, column });
                (goes_by(ORDER, &heading::normalise(&name)) && !value.is_empty())
                    .then(|| Located::new(value, at))
            });
            if let Some(order) = said {
                self.carried = Carried { order: Some(order), ..Carried::default() };
                self.grouped[ORDER] = true;
            }
            return true;
        }
        let said = |column| monthly::text(self.table, row, column).filter(|text| !text.value.is_empty());
        let other =
            (ORDER..=PERSON_ID).filter(|column| *column > PERSON).any(|column| said(column).is_some());
        if other || self.table.has_own(row, DAYS) {
            return false;
        }
        match (said(ORDER), said(PERSON)) {
            (Some(order), None) => self.carried = Carried { order: Some(order), ..Carried::default() },
            (None, Some(person)) if self.grouped[PERSON] => {
                let order = self.carried.order.take();
                self.carried = Carried { order, person: Some(person), ..Carried::default() };
            }
            _ => return false,
        }
        true
    }

    fn days(&mut self, row: u32) -> Option<Located<CellNumber>> {
        let days = monthly::number(self.table, row, DAYS, self.evaluator)?;
        Some(days.map(|days| match days {
            CellNumber::Text(text) => in_days(&text).map_or(CellNumber::Text(text), CellNumber::Number),
            other => other,
        }))
    }

    fn entry(&mut self, row: u32, faults: &mut Vec<Fault>) -> WorkEntry {
        let said =
            |column| monthly::text(self.table, row, column).or_else(|| self.above.said(column, row).cloned());
        let blank = || Located::new(String::new(), self.table.origin());
        let [mut order, mut person, mut post, mut level] =
            [ORDER, PERSON, POST, LEVEL].map(|column| said(column).unwrap_or_else(blank));
        let mut person_id = self.person_id(row);
        let above = &self.carried;
        if order.value.is_empty() && self.grouped[ORDER] {
            take(&mut order, above.order.as_ref());
        }
        let agrees = |own: &Located<String>, above: &Option<Located<String>>| {
            own.value.is_empty() || above.as_ref().is_some_and(|above| above.value == own.value)
        };
        let continues = agrees(&post, &above.post) && agrees(&level, &above.level);
        let left_out = person.value.is_empty();
        if left_out && self.grouped[PERSON] && (continues || above.post.is_none()) {
            take(&mut person, above.person.as_ref());
        }
        let merged = !self.table.has_own(row, PERSON) && monthly::is_merged_down(self.table, row, PERSON);
        if !person.value.is_empty() && (left_out || merged) && above.person.as_ref() == Some(&person) {
            for (own, above) in [(&mut post, &above.post), (&mut level, &above.level)] {
                if own.value.is_empty() {
                    take(own, above.as_ref());
                }
            }
            person_id = person_id.or_else(|| above.person_id.clone());
        }
        let kept = |text: &Located<String>| Some(text.clone()).filter(|text| !text.value.is_empty());
        self.carried = Carried {
            order: kept(&order),
            person: kept(&person),
            person_id: person_id.clone(),
            post: kept(&post),
            level: kept(&level),
        };
        let (date, date_unclear) = self.date(row, faults);
        let days = self.days(row).unwrap_or_else(|| Located::new(CellNumber::Empty, self.table.origin()));
        WorkEntry { order, person, person_id, post, level, date, date_unclear, days }
    }

    /// 证件号. A supplier's own numbers say so, lest they be taken for another supplier's.
    fn person_id(&self, row: u32) -> Option<Located<String>> {
        let id = monthly::text(self.table, row, PERSON_ID).filter(|id| !id.value.is_empty())?;
        let (_, heading) = self.table.heading(PERSON_ID)?;
        let own_number = heading.contains("工号") || heading.contains("员工") || heading.contains("人员");
        Some(if own_number { id.map(|id| format!("工号 {id}")) } else { id })
    }

    fn date(&self, row: u32, faults: &mut Vec<Fault>) -> (Option<Located<jiff::civil::Date>>, bool) {
        let (Some(place), Some(origin)) = (self.table.place(row, DATE), self.table.cell_origin(row, DATE))
        else {
            return (None, false);
        };
        let cell = self.table.sheet().cells.get(&place);
        match dates::read(cell, self.month) {
            dates::Day::WholeMonth => (None, false),
            dates::Day::On(date) => (Some(Located::new(date, origin)), false),
            dates::Day::Unclear(expected) => {
                let found = cell.map(|cell| cell.value.shown().trim().to_owned()).unwrap_or_default();
                let kind = FaultKind::BadValue { what: "日期".into(), found, expected };
                let fault = Fault::new(kind, origin);
                if faults.last() != Some(&fault) {
                    faults.push(fault);
                }
                (None, true)
            }
        }
    }
}

/// A row of which nobody can tell whether it is work.
fn doubtful(what: &str, days: &Located<CellNumber>, expected: &str) -> Fault {
    let found = match &days.value {
        CellNumber::Text(text) => text.clone(),
        other => other.number().map_or_else(String::new, |days| days.normalize().to_string()),
    };
    let kind = FaultKind::BadValue { what: what.to_owned(), found, expected: expected.to_owned() };
    Fault::new(kind, days.origin.clone())
}

fn take(own: &mut Located<String>, above: Option<&Located<String>>) {
    if let Some(above) = above {
        *own = above.clone();
    }
}

/// `0.5天`, `1个工作日`: the unit that every 人天 has.
fn in_days(text: &str) -> Option<rust_decimal::Decimal> {
    const UNITS: [&str; 7] = ["个工作日", "工作日", "个人天", "个工日", "工日", "天", "日"];
    let folded = number::fold(text);
    let plain = folded.trim();
    UNITS.iter().find_map(|unit| plain.strip_suffix(unit)).and_then(|rest| number::from_text(rest.trim_end()))
}
