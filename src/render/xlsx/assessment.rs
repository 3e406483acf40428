//! 附件2's 考核表: the form's four columns, and beside them what was recorded and the score that follows.
//!
//! May use: `view`, `cents`, `formats`, `layout`.

use rust_xlsxwriter::{DataValidation, DataValidationRule, Format, Formula, Worksheet};

use super::cents;
use super::formats;
use super::layout::{Cell, Content, MIN_ROW, Table, at, clean};
use super::{Paper, XlsxError, lock, new_workbook, set_up};
use crate::view::sheets::{AssessmentSheet, IndicatorRow};

/// Column widths in pixels: 178 mm of A4 are 672.
const WIDTHS: [u32; 7] = [104, 98, 40, 210, 118, 54, 48];

const POINTS: u16 = 2;
const RECORD: u16 = 5;
const SCORE: u16 = 6;

/// Writes the 考核表.
pub fn write_assessment(view: &AssessmentSheet) -> Result<Vec<u8>, XlsxError> {
    let mut workbook = new_workbook(&view.meta)?;
    fill(workbook.add_worksheet(), view)?;
    Ok(workbook.save_to_buffer()?)
}

/// Its name.
const NAME: &str = "考核表";

/// Where a 考核表's figures stand, for the formulas of other sheets.
pub(super) struct Record {
    /// The indicators' rows.
    pub(super) rows: Vec<u32>,
    total: u32,
    /// Decimals that its scores are kept to.
    pub(super) decimals: u32,
}

impl Record {
    /// 分值 in one of the rows.
    pub(super) fn points(&self, row: u32) -> String {
        format!("'{NAME}'!{}", at(POINTS, row))
    }

    /// What was recorded there.
    pub(super) fn record(&self, row: u32) -> String {
        format!("'{NAME}'!{}", at(RECORD, row))
    }

    /// The score there.
    pub(super) fn score(&self, row: u32) -> String {
        format!("'{NAME}'!{}", at(SCORE, row))
    }

    /// 最终得分.
    pub(super) fn total(&self) -> String {
        format!("'{NAME}'!{}", at(1, self.total))
    }
}

/// Fills a sheet of a workbook. A form to fill in is locked but for its records; a record of what was assessed
/// looks as it is printed.
pub(super) fn fill(sheet: &mut Worksheet, view: &AssessmentSheet) -> Result<Record, XlsxError> {
    set_up(sheet, NAME, Paper::Portrait, &view.meta)?;
    let mut table = Table::new(sheet, &WIDTHS)?;
    let to_fill = view.total.is_none();
    table.across(44, &view.title, &formats::title())?;
    table.across(28, &view.month, &open(to_fill, formats::text()))?;
    let heading = headings(&mut table, view)?;
    let mut rows = Vec::new();
    for indicator in &view.indicators {
        rows.push(table.row);
        indicator_row(&mut table, indicator, to_fill)?;
    }
    let decimals = cents::score_decimals(view.indicators.iter().filter_map(|indicator| indicator.score));
    let total = total(&mut table, view, heading + 1, decimals)?;
    if !view.note.is_empty() {
        let note = [
            Cell::text(0, 0, "说明", &formats::heading()),
            Cell::text(1, SCORE, &view.note, &formats::text()),
        ];
        table.row(MIN_ROW, &note)?;
    }
    let last = table.row.saturating_sub(1);
    table.sheet.set_freeze_panes(heading + 1, 0)?;
    table.sheet.set_repeat_rows(heading, heading)?;
    table.sheet.set_print_area(0, 0, last, SCORE)?;
    if to_fill {
        lock(table.sheet);
        table.sheet.set_selection(heading + 1, RECORD, heading + 1, RECORD)?;
    }
    Ok(Record { rows, total, decimals })
}

/// A cell to fill in, where there is something to fill in.
fn open(to_fill: bool, format: Format) -> Format {
    if to_fill { formats::input(format) } else { format }
}

/// The heading row; 考核记录 is over what is recorded and its value.
fn headings(table: &mut Table, view: &AssessmentSheet) -> Result<u32, XlsxError> {
    let columns = [(0, 0), (1, 1), (POINTS, POINTS), (3, 3), (4, RECORD), (SCORE, SCORE)];
    let cells: Vec<Cell> = columns
        .iter()
        .zip(&view.headings)
        .map(|(&(from, to), heading)| Cell::text(from, to, heading, &formats::heading()))
        .collect();
    table.row(MIN_ROW, &cells)
}

/// One indicator.
fn indicator_row(table: &mut Table, view: &IndicatorRow, to_fill: bool) -> Result<(), XlsxError> {
    let row = table.row;
    let (points, record) = (at(POINTS, row), at(RECORD, row));
    let score = match view.deduction {
        Some(deduction) => format!("MAX(0,{points}-{}*{record})", deduction.normalize()),
        None => record.clone(),
    };
    let name = [view.name.as_str(), &view.points_label].join("\n");
    let centred = formats::centred();
    table.row(
        MIN_ROW,
        &[
            Cell::text(0, 0, name.trim_end(), &centred),
            Cell::text(1, 1, &view.requirement, &formats::text()),
            Cell::new(POINTS, POINTS, Content::Number(view.points.normalize()), &centred),
            Cell::text(3, 3, &view.standard, &formats::text()),
            Cell::text(4, 4, &view.column, &centred),
            Cell::new(RECORD, RECORD, Content::number(view.record), &open(to_fill, centred.clone())),
            Cell::new(
                SCORE,
                SCORE,
                // Nothing recorded is no score, not a full one.
                Content::formula(format!("=IF({record}=\"\",\"\",{score})"), view.score),
                &centred,
            ),
        ],
    )?;
    table.sheet.add_data_validation(row, RECORD, row, RECORD, &validation(view, &points, &record)?)?;
    Ok(())
}

/// A score within its points, or a whole number of occurrences.
fn validation(view: &IndicatorRow, points: &str, record: &str) -> Result<DataValidation, XlsxError> {
    let column: String = clean(&view.column).replace('\n', " ").chars().take(60).collect();
    let (rule, message) = match view.deduction {
        Some(deduction) => (
            DataValidation::new().allow_whole_number(DataValidationRule::GreaterThanOrEqualTo(0)),
            format!("{column}：填写次数，不小于 0 的整数；每次扣 {} 分，扣完为止。", deduction.normalize()),
        ),
        None => (
            DataValidation::new().allow_custom(Formula::new(format!(
                "=AND(ISNUMBER({record}),{record}>=0,{record}<={points},ROUND({record},2)={record})"
            ))),
            format!("{column}：填写 0 至 {} 之间的得分，最多两位小数。", view.points.normalize()),
        ),
    };
    Ok(rule
        .set_input_title("填写考核记录")?
        .set_input_message(message.as_str())?
        .set_error_title("考核记录不符合要求")?
        .set_error_message(message)?)
}

/// 最终得分: blank until every record is there.
fn total(table: &mut Table, view: &AssessmentSheet, first: u32, decimals: u32) -> Result<u32, XlsxError> {
    let last = table.row.saturating_sub(1).max(first);
    let records = format!("{}:{}", at(RECORD, first), at(RECORD, last));
    let sum = format!("ROUND(SUM({}:{}),{decimals})", at(SCORE, first), at(SCORE, last));
    let count = view.indicators.len();
    let formula = format!("=IF(COUNT({records})<{count},\"\",{sum})");
    let cells = [
        Cell::text(0, 0, &view.total_label, &formats::heading()),
        Cell::new(1, SCORE, Content::formula(formula, view.total), &formats::heading()),
    ];
    table.row(40, &cells)
}

#[cfg(test)]
mod tests {
    use calamine::Data;
    use rust_decimal::dec;

    use super::super::testing;
    use super::*;

    #[test]
    fn a_blank_form_shows_no_score() {
        let bytes = write_assessment(&testing::assessment()).unwrap();
        testing::keep("附件2-考核表.xlsx", &bytes);
        let (values, formulas, _) = testing::read(&bytes);
        assert_eq!(values.get_value((4, 6)), Some(&Data::String(String::new())));
        assert_eq!(formulas.get_value((3, 6)).unwrap(), "IF(F4=\"\",\"\",F4)");
        assert_eq!(formulas.get_value((4, 6)).unwrap(), "IF(F5=\"\",\"\",MAX(0,C5-0.5*F5))");
        assert_eq!(formulas.get_value((8, 1)).unwrap(), "IF(COUNT(F4:F8)<5,\"\",ROUND(SUM(G4:G8),2))");
    }

    #[test]
    fn a_record_carries_its_scores() {
        let mut view = testing::assessment();
        for (indicator, (record, score)) in view.indicators.iter_mut().zip([
            (dec!(47.5), dec!(47.5)),
            (dec!(3), dec!(18.5)),
            (dec!(0), dec!(10)),
            (dec!(5), dec!(0)),
            (dec!(2), dec!(8)),
        ]) {
            (indicator.record, indicator.score) = (Some(record), Some(score));
        }
        view.total = Some(dec!(84));
        let (values, _, _) = testing::read(&write_assessment(&view).unwrap());
        assert_eq!(values.get_value((4, 5)), Some(&Data::Float(3.0)));
        assert_eq!(values.get_value((4, 6)), Some(&Data::Float(18.5)));
        assert_eq!(values.get_value((8, 1)), Some(&Data::Float(84.0)));
    }
}
