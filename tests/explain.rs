//! `hetong explain`: the tree of a figure, held against the cells as another reader gives them.

#![allow(clippy::expect_used, reason = "clippy knows test functions, not what they share")]

mod support;

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Output;

use calamine::{Data, Range, Reader, open_workbook_auto};
use support::{CaseCopy, arg, repository, run, text, told};

const CASE: &str = "星河示例";

/// What is asked of a case.
fn ask(words: &[&str], case: &Path) -> Output {
    run(&[&["explain"], words, &[arg(case)]].concat())
}

/// The tree, which must be told without complaint.
fn tree(words: &[&str], case: &Path) -> String {
    let done = ask(words, case);
    assert_eq!((done.status.code(), text(&done.stderr)), (Some(0), String::new()), "{}", told(&done));
    text(&done.stdout)
}

fn sample() -> std::path::PathBuf {
    repository("fixtures/cases").join(CASE)
}

fn sheet(path: &Path) -> Range<Data> {
    let mut book = open_workbook_auto(path).expect("a workbook");
    book.worksheet_range_at(0).expect("a sheet").expect("cells")
}

/// A cell by its name, such as F6, in hundredths: from the shortest text of its number, so that nothing is rounded.
fn number(sheet: &Range<Data>, name: &str) -> i64 {
    let column = name.bytes().next().expect("a letter") - b'A';
    let row: u32 = name[1..].parse().expect("a row");
    match sheet.get_value((row - 1, u32::from(column))) {
        Some(number @ (Data::Float(_) | Data::Int(_))) => hundredths(&number.to_string()),
        other => panic!("{name}: {other:?}"),
    }
}

/// A number with at most two decimals, in hundredths.
fn hundredths(text: &str) -> i64 {
    let (whole, cents) = text.split_once('.').unwrap_or((text, ""));
    assert!(cents.len() <= 2, "{text}");
    format!("{whole}{cents:0<2}").parse().expect("a number")
}

/// `1,060,075.00` in cents.
fn cents(text: &str) -> i64 {
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    assert_eq!(text.as_bytes()[text.len() - 3], b'.', "{text}");
    digits.parse().expect("an amount")
}

/// Cents as `1,060,075.00`.
fn grouped(cents: i64) -> String {
    let digits = (cents / 100).to_string();
    let mut shown = String::new();
    for (index, digit) in digits.chars().enumerate() {
        let comma = index > 0 && (digits.len() - index).is_multiple_of(3);
        shown.extend(comma.then_some(',').into_iter().chain([digit]));
    }
    format!("{shown}.{:02}", cents % 100)
}

/// The rows of a table of the tree: those that end in the name of a cell.
fn rows(tree: &str) -> Vec<Vec<&str>> {
    let cell = |word: &str| {
        let letters = word.chars().take_while(char::is_ascii_uppercase).count();
        letters == 1 && word.len() > 1 && word[1..].chars().all(|c| c.is_ascii_digit())
    };
    let words = tree.lines().map(|line| line.split_whitespace().collect::<Vec<_>>());
    words.filter(|words| words.last().is_some_and(|last| cell(last))).collect()
}

/// The value that a line of the tree gives to a figure.
fn value_of<'t>(tree: &'t str, name: &str) -> &'t str {
    let line = tree.lines().find(|line| line.contains(&format!("{name} = "))).expect("the figure");
    line.split(" = ").nth(1).expect("a value").split(' ').next().expect("a value")
}

#[test]
fn the_cap_comes_from_the_cells_of_the_quotation() {
    let told = tree(&["含税上限总价"], &sample());
    let quotation = sheet(&sample().join("报价表.xlsx"));
    assert!(told.contains("报价表.xlsx › 工作表“报价表”"), "{told}");
    let rows = rows(&told);
    assert_eq!(rows.len(), 21, "{told}");
    let mut sum = 0;
    let mut seen = BTreeMap::new();
    for row in &rows {
        // │ │ 产品/平台服务·高级 1,102,506.00 1,040,100.00 × 1.06 832.08 × 1250 F6
        let cell = *row.last().expect("a cell");
        let price = number(&quotation, cell);
        let workload = number(&quotation, &cell.replace('F', "C")) / 100;
        let net = price * workload;
        let gross = (net * 106 + 50) / 100;
        let line = row.join(" ");
        assert!(line.contains(&format!("{} × 1.06", grouped(net))), "{line}");
        assert!(line.contains(&format!("{} × {workload}", grouped(price))), "{line}");
        let value = row.iter().find(|word| word.contains(',')).expect("the row's 含税总价");
        assert_eq!(cents(value), gross, "{line}");
        sum += gross;
        assert!(seen.insert(cell, gross).is_none(), "{cell} twice");
    }
    assert_eq!(cents(value_of(&told, "含税上限总价")), sum, "{told}");
    for said in ["四舍五入到分；依据 附件3 备注(2)", "依据 附件3 合计", "依据 4.3", "招标.yaml"]
    {
        assert!(told.contains(said), "{said} in {told}");
    }
}

#[test]
fn a_settlement_comes_from_the_cells_of_the_month() {
    // The figures are those that fixtures/cases/make.py worked out and the ledger holds.
    let told = tree(&["DD-2026-001", "2026-03", "应支付"], &sample());
    assert_eq!(value_of(&told, "DD-2026-001 2026-03 应支付"), "50,492.32");
    assert!(told.contains("52,871.54 × 95.5 ÷ 100；四舍五入到分；依据 4.5"), "{told}");
    let month = sheet(&sample().join("结算/2026-03/工时.xlsx"));
    // 人天 of the order's rows, as calamine reads them, and as the tree cites them.
    let heading = month.rows().position(|row| row.iter().any(|cell| cell.to_string().contains("人天")));
    let heading = heading.expect("headings");
    let column = |name: &str| {
        let names = month.rows().nth(heading).expect("headings");
        names.iter().position(|cell| cell.to_string().contains(name)).expect("a column")
    };
    let (order, days) = (column("订单"), column("人天"));
    let read: i64 = month
        .rows()
        .skip(heading + 1)
        .filter(|row| row[order].to_string().trim() == "DD-2026-001")
        .map(|row| hundredths(&row[days].to_string()))
        .sum();
    let letter = char::from(b'A' + u8::try_from(days).expect("a column"));
    // The table's rows; a single cell, such as that of a price, follows an arrow.
    let table: Vec<Vec<&str>> = rows(&told).into_iter().filter(|row| !row.contains(&"←")).collect();
    let cells: Vec<&str> = table.iter().filter_map(|row| row.last().copied()).collect();
    let cited: i64 =
        cells.iter().filter(|cell| cell.starts_with(letter)).map(|cell| number(&month, cell)).sum();
    assert_eq!((read, cited), (7200, 7200), "{told}");
    assert!(told.contains("附件2") && told.contains("考核.xlsx › 工作表"), "{told}");
}

#[test]
fn balances_cite_the_ledgers_own_line() {
    // The second line, of April, opened with 50,492.32; the ledger's last closing is another figure.
    let told = tree(&["DD-2026-001 2026-04 结算前已结算金额"], &sample());
    assert!(told.contains("台账第 2 号 已结算 50,492.32  ← 台账.jsonl:2:1"), "{told}");
    // May is not issued: it goes on from the last line, 141,278.14 of line 3.
    let told = tree(&["DD-2026-001 2026-05 结算前已结算金额"], &sample());
    assert!(told.contains("台账第 3 号 累计 141,278.14  ← 台账.jsonl:3:1"), "{told}");
    let told = tree(&["DD-2026-001 2026-05 结算后剩余金额"], &sample());
    assert!(told.contains("含税上限总价 − 结算后已结算金额 = "), "{told}");
}

#[test]
fn orders_and_the_data_level_are_explained() {
    let told = tree(&["DD-2026-001 订单总额"], &sample());
    assert!(told.contains("3 行金额之和；依据 附件6"), "{told}");
    let order = std::fs::read_to_string(sample().join("订单/DD-2026-001.yaml")).expect("an order");
    let (line, days) = (0..)
        .zip(order.lines())
        .find_map(|(line, text)| Some((line + 1, text[..text.find("人天: 120")?].chars().count() + 5)))
        .expect("120 人天");
    let place = format!("人天 120  ← 订单/DD-2026-001.yaml:{line}:{days}\n");
    assert!(told.contains(&place), "{place} in {told}");
    assert!(told.contains("产品/平台服务·高级 含税单价 = 882.00 元/人天"), "{told}");
    let plan = tree(&["DD-2026-001 付款计划3 尾款 应付金额"], &sample());
    assert!(plan.contains("订单总额 − 其余各期 = ") && plan.contains("比例 30%  ← 订单/"), "{plan}");
    let executed = tree(&["DD-2026-002 框架协议已执行金额"], &sample());
    assert!(executed.contains("DD-2026-001 订单总额 = "), "{executed}");
    let level = tree(&["数据级别"], &sample());
    assert!(level.contains("就高不就低") && level.contains("数据类别 A1-1"), "{level}");
    let words = tree(&["不含税价大写"], &sample());
    assert!(words.contains("的中文大写；依据 4.3") && rows(&words).len() == 21, "{words}");
}

#[test]
fn names_are_forgiving_and_what_is_not_clear_is_listed() {
    assert_eq!(tree(&["含税 上限总价"], &sample()), tree(&["含税上限总价"], &sample()));
    let done = ask(&["应支付"], &sample());
    let said = text(&done.stderr);
    assert_eq!(done.status.code(), Some(2), "{said}");
    assert!(said.contains("请写全名称") && said.contains("\n  DD-2026-001 2026-03 应支付\n"), "{said}");
    let done = ask(&["含税上线总介"], &sample());
    let said = text(&done.stderr);
    assert_eq!(done.status.code(), Some(2), "{said}");
    assert!(said.contains("是不是“含税上限总价”") && said.contains("hetong explain <案卷>"), "{said}");
    assert!(said.lines().count() < 4, "what was meant must stay in sight: {said}");
    // Only the case: all that there is.
    let all = tree(&[], &sample());
    for line in
        ["附件3 报价表", "  产品/平台服务·高级  含税单价、不含税总价、含税总价", "委托订单 DD-2026-002"]
    {
        assert!(all.contains(line), "{line} in {all}");
    }
    // A rule is a rule with a case, too.
    let rule = tree(&["q007"], &sample());
    assert!(rule.starts_with("Q007 "), "{rule}");
    let without = run(&["explain", "含税上限总价"]);
    assert_eq!(without.status.code(), Some(2));
    assert!(text(&without.stderr).contains("hetong explain 含税上限总价 <案卷>"), "{}", told(&without));
}

#[test]
fn errors_of_the_case_are_told() {
    let case = CaseCopy::of(CASE);
    case.replace("邮政编码: \"610041\"", "邮政编码: \"61004\"");
    let done = ask(&["含税上限总价"], &case.path());
    assert_eq!(done.status.code(), Some(1), "{}", told(&done));
    assert!(text(&done.stdout).starts_with("含税上限总价 = "), "{}", told(&done));
    assert!(text(&done.stderr).contains("上面的数可能因此不对或不全：\n  P002 "), "{}", told(&done));
    // A figure that is not there because of an error.
    case.replace("报价: 报价表.xlsx", "报价: 没有.xlsx");
    let done = ask(&["含税上限总价"], &case.path());
    assert_eq!(done.status.code(), Some(1), "{}", told(&done));
    assert!(text(&done.stderr).contains("没有叫“含税上限总价”的数"), "{}", told(&done));
    assert!(text(&done.stderr).contains("F001"), "{}", told(&done));
    // A folder of several cases is not one case.
    let done = ask(&["含税上限总价"], &repository("fixtures/cases"));
    assert_eq!(done.status.code(), Some(2));
    assert!(text(&done.stderr).contains("有 3 个案卷"), "{}", told(&done));
    assert_eq!(ask(&["含税上限总价"], &case.output()).status.code(), Some(2));
}

/// May of the sample straddles a change of the rate from 6 % to 3 % on the 16th.
#[test]
fn a_month_with_two_rates_is_explained_by_rate() {
    let case = CaseCopy::of(CASE);
    let change = "报价: 报价表.xlsx\n调整:\n  - {生效日期: 2026-05-16, 事由: 增值税税率调整, 税率: 3%}\n";
    case.replace("报价: 报价表.xlsx\n", change);
    let of = |what: &str| {
        let done = ask(&[&format!("DD-2026-001 2026-05 {what}")], &case.path());
        assert_ne!(done.status.code(), Some(2), "{}", told(&done));
        text(&done.stdout)
    };
    let net = of("不含税");
    assert!(net.contains("各税率的不含税之和 = "), "{net}");
    assert!(net.contains("最后一个税率取余数") && net.contains("÷ 1.03；四舍五入到分；依据 4.6.6"), "{net}");
    let [whole, six, three] =
        ["应支付", "应支付（税率6%）", "应支付（税率3%）"].map(|name| cents(value_of(&net, name)));
    assert_eq!(six + three, whole, "{net}");
    // r2(gross / 1.06) + r2(gross / 1.03), in whole cents.
    let round = |gross: i64, percent: i64| (gross * 100 * 2 + percent) / (percent * 2);
    assert_eq!(cents(value_of(&net, "2026-05 不含税")), round(six, 106) + round(three, 103), "{net}");
    assert!(net.contains("（5月1日至15日）") && net.contains("（5月16日至31日）"), "{net}");
    assert!(net.contains("税率 3%  ← 合同.yaml:"), "{net}");
    // The cap is compared 不含税 from then on, and the balance is the sum of what the ledger's lines gave 不含税.
    let left = of("结算后剩余金额");
    assert!(left.contains("不含税价 − 结算后已结算金额（不含税） = "), "{left}");
    for issued in ["47,634.26", "54,230.40", "31,416.60"] {
        assert!(left.contains(issued), "{issued} in {left}");
    }
    let opening = cents(value_of(&left, "结算前已结算金额（不含税）"));
    assert_eq!(opening, 4_763_426 + 5_423_040 + 3_141_660, "{left}");
}

// What counts after signing, and what is not computed or not there yet, is told where it stands.
#[test]
fn what_is_in_force_and_where_to_look() {
    let case = CaseCopy::of(CASE);
    let change = "报价: 报价表.xlsx\n调整:\n  - {生效日期: 2026-09-01, 事由: 增值税税率调整, 税率: 3%}\n";
    case.replace("报价: 报价表.xlsx\n", change);
    // 17,275,715.69 at 6 % (the sample's 4.3); its last line is that of 3 %.
    let told = tree(&["含税上限总价"], &case.path());
    assert!(told.starts_with("含税上限总价 = 17,275,715.69 元\n"), "{told}");
    let revised = tree(&["修订1 含税上限总价"], &case.path());
    let now = value_of(&revised, "修订1 含税上限总价");
    let last = format!("以上是签订时的。修订1 含税上限总价 = {now} 元，自2026-09-01起");
    assert_eq!(told.lines().last(), Some(last.as_str()), "{told}");
    assert!(!revised.contains("以上是签订时的"), "{revised}");

    // The words in any order, and 修订 by any of its names.
    for asked in [&["含税上限总价", "修订1"][..], &["含税上限总价 修订1"], &["补充协议一 含税上限总价"]]
    {
        assert_eq!(tree(asked, &case.path()), revised, "{asked:?}");
    }
    let done = ask(&["含税上限总价 修订3"], &case.path());
    assert!(
        text(&done.stderr).contains("没有修订3：它是合同.yaml 里“调整”的第 3 项"),
        "{}",
        support::told(&done)
    );
    let done = ask(&["修订1"], &case.path());
    let said = text(&done.stderr);
    assert!(done.status.code() == Some(2) && said.lines().count() <= 6, "{said}");
    for part in ["等 21 行：含税单价", "修订1：含税上限总价、", "hetong explain \"修订1 "]
    {
        assert!(said.contains(part), "{part}: {said}");
    }

    let rates = tree(&["税率"], &case.path());
    assert!(rates.starts_with("税率 6%  ← 模板"), "{rates}");
    assert!(rates.contains("修订1 税率 3%，自2026-09-01起  ← 合同.yaml:"), "{rates}");
    assert_eq!(tree(&["税率"], &sample()).lines().count(), 2);

    let prices = tree(&["不含税单价"], &case.path());
    // 21 rows of the form, and what they are.
    assert_eq!(prices.lines().count(), 22, "{prices}");
    let first = "产品/平台服务·高级 不含税单价 832.08  ← 报价表.xlsx › 工作表“报价表” › F6\n";
    assert!(prices.starts_with(first) && prices.contains("填的，不是算的"), "{prices}");
    let one = tree(&["产品平台服务高级 不含税单价"], &case.path());
    assert!(one.starts_with(first) && one.lines().count() == 2, "{one}");

    std::fs::remove_dir_all(case.path().join("结算")).expect("removed");
    std::fs::remove_file(case.path().join("台账.jsonl")).expect("removed");
    let done = ask(&["得分"], &case.path());
    assert_eq!(done.status.code(), Some(2), "{}", support::told(&done));
    let said = text(&done.stderr);
    assert!(said.contains("结算/<月份>/") && !said.contains("是不是"), "{said}");
}
