//! Tests of `files`.

use super::*;
use crate::compute::testing::{at, cell_origin, good_case};
use crate::diagnostics::Diagnostic;
use crate::model::fault::Fault;
use crate::rules::testing::{Extra, fire_with, only};

fn fired(id: &str, faults: Vec<Fault>) -> Vec<Diagnostic> {
    fire_with(id, &good_case(), Extra { faults, ..Extra::default() })
}

fn missing(columns: &[&str], seen: &[&str], origin: &Origin) -> Vec<Diagnostic> {
    let seen: Vec<String> = seen.iter().map(|&heading| heading.into()).collect();
    let kind = |column: &&str| FaultKind::MissingColumn { column: (*column).into(), seen: seen.clone() };
    fired("F002", columns.iter().map(|column| Fault::new(kind(column), origin.clone())).collect())
}

#[test]
fn f002_names_every_missing_column_and_what_may_be_meant() {
    let columns = ["服务质量得分", "支撑能力扣分次数", "投诉次数", "安全事件次数", "日常管理缺项数"];
    let seen = ["订单编号", "服务质量", "支撑能力", "投诉", "安全", "日常管理", "说明"];
    let found = only(missing(&columns, &seen, &cell_origin("A2")), &cell_origin("A2"), Severity::Error);
    for column in columns {
        assert!(found.message.contains(&format!("“{column}”")), "{}", found.message);
    }
    assert!(found.message.contains("没有找到 5 列"), "{}", found.message);
    assert!(found.message.contains("“投诉”是不是“投诉次数”"), "{}", found.message);
    assert!(!found.message.contains("同一列"), "{}", found.message);
    assert!(found.help.contains("先看这一列填的是什么"), "{}", found.help);
}

#[test]
fn f002_does_not_guess() {
    // 含税单价 is another column than the missing one; two headings like one column are neither.
    for (columns, seen) in [
        (["不含税单价"], vec!["岗位职责", "级别", "含税单价", "单价"]),
        (["投诉次数"], vec!["投诉", "投诉次"]),
    ] {
        let found = only(missing(&columns, &seen, &at("表")), &at("表"), Severity::Error);
        assert!(!found.message.contains("是不是"), "{}", found.message);
    }
}

#[test]
fn f001_of_a_month_says_which_files_may_stand_there() {
    let fault = |why: &str, file: &str| {
        Fault::new(FaultKind::Unreadable { why: why.into() }, Origin::File(file.into()))
    };
    let found = fired("F001", vec![fault("“结算/2026-05/工时.xlsx”不存在", "结算/2026-05/工时.xlsx")]);
    assert!(
        found[0].help.contains("结算/2026-05/") && found[0].help.contains("工时.ods"),
        "{}",
        found[0].help
    );
    let two = "结算/2026-05/ 里有 2 个考核文件：“考核.csv”、“考核.xlsx”；不知以哪一个为准";
    let found = fired("F001", vec![fault(two, "结算/2026-05/考核.xlsx")]);
    assert!(found[0].help.contains("一个月只放一个考核文件"), "{}", found[0].help);
}

#[test]
fn f005_knows_full_width_marks() {
    let kind = FaultKind::UnknownKey {
        key: "姓名：甲，电话：1".into(),
        suggestion: None,
        known: vec![],
        elsewhere: vec![],
    };
    let found = fired("F005", vec![Fault::new(kind, at("这里"))]);
    assert!(found[0].help.contains("冒号用半角"), "{}", found[0].help);
}

#[test]
fn every_fault_becomes_one_finding_of_its_rule() {
    let faults = [
        ("F001", FaultKind::Unreadable { why: "“报价表.xlsx”不存在".into() }, "不存在"),
        ("F002", FaultKind::MissingColumn { column: "不含税单价".into(), seen: vec!["单价".into()] }, "单价"),
        ("F003", FaultKind::OutsideCase { path: "../a.xlsx".into() }, "../a.xlsx"),
        ("F004", FaultKind::TooLarge { found: "文件有 9 字节".into(), limit: "8 字节".into() }, "9 字节"),
        (
            "F005",
            FaultKind::UnknownKey {
                key: "法定代表".into(),
                suggestion: Some("法定代表人".into()),
                known: vec!["法定代表人".into()],
                elsewhere: vec![],
            },
            "是不是想写“法定代表人”",
        ),
        ("F003", FaultKind::LinkedFolder { path: "结算/2026-03".into() }, "没有读"),
        ("F005", FaultKind::DuplicateKey { key: "名称".into(), first: at("名称") }, "两次"),
        ("F008", FaultKind::StrayHash { value: "某路".into(), cut: Some("#12".into()) }, "“#12”不会印出"),
        ("F006", FaultKind::HiddenFigures { what: "第 12 行".into() }, "第 12 行"),
        (
            "F007",
            FaultKind::BadValue {
                what: "签订日期".into(), found: "三月".into(), expected: "日期".into()
            },
            "三月",
        ),
    ];
    for (id, kind, said) in faults {
        let extra = Extra { faults: vec![Fault::new(kind, at("这里"))], ..Extra::default() };
        let severity = if id == "F006" { Severity::Warning } else { Severity::Error };
        let found = only(fire_with(id, &good_case(), extra), &at("这里"), severity);
        assert!(found.message.contains(said), "{id}: {}", found.message);
    }
}

#[test]
fn f005_says_what_to_do_instead_of_a_merge_key() {
    let kind = FaultKind::UnknownKey {
        key: "<<".into(),
        suggestion: None,
        known: vec!["名称".into()],
        elsewhere: vec![],
    };
    let found = fired("F005", vec![Fault::new(kind, at("这里"))]);
    assert!(found[0].help.contains("合并键"), "{}", found[0].help);
}
