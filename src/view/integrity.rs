//! 附件4 and its declarations as they are printed.
//!
//! May use: `model`, `compute`, `pack`.

use std::collections::BTreeMap;

use serde::Serialize;

use super::or_blank;
use crate::compute::CaseFigures;
use crate::model::case::{Case, Declaration, RelatedPerson, Text};
use crate::pack::Pack;

/// 附件4.
#[derive(Clone, Debug, Serialize)]
pub struct IntegrityView {
    /// 有关联 is declared; otherwise 无关联, which the form takes by default.
    pub related: bool,
    /// 有（√）.
    pub has_other: bool,
    /// 无（√）. Neither while the case does not say.
    pub has_no_other: bool,
    /// 其他业务类别.
    pub other_business: Vec<String>,
    /// 监督举报地址.
    pub report_address: String,
    /// its 邮编.
    pub report_postcode: String,
    /// 举报电话.
    pub report_phone: String,
    /// 一式…份.
    pub copies: String,
    /// 各执…份; empty where the parties hold different numbers.
    pub copies_each: String,
    /// 甲方执…份.
    pub copies_buyer: String,
    /// 乙方执…份.
    pub copies_supplier: String,
    /// One declaration each.
    pub persons: Vec<PersonView>,
}

/// One 有关联人员认证声明书.
#[derive(Clone, Debug, Default, Serialize)]
#[expect(missing_docs, reason = "姓名, 公司, 职务, 身份证号码, 声明人")]
pub struct PersonView {
    pub name: String,
    pub company: String,
    pub position: String,
    pub id_number: String,
    pub declarant_name: String,
    pub declarant_position: String,
    /// The brackets by id: ticked or not.
    #[serde(flatten)]
    pub relations: BTreeMap<String, bool>,
}

impl IntegrityView {
    pub(super) fn of(case: &Case, pack: &Pack, figures: &CaseFigures) -> Self {
        let integrity = &case.integrity;
        let declared = integrity.declarations.first().map(|declaration| declaration.value);
        let related = declared == Some(Declaration::Related);
        let clause =
            |id| figures.clauses.by_id(id).and_then(|value| value.printed.clone()).unwrap_or_default();
        let each = clause("integrity_copies_each");
        let mut persons: Vec<PersonView> = integrity
            .persons
            .iter()
            .map(|person| PersonView::of(person, &case.supplier.name, pack))
            .collect();
        if related && persons.is_empty() {
            persons.push(PersonView { relations: no_relations(pack), ..PersonView::default() });
        }
        Self {
            related,
            has_other: !integrity.other_business.is_empty(),
            has_no_other: integrity.other_business_given && integrity.other_business.is_empty(),
            other_business: integrity.other_business.iter().map(|item| item.value.clone()).collect(),
            report_address: pack.buyer.report_address.clone(),
            report_postcode: pack.buyer.report_postcode.clone(),
            report_phone: pack.buyer.report_phone.clone(),
            copies: clause("integrity_copies"),
            copies_buyer: each.clone(),
            copies_supplier: each.clone(),
            copies_each: each,
            persons,
        }
    }
}

fn no_relations(pack: &Pack) -> BTreeMap<String, bool> {
    pack.relations.iter().map(|relation| (relation.id.clone(), false)).collect()
}

impl PersonView {
    fn of(person: &RelatedPerson, supplier: &Text, pack: &Pack) -> Self {
        let ticked = |key: &str| person.relations.iter().any(|relation| relation.value == key);
        let relations = pack.relations.iter().map(|relation| (relation.id.clone(), ticked(&relation.key)));
        Self {
            name: or_blank(&person.name),
            company: or_blank(if person.company.is_some() { &person.company } else { supplier }),
            position: or_blank(&person.position),
            id_number: or_blank(&person.id_number),
            // The person signs there; the name itself stands in the first line.
            declarant_name: String::new(),
            declarant_position: or_blank(&person.position),
            relations: relations.collect(),
        }
    }
}
