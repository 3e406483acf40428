//! `hetong settle` in a month within which a 调整 takes effect, and after it: figures worked out by hand, a month's total
//! that cannot be shared out, and a 调整 that reaches back over what was issued.

#![allow(clippy::expect_used, reason = "clippy knows test functions, not what they share")]

#[path = "support/chain.rs"]
mod chain;
mod support;

use std::fs;
use std::process::Output;

use calamine::{Data, Reader, Xlsx};
use serde_json::{Value, json};
use support::{CaseCopy, arg, pdf_words, place, run, told};

const HEAD: &str = "订单编号,姓名,岗位职责,级别,日期,人天\n";
const SCORES: &str = "订单编号,服务质量得分,支撑能力扣分次数,投诉次数,安全事件次数,日常管理缺项数,说明\n";

/// 产品/平台服务·高级 and 活动/内容支撑·高级 cost 832.08 net: 882.00 at 6 %, 857.04 at 3 %. 活动/内容支撑·中级 costs 739.63
/// net: 784.01 at 6 %, 761.82 at 3 %. March and April are issued: 141,278.14.
///
/// May, 得分 99 and 97.5: 张示例 9.5 人天 for DD-2026-001, 5 of them before the 18th; 李示例 2.5, 1.5 of them before;
/// 王示例 4 for DD-2026-002, all after. June, full marks: 20 人天 at 高级.
struct Case {
    copy: CaseCopy,
}

impl Case {
    fn new() -> Self {
        let new = Self { copy: CaseCopy::of("星河示例") };
        let mut may = HEAD.to_owned();
        let mut row = |order: &str, who: &str, day: u8, days: &str| {
            may += &format!("{order},{who},2026-05-{day},{days}\n");
        };
        for (day, days) in [(11, "1"), (12, "1"), (13, "1"), (14, "1"), (15, "1"), (18, "1"), (19, "1")] {
            row("DD-2026-001", "张示例,产品/平台服务,高级", day, days);
        }
        for (day, days) in [(20, "1"), (21, "1"), (22, "0.5")] {
            row("DD-2026-001", "张示例,产品/平台服务,高级", day, days);
        }
        for (day, days) in [(14, "1"), (15, "0.5"), (18, "1")] {
            row("DD-2026-001", "李示例,活动/内容支撑,中级", day, days);
        }
        for day in 19..=22 {
            row("DD-2026-002", "王示例,活动/内容支撑,高级", day, "1");
        }
        let month = new.copy.path().join("结算/2026-05");
        fs::remove_file(month.join("工时.xls")).expect("removed");
        fs::write(month.join("工时.csv"), may).expect("written");
        let june = new.copy.path().join("结算/2026-06");
        fs::create_dir(&june).expect("a folder");
        let total = format!("{HEAD}DD-2026-001,张示例,产品/平台服务,高级,,20\n");
        fs::write(june.join("工时.csv"), total).expect("written");
        fs::write(june.join("考核.csv"), format!("{SCORES}DD-2026-001,50,0,0,0,0,\n")).expect("written");
        new
    }

    /// With one 调整 to 3 %.
    fn adjusted(day: &str) -> Self {
        let new = Self::new();
        new.adjust(&[(day, "税率: 3%")]);
        new
    }

    fn adjust(&self, adjustments: &[(&str, &str)]) {
        let path = self.copy.path().join("合同.yaml");
        let text = fs::read_to_string(&path).expect("合同.yaml");
        let mut text = text.split("调整:").next().expect("text").trim_end().to_owned() + "\n";
        for (index, (day, what)) in adjustments.iter().enumerate() {
            text += if index == 0 { "调整:\n" } else { "" };
            text += &format!("  - {{生效日期: {day}, 事由: 税率调整, {what}}}\n");
        }
        fs::write(path, text).expect("written");
    }

    fn settle(&self, month: &str, more: &[&str]) -> Output {
        let (case, output) = (self.copy.path(), self.copy.output());
        run(&[&["settle", arg(&case), "--month", month, "-o", arg(&output)], more].concat())
    }

    fn settled(&self, month: &str, more: &[&str]) -> String {
        let done = self.settle(month, more);
        assert_eq!(done.status.code(), Some(0), "{more:?}: {}", told(&done));
        told(&done)
    }

    fn built_for_signing(&self) -> Output {
        self.copy.build(&["--final"])
    }

    /// Its ledger, the chain and the sums checked by another way than hetong's.
    fn ledger(&self) -> Vec<Value> {
        let bytes = fs::read(self.copy.path().join("台账.jsonl")).expect("a ledger");
        let (lines, torn) = chain::checked(&bytes);
        assert!(!torn);
        lines
    }

    /// Errors of `check`, as `id place`.
    fn errors(&self) -> Vec<String> {
        let findings = self.copy.findings();
        let errors = findings.iter().filter(|finding| finding["severity"] == "error");
        errors.map(|f| format!("{} {}", f["id"].as_str().expect("an id"), place(f))).collect()
    }

    /// An order's row of the 结算汇总, amounts in 分.
    fn summary_row(&self, month: &str, order: &str) -> Vec<String> {
        let path = self.copy.output().join(format!("结算-{month}/结算汇总-{month}.xlsx"));
        let mut book: Xlsx<_> = calamine::open_workbook(path).expect("the 汇总");
        let sheet = book.worksheet_range("汇总").expect("its first sheet");
        let has = |row: &&[Data]| row.contains(&Data::String(order.to_owned()));
        let row = sheet.rows().find(has).expect("the order's row");
        let shown = |cell: &Data| match cell {
            Data::Float(number) => format!("{number:.2}").replace('.', ""),
            cell => cell.to_string(),
        };
        row.iter().map(shown).collect()
    }

    fn words(&self, month: &str, order: &str) -> String {
        let folder = self.copy.output().join(format!("结算-{month}")).join("星河示例");
        pdf_words(&folder.join(format!("结算单-{month}-{order}.pdf")))
    }
}

/// These keys of a ledger line.
fn said(line: &Value, keys: &[&str]) -> Vec<String> {
    keys.iter()
        .map(|key| line[key].as_str().unwrap_or_else(|| panic!("{key} in {line}")).to_owned())
        .collect()
}

const FIGURES: [&str; 7] = ["人天", "结算金额", "应支付", "不含税", "税额", "已结算", "累计"];

// DD-2026-001: 5 × 882.00 = 4,410.00; 4.5 × 857.04 = 3,856.68; 1.5 × 784.01 = 1,176.015 → 1,176.02; 761.82; Σ 10,204.52.
// × 0.99 = 10,102.4748. At 6 %: 5,586.02 × 0.99 = 5,530.1598 → 5,530.16, ÷ 1.06 = 5,217.132…; the rest, 4,572.31, ÷ 1.03
// = 4,439.135….  DD-2026-002: 4 × 857.04 = 3,428.16; × 0.975 = 3,342.456; ÷ 1.03 = 3,245.106….
#[test]
fn a_month_with_two_rates_and_the_next() {
    let case = Case::adjusted("2026-05-18");
    assert_eq!(case.errors(), [] as [&str; 0]);
    case.settled("2026-05", &["--issue"]);
    let lines = case.ledger();
    assert_eq!(lines.len(), 5);
    assert_eq!(
        said(&lines[3], &FIGURES),
        ["12", "10204.52", "10102.47", "9656.27", "446.20", "141278.14", "151380.61"]
    );
    assert_eq!((&lines[3]["税率"], &lines[3]["修订"]), (&json!("6%、3%"), &json!(1)));
    assert_eq!(
        lines[3]["分税率"],
        json!([
            {"税率": "6%", "应支付": "5530.16", "不含税": "5217.13", "税额": "313.03"},
            {"税率": "3%", "应支付": "4572.31", "不含税": "4439.14", "税额": "133.17"},
        ])
    );
    assert_eq!(
        said(&lines[4], &FIGURES),
        ["4", "3428.16", "3342.46", "3245.11", "97.35", "151380.61", "154723.07"]
    );
    assert_eq!((&lines[4]["税率"], lines[4].get("分税率")), (&json!("3%"), None));
    // The 汇总 counts and compares without tax: Σ 不含税 of all lines, against 16,297,844.99 (the sample's 4.3).
    let cents = |text: &str| text.replace('.', "").parse::<i64>().expect("an amount");
    let net: i64 = lines.iter().map(|line| cents(line["不含税"].as_str().expect("不含税"))).sum();
    let row = case.summary_row("2026-05", "DD-2026-002");
    assert_eq!(row[9..12], [net.to_string(), (1_629_784_499 - net).to_string(), "不含税".to_owned()]);
    let words = case.words("2026-05", "DD-2026-001");
    for figure in ["882.00", "857.04", "784.01", "761.82", "10,204.52", "10,102.47", "9,656.27", "446.20"] {
        assert!(words.contains(figure), "{figure} in {words}");
    }
    // June has one price from its first day on, so that its total is enough: 20 × 857.04; ÷ 1.03 = 16,641.553….
    case.settled("2026-06", &["--issue"]);
    let lines = case.ledger();
    assert_eq!(
        said(&lines[5], &FIGURES),
        ["20", "17140.80", "17140.80", "16641.55", "499.25", "154723.07", "171863.87"]
    );
    assert_eq!((&lines[5]["税率"], &lines[5]["修订"]), (&json!("3%"), &json!(1)));
    assert_eq!(case.errors(), [] as [&str; 0]);
    // What was issued before is in the ledger as it was.
    assert!(lines[..3].iter().all(|line| line.get("修订").is_none()));
}

#[test]
fn a_months_total_over_the_change_is_refused() {
    let case = Case::adjusted("2026-06-15");
    assert_eq!(case.errors(), ["S014 结算/2026-06/工时.csv!F2"]);
    case.settled("2026-05", &["--issue"]);
    let done = case.settle("2026-06", &["--issue"]);
    assert_eq!(done.status.code(), Some(1), "{}", told(&done));
    let words = told(&done);
    for part in ["S014", "2026-06-15 起含税单价 882.00 → 857.04 元、税率 6% → 3%", "按日填写"]
    {
        assert!(words.contains(part), "{part}: {words}");
    }
    assert_eq!(case.ledger().len(), 5);
    assert!(!case.copy.output().join("结算-2026-06/星河示例").exists());
}

#[test]
fn an_adjustment_without_a_day_settles_nothing() {
    let case = Case::new();
    let path = case.copy.path().join("合同.yaml");
    let text = fs::read_to_string(&path).expect("合同.yaml");
    fs::write(&path, text + "\n调整:\n  - {事由: 税率调整, 税率: 3%}\n").expect("written");
    let done = case.settle("2026-05", &["--issue"]);
    assert_eq!(done.status.code(), Some(1), "{}", told(&done));
    assert!(told(&done).contains("R004"), "{}", told(&done));
    assert_eq!(case.ledger().len(), 3);
}

// At 6 %: 9.5 × 882.00 + 1,960.03 = 10,339.03, × 0.99 = 10,235.64; 4 × 882.00 × 0.975 = 3,439.80. With 3 % from the 18th
// on they are 10,102.47 and 3,342.46: 133.17 and 97.34 less.
#[test]
fn a_month_that_is_reached_back_over_is_corrected_and_stops_no_other() {
    let case = Case::new();
    case.settled("2026-05", &["--issue"]);
    case.adjust(&[("2026-05-18", "税率: 3%")]);
    let before = ["S005 台账.jsonl:4:1", "S005 台账.jsonl:5:1", "R003 合同.yaml:40:12"];
    assert_eq!(sorted(case.errors()), sorted(before.map(str::to_owned).to_vec()));
    // Nor is a 补充协议 made for signing that reaches back.
    let built = case.built_for_signing();
    assert!(built.status.code() == Some(1) && told(&built).contains("R003"), "{}", told(&built));

    // The month itself: not as if nothing had happened, but corrected.
    for more in [&[][..], &["--issue"]] {
        let done = case.settle("2026-05", more);
        assert_eq!(done.status.code(), Some(1), "{}", told(&done));
        assert!(told(&done).contains("R003") && told(&done).contains("--amend"), "{}", told(&done));
        // What was issued stays in the 汇总.
        for (order, due) in [("DD-2026-001", "1023564"), ("DD-2026-002", "343980")] {
            let row = case.summary_row("2026-05", order);
            assert_eq!((row[6].as_str(), row[12].as_str()), (due, "已开具（未核对）"));
        }
    }
    assert_eq!(case.ledger().len(), 5);

    // Another month goes on, and is reminded.
    let words = case.settled("2026-06", &["--issue"]);
    assert!(words.contains("警告[R003]") && words.contains("2026-05 的结算单"), "{words}");
    assert_eq!(case.ledger().len(), 6);

    // One order, then the other.
    case.settled("2026-05", &["--issue", "--amend", "税率追溯", "--only", "DD-2026-002"]);
    let left = ["S005 台账.jsonl:4:1", "R003 合同.yaml:40:12"];
    assert_eq!(sorted(case.errors()), sorted(left.map(str::to_owned).to_vec()));
    case.settled("2026-05", &["--issue", "--amend", "税率追溯"]);
    assert_eq!(case.errors(), [] as [&str; 0]);
    let lines = case.ledger();
    assert_eq!(
        said(&lines[6], &FIGURES),
        ["4", "3428.16", "3342.46", "3245.11", "97.35", "172094.38", "171997.04"]
    );
    assert_eq!(
        said(&lines[7], &FIGURES),
        ["12", "10204.52", "10102.47", "9656.27", "446.20", "171997.04", "171863.87"]
    );
    assert_eq!(lines[7]["更正"], json!({"替代": 4, "原因": "税率追溯"}));
    assert_eq!((&lines[6]["修订"], &lines[7]["修订"]), (&json!(1), &json!(1)));
    // There is nothing left to correct.
    let words = case.settled("2026-05", &["--issue", "--amend", "税率追溯"]);
    assert!(words.contains("没有更正"), "{words}");
    assert_eq!(case.ledger().len(), 8);
}

/// A 调整 that changes no figure of the month still has to be in what was issued: it was in force when the month ended.
#[test]
fn what_stays_the_same_is_recorded_anew_all_the_same() {
    let case = Case::new();
    case.settled("2026-05", &["--issue"]);
    case.adjust(&[("2026-05-31", "税率: 3%")]);
    assert_eq!(case.errors(), ["R003 合同.yaml:40:12"]);
    assert_eq!(case.settle("2026-05", &[]).status.code(), Some(1));
    case.settled("2026-05", &["--issue", "--amend", "补记调整"]);
    assert_eq!(case.errors(), [] as [&str; 0]);
    let lines = case.ledger();
    assert_eq!(lines.len(), 7);
    for (old, new) in [(3, 5), (4, 6)] {
        let figures = ["人天", "结算金额", "应支付", "不含税", "税额", "税率"];
        assert_eq!(said(&lines[old], &figures), said(&lines[new], &figures));
        assert_eq!(
            (said(&lines[new], &["累计"]), &lines[new]["修订"]),
            (said(&lines[4], &["累计"]), &json!(1))
        );
    }

    assert_eq!(case.built_for_signing().status.code(), Some(0));

    // Taken out again, or moved: told at the ledger's lines, and again there is a way out.
    case.adjust(&[]);
    assert_eq!(case.errors(), ["R003 台账.jsonl:6:1"]);
    assert_eq!(case.built_for_signing().status.code(), Some(1), "its 补充协议 stays");
    case.adjust(&[("2026-06-01", "税率: 3%")]);
    assert_eq!(case.errors(), ["R003 台账.jsonl:6:1"]);
    case.settled("2026-05", &["--issue", "--amend", "调整改到六月"]);
    assert_eq!(case.errors(), [] as [&str; 0]);
    assert_eq!(case.ledger()[7].get("修订"), None);
}

fn sorted(mut texts: Vec<String>) -> Vec<String> {
    texts.sort();
    texts
}
