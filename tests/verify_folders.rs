//! `hetong verify` on what is not where it should be: replaced 结算单, lost manifests, lost folders, copies of the case.

#![allow(clippy::expect_used, reason = "clippy knows test functions, not what they share")]

mod support;

use std::fs;
use std::path::Path;

use support::books::replace_in_sheet;
use support::{arg, copy_folder, repository, run, told};

const CASE: &str = "星河示例";

/// The case without its ledger, in a folder of its own.
fn case_in(folder: &Path) -> std::path::PathBuf {
    let case = folder.join(CASE);
    copy_folder(&repository("fixtures/cases").join(CASE), &case);
    fs::remove_file(case.join("台账.jsonl")).expect("the sample's ledger");
    case
}

/// Exit code and what is said.
fn verify(arguments: &[&str]) -> (Option<i32>, String) {
    let done = run(&[&["verify"], arguments].concat());
    (done.status.code(), told(&done))
}

fn has(said: &str, words: &[&str]) -> bool {
    said.split("\n\n").any(|finding| words.iter().all(|word| finding.contains(word)))
}

#[test]
fn what_a_correction_replaced_is_held_against_the_ledger() {
    let folder = tempfile::tempdir().unwrap();
    let (case, output) = (case_in(folder.path()), folder.path().join("output"));
    let settle = |more: &[&str]| {
        let first = ["settle", arg(&case), "--month", "2026-03", "-o", arg(&output), "--issue"];
        let done = run(&[&first[..], more].concat());
        assert!(done.status.success(), "{}", told(&done));
    };
    settle(&[]);
    replace_in_sheet(&case.join("结算/2026-03/考核.xlsx"), "<v>47</v>", "<v>45</v>");
    settle(&["--amend", "考核改了"]);
    let month = output.join("结算-2026-03").join(CASE);
    let kept = month.join("结算单-2026-03-DD-2026-001（台账第1号，已更正）.pdf");
    let (code, said) = verify(&[arg(&output), "--case", arg(&case)]);
    assert_eq!(code, Some(0), "{said}");
    assert!(!said.contains("V003") && !said.contains("V020") && said.contains("案卷："), "{said}");

    fs::write(&kept, [fs::read(&kept).unwrap(), b"\n% x".to_vec()].concat()).unwrap();
    let (code, said) = verify(&[arg(&output), "--case", arg(&case)]);
    assert_eq!(code, Some(1), "{said}");
    assert!(has(&said, &["错误[V020]", "台账第1号，已更正", "不是台账序号 1 当时开具的"]), "{said}");
    assert!(said.contains("1 个文件夹有不符，共 1 个错误"), "{said}");

    fs::remove_file(&kept).unwrap();
    let (code, said) = verify(&[arg(&output), "--case", arg(&case)]);
    assert_eq!(code, Some(0), "{said}");
    assert!(has(&said, &["警告[V020]", "台账第1号，已更正", "没有文件可以证明"]), "{said}");

    // Without its manifest the month is told, not passed over; nor is a month whose folder is gone.
    fs::remove_file(month.join("manifest.json")).unwrap();
    let (code, said) = verify(&[arg(&output), "--case", arg(&case)]);
    assert_eq!(code, Some(1), "{said}");
    assert!(has(&said, &["错误[V004]", "没有 manifest.json，不能核对", "结算单-2026-03"]), "{said}");
    assert!(has(&said, &["错误[V001]", "汇总算了案卷“星河示例”"]), "{said}");
    let built = run(&["build", arg(&case), "-o", arg(&output), "--final"]);
    assert!(built.status.success(), "{}", told(&built));
    fs::remove_dir_all(output.join("结算-2026-03")).unwrap();
    let (code, said) = verify(&[arg(&output), "--case", arg(&case)]);
    assert_eq!(code, Some(0), "{said}");
    assert!(has(&said, &["提示[V020]", "2026-03（序号 1、2）", "没有核对"]), "{said}");
    // Beside another month it is missed.
    let april = run(&["settle", arg(&case), "--month", "2026-04", "-o", arg(&output), "--issue"]);
    assert!(april.status.success(), "{}", told(&april));
    let (code, said) = verify(&[arg(&output), "--case", arg(&case)]);
    assert_eq!(code, Some(0), "{said}");
    assert!(has(&said, &["警告[V020]", "2026-03（序号 1、2）", "没有核对"]), "{said}");
    assert!(!said.contains("2026-04（序号"), "{said}");
}

#[test]
fn the_nearest_case_is_used_and_a_copy_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let (case, output) = (case_in(folder.path()), folder.path().join("output"));
    assert!(run(&["build", arg(&case), "-o", arg(&output), "--final"]).status.success());
    let old = folder.path().join("备份");
    copy_folder(&case, &old.join(CASE));
    // The case itself is changed: the copy has the hash that the manifest records.
    let yaml = case.join("合同.yaml");
    let text = fs::read_to_string(&yaml).unwrap();
    fs::write(&yaml, text.replace("李示例", "王示例")).unwrap();
    let (code, said) = verify(&[arg(&output.join(CASE))]);
    assert_eq!(code, Some(1), "{said}");
    assert!(has(&said, &["[V005]", "合同.yaml", "改过"]), "{said}");
    assert!(has(&said, &["警告[V006]", "备份", "--case"]), "{said}");
    assert!(said.contains(&format!("案卷：{}", case.canonicalize().unwrap().display())), "{said}");
    let compared = folder.path().join("对照");
    let other = folder.path().join("另");
    assert!(run(&["build", arg(&case), "-o", arg(&other)]).status.success());
    let done = run(&["diff", arg(&output.join(CASE)), arg(&other.join(CASE)), "-o", arg(&compared)]);
    assert!(done.status.success(), "{}", told(&done));
    let (code, said) = verify(&[arg(&compared)]);
    assert_eq!(code, Some(0), "{said}");
    assert!(said.contains("跳过") && !said.contains("V006"), "{said}");
}

#[test]
fn a_change_that_leaves_a_month_as_it_was_is_a_word_and_one_that_does_not_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let (case, output) = (case_in(folder.path()), folder.path().join("output"));
    let settle = ["settle", arg(&case), "--month", "2026-03", "-o", arg(&output), "--issue"];
    assert!(run(&settle).status.success());
    let yaml = case.join("合同.yaml");
    let signed = fs::read_to_string(&yaml).unwrap();
    let later = "\n调整:\n  - {生效日期: 2026-09-01, 事由: 增值税税率调整, 税率: 3%}\n";
    fs::write(&yaml, signed.clone() + later).unwrap();
    let (code, said) = verify(&[arg(&output), "--case", arg(&case)]);
    assert_eq!(code, Some(0), "{said}");
    assert!(has(&said, &["提示[V005]", "“合同.yaml”", "还是一样", "不需要处理"]), "{said}");
    assert!(!said.contains("警告[") && said.matches("V005").count() == 1, "{said}");

    fs::write(&yaml, signed).unwrap();
    let changed = fs::read_to_string(case.join("订单/DD-2026-001.yaml")).unwrap();
    fs::write(case.join("订单/DD-2026-001.yaml"), changed.replace("姓名: ", "姓名: 新")).unwrap();
    let (code, said) = verify(&[arg(&output), "--case", arg(&case)]);
    assert_eq!(code, Some(1), "{said}");
    assert!(said.contains("警告[V005]") && !said.contains("不需要处理"), "{said}");
}
