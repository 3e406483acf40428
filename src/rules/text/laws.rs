//! T006: names of laws in 《》 are exact.
//!
//! May use: `model`, `pack`, `diagnostics`.

use crate::diagnostics::{RuleInfo, Severity};
use crate::model::likeness::slips;
use crate::pack::{Law, Pack};
use crate::rules::{Context, Reporter, Rule, user_texts};

/// Names in 《》 that are meant for a law or rule are its exact name.
pub static T006: Rule = Rule {
    info: RuleInfo {
        id: "T006",
        title: "法律名称不准确",
        severity: Severity::Error,
        clause: "全部文件",
        what: "书名号中的法律、制度名称必须准确，且现行有效；与已知名称相近而不同的作警告。",
        why: "名称写错的法律不存在，《中国人民共和国网络安全法》就是常见的错误。",
        example: "《中国人民共和国数据安全法》，或已废止的《中华人民共和国合同法》。",
        fix: "改为准确的名称；名称表见模板包的 法律.yaml，可以补充。",
    },
    applies: crate::rules::always,
    check: t006,
};

fn t006(ctx: &Context, out: &mut Reporter) {
    for user_text in user_texts(ctx.case) {
        for name in bracketed(&user_text.text.value) {
            let (severity, why, right) = match judge(name, ctx.pack) {
                Verdict::Fine => continue,
                Verdict::Wrong(right) => (Severity::Error, "不准确", right),
                Verdict::Repealed(right) => (Severity::Error, "已废止", right),
                Verdict::Near(right) => (Severity::Warning, "与已知名称相近而不同", right),
            };
            out.report(&user_text.text.origin, format!("{}中的《{name}》{why}", user_text.path))
                .severity(severity)
                .expected(format!("《{right}》"))
                .help(format!("改为《{right}》；确是另一部法律或制度的可以保留"));
        }
    }
}

/// The names in 《》, inner ones left inside outer ones.
fn bracketed(text: &str) -> Vec<&str> {
    text.split('《').skip(1).filter_map(|rest| rest.split_once('》')).map(|(name, _)| name.trim()).collect()
}

enum Verdict {
    Fine,
    Wrong(String),
    Repealed(String),
    Near(String),
}

const COUNTRY: &str = "中华人民共和国";
const WRONG_COUNTRY: &str = "中国人民共和国";

fn judge(name: &str, pack: &Pack) -> Verdict {
    // 《…法（2025年修订）》 names the same law.
    let name = name.split(['（', '(']).next().unwrap_or(name).trim();
    let short = without_country(name);
    let right = |law: &Law| law.name.clone();
    let is = |names: &[String]| names.iter().any(|n| n == name || (n == short && name != short));
    if let Some(law) = pack.laws.iter().find(|law| law.wrong.iter().any(|wrong| wrong == name)) {
        return Verdict::Wrong(right(law));
    }
    if pack.laws.iter().any(|law| law.name == name || is(&law.short)) {
        return Verdict::Fine;
    }
    let repealed = |law: &&Law| law.repealed.iter().any(|old| without_country(old) == short);
    if let Some(law) = pack.laws.iter().find(repealed) {
        return Verdict::Repealed(right(law));
    }
    if let Some(rest) = name.strip_prefix(WRONG_COUNTRY) {
        return Verdict::Wrong(format!("{COUNTRY}{rest}"));
    }
    let nearest = pack
        .laws
        .iter()
        .flat_map(|law| std::iter::once(&law.name).chain(&law.short))
        .filter_map(|known| Some((slips(short, without_country(known))?, known)))
        .min_by_key(|(slips, known)| (*slips, known.len()));
    nearest.map_or(Verdict::Fine, |(_, known)| Verdict::Near(known.clone()))
}

fn without_country(name: &str) -> &str {
    name.strip_prefix(COUNTRY).unwrap_or(name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compute::testing::*;
    use crate::diagnostics::Diagnostic;
    use crate::rules::testing::{fire, only};

    fn found(purpose: &str) -> Vec<Diagnostic> {
        let mut case = good_case();
        case.data_sharing.as_mut().unwrap().purpose = text("目的", purpose);
        fire("T006", &case)
    }

    #[test]
    fn t006_wrong_repealed_and_near() {
        for (name, severity, right) in [
            ("《中国人民共和国网络安全法》", Severity::Error, "《中华人民共和国网络安全法》"),
            ("《中国人民共和国密码法》", Severity::Error, "《中华人民共和国密码法》"),
            ("《合同法》", Severity::Error, "《中华人民共和国民法典》"),
            ("《个人信息保护法律》", Severity::Warning, "《个人信息保护法》"),
        ] {
            let found = only(found(name), &at("目的"), severity);
            assert_eq!(found.expected.as_deref(), Some(right));
        }
    }

    #[test]
    fn t006_right_and_unknown_names() {
        for name in [
            "《中华人民共和国网络安全法》",
            "《数据安全法》",
            "《中华人民共和国劳动法》",
            "《XX项目需求说明书》",
            "《中华人民共和国网络安全法（2025年修正）》",
            "没有书名号",
            "《没有结束",
        ] {
            assert!(found(name).is_empty(), "{name}");
        }
    }
}
