//! T 文本: what the contract says beside its figures: copies, percentages, dates, references, blanks, law names.
//!
//! References are in `references`, blanks and placeholders in `leftovers`, names in 《》 in `laws`, single characters in
//! `unseen`.
//!
//! May use: `model`, `compute`, `pack`, `diagnostics`.

pub mod laws;
pub mod leftovers;
pub mod references;
pub mod unseen;

use rust_decimal::Decimal;

use super::{Context, Reporter, Rule, did_you_mean, nearest, sheet_texts, user_texts};
use crate::compute::clauses::ClauseValue;
use crate::compute::quotation::same_name;
use crate::compute::term::{anniversary, framework_term, is_one_year};
use crate::diagnostics::{Origin, RuleInfo, Severity};

/// Where the case sets one of these parameters, else the pack's.
fn origin_of(values: &[&ClauseValue]) -> Origin {
    let set = values.iter().find_map(|value| value.origin.clone());
    set.unwrap_or_else(|| Origin::Derived(values.first().map_or_else(String::new, |v| v.key.clone())))
}

/// 一式N份 is what both sides hold together.
pub static T001: Rule = Rule {
    info: RuleInfo {
        id: "T001",
        title: "份数对不上",
        severity: Severity::Error,
        clause: "13.4，附件4 第七条",
        what: "正文一式N份 = 甲方持 + 乙方持；承诺书一式N份 = 2 × 双方各执；两处的总份数应相同，不同的作警告。",
        why: "份数对不上，签署时就不知道该盖几份。",
        example: "正文一式陆份，甲方持贰份，乙方持贰份。",
        fix: "改正 条款 中的 正文份数、甲方份数、乙方份数、承诺书份数 或 承诺书各执份数。",
    },
    applies: super::always,
    check: t001,
};

fn t001(ctx: &Context, out: &mut Reporter) {
    let values = &ctx.figures.clauses;
    let body = ["正文份数", "甲方份数", "乙方份数"].map(|key| values.by_key(key));
    let pledge = ["承诺书份数", "承诺书各执份数"].map(|key| values.by_key(key));
    let mut sums_hold = true;
    if let [Some(all), Some(buyer), Some(supplier)] = body
        && let (Some(a), Some(b)) = (buyer.number, supplier.number)
    {
        let held = format!("甲方持{}份、乙方持{}份", printed(buyer), printed(supplier));
        sums_hold &= copies_add_up("正文", all, &[all, buyer, supplier], a + b, &held, out);
    }
    if let [Some(all), Some(each)] = pledge
        && let Some(e) = each.number
    {
        let held = format!("双方各执{}份", printed(each));
        sums_hold &= copies_add_up("承诺书", all, &[all, each], e * Decimal::TWO, &held, out);
    }
    if let ([Some(body), ..], [Some(pledge), ..]) = (body, pledge)
        && let (Some(n), Some(p)) = (body.number, pledge.number)
        && sums_hold
        && n != p
    {
        out.report(&origin_of(&[body, pledge]), format!("正文一式 {n} 份，附件4 承诺书一式 {p} 份"))
            .severity(Severity::Warning)
            .help("承诺书随正文装订，份数通常相同；请确认");
    }
}

fn printed(value: &ClauseValue) -> &str {
    value.printed.as_deref().unwrap_or_default()
}

/// Whether 一式N份 is what is held; reports it otherwise. A number that cannot be read is T008's.
fn copies_add_up(
    of: &str,
    all: &ClauseValue,
    values: &[&ClauseValue],
    sum: Decimal,
    held: &str,
    out: &mut Reporter,
) -> bool {
    let Some(number) = all.number.filter(|number| *number != sum) else { return true };
    let all_words = printed(all);
    out.report(&origin_of(values), format!("{of}一式{all_words}份（{number} 份），{held}，合计 {sum} 份"))
        .clause(all.clause.clone())
        .expected(format!("{} {sum}", all.key))
        .help(format!("把 条款.{} 改为 {sum}，或改各方所持的份数", all.key));
    false
}

/// 百分之【二十】 is 【20】%.
pub static T002: Rule = Rule {
    info: RuleInfo {
        id: "T002",
        title: "百分比的文字与数字不一致",
        severity: Severity::Error,
        clause: "7.2 至 7.6",
        what: "百分之【】中的中文数字与【】% 中的数字是同一个比例。",
        why: "同一处两种写法不一致，违约金按哪个算就成了争议。",
        example: "百分之【二十】（【30】％）。",
        fix: "删去中文数字的条款参数，由 hetong 按百分数写出；或改成一致。",
    },
    applies: super::always,
    check: t002,
};

fn t002(ctx: &Context, out: &mut Reporter) {
    for parameter in &ctx.pack.clauses {
        let Some(spelled) = &parameter.spells else { continue };
        let values = &ctx.figures.clauses;
        let (Some(words), Some(percent)) = (values.by_id(&parameter.id), values.by_id(spelled)) else {
            continue;
        };
        let (Some(said), Some(number)) = (words.number, percent.number) else { continue };
        if said != number {
            let expected = crate::compute::clauses::percent_words(number).unwrap_or_default();
            out.report(
                &origin_of(&[words, percent]),
                format!("百分之{}（{number}%）：文字是 {said}%", words.printed.clone().unwrap_or_default()),
            )
            .clause(words.clause.clone())
            .expected(expected.clone())
            .help(format!("删去 条款.{}，或改为“{expected}”", words.key));
        }
    }
}

/// The term is one year from signing, and the dates can be right.
pub static T005: Rule = Rule {
    info: RuleInfo {
        id: "T005",
        title: "日期或有效期不对",
        severity: Severity::Error,
        clause: "4.2，12.1",
        what: "有效期自签订之日起一年：最后一天写满一年的前一日或对应日都可以（民法典第二百零一条、第二百零二条）；签订日期须在合理范围内。",
        why: "4.2 和 12.1 写明一年，另写的起止日期不能与之不同；期限倒置的合同没有履行期。",
        example: "签订日期 2026-03-01，有效期写 2026-03-01 至 2026-12-31。",
        fix: "删去 合同.有效期 由 hetong 按签订日期推算，或改成一年。",
    },
    applies: |ctx| ctx.case.contract.signed_on.is_some() || ctx.case.contract.term.is_some(),
    check: t005,
};

/// Years outside this are slips of the pen.
const PLAUSIBLE_YEARS: std::ops::RangeInclusive<i16> = 2020..=2100;

fn t005(ctx: &Context, out: &mut Reporter) {
    let contract = &ctx.case.contract;
    if let Some(signed) = &contract.signed_on
        && !PLAUSIBLE_YEARS.contains(&signed.value.year())
    {
        out.report(&signed.origin, format!("签订日期 {} 不像是真的", signed.value))
            .severity(Severity::Warning)
            .expected(format!("{} 至 {} 年之间", PLAUSIBLE_YEARS.start(), PLAUSIBLE_YEARS.end()))
            .help("核对 合同.签订日期 的年份");
    }
    let Some(term) = &contract.term else { return };
    let (from, to) = (term.value.from, term.value.to);
    let one_year = |from| {
        let (last, same) = (framework_term(from).map(|t| t.to), anniversary(from));
        match (last, same) {
            (Some(last), Some(same)) if last != same => format!("{from} 至 {last}（或至 {same}）"),
            (Some(last), _) => format!("{from} 至 {last}"),
            _ => "一年".to_owned(),
        }
    };
    if to < from {
        out.report(&term.origin, format!("有效期的最后一天 {to} 早于第一天 {from}")).expected(one_year(from));
    } else if !is_one_year(term.value) {
        out.report(&term.origin, format!("有效期 {from} 至 {to} 不是一年")).expected(one_year(from));
    }
    if let Some(signed) = contract.signed_on.as_ref().filter(|signed| signed.value != from) {
        out.report(&term.origin, format!("有效期自 {from} 起，签订日期是 {}", signed.value))
            .expected(one_year(signed.value))
            .label(&signed.origin, "签订日期在这里")
            .help("合同有效期自签署之日起：改有效期的起始日，或改签订日期");
    }
}

/// The annex list and the documents are the same.
pub static T007: Rule = Rule {
    info: RuleInfo {
        id: "T007",
        title: "附件清单与文件不一致",
        severity: Severity::Error,
        clause: "13.5 附件清单",
        what: "正文末尾列出的每个附件都要生成，生成的每个附件都在清单上。",
        why: "附件与正文具有同等法律效力，清单上有而没有文件，合同就不完整。",
        example: "合同样式里附件7的“装订”写成了“否”。",
        fix: "改正合同样式里的 合同样式.yaml：每个附件的“装订”都应为“是”。",
    },
    applies: |ctx| !ctx.documents.is_empty(),
    check: t007,
};

fn t007(ctx: &Context, out: &mut Reporter) {
    let is_annex = |id: &str| id.starts_with("附件");
    let listed = || ctx.pack.documents.iter().filter(|d| d.in_bundle || is_annex(&d.id));
    for document in listed().filter(|document| !ctx.documents.contains(&document.id)) {
        out.report(&ctx.case.origin, format!("清单上的{}《{}》没有生成", document.id, document.title));
    }
    for id in ctx.documents.iter().filter(|id| ctx.pack.document(id).is_none()) {
        out.report(&ctx.case.origin, format!("要生成的“{id}”不在合同文件清单上"))
            .expected(listed().map(|document| document.id.as_str()).collect::<Vec<_>>().join("、"))
            .help("改正 --only 中的文件名");
    }
}

/// Clause parameters are the pack's, each once, with a value that can be read.
pub static T008: Rule = Rule {
    info: RuleInfo {
        id: "T008",
        title: "条款参数不对",
        severity: Severity::Error,
        clause: "正文【】处",
        what: "条款 下的键须是合同中【】处的参数，各写一次，值符合写法。",
        why: "不认识的参数不会印进合同；读不准的值不作猜测，该处留空。",
        example: "条款: {组建团队天数: 二十天左右}。",
        fix: "按期望的写法改正；与通常值相同的可以删去。",
    },
    applies: |ctx| !ctx.case.clauses.is_empty(),
    check: t008,
};

fn t008(ctx: &Context, out: &mut Reporter) {
    let keys = || ctx.pack.clauses.iter().map(|parameter| parameter.key.as_str());
    for (index, given) in ctx.case.clauses.iter().enumerate() {
        let key = given.key.value.trim();
        let Some(value) = ctx.figures.clauses.items.iter().find(|value| same_name(&value.key, key)) else {
            let suggestion = nearest(key, keys());
            if suggestion.is_none() && !given.elsewhere.is_empty() {
                let place = given.elsewhere.join("，或");
                out.report(&given.key.origin, format!("“{key}”不是条款参数，应写在{place}"))
                    .expected(place.clone())
                    .help(format!("把这一行移到{place}"));
                continue;
            }
            out.report(&given.key.origin, format!("合同中没有条款参数“{key}”{}", did_you_mean(suggestion)))
                .expected(keys().collect::<Vec<_>>().join("、"))
                .help(suggestion.map_or_else(
                    || "删去这一项，或改为列出的参数".to_owned(),
                    |name| format!("把“{key}”改为“{name}”"),
                ));
            continue;
        };
        if let Some(first) = ctx.case.clauses.iter().take(index).find(|o| same_name(&o.key.value, key)) {
            out.report(&given.key.origin, format!("条款参数“{key}”写了两次"))
                .label(&first.key.origin, "第一次写在这里，以它为准")
                .help("删去其中一处");
        } else if let Some(expected) = &value.problem {
            out.report(&given.value.origin, format!("{key}“{}”读不准", given.value.value.trim()))
                .expected(expected.clone())
                .clause(value.clause.clone())
                .help(format!("改为{expected}"));
        }
    }
}

/// Every character can be printed.
pub static T009: Rule = Rule {
    info: RuleInfo {
        id: "T009",
        title: "字体中没有这个字",
        severity: Severity::Error,
        clause: "全部文件",
        what: "填写内容中的每个字都要在所用字体中有字形。",
        why: "缺字会印成方框或空白，人名、地名尤其不能缺。",
        example: "名称里有生僻字或表情符号。",
        fix: "改用可以印出的字；确需生僻字的，用 --font-dir 指定收有该字的字体。",
    },
    applies: |ctx| !ctx.missing_glyphs.is_empty(),
    check: t009,
};

fn t009(ctx: &Context, out: &mut Reporter) {
    for user_text in user_texts(ctx.case).iter().chain(&sheet_texts(ctx.case)) {
        let missing: Vec<String> = ctx
            .missing_glyphs
            .iter()
            .filter(|c| user_text.text.value.contains(**c))
            .map(|c| format!("“{c}”（U+{:04X}）", u32::from(*c)))
            .collect();
        if !missing.is_empty() {
            out.report(
                &user_text.text.origin,
                format!("{}中的{}在字体中没有字形", user_text.path, missing.join("、")),
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compute::testing::*;
    use crate::diagnostics::Located;
    use crate::model::case::{Case, ClauseOverride, Period};
    use crate::rules::testing::{Extra, fire, fire_with, only};

    fn with_clauses(overrides: &[(&str, &str)]) -> Case {
        let mut case = good_case();
        case.clauses = overrides
            .iter()
            .enumerate()
            .map(|(index, (key, value))| ClauseOverride {
                key: located_at(&format!("键{index}"), key),
                value: located_at(&format!("值{index}"), value),
                elsewhere: Vec::new(),
            })
            .collect();
        case
    }

    #[test]
    fn t001_copies() {
        assert!(fire("T001", &good_case()).is_empty());
        let six = [("正文份数", "6"), ("甲方份数", "3"), ("乙方份数", "3")];
        only(fire("T001", &with_clauses(&six)), &at("值0"), Severity::Warning);
        let all = [&six[..], &[("承诺书份数", "6"), ("承诺书各执份数", "3")]].concat();
        assert!(fire("T001", &with_clauses(&all)).is_empty());
        let found = fire("T001", &with_clauses(&[("甲方份数", "3")]));
        let found = only(found, &at("值0"), Severity::Error);
        assert!(found.message.contains("甲方持叁份、乙方持贰份，合计 5 份"), "{}", found.message);
        only(fire("T001", &with_clauses(&[("承诺书各执份数", "3")])), &at("值0"), Severity::Error);
    }

    #[test]
    fn t002_percentages() {
        assert!(fire("T002", &good_case()).is_empty());
        assert!(fire("T002", &with_clauses(&[("违约金比例", "30%")])).is_empty());
        let found = fire("T002", &with_clauses(&[("违约金百分之", "三十")]));
        let found = only(found, &at("值0"), Severity::Error);
        assert_eq!(found.expected.as_deref(), Some("二十"));
    }

    #[test]
    fn t005_dates() {
        assert!(fire("T005", &good_case()).is_empty());
        let term = |from: &str, to: &str| {
            let mut case = good_case();
            let period = Period { from: from.parse().unwrap(), to: to.parse().unwrap() };
            case.contract.term = Some(Located::new(period, at("有效期")));
            case
        };
        assert!(fire("T005", &term("2026-03-01", "2027-02-28")).is_empty());
        assert!(fire("T005", &term("2026-03-01", "2027-03-01")).is_empty());
        for (from, to) in
            [("2026-03-01", "2026-12-31"), ("2026-03-02", "2027-03-01"), ("2026-03-01", "2026-02-01")]
        {
            only(fire("T005", &term(from, to)), &at("有效期"), Severity::Error);
        }
        let mut case = good_case();
        case.contract.signed_on = day("签订日期", "2206-03-01");
        only(fire("T005", &case), &at("签订日期"), Severity::Warning);
    }

    #[test]
    fn t007_annexes() {
        let run =
            |documents: Vec<String>| fire_with("T007", &good_case(), Extra { documents, ..Extra::default() });
        let all: Vec<String> =
            pack().documents.iter().filter(|d| d.in_bundle).map(|d| d.id.clone()).collect();
        assert!(run(all.clone()).is_empty());
        let found = run(all.into_iter().filter(|id| id != "附件7").collect());
        only(found, &good_case().origin, Severity::Error);
    }

    #[test]
    fn t008_clause_parameters() {
        assert!(fire("T008", &with_clauses(&[("组建团队天数", "20")])).is_empty());
        let found = only(fire("T008", &with_clauses(&[("组建天数", "20")])), &at("键0"), Severity::Error);
        assert!(found.message.contains("是不是想写“组建团队天数”"));
        only(fire("T008", &with_clauses(&[("组建团队天数", "尽快")])), &at("值0"), Severity::Error);
        let twice = with_clauses(&[("组建团队天数", "20"), ("组建团队天数", "30")]);
        only(fire("T008", &twice), &at("键1"), Severity::Error);
    }

    #[test]
    fn t009_glyphs() {
        let mut case = good_case();
        case.supplier.legal_representative = text("乙方.法定代表人", "李😀");
        let extra = |c: char| Extra { missing_glyphs: [c].into(), ..Extra::default() };
        let found = fire_with("T009", &case, extra('😀'));
        let found = only(found, &at("乙方.法定代表人"), Severity::Error);
        assert!(found.message.contains("U+1F600"));
        assert!(fire_with("T009", &case, extra('𠮷')).is_empty());
    }
}
