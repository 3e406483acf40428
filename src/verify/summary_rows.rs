//! The rows of a 结算汇总 against the 结算单 of its cases. A row is known by its 合同编号 and its 订单编号 together: several
//! suppliers may give their orders the same number.
//!
//! May use: `verify`, `diagnostics`, `model`.

use std::collections::{BTreeMap, BTreeSet};

use super::books::exactly;
use super::checks::{self, CELL, FIGURE};
use crate::diagnostics::{CellRef, Diagnostic};
use crate::model::names::plain;
use crate::verify::read::sheet_cells::{BookSheet, CellValue};
use crate::verify::second_route::exact::{Cents, show};

/// How the headings of the figures begin.
const FIGURES: [&str; 3] = ["应支付", "不含税", "税额"];
const CONTRACT: &str = "合同编号";
const ORDER: &str = "订单编号";

/// What a row must say of one 结算单.
#[derive(Clone, Debug)]
pub struct Due {
    /// Whose it is, as messages say it.
    pub case: String,
    /// 合同编号; may be empty.
    pub contract: String,
    /// 订单编号.
    pub order: String,
    /// 应支付, 不含税, 税额; none where the manifest's figure is no amount.
    pub figures: [Option<Cents>; 3],
}

/// 合同编号 and 订单编号.
type Key = (String, String);

/// A row of the sheet, and what stands in it under [`FIGURES`].
struct Row {
    key: Key,
    number: u32,
    figures: [Option<Cents>; 3],
}

/// Every 结算单 has a row of its own with its figures, and no row is there twice. `is_whole` says that all cases of the
/// 汇总 are here, so that a row of nobody belongs to none.
pub fn check(file: &str, sheet: &BookSheet, all: &[Due], is_whole: bool) -> Vec<Diagnostic> {
    let Some(columns) = Columns::of(sheet) else {
        let message =
            format!("工作表“{}”没有汇总的表头（{CONTRACT}、{ORDER}、{}）", sheet.name, FIGURES.join("、"));
        return vec![checks::of_file(&CELL, file, message)];
    };
    let mut rows: BTreeMap<Key, Vec<Row>> = BTreeMap::new();
    for row in columns.rows(sheet) {
        rows.entry(row.key.clone()).or_default().push(row);
    }
    let contracts: BTreeSet<String> = all.iter().map(|due| plain(&due.contract)).collect();
    let mut findings = Vec::new();
    let mut others = Vec::new();
    // Two cases may bear no 合同编号 or by mistake the same: a row goes to the one whose figures it has.
    for due in all {
        let own = rows.entry((plain(&due.contract), plain(&due.order))).or_default();
        let fits = |row: &Row| row.figures.iter().zip(&due.figures).all(|(found, due)| found == due);
        match own.iter().position(fits) {
            Some(at) => drop(own.remove(at)),
            None => others.push(due),
        }
    }
    for due in others {
        let own = rows.entry((plain(&due.contract), plain(&due.order))).or_default();
        if own.is_empty() {
            let message = format!("汇总里没有 {} 的订单 {}", due.case, due.order);
            findings.push(checks::of_file(&CELL, file, message));
        } else {
            findings.extend(columns.differing(file, sheet, &own.remove(0), due));
        }
    }
    for row in rows.into_values().flatten() {
        if is_whole || contracts.contains(&row.key.0) {
            let place = CellRef { row: row.number, column: columns.order };
            let message = format!("合同 {} 的订单 {} 没有对应的结算单", row.key.0, row.key.1);
            findings.push(checks::of_cell(&CELL, file, &sheet.name, place, message));
        }
    }
    findings
}

/// Where what stands.
struct Columns {
    heading: u32,
    contract: u32,
    order: u32,
    figures: [u32; 3],
}

impl Columns {
    fn of(sheet: &BookSheet) -> Option<Self> {
        let text = |place: &CellRef| match &sheet.cells.get(place)?.value {
            CellValue::Text(text) => Some(text.as_str()),
            _ => None,
        };
        let heading = sheet.cells.keys().find(|place| text(place) == Some(CONTRACT))?.row;
        let in_row = CellRef { row: heading, column: 0 }..=CellRef { row: heading, column: u32::MAX };
        let column = |beginning: &str| {
            let mut places = sheet.cells.range(in_row.clone()).map(|(place, _)| place);
            places.find(|place| text(place).is_some_and(|text| text.starts_with(beginning))).map(|p| p.column)
        };
        let [gross, net, tax] = FIGURES.map(column);
        Some(Self {
            heading,
            contract: column(CONTRACT)?,
            order: column(ORDER)?,
            figures: [gross?, net?, tax?],
        })
    }

    /// The rows with a 订单编号 of their own.
    fn rows(&self, sheet: &BookSheet) -> Vec<Row> {
        let below = CellRef { row: self.heading + 1, column: 0 };
        let orders = sheet.cells.range(below..).filter(|(place, _)| place.column == self.order);
        let row = |(place, cell): (&CellRef, &crate::verify::read::sheet_cells::BookCell)| {
            let at =
                |column: u32| sheet.cells.get(&CellRef { row: place.row, column }).map(|cell| &cell.value);
            let CellValue::Text(order) = &cell.value else { return None };
            let contract = match at(self.contract) {
                Some(CellValue::Text(text)) => plain(text),
                _ => String::new(),
            };
            let figure = |column: u32| match at(column) {
                Some(CellValue::Number(number)) => exactly(number),
                _ => None,
            };
            Some(Row { key: (contract, plain(order)), number: place.row, figures: self.figures.map(figure) })
        };
        orders.filter_map(row).collect()
    }

    /// The figures of a row that are not those of its 结算单.
    fn differing(&self, file: &str, sheet: &BookSheet, row: &Row, due: &Due) -> Vec<Diagnostic> {
        let mut findings = Vec::new();
        let figures = FIGURES.iter().zip(self.figures).zip(row.figures.iter().zip(&due.figures));
        for ((name, column), (found, wanted)) in figures {
            let Some(wanted) = wanted.filter(|wanted| *found != Some(*wanted)) else { continue };
            let said =
                found.map_or_else(|| "没有写，或不是金额".to_owned(), |found| format!("是 {}", show(found)));
            let message = format!("{} 订单 {} 一行的{name}{said}", due.case, due.order);
            let place = CellRef { row: row.number, column };
            let finding = checks::of_cell(&FIGURE, file, &sheet.name, place, message);
            findings.push(checks::expecting(finding, show(wanted)));
        }
        findings
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::verify::read::sheet_cells::BookCell;

    const HEADS: [&str; 6] =
        ["供应商", CONTRACT, ORDER, "应支付\n（含税，元）", "不含税\n（元）", "税额\n（元）"];

    fn sheet(rows: &[[&str; 3]]) -> BookSheet {
        let mut sheet = BookSheet { name: "汇总".into(), ..BookSheet::default() };
        let mut put = |row: u32, column: u32, value: CellValue| {
            sheet.cells.insert(CellRef { row, column }, BookCell { value, ..BookCell::default() });
        };
        for (column, head) in (0..).zip(HEADS) {
            put(2, column, CellValue::Text(head.into()));
        }
        for (row, [contract, order, gross]) in (3..).zip(rows) {
            put(row, 0, CellValue::Text("供应商".into()));
            put(row, 1, CellValue::Text((*contract).into()));
            put(row, 2, CellValue::Text((*order).into()));
            for (column, number) in [(3, *gross), (4, "1"), (5, "2")] {
                put(row, column, CellValue::Number(number.into()));
            }
        }
        sheet
    }

    fn due(case: &str, contract: &str, gross: Cents) -> Due {
        let figures = [gross, 100, 200].map(Some);
        Due { case: case.into(), contract: contract.into(), order: "DD-1".into(), figures }
    }

    fn told(rows: &[[&str; 3]], all: &[Due]) -> Vec<String> {
        let found = check("结算汇总.xlsx", &sheet(rows), all, true);
        found.iter().map(|finding| format!("{} {}", finding.origin, finding.message)).collect()
    }

    #[test]
    fn orders_of_one_number_are_told_apart_by_their_contract() {
        let rows = [["A-1", "DD-1", "10"], ["A-2", "ＤＤ-1", "20"]];
        assert_eq!(told(&rows, &[due("乙", "A-2", 2000), due("甲", "A-1", 1000)]), [""; 0]);
        // Exchanged, both are wrong.
        let found = told(&rows, &[due("甲", "A-1", 2000), due("乙", "A-2", 1000)]);
        assert_eq!(found.len(), 2, "{found:?}");
        assert!(found[0].contains("单元格 D4 甲 订单 DD-1 一行的应支付是 10.00"), "{found:?}");
    }

    #[test]
    fn without_a_contract_number_rows_go_to_whom_they_fit() {
        let rows = [["", "DD-1", "10"], ["", "DD-1", "20"]];
        assert_eq!(told(&rows, &[due("乙", "", 2000), due("甲", "", 1000)]), [""; 0]);
        let found = told(&rows, &[due("乙", "", 2000), due("甲", "", 1100)]);
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(found[0].contains("D4 甲 订单 DD-1 一行的应支付是 10.00"), "{found:?}");
    }

    #[test]
    fn a_row_too_few_and_a_row_too_many() {
        let found = told(&[["A-1", "DD-1", "10"]], &[due("甲", "A-1", 1000), due("乙", "A-2", 1000)]);
        assert_eq!(found, ["结算汇总.xlsx 汇总里没有 乙 的订单 DD-1"]);
        let found = told(&[["A-1", "DD-1", "10"], ["A-1", "DD-1", "10"]], &[due("甲", "A-1", 1000)]);
        assert_eq!(found, ["结算汇总.xlsx 工作表“汇总”单元格 C5 合同 A-1 的订单 DD-1 没有对应的结算单"]);
        let found = check("x.xlsx", &BookSheet::default(), &[], true);
        assert!(found[0].message.contains("没有汇总的表头"), "{found:?}");
    }
}
