//! A second build: what it renews, what it does not touch, and how it says why. Which documents show what is worked out
//! here by hand; that the renewed ones do read otherwise is told by pdftotext and calamine.

#![cfg(unix)]
#![allow(clippy::expect_used, reason = "clippy knows test functions, not what they share")]

#[path = "support/adjusted.rs"]
mod adjusted;
mod support;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use support::{CaseCopy, arg, copy_folder, hetong, pdf_words, repository, run, snapshot, text, told};

const CASE: &str = "星河示例";
/// What tells of everything.
const RECORDS: [&str; 2] = ["manifest.json", "核对报告.pdf"];
const ALL_PDFS: [&str; 12] = [
    "合同全套.pdf",
    "合同正文.pdf",
    "委托订单-DD-2026-001.pdf",
    "委托订单-DD-2026-002.pdf",
    "核对报告.pdf",
    "附件1-技术规范书.pdf",
    "附件2-服务质量考核办法.pdf",
    "附件3-报价表.pdf",
    "附件4-廉洁诚信承诺书.pdf",
    "附件5-信息安全合作责任书.pdf",
    "附件6-委托订单.pdf",
    "附件7-结算单.pdf",
];
/// Those that print a price or the cap.
const PRICED: [&str; 12] = [
    "合同全套.pdf",
    "合同正文.pdf",
    "委托订单-DD-2026-001.pdf",
    "委托订单-DD-2026-001.xlsx",
    "委托订单-DD-2026-002.pdf",
    "委托订单-DD-2026-002.xlsx",
    "附件3-报价表.pdf",
    "附件3-报价表.xlsx",
    "附件6-委托订单.pdf",
    "附件6-委托订单.xlsx",
    "附件7-结算单.pdf",
    "附件7-结算单.xlsx",
];

/// A file as it lies on the disk.
#[derive(Clone, Debug, PartialEq, Eq)]
struct OnDisk {
    inode: u64,
    written: (i64, i64),
    changed: (i64, i64),
}

/// Everything below a folder, folders and the folder itself included.
fn on_disk(folder: &Path) -> BTreeMap<String, OnDisk> {
    let entries = walkdir::WalkDir::new(folder).into_iter().map(|entry| entry.expect("an entry"));
    let state = |entry: walkdir::DirEntry| {
        let data = entry.metadata().expect("metadata");
        let name = entry.path().strip_prefix(folder).expect("below").to_string_lossy().into_owned();
        let state = OnDisk {
            inode: data.ino(),
            written: (data.mtime(), data.mtime_nsec()),
            changed: (data.ctime(), data.ctime_nsec()),
        };
        (name, state)
    };
    entries.map(state).collect()
}

/// What a person reads in a file.
fn shown(path: &Path) -> String {
    match path.extension().and_then(|extension| extension.to_str()) {
        Some("pdf") => pdf_words(path),
        Some("xlsx") => {
            use calamine::Reader;
            let mut book: calamine::Xlsx<_> = calamine::open_workbook(path).expect("a workbook");
            let sheets = book.sheet_names().into_iter();
            sheets.map(|name| format!("{:?}", book.worksheet_range(&name).expect("a sheet"))).collect()
        }
        _ => text(&fs::read(path).expect("a file")),
    }
}

/// A built bundle, as it was before something changed.
struct Before {
    case: CaseCopy,
    more: Vec<String>,
    disk: BTreeMap<String, OnDisk>,
    read: BTreeMap<String, String>,
}

impl Before {
    fn build_of(case: CaseCopy, more: &[&str]) -> Self {
        let more: Vec<String> = more.iter().map(|argument| (*argument).to_owned()).collect();
        let before = Self { case, more, disk: BTreeMap::new(), read: BTreeMap::new() };
        before.build();
        let bundle = before.case.bundle();
        let names = snapshot(&bundle).into_keys();
        let read = names.map(|name| (name.clone(), shown(&bundle.join(name)))).collect();
        Self { disk: on_disk(&bundle), read, ..before }
    }

    fn of(case: CaseCopy) -> Self {
        Self::build_of(case, &[])
    }

    fn build(&self) -> Output {
        let more: Vec<&str> = self.more.iter().map(String::as_str).collect();
        let done = self.case.build(&more);
        assert_eq!(done.status.code(), Some(0), "{}", told(&done));
        done
    }

    /// Builds again and asserts that these files and no others were written, and that they read otherwise now.
    fn renews(&self, expected: &[&str]) -> String {
        let done = self.build();
        self.assert_renewed(expected);
        let bundle = self.case.bundle();
        for name in expected.iter().filter(|name| self.read.contains_key(**name)) {
            assert!(shown(&bundle.join(name)) != self.read[*name], "{name} reads as before");
        }
        text(&done.stdout)
    }

    /// Asserts that these files and no others are new on the disk.
    fn assert_renewed(&self, expected: &[&str]) {
        let now = on_disk(&self.case.bundle());
        let names: BTreeSet<&String> =
            self.disk.keys().chain(now.keys()).filter(|name| !name.is_empty()).collect();
        // Linked into a new folder, a file gets another ctime, and stays the same file.
        let same = |name: &&String| match (self.disk.get(*name), now.get(*name)) {
            (Some(old), Some(new)) => (old.inode, old.written) == (new.inode, new.written),
            _ => false,
        };
        let renewed: BTreeSet<&str> =
            names.into_iter().filter(|name| !same(name)).map(String::as_str).collect();
        assert_eq!(renewed, expected.iter().copied().collect());
    }
}

fn with_records(files: &[&'static str]) -> Vec<&'static str> {
    [files, &RECORDS].concat()
}

/// The line that names a file, and the next one, which says why.
fn reason<'s>(said: &'s str, file: &str) -> &'s str {
    let mut lines = said.lines();
    lines.find(|line| line.trim().split('、').any(|name| name == file)).expect("the file is named");
    lines.next().map(str::trim).unwrap_or_default()
}

/// The supplier sends its sheet again with one price changed: F8, 462.27 → 460.00.
fn with_another_price(case: &CaseCopy) {
    let from = repository("fixtures/rebuild/报价表.xlsx");
    fs::copy(from, case.path().join("报价表.xlsx")).expect("copied");
}

#[test]
fn one_price_renews_what_shows_it_or_the_cap() {
    let case = CaseCopy::of(CASE);
    let (path, output) = (case.path(), case.output());
    // Issued here and now, so that the ledger knows the very files.
    fs::remove_file(path.join("台账.jsonl")).expect("removed");
    let issued = run(&["settle", arg(&path), "--month", "2026-03", "-o", arg(&output), "--issue"]);
    assert_eq!(issued.status.code(), Some(0), "{}", told(&issued));
    let settlements = output.join("结算-2026-03").join(CASE);
    let settled = on_disk(&settlements);
    assert!(settled.keys().any(|name| name.ends_with(".pdf")), "{settled:?}");

    let before = Before::of(case);
    with_another_price(&before.case);
    let said = before.renews(&with_records(&PRICED));
    let why = "← 报价表.xlsx（F8 产品/平台服务·初级 不含税单价 462.27 → 460.00）";
    for file in PRICED {
        assert_eq!(reason(&said, file), why, "{said}");
    }
    assert_eq!(reason(&said, "核对报告.pdf"), "← 记录的内容有变化：报价表.xlsx", "{said}");
    // 250 人天 less 2.27 each: 567.50 without tax, 122,501.55 − 121,900.00 with.
    let body = pdf_words(&before.case.bundle().join("合同正文.pdf"));
    assert!(body.contains("【16,297,277.49】") && body.contains("【17,275,114.14】"), "{body}");
    assert_eq!(on_disk(&settlements), settled, "what was issued stays as it is");
    run(&["settle", arg(&path), "--month", "2026-03", "-o", arg(&output)]);
    let kept = |state: &BTreeMap<String, OnDisk>| -> Vec<(String, u64, (i64, i64))> {
        let files = state.iter().filter(|(name, _)| name.contains("结算单"));
        files.map(|(name, file)| (name.clone(), file.inode, file.written)).collect()
    };
    assert_eq!(kept(&on_disk(&settlements)), kept(&settled), "settling again leaves it, too");
}

#[test]
fn the_account_is_in_the_contract_alone() {
    let before = Before::of(CaseCopy::of(CASE));
    before.case.replace("4402 0000 0900 1234 567", "4402 0000 0900 7654 321");
    let said = before.renews(&with_records(&["合同全套.pdf", "合同正文.pdf"]));
    let why = "← 合同.yaml（乙方.账号 4402 0000 0900 1234 567 → 4402 0000 0900 7654 321）";
    assert_eq!(reason(&said, "合同正文.pdf"), why, "{said}");
}

#[test]
fn a_clause_parameter_renews_the_contract_alone() {
    let before = Before::of(CaseCopy::of(CASE));
    before.case.replace("报价: 报价表.xlsx\n", "报价: 报价表.xlsx\n条款:\n  组建团队天数: 20\n");
    let said = before.renews(&with_records(&["合同全套.pdf", "合同正文.pdf"]));
    assert_eq!(reason(&said, "合同正文.pdf"), "← 合同.yaml（条款.组建团队天数 30 → 20）", "{said}");
}

#[test]
fn data_sharing_renews_annex_five() {
    let before = Before::of(CaseCopy::of(CASE));
    before.case.replace("数据数量: 10", "数据数量: 12");
    let said = before.renews(&with_records(&["合同全套.pdf", "附件5-信息安全合作责任书.pdf"]));
    assert_eq!(
        reason(&said, "附件5-信息安全合作责任书.pdf"),
        "← 合同.yaml（数据合作.数据数量 10 → 12）",
        "{said}"
    );
}

#[test]
fn two_changes_at_once_are_told_apart() {
    let before = Before::of(CaseCopy::of(CASE));
    with_another_price(&before.case);
    before.case.replace("数据数量: 10", "数据数量: 12");
    let said = before.renews(&with_records(&[&PRICED[..], &["附件5-信息安全合作责任书.pdf"]].concat()));
    assert!(!reason(&said, "附件5-信息安全合作责任书.pdf").contains("报价表"), "{said}");
    assert!(!reason(&said, "附件3-报价表.pdf").contains("合同.yaml"), "{said}");
    let whole = reason(&said, "合同全套.pdf");
    assert!(whole.contains("合同.yaml（数据合作") && whole.contains("报价表.xlsx（F8"), "{said}");
}

#[test]
fn an_order_is_renewed_added_and_taken_away_alone() {
    let before = Before::of(CaseCopy::of(CASE));
    let orders = before.case.path().join("订单");
    let first = orders.join("DD-2026-001.yaml");
    let yaml = fs::read_to_string(&first).expect("an order");
    let name = yaml.lines().find_map(|line| line.strip_prefix("名称: ")).expect("a name");
    fs::write(&first, yaml.replacen(name, &format!("{name}二期"), 1)).expect("written");
    let files = ["委托订单-DD-2026-001.pdf", "委托订单-DD-2026-001.xlsx"];
    let said = before.renews(&with_records(&files));
    let why = format!("← 订单/DD-2026-001.yaml（名称 {name} → {name}二期）");
    assert_eq!(reason(&said, files[0]), why, "{said}");

    let before = Before::of(before.case);
    let second = fs::read_to_string(orders.join("DD-2026-002.yaml")).expect("an order");
    fs::remove_file(orders.join("DD-2026-002.yaml")).expect("removed");
    fs::write(orders.join("DD-2026-009.yaml"), second.replace("DD-2026-002", "DD-2026-009"))
        .expect("written");
    let (old, new) = ("委托订单-DD-2026-002", "委托订单-DD-2026-009");
    let both = [old, new].map(|stem| [format!("{stem}.pdf"), format!("{stem}.xlsx")]).concat();
    let done = before.case.build(&[]);
    let renewed: Vec<&str> = both.iter().map(String::as_str).chain(RECORDS).collect();
    before.assert_renewed(&renewed);
    let said = text(&done.stdout);
    assert!(said.contains(&format!("已经删去：{old}.pdf、{old}.xlsx")), "{said}");
    assert_eq!(reason(&said, &format!("{new}.pdf")), "← 新增的文件", "{said}");
}

/// 10 more 人天 at 882.00: the next order begins with 8,820.00 more executed.
#[test]
fn other_days_of_an_order_are_told_in_it_and_in_the_next_one() {
    let before = Before::of(CaseCopy::of(CASE));
    let path = before.case.path().join("订单/DD-2026-001.yaml");
    let yaml = fs::read_to_string(&path).expect("an order");
    fs::write(&path, yaml.replacen("级别: 高级, 人天: 120", "级别: 高级, 人天: 130", 1)).expect("written");
    let said = text(&before.build().stdout);
    let why = "← 订单/DD-2026-001.yaml（付款计划；明细 产品/平台服务·高级 人天 120 → 130）";
    assert_eq!(reason(&said, "委托订单-DD-2026-001.pdf"), why, "{said}");
    let why = "← 订单/DD-2026-001.yaml（框架协议已执行金额 ￥352,803.60元（含税） → ￥361,623.60元（含税））";
    assert_eq!(reason(&said, "委托订单-DD-2026-002.pdf"), why, "{said}");
}

/// A copy of the pack that a test may change.
fn own_pack() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    copy_folder(&repository("templates"), folder.path());
    folder
}

/// Replaces a text that stands once in a file of the pack.
fn edit_pack(pack: &Path, file: &str, from: &str, to: &str) {
    let path = pack.join("migu-2026").join(file);
    let text = fs::read_to_string(&path).expect("a file of the pack");
    assert_eq!(text.matches(from).count(), 1, "“{from}” stands once in {file}");
    fs::write(path, text.replace(from, to)).expect("written");
}

#[test]
fn a_word_of_a_template_renews_what_it_is_in() {
    let pack = own_pack();
    let before = Before::build_of(CaseCopy::of(CASE), &["--templates", arg(pack.path())]);
    edit_pack(pack.path(), "typ/annex2.typ", "[为加强对", "[为了加强对");
    let said = before.renews(&with_records(&["合同全套.pdf", "附件2-服务质量考核办法.pdf"]));
    assert_eq!(reason(&said, "合同全套.pdf"), "← 模板 migu-2026（annex2.typ）", "{said}");
}

#[test]
fn a_library_renews_what_imports_it() {
    let pack = own_pack();
    let before = Before::build_of(CaseCopy::of(CASE), &["--templates", arg(pack.path())]);
    let path = pack.path().join("migu-2026/typ/lib_settlement.typ");
    let library = fs::read_to_string(&path).expect("a library");
    fs::write(&path, library + "\n// 说明\n").expect("written");
    // A remark changes what 附件7 is made from and not what it shows: nothing but the records is written.
    before.build();
    before.assert_renewed(&RECORDS);

    let before = Before::build_of(before.case, &["--templates", arg(pack.path())]);
    edit_pack(pack.path(), "typ/lib.typ", "[第 #counter", "[页 #counter");
    let said = before.renews(&[&["manifest.json"], &ALL_PDFS[..]].concat());
    assert_eq!(reason(&said, "附件1-技术规范书.pdf"), "← 模板 migu-2026（lib.typ）", "{said}");
}

#[test]
fn a_ceiling_of_the_tender_renews_annex_three() {
    let pack = own_pack();
    let before = Before::build_of(CaseCopy::of(CASE), &["--templates", arg(pack.path())]);
    let path = pack.path().join("migu-2026/招标.yaml");
    let tender = fs::read_to_string(&path).expect("招标.yaml");
    fs::write(&path, tender.replacen("471.70", "471.71", 1)).expect("written");
    assert_ne!(fs::read_to_string(&path).expect("招标.yaml"), tender);
    before.renews(&with_records(&["合同全套.pdf", "附件3-报价表.pdf", "附件3-报价表.xlsx"]));
}

/// The same pack from a folder is the same pack.
#[test]
fn where_the_pack_lies_does_not_matter() {
    let before = Before::of(CaseCopy::of(CASE));
    let pack = own_pack();
    let done = before.case.build(&["--templates", arg(pack.path())]);
    assert!(told(&done).contains("没有变化"), "{}", told(&done));
    before.assert_renewed(&[]);
}

#[test]
fn other_fonts_renew_every_pdf_and_no_workbook() {
    let before = Before::of(CaseCopy::of(CASE));
    let fonts = tempfile::tempdir().expect("a folder");
    let file = |weight: &str| {
        let pattern = format!("Noto Serif CJK SC:{weight}");
        let done = Command::new("fc-match").args(["-f", "%{file}", &pattern]).output().expect("fc-match");
        PathBuf::from(text(&done.stdout))
    };
    // Another file, and the same letters: all is typeset anew and comes out the same.
    let mut regular = fs::read(file("regular")).expect("a font");
    regular.push(0);
    fs::write(fonts.path().join("regular.ttc"), &regular).expect("written");
    fs::copy(file("bold"), fonts.path().join("bold.ttc")).expect("copied");
    let done = before.case.build(&["--font-dir", arg(fonts.path())]);
    before.assert_renewed(&["manifest.json"]);
    assert_eq!(reason(&text(&done.stdout), "manifest.json"), "← 记录的内容有变化：字体");
    // No regular letters at all: bold ones stand in for them.
    let before = Before::of(before.case);
    fs::remove_file(fonts.path().join("regular.ttc")).expect("removed");
    let done = before.case.build(&["--font-dir", arg(fonts.path())]);
    before.assert_renewed(&[&["manifest.json"], &ALL_PDFS[..]].concat());
    assert_eq!(reason(&text(&done.stdout), "附件1-技术规范书.pdf"), "← 字体", "{}", told(&done));
}

#[test]
fn a_remark_in_the_case_renews_the_records_alone() {
    let before = Before::of(CaseCopy::of(CASE));
    before.case.replace("模板: migu-2026\n", "# 备注\n模板: migu-2026\n");
    before.renews(&RECORDS);
}

#[test]
fn a_final_build_after_a_draft_says_so() {
    let before = Before::of(CaseCopy::of(CASE));
    let done = before.case.build(&["--final"]);
    assert_eq!(reason(&text(&done.stdout), "附件1-技术规范书.pdf"), "← 草稿改为正式稿", "{}", told(&done));
}

/// Not a folder's date, not a name beside it: so a bundle on a read-only disk can be looked at, too.
#[test]
fn nothing_changed_writes_nothing() {
    let case = CaseCopy::of(CASE);
    assert_eq!(case.build(&[]).status.code(), Some(0));
    let around = case.path().parent().expect("a parent").to_path_buf();
    let before = on_disk(&around);
    for more in [&[][..], &["--only", "附件3,正文"], &["--only", "订单"]] {
        let done = case.build(more);
        assert_eq!(done.status.code(), Some(0), "{}", told(&done));
        assert!(told(&done).contains("没有变化"), "{}", told(&done));
        assert!(on_disk(&around) == before, "{more:?}");
    }
    let elsewhere = hetong()
        .current_dir(case.output())
        .args(["build", arg(&case.path()), "-o", "."])
        .envs([("TZ", "Asia/Kathmandu"), ("RAYON_NUM_THREADS", "1")])
        .output()
        .expect("run");
    assert!(told(&elsewhere).contains("没有变化"), "{}", told(&elsewhere));
    assert_eq!(on_disk(&around), before);
}

#[test]
fn back_and_forth_comes_to_the_same_bytes() {
    let before = Before::of(CaseCopy::of(CASE));
    let files = snapshot(&before.case.bundle());
    with_another_price(&before.case);
    before.build();
    assert!(snapshot(&before.case.bundle()) != files);
    fs::copy(repository("fixtures/cases/星河示例/报价表.xlsx"), before.case.path().join("报价表.xlsx"))
        .expect("copied");
    before.build();
    assert!(snapshot(&before.case.bundle()) == files);
}

/// What was signed stays as it is; only what a 调整 touches is marked anew, and its signed edition put aside.
#[test]
fn an_adjustment_after_signing_touches_no_signed_document() {
    let before = Before::of(CaseCopy::of(CASE));
    adjusted::adjust(&before.case.path());
    let done = before.build();
    let now = on_disk(&before.case.bundle());
    let untouched: BTreeSet<&str> = before
        .disk
        .iter()
        .filter(|(name, old)| !name.is_empty() && now.get(*name).is_some_and(|new| new.inode == old.inode))
        .map(|(name, _)| name.as_str())
        .collect();
    for name in [
        "合同全套.pdf",
        "合同正文.pdf",
        "附件1-技术规范书.pdf",
        "附件2-服务质量考核办法.pdf",
        "附件2-服务质量考核办法.xlsx",
        "附件4-廉洁诚信承诺书.pdf",
        "附件5-信息安全合作责任书.pdf",
    ] {
        assert!(untouched.contains(name), "{name}: {}", told(&done));
    }
    for name in ["附件3-报价表.pdf", "附件3-报价表.xlsx", "附件6-委托订单.pdf", "附件7-结算单.pdf"]
    {
        assert!(!untouched.contains(name), "{name}: {}", told(&done));
        assert_eq!(reason(&text(&done.stdout), name), "← 合同.yaml（调整）", "{}", told(&done));
    }
    // An order that is written at the new prices stands in 变更对照表.
    let orders = before.case.path().join("订单");
    let yaml = fs::read_to_string(orders.join("DD-2026-001.yaml")).expect("an order");
    let yaml = yaml.replace("DD-2026-001", "DD-2026-010").replace("2026-03-03", "2026-11-02");
    let yaml = yaml.replace("2026-03-05", "2026-11-05").replace("2026-08-31", "2026-12-31");
    let yaml = yaml.replace("级别: 高级, 人天: 120", "级别: 初级, 人天: 10").replace("批次: 1", "批次: 3");
    fs::write(orders.join("DD-2026-010.yaml"), yaml).expect("written");
    let said = text(&before.case.build(&[]).stdout);
    let why = "← 订单/DD-2026-010.yaml（委托订单 DD-2026-010）";
    assert_eq!(reason(&said, "变更对照表.pdf"), why, "{said}");
}
