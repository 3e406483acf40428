//! S008–S011: what a single row of 工时 holds.
//!
//! May use: `model`, `compute`, `pack`, `diagnostics`.

use std::collections::HashSet;

use rust_decimal::{Decimal, dec};

use super::{has_work, order_of, rows, sheet_of};
use crate::compute::quotation::same_name;
use crate::diagnostics::{RuleInfo, Severity};
use crate::model::month_sheets::WorkEntry;
use crate::model::quotation::CellNumber;
use crate::rules::{Context, Reporter, Rule, did_you_mean, nearest};

/// 人天 are more than nothing.
pub static S008: Rule = Rule {
    info: RuleInfo {
        id: "S008",
        title: "人天为零或负数",
        severity: Severity::Error,
        clause: "4.5",
        what: "工时表里的人天须大于 0。",
        why: "零没有意义，负数会冲减别人的人天；更正已结算的月份要走更正手续，不在当月工时里冲减。",
        example: "人天写成 -2，用来扣回上月多报的。",
        fix: "删去这一行，或改正人天；更正以前月份用 hetong settle --amend。",
    },
    applies: has_work,
    check: |ctx, out| {
        for (_, entry) in rows(ctx) {
            if let Some(days) = entry.days.value.number().filter(|days| *days <= Decimal::ZERO) {
                out.report(&entry.days.origin, format!("{}的人天为 {}", who(entry), days.normalize()))
                    .expected("大于零的数");
            }
        }
    },
};

/// 人天 and 姓名 are there, and certain.
pub static S009: Rule = Rule {
    info: RuleInfo {
        id: "S009",
        title: "工时的单元格读不准",
        severity: Severity::Error,
        clause: "4.5",
        what: "每一行都要有姓名，人天须是数字；公式须存有结果，且与重新计算的一致。",
        why: "读不准的数不作猜测，空着的也不当作零；没有姓名就不能核对一人一天不超过 1 人天。",
        example: "人天写成“半天”、空着，或几个人的人天合并成一格。",
        fix: "在该单元格填写数字或姓名；公式请用 Excel 或 WPS 打开重新计算后保存。",
    },
    applies: has_work,
    check: s009,
};

/// Less is a spreadsheet's own rounding.
const STALE: Decimal = dec!(0.000001);
/// Nobody works so long in a month: an account number, or hours of years.
const BEYOND: Decimal = dec!(10000);

fn s009(ctx: &Context, out: &mut Reporter) {
    for (_, entry) in rows(ctx) {
        if entry.person.value.is_empty() {
            out.report(&entry.person.origin, "姓名空着")
                .help("逐行填写姓名；同一个人的几行也可以合并单元格；没有人的行请删去");
        }
        let cell = &entry.days;
        if let Some(problem) = unusable(&cell.value) {
            // Where cells are merged, the same is said of each of their rows: once without the name.
            let merged = matches!(&cell.value, CellNumber::Text(text) if text.contains("合并成一格"));
            let whose = if merged { String::new() } else { format!("{}的", who(entry)) };
            let help = match &cell.value {
                _ if merged => "取消合并，逐行填写每个人的人天".to_owned(),
                CellNumber::Text(text) if text.contains('半') => "半天填 0.5".to_owned(),
                CellNumber::Text(text) if text.contains(['时', 'h', 'H']) => "先折算成人天再填写".to_owned(),
                CellNumber::Empty => "填写人天；没有服务的，删去这一行".to_owned(),
                CellNumber::FormulaWithoutValue(_) | CellNumber::Formula { .. } => {
                    "用 Excel 或 WPS 打开工时表，按 F9 重新计算，保存后再检查".to_owned()
                }
                _ => "改为数字，不带文字说明".to_owned(),
            };
            out.report(&cell.origin, format!("{whose}人天{problem}"))
                .expected("人天数，如 1 或 0.5")
                .help(help);
        } else if cell.value.number().is_some_and(|days| days >= BEYOND) {
            let days = cell.value.number().unwrap_or_default().normalize();
            out.report(&cell.origin, format!("{}的人天为 {days}，大得不可能", who(entry)))
                .expected("人天数，如 1 或 0.5");
        }
    }
}

/// What is wrong with a cell that gives no certain number: it is no number, or a formula without a result or with an
/// old one.
pub(in crate::rules) fn unusable(value: &CellNumber) -> Option<String> {
    match value {
        CellNumber::Text(text) => Some(format!("“{text}”不是数字")),
        CellNumber::Error(error) => Some(format!("是错误值 {error}")),
        CellNumber::Empty => Some("空着".into()),
        CellNumber::FormulaWithoutValue(formula) => Some(format!("的公式 ={formula} 没有存储计算结果")),
        CellNumber::Formula { formula, cached, recomputed: Some(now) }
            if now.checked_sub(*cached).is_none_or(|difference| difference.abs() > STALE) =>
        {
            let (was, now) = (cached.normalize(), now.normalize());
            Some(format!("的公式 ={formula} 存储的结果是 {was}，重新计算为 {now}"))
        }
        _ => None,
    }
}

/// 岗位 and 级别 are 附件3's, and the order's.
pub static S010: Rule = Rule {
    info: RuleInfo {
        id: "S010",
        title: "工时的岗位、级别没有单价",
        severity: Severity::Error,
        clause: "附件3，4.5",
        what: "工时的岗位职责×级别须是附件3里的一行；不在订单明细里的另作警告。",
        why: "结算按附件3的单价；附件3没有的岗位级别没有单价，订单没有列的超出了委托范围。",
        example: "附件3是“产品/平台服务·高级”，工时表写成“产品服务·高级”，或级别空着。",
        fix: "照附件3改正岗位职责和级别的名称；订单明细漏列的，先补订单。",
    },
    applies: has_work,
    check: s010,
};

fn s010(ctx: &Context, out: &mut Reporter) {
    let mut told: HashSet<((&str, &str), &str, &str)> = HashSet::new();
    let mut told_orders: HashSet<(&str, &str, &str)> = HashSet::new();
    let posts = &ctx.pack.tender.posts;
    for (_, entry) in rows(ctx) {
        let (post, level) = (&entry.post, &entry.level);
        for (cell, what) in [(post, "岗位职责"), (level, "级别")] {
            if cell.value.is_empty() {
                out.report(&cell.origin, format!("{}的{what}空着", who(entry)))
                    .help(format!("照附件3填写{what}；同一个人的几行也可以合并单元格"));
            }
        }
        if post.value.is_empty() || level.value.is_empty() {
            continue;
        }
        let sheet = sheet_of(&post.origin);
        let known = posts.iter().find(|known| same_name(&known.name, &post.value));
        let Some(known) = known else {
            let key = (sheet, post.value.as_str(), "");
            if told.insert(key) {
                let names = || posts.iter().map(|post| post.name.as_str());
                let hint = did_you_mean(nearest(&post.value, names()));
                out.report(&post.origin, format!("附件3没有岗位“{}”{hint}", post.value))
                    .expected(names().collect::<Vec<_>>().join("、"));
            }
            continue;
        };
        if !known.levels.iter().any(|line| same_name(&line.level, &level.value)) {
            let key = (sheet, post.value.as_str(), level.value.as_str());
            if told.insert(key) {
                let names = || known.levels.iter().map(|line| line.level.as_str());
                let hint = did_you_mean(nearest(&level.value, names()));
                let message = format!("附件3的“{}”没有级别“{}”{hint}", known.name, level.value);
                out.report(&level.origin, message).expected(names().collect::<Vec<_>>().join("、"));
            }
            continue;
        }
        let key = (entry.order.value.as_str(), post.value.as_str(), level.value.as_str());
        if !told_orders.contains(&key) && !is_ordered(ctx, entry) {
            told_orders.insert(key);
            let name = format!("{}·{}", post.value, level.value);
            out.report(
                &post.origin,
                format!("订单“{}”的明细里没有“{name}”，{}却有工时", entry.order.value, who(entry)),
            )
            .severity(Severity::Warning)
            .clause("附件6 明细")
            .help("核对订单编号、岗位和级别；确实增加了的，先补订单或由双方书面确认");
        }
    }
}

/// Whether the order lists 岗位 × 级别; an unknown order or one without 明细 is told elsewhere.
fn is_ordered(ctx: &Context, entry: &WorkEntry) -> bool {
    let Some(order) = order_of(ctx.case, &entry.order.value).filter(|order| !order.lines.is_empty()) else {
        return true;
    };
    let is = |text: &crate::model::case::Text, name: &str| {
        text.as_ref().is_none_or(|text| same_name(&text.value, name))
    };
    order.lines.iter().any(|line| is(&line.post, &entry.post.value) && is(&line.level, &entry.level.value))
}

/// 人天 are counted by half days.
pub static S011: Rule = Rule {
    info: RuleInfo {
        id: "S011",
        title: "人天不是半天的整倍数",
        severity: Severity::Note,
        clause: "4.5",
        what: "人天通常按整天或半天计；更细的提示一声，超过两位小数的警告。",
        why: "0.25 可能是两小时，也可能是填错；小数很长的多半由小时折算而来，双方核对不上。",
        example: "人天写成 0.33（由 8 小时折算 2.64 小时）。",
        fix: "与供应商核对；合同没有约定更细的计法时，改为半天的整倍数。",
    },
    applies: has_work,
    check: |ctx, out| {
        for (_, entry) in rows(ctx) {
            let Some(days) = entry.days.value.number().filter(|days| *days > Decimal::ZERO) else { continue };
            if days.checked_mul(dec!(2)).is_none_or(|halves| halves.is_integer()) {
                continue;
            }
            let days = days.normalize();
            let message = format!("{}的人天为 {days}，不是半天的整倍数", who(entry));
            let report = out.report(&entry.days.origin, message);
            if days.scale() > 2 {
                report.severity(Severity::Warning).expected("最多两位小数");
            }
        }
    },
};

/// “张三”, or the row where nobody is named.
pub(super) fn who(entry: &WorkEntry) -> String {
    if entry.person.value.is_empty() { "这一行".into() } else { format!("“{}”", entry.person.value) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compute::testing_month::{good_month_case, month_cell};
    use crate::model::case::Case;
    use crate::rules::testing::{fire, only};

    fn with_days(days: CellNumber) -> Case {
        let mut case = good_month_case();
        case.months[0].work[0].days.value = days;
        case
    }

    fn first_days() -> crate::diagnostics::Origin {
        month_cell("工时.xlsx", 2, 6)
    }

    #[test]
    fn a_good_month_has_no_findings() {
        for id in ["S008", "S009", "S010", "S011"] {
            assert_eq!(fire(id, &good_month_case()), [], "{id}");
        }
    }

    #[test]
    fn s008_nothing_or_less() {
        for bad in [dec!(0), dec!(-1)] {
            only(fire("S008", &with_days(CellNumber::Number(bad))), &first_days(), Severity::Error);
        }
    }

    #[test]
    fn s009_cells_that_give_no_number() {
        let formula = |cached, recomputed| CellNumber::Formula { formula: "A1*2".into(), cached, recomputed };
        for (bad, said) in [
            (CellNumber::Empty, "空着"),
            (CellNumber::Text("半天".into()), "“半天”不是数字"),
            (CellNumber::Error("#REF!".into()), "#REF!"),
            (CellNumber::FormulaWithoutValue("SUM(A1)".into()), "没有存储计算结果"),
            (formula(dec!(1), Some(dec!(0.5))), "重新计算为 0.5"),
            (CellNumber::Number(dec!(46086)), "大得不可能"),
        ] {
            let found = only(fire("S009", &with_days(bad)), &first_days(), Severity::Error);
            assert!(found.message.contains(said) && found.message.contains("张三"), "{}", found.message);
        }
        assert!(fire("S009", &with_days(formula(dec!(1), Some(dec!(1))))).is_empty());
        assert!(fire("S009", &with_days(formula(dec!(1), None))).is_empty());
        let mut case = good_month_case();
        case.months[0].work[1].person.value = String::new();
        only(fire("S009", &case), &month_cell("工时.xlsx", 3, 2), Severity::Error);
    }

    #[test]
    fn s010_posts_and_levels() {
        let mut case = good_month_case();
        for entry in &mut case.months[0].work {
            entry.post.value = "产品平台服务".into();
        }
        let found = only(fire("S010", &case), &month_cell("工时.xlsx", 2, 3), Severity::Error);
        assert!(found.message.contains("是不是想写“产品/平台服务”"), "{}", found.message);
        let mut case = good_month_case();
        case.months[0].work[22].level.value = "专家".into();
        only(fire("S010", &case), &month_cell("工时.xlsx", 24, 4), Severity::Error);
        case.months[0].work[22].level.value = String::new();
        only(fire("S010", &case), &month_cell("工时.xlsx", 24, 4), Severity::Error);
        // In 附件3, but not among what the order asks for.
        case.months[0].work[22].level.value = "初级".into();
        let found = only(fire("S010", &case), &month_cell("工时.xlsx", 24, 3), Severity::Warning);
        assert!(found.message.contains("明细里没有“技术支持·初级”"), "{}", found.message);
    }

    #[test]
    fn s011_finer_than_half_days() {
        only(fire("S011", &with_days(CellNumber::Number(dec!(0.25)))), &first_days(), Severity::Note);
        only(fire("S011", &with_days(CellNumber::Number(dec!(0.333)))), &first_days(), Severity::Warning);
        assert!(fire("S011", &with_days(CellNumber::Number(dec!(0.50)))).is_empty());
    }
}
