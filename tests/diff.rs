//! 变更对照表: what the 调整 of a signed case change, on the terminal, on paper and as a workbook. The figures were worked
//! out by hand from the tender's 工作量 and the two price lists.

#![allow(clippy::unwrap_used, reason = "clippy knows test functions, not what they share")]

mod support;

use std::fmt::Write;
use std::fs;
use std::path::Path;
use std::process::Command;

use calamine::Data;
use support::recalculation::{Book, assert_same, recalculated};
use support::{CaseCopy, arg, dates, pdf_words, run, snapshot, text, told};

const VAT: &str = "调整:\n  - {生效日期: 2026-09-01, 事由: 增值税税率调整, 税率: 3%}\n";
const PRICES: &str = "  - {生效日期: 2026-10-01, 事由: 年中单价调整, 报价: 新报价.csv}\n";
const TABLE: &str = "变更对照表";

/// 岗位, 工作量 of 高级, 中级, 初级.
const TENDER: [(&str, [u32; 3]); 7] = [
    ("产品/平台服务", [1250, 500, 250]),
    ("活动/内容支撑", [1250, 1250, 250]),
    ("用户/数据运营", [1250, 1250, 250]),
    ("场景/渠道运营", [2000, 1500, 250]),
    ("设计/制作支撑", [2000, 500, 250]),
    ("运维支撑", [2000, 500, 250]),
    ("技术支持", [1650, 1100, 687]),
];

/// The sample case with something at the end of its 合同.yaml.
fn adjusted(entries: &str) -> CaseCopy {
    let case = CaseCopy::of("星河示例");
    let path = case.path().join("合同.yaml");
    let yaml = fs::read_to_string(&path).unwrap();
    fs::write(path, format!("{yaml}\n{entries}")).unwrap();
    case
}

/// A price list of the 不含税单价 alone: 820.00, 745.00, 460.00; 技术支持 1,180.00, 960.00, 570.00.
fn quote(case: &CaseCopy) {
    let mut sheet = String::from("岗位职责,级别,预估工作量,不含税单价\n");
    for (post, workloads) in TENDER {
        let prices = if post == "技术支持" { ["1180", "960", "570"] } else { ["820", "745", "460"] };
        for ((level, days), price) in ["高级", "中级", "初级"].iter().zip(workloads).zip(prices) {
            writeln!(sheet, "{post},{level},{days},{price}").unwrap();
        }
    }
    fs::write(case.path().join("新报价.csv"), sheet).unwrap();
}

fn diff(case: &CaseCopy, more: &[&str]) -> std::process::Output {
    let (path, output) = (case.path(), case.output());
    run(&[&["diff", arg(&path), "-o", arg(&output)], more].concat())
}

fn number(value: &Data) -> f64 {
    match value {
        Data::Float(number) => *number,
        other => panic!("{other:?} is no number"),
    }
}

/// 原, 现, 差额, 百分比 of the row of 明细 with this 修订, 文件, 条款, 岗位·级别 and 项目, as they stand in the cells.
fn row(book: &Book, place: [&str; 5]) -> [Data; 4] {
    let cells = &book.values["明细"];
    let at = |row: u32, column: u32| cells.get(&(row, column)).cloned().unwrap_or(Data::Empty);
    let last = cells.keys().map(|(row, _)| *row).max().unwrap();
    let is_it = |row: &u32| [0, 3, 4, 5, 6].iter().zip(place).all(|(c, text)| at(*row, *c) == text);
    let mut found = (0..=last).filter(is_it);
    let row = found.next().unwrap_or_else(|| panic!("no row {place:?}"));
    assert_eq!(found.next(), None, "{place:?} stands once");
    [7, 8, 9, 10].map(|column| at(row, column))
}

fn book(case: &CaseCopy) -> Book {
    Book::of(&fs::read(case.bundle().join(format!("{TABLE}.xlsx"))).unwrap())
}

// 16,297,844.99 不含税 stays. 含税: Σ rows at 6 % 17,275,715.69, at 3 % 16,786,780.38; −488,935.31 is −2.8302…%.
// 税额 977,870.70 → 488,935.39, −49.9999…%. 832.08 × 1.06 = 882.0048, × 1.03 = 857.0424; −24.96 / 882.00 = −2.8299…%.
#[test]
fn a_vat_change_on_all_three() {
    let case = adjusted(VAT);
    let done = diff(&case, &[]);
    assert_eq!(done.status.code(), Some(0), "{}", told(&done));
    let said = text(&done.stdout);
    for line in [
        "含税上限总价（含税）  17,275,715.69  16,786,780.38  -488,935.31   -2.83%",
        "不含税价（不含税）    16,297,844.99  16,297,844.99         0.00    0.00%",
        "修订1　自2026年9月1日起生效　增值税税率调整",
        "按不含税价不变的原则",
        "新写 变更对照表.pdf、变更对照表.xlsx",
    ] {
        assert!(said.contains(line), "{line}\n{said}");
    }
    let words = pdf_words(&case.bundle().join("变更对照表.pdf"));
    for text in [
        "MGYY-2026-0001",
        "含税单价882.00857.04-24.96-2.83%附件3报价行产品/平台服务·高级",
        "含税总价1,102,506.001,071,303.00-31,203.00-2.83%",
        "-488,935.31-50.00%",
        "壹仟陆佰柒拾捌万陆仟柒佰捌拾元叁角捌分",
        "-3个百分点—",
        "不计算差额",
    ] {
        assert!(words.contains(text), "{text}\n{words}");
    }
    assert!(!words.contains("草稿"), "nothing is wrong with it");
    let path = case.bundle().join("变更对照表.pdf");
    let first = Command::new("pdftotext").args(["-l", "1", "-raw", arg(&path), "-"]).output().unwrap();
    assert!(text(&first.stdout).contains("税额大写"), "the first page is filled: {}", text(&first.stdout));
    let book = book(&case);
    let line = row(&book, ["修订1", "附件3", "报价行", "产品/平台服务·高级", "含税单价"]);
    assert_eq!(line.each_ref().map(number), [882.0, 857.04, -24.96, -0.0283]);
    let rate = row(&book, ["修订1", "正文", "4.6.6", "—", "税率"]);
    assert_eq!([0, 1, 2].map(|column| number(&rate[column])), [0.06, 0.03, -3.0]);
    assert_eq!(rate[3], Data::String("—".into()), "per cent of per cents would be read as points");
    let cap = row(&book, ["修订1", "附件6", "框架协议金额上限", "—", "金额上限"]);
    assert_eq!((number(&cap[0]), number(&cap[1])), (17_275_715.69, 16_297_844.99));
    assert_eq!((&cap[2], &cap[3]), (&Data::String("—".into()), &Data::String("—".into())));
    assert!(!book.values["明细"].values().any(|cell| *cell == "不含税单价"), "what stays is not listed");
}

// Against 修订1 (3 %): 不含税 16,297,844.99 → 16,177,090.00, −120,754.99 (−0.7409…%); 含税 16,786,780.38 → 16,662,402.70,
// −124,377.68 (−0.7409…%). Against the signed: 17,275,715.69 → 16,662,402.70, −613,312.99 (−3.5501…%).
// 739.63 → 745.00: +5.37 (0.7260…%); × 1.03: 761.8189 → 767.35, +5.53 (0.7258…%).
#[test]
fn new_prices_on_top_of_it_and_every_formula_again() {
    let case = adjusted(&format!("{VAT}{PRICES}"));
    quote(&case);
    let done = diff(&case, &[]);
    assert_eq!(done.status.code(), Some(0), "{}", told(&done));
    let book = book(&case);
    for (item, line) in [
        ("不含税单价", [739.63, 745.0, 5.37, 0.0073]),
        ("含税单价", [761.82, 767.35, 5.53, 0.0073]),
        ("不含税总价", [369_815.0, 372_500.0, 2685.0, 0.0073]),
        ("含税总价", [380_909.45, 383_675.0, 2765.55, 0.0073]),
    ] {
        let found = row(&book, ["修订2", "附件3", "报价行", "产品/平台服务·中级", item]);
        assert_eq!(found.each_ref().map(number), line, "{item}");
    }
    let net = row(&book, ["修订2", "正文", "4.3", "—", "不含税价"]);
    assert_eq!(net.each_ref().map(number), [16_297_844.99, 16_177_090.0, -120_754.99, -0.0074]);
    let words = row(&book, ["修订2", "正文", "4.3", "—", "含税上限总价大写"]);
    assert_eq!(words[1], "壹仟陆佰陆拾陆万贰仟肆佰零贰元柒角");
    let cap = row(&book, ["修订2", "附件7", "框架协议金额上限", "—", "不含税价"]);
    assert_eq!(number(&cap[2]), -120_754.99, "不含税 before and after: the two are compared");
    let total = book.beside("汇总", "含税上限总价（含税）");
    assert_eq!(number(total), -0.0355);
    // Every line of 附件3: four items in 修订2, two in 修订1.
    let lines = book.values["明细"].values().filter(|cell| **cell == "报价行").count();
    assert_eq!(lines, 21 * 4 + 21 * 2);
    let again = recalculated(&[fs::read(case.bundle().join("变更对照表.xlsx")).unwrap()]).remove(0);
    assert!(book.computed() > 250, "{}", book.computed());
    assert_same(&book, &again, TABLE);
    assert_pages_hold_rows(&case.bundle().join("变更对照表.pdf"));
}

/// No page ends with a heading, and none bears a single row.
fn assert_pages_hold_rows(path: &Path) {
    let done = Command::new("pdftotext").args(["-raw", arg(path), "-"]).output().unwrap();
    let all = text(&done.stdout);
    let pages: Vec<Vec<&str>> = all.split('\u{c}').map(|page| page.lines().collect()).collect();
    let pages: Vec<Vec<&str>> = pages.into_iter().filter(|page: &Vec<&str>| !page.is_empty()).collect();
    assert!(pages.len() > 3, "{all}");
    for page in &pages {
        // The last line is the page's number.
        let [.., last, _] = page.as_slice() else { panic!("an empty page: {all}") };
        assert!(!last.contains("百分比") && !last.contains("起生效"), "a heading alone: {page:?}");
        let rows = page.iter().filter(|line| line.ends_with(['%', '—', '。'])).count();
        assert!(rows >= 4, "{rows} rows on a page: {page:?}");
    }
}

#[test]
fn an_order_at_the_new_prices_stands_in_it() {
    let case = adjusted(VAT);
    let orders = case.path().join("订单");
    let order = fs::read_to_string(orders.join("DD-2026-001.yaml")).unwrap();
    let order = order
        .replace("DD-2026-001", "DD-2026-009")
        .replace("签订日期: 2026-03-03", "签订日期: 2026-09-03")
        .replace("{自: 2026-03-05, 至: 2026-08-31}", "{自: 2026-09-05, 至: 2026-12-31}");
    fs::write(orders.join("DD-2026-009.yaml"), order).unwrap();
    let done = diff(&case, &[]);
    assert_eq!(done.status.code(), Some(0), "{}", told(&done));
    let book = book(&case);
    let price = row(&book, ["修订1", "委托订单 DD-2026-009", "订单明细", "产品/平台服务·高级", "含税单价"]);
    assert_eq!(price.each_ref().map(number), [882.0, 857.04, -24.96, -0.0283]);
    let said = text(&done.stdout);
    assert!(!said.contains("DD-2026-001"), "signed at the old prices: {said}");
}

#[test]
fn at_a_day_only_what_is_in_force_and_beside_the_whole() {
    let case = adjusted(&format!("{VAT}{PRICES}"));
    quote(&case);
    let done = diff(&case, &["--at", "2026-09-30"]);
    assert_eq!(done.status.code(), Some(0), "{}", told(&done));
    let said = text(&done.stdout);
    assert!(said.contains("前 1 次调整，不含自2026年10月1日起生效的修订2"), "{said}");
    let words = pdf_words(&case.bundle().join("变更对照表（至修订1）.pdf"));
    assert!(words.contains("16,786,780.38") && !words.contains("16,662,402.70"), "{words}");
    assert!(!case.bundle().join("变更对照表.pdf").exists());
    // The next day all are in force, and the file is that of all.
    assert_eq!(diff(&case, &["--at", "2026-10-01"]).status.code(), Some(0));
    let at = snapshot(&case.bundle());
    assert_eq!(diff(&case, &[]).status.code(), Some(0));
    assert_eq!(snapshot(&case.bundle()), at);
    let early = diff(&case, &["--at", "2026-08-31"]);
    assert_eq!(early.status.code(), Some(0));
    assert!(told(&early).contains("2026-08-31 还没有调整生效"), "{}", told(&early));
    let wrong = diff(&case, &["--at", "九月"]);
    assert_eq!(wrong.status.code(), Some(2));
    assert!(told(&wrong).contains("--at 的“九月”不是日期"), "{}", told(&wrong));
}

#[test]
fn build_makes_the_same_and_takes_it_away_again() {
    let case = adjusted(VAT);
    assert_eq!(diff(&case, &[]).status.code(), Some(0));
    let alone = snapshot(&case.bundle());
    let done = case.build(&[]);
    assert_eq!(done.status.code(), Some(0), "{}", told(&done));
    let bundle = snapshot(&case.bundle());
    for name in ["变更对照表.pdf", "变更对照表.xlsx"] {
        assert_eq!(bundle[name], alone[name], "{name}");
    }
    assert!(!bundle.keys().any(|name| name.contains("手工修改")), "known as its own: {:?}", bundle.keys());
    // Once more by itself: nothing is written, the manifest neither.
    let before = dates(&case.bundle());
    let again = diff(&case, &[]);
    assert!(told(&again).contains("没有变化"), "{}", told(&again));
    assert_eq!(dates(&case.bundle()), before);
    // Without 调整 there is no table.
    case.replace(VAT, "");
    let none = diff(&case, &[]);
    assert_eq!((none.status.code(), dates(&case.bundle())), (Some(0), before));
    assert!(told(&none).contains("没有“调整”"), "{}", told(&none));
    assert_eq!(case.build(&[]).status.code(), Some(0));
    assert!(!snapshot(&case.bundle()).keys().any(|name| name.starts_with(TABLE)));
}

// After another 事由 only the table is made anew; what the manifest says of the others stays, so that `build` still finds
// what changed.
#[test]
fn by_itself_it_leaves_the_record_of_the_others() {
    let case = adjusted(VAT);
    assert_eq!(case.build(&[]).status.code(), Some(0));
    let before = snapshot(&case.bundle());
    case.replace("事由: 增值税税率调整", "事由: 国家调整增值税税率");
    assert_eq!(diff(&case, &[]).status.code(), Some(0));
    let after = snapshot(&case.bundle());
    let changed: Vec<&String> = after.keys().filter(|name| before.get(*name) != after.get(*name)).collect();
    assert_eq!(changed, ["manifest.json", "变更对照表.pdf", "变更对照表.xlsx"]);
    let manifest = |files: &std::collections::BTreeMap<String, Vec<u8>>| -> serde_json::Value {
        serde_json::from_slice(&files["manifest.json"]).unwrap()
    };
    let (old, new) = (manifest(&before), manifest(&after));
    assert_eq!(old["inputs"], new["inputs"]);
    assert_ne!(old["outputs"], new["outputs"]);
    // A table that somebody has changed is kept.
    fs::write(case.bundle().join("变更对照表.pdf"), "mine").unwrap();
    assert!(told(&diff(&case, &[])).contains("被人改过"));
    assert_eq!(fs::read(case.bundle().join("变更对照表（手工修改1）.pdf")).unwrap(), b"mine");
    // A record that somebody has changed is none.
    let path = case.bundle().join("manifest.json");
    let edited = fs::read_to_string(&path).unwrap().replace("draft", "final");
    fs::write(&path, edited).unwrap();
    let before = snapshot(&case.bundle());
    let done = diff(&case, &[]);
    assert_eq!((done.status.code(), snapshot(&case.bundle())), (Some(1), before));
    assert!(told(&done).contains("manifest.json 被人改过"), "{}", told(&done));
}

#[test]
fn nothing_to_compare_is_said_with_what_to_do() {
    let plain = CaseCopy::of("星河示例");
    let done = diff(&plain, &[]);
    assert_eq!(done.status.code(), Some(0));
    assert!(told(&done).contains("没有“调整”，没有可以对照的"), "{}", told(&done));
    plain.replace("  签订日期: 2026-03-01\n", "");
    let unsigned = diff(&plain, &[]);
    assert!(told(&unsigned).contains("合同还没有签订"), "{}", told(&unsigned));
    assert!(!plain.output().exists(), "nothing is written");
}

#[test]
fn errors_are_told_and_mark_the_table() {
    let case = adjusted(VAT);
    case.replace("3%", "3%, 报价: 没有.csv");
    let done = diff(&case, &[]);
    assert_eq!(done.status.code(), Some(1), "{}", told(&done));
    let words = pdf_words(&case.bundle().join("变更对照表.pdf"));
    assert!(words.contains("（算不出）") && words.contains("草"), "{words}");
    let draft = case.build(&[]);
    assert_eq!(draft.status.code(), Some(1));
    assert_eq!(pdf_words(&case.bundle().join("变更对照表.pdf")), words);
}

// A reason of 900 characters, and one that looks like a formula.
#[test]
fn a_long_reason_stays_on_the_page_and_text_stays_text() {
    let sentence = "依据双方会谈纪要第二条和第五条的约定";
    let long = sentence.repeat(50);
    let case = adjusted(&VAT.replace("增值税税率调整", &format!("\"=1+1 {long}\"")));
    let done = diff(&case, &[]);
    assert_eq!(done.status.code(), Some(0), "{}", told(&done));
    let words = pdf_words(&case.bundle().join("变更对照表.pdf"));
    // Where the page ends, one of them is torn by the running header.
    assert!(words.contains("=1+1依据双方") && words.matches(sentence).count() == 49, "{words}");
    let book = book(&case);
    assert!(!book.formulas.values().flat_map(|sheet| sheet.values()).any(|formula| formula.contains("1+1")));
    // On the list every row has the beginning of it, wrapped.
    let reasons: Vec<String> = book.values["明细"]
        .iter()
        .filter(|((row, column), _)| *row > 1 && *column == 2)
        .map(|(_, v)| v.to_string())
        .collect();
    assert!(reasons.len() > 20, "{reasons:?}");
    assert!(reasons.iter().all(|r| r.starts_with("=1+1 依据双方") && r.ends_with('…')), "{reasons:?}");
}
