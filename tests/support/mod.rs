//! What the tests that drive the program share: running it, copying folders, reading its JSON.

#![allow(dead_code, reason = "each test file uses a part of it")]
#![allow(clippy::expect_used, reason = "clippy knows test functions, not what they share")]

pub mod books;
pub mod forged;
pub mod recalculation;
pub mod settlements;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::time::SystemTime;

use calamine::{Data, Reader, Xlsx};
use hetong::input::folder::sha256_hex;
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
        let new = Self { folder, name: name.to_owned() };
        copy_folder(&repository("fixtures/cases").join(name), &new.path());
        name_contract(&new.path());
        new
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

/// Has the lines of a case's ledger name its contract, as this version writes them. The samples' are older and prove to be
/// theirs by their 合同.yaml, which a test may want to change.
pub fn name_contract(case: &Path) {
    let Ok(ledger) = fs::read_to_string(case.join("台账.jsonl")) else { return };
    let yaml = fs::read_to_string(case.join("合同.yaml")).expect("合同.yaml");
    let value = |key: &str| {
        let line = yaml.lines().find_map(|line| line.trim_start().strip_prefix(key)).expect("a key");
        line.trim().trim_matches('"').to_owned()
    };
    let names = format!(",\"合同编号\":\"{}\",\"信用代码\":\"{}\"", value("编号:"), value("纳税人识别号:"));
    let (mut named, mut previous) = (String::new(), sha256_hex(b""));
    for line in ledger.lines() {
        let (content, _) = line.split_once(",\"前行\"").expect("a chained line");
        let (number, rest) = content.split_once(",\"订单\"").expect("an order");
        let content = format!("{number}{names},\"订单\"{rest},\"前行\":\"{previous}\"");
        let own = sha256_hex(format!("{content}}}").as_bytes());
        let line = format!("{content},\"本行\":\"{own}\"}}");
        previous = sha256_hex(line.as_bytes());
        named += &format!("{line}\n");
    }
    fs::write(case.join("台账.jsonl"), named).expect("台账.jsonl written");
}

/// The findings in the JSON of `check` for one case.
pub fn findings(done: &Output) -> Vec<Value> {
    let report: Value = serde_json::from_slice(&done.stdout).expect("JSON");
    report["cases"][0]["findings"].as_array().expect("findings").clone()
}

/// `合同.yaml:12:9`, `报价表.csv!F9`, a file's name, or that of what nobody typed.
pub fn place(finding: &Value) -> String {
    let place = &finding["place"];
    let file = place["file"].as_str().or_else(|| place["figure"].as_str()).unwrap_or_default();
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

/// The text of a PDF in the order it was drawn, without white space and the joiners that keep lines from breaking:
/// what is typed in one piece is found in one piece, whatever column it stands in.
pub fn pdf_words(path: &Path) -> String {
    let done = Command::new("pdftotext").args(["-raw", arg(path), "-"]).output();
    let done = done.expect("pdftotext is installed (make test installs poppler-utils)");
    assert!(done.status.success(), "{}", text(&done.stderr));
    squeezed(&text(&done.stdout)).replace('\u{2060}', "")
}

/// What standard output and standard error said.
pub fn told(done: &Output) -> String {
    text(&done.stdout) + &text(&done.stderr)
}

/// The names and contents of all files below a folder; empty if there is none.
pub fn snapshot(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let contents = |path: &Path| fs::read(path).expect("a file that can be read");
    walk(folder).into_iter().map(|(name, path)| (name, contents(&path))).collect()
}

/// When each file below a folder was last written.
pub fn dates(folder: &Path) -> BTreeMap<String, SystemTime> {
    let date = |path: &Path| fs::metadata(path).expect("metadata").modified().expect("a date");
    walk(folder).into_iter().map(|(name, path)| (name, date(&path))).collect()
}

fn walk(folder: &Path) -> Vec<(String, PathBuf)> {
    let name = |path: &Path| path.strip_prefix(folder).expect("below").to_string_lossy().into_owned();
    let files = walkdir::WalkDir::new(folder).into_iter().filter_map(Result::ok);
    let files = files.filter(|entry| !entry.file_type().is_dir()).map(walkdir::DirEntry::into_path);
    files.map(|path| (name(&path), path)).collect()
}

/// The files of a folder with this extension.
pub fn files_of(folder: &Path, extension: &str) -> Vec<PathBuf> {
    let files = walk(folder).into_iter().map(|(_, path)| path);
    let mut files: Vec<PathBuf> =
        files.filter(|path| path.extension().is_some_and(|e| e == extension)).collect();
    files.sort();
    assert!(!files.is_empty(), "{} has .{extension} files", folder.display());
    files
}

/// The texts of all cells of a workbook, and its formulas.
pub fn workbook(path: &Path) -> (Vec<String>, Vec<String>) {
    let mut book: Xlsx<_> = calamine::open_workbook(path).expect("a workbook");
    let (mut texts, mut formulas) = (Vec::new(), Vec::new());
    for name in book.sheet_names() {
        let range = book.worksheet_range(&name).expect("a sheet");
        texts.extend(range.used_cells().filter_map(|(_, _, cell)| match cell {
            Data::String(text) => Some(text.clone()),
            _ => None,
        }));
        let range = book.worksheet_formula(&name).expect("a sheet");
        formulas.extend(range.used_cells().map(|(_, _, formula)| formula.clone()));
    }
    formulas.retain(|formula| !formula.is_empty());
    (texts, formulas)
}

/// Has LibreOffice open the files, calculate, and save them in `outbox` in another format, such as
/// `xlsx:Calc MS Excel 2007 XML`. `HETONG_SOFFICE` names the program where it is not `soffice`.
pub fn office(files: &[PathBuf], format: &str, outbox: &Path) {
    let program = std::env::var("HETONG_SOFFICE").unwrap_or_else(|_| "soffice".into());
    // A profile of its own: two LibreOffices on one profile get in each other's way.
    let profile = tempfile::tempdir().expect("a folder");
    let done = Command::new(&program)
        .arg(format!("-env:UserInstallation=file://{}", profile.path().display()))
        .args(["--headless", "--convert-to", format, "--outdir"])
        .arg(outbox)
        .args(files)
        .output();
    let done = done.unwrap_or_else(|error| {
        panic!("{program} did not start ({error}): these tests need LibreOffice (apt-get install libreoffice-calc)")
    });
    let extension = format.split(':').next().expect("an extension");
    for file in files {
        let saved = outbox.join(file.file_name().expect("a name")).with_extension(extension);
        assert!(saved.is_file(), "{program} saved no {}: {}", saved.display(), told(&done));
    }
}
