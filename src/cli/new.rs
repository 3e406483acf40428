//! `hetong new`: a case to fill in.
//!
//! May use: everything.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use super::{Failure, Outcome, Session};
use crate::bundle::job::DEFAULT_PACK;
use crate::bundle::starter;
use crate::diagnostics::Origin;
use crate::input::case::CASE_FILE;
use crate::input::folder::{CaseFolder, MAX_YAML_BYTES, explain};
use crate::input::starter::Model;
use crate::pack::Pack;

/// 新建案卷：带说明的 合同.yaml，和给供应商填的空白报价表
#[derive(Debug, clap::Args)]
#[command(override_usage = "hetong new [选项] <目录>")]
#[command(help_template = super::VERB_HELP_WITH_ARGUMENTS)]
pub struct Args {
    /// 案卷文件夹；不存在时新建
    #[arg(value_name = "目录")]
    pub folder: PathBuf,

    /// 照这个案卷新建：抄它的模板、付款方式、条款、信息安全和勘误；乙方、合同编号、报价、订单、结算、台账都不抄
    #[arg(long, value_name = "案卷")]
    from: Option<PathBuf>,
}

/// Writes the new case; nothing that is already there is overwritten.
pub fn run(args: &Args, session: &mut Session<'_>) -> Result<Outcome, Failure> {
    let model = args.from.as_deref().map(model).transpose()?.unwrap_or_default();
    let id = model.pack.as_deref().unwrap_or(DEFAULT_PACK);
    let pack = Pack::find(session.templates.as_deref(), id).map_err(|e| Failure(e.to_string()))?;
    let files =
        starter::files(&pack, model.contract_yaml(&pack)).map_err(|error| Failure(error.to_string()))?;
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
    if let Some(from) = &args.from {
        session.output.print(&copied(from, &model));
    }
    session.output.print(&next_steps(folder));
    Ok(Outcome::Clean)
}

/// What a case says that may be taken over.
fn model(from: &Path) -> Result<Model, Failure> {
    let cannot = |why: &str| Failure(format!("不能照“{}”新建：{why}；没有新建", from.display()));
    let folder = CaseFolder::open(from).map_err(|error| cannot(&explain(&error)))?;
    let text = folder.text(CASE_FILE, MAX_YAML_BYTES, &Origin::File(CASE_FILE.into()));
    let text = text.map_err(|_| cannot("里面没有读得出来的 合同.yaml"))?;
    Model::of(&text).map_err(|why| cannot(&format!("合同.yaml {why}")))
}

fn copied(from: &Path, model: &Model) -> String {
    format!(
        "照“{}”抄了：{}。\n\
         没有抄：合同编号、签订日期、有效期、乙方、报价、廉洁、核对金额、调整、订单、结算、台账、签署，承诺方的保障措施也没有抄；它们是那一份合同、那一家供应商自己的。\n",
        from.display(),
        model.taken().join("、")
    )
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
