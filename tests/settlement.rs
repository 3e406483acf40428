//! One month's 结算单 as files: what they say, draft, issued and corrected; that nothing typed is markup; that long
//! ones stay whole. With `HETONG_KEEP` set to a folder the files are left there to be looked at.

#![allow(clippy::expect_used, reason = "clippy knows test functions, not what they share")]

mod support;

use std::path::PathBuf;

use hetong::bundle::job::{Draft, Job};
use hetong::bundle::produce::Output;
use hetong::compute::settlement::Issue;
use hetong::model::ledger::Ledger;
use hetong::model::month_sheets::WorkEntry;
use hetong::model::order::Order;
use rust_decimal::{Decimal, dec};
use support::settlements::*;
use support::{pdf_words, squeezed, workbook};

const SENIOR: (&str, &str) = ("产品/平台服务", "高级");
/// 95.5 points.
const RECORDS: [Decimal; 5] = [dec!(50), dec!(3), dec!(2), dec!(0), dec!(1)];
const NOTE: &str =
    "3月12日、18日、20日未按需求提供设计人员；3月20日首页推荐位延迟上线，被投诉2次；缺一份周报";

/// The files of a case's one settlement, on disk.
struct Files {
    _held: Option<tempfile::TempDir>,
    folder: PathBuf,
    outputs: Vec<Output>,
}

impl Files {
    fn of(name: &str, job: &Job, issue: &Issue) -> Self {
        let outputs = printed(job, issue);
        let (held, folder) = match std::env::var_os("HETONG_KEEP") {
            Some(kept) => (None, PathBuf::from(kept).join(name)),
            None => {
                let held = tempfile::tempdir().expect("a folder");
                let folder = held.path().to_owned();
                (Some(held), folder)
            }
        };
        std::fs::create_dir_all(&folder).expect("a folder");
        for output in &outputs {
            std::fs::write(folder.join(&output.name), &output.bytes).expect("a file");
        }
        Self { _held: held, folder, outputs }
    }

    fn path(&self, extension: &str) -> PathBuf {
        let name = self.outputs.iter().map(|output| &output.name).find(|name| name.ends_with(extension));
        self.folder.join(name.expect("a file"))
    }

    fn words(&self) -> String {
        pdf_words(&self.path(".pdf"))
    }

    /// All texts of the workbook.
    fn texts(&self) -> Vec<String> {
        workbook(&self.path(".xlsx")).0
    }

    fn pages(&self) -> usize {
        self.outputs[0].pages.expect("a PDF")
    }
}

/// An order as operations would write it.
fn usual_order() -> Order {
    let say = |key: &str| match key {
        "名称" => "视频彩铃运营支撑".to_owned(),
        "甲方联系人" => "王一".into(),
        "乙方联系人" => "赵二".into(),
        "甲方电话" | "乙方电话" => "028-68390001".into(),
        _ => "contact@example.com".into(),
    };
    let order = order(ORDER, say);
    Order { buyer_other: None, supplier_other: None, special_notes: None, ..order }
}

/// 10.5 人天 at 882.00 and 95.5 points; by day, or as one total.
fn usual(dated: bool) -> Draft {
    let march = month("2026-03");
    let rows = if dated {
        let days = (9..=19).map(|day| work(march, "张三", SENIOR, day, dec!(1)));
        let mut rows: Vec<WorkEntry> = days.take(10).collect();
        rows.push(work(march, "李四", SENIOR, 20, dec!(0.5)));
        rows
    } else {
        vec![work(march, "张三", SENIOR, 0, dec!(10.5))]
    };
    case_with(usual_order(), march, rows, &RECORDS, NOTE)
}

fn assert_has(words: &str, expected: &[&str]) {
    for text in expected {
        assert!(words.contains(&squeezed(text)), "“{text}” is not in {words}");
    }
}

// 10.5 × 882.00 = 9,261.00; 9,261 × 0.955 = 8,844.255 → 8,844.26; ÷ 1.06 = 8,343.6415… → 8,343.64; 税额 500.62;
// 考核扣款 416.74; 17,275,715.69 − 8,844.26 = 17,266,871.43.
#[test]
fn the_pdf_says_what_was_worked_out_by_hand() {
    let files = Files::of("issued", &checked(usual(true)), &Issue::Issued);
    let names: Vec<&str> = files.outputs.iter().map(|output| output.name.as_str()).collect();
    assert_eq!(names, ["结算单-2026-03-DD-2026-001.pdf", "结算单-2026-03-DD-2026-001.xlsx"]);
    let words = files.words();
    assert_has(
        &words,
        &[
            "结算月份：2026年3月 订单编号：DD-2026-001",
            "￥17,275,715.69元(大写：人民币壹仟柒佰贰拾柒万伍仟柒佰壹拾伍元陆角玖分)",
            "本次结算前：已结算￥0.00元，剩余￥17,275,715.69元",
            "(大写：人民币壹仟柒佰贰拾柒万伍仟柒佰壹拾伍元陆角玖分)（含税）",
            "本次结算后：已结算￥8,844.26元，剩余￥17,266,871.43元（含税）",
            "按岗位和级别汇总如下，人员明细见附表二。",
            "乙方共2人为本订单提供服务，合计10.5人天",
            "产品/平台服务高级10.5882.009,261.00",
            "考核得分95.5分，扣4.5分，扣款416.74元",
            "支撑能力扣分次数3，每次扣0.5分，扣1.5分",
            "投诉次数2，每次扣1分，扣2分",
            "安全事件次数0，无扣分",
            NOTE,
            "9,261.00×95.5÷100＝8,844.26元",
            "应支付金额（含税）￥8,844.26元人民币捌仟捌佰肆拾肆元贰角陆分",
            "不含税金额（税率6%）￥8,343.64元人民币捌仟叁佰肆拾叁元陆角肆分",
            "税额￥500.62元人民币伍佰元陆角贰分",
            "日期：年月日",
            "1.框架协议下的所有结算单金额累加不得超过框架协议总金额；",
            "附表一 考核表",
            "考核时间：2026年3月",
            "附表二 人天明细",
            "张三",
        ],
    );
    for absent in ["草稿", "更正", "服务日期", "修订", "按税率分列", "（不含税）"] {
        assert!(!words.contains(absent), "{absent} in {words}");
    }
    assert_eq!(files.pages(), 4, "two pages to sign, two behind them");
    assert!(words.contains("第4页共4页"));
    // Not the clock's day but the month's last.
    let info = std::process::Command::new("pdfinfo").arg(files.path(".pdf")).output().expect("pdfinfo");
    let info = support::text(&info.stdout);
    assert!(
        info.contains("Mar 31")
            && info.contains("2026年定制化服务支撑项目合同（结算单 2026年3月 DD-2026-001）"),
        "{info}"
    );
}

#[test]
fn the_same_settlement_has_the_same_bytes() {
    let bytes = || printed(&checked(usual(true)), &Issue::Issued).into_iter().map(|output| output.bytes);
    assert!(bytes().eq(bytes()));
}

#[test]
fn a_draft_is_marked_and_a_month_without_days_has_no_calendar() {
    let files = Files::of("draft", &checked(usual(false)), &Issue::Draft);
    let words = files.words();
    assert!(words.contains("草稿"), "{words}");
    assert!(!words.contains("未列"), "{words}");
    assert!(files.texts().iter().any(|text| text == "结算单（草稿）"));
    assert_eq!(files.pages(), 4);
}

// Issued were 10,000.00 (9,433.96 + 566.04); now 8,844.26 are due: −1,155.74, −1,090.32, −65.42. The ledger stands at
// 10,500.00, so the correction closes at 9,344.26.
#[test]
fn a_correction_says_what_it_corrects_and_by_how_much() {
    let mut draft = usual(true);
    let case = &mut draft.loaded.case;
    let line = ledger_line(3, case, dec!(10000), dec!(0));
    let mut other = ledger_line(4, case, dec!(500), dec!(10000));
    other.order = "DD-2026-009".into();
    case.ledger = Ledger::new(vec![(line.clone(), here()), (other, here())], Vec::new());
    let job = checked(draft);
    let issue = Issue::Correction { reason: "李四20日工时误记为整天".into(), replaced: line };
    let files = Files::of("correction", &job, &issue);
    assert_has(
        &files.words(),
        &[
            "结算单（更正）",
            "本结算单更正2026年4月2日开具的结算单（2026年3月，订单编号DD-2026-001，应支付￥10,000.00元，台账第3号）；两者不一致的，以本结算单为准。更正原因：李四20日工时误记为整天",
            "本次更正前：已结算￥10,500.00元，剩余￥17,265,215.69元",
            "本次更正后：已结算￥9,344.26元，剩余￥17,266,371.43元",
            "￥10,000.00元人民币壹万元整",
            "￥9,433.96元",
            "￥566.04元人民币伍佰陆拾陆元零肆分",
            "￥8,844.26元人民币捌仟捌佰肆拾肆元贰角陆分",
            "-￥1,155.74元减少人民币壹仟壹佰伍拾伍元柒角肆分",
            "-￥1,090.32元减少人民币壹仟零玖拾元叁角贰分",
            "-￥65.42元减少人民币陆拾伍元肆角贰分",
        ],
    );
    assert!(!files.words().contains("草稿"));
    let texts = files.texts();
    assert!(texts.iter().any(|text| text == "结算单（更正）"), "{texts:?}");
    assert!(texts.iter().any(|text| text == "减少人民币壹仟壹佰伍拾伍元柒角肆分"), "{texts:?}");

    // Until it is issued, the same is a draft of a correction, whose reason is still open.
    let draft = Files::of("correction-draft", &job, &Issue::Draft).words();
    assert_has(&draft, &["草稿", "更正原因：（草稿，更正原因开具时填写）", "-￥1,155.74元"]);
}

/// The VAT rate is 3 % from the 16th on.
fn two_rates() -> Draft {
    let mut draft = before_and_after(usual_order(), &RECORDS, NOTE);
    draft.loaded.case.adjustments = vec![new_rate("2026-03-16", dec!(3))];
    draft
}

// 832.08 × 1.03 = 857.0424, 739.63 × 1.03 = 761.8189. 7 × 882.00 = 6,174.00; 3.5 × 857.04 = 2,999.64; 0.5 × 784.01 =
// 392.005; 0.5 × 761.82 = 380.91; Σ 9,946.56, × 0.955 = 9,498.9648. At 6 %: 6,566.01 × 0.955 = 6,270.53955, ÷ 1.06 =
// 5,915.60; the rest 3,228.42 (by itself it would be 3,228.43), ÷ 1.03 = 3,134.39. 16,297,844.99 − 9,049.99.
#[test]
fn a_month_with_two_rates_is_settled_by_day_and_by_rate() {
    let files = Files::of("two-rates", &checked(two_rates()), &Issue::Issued);
    assert_has(
        &files.words(),
        &[
            "￥16,297,844.99元(大写：人民币壹仟陆佰贰拾玖万柒仟捌佰肆拾肆元玖角玖分)（不含税；增值税税率调整后按不含税价比较，框架协议4.3）",
            "本次结算前：已结算￥0.00元，剩余￥16,297,844.99元（不含税）",
            "本次结算后：已结算￥9,049.99元，剩余￥16,288,795.00元（不含税）",
            "此前的结算单按其不含税金额计入",
            "按岗位、级别和服务日期汇总如下",
            "本月单价有调整：1日至15日按签订时的附件3，16日至31日按附件3修订1。",
            "产品/平台服务高级1日至15日6%7882.006,174.00",
            "产品/平台服务高级16日至31日3%3.5857.042,999.64",
            "产品/平台服务中级1日至15日6%0.5784.01392.01",
            "产品/平台服务中级16日至31日3%0.5761.82380.91",
            "9,946.56×95.5÷100＝9,498.96元",
            "税率6%部分＝6,566.01×95.5÷100＝6,270.54元，税率3%部分取其余3,228.42元",
            "应支付金额（含税）￥9,498.96元人民币玖仟肆佰玖拾捌元玖角陆分",
            "￥9,049.99元人民币玖仟零肆拾玖元玖角玖分",
            "税额￥448.97元人民币肆佰肆拾捌元玖角柒分",
            "6%6,566.016,270.545,915.60354.94",
            "3%3,380.553,228.423,134.3994.03",
        ],
    );
    assert_eq!(files.pages(), 5, "three pages to sign, two behind them");
    assert_signed_with_amounts(&files);
    assert!(signed_page(&files).contains("按税率分列（元）"), "the shares stand with what they sum up to");
    assert_unbroken(
        &files,
        &["（税率6%、3%）", "剩余￥16,297,844.99元（不含税）", "剩余￥16,288,795.00元（不含税）"],
    );
}

/// Each stands on one line.
fn assert_unbroken(files: &Files, texts: &[&str]) {
    let done = std::process::Command::new("pdftotext").arg("-raw").arg(files.path(".pdf")).arg("-").output();
    let page = support::text(&done.expect("pdftotext").stdout);
    for text in texts {
        assert!(page.lines().any(|line| squeezed(line).contains(text)), "{text} is broken: {page}");
    }
}

/// The words of the page with the seals.
fn signed_page(files: &Files) -> String {
    let words = files.words();
    let mut pages = words.split("合同编号：");
    pages.find(|page| page.contains("（盖章）")).expect("a page with seals").to_owned()
}

/// The amounts stand on the page that is signed.
fn assert_signed_with_amounts(files: &Files) {
    let signed = signed_page(files);
    for said in ["人民币", "税额", "3.本订单"] {
        assert!(signed.contains(said), "{said} in {signed}");
    }
}

// Issued were 10,000.00 at 6 % (9,433.96 + 566.04): −501.04, −383.97, −117.07.
#[test]
fn a_correction_over_two_rates_says_what_changes_at_each() {
    let mut draft = two_rates();
    let case = &mut draft.loaded.case;
    let line = ledger_line(1, case, dec!(10000), dec!(0));
    case.ledger = Ledger::new(vec![(line.clone(), here())], Vec::new());
    let issue = Issue::Correction { reason: "税率调整后补记".into(), replaced: line };
    let files = Files::of("two-rates-correction", &checked(draft), &issue);
    assert_has(
        &files.words(),
        &[
            "本次更正前：已结算￥9,433.96元，剩余￥16,288,411.03元（不含税）",
            "本次更正后：已结算￥9,049.99元，剩余￥16,288,795.00元（不含税）",
            "不含税（税率6%）￥9,433.96元",
            "￥9,049.99元人民币玖仟零肆拾玖元玖角玖分",
            "-￥501.04元减少人民币伍佰零壹元零肆分",
            "-￥383.97元减少人民币叁佰捌拾叁元玖角柒分",
            "-￥117.07元减少人民币壹佰壹拾柒元零柒分",
            "原应支付10,000.009,433.96566.04",
            "更正后6,270.545,915.60354.94",
            "差额-3,729.46-3,518.36-211.10",
            "原应支付0.000.000.00",
            "更正后3,228.423,134.3994.03",
            "差额3,228.423,134.3994.03",
        ],
    );
    assert_signed_with_amounts(&files);
    assert!(signed_page(&files).contains("按税率分列（元）"), "the shares stand with what they sum up to");
    assert_unbroken(&files, &["（税率6%、3%）", "剩余￥16,288,411.03元（不含税）"]);
}

// 800.00 × 1.06 = 848.00: 7 × 882.00 + 3.5 × 848.00 + 1 × 784.01 = 9,926.01, × 0.955 = 9,479.33955. The cap is lower
// by 1,250 × (832.08 − 800.00) × 1.06 = 42,506.00: 17,233,209.69 − 9,479.34 = 17,223,730.35.
#[test]
fn new_prices_within_a_month_stay_with_tax() {
    let mut draft = before_and_after(usual_order(), &RECORDS, NOTE);
    let case = &mut draft.loaded.case;
    let revised = new_prices("2026-03-16", case, |line, price| if line == 0 { dec!(800) } else { price });
    case.adjustments = vec![revised];
    let files = Files::of("new-prices", &checked(draft), &Issue::Issued);
    let words = files.words();
    assert_has(
        &words,
        &[
            "￥17,233,209.69元(大写：人民币壹仟柒佰贰拾叁万叁仟贰佰零玖元陆角玖分)（含税；附件3修订1，自2026年3月16日起生效）",
            "本次结算后：已结算￥9,479.34元，剩余￥17,223,730.35元（含税）",
            "产品/平台服务高级1日至15日6%7882.006,174.00",
            "产品/平台服务高级16日至31日6%3.5848.002,968.00",
            "产品/平台服务中级全月6%1784.01784.01",
            "应支付金额（含税）￥9,479.34元",
        ],
    );
    assert!(!words.contains("按税率分列") && !words.contains("（不含税）"), "{words}");
}

#[test]
fn nothing_due_is_said_in_words_too() {
    let march = month("2026-03");
    let records = [dec!(0), dec!(41), dec!(11), dec!(5), dec!(10)];
    let rows = vec![work(march, "张三", SENIOR, 0, dec!(1))];
    let files = Files::of(
        "zero",
        &checked(case_with(usual_order(), march, rows, &records, "全月未提供服务")),
        &Issue::Issued,
    );
    assert_has(
        &files.words(),
        &[
            "支撑能力扣分次数41，每次扣0.5分，计20.5分，本项扣完为止，扣20分",
            "考核得分0分，扣100分，扣款882.00元",
            "应支付金额（含税）￥0.00元人民币零元整",
        ],
    );
}

/// Thirty-one people on every working day, at twelve 岗位×级别; two share a name; one has a total only.
fn crowd() -> Draft {
    let march = month("2026-03");
    let posts = ["产品/平台服务", "活动/内容支撑", "用户/数据运营", "场景/渠道运营"];
    let levels = ["高级", "中级", "初级"];
    let mut rows = Vec::new();
    for person in 0..30_usize {
        let name = format!("员工{:02}", person + 1);
        for day in (1..=31_i8).filter(|day| !matches!(day % 7, 0 | 1)) {
            let half = (person + usize::from(day.unsigned_abs())) % 7 == 0;
            let days = if half { dec!(0.5) } else { dec!(1) };
            rows.push(work(march, &name, (posts[person % 4], levels[person / 4 % 3]), day, days));
        }
    }
    rows.push(work(march, "欧阳静怡", SENIOR, 0, dec!(3)));
    case_with(usual_order(), march, rows, &RECORDS, &NOTE.repeat(5))
}

#[test]
fn a_month_of_many_people_stays_whole() {
    let files = Files::of("crowd", &checked(crowd()), &Issue::Issued);
    assert!(files.pages() <= 5, "{} pages", files.pages());
    let words = files.words();
    for person in 1..=30 {
        assert!(words.contains(&format!("员工{person:02}")), "员工{person:02}");
    }
    assert_has(&words, &["未列日期", "欧阳静怡", &NOTE.repeat(5)]);
    assert_signed_with_amounts(&files);
}

/// What Typst, Tera, XML, a shell and Excel would each take for theirs.
const HOSTILE: &str =
    r##"# $x^2$ *b* _e_ @r \u{41} " ' <a> [c] { #panic() } // /* «x» {{ x }} {% raw %} =SUM(A1) +1 @x"##;

fn hostile(text: &str) -> (Job, Vec<String>) {
    let march = month("2026-03");
    let say = |key: &str| format!("{key}{text}");
    let number = format!("DD{text}");
    let mut rows = vec![
        work(march, &say("张三"), SENIOR, 9, dec!(1)),
        work(march, &say("李四"), ("技术支持", "中级"), 0, dec!(2)),
    ];
    for row in &mut rows {
        row.order.value.clone_from(&number);
        row.person_id = Some(from(say("证件")));
    }
    let note = say("说明");
    let job = checked(case_with(order(&number, say), march, rows, &RECORDS, &note));
    let keys = ["名称", "甲方联系人", "甲方电话", "甲方邮箱", "乙方其他", "特别说明", "张三", "证件", "说明"];
    (job, keys.map(say).to_vec())
}

#[test]
fn whatever_is_typed_is_printed_as_it_was_typed() {
    let (job, texts) = hostile(HOSTILE);
    let files = Files::of("hostile", &job, &Issue::Issued);
    assert!(files.path(".pdf").is_file(), "the number makes a name that a file can have");
    let words = files.words();
    for text in &texts {
        assert!(words.contains(&squeezed(text)), "{text} in {words}");
    }
    let (cells, formulas) = workbook(&files.path(".xlsx"));
    for text in &texts {
        assert!(cells.iter().any(|cell| cell.contains(text)), "{text} in {cells:?}");
    }
    assert!(formulas.iter().all(|formula| !formula.contains("SUM(A1)") && formula != "1"), "{formulas:?}");
}

#[test]
fn line_breaks_and_formulas_do_no_harm() {
    let (job, texts) = hostile("\n第二行 #x\n\n= 第三行\n- 第四行");
    let words = Files::of("lines", &job, &Issue::Issued).words();
    for line in texts.iter().flat_map(|text| text.lines()) {
        assert!(words.contains(&squeezed(line)), "{line} in {words}");
    }
    let (job, _) = hostile("=1+1");
    let mut job = job;
    job.case.orders[0].name = Some(from("=1+1".into()));
    let (cells, formulas) = workbook(&Files::of("formula", &job, &Issue::Issued).path(".xlsx"));
    assert!(cells.iter().any(|cell| cell == "=1+1"));
    assert!(formulas.iter().all(|formula| formula != "1+1"));
}

#[test]
fn long_texts_run_over_pages() {
    let march = month("2026-03");
    let long =
        |key: &str| format!("{key}{}", "很长的说明文字，".repeat(if key == "特别说明" { 300 } else { 4 }));
    let rows = vec![work(march, "张三", SENIOR, 0, dec!(1))];
    let note = "扣分原因写得很长。".repeat(300);
    let job = checked(case_with(order(ORDER, long), march, rows, &RECORDS, &note));
    let files = Files::of("long", &job, &Issue::Issued);
    let words = files.words();
    assert!(words.matches("很长的说明文字").count() >= 300, "{}", words.matches("很长的说明文字").count());
    // In 三 and on the 考核表; where a page ends, header and footer stand in the middle of a sentence.
    let reasons = words.matches("扣分原因写得很长").count();
    assert!((590..=600).contains(&reasons), "{reasons}");
}

#[test]
fn orders_whose_numbers_make_the_same_file_name_have_two() {
    let march = month("2026-03");
    let number = |number: &str| {
        let mut row = work(march, "张三", SENIOR, 0, dec!(1));
        row.order.value = number.into();
        row
    };
    let mut draft =
        case_with(order("DD/1", |key| key.into()), march, vec![number("DD/1"), number("DD:1")], &RECORDS, "");
    let case = &mut draft.loaded.case;
    case.orders.push(order("DD:1", |key| key.into()));
    let mut second = case.months[0].assessments[0].clone();
    second.order.value = "DD:1".into();
    case.months[0].assessments.push(second);
    let names: Vec<String> =
        printed(&checked(draft), &Issue::Draft).into_iter().map(|output| output.name).collect();
    let pdfs: Vec<&String> = names.iter().filter(|name| name.ends_with(".pdf")).collect();
    assert_eq!(pdfs, ["结算单-2026-03-DD_1.pdf", "结算单-2026-03-DD_1（2）.pdf"]);
}
