//! T004: nothing is left to fill in.
//!
//! May use: `model`, `diagnostics`.

use crate::diagnostics::{RuleInfo, Severity};
use crate::rules::{Context, Purpose, Reporter, Rule, user_texts};

/// No blank, placeholder or filling instruction is left in a final build.
pub static T004: Rule = Rule {
    info: RuleInfo {
        id: "T004",
        title: "还有空白或占位文字",
        severity: Severity::Error,
        clause: "全部文件",
        what: "签署用的文件中不能留有空着的【】、XX、X年X月、“填写示例”等占位文字。草稿中占位文字作警告，空白不报。",
        why: "空白处签署后可以被任意填写；占位文字说明该处还没有谈定。",
        example: "范围: 访问、查看XX系统数据库。",
        fix: "填写实际内容。",
    },
    applies: crate::rules::always,
    check: t004,
};

fn t004(ctx: &Context, out: &mut Reporter) {
    let is_final = ctx.purpose == Purpose::Final;
    if is_final {
        for blank in ctx.blanks {
            out.report(
                &blank.origin,
                format!("{}{}的“{}”没有填写", blank.document, place(&blank.clause), blank.field),
            )
            .expected("签署前填写")
            .help(format!("在 {} 填写", blank.key));
        }
    }
    let severity = if is_final { Severity::Error } else { Severity::Warning };
    for user_text in user_texts(ctx.case) {
        for leftover in leftovers(&user_text.text.value) {
            out.report(&user_text.text.origin, format!("{}中有占位文字“{leftover}”", user_text.path))
                .severity(severity)
                .help(format!("把 {} 中的“{leftover}”改为实际内容", user_text.path));
        }
    }
}

fn place(clause: &str) -> String {
    if clause.is_empty() { String::new() } else { format!(" {clause} ") }
}

/// Words that only instruct whoever fills the form in.
const INSTRUCTIONS: [&str; 9] =
    ["本批注签约时请删除", "填写示例", "简要填写", "详细填写", "请填写", "待填写", "待补充", "待定", "TODO"];

/// Everything in a text that still stands for something else, as written.
pub fn leftovers(text: &str) -> Vec<String> {
    let mut found: Vec<String> =
        INSTRUCTIONS.iter().filter(|words| text.contains(**words)).map(|words| (*words).to_owned()).collect();
    let chars: Vec<char> = text.chars().collect();
    found.extend(empty_brackets(&chars));
    found.extend(placeholders(&chars));
    found.dedup();
    found
}

/// 【 】, and 【 left open.
fn empty_brackets(chars: &[char]) -> Vec<String> {
    let mut found = Vec::new();
    for (at, _) in chars.iter().enumerate().filter(|(_, c)| **c == '【') {
        let inside = chars.get(at + 1..).unwrap_or_default();
        let length = inside.iter().position(|c| *c == '】').unwrap_or(inside.len());
        let inside = inside.get(..length).unwrap_or_default();
        if inside.iter().all(|c| c.is_whitespace() || is_cross(*c) || "_＿—-".contains(*c)) {
            found.push("【 】".to_owned());
        }
    }
    found
}

fn is_cross(c: char) -> bool {
    matches!(c, 'X' | 'x' | 'Ｘ' | 'ｘ' | '×')
}

/// XX公司, X年X月, ____.
fn placeholders(chars: &[char]) -> Vec<String> {
    let mut found = Vec::new();
    let mut at = 0;
    while at < chars.len() {
        let Some(first) = chars.get(at).copied() else { break };
        let same_kind = |c: &char| (is_cross(first) && is_cross(*c)) || (first == '_' && *c == '_');
        let length = chars.iter().skip(at).take_while(|c| same_kind(c)).count();
        let after = chars.get(at + length).copied();
        let before = at.checked_sub(1).and_then(|i| chars.get(i)).copied();
        let is_placeholder = match first {
            '_' => length >= 3,
            _ if length == 1 => after.is_some_and(|c| "年月日".contains(c)) && !part_of_word(before),
            _ => length >= 2 && !part_of_word(before) && !part_of_word(after),
        };
        if is_placeholder {
            let unit = after.filter(|c| first != '_' && "年月日".contains(*c));
            found.push(chars.iter().skip(at).take(length).copied().chain(unit).collect());
        }
        at += length.max(1);
    }
    found
}

/// XXL, xx@example.com, 4K-XX: a name, not a placeholder.
fn part_of_word(neighbour: Option<char>) -> bool {
    neighbour.is_some_and(|c| c.is_ascii_alphanumeric() || "@.-_/".contains(c))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compute::testing::*;
    use crate::model::blank::Blank;
    use crate::rules::testing::{Extra, fire, fire_with, only};

    #[test]
    fn t004_warns_in_a_draft_and_refuses_a_final() {
        assert!(fire("T004", &good_case()).is_empty());
        let mut case = good_case();
        case.data_sharing.as_mut().unwrap().scope = text("范围", "访问、查看XX系统数据库");
        only(fire("T004", &case), &at("范围"), Severity::Warning);
        let finally = |blanks| Extra { is_final: true, blanks, ..Extra::default() };
        only(fire_with("T004", &case, finally(Vec::new())), &at("范围"), Severity::Error);
        let blank = Blank {
            document: "附件4".into(),
            clause: "第六条".into(),
            field: "监督部门".into(),
            key: "乙方.监督部门".into(),
            origin: at("乙方"),
        };
        let draft = Extra { blanks: vec![blank.clone()], ..Extra::default() };
        assert!(fire_with("T004", &good_case(), draft).is_empty());
        let found = fire_with("T004", &good_case(), finally(vec![blank]));
        let found = only(found, &at("乙方"), Severity::Error);
        assert_eq!(found.message, "附件4 第六条 的“监督部门”没有填写");
        assert!(found.help.contains("乙方.监督部门"));
    }

    #[test]
    fn placeholders_are_found() {
        for (text, leftover) in [
            ("XX公司", "XX"),
            ("甲方xxx有限公司", "xxx"),
            ("X年X月", "X年"),
            ("金额【   】元", "【 】"),
            ("【XX】元", "【 】"),
            ("名称：____", "____"),
            ("填写示例：10", "填写示例"),
            ("××路", "××"),
        ] {
            assert_eq!(leftovers(text).first().map(String::as_str), Some(leftover), "{text}");
        }
    }

    #[test]
    fn names_are_left_alone() {
        for text in ["XXL码", "xx@example.com", "型号A-XX", "11010519491231002X", "【已填】", "3×4", "a_b"]
        {
            assert!(leftovers(text).is_empty(), "{text}");
        }
    }
}
