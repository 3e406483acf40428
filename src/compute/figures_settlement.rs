//! How every figure of a 结算单 came about: from the cells of 工时 and 考核 to 考核得分; `figures_due` goes on from there.
//!
//! Names are `DD-2026-001 2026-03 应支付`.
//!
//! May use: `model`, `pack`.

use rust_decimal::Decimal;

use super::CaseFigures;
use super::figures::{Figure, Input, ROUNDING};
use super::figures_order::in_revision;
use super::month_prices::MonthPrices;
use super::prices::PriceHistory;
use super::quotation::same_name;
use super::score::IndicatorScore;
use super::settlement::{OrderSettlement, SettledLine, assessment_of, work_of};
use crate::diagnostics::Origin;
use crate::model::case::Case;
use crate::model::month_sheets::{AssessmentEntry, MonthSheets, WorkEntry};
use crate::pack::{Indicator, Pack};

pub(super) const CLAUSE: &str = "4.5";
const ANNEX_2: &str = "附件2";

/// Every figure of every 结算单 of the months that were read.
pub fn settlement_book(case: &Case, pack: &Pack, figures: &CaseFigures) -> Vec<Figure> {
    let prices = &figures.prices;
    let mut book = Vec::new();
    // Not issued yet, or to be corrected: they move the balances of those that come after them.
    let mut pending: Vec<&OrderSettlement> = Vec::new();
    for settlement in &figures.settlements {
        if let Some(sheets) = case.months.iter().find(|sheets| sheets.month == settlement.month) {
            let name = chapter(settlement);
            book.extend(
                Book { name, settlement, sheets, case, prices, pending: pending.clone() }.figures(pack),
            );
        }
        let stands = settlement.issued.as_ref().is_some_and(|line| settlement.agrees_with(line));
        pending.extend((!stands).then_some(settlement));
    }
    book
}

/// `DD-2026-001 2026-03`.
pub(super) fn chapter(settlement: &OrderSettlement) -> String {
    format!("{} {}", settlement.order, settlement.month)
}

/// One settlement's chapter of the book.
pub(super) struct Book<'c> {
    pub name: String,
    pub settlement: &'c OrderSettlement,
    pub sheets: &'c MonthSheets,
    pub case: &'c Case,
    pub prices: &'c PriceHistory,
    /// Those before it that the ledger does not have as they are now.
    pub pending: Vec<&'c OrderSettlement>,
}

impl Book<'_> {
    fn figures(&self, pack: &Pack) -> Vec<Figure> {
        let settlement = &self.settlement;
        let prices = MonthPrices::of(self.prices, settlement.month);
        let mut figures: Vec<Figure> =
            settlement.lines.iter().flat_map(|line| self.line(line, &prices)).collect();
        figures.push(self.work_gross());
        let assessed = assessment_of(self.sheets, &settlement.order);
        let items = pack.assessment.indicators.iter().zip(&settlement.score.items).enumerate();
        figures
            .extend(items.map(|(index, (indicator, item))| self.indicator(index, indicator, item, assessed)));
        figures.push(self.score(pack));
        figures.extend(self.due());
        figures.extend(self.balances());
        figures
    }

    pub(super) fn named(&self, name: &str) -> String {
        format!("{} {name}", self.name)
    }

    pub(super) fn figure(
        &self,
        name: &str,
        value: String,
        unit: &'static str,
        clause: &'static str,
    ) -> Figure {
        Figure {
            name: self.named(name),
            value,
            unit,
            formula: String::new(),
            inputs: Vec::new(),
            rounding: None,
            clause,
        }
    }

    pub(super) fn input(&self, name: &str, value: impl ToString) -> Input {
        Input { name: self.named(name), value: value.to_string(), origin: None }
    }

    /// 人天 and 金额 of one 岗位 × 级别, or of it on the days on which one price was in force.
    fn line(&self, line: &SettledLine, prices: &MonthPrices<'_>) -> [Figure; 2] {
        let name = called(line);
        let inputs: Vec<Input> = self.rows_of(line, prices).into_iter().map(worked).collect();
        let (days, price) = (plain(line.days), line.gross_price);
        let price_name = in_revision(line.revision, &format!("{}·{} 含税单价", line.post, line.level));
        [
            Figure {
                formula: format!("工时表 {} 行人天之和", inputs.len()),
                inputs,
                ..self.figure(&format!("{name} 人天"), days.clone(), "人天", CLAUSE)
            },
            Figure {
                formula: format!("人天 × 含税单价 = {days} × {}", price),
                inputs: vec![
                    self.input(&format!("{name} 人天"), &days),
                    Input { name: price_name, value: price.to_string(), origin: None },
                ],
                rounding: Some(ROUNDING),
                ..self.figure(&format!("{name} 金额"), line.gross.to_string(), "元", CLAUSE)
            },
        ]
    }

    /// The rows of 工时 that were counted into a line.
    fn rows_of(&self, line: &SettledLine, prices: &MonthPrices<'_>) -> Vec<&WorkEntry> {
        let settlement = self.settlement;
        let index = prices
            .table()
            .rows
            .iter()
            .position(|row| same_name(&row.post, &line.post) && same_name(&row.level, &line.level));
        let in_period = |row: &WorkEntry| {
            let (Some(period), Some(index)) = (line.period, index) else { return true };
            let order = self.case.orders.get(settlement.order_index);
            let segment = order.and_then(|order| prices.segment_of(index, row, order));
            let segments = prices.segments(index);
            segment.and_then(|at| segments.get(at)).is_some_and(|segment| segment.period == period)
        };
        let rows = work_of(self.sheets, &settlement.order).into_iter();
        rows.filter(|row| same_name(&row.post.value, &line.post) && same_name(&row.level.value, &line.level))
            .filter(|row| in_period(row))
            .collect()
    }

    fn work_gross(&self) -> Figure {
        let lines = &self.settlement.lines;
        Figure {
            formula: format!("{} 行金额之和", lines.len()),
            inputs: self.amounts(|_| true),
            ..self.figure("含税金额合计", self.settlement.work_gross.to_string(), "元", CLAUSE)
        }
    }

    /// 金额 of the lines for which `wanted` says so.
    pub(super) fn amounts(&self, wanted: impl Fn(&SettledLine) -> bool) -> Vec<Input> {
        let lines = self.settlement.lines.iter().filter(|line| wanted(line));
        lines.map(|line| self.input(&format!("{} 金额", called(line)), line.gross)).collect()
    }

    fn indicator(
        &self,
        index: usize,
        indicator: &Indicator,
        item: &IndicatorScore,
        assessed: Option<&AssessmentEntry>,
    ) -> Figure {
        let (points, record) = (plain(indicator.points), plain(item.record));
        let formula = match indicator.deduction {
            Some(deduction) => {
                format!("分值 − 每次扣分 × 次数，不低于 0 = {points} − {} × {record}", plain(deduction))
            }
            None => format!("考核表所记得分（满分 {points}）"),
        };
        let cell = assessed.and_then(|row| row.records.get(index)?.as_ref());
        let origin: Option<Origin> = cell.map(|cell| cell.origin.clone());
        Figure {
            formula,
            inputs: vec![Input { name: indicator.column.clone(), value: record, origin }],
            ..self.figure(&format!("{} 得分", indicator.name), plain(item.score), "分", ANNEX_2)
        }
    }

    fn score(&self, pack: &Pack) -> Figure {
        let score = &self.settlement.score;
        let items = pack.assessment.indicators.iter().zip(&score.items);
        let input = |(indicator, item): (&Indicator, &IndicatorScore)| {
            self.input(&format!("{} 得分", indicator.name), plain(item.score))
        };
        let terms: Vec<String> = score.items.iter().map(|item| plain(item.score)).collect();
        Figure {
            formula: format!("各项得分之和 = {}", terms.join(" + ")),
            inputs: items.map(input).collect(),
            ..self.figure("考核得分", plain(score.total), "分", ANNEX_2)
        }
    }
}

/// 产品/平台服务·高级, and the days where it has several prices in the month.
fn called(line: &SettledLine) -> String {
    let name = format!("{}·{}", line.post, line.level);
    match line.period {
        Some(period) => {
            let (from, to) = (period.from, period.to);
            format!("{name}（{}月{}日至{}日）", from.month(), from.day(), to.day())
        }
        None => name,
    }
}

/// A row of 工时.
fn worked(row: &WorkEntry) -> Input {
    Input {
        name: match &row.date {
            Some(date) => format!("{} {}", row.person.value, date.value),
            None => row.person.value.clone(),
        },
        value: row.days.value.number().map(plain).unwrap_or_default(),
        origin: Some(row.days.origin.clone()),
    }
}

/// A number without trailing zeros.
pub(super) fn plain(number: Decimal) -> String {
    number.normalize().to_string()
}

#[cfg(test)]
mod tests {
    use rust_decimal::dec;

    use super::super::figures::{figure_book, find};
    use super::super::testing;
    use super::super::testing_month::*;
    use super::*;

    fn book(case: &Case) -> Vec<Figure> {
        let pack = testing::pack();
        figure_book(case, &pack, &CaseFigures::of(case, &pack))
    }

    #[test]
    fn every_figure_says_where_it_comes_from() {
        let book = book(&good_month_case());
        let of = |name: &str| find(&book, &format!("DD-2026-001 2026-03 {name}")).unwrap();
        let days = of("产品/平台服务·高级 人天");
        assert_eq!((days.value.as_str(), days.formula.as_str()), ("21.5", "工时表 22 行人天之和"));
        assert_eq!(days.inputs[0].name, "张三 2026-03-05");
        assert_eq!(days.inputs[0].origin, Some(month_cell("工时.xlsx", 2, 6)));
        let amount = of("技术支持·中级 金额");
        assert_eq!(
            (amount.value.as_str(), amount.formula.as_str()),
            ("10,350.90", "人天 × 含税单价 = 10 × 1,035.09")
        );
        let score = of("支撑能力 得分");
        assert_eq!(score.formula, "分值 − 每次扣分 × 次数，不低于 0 = 20 − 0.5 × 3");
        assert_eq!(score.inputs[0].origin, Some(month_cell("考核.xlsx", 2, 3)));
        assert_eq!(of("考核得分").formula, "各项得分之和 = 50 + 18.5 + 9 + 10 + 10");
        let due = of("应支付");
        assert_eq!(due.value, "28,936.16");
        assert_eq!(due.formula, "含税金额合计 × 考核得分 ÷ 100 = 29,678.11 × 97.5 ÷ 100");
        assert_eq!(of("不含税").formula, "应支付 ÷ (1 + 税率) = 28,936.16 ÷ 1.06");
        assert_eq!(of("税额").value, "1,637.90");
        assert_eq!(of("考核扣款").value, "741.95");
        assert_eq!(of("应支付大写").value, "贰万捌仟玖佰叁拾陆元壹角陆分");
        assert_eq!(of("结算后已结算金额").value, "28,936.16");
    }

    #[test]
    fn names_are_unique_and_every_input_that_is_a_figure_is_in_the_book() {
        let mut case = good_month_case();
        case.orders.push(order("DD-2026-002"));
        case.months[0].work.push(work(40, "DD-2026-002", "王五", ("技术支持", "中级"), 0, dec!(1)));
        case.months[0].assessments.push(assessment(3, "DD-2026-002", RECORDS, ""));
        let book = book(&case);
        let mut names: Vec<&str> = book.iter().map(|figure| figure.name.as_str()).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), book.len());
        for figure in book.iter().filter(|figure| figure.name.starts_with("DD-")) {
            for input in figure.inputs.iter().filter(|input| input.origin.is_none() && input.name != "税率")
            {
                let source = find(&book, &input.name).unwrap_or_else(|| panic!("{}", input.name));
                assert_eq!(source.value, input.value, "{} in {}", input.name, figure.name);
            }
        }
    }

    #[test]
    fn a_correction_closes_with_its_difference() {
        let mut case = good_month_case();
        case.ledger = ledger(vec![line(1, "DD-2026-001", dec!(0), dec!(30000))]);
        let book = book(&case);
        let closing = find(&book, "DD-2026-001 2026-03 结算后已结算金额").unwrap();
        assert_eq!(closing.value, "28,936.16");
        assert_eq!(closing.formula, "结算前已结算金额 + 更正差额 = 30,000.00 − 1,063.84");
    }
}
