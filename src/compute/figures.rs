//! How every figure came about: what the 核对报告 lists and `hetong explain <figure>` prints.
//!
//! May use: `model`, `pack`.

use rust_decimal::Decimal;

use super::CaseFigures;
use super::contract::ContractFigures;
use super::figures_order::{in_revision, order_book, rate_input};
use super::prices::Prices;
use super::quotation::{QuotationFigures, RowFigures};
use crate::diagnostics::Origin;
use crate::model::case::Case;
use crate::model::money::Money;
use crate::model::tax::TaxRate;
use crate::pack::Pack;

/// The form's only rounding.
pub const ROUNDING: &str = "四舍五入到分";

const REMARK_2: &str = "附件3 备注(2)";
const PRICE: &str = "元/人天";

/// Something a figure was computed from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Input {
    /// Its name.
    pub name: String,
    /// Its value as people read it.
    pub value: String,
    /// Where it was written; none for a computed figure.
    pub origin: Option<Origin>,
}

/// A figure and how it came about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Figure {
    /// Its name, unique in the book: 含税上限总价, 产品/平台服务·高级 含税单价.
    pub name: String,
    /// Its value as people read it.
    pub value: String,
    /// 元, 元/人天, or empty.
    pub unit: &'static str,
    /// The formula in words, and with the numbers put in.
    pub formula: String,
    /// What went in.
    pub inputs: Vec<Input>,
    /// How it was rounded; none where nothing was.
    pub rounding: Option<&'static str>,
    /// The clause it rests on.
    pub clause: &'static str,
}

/// Every figure of 附件3 and 4.3, as signed and by 修订, and of the orders, in the documents' order, then those of the
/// 结算单. Empty rows of a draft have none.
pub fn figure_book(case: &Case, pack: &Pack, figures: &CaseFigures) -> Vec<Figure> {
    let mut book: Vec<Figure> =
        figures.prices.all().flat_map(|prices| Edition { case, prices }.book()).collect();
    if let (Some(data), Some(level)) = (&case.data_sharing, &figures.data_level)
        && let Some(name) = &level.name
    {
        let inputs = data.categories.iter().map(|code| {
            let level = super::data_level::category(pack, &code.value).and_then(|c| c.level);
            Input {
                name: format!("数据类别 {}", code.value),
                value: level
                    .and_then(|l| super::data_level::level_name(pack, l))
                    .unwrap_or_else(|| "未定级".into()),
                origin: Some(code.origin.clone()),
            }
        });
        let highest = format!("各类别中的最高级（就高不就低）：{}", level.from.join("、"));
        let stated = data.level.as_ref().map(|stated| stated.value.trim()).filter(|stated| stated != name);
        book.push(Figure {
            name: "数据级别".into(),
            value: stated.unwrap_or(name).to_owned(),
            unit: "",
            formula: match stated {
                Some(_) => format!("合同.yaml 写明的级别；{highest}，是{name}"),
                None => highest,
            },
            inputs: inputs.collect(),
            rounding: None,
            clause: "附件5 二(4)",
        });
    }
    book.extend(order_book(case, figures));
    book.extend(super::figures_settlement::settlement_book(case, pack, figures));
    book
}

/// The figure of a name, forgiving spaces.
pub fn find<'b>(book: &'b [Figure], name: &str) -> Option<&'b Figure> {
    book.iter().find(|figure| super::quotation::same_name(&figure.name, name))
}

/// 附件3 and 4.3 as signed, or as a 调整 leaves them: then all names say which 修订.
struct Edition<'a> {
    case: &'a Case,
    prices: &'a Prices,
}

impl Edition<'_> {
    fn book(&self) -> Vec<Figure> {
        let rows = self.prices.table.rows.iter().filter_map(|row| row.figures.as_ref());
        let mut book: Vec<Figure> = rows.flat_map(|row| self.row_book(row)).collect();
        book.extend(
            self.prices.quotation.as_ref().into_iter().flat_map(|quotation| self.total_book(quotation)),
        );
        book.extend(
            self.prices.contract.as_ref().into_iter().flat_map(|contract| self.contract_book(contract)),
        );
        book
    }

    /// 修订1 含税上限总价.
    fn name(&self, name: &str) -> String {
        in_revision(self.prices.revision, name)
    }

    fn computed(&self, name: &str, value: Money) -> Input {
        computed(&self.name(name), value)
    }

    fn rate(&self) -> Input {
        rate_input(self.case, self.prices.rate(), self.prices.revision)
    }

    fn row_book(&self, row: &RowFigures) -> [Figure; 3] {
        let line = format!("{}·{}", row.post, row.level);
        let named = |column: &str| self.name(&format!("{line} {column}"));
        let net_price = Input {
            name: "不含税单价".into(),
            value: row.net_price.to_string(),
            origin: Some(row.origin.clone()),
        };
        let days = row.workload.normalize();
        let workload =
            Input { name: "预估工作量".into(), value: format!("{days} 人天"), origin: None };
        let net_total = self.computed(&format!("{line} 不含税总价"), row.net_total);
        let by_rate = one_plus(self.prices.rate());
        let figure = |column: &str, value: Money, unit, formula: String, inputs| Figure {
            name: named(column),
            value: value.to_string(),
            unit,
            formula,
            inputs,
            rounding: Some(ROUNDING),
            clause: REMARK_2,
        };
        let (net, total) = (row.net_price, row.net_total);
        [
            figure(
                "含税单价",
                row.gross_price,
                PRICE,
                format!("不含税单价 × (1 + 税率) = {net} × {by_rate}"),
                vec![net_price.clone(), self.rate()],
            ),
            figure(
                "不含税总价",
                row.net_total,
                "元",
                format!("不含税单价 × 预估工作量 = {net} × {days}"),
                vec![net_price, workload],
            ),
            figure(
                "含税总价",
                row.gross_total,
                "元",
                format!("行不含税总价 × (1 + 税率) = {total} × {by_rate}"),
                vec![net_total, self.rate()],
            ),
        ]
    }

    fn total_book(&self, quotation: &QuotationFigures) -> [Figure; 2] {
        let sum = |name: &str, column: &str, value: Money, of: fn(&RowFigures) -> Money| Figure {
            name: self.name(name),
            value: value.to_string(),
            unit: "元",
            formula: format!("{} 行{column}之和", quotation.rows.len()),
            inputs: quotation
                .rows
                .iter()
                .map(|row| self.computed(&format!("{}·{} {column}", row.post, row.level), of(row)))
                .collect(),
            rounding: None,
            clause: "附件3 合计",
        };
        [
            sum("合计 不含税总价", "不含税总价", quotation.net_total, |row| row.net_total),
            sum("合计 含税总价", "含税总价", quotation.gross_total, |row| row.gross_total),
        ]
    }

    fn contract_book(&self, contract: &ContractFigures) -> Vec<Figure> {
        let gross = self.computed("合计 含税总价", contract.gross);
        let net = self.computed("合计 不含税总价", contract.net);
        let amount = |name: &str, value: Money, formula: String, inputs: Vec<Input>| Figure {
            name: self.name(name),
            value: value.to_string(),
            unit: "元",
            formula,
            inputs,
            rounding: None,
            clause: "4.3",
        };
        let words = |of: &str, value: Money, words: &str| Figure {
            name: self.name(&format!("{of}大写")),
            value: words.to_owned(),
            unit: "",
            formula: format!("{of} {value} 的中文大写"),
            inputs: vec![self.computed(of, value)],
            rounding: None,
            clause: "4.3",
        };
        let tax_formula = format!("含税上限总价 − 不含税价 = {} − {}", contract.gross, contract.net);
        vec![
            amount("含税上限总价", contract.gross, "附件3 合计 含税总价".into(), vec![gross.clone()]),
            words("含税上限总价", contract.gross, &contract.gross_words),
            amount("不含税价", contract.net, "附件3 合计 不含税总价".into(), vec![net.clone()]),
            words("不含税价", contract.net, &contract.net_words),
            amount("税额", contract.tax, tax_formula, vec![gross, net]),
            words("税额", contract.tax, &contract.tax_words),
        ]
    }
}

fn computed(name: &str, value: Money) -> Input {
    Input { name: name.to_owned(), value: value.to_string(), origin: None }
}

fn one_plus(rate: TaxRate) -> String {
    (Decimal::ONE + rate.fraction()).normalize().to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compute::testing;

    #[test]
    fn every_figure_explains_itself() {
        let pack = testing::pack();
        let mut case = testing::good_case();
        case.quotation = Some(testing::quotation_at_ceiling(&pack));
        let book = figure_book(&case, &pack, &CaseFigures::of(&case, &pack));
        assert_eq!(book.len(), 21 * 3 + 2 + 6 + 1);
        let price = find(&book, "产品/平台服务·高级含税单价").unwrap();
        assert_eq!(price.value, "900.00");
        assert_eq!(price.formula, "不含税单价 × (1 + 税率) = 849.06 × 1.06");
        assert_eq!(price.inputs[0].origin, Some(testing::cell_origin("F5")));
        let tax = find(&book, "税额").unwrap();
        assert_eq!(tax.formula, "含税上限总价 − 不含税价 = 17,628,237.78 − 16,630,413.00");
        let mut names: Vec<&str> = book.iter().map(|figure| figure.name.as_str()).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), book.len(), "names are unique");
    }

    // 848.06 × 1.03 = 873.5018; the rate was written in the 调整, the price in the sheet as signed.
    #[test]
    fn every_revision_has_figures_of_its_own() {
        let pack = testing::pack();
        let mut case = testing::good_case();
        case.adjustments = vec![testing::adjustment("一", "2026-09-01")];
        let book = figure_book(&case, &pack, &CaseFigures::of(&case, &pack));
        let price = find(&book, "修订1 产品/平台服务·高级 含税单价").unwrap();
        assert_eq!(price.value, "873.50");
        assert_eq!(price.inputs[0].origin, Some(testing::cell_origin("F5")));
        assert_eq!(price.inputs[1].origin, Some(testing::at("新税率")));
        let gross = find(&book, "修订1 含税上限总价").unwrap();
        assert_eq!(gross.inputs[0].name, "修订1 合计 含税总价");
        assert_ne!(gross.value, find(&book, "含税上限总价").unwrap().value);
    }
}
