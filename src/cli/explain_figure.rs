//! `hetong explain <figure> <case>`: how a figure of a case came about.
//!
//! May use: everything.

use std::fmt::Write;
use std::path::{Path, PathBuf};

use super::figure_text::render;
use super::{Failure, Outcome, Session};
use crate::bundle::job::{Draft, Job};
use crate::compute::figure_tree::{self, Found, groups, tree};
use crate::compute::figures::Figure;
use crate::diagnostics::Severity;
use crate::diagnostics::human::{Paint, visible};
use crate::input::months::Scope;
use crate::rules::Purpose;

/// How many of the case's errors are told here; `check` tells them all.
const MOST_ERRORS: usize = 10;

/// Prints the figure, or what there is.
pub fn run(asked: &str, path: &Path, session: &mut Session<'_>) -> Result<Outcome, Failure> {
    let folder = one_case(path)?;
    let draft = Draft::read(&folder, Scope::Everything, session.templates.as_deref())
        .map_err(|error| Failure(error.to_string()))?;
    let job = draft.check(Purpose::Draft, None);
    let paint = session.output.paint();
    let found = if asked.is_empty() {
        session.output.print(&list(&job.book, paint));
        true
    } else {
        match figure_tree::search(&job.book, asked) {
            Found::One(figure) => {
                let tender = format!("模板“{}”的 招标.yaml", job.pack.id);
                session.output.print(&render(&tree(&job.book, figure), &tender, paint));
                true
            }
            Found::Several(several) => return Err(Failure(ambiguous(asked, &several))),
            Found::None(near) => {
                let message = unknown(asked, &near, &job.book);
                if !job.findings.has_errors() {
                    return Err(Failure(message));
                }
                session.output.error(&message);
                false
            }
        }
    };
    if job.findings.has_errors() {
        session.output.tell(&errors(&job, found));
    }
    Ok(Outcome::of(job.findings.has_errors()))
}

/// The one case at a path.
fn one_case(path: &Path) -> Result<PathBuf, Failure> {
    let mut folders = super::check::find_cases(&[path.to_path_buf()])?;
    match (folders.pop(), folders.is_empty()) {
        (Some(folder), true) => Ok(folder),
        (last, _) => {
            let names: Vec<String> =
                folders.iter().chain(&last).map(|folder| folder.display().to_string()).collect();
            let count = names.len();
            Err(Failure(format!(
                "“{}”里有 {count} 个案卷，请写明其中一个：{}",
                path.display(),
                names.join("、")
            )))
        }
    }
}

/// All figures by what they belong to.
fn list(book: &[Figure], paint: Paint) -> String {
    if book.is_empty() {
        return "这个案卷还没有可以计算的数：报价、订单和结算都还没有填\n".into();
    }
    let mut text = String::new();
    for (heading, lines) in groups(book) {
        if !text.is_empty() {
            text.push('\n');
        }
        let _ = writeln!(text, "{}", paint.strong(&visible(&heading)));
        for (line, names) in lines {
            let line = if line.is_empty() { String::new() } else { format!("{line}  ") };
            let _ = writeln!(text, "  {}{}", visible(&line), visible(&names.join("、")));
        }
    }
    text
}

fn ambiguous(asked: &str, several: &[&Figure]) -> String {
    let names = groups(several.iter().copied());
    let mut text = format!("“{asked}”可以是 {} 个数，请写全名称：", several.len());
    for (_, lines) in names {
        for (line, names) in lines {
            for name in names {
                let _ = write!(text, "\n  {}", visible(format!("{line} {name}").trim()));
            }
        }
    }
    text
}

fn unknown(asked: &str, near: &[&Figure], book: &[Figure]) -> String {
    let mut text = format!("没有叫“{asked}”的数。");
    if !near.is_empty() {
        let near: Vec<String> = near.iter().map(|figure| format!("“{}”", visible(&figure.name))).collect();
        let _ = write!(text, "是不是{}？", near.join("、"));
    }
    if book.is_empty() {
        text.push_str("这个案卷还没有可以计算的数");
    } else {
        let _ = write!(text, "这个案卷里有：\n{}", list(book, Paint::default()));
    }
    text
}

/// The case's errors, a line each.
fn errors(job: &Job, found: bool) -> String {
    let count = job.findings.count(Severity::Error);
    let so = if found { "上面的数可能因此不对或不全" } else { "有的数可能因此没有" };
    let mut text = format!("案卷有 {count} 项错误，{so}：\n");
    let errors = job.findings.iter().filter(|finding| finding.severity == Severity::Error);
    for finding in errors.take(MOST_ERRORS) {
        let message = format!("{} {}：{}", finding.id, finding.origin, finding.message);
        let _ = writeln!(text, "  {}", visible(&message).replace('\n', " "));
    }
    text.push_str("“hetong check”列出全部问题和改法\n");
    text
}
