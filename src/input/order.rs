//! 订单/*.yaml → [`Order`].
//!
//! May use: `model`, `diagnostics`, and its own room.

use rust_decimal::Decimal;

use super::folder::{CaseFolder, MAX_YAML_BYTES};
use super::yaml::node;
use super::yaml::reader::{MapReader, Reading, parse_decimal};
use crate::diagnostics::{FileName, Origin};
use crate::model::fault::{Fault, FaultKind};
use crate::model::order::{ContactPerson, Order, OrderLine, PaymentStage};

/// The folder that orders stand in.
pub const ORDER_FOLDER: &str = "订单";

/// Reads every order of the case, in the order of their file names; what cannot be read goes to `reading`. What was
/// asked for in them is noted in `known`, apart from the keys of 合同.yaml.
pub fn load(folder: &CaseFolder, reading: &mut Reading, known: &mut Reading) -> Vec<Order> {
    let mut orders = Vec::new();
    for name in folder.files(ORDER_FOLDER, &["yaml", "yml"], &mut reading.faults) {
        match read(folder, &name, known) {
            Ok(order) => orders.push(order),
            Err(fault) => reading.faults.push(*fault),
        }
        reading.faults.append(&mut known.faults);
    }
    orders
}

fn read(folder: &CaseFolder, name: &str, reading: &mut Reading) -> Result<Order, Box<Fault>> {
    let file: FileName = name.into();
    let origin = Origin::File(file.clone());
    let text = folder.text(name, MAX_YAML_BYTES, &origin)?;
    let root = node::parse(&file, &text)?;
    reading.empty.clear();
    let Some(map) = MapReader::new(&root, "", reading) else {
        let why = "文件里没有“键: 值”，不像委托订单".to_owned();
        return Err(Box::new(Fault::new(FaultKind::Unreadable { why }, origin)));
    };
    reading.faults.extend(node::stray_hashes(&root, &text));
    Ok(order(map, origin, reading))
}

fn order(mut map: MapReader<'_>, origin: Origin, reading: &mut Reading) -> Order {
    let order = Order {
        number: map.text("编号", reading),
        batch: map.parse("批次", "从 1 起的整数，如 1", |text| text.parse().ok().filter(|n| *n > 0), reading),
        name: map.text("名称", reading),
        signed_on: map.date("签订日期", reading),
        period: map.period("服务周期", reading),
        buyer_contact: contact(&mut map, "甲方联系人", reading),
        supplier_contact: contact(&mut map, "乙方联系人", reading),
        buyer_other: map.text("甲方其他信息", reading),
        supplier_other: map.text("乙方其他信息", reading),
        special_notes: map.text("特别说明", reading),
        service_items: map.text("服务事项", reading),
        requirements: map.text("具体要求", reading),
        content: map.text("委托内容", reading),
        assessment: map.text("考核与结算", reading),
        lines: map.maps("明细", reading).into_iter().map(|map| line(map, reading)).collect(),
        plan: map.maps("付款计划", reading).into_iter().map(|map| stage(map, reading)).collect(),
        attachments: map.texts("附件", reading),
        ..Order::blank(origin)
    };
    map.finish(reading);
    Order { empty_keys: std::mem::take(&mut reading.empty), ..order }
}

fn contact(map: &mut MapReader<'_>, key: &str, reading: &mut Reading) -> ContactPerson {
    let Some(mut map) = map.map(key, reading) else { return ContactPerson::default() };
    let contact = ContactPerson {
        origin: Some(map.origin.clone()),
        name: map.text("姓名", reading),
        phone: map.text("电话", reading),
        email: map.text("邮箱", reading),
    };
    map.finish(reading);
    contact
}

fn line(mut map: MapReader<'_>, reading: &mut Reading) -> OrderLine {
    let line = OrderLine {
        origin: map.origin.clone(),
        post: map.text("岗位", reading),
        level: map.text("级别", reading),
        days: map.decimal("人天", reading),
    };
    map.finish(reading);
    line
}

fn stage(mut map: MapReader<'_>, reading: &mut Reading) -> PaymentStage {
    let stage = PaymentStage {
        origin: map.origin.clone(),
        stage: map.text("阶段", reading),
        condition: map.text("条件", reading),
        share: map.parse("比例", "百分比，如 30%", parse_share, reading),
        amount: map.money("金额", reading),
        note: map.text("说明", reading),
    };
    map.finish(reading);
    stage
}

/// `30%` or `0.3`. A bare `30` is refused: it could be either.
fn parse_share(text: &str) -> Option<Decimal> {
    let fraction = match text.trim().strip_suffix(['%', '％']) {
        Some(percent) => parse_decimal(percent)?.checked_div(Decimal::ONE_HUNDRED)?,
        None => parse_decimal(text)?,
    };
    (fraction >= Decimal::ZERO && fraction <= Decimal::ONE).then_some(fraction)
}
