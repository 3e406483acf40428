//! What the documents are about, typed: parties, quotation, money, tax rate, 大写, orders,
//! monthly settlement, declarations.
//!
//! May use: `diagnostics` (only for where a value was written).

pub mod blank;
pub mod capital;
pub mod case;
pub mod characters;
pub mod fault;
pub mod identifiers;
pub mod ledger;
pub mod likeness;
pub mod money;
pub mod month;
pub mod month_sheets;
pub mod names;
pub mod numerals;
pub mod order;
pub mod party;
pub mod quotation;
pub mod tax;
