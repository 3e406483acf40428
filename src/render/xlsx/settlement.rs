//! One 结算单 as a workbook: 结算单, 考核表, 人天明细. From the days, the prices and the records everything follows
//! by formula.
//!
//! May use: `view`, `assessment`, `cents`, `form`, `formats`, `layout`, `people_sheet`.

use rust_decimal::Decimal;
use rust_xlsxwriter::{Format, Formula, Worksheet};

use super::assessment::{self, Record};
use super::cents;
use super::form::{self, LAST, figure, heading_row, label, label_rows, value};
use super::layout::{Cell, Content, MIN_ROW, Table, at, text_height};
use super::people_sheet::{self, People};
use super::settlement_form::seals;
use super::{Paper, XlsxError, formats, new_workbook, set_up};
use crate::view::settlement_sheet::{CorrectionTable, SettlementBook, Worded};

/// The columns of a table with five: 人天, 考核.
const COLUMNS: [(u16, u16); 5] = [(0, 1), (2, 3), (4, 4), (5, 5), (LAST, LAST)];

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
    Ok(workbook.save_to_buffer()?)
}

fn settlement(
    sheet: &mut Worksheet,
    view: &SettlementBook,
    people: &People,
    record: &Record,
    decimals: u32,
) -> Result<(), XlsxError> {
    let mut table = Table::new(sheet, &form::WIDTHS)?;
    let title = table.across(40, &view.title, &formats::title())?;
    table.across(22, &view.reference, &formats::line())?;
    if !view.correction.is_empty() {
        table.across(MIN_ROW, &view.correction, &formats::text().set_bold())?;
    }
    let [order, execution, assessed, settled, other] = &view.captions;
    table.across(28, order, &section())?;
    label_rows(&mut table, &view.head)?;
    let cap = cap(&mut table, view)?;
    let balances = table.row;
    skip_balances(&mut table, view)?;
    label_rows(&mut table, &view.order)?;

    table.across(30, execution, &section())?;
    table.across(22, &view.execution, &formats::line())?;
    let total = work(&mut table, view, people, decimals)?;

    table.across(30, assessed, &section())?;
    table.across(22, &view.assessed, &formats::line())?;
    let score = scores(&mut table, view, record)?;

    table.across(30, settled, &section())?;
    table.across(22, &view.rule, &formats::line())?;
    let change = due(&mut table, view, &total, &score)?;
    put_balances(&mut table, view, balances, &cap, &change)?;

    table.across(30, other, &section())?;
    table.across(MIN_ROW, &view.other, &formats::text())?;
    seals(&mut table, &view.seals)?;
    for note in &view.notes {
        table.across(20, note, &formats::line())?;
    }
    let last = table.row.saturating_sub(1);
    table.sheet.set_freeze_panes(title + 1, 0)?;
    table.sheet.set_print_area(0, 0, last, LAST)?;
    table.sheet.set_selection(0, 0, 0, 0)?;
    Ok(())
}

/// 一、 to 五、.
fn section() -> Format {
    formats::line().set_bold()
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

/// 人天 by 岗位 and 级别; gives back the cell of Σ 金额.
fn work(
    table: &mut Table,
    view: &SettlementBook,
    people: &People,
    decimals: u32,
) -> Result<String, XlsxError> {
    heading_row(table, &COLUMNS, &view.work.headings)?;
    let (first, centred) = (table.row, formats::centred());
    for line in &view.work.rows {
        let row = table.row;
        let days = people.days_of(&at(0, row), &at(2, row));
        let amount = format!("={}", cents::days_times_price(&at(4, row), decimals, &at(5, row)));
        let cells = [
            value(COLUMNS[0], &line.post),
            Cell::text(2, 3, &line.level, &centred),
            Cell::new(4, 4, Content::formula(days, Some(line.days)), &centred),
            Cell::new(5, 5, Content::Number(line.gross_price.decimal()), &formats::money()),
            figure(&amount, line.amount.decimal(), &formats::money()),
        ];
        table.row(MIN_ROW, &cells)?;
    }
    let last = table.row.saturating_sub(1).max(first);
    let range = |column: u16| format!("SUM({}:{})", at(column, first), at(column, last));
    let days = format!("=ROUND({},{decimals})", range(4));
    let heading = formats::heading();
    let cells = [
        label((0, 3), &view.work.total_label),
        Cell::new(4, 4, Content::formula(days, Some(view.work.days)), &heading),
        Cell::new(5, 5, Content::Blank, &heading),
        figure(&format!("={}", cents::sum(&range(LAST))), view.work.total.decimal(), &formats::money_total()),
    ];
    let row = table.row(MIN_ROW, &cells)?;
    Ok(at(LAST, row))
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
    let heading = formats::heading();
    let cells = [
        label((0, 4), &view.score_label),
        Cell::new(5, 5, Content::formula(sum, Some(lost)), &heading),
        Cell::new(
            LAST,
            LAST,
            Content::formula(format!("={}", record.total()), view.assessment.total),
            &heading,
        ),
    ];
    let row = table.row(MIN_ROW, &cells)?;
    if let Some(note) = &view.note {
        table.row(MIN_ROW, &[label((0, 1), &note.label), value((2, LAST), &note.value)])?;
    }
    Ok(at(LAST, row))
}

/// From Σ 金额 and the score to what is due; gives back the cell with what the balance grows by.
fn due(table: &mut Table, view: &SettlementBook, total: &str, score: &str) -> Result<String, XlsxError> {
    let due = &view.due;
    let [sum_label, score_label, deducted_label, rate_label] = &due.labels;
    let start = table.row;
    // Σ, 得分, 应支付, 考核扣款, 税率, 不含税, 税额: a row each.
    let [sum, points, gross, rate, net] = [0, 1, 2, 4, 5].map(|row| at(LAST, start + row));
    let decimals = cents::score_decimals([due.score].into_iter());
    let money = formats::money();
    let plain = money.clone().set_num_format("General");
    let fraction = due.parts.first().map(|part| part.rate.fraction().normalize()).unwrap_or_default();
    let percent =
        formats::percent(fraction.scale().saturating_sub(2)).set_align(rust_xlsxwriter::FormatAlign::Right);
    let [gross_due, net_due, tax_due] = &due.due;
    let single = |name: &str, cell: Cell| [label((0, 1), name), value((2, 5), ""), cell];
    let total_figure = figure(&format!("={total}"), view.work.total.decimal(), &money);
    table.row(MIN_ROW, &single(sum_label, total_figure))?;
    table.row(MIN_ROW, &single(score_label, figure(&format!("={score}"), due.score, &plain)))?;
    worded(table, view, gross_due, Some(cents::times_score(&sum, &points, decimals)))?;
    let deducted = format!("={}", cents::sum(&format!("{sum}-{gross}")));
    table.row(MIN_ROW, &single(deducted_label, figure(&deducted, due.deducted.decimal(), &money)))?;
    table.row(MIN_ROW, &single(rate_label, Cell::new(LAST, LAST, Content::Number(fraction), &percent)))?;
    worded(table, view, net_due, Some(cents::without_tax(&gross, &rate, fraction)))?;
    let tax = worded(table, view, tax_due, Some(cents::sum(&format!("{gross}-{net}"))))?;
    match &due.correction {
        Some(correction) => difference(table, view, correction, [gross, net, tax]),
        None => Ok(gross),
    }
}

/// What was issued, and the differences; gives back the cell of the first.
fn difference(
    table: &mut Table,
    view: &SettlementBook,
    correction: &CorrectionTable,
    now: [String; 3],
) -> Result<String, XlsxError> {
    let first = table.row;
    for before in &correction.before {
        worded(table, view, before, None)?;
    }
    let change = table.row;
    for ((row, now), change) in (first..).zip(now).zip(&correction.difference) {
        worded(table, view, change, Some(cents::sum(&format!("{now}-{}", at(LAST, row)))))?;
    }
    Ok(at(LAST, change))
}

/// An amount with its 大写, which is shown only as long as the amount is the one it was written for. Typed where
/// there is no formula. Gives back its cell.
fn worded(
    table: &mut Table,
    view: &SettlementBook,
    line: &Worded,
    formula: Option<String>,
) -> Result<String, XlsxError> {
    let cell = at(LAST, table.row);
    let money = formats::money_total();
    let amount = line.amount.decimal();
    let content = match formula {
        Some(formula) => Content::formula(format!("={formula}"), Some(amount)),
        None => Content::Number(amount),
    };
    let in_cents = (amount * Decimal::ONE_HUNDRED).normalize();
    let words =
        format!("=IF(ROUND({cell}*100,0)={in_cents},\"{}\",\"{}\")", line.words, view.due.stale_words);
    let words = Content::Formula(Formula::new(words).set_result(line.words.clone()));
    let width: u32 = form::WIDTHS[2..=5].iter().sum();
    let height = text_height(&line.words, width).max(MIN_ROW);
    let cells = [
        label((0, 1), &line.label),
        Cell::new(2, 5, words, &formats::text()),
        Cell::new(LAST, LAST, content, &money),
    ];
    table.row(height, &cells)?;
    Ok(cell)
}
