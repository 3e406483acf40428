//! What the tests that drive the program share: running it, copying folders, reading its JSON.

#![allow(dead_code, reason = "each test file uses a part of it")]
#![allow(clippy::expect_used, reason = "clippy knows test functions, not what they share")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;

/// The program.
pub fn hetong() -> Command {
    Command::new(env!("CARGO_BIN_EXE_hetong"))
}

/// Runs the program and returns what it did.
pub fn run(arguments: &[&str]) -> Output {
    hetong().args(arguments).output().expect("the program starts")
}

/// Standard output as text.
pub fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).expect("UTF-8")
}

/// A path as an argument.
pub fn arg(path: &Path) -> &str {
    path.to_str().expect("a UTF-8 path")
}

/// A path below the repository.
pub fn repository(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

/// Copies a folder with all that is in it.
pub fn copy_folder(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("a new folder");
    for entry in fs::read_dir(from).expect("a folder") {
        let entry = entry.expect("an entry");
        let target = to.join(entry.file_name());
        if entry.file_type().expect("a type").is_dir() {
            copy_folder(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).expect("a copy");
        }
    }
}

/// A copy of a case of `fixtures/cases` that a test may change.
pub struct CaseCopy {
    folder: tempfile::TempDir,
    name: String,
}

impl CaseCopy {
    /// Copies the case of this name.
    pub fn of(name: &str) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        copy_folder(&repository("fixtures/cases").join(name), &folder.path().join(name));
        Self { folder, name: name.to_owned() }
    }

    /// The case folder.
    pub fn path(&self) -> PathBuf {
        self.folder.path().join(&self.name)
    }

    /// Where its output goes.
    pub fn output(&self) -> PathBuf {
        self.folder.path().join("output")
    }

    /// Its bundle after a build.
    pub fn bundle(&self) -> PathBuf {
        self.output().join(&self.name)
    }

    /// Replaces a text of 合同.yaml that stands there exactly once.
    pub fn replace(&self, from: &str, to: &str) -> &Self {
        let path = self.path().join("合同.yaml");
        let text = fs::read_to_string(&path).expect("合同.yaml");
        assert_eq!(text.matches(from).count(), 1, "“{from}” stands once in 合同.yaml");
        fs::write(path, text.replace(from, to)).expect("合同.yaml written");
        self
    }

    /// Builds it with more arguments.
    pub fn build(&self, more: &[&str]) -> Output {
        let (case, output) = (self.path(), self.output());
        let arguments = [&["build", arg(&case), "-o", arg(&output)], more].concat();
        run(&arguments)
    }

    /// The findings of `check`.
    pub fn findings(&self) -> Vec<Value> {
        findings(&run(&["check", arg(&self.path()), "--format", "json"]))
    }
}

/// The findings in the JSON of `check` for one case.
pub fn findings(done: &Output) -> Vec<Value> {
    let report: Value = serde_json::from_slice(&done.stdout).expect("JSON");
    report["cases"][0]["findings"].as_array().expect("findings").clone()
}

/// `合同.yaml:12:9`, `报价表.csv!F9`, or a file's name.
pub fn place(finding: &Value) -> String {
    let place = &finding["place"];
    let file = place["file"].as_str().unwrap_or_default();
    match (place["cell"].as_str(), place["line"].as_u64(), place["column"].as_u64()) {
        (Some(cell), _, _) => format!("{file}!{cell}"),
        (None, Some(line), Some(column)) => format!("{file}:{line}:{column}"),
        _ => file.to_owned(),
    }
}

/// The text of a PDF as pdftotext reads it.
pub fn pdf_text(path: &Path) -> String {
    let done = Command::new("pdftotext").args(["-layout", arg(path), "-"]).output();
    let done = done.expect("pdftotext is installed (make test installs poppler-utils)");
    assert!(done.status.success(), "{}", text(&done.stderr));
    text(&done.stdout)
}

/// Text without white space: a PDF breaks lines where it likes.
pub fn squeezed(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace()).collect()
}
