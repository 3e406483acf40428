//! Who worked when, over all orders and, in a batch, over all suppliers' cases: what 3.2.6 forbids to be counted twice.
//!
//! May use: `model`.

use crate::model::month_sheets::MonthSheets;

/// The 人天 of all persons of a batch of cases.
#[derive(Debug, Default)]
pub struct People {}

impl People {
    /// Takes down one case's month. `case` is the case's name as findings should call it.
    pub fn add(&mut self, case: &str, sheets: &MonthSheets) {
        let _ = (case, sheets);
    }
}
