//! A cell's number as its sheet shows it: `1,102,506.00`, `6%`, `2026-03-05`.
//!
//! May use: `sheet_cells`, `input::workbook` for the number that a spreadsheet means.

use jiff::ToSpan;
use jiff::civil::{Date, date};
use rust_decimal::{Decimal, RoundingStrategy};

use crate::input::workbook::from_float;
use crate::verify::read::sheet_cells::{BookCell, CellValue};

/// What a reader sees in the cell; the very digits of the file where its format would hide some of them or is not known.
pub fn shown(cell: &BookCell) -> String {
    let plain = cell.value.shown();
    let (CellValue::Number(digits), Some(format)) = (&cell.value, &cell.format) else { return plain };
    formatted(digits, format).unwrap_or(plain)
}

fn formatted(digits: &str, format: &str) -> Option<String> {
    let number = digits.parse().ok().and_then(from_float)?;
    let marks = marks(format);
    if is_date(&marks) {
        return day(number).map(|day| day.to_string());
    }
    let is_plain = marks.chars().all(|c| "#,0.%?_-() ¥￥元+*".contains(c)) && marks.contains('0');
    let number = if marks.contains('%') { number.checked_mul(Decimal::ONE_HUNDRED)? } else { number };
    let places = marks
        .split_once('.')
        .map_or(0, |(_, after)| after.chars().take_while(|c| "0#?".contains(*c)).count());
    let places = u32::try_from(places).ok().filter(|places| *places <= 12)?;
    let rounded = number.round_dp_with_strategy(places, RoundingStrategy::MidpointAwayFromZero);
    if !is_plain || rounded != number {
        return None;
    }
    let text = format!("{:.*}", usize::try_from(places).ok()?, rounded.abs());
    let text = if marks.contains(',') { grouped(&text) } else { text };
    let sign = if rounded.is_sign_negative() && !rounded.is_zero() { "-" } else { "" };
    let percent = if marks.contains('%') { "%" } else { "" };
    Some(format!("{sign}{text}{percent}"))
}

/// The format of a positive number, without its words in quotes, colours and escapes.
fn marks(format: &str) -> String {
    let (mut marks, mut until) = (String::new(), None);
    let mut chars = format.chars();
    while let Some(c) = chars.next() {
        match (until, c) {
            (Some(end), c) if c == end => until = None,
            (Some(_), _) => {}
            (None, '"') => until = Some('"'),
            (None, '[') => until = Some(']'),
            // `_` leaves the room of the next character, `*` fills with it.
            (None, '\\' | '_' | '*') => drop(chars.next()),
            (None, ';') => break,
            (None, c) => marks.push(c),
        }
    }
    marks
}

fn is_date(marks: &str) -> bool {
    let marks = marks.to_lowercase();
    marks.contains('y') && marks.contains('d') && !marks.contains('h')
}

/// Excel counts days from the last of 1899; before March 1900 it counts one that never was.
fn day(number: Decimal) -> Option<Date> {
    use rust_decimal::prelude::ToPrimitive;
    let days = number.to_i64().filter(|days| number.fract().is_zero() && (61..=200_000).contains(days))?;
    date(1899, 12, 30).checked_add(days.days()).ok()
}

/// With a comma after every third digit.
fn grouped(text: &str) -> String {
    let (whole, fraction) = text.split_once('.').map_or((text, None), |(whole, rest)| (whole, Some(rest)));
    let mut shown = String::new();
    for (index, digit) in whole.chars().enumerate() {
        if index > 0 && (whole.len() - index).is_multiple_of(3) {
            shown.push(',');
        }
        shown.push(digit);
    }
    fraction.map_or(shown.clone(), |fraction| format!("{shown}.{fraction}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_shown_as_their_sheet_shows_them() {
        for (digits, format, seen) in [
            ("1102506", "#,##0.00", "1,102,506.00"),
            ("832.08000000000004", "0.00", "832.08"),
            ("0.06", "0%", "6%"),
            ("0.035", "0.0%", "3.5%"),
            ("-1234.5", "#,##0.00_);[Red]\\(#,##0.00\\)", "-1,234.50"),
            ("882", "#,##0.00\"元\"", "882.00"),
            // 2026-03-05 is day 46086: 46023 is the first of January, and 31 + 28 + 4 days follow.
            ("46086", "yyyy\\-mm\\-dd", "2026-03-05"),
            ("46086", "yyyy\"年\"m\"月\"d\"日\"", "2026-03-05"),
            // What the format would hide is shown.
            ("832.081", "0.00", "832.081"),
            ("0.065", "0%", "0.065"),
            ("5", "General", "5"),
            ("0.5", "h:mm", "0.5"),
        ] {
            let value = CellValue::Number(digits.to_owned());
            let cell = BookCell { value, format: Some(format.to_owned()), ..BookCell::default() };
            assert_eq!(shown(&cell), seen, "{digits} {format}");
        }
    }
}
