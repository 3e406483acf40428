//! 合计, 小计 and 备注 among the rows of 工时 and 考核: no row is lost, and none is counted twice.

use hetong::input::workbook::{SheetSource, read_assessment};
use hetong::pack::Pack;
use rust_decimal::dec;

use super::at;
use super::faults::kinds;
use super::monthly::{HEAD, clean, csv, faults_of, read_as, rows};

/// One fault, at this cell, about this number, that says what the figure should be.
fn doubtful(text: &str, place: &str, found: &str, said: &str) {
    let faults = faults_of(text);
    let [(what, origin)] = faults.as_slice() else { panic!("{text}\n{faults:?}") };
    assert!(what.contains(found) && what.contains(said), "{what}");
    assert!(origin.ends_with(&format!("单元格 {place}")), "{origin}");
}

#[test]
fn a_workbook_with_sums_everywhere() {
    let log = clean("工时-合计.xlsx");
    assert_eq!(
        rows(&log),
        [
            "DD-2026-001 张示例 产品/平台服务 高级 - 10 F2",
            "DD-2026-002 张示例 产品/平台服务 高级 - 12 F3",
            "DD-2026-002 李示例 运维支撑 中级 - 5 F4",
            "DD-2026-002 李示例 运维支撑 初级 - 3 F5",
            "DD-2026-002 王示例 技术支持 高级 2026-03-05 1 F7",
            "DD-2026-002 王示例 技术支持 高级 2026-03-06 0.5 F8",
        ]
    );
    let [total] = log.totals.as_slice() else { panic!("{:?}", log.totals) };
    assert_eq!((total.days.value.number(), at(&total.days.origin)), (Some(dec!(31.5)), "F10".into()));
    assert_eq!(total.group, 0..6);
}

/// What was issued with 5 instead of 17.
#[test]
fn a_month_that_calls_itself_a_sum_is_work() {
    for word in ["合计", "小计", "总计", "本月合计"] {
        let text = format!(
            "{HEAD}DD-1,张三,运维支撑,高级,{word},10\nDD-2,张三,运维支撑,高级,{word},12\nDD-2,李四,运维支撑,高级,{word},5\n"
        );
        let (log, faults) = read_as("工时.csv", text.as_bytes());
        let days: Vec<_> =
            log.unwrap().entries.iter().map(|entry| entry.days.value.number().unwrap()).collect();
        assert_eq!(days, [dec!(10), dec!(12), dec!(5)], "{word}");
        // 小计 and 总计 are no 日期 that anybody knows: then that is told.
        assert!(faults.iter().all(|fault| at(&fault.origin).starts_with('E')), "{faults:?}");
    }
}

#[test]
fn a_sum_of_the_rows_above_is_not_counted_again() {
    let days = "DD-1,张三,运维支撑,高级,2026-03-05,1\nDD-1,张三,运维支撑,高级,2026-03-06,0.5\n";
    let expected = ["DD-1 张三 运维支撑 高级 2026-03-05 1 F2", "DD-1 张三 运维支撑 高级 2026-03-06 0.5 F3"];
    for sum in [
        "DD-1,张三,运维支撑,高级,合计,1.5",
        "DD-1,张三,运维支撑,高级,小计,1.5",
        ",,,,合计,1.5",
        "DD-1,张三,小计,,,1.5",
        ",张三小计,,,,1.5",
        "DD-1,合计,,,,1.5",
        ",,小计,,,1.5",
    ] {
        assert_eq!(csv(&format!("{HEAD}{days}{sum}\n")), expected, "{sum}");
    }
    // A person's rows again beneath, each group with its own sum, and another order's.
    let more = "DD-1,张三,运维支撑,高级,小计,1.5\nDD-2,张三,运维支撑,高级,2026-03-09,1\nDD-2,张三,运维支撑,高级,小计,1\n\
        DD-2,合计,,,,1\n合计,,,,,2.5\n";
    assert_eq!(csv(&format!("{HEAD}{days}{more}")).len(), 3);
}

#[test]
fn a_row_that_may_be_either_is_told() {
    let days = "DD-1,张三,运维支撑,高级,2026-03-05,1\nDD-1,张三,运维支撑,高级,2026-03-06,0.5\n";
    for (row, said) in [
        ("DD-1,张三,运维支撑,高级,合计,2", "各行之和 1.5"),
        ("DD-1,张三,运维支撑,高级,小计,2", "各行之和 1.5"),
        // The sum of nothing above: a row of work, or one that is in the wrong place.
        ("DD-2,张三,合计,,,12", "确是合计的"),
        ("DD-1,李四,合计,,,12", "确是合计的"),
        ("DD-2,,,,合计,12", "确是合计的"),
        ("DD-2,合计,,,,12", "上面有这个订单的工时"),
        (",,,,合计,12", "各行之和 1.5"),
    ] {
        let found = row.rsplit(',').next().unwrap();
        doubtful(&format!("{HEAD}{days}{row}\n"), "F4", &format!("人天: {found}: "), said);
    }
    // Every row calls itself 合计: the second one is no sum of the first.
    let same = "DD-1,张三,运维支撑,高级,合计,10\nDD-1,张三,运维支撑,高级,合计,10\n";
    doubtful(&format!("{HEAD}{same}"), "F3", "10", "确是合计的");
    // Another person between: the sum is not right beneath its rows.
    let apart = "DD-1,张三,运维支撑,高级,,10\nDD-1,李四,运维支撑,高级,,5\nDD-1,张三,运维支撑,高级,合计,10\n";
    doubtful(&format!("{HEAD}{apart}"), "F4", "10", "确是合计的");
    // The sum first, its parts beneath.
    let first = "DD-1,张三,运维支撑,高级,合计,10\nDD-1,张三,运维支撑,高级,,4\n";
    doubtful(&format!("{HEAD}{first}"), "F3", "4", "只留一种");
}

#[test]
fn a_remark_that_says_sum_makes_none() {
    let head = "订单编号,姓名,岗位职责,级别,日期,人天,备注\n";
    let text = format!(
        "{head}DD-1,张三,运维支撑,高级,2026-03-05,1,合计\nDD-1,张三,运维支撑,高级,2026-03-06,1,合计\n,,,,,,合计\n"
    );
    assert_eq!(csv(&text).len(), 2);
    let text = format!("{head}DD-1,张三,运维支撑,高级,,10,\nDD-1,张三,运维支撑,高级,,12,合计\n");
    assert_eq!(csv(&text)[1], "DD-1 张三 运维支撑 高级 - 12 F3");
    // Left out as in the row above, and with its own day: work.
    let text = format!("{head}DD-1,张三,运维支撑,高级,2026-03-05,1,\n,,,,2026-03-06,1,合计\n");
    assert_eq!(csv(&text)[1], "DD-1 张三 运维支撑 高级 2026-03-06 1 F3");
    // Without a day nobody knows.
    doubtful(&format!("{head}DD-1,张三,运维支撑,高级,,10,\n,,,,,10,合计\n"), "F3", "10", "确是合计的");
    doubtful(
        &format!("{head}DD-1,张三,运维支撑,高级,,10,\nDD-1,张三,运维支撑,高级,,10,合计\n"),
        "F3",
        "10",
        "确是合计的",
    );
    // A row number or a department before the order is a usual place for it.
    let text = "序号,订单编号,姓名,岗位,级别,人天\n1,DD-1,张三,运维支撑,高级,10\n小计,,,,,10\n2,DD-2,李四,运维支撑,高级,5\n合计,,,,,15\n";
    assert_eq!(csv(text).len(), 2);
    let text = "订单编号,部门,姓名,岗位,级别,人天\nDD-1,运营,张三,运维支撑,高级,10\nDD-1,合计,,,,10\n";
    doubtful(text, "F3", "10", "确是合计的");
}

#[test]
fn a_remark_in_the_middle_loses_nothing() {
    let text = format!(
        "{HEAD}DD-1,张三,运维支撑,高级,,20\n备注：以下为新增人员\nDD-1,李四,运维支撑,高级,,10\n说明\n1. 半天计 0.5\nDD-2,王五,技术支持,高级,,5\n合计,,,,,35\n"
    );
    let (log, faults) = read_as("工时.csv", text.as_bytes());
    assert_eq!(faults, []);
    let log = log.unwrap();
    assert_eq!(
        rows(&log),
        [
            "DD-1 张三 运维支撑 高级 - 20 F2",
            "DD-1 李四 运维支撑 高级 - 10 F4",
            "DD-2 王五 技术支持 高级 - 5 F7"
        ]
    );
    assert_eq!(log.totals[0].above, 0..3);
    // A row that begins with 备注 and has 人天 is no remark; whose it is, S001 and S009 ask.
    let text = format!("{HEAD}DD-1,张三,运维支撑,高级,,20\n备注,李四,运维支撑,高级,,半天\n,,,,,3\n");
    assert_eq!(
        csv(&text)[1..],
        ["备注 李四 运维支撑 高级 - Text(\"半天\") F3", "备注 李四 运维支撑 高级 - 3 F4"]
    );
    // Nobody's name is carried over a remark.
    let text = format!("{HEAD}DD-1,张三,运维支撑,高级,2026-03-05,1\n备注\n,,,,2026-03-06,1\n");
    assert_eq!(csv(&text)[1], "    2026-03-06 1 F4");
    // A 考核 goes on as well; words beneath it are no orders.
    let text = "订单编号,服务质量得分,支撑能力扣分次数,投诉次数,安全事件次数,日常管理缺项数,备注\n\
        DD-1,50,0,0,0,0,合计\n备注：以下订单由二部考核\nDD-2,48,0,0,0,0,\n1. 满分 100\n合计,98,,,,,\n";
    let mut faults = Vec::new();
    let pack = Pack::find(None, "migu-2026").unwrap();
    let source = SheetSource::new("考核.csv", text.as_bytes());
    let sheet = read_assessment(&source, &pack.assessment, &mut faults).unwrap();
    assert_eq!(kinds(&faults), []);
    let orders: Vec<&str> = sheet.entries.iter().map(|entry| entry.order.value.as_str()).collect();
    assert_eq!(orders, ["DD-1", "DD-2"]);
}

/// Twenty thousand rows with a 小计 after each second one.
#[test]
fn many_sums_are_read_in_time() {
    let mut text = HEAD.to_owned();
    for index in 0..10_000 {
        let row = format!("DD-{},张{},运维支撑,高级,,1\n", index % 7, index);
        let sum = if index % 2 == 1 { ",,小计,,,2\n" } else { "" };
        text.push_str(&format!("{row}{sum}"));
    }
    let begun = std::time::Instant::now();
    assert_eq!(csv(&text).len(), 10_000);
    assert!(begun.elapsed().as_secs() < 20, "{:?}", begun.elapsed());
}
