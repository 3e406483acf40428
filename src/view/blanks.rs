//! Which blanks the printed contract and its orders still have.
//!
//! May use: `model`, `compute`, `pack`, and its own room.

use super::order_blanks::order_blanks;
use crate::compute::CaseFigures;
use crate::diagnostics::Origin;
use crate::model::blank::Blank;
use crate::model::case::{Case, DataSharing, Declaration, RelatedPerson, Text};

/// Every blank of the contract and the orders as the case stands, in the order of the documents.
pub fn blanks(case: &Case, figures: &CaseFigures) -> Vec<Blank> {
    let mut found = Collector { case, blanks: Vec::new() };
    found.contract();
    found.supplier();
    found.figures(figures);
    found.integrity();
    if let Some(data) = &case.data_sharing {
        found.data_sharing(data);
    }
    found.blanks.extend(case.orders.iter().flat_map(order_blanks));
    found.blanks
}

struct Collector<'c> {
    case: &'c Case,
    blanks: Vec<Blank>,
}

impl Collector<'_> {
    fn add(&mut self, filled: bool, place: (&str, &str), field: &str, key: &str, origin: Option<&Origin>) {
        if !filled {
            self.blanks.push(Blank {
                document: place.0.into(),
                clause: place.1.into(),
                field: field.into(),
                key: key.into(),
                origin: self.case.empty_keys.get(key).or(origin).unwrap_or(&self.case.origin).clone(),
            });
        }
    }

    /// Not 签订日期: where it was not agreed beforehand the parties write it by hand when they sign (12.2).
    fn contract(&mut self) {
        let terms = &self.case.contract;
        self.add(terms.number.is_some(), ("正文", "页眉、附件6、附件7"), "合同编号", "合同.编号", None);
        self.add(terms.payment.is_some(), ("正文", "4.6.1"), "付款方式", "合同.付款方式", None);
    }

    fn supplier(&mut self) {
        let supplier = &self.case.supplier;
        let fields: [(&Text, &str, &str); 10] = [
            (&supplier.name, "封面、首部、4.6.3、签署页", "名称"),
            (&supplier.legal_address, "首部", "法定地址"),
            (&supplier.legal_representative, "首部", "法定代表人"),
            (&supplier.postcode, "首部", "邮政编码"),
            (&supplier.tax_id, "4.6.3", "纳税人识别号"),
            (&supplier.bank, "4.6.2、4.6.3", "开户行"),
            (&supplier.account, "4.6.2、4.6.3", "账号"),
            (&supplier.address, "4.6.3", "地址"),
            (&supplier.phone, "4.6.3", "联系电话"),
            (&supplier.supervision_department, "第六条", "监督部门"),
        ];
        let origin = supplier.origin.as_ref();
        for (text, clause, key) in fields {
            let document = if key == "监督部门" { "附件4" } else { "正文" };
            self.add(
                text.is_some(),
                (document, clause),
                &format!("乙方{key}"),
                &format!("乙方.{key}"),
                origin,
            );
        }
    }

    fn figures(&mut self, figures: &CaseFigures) {
        let quoted = figures.contract().is_some();
        let origin = self.case.quotation.as_ref().map(|quotation| &quotation.origin);
        let field = "报价表（附件3的单价，4.3的金额由它算出）";
        self.add(quoted, ("正文、附件3", "4.3、报价表"), field, "报价", origin);
        for value in &figures.clauses.items {
            let key = format!("条款.{}", value.key);
            let document = if value.clause.starts_with("附件4") { "附件4" } else { "正文" };
            let filled = value.printed.is_some();
            self.add(filled, (document, &value.clause), &value.key, &key, value.origin.as_ref());
        }
    }

    fn integrity(&mut self) {
        let integrity = &self.case.integrity;
        let origin = integrity.origin.as_ref();
        let place = ("附件4", "声明书");
        self.add(!integrity.declarations.is_empty(), place, "关联人员声明", "廉洁.声明", origin);
        let related = integrity.declarations.iter().any(|d| d.value == Declaration::Related);
        if related {
            self.add(!integrity.persons.is_empty(), place, "关联人员", "廉洁.关联人员", origin);
            for person in &integrity.persons {
                self.person(person);
            }
        } else {
            let given = integrity.other_business_given;
            self.add(given, ("附件4", "声明书第3条"), "其他业务合作", "廉洁.其他业务合作", origin);
        }
    }

    fn person(&mut self, person: &RelatedPerson) {
        let place = ("附件4", "有关联人员认证声明书");
        let fields = [(&person.name, "姓名"), (&person.position, "职务"), (&person.id_number, "身份证号")];
        for (text, key) in fields {
            let path = format!("廉洁.关联人员.{key}");
            self.add(text.is_some(), place, &format!("关联人员{key}"), &path, Some(&person.origin));
        }
        let ticked = !person.relations.is_empty();
        self.add(ticked, place, "关联关系", "廉洁.关联人员.关系", Some(&person.origin));
    }

    fn data_sharing(&mut self, data: &DataSharing) {
        let fields = [
            (data.content.is_some(), "（1）", "数据内容"),
            (data.quantity.is_some(), "（2）", "数据数量"),
            (!data.categories.is_empty(), "（3）", "数据类别"),
            (data.purpose.is_some(), "（5）", "目的"),
            (data.scope.is_some(), "（6）", "范围"),
            (!data.stages.is_empty(), "（7）", "处理方式"),
            (!data.buyer_safeguards.is_empty(), "（8）", "保障措施.咪咕公司"),
            (data.supplier_safeguards.is_some(), "（8）", "保障措施.承诺方"),
        ];
        for (filled, clause, key) in fields {
            let path = format!("信息安全.数据合作.{key}");
            self.add(filled, ("附件5", &format!("第二条{clause}")), key, &path, Some(&data.origin));
        }
    }
}
