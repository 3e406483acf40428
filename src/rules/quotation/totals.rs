//! Q005, Q006, Q007: row totals, 合计, and the ceiling on the whole.
//!
//! May use: `model`, `compute`, `pack`, `diagnostics`.

use rust_decimal::Decimal;

use super::{
    Judged, Line, Sheet, has_prices, has_signed_prices, judged, priced_sheets, return_to_supplier,
    sheet_rate, shown, signed_sheet,
};
use crate::compute::quotation::{
    AMOUNT_LIMIT, QuotationFigures, RowFigures, gross_by_gross_price, usable_price,
};
use crate::diagnostics::{Origin, RuleInfo, Severity};
use crate::model::money::Money;
use crate::model::quotation::{NumberCell, Quotation, QuotationRow};
use crate::model::tax::TaxRate;
use crate::rules::{Context, Reporter, Rule};

/// 行不含税总价 and 行含税总价 follow from 不含税单价 and 工作量.
pub static Q005: Rule = Rule {
    info: RuleInfo {
        id: "Q005",
        title: "行总价计算不符",
        severity: Severity::Error,
        clause: "附件3 备注(2)",
        what: "行不含税总价 = 不含税单价 × 预估工作量；行含税总价 = 行不含税总价 ×（1＋税率）；各四舍五入到两位小数。",
        why: "备注(2)规定了计算口径；常见的另一口径“含税单价 × 工作量”会差几分到几十元，合计就对不上正文 4.3。",
        example: "849.06 × 1250 = 1,061,325.00，含税 1,125,004.50；供应商按 900.00 × 1250 写成 1,125,000.00。",
        fix: "退回供应商改正后重新盖章，不要代改：按备注(2)的口径重算该行总价。发给供应商的文字用 hetong check --reply 生成。",
    },
    applies: has_prices,
    check: q005,
};

/// Totals that agree with the sheet's own, wrong workload or rate are not told again: Q009 and Q010 name the cause.
fn q005(ctx: &Context, out: &mut Reporter) {
    for sheet in priced_sheets(ctx) {
        row_totals(&sheet, out);
    }
}

fn row_totals(sheet: &Sheet, out: &mut Reporter) {
    let rate = sheet.rate();
    for line in sheet.lines() {
        let Some(net) = exact_price(line.row) else { continue };
        let figures = RowTotals::of(net, line.tender.workload, rate);
        let own = RowTotals::of(
            net,
            own_workload(&line).unwrap_or(line.tender.workload),
            sheet_rate(line.row).unwrap_or(rate),
        );
        if let Some(cell) = judged(&line.row.net_total)
            && ![figures.net, own.net].iter().any(|total| total.decimal() == cell.number)
        {
            let basis = net_basis(&line, cell.number, net, rate);
            tell_total(&line, "不含税总价", cell, figures.net, basis, out);
        }
        if let Some(cell) = judged(&line.row.gross_total)
            && ![figures.gross, own.gross].iter().any(|total| total.decimal() == cell.number)
        {
            let basis = gross_basis(&line, cell.number, net, rate);
            tell_total(&line, "含税总价", cell, figures.gross, basis, out);
        }
    }
}

/// The price of a row if it has at most two decimals; otherwise Q008 tells the cause of what follows.
fn exact_price(row: &QuotationRow) -> Option<Money> {
    usable_price(row).filter(|_| {
        let number = row.net_price.as_ref().and_then(|cell| cell.value.number());
        number.is_some_and(|number| Money::exact(number).is_some())
    })
}

/// The two totals of a row by the form's rule.
#[derive(Clone, Copy)]
struct RowTotals {
    net: Money,
    gross: Money,
}

impl RowTotals {
    /// Prices are below the limit and workloads are the tender's, so the product holds.
    fn of(net_price: Money, workload: Decimal, rate: TaxRate) -> Self {
        let net = times(net_price, workload);
        Self { net, gross: rate.gross(net) }
    }
}

fn times(price: Money, workload: Decimal) -> Money {
    Money::round(price.decimal().saturating_mul(workload))
}

fn tell_total(
    line: &Line,
    what: &str,
    cell: Judged,
    expected: Money,
    basis: Option<&str>,
    out: &mut Reporter,
) {
    let difference = shown((cell.number - expected.decimal()).abs());
    let basis = basis.map(|basis| format!("；供应商是按“{basis}”算的")).unwrap_or_default();
    let found = shown(cell.number);
    out.report(
        cell.origin,
        format!("“{}”的{what}为 {found} 元，应为 {expected} 元，相差 {difference} 元{basis}", line.name()),
    )
    .expected(expected.to_string())
    .help(return_to_supplier(format!("该单元格改为 {expected}（或按备注(2)写公式），合计随之重算")));
}

/// What else a wrong 含税总价 may have been computed from.
fn gross_basis(line: &Line, found: Decimal, net: Money, rate: TaxRate) -> Option<&'static str> {
    let prices = [quoted_gross(line.row).unwrap_or(rate.gross(net)), rate.gross(net)];
    let workloads = [line.tender.workload, own_workload(line).unwrap_or(line.tender.workload)];
    let is_basis = prices.iter().any(|p| workloads.iter().any(|w| times(*p, *w).decimal() == found));
    is_basis.then_some("含税单价 × 工作量")
}

/// What else a wrong 不含税总价 may have been computed from.
fn net_basis(line: &Line, found: Decimal, net: Money, rate: TaxRate) -> Option<&'static str> {
    let quoted = quoted_gross(line.row).unwrap_or(rate.gross(net));
    let from_gross = rate.net(times(quoted, line.tender.workload));
    (from_gross.decimal() == found).then_some("含税单价 × 工作量 ÷（1＋税率）")
}

fn quoted_gross(row: &QuotationRow) -> Option<Money> {
    judged(&row.gross_price).filter(|price| in_limits(price.number)).map(|price| Money::round(price.number))
}

fn own_workload(line: &Line) -> Option<Decimal> {
    judged(&line.row.workload)
        .map(|cell| cell.number)
        .filter(|number| *number != line.tender.workload && in_limits(*number))
}

fn in_limits(number: Decimal) -> bool {
    number.abs() < AMOUNT_LIMIT
}

/// 合计 = Σ rows, each column.
pub static Q006: Rule = Rule {
    info: RuleInfo {
        id: "Q006",
        title: "合计不等于各行之和",
        severity: Severity::Error,
        clause: "附件3 合计",
        what: "合计行的不含税总价和含税总价分别等于各行之和；各行先四舍五入到分再相加。",
        why: "合计就是正文 4.3 的合同价，必须能由表上印出的各行加出来。",
        example: "21 行含税总价之和为 17,600,000.00，合计写成 17,600,000.02。",
        fix: "退回供应商改正后重新盖章，不要代改：按各行重算合计；公式写 =SUM(各行)，各行用 ROUND(…,2) 取两位小数。发给供应商的文字用 hetong check --reply 生成。",
    },
    applies: has_prices,
    check: q006,
};

fn q006(ctx: &Context, out: &mut Reporter) {
    for sheet in priced_sheets(ctx) {
        sums(&sheet, out);
    }
}

fn sums(sheet: &Sheet, out: &mut Reporter) {
    let quotation = sheet.quotation;
    let Some(totals) = &quotation.totals else {
        if !quotation.rows.is_empty() {
            out.report(&quotation.origin, "报价表没有合计行")
                .severity(Severity::Warning)
                .help(return_to_supplier("在最后一行岗位之后补上合计行；合同中的合计由 hetong 计算"));
        }
        return;
    };
    let figures = sheet.prices.quotation.as_ref();
    check_sum(
        quotation,
        "不含税总价",
        &totals.net_total,
        |row| &row.net_total,
        figures.map(|f| f.net_total),
        out,
    );
    check_sum(
        quotation,
        "含税总价",
        &totals.gross_total,
        |row| &row.gross_total,
        figures.map(|f| f.gross_total),
        out,
    );
}

fn check_sum(
    quotation: &Quotation,
    what: &str,
    total: &NumberCell,
    of: fn(&QuotationRow) -> &NumberCell,
    computed: Option<Money>,
    out: &mut Reporter,
) {
    let Some(total) = judged(total) else { return };
    // The sheet's own rows; where one of them holds no number, what hetong computes.
    let expected = sum(quotation.rows.iter().map(|row| judged(of(row)).map(|cell| cell.number)))
        .or(computed.map(Money::decimal));
    let Some(expected) = expected.filter(|expected| *expected != total.number) else { return };
    let raw = sum(quotation.rows.iter().map(|row| of(row).as_ref().and_then(|cell| cell.value.number())));
    let cause = if raw.is_some_and(|raw| Money::round(raw).decimal() == total.number) {
        "；各行没有四舍五入到分就相加了"
    } else {
        ""
    };
    let difference = shown((total.number - expected).abs());
    out.report(
        total.origin,
        format!(
            "合计 {what} {} 元，各行之和为 {} 元，相差 {difference} 元{cause}",
            shown(total.number),
            shown(expected)
        ),
    )
    .expected(shown(expected))
    .help(return_to_supplier(format!("合计改为 {}；若某一行写错，先改那一行", shown(expected))));
}

/// None if a number is missing or the sum does not fit.
pub(super) fn sum(numbers: impl Iterator<Item = Option<Decimal>>) -> Option<Decimal> {
    let mut total = Decimal::ZERO;
    let mut any = false;
    for number in numbers {
        total = total.checked_add(number?)?;
        any = true;
    }
    any.then_some(total)
}

/// The whole is at most the tender's 含税总价最高限价.
pub static Q007: Rule = Rule {
    info: RuleInfo {
        id: "Q007",
        title: "含税总价超过最高限价",
        severity: Severity::Error,
        clause: "附件3 备注(3)",
        what: "报价表合计的含税总价不得高于含税总价最高限价；它单独核对，与各单价是否超限无关。",
        why: "备注(3)：应答报价超过最高限价的，其应答将被否决。各单价都取限价时，总价就已超过总价限价。",
        example: "每个单价都等于其限价：合计含税 17,628,237.78 元，比限价 17,627,800.00 元高 437.78 元。",
        fix: "退回供应商改正后重新盖章，不要代改：降低一个或几个不含税单价，使含税合计不超过总价限价。发给供应商的文字用 hetong check --reply 生成。",
    },
    applies: has_signed_prices,
    check: q007,
};

fn q007(ctx: &Context, out: &mut Reporter) {
    let Some(Sheet { quotation, .. }) = signed_sheet(ctx) else { return };
    let ceiling = ctx.pack.tender.gross_total_ceiling;
    let cell = quotation.totals.as_ref().and_then(|totals| judged(&totals.gross_total));
    let origin = cell.map_or(&quotation.origin, |cell| cell.origin);
    let quoted = cell.map(|cell| cell.number);
    if let Some(figures) = ctx.figures.quotation().filter(|f| f.gross_total > ceiling) {
        tell_over(figures, ctx, origin, quoted, out);
    } else if let Some(quoted) = quoted.filter(|quoted| *quoted > ceiling.decimal()) {
        let excess = shown(quoted - ceiling.decimal());
        let computed = ctx.figures.quotation().map_or_else(String::new, |figures| {
            format!("；按不含税单价重算为 {} 元，没有超过", figures.gross_total)
        });
        out.report(
            origin,
            format!(
                "表中合计含税总价 {} 元超过最高限价 {ceiling} 元，超出 {excess} 元{computed}",
                shown(quoted)
            ),
        )
        .expected(format!("不高于 {ceiling} 元"))
        .help(return_to_supplier("按备注(2)重算各行总价和合计；重算后仍超过的，降低单价"));
    }
}

fn tell_over(
    figures: &QuotationFigures,
    ctx: &Context,
    origin: &Origin,
    quoted: Option<Decimal>,
    out: &mut Reporter,
) {
    let ceiling = ctx.pack.tender.gross_total_ceiling;
    let (total, excess) = (figures.gross_total, figures.gross_total - ceiling);
    let by_gross_price: Money = figures.rows.iter().map(gross_by_gross_price).sum();
    let mut message = format!("含税总价 {total} 元超过最高限价 {ceiling} 元，超出 {excess} 元");
    if ctx.figures.table().rows.iter().all(|row| row.figures.as_ref().is_none_or(|f| within(row, f))) {
        message.push_str("；各单价都没有超过单价限价，但总价限价须单独满足");
    }
    if quoted == Some(by_gross_price.decimal()) && by_gross_price != total {
        let also = if by_gross_price > ceiling {
            "同样超过"
        } else {
            "没有超过，但不是备注(2)的口径"
        };
        message.push_str(&format!("；表中按含税单价 × 工作量合计 {by_gross_price} 元，{also}"));
    }
    let net_excess = figures.rate.net(excess);
    out.report(origin, message).expected(format!("不高于 {ceiling} 元")).help(return_to_supplier(format!(
        "降低单价，使不含税合计至少减少约 {net_excess} 元（例如某一行单价降低“减少额 ÷ 该行工作量”）"
    )));
}

fn within(row: &crate::compute::quotation::TableRow, figures: &RowFigures) -> bool {
    figures.net_price <= row.net_ceiling && figures.gross_price <= row.gross_ceiling
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compute::testing::*;
    use crate::model::case::Case;
    use crate::model::quotation::CellNumber;
    use crate::rules::testing::{fire, only};
    use rust_decimal::dec;

    fn at_ceiling() -> Case {
        let mut case = good_case();
        case.quotation = Some(quotation_at_ceiling(&pack()));
        case
    }

    #[test]
    fn q005_row_totals() {
        assert!(fire("Q005", &good_case()).is_empty());
        let mut case = at_ceiling();
        assert!(fire("Q005", &case).is_empty());
        case.quotation.as_mut().unwrap().rows[0].gross_total = cell("J5", dec!(1125000));
        let found = only(fire("Q005", &case), &cell_origin("J5"), Severity::Error);
        assert_eq!(found.expected.as_deref(), Some("1,125,004.50"));
        assert!(found.message.contains("含税单价 × 工作量"), "{}", found.message);
        let mut case = at_ceiling();
        case.quotation.as_mut().unwrap().rows[0].net_total = cell("I5", dec!(1061320.75));
        let found = only(fire("Q005", &case), &cell_origin("I5"), Severity::Error);
        assert!(found.message.contains("÷（1＋税率）"), "{}", found.message);
        let mut case = at_ceiling();
        let row = &mut case.quotation.as_mut().unwrap().rows[0];
        row.workload = cell("C5", dec!(1000));
        row.net_total = cell("I5", dec!(849060));
        row.gross_total = cell("J5", dec!(900003.60));
        assert!(fire("Q005", &case).is_empty(), "Q009 tells the cause");
    }

    #[test]
    fn q006_totals() {
        assert!(fire("Q006", &good_case()).is_empty());
        let mut case = at_ceiling();
        case.quotation.as_mut().unwrap().totals.as_mut().unwrap().net_total = cell("I26", dec!(16630413.01));
        let found = only(fire("Q006", &case), &cell_origin("I26"), Severity::Error);
        assert!(found.message.contains("相差 0.01 元"), "{}", found.message);
        case.quotation.as_mut().unwrap().totals = None;
        only(fire("Q006", &case), &sheet_origin(), Severity::Warning);
    }

    #[test]
    fn q006_names_unrounded_rows() {
        let mut case = at_ceiling();
        let quotation = case.quotation.as_mut().unwrap();
        for (row, cached) in quotation.rows.iter_mut().zip([dec!(1061325.004), dec!(377360.004)]) {
            row.net_total = cell_of(
                "I5",
                CellNumber::Formula { formula: "C5*F5".into(), cached, recomputed: Some(cached) },
            );
        }
        quotation.totals.as_mut().unwrap().net_total = cell("I26", dec!(16630413.01));
        let found = only(fire("Q006", &case), &cell_origin("I26"), Severity::Error);
        assert!(found.message.contains("没有四舍五入"), "{}", found.message);
    }

    // Spec, Figures: the form's own ceilings do not agree.
    #[test]
    fn q007_every_price_at_its_ceiling() {
        assert!(fire("Q007", &good_case()).is_empty());
        let mut case = at_ceiling();
        let found = only(fire("Q007", &case), &cell_origin("J26"), Severity::Error);
        for part in ["17,628,237.78", "17,627,800.00", "超出 437.78 元", "各单价都没有超过"] {
            assert!(found.message.contains(part), "{}", found.message);
        }
        case.quotation.as_mut().unwrap().totals.as_mut().unwrap().gross_total =
            cell("J26", dec!(17628187.03));
        let found = only(fire("Q007", &case), &cell_origin("J26"), Severity::Error);
        assert!(found.message.contains("合计 17,628,187.03 元，同样超过"), "{}", found.message);
        case.quotation.as_mut().unwrap().totals = None;
        only(fire("Q007", &case), &sheet_origin(), Severity::Error);
    }

    #[test]
    fn q007_only_the_sheets_own_total_is_over() {
        let mut case = good_case();
        case.quotation.as_mut().unwrap().totals.as_mut().unwrap().gross_total = cell("J26", dec!(18000000));
        let found = only(fire("Q007", &case), &cell_origin("J26"), Severity::Error);
        assert!(found.message.contains("没有超过"), "{}", found.message);
    }
}
