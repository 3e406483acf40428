//! `hetong new`: a case to fill in.
//!
//! May use: everything.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use super::{Failure, Outcome, Session};
use crate::bundle::job::DEFAULT_PACK;
use crate::bundle::starter;
use crate::input::folder::explain;
use crate::pack::Pack;

/// 新建案卷：带说明的 合同.yaml，和给供应商填的空白报价表
#[derive(Debug, clap::Args)]
#[command(override_usage = "hetong new [选项] <目录>")]
#[command(help_template = super::VERB_HELP_WITH_ARGUMENTS)]
pub struct Args {
    /// 案卷文件夹；不存在时新建
    #[arg(value_name = "目录")]
    pub folder: PathBuf,
}

/// Writes the new case; nothing that is already there is overwritten.
pub fn run(args: &Args, session: &mut Session<'_>) -> Result<Outcome, Failure> {
    let pack = Pack::find(session.templates.as_deref(), DEFAULT_PACK).map_err(|e| Failure(e.to_string()))?;
    let files = starter::files(&pack).map_err(|error| Failure(error.to_string()))?;
    let folder = &args.folder;
    if let Some((name, _)) = files.iter().find(|(name, _)| folder.join(name).exists()) {
        return Err(Failure(format!(
            "“{}”里已经有 {name}，没有改动；请换一个文件夹，或先移走它",
            folder.display()
        )));
    }
    let cannot = |error: io::Error| Failure(format!("“{}”写不进去：{}", folder.display(), explain(&error)));
    fs::create_dir_all(folder).map_err(cannot)?;
    for (name, bytes) in &files {
        let mut file =
            fs::OpenOptions::new().write(true).create_new(true).open(folder.join(name)).map_err(cannot)?;
        file.write_all(bytes).map_err(cannot)?;
    }
    session.output.print(&next_steps(folder));
    Ok(Outcome::Clean)
}

fn next_steps(folder: &Path) -> String {
    let folder = folder.display();
    format!(
        "新建了案卷“{folder}”：\n\
         \x20 合同.yaml         填写乙方信息和约定，每一项都有说明\n\
         \x20 报价表.xlsx       发给供应商填写单价，收回后放回原处\n\
         \x20 合同.schema.json  供编辑器补全和检查，不必改\n\
         填好后：\n\
         \x20 hetong check {folder}\n\
         \x20 hetong build {folder}\n"
    )
}
