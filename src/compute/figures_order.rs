//! How the figures of 附件6 came about, order by order, as they follow one another.
//!
//! May use: `model`, and its own room.

use std::collections::BTreeMap;

use rust_decimal::Decimal;

use super::CaseFigures;
use super::figures::{Figure, Input, ROUNDING};
use super::order::{OrderFigures, OrderLineFigures, sequence};
use super::payment_plan::{Basis, StageFigures};
use crate::model::case::Case;
use crate::model::money::Money;
use crate::model::order::{Order, OrderLine, PaymentStage};
use crate::model::tax::TaxRate;

const CLAUSE: &str = "附件6";
const PERCENT_ROUNDING: &str = "四舍五入到 0.01%";

/// Every figure of the orders. What cannot be worked out yet has none.
pub fn order_book(case: &Case, figures: &CaseFigures) -> Vec<Figure> {
    let rate_changes = figures.prices.revisions.iter().any(|p| p.rate() != figures.prices.signed.rate());
    let mut book = Vec::new();
    let mut before: Vec<Input> = Vec::new();
    let mut seen = Seen::default();
    for index in sequence(&case.orders) {
        let (Some(order), Some(own)) = (case.orders.get(index), figures.orders.get(index)) else {
            continue;
        };
        // Two orders of one number still have figures of their own.
        let name = seen.numbered(order.called());
        let lines = line_book(&name, order, own);
        let total = total_book(&name, own, &lines);
        book.extend(lines);
        book.extend(total);
        if rate_changes {
            book.extend(net_total(&name, case, own, figures));
        }
        book.extend(own.executed.map(|executed| executed_figure(&name, executed, &before)));
        book.extend(plan_book(&name, order, own));
        before.extend(own.total.map(|total| computed(&format!("{name} 订单总额"), total)));
    }
    book
}

/// Names that were given, each with how often.
#[derive(Default)]
struct Seen(BTreeMap<String, usize>);

impl Seen {
    /// The name itself the first time, then `name（2）`.
    fn numbered(&mut self, name: String) -> String {
        let count = self.0.entry(name.clone()).or_default();
        *count += 1;
        if *count > 1 { format!("{name}（{count}）") } else { name }
    }
}

fn figure(name: String, value: String, unit: &'static str, formula: String) -> Figure {
    Figure { name, value, unit, formula, inputs: Vec::new(), rounding: None, clause: CLAUSE }
}

fn computed(name: &str, value: Money) -> Input {
    Input { name: name.to_owned(), value: value.to_string(), origin: None }
}

/// The 金额 of each line that has one; two lines of one 岗位 and 级别 are told apart by a number.
fn line_book(name: &str, order: &Order, figures: &OrderFigures) -> Vec<Figure> {
    let mut seen = Seen::default();
    let pairs = order.lines.iter().zip(&figures.lines);
    let amounts = pairs.filter_map(|(line, own)| line_figure(name, line, own, figures.revision));
    amounts.map(|figure| Figure { name: seen.numbered(figure.name), ..figure }).collect()
}

fn line_figure(name: &str, line: &OrderLine, figures: &OrderLineFigures, revision: usize) -> Option<Figure> {
    let (days, price, gross) = (line.days.as_ref()?, figures.gross_price?, figures.gross?);
    let (post, shown) = (format!("{}·{}", figures.post, figures.level), days.value.normalize());
    let inputs = vec![
        Input { name: "人天".into(), value: shown.to_string(), origin: Some(days.origin.clone()) },
        computed(&in_revision(revision, &format!("{post} 含税单价")), price),
    ];
    let formula = format!("人天 × 含税单价 = {shown} × {}", price);
    let named = figure(format!("{name} {post} 金额"), gross.to_string(), "元", formula);
    Some(Figure { inputs, rounding: Some(ROUNDING), ..named })
}

fn total_book(name: &str, figures: &OrderFigures, lines: &[Figure]) -> Vec<Figure> {
    let Some(total) = figures.total else { return Vec::new() };
    let inputs =
        lines.iter().map(|line| Input { name: line.name.clone(), value: line.value.clone(), origin: None });
    let of = format!("{name} 订单总额");
    let sum = figure(of.clone(), total.to_string(), "元", format!("{} 行金额之和", figures.lines.len()));
    let mut book = vec![Figure { inputs: inputs.collect(), ..sum }];
    if let Some(words) = &figures.total_words {
        let words = figure(format!("{of}大写"), words.clone(), "", format!("订单总额 {total} 的中文大写"));
        book.push(Figure { inputs: vec![computed(&of, total)], ..words });
    }
    book
}

/// What is held against the cap once the VAT rate has changed.
fn net_total(name: &str, case: &Case, order: &OrderFigures, figures: &CaseFigures) -> Option<Figure> {
    let (total, net) = (order.total?, order.net_total?);
    let rate = figures.prices.revision(order.revision)?.rate();
    let factor = (Decimal::ONE + rate.fraction()).normalize();
    let formula = format!("订单总额 ÷ (1 + 税率) = {total} ÷ {factor}");
    let named = figure(format!("{name} 订单总额（不含税）"), net.to_string(), "元", formula);
    let inputs = vec![computed(&format!("{name} 订单总额"), total), rate_input(case, rate, order.revision)];
    Some(Figure { inputs, rounding: Some(ROUNDING), clause: "4.3", ..named })
}

fn executed_figure(name: &str, executed: Money, before: &[Input]) -> Figure {
    let formula = if before.is_empty() {
        "此前没有订单".to_owned()
    } else {
        let each: Vec<&str> = before.iter().map(|input| input.value.as_str()).collect();
        format!("此前 {} 份订单的订单总额之和 = {}", before.len(), each.join(" + "))
    };
    let named = figure(format!("{name} 框架协议已执行金额"), executed.to_string(), "元", formula);
    Figure { inputs: before.to_vec(), ..named }
}

fn plan_book(name: &str, order: &Order, figures: &OrderFigures) -> Vec<Figure> {
    let Some(total) = figures.total else { return Vec::new() };
    let rows: Vec<(&PaymentStage, &StageFigures)> = order.plan.iter().zip(&figures.plan).collect();
    let book = PlanBook { name, total, rows };
    (0..book.rows.len()).flat_map(|at| [book.amount(at), book.share(at)]).flatten().collect()
}

/// 付款计划 of one order.
struct PlanBook<'o> {
    name: &'o str,
    total: Money,
    rows: Vec<(&'o PaymentStage, &'o StageFigures)>,
}

impl PlanBook<'_> {
    fn called(&self, at: usize) -> String {
        let stage = self.rows.get(at).and_then(|(stage, _)| stage.stage.as_ref());
        let stage = stage.map(|stage| format!(" {}", stage.value)).unwrap_or_default();
        format!("{} 付款计划{}{stage}", self.name, at + 1)
    }

    fn total_input(&self) -> Input {
        computed(&format!("{} 订单总额", self.name), self.total)
    }

    /// 应付金额 of the rows for which `wanted` says so.
    fn amounts(&self, wanted: impl Fn(usize) -> bool) -> Vec<Input> {
        let rows = self.rows.iter().enumerate().filter(|(at, _)| wanted(*at));
        let amount = |(at, (_, row)): (usize, &(&PaymentStage, &StageFigures))| {
            Some(computed(&format!("{} 应付金额", self.called(at)), row.amount?))
        };
        rows.filter_map(amount).collect()
    }

    fn amount(&self, at: usize) -> Option<Figure> {
        let (stage, row) = self.rows.get(at)?;
        let amount = row.amount?;
        let percent = row.share.map(super::payment_plan::percent).unwrap_or_default();
        let share = stage.share.as_ref().map(|share| Input {
            name: "比例".into(),
            value: percent.clone(),
            origin: Some(share.origin.clone()),
        });
        let stated = stage
            .amount
            .as_ref()
            .map(|stated| Input { origin: Some(stated.origin.clone()), ..computed("金额", stated.value) });
        let total = self.total;
        let (formula, inputs, rounding) = match row.amount_basis {
            Basis::Stated => ("订单写明的金额".to_owned(), stated.into_iter().collect(), None),
            Basis::Computed => (
                format!("订单总额 × 比例 = {total} × {percent}"),
                std::iter::once(self.total_input()).chain(share).collect(),
                Some(ROUNDING),
            ),
            Basis::Rest => {
                let others = self.rows.iter().enumerate().filter(|(other, _)| *other != at);
                let others: Money = others.filter_map(|(_, (_, row))| row.amount).sum();
                let inputs = std::iter::once(self.total_input()).chain(self.amounts(|other| other != at));
                let formula = format!("订单总额 − 其余各期 = {total} − {others}（比例 {percent}）");
                (formula, inputs.chain(share).collect(), None)
            }
        };
        let named = figure(format!("{} 应付金额", self.called(at)), amount.to_string(), "元", formula);
        Some(Figure { inputs, rounding, ..named })
    }

    fn share(&self, at: usize) -> Option<Figure> {
        let (_, row) = self.rows.get(at)?;
        let (share, amount, total) = (row.share?, row.amount?, self.total);
        let (formula, rounding) = match row.share_basis {
            Basis::Stated => return None,
            Basis::Computed => (format!("金额 ÷ 订单总额 = {amount} ÷ {total}"), Some(PERCENT_ROUNDING)),
            Basis::Rest => ("100% − 其余各期的比例".to_owned(), None),
        };
        let value = super::payment_plan::percent(share);
        let inputs = [self.amounts(|other| other == at), vec![self.total_input()]].concat();
        let named = figure(format!("{} 付款比例", self.called(at)), value, "", formula);
        Some(Figure { inputs, rounding, ..named })
    }
}

/// A figure of 附件3 or 4.3 as it is called in the book: those of a 修订 say so.
pub(super) fn in_revision(revision: usize, name: &str) -> String {
    if revision == 0 { name.to_owned() } else { format!("修订{revision} {name}") }
}

/// The 税率 in force at a 修订, with the 调整 that set it; the pack's has no place in the case.
pub(super) fn rate_input(case: &Case, rate: TaxRate, revision: usize) -> Input {
    let set = case.adjustments.iter().take(revision).rev().find_map(|adjustment| adjustment.rate.as_ref());
    Input { name: "税率".into(), value: rate.to_string(), origin: set.map(|set| set.origin.clone()) }
}

#[cfg(test)]
mod tests {
    use rust_decimal::dec;

    use super::*;
    use crate::compute::figures::{figure_book, find};
    use crate::compute::testing::{day, good_case, pack};
    use crate::compute::testing_orders::{order, stage};

    // 0.5 × 898.94 = 449.47, 1 × 798.94; together 1,248.41. 30 % is 374.523; the rest 873.89 is 70.00 %.
    #[test]
    fn every_figure_of_an_order_explains_itself() {
        let mut first =
            order("DD-1", &[("产品/平台服务", "高级", dec!(0.5)), ("产品/平台服务", "中级", dec!(1))]);
        first.signed_on = day("签订", "2026-03-05");
        first.plan = vec![stage(Some(dec!(0.3)), None), stage(None, Some(dec!(873.89)))];
        let second = order("DD-2", &[("产品/平台服务", "高级", dec!(1)), ("产品/平台服务", "高级", dec!(1))]);
        let mut case = good_case();
        case.orders = vec![second, first];
        let (pack, figures) = (pack(), CaseFigures::of(&case, &pack()));
        let book = figure_book(&case, &pack, &figures);
        let said = |name: &str| {
            let figure = find(&book, name).unwrap_or_else(|| panic!("{name}"));
            (figure.value.as_str(), figure.formula.as_str())
        };
        assert_eq!(said("DD-1 产品/平台服务·高级 金额"), ("449.47", "人天 × 含税单价 = 0.5 × 898.94"));
        assert_eq!(said("DD-1 订单总额"), ("1,248.41", "2 行金额之和"));
        assert_eq!(said("DD-1 订单总额大写").0, "壹仟贰佰肆拾捌元肆角壹分");
        assert_eq!(said("DD-1 框架协议已执行金额"), ("0.00", "此前没有订单"));
        assert_eq!(said("DD-2 框架协议已执行金额"), ("1,248.41", "此前 1 份订单的订单总额之和 = 1,248.41"));
        // The one row that follows from a ratio takes what the typed amount leaves.
        assert_eq!(said("DD-1 付款计划1 应付金额").0, "374.52");
        assert_eq!(said("DD-1 付款计划2 付款比例"), ("70%", "100% − 其余各期的比例"));
        let mut names: Vec<&str> = book.iter().map(|figure| figure.name.as_str()).collect();
        assert!(names.contains(&"DD-2 产品/平台服务·高级 金额（2）"), "{names:?}");
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), book.len(), "names are unique");
    }

    #[test]
    fn what_is_open_has_no_figure() {
        let mut case = good_case();
        case.orders = vec![order("DD-1", &[("产品/平台服务", "特级", dec!(1))])];
        let figures = CaseFigures::of(&case, &pack());
        let names: Vec<String> = order_book(&case, &figures).into_iter().map(|figure| figure.name).collect();
        assert_eq!(names, ["DD-1 框架协议已执行金额"]);
    }
}
