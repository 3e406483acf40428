//! 附件7, 4.5: what is due for each order in a month, and where that leaves the framework's cap.
//!
//! May use: `model`, `pack`.

use rust_decimal::Decimal;

use super::quotation::{QuotationTable, same_name};
use super::score::Score;
use crate::diagnostics::Origin;
use crate::model::capital::to_capital;
use crate::model::case::Case;
use crate::model::ledger::LedgerLine;
use crate::model::money::Money;
use crate::model::month::Month;
use crate::model::month_sheets::{MonthSheets, WorkEntry};
use crate::model::tax::TaxRate;
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
    /// 含税单价 of 附件3, 元/人天.
    pub gross_price: Money,
    /// 结算行金额 = r2(人天 × 含税单价), 元.
    pub gross: Money,
}

/// One person's 人天 for an order in the month.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PersonDays {
    /// 姓名.
    pub person: String,
    /// 岗位职责.
    pub post: String,
    /// 级别.
    pub level: String,
    /// Σ 人天.
    pub days: Decimal,
    /// The days of the month that were named, with the 人天 of each, in order; empty where only a total is given.
    pub by_day: Vec<(i8, Decimal)>,
}

/// What is due (4.5, 4.6.6).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Due {
    /// 当月单订单应支付, 含税, 元 = r2(Σ 行金额 × 得分 / 100).
    pub gross: Money,
    /// 不含税, 元 = r2(应支付 / (1 + 税率)).
    pub net: Money,
    /// 税额, 元 = 应支付 − 不含税.
    pub tax: Money,
    /// 税率.
    pub rate: TaxRate,
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
    /// 框架协议已结算金额 before this 结算单, 含税, 元.
    pub opening: Money,
    /// The same after it.
    pub closing: Money,
    /// The ledger's line for this order and month, if it was issued.
    pub issued: Option<LedgerLine>,
}

impl OrderSettlement {
    /// Whether what was issued is what the inputs now give.
    pub fn agrees_with(&self, line: &LedgerLine) -> bool {
        line.days.normalize() == self.days.normalize()
            && line.score.normalize() == self.score.total.normalize()
            && line.work_gross == self.work_gross
            && (line.gross, line.net, line.tax, line.rate)
                == (self.due.gross, self.due.net, self.due.tax, self.due.rate)
    }
}

/// Every 结算单 of the case's months, month by month, within a month in the order of the orders' numbers. An order
/// whose work, prices or assessment are incomplete has none; rules say why.
///
/// An issued one keeps the balances its ledger line has. The others follow one another from the ledger's closing
/// balance, as they would if they were issued now.
pub fn settlements(case: &Case, pack: &Pack, table: &QuotationTable) -> Vec<OrderSettlement> {
    let mut running = case.ledger.closing();
    let mut all = Vec::new();
    for sheets in &case.months {
        for index in by_number(case) {
            if let Some(settlement) = settlement(case, index, pack, table, sheets, &mut running) {
                all.push(settlement);
            }
        }
    }
    all
}

/// The indices of the orders that have a number, by number.
fn by_number(case: &Case) -> Vec<usize> {
    let mut indices: Vec<usize> = (0..case.orders.len())
        .filter(|index| case.orders.get(*index).is_some_and(|o| !o.number().is_empty()))
        .collect();
    indices.sort_by_key(|index| case.orders.get(*index).map(|order| order.number().to_owned()));
    indices
}

fn settlement(
    case: &Case,
    order_index: usize,
    pack: &Pack,
    table: &QuotationTable,
    sheets: &MonthSheets,
    running: &mut Money,
) -> Option<OrderSettlement> {
    let number = case.orders.get(order_index)?.number();
    let work: Vec<&WorkEntry> =
        sheets.work.iter().filter(|row| same_name(&row.order.value, number)).collect();
    let first = work.first()?;
    let mut assessed = sheets.assessments.iter().filter(|row| same_name(&row.order.value, number));
    let (assessment, None) = (assessed.next()?, assessed.next()) else { return None };
    let lines = settled_lines(&work, table)?;
    let work_gross: Money = lines.iter().map(|line| line.gross).sum();
    let score = Score::of(assessment, &pack.assessment)?;
    let due = Due::of(work_gross, score.total, table.rate)?;
    let issued = case.ledger.issued(number, sheets.month).map(|(line, _)| line.clone());
    let (opening, closing) = match &issued {
        Some(line) => (line.opening, line.closing),
        None => (*running, *running + due.gross),
    };
    if issued.is_none() {
        *running = closing;
    }
    Some(OrderSettlement {
        month: sheets.month,
        order: number.to_owned(),
        order_index,
        origin: first.order.origin.clone(),
        days: lines.iter().map(|line| line.days).sum(),
        persons: persons(&work)?,
        note: assessment.note.as_ref().map(|note| note.value.clone()).unwrap_or_default(),
        lines,
        work_gross,
        score,
        due,
        opening,
        closing,
        issued,
    })
}

impl Due {
    /// From the work's amount and the score; none only beyond what 大写 can say.
    pub fn of(work_gross: Money, score: Decimal, rate: TaxRate) -> Option<Self> {
        let gross = Money::round(work_gross.decimal().checked_mul(score)?.checked_div(Decimal::ONE_HUNDRED)?);
        let net = rate.net(gross);
        let tax = gross - net;
        Some(Self {
            gross,
            net,
            tax,
            rate,
            gross_words: to_capital(gross)?,
            net_words: to_capital(net)?,
            tax_words: to_capital(tax)?,
        })
    }
}

/// 人天 by 岗位 and 级别, in 附件3's order; none if a row cannot be priced or counted.
fn settled_lines(work: &[&WorkEntry], table: &QuotationTable) -> Option<Vec<SettledLine>> {
    let mut days: Vec<Option<Decimal>> = vec![None; table.rows.len()];
    for entry in work {
        let matches = |row: &super::quotation::TableRow| {
            same_name(&row.post, &entry.post.value) && same_name(&row.level, &entry.level.value)
        };
        let index = table.rows.iter().position(matches)?;
        let sum = days.get_mut(index)?;
        *sum = Some(sum.unwrap_or_default().checked_add(entry.days.value.number()?)?);
    }
    let line = |(row, days): (&super::quotation::TableRow, &Option<Decimal>)| {
        let days = (*days)?;
        let price = row.figures.as_ref().map(|figures| figures.gross_price);
        Some(price.and_then(|gross_price| {
            let gross = Money::round(days.checked_mul(gross_price.decimal())?);
            Some(SettledLine { post: row.post.clone(), level: row.level.clone(), days, gross_price, gross })
        }))
    };
    table.rows.iter().zip(&days).filter_map(line).collect()
}

fn persons(work: &[&WorkEntry]) -> Option<Vec<PersonDays>> {
    let mut persons: Vec<PersonDays> = Vec::new();
    for entry in work {
        let days = entry.days.value.number()?;
        let same = |person: &&mut PersonDays| {
            person.person == entry.person.value
                && person.post == entry.post.value
                && person.level == entry.level.value
        };
        let person = match persons.iter_mut().find(same) {
            Some(person) => person,
            None => {
                persons.push(PersonDays {
                    person: entry.person.value.clone(),
                    post: entry.post.value.clone(),
                    level: entry.level.value.clone(),
                    days: Decimal::ZERO,
                    by_day: Vec::new(),
                });
                persons.last_mut()?
            }
        };
        person.days = person.days.checked_add(days)?;
        if let Some(date) = &entry.date {
            person.by_day.push((date.value.day(), days));
        }
    }
    for person in &mut persons {
        person.by_day.sort_by_key(|(day, _)| *day);
    }
    Some(persons)
}
