//! One 结算单 as a workbook: 结算单, 考核表, 人天明细. From the days, the prices and the records everything follows
//! by formula.
//!
//! May use: `view`, `assessment`, `cents`, `form`, `formats`, `layout`, `pages`, `people_sheet`, `settlement_due`.

use rust_decimal::Decimal;
use rust_xlsxwriter::{Format, Worksheet};

use super::assessment::{self, Record};
use super::cents;
use super::form::{self, LAST, figure, heading_row, label, label_rows, value};
use super::layout::{Cell, Content, MIN_ROW, Table, at};
use super::pages::Sections;
use super::people_sheet::{self, People};
use super::settlement_due::{self, Worked};
use super::settlement_form::seals;
use super::{Paper, XlsxError, formats, lock_final, new_workbook, set_up};
use crate::view::settlement_sheet::{CapBasis, SettlementBook};
use crate::view::sheets::TaxRate;

/// The columns of a table with five: 人天, 考核.
const COLUMNS: [(u16, u16); 5] = [(0, 1), (2, 3), (4, 4), (5, 5), (LAST, LAST)];

/// Column widths where 服务日期 and 税率 have columns of their own: as the form's, but for the edge within the first two.
const SPLIT_WIDTHS: [u32; 7] = [96, 44, 104, 96, 104, 84, 140];

/// The columns of 人天 then.
const SPLIT: [(u16, u16); 7] = [(0, 0), (1, 1), (PERIOD, PERIOD), (RATE, RATE), (4, 4), (5, 5), (LAST, LAST)];

const PERIOD: u16 = 2;
const RATE: u16 = 3;

/// Writes a 结算单.
pub fn write_settlement(view: &SettlementBook) -> Result<Vec<u8>, XlsxError> {
    let mut workbook = new_workbook(&view.meta)?;
    // In the order of their tabs; filled from the back, because the first draws on the others.
    for _ in 0..3 {
        workbook.add_worksheet();
    }
    let decimals = cents::day_decimals(view.people.rows.iter().map(|person| person.days));
    let people = people_sheet::write(workbook.worksheet_from_index(2)?, view, decimals)?;
    let record = assessment::fill(workbook.worksheet_from_index(1)?, &view.assessment)?;
    let sheet = workbook.worksheet_from_index(0)?;
    set_up(sheet, "结算单", Paper::Portrait, &view.meta)?;
    settlement(sheet, view, &people, &record, decimals)?;
    for sheet in workbook.worksheets_mut() {
        lock_final(sheet, &view.meta);
    }
    Ok(workbook.save_to_buffer()?)
}

fn settlement(
    sheet: &mut Worksheet,
    view: &SettlementBook,
    people: &People,
    record: &Record,
    decimals: u32,
) -> Result<(), XlsxError> {
    let mut table = Table::new(sheet, if view.work.split { &SPLIT_WIDTHS } else { &form::WIDTHS })?;
    let title = table.across(40, &view.title, &formats::title())?;
    table.across(22, &view.reference, &formats::line())?;
    if !view.correction.is_empty() {
        table.across(MIN_ROW, &view.correction, &formats::strong(formats::text()))?;
    }
    let [order, execution, assessed, settled, other] = &view.captions;
    let mut sections = Sections::default();
    table.across(28, order, &section())?;
    label_rows(&mut table, &view.head)?;
    let cap = cap(&mut table, view)?;
    let balances = table.row;
    skip_balances(&mut table, view)?;
    label_rows(&mut table, &view.order)?;

    sections.begin(&table);
    table.across(30, execution, &section())?;
    table.across(22, &view.execution, &formats::line())?;
    let work = work(&mut table, view, people, decimals)?;

    sections.begin(&table);
    table.across(30, assessed, &section())?;
    table.across(22, &view.assessed, &formats::line())?;
    let score = scores(&mut table, view, record)?;

    sections.begin(&table);
    table.across(30, settled, &section())?;
    table.across(22, &view.rule, &formats::line())?;
    let due = settlement_due::write(&mut table, &view.due, &work.worked(view), &score)?;
    put_rates(&mut table, view, &work, &due.rates)?;
    let [gross, net] = &due.change;
    let change = match view.balances.basis {
        CapBasis::Gross => gross,
        CapBasis::Net => net,
    };
    put_balances(&mut table, view, balances, &cap, change)?;

    table.across(30, other, &section())?;
    table.across(MIN_ROW, &view.other, &formats::text())?;
    seals(&mut table, &view.seals)?;
    for note in &view.notes {
        table.across(20, note, &formats::line())?;
    }
    sections.set_breaks(&mut table)?;
    let last = table.row.saturating_sub(1);
    table.sheet.set_freeze_panes(title + 1, 0)?;
    table.sheet.set_print_area(0, 0, last, LAST)?;
    table.sheet.set_selection(0, 0, 0, 0)?;
    Ok(())
}

/// 一、 to 五、.
fn section() -> Format {
    formats::caption()
}

/// 框架协议金额上限; gives back its cell.
fn cap(table: &mut Table, view: &SettlementBook) -> Result<String, XlsxError> {
    let amount = Content::number(view.cap.amount.map(|cap| cap.decimal()));
    let cells = [
        label((0, 1), &view.cap.label),
        Cell::new(2, 3, amount, &formats::money()),
        value((4, LAST), &view.cap.words),
    ];
    let row = table.row(MIN_ROW, &cells)?;
    Ok(at(2, row))
}

/// The columns of the balances beside their label.
const BALANCES: [(u16, u16); 3] = [(2, 3), (4, 5), (LAST, LAST)];

/// Room for the balances: what they follow from stands further down.
fn skip_balances(table: &mut Table, view: &SettlementBook) -> Result<(), XlsxError> {
    let first = table.row;
    let headings = BALANCES.iter().zip(&view.balances.headings);
    let headings: Vec<Cell> = headings.map(|(&span, text)| label(span, text)).collect();
    table.row(MIN_ROW, &headings)?;
    for when in &view.balances.when {
        table.row(MIN_ROW, &[label(BALANCES[0], when)])?;
    }
    table.put(first, table.row - 1, &label((0, 1), &view.balances.label))
}

/// Writes the balances that started at row `first`. `change` is what comes on top of the first.
fn put_balances(
    table: &mut Table,
    view: &SettlementBook,
    first: u32,
    cap: &str,
    change: &str,
) -> Result<(), XlsxError> {
    let balances = &view.balances;
    let ceiling = view.cap.amount;
    let [settled, left] = [4, LAST];
    let (before, after) = (first + 1, first + 2);
    let opening = Content::Number(balances.opening.decimal());
    table.put(before, before, &Cell::new(settled, settled + 1, opening, &formats::money()))?;
    let closing = format!("={}", cents::sum(&format!("{}+{change}", at(settled, before))));
    let closing = Content::formula(closing, Some(balances.closing.decimal()));
    table.put(after, after, &Cell::new(settled, settled + 1, closing, &formats::money()))?;
    for (row, amount) in [(before, balances.opening), (after, balances.closing)] {
        let difference = cents::sum(&format!("{cap}-{}", at(settled, row)));
        let formula = format!("=IF({cap}=\"\",\"\",{difference})");
        let result = ceiling.map(|ceiling| (ceiling - amount).decimal());
        let cell = Cell::new(left, left, Content::formula(formula, result), &formats::money());
        table.put(row, row, &cell)?;
    }
    Ok(())
}

/// Where 人天 by 岗位 and 级别 stand.
struct Work {
    /// Its lines' first and last row.
    rows: (u32, u32),
    /// The cell of Σ 金额.
    total: String,
}

impl Work {
    /// What 四 draws on.
    fn worked(&self, view: &SettlementBook) -> Worked {
        let (first, last) = self.rows;
        let range = |column: u16| format!("{}:{}", at(column, first), at(column, last));
        Worked {
            total: self.total.clone(),
            total_figure: view.work.total.decimal(),
            ranges: view.work.split.then(|| [range(RATE), range(LAST)]),
        }
    }
}

/// The columns of 人天 by 岗位 and 级别.
fn work_columns(split: bool) -> &'static [(u16, u16)] {
    if split { &SPLIT } else { &COLUMNS }
}

/// 人天 by 岗位 and 级别, and by the days of each price where it changed within the month.
fn work(table: &mut Table, view: &SettlementBook, people: &People, decimals: u32) -> Result<Work, XlsxError> {
    let split = view.work.split;
    let columns = work_columns(split);
    heading_row(table, columns, &view.work.headings)?;
    let (first, centred) = (table.row, formats::centred());
    for line in &view.work.rows {
        let row = table.row;
        let level = if split { SPLIT[1] } else { COLUMNS[1] };
        let days = people.days_of(&at(0, row), &at(level.0, row), line.columns);
        let amount = format!("={}", cents::days_times_price(&at(4, row), decimals, &at(5, row)));
        let mut cells = vec![
            value(if split { SPLIT[0] } else { COLUMNS[0] }, &line.post),
            Cell::text(level.0, level.1, &line.level, &centred),
        ];
        if split {
            cells.push(Cell::text(PERIOD, PERIOD, &line.period, &centred));
        }
        cells.extend([
            Cell::new(4, 4, Content::formula(days, Some(line.days)), &centred),
            Cell::new(5, 5, Content::Number(line.gross_price.decimal()), &formats::money()),
            figure(&amount, line.amount.decimal(), &formats::money()),
        ]);
        table.row(MIN_ROW, &cells)?;
    }
    let last = table.row.saturating_sub(1).max(first);
    let range = |column: u16| format!("SUM({}:{})", at(column, first), at(column, last));
    let days = format!("=ROUND({},{decimals})", range(4));
    let look = formats::heading();
    let cells = [
        Cell::text(0, 3, &view.work.total_label, &look),
        Cell::new(4, 4, Content::formula(days, Some(view.work.days)), &look),
        Cell::new(5, 5, Content::Blank, &look),
        figure(&format!("={}", cents::sum(&range(LAST))), view.work.total.decimal(), &formats::money_total()),
    ];
    let row = table.row(MIN_ROW, &cells)?;
    Ok(Work { rows: (first, last), total: at(LAST, row) })
}

/// 税率 of each line: that of the part of what is due which it goes into, so that the two cannot differ; typed where
/// there is only one.
fn put_rates(
    table: &mut Table,
    view: &SettlementBook,
    work: &Work,
    rates: &[(TaxRate, String)],
) -> Result<(), XlsxError> {
    if !view.work.split {
        return Ok(());
    }
    for (row, line) in (work.rows.0..).zip(&view.work.rows) {
        let fraction = line.rate.fraction().normalize();
        let content = match rates.iter().find(|(rate, _)| *rate == line.rate) {
            Some((_, cell)) => Content::formula(format!("={cell}"), Some(fraction)),
            None => Content::Number(fraction),
        };
        let percent = formats::percent(fraction.scale().saturating_sub(2));
        table.put(row, row, &Cell::new(RATE, RATE, content, &percent))?;
    }
    Ok(())
}

/// What 考核表 says, line by line; gives back the cell of the score.
fn scores(table: &mut Table, view: &SettlementBook, record: &Record) -> Result<String, XlsxError> {
    heading_row(table, &COLUMNS, &view.score_headings)?;
    let (first, centred) = (table.row, formats::centred());
    for (indicator, &row) in view.assessment.indicators.iter().zip(&record.rows) {
        let [points, noted, score] = [record.points(row), record.record(row), record.score(row)];
        let lost = indicator.score.map(|score| indicator.points - score);
        let cells = [
            value(COLUMNS[0], &indicator.name),
            value(COLUMNS[1], &indicator.column),
            Cell::new(4, 4, Content::formula(format!("={noted}"), indicator.record), &centred),
            Cell::new(
                5,
                5,
                Content::formula(format!("=ROUND({points}-{score},{})", record.decimals), lost),
                &centred,
            ),
            Cell::new(LAST, LAST, Content::formula(format!("={score}"), indicator.score), &centred),
        ];
        table.row(MIN_ROW, &cells)?;
    }
    let lost: Decimal =
        view.assessment.indicators.iter().filter_map(|i| i.score.map(|score| i.points - score)).sum();
    let sum =
        format!("=ROUND(SUM({}:{}),{})", at(5, first), at(5, table.row.saturating_sub(1)), record.decimals);
    let look = formats::heading();
    let cells = [
        Cell::text(0, 4, &view.score_label, &look),
        Cell::new(5, 5, Content::formula(sum, Some(lost)), &look),
        Cell::new(LAST, LAST, Content::formula(format!("={}", record.total()), view.assessment.total), &look),
    ];
    let row = table.row(MIN_ROW, &cells)?;
    if let Some(note) = &view.note {
        table.row(MIN_ROW, &[label((0, 1), &note.label), value((2, LAST), &note.value)])?;
    }
    Ok(at(LAST, row))
}
