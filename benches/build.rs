//! What hetong adds to bare typesetting: `build` of the sample case against compiling and exporting the same Typst
//! sources once each (all but 核对报告), in process, with the fonts loaded. The aim is a ratio under 2.
//!
//! And what a build without changes takes beside a full one, the program as users start it: fonts found and hashed, the
//! case read and checked, every file compared. The aim is a small fraction.
//!
//! `cargo bench --bench build` prints them; divide.

#![allow(clippy::expect_used, missing_docs, reason = "a benchmark stops at the first fault")]

use std::path::Path;
use std::process::{Command, Stdio};

use criterion::{BatchSize, Criterion, criterion_group, criterion_main};
use hetong::bundle::build;
use hetong::bundle::job::Draft;
use hetong::bundle::plan::{Format, case_files};
use hetong::bundle::produce::Press;
use hetong::input::months::Scope;
use hetong::render::fonts::Fonts;
use hetong::render::pdf::typeset;
use hetong::rules::Purpose;

fn sample() -> &'static Path {
    Path::new("fixtures/cases/星河示例")
}

fn compare(criterion: &mut Criterion) {
    let job = Draft::read(sample(), Scope::Contract, None).expect("the pack").check(Purpose::Final, None);
    let fonts = Fonts::load(None, &job.pack.fonts).expect("Chinese fonts");
    let press = Press::new(&job, &fonts).expect("templates");
    let files = case_files(&job.pack, &job.case, &job.figures.prices, &[]).expect("documents");
    let sources: Vec<(String, String)> = files
        .iter()
        .filter(|file| file.format == Format::Pdf)
        .map(|file| (file.name.clone(), press.source(file).expect("source")))
        .collect();
    let mut group = criterion.benchmark_group("sample case");
    group.sample_size(20);
    group.bench_function("bare typst: the same sources once each", |bencher| {
        let compile = || {
            for (name, source) in &sources {
                typeset(name, name, source, &job.pack.templates, &fonts, (2026, 3, 1)).expect("pdf");
            }
        };
        bencher.iter_batched(|| comemo::evict(0), |()| compile(), BatchSize::PerIteration);
    });
    group.bench_function("hetong build: read, check, all PDF and XLSX, report, write", |bencher| {
        let fresh = || {
            comemo::evict(0);
            tempfile::tempdir().expect("a folder to write to")
        };
        let run = |folder: tempfile::TempDir| {
            let job = Draft::read(sample(), Scope::Contract, None)
                .expect("the pack")
                .check(Purpose::Final, Some(&fonts));
            build::build(&job, &fonts, &[], &folder.path().join("星河示例")).expect("a bundle");
            folder
        };
        bencher.iter_batched(fresh, run, BatchSize::PerIteration);
    });
    group.finish();
}

/// The program builds the sample case into a folder.
fn build_into(folder: &Path) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_hetong"));
    command.arg("build").arg(sample()).arg("-o").arg(folder).stdout(Stdio::null());
    assert!(command.status().expect("hetong starts").success());
}

fn again(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("program");
    group.sample_size(20);
    group.bench_function("first build", |bencher| {
        let empty = || tempfile::tempdir().expect("a folder to write to");
        let run = |folder: tempfile::TempDir| {
            build_into(folder.path());
            folder
        };
        bencher.iter_batched(empty, run, BatchSize::PerIteration);
    });
    let folder = tempfile::tempdir().expect("a folder to write to");
    build_into(folder.path());
    group
        .bench_function("build again, nothing changed", |bencher| bencher.iter(|| build_into(folder.path())));
    group.finish();
}

criterion_group!(benches, compare, again);
criterion_main!(benches);
