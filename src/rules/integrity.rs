//! L 廉洁: 附件4 and its declarations.
//!
//! May use: `model`, `pack`, `diagnostics`.

use super::{Context, Reporter, Rule, always, did_you_mean, nearest};
use crate::diagnostics::{RuleInfo, Severity};
use crate::model::case::Declaration;
use crate::model::fault::{Fault, FaultKind};

fn related(ctx: &Context) -> bool {
    ctx.case.integrity.declarations.iter().any(|declaration| declaration.value == Declaration::Related)
}

/// Who declares 有关联 says who it is.
pub static L001: Rule = Rule {
    info: RuleInfo {
        id: "L001",
        title: "有关联声明缺人员信息",
        severity: Severity::Error,
        clause: "附件4 有关联人员认证声明书",
        what: "声明有关联时，须列出关联人员，每人写明姓名、职务、身份证号和关系。",
        why: "声明书由关联人员本人作出，缺了这些就不成立。",
        example: "声明: 有关联，却没有 关联人员。",
        fix: "在 廉洁.关联人员 里逐人补齐 姓名、职务、身份证号、关系。",
    },
    applies: related,
    check: l001,
};

fn l001(ctx: &Context, out: &mut Reporter) {
    let integrity = &ctx.case.integrity;
    if integrity.persons.is_empty()
        && let Some(declaration) = integrity.declarations.iter().find(|d| d.value == Declaration::Related)
    {
        out.report(&declaration.origin, "声明有关联，但没有列出关联人员").expected("至少一名关联人员");
    }
    for person in &integrity.persons {
        let fields = [
            (person.name.is_some(), "姓名"),
            (person.position.is_some(), "职务"),
            (person.id_number.is_some(), "身份证号"),
            (!person.relations.is_empty(), "关系"),
        ];
        let missing: Vec<&str> = fields.iter().filter(|(given, _)| !given).map(|(_, name)| *name).collect();
        if !missing.is_empty() {
            let who = person.name.as_ref().map_or("这名关联人员", |name| name.value.as_str());
            out.report(&person.origin, format!("{who}缺少{}", missing.join("、")))
                .expected("姓名、职务、身份证号、关系");
        }
    }
}

/// Exactly one declaration is signed.
pub static L002: Rule = Rule {
    info: RuleInfo {
        id: "L002",
        title: "两份声明书须择一",
        severity: Severity::Error,
        clause: "附件4",
        what: "声明须在 无关联 和 有关联 中选一个，不能都选，也不能都不选；选无关联时不能再列关联人员。",
        why: "两份声明书内容相反，只能签其中一份。",
        example: "声明: [无关联, 有关联]。",
        fix: "在 廉洁.声明 里只写 无关联 或 有关联。",
    },
    applies: always,
    check: l002,
};

fn is_about_declaration(fault: &Fault) -> bool {
    match &fault.kind {
        FaultKind::BadValue { what, .. } | FaultKind::ChineseQuotes { what, .. } => {
            ["廉洁", "廉洁.声明"].contains(&what.as_str())
        }
        _ => false,
    }
}

fn l002(ctx: &Context, out: &mut Reporter) {
    let integrity = &ctx.case.integrity;
    match integrity.declarations.as_slice() {
        // What is written and cannot be read is told as that.
        [] if ctx.faults.iter().any(is_about_declaration) => {}
        [] => {
            let origin = integrity.origin.as_ref().unwrap_or(&ctx.case.origin);
            out.report(origin, "没有选定声明书").expected("声明: 无关联 或 声明: 有关联");
        }
        [only] => {
            if only.value == Declaration::Unrelated
                && let Some(person) = integrity.persons.first()
            {
                out.report(&person.origin, "声明无关联，却列了关联人员")
                    .label(&only.origin, "声明在这里")
                    .help("没有关联人员就删去 关联人员；有就把声明改为 有关联");
            }
        }
        [first, second, ..] => {
            out.report(&second.origin, "声明写了不止一个")
                .label(&first.origin, "第一个在这里")
                .expected("只选一个");
        }
    }
}

/// 其他业务类别 are among those of the footnote.
pub static L003: Rule = Rule {
    info: RuleInfo {
        id: "L003",
        title: "其他业务类别不在脚注所列之中",
        severity: Severity::Warning,
        clause: "附件4 无关联人员认证声明书第3条脚注",
        what: "其他业务合作宜用脚注所列的类别名称。",
        why: "用统一的名称，甲方才能归类核对。",
        example: "其他业务合作: [技术支持]（脚注为 技术支撑服务）。",
        fix: "改用脚注里的类别名称；确实没有合适的，可保留。",
    },
    applies: |ctx| !ctx.case.integrity.other_business.is_empty(),
    check: |ctx, out| {
        let known = &ctx.pack.business_categories;
        for business in ctx.case.integrity.other_business.iter().filter(|b| !known.contains(&b.value)) {
            let suggestion = did_you_mean(nearest(&business.value, known.iter().map(String::as_str)));
            out.report(&business.origin, format!("“{}”不在脚注所列的类别之中{suggestion}", business.value))
                .expected(known.join("、"));
        }
    },
};

/// 关系 are the brackets of the declaration.
pub static L004: Rule = Rule {
    info: RuleInfo {
        id: "L004",
        title: "关联关系不在声明书所列之中",
        severity: Severity::Error,
        clause: "附件4 有关联人员认证声明书第1条",
        what: "关系须是声明书第1条括号里的名称之一。",
        why: "别的写法在声明书上没有可打勾的地方，就会漏掉。",
        example: "关系: [亲戚]（应为 亲属）。",
        fix: "改为声明书里的名称。",
    },
    applies: |ctx| !ctx.case.integrity.persons.is_empty(),
    check: |ctx, out| {
        let known = || ctx.pack.relations.iter().map(|relation| relation.key.as_str());
        for relation in ctx.case.integrity.persons.iter().flat_map(|person| &person.relations) {
            if !known().any(|key| key == relation.value) {
                let suggestion = did_you_mean(nearest(&relation.value, known()));
                out.report(&relation.origin, format!("声明书里没有关系“{}”{suggestion}", relation.value))
                    .expected(known().collect::<Vec<_>>().join("、"));
            }
        }
    },
};

/// 有 and 无 of one interest are not both ticked.
pub static L005: Rule = Rule {
    info: RuleInfo {
        id: "L005",
        title: "关联关系自相矛盾",
        severity: Severity::Error,
        clause: "附件4 有关联人员认证声明书第1条",
        what: "同一项利益不能既勾“有”又勾“无”：股利分配与无股利分配，公司收益分配与无公司收益分配。",
        why: "自相矛盾的声明等于没有声明，还可能被认定为失实。",
        example: "关系: [股利分配, 无股利分配]。",
        fix: "按实际情况只留一项。",
    },
    applies: |ctx| ctx.case.integrity.persons.iter().any(|person| person.relations.len() > 1),
    check: l005,
};

fn l005(ctx: &Context, out: &mut Reporter) {
    for person in &ctx.case.integrity.persons {
        for relation in &person.relations {
            let denied = format!("无{}", relation.value.trim());
            if let Some(denial) = person.relations.iter().find(|other| other.value.trim() == denied) {
                out.report(&denial.origin, format!("同时勾选了“{}”和“{denied}”", relation.value.trim()))
                    .expected("只选其中一项")
                    .label(&relation.origin, "另一项在这里");
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compute::testing::{at, good_case, located_at, text};
    use crate::diagnostics::Located;
    use crate::model::case::{Integrity, RelatedPerson};
    use crate::rules::testing::{fire, only};

    fn person() -> RelatedPerson {
        RelatedPerson {
            origin: at("人"),
            name: text("姓名", "张三"),
            company: None,
            position: text("职务", "经理"),
            id_number: text("身份证号", "11010519491231002X"),
            relations: vec![located_at("关系", "亲属")],
        }
    }

    fn with(change: impl FnOnce(&mut Integrity)) -> crate::model::case::Case {
        let mut case = good_case();
        change(&mut case.integrity);
        case
    }

    fn declare(integrity: &mut Integrity) {
        integrity.declarations = vec![Located::new(Declaration::Related, at("声明"))];
    }

    #[test]
    fn l001_persons_and_their_details() {
        only(fire("L001", &with(declare)), &at("声明"), Severity::Error);
        let complete = with(|i| {
            declare(i);
            i.persons.push(person());
        });
        assert!(fire("L001", &complete).is_empty());
        let incomplete = with(|i| {
            declare(i);
            i.persons.push(RelatedPerson { id_number: None, ..person() });
        });
        let found = only(fire("L001", &incomplete), &at("人"), Severity::Error);
        assert!(found.message.contains("张三缺少身份证号"), "{}", found.message);
    }

    #[test]
    fn l002_exactly_one() {
        assert!(fire("L002", &good_case()).is_empty());
        let none = with(|i| i.declarations.clear());
        only(fire("L002", &none), &at("廉洁"), Severity::Error);
        let both = with(|i| i.declarations.push(Located::new(Declaration::Related, at("二"))));
        only(fire("L002", &both), &at("二"), Severity::Error);
        let contradiction = with(|i| i.persons.push(person()));
        only(fire("L002", &contradiction), &at("人"), Severity::Error);
    }

    #[test]
    fn l003_and_l004_names() {
        assert!(fire("L003", &good_case()).is_empty());
        let case = with(|i| i.other_business = vec![located_at("业务", "技术支持")]);
        let found = only(fire("L003", &case), &at("业务"), Severity::Warning);
        assert!(found.message.contains("技术支撑服务"), "{}", found.message);
        let case = with(|i| {
            i.persons.push(RelatedPerson { relations: vec![located_at("关系", "亲戚")], ..person() });
        });
        only(fire("L004", &case), &at("关系"), Severity::Error);
    }

    #[test]
    fn l005_contradictions() {
        let with_relations = |relations: &[&str]| {
            let relations = relations.iter().map(|r| located_at(r, r)).collect();
            with(|i| i.persons.push(RelatedPerson { relations, ..person() }))
        };
        assert!(fire("L005", &with_relations(&["亲属", "股利分配"])).is_empty());
        let both = with_relations(&["股利分配", "无股利分配"]);
        only(fire("L005", &both), &at("无股利分配"), Severity::Error);
    }
}
