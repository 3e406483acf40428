//! The rooms of `src/` use one another only along the arrows of docs/architecture.md.

#![allow(clippy::expect_used, reason = "clippy knows test functions, not what they share")]

mod support;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::PathBuf;

use support::repository;

/// A file longer than this has more than one thing in it.
const MOST_LINES: usize = 450;

struct Source {
    /// As in `cli/build.rs`.
    name: String,
    /// `cli`; empty for files that stand in `src/` itself.
    room: String,
    text: String,
}

fn sources() -> Vec<Source> {
    let root = repository("src");
    let files = walkdir::WalkDir::new(&root).sort_by_file_name().into_iter().map(|entry| entry.expect("src"));
    let files: Vec<PathBuf> = files.map(walkdir::DirEntry::into_path).collect();
    files
        .into_iter()
        .filter(|path| path.extension().is_some_and(|extension| extension == "rs"))
        .map(|path| {
            let name = path.strip_prefix(&root).expect("below src").to_string_lossy().replace('\\', "/");
            let room = name.split_once('/').map(|(room, _)| room.to_owned()).unwrap_or_default();
            Source { name, room, text: fs::read_to_string(path).expect("a source") }
        })
        .collect()
}

/// The table of docs/architecture.md: what each room may use.
fn arrows() -> BTreeMap<String, BTreeSet<String>> {
    let page = fs::read_to_string(repository("docs/architecture.md")).expect("docs/architecture.md");
    let mut arrows: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for line in page.lines().filter(|line| line.starts_with("| `")) {
        let cells: Vec<&str> = line.trim_matches('|').split('|').map(str::trim).collect();
        let room = cells[0].trim_matches(['`', '/']).to_owned();
        let may = match *cells.last().expect("a cell") {
            "–" => BTreeSet::new(),
            "all above" | "all" => arrows.keys().cloned().collect(),
            rooms => rooms.split(',').map(|room| room.trim().to_owned()).collect(),
        };
        arrows.insert(room, may);
    }
    arrows
}

/// The text without comments and strings, roughly: enough that no path is found in them.
fn code(text: &str) -> String {
    let lines = text.lines().map(|line| line.trim_start());
    lines.filter(|line| !line.starts_with("//")).collect::<Vec<_>>().join("\n")
}

/// The first names after every `prefix`: of `crate::{a::b, c}` a and c.
fn names_after(code: &str, prefix: &str) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for (at, _) in code.match_indices(prefix) {
        // A longer path that merely ends like this, such as `$crate::` or `super::super::super::`.
        if code[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_' || c == ':') {
            continue;
        }
        let rest = &code[at + prefix.len()..];
        match rest.strip_prefix('{') {
            Some(list) => names.extend(heads(list)),
            None => names.extend(head(rest)),
        }
    }
    names
}

fn head(path: &str) -> Option<String> {
    let end = path.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(path.len());
    Some(path[..end].to_owned()).filter(|name| !name.is_empty())
}

/// The first names of the paths in a braced list, up to its end.
fn heads(list: &str) -> Vec<String> {
    let (mut depth, mut start, mut names) = (0_usize, 0, Vec::new());
    for (at, c) in list.char_indices() {
        match c {
            '{' => depth += 1,
            ',' if depth == 0 => {
                names.extend(head(list[start..at].trim_start()));
                start = at + 1;
            }
            '}' if depth == 0 => {
                names.extend(head(list[start..at].trim_start()));
                break;
            }
            '}' => depth -= 1,
            _ => {}
        }
    }
    names
}

/// The rooms that a file names: by `crate::`, or by as many `super::` as lead to the crate.
fn used(source: &Source) -> BTreeSet<String> {
    let code = code(&source.text);
    let mut used = names_after(&code, "crate::");
    let parts: Vec<&str> = source.name.trim_end_matches(".rs").split('/').collect();
    let depth = if parts.last() == Some(&"mod") { parts.len() - 1 } else { parts.len() };
    used.extend(names_after(&code, &"super::".repeat(depth)));
    // From a `mod tests` inside the file it is one step more; more than that leads nowhere.
    used.extend(names_after(&code, &"super::".repeat(depth + 1)));
    used.remove("super");
    used.remove("self");
    used.remove(&source.room);
    used
}

#[test]
fn paths_are_read_as_they_are_written() {
    let code = "use crate::{\n  model::{money::Money, tax::{A, B}},\n  pack,\n};\nlet x = crate::view::f(crate::cli::g);";
    let names: Vec<String> = names_after(code, "crate::").into_iter().collect();
    assert_eq!(names, ["cli", "model", "pack", "view"]);
    assert_eq!(names_after("use super::super::input::x;", "super::").len(), 1);
    let source = |name: &str, text: &str| Source {
        name: name.to_owned(),
        room: "bundle".to_owned(),
        text: text.to_owned(),
    };
    assert_eq!(used(&source("bundle/job.rs", "use super::super::cli::Output;")), ["cli".to_owned()].into());
    assert_eq!(used(&source("bundle/mod.rs", "use super::cli;")), ["cli".to_owned()].into());
    assert!(
        used(&source("bundle/job.rs", "use super::plan;\n// crate::cli::x\n use crate::bundle::y;"))
            .is_empty()
    );
}

#[test]
fn the_page_has_every_room() {
    let rooms: BTreeSet<String> =
        sources().into_iter().map(|source| source.room).filter(|r| !r.is_empty()).collect();
    let arrows = arrows();
    assert_eq!(rooms, arrows.keys().cloned().collect());
    let none = BTreeSet::new();
    assert_eq!(arrows["diagnostics"], none);
    assert_eq!(arrows["model"], ["diagnostics".to_owned()].into());
    assert_eq!(arrows["render"], ["view".to_owned()].into());
    assert!(arrows.values().all(|may| may.iter().all(|room| rooms.contains(room))), "{arrows:?}");
    assert!(!arrows["bundle"].contains("cli"));
}

#[test]
fn rooms_use_only_what_the_page_says() {
    let arrows = arrows();
    let mut wrong = Vec::new();
    for source in sources().iter().filter(|source| !source.room.is_empty()) {
        let may = &arrows[&source.room];
        let used = used(source).into_iter().filter(|name| repository("src").join(name).is_dir());
        wrong.extend(used.filter(|room| !may.contains(room)).map(|room| format!("{} → {room}", source.name)));
    }
    assert!(wrong.is_empty(), "against the arrows of docs/architecture.md:\n{}", wrong.join("\n"));
}

#[test]
fn only_cli_prints() {
    let prints = |text: &str| {
        ["println!", "eprintln!", "print!(", "eprint!(", "io::stdout", "io::stderr"]
            .iter()
            .any(|print| code(text).contains(print))
    };
    let wrong: Vec<String> =
        sources().into_iter().filter(|s| s.room != "cli" && prints(&s.text)).map(|s| s.name).collect();
    assert!(wrong.is_empty(), "{wrong:?}");
}

#[test]
fn every_file_says_what_it_is_and_stays_short() {
    let mut wrong = Vec::new();
    for source in sources() {
        if !source.text.starts_with("//! ") {
            wrong.push(format!("{} does not open with //!", source.name));
        }
        let lines = source.text.lines().count();
        if lines > MOST_LINES {
            wrong.push(format!("{} has {lines} lines, more than {MOST_LINES}", source.name));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
