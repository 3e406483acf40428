//! manifest.json: what went in, what came out, and by which rules. No clock and no path of this machine in it.
//!
//! May use: `bundle::job`, `diagnostics`, `render::fonts`.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use serde::Serialize;
use serde_json::Value;

use super::job::Job;
use super::produce::Output;
use crate::diagnostics::Severity;
use crate::input::folder::sha256_hex;
use crate::render::fonts::{FontFile, Fonts};
use crate::rules::Purpose;

/// Its file name.
pub const MANIFEST: &str = "manifest.json";

#[derive(Serialize)]
struct Manifest<'a> {
    hetong: &'static str,
    case: &'a str,
    contract_number: Option<&'a str>,
    state: &'static str,
    pack: PackEntry<'a>,
    errata_adopted: bool,
    inputs: Vec<FileEntry<'a>>,
    fonts: Vec<FontEntry<'a>>,
    figures: Vec<FigureEntry<'a>>,
    findings: Vec<FindingEntry<'a>>,
    blanks: Vec<String>,
    outputs: Vec<Value>,
}

#[derive(Serialize)]
struct PackEntry<'a> {
    id: &'a str,
    sha256: &'a str,
}

#[derive(Serialize)]
struct FileEntry<'a> {
    file: &'a str,
    bytes: u64,
    sha256: &'a str,
}

#[derive(Serialize)]
struct FontEntry<'a> {
    family: &'a str,
    file: &'a str,
    sha256: &'a str,
}

#[derive(Serialize)]
struct FigureEntry<'a> {
    name: &'a str,
    value: &'a str,
    unit: &'a str,
    formula: &'a str,
    rounding: Option<&'a str>,
    clause: &'a str,
}

#[derive(Serialize)]
struct FindingEntry<'a> {
    id: &'a str,
    severity: Severity,
    place: String,
    message: &'a str,
}

#[derive(Serialize)]
struct OutputEntry<'a> {
    file: &'a str,
    document: &'a str,
    bytes: usize,
    pages: Option<usize>,
    sha256: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    made_from: Option<&'a str>,
}

/// The manifest of a build, as JSON. Of a partial build (`only`), the files of `earlier` builds in `target` that were
/// not made anew stay listed, so that hetong still knows them as its own.
///
/// # Errors
/// If it cannot be put into JSON.
pub fn manifest(
    job: &Job,
    fonts: &Fonts,
    outputs: &[Output],
    earlier: &[Value],
) -> serde_json::Result<Vec<u8>> {
    let manifest = Manifest {
        hetong: env!("CARGO_PKG_VERSION"),
        case: &job.case.name,
        contract_number: job.case.contract.number.as_ref().map(|number| number.value.as_str()),
        state: match job.purpose {
            Purpose::Draft => "draft",
            Purpose::Final => "final",
        },
        pack: PackEntry { id: &job.pack.id, sha256: &job.pack.hash },
        errata_adopted: job.case.adopt_errata,
        inputs: job
            .inputs
            .iter()
            .map(|input| FileEntry { file: &input.name, bytes: input.bytes, sha256: &input.sha256 })
            .collect(),
        fonts: fonts.files.iter().map(font_entry).collect(),
        figures: figures(job),
        findings: findings(job),
        blanks: job.blanks.iter().map(|blank| blank.key.clone()).collect(),
        outputs: all_outputs(outputs, earlier)?,
    };
    let mut json = serde_json::to_vec_pretty(&manifest)?;
    json.push(b'\n');
    Ok(json)
}

fn figures(job: &Job) -> Vec<FigureEntry<'_>> {
    let entries = job.book.iter().map(|figure| FigureEntry {
        name: &figure.name,
        value: &figure.value,
        unit: figure.unit,
        formula: &figure.formula,
        rounding: figure.rounding,
        clause: figure.clause,
    });
    entries.collect()
}

fn findings(job: &Job) -> Vec<FindingEntry<'_>> {
    let findings = job.findings.iter().map(|finding| FindingEntry {
        id: finding.id,
        severity: finding.severity,
        place: finding.origin.to_string(),
        message: &finding.message,
    });
    findings.collect()
}

fn font_entry(font: &FontFile) -> FontEntry<'_> {
    FontEntry { family: &font.family, file: &font.file, sha256: &font.sha256 }
}

fn output_entry(output: &Output) -> OutputEntry<'_> {
    OutputEntry {
        file: &output.name,
        document: &output.document,
        bytes: output.bytes.len(),
        pages: output.pages,
        sha256: sha256_hex(&output.bytes),
        made_from: output.made_from.as_deref(),
    }
}

/// New entries and those of earlier builds, by file name.
fn all_outputs(outputs: &[Output], earlier: &[Value]) -> serde_json::Result<Vec<Value>> {
    let name = |entry: &Value| entry.get("file").and_then(Value::as_str).unwrap_or_default().to_owned();
    let mut entries: BTreeMap<String, Value> =
        earlier.iter().map(|entry| (name(entry), entry.clone())).collect();
    for output in outputs {
        entries.insert(output.name.clone(), serde_json::to_value(output_entry(output))?);
    }
    Ok(entries.into_values().collect())
}

/// The entries for output files in an earlier manifest; none if there is no manifest or it cannot be read.
pub fn recorded_outputs(path: &Path) -> Vec<Value> {
    let manifest = fs::read(path).ok().and_then(|bytes| serde_json::from_slice::<Value>(&bytes).ok());
    match manifest.as_ref().and_then(|manifest| manifest.get("outputs")) {
        Some(Value::Array(entries)) => entries.clone(),
        _ => Vec::new(),
    }
}

/// The hashes an earlier manifest recorded, by file name.
pub fn recorded_hashes(path: &Path) -> BTreeMap<String, String> {
    let hash = |entry: &Value| {
        let text = |key| entry.get(key).and_then(Value::as_str).map(str::to_owned);
        Some((text("file")?, text("sha256")?))
    };
    recorded_outputs(path).iter().filter_map(hash).collect()
}
