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
pub mod quotation;
pub mod term;
#[cfg(test)]
pub mod testing;

use crate::model::case::Case;
use crate::pack::Pack;

use clauses::ClauseValues;
use contract::ContractFigures;
use data_level::LevelFigure;
use quotation::{QuotationFigures, QuotationTable};

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
}

impl CaseFigures {
    /// Computes everything that the case allows.
    pub fn of(case: &Case, pack: &Pack) -> Self {
        let table = QuotationTable::new(&pack.tender, case.quotation.as_ref(), pack.tender.rate);
        let quotation = table.complete();
        let contract = quotation.as_ref().and_then(ContractFigures::of);
        Self {
            table,
            quotation,
            contract,
            clauses: ClauseValues::of(&case.clauses, pack),
            data_level: case.data_sharing.as_ref().map(|data| LevelFigure::of(&data.categories, pack)),
        }
    }
}
