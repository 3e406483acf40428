//! Files that came back from a supplier: each is found its counterpart in the bundle, and what was altered is told.
//!
//! May use: `verify`, `diagnostics`.

use std::fs;
use std::path::Path;

use super::altered::{self, Against};
use super::checks::{self, RETURNED, UNREADABLE};
use super::folder::Checked;
use super::record::Record;
use super::tally::Tally;
use crate::diagnostics::{Diagnostic, Findings};
use crate::verify::read::pdf_text::{self, PdfText};
use crate::verify::read::sheet_cells::{self, Book};

/// What was sent, read.
#[derive(Debug, Default)]
pub struct Sent {
    pdfs: Vec<(String, Vec<u8>, PdfText)>,
    books: Vec<(String, Vec<u8>, Book)>,
}

impl Sent {
    /// The files of some output folders.
    pub fn of(checked: &[Checked]) -> Self {
        let mut sent = Self::default();
        for one in checked {
            let Some(record) = Record::read(&one.folder, &mut Vec::new()) else { continue };
            for listed in &record.outputs {
                let Ok(bytes) = fs::read(one.folder.join(&listed.file)) else { continue };
                if let Ok(text) = pdf_text::read(&bytes) {
                    sent.pdfs.push((listed.file.clone(), bytes, text));
                } else if let Ok(book) = sheet_cells::read(&bytes) {
                    sent.books.push((listed.file.clone(), bytes, book));
                }
            }
        }
        sent
    }

    /// What was altered in a file that came back.
    pub fn compare(&self, path: &Path, tally: &mut Tally) -> Findings {
        let file = path.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
        let mut findings = Findings::default();
        let bytes = match fs::read(path) {
            Ok(bytes) => bytes,
            Err(error) => {
                let why = crate::input::folder::explain(&error);
                findings.push(checks::of_file(&UNREADABLE, &file, format!("无法读取：{why}")));
                return findings;
            }
        };
        tally.files += 1;
        let is_pdf = file.to_lowercase().ends_with(".pdf");
        let told = if is_pdf { self.pdf(&file, &bytes, tally) } else { self.book(&file, &bytes, tally) };
        findings.extend(told.unwrap_or_else(|finding| vec![*finding]));
        findings
    }

    fn pdf(&self, file: &str, bytes: &[u8], tally: &mut Tally) -> Result<Vec<Diagnostic>, Box<Diagnostic>> {
        if self.pdfs.iter().any(|(_, sent, _)| sent == bytes) {
            return Ok(Vec::new());
        }
        let text = pdf_text::read(bytes).map_err(|error| unreadable(file, &error))?;
        tally.pages += text.pages.len();
        if text.pages.iter().all(|page| page.runs.is_empty()) {
            let message = "是扫描件或图片，没有文字可以比较；请让对方发回电子文件，或逐页人工核对".to_owned();
            return Err(Box::new(checks::of_file(&RETURNED, file, message)));
        }
        let alike = |(at, (name, _, sent)): (usize, &(String, Vec<u8>, PdfText))| {
            (altered::likeness(&text, sent), stem_matches(name, file), at)
        };
        let best = self.pdfs.iter().enumerate().map(alike).max();
        let (_, (name, _, sent)) = match best {
            Some((like, named, at)) if like >= LIKE || named => {
                (like, self.pdfs.get(at).ok_or_else(|| unknown(file))?)
            }
            _ => return Err(unknown(file)),
        };
        let expected = format!("发出的“{name}”里是");
        let against = Against { file, check: Some(&RETURNED), expected: &expected };
        Ok(altered::texts(sent, &text, against).into_iter().map(|found| found.finding).collect())
    }

    fn book(&self, file: &str, bytes: &[u8], tally: &mut Tally) -> Result<Vec<Diagnostic>, Box<Diagnostic>> {
        if self.books.iter().any(|(_, sent, _)| sent == bytes) {
            return Ok(Vec::new());
        }
        let book = sheet_cells::read(bytes).map_err(|error| unreadable(file, &error))?;
        tally.cells += book.sheets.iter().map(|sheet| sheet.cells.len()).sum::<usize>();
        let changes = |(at, (name, _, sent)): (usize, &(String, Vec<u8>, Book))| {
            (!stem_matches(name, file), crate::verify::compare::differences::cells(sent, &book).len(), at)
        };
        let best = self.books.iter().enumerate().map(changes).min();
        let (_, _, at) = best.ok_or_else(|| unknown(file))?;
        let (name, _, sent) = self.books.get(at).ok_or_else(|| unknown(file))?;
        let expected = format!("发出的“{name}”里是");
        let against = Against { file, check: Some(&RETURNED), expected: &expected };
        Ok(altered::cells(sent, &book, against))
    }
}

/// In thousandths: less in common is another document.
const LIKE: usize = 300;

/// `附件3-报价表（盖章）.pdf` is named after `附件3-报价表.pdf`.
fn stem_matches(sent: &str, file: &str) -> bool {
    let stem = sent.rsplit_once('.').map_or(sent, |(stem, _)| stem);
    let stem = stem.rsplit('/').next().unwrap_or(stem);
    file.contains(stem)
}

fn unknown(file: &str) -> Box<Diagnostic> {
    let message = "看不出是发出的哪一份文件：文件名和内容都对不上".to_owned();
    Box::new(checks::of_file(&RETURNED, file, message))
}

fn unreadable(file: &str, error: &dyn std::fmt::Display) -> Box<Diagnostic> {
    Box::new(checks::of_file(&UNREADABLE, file, format!("无法读取：{error}")))
}
