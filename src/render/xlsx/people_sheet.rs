//! 人天明细 behind a 结算单: a line per person, a column per day where the sheet names days.
//!
//! May use: `view`, `formats`, `layout`.

use rust_decimal::Decimal;
use rust_xlsxwriter::{Color, Format, Worksheet};

use super::formats;
use super::layout::{Cell, Content, MIN_ROW, Table, at};
use super::{Paper, XlsxError, set_up};
use crate::view::settlement_people::DayHead;
use crate::view::settlement_sheet::{DayColumns, PeopleSheet, PersonLine, SettlementBook};

/// Its name.
pub(super) const NAME: &str = "人天明细";

/// Saturdays and Sundays.
const WEEKEND: Color = Color::RGB(0x00E7_E6E6);

const POST: u16 = 2;
const LEVEL: u16 = 3;
/// The first column after 级别.
const DAYS: u16 = 4;

/// Where its figures stand, for the formulas of other sheets.
pub(super) struct People {
    first: u32,
    last: u32,
    total: u16,
    undated: bool,
    decimals: u32,
}

impl People {
    /// Σ 人天 of the 岗位 and 级别 in two cells of another sheet, of all days or of some. No SUMIFS: that would take *
    /// and ? in a name for wildcards.
    pub(super) fn days_of(&self, post: &str, level: &str, columns: DayColumns) -> String {
        let range = |from: u16, to: u16| {
            let [from, to] = [from, to].map(rust_xlsxwriter::utility::column_number_to_name);
            format!("'{NAME}'!${from}${}:${to}${}", self.first + 1, self.last + 1)
        };
        let sum = |from: u16, to: u16| {
            format!(
                "SUMPRODUCT(({}={post})*({}={level})*{})",
                range(POST, POST),
                range(LEVEL, LEVEL),
                range(from, to)
            )
        };
        let day = |day: i8| DAYS + u16::try_from(day - 1).unwrap_or_default();
        let sum = match columns {
            DayColumns::All => sum(self.total, self.total),
            DayColumns::Days { from, to, undated } if undated && self.undated => {
                let beside = self.total - 1;
                format!("{}+{}", sum(day(from), day(to)), sum(beside, beside))
            }
            DayColumns::Days { from, to, .. } => sum(day(from), day(to)),
        };
        format!("=ROUND({sum},{})", self.decimals)
    }
}

/// Fills the sheet.
pub(super) fn write(
    sheet: &mut Worksheet,
    book: &SettlementBook,
    decimals: u32,
) -> Result<People, XlsxError> {
    let view = &book.people;
    let paper = if view.calendar.is_empty() { Paper::Portrait } else { Paper::Landscape };
    set_up(sheet, NAME, paper, &book.meta)?;
    let widths = widths(view);
    let mut table = Table::new(sheet, &widths)?;
    let total = table.last_column();
    table.across(36, &view.title, &formats::title())?;
    table.across(24, &book.reference, &formats::line())?;
    let heading = headings(&mut table, view)?;
    let first = table.row;
    for (number, person) in (1_u32..).zip(&view.rows) {
        person_row(&mut table, view, number, person, decimals)?;
    }
    let last = table.row.saturating_sub(1).max(first);
    let sum = format!("=ROUND(SUM({}:{}),{decimals})", at(total, first), at(total, last));
    let cells = [
        Cell::text(0, total - 1, &view.total_label, &formats::heading()),
        Cell::new(total, total, Content::formula(sum, Some(view.days)), &formats::heading()),
    ];
    let end = table.row(MIN_ROW, &cells)?;
    // Who and where stay in sight beside the days.
    let beside = if view.calendar.is_empty() { 0 } else { DAYS };
    table.sheet.set_freeze_panes(first, beside)?;
    table.sheet.set_repeat_rows(heading, first - 1)?;
    table.sheet.set_print_area(0, 0, end, total)?;
    Ok(People { first, last, total, undated: view.undated, decimals })
}

/// Column widths in pixels: 672 upright, 1,020 on its side.
fn widths(view: &PeopleSheet) -> Vec<u32> {
    if view.calendar.is_empty() {
        return vec![56, 180, 220, 96, 120];
    }
    let mut widths = vec![40, 76, 104, 44];
    widths.extend(view.calendar.iter().map(|_| 30));
    if view.undated {
        widths.push(60);
    }
    widths.push(60);
    widths
}

/// One heading row, or two with the days and their weekdays; gives back the first.
fn headings(table: &mut Table, view: &PeopleSheet) -> Result<u32, XlsxError> {
    let [number, name, post, level, undated, sum] = &view.headings;
    let last = table.last_column();
    let (first, format) = (table.row, formats::heading());
    let side = |(column, text): (u16, &String)| Cell::text(column, column, text, &format);
    let mut sides: Vec<Cell> = (0..).zip([number, name, post, level]).map(side).collect();
    if view.undated {
        sides.push(side((last - 1, undated)));
    }
    sides.push(side((last, sum)));
    if view.calendar.is_empty() {
        return table.row(MIN_ROW, &sides);
    }
    let texts: [fn(&DayHead) -> &str; 2] = [|day| &day.day, |day| &day.weekday];
    for text in texts {
        let days = (DAYS..).zip(&view.calendar);
        let cells: Vec<Cell> = days
            .map(|(column, day)| Cell::text(column, column, text(day), &shaded(format.clone(), day.weekend)))
            .collect();
        table.row(20, &cells)?;
    }
    for cell in &sides {
        table.put(first, first + 1, cell)?;
    }
    Ok(first)
}

fn shaded(format: Format, weekend: bool) -> Format {
    if weekend { format.set_background_color(WEEKEND) } else { format }
}

/// One person; the sum is a formula where there are days to add up.
fn person_row(
    table: &mut Table,
    view: &PeopleSheet,
    number: u32,
    person: &PersonLine,
    decimals: u32,
) -> Result<(), XlsxError> {
    let (row, last, centred) = (table.row, table.last_column(), formats::centred());
    let mut cells = vec![
        Cell::new(0, 0, Content::Number(Decimal::from(number)), &centred),
        Cell::text(1, 1, &person.person, &centred),
        Cell::text(POST, POST, &person.post, &centred),
        Cell::text(LEVEL, LEVEL, &person.level, &centred),
    ];
    if view.calendar.is_empty() {
        cells.push(Cell::new(last, last, Content::Number(person.days.normalize()), &centred));
    } else {
        let days = (DAYS..).zip(view.calendar.iter().zip(&person.by_day));
        let small = centred.clone().set_font_size(9);
        cells.extend(days.map(|(column, (day, days))| {
            let number = days.filter(|days| !days.is_zero()).map(|days| days.normalize());
            Cell::new(column, column, Content::number(number), &shaded(small.clone(), day.weekend))
        }));
        if view.undated {
            let undated = person.undated.map(|days| days.normalize());
            cells.push(Cell::new(last - 1, last - 1, Content::number(undated), &centred));
        }
        let sum = format!("=ROUND(SUM({}:{}),{decimals})", at(DAYS, row), at(last - 1, row));
        cells.push(Cell::new(last, last, Content::formula(sum, Some(person.days)), &centred));
    }
    table.row(MIN_ROW, &cells)?;
    Ok(())
}
