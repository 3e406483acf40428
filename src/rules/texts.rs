//! Every text of the case that a person typed freely, with the key it stands under: what the T rules read.
//!
//! May use: `model`.

use crate::diagnostics::Located;
use crate::model::case::{Case, DataSharing, Integrity, Supplier, Text};
use crate::model::order::Order;

/// A text and the key it stands under.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UserText<'a> {
    /// Such as `乙方.名称` or `廉洁.其他业务合作[2]`; counted from 1.
    pub path: String,
    /// The text.
    pub text: &'a Located<String>,
}

/// All texts of the case that get printed.
pub fn user_texts(case: &Case) -> Vec<UserText<'_>> {
    let mut texts = Texts(Vec::new());
    texts.one("合同.编号", &case.contract.number);
    texts.one("合同.项目名称", &case.contract.project);
    supplier(&case.supplier, &mut texts);
    for clause in &case.clauses {
        texts.add(format!("条款.{}", clause.key.value), &clause.value);
    }
    integrity(&case.integrity, &mut texts);
    if let Some(data) = &case.data_sharing {
        data_sharing(data, &mut texts);
    }
    for (index, adjustment) in case.adjustments.iter().enumerate() {
        texts.one(&format!("调整[{}].事由", index + 1), &adjustment.reason);
    }
    for one in &case.orders {
        order(one, &mut texts);
    }
    texts.0
}

/// What the months' sheets bring into a 结算单 as it stands there.
pub fn sheet_texts(case: &Case) -> Vec<UserText<'_>> {
    let mut texts = Texts(Vec::new());
    for month in &case.months {
        for entry in &month.work {
            texts.add("工时的姓名".to_owned(), &entry.person);
            texts.one("工时的证件号", &entry.person_id);
        }
        for entry in &month.assessments {
            texts.one("考核的说明", &entry.note);
        }
    }
    texts.0
}

struct Texts<'a>(Vec<UserText<'a>>);

impl<'a> Texts<'a> {
    fn add(&mut self, path: String, text: &'a Located<String>) {
        self.0.push(UserText { path, text });
    }

    fn one(&mut self, path: &str, text: &'a Text) {
        if let Some(text) = text {
            self.add(path.to_owned(), text);
        }
    }

    fn list(&mut self, path: &str, list: &'a [Located<String>]) {
        for (index, text) in list.iter().enumerate() {
            self.add(format!("{path}[{}]", index + 1), text);
        }
    }
}

fn supplier<'a>(supplier: &'a Supplier, texts: &mut Texts<'a>) {
    for (path, text) in [
        ("乙方.名称", &supplier.name),
        ("乙方.简称", &supplier.short_name),
        ("乙方.法定地址", &supplier.legal_address),
        ("乙方.法定代表人", &supplier.legal_representative),
        ("乙方.邮政编码", &supplier.postcode),
        ("乙方.纳税人识别号", &supplier.tax_id),
        ("乙方.户名", &supplier.account_name),
        ("乙方.开户行", &supplier.bank),
        ("乙方.账号", &supplier.account),
        ("乙方.地址", &supplier.address),
        ("乙方.联系电话", &supplier.phone),
        ("乙方.邮箱", &supplier.email),
        ("乙方.监督部门", &supplier.supervision_department),
    ] {
        texts.one(path, text);
    }
}

fn integrity<'a>(integrity: &'a Integrity, texts: &mut Texts<'a>) {
    for (index, person) in integrity.persons.iter().enumerate() {
        for (key, text) in [
            ("姓名", &person.name),
            ("公司", &person.company),
            ("职务", &person.position),
            ("身份证号", &person.id_number),
        ] {
            texts.one(&format!("廉洁.关联人员[{}].{key}", index + 1), text);
        }
    }
    texts.list("廉洁.其他业务合作", &integrity.other_business);
}

fn data_sharing<'a>(data: &'a DataSharing, texts: &mut Texts<'a>) {
    const BLOCK: &str = "信息安全.数据合作";
    texts.one(&format!("{BLOCK}.数据内容"), &data.content);
    texts.one(&format!("{BLOCK}.目的"), &data.purpose);
    texts.one(&format!("{BLOCK}.范围"), &data.scope);
    for safeguard in &data.buyer_safeguards {
        let path = format!("{BLOCK}.保障措施.咪咕公司.{}", safeguard.stage.value);
        texts.list(&path, &safeguard.measures);
    }
    texts.one(&format!("{BLOCK}.保障措施.承诺方"), &data.supplier_safeguards);
}

fn order<'a>(order: &'a Order, texts: &mut Texts<'a>) {
    let of = format!("委托订单 {} 的", order.called());
    let (buyer, supplier) = (&order.buyer_contact, &order.supplier_contact);
    for (key, text) in [
        ("编号", &order.number),
        ("名称", &order.name),
        ("甲方联系人.姓名", &buyer.name),
        ("甲方联系人.电话", &buyer.phone),
        ("甲方联系人.邮箱", &buyer.email),
        ("乙方联系人.姓名", &supplier.name),
        ("乙方联系人.电话", &supplier.phone),
        ("乙方联系人.邮箱", &supplier.email),
        ("甲方其他信息", &order.buyer_other),
        ("乙方其他信息", &order.supplier_other),
        ("特别说明", &order.special_notes),
        ("服务事项", &order.service_items),
        ("具体要求", &order.requirements),
        ("委托内容", &order.content),
        ("考核与结算", &order.assessment),
    ] {
        texts.one(&format!("{of}{key}"), text);
    }
    for (index, line) in order.lines.iter().enumerate() {
        texts.one(&format!("{of}明细[{}].岗位", index + 1), &line.post);
        texts.one(&format!("{of}明细[{}].级别", index + 1), &line.level);
    }
    for (index, stage) in order.plan.iter().enumerate() {
        for (key, text) in [("阶段", &stage.stage), ("条件", &stage.condition), ("说明", &stage.note)] {
            texts.one(&format!("{of}付款计划[{}].{key}", index + 1), text);
        }
    }
    texts.list(&format!("{of}附件"), &order.attachments);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compute::testing::good_case;

    #[test]
    fn paths_are_unique() {
        let mut case = good_case();
        let line = ("运维支撑", "高级", rust_decimal::dec!(1));
        case.orders = ["DD-1", "DD-2"]
            .map(|number| crate::compute::testing_orders::order(number, &[line, line]))
            .into();
        let texts = user_texts(&case);
        let mut paths: Vec<&str> = texts.iter().map(|text| text.path.as_str()).collect();
        assert!(paths.contains(&"信息安全.数据合作.保障措施.咪咕公司.数据存储[1]"));
        assert!(paths.contains(&"廉洁.其他业务合作[1]"));
        assert!(paths.contains(&"委托订单 DD-2 的明细[2].岗位"));
        paths.sort_unstable();
        paths.dedup();
        assert_eq!(paths.len(), texts.len());
    }
}
