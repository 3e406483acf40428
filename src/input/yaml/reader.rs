//! Typed reading of a YAML map: every key that is asked for is known; every other is reported with the nearest
//! known one. Nothing stops at the first mistake.
//!
//! May use: `diagnostics`, `model`.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use rust_decimal::Decimal;

use super::node::{Kind, Node};
use crate::diagnostics::{Located, Origin};
use crate::model::case::{Period, Text};
use crate::model::fault::{Fault, FaultKind};
use crate::model::money::Money;
use crate::model::tax::TaxRate;

/// What was learned while reading: faults, and which keys may stand where.
#[derive(Debug, Default)]
pub struct Reading {
    /// What could not be read.
    pub faults: Vec<Fault>,
    /// Known keys by path, such as `合同.有效期` or `调整[]`; compared with the published schema in a test.
    pub known: BTreeMap<String, BTreeSet<String>>,
    /// Keys that were written but left empty, by path.
    pub empty: BTreeMap<String, Origin>,
}

impl Reading {
    /// Reports a value of the wrong kind or form.
    pub fn bad(&mut self, what: &str, found: &str, expected: &str, origin: &Origin) {
        let kind = FaultKind::BadValue { what: what.into(), found: found.into(), expected: expected.into() };
        self.faults.push(Fault::new(kind, origin.clone()));
    }
}

/// A map being read.
pub struct MapReader<'n> {
    path: String,
    entries: &'n [(Located<String>, Node)],
    asked: Vec<String>,
    /// Where the map stands.
    pub origin: Origin,
}

impl<'n> MapReader<'n> {
    /// Begins to read `node`, which `path` names (empty for the file itself). `None`, with a fault, if it is no map.
    pub fn new(node: &'n Node, path: &str, reading: &mut Reading) -> Option<Self> {
        let Kind::Map(entries) = &node.kind else {
            if node.kind != Kind::Null {
                let what = if path.is_empty() { "文件" } else { path };
                reading.bad(what, &describe(node), "若干“键: 值”", &node.origin);
            }
            return None;
        };
        let map = Self { path: path.into(), entries, asked: Vec::new(), origin: node.origin.clone() };
        let is_empty = |node: &Node| match &node.kind {
            Kind::Null => true,
            Kind::Scalar(text) => text.trim().is_empty(),
            _ => false,
        };
        let empty = entries.iter().filter(|(_, node)| is_empty(node));
        reading.empty.extend(empty.map(|(key, _)| (map.path_of(&key.value), key.origin.clone())));
        Some(map)
    }

    /// The value of a key; `None` if it is left out or empty.
    pub fn get(&mut self, key: &str) -> Option<&'n Node> {
        self.asked.push(key.to_owned());
        let (_, node) = self.entries.iter().find(|(k, _)| k.value == key)?;
        (node.kind != Kind::Null).then_some(node)
    }

    /// Whether a key was written at all, even if empty.
    pub fn has(&self, key: &str) -> bool {
        self.entries.iter().any(|(k, _)| k.value == key)
    }

    /// All entries, for maps whose keys are data (条款, 保障措施).
    pub fn entries(&self) -> &'n [(Located<String>, Node)] {
        self.entries
    }

    /// A key's path: `乙方.名称`.
    pub fn path_of(&self, key: &str) -> String {
        if self.path.is_empty() { key.to_owned() } else { format!("{}.{key}", self.path) }
    }

    /// A map below a key.
    pub fn map(&mut self, key: &str, reading: &mut Reading) -> Option<MapReader<'n>> {
        let path = self.path_of(key);
        self.get(key).and_then(|node| MapReader::new(node, &path, reading))
    }

    /// The items of a list; a single value counts as a list of one.
    pub fn list(&mut self, key: &str) -> Vec<&'n Node> {
        match self.get(key) {
            Some(Node { kind: Kind::List(items), .. }) => items.iter().collect(),
            Some(node) => vec![node],
            None => Vec::new(),
        }
    }

    /// The maps of a list of maps.
    pub fn maps(&mut self, key: &str, reading: &mut Reading) -> Vec<MapReader<'n>> {
        let path = format!("{}[]", self.path_of(key));
        self.list(key).into_iter().filter_map(|node| MapReader::new(node, &path, reading)).collect()
    }

    /// A text. In `{金额: 12,345.60}` YAML ends the value at the comma and takes the rest for a key: that is no 12.
    pub fn text(&mut self, key: &str, reading: &mut Reading) -> Text {
        let path = self.path_of(key);
        let text = self.get(key).and_then(|node| text_of(node, &path, reading))?;
        let Some(rest) = self.cut_off(key) else { return Some(text) };
        let found = format!("{},{rest}", text.value);
        reading.bad(&path, &found, "花括号里的值不含逗号；要写逗号，就给整个值加上英文引号", &text.origin);
        self.asked.push(rest);
        None
    }

    /// What a comma in a number cut off the value of a key: a key of digits that has no value.
    fn cut_off(&self, key: &str) -> Option<String> {
        let at = self.entries.iter().position(|(k, _)| k.value == key)?;
        let (next, node) = self.entries.get(at + 1)?;
        let is_number = next.value.starts_with(|c: char| c.is_ascii_digit())
            && next.value.chars().all(|c| c.is_ascii_digit() || c == '.' || c == '%');
        (node.kind == Kind::Null && is_number).then(|| next.value.clone())
    }

    /// A list of texts.
    pub fn texts(&mut self, key: &str, reading: &mut Reading) -> Vec<Located<String>> {
        let path = self.path_of(key);
        self.list(key).into_iter().filter_map(|node| text_of(node, &path, reading)).collect()
    }

    /// A list of short names or codes, also where they were typed as one text: `A1-1|G3-1`, as the form prescribes, or
    /// with 、，, between them.
    pub fn names(&mut self, key: &str, reading: &mut Reading) -> Vec<Located<String>> {
        let texts = self.texts(key, reading);
        let split = texts.into_iter().flat_map(|text| {
            let names: Vec<String> =
                text.value.split(['|', '、', '，', ',']).map(|name| name.trim().to_owned()).collect();
            let origin = text.origin;
            names
                .into_iter()
                .filter(|name| !name.is_empty())
                .map(move |name| Located::new(name, origin.clone()))
        });
        split.collect()
    }

    /// A text turned into something else; `expected` says what it should look like.
    pub fn parse<T>(
        &mut self,
        key: &str,
        expected: &str,
        parse: impl Fn(&str) -> Option<T>,
        reading: &mut Reading,
    ) -> Option<Located<T>> {
        let text = self.text(key, reading)?;
        let Some(value) = parse(&text.value) else {
            reading.bad(&self.path_of(key), &text.value, expected, &text.origin);
            return None;
        };
        Some(Located::new(value, text.origin))
    }

    /// A date.
    pub fn date(&mut self, key: &str, reading: &mut Reading) -> Option<Located<Date>> {
        self.parse(key, "日期，如 2026-03-01", parse_date, reading)
    }

    /// An amount in 元 with at most two decimals.
    pub fn money(&mut self, key: &str, reading: &mut Reading) -> Option<Located<Money>> {
        let parse = |text: &str| parse_decimal(text).and_then(Money::exact).filter(|m| !m.is_negative());
        self.parse(key, "金额（元），最多两位小数，如 17627800.00", parse, reading)
    }

    /// A decimal number.
    pub fn decimal(&mut self, key: &str, reading: &mut Reading) -> Option<Located<Decimal>> {
        self.parse(key, "数字，如 10 或 2.5", parse_decimal, reading)
    }

    /// A rate such as `6%`.
    pub fn rate(&mut self, key: &str, reading: &mut Reading) -> Option<Located<TaxRate>> {
        self.parse(key, "税率，如 6%", parse_rate, reading)
    }

    /// `{自: 2026-03-01, 至: 2027-02-28}`.
    pub fn period(&mut self, key: &str, reading: &mut Reading) -> Option<Located<Period>> {
        let mut map = self.map(key, reading)?;
        let (from, to) = (map.date("自", reading), map.date("至", reading));
        let origin = map.origin.clone();
        map.finish(reading);
        Some(Located::new(Period { from: from?.value, to: to?.value }, origin))
    }

    /// Reports keys given twice and keys nobody asked for.
    pub fn finish(self, reading: &mut Reading) {
        let mut first: BTreeMap<&str, &Origin> = BTreeMap::new();
        for (key, _) in self.entries {
            if let Some(first) = first.get(key.value.as_str()) {
                let kind = FaultKind::DuplicateKey { key: key.value.clone(), first: (*first).clone() };
                reading.faults.push(Fault::new(kind, key.origin.clone()));
                continue;
            }
            first.insert(&key.value, &key.origin);
            if !self.asked.contains(&key.value) {
                reading.faults.push(unknown_key(key, &self.asked));
            }
        }
        reading.known.entry(self.path).or_default().extend(self.asked);
    }
}

/// A fault for a key nobody knows, with the nearest one that may stand there.
pub fn unknown_key(key: &Located<String>, known: &[String]) -> Fault {
    let suggestion = known
        .iter()
        .map(|candidate| (strsim::normalized_damerau_levenshtein(&key.value, candidate), candidate))
        .filter(|(likeness, _)| *likeness >= 0.34)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, candidate)| candidate.clone());
    let kind = FaultKind::UnknownKey { key: key.value.clone(), suggestion, known: known.to_vec() };
    Fault::new(kind, key.origin.clone())
}

/// The text of a scalar, spaces at the ends removed; `None` if empty, with a fault if it is a list or a map.
pub fn text_of(node: &Node, what: &str, reading: &mut Reading) -> Text {
    match &node.kind {
        Kind::Null => None,
        Kind::Scalar(text) => {
            let text = text.trim();
            (!text.is_empty()).then(|| Located::new(text.to_owned(), node.origin.clone()))
        }
        Kind::List(_) | Kind::Map(_) => {
            reading.bad(what, &describe(node), "一个值", &node.origin);
            None
        }
    }
}

fn describe(node: &Node) -> String {
    match &node.kind {
        Kind::Null => "空".into(),
        Kind::Scalar(text) => text.clone(),
        Kind::List(items) => format!("{} 项的列表", items.len()),
        Kind::Map(entries) => format!("{} 个键", entries.len()),
    }
}

/// `2026-03-01`, `2026/3/1`, `2026.3.1` or `2026年3月1日`.
pub fn parse_date(text: &str) -> Option<Date> {
    let plain = text.trim().trim_end_matches('日').replace(['年', '月', '/', '.'], "-");
    let mut parts = plain.split('-').map(|part| part.trim().parse::<i16>().ok());
    let (year, month, day) = (parts.next()??, parts.next()??, parts.next()??);
    if parts.next().is_some() || !(1900..=2200).contains(&year) {
        return None;
    }
    Date::new(year, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()
}

/// A plain decimal number with optional thousands commas, below 10^13.
pub fn parse_decimal(text: &str) -> Option<Decimal> {
    let plain = text.trim().replace([',', '，'], "");
    let digits = plain.strip_prefix(['+', '-']).unwrap_or(&plain);
    if digits.is_empty() || !digits.chars().all(|c| c.is_ascii_digit() || c == '.') {
        return None;
    }
    let value: Decimal = plain.parse().ok()?;
    (value.abs() < Decimal::from(10_000_000_000_000_u64)).then_some(value)
}

/// `6%`, `６％` or `0.06`. A bare `6` is refused: it could be either.
pub fn parse_rate(text: &str) -> Option<TaxRate> {
    let text = text.trim();
    match text.strip_suffix(['%', '％']) {
        Some(percent) => TaxRate::from_percent(parse_decimal(percent)?),
        None => TaxRate::from_fraction(parse_decimal(text)?),
    }
}

#[cfg(test)]
mod tests {
    use super::super::node::parse;
    use super::*;
    use crate::diagnostics::FileName;
    use rust_decimal::dec;

    #[test]
    fn every_mistake_is_told() {
        let node = parse(&FileName::from("a"), "名秤: 甲\n日期: 三月\n日期: 2026-03-01\n表: [1]\n").unwrap();
        let mut reading = Reading::default();
        let mut map = MapReader::new(&node, "", &mut reading).unwrap();
        assert_eq!(map.text("名称", &mut reading), None);
        assert_eq!(map.date("日期", &mut reading), None);
        assert_eq!(map.text("表", &mut reading), None);
        map.finish(&mut reading);
        let kinds: Vec<_> = reading.faults.iter().map(|f| &f.kind).collect();
        assert!(
            matches!(kinds[2], FaultKind::UnknownKey { suggestion: Some(s), .. } if s == "名称"),
            "{kinds:?}"
        );
        assert!(matches!(kinds[3], FaultKind::DuplicateKey { .. }));
        assert_eq!(kinds.len(), 4);
    }

    #[test]
    fn a_comma_in_a_number_does_not_make_it_small() {
        let node = parse(&FileName::from("a"), "表: {金额: 12,345.60, 名称: 甲}\n").unwrap();
        let mut reading = Reading::default();
        let mut map = MapReader::new(&node, "", &mut reading).unwrap();
        let mut inner = map.map("表", &mut reading).unwrap();
        assert!(inner.money("金额", &mut reading).is_none());
        assert_eq!(inner.text("名称", &mut reading).unwrap().value, "甲");
        inner.finish(&mut reading);
        let [Fault { kind: FaultKind::BadValue { found, .. }, .. }] = &reading.faults[..] else {
            panic!("{:?}", reading.faults)
        };
        assert_eq!(found, "12,345.60");
    }

    #[test]
    fn values() {
        assert_eq!(parse_date("2026年3月1日"), parse_date("2026-03-01"));
        assert_eq!(parse_date("2026-02-30"), None);
        assert_eq!(parse_date("26-2-3"), None);
        assert_eq!(parse_decimal("17,627,800.00"), Some(dec!(17627800.00)));
        assert_eq!(parse_decimal("1e5"), None);
        assert_eq!(parse_decimal("99999999999999999999999999999999999"), None);
        assert_eq!(parse_rate("6%"), TaxRate::from_percent(dec!(6)));
        assert_eq!(parse_rate("0.06"), TaxRate::from_percent(dec!(6)));
        assert_eq!(parse_rate("6"), None);
    }
}
