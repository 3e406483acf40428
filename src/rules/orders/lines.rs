//! O005, O006, O011: the lines of 明细 against 附件3.
//!
//! May use: `model`, `compute`, `pack`, `diagnostics`.

use rust_decimal::Decimal;

use crate::compute::quotation::{AMOUNT_LIMIT, same_name};
use crate::diagnostics::{Located, RuleInfo, Severity};
use crate::model::order::OrderLine;
use crate::pack::Post;
use crate::rules::{Context, Reporter, Rule, did_you_mean, nearest};

fn has_lines(ctx: &Context) -> bool {
    ctx.case.orders.iter().any(|order| !order.lines.is_empty())
}

/// 岗位 and 级别 are 附件3's.
pub static O005: Rule = Rule {
    info: RuleInfo {
        id: "O005",
        title: "岗位或级别不在附件3中",
        severity: Severity::Error,
        clause: "附件3，附件6",
        what: "订单明细的岗位和级别须是附件3中的，写法相同（空格和全角半角不计）。",
        why: "附件3没有单价的，金额算不出来，也无法结算。",
        example: "岗位: 产品服务（应为 产品/平台服务）。",
        fix: "照附件3改正 岗位 或 级别。",
    },
    applies: has_lines,
    check: o005,
};

fn o005(ctx: &Context, out: &mut Reporter) {
    let posts = &ctx.pack.tender.posts;
    for line in ctx.case.orders.iter().flat_map(|order| &order.lines) {
        let Some(name) = &line.post else { continue };
        let Some(post) = posts.iter().find(|post| same_name(&post.name, &name.value)) else {
            let names = || posts.iter().map(|post| post.name.as_str());
            not_in_annex(name, "岗位", names().collect(), out);
            let meant = nearest(&name.value, names());
            level_of_unknown_post(
                line,
                posts.iter().filter(|post| meant.is_none_or(|m| m == post.name)),
                out,
            );
            continue;
        };
        let levels = || post.levels.iter().map(|line| line.level.as_str());
        if let Some(level) = &line.level
            && !levels().any(|known| same_name(known, &level.value))
        {
            not_in_annex(level, &format!("“{}”的级别", post.name), levels().collect(), out);
        }
    }
}

/// A level that is wrong whatever 岗位 is meant: told at once, not only when the 岗位 has been mended.
fn level_of_unknown_post<'a>(line: &OrderLine, posts: impl Iterator<Item = &'a Post>, out: &mut Reporter) {
    let Some(level) = &line.level else { return };
    let mut known: Vec<&str> = Vec::new();
    for name in posts.flat_map(|post| &post.levels).map(|line| line.level.as_str()) {
        if !known.contains(&name) {
            known.push(name);
        }
    }
    if !known.iter().any(|name| same_name(name, &level.value)) {
        not_in_annex(level, "级别", known, out);
    }
}

fn not_in_annex(name: &Located<String>, what: &str, known: Vec<&str>, out: &mut Reporter) {
    let suggestion = nearest(&name.value, known.iter().copied());
    let hint = did_you_mean(suggestion);
    let of = if what.ends_with("的级别") { format!("{what}没有") } else { format!("没有{what}") };
    out.report(&name.origin, format!("附件3里{of}“{}”{hint}", name.value)).expected(known.join("、"));
}

/// 人天 are ordered, not taken back, and in amounts that can be paid.
pub static O006: Rule = Rule {
    info: RuleInfo {
        id: "O006",
        title: "订单的人天不是正数或大得不可能",
        severity: Severity::Error,
        clause: "附件6",
        what: "订单明细的人天须大于 0，金额在可以计算的范围之内。",
        why: "零或负的人天会使订单总额变小，掩盖真正委托的工作量。",
        example: "人天: -10。",
        fix: "改正 人天；不委托的，删去这一行。",
    },
    applies: has_lines,
    check: o006,
};

fn o006(ctx: &Context, out: &mut Reporter) {
    for (order, figures) in ctx.case.orders.iter().zip(&ctx.figures.orders) {
        for (line, computed) in order.lines.iter().zip(&figures.lines) {
            let Some(days) = &line.days else { continue };
            let shown = days.value.normalize();
            if days.value <= Decimal::ZERO {
                out.report(&days.origin, format!("人天 {shown} 不是正数"))
                    .expected("大于 0 的数，如 120 或 33.5");
            } else if computed.gross_price.is_some() && computed.gross.is_none() {
                out.report(&days.origin, format!("人天 {shown} 大得不可能，金额算不出来"))
                    .expected(format!("行金额低于 {AMOUNT_LIMIT} 元"));
            }
        }
    }
}

/// One line for each 岗位 and 级别.
pub static O011: Rule = Rule {
    info: RuleInfo {
        id: "O011",
        title: "同一岗位和级别写了两行",
        severity: Severity::Warning,
        clause: "附件6",
        what: "同一份订单的明细中，同一岗位和级别只写一行。",
        why: "写了两行的，多半是抄重了，订单总额就多算了一份。",
        example: "两行都是 {岗位: 运维支撑, 级别: 中级}。",
        fix: "合并成一行；确要分开写的，核对人天无误即可。",
    },
    applies: has_lines,
    check: o011,
};

fn o011(ctx: &Context, out: &mut Reporter) {
    for order in &ctx.case.orders {
        for (index, line) in order.lines.iter().enumerate() {
            let (Some(post), Some(level)) = (&line.post, &line.level) else { continue };
            let same = |other: &&OrderLine| {
                let is = |text: &crate::model::case::Text, name: &str| {
                    text.as_ref().is_some_and(|text| same_name(&text.value, name))
                };
                is(&other.post, &post.value) && is(&other.level, &level.value)
            };
            if let Some(first) = order.lines.iter().take(index).find(same) {
                out.report(&line.origin, format!("“{}·{}”已经写过一行", post.value, level.value))
                    .label(&first.origin, "前一行在这里");
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use rust_decimal::dec;

    use super::*;
    use crate::compute::testing::{at, good_case};
    use crate::compute::testing_orders::order;
    use crate::diagnostics::Origin;
    use crate::model::case::Case;
    use crate::rules::testing::{fire, only};

    fn with(lines: &[(&str, &str, Decimal)]) -> Case {
        Case { orders: vec![order("DD-1", lines)], ..good_case() }
    }

    #[test]
    fn o005_posts_and_levels_are_the_annexes() {
        assert!(fire("O005", &with(&[("产品／平台 服务", "高级", dec!(1))])).is_empty());
        let found = fire("O005", &with(&[("产品服务", "高级", dec!(1))]));
        let found = only(found, &at("DD-1.岗位0"), Severity::Error);
        assert!(found.message.contains("没有岗位“产品服务”，是不是想写“产品/平台服务”"), "{}", found.message);
        let found = fire("O005", &with(&[("运维支撑", "高级", dec!(1)), ("运维支撑", "特级", dec!(1))]));
        let found = only(found, &at("DD-1.级别1"), Severity::Error);
        assert!(found.message.contains("“运维支撑”的级别没有“特级”"), "{}", found.message);
        assert_eq!(found.expected.as_deref(), Some("高级、中级、初级"));
    }

    /// 级别 is told although the 岗位 beside it is wrong, too; a level that one of the posts may have is not.
    #[test]
    fn o005_tells_post_and_level_in_one_run() {
        let found = fire("O005", &with(&[("产品服务", "中", dec!(1)), ("产品服务", "中级", dec!(1))]));
        let told: Vec<(&Origin, &str)> = found.iter().map(|d| (&d.origin, d.message.as_str())).collect();
        assert_eq!(found.len(), 3, "{told:?}");
        assert_eq!(told[1].0, &at("DD-1.级别0"));
        assert_eq!(told[1].1, "附件3里没有级别“中”，是不是想写“中级”");
        assert_eq!(found[1].expected.as_deref(), Some("高级、中级、初级"));
        let found = fire("O005", &with(&[("ABCD", "特等", dec!(1))]));
        assert_eq!(found.len(), 2, "a post like none of them");
    }

    #[test]
    fn o006_days_are_positive_and_possible() {
        assert!(fire("O006", &with(&[("运维支撑", "高级", dec!(0.5))])).is_empty());
        for bad in [dec!(0), dec!(-10), dec!(9999999999999)] {
            only(fire("O006", &with(&[("运维支撑", "高级", bad)])), &at("DD-1.人天0"), Severity::Error);
        }
    }

    #[test]
    fn o011_no_line_twice() {
        let line = |level| ("运维支撑", level, dec!(1));
        assert!(fire("O011", &with(&[line("高级"), line("中级")])).is_empty());
        only(fire("O011", &with(&[line("高级"), line("高 级")])), &at("DD-1.明细1"), Severity::Warning);
    }
}
