//! 结算汇总 against itself: what is settled and what is left make the cap, in every row and on the basis that it names.
//!
//! May use: `verify`, `diagnostics`.

use std::collections::BTreeMap;

use super::books::exactly;
use super::checks::{self, FIGURE};
use crate::diagnostics::{CellRef, Diagnostic};
use crate::verify::read::sheet_cells::{Book, BookSheet, CellValue};
use crate::verify::second_route::exact::{Cents, show};

/// How the headings begin.
const SUPPLIER: &str = "供应商";
const CONTRACT: &str = "合同编号";
const SETTLED: &str = "累计已结算";
const LEFT: &str = "剩余";
const CAP: &str = "框架协议";

/// A case: its 供应商 and its 合同编号.
type Name<'s> = (&'s str, &'s str);

/// Rows of the first sheet whose 累计已结算 and 剩余 do not make the 上限 that the second has for their case.
pub fn check(file: &str, book: &Book) -> Vec<Diagnostic> {
    let [orders, suppliers, ..] = book.sheets.as_slice() else { return Vec::new() };
    // Two cases may bear the same name, and no 合同编号 yet: each of their caps may be meant.
    let mut caps: BTreeMap<Name<'_>, Vec<Cents>> = BTreeMap::new();
    for (name, _, [cap]) in rows(suppliers, [CAP]) {
        caps.entry(name).or_default().push(cap);
    }
    let mut findings = Vec::new();
    for (name, place, [settled, left]) in rows(orders, [SETTLED, LEFT]) {
        let Some(caps) = caps.get(&name).filter(|caps| !caps.contains(&(settled + left))) else { continue };
        let message = format!(
            "累计已结算 {} 与剩余 {} 相加是 {}，不是这个供应商的金额上限",
            show(settled),
            show(left),
            show(settled + left)
        );
        let finding = checks::of_cell(&FIGURE, file, &orders.name, place, message);
        let caps: Vec<String> = caps.iter().map(|cap| show(*cap)).collect();
        findings.push(checks::expecting(finding, caps.join("，或 ")));
    }
    findings
}

/// The rows that have a case and a figure under each of these headings; with the place of the first.
fn rows<'s, const N: usize>(
    sheet: &'s BookSheet,
    wanted: [&str; N],
) -> impl Iterator<Item = (Name<'s>, CellRef, [Cents; N])> {
    let heading = |beginning: &str| {
        let is_it = |value: &CellValue| matches!(value, CellValue::Text(text) if text.starts_with(beginning));
        sheet.cells.iter().find(|(_, cell)| is_it(&cell.value)).map(|(place, _)| *place)
    };
    let text = |row: u32, column: u32| match &sheet.cells.get(&CellRef { row, column })?.value {
        CellValue::Text(text) => Some(text.as_str()),
        _ => None,
    };
    let figure = |row: u32, column: u32| match &sheet.cells.get(&CellRef { row, column })?.value {
        CellValue::Number(number) => exactly(number),
        _ => None,
    };
    let named = heading(CONTRACT).and_then(|contract| {
        let beside = |(place, cell): (&CellRef, &super::read::sheet_cells::BookCell)| {
            place.row == contract.row && cell.value == CellValue::Text(SUPPLIER.into())
        };
        let supplier = sheet.cells.iter().find(|(place, cell)| beside((place, cell)))?.0;
        Some((contract.row, supplier.column, contract.column))
    });
    let columns = wanted.map(heading);
    let last = sheet.cells.keys().map(|place| place.row).max().unwrap_or_default();
    let below = named.map_or(0, |(row, ..)| row + 1);
    (below..=last).filter_map(move |row| {
        let (_, supplier, contract) = named?;
        let name = (text(row, supplier)?, text(row, contract).unwrap_or_default());
        let mut figures = [Cents::default(); N];
        for (place, slot) in columns.iter().zip(&mut figures) {
            *slot = figure(row, (*place)?.column)?;
        }
        let column = columns.first().copied().flatten()?.column;
        Some((name, CellRef { row, column }, figures))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::verify::read::sheet_cells::BookCell;

    fn sheet(name: &str, rows: &[&[&str]]) -> BookSheet {
        let mut sheet = BookSheet { name: name.into(), ..BookSheet::default() };
        for (row, cells) in (0..).zip(rows) {
            for (column, text) in (0..).zip(*cells) {
                let is_number = text.starts_with(|c: char| c.is_ascii_digit());
                let value = if is_number {
                    CellValue::Number((*text).into())
                } else {
                    CellValue::Text((*text).into())
                };
                sheet.cells.insert(CellRef { row, column }, BookCell { value, ..BookCell::default() });
            }
        }
        sheet
    }

    #[test]
    fn what_is_settled_and_left_makes_the_cap_of_its_own_case() {
        let orders = |settled: &str| {
            sheet(
                "汇总",
                &[
                    &["供应商甲等的汇总"],
                    &["供应商", "合同编号", "累计已结算\n（元）", "剩余\n（元）"],
                    &["甲", "A-1", settled, "900"],
                    &["甲", "A-2", "60.5", "439.5"],
                    &["合计"],
                ],
            )
        };
        let suppliers = sheet(
            "按供应商",
            &[
                &["供应商", "合同编号", "框架协议\n金额上限（元）"],
                &["甲", "A-1", "1000"],
                &["甲", "A-2", "500"],
            ],
        );
        let book = |settled| Book { sheets: vec![orders(settled), suppliers.clone()], ..Book::default() };
        assert_eq!(check("结算汇总.xlsx", &book("100")), []);
        let found = check("结算汇总.xlsx", &book("106"));
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(found[0].message.contains("1,006.00"), "{found:?}");
        assert_eq!(found[0].expected.as_deref(), Some("1,000.00"));
        assert_eq!(found[0].origin.to_string(), "结算汇总.xlsx 工作表“汇总”单元格 C3");
    }
}
