//! S 结算, what the ledger has to do with: the framework's cap, an order's own total, what was issued, and the ledger
//! itself. A damaged ledger is told as such; nothing is then judged by its figures.
//!
//! May use: `model`, `compute`, `diagnostics`.

use std::collections::BTreeMap;

use rust_decimal::{Decimal, dec};

use super::{Context, Reporter, Rule};
use crate::compute::order::OrderFigures;
use crate::compute::prices::{Cap, CapBasis};
use crate::compute::quotation::same_name;
use crate::compute::settlement::{OrderSettlement, work_of};
use crate::diagnostics::{Origin, RuleInfo, Severity};
use crate::model::ledger::{Balance, LedgerLine};
use crate::model::money::Money;
use crate::model::month::Month;
use crate::model::month_sheets::MonthSheets;
use crate::model::tax::{TaxPart, rates_of};

/// What can be done about settling more than the cap.
pub const WITHIN_CAP: &str = "核对人天和考核；确实超出的，这个月只结算剩余金额以内的工作：把超出的行移出这个月的工时，或用 --only 只开具放得下的订单。上限只随“调整”里的报价重算，单独提高上限的补充协议现在还写不进案卷。";

/// 0.01 元.
const CENT: Decimal = dec!(0.01);

fn has_settlements(ctx: &Context) -> bool {
    !ctx.figures.settlements.is_empty() || !ctx.case.ledger.lines().is_empty()
}

fn has_ledger(ctx: &Context) -> bool {
    !ctx.case.ledger.lines().is_empty() || !ctx.case.ledger.damage.is_empty()
}

/// All 结算单 together stay within the framework's cap.
pub static S004: Rule = Rule {
    info: RuleInfo {
        id: "S004",
        title: "累计结算超过框架协议总金额",
        severity: Severity::Error,
        clause: "4.3，附件7 备注1",
        what: "已开具的全部结算单，加上还没有开具的，含税金额累计不得超过合同含税框架上限总价。税率调整生效以后，含税总价随税率变，只有不含税价不变，改为按不含税金额累计与不含税价比较；上限用结算月最后一天有效的那一版（补充协议改过报价的，用改过的）。",
        why: "附件7备注1：框架协议下的所有结算单金额累加不得超过框架协议总金额；超出的部分没有合同依据，不能报账。",
        example: "上限 17,627,611.76 元，已结算 17,600,000.00 元，本月又应支付 50,000.00 元。",
        fix: WITHIN_CAP,
    },
    applies: |ctx| ctx.figures.contract().is_some() && has_settlements(ctx),
    check: s004,
};

fn s004(ctx: &Context, out: &mut Reporter) {
    let (ledger, prices) = (&ctx.case.ledger, &ctx.figures.prices);
    if !ledger.is_sound() {
        return;
    }
    let cap = ledger.latest_month().and_then(|month| prices.cap_for(month, ledger));
    if let Some(cap) = cap.filter(|cap| cap.of(ledger.balance()) > cap.amount()) {
        let mut lines = ledger.lines().iter().zip(ledger.balances()).rev();
        let crosses = |(before, after): (Balance, Balance)| {
            cap.of(before) <= cap.amount() && cap.of(after) > cap.amount()
        };
        if let Some(((line, origin), (before, after))) = lines.find(|(_, balances)| crosses(*balances)) {
            let what = format!("已开具的第 {} 号结算单（{}）", line.number, named(line));
            over_cap(out, origin, &what, cap, (cap.of(before), cap.of(after)));
        }
        return;
    }
    for s in ctx.figures.settlements.iter().filter(|s| to_issue(s)) {
        let Some(cap) = prices.cap_for(s.month, ledger) else { continue };
        let (before, after) = s.balances(cap.basis);
        // Where a 调整 has lowered the cap, it may have been passed before.
        if after > cap.amount() && after > before {
            let due = cap.of(s.due.both());
            let tax = if cap.basis == CapBasis::Net { "不含税 " } else { "" };
            let what = format!("订单 {} 的 {} 结算单（应支付 {tax}{due} 元）", s.order, s.month);
            return over_cap(out, &s.origin, &what, cap, (before, after));
        }
    }
}

fn over_cap(out: &mut Reporter, origin: &Origin, what: &str, cap: Cap<'_>, (before, after): (Money, Money)) {
    let (name, most) = (cap.basis.cap_name(), cap.amount());
    let (label, why) = match cap.basis {
        CapBasis::Gross => ("", ""),
        CapBasis::Net => ("（不含税）", "；税率调整过，按不含税比较"),
    };
    let message = format!(
        "{what}使框架协议累计结算{label}达到 {after} 元，超过{name} {most} 元，超出 {} 元{why}",
        after - most
    );
    let left = if before > most {
        "已经超过".to_owned()
    } else {
        format!("最多还可结算 {} 元", most - before)
    };
    out.report(origin, message).expected(format!("此前已结算{label} {before} 元，{left}"));
}

/// Whether issuing it would record something.
fn to_issue(settlement: &OrderSettlement) -> bool {
    settlement.issued.is_none() || settlement.contradicted().is_some()
}

fn named(line: &LedgerLine) -> String {
    format!("{} {}", line.order, line.month)
}

/// What was issued is what the inputs give.
pub static S005: Rule = Rule {
    info: RuleInfo {
        id: "S005",
        title: "已开具的结算单与现在的数据不符",
        severity: Severity::Error,
        clause: "3.3.1，4.5，附件7",
        what: "已开具（记入台账）的结算单，按现在的工时、考核和报价重新计算，各项金额须与开具时相同。",
        why: "双方已经按开具的结算单盖章报账；数据悄悄改了，结算单就不再有依据。",
        example: "2026-03 开具时 21 人天，后来工时表改成 22 人天。",
        fix: "数据改错了的，恢复原来的表格；确实要更正的，用 hetong settle … --issue --amend <原因> 重新开具，旧的一行保留在台账里。",
    },
    applies: |ctx| !ctx.case.ledger.lines().is_empty(),
    check: s005,
};

fn s005(ctx: &Context, out: &mut Reporter) {
    let ledger = &ctx.case.ledger;
    if !ledger.is_sound() {
        return;
    }
    for settlement in &ctx.figures.settlements {
        let issued = ledger.issued(&settlement.order, settlement.month);
        if let Some((line, origin)) = issued.filter(|(line, _)| !settlement.agrees_with(line)) {
            let message = format!(
                "{} 的结算单已开具，现在的数据算出来不同：{}",
                named(line),
                differences(settlement, line).join("；")
            );
            let report = out
                .report(origin, message)
                .expected(format!("应支付 {} 元，与开具时相同", line.gross))
                .label(&settlement.origin, "现在的工时从这里开始");
            // R003 tells what to do about that.
            let adjustment = ctx.case.adjustments.get(line.revision);
            if let Some(adjustment) = adjustment.filter(|_| line.revision < settlement.revision) {
                report
                    .label(&adjustment.origin, "开具时还没有这条调整")
                    .help(super::adjustments::way_out(line.month));
            }
        }
    }
    for sheets in &ctx.case.months {
        vanished(ctx, sheets, out);
    }
}

/// Each figure that differs, as it was issued and as it is now.
fn differences(settlement: &OrderSettlement, line: &LedgerLine) -> Vec<String> {
    let due = &settlement.due;
    let days = |days: Decimal| days.normalize().to_string();
    let rows = [
        ("人天", days(line.days), days(settlement.days), ""),
        ("考核得分", days(line.score), days(settlement.score.total), ""),
        ("考核前金额", line.work_gross.to_string(), settlement.work_gross.to_string(), " 元"),
        ("应支付", line.gross.to_string(), due.gross.to_string(), " 元"),
        ("不含税", line.net.to_string(), due.net.to_string(), " 元"),
        ("税额", line.tax.to_string(), due.tax.to_string(), " 元"),
        ("税率", rates_of(&line.parts), due.rates(), ""),
    ];
    let differ = rows.into_iter().filter(|(_, issued, now, _)| issued != now);
    differ.map(|(name, issued, now, unit)| format!("{name} 开具时 {issued}，现在 {now}{unit}")).collect()
}

/// Orders that were issued in a month whose sheet no longer names them. A sheet that cannot be read is told as that.
fn vanished(ctx: &Context, sheets: &MonthSheets, out: &mut Reporter) {
    let unreadable = ctx.faults.iter().any(|fault| fault.origin.file() == sheets.work_origin.file());
    if unreadable && sheets.work.is_empty() {
        return;
    }
    let ledger = &ctx.case.ledger;
    for line in ledger.effective().filter(|line| line.month == sheets.month) {
        // An order with work is compared above, or its rows are told to be incomplete by other rules.
        if !work_of(sheets, &line.order).is_empty() {
            continue;
        }
        if let Some((_, origin)) = ledger.issued(&line.order, line.month) {
            let message = format!(
                "{} 的结算单已开具（{} 人天，应支付 {} 元），现在的工时里却没有这个订单",
                named(line),
                line.days.normalize(),
                line.gross
            );
            out.report(origin, message)
                .expected(format!("工时里有订单 {} 的 {} 人天", line.order, line.days.normalize()))
                .label(&sheets.work_origin, "这个月的工时在这里")
                .help(
                    "把这个订单的行放回这个月的工时和考核表；订单改了编号的，改回开具时的编号。hetong 还不能撤销已经开具的结算单，--amend 也不能",
                );
        }
    }
}

/// The ledger is as hetong wrote it.
pub static S006: Rule = Rule {
    info: RuleInfo {
        id: "S006",
        title: "台账损坏或被改动",
        severity: Severity::Error,
        clause: "附件7 备注1",
        what: "台账.jsonl 由 hetong 逐行追加，每行带着上一行和自己的校验码，序号、已结算、累计逐行相接；只写了一半的最后一行作警告。",
        why: "累计金额和已开具的结算单以台账为准；台账不可靠，就不能再开具。",
        example: "有人把第 3 行的应支付改大了 100.00 元，或删去了一行。",
        fix: "从备份恢复 台账.jsonl，不要手工修改；更正结算单用 hetong settle … --issue --amend <原因>。",
    },
    applies: has_ledger,
    check: |ctx, out| {
        for damage in &ctx.case.ledger.damage {
            let report = out.report(&damage.origin, damage.why.clone());
            if damage.torn {
                report.severity(Severity::Warning).help(
                    "不用动手：下次开具时先把这半行另存为 台账.残行-1.txt，再从上一行接着写；那份结算单要重新开具",
                );
            }
        }
    },
};

/// An order's 结算单 together stay within the order's own total.
pub static S007: Rule = Rule {
    info: RuleInfo {
        id: "S007",
        title: "累计结算超过订单总额",
        severity: Severity::Warning,
        clause: "附件6，附件7",
        what: "一个订单各月的结算单，应支付金额累计不超过这个订单的订单总额。税率调整过、订单又有按别的税率结算的月份时，两边都按不含税比较；含税单价是四舍五入的，每人天不到 1 分、每份结算单不到 1 分的差不算超出。",
        why: "订单总额是下单时双方认可的工作量；超出说明多做了，或记错了订单。",
        example: "订单总额 108,000.00 元，三月到五月累计应支付 112,500.00 元。",
        fix: "核对工时里的订单编号；确实多做的，先补签订单。",
    },
    applies: |ctx| has_settlements(ctx) && !ctx.figures.orders.is_empty(),
    check: s007,
};

fn s007(ctx: &Context, out: &mut Reporter) {
    if !ctx.case.ledger.is_sound() {
        return;
    }
    for (index, order) in ctx.figures.orders.iter().enumerate() {
        let settlements = || ctx.figures.settlements.iter().filter(|s| s.order_index == index);
        let Some(limit) = Limit::of(ctx, order, settlements()) else { continue };
        let (issued, crossing) = issued_for(ctx, &order.number, limit);
        if let Some((line, origin, sum)) = crossing.filter(|_| issued > limit.most) {
            // Told at the same place and in the same words as before it was issued.
            let at_hand = settlements().find(|s| s.issued.as_ref() == Some(line) && !to_issue(s));
            limit.passed(out, at_hand.map_or(origin, |s| &s.origin), (&line.order, line.month), sum);
        }
        let mut sum = issued;
        for settlement in settlements().filter(|s| to_issue(s)) {
            let replaced =
                settlement.issued.as_ref().map_or(Money::ZERO, |line| limit.of_balance(line.due()));
            let before = sum;
            sum = before + (limit.of_balance(settlement.due.both()) - replaced);
            if before <= limit.most && sum > limit.most {
                limit.passed(out, &settlement.origin, (&settlement.order, settlement.month), sum);
            }
        }
    }
}

/// What an order's 结算单 are held against.
#[derive(Clone, Copy)]
struct Limit {
    basis: CapBasis,
    /// 订单总额 on that basis, 元.
    total: Money,
    /// Beyond this it is told, 元.
    most: Money,
}

impl Limit {
    /// 含税, as the order says, while all its work is settled at the rate it was ordered at. Else 不含税, with what the
    /// rounding of 含税单价 and of each 不含税 may come to.
    fn of<'s>(
        ctx: &Context,
        order: &OrderFigures,
        settlements: impl Iterator<Item = &'s OrderSettlement>,
    ) -> Option<Self> {
        let (total, net) = (order.total?, order.net_total?);
        let ordered_at = ctx.figures.prices.revision(order.revision)?.rate();
        let lines = ctx.case.ledger.effective().filter(|line| same_name(&line.order, &order.number));
        let mut months: BTreeMap<Month, bool> = BTreeMap::new();
        let other = |parts: &[TaxPart]| parts.iter().any(|part| part.rate != ordered_at);
        months.extend(lines.map(|line| (line.month, other(&line.parts))));
        months.extend(settlements.map(|settlement| (settlement.month, other(&settlement.due.parts))));
        if !months.values().any(|other| *other) {
            return Some(Self { basis: CapBasis::Gross, total, most: total });
        }
        let cents = order.days.ceil().checked_add(months.len().into())?;
        let slack = Money::round(cents.checked_mul(CENT)?);
        Some(Self { basis: CapBasis::Net, total: net, most: net + slack })
    }

    fn of_balance(&self, balance: Balance) -> Money {
        self.basis.of(balance.gross, balance.net)
    }

    fn passed(&self, out: &mut Reporter, origin: &Origin, (order, month): (&str, Month), sum: Money) {
        let (label, why) = match self.basis {
            CapBasis::Gross => ("", ""),
            CapBasis::Net => ("不含税 ", "；税率调整过，按不含税比较"),
        };
        let total = self.total;
        let message = format!(
            "订单 {order} 到 {month} 的结算单累计 {label}{sum} 元，超过订单总额 {label}{total} 元，超出 {} 元{why}",
            sum - total
        );
        out.report(origin, message).expected(format!("不超过 {label}{total} 元"));
    }
}

/// A ledger line, its place, and what the order came to with it.
type Crossing<'a> = (&'a LedgerLine, &'a Origin, Money);

/// What was issued for an order, and the last line with which that went over the order's total.
fn issued_for<'a>(ctx: &Context<'a>, order: &str, limit: Limit) -> (Money, Option<Crossing<'a>>) {
    let mut months: BTreeMap<Month, Money> = BTreeMap::new();
    let (mut sum, mut crossing) = (Money::ZERO, None);
    for (line, origin) in ctx.case.ledger.lines().iter().filter(|(line, _)| same_name(&line.order, order)) {
        let (before, due) = (sum, limit.of_balance(line.due()));
        sum = before + due - months.insert(line.month, due).unwrap_or(Money::ZERO);
        if before <= limit.most && sum > limit.most {
            crossing = Some((line, origin, sum));
        }
    }
    (sum, crossing)
}

#[cfg(test)]
#[path = "ledger_tests.rs"]
mod tests;
