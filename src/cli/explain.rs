//! `hetong explain`: what a rule looks at, why, and how to mend what it finds; or how a figure of a case came about.
//!
//! May use: `diagnostics`, and the list of rules it is given.

use std::fmt::Write;
use std::path::{Path, PathBuf};

use super::{Failure, Outcome, Session, explain_figure};
use crate::diagnostics::RuleInfo;
use crate::diagnostics::human::Paint;
use crate::model::likeness::nearest;
use crate::verify::checks::CHECKS;

/// 解释一条规则，或案卷里的一个数是怎么算出来的；什么都不写时列出全部规则
#[derive(Debug, clap::Args)]
#[command(override_usage = "hetong explain [选项] [规则编号]\n      hetong explain [选项] [数] <案卷>")]
#[command(help_template = super::VERB_HELP_WITH_ARGUMENTS)]
pub struct Args {
    /// 规则编号，如 Q007，或一个字母，列出该类的规则；或数的名称，如“含税上限总价”、“DD-2026-001 2026-03 应支付”
    #[arg(value_name = "规则编号|数")]
    pub asked: Option<String>,

    /// 案卷文件夹；只写案卷时，列出其中全部的数
    #[arg(value_name = "案卷")]
    pub more: Vec<PathBuf>,
}

/// Prints a rule, a family, or all rules; or a figure of a case.
pub fn run(args: &Args, session: &mut Session<'_>) -> Result<Outcome, Failure> {
    let mut rules = super::rule_infos();
    rules.extend(CHECKS.iter().map(|check| **check));
    let asked = args.asked.as_deref();
    match (asked, args.more.split_last()) {
        // A rule is the same in every case.
        (Some(asked), Some((case, words))) if !(words.is_empty() && is_rule(asked, &rules)) => {
            let words = words.iter().map(|word| word.to_string_lossy().into_owned());
            let name: Vec<String> = std::iter::once(asked.to_owned()).chain(words).collect();
            explain_figure::run(&name.join(" "), case, session)
        }
        (Some(asked), None) if !is_rule(asked, &rules) && Path::new(asked).exists() => {
            explain_figure::run("", Path::new(asked), session)
        }
        _ => {
            let text = explain(asked, &rules, session.output.paint())?;
            session.output.print(&text);
            Ok(Outcome::Clean)
        }
    }
}

/// Whether this is the id of a rule or the letter of a family.
fn is_rule(asked: &str, rules: &[RuleInfo]) -> bool {
    let id = full_id(asked);
    rules.iter().any(|rule| rule.id == id || rule.family() == id)
}

/// The families of rules by their letter, in the order of the documents they look at.
const FAMILIES: [(&str, &str); 10] = [
    ("P", "主体"),
    ("Q", "报价"),
    ("M", "金额"),
    ("T", "文本"),
    ("K", "考核"),
    ("O", "订单"),
    ("S", "结算"),
    ("I", "信息安全"),
    ("L", "廉洁"),
    ("R", "调整"),
];
/// Files come last: they are about the case, not about the contract.
const FILES: (&str, &str) = ("F", "文件");
/// What `hetong verify` looks at: about finished files.
const VERIFY: (&str, &str) = ("V", "核对");

/// The text for what was asked.
fn explain(asked: Option<&str>, rules: &[RuleInfo], paint: Paint) -> Result<String, Failure> {
    let Some(asked) = asked else {
        return Ok(list(rules, paint));
    };
    let id = full_id(asked);
    if let Some(rule) = rules.iter().find(|rule| rule.id == id) {
        return Ok(describe(rule, paint));
    }
    // By its letter, by its name, or by a word of its title: 报价, 限价.
    let asked_for = asked.trim();
    let families = FAMILIES.into_iter().chain([FILES, VERIFY]);
    let letter =
        families.into_iter().find(|(_, name)| *name == asked_for).map_or(id.as_str(), |(letter, _)| letter);
    let family: Vec<RuleInfo> = rules.iter().filter(|rule| rule.family() == letter).copied().collect();
    if !family.is_empty() {
        return Ok(list(&family, paint));
    }
    let titled = rules.iter().filter(|rule| !asked_for.is_empty() && rule.title.contains(asked_for)).copied();
    match titled.collect::<Vec<RuleInfo>>().as_slice() {
        [] => Err(unknown(asked, &id, rules)),
        [one] if one.title == asked_for => Ok(describe(one, paint)),
        some => Ok(list(some, paint) + "\n" + &a_figure(asked) + "\n"),
    }
}

/// How to ask for a figure instead.
fn a_figure(asked: &str) -> String {
    format!("要看一个数是怎么算出来的，在后面写上案卷：hetong explain {asked} <案卷>")
}

/// `q7`, `Q07` and `Q007` are the same rule.
fn full_id(asked: &str) -> String {
    let asked = asked.trim().to_uppercase();
    let (letter, digits) = asked.split_at(asked.chars().next().map_or(0, char::len_utf8));
    match digits.parse::<u16>() {
        Ok(number) => format!("{letter}{number:03}"),
        Err(_) => asked,
    }
}

/// One rule in full.
fn describe(rule: &RuleInfo, paint: Paint) -> String {
    let mut text = format!("{} {}\n\n", paint.severity(rule.severity, rule.id), paint.strong(rule.title));
    let fields = [
        ("级别", rule.severity.label()),
        ("依据", rule.clause),
        ("内容", rule.what),
        ("理由", rule.why),
        ("示例", rule.example),
        ("修改", rule.fix),
    ];
    for (name, value) in fields.into_iter().filter(|(_, value)| !value.is_empty()) {
        // Under the text, after “级别：”.
        let value = value.trim().replace('\n', "\n      ");
        let _ = writeln!(text, "{}：{value}", paint.strong(name));
    }
    text
}

/// Rules by family, one line each.
fn list(rules: &[RuleInfo], paint: Paint) -> String {
    let mut text = String::new();
    for (letter, name) in FAMILIES.into_iter().chain([FILES, VERIFY]) {
        let family: Vec<&RuleInfo> = rules.iter().filter(|rule| rule.family() == letter).collect();
        if family.is_empty() {
            continue;
        }
        if !text.is_empty() {
            text.push('\n');
        }
        let _ = writeln!(text, "{}", paint.strong(&format!("{letter} {name}")));
        for rule in family {
            let id = paint.severity(rule.severity, rule.id);
            let _ = writeln!(text, "  {id} {} {}", rule.severity.label(), rule.title);
        }
    }
    text
}

/// What to say to an id that no rule has: the nearest one, else the families there are.
fn unknown(asked: &str, id: &str, rules: &[RuleInfo]) -> Failure {
    let nearest = nearest(id, rules.iter().map(|rule| rule.id));
    let nearest = rules.iter().find(|rule| Some(rule.id) == nearest);
    let family: Vec<&RuleInfo> = rules.iter().filter(|rule| id.starts_with(rule.family())).collect();
    let hint = match (nearest, family.as_slice()) {
        (Some(rule), _) => format!("是不是 {}（{}）？", rule.id, rule.title),
        (None, [first, .., last]) => {
            let letter = first.family();
            format!("{letter} 类的规则是 {} 至 {}；“hetong explain {letter}”列出它们", first.id, last.id)
        }
        (None, _) => {
            let known = FAMILIES.into_iter().chain([FILES]);
            let known = known.filter(|(letter, _)| rules.iter().any(|rule| rule.family() == *letter));
            let known: Vec<String> = known.map(|(letter, name)| format!("{letter} {name}")).collect();
            format!("规则分为：{}；“hetong explain”列出全部规则。{}", known.join("、"), a_figure(asked))
        }
    };
    Failure(format!("没有规则“{asked}”。{hint}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostics::samples::RULES;

    fn ask(asked: Option<&str>) -> Result<String, Failure> {
        explain(asked, RULES, Paint::default())
    }

    #[test]
    fn a_rule_by_its_id() {
        insta::assert_snapshot!(ask(Some(" q007")).unwrap(), @r#"
        Q007 含税总价超过最高限价

        级别：错误
        依据：附件3
        内容：含税总价不得高于最高限价。
        理由：超过的报价无效。
        示例：17,628,237.78
        修改：降低单价。
        "#);
    }

    #[test]
    fn all_rules_by_family() {
        assert_eq!(
            ask(None).unwrap(),
            "Q 报价\n  Q007 错误 含税总价超过最高限价\n\nF 文件\n  F005 错误 未知或重复的键\n"
        );
        assert_eq!(ask(Some("f")).unwrap(), "F 文件\n  F005 错误 未知或重复的键\n");
    }

    #[test]
    fn unknown_ids_are_answered() {
        let message = |id| ask(Some(id)).unwrap_err().0;
        assert_eq!(message("Q008"), "没有规则“Q008”。是不是 Q007（含税总价超过最高限价）？");
        assert_eq!(
            message("税额"),
            "没有规则“税额”。规则分为：Q 报价、F 文件；“hetong explain”列出全部规则。\
             要看一个数是怎么算出来的，在后面写上案卷：hetong explain 税额 <案卷>"
        );
        // One of many is not guessed.
        let rules: Vec<RuleInfo> = crate::cli::rule_infos();
        let last = rules.iter().filter(|rule| rule.family() == "Q").map(|rule| rule.id).max().unwrap();
        let next = format!("Q{:03}", last[1..].parse::<u32>().unwrap() + 1);
        let said = explain(Some(&next), &rules, Paint::default()).unwrap_err().0;
        assert!(said.contains(&format!("Q 类的规则是 Q001 至 {last}")) && !said.contains("是不是"), "{said}");
    }

    #[test]
    fn rules_are_found_by_what_they_are_about() {
        let by = |asked| ask(Some(asked)).unwrap();
        assert_eq!(by("报价"), "Q 报价\n  Q007 错误 含税总价超过最高限价\n");
        assert!(by("限价").starts_with(&by("报价")) && by("限价").contains("hetong explain 限价 <案卷>"));
        assert_eq!(by("含税总价超过最高限价"), by("Q007"));
    }
}
