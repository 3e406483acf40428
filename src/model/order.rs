//! A 委托订单 (附件6) as the user wrote it down in 订单/*.yaml, each value with its place.

use std::collections::BTreeMap;

use jiff::civil::Date;
use rust_decimal::Decimal;

use super::case::{Period, Text};
use super::money::Money;
use crate::diagnostics::{Located, Origin};

/// 甲方联系人, 乙方联系人.
#[derive(Clone, Debug, Default)]
pub struct ContactPerson {
    /// Where the block stands.
    pub origin: Option<Origin>,
    /// 姓名.
    pub name: Text,
    /// 电话.
    pub phone: Text,
    /// 邮箱.
    pub email: Text,
}

/// A line of 明细.
#[derive(Clone, Debug)]
pub struct OrderLine {
    /// Where the entry stands.
    pub origin: Origin,
    /// 岗位, one of 附件3.
    pub post: Text,
    /// 级别, one of 附件3.
    pub level: Text,
    /// 人天.
    pub days: Option<Located<Decimal>>,
}

/// A row of 付款计划: a ratio or an amount, or both.
#[derive(Clone, Debug)]
pub struct PaymentStage {
    /// Where the entry stands.
    pub origin: Origin,
    /// 阶段.
    pub stage: Text,
    /// 条件.
    pub condition: Text,
    /// 比例 as a fraction: 30% is 0.3.
    pub share: Option<Located<Decimal>>,
    /// 金额, 含税, 元.
    pub amount: Option<Located<Money>>,
    /// 说明.
    pub note: Text,
}

/// One 委托订单.
#[derive(Clone, Debug)]
pub struct Order {
    /// Its file, as an origin for what is missing from it.
    pub origin: Origin,
    /// 编号, unique within the case.
    pub number: Text,
    /// 批次: 本订单第X批, counted from 1; the first where left out.
    pub batch: Option<Located<u32>>,
    /// 名称.
    pub name: Text,
    /// 签订日期; none in a draft.
    pub signed_on: Option<Located<Date>>,
    /// 服务周期, both days included.
    pub period: Option<Located<Period>>,
    /// 甲方联系人 (订单联系人).
    pub buyer_contact: ContactPerson,
    /// 乙方联系人.
    pub supplier_contact: ContactPerson,
    /// 甲方其他信息.
    pub buyer_other: Text,
    /// 乙方其他信息.
    pub supplier_other: Text,
    /// 特别说明: 本订单需要特别说明的事项.
    pub special_notes: Text,
    /// 服务事项.
    pub service_items: Text,
    /// 具体要求.
    pub requirements: Text,
    /// 委托内容.
    pub content: Text,
    /// 考核与结算: 服务考核与结算; 按照框架协议执行 where left out.
    pub assessment: Text,
    /// 明细, in the file's order.
    pub lines: Vec<OrderLine>,
    /// 付款计划, in the file's order.
    pub plan: Vec<PaymentStage>,
    /// 附件.
    pub attachments: Vec<Located<String>>,
    /// Keys that were written but left empty, by path.
    pub empty_keys: BTreeMap<String, Origin>,
}

impl Order {
    /// An order in which nothing is filled in yet.
    pub fn blank(origin: Origin) -> Self {
        Self {
            origin,
            number: None,
            batch: None,
            name: None,
            signed_on: None,
            period: None,
            buyer_contact: ContactPerson::default(),
            supplier_contact: ContactPerson::default(),
            buyer_other: None,
            supplier_other: None,
            special_notes: None,
            service_items: None,
            requirements: None,
            content: None,
            assessment: None,
            lines: Vec::new(),
            plan: Vec::new(),
            attachments: Vec::new(),
            empty_keys: BTreeMap::new(),
        }
    }

    /// Its 编号; empty where none is written.
    pub fn number(&self) -> &str {
        self.number.as_ref().map_or("", |number| number.value.as_str())
    }

    /// What people call it: its 编号, or its file where it has none.
    pub fn called(&self) -> String {
        self.number.as_ref().map_or_else(|| self.origin.to_string(), |number| number.value.clone())
    }
}

/// The longest part of a file's name that comes from a text, in bytes; file systems end a name at 255.
const MOST_BYTES: usize = 180;

/// A text as part of a file's name: what some file system refuses becomes a low line.
pub fn in_file_name(text: &str) -> String {
    let mut name = String::new();
    for c in text.trim().chars() {
        if name.len() + c.len_utf8() > MOST_BYTES {
            break;
        }
        name.push(if c.is_control() || r#"/\:*?"<>|"#.contains(c) { '_' } else { c });
    }
    // Windows drops a dot or a space at the end.
    let kept = name.trim_end_matches(['.', ' ']);
    if kept.is_empty() { "_".to_owned() } else { kept.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_becomes_part_of_a_files_name() {
        assert_eq!(in_file_name("DD-2026-001"), "DD-2026-001");
        assert_eq!(in_file_name(r#"甲/乙\丙:丁*?"<>|戊"#), "甲_乙_丙_丁______戊");
        assert_eq!(in_file_name("a\nb\0"), "a_b_");
        assert_eq!(in_file_name(" DD-2026-001. "), "DD-2026-001");
        assert_eq!((in_file_name("../.."), in_file_name(".")), (".._".to_owned(), "_".to_owned()));
        assert_eq!(in_file_name(&"长".repeat(200)).len(), 180);
    }
}
