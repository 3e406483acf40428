//! M 金额: 4.3's figures with each other, with their 大写, with 附件3, and with figures held from elsewhere.
//!
//! May use: `model`, `compute`, `pack`, `diagnostics`.

use super::{Context, Reporter, Rule};
use crate::compute::contract::ContractFigures;
use crate::compute::prices::Prices;
use crate::diagnostics::{Located, Origin, RuleInfo, Severity};
use crate::model::capital::read_capital;
use crate::model::case::{StatedFigures, Text};
use crate::model::money::Money;

fn derived(name: &str) -> Origin {
    Origin::Derived(name.to_owned())
}

fn has_figures(ctx: &Context) -> bool {
    ctx.figures.prices.all().any(|prices| prices.contract.is_some()) || has_stated(ctx)
}

fn has_stated(ctx: &Context) -> bool {
    let stated = &ctx.case.stated;
    stated.gross.is_some()
        || stated.net.is_some()
        || stated.tax.is_some()
        || stated.gross_words.is_some()
        || stated.net_words.is_some()
        || stated.tax_words.is_some()
        || stated.rate.is_some()
}

/// 附件3 and 4.3 as signed and as each 调整 leaves them, with what stands before the names of its figures: 修订1.
fn editions<'a>(ctx: &Context<'a>) -> impl Iterator<Item = (String, &'a Prices)> {
    ctx.figures.prices.all().map(|prices| (prices.prefix(), prices))
}

/// One of the three amounts of 4.3: as computed, and as held from elsewhere.
struct Amount<'a> {
    name: &'static str,
    key: &'static str,
    computed: Option<(Money, &'a str)>,
    stated: Option<&'a Located<Money>>,
    words: &'a Text,
}

fn amounts<'a>(stated: &'a StatedFigures, contract: Option<&'a ContractFigures>) -> [Amount<'a>; 3] {
    [
        Amount {
            name: "含税上限总价",
            key: "核对金额.含税上限总价",
            computed: contract.map(|c| (c.gross, c.gross_words.as_str())),
            stated: stated.gross.as_ref(),
            words: &stated.gross_words,
        },
        Amount {
            name: "不含税价",
            key: "核对金额.不含税价",
            computed: contract.map(|c| (c.net, c.net_words.as_str())),
            stated: stated.net.as_ref(),
            words: &stated.net_words,
        },
        Amount {
            name: "税额",
            key: "核对金额.税额",
            computed: contract.map(|c| (c.tax, c.tax_words.as_str())),
            stated: stated.tax.as_ref(),
            words: &stated.tax_words,
        },
    ]
}

/// 含税 = 不含税 + 税额.
pub static M001: Rule = Rule {
    info: RuleInfo {
        id: "M001",
        title: "含税价不等于不含税价加税额",
        severity: Severity::Error,
        clause: "4.3",
        what: "含税上限总价 = 不含税价 + 税额，计算所得和“核对金额”所列的都要成立。",
        why: "三个数同时写在 4.3，互相对不上的合同无法据以开票和付款。",
        example: "含税 17,627,800.00、不含税 16,630,000.00，税额写成 997,880.00（应为 997,800.00）。",
        fix: "对照签报或中选通知书改正 核对金额 中写错的那一个数。",
    },
    applies: has_figures,
    check: m001,
};

fn m001(ctx: &Context, out: &mut Reporter) {
    for (of, prices) in editions(ctx) {
        if let Some(contract) = prices.contract.as_ref().filter(|c| c.net + c.tax != c.gross) {
            out.report(
                &derived(&format!("{of}含税上限总价")),
                format!("{of}计算所得的含税上限总价不等于不含税价与税额之和"),
            )
            .expected((contract.net + contract.tax).to_string());
        }
    }
    let stated = &ctx.case.stated;
    let (Some(gross), Some(net), Some(tax)) = (&stated.gross, &stated.net, &stated.tax) else { return };
    let sum = net.value + tax.value;
    if gross.value != sum {
        let difference = (gross.value - sum).abs();
        out.report(
            &gross.origin,
            format!(
                "核对金额：含税上限总价 {} 元 ≠ 不含税价 {} 元 + 税额 {} 元 = {sum} 元，相差 {difference} 元",
                gross.value, net.value, tax.value
            ),
        )
        .expected(sum.to_string())
        .label(&net.origin, "不含税价")
        .label(&tax.origin, "税额");
    }
}

/// 大写, read back, is the figure.
pub static M002: Rule = Rule {
    info: RuleInfo {
        id: "M002",
        title: "大写与小写不一致",
        severity: Severity::Error,
        clause: "4.3，正确填写票据和结算凭证的基本规定",
        what: "把大写读回数字，必须等于同一金额的小写；“核对金额”中没有小写的，与计算所得比较。",
        why: "大小写不一致时以何者为准常生争议，是合同审查首先要看的一处。",
        example: "17,627,800.00 写成“壹仟柒佰陆拾贰万柒仟捌拾元整”（少了一位）。",
        fix: "按小写金额重写大写，写法见期望值。",
    },
    applies: has_figures,
    check: m002,
};

fn m002(ctx: &Context, out: &mut Reporter) {
    for (of, prices) in editions(ctx) {
        words_read_back(&of, prices, out);
    }
    for amount in amounts(&ctx.case.stated, ctx.figures.contract()) {
        let Some(words) = amount.words else { continue };
        let figure = amount.stated.map(|stated| stated.value).or(amount.computed.map(|(figure, _)| figure));
        let expected = figure.and_then(crate::model::capital::to_capital);
        let problem = match (read_capital(&words.value), figure) {
            (Err(error), _) => format!("不是规范的大写：{error}"),
            (Ok(read), Some(figure)) if read != figure => format!("读作 {read} 元，小写为 {figure} 元"),
            _ => continue,
        };
        let mut report =
            out.report(&words.origin, format!("{}的大写“{}”{problem}", amount.name, words.value.trim()));
        if let Some(expected) = expected {
            report = report.help(format!("改为“{expected}”")).expected(expected);
        }
        if let Some(stated) = amount.stated {
            report.label(&stated.origin, "小写在这里");
        }
    }
}

fn words_read_back(of: &str, prices: &Prices, out: &mut Reporter) {
    for amount in amounts(&StatedFigures::default(), prices.contract.as_ref()) {
        if let Some((figure, words)) = amount.computed
            && read_capital(words) != Ok(figure)
        {
            let name = format!("{of}{}", amount.name);
            out.report(&derived(&name), format!("{name}的大写“{words}”读不回 {figure}"));
        }
    }
}

/// 4.3's figures are 附件3's 合计, and what others hold them to be.
pub static M003: Rule = Rule {
    info: RuleInfo {
        id: "M003",
        title: "4.3 与附件3 合计不一致",
        severity: Severity::Error,
        clause: "4.3，附件3 合计",
        what: "4.3 的含税上限总价、不含税价、税额等于附件3 合计；“核对金额”所列的与之相同。",
        why: "签报、中选通知书、正文和报价表是同一笔金额；不同则必有一处用了旧报价。",
        example: "签报金额为 17,600,000.00 元，按报价表算得 17,600,212.00 元。",
        fix: "核对报价表是否为最终报价；确认后改正 核对金额 或换用正确的报价表。",
    },
    applies: has_figures,
    check: m003,
};

fn m003(ctx: &Context, out: &mut Reporter) {
    for (of, prices) in editions(ctx) {
        if let (Some(contract), Some(quotation)) = (&prices.contract, &prices.quotation)
            && (contract.gross, contract.net) != (quotation.gross_total, quotation.net_total)
        {
            out.report(&derived(&format!("{of}含税上限总价")), format!("{of}4.3 的金额不等于附件3 合计"))
                .expected(quotation.gross_total.to_string());
        }
    }
    let sheet = ctx.case.quotation.as_ref().map(|quotation| &quotation.origin);
    for amount in amounts(&ctx.case.stated, ctx.figures.contract()) {
        let (Some(stated), Some((computed, _))) = (amount.stated, amount.computed) else { continue };
        if stated.value != computed {
            let difference = (stated.value - computed).abs();
            let report = out
                .report(
                    &stated.origin,
                    format!(
                        "核对金额的{}为 {} 元，按报价表算得 {computed} 元，相差 {difference} 元",
                        amount.name, stated.value
                    ),
                )
                .expected(computed.to_string())
                .help(format!(
                    "若报价表是最终报价，把 {} 改为 {}；否则换用正确的报价表",
                    amount.key,
                    computed.decimal()
                ));
            if let Some(sheet) = sheet {
                report.label(sheet, "按这份报价表计算");
            }
        }
    }
}

/// One 税率 in 4.3, 4.6.6 and 附件3.
pub static M004: Rule = Rule {
    info: RuleInfo {
        id: "M004",
        title: "税率前后不一致",
        severity: Severity::Error,
        clause: "4.3，4.6.6，附件3",
        what: "4.3、4.6.6 和附件3 用同一个税率；“核对金额”中的税率与之相同。",
        why: "税率不同，税额和含税价就算不到一起。",
        example: "报价表为 6%，核对金额写 13%。",
        fix: "把 核对金额.税率 改为合同税率；签约后的税率变化写在 调整 里。",
    },
    applies: has_figures,
    check: m004,
};

/// 附件3's own rate cell is Q010's.
fn m004(ctx: &Context, out: &mut Reporter) {
    let rate = ctx.pack.tender.rate;
    let mut in_force = rate;
    let changes = std::iter::once(None).chain(ctx.case.adjustments.iter().map(|a| a.rate.as_ref()));
    for ((of, prices), change) in editions(ctx).zip(changes) {
        in_force = change.map_or(in_force, |change| change.value);
        if let Some(contract) = &prices.contract
            && (contract.rate != in_force || prices.rate() != in_force)
        {
            let message = format!("{of}4.3 税率 {} 与 4.6.6 税率 {in_force} 不同", contract.rate);
            out.report(&derived(&format!("{of}税率")), message).expected(in_force.to_string());
        }
    }
    if let Some(stated) = &ctx.case.stated.rate
        && stated.value != rate
    {
        out.report(&stated.origin, format!("核对金额的税率为 {}，合同税率为 {rate}", stated.value))
            .expected(rate.to_string());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compute::CaseFigures;
    use crate::compute::testing::*;
    use crate::model::case::Case;
    use crate::model::tax::TaxRate;
    use crate::rules::testing::{Extra, fire, fire_with, only};
    use rust_decimal::{Decimal, dec};

    fn money(key: &str, amount: Decimal) -> Option<Located<Money>> {
        Some(Located::new(Money::round(amount), at(key)))
    }

    fn with(change: impl FnOnce(&mut StatedFigures)) -> Case {
        let mut case = good_case();
        case.quotation = Some(quotation_at_ceiling(&pack()));
        change(&mut case.stated);
        case
    }

    #[test]
    fn m001_gross_is_net_plus_tax() {
        let stated = |tax| {
            with(|s| {
                s.gross = money("含税", dec!(17627800));
                s.net = money("不含税", dec!(16630000));
                s.tax = money("税额", tax);
            })
        };
        assert!(fire("M001", &stated(dec!(997800))).is_empty());
        let found = only(fire("M001", &stated(dec!(997880))), &at("含税"), Severity::Error);
        assert!(found.message.contains("相差 80.00 元"));
        assert_eq!(found.labels.len(), 2);
    }

    #[test]
    fn m002_words_and_figures() {
        let good = with(|s| {
            s.gross = money("含税", dec!(17628237.78));
            s.gross_words = text("含税大写", "壹仟柒佰陆拾贰万捌仟贰佰叁拾柒元柒角捌分");
        });
        assert!(fire("M002", &good).is_empty());
        let wrong = with(|s| s.gross_words = text("含税大写", "壹仟柒佰陆拾贰万柒仟捌佰元整"));
        let found = only(fire("M002", &wrong), &at("含税大写"), Severity::Error);
        assert!(found.message.contains("读作 17,627,800.00 元，小写为 17,628,237.78 元"));
        let odd = with(|s| s.net_words = text("不含税大写", "一千六百万元"));
        only(fire("M002", &odd), &at("不含税大写"), Severity::Error);
    }

    #[test]
    fn m003_stated_against_computed() {
        assert!(fire("M003", &with(|s| s.gross = money("含税", dec!(17628237.78)))).is_empty());
        let case = with(|s| s.gross = money("含税", dec!(17627800)));
        let found = only(fire("M003", &case), &at("含税"), Severity::Error);
        assert!(found.message.contains("相差 437.78 元"));
    }

    #[test]
    fn m004_rates() {
        let rate = |percent| {
            with(|s| s.rate = Some(Located::new(TaxRate::from_percent(percent).unwrap(), at("税率"))))
        };
        assert!(fire("M004", &rate(dec!(6))).is_empty());
        only(fire("M004", &rate(dec!(13))), &at("税率"), Severity::Error);
    }

    #[test]
    fn every_revision_is_checked() {
        let mut case = with(|_| ());
        case.adjustments = vec![adjustment("一", "2026-09-01")];
        let mut figures = CaseFigures::of(&case, &pack());
        figures.prices.revisions[0].contract.as_mut().unwrap().tax = Money::ZERO;
        for id in ["M001", "M002"] {
            let figures = Some(figures.clone());
            assert_eq!(fire_with(id, &case, Extra { figures, ..Extra::default() }).len(), 1, "{id}");
        }
        figures.prices.revisions[0].contract.as_mut().unwrap().net = Money::ZERO;
        figures.prices.revisions[0].contract.as_mut().unwrap().rate = TaxRate::from_percent(dec!(6)).unwrap();
        for id in ["M003", "M004"] {
            let figures = Some(figures.clone());
            assert_eq!(fire_with(id, &case, Extra { figures, ..Extra::default() }).len(), 1, "{id}");
        }
    }

    #[test]
    fn our_own_figures_are_checked_too() {
        let case = with(|_| ());
        let broken = |change: fn(&mut ContractFigures)| {
            let mut figures = CaseFigures::of(&case, &pack());
            change(figures.prices.signed.contract.as_mut().unwrap());
            Extra { figures: Some(figures), ..Extra::default() }
        };
        let found = fire_with("M001", &case, broken(|c| c.tax = c.tax + Money::round(dec!(1))));
        only(found, &derived("含税上限总价"), Severity::Error);
        let found = fire_with("M002", &case, broken(|c| c.tax_words = "壹元整".into()));
        only(found, &derived("税额"), Severity::Error);
        let found = fire_with("M003", &case, broken(|c| c.gross = Money::ZERO));
        only(found, &derived("含税上限总价"), Severity::Error);
        let found = fire_with("M004", &case, broken(|c| c.rate = TaxRate::from_percent(dec!(13)).unwrap()));
        only(found, &derived("税率"), Severity::Error);
    }
}
