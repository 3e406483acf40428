//! One workbook against what the second route says, and against itself: amounts and 大写 wherever they stand, and every
//! formula worked out anew from the sheet's own cells.
//!
//! May use: `input::workbook` (its evaluator), `verify`.

use rust_decimal::Decimal;

use super::checks::{self, CACHED, CELL, FIGURE, NAMES, UNREADABLE, WORDS};
use super::expected::Named;
use super::flow::Flow;
use super::tally::Tally;
use super::texts::{Subject, nearest};
use crate::diagnostics::{CellRef, Diagnostic};
use crate::input::workbook::evaluate::Evaluator;
use crate::input::workbook::{SheetSource, open};
use crate::verify::read::sheet_cells::{Book, BookSheet, CellValue};
use crate::verify::second_route::capital;
use crate::verify::second_route::exact::{Number, show};

/// Everything about one workbook.
pub fn examine(book: &Book, bytes: &[u8], subject: Subject<'_>, tally: &mut Tally) -> Vec<Diagnostic> {
    let named = subject.expected.in_document(subject.document);
    let mut reader = Reader { subject, named, found: Vec::new(), more: 0 };
    for sheet in &book.sheets {
        tally.cells += sheet.cells.len();
        for (place, cell) in &sheet.cells {
            reader.cell(sheet, *place, cell, tally);
        }
    }
    reader.formulas(book, bytes);
    reader.names(book);
    if reader.more > 0 {
        let message = format!("另有 {} 处不符，不再逐一列出", reader.more);
        reader.found.push(checks::of_file(&FIGURE, subject.file, message));
    }
    reader.found
}

/// Told one by one up to so many.
const MOST: usize = 500;

struct Reader<'a> {
    subject: Subject<'a>,
    /// Figures that may stand in the document.
    named: Named,
    found: Vec<Diagnostic>,
    /// What was found beyond [`MOST`].
    more: usize,
}

impl Reader<'_> {
    fn tell(
        &mut self,
        check: &crate::diagnostics::RuleInfo,
        sheet: &BookSheet,
        cell: CellRef,
        message: String,
        expected: String,
    ) {
        if self.found.len() >= MOST {
            self.more += 1;
            return;
        }
        let finding = checks::of_cell(check, self.subject.file, &sheet.name, cell, message);
        self.found.push(if expected.is_empty() { finding } else { checks::expecting(finding, expected) });
    }

    fn cell(
        &mut self,
        sheet: &BookSheet,
        place: CellRef,
        cell: &crate::verify::read::sheet_cells::BookCell,
        tally: &mut Tally,
    ) {
        match &cell.value {
            CellValue::Number(text) if is_money(cell.format.as_deref()) => {
                self.amount(sheet, place, text, tally)
            }
            CellValue::Text(text) => self.text(sheet, place, text, tally),
            CellValue::Error(error) => {
                self.tell(&CELL, sheet, place, format!("单元格是错误值 {error}"), String::new());
            }
            _ => {}
        }
    }

    fn amount(&mut self, sheet: &BookSheet, place: CellRef, text: &str, tally: &mut Tally) {
        tally.figures += 1;
        let Some(cents) = exactly(text) else {
            let message = format!("金额 {text} 多于两位小数");
            return self.tell(&FIGURE, sheet, place, message, String::new());
        };
        // What became less stands with its sign.
        if !self.subject.expected.is_open()
            && !self.named.contains_key(&cents.abs())
            && !self.subject.expected.is_other(cents)
        {
            let message = format!("金额 {} 不是这份文件该有的任何一个数值", show(cents));
            let near = self.nearest(&show(cents));
            self.tell(&FIGURE, sheet, place, message, near);
        }
    }

    /// Looked for only as long as it is told.
    fn nearest(&self, found: &str) -> String {
        if self.found.len() < MOST { nearest(found, &self.named) } else { String::new() }
    }

    fn text(&mut self, sheet: &BookSheet, place: CellRef, text: &str, tally: &mut Tally) {
        let flow = Flow::of_texts([text]);
        let free = self.subject.expected.is_open();
        for (token, cents) in flow.amounts() {
            tally.figures += 1;
            if !free && !self.named.contains_key(&cents) && !self.subject.expected.is_other(cents) {
                let message =
                    format!("“{}”：金额 {} 不是这份文件该有的任何一个数值", short(text), token.text);
                let near = self.nearest(&token.text);
                self.tell(&FIGURE, sheet, place, message, near);
            }
        }
        for (_, run) in capital::runs(&flow.chars) {
            tally.words += 1;
            let read = capital::read(&run);
            let sound = read.is_some_and(|cents| free || self.named.contains_key(&cents));
            if !sound && !self.subject.known.has_text(&run) {
                let said = read.map_or_else(|| "读不成金额".into(), |cents| format!("是 {} 元", show(cents)));
                let message = format!("“{}”：大写“{run}”{said}，不是这份文件该有的任何一个数值", short(text));
                let expected = read.map(|cents| self.nearest(&show(cents))).unwrap_or_default();
                self.tell(&WORDS, sheet, place, message, expected);
            }
        }
    }

    /// Stored results against the formulas, worked out by the reader of suppliers' sheets.
    fn formulas(&mut self, book: &Book, bytes: &[u8]) {
        let workbook = match open(&SheetSource::new(self.subject.file, bytes)) {
            Ok(workbook) => workbook,
            Err(_) => {
                let message = "工作簿打不开，公式没有重新计算".to_owned();
                return self.found.push(checks::of_file(&UNREADABLE, self.subject.file, message));
            }
        };
        let mut evaluator = Evaluator::new(&workbook);
        for sheet in &book.sheets {
            let Some((index, _)) = workbook.sheet(&sheet.name) else { continue };
            for (place, cell) in sheet.cells.iter().filter(|(_, cell)| cell.formula.is_some()) {
                let (Some(result), CellValue::Number(stored)) =
                    (evaluator.recompute(index, *place), &cell.value)
                else {
                    continue;
                };
                let stored_number = decimal(stored);
                if stored_number.is_none_or(|stored| (stored - result).abs() > CLOSE) {
                    let formula = cell.formula.as_deref().unwrap_or_default();
                    let message = format!("公式 ={formula} 存的结果是 {}", grouped(stored));
                    self.tell(&CACHED, sheet, *place, message, grouped(&result.normalize().to_string()));
                }
            }
        }
    }

    /// Long numbers, as in a PDF.
    fn names(&mut self, book: &Book) {
        if self.subject.known.is_open() {
            return;
        }
        for sheet in &book.sheets {
            for (place, cell) in &sheet.cells {
                let CellValue::Text(text) = &cell.value else { continue };
                if self.found.len() >= MOST {
                    return;
                }
                for number in
                    super::texts::strange_numbers(&Flow::of_texts([text.as_str()]), self.subject.known)
                {
                    let message = format!("“{}”：号码 {} 案卷和合同样式里都没有", short(text), number.text);
                    let nearest = self.subject.known.nearest(&number.text);
                    self.tell(&NAMES, sheet, *place, message, nearest);
                }
            }
        }
    }
}

/// Stored results are doubles; figures of a contract have no more than fifteen digits.
const CLOSE: Decimal = rust_decimal::dec!(0.0000001);

fn decimal(text: &str) -> Option<Decimal> {
    Decimal::from_str_exact(text).ok().or_else(|| Decimal::from_scientific(text).ok())
}

/// In 分, if it has no more than two decimals; a double's noise is no decimal.
pub(super) fn exactly(text: &str) -> Option<i128> {
    let number = decimal(text)?.round_dp(8);
    let cents = Number::of(number).cents()?;
    let back = Number { units: cents, places: 2 };
    back.equals(Number::of(number)).then_some(cents)
}

fn grouped(number: &str) -> String {
    exactly(number).map_or_else(|| number.to_owned(), show)
}

fn is_money(format: Option<&str>) -> bool {
    format.is_some_and(|format| format.contains("#,##0.00"))
}

/// Enough of a text to know it.
fn short(text: &str) -> String {
    let shown: String = text.chars().take(40).collect();
    if shown.len() < text.len() { format!("{shown}…") } else { shown }
}
