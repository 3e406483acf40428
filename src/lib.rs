//! hetong (合同): a contract compiler.
//!
//! A *case* is a folder with `合同.yaml` and the supplier's spreadsheets. [`input`] reads it into the [`model`], every
//! value with its place; what cannot be read becomes a fault. [`compute`] works out every figure in exact decimals and
//! remembers how it came about; the contract form's own data is a [`pack`]. [`rules`] judge all of it and report
//! [`diagnostics`]. [`view`] turns case and figures into finished strings, [`render`] turns those into PDF and XLSX, and
//! [`bundle`] plans the files and puts them into the output folder, all or none. [`cli`] is the program around it.
//!
//! ```no_run
//! use std::path::Path;
//! use hetong::{bundle::{build::build, job::Draft}, input::months::Scope, render::fonts::Fonts, rules::Purpose};
//!
//! let draft = Draft::read(Path::new("fixtures/cases/星河示例"), Scope::Contract, None)?;
//! let fonts = Fonts::load(None, &draft.pack.fonts)?;
//! let job = draft.check(Purpose::Draft, Some(&fonts));
//! build(&job, &fonts, &[], Path::new("output/星河示例"))?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

pub mod bundle;
pub mod cli;
pub mod compute;
pub mod diagnostics;
pub mod input;
pub mod model;
pub mod pack;
pub mod render;
pub mod rules;
pub mod verify;
pub mod view;
