//! 补充协议: what one 调整 changes in the contract, with old and new figures. The wording is the template's.
//!
//! May use: `model`, `compute`, `pack`, and its own room.

use serde::Serialize;

use super::contract::{DateParts, framework_name};
use super::or_blank;
use super::revision::{cap, editions, ordinal, supplement_name};
use crate::compute::change::{Change, signed, signed_percent};
use crate::compute::contract::ContractFigures;
use crate::compute::prices::{CapBasis, PriceHistory, Prices};
use crate::compute::quotation::RowFigures;
use crate::model::case::{Adjustment, Case};
use crate::model::money::Money;
use crate::model::numerals::named_supplement;
use crate::pack::Pack;

/// One 补充协议. An empty text is a blank.
#[derive(Clone, Debug, Default, Serialize)]
pub struct SupplementView {
    /// 一, as in 补充协议（一）.
    pub ordinal: String,
    /// MGYY-2026-0001-补1.
    pub number: String,
    /// The contract's full name.
    pub contract_name: String,
    /// 原合同's day of signing.
    pub signed: DateParts,
    /// 补充协议（一）、补充协议（二）: those before this one; empty for the first.
    pub earlier: String,
    /// 事由.
    pub reason: String,
    /// From when on.
    pub from: DateParts,
    /// What becomes of the rate; none where it stays.
    pub rate: Option<RateView>,
    /// What becomes of the unit prices; none where they stay.
    pub prices: Option<PricesView>,
    /// 4.3: 含税上限总价, 不含税价, 税额.
    pub amounts: Vec<AmountView>,
    /// Whether 含税上限总价 or 税额 changes.
    pub amounts_change: bool,
    /// Whether the cap is compared 不含税 from here on.
    pub net_basis: bool,
    /// Whether it was so before.
    pub net_basis_before: bool,
    /// The annexes that come with it.
    pub annexes: Vec<RevisedAnnex>,
}

/// 税率, before and after.
#[derive(Clone, Debug, Default, Serialize)]
#[expect(missing_docs, reason = "6%, 3%, 6, 3")]
pub struct RateView {
    pub old: String,
    pub new: String,
    pub old_number: String,
    pub new_number: String,
    /// The rate of the tender, where the new one lifts a 含税单价 or the 含税总价 over its ceiling; else empty.
    pub ceilings_at: String,
}

/// The unit prices that change.
#[derive(Clone, Debug, Default, Serialize)]
pub struct PricesView {
    /// Whether all of them do.
    pub all: bool,
    /// How many.
    pub count: String,
    /// The lines.
    pub rows: Vec<PriceChangeView>,
}

/// A 岗位 × 级别 whose 不含税单价 changes.
#[derive(Clone, Debug, Default, Serialize)]
#[expect(missing_docs, reason = "岗位, 级别; 不含税单价 old, new, 差额, 百分比; 含税单价 old, new")]
pub struct PriceChangeView {
    pub post: String,
    /// How many lines the 岗位 cell is merged over: on its first line, else 0.
    pub span: usize,
    pub level: String,
    pub net_old: String,
    pub net_new: String,
    pub difference: String,
    pub percent: String,
    pub gross_old: String,
    pub gross_new: String,
}

/// One amount of 4.3, before and after.
#[derive(Clone, Debug, Default, Serialize)]
#[expect(missing_docs, reason = "name; figure and 大写 before and after; 差额")]
pub struct AmountView {
    pub name: String,
    pub old: String,
    pub old_words: String,
    pub new: String,
    pub new_words: String,
    pub difference: String,
    pub percent: String,
}

/// An annex that a 补充协议 brings anew.
#[derive(Clone, Debug, Default, Serialize)]
#[expect(missing_docs, reason = "附件3, 报价表, 修订1")]
pub struct RevisedAnnex {
    pub id: String,
    pub title: String,
    pub revision: String,
}

impl SupplementView {
    /// The 补充协议 of one 调整, by its number from 1; none if there is no such one.
    pub fn of(case: &Case, pack: &Pack, history: &PriceHistory, number: usize) -> Option<Self> {
        let adjustment = case.adjustments.get(number.checked_sub(1)?)?;
        let (before, now) = (history.revision(number - 1)?, history.revision(number)?);
        let project =
            case.contract.project.as_ref().map_or_else(|| pack.project.clone(), |p| p.value.clone());
        let contract_number = or_blank(&case.contract.number);
        let net = |prices| cap(history, prices).is_some_and(|cap| cap.basis == CapBasis::Net);
        let rate = (before.rate() != now.rate()).then(|| rate(pack, before, now));
        let prices = prices(before, now);
        let amounts = amounts(before.contract.as_ref(), now.contract.as_ref());
        Some(Self {
            ordinal: ordinal(number),
            number: if contract_number.is_empty() {
                String::new()
            } else {
                format!("{contract_number}-补{number}")
            },
            contract_name: framework_name(case, pack, &project),
            signed: DateParts::of(case.contract.signed_on.as_ref().map(|date| date.value)),
            earlier: (1..number).map(supplement_name).collect::<Vec<_>>().join("、"),
            reason: reason(adjustment, rate.is_some(), prices.is_some() || adjustment.requotes),
            from: DateParts::of(now.from),
            rate,
            prices,
            amounts_change: before.contract != now.contract,
            amounts,
            net_basis: net(now),
            net_basis_before: net(before),
            annexes: annexes(pack, history, number),
        })
    }
}

/// 事由 as it goes on after 因; where the case gives none, or only the agreement's own name, what changes.
fn reason(adjustment: &Adjustment, rate: bool, prices: bool) -> String {
    let given = or_blank(&adjustment.reason);
    let given = given.trim().trim_end_matches(['。', '；', ';', '.']);
    if !given.is_empty() && named_supplement(given).is_none_or(|(_, rest)| !rest.is_empty()) {
        return given.to_owned();
    }
    match (rate, prices) {
        (true, true) => "增值税税率调整及服务单价调整",
        (true, false) => "增值税税率调整",
        (false, true) => "服务单价调整",
        (false, false) => "",
    }
    .to_owned()
}

fn rate(pack: &Pack, before: &Prices, now: &Prices) -> RateView {
    let ceiling = pack.tender.gross_total_ceiling;
    let total_over = now.quotation.as_ref().is_some_and(|quotation| quotation.gross_total > ceiling);
    let rows = now.table.rows.iter();
    let over = rows.filter_map(|row| Some((row, row.figures.as_ref()?)));
    let lifted = total_over || over.into_iter().any(|(row, f)| f.gross_price > row.gross_ceiling);
    RateView {
        old: before.rate().to_string(),
        new: now.rate().to_string(),
        old_number: before.rate().percent_number(),
        new_number: now.rate().percent_number(),
        ceilings_at: if lifted { pack.tender.rate.to_string() } else { String::new() },
    }
}

/// The lines whose 不含税单价 is another one; where the new sheet is incomplete, the ones that it has.
fn prices(before: &Prices, now: &Prices) -> Option<PricesView> {
    let lines: Vec<(&RowFigures, &RowFigures)> = before
        .table
        .rows
        .iter()
        .zip(&now.table.rows)
        .filter_map(|(old, new)| Some((old.figures.as_ref()?, new.figures.as_ref()?)))
        .collect();
    let changed: Vec<&(&RowFigures, &RowFigures)> =
        lines.iter().filter(|(old, new)| old.net_price != new.net_price).collect();
    if changed.is_empty() {
        return None;
    }
    let mut rows: Vec<PriceChangeView> = Vec::with_capacity(changed.len());
    for (i, (old, new)) in changed.iter().enumerate() {
        let of_post = |other: &&&(&RowFigures, &RowFigures)| other.0.post == old.post;
        let first = i == 0 || changed[i - 1].0.post != old.post;
        let change = Change::of(old.net_price, new.net_price);
        rows.push(PriceChangeView {
            post: old.post.clone(),
            span: if first { changed[i..].iter().take_while(of_post).count() } else { 0 },
            level: old.level.clone(),
            net_old: old.net_price.to_string(),
            net_new: new.net_price.to_string(),
            difference: signed(change.difference()),
            percent: change.percent().map(signed_percent).unwrap_or_default(),
            gross_old: old.gross_price.to_string(),
            gross_new: new.gross_price.to_string(),
        });
    }
    Some(PricesView { all: changed.len() == now.table.rows.len(), count: changed.len().to_string(), rows })
}

fn amounts(old: Option<&ContractFigures>, new: Option<&ContractFigures>) -> Vec<AmountView> {
    type Of = fn(&ContractFigures) -> (Money, &str);
    let all: [(&str, Of); 3] = [
        ("含税框架上限总价", |c| (c.gross, &c.gross_words)),
        ("不含税价", |c| (c.net, &c.net_words)),
        ("税额", |c| (c.tax, &c.tax_words)),
    ];
    let view = |(name, of): (&str, Of)| {
        let (old, new) = (old.map(of), new.map(of));
        let change = old.zip(new).map(|((old, _), (new, _))| Change::of(old, new));
        let figure = |of: Option<(Money, &str)>| of.map(|(figure, _)| figure.to_string()).unwrap_or_default();
        let words = |of: Option<(Money, &str)>| of.map(|(_, words)| words.to_owned()).unwrap_or_default();
        AmountView {
            name: name.to_owned(),
            old: figure(old),
            old_words: words(old),
            new: figure(new),
            new_words: words(new),
            difference: change.map(|change| signed(change.difference())).unwrap_or_default(),
            percent: change.and_then(Change::percent).map(signed_percent).unwrap_or_default(),
        }
    };
    all.map(view).into()
}

/// The annexes that this 调整 made print something else, in the contract's order.
fn annexes(pack: &Pack, history: &PriceHistory, number: usize) -> Vec<RevisedAnnex> {
    let revised = pack.documents.iter().filter(|d| d.in_bundle && editions(history, &d.id).contains(&number));
    let view = |document: &crate::pack::DocumentSpec| RevisedAnnex {
        id: document.id.clone(),
        title: document.title.clone(),
        revision: format!("修订{number}"),
    };
    revised.map(view).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compute::testing::{adjustment, good_case, pack, quotation};
    use rust_decimal::dec;

    fn view(case: &Case, number: usize) -> SupplementView {
        let pack = pack();
        SupplementView::of(case, &pack, &PriceHistory::of(case, &pack), number).unwrap()
    }

    #[test]
    fn a_change_of_the_rate_keeps_the_net_amount() {
        let mut case = good_case();
        case.adjustments = vec![adjustment("一", "2026-09-01")];
        let view = view(&case, 1);
        assert_eq!((view.number.as_str(), view.ordinal.as_str()), ("MGYY-2026-0001-补1", "一"));
        let rate = view.rate.as_ref().unwrap();
        assert_eq!((rate.old.as_str(), rate.new_number.as_str(), rate.ceilings_at.as_str()), ("6%", "3", ""));
        assert!(view.prices.is_none() && view.net_basis && !view.net_basis_before);
        let net = &view.amounts[1];
        assert_eq!((&net.old, net.difference.as_str()), (&net.new, "0.00"));
        let annexes: Vec<&str> = view.annexes.iter().map(|annex| annex.id.as_str()).collect();
        assert_eq!(annexes, ["附件3", "附件6", "附件7"]);
    }

    #[test]
    fn only_lines_that_change_are_listed_against_the_revision_before() {
        let pack = pack();
        let mut case = good_case();
        let mut requoted = adjustment("二", "2026-10-01");
        (requoted.rate, requoted.requotes) = (None, true);
        let mut sheet = quotation(&pack, |line| line.net_ceiling - Money::round(dec!(1)));
        sheet.rows[1].net_price = crate::compute::testing::cell("F6", dec!(700));
        requoted.quotation = Some(sheet);
        case.adjustments = vec![adjustment("一", "2026-09-01"), requoted];
        let view = view(&case, 2);
        assert!(view.rate.is_none());
        let prices = view.prices.unwrap();
        assert_eq!((prices.all, prices.rows.len(), prices.rows[0].span), (false, 1, 1));
        // 753.72 × 1.03 = 776.3316, 700 × 1.03 = 721.00; −53.72 / 753.72 = −7.1273…%.
        let row = &prices.rows[0];
        assert_eq!((row.gross_old.as_str(), row.gross_new.as_str()), ("776.33", "721.00"));
        assert_eq!((row.difference.as_str(), row.percent.as_str()), ("-53.72", "-7.13%"));
        assert_eq!(view.earlier, "补充协议（一）");
        assert!(view.net_basis && view.net_basis_before);
    }

    #[test]
    fn a_reason_that_only_names_the_agreement_gives_way_to_what_changes() {
        let mut case = good_case();
        case.adjustments = vec![adjustment("一", "2026-09-01")];
        for (given, printed) in [
            ("补充协议一", "增值税税率调整"),
            ("补充协议（一）", "增值税税率调整"),
            ("国家调整税率。", "国家调整税率"),
            ("补充协议一：国家调整税率", "补充协议一：国家调整税率"),
        ] {
            case.adjustments[0].reason = crate::compute::testing::text("事由", given);
            assert_eq!(view(&case, 1).reason, printed);
        }
        case.adjustments[0].reason = None;
        assert_eq!(view(&case, 1).reason, "增值税税率调整");
    }

    #[test]
    fn a_rate_that_lifts_prices_over_their_ceilings_says_so() {
        let mut case = good_case();
        let mut raised = adjustment("一", "2026-09-01");
        raised.rate.as_mut().unwrap().value = crate::model::tax::TaxRate::from_percent(dec!(9)).unwrap();
        case.adjustments = vec![raised];
        assert_eq!(view(&case, 1).rate.unwrap().ceilings_at, "6%");
    }
}
