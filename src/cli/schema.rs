//! `hetong schema`: the JSON Schema of the input language, for editors.
//!
//! May use: everything.

use std::path::Path;

use super::{Failure, Outcome, Session};
use crate::bundle::job::DEFAULT_PACK;
use crate::diagnostics::json::harmless;
use crate::input::schema;
use crate::pack::Pack;

/// 输出 合同.yaml 或委托订单的 JSON Schema，编辑器用它补全和检查
#[derive(Debug, clap::Args)]
#[command(override_usage = "hetong schema [选项] [文件]", help_template = super::VERB_HELP_WITH_ARGUMENTS)]
pub struct Args {
    /// 合同（默认）或 订单
    #[arg(value_name = "文件", default_value = "合同", hide_default_value = true)]
    pub file: String,
}

/// Prints the schema.
pub fn run(args: &Args, session: &mut Session<'_>) -> Result<Outcome, Failure> {
    let schema = match args.file.trim_end_matches(".yaml") {
        "合同" => schema::contract_schema,
        "订单" | "委托订单" => schema::order_schema,
        other => return Err(Failure(format!("没有“{other}”的 JSON Schema；可写：合同、订单"))),
    };
    let text = text(schema, session.templates.as_deref())?;
    session.output.print(&text);
    Ok(Outcome::Clean)
}

/// A schema as text.
fn text(
    schema: fn(&Pack) -> serde_json::Result<serde_json::Value>,
    templates: Option<&Path>,
) -> Result<String, Failure> {
    let pack = Pack::find(templates, DEFAULT_PACK).map_err(|error| Failure(error.to_string()))?;
    let schema = schema(&pack).and_then(|schema| serde_json::to_string_pretty(&schema));
    schema.map(|text| harmless(&text) + "\n").map_err(|error| Failure(error.to_string()))
}
