//! `hetong diff OLD NEW`: what changed is told, all of it, and nothing else.

#![allow(clippy::expect_used, reason = "clippy knows test functions, not what they share")]

mod support;

use std::fs;
use std::io::{Cursor, Read, Write};
use std::path::Path;
use std::sync::LazyLock;

use hetong::verify::compare::folders::{Changed, FolderChanges, compare};
use support::{CaseCopy, arg, copy_folder, pdf_words, run, squeezed, text};

fn built(changes: &[(&str, &str)]) -> CaseCopy {
    let case = CaseCopy::of("星河示例");
    for (from, to) in changes {
        case.replace(from, to);
    }
    let done = case.build(&[]);
    assert!(case.bundle().join("合同正文.pdf").exists(), "{}", text(&done.stderr));
    case
}

/// The sample as it is.
static OLD: LazyLock<CaseCopy> = LazyLock::new(|| built(&[]));
/// A clause parameter and the supplier's name are others.
static NEW: LazyLock<CaseCopy> = LazyLock::new(|| {
    built(&[
        ("名称: 成都星河示例科技有限公司", "名称: 成都星河示例科技集团有限公司"),
        ("报价: 报价表.xlsx", "报价: 报价表.xlsx\n条款: {组建团队天数: 20}"),
    ])
});

/// Old and new words of every passage of a file.
fn passages(changes: &FolderChanges, file: &str) -> Vec<(String, String, String)> {
    let found = changes.changed.iter().find(|change| change.file == file);
    match found.map(|change| &change.what) {
        Some(Changed::Text { changes, .. }) => {
            changes.iter().map(|c| (c.place.shown(), c.before(), c.after())).collect()
        }
        other => panic!("{file}: {other:?}"),
    }
}

#[test]
fn changed_clauses_are_told_once_and_nothing_else() {
    let changes = compare(&OLD.bundle(), &NEW.bundle()).expect("two folders");
    let body = passages(&changes, "合同正文.pdf");
    let days: Vec<_> = body.iter().filter(|(_, before, _)| before == "30").collect();
    assert_eq!(days.len(), 1, "{body:#?}");
    assert_eq!((days[0].0.as_str(), days[0].2.as_str()), ("3、乙方权利义务　3.2.1", "20"));
    // The name stands on the cover (2), among the parties, in 4.6.2 and 4.6.3 (3), and on the signature page.
    let names: Vec<_> =
        body.iter().filter(|(_, before, after)| before.is_empty() && after == "集团").collect();
    assert_eq!((names.len(), body.len()), (7, 8), "{body:#?}");
    // The whole bundle's passages are those of its parts.
    let whole = changes.changed.iter().find(|change| change.file == "合同全套.pdf").expect("合同全套");
    assert!(
        matches!(&whole.what, Changed::Text { changes, elsewhere: 8.., .. } if changes.is_empty()),
        "{whole:?}"
    );
    assert!(changes.figures.is_empty() && changes.gone.is_empty() && changes.added.is_empty(), "{changes:?}");
    let same = |file: &str| changes.same.iter().any(|same| same == file);
    assert!(same("附件1-技术规范书.pdf") && same("附件3-报价表.xlsx"), "{:?}", changes.same);
}

#[test]
fn shifted_lines_and_pages_are_no_change() {
    let long = "成都星河示例科技".repeat(12);
    let name = format!("名称: {long}有限公司");
    let moved = built(&[("名称: 成都星河示例科技有限公司", &name)]);
    let changes = compare(&OLD.bundle(), &moved.bundle()).expect("two folders");
    let inserted = "成都星河示例科技".repeat(11);
    for file in
        ["合同正文.pdf", "附件4-廉洁诚信承诺书.pdf", "附件5-信息安全合作责任书.pdf", "附件6-委托订单.pdf"]
    {
        let passages = passages(&changes, file);
        assert!(!passages.is_empty(), "{file}");
        for (place, before, after) in passages {
            // Where equal words could be the new ones, any of them may be shown.
            let after = squeezed(&after);
            let is_name = after.chars().count() == inserted.chars().count()
                && after.chars().all(|c| inserted.contains(c));
            assert!(before.is_empty() && is_name, "{file} {place}: “{before}” → “{after}”");
        }
    }
}

#[test]
fn the_program_tells_and_writes_a_redline() {
    let out = tempfile::tempdir().expect("a folder");
    let (old, new) = (OLD.output(), NEW.output());
    let done = run(&["diff", arg(&old), arg(&new), "-o", arg(out.path())]);
    let told = text(&done.stdout);
    assert_eq!(done.status.code(), Some(0), "{told}{}", text(&done.stderr));
    assert!(
        told.contains("3、乙方权利义务　3.2.1\n      3.2.1乙方承诺在合同签订后【〔−30〕〔+20〕】天内"),
        "{told}"
    );
    let folders: Vec<_> =
        fs::read_dir(out.path()).expect("written").map(|e| e.expect("an entry").path()).collect();
    assert_eq!(folders.len(), 1, "{folders:?}");
    let words = pdf_words(&folders[0].join("文本对照.pdf"));
    assert!(words.contains("乙方承诺在合同签订后【3020】天内"), "{words}");
    assert!(words.contains("成都星河示例科技集团有限公司"));
    assert!(folders[0].join("文本对照.xlsx").exists());
    // Once more: the same bytes.
    let before = fs::read(folders[0].join("文本对照.pdf")).expect("the redline");
    assert_eq!(run(&["diff", arg(&old), arg(&new), "-o", arg(out.path())]).status.code(), Some(0));
    assert!(fs::read(folders[0].join("文本对照.pdf")).expect("the redline") == before);
}

#[test]
fn nothing_changed_writes_nothing() {
    let out = tempfile::tempdir().expect("a folder");
    let old = OLD.bundle();
    let done = run(&["diff", arg(&old), arg(&old), "-o", arg(out.path())]);
    assert_eq!(done.status.code(), Some(0));
    assert!(text(&done.stdout).contains("没有不同"), "{}", text(&done.stdout));
    assert_eq!(fs::read_dir(out.path()).expect("a folder").count(), 0);
}

/// Replaces a text in a part of a workbook, as someone with an editor would.
fn edit_workbook(path: &Path, part: &str, from: &str, to: &str) {
    let bytes = fs::read(path).expect("a workbook");
    let mut old = zip::ZipArchive::new(Cursor::new(bytes)).expect("a container");
    let mut new = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for index in 0..old.len() {
        let mut entry = old.by_index(index).expect("a part");
        let name = entry.name().expect("a name").into_owned();
        let mut content = Vec::new();
        entry.read_to_end(&mut content).expect("a part");
        if name == part {
            let text = String::from_utf8(content).expect("XML");
            assert!(text.contains(from), "{from} in {text}");
            content = text.replacen(from, to, 1).into_bytes();
        }
        new.start_file(name, zip::write::SimpleFileOptions::default()).expect("a part");
        new.write_all(&content).expect("a part");
    }
    fs::write(path, new.finish().expect("a container").into_inner()).expect("written");
}

#[test]
fn what_a_supplier_altered_is_told_without_a_manifest() {
    let back = tempfile::tempdir().expect("a folder");
    copy_folder(&OLD.bundle(), back.path());
    fs::remove_file(back.path().join("manifest.json")).expect("the manifest");
    fs::remove_file(back.path().join("附件1-技术规范书.pdf")).expect("附件1");
    fs::write(back.path().join("回函.docx"), "…").expect("another file");
    let sheet = "xl/worksheets/sheet1.xml";
    edit_workbook(&back.path().join("附件3-报价表.xlsx"), sheet, "<v>832.08</v>", "<v>842.08</v>");
    let done = run(&["diff", arg(&OLD.bundle()), arg(back.path()), "-o", arg(&back.path().join("out"))]);
    let told = text(&done.stdout);
    assert_eq!(done.status.code(), Some(0), "{}", text(&done.stderr));
    assert!(told.contains("只在旧的里有\n  附件1-技术规范书.pdf"), "{told}");
    assert!(told.contains("只在新的里有\n  回函.docx"), "{told}");
    assert!(told.contains("报价表!F5（产品/平台服务 高级 · 不含税单价） 数值：832.08 → 842.08"), "{told}");
    // A cell made text, and a formula made a figure.
    let path = back.path().join("附件3-报价表.xlsx");
    let old = OLD.bundle().join("附件3-报价表.xlsx");
    fs::copy(&old, &path).expect("as it was");
    edit_workbook(&path, sheet, "<v>832.08</v>", "<v>832.08000000000004</v>");
    let done = run(&["diff", arg(&old), arg(&path), "-o", arg(&back.path().join("out"))]);
    assert!(text(&done.stdout).contains("文字和单元格没有不同"), "{}", text(&done.stdout));
}

#[test]
fn pairs_of_files_and_wrong_paths() {
    let out = tempfile::tempdir().expect("a folder");
    let (old, new) = (OLD.bundle(), NEW.bundle());
    let diff = |old: &Path, new: &Path| run(&["diff", arg(old), arg(new), "-o", arg(out.path())]);
    let body = diff(&old.join("合同正文.pdf"), &new.join("合同正文.pdf"));
    assert!(text(&body.stdout).contains("合同正文.pdf　8 处不同"), "{}", text(&body.stdout));
    for (old, new, why) in [
        (old.join("没有"), new.clone(), "找不到"),
        (old.clone(), new.join("合同正文.pdf"), "一个是文件夹，一个是文件"),
        (old.join("合同正文.pdf"), new.join("附件3-报价表.xlsx"), "不是同一种"),
    ] {
        let done = diff(&old, &new);
        assert_eq!(done.status.code(), Some(2), "{why}");
        assert!(text(&done.stderr).contains(why), "{}", text(&done.stderr));
    }
}

/// Text files are told line by line, and of what cannot be read nothing is claimed.
#[test]
fn text_files_are_told_by_their_lines_and_other_files_are_not_called_alike() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = |name: &str, content: &[u8]| {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        fs::write(&path, content).expect("written");
    };
    file("a/合同.yaml", "合同:\n  编号: HT-1\n乙方:\n  账号: 1\n".as_bytes());
    file("b/合同.yaml", "合同:\n  编号: HT-1\n乙方:\n  账号: 2\n  简称: 甲\n".as_bytes());
    file("a/报价表.csv", "岗位,单价\n高级,840.00\n".as_bytes());
    file("b/报价表.csv", "岗位,单价\n高级,845.00\n".as_bytes());
    file("a/报价表.ods", b"PK\x031");
    file("b/报价表.ods", b"PK\x032");
    let out = folder.path().join("out");
    let diff = |name: &str| {
        let [old, new] = ["a", "b"].map(|side| folder.path().join(side).join(name));
        let done = run(&["diff", arg(&old), arg(&new), "-o", arg(&out)]);
        assert_eq!(done.status.code(), Some(0), "{}", text(&done.stderr));
        let said = text(&done.stdout);
        assert!(!said.contains("没有不同"), "{said}");
        said
    };
    let said = diff("合同.yaml");
    assert!(said.contains("第 4 行\n      −   账号: 1\n      +   账号: 2\n      +   简称: 甲\n"), "{said}");
    let said = diff("报价表.csv");
    assert!(said.contains("第 2 行\n      − 高级,840.00\n      + 高级,845.00\n"), "{said}");
    assert!(diff("报价表.ods").contains("这种文件不能逐字比较"));
    // Two cases: all of it, and in the PDF.
    let said = diff("");
    for words in ["账号: 2", "+ 高级,845.00", "报价表.ods　文件内容不同；这种文件不能逐字比较"]
    {
        assert!(said.contains(words), "{words}: {said}");
    }
    let words = pdf_words(&out.join("对照-a-b/文本对照.pdf"));
    assert!(words.contains("高级,840.00") && words.contains("高级,845.00"), "{words}");
}

#[test]
fn a_case_is_not_compared_with_what_was_made_of_it() {
    let out = tempfile::tempdir().expect("a folder");
    let (case, output) = (OLD.path(), OLD.output());
    for (old, new) in [(&case, &OLD.bundle()), (&OLD.bundle(), &case), (&case, &output)] {
        let done = run(&["diff", arg(old), arg(new), "-o", arg(out.path())]);
        let said = text(&done.stderr);
        assert_eq!(done.status.code(), Some(2), "{said}");
        assert!(said.contains("这不是两个输出文件夹") && said.contains("是案卷"), "{said}");
    }
    assert_eq!(fs::read_dir(out.path()).expect("a folder").count(), 0);
}

/// The cells of a sheet, row by row, as calamine reads them.
fn cells(path: &Path, sheet: &str) -> Vec<Vec<String>> {
    use calamine::{Data, Reader};
    let mut book: calamine::Xlsx<_> = calamine::open_workbook(path).expect("a workbook");
    let range = book.worksheet_range(sheet).expect("a sheet");
    let words = |cell: &Data| if let Data::String(text) = cell { text.clone() } else { cell.to_string() };
    range.rows().map(|row| row.iter().map(words).collect()).collect()
}

/// The sample with one more row in an order, between the first and the second.
fn with_one_more_row() -> CaseCopy {
    let case = CaseCopy::of("星河示例");
    let order = case.path().join("订单/DD-2026-001.yaml");
    let words = fs::read_to_string(&order).expect("the order");
    let first = "  - {岗位: 产品/平台服务, 级别: 高级, 人天: 120}\n";
    let more = format!("{first}  - {{岗位: 活动/内容支撑, 级别: 高级, 人天: 120}}\n");
    assert_eq!(words.matches(first).count(), 1, "{words}");
    fs::write(&order, words.replace(first, &more)).expect("written");
    let done = case.build(&[]);
    assert!(case.bundle().join("合同正文.pdf").exists(), "{}", text(&done.stderr));
    case
}

#[test]
fn a_row_that_came_is_one_difference_and_what_follows_from_it() {
    let (out, new) = (tempfile::tempdir().expect("a folder"), with_one_more_row());
    let done = run(&["diff", arg(&OLD.bundle()), arg(&new.bundle()), "-o", arg(out.path())]);
    let told = text(&done.stdout);
    // 120 × 882.00 = 105,840.00; 352,803.60 + 105,840.00 = 458,643.60; of it 20 %, 50 % and 30 %.
    let sheet = told.split("委托订单-DD-2026-001.xlsx　").nth(1).expect("the workbook");
    let sheet = sheet.split("\n  委托订单-DD-2026-002.pdf").next().expect("its lines");
    assert_eq!(
        sheet.lines().map(str::trim).collect::<Vec<_>>(),
        [
            "6 处不同",
            "委托订单（第 28 行） 新增的行：活动/内容支撑｜高级｜120｜882.00｜105,840.00",
            "委托订单!E31（订单总额（含税，元） · 人天） 数值：480 → 600",
            "委托订单!G31（订单总额（含税，元） · 含税金额（元）） 数值：352,803.60 → 458,643.60",
            "委托订单!E34（首期 订单签署且首月考核通过 · 应付含税金额） 数值：70,560.72 → 91,728.72",
            "委托订单!E35（中期 2026年6月结算完成 · 应付含税金额） 数值：176,401.80 → 229,321.80",
            "委托订单!E36（尾款 订单期满验收 · 应付含税金额） 数值：105,841.08 → 137,593.08",
        ],
        "{told}"
    );
    assert!(told.contains("      〔+活动/内容支撑｜高级｜120｜882.00｜105,840.00〕\n"), "{told}");
    // What has another value comes first; what only one side has is summed up.
    let first = "\n数值\n  DD-2026-001 订单总额：352,803.60 元 → 458,643.60 元（+105,840.00，+30.00%）\n";
    assert!(told.contains(first), "{told}");
    let aside = "  另有 1 项只在新的里有（“DD-2026-001 活动/内容支撑·高级 金额”），见 文本对照.xlsx\n";
    assert!(told.contains(aside) && !told.contains("（没有）"), "{told}");
    // And back: the row went.
    let back = run(&["diff", arg(&new.bundle()), arg(&OLD.bundle()), "-o", arg(out.path())]);
    let gone = "委托订单（旧第 28 行） 删去的行：活动/内容支撑｜高级｜120｜882.00｜105,840.00";
    assert!(text(&back.stdout).contains(gone), "{}", text(&back.stdout));
}

/// Every difference that is counted stands in the workbook.
#[test]
fn nothing_that_is_counted_is_left_out_of_the_workbook() {
    let (out, new) = (tempfile::tempdir().expect("a folder"), with_one_more_row());
    let changes = compare(&OLD.bundle(), &new.bundle()).expect("two folders");
    let count = |of: fn(&Changed) -> usize| changes.changed.iter().map(|file| of(&file.what)).sum::<usize>();
    let passages = count(|what| if let Changed::Text { changes, .. } = what { changes.len() } else { 0 });
    let differing = count(|what| if let Changed::Cells(changes) = what { changes.len() } else { 0 });
    assert!(passages > 10 && differing > 5, "{passages} {differing}");
    let done = run(&["diff", arg(&OLD.bundle()), arg(&new.bundle()), "-o", arg(out.path())]);
    assert_eq!(done.status.code(), Some(0), "{}", text(&done.stderr));
    let folder = fs::read_dir(out.path()).expect("written").next().expect("a folder").expect("an entry");
    let book = folder.path().join("文本对照.xlsx");
    assert_eq!(cells(&book, "文字").len(), passages + 1);
    assert_eq!(cells(&book, "单元格").len(), differing + 1);
    assert_eq!(cells(&book, "数值").len(), changes.figures.len() + 1);
    let files = changes.changed.len() + changes.gone.len() + changes.added.len() + changes.same.len();
    assert_eq!(cells(&book, "文件").len(), files + 1);
    // 核对报告 repeats the others: it is counted in the PDF, and stands in the workbook.
    let report = cells(&book, "文字").iter().filter(|row| row[0] == "核对报告.pdf").count();
    assert!(report > 3, "{report}");
    let words = pdf_words(&folder.path().join("文本对照.pdf"));
    assert!(words.contains(&format!("{report}处不同；内容由其他文件得出，逐处见文本对照.xlsx")), "{words}");
    // The passage as it reads stands beside what went and what came.
    let row = cells(&book, "文字").into_iter().find(|row| row[4] == "480｜352,803.60｜合计｜订单总额（含税）：￥352,803.60元（大写：人民币叁拾伍万贰仟捌佰零叁元陆角");
    assert!(row.is_some(), "{:#?}", cells(&book, "文字"));
}

/// What only one side has is a line, and of a long passage the PDF shows how it begins and how long it is.
#[test]
fn whole_new_documents_are_a_line_and_long_new_passages_are_cut() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = |name: &str, content: &str| {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        fs::write(&path, content).expect("written");
    };
    let clauses: String = (1..=60).map(|n| format!("补充条款{n}\n")).collect();
    file("a/说明.txt", "第一行\n");
    file("b/说明.txt", &format!("第一行\n{clauses}"));
    file("b/新文件.txt", "只有新的才有这句话\n");
    file("a/甲.csv", "岗位,高级\n");
    file("b/历次版本/甲.csv", "岗位,高级\n");
    let out = folder.path().join("out");
    let [old, new] = ["a", "b"].map(|side| folder.path().join(side));
    let done = run(&["diff", arg(&old), arg(&new), "-o", arg(&out)]);
    let told = text(&done.stdout);
    assert_eq!(done.status.code(), Some(0), "{}", text(&done.stderr));
    assert!(told.contains("只在旧的里有\n  甲.csv　与新的“历次版本/甲.csv”完全相同\n"), "{told}");
    let added = "只在新的里有\n  历次版本/甲.csv　与旧的“甲.csv”完全相同\n  新文件.txt\n";
    assert!(told.contains(added), "{told}");
    let words = pdf_words(&out.join("对照-a-b/文本对照.pdf"));
    assert!(words.contains("新文件.txt") && !words.contains("只有新的才有这句话"), "{words}");
    // 9 clauses of five characters and 51 of six.
    assert!(words.contains("补充条款10……") && !words.contains("补充条款11"), "{words}");
    assert!(words.contains("（新增的文字共60行、351字，全文见文本对照.xlsx的“文字”）"), "{words}");
    let rows = cells(&out.join("对照-a-b/文本对照.xlsx"), "文字");
    assert_eq!((rows.len(), rows[1][4].as_str()), (2, "（没有）"));
    assert_eq!(rows[1][5], clauses.trim_end());
}

/// Signed against after a VAT change: the row says what it is of, and what was only put aside is no news.
#[test]
fn after_a_rate_change_rows_are_named_and_earlier_versions_are_known() {
    let out = tempfile::tempdir().expect("a folder");
    let rate = "报价: 报价表.xlsx\n调整:\n  - {生效日期: 2026-09-01, 事由: 增值税税率调整, 税率: 3%}";
    let new = built(&[("报价: 报价表.xlsx", rate)]);
    let changes = compare(&OLD.bundle(), &new.bundle()).expect("two folders");
    let rows = passages(&changes, "附件3-报价表.pdf");
    let row = |place: &str| {
        let found = rows.iter().find(|(at, before, _)| at == place && before.starts_with("784.01"));
        found.map(|(_, before, after)| (before.as_str(), after.as_str()))
    };
    // 739.63 × 1.03 = 761.8189; 369,815.00 × 1.03 = 380,909.45; 924,537.50 × 1.03 = 952,273.625.
    assert_eq!(
        row("附件3：报价表　产品/平台服务"),
        Some(("784.01｜369,815.00｜392,003.90", "761.82｜369,815.00｜380,909.45")),
        "{rows:#?}"
    );
    assert_eq!(
        row("附件3：报价表　活动/内容支撑"),
        Some(("784.01｜924,537.50｜980,009.75", "761.82｜924,537.50｜952,273.63"))
    );
    // The total is of no 岗位; the rate stands in the first row, beside the price.
    let total = rows.iter().find(|(_, before, _)| before == "17,275,715.69").expect("合计");
    assert_eq!((total.0.as_str(), total.2.as_str()), ("附件3：报价表", "16,786,780.38"));
    assert!(
        rows.iter().any(|(_, before, _)| before == "882.00｜6%｜1,040,100.00｜1,102,506.00"),
        "{rows:#?}"
    );
    let done = run(&["diff", arg(&OLD.bundle()), arg(&new.bundle()), "-o", arg(out.path())]);
    let told = text(&done.stdout);
    for words in [
        "\n数值\n  73 项只在新的里有（如“修订1 合计 不含税总价”",
        "  历次版本/附件3-报价表（签订时）.pdf　与旧的“附件3-报价表.pdf”完全相同\n",
        "高级｜1,250｜849.06｜900.00｜832.08｜〔−882.00〕〔+857.04〕｜〔−6%〕〔+3%〕｜1,040,100.00｜",
        "报价表!H5（产品/平台服务 高级 · 增值税税率） 数值：6% → 3%\n",
        "  附件6-委托订单.xlsx　2 处不同\n    委托订单（第 2 行） 新增的行：修订1（依据补充协议（一），自2026年9月1日起生效",
    ] {
        assert!(told.contains(words), "{words}: {told}");
    }
}

/// A file without tags says nothing of rows: then neither of the two is put in their order.
#[test]
fn a_file_that_lost_its_tags_is_read_as_it_was_drawn() {
    use hetong::verify::compare::differences;
    use hetong::verify::read::pdf_text;
    let bytes = fs::read(OLD.bundle().join("附件3-报价表.pdf")).expect("附件3");
    let tagged = pdf_text::read(&bytes).expect("a PDF");
    let mut bare = tagged.clone();
    bare.pages.iter_mut().flat_map(|page| &mut page.runs).for_each(|run| run.block = None);
    for change in differences::text(&tagged, &bare) {
        for side in [change.before(), change.after()] {
            assert!(!side.contains("产品/平台服务") && !side.contains("6%"), "{change:?}");
        }
    }
}
