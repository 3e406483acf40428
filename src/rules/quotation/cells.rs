//! Q008, Q011, Q012, Q014: what a single cell of the sheet holds.
//!
//! May use: `model`, `compute`, `pack`, `diagnostics`.

use rust_decimal::{Decimal, dec};

use super::{
    Line, NET_PRICE, Sheet, columns, has_prices, has_quotation, priced_sheets, return_to_supplier, sheets,
    shown, subtotal_cells, total_cells,
};
use crate::compute::quotation::{AMOUNT_LIMIT, usable_price};
use crate::diagnostics::{Located, Origin, RuleInfo, Severity};
use crate::model::money::Money;
use crate::model::quotation::{CellNumber, Doubt, NumberCell};
use crate::rules::{Context, Reporter, Rule};

/// Unit prices have at most two decimals.
pub static Q008: Rule = Rule {
    info: RuleInfo {
        id: "Q008",
        title: "单价超过两位小数",
        severity: Severity::Error,
        clause: "附件3 备注(2)",
        what: "手工填写的单价，以及公式算出的不含税单价，最多两位小数。",
        why: "备注(2)：最多保留两位小数。单元格显示两位而实际更多位时，印出来的单价与总价对不上。",
        example: "不含税单价写公式 =900/1.06，显示 849.06，实际是 849.0566037…。",
        fix: "退回供应商改正后重新盖章，不要代改：改为两位小数的数字，或在公式外套 ROUND(…,2)。发给供应商的文字用 hetong check --reply 生成。",
    },
    applies: has_prices,
    check: q008,
};

/// A formula's 含税单价 is only ever compared, rounded; the 不含税单价 is what the contract takes over.
fn q008(ctx: &Context, out: &mut Reporter) {
    for line in priced_sheets(ctx).flat_map(|sheet| sheet.lines()) {
        for (what, cell, formula_counts) in
            [("不含税单价", &line.row.net_price, true), ("含税单价", &line.row.gross_price, false)]
        {
            let Some(cell) = cell else { continue };
            let (number, written) = match &cell.value {
                CellNumber::Number(number) => (*number, String::new()),
                CellNumber::Formula { formula, cached, .. } if formula_counts => {
                    (*cached, format!("（公式 ={formula}）"))
                }
                _ => continue,
            };
            if number.abs() >= AMOUNT_LIMIT || Money::exact(number).is_some() {
                continue;
            }
            let rounded = Money::round(number);
            let mend = if written.is_empty() {
                return_to_supplier(format!("填写 {}，或另报两位小数的单价", rounded.decimal()))
            } else {
                return_to_supplier(format!("在公式外套 ROUND(…,2)，或直接填写 {}", rounded.decimal()))
            };
            out.report(
                &cell.origin,
                format!("“{}”的{what}为 {}{written}，超过两位小数", line.name(), number.normalize()),
            )
            .expected(format!("最多两位小数，如 {}", rounded.decimal()))
            .help(mend);
        }
    }
}

/// Every cell that should hold a number above zero holds one.
pub static Q011: Rule = Rule {
    info: RuleInfo {
        id: "Q011",
        title: "单元格不是有效的数",
        severity: Severity::Error,
        clause: "附件3 报价表",
        what: "单价、工作量、税率和总价必须是大于零的数；不含税单价不能空着。",
        why: "读不准的数不作猜测，空着的数也不当作零；没有不含税单价就算不出合同价。",
        example: "不含税单价写成“面议”、空着、为 0 或负数。",
        fix: "退回供应商改正后重新盖章，不要代改：在该单元格填写数字。发给供应商的文字用 hetong check --reply 生成。",
    },
    applies: has_quotation,
    check: q011,
};

fn q011(ctx: &Context, out: &mut Reporter) {
    for sheet in sheets(ctx) {
        usable_numbers(&sheet, out);
    }
}

fn usable_numbers(sheet: &Sheet, out: &mut Reporter) {
    let lines = sheet.lines();
    if let Some(first) = lines.first().filter(|_| lines.iter().all(not_offered)) {
        tell_not_offered(first, lines.len(), out);
        return;
    }
    for line in &lines {
        for (column, cell) in columns(line.row) {
            let Some(cell) = cell else { continue };
            // What a formula makes of a price that is none is no fault of its own.
            if column != NET_PRICE && is_formula(&cell.value) && usable_price(line.row).is_none() {
                continue;
            }
            let what = line.cell_name(column);
            tell_unusable(&what, cell, out);
            if cell.value == CellNumber::Empty && column == NET_PRICE {
                out.report(&cell.origin, format!("{what}空着"))
                    .expected("大于零的数")
                    .help(return_to_supplier("填写不含税单价（元/人天，最多两位小数）"));
            }
        }
    }
    tell_empty_columns(&lines, out);
    let complete = lines.iter().all(|line| usable_price(line.row).is_some());
    for (what, cell) in subtotal_cells(sheet.quotation) {
        if let Some(cell) = cell.as_ref().filter(|cell| complete || !is_formula(&cell.value)) {
            tell_unusable(&what, cell, out);
        }
    }
    for (what, cell) in total_cells(sheet.quotation) {
        let Some(cell) = cell else { continue };
        if !complete && is_formula(&cell.value) {
            continue;
        }
        tell_unusable(what, cell, out);
        if cell.value == CellNumber::Empty {
            out.report(&cell.origin, format!("{what}空着"))
                .severity(Severity::Warning)
                .help(return_to_supplier("补上合计；合同中的合计由 hetong 计算，不取表中的数"));
        }
    }
}

/// Whether a cell's content comes from a formula; an error value always does.
fn is_formula(value: &CellNumber) -> bool {
    value.is_formula() || matches!(value, CellNumber::Error(_))
}

/// Whether the supplier has not written a price on this line yet.
fn not_offered(line: &Line) -> bool {
    matches!(&line.row.net_price, Some(cell) if cell.value == CellNumber::Empty)
}

/// A form that nobody has filled in yet is one thing to say, not one for each of its cells.
fn tell_not_offered(first: &Line, count: usize, out: &mut Reporter) {
    let Some(cell) = &first.row.net_price else { return };
    out.report(&cell.origin, format!("报价表还没有填写：{count} 个不含税单价都空着"))
        .expected("每个岗位×级别一个大于零的单价")
        .help("把报价表发给供应商填写，收回后放回案卷文件夹；在此之前可以先生成草稿，金额处留空");
}

fn tell_unusable(what: &str, cell: &Located<CellNumber>, out: &mut Reporter) {
    let problem = match &cell.value {
        CellNumber::Text(text) => format!("“{text}”不是数字"),
        CellNumber::Error(error) => format!("是错误值 {error}"),
        other => match other.number() {
            Some(number) if number <= Decimal::ZERO => {
                format!("为 {}，必须大于零", shown(number))
            }
            Some(number) if number >= AMOUNT_LIMIT => format!("为 {number}，大得不可能"),
            _ => return,
        },
    };
    out.report(&cell.origin, format!("{what}{problem}"))
        .expected("大于零的数")
        .help(return_to_supplier("改为数字，不带文字说明；没有谈定的，请他补报"));
}

/// Columns that hetong computes itself may be empty: a word for each cell, one word where the whole column is.
fn tell_empty_columns(lines: &[Line], out: &mut Reporter) {
    let Some(first) = lines.first() else { return };
    for (index, (what, _)) in columns(first.row).into_iter().enumerate() {
        if what == NET_PRICE {
            continue;
        }
        let cells: Vec<(&Line, &Located<CellNumber>)> = lines
            .iter()
            .filter_map(|line| columns(line.row)[index].1.as_ref().map(|cell| (line, cell)))
            .collect();
        let empty: Vec<&(&Line, &Located<CellNumber>)> =
            cells.iter().filter(|(_, cell)| cell.value == CellNumber::Empty).collect();
        let warn = |origin: &Origin, message: String, out: &mut Reporter| {
            out.report(origin, message)
                .severity(Severity::Warning)
                .help("请供应商补全后盖章；合同中的数由 hetong 按招标数据和不含税单价计算");
        };
        match empty.as_slice() {
            [(_, cell), _, ..] if empty.len() == cells.len() => {
                warn(&cell.origin, format!("“{what}”一列全部空着（{} 格）", empty.len()), out);
            }
            some => {
                for (line, cell) in some {
                    warn(&cell.origin, format!("{}空着", line.cell_name(what)), out);
                }
            }
        }
    }
}

/// Formulas were calculated, and on the figures that stand in the sheet now.
pub static Q012: Rule = Rule {
    info: RuleInfo {
        id: "Q012",
        title: "公式没有结果或结果已过期",
        severity: Severity::Error,
        clause: "附件3 报价表",
        what: "公式单元格必须存有计算结果，且与按现有数字重新计算的结果一致。",
        why: "没有结果的公式会被读成空；改了数字却没有重算的结果是旧数，两种情况印出来的都不是供应商的本意。",
        example: "由程序导出、从未用 Excel 打开过的报价表；或关闭自动计算后改了单价。",
        fix: "退回供应商改正后重新盖章，不要代改：用 Excel 或 WPS 打开报价表，按 F9 重新计算，保存。发给供应商的文字用 hetong check --reply 生成。",
    },
    applies: has_quotation,
    check: q012,
};

/// Half a 分: less is a spreadsheet's own rounding.
const STALE: Decimal = dec!(0.005);

/// More formulas without a result than this are told together: then the file as a whole was never calculated.
const TOLD_ONE_BY_ONE: usize = 3;

fn q012(ctx: &Context, out: &mut Reporter) {
    for sheet in sheets(ctx) {
        results(&sheet, out);
    }
}

fn results(sheet: &Sheet, out: &mut Reporter) {
    let lines = sheet.lines();
    // What a missing or unusable price would give is missing, too; that is Q011's to tell.
    let priced = |line: &&Line| usable_price(line.row).is_some() || line_has_uncalculated_price(line);
    let complete = lines.iter().all(|line| priced(&line));
    let mut cells: Vec<(String, &NumberCell)> = Vec::new();
    for line in lines.iter().filter(priced) {
        cells.extend(columns(line.row).map(|(what, cell)| (line.cell_name(what), cell)));
    }
    if complete {
        cells.extend(subtotal_cells(sheet.quotation));
        cells.extend(total_cells(sheet.quotation).into_iter().map(|(what, cell)| (what.to_owned(), cell)));
    }
    tell_without_value(&cells, out);
    for (what, cell) in &cells {
        tell_stale(what, cell, out);
    }
}

/// Whether the price itself is a formula without a result.
fn line_has_uncalculated_price(line: &Line) -> bool {
    matches!(&line.row.net_price, Some(cell) if matches!(cell.value, CellNumber::FormulaWithoutValue(_)))
}

fn tell_without_value(cells: &[(String, &NumberCell)], out: &mut Reporter) {
    let without = |(what, cell): &'_ (String, &'_ NumberCell)| match cell {
        Some(Located { value: CellNumber::FormulaWithoutValue(formula), origin }) => {
            Some((format!("{what}的公式 ={formula} 没有存储计算结果"), origin.clone()))
        }
        _ => None,
    };
    let found: Vec<(String, Origin)> = cells.iter().filter_map(without).collect();
    let (told, rest) = found.split_at(if found.len() > TOLD_ONE_BY_ONE { 1 } else { found.len() });
    for (message, origin) in told {
        let others = match rest.len() {
            0 => String::new(),
            count => format!("；另有 {count} 个公式也没有，最后一个在 {}", rest[count - 1].1),
        };
        out.report(origin, format!("{message}{others}")).expected("有结果的公式，或数字");
    }
}

fn tell_stale(what: &str, cell: &NumberCell, out: &mut Reporter) {
    let Some(Located { value: CellNumber::Formula { formula, cached, recomputed: Some(now) }, origin }) =
        cell
    else {
        return;
    };
    if now.checked_sub(*cached).is_none_or(|difference| difference.abs() > STALE) {
        let (was, is) = (shown(*cached), shown(*now));
        out.report(origin, format!("{what}的公式 ={formula} 存储的结果是 {was}，重新计算为 {is}"))
            .expected(is);
    }
}

/// The price is what the sheet itself gives.
pub static Q014: Rule = Rule {
    info: RuleInfo {
        id: "Q014",
        title: "单价的公式无法复核",
        severity: Severity::Warning,
        clause: "附件3 报价表",
        what: "不含税单价的公式只引用报价表自己的单元格，能按表上的数字重新算出来；循环引用和算不出的公式是错误。",
        why: "合同单价取公式存储的结果。公式引用别的文件或引用自己时，这个结果无从复核，换一台电脑打开可能就变了。",
        example: "不含税单价写 =[成本测算.xlsx]Sheet1!B2*1.1。",
        fix: "退回供应商改正后重新盖章，不要代改：把不含税单价改为数字（选中、复制，选择性粘贴为“数值”）。发给供应商的文字用 hetong check --reply 生成。",
    },
    applies: has_quotation,
    check: q014,
};

fn q014(ctx: &Context, out: &mut Reporter) {
    for line in sheets(ctx).flat_map(|sheet| sheet.lines()) {
        let (Some(cell), Some(doubtful)) = (&line.row.net_price, &line.row.price_doubt) else { continue };
        // Without a stored result there is no price at all: Q011 and Q012 say so.
        let CellNumber::Formula { formula, cached, .. } = &cell.value else { continue };
        let (why, severity) = match doubtful.doubt {
            Doubt::OtherFile => ("引用了别的文件", Severity::Warning),
            Doubt::Unknown => ("用到 hetong 不会计算的函数或名称", Severity::Warning),
            Doubt::Circular => ("循环引用，或层层引用得太深", Severity::Error),
            Doubt::Mistake => ("重新计算得到的是错误值", Severity::Error),
        };
        let through = if doubtful.origin == cell.origin {
            String::new()
        } else {
            format!("所依据的公式 ={} ", doubtful.formula)
        };
        let report = out.report(
            &cell.origin,
            format!(
                "{}的公式 ={formula} {through}{why}，存储的结果 {} 无法复核",
                line.cell_name(NET_PRICE),
                cached.normalize()
            ),
        );
        let report = report.severity(severity).expected("数字，或只用本表数字的公式");
        if doubtful.origin != cell.origin {
            report.label(&doubtful.origin, "它依据的公式在这里");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compute::testing::*;
    use crate::model::quotation::DoubtfulFormula;
    use crate::rules::testing::{fire, only};

    fn formula(cached: Decimal, recomputed: Option<Decimal>) -> CellNumber {
        CellNumber::Formula { formula: "900/1.06".into(), cached, recomputed }
    }

    #[test]
    fn q008_more_than_two_decimals() {
        assert!(fire("Q008", &good_case()).is_empty());
        let case = first_row(|row| row.net_price = cell("F5", dec!(848.061)));
        only(fire("Q008", &case), &cell_origin("F5"), Severity::Error);
        let case = first_row(|row| row.net_price = cell_of("F5", formula(dec!(849.056603), None)));
        let found = only(fire("Q008", &case), &cell_origin("F5"), Severity::Error);
        assert!(found.message.contains("=900/1.06") && found.help.contains("849.06"));
        let case = first_row(|row| row.gross_price = cell("G5", dec!(898.945)));
        only(fire("Q008", &case), &cell_origin("G5"), Severity::Error);
        let case = first_row(|row| row.gross_price = cell_of("G5", formula(dec!(898.9436), None)));
        assert!(fire("Q008", &case).is_empty());
    }

    #[test]
    fn q011_not_a_usable_number() {
        assert!(fire("Q011", &good_case()).is_empty());
        for bad in [
            CellNumber::Empty,
            CellNumber::Text("面议".into()),
            CellNumber::Error("#DIV/0!".into()),
            CellNumber::Number(dec!(0)),
            CellNumber::Number(dec!(-5)),
            CellNumber::Number(AMOUNT_LIMIT),
        ] {
            let case = first_row(|row| row.net_price = cell_of("F5", bad.clone()));
            only(fire("Q011", &case), &cell_origin("F5"), Severity::Error);
        }
        let case = first_row(|row| row.gross_total = cell_of("J5", CellNumber::Text("见附表".into())));
        only(fire("Q011", &case), &cell_origin("J5"), Severity::Error);
    }

    #[test]
    fn q011_an_empty_column_is_told_once() {
        let case = first_row(|row| row.gross_price = cell_of("G5", CellNumber::Empty));
        only(fire("Q011", &case), &cell_origin("G5"), Severity::Warning);
        let mut case = good_case();
        for (index, row) in case.quotation.as_mut().unwrap().rows.iter_mut().enumerate() {
            row.gross_price = cell_of(&format!("G{}", index + 5), CellNumber::Empty);
        }
        let found = only(fire("Q011", &case), &cell_origin("G5"), Severity::Warning);
        assert!(found.message.contains("全部空着（21 格）"));
    }

    #[test]
    fn a_form_not_filled_in_is_told_once() {
        let mut case = good_case();
        let rows = &mut case.quotation.as_mut().unwrap().rows;
        for (index, row) in rows.iter_mut().enumerate() {
            row.net_price = cell_of(&format!("F{}", index + 5), CellNumber::Empty);
            row.net_total =
                cell_of(&format!("I{}", index + 5), CellNumber::FormulaWithoutValue("F*C".into()));
        }
        let found = only(fire("Q011", &case), &cell_origin("F5"), Severity::Error);
        assert!(found.message.contains("21 个不含税单价"), "{}", found.message);
        assert!(fire("Q012", &case).is_empty());
    }

    #[test]
    fn q012_a_file_never_calculated_is_told_once() {
        let mut case = good_case();
        for (index, row) in case.quotation.as_mut().unwrap().rows.iter_mut().enumerate() {
            row.net_total =
                cell_of(&format!("I{}", index + 5), CellNumber::FormulaWithoutValue("F*C".into()));
        }
        let found = only(fire("Q012", &case), &cell_origin("I5"), Severity::Error);
        assert!(
            found.message.contains("另有 20 个公式") && found.message.contains("I25"),
            "{}",
            found.message
        );
    }

    #[test]
    fn q012_formulas() {
        assert!(fire("Q012", &good_case()).is_empty());
        let case =
            first_row(|row| row.net_total = cell_of("I5", CellNumber::FormulaWithoutValue("C5*F5".into())));
        only(fire("Q012", &case), &cell_origin("I5"), Severity::Error);
        let stale = formula(dec!(1000), Some(dec!(1001)));
        let case = first_row(|row| row.net_total = cell_of("I5", stale));
        only(fire("Q012", &case), &cell_origin("I5"), Severity::Error);
        let fresh = formula(dec!(1000.001), Some(dec!(1000)));
        let case = first_row(|row| row.net_total = cell_of("I5", fresh));
        assert!(fire("Q012", &case).is_empty());
    }

    #[test]
    fn q014_a_price_that_cannot_be_confirmed() {
        let doubtful = |doubt, place: &str| {
            let formula = "[1]成本!B2*1.1".to_owned();
            first_row(|row| {
                row.net_price = cell_of("F5", formula_of(dec!(848.06)));
                row.price_doubt = Some(DoubtfulFormula { doubt, formula, origin: cell_origin(place) });
            })
        };
        only(fire("Q014", &doubtful(Doubt::OtherFile, "F5")), &cell_origin("F5"), Severity::Warning);
        only(fire("Q014", &doubtful(Doubt::Circular, "F5")), &cell_origin("F5"), Severity::Error);
        let found =
            only(fire("Q014", &doubtful(Doubt::Unknown, "Z9")), &cell_origin("F5"), Severity::Warning);
        assert_eq!(found.labels[0].0, cell_origin("Z9"));
        assert!(
            fire("Q014", &first_row(|row| row.net_price = cell_of("F5", formula_of(dec!(848.06)))))
                .is_empty()
        );
    }

    fn formula_of(cached: Decimal) -> CellNumber {
        formula(cached, Some(cached))
    }
}
