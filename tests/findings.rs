//! What `check` and `explain` tell: to people, to programs, and by the exit code.

#![allow(clippy::expect_used, reason = "clippy knows test functions, not what they share")]

mod support;

use std::fs;

use serde_json::Value;
use serde_sarif::sarif::Sarif;
use support::{CaseCopy, arg, place, run, text, told};

const CASE: &str = "星河示例";

/// A case with three mistakes of different families.
fn mistaken() -> CaseCopy {
    let case = CaseCopy::of(CASE);
    case.replace("法定代表人: 李示例", "法定代表: 李示例");
    case.replace("邮政编码: \"610041\"", "邮政编码: \"61004\"");
    case.replace("数据类别: [A1-1, C1-2]", "数据类别: [A1-1, Z9-9]");
    case
}

#[test]
fn json_tells_all_findings_with_their_places() {
    let case = mistaken();
    let done = run(&["check", arg(&case.path()), "--format", "json"]);
    assert_eq!(done.status.code(), Some(1), "{}", told(&done));
    assert!(done.stderr.is_empty());
    let report: Value = serde_json::from_slice(&done.stdout).unwrap();
    assert_eq!(report["hetong"], env!("CARGO_PKG_VERSION"));
    let found = &report["cases"][0];
    assert_eq!((found["case"].as_str(), found["folder"].as_str()), (Some(CASE), Some(arg(&case.path()))));
    let findings = found["findings"].as_array().unwrap();
    assert_eq!(found["errors"].as_u64(), Some(findings.len() as u64));
    let mut told: Vec<String> =
        findings.iter().map(|f| format!("{} {}", f["id"].as_str().unwrap(), place(f))).collect();
    told.sort();
    assert_eq!(told, ["F005 合同.yaml:13:3", "I001 合同.yaml:32:18", "P002 合同.yaml:14:9"]);
    for finding in findings {
        assert_eq!(finding["severity"], "error");
        for key in ["message", "expected", "clause", "help"] {
            assert!(finding[key].as_str().is_some_and(|text| !text.is_empty()), "{key}: {finding}");
        }
        let lines = (finding["place"]["line"].as_u64(), finding["place"]["end_line"].as_u64());
        let columns = (finding["place"]["column"].as_u64(), finding["place"]["end_column"].as_u64());
        assert!(lines.0 == lines.1 && columns.0 < columns.1, "{finding}");
    }
}

#[test]
fn sarif_is_what_its_schema_says() {
    let case = mistaken();
    let done = run(&["check", arg(&case.path()), "--format", "sarif"]);
    assert_eq!(done.status.code(), Some(1));
    let sarif: Sarif = serde_json::from_slice(&done.stdout).unwrap();
    assert_eq!(serde_json::to_value(&sarif.version).unwrap(), "2.1.0");
    let run = &sarif.runs[0];
    let rules = run.tool.driver.rules.as_ref().unwrap();
    let results = run.results.as_ref().unwrap();
    assert_eq!(results.len(), 3);
    for result in results {
        let id = result.rule_id.as_deref().unwrap();
        let rule = rules.iter().find(|rule| rule.id == id).unwrap();
        assert!(rule.short_description.is_some() && rule.help.is_some(), "{id}");
        let index = usize::try_from(result.rule_index.unwrap()).unwrap();
        assert_eq!(rules[index].id, id);
        let place = result.locations.as_ref().unwrap()[0].physical_location.as_ref().unwrap();
        let uri = place.artifact_location.as_ref().unwrap().uri.as_deref().unwrap();
        assert!(uri.ends_with(".yaml") && uri.is_ascii(), "a URI: {uri}");
        let region = place.region.as_ref().unwrap();
        assert!(region.start_line.is_some_and(|line| line > 12), "{region:?}");
        assert!(region.end_column > region.start_column, "{region:?}");
    }
    let p002 = results.iter().find(|r| r.rule_id.as_deref() == Some("P002")).unwrap();
    let region =
        p002.locations.as_ref().unwrap()[0].physical_location.as_ref().unwrap().region.as_ref().unwrap();
    assert_eq!((region.start_line, region.start_column, region.end_column), (Some(14), Some(9), Some(16)));
}

#[test]
fn carets_stand_under_what_is_meant() {
    let case = mistaken();
    let done = run(&["check", arg(&case.path())]);
    assert_eq!(done.status.code(), Some(1));
    let said = text(&done.stdout);
    // A 汉字 is two columns wide.
    for lines in [
        "13 |   法定代表: 李示例\n   |   ^^^^^^^^\n",
        "14 |   邮政编码: \"61004\"\n   |             ^^^^^^^\n",
        "32 |     数据类别: [A1-1, Z9-9]\n   |                      ^^^^\n",
    ] {
        assert!(said.contains(lines), "{lines}{said}");
    }
    assert!(said.contains("是不是想写“法定代表人”"), "{said}");
    for id in ["错误[F005]", "错误[P002]", "错误[I001]"] {
        assert_eq!(said.matches(id).count(), 1, "{said}");
    }
    assert!(said.contains("3 个错误"), "{said}");
    assert!(!said.contains('\u{1b}'), "no colours in a pipe");
    let coloured = run(&["check", arg(&case.path()), "--color", "always"]);
    assert!(text(&coloured.stdout).contains("\u{1b}["));
}

#[test]
fn a_wrong_cell_is_named() {
    let case = CaseCopy::of(CASE);
    let sheet = fs::read_to_string(support::repository("fixtures/rules/good/报价表.csv")).unwrap();
    fs::write(case.path().join("报价表.csv"), sheet.replacen("890.40", "八百", 1)).unwrap();
    case.replace("报价: 报价表.xlsx", "报价: 报价表.csv");
    let findings = case.findings();
    assert!(findings.iter().any(|f| f["id"] == "Q011" && place(f) == "报价表.csv!G2"), "{findings:?}");
    let said = text(&run(&["check", arg(&case.path())]).stdout);
    assert!(said.contains("报价表.csv") && said.contains("G2") && said.contains("八百"), "{said}");
}

/// The same with a quotation whose first lines are wrong, a worksheet of two people in one, and an assessment out of range.
fn mistaken_by_the_supplier() -> CaseCopy {
    let case = mistaken();
    let sheet = fs::read_to_string(support::repository("fixtures/rules/good/报价表.csv")).expect("the case");
    let mut rows: Vec<String> = sheet.lines().map(str::to_owned).collect();
    rows[1] = rows[1].replacen("840.00", "850.00", 1);
    for row in rows.iter_mut().skip(2).take(6) {
        let mut cells: Vec<&str> = row.split(',').collect();
        cells[6] = "1.00";
        *row = cells.join(",");
    }
    fs::write(case.path().join("报价表.csv"), rows.join("\n")).expect("the case");
    case.replace("报价: 报价表.xlsx", "报价: 报价表.csv");
    let month = case.path().join("结算/2026-09");
    fs::create_dir(&month).expect("the case");
    let work = "订单编号,姓名,岗位职责,级别,日期,人天\nDD-9999,甲,运维支撑,中级,2026-09-01,2\n";
    fs::write(month.join("工时.csv"), work).expect("the case");
    let heads = "订单编号,服务质量得分,支撑能力扣分次数,投诉次数,安全事件次数,日常管理缺项数,说明";
    fs::write(month.join("考核.csv"), format!("{heads}\nDD-2026-001,77,0,0,0,0,无\n")).expect("the case");
    case
}

#[test]
fn a_supplier_is_told_what_is_his_to_mend_and_nothing_else() {
    let case = mistaken_by_the_supplier();
    let checked = run(&["check", arg(&case.path())]);
    let hint = format!("hetong check --reply {}", arg(&case.path()));
    assert!(text(&checked.stdout).contains(&hint), "{}", told(&checked));
    let done = run(&["check", "--reply", arg(&case.path())]);
    assert_eq!(done.status.code(), Some(1), "{}", told(&done));
    let letter = text(&done.stdout);
    for part in [
        "主题：请更正报价表、2026年9月工时表（合同编号 MGYY-2026-0001）",
        "【2026年9月工时表（工时.csv）】",
        "成都星河示例科技有限公司：",
        "重新盖章",
        "F2：“产品/平台服务·高级”的不含税单价 850.00 元超过最高限价 849.06 元，高出 0.94 元\n   应为：不高于 849.06 元",
        "咪咕音乐有限公司",
        "DD-9999",
    ] {
        assert!(letter.contains(part), "{part}: {letter}");
    }
    // A fault down a column stands in the findings once, and in the letter at each of its cells.
    for row in 3..=8 {
        let own =
            letter.lines().filter(|line| line.contains(&format!(". G{row}：")) && line.contains("应为"));
        assert_eq!(own.count(), 1, "G{row}: {letter}");
    }
    assert!(!letter.contains("同一列"), "{letter}");
    for own in ["hetong", "61004", "法定代表", "Z9-9", "考核", "案卷", "合同.yaml"] {
        assert!(!letter.contains(own), "{own}: {letter}");
    }
    // As files: written once, never over one that was edited.
    let folder = case.output();
    let write = || run(&["check", "--reply", "-o", arg(&folder), arg(&case.path())]);
    let file = folder.join("请更正-星河示例.txt");
    assert!(text(&write().stdout).contains("请更正-星河示例.txt"));
    let written = fs::read_to_string(&file).unwrap();
    assert_eq!(written.trim_start_matches('\u{feff}').replace("\r\n", "\n"), letter);
    write();
    assert_eq!(fs::read_dir(&folder).unwrap().count(), 1);
    fs::write(&file, "改过").unwrap();
    assert!(text(&write().stdout).contains("请更正-星河示例-2.txt"));
    assert_eq!(fs::read_to_string(&file).unwrap(), "改过");
}

#[test]
fn without_anything_of_the_suppliers_there_is_no_letter() {
    let case = mistaken();
    // A form that nobody has filled in still has to be sent out, not back.
    let sheet = fs::read_to_string(support::repository("fixtures/rules/good/报价表.csv")).unwrap();
    let blank = sheet.lines().map(|line| {
        let mut cells: Vec<&str> = line.split(',').collect();
        if cells[0] != "岗位职责" {
            cells.iter_mut().skip(5).for_each(|cell| *cell = "");
        }
        cells.join(",")
    });
    fs::write(case.path().join("报价表.csv"), blank.collect::<Vec<_>>().join("\n")).unwrap();
    case.replace("报价: 报价表.xlsx", "报价: 报价表.csv");
    assert!(case.findings().iter().any(|f| f["id"] == "Q011"));
    let done = run(&["check", "--reply", arg(&case.path())]);
    assert_eq!((done.status.code(), text(&done.stdout)), (Some(1), String::new()));
    assert!(text(&done.stderr).contains("没有要更正的"), "{}", told(&done));
    assert!(!text(&run(&["check", arg(&case.path())]).stdout).contains("--reply"));
    assert_eq!(run(&["check", "-o", "x", arg(&case.path())]).status.code(), Some(2));
}

#[test]
fn a_key_in_the_wrong_place_is_told_where_it_belongs() {
    let case = CaseCopy::of(CASE);
    case.replace("报价: 报价表.xlsx", "违约金比例: 30\n开户行: 某行\n报价: 报价表.xlsx");
    case.replace(
        "  签订日期: 2026-03-01",
        "  签订日期: 2026-03-01\n  违约金比例: 30\n  处理方式: [数据存储]",
    );
    fs::write(case.path().join("订单/新.yaml"), "编号: DD-2026-009\n岗位: 运维支撑\n税率: 6%\n").unwrap();
    let findings = case.findings();
    let said = |key: &str, place: &str| {
        let message = |f: &Value| f["message"].as_str().unwrap_or_default().to_owned();
        let about: Vec<String> = findings.iter().map(message).filter(|m| m.contains(key)).collect();
        assert!(about.iter().any(|m| m.contains(place)), "{key}: {about:?}");
        assert!(findings.iter().filter(|f| message(f).contains(key)).all(|f| f["id"] == "F005"));
    };
    said("“违约金比例”", "应写在“条款”下面");
    said("“开户行”", "应写在“乙方”下面");
    said("“处理方式”", "应写在“信息安全.数据合作”下面");
    said("“岗位”", "应写在“明细”的每一项里");
    said("“税率”", "应写在合同.yaml 的“核对金额”下面");
    // A section whose lines were not indented is one slip.
    let case = CaseCopy::of(CASE);
    case.replace(
        "  编号: MGYY-2026-0001\n  签订日期: 2026-03-01\n  付款方式: 银行转账",
        "签订日期: 2026-03-01\n付款方式: 银行转账",
    );
    let findings = case.findings();
    let slips: Vec<_> = findings.iter().filter(|f| f["id"] == "F005").collect();
    assert_eq!(slips.len(), 1, "{findings:?}");
    let message = slips[0]["message"].as_str().unwrap();
    assert!(message.contains("应写在“合同”下面，“付款方式”也是"), "{message}");
    // Under 条款, which holds the pack's own names.
    let case = CaseCopy::of(CASE);
    case.replace("报价: 报价表.xlsx", "条款:\n  付款方式: 银行转账\n报价: 报价表.xlsx");
    let findings = case.findings();
    let message = findings[0]["message"].as_str().unwrap();
    assert!(findings[0]["id"] == "T008" && message.contains("应写在“合同”下面"), "{findings:?}");
}

#[test]
fn the_sheet_that_may_be_meant_is_named() {
    let case = CaseCopy::of(CASE);
    let month = case.path().join("结算/2026-09");
    fs::create_dir(&month).unwrap();
    fs::write(month.join("考勤表2026年9月.xlsx"), "x").unwrap();
    fs::write(month.join("说明.docx"), "x").unwrap();
    let findings = case.findings();
    let other = findings.iter().find(|f| f["place"]["file"] == "结算/2026-09/考核.xlsx").unwrap();
    assert!(!other["message"].as_str().unwrap().contains("考勤表"), "{other}");
    let missing = findings.iter().find(|f| f["place"]["file"] == "结算/2026-09/工时.xlsx").unwrap();
    let message = missing["message"].as_str().unwrap();
    assert!(message.contains("“考勤表2026年9月.xlsx”如果是工时表，请改名为以“工时”开头"), "{message}");
}

#[test]
fn the_quotation_that_may_be_meant_is_named() {
    let case = CaseCopy::of(CASE);
    case.replace("报价: 报价表.xlsx", "报价: 报价表");
    let findings = case.findings();
    let message = findings[0]["message"].as_str().unwrap();
    assert!(message.contains("“报价表”不存在；案卷文件夹里的表格：“报价表.xlsx”"), "{message}");
}

#[test]
fn a_declaration_that_cannot_be_read_is_told_once() {
    for (written, expected) in [("  声明: 有", "无关联 或 有关联"), ("  声明: “无关联”", "英文引号")]
    {
        let case = CaseCopy::of(CASE);
        case.replace("  声明: 无关联", written);
        let findings = case.findings();
        assert!(findings.len() == 1 && findings[0]["id"] == "F007", "{written}: {findings:?}");
        assert!(findings[0]["expected"].as_str().unwrap().contains(expected), "{findings:?}");
    }
    let case = CaseCopy::of(CASE);
    case.replace("廉洁:\n  声明: 无关联\n  其他业务合作: [技术支撑服务]", "廉洁: 无关联");
    let findings = case.findings();
    assert!(
        findings.len() == 1 && findings[0]["expected"].as_str().unwrap().contains("{声明: 无关联"),
        "{findings:?}"
    );
    // 无, as the form has it, is an empty list.
    let case = CaseCopy::of(CASE);
    case.replace("其他业务合作: [技术支撑服务]", "其他业务合作: 无");
    assert!(case.findings().is_empty());
}

#[test]
fn exit_codes_tell_how_it_went() {
    let clean = CaseCopy::of(CASE);
    let code = |arguments: &[&str]| run(arguments).status.code();
    assert_eq!(code(&["check", arg(&clean.path())]), Some(0));
    let wrong = mistaken();
    for format in ["human", "json", "sarif"] {
        assert_eq!(code(&["check", arg(&wrong.path()), "--format", format]), Some(1), "{format}");
    }
    assert_eq!(code(&["check", arg(&clean.path()), arg(&wrong.path())]), Some(1), "one of two");
    assert_eq!(code(&["check", arg(&clean.path().join("没有"))]), Some(2));
    assert_eq!(code(&["explain", "Q999"]), Some(2));
    // A warning is no error.
    clean.replace("其他业务合作: [技术支撑服务]", "其他业务合作: [甲乙丙丁]");
    assert_eq!(clean.findings()[0]["severity"], "warning");
    assert_eq!(code(&["check", arg(&clean.path())]), Some(0));
}

#[test]
fn explain_tells_one_rule_a_family_or_all() {
    let said = |arguments: &[&str]| {
        let done = run(arguments);
        assert_eq!(done.status.code(), Some(0), "{}", told(&done));
        text(&done.stdout)
    };
    let rule = said(&["explain", "q007"]);
    for part in ["Q007", "437.78", "17,627,800.00", "附件3", "依据", "修改"] {
        assert!(rule.contains(part), "{part}: {rule}");
    }
    let all = said(&["explain"]);
    for family in ["P 主体", "Q 报价", "M 金额", "T 文本", "I 信息安全", "L 廉洁", "R 调整", "F 文件"]
    {
        assert!(all.lines().any(|line| line == family), "{family}: {all}");
    }
    for rule in hetong::rules::RULES {
        assert!(all.contains(rule.info.id) && all.contains(rule.info.title), "{}", rule.info.id);
        let one = said(&["explain", rule.info.id]);
        assert!(one.contains(rule.info.id) && one.contains(rule.info.title), "{one}");
    }
    let family = said(&["explain", "Q"]);
    assert!(family.contains("Q001") && !family.contains("P001"), "{family}");
    let unknown = run(&["explain", "Q077"]);
    assert!(text(&unknown.stderr).contains("是不是 Q007"), "{}", told(&unknown));
}
