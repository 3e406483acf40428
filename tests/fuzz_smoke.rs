//! A short fuzz of everything that reads what other people wrote, in-process and the same every time: mutations of the
//! fixtures through the functions that `fuzz/` drives with libFuzzer for as long as one likes.
//!
//! `HETONG_FUZZ_ROUNDS=20 cargo test --test fuzz_smoke` does twenty times as many; `HETONG_FUZZ_SEED` begins elsewhere. An
//! input that breaks something is written to the system's folder for temporary files and named in the message; put it
//! into `fuzz/regressions/<target>/`, all of which are tried first.

#![allow(clippy::expect_used, reason = "clippy knows test functions, not what they share")]

#[path = "support/fuzzing.rs"]
mod fuzzing;
#[path = "support/mutation.rs"]
mod mutation;
#[path = "support/synthetic.rs"]
mod synthetic;

use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::path::{Path, PathBuf};

use synthetic::Random;

fn repository(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

fn number(variable: &str, otherwise: u64) -> u64 {
    std::env::var(variable).ok().and_then(|text| text.parse().ok()).unwrap_or(otherwise)
}

/// The files below a folder of the repository, in order.
fn files(folder: &str, wanted: impl Fn(&str) -> bool) -> Vec<PathBuf> {
    let all =
        walkdir::WalkDir::new(repository(folder)).sort_by_file_name().into_iter().filter_map(Result::ok);
    let all = all.filter(|entry| entry.file_type().is_file()).map(walkdir::DirEntry::into_path);
    all.filter(|path| wanted(&path.file_name().expect("a name").to_string_lossy())).collect()
}

/// Tries what once broke the target, then `rounds` new inputs.
fn fuzz(target: &str, rounds: u64, run: fn(&[u8]), mut make: impl FnMut(&mut Random) -> Vec<u8>) {
    for path in files(&format!("fuzz/regressions/{target}"), |name| !name.starts_with('.')) {
        let bytes = fs::read(&path).expect("a regression");
        tried(&bytes, run, &path.display().to_string());
    }
    let seed = number("HETONG_FUZZ_SEED", 20_260_301);
    for round in 0..rounds * number("HETONG_FUZZ_ROUNDS", 1) {
        let bytes = make(&mut Random::new(seed.wrapping_mul(1_000_003).wrapping_add(round)));
        tried(&bytes, run, &format!("{target}, seed {seed}, round {round}"));
    }
}

fn tried(bytes: &[u8], run: fn(&[u8]), what: &str) {
    if let Err(panic) = catch_unwind(AssertUnwindSafe(|| run(bytes))) {
        let name = what.rsplit('/').next().unwrap_or(what).replace([' ', ','], "-");
        let kept = std::env::temp_dir().join(format!("hetong-fuzz-{name}"));
        fs::write(&kept, bytes).expect("the input kept");
        eprintln!("{what} broke it; the input is in {}", kept.display());
        resume_unwind(panic);
    }
}

/// Cases of the fixtures as the bytes of the target.
fn cases() -> Vec<Vec<u8>> {
    let contracts =
        ["fixtures/cases", "fixtures/rules"].map(|folder| files(folder, |name| name == "合同.yaml"));
    let case = |contract: PathBuf| {
        let mut bytes = fs::read(&contract).expect("合同.yaml");
        let orders = contract.with_file_name("订单");
        let order = fs::read_dir(orders).ok().and_then(|mut orders| orders.next());
        if let Some(order) = order {
            bytes.extend_from_slice(fuzzing::PARTING);
            bytes.extend(fs::read(order.expect("an order").path()).expect("an order"));
        }
        bytes
    };
    contracts.into_iter().flatten().map(case).collect()
}

#[test]
fn cases_of_any_bytes_are_read_and_judged() {
    let cases = cases();
    fuzz("yaml_case", 120, fuzzing::yaml_case, |random| {
        let case = &cases[random.below(cases.len())];
        match std::str::from_utf8(case) {
            Ok(text) if !random.one_in(4) => mutation::yaml(random, text).into_bytes(),
            _ => {
                let mut bytes = case.clone();
                mutation::bytes(random, &mut bytes);
                bytes
            }
        }
    });
}

/// Sheets of the fixtures with the byte of their kind; the large ones are left out.
fn sheets() -> Vec<(u8, Vec<u8>)> {
    let kind = |path: &Path| {
        let extension = path.extension()?.to_str()?;
        u8::try_from(fuzzing::KINDS.iter().position(|kind| *kind == extension)?).ok()
    };
    let all = ["fixtures/sheets", "fixtures/cases", "fixtures/rules/good", "fixtures/rules/S001"];
    let all = all.into_iter().flat_map(|folder| files(folder, |_| true));
    let sheets = all.filter_map(|path| Some((kind(&path)?, fs::read(&path).expect("a sheet"))));
    sheets.filter(|(_, bytes)| bytes.len() < 60_000).collect()
}

#[test]
fn workbooks_of_any_bytes_are_read_or_refused() {
    let sheets = sheets();
    fuzz("workbook", 500, fuzzing::workbook, |random| {
        let (kind, bytes) = &sheets[random.below(sheets.len())];
        let mutated = match std::str::from_utf8(bytes) {
            _ if bytes.starts_with(b"PK") && !random.one_in(8) => mutation::zip(random, bytes),
            Ok(text) if !random.one_in(4) => mutation::csv(random, text).into_bytes(),
            _ => {
                let mut bytes = bytes.clone();
                mutation::bytes(random, &mut bytes);
                bytes
            }
        };
        [vec![*kind], mutated].concat()
    });
}

#[test]
fn ledgers_of_any_bytes_are_sound_or_damaged() {
    let ledgers: Vec<Vec<u8>> = ["fixtures/cases", "fixtures/rules"]
        .into_iter()
        .flat_map(|folder| files(folder, |name| name == "台账.jsonl"))
        .map(|path| fs::read(path).expect("a ledger"))
        .collect();
    for ledger in &ledgers {
        fuzzing::ledger(&[&[0], ledger.as_slice()].concat());
        fuzzing::ledger(&[&[1], ledger.as_slice()].concat());
    }
    fuzz("ledger", 600, fuzzing::ledger, |random| {
        let mut bytes = ledgers[random.below(ledgers.len())].clone();
        let resealed = u8::from(!random.one_in(3));
        match random.below(3) {
            0 => mutation::bytes(random, &mut bytes),
            _ => bytes = values(random, &String::from_utf8_lossy(&bytes)).into_bytes(),
        }
        [vec![resealed], bytes].concat()
    });
}

/// Another value between two quotes.
fn values(random: &mut Random, text: &str) -> String {
    const VALUES: [&str; 16] = [
        "0.00",
        "-1.00",
        "1e5",
        "0.001",
        "6%、3%",
        "3%",
        "2026-13",
        "2026-04",
        "DD-2026-001",
        "１２",
        "999999999999999.99",
        "79228162514264337593543950335",
        "",
        "\\u0000",
        "50492.32",
        "0072.0",
    ];
    let mut parts: Vec<&str> = text.split('"').collect();
    for _ in 0..=random.below(2) {
        // Every second piece lies between quotes, every fourth is a value.
        let at = random.below(parts.len() / 2) * 2 + 1;
        if at < parts.len() {
            parts[at] = VALUES[random.below(VALUES.len())];
        }
    }
    parts.join("\"")
}

#[test]
fn texts_stay_texts_in_every_template() {
    fuzz("template_values", 25, fuzzing::template_values, |random| {
        let texts: Vec<String> = (0..=random.below(40)).map(|_| mutation::hostile(random)).collect();
        texts.join("\0").into_bytes()
    });
}

#[test]
fn hostile_texts_are_typeset() {
    let hostile =
        r##"# $x^2$ *b* _e_ @r \u{41} " ' <a> [c] { #panic() } // /* {{ x }} {% raw %} = - + 成都"##;
    for document in ["附件6", "附件4"] {
        assert!(fuzzing::typeset(&[hostile], document).starts_with(b"%PDF"), "{document}");
    }
}

/// Writes the fixtures as seeds for libFuzzer: `cargo test --test fuzz_smoke -- --ignored`.
#[test]
#[ignore = "writes fuzz/corpus"]
fn write_the_seeds() {
    let write = |target: &str, seeds: Vec<Vec<u8>>| {
        let folder = repository("fuzz/corpus").join(target);
        fs::create_dir_all(&folder).expect("a folder");
        for (index, seed) in seeds.into_iter().enumerate() {
            fs::write(folder.join(format!("seed-{index:03}")), seed).expect("a seed");
        }
    };
    write("yaml_case", cases());
    write("workbook", sheets().into_iter().map(|(kind, bytes)| [vec![kind], bytes].concat()).collect());
    let ledgers = files("fixtures", |name| name == "台账.jsonl").into_iter();
    let ledgers = ledgers.map(|path| fs::read(path).expect("a ledger"));
    write("ledger", ledgers.flat_map(|l| [[vec![0], l.clone()].concat(), [vec![1], l].concat()]).collect());
    let texts = (0..40).map(|round| mutation::hostile(&mut Random::new(round)).into_bytes());
    write("template_values", texts.collect());
}
