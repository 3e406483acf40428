//! `hetong build`: the contract bundle.
//!
//! May use: everything.

use std::path::PathBuf;

use super::check::find_cases;
use super::{Failure, Outcome, Session};

/// 检查案卷并生成整套合同（PDF 和 XLSX）
#[derive(Debug, clap::Args)]
#[command(override_usage = "hetong build [选项] <案卷|目录>…")]
#[command(help_template = super::VERB_HELP_WITH_ARGUMENTS)]
pub struct Args {
    /// 案卷文件夹，或含有多个案卷的文件夹
    #[arg(required = true, value_name = "案卷|目录")]
    pub paths: Vec<PathBuf>,

    /// 生成到此目录，默认 output
    #[arg(short, long, value_name = "目录", default_value = "output", hide_default_value = true)]
    pub output: PathBuf,

    /// 生成正式稿：没有水印和空白；有错误或空白时拒绝生成
    #[arg(long = "final")]
    pub is_final: bool,

    /// 只生成这些文件，如“附件3,附件5”
    #[arg(long, value_name = "文件,…")]
    only: Vec<String>,

    /// 从此目录取中文字体，而不是从系统
    #[arg(long, value_name = "目录")]
    pub font_dir: Option<PathBuf>,
}

impl Args {
    /// The document ids of `--only`, however a Chinese keyboard separates them; empty for all documents.
    pub fn documents(&self) -> Vec<&str> {
        let names = self.only.iter().flat_map(|list| list.split([',', '，', '、']));
        names.map(str::trim).filter(|name| !name.is_empty()).collect()
    }
}

/// Builds the bundle of every case.
pub fn run(args: &Args, _session: &mut Session<'_>) -> Result<Outcome, Failure> {
    let _cases = find_cases(&args.paths)?;
    let _documents = args.documents();
    Err(super::not_connected("build"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::Parser;

    #[derive(Parser)]
    struct Wrapper {
        #[command(flatten)]
        args: Args,
    }

    #[test]
    fn documents_are_separated_by_any_comma() {
        let args = ["build", "案卷", "--only", "附件3,附件5，正文、", "--only", "全套"];
        let args = Wrapper::try_parse_from(args).unwrap().args;
        assert_eq!(args.documents(), ["附件3", "附件5", "正文", "全套"]);
        assert_eq!(args.output, PathBuf::from("output"));
    }
}
