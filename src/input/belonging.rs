//! Whether a ledger is that of the case it lies in. A copied folder brings its ledger along, and would go on from the
//! balance of another contract.
//!
//! Lines say whose they are. Where all of them are older than that, the ledger is taken for the case's if its last line
//! was written from the very 合同.yaml that lies there, or if a 结算单 that it hashes shows the case's 合同编号 and 乙方;
//! else somebody has to look and say so (`settle --bind`).
//!
//! May use: `model`, and its own room.

use std::fs;
use std::path::{Component, Path, PathBuf};

use super::case::CASE_FILE;
use super::folder::{InputFile, MAX_WORKBOOK_BYTES, sha256_hex};
use super::months::MONTHS_FOLDER;
use super::workbook::{self, SheetSource};
use crate::model::case::Case;
use crate::model::ledger::{Belongs, LedgerLine};
use crate::model::month::Month;
use crate::model::names::plain;

/// Where a case keeps the files of what was issued, in the folder of each month.
const ISSUED_FOLDER: &str = "已开具";

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
    let places = |month: Month| {
        let kept = folder.join(MONTHS_FOLDER).join(month.to_string()).join(ISSUED_FOLDER);
        [kept, outputs.join(format!("{MONTHS_FOLDER}-{month}")).join(&case.name)]
    };
    let mut lines = case.ledger.lines().iter().rev().map(|(line, _)| line);
    lines.any(|line| {
        let mut books = places(line.month).into_iter().flat_map(|place| issued_books(line, &place));
        books.any(|book| {
            let texts = texts(&book);
            wanted.iter().all(|wanted| texts.contains(wanted))
        })
    })
}

/// The workbooks of a line that lie in a folder, by their hash.
fn issued_books(line: &LedgerLine, place: &Path) -> Vec<Vec<u8>> {
    let books = line.outputs.iter().filter(|(name, _)| name.ends_with(".xlsx") && is_plain(name));
    let read = |(name, sha256): (&String, &String)| {
        let bytes = plain_file(&place.join(name))?;
        (sha256_hex(&bytes) == *sha256).then_some(bytes)
    };
    books.filter_map(read).collect()
}

/// Whether it is a file's name and no way to another folder.
fn is_plain(name: &str) -> bool {
    let mut parts = Path::new(name).components();
    matches!(parts.next(), Some(Component::Normal(_))) && parts.next().is_none() && !name.contains('\\')
}

/// The bytes of a file that is one, and no larger than a workbook.
fn plain_file(path: &PathBuf) -> Option<Vec<u8>> {
    let metadata = path.symlink_metadata().ok()?;
    (metadata.is_file() && metadata.len() <= MAX_WORKBOOK_BYTES).then(|| fs::read(path).ok())?
}

/// What the cells of a workbook say; of `框架协议编号：A-1` the number itself.
fn texts(book: &[u8]) -> Vec<String> {
    let Ok(book) = workbook::open(&SheetSource::new("结算单.xlsx", book)) else { return Vec::new() };
    let cells = book.sheets.iter().flat_map(|sheet| sheet.cells.values()).map(|cell| cell.value.shown());
    cells.flat_map(|text| text.split('：').map(plain).collect::<Vec<_>>()).collect()
}
