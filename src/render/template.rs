//! Tera: a template and a view → Typst source. The only door through which users' text enters Typst.
//!
//! `«value»` prints the Typst code `#"value";`: a string literal, so nothing a user types can be markup or code.
//! `«value | code»` prints the bare literal, for use inside `#f(…)`.
//!
//! May use: nothing of hetong but view structs handed in as data.

use std::collections::BTreeMap;
use std::io::{self, Write};

use serde::Serialize;
use tera::{Context, Delimiters, Kwargs, State, Tera, Value};
use thiserror::Error;

/// A template that does not fit the view, or is not a template.
#[derive(Debug, Error)]
#[error("模板 {template} 有误：{why}")]
pub struct TemplateError {
    /// The template.
    pub template: String,
    /// Why, down to the innermost cause.
    pub why: String,
}

/// A pack's templates, parsed.
#[derive(Debug)]
pub struct Templates {
    tera: Tera,
}

impl Templates {
    /// Parses a pack's templates; files whose name begins with `lib` are plain Typst and stay out of it.
    ///
    /// # Errors
    /// If one is not valid.
    pub fn parse(sources: &BTreeMap<String, String>) -> Result<Self, TemplateError> {
        let mut tera = Tera::default();
        let delimiters =
            Delimiters { variable_start: "«".into(), variable_end: "»".into(), ..Delimiters::default() };
        tera.set_delimiters(delimiters).map_err(|e| error("", &e))?;
        tera.autoescape_on([".typ"]);
        tera.set_escape_fn(escape);
        tera.register_filter("code", code);
        let templates = sources.iter().filter(|(name, _)| !is_library(name));
        tera.add_raw_templates(templates.map(|(name, text)| (name.as_str(), text.as_str())))
            .map_err(|e| error("", &e))?;
        Ok(Self { tera })
    }

    /// Fills a template.
    ///
    /// # Errors
    /// If it asks for something the view does not have.
    pub fn fill(&self, template: &str, view: &impl Serialize) -> Result<String, TemplateError> {
        let context = Context::from_serialize(view).map_err(|e| error(template, &e))?;
        self.tera.render(template, &context).map_err(|e| error(template, &e))
    }
}

/// Whether a file of the pack is plain Typst, imported by the templates.
pub fn is_library(name: &str) -> bool {
    name.starts_with("lib")
}

fn error(template: &str, error: &tera::Error) -> TemplateError {
    let mut why = error.to_string();
    let mut cause = std::error::Error::source(error);
    while let Some(inner) = cause {
        why = format!("{why}：{inner}");
        cause = inner.source();
    }
    TemplateError { template: template.to_owned(), why }
}

fn escape(text: &str, out: &mut dyn Write) -> io::Result<()> {
    write!(out, "#{};", literal(text))
}

fn code(value: Value, _: Kwargs, _: &State) -> Value {
    let code = value.as_str().map_or_else(|| value.to_string(), literal);
    Value::safe_string(&code)
}

/// A Typst string literal. A carriage return goes with its line feed; other control characters have no glyph.
fn literal(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for c in text.chars() {
        match c {
            '\\' => out.push_str("\\\\"),
            '"' => out.push_str("\\\""),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            c if c.is_control() => {}
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fill(template: &str, value: &str) -> String {
        let sources = BTreeMap::from([("a.typ".to_owned(), template.to_owned())]);
        let view = BTreeMap::from([("x", value)]);
        Templates::parse(&sources).unwrap().fill("a.typ", &view).unwrap()
    }

    #[test]
    fn values_are_string_literals() {
        assert_eq!(
            fill("甲方：«x»。", "咪咕 #pagebreak() \"*\" \\"),
            "甲方：#\"咪咕 #pagebreak() \\\"*\\\" \\\\\";。"
        );
        assert_eq!(fill("#f(«x | code»)", "a\"\n\u{7}b"), "#f(\"a\\\"\\nb\")");
        assert_eq!(fill("«x»", "«x» {{x}} {% if %}"), "#\"«x» {{x}} {% if %}\";");
    }

    #[test]
    fn a_value_the_view_does_not_have_is_an_error() {
        let sources = BTreeMap::from([("a.typ".to_owned(), "«y»".to_owned())]);
        let view = BTreeMap::from([("x", "1")]);
        assert!(Templates::parse(&sources).unwrap().fill("a.typ", &view).is_err());
    }
}
