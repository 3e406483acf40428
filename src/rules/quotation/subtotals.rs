//! Q013: 小计, the sums within the sheet.
//!
//! May use: `model`, `compute`, `diagnostics`.

use rust_decimal::Decimal;

use super::totals::sum;
use super::{Sheet, has_prices, judged, priced_sheets, shown};
use crate::compute::quotation::{RowFigures, same_name};
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
        fix: "退回供应商改正后重新盖章，不要代改：重算小计和合计；某一行写错的，先改那一行。发给供应商的文字用 hetong check --reply 生成。",
    },
    applies: |ctx| has_prices(ctx) && priced_sheets(ctx).any(|sheet| !sheet.quotation.subtotals.is_empty()),
    check: q013,
};

fn q013(ctx: &Context, out: &mut Reporter) {
    for sheet in priced_sheets(ctx) {
        for (index, subtotal) in sheet.quotation.subtotals.iter().enumerate() {
            let scopes = scopes(sheet.quotation, index);
            for column in columns(subtotal) {
                check(&sheet, &column, subtotal, &scopes, out);
            }
        }
    }
}

/// The one column that is no amount.
const WORKLOAD: &str = "预估工作量";

/// A column, the 小计's cell in it, a line's own, and what hetong computes for a line.
struct Column<'a> {
    name: &'static str,
    cell: &'a NumberCell,
    of: fn(&QuotationRow) -> &NumberCell,
    computed: fn(&RowFigures) -> Decimal,
}

impl Column<'_> {
    /// What a line adds: its own figure; where it has none, as beside a merged cell, the computed one.
    fn of_row(&self, sheet: &Sheet, row: &QuotationRow) -> Option<Decimal> {
        let is_line = |figures: &&RowFigures| {
            same_name(&figures.post, &row.post.value) && same_name(&figures.level, &row.level.value)
        };
        let mut computed = sheet.prices.table.rows.iter().filter_map(|line| line.figures.as_ref());
        let own = judged((self.of)(row)).map(|cell| cell.number);
        own.or_else(|| computed.find(is_line).map(self.computed))
    }

    fn shown(&self, number: Decimal) -> String {
        if self.name == WORKLOAD { number.normalize().to_string() } else { shown(number) }
    }
}

fn columns(subtotal: &QuotationSubtotal) -> [Column<'_>; 3] {
    [
        Column {
            name: WORKLOAD,
            cell: &subtotal.workload,
            of: |row| &row.workload,
            computed: |row| row.workload,
        },
        Column {
            name: "不含税总价",
            cell: &subtotal.net_total,
            of: |row| &row.net_total,
            computed: |row| row.net_total.decimal(),
        },
        Column {
            name: "含税总价",
            cell: &subtotal.gross_total,
            of: |row| &row.gross_total,
            computed: |row| row.gross_total.decimal(),
        },
    ]
}

/// What a 小计 may be the sum of, the likeliest first. Its own 岗位 where it names one; else the rows since the last
/// sum. A sum that stands right beneath another, a 合计 or one that names a group of 岗位 may reach farther up.
fn scopes(quotation: &Quotation, index: usize) -> Vec<Vec<&QuotationRow>> {
    let (rows, subtotals) = (&quotation.rows, &quotation.subtotals);
    let Some(subtotal) = subtotals.get(index) else { return Vec::new() };
    let run = |from: usize, to: usize| rows.get(from..to).unwrap_or_default().iter().collect::<Vec<_>>();
    if let Some(beside) = &subtotal.beside {
        return vec![run(beside.start, beside.end)];
    }
    let (end, in_rows) = (subtotal.after, |other: &&QuotationSubtotal| other.beside.is_none());
    let name = subtotal.label.value.split("小计").next().unwrap_or_default();
    let is_of = |row: &&QuotationRow| {
        [name, subtotal.post.as_str()].iter().any(|post| !post.is_empty() && same_name(&row.post.value, post))
    };
    let of_post: Vec<&QuotationRow> = rows.iter().filter(is_of).collect();
    let mut starts: Vec<usize> =
        subtotals.iter().take(index).filter(in_rows).map(|other| other.after).collect();
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
    if subtotals.iter().find(in_rows).is_some_and(|first| first.after == 0) {
        let later = subtotals.iter().filter(in_rows).map(|other| other.after).find(|after| *after > end);
        runs.push(run(end, later.unwrap_or(rows.len())));
    }
    Some(of_post).into_iter().chain(runs).filter(|scope| !scope.is_empty()).collect()
}

fn check(
    sheet: &Sheet,
    column: &Column,
    subtotal: &QuotationSubtotal,
    scopes: &[Vec<&QuotationRow>],
    out: &mut Reporter,
) {
    let Some(found) = judged(column.cell) else { return };
    let total = |scope: &Vec<&QuotationRow>| sum(scope.iter().map(|row| column.of_row(sheet, row)));
    let totals: Vec<Option<Decimal>> = scopes.iter().map(total).collect();
    let (Some(Some(expected)), Some(scope)) = (totals.first(), scopes.first()) else { return };
    if totals.contains(&Some(found.number)) {
        return;
    }
    let (is, should) = (column.shown(found.number), column.shown(*expected));
    let difference = column.shown((found.number - expected).abs());
    let (label, what, rows) = (&subtotal.label.value, column.name, rows_named(scope));
    out.report(found.origin, format!("“{label}”的{what}为 {is}，{rows}之和为 {should}，相差 {difference}"))
        .expected(should.clone())
        .help(format!("请供应商把小计改为 {should}，并核对合计；若某一行写错，先改那一行"));
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
            beside: None,
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
        // A line without a figure of its own counts for what it must be; one beside a merged cell has none.
        let mut case = with(&[("小计", 3, net(0, 3))]);
        case.quotation.as_mut().unwrap().rows[1].net_total = None;
        assert!(fire("Q013", &case).is_empty());
        for (right, figure) in [(true, net(3, 6)), (false, net(3, 7))] {
            let mut case = with(&[("合并的小计", 6, figure)]);
            let quotation = case.quotation.as_mut().unwrap();
            quotation.subtotals[0].beside = Some(3..6);
            quotation.rows[3..6].iter_mut().for_each(|row| row.net_total = None);
            assert_eq!(fire("Q013", &case).is_empty(), right, "{figure}");
        }
        let case = with(&[("产品/平台服务小计", 3, net(0, 2))]);
        only(fire("Q013", &case), &cell_origin("I50"), Severity::Error);
    }
}
