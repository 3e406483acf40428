//! .xlsb: calamine streams values and formulas. What it passes over is read here from the records (MS-XLSB): merged
//! and hidden cells, formulas that give an error, and the short records, which leave out the column because it is
//! the next one (SheetJS writes them).
//!
//! May use: `archive`, `builder`, `cfb` for numbers, `grid`, `xlsx` for what the two formats share.

use std::io::Cursor;

use calamine::{Reader as _, SheetType, Xlsb};
use rust_decimal::Decimal;

use super::archive::Archive;
use super::builder::{self, Budget, SheetBuilder, UNKNOWN_FORMULA};
use super::cfb::u32_at;
use super::grid::{Layout, Sheet, Value};
use super::trouble::Trouble;
use super::xlsb_dates::DateStyles;
use super::{address, number, xlsx};
use crate::diagnostics::CellRef;

const ROW: u32 = 0;
const FORMULA_STRING: u32 = 8;
const FORMULA_ERROR: u32 = 11;
const SHORT_BLANK: u32 = 12;
const SHORT_RK: u32 = 13;
const SHORT_ERROR: u32 = 14;
const SHORT_BOOL: u32 = 15;
const SHORT_REAL: u32 = 16;
const SHORT_STRING: u32 = 17;
const SHORT_SHARED_STRING: u32 = 18;
const SHARED_STRING_ITEM: u32 = 19;
const COLUMN_INFO: u32 = 60;
const BUNDLE_SHEET: u32 = 156;
const MERGE_CELL: u32 = 176;

/// Reads all worksheets.
pub fn read(bytes: &[u8], archive: &Archive) -> Result<Vec<Sheet>, Trouble> {
    let mut parts = sheet_parts(archive)?;
    let mut strings = Vec::new();
    if let Some(part) = archive.part("xl/sharedStrings.bin") {
        records(part, |kind, data| {
            if kind == SHARED_STRING_ITEM {
                strings.push(
                    wide_string(data.get(1..).unwrap_or_default()).map(|(text, _)| text).unwrap_or_default(),
                );
            }
        })?;
    }
    // Styles are looked at before calamine reads them: it makes room for what a record says it holds.
    let dates = DateStyles::of(archive)?;
    let mut workbook =
        Xlsb::new(Cursor::new(bytes)).map_err(|_| Trouble::unreadable("不是有效的 xlsb 文件"))?;
    let (mut sheets, mut budget) = (Vec::new(), Budget::default());
    for meta in workbook.sheets_metadata().to_vec() {
        if meta.typ != SheetType::WorkSheet {
            continue;
        }
        let broken = |_| Trouble::unreadable(format!("工作表“{}”的内容损坏", meta.name));
        let Some(index) = parts.iter().position(|(name, _)| *name == meta.name) else {
            return Err(Trouble::unreadable(format!("工作表“{}”的内容找不到", meta.name)));
        };
        let SheetRecords { layout, values, formulas: formula_cells } =
            look(parts.swap_remove(index).1, &strings, &dates)?;
        let mut builder = SheetBuilder::new(&meta.name, xlsx::visibility(meta.visible), &mut budget)?;
        let mut cells = workbook.worksheet_cells_reader(&meta.name).map_err(broken)?;
        while let Some(cell) = cells.next_cell().map_err(broken)? {
            let (row, column) = cell.get_position();
            builder.value(row, column, builder::value(cell.get_value()))?;
        }
        drop(cells);
        let mut formulas = workbook.worksheet_cells_reader(&meta.name).map_err(broken)?;
        while let Some(formula) = formulas.next_formula().map_err(broken)? {
            let (row, column) = formula.get_position();
            builder.formula(row, column, formula.get_value().clone())?;
        }
        for (place, value) in values {
            builder.value(place.row, place.column, value)?;
        }
        for place in formula_cells {
            builder.formula_if_none(place, UNKNOWN_FORMULA)?;
        }
        sheets.push(builder.finish(layout, true)?);
    }
    Ok(sheets)
}

/// Visits every record with its number; the part must be made of whole records.
pub(super) fn records(part: &[u8], mut visit: impl FnMut(u32, &[u8])) -> Result<(), Trouble> {
    let broken = || Trouble::unreadable("文件内部的记录损坏");
    let mut rest = part;
    while !rest.is_empty() {
        let kind = variable(&mut rest, 2).ok_or_else(broken)?;
        let length =
            variable(&mut rest, 4).and_then(|length| usize::try_from(length).ok()).ok_or_else(broken)?;
        let data = rest.get(..length).ok_or_else(broken)?;
        visit(kind, data);
        rest = &rest[length..];
    }
    Ok(())
}

/// A number of seven bits a byte, lowest first; the eighth bit says that more follow.
fn variable(rest: &mut &[u8], longest: u32) -> Option<u32> {
    let mut number = 0;
    for index in 0..longest {
        let (byte, after) = rest.split_first()?;
        *rest = after;
        number |= u32::from(byte & 0x7f) << (7 * index);
        if byte & 0x80 == 0 {
            break;
        }
    }
    Some(number)
}

/// Name and part of every sheet.
fn sheet_parts(archive: &Archive) -> Result<Vec<(String, &[u8])>, Trouble> {
    let rels =
        archive.part("xl/_rels/workbook.bin.rels").map(xlsx::relations).transpose()?.unwrap_or_default();
    let mut found = Vec::new();
    records(archive.part("xl/workbook.bin").unwrap_or_default(), |kind, data| {
        if kind == BUNDLE_SHEET
            && let Some((relation, after)) = wide_string(data.get(8..).unwrap_or_default())
            && let Some((name, _)) = wide_string(after)
            && let Some(part) =
                rels.get(&relation).and_then(|target| archive.part(&xlsx::resolve("xl", target)))
        {
            found.push((name, part));
        }
    })?;
    Ok(found)
}

/// A counted string in UTF-16, and what follows it.
pub(super) fn wide_string(data: &[u8]) -> Option<(String, &[u8])> {
    let length = usize::try_from(u32_at(data, 0)?).ok()?.checked_mul(2)?;
    let text = data.get(4..length.checked_add(4)?)?;
    let units: Vec<u16> = text.as_chunks::<2>().0.iter().map(|pair| u16::from_le_bytes(*pair)).collect();
    Some((String::from_utf16_lossy(&units), &data[4 + length..]))
}

/// What calamine does not tell of a sheet.
#[derive(Default)]
struct SheetRecords {
    layout: Layout,
    values: Vec<(CellRef, Value)>,
    /// All cells with a formula: calamine has no text for those that share one.
    formulas: Vec<CellRef>,
}

fn look(part: &[u8], strings: &[String], dates: &DateStyles) -> Result<SheetRecords, Trouble> {
    let mut found = SheetRecords::default();
    let (mut row, mut column) = (0, 0_u32);
    records(part, |kind, data| match kind {
        ROW => {
            row = u32_at(data, 0).unwrap_or(row);
            if data.get(11).is_some_and(|flags| flags & 0x10 != 0) {
                xlsx::add_stretch(&mut found.layout.hidden_rows, row);
            }
        }
        1..=FORMULA_ERROR => {
            column = u32_at(data, 0).unwrap_or(column);
            if kind >= FORMULA_STRING {
                found.formulas.push(CellRef { row, column });
            }
            if let (FORMULA_ERROR, Some(code)) = (kind, data.get(8)) {
                found.values.push((CellRef { row, column }, Value::Error(error_name(*code).to_owned())));
            }
        }
        SHORT_BLANK..=SHORT_SHARED_STRING => {
            column = column.saturating_add(1);
            let value = short_value(kind, data.get(4..).unwrap_or_default(), strings).unwrap_or(Value::Empty);
            found.values.push((CellRef { row, column }, dates.apply(data, value)));
        }
        COLUMN_INFO => {
            let hidden = data.get(16).is_some_and(|flags| flags & 1 != 0);
            if let (true, Some(first), Some(last)) = (hidden, u32_at(data, 0), u32_at(data, 4)) {
                found.layout.hidden_columns.push((first, last));
            }
        }
        MERGE_CELL => {
            let corners = (u32_at(data, 0), u32_at(data, 4), u32_at(data, 8), u32_at(data, 12));
            if let (Some(top), Some(bottom), Some(left), Some(right)) = corners {
                let corner = |row, column| CellRef { row, column };
                found.layout.merges.push(address::ordered(corner(top, left), corner(bottom, right)));
            }
        }
        _ => (),
    })?;
    Ok(found)
}

/// The value of a record without a column.
fn short_value(kind: u32, data: &[u8], strings: &[String]) -> Option<Value> {
    let real = |data: &[u8]| data.first_chunk().map(|bytes| Value::float(f64::from_le_bytes(*bytes)));
    match kind {
        SHORT_RK => rk(u32_at(data, 0)?),
        SHORT_ERROR => Some(Value::Error(error_name(*data.first()?).to_owned())),
        SHORT_BOOL => Some(Value::Bool(*data.first()? != 0)),
        SHORT_REAL => real(data),
        SHORT_STRING => wide_string(data).map(|(text, _)| Value::text(text)),
        SHORT_SHARED_STRING => {
            let index = usize::try_from(u32_at(data, 0)?).ok()?;
            strings.get(index).map(|text| Value::text(text.as_str()))
        }
        _ => None,
    }
}

/// A packed number: an integer of 30 bits or the upper 30 bits of an `f64`, perhaps to be divided by 100.
fn rk(packed: u32) -> Option<Value> {
    let number = if packed & 2 != 0 {
        Decimal::from(packed.cast_signed() >> 2)
    } else {
        number::from_float(f64::from_bits(u64::from(packed & 0xffff_fffc) << 32))?
    };
    let hundredth = packed & 1 != 0;
    if hundredth {
        number.checked_div(Decimal::ONE_HUNDRED).map(Value::Number)
    } else {
        Some(Value::Number(number))
    }
}

fn error_name(code: u8) -> &'static str {
    match code {
        0x00 => "#NULL!",
        0x07 => "#DIV/0!",
        0x0f => "#VALUE!",
        0x17 => "#REF!",
        0x1d => "#NAME?",
        0x24 => "#NUM!",
        _ => "#N/A",
    }
}
