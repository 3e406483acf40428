//! R 调整: rate and price changes after signing.
//!
//! May use: `model`, `compute`, `pack`, `diagnostics`.

use std::collections::BTreeMap;

use super::{Context, Reporter, Rule};
use crate::compute::prices::Prices;
use crate::compute::term::framework_term;
use crate::diagnostics::{Diagnostic, Located, Origin, RuleInfo, Severity};
use crate::model::case::Adjustment;
use crate::model::ledger::LedgerLine;
use crate::model::money::Money;
use crate::model::month::Month;
use crate::model::tax::TaxRate;
use jiff::civil::Date;
use rust_decimal::{Decimal, dec};

fn has_adjustments(ctx: &Context) -> bool {
    !ctx.case.adjustments.is_empty()
}

/// Adjustments take effect after signing, in the order in which they are written; before signing there are none.
pub static R001: Rule = Rule {
    info: RuleInfo {
        id: "R001",
        title: "调整的生效日期不对",
        severity: Severity::Error,
        clause: "4.3，11.4，附件3 备注(1)",
        what: "合同签订以后才有调整；调整的生效日期不早于签订日期，按先后排列；晚于有效期的作警告。",
        why: "调整按日期依次叠加；日期颠倒，某个月用哪个价就说不清。签订前变更报价，直接改报价就是，不需要补充协议。",
        example: "签订日期 2026-03-01，调整生效日期 2026-02-01。",
        fix: "改正 生效日期，并按日期先后排列各项调整；合同还没有签订的，直接改 报价，删去 调整。",
    },
    applies: has_adjustments,
    check: r001,
};

fn r001(ctx: &Context, out: &mut Reporter) {
    let contract = &ctx.case.contract;
    let signed = contract.signed_on.as_ref();
    // A date that is there but cannot be read is F007's.
    if signed.is_none() && !ctx.faults.iter().any(|fault| mentions(fault, "合同.签订日期")) {
        unsigned(ctx, out);
    }
    let last = contract
        .term
        .as_ref()
        .map(|term| term.value.to)
        .or_else(|| signed.and_then(|signed| framework_term(signed.value)).map(|term| term.to));
    let mut latest: Option<&Located<Date>> = None;
    for effective in ctx.case.adjustments.iter().filter_map(|a| a.effective_on.as_ref()) {
        let date = effective.value;
        if let Some(signed) = signed.filter(|signed| date < signed.value) {
            out.report(&effective.origin, format!("生效日期 {date} 早于签订日期 {}", signed.value))
                .expected(format!("不早于 {}", signed.value))
                .label(&signed.origin, "签订日期在这里");
        }
        if let Some(before) = latest.filter(|before| date < before.value) {
            out.report(&effective.origin, format!("生效日期 {date} 早于上一项调整的 {}", before.value))
                .expected(format!("不早于 {}", before.value))
                .label(&before.origin, "上一项调整在这里")
                .help("按生效日期先后排列各项调整");
        }
        if let Some(last) = last.filter(|last| date > *last) {
            out.report(&effective.origin, format!("生效日期 {date} 晚于合同有效期的最后一天 {last}"))
                .severity(Severity::Warning)
                .help("有效期之后的调整对任何结算都不起作用；请核对日期");
        }
        if latest.is_none_or(|before| before.value < date) {
            latest = Some(effective);
        }
    }
}

fn unsigned(ctx: &Context, out: &mut Reporter) {
    let Some((first, others)) = ctx.case.adjustments.split_first() else { return };
    let mut report = out
        .report(&first.origin, "合同还没有签订日期，不能有“调整”；没有按它生成任何文件")
        .expected("合同.签订日期，或没有 调整")
        .help("还没有签订的，直接改“报价”所指的报价表，删去“调整”；已经签订的，先填 合同.签订日期");
    for other in others {
        report = report.label(&other.origin, "这一项也是");
    }
}

/// What was issued was issued at the prices of its days: one that a later 调整 reaches back over has to be corrected.
pub static R003: Rule = Rule {
    info: RuleInfo {
        id: "R003",
        title: "调整涉及已经开具的月份",
        severity: Severity::Error,
        clause: "4.3，11.4，附件7",
        what: "已开具的结算单，开具时须已有当月最后一天以前生效的全部调整；台账的“修订”记着开具时有几条。",
        why: "已经开具的结算单是报账的依据；事后倒着改价、改日期或删去调整，它就和当月的单价、税率、上限对不上了。",
        example: "2026-03 的结算单已经开具，后来加了一条 2026-03-15 起生效的调整。",
        fix: "生效日期 写错了的，改正日期；确要追溯的，用 hetong settle … --month <月份> --issue --amend <原因> 更正这个月的结算单，差额记入更正。",
    },
    applies: |ctx| !ctx.case.ledger.lines().is_empty(),
    check: r003,
};

/// Issued lines by month, with their places.
type ByMonth<'a> = BTreeMap<Month, Vec<&'a (LedgerLine, Origin)>>;

fn r003(ctx: &Context, out: &mut Reporter) {
    let (ledger, prices) = (&ctx.case.ledger, &ctx.figures.prices);
    if !ledger.is_sound() {
        return;
    }
    // By the first 调整 that they lack: correcting a month takes up all the others, too.
    let mut lacking: BTreeMap<usize, ByMonth<'_>> = BTreeMap::new();
    let mut undone = ByMonth::new();
    for issued in ledger.effective().filter_map(|line| ledger.issued(&line.order, line.month)) {
        let (line, _) = issued;
        let last = line.month.last();
        let lacks = |prices: &&Prices| {
            prices.revision > line.revision && prices.from.is_some_and(|from| from <= last)
        };
        if let Some(first) = prices.revisions.iter().find(lacks) {
            lacking.entry(first.revision).or_default().entry(line.month).or_default().push(issued);
        } else if line.revision > prices.on(last).revision {
            undone.entry(line.month).or_default().push(issued);
        }
    }
    for (number, months) in &lacking {
        let effective =
            number.checked_sub(1).and_then(|index| ctx.case.adjustments.get(index)?.effective_on.as_ref());
        let Some(effective) = effective else { continue };
        for (month, lines) in months {
            lacks(effective, *month, lines, out);
        }
    }
    for (month, lines) in &undone {
        undone_since(ctx, *month, lines, out);
    }
}

fn lacks(effective: &Located<Date>, month: Month, lines: &[&(LedgerLine, Origin)], out: &mut Reporter) {
    let message = format!(
        "{month} 的结算单（{}）开具时还没有这条调整，它却从 {} 起生效",
        orders(lines),
        effective.value
    );
    let mut report = out
        .report(&effective.origin, message)
        .expected(format!("晚于 {}，或更正这个月的结算单", month.last()))
        .help(way_out(month));
    for (_, origin) in lines {
        report = report.label(origin, "已开具的结算单在这里");
    }
}

/// A 调整 that was there when they were issued is gone, or takes effect later now.
fn undone_since(ctx: &Context, month: Month, lines: &[&(LedgerLine, Origin)], out: &mut Reporter) {
    let Some(((line, origin), others)) = lines.split_first() else { return };
    let (then, now) = (line.revision, ctx.case.adjustments.len());
    let what = if then > now {
        format!("“调整”至少有 {then} 条，现在只有 {now} 条")
    } else {
        format!("第 {then} 条调整在 {} 以前已经生效，现在不是了", month.last())
    };
    let message =
        format!("{month} 的结算单（{}）开具时{what}：开具以后删去了调整，或改了生效日期", orders(lines));
    let mut report = out
        .report(origin, message)
        .expected(format!("{} 以前生效的调整与开具时相同", month.last()))
        .help(format!("把 合同.yaml 的“调整”恢复成开具时的样子；{}", way_out(month)));
    for (_, origin) in others {
        report = report.label(origin, "这份也是");
    }
}

fn orders(lines: &[&(LedgerLine, Origin)]) -> String {
    lines.iter().map(|(line, _)| line.order.as_str()).collect::<Vec<_>>().join("、")
}

/// What to do about a month that a 调整 reaches back over.
pub(super) fn way_out(month: Month) -> String {
    format!(
        "日期写错了的，改正 生效日期；确要追溯的，用 hetong settle … --month {month} --issue --amend <原因> 更正，差额记入更正的结算单"
    )
}

/// An adjustment says when, and what changes.
pub static R004: Rule = Rule {
    info: RuleInfo {
        id: "R004",
        title: "调整不完整",
        severity: Severity::Error,
        clause: "4.3，11.4",
        what: "每项调整要有生效日期，并且改变税率或不含税单价；两项不能在同一天改变税率；税率不能高于 20%。没有事由的，税率不到 1% 或高于 13% 的，同一天有两项的，作警告。",
        why: "没有日期就不知从何时起算，没有内容就等于没有调整；事由要写进变更对照表。",
        example: "- {生效日期: 2026-09-01, 事由: 增值税税率调整}，漏了 税率。",
        fix: "补上 生效日期，以及 税率 或 报价。",
    },
    applies: has_adjustments,
    check: r004,
};

fn r004(ctx: &Context, out: &mut Reporter) {
    let before_and_after = ctx.figures.prices.all().zip(&ctx.figures.prices.revisions);
    let numbered = (1usize..).zip(&ctx.case.adjustments);
    for ((number, adjustment), (before, after)) in numbered.zip(before_and_after) {
        // A value that was there but could not be read is F007's, at its own place.
        let unreadable =
            |key: &str| ctx.faults.iter().any(|fault| mentions(fault, &format!("调整第 {number} 项的{key}")));
        if adjustment.effective_on.is_none() && !unreadable("生效日期") {
            out.report(&adjustment.origin, "调整没有生效日期")
                .expected("生效日期: 2026-09-01")
                .help("补上 生效日期：这一项从哪一天起生效");
        }
        if adjustment.rate.is_none() && !adjustment.requotes && !unreadable("税率") {
            out.report(&adjustment.origin, "调整既没有新税率，也没有新报价")
                .expected("税率 或 报价")
                .help("补上 税率（如 3%）或 报价（补充协议的报价表），或删去这一项");
        }
        if let Some(rate) = adjustment.rate.as_ref().filter(|rate| is_unusual(rate.value)) {
            let (how, severity, help) = match rate.value.fraction() > MOST_RATE {
                true => ("过高，没有这样的税率", Severity::Error, "改正 税率；3% 不要写成 30%"),
                false => ("不常见", Severity::Warning, "请核对 税率；确实是这个税率的，不必修改"),
            };
            out.report(&rate.origin, format!("增值税税率 {} {how}", rate.value))
                .severity(severity)
                .clause(VAT_LAW)
                .expected(format!("通常是 {USUAL_RATES}"))
                .help(help);
        }
        let earlier = ctx.case.adjustments.get(..number - 1).and_then(<[Adjustment]>::last);
        if let Some((earlier, day)) =
            earlier.and_then(|earlier| Some((earlier, on_one_day(earlier, adjustment)?)))
        {
            let contradict = earlier.rate.is_some() && adjustment.rate.is_some();
            let message =
                format!("第 {number} 项调整与前一项同在 {} 生效，前一项一天也没有适用过", day.value);
            out.report(&day.origin, message)
                .severity(if contradict { Severity::Error } else { Severity::Warning })
                .expected("一天一项：{生效日期: …, 事由: …, 税率: …, 报价: …}")
                .help("把两项合并成一项（税率 和 报价 可以写在同一项里），或改正 生效日期");
        }
        if (adjustment.rate.is_some() || adjustment.requotes) && is_same(before, after) {
            out.report(&adjustment.origin, "调整之后的税率和各不含税单价都与之前相同，没有改变什么")
                .expected("另一个税率，或有单价变化的报价表")
                .help("核对 税率 和 报价 所指的文件；没有变化的，删去这一项");
        }
        if adjustment.reason.is_none() {
            out.report(&adjustment.origin, "调整没有写事由")
                .severity(Severity::Warning)
                .help("补上 事由，如 增值税税率调整、补充协议一");
        }
    }
}

/// Of each 调整, whether something else is wrong with it: with the entry, its date, or the sheet it names.
pub(super) fn faulty(ctx: &Context) -> Vec<bool> {
    let rules: [&'static Rule; 4] = [&R001, &super::supplements::R002, &R003, &R004];
    let mut found: Vec<Diagnostic> = rules.iter().flat_map(|rule| super::run(rule, ctx).0).collect();
    found.retain(|finding| finding.severity == Severity::Error);
    let is_faulty = |number: usize, adjustment: &Adjustment| {
        let of_entry = |origin: &Origin| {
            *origin == adjustment.origin
                || adjustment.effective_on.as_ref().is_some_and(|effective| effective.origin == *origin)
        };
        let sheet = adjustment.quotation.as_ref().and_then(|quotation| quotation.origin.file());
        let of_sheet = |origin: &Origin| sheet.is_some() && origin.file() == sheet;
        found.iter().any(|finding| of_entry(&finding.origin) || of_sheet(&finding.origin))
            || ctx
                .faults
                .iter()
                .any(|fault| mentions(fault, &format!("调整第 {number} 项")) || of_sheet(&fault.origin))
    };
    (1usize..).zip(&ctx.case.adjustments).map(|(number, own)| is_faulty(number, own)).collect()
}

/// The day from which two entries both apply, as the later one has it.
fn on_one_day<'a>(one: &Adjustment, other: &'a Adjustment) -> Option<&'a Located<Date>> {
    let (one, other) = (one.effective_on.as_ref()?, other.effective_on.as_ref()?);
    (one.value == other.value).then_some(other)
}

/// Where the rates come from.
const VAT_LAW: &str = "4.3，《中华人民共和国增值税法》";

/// The rates of 增值税 above 0, and the 征收率.
const USUAL_RATES: &str = "13%、9%、6%，征收率 3%";

/// 增值税 was never higher than 17 %.
const MOST_RATE: Decimal = dec!(0.20);

/// Hardly a rate of these services: 0 %, 30 % for 3 %, 0.03 % for 3 %.
fn is_unusual(rate: TaxRate) -> bool {
    !(dec!(0.01)..=dec!(0.13)).contains(&rate.fraction())
}

/// Whether nothing changes; unknown while a price is missing.
fn is_same(before: &Prices, after: &Prices) -> bool {
    let prices = |prices: &Prices| -> Option<Vec<Money>> {
        Some(prices.quotation.as_ref()?.rows.iter().map(|row| row.net_price).collect())
    };
    let (old, new) = (prices(before), prices(after));
    before.rate() == after.rate() && old.is_some() && old == new
}

fn mentions(fault: &crate::model::fault::Fault, key: &str) -> bool {
    matches!(&fault.kind, crate::model::fault::FaultKind::BadValue { what, .. } if what.contains(key))
}

#[cfg(test)]
#[path = "adjustments_tests.rs"]
mod tests;
