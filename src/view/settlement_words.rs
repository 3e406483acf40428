//! The sentences and amounts of a 结算单, as the PDF and the workbook print them.
//!
//! May use: `model`, `compute`, `pack`, and its own room.

use std::collections::BTreeSet;

use rust_decimal::Decimal;

use super::forms::revision_name;
use super::full_date;
use super::settlement::{AmountGroup, AmountRow};
use super::settlement_rates::sharing_text;
use crate::compute::month_prices::MonthPrices;
use crate::compute::prices::{CapBasis, PriceHistory};
use crate::compute::score::IndicatorScore;
use crate::compute::settlement::{Difference, Issue, OrderSettlement};
use crate::model::capital::to_capital;
use crate::model::case::Period;
use crate::model::ledger::LedgerLine;
use crate::model::money::Money;
use crate::model::month::Month;
use crate::model::tax::rates_of;
use crate::pack::{Indicator, Pack};

/// What the form is called.
pub(super) const TITLE: &str = "结算单";

/// 服务日期 of a line whose price did not change within the month.
pub(super) const WHOLE_MONTH: &str = "全月";

/// 结算单, or 结算单（更正）.
pub fn title(issue: &Issue) -> String {
    match issue {
        Issue::Correction { .. } => format!("{TITLE}（更正）"),
        Issue::Draft | Issue::Issued => TITLE.into(),
    }
}

/// The line that a correction replaces, or that a draft would, and the reason as it is printed.
pub fn replaced<'a>(settlement: &'a OrderSettlement, issue: &'a Issue) -> Option<(&'a LedgerLine, &'a str)> {
    match issue {
        Issue::Correction { reason, replaced } => Some((replaced, reason)),
        Issue::Draft => settlement.contradicted().map(|line| (line, "（草稿，更正原因开具时填写）")),
        Issue::Issued => None,
    }
}

/// What stands at the head of a correction.
pub fn correction_text(settlement: &OrderSettlement, issue: &Issue) -> String {
    replaced(settlement, issue).map_or_else(String::new, |(line, reason)| {
        format!(
            "本结算单更正{}开具的结算单（{}，订单编号{}，应支付￥{}元，台账第{}号）；两者不一致的，以本结算单为准。更正原因：{reason}",
            issue_day(line),
            line.month.chinese(),
            line.order,
            line.gross,
            line.number
        )
    })
}

/// The day a ledger line was written: its RFC 3339 time begins with it.
fn issue_day(line: &LedgerLine) -> String {
    let day = line.issued_at.get(..10).and_then(|day| day.parse().ok());
    day.map_or_else(|| "此前".into(), full_date)
}

/// A number without trailing zeros.
pub(super) fn number(number: Decimal) -> String {
    number.normalize().to_string()
}

/// What the two balances are called.
pub fn balance_labels(settlement: &OrderSettlement, issue: &Issue) -> [&'static str; 2] {
    match replaced(settlement, issue) {
        Some(_) => ["本次更正前", "本次更正后"],
        None => ["本次结算前", "本次结算后"],
    }
}

/// 二 in words.
pub(super) fn execution(settlement: &OrderSettlement, prices: &PriceHistory) -> String {
    let persons: BTreeSet<usize> = settlement.persons.iter().map(|person| person.who).collect();
    format!(
        "{}乙方共{}人为本订单提供服务，合计{}人天，按{}汇总如下，人员明细见附表二。{}",
        settlement.month.chinese(),
        persons.len(),
        number(settlement.days),
        grouping(settlement),
        prices_text(prices, settlement.month)
    )
}

/// What 人天 are summed up by.
pub(super) fn grouping(settlement: &OrderSettlement) -> &'static str {
    if is_split(settlement) { "岗位、级别和服务日期" } else { "岗位和级别" }
}

/// Whether a price of the order's work changed within the month.
pub(super) fn is_split(settlement: &OrderSettlement) -> bool {
    settlement.lines.iter().any(|line| line.period.is_some())
}

/// `附件2《服务质量考核办法》`.
pub fn assessment_name(pack: &Pack) -> String {
    let title = pack.document("附件2").map_or("服务质量考核办法", |document| document.title.as_str());
    format!("附件2《{title}》")
}

/// 三 in words.
pub(super) fn assessment_text(settlement: &OrderSettlement, pack: &Pack) -> String {
    let lost: Decimal = settlement.score.items.iter().map(|item| item.lost).sum();
    let outcome = if lost.is_zero() {
        "，没有扣分，不扣款。各项得分如下".to_owned()
    } else {
        format!("，扣{}分，扣款{}元。各项扣分如下", number(lost), settlement.deducted())
    };
    format!(
        "依据框架协议{}考核，{}本订单考核得分{}分{outcome}，考核表见附表一。",
        assessment_name(pack),
        settlement.month.chinese(),
        number(settlement.score.total)
    )
}

/// How what is due was worked out.
pub(super) fn settlement_text(settlement: &OrderSettlement) -> String {
    let due = &settlement.due;
    let tax = if due.parts.len() > 1 {
        sharing_text(settlement)
    } else {
        format!("不含税金额＝应支付金额÷（1＋{}）；税额＝应支付金额－不含税金额", due.rates())
    };
    format!(
        "按框架协议4.5、4.6.6计算：应支付金额＝含税金额合计×考核得分÷100＝{}×{}÷100＝{}元；{tax}。金额四舍五入到分。",
        settlement.work_gross,
        number(settlement.score.total),
        due.gross,
    )
}

/// Which 附件3 the month's prices are from; empty where they are those as signed.
pub(super) fn prices_text(prices: &PriceHistory, month: Month) -> String {
    let month_prices = MonthPrices::of(prices, month);
    match month_prices.spans() {
        [] => String::new(),
        [(_, prices)] if prices.revision == 0 => String::new(),
        [(_, prices)] => format!("含税单价按{}。", revision_name(prices)),
        spans => {
            let each = spans.iter().map(|(period, prices)| match prices.revision {
                0 => format!("{}按签订时的附件3", days_text(*period)),
                revision => format!("{}按附件3修订{revision}", days_text(*period)),
            });
            format!("本月单价有调整：{}。", each.collect::<Vec<_>>().join("，"))
        }
    }
}

/// Days within a month: `1日至15日`, `31日`.
pub(super) fn days_text(period: Period) -> String {
    if period.from == period.to {
        return format!("{}日", period.from.day());
    }
    format!("{}日至{}日", period.from.day(), period.to.day())
}

/// What is said under balances that are compared 不含税.
pub(super) fn balance_note(basis: CapBasis) -> String {
    match basis {
        CapBasis::Gross => String::new(),
        CapBasis::Net => {
            "增值税税率调整后按不含税价比较（框架协议4.3），此前的结算单按其不含税金额计入。".into()
        }
    }
}

/// What was recorded and what it costs: `投诉次数2，每次扣1分，扣2分`.
pub(super) fn finding(indicator: &Indicator, item: &IndicatorScore) -> String {
    let column = &indicator.column;
    let (record, lost) = (number(item.record), number(item.lost));
    let Some(deduction) = indicator.deduction else {
        return if item.lost.is_zero() {
            format!("{column}{record}，无扣分")
        } else {
            format!("{column}{record}，扣{lost}分")
        };
    };
    if item.lost.is_zero() {
        return format!("{column}{record}，无扣分");
    }
    let nominal = deduction.checked_mul(item.record).unwrap_or(item.lost);
    let each = number(deduction);
    if nominal > item.lost {
        format!("{column}{record}，每次扣{each}分，计{}分，本项扣完为止，扣{lost}分", number(nominal))
    } else {
        format!("{column}{record}，每次扣{each}分，扣{lost}分")
    }
}

/// 应支付 with its 大写; in a correction what was issued, what is due now, and the difference.
pub(super) fn amounts(settlement: &OrderSettlement, issue: &Issue) -> Vec<AmountGroup> {
    let due = &settlement.due;
    let now = [due.gross, due.net, due.tax];
    let Some((line, _)) = replaced(settlement, issue) else {
        return vec![group("", labels(&due.rates()), now, words)];
    };
    let short = |rate: &str| ["含税".to_owned(), with_rate("不含税", rate), "税额".to_owned()];
    let Difference { gross, net, tax } = Difference::of(due, line);
    let plain = ["含税", "不含税", "税额"].map(str::to_owned);
    vec![
        group("原应支付", short(&rates_of(&line.parts)), [line.gross, line.net, line.tax], words),
        group("更正后\n应支付", short(&due.rates()), now, words),
        group("差额", plain, [gross, net, tax], difference_words),
    ]
}

fn group(name: &str, labels: [String; 3], amounts: [Money; 3], words: fn(Money) -> String) -> AmountGroup {
    let row =
        |(label, amount): (String, Money)| AmountRow { label, value: yuan(amount), words: words(amount) };
    AmountGroup { name: name.into(), rows: labels.into_iter().zip(amounts).map(row).collect() }
}

/// `￥1,234.50元`, with its sign in front.
pub(super) fn yuan(amount: Money) -> String {
    let sign = if amount.is_negative() { "-" } else { "" };
    format!("{sign}￥{}元", amount.abs())
}

/// What the three amounts are called.
pub fn labels(rate: &str) -> [String; 3] {
    ["应支付金额（含税）".into(), with_rate("不含税金额", rate), "税额".into()]
}

/// `不含税金额（税率6%）`. Several rates stand on a line of their own: a narrow column would break between them.
fn with_rate(name: &str, rates: &str) -> String {
    let line_end = if rates.contains('、') { "\n" } else { "" };
    format!("{name}{line_end}（税率{rates}）")
}

/// 人民币 and the 大写.
pub fn words(amount: Money) -> String {
    to_capital(amount).map(|words| format!("人民币{words}")).unwrap_or_default()
}

/// No amount below zero has 大写: which way it goes is said in words.
pub fn difference_words(amount: Money) -> String {
    if amount == Money::ZERO {
        return "不变".into();
    }
    let way = if amount.is_negative() { "减少" } else { "增加" };
    to_capital(amount.abs()).map(|words| format!("{way}人民币{words}")).unwrap_or_default()
}

/// 五: that this is a correction; nothing otherwise.
pub(super) fn other(settlement: &OrderSettlement, issue: &Issue) -> String {
    let correction = replaced(settlement, issue).is_some();
    if correction {
        "本结算单为更正结算单，更正原因见首部。".into()
    } else {
        String::new()
    }
}
