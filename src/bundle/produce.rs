//! Rendering the planned files of a case, in memory and side by side.
//!
//! May use: `bundle::job`, `bundle::plan`, `view`, `render`.

use std::path::Path;
use std::sync::Arc;

use rayon::prelude::*;
use thiserror::Error;

use super::changes::CHANGES;
use super::job::Job;
use super::orders::ORDER;
use super::plan::{Format, PlannedFile, report_file};
use super::reuse::{Earlier, Ground, libraries_of};
use super::revisions::SUPPLEMENT;
use crate::input::folder::{InputFile, sha256_hex};
use crate::render::fonts::Fonts;
use crate::render::pdf::{self, PdfError, Stamp};
use crate::render::template::{TemplateError, Templates};
use crate::render::xlsx::{self, XlsxError};
use crate::rules::{Purpose, RuleOutcome};
use crate::view::contract::{ContractView, FontFamilies};
use crate::view::report::{InputRow, OutputRow, ReportView, RuleRow, Summary, clause_of};
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
    /// The hash of all that a PDF is made from.
    pub made_from: Option<String>,
}

/// What all files of one case are printed with: its templates, parsed once, and its view, built once.
#[derive(Debug)]
pub struct Press<'a> {
    pub(super) job: &'a Job,
    fonts: &'a Fonts,
    pub(super) templates: Arc<Templates>,
    pub(super) view: ContractView,
    ground: Ground,
    pub(super) earlier: Earlier,
}

impl<'a> Press<'a> {
    /// Sets up the press.
    ///
    /// # Errors
    /// If a template of the pack is not valid.
    pub fn new(job: &'a Job, fonts: &'a Fonts) -> Result<Self, TemplateError> {
        Ok(Self::with(job, fonts, Arc::new(Templates::parse(&job.pack.templates)?)))
    }

    /// The same with the pack's templates, parsed already.
    pub fn with(job: &'a Job, fonts: &'a Fonts, templates: Arc<Templates>) -> Self {
        let draft = job.purpose == Purpose::Draft;
        let mut view = ContractView::new(&job.case, &job.pack, &job.figures, draft);
        view.fonts = FontFamilies { serif: fonts.serif.clone(), sans: fonts.sans.clone() };
        let ground = Ground::new(fonts);
        Self { job, fonts, templates, view, ground, earlier: Earlier::default() }
    }

    /// PDFs in this output folder that would come out the same are taken from there.
    #[must_use]
    pub fn reusing(self, target: &Path) -> Self {
        Self { earlier: Earlier::at(target), ..self }
    }

    /// Renders planned files, side by side.
    ///
    /// # Errors
    /// The first file that cannot be made; nothing is written then.
    pub fn print(&self, files: &[PlannedFile]) -> Result<Vec<Output>, ProduceError> {
        let one = |file: &PlannedFile| match file.format {
            Format::Pdf => self.typeset(file, &self.source(file)?),
            Format::Xlsx => self.workbook(file),
        };
        files.par_iter().map(one).collect()
    }

    /// The Typst source of a planned PDF: all that it shows, and nothing else.
    ///
    /// # Errors
    /// If a template does not fit the view.
    pub fn source(&self, file: &PlannedFile) -> Result<String, TemplateError> {
        if let Some(source) = self.changes_source(file) {
            return source;
        }
        let view = self.view_of(file);
        if file.document == SUPPLEMENT
            && let Some(source) = self.supplement_source(file, view.clone())
        {
            return source;
        }
        self.templates.fill("main.typ", &view)
    }

    /// What a planned file is filled with.
    pub(super) fn view_of(&self, file: &PlannedFile) -> ContractView {
        if file.document == CHANGES {
            return self.changes_frame(file);
        }
        let title = format!("{}（{}）", self.view.header.left, file.title);
        let mut view = self.edition(file).for_file(&title, &template_names(file));
        if let Some((_, _, form)) = self.order_of(file) {
            view = view.headed(&file.title);
            view.order_form = form;
        }
        view
    }

    fn workbook(&self, file: &PlannedFile) -> Result<Output, ProduceError> {
        let (pack, view) = (&self.job.pack, &self.edition(file));
        let bytes = match file.document.as_str() {
            "附件2" => xlsx::write_assessment(&workbooks::assessment(pack, view)),
            "附件3" => xlsx::write_quotation(&workbooks::quotation(self.prices_of(file), view)),
            "附件6" => xlsx::write_order_form(&workbooks::order_form(view)),
            "附件7" => xlsx::write_settlement_form(&workbooks::settlement_form(view)),
            ORDER => Ok(self.order_book(file)?),
            CHANGES => Ok(self.changes_book(file)?),
            other => return Err(ProduceError::NoWorkbook { document: other.to_owned() }),
        };
        let bytes = bytes.map_err(|error| ProduceError::Xlsx { file: file.name.clone(), error })?;
        Ok(Output {
            document: file.document.clone(),
            name: file.name.clone(),
            bytes,
            pages: None,
            made_from: None,
        })
    }

    fn typeset(&self, file: &PlannedFile, source: &str) -> Result<Output, ProduceError> {
        let stamp = self.order_stamp(file).or_else(|| self.revision_stamp(file));
        let stamp = stamp.unwrap_or_else(|| stamp_of_case(self.job));
        self.typeset_as_of(stamp, file, source)
    }

    /// The same with a day of its own in the PDF's metadata.
    pub(super) fn typeset_as_of(
        &self,
        stamp: Stamp,
        file: &PlannedFile,
        source: &str,
    ) -> Result<Output, ProduceError> {
        let job = self.job;
        // By what is printed, not by what the folder is called: a renamed case gives the same files.
        let number = job.case.contract.number.as_ref().map_or(&job.case.name, |number| &number.value);
        // An edition that is no longer in force is the file that it was.
        let name = file.revised.as_ref().map_or(&file.name, |revised| &revised.in_force_as);
        let ident = format!("hetong/{number}/{name}");
        let libraries = libraries_of(source, &job.pack.templates).into_iter();
        let libraries = libraries.map(|(name, text)| (name.to_owned(), text.to_owned())).collect();
        let made_from = self.ground.with(&ident, source, &libraries, stamp);
        let (bytes, pages) = match self.earlier.take(&file.name, &made_from) {
            Some(unchanged) => unchanged,
            None => {
                let pdf = pdf::typeset(&file.name, &ident, source, &libraries, self.fonts, stamp)?;
                (pdf.bytes, pdf.pages)
            }
        };
        Ok(Output {
            document: file.document.clone(),
            name: file.name.clone(),
            bytes,
            pages: Some(pages),
            made_from: Some(made_from),
        })
    }

    /// The 核对报告 over all other outputs.
    ///
    /// # Errors
    /// If it cannot be typeset.
    pub fn report(&self, outputs: &[Output]) -> Result<Option<Output>, ProduceError> {
        let Some(file) = report_file(&self.job.pack) else { return Ok(None) };
        let title = format!("{}核对报告", self.job.case.name);
        let mut contract = self.view.for_file(&title, &template_names(&file));
        // The report speaks about the draft; it is none itself.
        contract.draft = false;
        let view = WithReport { contract, report: report_view(self.job, outputs) };
        self.typeset(&file, &self.templates.fill("main.typ", &view)?).map(Some)
    }
}

fn template_names(file: &PlannedFile) -> Vec<&str> {
    file.templates.iter().map(String::as_str).collect()
}

/// The day of signing; a draft without one gets the first day of the millennium, which no reader takes for real.
fn stamp_of_case(job: &Job) -> Stamp {
    let date = job.case.contract.signed_on.as_ref().map(|date| date.value);
    date.map_or((2000, 1, 1), stamp_of)
}

/// A day as a PDF's date.
pub(super) fn stamp_of(date: jiff::civil::Date) -> Stamp {
    let small = |number: i8| u8::try_from(number).unwrap_or(1);
    (i32::from(date.year()), small(date.month()), small(date.day()))
}

fn report_view(job: &Job, outputs: &[Output]) -> ReportView {
    let draft = job.purpose == Purpose::Draft;
    let mut report = ReportView::new(&job.case, &job.pack, &job.findings, &job.blanks, &job.book, draft);
    report.rules = job.outcomes.iter().map(|outcome| rule_row(outcome, job.blanks.len())).collect();
    report.summary = summary(job);
    let input = |file: &InputFile| InputRow { file: file.name.to_string(), sha256: file.sha256.clone() };
    report.inputs = job.inputs.iter().map(input).collect();
    report.outputs = outputs.iter().map(output_row).collect();
    report
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
        clause: clause_of(outcome.clause),
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
