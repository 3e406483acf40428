//! 附件6: the blank form with its framework fields, or one filled 委托订单.
//!
//! May use: `view`, `form`, `formats`, `layout`.

use super::form::{self, FIFTHS, LAST, caption, heading_row, label_rows, value, work_table};
use super::formats;
use super::layout::{Cell, Content, MIN_ROW, Table, at};
use super::{Paper, XlsxError, new_workbook, set_up};
use crate::view::sheets::{NumberedTable, OrderFormSheet, PaymentRow, PaymentTable};

/// Writes 附件6.
pub fn write_order_form(view: &OrderFormSheet) -> Result<Vec<u8>, XlsxError> {
    let mut workbook = new_workbook(&view.meta)?;
    let sheet = workbook.add_worksheet();
    set_up(sheet, "委托订单", Paper::Portrait, &view.meta)?;
    let mut table = Table::new(sheet, &form::WIDTHS)?;
    let title = table.across(40, &view.title, &formats::title())?;
    label_rows(&mut table, &view.head)?;
    numbered(&mut table, &view.details, &[(0, 0), (1, 2), (3, LAST)])?;
    let total = view.work.as_ref().map(|work| work_table(&mut table, work)).transpose()?;
    payments(&mut table, &view.payments, total.as_deref())?;
    numbered(&mut table, &view.attachments, &[(0, 0), (1, LAST)])?;
    caption(&mut table, &view.seal_caption)?;
    let [buyer, supplier] = &view.seals;
    let room = formats::room();
    let last = table.row(130, &[Cell::text(0, 3, buyer, &room), Cell::text(4, LAST, supplier, &room)])?;
    table.sheet.set_freeze_panes(title + 1, 0)?;
    table.sheet.set_print_area(0, 0, last, LAST)?;
    Ok(workbook.save_to_buffer()?)
}

/// A caption, headings, and rows numbered from 1.
fn numbered(table: &mut Table, view: &NumberedTable, columns: &[(u16, u16)]) -> Result<(), XlsxError> {
    caption(table, &view.caption)?;
    heading_row(table, columns, &view.headings)?;
    let mut number = rust_decimal::Decimal::ZERO;
    for row in &view.rows {
        number += rust_decimal::Decimal::ONE;
        let mut cells = vec![Cell::new(0, 0, Content::Number(number), &formats::centred())];
        cells.extend(columns.iter().skip(1).zip(row).map(|(&span, text)| value(span, text)));
        table.row(MIN_ROW, &cells)?;
    }
    if !view.continuation.is_empty() {
        let cells: Vec<Cell> = columns
            .iter()
            .map(|&(from, to)| Cell::text(from, to, &view.continuation, &formats::centred()))
            .collect();
        table.row(MIN_ROW, &cells)?;
    }
    Ok(())
}

/// 付款计划; on an order's total the amounts are formulas, and the last stage takes what is left.
fn payments(table: &mut Table, view: &PaymentTable, total: Option<&str>) -> Result<(), XlsxError> {
    caption(table, &view.caption)?;
    heading_row(table, &FIFTHS, &view.headings)?;
    let first = table.row;
    let count = view.rows.len();
    for (i, stage) in view.rows.iter().enumerate() {
        let content = match total {
            Some(total) => {
                let formula = payment_formula(total, first, table.row, i + 1 == count);
                Content::formula(formula, stage.amount.map(|amount| amount.decimal()))
            }
            None => Content::number(stage.amount.map(|amount| amount.decimal())),
        };
        payment_row(table, stage, content)?;
    }
    Ok(())
}

/// r2(订单总额 × 比例), for the last stage 订单总额 less the others.
fn payment_formula(total: &str, first: u32, row: u32, is_last: bool) -> String {
    match row.checked_sub(1) {
        Some(previous) if is_last && previous >= first => {
            format!("=ROUND({total}-SUM({}:{}),2)", at(4, first), at(4, previous))
        }
        _ if is_last => format!("={total}"),
        _ => format!("=ROUND({total}*{},2)", at(5, row)),
    }
}

/// One stage.
fn payment_row(table: &mut Table, view: &PaymentRow, amount: Content) -> Result<(), XlsxError> {
    let share = view.share.map(|share| share.normalize());
    let decimals = share.map_or(0, |share| share.scale().saturating_sub(2));
    table.row(
        MIN_ROW,
        &[
            value(FIFTHS[0], &view.stage),
            value(FIFTHS[1], &view.condition),
            Cell::new(4, 4, amount, &formats::money()),
            Cell::new(5, 5, Content::number(share), &formats::percent(decimals)),
            value(FIFTHS[4], &view.note),
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
    use crate::view::sheets::wording::blank_order_form;
    use crate::view::sheets::{Money, SheetMeta, WorkRow, WorkTable};

    /// An order of 120 高级 and 33.5 中级 人天, paid in three stages.
    fn order() -> OrderFormSheet {
        let mut view = blank_order_form(&testing::framework(), &testing::readings(), SheetMeta::default());
        let row = |level: &str, days, price| WorkRow {
            post: "产品/平台服务".into(),
            level: level.into(),
            days,
            gross_price: Money::round(price),
            amount: Money::round(days * price),
        };
        view.work = Some(WorkTable {
            caption: "人天明细".into(),
            headings: ["岗位职责", "级别", "人天", "含税单价（元/人天）", "金额（元）"].map(str::to_owned),
            rows: vec![row("高级", dec!(120), dec!(899.99)), row("中级", dec!(33.5), dec!(799.99))],
            total_label: "订单总额".into(),
            total: Money::round(dec!(134798.47)),
        });
        let stage = |name: &str, amount, share| PaymentRow {
            stage: name.into(),
            amount: Some(Money::round(amount)),
            share: Some(share),
            ..PaymentRow::default()
        };
        view.payments.rows = vec![
            stage("首期", dec!(40439.54), dec!(0.3)),
            stage("中期", dec!(44928.33), dec!(0.3333)),
            stage("尾款", dec!(49430.60), dec!(0.3667)),
        ];
        view.details.rows[3][1] = "委托内容很长。".repeat(800);
        view
    }

    #[test]
    fn the_form_names_the_framework_and_leaves_the_rest_blank() {
        let bytes = write_order_form(&blank_order_form(
            &testing::framework(),
            &testing::readings(),
            SheetMeta::default(),
        ))
        .unwrap();
        testing::keep("附件6-委托订单.xlsx", &bytes);
        let (values, formulas, _) = testing::read(&bytes);
        assert_eq!(values.get_value((1, 5)), Some(&Data::String("MGYY-2026-0001".into())));
        assert!(formulas.used_cells().all(|(_, _, formula)| formula.is_empty()));
        let texts: Vec<_> = values.used_cells().map(|(_, _, cell)| cell.to_string()).collect();
        for expected in ["订单明细（本订单第　　批）", "例：按照框架协议执行", "阶段说明", "。。。"]
        {
            assert!(texts.iter().any(|text| text == expected), "{expected}");
        }
    }

    #[test]
    fn a_filled_order_calculates() {
        let bytes = write_order_form(&order()).unwrap();
        testing::keep("委托订单-示例.xlsx", &bytes);
        let (values, formulas, _) = testing::read(&bytes);
        let found: Vec<_> = formulas
            .used_cells()
            .filter(|(_, _, formula)| !formula.is_empty())
            .map(|(row, column, formula)| {
                let at = (u32::try_from(row).unwrap(), u32::try_from(column).unwrap());
                let start = formulas.start().unwrap();
                let value = values.get_value((at.0 + start.0, at.1 + start.1)).unwrap().to_string();
                (formula.as_str().to_owned(), value)
            })
            .collect();
        let total = found.iter().find(|(formula, _)| formula.starts_with("SUM(")).unwrap();
        assert_eq!(total.1, "134798.47");
        let last = found.last().unwrap();
        assert!(last.0.contains("-SUM(E"), "{last:?}");
        assert_eq!(last.1, "49430.6");
    }
}
