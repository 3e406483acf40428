//! `hetong verify`: clean on what hetong wrote; and for each kind of figure one file corrupted, which it must name with
//! the place and both values. Hashes are forged along where a corruption could hide behind them, so that only the text,
//! the cells or the arithmetic can give it away.

#![allow(clippy::expect_used, reason = "clippy knows test functions, not what they share")]

mod support;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use serde_json::Value;
use support::books::{edit_sheet, replace_in_sheet};
use support::forged::{edit_pdf, forge};
use support::{arg, copy_folder, repository, run, told};

const CASE: &str = "星河示例";
const BODY: &str = "合同正文.pdf";
const PRICES: &str = "附件3-报价表.pdf";
const PRICE_SHEET: &str = "附件3-报价表.xlsx";
const MARCH: &str = "结算-2026-03/星河示例";

/// The case, its final bundle and its issued March, made once.
fn original() -> &'static Path {
    static ORIGINAL: OnceLock<tempfile::TempDir> = OnceLock::new();
    let made = ORIGINAL.get_or_init(|| {
        let folder = tempfile::tempdir().expect("a folder");
        let (case, output) = (folder.path().join(CASE), folder.path().join("output"));
        copy_folder(&repository("fixtures/cases").join(CASE), &case);
        // Issued anew, by this very program.
        fs::remove_file(case.join("台账.jsonl")).expect("the sample's ledger");
        let built = run(&["build", arg(&case), "-o", arg(&output), "--final"]);
        assert!(built.status.success(), "{}", told(&built));
        for month in ["2026-03", "2026-04"] {
            let issued = run(&["settle", arg(&case), "--month", month, "-o", arg(&output), "--issue"]);
            assert!(issued.status.success(), "{}", told(&issued));
        }
        folder
    });
    made.path()
}

/// A copy of all of it that a test may corrupt.
struct Copy(tempfile::TempDir);

impl Copy {
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        copy_folder(original(), folder.path());
        Self(folder)
    }

    fn case(&self) -> PathBuf {
        self.0.path().join(CASE)
    }

    fn bundle(&self) -> PathBuf {
        self.0.path().join("output").join(CASE)
    }

    fn march(&self) -> PathBuf {
        self.0.path().join("output").join(MARCH)
    }

    /// Exit code and what was said of a folder, in one line for each finding.
    fn verify(&self, folder: &Path, more: &[&str]) -> (Option<i32>, String) {
        let case = self.case();
        let done = run(&[&["verify", arg(folder), "--case", arg(&case)], more].concat());
        (done.status.code(), told(&done))
    }

    /// The finding that holds all of these words, which must be there, with exit code 1.
    fn must_tell(&self, folder: &Path, words: &[&str]) {
        let (code, said) = self.verify(folder, &[]);
        let found = said.split("\n\n").any(|finding| words.iter().all(|word| finding.contains(word)));
        assert!(found, "{words:?} not told:\n{said}");
        assert_eq!(code, Some(1), "{said}");
    }
}

#[test]
fn what_hetong_wrote_is_clean_with_and_without_naming_the_case() {
    let copy = Copy::new();
    let (code, said) = copy.verify(&copy.0.path().join("output"), &[]);
    assert_eq!(code, Some(0), "{said}");
    assert!(said.contains("没有不符") && !said.contains("警告["), "{said}");
    // Counted, and not nothing: 18 files of the bundle, 2 of March, 4 of April, two 汇总.
    assert!(said.contains("核对了 26 个文件（"), "{said}");
    assert!(said.contains("3 行台账"), "{said}");
    // The case is found beside the output.
    let done = run(&["verify", arg(&copy.bundle())]);
    assert_eq!(done.status.code(), Some(0), "{}", told(&done));
}

#[test]
fn a_draft_is_clean_too() {
    let copy = Copy::new();
    let output = copy.0.path().join("drafts");
    let built = run(&["build", arg(&copy.case()), "-o", arg(&output)]);
    assert!(built.status.success());
    let (code, said) = copy.verify(&output, &[]);
    assert_eq!(code, Some(0), "{said}");
}

#[test]
fn after_a_change_of_the_rate_within_a_month() {
    let copy = Copy::new();
    fs::remove_file(copy.case().join("台账.jsonl")).unwrap();
    let yaml = copy.case().join("合同.yaml");
    let text = fs::read_to_string(&yaml).unwrap();
    fs::write(&yaml, text + "\n调整:\n  - {生效日期: 2026-04-16, 事由: 增值税税率调整, 税率: 3%}\n").unwrap();
    let output = copy.0.path().join("adjusted");
    let case = copy.case();
    assert!(run(&["build", arg(&case), "-o", arg(&output), "--final"]).status.success());
    for month in ["2026-03", "2026-04"] {
        let issued = run(&["settle", arg(&case), "--month", month, "-o", arg(&output), "--issue"]);
        assert!(issued.status.success(), "{}", told(&issued));
    }
    let (code, said) = copy.verify(&output, &[]);
    assert_eq!(code, Some(0), "{said}");
    // 832.08 × 1.03 = 857.0424.
    let folder = output.join(CASE);
    edit_pdf(&folder.join(PRICES), "857.04", "854.07");
    forge(&folder, PRICES);
    copy.must_tell(&folder, &["[V008]", PRICES, "854.07", "857.04"]);
}

#[test]
fn a_digit_in_a_pdf() {
    let copy = Copy::new();
    let folder = copy.bundle();
    edit_pdf(&folder.join(BODY), "17,275,715.69", "17,275,715.68");
    forge(&folder, BODY);
    copy.must_tell(&folder, &["[V008]", "合同正文.pdf", "第 ", "17,275,715.68", "应为", "17,275,715.69"]);
    copy.must_tell(&folder, &["[V002]", "合同正文.pdf", "清单也跟着改过"]);
}

#[test]
fn a_unit_price_that_another_line_has() {
    // A figure that may stand in the document, only not there.
    let copy = Copy::new();
    let folder = copy.bundle();
    edit_pdf(&folder.join(PRICES), "1,268.84", "1,015.43");
    forge(&folder, PRICES);
    copy.must_tell(&folder, &["附件3-报价表.pdf", "1,015.43", "1,268.84"]);
}

#[test]
fn a_changed_word_of_capital_figures() {
    let copy = Copy::new();
    let folder = copy.bundle();
    edit_pdf(&folder.join("附件6-委托订单.pdf"), "陆角玖分", "玖角玖分");
    forge(&folder, "附件6-委托订单.pdf");
    copy.must_tell(&folder, &["[V009]", "附件6-委托订单.pdf", "17,275,715.99", "17,275,715.69"]);
}

#[test]
fn an_account_and_a_name() {
    let copy = Copy::new();
    let folder = copy.bundle();
    edit_pdf(&folder.join(BODY), "0900", "0909");
    edit_pdf(&folder.join(BODY), "李示例", "李示限");
    forge(&folder, BODY);
    copy.must_tell(&folder, &["[V010]", "合同正文.pdf", "0909", "0900"]);
    copy.must_tell(&folder, &["合同正文.pdf", "李示限", "李示例"]);
}

#[test]
fn a_word_of_the_contract() {
    let copy = Copy::new();
    let folder = copy.bundle();
    edit_pdf(&folder.join(BODY), "乙方应履行的义务", "甲方应履行的义务");
    forge(&folder, BODY);
    copy.must_tell(&folder, &["[V007]", "合同正文.pdf", "第 ", "甲方应履行", "乙方应履行"]);
}

#[test]
fn a_swapped_annex_and_a_missing_one() {
    let copy = Copy::new();
    let folder = copy.bundle();
    fs::copy(folder.join("附件4-廉洁诚信承诺书.pdf"), folder.join("附件5-信息安全合作责任书.pdf")).unwrap();
    forge(&folder, "附件5-信息安全合作责任书.pdf");
    fs::remove_file(folder.join("附件1-技术规范书.pdf")).unwrap();
    fs::write(folder.join("附件8-补充说明.pdf"), "x").unwrap();
    copy.must_tell(&folder, &["[V013]", "附件5-信息安全合作责任书.pdf", "其实是“附件4-廉洁诚信承诺书.pdf”"]);
    copy.must_tell(&folder, &["[V001]", "附件1-技术规范书.pdf"]);
    copy.must_tell(&folder, &["[V003]", "附件8-补充说明.pdf"]);
}

#[test]
fn the_same_annex_of_another_price() {
    // The whole bundle of a case with one other price, dressed up as this one's.
    let copy = Copy::new();
    let (folder, other) = (copy.bundle(), Copy::new());
    let yaml = other.case().join("合同.yaml");
    let text = fs::read_to_string(&yaml).unwrap().replace("MGYY-2026-0001", "MGYY-2026-0007");
    fs::write(&yaml, text).unwrap();
    let output = other.0.path().join("other");
    assert!(run(&["build", arg(&other.case()), "-o", arg(&output), "--final"]).status.success());
    fs::copy(output.join(CASE).join(PRICES), folder.join(PRICES)).unwrap();
    forge(&folder, PRICES);
    copy.must_tell(&folder, &["附件3-报价表.pdf", "MGYY-2026-0007", "MGYY-2026-0001"]);
}

#[test]
fn a_stored_result_a_formula_and_a_number_made_text() {
    let copy = Copy::new();
    let folder = copy.bundle();
    let sheet = folder.join(PRICE_SHEET);
    replace_in_sheet(&sheet, "<f>SUM(J5:J25)</f><v>17275715.69</v>", "<f>SUM(J5:J25)</f><v>17275715.96</v>");
    replace_in_sheet(&sheet, "<f>SUM(I5:I25)</f>", "<f>SUM(I5:I24)</f>");
    replace_in_sheet(&sheet, "<v>832.08</v>", "<v>823.08</v>");
    replace_in_sheet(&sheet, "\"><f>ROUND(C6*F6,2)</f><v>369815</v>", "\" t=\"str\"><v>369,815.00</v>");
    forge(&folder, PRICE_SHEET);
    copy.must_tell(&folder, &["[V018]", PRICE_SHEET, "J26", "17275715.96", "17275715.69"]);
    copy.must_tell(&folder, &["[V017]", PRICE_SHEET, "I26", "SUM(I5:I24)", "SUM(I5:I25)"]);
    copy.must_tell(&folder, &["[V015]", PRICE_SHEET, "F5", "823.08", "832.08"]);
    copy.must_tell(&folder, &["[V016]", PRICE_SHEET, "I6", "369,815.00", "369815"]);
}

// Nothing but the lock is gone, and the manifest goes along with it.
#[test]
fn a_removed_protection() {
    let copy = Copy::new();
    let unlock = |folder: &Path, file: &str| {
        edit_sheet(&folder.join(file), |xml| {
            let (before, rest) = xml.split_once("<sheetProtection").expect("a lock");
            format!("{before}{}", rest.split_once("/>").expect("its end").1)
        });
        forge(folder, file);
    };
    let file = "结算单-2026-03-DD-2026-001.xlsx";
    unlock(&copy.march(), file);
    copy.must_tell(&copy.march(), &["[V015]", file, "工作表“结算单”的保护被取消"]);
    copy.must_tell(&copy.march(), &["[V020]", file, "不是台账序号 1 开具的那个文件"]);
    for file in [PRICE_SHEET, "委托订单-DD-2026-001.xlsx"] {
        unlock(&copy.bundle(), file);
        copy.must_tell(&copy.bundle(), &["[V015]", file, "的保护被取消"]);
    }
}

#[test]
fn an_edited_file_and_an_edited_manifest() {
    let copy = Copy::new();
    let folder = copy.bundle();
    // Saved again by another program: nothing seems altered, and nothing proves it.
    let path = folder.join(PRICES);
    let saved = path.with_extension("new");
    assert!(Command::new("qpdf").args([arg(&path), arg(&saved)]).status().unwrap().success());
    fs::rename(saved, &path).unwrap();
    copy.must_tell(&folder, &["错误[V002]", PRICES, "看不出不同"]);
    let manifest = folder.join("manifest.json");
    let text = fs::read_to_string(&manifest).unwrap().replacen("17,275,715.69", "17,275,715.60", 1);
    fs::write(&manifest, text).unwrap();
    copy.must_tell(&folder, &["[V004]", "清单在写出以后改过"]);
    copy.must_tell(&folder, &["[V004]", "17,275,715.60", "17,275,715.69"]);
}

#[test]
fn an_edited_ledger_line_and_an_altered_settlement() {
    let copy = Copy::new();
    let ledger = copy.case().join("台账.jsonl");
    let text = fs::read_to_string(&ledger).unwrap();
    fs::write(&ledger, text.replacen("\"应支付\":\"50492.32\"", "\"应支付\":\"50492.33\"", 1)).unwrap();
    copy.must_tell(&copy.march(), &["[V019]", "台账.jsonl:1", "50,492.33", "50,492.32"]);
    copy.must_tell(&copy.march(), &["[V019]", "台账.jsonl:1", "第 1 行被改过"]);
    copy.must_tell(&copy.march(), &["[V020]", "台账.jsonl:1", "50,492.33", "50,492.32"]);
    fs::write(&ledger, text).unwrap();

    let file = "结算单-2026-03-DD-2026-001.pdf";
    edit_pdf(&copy.march().join(file), "50,492.32", "50,492.23");
    forge(&copy.march(), file);
    copy.must_tell(&copy.march(), &["[V008]", file, "50,492.23", "50,492.32"]);
    copy.must_tell(&copy.march(), &["[V020]", file, "不是台账序号 1 开具的那个文件"]);
}

#[test]
fn a_case_that_changed_since_and_one_that_is_gone() {
    let copy = Copy::new();
    let yaml = copy.case().join("合同.yaml");
    let text = fs::read_to_string(&yaml).unwrap();
    fs::write(&yaml, text.replace("李示例", "王示例")).unwrap();
    copy.must_tell(&copy.bundle(), &["[V005]", "合同.yaml", "改过"]);
    copy.must_tell(&copy.bundle(), &["合同正文.pdf", "李示例", "王示例"]);
    let away = tempfile::tempdir().unwrap();
    copy_folder(&copy.bundle(), away.path());
    fs::write(
        away.path().join("manifest.json"),
        fs::read_to_string(away.path().join("manifest.json")).unwrap().replace("MGYY-2026-0001", "MGYY-0"),
    )
    .unwrap();
    let done = run(&["verify", arg(&away.path().join("nothing"))]);
    assert_eq!(done.status.code(), Some(2), "{}", told(&done));
}

#[test]
fn what_came_back_from_a_supplier() {
    let copy = Copy::new();
    let back = tempfile::tempdir().unwrap();
    let (pdf, sheet) =
        (back.path().join("附件3-报价表（盖章）.pdf"), back.path().join("附件3-报价表-回传.xlsx"));
    fs::copy(copy.bundle().join(PRICES), &pdf).unwrap();
    fs::copy(copy.bundle().join(PRICE_SHEET), &sheet).unwrap();
    edit_pdf(&pdf, "1,268.84", "1,286.84");
    replace_in_sheet(&sheet, "<v>832.08</v>", "<v>849.06</v>");
    let (code, said) = copy.verify(&copy.bundle(), &["--returned", arg(&pdf), arg(&sheet)]);
    assert_eq!(code, Some(1), "{said}");
    let found = |words: &[&str]| said.split("\n\n").any(|one| words.iter().all(|word| one.contains(word)));
    assert!(found(&["[V022]", "附件3-报价表（盖章）.pdf", "1,286.84", "1,268.84"]), "{said}");
    assert!(found(&["[V022]", "附件3-报价表-回传.xlsx", "F5", "849.06", "832.08"]), "{said}");
}

#[test]
fn a_paper_of_another_month_is_held_against_the_one_it_is_named_after() {
    let copy = Copy::new();
    let april = copy.0.path().join("output/结算-2026-04").join(CASE);
    let away = tempfile::tempdir().unwrap();
    let back = away.path().join("结算单-2026-04-DD-2026-001（盖章）.pdf");
    fs::copy(copy.march().join("结算单-2026-03-DD-2026-001.pdf"), &back).unwrap();
    let (code, said) = copy.verify(&april, &["--returned", arg(&back)]);
    assert_eq!(code, Some(1), "{said}");
    assert!(said.contains("发出的“结算单-2026-04-DD-2026-001.pdf”"), "{said}");
    assert!(!said.contains("发出的“结算单-2026-04-DD-2026-002.pdf”"), "{said}");
}

#[test]
fn checks_are_explained_and_told_to_programs() {
    let done = run(&["explain", "V009"]);
    assert!(told(&done).contains("大写") && done.status.success());
    let copy = Copy::new();
    fs::remove_file(copy.bundle().join(BODY)).unwrap();
    let (code, said) = copy.verify(&copy.bundle(), &["--format", "json"]);
    let report: Value = serde_json::from_str(&said).expect("JSON");
    assert_eq!((code, &report["cases"][0]["findings"][0]["id"]), (Some(1), &Value::from("V001")));
}
