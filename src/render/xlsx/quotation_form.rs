//! 附件3 for the supplier: price cells open and checked while typing, everything else locked.
//!
//! What is not on the paper form (how to fill it in, whether it is complete and under the total ceiling) stands to
//! the right of the table, in sight but outside the print area, in words that no reader takes for a heading.
//!
//! May use: `view`, `price_table`, `formats`, `layout`.

use rust_xlsxwriter::{Color, ConditionalFormatFormula, DataValidation, Format, Formula};

use super::formats;
use super::layout::{Cell, Content, Table, at, clean};
use super::price_table::{self, GROSS_TOTAL, NET_PRICE, Places, Prices};
use super::{XlsxError, lock, new_workbook, set_up};
use crate::view::sheets::{PriceRow, QuotationFormSheet};

/// The column of the hints, one left free beside the table.
const HINTS: u16 = GROSS_TOTAL + 2;

/// Writes the blank 报价表.
pub fn write_quotation_form(view: &QuotationFormSheet) -> Result<Vec<u8>, XlsxError> {
    let mut workbook = new_workbook(&view.meta)?;
    let sheet = workbook.add_worksheet();
    set_up(sheet, price_table::SHEET, price_table::PAPER, &view.meta)?;
    let mut table = Table::new(sheet, &price_table::WIDTHS)?;
    let places = price_table::write(&mut table, &view.meta, &view.table, Prices::Open)?;
    validate(&mut table, view, &places)?;
    hints(&mut table, view, &places)?;
    lock(sheet);
    sheet.set_selection(places.lines.0, NET_PRICE, places.lines.0, NET_PRICE)?;
    Ok(workbook.save_to_buffer()?)
}

/// Checks every price while it is typed: a number above 0, at most two decimals, under both ceilings.
fn validate(table: &mut Table, view: &QuotationFormSheet, places: &Places) -> Result<(), XlsxError> {
    let rows = view.table.posts.iter().flat_map(|post| post.rows.iter().map(move |row| (&post.name, row)));
    for (row, (post, line)) in (places.lines.0..).zip(rows) {
        let validation = validation(post, line, row, &places.rate_factor)?;
        table.sheet.add_data_validation(row, NET_PRICE, row, NET_PRICE, &validation)?;
    }
    // Pasting goes around a validation, so what is over a ceiling is also red.
    let (first, last) = places.lines;
    let price = at(NET_PRICE, first);
    let broken = format!(
        "=AND({price}<>\"\",NOT(AND(ISNUMBER({price}),{price}>0,{price}<={},ROUND({price},2)={price})))",
        at(NET_PRICE - 2, first)
    );
    let red = ConditionalFormatFormula::new().set_rule(broken.as_str()).set_format(warning());
    table.sheet.add_conditional_format(first, NET_PRICE, last, NET_PRICE, &red)?;
    let over = format!("=AND(ISNUMBER({0}),{0}>{1})", at(GROSS_TOTAL, places.total), ceiling(view));
    let red = ConditionalFormatFormula::new().set_rule(over.as_str()).set_format(warning());
    table.sheet.add_conditional_format(places.total, GROSS_TOTAL, places.total, GROSS_TOTAL, &red)?;
    Ok(())
}

/// The check of one price cell.
fn validation(post: &str, line: &PriceRow, row: u32, factor: &str) -> Result<DataValidation, XlsxError> {
    let price = at(NET_PRICE, row);
    let rule = format!(
        "=AND(ISNUMBER({price}),{price}>0,{price}<={net},ROUND({price},2)={price},ROUND({price}*{factor},2)<={gross})",
        net = at(NET_PRICE - 2, row),
        gross = at(NET_PRICE - 1, row),
    );
    // Excel allows 255 characters; the names are cut so that the ceilings always fit.
    let name = format!("{}（{}）", clip(post, 60), clip(&line.level, 20));
    let limits = format!(
        "不得超过 {} 元/人天，含税后不得超过 {} 元/人天；须大于 0，最多两位小数。",
        line.net_ceiling, line.gross_ceiling
    );
    Ok(DataValidation::new()
        .allow_custom(Formula::new(rule))
        .set_input_title("填写不含税单价")?
        .set_input_message(format!("{name}：{limits}"))?
        .set_error_title("不含税单价不符合要求")?
        .set_error_message(format!("{name}的不含税单价{limits}"))?)
}

/// How to fill the form in, and how far it is.
fn hints(table: &mut Table, view: &QuotationFormSheet, places: &Places) -> Result<(), XlsxError> {
    table.sheet.set_column_width_pixels(HINTS - 1, 16)?;
    table.sheet.set_column_width_pixels(HINTS, 380)?;
    let how = "只填浅黄色单元格，其余自动计算；填完保存即可。";
    table.put(0, 0, &Cell::text(HINTS, HINTS, how, &formats::hint()))?;
    let lines = format!("{}:{}", at(NET_PRICE, places.lines.0), at(NET_PRICE, places.lines.1));
    let (total, ceiling) = (at(GROSS_TOTAL, places.total), ceiling(view));
    let count: usize = view.table.posts.iter().map(|post| post.rows.len()).sum();
    let missing = format!("{count}-COUNT({lines})");
    let formula = format!(
        "=IF({missing}>0,\"还有 \"&({missing})&\" 个单价未填。\",IF({total}>{ceiling},\
         \"超限 \"&FIXED({total}-{ceiling},2)&\" 元（上限 {limit} 元），将被否决。\",\
         \"已填完，未超上限 {limit} 元。\"))",
        limit = view.gross_total_ceiling
    );
    let status = Formula::new(formula).set_result(format!("还有 {count} 个单价未填。"));
    table.put(1, 1, &Cell::new(HINTS, HINTS, Content::Formula(status), &formats::status()))
}

/// 含税总价最高限价 as a formula writes it.
fn ceiling(view: &QuotationFormSheet) -> String {
    view.gross_total_ceiling.decimal().normalize().to_string()
}

/// The first characters of a name on one line.
fn clip(text: &str, most: usize) -> String {
    clean(text).replace('\n', " ").chars().take(most).collect()
}

/// Red on pink, as Excel itself marks what is wrong.
fn warning() -> Format {
    Format::new().set_font_color(Color::RGB(0x009C_0006)).set_background_color(Color::RGB(0x00FF_C7CE))
}

#[cfg(test)]
mod tests {
    use calamine::Data;

    use super::super::testing;
    use super::*;

    #[test]
    fn only_the_price_cells_are_open_and_nothing_is_zero() {
        let bytes = write_quotation_form(&testing::quotation_form()).unwrap();
        testing::keep("报价表-空白.xlsx", &bytes);
        let (values, formulas, _) = testing::read(&bytes);
        for row in 4..25 {
            assert_eq!(values.get_value((row, 5)), Some(&Data::Empty));
            for column in [6, 8, 9] {
                assert_eq!(values.get_value((row, column)), Some(&Data::String(String::new())));
            }
        }
        assert_eq!(values.get_value((25, 9)), Some(&Data::String(String::new())));
        assert_eq!(values.get_value((1, 11)), Some(&Data::String("还有 21 个单价未填。".into())));
        assert_eq!(formulas.get_value((25, 9)).unwrap(), "IF(COUNT(F5:F25)<21,\"\",SUM(J5:J25))");
        let xml = testing::part(&bytes, "xl/worksheets/sheet1.xml");
        assert!(xml.contains("<sheetProtection sheet=\"1\""));
        assert_eq!(xml.matches("<dataValidation ").count(), 21);
        assert!(xml.contains(
            "技术支持（中级）的不含税单价不得超过 977.50 元/人天，含税后不得超过 1,036.15 元/人天"
        ));
        let styles = testing::part(&bytes, "xl/styles.xml");
        assert_eq!(styles.matches("<protection locked=\"0\"/>").count(), 1);
    }

    #[test]
    fn long_names_still_fit_a_message() {
        let mut view = testing::quotation_form();
        view.table.posts[0].name = "岗位\n".repeat(400);
        assert!(write_quotation_form(&view).is_ok());
    }
}
