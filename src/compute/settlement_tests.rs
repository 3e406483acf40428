//! Settlements against figures worked by hand from spec.md §Figures.

use rust_decimal::{Decimal, dec};

use super::CaseFigures;
use super::settlement::{Difference, Due, OrderSettlement, SettledLine};
use super::testing::{self, text};
use super::testing_month::*;
use crate::model::case::Case;
use crate::model::ledger::{Correction, LedgerLine};
use crate::model::money::Money;
use crate::model::quotation::CellNumber;
use crate::model::tax::{TaxPart, TaxRate};

fn settled(case: &Case) -> Vec<OrderSettlement> {
    CaseFigures::of(case, &testing::pack()).settlements
}

fn money(amount: Decimal) -> Money {
    Money::exact(amount).unwrap()
}

const FULL: [Decimal; 5] = [dec!(50), dec!(0), dec!(0), dec!(0), dec!(0)];

/// One order, one person, one line, at these records.
fn one(days: Decimal, (post, level): (&str, &str), records: [Decimal; 5]) -> Case {
    let mut case = good_month_case();
    case.months = vec![sheets(
        vec![work(2, "DD-2026-001", "张三", (post, level), 0, days)],
        vec![assessment(2, "DD-2026-001", records, "")],
    )];
    case
}

// 含税单价: 848.06 × 1.06 = 898.9436 → 898.94; 976.50 × 1.06 = 1,035.09.
// 21.5 × 898.94 = 19,327.21; 10 × 1,035.09 = 10,350.90; Σ 29,678.11.
// 得分 50 + (20 − 0.5×3) + (10 − 1) + 10 + 10 = 97.5; 29,678.11 × 0.975 = 28,936.15725 → 28,936.16.
// 28,936.16 ÷ 1.06 = 27,298.2641… → 27,298.26; 税额 1,637.90.
#[test]
fn a_month_by_hand() {
    let all = settled(&good_month_case());
    let [settlement] = all.as_slice() else { panic!("{all:?}") };
    let lines: Vec<_> = settlement
        .lines
        .iter()
        .map(|line| (line.post.as_str(), line.days, line.gross_price, line.gross))
        .collect();
    assert_eq!(
        lines,
        [
            ("产品/平台服务", dec!(21.5), money(dec!(898.94)), money(dec!(19327.21))),
            ("技术支持", dec!(10), money(dec!(1035.09)), money(dec!(10350.90))),
        ]
    );
    assert_eq!((settlement.days, settlement.work_gross), (dec!(31.5), money(dec!(29678.11))));
    assert_eq!(settlement.score.total, dec!(97.5));
    let due = &settlement.due;
    assert_eq!(
        (due.gross, due.net, due.tax),
        (money(dec!(28936.16)), money(dec!(27298.26)), money(dec!(1637.90)))
    );
    assert_eq!(due.gross_words, "贰万捌仟玖佰叁拾陆元壹角陆分");
    assert_eq!(due.net_words, "贰万柒仟贰佰玖拾捌元贰角陆分");
    assert_eq!(due.tax_words, "壹仟陆佰叁拾柒元玖角");
    assert_eq!((settlement.opening, settlement.closing), (Money::ZERO, money(dec!(28936.16))));
    assert_eq!(settlement.deducted(), money(dec!(741.95)));
}

fn percent(percent: Decimal) -> TaxRate {
    TaxRate::from_percent(percent).unwrap()
}

/// A line of work of this amount.
fn at_rate(gross: Decimal, rate: TaxRate) -> SettledLine {
    SettledLine {
        post: "产品/平台服务".into(),
        level: "高级".into(),
        days: dec!(1),
        period: None,
        revision: 0,
        gross_price: money(gross),
        rate,
        gross: money(gross),
    }
}

#[test]
fn half_cents_go_up() {
    // 0.5 × 1,035.09 = 517.545.
    let case = one(dec!(0.5), ("技术支持", "中级"), FULL);
    assert_eq!(settled(&case)[0].lines[0].gross, money(dec!(517.55)));
    // 898.94 × 75 ÷ 100 = 674.205.
    let case = one(dec!(1), ("产品/平台服务", "高级"), [dec!(25), dec!(0), dec!(0), dec!(0), dec!(0)]);
    let settlement = &settled(&case)[0];
    assert_eq!((settlement.score.total, settlement.due.gross), (dec!(75), money(dec!(674.21))));
    // 0.13 ÷ 1.04 = 0.125. At 6 % no quotient falls on a half cent.
    let rate = TaxRate::from_percent(dec!(4)).unwrap();
    let due = Due::of(&[at_rate(dec!(0.13), rate)], dec!(100)).unwrap();
    assert_eq!((due.net, due.tax), (money(dec!(0.13)), money(dec!(0))));
    // 1,000,000.00 ÷ 1.06 = 943,396.226… (facts/standards §4).
    let due = Due::of(&[at_rate(dec!(1000000), percent(dec!(6)))], dec!(100)).unwrap();
    assert_eq!((due.net, due.tax), (money(dec!(943396.23)), money(dec!(56603.77))));
}

// The line is rounded once, after its days are added up: 0.5 + 0.5 is 1,035.09 and not twice 517.55.
#[test]
fn days_are_added_before_they_are_priced() {
    let mut case = one(dec!(0.5), ("技术支持", "中级"), FULL);
    case.months[0].work.push(work(3, "DD-2026-001", "李四", ("技术支持", "中级"), 4, dec!(0.5)));
    let settlement = &settled(&case)[0];
    assert_eq!((settlement.lines.len(), settlement.work_gross), (1, money(dec!(1035.09))));
    assert_eq!(settlement.persons.len(), 2);
}

#[test]
fn scores_have_decimals_and_a_floor_each() {
    let scores = |records| {
        let settlement = settled(&one(dec!(10), ("技术支持", "中级"), records)).remove(0);
        let items: Vec<Decimal> = settlement.score.items.iter().map(|item| item.score).collect();
        (settlement.score.total, items, settlement.due)
    };
    // 47.35 + 18.5 + 10 + 0 + 8; five incidents would cost 12.5 of 10.
    let (total, items, _) = scores([dec!(47.35), dec!(3), dec!(0), dec!(5), dec!(2)]);
    assert_eq!(total, dec!(83.85));
    assert_eq!(items, [dec!(47.35), dec!(18.5), dec!(10), dec!(0), dec!(8)]);
    let (total, _, _) = scores([dec!(47.5), dec!(0), dec!(0), dec!(1), dec!(0)]);
    assert_eq!(total, dec!(95));
    let (total, _, due) = scores([dec!(0), dec!(41), dec!(11), dec!(5), dec!(10)]);
    assert_eq!((total, due.gross, due.tax), (dec!(0), Money::ZERO, Money::ZERO));
    assert_eq!(due.gross_words, "零元整");
}

#[test]
fn impossible_records_give_no_settlement() {
    for records in [
        [dec!(50.5), dec!(0), dec!(0), dec!(0), dec!(0)],
        [dec!(-1), dec!(0), dec!(0), dec!(0), dec!(0)],
        [dec!(50), dec!(0), dec!(-1), dec!(0), dec!(0)],
    ] {
        assert!(settled(&one(dec!(1), ("技术支持", "中级"), records)).is_empty(), "{records:?}");
    }
    let mut case = good_month_case();
    case.months[0].assessments[0].records[2] = None;
    assert!(settled(&case).is_empty());
    case.months[0].assessments.clear();
    assert!(settled(&case).is_empty());
}

#[test]
fn what_cannot_be_counted_or_priced_gives_no_settlement() {
    type Break = fn(&mut Case);
    let broken: [(&str, Break); 6] = [
        ("unknown 岗位", |case| case.months[0].work[3].post.value = "总经理".into()),
        ("text for 人天", |case| case.months[0].work[3].days.value = CellNumber::Text("一天".into())),
        ("no 人天", |case| case.months[0].work[3].days.value = CellNumber::Empty),
        ("negative 人天", |case| case.months[0].work[3].days.value = CellNumber::Number(dec!(-1))),
        ("endless 人天", |case| case.months[0].work[3].days.value = CellNumber::Number(Decimal::MAX)),
        ("no price", |case| {
            let row =
                case.quotation.as_mut().unwrap().rows.iter_mut().find(|row| row.post.value == "技术支持");
            row.unwrap().level.value = "特级".into();
            case.months[0].work.last_mut().unwrap().level.value = "高级".into();
        }),
    ];
    for (what, change) in broken {
        let mut case = good_month_case();
        change(&mut case);
        assert!(settled(&case).is_empty(), "{what}");
    }
}

#[test]
fn twins_are_settled_by_neither() {
    let mut case = good_month_case();
    case.orders.push(order("DD-2026-001 "));
    assert!(settled(&case).is_empty(), "the order is there twice");
    let mut case = good_month_case();
    let again = case.months[0].assessments[0].clone();
    case.months[0].assessments.push(again);
    assert!(settled(&case).is_empty(), "the assessment is there twice");
}

#[test]
fn numbers_and_posts_are_matched_as_people_write_them() {
    let mut case = good_month_case();
    for row in &mut case.months[0].work {
        row.order.value = " DD-2026－001".into();
        row.post.value = row.post.value.replace('/', "／ ");
    }
    let settlement = &settled(&case)[0];
    assert_eq!((settlement.order.as_str(), settlement.days), ("DD-2026-001", dec!(31.5)));
    assert_eq!(settlement.persons[0].post, "产品/平台服务");
}

#[test]
fn people_are_told_apart_and_their_days_added() {
    let mut case = one(dec!(2), ("技术支持", "中级"), FULL);
    let mut more = |row, id: &str, day, days| {
        let mut entry = work(row, "DD-2026-001", "王伟", ("技术支持", "中级"), day, days);
        entry.person_id = text("证件号", id);
        case.months[0].work.push(entry);
    };
    more(3, "1", 9, dec!(0.5));
    more(4, "1", 4, dec!(1));
    more(5, "1", 9, dec!(0.25));
    more(6, "2", 9, dec!(1));
    // A day of another month has no place in this month's calendar (S002).
    let mut stray = work(7, "DD-2026-001", "王伟", ("技术支持", "中级"), 9, dec!(1));
    stray.date.as_mut().unwrap().value = "2026-02-09".parse().unwrap();
    stray.person_id = text("证件号", "2");
    case.months[0].work.push(stray);
    let persons = settled(&case).remove(0).persons;
    let shown: Vec<_> =
        persons.iter().map(|p| (p.person.as_str(), p.days, p.by_day.as_slice(), p.undated)).collect();
    assert_eq!(
        shown,
        [
            ("张三", dec!(2), [].as_slice(), dec!(2)),
            ("王伟", dec!(1.75), [(4, dec!(1)), (9, dec!(0.75))].as_slice(), dec!(0)),
            ("王伟", dec!(2), [(9, dec!(1))].as_slice(), dec!(1)),
        ]
    );
}

/// However a name is typed, and on whichever of the rows 证件号 stands: one person, as S003 has it.
#[test]
fn one_person_is_counted_once() {
    let mut case = one(dec!(2), ("技术支持", "中级"), FULL);
    let mut more = |row, person: &str, id: &str, level| {
        let mut entry = work(row, "DD-2026-001", person, ("技术支持", level), 0, dec!(1));
        entry.person_id = text("证件号", id);
        case.months[0].work.push(entry);
    };
    more(3, "李 示例", "", "中级");
    more(4, "李示例", "", "中级");
    more(5, "李　示例", "12 3x", "高级");
    more(6, "李示例", "１２３X", "中级");
    more(7, "王示例", "1", "中级");
    more(8, "王示例", "2", "中级");
    let settlement = settled(&case).remove(0);
    let shown: Vec<_> = settlement
        .persons
        .iter()
        .map(|p| (p.who, p.person.as_str(), p.person_id.as_str(), p.level.as_str(), p.days))
        .collect();
    assert_eq!(
        shown,
        [
            (0, "张三", "", "中级", dec!(2)),
            (1, "李 示例", "12 3x", "中级", dec!(3)),
            (1, "李 示例", "12 3x", "高级", dec!(1)),
            (2, "王示例", "1", "中级", dec!(1)),
            (3, "王示例", "2", "中级", dec!(1)),
        ]
    );
}

/// Ten times the persons take ten times as long, not a hundred times: many more than a second would be a square.
#[test]
fn twenty_thousand_persons_in_time() {
    let mut case = one(dec!(2), ("技术支持", "中级"), FULL);
    let row = |index: usize| {
        work(index + 3, "DD-2026-001", &format!("张{index}"), ("技术支持", "中级"), 0, dec!(1))
    };
    case.months[0].work.extend((0..20_000).map(row));
    let begun = std::time::Instant::now();
    assert_eq!(settled(&case)[0].persons.len(), 20_001);
    assert!(begun.elapsed().as_secs() < 10, "{:?}", begun.elapsed());
}

/// What the good month's line in the ledger is.
fn true_line(number: u32, order: &str, opening: Decimal) -> LedgerLine {
    let gross = money(dec!(28936.16));
    LedgerLine {
        work_gross: money(dec!(29678.11)),
        gross,
        net: money(dec!(27298.26)),
        tax: money(dec!(1637.90)),
        parts: vec![TaxPart::of(gross, percent(dec!(6)))],
        closing: money(opening) + gross,
        ..line(number, order, opening, dec!(1))
    }
}

#[test]
fn balances_go_on_from_the_ledger() {
    let mut case = good_month_case();
    case.orders.push(order("DD-2026-000"));
    case.months[0].work.push(work(30, "DD-2026-000", "王五", ("技术支持", "中级"), 0, dec!(10)));
    case.months[0].assessments.push(assessment(3, "DD-2026-000", FULL, ""));
    case.ledger = ledger(vec![line(1, "DD-2025-009", dec!(0), dec!(100))]);
    let all = settled(&case);
    let balances: Vec<_> = all.iter().map(|s| (s.order.as_str(), s.opening, s.closing)).collect();
    assert_eq!(
        balances,
        [
            ("DD-2026-000", money(dec!(100)), money(dec!(10450.90))),
            ("DD-2026-001", money(dec!(10450.90)), money(dec!(39387.06))),
        ]
    );
}

#[test]
fn an_issued_settlement_keeps_its_balances() {
    let mut case = good_month_case();
    case.ledger =
        ledger(vec![true_line(1, "DD-2026-001", dec!(0)), line(2, "DD-2026-009", dec!(28936.16), dec!(5))]);
    let settlement = settled(&case).remove(0);
    assert!(settlement.contradicted().is_none());
    assert_eq!((settlement.opening, settlement.closing), (Money::ZERO, money(dec!(28936.16))));
}

#[test]
fn a_contradicted_line_counts_as_corrected() {
    let mut case = good_month_case();
    case.ledger = ledger(vec![
        line(1, "DD-2026-001", dec!(0), dec!(30000)),
        line(2, "DD-2026-009", dec!(30000), dec!(500)),
    ]);
    let settlement = settled(&case).remove(0);
    let line = settlement.contradicted().unwrap();
    assert_eq!(line.number, 1);
    // 30,000 ÷ 1.06 = 28,301.886… → 28,301.89, 税额 1,698.11.
    let difference = Difference::of(&settlement.due, line);
    assert_eq!(
        (difference.gross, difference.net, difference.tax),
        (money(dec!(-1063.84)), money(dec!(-1003.63)), money(dec!(-60.21)))
    );
    assert_eq!((settlement.opening, settlement.closing), (money(dec!(30500)), money(dec!(29436.16))));

    // Once corrected, it agrees with the correction and shows its balances.
    let mut lines: Vec<LedgerLine> = case.ledger.lines().iter().map(|(line, _)| line.clone()).collect();
    lines.push(LedgerLine {
        opening: money(dec!(30500)),
        closing: money(dec!(29436.16)),
        correction: Some(Correction { replaces: 1, reason: "人天更正".into() }),
        ..true_line(3, "DD-2026-001", dec!(0))
    });
    case.ledger = ledger(lines);
    let settlement = settled(&case).remove(0);
    assert!(settlement.contradicted().is_none());
    assert_eq!((settlement.opening, settlement.closing), (money(dec!(30500)), money(dec!(29436.16))));
}
