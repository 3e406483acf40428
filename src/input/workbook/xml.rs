//! Small helpers over quick-xml for the layout of xlsx and the whole of ods.
//!
//! May use: `trouble`.

use quick_xml::Reader;
use quick_xml::events::{BytesRef, BytesStart};
use quick_xml::reader::Config;

use super::trouble::Trouble;

/// A reader over a part that gives `<a/>` as a start and an end.
pub fn reader(part: &[u8]) -> Reader<&[u8]> {
    let mut reader = Reader::from_reader(part);
    let config: &mut Config = reader.config_mut();
    config.expand_empty_elements = true;
    config.check_end_names = false;
    reader
}

/// The part is no XML.
pub fn broken(_: impl std::error::Error) -> Trouble {
    Trouble::unreadable("文件内部的 XML 损坏")
}

/// An attribute by its name without prefix.
pub fn attribute(element: &BytesStart<'_>, name: &str) -> Option<String> {
    let found =
        element.attributes().with_checks(false).flatten().find(|a| a.key.local_name().as_ref() == name)?;
    Some(
        quick_xml::escape::unescape(&found.value)
            .map_or_else(|_| found.value.to_string(), |value| value.into_owned()),
    )
}

/// Whether an attribute is `1` or `true`.
pub fn is_true(element: &BytesStart<'_>, name: &str) -> bool {
    attribute(element, name).is_some_and(|value| matches!(value.trim(), "1" | "true"))
}

/// The character an entity stands for.
pub fn entity(reference: &BytesRef<'_>) -> Option<char> {
    match reference.as_ref() {
        "lt" => Some('<'),
        "gt" => Some('>'),
        "amp" => Some('&'),
        "quot" => Some('"'),
        "apos" => Some('\''),
        _ => reference.resolve_char_ref().ok().flatten(),
    }
}
