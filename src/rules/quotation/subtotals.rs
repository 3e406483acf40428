//! Q013: 小计, the sums within the sheet.
//!
//! May use: `model`, `compute`, `diagnostics`.

use rust_decimal::Decimal;

use super::totals::sum;
use super::{has_prices, judged, priced_sheets, shown};
use crate::compute::quotation::same_name;
use crate::diagnostics::{RuleInfo, Severity};
use crate::model::quotation::{NumberCell, Quotation, QuotationRow, QuotationSubtotal};
use crate::rules::{Context, Reporter, Rule};

/// 小计 = Σ of the rows that it stands for, each column.
pub static Q013: Rule = Rule {
    info: RuleInfo {
        id: "Q013",
        title: "小计不等于各行之和",
        severity: Severity::Error,
        clause: "附件3 报价表",
        what: "小计行的工作量、不含税总价和含税总价，等于上一个小计以来各行之和，或它所属岗位各行之和。",
        why: "合同不印小计，但小计错了，说明表里有行漏加、多加，或加过之后又改了数；供应商盖章的报价表须自身相符。",
        example: "“运维支撑”三行不含税总价之和为 2,190,000.00，小计写成 2,090,000.00。",
        fix: "请供应商重算小计和合计；某一行写错的，先改那一行。",
    },
    applies: |ctx| has_prices(ctx) && priced_sheets(ctx).any(|sheet| !sheet.quotation.subtotals.is_empty()),
    check: q013,
};

fn q013(ctx: &Context, out: &mut Reporter) {
    for sheet in priced_sheets(ctx) {
        for (index, subtotal) in sheet.quotation.subtotals.iter().enumerate() {
            let scopes = scopes(sheet.quotation, index);
            for (what, cell, of) in columns(subtotal) {
                check(what, cell, of, subtotal, &scopes, out);
            }
        }
    }
}

/// The one column that is no amount.
const WORKLOAD: &str = "预估工作量";

type Column<'a> = (&'static str, &'a NumberCell, fn(&QuotationRow) -> &NumberCell);

fn columns(subtotal: &QuotationSubtotal) -> [Column<'_>; 3] {
    [
        (WORKLOAD, &subtotal.workload, |row| &row.workload),
        ("不含税总价", &subtotal.net_total, |row| &row.net_total),
        ("含税总价", &subtotal.gross_total, |row| &row.gross_total),
    ]
}

/// What a 小计 may be the sum of, the likeliest first. Its own 岗位 where it names one; else the rows since the last
/// sum. A sum that stands right beneath another, a 合计 or one that names a group of 岗位 may reach farther up.
fn scopes(quotation: &Quotation, index: usize) -> Vec<Vec<&QuotationRow>> {
    let (rows, subtotals) = (&quotation.rows, &quotation.subtotals);
    let Some(subtotal) = subtotals.get(index) else { return Vec::new() };
    let run = |from: usize, to: usize| rows.get(from..to).unwrap_or_default().iter().collect::<Vec<_>>();
    let end = subtotal.after;
    let name = subtotal.label.value.split("小计").next().unwrap_or_default();
    let is_of = |row: &&QuotationRow| {
        [name, subtotal.post.as_str()].iter().any(|post| !post.is_empty() && same_name(&row.post.value, post))
    };
    let of_post: Vec<&QuotationRow> = rows.iter().filter(is_of).collect();
    let mut starts: Vec<usize> = subtotals.iter().take(index).map(|other| other.after).collect();
    starts.push(0);
    starts.sort_unstable();
    starts.dedup();
    let is_right_beneath = starts.last() == Some(&end);
    let names_group = of_post.is_empty() && !name.is_empty();
    let mut runs: Vec<Vec<&QuotationRow>> =
        starts.into_iter().rev().filter(|start| *start < end).map(|start| run(start, end)).collect();
    if !is_right_beneath && !names_group {
        runs.truncate(1);
    }
    // Where the first sum has no row above it, sums stand above their rows.
    if subtotals.first().is_some_and(|first| first.after == 0) {
        let later = subtotals.iter().map(|other| other.after).find(|after| *after > end);
        runs.push(run(end, later.unwrap_or(rows.len())));
    }
    Some(of_post).into_iter().chain(runs).filter(|scope| !scope.is_empty()).collect()
}

fn check(
    what: &str,
    cell: &NumberCell,
    of: fn(&QuotationRow) -> &NumberCell,
    subtotal: &QuotationSubtotal,
    scopes: &[Vec<&QuotationRow>],
    out: &mut Reporter,
) {
    let Some(found) = judged(cell) else { return };
    // A row without a number is told by other rules; what it would add is not known.
    let total =
        |scope: &Vec<&QuotationRow>| sum(scope.iter().map(|row| judged(of(row)).map(|cell| cell.number)));
    let totals: Vec<Option<Decimal>> = scopes.iter().map(total).collect();
    let (Some(Some(expected)), Some(scope)) = (totals.first(), scopes.first()) else { return };
    if totals.contains(&Some(found.number)) {
        return;
    }
    let shown = |number: Decimal| {
        if what == WORKLOAD { number.normalize().to_string() } else { shown(number) }
    };
    let label = &subtotal.label.value;
    let difference = shown((found.number - expected).abs());
    out.report(
        found.origin,
        format!(
            "“{label}”的{what}为 {}，{}之和为 {}，相差 {difference}",
            shown(found.number),
            rows_named(scope),
            shown(*expected)
        ),
    )
    .expected(shown(*expected))
    .help(format!("请供应商把小计改为 {}，并核对合计；若某一行写错，先改那一行", shown(*expected)));
}

/// “运维支撑·高级”至“运维支撑·初级” 3 行.
fn rows_named(scope: &[&QuotationRow]) -> String {
    let name = |row: &QuotationRow| format!("“{}·{}”", row.post.value, row.level.value);
    match scope {
        [only] => name(only),
        [first, .., last] => format!("{}至{} {} 行", name(first), name(last), scope.len()),
        [] => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compute::testing::*;
    use crate::diagnostics::Located;
    use crate::model::case::Case;
    use crate::rules::testing::{fire, only};
    use rust_decimal::dec;

    /// A case with sums of 不含税总价: words, how many rows above, the figure.
    fn with(sums: &[(&str, usize, Decimal)]) -> Case {
        let mut case = good_case();
        let subtotals = sums.iter().enumerate().map(|(index, (label, after, net))| QuotationSubtotal {
            label: Located::new((*label).to_owned(), cell_origin(&format!("A{}", 50 + index))),
            post: String::new(),
            after: *after,
            workload: None,
            net_total: cell(&format!("I{}", 50 + index), *net),
            gross_total: None,
        });
        case.quotation.as_mut().unwrap().subtotals = subtotals.collect();
        case
    }

    fn net(from: usize, to: usize) -> Decimal {
        let case = good_case();
        let rows = &case.quotation.as_ref().unwrap().rows[from..to];
        rows.iter().map(|row| row.net_total.as_ref().unwrap().value.number().unwrap()).sum()
    }

    #[test]
    fn sums_of_rows_posts_and_groups_are_right() {
        let good: [&[(&str, usize, Decimal)]; 5] = [
            &[("小计", 3, net(0, 3)), ("小计", 6, net(3, 6)), ("小计", 21, net(6, 21))],
            // Of a post whose rows ended before; and a group over both.
            &[("活动/内容支撑小计", 7, net(3, 6))],
            &[("小计", 3, net(0, 3)), ("小计", 6, net(3, 6)), ("运营类小计", 6, net(0, 6))],
            &[("小计", 3, net(0, 3)), ("小计", 6, net(3, 6)), ("合计", 6, net(0, 6))],
            // Above their rows.
            &[("小计", 0, net(0, 3)), ("小计", 3, net(3, 21))],
        ];
        for sums in good {
            let found = fire("Q013", &with(sums));
            assert!(found.is_empty(), "{sums:?} {found:#?}");
        }
    }

    #[test]
    fn a_wrong_sum_is_told_at_its_cell() {
        let cent = dec!(0.01);
        let case = with(&[("小计", 3, net(0, 3)), ("小计", 6, net(3, 6) + cent)]);
        let found = only(fire("Q013", &case), &cell_origin("I51"), Severity::Error);
        for part in ["“活动/内容支撑·高级”至“活动/内容支撑·初级” 3 行", "相差 0.01"]
        {
            assert!(found.message.contains(part), "{}", found.message);
        }
        // The sum of all rows above, or of other rows, is none of these.
        for wrong in [net(0, 6), net(0, 5), net(3, 5)] {
            let case = with(&[("小计", 3, net(0, 3)), ("小计", 6, wrong)]);
            only(fire("Q013", &case), &cell_origin("I51"), Severity::Error);
        }
        let case = with(&[("产品/平台服务小计", 3, net(0, 2))]);
        only(fire("Q013", &case), &cell_origin("I50"), Severity::Error);
    }
}
