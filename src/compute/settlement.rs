//! 附件7, 4.5: what is due for each order in a month, and where that leaves the framework's cap.
//!
//! May use: `model`, `pack`.

use std::collections::BTreeMap;

use rust_decimal::Decimal;

use super::month_prices::MonthPrices;
use super::people::Identities;
pub use super::person_days::PersonDays;
use super::person_days::persons;
use super::prices::{CapBasis, PriceHistory};
use super::quotation::{AMOUNT_LIMIT, QuotationTable, TableRow, same_name};
use super::score::Score;
use crate::diagnostics::Origin;
use crate::model::capital::to_capital;
use crate::model::case::{Case, Period};
use crate::model::ledger::{Balance, Ledger, LedgerLine};
use crate::model::money::Money;
use crate::model::month::Month;
use crate::model::month_sheets::{AssessmentEntry, MonthSheets, WorkEntry};
use crate::model::order::Order;
use crate::model::tax::{TaxPart, TaxRate, rates_of};
use crate::pack::Pack;

/// 人天 of one 岗位 × 级别 in the month, with their amount.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SettledLine {
    /// 岗位职责 as 附件3 writes it.
    pub post: String,
    /// 级别 as 附件3 writes it.
    pub level: String,
    /// 人天.
    pub days: Decimal,
    /// The days of the month whose work this is; none where one price was in force all month.
    pub period: Option<Period>,
    /// 修订 of the 附件3 that the price is from; 0 as signed.
    pub revision: usize,
    /// 含税单价 of 附件3 on these days, 元/人天.
    pub gross_price: Money,
    /// 税率 on these days.
    pub rate: TaxRate,
    /// 结算行金额 = r2(人天 × 含税单价), 元.
    pub gross: Money,
}

/// What is due (4.5, 4.6.6).
///
/// Where the VAT rate changed within the month, 应支付 is r2(Σ 行金额 × 得分 / 100) of the whole all the same; it is shared
/// out among the rates by r2(Σ 行金额 of the rate × 得分 / 100), and the last takes what is left. The tax of each part is
/// separated at its own rate, as the invoices are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Due {
    /// 当月单订单应支付, 含税, 元 = r2(Σ 行金额 × 得分 / 100).
    pub gross: Money,
    /// 不含税, 元 = r2(应支付 / (1 + 税率)); of several rates the sum.
    pub net: Money,
    /// 税额, 元 = 应支付 − 不含税.
    pub tax: Money,
    /// The same by 税率, in the order of their days: one, or several where the rate changed within the month.
    pub parts: Vec<TaxPart>,
    /// 大写 of 应支付.
    pub gross_words: String,
    /// 大写 of 不含税.
    pub net_words: String,
    /// 大写 of 税额.
    pub tax_words: String,
}

/// One order's settlement of one month.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OrderSettlement {
    /// The month.
    pub month: Month,
    /// 订单编号 as the order writes it.
    pub order: String,
    /// Which of the case's orders.
    pub order_index: usize,
    /// Where its first row of 工时 stands.
    pub origin: Origin,
    /// 岗位 × 级别, in 附件3's order.
    pub lines: Vec<SettledLine>,
    /// Σ 人天.
    pub days: Decimal,
    /// Σ 行金额 before the score, 元.
    pub work_gross: Money,
    /// 人天 per person, in the sheet's order.
    pub persons: Vec<PersonDays>,
    /// 考核得分.
    pub score: Score,
    /// 说明 of the 考核 row.
    pub note: String,
    /// What is due.
    pub due: Due,
    /// 框架协议已结算金额 before this 结算单, 含税, 元: as its ledger line has it if it agrees with the line, else what
    /// it would be if it were issued now.
    pub opening: Money,
    /// The same after it: plus 应支付, or for a correction plus the difference.
    pub closing: Money,
    /// The same two 不含税, 元: what is compared once the VAT rate has changed (4.3).
    pub net_opening: Money,
    /// After it.
    pub net_closing: Money,
    /// 修订 in force at the end of the month; 0 as signed.
    pub revision: usize,
    /// The ledger's line for this order and month, if it was issued.
    pub issued: Option<LedgerLine>,
}

/// What a 结算单 is printed as.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::large_enum_variant, reason = "there is one for each 结算单, and none is kept")]
pub enum Issue {
    /// 草稿: nothing is recorded.
    Draft,
    /// 已开具, or being issued.
    Issued,
    /// 更正: issued in place of an earlier one.
    Correction {
        /// Why, as the user gave it.
        reason: String,
        /// The line it replaces.
        replaced: LedgerLine,
    },
}

/// By how much a correction changes what was issued; below zero where less is due.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Difference {
    /// 含税, 元.
    pub gross: Money,
    /// 不含税, 元.
    pub net: Money,
    /// 税额, 元.
    pub tax: Money,
}

impl Difference {
    /// What is due now less what was issued.
    pub fn of(due: &Due, replaced: &LedgerLine) -> Self {
        Self { gross: due.gross - replaced.gross, net: due.net - replaced.net, tax: due.tax - replaced.tax }
    }
}

impl OrderSettlement {
    /// The issued line that the inputs no longer agree with: what a correction would replace.
    pub fn contradicted(&self) -> Option<&LedgerLine> {
        self.issued.as_ref().filter(|line| !self.agrees_with(line))
    }

    /// Takes over what was settled before it and after it.
    pub fn set_balances(&mut self, before: Balance, after: Balance) {
        (self.opening, self.net_opening) = (before.gross, before.net);
        (self.closing, self.net_closing) = (after.gross, after.net);
    }

    /// What was settled before it and after it, on the basis on which the cap is compared.
    pub fn balances(&self, basis: CapBasis) -> (Money, Money) {
        (basis.of(self.opening, self.net_opening), basis.of(self.closing, self.net_closing))
    }

    /// 考核扣款: Σ 行金额 − 应支付, 元.
    pub fn deducted(&self) -> Money {
        self.work_gross - self.due.gross
    }

    /// Whether what was issued is what the inputs now give.
    pub fn agrees_with(&self, line: &LedgerLine) -> bool {
        line.days.normalize() == self.days.normalize()
            && line.score.normalize() == self.score.total.normalize()
            && line.work_gross == self.work_gross
            && (line.gross, line.net, line.tax) == (self.due.gross, self.due.net, self.due.tax)
            && line.parts == self.due.parts
    }
}

/// Every 结算单 of the case's months, month by month, within a month in the order of the orders' numbers. An order
/// whose work, prices or assessment are incomplete or given twice has none; rules say why.
///
/// An issued one keeps the balances of its ledger line. The others follow one another from the ledger's closing
/// balance, as they would if they were issued now; one that was issued with another result counts as its correction.
pub fn settlements(case: &Case, pack: &Pack, prices: &PriceHistory) -> Vec<OrderSettlement> {
    let mut running = case.ledger.balance();
    let mut all = Vec::new();
    for sheets in &case.months {
        let identities = Identities::of(&sheets.work);
        let prices = MonthPrices::of(prices, sheets.month);
        for index in by_number(case) {
            if let Some(mut settlement) = settlement(case, index, pack, &prices, (sheets, &identities)) {
                balance(&mut settlement, &mut running, &case.ledger);
                all.push(settlement);
            }
        }
    }
    all
}

/// The indices of the orders whose number no other order has, by number.
fn by_number(case: &Case) -> Vec<usize> {
    let number = |index: usize| case.orders.get(index).map_or("", Order::number);
    let once = |index: &usize| {
        let own = number(*index);
        !own.is_empty() && case.orders.iter().filter(|order| same_name(order.number(), own)).count() == 1
    };
    let mut indices: Vec<usize> = (0..case.orders.len()).filter(once).collect();
    indices.sort_by_key(|index| number(*index));
    indices
}

/// The rows of a month's 工时 that name an order.
pub fn work_of<'s>(sheets: &'s MonthSheets, number: &str) -> Vec<&'s WorkEntry> {
    sheets.work.iter().filter(|row| same_name(&row.order.value, number)).collect()
}

/// The one row of a month's 考核 that names an order.
pub fn assessment_of<'s>(sheets: &'s MonthSheets, number: &str) -> Option<&'s AssessmentEntry> {
    let mut rows = sheets.assessments.iter().filter(|row| same_name(&row.order.value, number));
    rows.next().filter(|_| rows.next().is_none())
}

/// All but the balances.
fn settlement(
    case: &Case,
    order_index: usize,
    pack: &Pack,
    prices: &MonthPrices<'_>,
    (sheets, identities): (&MonthSheets, &Identities),
) -> Option<OrderSettlement> {
    let order = case.orders.get(order_index)?;
    let number = order.number();
    let work = work_of(sheets, number);
    let first = work.first()?;
    let assessment = assessment_of(sheets, number)?;
    let lines = settled_lines(&work, order, prices)?;
    let work_gross: Money = lines.iter().map(|line| line.gross).sum();
    let score = Score::of(assessment, &pack.assessment)?;
    Some(OrderSettlement {
        month: sheets.month,
        order: number.to_owned(),
        order_index,
        origin: first.order.origin.clone(),
        days: lines.iter().map(|line| line.days).sum(),
        persons: persons(&work, prices.table(), sheets.month, identities)?,
        note: assessment.note.as_ref().map(|note| note.value.clone()).unwrap_or_default(),
        due: Due::of(&lines, score.total)?,
        revision: prices.revision(),
        lines,
        work_gross,
        score,
        opening: Money::ZERO,
        closing: Money::ZERO,
        net_opening: Money::ZERO,
        net_closing: Money::ZERO,
        issued: case.ledger.issued(number, sheets.month).map(|(line, _)| line.clone()),
    })
}

fn balance(settlement: &mut OrderSettlement, running: &mut Balance, ledger: &Ledger) {
    let s = settlement;
    let (before, after) = match &s.issued {
        Some(line) if s.agrees_with(line) => ledger.balances_of(&s.order, s.month).unwrap_or_default(),
        issued => {
            let before = *running;
            *running =
                before.less(issued.as_ref().map(LedgerLine::due).unwrap_or_default()).plus(s.due.both());
            (before, *running)
        }
    };
    s.set_balances(before, after);
}

impl Due {
    /// 应支付 on both bases.
    pub fn both(&self) -> Balance {
        Balance { gross: self.gross, net: self.net }
    }

    /// From the work's lines and the score; none only beyond what 大写 can say.
    pub fn of(lines: &[SettledLine], score: Decimal) -> Option<Self> {
        let scored = |amount: Money| {
            let scored = amount.decimal().checked_mul(score)?.checked_div(Decimal::ONE_HUNDRED)?;
            Some(Money::round(scored))
        };
        let gross = scored(lines.iter().map(|line| line.gross).sum())?;
        let mut rates: Vec<TaxRate> = Vec::new();
        let mut by_day: Vec<&SettledLine> = lines.iter().collect();
        by_day.sort_by_key(|line| line.period.map(|period| period.from));
        for line in by_day {
            if !rates.contains(&line.rate) {
                rates.push(line.rate);
            }
        }
        let mut left = gross;
        let mut parts = Vec::with_capacity(rates.len());
        for (index, rate) in rates.iter().enumerate() {
            let own = lines.iter().filter(|line| line.rate == *rate).map(|line| line.gross).sum();
            let own = if index + 1 == rates.len() { left } else { scored(own)? };
            left = left - own;
            parts.push(TaxPart::of(own, *rate));
        }
        let net = parts.iter().map(|part| part.net).sum();
        let tax = gross - net;
        Some(Self {
            gross,
            net,
            tax,
            parts,
            gross_words: to_capital(gross)?,
            net_words: to_capital(net)?,
            tax_words: to_capital(tax)?,
        })
    }

    /// `6%`, or `6%、3%`.
    pub fn rates(&self) -> String {
        rates_of(&self.parts)
    }
}

/// 附件3's line for a row of 工时.
pub(super) fn table_row<'t>(entry: &WorkEntry, table: &'t QuotationTable) -> Option<(usize, &'t TableRow)> {
    let matches =
        |row: &TableRow| same_name(&row.post, &entry.post.value) && same_name(&row.level, &entry.level.value);
    table.rows.iter().enumerate().find(|(_, row)| matches(row))
}

/// 人天 as they stand in a row; none for what is no number, below zero or beyond all measure.
pub(super) fn days_of(entry: &WorkEntry) -> Option<Decimal> {
    let days = entry.days.value.number()?;
    (days >= Decimal::ZERO && days < AMOUNT_LIMIT).then_some(days)
}

/// 人天 by 岗位 and 级别, in 附件3's order, and where a price changed within the month by the days of each; none if a row
/// cannot be priced or counted.
fn settled_lines(work: &[&WorkEntry], order: &Order, prices: &MonthPrices<'_>) -> Option<Vec<SettledLine>> {
    let mut days: BTreeMap<(usize, usize), Decimal> = BTreeMap::new();
    for entry in work {
        let (index, _) = table_row(entry, prices.table())?;
        let segment = prices.segment_of(index, entry, order)?;
        let sum = days.entry((index, segment)).or_default();
        *sum = sum.checked_add(days_of(entry)?)?;
    }
    let line = |(&(index, segment), &days): (&(usize, usize), &Decimal)| {
        let row = prices.table().rows.get(index)?;
        let segments = prices.segments(index);
        let segment = segments.get(segment)?;
        let gross_price = segment.gross_price?;
        Some(SettledLine {
            post: row.post.clone(),
            level: row.level.clone(),
            days,
            period: (segments.len() > 1).then_some(segment.period),
            revision: segment.revision,
            gross_price,
            rate: segment.rate,
            gross: Money::round(days.checked_mul(gross_price.decimal())?),
        })
    };
    days.iter().map(line).collect()
}
