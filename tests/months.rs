//! Months' sheets as `hetong check` sees them: across suppliers, and when they are no sheets at all.

#![allow(clippy::expect_used, reason = "clippy knows test functions, not what they share")]

mod support;

use std::fs;
use std::path::Path;

use proptest::prelude::*;
use support::{arg, copy_folder, findings, place, repository, run, told};

const HEAD: &str = "订单编号,姓名,岗位职责,级别,日期,人天,身份证号后四位\n";
const WORK: &str = "结算/2026-03/工时.csv";

/// Two suppliers' cases in a folder, with these rows of 张示例 in each.
fn two_suppliers(one: &str, other: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    for (name, id) in [("甲供应商", one), ("乙供应商", other)] {
        let case = folder.path().join(name);
        copy_folder(&repository("fixtures/rules/S013"), &case);
        fs::remove_file(case.join("expected.txt")).expect("removed");
        let row = format!("DD-2026-001,张示例,产品/平台服务,高级,2026-03-05,1,{id}\n");
        fs::write(case.join(WORK), format!("{HEAD}{row}")).expect("written");
    }
    folder
}

/// Severity, place and message of what `check` finds of S003 in a folder of cases.
fn clashes(folder: &Path) -> Vec<(String, String, String)> {
    let done = run(&["check", arg(folder), "--format", "json"]);
    let word = |finding: &serde_json::Value, key: &str| finding[key].as_str().unwrap_or_default().to_owned();
    let report: serde_json::Value = serde_json::from_slice(&done.stdout).expect("JSON");
    let cases = report["cases"].as_array().expect("cases");
    cases
        .iter()
        .flat_map(|case| case["findings"].as_array().expect("findings"))
        .filter(|finding| finding["id"] == "S003")
        .map(|finding| (word(finding, "severity"), place(finding), word(finding, "message")))
        .collect()
}

#[test]
fn one_person_at_two_suppliers() {
    for (one, other, severity) in [
        ("", "", Some("warning")),
        ("1234", "", Some("warning")),
        ("1234", "1234", Some("error")),
        ("1234", "4321", None),
    ] {
        let folder = two_suppliers(one, other);
        let found = clashes(folder.path());
        let severities: Vec<&str> = found.iter().map(|(severity, ..)| severity.as_str()).collect();
        // Each of the two is told of the other.
        assert_eq!(severities, severity.map_or(vec![], |severity| vec![severity; 2]), "{one} {other}");
        for ((_, place, message), their) in found.iter().zip(["甲供应商", "乙供应商"]) {
            assert_eq!(place, &format!("{WORK}!F2"));
            assert!(message.contains(&format!("在“{their}”又有 1 人天")), "{message}");
        }
        // A supplier alone has nothing to be compared with.
        assert_eq!(clashes(&folder.path().join("甲供应商")), []);
    }
}

/// A link is not gone into; that its month is passed over is told by `check` and by `settle` of that month.
#[cfg(unix)]
#[test]
fn a_linked_month_is_told() {
    let folder = tempfile::tempdir().expect("a folder");
    let (case, elsewhere) = (folder.path().join("案卷"), folder.path().join("三月"));
    copy_folder(&repository("fixtures/rules/S013"), &case);
    fs::rename(case.join("结算/2026-03"), &elsewhere).expect("moved");
    std::os::unix::fs::symlink(&elsewhere, case.join("结算/2026-03")).expect("linked");
    let found = findings(&run(&["check", arg(&case), "--format", "json"]));
    let told_at: Vec<(&str, String)> =
        found.iter().map(|finding| (finding["id"].as_str().expect("an id"), place(finding))).collect();
    assert_eq!(told_at, [("F003", "结算/2026-03".to_owned())]);
    let output = folder.path().join("输出");
    let done = run(&["settle", arg(&case), "--month", "2026-03", "-o", arg(&output)]);
    assert_eq!(done.status.code(), Some(1));
    assert!(told(&done).contains("F003"), "{}", told(&done));
}

/// What no page can show of a name in 工时 is told at its cell, as it is of the case's own texts.
#[test]
fn a_name_that_deceives_is_told_at_its_cell() {
    let folder = tempfile::tempdir().expect("a folder");
    let case = folder.path().join("案卷");
    copy_folder(&repository("fixtures/rules/S013"), &case);
    let row = |name: &str| format!("{HEAD}DD-2026-001,{name},产品/平台服务,高级,2026-03-05,1,\n");
    for (name, code) in
        [("张\u{200b}示例", "U+200B"), ("张示例\u{202e}", "U+202E"), ("张示\u{f9b5}", "U+F9B5")]
    {
        fs::write(case.join(WORK), row(name)).expect("written");
        let found = findings(&run(&["check", arg(&case), "--format", "json"]));
        let [finding] = found.as_slice() else { panic!("{found:?}") };
        assert_eq!((finding["id"].as_str(), place(finding)), (Some("T010"), format!("{WORK}!B2")));
        assert!(finding["message"].as_str().is_some_and(|message| message.contains(code)), "{finding}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 16, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn random_months_never_crash(
        head in prop::sample::select(vec![&b""[..], b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", HEAD.as_bytes()]),
        tail in prop::collection::vec(any::<u8>(), 0..400),
        name in prop::sample::select(vec!["工时.xlsx", "工时.csv", "考核.ods", "考核.csv"]),
    ) {
        let folder = tempfile::tempdir().expect("a folder");
        let case = folder.path().join("案卷");
        copy_folder(&repository("fixtures/rules/S013"), &case);
        let month = case.join("结算/2026-03");
        let _ = fs::remove_file(month.join(name));
        fs::write(month.join(name), [head, &tail].concat()).expect("written");
        let done = run(&["check", arg(&case), "--format", "json"]);
        prop_assert!(matches!(done.status.code(), Some(0 | 1)), "{}", told(&done));
        prop_assert!(!told(&done).contains("panicked"), "{}", told(&done));
    }
}
