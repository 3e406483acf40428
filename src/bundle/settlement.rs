//! One 结算单 as its two files: the PDF with its appendix pages, and the workbook.
//!
//! May use: `bundle::produce`, `view`, `render`.

use super::plan::{Format, PlannedFile};
use super::produce::{Output, Press, ProduceError, stamp_of};
use crate::compute::quotation::same_name;
use crate::compute::settlement::{Issue, OrderSettlement};
use crate::model::month::Month;
use crate::model::order::{Order, in_file_name};
use crate::pack::DocumentSpec;
use crate::render::template::TemplateError;
use crate::render::xlsx;
use crate::view::settlement::{SettlementDocument, SettlementForm, Sources};
use crate::view::settlement_sheet;

/// Its id in 合同样式.yaml.
pub const SETTLEMENT: &str = "结算单";

impl Press<'_> {
    /// The files of one 结算单, in memory.
    ///
    /// # Errors
    /// If one of them cannot be made.
    pub fn settlement(
        &self,
        settlement: &OrderSettlement,
        issue: &Issue,
    ) -> Result<Vec<Output>, ProduceError> {
        let Some(document) = self.job.pack.document(SETTLEMENT) else { return Ok(Vec::new()) };
        let mut outputs = Vec::new();
        if !document.template.is_empty() {
            let file = self.planned(document, settlement, Format::Pdf);
            let source = self.settlement_source(settlement, issue)?;
            outputs.push(self.typeset_as_of(stamp_of(settlement.month.last()), &file, &source)?);
        }
        outputs.extend(self.settlement_book(settlement, issue)?);
        Ok(outputs)
    }

    /// The workbook of one 结算单; none if the pack wants none.
    ///
    /// # Errors
    /// If it cannot be made.
    pub fn settlement_book(
        &self,
        settlement: &OrderSettlement,
        issue: &Issue,
    ) -> Result<Option<Output>, ProduceError> {
        let Some(document) = self.job.pack.document(SETTLEMENT).filter(|document| document.xlsx) else {
            return Ok(None);
        };
        let Some(book) = settlement_sheet::book(self.sources(settlement, issue)) else { return Ok(None) };
        let PlannedFile { document, name, .. } = self.planned(document, settlement, Format::Xlsx);
        let written = xlsx::write_settlement(&book);
        let bytes = written.map_err(|error| ProduceError::Xlsx { file: name.clone(), error })?;
        Ok(Some(Output { document, name, bytes, pages: None, made_from: None }))
    }

    /// The Typst source of a 结算单's PDF: all that it shows, and nothing else.
    ///
    /// # Errors
    /// If a template does not fit the view.
    pub fn settlement_source(
        &self,
        settlement: &OrderSettlement,
        issue: &Issue,
    ) -> Result<String, TemplateError> {
        let template = self.job.pack.document(SETTLEMENT).map_or("", |document| document.template.as_str());
        let form = SettlementForm::filled(self.sources(settlement, issue)).unwrap_or_default();
        self.templates.fill("main.typ", &SettlementDocument::new(&self.view, form, issue, template))
    }

    fn sources<'s>(&'s self, settlement: &'s OrderSettlement, issue: &'s Issue) -> Sources<'s> {
        let job = self.job;
        Sources {
            case: &job.case,
            pack: &job.pack,
            figures: &job.figures,
            contract: &self.view,
            settlement,
            issue,
        }
    }

    fn planned(&self, document: &DocumentSpec, settlement: &OrderSettlement, format: Format) -> PlannedFile {
        let extension = match format {
            Format::Pdf => "pdf",
            Format::Xlsx => "xlsx",
        };
        let stem = file_stem(&document.file, settlement.month, &settlement.order, &self.job.case.orders);
        PlannedFile {
            document: document.id.clone(),
            title: document.title.clone(),
            name: format!("{stem}.{extension}"),
            format,
            templates: vec![document.template.clone()],
            order: None,
            revised: None,
        }
    }
}

/// The file name without extension: 结算单-2026-03-DD-2026-001.
///
/// What a file system refuses becomes `_`. Two orders whose numbers then look alike are told apart by their place in
/// the case, so that neither's file takes the other's.
pub fn file_stem(pattern: &str, month: Month, order: &str, orders: &[Order]) -> String {
    let own = in_file_name(order);
    let alike = |order: &&Order| in_file_name(order.number()).to_lowercase() == own.to_lowercase();
    let same = |known: &Order| same_name(known.number(), order);
    let mut twins = orders.iter().filter(alike);
    let number = match twins.position(same) {
        None | Some(0) => own,
        Some(place) => format!("{own}（{}）", place + 1),
    };
    pattern.replace("<月份>", &month.to_string()).replace("<订单编号>", &number)
}
