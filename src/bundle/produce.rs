//! Rendering the planned files of a case, in memory and side by side.
//!
//! May use: `bundle::job`, `bundle::plan`, `view`, `render`.

use rayon::prelude::*;
use thiserror::Error;

use super::job::Job;
use super::plan::{Format, PlannedFile, report_file};
use crate::input::folder::sha256_hex;
use crate::render::fonts::Fonts;
use crate::render::pdf::{self, PdfError, Stamp};
use crate::render::template::{TemplateError, Templates};
use crate::render::xlsx::{self, XlsxError};
use crate::rules::{Purpose, RuleOutcome};
use crate::view::contract::{ContractView, FontFamilies};
use crate::view::report::{InputRow, OutputRow, ReportView, RuleRow, Summary};
use crate::view::workbooks;

/// A file that could not be made.
#[derive(Debug, Error)]
#[expect(missing_docs, reason = "each is the error of one renderer")]
pub enum ProduceError {
    #[error(transparent)]
    Template(#[from] TemplateError),
    #[error(transparent)]
    Pdf(#[from] PdfError),
    #[error("{file} 写不出来：{error}")]
    Xlsx { file: String, error: XlsxError },
    #[error("合同样式要求为“{document}”出 XLSX，但没有这样的表格；请在 合同样式.yaml 里改为“表格: 否”")]
    NoWorkbook { document: String },
}

/// A finished file.
#[derive(Clone, Debug)]
pub struct Output {
    /// Document id.
    pub document: String,
    /// File name.
    pub name: String,
    /// Content.
    pub bytes: Vec<u8>,
    /// Pages of a PDF.
    pub pages: Option<usize>,
}

/// Renders the files of a contract.
///
/// # Errors
/// The first file that cannot be made; nothing is written then.
pub fn contract(job: &Job, fonts: &Fonts, files: &[PlannedFile]) -> Result<Vec<Output>, ProduceError> {
    let templates = Templates::parse(&job.pack.templates)?;
    let view = view(job, fonts);
    let one = |file: &PlannedFile| match file.format {
        Format::Pdf => typeset(job, fonts, file, &source(&templates, &view, file)?),
        Format::Xlsx => workbook(job, &view, file),
    };
    files.par_iter().map(one).collect()
}

/// The view all documents of a case are printed from.
pub fn view(job: &Job, fonts: &Fonts) -> ContractView {
    let draft = job.purpose == Purpose::Draft;
    let mut view = ContractView::new(&job.case, &job.pack, &job.figures, draft);
    view.fonts = FontFamilies { serif: fonts.serif.clone(), sans: fonts.sans.clone() };
    view
}

/// The Typst source of a planned PDF: all that it shows, and nothing else.
///
/// # Errors
/// If a template does not fit the view.
pub fn source(
    templates: &Templates,
    view: &ContractView,
    file: &PlannedFile,
) -> Result<String, TemplateError> {
    let names: Vec<&str> = file.templates.iter().map(String::as_str).collect();
    let title = format!("{}（{}）", view.header.left, file.title);
    templates.fill("main.typ", &view.for_file(&title, &names))
}

fn workbook(job: &Job, view: &ContractView, file: &PlannedFile) -> Result<Output, ProduceError> {
    let (pack, figures) = (&job.pack, &job.figures);
    let bytes = match file.document.as_str() {
        "附件2" => xlsx::write_assessment(&workbooks::assessment(pack, view)),
        "附件3" => xlsx::write_quotation(&workbooks::quotation(figures, view)),
        "附件6" => xlsx::write_order_form(&workbooks::order_form(view)),
        "附件7" => xlsx::write_settlement_form(&workbooks::settlement_form(view)),
        other => return Err(ProduceError::NoWorkbook { document: other.to_owned() }),
    };
    let bytes = bytes.map_err(|error| ProduceError::Xlsx { file: file.name.clone(), error })?;
    Ok(Output { document: file.document.clone(), name: file.name.clone(), bytes, pages: None })
}

fn typeset(job: &Job, fonts: &Fonts, file: &PlannedFile, source: &str) -> Result<Output, ProduceError> {
    let ident = format!("hetong/{}/{}", job.case.name, file.name);
    let pdf = pdf::typeset(&file.name, &ident, source, &job.pack.templates, fonts, stamp(job))?;
    Ok(Output {
        document: file.document.clone(),
        name: file.name.clone(),
        bytes: pdf.bytes,
        pages: Some(pdf.pages),
    })
}

/// The day of signing; a draft without one gets the first day of the millennium, which no reader takes for real.
fn stamp(job: &Job) -> Stamp {
    let date = job.case.contract.signed_on.as_ref().map(|date| date.value);
    let parts = date.and_then(|date| {
        Some((i32::from(date.year()), u8::try_from(date.month()).ok()?, u8::try_from(date.day()).ok()?))
    });
    parts.unwrap_or((2000, 1, 1))
}

/// The 核对报告 over all other outputs.
///
/// # Errors
/// If it cannot be typeset.
pub fn report(job: &Job, fonts: &Fonts, outputs: &[Output]) -> Result<Option<Output>, ProduceError> {
    let Some(file) = report_file(&job.pack) else { return Ok(None) };
    let draft = job.purpose == Purpose::Draft;
    let mut report = ReportView::new(&job.case, &job.pack, &job.findings, &job.blanks, &job.book, draft);
    report.rules = job.outcomes.iter().map(|outcome| rule_row(outcome, job.blanks.len())).collect();
    report.summary = summary(job);
    let input = |file: &crate::input::folder::InputFile| InputRow {
        file: file.name.to_string(),
        sha256: file.sha256.clone(),
    };
    report.inputs = job.inputs.iter().map(input).collect();
    report.outputs = outputs.iter().map(output_row).collect();
    let templates: Vec<&str> = file.templates.iter().map(String::as_str).collect();
    let mut contract = view(job, fonts).for_file(&format!("{}核对报告", job.case.name), &templates);
    // The report speaks about the draft; it is none itself.
    contract.draft = false;
    let view = WithReport { contract, report };
    let source = Templates::parse(&job.pack.templates)?.fill("main.typ", &view)?;
    typeset(job, fonts, &file, &source).map(Some)
}

#[derive(serde::Serialize)]
struct WithReport {
    #[serde(flatten)]
    contract: ContractView,
    report: ReportView,
}

/// A draft's blanks are no findings, but T004 has not passed either.
fn rule_row(outcome: &RuleOutcome, blanks: usize) -> RuleRow {
    let result = match (outcome.applicable, outcome.count) {
        (false, _) => "不适用".to_owned(),
        (true, 0) if outcome.id == "T004" && blanks > 0 => format!("待填 {blanks} 处"),
        (true, 0) => "未发现".to_owned(),
        (true, count) => format!("{count} 项"),
    };
    RuleRow {
        id: outcome.id.into(),
        title: outcome.title.into(),
        result,
        found: outcome.count > 0,
        clause: outcome.clause.into(),
    }
}

fn summary(job: &Job) -> Summary {
    use crate::diagnostics::Severity;
    let count = |test: fn(&RuleOutcome) -> bool| job.outcomes.iter().filter(|o| test(o)).count().to_string();
    Summary {
        rules: job.outcomes.len().to_string(),
        passed: count(|o| o.applicable && o.count == 0),
        found: count(|o| o.count > 0),
        not_applicable: count(|o| !o.applicable),
        errors: job.findings.count(Severity::Error).to_string(),
        warnings: job.findings.count(Severity::Warning).to_string(),
        notes: job.findings.count(Severity::Note).to_string(),
    }
}

fn output_row(output: &Output) -> OutputRow {
    OutputRow {
        file: output.name.clone(),
        pages: output.pages.map(|pages| pages.to_string()).unwrap_or_default(),
        sha256: sha256_hex(&output.bytes),
    }
}
