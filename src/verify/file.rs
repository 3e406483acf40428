//! One file of an output folder: there, unaltered, the document it should be, and right.
//!
//! May use: `verify`.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use super::altered::{self, Against};
use super::books;
use super::checks::{self, ALTERED, MISSING, UNREADABLE};
use super::expected::Expected;
use super::known::Known;
use super::ledger::sha256;
use super::record::{Kind, Listed, Record};
use super::side::CaseSide;
use super::tally::Tally;
use super::texts::{self, Found, Subject};
use crate::diagnostics::{Diagnostic, Severity};
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
}

/// Checks a file that the manifest lists.
pub fn check(folder: &Path, listed: &Listed, record: &Record, side: Option<&CaseSide>) -> FileCheck {
    let mut done = FileCheck::default();
    let bytes = match fs::read(folder.join(&listed.file)) {
        Ok(bytes) => bytes,
        Err(error) => {
            let check = if error.kind() == std::io::ErrorKind::NotFound { &MISSING } else { &UNREADABLE };
            let message = format!("“{}”在清单里，但{}", listed.file, crate::input::folder::explain(&error));
            done.findings.push(checks::of_file(check, &listed.file, message));
            return done;
        }
    };
    done.tally.files = 1;
    let fresh = side.and_then(|side| side.fresh.as_ref().ok()?.files.get(&listed.file));
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
    let before = done.findings.len();
    let file = OneFile { bytes: &bytes, fresh: fresh.map(Vec::as_slice), subject, side };
    match listed.file.to_lowercase().rsplit_once('.').map(|(_, extension)| extension) {
        Some("pdf") => file.pdf(&mut done),
        Some("xlsx") => file.book(&mut done),
        _ => {}
    }
    let errors =
        done.findings.iter().skip(before).filter(|finding| finding.severity == Severity::Error).count();
    let hash_differs = sha256(&bytes) != listed.sha256;
    let same_makings = side.is_some_and(|side| same_makings(record, side));
    let remade = same_makings && fresh.is_some_and(|fresh| *fresh != bytes);
    if hash_differs || remade {
        done.findings.push(of_hash(listed, hash_differs, errors, fresh.is_some()));
    }
    done
}

/// Whether the same program, form and fonts made the folder as are at work now: then the bytes must be the same.
fn same_makings(record: &Record, side: &CaseSide) -> bool {
    let Ok(fresh) = &side.fresh else { return false };
    let same =
        |key: &str| record.value.get(key).is_some() && record.value.get(key) == fresh.manifest.get(key);
    ["hetong", "pack", "fonts", "inputs", "state"].into_iter().all(same)
}

fn of_hash(listed: &Listed, differs: bool, errors: usize, compared: bool) -> Diagnostic {
    let how = if differs {
        "与清单记录的校验码不符"
    } else {
        "与重新生成的不是同一个文件，清单也跟着改过"
    };
    let what = match (compared, errors) {
        (false, _) => "没有案卷可以比较，不知道改了什么".to_owned(),
        (true, 0) => "逐字、逐格比较没有变化：用别的软件另存过，或只加了批注".to_owned(),
        (true, errors) => format!("改动见另外 {errors} 项"),
    };
    let finding = checks::of_file(&ALTERED, &listed.file, format!("“{}”{how}；{what}", listed.file));
    let unknown = !compared || errors > 0;
    checks::graded(finding, if unknown { Severity::Error } else { Severity::Warning })
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
        if let Some(due) = other.and_then(|fresh| pdf_text::read(fresh).ok()) {
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
