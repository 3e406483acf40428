//! Which figures may stand in which document: the second route's figures by name, and beside them the numbers that the
//! form itself and the users' own texts bring along.
//!
//! [`STANDS`] is the table to add a new document to.
//!
//! May use: `model`, `pack`, `rules` (the users' texts), `verify`.

use std::collections::{BTreeMap, BTreeSet};

use super::flow::Flow;
use crate::model::case::Case;
use crate::model::money::Money;
use crate::model::names::plain;
use crate::model::tax::TaxPart;
use crate::pack::Pack;
use crate::rules::user_texts;
use crate::verify::second_route::exact::{Cents, Number};
use crate::verify::second_route::figures::{Figures, Version};
use crate::verify::second_route::settled::Settled;

/// A group of figures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Group {
    /// 4.3.
    Contract,
    /// 附件3.
    Quotation,
    /// 委托订单.
    Orders,
    /// 结算单 of the months that were read, and their ledger lines.
    Settlements,
    /// What only the 核对报告 and the 变更对照表 reckon on the way: factors, parts of sums, differences.
    Workings,
}

use Group::{Contract, Orders, Quotation, Settlements, Workings};

/// Which groups may stand in which document. One that is not listed may show any figure of the case.
const STANDS: [(&str, &[Group]); 11] = [
    ("正文", &[Contract]),
    ("附件1", &[]),
    ("附件2", &[]),
    ("附件3", &[Quotation]),
    ("附件4", &[]),
    ("附件5", &[]),
    ("附件6", &[Contract]),
    ("附件7", &[Contract]),
    ("全套", &[Contract, Quotation]),
    ("订单", &[Contract, Quotation, Orders]),
    ("结算单", &[Contract, Quotation, Settlements]),
];

/// Documents that are as signed for good: no 调整 changes what stands in them.
const AS_SIGNED: [&str; 3] = ["正文", "全套", "附件1"];

/// What days, scores and factors are called: with two decimals they look like amounts.
pub const QUANTITY: &str = "数量";

/// Figures by amount, each with what it is.
pub type Named = BTreeMap<Cents, String>;

/// 税率, and 含税, 不含税, 税额 at it.
type Part = (Number, [Cents; 3]);

fn part_of(part: &TaxPart) -> Part {
    let cents = |money: Money| Number::of(money.decimal()).cents().unwrap_or_default();
    (Number::of(part.rate.fraction()), [part.gross, part.net, part.tax].map(cents))
}

/// All figures of a case.
#[derive(Clone, Debug)]
pub struct Expected {
    /// By group and revision (none: of no revision).
    figures: Vec<(Group, Option<usize>, Cents, String)>,
    /// Numbers of the form and of the users' texts: they may stand anywhere.
    others: BTreeSet<Cents>,
    /// Whether nothing is known of the case, so that nothing can be said against a figure.
    open: bool,
}

impl Expected {
    /// Of a case.
    pub fn of(case: &Case, pack: &Pack, figures: &Figures, settled: &[Settled]) -> Self {
        let mut all = Self { figures: Vec::new(), others: BTreeSet::new(), open: false };
        for version in &figures.versions {
            let of = Some(version.revision);
            if let Some((net, gross)) = version.totals {
                for group in [Contract, Quotation] {
                    all.add(group, of, net, "不含税价（附件3 合计 不含税总价）".into());
                    all.add(group, of, gross, "含税上限总价（附件3 合计 含税总价）".into());
                }
                all.add(Contract, of, gross - net, "税额".into());
            }
            for row in &version.rows {
                let named = |what: &str| format!("{}·{} {what}", row.post, row.level);
                all.add(Quotation, of, row.net_ceiling, named("不含税单价最高限价"));
                all.add(Quotation, of, row.gross_ceiling, named("含税单价最高限价"));
                // With its thousands separated it looks like an amount.
                all.number(Quotation, Some(row.workload));
                let Some(own) = row.figures else { continue };
                all.add(Quotation, of, own.net_price, named("不含税单价"));
                all.add(Quotation, of, own.gross_price, named("含税单价"));
                all.add(Quotation, of, own.net_total, named("不含税总价"));
                all.add(Quotation, of, own.gross_total, named("含税总价"));
            }
        }
        all.orders(case, figures);
        for one in settled {
            all.settlement(case, one);
        }
        all.ledger(case, figures, settled);
        all.work(case);
        all.workings(figures);
        all.texts(case, pack);
        all
    }

    /// Of a case that was not found.
    pub fn nothing() -> Self {
        Self { figures: Vec::new(), others: BTreeSet::new(), open: true }
    }

    /// Whether nothing is known.
    pub fn is_open(&self) -> bool {
        self.open
    }

    fn add(&mut self, group: Group, revision: Option<usize>, amount: Cents, name: String) {
        self.figures.push((group, revision, amount, name));
    }

    fn orders(&mut self, case: &Case, figures: &Figures) {
        for (order, own) in case.orders.iter().zip(&figures.orders) {
            let named = |what: &str| format!("订单 {} {what}", order.called());
            if let Some(total) = own.total {
                self.add(Orders, None, total, named("订单总额"));
            }
            if let Some(executed) = own.executed {
                self.add(Orders, None, executed, named("框架协议已执行金额"));
            }
            let tax = own.total.zip(own.net_total).map(|(total, net)| total - net);
            for (amount, what) in [
                (own.net_total, "订单总额（不含税）"),
                (tax, "订单总额中的税额"),
                (own.net_executed, "框架协议已执行金额（不含税）"),
            ] {
                amount.into_iter().for_each(|amount| self.add(Orders, None, amount, named(what)));
            }
            for amount in own.stages.iter().flatten() {
                self.add(Orders, None, *amount, named("付款计划 应付含税金额"));
            }
            for line in &own.lines {
                for amount in line.amount.iter().chain(&line.gross_price) {
                    self.add(Orders, None, *amount, named(&format!("{}·{} 含税金额", line.post, line.level)));
                }
                self.number(Orders, line.days);
            }
        }
    }

    fn settlement(&mut self, case: &Case, one: &Settled) {
        let number = case.orders.get(one.order).map_or("", |order| order.number());
        let named = |what: &str| format!("{number} {} {what}", one.month);
        for (amount, what) in one.due.iter().zip(["应支付（含税）", "不含税", "税额"]) {
            self.add(Settlements, None, *amount, named(what));
        }
        self.add(Settlements, None, one.work_gross, named("含税金额合计"));
        self.add(Settlements, None, one.work_gross - one.due[0], named("扣款"));
        for line in &one.lines {
            self.add(
                Settlements,
                None,
                line.amount,
                named(&format!("{}·{} 含税金额", line.post, line.level)),
            );
            self.add(Settlements, None, line.gross_price, named("含税单价"));
            self.number(Settlements, Some(line.days));
        }
        for part in &one.parts {
            for amount in [part.work, part.gross, part.net, part.tax] {
                self.add(Settlements, None, amount, named("分税率金额"));
            }
        }
        for item in &one.items {
            self.number(Settlements, Some(item.record));
            self.number(Settlements, Some(item.score));
        }
        self.number(Settlements, Some(one.score));
        self.number(Settlements, Some(one.days));
    }

    /// Balances by the ledger, on both bases, and what they leave of the cap.
    fn ledger(&mut self, case: &Case, figures: &Figures, settled: &[Settled]) {
        let cents = |money: Money| Number::of(money.decimal()).cents().unwrap_or_default();
        let caps: Vec<Cents> =
            figures.versions.iter().filter_map(|version| version.totals).flat_map(|(a, b)| [a, b]).collect();
        let mut balances: Vec<Cents> = vec![0];
        let (mut net, mut counting): (Cents, BTreeMap<(String, String), [Cents; 3]>) = (0, BTreeMap::new());
        let mut by_rate: BTreeMap<(String, String), Vec<Part>> = BTreeMap::new();
        for (line, _) in case.ledger.lines() {
            let own = [cents(line.gross), cents(line.net), cents(line.tax)];
            let key = (plain(&line.order), line.month.to_string());
            let before = counting.insert(key.clone(), own);
            net += own[1] - before.map_or(0, |before| before[1]);
            balances.extend([cents(line.opening), cents(line.closing), net]);
            let named = |what: &str| format!("台账 序号 {} {what}", line.number);
            for (amount, what) in own.into_iter().zip(["应支付", "不含税", "税额"]) {
                self.add(Settlements, None, amount, named(what));
            }
            for (now, before) in before.into_iter().flat_map(|before| own.into_iter().zip(before)) {
                self.add(Settlements, None, (now - before).abs(), named("差额"));
            }
            let parts: Vec<Part> = line.parts.iter().map(part_of).collect();
            for amount in parts.iter().flat_map(|(_, amounts)| amounts) {
                self.add(Settlements, None, *amount, named("分税率金额"));
            }
            if let Some(before) = by_rate.insert(key, parts.clone()) {
                self.corrected(&before, &parts, &named("差额"));
            }
        }
        // Drafts go on from the ledger's end, one after another by month and number.
        let number = |one: &Settled| case.orders.get(one.order).map_or("", |order| order.number());
        let issued = |one: &&Settled| counting.contains_key(&(plain(number(one)), one.month.to_string()));
        let mut drafts: Vec<&Settled> = settled.iter().filter(|one| !issued(one)).collect();
        drafts.sort_by_key(|one| (one.month, number(one)));
        let mut gross = balances.iter().rev().nth(1).copied().unwrap_or_default();
        for draft in drafts {
            gross += draft.due[0];
            net += draft.due[1];
            balances.extend([gross, net]);
        }
        for balance in balances {
            self.balance(balance, &caps);
        }
    }

    /// What a correction changes at each rate, one that is due at no more and one that is new among them.
    fn corrected(&mut self, before: &[Part], now: &[Part], name: &str) {
        let at = |parts: &[Part], rate: &Number| {
            parts.iter().find(|(other, _)| other.equals(*rate)).map_or([0; 3], |(_, amounts)| *amounts)
        };
        for (rate, _) in before.iter().chain(now) {
            for (new, old) in at(now, rate).into_iter().zip(at(before, rate)) {
                self.add(Settlements, None, (new - old).abs(), name.to_owned());
            }
        }
    }

    /// A balance, and what it leaves.
    fn balance(&mut self, balance: Cents, caps: &[Cents]) {
        self.add(Settlements, None, balance, "框架协议已结算金额".into());
        for cap in caps {
            self.add(Settlements, None, cap - balance, "框架协议剩余金额".into());
        }
    }

    /// 人天 as they stand in 工时, and their sums by person.
    fn work(&mut self, case: &Case) {
        for sheets in &case.months {
            let mut sums: BTreeMap<(String, String, String), Number> = BTreeMap::new();
            for entry in &sheets.work {
                let Some(days) = entry.days.value.number().map(Number::of) else { continue };
                self.number(Settlements, Some(days));
                let place = format!("{}{}", plain(&entry.post.value), plain(&entry.level.value));
                let person = plain(&entry.person.value);
                let date = entry.date.as_ref().map(|date| date.value.to_string()).unwrap_or_default();
                for key in [(person.clone(), place.clone(), String::new()), (person, place, date)] {
                    let key = (format!("{}{}", plain(&entry.order.value), key.0), key.1, key.2);
                    let sum = sums.entry(key).or_insert(Number::ZERO);
                    *sum = sum.plus(days).unwrap_or(*sum);
                }
            }
            for sum in sums.into_values() {
                self.number(Settlements, Some(sum));
            }
        }
    }

    /// A number with two decimals, or with its thousands separated, looks like an amount.
    fn number(&mut self, group: Group, number: Option<Number>) {
        if let Some(cents) = number.and_then(Number::cents) {
            self.add(group, None, cents, QUANTITY.into());
        }
    }

    fn workings(&mut self, figures: &Figures) {
        for version in &figures.versions {
            let factor = version.rate.plus(Number { units: 1, places: 0 });
            self.number(Workings, factor);
        }
        for order in &figures.orders {
            for (at, _) in order.stages.iter().enumerate() {
                let others = order.stages.iter().enumerate().filter(|(other, _)| *other != at);
                let sum: Cents = others.filter_map(|(_, amount)| *amount).sum();
                self.add(Workings, None, sum, "其余各期之和".into());
            }
        }
        for (at, new) in figures.versions.iter().enumerate() {
            for old in figures.versions.iter().take(at) {
                self.between(old, new);
            }
        }
    }

    /// What differs between two revisions: the 变更对照表 has each beside the one before it, and the last (or that of
    /// `--at`) beside what was signed.
    fn between(&mut self, old: &Version, new: &Version) {
        let mut pairs: Vec<(Cents, Cents)> = Vec::new();
        if let Some(((net, gross), (new_net, new_gross))) = old.totals.zip(new.totals) {
            pairs.extend([(net, new_net), (gross, new_gross), (gross - net, new_gross - new_net)]);
        }
        for (before, after) in old.rows.iter().zip(&new.rows) {
            let Some((a, b)) = before.figures.zip(after.figures) else { continue };
            pairs.extend([
                (a.net_price, b.net_price),
                (a.gross_price, b.gross_price),
                (a.net_total, b.net_total),
                (a.gross_total, b.gross_total),
            ]);
        }
        for (before, after) in pairs {
            self.add(Workings, None, (after - before).abs(), "差额".into());
        }
    }

    fn texts(&mut self, case: &Case, pack: &Pack) {
        let mut take = |text: &str| {
            self.others.extend(Flow::of_texts([text]).amounts().into_iter().map(|(_, cents)| cents));
        };
        user_texts(case).iter().for_each(|text| take(&text.text.value));
        pack.templates.values().for_each(|text| take(text));
        // 2.10 is a clause.
        pack.references.values().flatten().for_each(|clause| take(clause));
        pack.tender.notes.iter().for_each(|note| take(note));
        take(&pack.tender.gross_total_ceiling.ten_thousands());
        for sheets in &case.months {
            sheets
                .assessments
                .iter()
                .filter_map(|entry| entry.note.as_ref())
                .for_each(|note| take(&note.value));
        }
        for (line, _) in case.ledger.lines() {
            take(line.correction.as_ref().map_or("", |correction| &correction.reason));
        }
    }

    /// Texts with numbers of their own, such as findings that a report prints.
    pub fn allow(&mut self, text: &str) {
        self.others.extend(Flow::of_texts([text]).amounts().into_iter().map(|(_, cents)| cents));
    }

    /// The figures that may stand in a document.
    pub fn in_document(&self, document: &str) -> Named {
        let groups = STANDS.iter().find(|(id, _)| *id == document).map(|(_, groups)| *groups);
        let signed = AS_SIGNED.contains(&document);
        let fits = |group: Group, revision: Option<usize>| {
            groups.is_none_or(|groups| groups.contains(&group)) && (!signed || revision.unwrap_or(0) == 0)
        };
        let mut named = Named::new();
        for (group, revision, amount, name) in &self.figures {
            if fits(*group, *revision) {
                named.entry(*amount).or_insert_with(|| name.clone());
            }
        }
        named
    }

    /// Whether a number comes from the form or from a text of the user.
    pub fn is_other(&self, amount: Cents) -> bool {
        self.others.contains(&amount)
    }
}
