//! .xls: calamine reads values, formulas and merged cells; [`super::biff`] looks the file over first.
//!
//! May use: `cfb`, `biff`, `builder`, `grid`.

use std::io::Cursor;

use calamine::{Data, Range, Reader as _, SheetType, Xls};

use super::address;
use super::biff::{self, SheetRecords};
use super::builder::{self, Budget, SheetBuilder, UNKNOWN_FORMULA};
use super::cfb::CompoundFile;
use super::grid::Sheet;
use super::trouble::Trouble;
use super::xlsx;
use crate::diagnostics::CellRef;

/// Reads all worksheets.
pub fn read(bytes: &[u8]) -> Result<Vec<Sheet>, Trouble> {
    let file = CompoundFile::open(bytes)?;
    if file.has("EncryptedPackage") {
        return Err(Trouble::unreadable("文件有打开密码"));
    }
    let Some(stream) = file.stream("Workbook").or_else(|| file.stream("Book")) else {
        let why = if file.has("WordDocument") {
            "是 Word 文档，不是电子表格；请把报价表另存为 xlsx"
        } else {
            "里面没有工作簿，不是电子表格"
        };
        return Err(Trouble::unreadable(why));
    };
    let records = biff::look(&stream)?;
    let mut workbook = Xls::new(Cursor::new(bytes)).map_err(|error| match error {
        calamine::XlsError::Password => Trouble::unreadable("文件有打开密码"),
        _ => Trouble::unreadable("不是有效的 xls 文件"),
    })?;
    let (mut sheets, mut budget) = (Vec::new(), Budget::default());
    for (meta, found) in workbook.sheets_metadata().to_vec().into_iter().zip(records) {
        if meta.typ == SheetType::WorkSheet {
            let builder = SheetBuilder::new(&meta.name, xlsx::visibility(meta.visible), &mut budget)?;
            sheets.push(sheet(&mut workbook, &meta.name, builder, found)?);
        }
    }
    Ok(sheets)
}

fn sheet(
    workbook: &mut Xls<Cursor<&[u8]>>,
    name: &str,
    mut builder: SheetBuilder<'_>,
    found: SheetRecords,
) -> Result<Sheet, Trouble> {
    let broken = |_| Trouble::unreadable(format!("工作表“{name}”的内容损坏"));
    let values = workbook.worksheet_range(name).map_err(broken)?;
    each(&values, |row, column, data: &Data| builder.value(row, column, builder::owned_value(data)))?;
    let formulas = workbook.worksheet_formula(name).map_err(broken)?;
    each(&formulas, |row, column, formula: &String| {
        let known = !formula.starts_with("Unrecognised formula");
        builder.formula(row, column, if known { formula.clone() } else { UNKNOWN_FORMULA.to_owned() })
    })?;
    let SheetRecords { mut layout, formulas } = found;
    for (place, text) in formulas {
        builder.formula_if_none(place, text.as_deref().unwrap_or(UNKNOWN_FORMULA))?;
    }
    for merged in workbook.merge_cells_by_sheet_name(name).map_err(broken)? {
        let corner = |(row, column)| CellRef { row, column };
        layout.merges.push(address::ordered(corner(merged.start), corner(merged.end)));
    }
    builder.finish(layout, true)
}

/// Visits what a range holds by its place on the sheet.
fn each<T: calamine::CellType>(
    range: &Range<T>,
    mut visit: impl FnMut(u32, u32, &T) -> Result<(), Trouble>,
) -> Result<(), Trouble> {
    let (top, left) = range.start().unwrap_or_default();
    for (row, column, item) in range.used_cells() {
        let (Ok(row), Ok(column)) = (u32::try_from(row), u32::try_from(column)) else { continue };
        visit(top.saturating_add(row), left.saturating_add(column), item)?;
    }
    Ok(())
}
