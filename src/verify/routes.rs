//! The two routes against each other: what `compute` says and what this room worked out by itself. Whatever differs is a
//! fault of hetong.
//!
//! May use: `compute`, `model`, `verify`.

use super::checks::{self, ROUTES};
use crate::compute::CaseFigures;
use crate::compute::order::OrderFigures as ComputedOrder;
use crate::compute::prices::Prices;
use crate::compute::settlement::OrderSettlement;
use crate::diagnostics::{Diagnostic, Origin};
use crate::model::money::Money;
use crate::verify::second_route::exact::{Cents, Number, show};
use crate::verify::second_route::figures::{Figures, OrderFigures, Version};
use crate::verify::second_route::settled::Settled;

/// Every figure on which they do not agree.
pub fn compare(computed: &CaseFigures, figures: &Figures, settled: &[Settled]) -> Vec<Diagnostic> {
    let mut differences = Differences(Vec::new());
    for (prices, version) in computed.prices.all().zip(&figures.versions) {
        differences.version(prices, version);
    }
    for (order, own) in computed.orders.iter().zip(&figures.orders) {
        differences.order(order, own);
    }
    for settlement in &computed.settlements {
        let own =
            settled.iter().find(|own| own.order == settlement.order_index && own.month == settlement.month);
        differences.settlement(settlement, own);
    }
    let missing = settled.len() != computed.settlements.len();
    if missing {
        differences.tell("结算单的份数", computed.settlements.len().to_string(), settled.len().to_string());
    }
    differences.0
}

fn cents(money: Money) -> Option<Cents> {
    Number::of(money.decimal()).cents()
}

struct Differences(Vec<Diagnostic>);

impl Differences {
    fn tell(&mut self, name: &str, computed: String, own: String) {
        let message = format!("{name}：文件用的算法得 {computed}，核对用的算法得 {own}");
        self.0.push(checks::finding(&ROUTES, Origin::Derived(name.to_owned()), message));
    }

    fn amount(&mut self, name: impl Fn() -> String, computed: Option<Money>, own: Option<Cents>) {
        let computed = computed.and_then(cents);
        if computed != own {
            let said = |amount: Option<Cents>| amount.map_or_else(|| "（算不出）".into(), show);
            self.tell(&name(), said(computed), said(own));
        }
    }

    fn version(&mut self, prices: &Prices, version: &Version) {
        let of = |what: &str| match version.revision {
            0 => what.to_owned(),
            revision => format!("{what}（修订{revision}）"),
        };
        let contract = prices.contract.as_ref();
        self.amount(|| of("含税上限总价"), contract.map(|c| c.gross), version.totals.map(|(_, gross)| gross));
        self.amount(|| of("不含税价"), contract.map(|c| c.net), version.totals.map(|(net, _)| net));
        self.amount(|| of("税额"), contract.map(|c| c.tax), version.tax());
        for (computed, own) in prices.table.rows.iter().zip(&version.rows) {
            let named = |what: &str| of(&format!("{}·{} {what}", own.post, own.level));
            let (a, b) = (computed.figures.as_ref(), own.figures);
            self.amount(|| named("不含税单价"), a.map(|f| f.net_price), b.map(|f| f.net_price));
            self.amount(|| named("含税单价"), a.map(|f| f.gross_price), b.map(|f| f.gross_price));
            self.amount(|| named("不含税总价"), a.map(|f| f.net_total), b.map(|f| f.net_total));
            self.amount(|| named("含税总价"), a.map(|f| f.gross_total), b.map(|f| f.gross_total));
        }
    }

    fn order(&mut self, computed: &ComputedOrder, own: &OrderFigures) {
        let named = |what: &str| format!("订单 {} {what}", computed.number);
        self.amount(|| named("订单总额"), computed.total, own.total);
        self.amount(|| named("框架协议已执行金额"), computed.executed, own.executed);
        for (at, (a, b)) in computed.lines.iter().zip(&own.lines).enumerate() {
            self.amount(|| named(&format!("明细第 {} 行含税金额", at + 1)), a.gross, b.amount);
        }
        for (at, (a, b)) in computed.plan.iter().zip(&own.stages).enumerate() {
            self.amount(|| named(&format!("付款计划第 {} 期", at + 1)), a.amount, *b);
        }
    }

    fn settlement(&mut self, computed: &OrderSettlement, own: Option<&Settled>) {
        let named = |what: &str| format!("结算单 {} {} {what}", computed.order, computed.month);
        let due = &computed.due;
        self.amount(|| named("应支付"), Some(due.gross), own.map(|own| own.due[0]));
        self.amount(|| named("不含税"), Some(due.net), own.map(|own| own.due[1]));
        self.amount(|| named("税额"), Some(due.tax), own.map(|own| own.due[2]));
        self.amount(|| named("含税金额合计"), Some(computed.work_gross), own.map(|own| own.work_gross));
        let Some(own) = own else { return };
        for (name, a, b) in [("人天", computed.days, own.days), ("考核得分", computed.score.total, own.score)]
        {
            if !Number::of(a).equals(b) {
                self.tell(&named(name), a.to_string(), format!("{}/10^{}", b.units, b.places));
            }
        }
        for (at, line) in computed.lines.iter().enumerate() {
            let amount = own.lines.get(at).map(|line| line.amount);
            self.amount(|| named(&format!("第 {} 行含税金额", at + 1)), Some(line.gross), amount);
        }
        for (at, part) in due.parts.iter().enumerate() {
            let gross = own.parts.get(at).map(|part| part.gross);
            self.amount(|| named(&format!("税率 {} 的应支付", part.rate)), Some(part.gross), gross);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compute::testing::pack;
    use crate::input::months::Scope;
    use crate::verify::second_route::settled::settled;
    use std::path::Path;

    // Both routes over all the sample cases, every month of them.
    #[test]
    fn both_routes_agree_on_the_samples() {
        let mut figures_seen = 0;
        for name in ["星河示例", "云岭示例", "嘉陵示例"] {
            let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/cases").join(name);
            let draft = crate::bundle::job::Draft::read(&folder, Scope::Everything, None).unwrap();
            let case = draft.loaded.case;
            let computed = CaseFigures::of(&case, &pack());
            let figures = Figures::of(&case, &pack());
            let settled = settled(&case, &pack(), &figures);
            assert_eq!(compare(&computed, &figures, &settled), [], "{name}");
            figures_seen += settled.len();
        }
        assert!(figures_seen >= 6);
    }

    #[test]
    fn a_wrong_figure_of_either_is_told() {
        let case = crate::compute::testing::good_case();
        let computed = CaseFigures::of(&case, &pack());
        let mut figures = Figures::of(&case, &pack());
        figures.versions[0].rows[0].figures.as_mut().unwrap().gross_total += 1;
        let told = compare(&computed, &figures, &[]);
        assert_eq!(told.len(), 1);
        assert!(
            told[0].message.contains("1,123,679.50") && told[0].message.contains("1,123,679.51"),
            "{told:?}"
        );
    }
}
