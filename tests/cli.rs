//! The program from outside: exit codes, streams, and a reader that goes away.

#[cfg(unix)]
use std::path::Path;
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

/// File names, values, sheets: nothing that a user or a supplier wrote is an order to the terminal.
#[cfg(unix)]
#[test]
fn users_texts_are_shown_and_not_obeyed() {
    let root = tempfile::tempdir().unwrap();
    let case = root.path().join("星河\u{1b}]0;假\u{7}\u{202e}案\n卷：0 个错误");
    let good = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/rules/good");
    std::fs::create_dir(&case).unwrap();
    let yaml = std::fs::read_to_string(good.join("合同.yaml")).unwrap();
    let name = "成都青山示例科技有限公司";
    let yaml = yaml.replace(name, "\"成都\\e[2J\\u202E青山\\u009B\"").replace("银行转账", "\"现\\u2066金\"");
    std::fs::write(case.join("合同.yaml"), yaml).unwrap();
    let sheet = std::fs::read_to_string(good.join("报价表.csv")).unwrap();
    std::fs::write(case.join("报价表.csv"), sheet.replacen("840.00", "8\u{202e}40\u{200e}元起", 1)).unwrap();
    let outbox = root.path().join("输出\u{1b}c");
    let (case, outbox) = (case.to_str().unwrap(), outbox.to_str().unwrap());
    for arguments in [
        vec!["check", case],
        vec!["check", case, "--format", "json"],
        vec!["check", case, "--format", "sarif"],
        vec!["check", "--color", "always", case],
        vec!["explain", "含税上限总价", case],
        vec!["build", case, "-o", outbox, "--only", "附件\u{1b}3"],
        vec!["build", case, "-o", outbox],
        vec!["settle", case, "--month", "2026-03", "-o", outbox],
        vec!["diff", case],
        vec!["verify", case],
        vec!["check", "没有\u{1b}[2J"],
        vec!["chek\u{202e}"],
    ] {
        let done = hetong().args(&arguments).output().unwrap();
        for bytes in [&done.stdout, &done.stderr] {
            let mut told = String::from_utf8(bytes.clone()).unwrap();
            if arguments.contains(&"always") {
                for colour in ["1;31m", "1;33m", "1;36m", "1m", "34m", "0m"] {
                    told = told.replace(&format!("\u{1b}[{colour}"), "");
                }
            }
            let obeyed = told.chars().find(|c| {
                (c.is_control() && *c != '\n')
                    || ('\u{200e}'..='\u{202e}').contains(c) && !"‘’“”—…–".contains(*c)
                    || ('\u{2066}'..='\u{2069}').contains(c)
            });
            assert_eq!(obeyed, None, "{arguments:?}: {told}");
            assert!(!told.lines().any(|line| line.starts_with("卷：")), "a name is one line: {told}");
        }
        if arguments.contains(&"json") || arguments.contains(&"sarif") {
            let told: serde_json::Value = serde_json::from_slice(&done.stdout).unwrap();
            assert!(told.to_string().contains("“现\u{2066}金”"), "{told}");
        }
    }
}
