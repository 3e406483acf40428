//! Whether a ledger is that of the case it lies in. A copied folder brings its ledger along, and would go on from the
//! balance of another contract.
//!
//! Lines say whose they are. Where all of them are older than that, the ledger is taken for the case's if its last line
//! was written from the very 合同.yaml that lies there, or if a 结算单 that it hashes shows the case's 合同编号 and 乙方;
//! else somebody has to look and say so (`settle --bind`).
//!
//! May use: `model`, and its own room.

use std::path::Path;

use super::case::CASE_FILE;
use super::folder::{InputFile, MAX_WORKBOOK_BYTES, sha256_hex};
use super::months::{MONTHS_FOLDER, kept_file};
use super::plain as recorded;
use super::workbook::{self, SheetSource};
use crate::model::case::Case;
use crate::model::ledger::{Belongs, LedgerLine};
use crate::model::names::plain;

/// By what its lines say, and where none says it, by proof. `outputs` is the folder that has the months' folders of
/// `settle`.
pub fn proven(case: &Case, folder: &Path, inputs: &[InputFile], outputs: &Path) -> Belongs {
    let named = case.ledger_by_name();
    let Some((last, _)) = case.ledger.lines().last() else { return named };
    if named != Belongs::Here || case.ledger.contracts().next().is_some() {
        return named;
    }
    let present = inputs.iter().find(|input| &*input.name == CASE_FILE).map(|input| &input.sha256);
    let written_from = last.inputs.get(CASE_FILE);
    if written_from.is_some_and(|then| Some(then) == present) || shown(case, folder, outputs) {
        Belongs::Here
    } else {
        Belongs::Unproven
    }
}

/// Whether any issued workbook that still is as it was issued shows the case's 合同编号 and 乙方.
fn shown(case: &Case, folder: &Path, outputs: &Path) -> bool {
    let (Some(number), Some(supplier)) = (&case.contract.number, &case.supplier.name) else { return false };
    let wanted = [plain(&number.value), plain(&supplier.value)];
    let mut lines = case.ledger.lines().iter().rev().map(|(line, _)| line);
    lines.any(|line| {
        let output = outputs.join(format!("{MONTHS_FOLDER}-{}", line.month)).join(&case.name);
        issued_books(line, folder, &output).iter().any(|book| {
            let texts = texts(book);
            wanted.iter().all(|wanted| texts.contains(wanted))
        })
    })
}

/// The workbooks of a line that the case keeps, or that lie in an output folder, by their hash.
fn issued_books(line: &LedgerLine, case: &Path, output: &Path) -> Vec<Vec<u8>> {
    let books = line.outputs.iter().filter(|(name, _)| name.ends_with(".xlsx"));
    let read = |(name, sha256): (&String, &String)| {
        let whole = |folder: &Path, name: &str| {
            let bytes = recorded::read(folder, name, MAX_WORKBOOK_BYTES).ok()?;
            (sha256_hex(&bytes) == *sha256).then_some(bytes)
        };
        whole(case, &kept_file(line.month, line.number, name)).or_else(|| whole(output, name))
    };
    books.filter_map(read).collect()
}

/// What the cells of a workbook say; of `框架协议编号：A-1` the number itself.
fn texts(book: &[u8]) -> Vec<String> {
    let Ok(book) = workbook::open(&SheetSource::new("结算单.xlsx", book)) else { return Vec::new() };
    let cells = book.sheets.iter().flat_map(|sheet| sheet.cells.values()).map(|cell| cell.value.shown());
    cells.flat_map(|text| text.split('：').map(plain).collect::<Vec<_>>()).collect()
}
