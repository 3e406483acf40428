//! Which files a build writes, and of which documents each is made.
//!
//! May use: `pack`, `compute`, `bundle::orders`, `bundle::revisions`.

use super::changes::{CHANGES, changes_files, names_changes};
use super::orders::{is_meant, order_files};
use super::revisions::{SUPPLEMENT, names_supplement, supplement_files, with_editions};
use crate::compute::prices::PriceHistory;
use crate::model::case::Case;
use crate::pack::{DocumentSpec, Pack};

/// What kind of file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// PDF/A.
    Pdf,
    /// Workbook.
    Xlsx,
}

/// A file to write.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlannedFile {
    /// Document id, such as 附件3.
    pub document: String,
    /// Title of the PDF.
    pub title: String,
    /// File name, such as 附件3-报价表.pdf.
    pub name: String,
    /// Kind.
    pub format: Format,
    /// The templates that make it up, in order.
    pub templates: Vec<String>,
    /// Which of the case's orders it shows; none for what is not about one order.
    pub order: Option<usize>,
    /// Which 修订 it shows, for an annex that a 调整 has touched and for a 补充协议; none for all others.
    pub revised: Option<Revised>,
}

/// A file that is one of several editions of a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Revised {
    /// The number of the 调整, 0 as signed.
    pub number: usize,
    /// The name it had or has while it is in force: what the PDF is identified by, wherever it is kept.
    pub in_force_as: String,
}

/// The document that binds all others.
pub const WHOLE: &str = "全套";
/// The report on the check; made after all others, because it lists them.
pub const REPORT: &str = "核对报告";

/// The files of a case: the framework contract's, the 补充协议, then the orders'. The report is apart.
///
/// `only` keeps what is named there: documents by their id, orders by number, and the files of orders and 补充协议 by
/// name.
///
/// # Errors
/// The names in `only` that nothing has.
pub fn case_files(
    pack: &Pack,
    case: &Case,
    prices: &PriceHistory,
    only: &[String],
) -> Result<Vec<PlannedFile>, Vec<String>> {
    let orders = &case.orders;
    let mut named_one_by_one = supplement_files(pack, case, prices);
    named_one_by_one.extend(changes_files(pack, case, prices));
    named_one_by_one.extend(order_files(pack, case));
    let is_meant = |file: &PlannedFile, name: &str| match file.document.as_str() {
        SUPPLEMENT => names_supplement(file, name),
        CHANGES => names_changes(file, name),
        _ => is_meant(file, orders, name),
    };
    let means = |name: &String| named_one_by_one.iter().any(|file| is_meant(file, name));
    let (named, others): (Vec<String>, Vec<String>) = only.iter().cloned().partition(means);
    let mut files = match (only.is_empty(), others.is_empty()) {
        (false, true) => Vec::new(),
        _ => with_editions(contract_files(pack, &others)?, case, prices),
    };
    named_one_by_one.retain(|file| only.is_empty() || named.iter().any(|name| is_meant(file, name)));
    files.extend(named_one_by_one);
    Ok(files)
}

/// The files of the framework contract: its documents one by one, then 合同全套. The report is apart.
///
/// `only` keeps the documents named there.
///
/// # Errors
/// The names in `only` that no document has.
pub fn contract_files(pack: &Pack, only: &[String]) -> Result<Vec<PlannedFile>, Vec<String>> {
    let bound: Vec<&DocumentSpec> = pack.documents.iter().filter(|d| d.in_bundle).collect();
    let whole = pack.documents.iter().find(|d| d.id == WHOLE);
    let known = |id: &String| id == WHOLE || id == REPORT || bound.iter().any(|d| &d.id == id);
    let unknown: Vec<String> = only.iter().filter(|id| !known(id)).cloned().collect();
    if !unknown.is_empty() {
        return Err(unknown);
    }
    let wanted = |document: &DocumentSpec| only.is_empty() || only.contains(&document.id);
    let mut files = Vec::new();
    for document in bound.iter().filter(|d| wanted(d)) {
        files.push(pdf(document, vec![document.template.clone()]));
        if document.xlsx {
            files.push(PlannedFile {
                name: format!("{}.xlsx", document.file),
                format: Format::Xlsx,
                ..pdf(document, Vec::new())
            });
        }
    }
    if let Some(whole) = whole.filter(|d| wanted(d)) {
        files.push(pdf(whole, bound.iter().map(|d| d.template.clone()).collect()));
    }
    Ok(files)
}

/// The report's file.
pub fn report_file(pack: &Pack) -> Option<PlannedFile> {
    let document = pack.documents.iter().find(|d| d.id == REPORT)?;
    Some(pdf(document, vec![document.template.clone()]))
}

fn pdf(document: &DocumentSpec, templates: Vec<String>) -> PlannedFile {
    PlannedFile {
        document: document.id.clone(),
        title: document.title.clone(),
        name: format!("{}.pdf", document.file),
        format: Format::Pdf,
        templates,
        order: None,
        revised: None,
    }
}
