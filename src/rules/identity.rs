//! P 主体 and S 结算, what tells one contract from another: over the cases of a run, and in a case's own ledger.
//!
//! May use: `model`, `compute`, `diagnostics`.

use super::{Context, Reporter, Rule};
use crate::compute::parties::{same_number, two_names, two_owners};
use crate::diagnostics::{Origin, RuleInfo, Severity};
use crate::model::case::{Case, ContractTerms, Supplier, Text};
use crate::model::ledger::Belongs;
use crate::model::party::Party;

/// A place in another case, whose files have the same names as ours. Of the path as much as tells it from others: what
/// lies above is this machine's.
fn there(other: &Party, text: &Text) -> String {
    let origin = text.as_ref().map_or_else(String::new, |text| text.origin.to_string());
    let names: Vec<_> = other.place.iter().map(|name| name.to_string_lossy()).collect();
    let folder = names.get(names.len().saturating_sub(2)..).unwrap_or_default().join("/");
    format!("“{}”的 {origin}", folder.trim_start_matches('/'))
}

fn value(text: &Text) -> &str {
    text.as_ref().map_or("（没有写）", |text| text.value.as_str())
}

/// The place of a key of 合同.yaml; the file, where it is left out.
fn place<'c>(case: &'c Case, text: &'c Text) -> &'c Origin {
    text.as_ref().map_or(&case.origin, |text| &text.origin)
}

/// 合同 and 乙方 of a case.
pub type Own<'a> = (&'a ContractTerms, &'a Supplier);

/// What a case has in common with another that it must not have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Clash {
    /// The key, in the case that is looked at.
    pub place: Origin,
    /// What is wrong; the place in the other case is part of it.
    pub message: String,
    /// What should be there.
    pub expected: &'static str,
}

impl Clash {
    fn new(text: &Text, message: String, expected: &'static str) -> Option<Self> {
        Some(Self { place: text.as_ref()?.origin.clone(), message, expected })
    }
}

/// A rule that looks at two cases, and how.
pub type Between = (&'static Rule, fn(Own<'_>, &Party) -> Option<Clash>);

/// The rules that look at two cases.
pub static BETWEEN: [Between; 3] = [(&P008, numbers), (&P009, names), (&P010, accounts)];

fn beside(ctx: &Context, out: &mut Reporter, clash: fn(Own<'_>, &Party) -> Option<Clash>) {
    let own = (&ctx.case.contract, &ctx.case.supplier);
    for clash in ctx.beside.iter().filter_map(|other| clash(own, other)) {
        out.report(&clash.place, clash.message).expected(clash.expected);
    }
}

/// 合同编号 are unique.
pub static P008: Rule = Rule {
    info: RuleInfo {
        id: "P008",
        title: "与别的案卷合同编号相同",
        severity: Severity::Error,
        clause: "正文首部，附件6，附件7",
        what: "同一次运行里的各个案卷，合同编号各不相同；没有填的不算相同。",
        why: "订单、结算单和台账都按合同编号归到合同；编号相同，一份合同会结算两次，或两份合同混在一起。",
        example: "供应商/甲 和 供应商/甲（副本）的 合同.编号 都是 MGYY-2026-0001。",
        fix: "是同一份合同的两个副本的，只留一个案卷；是两份合同的，改正其中一份的 合同.编号。新案卷用 hetong new --from <案卷> 新建，不要复制文件夹。",
    },
    applies: |ctx| ctx.case.contract.number.is_some(),
    check: |ctx, out| beside(ctx, out, numbers),
};

fn numbers((contract, _): Own<'_>, other: &Party) -> Option<Clash> {
    let key = &contract.number;
    let there = same_number(contract, &other.contract).then(|| there(other, &other.contract.number))?;
    let message = format!("合同编号“{}”与{there}相同：同一份合同会结算两次", value(key));
    Clash::new(key, message, "每份合同一个编号，每份合同一个案卷")
}

/// One 信用代码 has one 名称.
pub static P009: Rule = Rule {
    info: RuleInfo {
        id: "P009",
        title: "一个信用代码写了两个名称",
        severity: Severity::Error,
        clause: "正文首部，4.6.3",
        what: "同一次运行里的各个案卷，纳税人识别号（统一社会信用代码）相同的，乙方名称也相同；有效期不重叠的合同可以不同（公司改过名）。没有填的不比较。",
        why: "一个信用代码就是一家公司；名称不同，多半是从别的案卷复制来，只改了一半，发票和付款会落到别的公司。",
        example: "供应商/甲 和 供应商/乙 的名称不同，纳税人识别号却都是 91510100MA6XYH018E。",
        fix: "对照营业执照，改正写错的那一份的 乙方.名称 或 乙方.纳税人识别号。公司在两份合同之间改过名、两份都还有效的，现在还写不进案卷，请把两份分开运行。",
    },
    applies: |ctx| ctx.case.supplier.tax_id.is_some() && ctx.case.supplier.name.is_some(),
    check: |ctx, out| beside(ctx, out, names),
};

fn names(own: Own<'_>, other: &Party) -> Option<Clash> {
    let key = &own.1.tax_id;
    let theirs = &other.supplier;
    let there = two_names(own, (&other.contract, theirs)).then(|| there(other, &theirs.tax_id))?;
    let (name, other) = (value(&own.1.name), value(&theirs.name));
    let message = format!("信用代码“{}”在这里是“{name}”，在{there}是“{other}”", value(key));
    Clash::new(key, message, "一个信用代码只有一个名称")
}

/// One 账号 belongs to one 信用代码.
pub static P010: Rule = Rule {
    info: RuleInfo {
        id: "P010",
        title: "与别的供应商账号相同",
        severity: Severity::Error,
        clause: "4.6.2、4.6.3",
        what: "同一次运行里的各个案卷，账号相同的，纳税人识别号（统一社会信用代码）也相同。没有填的不比较。",
        why: "账号是从别的案卷复制来、忘了改的话，这家公司的钱会付给另一家公司。",
        example: "供应商/甲 和 供应商/乙 是两家公司，账号却都是 4402 0000 0900 1234 567。",
        fix: "对照开户许可证，改正写错的那一份的 乙方.账号。",
    },
    applies: |ctx| ctx.case.supplier.account.is_some() && ctx.case.supplier.tax_id.is_some(),
    check: |ctx, out| beside(ctx, out, accounts),
};

fn accounts((_, supplier): Own<'_>, other: &Party) -> Option<Clash> {
    let key = &supplier.account;
    let theirs = &other.supplier;
    let there = two_owners(supplier, theirs).then(|| there(other, &theirs.account))?;
    let (name, code) = (value(&theirs.name), value(&theirs.tax_id));
    let message = format!("账号“{}”与{there}相同，那是另一家公司“{name}”（信用代码 {code}）", value(key));
    Clash::new(key, message, "乙方自己的账号")
}

/// The ledger is this contract's.
pub static S018: Rule = Rule {
    info: RuleInfo {
        id: "S018",
        title: "台账不是这份合同的",
        severity: Severity::Error,
        clause: "附件7 备注1",
        what: "台账.jsonl 每一行写着合同编号和信用代码，须与案卷的 合同.编号、乙方.纳税人识别号 相同。以前的版本写的台账没有这两项：最后一行记着的 合同.yaml 就是现在的这一份，或者有一份已开具的结算单（校验码与台账相符）印着这个合同编号和乙方名称的，就认作是这份合同的；都没有的，须由人确认。",
        why: "台账里是已结算的金额；用了别的合同的台账，结算单就从别人的余额接着算，还会把别人已开具的结算单当成自己的。",
        example: "复制已经结算过的案卷来做新合同，台账.jsonl 也一起复制了过来。",
        fix: "案卷是从别的合同复制来的：把复制来的 台账.jsonl 移走，以后用 hetong new --from <案卷> 新建。是这份合同的台账、而编号或信用代码后来改过的：改回台账上的写法，已开具的结算单是按它开的。",
    },
    applies: |ctx| !ctx.case.ledger.lines().is_empty(),
    check: s018,
};

fn s018(ctx: &Context, out: &mut Reporter) {
    let (case, ledger) = (ctx.case, &ctx.case.ledger);
    let (number, code) = (&case.contract.number, &case.supplier.tax_id);
    match &ledger.belongs {
        Belongs::Here => {}
        Belongs::Elsewhere(contract, line) => {
            let is_number =
                contract.is(number.as_ref().map(|n| n.value.as_str()), Some(&contract.credit_code));
            let message = format!(
                "台账是合同 {contract}的，案卷写的是合同 {}（信用代码 {}）",
                value(number),
                value(code)
            );
            out.report(place(case, if is_number { code } else { number }), message)
                .expected(format!("合同 {contract}的案卷，或没有这本台账"))
                .label(line, "台账的这一行");
        }
        Belongs::Unproven => {
            let message = format!(
                "台账的 {} 行是以前的版本写的，没有写明是哪份合同的；合同.yaml 在最后一次开具以后改过，也没有找到印着合同编号 {} 和“{}”的已开具结算单，不能认定台账是这份合同的",
                ledger.lines().len(),
                value(number),
                value(&case.supplier.name)
            );
            let report = out.report(place(case, number), message).expected("能认定是这份合同的台账").help(
                "是这份合同的：运行 hetong settle <案卷> --bind，核对编号、名称和余额后确认，以后不再问；已开具的结算单在别的输出目录的，结算时用 -o 指明，也能认定。案卷是从别的合同复制来的：把复制来的 台账.jsonl 移走",
            );
            if let Some((_, line)) = ledger.lines().last() {
                report.label(line, "台账的最后一行");
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use rust_decimal::dec;

    use super::*;
    use crate::compute::testing::{at, day, good_case, text};
    use crate::compute::testing_month::{ledger, line};
    use crate::model::ledger::{ContractId, LedgerLine};
    use crate::rules::testing::{Extra, fire, fire_with, only};

    /// Another case with these 合同编号, 名称, 信用代码 and 账号.
    fn other(texts: [&str; 4]) -> Party {
        let case = good_case();
        let of = |value: &str| text("别处", value).filter(|text| !text.value.is_empty());
        let [number, name, code, account] = texts.map(of);
        let mut party =
            Party {
                place: PathBuf::from("/供应商/乙"), contract: case.contract, supplier: case.supplier
            };
        party.contract.number = number;
        (party.supplier.name, party.supplier.tax_id, party.supplier.account) = (name, code, account);
        party
    }

    fn with_others(id: &str, case: &Case, others: &[[&str; 4]]) -> Vec<crate::diagnostics::Diagnostic> {
        let beside = others.iter().map(|texts| other(*texts)).collect();
        fire_with(id, case, Extra { beside, ..Extra::default() })
    }

    fn case() -> Case {
        let mut case = good_case();
        case.contract.number = text("合同.编号", "A-1");
        case.supplier.name = text("乙方.名称", "甲公司");
        case.supplier.tax_id = text("乙方.纳税人识别号", "91A");
        case.supplier.account = text("乙方.账号", "4402 0000");
        case
    }

    #[test]
    fn p008_one_number_one_contract() {
        assert!(with_others("P008", &case(), &[["A-2", "", "", ""], ["", "", "", ""]]).is_empty());
        let found =
            only(with_others("P008", &case(), &[["Ａ-1", "", "", ""]]), &at("合同.编号"), Severity::Error);
        assert!(found.message.contains("供应商/乙"), "{}", found.message);
        let mut blank = case();
        blank.contract.number = None;
        assert!(with_others("P008", &blank, &[["", "", "", ""]]).is_empty(), "a blank is no duplicate");
    }

    #[test]
    fn p009_one_code_one_name() {
        let same = [["A-2", "甲公司", "91a", ""], ["A-2", "乙公司", "91B", ""], ["A-2", "", "91A", ""]];
        assert!(with_others("P009", &case(), &same).is_empty());
        let key = at("乙方.纳税人识别号");
        let found =
            only(with_others("P009", &case(), &[["A-2", "乙公司", "91a", ""]]), &key, Severity::Error);
        assert!(found.message.contains("甲公司") && found.message.contains("乙公司"), "{}", found.message);
        // A company that has taken another name since: the contracts are not in force together.
        let mut old = other(["A-2", "乙公司", "91A", ""]);
        let mut case = case();
        for (contract, signed) in [(&mut case.contract, "2026-03-01"), (&mut old.contract, "2025-03-01")] {
            contract.signed_on = day("合同.签订日期", signed);
            contract.term = None;
        }
        let fire =
            |old: &Party| fire_with("P009", &case, Extra { beside: vec![old.clone()], ..Extra::default() });
        assert!(fire(&old).is_empty());
        old.contract.signed_on = day("合同.签订日期", "2025-03-02");
        only(fire(&old), &key, Severity::Error);
    }

    #[test]
    fn p010_one_account_one_company() {
        let same = [["A-2", "甲公司", "91A", "44020000"], ["A-2", "乙公司", "", "44020000"]];
        assert!(with_others("P010", &case(), &same).is_empty());
        let found = only(
            with_others("P010", &case(), &[["", "乙", "91B", "44020000"]]),
            &at("乙方.账号"),
            Severity::Error,
        );
        assert!(found.message.contains("91B"), "{}", found.message);
    }

    #[test]
    fn s018_the_ledger_is_this_contracts() {
        let mut case = case();
        let of = |number: &str, credit_code: &str| {
            let contract = ContractId { number: number.into(), credit_code: credit_code.into() };
            LedgerLine { contract: Some(contract), ..line(1, "DD-2025-009", dec!(0), dec!(100)) }
        };
        let judged = |case: &mut Case, line: LedgerLine| {
            case.ledger = ledger(vec![line]);
            case.ledger.belongs = case.ledger_by_name();
            fire("S018", case)
        };
        assert!(judged(&mut case, of("Ａ-1", "91a")).is_empty());
        assert!(
            judged(&mut case, line(1, "DD-2025-009", dec!(0), dec!(100))).is_empty(),
            "nobody asked for proof"
        );
        let found = only(judged(&mut case, of("A-2", "91A")), &at("合同.编号"), Severity::Error);
        assert_eq!(found.labels.len(), 1);
        assert!(!case.ledger.is_sound(), "nothing is judged by its figures");
        only(judged(&mut case, of("A-1", "91B")), &at("乙方.纳税人识别号"), Severity::Error);
        case.ledger = ledger(vec![line(1, "DD-2025-009", dec!(0), dec!(100))]);
        case.ledger.belongs = Belongs::Unproven;
        let found = only(fire("S018", &case), &at("合同.编号"), Severity::Error);
        assert!(found.help.contains("--bind"), "{}", found.help);
    }
}
