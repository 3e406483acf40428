//! `hetong explain <figure> <case>`: how a figure of a case came about.
//!
//! May use: everything.

use std::fmt::Write;
use std::path::{Path, PathBuf};

use super::figure_text::{place, render};
use super::{Failure, Outcome, Session};
use crate::bundle::job::{Draft, Job};
use crate::compute::figure_tree::{self, Found, Line, groups, tree};
use crate::compute::figures::{self, Figure, Input};
use crate::compute::prices::Prices;
use crate::diagnostics::Severity;
use crate::diagnostics::human::{Paint, visible};
use crate::input::months::Scope;
use crate::model::names::plain;
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
    } else if plain(asked) == "税率" {
        session.output.print(&rates(&job));
        true
    } else {
        match figure_tree::search(&job.book, asked) {
            Found::One(figure) => {
                let tree = render(&tree(&job.book, figure), &tender(&job), paint);
                session.output.print(&(tree + &in_force(&job, figure)));
                true
            }
            Found::Several(several) => return Err(Failure(ambiguous(asked, &several, path))),
            Found::None(_) if !figure_tree::typed(&job.book, asked).is_empty() => {
                session.output.print(&typed(&figure_tree::typed(&job.book, asked)));
                true
            }
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

/// Where 税率 as signed stands.
fn tender(job: &Job) -> String {
    format!("模板“{}”的 招标.yaml", job.pack.id)
}

/// 税率 is not computed: the contract's, and what each 调整 of a signed case made of it, with their places.
fn rates(job: &Job) -> String {
    let signed = job.figures.prices.signed.rate();
    let mut text = format!("税率 {signed}  ← {}\n", tender(job));
    if job.case.contract.signed_on.is_some() {
        for (adjustment, prices) in job.case.adjustments.iter().zip(&job.figures.prices.revisions) {
            let Some(rate) = &adjustment.rate else { continue };
            let since = since(prices);
            let _ = writeln!(text, "{}税率 {}{since}  ← {}", prices.prefix(), rate.value, rate.origin);
        }
    }
    text.push_str("税率是填的，不是算的；由它算出的，如 hetong explain 税额 <案卷>\n");
    text
}

/// What is not computed but typed, with its places.
fn typed(inputs: &[(String, &Input)]) -> String {
    let mut text = String::new();
    for (name, input) in inputs {
        let place = input.origin.as_ref().map(|origin| format!("  ← {}", place(origin))).unwrap_or_default();
        let _ = writeln!(text, "{}", visible(&format!("{name} {}{place}", input.value)));
    }
    text + "这是填的，不是算的\n"
}

/// A figure as signed is not what counts any more: the same one of the last 修订, with its day. Nothing before signing.
fn in_force(job: &Job, figure: &Figure) -> String {
    let Some(last) = job.figures.prices.revisions.last() else { return String::new() };
    if job.case.contract.signed_on.is_none() {
        return String::new();
    }
    let name = format!("{}{}", last.prefix(), figure.name);
    let Some(revised) = figures::find(&job.book, &name) else { return String::new() };
    let value = format!("{} {}", revised.value, revised.unit);
    visible(&format!("以上是签订时的。{name} = {}{}", value.trim_end(), since(last))) + "\n"
}

/// ，自2026-09-01起.
fn since(prices: &Prices) -> String {
    prices.from.map(|from| format!("，自{from}起")).unwrap_or_default()
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

/// Up to so many figures are told by their whole names.
const MOST_NAMES: usize = 8;
/// Of lines that have the same figures, so many are named.
const MOST_LINES: usize = 2;

/// What a name may mean: in short, and what to type next.
fn ambiguous(asked: &str, several: &[&Figure], case: &Path) -> String {
    let mut text = format!("“{asked}”可以是 {} 个数，请写全名称：", several.len());
    for (_, lines) in groups(several.iter().copied()) {
        for (lines, names) in alike(lines) {
            if several.len() <= MOST_NAMES || lines.len() * names.len() == 1 {
                let whole =
                    lines.iter().flat_map(|line| names.iter().map(move |name| format!("{line} {name}")));
                for name in whole {
                    let _ = write!(text, "\n  {}", visible(name.trim()));
                }
                continue;
            }
            let named = lines.get(..MOST_LINES).unwrap_or(&lines).join("、");
            let etc =
                if lines.len() > MOST_LINES { format!(" 等 {} 行", lines.len()) } else { String::new() };
            let line = if named.is_empty() { String::new() } else { format!("{named}{etc}：") };
            let _ = write!(text, "\n  {}{}", visible(&line), visible(&names.join("、")));
        }
    }
    let shortest = several.iter().min_by_key(|figure| figure.name.chars().count());
    if let Some(figure) = shortest {
        let (name, case) = (visible(&figure.name), visible(&case.display().to_string()));
        let _ = write!(text, "\n接着写，如：hetong explain \"{name}\" {case}");
    }
    text
}

/// Lines that have figures of the same names, together: every 岗位 and 级别 has a 含税单价.
fn alike<'b>(lines: Vec<Line<'b>>) -> Vec<(Vec<&'b str>, Vec<&'b str>)> {
    let mut alike: Vec<(Vec<&str>, Vec<&str>)> = Vec::new();
    for (line, names) in lines {
        match alike.iter_mut().find(|(_, known)| *known == names) {
            Some((lines, _)) => lines.push(line),
            None => alike.push((vec![line], names)),
        }
    }
    alike
}

/// How many parts of the contract are named where nothing was found.
const MOST_HEADINGS: usize = 8;

fn unknown(asked: &str, near: &[&Figure], book: &[Figure]) -> String {
    let mut text = format!("没有叫“{asked}”的数。");
    if let Some(place) = not_yet(asked, book) {
        let _ = writeln!(text, "{place}");
    } else if !near.is_empty() {
        let near: Vec<String> = near.iter().map(|figure| format!("“{}”", visible(&figure.name))).collect();
        let _ = write!(text, "是不是{}？", near.join("、"));
    }
    if book.is_empty() {
        text.push_str("这个案卷还没有可以计算的数");
    } else {
        let headings: Vec<String> = groups(book).iter().map(|(heading, _)| visible(heading)).collect();
        let most = headings.get(..MOST_HEADINGS.min(headings.len())).unwrap_or_default().join("、");
        let etc = if headings.len() > MOST_HEADINGS { " 等" } else { "" };
        let _ = write!(text, "\n有数可查的：{most}{etc}；全部列出：hetong explain <案卷>");
    }
    text
}

/// What only settlements and orders have.
const OF_SETTLEMENTS: [&str; 8] = ["得分", "扣分", "扣款", "考核", "应支付", "已结算", "剩余", "累计"];

/// Where figures come from that the case does not have yet.
fn not_yet(asked: &str, book: &[Figure]) -> Option<String> {
    let of_revision = figure_tree::revision_of(asked);
    if let Some(revision) = of_revision
        && !book.iter().any(|figure| figure.name.starts_with(&format!("{revision} ")))
    {
        let number = revision.trim_start_matches(|c: char| !c.is_ascii_digit()).to_owned();
        return Some(format!("这个案卷没有{revision}：它是合同.yaml 里“调整”的第 {number} 项。"));
    }
    let asked = plain(asked);
    let has = |word: &str| book.iter().any(|figure| figure.name.contains(word));
    if OF_SETTLEMENTS.iter().any(|word| asked.contains(word)) && !has("应支付") {
        return Some(
            "它要有结算才算得出：每个月的工时表和考核表放在 结算/<月份>/，如 结算/2026-03/工时.xlsx、考核.xlsx。".into(),
        );
    }
    (asked.contains("订单") && !has("订单总额")).then(|| "它要有委托订单才算得出：订单写在 订单/ 里。".into())
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
