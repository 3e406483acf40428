//! Typed reading of a YAML map: every key that is asked for is known; every other is reported with the nearest
//! known one. Nothing stops at the first mistake.
//!
//! May use: `diagnostics`, `model`, and how sheets write numbers.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use rust_decimal::Decimal;

use super::super::workbook::number;
use super::node::{Kind, Node};
use super::slips::{WIDE_BRACKETS, between_chinese_quotes, has_wide_brackets, wide_comma_in};
use crate::diagnostics::{Located, Origin, TextSpan};
use crate::model::case::{Period, Text};
use crate::model::fault::{Fault, FaultKind};
use crate::model::likeness;
use crate::model::money::Money;
use crate::model::names::{plain, plain_chars};
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
    /// The path as messages have it: 明细第 2 项, where the path itself is `明细[]`.
    shown: String,
    entries: &'n [(Located<String>, Node)],
    asked: Vec<String>,
    /// Where the map stands.
    pub origin: Origin,
}

impl<'n> MapReader<'n> {
    /// Begins to read `node`, which `path` names (empty for the file itself). `None`, with a fault, if it is no map.
    pub fn new(node: &'n Node, path: &str, reading: &mut Reading) -> Option<Self> {
        Self::like(node, (path, path), "若干“名称: 值”", reading)
    }

    /// The same, with its path as messages have it and an example of what should stand there.
    fn like(
        node: &'n Node,
        (path, shown): (&str, &str),
        example: &str,
        reading: &mut Reading,
    ) -> Option<Self> {
        let Kind::Map(entries) = &node.kind else {
            if node.kind != Kind::Null {
                let what = if shown.is_empty() { "文件" } else { shown };
                let joined = matches!(&node.kind, Kind::Scalar(text) if text.contains([':', '：', '｛']));
                let colon = if joined { "，括号、冒号用半角，冒号后面空一格" } else { "" };
                reading.bad(what, &describe(node), &format!("{example}{colon}"), &node.origin);
            }
            return None;
        };
        let (path, shown) = (path.to_owned(), shown.to_owned());
        let map = Self { path, shown, entries, asked: Vec::new(), origin: node.origin.clone() };
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
        if !self.asked.iter().any(|asked| asked == key) {
            self.asked.push(key.to_owned());
        }
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

    /// The same for a message: 乙方.名称, 明细第 2 项的人天.
    fn shown_of(&self, key: &str) -> String {
        if self.shown.is_empty() {
            key.to_owned()
        } else if self.path.ends_with("[]") {
            format!("{}的{key}", self.shown)
        } else {
            format!("{}.{key}", self.shown)
        }
    }

    /// A map below a key.
    pub fn map(&mut self, key: &str, reading: &mut Reading) -> Option<MapReader<'n>> {
        self.map_like(key, "若干“名称: 值”", reading)
    }

    /// The same, with an example for who wrote something else.
    pub fn map_like(&mut self, key: &str, example: &str, reading: &mut Reading) -> Option<MapReader<'n>> {
        let (path, shown) = (self.path_of(key), self.shown_of(key));
        self.get(key).and_then(|node| MapReader::like(node, (&path, &shown), example, reading))
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
        self.maps_like(key, "若干“名称: 值”", reading)
    }

    /// The same, with an example of one for who wrote something else.
    pub fn maps_like(&mut self, key: &str, example: &str, reading: &mut Reading) -> Vec<MapReader<'n>> {
        let path = format!("{}[]", self.path_of(key));
        let own = self.shown_of(key);
        let nodes = self.list(key).into_iter().enumerate();
        let map = |(at, node)| {
            let shown = format!("{own}第 {} 项", at + 1);
            MapReader::like(node, (&path, &shown), example, reading)
        };
        nodes.filter_map(map).collect()
    }

    /// A text. In `{金额: 12,345.60}` YAML ends the value at the comma and takes the rest for a key: that is no 12.
    pub fn text(&mut self, key: &str, reading: &mut Reading) -> Text {
        let path = self.shown_of(key);
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

    /// A list of texts. In `[甲，乙]` they are one to YAML: that is not printed as one.
    pub fn texts(&mut self, key: &str, reading: &mut Reading) -> Vec<Located<String>> {
        let path = self.shown_of(key);
        let mut texts = Vec::new();
        for node in self.list(key) {
            let Some(text) = text_of(node, &path, reading) else { continue };
            match text.value.find('，').filter(|_| node.in_flow) {
                Some(at) => reading.bad(&path, &text.value, WIDE_COMMA, &part(&text, at, '，')),
                None => texts.push(text),
            }
        }
        texts
    }

    /// A list of short names or codes, also where they were typed as one text: `A1-1|G3-1`, as the form prescribes, or
    /// with 、，, between them.
    pub fn names(&mut self, key: &str, reading: &mut Reading) -> Vec<Located<String>> {
        let path = self.shown_of(key);
        let texts = self.list(key).into_iter().filter_map(|node| text_of(node, &path, reading));
        let texts: Vec<Located<String>> = texts.collect();
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
        self.parse_or(key, |_| expected.to_owned(), parse, reading)
    }

    /// The same, where what it should look like depends on what was written.
    fn parse_or<T>(
        &mut self,
        key: &str,
        expected: impl Fn(&str) -> String,
        parse: impl Fn(&str) -> Option<T>,
        reading: &mut Reading,
    ) -> Option<Located<T>> {
        let text = self.text(key, reading)?;
        let Some(value) = parse(&text.value) else {
            reading.bad(&self.shown_of(key), &text.value, &expected(&text.value), &text.origin);
            return None;
        };
        Some(Located::new(value, text.origin))
    }

    /// A date.
    pub fn date(&mut self, key: &str, reading: &mut Reading) -> Option<Located<Date>> {
        self.parse_or(key, date_instead, parse_date, reading)
    }

    /// An amount in 元 with at most two decimals.
    pub fn money(&mut self, key: &str, reading: &mut Reading) -> Option<Located<Money>> {
        self.parse(key, "金额（元），最多两位小数，如 17627800.00", parse_money, reading)
    }

    /// A decimal number.
    pub fn decimal(&mut self, key: &str, reading: &mut Reading) -> Option<Located<Decimal>> {
        self.parse(key, "数字，如 10 或 2.5", parse_decimal, reading)
    }

    /// A rate such as `6%`.
    pub fn rate(&mut self, key: &str, reading: &mut Reading) -> Option<Located<TaxRate>> {
        self.parse_or(key, rate_instead, parse_rate, reading)
    }

    /// `{自: 2026-03-01, 至: 2027-02-28}`.
    pub fn period(&mut self, key: &str, reading: &mut Reading) -> Option<Located<Period>> {
        let node = self.entries.iter().find(|(k, _)| k.value == key).map(|(_, node)| node);
        let example = node.and_then(as_period).unwrap_or_else(|| "{自: 2026-03-05, 至: 2026-08-31}".into());
        let mut map = self.map_like(key, &example, reading)?;
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
    let suggestion = likeness::nearest(&key.value, known.iter().map(String::as_str)).map(str::to_owned);
    let (key, origin) = (key.value.clone(), key.origin.clone());
    Fault::new(
        FaultKind::UnknownKey { key, suggestion, known: known.to_vec(), elsewhere: Vec::new() },
        origin,
    )
}

const WIDE_COMMA: &str = "花括号、方括号里的各项用半角逗号“, ”隔开；逗号是内容的，给整个值加上英文引号";

/// The place of one character of a text, as far as the text stands in the file as it was read.
fn part(text: &Located<String>, at: usize, character: char) -> Origin {
    let Origin::Text(span) = &text.origin else { return text.origin.clone() };
    let before = text.value.get(..at).map_or(0, |before| before.chars().count());
    if span.bytes.len() != text.value.len() {
        return text.origin.clone();
    }
    let start = span.bytes.start + at;
    Origin::Text(TextSpan {
        bytes: start..start + character.len_utf8(),
        column: span.column.saturating_add(u32::try_from(before).unwrap_or(0)),
        ..span.clone()
    })
}

/// `2026.3.5至2026.8.31` as it should be written.
fn as_period(node: &Node) -> Option<String> {
    let Kind::Scalar(text) = &node.kind else { return None };
    const MARKS: [char; 8] = ['至', '到', '~', '～', '—', '–', '-', '－'];
    // A date may have a - of its own.
    let (from, to) = text.match_indices(MARKS).find_map(|(at, mark)| {
        let to = text.get(at + mark.len()..)?.trim_start_matches(MARKS);
        Some((parse_date(text.get(..at)?)?, parse_date(to)?))
    })?;
    Some(format!("{{自: {from}, 至: {to}}}"))
}

/// The text of a scalar, spaces at the ends removed; `None` if empty, with a fault if it is a list or a map, or if a
/// full-width comma joined two things within brackets: 钱多多，电话：028 is no name.
pub fn text_of(node: &Node, what: &str, reading: &mut Reading) -> Text {
    match &node.kind {
        Kind::Null => None,
        Kind::Scalar(text) => {
            let text = Some(text.trim()).filter(|text| !text.is_empty())?;
            if let Some(inner) = between_chinese_quotes(text).filter(|_| node.unquoted) {
                let kind = FaultKind::ChineseQuotes { what: what.into(), inner: inner.into() };
                reading.faults.push(Fault::new(kind, node.origin.clone()));
                return None;
            }
            if node.unquoted && has_wide_brackets(text) {
                reading.bad(what, text, WIDE_BRACKETS, &node.origin);
                return None;
            }
            let text = Located::new(text.to_owned(), node.origin.clone());
            let Some(at) = wide_comma_in(&text.value).filter(|_| node.in_flow) else { return Some(text) };
            reading.bad(what, &text.value, WIDE_COMMA, &part(&text, at, '，'));
            None
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
        Kind::Map(entries) => format!("{} 项“名称: 值”", entries.len()),
    }
}

/// `2026-03-01`, `2026/3/1`, `2026.3.1`, `2026年3月1日`, or `20260301` as in 工时.
pub fn parse_date(text: &str) -> Option<Date> {
    let (year, month, day) = date_parts(text)?;
    Date::new(year, month, day).ok()
}

/// Year, month and day as written, whether there is such a day or not.
fn date_parts(text: &str) -> Option<(i16, i8, i8)> {
    let text = &plain(text);
    let plain = match (text.get(..4), text.get(4..6), text.get(6..)) {
        (Some(year), Some(month), Some(day))
            if text.len() == 8 && text.bytes().all(|b| b.is_ascii_digit()) =>
        {
            format!("{year}-{month}-{day}")
        }
        _ => text.trim_end_matches('日').replace(['年', '月', '/', '.'], "-"),
    };
    let mut parts = plain.split('-').map(|part| part.trim().parse::<i16>().ok());
    let (year, month, day) = (parts.next()??, parts.next()??, parts.next()??);
    if parts.next().is_some() || !(1900..=2200).contains(&year) {
        return None;
    }
    Some((year, i8::try_from(month).ok()?, i8::try_from(day).ok()?))
}

/// What to write in place of something that is no date, or that there is no such day.
fn date_instead(text: &str) -> String {
    let Some((year, month, day)) = date_parts(text) else { return "日期，如 2026-03-01".into() };
    let days = match Date::new(year, month, 1) {
        Ok(first) => format!("{year}年{month}月只有 {} 天", first.days_in_month()),
        Err(_) => "月份是 1 到 12".into(),
    };
    format!("真有的日期；没有{year}年{month}月{day}日这一天，{days}")
}

/// An amount in 元 as sheets have it, too: `￥16,746,820.53`, `16,746,820.53元`. Of 人天 and shares it is none.
pub fn parse_money(text: &str) -> Option<Money> {
    let is_other = text.contains(['%', '％', '天', '日', '/', 'e', 'E']);
    let amount = if is_other { None } else { number::from_text(text) };
    amount.and_then(Money::exact).filter(|money| !money.is_negative())
}

/// A plain decimal number with optional thousands commas, below 10^13.
pub fn parse_decimal(text: &str) -> Option<Decimal> {
    let plain: String = plain_chars(text).filter(|c| *c != ',').collect();
    let digits = plain.strip_prefix(['+', '-']).unwrap_or(&plain);
    if digits.is_empty() || !digits.chars().all(|c| c.is_ascii_digit() || c == '.') {
        return None;
    }
    let value: Decimal = plain.parse().ok()?;
    (value.abs() < Decimal::from(10_000_000_000_000_u64)).then_some(value)
}

/// `6%`, `６％` or `0.06`. A bare `6` is refused: it could be either.
pub fn parse_rate(text: &str) -> Option<TaxRate> {
    let text: String = plain_chars(text).collect();
    match text.strip_suffix('%') {
        Some(percent) => TaxRate::from_percent(parse_decimal(percent)?),
        None => TaxRate::from_fraction(parse_decimal(&text)?),
    }
}

/// What to write in place of something that is no rate: `6` may have meant 6%.
fn rate_instead(text: &str) -> String {
    let plain: String = plain_chars(text).collect();
    if plain.ends_with('%') {
        return "税率，不低于 0%，低于 100%，如 6%".into();
    }
    let meant = parse_decimal(&plain).map(|number| format!("{}%", number.normalize()));
    match meant.filter(|meant| parse_rate(meant).is_some()) {
        Some(meant) => format!("税率，带上百分号：写 {meant}"),
        None => "税率，用阿拉伯数字和百分号，如 6%".into(),
    }
}

#[cfg(test)]
#[path = "reader_tests.rs"]
mod tests;
