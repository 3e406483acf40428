//! The sample workspace is as its README says: clean, and its figures those that its maker worked out without hetong.

#![allow(clippy::expect_used, reason = "clippy knows test functions, not what they share")]

#[path = "support/chain.rs"]
mod chain;
mod support;

use std::str::FromStr;

use hetong::bundle::job::Draft;
use hetong::input::months::Scope;
use hetong::rules::Purpose;
use rust_decimal::Decimal;
use serde_json::Value;
use support::{CaseCopy, arg, repository, run, told, workbook};

/// 案卷, 月份, 订单, 人天, Σ 行金额, 得分, 应支付, as `fixtures/cases/make.py --figures` prints them.
const FIGURES: [&str; 16] = [
    "星河示例 2026-03 DD-2026-001 72.0 52871.54 95.5 50492.32",
    "星河示例 2026-04 DD-2026-001 79.0 58359.61 98.5 57484.22",
    "星河示例 2026-04 DD-2026-002 43.5 35427.23 94.0 33301.60",
    "星河示例 2026-05 DD-2026-001 71.0 52528.52 99.0 52003.23",
    "星河示例 2026-05 DD-2026-002 39.5 32193.21 97.5 31388.38",
    "云岭示例 2026-03 DD-2026-003 85.5 62339.00 91.5 57040.19",
    "云岭示例 2026-03 DD-2026-004 23.5 19300.00 98.0 18914.00",
    "云岭示例 2026-04 DD-2026-003 80.5 58093.00 97.0 56350.21",
    "云岭示例 2026-04 DD-2026-004 41.5 34064.50 90.0 30658.05",
    "云岭示例 2026-05 DD-2026-003 71.5 51531.00 98.0 50500.38",
    "云岭示例 2026-05 DD-2026-004 37 30301.00 96.0 29088.96",
    "嘉陵示例 2026-03 DD-2026-005 45.5 36957.17 95.5 35294.10",
    "嘉陵示例 2026-04 DD-2026-005 61.0 49373.21 97.0 47892.01",
    "嘉陵示例 2026-04 DD-2026-006 21 24116.43 100.0 24116.43",
    "嘉陵示例 2026-05 DD-2026-005 55.5 44911.19 96.5 43339.30",
    "嘉陵示例 2026-05 DD-2026-006 37.5 42330.48 99.0 41907.18",
];

#[test]
fn nothing_is_wrong_with_it() {
    let done = run(&["check", arg(&repository("fixtures/cases")), "--format", "json"]);
    assert_eq!(done.status.code(), Some(0), "{}", told(&done));
    let report: Value = serde_json::from_slice(&done.stdout).expect("JSON");
    let cases = report["cases"].as_array().expect("cases");
    assert_eq!(cases.len(), 3);
    for case in cases {
        assert_eq!(case["findings"].as_array().map(Vec::len), Some(0), "{case}");
    }
}

#[test]
fn every_month_of_it_comes_to_what_its_maker_worked_out() {
    let mut found = Vec::new();
    for name in ["星河示例", "云岭示例", "嘉陵示例"] {
        let folder = repository("fixtures/cases").join(name);
        let job = Draft::read(&folder, Scope::Everything, None).expect("a pack").check(Purpose::Final, None);
        for settled in &job.figures.settlements {
            let numbers = [
                settled.days,
                settled.work_gross.decimal(),
                settled.score.total,
                settled.due.gross.decimal(),
            ];
            found.push((
                format!("{name} {} {}", settled.month, settled.order),
                numbers.map(|n| n.normalize()),
            ));
        }
    }
    let expected = FIGURES.map(|line| {
        let parts: Vec<&str> = line.split(' ').collect();
        let number = |index: usize| Decimal::from_str(parts[index]).expect("a number").normalize();
        (parts[..3].join(" "), [number(3), number(4), number(5), number(6)])
    });
    assert_eq!(found, expected);
}

#[test]
fn march_and_april_are_issued_with_these_figures() {
    for name in ["星河示例", "云岭示例", "嘉陵示例"] {
        let ledger = std::fs::read(repository("fixtures/cases").join(name).join("台账.jsonl"));
        let (lines, torn) = chain::checked(&ledger.expect("a ledger"));
        let said = |line: &Value, key: &str| line[key].as_str().expect("text").to_owned();
        let issued: Vec<String> = lines
            .iter()
            .map(|line| ["月份", "订单", "结算金额", "应支付"].map(|key| said(line, key)).join(" "))
            .collect();
        let expected: Vec<String> = FIGURES
            .iter()
            .map(|line| line.split(' ').collect::<Vec<_>>())
            .filter(|parts| parts[0] == name && parts[1] < "2026-05")
            .map(|parts| [parts[1], parts[2], parts[4], parts[6]].join(" "))
            .collect();
        assert_eq!((issued, torn), (expected, false), "{name}");
    }
}

#[test]
fn may_goes_on_from_there() {
    let case = CaseCopy::of("星河示例");
    let (folder, output) = (case.path(), case.output());
    let done = run(&["settle", arg(&folder), "--month", "2026-05", "-o", arg(&output)]);
    assert_eq!(done.status.code(), Some(0), "{}", told(&done));
    let file = output.join("结算-2026-05/星河示例/结算单-2026-05-DD-2026-002.pdf");
    let words = support::pdf_words(&file);
    // 50,492.32 + 57,484.22 + 33,301.60 issued, 52,003.23 of May's first order, then 31,388.38 of this one.
    for said in ["193,281.37", "31,388.38", "224,669.75"] {
        assert!(words.contains(said), "{said} in {words}");
    }
    let (texts, formulas) = workbook(&output.join("结算-2026-05/结算汇总-2026-05.xlsx"));
    assert!(texts.iter().any(|text| text == "成都星河示例科技有限公司") && !formulas.is_empty());
}
