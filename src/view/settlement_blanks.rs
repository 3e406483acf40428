//! Which blanks a printed 结算单 would still have.
//!
//! May use: `model`, `compute`, and its own room.

use crate::compute::settlement::OrderSettlement;
use crate::model::blank::Blank;
use crate::model::case::Case;
use crate::model::order::{ContactPerson, Order};

/// The keys of 合同.yaml that a 结算单 prints.
const FRAMEWORK: [&str; 4] = ["合同.编号", "合同.签订日期", "乙方.名称", "报价"];

/// The blanks of one 结算单: those of the contract (`blanks`) that it repeats, and those of its order.
pub fn settlement_blanks(case: &Case, blanks: &[Blank], settlement: &OrderSettlement) -> Vec<Blank> {
    let mut found: Vec<Blank> =
        blanks.iter().filter(|blank| FRAMEWORK.contains(&blank.key.as_str())).cloned().collect();
    if let Some(order) = case.orders.get(settlement.order_index) {
        found.extend(order_blanks(order));
    }
    found
}

fn order_blanks(order: &Order) -> Vec<Blank> {
    let mut open = Vec::new();
    if order.name.is_none() {
        open.push("名称".to_owned());
    }
    for (key, contact) in [("甲方联系人", &order.buyer_contact), ("乙方联系人", &order.supplier_contact)]
    {
        open.extend(contact_blanks(contact).map(|field| format!("{key}.{field}")));
    }
    let file = order.origin.file().map_or("订单", |file| file);
    let blank = |key: String| Blank {
        document: "结算单".into(),
        clause: "一、订单信息".into(),
        field: key.clone(),
        origin: order.empty_keys.get(&key).unwrap_or(&order.origin).clone(),
        key: format!("{file} 的 {key}"),
    };
    open.into_iter().map(blank).collect()
}

fn contact_blanks(contact: &ContactPerson) -> impl Iterator<Item = &'static str> {
    let fields = [("姓名", &contact.name), ("电话", &contact.phone), ("邮箱", &contact.email)];
    fields.into_iter().filter(|(_, text)| text.is_none()).map(|(field, _)| field)
}
