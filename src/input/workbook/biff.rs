//! Looks through the records of an .xls before calamine does (MS-XLS): hidden rows and columns, which calamine does
//! not tell, and how large a rectangle it would allocate.
//!
//! May use: `cfb` for numbers, `grid`, `limits`, `trouble`.

use std::collections::HashMap;

use super::cfb::{u16_at, u32_at};
use super::grid::Layout;
use super::trouble::Trouble;
use super::{limits, shared as shared_formula, xlsx};
use crate::diagnostics::CellRef;

/// Records by their numbers.
mod record {
    pub const FORMULA: u16 = 0x0006;
    pub const END: u16 = 0x000a;
    pub const FILE_PASS: u16 = 0x002f;
    pub const COLUMN_INFO: u16 = 0x007d;
    pub const BOUND_SHEET: u16 = 0x0085;
    pub const MULTIPLE_RK: u16 = 0x00bd;
    pub const RICH_STRING: u16 = 0x00d6;
    pub const SHARED_STRING: u16 = 0x00fd;
    pub const DIMENSIONS: u16 = 0x0200;
    pub const NUMBER: u16 = 0x0203;
    pub const LABEL: u16 = 0x0204;
    pub const BOOL_OR_ERROR: u16 = 0x0205;
    pub const ROW: u16 = 0x0208;
    pub const SHARED_FORMULA: u16 = 0x04bc;
    pub const RK: u16 = 0x027e;
    pub const BEGIN: u16 = 0x0809;
}

/// The records of a stretch of the stream; ends where one does not fit.
struct Records<'a>(&'a [u8]);

impl<'a> Iterator for Records<'a> {
    type Item = (u16, &'a [u8]);

    fn next(&mut self) -> Option<Self::Item> {
        let (kind, length) = (u16_at(self.0, 0)?, usize::from(u16_at(self.0, 2)?));
        let data = self.0.get(4..4 + length)?;
        self.0 = &self.0[4 + length..];
        Some((kind, data))
    }
}

/// What calamine does not tell of a sheet.
#[derive(Default)]
pub struct SheetRecords {
    /// Hidden rows and columns.
    pub layout: Layout,
    /// All cells with a formula. calamine has no text for those that share one; these have it here.
    pub formulas: Vec<(CellRef, Option<String>)>,
}

/// Looks at each sheet in the order of the workbook, or says why it can't be read.
pub fn look(stream: &[u8]) -> Result<Vec<SheetRecords>, Trouble> {
    let mut starts = Vec::new();
    for (kind, data) in Records(stream) {
        match kind {
            record::FILE_PASS => return Err(Trouble::unreadable("文件有打开密码")),
            record::BOUND_SHEET => starts.extend(u32_at(data, 0)),
            record::END => break,
            _ => (),
        }
    }
    let mut area = 0_u64;
    let mut sheets = Vec::new();
    for start in starts {
        let from = usize::try_from(start).ok().and_then(|start| stream.get(start..));
        let sheet = from.ok_or_else(|| Trouble::unreadable("文件结构损坏，可能没有传完整"))?;
        let (found, size) = look_at_sheet(sheet)?;
        area = area.saturating_add(size);
        if area > limits::XLS_AREA {
            return Err(Trouble::too_large(
                format!("工作表占用的区域共 {area} 个单元格"),
                "2,000,000 个单元格",
            ));
        }
        sheets.push(found);
    }
    Ok(sheets)
}

/// The rectangle around all cells.
#[derive(Default)]
struct Extent(Option<[u64; 4]>);

impl Extent {
    fn add(&mut self, row: u16, column: u16) {
        let (row, column) = (u64::from(row), u64::from(column));
        let [top, left, bottom, right] = self.0.unwrap_or([row, column, row, column]);
        self.0 = Some([top.min(row), left.min(column), bottom.max(row), right.max(column)]);
    }

    fn area(&self) -> u64 {
        self.0.map_or(0, |[top, left, bottom, right]| (bottom - top + 1) * (right - left + 1))
    }
}

fn look_at_sheet(sheet: &[u8]) -> Result<(SheetRecords, u64), Trouble> {
    let mut look = Look::default();
    let mut depth = 0;
    for (kind, data) in Records(sheet) {
        match kind {
            record::BEGIN => depth += 1,
            record::END if depth <= 1 => break,
            record::END => depth -= 1,
            // Charts within a sheet have cells of their own.
            _ if depth > 1 => (),
            record::DIMENSIONS => check_dimensions(data)?,
            _ => look.record(kind, data),
        }
    }
    Ok(look.finish())
}

/// What is gathered from the records of a sheet.
#[derive(Default)]
struct Look<'a> {
    found: SheetRecords,
    extent: Extent,
    /// Shared formulas by the first cell that has them.
    shared: HashMap<CellRef, &'a [u8]>,
    /// Cells with a shared formula, and the first cell that has it.
    sharing: Vec<(CellRef, CellRef)>,
}

impl<'a> Look<'a> {
    fn record(&mut self, kind: u16, data: &'a [u8]) {
        match kind {
            record::ROW => {
                let hidden = u16_at(data, 12).is_some_and(|flags| flags & 0x0020 != 0);
                if let (true, Some(row)) = (hidden, u16_at(data, 0)) {
                    xlsx::add_stretch(&mut self.found.layout.hidden_rows, u32::from(row));
                }
            }
            record::COLUMN_INFO => {
                let hidden = u16_at(data, 8).is_some_and(|flags| flags & 1 != 0);
                if let (true, Some(first), Some(last)) = (hidden, u16_at(data, 0), u16_at(data, 2)) {
                    self.found.layout.hidden_columns.push((u32::from(first), u32::from(last)));
                }
            }
            // It stands right behind the formula of the first cell that shares it.
            record::SHARED_FORMULA => {
                let length = u16_at(data, 8).map_or(0, usize::from);
                if let (Some((first, _)), Some(tokens)) = (self.sharing.last(), data.get(10..10 + length)) {
                    self.shared.insert(*first, tokens);
                }
            }
            record::MULTIPLE_RK => {
                self.cell(data, 0, 2);
                self.cell(data, 0, data.len().saturating_sub(2));
            }
            record::FORMULA => self.formula(data),
            record::RICH_STRING
            | record::SHARED_STRING
            | record::NUMBER
            | record::LABEL
            | record::BOOL_OR_ERROR
            | record::RK => {
                self.cell(data, 0, 2);
            }
            _ => (),
        }
    }

    /// A cell whose row and column stand at these offsets.
    fn cell(&mut self, data: &[u8], row: usize, column: usize) -> Option<CellRef> {
        let (row, column) = (u16_at(data, row)?, u16_at(data, column)?);
        self.extent.add(row, column);
        Some(CellRef { row: u32::from(row), column: u32::from(column) })
    }

    fn formula(&mut self, data: &[u8]) {
        let Some(cell) = self.cell(data, 0, 2) else { return };
        // Token 1 says "the formula shared with that cell".
        match (data.get(22), u16_at(data, 23), u16_at(data, 25)) {
            (Some(1), Some(row), Some(column)) => {
                self.sharing.push((cell, CellRef { row: u32::from(row), column: u32::from(column) }));
            }
            _ => self.found.formulas.push((cell, None)),
        }
    }

    fn finish(mut self) -> (SheetRecords, u64) {
        let mut written = 0;
        for (cell, first) in self.sharing {
            let tokens = self.shared.get(&first).filter(|_| written < limits::TEXT);
            let formula = tokens.and_then(|tokens| shared_formula::expand(tokens, cell));
            written += formula.as_ref().map_or(0, String::len);
            self.found.formulas.push((cell, formula));
        }
        (self.found, self.extent.area())
    }
}

/// calamine makes room for all that is declared here, so it must be what a sheet can have.
fn check_dimensions(data: &[u8]) -> Result<(), Trouble> {
    let wide = data.len() >= 14;
    let number = |at: usize| if wide { u32_at(data, at) } else { u16_at(data, at / 2).map(u32::from) };
    let columns = if wide { 8 } else { 4 };
    let (first_row, last_row) = (number(0), number(4));
    let (first_column, last_column) = (u16_at(data, columns), u16_at(data, columns + 2));
    let good = match (first_row, last_row, first_column, last_column) {
        (Some(top), Some(bottom), Some(left), Some(right)) => {
            bottom <= 65_536
                && right <= 256
                && (bottom == 0 || top <= bottom)
                && (right == 0 || left <= right)
        }
        _ => false,
    };
    if good { Ok(()) } else { Err(Trouble::unreadable("文件声明的工作表范围不合理")) }
}
