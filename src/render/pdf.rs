//! Typst source → PDF/A-2a, through typst-as-lib.
//!
//! May use: its own room.

use std::collections::BTreeMap;

use thiserror::Error;
use typst::diag::{Severity, SourceDiagnostic};
use typst::foundations::{Datetime, Smart};
use typst::syntax::VirtualPath;
use typst_as_lib::{TypstAsLibError, TypstEngine};
use typst_layout::PagedDocument;
use typst_pdf::{PdfOptions, PdfStandard, PdfStandards, Timestamp};

use super::fonts::Fonts;
use super::template::is_library;

/// A document that could not be typeset.
#[derive(Debug, Error)]
#[error("{document} 排版失败：{why}")]
pub struct PdfError {
    /// The document's title.
    pub document: String,
    /// What typst says.
    pub why: String,
}

/// A finished PDF.
#[derive(Clone, Debug)]
pub struct Pdf {
    /// The file.
    pub bytes: Vec<u8>,
    /// How many pages.
    pub pages: usize,
}

/// A date for the PDF's metadata: PDF/A wants one, and the clock would make two builds differ.
pub type Stamp = (i32, u8, u8);

/// Typesets one source. `libraries` are the pack's plain Typst files; `ident` names the document stably.
///
/// # Errors
/// If typst refuses the source, or the PDF cannot conform to PDF/A-2a (a missing glyph, for instance).
pub fn typeset(
    title: &str,
    ident: &str,
    source: &str,
    libraries: &BTreeMap<String, String>,
    fonts: &Fonts,
    stamp: Stamp,
) -> Result<Pdf, PdfError> {
    let error = |why: String| PdfError { document: title.to_owned(), why };
    let document = compile(source, libraries, fonts).map_err(error)?;
    let options = options(ident, stamp).map_err(error)?;
    let bytes = typst_pdf::pdf(&document, &options).map_err(|errors| error(describe(errors.iter())))?;
    Ok(Pdf { bytes: showing_title(bytes), pages: document.pages().len() })
}

/// What the exporter says of the reader's window, and what else it is to do: show the document's title, not the file's
/// name. (The exporter asks for that only of PDF/UA, whose metadata not every PDF/A validator can read.)
const VIEWER: (&str, &str) = ("/ViewerPreferences<</Direction/L2R", "/DisplayDocTitle true");

/// The same file with that added. The catalog is the last object, so that only the place of the table of objects moves;
/// a file that is built otherwise is left as it is.
fn showing_title(mut pdf: Vec<u8>) -> Vec<u8> {
    let last = |sought: &str, within: &[u8]| {
        within.windows(sought.len()).rposition(|bytes| bytes == sought.as_bytes())
    };
    let place = || {
        let catalog = last("/Type/Catalog", &pdf)?;
        let viewer = catalog + last(VIEWER.0, pdf.get(catalog..)?)? + VIEWER.0.len();
        let end = last("startxref\n", &pdf)? + "startxref\n".len();
        let digits = pdf.get(end..)?.iter().take_while(|byte| byte.is_ascii_digit()).count();
        let table: usize = std::str::from_utf8(pdf.get(end..end + digits)?).ok()?.parse().ok()?;
        let objects = pdf.get(catalog..table)?;
        let is_last = last("endobj", objects) == objects.windows(6).position(|bytes| bytes == b"endobj");
        (viewer < table && is_last).then_some((viewer, end..end + digits, table))
    };
    if let Some((viewer, number, table)) = place() {
        pdf.splice(number, (table + VIEWER.1.len()).to_string().into_bytes());
        pdf.splice(viewer..viewer, VIEWER.1.bytes());
    }
    pdf
}

/// How many cases an intermediate result outlives without being used: what all documents have in common is used in
/// each, so only what belonged to one case goes.
const MAX_AGE: usize = 8;

/// Lets go of what typst keeps from documents long done, to be called between the cases of a batch.
pub fn forget_old() {
    comemo::evict(MAX_AGE);
}

/// The typst half of [`typeset`], apart so that a benchmark can measure it alone.
fn compile(
    source: &str,
    libraries: &BTreeMap<String, String>,
    fonts: &Fonts,
) -> Result<PagedDocument, String> {
    let libraries = libraries.iter().filter(|(name, _)| is_library(name));
    // typst-as-lib takes every name for a sound one.
    if let Some((name, _)) = libraries.clone().find(|(name, _)| VirtualPath::new(name).is_err()) {
        return Err(format!("模板文件的名字“{name}”排版程序不接受，请改名，只用文字、数字、- 和 ."));
    }
    let faces = fonts.faces().map_err(|error| error.to_string())?;
    let engine = TypstEngine::builder()
        .main_file(("/main.typ", source))
        .fonts(faces.iter().cloned())
        // What the documents of one case have in common is laid out once; the batch evicts between cases.
        .comemo_evict_max_age(None)
        .with_static_source_file_resolver(libraries.map(|(name, text)| (name.as_str(), text.as_str())))
        .build();
    let compiled = engine.compile::<PagedDocument>();
    compiled.output.map_err(|e| match e {
        TypstAsLibError::TypstSource(errors) => describe(errors.iter()),
        other => other.to_string(),
    })
}

fn options(ident: &str, (year, month, day): Stamp) -> Result<PdfOptions, String> {
    let standards = PdfStandards::new(&[PdfStandard::A_2a]).map_err(|e| format!("{e:?}"))?;
    let date = Datetime::from_ymd_hms(year, month, day, 0, 0, 0);
    Ok(PdfOptions {
        ident: Smart::Custom(ident.to_owned()),
        creator: Smart::Custom(Some("hetong".to_owned())),
        timestamp: date.map(Timestamp::new_utc),
        standards,
        tagged: true,
        ..PdfOptions::default()
    })
}

fn describe<'d>(diagnostics: impl Iterator<Item = &'d SourceDiagnostic>) -> String {
    let errors = diagnostics.filter(|d| d.severity == Severity::Error);
    let lines = errors.map(|d| {
        let hints = d.hints.iter().map(|hint| format!("（{}）", hint.v));
        format!("{}{}", d.message, hints.collect::<String>())
    });
    lines.collect::<Vec<_>>().join("；")
}
