//! The program from outside: exit codes, streams, and a reader that goes away.

use std::process::{Command, Stdio};

fn hetong() -> Command {
    Command::new(env!("CARGO_BIN_EXE_hetong"))
}

#[test]
fn help_and_version_go_to_standard_output() {
    for argument in ["--help", "--version"] {
        let done = hetong().arg(argument).output().unwrap();
        assert_eq!(done.status.code(), Some(0));
        assert!(!done.stdout.is_empty() && done.stderr.is_empty(), "{argument}");
    }
}

#[test]
fn what_cannot_run_ends_with_two() {
    let folder = tempfile::tempdir().unwrap();
    let missing = folder.path().join("没有");
    for (arguments, said) in [
        (vec!["chek"], "没有命令"),
        (vec!["check", missing.to_str().unwrap()], "找不到"),
        (vec!["build", folder.path().to_str().unwrap()], "没有案卷"),
    ] {
        let done = hetong().args(&arguments).output().unwrap();
        assert_eq!(done.status.code(), Some(2), "{arguments:?}");
        assert!(done.stdout.is_empty());
        let told = String::from_utf8(done.stderr).unwrap();
        assert!(told.starts_with("错误：") && told.contains(said), "{told}");
        assert!(!told.contains('\u{1b}'), "a pipe is not coloured: {told}");
    }
}

#[test]
fn a_reader_that_goes_away_is_no_error() {
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let done = hetong().arg("--help").stdout(writer).stderr(Stdio::piped()).spawn().unwrap();
    let done = done.wait_with_output().unwrap();
    assert_eq!((done.status.code(), done.stderr.as_slice()), (Some(0), b"".as_slice()));
}
