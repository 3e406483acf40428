//! Months within which prices change, against figures worked by hand from spec.md §Figures.
//!
//! 产品/平台服务·高级 costs 848.06 net: 898.94 at 6 %, 873.50 at 3 %. 技术支持·中级 costs 976.50 net: 1,035.09 at 6 %,
//! 1,005.80 at 3 % (1,005.795, half a 分 up).

use jiff::civil::Date;
use rust_decimal::{Decimal, dec};

use super::CaseFigures;
use super::settlement::{Due, OrderSettlement, SettledLine};
use super::testing::{self, adjustment, at};
use super::testing_month::*;
use crate::diagnostics::Located;
use crate::model::case::{Adjustment, Case, Period};
use crate::model::ledger::{Balance, Correction, LedgerLine};
use crate::model::money::Money;
use crate::model::tax::{TaxPart, TaxRate};

const SENIOR: (&str, &str) = ("产品/平台服务", "高级");
const SUPPORT: (&str, &str) = ("技术支持", "中级");

fn money(amount: Decimal) -> Money {
    Money::exact(amount).unwrap()
}

fn percent(percent: Decimal) -> TaxRate {
    TaxRate::from_percent(percent).unwrap()
}

fn part(rate: Decimal, gross: Decimal, net: Decimal, tax: Decimal) -> TaxPart {
    TaxPart { rate: percent(rate), gross: money(gross), net: money(net), tax: money(tax) }
}

/// 张三's 21.5 人天 on 5–26 March, a whole day each but the last, and whoever else is given.
fn case(adjustments: Vec<Adjustment>, others: Vec<crate::model::month_sheets::WorkEntry>) -> Case {
    let mut case = good_month_case();
    case.months[0].work.pop();
    case.months[0].work.extend(others);
    case.adjustments = adjustments;
    case
}

fn settled(case: &Case) -> Vec<OrderSettlement> {
    CaseFigures::of(case, &testing::pack()).settlements
}

fn one(case: &Case) -> OrderSettlement {
    let mut all = settled(case);
    assert_eq!(all.len(), 1);
    all.remove(0)
}

/// 岗位's first character, days of March, 修订, 人天, price and amount of a line.
type Line = (char, Option<(i8, i8)>, usize, Decimal, Decimal, Decimal);

fn lines(settlement: &OrderSettlement) -> Vec<Line> {
    let day = |date: Date| date.day();
    let line = |line: &SettledLine| {
        let days = line.period.map(|period| (day(period.from), day(period.to)));
        let (price, gross) = (line.gross_price.decimal(), line.gross.decimal());
        (line.post.chars().next().unwrap(), days, line.revision, line.days, price, gross)
    };
    settlement.lines.iter().map(line).collect()
}

// 10 × 898.94 = 8,989.40; 11.5 × 873.50 = 10,045.25; 5 × 1,035.09 = 5,175.45; 3 × 1,005.80 = 3,017.40; Σ 27,227.50.
// × 97.5 ÷ 100 = 26,546.8125. At 6 %: 14,164.85 × 0.975 = 13,810.72875; the rest, 12,736.08, at 3 %.
// 13,810.73 ÷ 1.06 = 13,028.9905…; 12,736.08 ÷ 1.03 = 12,365.1262….
#[test]
fn a_change_of_the_rate_in_mid_month() {
    let support = (9..=13).chain(16..=18).zip(30..);
    let support = support.map(|(day, row)| work(row, "DD-2026-001", "李四", SUPPORT, day, dec!(1)));
    let settlement = one(&case(vec![adjustment("一", "2026-03-15")], support.collect()));
    assert_eq!(
        lines(&settlement),
        [
            ('产', Some((1, 14)), 0, dec!(10), dec!(898.94), dec!(8989.40)),
            ('产', Some((15, 31)), 1, dec!(11.5), dec!(873.50), dec!(10045.25)),
            ('技', Some((1, 14)), 0, dec!(5), dec!(1035.09), dec!(5175.45)),
            ('技', Some((15, 31)), 1, dec!(3), dec!(1005.80), dec!(3017.40)),
        ]
    );
    assert_eq!((settlement.days, settlement.work_gross), (dec!(29.5), money(dec!(27227.50))));
    let due = &settlement.due;
    assert_eq!(
        due.parts,
        [
            part(dec!(6), dec!(13810.73), dec!(13028.99), dec!(781.74)),
            part(dec!(3), dec!(12736.08), dec!(12365.13), dec!(370.95)),
        ]
    );
    assert_eq!(
        (due.gross, due.net, due.tax),
        (money(dec!(26546.81)), money(dec!(25394.12)), money(dec!(1152.69)))
    );
    assert_eq!((due.rates(), due.gross_words.as_str()), ("6%、3%".into(), "贰万陆仟伍佰肆拾陆元捌角壹分"));
    assert_eq!(settlement.revision, 1);
    assert_eq!((settlement.net_opening, settlement.net_closing), (Money::ZERO, money(dec!(25394.12))));
    assert_eq!(settlement.persons.len(), 2, "a person is not split");
}

// 0.97 in all. Each half is 0.485, which would be 0.49 by itself: the last takes the 0.48 that is left.
#[test]
fn the_last_rate_takes_what_is_left() {
    let line = |rate, from: &str, to: &str| SettledLine {
        post: SENIOR.0.into(),
        level: SENIOR.1.into(),
        days: dec!(1),
        period: Some(Period { from: from.parse().unwrap(), to: to.parse().unwrap() }),
        revision: 0,
        gross_price: money(dec!(0.5)),
        rate: percent(rate),
        gross: money(dec!(0.5)),
    };
    // In whatever order the lines stand: the parts are in that of the days.
    let (early, late) =
        (line(dec!(6), "2026-03-01", "2026-03-14"), line(dec!(3), "2026-03-15", "2026-03-31"));
    for lines in [[early.clone(), late.clone()], [late, early]] {
        let due = Due::of(&lines, dec!(97)).unwrap();
        assert_eq!(
            due.parts,
            [
                part(dec!(6), dec!(0.49), dec!(0.46), dec!(0.03)),
                part(dec!(3), dec!(0.48), dec!(0.47), dec!(0.01))
            ]
        );
        assert_eq!((due.gross, due.net, due.tax), (money(dec!(0.97)), money(dec!(0.93)), money(dec!(0.04))));
    }
}

// 800.00 net is 848.00 at 6 %: 8,989.40 + 11.5 × 848.00 = 18,741.40; × 0.975 = 18,272.865.
#[test]
fn a_new_quotation_in_mid_month_has_one_rate() {
    let settlement = one(&case(vec![requoted("一", "2026-03-15", |_| Money::round(dec!(800)))], Vec::new()));
    assert_eq!(
        lines(&settlement),
        [
            ('产', Some((1, 14)), 0, dec!(10), dec!(898.94), dec!(8989.40)),
            ('产', Some((15, 31)), 1, dec!(11.5), dec!(848.00), dec!(9752.00)),
        ]
    );
    assert_eq!(settlement.due.parts, [part(dec!(6), dec!(18272.87), dec!(17238.56), dec!(1034.31))]);
    assert_eq!(settlement.due.rates(), "6%");
}

// 21.5 × 898.94 = 19,327.21: the line of a price that stays is not split, nor are its totals in doubt.
#[test]
fn a_price_that_stays_is_not_split() {
    let only_support = |line: &crate::pack::TenderLine| {
        let cut = if line.net_ceiling == money(dec!(977.50)) { dec!(100) } else { dec!(1) };
        line.net_ceiling - Money::round(cut)
    };
    let mut case = case(vec![requoted("一", "2026-03-15", only_support)], Vec::new());
    case.months[0].work.push(work(40, "DD-2026-001", "王五", SENIOR, 0, dec!(2)));
    let settlement = one(&case);
    assert_eq!(lines(&settlement), [('产', None, 0, dec!(23.5), dec!(898.94), dec!(21125.09))]);
    assert_eq!(settlement.revision, 1, "what was in force when the month ended");
}

// 21.5 × 873.50 = 18,780.25; 10 × 1,005.80 = 10,058.00; × 0.975 = 28,117.29375.
#[test]
fn from_the_first_of_the_month_on_there_is_one_price() {
    let mut case = good_month_case();
    case.adjustments = vec![adjustment("一", "2026-03-01")];
    let settlement = one(&case);
    assert_eq!(
        lines(&settlement),
        [
            ('产', None, 1, dec!(21.5), dec!(873.50), dec!(18780.25)),
            ('技', None, 1, dec!(10), dec!(1005.80), dec!(10058.00)),
        ]
    );
    assert_eq!(settlement.due.parts, [part(dec!(3), dec!(28117.29), dec!(27298.34), dec!(818.95))]);
    // The day after the month: nothing of it.
    case.adjustments = vec![adjustment("一", "2026-04-01")];
    assert_eq!((one(&case).revision, one(&case).due.rates()), (0, "6%".into()));
}

// 8,989.40 + 5 × 873.50 + 6.5 × 824.00 = 8,989.40 + 4,367.50 + 5,356.00 = 18,712.90; × 0.975 = 18,245.0775.
// At 6 %: 8,989.40 × 0.975 = 8,764.665 → 8,764.67; the rest, 9,480.41, at 3 %.
#[test]
fn two_changes_in_one_month() {
    let both = |second: &str| {
        vec![adjustment("一", "2026-03-15"), requoted("二", second, |_| Money::round(dec!(800)))]
    };
    let settlement = one(&case(both("2026-03-20"), Vec::new()));
    assert_eq!(
        lines(&settlement),
        [
            ('产', Some((1, 14)), 0, dec!(10), dec!(898.94), dec!(8989.40)),
            ('产', Some((15, 19)), 1, dec!(5), dec!(873.50), dec!(4367.50)),
            ('产', Some((20, 31)), 2, dec!(6.5), dec!(824.00), dec!(5356.00)),
        ]
    );
    assert_eq!(
        settlement.due.parts,
        [
            part(dec!(6), dec!(8764.67), dec!(8268.56), dec!(496.11)),
            part(dec!(3), dec!(9480.41), dec!(9204.28), dec!(276.13)),
        ]
    );
    // From the same day on, the later entry stands, with what the earlier one changed.
    let settlement = one(&case(both("2026-03-15"), Vec::new()));
    assert_eq!(lines(&settlement)[1], ('产', Some((15, 31)), 2, dec!(11.5), dec!(824.00), dec!(9476.00)));
}

#[test]
fn a_months_total_over_a_change_is_no_settlement_unless_the_order_lies_on_one_side() {
    let mut case = case(vec![adjustment("一", "2026-03-15")], Vec::new());
    case.months[0].work = vec![work(24, "DD-2026-001", "李四", SUPPORT, 0, dec!(10))];
    assert!(settled(&case).is_empty());
    let period = |from: &str, to: &str| {
        let period = Period { from: from.parse().unwrap(), to: to.parse().unwrap() };
        Some(Located::new(period, at("服务周期")))
    };
    for (from, to, revision, price) in
        [("2026-03-15", "2026-08-31", 1, dec!(1005.80)), ("2026-03-01", "2026-03-14", 0, dec!(1035.09))]
    {
        case.orders[0].period = period(from, to);
        let settlement = one(&case);
        let line = &settlement.lines[0];
        assert_eq!((line.revision, line.gross_price), (revision, money(price)), "{from}");
    }
    // Over the change by a day, without a period, or with one that is not of the month (S002): nothing is guessed.
    for own in [period("2026-03-14", "2026-08-31"), period("2026-05-01", "2026-05-31"), None] {
        case.orders[0].period = own;
        assert!(settled(&case).is_empty());
    }
    // A day that is not of the month has no price in it.
    case.months[0].work[0].date = testing::day("日期", "2026-04-20");
    assert!(settled(&case).is_empty());
}

#[test]
fn prices_that_cannot_be_read_settle_no_day_of_theirs() {
    let mut unread = requoted("一", "2026-03-15", |_| Money::round(dec!(800)));
    unread.quotation = None;
    let mut case = case(vec![unread], Vec::new());
    assert!(settled(&case).is_empty());
    // Days before are settled at what was in force on them.
    case.months[0].work.retain(|entry| entry.date.as_ref().unwrap().value.day() < 15);
    assert_eq!(lines(&one(&case)), [('产', Some((1, 14)), 0, dec!(10), dec!(898.94), dec!(8989.40))]);
}

// What was issued at 6 % stays in the sum as it was issued: 100,000.00 is 94,339.62 net.
#[test]
fn balances_are_kept_on_both_bases() {
    let mut case = case(vec![adjustment("一", "2026-03-01")], Vec::new());
    let earlier =
        LedgerLine { month: "2026-02".parse().unwrap(), ..line(1, "DD-2026-009", dec!(0), dec!(100000)) };
    case.ledger = ledger(vec![earlier.clone()]);
    // 21.5 × 873.50 = 18,780.25; × 0.975 = 18,310.74375; ÷ 1.03 = 17,777.4175….
    let settlement = one(&case);
    let both = (settlement.opening, settlement.closing, settlement.net_opening, settlement.net_closing);
    assert_eq!(
        both,
        (money(dec!(100000)), money(dec!(118310.74)), money(dec!(94339.62)), money(dec!(112117.04)))
    );

    // Issued at the old price, then corrected: the difference goes to either basis by itself.
    // 21.5 × 898.94 × 0.975 = 18,844.03 (18,844.02975), net 17,777.39 (17,777.3867…).
    let issued = LedgerLine {
        days: dec!(21.5),
        work_gross: money(dec!(19327.21)),
        ..line(2, "DD-2026-001", dec!(100000), dec!(18844.03))
    };
    case.ledger = ledger(vec![earlier.clone(), issued.clone()]);
    assert_eq!(case.ledger.balance(), Balance { gross: money(dec!(118844.03)), net: money(dec!(112117.01)) });
    let settlement = one(&case);
    assert_eq!(settlement.contradicted().map(|line| line.number), Some(2));
    assert_eq!((settlement.opening, settlement.closing), (money(dec!(118844.03)), money(dec!(118310.74))));
    assert_eq!(
        (settlement.net_opening, settlement.net_closing),
        (money(dec!(112117.01)), money(dec!(112117.04)))
    );

    // Once corrected, it shows the balances of the correction.
    let correction = LedgerLine {
        number: 3,
        days: dec!(21.5),
        score: dec!(97.5),
        work_gross: money(dec!(18780.25)),
        gross: money(dec!(18310.74)),
        net: money(dec!(17777.42)),
        tax: money(dec!(533.32)),
        parts: vec![part(dec!(3), dec!(18310.74), dec!(17777.42), dec!(533.32))],
        revision: 1,
        opening: money(dec!(118844.03)),
        closing: money(dec!(118310.74)),
        correction: Some(Correction { replaces: 2, reason: "税率追溯".into() }),
        ..issued.clone()
    };
    case.ledger = ledger(vec![earlier, issued, correction]);
    let settlement = one(&case);
    assert!(settlement.contradicted().is_none());
    assert_eq!(
        (settlement.net_opening, settlement.net_closing),
        (money(dec!(112117.01)), money(dec!(112117.04)))
    );
}
