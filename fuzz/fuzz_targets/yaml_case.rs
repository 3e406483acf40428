//! 合同.yaml and an order of any bytes: read, computed, judged, told, set into every template and workbook.

#![no_main]

#[path = "../../tests/support/fuzzing.rs"]
mod fuzzing;

libfuzzer_sys::fuzz_target!(init: fuzzing::tell_guarded_panics_apart(), |bytes: &[u8]| fuzzing::yaml_case(bytes));
