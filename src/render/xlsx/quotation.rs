//! 附件3 as it stands in the contract: the supplier's prices, and live formulas whose stored results are our
//! figures.
//!
//! May use: `view`, `price_table`, `layout`.

use super::layout::Table;
use super::price_table::{self, Prices};
use super::{XlsxError, lock_final, new_workbook, set_up};
use crate::view::sheets::QuotationSheet;

/// Writes 附件3.
pub fn write_quotation(view: &QuotationSheet) -> Result<Vec<u8>, XlsxError> {
    let mut workbook = new_workbook(&view.meta)?;
    let sheet = workbook.add_worksheet();
    set_up(sheet, price_table::SHEET, price_table::PAPER, &view.meta)?;
    let mut table = Table::new(sheet, &price_table::WIDTHS)?;
    price_table::write(&mut table, &view.meta, &view.table, Prices::Fixed(view.totals))?;
    lock_final(sheet, &view.meta);
    Ok(workbook.save_to_buffer()?)
}

#[cfg(test)]
mod tests {
    use calamine::Data;

    use super::super::testing;
    use super::*;

    #[test]
    fn stored_results_are_our_figures_and_formulas_are_live() {
        let bytes = write_quotation(&testing::quotation()).unwrap();
        testing::keep("附件3-报价表.xlsx", &bytes);
        let (values, formulas, merged) = testing::read(&bytes);
        // The form's own ceilings: 16,630,413.00 and 17,628,237.78.
        assert_eq!(values.get_value((25, 8)), Some(&Data::Float(16_630_413.00)));
        assert_eq!(values.get_value((25, 9)), Some(&Data::Float(17_628_237.78)));
        assert_eq!(values.get_value((4, 7)), Some(&Data::Float(0.06)));
        assert_eq!(values.get_value((24, 5)), Some(&Data::Float(586.5)));
        assert_eq!(values.get_value((24, 6)), Some(&Data::Float(621.69)));
        let formula = |row, column| formulas.get_value((row, column)).unwrap().as_str();
        assert_eq!(formula(24, 6), "ROUND(F25*(1+$H$5),2)");
        assert_eq!(formula(24, 8), "ROUND(C25*F25,2)");
        assert_eq!(formula(24, 9), "ROUND(I25*(1+$H$5),2)");
        assert_eq!(formula(25, 9), "SUM(J5:J25)");
        // Title, project, five headings, seven posts, rate, total label, five notes.
        assert_eq!(merged, 2 + 5 + 7 + 1 + 1 + 5);
    }

    #[test]
    fn a_missing_offer_leaves_blanks_not_zeros() {
        let mut view = testing::quotation();
        view.table.posts[0].rows[1].offer = None;
        view.totals = None;
        let (values, formulas, _) = testing::read(&write_quotation(&view).unwrap());
        assert_eq!(values.get_value((5, 5)), Some(&Data::Empty));
        for (row, column) in [(5, 6), (5, 8), (5, 9), (25, 8), (25, 9)] {
            assert_eq!(values.get_value((row, column)), Some(&Data::String(String::new())), "{row},{column}");
        }
        assert_eq!(formulas.get_value((5, 8)).unwrap(), "IF(F6=\"\",\"\",ROUND(C6*F6,2))");
    }

    #[test]
    fn text_never_becomes_a_formula() {
        for hostile in
            ["=1+1", "+1", "-1", "@SUM(A1)", "=HYPERLINK(\"http://x\",\"y\")", "<a&b>\"'", "_x0041_"]
        {
            let mut view = testing::quotation();
            view.table.project = hostile.into();
            view.table.posts[0].name = hostile.into();
            view.meta.title = hostile.into();
            let (values, formulas, _) = testing::read(&write_quotation(&view).unwrap());
            assert_eq!(values.get_value((1, 0)), Some(&Data::String(hostile.into())));
            assert_eq!(values.get_value((4, 0)), Some(&Data::String(hostile.into())));
            assert_eq!(formulas.get_value((1, 0)).map_or("", String::as_str), "");
        }
    }

    #[test]
    fn odd_shapes_are_written_or_refused_but_never_panic() {
        let mut view = testing::quotation();
        view.table.posts.truncate(1);
        view.table.posts[0].rows.truncate(1);
        view.table.notes = vec!["长".repeat(20_000)];
        assert!(write_quotation(&view).is_ok());
        view.table.posts.clear();
        view.table.notes.clear();
        assert!(write_quotation(&view).is_ok());
        view.table.project = "长".repeat(40_000);
        assert!(matches!(write_quotation(&view), Err(XlsxError::TextTooLong { length: 40_000, .. })));
    }

    #[test]
    fn the_same_view_gives_the_same_bytes() {
        let view = testing::quotation();
        let first = write_quotation(&view).unwrap();
        // The package holds times to the second, or two where it is a zip header.
        std::thread::sleep(std::time::Duration::from_millis(2100));
        assert!(first == write_quotation(&view).unwrap());
    }

    #[test]
    fn amounts_keep_off_the_border_and_headings_are_as_on_paper() {
        let bytes = write_quotation(&testing::quotation()).unwrap();
        let styles = testing::part(&bytes, "xl/styles.xml");
        for expected in ["#,##0.00_ \"", "#,##0_ \"", "<name val=\"黑体\"/>", "<name val=\"宋体\"/>"] {
            assert!(styles.contains(expected), "{expected} in {styles}");
        }
        assert!(!styles.contains("#,##0.00\""), "{styles}");
    }

    #[test]
    fn what_is_signed_is_locked_and_a_draft_is_not() {
        let mut view = testing::quotation();
        let sheet = |view: &QuotationSheet| {
            testing::part(&write_quotation(view).unwrap(), "xl/worksheets/sheet1.xml")
        };
        assert!(view.meta.draft && !sheet(&view).contains("<sheetProtection"));
        view.meta.draft = false;
        assert!(sheet(&view).contains("<sheetProtection sheet=\"1\""));
    }

    #[test]
    fn printing_is_set_up() {
        let mut view = testing::quotation();
        let xml = testing::part(&write_quotation(&view).unwrap(), "xl/worksheets/sheet1.xml");
        for expected in [
            r#"paperSize="9""#,
            r#"orientation="landscape""#,
            r#"fitToPage="1""#,
            r#"horizontalCentered="1""#,
            r#"topLeftCell="C5""#,
            "草稿",
            "第 &amp;P 页 共 &amp;N 页",
        ] {
            assert!(xml.contains(expected), "{expected}");
        }
        view.meta.draft = false;
        let bytes = write_quotation(&view).unwrap();
        assert!(!testing::part(&bytes, "xl/worksheets/sheet1.xml").contains("草稿"));
        let book = testing::part(&bytes, "xl/workbook.xml");
        assert!(book.contains("报价表!$3:$4") && book.contains("报价表!$A$1:$J$31"), "{book}");
        let core = testing::part(&bytes, "docProps/core.xml");
        assert!(core.contains("2026-01-01T00:00:00Z") && core.contains("成都星河示例科技有限公司"), "{core}");
    }
}
