//! hetong killed at every system call that changes the disk, one after the other: drafts, issuing, correcting, building,
//! building again. Whatever is left, nothing that was issued is lost, no output is half of one, and the same command run
//! again comes to what an undisturbed run comes to.
//!
//! strace does the killing. It counts each kind of call for each thread on its own, so the calls of an undisturbed run
//! are listed first, and then the program is killed on entering the first of them, the second, and so on.

#![cfg(target_os = "linux")]
#![allow(clippy::expect_used, reason = "clippy knows test functions, not what they share")]

#[path = "support/chain.rs"]
mod chain;
mod support;
#[path = "support/synthetic.rs"]
mod synthetic;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use hetong::bundle::recorded::is_whole;
use hetong::input::folder::sha256_hex;
use serde_json::Value;
use support::{arg, copy_folder, hetong, snapshot, text, told};
use synthetic::Plan;

/// The system calls by which anything on a disk can change, as far as a program like this one makes them.
const CHANGING: &str = "openat,creat,write,pwrite64,writev,copy_file_range,sendfile,fsync,fdatasync,ftruncate,truncate,\
    fallocate,mkdir,mkdirat,rmdir,rename,renameat,renameat2,link,linkat,symlink,symlinkat,unlink,unlinkat,chmod,fchmod,\
    fchmodat,utimensat";
const MONTH: &str = "2026-03";
/// How many programs run at a time.
const AT_ONCE: usize = 2;

type Files = BTreeMap<String, Vec<u8>>;

/// A call of an undisturbed run: the how manieth of its kind its thread makes, and what it is about.
#[derive(Clone, Debug)]
struct Call {
    kind: String,
    count: usize,
    about: String,
    /// Whether anything is otherwise after it. A call that fails changes nothing, and one that only waits for the disk
    /// changes nothing that the next program can see: to be killed before it or after it is the same.
    changes: bool,
}

/// A folder with cases and output, and the command that is run in it.
struct Scene {
    folder: tempfile::TempDir,
    command: fn(&Path) -> Vec<String>,
    /// What strace is to do beside killing.
    more: &'static [&'static str],
}

/// Why a killed run or the one after it was not as it must be.
type Wrong = String;

impl Scene {
    fn new(command: fn(&Path) -> Vec<String>) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        Plan { persons: 1, ..Plan::new(1, 1, &[MONTH]) }.write(&folder.path().join("案卷"));
        Self { folder, command, more: &[] }
    }

    fn root(&self) -> &Path {
        self.folder.path()
    }

    fn copy(&self) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        copy_folder(self.root(), folder.path());
        Self { folder, ..*self }
    }

    fn case(&self) -> PathBuf {
        self.root().join("案卷").join(synthetic::case_name(0))
    }

    /// Runs a command in it without any disturbance.
    fn after(self, command: fn(&Path) -> Vec<String>) -> Self {
        let done = hetong().args(command(self.root())).output().expect("hetong starts");
        assert_eq!(done.status.code(), Some(0), "{}", told(&done));
        self
    }

    /// One more working day: what was issued differs from now on.
    fn with_other_work(self) -> Self {
        let mut orders = synthetic::Plan { persons: 2, ..Plan::new(1, 1, &[MONTH]) };
        orders.seed += 1;
        let other = tempfile::tempdir().expect("a folder");
        let other = orders.write(other.path()).pop().map(|case| (case, other)).expect("a case");
        let sheets = format!("结算/{MONTH}");
        copy_folder(&other.0.join(&sheets), &self.case().join(&sheets));
        self
    }

    /// Runs the command under strace.
    fn traced(&self, inject: Option<&Call>) -> (Option<i32>, Vec<Call>) {
        let log = tempfile::NamedTempFile::new().expect("a file");
        let mut strace = Command::new("strace");
        // Not with --seccomp-bpf: signals are not delivered then.
        strace.args(["-f", "-y", "-o", arg(log.path()), "-e", &format!("trace={CHANGING}")]);
        strace.args(self.more);
        if let Some(call) = inject {
            strace.args(["-e", &format!("inject={}:signal=KILL:when={}", call.kind, call.count)]);
        }
        strace.arg(hetong().get_program()).args((self.command)(self.root()));
        let done = strace.stdout(Stdio::null()).stderr(Stdio::piped()).output();
        let done = done.expect("strace is installed (.ci/install tests) and starts");
        let log = fs::read_to_string(log.path()).expect("what strace saw");
        assert!(log.contains("+++"), "strace may trace here (ptrace): {}", text(&done.stderr));
        (done.status.code(), calls(&log, arg(self.root())))
    }

    /// All there is, but for what tells the time.
    fn state(&self) -> Files {
        let timeless = |(name, bytes): (String, Vec<u8>)| {
            if !name.ends_with("台账.jsonl") {
                return (name, bytes);
            }
            let (lines, torn) = chain::checked(&bytes);
            assert!(!torn, "{name} ends in the middle of a line");
            (
                name,
                Value::from(lines.iter().map(chain::timeless).collect::<Vec<_>>()).to_string().into_bytes(),
            )
        };
        snapshot(self.root()).into_iter().map(timeless).collect()
    }

    /// A copy in which the command was killed at a call. The C library now and then opens a file of the system's more or
    /// less, from whatever thread runs out of memory: then it is the call before or after.
    fn killed_at(&self, call: &Call) -> Result<Self, Wrong> {
        let mut elsewhere = Vec::new();
        for shift in [0_isize, -1, 1, 0, -1, 1] {
            let scene = self.copy();
            let count = call.count.saturating_add_signed(shift).max(1);
            let (_, calls) = scene.traced(Some(&Call { count, ..call.clone() }));
            match calls.last() {
                Some(last) if last.kind == call.kind && last.about == call.about => return Ok(scene),
                other => elsewhere.push(format!("{other:?}")),
            }
        }
        Err(format!("killed elsewhere: {}", elsewhere.join(", ")))
    }

    /// Kills it at a call, then runs it to its end.
    fn survives(&self, call: &Call, expected: &Files, precious: &BTreeSet<String>) -> Result<(), Wrong> {
        let scene = self.killed_at(call)?;
        scene.nothing_lost(precious).and_then(|()| scene.nothing_half(&snapshot(self.root())))?;
        let done = hetong().args((scene.command)(scene.root())).output().expect("hetong starts");
        if done.status.code() != Some(0) {
            return Err(format!("cannot be run again: {}", told(&done)));
        }
        scene.nothing_lost(precious)?;
        differing(&scene.state(), expected)
    }

    /// Hashes of everything that the ledger says was issued, and of every file that no hetong wrote.
    fn precious(&self) -> BTreeSet<String> {
        let ledger = fs::read(self.case().join("台账.jsonl")).unwrap_or_default();
        let (lines, _) = chain::checked(&ledger);
        let issued = lines.iter().flat_map(|line| line["输出"].as_object().expect("输出").values().cloned());
        let issued = issued.map(|hash| hash.as_str().expect("a hash").to_owned());
        let foreign = snapshot(self.root()).into_iter().filter(|(name, _)| name.contains("笔记"));
        issued.chain(foreign.map(|(_, bytes)| sha256_hex(&bytes))).collect()
    }

    fn nothing_lost(&self, precious: &BTreeSet<String>) -> Result<(), Wrong> {
        let now = self.precious();
        let files = snapshot(self.root());
        let there: BTreeSet<String> = files.values().map(|bytes| sha256_hex(bytes)).collect();
        match precious.union(&now).find(|hash| !there.contains(*hash)) {
            Some(hash) => Err(format!("lost: {hash}; there are {:?}", files.keys())),
            None => Ok(()),
        }
    }

    /// Every folder with a manifest that can be seen is as some run finished it, or as it was before. The 结算汇总 is one
    /// file beside its manifest, and goes before it.
    fn nothing_half(&self, before: &Files) -> Result<(), Wrong> {
        let files = snapshot(self.root());
        let hidden = |name: &str| name.split('/').any(|part| part.starts_with('.'));
        let manifests = files.iter().filter(|(name, _)| name.ends_with("/manifest.json") && !hidden(name));
        for (name, bytes) in manifests {
            let manifest: Value =
                serde_json::from_slice(bytes).map_err(|error| format!("{name}: {error}"))?;
            let folder = name.strip_suffix("manifest.json").expect("a suffix");
            let listed = manifest["outputs"].as_array().cloned().unwrap_or_default();
            let stands = |entry: &Value| {
                let file = format!("{folder}{}", entry["file"].as_str().unwrap_or_default());
                files.get(&file).is_some_and(|bytes| entry["sha256"] == sha256_hex(bytes))
            };
            let is_summary = manifest.get("cases").is_some();
            let of_folder = |files: &Files| -> Files {
                files.clone().into_iter().filter(|(name, _)| name.starts_with(folder)).collect()
            };
            let as_before = of_folder(&files) == of_folder(before);
            if !is_whole(bytes) || !is_summary && !as_before && !listed.iter().all(stands) {
                return Err(format!("{name} is half of one"));
            }
        }
        Ok(())
    }
}

fn differing(found: &Files, expected: &Files) -> Result<(), Wrong> {
    let (own, due): (BTreeSet<_>, BTreeSet<_>) = (found.keys().collect(), expected.keys().collect());
    if own != due {
        let (more, less) = (own.difference(&due), due.difference(&own));
        return Err(format!("more: {:?}, less: {:?}", more.collect::<Vec<_>>(), less.collect::<Vec<_>>()));
    }
    match found.iter().find(|(name, bytes)| expected[*name] != **bytes) {
        Some((name, _)) => Err(format!("{name} is not what it comes to undisturbed")),
        None => Ok(()),
    }
}

/// The calls that strace saw on files below a folder. A file that is only opened to be read changes nothing.
fn calls(log: &str, root: &str) -> Vec<Call> {
    let mut counts: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    let mut calls = Vec::new();
    for line in log.lines() {
        let Some((thread, rest)) = line.split_once(' ') else { continue };
        let Some((kind, arguments)) = rest.trim_start().split_once('(') else { continue };
        if !kind.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_') {
            continue;
        }
        // What a call returned is not known of one that was killed.
        let (arguments, result) = arguments.rsplit_once(" = ").unwrap_or((arguments, ""));
        let count = counts.entry((thread, kind)).or_default();
        *count += 1;
        let writes = ["O_WRONLY", "O_RDWR", "O_CREAT"].iter().any(|flag| arguments.contains(flag));
        // What is printed, too, names the folder.
        let printed = kind == "write" && arguments.starts_with(['1', '2']) && arguments[1..].starts_with('<');
        if arguments.contains(root) && !printed && (kind != "openat" || writes) {
            let changes = !result.starts_with("-1") && !kind.ends_with("sync");
            calls.push(Call {
                kind: kind.to_owned(),
                count: *count,
                about: places(arguments, root),
                changes,
            });
        }
    }
    calls
}

/// The paths below a folder that a call names, without what is random in them.
fn places(arguments: &str, root: &str) -> String {
    let parts = arguments.split(root).skip(1).map(|part| {
        let end = part.find(['"', '>']).unwrap_or(part.len());
        // `.hetong-暂存-` as strace writes it, and six letters and digits.
        match part[..end].split_once(r"/.hetong-\346\232\202\345\255\230-") {
            Some((before, after)) => format!("{before}/STAGE{}", after.get(6..).unwrap_or_default()),
            None => part[..end].to_owned(),
        }
    });
    parts.collect::<Vec<_>>().join(" ")
}

/// Kills a scene's command at every call. `least` is how many there are at the least: fewer, and the list is wrong.
fn killed_everywhere(scene: &Scene, least: usize) {
    let precious = scene.precious();
    let undisturbed = scene.copy();
    let (code, mut calls) = undisturbed.traced(None);
    assert_eq!(code, Some(0));
    calls.retain(|call| call.changes);
    assert!(calls.len() >= least, "{} calls: {calls:#?}", calls.len());
    let expected = undisturbed.state();
    assert!(expected != scene.state(), "it changes something");
    let again = undisturbed.copy().after(scene.command);
    differing(&again.state(), &expected).expect("run again, it changes nothing");
    let next = AtomicUsize::new(0);
    let work = || {
        let mut wrong = Vec::new();
        while let Some(call) = calls.get(next.fetch_add(1, Ordering::Relaxed)) {
            if let Err(why) = scene.survives(call, &expected, &precious) {
                wrong.push(format!("killed at {call:?}: {why}"));
            }
        }
        wrong
    };
    let wrong: Vec<String> = thread::scope(|scope| {
        let workers: Vec<_> = (0..AT_ONCE).map(|_| scope.spawn(work)).collect();
        workers.into_iter().flat_map(|worker| worker.join().expect("a worker")).collect()
    });
    assert!(wrong.is_empty(), "{} of {} calls:\n{}", wrong.len(), calls.len(), wrong.join("\n"));
    println!("killed at {} calls", calls.len());
}

fn settle(root: &Path, output: &str, more: &[&str]) -> Vec<String> {
    let (cases, output) = (root.join("案卷"), root.join(output));
    let arguments = ["settle", arg(&cases), "--month", MONTH, "-o", arg(&output)];
    arguments.iter().chain(more).map(|&argument| argument.to_owned()).collect()
}

fn draft(root: &Path) -> Vec<String> {
    settle(root, "output", &[])
}

fn issue(root: &Path) -> Vec<String> {
    settle(root, "output", &["--issue"])
}

fn amend(root: &Path) -> Vec<String> {
    settle(root, "output", &["--issue", "--amend", "补记工时"])
}

fn amend_elsewhere(root: &Path) -> Vec<String> {
    settle(root, "out2", &["--issue", "--amend", "补记工时"])
}

fn build(root: &Path) -> Vec<String> {
    let (cases, output) = (root.join("案卷"), root.join("output"));
    ["build", arg(&cases), "-o", arg(&output), "--only", "附件3"].map(str::to_owned).into()
}

/// What a case of an older hetong is like: what was issued stands in the output folder only.
fn without_kept(scene: Scene) -> Scene {
    fs::remove_dir_all(scene.case().join(format!("结算/{MONTH}/已开具"))).expect("what was kept");
    scene
}

fn with_notes(scene: Scene, folder: &str) -> Scene {
    fs::write(scene.root().join(folder).join("笔记.txt"), "不要动").expect("a file");
    scene
}

fn month_folder() -> String {
    format!("output/结算-{MONTH}/{}", synthetic::case_name(0))
}

#[test]
fn a_draft() {
    killed_everywhere(&Scene::new(draft), 15);
}

#[test]
fn issuing() {
    killed_everywhere(&Scene::new(issue).after(draft), 30);
}

#[test]
fn correcting() {
    let scene = Scene::new(amend).after(issue).with_other_work();
    killed_everywhere(&with_notes(scene, &month_folder()), 35);
}

/// An older hetong kept nothing in the case, and the correction went elsewhere: it is the run over the folder of the first
/// issue that finds what was replaced, be it only for drafts.
#[test]
fn what_was_corrected_elsewhere_is_kept_by_the_run_that_finds_it() {
    for (command, at_every_call) in [(issue as fn(&Path) -> Vec<String>, false), (draft, true)] {
        let scene = without_kept(Scene::new(command).after(issue).with_other_work().after(amend_elsewhere));
        let first = snapshot(&scene.root().join(month_folder()));
        if at_every_call {
            killed_everywhere(&scene, 30);
        }
        let done = scene.after(command);
        let (now, kept) = (
            snapshot(&done.root().join(month_folder())),
            snapshot(&done.case().join(format!("结算/{MONTH}/已开具"))),
        );
        for extension in ["pdf", "xlsx"] {
            let stem = format!("结算单-{MONTH}-{}", synthetic::order_number(0, 0));
            let original = &first[&format!("{stem}.{extension}")];
            assert!(now[&format!("{stem}（台账第1号，已更正）.{extension}")] == *original);
            assert!(kept[&format!("{stem}（台账第1号）.{extension}")] == *original);
            assert!(kept[&format!("{stem}（台账第2号）.{extension}")] == now[&format!("{stem}.{extension}")]);
        }
    }
}

#[test]
fn building() {
    killed_everywhere(&Scene::new(build), 10);
}

#[test]
fn building_again() {
    let scene = Scene::new(build).after(build);
    let quotation = scene.case().join("报价表.csv");
    let text = fs::read_to_string(&quotation).expect("报价表");
    fs::write(&quotation, text + "\n").expect("报价表");
    let bundle = format!("output/{}", synthetic::case_name(0));
    let edited = scene.root().join(&bundle).join("附件3-报价表.xlsx");
    fs::write(&edited, "改过").expect("a file");
    let scene = with_notes(scene, &bundle);
    killed_everywhere(&scene, 10);
    // And where two folders cannot change places in one step.
    killed_everywhere(&Scene { more: &["-e", "inject=renameat2:error=EINVAL"], ..scene }, 10);
}
