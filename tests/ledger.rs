//! 台账.jsonl in the case folder: taken up by one writer at a time, whole or not at all, mended after a power failure;
//! and what the rules say of it. The chain's hashes are worked out here by another way than hetong's.

#![allow(clippy::expect_used, reason = "clippy knows test functions, not what they share")]

mod support;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use hetong::bundle::job::{Draft, Job};
use hetong::bundle::ledger::{CaseLock, LedgerError, append};
use hetong::bundle::write::{stage, write};
use hetong::compute::ledger::{Issuer, Issuing, Stamp, as_issued};
use hetong::compute::settlement::Issue;
use hetong::input::months::Scope;
use hetong::model::ledger::{Ledger, LedgerLine};
use hetong::rules::Purpose;
use serde_json::Value;
use sha2::{Digest, Sha256};
use support::{copy_folder, repository, snapshot};

const LEDGER: &str = "台账.jsonl";

/// A copy of a rule's fixture.
struct Case {
    folder: tempfile::TempDir,
}

impl Case {
    fn of(rule: &str) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        copy_folder(&repository("fixtures/rules").join(rule), folder.path());
        Self { folder }
    }

    /// S007's months, 21 and 20 人天 of one order, with nothing issued yet.
    fn unissued() -> Self {
        let case = Self::of("S007");
        fs::remove_file(case.ledger()).expect("removed");
        case
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }

    fn ledger(&self) -> PathBuf {
        self.path().join(LEDGER)
    }

    fn bytes(&self) -> Vec<u8> {
        fs::read(self.ledger()).unwrap_or_default()
    }

    fn work(&self, month: &str) -> PathBuf {
        self.path().join("结算").join(month).join("工时.csv")
    }

    fn replace(&self, path: &Path, from: &str, to: &str) {
        let text = fs::read_to_string(path).expect("a text");
        assert!(text.contains(from), "{} has “{from}”", path.display());
        fs::write(path, text.replace(from, to)).expect("written");
    }

    fn job(&self) -> Job {
        Draft::read(self.path(), Scope::Everything, None).expect("the pack").check(Purpose::Draft, None)
    }

    /// Findings of the S family, as `id place`, and what they say.
    fn found(&self) -> Vec<(String, String)> {
        let findings = self.job().findings;
        let ours = findings.iter().filter(|finding| finding.id.starts_with('S'));
        ours.map(|f| (format!("{} {} {}", f.severity.label(), f.id, f.origin), f.message.clone())).collect()
    }

    /// Issues what the case's months give, as `settle --issue` does but for the documents.
    fn issue(&self, amend: Option<&str>) -> Result<Vec<Issuing>, LedgerError> {
        let lock = CaseLock::acquire(self.path(), || true).expect("the lock");
        let job = self.job();
        let (decided, lines) = decide(&job, amend);
        append(&lock, &job.case.ledger, &lines).map(|()| decided)
    }
}

fn decide(job: &Job, amend: Option<&str>) -> (Vec<Issuing>, Vec<LedgerLine>) {
    let stamp = Stamp {
        contract: job.case.contract_id(),
        issued_at: "2026-05-08T10:15:00+08:00".into(),
        version: "0.1.0".into(),
        inputs: BTreeMap::from([("结算/2026-03/工时.csv".into(), "0".repeat(64))]),
    };
    let mut issuer = Issuer::new(&job.case.ledger);
    let settlements = job.figures.settlements.iter();
    let decided: Vec<Issuing> = settlements.map(|s| issuer.decide(s, amend, &stamp)).collect();
    let lines = decided.iter().filter_map(|decided| decided.to_append().cloned()).collect();
    (decided, lines)
}

/// The lines of a ledger, the chain checked as docs/台账.md describes it.
fn chain(bytes: &[u8]) -> Vec<Value> {
    let sha = |bytes: &[u8]| Sha256::digest(bytes).iter().map(|b| format!("{b:02x}")).collect::<String>();
    let mut previous = sha(b"");
    let text = std::str::from_utf8(bytes).expect("UTF-8");
    let line = |line: &str| {
        let value: Value = serde_json::from_str(line).expect("JSON");
        let own = value["本行"].as_str().expect("本行").to_owned();
        let content = line.replace(&format!(",\"本行\":\"{own}\""), "");
        assert_eq!(sha(content.as_bytes()), own);
        assert_eq!(value["前行"], Value::String(std::mem::replace(&mut previous, sha(line.as_bytes()))));
        value
    };
    text.lines().map(line).collect()
}

fn amounts(lines: &[Value], key: &str) -> Vec<String> {
    lines.iter().map(|line| line[key].as_str().unwrap_or_default().to_owned()).collect()
}

#[test]
fn issuing_is_recorded_once_corrected_openly_and_never_changed_in_silence() {
    let case = Case::unissued();
    let done = case.issue(None).unwrap();
    assert!(matches!(done.as_slice(), [Issuing::New(_), Issuing::New(_)]), "{done:?}");
    let lines = chain(&case.bytes());
    // 21 and 20 人天 at 890.40, full marks: 18,698.40 and 17,808.00.
    assert_eq!(amounts(&lines, "应支付"), ["18698.40", "17808.00"]);
    assert_eq!(amounts(&lines, "已结算"), ["0.00", "18698.40"]);
    assert_eq!(amounts(&lines, "累计"), ["18698.40", "36506.40"]);
    assert_eq!(amounts(&lines, "人天"), ["21", "20"]);

    // Again with the same result: nothing changes, not even with a reason at hand.
    let first = case.bytes();
    for amend in [None, Some("没有要更正的")] {
        let again = case.issue(amend).unwrap();
        assert!(matches!(again.as_slice(), [Issuing::Unchanged(_), Issuing::Unchanged(_)]), "{again:?}");
        assert_eq!(case.bytes(), first);
    }

    // Another result: S005, and nothing changes; an empty reason is none.
    case.replace(&case.work("2026-03"), ",21", ",19.5");
    for amend in [None, Some("  ")] {
        let conflict = case.issue(amend).unwrap();
        assert!(matches!(conflict.as_slice(), [Issuing::Conflict(_), Issuing::Unchanged(_)]), "{conflict:?}");
        assert_eq!(case.bytes(), first);
    }
    let found = case.found();
    let (_, message) = found.iter().find(|(place, _)| place == "错误 S005 台账.jsonl:1:1").expect("S005");
    assert!(
        message.contains("人天 开具时 21，现在 19.5") && message.contains("18,698.40，现在 17,362.80 元")
    );
    assert!(!message.contains("税率") && !message.contains("得分"), "{message}");

    // Openly: the old lines stay, the difference is carried. 19.5 人天 are 17,362.80, 1,335.60 less.
    case.issue(Some("三月多记 1.5 人天")).unwrap();
    assert!(case.bytes().starts_with(&first));
    let lines = chain(&case.bytes());
    assert_eq!(amounts(&lines, "累计"), ["18698.40", "36506.40", "35170.80"]);
    assert_eq!(lines[2]["更正"], serde_json::json!({"替代": 1, "原因": "三月多记 1.5 人天"}));
    let job = case.job();
    assert_eq!(case.found(), []);
    let line = &job.case.ledger.lines()[2].0;
    let (settlement, issue) = as_issued(&job.figures.settlements[0], line, &Issuer::new(&job.case.ledger));
    assert_eq!(
        (settlement.opening.to_string(), settlement.closing.to_string()),
        ("36,506.40".into(), "35,170.80".into())
    );
    let Issue::Correction { replaced, .. } = issue else { panic!("{issue:?}") };
    assert_eq!(replaced.number, 1);
}

#[test]
fn months_may_be_left_out_and_come_later() {
    let case = Case::unissued();
    let march = case.path().join("结算/2026-03");
    fs::rename(&march, case.path().join("三月")).unwrap();
    case.issue(None).unwrap();
    fs::rename(case.path().join("三月"), &march).unwrap();
    case.issue(None).unwrap();
    let lines = chain(&case.bytes());
    assert_eq!(amounts(&lines, "月份"), ["2026-04", "2026-03"]);
    assert_eq!(amounts(&lines, "累计"), ["17808.00", "36506.40"]);
    // A month's folder that is gone is no difference; an order gone from a sheet is one.
    fs::rename(&march, case.path().join("三月")).unwrap();
    assert!(case.found().iter().all(|(place, _)| place.contains("S007")), "{:?}", case.found());
    case.replace(&case.work("2026-04"), "DD-2026-001", "DD-2026-00X");
    let found = case.found();
    let gone = found.iter().find(|(place, _)| place.contains("S005")).expect("S005");
    assert!(gone.0.ends_with("台账.jsonl:1:1") && gone.1.contains("却没有这个订单"), "{gone:?}");
}

#[test]
fn a_line_torn_at_any_byte_is_put_aside_and_the_rest_goes_on() {
    let case = Case::unissued();
    case.issue(None).unwrap();
    let whole = case.bytes();
    let first = whole.iter().position(|byte| *byte == b'\n').expect("a line") + 1;
    let job = case.job();
    // What was torn off was issued again: the same line stands there again.
    let line = job.case.ledger.lines()[1].0.clone();
    for end in first + 1..whole.len() {
        fs::write(case.ledger(), &whole[..end]).unwrap();
        let ledger = Draft::read(case.path(), Scope::Everything, None).expect("the pack").loaded.case.ledger;
        let lock = CaseLock::acquire(case.path(), || true).unwrap();
        let aside = case.path().join("台账.残行-1.txt");
        if end == whole.len() - 1 {
            // Only the line break is missing.
            assert!(ledger.damage.is_empty());
            append(&lock, &ledger, &[]).unwrap();
            assert!(!aside.exists());
            continue;
        }
        append(&lock, &ledger, std::slice::from_ref(&line)).unwrap();
        assert_eq!(case.bytes(), whole, "at {end}");
        assert_eq!(fs::read(&aside).unwrap(), &whole[first..end]);
        fs::remove_file(aside).unwrap();
    }
    // Told as a warning at its place.
    fs::write(case.ledger(), &whole[..whole.len() - 9]).unwrap();
    assert!(case.found().iter().any(|(place, _)| place == "警告 S006 台账.jsonl:2:1"), "{:?}", case.found());
    // What is put aside takes no other's name.
    fs::write(case.path().join("台账.残行-1.txt"), "earlier").unwrap();
    case.issue(None).unwrap();
    assert_eq!(fs::read(case.path().join("台账.残行-1.txt")).unwrap(), b"earlier");
    assert_eq!(fs::read(case.path().join("台账.残行-2.txt")).unwrap(), &whole[first..whole.len() - 9]);
    // A missing line break is made good before the next line.
    let mut unended = whole[..first - 1].to_vec();
    fs::write(case.ledger(), &unended).unwrap();
    case.issue(None).unwrap();
    unended.push(b'\n');
    assert!(case.bytes().starts_with(&unended));
    assert_eq!(chain(&case.bytes()).len(), 2);
}

#[test]
fn nothing_is_written_onto_a_ledger_that_is_not_what_was_read() {
    let case = Case::of("S006");
    let before = snapshot(case.path());
    let job = case.job();
    let next = next_line(&job.case.ledger);
    let lock = CaseLock::acquire(case.path(), || true).unwrap();
    assert!(matches!(append(&lock, &job.case.ledger, &[next]), Err(LedgerError::Damaged { .. })));
    drop(lock);
    assert_eq!(snapshot(case.path()), before);

    let case = Case::unissued();
    let job = case.job();
    let (_, lines) = decide(&job, None);
    case.issue(None).unwrap();
    let before = case.bytes();
    let lock = CaseLock::acquire(case.path(), || true).unwrap();
    assert!(matches!(append(&lock, &job.case.ledger, &lines), Err(LedgerError::Changed)));
    // Lines that do not follow are the program's own slip: refused, too.
    let job = case.job();
    assert!(matches!(append(&lock, &job.case.ledger, &lines), Err(LedgerError::DoesNotFollow { .. })));
    assert_eq!(case.bytes(), before);
}

fn next_line(ledger: &Ledger) -> LedgerLine {
    let last = ledger.lines().last().expect("a line").0.clone();
    LedgerLine { number: last.number + 1, ..last }
}

#[test]
fn what_the_rules_say_when_everything_is_issued_already() {
    // 40 days were ordered, 41 issued: told at the same place and in the same words before and after.
    let case = Case::unissued();
    let before = case.found();
    case.issue(None).unwrap();
    assert_eq!(before, case.found());
    assert_eq!(before[0].0, "警告 S007 结算/2026-04/工时.csv 单元格 A2");
    assert!(before[0].1.contains("超出 890.40 元"), "{}", before[0].1);
    // Without the sheets, at the ledger's line; brought back by a correction, no longer.
    fs::rename(case.path().join("结算/2026-04"), case.path().join("四月")).unwrap();
    assert_eq!(case.found()[0].0, "警告 S007 台账.jsonl:2:1");
    case.replace(&case.work("2026-03"), ",21", ",20");
    case.issue(Some("多记 1 人天")).unwrap();
    assert_eq!(case.found(), []);
    // Over the cap: told at the line that went over.
    let case = Case::of("S004");
    case.issue(None).unwrap();
    let places: Vec<String> = case.found().into_iter().map(|(place, _)| place).collect();
    assert_eq!(places, ["错误 S004 台账.jsonl:2:1", "警告 S007 结算/2026-04/工时.csv 单元格 A2"]);
}

/// The parts below are played by other processes: this test file started again with a role. Without one they pass.
fn role() -> Option<(String, PathBuf)> {
    Some((std::env::var("HETONG_TEST_ROLE").ok()?, PathBuf::from(std::env::var_os("HETONG_TEST_CASE")?)))
}

fn player(role: &str, case: &Path, shell: &str) -> Command {
    let program = std::env::current_exe().expect("this program");
    let mut command = Command::new("sh");
    command
        .arg("-c")
        .arg(format!("{shell} exec \"$0\" --exact played_by_another_process --nocapture"))
        .arg(program);
    command.env("HETONG_TEST_ROLE", role).env("HETONG_TEST_CASE", case).stdin(Stdio::piped());
    command
}

#[test]
fn played_by_another_process() {
    let Some((role, path)) = role() else { return };
    let read = || Draft::read(&path, Scope::Everything, None).expect("the pack").check(Purpose::Draft, None);
    match role.as_str() {
        "hold" => {
            let _lock = CaseLock::acquire(&path, || true).expect("the lock");
            fs::write(path.join("held"), "").expect("written");
            std::thread::sleep(Duration::from_secs(60));
        }
        "issue" => {
            let lock = CaseLock::acquire(&path, || true).expect("the lock");
            let job = read();
            let (_, lines) = decide(&job, None);
            append(&lock, &job.case.ledger, &lines).expect("appended");
        }
        "full" => {
            let lock = CaseLock::acquire(&path, || true).expect("the lock");
            let job = read();
            let (_, lines) = decide(&job, None);
            let error = append(&lock, &job.case.ledger, &lines).expect_err("no space");
            assert!(matches!(error, LedgerError::TakenBack(_)), "{error}");
            assert!(error.to_string().contains("台账已恢复原样"), "{error}");
        }
        "stage" => {
            let staged = stage(&path.join("输出"), &bundle("新"), false).expect("staged");
            fs::write(path.join("held"), "").expect("written");
            std::thread::sleep(Duration::from_secs(60));
            drop(staged);
        }
        other => panic!("{other}"),
    }
}

#[cfg(unix)]
#[test]
fn a_full_disk_leaves_the_ledger_as_it_was() {
    for existing in [false, true] {
        let case = Case::unissued();
        if existing {
            let april = case.path().join("结算/2026-04");
            fs::rename(&april, case.path().join("四月")).unwrap();
            case.issue(None).unwrap();
            fs::rename(case.path().join("四月"), &april).unwrap();
        }
        let before = snapshot(case.path());
        // The next line fits in part: the limit counts blocks of 512 bytes.
        let blocks = case.bytes().len() / 512 + 1;
        let limit = format!("trap '' XFSZ; ulimit -f {blocks};");
        let played = player("full", case.path(), &limit).output().unwrap();
        assert!(played.status.success(), "{}", support::told(&played));
        assert_eq!(snapshot(case.path()), before);
    }
}

/// Waits until a player has made `held`, and takes it away.
fn wait_for(folder: &Path) {
    let start = Instant::now();
    while !folder.join("held").exists() {
        assert!(start.elapsed() < Duration::from_secs(30), "the other process gets so far");
        std::thread::sleep(Duration::from_millis(10));
    }
    fs::remove_file(folder.join("held")).expect("removed");
}

#[cfg(unix)]
#[test]
fn one_at_a_time_and_the_lock_dies_with_its_holder() {
    let case = Case::unissued();
    let mut holder = player("hold", case.path(), "").stdout(Stdio::null()).spawn().unwrap();
    wait_for(case.path());
    let mut asked = 0;
    let refused = CaseLock::acquire(case.path(), || {
        asked += 1;
        asked < 3
    });
    assert_eq!(refused.expect_err("held").kind(), std::io::ErrorKind::Interrupted);
    assert_eq!(asked, 3);
    holder.kill().unwrap();
    holder.wait().unwrap();
    let asked = std::cell::Cell::new(0);
    let count = || {
        asked.set(asked.get() + 1);
        asked.get() < 100
    };
    CaseLock::acquire(case.path(), count).expect("free again");
    let names: Vec<String> = snapshot(case.path()).into_keys().filter(|name| name.contains("锁")).collect();
    assert!(names.is_empty() && !case.ledger().exists(), "no lock file is left: {names:?}");
}

#[cfg(unix)]
#[test]
fn many_processes_issue_each_line_once() {
    let case = Case::unissued();
    let players: Vec<_> =
        (0..6).map(|_| player("issue", case.path(), "").stdout(Stdio::piped()).spawn().unwrap()).collect();
    for player in players {
        let done = player.wait_with_output().unwrap();
        assert!(done.status.success(), "{}", support::told(&done));
    }
    let lines = chain(&case.bytes());
    assert_eq!(amounts(&lines, "累计"), ["18698.40", "36506.40"]);
}

#[cfg(unix)]
#[test]
fn a_case_that_cannot_be_written_to_is_told_before_anything_is_done() {
    use std::os::unix::fs::PermissionsExt;
    let case = Case::unissued();
    let lock = CaseLock::acquire(case.path(), || true).unwrap();
    lock.ensure_writable().unwrap();
    let before = snapshot(case.path());
    fs::create_dir(case.ledger()).unwrap();
    assert!(matches!(lock.ensure_writable(), Err(LedgerError::NotWritable(_))));
    fs::remove_dir(case.ledger()).unwrap();
    fs::set_permissions(case.path(), fs::Permissions::from_mode(0o555)).unwrap();
    let tried = lock.ensure_writable();
    // root may write anywhere.
    let may_anyway = fs::write(case.path().join("probe"), "").is_ok();
    fs::set_permissions(case.path(), fs::Permissions::from_mode(0o755)).unwrap();
    if may_anyway {
        fs::remove_file(case.path().join("probe")).unwrap();
    } else {
        let error = tried.expect_err("read-only").to_string();
        assert!(error.contains("没有权限") && error.contains("台账没有改动"), "{error}");
    }
    assert_eq!(snapshot(case.path()), before);
}

fn bundle(text: &str) -> BTreeMap<String, Vec<u8>> {
    ["甲.pdf", "内/乙.pdf"].map(|name| (name.to_owned(), text.as_bytes().to_vec())).into()
}

#[test]
fn what_is_staged_changes_nothing_until_it_is_committed() {
    let folder = tempfile::tempdir().unwrap();
    let target = folder.path().join("输出");
    write(&target, &bundle("旧"), false).unwrap();
    let before = snapshot(folder.path());
    drop(stage(&target, &bundle("新"), false).unwrap());
    assert_eq!(snapshot(folder.path()), before, "given up, it is gone");
    let staged = stage(&target, &bundle("新"), false).unwrap();
    assert_eq!(snapshot(&target), snapshot(&target).into_keys().map(|name| (name, "旧".into())).collect());
    // What somebody puts there in the meantime comes along.
    fs::write(target.join("笔记.txt"), "note").unwrap();
    assert_eq!(staged.commit().unwrap().written, ["内/乙.pdf", "甲.pdf"]);
    assert_eq!(fs::read(target.join("内/乙.pdf")).unwrap(), "新".as_bytes());
    assert_eq!(fs::read(target.join("笔记.txt")).unwrap(), b"note");
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
}

#[cfg(unix)]
#[test]
fn what_a_killed_run_left_behind_goes_and_what_a_living_one_uses_stays() {
    let folder = tempfile::tempdir().unwrap();
    let target = folder.path().join("输出");
    let mut killed = player("stage", folder.path(), "").stdout(Stdio::null()).spawn().unwrap();
    wait_for(folder.path());
    killed.kill().unwrap();
    killed.wait().unwrap();
    let mut alive = player("stage", folder.path(), "").stdout(Stdio::null()).spawn().unwrap();
    wait_for(folder.path());
    let entries = || fs::read_dir(folder.path()).unwrap().count();
    assert_eq!(entries(), 1, "the next run has cleared away what was left, and works on its own");
    write(&target, &bundle("三"), false).unwrap();
    assert_eq!(entries(), 2, "the living one's folder is still there");
    alive.kill().unwrap();
    alive.wait().unwrap();
    assert_eq!(fs::read(target.join("甲.pdf")).unwrap(), "三".as_bytes());
}
