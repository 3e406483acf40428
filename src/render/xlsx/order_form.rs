//! 附件6: the blank form with its framework fields, or one filled 委托订单.
//!
//! In an order 订单总额 follows from 人天 and 单价, and of 付款计划 whatever is not typed follows from 订单总额.
//!
//! May use: `view`, `form`, `formats`, `layout`, `cents`.

use rust_decimal::Decimal;

use super::form::{self, FIFTHS, LAST, caption, heading_row, label, label_rows, value};
use super::layout::{Cell, Content, MIN_ROW, Table, at};
use super::pages::Sections;
use super::{Paper, XlsxError, cents, formats, lock_final, mark, new_workbook, set_up};
use crate::view::sheets::{
    Basis, NumberedTable, OrderFormSheet, OrderNet, OrderWork, OrderWorkRow, PaymentRow, PaymentTable,
};

/// Writes 附件6.
pub fn write_order_form(view: &OrderFormSheet) -> Result<Vec<u8>, XlsxError> {
    let mut workbook = new_workbook(&view.meta)?;
    let sheet = workbook.add_worksheet();
    set_up(sheet, "委托订单", Paper::Portrait, &view.meta)?;
    let mut table = Table::new(sheet, &form::WIDTHS)?;
    let title = table.across(40, &view.title, &formats::title())?;
    let mut top = mark(&mut table, &view.meta, title)?;
    if !view.number.is_empty() {
        top = table.across(MIN_ROW, &view.number, &formats::line())?;
    }
    let mut sections = Sections::default();
    label_rows(&mut table, &view.head)?;
    sections.begin(&table);
    numbered(&mut table, &view.details, &[(0, 0), (1, 2), (3, LAST)])?;
    sections.begin(&table);
    let total = view.work.as_ref().map(|work| work_table(&mut table, work)).transpose()?;
    sections.begin(&table);
    payments(&mut table, &view.payments, total.as_deref())?;
    numbered(&mut table, &view.attachments, &[(0, 0), (1, LAST)])?;
    caption(&mut table, &view.seal_caption)?;
    let [buyer, supplier] = &view.seals;
    let room = formats::room();
    let last = table.row(150, &[Cell::text(0, 3, buyer, &room), Cell::text(4, LAST, supplier, &room)])?;
    // Upright A4 has about 978 pixels. At 74 % an order of a few lines has its seals on the page of what they seal.
    if !table.one_page_up_to(1320) {
        sections.set_breaks(&mut table)?;
    }
    table.sheet.set_freeze_panes(top + 1, 0)?;
    table.sheet.set_print_area(0, 0, last, LAST)?;
    if view.work.is_some() {
        // The form of 附件6 is there to be filled in.
        lock_final(sheet, &view.meta);
    }
    Ok(workbook.save_to_buffer()?)
}

/// A caption, headings, and rows numbered from 1.
fn numbered(table: &mut Table, view: &NumberedTable, columns: &[(u16, u16)]) -> Result<(), XlsxError> {
    caption(table, &view.caption)?;
    heading_row(table, columns, &view.headings)?;
    let mut number = Decimal::ZERO;
    for row in &view.rows {
        number += Decimal::ONE;
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
    none(table, view.rows.is_empty(), &view.none)
}

/// 无, where there are no rows.
fn none(table: &mut Table, is_empty: bool, text: &str) -> Result<(), XlsxError> {
    if is_empty && !text.is_empty() {
        table.across(MIN_ROW, text, &formats::centred())?;
    }
    Ok(())
}

/// 人天, prices and 订单总额; gives back the total's cell, unless it is still open.
fn work_table(table: &mut Table, view: &OrderWork) -> Result<String, XlsxError> {
    caption(table, &view.caption)?;
    heading_row(table, &FIFTHS, &view.headings)?;
    let first = table.row;
    let decimals = cents::day_decimals(view.rows.iter().filter_map(|row| row.days));
    for row in &view.rows {
        work_row(table, row, decimals)?;
    }
    let row = table.row;
    let sum = cents::sum(&format!("SUM({}:{})", at(LAST, first), at(LAST, row.saturating_sub(1))));
    let total = worked_out(&sum, view.total.map(|total| total.decimal()));
    let days = format!("=SUM({}:{})", at(4, first), at(4, row.saturating_sub(1)));
    let all: Option<Vec<Decimal>> = view.rows.iter().map(|row| row.days).collect();
    let days = match all {
        Some(all) => Content::formula(days, Some(all.into_iter().sum::<Decimal>().normalize())),
        None => Content::Blank,
    };
    table.row(
        MIN_ROW,
        &[
            Cell::text(0, 3, &view.total_label, &formats::heading()),
            Cell::new(4, 4, days, &formats::heading()),
            Cell::new(5, 5, Content::Blank, &formats::heading()),
            Cell::new(LAST, LAST, total, &formats::money_total()),
        ],
    )?;
    let total = at(LAST, row);
    if let Some(net) = &view.net {
        net_row(table, net, &total)?;
    }
    if !view.note.is_empty() {
        table.across(MIN_ROW, &view.note, &formats::text())?;
    }
    Ok(total)
}

/// What of the total is without tax.
fn net_row(table: &mut Table, view: &OrderNet, total: &str) -> Result<(), XlsxError> {
    let fraction = view.rate.fraction().normalize();
    let rate = at(5, table.row);
    let percent = formats::percent(fraction.scale().saturating_sub(2));
    let net = format!("={}", cents::without_tax(total, &rate, fraction));
    let cells = [
        label((0, 3), &view.label),
        label((4, 4), "税率"),
        Cell::new(5, 5, Content::Number(fraction), &percent),
        Cell::new(LAST, LAST, Content::formula(net, Some(view.amount.decimal())), &formats::result()),
    ];
    table.row(MIN_ROW, &cells).map(drop)
}

fn work_row(table: &mut Table, view: &OrderWorkRow, decimals: u32) -> Result<(), XlsxError> {
    let row = table.row;
    let amount = cents::days_times_price(&at(4, row), decimals, &at(5, row));
    let price = view.gross_price.map(|price| price.decimal());
    table.row(
        MIN_ROW,
        &[
            value(FIFTHS[0], &view.post),
            Cell::text(2, 3, &view.level, &formats::centred()),
            Cell::new(4, 4, Content::number(view.days.map(|days| days.normalize())), &formats::centred()),
            Cell::new(5, 5, Content::number(price), &formats::money()),
            Cell::new(
                LAST,
                LAST,
                worked_out(&amount, view.amount.map(|amount| amount.decimal())),
                &formats::money(),
            ),
        ],
    )?;
    Ok(())
}

/// A formula, once there is a figure for it to come to: a formula on empty cells would come to 0.
fn worked_out(formula: &str, figure: Option<Decimal>) -> Content {
    match figure {
        Some(figure) => Content::formula(format!("={formula}"), Some(figure)),
        None => Content::Blank,
    }
}

/// The rows of 付款计划 on the sheet.
struct Stages<'a> {
    first: u32,
    last: u32,
    /// The cell of 订单总额.
    total: &'a str,
    /// Decimals of the ratios.
    decimals: u32,
}

/// 付款计划; on an order's total, what is not typed is a formula.
fn payments(table: &mut Table, view: &PaymentTable, total: Option<&str>) -> Result<(), XlsxError> {
    caption(table, &view.caption)?;
    heading_row(table, &FIFTHS, &view.headings)?;
    none(table, view.rows.is_empty(), &view.none)?;
    let shares = view.rows.iter().filter_map(|stage| stage.share);
    let decimals = shares.map(|share| share.normalize().scale()).max().unwrap_or(0).max(4);
    let count = u32::try_from(view.rows.len()).unwrap_or(u32::MAX);
    let first = table.row;
    let stages = total.map(|total| Stages { first, last: first + count.saturating_sub(1), total, decimals });
    for stage in &view.rows {
        payment_row(table, stage, stages.as_ref())?;
    }
    Ok(())
}

/// One stage.
fn payment_row(table: &mut Table, view: &PaymentRow, stages: Option<&Stages>) -> Result<(), XlsxError> {
    let share = view.share.map(|share| share.normalize());
    let shown = share.map_or(0, |share| share.scale().saturating_sub(2));
    let amount = view.amount.map(|amount| amount.decimal());
    let (amount, share) = match stages {
        Some(stages) => (
            basis(view.amount_basis, amount, |rest| stages.amount(table.row, rest)),
            basis(view.share_basis, share, |rest| stages.share(table.row, rest)),
        ),
        None => (Content::number(amount), Content::number(share)),
    };
    table.row(
        MIN_ROW,
        &[
            value(FIFTHS[0], &view.stage),
            value(FIFTHS[1], &view.condition),
            Cell::new(4, 4, amount, &formats::money()),
            Cell::new(5, 5, share, &formats::percent(shown)),
            value(FIFTHS[4], &view.note),
        ],
    )?;
    Ok(())
}

/// A typed figure, or the formula that comes to it.
fn basis(basis: Basis, figure: Option<Decimal>, formula: impl Fn(bool) -> String) -> Content {
    match basis {
        Basis::Stated => Content::number(figure),
        Basis::Computed => worked_out(&formula(false), figure),
        Basis::Rest => worked_out(&formula(true), figure),
    }
}

impl Stages<'_> {
    /// r2(订单总额 × 比例), or 订单总额 less the other rows.
    fn amount(&self, row: u32, rest: bool) -> String {
        if rest {
            cents::sum(&format!("{}{}", self.total, self.less_others(4, row)))
        } else {
            cents::days_times_price(&at(5, row), self.decimals, self.total)
        }
    }

    /// 金额 / 订单总额 to 0.01 %, or 100 % less the other rows.
    fn share(&self, row: u32, rest: bool) -> String {
        if rest {
            format!("ROUND(1{},{})", self.less_others(5, row), self.decimals)
        } else {
            format!("ROUND({}/{},4)", at(4, row), self.total)
        }
    }

    /// -SUM(E10:E11)-SUM(E13:E14) for the row 12.
    fn less_others(&self, column: u16, row: u32) -> String {
        let part = |from: u32, to: u32| {
            if from <= to { format!("-SUM({}:{})", at(column, from), at(column, to)) } else { String::new() }
        };
        let before = if row > self.first { part(self.first, row - 1) } else { String::new() };
        before + &part(row + 1, self.last)
    }
}

#[cfg(test)]
mod tests {
    use calamine::Data;
    use rust_decimal::dec;

    use super::super::testing;
    use super::*;
    use crate::view::sheets::wording::blank_order_form;
    use crate::view::sheets::{Money, SheetMeta};

    /// An order of 120 高级 and 33.5 中级 人天, paid in three stages.
    fn order() -> OrderFormSheet {
        let mut view = blank_order_form(&testing::framework(), &testing::readings(), SheetMeta::default());
        let row = |level: &str, days, price| OrderWorkRow {
            post: "产品/平台服务".into(),
            level: level.into(),
            days: Some(days),
            gross_price: Some(Money::round(price)),
            amount: Some(Money::round(days * price)),
        };
        view.work = Some(OrderWork {
            caption: "人天明细".into(),
            headings: ["岗位职责", "级别", "人天", "含税单价（元/人天）", "金额（元）"].map(str::to_owned),
            rows: vec![row("高级", dec!(120), dec!(899.99)), row("中级", dec!(33.5), dec!(799.99))],
            total_label: "订单总额".into(),
            total: Some(Money::round(dec!(134798.47))),
            net: None,
            note: String::new(),
        });
        let stage = |name: &str, amount, share, amount_basis| PaymentRow {
            stage: name.into(),
            amount: Some(Money::round(amount)),
            amount_basis,
            share: Some(share),
            ..PaymentRow::default()
        };
        view.payments.rows = vec![
            stage("首期", dec!(40439.54), dec!(0.3), Basis::Computed),
            stage("中期", dec!(44928.33), dec!(0.3333), Basis::Computed),
            stage("尾款", dec!(49430.60), dec!(0.3667), Basis::Rest),
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
    fn a_final_order_is_locked_and_the_form_is_there_to_be_filled_in() {
        let locked = |view: &OrderFormSheet| {
            let xml = testing::part(&write_order_form(view).unwrap(), "xl/worksheets/sheet1.xml");
            xml.contains("<sheetProtection")
        };
        let mut view = order();
        assert!(locked(&view));
        view.meta.draft = true;
        assert!(!locked(&view));
        assert!(!locked(&OrderFormSheet { work: None, meta: SheetMeta::default(), ..view }));
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
        let total = found.iter().find(|(formula, _)| formula.starts_with("ROUND(SUM(G")).unwrap();
        assert_eq!(total.1, "134798.47");
        let last = found.last().unwrap();
        assert!(last.0.contains("-SUM(E"), "{last:?}");
        assert_eq!(last.1, "49430.6");
    }
}
