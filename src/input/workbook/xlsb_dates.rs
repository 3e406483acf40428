//! Which styles of an .xlsb show a date: calamine asks for the cells it reads, not for short records.
//!
//! May use: `cfb` for numbers, `grid`, `trouble`, and the records of `xlsb`.

use std::collections::HashSet;

use jiff::ToSpan;
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

use super::archive::Archive;
use super::cfb::{u16_at, u32_at};
use super::grid::Value;
use super::trouble::Trouble;
use super::xlsb::{records, wide_string};

const FORMAT: u32 = 44;
const CELL_STYLE: u32 = 47;
const WORKBOOK_PROPERTIES: u32 = 153;
const BEGIN_CELL_STYLES: u32 = 617;
const END_CELL_STYLES: u32 = 618;

/// By the index of a style, whether it shows a date.
#[derive(Debug, Default)]
pub struct DateStyles(Vec<bool>);

impl DateStyles {
    /// From the workbook's parts. In a workbook that counts from 1904 none is: its numbers stay numbers, which are told.
    pub fn of(archive: &Archive) -> Result<Self, Trouble> {
        let mut from_1904 = false;
        records(archive.part("xl/workbook.bin").unwrap_or_default(), |kind, data| {
            from_1904 |= kind == WORKBOOK_PROPERTIES && data.first().is_some_and(|flags| flags & 1 != 0);
        })?;
        let (mut own, mut styles, mut within) = (HashSet::new(), Vec::new(), false);
        records(archive.part("xl/styles.bin").unwrap_or_default(), |kind, data| match kind {
            FORMAT => {
                let text = wide_string(data.get(2..).unwrap_or_default());
                if let (Some(id), Some((text, _))) = (u16_at(data, 0), text)
                    && shows_a_date(&text)
                {
                    own.insert(id);
                }
            }
            BEGIN_CELL_STYLES => within = true,
            END_CELL_STYLES => within = false,
            CELL_STYLE if within => {
                let format = u16_at(data, 2).unwrap_or_default();
                let built_in = matches!(format, 14..=17 | 22 | 27..=31 | 36 | 50..=54 | 57 | 58);
                styles.push(!from_1904 && (built_in || own.contains(&format)));
            }
            _ => (),
        })?;
        Ok(Self(styles))
    }

    /// A short record's value: the number of a day as a date, where its style shows one.
    pub fn apply(&self, data: &[u8], value: Value) -> Value {
        let style = u32_at(data, 0).and_then(|flags| usize::try_from(flags & 0x00ff_ffff).ok());
        let is_date = style.and_then(|style| self.0.get(style)).copied().unwrap_or(false);
        match &value {
            Value::Number(number) if is_date => date(*number).map_or(value, Value::Date),
            _ => value,
        }
    }
}

/// Whether a number format has years or days in it, outside of quoted words and conditions.
fn shows_a_date(format: &str) -> bool {
    let (mut quoted, mut bracketed, mut escaped) = (false, false, false);
    format.chars().any(|c| {
        let plain = !quoted && !bracketed && !escaped;
        escaped = plain && matches!(c, '\\' | '_' | '*');
        match c {
            '"' if !bracketed => quoted = !quoted,
            '[' if !quoted => bracketed = true,
            ']' if !quoted => bracketed = false,
            _ => {}
        }
        plain && matches!(c, 'y' | 'Y' | 'd' | 'D')
    })
}

/// Days since the spreadsheets' day 0; from March 1900 on they agree with the calendar.
fn date(number: Decimal) -> Option<String> {
    let days = number.trunc().to_i64().filter(|days| (61..=2_958_465).contains(days))?;
    let date = jiff::civil::date(1899, 12, 30).checked_add(days.days()).ok()?;
    Some(date.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use rust_decimal::dec;

    #[test]
    fn formats_and_days() {
        for format in ["yyyy-mm-dd", "m/d/yy", "[$-804]yyyy\"年\"m\"月\"", "d\\-mmm", "YYYY/M/D"] {
            assert!(shows_a_date(format), "{format}");
        }
        for format in ["0.00", "General", "#,##0\"days\"", "[Red]0", "h:mm:ss", "@", "0\\d", "[$-804]0"] {
            assert!(!shows_a_date(format), "{format}");
        }
        assert_eq!(date(dec!(46086)).as_deref(), Some("2026-03-05"));
        assert_eq!(date(dec!(46086.354)).as_deref(), Some("2026-03-05"));
        assert_eq!((date(dec!(5)), date(dec!(-1)), date(dec!(9999999))), (None, None, None));
    }
}
