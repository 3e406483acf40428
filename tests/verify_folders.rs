//! `hetong verify` on what is not where it should be: replaced 结算单, lost manifests, lost folders, copies of the case.

#![allow(clippy::expect_used, reason = "clippy knows test functions, not what they share")]

mod support;
#[path = "support/synthetic.rs"]
mod synthetic;

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

    // The case has it, too; and what the case has is held against the ledger.
    fs::remove_file(&kept).unwrap();
    let (code, said) = verify(&[arg(&output), "--case", arg(&case)]);
    assert!(code == Some(0) && !said.contains("V020"), "{said}");
    let own = case.join("结算/2026-03/已开具/结算单-2026-03-DD-2026-001（台账第1号）.pdf");
    fs::write(&own, [fs::read(&own).unwrap(), b"\n% x".to_vec()].concat()).unwrap();
    let (code, said) = verify(&[arg(&output), "--case", arg(&case)]);
    assert_eq!(code, Some(1), "{said}");
    assert!(has(&said, &["错误[V020]", "案卷里的", "（台账第1号）.pdf", "不是台账序号 1 开具的"]), "{said}");

    fs::remove_file(&own).unwrap();
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
fn the_case_is_the_one_that_the_manifest_names_and_a_doubt_is_an_error() {
    let folder = tempfile::tempdir().unwrap();
    let (case, output) = (case_in(folder.path()), folder.path().join("output"));
    assert!(run(&["build", arg(&case), "-o", arg(&output), "--final"]).status.success());
    let bundle = output.join(CASE);
    // From where nothing else of this contract is found.
    let verify = |arguments: &[&str]| {
        let mut command = support::hetong();
        let done = command.current_dir(folder.path()).arg("verify").args(arguments).output();
        let done = done.expect("hetong starts");
        (done.status.code(), told(&done))
    };
    let used = |case: &Path| format!("案卷：{}\n", case.strip_prefix(folder.path()).unwrap().display());
    let old = folder.path().join("备份").join(CASE);
    copy_folder(&case, &old);
    let change = |case: &Path, from: &str, to: &str| {
        let yaml = case.join("合同.yaml");
        let text = fs::read_to_string(&yaml).unwrap();
        assert!(text.contains(from), "{text}");
        fs::write(&yaml, text.replace(from, to)).unwrap();
    };
    // A copy with other contents leaves no doubt as long as the case is as it was.
    change(&old, "李示例", "张示例");
    let (code, said) = verify(&[arg(&bundle)]);
    assert_eq!(code, Some(0), "{said}");
    assert!(said.contains(&used(&case)) && !said.contains("V006"), "{said}");
    // Once it was changed nobody knows which one is meant, least of all where the copy has what the manifest records.
    change(&case, "李示例", "王示例");
    for copy in ["张示例", "李示例"] {
        change(&old, "张示例", copy);
        let (code, said) = verify(&[arg(&bundle)]);
        assert_eq!(code, Some(1), "{said}");
        assert!(
            has(&said, &["错误[V006]", "不能确定案卷“星河示例”", "2 个内容不同的案卷", "--case"]),
            "{said}"
        );
        assert!(has(&said, &["错误[V006]", arg(old.strip_prefix(folder.path()).unwrap())]), "{said}");
        assert!(!said.contains("\n案卷："), "{said}");
    }
    // The user says which; without the copy there is no doubt, and what was changed is told.
    let (code, said) = verify(&[arg(&bundle), "--case", arg(&old)]);
    assert_eq!(code, Some(0), "{said}");
    fs::remove_dir_all(folder.path().join("备份")).unwrap();
    let (code, said) = verify(&[arg(&bundle)]);
    assert_eq!(code, Some(1), "{said}");
    assert!(has(&said, &["[V005]", "合同.yaml", "改过"]) && said.contains(&used(&case)), "{said}");
    // Under another name it is neither at its place nor has it the contents.
    let renamed = folder.path().join("改了名");
    fs::rename(&case, &renamed).unwrap();
    let (code, said) = verify(&[arg(&bundle)]);
    assert_eq!(code, Some(1), "{said}");
    assert!(has(&said, &["错误[V006]", "名称和内容都与清单记的不同", "改了名"]), "{said}");
    fs::rename(&renamed, &case).unwrap();
    // One of its name that is another contract's is not taken.
    let yaml = case.join("合同.yaml");
    let text = fs::read_to_string(&yaml).unwrap();
    fs::write(&yaml, text.replace("MGYY-2026-0001", "MGYY-2026-0999")).unwrap();
    let (code, said) = verify(&[arg(&bundle)]);
    assert_eq!(code, Some(1), "{said}");
    assert!(has(&said, &["错误[V006]", "附近同名的案卷是合同 MGYY-2026-0999 的", "--case"]), "{said}");
    fs::write(&yaml, text).unwrap();
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

#[test]
fn suppliers_that_number_their_orders_alike_are_told_apart_in_the_summary() {
    let folder = tempfile::tempdir().unwrap();
    let (cases, output) = (folder.path().join("案卷"), folder.path().join("output"));
    let plan = synthetic::Plan { persons: 2, same_numbers: true, ..synthetic::Plan::new(5, 1, &["2026-03"]) };
    plan.write(&cases);
    let done = run(&["settle", arg(&cases), "--month", "2026-03", "-o", arg(&output), "--issue"]);
    assert!(done.status.success(), "{}", told(&done));
    let here = |output: &Path| {
        let done = support::hetong().current_dir(folder.path()).args(["verify", arg(output)]).output();
        let done = done.expect("hetong starts");
        (done.status.code(), told(&done))
    };
    let (code, said) = here(&output);
    assert_eq!(code, Some(0), "{said}");
    assert!(!said.contains("错误[") && !said.contains("警告["), "{said}");

    // The third supplier's 应支付, as calamine finds it: one 分 more, and one supplier's in another's row.
    let summary = output.join("结算-2026-03/结算汇总-2026-03.xlsx");
    let before = fs::read(&summary).unwrap();
    let amounts = summary_amounts(&summary);
    assert_eq!(amounts.len(), 5, "{amounts:?}");
    let (third, fourth) = (&amounts[2], &amounts[3]);
    replace_in_sheet(&summary, &format!("<v>{third}</v>"), "<v>12345.67</v>");
    let (code, said) = here(&output);
    assert_eq!(code, Some(1), "{said}");
    assert!(has(&said, &["错误[V008]", "供应商0003", "订单 DD-2026-001", "应支付", "12,345.67"]), "{said}");
    assert!(!has(&said, &["错误[V008]", "供应商0002"]), "{said}");

    fs::write(&summary, &before).unwrap();
    replace_in_sheet(&summary, &format!("<v>{third}</v>"), "<v>另一个</v>");
    replace_in_sheet(&summary, &format!("<v>{fourth}</v>"), &format!("<v>{third}</v>"));
    replace_in_sheet(&summary, "<v>另一个</v>", &format!("<v>{fourth}</v>"));
    let (code, said) = here(&output);
    assert_eq!(code, Some(1), "{said}");
    for case in ["供应商0003", "供应商0004"] {
        assert!(has(&said, &["错误[V008]", case, "应支付"]), "{said}");
    }
}

/// 应支付 of each row, as the file writes it.
fn summary_amounts(path: &Path) -> Vec<String> {
    use calamine::Reader as _;
    let mut book: calamine::Xlsx<_> = calamine::open_workbook(path).expect("a workbook");
    let range = book.worksheet_range("汇总").expect("a sheet");
    let rows = range.rows().filter(|row| row[2].to_string().starts_with("DD-"));
    rows.map(|row| row[6].to_string()).collect()
}
