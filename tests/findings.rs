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
