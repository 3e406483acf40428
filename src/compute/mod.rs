//! Every figure of the contract, in exact decimals, and how it came about.
//!
//! All rounding is [`Money::round`](crate::model::money::Money::round), at the points that the form names and at
//! no others. What cannot be computed for want of an input is `None`, never zero: a draft prints a blank there.
//!
//! May use: `model`, `pack`. No input or output, no clock.

pub mod change;
pub mod changes;
pub mod clauses;
pub mod contract;
pub mod data_level;
pub mod figure_tree;
pub mod figures;
mod figures_due;
pub mod figures_order;
pub mod figures_settlement;
pub mod ledger;
pub mod month_prices;
pub mod order;
pub mod parties;
pub mod payment_plan;
pub mod people;
mod person_days;
pub mod prices;
pub mod quotation;
pub mod score;
pub mod settlement;
#[cfg(test)]
mod settlement_tests;
#[cfg(test)]
mod straddle_tests;
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
use prices::PriceHistory;
use quotation::{QuotationFigures, QuotationTable};
use settlement::{OrderSettlement, settlements};

/// All figures of one case.
#[derive(Clone, Debug)]
pub struct CaseFigures {
    /// 附件3 and 4.3, as signed and as every 调整 leaves them.
    pub prices: PriceHistory,
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
        let prices = PriceHistory::of(case, pack);
        Self {
            orders: order_figures(case, &prices),
            settlements: settlements(case, pack, &prices),
            prices,
            clauses: ClauseValues::of(&case.clauses, pack),
            data_level: case.data_sharing.as_ref().map(|data| LevelFigure::of(&data.categories, pack)),
        }
    }

    /// 附件3 as signed, line by line, blanks included.
    pub fn table(&self) -> &QuotationTable {
        &self.prices.signed.table
    }

    /// 附件3 as signed; none while a price is missing.
    pub fn quotation(&self) -> Option<&QuotationFigures> {
        self.prices.signed.quotation.as_ref()
    }

    /// 4.3 as signed; none while 附件3 is incomplete.
    pub fn contract(&self) -> Option<&ContractFigures> {
        self.prices.signed.contract.as_ref()
    }
}
