//! 结算汇总: every 结算单 of a month, every supplier against its cap, every finding.
//!
//! May use: `view`, `formats`, `layout`, `summary_chart`.

use rust_decimal::Decimal;
use rust_xlsxwriter::Format;

use super::cents::day_decimals;
use super::layout::{Cell, Content, Table, at};
use super::{Paper, XlsxError, formats, new_workbook, set_up, summary_chart};
use crate::view::sheets::Money;
use crate::view::summary::{FindingRow, SummaryRow, SummarySheet, SupplierGroup, SupplierRow};

/// Column widths in pixels; a page of landscape A4 is 1009 wide, and the print is fitted to it.
const WIDTHS: [u32; 13] = [164, 116, 100, 142, 56, 48, 106, 106, 98, 104, 106, 78, 56];
/// The same of 按供应商: 710 px of upright A4, and a column for the chart's labels.
const SUPPLIER_WIDTHS: [u32; 9] = [128, 104, 42, 108, 101, 108, 56, 63, 180];
/// Its last printed column.
const NOTE: u16 = 7;
const BASIS: u16 = 2;
const CAP: u16 = 3;
const CUMULATIVE: u16 = 4;
const LEFT: u16 = 5;
/// The same of 发现.
const FINDING_WIDTHS: [u32; 6] = [120, 52, 46, 200, 331, 260];

pub(super) const SHARE: u16 = 6;

const NAME: u16 = 3;
const DAYS: u16 = 4;
const SCORE: u16 = 5;
const GROSS: u16 = 6;
const NET: u16 = 7;
const TAX: u16 = 8;
const SETTLED: u16 = 9;
const REMAINING: u16 = 10;
const COMPARED: u16 = 11;
const STATE: u16 = 12;

const LINE: u32 = 22;

/// Writes the summary.
pub fn write_summary(view: &SummarySheet) -> Result<Vec<u8>, XlsxError> {
    let mut workbook = new_workbook(&view.meta)?;
    let [orders, suppliers, findings] = view.sheets;
    let sheet = workbook.add_worksheet();
    set_up(sheet, orders, Paper::Landscape, &view.meta)?;
    orders_sheet(&mut Table::new(sheet, &WIDTHS)?, view)?;
    let sheet = workbook.add_worksheet();
    set_up(sheet, suppliers, Paper::Portrait, &view.meta)?;
    suppliers_sheet(&mut Table::new(sheet, &SUPPLIER_WIDTHS)?, view)?;
    let sheet = workbook.add_worksheet();
    set_up(sheet, findings, Paper::Landscape, &view.meta)?;
    findings_sheet(&mut Table::new(sheet, &FINDING_WIDTHS)?, view)?;
    Ok(workbook.save_to_buffer()?)
}

/// How the columns of 汇总 look, made once for all rows.
struct Looks {
    text: Format,
    centred: Format,
    number: Format,
    money: Format,
}

impl Looks {
    fn new() -> Self {
        Self {
            text: formats::text(),
            centred: formats::centred(),
            // As many decimals as there are: 12.5 人天, 98 分.
            number: formats::number(),
            money: formats::money(),
        }
    }
}

fn orders_sheet(table: &mut Table, view: &SummarySheet) -> Result<(), XlsxError> {
    table.across(36, &view.title, &formats::title())?;
    table.across(LINE, &view.counts, &formats::line())?;
    let heading = head(table, &view.headings)?;
    let looks = Looks::new();
    for row in &view.rows {
        order_row(table, row, &looks)?;
    }
    total_row(table, view, heading + 1)?;
    for remark in &view.remarks {
        table.across(LINE, remark, &formats::line())?;
    }
    finish(table, heading, 3)
}

fn order_row(table: &mut Table, view: &SummaryRow, looks: &Looks) -> Result<(), XlsxError> {
    let (row, order) = (table.row, &view.order);
    let money = |column, content| Cell::new(column, column, content, &looks.money);
    let number =
        |column, value: Decimal| Cell::new(column, column, Content::Number(value.normalize()), &looks.number);
    // The difference of two doubles may carry a trace of binary fractions.
    let tax = format!("=ROUND({}-{},2)", at(GROSS, row), at(NET, row));
    let cells = [
        Cell::text(0, 0, &view.supplier, &looks.text),
        Cell::text(1, 1, &view.contract, &looks.text),
        Cell::text(2, 2, &order.order, &looks.text),
        Cell::text(NAME, NAME, &order.name, &looks.text),
        number(DAYS, order.days),
        number(SCORE, order.score),
        money(GROSS, Content::Number(order.gross.decimal())),
        money(NET, Content::Number(order.net.decimal())),
        money(TAX, Content::formula(tax, Some(order.tax.decimal()))),
        money(SETTLED, Content::Number(order.settled.decimal())),
        money(REMAINING, Content::number(order.remaining.map(|money| money.decimal()))),
        Cell::text(COMPARED, COMPARED, order.basis.label(), &looks.centred),
        Cell::text(STATE, STATE, order.state.label(), &looks.centred),
    ];
    table.row(LINE, &cells).map(drop)
}

/// 合计: live sums over all rows.
fn total_row(table: &mut Table, view: &SummarySheet, first: u32) -> Result<(), XlsxError> {
    let last = table.row.saturating_sub(1);
    let sum = |column, figure: Decimal, decimals: u32, format: &Format| {
        let content = if view.rows.is_empty() {
            Content::Number(Decimal::ZERO)
        } else {
            let range = format!("{}:{}", at(column, first), at(column, last));
            // Sums of doubles carry a trace of binary fractions; what counts is the 分.
            Content::formula(format!("=ROUND(SUM({range}),{decimals})"), Some(figure))
        };
        Cell::new(column, column, content, format)
    };
    let (blank, money) = (formats::heading(), formats::money_total());
    let days = money.clone().set_num_format("General_ ");
    let totals = &view.totals;
    let cells = [
        Cell::text(0, NAME, &view.total_label, &formats::heading()),
        sum(DAYS, totals.days, day_decimals(view.rows.iter().map(|row| row.order.days)), &days),
        Cell::new(SCORE, SCORE, Content::Blank, &blank),
        sum(GROSS, totals.gross.decimal(), 2, &money),
        sum(NET, totals.net.decimal(), 2, &money),
        sum(TAX, totals.tax.decimal(), 2, &money),
        Cell::new(SETTLED, SETTLED, Content::Blank, &blank),
        Cell::new(REMAINING, REMAINING, Content::Blank, &blank),
        Cell::new(COMPARED, COMPARED, Content::Blank, &blank),
        Cell::new(STATE, STATE, Content::Blank, &blank),
    ];
    table.row(LINE + 3, &cells).map(drop)
}

fn suppliers_sheet(table: &mut Table, view: &SummarySheet) -> Result<(), XlsxError> {
    table.row(36, &[Cell::text(0, NOTE, &view.suppliers_title, &formats::title())])?;
    let heading = head(table, &view.supplier_headings)?;
    let (text, money, percent) = (formats::text(), formats::money(), formats::percent(2));
    let looks = [&text, &money, &percent];
    let mut groups = Vec::with_capacity(view.suppliers.len());
    for group in &view.suppliers {
        let first = table.row;
        for row in &group.rows {
            supplier_row(table, row, looks)?;
        }
        groups.push((group, first));
        group_total(table, group, first)?;
    }
    if !view.basis_note.is_empty() {
        table.row(LINE, &[Cell::text(0, NOTE, view.basis_note, &formats::line())])?;
    }
    for note in &view.later_notes {
        table.row(LINE, &[Cell::text(0, NOTE, note, &formats::line())])?;
    }
    let last_row = summary_chart::insert(table, view, &groups)?;
    finish(table, heading, 1)?;
    table.sheet.set_print_area(0, 0, last_row, NOTE)?;
    Ok(())
}

fn supplier_row(
    table: &mut Table,
    view: &SupplierRow,
    [text, money, percent]: [&Format; 3],
) -> Result<(), XlsxError> {
    let [cap, cumulative] = [CAP, CUMULATIVE].map(|column| at(column, table.row));
    let amount = |column, figure: Option<Decimal>| Cell::new(column, column, Content::number(figure), money);
    let computed = |column, formula: String, figure: Option<Decimal>, format| {
        // What is not known leaves its cell empty: 0 would be a figure.
        let content = figure.map_or(Content::Blank, |figure| Content::formula(formula, Some(figure)));
        Cell::new(column, column, content, format)
    };
    let left = view.remaining.map(|money| money.decimal());
    let cells = [
        Cell::text(0, 0, &view.supplier, text),
        Cell::text(1, 1, &view.contract, text),
        Cell::text(BASIS, BASIS, view.basis.label(), &formats::centred()),
        amount(CAP, view.cap.map(|money| money.decimal())),
        amount(CUMULATIVE, view.cumulative.map(|money| money.decimal())),
        computed(LEFT, format!("=ROUND({cap}-{cumulative},2)"), left, money),
        computed(SHARE, format!("={cumulative}/{cap}"), view.share, percent),
        Cell::text(NOTE, NOTE, &view.note, text),
        Cell::text(summary_chart::LABEL, summary_chart::LABEL, &view.chart_label, &formats::hint()),
    ];
    table.row(LINE, &cells).map(drop)
}

/// The sums of one basis: of those whose cap and balance are known, for only they have a 剩余.
fn group_total(table: &mut Table, view: &SupplierGroup, first: u32) -> Result<(), XlsxError> {
    let (last, own) = (table.row.saturating_sub(1), table.row);
    let range = |column| format!("{}:{}", at(column, first), at(column, last));
    let known = format!("ISNUMBER({})*ISNUMBER({})", range(CAP), range(CUMULATIVE));
    let [cap, cumulative, left] = &view.totals;
    let money = formats::money_total();
    let sum = |column, figure: &Money| {
        let formula = format!("=ROUND(SUMPRODUCT({known}*{}),2)", range(column));
        Cell::new(column, column, Content::formula(formula, Some(figure.decimal())), &money)
    };
    let difference = format!("=ROUND({}-{},2)", at(CAP, own), at(CUMULATIVE, own));
    let share = match view.share {
        Some(share) => Content::formula(format!("={}/{}", at(CUMULATIVE, own), at(CAP, own)), Some(share)),
        None => Content::Blank,
    };
    let cells = [
        Cell::text(0, BASIS, &view.total_label, &formats::heading()),
        sum(CAP, cap),
        sum(CUMULATIVE, cumulative),
        Cell::new(LEFT, LEFT, Content::formula(difference, Some(left.decimal())), &money),
        Cell::new(SHARE, SHARE, share, &formats::heading().set_num_format("0.00%")),
        Cell::new(NOTE, NOTE, Content::Blank, &formats::heading()),
    ];
    table.row(LINE + 3, &cells).map(drop)
}

fn findings_sheet(table: &mut Table, view: &SummarySheet) -> Result<(), XlsxError> {
    table.across(36, &view.findings_title, &formats::title())?;
    let heading = head(table, &view.finding_headings)?;
    let (text, centred) = (formats::text(), formats::centred());
    for row in &view.findings {
        let FindingRow { case, rule, severity, place, message, help } = row;
        let columns = [
            (case, &text),
            (rule, &centred),
            (severity, &centred),
            (place, &text),
            (message, &text),
            (help, &text),
        ];
        let cells: Vec<Cell> = (0_u16..)
            .zip(columns)
            .map(|(column, (words, look))| Cell::text(column, column, words, look))
            .collect();
        table.row(LINE, &cells)?;
    }
    if view.findings.is_empty() {
        table.across(LINE, view.no_findings, &text)?;
    }
    finish(table, heading, 1)
}

fn head(table: &mut Table, headings: &[&str]) -> Result<u32, XlsxError> {
    let look = formats::heading();
    let cells: Vec<Cell> =
        (0_u16..).zip(headings).map(|(column, heading)| Cell::text(column, column, heading, &look)).collect();
    table.row(30, &cells)
}

/// Headings stay in sight and are printed on every page.
fn finish(table: &mut Table, heading: u32, columns: u16) -> Result<(), XlsxError> {
    table.sheet.set_freeze_panes(heading + 1, columns)?;
    table.sheet.set_repeat_rows(heading, heading)?;
    table.sheet.set_print_area(0, 0, table.row.saturating_sub(1), table.last_column())?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::testing::{keep, part, read};
    use super::*;
    use crate::view::summary::CapBasis;
    use crate::view::summary::{CaseSummary, SettledOrder, State};
    use calamine::{Data, Reader, Xlsx};
    use rust_decimal::dec;
    use std::io::Cursor;

    /// `count` suppliers with one order each; supplier n is due 100 × n 元.
    fn cases(count: u32) -> Vec<CaseSummary> {
        let case = |n: u32| {
            let gross = Money::round(dec!(74012.50) * Decimal::from(n));
            let net = Money::round(gross.decimal() / dec!(1.06));
            let cap = Money::round(dec!(17275715.69));
            let order = SettledOrder {
                order: format!("DD-2026-{n:03}"),
                name: "视频彩铃运营支撑".into(),
                days: dec!(20.5),
                score: dec!(97.5),
                gross,
                net,
                tax: gross - net,
                settled: gross,
                basis: CapBasis::Gross,
                remaining: Some(cap - gross),
                state: State::Draft,
            };
            CaseSummary {
                case: format!("供应商{n}"),
                supplier: format!("成都第{n}示例科技有限公司"),
                short_name: format!("供应商{n}"),
                contract: format!("MGYY-2026-{n:04}"),
                cap: Some(cap),
                cumulative: Some(gross),
                net_cumulative: Some(net),
                orders: vec![order],
                ..CaseSummary::default()
            }
        };
        (1..=count).map(case).collect()
    }

    fn written(cases: &[CaseSummary]) -> Vec<u8> {
        let view = SummarySheet::new("2026-03".parse().unwrap(), "咪咕音乐有限公司", cases, 1);
        write_summary(&view).unwrap()
    }

    fn with_a_failure(count: u32) -> Vec<CaseSummary> {
        let finding = FindingRow {
            case: "坏的".into(),
            rule: "S003".into(),
            severity: "错误".into(),
            place: "结算/2026-03/工时.xlsx 工作表“工时”单元格 F12".into(),
            message: "=张三 2026-03-05 共 1.5 人天，超过 1 人天".into(),
            help: "核对考勤，改这一处或另一处。".into(),
        };
        let failed = CaseSummary {
            case: "坏的".into(),
            supplier: "北京坏的公司".into(),
            failed: "2 个错误，见“发现”".into(),
            cap: Some(Money::round(dec!(12000000))),
            cumulative: Some(Money::ZERO),
            net_cumulative: Some(Money::ZERO),
            findings: vec![finding],
            ..CaseSummary::default()
        };
        [cases(count), vec![failed]].concat()
    }

    #[test]
    fn sums_are_formulas_with_exact_results() {
        let bytes = written(&with_a_failure(3));
        keep("结算汇总.xlsx", &bytes);
        let (values, formulas, _) = read(&bytes);
        // Title, counts, headings, three rows, sums.
        assert_eq!(formulas.get_value((6, 6)).map(String::as_str), Some("ROUND(SUM(G4:G6),2)"));
        assert_eq!(values.get_value((6, 6)), Some(&Data::Float(444_075.0)));
        // 69,823.11 + 139,646.23 + 209,469.34: 74012.50 × n / 1.06, each to the 分.
        assert_eq!(values.get_value((6, 7)), Some(&Data::Float(418_938.68)));
        assert_eq!(values.get_value((6, 8)), Some(&Data::Float(25_136.32)));
        assert_eq!(values.get_value((6, 4)), Some(&Data::Float(61.5)));
        assert_eq!(values.get_value((3, 12)), Some(&Data::String("草稿".into())));
        let remark = values.get_value((8, 0)).map(ToString::to_string).unwrap_or_default();
        assert!(remark.contains("北京坏的公司") && remark.contains("2 个错误"), "{remark}");
    }

    #[test]
    fn the_other_sheets_hold_suppliers_and_findings() {
        let mut book: Xlsx<_> = Xlsx::new(Cursor::new(written(&with_a_failure(3)))).unwrap();
        assert_eq!(book.sheet_names(), ["汇总", "按供应商", "发现"]);
        let suppliers = book.worksheet_range("按供应商").unwrap();
        // The third has the highest share: 222,037.50 of 17,275,715.69.
        assert_eq!(suppliers.get_value((2, 4)), Some(&Data::Float(222_037.5)));
        assert_eq!(suppliers.get_value((2, 5)), Some(&Data::Float(17_053_678.19)));
        assert_eq!(suppliers.get_value((2, 8)), Some(&Data::String("供应商3　1.29%".into())));
        let findings = book.worksheet_range("发现").unwrap();
        assert_eq!(findings.get_value((2, 1)), Some(&Data::String("S003".into())));
        let message = findings.get_value((2, 4)).map(ToString::to_string).unwrap_or_default();
        assert!(message.starts_with("=张三"), "text stays text: {message}");
    }

    #[test]
    fn a_chart_a_page_however_many_suppliers() {
        let charts = |count: u32| {
            let bytes = written(&with_a_failure(count));
            keep(&format!("结算汇总-{count}.xlsx"), &bytes);
            let package = zip::ZipArchive::new(Cursor::new(bytes.clone())).unwrap();
            let charts = package
                .file_names()
                .filter(|name| name.as_ref().is_ok_and(|name| name.starts_with("xl/charts/chart")))
                .count();
            (charts, part(&bytes, "xl/worksheets/sheet2.xml").matches("<brk ").count())
        };
        assert_eq!(charts(3), (1, 0), "below the table");
        assert_eq!(charts(59), (2, 2), "sixty bars on two pages of their own");
        assert_eq!(charts(199), (6, 6));
    }

    // 74,012.50 of 17,275,715.69 are 0.43 %, three times as much 1.29 %.
    #[test]
    fn bars_of_one_per_cent_can_be_told_apart() {
        let xml = part(&written(&cases(3)), "xl/charts/chart1.xml");
        assert!(xml.contains("<c:f>按供应商!$G$3:$G$5</c:f>"), "the shares: {xml}");
        assert!(
            xml.contains("<c:max val=\"0.014\"/>") && xml.contains("<c:majorUnit val=\"0.002\"/>"),
            "{xml}"
        );
        assert!(xml.contains("formatCode=\"0.0%\"") && xml.contains("百分比"), "{xml}");
        assert_eq!(xml.matches("<c:ser>").count(), 1, "{xml}");
    }

    #[test]
    fn a_month_in_which_all_failed_sums_to_nothing() {
        let failed = with_a_failure(0);
        let (values, formulas, _) = read(&written(&failed));
        assert_eq!(values.get_value((3, 6)), Some(&Data::Float(0.0)));
        assert!(formulas.get_value((3, 6)).is_none_or(String::is_empty), "no sum over the heading");
    }
}
