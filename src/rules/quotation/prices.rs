//! Q002, Q003, Q004: unit prices against their ceilings and against each other.
//!
//! May use: `model`, `compute`, `pack`, `diagnostics`.

use rust_decimal::Decimal;

use super::{
    Line, Sheet, has_prices, has_signed_prices, judged, priced_sheets, return_to_supplier, sheet_rate, shown,
    signed_sheet,
};
use crate::compute::quotation::usable_price;
use crate::diagnostics::{RuleInfo, Severity};
use crate::model::money::Money;
use crate::model::tax::TaxRate;
use crate::rules::{Context, Reporter, Rule};

/// 不含税单价 is at most its ceiling.
pub static Q002: Rule = Rule {
    info: RuleInfo {
        id: "Q002",
        title: "不含税单价超过最高限价",
        severity: Severity::Error,
        clause: "附件3 不含税单价最高限价，备注(3)",
        what: "每一行的不含税单价不得高于该岗位级别的不含税单价最高限价。",
        why: "备注(3)：应答报价超过最高限价的，其应答将被否决。",
        example: "“产品/平台服务·高级”限价 849.06 元，报价 850.00 元。",
        fix: "退回供应商改正后重新盖章，不要代改：该单价降到限价以内，并重算该行总价和合计。发给供应商的文字用 hetong check --reply 生成。",
    },
    applies: has_signed_prices,
    check: q002,
};

fn q002(ctx: &Context, out: &mut Reporter) {
    for line in signed_sheet(ctx).iter().flat_map(Sheet::lines) {
        let Some(price) = judged(&line.row.net_price) else { continue };
        let ceiling = line.tender.net_ceiling;
        if price.number > ceiling.decimal() {
            out.report(price.origin, over("不含税单价", &line, price.number, ceiling))
                .expected(format!("不高于 {ceiling} 元"))
                .help(return_to_supplier(format!("该单价不高于 {ceiling}，并重算该行总价和合计")));
        }
    }
}

fn over(what: &str, line: &Line, price: Decimal, ceiling: Money) -> String {
    let excess = shown(price - ceiling.decimal());
    format!("“{}”的{what} {} 元超过最高限价 {ceiling} 元，高出 {excess} 元", line.name(), shown(price))
}

/// 含税单价 is at most its ceiling, as quoted and as computed.
pub static Q003: Rule = Rule {
    info: RuleInfo {
        id: "Q003",
        title: "含税单价超过最高限价",
        severity: Severity::Error,
        clause: "附件3 含税单价最高限价，备注(3)",
        what: "每一行的含税单价（表中所写的，以及由不含税单价算得的）不得高于该岗位级别的含税单价最高限价。",
        why: "备注(3)：本项目设置含税单价最高限价，应答报价超过最高限价的，其应答将被否决。",
        example: "“运维支撑·中级”含税限价 800.00 元，报价 801.00 元。",
        fix: "退回供应商改正后重新盖章，不要代改：该单价降到限价以内，并重算该行总价和合计。发给供应商的文字用 hetong check --reply 生成。",
    },
    applies: has_signed_prices,
    check: q003,
};

fn q003(ctx: &Context, out: &mut Reporter) {
    for line in signed_sheet(ctx).iter().flat_map(Sheet::lines) {
        // Over the ceiling because the net price or the rate is: Q002 and Q010 tell the cause.
        let net_is_over = usable_price(line.row).is_some_and(|net| net > line.tender.net_ceiling);
        let other_rate = sheet_rate(line.row).is_some_and(|rate| rate != ctx.pack.tender.rate);
        if net_is_over || other_rate {
            continue;
        }
        let ceiling = line.tender.gross_ceiling;
        let quoted = judged(&line.row.gross_price);
        let computed = usable_price(line.row).map(|net| ctx.pack.tender.rate.gross(net));
        let expected = format!("不高于 {ceiling} 元");
        if let Some(price) = quoted.filter(|price| price.number > ceiling.decimal()) {
            out.report(price.origin, over("含税单价", &line, price.number, ceiling)).expected(expected).help(
                return_to_supplier(format!(
                    "不含税单价降到 {} 元以内，含税单价随之重算",
                    line.tender.net_ceiling
                )),
            );
        } else if let (Some(price), Some(cell)) = (computed, &line.row.net_price)
            && price > ceiling
        {
            out.report(&cell.origin, over("含税单价（由不含税单价算得）", &line, price.decimal(), ceiling))
                .expected(expected)
                .help(return_to_supplier(format!("不含税单价降到 {} 元以内", line.tender.net_ceiling)));
        }
    }
}

/// 含税单价 = r2(不含税单价 × (1 + 税率)).
pub static Q004: Rule = Rule {
    info: RuleInfo {
        id: "Q004",
        title: "含税单价与不含税单价不符",
        severity: Severity::Error,
        clause: "附件3 备注(2)",
        what: "含税单价 = 不含税单价 ×（1＋税率），四舍五入到两位小数。",
        why: "结算按含税单价（备注(4)），税率调整时按不含税单价（备注(1)），两者必须是同一个价。",
        example: "不含税单价 849.06 元、税率 6%，含税单价应为 900.00 元，表中写成 900.01。",
        fix: "退回供应商改正后重新盖章，不要代改：以不含税单价为准重算含税单价；若含税单价才是谈定的价，改不含税单价。发给供应商的文字用 hetong check --reply 生成。",
    },
    applies: has_prices,
    check: q004,
};

/// If the prices agree at the sheet's own, wrong rate, Q010 tells the cause once instead of on every line.
fn q004(ctx: &Context, out: &mut Reporter) {
    for sheet in priced_sheets(ctx) {
        agree(&sheet, out);
    }
}

fn agree(sheet: &Sheet, out: &mut Reporter) {
    let rate = sheet.rate();
    for line in sheet.lines() {
        let (Some(net), Some(gross)) = (usable_price(line.row), judged(&line.row.gross_price)) else {
            continue;
        };
        let unrounded = line.row.net_price.as_ref().and_then(|cell| cell.value.number());
        let agrees = |rate: TaxRate| {
            let from_unrounded = unrounded.map(|net| Money::round(net * (Decimal::ONE + rate.fraction())));
            gross.number == rate.gross(net).decimal()
                || from_unrounded.is_some_and(|money| gross.number == money.decimal())
        };
        if agrees(rate) || sheet_rate(line.row).is_some_and(agrees) {
            continue;
        }
        let expected = rate.gross(net);
        let difference = shown((gross.number - expected.decimal()).abs());
        let report = out
            .report(
                gross.origin,
                format!(
                    "“{}”的含税单价为 {} 元，按不含税单价 {net} 元 ×（1＋{rate}）应为 {expected} 元，相差 {difference} 元",
                    line.name(),
                    shown(gross.number),
                ),
            )
            .expected(expected.to_string())
            .help(return_to_supplier(format!("含税单价改为 {expected}；若含税单价才是谈定的价，改不含税单价")));
        if let Some(cell) = &line.row.net_price {
            report.label(&cell.origin, "不含税单价在这里");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compute::testing::*;
    use crate::model::quotation::CellNumber;
    use crate::rules::testing::{fire, only};
    use rust_decimal::dec;

    fn formula(cached: Decimal) -> CellNumber {
        CellNumber::Formula { formula: "900/1.06".into(), cached, recomputed: Some(cached) }
    }

    #[test]
    fn q002_net_price_over_its_ceiling() {
        assert!(fire("Q002", &good_case()).is_empty());
        let mut at_ceiling = good_case();
        at_ceiling.quotation = Some(quotation_at_ceiling(&pack()));
        assert!(fire("Q002", &at_ceiling).is_empty());
        let case = first_row(|row| row.net_price = cell("F5", dec!(850)));
        let found = only(fire("Q002", &case), &cell_origin("F5"), Severity::Error);
        assert!(found.message.contains("高出 0.94 元"), "{}", found.message);
        let case = first_row(|row| row.net_price = cell("F5", dec!(849.061)));
        only(fire("Q002", &case), &cell_origin("F5"), Severity::Error);
        let shown_as_ceiling = first_row(|row| row.net_price = cell_of("F5", formula(dec!(849.0601))));
        assert!(fire("Q002", &shown_as_ceiling).is_empty());
    }

    #[test]
    fn q003_gross_price_over_its_ceiling() {
        assert!(fire("Q003", &good_case()).is_empty());
        let case = first_row(|row| row.gross_price = cell("G5", dec!(900.01)));
        only(fire("Q003", &case), &cell_origin("G5"), Severity::Error);
        let case = first_row(|row| row.net_price = cell("F5", dec!(850)));
        assert!(fire("Q003", &case).is_empty(), "Q002 tells the cause");
    }

    #[test]
    fn q004_the_two_prices_disagree() {
        assert!(fire("Q004", &good_case()).is_empty());
        let case = first_row(|row| row.gross_price = cell("G5", dec!(898.95)));
        let found = only(fire("Q004", &case), &cell_origin("G5"), Severity::Error);
        assert_eq!(found.expected.as_deref(), Some("898.94"));
        assert_eq!(found.labels[0].0, cell_origin("F5"));
        let unrounded = first_row(|row| row.gross_price = cell_of("G5", formula(dec!(898.9436))));
        assert!(fire("Q004", &unrounded).is_empty());
        let other_rate = first_row(|row| {
            row.rate = cell("H5", dec!(0.03));
            row.gross_price = cell("G5", dec!(873.50));
        });
        assert!(fire("Q004", &other_rate).is_empty(), "Q010 tells the cause");
    }
}
