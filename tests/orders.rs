//! 委托订单 as a user builds them: figures worked by hand, whatever is typed, what is rebuilt and what is not.

#![allow(clippy::expect_used, reason = "clippy knows test functions, not what they share")]

mod support;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Output;

use calamine::{Data, Reader, Xlsx};
use serde_json::{Value, json};
use support::{CaseCopy, arg, dates, pdf_text, pdf_words, place, run, snapshot, squeezed, told, workbook};

// 报价表.xlsx has 产品/平台服务 高级 at 832.08 and 运维支撑 中级 at 739.63 不含税: 882.00 and 784.01 元/人天 with 6 %.
// 120 × 882.00 = 105,840.00; 33.5 × 784.01 = 26,264.335, rounded 26,264.34; together 132,104.34.
// 30 % is 39,631.302; 33.33 % is 44,030.3765…; what is left of 132,104.34 is 48,442.66.
const FIRST: &str = "\
编号: DD-2026-001
名称: 视频彩铃运营支撑
签订日期: 2026-03-05
服务周期: {自: 2026-03-05, 至: 2026-08-31}
甲方联系人: {姓名: 赵示例, 电话: 028-81234567, 邮箱: zhao@example.com}
乙方联系人: {姓名: 钱示例, 电话: 028-85551234, 邮箱: qian@example.com}
特别说明: 成果归甲方所有
服务事项: 视频彩铃专区的运营支撑
具体要求: 工作日现场支撑
委托内容: 提供下列人员
明细:
  - {岗位: 产品/平台服务, 级别: 高级, 人天: 120}
  - {岗位: 运维支撑, 级别: 中级, 人天: 33.5}
付款计划:
  - {阶段: 首期, 条件: 订单签署后, 比例: 30%, 说明: 预付}
  - {阶段: 中期, 条件: 中期验收合格, 比例: 33.33%}
  - {阶段: 尾款, 条件: 订单期满验收, 比例: 36.67%}
附件: [需求说明书, 人员名单]
";
// 10 × 882.00 = 8,820.00, in three equal parts: 33.33 %, 33.33 % and what is left of 100 %.
const SECOND: &str = "\
编号: DD-2026-002
批次: 2
名称: 夏日音乐季
签订日期: 2026-04-01
服务周期: {自: 2026-04-01, 至: 2026-10-31}
甲方联系人: {姓名: 孙示例, 电话: 028-81234568, 邮箱: sun@example.com}
乙方联系人: {姓名: 李示例, 电话: \"13800000101\", 邮箱: li@example.com}
服务事项: 专题策划
具体要求: 按期上线
明细: [{岗位: 产品/平台服务, 级别: 高级, 人天: 10}]
付款计划:
  - {阶段: 首期, 条件: 签署, 金额: 2940}
  - {阶段: 中期, 条件: 上线, 金额: 2940.00}
  - {阶段: 尾款, 条件: 验收, 金额: \"2,940\"}
";

/// The sample case with these orders and none of its own.
fn case_of(orders: &[(&str, &str)]) -> CaseCopy {
    let case = CaseCopy::of("星河示例");
    for folder in ["订单", "结算"] {
        if case.path().join(folder).exists() {
            fs::remove_dir_all(case.path().join(folder)).expect("removed");
        }
    }
    // What was settled belongs to other orders.
    let ledger = case.path().join("台账.jsonl");
    if ledger.exists() {
        fs::remove_file(ledger).expect("removed");
    }
    for (name, order) in orders {
        write_order(&case, name, order);
    }
    case
}

fn write_order(case: &CaseCopy, name: &str, order: &str) {
    fs::create_dir_all(case.path().join("订单")).expect("订单");
    fs::write(case.path().join("订单").join(name), order).expect("an order");
}

fn both() -> CaseCopy {
    case_of(&[("一.yaml", FIRST), ("二.yaml", SECOND)])
}

fn assert_exit(done: &Output, code: i32) {
    assert_eq!(done.status.code(), Some(code), "{}", told(done));
}

fn manifest(case: &CaseCopy) -> Value {
    serde_json::from_slice(&fs::read(case.bundle().join("manifest.json")).expect("manifest.json"))
        .expect("JSON")
}

/// The first sheet of a workbook: text and numbers of each row from the left, and every formula with its result.
fn sheet(path: &Path) -> (Vec<Vec<String>>, Vec<(String, String)>) {
    let mut book: Xlsx<_> = calamine::open_workbook(path).expect("a workbook");
    let name = book.sheet_names()[0].clone();
    let values = book.worksheet_range(&name).expect("a sheet");
    let formulas = book.worksheet_formula(&name).expect("a sheet");
    let shown = |cell: &Data| match cell {
        Data::Empty => None,
        other => Some(other.to_string()).filter(|text| !text.is_empty()),
    };
    let rows = values.rows().map(|row| row.iter().filter_map(shown).collect()).collect();
    let (top, left) = formulas.start().expect("formulas");
    let formula = |(row, column, formula): (usize, usize, &String)| {
        let at = |first: u32, index: usize| first + u32::try_from(index).expect("an index");
        let value = values.get_value((at(top, row), at(left, column))).expect("a value").to_string();
        (formula.clone(), value)
    };
    (rows, formulas.used_cells().filter(|(_, _, f)| !f.is_empty()).map(formula).collect())
}

fn has_row(rows: &[Vec<String>], row: &[&str]) -> bool {
    rows.iter().any(|found| found == row)
}

#[test]
fn orders_are_built_with_figures_worked_by_hand() {
    let case = both();
    assert_exit(&case.build(&["--final"]), 0);
    let words = |file: &str| pdf_words(&case.bundle().join(file));
    let first = words("委托订单-DD-2026-001.pdf");
    for said in [
        "订单编号：DD-2026-001",
        "咪咕音乐与成都星河示例科技有限公司2026年定制化服务支撑项目合同",
        "自2026年3月1日至2027年2月28日",
        "￥17,275,715.69元(大写：人民币壹仟柒佰贰拾柒万伍仟柒佰壹拾伍元陆角玖分)",
        "￥0.00元",
        "视频彩铃运营支撑",
        "（本订单第一批）",
        "自2026年3月5日至2026年8月31日",
        "产品/平台服务高级120882.00105,840.00",
        "运维支撑中级33.5784.0126,264.34",
        "153.5132,104.34",
        "订单总额（含税）：￥132,104.34元（大写：人民币壹拾叁万贰仟壹佰零肆元叁角肆分）",
        "首期订单签署后39,631.3030%预付",
        "中期中期验收合格44,030.3833.33%",
        "尾款订单期满验收48,442.6636.67%",
        "1需求说明书",
        "2人员名单",
        "按照框架协议执行",
        "日期：2026年3月5日",
    ] {
        assert!(first.contains(said), "{said}: {first}");
    }
    assert!(!first.contains("草稿"), "{first}");
    let second = words("委托订单-DD-2026-002.pdf");
    for said in [
        "￥132,104.34元",
        "（本订单第二批）",
        "￥8,820.00元（大写：人民币捌仟捌佰贰拾元整）",
        "首期签署2,940.0033.33%",
        "中期上线2,940.0033.33%",
        "尾款验收2,940.0033.34%",
    ] {
        assert!(second.contains(said), "{said}: {second}");
    }

    let (rows, formulas) = sheet(&case.bundle().join("委托订单-DD-2026-001.xlsx"));
    for row in [
        &["订单编号：DD-2026-001"][..],
        &["框架协议已执行金额", "￥0.00元（含税）"],
        &["产品/平台服务", "高级", "120", "882", "105840"],
        &["运维支撑", "中级", "33.5", "784.01", "26264.34"],
        &["订单总额（含税，元）", "153.5", "132104.34"],
        &["首期", "订单签署后", "39631.3", "0.3", "预付"],
        &["尾款", "订单期满验收", "48442.66", "0.3667"],
        &["2", "人员名单"],
    ] {
        assert!(has_row(&rows, row), "{row:?}: {rows:#?}");
    }
    let results: Vec<&str> = formulas.iter().map(|(_, result)| result.as_str()).collect();
    assert_eq!(results, ["105840", "26264.34", "153.5", "132104.34", "39631.3", "44030.38", "48442.66"]);
    let (rows, formulas) = sheet(&case.bundle().join("委托订单-DD-2026-002.xlsx"));
    assert!(has_row(&rows, &["尾款", "验收", "2940", "0.3334"]), "{rows:#?}");
    let results: Vec<&str> = formulas.iter().map(|(_, result)| result.as_str()).collect();
    assert_eq!(
        results,
        ["8820", "10", "8820", "0.3333", "0.3333", "0.3334"],
        "amounts are typed, ratios follow"
    );
}

#[test]
fn the_report_and_the_manifest_list_orders_and_their_figures() {
    let case = both();
    assert_exit(&case.build(&[]), 0);
    let manifest = manifest(&case);
    let figure = |name: &str| {
        let figures = manifest["figures"].as_array().expect("figures");
        let found = figures.iter().find(|figure| figure["name"] == name);
        found.unwrap_or_else(|| panic!("{name}"))["value"].as_str().expect("a value").to_owned()
    };
    for (name, value) in [
        ("DD-2026-001 运维支撑·中级 金额", "26,264.34"),
        ("DD-2026-001 订单总额", "132,104.34"),
        ("DD-2026-001 付款计划3 尾款 应付金额", "48,442.66"),
        ("DD-2026-002 框架协议已执行金额", "132,104.34"),
        ("DD-2026-002 付款计划3 尾款 付款比例", "33.34%"),
    ] {
        assert_eq!(figure(name), value, "{name}");
    }
    let outputs = manifest["outputs"].as_array().expect("outputs");
    let documents = outputs.iter().filter(|entry| entry["document"] == "订单").count();
    assert_eq!(documents, 4);
    let report = pdf_words(&case.bundle().join("核对报告.pdf"));
    for said in [
        "DD-2026-001订单总额132,104.34",
        "委托订单-DD-2026-002.xlsx",
        "O003",
        // Amounts with thousands in the formulas, and clauses with the document they stand in.
        "1,040,100.00×1.06",
        "正文4.3",
    ] {
        assert!(report.contains(said), "{said}: {report}");
    }
    let whole = pdf_words(&case.bundle().join("合同全套.pdf"));
    assert!(!whole.contains("视频彩铃运营支撑"), "orders are no part of the contract");
}

/// A framework contract is the same whether anything was ordered under it or not.
#[test]
fn the_contracts_documents_do_not_change_with_orders() {
    let (without, with) = (case_of(&[]), both());
    assert_exit(&without.build(&[]), 0);
    assert_exit(&with.build(&[]), 0);
    let (without, with) = (snapshot(&without.bundle()), snapshot(&with.bundle()));
    assert_eq!(with.len(), without.len() + 4);
    for (name, bytes) in &without {
        let changes = name == "manifest.json" || name == "核对报告.pdf";
        assert!(changes || &with[name] == bytes, "{name} differs");
    }
}

/// What Typst, Tera, XML, a shell and Excel would each take for theirs.
const HOSTILE: &str =
    r##"# $x^2$ *b* _e_ @r \u{41} " ' <a> [c] { #panic() } // /* «x» {{ x }} {% raw %} =SUM(A1) +1 @x"##;

/// An order whose every text ends in `text`; JSON is YAML. The texts beside it.
fn hostile(text: &str) -> (String, Vec<String>) {
    let say = |name: &str| format!("{name}{text}");
    let person = |whose: &str| json!({"姓名": say(&format!("{whose}姓名")), "电话": say(&format!("{whose}电话")), "邮箱": say(&format!("{whose}邮箱"))});
    let order = json!({
        "编号": say("编号"), "名称": say("名称"), "签订日期": "2026-03-05",
        "服务周期": {"自": "2026-03-05", "至": "2026-08-31"},
        "甲方联系人": person("甲"), "乙方联系人": person("乙"),
        "甲方其他信息": say("甲其他"), "乙方其他信息": say("乙其他"), "特别说明": say("特别"),
        "服务事项": say("事项"), "具体要求": say("要求"), "委托内容": say("内容"), "考核与结算": say("考核"),
        "明细": [{"岗位": say("岗位"), "级别": say("级别"), "人天": 1}],
        "付款计划": [{"阶段": say("阶段"), "条件": say("条件"), "比例": "100%", "说明": say("说明")}],
        "附件": [say("附件")],
    });
    let texts = [
        "编号",
        "名称",
        "甲姓名",
        "乙电话",
        "乙邮箱",
        "甲其他",
        "乙其他",
        "特别",
        "事项",
        "要求",
        "内容",
        "考核",
        "岗位",
        "级别",
        "阶段",
        "条件",
        "说明",
        "附件",
    ];
    (order.to_string(), texts.map(say).to_vec())
}

#[test]
fn whatever_is_typed_into_an_order_is_text() {
    let (order, texts) = hostile(HOSTILE);
    let case = case_of(&[("敌.yaml", &order)]);
    let done = case.build(&["--only", "订单"]);
    assert_exit(&done, 1);
    assert!(told(&done).contains("[O005]") && !told(&done).contains("[F001]"), "{}", told(&done));
    let files = snapshot(&case.bundle());
    let pdf = files.keys().find(|name| name.ends_with(".pdf")).expect("a PDF");
    assert!(!pdf.contains(['/', '\\', ':', '*', '?', '"', '<', '>', '|']), "{pdf}");
    let words = pdf_words(&case.bundle().join(pdf));
    // A cell of a few characters is drawn in pieces, between those of its neighbours; its words are all there.
    for text in texts {
        for word in text.split_whitespace() {
            assert!(words.contains(word) || word.chars().count() > 3, "{word} of {text} in {words}");
        }
    }
    for text in ["名称", "特别", "事项", "要求", "内容", "考核", "附件"]
        .map(|name| squeezed(&format!("{name}{HOSTILE}")))
    {
        assert!(words.contains(&text), "{text} in {words}");
    }
    let (texts, formulas) = workbook(&case.bundle().join(pdf.replace(".pdf", ".xlsx")));
    assert!(texts.iter().any(|text| text == &format!("岗位{HOSTILE}")), "{texts:?}");
    assert!(formulas.iter().all(|formula| !formula.contains("A1")), "{formulas:?}");
}

#[test]
fn line_breaks_and_long_texts_stay_on_the_page() {
    let (order, _) = hostile(&format!("\n第二行 #x\n\n= 第三行\n{}", "很长的要求，".repeat(700)));
    let case = case_of(&[("长.yaml", &order.replace("\"编号\":\"编号\\n", "\"编号\":\"DD-9 \\n"))]);
    let done = case.build(&["--only", "订单"]);
    assert_exit(&done, 1);
    let file = snapshot(&case.bundle()).into_keys().find(|name| name.ends_with(".pdf")).expect("a PDF");
    let words = pdf_words(&case.bundle().join(file));
    // Twenty texts of 700 repetitions, each on the paper at least once: none ran off a page.
    assert!(words.matches('求').count() >= 20 * 700, "{}", words.matches('求').count());
    assert!(words.contains("=第三行"), "{words}");
}

#[test]
fn only_what_an_order_changes_is_built_anew() {
    let case = both();
    assert_exit(&case.build(&[]), 0);
    let (files, dated) = (snapshot(&case.bundle()), dates(&case.bundle()));
    assert_exit(&case.build(&[]), 0);
    assert!(
        snapshot(&case.bundle()) == files && dates(&case.bundle()) == dated,
        "a second build writes nothing"
    );
    let changed = |order: &str, content: String| {
        write_order(&case, order, &content);
        let before = snapshot(&case.bundle());
        assert_exit(&case.build(&[]), 0);
        let now = snapshot(&case.bundle());
        let changed: Vec<String> = now
            .iter()
            .filter(|(name, bytes)| before.get(*name) != Some(bytes))
            .map(|(name, _)| name.clone())
            .collect();
        changed
    };
    let contact = changed("二.yaml", SECOND.replace("孙示例", "周示例"));
    assert_eq!(
        contact,
        ["manifest.json", "委托订单-DD-2026-002.pdf", "委托订单-DD-2026-002.xlsx", "核对报告.pdf"]
    );
    // The first order's total is what the second one calls 已执行金额.
    let total = changed("一.yaml", FIRST.replace("人天: 120", "人天: 121"));
    assert_eq!(
        total,
        [
            "manifest.json",
            "委托订单-DD-2026-001.pdf",
            "委托订单-DD-2026-001.xlsx",
            "委托订单-DD-2026-002.pdf",
            "委托订单-DD-2026-002.xlsx",
            "核对报告.pdf"
        ]
    );
    fs::remove_file(case.path().join("订单/二.yaml")).expect("removed");
    assert_exit(&case.build(&[]), 0);
    assert!(
        !snapshot(&case.bundle()).keys().any(|name| name.contains("DD-2026-002")),
        "its files go with it"
    );
}

#[test]
fn only_takes_orders_by_any_of_their_names() {
    let built = |only: &str| {
        let case = both();
        assert_exit(&case.build(&["--only", only]), 0);
        snapshot(&case.bundle()).into_keys().filter(|name| name != "manifest.json").collect::<Vec<_>>()
    };
    let second = ["委托订单-DD-2026-002.pdf", "委托订单-DD-2026-002.xlsx"];
    assert_eq!(built("DD-2026-002"), second);
    assert_eq!(built("委托订单-DD-2026-002"), second);
    assert_eq!(built("委托订单-DD-2026-002.pdf"), second[..1]);
    assert_eq!(built("订单").len(), 4);
    assert_eq!(built("附件3，DD-2026-002").len(), 4);
    let refused = both().build(&["--only", "DD-2026-003"]);
    assert_exit(&refused, 1);
    for known in ["DD-2026-003", "附件3", "订单", "DD-2026-001", "DD-2026-002"] {
        assert!(told(&refused).contains(known), "{known}: {}", told(&refused));
    }
}

#[test]
fn a_draft_shows_blanks_and_a_final_refuses_them() {
    let case = case_of(&[
        ("一.yaml", "编号: DD/2026:1\n名称:\n明细:\n  - {岗位: 产品/平台服务, 级别: 高级}\n"),
        ("二.yaml", "名称: 无编号\n"),
    ]);
    let done = case.build(&[]);
    assert_exit(&done, 0);
    assert!(told(&done).contains("“订单/二.yaml”没有 编号，文件没有名字，没有生成"), "{}", told(&done));
    assert!(told(&done).contains("订单/一.yaml 的 名称"), "{}", told(&done));
    let words = pdf_words(&case.bundle().join("委托订单-DD_2026_1.pdf"));
    assert!(words.contains("订单编号：DD/2026:1") && words.contains("草稿"), "{words}");
    // 人天 are open: so are the amount, the total and its words. No 0 stands for them.
    assert!(words.contains("￥元（大写：人民币）"), "{words}");
    let (_, formulas) = workbook(&case.bundle().join("委托订单-DD_2026_1.xlsx"));
    assert!(formulas.is_empty(), "{formulas:?}");
    let before = snapshot(&case.bundle());
    let refused = case.build(&["--final"]);
    assert_exit(&refused, 1);
    assert!(told(&refused).contains("委托订单 DD/2026:1的“订单名称”没有填写"), "{}", told(&refused));
    assert!(snapshot(&case.bundle()) == before);
}

#[test]
fn an_order_that_cannot_be_read_leaves_the_amounts_before_the_others_blank() {
    let case = case_of(&[("一.yaml", "编号：DD-2026-001\n名称: 甲\n"), ("二.yaml", SECOND)]);
    let done = case.build(&["--only", "订单"]);
    assert_exit(&done, 1);
    let words = pdf_words(&case.bundle().join("委托订单-DD-2026-002.pdf"));
    assert!(!words.contains("￥0.00元"), "{words}");
    let found = case.findings();
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!((found[0]["id"].as_str(), place(&found[0])), (Some("F001"), "订单/一.yaml:1:1".to_owned()));
}

#[test]
fn twenty_lines_and_a_plan_of_ten_rows_are_all_there() {
    let posts = [
        "产品/平台服务",
        "活动/内容支撑",
        "用户/数据运营",
        "场景/渠道运营",
        "设计/制作支撑",
        "运维支撑",
        "技术支持",
    ];
    let levels = ["高级", "中级", "初级"];
    let lines = posts
        .iter()
        .flat_map(|post| levels.map(|level| format!("  - {{岗位: {post}, 级别: {level}, 人天: 1}}\n")));
    let plan: String = (1..=10).map(|n| format!("  - {{阶段: 第{n}期, 条件: 验收, 比例: 10%}}\n")).collect();
    let (head, _) = FIRST.split_once("明细:").expect("明细");
    let order = format!("{head}明细:\n{}付款计划:\n{plan}", lines.take(20).collect::<String>());
    let case = case_of(&[("一.yaml", &order)]);
    assert_exit(&case.build(&["--only", "订单", "--final"]), 0);
    let file = case.bundle().join("委托订单-DD-2026-001.pdf");
    let words = pdf_words(&file);
    assert!((1..=10).all(|n| words.contains(&format!("第{n}期"))), "{words}");
    assert!(posts.iter().all(|post| words.contains(post)), "{words}");
    assert!(pdf_text(&file).contains("共"), "pages are numbered");
}

/// What a user sees in `check`, with the files it was found in.
#[test]
fn findings_name_the_orders_file_and_place() {
    let case = case_of(&[("一.yaml", &FIRST.replace("36.67%", "36%"))]);
    let done = run(&["check", arg(&case.path())]);
    assert_exit(&done, 1);
    let said = told(&done);
    assert!(said.contains("[O003] 付款比例合计 99.33%，少 0.67%：30% + 33.33% + 36%"), "{said}");
    assert!(said.contains("订单/一.yaml:17:"), "{said}");
    let places: BTreeMap<String, String> =
        case.findings().iter().map(|f| (f["id"].as_str().unwrap_or_default().to_owned(), place(f))).collect();
    assert_eq!(places["O003"], "订单/一.yaml:17:30");
}
