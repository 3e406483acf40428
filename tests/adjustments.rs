//! What is built after signing: revised annexes, 补充协议, earlier editions; and what stays as it was signed.
//!
//! Figures are worked out here by whole 分, by nothing that hetong uses.

#![allow(clippy::expect_used, reason = "clippy knows test functions, not what they share")]

mod support;

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use calamine::{Data, Reader, Xlsx};
use serde_json::Value;
use support::recalculation::{Book, without_results};
use support::{CaseCopy, arg, dates, files_of, pdf_words, place, snapshot, squeezed, told, workbook};

const CASE: &str = "星河示例";
/// 4.3 as signed, in 分: 含税上限总价 and 不含税价.
const SIGNED: (i64, i64) = (1_727_571_569, 1_629_784_499);

fn assert_exit(done: &Output, code: i32) {
    assert_eq!(done.status.code(), Some(code), "{}", told(done));
}

/// 1,234.56, from 分.
fn yuan(cents: i64) -> String {
    let digits = (cents.abs() / 100).to_string();
    let mut grouped = String::new();
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    format!("{}{grouped}.{:02}", if cents < 0 { "-" } else { "" }, cents.abs() % 100)
}

/// `amount × per_hundred / 100`, 四舍五入 to whole 分; amounts are positive.
fn share(amount: i64, per_hundred: i64) -> i64 {
    (amount * per_hundred + 50) / 100
}

/// A line of the case's own sheet: 岗位, 级别, 工作量, 不含税单价 in 分.
struct Line {
    post: String,
    level: String,
    days: i64,
    net: i64,
}

/// What a cell shows, in 分.
#[expect(clippy::float_arithmetic, reason = "a workbook has nothing but floats")]
fn cents(number: f64) -> i64 {
    (number * 100.0).round() as i64
}

/// The sheet as another program reads it.
fn lines(case: &CaseCopy) -> Vec<Line> {
    let mut book: Xlsx<_> = calamine::open_workbook(case.path().join("报价表.xlsx")).expect("报价表.xlsx");
    let range = book.worksheet_range("报价表").expect("报价表");
    let mut post = String::new();
    let mut lines = Vec::new();
    for row in range.rows() {
        let (Some(Data::Float(days)), Some(Data::Float(net))) = (row.get(2), row.get(5)) else { continue };
        if let Some(Data::String(name)) = row.first() {
            post.clone_from(name);
        }
        let level = row[1].to_string();
        lines.push(Line { post: post.clone(), level, days: days.round() as i64, net: cents(*net) });
    }
    assert_eq!(lines.len(), 21);
    lines
}

/// 合计 含税 and 不含税 at a rate, row by row.
fn totals(lines: &[Line], rate: i64) -> (i64, i64) {
    let nets = lines.iter().map(|line| line.net * line.days);
    nets.fold((0, 0), |(gross, net), row| (gross + share(row, 100 + rate), net + row))
}

/// A new sheet with these prices, as a supplier would type it.
fn requote(case: &CaseCopy, file: &str, lines: &[Line], rate: i64) {
    let mut text = "岗位职责,级别,预估工作量（人/天）,不含税单价（元/人天）,含税单价（元/人天）,增值税税率,不含税总价（元）,含税总价（元）\n".to_owned();
    let plain = |cents: i64| format!("{}.{:02}", cents / 100, cents % 100);
    for line in lines {
        let (net, row) = (line.net, line.net * line.days);
        text += &format!(
            "{},{},{},{},{},{rate}%,{},{}\n",
            line.post,
            line.level,
            line.days,
            plain(net),
            plain(share(net, 100 + rate)),
            plain(row),
            plain(share(row, 100 + rate))
        );
    }
    let (gross, net) = totals(lines, rate);
    text += &format!("合计,,,,,,{},{}\n", plain(net), plain(gross));
    fs::write(case.path().join(file), text).expect("the new sheet");
}

/// Adds entries of 调整 to the case.
fn adjust(case: &CaseCopy, entries: &[&str]) {
    let path = case.path().join("合同.yaml");
    let mut yaml = fs::read_to_string(&path).expect("合同.yaml");
    yaml += "\n调整:\n";
    for entry in entries {
        yaml += &format!("  - {{{entry}}}\n");
    }
    fs::write(path, yaml).expect("合同.yaml written");
}

/// The case without months and ledger: only the contract is of interest.
fn case() -> CaseCopy {
    let case = CaseCopy::of(CASE);
    let _ = fs::remove_dir_all(case.path().join("结算"));
    let _ = fs::remove_file(case.path().join("台账.jsonl"));
    case
}

fn words(case: &CaseCopy, file: &str) -> String {
    pdf_words(&case.bundle().join(file))
}

const VAT: &str = "生效日期: 2026-09-01, 事由: 增值税税率调整, 税率: 3%";

#[test]
fn what_was_signed_stays_byte_for_byte_and_untouched() {
    let case = case();
    assert_exit(&case.build(&["--final"]), 0);
    let (before, written) = (snapshot(&case.bundle()), dates(&case.bundle()));
    adjust(&case, &[VAT]);
    assert_exit(&case.build(&["--final"]), 0);
    let (after, rewritten) = (snapshot(&case.bundle()), dates(&case.bundle()));
    let signed = ["合同正文", "合同全套", "附件1", "附件2", "附件4", "附件5"];
    let kept: Vec<&String> =
        before.keys().filter(|name| signed.iter().any(|s| name.starts_with(s))).collect();
    assert_eq!(kept.len(), 7, "{kept:?}");
    for name in kept {
        assert!(before[name] == after[name] && written[name] == rewritten[name], "{name}");
    }
    // The annexes as signed are the very files that were signed.
    for annex in ["附件3-报价表", "附件6-委托订单", "附件7-结算单"] {
        for extension in ["pdf", "xlsx"] {
            let name = format!("{annex}.{extension}");
            assert!(after[&format!("历次版本/{annex}（签订时）.{extension}")] == before[&name], "{name}");
            assert!(after[&name] != before[&name], "{name} is revised");
        }
    }
    let new: BTreeSet<&String> =
        after.keys().filter(|name| !before.contains_key(*name) && !name.starts_with("变更对照表")).collect();
    assert_eq!(new.len(), 7, "{new:?}");
    assert!(after.contains_key("补充协议-1.pdf"));
}

// 17,275,715.69 含税 and 16,297,844.99 不含税 as signed; at 3 % each row anew.
#[test]
fn a_new_rate_keeps_the_net_amount_and_states_the_change() {
    let case = case();
    adjust(&case, &[VAT]);
    assert_exit(&case.build(&["--final"]), 0);
    let (gross, net) = totals(&lines(&case), 3);
    assert_eq!((totals(&lines(&case), 6), net), (SIGNED, SIGNED.1));
    assert_eq!(yuan(gross), "16,786,780.38");

    let agreement = words(&case, "补充协议-1.pdf");
    for said in [
        "之补充协议（一）",
        "编号：MGYY-2026-0001-补1",
        "甲、乙双方已于2026年3月1日签订《咪咕音乐与成都星河示例科技有限公司2026年定制化服务支撑项目合同》（合同编号：MGYY-2026-0001，",
        "乙方（受托方）：成都星河示例科技有限公司",
        "纳税人识别号：91510100MA6XYH018E",
        "以及原合同4.3、11.4的约定",
        "自2026年9月1日（含当日，以下简称“变更生效日”）起执行",
        "增值税税率由6%变更为3%",
        "4.3中“税率【6%】”变更为“税率【3%】”；原合同4.6.6中“税率为【6】%”变更为“税率为【3】%”",
        "大写：壹仟柒佰贰拾柒万伍仟柒佰壹拾伍元陆角玖分",
        "含税框架上限总价为【16,786,780.38】元，大写【壹仟陆佰柒拾捌万陆仟柒佰捌拾元叁角捌分】，不含税价【16,297,844.99】元，大写【壹仟陆佰贰拾玖万柒仟捌佰肆拾肆元玖角玖分】，税率【3%】，税额【488,935.39】元，大写【肆拾捌万捌仟玖佰叁拾伍元叁角玖分】",
        "-488,935.31",
        "改按不含税价计算和比较",
        "附件3：报价表（修订1）附件6：委托订单（修订1）附件7：结算单（修订1）",
        "一式肆份，甲方持贰份，乙方持贰份",
        "（本页为签署页）",
        "修订1（依据补充协议（一），自2026年9月1日起生效）",
    ] {
        assert!(agreement.contains(said), "{said}: {agreement}");
    }
    assert!(!agreement.contains("单价变更") && !agreement.contains("最高限价的，不视为"), "{agreement}");
    assert!(!agreement.contains("草稿"));

    let annex = words(&case, "附件3-报价表.pdf");
    for said in ["修订1（依据补充协议（一），自2026年9月1日起生效）", "16,786,780.38", "16,297,844.99", "3%"]
    {
        assert!(annex.contains(said), "{said}: {annex}");
    }
    for annex in ["附件3-报价表", "附件6-委托订单", "附件7-结算单"] {
        let name = annex.replace('-', "");
        let header = format!("{name}修订1（自2026年9月1日起生效）合同编号：MGYY-2026-0001");
        assert!(words(&case, &format!("{annex}.pdf")).contains(&squeezed(&header)), "{annex}");
        let header = format!("{name}补充协议（一）编号：MGYY-2026-0001-补1");
        assert!(agreement.contains(&header), "{header}: {agreement}");
    }
    for form in ["附件6-委托订单.pdf", "附件7-结算单.pdf"] {
        let words = words(&case, form);
        assert!(words.contains("￥16,297,844.99元") && words.contains("（不含税；"), "{words}");
    }
    let signed = words(&case, "历次版本/附件3-报价表（签订时）.pdf");
    assert!(signed.contains("17,275,715.69") && !signed.contains("修订"), "{signed}");
}

#[test]
fn the_revised_workbook_is_marked_and_calculates_at_the_new_rate() {
    let case = case();
    adjust(&case, &[VAT]);
    assert_exit(&case.build(&[]), 0);
    let path = case.bundle().join("附件3-报价表.xlsx");
    let (texts, formulas) = workbook(&path);
    let mark = "修订1（依据补充协议（一），自2026年9月1日起生效）";
    assert!(texts.iter().any(|text| text == mark), "{texts:?}");
    assert_eq!(formulas.len(), 21 * 3 + 2);
    for form in ["附件6-委托订单.xlsx", "附件7-结算单.xlsx"] {
        assert!(workbook(&case.bundle().join(form)).0.iter().any(|text| text == mark), "{form}");
    }
    // LibreOffice works it out anew from prices and rate, for the stored results are taken out.
    let inbox = tempfile::tempdir().expect("a folder");
    let bare = inbox.path().join("附件3.xlsx");
    fs::write(&bare, without_results(&fs::read(&path).expect("the workbook"))).expect("written");
    support::office(&[bare], "xlsx:Calc MS Excel 2007 XML", &inbox.path().join("out"));
    let book = Book::of(&fs::read(inbox.path().join("out/附件3.xlsx")).expect("saved"));
    assert_eq!(book.beside("报价表", "合计"), &Data::Float(16_786_780.38));
}

#[test]
fn new_prices_are_listed_line_by_line() {
    let case = case();
    let mut new = lines(&case);
    // 832.08 → 820.00 and 739.63 → 700.00.
    (new[0].net, new[1].net) = (82_000, 70_000);
    requote(&case, "报价表-调整.csv", &new, 6);
    adjust(&case, &["生效日期: 2026-10-01, 事由: 补充协议一, 报价: 报价表-调整.csv"]);
    assert_exit(&case.build(&["--final"]), 0);
    let (gross, net) = totals(&new, 6);
    // 12.08 × 1250 + 39.63 × 500 = 15,100.00 + 19,815.00.
    assert_eq!(SIGNED.1 - net, 1_510_000 + 1_981_500);
    let agreement = words(&case, "补充协议-1.pdf");
    for said in [
        "现因服务单价调整，",
        "下列2个岗位级别的单价变更如下",
        "832.08820.00-12.08-1.45%882.00869.20",
        "739.63700.00-39.63-5.36%784.01742.00",
        &format!("含税框架上限总价为【{}】元", yuan(gross)),
        &format!("不含税价【{}】元", yuan(net)),
        &yuan(gross - SIGNED.0),
        "-34,915.00",
        "含税金额累计不得超过变更后的含税框架上限总价",
    ] {
        assert!(agreement.contains(said), "{said}: {agreement}");
    }
    assert!(!agreement.contains("税率变更") && !agreement.contains("4.3、11.4"), "{agreement}");
    let order_form = words(&case, "附件6-委托订单.pdf");
    assert!(
        order_form.contains(&format!("￥{}元", yuan(gross))) && order_form.contains("（含税）"),
        "{order_form}"
    );
}

#[test]
fn the_second_agreement_counts_from_the_first() {
    let case = case();
    let mut new = lines(&case);
    for line in &mut new {
        line.net -= 1000;
    }
    requote(&case, "报价表-调整.csv", &new, 3);
    adjust(&case, &[VAT, "生效日期: 2026-10-01, 事由: 下调服务单价, 报价: 报价表-调整.csv"]);
    assert_exit(&case.build(&[]), 0);
    let (first, second) = (totals(&lines(&case), 3), totals(&new, 3));
    let agreement = words(&case, "补充协议-2.pdf");
    for said in [
        "之补充协议（二）",
        "并已订立补充协议（一）对原合同作出变更",
        "全部21个岗位级别",
        &format!("{}大写", yuan(first.0)),
        &format!("含税框架上限总价为【{}】元", yuan(second.0)),
        &yuan(second.0 - first.0),
        "金额上限仍按不含税价计算和比较",
        "附件3：报价表（修订2）",
        "草稿",
    ] {
        assert!(agreement.contains(said), "{said}: {agreement}");
    }
    // A heading keeps its distance from what is above it, also where it may not be parted from what is below.
    let bytes = std::fs::read(case.bundle().join("补充协议-2.pdf")).expect("the agreement");
    let pages = hetong::verify::read::pdf_text::read(&bytes).expect("a PDF").pages;
    let mut below = Vec::new();
    for page in &pages {
        let lines: Vec<_> = page.lines.iter().filter(|line| !line.artifact).collect();
        let headings = lines.windows(2).filter(|pair| {
            ["三、", "四、", "五、", "六、"].iter().any(|number| pair[1].text.starts_with(number))
        });
        below.extend(headings.map(|pair| (pair[1].text.clone(), pair[1].y - pair[0].y)));
    }
    assert!(below.len() >= 2 && below.iter().all(|(_, gap)| *gap > 26.0), "{below:?}");
    let earlier: BTreeSet<String> = snapshot(&case.bundle())
        .into_keys()
        .filter(|name| name.starts_with("历次版本/附件3") || name.starts_with("补充协议"))
        .collect();
    let expected = [
        "历次版本/附件3-报价表（修订1）.pdf",
        "历次版本/附件3-报价表（修订1）.xlsx",
        "历次版本/附件3-报价表（签订时）.pdf",
        "历次版本/附件3-报价表（签订时）.xlsx",
        "补充协议-1.pdf",
        "补充协议-2.pdf",
    ];
    assert_eq!(earlier, expected.map(str::to_owned).into());
    let annex = words(&case, "历次版本/附件3-报价表（修订1）.pdf");
    assert!(annex.contains("依据补充协议（一）") && annex.contains(&yuan(first.0)), "{annex}");
}

#[test]
fn an_agreement_has_its_annexes_as_bookmarks() {
    let case = case();
    adjust(&case, &[VAT]);
    assert_exit(&case.build(&["--final"]), 0);
    let pdf = case.bundle().join("补充协议-1.pdf");
    let html =
        Command::new("pdftohtml").args(["-xml", "-stdout", "-i", arg(&pdf)]).output().expect("poppler");
    let xml = String::from_utf8(html.stdout).expect("UTF-8");
    let (_, outline) = xml.split_once("<outline>").expect("an outline");
    for title in ["补充协议（一）", "附件3 报价表", "附件6 委托订单", "附件7 结算单"] {
        assert!(squeezed(outline).contains(&squeezed(title)), "{title}: {outline}");
    }
}

#[test]
fn a_rate_above_the_tenders_is_no_finding_but_is_explained() {
    let case = case();
    adjust(&case, &["生效日期: 2026-09-01, 事由: 增值税税率调整, 税率: 9%"]);
    let ids: Vec<String> =
        case.findings().iter().map(|finding| finding["id"].as_str().unwrap_or_default().to_owned()).collect();
    assert!(ids.iter().all(|id| id == "M005"), "{ids:?}");
    assert_exit(&case.build(&["--final"]), 0);
    let agreement = words(&case, "补充协议-1.pdf");
    assert!(agreement.contains("系按税率6%确定") && agreement.contains("不视为超过最高限价"), "{agreement}");
}

#[test]
fn a_reason_is_text_whatever_it_holds() {
    let case = case();
    let hostile = r#"'#eval("1") $x$ *粗* «buyer.name» {{ 1 }} \\ [a] 因故'"#;
    adjust(&case, &[&format!("生效日期: 2026-09-01, 事由: {hostile}, 税率: 3%")]);
    assert_exit(&case.build(&[]), 0);
    let agreement = words(&case, "补充协议-1.pdf");
    assert!(agreement.contains(&squeezed(&hostile[1..hostile.len() - 1])), "{agreement}");
}

#[test]
fn before_signing_there_is_nothing_to_adjust() {
    let case = case();
    case.replace("  签订日期: 2026-03-01\n", "");
    adjust(&case, &[VAT]);
    let found = case.findings();
    let r001: Vec<&Value> = found.iter().filter(|finding| finding["id"] == "R001").collect();
    assert_eq!(r001.len(), 1, "{found:?}");
    assert!(place(r001[0]).starts_with("合同.yaml:"), "{}", place(r001[0]));
    assert!(r001[0]["help"].as_str().expect("help").contains("直接改“报价”"));
    assert_exit(&case.build(&[]), 1);
    let names: Vec<String> = snapshot(&case.bundle()).into_keys().collect();
    assert!(!names.iter().any(|name| name.contains("补充协议") || name.contains("历次版本")), "{names:?}");
    assert!(words(&case, "附件3-报价表.pdf").contains("17,275,715.69"));
}

#[test]
fn only_names_agreements_and_annexes() {
    let case = case();
    adjust(&case, &[VAT]);
    assert_exit(&case.build(&["--only", "补充协议-1,附件3"]), 0);
    let names: Vec<String> = snapshot(&case.bundle()).into_keys().collect();
    assert_eq!(
        names,
        [
            "manifest.json",
            "历次版本/附件3-报价表（签订时）.pdf",
            "历次版本/附件3-报价表（签订时）.xlsx",
            "补充协议-1.pdf",
            "附件3-报价表.pdf",
            "附件3-报价表.xlsx",
        ]
    );
    let refused = case.build(&["--only", "补充协议-2"]);
    assert_ne!(refused.status.code(), Some(0));
    assert!(
        told(&refused).contains("补充协议-2") && told(&refused).contains("补充协议"),
        "{}",
        told(&refused)
    );
}

#[test]
fn the_report_lists_documents_and_figures_of_every_revision() {
    let case = case();
    adjust(&case, &[VAT]);
    let done = case.build(&[]);
    assert_exit(&done, 0);
    assert!(!told(&done).contains("目前只核对"), "{}", told(&done));
    let report = words(&case, "核对报告.pdf");
    for said in
        ["补充协议-1.pdf", "历次版本/附件3-报价表（签订时）.pdf", "修订1含税上限总价", "16,786,780.38元"]
    {
        assert!(report.contains(said), "{said}");
    }
    let manifest: Value =
        serde_json::from_slice(&fs::read(case.bundle().join("manifest.json")).expect("manifest"))
            .expect("JSON");
    let listed = |name: &str| {
        let figures = manifest["figures"].as_array().expect("figures");
        figures.iter().find(|f| f["name"] == name).map(|f| f["value"].clone())
    };
    assert_eq!(listed("修订1 含税上限总价"), Some("16,786,780.38".into()));
    assert_eq!(listed("含税上限总价"), Some("17,275,715.69".into()));
}

#[test]
fn an_adjusted_sheet_is_checked_like_the_first() {
    let case = case();
    let mut new = lines(&case);
    new[0].net = 80_000;
    // At the rate as signed, although it has become 3 %.
    requote(&case, "报价表-调整.csv", &new, 6);
    adjust(&case, &[VAT, "生效日期: 2026-10-01, 事由: 下调服务单价, 报价: 报价表-调整.csv"]);
    let found = case.findings();
    let q010 = found.iter().find(|finding| finding["id"] == "Q010").expect("Q010");
    assert_eq!(place(q010), "报价表-调整.csv!F2");
    let message = q010["message"].as_str().expect("a message");
    assert!(message.contains("税率为 6%") && message.contains("为 3%"), "{message}");
    assert_exit(&case.build(&["--final"]), 1);
    assert!(!Path::new(&case.bundle()).exists());
}

/// Signed files turned into drafts must not go unnoticed.
#[test]
fn a_draft_over_a_final_bundle_is_told() {
    let case = case();
    assert_exit(&case.build(&["--final"]), 0);
    adjust(&case, &[VAT]);
    let done = case.build(&[]);
    assert!(told(&done).contains("这里原来是正式稿"), "{}", told(&done));
    let done = case.build(&["--final"]);
    assert!(!told(&done).contains("这里原来是正式稿"), "{}", told(&done));
}

/// Nor must an agreement that may be signed already.
#[test]
fn an_agreement_that_comes_out_otherwise_is_told() {
    let case = case();
    let mark = "原来的正式稿换成了内容不同的";
    for _ in 0..2 {
        let done = case.build(&["--final"]);
        assert!(!told(&done).contains(mark), "{}", told(&done));
    }
    adjust(&case, &[VAT]);
    // The annexes as signed stand in 历次版本: nothing is lost.
    let done = case.build(&["--final"]);
    assert!(!told(&done).contains(mark), "{}", told(&done));
    case.replace("事由: 增值税税率调整", "事由: 税率调整");
    let done = case.build(&["--final"]);
    let said = told(&done);
    assert!(said.contains(&format!("{mark}：补充协议-1.pdf。")), "{said}");
    let done = case.build(&["--final"]);
    assert!(!told(&done).contains(mark), "{}", told(&done));
}

#[test]
fn final_files_have_no_watermark_and_no_gap() {
    let case = case();
    adjust(&case, &[VAT]);
    assert_exit(&case.build(&["--final"]), 0);
    for file in files_of(&case.bundle(), "pdf") {
        let words = pdf_words(&file).replace("正文【】处", "");
        for left in ["草稿", "【】", "（待填）", "生效日期待填"] {
            assert!(!words.contains(left), "{}: {left}", file.display());
        }
    }
}
