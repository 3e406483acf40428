//! manifest.json, read again by code of its own: which files there should be, whether the manifest is as it was written.
//!
//! May use: `diagnostics`, `input::plain`, `verify::{checks, ledger}`.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::Value;

use super::checks::{self, MANIFEST};
use super::ledger::{sha256, short};
use crate::diagnostics::Diagnostic;
use crate::input::plain::{self, MAX_MANIFEST_BYTES};

/// The manifest's file.
pub const FILE: &str = "manifest.json";
/// What stands before its own hash.
const SEAL: &str = ",\n  \"sha256\": \"";

/// A file that the manifest lists.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    /// Its name, below the folder.
    pub file: String,
    /// Which document it is.
    pub document: String,
    /// Its hash as recorded.
    pub sha256: String,
}

/// What kind of folder it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A case's bundle.
    Bundle {
        /// Whether it is final.
        is_final: bool,
    },
    /// A case's 结算单 of a month.
    Month(String),
    /// The 结算汇总 of a month.
    Summary(String),
    /// What `hetong diff` wrote of two folders: nothing that a case gives.
    Comparison,
}

/// A manifest as read.
#[derive(Clone, Debug)]
pub struct Record {
    /// All of it.
    pub value: Value,
    /// What it is about.
    pub kind: Kind,
    /// The case folder's name.
    pub case: String,
    /// 合同编号, where there is one.
    pub number: Option<String>,
    /// Its files.
    pub outputs: Vec<Listed>,
    /// Hashes of the inputs, by name.
    pub inputs: BTreeMap<String, String>,
}

impl Record {
    /// Reads the manifest of a folder; what is wrong with it is told. None where it says nothing.
    pub fn read(folder: &Path, findings: &mut Vec<Diagnostic>) -> Option<Self> {
        let mut tell = |message: String| findings.push(checks::of_file(&MANIFEST, FILE, message));
        let bytes = match plain::read(folder, FILE, MAX_MANIFEST_BYTES) {
            Ok(bytes) => bytes,
            Err(error) => {
                tell(format!("清单读不出来：{}", crate::input::folder::explain(&error)));
                return None;
            }
        };
        let Ok(value) = serde_json::from_slice::<Value>(&bytes) else {
            tell("清单不是有效的 JSON：写到一半，或被改坏了".into());
            return None;
        };
        if let Some((own, computed)) = broken_seal(&bytes) {
            let told = format!(
                "清单在写出以后改过：内容的校验码是 {}，末尾写的是 {}",
                short(&computed),
                short(&own)
            );
            tell(told);
        }
        let text = |value: &Value, key: &str| value.get(key).and_then(Value::as_str).map(str::to_owned);
        let list = |key: &str| value.get(key).and_then(Value::as_array).cloned().unwrap_or_default();
        let listed = |entry: &Value| {
            Some(Listed {
                file: text(entry, "file")?,
                document: text(entry, "document").unwrap_or_default(),
                sha256: text(entry, "sha256")?,
            })
        };
        let outputs: Vec<Listed> = list("outputs").iter().filter_map(listed).collect();
        let unfit = |listed: &Listed| Some((listed.file.clone(), plain::contained(&listed.file).err()?));
        if let Some((name, unfit)) = outputs.iter().find_map(unfit) {
            tell(format!("清单列的“{name}”{unfit}；hetong 不写这样的文件，清单被人改过"));
            return None;
        }
        let input = |entry: &Value| Some((text(entry, "file")?, text(entry, "sha256")?));
        let month = text(&value, "month");
        let kind = match (month, value.get("cases").is_some()) {
            (Some(month), true) => Kind::Summary(month),
            (Some(month), false) => Kind::Month(month),
            (None, _) if is_comparison(&value, &outputs) => Kind::Comparison,
            (None, _) => Kind::Bundle { is_final: text(&value, "state").as_deref() == Some("final") },
        };
        Some(Self {
            kind,
            case: text(&value, "case").unwrap_or_default(),
            number: text(&value, "contract_number"),
            inputs: list("inputs").iter().filter_map(input).collect(),
            outputs,
            value,
        })
    }

    /// Its figures by name.
    pub fn figures(&self) -> BTreeMap<String, String> {
        figures(&self.value)
    }
}

/// Between two folders: no case, and nothing but 文本对照.
fn is_comparison(manifest: &Value, outputs: &[Listed]) -> bool {
    let has = |key: &str| manifest.get(key).is_some();
    let compared = has("old") && has("new") && !has("case") && !has("contract_number");
    compared && outputs.iter().all(|listed| listed.file.starts_with("文本对照."))
}

/// The figures that a manifest lists, by name.
pub fn figures(manifest: &Value) -> BTreeMap<String, String> {
    let entries = manifest.get("figures").and_then(Value::as_array).into_iter().flatten();
    let pair = |entry: &Value| {
        Some((entry.get("name")?.as_str()?.to_owned(), entry.get("value")?.as_str()?.to_owned()))
    };
    entries.filter_map(pair).collect()
}

/// The hash that a manifest bears of itself, and what it comes to, where they differ. One of an older version bears none.
fn broken_seal(bytes: &[u8]) -> Option<(String, String)> {
    let text = String::from_utf8_lossy(bytes);
    let (content, rest) = text.rsplit_once(SEAL)?;
    let own = rest.trim_end().trim_end_matches('}').trim_end().trim_end_matches('"').to_owned();
    let computed = sha256(format!("{content}\n}}\n").as_bytes());
    let sound = own == computed && rest == format!("{own}\"\n}}\n");
    (!sound).then_some((own, computed))
}
