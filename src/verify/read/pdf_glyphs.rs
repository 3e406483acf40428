//! The glyphs of a PDF's pages as they are drawn, with the characters they stand for and where they stand.
//!
//! May use: `pdf_text` for the error, `pdf_limits`, `pdf_actual`, `pdf_structure`.
#![expect(clippy::float_arithmetic, reason = "places on a page, no money")]

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use hayro_interpret::font::Glyph;
use hayro_interpret::hayro_cmap::BfString;
use hayro_interpret::{
    BlendMode, ClipPath, Context, Device, GlyphDrawMode, Image, InterpreterCache, InterpreterSettings,
    InterpreterWarning, Paint, PathDrawMode, SoftMask, TransformExt as _, interpret_page,
};
use hayro_syntax::Pdf;
use hayro_syntax::page::Page;
use kurbo::{Affine, BezPath, Point, Rect};

use super::pdf_actual::{self, Marked};
use super::pdf_limits;
use super::pdf_structure::{Block, Structure};
use super::pdf_text::PdfReadError;

/// A glyph on a page.
#[derive(Clone, Debug)]
pub struct Drawn {
    /// What it stands for.
    pub text: String,
    /// Where it begins, points from the left.
    pub x: f64,
    /// Its baseline, points from the top.
    pub y: f64,
    /// Where the next one would begin.
    pub end: f64,
    /// Size of the letters.
    pub size: f64,
    /// Whether it stands upright on a level line.
    pub level: bool,
    /// Whether the file says it is no part of the text.
    pub artifact: bool,
    /// The marked piece of content it stands in, counted from 1.
    pub piece: usize,
    /// The paragraph, cell or footnote it stands in, as the file says.
    pub block: Option<Block>,
    /// Hundredths of a point, to tell a glyph that is drawn twice.
    at: (i64, i64),
}

/// What a page draws.
#[derive(Debug, Default)]
pub struct DrawnPage {
    /// In the order of drawing.
    pub glyphs: Vec<Drawn>,
    /// How many stand for nothing.
    pub missing: usize,
}

/// The glyphs of every page, and whether a font was asked for that is not in the file.
pub fn read(pdf: &Pdf) -> Result<(Vec<DrawnPage>, bool), PdfReadError> {
    let unread: Arc<AtomicBool> = Arc::default();
    let settings = settings(&unread);
    let cache = InterpreterCache::new();
    let structure = Structure::of(pdf);
    let mut pages = Vec::new();
    let mut left = pdf_limits::GLYPHS;
    let mut budget = pdf_limits::INSTRUCTIONS;
    for page in pdf.pages().iter() {
        let marked = pdf_actual::of_page(page, &mut budget)?;
        let pieces = marked.len();
        let tags = page.raw().get::<i32>("StructParents").map(|page| (&structure, page));
        let mut recorder = drawn(pdf, page, &cache, &settings, Recorder::new(marked, left, tags));
        if recorder.begun != pieces {
            // Hidden layers and the like: the pieces cannot be told apart, the glyphs speak for themselves.
            recorder = drawn(pdf, page, &cache, &settings, Recorder::new(Vec::new(), left, tags));
        }
        left = recorder.left;
        if left == 0 {
            return Err(PdfReadError::TooLarge(format!("文字超过 {} 个", pdf_limits::GLYPHS)));
        }
        pages.push(recorder.page);
    }
    Ok((pages, unread.load(Ordering::Relaxed)))
}

/// Listens to one page.
fn drawn<'a>(
    pdf: &'a Pdf,
    page: &Page<'a>,
    cache: &InterpreterCache<'a>,
    settings: &InterpreterSettings,
    mut recorder: Recorder<'a>,
) -> Recorder<'a> {
    let (width, height) = page.render_dimensions();
    let area = Rect::new(0.0, 0.0, width.into(), height.into());
    let transform = page.initial_transform(true).to_kurbo();
    let mut context = Context::new(transform, area, cache, pdf.xref(), settings.clone());
    interpret_page(page, &mut context, &mut recorder);
    recorder
}

/// No fonts but the file's own. That another was asked for is remembered: its text is not drawn.
fn settings(unread: &Arc<AtomicBool>) -> InterpreterSettings {
    let (font, map, told) = (Arc::clone(unread), Arc::clone(unread), Arc::clone(unread));
    InterpreterSettings {
        font_resolver: Arc::new(move |_| {
            font.store(true, Ordering::Relaxed);
            None
        }),
        cmap_resolver: Arc::new(move |_| {
            map.store(true, Ordering::Relaxed);
            None
        }),
        warning_sink: Arc::new(move |warning| {
            if matches!(warning, InterpreterWarning::UnsupportedFont) {
                told.store(true, Ordering::Relaxed);
            }
        }),
        ..InterpreterSettings::default()
    }
}

/// Listens to a page being drawn.
struct Recorder<'s> {
    page: DrawnPage,
    /// The structure tree, and the page's key in it.
    tags: Option<(&'s Structure, i32)>,
    /// What the page's marked content says, in order.
    marked: Vec<Marked>,
    /// How many pieces have begun.
    begun: usize,
    /// The pieces that are open.
    open: Vec<Open>,
    /// The piece whose own text was told last.
    told: Option<usize>,
    /// Glyphs that may still come.
    left: usize,
}

/// A piece that has begun, with what it has of those around it: they may stand in one another without end.
#[derive(Clone, Copy)]
struct Open {
    number: usize,
    /// The innermost piece that has a text of its own.
    says: Option<usize>,
    artifact: bool,
    block: Option<Block>,
}

impl<'s> Recorder<'s> {
    fn new(marked: Vec<Marked>, left: usize, tags: Option<(&'s Structure, i32)>) -> Self {
        Self { page: DrawnPage::default(), tags, marked, begun: 0, open: Vec::new(), told: None, left }
    }

    /// What a glyph says: its piece's own text once, at its first glyph, else its character.
    fn says(&mut self, glyph: &Glyph<'_>) -> String {
        let own = self.open.last().and_then(|piece| piece.says);
        let own = own.and_then(|piece| Some((piece, self.marked.get(piece)?.actual.as_ref()?)));
        if let Some((piece, text)) = own {
            if self.told == Some(piece) {
                return String::new();
            }
            self.told = Some(piece);
            return text.clone();
        }
        let says = match glyph.as_unicode() {
            Some(BfString::Char(c)) => c.to_string(),
            Some(BfString::String(text)) => text,
            None => String::new(),
        };
        let is_blank = !says.is_empty() && says.chars().all(char::is_whitespace);
        let no_glyph = matches!(glyph, Glyph::Outline(outline) if outline.glyph_id().to_u32() == 0);
        if !is_blank && (no_glyph || says.is_empty()) {
            self.page.missing += 1;
        }
        if says.is_empty() { char::REPLACEMENT_CHARACTER.to_string() } else { says }
    }
}

impl<'a> Device<'a> for Recorder<'_> {
    fn set_soft_mask(&mut self, _: Option<SoftMask<'a>>) {}
    fn set_blend_mode(&mut self, _: BlendMode) {}
    fn draw_path(&mut self, _: &BezPath, _: Affine, _: &Paint<'a>, _: &PathDrawMode) {}
    fn push_clip_path(&mut self, _: &ClipPath) {}
    fn push_transparency_group(&mut self, _: f32, _: Option<SoftMask<'a>>, _: BlendMode) {}
    fn draw_image(&mut self, _: Image<'a, '_>, _: Affine) {}
    fn pop_clip_path(&mut self) {}
    fn pop_transparency_group(&mut self) {}

    fn draw_glyph(
        &mut self,
        glyph: &Glyph<'a>,
        transform: Affine,
        glyph_transform: Affine,
        _: &Paint<'a>,
        mode: &GlyphDrawMode,
    ) {
        // Filled and outlined text is drawn twice; outlines alone are rare and read as nothing more than bold.
        let again = matches!(mode, GlyphDrawMode::Stroke(_))
            && self.page.glyphs.last().is_some_and(|last| last.at == place(transform * glyph_transform));
        if self.left == 0 || again {
            return;
        }
        self.left -= 1;
        let says = self.says(glyph);
        let to_page = transform * glyph_transform;
        let advance = match glyph {
            Glyph::Outline(outline) => outline.advance_width().map_or(500.0, f64::from),
            Glyph::Type3(_) => 500.0,
        };
        let start = to_page * Point::ORIGIN;
        let end = to_page * Point::new(advance, 0.0);
        let up = to_page * Point::new(0.0, 1000.0);
        let size = start.distance(up);
        let slope = (end.y - start.y).abs();
        self.page.glyphs.push(Drawn {
            text: says,
            x: start.x,
            y: start.y,
            end: end.x,
            size,
            level: slope <= 0.01 * size && end.x >= start.x,
            artifact: self.open.last().is_some_and(|piece| piece.artifact),
            piece: self.open.last().map_or(0, |piece| piece.number + 1),
            block: self.open.last().and_then(|piece| piece.block),
            at: place(to_page),
        });
    }

    fn begin_marked_content(&mut self, tag: &[u8], piece: Option<i32>) {
        let block = self.tags.zip(piece).and_then(|((structure, page), piece)| structure.block(page, piece));
        let around = self.open.last().copied();
        let own = self.marked.get(self.begun).is_some_and(|marked| marked.actual.is_some());
        self.open.push(Open {
            number: self.begun,
            says: if own { Some(self.begun) } else { around.and_then(|piece| piece.says) },
            artifact: tag == b"Artifact" || around.is_some_and(|piece| piece.artifact),
            block: block.or(around.and_then(|piece| piece.block)),
        });
        self.begun += 1;
    }

    fn end_marked_content(&mut self) {
        self.open.pop();
    }
}

/// Where a glyph stands, to tell one drawn twice.
fn place(transform: Affine) -> (i64, i64) {
    let point = transform * Point::ORIGIN;
    // Hundredths of a point.
    ((point.x * 100.0) as i64, (point.y * 100.0) as i64)
}
