//! Which blanks a printed 结算单 would still have, and which texts of the users it prints.
//!
//! May use: `model`, `compute`, and its own room.

use crate::compute::settlement::OrderSettlement;
use crate::model::blank::Blank;
use crate::model::case::{Case, Text};
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

/// The users' texts that one 结算单 prints, each with its key; in those of a sheet, the sheet's name.
pub fn printed_texts<'a>(case: &'a Case, settlement: &'a OrderSettlement) -> Vec<(String, &'a str)> {
    let mut texts = Vec::new();
    let mut add = |key: String, text: &'a Text| {
        texts.extend(text.as_ref().map(|text| (key, text.value.as_str())));
    };
    add("合同.编号".into(), &case.contract.number);
    add("合同.项目名称".into(), &case.contract.project);
    add("乙方.名称".into(), &case.supplier.name);
    if let Some(order) = case.orders.get(settlement.order_index) {
        let file = order.origin.file().map_or("订单", |file| file);
        let (buyer, supplier) = (&order.buyer_contact, &order.supplier_contact);
        for (key, text) in [
            ("编号", &order.number),
            ("名称", &order.name),
            ("甲方联系人.姓名", &buyer.name),
            ("甲方联系人.电话", &buyer.phone),
            ("甲方联系人.邮箱", &buyer.email),
            ("甲方其他信息", &order.buyer_other),
            ("乙方联系人.姓名", &supplier.name),
            ("乙方联系人.电话", &supplier.phone),
            ("乙方联系人.邮箱", &supplier.email),
            ("乙方其他信息", &order.supplier_other),
            ("特别说明", &order.special_notes),
        ] {
            add(format!("{file} 的 {key}"), text);
        }
    }
    texts.push((format!("考核里订单 {} 的说明", settlement.order), &settlement.note));
    for person in &settlement.persons {
        texts.push((format!("工时里订单 {} 的姓名", settlement.order), &person.person));
    }
    texts
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
