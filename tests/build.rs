//! `hetong build` as a user runs it: what is in the bundle, when it is refused, and what stays untouched.

#![allow(clippy::expect_used, reason = "clippy knows test functions, not what they share")]

mod support;

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use hetong::input::folder::sha256_hex;
use serde_json::Value;
use support::{
    CaseCopy, arg, copy_folder, dates, files_of, pdf_text, pdf_words, run, snapshot, text, told, workbook,
};

const CASE: &str = "星河示例";
const DATA_SHARING: &str = "承诺方承诺数据合作仅在以下范围内进行";
const FILES: [&str; 19] = [
    "manifest.json",
    "合同全套.pdf",
    "合同正文.pdf",
    "委托订单-DD-2026-001.pdf",
    "委托订单-DD-2026-001.xlsx",
    "委托订单-DD-2026-002.pdf",
    "委托订单-DD-2026-002.xlsx",
    "核对报告.pdf",
    "附件1-技术规范书.pdf",
    "附件2-服务质量考核办法.pdf",
    "附件2-服务质量考核办法.xlsx",
    "附件3-报价表.pdf",
    "附件3-报价表.xlsx",
    "附件4-廉洁诚信承诺书.pdf",
    "附件5-信息安全合作责任书.pdf",
    "附件6-委托订单.pdf",
    "附件6-委托订单.xlsx",
    "附件7-结算单.pdf",
    "附件7-结算单.xlsx",
];

/// Asserts the exit code, with what was said if it is another.
fn assert_exit(done: &Output, code: i32) {
    assert_eq!(done.status.code(), Some(code), "{}", told(done));
}

/// The words of one PDF of a bundle.
fn words(case: &CaseCopy, file: &str) -> String {
    pdf_words(&case.bundle().join(file))
}

/// The case without the clause on data.
fn without_data_sharing(case: &CaseCopy) {
    let path = case.path().join("合同.yaml");
    let yaml = fs::read_to_string(&path).expect("合同.yaml");
    let (before, _) = yaml.split_once("信息安全:").expect("信息安全");
    fs::write(path, before).expect("written");
}

/// The numbers that begin a line of 附件5: 一, 二, …
fn numbers(case: &CaseCopy) -> String {
    let text = pdf_text(&case.bundle().join("附件5-信息安全合作责任书.pdf"));
    let number = |line: &str| Some(line.trim().split_once('、')?.0.to_owned());
    let numbers: Vec<String> = text
        .lines()
        .filter_map(number)
        .filter(|number| !number.is_empty() && number.chars().all(|c| "一二三四五六七八九十".contains(c)))
        .collect();
    numbers.join(" ")
}

/// The manifest of a bundle.
fn manifest(bundle: &Path) -> Value {
    serde_json::from_slice(&fs::read(bundle.join("manifest.json")).expect("manifest.json")).expect("JSON")
}

#[test]
fn a_draft_holds_every_document_with_figures_and_names() {
    let case = CaseCopy::of(CASE);
    assert_exit(&case.build(&[]), 0);
    assert_eq!(snapshot(&case.bundle()).keys().collect::<Vec<_>>(), FILES);

    let body = words(&case, "合同正文.pdf");
    for said in [
        "含税框架上限总价为【17,275,715.69】元，大写【壹仟柒佰贰拾柒万伍仟柒佰壹拾伍元陆角玖分】",
        "不含税价【16,297,844.99】元，大写【壹仟陆佰贰拾玖万柒仟捌佰肆拾肆元玖角玖分】",
        "税额【977,870.70】元，大写【玖拾柒万柒仟捌佰柒拾元柒角】",
        "乙方：【成都星河示例科技有限公司】",
        "签订日期：【2026】年【3】月",
        "税率为【6】%；。",
        "银行转账☑",
        "银行承兑汇票☐",
    ] {
        assert!(body.contains(said), "{said}");
    }
    let account = body.split("4.6.3").nth(1).expect("4.6.3");
    assert!(account.contains("【4402000009001234567】"), "{account}");

    let security = words(&case, "附件5-信息安全合作责任书.pdf");
    for said in [
        "二、承诺方承诺数据合作仅在以下范围内进行",
        "（1）所涉数据内容：咪咕音乐APP的播放日志",
        "（2）所涉数据数量：10（单位：GB）",
        "（3）数据类别：A1-1",
        "（4）数据级别：第3级",
        "（5）目的：用于运维支撑",
        "（7）数据处理方式：数据存储|数据使用加工",
        "咪咕公司：加密技术|数据访问控制、数据脱敏",
        "承诺方：设立数据安全小组",
    ] {
        assert!(security.contains(said), "{said}");
    }
    let quotation = words(&case, "附件3-报价表.pdf");
    assert!(quotation.contains("16,297,844.99") && quotation.contains("17,275,715.69"), "{quotation}");
    // Everything is in 合同全套 once more.
    let whole = words(&case, "合同全套.pdf");
    for title in ["技术规范书", "服务质量考核办法", "报价表", "《廉洁诚信承诺书》", "信息安全合作责任书"]
    {
        assert!(whole.contains(title), "{title}");
    }
    for file in ["合同全套.pdf", "合同正文.pdf", "附件7-结算单.pdf"] {
        assert!(words(&case, file).contains("草稿"), "{file} is marked as a draft");
    }
}

#[test]
fn a_final_bundle_has_no_watermark_and_nothing_left_open() {
    let case = CaseCopy::of(CASE);
    assert_exit(&case.build(&["--final"]), 0);
    for file in files_of(&case.bundle(), "pdf") {
        // The report names a rule's clause so.
        let words = pdf_words(&file).replace("正文【】处", "");
        for left in ["草稿", "【】", "XX", "X年", "X月", "填写示例", "本批注", "（待填）"] {
            assert!(!words.contains(left), "{}: {left}", file.display());
        }
    }
    for file in files_of(&case.bundle(), "xlsx") {
        for cell in workbook(&file).0 {
            for left in ["草稿", "XX", "X年", "填写示例", "本批注", "（待填）"] {
                assert!(!cell.contains(left), "{}: {cell}", file.display());
            }
            assert!(!support::squeezed(&cell).contains("【】"), "{}: {cell}", file.display());
        }
    }
    let manifest = manifest(&case.bundle());
    assert_eq!(
        (manifest["state"].as_str(), manifest["blanks"].as_array().map(Vec::len)),
        (Some("final"), Some(0))
    );
}

#[test]
fn a_final_build_with_a_blank_is_refused_and_changes_nothing() {
    let case = CaseCopy::of(CASE);
    case.replace("  法定代表人: 李示例\n", "");
    let refused = case.build(&["--final"]);
    assert_exit(&refused, 1);
    assert!(told(&refused).contains("乙方.法定代表人"), "{}", told(&refused));
    assert!(snapshot(&case.output()).is_empty(), "nothing is written");

    assert_exit(&case.build(&["--only", "附件3"]), 0);
    let (before, dated) = (snapshot(&case.output()), dates(&case.output()));
    assert_exit(&case.build(&["--final"]), 1);
    assert_eq!((snapshot(&case.output()), dates(&case.output())), (before, dated));
}

/// What the corrections leave behind: another ＊, a half-width bracket among 汉字, ％ beside %.
#[test]
fn adopted_errata_are_adopted_throughout() {
    let case = CaseCopy::of(CASE);
    case.replace("模板: migu-2026\n", "模板: migu-2026\n勘误: 采用\n");
    assert_exit(&case.build(&["--only", "正文,附件3,附件4,附件5,附件6,附件7"]), 0);
    for file in [
        "合同正文",
        "附件3-报价表",
        "附件4-廉洁诚信承诺书",
        "附件5-信息安全合作责任书",
        "附件6-委托订单",
        "附件7-结算单",
    ] {
        let text = words(&case, &format!("{file}.pdf"));
        assert!(!text.contains(['*', '＊', '％', '(', ')']), "{file}: {text}");
    }
    assert!(words(&case, "合同正文.pdf").contains("含税价=不含税价×（1+税率）"));
    assert!(
        words(&case, "附件3-报价表.pdf")
            .contains("（元/人天）×预估工作量（人天）；含税价=不含税价×（1+税率）")
    );
    let (cells, _) = support::workbook(&case.bundle().join("附件6-委托订单.xlsx"));
    assert!(cells.iter().any(|cell| cell.contains("元（大写：人民币")), "{cells:?}");
}

/// 12.2: the parties may sign on different days, and write them by hand.
#[test]
fn a_final_leaves_room_for_days_that_were_not_agreed_beforehand() {
    let case = CaseCopy::of(CASE);
    case.replace("  签订日期: 2026-03-01\n", "");
    assert_exit(&case.build(&["--final"]), 0);
    let body = words(&case, "合同正文.pdf");
    assert!(body.contains("签订日期：年月") && body.matches("日期：年月日").count() == 2, "{body}");
    let verified = support::run(&["verify", support::arg(&case.output())]);
    assert_exit(&verified, 0);
}

#[test]
fn annex_five_numbers_follow_what_is_in_it() {
    let only = ["--only", "附件5"];
    let with = CaseCopy::of(CASE);
    assert_exit(&with.build(&only), 0);
    assert_eq!(numbers(&with), "一 二 三 四 五 五 六 七 八 九 十", "the form counts 五 twice");
    let file = "附件5-信息安全合作责任书.pdf";
    assert!(words(&with, file).contains("《中国人民共和国网络安全法》"), "as the form has it");

    with.replace("模板: migu-2026\n", "模板: migu-2026\n勘误: 采用\n");
    assert_exit(&with.build(&only), 0);
    assert_eq!(numbers(&with), "一 二 三 四 五 六 七 八 九 十 十一");
    let corrected = words(&with, file);
    assert!(corrected.contains("《中华人民共和国网络安全法》"));
    assert!(!corrected.contains("中国人民共和国"));

    let without = CaseCopy::of(CASE);
    without_data_sharing(&without);
    assert_exit(&without.build(&only), 0);
    assert_eq!(numbers(&without), "一 二 三 四 五 六 七 八 九 十");
    let text = words(&without, file);
    assert!(!text.contains(DATA_SHARING) && !text.contains("所涉数据内容"), "{text}");
}

#[test]
fn a_declared_relation_and_drafts_are_printed_and_ticked() {
    let case = CaseCopy::of(CASE);
    let person = "声明: 有关联\n  关联人员:\n    - {姓名: 张示例, 职务: 副总经理, 身份证号: 11010519491231002X, 关系: [亲属]}";
    case.replace("声明: 无关联\n  其他业务合作: [技术支撑服务]", person);
    case.replace("付款方式: 银行转账", "付款方式: 银行承兑汇票");
    assert_exit(&case.build(&["--only", "正文,附件4"]), 0);
    let integrity = words(&case, "附件4-廉洁诚信承诺书.pdf");
    for said in [
        "有关联人员认证声明书咪咕音乐有限公司：",
        "身份证号码11010519491231002X",
        "亲属（√）",
        "同学（）",
        "声明人姓名：声明人职务：副总经理", // the person signs there
    ] {
        assert!(integrity.contains(said), "{said}: {integrity}");
    }
    assert!(
        !integrity.contains("无关联人员认证声明书咪咕音乐有限公司："),
        "the other declaration is left out"
    );
    let body = words(&case, "合同正文.pdf");
    assert!(body.contains("银行转账☐") && body.contains("银行承兑汇票☑"), "{body}");
}

#[test]
fn no_relation_prints_the_other_declaration() {
    let case = CaseCopy::of(CASE);
    assert_exit(&case.build(&["--only", "附件4"]), 0);
    let integrity = words(&case, "附件4-廉洁诚信承诺书.pdf");
    assert!(integrity.contains("无关联人员认证声明书咪咕音乐有限公司："), "{integrity}");
    assert!(!integrity.contains("声明人姓名") && !integrity.contains("身份证号码"), "{integrity}");
    assert!(integrity.contains("有（√）无（）其他类别的业务合作"), "{integrity}");
}

#[test]
fn a_second_build_changes_nothing_and_what_others_wrote_survives() {
    let case = CaseCopy::of(CASE);
    assert_exit(&case.build(&[]), 0);
    let bundle = case.bundle();
    fs::create_dir(bundle.join("往来")).unwrap();
    fs::write(bundle.join("往来/邮件.txt"), "别删").unwrap();
    fs::write(bundle.join("备注.docx"), "别删").unwrap();
    let (files, dated) = (snapshot(&bundle), dates(&bundle));
    assert_exit(&case.build(&[]), 0);
    assert!(snapshot(&bundle) == files && dates(&bundle) == dated, "a second build writes nothing");

    let edited = bundle.join("附件3-报价表.pdf");
    fs::write(&edited, "改过").unwrap();
    let done = case.build(&[]);
    assert_exit(&done, 0);
    let mended = snapshot(&bundle);
    for (name, bytes) in &files {
        assert!(&mended[name] == bytes, "{name} is as before");
    }
    let new: Vec<&String> = mended.keys().filter(|name| !files.contains_key(*name)).collect();
    assert_eq!(new.len(), 1, "{new:?}");
    assert_eq!(mended[new[0]], "改过".as_bytes());
    assert!(new[0].starts_with("附件3-报价表") && told(&done).contains(new[0].as_str()), "{}", told(&done));
    assert_eq!(fs::read_dir(case.output()).unwrap().count(), 1, "nothing is left beside the bundle");
}

#[test]
fn only_what_is_asked_for_is_written() {
    let case = CaseCopy::of(CASE);
    assert_exit(&case.build(&[]), 0);
    let (files, dated) = (snapshot(&case.bundle()), dates(&case.bundle()));
    case.replace("编号: MGYY-2026-0001", "编号: MGYY-2026-0002");
    let done = case.build(&["--only", "附件3"]);
    assert_exit(&done, 0);
    assert!(told(&done).contains("合同正文.pdf") && told(&done).contains("已经过期"), "{}", told(&done));
    let (now, redated) = (snapshot(&case.bundle()), dates(&case.bundle()));
    assert_eq!(now.keys().collect::<Vec<_>>(), FILES);
    let changed: Vec<&String> = now.keys().filter(|name| now[*name] != files[*name]).collect();
    assert_eq!(changed, ["manifest.json", "附件3-报价表.pdf", "附件3-报价表.xlsx"]);
    for (name, date) in dated {
        assert_eq!(redated[&name] == date, !changed.contains(&&name), "{name}");
    }
    let listed = manifest(&case.bundle())["outputs"].as_array().expect("outputs").len();
    assert_eq!(listed, FILES.len() - 1, "all files stay listed");

    let refused = case.build(&["--only", "附件3,附件9"]);
    assert!(matches!(refused.status.code(), Some(1 | 2)), "{}", told(&refused));
    let said = text(&refused.stderr);
    for name in ["附件9", "正文", "附件1", "附件7"] {
        assert!(said.contains(name), "{name}: {said}");
    }
    assert!(snapshot(&case.bundle()) == now);
}

/// A price that changed is in 正文 and 附件3 both: a bundle to be signed is not renewed in one place only.
#[test]
fn a_final_bundle_is_not_renewed_in_part() {
    let case = CaseCopy::of(CASE);
    assert_exit(&case.build(&["--final"]), 0);
    let files = snapshot(&case.bundle());
    case.replace("编号: MGYY-2026-0001", "编号: MGYY-2026-0002");
    let done = case.build(&["--final", "--only", "附件3"]);
    assert_exit(&done, 1);
    assert!(told(&done).contains("合同正文.pdf") && told(&done).contains("不加 --only"), "{}", told(&done));
    assert_eq!(snapshot(&case.bundle()), files);
}

#[test]
fn an_output_that_cannot_be_written_is_told_and_changes_nothing() {
    let case = CaseCopy::of(CASE);
    let file = case.path().parent().expect("a parent").join("文件");
    fs::write(&file, "原样").unwrap();
    for output in [file.clone(), file.join("下面")] {
        let done = run(&["build", arg(&case.path()), "-o", arg(&output)]);
        assert!(matches!(done.status.code(), Some(1 | 2)), "{}", told(&done));
        assert!(text(&done.stderr).starts_with("错误："), "{}", told(&done));
        assert_eq!(fs::read_to_string(&file).unwrap(), "原样");
    }
}

/// A file, not a folder, bears the name of the bundle: it is someone's, and stays.
#[test]
fn a_file_in_the_bundles_place_is_not_replaced() {
    let case = CaseCopy::of(CASE);
    fs::create_dir(case.output()).unwrap();
    fs::write(case.bundle(), "原样").unwrap();
    let done = case.build(&[]);
    assert_eq!(fs::read_to_string(case.bundle()).ok().as_deref(), Some("原样"), "{}", told(&done));
    assert!(matches!(done.status.code(), Some(1 | 2)), "{}", told(&done));
    assert_eq!(fs::read_dir(case.output()).unwrap().count(), 1, "nothing is left beside it");
}

/// The bundle's folder may be a link to a shared drive.
#[cfg(unix)]
#[test]
fn a_link_in_the_bundles_place_stays_a_link() {
    let case = CaseCopy::of(CASE);
    let shared = case.path().parent().expect("a parent").join("共享盘");
    fs::create_dir(&shared).unwrap();
    fs::create_dir(case.output()).unwrap();
    std::os::unix::fs::symlink(&shared, case.bundle()).unwrap();
    let done = case.build(&["--only", "附件3"]);
    assert_exit(&done, 0);
    assert!(fs::symlink_metadata(case.bundle()).unwrap().is_symlink(), "the link is still one");
    assert!(shared.join("附件3-报价表.pdf").is_file());
    assert_eq!(fs::read_dir(case.output()).unwrap().count(), 1, "nothing is left beside it");
}

#[test]
fn the_manifest_tells_what_the_files_are_and_not_where() {
    let case = CaseCopy::of(CASE);
    assert_exit(&case.build(&[]), 0);
    let files = snapshot(&case.bundle());
    let raw = text(&files["manifest.json"]);
    let place = case.path().parent().expect("a parent").to_owned();
    for path in [arg(&place), "/home/", "/usr/", "/tmp/", env!("CARGO_MANIFEST_DIR")] {
        assert!(!raw.contains(path), "{path} is in the manifest");
    }
    let manifest = manifest(&case.bundle());
    let entries = |key: &str| manifest[key].as_array().expect(key).clone();
    let mut names = vec!["manifest.json".to_owned()];
    for entry in entries("outputs") {
        let name = entry["file"].as_str().expect("file");
        let bytes = &files[name];
        assert_eq!(entry["sha256"].as_str(), Some(sha256_hex(bytes).as_str()), "{name}");
        assert_eq!(entry["bytes"].as_u64(), Some(bytes.len() as u64), "{name}");
        names.push(name.to_owned());
    }
    names.sort();
    assert_eq!(names, FILES);
    for entry in entries("inputs") {
        let bytes = fs::read(case.path().join(entry["file"].as_str().expect("file"))).unwrap();
        assert_eq!(entry["sha256"].as_str(), Some(sha256_hex(&bytes).as_str()));
    }
    assert_eq!(entries("inputs").len(), 4);
    assert!(entries("figures").iter().any(|figure| figure["value"] == "17,275,715.69"));
    assert_eq!(manifest["state"], "draft");
}

#[test]
fn a_batch_goes_on_past_a_broken_case() {
    let good = CaseCopy::of(CASE);
    let folder = good.path().parent().expect("a parent").join("一批");
    for name in ["坏的", "好的"] {
        copy_folder(&good.path(), &folder.join(name));
    }
    fs::write(folder.join("坏的/合同.yaml"), "合同: [\n  乙方: {名称: \"甲\n").unwrap();
    let done = run(&["build", arg(&folder), "-o", arg(&good.output())]);
    assert_exit(&done, 1);
    assert_eq!(snapshot(&good.output().join("好的")).len(), FILES.len());
    assert!(told(&done).contains("F001"), "{}", told(&done));
    let listed = |line: &str| line.ends_with("坏的") && !line.contains('/') && !line.contains("好的");
    assert!(told(&done).lines().any(listed), "the failed one is listed: {}", told(&done));
}

/// Of a 合同.yaml that is not YAML nothing is known; a contract of nothing but blanks would replace a good one.
#[test]
fn a_case_that_cannot_be_read_leaves_the_bundle_alone() {
    let case = CaseCopy::of(CASE);
    assert_exit(&case.build(&["--only", "附件3"]), 0);
    let before = snapshot(&case.output());
    fs::write(case.path().join("合同.yaml"), "合同: [\n  乙方: {名称: \"甲\n").unwrap();
    let done = case.build(&["--only", "附件3"]);
    assert_exit(&done, 1);
    assert!(snapshot(&case.output()) == before, "{}", told(&done));
}

#[test]
fn the_pdfs_are_sound_titled_and_tagged() {
    let case = CaseCopy::of(CASE);
    assert_exit(&case.build(&[]), 0);
    for file in files_of(&case.bundle(), "pdf") {
        let checked = Command::new("qpdf").args(["--check", arg(&file)]).output();
        let checked = checked.expect("qpdf is installed (make test installs it)");
        assert_eq!(checked.status.code(), Some(0), "{}", told(&checked));
        let info = Command::new("pdfinfo").arg(&file).output().expect("pdfinfo is installed");
        let info = text(&info.stdout);
        let field = |name: &str| {
            let line = info.lines().find_map(|line| line.strip_prefix(name));
            line.unwrap_or_default().trim_start_matches(':').trim().to_owned()
        };
        assert_eq!(field("Tagged"), "yes", "{}", file.display());
        assert!(!field("Title").is_empty(), "{}: {info}", file.display());
        assert!(field("Page size").contains("(A4)"), "{}: {info}", file.display());
        // An order bears the day on which it was signed.
        let signed = match file.file_name().and_then(|name| name.to_str()) {
            Some("委托订单-DD-2026-001.pdf") => "Mar  3",
            Some("委托订单-DD-2026-002.pdf") => "Mar 30",
            _ => "Mar  1",
        };
        assert!(field("CreationDate").contains(signed) && field("CreationDate").contains("2026"), "{info}");
    }
}
