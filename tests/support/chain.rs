//! 台账.jsonl by the letter of docs/台账.md, written and checked without hetong's own code.

#![allow(dead_code, reason = "each test or benchmark uses a part of it")]
#![allow(clippy::expect_used, missing_docs, reason = "a test or a benchmark stops at the first fault")]

use std::collections::BTreeMap;

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

/// SHA-256 in hex.
pub fn hash(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The lines of a ledger whose chain, sums and 序号 hold, and whether a torn line follows them.
///
/// # Panics
/// If anything in it is not as it should be: a line lost, doubled or changed.
pub fn checked(bytes: &[u8]) -> (Vec<Value>, bool) {
    let (mut previous, mut closing, mut lines) = (hash(b""), 0, Vec::new());
    let mut counting: BTreeMap<(String, String), i64> = BTreeMap::new();
    let mut rest = bytes;
    while let Some(end) = rest.iter().position(|byte| *byte == b'\n') {
        let (text, after) = rest.split_at(end);
        rest = &after[1..];
        let line: Value = serde_json::from_slice(text).expect("a line of JSON");
        let said = |key: &str| line[key].as_str().unwrap_or_else(|| panic!("{key} in {line}")).to_owned();
        let whole = std::str::from_utf8(text).expect("UTF-8");
        let (content, _) = whole.split_once(",\"本行\":").expect("its own hash");
        assert_eq!(said("本行"), hash(format!("{content}}}").as_bytes()), "its own hash: {whole}");
        assert_eq!(said("前行"), previous, "the hash of the line before: {whole}");
        assert_eq!(line["序号"], json!(lines.len() + 1), "{whole}");
        assert_eq!(cents(&said("已结算")), closing, "it goes on from the line before: {whole}");
        let due = cents(&said("应支付"));
        let replaced = counting.insert((said("订单"), said("月份")), due);
        assert_eq!(replaced.is_some(), line.get("更正").is_some(), "issued twice: {whole}");
        closing += due - replaced.unwrap_or(0);
        assert_eq!(cents(&said("累计")), closing, "{whole}");
        assert_eq!(due, cents(&said("不含税")) + cents(&said("税额")), "{whole}");
        previous = hash(text);
        lines.push(line);
    }
    (lines, !rest.is_empty())
}

/// A line without what depends on when it was written.
pub fn timeless(line: &Value) -> Value {
    let mut line = line.clone();
    let object = line.as_object_mut().expect("an object");
    for key in ["时间", "前行", "本行"] {
        object.remove(key).expect("a key of every line");
    }
    line
}

/// A ledger of `length` lines over these orders and months: each is issued once, then corrected again and again.
/// `contract` is the 合同编号 and the 信用代码 of all lines.
pub fn history(contract: &[String; 2], orders: &[String], months: &[&str], length: usize) -> String {
    let (mut text, mut previous, mut closing) = (String::new(), hash(b""), 0);
    let mut counting: BTreeMap<(&str, &str), (usize, i64)> = BTreeMap::new();
    for number in 1..=length {
        let order = orders[(number - 1) % orders.len()].as_str();
        let month = months[(number - 1) / orders.len() % months.len()];
        let due = 1_000_000 + i64::try_from(number * 37 % 5000).expect("small");
        let replaced = counting.insert((order, month), (number, due));
        let opening = closing;
        closing += due - replaced.map_or(0, |(_, due)| due);
        let net = (due * 200 + 106) / 212;
        let mut line = json!({
            "序号": number, "合同编号": contract[0], "信用代码": contract[1], "订单": order, "月份": month, "人天": "20.5", "得分": "100",
            "结算金额": yuan(due), "应支付": yuan(due), "不含税": yuan(net), "税额": yuan(due - net), "税率": "6%",
            "已结算": yuan(opening), "累计": yuan(closing),
        });
        let object = line.as_object_mut().expect("an object");
        if let Some((replaces, _)) = replaced {
            object.insert("更正".into(), json!({"替代": replaces, "原因": "工时补报"}));
        }
        let files = |names: [&str; 2]| names.map(|name| (name.to_owned(), json!(hash(name.as_bytes()))));
        object.insert("输入".into(), files(["合同.yaml", "报价表.csv"]).into_iter().collect());
        object.insert("输出".into(), files(["结算单.pdf", "结算单.xlsx"]).into_iter().collect());
        object.insert("时间".into(), json!("2026-03-02T09:00:00+08:00"));
        object.insert("版本".into(), json!("0.1.0"));
        object.insert("前行".into(), json!(previous));
        let content = line.to_string();
        let own = hash(content.as_bytes());
        let whole = format!("{},\"本行\":\"{own}\"}}", content.strip_suffix('}').expect("an object"));
        previous = hash(whole.as_bytes());
        text += &whole;
        text.push('\n');
    }
    text
}

/// `21972.85` in cents.
fn cents(text: &str) -> i64 {
    let (yuan, cents) = text.split_once('.').expect("two decimals");
    assert_eq!(cents.len(), 2, "{text}");
    format!("{yuan}{cents}").parse().expect("an amount")
}

fn yuan(cents: i64) -> String {
    format!("{}.{:02}", cents / 100, cents % 100)
}
