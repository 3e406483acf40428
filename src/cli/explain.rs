//! `hetong explain`: what a rule looks at, why, and how to mend what it finds; or how a figure of a case came about.
//!
//! May use: `diagnostics`, and the list of rules it is given.

use std::fmt::Write;
use std::path::{Path, PathBuf};

use super::{Failure, Outcome, Session, explain_figure};
use crate::diagnostics::RuleInfo;
use crate::diagnostics::human::Paint;
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
    let family: Vec<RuleInfo> = rules.iter().filter(|rule| rule.family() == id).copied().collect();
    if family.is_empty() { Err(unknown(asked, &id, rules)) } else { Ok(list(&family, paint)) }
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
    let nearest = rules
        .iter()
        .map(|rule| (strsim::damerau_levenshtein(rule.id, id), rule))
        .filter(|(distance, _)| *distance <= 1)
        .min_by_key(|(distance, _)| *distance);
    let hint = match nearest {
        Some((_, rule)) => format!("是不是 {}（{}）？", rule.id, rule.title),
        None => {
            let known = FAMILIES.into_iter().chain([FILES]);
            let known = known.filter(|(letter, _)| rules.iter().any(|rule| rule.family() == *letter));
            let known: Vec<String> = known.map(|(letter, name)| format!("{letter} {name}")).collect();
            format!(
                "规则分为：{}；“hetong explain”列出全部规则。要看一个数是怎么算出来的，在后面写上案卷：hetong explain {asked} <案卷>",
                known.join("、")
            )
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
            message("总价"),
            "没有规则“总价”。规则分为：Q 报价、F 文件；“hetong explain”列出全部规则。\
             要看一个数是怎么算出来的，在后面写上案卷：hetong explain 总价 <案卷>"
        );
    }
}
