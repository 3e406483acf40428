//! What can be read but not for certain, and what is hidden.

use hetong::model::fault::{Fault, FaultKind};
use hetong::model::quotation::{CellNumber, Quotation};

use super::{assert_values, bytes, read, read_as};

pub fn kinds(faults: &[Fault]) -> Vec<(String, String)> {
    let what = |fault: &Fault| match &fault.kind {
        FaultKind::HiddenFigures { what } => what.clone(),
        FaultKind::Unreadable { why } => why.clone(),
        FaultKind::TooLarge { found, limit } => format!("{found} > {limit}"),
        FaultKind::MissingColumn { column, seen } => format!("{column}: {}", seen.join(" ")),
        FaultKind::BadValue { what, found, expected } => format!("{what}: {found}: {expected}"),
        other => panic!("{other:?}"),
    };
    faults.iter().map(|fault| (what(fault), fault.origin.to_string())).collect()
}

pub fn assert_faults(name: &str, expected: &[(&str, &str)]) -> Option<Quotation> {
    let (quotation, faults) = read(name);
    let expected: Vec<(String, String)> =
        expected.iter().map(|(what, place)| ((*what).to_owned(), format!("{name}{place}"))).collect();
    assert_eq!(kinds(&faults), expected, "{name}");
    quotation
}

#[test]
fn hidden_figures_are_told_and_read() {
    for name in ["hidden.xlsx", "hidden.xls", "hidden.xlsb", "hidden.ods"] {
        let quotation = assert_faults(
            name,
            &[
                ("工作表“成本”", " 工作表“成本”单元格 B3"),
                ("工作表“底价”", " 工作表“底价”单元格 A2"),
                ("第 5–6 行", " 工作表“报价表”单元格 C5"),
                ("第 9 行", " 工作表“报价表”单元格 C9"),
                ("第 J–K 列", " 工作表“报价表”单元格 J4"),
            ],
        );
        assert_values(name, &quotation.unwrap());
    }
    let quotation = assert_faults(
        "xlwt.xls",
        &[
            ("工作表“成本”", " 工作表“成本”单元格 B5"),
            ("第 3 行", " 工作表“报价表”单元格 C3"),
            ("第 H 列", " 工作表“报价表”单元格 H2"),
        ],
    );
    let rows = quotation.unwrap().rows;
    assert_eq!(rows.len(), 3);
    assert_eq!(rows[1].net_total.as_ref().unwrap().value, CellNumber::FormulaWithoutValue("D3*C3".into()));
    assert_eq!(rows[1].rate.as_ref().unwrap().value, CellNumber::Empty);
}

#[test]
fn which_table_is_meant_must_be_said() {
    let none = assert_faults(
        "two-tables.xlsx",
        &[(
            "不止一张工作表有报价表：“报价表”、“报价表（调整）”；请在 合同.yaml 里写明用哪一张：报价: {文件: two-tables.xlsx, 工作表: 报价表}",
            "",
        )],
    );
    assert_eq!(none, None);
    let file = bytes("sheets/two-tables.xlsx");
    let (quotation, faults) = read_as("two-tables.xlsx", &file, Some("报价表（调整）"));
    assert_eq!(faults, []);
    let quotation = quotation.unwrap();
    assert_values("two-tables.xlsx", &quotation);
    assert!(quotation.origin.to_string().contains("“报价表（调整）”"));
    let (quotation, faults) = read_as("two-tables.xlsx", &file, Some("报价"));
    assert_eq!(quotation, None);
    assert_eq!(kinds(&faults)[0].0, "工作表: 报价: 文件中的工作表：报价表、报价表（调整）");
}

#[test]
fn a_hidden_sheet_is_taken_only_by_name() {
    let (none, faults) = read("hidden-table.xlsx");
    assert_eq!(none, None);
    assert!(kinds(&faults)[1].0.starts_with("报价表在隐藏的工作表里，请取消隐藏：“报价表”"), "{faults:?}");
    let (quotation, faults) = read_as("a.xlsx", &bytes("sheets/hidden-table.xlsx"), Some("报价表"));
    assert_values("hidden-table.xlsx", &quotation.unwrap());
    assert_eq!(kinds(&faults)[0].0, "工作表“报价表”");
}

#[test]
fn missing_and_doubled_columns() {
    let headings = "不含税单价: 岗位职责 级别 预估工作量（人/天） 不含税单价（万元/人天） 含税单价（元/人天） 增值税税率 不含税总价（元） 含税总价（元）";
    assert_faults("other-unit.xlsx", &[(headings, " 工作表“报价表”单元格 A3")]);
    let place = " 工作表“Sheet”单元格 A1";
    assert_faults(
        "no-table.xlsx",
        &[("岗位职责: 你好", place), ("级别: 你好", place), ("不含税单价: 你好", place)],
    );
    assert_faults(
        "twice.xlsx",
        &[(
            "表头“不含税单价”: D3 和 I3 两处: 一张工作表上只有一张报价表，每个表头只有一列",
            " 工作表“报价表”单元格 I3",
        )],
    );
}
