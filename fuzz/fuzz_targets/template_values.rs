//! Any texts in every field of a case: every template comes out as Typst with no other markup.

#![no_main]

#[path = "../../tests/support/fuzzing.rs"]
mod fuzzing;

libfuzzer_sys::fuzz_target!(init: fuzzing::tell_guarded_panics_apart(), |bytes: &[u8]| fuzzing::template_values(bytes));
