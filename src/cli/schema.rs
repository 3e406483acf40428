//! `hetong schema`: the JSON Schema of the input language, for editors.
//!
//! May use: everything.

use std::path::Path;

use super::{Failure, Outcome, Session};
use crate::bundle::job::DEFAULT_PACK;
use crate::input::schema;
use crate::pack::Pack;

/// 输出 合同.yaml 的 JSON Schema，编辑器用它补全和检查
#[derive(Debug, clap::Args)]
#[command(override_usage = "hetong schema [选项]", help_template = super::VERB_HELP)]
pub struct Args {}

/// Prints the schema.
pub fn run(_args: &Args, session: &mut Session<'_>) -> Result<Outcome, Failure> {
    let text = text(session.templates.as_deref())?;
    session.output.print(&text);
    Ok(Outcome::Clean)
}

/// The schema as text, for printing and for a new case.
pub fn text(templates: Option<&Path>) -> Result<String, Failure> {
    let pack = Pack::find(templates, DEFAULT_PACK).map_err(|error| Failure(error.to_string()))?;
    let schema = schema::contract_schema(&pack).and_then(|schema| serde_json::to_string_pretty(&schema));
    schema.map(|text| text + "\n").map_err(|error| Failure(error.to_string()))
}
