//! Figures and model → finished strings for the templates.
//!
//! A view holds no number and no option: what is printed is here exactly as it is printed, and an empty string is
//! a blank. Templates therefore need no arithmetic, no formatting and no decisions about money.
//!
//! May use: `model`, `compute`, `pack`.

pub mod blanks;
pub mod changes;
pub mod contract;
pub mod forms;
pub mod integrity;
pub mod order;
mod order_blanks;
pub mod order_sheet;
pub mod parties;
pub mod quotation;
pub mod report;
pub mod revision;
pub mod security;
pub mod settlement;
pub mod settlement_blanks;
pub mod settlement_due;
pub mod settlement_people;
pub mod settlement_rates;
pub mod settlement_sheet;
pub mod settlement_words;
pub mod sheets;
pub mod summary;
mod summary_remarks;
pub mod summary_suppliers;
pub mod supplement;
pub mod workbooks;

use jiff::civil::Date;

use crate::model::case::Text;

/// The text, or an empty string: a blank.
pub(crate) fn or_blank(text: &Text) -> String {
    text.as_ref().map(|t| t.value.clone()).unwrap_or_default()
}

/// `2026年3月1日`.
pub(crate) fn full_date(date: Date) -> String {
    format!("{}年{}月{}日", date.year(), date.month(), date.day())
}
