//! What hetong reads in its own records, a ledger or a manifest, is what somebody may have written into them: names that
//! lead out of the folder, pipes and devices in place of files. They are told, and neither followed nor read; and output
//! does not get mixed up with cases.

#![allow(clippy::expect_used, reason = "clippy knows test functions, not what they share")]

mod support;
#[path = "support/synthetic.rs"]
mod synthetic;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Output, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use hetong::bundle::recorded::sealed;
use hetong::input::folder::sha256_hex;
use serde_json::{Value, json};
use support::{arg, hetong, snapshot, told};
use synthetic::Plan;

const MONTH: &str = "2026-03";
const LEDGER: &str = "台账.jsonl";
/// Whoever follows a pipe or /dev/zero waits longer.
const SOON: Duration = Duration::from_secs(60);

struct Workspace {
    folder: tempfile::TempDir,
}

impl Workspace {
    fn issued() -> Self {
        let new = Self { folder: tempfile::tempdir().expect("a folder") };
        Plan { persons: 1, ..Plan::new(1, 2, &[MONTH]) }.write(&new.root().join("案卷"));
        new.went_well(&["--issue"]);
        new
    }

    fn root(&self) -> &Path {
        self.folder.path()
    }

    fn case(&self) -> PathBuf {
        self.root().join("案卷").join(synthetic::case_name(0))
    }

    fn output(&self) -> PathBuf {
        self.root().join("深/一些/output")
    }

    fn month(&self) -> PathBuf {
        self.output().join(format!("结算-{MONTH}")).join(synthetic::case_name(0))
    }

    fn settle(&self, more: &[&str]) -> Output {
        let (case, output) = (self.case(), self.output());
        soon(&[&["settle", arg(&case), "--month", MONTH, "-o", arg(&output)], more].concat())
    }

    fn went_well(&self, more: &[&str]) -> String {
        let done = self.settle(more);
        assert_eq!(done.status.code(), Some(0), "{}", told(&done));
        told(&done)
    }

    fn verify(&self) -> Output {
        let (case, output) = (self.case(), self.output());
        soon(&["verify", arg(&output), "--case", arg(&case)])
    }

    fn file(order: usize, extension: &str) -> String {
        format!("结算单-{MONTH}-{}.{extension}", synthetic::order_number(0, order))
    }

    /// Writes the ledger anew, each line's 输出 changed, with hashes that fit: whoever can write there can do that.
    fn forge(&self, change: impl Fn(usize, &mut serde_json::Map<String, Value>)) {
        let path = self.case().join(LEDGER);
        let (mut text, mut previous) = (String::new(), sha256_hex(b""));
        for (index, line) in fs::read_to_string(&path).expect("a ledger").lines().enumerate() {
            let mut line: Value = serde_json::from_str(line).expect("JSON");
            change(index, line["输出"].as_object_mut().expect("输出"));
            let object = line.as_object_mut().expect("an object");
            object.remove("本行");
            object.insert("前行".into(), json!(previous));
            let content = line.to_string();
            let own = sha256_hex(content.as_bytes());
            let whole = format!("{},\"本行\":\"{own}\"}}", content.strip_suffix('}').expect("an object"));
            previous = sha256_hex(whole.as_bytes());
            text += &format!("{whole}\n");
        }
        fs::write(path, text).expect("a ledger");
    }

    /// The same for the manifest of the month.
    fn forge_manifest(&self, from: &str, to: &str) {
        let path = self.month().join("manifest.json");
        let text = fs::read_to_string(&path).expect("a manifest");
        assert!(text.contains(from), "{from}");
        let mut manifest: Value = serde_json::from_str(&text.replace(from, to)).expect("JSON");
        manifest.as_object_mut().expect("an object").remove("sha256");
        let bare = serde_json::to_vec_pretty(&manifest).expect("JSON");
        fs::write(path, sealed(&[&bare[..], b"\n"].concat())).expect("a manifest");
    }
}

/// Runs hetong, and does not wait for ever.
fn soon(arguments: &[&str]) -> Output {
    let mut command = hetong();
    let mut child =
        command.args(arguments).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("run");
    let begun = Instant::now();
    while child.try_wait().expect("a child").is_none() {
        if begun.elapsed() > SOON {
            child.kill().expect("a signal");
            panic!("{arguments:?} comes to no end");
        }
        sleep(Duration::from_millis(10));
    }
    let done = child.wait_with_output().expect("an end");
    assert!(!told(&done).contains("panicked"), "{}", told(&done));
    done
}

#[test]
fn a_ledger_cannot_have_files_written_elsewhere() {
    for (name, why) in [
        ("../../../victim.pdf", "不是这个文件夹里的文件名"),
        ("/tmp/victim.pdf", "不是这个文件夹里的文件名"),
        ("历次/victim.pdf", "不是这个文件夹里的文件名"),
        ("C:victim.pdf", "不是这个文件夹里的文件名"),
        ("CON.pdf", "系统保留的名字"),
        ("manifest.json", "不是 PDF 或 XLSX"),
    ] {
        let workspace = Workspace::issued();
        let victim = workspace.root().join("深/victim.pdf");
        fs::write(&victim, "别人的").expect("a file");
        workspace.forge(|_, outputs| {
            outputs.clear();
            outputs.insert(name.into(), json!(sha256_hex("别人的".as_bytes())));
        });
        let sheet = workspace.case().join(format!("结算/{MONTH}/考核.xlsx"));
        fs::remove_file(sheet).expect("removed");
        let before = snapshot(workspace.root());
        for more in [&["--issue", "--amend", "更正"][..], &["--issue"], &[]] {
            let done = workspace.settle(more);
            assert_eq!(done.status.code(), Some(1), "{name}: {}", told(&done));
            let mut after = snapshot(workspace.root());
            after.retain(|file, _| {
                !file.contains("结算汇总") && !file.ends_with(&format!("{MONTH}/manifest.json"))
            });
            assert!(
                after.iter().all(|(file, bytes)| before.get(file) == Some(bytes)),
                "{name}: nothing is written"
            );
        }
        let checked = told(&soon(&["check", arg(&workspace.case())]));
        assert!(checked.contains("S006") && checked.contains(name) && checked.contains(why), "{checked}");
        let verified = told(&workspace.verify());
        assert!(verified.contains(name) || name == "manifest.json", "{verified}");
    }
}

/// The ledger says that another file was issued, which stands there: the one that was is not thrown away for it.
#[test]
fn a_ledger_cannot_have_issued_files_deleted() {
    let workspace = Workspace::issued();
    fs::write(workspace.month().join("甲.pdf"), "别的").expect("a file");
    let before = snapshot(&workspace.month());
    workspace.forge(|index, outputs| {
        if index == 0 {
            outputs.clear();
            outputs.insert("甲.pdf".into(), json!(sha256_hex("别的".as_bytes())));
        }
    });
    workspace.went_well(&[]);
    let after = snapshot(&workspace.month());
    for extension in ["pdf", "xlsx"] {
        let name = Workspace::file(0, extension);
        assert!(after.get(&name) == before.get(&name), "{name}");
    }
}

/// A manifest that calls what was corrected a file of its own.
#[test]
fn a_manifest_cannot_have_issued_files_deleted() {
    let workspace = Workspace::issued();
    let kept = format!("结算单-{MONTH}-旧（台账第9号，已更正）.pdf");
    fs::write(workspace.month().join(&kept), "签过的").expect("a file");
    let hash = sha256_hex("签过的".as_bytes());
    let entry =
        format!("\"outputs\": [{{\"file\": \"{kept}\", \"document\": \"结算单\", \"sha256\": \"{hash}\"}},");
    workspace.forge_manifest("\"outputs\": [", &entry);
    workspace.went_well(&[]);
    assert_eq!(fs::read_to_string(workspace.month().join(&kept)).expect("it stays"), "签过的");
}

#[test]
fn a_manifest_that_names_files_elsewhere_is_no_record() {
    for outside in ["../victim.pdf", "/dev/zero", "a/../../victim.pdf", "NUL"] {
        let workspace = Workspace::issued();
        let victim = workspace.month().parent().expect("a parent").join("victim.pdf");
        fs::write(&victim, "别人的").expect("a file");
        workspace.forge_manifest(&Workspace::file(0, "pdf"), outside);
        let done = workspace.verify();
        let name = format!("清单列的“{outside}”");
        assert!(done.status.code() == Some(1) && told(&done).contains(&name), "{}", told(&done));
        workspace.went_well(&["--issue"]);
        assert_eq!(fs::read_to_string(&victim).expect("a file"), "别人的");
        assert!(workspace.month().join(Workspace::file(0, "pdf")).is_file());
    }
}

/// Puts something in the place of a file that is no plain one.
#[cfg(target_os = "linux")]
fn replace(path: &Path, by: &str) {
    if path.exists() {
        fs::remove_file(path).expect("removed");
    }
    match by {
        "pipe" => {
            let made = std::process::Command::new("mkfifo").arg(path).status().expect("mkfifo");
            assert!(made.success());
        }
        "folder" => fs::create_dir(path).expect("a folder"),
        leads_to => std::os::unix::fs::symlink(leads_to, path).expect("a link"),
    }
}

#[cfg(target_os = "linux")]
#[test]
fn pipes_devices_and_links_in_place_of_output_are_not_read() {
    let original = Workspace::issued();
    for by in ["pipe", "/dev/zero", "loop"] {
        for name in ["manifest.json".to_owned(), Workspace::file(0, "pdf"), Workspace::file(1, "xlsx")] {
            let workspace = Workspace { folder: tempfile::tempdir().expect("a folder") };
            support::copy_folder(original.root(), workspace.root());
            let before = snapshot(&workspace.month());
            replace(&workspace.month().join(&name), by);
            let done = workspace.verify();
            assert_eq!(done.status.code(), Some(1), "{by} {name}: {}", told(&done));
            assert!(told(&done).contains("不是普通文件"), "{by} {name}: {}", told(&done));
            let said = workspace.went_well(&["--issue"]);
            // The file itself is there again, from where the case keeps it; what stood there is put aside.
            assert!(said.contains("另存为") || name == "manifest.json", "{said}");
            let there = fs::symlink_metadata(workspace.month().join(&name)).expect("a file");
            assert!(there.is_file(), "{by} {name}");
            assert!(fs::read(workspace.month().join(&name)).expect("a file") == before[&name], "{by} {name}");
        }
    }
}

#[cfg(target_os = "linux")]
#[test]
fn pipes_devices_and_links_in_place_of_a_ledger_or_a_summary_are_told() {
    for by in ["pipe", "/dev/zero", "folder"] {
        let workspace = Workspace::issued();
        let summary = workspace.output().join(format!("结算-{MONTH}/结算汇总-{MONTH}.xlsx"));
        replace(&summary, by);
        let done = workspace.settle(&[]);
        assert!(told(&done).contains("不是普通文件"), "{by}: {}", told(&done));
        let workspace = Workspace::issued();
        replace(&workspace.case().join(LEDGER), by);
        for more in [&["--issue"][..], &[]] {
            let done = workspace.settle(more);
            assert_eq!(done.status.code(), Some(1), "{by}: {}", told(&done));
            assert!(told(&done).contains("S006"), "{by}: {}", told(&done));
        }
        let done = workspace.verify();
        assert_eq!(done.status.code(), Some(1), "{by}: {}", told(&done));
        assert!(told(&done).contains("不是普通文件"), "{by}: {}", told(&done));
    }
}

/// Where a link stands in place of a folder of ours, nothing is written through it.
#[cfg(unix)]
#[test]
fn nothing_is_written_through_a_link() {
    let workspace = Workspace::issued();
    let kept = workspace.case().join(format!("结算/{MONTH}/已开具"));
    let elsewhere = workspace.root().join("别处");
    fs::create_dir(&elsewhere).expect("a folder");
    fs::remove_dir_all(&kept).expect("removed");
    std::os::unix::fs::symlink(&elsewhere, &kept).expect("a link");
    let done = workspace.settle(&["--issue"]);
    assert_eq!(done.status.code(), Some(1), "{}", told(&done));
    assert!(told(&done).contains("不是普通文件") || told(&done).contains("存不进"), "{}", told(&done));
    assert_eq!(snapshot(&elsewhere).len(), 0);
}

#[test]
fn output_does_not_go_into_a_case_or_around_one() {
    let workspace = Workspace::issued();
    let before = snapshot(workspace.root());
    let cases = workspace.root().join("案卷");
    let other = workspace.output();
    for (output, why) in [
        (workspace.case(), "就是案卷"),
        (workspace.case().join("output"), "在它里面"),
        (workspace.case().join(format!("结算/{MONTH}")), "在它里面"),
        (cases.clone(), "里面有案卷"),
        (workspace.root().to_path_buf(), "里面有案卷"),
    ] {
        for verb in [
            vec!["build", arg(&cases)],
            vec!["settle", arg(&cases), "--month", MONTH],
            vec!["diff", arg(&cases)],
            vec!["diff", arg(&other), arg(&cases)],
        ] {
            let done = soon(&[&verb[..], &["-o", arg(&output)]].concat());
            assert_eq!(done.status.code(), Some(2), "{verb:?} {}", told(&done));
            assert!(told(&done).contains(why) && told(&done).contains("请用 -o"), "{}", told(&done));
        }
    }
    assert!(snapshot(workspace.root()) == before, "nothing is written");
}
