//! `hetong check`: findings, for people or for programs.
//!
//! May use: everything.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use clap::ValueEnum;
use rayon::prelude::*;

use super::progress::Progress;
use super::{Failure, Outcome, Session, reply};
use crate::bundle::job::{Among, Draft, Job};
pub use crate::bundle::people::{parties_of, people_of};
use crate::compute::parties::Parties;
use crate::compute::people::People;
use crate::diagnostics::{CaseReport, Findings, Sources, human, json, sarif};
use crate::input::case::CASE_FILE;
use crate::input::discovery;
use crate::input::months::Scope;
use crate::rules::Purpose;

/// Where outputs go that were not told to go elsewhere.
const OUTPUT: &str = "output";

/// 检查案卷，列出全部问题
#[derive(Debug, clap::Args)]
#[command(override_usage = "hetong check [选项] <案卷|目录>…")]
#[command(help_template = super::VERB_HELP_WITH_ARGUMENTS)]
pub struct Args {
    /// 案卷文件夹，或含有多个案卷的文件夹
    #[arg(required = true, value_name = "案卷|目录")]
    pub paths: Vec<PathBuf>,

    /// 输出格式：human（默认，给人看）、json、sarif
    #[arg(long, value_name = "格式", value_enum, default_value_t)]
    #[arg(hide_default_value = true, hide_possible_values = true)]
    pub format: Format,

    /// 只列出要供应商自己更正的（报价表、工时表），写成可以直接发给供应商的文字，每个案卷一份
    #[arg(long, conflicts_with = "format")]
    pub reply: bool,

    /// 与 --reply 一起用：每个案卷写成一个文本文件，放进此目录
    #[arg(short, long, value_name = "目录", requires = "reply")]
    pub output: Option<PathBuf>,
}

/// For whom the findings are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// People.
    #[default]
    Human,
    /// Programs.
    Json,
    /// Code-scanning services and editors.
    Sarif,
}

/// A case after its check.
pub struct Checked {
    /// The case's name.
    pub name: String,
    /// Its folder as the user gave it or would give it.
    pub folder: String,
    /// What was found.
    pub findings: Findings,
    /// The texts the findings point into.
    pub sources: Sources,
    /// Keys that are still to be filled in.
    pub blanks: Vec<String>,
    /// What the supplier is to mend, as a text to send him; none where there is nothing.
    pub letter: Option<String>,
}

impl Checked {
    /// What there is to tell of a job.
    pub fn of(job: Job, folder: &Path) -> Self {
        Self {
            letter: reply::letter(&job),
            name: job.case.name,
            folder: folder.to_string_lossy().into_owned(),
            findings: job.findings,
            sources: job.sources,
            blanks: distinct(job.blanks.into_iter().map(|blank| blank.key)),
        }
    }
}

/// Each key once, in the order of the documents.
fn distinct(keys: impl Iterator<Item = String>) -> Vec<String> {
    let mut seen = BTreeSet::new();
    keys.filter(|key| seen.insert(key.clone())).collect()
}

/// Checks all cases and prints what was found.
pub fn run(args: &Args, session: &mut Session<'_>) -> Result<Outcome, Failure> {
    let folders = find_cases(&args.paths)?;
    if args.reply {
        // What is found by looking at other suppliers' sheets is not for this one to read.
        let among = Among { people: &People::default(), parties: &Parties::default() };
        let checked = check_all(&folders, among, session)?;
        return reply::run(&checked, args.output.as_deref(), session);
    }
    let (people, parties) = (people_of(&folders, None), parties_of(&folders));
    let checked = check_all(&folders, Among { people: &people, parties: &parties }, session)?;
    let outcome = print(&checked, args.format, session)?;
    if args.format == Format::Human {
        for case in checked.iter().filter(|case| !case.blanks.is_empty()) {
            session.output.print(&format!("{}：{}\n", case.name, open_keys(&case.blanks)));
        }
        for case in checked.iter().filter(|case| case.letter.is_some()) {
            session.output.print(&reply::hint(&case.name, &case.folder));
        }
        session.output.print(&saw_only_one(checked.len(), "check"));
    }
    Ok(outcome)
}

/// What is still to be filled in, in one line.
pub fn open_keys(blanks: &[String]) -> String {
    format!("还有 {} 项待填，草稿里印成空白，定稿前补齐：{}", blanks.len(), blanks.join("、"))
}

/// The case folders at or below the given paths.
pub fn find_cases(paths: &[PathBuf]) -> Result<Vec<PathBuf>, Failure> {
    if let Some(missing) = paths.iter().find(|path| !path.exists()) {
        return Err(Failure(format!("找不到“{}”", missing.display())));
    }
    let folders = discovery::cases(paths).map_err(|fault| Failure(format!("无法读取目录：{fault}")))?;
    if folders.is_empty() {
        let given: Vec<String> = paths.iter().map(|path| format!("“{}”", path.display())).collect();
        let given = given.join("、");
        return Err(Failure(format!("{given}中没有案卷：案卷是含有 {CASE_FILE} 的文件夹")));
    }
    Ok(folders)
}

/// What a run over one case could not look for; nothing after a run over several.
pub fn saw_only_one(folders: usize, verb: &str) -> String {
    match folders {
        1 => format!(
            "提示：这次只看了一个案卷，合同编号、信用代码、账号有没有与别的案卷重复没有核对；对放着全部案卷的文件夹运行 hetong {verb} 就会核对\n"
        ),
        _ => String::new(),
    }
}

/// Reads and checks all cases, in their order; a bad one does not keep the others from it.
fn check_all(folders: &[PathBuf], among: Among<'_>, session: &Session<'_>) -> Result<Vec<Checked>, Failure> {
    let progress = Progress::start("检查", folders.len(), session.output.watched());
    let templates = session.templates.as_deref();
    let check = |folder: &PathBuf| {
        let checked = check_one(folder, among, templates);
        progress.step(&folder.to_string_lossy());
        checked
    };
    folders.par_iter().map(check).collect()
}

/// An error here stops the batch, so it is for what concerns all cases alike, such as a pack that cannot be loaded;
/// what is wrong with a case is a finding.
fn check_one(folder: &Path, among: Among<'_>, templates: Option<&Path>) -> Result<Checked, Failure> {
    let mut draft =
        Draft::read(folder, Scope::Everything, templates).map_err(|error| Failure(error.to_string()))?;
    draft.prove_ledger(Path::new(OUTPUT));
    Ok(Checked::of(draft.check_among(among, Purpose::Draft, None), folder))
}

/// Prints the findings of all cases.
pub fn print(checked: &[Checked], format: Format, session: &mut Session<'_>) -> Result<Outcome, Failure> {
    let reports: Vec<CaseReport<'_>> = checked
        .iter()
        .map(|case| CaseReport {
            name: &case.name,
            folder: &case.folder,
            findings: &case.findings,
            sources: &case.sources,
        })
        .collect();
    let text = match format {
        Format::Human => Ok(human::render(&reports, session.output.paint())),
        Format::Json => json::render(&reports),
        Format::Sarif => sarif::render(&reports, &super::rule_infos()),
    };
    session.output.print(&text.map_err(|fault| Failure(format!("无法写出结果：{fault}")))?);
    Ok(Outcome::of(checked.iter().any(|case| case.findings.has_errors())))
}
