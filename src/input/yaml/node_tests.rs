//! Tests of `node`.

use super::*;

fn parsed(text: &str) -> Node {
    parse(&FileName::from("合同.yaml"), text).unwrap()
}

fn entry<'a>(node: &'a Node, key: &str) -> &'a Node {
    let Kind::Map(entries) = &node.kind else { panic!("not a map") };
    &entries.iter().find(|(k, _)| k.value == key).unwrap().1
}

#[test]
fn values_keep_their_text_and_place() {
    let node = parsed("乙方:\n  邮政编码: 061004\n  比例: 3.10\n  名称: \"甲 # 乙\"\n  空:\n  是: true\n");
    let supplier = entry(&node, "乙方");
    let postcode = entry(supplier, "邮政编码");
    assert_eq!(postcode.kind, Kind::Scalar("061004".into()));
    let Origin::Text(span) = &postcode.origin else { panic!() };
    assert_eq!((span.line, span.column), (2, 9));
    assert_eq!(entry(supplier, "比例").kind, Kind::Scalar("3.10".into()));
    assert_eq!(entry(supplier, "名称").kind, Kind::Scalar("甲 # 乙".into()));
    assert_eq!(entry(supplier, "空").kind, Kind::Null);
    assert_eq!(entry(supplier, "是").kind, Kind::Scalar("true".into()));
}

#[test]
fn full_width_colon_is_named() {
    let fault = parse(&FileName::from("a"), "乙方:\n  名称：某公司\n  简称: 某\n").unwrap_err();
    assert!(format!("{fault:?}").contains("全角冒号"), "{fault:?}");
}

#[test]
fn a_mistake_has_its_place() {
    let fault = parse(&FileName::from("a"), "乙方:\n  名称: [某\n  简称: 某\n").unwrap_err();
    let Origin::Text(span) = &fault.origin else { panic!() };
    assert!(span.line >= 2 && span.bytes.start > 0, "{span:?}");
}

#[test]
fn the_line_of_the_slip_is_named() {
    let supplier = |slip: &str| format!("乙方:\n  名称: 甲\n{slip}\n  简称: 甲\n  地址: 某路\n");
    for (slip, said) in [
        ("  法定地址：某路", "全角冒号"),
        ("\t法定地址: 某路", "制表符"),
        ("　法定地址: 某路", "全角空格"),
        ("  邮政编码: \"610041", "没有成对"),
        ("  邮政编码: \"610041”", "一边是英文的，一边是中文的"),
        ("  有效期: ｛自: 2026-03-01, 至: 2027-02-28｝", "全角括号"),
        ("  - 岗位: 运维, 级别: 中级", "写成 - {岗位: 运维, 级别: 中级}"),
        ("  乙方联系人: 姓名: 甲，电话: 1", "写成 乙方联系人: {姓名: 甲, 电话: 1}"),
        ("  法定地址: 成都: 高新区", "英文引号"),
    ] {
        let fault = parse(&FileName::from("a"), &supplier(slip)).unwrap_err();
        let FaultKind::Unreadable { why } = &fault.kind else { panic!() };
        assert!(why.contains("第 3 行") && why.contains(said), "{slip}: {why}");
        let Origin::Text(span) = &fault.origin else { panic!() };
        assert_eq!(span.line, 3, "{slip}");
    }
}

#[test]
fn a_full_width_comma_in_brackets_is_told_at_its_own_place() {
    for (text, line, column) in [
        ("编号: DD-1\n乙方联系人: {姓名: 钱多多，电话: 028-1}\n批次: 1\n", 2, 16),
        ("明细:\n  - {岗位: 运维支撑, 级别: 中级，人天: 3}\n", 2, 22),
    ] {
        let fault = parse(&FileName::from("a"), text).unwrap_err();
        let FaultKind::Unreadable { why } = &fault.kind else { panic!() };
        assert!(why.contains(&format!("第 {line} 行")) && why.contains("全角逗号"), "{why}");
        let Origin::Text(span) = &fault.origin else { panic!() };
        assert_eq!((span.line, span.column, &text[span.bytes.clone()]), (line, column, "，"));
    }
    // A comma within a text is no slip.
    assert_eq!(slip_of("  - {条件: \"签署后，发票: 专票\", 比例: 30%}"), None);
    assert_eq!(slip_of("  - {条件: 签署后，收到发票, 比例: 30%}"), None);
}

#[test]
fn only_unquoted_values_within_brackets_are_in_flow() {
    let node = parsed("a: {b: 甲, c: \"乙\", d: [丙]}\ne: 丁\nf:\n  - 戊\n  - g: 己\n");
    let map = entry(&node, "a");
    let flags = ["b", "c"].map(|key| entry(map, key).in_flow);
    let Kind::List(items) = &entry(map, "d").kind else { panic!() };
    assert_eq!((flags, items[0].in_flow), ([true, false], true));
    let Kind::List(items) = &entry(&node, "f").kind else { panic!() };
    assert!(!entry(&node, "e").in_flow && !items[0].in_flow && !entry(&items[1], "g").in_flow);
}

#[test]
fn the_same_slip_on_several_lines_is_told_at_the_first() {
    let why = |text: &str| {
        let fault = parse(&FileName::from("a"), text).unwrap_err();
        let FaultKind::Unreadable { why } = &fault.kind else { panic!() };
        let Origin::Text(span) = &fault.origin else { panic!() };
        (span.line, why.clone())
    };
    let (line, told) = why("编号：DD-1\n名称：运营支撑\n批次: 1\n附件：无\n");
    assert!(line == 1 && told.contains("第 1 行的") && told.contains("第 2、4 行也是这样"), "{told}");
    // All of the file: one text to YAML.
    let (line, told) = why("# 订单\n编号：DD-1\n名称：运营支撑\n");
    assert!(line == 2 && told.contains("全角冒号") && told.contains("第 3 行也是这样"), "{told}");
    // Prose with a colon in it is no second slip.
    let (line, told) = why("要求: |\n  一、范围：全部\n编号：DD-1\n名称: 甲\n");
    assert!(line == 3 && !told.contains("也是这样"), "{told}");
}

#[test]
fn a_hash_is_told_where_it_may_surprise() {
    let text = "a: 某公司# 全称\nb: 某路 #12\nc: \"2#楼\"\nd: 转账   # 或汇票\ne: 20 # 天\nf: ''\n";
    let faults = stray_hashes(&parsed(text), text);
    let mut lines: Vec<u32> = faults
        .iter()
        .map(|fault| match &fault.origin {
            Origin::Text(span) => span.line,
            _ => 0,
        })
        .collect();
    lines.sort_unstable();
    assert_eq!(lines, [1, 2]);
}

#[test]
fn tabs_are_named() {
    let fault = parse(&FileName::from("a"), "乙方:\n\t名称: 某公司\n").unwrap_err();
    assert!(format!("{fault:?}").contains("制表符"), "{fault:?}");
}

#[test]
fn bombs_are_refused() {
    let mut bomb = String::from("a: &a [x, x, x, x, x, x, x, x, x]\n");
    for (this, last) in ["b", "c", "d", "e", "f"].iter().zip(["a", "b", "c", "d", "e"]) {
        bomb += &format!("{this}: &{this} [*{last}, *{last}, *{last}, *{last}, *{last}, *{last}]\n");
    }
    assert!(parse(&FileName::from("a"), &bomb).is_err());
    assert!(parse(&FileName::from("a"), &"[".repeat(10_000)).is_err());
    assert!(parse(&FileName::from("a"), &format!("a: {}", "[".repeat(50) + &"]".repeat(50))).is_err());
    assert!(parse(&FileName::from("a"), "").is_err());
}

proptest::proptest! {
    #[test]
    fn any_text_is_read_or_refused(text in "\\PC{0,200}") {
        let _ = parse(&FileName::from("a"), &text);
    }
}

#[test]
fn tags_and_merge_keys_are_not_read_over() {
    for (text, tag, line) in [
        ("乙方:\n  名称: !foo 某公司\n", "!foo", 2),
        ("乙方: !bar\n  名称: 某公司\n", "!bar", 1),
        ("a: [1, !!binary 5pif5rKz]\n", "!!binary", 1),
        ("a: !!str 12\n", "!!str", 1),
    ] {
        let fault = parse(&FileName::from("a"), text).unwrap_err();
        let Origin::Text(span) = &fault.origin else { panic!() };
        assert_eq!(span.line, line, "{text}");
        assert!(format!("{fault:?}").contains(&format!("标签“{tag}”")), "{fault:?}");
    }
    let node = parsed("乙方:\n  <<: {名称: 某公司}\n  简称: 某\n");
    let supplier = entry(&node, "乙方");
    assert!(matches!(&entry(supplier, "<<").kind, Kind::Map(_)), "{supplier:?}");
}
