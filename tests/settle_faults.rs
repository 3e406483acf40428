//! `hetong settle --issue` when things go wrong: killed at any moment, no space left, nothing to write to, two at once.
//! Whatever happens, no output is half written, no ledger line is lost or doubled, and running again mends the rest.

#![cfg(unix)]
#![allow(clippy::expect_used, reason = "clippy knows test functions, not what they share")]

#[path = "support/chain.rs"]
mod chain;
#[path = "support/faults.rs"]
mod faults;
mod support;
#[path = "support/synthetic.rs"]
mod synthetic;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::PathBuf;
use std::process::{Child, Output, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use faults::{as_ordinary_user, namespaces, set_rights, started, wait_for, with_file_limit, with_full_disk};
use serde_json::Value;
use support::{arg, copy_folder, hetong, snapshot, told};
use synthetic::{Plan, Random};

const LEDGER: &str = "台账.jsonl";
/// How often a run is killed.
const KILLS: usize = 100;

/// Cases and the output folder of a batch.
struct Workspace {
    folder: tempfile::TempDir,
}

/// What a workspace comes to: all but what depends on when it was made.
#[derive(PartialEq)]
struct State {
    outputs: BTreeMap<String, Vec<u8>>,
    ledgers: BTreeMap<String, Vec<Value>>,
    files: BTreeSet<String>,
}

impl Workspace {
    /// Small cases: two persons on each order.
    fn new(suppliers: usize, orders: usize, months: &[&str]) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        Plan { persons: 2, ..Plan::new(suppliers, orders, months) }.write(&folder.path().join("案卷"));
        fs::create_dir(folder.path().join("output")).expect("a folder");
        Self { folder }
    }

    fn copy(&self) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        copy_folder(self.folder.path(), folder.path());
        Self { folder }
    }

    fn cases(&self) -> PathBuf {
        self.folder.path().join("案卷")
    }

    fn output(&self) -> PathBuf {
        self.folder.path().join("output")
    }

    fn ledger(&self, supplier: usize) -> PathBuf {
        self.cases().join(synthetic::case_name(supplier)).join(LEDGER)
    }

    /// The arguments that issue a month.
    fn issue(&self, month: &str) -> Vec<String> {
        let (cases, output) = (self.cases(), self.output());
        ["settle", arg(&cases), "--month", month, "-o", arg(&output), "--issue"].map(str::to_owned).into()
    }

    /// Issues a month without any disturbance.
    fn issued(&self, month: &str) -> Output {
        let done = hetong().args(self.issue(month)).output().expect("hetong starts");
        assert_eq!(done.status.code(), Some(0), "{}", told(&done));
        done
    }

    fn ledgers(&self) -> BTreeMap<String, Vec<u8>> {
        let files = snapshot(&self.cases()).into_iter();
        files.filter(|(name, _)| name.ends_with(LEDGER)).collect()
    }

    /// What it comes to; the ledgers are checked on the way.
    fn state(&self) -> State {
        let whole = |(name, bytes): (String, Vec<u8>)| {
            let (lines, torn) = chain::checked(&bytes);
            assert!(!torn, "{name} ends in the middle of a line");
            (name, lines.iter().map(chain::timeless).collect())
        };
        State {
            outputs: snapshot(&self.output()),
            ledgers: self.ledgers().into_iter().map(whole).collect(),
            files: snapshot(self.folder.path()).into_keys().filter(|name| !is_kept_torn_line(name)).collect(),
        }
    }

    /// Asserts that it has come to what another has, and says where it has not.
    fn assert_same(&self, expected: &State) {
        let state = self.state();
        assert_eq!(state.files, expected.files, "the same files, and nothing left over");
        assert_eq!(state.ledgers, expected.ledgers);
        for (name, bytes) in &expected.outputs {
            assert!(state.outputs.get(name) == Some(bytes), "{name} is the same");
        }
    }
}

/// A line that was cut off is kept beside the ledger.
fn is_kept_torn_line(name: &str) -> bool {
    name.contains("台账.残行-")
}

/// When to kill.
#[derive(Debug)]
enum Moment {
    /// So long after the start.
    After(Duration),
    /// So long after so many ledgers have been written to: close to what must not be done by halves.
    Recorded(usize, Duration),
}

impl Moment {
    fn random(random: &mut Random, ledgers: usize, run: Duration) -> Self {
        let micros = |random: &mut Random, most: Duration| {
            let most = usize::try_from(most.as_micros()).expect("a short time");
            Duration::from_micros(random.below(most.max(1)) as u64)
        };
        if random.one_in(2) {
            Self::After(micros(random, run))
        } else {
            Self::Recorded(1 + random.below(ledgers), micros(random, Duration::from_millis(20)))
        }
    }

    /// Waits for it. Whether it came before the program ended.
    fn wait(&self, child: &mut Child, workspace: &Workspace, ledgers: usize) -> bool {
        let started = Instant::now();
        let recorded = || (0..ledgers).filter(|supplier| workspace.ledger(*supplier).exists()).count();
        let reached = || match self {
            Self::After(time) => started.elapsed() >= *time,
            Self::Recorded(number, _) => recorded() >= *number,
        };
        if !wait_for(child, reached) {
            return false;
        }
        if let Self::Recorded(_, time) = self {
            sleep(*time);
        }
        true
    }
}

/// Issues a month and kills the program at a moment. Whether it was killed; if it ended before, it ended well.
fn killed(workspace: &Workspace, moment: &Moment, ledgers: usize) -> bool {
    let mut child = started(&workspace.issue("2026-03"));
    if moment.wait(&mut child, workspace, ledgers) {
        child.kill().expect("a signal");
    }
    let status = child.wait().expect("an end");
    assert!(status.code().is_none_or(|code| code == 0), "{moment:?}: hetong ends with {status}");
    status.code().is_none()
}

#[test]
fn a_run_killed_at_any_moment_is_completed_by_the_next() {
    const CASES: usize = 20;
    let untouched = Workspace::new(CASES, 1, &["2026-03"]);
    let undisturbed = untouched.copy();
    let started = Instant::now();
    undisturbed.issued("2026-03");
    let run = started.elapsed();
    let expected = undisturbed.state();
    assert_eq!(expected.ledgers.values().map(Vec::len).sum::<usize>(), CASES);

    let (mut random, mut kills) = (Random::new(8), 0);
    while kills < KILLS {
        let workspace = untouched.copy();
        let mut before: BTreeMap<String, Vec<u8>> = BTreeMap::new();
        loop {
            let moment = Moment::random(&mut random, CASES, run);
            let was_killed = killed(&workspace, &moment, CASES);
            kills += usize::from(was_killed);
            let after = workspace.ledgers();
            for (name, bytes) in &before {
                // What was recorded stays recorded, but for a line that was cut off.
                let (whole, now) = (whole_lines(bytes), after.get(name).map_or(&[][..], Vec::as_slice));
                assert!(now.starts_with(whole), "{name} has lost a line at {moment:?}");
            }
            for bytes in after.values() {
                chain::checked(bytes);
            }
            before = after;
            if !was_killed {
                break;
            }
        }
        workspace.assert_same(&expected);
    }
}

fn whole_lines(bytes: &[u8]) -> &[u8] {
    let end = bytes.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
    &bytes[..end]
}

#[test]
fn a_ledger_cut_off_by_a_power_failure_is_recovered() {
    let workspace = Workspace::new(1, 2, &["2026-03", "2026-04"]);
    workspace.issued("2026-03");
    let (march, whole) = (workspace.state(), fs::read(workspace.ledger(0)).expect("a ledger"));
    let undisturbed = workspace.copy();
    undisturbed.issued("2026-04");
    let expected = undisturbed.state();
    let last = whole.len() - 1 - whole_lines(&whole[..whole.len() - 1]).len();
    // The line break alone, a few bytes, half a line, all but its first byte.
    for cut in [1, 2, last / 2, last] {
        let workspace = workspace.copy();
        fs::write(workspace.ledger(0), &whole[..whole.len() - cut]).expect("a ledger cut off");
        let done = workspace.issued("2026-03");
        if cut > 1 {
            assert!(told(&done).contains("最后一行只写了一半"), "{cut}: {}", told(&done));
            // The summary tells of it; the next one has nothing to tell.
            workspace.issued("2026-03");
            workspace.assert_same(&march);
        }
        workspace.issued("2026-04");
        workspace.assert_same(&expected);
    }
}

#[test]
fn two_runs_at_once_issue_everything_once() {
    let untouched = Workspace::new(6, 2, &["2026-03"]);
    let undisturbed = untouched.copy();
    undisturbed.issued("2026-03");
    let expected = undisturbed.state();
    for _ in 0..4 {
        let workspace = untouched.copy();
        let start = || {
            let mut command = hetong();
            command.args(workspace.issue("2026-03")).stdout(Stdio::piped()).stderr(Stdio::piped());
            command.spawn().expect("hetong starts")
        };
        for child in [start(), start()] {
            let done = child.wait_with_output().expect("an end");
            assert_eq!(done.status.code(), Some(0), "{}", told(&done));
        }
        workspace.assert_same(&expected);
    }
}

#[test]
fn months_out_of_order_and_with_gaps_come_to_the_same_sums() {
    let months = ["2026-01", "2026-02", "2026-03", "2026-04"];
    let in_order = Workspace::new(2, 2, &months);
    let out_of_order = in_order.copy();
    let due = |workspace: &Workspace| -> BTreeMap<String, Value> {
        let lines = workspace.state().ledgers.into_values().flatten();
        lines.map(|line| (format!("{} {}", line["订单"], line["月份"]), line["应支付"].clone())).collect()
    };
    for month in months {
        in_order.issued(month);
    }
    let mut so_far = Vec::new();
    for month in ["2026-03", "2026-01", "2026-04", "2026-02"] {
        out_of_order.issued(month);
        so_far.push(month);
        for (name, lines) in out_of_order.state().ledgers {
            let issued: Vec<&str> = lines.iter().filter_map(|line| line["月份"].as_str()).collect();
            let expected: Vec<&str> = so_far.iter().flat_map(|month| [*month; 2]).collect();
            assert_eq!(issued, expected, "{name}");
        }
    }
    assert_eq!(due(&out_of_order).len(), 16);
    assert_eq!(due(&out_of_order), due(&in_order));
}

/// What must not change when a month cannot be issued: everything but the summary of that month, which tells of it.
fn kept(workspace: &Workspace) -> BTreeMap<String, Vec<u8>> {
    let summary = ["output/结算-2026-04/结算汇总-2026-04.xlsx", "output/结算-2026-04/manifest.json"];
    let mut files = snapshot(workspace.folder.path());
    files.retain(|name, _| !summary.contains(&name.as_str()));
    files
}

/// March is issued; April goes wrong in the way `run` has it; then nothing has changed, and April can still be issued.
fn fails_and_changes_nothing(workspace: &Workspace, said: &str, run: impl FnOnce(&Workspace) -> Output) {
    let undisturbed = workspace.copy();
    undisturbed.issued("2026-04");
    let before = kept(workspace);
    let done = run(workspace);
    assert!(matches!(done.status.code(), Some(1 | 2)), "{:?} {}", done.status, told(&done));
    assert!(told(&done).contains(said), "“{said}” in: {}", told(&done));
    let after = kept(workspace);
    assert_eq!(after.keys().collect::<Vec<_>>(), before.keys().collect::<Vec<_>>(), "{}", told(&done));
    for (name, bytes) in &before {
        assert!(after.get(name) == Some(bytes), "{name} has changed; hetong said: {}", told(&done));
    }
    workspace.issued("2026-04");
    workspace.assert_same(&undisturbed.state());
}

fn march_issued() -> Workspace {
    let workspace = Workspace::new(2, 1, &["2026-03", "2026-04"]);
    workspace.issued("2026-03");
    workspace
}

#[test]
fn an_output_that_cannot_be_written_to_its_end_leaves_the_old_one() {
    fails_and_changes_nothing(&march_issued(), "写不进去", |workspace| {
        with_file_limit(8, &workspace.issue("2026-04"))
    });
}

#[test]
fn a_ledger_line_that_cannot_be_written_to_its_end_is_taken_back() {
    let workspace = Workspace::new(1, 1, &["2026-03", "2026-04"]);
    // Longer than any output, so that it is the ledger that meets the limit, in the middle of the new line.
    let history =
        chain::history(&synthetic::contract_id(0), &[synthetic::order_number(0, 0)], &["2026-01"], 3000);
    fs::write(workspace.ledger(0), &history).expect("a ledger");
    workspace.issued("2026-03");
    let length = fs::metadata(workspace.ledger(0)).expect("a ledger").len();
    fails_and_changes_nothing(&workspace, "台账", |workspace| {
        with_file_limit(length / 512 + 1, &workspace.issue("2026-04"))
    });
}

/// One case whose ledger ends close to the end of a block, so that the next line needs another block of the disk.
fn at_the_end_of_a_block() -> Workspace {
    let workspace = Workspace::new(1, 1, &["2026-03", "2026-04"]);
    let orders = [synthetic::order_number(0, 0)];
    let contract = synthetic::contract_id(0);
    let histories =
        (3..100).map(|length| chain::history(&contract, &orders, &["2026-01", "2026-02"], length));
    let history = histories.into_iter().find(|text| (3700..4096).contains(&(text.len() % 4096)));
    fs::write(workspace.ledger(0), history.expect("a history of such a length")).expect("a ledger");
    workspace
}

#[test]
fn a_disk_full_of_output_changes_nothing() {
    for room in [0, 4096, 20_480] {
        if !namespaces() {
            return;
        }
        fails_and_changes_nothing(&march_issued(), "磁盘满了", |workspace| {
            with_full_disk(&workspace.output(), room, &workspace.issue("2026-04"))
        });
    }
}

#[test]
fn a_full_disk_under_the_ledger_changes_nothing() {
    if !namespaces() {
        return;
    }
    fails_and_changes_nothing(&at_the_end_of_a_block(), "磁盘满了", |workspace| {
        with_full_disk(&workspace.cases(), 0, &workspace.issue("2026-04"))
    });
}

#[test]
fn an_output_folder_that_is_read_only_is_told_and_nothing_is_recorded() {
    fails_and_changes_nothing(&march_issued(), "写不进去", |workspace| {
        set_rights(&workspace.cases(), 0o777, 0o666);
        set_rights(&workspace.output(), 0o555, 0o444);
        let done = as_ordinary_user(workspace.folder.path(), &workspace.issue("2026-04"));
        set_rights(&workspace.output(), 0o755, 0o644);
        done
    });
}

#[test]
fn a_case_folder_that_is_read_only_is_told_and_nothing_is_written() {
    fails_and_changes_nothing(&march_issued(), "写不进去", |workspace| {
        set_rights(&workspace.output(), 0o777, 0o666);
        set_rights(&workspace.cases(), 0o555, 0o444);
        let done = as_ordinary_user(workspace.folder.path(), &workspace.issue("2026-04"));
        set_rights(&workspace.cases(), 0o755, 0o644);
        done
    });
}

#[test]
fn an_output_path_below_a_file_is_told_and_nothing_is_recorded() {
    let workspace = march_issued();
    fs::write(workspace.folder.path().join("一个文件"), "").expect("a file");
    fails_and_changes_nothing(&workspace, "写不进去", |workspace| {
        let mut arguments = workspace.issue("2026-04");
        let output = arguments.iter_mut().find(|argument| argument.ends_with("output")).expect("-o");
        *output = format!("{}/一个文件/输出", arg(workspace.folder.path()));
        hetong().args(arguments).output().expect("hetong starts")
    });
}

#[test]
fn what_these_tests_write_into_a_ledger_is_what_hetong_reads() {
    let text = chain::history(
        &synthetic::contract_id(0),
        &[synthetic::order_number(0, 0), synthetic::order_number(0, 1)],
        &["2026-01"],
        7,
    );
    let ledger = hetong::input::ledger::parse(text.as_bytes());
    assert_eq!((ledger.lines().len(), ledger.damage.as_slice()), (7, [].as_slice()));
    assert_eq!(chain::checked(text.as_bytes()).0.len(), 7);
}
