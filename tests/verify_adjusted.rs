//! `hetong verify` on a case that was changed twice after signing: clean on all that hetong writes of it; and readable on
//! what another program saved, on an earlier edition that came back, and on a draft among final files.

#![allow(clippy::expect_used, reason = "clippy knows test functions, not what they share")]

mod support;

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use calamine::{Data, Reader, Xlsx};
use support::books::edit_sheet;
use support::{CaseCopy, arg, copy_folder, run, told};

const CASE: &str = "星河示例";
const HEAD: &str = "订单编号,姓名,岗位职责,级别,日期,人天\n";
const SCORES: &str = "订单编号,服务质量得分,支撑能力扣分次数,投诉次数,安全事件次数,日常管理缺项数,说明\n";

/// The supplier's new sheet: every 不含税单价 but the first stays.
fn requote(case: &Path) {
    let mut book: Xlsx<_> = calamine::open_workbook(case.join("报价表.xlsx")).expect("报价表.xlsx");
    let range = book.worksheet_range("报价表").expect("报价表");
    let mut sheet = "岗位职责,级别,预估工作量（人/天）,不含税单价（元/人天）,含税单价（元/人天）,增值税税率,不含税总价（元）,含税总价（元）\n".to_owned();
    let (mut post, mut sums) = (String::new(), (0_i64, 0_i64));
    let yuan = |cents: i64| format!("{}.{:02}", cents / 100, cents % 100);
    let gross = |net: i64| (net * 106 + 50) / 100;
    for row in range.rows() {
        let (Some(Data::Float(days)), Some(Data::Float(price))) = (row.get(2), row.get(5)) else { continue };
        if let Some(Data::String(name)) = row.first() {
            post.clone_from(name);
        }
        let days: i64 = days.to_string().parse().expect("whole days");
        let (whole, cents) = {
            let text = format!("{price:.2}");
            let (a, b) = text.split_once('.').expect("two decimals");
            (a.parse::<i64>().expect("元"), b.parse::<i64>().expect("分"))
        };
        let net = if sums.0 == 0 { 80_000 } else { whole * 100 + cents };
        let line = net * days;
        sums = (sums.0 + line, sums.1 + gross(line));
        let (a, b, c, d) = (yuan(net), yuan(gross(net)), yuan(line), yuan(gross(line)));
        writeln!(sheet, "{post},{},{days},{a},{b},6%,{c},{d}", row[1]).expect("written");
    }
    writeln!(sheet, "合计,,,,,,{},{}", yuan(sums.0), yuan(sums.1)).expect("written");
    fs::write(case.join("报价表-调整.csv"), sheet).expect("written");
}

/// An order like the first one, signed on another day.
fn order(case: &Path, number: &str, batch: usize, signed: &str) {
    let text = fs::read_to_string(case.join("订单/DD-2026-001.yaml")).expect("an order");
    let text = text
        .replace("DD-2026-001", number)
        .replace("批次: 1", &format!("批次: {batch}"))
        .replace("签订日期: 2026-03-03", &format!("签订日期: {signed}"))
        .replace("自: 2026-03-05", &format!("自: {signed}"));
    fs::write(case.join(format!("订单/{number}.yaml")), text).expect("written");
}

fn month(case: &Path, month: &str, days: &[u8]) {
    let folder = case.join("结算").join(month);
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).expect("a folder");
    let mut work = HEAD.to_owned();
    for day in days {
        writeln!(work, "DD-2026-001,张示例,产品/平台服务,高级,{month}-{day:02},1").expect("written");
        writeln!(work, "DD-2026-001,李示例,活动/内容支撑,中级,{month}-{day:02},0.5").expect("written");
    }
    fs::write(folder.join("工时.csv"), work).expect("written");
    fs::write(folder.join("考核.csv"), format!("{SCORES}DD-2026-001,49,0,0,0,0,一次延误\n"))
        .expect("written");
}

/// A price cut from 2026-05-15 and 3 % from 2026-06-16, orders signed after each, both months issued and corrected.
fn original() -> &'static CaseCopy {
    static ORIGINAL: OnceLock<CaseCopy> = OnceLock::new();
    ORIGINAL.get_or_init(|| {
        let copy = CaseCopy::of(CASE);
        let case = copy.path();
        fs::remove_file(case.join("台账.jsonl")).expect("the sample's ledger");
        fs::remove_dir_all(case.join("结算")).expect("the sample's months");
        requote(&case);
        let yaml = case.join("合同.yaml");
        let text = fs::read_to_string(&yaml).expect("合同.yaml");
        let text = text
            + "\n调整:\n  - {生效日期: 2026-05-15, 事由: 下调服务单价, 报价: 报价表-调整.csv}\n"
            + "  - {生效日期: 2026-06-16, 事由: 增值税税率调整, 税率: 3%}\n";
        fs::write(&yaml, text).expect("written");
        order(&case, "DD-2026-003", 3, "2026-05-20");
        order(&case, "DD-2026-004", 4, "2026-06-20");
        month(&case, "2026-05", &[11, 12, 13, 14, 15, 18, 19]);
        month(&case, "2026-06", &[11, 12, 15, 16, 17]);
        let settle = |month: &str, more: &[&str]| {
            let output = copy.output();
            let line = ["settle", arg(&case), "--month", month, "-o", arg(&output), "--issue"];
            let done = run(&[&line, more].concat());
            assert!(done.status.success(), "{}", told(&done));
        };
        settle("2026-05", &[]);
        settle("2026-06", &[]);
        // One day more in May; in June the days at 6 % fall away.
        month(&case, "2026-05", &[11, 12, 13, 14, 15, 18, 19, 20]);
        settle("2026-05", &["--amend", "补记一天"]);
        month(&case, "2026-06", &[16, 17, 18]);
        settle("2026-06", &["--amend", "更正出勤"]);
        let built = copy.build(&["--final"]);
        assert!(built.status.success(), "{}", told(&built));
        copy
    })
}

fn verify(folder: &Path, more: &[&str]) -> (Option<i32>, String) {
    let case = original().path();
    let done = run(&[&["verify", arg(folder), "--case", arg(&case)], more].concat());
    (done.status.code(), told(&done))
}

/// A copy of the bundle that a test may change.
fn bundle() -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().expect("a folder");
    let bundle = folder.path().join(CASE);
    copy_folder(&original().bundle(), &bundle);
    (folder, bundle)
}

/// The findings, each as it was told.
fn findings(said: &str) -> Vec<&str> {
    let begins = |at: &usize| said[*at..].starts_with("错误[") || said[*at..].starts_with("警告[");
    let starts = said.char_indices().map(|(at, _)| at).filter(begins);
    starts.map(|at| said[at..].split("\n\n").next().unwrap_or_default()).collect()
}

/// As openpyxl saves it: formulas without their results.
fn without_results(sheet: String) -> String {
    let mut parts = sheet.split("</f><v>");
    let first = parts.next().expect("text").to_owned();
    parts.fold(first, |text, rest| text + "</f><v>" + &rest[rest.find("</v>").expect("an end")..])
}

#[test]
fn two_changes_with_orders_settlements_and_corrections_are_clean() {
    let (code, said) = verify(&original().output(), &[]);
    assert_eq!(code, Some(0), "{said}");
    assert!(findings(&said).is_empty() && said.contains("4 行台账"), "{said}");
}

#[test]
fn results_that_another_program_dropped_hide_no_typed_change() {
    let (_kept, folder) = bundle();
    let file = "附件3-报价表.xlsx";
    edit_sheet(&folder.join(file), |sheet| {
        let sheet = without_results(sheet);
        // 832.08 was cut to 800.00.
        assert!(sheet.contains("<v>800</v>"), "{sheet}");
        sheet.replacen("<v>800</v>", "<v>823.08</v>", 1)
    });
    let back = folder.with_file_name("附件3-报价表-回传.xlsx");
    fs::copy(folder.join(file), &back).expect("a copy");
    let (code, said) = verify(&folder, &["--returned", arg(&back)]);
    assert_eq!(code, Some(1), "{said}");
    let of_cell = |one: &&&str| one.contains("823.08") && one.contains("800");
    let found = findings(&said);
    assert_eq!(found.iter().filter(of_cell).count(), 1, "{said}");
    assert_eq!(found.iter().filter(|one| one.contains("个公式没有存储结果")).count(), 1, "{said}");
    assert!(found.len() <= 3 && !said.contains("（空）"), "{said}");

    // What came back is compared with what was sent.
    let (_other, sent) = bundle();
    let (code, said) = verify(&sent, &["--returned", arg(&back)]);
    assert_eq!(code, Some(1), "{said}");
    let found = findings(&said);
    assert_eq!(found.len(), 2, "{said}");
    assert!(found.iter().any(|one| one.contains("[V022]") && one.contains("823.08")), "{said}");
    assert!(found.iter().any(|one| one.starts_with("警告[V022]") && one.contains("没有存储结果")), "{said}");
}

#[test]
fn an_earlier_edition_that_came_back_is_told() {
    let folder = original().bundle();
    for (file, back) in [
        ("历次版本/附件3-报价表（修订1）.pdf", "附件3-报价表（盖章）.pdf"),
        ("历次版本/附件3-报价表（签订时）.xlsx", "附件3-报价表-回传.xlsx"),
    ] {
        let away = tempfile::tempdir().expect("a folder");
        let back = away.path().join(back);
        fs::copy(folder.join(file), &back).expect("a copy");
        let (code, said) = verify(&folder, &["--returned", arg(&back)]);
        assert_eq!(code, Some(1), "{said}");
        let found = findings(&said);
        assert_eq!(found.len(), 1, "{said}");
        for words in ["[V022]", file, "不是现行版本", "现行的“附件3-报价表."] {
            assert!(found[0].contains(words), "{words}: {said}");
        }
    }
    // What came back as it is in force is in order; altered, an earlier edition is still known for one.
    let (code, said) = verify(&folder, &["--returned", arg(&folder.join("附件3-报价表.pdf"))]);
    assert_eq!(code, Some(0), "{said}");
    let away = tempfile::tempdir().expect("a folder");
    let back = away.path().join("附件3-报价表-回传.xlsx");
    fs::copy(folder.join("历次版本/附件3-报价表（签订时）.xlsx"), &back).expect("a copy");
    edit_sheet(&back, without_results);
    let (_, said) = verify(&folder, &["--returned", arg(&back)]);
    let found = findings(&said);
    assert!(found.len() == 2 && found.iter().any(|one| one.contains("不是现行版本")), "{said}");
}

#[test]
fn a_file_in_anothers_place_is_told_once_and_plainly() {
    // An earlier edition under the name of the one in force.
    let (_kept, folder) = bundle();
    let former = "历次版本/附件3-报价表（修订1）.pdf";
    fs::copy(folder.join(former), folder.join("附件3-报价表.pdf")).expect("a copy");
    let (code, said) = verify(&folder, &[]);
    assert_eq!(code, Some(1), "{said}");
    let found = findings(&said);
    assert_eq!(found.len(), 2, "{said}");
    assert!(found.iter().any(|one| one.contains("[V013]") && one.contains(former)), "{said}");

    // A draft among final files.
    let (_kept, folder) = bundle();
    let drafts = folder.with_file_name("drafts");
    let case = original().path();
    assert!(run(&["build", arg(&case), "-o", arg(&drafts)]).status.success());
    let file = "附件5-信息安全合作责任书.pdf";
    fs::copy(drafts.join(CASE).join(file), folder.join(file)).expect("a draft");
    let (code, said) = verify(&folder, &[]);
    assert_eq!(code, Some(1), "{said}");
    let found = findings(&said);
    assert_eq!(found.len(), 2, "{said}");
    assert!(found.iter().any(|one| one.contains("[V013]") && one.contains("里面是草稿，不是定稿")), "{said}");
    assert!(!said.contains("“”"), "{said}");
}
