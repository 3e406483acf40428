//! Workbooks: the annexes that someone goes on calculating with.
//!
//! Each file here writes one document from its view: `quotation` (附件3), `quotation_form` (附件3, blank, for the
//! supplier), `assessment` (附件2's 考核表), `order_form` (附件6), `settlement_form` (附件7), `summary` (结算汇总), `changes`
//! (变更对照表). They share how a table
//! is laid out (`layout`), how cells look (`formats`), the price table (`price_table`) and the label tables
//! (`form`).
//!
//! Three promises hold for all of them:
//! - a figure that follows from others is a live formula, and the result stored beside it is our exact figure, so
//!   that a reader that does not calculate sees the same as one that does;
//! - text is written as text: nothing in a view becomes a formula;
//! - the same view gives the same bytes, whenever and wherever.
//!
//! May use: `view`.

mod assessment;
mod cents;
mod changes;
mod form;
mod formats;
mod layout;
mod order_form;
mod pages;
mod people_sheet;
mod price_table;
mod quotation;
mod quotation_form;
mod settlement;
mod settlement_due;
mod settlement_form;
mod summary;
mod summary_chart;
#[cfg(test)]
mod testing;

pub use assessment::write_assessment;
pub use changes::write_changes;
pub use order_form::write_order_form;
pub use quotation::write_quotation;
pub use quotation_form::write_quotation_form;
pub use settlement::write_settlement;
pub use settlement_form::write_settlement_form;
pub use summary::write_summary;

use rust_xlsxwriter::{DocProperties, ExcelDateTime, FormatAlign, ProtectionOptions, Workbook, Worksheet};

use crate::view::sheets::SheetMeta;

/// Why a workbook could not be written.
#[derive(Debug, thiserror::Error)]
pub enum XlsxError {
    /// A text is longer than a cell can hold.
    #[error("单元格放不下这段文字：{length} 个字符，Excel 的上限是 32,767 个。文字开头：“{start}…”")]
    TextTooLong {
        /// How many UTF-16 units it has, as Excel counts.
        length: usize,
        /// Its first characters.
        start: String,
    },
    /// The writer refused.
    #[error("工作簿写不出来：{0}")]
    Writer(#[from] rust_xlsxwriter::XlsxError),
}

/// How a sheet goes on paper.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Paper {
    /// A4 upright.
    Portrait,
    /// A4 on its side.
    Landscape,
}

/// A workbook with 宋体 as its default font. Column widths are counted in that font's digits, as Chinese Excel
/// does: without it the same widths would come out narrower.
fn new_workbook(meta: &SheetMeta) -> Result<Workbook, XlsxError> {
    let mut workbook = Workbook::new();
    workbook.set_default_format(&formats::base(), 18, 72)?;
    // The writer's own default is the present moment, which would change the bytes of every build.
    let created = ExcelDateTime::from_ymd(2026, 1, 1)?;
    workbook.set_properties(
        &DocProperties::new()
            .set_title(layout::clean(&meta.title))
            .set_author(layout::clean(&meta.author))
            .set_creation_datetime(&created),
    );
    Ok(workbook)
}

/// The annex on the left, the contract on the right, so that a loose sheet can be told; 草稿 where it is one.
fn print_header(meta: &SheetMeta) -> String {
    // & begins a code of Excel's; a header holds 255 characters.
    let plain = |text: &str| clean_line(text).chars().take(60).collect::<String>().replace('&', "&&");
    let draft = if meta.draft { "　草稿" } else { "" };
    let font = "&\"宋体,常规\"&9 ";
    format!("&L{font}{}&R{font}{}{draft}", plain(&meta.title), plain(&meta.reference))
}

/// Under the title of a revised annex, what it is revised to; nothing as signed. Gives back the last row of the title.
fn mark(table: &mut layout::Table, meta: &SheetMeta, title: u32) -> Result<u32, XlsxError> {
    if meta.mark.is_empty() {
        return Ok(title);
    }
    table.across(layout::MIN_ROW, &meta.mark, &formats::mark(FormatAlign::Center))
}

/// Locks a sheet against slips: what is written stays as it is, formulas are seen, cells selected and copied, columns
/// and rows made wider. No password: who must change something can, and `verify` tells it.
fn lock(sheet: &mut Worksheet) {
    let options =
        ProtectionOptions { format_columns: true, format_rows: true, ..ProtectionOptions::default() };
    sheet.protect_with_options(&options);
}

/// The same for what is signed or issued; a draft is still to be worked on.
fn lock_final(sheet: &mut Worksheet, meta: &SheetMeta) {
    if !meta.draft {
        lock(sheet);
    }
}

/// A text on one line.
fn clean_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Names the sheet and sets it up for printing: A4, one page wide, page numbers, 草稿 where it is one.
fn set_up(sheet: &mut Worksheet, name: &str, paper: Paper, meta: &SheetMeta) -> Result<(), XlsxError> {
    sheet.set_name(name)?;
    sheet.set_paper_size(9);
    // Margins in inches, Excel's unit: left, right, top, bottom, header, footer.
    match paper {
        Paper::Portrait => sheet.set_portrait().set_margins(0.63, 0.63, 0.75, 0.75, 0.35, 0.35),
        Paper::Landscape => sheet.set_landscape().set_margins(0.5, 0.5, 0.5, 0.5, 0.25, 0.25),
    };
    sheet.set_print_fit_to_pages(1, 0).set_print_center_horizontally(true);
    sheet.set_footer("&C&\"宋体,常规\"&9第 &P 页 共 &N 页");
    sheet.set_header(print_header(meta));
    sheet.set_screen_gridlines(false);
    // The writer turns an empty result into this default, which is 0 unless set: a figure that nobody gave.
    sheet.set_formula_result_default("");
    Ok(())
}
