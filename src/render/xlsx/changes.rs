//! 变更对照表: the totals and every 调整 on one sheet, on the other a list of all that differs, to be filtered.
//!
//! May use: `view`, `formats`, `layout`, `cents`.

use rust_decimal::Decimal;
use rust_xlsxwriter::Format;

use super::layout::{Cell, Content, Table, at};
use super::{Paper, XlsxError, cents, clean_line, formats, new_workbook, set_up};
use crate::view::changes::{ChangedItem, ChangesSheet, ItemView, NONE, RevisionView, TotalView, Value};

/// Column widths of 汇总 in pixels; a page of landscape A4 is 1009 wide, and the print is fitted to it.
const TOTAL_WIDTHS: [u32; 6] = [150, 130, 160, 160, 90, 332];
/// Those of 明细: an amount in 大写 takes two lines.
const WIDTHS: [u32; 11] = [52, 84, 220, 128, 104, 132, 100, 160, 160, 108, 76];

const LINE: u32 = 22;
const REASON_CHARACTERS: usize = 28;

const CONTRACT_COLUMN: u16 = 1;
const REASON: u16 = 2;
const ITEM: u16 = 6;
const OLD: u16 = 7;
const NEW: u16 = 8;
const DIFFERENCE: u16 = 9;
const SHARE: u16 = 10;

/// Writes the table.
pub fn write_changes(view: &ChangesSheet) -> Result<Vec<u8>, XlsxError> {
    let mut workbook = new_workbook(&view.meta)?;
    let [totals, list] = view.sheets;
    let sheet = workbook.add_worksheet();
    set_up(sheet, totals, Paper::Landscape, &view.meta)?;
    totals_sheet(&mut Table::new(sheet, &TOTAL_WIDTHS)?, view)?;
    let sheet = workbook.add_worksheet();
    set_up(sheet, list, Paper::Landscape, &view.meta)?;
    list_sheet(&mut Table::new(sheet, &WIDTHS)?, view)?;
    Ok(workbook.save_to_buffer()?)
}

/// The totals as signed and now, and what each 调整 is.
fn totals_sheet(table: &mut Table, view: &ChangesSheet) -> Result<(), XlsxError> {
    table.across(36, &view.title, &formats::title())?;
    for fact in &view.facts {
        table.across(LINE, fact, &formats::line())?;
    }
    let heading = formats::heading();
    let cells: Vec<Cell> =
        (0_u16..).zip(view.total_headings).map(|(c, text)| Cell::text(c, c, text, &heading)).collect();
    table.row(26, &cells)?;
    for total in &view.view.totals {
        total_row(table, total)?;
    }
    table.across(LINE, "", &formats::line())?;
    let columns = [(0, 0), (1, 1), (2, 3), (4, 5)];
    let headings = columns.into_iter().zip(view.revision_headings);
    let cells: Vec<Cell> =
        headings.map(|((first, last), text)| Cell::text(first, last, text, &heading)).collect();
    table.row(26, &cells)?;
    let (text, centred) = (formats::text(), formats::centred());
    for revision in &view.view.revisions {
        let cells = [
            Cell::text(0, 0, &revision.name, &centred),
            Cell::text(1, 1, &revision.from_iso, &centred),
            Cell::text(2, 3, &revision.clauses, &text),
            Cell::text(4, 5, &revision.reason, &text),
        ];
        table.row(LINE, &cells)?;
        table.across(LINE, &revision.remarks.join("\n"), &text)?;
    }
    table.across(LINE, view.note, &formats::line())?;
    table.sheet.set_print_area(0, 0, table.row.saturating_sub(1), table.last_column())?;
    Ok(())
}

fn total_row(table: &mut Table, view: &TotalView) -> Result<(), XlsxError> {
    let (old, new) = (at(CONTRACT_COLUMN, table.row), at(CONTRACT_COLUMN + 1, table.row));
    let (money, centred) = (formats::result(), formats::centred());
    let mut cells = vec![Cell::text(0, 0, &view.name, &formats::heading())];
    let Some(change) = view.amounts else {
        let texts = (1_u16..).zip([&view.signed, &view.now, &view.difference, &view.percent]);
        cells.extend(texts.map(|(column, text)| Cell::text(column, column, text, &centred)));
        return table.row(LINE, &cells).map(drop);
    };
    let difference = Content::formula(
        format!("={}", cents::sum(&format!("{new}-{old}"))),
        Some(change.difference().decimal()),
    );
    cells.push(Cell::new(1, 1, Content::Number(change.old.decimal()), &money));
    cells.push(Cell::new(2, 2, Content::Number(change.new.decimal()), &money));
    cells.push(Cell::new(3, 3, difference, &formats::difference()));
    cells.push(Cell::new(4, 4, share_of(&old, &new, 2, change.percent()), &share_format(change.percent())));
    table.row(LINE, &cells).map(drop)
}

/// Everything that differs, a row each.
fn list_sheet(table: &mut Table, view: &ChangesSheet) -> Result<(), XlsxError> {
    table.across(36, &view.title, &formats::title())?;
    let look = formats::heading();
    let cells: Vec<Cell> =
        (0_u16..).zip(view.headings).map(|(c, text)| Cell::text(c, c, text, &look)).collect();
    let heading = table.row(30, &cells)?;
    let looks = Looks::new();
    for revision in &view.view.revisions {
        for item in &revision.items {
            item_row(table, revision, item, &looks)?;
        }
    }
    let last = table.row.saturating_sub(1);
    table.sheet.autofilter(heading, 0, last, table.last_column())?;
    table.sheet.set_freeze_panes(heading + 1, 0)?;
    table.sheet.set_repeat_rows(heading, heading)?;
    table.sheet.set_print_area(0, 0, last, table.last_column())?;
    Ok(())
}

/// How the columns look, made once for all rows.
struct Looks {
    text: Format,
    centred: Format,
    money: Format,
    difference: Format,
}

impl Looks {
    fn new() -> Self {
        Self {
            text: formats::text(),
            centred: formats::centred(),
            money: formats::money(),
            difference: formats::difference(),
        }
    }
}

fn item_row(
    table: &mut Table,
    revision: &RevisionView,
    view: &ItemView,
    looks: &Looks,
) -> Result<(), XlsxError> {
    let row = table.row;
    let text = |column, words: &str| Cell::text(column, column, words, &looks.text);
    let mut cells = vec![
        Cell::text(0, 0, &revision.name, &looks.centred),
        Cell::text(1, 1, &revision.from_iso, &looks.centred),
        text(REASON, &shortened(&revision.reason)),
        text(3, &view.document),
        text(4, &view.clause),
        text(5, &view.line),
        text(ITEM, &view.item),
    ];
    cells.extend(figures(view, row, looks));
    table.row(LINE, &cells).map(drop)
}

/// A reason as it stands in every row of 明细: two lines of its column at most; the whole of it is on the other sheet.
fn shortened(reason: &str) -> String {
    let line = clean_line(reason);
    match line.char_indices().nth(REASON_CHARACTERS) {
        Some((end, _)) => format!("{}…", line.get(..end).unwrap_or_default()),
        None => line,
    }
}

/// Old, new, difference and share: numbers where they are numbers, and formulas where they follow from them.
fn figures(view: &ItemView, row: u32, looks: &Looks) -> [Cell; 4] {
    let (old, new) = (at(OLD, row), at(NEW, row));
    let unit = view.figures.as_ref().map(unit_of).unwrap_or_default();
    let value = |column, value: Option<&Value>, words: &str| match value {
        Some(Value::Money(amount)) => {
            Cell::new(column, column, Content::Number(amount.decimal()), &looks.money)
        }
        Some(Value::Rate(rate)) => {
            let fraction = rate.fraction().normalize();
            let format = formats::percent_right(fraction.scale().saturating_sub(2));
            Cell::new(column, column, Content::Number(fraction), &format)
        }
        _ => Cell::text(column, column, words, &looks.text),
    };
    let item = view.figures.as_ref();
    let difference = match (item.and_then(ChangedItem::difference), unit) {
        (None, _) => Cell::text(DIFFERENCE, DIFFERENCE, NONE, &looks.centred),
        (Some(points), Unit::Rate { decimals }) => {
            let factor = decimals.saturating_sub(2);
            let formula = format!("=ROUND(({new}-{old})*100,{factor})");
            let format = formats::points(points.normalize().scale());
            Cell::new(DIFFERENCE, DIFFERENCE, Content::formula(formula, Some(points)), &format)
        }
        (Some(amount), Unit::Money) => {
            let formula = format!("={}", cents::sum(&format!("{new}-{old}")));
            Cell::new(DIFFERENCE, DIFFERENCE, Content::formula(formula, Some(amount)), &looks.difference)
        }
    };
    let percent = item.and_then(ChangedItem::percent);
    let decimals = match unit {
        Unit::Money => 2,
        Unit::Rate { decimals } => decimals,
    };
    let share = share_of(&old, &new, decimals, percent);
    [
        value(OLD, item.map(|item| &item.old), &view.old),
        value(NEW, item.map(|item| &item.new), &view.new),
        difference,
        Cell::new(SHARE, SHARE, share, &share_format(percent)),
    ]
}

/// What the figures of an item are.
#[derive(Clone, Copy, Default)]
enum Unit {
    /// 元, to the 分.
    #[default]
    Money,
    /// A fraction with so many decimals.
    Rate { decimals: u32 },
}

fn unit_of(item: &ChangedItem) -> Unit {
    match (&item.old, &item.new) {
        (Value::Rate(old), Value::Rate(new)) => {
            let scale = |rate: Decimal| rate.normalize().scale();
            Unit::Rate { decimals: scale(old.fraction()).max(scale(new.fraction())).max(2) }
        }
        _ => Unit::Money,
    }
}

/// The share as a live formula; the dash where there is none.
fn share_of(old: &str, new: &str, decimals: u32, percent: Option<Decimal>) -> Content {
    match percent.and_then(|percent| percent.checked_div(Decimal::ONE_HUNDRED)) {
        Some(share) => Content::formula(format!("={}", cents::share(old, new, decimals)), Some(share)),
        None => Content::text(NONE),
    }
}

fn share_format(percent: Option<Decimal>) -> Format {
    if percent.is_some() { formats::share() } else { formats::centred() }
}
