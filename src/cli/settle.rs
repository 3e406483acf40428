//! `hetong settle`: a month's 结算单 of all cases, and their summary.
//!
//! May use: everything.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;

use rayon::prelude::*;

use super::check::{find_cases, parties_of, people_of, saw_only_one};
use super::progress::Progress;
use super::settle_tell::{Told, tell};
use super::{Failure, Outcome, Session, apart, bind, only, stop};
use crate::bundle::job::{Among, DEFAULT_PACK};
use crate::bundle::settle::{Batch, BatchError, CaseOrder, IssueOrder, output_names};
use crate::bundle::settle_plan::Wanted;
use crate::bundle::settle_report::Settled;
use crate::bundle::summary_file::{self, Asked, Covered, SummaryWritten};
use crate::bundle::workshop::Workshop;
use crate::input::months::{MONTHS_FOLDER, case_name, has_month};
use crate::model::characters::{code_point, unseen};
use crate::model::month::Month;
use crate::view::summary::CaseSummary;

/// 按月结算：生成全部案卷当月的结算单（PDF 和 XLSX）和结算汇总
#[derive(Debug, clap::Args)]
#[command(override_usage = "hetong settle [选项] --month <月份> <目录>…")]
#[command(help_template = super::VERB_HELP_WITH_ARGUMENTS)]
pub struct Args {
    /// 含有案卷的文件夹，或案卷文件夹
    #[arg(required = true, value_name = "目录")]
    pub paths: Vec<PathBuf>,

    /// 结算的月份，如 2026-03；工时和考核在案卷的“结算/<月份>/”里
    #[arg(long, value_name = "月份", required_unless_present = "bind")]
    month: Option<String>,

    /// 生成到此目录下的“结算-<月份>”，默认 output
    #[arg(short, long, value_name = "目录", default_value = "output", hide_default_value = true)]
    output: PathBuf,

    /// 开具：结算单不再是草稿，并记入案卷的台账
    #[arg(long)]
    issue: bool,

    /// 更正已经开具、现在结果不同的结算单，写明原因；与 --issue 一起用
    #[arg(long, value_name = "原因", requires = "issue")]
    amend: Option<String>,

    /// 只做这些供应商或订单，如“星河示例,DD-2026-003”，编号有重复的写“星河示例/DD-2026-003”；汇总仍包括全部案卷
    #[arg(long, value_name = "供应商|订单,…")]
    only: Vec<String>,

    /// 以前的版本写的台账认定不了是哪份合同的：显示合同编号、供应商和余额，确认以后记入台账；不结算
    #[arg(long, conflicts_with_all = ["month", "issue", "amend", "only", "font_dir"])]
    bind: bool,

    /// 不提问就确认 --bind，须写出案卷的合同编号
    #[arg(long, value_name = "合同编号", requires = "bind", conflicts_with_all = ["month", "issue"])]
    yes: Option<String>,

    /// 从此目录取中文字体，而不是从系统
    #[arg(long, value_name = "目录")]
    font_dir: Option<PathBuf>,
}

/// The cases of a month, and what is wanted of each.
struct MonthCases {
    folders: Vec<PathBuf>,
    wanted: Vec<Wanted>,
    /// The names of those that have nothing of it.
    absent: Vec<String>,
}

/// Settles every case that has something of the month; a bad one does not keep the others from it.
pub fn run(args: &Args, session: &mut Session<'_>) -> Result<Outcome, Failure> {
    let Some(month) = &args.month else { return bind::run(&args.paths, args.yes.as_deref(), session) };
    let month: Month = month.parse().map_err(|error| Failure(format!("--month 的“{month}”{error}")))?;
    let amend = args.amend.as_deref().map(reason).transpose()?;
    stop::listen();
    let all = find_cases(&args.paths)?;
    apart(&args.output, &all)?;
    let (count, people, parties) = (all.len(), people_of(&all, Some(month)), parties_of(&all));
    let among = Among { people: &people, parties: &parties };
    let cases = cases(all, month, &args.only, args.issue)?;
    let workshop = Workshop::new(session.templates.as_deref(), args.font_dir.as_deref());
    let output = args.output.join(format!("结算-{month}"));
    let at = now();
    let issuing = args.issue.then_some(IssueOrder { at: &at, amend });
    let batch = Batch { workshop: &workshop, among, month, output: &output, issuing };
    let settled = settle_all(&batch, &cases, session.output.watched())?;
    let only = Asked::only(&cases.folders, &cases.wanted);
    let asked = Asked { issuing: args.issue, amending: amend.is_some(), only };
    let interrupted = settled.iter().filter(|settled| settled.is_none()).count();
    let wanted = cases.wanted.into_iter();
    let told: Vec<Told> = settled
        .into_iter()
        .zip(wanted)
        .filter_map(|(settled, wanted)| Some(Told { settled: settled?, wanted: wanted != Wanted::Nothing }))
        .collect();
    let outcome = tell(&told, month, session)?;
    if interrupted > 0 {
        return Err(Failure(format!(
            "已按 Ctrl-C 停止：{} 个案卷做完了，{interrupted} 个没有做；结算汇总没有写。再运行一次同样的命令，会接着做没有做的",
            told.len()
        )));
    }
    summarise(&told, &batch, cases.absent, &asked, session)?;
    session.output.print(&saw_only_one(count, "settle"));
    Ok(outcome)
}

fn reason(text: &str) -> Result<&str, Failure> {
    let text = text.trim();
    if text.is_empty() {
        return Err(Failure("--amend 后面要写更正的原因，它会印在更正的结算单上".to_owned()));
    }
    if let Some((c, kind)) = text.chars().find_map(|c| Some((c, unseen(c)?))) {
        let code = code_point(c);
        return Err(Failure(format!("--amend 的原因里有看不见的{kind}（{code}），印不出来；请删去")));
    }
    Ok(text)
}

/// The cases that have something of the month.
fn cases(all: Vec<PathBuf>, month: Month, named: &[String], issuing: bool) -> Result<MonthCases, Failure> {
    let wanted = only::wanted(named, &all, issuing)?;
    let count = all.len();
    let present: Vec<bool> = all.par_iter().map(|folder| has_month(folder, month)).collect();
    let without = all.iter().zip(&present).filter(|(_, present)| !**present);
    let absent = without.map(|(folder, _)| case_name(folder)).collect();
    let chosen = all.into_iter().zip(wanted).zip(present).filter(|(_, present)| *present);
    let (folders, wanted): (Vec<_>, Vec<_>) = chosen.map(|(case, _)| case).unzip();
    if folders.is_empty() {
        return Err(Failure(format!(
            "{count} 个案卷里都没有 {month} 的工时和考核：请放进案卷的“{MONTHS_FOLDER}/{month}/”文件夹"
        )));
    }
    if wanted.iter().all(|wanted| *wanted == Wanted::Nothing) {
        return Err(Failure(format!("--only 选中的供应商或订单没有 {month} 的工时和考核")));
    }
    Ok(MonthCases { absent, folders, wanted })
}

/// Now, in 北京时间, to the second.
pub(super) fn now() -> String {
    let now = jiff::Timestamp::now();
    let now = jiff::Timestamp::from_second(now.as_second()).unwrap_or(now);
    now.display_with_offset(jiff::tz::offset(8)).to_string()
}

/// Every case's result, in their order; none for those that were not begun before Ctrl-C.
///
/// The cases are shared out among plain threads, not among rayon's: a rayon thread that waits for its documents takes
/// up another case, and would then hold two cases' locks at once. Typesetting itself is rayon's.
fn settle_all(batch: &Batch<'_>, cases: &MonthCases, watched: bool) -> Result<Vec<Option<Settled>>, Failure> {
    let progress = Progress::batch("结算", cases.folders.len(), watched);
    let names = output_names(&cases.folders);
    let next = AtomicUsize::new(0);
    let results: Mutex<Vec<Option<Settled>>> = Mutex::new(cases.folders.iter().map(|_| None).collect());
    let fault: Mutex<Option<BatchError>> = Mutex::default();
    let work = || {
        while !stop::asked() && lock(&fault).is_none() {
            let index = next.fetch_add(1, Ordering::Relaxed);
            let (Some(folder), Some(name), Some(wanted)) =
                (cases.folders.get(index), names.get(index), cases.wanted.get(index))
            else {
                break;
            };
            let order = CaseOrder { folder, name: name.as_deref(), wanted };
            match settle_one(batch, &order, &progress) {
                Ok(settled) => {
                    if let Some(place) = lock(&results).get_mut(index) {
                        *place = Some(settled);
                    }
                }
                Err(error) => *lock(&fault) = Some(error),
            }
            progress.advance(1);
        }
    };
    match at_once().min(cases.folders.len()) {
        1 => work(),
        several => thread::scope(|scope| (0..several).for_each(|_| drop(scope.spawn(work)))),
    }
    match fault.into_inner().unwrap_or_else(PoisonError::into_inner) {
        Some(error) => Err(Failure(error.to_string())),
        None => Ok(results.into_inner().unwrap_or_else(PoisonError::into_inner)),
    }
}

/// How many cases are in hand at a time: one more than there are cores, because a case that waits for the disk leaves
/// its core idle.
fn at_once() -> usize {
    match rayon::current_num_threads() {
        1 => 1,
        cores => cores + 1,
    }
}

fn lock<T>(shared: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A fault of ours in one case is told and leaves the others alone.
fn settle_one(batch: &Batch<'_>, order: &CaseOrder<'_>, progress: &Progress) -> Result<Settled, BatchError> {
    let name = order.folder.file_name().unwrap_or(order.folder.as_os_str()).to_string_lossy().into_owned();
    progress.begin(&name);
    let mut told = false;
    let wait = || {
        if !told {
            progress.note(&format!("另一个 hetong 正在结算“{name}”，等它做完"));
            told = true;
        }
        !stop::asked()
    };
    let settle = AssertUnwindSafe(|| batch.settle(order, wait));
    catch_unwind(settle).unwrap_or_else(|_| Ok(Settled::crashed(order.folder, batch.output, &name)))
}

/// Writes 结算汇总 and says where it is.
fn summarise(
    told: &[Told],
    batch: &Batch<'_>,
    mut absent: Vec<String>,
    asked: &Asked,
    session: &mut Session<'_>,
) -> Result<(), Failure> {
    let failure = |error: &dyn std::fmt::Display| Failure(error.to_string());
    let pack = match told.iter().find_map(|told| told.settled.pack.clone()) {
        Some(pack) => pack,
        None => batch.workshop.pack(DEFAULT_PACK).map_err(|error| failure(&error))?,
    };
    let (present, empty): (Vec<&Told>, Vec<&Told>) = told.iter().partition(|told| !told.settled.is_absent());
    absent.extend(empty.iter().map(|told| told.settled.name.clone()));
    let cases: Vec<CaseSummary> = present.iter().map(|told| told.settled.summary.clone()).collect();
    let file = summary_file::file_name(&pack, batch.month);
    let covered = Covered { cases: &cases, absent: &absent, asked };
    let SummaryWritten { written, left_out } =
        summary_file::write(batch.output, &pack, batch.month, covered).map_err(|error| failure(&error))?;
    let state = if written.written.is_empty() { "没有变化" } else { "已写" };
    session.output.print(&format!("结算汇总：{}（{state}）\n", batch.output.join(&file).display()));
    for (file, kept) in &written.kept {
        session.output.print(&format!("  “{file}”被人改过，改过的那份另存为“{kept}”\n"));
    }
    if !left_out.is_empty() {
        session.output.print(&format!(
            "注意：以前的结算汇总里还有 {} 个案卷，这次没有一起结算，汇总里没有它们：{}；要全月的汇总，请对全部案卷再运行一次\n",
            left_out.len(),
            left_out.join("、")
        ));
    }
    if !absent.is_empty() {
        let count = absent.len();
        session.output.print(&format!("另有 {count} 个案卷没有 {} 的工时和考核\n", batch.month));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_time_is_rfc_3339_in_beijing() {
        let now = now();
        assert!(now.ends_with("+08:00") && now.len() == "2026-04-01T09:30:00+08:00".len(), "{now}");
    }

    #[test]
    fn a_reason_is_more_than_spaces() {
        assert_eq!(reason(" 工时补录 "), Ok("工时补录"));
        assert!(reason("　 ").is_err());
    }
}
