//! Findings for programs: `hetong check --format json`.
//!
//! The shape is stable: keys may be added, none is renamed or dropped while `hetong` keeps its major version.
//!
//! ```json
//! {
//!   "hetong": "0.1.0",
//!   "cases": [{
//!     "case": "星河示例", "folder": "cases/星河示例",
//!     "findings": [{
//!       "id": "Q007", "severity": "error",
//!       "message": "…", "expected": "…", "clause": "…", "help": "…",
//!       "place": {"file": "合同.yaml", "line": 3, "column": 5, "end_line": 3, "end_column": 9},
//!       "others": [{"place": {"file": "报价表.xlsx", "sheet": "报价表", "cell": "F12"}, "label": "…"}]
//!     }],
//!     "errors": 1, "warnings": 0, "notes": 0
//!   }]
//! }
//! ```
//!
//! A place is one of: a stretch of text as above (lines and columns from 1, columns in characters, the end
//! column is that of the first character after it); a cell (`sheet` is empty for CSV); a file, `{"file": …}`; a
//! computed figure, `{"figure": …}`. Files are relative to the case's `folder`. `severity` is `error`, `warning`
//! or `note`. `expected` is `null` where nothing definite was expected.
//!
//! May use: nothing else of hetong.

use serde::Serialize;

use super::place::{self, Texts};
use super::snippet::is_unseen;
use super::{CaseReport, Diagnostic, Origin, Severity, Tally};

#[derive(Serialize)]
struct Report<'a> {
    hetong: &'static str,
    cases: Vec<Case<'a>>,
}

#[derive(Serialize)]
struct Case<'a> {
    case: &'a str,
    folder: &'a str,
    findings: Vec<Finding<'a>>,
    #[serde(flatten)]
    tally: Tally,
}

#[derive(Serialize)]
struct Finding<'a> {
    id: &'a str,
    severity: Severity,
    message: &'a str,
    expected: Option<&'a str>,
    clause: &'a str,
    help: &'a str,
    place: Place<'a>,
    others: Vec<Other<'a>>,
}

#[derive(Serialize)]
struct Other<'a> {
    place: Place<'a>,
    label: &'a str,
}

#[derive(Serialize)]
#[serde(untagged)]
enum Place<'a> {
    Text { file: &'a str, line: u32, column: u32, end_line: u32, end_column: u32 },
    Cell { file: &'a str, sheet: &'a str, cell: String },
    File { file: &'a str },
    Figure { figure: &'a str },
}

/// Writes out all findings of all cases as one JSON object, pretty-printed.
///
/// # Errors
/// None in practice: plain strings and numbers can always be written.
pub fn render(cases: &[CaseReport<'_>]) -> serde_json::Result<String> {
    let cases = cases.iter().map(case).collect();
    let mut text = serde_json::to_string_pretty(&Report { hetong: env!("CARGO_PKG_VERSION"), cases })?;
    text.push('\n');
    Ok(harmless(&text))
}

/// JSON that says the same and may be shown on a terminal: what a reader cannot see (it stands within strings only) is
/// written as `\u202E`.
pub fn harmless(json: &str) -> String {
    let mut out = String::with_capacity(json.len());
    for character in json.chars() {
        if character != '\n' && is_unseen(character) {
            let mut units = [0; 2];
            character
                .encode_utf16(&mut units)
                .iter()
                .for_each(|unit| out.push_str(&format!("\\u{unit:04X}")));
        } else {
            out.push(character);
        }
    }
    out
}

fn case<'a>(report: &CaseReport<'a>) -> Case<'a> {
    let texts = Texts::of(report.sources);
    let findings = report.findings.iter().map(|found| finding(found, &texts)).collect();
    Case { case: report.name, folder: report.folder, findings, tally: report.findings.tally() }
}

fn finding<'a>(found: &'a Diagnostic, texts: &Texts<'_>) -> Finding<'a> {
    let others = found.others().map(|(origin, label)| Other { place: spot(origin, texts), label }).collect();
    Finding {
        id: found.id,
        severity: found.severity,
        message: &found.message,
        expected: found.expected.as_deref(),
        clause: &found.clause,
        help: &found.help,
        place: spot(&found.origin, texts),
        others,
    }
}

fn spot<'a>(origin: &'a Origin, texts: &Texts<'_>) -> Place<'a> {
    match origin {
        Origin::Text(span) => {
            let place::Region { line, column, end_line, end_column } = place::region(span, texts);
            Place::Text { file: &span.file, line, column, end_line, end_column }
        }
        Origin::Cell(cell) => {
            Place::Cell { file: &cell.file, sheet: &cell.sheet, cell: cell.cell.to_string() }
        }
        Origin::File(file) => Place::File { file },
        Origin::Derived(figure) => Place::Figure { figure },
    }
}

#[cfg(test)]
mod tests {
    use super::super::samples;
    use super::*;
    use serde_json::json;

    #[test]
    fn keeps_its_shape() {
        let sample = samples::case();
        let text = render(&[sample.report()]).unwrap();
        let value: serde_json::Value = serde_json::from_str(&text).unwrap();
        let case = &value["cases"][0];
        assert_eq!(value["hetong"], env!("CARGO_PKG_VERSION"));
        assert_eq!((&case["case"], &case["folder"]), (&json!("星河示例"), &json!("cases/星河 示例")));
        assert_eq!((&case["errors"], &case["warnings"], &case["notes"]), (&json!(2), &json!(1), &json!(1)));
        assert_eq!(
            case["findings"][0],
            json!({
                "id": "F005", "severity": "error", "message": "键“税律”没有定义",
                "expected": "税率", "clause": "输入语言", "help": "改成“税率”",
                "place": {"file": "合同.yaml", "line": 3, "column": 24, "end_line": 3, "end_column": 26},
                "others": [{
                    "place": {"file": "合同.yaml", "line": 1, "column": 1, "end_line": 1, "end_column": 3},
                    "label": "同一文件的开头"
                }],
            })
        );
        let places: Vec<_> =
            case["findings"].as_array().unwrap().iter().skip(1).map(|f| &f["place"]).collect();
        assert_eq!(places[0], &json!({"file": "报价表.xlsx", "sheet": "报价表", "cell": "F12"}));
        assert_eq!(places[1], &json!({"file": "报价表.xlsx"}));
        assert_eq!(places[2], &json!({"figure": "合计"}));
    }
}
