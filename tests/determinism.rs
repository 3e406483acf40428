//! The same input gives the same bytes: in other folders, time zones, languages, with other numbers of threads, on other
//! days and with older files. A clock is never looked at: libfaketime moves it where it is installed, and in any case no
//! finished file holds a date that is not in the case.

#![allow(clippy::expect_used, reason = "clippy knows test functions, not what they share")]

#[path = "support/adjusted.rs"]
mod adjusted;
mod support;

use std::collections::BTreeMap;
use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, SystemTime};

use support::{arg, copy_folder, files_of, hetong, repository, snapshot, text, told};

const CASE: &str = "星河示例";
type Files = BTreeMap<String, Vec<u8>>;

/// What surrounds a run.
#[derive(Clone, Copy)]
struct Surroundings {
    /// Of the folder in which the case and the output are.
    folder: &'static str,
    zone: &'static str,
    language: &'static str,
    threads: &'static str,
    /// So many days ago the input files were written.
    age: u64,
}

const HERE: Surroundings =
    Surroundings { folder: "甲", zone: "Asia/Shanghai", language: "zh_CN.UTF-8", threads: "4", age: 0 };

const ELSEWHERE: [Surroundings; 4] = [
    Surroundings {
        folder: "a b/深 一层", zone: "America/New_York", language: "C", threads: "1", age: 400
    },
    Surroundings {
        folder: "İstanbul",
        zone: "Pacific/Kiritimati",
        language: "tr_TR.UTF-8",
        threads: "4",
        age: 9000,
    },
    Surroundings { folder: "c", zone: "Asia/Kathmandu", language: "de_DE.UTF-8", threads: "2", age: 1 },
    Surroundings { folder: "d", zone: "UTC", language: "POSIX", threads: "3", age: 30 },
];

/// What kind of bundle.
#[derive(Clone, Copy, Debug)]
struct Kind {
    adjusted: bool,
    is_final: bool,
}

impl Surroundings {
    /// Builds the case here; what came of it.
    fn built(self, kind: Kind, clock: Option<&Clock>) -> Files {
        let folder = tempfile::tempdir().expect("a folder");
        let around = folder.path().join(self.folder);
        let case = around.join(CASE);
        copy_folder(&repository("fixtures/cases").join(CASE), &case);
        if kind.adjusted {
            adjusted::adjust(&case);
        }
        self.age(&case);
        let output = around.join("output");
        let mut command = hetong();
        command.args(["build", arg(&case), "-o", arg(&output)]);
        command.args(kind.is_final.then_some("--final"));
        for variable in ["LANG", "LC_ALL", "LANGUAGE"] {
            command.env(variable, self.language);
        }
        command.env("TZ", self.zone).env("RAYON_NUM_THREADS", self.threads);
        if let Some(clock) = clock {
            clock.set(&mut command);
        }
        let done = command.output().expect("hetong starts");
        assert_eq!(done.status.code(), Some(0), "{kind:?} {}: {}", self.folder, told(&done));
        snapshot(&output.join(CASE))
    }

    /// Makes the files of a folder older.
    fn age(self, case: &Path) {
        let then = SystemTime::now() - Duration::from_secs(self.age * 86_400);
        for entry in walkdir::WalkDir::new(case).into_iter().filter_map(Result::ok) {
            if entry.file_type().is_file() {
                let file = fs::File::options().write(true).open(entry.path()).expect("a file");
                file.set_modified(then).expect("a date");
            }
        }
    }
}

fn assert_same(one: &Files, other: &Files, told: &str) {
    assert_eq!(one.keys().collect::<Vec<_>>(), other.keys().collect::<Vec<_>>(), "{told}");
    for (name, bytes) in one {
        assert!(bytes == &other[name], "{name} differs: {told}");
    }
}

fn same_everywhere(kind: Kind) -> Files {
    let here = HERE.built(kind, None);
    for elsewhere in ELSEWHERE {
        assert_same(&here, &elsewhere.built(kind, None), elsewhere.folder);
    }
    here
}

#[test]
fn a_draft_is_the_same_everywhere() {
    same_everywhere(Kind { adjusted: false, is_final: false });
}

#[test]
fn a_final_bundle_is_the_same_everywhere() {
    same_everywhere(Kind { adjusted: false, is_final: true });
}

#[test]
fn a_bundle_with_adjustments_is_the_same_everywhere() {
    let files = same_everywhere(Kind { adjusted: true, is_final: false });
    assert!(files.keys().any(|name| name.starts_with("历次版本/")), "{:?}", files.keys());
    assert!(files.keys().any(|name| name.starts_with("补充协议-2")), "{:?}", files.keys());
}

/// A folder of another name is another case by name only: what is printed does not change, but for where the name itself
/// is told.
#[test]
fn the_folders_name_is_in_the_records_alone() {
    let one = HERE.built(Kind { adjusted: false, is_final: true }, None);
    let folder = tempfile::tempdir().expect("a folder");
    let (case, output) = (folder.path().join("另一个名字"), folder.path().join("output"));
    copy_folder(&repository("fixtures/cases").join(CASE), &case);
    let done = hetong().args(["build", "--final", arg(&case), "-o", arg(&output)]).output().expect("run");
    assert_eq!(done.status.code(), Some(0), "{}", told(&done));
    let other = snapshot(&output.join("另一个名字"));
    let differ: Vec<&str> = one
        .iter()
        .filter(|(name, bytes)| other.get(*name) != Some(*bytes))
        .map(|(name, _)| name.as_str())
        .collect();
    assert_eq!(differ, ["manifest.json", "核对报告.pdf"]);
}

/// Another day, as libfaketime makes a program believe.
struct Clock {
    library: PathBuf,
    day: &'static str,
}

impl Clock {
    fn set(&self, command: &mut Command) {
        command.env("LD_PRELOAD", &self.library).env("FAKETIME", self.day);
    }

    /// None where it is not installed, or does not work.
    fn at(day: &'static str) -> Option<Self> {
        let folders = ["/usr/lib/x86_64-linux-gnu", "/usr/lib/aarch64-linux-gnu", "/usr/lib64", "/usr/lib"];
        let mut libraries = folders.iter().map(|folder| Path::new(folder).join("faketime/libfaketime.so.1"));
        let clock = Self { library: libraries.find(|library| library.is_file())?, day };
        let mut date = Command::new("date");
        clock.set(date.arg("+%Y"));
        let year = text(&date.output().ok()?.stdout);
        day.contains(year.trim()).then_some(clock)
    }
}

#[test]
fn another_day_gives_the_same_bytes() {
    let kind = Kind { adjusted: false, is_final: true };
    let today = HERE.built(kind, None);
    let clocks = [Clock::at("@1999-12-31 23:59:58"), Clock::at("@2031-07-01 12:00:00")];
    if clocks.iter().all(Option::is_none) {
        eprintln!(
            "not run: no libfaketime; that no date but the case's is in any file is tested below all the same"
        );
    }
    for clock in clocks.into_iter().flatten() {
        assert_same(&today, &HERE.built(kind, Some(&clock)), clock.day);
    }
}

/// Every date in the metadata of the files is one of the case's own days. Were a clock looked at, it would be today's.
#[test]
fn no_file_tells_when_it_was_made() {
    let folder = tempfile::tempdir().expect("a folder");
    let case = repository("fixtures/cases").join(CASE);
    let done =
        hetong().args(["build", "--final", arg(&case), "-o", arg(folder.path())]).output().expect("run");
    assert_eq!(done.status.code(), Some(0), "{}", told(&done));
    // 合同 and the two orders were signed on these days.
    let signed = ["20260301", "20260303", "20260330"];
    for file in files_of(folder.path(), "pdf") {
        let plain =
            Command::new("qpdf").args(["--qdf", "--object-streams=disable", arg(&file), "-"]).output();
        let plain = String::from_utf8_lossy(&plain.expect("qpdf is installed").stdout).into_owned();
        let mut dates: Vec<String> =
            after(&plain, "(D:").into_iter().map(|date| date[..8].to_owned()).collect();
        for tag in ["xmp:CreateDate>", "xmp:ModifyDate>", "xmp:MetadataDate>"] {
            dates.extend(
                after(&plain, tag).into_iter().filter(|date| date.starts_with(char::is_numeric)).map(day),
            );
        }
        assert!(dates.len() >= 2, "{}: {dates:?}", file.display());
        for date in &dates {
            assert!(signed.contains(&date.as_str()), "{} tells {date}", file.display());
        }
    }
    let xlsx = files_of(folder.path(), "xlsx");
    let days: Vec<String> = xlsx.iter().flat_map(|file| dates_of_workbook(file)).collect();
    assert!(days.iter().all(|day| day == &days[0]), "no workbook tells a day of its own: {days:?}");
}

/// What follows each place where `mark` stands, twenty characters of it.
fn after(text: &str, mark: &str) -> Vec<String> {
    text.split(mark).skip(1).map(|rest| rest.chars().take(20).collect()).collect()
}

/// `2026-03-01T…` without its dashes.
fn day(date: String) -> String {
    date.chars().take(10).filter(char::is_ascii_digit).collect()
}

/// The days in a workbook's properties, and those of the parts of its archive.
fn dates_of_workbook(path: &Path) -> Vec<String> {
    let mut archive = zip::ZipArchive::new(fs::File::open(path).expect("a file")).expect("an archive");
    let mut dates = Vec::new();
    for index in 0..archive.len() {
        let mut part = archive.by_index(index).expect("a part");
        let stored = part.last_modified().expect("a date");
        assert_eq!((stored.year(), stored.month(), stored.day()), (1980, 1, 1), "{}", path.display());
        if part.name().expect("a name") == "docProps/core.xml" {
            let mut xml = String::new();
            part.read_to_string(&mut xml).expect("XML");
            dates.extend(after(&xml, "dcterms:W3CDTF\">").into_iter().map(day));
        }
    }
    assert_eq!(dates.len(), 2, "{}: {dates:?}", path.display());
    dates
}
