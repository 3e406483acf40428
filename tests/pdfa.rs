//! PDF/A-2a, as far as programs that did not write the files can tell: what the metadata claims (poppler), whether every
//! font is embedded with its Unicode (poppler), the structure of file and tags (qpdf, poppler), and PDFBox Preflight.
//!
//! Preflight knows PDF/A-1b only. What it may find here is what PDF/A-2 allows and PDF/A-1 does not, and one shortcoming
//! of its own; everything else would be a fault of ours. No validator for level 2a is to be had from the registries.

#![allow(clippy::expect_used, reason = "clippy knows test functions, not what they share")]

mod support;

use std::path::{Path, PathBuf};
use std::process::Command;

use support::{CaseCopy, arg, files_of, hetong, text};

/// What Preflight says of a PDF/A-2 file that is as it should be.
const EXPECTED: [&str; 3] = [
    // The version of the standard itself.
    "7.11.2 : Error on MetaData, part must be 1",
    // ISO 19005-2 6.2.4.2 allows the ICC profiles of version 4 that PDF/A-1 came too early for.
    "2.1.6 : Invalid graphics object, Invalid version of the ICCProfile",
    // A bookmark's /Dest that is a reference to an array: ISO 32000-1 7.3.10 lets any object be indirect, PDFBox 2 does
    // not read it there.
    "1.2.3 : Body Syntax error, Error: can't convert to Destination COSObject{",
];

/// Every kind of PDF: the contract, its annexes and orders, the report, and a month's 结算单.
fn every_pdf() -> (CaseCopy, Vec<PathBuf>) {
    let case = CaseCopy::of("星河示例");
    assert_eq!(case.build(&["--final"]).status.code(), Some(0));
    let settled = hetong()
        .args(["settle", arg(&case.path()), "--month", "2026-05", "-o", arg(&case.output())])
        .output()
        .expect("the program starts");
    assert_eq!(settled.status.code(), Some(0), "{}", support::told(&settled));
    let files = files_of(&case.output(), "pdf");
    assert!(files.len() > 12, "{files:?}");
    (case, files)
}

fn output_of(program: &str, arguments: &[&str], file: &Path) -> String {
    let done = Command::new(program).args(arguments).arg(file).output();
    let done = done.expect("installed by make test (poppler-utils, qpdf)");
    assert!(done.status.success(), "{program} {}: {}", file.display(), text(&done.stderr));
    String::from_utf8_lossy(&done.stdout).into_owned()
}

#[test]
fn every_pdf_claims_level_2a_and_has_what_that_takes() {
    let (_case, files) = every_pdf();
    for file in &files {
        let name = file.display();
        let metadata = output_of("pdfinfo", &["-meta"], file);
        for claim in [
            "<pdfaid:part>2</pdfaid:part>",
            "<pdfaid:conformance>A</pdfaid:conformance>",
            "<dc:language><rdf:Bag><rdf:li>zh-CN</rdf:li>",
            "<dc:title><rdf:Alt><rdf:li xml:lang=\"x-default\">",
        ] {
            assert!(metadata.contains(claim), "{name}: {claim}");
        }
        let fonts = output_of("pdffonts", &[], file);
        let rows: Vec<Vec<&str>> =
            fonts.lines().skip(2).map(|row| row.split_whitespace().collect()).collect();
        assert!(!rows.is_empty(), "{name} has fonts");
        for row in rows {
            // Before the object's number and generation: embedded, a subset, with Unicode.
            let flags = &row[row.len() - 5..row.len() - 2];
            assert_eq!(flags, ["yes", "yes", "yes"], "{name}: {row:?}");
        }
        let tags = output_of("pdfinfo", &["-struct"], file);
        let tagged = |tag: &str| tags.lines().any(|line| line.trim_start().starts_with(tag));
        assert!(tagged("Document") && tagged("H1"), "{name}: {tags}");
        output_of("qpdf", &["--check"], file);
        let catalog =
            output_of("qpdf", &["--qdf", "--object-streams=disable", "--show-object=trailer"], file);
        assert!(!catalog.contains("/Encrypt"), "{name}");
        let viewer = output_of("qpdf", &["--json=2", "--json-key=qpdf"], file);
        assert!(viewer.contains("\"/DisplayDocTitle\": true"), "{name}: the window is to show the title");
    }
}

/// The bookmarks of 合同全套: each document at the top level, in the order of binding.
#[test]
fn the_bundle_has_its_bookmarks() {
    let case = CaseCopy::of("星河示例");
    assert_eq!(case.build(&["--only", "全套"]).status.code(), Some(0));
    let json =
        output_of("qpdf", &["--json=latest", "--json-key=outlines"], &case.bundle().join("合同全套.pdf"));
    let outline: serde_json::Value = serde_json::from_str(&json).expect("JSON");
    let entries = outline["outlines"].as_array().expect("bookmarks");
    let titles: Vec<&str> = entries.iter().filter_map(|entry| entry["title"].as_str()).collect();
    let annexes: Vec<&&str> = titles.iter().filter(|title| title.starts_with("附件")).collect();
    let numbers: Vec<String> = annexes.iter().map(|title| title.chars().take(3).collect()).collect();
    assert_eq!(numbers, ["附件1", "附件2", "附件3", "附件4", "附件5", "附件6", "附件7"], "{titles:?}");
    let pages: Vec<u64> = entries.iter().filter_map(|entry| entry["destpageposfrom1"].as_u64()).collect();
    assert_eq!(pages.len(), entries.len(), "every bookmark leads to a page: {entries:?}");
    assert!(pages.is_sorted(), "{pages:?}");
}

/// 封面 and 签署页 below the contract, the parts of a 结算单 below its title.
#[test]
fn covers_signature_pages_and_parts_have_bookmarks() {
    let (case, _) = every_pdf();
    let marks = |file: &Path| -> Vec<(usize, String)> {
        let json = output_of("qpdf", &["--json=latest", "--json-key=outlines"], file);
        let outline: serde_json::Value = serde_json::from_str(&json).expect("JSON");
        let mut found = Vec::new();
        for top in outline["outlines"].as_array().expect("bookmarks") {
            let title = |entry: &serde_json::Value| entry["title"].as_str().unwrap_or_default().to_owned();
            found.push((0, title(top)));
            found.extend(top["kids"].as_array().expect("kids").iter().map(|kid| (1, title(kid))));
        }
        found
    };
    let body = marks(&case.bundle().join("合同正文.pdf"));
    assert_eq!(body[..2], [(0, "合同正文".to_owned()), (1, "封面".to_owned())], "{body:?}");
    assert_eq!(body.last(), Some(&(1, "签署页".to_owned())), "{body:?}");
    let files = files_of(&case.output(), "pdf");
    let settlement = files.iter().find(|file| file.display().to_string().contains("结算单-2026-05"));
    let titles: Vec<String> =
        marks(settlement.expect("a 结算单")).into_iter().map(|(_, title)| title).collect();
    for part in ["一、 订单信息：", "四、 依据框架协议结算情况：", "附表一　考核表", "附表二　人天明细"]
    {
        assert!(titles.iter().any(|title| title == part), "{part}: {titles:?}");
    }
}

/// The jars of Debian's libpdfbox2-java and what they need.
fn preflight() -> Option<String> {
    let jars = ["preflight", "pdfbox2", "xmpbox", "fontbox2", "commons-logging", "commons-io"];
    let others = ["jaxb-api", "javax.activation"];
    let path = |jar: &&str| PathBuf::from(format!("/usr/share/java/{jar}.jar"));
    let paths: Vec<PathBuf> = jars.iter().chain(&others).map(path).collect();
    let here = paths.iter().all(|jar| jar.exists()) && Command::new("java").arg("-version").output().is_ok();
    let names: Vec<String> = paths.iter().map(|jar| jar.display().to_string()).collect();
    here.then(|| names.join(":"))
}

#[test]
fn preflight_finds_nothing_but_what_pdf_a_2_allows() {
    let Some(jars) = preflight() else {
        eprintln!("not run: PDFBox Preflight is not installed (Debian: libpdfbox2-java; see .ci/install)");
        return;
    };
    let (case, files) = every_pdf();
    let validate = |file: &Path| {
        let done = Command::new("java")
            .args(["-cp", &jars, "org.apache.pdfbox.preflight.Validator_A1b"])
            .arg(file)
            .output()
            .expect("java starts");
        String::from_utf8_lossy(&done.stdout).into_owned() + &String::from_utf8_lossy(&done.stderr)
    };
    for file in &files {
        let told = validate(file);
        assert!(told.contains(EXPECTED[0]), "Preflight read {}: {told}", file.display());
        let found = told.lines().filter(|line| line.contains(" : "));
        let other: Vec<&str> =
            found.filter(|line| !EXPECTED.iter().any(|expected| line.starts_with(expected))).collect();
        assert!(other.is_empty(), "{}: {other:#?}", file.display());
    }
    // It does find something: a font that is not embedded.
    let sound = std::fs::read(&files[0]).expect("a PDF");
    let at = sound.windows(9).position(|bytes| bytes == b"FontFile3").expect("an embedded font");
    let broken = case.output().join("broken.pdf");
    std::fs::write(&broken, [&sound[..at], b"FontFile9", &sound[at + 9..]].concat()).expect("written");
    assert!(validate(&broken).contains("3.1.3"), "{}", validate(&broken));
}
