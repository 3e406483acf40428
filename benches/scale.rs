//! `hetong settle` at the size of a year: does memory stay flat, does time grow with the work and no faster, and are two
//! threads (nearly) twice as fast as one? The aim is 1.7 times.
//!
//! The program itself is run over synthetic workspaces, in a process of its own each time, and its peak memory is what
//! the system says (Linux). `cargo bench --bench scale` prints tables; look at the ratios, not at the seconds.
//! `HETONG_SCALE=50,100` measures other numbers of documents, `HETONG_BIN` another program.

#![allow(
    clippy::expect_used,
    clippy::float_arithmetic,
    missing_docs,
    reason = "a benchmark measures seconds, and stops at the first fault"
)]

#[path = "../tests/support/chain.rs"]
mod chain;
#[path = "../tests/support/synthetic.rs"]
mod synthetic;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use synthetic::{Plan, contract_id, order_number};

/// Orders, and so documents, of each supplier.
const ORDERS: usize = 5;
/// Cases that have a long ledger each.
const LEDGERS: usize = 10;
const MONTH: &str = "2026-03";

struct Measured {
    seconds: f64,
    /// Of all its threads: steadier than the clock where something else runs, too.
    cpu_seconds: f64,
    peak_mb: f64,
}

fn main() {
    documents(&sizes());
    threads();
    ledgers(&[0, 100, 1_000, 10_000]);
}

fn sizes() -> Vec<usize> {
    let given = std::env::var("HETONG_SCALE").unwrap_or_else(|_| "250,1000,2000,4000".into());
    given.split(',').map(|size| size.trim().parse().expect("HETONG_SCALE: numbers of documents")).collect()
}

fn documents(sizes: &[usize]) {
    println!("结算单, PDF and XLSX each   seconds   ms each   CPU ms each   against the first   peak MB");
    let mut first = None;
    for &size in sizes {
        let folder = tempfile::tempdir().expect("a folder");
        Plan::new(size / ORDERS, ORDERS, &[MONTH]).write(folder.path());
        let measured = settle(folder.path(), &[], None);
        let each = |seconds: f64| seconds * 1000.0 / size as f64;
        let cpu = each(measured.cpu_seconds);
        let against_first = cpu / *first.get_or_insert(cpu);
        println!(
            "{size:>25} {:>9.2} {:>9.2} {cpu:>13.2} {against_first:>19.2} {:>9.0}",
            measured.seconds,
            each(measured.seconds),
            measured.peak_mb
        );
    }
    println!();
}

fn threads() {
    let folder = tempfile::tempdir().expect("a folder");
    Plan::new(100, ORDERS, &[MONTH]).write(folder.path());
    let one = settle(folder.path(), &[], Some(1));
    let two = settle(folder.path(), &[], Some(2));
    println!(
        "500 结算单: one thread {:.2} s, two threads {:.2} s: {:.2} times as fast",
        one.seconds,
        two.seconds,
        one.seconds / two.seconds
    );
    println!();
}

fn ledgers(lengths: &[usize]) {
    println!("lines in each of {LEDGERS} ledgers   CPU seconds   CPU µs a line more than none   peak MB");
    let mut none = None;
    for &length in lengths {
        let folder = tempfile::tempdir().expect("a folder");
        for (supplier, case) in Plan::new(LEDGERS, ORDERS, &[MONTH]).write(folder.path()).iter().enumerate() {
            let orders: Vec<String> = (0..ORDERS).map(|order| order_number(supplier, order)).collect();
            let text = chain::history(&contract_id(supplier), &orders, &["2026-01", "2026-02"], length);
            fs::write(case.join("台账.jsonl"), text).expect("a ledger");
        }
        let measured = settle(folder.path(), &["--issue"], None);
        let none = *none.get_or_insert(measured.cpu_seconds);
        let lines = (length * LEDGERS).max(1) as f64;
        let each = (measured.cpu_seconds - none) * 1e6 / lines;
        println!("{length:>28} {:>13.2} {each:>30.1} {:>9.0}", measured.cpu_seconds, measured.peak_mb);
    }
}

/// Runs the program over a workspace, into an output folder beside it.
fn settle(workspace: &Path, more: &[&str], threads: Option<usize>) -> Measured {
    let output = tempfile::tempdir().expect("a folder");
    let program =
        std::env::var_os("HETONG_BIN").map_or_else(|| env!("CARGO_BIN_EXE_hetong").into(), PathBuf::from);
    let mut command = Command::new(program);
    command.arg("settle").arg(workspace).args(["--month", MONTH, "-o"]).arg(output.path()).args(more);
    if let Some(threads) = threads {
        command.env("RAYON_NUM_THREADS", threads.to_string());
    }
    let (started, before) = (Instant::now(), cpu_of_children());
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::inherit()).spawn().expect("hetong starts");
    let mut peak = 0;
    let status = loop {
        peak = peak.max(peak_kb(&child).unwrap_or(0));
        if let Some(status) = child.try_wait().expect("a child") {
            break status;
        }
        sleep(Duration::from_millis(5));
    };
    assert!(status.success(), "hetong settle ends with {status}");
    Measured {
        seconds: started.elapsed().as_secs_f64(),
        cpu_seconds: cpu_of_children() - before,
        peak_mb: peak as f64 / 1024.0,
    }
}

/// The time that the processors spent on children that have ended, in seconds.
fn cpu_of_children() -> f64 {
    let stat = fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields = stat.rsplit(')').next().unwrap_or_default().split_whitespace();
    // cutime and cstime, the 16th and 17th field, of which two stand before the bracket; a hundred to the second.
    let ticks: f64 = fields.skip(13).take(2).filter_map(|field| field.parse::<f64>().ok()).sum();
    ticks / 100.0
}

/// The most memory the process has held so far, in kB.
fn peak_kb(child: &Child) -> Option<u64> {
    let status = fs::read_to_string(format!("/proc/{}/status", child.id())).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.split_whitespace().next()?.parse().ok()
}
