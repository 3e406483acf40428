//! T010: characters that nobody sees, and in names and numbers those that look like others.
//!
//! May use: `model`, `diagnostics`.

use crate::diagnostics::{RuleInfo, Severity};
use crate::model::characters::{code_point, is_odd_dash, odd_blank, twin, unseen};
use crate::rules::{Context, Reporter, Rule, UserText, always, sheet_texts, user_texts};

/// What is printed is what stands there, and names are written with the characters that they seem to be.
pub static T010: Rule = Rule {
    info: RuleInfo {
        id: "T010",
        title: "看不见或形似的字符",
        severity: Severity::Error,
        clause: "全部文件",
        what: "填写内容中不得有看不见的字符（软连字符、零宽空格、方向控制符、行分隔符等）；名称、编号和姓名中不得有形似的别种字符（西里尔字母、希腊字母、兼容汉字等），全角的字母和数字只提醒。",
        why: "看不见的字符印不出来，形似的字符看着一样却是另一个字：名称与营业执照、开户名和发票对不上，查找和核对也对不上。",
        example: "名称的“星河”与“示例”之间夹着软连字符（U+00AD）；编号里的“A”是西里尔字母（U+0410）。",
        fix: "删去这个字符，用输入法重新输入；不要从网页、PDF 或聊天窗口里复制。",
    },
    applies: always,
    check: t010,
};

fn t010(ctx: &Context, out: &mut Reporter) {
    for text in user_texts(ctx.case).iter().chain(&sheet_texts(ctx.case)) {
        if !has_own_rule(&text.path) {
            look_at(text, out);
        }
    }
}

/// Identifiers whose every character the P rules and O010 judge.
fn has_own_rule(path: &str) -> bool {
    let keys = ["纳税人识别号", "账号", "邮政编码", "电话", "邮箱", "身份证号"];
    keys.iter().any(|key| path.ends_with(key))
}

/// Where a character decides which company, person or order is meant.
fn is_name(path: &str) -> bool {
    let keys = ["名称", "简称", "编号", "法定代表人", "户名", "开户行", "姓名", "公司"];
    keys.iter().any(|key| path.ends_with(key))
}

/// What is wrong with one character.
struct Odd {
    severity: Severity,
    what: String,
    meant: Option<char>,
}

fn judge(c: char, name: bool, number: bool) -> Option<Odd> {
    let error = |kind: &str| {
        Some(Odd {
            severity: Severity::Error,
            what: format!("看不见的{kind}（{}）", code_point(c)),
            meant: None,
        })
    };
    if let Some(kind) = unseen(c) {
        return error(kind);
    }
    if !name {
        return None;
    }
    if let Some(kind) = odd_blank(c) {
        return error(kind);
    }
    if number && is_odd_dash(c) {
        let what = format!("“{c}”（{}），不是连字符“-”", code_point(c));
        return Some(Odd { severity: Severity::Warning, what, meant: Some('-') });
    }
    let twin = twin(c)?;
    let severity = if twin.full_width { Severity::Warning } else { Severity::Error };
    let what = format!("“{c}”（{}，{}），像是“{}”", code_point(c), twin.kind, twin.meant);
    Some(Odd { severity, what, meant: Some(twin.meant) })
}

fn look_at(text: &UserText, out: &mut Reporter) {
    let (name, number) = (is_name(&text.path), text.path.ends_with("编号"));
    let value = &text.text.value;
    let judged = value.chars().enumerate().filter_map(|(at, c)| Some((at, judge(c, name, number)?)));
    let odd: Vec<(usize, Odd)> = judged.collect();
    // The worst decides; severities are in the order of their gravity.
    let Some(severity) = odd.iter().map(|(_, odd)| odd.severity).min() else { return };
    const TOLD: usize = 3;
    let told: Vec<String> =
        odd.iter().take(TOLD).map(|(at, odd)| format!("第 {} 个字是{}", at + 1, odd.what)).collect();
    let more = if odd.len() > TOLD { format!("；一共 {} 处", odd.len()) } else { String::new() };
    let mended: String =
        value.chars().filter_map(|c| judge(c, name, number).map_or(Some(c), |odd| odd.meant)).collect();
    let report = out
        .report(&text.text.origin, format!("{}里{}{more}", text.path, told.join("，")))
        .severity(severity)
        .expected(mended);
    if severity == Severity::Warning {
        report.help("用半角重新输入；确是原名原号的，不用改");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compute::testing::*;
    use crate::rules::testing::{fire, only};

    fn named(name: &str) -> crate::model::case::Case {
        let mut case = good_case();
        case.supplier.name = text("乙方.名称", name);
        case
    }

    #[test]
    fn what_is_not_what_it_seems_is_told_with_its_code_point() {
        assert!(fire("T010", &good_case()).is_empty());
        for (name, code, meant) in [
            ("成都星河\u{ad}示例公司", "第 5 个字是看不见的软连字符（U+00AD）", "成都星河示例公司"),
            ("成都\u{2028}星河", "U+2028", "成都星河"),
            ("成都\u{200b}星河\u{202e}", "U+202E", "成都星河"),
            ("成都\u{a0}星河", "不换行空格（U+00A0）", "成都星河"),
            ("АBC（成都）有限公司", "“А”（U+0410，西里尔字母），像是“A”", "ABC（成都）有限公司"),
            ("\u{f90a}星科技", "U+F90A，兼容汉字", "金星科技"),
        ] {
            let found = only(fire("T010", &named(name)), &at("乙方.名称"), Severity::Error);
            assert!(found.message.contains(code), "{}", found.message);
            assert_eq!(found.expected.as_deref(), Some(meant));
        }
        only(fire("T010", &named("ＡＢＣ有限公司")), &at("乙方.名称"), Severity::Warning);
        assert!(fire("T010", &named("成都星河（示例）科技·A1 有限公司")).is_empty());
    }

    #[test]
    fn prose_may_have_letters_and_lines_of_its_own() {
        let mut case = good_case();
        let data = case.data_sharing.as_mut().unwrap();
        data.purpose = text("目的", "α 测试\n第二行　Ａ");
        assert!(fire("T010", &case).is_empty());
        case.data_sharing.as_mut().unwrap().purpose = text("目的", "测\u{200d}试");
        only(fire("T010", &case), &at("目的"), Severity::Error);
    }
}
