//! What hetong adds to bare typesetting of a 结算单: the whole way of `settle` (read, check, PDF, XLSX, write durably)
//! against compiling and exporting the same Typst sources once each, in process, on one thread, with the fonts loaded.
//! The aim is a ratio up to 1.5.
//!
//! `cargo bench --bench settle` prints both; divide. How much faster two threads are, benches/scale.rs tells.

#![allow(clippy::expect_used, missing_docs, reason = "a benchmark stops at the first fault")]

#[path = "../tests/support/synthetic.rs"]
mod synthetic;

use std::path::{Path, PathBuf};

use criterion::{BatchSize, Criterion, criterion_group, criterion_main};
use hetong::bundle::job::{Among, Draft};
use hetong::bundle::produce::Press;
use hetong::bundle::settle::{Batch, CaseOrder};
use hetong::bundle::settle_plan::Wanted;
use hetong::bundle::workshop::Workshop;
use hetong::compute::parties::Parties;
use hetong::compute::people::People;
use hetong::compute::settlement::Issue;
use hetong::input::months::Scope;
use hetong::model::month::Month;
use hetong::pack::Pack;
use hetong::render::fonts::Fonts;
use hetong::render::pdf::{forget_old, typeset};
use hetong::rules::Purpose;
use rayon::ThreadPoolBuilder;
use synthetic::Plan;

const SUPPLIERS: usize = 8;
const ORDERS: usize = 5;
const MONTH: &str = "2026-03";

/// The sources of one case's 结算单.
struct Sources {
    pack: std::sync::Arc<Pack>,
    fonts: std::sync::Arc<Fonts>,
    texts: Vec<String>,
}

fn month() -> Month {
    MONTH.parse().expect("a month")
}

fn sources(workshop: &Workshop, case: &Path) -> Sources {
    let draft = Draft::read_with(case, Scope::Month(month()), workshop).expect("a pack");
    let fonts = workshop.fonts(&draft.pack).expect("Chinese fonts");
    let job = draft.check(Purpose::Draft, Some(&fonts));
    let press = Press::with(&job, &fonts, workshop.templates(&job.pack).expect("templates"));
    let settlements = job.figures.settlements.iter();
    let texts: Vec<String> =
        settlements.map(|one| press.settlement_source(one, &Issue::Draft).expect("a source")).collect();
    assert_eq!(texts.len(), ORDERS);
    Sources { pack: job.pack.clone(), fonts, texts }
}

/// What typst alone does for all cases. It forgets between the cases what is long done, as the batch does.
fn bare(all: &[Sources]) {
    for case in all {
        for (index, source) in case.texts.iter().enumerate() {
            let name = index.to_string();
            typeset(&name, &name, source, &case.pack.templates, &case.fonts, (2026, 3, 31)).expect("a PDF");
        }
        forget_old();
    }
}

/// What `hetong settle` does for all cases; everybody's days are read first.
fn settle(workshop: &Workshop, cases: &[PathBuf], output: &Path) {
    let mut people = People::default();
    for case in cases {
        let draft = Draft::read_with(case, Scope::Month(month()), workshop).expect("a pack");
        for sheets in &draft.loaded.case.months {
            people.add(&draft.loaded.case.name, sheets.month, &sheets.work);
        }
    }
    let among = Among { people: &people, parties: &Parties::default() };
    let batch = Batch { workshop, among, month: month(), output, issuing: None };
    for folder in cases {
        let name = folder.file_name().and_then(|name| name.to_str());
        let order = CaseOrder { folder, name, wanted: &Wanted::Everything };
        let settled = batch.settle(&order, || false).expect("settled");
        assert!(!settled.findings.has_errors());
    }
}

fn compare(criterion: &mut Criterion) {
    let folder = tempfile::tempdir().expect("a folder");
    let cases = Plan::new(SUPPLIERS, ORDERS, &[MONTH]).write(folder.path());
    let workshop = Workshop::default();
    let all: Vec<Sources> = cases.iter().map(|case| sources(&workshop, case)).collect();
    let one = ThreadPoolBuilder::new().num_threads(1).build().expect("a thread");
    let mut group = criterion.benchmark_group("40 结算单");
    group.sample_size(10);
    group.bench_function("bare typst", |bencher| {
        bencher.iter_batched(|| comemo::evict(0), |()| one.install(|| bare(&all)), BatchSize::PerIteration);
    });
    group.bench_function("hetong settle", |bencher| {
        let fresh = || {
            comemo::evict(0);
            tempfile::tempdir().expect("a folder to write to")
        };
        let run = |folder: tempfile::TempDir| {
            one.install(|| settle(&workshop, &cases, folder.path()));
            folder
        };
        bencher.iter_batched(fresh, run, BatchSize::PerIteration);
    });
    group.finish();
}

criterion_group!(benches, compare);
criterion_main!(benches);
