//! A 台账 of any bytes: what is sound comes back byte by byte.

#![no_main]

#[path = "../../tests/support/fuzzing.rs"]
mod fuzzing;

libfuzzer_sys::fuzz_target!(init: fuzzing::tell_guarded_panics_apart(), |bytes: &[u8]| fuzzing::ledger(bytes));
