//! Reads finished files back and proves them: what stands in a PDF or a workbook, against what the inputs give by a second
//! route. It trusts nothing that hetong wrote.
//!
//! May use: every room but `cli`.

mod altered;
mod books;
pub mod checks;
pub mod compare;
mod expected;
mod file;
mod find;
mod flow;
mod folder;
mod fresh;
mod gallery;
mod gaps;
mod identity;
mod known;
pub mod ledger;
mod ledger_file;
mod looks;
mod makings;
mod month;
pub mod read;
mod record;
mod returned;
mod routes;
pub mod run;
pub mod second_route;
mod side;
mod summary;
mod summary_balances;
mod summary_rows;
mod tally;
mod texts;

pub use read::guard::is_guarded;
