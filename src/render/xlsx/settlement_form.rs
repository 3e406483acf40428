//! 附件7: the blank form with its framework fields, or one filled 结算单.
//!
//! May use: `view`, `form`, `formats`, `layout`.

use super::form::{self, LAST, figure, label, label_rows, value, work_table};
use super::formats;
use super::layout::{Cell, Content, MIN_ROW, Table, at};
use super::{Paper, XlsxError, new_workbook, set_up};
use crate::view::sheets::{Payable, SettlementFormSheet, SettlementSection};

/// Writes 附件7.
pub fn write_settlement_form(view: &SettlementFormSheet) -> Result<Vec<u8>, XlsxError> {
    let mut workbook = new_workbook(&view.meta)?;
    let sheet = workbook.add_worksheet();
    set_up(sheet, "结算单", Paper::Portrait, &view.meta)?;
    let mut table = Table::new(sheet, &form::WIDTHS)?;
    let title = table.across(40, &view.title, &formats::title())?;
    table.across(28, &view.head_caption, &formats::line())?;
    label_rows(&mut table, &view.head)?;
    for part in &view.sections {
        section(&mut table, part)?;
    }
    seals(&mut table, view)?;
    for note in &view.notes {
        table.across(20, note, &formats::line())?;
    }
    let last = table.row.saturating_sub(1);
    table.sheet.set_freeze_panes(title + 1, 0)?;
    table.sheet.set_print_area(0, 0, last, LAST)?;
    Ok(workbook.save_to_buffer()?)
}

/// A heading line and what stands under it.
fn section(table: &mut Table, view: &SettlementSection) -> Result<(), XlsxError> {
    table.across(30, &view.caption, &formats::line())?;
    if !view.text.is_empty() || view.work.is_none() {
        table.across(56, &view.text, &formats::room())?;
    }
    let Some(work) = &view.work else { return Ok(()) };
    let total = work_table(table, work)?;
    match &view.payable {
        Some(payable) => payable_rows(table, payable, &total),
        None => Ok(()),
    }
}

/// From the sum of the amounts to what is paid, a line each.
fn payable_rows(table: &mut Table, view: &Payable, total: &str) -> Result<(), XlsxError> {
    let first = table.row;
    let [score, gross, rate, net] = [0, 1, 2, 3].map(|i| at(LAST, first + i));
    let money = formats::money_total();
    let rate_number = view.rate.1.fraction().normalize();
    let percent = formats::percent(rate_number.scale().saturating_sub(2));
    let plain = formats::money().set_num_format("General");
    let cells = [
        (&view.score.0, Cell::new(LAST, LAST, Content::Number(view.score.1.normalize()), &plain)),
        (&view.gross.0, figure(&format!("=ROUND({total}*{score}/100,2)"), view.gross.1.decimal(), &money)),
        (&view.rate.0, Cell::new(LAST, LAST, Content::Number(rate_number), &percent)),
        (&view.net.0, figure(&format!("=ROUND({gross}/(1+{rate}),2)"), view.net.1.decimal(), &money)),
        (&view.tax.0, figure(&format!("=ROUND({gross}-{net},2)"), view.tax.1.decimal(), &money)),
    ];
    for (text, cell) in cells {
        table.row(MIN_ROW, &[label((0, 5), text), cell])?;
    }
    Ok(())
}

/// 甲方 and 乙方, side by side under a free line.
fn seals(table: &mut Table, view: &SettlementFormSheet) -> Result<(), XlsxError> {
    table.across(16, "", &formats::line())?;
    let [buyer, supplier] = &view.seals;
    table.row(
        110,
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
    use rust_decimal::dec;

    use super::super::testing;
    use super::*;
    use crate::view::sheets::wording::blank_settlement_form;
    use crate::view::sheets::{Money, SheetMeta, WorkRow, WorkTable};

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

    #[test]
    fn a_filled_settlement_calculates_what_is_paid() {
        let mut view =
            blank_settlement_form(&testing::framework(), &testing::readings(), SheetMeta::default());
        view.sections[2].work = Some(WorkTable {
            caption: String::new(),
            headings: ["岗位职责", "级别", "人天", "含税单价（元/人天）", "金额（元）"].map(str::to_owned),
            rows: vec![WorkRow {
                post: "技术支持".into(),
                level: "中级".into(),
                days: dec!(21.75),
                gross_price: Money::round(dec!(1036.15)),
                amount: Money::round(dec!(22536.26)),
            }],
            total_label: "合计".into(),
            total: Money::round(dec!(22536.26)),
        });
        view.sections[2].payable = Some(Payable {
            score: ("考核得分".into(), dec!(97.5)),
            gross: ("当月应支付金额（含税，元）".into(), Money::round(dec!(21972.85))),
            rate: ("增值税税率".into(), testing::rate()),
            net: ("不含税金额（元）".into(), Money::round(dec!(20729.10))),
            tax: ("税额（元）".into(), Money::round(dec!(1243.75))),
        });
        let bytes = write_settlement_form(&view).unwrap();
        testing::keep("结算单-示例.xlsx", &bytes);
        let (_, formulas, _) = testing::read(&bytes);
        let found: Vec<_> = formulas.used_cells().map(|(_, _, formula)| formula.as_str()).collect();
        assert!(found.iter().any(|formula| formula.ends_with("/100,2)")), "{found:?}");
        assert!(found.iter().any(|formula| formula.contains("/(1+G")), "{found:?}");
    }
}
