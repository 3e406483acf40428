//! Q001, Q009, Q010: the sheet's lines, workloads and rate are the tender's.
//!
//! May use: `model`, `compute`, `pack`, `diagnostics`.

use rust_decimal::Decimal;

use super::{Sheet, has_quotation, judged, return_to_supplier, sheets};
use crate::compute::quotation::{rows_for, same_name};
use crate::diagnostics::{RuleInfo, Severity};
use crate::model::quotation::{CellNumber, Quotation, QuotationRow};
use crate::model::tax::TaxRate;
use crate::pack::Tender;
use crate::rules::{Context, Reporter, Rule, did_you_mean, nearest};

/// Every tendered 岗位 × 级别 stands on exactly one row.
pub static Q001: Rule = Rule {
    info: RuleInfo {
        id: "Q001",
        title: "报价行与招标岗位级别不一致",
        severity: Severity::Error,
        clause: "附件3 报价表",
        what: "报价表中每个招标的岗位×级别必须恰好有一行：不缺、不重、不多。",
        why: "缺一行就没有合同单价，重复一行不知以哪行为准，多出的行不在合同范围内。",
        example: "报价表漏了“运维支撑·初级”，或“技术支持·高级”出现两次。",
        fix: "退回供应商改正后重新盖章，不要代改：按附件3补齐、删除或改正该行，岗位与级别的名称照附件3填写。发给供应商的文字用 hetong check --reply 生成。",
    },
    applies: has_quotation,
    check: q001,
};

fn q001(ctx: &Context, out: &mut Reporter) {
    for sheet in sheets(ctx) {
        each_line_once(&ctx.pack.tender, sheet.quotation, out);
    }
}

fn each_line_once(tender: &Tender, quotation: &Quotation, out: &mut Reporter) {
    if quotation.rows.is_empty() {
        out.report(&quotation.origin, "报价表里没有找到任何岗位行")
            .expected(format!("{} 行岗位×级别", tender.lines().count()))
            .help(return_to_supplier(
                "按附件3填写各岗位、级别和不含税单价；可把 hetong new 生成的空白报价表发给他填写",
            ));
        return;
    }
    let mut meant = Vec::new();
    for row in &quotation.rows {
        meant.extend(unknown_row(tender, row, out));
    }
    let mut missing: Vec<(&str, Vec<&str>)> = Vec::new();
    for (post, line) in tender.lines() {
        let name = format!("{}·{}", post.name, line.level);
        match rows_for(quotation, &post.name, &line.level).as_slice() {
            [] if meant.contains(&(post.name.as_str(), line.level.as_str())) => {}
            [] => match missing.iter_mut().find(|(known, _)| *known == post.name) {
                Some((_, levels)) => levels.push(&line.level),
                None => missing.push((&post.name, vec![&line.level])),
            },
            [first, rest @ ..] => {
                for row in rest {
                    out.report(&row.level.origin, format!("“{name}”重复报价"))
                        .expected("只有一行")
                        .label(&first.level.origin, "第一次出现在这里")
                        .help(return_to_supplier("删去多余的一行，只留一个报价"));
                }
            }
        }
    }
    missing_rows(quotation, &missing, out);
}

/// All lines that are missing are one thing to say, by post: a partial quotation is one slip.
fn missing_rows(quotation: &Quotation, missing: &[(&str, Vec<&str>)], out: &mut Reporter) {
    let count: usize = missing.iter().map(|(_, levels)| levels.len()).sum();
    let names: Vec<String> =
        missing.iter().map(|(post, levels)| format!("“{post}·{}”", levels.join("、"))).collect();
    let names = names.join("，");
    let (message, expected) = match count {
        0 => return,
        1 => (format!("报价表缺少{names}一行"), format!("有且只有一行{names}")),
        _ => (format!("报价表缺 {count} 行：{names}"), "每个岗位×级别有且只有一行".to_owned()),
    };
    let help = return_to_supplier("补上所缺的行，并填写不含税单价");
    out.report(&quotation.origin, message).expected(expected).help(help);
}

/// Reports a row that was not tendered; returns the line that was probably meant, so that it is not also missing.
fn unknown_row<'p>(tender: &'p Tender, row: &QuotationRow, out: &mut Reporter) -> Option<(&'p str, &'p str)> {
    let (post_name, level) = (row.post.value.as_str(), row.level.value.as_str());
    let posts = || tender.posts.iter().map(|post| post.name.as_str());
    let Some(post) = tender.posts.iter().find(|post| same_name(&post.name, post_name)) else {
        let suggestion = nearest(post_name, posts());
        out.report(&row.post.origin, format!("岗位“{post_name}”不在招标范围内{}", did_you_mean(suggestion)))
            .expected(posts().collect::<Vec<_>>().join("、"))
            .help(suggestion.map_or_else(
                || return_to_supplier("删去该岗位，或改为附件3中的岗位名称"),
                |name| return_to_supplier(format!("把岗位改为“{name}”")),
            ));
        let meant = tender.posts.iter().find(|post| Some(post.name.as_str()) == suggestion)?;
        let line = meant.levels.iter().find(|line| same_name(&line.level, level))?;
        return Some((&meant.name, &line.level));
    };
    if !post.levels.iter().any(|line| same_name(&line.level, level)) {
        let levels: Vec<&str> = post.levels.iter().map(|line| line.level.as_str()).collect();
        out.report(&row.level.origin, format!("“{}”没有级别“{level}”", post.name))
            .expected(levels.join("、"))
            .help(return_to_supplier(format!("把级别改为{}之一，或删去这一行", levels.join("、"))));
    }
    None
}

/// The sheet's 预估工作量 is the tender's.
pub static Q009: Rule = Rule {
    info: RuleInfo {
        id: "Q009",
        title: "预估工作量与招标不一致",
        severity: Severity::Error,
        clause: "附件3 预估工作量",
        what: "报价表中的预估工作量必须等于招标给出的人天数。",
        why: "总价按招标工作量计算和比较，供应商不能改动它。",
        example: "招标为 1250 人天，报价表写成 1200。",
        fix: "退回供应商改正后重新盖章，不要代改：该单元格改回招标的工作量，并重新计算该行总价和合计。发给供应商的文字用 hetong check --reply 生成。",
    },
    applies: has_quotation,
    check: q009,
};

fn q009(ctx: &Context, out: &mut Reporter) {
    for line in sheets(ctx).flat_map(|sheet| sheet.lines()) {
        let Some(cell) = judged(&line.row.workload) else { continue };
        let tendered = line.tender.workload.normalize();
        if cell.number != tendered {
            out.report(
                cell.origin,
                format!(
                    "“{}”的预估工作量为 {} 人天，招标为 {tendered} 人天",
                    line.name(),
                    cell.number.normalize()
                ),
            )
            .expected(format!("{tendered}"))
            .help(return_to_supplier(format!(
                "改为 {tendered}；合同按招标工作量计算，该行总价和合计也要重算"
            )));
        }
    }
}

/// The sheet's 税率 is the tender's.
pub static Q010: Rule = Rule {
    info: RuleInfo {
        id: "Q010",
        title: "税率与招标不一致",
        severity: Severity::Error,
        clause: "附件3 增值税税率，4.3，4.6.6",
        what: "报价表中的增值税税率必须等于合同税率；调整的报价表，等于那项调整生效时的税率。写 6% 或 0.06 都可以。",
        why: "含税单价、含税总价和税额都由它算出，正文和报价表必须是同一个税率。",
        example: "税率一栏写成 3%，或写成数字 6（在表格里是 600%）。",
        fix: "退回供应商改正后重新盖章，不要代改：税率改为合同税率。确需调整税率的，签约后用“调整”一项办理。发给供应商的文字用 hetong check --reply 生成。",
    },
    applies: has_quotation,
    check: q010,
};

fn q010(ctx: &Context, out: &mut Reporter) {
    for sheet in sheets(ctx) {
        one_rate(&sheet, out);
    }
}

/// Of a 调整 the rate is the one in force with it: the tender's, unless it or an earlier one changes the rate.
fn one_rate(sheet: &Sheet, out: &mut Reporter) {
    let rate = sheet.rate();
    let whose = match sheet.prices.revision {
        0 => "合同税率".to_owned(),
        number => format!("第 {number} 项调整起的税率"),
    };
    for line in sheet.lines() {
        let Some(cell) = &line.row.rate else { continue };
        let Some(found) = cell.value.number() else { continue };
        if found == rate.fraction() {
            continue;
        }
        let message = if found == rate.fraction() * Decimal::ONE_HUNDRED {
            let found = found.normalize();
            format!("税率一栏是数字 {found}，在表格里就是 {found}00%，不是 {rate}")
        } else {
            format!("税率为 {}，{whose}为 {rate}", rate_shown(found, &cell.value))
        };
        out.report(&cell.origin, message)
            .expected(format!("{rate}（或 {}）", rate.fraction()))
            .help(return_to_supplier(format!("改为 {rate}，并按 {rate} 重算含税单价和含税总价")));
    }
}

fn rate_shown(found: Decimal, cell: &CellNumber) -> String {
    match (TaxRate::from_fraction(found), cell) {
        (Some(rate), _) => rate.to_string(),
        (None, _) => found.normalize().to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compute::testing::*;
    use crate::model::case::Case;
    use crate::rules::testing::{fire, only};
    use rust_decimal::dec;

    fn with(change: impl FnOnce(&mut Quotation)) -> Case {
        let mut case = good_case();
        change(case.quotation.as_mut().unwrap());
        case
    }

    #[test]
    fn q001_missing_doubled_unknown() {
        assert!(fire("Q001", &good_case()).is_empty());
        let missing = with(|q| drop(q.rows.remove(17)));
        let found = only(fire("Q001", &missing), &sheet_origin(), Severity::Error);
        assert!(found.message.contains("缺少“运维支撑·初级”一行"), "{}", found.message);
        let partial = with(|q| q.rows.truncate(3));
        let found = only(fire("Q001", &partial), &sheet_origin(), Severity::Error);
        assert!(found.message.contains("缺 18 行"), "{}", found.message);
        let named = found.message.matches(['·', '、']).count();
        assert_eq!(named, 18, "each line by its name: {}", found.message);
        let doubled = with(|q| {
            let mut row = q.rows[0].clone();
            row.level.origin = cell_origin("B30");
            q.rows.push(row);
        });
        let found = only(fire("Q001", &doubled), &cell_origin("B30"), Severity::Error);
        assert_eq!(found.labels[0].0, cell_origin("B5"));
        let unknown = with(|q| q.rows[0].post.value = "产品平台服务".into());
        let found = only(fire("Q001", &unknown), &cell_origin("A5"), Severity::Error);
        assert!(found.message.contains("是不是想写“产品/平台服务”"));
        let level = with(|q| {
            let mut row = q.rows[0].clone();
            row.level = Located::new("特级".into(), cell_origin("B31"));
            q.rows.push(row);
        });
        only(fire("Q001", &level), &cell_origin("B31"), Severity::Error);
        let empty = with(|q| q.rows.clear());
        only(fire("Q001", &empty), &sheet_origin(), Severity::Error);
    }

    #[test]
    fn q009_workload() {
        assert!(fire("Q009", &good_case()).is_empty());
        let case = with(|q| q.rows[1].workload = cell("C6", dec!(1200)));
        let found = only(fire("Q009", &case), &cell_origin("C6"), Severity::Error);
        assert!(found.message.contains("1200 人天，招标为 500 人天"));
    }

    #[test]
    fn q010_rate_once_for_a_merged_cell() {
        assert!(fire("Q010", &good_case()).is_empty());
        for (rate, said) in [(dec!(0.03), "税率为 3%"), (dec!(6), "就是 600%")] {
            let case = with(|q| q.rows.iter_mut().for_each(|row| row.rate = cell("H5", rate)));
            let found = only(fire("Q010", &case), &cell_origin("H5"), Severity::Error);
            assert!(found.message.contains(said), "{}", found.message);
        }
    }

    use crate::diagnostics::Located;
}
