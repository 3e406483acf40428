//! `hetong new`: a case that can be filled in, checked and built without learning anything else.

#![allow(clippy::expect_used, reason = "clippy knows test functions, not what they share")]

mod support;

use std::fs;
use std::path::{Path, PathBuf};

use rust_decimal::{Decimal, RoundingStrategy, dec};
use serde_json::Value;
use support::{arg, findings, office, pdf_words, run, snapshot, text, told};

const POSTS: usize = 7;
/// 预估工作量 of the tender, line by line.
const WORKLOADS: [i64; 3 * POSTS] = [
    1250, 500, 250, 1250, 1250, 250, 1250, 1250, 250, 2000, 1500, 250, 2000, 500, 250, 2000, 500, 250, 1650,
    1100, 687,
];

/// A new case in a folder of its own.
fn new_case() -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().expect("a folder");
    let case = folder.path().join("新案卷");
    let done = run(&["new", arg(&case)]);
    assert_eq!(done.status.code(), Some(0), "{}", told(&done));
    (folder, case)
}

fn round(value: Decimal) -> Decimal {
    value.round_dp_with_strategy(2, RoundingStrategy::MidpointAwayFromZero)
}

/// The price offered on a line; some fall on half cents once the tax is on them.
fn price(line: usize) -> Decimal {
    let prices = if line < 18 {
        [dec!(831.25), dec!(740.75), dec!(460.25)]
    } else {
        [dec!(1200.75), dec!(950.25), dec!(570.75)]
    };
    prices[line % 3]
}

/// 17,275,715.69, as figures are printed.
fn printed(value: Decimal) -> String {
    let plain = format!("{value:.2}");
    let (whole, cents) = plain.split_once('.').expect("two places");
    let digits: Vec<char> = whole.chars().collect();
    let groups: Vec<String> = digits.rchunks(3).rev().map(|group| group.iter().collect()).collect();
    format!("{}.{cents}", groups.join(","))
}

#[test]
fn a_new_case_has_its_files_and_the_schema() {
    let (_folder, case) = new_case();
    assert_eq!(snapshot(&case).keys().collect::<Vec<_>>(), ["合同.schema.json", "合同.yaml", "报价表.xlsx"]);
    let yaml = fs::read_to_string(case.join("合同.yaml")).unwrap();
    assert_eq!(yaml.lines().next(), Some("# yaml-language-server: $schema=./合同.schema.json"));
    assert!(!yaml.contains(['«', '»', '\r']) && yaml.ends_with('\n'), "every place is filled");
    let schema = fs::read(case.join("合同.schema.json")).unwrap();
    let json: Value = serde_json::from_slice(&schema).unwrap();
    assert!(json["$schema"].is_string() && json["properties"]["乙方"].is_object());
    assert_eq!(text(&run(&["schema"]).stdout), text(&schema), "the same as `hetong schema`");
}

#[test]
fn what_is_there_is_not_overwritten() {
    let (_folder, case) = new_case();
    fs::write(case.join("合同.yaml"), "我的").unwrap();
    let before = snapshot(&case);
    let again = run(&["new", arg(&case)]);
    assert_eq!(again.status.code(), Some(2), "{}", told(&again));
    assert!(text(&again.stderr).contains("合同.yaml"), "{}", told(&again));
    assert!(snapshot(&case) == before);
    // One of the three is enough.
    fs::remove_file(case.join("合同.yaml")).unwrap();
    let before = snapshot(&case);
    assert_eq!(run(&["new", arg(&case)]).status.code(), Some(2));
    assert!(snapshot(&case) == before);
    // A folder with other files is fine, one below a file is not.
    let other = case.join("下级");
    fs::create_dir(&other).unwrap();
    fs::write(other.join("笔记.txt"), "别删").unwrap();
    assert_eq!(run(&["new", arg(&other)]).status.code(), Some(0));
    assert_eq!(fs::read_to_string(other.join("笔记.txt")).unwrap(), "别删");
    let below = run(&["new", arg(&other.join("笔记.txt/案卷"))]);
    assert_eq!(below.status.code(), Some(2), "{}", told(&below));
}

#[test]
fn a_new_case_gives_a_draft_that_says_nothing_nobody_has_said() {
    let (folder, case) = new_case();
    let checked = run(&["check", arg(&case), "--format", "json"]);
    assert_eq!(checked.status.code(), Some(1));
    let ids: Vec<Value> = findings(&checked).iter().map(|finding| finding["id"].clone()).collect();
    assert_eq!(ids, ["L002", "Q011"]);

    let output = folder.path().join("output");
    let built = run(&["build", arg(&case), "-o", arg(&output)]);
    assert_eq!(built.status.code(), Some(1), "{}", told(&built));
    assert_eq!(text(&built.stdout).matches("错误[").count(), 2, "{}", told(&built));
    let bundle = output.join("新案卷");
    assert_eq!(snapshot(&bundle).len(), 15);
    let body = pdf_words(&bundle.join("合同正文.pdf"));
    assert!(body.contains("草稿") && body.contains("含税框架上限总价为【】元"), "{body}");
    let integrity = pdf_words(&bundle.join("附件4-廉洁诚信承诺书.pdf"));
    assert!(body.contains("银行转账☐银行承兑汇票☐") && !body.contains('☑'), "{body}");
    assert!(integrity.contains("有（）无（）其他类别") && !integrity.contains('√'), "{integrity}");
    assert!(!body.contains("2026年【") && body.contains("签订日期：年月"), "{body}");
    let manifest: Value = serde_json::from_slice(&fs::read(bundle.join("manifest.json")).unwrap()).unwrap();
    let blanks = manifest["blanks"].as_array().unwrap();
    for key in ["合同.编号", "合同.付款方式", "乙方.名称", "报价", "廉洁.声明", "廉洁.其他业务合作"]
    {
        assert!(blanks.iter().any(|blank| blank == key), "{key}: {blanks:?}");
    }

    let refused = run(&["build", arg(&case), "-o", arg(&folder.path().join("定稿")), "--final"]);
    assert_eq!(refused.status.code(), Some(1));
    assert!(told(&refused).contains("乙方.名称"), "{}", told(&refused));
    assert!(!folder.path().join("定稿").exists());
}

/// Types the prices into the form as LibreOffice has it in its own format: a flat file in which an open price cell is
/// an empty cell in the column 不含税单价（元/人天）, the sixth.
fn type_prices(flat: &Path) {
    let xml = fs::read_to_string(flat).expect("a flat ODS");
    let mut out = String::new();
    let mut line = 0;
    for row in xml.split_inclusive("</table:table-row>") {
        let Some(at) = cell_start(row, 5).filter(|_| is_price_row(row)) else {
            out += row;
            continue;
        };
        let end = at + row[at..].find("/>").expect("an empty cell");
        let value = format!(" office:value-type=\"float\" office:value=\"{}\"", price(line));
        out += &format!("{}{value}{}", &row[..end], &row[end..]);
        line += 1;
    }
    assert_eq!(line, WORKLOADS.len(), "every line of the form has an open cell");
    fs::write(flat, out).expect("written");
}

/// A line of the form has one of the three levels in a cell of its own.
fn is_price_row(row: &str) -> bool {
    ["高级", "中级", "初级"].iter().any(|level| row.contains(&format!("<text:p>{level}</text:p>")))
}

/// Where the cell of this number begins in a row.
fn cell_start(row: &str, number: usize) -> Option<usize> {
    let mut count = 0;
    let mut at = 0;
    loop {
        let next = |tag: &str| row[at..].find(tag).map(|found| at + found);
        let (cell, covered) = (next("<table:table-cell"), next("<table:covered-table-cell"));
        at = cell.into_iter().chain(covered).min()?;
        let end = at + row[at..].find('>')?;
        let repeated =
            row[at..end].split_once("number-columns-repeated=\"").and_then(|(_, rest)| rest.split_once('"'));
        let repeated: usize = repeated.and_then(|(count, _)| count.parse().ok()).unwrap_or(1);
        if count == number {
            return (repeated == 1).then_some(at);
        }
        count += repeated;
        at = end;
    }
}

/// The supplier fills the form in another program and sends it back; nothing else is needed.
#[test]
fn a_form_filled_in_libreoffice_is_read_without_any_edit() {
    let (folder, case) = new_case();
    let form = case.join("报价表.xlsx");
    office(std::slice::from_ref(&form), "fods", folder.path());
    let flat = folder.path().join("报价表.fods");
    type_prices(&flat);
    fs::remove_file(&form).unwrap();
    office(&[flat], "xlsx:Calc MS Excel 2007 XML", &case);
    let yaml = fs::read_to_string(case.join("合同.yaml")).unwrap();
    fs::write(case.join("合同.yaml"), yaml.replace("\n  声明: ", "\n  声明: 无关联 ")).unwrap();

    let found = findings(&run(&["check", arg(&case), "--format", "json"]));
    let quoted: Vec<&Value> = found
        .iter()
        .filter(|f| f["severity"] == "error" && !f["id"].as_str().unwrap().starts_with('P'))
        .collect();
    assert!(quoted.is_empty(), "{quoted:?}");

    let output = folder.path().join("output");
    let built = run(&["build", arg(&case), "-o", arg(&output), "--only", "正文,附件3"]);
    assert_eq!(built.status.code(), Some(0), "{}", told(&built));
    let net_line = |line: usize| round(price(line) * Decimal::from(WORKLOADS[line]));
    let net: Decimal = (0..WORKLOADS.len()).map(net_line).sum();
    let gross: Decimal = (0..WORKLOADS.len()).map(|line| round(net_line(line) * dec!(1.06))).sum();
    let body = pdf_words(&output.join("新案卷/合同正文.pdf"));
    for figure in [net, gross, gross - net] {
        assert!(body.contains(&format!("【{}】元", printed(figure))), "{figure}: {body}");
    }
    let quotation = pdf_words(&output.join("新案卷/附件3-报价表.pdf"));
    for line in 0..WORKLOADS.len() {
        for figure in
            [price(line), round(price(line) * dec!(1.06)), net_line(line), round(net_line(line) * dec!(1.06))]
        {
            let figure = printed(figure);
            assert!(
                quotation.contains(&figure) || quotation.contains(&figure.replace(',', "")),
                "{figure}: {quotation}"
            );
        }
    }
}

#[test]
fn the_orders_schema_is_printed() {
    let printed = run(&["schema", "订单"]);
    assert_eq!(printed.status.code(), Some(0));
    let schema: Value = serde_json::from_slice(&printed.stdout).expect("JSON");
    assert!(schema["properties"]["付款计划"].is_object());
    let usual: Value = serde_json::from_slice(&run(&["schema"]).stdout).expect("JSON");
    assert!(usual["properties"]["乙方"].is_object());
    let refused = run(&["schema", "发票"]);
    assert_eq!(refused.status.code(), Some(2));
    assert!(text(&refused.stderr).contains("合同、订单"));
}

#[test]
fn a_case_on_the_terms_of_another() {
    let folder = tempfile::tempdir().expect("a folder");
    let (from, case) = (support::repository("fixtures/cases/星河示例"), folder.path().join("新案卷"));
    let done = run(&["new", arg(&case), "--from", arg(&from)]);
    assert_eq!(done.status.code(), Some(0), "{}", told(&done));
    assert!(text(&done.stdout).contains("没有抄：合同编号"), "{}", told(&done));
    assert_eq!(snapshot(&case).keys().collect::<Vec<_>>(), ["合同.schema.json", "合同.yaml", "报价表.xlsx"]);
    let yaml = fs::read_to_string(case.join("合同.yaml")).unwrap();
    for word in
        ["星河示例科技", "编号: MGYY", "日期: 2026", "91510100MA6XYH018E", "4402 0000", "数据安全小组"]
    {
        assert!(!yaml.contains(word), "{word}: {yaml}");
    }
    let of = |case: &Path| {
        let yaml = fs::read_to_string(case.join("合同.yaml")).unwrap();
        let lines = yaml.lines().skip_while(|line| !line.starts_with("条款:")).skip(1);
        lines
            .take_while(|line| line.starts_with("  ") && !line.contains('#'))
            .map(str::to_owned)
            .collect::<Vec<_>>()
    };
    assert_eq!(of(&case), of(&from));
    // Checked at once, it lacks what is to be filled in and chosen, and has nothing wrong but that.
    let done = run(&["check", arg(&case), "--format", "json"]);
    let ids: Vec<Value> = findings(&done).iter().map(|finding| finding["id"].clone()).collect();
    assert_eq!(ids, ["L002", "Q011"], "{}", told(&done));
    let done = run(&["new", arg(&folder.path().join("又一个")), "--from", arg(&folder.path().join("没有"))]);
    assert_eq!(done.status.code(), Some(2), "{}", told(&done));
    assert!(!folder.path().join("又一个").exists());
}
