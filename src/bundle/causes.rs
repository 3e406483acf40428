//! Why documents came out otherwise than in the build before: the manifests of both are compared, part by part, and
//! each changed part is put down to the input file that it comes from.
//!
//! May use: nothing but the manifests as JSON.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::manifest::MANIFEST;
use super::plan::REPORT;
use super::shown::{ADJUSTMENTS, EXECUTED, LINES, TEMPLATE};

/// The contract's own file.
const CONTRACT: &str = "合同.yaml";
/// Where the orders' files are.
const ORDERS: &str = "订单/";
/// So many values of one file are told; of more, how many there are.
const MOST: usize = 3;

/// Files that were written for the same reason.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cause {
    /// Their names.
    pub files: Vec<String>,
    /// 报价表.xlsx（F8 产品/平台服务·高级 不含税单价 840.00 → 845.00）.
    pub why: String,
}

/// Where something that changed comes from.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Source {
    File(String),
    Pack,
    Fonts,
    Program,
    Command,
}

/// Why each of the `written` files is not as before; `by_hand` were changed by hand, as far as they were there.
pub fn causes(before: &Value, now: &Value, written: &[String], by_hand: &[String]) -> Vec<Cause> {
    let compared = Compared::of(before, now);
    let mut causes: Vec<Cause> = Vec::new();
    let (records, documents): (Vec<&String>, Vec<&String>) =
        written.iter().partition(|file| compared.is_record(file));
    for file in documents {
        join(&mut causes, file, compared.why(file, by_hand));
    }
    let of_records = match compared.sources.is_empty() {
        true => "随文件一起更新".to_owned(),
        false => format!("记录的内容有变化：{}", compared.names()),
    };
    for file in records {
        let why = compared.by_hand(file, by_hand).unwrap_or_else(|| of_records.clone());
        join(&mut causes, file, why);
    }
    causes
}

fn join(causes: &mut Vec<Cause>, file: &str, why: String) {
    match causes.iter_mut().find(|cause| cause.why == why) {
        Some(cause) => cause.files.push(file.to_owned()),
        None => causes.push(Cause { files: vec![file.to_owned()], why }),
    }
}

/// Two manifests side by side.
struct Compared<'m> {
    before: &'m Value,
    now: &'m Value,
    old: BTreeMap<&'m str, &'m Value>,
    new: BTreeMap<&'m str, &'m Value>,
    /// All that differs in what went in.
    sources: BTreeSet<Source>,
}

impl<'m> Compared<'m> {
    fn of(before: &'m Value, now: &'m Value) -> Self {
        let (old, new) = (by_file(before, "outputs"), by_file(now, "outputs"));
        Self { before, now, old, new, sources: sources(before, now) }
    }

    /// The report and the manifest tell of everything.
    fn is_record(&self, file: &str) -> bool {
        let document = self.new.get(file).and_then(|entry| entry.get("document"));
        file == MANIFEST || document.and_then(Value::as_str) == Some(REPORT)
    }

    fn why(&self, file: &str, by_hand: &[String]) -> String {
        let (Some(old), Some(new)) = (self.old.get(file), self.new.get(file)) else {
            return "新增的文件".to_owned();
        };
        if let Some(why) = self.by_hand(file, by_hand) {
            return why;
        }
        let mut by_source: BTreeMap<Source, Vec<String>> = BTreeMap::new();
        for label in changed_labels(old, new) {
            for source in self.sources_of(&label) {
                by_source.entry(source).or_default().push(label.clone());
            }
        }
        // Fonts are in no workbook.
        for source in [Source::Fonts, Source::Program] {
            let matters = source == Source::Program || new.get("made_from").is_some();
            if matters && self.sources.contains(&source) {
                by_source.entry(source).or_default();
            }
        }
        if by_source.is_empty() {
            by_source.extend(self.sources.iter().map(|source| (source.clone(), Vec::new())));
        }
        let told: Vec<String> = by_source.iter().map(|(source, labels)| self.told(source, labels)).collect();
        if told.is_empty() { "内容有变化".to_owned() } else { told.join("；") }
    }

    /// The same content is written again only where the file was not as hetong left it.
    fn by_hand(&self, file: &str, by_hand: &[String]) -> Option<String> {
        let hash = |entry: &&Value| entry.get("sha256").map(Value::to_string);
        let same = match (self.old.get(file), self.new.get(file)) {
            (Some(old), Some(new)) => hash(old) == hash(new),
            _ => file == MANIFEST && self.before == self.now,
        };
        same.then(|| match by_hand.iter().any(|edited| edited == file) {
            true => "被人改过，照原样重新写出".to_owned(),
            false => "原来的文件不见了，照原样重新写出".to_owned(),
        })
    }

    /// Where a changed part comes from, as far as that has changed; else all that has.
    fn sources_of(&self, label: &str) -> BTreeSet<Source> {
        let changed = |is: &dyn Fn(&str) -> bool| -> BTreeSet<Source> {
            let files = self.sources.iter();
            files.filter(|source| matches!(source, Source::File(name) if is(name))).cloned().collect()
        };
        let is_quotation = |name: &str| name != CONTRACT && !name.starts_with(ORDERS);
        let found = if label.starts_with(ORDERS) {
            let of_this = |name: &str| {
                label.strip_prefix(name).is_some_and(|rest| rest.is_empty() || rest.starts_with(' '))
            };
            let own = changed(&of_this);
            let others = changed(&|name| is_quotation(name) || (name.starts_with(ORDERS) && !of_this(name)));
            match label.ends_with(EXECUTED) {
                // Other orders come before it.
                true if !others.is_empty() => others,
                _ if own.is_empty() => changed(&is_quotation),
                _ => own,
            }
        } else if label == ADJUSTMENTS {
            // A new quotation is named in the contract's file first.
            let was_there = |name: &str| by_file(self.before, "inputs").contains_key(name);
            changed(&|name| name == CONTRACT || (is_quotation(name) && was_there(name)))
        } else if ["报价", "金额", "金额上限"].contains(&label) {
            changed(&is_quotation)
        } else if label.starts_with(TEMPLATE) || ["甲方", "岗位", "考核表", "附件清单"].contains(&label)
        {
            self.sources.iter().filter(|source| **source == Source::Pack).cloned().collect()
        } else if label == "草稿或正式稿" {
            [Source::Command].into()
        } else {
            changed(&|name| name == CONTRACT)
        };
        if found.is_empty() { self.sources.clone() } else { found }
    }

    /// A source, with the parts or values in it that changed.
    fn told(&self, source: &Source, labels: &[String]) -> String {
        let details = match source {
            Source::File(name) => {
                let values = self.values_of(name);
                let labels = labels.iter().filter(|label| *label != name);
                match values.is_empty() {
                    true => labels.flat_map(|label| self.told_label(label)).collect(),
                    false => values,
                }
            }
            Source::Pack => labels.iter().map(|l| l.strip_prefix(TEMPLATE).unwrap_or(l).to_owned()).collect(),
            Source::Fonts | Source::Program | Source::Command => Vec::new(),
        };
        let name = self.name(source);
        match details.len() {
            0 => name,
            count if count > MOST => {
                let first = details.get(..MOST).unwrap_or_default().join("；");
                format!("{name}（{first}；等 {count} 处）")
            }
            _ => format!("{name}（{}）", details.join("；")),
        }
    }

    /// 乙方.账号 4402… → 6222…; of an order's lines, each that has other 人天.
    fn told_label(&self, label: &str) -> Vec<String> {
        let of_lines = format!("{label} ");
        let labels = self.now.get("values").and_then(Value::as_object).into_iter().flatten().map(|(l, _)| l);
        let lines: Vec<String> = match label.starts_with(ORDERS) && label.ends_with(LINES) {
            true => labels.filter(|l| l.starts_with(&of_lines)).filter_map(|l| self.told_value(l)).collect(),
            false => Vec::new(),
        };
        match lines.is_empty() {
            true => vec![self.told_value(label).unwrap_or_else(|| part_of_order(label).to_owned())],
            false => lines,
        }
    }

    /// A single value, old and new, where it is another.
    fn told_value(&self, label: &str) -> Option<String> {
        let value = |manifest: &'m Value| manifest.get("values")?.get(label)?.as_str();
        let (old, new) = (value(self.before)?, value(self.now)?);
        (old != new).then(|| format!("{} {old} → {new}", part_of_order(label)))
    }

    /// The numbers of a workbook that figures were computed from, as far as they changed.
    fn values_of(&self, file: &str) -> Vec<String> {
        let (old, new) = (figure_inputs(self.before, file), figure_inputs(self.now, file));
        let changed = new.iter().filter_map(|(name, (value, place))| {
            let (before, _) = old.get(name)?;
            (before != value).then(|| format!("{place} {name} {before} → {value}"))
        });
        changed.collect()
    }

    fn names(&self) -> String {
        self.sources.iter().map(|source| self.name(source)).collect::<Vec<_>>().join("、")
    }

    fn name(&self, source: &Source) -> String {
        let text = |manifest: &Value, key: &str| {
            manifest.get(key).and_then(Value::as_str).unwrap_or_default().to_owned()
        };
        match source {
            Source::File(name) => name.clone(),
            Source::Pack => {
                let id = self.now.get("pack").and_then(|pack| pack.get("id")).and_then(Value::as_str);
                format!("模板 {}", id.unwrap_or_default())
            }
            Source::Fonts => "字体".to_owned(),
            Source::Program => {
                format!("hetong {} → {}", text(self.before, "hetong"), text(self.now, "hetong"))
            }
            Source::Command => match text(self.now, "state").as_str() {
                "final" => "草稿改为正式稿".to_owned(),
                _ => "正式稿改为草稿".to_owned(),
            },
        }
    }
}

/// An order's part without the order's file.
fn part_of_order(label: &str) -> &str {
    let part = label.strip_prefix(ORDERS).and_then(|rest| rest.split_once(".yaml "));
    part.map_or(label, |(_, part)| part)
}

/// The entries of a list by their file.
fn by_file<'m>(manifest: &'m Value, key: &str) -> BTreeMap<&'m str, &'m Value> {
    let entries = manifest.get(key).and_then(Value::as_array).into_iter().flatten();
    entries.filter_map(|entry| Some((entry.get("file")?.as_str()?, entry))).collect()
}

/// What went in and is not the same.
fn sources(before: &Value, now: &Value) -> BTreeSet<Source> {
    let (old, new) = (by_file(before, "inputs"), by_file(now, "inputs"));
    let hash =
        |files: &BTreeMap<&str, &Value>, name: &str| files.get(name).and_then(|f| f.get("sha256")).cloned();
    let names: BTreeSet<&str> = old.keys().chain(new.keys()).copied().collect();
    let files = names.into_iter().filter(|name| hash(&old, name) != hash(&new, name));
    let mut sources: BTreeSet<Source> = files.map(|name| Source::File(name.to_owned())).collect();
    let whole = [
        ("pack", Source::Pack),
        ("fonts", Source::Fonts),
        ("hetong", Source::Program),
        ("state", Source::Command),
    ];
    for (key, source) in whole {
        if before.get(key) != now.get(key) {
            sources.insert(source);
        }
    }
    sources
}

/// The parts of a document that are not as before.
fn changed_labels(old: &Value, new: &Value) -> Vec<String> {
    let empty = serde_json::Map::new();
    let parts = |entry: &'_ Value| entry.get("shows").and_then(Value::as_object).unwrap_or(&empty).clone();
    let (old, new) = (parts(old), parts(new));
    let labels: BTreeSet<&String> = old.keys().chain(new.keys()).collect();
    let changed = labels.into_iter().filter(|label| old.get(*label) != new.get(*label));
    let mut changed: Vec<String> = changed.cloned().collect();
    // Where the one follows the other.
    if changed.iter().any(|label| label == "乙方.名称") {
        changed.retain(|label| label != "乙方.户名");
    }
    changed
}

/// The values that were read from a file: by the line they belong to and their name, with the cell they stand in.
fn figure_inputs(manifest: &Value, file: &str) -> BTreeMap<String, (String, String)> {
    let figures = manifest.get("figures").and_then(Value::as_array).into_iter().flatten();
    let text =
        |value: &Value, key: &str| value.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
    let mut inputs = BTreeMap::new();
    for figure in figures {
        let name = text(figure, "name");
        let line = name.split_once(' ').map_or("", |(line, _)| line);
        for input in figure.get("inputs").and_then(Value::as_array).into_iter().flatten() {
            let place = text(input, "place");
            let Some(cell) = place.strip_prefix(file).and_then(|rest| rest.rsplit_once("单元格 ")) else {
                continue;
            };
            let named = format!("{line} {}", text(input, "name"));
            inputs.insert(named.trim_start().to_owned(), (text(input, "value"), cell.1.to_owned()));
        }
    }
    inputs
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn manifest() -> Value {
        let output = |file: &str, shows: Value| json!({"file": file, "document": file, "sha256": "1", "made_from": "1", "shows": shows});
        json!({
            "hetong": "0.1.0", "state": "draft", "pack": {"id": "migu-2026", "sha256": "1"},
            "inputs": [{"file": "合同.yaml", "sha256": "1"}, {"file": "报价表.xlsx", "sha256": "1"}],
            "fonts": [], "values": {"乙方.账号": "1"},
            "figures": [{"name": "运营·高级 含税单价", "inputs": [
                {"name": "不含税单价", "value": "840.00", "place": "报价表.xlsx 工作表“a”单元格 F8"},
            ]}],
            "outputs": [
                output("正文.pdf", json!({"乙方.账号": "1", "金额": "1", "版式 body.typ": "1", "版式 lib.typ": "1"})),
                output("附件3.pdf", json!({"报价": "1", "版式 annex3.typ": "1", "版式 lib.typ": "1"})),
                json!({"file": "核对报告.pdf", "document": "核对报告", "sha256": "1"}),
            ],
        })
    }

    /// What is said after these places of the manifest got another value; those files were written.
    fn said(places: &[&str], written: &[&str]) -> Vec<String> {
        let mut now = manifest();
        for place in places {
            *now.pointer_mut(place).unwrap() = json!("2");
        }
        let written: Vec<String> = written.iter().map(|name| (*name).to_owned()).collect();
        let told = causes(&manifest(), &now, &written, &[]).into_iter();
        told.map(|cause| format!("{} ← {}", cause.files.join("、"), cause.why)).collect()
    }

    #[test]
    fn a_price_is_told_with_its_cell_and_both_values() {
        let places = [
            "/inputs/1/sha256",
            "/figures/0/inputs/0/value",
            "/outputs/0/sha256",
            "/outputs/0/shows/金额",
            "/outputs/1/sha256",
            "/outputs/1/shows/报价",
            "/outputs/2/sha256",
        ];
        assert_eq!(
            said(&places, &["manifest.json", "核对报告.pdf", "正文.pdf", "附件3.pdf"]),
            [
                "正文.pdf、附件3.pdf ← 报价表.xlsx（F8 运营·高级 不含税单价 840.00 → 2）",
                "manifest.json、核对报告.pdf ← 记录的内容有变化：报价表.xlsx",
            ]
        );
    }

    #[test]
    fn each_part_is_put_down_to_where_it_comes_from() {
        let both = ["/inputs/0/sha256", "/inputs/1/sha256", "/outputs/0/sha256", "/values/乙方.账号"];
        let told = |part: &str| said(&[&both[..], &[part]].concat(), &["正文.pdf"]);
        assert_eq!(told("/outputs/0/shows/乙方.账号"), ["正文.pdf ← 合同.yaml（乙方.账号 1 → 2）"]);
        assert_eq!(told("/outputs/0/shows/金额"), ["正文.pdf ← 报价表.xlsx（金额）"]);
        let template = ["/pack/sha256", "/outputs/0/sha256", "/outputs/0/shows/版式 body.typ"];
        assert_eq!(said(&template, &["正文.pdf"]), ["正文.pdf ← 模板 migu-2026（body.typ）"]);
        assert_eq!(said(&["/fonts", "/outputs/0/sha256"], &["正文.pdf"]), ["正文.pdf ← 字体"]);
        assert_eq!(said(&["/hetong", "/outputs/0/sha256"], &["正文.pdf"]), ["正文.pdf ← hetong 0.1.0 → 2"]);
        // What no part tells is put down to all that changed.
        assert_eq!(said(&["/inputs/0/sha256", "/outputs/0/sha256"], &["正文.pdf"]), ["正文.pdf ← 合同.yaml"]);
        assert_eq!(said(&["/outputs/0/sha256"], &["正文.pdf"]), ["正文.pdf ← 内容有变化"]);
    }

    #[test]
    fn what_was_done_by_hand_is_told_apart() {
        let same = manifest();
        let written = ["正文.pdf".to_owned(), "附件3.pdf".to_owned(), "附件9.pdf".to_owned()];
        let told = causes(&same, &same, &written, &written[..1]);
        let why: Vec<&str> = told.iter().map(|cause| cause.why.as_str()).collect();
        assert_eq!(why, ["被人改过，照原样重新写出", "原来的文件不见了，照原样重新写出", "新增的文件"]);
    }
}
