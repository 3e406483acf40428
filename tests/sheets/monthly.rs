//! 工时 and 考核 as people send them.

use std::fs;
use std::path::Path;

use hetong::diagnostics::Origin;
use hetong::input::months::{self, Scope};
use hetong::input::workbook::{SheetSource, Worklog, read_assessment, read_worklog};
use hetong::model::fault::Fault;
use hetong::model::month::Month;
use hetong::model::month_sheets::WorkEntry;
use hetong::model::quotation::CellNumber;
use hetong::pack::Pack;
use proptest::prelude::*;
use rust_decimal::{Decimal, dec};

use super::faults::kinds;
use super::{at, bytes};

pub(super) const HEAD: &str = "订单编号,姓名,岗位职责,级别,日期,人天\n";

fn march() -> Month {
    "2026-03".parse().unwrap()
}

fn pack() -> Pack {
    Pack::find(None, "migu-2026").unwrap()
}

pub(super) fn read_as(name: &str, bytes: &[u8]) -> (Option<Worklog>, Vec<Fault>) {
    let mut faults = Vec::new();
    let log = read_worklog(&SheetSource::new(name, bytes), march(), &mut faults);
    (log, faults)
}

/// A row in short: order, person, 证件号, 岗位, 级别, day, 人天, the place of the 人天.
fn short(entry: &WorkEntry) -> String {
    let day = match &entry.date {
        Some(date) => date.value.to_string(),
        None if entry.date_unclear => "?".into(),
        None => "-".into(),
    };
    let days = entry.days.value.number().map_or_else(|| format!("{:?}", entry.days.value), |d| d.to_string());
    let id = entry.person_id.as_ref().map_or(String::new(), |id| format!("({})", id.value));
    let texts = [&entry.order, &entry.person, &entry.post, &entry.level].map(|text| text.value.as_str());
    let [order, person, post, level] = texts;
    format!("{order} {person}{id} {post} {level} {day} {days} {}", at(&entry.days.origin))
}

pub(super) fn rows(log: &Worklog) -> Vec<String> {
    log.entries.iter().map(short).collect()
}

/// The rows of a CSV that reads without any fault.
pub(super) fn csv(text: &str) -> Vec<String> {
    let (log, faults) = read_as("工时.csv", text.as_bytes());
    assert_eq!(faults, [], "{text}");
    rows(&log.unwrap())
}

pub(super) fn faults_of(text: &str) -> Vec<(String, String)> {
    kinds(&read_as("工时.csv", text.as_bytes()).1)
}

/// A fixture that reads without any fault.
pub(super) fn clean(name: &str) -> Worklog {
    let (log, faults) = read_as(name, &bytes(&format!("sheets/{name}")));
    assert_eq!(kinds(&faults), [], "{name}");
    log.unwrap()
}

/// What make.py's `worklog` wrote, whatever the format.
const PLAIN: [&str; 6] = [
    "DD-2026-001 张示例 产品/平台服务 高级 2026-03-05 1",
    "DD-2026-001 张示例 产品/平台服务 高级 2026-03-06 0.5",
    "DD-2026-001 李示例 运维支撑 中级 2026-03-05 1",
    "DD-2026-002 李示例 技术支持 中级 2026-03-06 0.5",
    "DD-2026-002 王示例 技术支持 高级 - 21.5",
    "DD-2026-002 赵示例 技术支持 初级 - 20",
];

#[test]
fn the_same_work_in_every_format() {
    for name in ["工时.xlsx", "工时.xlsm", "工时.xlsb", "工时.xls", "工时.ods", "工时-gbk.csv"] {
        let log = clean(name);
        let expected: Vec<String> =
            PLAIN.iter().zip(4..).map(|(row, line)| format!("{row} F{line}")).collect();
        assert_eq!(rows(&log), expected, "{name}");
        assert_eq!(at(&log.origin), "A3", "{name}");
        let [total] = log.totals.as_slice() else { panic!("{name}: {:?}", log.totals) };
        assert_eq!((total.days.value.number(), at(&total.days.origin)), (Some(dec!(44.5)), "F10".into()));
        assert_eq!((total.above.clone(), total.group.clone()), (0..6, 0..6), "{name}");
    }
}

#[test]
fn merged_cells_and_formulas() {
    let log = clean("工时-合并.xlsx");
    let expected = [
        "DD-2026-001 张示例(1234) 产品/平台服务 高级 2026-03-05 1 H6",
        "DD-2026-001 张示例(1234) 产品/平台服务 高级 2026-03-06 0.5 H7",
        "DD-2026-001 李示例(4321) 产品/平台服务 高级 2026-03-06 1 H8",
        "DD-2026-002 李示例(4321) 运维支撑 中级 2026-03-07 1 H10",
        "DD-2026-002 王示例 运维支撑 中级 2026-03-08 0.5 H11",
    ];
    assert_eq!(rows(&log), expected);
    let formula = |index: usize| match &log.entries[index].days.value {
        CellNumber::Formula { formula, cached, recomputed } => (formula.clone(), *cached, *recomputed),
        other => panic!("{other:?}"),
    };
    assert_eq!(formula(0), ("4/4".into(), dec!(1), Some(dec!(1))));
    let [part, total] = log.totals.as_slice() else { panic!("{:?}", log.totals) };
    assert_eq!((part.subtotal, part.group.clone(), part.days.value.number()), (true, 0..3, Some(dec!(2.5))));
    assert_eq!(
        (total.subtotal, total.above.clone(), total.days.value.number()),
        (false, 0..5, Some(dec!(4)))
    );
}

#[test]
fn a_sheet_for_each_person_and_order() {
    let (log, faults) = read_as("工时-分表.xlsx", &bytes("sheets/工时-分表.xlsx"));
    let log = log.unwrap();
    assert_eq!(
        rows(&log),
        [
            "DD-2026-001 张示例 产品/平台服务 高级 2026-03-05 1 B6",
            "DD-2026-001 张示例 产品/平台服务 高级 2026-03-06 0.5 B7",
            "DD-2026-002 李示例 运维支撑 中级 2026-03-05 1 B6",
            "DD-2026-003 王示例 技术支持 高级 - 20 D4",
            "DD-2026-004 赵示例 技术支持 初级 - 10 D9",
        ]
    );
    // The order's number stands above the table, in the cell where it says so.
    assert_eq!(log.entries[0].order.origin.to_string(), "工时-分表.xlsx 工作表“张示例”单元格 A2");
    assert_eq!(at(&log.entries[2].person.origin), "B3");
    let hidden = [("工作表“草稿”", "“草稿”单元格 B6"), ("第 7 行", "“张示例”单元格 B7")];
    let hidden = hidden.map(|(what, place)| (what.to_owned(), format!("工时-分表.xlsx 工作表{place}")));
    assert_eq!(kinds(&faults), hidden);
}

#[test]
fn values_on_the_first_of_several_rows() {
    let text = format!(
        "{HEAD}DD-1,张三,运维支撑,高级,2026-03-05,1\n,,,,2026-03-06,1\n,李四,运维支撑,中级,2026-03-05,1\n小计,,,,,3\n\
         DD-2,王五,技术支持,高级,3月9日,０.５\n,,,,3月10日,半天\n"
    );
    assert_eq!(
        csv(&text),
        [
            "DD-1 张三 运维支撑 高级 2026-03-05 1 F2",
            "DD-1 张三 运维支撑 高级 2026-03-06 1 F3",
            "DD-1 李四 运维支撑 中级 2026-03-05 1 F4",
            "DD-2 王五 技术支持 高级 2026-03-09 0.5 F6",
            "DD-2 王五 技术支持 高级 2026-03-10 Text(\"半天\") F7",
        ]
    );
}

/// A blank is taken for the value above only where the whole column is written so.
#[test]
fn a_forgotten_cell_stays_empty() {
    // Every row has its number but one.
    let text =
        format!("{HEAD}DD-1,张三,运维支撑,高级,,1\nDD-1,李四,运维支撑,高级,,1\n,王五,运维支撑,高级,,1\n");
    assert_eq!(csv(&text)[2], " 王五 运维支撑 高级 - 1 F4");
    // A person's post is not the next person's.
    let text = format!("{HEAD}DD-1,张三,运维支撑,高级,,1\nDD-1,李四,,高级,,1\nDD-1,王五,运维支撑,,,1\n");
    assert_eq!(csv(&text)[1..], ["DD-1 李四  高级 - 1 F3", "DD-1 王五 运维支撑  - 1 F4"]);
    // Another post is another person.
    let text = format!("{HEAD}DD-1,张三,运维支撑,高级,,1\nDD-1,,技术支持,高级,,1\n");
    assert_eq!(csv(&text)[1], "DD-1  技术支持 高级 - 1 F3");
    // A sum ends what went before.
    let text = format!("{HEAD}DD-1,张三,运维支撑,高级,,1\n合计,,,,,1\n,李四,运维支撑,中级,,1\n");
    assert_eq!(csv(&text)[1], " 李四 运维支撑 中级 - 1 F4");
    // A row without 人天 is no nought.
    let text = format!("{HEAD}DD-1,张三,运维支撑,高级,2026-03-05,\n");
    assert_eq!(csv(&text), ["DD-1 张三 运维支撑 高级 2026-03-05 Empty F2"]);
}

#[test]
fn rows_that_are_no_work() {
    let text = format!(
        "青山示例3月工时\n填报单位：青山示例,,,,日期：2026-04-01\n{HEAD}DD-1,张三,运维支撑,高级,,20\n人天合计,,,,,20\n\n\
         制表人：张三,,审核人：李四,,日期：2026-04-01\n以上人天已经双方确认。\n备注：半天计 0.5\nDD-9,甲,乙,丙,,9\n"
    );
    let (log, faults) = read_as("工时.csv", text.as_bytes());
    assert_eq!(faults, []);
    let log = log.unwrap();
    // Beneath a remark, what has 人天 counts.
    assert_eq!(rows(&log), ["DD-1 张三 运维支撑 高级 - 20 F4", "DD-9 甲 乙 丙 - 9 F10"]);
    assert_eq!(log.totals.len(), 1);
    // 合计 in the 日期 column of a row that names somebody is a month's total, not a sum over rows.
    let text =
        format!("{HEAD}DD-1,张三,运维支撑,高级,合计,20\nDD-1,李四,运维支撑,中级,全月,21\n合计,,,,,41\n");
    assert_eq!(csv(&text), ["DD-1 张三 运维支撑 高级 - 20 F2", "DD-1 李四 运维支撑 中级 - 21 F3"]);
    // After days of the same person it is a sum.
    let text = format!("{HEAD}DD-1,张三,运维支撑,高级,2026-03-05,1\nDD-1,张三,运维支撑,高级,小计,1\n");
    assert_eq!(csv(&text), ["DD-1 张三 运维支撑 高级 2026-03-05 1 F2"]);
}

#[test]
fn headings_go_by_many_names() {
    let text = "序号,服务日期,员工姓名,工号,等级,岗位,订单号,工作量（人天）\n1,3月5日,张三,007,高级,运维支撑,DD-1,1 天\n";
    assert_eq!(csv(text), ["DD-1 张三(工号 007) 运维支撑 高级 2026-03-05 1 H2"]);
    let text = "委托订单编号,服务人员,岗位职责,人员级别,出勤天数\nDD-1,张三,运维支撑,高级,21个工作日\n";
    assert_eq!(csv(text), ["DD-1 张三 运维支撑 高级 - 21 E2"]);
    let text = "订单编号,姓名,岗位,级别,工时（人天）,身份证号后四位\nDD-1,张三,运维支撑,高级,0.5,123X\n";
    assert_eq!(csv(text), ["DD-1 张三(123X) 运维支撑 高级 - 0.5 E2"]);
    // Sections with their own 订单编号 above.
    let text = "订单编号：DD-1\n姓名,岗位,级别,人天\n张三,运维支撑,高级,2\n订单编号：DD-2\n姓名,岗位,级别,人天\n张三,运维支撑,高级,3\n";
    assert_eq!(csv(text), ["DD-1 张三 运维支撑 高级 - 2 D3", "DD-2 张三 运维支撑 高级 - 3 D6"]);
}

#[test]
fn what_is_not_certain_is_told() {
    let fault = |what: &str, place: &str| (what.to_owned(), format!("工时.csv 单元格 {place}"));
    // Hours, or days?
    let found = faults_of("订单编号,姓名,岗位,级别,工时\nDD-1,张三,运维支撑,高级,8\n");
    assert_eq!(
        found,
        [fault("表头: 工时: 写明单位是人天，如“人天”或“工时（人天）”；按小时记的请先折算成人天", "E1")]
    );
    let found = faults_of("订单编号,姓名,岗位,级别,工作量（小时）\nDD-1,张三,运维支撑,高级,8\n");
    assert!(found[0].0.starts_with("人天: "), "{found:?}");
    // Two columns may be the 人天.
    let found = faults_of("订单编号,姓名,岗位,级别,出勤天数,人天\nDD-1,张三,运维支撑,高级,22,20\n");
    assert!(found[0].0.starts_with("表头“人天”: E1 和 F1 两处"), "{found:?}");
    // One column a day.
    let days: Vec<String> = (1..=31).map(|day| day.to_string()).collect();
    let found = faults_of(&format!("姓名,岗位,{}\n张三,运维支撑,1\n", days.join(",")));
    assert!(found[0].0.contains("每天一列") && found[0].1.ends_with("C1"), "{found:?}");
    let all = days.join(",");
    let found = faults_of(&format!(
        "订单编号,姓名,岗位,级别,{all},出勤天数\nDD-1,张三,运维支撑,高级,1{}26\n",
        ",".repeat(31)
    ));
    assert!(found[0].0.contains("每天一列") && found[0].1.ends_with("E1"), "a sum beside them: {found:?}");
    // Dates.
    let text = format!(
        "{HEAD}DD-1,张三,运维支撑,高级,3/1-3/5,5\nDD-1,张三,运维支撑,高级,5,1\nDD-1,张三,运维支撑,高级,46086,1\n"
    );
    let (log, faults) = read_as("工时.csv", text.as_bytes());
    assert_eq!(rows(&log.unwrap())[0], "DD-1 张三 运维支撑 高级 ? 5 F2");
    let found = kinds(&faults);
    for (fault, (said, place)) in
        found.iter().zip([("一行只写一天", "E2"), ("2026-03-05", "E3"), ("2026-03-05 的序号", "E4")])
    {
        assert!(fault.0.contains(said) && fault.1.ends_with(place), "{fault:?}");
    }
    assert_eq!(found.len(), 3);
    // Nothing but headings.
    assert!(faults_of(HEAD)[0].0.contains("没有一行工时"));
    assert!(!faults_of("甲,乙\n1,2\n").is_empty());
}

#[test]
fn a_merged_number_belongs_to_nobody() {
    let (log, faults) = read_as("工时-合并人天.xlsx", &bytes("sheets/工时-合并人天.xlsx"));
    assert_eq!(faults, []);
    let days: Vec<CellNumber> = log.unwrap().entries.into_iter().map(|entry| entry.days.value).collect();
    assert_eq!(days, [(); 2].map(|()| CellNumber::Text("3（第 2–3 行合并成一格）".into())));
}

#[test]
fn dates_in_cells_of_every_kind() {
    let (log, faults) = read_as("工时-日期.xlsx", &bytes("sheets/工时-日期.xlsx"));
    let log = log.unwrap();
    let days: Vec<Option<String>> =
        log.entries.iter().map(|entry| entry.date.as_ref().map(|date| date.value.to_string())).collect();
    let fifth = Some("2026-03-05".to_owned());
    assert_eq!(days[..6], [(); 6].map(|()| fifth.clone()), "{days:?}");
    assert_eq!(days[6..], [None, None, None, Some("2026-03-01".into())], "{days:?}");
    let places: Vec<String> = faults.iter().map(|fault| at(&fault.origin)).collect();
    assert_eq!(places, ["E8", "E9", "E10"]);
}

fn assess(text: &str) -> (Vec<String>, Vec<Fault>) {
    let mut faults = Vec::new();
    let sheet =
        read_assessment(&SheetSource::new("考核.csv", text.as_bytes()), &pack().assessment, &mut faults);
    let number = |cell: &Option<hetong::diagnostics::Located<CellNumber>>| match cell {
        None => "×".to_owned(),
        Some(cell) => cell.value.number().map_or_else(|| format!("{:?}", cell.value), |n| n.to_string()),
    };
    let line = |entry: &hetong::model::month_sheets::AssessmentEntry| {
        let records: Vec<String> = entry.records.iter().map(number).collect();
        let note = entry.note.as_ref().map_or("", |note| note.value.as_str());
        format!("{} {} {} {note}", entry.order.value, records.join(" "), number(&entry.stated_score))
    };
    (sheet.map(|sheet| sheet.entries.iter().map(line).collect()).unwrap_or_default(), faults)
}

#[test]
fn assessments() {
    let text = "3月考核\n序号,订单号,服务质量得分（0–50）,支撑能力扣分次数（次）,投诉次数,安全事件次数,日常管理缺项数,总分,扣分原因\n\
        1,DD-1,４８.5,1,0,0,0,98,迟到一次\n2,DD-2,50,0,,无,0.5,,\n平均,,49,,,,,,\n考核人：王五,,,,,,,,\n";
    let (rows, faults) = assess(text);
    assert_eq!(faults, []);
    assert_eq!(
        rows,
        [
            "DD-1 48.5 1 0 0 0 98 迟到一次",
            "DD-2 50 0 Empty Text(\"无\") 0.5 Empty ",
            " 49 Empty Empty Empty Empty Empty "
        ]
    );
    let (_, faults) =
        assess("订单编号,服务质量得分,支撑能力,投诉次数,安全事件次数,日常管理缺项数\nDD-1,50,20,0,0,0\n");
    assert!(kinds(&faults)[0].0.starts_with("支撑能力扣分次数: 订单编号 "), "{faults:?}");
    assert_eq!(assess("甲\n1\n").0, [""; 0]);
}

/// 45分 and 2次 are what they say; another column's unit, a figure in words and a formula's text are not guessed at.
#[test]
fn assessments_typed_with_their_unit() {
    let head = "订单编号,服务质量得分,支撑能力扣分次数,投诉次数,安全事件次数,日常管理缺项数,总分\n";
    let (rows, faults) = assess(&format!(
        "{head}DD-1,45分,1次,０ 次,0,2项,96.5 分\nDD-2,45次,0.5分,约1次,1项,两项,九十分\nDD-3,45元分,-1次,1次次,次,,90%分\n"
    ));
    assert_eq!(faults, []);
    assert_eq!(rows[0].trim(), "DD-1 45 1 0 0 2 96.5");
    let unread = |row: &str, count: usize| assert_eq!(row.matches("Text(").count(), count, "{row}");
    unread(&rows[1], 6);
    unread(&rows[2], 5);
}

/// The three months of the sample workspace, against the totals in `fixtures/cases/make.py`.
#[test]
fn the_sample_workspace() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/cases");
    let days = |case: &str, month: &str, order: &str| -> Decimal {
        let work = months::work_of(&root.join(case), month.parse().unwrap());
        work.iter().filter(|entry| entry.order.value == order).map(|e| e.days.value.number().unwrap()).sum()
    };
    assert_eq!(days("云岭示例", "2026-04", "DD-2026-003"), dec!(80.5));
    assert_eq!(days("云岭示例", "2026-04", "DD-2026-004"), dec!(41.5));
    assert_eq!(days("云岭示例", "2026-03", "DD-2026-003"), dec!(85.5));
    // 2026-05 has 19 days of work: 18.5 and 19 for the developers.
    assert_eq!(days("嘉陵示例", "2026-05", "DD-2026-006"), dec!(37.5));
    for case in ["星河示例", "云岭示例", "嘉陵示例"] {
        let loaded = months::load(&root.join(case), Scope::Everything, &pack());
        assert_eq!(kinds(&loaded.faults), [], "{case}");
        assert_eq!(loaded.months.len(), 3, "{case}");
        assert!(loaded.months.iter().all(|month| !month.work.is_empty() && !month.assessments.is_empty()));
        let one = months::load(&root.join(case), Scope::Month("2026-04".parse().unwrap()), &pack());
        assert_eq!(one.months, loaded.months[1..2], "{case}");
        assert_eq!(months::all_work(&root.join(case))[1].1, loaded.months[1].work);
    }
}

/// A case folder with these files, each with nothing of value in it.
fn folder(files: &[&str]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for file in files {
        let path = folder.path().join(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        let content = if file.contains("考核") {
            "订单编号,服务质量得分,支撑能力扣分次数,投诉次数,安全事件次数,日常管理缺项数\nDD-1,50,0,0,0,0\n"
                .to_owned()
        } else {
            format!("{HEAD}DD-1,张三,运维支撑,高级,,20\n")
        };
        fs::write(path, content).unwrap();
    }
    folder
}

fn load(files: &[&str], scope: Scope) -> (Vec<String>, Vec<(String, String)>) {
    let folder = folder(files);
    let loaded = months::load(folder.path(), scope, &pack());
    (loaded.months.iter().map(|month| month.month.to_string()).collect(), kinds(&loaded.faults))
}

#[test]
fn folders_and_files() {
    let march = Scope::Month(march());
    let (months, faults) = load(&["结算/2026-03/工时-青山3月.csv", "结算/2026-03/考核.csv"], march);
    assert_eq!((months, faults), (vec!["2026-03".to_owned()], vec![]));
    // A month without a folder has nothing to settle; nor has one whose folder is empty.
    assert_eq!(load(&["合同.yaml"], march), (vec![], vec![]));
    assert_eq!(load(&["结算/2026-04/工时.csv", "结算/2026-03/.DS_Store"], march), (vec![], vec![]));
    let (_, faults) = load(&["结算/2026-03/工时.csv"], march);
    let why = "“结算/2026-03/考核.xlsx”不存在：结算/2026-03/ 里没有以“考核”开头的电子表格";
    assert_eq!(faults, [(why.to_owned(), "结算/2026-03/考核.xlsx".to_owned())]);
    let (_, faults) =
        load(&["结算/2026-03/工时.csv", "结算/2026-03/工时-旧.csv", "结算/2026-03/考核.csv"], march);
    assert_eq!(faults.len(), 1);
    assert!(faults[0].0.contains("“工时-旧.csv”、“工时.csv”"), "{faults:?}");
    let (_, faults) = load(&["结算/2026-03/3月工时.csv", "结算/2026-03/考核.csv"], march);
    assert!(faults[0].0.contains("“3月工时.csv”如果是工时表，请改名为以“工时”开头"), "{faults:?}");
    let (_, faults) = load(&["结算/2026-03/工时.pdf", "结算/2026-03/考核.csv"], march);
    assert!(faults[0].0.contains("“结算/2026-03/工时.pdf”不是能读的电子表格"), "{faults:?}");
}

#[test]
fn folders_that_are_no_month() {
    for (name, month) in
        [("2026-3", "2026-03"), ("2026年3月", "2026-03"), ("202603", "2026-03"), ("2026.03", "2026-03")]
    {
        let file = format!("结算/{name}/工时.csv");
        for scope in [Scope::Everything, Scope::Month(march())] {
            let (months, faults) = load(&[&file], scope);
            assert_eq!(months, [""; 0]);
            assert_eq!(faults.len(), 1, "{name}");
            assert!(faults[0].0.contains(&format!("{month}（请把文件夹改成这个名字）")), "{faults:?}");
        }
        assert_eq!(load(&[&file], Scope::Month("2026-04".parse().unwrap())).1, []);
    }
    let (_, faults) = load(&["结算/旧/工时.csv"], Scope::Everything);
    assert!(faults[0].0.contains("四位年份-两位月份"), "{faults:?}");
    let (_, faults) = load(&["结算/工时.csv"], Scope::Everything);
    assert!(faults[0].0.contains("没有放进月份文件夹"), "{faults:?}");
}

const BASES: [&str; 5] = ["工时.xlsx", "工时-合并.xlsx", "工时.xls", "工时.ods", "工时-gbk.csv"];

proptest! {
    #[test]
    fn random_bytes_never_panic(head in 0_usize..4, tail in proptest::collection::vec(any::<u8>(), 0..400)) {
        let head: &[u8] = [&b""[..], b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", HEAD.as_bytes()][head];
        let all = [head, &tail].concat();
        let _ = read_as("工时.csv", &all);
        let _ = read_assessment(&SheetSource::new("考核.csv", &all), &pack().assessment, &mut Vec::new());
    }

    /// Cells of all kinds under the right headings.
    #[test]
    fn random_cells_never_panic(cells in proptest::collection::vec("[DT张合计小0-9.:：月日/, \\n~-]{0,8}", 0..60)) {
        let text = format!("{HEAD}{}", cells.chunks(6).map(|row| row.join(",")).collect::<Vec<_>>().join("\n"));
        let _ = read_as("工时.csv", text.as_bytes());
        let head = "订单编号,服务质量得分,支撑能力扣分次数,投诉次数,安全事件次数,日常管理缺项数\n";
        let text = text.replacen(HEAD, head, 1);
        let _ = read_assessment(&SheetSource::new("考核.csv", text.as_bytes()), &pack().assessment, &mut Vec::new());
    }

    #[test]
    fn damaged_files_never_panic(base in 0_usize..5, changes in proptest::collection::vec((any::<u32>(), any::<u8>()), 1..8)) {
        let mut file = bytes(&format!("sheets/{}", BASES[base]));
        for (at, byte) in changes {
            let at = at as usize % file.len();
            file[at] = byte;
        }
        let (log, faults) = read_as(BASES[base], &file);
        prop_assert!(log.is_some() || !faults.is_empty());
        let _ = faults.iter().map(|fault| fault.origin.to_string()).collect::<String>();
    }
}

#[test]
fn an_origin_is_a_cell() {
    let (log, _) = read_as("工时.csv", format!("{HEAD}DD-1,张三,运维支撑,高级,,1\n").as_bytes());
    assert!(matches!(log.unwrap().entries[0].days.origin, Origin::Cell(_)));
}
