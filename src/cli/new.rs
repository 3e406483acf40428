//! `hetong new`: a case to fill in.
//!
//! May use: everything.

use std::path::PathBuf;

use super::{Failure, Outcome, Session};

/// 新建案卷：带说明的 合同.yaml，和给供应商填的空白报价表
#[derive(Debug, clap::Args)]
#[command(override_usage = "hetong new [选项] <目录>")]
#[command(help_template = super::VERB_HELP_WITH_ARGUMENTS)]
pub struct Args {
    /// 案卷文件夹；不存在时新建
    #[arg(value_name = "目录")]
    pub folder: PathBuf,
}

/// Writes the new case.
pub fn run(_args: &Args, _session: &mut Session<'_>) -> Result<Outcome, Failure> {
    Err(super::not_connected("new"))
}
