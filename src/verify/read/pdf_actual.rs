//! What a page's marked content says of itself, in the order in which it begins: the text that its glyphs stand for.
//!
//! Glyphs that several characters share carry their text here and not in the font. hayro's device is told only that a
//! piece begins, so the page is walked a second time. The walk also counts: forms that draw forms can make a small file
//! an endless page.
//!
//! May use: `pdf_text` for the error, `pdf_facts`, `pdf_limits`.

use hayro_syntax::content::TypedIter;
use hayro_syntax::content::ops::TypedInstruction;
use hayro_syntax::object::{Array, Dict, Name, Object, Stream, String as PdfString, dict_or_stream};
use hayro_syntax::page::{Page, Resources};

use super::pdf_facts::words;
use super::pdf_limits;
use super::pdf_text::PdfReadError;

/// A piece of marked content.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Marked {
    /// `ActualText`.
    pub actual: Option<String>,
}

/// The pieces of a page, as long as its drawing comes to an end.
pub fn of_page(page: &Page<'_>, budget: &mut usize) -> Result<Vec<Marked>, PdfReadError> {
    let mut walk = Walk { found: Vec::new(), budget, states: 0 };
    walk.stream(page.typed_operations(), page.resources(), 0)?;
    let notes = page.raw().get::<Array<'_>>("Annots").unwrap_or_default();
    for note in notes.iter::<Dict<'_>>() {
        let hidden = note.get::<u32>("F").unwrap_or(0) & 2 != 0;
        let drawn = note.get::<Dict<'_>>("AP").and_then(|ap| ap.get::<Stream<'_>>("N"));
        if let Some(form) = drawn.filter(|_| !hidden) {
            walk.form(&form, page.resources(), 0)?;
        }
    }
    Ok(walk.found)
}

struct Walk<'w> {
    found: Vec<Marked>,
    /// Instructions that may still come.
    budget: &'w mut usize,
    /// Graphics states that are kept.
    states: usize,
}

impl Walk<'_> {
    fn stream(
        &mut self,
        mut content: TypedIter<'_>,
        resources: &Resources<'_>,
        depth: usize,
    ) -> Result<(), PdfReadError> {
        while let Some(instruction) = content.next() {
            *self.budget = self.budget.checked_sub(1).ok_or_else(endless)?;
            match instruction {
                TypedInstruction::SaveState(_) => {
                    self.states += 1;
                    if self.states > pdf_limits::STATES {
                        return Err(endless());
                    }
                }
                TypedInstruction::RestoreState(_) => self.states = self.states.saturating_sub(1),
                TypedInstruction::BeginMarkedContent(_) => self.found.push(Marked::default()),
                TypedInstruction::BeginMarkedContentWithProperties(begin) => {
                    let marked = marked(begin.1, resources);
                    self.charge(marked.actual.as_ref().map_or(0, String::len))?;
                    self.found.push(marked);
                }
                TypedInstruction::XObject(object) => {
                    if let Some(form) = resources.get_x_object(object.0) {
                        self.form(&form, resources, depth)?;
                    }
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// What is unpacked or copied each time costs by its length.
    fn charge(&mut self, bytes: usize) -> Result<(), PdfReadError> {
        *self.budget = self.budget.checked_sub(bytes / pdf_limits::BYTES).ok_or_else(endless)?;
        Ok(())
    }

    fn form(
        &mut self,
        form: &Stream<'_>,
        resources: &Resources<'_>,
        depth: usize,
    ) -> Result<(), PdfReadError> {
        if form.dict().get::<Name<'_>>("Subtype").is_none_or(|kind| &*kind != b"Form") {
            return Ok(());
        }
        if depth >= pdf_limits::DEPTH {
            return Err(endless());
        }
        let Ok(content) = form.decoded() else { return Ok(()) };
        self.charge(content.len())?;
        let own = form.dict().get::<Dict<'_>>("Resources").unwrap_or_default();
        let own = Resources::from_parent(own, resources.clone());
        self.stream(TypedIter::new(&content), &own, depth + 1)
    }
}

fn endless() -> PdfReadError {
    let most = pdf_limits::INSTRUCTIONS;
    PdfReadError::TooLarge(format!("页面由层层嵌套的图形组成，要画的超过 {most} 步"))
}

/// The properties stand in place, or by name among the resources.
fn marked(properties: &Object<'_>, resources: &Resources<'_>) -> Marked {
    let named = properties.clone().into_name().and_then(|name| resources.properties.get::<Dict<'_>>(name));
    let inline = || dict_or_stream(properties).map(|(dict, _)| dict.clone());
    let actual = named.or_else(inline).and_then(|dict| dict.get::<PdfString<'_>>("ActualText"));
    Marked { actual: actual.map(|text| words(text.as_bytes())) }
}
