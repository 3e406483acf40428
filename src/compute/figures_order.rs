//! How the figures of 附件6 came about, order by order, as they follow one another.
//!
//! May use: `model`, and its own room.

use std::collections::BTreeMap;

use super::CaseFigures;
use super::figures::{Figure, Input, ROUNDING};
use super::order::{OrderFigures, OrderLineFigures, sequence};
use super::payment_plan::Basis;
use crate::model::case::Case;
use crate::model::money::Money;
use crate::model::order::{Order, OrderLine, PaymentStage};

const CLAUSE: &str = "附件6";
const PERCENT_ROUNDING: &str = "四舍五入到 0.01%";

/// Every figure of the orders. What cannot be worked out yet has none.
pub fn order_book(case: &Case, figures: &CaseFigures) -> Vec<Figure> {
    let sequence = sequence(&case.orders);
    let mut book = Vec::new();
    let mut before: Vec<Input> = Vec::new();
    for index in sequence {
        let (Some(order), Some(figures)) = (case.orders.get(index), figures.orders.get(index)) else {
            continue;
        };
        let name = order.called();
        book.extend(line_book(&name, order, figures));
        book.extend(total_book(&name, figures));
        book.extend(figures.executed.map(|executed| executed_figure(&name, executed, &before)));
        book.extend(plan_book(&name, order, figures));
        before.extend(figures.total.map(|total| computed(&format!("{name} 订单总额"), total)));
    }
    unique(book)
}

/// Two lines of one 岗位 and 级别, and two orders of one number, still have figures of their own.
fn unique(mut book: Vec<Figure>) -> Vec<Figure> {
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    for figure in &mut book {
        let count = seen.entry(figure.name.clone()).or_default();
        *count += 1;
        if *count > 1 {
            figure.name = format!("{}（{count}）", figure.name);
        }
    }
    book
}

fn figure(name: String, value: String, unit: &'static str, formula: String) -> Figure {
    Figure { name, value, unit, formula, inputs: Vec::new(), rounding: None, clause: CLAUSE }
}

fn computed(name: &str, value: Money) -> Input {
    Input { name: name.to_owned(), value: value.to_string(), origin: None }
}

fn line_book<'a>(
    name: &'a str,
    order: &'a Order,
    figures: &'a OrderFigures,
) -> impl Iterator<Item = Figure> + 'a {
    order.lines.iter().zip(&figures.lines).filter_map(move |(line, figures)| line_figure(name, line, figures))
}

fn line_figure(name: &str, line: &OrderLine, figures: &OrderLineFigures) -> Option<Figure> {
    let (days, price, gross) = (line.days.as_ref()?, figures.gross_price?, figures.gross?);
    let (post, shown) = (format!("{}·{}", figures.post, figures.level), days.value.normalize());
    let inputs = vec![
        Input { name: "人天".into(), value: shown.to_string(), origin: Some(days.origin.clone()) },
        computed(&format!("{post} 含税单价"), price),
    ];
    let formula = format!("人天 × 含税单价 = {shown} × {}", price.decimal());
    let named = figure(format!("{name} {post} 金额"), gross.to_string(), "元", formula);
    Some(Figure { inputs, rounding: Some(ROUNDING), ..named })
}

fn total_book(name: &str, figures: &OrderFigures) -> Vec<Figure> {
    let Some(total) = figures.total else { return Vec::new() };
    let lines = figures
        .lines
        .iter()
        .filter_map(|line| Some(computed(&format!("{name} {}·{} 金额", line.post, line.level), line.gross?)));
    let of = format!("{name} 订单总额");
    let sum = figure(of.clone(), total.to_string(), "元", format!("{} 行金额之和", figures.lines.len()));
    let mut book = vec![Figure { inputs: lines.collect(), ..sum }];
    if let Some(words) = &figures.total_words {
        let words = figure(format!("{of}大写"), words.clone(), "", format!("订单总额 {total} 的中文大写"));
        book.push(Figure { inputs: vec![computed(&of, total)], ..words });
    }
    book
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
    let input = computed(&format!("{name} 订单总额"), total);
    let mut book = Vec::new();
    for (index, (stage, row)) in order.plan.iter().zip(&figures.plan).enumerate() {
        let called = format!("{name} 付款计划{}{}", index + 1, stage_name(stage));
        if let Some(amount) = row.amount {
            let percent = row.share.map(super::payment_plan::percent).unwrap_or_default();
            let (formula, rounding) = match row.amount_basis {
                Basis::Stated => ("订单写明的金额".to_owned(), None),
                Basis::Computed => (format!("订单总额 × 比例 = {total} × {percent}"), Some(ROUNDING)),
                Basis::Rest => (
                    format!("订单总额 − 其余各期 = {total} − {}（比例 {percent}）", others(figures, index)),
                    None,
                ),
            };
            let of = figure(format!("{called} 应付金额"), amount.to_string(), "元", formula);
            book.push(Figure { inputs: vec![input.clone()], rounding, ..of });
        }
        if let (Some(share), Some(amount)) = (row.share, row.amount) {
            let (formula, rounding) = match row.share_basis {
                Basis::Stated => continue,
                Basis::Computed => (format!("金额 ÷ 订单总额 = {amount} ÷ {total}"), Some(PERCENT_ROUNDING)),
                Basis::Rest => ("100% − 其余各期的比例".to_owned(), None),
            };
            let of = figure(format!("{called} 付款比例"), super::payment_plan::percent(share), "", formula);
            book.push(Figure { inputs: vec![input.clone()], rounding, ..of });
        }
    }
    book
}

/// What the other stages come to.
fn others(figures: &OrderFigures, index: usize) -> Money {
    let rows = figures.plan.iter().enumerate().filter(|(at, _)| *at != index);
    rows.filter_map(|(_, row)| row.amount).sum()
}

fn stage_name(stage: &PaymentStage) -> String {
    stage.stage.as_ref().map(|stage| format!(" {}", stage.value)).unwrap_or_default()
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
