//! `hetong diff`: what the 调整 of a case change, on the terminal and as 变更对照表.
//!
//! May use: everything.

use std::path::{Path, PathBuf};

use jiff::civil::Date;
use rayon::prelude::*;

use super::check::{Checked, Format, find_cases, print};
use super::diff_tell::describe;
use super::progress::Progress;
use super::{Failure, Outcome, Session, apart, diff_folders};
use crate::bundle::changes::write_changes;
use crate::bundle::job::{Draft, Job};
use crate::bundle::revisions::is_revised;
use crate::bundle::settle::output_names;
use crate::bundle::workshop::Workshop;
use crate::bundle::write::Written;
use crate::compute::changes::in_force;
use crate::input::months::Scope;
use crate::rules::Purpose;
use crate::view::changes::ChangesView;

/// 列出签订后的调整改变了什么，并生成变更对照表（PDF 和 XLSX）
#[derive(Debug, clap::Args)]
#[command(
    override_usage = "hetong diff [选项] <案卷|目录>\n      hetong diff [选项] <旧的文件夹> <新的文件夹>"
)]
#[command(help_template = super::VERB_HELP_WITH_ARGUMENTS)]
pub struct Args {
    /// 案卷文件夹，或含有多个案卷的文件夹
    #[arg(value_name = "案卷|目录")]
    path: PathBuf,

    /// 给出第二个路径时，对照两个输出文件夹（或两个 PDF、两个 XLSX）：前一个是旧的，后一个是新的；生成到“对照-<旧>-<新>”里
    #[arg(value_name = "新的文件夹", conflicts_with = "at")]
    new: Option<PathBuf>,

    /// 只对照到这一天已经生效的调整，如 2026-09-15；默认全部
    #[arg(long, value_name = "日期")]
    at: Option<String>,

    /// 生成到此目录，默认 output
    #[arg(short, long, value_name = "目录", default_value = "output", hide_default_value = true)]
    output: PathBuf,

    /// 从此目录取中文字体，而不是从系统
    #[arg(long, value_name = "目录")]
    font_dir: Option<PathBuf>,
}

/// Compares the case with itself as signed.
pub fn run(args: &Args, session: &mut Session<'_>) -> Result<Outcome, Failure> {
    if let Some(new) = &args.new {
        apart(&args.output, &[])?;
        let options = diff_folders::Options { output: &args.output, font_dir: args.font_dir.as_deref() };
        return diff_folders::run(&args.path, new, &options, session);
    }
    let on = args.at.as_deref().map(day).transpose()?;
    let folders = find_cases(std::slice::from_ref(&args.path))?;
    apart(&args.output, &folders)?;
    let workshop = Workshop::new(session.templates.as_deref(), args.font_dir.as_deref());
    let progress = Progress::start("对照", folders.len(), session.output.watched());
    let names = output_names(&folders);
    let one = |(folder, name): (&PathBuf, &Option<String>)| {
        let compared = compare(folder, name.as_deref(), (args, on), &workshop);
        progress.step(&folder.to_string_lossy());
        compared
    };
    let compared: Result<Vec<Compared>, Failure> = folders.par_iter().zip(&names).map(one).collect();
    drop(progress);
    tell(compared?, session)
}

fn day(text: &str) -> Result<Date, Failure> {
    let wrong = || Failure(format!("--at 的“{text}”不是日期；请写成 2026-09-15 这样"));
    // Nothing else than a day: jiff would also read one with a time.
    let shape = text.len() == 10 && text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-');
    let day = if shape { text.parse().ok() } else { None };
    day.ok_or_else(wrong)
}

/// What became of one case.
struct Compared {
    checked: Checked,
    target: PathBuf,
    done: Result<Done, String>,
}

enum Done {
    /// There is nothing to compare, and why.
    Nothing(String),
    /// The table, and what was written.
    Table(Box<(ChangesView, Written)>),
}

fn compare(
    folder: &Path,
    name: Option<&str>,
    (args, on): (&Args, Option<Date>),
    workshop: &Workshop,
) -> Result<Compared, Failure> {
    let draft =
        Draft::read_with(folder, Scope::Contract, workshop).map_err(|error| Failure(error.to_string()))?;
    let fonts = workshop.fonts(&draft.pack).map_err(|error| Failure(error.to_string()))?;
    let job = draft.check(Purpose::Draft, Some(&fonts));
    let target = args.output.join(name.unwrap_or(&job.case.name));
    let done = match (name, nothing(&job, on)) {
        (None, _) => Err("另有同名的案卷，输出会互相覆盖；请改案卷文件夹的名字，或分开对照".to_owned()),
        _ if !job.readable => Err("合同.yaml 读不出来；原有文件没有改动".to_owned()),
        (_, Some(why)) => Ok(Done::Nothing(why)),
        (Some(_), None) => write_changes(&job, &fonts, on, &target)
            .map(|written| {
                let up_to = in_force(&job.figures.prices, on);
                Done::Table(Box::new((ChangesView::of(&job.case, &job.figures, up_to), written)))
            })
            .map_err(|error| error.to_string()),
    };
    Ok(Compared { checked: Checked::of(job, folder), target, done })
}

/// Why there is nothing to compare, and what to do; none where there is something.
fn nothing(job: &Job, on: Option<Date>) -> Option<String> {
    if job.case.contract.signed_on.is_none() {
        return Some(
            "合同还没有签订（合同.yaml 没有 签订日期），签订前没有可以对照的：报价有变时直接换报价表，重新 hetong build 即可"
                .to_owned(),
        );
    }
    if !is_revised(&job.case) {
        return Some(
            "合同.yaml 没有“调整”，没有可以对照的；签订后税率或单价有变，请在“调整”里加一项，写明 生效日期、事由，以及 税率 或 报价"
                .to_owned(),
        );
    }
    let day = on.filter(|_| in_force(&job.figures.prices, on) == 0)?;
    let first = job.figures.prices.revisions.first().and_then(|prices| prices.from);
    let from = first.map(|first| format!("第一次调整自 {first} 起生效")).unwrap_or_default();
    Some(format!("{day} 还没有调整生效，没有可以对照的；{from}"))
}

/// Prints the findings, then what changed in each case, then what could not be made.
fn tell(compared: Vec<Compared>, session: &mut Session<'_>) -> Result<Outcome, Failure> {
    let (checked, results): (Vec<Checked>, Vec<_>) =
        compared.into_iter().map(|Compared { checked, target, done }| (checked, (target, done))).unzip();
    let outcome = print(&checked, Format::Human, session)?;
    let mut failed = Vec::new();
    for (checked, (target, done)) in checked.iter().zip(results) {
        let name = &checked.name;
        match done {
            Ok(Done::Nothing(why)) => session.output.print(&format!("{name}：{why}\n")),
            Ok(Done::Table(made)) => {
                let (view, written) = *made;
                let paint = session.output.paint();
                session.output.print(&describe(name, &view, &target, &written, paint));
            }
            Err(why) => {
                session.output.error(&format!("{name}：没有对照。{why}"));
                failed.push(name.as_str());
            }
        }
    }
    if checked.len() > 1 && !failed.is_empty() {
        session.output.error(&format!("{} 个案卷没有对照：{}", failed.len(), failed.join("、")));
    }
    Ok(if failed.is_empty() { outcome } else { Outcome::Findings })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_is_written_in_one_way() {
        assert_eq!(day("2026-09-15"), Ok("2026-09-15".parse().unwrap()));
        for wrong in ["2026-9-15", "2026-09-31", "2026-09-15T00:00", "九月", ""] {
            let Err(Failure(message)) = day(wrong) else { panic!("{wrong}") };
            assert!(message.contains(&format!("“{wrong}”")), "{message}");
        }
    }
}
