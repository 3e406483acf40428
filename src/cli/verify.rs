//! `hetong verify`: finished files read back, worked out anew, compared.
//!
//! May use: everything.

use std::path::PathBuf;

use clap::ValueEnum;

use super::{Failure, Outcome, Session};
use crate::bundle::workshop::Workshop;
use crate::diagnostics::{CaseReport, Severity, human, json};
use crate::verify::run::{Report, Request, Verified, What, run as verify};

/// 核对生成的文件：读回 PDF 和 XLSX，由案卷重新计算，逐字逐格比较
#[derive(Debug, clap::Args)]
#[command(override_usage = "hetong verify [选项] <输出文件夹>…")]
#[command(help_template = super::VERB_HELP_WITH_ARGUMENTS)]
pub struct Args {
    /// 输出文件夹（output/<案卷>、output/结算-<月份>/<案卷>），或含有它们的文件夹
    #[arg(required = true, value_name = "输出文件夹")]
    pub paths: Vec<PathBuf>,

    /// 案卷文件夹；不写时按清单在当前文件夹和输出文件夹附近找
    #[arg(long, value_name = "案卷")]
    pub case: Option<PathBuf>,

    /// 对方发回的文件：与发出的同一份比较，列出改动；可写多个
    #[arg(long, value_name = "文件", num_args = 1..)]
    pub returned: Vec<PathBuf>,

    /// 看上去不同的页面，对照图写到此目录下的“核对-1”“核对-2”……；默认 output
    #[arg(short, long, value_name = "目录", default_value = "output", hide_default_value = true)]
    pub output: PathBuf,

    /// 输出格式：human（默认，给人看）、json
    #[arg(long, value_name = "格式", value_enum, default_value_t)]
    #[arg(hide_default_value = true, hide_possible_values = true)]
    pub format: Format,

    /// 从此目录取中文字体，而不是从系统
    #[arg(long, value_name = "目录")]
    pub font_dir: Option<PathBuf>,
}

/// For whom the findings are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// People.
    #[default]
    Human,
    /// Programs.
    Json,
}

/// Verifies and prints what was found.
pub fn run(args: &Args, session: &mut Session<'_>) -> Result<Outcome, Failure> {
    let workshop = Workshop::new(session.templates.as_deref(), args.font_dir.as_deref());
    let request = Request {
        paths: &args.paths,
        case: args.case.as_deref(),
        returned: &args.returned,
        pictures: &args.output,
    };
    let verified = verify(request, &workshop).map_err(Failure)?;
    let text = match args.format {
        Format::Human => told(&verified, session),
        Format::Json => {
            json::render(&reports(&verified)).map_err(|fault| Failure(format!("无法写出结果：{fault}")))?
        }
    };
    session.output.print(&text);
    Ok(Outcome::of(verified.reports.iter().any(|report| report.findings.has_errors())))
}

fn reports(verified: &Verified) -> Vec<CaseReport<'_>> {
    verified.reports.iter().map(of_report).collect()
}

fn of_report(report: &Report) -> CaseReport<'_> {
    CaseReport {
        name: &report.name,
        folder: &report.folder,
        findings: &report.findings,
        sources: &report.sources,
    }
}

/// Each place by itself, then how much was compared and what it came to.
fn told(verified: &Verified, session: &Session<'_>) -> String {
    let paint = session.output.paint();
    let mut text = String::new();
    for report in &verified.reports {
        text += &human::render(&[of_report(report)], paint);
        if let Some(case) = &report.case {
            text += &format!("  案卷：{}\n", human::visible(&case.display().to_string()));
        }
    }
    for folder in &verified.skipped {
        text += &format!("跳过 {}：是 hetong diff 的对照结果，不是合同文件\n", folder.display());
    }
    let outcome = outcome(verified);
    text += &format!("核对了 {}：{outcome}\n", verified.tally);
    text
}

/// How many places and how many errors.
fn outcome(verified: &Verified) -> String {
    let places = |what| {
        let failed = |report: &&Report| report.what == what && report.findings.has_errors();
        verified.reports.iter().filter(failed).count()
    };
    let counted = [
        (What::Folder, "个文件夹"),
        (What::Case, "个案卷"),
        (What::Ledger, "本台账"),
        (What::Returned, "份回传文件"),
    ];
    let counted: Vec<String> = counted
        .into_iter()
        .map(|(what, unit)| (places(what), unit))
        .filter(|(count, _)| *count > 0)
        .map(|(count, unit)| format!("{count} {unit}"))
        .collect();
    if counted.is_empty() {
        return "没有不符".to_owned();
    }
    let errors: usize = verified.reports.iter().map(|report| report.findings.count(Severity::Error)).sum();
    format!("{}有不符，共 {errors} 个错误，见上", counted.join("、"))
}
