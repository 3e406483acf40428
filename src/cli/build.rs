//! `hetong build`: the contract bundle.
//!
//! May use: everything.

use std::path::{Path, PathBuf};

use rayon::prelude::*;

use super::check::{Checked, Format, find_cases, open_keys, parties_of, print, saw_only_one};
use super::progress::Progress;
use super::{Failure, Outcome, Session, apart};
use crate::bundle::build;
use crate::bundle::job::{Among, Draft};
use crate::bundle::settle::output_names;
use crate::bundle::workshop::Workshop;
use crate::bundle::write::Written;
use crate::compute::people::People;
use crate::diagnostics::Severity;
use crate::input::months::Scope;
use crate::rules::Purpose;

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

    /// 只生成这些文件，如“附件3,附件5”；“订单”是全部委托订单，“补充协议”是全部补充协议，也可写订单编号
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

/// Builds the bundle of every case; a bad one does not keep the others from being built.
pub fn run(args: &Args, session: &mut Session<'_>) -> Result<Outcome, Failure> {
    let folders = find_cases(&args.paths)?;
    apart(&args.output, &folders)?;
    let workshop = Workshop::new(session.templates.as_deref(), args.font_dir.as_deref());
    let progress = Progress::start("生成", folders.len(), session.output.watched());
    let names = output_names(&folders);
    let parties = parties_of(&folders);
    // What people worked is no business of the contract.
    let among = Among { people: &People::default(), parties: &parties };
    let one = |(folder, name): (&PathBuf, &Option<String>)| {
        let built = build_one(folder, name.as_deref(), args, (&workshop, among));
        progress.step(&folder.to_string_lossy());
        built
    };
    let built: Result<Vec<Built>, Failure> = folders.par_iter().zip(&names).map(one).collect();
    drop(progress);
    report(built?, args, session)
}

/// What became of one case.
struct Built {
    checked: Checked,
    target: PathBuf,
    done: Result<Written, String>,
}

fn build_one(
    folder: &Path,
    name: Option<&str>,
    args: &Args,
    (workshop, among): (&Workshop, Among<'_>),
) -> Result<Built, Failure> {
    let draft =
        Draft::read_with(folder, Scope::Contract, workshop).map_err(|error| Failure(error.to_string()))?;
    let fonts = workshop.fonts(&draft.pack).map_err(|error| Failure(error.to_string()))?;
    let purpose = if args.is_final { Purpose::Final } else { Purpose::Draft };
    let job = draft.check_among(among, purpose, Some(&fonts));
    let target = args.output.join(name.unwrap_or(&job.case.name));
    let documents: Vec<String> = args.documents().into_iter().map(str::to_owned).collect();
    let done = match name {
        None => Err("另有同名的案卷，输出会互相覆盖；请改案卷文件夹的名字，或分开生成".to_owned()),
        Some(_) if !job.readable => Err("合同.yaml 读不出来；原有文件没有改动".to_owned()),
        Some(_) if args.is_final && job.refuses_final() => Err(String::new()),
        Some(_) => build::build(&job, &fonts, &documents, &target).map_err(|error| error.to_string()),
    };
    Ok(Built { checked: Checked::of(job, folder), target, done })
}

/// Prints the findings, then what was written for each case and what was not.
fn report(built: Vec<Built>, args: &Args, session: &mut Session<'_>) -> Result<Outcome, Failure> {
    let (checked, results): (Vec<Checked>, Vec<_>) =
        built.into_iter().map(|Built { checked, target, done }| (checked, (target, done))).unzip();
    let outcome = print(&checked, Format::Human, session)?;
    let mut failed = Vec::new();
    for (checked, (target, done)) in checked.iter().zip(results) {
        let name = &checked.name;
        match done {
            Ok(written) => session.output.print(&describe(checked, &target, args.is_final, &written)),
            Err(why) => {
                let errors = checked.findings.count(Severity::Error);
                let why = if why.is_empty() { refusal(errors, checked.blanks.len()) } else { why };
                session.output.error(&format!("{name}：没有生成。{why}"));
                failed.push(name.as_str());
            }
        }
    }
    session.output.print(&saw_only_one(checked.len(), "build"));
    if checked.len() > 1 && !failed.is_empty() {
        session.output.error(&format!("{} 个案卷没有生成：{}", failed.len(), failed.join("、")));
    }
    Ok(if failed.is_empty() { outcome } else { Outcome::Findings })
}

fn refusal(errors: usize, blanks: usize) -> String {
    format!("还有 {errors} 个错误、{blanks} 处待填（见上），定稿前须全部改正、补齐；原有文件没有改动")
}

fn describe(case: &Checked, target: &Path, is_final: bool, written: &Written) -> String {
    let state = if is_final { "正式稿" } else { "草稿" };
    let mut text = format!("{}：{}（{state}）\n", case.name, target.display());
    if !case.blanks.is_empty() {
        text += &format!("  {}\n", open_keys(&case.blanks));
    }
    if written.demoted {
        text += "  注意：这里原来是正式稿，现在换成了草稿（有水印）；签订以后请用 --final 生成，正文等没有变化的文件才会一个字节不变\n";
    }
    text += &changes(written);
    if !written.demoted && !written.replaced.is_empty() {
        text += &format!(
            "  注意：原来的正式稿换成了内容不同的：{}。其中已经签字盖章的，请把案卷恢复原样再生成一次，要变更的在 调整 里另加一项；还没有签的不必理会\n",
            written.replaced.join("、")
        );
    }
    for left_out in &written.left_out {
        text += &format!("  注意：{left_out}\n");
    }
    text
}

/// What was written and why, and what happened to files that are not as hetong wrote them.
fn changes(written: &Written) -> String {
    let (new, same) = (written.written.len(), written.unchanged.len());
    let mut text = match new {
        0 => format!("  没有变化，{same} 个文件都没有改动\n"),
        _ => format!("  新写 {new} 个文件，{same} 个没有变化\n"),
    };
    if written.causes.is_empty() {
        text.extend(written.written.iter().map(|file| format!("    {file}\n")));
    }
    for cause in &written.causes {
        text += &format!("    {}\n      ← {}\n", cause.files.join("、"), cause.why);
    }
    if !written.removed.is_empty() {
        text += &format!("  不再需要，已经删去：{}\n", written.removed.join("、"));
    }
    if !written.stale.is_empty() {
        text += &format!("  注意：{} 已经过期，但 --only 没有包括，没有更新\n", written.stale.join("、"));
    }
    if !written.not_ours.is_empty() {
        let files = written.not_ours.join("、");
        text += &format!(
            "  注意：{files} 被人改过或删掉，已经不是 hetong 生成的样子；--only 没有包括，没有重新生成\n"
        );
    }
    for file in &written.left {
        text += &format!("  注意：“{file}”不再需要，但被人改过，没有删去\n");
    }
    for (file, kept) in &written.kept {
        text += &format!("  “{file}”被人改过，改过的那份另存为“{kept}”\n");
    }
    text
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
