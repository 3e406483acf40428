//! S004, S005 and S007 after a 调整: what is compared on which basis, against figures worked by hand.
//!
//! The good case's cap is 16,610,226.00 net and 17,606,839.56 gross at 6 %; 高级 costs 848.06 net (873.50 at 3 %), 技术支持
//! 中级 976.50 (1,005.80 at 3 %).

use rust_decimal::{Decimal, dec};

use crate::compute::testing::{adjustment, day};
use crate::compute::testing_month::*;
use crate::diagnostics::{Origin, Severity};
use crate::model::case::Case;
use crate::model::ledger::LedgerLine;
use crate::model::money::Money;
use crate::model::quotation::CellNumber;
use crate::model::tax::{TaxPart, TaxRate};
use crate::rules::testing::{fire, only};

const FULL: [Decimal; 5] = [dec!(50), dec!(0), dec!(0), dec!(0), dec!(0)];

fn february(gross: Decimal) -> LedgerLine {
    LedgerLine { month: "2026-02".parse().unwrap(), ..line(1, "DD-2026-009", dec!(0), gross) }
}

/// A line of the same amount that was settled at 3 %.
fn taxed_at_three(line: LedgerLine) -> LedgerLine {
    let part = TaxPart::of(line.gross, TaxRate::from_percent(dec!(3)).unwrap());
    LedgerLine { net: part.net, tax: part.tax, parts: vec![part], revision: 1, ..line }
}

/// 高级 and 中级 so many 人天 in March, at full marks, all at 3 %, of an order that was signed at 6 %.
fn all_at_three(senior: Decimal, support: Decimal) -> Case {
    let mut case = good_month_case();
    case.adjustments = vec![adjustment("一", "2026-03-01")];
    case.orders[0].signed_on = day("签订日期", "2026-02-28");
    case.months = vec![sheets(
        vec![
            work(2, "DD-2026-001", "张三", ("产品/平台服务", "高级"), 0, senior),
            work(3, "DD-2026-001", "李四", ("技术支持", "中级"), 0, support),
        ],
        vec![assessment(2, "DD-2026-001", FULL, "")],
    )];
    case
}

// 17,588,289.56 gross is 16,592,726.00 net: 17,500.00 are left net, 18,550.00 gross. 20 × 873.50 + 1,005.80 = 18,475.80,
// which is 17,937.67 net at 3 %: within the one, 437.67 over the other.
#[test]
fn s004_compares_net_once_the_rate_has_changed() {
    let mut case = all_at_three(dec!(20), dec!(1));
    case.ledger = ledger(vec![february(dec!(17588289.56))]);
    let found = only(fire("S004", &case), &month_cell("工时.xlsx", 2, 1), Severity::Error);
    for said in [
        "应支付 不含税 17,937.67 元",
        "累计结算（不含税）达到 16,610,663.67 元，超过不含税价 16,610,226.00 元，超出 437.67 元；税率调整过",
    ] {
        assert!(found.message.contains(said), "{}", found.message);
    }
    assert_eq!(
        found.expected.as_deref(),
        Some("此前已结算（不含税） 16,592,726.00 元，最多还可结算 17,500.00 元")
    );
    // With the change only after the month, gross: 20 × 898.94 + 1,035.09 = 19,013.89, 463.89 over.
    case.adjustments = vec![adjustment("一", "2026-04-01")];
    let found = only(fire("S004", &case), &month_cell("工时.xlsx", 2, 1), Severity::Error);
    assert!(found.message.contains("超过含税上限总价 17,606,839.56 元，超出 463.89 元"), "{}", found.message);
    // 19 × 873.50 + 1,005.80 = 17,602.30, which is 17,089.61 net.
    let mut within = all_at_three(dec!(19), dec!(1));
    within.ledger = ledger(vec![february(dec!(17588289.56))]);
    assert!(fire("S004", &within).is_empty());
}

// March is settled late, after April at 3 %: what counts is the basis of the later month, for its amount is in the sum.
// 17,000,000.00 + 571,639.85 + 19,013.89 = 17,590,653.74 gross would seem to be within; net it is 16,037,735.85 +
// 554,990.15 + 17,937.63 = 16,610,663.63.
#[test]
fn s004_judges_a_late_month_by_the_latest() {
    let mut case = all_at_three(dec!(20), dec!(1));
    case.adjustments = vec![adjustment("一", "2026-04-01")];
    let april = LedgerLine {
        month: "2026-04".parse().unwrap(),
        ..taxed_at_three(line(2, "DD-2026-009", dec!(17000000), dec!(571639.85)))
    };
    case.ledger = ledger(vec![february(dec!(17000000)), april]);
    let found = only(fire("S004", &case), &month_cell("工时.xlsx", 2, 1), Severity::Error);
    assert!(
        found.message.contains("达到 16,610,663.63 元，超过不含税价 16,610,226.00 元，超出 437.63 元"),
        "{}",
        found.message
    );
}

// Every 不含税单价 49 元 lower: 16,610,226.00 − 49 × 20,187 = 15,621,063.00 net, below what was settled.
#[test]
fn s004_tells_of_a_cap_that_has_sunk_below_what_is_settled() {
    let mut case = good_month_case();
    case.adjustments = vec![requoted("一", "2026-03-01", |line| line.net_ceiling - Money::round(dec!(50)))];
    case.ledger = ledger(vec![february(dec!(17000000))]);
    let found = only(fire("S004", &case), &month_cell("工时.xlsx", 2, 1), Severity::Error);
    assert!(found.message.contains("超过含税上限总价 16,558,"), "{}", found.message);
    assert_eq!(found.expected.as_deref(), Some("此前已结算 17,000,000.00 元，已经超过"));
    // Issued in March already: told there.
    case.months.clear();
    case.ledger = ledger(vec![february(dec!(17000000)), line(2, "DD-2026-001", dec!(17000000), dec!(10))]);
    only(fire("S004", &case), &Origin::File("台账.jsonl".into()), Severity::Error);
}

#[test]
fn s005_points_to_the_adjustment_that_came_later() {
    let mut case = all_at_three(dec!(20), dec!(1));
    case.ledger = ledger(vec![line(1, "DD-2026-001", dec!(0), dec!(19013.89))]);
    let found = only(fire("S005", &case), &Origin::File("台账.jsonl".into()), Severity::Error);
    assert!(found.message.contains("税率 开具时 6%，现在 3%"), "{}", found.message);
    assert_eq!(found.labels.last().unwrap().1, "开具时还没有这条调整");
    assert!(found.help.contains("--month 2026-03 --issue --amend"), "{}", found.help);
    assert!(!found.help.contains("恢复原来的表格"), "{}", found.help);
}

// Ordered: 120 × 898.94 + 60 × 1,035.09 = 169,978.20, 160,356.79 net. All of it at 3 % is 165,168.00, which is 160,357.28
// net: 0.49 more, from rounding the unit prices. Another day is 166,173.80, below the gross total, and 161,333.79 net.
#[test]
fn s007_compares_net_where_the_rate_is_another() {
    assert!(fire("S007", &all_at_three(dec!(120), dec!(60))).is_empty());
    let found = only(
        fire("S007", &all_at_three(dec!(120), dec!(61))),
        &month_cell("工时.xlsx", 2, 1),
        Severity::Warning,
    );
    assert!(
        found.message.contains(
            "累计 不含税 161,333.79 元，超过订单总额 不含税 160,356.79 元，超出 977.00 元；税率调整过"
        ),
        "{}",
        found.message
    );
    // Issued already, and its sheets gone: told at the ledger's line.
    let mut issued = all_at_three(dec!(120), dec!(61));
    issued.ledger = ledger(vec![taxed_at_three(line(1, "DD-2026-001", dec!(0), dec!(166173.80)))]);
    issued.months.clear();
    let found = only(fire("S007", &issued), &Origin::File("台账.jsonl".into()), Severity::Warning);
    assert!(found.message.contains("不含税 161,333.79 元"), "{}", found.message);
}

// Ordered and worked at one rate: gross to the cent, though the rate has changed since the contract was signed.
#[test]
fn s007_stays_gross_where_the_order_was_written_at_that_rate() {
    let mut case = all_at_three(dec!(120), dec!(60));
    case.orders[0].signed_on = day("签订日期", "2026-03-02");
    assert!(fire("S007", &case).is_empty());
    case.months[0].work[1].days.value = CellNumber::Number(dec!(60.5));
    let found = only(fire("S007", &case), &month_cell("工时.xlsx", 2, 1), Severity::Warning);
    assert!(found.message.contains("超过订单总额 165,168.00 元，超出 502.90 元"), "{}", found.message);
}
