//! Every figure of the contract, in exact decimals, and how it came about.
//!
//! All rounding is [`Money::round`](crate::model::money::Money::round), at the points that the form names and at
//! no others. What cannot be computed for want of an input is `None`, never zero: a draft prints a blank there.
//!
//! May use: `model`, `pack`. No input or output, no clock.

pub mod clauses;
pub mod contract;
pub mod data_level;
pub mod figures;
pub mod figures_order;
pub mod figures_settlement;
pub mod ledger;
pub mod order;
pub mod payment_plan;
pub mod people;
pub mod quotation;
pub mod score;
pub mod settlement;
#[cfg(test)]
mod settlement_tests;
pub mod term;
#[cfg(test)]
pub mod testing;
#[cfg(test)]
pub mod testing_month;
#[cfg(test)]
pub mod testing_orders;

use crate::model::case::Case;
use crate::pack::Pack;

use clauses::ClauseValues;
use contract::ContractFigures;
use data_level::LevelFigure;
use order::{OrderFigures, order_figures};
use quotation::{QuotationFigures, QuotationTable};
use settlement::{OrderSettlement, settlements};

/// All figures of one case as it stands on signing.
#[derive(Clone, Debug)]
pub struct CaseFigures {
    /// 附件3 line by line, blanks included.
    pub table: QuotationTable,
    /// 附件3 complete; none while a price is missing.
    pub quotation: Option<QuotationFigures>,
    /// 4.3; none while 附件3 is incomplete.
    pub contract: Option<ContractFigures>,
    /// The parameters in 【】.
    pub clauses: ClauseValues,
    /// 附件5 二(4); none where no data is shared.
    pub data_level: Option<LevelFigure>,
    /// 附件6, order by order, as the case has them.
    pub orders: Vec<OrderFigures>,
    /// 附件7: every 结算单 of the months that were read.
    pub settlements: Vec<OrderSettlement>,
}

impl CaseFigures {
    /// Computes everything that the case allows.
    pub fn of(case: &Case, pack: &Pack) -> Self {
        let table = QuotationTable::new(&pack.tender, case.quotation.as_ref(), pack.tender.rate);
        let quotation = table.complete();
        let contract = quotation.as_ref().and_then(ContractFigures::of);
        Self {
            orders: order_figures(case, &table),
            settlements: settlements(case, pack, &table),
            table,
            quotation,
            contract,
            clauses: ClauseValues::of(&case.clauses, pack),
            data_level: case.data_sharing.as_ref().map(|data| LevelFigure::of(&data.categories, pack)),
        }
    }
}
