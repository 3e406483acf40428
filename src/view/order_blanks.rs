//! What an order's form still leaves blank.
//!
//! May use: `model`.

use crate::diagnostics::Origin;
use crate::model::blank::Blank;
use crate::model::order::{ContactPerson, Order};

/// Every blank of an order, in the form's order. 如有 and 如需 of the form may stay empty; so may 金额, which follow.
pub(super) fn order_blanks(order: &Order) -> Vec<Blank> {
    let mut found = Collector { order, blanks: Vec::new() };
    found.add(order.number.is_some(), "订单编号（也是文件名）", "编号", None);
    found.add(order.name.is_some(), "订单名称", "名称", None);
    found.contact("订单联系人", "甲方联系人", &order.buyer_contact);
    found.contact("乙方联系人", "乙方联系人", &order.supplier_contact);
    found.add(order.period.is_some(), "服务周期", "服务周期", None);
    found.add(order.service_items.is_some(), "服务事项", "服务事项", None);
    found.add(order.requirements.is_some(), "具体要求", "具体要求", None);
    found.add(order.content.is_some() || !order.lines.is_empty(), "委托内容", "委托内容", None);
    found.lines();
    found.plan();
    found.add(order.signed_on.is_some(), "签订日期", "签订日期", None);
    found.blanks
}

struct Collector<'o> {
    order: &'o Order,
    blanks: Vec<Blank>,
}

impl Collector<'_> {
    fn add(&mut self, filled: bool, field: &str, key: &str, origin: Option<&Origin>) {
        if !filled {
            let order = self.order;
            self.blanks.push(Blank {
                document: format!("委托订单 {}", order.number()).trim_end().to_owned(),
                clause: String::new(),
                field: field.to_owned(),
                key: format!("{} 的 {key}", order.origin),
                origin: order.empty_keys.get(key).or(origin).unwrap_or(&order.origin).clone(),
            });
        }
    }

    fn contact(&mut self, name: &str, key: &str, person: &ContactPerson) {
        let ways = [("姓名", &person.name), ("电话", &person.phone), ("邮箱", &person.email)];
        for (field, text) in ways {
            let key = format!("{key}.{field}");
            self.add(text.is_some(), &format!("{name}{field}"), &key, person.origin.as_ref());
        }
    }

    fn lines(&mut self) {
        let order = self.order;
        self.add(!order.lines.is_empty(), "明细（人天；订单总额由它算出）", "明细", None);
        for (index, line) in order.lines.iter().enumerate() {
            let given = [
                (line.post.is_some(), "岗位"),
                (line.level.is_some(), "级别"),
                (line.days.is_some(), "人天"),
            ];
            for (filled, field) in given {
                let key = format!("明细[{}].{field}", index + 1);
                self.add(filled, &format!("明细第 {} 行的{field}", index + 1), &key, Some(&line.origin));
            }
        }
    }

    fn plan(&mut self) {
        for (index, stage) in self.order.plan.iter().enumerate() {
            let paid = stage.share.is_some() || stage.amount.is_some();
            let given =
                [(stage.stage.is_some(), "阶段"), (stage.condition.is_some(), "条件"), (paid, "比例")];
            for (filled, field) in given {
                let key = format!("付款计划[{}].{field}", index + 1);
                let said = if field == "比例" { "比例或金额" } else { field };
                self.add(filled, &format!("付款计划第 {} 行的{said}", index + 1), &key, Some(&stage.origin));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use rust_decimal::dec;

    use super::*;
    use crate::compute::testing::at;
    use crate::compute::testing_orders::{order, stage};

    #[test]
    fn what_must_be_filled_in_and_what_may_stay_empty() {
        let mut one = order("DD-1", &[("运维支撑", "高级", dec!(1))]);
        one.lines[0].days = None;
        one.plan = vec![stage(None, None)];
        one.empty_keys.insert("名称".into(), at("名称"));
        let blanks = order_blanks(&one);
        let keys: Vec<&str> =
            blanks.iter().filter_map(|blank| blank.key.strip_prefix("订单/DD-1.yaml 的 ")).collect();
        assert_eq!(
            keys,
            [
                "名称",
                "甲方联系人.姓名",
                "甲方联系人.电话",
                "甲方联系人.邮箱",
                "乙方联系人.姓名",
                "乙方联系人.电话",
                "乙方联系人.邮箱",
                "服务周期",
                "服务事项",
                "具体要求",
                "明细[1].人天",
                "付款计划[1].阶段",
                "付款计划[1].条件",
                "付款计划[1].比例",
                "签订日期",
            ]
        );
        assert_eq!((&blanks[0].origin, &blanks[1].origin), (&at("名称"), &one.origin));
        assert_eq!(blanks[0].document, "委托订单 DD-1");
    }
}
