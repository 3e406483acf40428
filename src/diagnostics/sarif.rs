//! Findings as SARIF 2.1.0, for code-scanning services and editors: `hetong check --format sarif`.
//!
//! Paths are relative to where the user stands (`%SRCROOT%`). A cell has no line, so it becomes a logical
//! location (`报价表!F12`) within its workbook; a computed figure is a logical location without a file.
//!
//! May use: nothing else of hetong.

use serde::Serialize;

use super::place::{self, Texts};
use super::{CaseReport, CellPlace, Diagnostic, Origin, RuleInfo, Severity};

const SCHEMA: &str = "https://json.schemastore.org/sarif-2.1.0.json";

#[derive(Serialize)]
struct Log<'a> {
    #[serde(rename = "$schema")]
    schema: &'static str,
    version: &'static str,
    runs: [Run<'a>; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Run<'a> {
    tool: Tool,
    language: &'static str,
    column_kind: &'static str,
    results: Vec<Finding<'a>>,
}

#[derive(Serialize)]
struct Tool {
    driver: Driver,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Driver {
    name: &'static str,
    version: &'static str,
    semantic_version: &'static str,
    language: &'static str,
    rules: Vec<Rule>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Rule {
    id: &'static str,
    name: &'static str,
    short_description: Message,
    full_description: Message,
    help: Message,
    default_configuration: Configuration,
}

#[derive(Serialize)]
struct Configuration {
    level: &'static str,
}

#[derive(Serialize)]
struct Message {
    text: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Finding<'a> {
    rule_id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    rule_index: Option<usize>,
    level: &'static str,
    message: Message,
    locations: Vec<Location>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    related_locations: Vec<Location>,
}

#[derive(Serialize, Default)]
#[serde(rename_all = "camelCase")]
struct Location {
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    physical_location: Option<Physical>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    logical_locations: Vec<Logical>,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<Message>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Physical {
    artifact_location: Artifact,
    #[serde(skip_serializing_if = "Option::is_none")]
    region: Option<Region>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Artifact {
    uri: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    uri_base_id: Option<&'static str>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Region {
    start_line: u32,
    start_column: u32,
    end_line: u32,
    end_column: u32,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Logical {
    name: String,
    fully_qualified_name: String,
    kind: &'static str,
}

/// Writes out all findings of all cases as one SARIF log with one run, pretty-printed.
///
/// # Errors
/// None in practice: plain strings and numbers can always be written.
pub fn render(cases: &[CaseReport<'_>], rules: &[RuleInfo]) -> serde_json::Result<String> {
    let results = cases.iter().flat_map(|case| {
        let texts = Texts::of(case.sources);
        case.findings.iter().map(|found| finding(found, (case, &texts), rules)).collect::<Vec<_>>()
    });
    let driver = Driver {
        name: "hetong",
        version: env!("CARGO_PKG_VERSION"),
        semantic_version: env!("CARGO_PKG_VERSION"),
        language: "zh-CN",
        rules: rules.iter().map(rule).collect(),
    };
    let run = Run {
        tool: Tool { driver },
        language: "zh-CN",
        column_kind: "unicodeCodePoints",
        results: results.collect(),
    };
    let mut text = serde_json::to_string_pretty(&Log { schema: SCHEMA, version: "2.1.0", runs: [run] })?;
    text.push('\n');
    Ok(super::json::harmless(&text))
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "note",
    }
}

fn message(text: impl Into<String>) -> Message {
    Message { text: text.into() }
}

fn rule(info: &RuleInfo) -> Rule {
    Rule {
        id: info.id,
        name: info.title,
        short_description: message(info.title),
        full_description: message(format!("{}\n{}", info.what, info.why)),
        help: message(format!("依据：{}\n示例：{}\n修改：{}", info.clause, info.example, info.fix)),
        default_configuration: Configuration { level: level(info.severity) },
    }
}

fn finding<'a>(found: &'a Diagnostic, case: InCase<'_>, rules: &[RuleInfo]) -> Finding<'a> {
    let mut text = found.message.clone();
    let expected = found.expected.as_deref().unwrap_or_default();
    for (name, value) in [("应为", expected), ("依据", &found.clause), ("修改", &found.help)] {
        if !value.is_empty() {
            text.push_str(&format!("\n{name}：{value}"));
        }
    }
    let related = found.others().enumerate().map(|(at, (origin, label))| Location {
        id: Some(at + 1),
        message: Some(message(label.clone())),
        ..location(origin, case)
    });
    Finding {
        rule_id: found.id,
        rule_index: rules.iter().position(|rule| rule.id == found.id),
        level: level(found.severity),
        message: message(text),
        locations: vec![location(&found.origin, case)],
        related_locations: related.collect(),
    }
}

/// A case, and the texts that its findings point into.
type InCase<'a> = (&'a CaseReport<'a>, &'a Texts<'a>);

fn location(origin: &Origin, (case, texts): InCase<'_>) -> Location {
    let physical = |file: &str, region| {
        let artifact_location = artifact(&case.path(file));
        Some(Physical { artifact_location, region })
    };
    match origin {
        Origin::Text(span) => {
            let found = place::region(span, texts);
            let region = Region {
                start_line: found.line,
                start_column: found.column,
                end_line: found.end_line,
                end_column: found.end_column,
            };
            Location { physical_location: physical(&span.file, Some(region)), ..Location::default() }
        }
        Origin::Cell(cell) => Location {
            physical_location: physical(&cell.file, None),
            logical_locations: vec![logical_cell(cell)],
            ..Location::default()
        },
        Origin::File(file) => Location { physical_location: physical(file, None), ..Location::default() },
        Origin::Derived(name) => {
            let fully_qualified_name = format!("{}/{name}", case.name);
            let figure = Logical { name: name.clone(), fully_qualified_name, kind: "figure" };
            Location { logical_locations: vec![figure], ..Location::default() }
        }
    }
}

/// `报价表!F12`, as spreadsheets name a cell from elsewhere.
fn logical_cell(place: &CellPlace) -> Logical {
    let name = place.cell.to_string();
    let fully_qualified_name =
        if place.sheet.is_empty() { name.clone() } else { format!("{}!{name}", place.sheet) };
    Logical { name, fully_qualified_name, kind: "cell" }
}

/// A path as a URI reference. Only a path that stays below where the user stands hangs on `%SRCROOT%`: SARIF
/// forbids `..` there, and an absolute path is a `file:` URI.
fn artifact(path: &str) -> Artifact {
    let uri = percent_encode(path);
    let drive = path.as_bytes().get(1) == Some(&b':');
    if path.starts_with('/') || drive {
        let slash = if drive { "/" } else { "" };
        Artifact { uri: format!("file://{slash}{uri}"), uri_base_id: None }
    } else {
        let inside = path.split('/').all(|part| part != "..");
        Artifact { uri, uri_base_id: inside.then_some("%SRCROOT%") }
    }
}

/// RFC 3986: all but unreserved characters and `/` as `%XX` of their UTF-8 bytes.
fn percent_encode(path: &str) -> String {
    let mut uri = String::with_capacity(path.len() * 3);
    for byte in path.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => {
                uri.push(char::from(byte));
            }
            _ => uri.push_str(&format!("%{byte:02X}")),
        }
    }
    uri
}

#[cfg(test)]
mod tests {
    use super::super::samples;
    use super::*;
    use serde_sarif::sarif::{ReportingDescriptor, Sarif};

    fn log() -> Sarif {
        let sample = samples::case();
        serde_json::from_str(&render(&[sample.report()], samples::RULES).unwrap()).unwrap()
    }

    #[test]
    fn names_the_tool_and_its_rules() {
        let log = log();
        let run = &log.runs[0];
        let driver = &run.tool.driver;
        assert_eq!(driver.name, "hetong");
        assert_eq!(serde_json::to_value(&log.version).unwrap(), "2.1.0");
        assert_eq!(serde_json::to_value(&run.column_kind).unwrap(), "unicodeCodePoints");
        let rules: &[ReportingDescriptor] = driver.rules.as_ref().unwrap();
        assert_eq!(rules[1].id, "Q007");
        assert_eq!(rules[1].short_description.as_ref().unwrap().text, "含税总价超过最高限价");
        let level = &rules[1].default_configuration.as_ref().unwrap().level;
        assert_eq!(serde_json::to_value(level).unwrap(), "error");
    }

    #[test]
    fn points_into_text_and_to_cells() {
        let log = log();
        let results = log.runs[0].results.as_ref().unwrap();
        let text = &results[0];
        assert_eq!((text.rule_id.as_deref(), text.rule_index), (Some("F005"), Some(0)));
        assert!(text.message.text.as_ref().unwrap().starts_with("键“税律”没有定义\n应为：税率"));
        let physical = text.locations.as_ref().unwrap()[0].physical_location.as_ref().unwrap();
        let artifact = physical.artifact_location.as_ref().unwrap();
        let encoded = "cases/%E6%98%9F%E6%B2%B3%20%E7%A4%BA%E4%BE%8B/%E5%90%88%E5%90%8C.yaml";
        assert_eq!(artifact.uri.as_deref(), Some(encoded));
        assert_eq!(artifact.uri_base_id.as_deref(), Some("%SRCROOT%"));
        let region = physical.region.as_ref().unwrap();
        assert_eq!((region.start_line, region.start_column), (Some(3), Some(24)));
        assert_eq!((region.end_line, region.end_column), (Some(3), Some(26)));

        let cell = &results[1].locations.as_ref().unwrap()[0];
        assert!(cell.physical_location.as_ref().unwrap().region.is_none());
        let logical = &cell.logical_locations.as_ref().unwrap()[0];
        assert_eq!(logical.fully_qualified_name.as_deref(), Some("报价表!F12"));
        assert_eq!(results[1].related_locations.as_ref().unwrap().len(), 2);
        assert_eq!(results[2].rule_index, None);
        assert!(results[3].locations.as_ref().unwrap()[0].physical_location.is_none());
    }

    #[test]
    fn paths_become_uris() {
        let uri = |path| artifact(path).uri;
        assert_eq!(uri("a b/c#?.yaml"), "a%20b/c%23%3F.yaml");
        assert_eq!(uri("/tmp/a"), "file:///tmp/a");
        assert_eq!(uri("C:/a"), "file:///C%3A/a");
        assert!(artifact("../a").uri_base_id.is_none());
    }
}
