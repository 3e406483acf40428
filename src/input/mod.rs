//! From files to the model: discovery of cases, YAML with places, suppliers' workbooks.
//!
//! Nothing is judged here. What cannot be read becomes a [`Fault`](crate::model::fault::Fault); everything else
//! becomes the model, each value with its [`Origin`](crate::diagnostics::Origin), and the rules judge it.
//!
//! May use: `model`, `pack`, `diagnostics`.

pub mod belonging;
pub mod case;
pub mod discovery;
pub mod folder;
pub mod ledger;
mod ledger_binding;
pub mod months;
pub mod order;
pub mod plain;
pub mod schema;
pub mod starter;
pub mod workbook;
pub mod yaml;
