//! T003: references in the users' texts point to clauses and annexes that exist.
//!
//! May use: `model`, `pack`, `diagnostics`.

use crate::diagnostics::{RuleInfo, Severity};
use crate::model::numerals;
use crate::pack::Pack;
use crate::rules::{Context, Reporter, Rule, user_texts};

/// 第N条, N.N.N and 附件N exist.
pub static T003: Rule = Rule {
    info: RuleInfo {
        id: "T003",
        title: "引用的条款或附件不存在",
        severity: Severity::Error,
        clause: "全部文件",
        what: "填写内容中的“第N条”“N.N.N 条”“附件N”必须是合同里有的条款或附件；书名号后面的法律条文不在此列。",
        why: "指向不存在条款的约定等于没有约定；删改条款后最容易留下这样的引用。",
        example: "“按第4.6.9条支付”“详见附件8”。",
        fix: "改为实际的条款号或附件号；引用附件内的条款时写明附件，如 附件1 4.2.1。",
    },
    applies: crate::rules::always,
    check: t003,
};

fn t003(ctx: &Context, out: &mut Reporter) {
    for user_text in user_texts(ctx.case) {
        for dangling in dangling(&user_text.text.value, ctx.pack) {
            out.report(
                &user_text.text.origin,
                format!("{}引用了“{}”，{}", user_text.path, dangling.written, dangling.why),
            )
            .expected(dangling.expected);
        }
    }
}

/// A reference to nothing.
struct Dangling {
    written: String,
    why: String,
    expected: String,
}

const BODY: &str = "正文";

fn dangling(text: &str, pack: &Pack) -> Vec<Dangling> {
    let chars: Vec<char> = text.chars().collect();
    let mut found = Vec::new();
    let mut at = 0;
    while at < chars.len() {
        let reference = annex(&chars, at).or_else(|| article(&chars, at)).or_else(|| dotted(&chars, at));
        let Some(reference) = reference else {
            at += 1;
            continue;
        };
        let written: String = chars.get(at..reference.end).unwrap_or_default().iter().collect();
        found.extend(missing(&reference, written, pack));
        at = reference.end.max(at + 1);
    }
    found
}

/// A reference as found: an annex, or a clause of a document.
struct Reference {
    document: String,
    clause: Option<String>,
    end: usize,
}

fn missing(reference: &Reference, written: String, pack: &Pack) -> Option<Dangling> {
    let Reference { document, clause, .. } = reference;
    let Some(clause) = clause else {
        let annexes: Vec<&str> =
            pack.documents.iter().filter(|d| d.id.starts_with("附件")).map(|d| d.id.as_str()).collect();
        return (!annexes.contains(&document.as_str())).then(|| Dangling {
            written,
            why: "合同没有这个附件".to_owned(),
            expected: annexes.join("、"),
        });
    };
    // A document without numbered clauses, or an annex that is itself missing, has nothing to compare with.
    let known = pack.references.get(document)?;
    (!known.contains(clause)).then(|| {
        // 4.6.9 is nearest to the other clauses under 4.6.
        let parent = clause.rsplit_once('.').map_or("", |(parent, _)| parent);
        let siblings: Vec<&str> = known
            .iter()
            .map(String::as_str)
            .filter(|other| other.rsplit_once('.').map_or("", |(parent, _)| parent) == parent)
            .collect();
        let expected = match (siblings.first(), siblings.last()) {
            (Some(first), Some(last)) if first != last => format!("{document}有 {first} 至 {last}"),
            (Some(only), _) => format!("{document}有 {only}"),
            _ => format!("{document}中已有的条款号"),
        };
        Dangling { written, why: format!("{document}没有这一条"), expected }
    })
}

/// `附件8`, `附件八`.
fn annex(chars: &[char], at: usize) -> Option<Reference> {
    if chars.get(at..at + 2)? != ['附', '件'] {
        return None;
    }
    let (number, end) = numeral(chars, skip_spaces(chars, at + 2))?;
    Some(Reference { document: format!("附件{number}"), clause: None, end })
}

/// `第七条`, `第7条`, but not an article of a law.
fn article(chars: &[char], at: usize) -> Option<Reference> {
    if *chars.get(at)? != '第' || follows_law(chars, at) {
        return None;
    }
    let (number, end) = numeral(chars, skip_spaces(chars, at + 1))?;
    let end = skip_spaces(chars, end);
    (*chars.get(end)? == '条').then(|| Reference {
        document: document_before(chars, at),
        clause: Some(number.to_string()),
        end: end + 1,
    })
}

/// `4.6.1` where the words around it say that it is a clause and not an amount or a version.
fn dotted(chars: &[char], at: usize) -> Option<Reference> {
    let digit_at = |i: usize| chars.get(i).is_some_and(char::is_ascii_digit);
    let before = at.checked_sub(1).and_then(|i| chars.get(i));
    if !digit_at(at) || before.is_some_and(|c| c.is_ascii_alphanumeric() || *c == '.') {
        return None;
    }
    let mut end = at;
    while digit_at(end) || (chars.get(end) == Some(&'.') && digit_at(end + 1)) {
        end += 1;
    }
    let number: String = chars.get(at..end)?.iter().collect();
    let next = chars.get(skip_spaces(chars, end));
    let is_quantity =
        next.is_some_and(|c| c.is_ascii_alphanumeric() || "元万亿人天日月年个倍折份%％".contains(*c));
    if !number.contains('.') || is_quantity {
        return None;
    }
    let document = document_before(chars, at);
    let introduced = document != BODY || is_introduced(chars, at);
    let concluded =
        next.is_some_and(|c| "条款项".contains(*c)) || starts_with_any(chars, end, &["规定", "约定"]);
    ((introduced || concluded) && !follows_law(chars, at)).then(|| Reference {
        document,
        clause: Some(number),
        end: if chars.get(end) == Some(&'条') { end + 1 } else { end },
    })
}

fn is_introduced(chars: &[char], at: usize) -> bool {
    const WORDS: [&str; 12] =
        ["第", "见", "按", "按照", "依照", "依据", "根据", "参照", "遵照", "违反", "条款", "正文"];
    ends_with_any(chars.get(..at).unwrap_or_default(), &WORDS)
}

/// 《民法典》第五条, 合同法第52条, 本条例第三条: somebody else's article.
fn follows_law(chars: &[char], at: usize) -> bool {
    const ENDINGS: [&str; 7] = ["》", "法", "法典", "条例", "规定", "解释", "办法"];
    ends_with_any(chars.get(..at).unwrap_or_default(), &ENDINGS)
}

fn ends_with_any(before: &[char], words: &[&str]) -> bool {
    let before: String = before.iter().collect();
    words.iter().any(|word| before.trim_end().ends_with(word))
}

fn starts_with_any(chars: &[char], at: usize, words: &[&str]) -> bool {
    let after: String = chars.iter().skip(at).take(8).collect();
    words.iter().any(|word| after.trim_start().starts_with(word))
}

/// The annex named right before a clause number, else 正文.
fn document_before(chars: &[char], at: usize) -> String {
    let before: Vec<char> = chars.get(..at).unwrap_or_default().to_vec();
    let mut end = before.len();
    while end > 0 && before.get(end - 1).is_some_and(|c| c.is_whitespace() || "第的中之，,".contains(*c))
    {
        end -= 1;
    }
    let start = (0..end).rev().take(6).find(|i| before.get(*i) == Some(&'附'));
    start
        .and_then(|start| annex(&before, start))
        .filter(|reference| reference.end == end)
        .map_or_else(|| BODY.to_owned(), |reference| reference.document)
}

/// A number up to 100 in digits or Chinese numerals, and where it ends. 第五百条 is too large for this contract.
fn numeral(chars: &[char], at: usize) -> Option<(u32, usize)> {
    let is_part = |c: &char| c.is_ascii_digit() || "〇零一二三四五六七八九十百千".contains(*c);
    let length = chars.get(at..)?.iter().take_while(|c| is_part(c)).count();
    let written: String = chars.get(at..at + length)?.iter().collect();
    Some((numerals::read_any(&written)?, at + length))
}

fn skip_spaces(chars: &[char], at: usize) -> usize {
    at + chars.iter().skip(at).take_while(|c| c.is_whitespace()).count()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compute::testing::*;
    use crate::rules::testing::{fire, only};

    fn written(text: &str) -> Vec<String> {
        dangling(text, &pack()).into_iter().map(|dangling| dangling.written).collect()
    }

    #[test]
    fn t003_points_to_the_text() {
        assert!(fire("T003", &good_case()).is_empty());
        let mut case = good_case();
        case.data_sharing.as_mut().unwrap().scope = text("范围", "范围按第4.6.9条约定，详见附件8");
        let found = fire("T003", &case);
        assert_eq!(found.len(), 2);
        assert!(found.iter().all(|d| d.origin == at("范围") && d.severity == Severity::Error));
        case.data_sharing.as_mut().unwrap().scope = text("范围", "详见附件9");
        let found = only(fire("T003", &case), &at("范围"), Severity::Error);
        assert!(found.expected.unwrap().ends_with("附件7"));
    }

    #[test]
    fn what_exists_is_quiet() {
        for text in [
            "按第七条承担违约责任",
            "见 4.6.1",
            "附件1 4.2.3.1",
            "附件4第九条",
            "附件六、附件7",
            "《民法典》第五百零九条",
            "《数据安全法》第21条",
            "合同法第52条",
            "按3.5元计",
            "版本 3.9.9",
            "数据约 0.5 GB",
            "系统V4.9.1条目",
            "附件清单",
        ] {
            assert_eq!(written(text), Vec::<String>::new(), "{text}");
        }
    }

    #[test]
    fn what_does_not_exist_is_named() {
        assert_eq!(written("按第十四条"), ["第十四条"]);
        assert_eq!(written("见4.6.7"), ["4.6.7"]);
        assert_eq!(written("违反 3.4 约定"), ["3.4"]);
        assert_eq!(written("附件1第4.2.4条"), ["4.2.4条"]);
        assert_eq!(written("附件2 第六条"), ["第六条"]);
        assert_eq!(written("附件八"), ["附件八"]);
        let found = dangling("见4.6.7", &pack());
        assert_eq!(found[0].expected, "正文有 4.6.1 至 4.6.6");
    }
}
