//! Cases that mean harm, or are broken beyond sense: told as findings, soon, and without a crash.

#![allow(clippy::expect_used, reason = "clippy knows test functions, not what they share")]

mod support;

use std::fmt::Write as _;
use std::fs;
use std::io::{self, Read, Write};
use std::path::Path;
use std::time::{Duration, Instant};

use proptest::prelude::*;
use support::{CaseCopy, arg, findings, run, told};

const CASE: &str = "星河示例";
const QUOTATION: &str = "报价表.xlsx";
/// Nobody waits longer; a bomb that goes off takes minutes.
const SOON: Duration = Duration::from_secs(10);

/// The ids of what `check` finds, in order. It always ends by itself, and soon.
fn found(case: &Path) -> Vec<String> {
    let start = Instant::now();
    let done = run(&["check", arg(case), "--format", "json"]);
    assert!(start.elapsed() < SOON, "took {:?}", start.elapsed());
    assert!(matches!(done.status.code(), Some(0 | 1)), "{:?} {}", done.status, told(&done));
    assert!(!told(&done).contains("panicked"), "{}", told(&done));
    let id = |finding: &serde_json::Value| finding["id"].as_str().expect("an id").to_owned();
    findings(&done).iter().map(id).collect()
}

fn assert_found(case: &Path, id: &str) {
    let found = found(case);
    assert!(found.iter().any(|f| f == id), "{id} is not in {found:?}");
}

/// The case with another 报价表.xlsx.
fn with_quotation(bytes: &[u8]) -> CaseCopy {
    let case = CaseCopy::of(CASE);
    fs::write(case.path().join(QUOTATION), bytes).expect("written");
    case
}

/// The case with another 合同.yaml.
fn with_yaml(yaml: &str) -> CaseCopy {
    let case = CaseCopy::of(CASE);
    fs::write(case.path().join("合同.yaml"), yaml).expect("written");
    case
}

#[test]
fn paths_out_of_the_case_are_not_followed() {
    for path in
        ["../x.xlsx", "子目录/../../x.xlsx", "/etc/passwd", "C:\\x.xlsx", "..\\x.xlsx", "~/../../etc/passwd"]
    {
        let case = CaseCopy::of(CASE);
        case.replace("报价: 报价表.xlsx", &format!("报价: '{path}'"));
        fs::copy(case.path().join(QUOTATION), case.path().parent().expect("a parent").join("x.xlsx"))
            .unwrap();
        assert_found(&case.path(), "F003");
    }
}

#[cfg(unix)]
#[test]
fn links_out_of_the_case_are_not_followed() {
    use std::os::unix::fs::symlink;
    let case = CaseCopy::of(CASE);
    let (inside, outside) =
        (case.path().join(QUOTATION), case.path().parent().expect("a parent").join("x.xlsx"));
    fs::rename(&inside, &outside).unwrap();
    symlink(&outside, &inside).unwrap();
    assert_found(&case.path(), "F003");
    // 合同.yaml itself, too.
    let case = CaseCopy::of(CASE);
    let (inside, outside) =
        (case.path().join("合同.yaml"), case.path().parent().expect("a parent").join("y.yaml"));
    fs::rename(&inside, &outside).unwrap();
    symlink(&outside, &inside).unwrap();
    assert_found(&case.path(), "F003");
    // A link in the case to a file in the case is fine; one that leads to itself is not.
    let case = CaseCopy::of(CASE);
    fs::rename(case.path().join(QUOTATION), case.path().join("原件.xlsx")).unwrap();
    symlink("原件.xlsx", case.path().join(QUOTATION)).unwrap();
    assert!(found(&case.path()).is_empty());
    fs::remove_file(case.path().join(QUOTATION)).unwrap();
    symlink(QUOTATION, case.path().join(QUOTATION)).unwrap();
    assert_found(&case.path(), "F001");
}

#[test]
fn yaml_that_explodes_is_refused() {
    let mut bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n".to_owned();
    for level in 1..30 {
        let aliases = vec![format!("*a{}", level - 1); 9].join(", ");
        writeln!(bomb, "a{level}: &a{level} [{aliases}]").expect("a string");
    }
    bomb += "乙方: *a29\n";
    assert_found(&with_yaml(&bomb).path(), "F001");
    for (open, close) in [("[", "]"), ("{a: ", "}"), ("[", ""), ("- ", "")] {
        let deep = format!("乙方: {}{}\n", open.repeat(10_000), close.repeat(10_000));
        assert_found(&with_yaml(&deep).path(), "F001");
    }
}

#[test]
fn yaml_that_is_too_large_or_no_text_is_refused() {
    let large = "# 说明说明说明说明说明说明\n".repeat(60_000);
    assert!(large.len() > 2_000_000);
    assert_found(&with_yaml(&large).path(), "F004");
    let case = CaseCopy::of(CASE);
    fs::write(case.path().join("合同.yaml"), b"\xff\xfe\x00\xd8garbage").unwrap();
    assert_found(&case.path(), "F001");
    // Nothing in it is no crash either.
    for yaml in ["", "---\n", "null\n", "[]\n", "42\n", "a: b\n---\nc: d\n", "\u{feff}模板: migu-2026\n"] {
        found(&with_yaml(yaml).path());
    }
}

#[test]
fn a_huge_file_is_refused_unread() {
    let case = CaseCopy::of(CASE);
    let file = fs::File::create(case.path().join(QUOTATION)).unwrap();
    file.set_len(100_000_000).unwrap();
    assert_found(&case.path(), "F004");
}

#[test]
fn a_zip_bomb_is_refused_before_it_goes_off() {
    let case = CaseCopy::of(CASE);
    let original = fs::File::open(case.path().join(QUOTATION)).unwrap();
    let mut from = zip::ZipArchive::new(original).unwrap();
    let bomb = case.path().join("炸弹.xlsx");
    let mut to = zip::ZipWriter::new(fs::File::create(&bomb).unwrap());
    for index in 0..from.len() {
        let mut part = from.by_index(index).unwrap();
        let name = part.name().unwrap().into_owned();
        let options = zip::write::SimpleFileOptions::default().compression_level(Some(1));
        to.start_file(name.clone(), options).unwrap();
        io::copy(&mut part, &mut to).unwrap();
        if name.starts_with("xl/worksheets/") {
            io::copy(&mut io::repeat(0).take(300_000_000), &mut to).unwrap();
        }
    }
    to.finish().unwrap().flush().unwrap();
    assert!(fs::metadata(&bomb).unwrap().len() < 20_000_000);
    case.replace("报价: 报价表.xlsx", "报价: 炸弹.xlsx");
    assert_found(&case.path(), "F004");
}

#[cfg(unix)]
#[test]
fn what_is_no_file_is_refused() {
    let case = CaseCopy::of(CASE);
    let path = case.path().join(QUOTATION);
    fs::remove_file(&path).unwrap();
    assert_found(&case.path(), "F001");
    fs::create_dir(&path).unwrap();
    assert_found(&case.path(), "F001");
    fs::remove_dir(&path).unwrap();
    // Reading a pipe that nobody writes to would wait for ever.
    let made = std::process::Command::new("mkfifo").arg(&path).status().unwrap();
    assert!(made.success());
    assert_found(&case.path(), "F001");
    // A device never ends.
    fs::remove_file(&path).unwrap();
    std::os::unix::fs::symlink("/dev/zero", &path).unwrap();
    assert_found(&case.path(), "F003");
}

#[test]
fn an_empty_quotation_is_told() {
    for bytes in [&b""[..], b"\0", b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "报价表".as_bytes()]
    {
        assert_found(&with_quotation(bytes).path(), "F001");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn random_bytes_never_crash(
        head in prop::sample::select(vec![&b""[..], b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "岗位,级别\n".as_bytes()]),
        tail in prop::collection::vec(any::<u8>(), 0..400),
        name in prop::sample::select(vec!["a.xlsx", "a.xls", "a.xlsb", "a.ods", "a.csv", "a"]),
    ) {
        let case = CaseCopy::of(CASE);
        fs::write(case.path().join(name), [head, &tail].concat()).expect("written");
        case.replace("报价: 报价表.xlsx", &format!("报价: {name}"));
        prop_assert!(!found(&case.path()).is_empty());
    }

    #[test]
    fn a_damaged_contract_never_crashes(at in any::<prop::sample::Index>(), with in "[\\[\\]{}:&*!|>'\"#\\-\t ?%@`,\n甲]{1,3}") {
        let case = CaseCopy::of(CASE);
        let path = case.path().join("合同.yaml");
        let mut yaml: Vec<char> = fs::read_to_string(&path).expect("合同.yaml").chars().collect();
        let at = at.index(yaml.len());
        yaml.splice(at..at, with.chars());
        fs::write(&path, yaml.into_iter().collect::<String>()).expect("written");
        found(&case.path());
    }
}
