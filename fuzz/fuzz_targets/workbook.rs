//! A quotation, 工时 or 考核 of any bytes, its format told by the first.

#![no_main]

#[path = "../../tests/support/fuzzing.rs"]
mod fuzzing;

libfuzzer_sys::fuzz_target!(init: fuzzing::tell_guarded_panics_apart(), |bytes: &[u8]| fuzzing::workbook(bytes));
