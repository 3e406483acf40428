//! How every figure of a 结算单 came about: from the cells of 工时 and 考核 to 应支付 and the balances.
//!
//! Names are `DD-2026-001 2026-03 应支付`.
//!
//! May use: `model`, `pack`.

use rust_decimal::Decimal;

use super::CaseFigures;
use super::figures::{Figure, Input, ROUNDING};
use super::quotation::same_name;
use super::score::IndicatorScore;
use super::settlement::{OrderSettlement, SettledLine, assessment_of, work_of};
use crate::diagnostics::Origin;
use crate::model::case::Case;
use crate::model::money::Money;
use crate::model::month_sheets::{AssessmentEntry, MonthSheets};
use crate::pack::{Indicator, Pack};

const CLAUSE: &str = "4.5";
const TAX_CLAUSE: &str = "4.6.6";
const ANNEX_2: &str = "附件2";
const ANNEX_7: &str = "附件7";

/// Every figure of every 结算单 of the months that were read.
pub fn settlement_book(case: &Case, pack: &Pack, figures: &CaseFigures) -> Vec<Figure> {
    let cap = figures.contract().map(|contract| contract.gross);
    let of_month = |settlement: &OrderSettlement| {
        case.months.iter().find(|sheets| sheets.month == settlement.month).map(|sheets| Book {
            name: format!("{} {}", settlement.order, settlement.month),
            settlement: settlement.clone(),
            sheets,
        })
    };
    let books = figures.settlements.iter().filter_map(of_month);
    books.flat_map(|book| book.figures(case, pack, cap)).collect()
}

/// One settlement's chapter of the book.
struct Book<'c> {
    /// `DD-2026-001 2026-03`.
    name: String,
    settlement: OrderSettlement,
    sheets: &'c MonthSheets,
}

impl Book<'_> {
    fn figures(&self, case: &Case, pack: &Pack, cap: Option<Money>) -> Vec<Figure> {
        let settlement = &self.settlement;
        let mut figures: Vec<Figure> = settlement.lines.iter().flat_map(|line| self.line(line)).collect();
        figures.push(self.work_gross());
        let assessed = assessment_of(self.sheets, &settlement.order);
        let items = pack.assessment.indicators.iter().zip(&settlement.score.items).enumerate();
        figures
            .extend(items.map(|(index, (indicator, item))| self.indicator(index, indicator, item, assessed)));
        figures.push(self.score(pack));
        figures.extend(self.due());
        figures.extend(self.balances(case, cap));
        figures
    }

    fn named(&self, name: &str) -> String {
        format!("{} {name}", self.name)
    }

    fn figure(&self, name: &str, value: String, unit: &'static str, clause: &'static str) -> Figure {
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

    fn input(&self, name: &str, value: impl ToString) -> Input {
        Input { name: self.named(name), value: value.to_string(), origin: None }
    }

    /// 人天 and 金额 of one 岗位 × 级别.
    fn line(&self, line: &SettledLine) -> [Figure; 2] {
        let name = format!("{}·{}", line.post, line.level);
        let rows = work_of(self.sheets, &self.settlement.order)
            .into_iter()
            .filter(|row| same_name(&row.post.value, &line.post) && same_name(&row.level.value, &line.level));
        let inputs: Vec<Input> = rows
            .map(|row| Input {
                name: match &row.date {
                    Some(date) => format!("{} {}", row.person.value, date.value),
                    None => row.person.value.clone(),
                },
                value: row.days.value.number().map(plain).unwrap_or_default(),
                origin: Some(row.days.origin.clone()),
            })
            .collect();
        let (days, price) = (plain(line.days), line.gross_price);
        [
            Figure {
                formula: format!("工时表 {} 行人天之和", inputs.len()),
                inputs,
                ..self.figure(&format!("{name} 人天"), days.clone(), "人天", CLAUSE)
            },
            Figure {
                formula: format!("人天 × 含税单价 = {days} × {}", price.decimal()),
                inputs: vec![
                    self.input(&format!("{name} 人天"), &days),
                    Input { name: format!("{name} 含税单价"), value: price.to_string(), origin: None },
                ],
                rounding: Some(ROUNDING),
                ..self.figure(&format!("{name} 金额"), line.gross.to_string(), "元", CLAUSE)
            },
        ]
    }

    fn work_gross(&self) -> Figure {
        let lines = &self.settlement.lines;
        let input =
            |line: &SettledLine| self.input(&format!("{}·{} 金额", line.post, line.level), line.gross);
        Figure {
            formula: format!("{} 行金额之和", lines.len()),
            inputs: lines.iter().map(input).collect(),
            ..self.figure("含税金额合计", self.settlement.work_gross.to_string(), "元", CLAUSE)
        }
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

    /// 应支付, 不含税 and 税额, each with its 大写, and 考核扣款.
    fn due(&self) -> Vec<Figure> {
        let OrderSettlement { due, work_gross, score, .. } = &self.settlement;
        let gross = Figure {
            formula: format!(
                "含税金额合计 × 考核得分 ÷ 100 = {} × {} ÷ 100",
                work_gross.decimal(),
                plain(score.total)
            ),
            inputs: vec![self.input("含税金额合计", work_gross), self.input("考核得分", plain(score.total))],
            rounding: Some(ROUNDING),
            ..self.figure("应支付", due.gross.to_string(), "元", CLAUSE)
        };
        let factor =
            due.parts.first().map(|part| plain(Decimal::ONE + part.rate.fraction())).unwrap_or_default();
        let rate = Input { name: "税率".into(), value: due.rates(), origin: None };
        let net = Figure {
            formula: format!("应支付 ÷ (1 + 税率) = {} ÷ {factor}", due.gross.decimal()),
            inputs: vec![self.input("应支付", due.gross), rate],
            rounding: Some(ROUNDING),
            ..self.figure("不含税", due.net.to_string(), "元", TAX_CLAUSE)
        };
        let tax = self.difference("税额", due.tax, ("应支付", due.gross), ("不含税", due.net), TAX_CLAUSE);
        let deducted = self.difference(
            "考核扣款",
            self.settlement.deducted(),
            ("含税金额合计", *work_gross),
            ("应支付", due.gross),
            CLAUSE,
        );
        let words = |of: &str, value: Money, words: &str| Figure {
            formula: format!("{of} {value} 的中文大写"),
            inputs: vec![self.input(of, value)],
            ..self.figure(&format!("{of}大写"), words.to_owned(), "", ANNEX_7)
        };
        vec![
            gross,
            words("应支付", due.gross, &due.gross_words),
            net,
            words("不含税", due.net, &due.net_words),
            tax,
            words("税额", due.tax, &due.tax_words),
            deducted,
        ]
    }

    fn difference(
        &self,
        name: &str,
        value: Money,
        from: (&str, Money),
        less: (&str, Money),
        clause: &'static str,
    ) -> Figure {
        Figure {
            formula: format!("{} − {} = {} − {}", from.0, less.0, from.1.decimal(), less.1.decimal()),
            inputs: vec![self.input(from.0, from.1), self.input(less.0, less.1)],
            ..self.figure(name, value.to_string(), "元", clause)
        }
    }

    /// 已结算 and 剩余, before and after.
    fn balances(&self, case: &Case, cap: Option<Money>) -> Vec<Figure> {
        let OrderSettlement { opening, closing, due, .. } = &self.settlement;
        let last = case.ledger.lines().last();
        let source = last.map(|(line, origin)| Input {
            name: format!("台账第 {} 号 已结算金额", line.number),
            value: line.closing.to_string(),
            origin: Some(origin.clone()),
        });
        let mut figures = vec![
            Figure {
                formula: match source {
                    Some(_) => "台账已开具的结算单累计，加上本批中排在前面的结算单".into(),
                    None => "还没有开具过结算单；只加上本批中排在前面的结算单".into(),
                },
                inputs: source.into_iter().collect(),
                ..self.figure("结算前已结算金额", opening.to_string(), "元", ANNEX_7)
            },
            Figure {
                formula: self.closing_formula(),
                inputs: vec![self.input("结算前已结算金额", opening), self.input("应支付", due.gross)],
                ..self.figure("结算后已结算金额", closing.to_string(), "元", ANNEX_7)
            },
        ];
        if let Some(cap) = cap {
            for (when, settled) in [("结算前", *opening), ("结算后", *closing)] {
                let less = format!("{when}已结算金额");
                figures.push(Figure {
                    formula: format!("含税上限总价 − {less} = {} − {}", cap.decimal(), settled.decimal()),
                    inputs: vec![
                        Input { name: "含税上限总价".into(), value: cap.to_string(), origin: None },
                        self.input(&less, settled),
                    ],
                    ..self.figure(&format!("{when}剩余金额"), (cap - settled).to_string(), "元", ANNEX_7)
                });
            }
        }
        figures
    }

    fn closing_formula(&self) -> String {
        let OrderSettlement { opening, closing, due, .. } = &self.settlement;
        if *opening + due.gross == *closing {
            return format!("结算前已结算金额 + 应支付 = {} + {}", opening.decimal(), due.gross.decimal());
        }
        let change = *closing - *opening;
        let sign = if change.is_negative() { "−" } else { "+" };
        format!("结算前已结算金额 + 更正差额 = {} {sign} {}", opening.decimal(), change.abs().decimal())
    }
}

/// A number without trailing zeros.
fn plain(number: Decimal) -> String {
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
            ("10,350.90", "人天 × 含税单价 = 10 × 1035.09")
        );
        let score = of("支撑能力 得分");
        assert_eq!(score.formula, "分值 − 每次扣分 × 次数，不低于 0 = 20 − 0.5 × 3");
        assert_eq!(score.inputs[0].origin, Some(month_cell("考核.xlsx", 2, 3)));
        assert_eq!(of("考核得分").formula, "各项得分之和 = 50 + 18.5 + 9 + 10 + 10");
        let due = of("应支付");
        assert_eq!(due.value, "28,936.16");
        assert_eq!(due.formula, "含税金额合计 × 考核得分 ÷ 100 = 29678.11 × 97.5 ÷ 100");
        assert_eq!(of("不含税").formula, "应支付 ÷ (1 + 税率) = 28936.16 ÷ 1.06");
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
        assert_eq!(closing.formula, "结算前已结算金额 + 更正差额 = 30000.00 − 1063.84");
    }
}
