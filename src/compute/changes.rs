//! What each 调整 changes, document by document: clause, line and item with the value before and after. Only what differs
//! is listed; what the contract keeps by itself (the 不含税价 when the VAT rate changes) is not.
//!
//! May use: `model`, `compute::prices`, `compute::order`.

use jiff::civil::Date;
use rust_decimal::Decimal;

use super::CaseFigures;
use super::change::Change;
use super::contract::ContractFigures;
use super::order::OrderFigures;
use super::prices::{CapBasis, PriceHistory, Prices};
use super::quotation::{QuotationFigures, RowFigures, TableRow};
use crate::model::money::Money;
use crate::model::tax::TaxRate;

/// The contract's own text.
pub const BODY: &str = "正文";
/// The price table.
pub const PRICE_TABLE: &str = "附件3";
/// The annexes that print the cap.
pub const CAPPED: [&str; 2] = ["附件6", "附件7"];
/// The field in which the annexes and orders print it.
pub const CAP_FIELD: &str = "框架协议金额上限";
/// The clause of the lines of 附件3.
pub const LINES: &str = "报价行";
/// The clause of its sums.
pub const TOTALS: &str = "合计";

/// A value as a document prints it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// 元, or 元/人天.
    Money(Money),
    /// 税率.
    Rate(TaxRate),
    /// 大写, and other words.
    Words(String),
    /// Not to be had: the quotation is incomplete.
    Unknown,
}

impl Value {
    fn money(amount: Option<Money>) -> Self {
        amount.map_or(Self::Unknown, Self::Money)
    }

    fn words(words: Option<&String>) -> Self {
        words.map_or(Self::Unknown, |words| Self::Words(words.clone()))
    }
}

/// Something that a document prints otherwise than before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChangedItem {
    /// 正文, 附件3, or 委托订单 DD-2026-003.
    pub document: String,
    /// 4.3, 报价行, 框架协议金额上限, …
    pub clause: &'static str,
    /// 产品/平台服务·高级; empty where the clause has no lines.
    pub line: String,
    /// 含税单价, 含税上限总价大写, …
    pub item: &'static str,
    /// Before.
    pub old: Value,
    /// After.
    pub new: Value,
    /// Whether both are figures on the same basis, so that one may be taken from the other.
    pub comparable: bool,
}

impl ChangedItem {
    /// New − old, in 元, or in percentage points of a rate; none where they cannot be compared.
    pub fn difference(&self) -> Option<Decimal> {
        match (&self.old, &self.new) {
            (Value::Money(old), Value::Money(new)) if self.comparable => Some((*new - *old).decimal()),
            (Value::Rate(old), Value::Rate(new)) => {
                Some((new.fraction() - old.fraction()) * Decimal::ONE_HUNDRED)
            }
            _ => None,
        }
    }

    /// The difference in per cent of the old value, to two places; none where that is zero or there is no difference,
    /// nor of a rate: per cent of per cents would be read as points.
    pub fn percent(&self) -> Option<Decimal> {
        match (&self.old, &self.new) {
            (Value::Money(old), Value::Money(new)) if self.comparable => Change::of(*old, *new).percent(),
            _ => None,
        }
    }
}

/// What one 调整 changes.
#[derive(Clone, Debug)]
pub struct RevisionChanges<'p> {
    /// The prices that it replaces.
    pub before: &'p Prices,
    /// Those that it makes.
    pub now: &'p Prices,
    /// On which basis the cap was compared.
    pub basis_before: CapBasis,
    /// And is from now on.
    pub basis: CapBasis,
    /// In the documents' order.
    pub items: Vec<ChangedItem>,
}

impl RevisionChanges<'_> {
    /// Whether the VAT rate changes.
    pub fn rate_changes(&self) -> bool {
        self.before.rate() != self.now.rate()
    }

    /// How many 不含税单价 change, of how many.
    pub fn price_changes(&self) -> (usize, usize) {
        let price = |row: &TableRow| row.figures.as_ref().map(|figures| figures.net_price);
        let rows = self.before.table.rows.iter().zip(&self.now.table.rows);
        let changed = rows.filter(|(old, new)| price(old) != price(new)).count();
        (changed, self.now.table.rows.len())
    }
}

/// How many 调整 are in force on a day, counted in the case's order; all of them where no day is given.
pub fn in_force(history: &PriceHistory, on: Option<Date>) -> usize {
    on.map_or(history.revisions.len(), |day| history.on(day).revision)
}

/// What the first so many 调整 change, each against the one before.
pub fn changes(figures: &CaseFigures, up_to: usize) -> Vec<RevisionChanges<'_>> {
    let history = &figures.prices;
    let pairs = history.all().zip(&history.revisions).take(up_to);
    pairs.map(|(before, now)| revision_changes(figures, before, now)).collect()
}

/// The basis on which a 修订 leaves the cap: 不含税 once that or an earlier one has changed the rate.
pub fn basis_of(history: &PriceHistory, revision: usize) -> CapBasis {
    let mut so_far = history.all().take(revision + 1);
    if so_far.any(|prices| prices.rate() != history.signed.rate()) { CapBasis::Net } else { CapBasis::Gross }
}

fn revision_changes<'p>(
    figures: &'p CaseFigures,
    before: &'p Prices,
    now: &'p Prices,
) -> RevisionChanges<'p> {
    let basis = |prices: &Prices| basis_of(&figures.prices, prices.revision);
    let (basis_before, basis_now) = (basis(before), basis(now));
    let mut list = List { before, now, items: Vec::new() };
    list.body();
    list.price_table();
    for annex in CAPPED {
        list.cap(annex, basis_before, basis_now);
    }
    for order in figures.orders.iter().filter(|order| order.revision == now.revision) {
        list.order(order, basis_before, basis_now);
    }
    RevisionChanges { before, now, basis_before, basis: basis_now, items: list.items }
}

/// A column's name, and its figure.
type Column<T> = (&'static str, fn(&T) -> Money);

/// What has been found so far.
struct List<'p> {
    before: &'p Prices,
    now: &'p Prices,
    items: Vec<ChangedItem>,
}

/// Where an item stands.
#[derive(Clone, Copy)]
struct At<'a> {
    document: &'a str,
    clause: &'static str,
    line: &'a str,
}

impl List<'_> {
    fn add(&mut self, at: At<'_>, item: &'static str, old: Value, new: Value) {
        if old != new {
            let comparable =
                matches!((&old, &new), (Value::Money(_), Value::Money(_)) | (Value::Rate(_), Value::Rate(_)));
            self.items.push(ChangedItem {
                document: at.document.to_owned(),
                clause: at.clause,
                line: at.line.to_owned(),
                item,
                old,
                new,
                comparable,
            });
        }
    }

    /// 正文: 4.3 and 4.6.6.
    fn body(&mut self) {
        let at = |clause| At { document: BODY, clause, line: "" };
        let (old, new) = (self.before.contract.as_ref(), self.now.contract.as_ref());
        let amount =
            |of: fn(&ContractFigures) -> Money| (Value::money(old.map(of)), Value::money(new.map(of)));
        let words =
            |of: fn(&ContractFigures) -> &String| (Value::words(old.map(of)), Value::words(new.map(of)));
        let rate = (Value::Rate(self.before.rate()), Value::Rate(self.now.rate()));
        let found = [
            ("4.3", "含税上限总价", amount(|c| c.gross)),
            ("4.3", "含税上限总价大写", words(|c| &c.gross_words)),
            ("4.3", "不含税价", amount(|c| c.net)),
            ("4.3", "不含税价大写", words(|c| &c.net_words)),
            ("4.3", "税率", rate.clone()),
            ("4.3", "税额", amount(|c| c.tax)),
            ("4.3", "税额大写", words(|c| &c.tax_words)),
            ("4.6.6", "税率", rate),
        ];
        for (clause, item, (old, new)) in found {
            self.add(at(clause), item, old, new);
        }
    }

    /// 附件3: its rate, every line, the sums.
    fn price_table(&mut self) {
        let (before, now) = (self.before, self.now);
        let at = |clause| At { document: PRICE_TABLE, clause, line: "" };
        let rate = |prices: &Prices| Value::Rate(prices.rate());
        self.add(at("增值税税率"), "税率", rate(before), rate(now));
        for (old, new) in before.table.rows.iter().zip(&now.table.rows) {
            let line = format!("{}·{}", new.post, new.level);
            let at = At { line: &line, ..at(LINES) };
            let columns: [Column<RowFigures>; 4] = [
                ("不含税单价", |row| row.net_price),
                ("含税单价", |row| row.gross_price),
                ("不含税总价", |row| row.net_total),
                ("含税总价", |row| row.gross_total),
            ];
            for (item, of) in columns {
                let value = |row: &TableRow| Value::money(row.figures.as_ref().map(of));
                self.add(at, item, value(old), value(new));
            }
        }
        let sums: [Column<QuotationFigures>; 2] =
            [("不含税总价", |sums| sums.net_total), ("含税总价", |sums| sums.gross_total)];
        for (item, of) in sums {
            let value = |prices: &Prices| Value::money(prices.quotation.as_ref().map(of));
            self.add(at(TOTALS), item, value(before), value(now));
        }
    }

    /// The cap where a form prints it, on the basis on which it is compared.
    fn cap(&mut self, document: &str, before: CapBasis, now: CapBasis) {
        let at = At { document, clause: CAP_FIELD, line: "" };
        let value = |prices: &Prices, basis: CapBasis| {
            let contract = prices.contract.as_ref();
            let words = contract.map(|c| match basis {
                CapBasis::Gross => &c.gross_words,
                CapBasis::Net => &c.net_words,
            });
            (Value::money(contract.map(|c| basis.of(c.gross, c.net))), Value::words(words))
        };
        let (old, new) = (value(self.before, before), value(self.now, now));
        if before == now {
            self.add(at, name_of(now), old.0, new.0);
        } else {
            let basis = |basis: CapBasis| Value::Words(basis.label().to_owned());
            self.add(at, "比较口径", basis(before), basis(now));
            let first = self.items.len();
            self.add(at, "金额上限", old.0, new.0);
            // 含税 before and 不含税 now: to take one from the other would say nothing.
            self.items.iter_mut().skip(first).for_each(|item| item.comparable = false);
        }
        self.add(at, "金额上限大写", old.1, new.1);
    }

    /// A 委托订单 that is written at the new prices: its unit prices, and the cap.
    fn order(&mut self, order: &OrderFigures, before: CapBasis, now: CapBasis) {
        let document = format!("委托订单 {}", order.number);
        self.cap(&document, before, now);
        let mut told: Vec<(&str, &str)> = Vec::new();
        for line in &order.lines {
            let line = (line.post.as_str(), line.level.as_str());
            if told.contains(&line) {
                continue;
            }
            told.push(line);
            let price = |prices: &Prices| {
                let mut rows = prices.table.rows.iter();
                let row = rows.find(|row| (row.post.as_str(), row.level.as_str()) == line);
                Value::money(row.and_then(|row| row.figures.as_ref()).map(|figures| figures.gross_price))
            };
            let (old, new) = (price(self.before), price(self.now));
            let name = format!("{}·{}", line.0, line.1);
            let at = At { document: &document, clause: "订单明细", line: &name };
            self.add(at, "含税单价", old, new);
        }
    }
}

/// What the cap is called on a basis.
fn name_of(basis: CapBasis) -> &'static str {
    match basis {
        CapBasis::Gross => "含税上限总价",
        CapBasis::Net => "不含税价",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compute::testing::{adjustment, day, good_case, pack, quotation};
    use crate::compute::testing_orders::order;
    use crate::model::case::{Adjustment, Case};
    use rust_decimal::dec;

    fn case(adjustments: Vec<Adjustment>) -> Case {
        Case { adjustments, ..good_case() }
    }

    fn raised() -> Adjustment {
        let mut raised = adjustment("二", "2026-10-01");
        (raised.rate, raised.requotes) = (None, true);
        raised.quotation = Some(quotation(&pack(), |line| match line.net_ceiling {
            ceiling if ceiling == Money::round(dec!(849.06)) => Money::round(dec!(849)),
            ceiling => ceiling - Money::round(dec!(1)),
        }));
        raised
    }

    fn items(case: &Case, number: usize) -> Vec<ChangedItem> {
        let figures = CaseFigures::of(case, &pack());
        changes(&figures, number).remove(number - 1).items
    }

    fn one<'i>(
        items: &'i [ChangedItem],
        document: &str,
        clause: &str,
        line: &str,
        item: &str,
    ) -> &'i ChangedItem {
        let mut found = items.iter().filter(|i| {
            (i.document.as_str(), i.clause, i.line.as_str(), i.item) == (document, clause, line, item)
        });
        let first = found.next().unwrap_or_else(|| panic!("{document} {clause} {line} {item}"));
        assert!(found.next().is_none(), "{document} {clause} {line} {item} twice");
        first
    }

    // 848.06 × 1.06 = 898.9436 → 898.94; × 1.03 = 873.5018 → 873.50; −25.44 / 898.94 = −2.83000%.
    #[test]
    fn a_vat_change_leaves_what_is_without_tax() {
        let items = items(&case(vec![adjustment("一", "2026-09-01")]), 1);
        let price = one(&items, "附件3", "报价行", "产品/平台服务·高级", "含税单价");
        assert_eq!((price.difference(), price.percent()), (Some(dec!(-25.44)), Some(dec!(-2.83))));
        let rate = one(&items, "正文", "4.6.6", "", "税率");
        assert_eq!((rate.difference(), rate.percent()), (Some(dec!(-3)), None));
        assert!(!items.iter().any(|item| item.item.starts_with("不含税")), "不含税 stays");
        // 21 lines with 含税单价 and 含税总价 each, the rate and one sum.
        assert_eq!(items.iter().filter(|item| item.document == "附件3").count(), 21 * 2 + 2);
        let cap = one(&items, "附件6", "框架协议金额上限", "", "金额上限");
        assert_eq!((cap.difference(), cap.percent()), (None, None), "含税 and 不含税 are not compared");
        let basis = one(&items, "附件7", "框架协议金额上限", "", "比较口径");
        assert_eq!(basis.new, Value::Words("不含税".into()));
    }

    // 产品/平台服务·高级 1250 人天: 848.06 → 849.00 at 3 %: 0.94 / 848.06 = 0.1108…%; 849 × 1.03 = 874.47, from 873.50
    // (0.97 / 873.50 = 0.1110…%); 不含税总价 1,060,075.00 → 1,061,250.00.
    #[test]
    fn each_revision_is_held_against_the_one_before() {
        let items = items(&case(vec![adjustment("一", "2026-09-01"), raised()]), 2);
        let line = "产品/平台服务·高级";
        let of = |item| one(&items, "附件3", "报价行", line, item);
        assert_eq!(of("不含税单价").percent(), Some(dec!(0.11)));
        assert_eq!(of("含税单价").old, Value::Money(Money::round(dec!(873.50))));
        assert_eq!(of("含税单价").difference(), Some(dec!(0.97)));
        assert_eq!(of("不含税总价").difference(), Some(dec!(1175)));
        assert!(!items.iter().any(|item| item.item == "税率" || item.item == "比较口径"));
        // The cap is compared 不含税 before and after, so the two may be subtracted.
        let cap = one(&items, "附件6", "框架协议金额上限", "", "不含税价");
        // 人天 of 高级 but 技术支持: 1250 × 3 + 2000 × 3 = 9750, × 0.94 = 9,165.00.
        assert_eq!(cap.difference(), Some(dec!(9165)));
    }

    #[test]
    fn an_order_stands_with_the_revision_at_whose_prices_it_is_written() {
        let mut case = case(vec![adjustment("一", "2026-09-01"), raised()]);
        let lines = [("产品/平台服务", "高级", dec!(1)), ("产品/平台服务", "高级", dec!(2))];
        case.orders = vec![order("DD-1", &lines), order("DD-2", &lines), order("DD-3", &lines)];
        for (order, signed) in case.orders.iter_mut().zip(["2026-03-05", "2026-09-01", "2026-10-02"]) {
            order.signed_on = day("签订", signed);
        }
        let (first, second) = (items(&case, 1), items(&case, 2));
        let named = |items: &[ChangedItem], name: &str| items.iter().filter(|i| i.document == name).count();
        assert_eq!((named(&first, "委托订单 DD-1"), named(&second, "委托订单 DD-1")), (0, 0));
        assert_eq!((named(&first, "委托订单 DD-2"), named(&second, "委托订单 DD-2")), (4, 0));
        let price = one(&second, "委托订单 DD-3", "订单明细", "产品/平台服务·高级", "含税单价");
        assert_eq!(price.difference(), Some(dec!(0.97)));
    }

    #[test]
    fn what_cannot_be_read_is_unknown_and_not_compared() {
        let mut unread = raised();
        unread.quotation = None;
        let items = items(&case(vec![unread]), 1);
        let gross = one(&items, "正文", "4.3", "", "含税上限总价");
        assert_eq!((&gross.new, gross.difference()), (&Value::Unknown, None));
    }

    #[test]
    fn on_a_day_only_what_is_in_force_then() {
        let figures = CaseFigures::of(&case(vec![adjustment("一", "2026-09-01"), raised()]), &pack());
        let on = |day: &str| in_force(&figures.prices, Some(day.parse().unwrap()));
        assert_eq!((on("2026-08-31"), on("2026-09-01"), on("2026-10-01")), (0, 1, 2));
        assert_eq!(in_force(&figures.prices, None), 2);
        assert_eq!(changes(&figures, 1).len(), 1);
    }
}
