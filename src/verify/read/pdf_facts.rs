//! What a PDF says about itself: title, language, tags, PDF/A level, outline.
//!
//! May use: `pdf_limits`, `pdf_text`.

use std::collections::BTreeSet;

use hayro_syntax::Pdf;
use hayro_syntax::object::{Array, Dict, Name, Stream, String as PdfString};

use super::pdf_limits;
use super::pdf_text::{Bookmark, PdfText};

/// More entries than any contract's outline has.
const BOOKMARKS: usize = 10_000;
const LEVELS: usize = 32;
/// Annotations that are looked at.
const NOTES: usize = 10_000;

/// Everything but the pages.
pub fn read(pdf: &Pdf) -> PdfText {
    let catalog: Dict<'_> = pdf.xref().get(pdf.xref().root_id()).unwrap_or_default();
    let language = catalog.get::<PdfString<'_>>("Lang").map(|text| words(text.as_bytes()));
    let marked = catalog.get::<Dict<'_>>("MarkInfo").and_then(|info| info.get::<bool>("Marked"));
    let metadata = catalog.get::<Stream<'_>>("Metadata").and_then(|stream| stream.decoded().ok());
    let metadata = metadata.map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).unwrap_or_default();
    let title = pdf.metadata().title.as_deref().map(words);
    PdfText {
        title: title.or_else(|| element(&metadata, "dc:title").map(|inner| without_tags(&inner))),
        language,
        tagged: marked.unwrap_or(false),
        archival: archival(&metadata),
        bookmarks: bookmarks(&catalog),
        pages: Vec::new(),
        unread_font: false,
        beside: beside(pdf, &catalog),
        cut: false,
    }
}

/// Annotations but links, and what the document as a whole brings along.
fn beside(pdf: &Pdf, catalog: &Dict<'_>) -> Vec<String> {
    let mut found = Vec::new();
    for (page, number) in pdf.pages().iter().zip(1..) {
        let notes = page.raw().get::<Array<'_>>("Annots");
        let left = NOTES.saturating_sub(found.len());
        for note in notes.iter().flat_map(|notes| notes.iter::<Dict<'_>>()).take(left) {
            let kind =
                note.get::<Name<'_>>("Subtype").map(|kind| String::from_utf8_lossy(&kind).into_owned());
            let kind = kind.unwrap_or_default();
            if !matches!(kind.as_str(), "Link" | "Popup") {
                found.push(format!("第 {number} 页的{}", note_name(&kind)));
            }
        }
    }
    let things = [
        ("AcroForm", "表单或电子签名"),
        ("OCProperties", "可以显示或隐藏的图层"),
        ("OpenAction", "打开时执行的动作"),
    ];
    let things = things.iter().filter(|(key, _)| catalog.contains_key(*key));
    found.extend(things.map(|(_, what)| (*what).to_owned()));
    let names = catalog.get::<Dict<'_>>("Names");
    let in_names = [("JavaScript", "脚本"), ("EmbeddedFiles", "附带的文件")];
    let in_names =
        in_names.iter().filter(|(key, _)| names.as_ref().is_some_and(|names| names.contains_key(*key)));
    found.extend(in_names.map(|(_, what)| (*what).to_owned()));
    found
}

fn note_name(kind: &str) -> String {
    match kind {
        "Stamp" => "图章批注".into(),
        "FreeText" => "文本框批注".into(),
        "Widget" => "表单域或电子签名".into(),
        "Text" => "便签批注".into(),
        "Ink" => "手写批注".into(),
        "Square" | "Circle" | "Line" | "Polygon" | "PolyLine" => "图形批注".into(),
        "Highlight" | "Underline" | "StrikeOut" | "Squiggly" => "标记批注".into(),
        other => format!(
            "批注（{}）",
            other.chars().filter(char::is_ascii_alphanumeric).take(20).collect::<String>()
        ),
    }
}

/// `2A` of `<pdfaid:part>2</pdfaid:part><pdfaid:conformance>A</pdfaid:conformance>`.
fn archival(metadata: &str) -> Option<String> {
    let part = element(metadata, "pdfaid:part").or_else(|| attribute(metadata, "pdfaid:part"))?;
    let conformance =
        element(metadata, "pdfaid:conformance").or_else(|| attribute(metadata, "pdfaid:conformance"));
    Some(format!("{}{}", part.trim(), conformance.unwrap_or_default().trim()))
}

/// What stands between an element's tags.
fn element(xml: &str, name: &str) -> Option<String> {
    let (_, rest) = xml.split_once(&format!("<{name}>"))?;
    let (inner, _) = rest.split_once(&format!("</{name}>"))?;
    Some(inner.to_owned())
}

fn attribute(xml: &str, name: &str) -> Option<String> {
    let (_, rest) = xml.split_once(&format!("{name}=\""))?;
    rest.split_once('"').map(|(value, _)| value.to_owned())
}

fn without_tags(xml: &str) -> String {
    let text: String =
        xml.split('<').enumerate().map(|(n, part)| if n == 0 { part } else { after(part) }).collect();
    quick_xml::escape::unescape(text.trim()).map_or_else(|_| text.clone(), |plain| plain.into_owned())
}

fn after(part: &str) -> &str {
    part.split_once('>').map_or("", |(_, rest)| rest)
}

/// The outline, as far as it does not run in circles.
fn bookmarks(catalog: &Dict<'_>) -> Vec<Bookmark> {
    let mut found = Vec::new();
    let mut seen = BTreeSet::new();
    let first = catalog.get::<Dict<'_>>("Outlines").and_then(|outlines| outlines.get::<Dict<'_>>("First"));
    // What is still to be told, the next one last.
    let mut open: Vec<(usize, Dict<'_>)> = first.map(|first| (0, first)).into_iter().collect();
    while let Some((level, entry)) = open.pop() {
        let is_new = entry.obj_id().is_none_or(|id| seen.insert((id.obj_number, id.gen_number)));
        if !is_new || found.len() >= BOOKMARKS {
            continue;
        }
        let title = entry.get::<PdfString<'_>>("Title").map(|text| short(text.as_bytes()));
        found.push(Bookmark { level, title: title.unwrap_or_default() });
        open.extend(entry.get::<Dict<'_>>("Next").map(|next| (level, next)));
        if level < LEVELS {
            open.extend(entry.get::<Dict<'_>>("First").map(|child| (level + 1, child)));
        }
    }
    found
}

/// The beginning of a text string that many may share.
fn short(bytes: &[u8]) -> String {
    words(bytes.get(..4 * pdf_limits::TITLE).unwrap_or(bytes)).chars().take(pdf_limits::TITLE).collect()
}

/// A text string: UTF-16 or UTF-8 with its mark, else one byte for each character.
pub fn words(bytes: &[u8]) -> String {
    match bytes {
        [0xfe, 0xff, rest @ ..] => utf16(rest, u16::from_be_bytes),
        [0xff, 0xfe, rest @ ..] => utf16(rest, u16::from_le_bytes),
        [0xef, 0xbb, 0xbf, rest @ ..] => String::from_utf8_lossy(rest).into_owned(),
        plain => plain.iter().map(|byte| char::from(*byte)).collect(),
    }
}

fn utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> String {
    let (pairs, _) = bytes.as_chunks::<2>();
    char::decode_utf16(pairs.iter().map(|pair| unit(*pair)))
        .map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_strings_are_read_in_each_coding() {
        assert_eq!(words(b"\xfe\xff\x54\x08\x54\x0c"), "合同");
        assert_eq!(words(b"\xff\xfe\x08\x54\x0c\x54"), "合同");
        assert_eq!(words("\u{feff}合同".as_bytes()), "合同");
        assert_eq!(words(b"Contract"), "Contract");
    }

    #[test]
    fn the_level_is_read_from_elements_and_attributes() {
        let elements = "<pdfaid:part>2</pdfaid:part><pdfaid:conformance>A</pdfaid:conformance>";
        assert_eq!(archival(elements).as_deref(), Some("2A"));
        assert_eq!(archival(r#"<x pdfaid:part="3" pdfaid:conformance="B"/>"#).as_deref(), Some("3B"));
        assert_eq!(archival("<x/>"), None);
        let title = "<rdf:Alt><rdf:li xml:lang=\"x-default\">A &amp; B</rdf:li></rdf:Alt>";
        assert_eq!(without_tags(title), "A & B");
    }
}
