//! I 信息安全: 附件5 第二条, what data is shared and how it is protected.
//!
//! May use: `model`, `compute`, `pack`, `diagnostics`.

use std::collections::BTreeSet;

use rust_decimal::Decimal;

use super::{Context, Reporter, Rule, did_you_mean, nearest};
use crate::compute::data_level::level_rank;
use crate::diagnostics::{Located, RuleInfo, Severity};

fn shares_data(ctx: &Context) -> bool {
    ctx.case.data_sharing.is_some()
}

/// 数据类别 are in the catalogue.
pub static I001: Rule = Rule {
    info: RuleInfo {
        id: "I001",
        title: "数据类别不在目录中",
        severity: Severity::Error,
        clause: "附件5 第二条（3）",
        what: "每个数据类别须是分类分级目录里的代码，且只写一次。",
        why: "类别决定数据级别和保护要求，写错就无从核对。",
        example: "数据类别: [A1-9]。",
        fix: "改为目录中的代码；目录在合同样式的 数据分类.yaml 里。",
    },
    applies: shares_data,
    check: i001,
};

fn i001(ctx: &Context, out: &mut Reporter) {
    let Some(data) = &ctx.case.data_sharing else { return };
    let codes: Vec<&str> = ctx.pack.data_catalogue.iter().map(|category| category.code.as_str()).collect();
    each_known_and_once(&data.categories, "数据类别", &codes, "分类分级目录中的代码，如 A1-1、G3-1", out);
}

/// Names from a list that the pack gives, none of them twice.
fn each_known_and_once(
    given: &[Located<String>],
    what: &str,
    known: &[&str],
    expected: &str,
    out: &mut Reporter,
) {
    let mut seen = BTreeSet::new();
    for name in given {
        let text = name.value.trim();
        if !seen.insert(text) {
            out.report(&name.origin, format!("{what}“{}”写了两次", name.value)).help("删去重复的一项");
        } else if !known.contains(&text) {
            let suggestion = did_you_mean(nearest(text, known.iter().copied()));
            out.report(&name.origin, format!("没有{what}“{}”{suggestion}", name.value)).expected(expected);
        }
    }
}

/// 数据级别 is not below the highest of the categories.
pub static I002: Rule = Rule {
    info: RuleInfo {
        id: "I002",
        title: "数据级别低于各类别中的最高级",
        severity: Severity::Error,
        clause: "附件5 第二条（4）就高不就低",
        what: "写了数据级别时，不得低于各数据类别的最高级别；高于它的只作提示，目录的级别是建议值。目录没有给级别的类别，须写明数据级别。",
        why: "级别报低了，保护措施就达不到要求；报高了只是保护从严。",
        example: "类别为 A1-1（第3级）和 C1-5（第1级），数据级别却写成 第1级。",
        fix: "改为最高的级别，或删去 数据级别 由程序按就高不就低填写。",
    },
    applies: shares_data,
    check: i002,
};

fn i002(ctx: &Context, out: &mut Reporter) {
    let (Some(data), Some(figure)) = (&ctx.case.data_sharing, &ctx.figures.data_level) else { return };
    let levels = ctx.pack.data_levels.join("、");
    let Some(stated) = &data.level else {
        if figure.highest.is_none() && !figure.without_level.is_empty() {
            let codes = figure.without_level.join("、");
            out.report(&data.origin, format!("目录没有给出类别 {codes} 的级别，须写明数据级别"))
                .expected(levels)
                .help("在 数据合作 下加一行 数据级别");
        }
        return;
    };
    let Some(rank) = level_rank(ctx.pack, &stated.value) else {
        out.report(&stated.origin, format!("没有数据级别“{}”", stated.value)).expected(levels);
        return;
    };
    let (Some(highest), Some(name)) = (figure.highest, &figure.name) else { return };
    let from = figure.from.join("、");
    if rank < highest {
        out.report(&stated.origin, format!("数据级别写成“{}”，类别 {from} 是{name}", stated.value))
            .expected(format!("{name}或更高"));
    } else if rank > highest && figure.without_level.is_empty() {
        // The catalogue's levels are suggestions, and 就高不就低 forbids only a lower one.
        out.report(&stated.origin, format!("数据级别“{}”高于目录的建议：类别 {from} 是{name}", stated.value))
            .severity(Severity::Note)
            .help(format!("有意从严的不用改，合同照此印出；按目录填写的，改为 {name} 或删去这一行"));
    }
}

/// 处理方式 are stages of the life cycle.
pub static I003: Rule = Rule {
    info: RuleInfo {
        id: "I003",
        title: "数据处理方式不在生命周期环节中",
        severity: Severity::Error,
        clause: "附件5 第二条（7）",
        what: "处理方式须是数据生命周期的七个环节之一，且只写一次。",
        why: "保障措施按环节逐一对应。",
        example: "处理方式: [数据保存]（应为 数据存储）。",
        fix: "改为七个环节之一的名称。",
    },
    applies: shares_data,
    check: i003,
};

fn i003(ctx: &Context, out: &mut Reporter) {
    let Some(data) = &ctx.case.data_sharing else { return };
    let stages: Vec<&str> = ctx.pack.processing_stages.iter().map(String::as_str).collect();
    each_known_and_once(&data.stages, "处理方式", &stages, &stages.join("、"), out);
}

/// Every stage has safeguards, and no other has.
pub static I004: Rule = Rule {
    info: RuleInfo {
        id: "I004",
        title: "保障措施与处理方式不对应",
        severity: Severity::Error,
        clause: "附件5 第二条（8）",
        what: "每个处理方式都要有咪咕公司的保障措施；保障措施里也不能有未列入处理方式的环节。",
        why: "措施按处理方式的次序用“|”分隔印出，缺一个或多一个就对错了环节。",
        example: "处理方式有 数据使用加工，保障措施里却没有这一行。",
        fix: "在 保障措施.咪咕公司 里补上该环节的措施，或删去多余的环节。",
    },
    applies: shares_data,
    check: i004,
};

fn i004(ctx: &Context, out: &mut Reporter) {
    let Some(data) = &ctx.case.data_sharing else { return };
    // Nothing at all is a blank, not a mismatch.
    if data.buyer_safeguards.is_empty() {
        return;
    }
    let is_stage = |name: &&Located<String>| ctx.pack.processing_stages.contains(&name.value);
    let of = |stage: &Located<String>| data.buyer_safeguards.iter().find(|s| s.stage.value == stage.value);
    let named = || data.buyer_safeguards.iter().map(|safeguard| &safeguard.stage);
    let without: Vec<&Located<String>> = data
        .stages
        .iter()
        .filter(is_stage)
        .filter(|stage| of(stage).is_none_or(|safeguard| safeguard.measures.is_empty()))
        .collect();
    let surplus: Vec<&Located<String>> =
        named().filter(|stage| !data.stages.iter().any(|other| other.value == stage.value)).collect();
    let (surplus, unknown): (Vec<_>, Vec<_>) = surplus.into_iter().partition(|stage| is_stage(stage));
    for stage in &unknown {
        let suggestion = nearest(&stage.value, ctx.pack.processing_stages.iter().map(String::as_str));
        let hint = did_you_mean(suggestion);
        out.report(&stage.origin, format!("保障措施里的“{}”不是数据处理的环节{hint}", stage.value))
            .expected(ctx.pack.processing_stages.join("、"))
            .help("改为 处理方式 里所写环节的名称");
    }
    // A stage that nobody knows and one that is missing on the other side are one slip, told once.
    let unknown_stages = data.stages.iter().filter(|stage| !is_stage(stage)).count();
    let missing = if without.len() > unknown.len() { without.as_slice() } else { &[] };
    for stage in missing {
        let origin = of(stage).map_or(&stage.origin, |safeguard| &safeguard.stage.origin);
        out.report(origin, format!("处理方式“{}”没有保障措施", stage.value))
            .expected(format!("保障措施.咪咕公司 里有一行“{}: [措施]”", stage.value));
    }
    let unasked = if surplus.len() > unknown_stages { surplus.as_slice() } else { &[] };
    for stage in unasked {
        out.report(&stage.origin, format!("保障措施里的“{}”不在处理方式之中", stage.value))
            .expected(data.stages.iter().map(|s| s.value.as_str()).collect::<Vec<_>>().join("、"))
            .help("删去这一行，或把它加进 处理方式");
    }
}

/// 数据数量 is positive.
pub static I005: Rule = Rule {
    info: RuleInfo {
        id: "I005",
        title: "数据数量不是正数",
        severity: Severity::Error,
        clause: "附件5 第二条（2）",
        what: "数据数量（GB）须大于 0。",
        why: "数量为 0 就没有数据合作，该删去整段 数据合作。",
        example: "数据数量: 0。",
        fix: "估算乙方可访问的数据大小，以 GB 为单位填写。",
    },
    applies: shares_data,
    check: |ctx, out| {
        let quantity = ctx.case.data_sharing.as_ref().and_then(|data| data.quantity.as_ref());
        if let Some(quantity) = quantity.filter(|quantity| quantity.value <= Decimal::ZERO) {
            out.report(&quantity.origin, format!("数据数量为 {} GB", quantity.value.normalize()))
                .expected("大于 0 的数");
        }
    },
};

/// A category without a level in the catalogue, beside others that have one, may be the highest.
pub static I006: Rule = Rule {
    info: RuleInfo {
        id: "I006",
        title: "有的类别没有定级",
        severity: Severity::Warning,
        clause: "附件5 第二条（4）就高不就低",
        what: "没有写明数据级别，而所列类别中有目录未定级的，程序取的最高级可能偏低。",
        why: "未定级的类别也可能是最高的一级。",
        example: "数据类别: [C1-5, G3-1]，目录没有给 G3-1 定级。",
        fix: "按《分类分级管理办法》确定该类别的级别，写明 数据级别；或在合同样式的 数据分类.yaml 里补上。",
    },
    applies: shares_data,
    check: i006,
};

/// Where no category has a level at all, I002 already asks for one.
fn i006(ctx: &Context, out: &mut Reporter) {
    let (Some(data), Some(figure)) = (&ctx.case.data_sharing, &ctx.figures.data_level) else { return };
    let (None, Some(name)) = (&data.level, &figure.name) else { return };
    for code in
        data.categories.iter().filter(|code| figure.without_level.iter().any(|c| c == code.value.trim()))
    {
        out.report(
            &code.origin,
            format!("目录没有给出类别“{}”的级别，数据级别暂按其余类别取{name}", code.value),
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compute::testing::{at, good_case, located_at, text};
    use crate::model::case::{Case, DataSharing, Safeguard};
    use crate::rules::testing::{fire, only};

    fn with(change: impl FnOnce(&mut DataSharing)) -> Case {
        let mut case = good_case();
        change(case.data_sharing.as_mut().unwrap());
        case
    }

    #[test]
    fn a_good_case_is_left_alone() {
        for id in ["I001", "I002", "I003", "I004", "I005"] {
            assert!(fire(id, &good_case()).is_empty(), "{id}");
        }
    }

    #[test]
    fn i001_unknown_and_doubled() {
        let case = with(|d| d.categories.push(located_at("c", "A1-9")));
        only(fire("I001", &case), &at("c"), Severity::Error);
        let case = with(|d| d.categories.push(located_at("c", "A1-1")));
        assert!(only(fire("I001", &case), &at("c"), Severity::Error).message.contains("两次"));
    }

    #[test]
    fn i002_the_highest_counts() {
        let case = with(|d| d.level = text("l", "第2级"));
        let found = only(fire("I002", &case), &at("l"), Severity::Error);
        assert_eq!(found.expected.as_deref(), Some("第3级或更高"));
        for higher in ["第4级", "重要数据"] {
            let case = with(|d| d.level = text("l", higher));
            only(fire("I002", &case), &at("l"), Severity::Note);
        }
        let case = with(|d| d.level = text("l", "第3级"));
        assert!(fire("I002", &case).is_empty());
        let case = with(|d| d.level = text("l", "特级"));
        only(fire("I002", &case), &at("l"), Severity::Error);
        // G3-1 has no level in the catalogue: one must be stated.
        let unlevelled = |d: &mut DataSharing| d.categories = vec![located_at("c", "G3-1")];
        let case = with(|d| {
            unlevelled(d);
            d.level = None;
        });
        only(fire("I002", &case), &at("信息安全.数据合作"), Severity::Error);
        assert!(fire("I002", &with(unlevelled)).is_empty());
    }

    #[test]
    fn i003_stages() {
        let case = with(|d| d.stages[0] = located_at("s", "数据保存"));
        let found = only(fire("I003", &case), &at("s"), Severity::Error);
        assert!(found.message.contains("数据"), "{}", found.message);
    }

    #[test]
    fn i004_one_for_one() {
        let case = with(|d| drop(d.buyer_safeguards.remove(1)));
        only(fire("I004", &case), &at("处理方式.数据使用加工"), Severity::Error);
        let extra =
            Safeguard { stage: located_at("x", "数据公开"), measures: vec![located_at("m", "审批")] };
        let case = with(|d| d.buyer_safeguards.push(extra));
        only(fire("I004", &case), &at("x"), Severity::Error);
    }

    #[test]
    fn an_unknown_stage_is_told_once() {
        // 数据查询 in place of 数据存储, in one of the two places or in both.
        let in_stages = |d: &mut DataSharing| d.stages[0] = located_at("s", "数据查询");
        let in_safeguards = |d: &mut DataSharing| d.buyer_safeguards[0].stage = located_at("g", "数据查询");
        let case = with(in_stages);
        let found = only(fire("I003", &case), &at("s"), Severity::Error);
        assert!(!found.message.contains("是不是"), "{}", found.message);
        assert!(found.expected.unwrap().contains("数据存储、数据使用加工"));
        assert_eq!(fire("I004", &case), []);
        let found = only(fire("I004", &with(in_safeguards)), &at("g"), Severity::Error);
        assert!(found.message.contains("不是数据处理的环节"), "{}", found.message);
        let both = with(|d| {
            in_stages(d);
            in_safeguards(d);
        });
        assert_eq!(fire("I003", &both).len(), 1);
        assert_eq!(fire("I004", &both), []);
        let case = with(|d| d.categories.push(located_at("c", "Z9-1")));
        let found = only(fire("I001", &case), &at("c"), Severity::Error);
        assert!(!found.message.contains("是不是"), "{}", found.message);
    }

    #[test]
    fn i005_quantity() {
        let case = with(|d| d.quantity = Some(Located::new(Decimal::ZERO, at("q"))));
        only(fire("I005", &case), &at("q"), Severity::Error);
    }

    #[test]
    fn i006_some_without_a_level() {
        let categories = vec![located_at("a", "C1-3"), located_at("b", "G3-1")];
        let case = with(|d| {
            d.level = None;
            d.categories = categories.clone();
        });
        only(fire("I006", &case), &at("b"), Severity::Warning);
        assert!(fire("I006", &with(|d| d.categories = categories)).is_empty());
    }
}
