//! Tests of `reader`.

use super::super::node::parse;
use super::*;
use crate::diagnostics::FileName;
use rust_decimal::dec;

#[test]
fn every_mistake_is_told() {
    let node = parse(&FileName::from("a"), "名秤: 甲\n日期: 三月\n日期: 2026-03-01\n表: [1]\n").unwrap();
    let mut reading = Reading::default();
    let mut map = MapReader::new(&node, "", &mut reading).unwrap();
    assert_eq!(map.text("名称", &mut reading), None);
    assert_eq!(map.date("日期", &mut reading), None);
    assert_eq!(map.text("表", &mut reading), None);
    map.finish(&mut reading);
    let kinds: Vec<_> = reading.faults.iter().map(|f| &f.kind).collect();
    assert!(
        matches!(kinds[2], FaultKind::UnknownKey { suggestion: Some(s), .. } if s == "名称"),
        "{kinds:?}"
    );
    assert!(matches!(kinds[3], FaultKind::DuplicateKey { .. }));
    assert_eq!(kinds.len(), 4);
}

#[test]
fn a_comma_in_a_number_does_not_make_it_small() {
    let node = parse(&FileName::from("a"), "表: {金额: 12,345.60, 名称: 甲}\n").unwrap();
    let mut reading = Reading::default();
    let mut map = MapReader::new(&node, "", &mut reading).unwrap();
    let mut inner = map.map("表", &mut reading).unwrap();
    assert!(inner.money("金额", &mut reading).is_none());
    assert_eq!(inner.text("名称", &mut reading).unwrap().value, "甲");
    inner.finish(&mut reading);
    let [Fault { kind: FaultKind::BadValue { found, .. }, .. }] = &reading.faults[..] else {
        panic!("{:?}", reading.faults)
    };
    assert_eq!(found, "12,345.60");
}

/// What is wrong with a map 表, read as an order reads its own.
fn told(
    text: &str,
    read: impl Fn(&mut MapReader<'_>, &mut Reading),
) -> Vec<(String, String, String, Origin)> {
    let node = parse(&FileName::from("a"), text).unwrap();
    let mut reading = Reading::default();
    let mut map = MapReader::new(&node, "", &mut reading).unwrap();
    read(&mut map, &mut reading);
    let told = reading.faults.into_iter().map(|fault| match fault.kind {
        FaultKind::BadValue { what, found, expected } => (what, found, expected, fault.origin),
        other => panic!("{other:?}"),
    });
    told.collect()
}

#[test]
fn a_full_width_comma_does_not_join_two_things() {
    let text = "人: {姓名: 钱多多，电话：028, 邮箱: a@b}\n";
    let found = told(text, |map, reading| {
        let mut map = map.map("人", reading).unwrap();
        assert!(map.text("姓名", reading).is_none() && map.text("邮箱", reading).is_some());
    });
    let [(what, found, expected, Origin::Text(span))] = &found[..] else { panic!("{found:?}") };
    assert_eq!((what.as_str(), found.as_str()), ("人.姓名", "钱多多，电话：028"));
    assert_eq!((span.line, span.column, &text[span.bytes.clone()]), (1, 12, "，"));
    assert!(expected.contains("半角逗号"), "{expected}");
    let found = told("附件: [说明书，清单]\n", |map, reading| {
        assert!(map.texts("附件", reading).is_empty());
    });
    assert_eq!(found.len(), 1);
    // Commas that are part of a text, and short names that may be parted by any mark.
    let found = told(
        "a: [\"甲，乙\"]\nb: {c: 签署后，即付}\nd:\n  - 甲，电话：1\ne: [A1-1，G3-1]\n",
        |map, reading| {
            assert_eq!(map.texts("a", reading).len(), 1);
            assert!(map.map("b", reading).unwrap().text("c", reading).is_some());
            assert_eq!(map.texts("d", reading).len(), 1);
            assert_eq!(map.names("e", reading).len(), 2);
        },
    );
    assert_eq!(found, []);
}

#[test]
fn chinese_quotation_marks_are_told_as_that() {
    let text = "邮编: “610041”\n人: {姓名: ‘甲’}\n印: \"“甲”\"\n名: “星河”计划\n";
    let node = parse(&FileName::from("a"), text).unwrap();
    let mut reading = Reading::default();
    let mut map = MapReader::new(&node, "", &mut reading).unwrap();
    assert!(map.text("邮编", &mut reading).is_none());
    assert!(map.map("人", &mut reading).unwrap().text("姓名", &mut reading).is_none());
    assert!(map.text("印", &mut reading).is_some() && map.text("名", &mut reading).is_some());
    let kinds: Vec<FaultKind> = reading.faults.into_iter().map(|fault| fault.kind).collect();
    let quotes =
        |what: &str, inner: &str| FaultKind::ChineseQuotes { what: what.into(), inner: inner.into() };
    assert_eq!(kinds, [quotes("邮编", "610041"), quotes("人.姓名", "甲")]);
}

#[test]
fn a_period_in_one_text_is_shown_as_it_should_be_written() {
    for text in
        ["2026.4.1-2026.6.30", "2026-04-01-2026-06-30", "2026年4月1日——2026年6月30日", "2026/4/1～2026/6/30"]
    {
        let found = told(&format!("期: {text}\n"), |map, reading| drop(map.period("期", reading)));
        assert_eq!(found[0].2, "{自: 2026-04-01, 至: 2026-06-30}", "{text}");
    }
}

#[test]
fn full_width_brackets_are_told_as_that() {
    let found = told(
        "报价: ｛文件：报价表.csv，工作表：正式｝\n类别: ［A1-1］\n期: ｛自：1｝\n",
        |map, reading| {
            assert!(map.text("报价", reading).is_none() && map.texts("类别", reading).is_empty());
            assert!(map.period("期", reading).is_none());
        },
    );
    assert_eq!(found.len(), 3, "{found:?}");
    assert!(found[..2].iter().all(|(_, _, expected, _)| expected.contains("半角的 { }")), "{found:?}");
    assert!(found[2].2.contains("括号、冒号用半角"), "{found:?}");
}

#[test]
fn items_are_named_by_their_number_and_examples_given() {
    let found = told(
        "明细:\n  - {人天: 1}\n  - {人天: 十}\n期: 2026.3.5至2026年8月31日\n周期: 半年\n人: 甲\n",
        |map, reading| {
            for mut line in map.maps("明细", reading) {
                line.decimal("人天", reading);
            }
            map.period("期", reading);
            map.period("周期", reading);
            map.map_like("人", "{姓名: 甲}", reading);
        },
    );
    let told: Vec<(&str, &str)> = found.iter().map(|(what, _, expected, _)| (&**what, &**expected)).collect();
    assert_eq!(told[0].0, "明细第 2 项的人天");
    assert_eq!(told[1], ("期", "{自: 2026-03-05, 至: 2026-08-31}"));
    assert_eq!(told[2], ("周期", "{自: 2026-03-05, 至: 2026-08-31}"));
    assert_eq!(told[3], ("人", "{姓名: 甲}"));
}

#[test]
fn values() {
    assert_eq!(parse_date("2026年3月1日"), parse_date("2026-03-01"));
    assert_eq!(parse_date("20260301"), parse_date("2026-03-01"));
    assert_eq!(parse_date("2026-02-30"), None);
    assert_eq!(parse_date("26-2-3"), None);
    assert_eq!(parse_decimal("17,627,800.00"), Some(dec!(17627800.00)));
    assert_eq!(parse_decimal("1e5"), None);
    assert_eq!(parse_decimal("99999999999999999999999999999999999"), None);
    assert_eq!(parse_decimal("４０"), Some(dec!(40)));
    assert_eq!(parse_date("２０２６．３．１"), parse_date("2026-03-01"));
    for amount in ["￥16,746,820.53", "¥16746820.53", "16,746,820.53元", "１６７４６８２０．５３"]
    {
        assert_eq!(parse_money(amount), Money::exact(dec!(16746820.53)), "{amount}");
    }
    for none in ["1674.68万元", "1,67,46", "6%", "100元/人天", "1e5", "-5", "1.005"] {
        assert_eq!(parse_money(none), None, "{none}");
    }
    assert_eq!(parse_rate("6%"), TaxRate::from_percent(dec!(6)));
    assert_eq!(parse_rate("0.06"), TaxRate::from_percent(dec!(6)));
    assert_eq!(parse_rate("6"), None);
}

#[test]
fn rates_are_told_how_to_be_written() {
    assert_eq!(parse_rate("３％"), TaxRate::from_percent(dec!(3)));
    assert_eq!(parse_rate("0.03"), TaxRate::from_percent(dec!(3)));
    for (written, part) in
        [("3", "写 3%"), ("百分之三", "如 6%"), ("300%", "低于 100%"), ("-3%", "不低于 0%")]
    {
        let found = told(&format!("税率: {written}\n"), |map, reading| {
            assert!(map.rate("税率", reading).is_none());
        });
        let [(_, _, expected, _)] = &found[..] else { panic!("{found:?}") };
        assert!(expected.contains(part), "{written}: {expected}");
    }
}

#[test]
fn a_day_that_does_not_exist_is_told_as_that() {
    let no_day = [
        ("2026年9月31日", "没有2026年9月31日这一天，2026年9月只有 30 天"),
        ("2026-02-30", "没有2026年2月30日这一天，2026年2月只有 28 天"),
        ("20260931", "没有2026年9月31日这一天"),
        ("2026-13-01", "月份是 1 到 12"),
        ("260901", "如 2026-03-01"),
        ("下个月", "如 2026-03-01"),
    ];
    for (written, part) in no_day {
        let found = told(&format!("日期: {written}\n"), |map, reading| {
            assert!(map.date("日期", reading).is_none());
        });
        let [(_, _, expected, _)] = &found[..] else { panic!("{found:?}") };
        assert!(expected.contains(part), "{written}: {expected}");
    }
}

#[test]
fn a_key_that_is_asked_for_twice_is_listed_once() {
    let node = parse(&FileName::from("a"), "报阶: 甲\n").unwrap();
    let mut reading = Reading::default();
    let mut map = MapReader::new(&node, "", &mut reading).unwrap();
    assert!(map.get("报价").is_none() && map.get("报价").is_none());
    map.finish(&mut reading);
    let [Fault { kind: FaultKind::UnknownKey { known, .. }, .. }] = &reading.faults[..] else {
        panic!("{:?}", reading.faults)
    };
    assert_eq!(known, &["报价"]);
}
