//! A new case: a commented 合同.yaml, the schema it names, and a blank 报价表 for the supplier.
//!
//! May use: `input`, `compute`, `view`, `render`.

use thiserror::Error;

use crate::compute::CaseFigures;
use crate::diagnostics::Origin;
use crate::input::case::CASE_FILE;
use crate::input::schema;
use crate::model::case::Case;
use crate::pack::Pack;
use crate::render::xlsx::{self, XlsxError};
use crate::view::contract::ContractView;
use crate::view::workbooks;

/// The blank quotation's file name, which the new 合同.yaml names.
pub const QUOTATION_FILE: &str = "报价表.xlsx";
/// The schema's file name, which the first line of the new 合同.yaml names.
pub const SCHEMA_FILE: &str = "合同.schema.json";

/// A starter that could not be made.
#[derive(Debug, Error)]
#[expect(missing_docs, reason = "each is the error of one writer")]
pub enum StarterError {
    #[error(transparent)]
    Xlsx(#[from] XlsxError),
    #[error("JSON Schema 写不出来：{0}")]
    Schema(#[from] serde_json::Error),
}

/// The files of a new case by name, with this 合同.yaml.
///
/// # Errors
/// If one of them cannot be made.
pub fn files(pack: &Pack, contract_yaml: String) -> Result<[(&'static str, Vec<u8>); 3], StarterError> {
    let schema = serde_json::to_string_pretty(&schema::contract_schema(pack)?)? + "\n";
    Ok([
        (CASE_FILE, contract_yaml.into_bytes()),
        (QUOTATION_FILE, blank_quotation(pack)?),
        (SCHEMA_FILE, schema.into_bytes()),
    ])
}

fn blank_quotation(pack: &Pack) -> Result<Vec<u8>, XlsxError> {
    let case = Case::blank(String::new(), Origin::File(CASE_FILE.into()));
    let figures = CaseFigures::of(&case, pack);
    let view = ContractView::new(&case, pack, &figures, true);
    xlsx::write_quotation_form(&workbooks::quotation_form(&figures, pack, &view))
}
