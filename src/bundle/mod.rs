//! From a case folder to its output folder: prepare (read, compute, check), plan (which documents), produce (PDF and
//! XLSX in memory), write (all or nothing), manifest.
//!
//! May use: every room but `cli` and `verify`.

pub mod binding;
pub mod build;
pub mod causes;
pub mod changes;
pub mod job;
pub mod keep;
pub mod ledger;
pub mod manifest;
pub mod orders;
pub mod people;
pub mod plan;
pub mod produce;
pub mod recorded;
pub mod reuse;
pub mod revisions;
pub mod settle;
pub mod settle_guard;
pub mod settle_plan;
pub mod settle_report;
pub mod settlement;
mod shown;
mod staging;
pub mod starter;
pub mod summary_file;
pub mod workshop;
pub mod write;
