//! One file of an output folder: there, unaltered, the document it should be, and right.
//!
//! May use: `input::plain`, `verify`.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use super::altered::{self, Against};
use super::books;
use super::checks::{self, ALTERED, MISSING, UNREADABLE};
use super::expected::Expected;
use super::known::Known;
use super::ledger::sha256;
use super::looks::{self, Hall, Read};
use super::record::{Kind, Listed, Record};
use super::side::CaseSide;
use super::tally::Tally;
use super::texts::{self, Found, Subject};
use crate::diagnostics::{Diagnostic, Severity};
use crate::input::plain::{self, MAX_OUTPUT_BYTES};
use crate::verify::read::pdf_text::{self, PdfText};
use crate::verify::read::sheet_cells;
use crate::verify::second_route::figures::Figures;

/// What came of one file.
#[derive(Debug, Default)]
pub struct FileCheck {
    /// What was found.
    pub findings: Vec<Diagnostic>,
    /// How much was looked at.
    pub tally: Tally,
    /// The file's name, where the manifest says that it was made otherwise than it could be made anew here.
    pub unproved: Option<String>,
}

/// What a file is held against.
#[derive(Clone, Copy, Debug)]
pub struct Given<'a> {
    /// The folder's manifest.
    pub record: &'a Record,
    /// The case, where it was found.
    pub side: Option<&'a CaseSide>,
    /// The files made anew.
    pub fresh: Option<&'a BTreeMap<String, Vec<u8>>>,
    /// In what the manifest says that its files were made otherwise than those.
    pub otherwise: &'a [String],
    /// Where pictures go.
    pub hall: Hall<'a>,
}

/// Checks a file that the manifest lists, or should list: then it has no hash.
pub fn check(folder: &Path, listed: &Listed, given: Given<'_>) -> FileCheck {
    let mut done = FileCheck::default();
    let bytes = match plain::read(folder, &listed.file, MAX_OUTPUT_BYTES) {
        Ok(bytes) => bytes,
        Err(error) => {
            let check = if error.kind() == std::io::ErrorKind::NotFound { &MISSING } else { &UNREADABLE };
            let message = format!("“{}”在清单里，但{}", listed.file, crate::input::folder::explain(&error));
            done.findings.push(checks::of_file(check, &listed.file, message));
            return done;
        }
    };
    done.tally.files = 1;
    let Given { record, side, hall, .. } = given;
    let fresh = given.fresh.and_then(|files| files.get(&listed.file)).map(Vec::as_slice);
    let (figures, expected, known) = (Figures::default(), Expected::nothing(), Known::default());
    let subject = Subject {
        file: &listed.file,
        document: &listed.document,
        revision: side.and_then(|side| revision(listed, side)),
        is_final: record.kind == (Kind::Bundle { is_final: true }),
        figures: side.map_or(&figures, |side| &side.figures),
        expected: side.map_or(&expected, |side| &side.expected),
        known: side.map_or(&known, |side| &side.known),
    };
    let file = OneFile { bytes: &bytes, fresh, subject, side, hall };
    match listed.file.to_lowercase().rsplit_once('.').map(|(_, extension)| extension) {
        Some("pdf") => file.pdf(&mut done),
        Some("xlsx") => file.book(&mut done),
        _ => {}
    }
    proved(listed, &bytes, fresh, given.otherwise, &mut done);
    done
}

/// Whether the file is the one that the case gives, byte for byte: nothing that it or its manifest says proves it.
fn proved(listed: &Listed, bytes: &[u8], fresh: Option<&[u8]>, otherwise: &[String], done: &mut FileCheck) {
    let is_listed = !listed.sha256.is_empty();
    let as_listed = sha256(bytes) == listed.sha256;
    let errors = done.findings.iter().filter(|finding| finding.severity == Severity::Error).count();
    let told = match (fresh, errors) {
        (Some(fresh), _) if fresh == bytes => {
            if is_listed && !as_listed {
                let message =
                    format!("清单记录的“{}”的校验码不对；文件与由案卷重新生成的一字不差", listed.file);
                let finding = checks::of_file(&ALTERED, &listed.file, message);
                done.findings.push(checks::graded(finding, Severity::Warning));
            }
            return;
        }
        (None, _) if as_listed => return,
        (Some(_), _) if as_listed && !otherwise.is_empty() => {
            done.unproved = Some(listed.file.clone());
            return;
        }
        (None, _) => "没有案卷可以比较，不知道改了什么".to_owned(),
        (Some(_), 0) => {
            "逐字、逐格、逐页比较看不出不同：用别的软件另存过，或改了看不见的地方；不能证明它没有改"
                .to_owned()
        }
        (Some(_), errors) => format!("改动见另外 {errors} 项"),
    };
    let how = match (is_listed, as_listed) {
        (false, _) => "不在清单里，也不是由案卷重新生成的那个文件",
        (true, false) => "与清单记录的校验码不符",
        (true, true) => "与重新生成的不是同一个文件，清单也跟着改过",
    };
    done.findings.push(checks::of_file(&ALTERED, &listed.file, format!("“{}”{how}；{told}", listed.file)));
}

/// The revision whose prices a file shows.
fn revision(listed: &Listed, side: &CaseSide) -> Option<usize> {
    let signed = side.job.case.contract.signed_on.is_some();
    let last = side.figures.versions.len().saturating_sub(1);
    let named = listed.file.rsplit_once("（修订").and_then(|(_, rest)| rest.split_once('）'));
    match (listed.document.as_str(), named.map(|(number, _)| number.parse().ok())) {
        (_, Some(number)) => number,
        _ if listed.file.contains("（签订时）") => Some(0),
        ("附件3" | "附件6" | "附件7", None) if signed => Some(last),
        ("补充协议", None) => None,
        _ => Some(0),
    }
}

struct OneFile<'a> {
    bytes: &'a [u8],
    fresh: Option<&'a [u8]>,
    subject: Subject<'a>,
    side: Option<&'a CaseSide>,
    hall: Hall<'a>,
}

impl OneFile<'_> {
    fn pdf(&self, done: &mut FileCheck) {
        let text = match pdf_text::read(self.bytes) {
            Ok(text) => text,
            Err(error) => return self.unreadable(&error, done),
        };
        done.tally.pages += text.pages.len();
        let mut told: Vec<Found> = Vec::new();
        let mut of_draft = false;
        let other = self.fresh.filter(|fresh| *fresh != self.bytes);
        if let Some((fresh, due)) = other.and_then(|fresh| Some((fresh, pdf_text::read(fresh).ok()?))) {
            if let Some(swapped) = self.swapped(&text, &due) {
                done.findings.push(swapped);
                return;
            }
            let against = Against { file: self.subject.file, check: None, expected: "应为" };
            told = altered::texts(&due, &text, against);
            if let Some(draft) = altered::draft_for_final(&due, &text, self.subject.file) {
                told.retain(|found| found.text != altered::DRAFT);
                done.findings.push(draft);
                of_draft = true;
            }
            done.findings.extend(altered::form(&due, &text, self.subject.file));
            done.findings.extend(altered::beside(&due, &text, against));
            if !of_draft {
                let (due, found) =
                    (Read { bytes: fresh, text: &due }, Read { bytes: self.bytes, text: &text });
                done.findings.extend(looks::of_pages(due, found, against, self.hall));
            }
        }
        // What the comparison has told already is not told again.
        let mut by_route = texts::examine(&text, self.subject, &mut done.tally);
        by_route.retain(|found| !of_draft || found.text != altered::DRAFT);
        let covered = |found: &Found| {
            let own = super::flow::squeezed(&found.text);
            told.iter().any(|other| other.page == found.page && !own.is_empty() && other.text.contains(&own))
        };
        let seen: BTreeSet<usize> =
            by_route.iter().enumerate().filter(|(_, found)| covered(found)).map(|(at, _)| at).collect();
        for found in &mut told {
            let reason = by_route.iter().enumerate().find(|(at, route)| {
                seen.contains(at)
                    && route.page == found.page
                    && found.text.contains(&super::flow::squeezed(&route.text))
            });
            if let Some((_, route)) = reason {
                // The second route says by itself that this cannot be right: it names the figure.
                found.finding.id = route.finding.id;
                let words = route.finding.message.rsplit_once("：").map_or("", |(_, words)| words);
                found.finding.message += &format!("；{words}");
            }
        }
        done.findings.extend(told.into_iter().map(|found| found.finding));
        let rest = by_route.into_iter().enumerate().filter(|(at, _)| !seen.contains(at));
        done.findings.extend(rest.map(|(_, found)| found.finding));
    }

    fn swapped(&self, text: &PdfText, due: &PdfText) -> Option<Diagnostic> {
        let files = &self.side?.fresh.as_ref().ok()?.files;
        let read = |(name, bytes): (&String, &Vec<u8>)| {
            let is_pdf = name.ends_with(".pdf") && !name.contains('/');
            is_pdf.then(|| pdf_text::read(bytes).ok()).flatten().map(|text| (name.clone(), text))
        };
        let own = self.subject.file;
        if let Some((other, _)) = files.iter().find(|(name, bytes)| *name != own && *bytes == self.bytes) {
            return Some(altered::is_other(other, text, due, own));
        }
        // Reading all of them is only worth it for one that is not itself.
        if altered::is_like(text, due) {
            return None;
        }
        let others: Vec<(String, PdfText)> = files.iter().filter_map(read).collect();
        Some(altered::swapped(text, due, &others, self.subject.file))
    }

    fn book(&self, done: &mut FileCheck) {
        let book = match sheet_cells::read(self.bytes) {
            Ok(book) => book,
            Err(error) => return self.unreadable(&error, done),
        };
        let mut told = Vec::new();
        if let Some(due) =
            self.fresh.filter(|fresh| *fresh != self.bytes).and_then(|fresh| sheet_cells::read(fresh).ok())
        {
            let against = Against { file: self.subject.file, check: None, expected: "应为" };
            told = altered::cells(&due, &book, against);
        }
        let own = books::examine(&book, self.bytes, self.subject, &mut done.tally);
        let cells: Vec<_> = told.iter().map(|finding| finding.origin.clone()).collect();
        done.findings.extend(told);
        done.findings.extend(own.into_iter().filter(|finding| !cells.contains(&finding.origin)));
    }

    fn unreadable(&self, error: &dyn std::fmt::Display, done: &mut FileCheck) {
        let message = format!("无法读取：{error}");
        done.findings.push(checks::of_file(&UNREADABLE, self.subject.file, message));
    }
}
