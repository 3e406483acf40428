//! Which paragraph, cell or footnote each tagged piece of a page belongs to, from the document's structure tree. A tagged
//! file says so itself; without tags it has to be guessed from places.
//!
//! May use: `pdf_limits`.

use std::collections::HashMap;

use hayro_syntax::Pdf;
use hayro_syntax::object::{Array, Dict, Name, Object, ObjectIdentifier};

use super::pdf_limits;

/// What a piece belongs to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Block {
    /// Paragraph, heading, cell or footnote, by the number of its object.
    pub id: i32,
    /// The row of a table it stands in.
    pub row: Option<i32>,
    /// Whether it is a footnote.
    pub note: bool,
}

/// The blocks of all pages.
#[derive(Debug, Default)]
pub struct Structure {
    /// By the page's key in the tree: the block of each marked piece, by its number.
    pages: HashMap<i32, Vec<Option<Block>>>,
}

/// Levels of the tree, as of its index.
const DEPTH: usize = 64;
/// Elements that stand within a line, or only group lines.
const INLINE: [&[u8]; 10] =
    [b"Span", b"Link", b"Reference", b"Lbl", b"Em", b"Strong", b"Quote", b"Code", b"NonStruct", b"Annot"];

impl Structure {
    /// As the file has it; empty where it has none.
    pub fn of(pdf: &Pdf) -> Self {
        let mut structure = Self::default();
        let catalog: Dict<'_> = pdf.xref().get(pdf.xref().root_id()).unwrap_or_default();
        let root = catalog.get::<Dict<'_>>("StructTreeRoot").unwrap_or_default();
        if let Some(index) = root.get::<Dict<'_>>("ParentTree") {
            let mut known = HashMap::new();
            let mut left = pdf_limits::STRUCTURE;
            structure.index(pdf, &index, 0, (&mut known, &mut left));
        }
        structure
    }

    /// The block of a piece of a page.
    pub fn block(&self, page: i32, piece: i32) -> Option<Block> {
        self.pages.get(&page)?.get(usize::try_from(piece).ok()?).copied().flatten()
    }

    /// A node of the number tree.
    /// It may run in circles, or lead to one place on many ways: then it is read as far as the limit reaches.
    fn index(
        &mut self,
        pdf: &Pdf,
        node: &Dict<'_>,
        depth: usize,
        (known, left): (&mut HashMap<i32, Option<Block>>, &mut usize),
    ) {
        *left = left.saturating_sub(1);
        if depth > DEPTH || *left == 0 {
            return;
        }
        if let Some(children) = node.get::<Array<'_>>("Kids") {
            for child in children.iter::<Dict<'_>>() {
                self.index(pdf, &child, depth + 1, (&mut *known, &mut *left));
            }
        }
        let Some(pairs) = node.get::<Array<'_>>("Nums") else { return };
        let mut key = None;
        for object in pairs.iter::<Object<'_>>() {
            match (object, key) {
                (Object::Number(number), _) => key = i32::try_from(number.as_i64()).ok(),
                (Object::Array(elements), Some(page)) => {
                    let references = elements.raw_iter().take(*left).map(|element| element.as_obj_ref());
                    let blocks = references.map(|r| r.and_then(|r| block(pdf, r.into(), known)));
                    let blocks: Vec<Option<Block>> = blocks.collect();
                    *left = left.saturating_sub(blocks.len());
                    self.pages.insert(page, blocks);
                }
                _ => {}
            }
        }
    }
}

/// Climbs from an element to the block it stands in.
fn block(pdf: &Pdf, element: ObjectIdentifier, known: &mut HashMap<i32, Option<Block>>) -> Option<Block> {
    if let Some(block) = known.get(&element.obj_number) {
        return *block;
    }
    let mut found: Option<Block> = None;
    let mut at = element;
    for _ in 0..DEPTH {
        let Some(node) = pdf.xref().get::<Dict<'_>>(at) else { break };
        let kind = node.get::<Name<'_>>("S");
        let kind: &[u8] = kind.as_deref().unwrap_or_default();
        match kind {
            b"Note" | b"FENote" => found = Some(Block { id: at.obj_number, row: None, note: true }),
            b"TR" => {
                if let Some(block) = &mut found {
                    block.row = block.row.or(Some(at.obj_number));
                }
            }
            kind if found.is_none() && !INLINE.contains(&kind) => {
                found = Some(Block { id: at.obj_number, row: None, note: false });
            }
            _ => {}
        }
        if found.is_some_and(|block| block.note) {
            break;
        }
        let Some(parent) = node.get_ref("P") else { break };
        at = parent.into();
    }
    known.insert(element.obj_number, found);
    found
}
