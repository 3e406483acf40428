//! `hetong schema`: the JSON Schema of the input language, for editors.
//!
//! May use: everything.

use super::{Failure, Outcome, Session};

/// 输出 合同.yaml 的 JSON Schema，编辑器用它补全和检查
#[derive(Debug, clap::Args)]
#[command(override_usage = "hetong schema [选项]", help_template = super::VERB_HELP)]
pub struct Args {}

/// Prints the schema.
pub fn run(_args: &Args, _session: &mut Session<'_>) -> Result<Outcome, Failure> {
    Err(super::not_connected("schema"))
}
