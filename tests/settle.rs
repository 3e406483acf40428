//! `hetong settle` as a user runs it: what is due against figures worked out by hand, drafts, issuing, corrections,
//! bad cases among good ones, and what stays untouched.

#![allow(clippy::expect_used, reason = "clippy knows test functions, not what they share")]

mod support;
#[path = "support/synthetic.rs"]
mod synthetic;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use calamine::{Data, Reader, Xlsx};
use hetong::input::folder::sha256_hex;
use serde_json::Value;
use support::{arg, copy_folder, dates, hetong, pdf_words, repository, snapshot, text, told};

const MONTH: &str = "2026-03";

/// Work: order, person, 岗位, 级别, 人天.
type Work<'a> = (&'a str, &'a str, &'a str, &'a str, &'a str);
/// An assessment: order, 服务质量, and how often points were lost for the other four.
type Assessed<'a> = (&'a str, [&'a str; 5]);

/// A folder of cases made from the sample contract, with orders and sheets of their own.
struct Workspace {
    folder: tempfile::TempDir,
}

impl Workspace {
    fn new() -> Self {
        let new = Self { folder: tempfile::tempdir().expect("a folder") };
        fs::create_dir(new.cases()).expect("a folder");
        new
    }

    /// The three cases that the tests know by heart:
    ///
    /// 甲 DD-1: 10 × 882.00 = 8,820.00; 5.5 × 784.01 = 4,312.055 → 4,312.06; Σ 13,132.06;
    ///   得分 45 + (20 − 1.5) + (10 − 1) + 10 + (10 − 2) = 90.5; 13,132.06 × 0.905 = 11,884.5143 → 11,884.51;
    ///   ÷ 1.06 = 11,211.80; 税额 672.71.
    /// 甲 DD-2: 2 × 609.26 = 1,218.52; 得分 100; ÷ 1.06 = 1,149.55; 税额 68.97.
    /// 乙 DD-3: 20 × 882.00 = 17,640.00; 得分 100; ÷ 1.06 = 16,641.51; 税额 998.49.
    /// 丙 has nothing of the month.
    fn of_three() -> Self {
        let new = Self::new();
        new.case("甲", &["DD-1", "DD-2"]);
        new.sheets("甲", &甲_WORK, &[("DD-1", ["45", "3", "1", "0", "2"]), ("DD-2", BEST)]);
        new.case("乙", &["DD-3"]);
        new.sheets("乙", &[("DD-3", "赵三", "产品/平台服务", "高级", "20")], &[("DD-3", BEST)]);
        new.case("丙", &["DD-4"]);
        new
    }

    fn cases(&self) -> PathBuf {
        self.folder.path().join("案卷")
    }

    fn output(&self) -> PathBuf {
        self.folder.path().join("output")
    }

    fn month(&self) -> PathBuf {
        self.output().join(format!("结算-{MONTH}"))
    }

    fn ledger(&self, case: &str) -> Vec<Value> {
        let path = self.cases().join(case).join("台账.jsonl");
        let text = fs::read_to_string(path).unwrap_or_default();
        text.lines().map(|line| serde_json::from_str(line).expect("a ledger line")).collect()
    }

    fn case(&self, name: &str, orders: &[&str]) {
        let sample = repository("fixtures/cases/星河示例");
        let folder = self.cases().join(name);
        fs::create_dir_all(folder.join("订单")).expect("a folder");
        fs::copy(sample.join("报价表.xlsx"), folder.join("报价表.xlsx")).expect("a copy");
        let contract = fs::read_to_string(sample.join("合同.yaml")).expect("合同.yaml");
        let contract = contract
            .replace("成都星河示例科技有限公司", &format!("成都{name}示例科技有限公司"))
            .replace("简称: 星河示例", &format!("简称: {name}示例"))
            .replace("MGYY-2026-0001", &format!("MGYY-2026-{name}"))
            .replace("91510100MA6XYH018E", &synthetic::credit_code(index(name)))
            .replace("4402 0000 0900 1234 567", &format!("4402 0000 {:06}", index(name)));
        fs::write(folder.join("合同.yaml"), contract).expect("written");
        for order in orders {
            let yaml = format!(
                "编号: {order}\n名称: 运营支撑{order}\n签订日期: 2026-03-02\n\
                 服务周期: {{自: 2026-03-02, 至: 2026-08-31}}\n\
                 甲方联系人: {{姓名: 陈思远, 电话: 028-68394430, 邮箱: chen@migu.example.com}}\n\
                 乙方联系人: {{姓名: 周明远, 电话: \"13800000101\", 邮箱: zhou@xinghe.example.com}}\n\
                 服务事项: 运营支撑\n具体要求: 现场支撑\n委托内容: 按附件1\n明细:\n\
                 \x20 - {{岗位: 产品/平台服务, 级别: 高级, 人天: 300}}\n\
                 付款计划:\n  - {{阶段: 首期, 条件: 验收, 比例: 100%, 说明: 据实结算}}\n"
            );
            fs::write(folder.join("订单").join(format!("{order}.yaml")), yaml).expect("written");
        }
    }

    fn sheets(&self, case: &str, work: &[Work<'_>], assessed: &[Assessed<'_>]) {
        let folder = self.cases().join(case).join("结算").join(MONTH);
        fs::create_dir_all(&folder).expect("a folder");
        let mut sheet = "订单编号,姓名,岗位职责,级别,日期,人天\n".to_owned();
        for (order, person, post, level, days) in work {
            writeln!(sheet, "{order},{person},{post},{level},,{days}").expect("a string");
        }
        fs::write(folder.join("工时.csv"), sheet).expect("written");
        let mut sheet =
            "订单编号,服务质量得分,支撑能力扣分次数,投诉次数,安全事件次数,日常管理缺项数,说明\n".to_owned();
        for (order, records) in assessed {
            writeln!(sheet, "{order},{},月度考核", records.join(",")).expect("a string");
        }
        fs::write(folder.join("考核.csv"), sheet).expect("written");
    }

    fn command(&self, more: &[&str]) -> Command {
        let mut command = hetong();
        let (cases, output) = (self.cases(), self.output());
        command.args(["settle", arg(&cases), "--month", MONTH, "-o", arg(&output)]).args(more);
        command
    }

    fn settle(&self, more: &[&str]) -> Output {
        self.command(more).output().expect("the program starts")
    }

    /// Settles, and expects it to go well.
    fn settled(&self, more: &[&str]) -> String {
        let done = self.settle(more);
        assert_eq!(done.status.code(), Some(0), "{}", told(&done));
        told(&done)
    }

    /// 甲 worked one day more for DD-2: 3 × 609.26 = 1,827.78, 609.26 more than before.
    fn one_day_more(&self) {
        let mut work = 甲_WORK;
        work[2].4 = "3";
        self.sheets("甲", &work, &[("DD-1", ["45", "3", "1", "0", "2"]), ("DD-2", BEST)]);
    }

    fn words(&self, case: &str, order: &str) -> String {
        pdf_words(&self.month().join(case).join(format!("结算单-{MONTH}-{order}.pdf")))
    }

    /// Both sheets of 汇总 have this 累计: that of the order's row and that of its case; and they say so, or not, at which
    /// ledger line it stands.
    fn both_balances(&self, case: &str, order: &str, balance: &str, note: Option<&str>) {
        let path = self.month().join(format!("结算汇总-{MONTH}.xlsx"));
        let (orders, suppliers) = (rows(&path, "汇总"), rows(&path, "按供应商"));
        let found = [
            number(&row(&orders, 2, order)[9]),
            number(&row(&suppliers, 1, &format!("MGYY-2026-{case}"))[4]),
        ];
        assert_eq!(found.map(|found| format!("{found:.2}")), [balance, balance]);
        for sheet in [orders, suppliers] {
            let told = sheet.iter().filter(|row| row[0].to_string().contains("截至台账")).count();
            assert_eq!(told, usize::from(note.is_some()), "{sheet:?}");
            let said = |note: &str| sheet.iter().any(|row| row[0].to_string().contains(note));
            assert!(note.is_none_or(said), "{note:?} in {sheet:?}");
        }
    }

    fn summary(&self) -> Vec<Vec<Data>> {
        rows(&self.month().join(format!("结算汇总-{MONTH}.xlsx")), "汇总")
    }
}

/// A number of one's own for each name.
fn index(name: &str) -> usize {
    name.bytes().fold(0, |number, byte| (number * 31 + usize::from(byte)) % 900_000)
}

const BEST: [&str; 5] = ["50", "0", "0", "0", "0"];
#[allow(non_upper_case_globals, reason = "the case's name")]
const 甲_WORK: [Work<'static>; 3] = [
    ("DD-1", "张一", "产品/平台服务", "高级", "10"),
    ("DD-1", "李一", "活动/内容支撑", "中级", "5.5"),
    ("DD-2", "王一", "技术支持", "初级", "2"),
];

fn rows(path: &Path, sheet: &str) -> Vec<Vec<Data>> {
    let mut book: Xlsx<_> = calamine::open_workbook(path).expect("a workbook");
    book.worksheet_range(sheet).expect("a sheet").rows().map(<[Data]>::to_vec).collect()
}

/// The row whose first cells are these texts.
fn row<'r>(rows: &'r [Vec<Data>], column: usize, text: &str) -> &'r [Data] {
    rows.iter().find(|row| row[column] == Data::String(text.to_owned())).expect(text)
}

fn number(cell: &Data) -> f64 {
    match cell {
        Data::Float(number) => *number,
        Data::Int(number) => f64::from(i32::try_from(*number).expect("small")),
        other => panic!("{other:?} is no number"),
    }
}

#[test]
fn drafts_hold_the_figures_worked_out_by_hand() {
    let workspace = Workspace::of_three();
    let said = workspace.settled(&[]);
    let names: Vec<String> = snapshot(&workspace.month()).into_keys().collect();
    let expected = [
        "manifest.json",
        "乙/manifest.json",
        "乙/结算单-2026-03-DD-3.pdf",
        "乙/结算单-2026-03-DD-3.xlsx",
        "甲/manifest.json",
        "甲/结算单-2026-03-DD-1.pdf",
        "甲/结算单-2026-03-DD-1.xlsx",
        "甲/结算单-2026-03-DD-2.pdf",
        "甲/结算单-2026-03-DD-2.xlsx",
        "结算汇总-2026-03.xlsx",
    ];
    assert_eq!(names, expected, "{said}");
    assert!(said.contains("另有 1 个案卷没有 2026-03"), "{said}");
    let words = workspace.words("甲", "DD-1");
    for figure in ["13,132.06", "90.5", "11,884.51", "11,211.80", "672.71", "草稿"] {
        assert!(words.contains(figure), "{figure}: {words}");
    }
    let words = workspace.words("甲", "DD-2");
    for figure in ["1,218.52", "1,149.55", "68.97", "11,884.51", "13,103.03", "17,262,612.66"] {
        assert!(words.contains(figure), "{figure}: {words}");
    }
    assert!(workspace.ledger("甲").is_empty(), "a draft is not recorded");

    let summary = workspace.summary();
    let order = row(&summary, 2, "DD-2");
    assert_eq!(order[0], Data::String("成都甲示例科技有限公司".into()));
    let figures: Vec<f64> = order[4..11].iter().map(number).collect();
    assert_eq!(figures, [2.0, 100.0, 1218.52, 1149.55, 68.97, 13_103.03, 17_262_612.66]);
    assert_eq!(order[12], Data::String("草稿".into()));
    let total = row(&summary, 0, "合计");
    let sums: Vec<f64> = [4, 6, 7, 8].map(|column| number(&total[column])).into();
    assert_eq!(sums, [37.5, 30_743.03, 29_002.86, 1_740.17]);
}

#[test]
fn issued_once_and_for_all() {
    let workspace = Workspace::of_three();
    workspace.settled(&[]);
    let said = workspace.settled(&["--issue"]);
    assert!(said.contains("本次开具：DD-1、DD-2"), "{said}");
    assert!(!workspace.words("甲", "DD-1").contains("草稿"));
    let ledger = workspace.ledger("甲");
    let closing: Vec<&str> = ledger.iter().map(|line| line["累计"].as_str().expect("累计")).collect();
    assert_eq!(closing, ["11884.51", "13103.03"]);
    for line in &ledger {
        for (name, hash) in line["输出"].as_object().expect("输出") {
            let bytes = fs::read(workspace.month().join("甲").join(name)).unwrap();
            assert_eq!(hash.as_str(), Some(sha256_hex(&bytes).as_str()), "{name}");
        }
    }
    assert_eq!(row(&workspace.summary(), 2, "DD-1")[12], Data::String("已开具".into()));

    // Again, as often as one likes and with or without --issue: nothing changes, no draft replaces what was issued.
    let (files, dated) = (snapshot(workspace.folder.path()), dates(workspace.folder.path()));
    for more in [&["--issue"][..], &[], &["--issue", "--only", "甲"]] {
        let said = workspace.settled(more);
        assert!(said.contains("新写 0 个文件"), "{said}");
        assert!(snapshot(workspace.folder.path()) == files, "{more:?}: {said}");
        assert!(dates(workspace.folder.path()) == dated, "{more:?}: {said}");
    }
    // Files that were lost are made again, to the byte.
    fs::remove_dir_all(workspace.output()).unwrap();
    workspace.settled(&[]);
    assert!(snapshot(workspace.folder.path()) == files);
}

#[test]
fn what_was_issued_otherwise_is_refused_until_it_is_corrected() {
    let workspace = Workspace::of_three();
    workspace.settled(&["--issue"]);
    let before = snapshot(&workspace.month().join("甲"));
    workspace.one_day_more();
    for more in [&[][..], &["--issue"]] {
        let done = workspace.settle(more);
        assert_eq!(done.status.code(), Some(1), "{}", told(&done));
        assert!(told(&done).contains("S005") && told(&done).contains("甲：没有结算"), "{}", told(&done));
        assert!(snapshot(&workspace.month().join("甲")) == before, "its files are as they were");
        assert_eq!(workspace.ledger("甲").len(), 2);
    }
    let summary = workspace.summary();
    // What was issued is in it, and said not to have been checked again.
    assert_eq!(row(&summary, 2, "DD-1")[12], Data::String("已开具（未核对）".into()));
    let named = |row: &Vec<Data>| row[0].to_string().contains("成都甲示例科技有限公司（甲）");
    assert!(summary.iter().any(named), "but named below them");

    let said = workspace.settled(&["--issue", "--amend", "DD-2 漏记一天"]);
    assert!(said.contains("本次更正：DD-2") && !said.contains("S005"), "{said}");
    let ledger = workspace.ledger("甲");
    assert_eq!(ledger.len(), 3);
    assert_eq!(ledger[2]["应支付"], "1827.78");
    assert_eq!((&ledger[2]["已结算"], &ledger[2]["累计"]), (&"13103.03".into(), &"13712.29".into()));
    let words = workspace.words("甲", "DD-2");
    for said in ["更正", "DD-2漏记一天", "1,827.78", "609.26", "13,712.29"] {
        assert!(words.contains(said), "{said}: {words}");
    }
    let now = snapshot(&workspace.month().join("甲"));
    assert!(now["结算单-2026-03-DD-1.pdf"] == before["结算单-2026-03-DD-1.pdf"]);
    assert_eq!(row(&workspace.summary(), 2, "DD-2")[12], Data::String("更正".into()));

    // A correction, too, is made once.
    workspace.settled(&["--issue", "--amend", "DD-2 漏记一天"]);
    assert_eq!(workspace.ledger("甲").len(), 3);
    assert!(snapshot(&workspace.month().join("甲")) == now);
}

#[test]
fn only_those_that_were_named() {
    let workspace = Workspace::of_three();
    let said = workspace.settled(&["--only", "DD-2，乙示例"]);
    let names: Vec<String> = snapshot(&workspace.month()).into_keys().collect();
    assert!(names.contains(&"甲/结算单-2026-03-DD-2.pdf".to_owned()), "{said}");
    assert!(!names.contains(&"甲/结算单-2026-03-DD-1.pdf".to_owned()), "{said}");
    assert!(names.contains(&"乙/结算单-2026-03-DD-3.pdf".to_owned()), "{said}");
    // The summary has all of them.
    assert!(number(&row(&workspace.summary(), 0, "合计")[6]).to_string() == "30743.03");
    workspace.settled(&["--issue", "--only", "DD-2"]);
    assert_eq!(workspace.ledger("甲").len(), 1);
    assert_eq!(workspace.ledger("甲")[0]["订单"], "DD-2");
    let summary = workspace.summary();
    let states = ["DD-1", "DD-2", "DD-3"].map(|order| row(&summary, 2, order)[12].to_string());
    assert_eq!(states, ["草稿", "已开具", "草稿"]);
    // DD-1, still a draft, now follows DD-2: 1,218.52 + 11,884.51.
    assert!((number(&row(&summary, 2, "DD-1")[9]) - 13_103.03).abs() < 1e-6);

    let done = workspace.settle(&["--only", "DD-22"]);
    assert_eq!(done.status.code(), Some(2), "{}", told(&done));
    assert!(text(&done.stderr).contains("是不是想写“DD-2”"), "{}", told(&done));
    let done = workspace.settle(&["--only", "丙"]);
    assert_eq!(done.status.code(), Some(2), "{}", told(&done));
}

#[test]
fn a_bad_case_spoils_no_other() {
    let workspace = Workspace::of_three();
    workspace.settled(&[]);
    let before = snapshot(&workspace.month().join("乙"));
    workspace.sheets("乙", &[("DD-3", "赵三", "产品/平台服务", "高级", "二十来天")], &[("DD-3", BEST)]);
    let done = workspace.settle(&["--issue"]);
    assert_eq!(done.status.code(), Some(1), "{}", told(&done));
    assert_eq!(workspace.ledger("甲").len(), 2, "the others are issued");
    assert!(workspace.ledger("乙").is_empty());
    assert!(snapshot(&workspace.month().join("乙")) == before);
    let last = text(&done.stderr);
    assert!(last.contains("乙：没有结算"), "{last}");
    let findings = rows(&workspace.month().join(format!("结算汇总-{MONTH}.xlsx")), "发现");
    let of_case = |row: &&Vec<Data>| row[0] == Data::String("乙".into());
    assert!(findings.iter().filter(of_case).count() >= 1, "{findings:?}");
}

/// 3.2.6: nobody works for two suppliers on one day. Only a look at all cases finds it, with --only, too.
#[test]
fn one_person_for_two_suppliers_on_one_day() {
    let workspace = Workspace::of_three();
    for (case, order) in [("甲", "DD-2"), ("乙", "DD-3")] {
        let folder = workspace.cases().join(case).join("结算").join(MONTH);
        let head = "订单编号,姓名,证件号,岗位职责,级别,日期,人天";
        let row = format!("{order},钱多,11010519491231002X,产品/平台服务,高级,2026-03-05,1");
        let sheet = format!("{head}\n{row}\n");
        fs::write(folder.join("工时.csv"), sheet).unwrap();
        let sheet = "订单编号,服务质量得分,支撑能力扣分次数,投诉次数,安全事件次数,日常管理缺项数,说明\n";
        fs::write(folder.join("考核.csv"), format!("{sheet}{order},50,0,0,0,0,\n")).unwrap();
    }
    for more in [&[][..], &["--only", "乙"]] {
        let done = workspace.settle(more);
        assert_eq!(done.status.code(), Some(1), "{}", told(&done));
        assert!(text(&done.stdout).contains("S003") && told(&done).contains("钱多"), "{}", told(&done));
        assert!(text(&done.stderr).contains("乙：没有结算"), "{}", told(&done));
    }
}

/// 乙's 20 人天 of March have no day. 832.08 × 1.03 = 857.04; 20 × 857.04 = 17,140.80.
#[test]
fn adjusted_prices_are_not_guessed_at() {
    let workspace = Workspace::of_three();
    let path = workspace.cases().join("乙/合同.yaml");
    let contract = fs::read_to_string(&path).unwrap();
    let adjusted = |day: &str| {
        fs::write(&path, format!("{contract}\n调整:\n  - {{生效日期: {day}, 事由: 税率调整, 税率: 3%}}\n"))
            .unwrap();
    };
    adjusted("2026-03-31");
    let done = workspace.settle(&["--issue"]);
    assert_eq!(done.status.code(), Some(1), "{}", told(&done));
    assert!(told(&done).contains("S014") && told(&done).contains("乙：没有结算"), "{}", told(&done));
    assert!(workspace.ledger("乙").is_empty());
    // After the month, or before the order's first day in it: then there is no doubt.
    adjusted("2026-04-01");
    workspace.settled(&[]);
    assert!(workspace.words("乙", "DD-3").contains("17,640.00"));
    adjusted("2026-03-02");
    workspace.settled(&["--issue"]);
    assert_eq!(workspace.ledger("乙")[0]["应支付"], "17140.80");
}

#[test]
fn an_issued_document_has_no_blanks() {
    let workspace = Workspace::of_three();
    let path = workspace.cases().join("乙/订单/DD-3.yaml");
    let order = fs::read_to_string(&path).unwrap();
    fs::write(&path, order.replace(", 邮箱: zhou@xinghe.example.com", "")).unwrap();
    workspace.settled(&[]);
    let done = workspace.settle(&["--issue"]);
    assert_eq!(done.status.code(), Some(1), "{}", told(&done));
    assert!(text(&done.stderr).contains("乙方联系人.邮箱"), "{}", told(&done));
    assert!(workspace.ledger("乙").is_empty());
    assert_eq!(workspace.ledger("甲").len(), 2);
}

#[test]
fn running_again_redoes_only_what_changed() {
    let workspace = Workspace::of_three();
    workspace.settled(&[]);
    let dated = dates(&workspace.month());
    workspace.one_day_more();
    let said = workspace.settled(&[]);
    let redated = dates(&workspace.month());
    let changed: Vec<&String> = dated.keys().filter(|name| redated[*name] != dated[*name]).collect();
    let expected = [
        "manifest.json",
        "甲/manifest.json",
        "甲/结算单-2026-03-DD-2.pdf",
        "甲/结算单-2026-03-DD-2.xlsx",
        "结算汇总-2026-03.xlsx",
    ];
    assert_eq!(changed, expected, "{said}");
    assert!(said.contains("新写 3 个文件，5 个没有变化"), "{said}");
}

/// A PDF made from the same is not typeset again: put in another file with its hash, and it is taken for the PDF.
#[test]
fn an_unchanged_pdf_is_taken_from_disk() {
    let workspace = Workspace::of_three();
    workspace.settled(&[]);
    let folder = workspace.month().join("乙");
    let pdf = folder.join("结算单-2026-03-DD-3.pdf");
    let genuine = fs::read(&pdf).unwrap();
    let manifest = fs::read_to_string(folder.join("manifest.json")).unwrap();
    fs::write(&pdf, "冒名").unwrap();
    let other = sha256_hex("冒名".as_bytes());
    let (content, _) = manifest.rsplit_once(",\n  \"sha256\": ").expect("its own hash");
    let forged = format!("{}\n}}\n", content.replace(&sha256_hex(&genuine), &other));
    let own = sha256_hex(forged.as_bytes());
    let forged =
        format!("{},\n  \"sha256\": \"{own}\"\n}}\n", forged.strip_suffix("\n}\n").expect("an object"));
    fs::write(folder.join("manifest.json"), forged).unwrap();
    workspace.settled(&[]);
    assert_eq!(fs::read(&pdf).unwrap(), "冒名".as_bytes(), "taken from disk");
    // What does not have the recorded hash is made anew, and kept aside as somebody's work.
    fs::write(&pdf, "改过").unwrap();
    let said = workspace.settled(&[]);
    assert!(fs::read(&pdf).unwrap() == genuine && said.contains("手工修改1"), "{said}");
}

#[test]
fn two_threads_make_the_same_bytes_as_one() {
    let workspace = Workspace::of_three();
    let with = |threads: &str| {
        let _ = fs::remove_dir_all(workspace.output());
        let done = workspace.command(&[]).env("RAYON_NUM_THREADS", threads).output().expect("run");
        assert_eq!(done.status.code(), Some(0), "{}", told(&done));
        snapshot(&workspace.output())
    };
    assert!(with("1") == with("2"));
}

#[test]
fn nothing_to_settle_is_told() {
    let workspace = Workspace::of_three();
    let cases = workspace.cases();
    let run = |month: &str| support::run(&["settle", arg(&cases), "--month", month]);
    for (month, said) in [("2026-05", "结算/2026-05/"), ("2026-3", "2026-3"), ("三月", "不是月份")] {
        let done = run(month);
        assert_eq!(done.status.code(), Some(2), "{}", told(&done));
        assert!(text(&done.stderr).contains(said), "{}", told(&done));
    }
    let done = workspace.settle(&["--amend", "原因"]);
    assert_eq!(done.status.code(), Some(2), "{}", told(&done));
    assert!(text(&done.stderr).contains("--issue"), "{}", told(&done));
    assert!(!workspace.output().exists());
}

#[test]
fn a_pipe_gets_results_and_no_progress() {
    let workspace = Workspace::of_three();
    let done = workspace.settle(&[]);
    assert_eq!(text(&done.stderr), "");
    for sign in ["\r", "\u{1b}", "件/秒", "还要"] {
        assert!(!text(&done.stdout).contains(sign), "{}", text(&done.stdout));
    }
}

/// Ctrl-C: what is begun is finished, nothing else is, and the next run does the rest.
#[cfg(unix)]
#[test]
fn ctrl_c_leaves_whole_cases_only() {
    let workspace = Workspace::new();
    for n in 0..40 {
        let name = format!("供应商{n:02}");
        workspace.case(&name, &["DD-1"]);
        let person = format!("员工{n:02}");
        workspace.sheets(&name, &[("DD-1", &person, "产品/平台服务", "高级", "20")], &[("DD-1", BEST)]);
    }
    let mut command = workspace.command(&["--issue"]);
    let mut child = command
        .env("RAYON_NUM_THREADS", "1")
        .stderr(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("run");
    let started = Instant::now();
    while snapshot_names(&workspace.month()).len() < 2 && started.elapsed() < Duration::from_secs(60) {
        sleep(Duration::from_millis(5));
    }
    let killed = Command::new("kill").args(["-INT", &child.id().to_string()]).status().expect("kill");
    assert!(killed.success());
    assert_eq!(child.wait().expect("it ends").code(), Some(2));
    let mut said = String::new();
    std::io::Read::read_to_string(&mut child.stderr.take().expect("stderr"), &mut said).expect("UTF-8");
    assert!(said.contains("已按 Ctrl-C 停止") && said.contains("汇总没有写"), "{said}");
    assert!(!workspace.month().join(format!("结算汇总-{MONTH}.xlsx")).exists());

    let done = snapshot_names(&workspace.month());
    assert!(!done.is_empty() && done.len() < 40, "{done:?}");
    for name in (0..40).map(|n| format!("供应商{n:02}")) {
        let lines = workspace.ledger(&name).len();
        assert_eq!(lines, usize::from(done.contains(&name)), "{name}: recorded and written, or neither");
    }
    for name in &done {
        let manifest = fs::read(workspace.month().join(name).join("manifest.json")).expect("a whole folder");
        let manifest: Value = serde_json::from_slice(&manifest).expect("JSON");
        for output in manifest["outputs"].as_array().expect("outputs") {
            let file = workspace.month().join(name).join(output["file"].as_str().expect("file"));
            assert_eq!(output["sha256"].as_str(), Some(sha256_hex(&fs::read(file).unwrap()).as_str()));
        }
    }
    let before: BTreeMap<String, Vec<u8>> = snapshot(&workspace.month());
    workspace.settled(&["--issue"]);
    let after = snapshot(&workspace.month());
    assert!(before.iter().all(|(name, bytes)| &after[name] == bytes), "what was finished stays as it is");
    assert!((0..40).all(|n| workspace.ledger(&format!("供应商{n:02}")).len() == 1));
}

/// The finished case folders.
#[cfg(unix)]
fn snapshot_names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).into_iter().flatten().filter_map(Result::ok);
    let names = entries.map(|entry| entry.file_name().to_string_lossy().into_owned());
    names.filter(|name| !name.starts_with('.')).collect()
}

/// An issued order that is gone from the sheets, or that has got another number, is no correction.
#[test]
fn an_issued_order_does_not_vanish_by_amending() {
    let workspace = Workspace::of_three();
    workspace.settled(&["--issue"]);
    let before = snapshot(&workspace.month().join("甲"));
    let refused = |more: &[&str]| {
        let done = workspace.settle(more);
        assert_eq!(done.status.code(), Some(1), "{}", told(&done));
        let said = told(&done);
        assert!(said.contains("S005") && said.contains("没有这个订单") && said.contains("放回"), "{said}");
        assert!(snapshot(&workspace.month().join("甲")) == before, "{more:?}: its files stay");
        assert_eq!(workspace.ledger("甲").len(), 2, "{more:?}");
    };
    workspace.sheets("甲", &甲_WORK[..2], &[("DD-1", ["45", "3", "1", "0", "2"])]);
    for more in [&["--issue", "--amend", "取消"][..], &["--issue", "--amend", "取消", "--only", "DD-1"], &[]]
    {
        refused(more);
    }
    let folder = workspace.cases().join("甲/订单");
    let order = fs::read_to_string(folder.join("DD-2.yaml")).unwrap();
    fs::write(folder.join("DD-2.yaml"), order.replace("DD-2", "DD-9")).unwrap();
    let mut work = 甲_WORK;
    work[2].0 = "DD-9";
    workspace.sheets("甲", &work, &[("DD-1", ["45", "3", "1", "0", "2"]), ("DD-9", BEST)]);
    for more in [&["--issue", "--amend", "改号"][..], &["--issue", "--only", "DD-9"]] {
        refused(more);
    }
}

#[test]
fn work_that_comes_to_nothing_is_told() {
    let workspace = Workspace::of_three();
    let path = workspace.cases().join("乙/合同.yaml");
    let contract = fs::read_to_string(&path).unwrap();
    let without: Vec<&str> = contract.lines().filter(|line| !line.starts_with("报价")).collect();
    assert!(without.len() < contract.lines().count());
    fs::write(&path, without.join("\n")).unwrap();
    fs::remove_file(workspace.cases().join("乙/报价表.xlsx")).unwrap();
    let done = workspace.settle(&[]);
    assert_eq!(done.status.code(), Some(1), "{}", told(&done));
    let said = text(&done.stderr);
    assert!(said.contains("乙：没有结算") && said.contains("DD-3"), "{said}");
}

/// A draft that waited for an issuing run finds the 结算单 issued, and leaves them alone.
#[cfg(unix)]
#[test]
fn drafts_wait_for_whoever_is_issuing() {
    let workspace = Workspace::of_three();
    let held = fs::File::open(workspace.cases().join("甲")).unwrap();
    held.lock().unwrap();
    let mut command = workspace.command(&["--only", "甲"]);
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    sleep(Duration::from_millis(1500));
    assert!(child.try_wait().unwrap().is_none(), "it waits");
    assert!(!workspace.month().join("甲").exists());
    held.unlock().unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(0));
    assert!(workspace.month().join("甲").exists());
}

#[cfg(unix)]
#[test]
fn drafts_need_no_leave_to_write_into_the_case() {
    use std::os::unix::fs::PermissionsExt;
    let workspace = Workspace::of_three();
    let folder = workspace.cases().join("甲");
    fs::set_permissions(&folder, fs::Permissions::from_mode(0o555)).unwrap();
    let done = workspace.settle(&[]);
    fs::set_permissions(&folder, fs::Permissions::from_mode(0o755)).unwrap();
    assert_eq!(done.status.code(), Some(0), "{}", told(&done));
    assert!(!folder.join("台账.jsonl").exists());
}

/// Two cases in folders of one name, settled one by one into the same output.
#[test]
fn another_contract_does_not_take_over_an_output_folder() {
    let workspace = Workspace::of_three();
    workspace.settled(&["--issue"]);
    let before = snapshot(&workspace.month().join("甲"));
    let cases = workspace.cases();
    fs::rename(cases.join("甲"), workspace.folder.path().join("甲")).unwrap();
    fs::rename(cases.join("乙"), cases.join("甲")).unwrap();
    for more in [&[][..], &["--issue"]] {
        let done = workspace.settle(more);
        assert_eq!(done.status.code(), Some(1), "{}", told(&done));
        let said = text(&done.stderr);
        assert!(said.contains("MGYY-2026-甲") && said.contains("MGYY-2026-乙"), "{said}");
        assert!(snapshot(&workspace.month().join("甲")) == before);
        assert_eq!(workspace.ledger("甲").len(), 1, "as 乙 had it");
    }
}

#[test]
fn a_lost_ledger_is_no_new_beginning() {
    let workspace = Workspace::of_three();
    workspace.settled(&["--issue"]);
    let before = snapshot(&workspace.month().join("甲"));
    let ledger = workspace.cases().join("甲/台账.jsonl");
    let kept = fs::read(&ledger).unwrap();
    fs::remove_file(&ledger).unwrap();
    for more in [&[][..], &["--issue"], &["--issue", "--only", "DD-2"]] {
        let done = workspace.settle(more);
        assert_eq!(done.status.code(), Some(1), "{}", told(&done));
        let said = text(&done.stderr);
        assert!(said.contains("从备份恢复 台账.jsonl") && said.contains("DD-1 2026-03"), "{said}");
        assert!(snapshot(&workspace.month().join("甲")) == before && !ledger.exists());
    }
    // Nor for the next month, whose own folder is not there yet.
    let months = workspace.cases().join("甲/结算");
    fs::rename(months.join(MONTH), months.join("2026-04")).unwrap();
    let (case, output) = (workspace.cases().join("甲"), workspace.output());
    let april = ["settle", arg(&case), "--month", "2026-04", "-o", arg(&output), "--issue"];
    let done = support::run(&april);
    assert_eq!(done.status.code(), Some(1), "{}", told(&done));
    assert!(text(&done.stderr).contains("从备份恢复 台账.jsonl") && !ledger.exists(), "{}", told(&done));
    fs::write(&ledger, kept).unwrap();
    let done = support::run(&april);
    assert_eq!(done.status.code(), Some(0), "{}", told(&done));
    assert_eq!(workspace.ledger("甲").len(), 4);
}

#[test]
fn drafts_of_the_others_follow_what_is_issued() {
    let workspace = Workspace::of_three();
    workspace.settled(&[]);
    workspace.settled(&["--issue", "--only", "DD-2"]);
    // DD-1's draft now starts from what DD-2 came to.
    let words = workspace.words("甲", "DD-1");
    assert!(words.contains("1,218.52") && words.contains("13,103.03") && words.contains("草稿"), "{words}");
}

/// A draft that cannot be made anew is named.
#[test]
fn a_sound_order_is_issued_beside_a_faulty_one() {
    let workspace = Workspace::of_three();
    workspace.settled(&[]);
    workspace.sheets("甲", &甲_WORK, &[("DD-2", BEST)]);
    let said = workspace.settled(&["--issue", "--only", "DD-2"]);
    assert!(said.contains("本次开具：DD-2") && said.contains("DD-1 的草稿没有重做"), "{said}");
    assert!(said.contains("没有选中的订单另有 1 个错误"), "{said}");
    assert_eq!(workspace.ledger("甲").len(), 1);
    let remark = |row: &Vec<Data>| row[0].to_string().contains("订单 DD-1 没有结算");
    assert!(workspace.summary().iter().any(remark), "the sums are without it, and say so");
    for more in [&["--issue"][..], &["--issue", "--only", "DD-1"]] {
        let done = workspace.settle(more);
        assert_eq!(done.status.code(), Some(1), "{}", told(&done));
        assert!(told(&done).contains("K004"), "{}", told(&done));
    }
    assert_eq!(workspace.ledger("甲").len(), 1);
}

/// The cap is 17,275,715.69: 660 persons × 30 × 882.00 = 17,463,600.00 go over it.
#[test]
fn the_cap_is_judged_over_what_is_issued() {
    let workspace = Workspace::of_three();
    let folder = workspace.cases().join("甲").join("结算").join(MONTH);
    let mut sheet = "订单编号,姓名,证件号,岗位职责,级别,日期,人天\n".to_owned();
    for n in 0..660 {
        writeln!(sheet, "DD-1,员工{n},工号{n},产品/平台服务,高级,,30").unwrap();
    }
    sheet += "DD-2,王一,,产品/平台服务,高级,,2\n";
    fs::write(folder.join("工时.csv"), sheet).unwrap();
    let said = |more: &[&str], code| {
        let done = workspace.settle(more);
        assert_eq!(done.status.code(), Some(code), "{more:?}: {}", told(&done));
        told(&done)
    };
    fs::write(
        folder.join("考核.csv"),
        "订单编号,服务质量得分,支撑能力扣分次数,投诉次数,安全事件次数,日常管理缺项数,说明\nDD-1,50,0,0,0,0,\nDD-2,50,0,0,0,0,\n",
    )
    .unwrap();
    assert!(said(&["--issue"], 1).contains("S004"));
    let over = said(&["--issue", "--only", "DD-1"], 1);
    assert!(over.contains("17,463,600.00") && over.contains("超过含税上限总价"), "{over}");
    assert!(workspace.ledger("甲").is_empty());
    said(&["--issue", "--only", "DD-2"], 0);
    assert_eq!(workspace.ledger("甲").len(), 1);
}

/// The figures stay, a name does not.
#[test]
fn a_correction_of_what_is_printed() {
    let workspace = Workspace::of_three();
    workspace.settled(&["--issue"]);
    let assessed = [("DD-1", ["45", "3", "1", "0", "2"]), ("DD-2", BEST)];
    let mut work = 甲_WORK;
    work[2].1 = "王毅";
    workspace.sheets("甲", &work, &assessed);
    for more in [&[][..], &["--issue"]] {
        let said = workspace.settled(more);
        assert!(said.contains("注意：DD-2 开具以后工时或考核改过"), "{said}");
        assert_eq!(workspace.ledger("甲").len(), 2);
    }
    let said = workspace.settled(&["--issue", "--amend", "姓名写错"]);
    assert!(said.contains("本次更正：DD-2") && said.contains("DD-1：与已开具的相同，没有更正"), "{said}");
    let ledger = workspace.ledger("甲");
    assert_eq!((ledger.len(), &ledger[2]["累计"]), (3, &"13103.03".into()));
    let words = workspace.words("甲", "DD-2");
    assert!(words.contains("王毅") && words.contains("姓名写错") && !words.contains("王一"), "{words}");
    let before = snapshot(workspace.folder.path());
    let said = workspace.settled(&["--issue", "--amend", "姓名写错"]);
    assert!(said.contains("DD-1、DD-2：与已开具的相同，没有更正"), "{said}");
    assert!(snapshot(workspace.folder.path()) == before);
}

#[test]
fn an_order_of_two_suppliers_is_named_with_its_supplier() {
    let workspace = Workspace::of_three();
    workspace.case("乙", &["DD-2"]);
    fs::remove_file(workspace.cases().join("乙/订单/DD-3.yaml")).unwrap();
    workspace.sheets("乙", &[("DD-2", "赵三", "产品/平台服务", "高级", "20")], &[("DD-2", BEST)]);
    let done = workspace.settle(&["--issue", "--only", "DD-2"]);
    assert_eq!(done.status.code(), Some(2), "{}", told(&done));
    let said = text(&done.stderr);
    assert!(said.contains("2 个案卷里都有：") && said.contains("/DD-2"), "{said}");
    workspace.settled(&["--only", "DD-2"]);
    workspace.settled(&["--issue", "--only", "甲示例/DD-2"]);
    assert_eq!((workspace.ledger("甲").len(), workspace.ledger("乙").len()), (1, 0));
}

#[test]
fn a_summary_of_a_part_says_so() {
    let workspace = Workspace::of_three();
    workspace.settled(&[]);
    let (case, output) = (workspace.cases().join("甲"), workspace.output());
    let part = ["settle", arg(&case), "--month", MONTH, "-o", arg(&output)];
    for _ in 0..2 {
        let done = support::run(&part);
        assert_eq!(done.status.code(), Some(0), "{}", told(&done));
        assert!(text(&done.stdout).contains("汇总里没有它们：乙"), "{}", told(&done));
        let remark = |row: &Vec<Data>| row[0].to_string().contains("没有一起结算，不在汇总之内：乙");
        assert!(workspace.summary().iter().any(remark));
    }
    assert!(!workspace.settled(&[]).contains("没有一起结算"));
}

#[test]
fn placeholders_are_not_issued() {
    let workspace = Workspace::of_three();
    let path = workspace.cases().join("乙/订单/DD-3.yaml");
    let order = fs::read_to_string(&path).unwrap();
    for (from, to, key) in [
        ("名称: 运营支撑DD-3", "名称: XX项目运营支撑", "名称（“XX”）"),
        ("姓名: 周明远", "姓名: 待定", "乙方联系人.姓名（“待定”）"),
    ] {
        assert!(order.contains(from));
        fs::write(&path, order.replace(from, to)).unwrap();
        workspace.settled(&["--only", "乙"]);
        let done = workspace.settle(&["--issue", "--only", "乙"]);
        assert_eq!(done.status.code(), Some(1), "{}", told(&done));
        assert!(text(&done.stderr).contains(key), "{}", told(&done));
        assert!(workspace.ledger("乙").is_empty());
    }
}

/// DD-1 was issued, DD-2 never: correcting the one does not issue the other, and what was signed stays in the folder.
#[test]
fn a_correction_keeps_what_it_replaces_and_issues_nothing_else() {
    let workspace = Workspace::of_three();
    workspace.settled(&["--issue", "--only", "DD-1"]);
    let before = snapshot(&workspace.month().join("甲"));
    let mut work = 甲_WORK;
    work[0].4 = "9";
    workspace.sheets("甲", &work, &[("DD-1", ["45", "3", "1", "0", "2"]), ("DD-2", BEST)]);
    let said = workspace.settled(&["--issue", "--amend", "多记一天", "--only", "甲示例"]);
    assert!(said.contains("草稿 1 份，更正 1 份"), "{said}");
    let orders: Vec<Value> = workspace.ledger("甲").iter().map(|line| line["订单"].clone()).collect();
    assert_eq!(orders, ["DD-1", "DD-1"]);
    let after = snapshot(&workspace.month().join("甲"));
    for extension in ["pdf", "xlsx"] {
        let kept = &after[&format!("结算单-2026-03-DD-1（台账第1号，已更正）.{extension}")];
        assert!(*kept == before[&format!("结算单-2026-03-DD-1.{extension}")]);
    }
    workspace.settled(&[]);
    assert!(snapshot(&workspace.month().join("甲")) == after, "a later run does not take it away");
}

/// 甲's March is issued after its April: the balances of March's 结算单 go on from April's, and so does its 汇总, which
/// says so. April says that March was open.
#[test]
fn a_month_that_is_issued_late_counts_what_was_issued_before() {
    let workspace = Workspace::of_three();
    let months = workspace.cases().join("甲/结算");
    let april = months.join("2026-04");
    copy_folder(&months.join(MONTH), &april);
    let (cases, output) = (workspace.cases(), workspace.output());
    let settle = ["settle", arg(&cases), "--month", "2026-04", "-o", arg(&output), "--issue"];
    let done = hetong().args(settle).output().expect("the program starts");
    assert!(told(&done).contains("注意：2026-03 有工时和考核，但还没有开具"), "{}", told(&done));
    let said = workspace.settled(&["--issue"]);
    assert!(!said.contains("还没有开具"), "{said}");
    assert!(workspace.words("甲", "DD-1").contains("本次结算前：已结算￥13,103.03元"));
    workspace.both_balances("甲", "DD-2", "26206.06", Some("截至台账第 4 号"));
    // In April's own there is nothing of a later month.
    let sheet = |name| rows(&workspace.output().join("结算-2026-04/结算汇总-2026-04.xlsx"), name);
    let done = hetong().args(settle).output().expect("the program starts");
    assert_eq!(done.status.code(), Some(0), "{}", told(&done));
    assert!((number(&row(&sheet("按供应商"), 1, "MGYY-2026-甲")[4]) - 13_103.03).abs() < 1e-6);
    assert!(!format!("{:?}", sheet("汇总")).contains("截至台账"));
}

/// 甲's DD-2 of March is corrected after April was issued, one day more: 13,103.03 + 13,103.03 + 609.26 = 26,815.32.
#[test]
fn both_sheets_of_a_summary_stand_at_one_ledger_line() {
    let workspace = Workspace::of_three();
    workspace.settled(&["--issue"]);
    workspace.both_balances("甲", "DD-2", "13103.03", None);
    let months = workspace.cases().join("甲/结算");
    copy_folder(&months.join(MONTH), &months.join("2026-04"));
    let (cases, output) = (workspace.cases(), workspace.output());
    let april = ["settle", arg(&cases), "--month", "2026-04", "-o", arg(&output), "--issue"];
    assert_eq!(support::run(&april).status.code(), Some(0));
    // The same month once more: April's lines 3 and 4 are not in it.
    workspace.settled(&[]);
    workspace.both_balances("甲", "DD-2", "13103.03", None);
    workspace.one_day_more();
    workspace.settled(&["--issue", "--amend", "漏记一天"]);
    workspace.both_balances("甲", "DD-2", "26815.32", Some("截至台账第 5 号"));
    assert!(workspace.words("甲", "DD-2").contains("26,815.32"), "as it stands on paper");
}

/// What is said of a supplier that nobody asked for is what the cells have.
#[test]
fn what_only_leaves_out_is_said_as_the_cells_have_it() {
    let workspace = Workspace::of_three();
    workspace.settled(&["--issue", "--only", "乙"]);
    let contract = workspace.cases().join("乙/合同.yaml");
    let text = fs::read_to_string(&contract).unwrap();
    fs::write(&contract, text.replace("邮政编码: \"610041\"", "邮政编码: \"61\"")).unwrap();
    let said = workspace.settled(&["--only", "甲"]);
    assert!(said.contains("汇总里它们这个月的金额只有台账里已开具的，这次没有核对：乙"), "{said}");
    let summary = workspace.summary();
    let issued = row(&summary, 2, "DD-3");
    assert_eq!(issued[12], Data::String("已开具（未核对）".into()));
    assert!((number(&issued[6]) - 17_640.00).abs() < 1e-6);
    let total = summary.iter().find(|row| row[0].to_string().starts_with("合计")).expect("a total");
    assert!((number(&total[6]) - 30_743.03).abs() < 1e-6, "13,103.03 + 17,640.00: {total:?}");
    // Nothing was ever issued of 乙: then there is no amount of it.
    let workspace = Workspace::of_three();
    fs::write(
        workspace.cases().join("乙/合同.yaml"),
        text.replace("邮政编码: \"610041\"", "邮政编码: \"61\""),
    )
    .unwrap();
    let said = workspace.settled(&["--only", "甲"]);
    assert!(said.contains("汇总里没有它们这个月的金额：乙"), "{said}");
    assert!(!workspace.summary().iter().any(|row| row[2] == Data::String("DD-3".into())));
}

#[test]
fn an_empty_choice_is_not_everything() {
    let workspace = Workspace::of_three();
    let done = workspace.settle(&["--only", " ，", "--issue"]);
    assert_eq!(done.status.code(), Some(2), "{}", told(&done));
    assert!(!workspace.output().exists() && workspace.ledger("甲").is_empty());
}

#[test]
fn one_contract_in_two_folders_is_not_settled_twice() {
    let workspace = Workspace::of_three();
    copy_folder(&workspace.cases().join("甲"), &workspace.cases().join("甲（副本）"));
    let done = workspace.settle(&["--issue"]);
    assert_eq!(done.status.code(), Some(1), "{}", told(&done));
    assert_eq!(text(&done.stdout).matches("错误[P008]").count(), 2, "{}", told(&done));
    assert!(text(&done.stdout).contains("“案卷/甲（副本）”的 合同.yaml"), "{}", told(&done));
    assert!(workspace.ledger("甲").is_empty() && workspace.ledger("甲（副本）").is_empty());
    assert_eq!(workspace.ledger("乙").len(), 1, "the others go on");
}

/// 甲's name, 合同编号, 信用代码 and 账号 are all changed in a copy of its issued case, as for a new contract.
fn copied(workspace: &Workspace) -> PathBuf {
    let copy = workspace.cases().join("丁");
    copy_folder(&workspace.cases().join("甲"), &copy);
    let text = fs::read_to_string(copy.join("合同.yaml")).expect("as the test made it");
    let text = text
        .replace("甲示例", "丁示例")
        .replace("MGYY-2026-甲", "MGYY-2026-丁")
        .replace(&synthetic::credit_code(index("甲")), &synthetic::credit_code(index("丁")))
        .replace(&format!("{:06}", index("甲")), &format!("{:06}", index("丁")));
    fs::write(copy.join("合同.yaml"), text).expect("as the test made it");
    copy
}

/// The lines as a version wrote them that did not name the contract yet.
fn unnamed(ledger: &Path) {
    let text = fs::read_to_string(ledger).expect("as the test made it");
    let (mut old, mut previous) = (String::new(), sha256_hex(b""));
    for line in text.lines() {
        let mut value: Value = serde_json::from_str(line).expect("as the test made it");
        for key in ["合同编号", "信用代码", "前行", "本行"] {
            value.as_object_mut().expect("as the test made it").remove(key).expect("as the test made it");
        }
        let content = value.to_string();
        let content =
            format!("{},\"前行\":\"{previous}\"}}", content.strip_suffix('}').expect("as the test made it"));
        let own = sha256_hex(content.as_bytes());
        let whole =
            format!("{},\"本行\":\"{own}\"}}", content.strip_suffix('}').expect("as the test made it"));
        previous = sha256_hex(whole.as_bytes());
        old += &format!("{whole}\n");
    }
    fs::write(ledger, old).expect("as the test made it");
}

/// A case whose 合同.yaml has changed since it was issued by an older version, which kept nothing in the case.
fn of_an_older_version() -> (Workspace, PathBuf) {
    let workspace = Workspace::of_three();
    workspace.settled(&["--issue"]);
    let case = workspace.cases().join("甲");
    unnamed(&case.join("台账.jsonl"));
    fs::rename(kept_in(&case), workspace.folder.path().join("已开具")).expect("what was issued");
    let text = fs::read_to_string(case.join("合同.yaml")).expect("as the test made it");
    fs::write(case.join("合同.yaml"), format!("# 补记\n{text}")).expect("as the test made it");
    (workspace, case)
}

fn kept_in(case: &Path) -> PathBuf {
    case.join("结算").join(MONTH).join("已开具")
}

#[test]
fn new_lines_name_the_contract_and_the_supplier() {
    let workspace = Workspace::of_three();
    workspace.settled(&["--issue"]);
    for line in workspace.ledger("甲") {
        assert_eq!(line["合同编号"], "MGYY-2026-甲");
        assert_eq!(line["信用代码"], synthetic::credit_code(index("甲")).as_str());
    }
    let text = fs::read_to_string(workspace.cases().join("甲/台账.jsonl")).unwrap();
    assert!(text.starts_with("{\"序号\":1,\"合同编号\":\"MGYY-2026-甲\",\"信用代码\":"), "{text}");
}

#[test]
fn a_copied_case_does_not_go_on_from_anothers_ledger() {
    for old in [false, true] {
        let workspace = Workspace::of_three();
        workspace.settled(&["--issue"]);
        if old {
            unnamed(&workspace.cases().join("甲/台账.jsonl"));
        }
        let copy = copied(&workspace);
        let ledger = fs::read(copy.join("台账.jsonl")).unwrap();
        for more in [&[][..], &["--issue"], &["--only", "丁"], &["--only", "丁/DD-1"]] {
            let done = workspace.settle(more);
            assert_eq!(done.status.code(), Some(1), "{more:?}: {}", told(&done));
            assert!(text(&done.stdout).contains("错误[S018]"), "{}", told(&done));
            assert!(!workspace.month().join("丁").exists(), "no 结算单 of anybody's");
            assert!(fs::read(copy.join("台账.jsonl")).unwrap() == ledger);
            let row = |row: &Vec<Data>| row[1] == Data::String("MGYY-2026-丁".into());
            assert!(!workspace.summary().iter().any(row), "no amount of 甲's under the name of 丁");
        }
        let done = support::run(&["check", arg(&copy)]);
        assert!(done.status.code() == Some(1) && told(&done).contains("错误[S018]"), "{}", told(&done));
        // Nor can it be made 丁's, but for one that nobody's name is in.
        let done = support::run(&["settle", arg(&copy), "--bind", "--yes", "MGYY-2026-丁"]);
        assert_eq!(done.status.code(), Some(if old { 0 } else { 2 }), "{}", told(&done));
        assert!(told(&done).contains(if old { "13,103.03" } else { "不能改认" }), "{}", told(&done));
    }
}

#[test]
fn an_old_ledger_goes_on_by_itself_where_it_proves_to_be_the_cases() {
    // By the 合同.yaml that its last line was written from.
    let workspace = Workspace::of_three();
    workspace.settled(&["--issue"]);
    unnamed(&workspace.cases().join("甲/台账.jsonl"));
    fs::rename(workspace.month(), workspace.folder.path().join("移走")).unwrap();
    workspace.settled(&[]);
    // By a 结算单 in the output folder that shows the 合同编号, or one that is kept with the case.
    for kept in [false, true] {
        let (workspace, case) = of_an_older_version();
        if kept {
            fs::rename(workspace.folder.path().join("已开具"), kept_in(&case)).unwrap();
            fs::rename(workspace.output(), workspace.folder.path().join("移走")).unwrap();
        }
        workspace.one_day_more();
        workspace.settled(&["--issue", "--amend", "漏记一天"]);
        let ledger = workspace.ledger("甲");
        assert_eq!((ledger.len(), &ledger[2]["合同编号"]), (3, &"MGYY-2026-甲".into()), "bound from here on");
        // One whose bytes are not those that the ledger has proves nothing.
        let (workspace, _) = of_an_older_version();
        let book = workspace.month().join(format!("甲/结算单-{MONTH}-DD-1.xlsx"));
        fs::write(&book, [fs::read(&book).unwrap(), vec![0]].concat()).unwrap();
        fs::remove_file(workspace.month().join(format!("甲/结算单-{MONTH}-DD-2.xlsx"))).unwrap();
        let done = workspace.settle(&["--only", "甲"]);
        assert!(done.status.code() == Some(1) && told(&done).contains("错误[S018]"), "{}", told(&done));
    }
}

/// The samples' ledgers are those of an older version, and prove to be theirs.
#[test]
fn the_samples_ledgers_go_on_as_they_are() {
    let workspace = Workspace::new();
    let case = workspace.cases().join("星河示例");
    copy_folder(&repository("fixtures/cases/星河示例"), &case);
    let before = fs::read_to_string(case.join("台账.jsonl")).unwrap();
    assert!(!before.contains("合同编号"), "older than that");
    let (cases, output) = (workspace.cases(), workspace.output());
    let settle = ["settle", arg(&cases), "--month", "2026-05", "-o", arg(&output), "--issue"];
    let done = support::run(&settle);
    assert_eq!(done.status.code(), Some(0), "{}", told(&done));
    let after = fs::read_to_string(case.join("台账.jsonl")).unwrap();
    let new = after.strip_prefix(&before).expect("the old lines are as they were");
    assert!(
        !new.is_empty() && new.lines().all(|line| line.contains("\"合同编号\":\"MGYY-2026-0001\"")),
        "{new}"
    );
    python_finds_it_whole(&case.join("台账.jsonl"));
}

#[test]
fn what_nothing_proves_is_bound_by_somebody_who_looked() {
    let (workspace, case) = of_an_older_version();
    fs::rename(workspace.output(), workspace.folder.path().join("移走")).unwrap();
    let before = fs::read(case.join("台账.jsonl")).unwrap();
    let refused = workspace.settle(&["--only", "甲"]);
    assert_eq!(refused.status.code(), Some(1), "{}", told(&refused));
    assert!(told(&refused).contains("--bind"), "{}", told(&refused));
    let bind = |more: &[&str]| support::run(&[&["settle", arg(&case), "--bind"], more].concat());
    // In a pipe nobody can be asked, and a wrong number is no yes.
    for (more, said) in
        [(&[][..], "--yes MGYY-2026-甲"), (&["--yes", "MGYY-2026-乙"], "案卷的是“MGYY-2026-甲”")]
    {
        let done = bind(more);
        assert_eq!(done.status.code(), Some(2), "{}", told(&done));
        assert!(told(&done).contains(said), "{}", told(&done));
        assert!(fs::read(case.join("台账.jsonl")).unwrap() == before);
    }
    let done = bind(&["--yes", "MGYY-2026-甲"]);
    assert_eq!(done.status.code(), Some(0), "{}", told(&done));
    for shown in ["MGYY-2026-甲", "成都甲示例科技有限公司", &synthetic::credit_code(index("甲")), "13,103.03"]
    {
        assert!(text(&done.stdout).contains(shown), "{shown}: {}", told(&done));
    }
    assert!(told(&bind(&["--yes", "MGYY-2026-甲"])).contains("不用再认定"));
    let bound = fs::read(case.join("台账.jsonl")).unwrap();
    assert!(bound.starts_with(&before), "nothing is written over");
    python_finds_it_whole(&case.join("台账.jsonl"));
    workspace.one_day_more();
    workspace.settled(&["--issue", "--amend", "漏记一天", "--only", "甲"]);
    python_finds_it_whole(&case.join("台账.jsonl"));
    let lines = workspace.ledger("甲");
    assert_eq!(
        (lines.len(), &lines[2]["绑定"]["累计"], &lines[3]["序号"]),
        (4, &"13103.03".into(), &3.into())
    );
    let done = support::run(&["check", arg(&case)]);
    assert_eq!(done.status.code(), Some(0), "{}", told(&done));
    let done = support::run(&["verify", arg(&workspace.month().join("甲")), "--case", arg(&case)]);
    assert!(!told(&done).contains("台账.jsonl:3"), "the second reader knows the line, too: {}", told(&done));
    // A binding with another balance is no line of this ledger.
    let text = String::from_utf8(bound).unwrap();
    fs::write(
        case.join("台账.jsonl"),
        text.replace("\"累计\":\"13103.03\"},\"时间\"", "\"累计\":\"13103.04\"},\"时间\""),
    )
    .unwrap();
    assert!(told(&support::run(&["check", arg(&case)])).contains("S006"));
}

/// The check of docs/台账.md, as it stands there.
fn python_finds_it_whole(ledger: &Path) {
    let page = fs::read_to_string(repository("docs/台账.md")).expect("as the test made it");
    let (_, script) = page.split_once("```python\n").expect("as the test made it");
    let (script, _) = script.split_once("```").expect("as the test made it");
    let done = Command::new("python3").args(["-c", script, arg(ledger)]).output().expect("python3");
    assert!(text(&done.stdout).contains("台账完好"), "{}", told(&done));
}

/// Orders over the cap: 19,600 × 882.00 = 17,287,200.00 of 17,275,715.69, while 13,103.03 is settled.
#[test]
fn orders_over_the_cap_keep_no_month_from_being_settled() {
    let workspace = Workspace::of_three();
    let order = workspace.cases().join("甲/订单/DD-1.yaml");
    let yaml = fs::read_to_string(&order).unwrap();
    fs::write(&order, yaml.replace("人天: 300", "人天: 19600")).unwrap();
    let said = workspace.settled(&["--issue"]);
    assert!(said.contains("警告[O002]") && !said.contains("错误[O002]"), "{said}");
    assert_eq!(workspace.ledger("甲").len(), 2);
    let done = support::run(&["check", arg(&workspace.cases().join("甲"))]);
    assert!(done.status.code() == Some(1) && told(&done).contains("错误[O002]"), "{}", told(&done));
}

#[test]
fn one_supplier_is_not_two_and_two_are_not_one() {
    let workspace = Workspace::of_three();
    let (path, own) = (
        workspace.cases().join("乙/合同.yaml"),
        fs::read_to_string(workspace.cases().join("乙/合同.yaml")).unwrap(),
    );
    let (code, account) = (|name| synthetic::credit_code(index(name)), |name| format!("{:06}", index(name)));
    for (id, text) in [
        ("P008", own.replace("MGYY-2026-乙", "MGYY-2026-甲")),
        ("P009", own.replace(&code("乙"), &code("甲"))),
        ("P010", own.replace(&account("乙"), &account("甲"))),
    ] {
        fs::write(&path, text).unwrap();
        let (cases, output) = (workspace.cases(), workspace.output());
        let check = ["check", arg(&cases)];
        assert_eq!(support::run(&["build", arg(&cases), "-o", arg(&output)]).status.code(), Some(1));
        let build = ["build", arg(&cases), "-o", arg(&output), "--final"];
        let settle = ["settle", arg(&cases), "--month", MONTH, "-o", arg(&output), "--issue"];
        for (arguments, times) in [(&check[..], 2), (&build, 2), (&settle, 2)] {
            let done = support::run(arguments);
            assert_eq!(done.status.code(), Some(1), "{}", told(&done));
            let found = told(&done).matches(&format!("错误[{id}]")).count();
            assert_eq!(found, times, "in both cases: {}", told(&done));
            assert!(told(&done).contains("“案卷/甲”的 合同.yaml:"), "{}", told(&done));
        }
        // Drafts can be made of both; what is wrong between their cases is told when they are verified, too.
        let done = hetong().args(["verify", "output"]).current_dir(workspace.folder.path()).output();
        let done = done.expect("the program starts");
        let found = told(&done).matches(&format!("错误[{id}]")).count();
        assert_eq!((done.status.code(), found), (Some(1), 2), "{}", told(&done));
        assert!(workspace.ledger("甲").is_empty() && workspace.ledger("乙").is_empty());
    }
    fs::write(&path, own).unwrap();
    workspace.settled(&["--issue"]);
    // A case on its own: once, for people only.
    let alone = workspace.cases().join("甲");
    assert_eq!(told(&support::run(&["check", arg(&alone)])).matches("只看了一个案卷").count(), 1);
    assert!(!told(&support::run(&["check", arg(&alone), "--format", "json"])).contains("只看了一个案卷"));
    let twice = support::run(&["check", arg(&alone), &format!("{}/../甲", arg(&alone))]);
    assert!(!told(&twice).contains("P008"), "the same case, named twice: {}", told(&twice));
}
