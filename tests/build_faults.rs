//! `hetong build` when things go wrong: killed at any moment, no space left, nothing to write to, and what hands did to
//! its output. The output folder is always the last good bundle or the new one, whole; nothing that somebody changed is
//! overwritten, or passed off as hetong's.

#![cfg(unix)]
#![allow(clippy::expect_used, reason = "clippy knows test functions, not what they share")]

#[path = "support/adjusted.rs"]
mod adjusted;
#[path = "support/faults.rs"]
mod faults;
mod support;
#[path = "support/synthetic.rs"]
mod synthetic;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Output;
use std::thread::sleep;
use std::time::{Duration, Instant};

use faults::{as_ordinary_user, namespaces, set_rights, started, wait_for, with_file_limit, with_full_disk};
use hetong::bundle::recorded::is_whole;
use hetong::input::folder::sha256_hex;
use serde_json::Value;
use support::{CaseCopy, arg, dates, hetong, repository, snapshot, told};
use synthetic::Random;

const CASE: &str = "星河示例";
/// How often each kind of run is killed; there are two.
const KILLS: usize = 50;
/// What begins the names of folders in which a bundle is prepared.
const STAGE: &str = ".hetong-";

type Files = BTreeMap<String, Vec<u8>>;

fn arguments(case: &CaseCopy) -> Vec<String> {
    let (path, output) = (case.path(), case.output());
    ["build", arg(&path), "-o", arg(&output)].map(str::to_owned).into()
}

fn built(case: &CaseCopy) -> Files {
    let done = case.build(&[]);
    assert_eq!(done.status.code(), Some(0), "{}", told(&done));
    snapshot(&case.bundle())
}

/// Two states of the supplier's sheet.
fn put_sheet(case: &CaseCopy, other: bool) {
    let from =
        if other { "fixtures/rebuild/报价表.xlsx" } else { "fixtures/cases/星河示例/报价表.xlsx" };
    fs::copy(repository(from), case.path().join("报价表.xlsx")).expect("copied");
}

/// Asserts that every file is as the manifest says, and no other is there.
fn assert_whole(files: &Files) {
    let raw = &files["manifest.json"];
    assert!(is_whole(raw), "the manifest is as it was written");
    let manifest: Value = serde_json::from_slice(raw).expect("JSON");
    let listed = manifest["outputs"].as_array().expect("outputs");
    assert_eq!(listed.len() + 1, files.len());
    for entry in listed {
        let bytes = &files[entry["file"].as_str().expect("a name")];
        assert_eq!(entry["sha256"], sha256_hex(bytes), "{entry}");
    }
}

/// Kills a build at a random moment: of the whole run, or close to where the new folder takes its place.
fn kill(case: &CaseCopy, random: &mut Random, run: Duration) {
    let micros = |random: &mut Random, most: Duration| {
        let most = usize::try_from(most.as_micros()).expect("a short time");
        Duration::from_micros(random.below(most.max(1)) as u64)
    };
    let output = case.output();
    let prepares = || {
        let names = fs::read_dir(&output).into_iter().flatten().filter_map(Result::ok);
        names.map(|entry| entry.file_name()).any(|name| name.to_string_lossy().starts_with(STAGE))
    };
    let begun = Instant::now();
    let (early, soon) = (micros(random, run), micros(random, Duration::from_millis(40)));
    let close = !random.one_in(3);
    let mut child = started(&arguments(case));
    if wait_for(&mut child, || if close { prepares() } else { begun.elapsed() >= early }) {
        if close {
            sleep(soon);
        }
        child.kill().expect("a signal");
    }
    let status = child.wait().expect("an end");
    assert!(status.code().is_none_or(|code| code == 0), "hetong ends with {status}");
}

/// How many names stand in the output folder: one after an undisturbed run.
fn names_in(folder: &Path) -> usize {
    fs::read_dir(folder).map_or(0, |entries| entries.count())
}

#[test]
fn a_first_build_killed_at_any_moment_leaves_nothing_or_all_of_it() {
    let case = CaseCopy::of(CASE);
    let begun = Instant::now();
    let expected = built(&case);
    let run = begun.elapsed();
    assert_whole(&expected);
    let (mut random, mut nothing) = (Random::new(21), 0);
    for round in 0..KILLS {
        if case.bundle().exists() {
            fs::remove_dir_all(case.bundle()).expect("removed");
        }
        kill(&case, &mut random, run);
        match case.bundle().exists() {
            true => assert!(snapshot(&case.bundle()) == expected, "the bundle is whole, round {round}"),
            false => nothing += 1,
        }
        if round % 10 == 9 {
            assert!(built(&case) == expected);
            assert_eq!(names_in(&case.output()), 1, "nothing is left beside the bundle");
        }
    }
    assert!(nothing > KILLS / 5, "killed before the end {nothing} times");
}

#[test]
fn a_rebuild_killed_at_any_moment_leaves_the_old_bundle_or_the_new_one() {
    let case = CaseCopy::of(CASE);
    let old = built(&case);
    put_sheet(&case, true);
    let begun = Instant::now();
    let new = built(&case);
    let run = begun.elapsed();
    assert_whole(&old);
    assert_whole(&new);
    assert!(old != new);
    let states = [old, new];
    // What lies there, by its number; a build is to make the other of it.
    let (mut random, mut standing, mut unfinished) = (Random::new(22), 1, 0);
    for round in 0..KILLS {
        let wanted = 1 - standing;
        put_sheet(&case, wanted == 1);
        kill(&case, &mut random, run);
        let found = snapshot(&case.bundle());
        let state = states.iter().position(|state| *state == found);
        assert!(state.is_some(), "neither the old bundle nor the new one, round {round}");
        unfinished += usize::from(state == Some(standing));
        if round % 10 == 9 {
            assert!(built(&case) == states[wanted]);
            assert_eq!(names_in(&case.output()), 1, "nothing is left beside the bundle");
            standing = wanted;
        } else {
            standing = state.unwrap_or(standing);
        }
    }
    assert!(unfinished > KILLS / 5, "killed before the end {unfinished} times");
}

/// A killed run's leftovers go even where there is nothing to write.
#[test]
fn leftovers_of_a_killed_run_are_cleared_by_a_build_without_changes() {
    let case = CaseCopy::of(CASE);
    let files = built(&case);
    let left = case.output().join(".hetong-暂存-aB3dE6");
    fs::create_dir(&left).expect("a folder");
    fs::write(left.join("合同正文.pdf"), "half").expect("written");
    let done = case.build(&[]);
    assert!(told(&done).contains("没有变化"), "{}", told(&done));
    assert!(snapshot(&case.bundle()) == files);
    assert_eq!(names_in(&case.output()), 1);
}

/// A bundle stands there, a price changes, and the build goes wrong in the way `run` has it; then nothing has changed,
/// and the next build makes of it what an undisturbed one would.
fn fails_and_changes_nothing(said: &str, run: impl FnOnce(&CaseCopy) -> Output) {
    let case = CaseCopy::of(CASE);
    put_sheet(&case, true);
    let new = built(&case);
    put_sheet(&case, false);
    built(&case);
    let before = snapshot(&case.output());
    put_sheet(&case, true);
    let done = run(&case);
    assert!(matches!(done.status.code(), Some(1 | 2)), "{:?} {}", done.status, told(&done));
    assert!(told(&done).contains(said), "“{said}” in: {}", told(&done));
    assert!(snapshot(&case.output()) == before, "nothing has changed: {}", told(&done));
    assert!(built(&case) == new);
    assert_eq!(names_in(&case.output()), 1, "nothing is left beside the bundle");
}

#[test]
fn a_file_that_cannot_be_written_to_its_end_leaves_the_old_bundle() {
    fails_and_changes_nothing("写不进去", |case| with_file_limit(64, &arguments(case)));
}

#[test]
fn a_full_disk_leaves_the_old_bundle() {
    for room in [0, 65_536, 1_000_000] {
        if !namespaces() {
            return;
        }
        fails_and_changes_nothing("磁盘满了", |case| {
            with_full_disk(&case.output(), room, &arguments(case))
        });
    }
}

#[test]
fn an_output_folder_that_is_read_only_is_told() {
    fails_and_changes_nothing("写不进去", |case| {
        let around = case.path().parent().expect("a parent").to_path_buf();
        set_rights(&case.path(), 0o755, 0o644);
        set_rights(&case.output(), 0o555, 0o444);
        let done = as_ordinary_user(&around, &arguments(case));
        set_rights(&case.output(), 0o755, 0o644);
        done
    });
}

/// What need not be written can be read-only.
#[test]
fn a_read_only_bundle_that_is_up_to_date_is_no_error() {
    let case = CaseCopy::of(CASE);
    built(&case);
    let around = case.path().parent().expect("a parent").to_path_buf();
    set_rights(&case.path(), 0o755, 0o644);
    set_rights(&case.output(), 0o555, 0o444);
    let done = as_ordinary_user(&around, &arguments(&case));
    set_rights(&case.output(), 0o755, 0o644);
    assert_eq!(done.status.code(), Some(0), "{}", told(&done));
    assert!(told(&done).contains("没有变化"), "{}", told(&done));
}

#[test]
fn a_parent_folder_that_is_missing_is_made() {
    let case = CaseCopy::of(CASE);
    let deep = case.output().join("还没有/这个/文件夹");
    let done = hetong().args(["build", arg(&case.path()), "-o", arg(&deep)]).output().expect("run");
    assert_eq!(done.status.code(), Some(0), "{}", told(&done));
    assert_whole(&snapshot(&deep.join(CASE)));
}

/// The name under which an edited file is kept.
fn kept_name(name: &str) -> String {
    let (stem, extension) = name.rsplit_once('.').expect("an extension");
    format!("{stem}（手工修改1）.{extension}")
}

#[test]
fn an_edited_file_is_kept_aside_and_told() {
    for name in ["附件1-技术规范书.pdf", "附件3-报价表.xlsx", "核对报告.pdf", "manifest.json"]
    {
        let case = CaseCopy::of(CASE);
        let mut files = built(&case);
        let path = case.bundle().join(name);
        let edited = [&files[name][..], b"\n "].concat();
        fs::write(&path, &edited).expect("edited");
        let done = case.build(&[]);
        assert_eq!(done.status.code(), Some(0), "{}", told(&done));
        let kept = kept_name(name);
        assert!(
            told(&done).contains(&format!("“{name}”被人改过，改过的那份另存为“{kept}”")),
            "{}",
            told(&done)
        );
        files.insert(kept, edited);
        assert!(snapshot(&case.bundle()) == files, "{name}: the others are as they were");
        // From now on it is somebody's own file.
        let done = case.build(&[]);
        assert!(told(&done).contains("没有变化"), "{}", told(&done));
        assert!(snapshot(&case.bundle()) == files);
    }
}

/// Edited, and what it is made from has changed, too.
#[test]
fn an_edited_file_that_is_renewed_is_kept_aside() {
    let case = CaseCopy::of(CASE);
    built(&case);
    put_sheet(&case, true);
    let new = built(&case);
    put_sheet(&case, false);
    built(&case);
    let name = "附件3-报价表.xlsx";
    fs::write(case.bundle().join(name), "改过").expect("edited");
    put_sheet(&case, true);
    let done = case.build(&[]);
    assert!(told(&done).contains("被人改过"), "{}", told(&done));
    let mut found = snapshot(&case.bundle());
    assert_eq!(found.remove(&kept_name(name)).as_deref(), Some("改过".as_bytes()));
    assert!(found == new);
}

/// An edited file whose new hash somebody wrote into the manifest is still no file of hetong's.
#[test]
fn a_manifest_that_vouches_for_an_edited_file_is_not_believed() {
    let case = CaseCopy::of(CASE);
    let files = built(&case);
    let name = "合同正文.pdf";
    let edited = [&files[name][..], b"\n"].concat();
    let (old, new) = (sha256_hex(&files[name]), sha256_hex(&edited));
    let manifest = String::from_utf8(files["manifest.json"].clone()).expect("UTF-8");
    assert_eq!(manifest.matches(&old).count(), 1);
    fs::write(case.bundle().join(name), &edited).expect("edited");
    fs::write(case.bundle().join("manifest.json"), manifest.replace(&old, &new)).expect("edited");
    let done = case.build(&[]);
    let found = snapshot(&case.bundle());
    assert!(found[name] == files[name], "{}", told(&done));
    assert!(found[&kept_name(name)] == edited);
    assert!(found.contains_key(&kept_name("manifest.json")), "{}", told(&done));
}

#[test]
fn a_deleted_file_comes_back_and_is_told() {
    let case = CaseCopy::of(CASE);
    let files = built(&case);
    for name in ["附件1-技术规范书.pdf", "附件3-报价表.xlsx", "核对报告.pdf", "manifest.json"]
    {
        let before = dates(&case.bundle());
        fs::remove_file(case.bundle().join(name)).expect("removed");
        let done = case.build(&[]);
        assert!(told(&done).contains(&format!("    {name}\n      ← ")), "{}", told(&done));
        assert!(snapshot(&case.bundle()) == files, "{name}");
        let after = dates(&case.bundle());
        for (other, date) in before.iter().filter(|(other, _)| *other != name) {
            assert_eq!(after[other], *date, "{other} is not touched");
        }
    }
}

#[test]
fn only_tells_of_edited_and_deleted_files_that_it_leaves() {
    let case = CaseCopy::of(CASE);
    built(&case);
    fs::write(case.bundle().join("附件1-技术规范书.pdf"), "改过").expect("edited");
    fs::remove_file(case.bundle().join("附件4-廉洁诚信承诺书.pdf")).expect("removed");
    let before = snapshot(&case.bundle());
    let done = case.build(&["--only", "附件3"]);
    assert_eq!(done.status.code(), Some(0), "{}", told(&done));
    let said = told(&done);
    assert!(said.contains("附件1-技术规范书.pdf、附件4-廉洁诚信承诺书.pdf 被人改过或删掉"), "{said}");
    assert!(!said.contains("过期"), "{said}");
    assert!(snapshot(&case.bundle()) == before, "left as they are");

    let refused = case.build(&["--only", "附件3", "--final"]);
    assert_eq!(refused.status.code(), Some(1), "{}", told(&refused));
    assert!(told(&refused).contains("附件1-技术规范书.pdf"), "{}", told(&refused));
    assert!(snapshot(&case.bundle()) == before, "nothing is written");
}

#[test]
fn only_needs_a_record_of_what_stands_there() {
    for edit in [true, false] {
        let case = CaseCopy::of(CASE);
        built(&case);
        let manifest = case.bundle().join("manifest.json");
        match edit {
            true => fs::write(
                &manifest,
                fs::read_to_string(&manifest).expect("a manifest").replace("draft", "final"),
            ),
            false => fs::remove_file(&manifest),
        }
        .expect("changed");
        let before = snapshot(&case.bundle());
        let refused = case.build(&["--only", "附件3"]);
        assert_eq!(refused.status.code(), Some(1), "{}", told(&refused));
        assert!(told(&refused).contains("manifest.json 被人改过或不见了"), "{}", told(&refused));
        assert!(snapshot(&case.bundle()) == before, "nothing is written");
    }
}

/// What no longer belongs to the bundle goes, unless somebody has worked on it.
#[test]
fn an_edited_file_that_is_no_longer_needed_stays_and_is_told() {
    let case = CaseCopy::of(CASE);
    built(&case);
    fs::remove_file(case.path().join("订单/DD-2026-002.yaml")).expect("removed");
    let edited = "委托订单-DD-2026-002.xlsx";
    fs::write(case.bundle().join(edited), "改过").expect("edited");
    let done = case.build(&[]);
    let said = told(&done);
    assert!(said.contains("已经删去：委托订单-DD-2026-002.pdf\n"), "{said}");
    assert!(said.contains(&format!("“{edited}”不再需要，但被人改过，没有删去")), "{said}");
    let files = snapshot(&case.bundle());
    assert_eq!(files[edited], "改过".as_bytes());
    assert!(!files.contains_key("委托订单-DD-2026-002.pdf"));
}

/// Editions that are no longer in force stand in a folder of their own.
#[test]
fn earlier_editions_are_guarded_like_the_rest() {
    let case = CaseCopy::of(CASE);
    let signed = built(&case);
    adjusted::adjust(&case.path());
    let revised = built(&case);
    assert_whole(&revised);
    let (edited, deleted) = ("历次版本/附件3-报价表（签订时）.pdf", "历次版本/附件3-报价表（签订时）.xlsx");
    assert!(revised[edited] == signed["附件3-报价表.pdf"], "what was signed is kept, byte for byte");
    fs::write(case.bundle().join(edited), "改过").expect("edited");
    fs::remove_file(case.bundle().join(deleted)).expect("removed");
    fs::write(case.bundle().join("历次版本/批注.txt"), "别删").expect("written");

    let said = told(&case.build(&["--only", "附件1"]));
    assert!(
        said.contains(&format!("{edited}、{deleted} 被人改过或删掉"))
            || said.contains(&format!("{deleted}、{edited} 被人改过或删掉")),
        "{said}"
    );
    let said = told(&case.build(&[]));
    assert!(said.contains(&format!("“{edited}”被人改过")), "{said}");
    assert!(said.contains(&format!("    {deleted}\n      ← ")), "{said}");
    let mut found = snapshot(&case.bundle());
    assert_eq!(found.remove(&kept_name(edited)).as_deref(), Some("改过".as_bytes()));
    assert_eq!(found.remove("历次版本/批注.txt").as_deref(), Some("别删".as_bytes()));
    assert!(found == revised);

    // Without 调整 the editions go; what others wrote stays.
    fs::copy(repository("fixtures/cases/星河示例/合同.yaml"), case.path().join("合同.yaml")).expect("copied");
    let said = told(&case.build(&[]));
    assert!(said.contains("不再需要，已经删去") && said.contains("补充协议-1.pdf"), "{said}");
    let left: Vec<String> = snapshot(&case.bundle()).into_keys().filter(|name| name.contains('/')).collect();
    assert_eq!(left, ["历次版本/批注.txt".to_owned(), kept_name(edited)]);
}
