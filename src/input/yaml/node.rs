//! YAML text → a tree in which every value keeps its place. Bounded, so that hostile YAML is refused early.
//!
//! May use: `diagnostics`, `model::fault`.

use std::cell::RefCell;
use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_saphyr::{DuplicateKeyPolicy, Location, MergeKeyPolicy, Spanned, Tagged};

use super::slips::{
    NEEDS_BRACES, WIDE_COLON, WIDE_COMMA, in_braces, is_wide_key, misaligned, slip_of, wide_comma,
};
use crate::diagnostics::{FileName, Located, Origin, TextSpan};
use crate::model::fault::{Fault, FaultKind};

/// Nesting no case needs; deeper YAML is an attack or a mistake.
const MAX_DEPTH: usize = 32;
/// So many further lines with the same slip are named.
const MOST_LINES: usize = 8;

/// A YAML value and its place. A map or a list that belongs to a key has the key's place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Node {
    /// The value.
    pub kind: Kind,
    /// Its place.
    pub origin: Origin,
    /// Whether it stands unquoted within `{ }` or `[ ]`, where commas and colons part one thing from the next.
    pub in_flow: bool,
    /// Whether it stands without English quotation marks or a block's mark.
    pub unquoted: bool,
}

/// What a value is. Numbers, dates and booleans stay the text that was typed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Left empty.
    Null,
    /// Any single value.
    Scalar(String),
    /// `- a` or `[a, b]`.
    List(Vec<Node>),
    /// `key: value`, in the file's order; a key may stand there twice.
    Map(Vec<(Located<String>, Node)>),
}

/// Reads one YAML document.
pub fn parse(file: &FileName, text: &str) -> Result<Node, Box<Fault>> {
    let options = serde_saphyr::options! {
        budget: serde_saphyr::budget! { max_events: 20_000, max_aliases: 0, max_anchors: 0, max_depth: MAX_DEPTH },
        duplicate_keys: DuplicateKeyPolicy::PassThrough,
        // `<<` brings in keys that nobody sees where they count: as an ordinary key it is one that nobody knows.
        merge_keys: MergeKeyPolicy::AsOrdinary,
    };
    let source = Source { file, text, tags: RefCell::default() };
    let whole = |why: String| Box::new(Fault::new(FaultKind::Unreadable { why }, Origin::File(file.clone())));
    if text.trim().is_empty() {
        return Err(whole("文件是空的".into()));
    }
    let root = serde_saphyr::from_str_with_options::<Spanned<Tagged<Raw>>>(text, options)
        .map(|raw| source.node(raw, None, false))
        .map_err(|error| {
            source.syntax_fault(&error).map_or_else(|| whole("不是有效的 YAML".into()), Box::new)
        })?;
    if let Some((tag, place)) = source.tags.take().into_iter().next() {
        return Err(Box::new(tag_fault(&tag, place)));
    }
    // With full-width colons throughout, the whole file is one text to YAML.
    if matches!(root.kind, Kind::Scalar(_))
        && let Some(slip) = source.slip(text.lines().count())
    {
        return Err(Box::new(source.slip_fault(slip)));
    }
    Ok(root)
}

/// Every # that may surprise: inside an unquoted value, where a remark was meant (`名称: 某公司# 全称`), or after it,
/// where text was meant (`地址: 某路 #12`). A remark of the usual form, ` # …`, is left alone.
pub fn stray_hashes(root: &Node, text: &str) -> Vec<Fault> {
    let mut faults = Vec::new();
    let mut open = vec![root];
    while let Some(node) = open.pop() {
        match &node.kind {
            Kind::Null => {}
            Kind::Scalar(value) => faults.extend(stray_hash(node, value, text)),
            Kind::List(items) => open.extend(items),
            Kind::Map(entries) => open.extend(entries.iter().map(|(_, value)| value)),
        }
    }
    faults
}

fn stray_hash(node: &Node, value: &str, text: &str) -> Option<Fault> {
    let Origin::Text(span) = &node.origin else { return None };
    let is_plain = !text.get(span.bytes.clone())?.starts_with(['"', '\'', '|', '>']);
    if !is_plain {
        return None;
    }
    let rest = text.get(span.bytes.end..)?.lines().next()?;
    let cut = rest.trim_start().strip_prefix('#').filter(|remark| {
        rest.starts_with(char::is_whitespace) && remark.starts_with(|c: char| !c.is_whitespace() && c != '#')
    });
    if cut.is_none() && !value.contains('#') {
        return None;
    }
    let kind =
        FaultKind::StrayHash { value: value.to_owned(), cut: cut.map(|c| format!("#{}", c.trim_end())) };
    Some(Fault::new(kind, node.origin.clone()))
}

/// A value as serde hands it over; what is not a string is read from the source by its place.
enum Raw {
    Null,
    Text(String),
    Other,
    List(Vec<Spanned<Tagged<Raw>>>),
    Map(Vec<(Spanned<String>, Spanned<Tagged<Raw>>)>),
}

impl<'de> Deserialize<'de> for Raw {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(RawVisitor)
    }
}

struct RawVisitor;

impl<'de> Visitor<'de> for RawVisitor {
    type Value = Raw;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a YAML value")
    }

    fn visit_unit<E>(self) -> Result<Raw, E> {
        Ok(Raw::Null)
    }
    fn visit_none<E>(self) -> Result<Raw, E> {
        Ok(Raw::Null)
    }
    fn visit_bool<E>(self, _: bool) -> Result<Raw, E> {
        Ok(Raw::Other)
    }
    fn visit_i64<E>(self, _: i64) -> Result<Raw, E> {
        Ok(Raw::Other)
    }
    fn visit_u64<E>(self, _: u64) -> Result<Raw, E> {
        Ok(Raw::Other)
    }
    fn visit_i128<E>(self, _: i128) -> Result<Raw, E> {
        Ok(Raw::Other)
    }
    fn visit_u128<E>(self, _: u128) -> Result<Raw, E> {
        Ok(Raw::Other)
    }
    fn visit_f64<E>(self, _: f64) -> Result<Raw, E> {
        Ok(Raw::Other)
    }
    fn visit_str<E>(self, text: &str) -> Result<Raw, E> {
        Ok(Raw::Text(text.to_owned()))
    }
    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Raw, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = seq.next_element()? {
            items.push(item);
        }
        Ok(Raw::List(items))
    }
    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Raw, A::Error> {
        let mut entries = Vec::new();
        while let Some(entry) = map.next_entry()? {
            entries.push(entry);
        }
        Ok(Raw::Map(entries))
    }
}

/// The text being read.
struct Source<'a> {
    file: &'a FileName,
    text: &'a str,
    /// Tags such as `!foo`, and the values that they stand before.
    tags: RefCell<Vec<(String, Origin)>>,
}

impl Source<'_> {
    fn node(&self, raw: Spanned<Tagged<Raw>>, key: Option<&Origin>, within_flow: bool) -> Node {
        let own = self.origin(&raw.referenced);
        let Tagged(value, tag) = raw.value;
        self.tags.borrow_mut().extend(tag.map(|tag| (tag, key.unwrap_or(&own).clone())));
        let of_key = key.cloned().unwrap_or_else(|| own.clone());
        let flow = within_flow || self.begins_with(&own, &['{', '[']);
        let (kind, origin) = match value {
            Raw::Null => (Kind::Null, of_key),
            Raw::Text(text) => (Kind::Scalar(text), own),
            Raw::Other => (Kind::Scalar(self.slice(&own)), own),
            Raw::List(items) => {
                (Kind::List(items.into_iter().map(|item| self.node(item, None, flow)).collect()), of_key)
            }
            Raw::Map(entries) => {
                let entries = entries.into_iter().map(|(key, value)| {
                    let origin = self.origin(&key.referenced);
                    let value = self.node(value, Some(&origin), flow);
                    (Located::new(key.value, origin), value)
                });
                (Kind::Map(entries.collect()), of_key)
            }
        };
        let in_flow = within_flow && !self.begins_with(&origin, &['"', '\'']);
        let unquoted = !self.begins_with(&origin, &['"', '\'', '|', '>']);
        Node { kind, origin, in_flow, unquoted }
    }

    fn begins_with(&self, origin: &Origin, marks: &[char]) -> bool {
        let Origin::Text(span) = origin else { return false };
        self.text.get(span.bytes.start..).is_some_and(|rest| rest.starts_with(marks))
    }

    /// The characters at a place, exactly as typed: `0610041` and `3.10` keep their zeros.
    fn slice(&self, origin: &Origin) -> String {
        match origin {
            Origin::Text(span) => self
                .text
                .get(span.bytes.clone())
                .unwrap_or_default()
                .trim()
                .trim_matches(['"', '\''])
                .to_owned(),
            _ => String::new(),
        }
    }

    fn origin(&self, location: &Location) -> Origin {
        let start = location.span().byte_offset().map_or_else(|| self.offset(location), to_usize);
        let start = start.min(self.text.len());
        let length = location.span().byte_len().map_or(0, to_usize);
        let mut end = start.saturating_add(length).min(self.text.len());
        while !self.text.is_char_boundary(end) {
            end -= 1;
        }
        // The span of a block scalar or a plain one may run on over the line's end.
        let trimmed = self.text.get(start..end).map_or(start, |s| start + s.trim_end().len());
        Origin::Text(TextSpan {
            file: self.file.clone(),
            bytes: start..trimmed.max(start),
            line: u32::try_from(location.line()).unwrap_or(1).max(1),
            column: u32::try_from(location.column()).unwrap_or(1).max(1),
        })
    }

    /// Where a line and column are; errors know no more.
    fn offset(&self, location: &Location) -> usize {
        let line = to_usize(location.line()).saturating_sub(1);
        let column = to_usize(location.column()).saturating_sub(1);
        let before: usize = self.text.split_inclusive('\n').take(line).map(str::len).sum();
        let rest = self.text.get(before..).unwrap_or_default();
        before + rest.char_indices().nth(column).map_or(rest.len(), |(at, _)| at)
    }

    fn syntax_fault(&self, error: &serde_saphyr::Error) -> Option<Fault> {
        let location = error.without_snippet().location()?;
        let line = to_usize(location.line());
        let why = match error.without_snippet() {
            serde_saphyr::Error::Budget { .. } => {
                "嵌套过深、条目过多，或用了锚点（& *），可能不是合同数据".to_owned()
            }
            serde_saphyr::Error::MultipleDocuments { .. } => {
                "一个文件里只能有一份 YAML，请删去多余的 ---".to_owned()
            }
            // The parser stumbles where a slip makes itself felt, often a line or two below it.
            _ => match (self.slip(line), misaligned(self.text, line)) {
                (Some(slip), _) => return Some(self.slip_fault(slip)),
                (None, Some((at, what))) => {
                    let why = format!("第 {} 行的 YAML 写法有误：{what}", at + 1);
                    return Some(Fault::new(FaultKind::Unreadable { why }, self.whole_line(at)));
                }
                _ => format!("第 {line} 行或它上面几行的 YAML 写法有误，请检查缩进、冒号和引号"),
            },
        };
        Some(Fault::new(FaultKind::Unreadable { why }, self.origin(&location)))
    }

    /// The last usual slip of people who type Chinese at or above a line (counted from 1), and what to do about it.
    fn slip(&self, last: usize) -> Option<(usize, &'static str)> {
        // A tab is told of at the end of the line above it.
        let lines: Vec<&str> = self.text.lines().take(last + 1).collect();
        lines.iter().enumerate().rev().find_map(|(at, line)| Some((at, slip_of(line)?)))
    }

    /// Who slips once on a line slips on its neighbours: told at the first of them, with the numbers of the others.
    fn slip_fault(&self, (found, what): (usize, &'static str)) -> Fault {
        let indent = |line: &str| line.len() - line.trim_start().len();
        let depth = self.text.lines().nth(found).map_or(0, indent);
        let is_same = |line: &str| {
            indent(line) == depth && slip_of(line) == Some(what) && (what != WIDE_COLON || is_wide_key(line))
        };
        let lines = self.text.lines().enumerate();
        let same: Vec<usize> =
            lines.filter(|(at, line)| *at == found || is_same(line)).map(|(at, _)| at).collect();
        let first = same.first().copied().unwrap_or(found);
        let others: Vec<String> =
            same.iter().skip(1).take(MOST_LINES).map(|at| (at + 1).to_string()).collect();
        let more = if same.len() > MOST_LINES + 1 { " 等" } else { "" };
        let also = match others.as_slice() {
            [] => String::new(),
            others => format!("；第 {}{more} 行也是这样", others.join("、")),
        };
        let line = self.text.lines().nth(first).unwrap_or_default();
        let so = in_braces(line).filter(|_| what == NEEDS_BRACES).map(|line| format!("，写成 {line}"));
        let why = format!("第 {} 行的 YAML 写法有误：{what}{}{also}", first + 1, so.unwrap_or_default());
        let place = match wide_comma(line).filter(|_| what == WIDE_COMMA) {
            Some(at) => self.part_of_line(first, at, '，'.len_utf8()),
            None => self.whole_line(first),
        };
        Fault::new(FaultKind::Unreadable { why }, place)
    }

    /// So many bytes of a line from an offset on.
    fn part_of_line(&self, at: usize, offset: usize, length: usize) -> Origin {
        let before: usize = self.text.split_inclusive('\n').take(at).map(str::len).sum();
        let line = self.text.get(before..).unwrap_or_default();
        let column = line.get(..offset).map_or(0, |before| before.chars().count());
        Origin::Text(TextSpan {
            file: self.file.clone(),
            bytes: before + offset..before + offset + length,
            line: u32::try_from(at + 1).unwrap_or(u32::MAX),
            column: u32::try_from(column + 1).unwrap_or(1),
        })
    }

    fn whole_line(&self, at: usize) -> Origin {
        let before: usize = self.text.split_inclusive('\n').take(at).map(str::len).sum();
        let line = self.text.get(before..).and_then(|rest| rest.lines().next()).unwrap_or_default();
        let indent = line.len() - line.trim_start().len();
        Origin::Text(TextSpan {
            file: self.file.clone(),
            bytes: before + indent..before + line.trim_end().len().max(indent),
            line: u32::try_from(at + 1).unwrap_or(u32::MAX),
            column: u32::try_from(line.chars().take_while(|c| c.is_whitespace()).count() + 1).unwrap_or(1),
        })
    }
}

/// A tag changes what a value is read as (`!!binary` even what it says), which nobody sees who reads the file.
fn tag_fault(tag: &str, place: Origin) -> Fault {
    let typed =
        tag.strip_prefix("tag:yaml.org,2002:").map_or_else(|| tag.to_owned(), |name| format!("!!{name}"));
    let why = format!("值的前面写了 YAML 标签“{typed}”，案卷里不用标签；请删去它，值是文字的加上英文引号");
    Fault::new(FaultKind::Unreadable { why }, place)
}

fn to_usize(n: u64) -> usize {
    usize::try_from(n).unwrap_or(usize::MAX)
}

#[cfg(test)]
#[path = "node_tests.rs"]
mod tests;
