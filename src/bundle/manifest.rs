//! manifest.json: what went in, what came out, and by which rules. No clock and no path of this machine in it.
//!
//! It bears its own hash as its last key (`bundle::recorded`).
//!
//! May use: `bundle::job`, `bundle::recorded`, `bundle::shown`, `input::plain`, `diagnostics`, `render::fonts`,
//! `view::summary`.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use serde::Serialize;
use serde_json::Value;

use super::job::Job;
use super::produce::Output;
use super::recorded::{Record, sealed};
use super::shown::Shown;
use crate::compute::figures::Input;
use crate::diagnostics::Severity;
use crate::input::folder::sha256_hex;
use crate::input::ledger::LEDGER_FILE;
use crate::input::plain::{self, MAX_MANIFEST_BYTES};
use crate::model::month::Month;
use crate::render::fonts::{FontFile, Fonts};
use crate::rules::Purpose;
use crate::view::summary::State;

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
    /// Single values that documents show, by what they are called: so that the next build can say what changed.
    values: &'a BTreeMap<String, String>,
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
    inputs: Vec<InputEntry<'a>>,
    rounding: Option<&'a str>,
    clause: &'a str,
}

/// What was written somewhere and went into a figure.
#[derive(Serialize)]
struct InputEntry<'a> {
    name: &'a str,
    value: &'a str,
    place: String,
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
    /// The hash of each part of the case and the pack that the document shows.
    #[serde(skip_serializing_if = "Option::is_none")]
    shows: Option<&'a BTreeMap<String, String>>,
}

/// The manifest of a build, as JSON. Of a partial build (`only`), the files of `earlier` builds in `target` that were
/// not made anew stay listed, so that hetong still knows them as its own.
///
/// # Errors
/// If it cannot be put into JSON.
pub fn manifest(
    job: &Job,
    fonts: &Fonts,
    (outputs, shown): (&[Output], &Shown),
    earlier: &[Value],
) -> serde_json::Result<Vec<u8>> {
    let manifest = Manifest {
        hetong: env!("CARGO_PKG_VERSION"),
        case: &job.case.name,
        contract_number: contract_number(job),
        state: match job.purpose {
            Purpose::Draft => "draft",
            Purpose::Final => "final",
        },
        pack: PackEntry { id: &job.pack.id, sha256: &job.pack.hash },
        errata_adopted: job.case.adopt_errata,
        inputs: inputs(job).collect(),
        fonts: fonts.files.iter().map(font_entry).collect(),
        figures: figures(job),
        findings: findings(job),
        blanks: job.blanks.iter().map(|blank| blank.key.clone()).collect(),
        values: &shown.values,
        outputs: all_outputs(outputs, shown, earlier)?,
    };
    to_json(&manifest)
}

/// A manifest as it is written, with its own hash.
///
/// # Errors
/// If it cannot be put into JSON.
pub fn to_json(manifest: &impl Serialize) -> serde_json::Result<Vec<u8>> {
    let mut json = serde_json::to_vec_pretty(manifest)?;
    json.push(b'\n');
    Ok(sealed(&json))
}

/// The manifest of one case's 结算单 of a month.
#[derive(Serialize)]
struct MonthManifest<'a> {
    hetong: &'static str,
    case: &'a str,
    contract_number: Option<&'a str>,
    month: String,
    pack: PackEntry<'a>,
    errata_adopted: bool,
    inputs: Vec<FileEntry<'a>>,
    fonts: Vec<FontEntry<'a>>,
    settlements: Vec<Value>,
    findings: Vec<FindingEntry<'a>>,
    outputs: Vec<Value>,
}

/// One 结算单 as the manifest lists it.
#[derive(Clone, Debug, Serialize)]
#[expect(missing_docs, reason = "the ledger line's figures, and 草稿, 已开具 or 更正")]
pub struct SettlementEntry {
    pub order: String,
    pub state: &'static str,
    pub days: String,
    pub score: String,
    pub gross: String,
    pub net: String,
    pub tax: String,
    pub opening: String,
    pub closing: String,
}

/// An issued 结算单 as an earlier manifest lists it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "订单编号, 应支付 and 累计 as the manifest writes them")]
pub struct IssuedEntry {
    pub order: String,
    pub gross: String,
    pub closing: String,
}

/// What an earlier manifest of a month says of its case.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct IssuedBefore {
    /// 合同编号, if it had one.
    pub contract_number: Option<String>,
    /// The 结算单 that were issued.
    pub settlements: Vec<IssuedEntry>,
    /// The orders whose 结算单 were drafts.
    pub drafts: BTreeSet<String>,
}

/// What stands in the month's manifest in `folder`; none if there is none or it cannot be read.
pub fn issued_before(folder: &Path) -> Option<IssuedBefore> {
    let manifest = plain::read(folder, MANIFEST, MAX_MANIFEST_BYTES).ok()?;
    let manifest: Value = serde_json::from_slice(&manifest).ok()?;
    let entries = manifest.get("settlements").and_then(Value::as_array).cloned().unwrap_or_default();
    let text =
        |entry: &Value, key: &str| entry.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
    let (drafts, issued): (Vec<&Value>, Vec<&Value>) =
        entries.iter().partition(|entry| text(entry, "state") == State::Draft.label());
    let entry = |entry: &&Value| IssuedEntry {
        order: text(entry, "order"),
        gross: text(entry, "gross"),
        closing: text(entry, "closing"),
    };
    Some(IssuedBefore {
        contract_number: manifest.get("contract_number").and_then(Value::as_str).map(str::to_owned),
        settlements: issued.iter().map(entry).collect(),
        drafts: drafts.iter().map(|draft| text(draft, "order")).collect(),
    })
}

/// The manifest of a month's 结算单, as JSON. Where only some orders were made anew, the entries of the others in the
/// manifest of the folder `earlier` stay.
///
/// What was found in the ledger is left out: it grows with other months, and these files do not change by that.
///
/// # Errors
/// If it cannot be put into JSON.
pub fn month_manifest(
    job: &Job,
    fonts: &Fonts,
    month: Month,
    made: (&[SettlementEntry], &[Output]),
    earlier: Option<&Path>,
) -> serde_json::Result<Vec<u8>> {
    let record = earlier.map(Record::at).unwrap_or_default();
    let earlier = |key| record.list(key);
    let of_ledger = |finding: &FindingEntry<'_>| finding.place.starts_with(LEDGER_FILE);
    to_json(&MonthManifest {
        hetong: env!("CARGO_PKG_VERSION"),
        case: &job.case.name,
        contract_number: contract_number(job),
        month: month.to_string(),
        pack: PackEntry { id: &job.pack.id, sha256: &job.pack.hash },
        errata_adopted: job.case.adopt_errata,
        inputs: inputs(job).collect(),
        fonts: fonts.files.iter().map(font_entry).collect(),
        settlements: merged(made.0, &earlier("settlements"), "order")?,
        findings: findings(job).into_iter().filter(|finding| !of_ledger(finding)).collect(),
        outputs: all_outputs(made.1, &Shown::default(), &earlier("outputs"))?,
    })
}

fn contract_number(job: &Job) -> Option<&str> {
    job.case.contract.number.as_ref().map(|number| number.value.as_str())
}

fn inputs(job: &Job) -> impl Iterator<Item = FileEntry<'_>> {
    job.inputs.iter().map(|input| FileEntry { file: &input.name, bytes: input.bytes, sha256: &input.sha256 })
}

fn figures(job: &Job) -> Vec<FigureEntry<'_>> {
    let entries = job.book.iter().map(|figure| FigureEntry {
        name: &figure.name,
        value: &figure.value,
        unit: figure.unit,
        formula: &figure.formula,
        inputs: figure.inputs.iter().filter_map(input_entry).collect(),
        rounding: figure.rounding,
        clause: figure.clause,
    });
    entries.collect()
}

/// Computed ones stand in the book themselves.
fn input_entry(input: &Input) -> Option<InputEntry<'_>> {
    let place = input.origin.as_ref()?.to_string();
    Some(InputEntry { name: &input.name, value: &input.value, place })
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

fn output_entry<'a>(output: &'a Output, shown: &'a Shown) -> OutputEntry<'a> {
    OutputEntry {
        file: &output.name,
        document: &output.document,
        bytes: output.bytes.len(),
        pages: output.pages,
        sha256: sha256_hex(&output.bytes),
        made_from: output.made_from.as_deref(),
        shows: shown.parts.get(&output.name),
    }
}

/// New entries and those of earlier builds, by file name.
pub(super) fn all_outputs(
    outputs: &[Output],
    shown: &Shown,
    earlier: &[Value],
) -> serde_json::Result<Vec<Value>> {
    let entries: Vec<OutputEntry<'_>> = outputs.iter().map(|output| output_entry(output, shown)).collect();
    merged(&entries, earlier, "file")
}

/// New entries and the earlier ones that they do not replace, by the text at `key`.
fn merged(new: &[impl Serialize], earlier: &[Value], key: &str) -> serde_json::Result<Vec<Value>> {
    let name = |entry: &Value| entry.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
    let mut entries: BTreeMap<String, Value> =
        earlier.iter().map(|entry| (name(entry), entry.clone())).collect();
    for entry in new {
        let entry = serde_json::to_value(entry)?;
        entries.insert(name(&entry), entry);
    }
    Ok(entries.into_values().collect())
}
