//! YAML text → a tree in which every value keeps its place. Bounded, so that hostile YAML is refused early.
//!
//! May use: `diagnostics`, `model::fault`.

use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_saphyr::{DuplicateKeyPolicy, Location, Spanned};

use crate::diagnostics::{FileName, Located, Origin, TextSpan};
use crate::model::fault::{Fault, FaultKind};

/// Nesting no case needs; deeper YAML is an attack or a mistake.
const MAX_DEPTH: usize = 32;

/// A YAML value and its place. A map or a list that belongs to a key has the key's place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Node {
    /// The value.
    pub kind: Kind,
    /// Its place.
    pub origin: Origin,
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
    };
    let source = Source { file, text };
    let whole = |why: String| Box::new(Fault::new(FaultKind::Unreadable { why }, Origin::File(file.clone())));
    if text.trim().is_empty() {
        return Err(whole("文件是空的".into()));
    }
    serde_saphyr::from_str_with_options::<Spanned<Raw>>(text, options)
        .map(|raw| source.node(raw, None))
        .map_err(|error| {
            source.syntax_fault(&error).map_or_else(|| whole("不是有效的 YAML".into()), Box::new)
        })
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
    List(Vec<Spanned<Raw>>),
    Map(Vec<(Spanned<String>, Spanned<Raw>)>),
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
}

impl Source<'_> {
    fn node(&self, raw: Spanned<Raw>, key: Option<&Origin>) -> Node {
        let own = self.origin(&raw.referenced);
        let of_key = key.cloned().unwrap_or_else(|| own.clone());
        match raw.value {
            Raw::Null => Node { kind: Kind::Null, origin: of_key },
            Raw::Text(text) => Node { kind: Kind::Scalar(text), origin: own },
            Raw::Other => Node { kind: Kind::Scalar(self.slice(&own)), origin: own },
            Raw::List(items) => Node {
                kind: Kind::List(items.into_iter().map(|item| self.node(item, None)).collect()),
                origin: of_key,
            },
            Raw::Map(entries) => {
                let entries = entries.into_iter().map(|(key, value)| {
                    let origin = self.origin(&key.referenced);
                    let value = self.node(value, Some(&origin));
                    (Located::new(key.value, origin), value)
                });
                Node { kind: Kind::Map(entries.collect()), origin: of_key }
            }
        }
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
            _ => match self.slip(line) {
                Some((at, what)) => {
                    let why = format!("第 {} 行的 YAML 写法有误：{what}", at + 1);
                    return Some(Fault::new(FaultKind::Unreadable { why }, self.whole_line(at)));
                }
                None => format!("第 {line} 行或它上面几行的 YAML 写法有误，请检查缩进、冒号和引号"),
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

/// What is wrong with a line, if it is one of the usual slips.
fn slip_of(line: &str) -> Option<&'static str> {
    let indent: String = line.chars().take_while(|c| c.is_whitespace()).collect();
    let body = line.trim().trim_start_matches("- ");
    if body.is_empty() || body.starts_with('#') {
        return None;
    }
    if indent.contains('\t') {
        return Some("行首用了制表符（Tab），请改成空格");
    }
    if indent.contains('\u{3000}') {
        return Some("行首用了全角空格，请改成半角空格");
    }
    let Some((key, value)) = body.split_once(':') else {
        return body.contains('：').then_some("键后面用了全角冒号“：”，请改成半角冒号加一个空格“: ”");
    };
    if key.contains('：') {
        return Some("键后面用了全角冒号“：”，请改成半角冒号加一个空格“: ”");
    }
    if !value.is_empty() && !value.starts_with(' ') && !key.contains(['"', '{', '[']) {
        return Some("冒号后面少一个空格");
    }
    let value = value.trim();
    if value.matches('"').count() % 2 == 1 {
        return Some("双引号没有成对");
    }
    if value.starts_with(['“', '”', '‘']) {
        return Some("用了中文引号，请改成英文引号 \"");
    }
    let is_text = !value.starts_with(['"', '\'', '{', '[', '#']);
    if is_text && value.split(" #").next().is_some_and(|v| v.contains(": ")) {
        return Some("值里有冒号加空格，请给整个值加上英文引号 \"…\"");
    }
    let brackets = |open, close| value.matches(open).count() != value.matches(close).count();
    (!is_text && (brackets('[', ']') || brackets('{', '}'))).then_some("方括号或花括号没有成对")
}

fn to_usize(n: u64) -> usize {
    usize::try_from(n).unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(text: &str) -> Node {
        parse(&FileName::from("合同.yaml"), text).unwrap()
    }

    fn entry<'a>(node: &'a Node, key: &str) -> &'a Node {
        let Kind::Map(entries) = &node.kind else { panic!("not a map") };
        &entries.iter().find(|(k, _)| k.value == key).unwrap().1
    }

    #[test]
    fn values_keep_their_text_and_place() {
        let node =
            parsed("乙方:\n  邮政编码: 061004\n  比例: 3.10\n  名称: \"甲 # 乙\"\n  空:\n  是: true\n");
        let supplier = entry(&node, "乙方");
        let postcode = entry(supplier, "邮政编码");
        assert_eq!(postcode.kind, Kind::Scalar("061004".into()));
        let Origin::Text(span) = &postcode.origin else { panic!() };
        assert_eq!((span.line, span.column), (2, 9));
        assert_eq!(entry(supplier, "比例").kind, Kind::Scalar("3.10".into()));
        assert_eq!(entry(supplier, "名称").kind, Kind::Scalar("甲 # 乙".into()));
        assert_eq!(entry(supplier, "空").kind, Kind::Null);
        assert_eq!(entry(supplier, "是").kind, Kind::Scalar("true".into()));
    }

    #[test]
    fn full_width_colon_is_named() {
        let fault = parse(&FileName::from("a"), "乙方:\n  名称：某公司\n  简称: 某\n").unwrap_err();
        assert!(format!("{fault:?}").contains("全角冒号"), "{fault:?}");
    }

    #[test]
    fn a_mistake_has_its_place() {
        let fault = parse(&FileName::from("a"), "乙方:\n  名称: [某\n  简称: 某\n").unwrap_err();
        let Origin::Text(span) = &fault.origin else { panic!() };
        assert!(span.line >= 2 && span.bytes.start > 0, "{span:?}");
    }

    #[test]
    fn the_line_of_the_slip_is_named() {
        let supplier = |slip: &str| format!("乙方:\n  名称: 甲\n{slip}\n  简称: 甲\n  地址: 某路\n");
        for (slip, said) in [
            ("  法定地址：某路", "全角冒号"),
            ("\t法定地址: 某路", "制表符"),
            ("　法定地址: 某路", "全角空格"),
            ("  邮政编码: \"610041", "没有成对"),
            ("  法定地址: 成都: 高新区", "英文引号"),
        ] {
            let fault = parse(&FileName::from("a"), &supplier(slip)).unwrap_err();
            let FaultKind::Unreadable { why } = &fault.kind else { panic!() };
            assert!(why.contains("第 3 行") && why.contains(said), "{slip}: {why}");
            let Origin::Text(span) = &fault.origin else { panic!() };
            assert_eq!(span.line, 3, "{slip}");
        }
    }

    #[test]
    fn a_hash_is_told_where_it_may_surprise() {
        let text = "a: 某公司# 全称\nb: 某路 #12\nc: \"2#楼\"\nd: 转账   # 或汇票\ne: 20 # 天\nf: ''\n";
        let faults = stray_hashes(&parsed(text), text);
        let mut lines: Vec<u32> = faults
            .iter()
            .map(|fault| match &fault.origin {
                Origin::Text(span) => span.line,
                _ => 0,
            })
            .collect();
        lines.sort_unstable();
        assert_eq!(lines, [1, 2]);
    }

    #[test]
    fn tabs_are_named() {
        let fault = parse(&FileName::from("a"), "乙方:\n\t名称: 某公司\n").unwrap_err();
        assert!(format!("{fault:?}").contains("制表符"), "{fault:?}");
    }

    #[test]
    fn bombs_are_refused() {
        let mut bomb = String::from("a: &a [x, x, x, x, x, x, x, x, x]\n");
        for (this, last) in ["b", "c", "d", "e", "f"].iter().zip(["a", "b", "c", "d", "e"]) {
            bomb += &format!("{this}: &{this} [*{last}, *{last}, *{last}, *{last}, *{last}, *{last}]\n");
        }
        assert!(parse(&FileName::from("a"), &bomb).is_err());
        assert!(parse(&FileName::from("a"), &"[".repeat(10_000)).is_err());
        assert!(parse(&FileName::from("a"), &format!("a: {}", "[".repeat(50) + &"]".repeat(50))).is_err());
        assert!(parse(&FileName::from("a"), "").is_err());
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_read_or_refused(text in "\\PC{0,200}") {
            let _ = parse(&FileName::from("a"), &text);
        }
    }
}
