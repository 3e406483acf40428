//! Whatever is typed into a case is text: never markup, never code, never a formula.

#![allow(clippy::expect_used, reason = "clippy knows test functions, not what they share")]

mod support;

use std::fs;

use serde_json::{Value, json};
use support::{CaseCopy, files_of, pdf_words, squeezed, told, workbook};

const CASE: &str = "星河示例";
/// What Typst, Tera, XML, a shell and Excel would each take for theirs.
const HOSTILE: &str =
    r##"# $x^2$ *b* _e_ @r \u{41} " ' <a> [c] { #panic() } // /* «x» {{ x }} {% raw %} =SUM(A1) +1 @x"##;

/// Writes a 合同.yaml whose every text ends in (or is) `text`. JSON is YAML, and quotes what must be quoted.
fn write_case(case: &CaseCopy, text: &str) -> Vec<String> {
    let say = |name: &str| format!("{name}{text}");
    let texts = [
        "名称",
        "法定地址",
        "法定代表人",
        "开户行",
        "地址",
        "监督部门",
        "数据内容",
        "目的",
        "范围",
        "承诺方",
    ];
    let contract = json!({
        "模板": "migu-2026",
        "合同": {"编号": say("编号"), "签订日期": "2026-03-01", "付款方式": "银行转账"},
        "乙方": {
            "名称": say("名称"),
            "简称": say("简称"),
            "户名": say("户名"),
            "法定地址": say("法定地址"),
            "法定代表人": say("法定代表人"),
            "邮政编码": say("邮编"),
            "纳税人识别号": say("识别号"),
            "开户行": say("开户行"),
            "账号": say("账号"),
            "地址": say("地址"),
            "联系电话": say("电话"),
            "邮箱": say("邮箱"),
            "监督部门": say("监督部门"),
        },
        "报价": "报价表.csv",
        "廉洁": {"声明": "无关联", "其他业务合作": [say("业务")]},
        "信息安全": {"数据合作": {
            "数据内容": say("数据内容"),
            "数据数量": 10,
            "数据类别": ["A1-1"],
            "目的": say("目的"),
            "范围": say("范围"),
            "处理方式": ["数据存储"],
            "保障措施": {"咪咕公司": {"数据存储": [say("措施")]}, "承诺方": say("承诺方")},
        }},
    });
    let yaml = serde_json::to_string_pretty(&contract).expect("JSON");
    fs::write(case.path().join("合同.yaml"), yaml).expect("合同.yaml");
    let sheet = fs::read_to_string(support::repository("fixtures/rules/good/报价表.csv")).expect("a sheet");
    let cell = format!("\"{}\"", say("报价说明").replace('"', "\"\""));
    let lines: Vec<String> = sheet.lines().map(|line| line.to_owned()).collect();
    let noted: Vec<String> = lines.iter().map(|line| format!("{line},{cell}")).collect();
    let csv = format!("{cell}\n{}\n\n{cell}\n", noted.join("\n"));
    fs::write(case.path().join("报价表.csv"), csv).expect("报价表.csv");
    texts.map(say).to_vec()
}

/// Pages by file, of a bundle's manifest.
fn pages(case: &CaseCopy, file: &str) -> u64 {
    let json = fs::read(case.bundle().join("manifest.json")).expect("manifest.json");
    let manifest: Value = serde_json::from_slice(&json).expect("JSON");
    let outputs = manifest["outputs"].as_array().expect("outputs");
    outputs
        .iter()
        .find(|entry| entry["file"] == file)
        .and_then(|entry| entry["pages"].as_u64())
        .expect("pages")
}

#[test]
fn every_text_is_printed_as_it_was_typed() {
    let usual = CaseCopy::of(CASE);
    assert_eq!(usual.build(&["--only", "附件1,附件2"]).status.code(), Some(0));
    let case = CaseCopy::of(CASE);
    let texts = write_case(&case, HOSTILE);
    let done = case.build(&[]);
    // Some of it is no postcode and no telephone number.
    assert_eq!(done.status.code(), Some(1), "{}", told(&done));
    assert!(told(&done).contains("[P002]") && !told(&done).contains("[F001]"), "{}", told(&done));

    let whole = pdf_words(&case.bundle().join("合同全套.pdf"));
    for text in texts {
        assert!(whole.contains(&squeezed(&text)), "{text} in {whole}");
    }
    for file in files_of(&case.bundle(), "pdf") {
        assert!(!pdf_words(&file).is_empty(), "{}", file.display());
    }
    for file in ["附件1-技术规范书.pdf", "附件2-服务质量考核办法.pdf"] {
        assert_eq!(pages(&case, file), pages(&usual, file), "{file}");
    }

    let (mut typed, files) = (0, files_of(&case.bundle(), "xlsx"));
    for file in files {
        let (texts, formulas) = workbook(&file);
        assert!(
            formulas.iter().all(|f| !f.contains("SUM(A1)") && f != "1"),
            "{}: {formulas:?}",
            file.display()
        );
        typed += texts.iter().filter(|text| text.contains(&format!("名称{HOSTILE}"))).count();
    }
    assert!(typed >= 2, "附件6 and 附件7 name the supplier in {typed} cells");
}

#[test]
fn a_text_that_is_a_formula_is_text() {
    let case = CaseCopy::of(CASE);
    for (key, formula) in [("成都星河示例科技有限公司", "=SUM(A1)"), ("MGYY-2026-0001", "+1")] {
        case.replace(key, &format!("\"{formula}\""));
    }
    let done = case.build(&["--only", "附件6,附件7"]);
    for file in files_of(&case.bundle(), "xlsx") {
        let (texts, formulas) = workbook(&file);
        assert!(texts.iter().any(|text| text == "=SUM(A1)"), "{}: {texts:?}", told(&done));
        assert!(texts.iter().any(|text| text == "+1"), "{}: {texts:?}", told(&done));
        assert!(formulas.iter().all(|f| !f.contains("SUM(A1)") && f != "1"), "{formulas:?}");
    }
}

#[test]
fn line_breaks_in_a_text_do_no_harm() {
    let case = CaseCopy::of(CASE);
    let texts = write_case(&case, "\n第二行 #x\n\n= 第三行\n- 第四行\n");
    let done = case.build(&[]);
    assert_eq!(done.status.code(), Some(1), "{}", told(&done));
    let whole = pdf_words(&case.bundle().join("合同全套.pdf"));
    // Line by line: a page may end between two of them.
    for line in texts.iter().flat_map(|text| text.lines()) {
        assert!(whole.contains(&squeezed(line)), "{line} in {whole}");
    }
}

#[test]
fn long_names_and_addresses_are_printed_whole() {
    let case = CaseCopy::of(CASE);
    let name = "成都星河示例科技".to_owned() + &"数字文化创意与信息服务".repeat(2) + "（集团）股份有限公司";
    assert_eq!(name.chars().count(), 40);
    let address = "四川省成都市高新区天府大道中段一千号".repeat(8);
    case.replace("成都星河示例科技有限公司", &name);
    case.replace(
        "  法定地址: 成都市高新区天府大道中段1000号1栋12层1201号",
        &format!("  法定地址: {address}"),
    );
    let done = case.build(&["--final"]);
    assert_eq!(done.status.code(), Some(0), "{}", told(&done));
    let body = pdf_words(&case.bundle().join("合同正文.pdf"));
    assert!(body.contains(&address), "{body}");
    assert!(body.matches(&name).count() >= 4, "{body}");
    for file in ["附件6-委托订单.pdf", "附件7-结算单.pdf", "附件4-廉洁诚信承诺书.pdf"] {
        assert!(pdf_words(&case.bundle().join(file)).contains(&name), "{file}");
    }
}
