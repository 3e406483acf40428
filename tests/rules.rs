//! Every rule fires on a case of its own, at the marked place, and nothing else does.
//!
//! `fixtures/rules/<id>/` is a whole case; its `expected.txt` lists every finding as `severity id place`. Lines that
//! begin with `#` say what the case needs besides: `# build` (the finding needs the fonts), or
//! `# 样式 <file>: <old> → <new>`, a change to the contract form, for rules that this year's form cannot break.

#![allow(clippy::expect_used, reason = "clippy knows test functions, not what they share")]

mod support;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use hetong::rules::RULES;
use support::{arg, copy_folder, findings, hetong, place, repository, run, text};

struct Fixture {
    id: String,
    folder: PathBuf,
    expected: BTreeSet<String>,
    build: bool,
    pack_changes: Vec<[String; 3]>,
}

fn fixtures() -> Vec<Fixture> {
    let mut fixtures: Vec<Fixture> = fs::read_dir(repository("fixtures/rules"))
        .expect("fixtures/rules")
        .map(|entry| read_fixture(&entry.expect("an entry").path()))
        .collect();
    fixtures.sort_by(|a, b| a.id.cmp(&b.id));
    fixtures
}

fn read_fixture(folder: &Path) -> Fixture {
    let expected = fs::read_to_string(folder.join("expected.txt")).expect("expected.txt");
    let mut fixture = Fixture {
        id: folder.file_name().expect("a name").to_string_lossy().into_owned(),
        folder: folder.to_owned(),
        expected: BTreeSet::new(),
        build: false,
        pack_changes: Vec::new(),
    };
    for line in expected.lines().filter(|line| !line.trim().is_empty()) {
        match line.strip_prefix("# ") {
            Some("build") => fixture.build = true,
            Some(change) => {
                let change = change.strip_prefix("样式 ").expect("a known remark");
                let (file, change) = change.split_once(": ").expect("file: change");
                let (old, new) = change.split_once(" → ").expect("old → new");
                fixture.pack_changes.push([file, old, new].map(str::to_owned));
            }
            None => assert!(fixture.expected.insert(line.trim().to_owned()), "{line} twice"),
        }
    }
    fixture
}

impl Fixture {
    /// Everything found, as in expected.txt.
    fn found(&self) -> BTreeSet<String> {
        let scratch = tempfile::tempdir().expect("a folder");
        let packs = scratch.path().join("样式");
        if !self.pack_changes.is_empty() {
            self.change_pack(&packs);
        }
        let mut arguments = vec!["check", arg(&self.folder), "--format", "json"];
        if !self.pack_changes.is_empty() {
            arguments.extend(["--templates", arg(&packs)]);
        }
        findings(&run(&arguments))
            .iter()
            .map(|finding| {
                let word = |key: &str| finding[key].as_str().expect("a text").to_owned();
                for key in ["message", "clause", "help"] {
                    assert!(!word(key).is_empty(), "{} says {key}", self.id);
                }
                format!("{} {} {}", word("severity"), word("id"), place(finding))
            })
            .collect()
    }

    fn change_pack(&self, packs: &Path) {
        copy_folder(&repository("templates"), packs);
        for [file, old, new] in &self.pack_changes {
            let path = packs.join("migu-2026").join(file);
            let text = fs::read_to_string(&path).expect("a file of the pack");
            assert!(text.contains(old.as_str()), "{file} has “{old}”");
            fs::write(path, text.replacen(old.as_str(), new, 1)).expect("the pack is written");
        }
    }
}

#[test]
fn every_rule_fires_at_the_marked_place_and_no_other_does() {
    for fixture in fixtures().iter().filter(|fixture| !fixture.build) {
        assert_eq!(fixture.found(), fixture.expected, "{}", fixture.id);
    }
}

/// What only a build can see is told by its human report: `--> file:line:column`.
#[test]
fn rules_that_need_the_fonts_fire_on_a_build() {
    for fixture in fixtures().iter().filter(|fixture| fixture.build) {
        let output = tempfile::tempdir().expect("a folder");
        let done =
            hetong().args(["build", arg(&fixture.folder), "-o", arg(output.path())]).output().expect("run");
        assert_eq!(done.status.code(), Some(1), "{}", fixture.id);
        let told = text(&done.stdout);
        for expected in &fixture.expected {
            let mut words = expected.split(' ');
            let (_, id, place) = (words.next(), words.next().expect("id"), words.next().expect("place"));
            assert!(told.contains(&format!("[{id}]")) && told.contains(place), "{expected}: {told}");
        }
        assert_eq!(told.matches("错误[").count(), fixture.expected.len(), "{told}");
    }
}

#[test]
fn every_rule_has_a_fixture_that_names_it() {
    let fixtures = fixtures();
    for rule in RULES {
        let id = rule.info.id;
        let fixture = fixtures.iter().find(|fixture| fixture.id == id);
        let fixture = fixture.unwrap_or_else(|| panic!("fixtures/rules/{id} is missing"));
        assert!(
            fixture.expected.iter().any(|line| line.split(' ').nth(1) == Some(id)),
            "{id} expects its own rule"
        );
    }
    for fixture in &fixtures {
        let known = fixture.id == "good" || RULES.iter().any(|rule| rule.info.id == fixture.id);
        assert!(known, "fixtures/rules/{} belongs to no rule", fixture.id);
    }
}
