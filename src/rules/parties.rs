//! P 主体: who the parties are. The standards behind the numbers are in `model::identifiers`.
//!
//! May use: `model`, `pack`, `diagnostics`.

use super::{Context, Reporter, Rule};
use crate::diagnostics::{Located, RuleInfo, Severity};
use crate::model::case::Text;
use crate::model::identifiers::{self, IdentifierFault};

/// Reports what is wrong with one text, if it is given and something is.
fn judge<T>(
    text: &Text,
    name: &str,
    judge: impl Fn(&str) -> Result<T, IdentifierFault>,
    expected: &str,
    out: &mut Reporter,
) {
    let Some(text) = text else { return };
    if let Err(fault) = judge(&text.value) {
        out.report(&text.origin, format!("{name}“{}”有误：{fault}", text.value)).expected(expected);
    }
}

/// 统一社会信用代码: its check character, and that of the organisation code in it.
pub static P001: Rule = Rule {
    info: RuleInfo {
        id: "P001",
        title: "统一社会信用代码校验不符",
        severity: Severity::Error,
        clause: "4.6.3；GB 32100-2015",
        what: "乙方的纳税人识别号须为 18 位统一社会信用代码，末位校验码相符；其中组织机构代码（GB 11714）的校验码不符时只提醒。",
        why: "抄错一位，发票和付款就会落到别的主体上。",
        example: "纳税人识别号: 91330106673959654Q（末位应为 P）。",
        fix: "对照营业执照核对 乙方.纳税人识别号。",
    },
    applies: |ctx| ctx.case.supplier.tax_id.is_some(),
    check: p001,
};

fn p001(ctx: &Context, out: &mut Reporter) {
    let Some(code) = &ctx.case.supplier.tax_id else { return };
    if let Err(fault) = identifiers::credit_code(&code.value) {
        out.report(&code.origin, format!("纳税人识别号“{}”有误：{fault}", code.value))
            .expected("18 位统一社会信用代码，校验码相符");
    } else if let Err(fault) = identifiers::organisation_code(&code.value) {
        out.report(&code.origin, format!("纳税人识别号“{}”里的组织机构代码有误：{fault}", code.value))
            .severity(Severity::Warning)
            .clause("GB 11714")
            .expected("第 9 至 17 位的组织机构代码自身校验相符")
            .help("少数企业的代码确是如此；请对照营业执照再核对一遍，无误则不必改");
    }
}

/// 邮政编码 is six digits.
pub static P002: Rule = Rule {
    info: RuleInfo {
        id: "P002",
        title: "邮政编码有误",
        severity: Severity::Error,
        clause: "正文首部",
        what: "乙方的邮政编码须为 6 位数字。",
        why: "通知与送达（10.2）按地址和邮编寄送。",
        example: "邮政编码: \"61004\"（只有 5 位）。",
        fix: "把 乙方.邮政编码 改为 6 位数字，并写在引号里。",
    },
    applies: |ctx| ctx.case.supplier.postcode.is_some(),
    check: |ctx, out| {
        judge(&ctx.case.supplier.postcode, "邮政编码", identifiers::postcode, "6 位数字，如 610041", out);
    },
};

/// 联系电话 and 邮箱 have the form of one.
pub static P003: Rule = Rule {
    info: RuleInfo {
        id: "P003",
        title: "联系电话或邮箱有误",
        severity: Severity::Error,
        clause: "4.6.3",
        what: "乙方的联系电话须为固定电话（区号-号码）、手机号或 400/800 号码；邮箱须形如 name@example.com。",
        why: "开票信息和通知要用到。",
        example: "联系电话: 02885551234（缺区号后的连字符）。",
        fix: "改正 乙方.联系电话 或 乙方.邮箱。",
    },
    applies: |ctx| ctx.case.supplier.phone.is_some() || ctx.case.supplier.email.is_some(),
    check: |ctx, out| {
        let supplier = &ctx.case.supplier;
        let phone = "固定电话如 028-85551234（分机如 028-85551234-801），或 11 位手机号";
        judge(&supplier.phone, "联系电话", identifiers::telephone, phone, out);
        judge(&supplier.email, "邮箱", identifiers::email, "形如 name@example.com", out);
    },
};

/// 账号 is digits.
pub static P004: Rule = Rule {
    info: RuleInfo {
        id: "P004",
        title: "银行账号有误",
        severity: Severity::Error,
        clause: "4.6.2、4.6.3",
        what: "乙方的银行账号须为 8 至 32 位数字，可用空格分组。",
        why: "账号错误会导致支付失败，责任由收款方承担（4.6.3）。",
        example: "账号: \"4402 0000 O900 1234\"（有字母 O）。",
        fix: "对照开户许可证改正 乙方.账号，并写在引号里。",
    },
    applies: |ctx| ctx.case.supplier.account.is_some(),
    check: |ctx, out| {
        judge(&ctx.case.supplier.account, "账号", identifiers::bank_account, "8 至 32 位数字", out);
    },
};

/// 甲方 and 乙方 are two.
pub static P005: Rule = Rule {
    info: RuleInfo {
        id: "P005",
        title: "甲乙方相同",
        severity: Severity::Error,
        clause: "正文首部",
        what: "乙方的名称、纳税人识别号和账号都不得与甲方相同。",
        why: "多半是把甲方的信息抄到了乙方处，合同会无从履行。",
        example: "乙方.名称 写成了 咪咕音乐有限公司。",
        fix: "把 乙方 的信息改为供应商自己的。",
    },
    applies: |ctx| {
        let supplier = &ctx.case.supplier;
        supplier.name.is_some() || supplier.tax_id.is_some() || supplier.account.is_some()
    },
    check: p005,
};

fn p005(ctx: &Context, out: &mut Reporter) {
    let (supplier, buyer) = (&ctx.case.supplier, &ctx.pack.buyer);
    let digits = |text: &str| text.chars().filter(|c| !c.is_whitespace()).collect::<String>();
    let pairs: [(&Text, &str, Vec<&String>); 3] = [
        (&supplier.name, "名称", vec![&buyer.name]),
        (&supplier.tax_id, "纳税人识别号", vec![&buyer.tax_id]),
        (&supplier.account, "账号", vec![&buyer.invoice_account, &buyer.payment_account]),
    ];
    for (text, name, of_buyer) in pairs {
        let Some(text) = text else { continue };
        if of_buyer.iter().any(|other| digits(other) == digits(&text.value)) {
            out.report(&text.origin, format!("乙方的{name}“{}”与甲方相同", text.value))
                .expected(format!("供应商自己的{name}"))
                .help(format!("把 乙方.{name} 改为供应商自己的"));
        }
    }
}

/// 身份证号 of the persons in the 有关联人员认证声明书.
pub static P006: Rule = Rule {
    info: RuleInfo {
        id: "P006",
        title: "身份证号校验不符",
        severity: Severity::Error,
        clause: "附件4 有关联人员认证声明书；GB 11643-1999",
        what: "关联人员的身份证号须为 18 位，出生日期有效，末位校验码相符。",
        why: "声明书凭身份证号确定是谁作的声明。",
        example: "身份证号: \"110105194912310021\"（末位应为 X）。",
        fix: "对照身份证改正 廉洁.关联人员 里的 身份证号。",
    },
    applies: |ctx| !ctx.case.integrity.persons.is_empty(),
    check: |ctx, out| {
        for person in &ctx.case.integrity.persons {
            judge(&person.id_number, "身份证号", identifiers::citizen_id, "18 位居民身份证号", out);
        }
    },
};

/// 户名 is the supplier's name.
pub static P007: Rule = Rule {
    info: RuleInfo {
        id: "P007",
        title: "户名与乙方名称不同",
        severity: Severity::Warning,
        clause: "4.6.3",
        what: "写了 户名 时，应与乙方名称一致。",
        why: "对公付款的收款户名通常就是合同相对方，不同则须有说明。",
        example: "名称: 成都星河示例科技有限公司，户名: 星河示例科技有限公司。",
        fix: "户名与名称一致时删去 乙方.户名；确需不同的，请附说明。",
    },
    applies: |ctx| ctx.case.supplier.account_name.is_some(),
    check: |ctx, out| {
        let supplier = &ctx.case.supplier;
        let (Some(account_name), Some(Located { value: name, .. })) =
            (&supplier.account_name, &supplier.name)
        else {
            return;
        };
        if &account_name.value != name {
            out.report(&account_name.origin, format!("户名“{}”与乙方名称“{name}”不同", account_name.value))
                .expected(name.clone());
        }
    },
};

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compute::testing::{at, good_case, text};
    use crate::model::case::{Case, RelatedPerson};
    use crate::rules::testing::{fire, only};

    fn with(change: impl FnOnce(&mut Case)) -> Case {
        let mut case = good_case();
        change(&mut case);
        case
    }

    #[test]
    fn p001_outer_is_an_error_and_inner_a_warning() {
        assert!(fire("P001", &good_case()).is_empty());
        let key = "乙方.纳税人识别号";
        let wrong = with(|c| c.supplier.tax_id = text(key, "91330106673959654Q"));
        let found = only(fire("P001", &wrong), &at(key), Severity::Error);
        assert!(found.message.contains("应为“P”"), "{}", found.message);
        // Outer check character worked out with the standard's formula; the organisation code inside does not fit.
        let inner = with(|c| c.supplier.tax_id = text(key, "915101002023553860"));
        let found = only(fire("P001", &inner), &at(key), Severity::Warning);
        assert_eq!(found.message.matches("校验不符").count(), 1, "{}", found.message);
    }

    #[test]
    fn p002_to_p004_forms() {
        for id in ["P002", "P003", "P004"] {
            assert!(fire(id, &good_case()).is_empty(), "{id}");
        }
        let case = with(|c| c.supplier.postcode = text("乙方.邮政编码", "61004"));
        only(fire("P002", &case), &at("乙方.邮政编码"), Severity::Error);
        let case = with(|c| c.supplier.phone = text("乙方.联系电话", "12345"));
        only(fire("P003", &case), &at("乙方.联系电话"), Severity::Error);
        let case = with(|c| c.supplier.email = text("乙方.邮箱", "contact@"));
        only(fire("P003", &case), &at("乙方.邮箱"), Severity::Error);
        let case = with(|c| c.supplier.account = text("乙方.账号", "4402 0000 O900 1234"));
        only(fire("P004", &case), &at("乙方.账号"), Severity::Error);
    }

    #[test]
    fn p005_the_buyer_is_not_the_supplier() {
        assert!(fire("P005", &good_case()).is_empty());
        let case = with(|c| c.supplier.name = text("乙方.名称", "咪咕音乐有限公司"));
        only(fire("P005", &case), &at("乙方.名称"), Severity::Error);
        let case = with(|c| c.supplier.account = text("乙方.账号", "8888 0150 0000 0179"));
        only(fire("P005", &case), &at("乙方.账号"), Severity::Error);
    }

    #[test]
    fn p006_identity_card() {
        let person = |number: &str| RelatedPerson {
            origin: at("廉洁.关联人员"),
            name: text("姓名", "张三"),
            company: None,
            position: text("职务", "经理"),
            id_number: text("身份证号", number),
            relations: Vec::new(),
        };
        let good = with(|c| c.integrity.persons.push(person("11010519491231002X")));
        assert!(fire("P006", &good).is_empty());
        let bad = with(|c| c.integrity.persons.push(person("110105194912310021")));
        only(fire("P006", &bad), &at("身份证号"), Severity::Error);
    }

    #[test]
    fn p007_account_name() {
        assert!(fire("P007", &good_case()).is_empty());
        let case = with(|c| c.supplier.account_name = text("乙方.户名", "星河示例科技有限公司"));
        only(fire("P007", &case), &at("乙方.户名"), Severity::Warning);
    }
}
