//! Files that came back from a supplier: each is found its counterpart in the bundle, and what was altered is told.
//!
//! May use: `verify`, `diagnostics`.

use std::fs;
use std::path::Path;

use super::altered::{self, Against};
use super::checks::{self, RETURNED, UNREADABLE};
use super::folder::Checked;
use super::gallery::Gallery;
use super::looks::{self, Hall, Read};
use super::record::Record;
use super::tally::Tally;
use crate::diagnostics::{Diagnostic, Findings};
use crate::input::plain::{self, MAX_OUTPUT_BYTES};
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
                let Ok(bytes) = plain::read(&one.folder, &listed.file, MAX_OUTPUT_BYTES) else { continue };
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
    pub fn compare(&self, path: &Path, gallery: &Gallery, tally: &mut Tally) -> Findings {
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
        let told =
            if is_pdf { self.pdf(&file, &bytes, gallery, tally) } else { self.book(&file, &bytes, tally) };
        findings.extend(told.unwrap_or_else(|finding| vec![*finding]));
        findings
    }

    fn pdf(
        &self,
        file: &str,
        bytes: &[u8],
        gallery: &Gallery,
        tally: &mut Tally,
    ) -> Result<Vec<Diagnostic>, Box<Diagnostic>> {
        let same = self.pdfs.iter().filter(|(_, sent, _)| sent == bytes).map(|(name, _, _)| name.as_str());
        if let Some(findings) = self.as_sent(same, file) {
            return Ok(findings);
        }
        let text = pdf_text::read(bytes).map_err(|error| unreadable(file, &error))?;
        tally.pages += text.pages.len();
        if text.pages.iter().all(|page| page.runs.is_empty()) {
            let message = "是扫描件或图片，没有文字可以比较；请让对方发回电子文件，或逐页人工核对".to_owned();
            return Err(Box::new(checks::of_file(&RETURNED, file, message)));
        }
        let alike = |(at, (name, _, sent)): (usize, &(String, Vec<u8>, PdfText))| {
            let (like, named) = (altered::likeness(&text, sent), stem_matches(name, file));
            // Two months' 结算单 are alike: there its name says which it is.
            (named && like >= LIKE, like, !is_superseded(name), named, at)
        };
        let best = self.pdfs.iter().enumerate().map(alike).max();
        let (name, own, sent) = match best {
            Some((_, like, _, named, at)) if like >= LIKE || named => {
                self.pdfs.get(at).ok_or_else(|| unknown(file))?
            }
            _ => return Err(unknown(file)),
        };
        let expected = format!("发出的“{name}”里是");
        let against = Against { file, check: Some(&RETURNED), expected: &expected };
        let mut told: Vec<Diagnostic> = self.superseded(name, file).into_iter().collect();
        told.extend(altered::texts(sent, &text, against).into_iter().map(|found| found.finding));
        told.extend(altered::beside(sent, &text, against));
        let (due, found) = (Read { bytes: own, text: sent }, Read { bytes, text: &text });
        told.extend(looks::of_pages(due, found, against, Hall { gallery, of: "回传" }));
        Ok(told)
    }

    fn book(&self, file: &str, bytes: &[u8], tally: &mut Tally) -> Result<Vec<Diagnostic>, Box<Diagnostic>> {
        let same = self.books.iter().filter(|(_, sent, _)| sent == bytes).map(|(name, _, _)| name.as_str());
        if let Some(findings) = self.as_sent(same, file) {
            return Ok(findings);
        }
        let book = sheet_cells::read(bytes).map_err(|error| unreadable(file, &error))?;
        tally.cells += book.sheets.iter().map(|sheet| sheet.cells.len()).sum::<usize>();
        let changes = |(at, (name, _, sent)): (usize, &(String, Vec<u8>, Book))| {
            let differing = crate::verify::compare::differences::cells(sent, &book).len();
            (!stem_matches(name, file), differing, is_superseded(name), at)
        };
        let best = self.books.iter().enumerate().map(changes).min();
        let (.., at) = best.ok_or_else(|| unknown(file))?;
        let (name, _, sent) = self.books.get(at).ok_or_else(|| unknown(file))?;
        let expected = format!("发出的“{name}”里是");
        let against = Against { file, check: Some(&RETURNED), expected: &expected };
        Ok(self.superseded(name, file).into_iter().chain(altered::cells(sent, &book, against)).collect())
    }

    /// What is to be said of a file that came back as it was sent, under one or several names; none if it was not.
    fn as_sent<'s>(&self, mut same: impl Iterator<Item = &'s str>, file: &str) -> Option<Vec<Diagnostic>> {
        let first = same.next()?;
        // One edition in force with the same bytes is enough.
        let name = if is_superseded(first) {
            same.find(|name| !is_superseded(name)).unwrap_or(first)
        } else {
            first
        };
        Some(self.superseded(name, file).into_iter().collect())
    }

    /// That what came back is of an edition that a later one has replaced.
    fn superseded(&self, name: &str, file: &str) -> Option<Diagnostic> {
        if !is_superseded(name) {
            return None;
        }
        let extension = name.rsplit_once('.').map_or("", |(_, extension)| extension);
        let in_force = format!("{}.{extension}", base(name));
        let names = self.pdfs.iter().map(|sent| &sent.0).chain(self.books.iter().map(|sent| &sent.0));
        let known = names.into_iter().any(|name| *name == in_force);
        let message = format!("发回的是“{name}”，不是现行版本：它已被后来的修订取代");
        let mut finding = checks::of_file(&RETURNED, file, message);
        finding.help =
            "要签署或归档的是现行版本，请对方按现行版本发回；核对旧版本本身的，不必改。".to_owned();
        Some(if known { checks::expecting(finding, format!("现行的“{in_force}”")) } else { finding })
    }
}

/// Where a bundle keeps the editions that a later one has replaced.
fn is_superseded(name: &str) -> bool {
    name.starts_with(crate::bundle::revisions::EARLIER)
}

/// `附件3-报价表`, of every edition of it.
fn base(name: &str) -> &str {
    let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
    let stem = stem.rsplit('/').next().unwrap_or(stem);
    if is_superseded(name) { stem.rsplit_once('（').map_or(stem, |(base, _)| base) } else { stem }
}

/// In thousandths: less in common is another document.
const LIKE: usize = 300;

/// `附件3-报价表（盖章）.pdf` is named after `附件3-报价表.pdf`, in whichever edition.
fn stem_matches(sent: &str, file: &str) -> bool {
    file.contains(base(sent))
}

fn unknown(file: &str) -> Box<Diagnostic> {
    let message = "看不出是发出的哪一份文件：文件名和内容都对不上".to_owned();
    Box::new(checks::of_file(&RETURNED, file, message))
}

fn unreadable(file: &str, error: &dyn std::fmt::Display) -> Box<Diagnostic> {
    Box::new(checks::of_file(&UNREADABLE, file, format!("无法读取：{error}")))
}
