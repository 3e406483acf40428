//! Tests of the rules on 调整: dates, what was issued before, and entries that change nothing or too much.

use super::*;
use crate::compute::testing::*;
use crate::model::case::Case;
use crate::model::fault::{Fault, FaultKind};
use crate::rules::testing::{Extra, fire, fire_with, only};

fn with(adjustments: Vec<Adjustment>) -> Case {
    let mut case = good_case();
    case.adjustments = adjustments;
    case
}

#[test]
fn r001_dates() {
    let good = with(vec![adjustment("一", "2026-09-01"), adjustment("二", "2026-10-01")]);
    assert!(fire("R001", &good).is_empty());
    let before = with(vec![adjustment("一", "2026-02-01")]);
    only(fire("R001", &before), &at("一"), Severity::Error);
    let disordered = with(vec![adjustment("一", "2026-10-01"), adjustment("二", "2026-09-01")]);
    only(fire("R001", &disordered), &at("二"), Severity::Error);
    let late = with(vec![adjustment("一", "2027-03-01")]);
    only(fire("R001", &late), &at("一"), Severity::Warning);
    let mut unsigned = with(vec![adjustment("一", "2026-09-01"), adjustment("二", "2026-10-01")]);
    unsigned.contract.signed_on = None;
    let found = only(fire("R001", &unsigned), &at("一.项"), Severity::Error);
    assert!(found.help.contains("直接改“报价”"), "{}", found.help);
}

#[test]
fn r003_what_was_issued_lacks_an_adjustment() {
    use crate::compute::testing_month::{ledger, line};
    let mut case = with(vec![adjustment("一", "2026-03-15"), adjustment("二", "2026-04-01")]);
    assert!(fire("R003", &case).is_empty());
    let march = || line(1, "DD-2026-001", dec!(0), dec!(100));
    case.ledger = ledger(vec![march()]);
    let found = only(fire("R003", &case), &at("一"), Severity::Error);
    assert_eq!(found.expected.as_deref(), Some("晚于 2026-03-31，或更正这个月的结算单"));
    assert!(found.message.contains("2026-03 的结算单（DD-2026-001）"), "{}", found.message);
    assert!(found.help.contains("--month 2026-03 --issue --amend"), "{}", found.help);
    // Issued with it, or corrected since: nothing to say. What takes effect later does not reach back.
    let with_it = LedgerLine { revision: 1, ..march() };
    case.ledger = ledger(vec![with_it.clone()]);
    assert!(fire("R003", &case).is_empty());
    let correction = Some(crate::model::ledger::Correction { replaces: 1, reason: "调价".into() });
    let (opening, closing) = (march().closing, march().closing);
    case.ledger = ledger(vec![march(), LedgerLine { number: 2, correction, opening, closing, ..with_it }]);
    assert!(fire("R003", &case).is_empty());
}

// Two in one month, one of them over two months: each month is told once, at the first 调整 that it lacks.
#[test]
fn r003_tells_a_month_once() {
    use crate::compute::testing_month::{ledger, line};
    let mut case = with(vec![adjustment("一", "2026-03-15"), adjustment("二", "2026-04-10")]);
    let of = |number, order: &str, month: &str, revision| LedgerLine {
        month: month.parse().unwrap(),
        revision,
        ..line(number, order, Decimal::from(number - 1), dec!(1))
    };
    case.ledger = ledger(vec![
        of(1, "DD-1", "2026-03", 0),
        of(2, "DD-2", "2026-03", 0),
        of(3, "DD-1", "2026-04", 0),
        of(4, "DD-2", "2026-04", 1),
    ]);
    let found = fire("R003", &case);
    let told: Vec<_> = found.iter().map(|f| (f.origin.clone(), f.labels.len())).collect();
    assert_eq!(told, [(at("一"), 2), (at("一"), 1), (at("二"), 1)]);
    assert!(found[0].message.contains("2026-03 的结算单（DD-1、DD-2）"), "{}", found[0].message);
    assert!(found[2].message.contains("2026-04 的结算单（DD-2）"), "{}", found[2].message);
}

#[test]
fn r003_an_adjustment_that_has_gone() {
    use crate::compute::testing_month::{ledger, line};
    let issued = LedgerLine { revision: 2, ..line(1, "DD-2026-001", dec!(0), dec!(100)) };
    let mut case = with(Vec::new());
    case.ledger = ledger(vec![issued]);
    let place = Origin::File("台账.jsonl".into());
    let found = only(fire("R003", &case), &place, Severity::Error);
    assert!(found.message.contains("至少有 2 条，现在只有 0 条"), "{}", found.message);
    // Still there, but with another date.
    case.adjustments = vec![adjustment("一", "2026-03-15"), adjustment("二", "2026-04-15")];
    let found = only(fire("R003", &case), &place, Severity::Error);
    assert!(found.message.contains("第 2 条调整在 2026-03-31 以前已经生效"), "{}", found.message);
}

#[test]
fn r004_when_and_what() {
    assert!(fire("R004", &with(vec![adjustment("一", "2026-09-01")])).is_empty());
    let mut empty = adjustment("一", "2026-09-01");
    empty.rate = None;
    let found = only(fire("R004", &with(vec![empty.clone()])), &at("一.项"), Severity::Error);
    assert!(!found.help.contains("生效日期"), "{}", found.help);
    // What was written but could not be read is told at its own place, and only this item's.
    let unread = |what: &str| {
        let kind = FaultKind::BadValue { what: what.into(), found: "3".into(), expected: "3%".into() };
        Extra { faults: vec![Fault::new(kind, at("税率"))], ..Extra::default() }
    };
    assert!(fire_with("R004", &with(vec![empty.clone()]), unread("调整第 1 项的税率")).is_empty());
    let other = fire_with("R004", &with(vec![empty]), unread("核对金额.税率"));
    only(other, &at("一.项"), Severity::Error);
    let mut undated = adjustment("一", "2026-09-01");
    undated.effective_on = None;
    only(fire("R004", &with(vec![undated])), &at("一.项"), Severity::Error);
    let again = with(vec![adjustment("一", "2026-09-01"), adjustment("二", "2026-10-01")]);
    let found = only(fire("R004", &again), &at("二.项"), Severity::Error);
    assert!(found.message.contains("没有改变什么"));
}

#[test]
fn r004_two_on_one_day() {
    let (one, mut other) = (adjustment("一", "2026-09-01"), adjustment("二", "2026-09-01"));
    other.rate.as_mut().unwrap().value = TaxRate::from_percent(dec!(5)).unwrap();
    let found = fire("R004", &with(vec![one.clone(), other.clone()]));
    assert!(
        found.iter().any(|f| f.severity == Severity::Error && f.message.contains("同在 2026-09-01 生效"))
    );
    other.rate = None;
    other.requotes = true;
    let found = fire("R004", &with(vec![one, other]));
    assert!(found.iter().any(|f| f.severity == Severity::Warning && f.message.contains("同在")), "{found:?}");
}

#[test]
fn r004_a_rate_that_is_hardly_one() {
    let at_rate = |percent| {
        let mut adjustment = adjustment("一", "2026-09-01");
        adjustment.rate.as_mut().unwrap().value = TaxRate::from_percent(percent).unwrap();
        fire("R004", &with(vec![adjustment]))
    };
    for usual in [dec!(1), dec!(3), dec!(9), dec!(13)] {
        assert!(at_rate(usual).is_empty(), "{usual}");
    }
    for (odd, severity) in
        [(dec!(0), Severity::Warning), (dec!(0.03), Severity::Warning), (dec!(30), Severity::Error)]
    {
        let found = only(at_rate(odd), &at("新税率"), severity);
        assert_eq!(found.expected.as_deref(), Some("通常是 13%、9%、6%，征收率 3%"));
    }
}
