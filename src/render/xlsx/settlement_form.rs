//! 附件7: the blank form with its framework fields. A filled one is `settlement`'s.
//!
//! May use: `view`, `form`, `formats`, `layout`.

use super::form::{self, LAST, label, label_rows, value};
use super::formats;
use super::layout::Table;
use super::{Paper, XlsxError, mark, new_workbook, set_up};
use crate::view::sheets::{Field, SettlementFormSheet, SettlementSection};

/// Writes 附件7.
pub fn write_settlement_form(view: &SettlementFormSheet) -> Result<Vec<u8>, XlsxError> {
    let mut workbook = new_workbook(&view.meta)?;
    let sheet = workbook.add_worksheet();
    set_up(sheet, "结算单", Paper::Portrait, &view.meta)?;
    let mut table = Table::new(sheet, &form::WIDTHS)?;
    let title = table.across(40, &view.title, &formats::title())?;
    let title = mark(&mut table, &view.meta, title)?;
    table.across(28, &view.head_caption, &formats::caption())?;
    label_rows(&mut table, &view.head)?;
    for part in &view.sections {
        section(&mut table, part)?;
    }
    seals(&mut table, &view.seals)?;
    for note in &view.notes {
        table.across(20, note, &formats::line())?;
    }
    let last = table.row.saturating_sub(1);
    table.sheet.set_freeze_panes(title + 1, 0)?;
    table.sheet.set_print_area(0, 0, last, LAST)?;
    Ok(workbook.save_to_buffer()?)
}

/// The height of the row to seal in: a seal is 4.2 cm wide, 159 pixels, and a 结算单 is printed at 85 %.
const SEAL_ROOM: u32 = 190;

/// A heading line and room to write under it.
fn section(table: &mut Table, view: &SettlementSection) -> Result<(), XlsxError> {
    table.across(30, &view.caption, &formats::caption())?;
    table.across(56, &view.text, &formats::room())?;
    Ok(())
}

/// 甲方 and 乙方, side by side under a free line.
pub(super) fn seals(table: &mut Table, [buyer, supplier]: &[Field; 2]) -> Result<(), XlsxError> {
    table.across(16, "", &formats::line())?;
    table.row(
        SEAL_ROOM,
        &[
            label((0, 0), &buyer.label),
            value((1, 3), &buyer.value),
            label((4, 4), &supplier.label),
            value((5, LAST), &supplier.value),
        ],
    )?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use calamine::Data;

    use super::super::testing;
    use super::*;
    use crate::view::sheets::SheetMeta;
    use crate::view::sheets::wording::blank_settlement_form;

    #[test]
    fn the_form_names_the_framework_and_leaves_room() {
        let view = blank_settlement_form(&testing::framework(), &testing::readings(), SheetMeta::default());
        let bytes = write_settlement_form(&view).unwrap();
        testing::keep("附件7-结算单.xlsx", &bytes);
        let (values, formulas, _) = testing::read(&bytes);
        assert_eq!(values.get_value((0, 0)), Some(&Data::String("结算单".into())));
        assert!(formulas.used_cells().all(|(_, _, formula)| formula.is_empty()));
        let texts: Vec<_> = values.used_cells().map(|(_, _, cell)| cell.to_string()).collect();
        assert!(texts.iter().any(|text| text.contains("成都星河示例科技有限公司（盖章）")));
        assert!(texts.iter().any(|text| text == "三、依据框架协议考核（扣款）情况：（如有）"));
    }
}
