//! Pages of a PDF as pixels: what a reader sees, whatever the file says that its glyphs stand for.
//!
//! Drawn by hayro, with annotations, and with the file's own fonts only. What would take too long to draw is not drawn.
//!
//! May use: `guard`, `pdf_limits`.

use std::ops::Range;

use hayro::hayro_interpret::font::Glyph;
use hayro::hayro_interpret::{
    BlendMode, ClipPath, Context, Device, GlyphDrawMode, Image, InterpreterCache, InterpreterSettings, Paint,
    PathDrawMode, SoftMask, TransformExt as _, interpret_page,
};
use hayro::hayro_syntax::Pdf;
use hayro::hayro_syntax::page::Page;
use hayro::vello_cpu::Pixmap;
use hayro::vello_cpu::color::palette::css::WHITE;
use hayro::{RenderCache, RenderSettings, render};
use kurbo::{Affine, BezPath, Rect};

use super::guard::guarded;
use super::pdf_limits;

/// Pixels of a point: 144 to the inch, at which a comma is told from a full stop.
pub const SCALE: u16 = 2;
/// Points of a page's side.
const SIDE: f32 = 2_000.0;
/// Paths, glyphs and images of a page.
const DRAWN: usize = 400_000;
/// Groups, masks and clips of a page: each may take a page of pixels.
const LAYERS: usize = 4_000;
/// Pixels of a page's images, as often as they are drawn.
const IMAGES: u64 = 150_000_000;

/// A page's pixels.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Raster {
    /// Pixels of a row.
    pub width: usize,
    /// Rows.
    pub height: usize,
    /// Red, green, blue and a byte that says nothing, pixel after pixel.
    pub data: Vec<u8>,
}

/// The pages of these numbers, from 0. None for one that is not there, is too large or cannot be drawn.
pub fn pages(bytes: &[u8], wanted: Range<usize>) -> Vec<Option<Raster>> {
    let count = wanted.len();
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().stack_size(pdf_limits::STACK);
        let done = thread.spawn_scoped(scope, || guarded(|| drawn(bytes, wanted)));
        let done = done.ok().and_then(|thread| thread.join().ok()).flatten();
        done.unwrap_or_else(|| vec![None; count])
    })
}

fn drawn(bytes: &[u8], wanted: Range<usize>) -> Vec<Option<Raster>> {
    let count = wanted.len();
    let Ok(pdf) = Pdf::new(bytes.to_vec()) else { return vec![None; count] };
    let cache = RenderCache::new();
    wanted.map(|number| page(&pdf, pdf.pages().get(number)?, &cache)).collect()
}

fn page<'a>(pdf: &'a Pdf, page: &'a Page<'a>, cache: &RenderCache<'a>) -> Option<Raster> {
    let (width, height) = page.render_dimensions();
    if !(1.0..=SIDE).contains(&width) || !(1.0..=SIDE).contains(&height) || !is_bounded(pdf, page) {
        return None;
    }
    let scale = f32::from(SCALE);
    let settings =
        RenderSettings { x_scale: scale, y_scale: scale, bg_color: WHITE, ..RenderSettings::default() };
    let pixels = render(page, cache, &InterpreterSettings::default(), &settings);
    Some(Raster {
        width: usize::from(pixels.width()),
        height: usize::from(pixels.height()),
        data: pixels.data_as_u8_slice().to_vec(),
    })
}

/// Listens to the page once before it is drawn.
fn is_bounded(pdf: &Pdf, page: &Page<'_>) -> bool {
    let (width, height) = page.render_dimensions();
    let area = Rect::new(0.0, 0.0, width.into(), height.into());
    let cache = InterpreterCache::new();
    let transform = page.initial_transform(true).to_kurbo();
    let mut context = Context::new(transform, area, &cache, pdf.xref(), InterpreterSettings::default());
    let mut counter = Counter::default();
    interpret_page(page, &mut context, &mut counter);
    counter.drawn <= DRAWN && counter.layers <= LAYERS && counter.images <= IMAGES
}

/// Counts what a page draws.
#[derive(Default)]
struct Counter {
    drawn: usize,
    layers: usize,
    images: u64,
}

impl<'a> Device<'a> for Counter {
    fn set_soft_mask(&mut self, mask: Option<SoftMask<'a>>) {
        self.layers += usize::from(mask.is_some());
    }
    fn set_blend_mode(&mut self, _: BlendMode) {}
    fn draw_path(&mut self, _: &BezPath, _: Affine, _: &Paint<'a>, _: &PathDrawMode) {
        self.drawn += 1;
    }
    fn push_clip_path(&mut self, _: &ClipPath) {
        self.layers += 1;
    }
    fn push_transparency_group(&mut self, _: f32, _: Option<SoftMask<'a>>, _: BlendMode) {
        self.layers += 1;
    }
    fn draw_glyph(&mut self, _: &Glyph<'a>, _: Affine, _: Affine, _: &Paint<'a>, _: &GlyphDrawMode) {
        self.drawn += 1;
    }
    fn draw_image(&mut self, image: Image<'a, '_>, _: Affine) {
        self.drawn += 1;
        self.images =
            self.images.saturating_add(u64::from(image.width()).saturating_mul(u64::from(image.height())));
    }
    fn pop_clip_path(&mut self) {}
    fn pop_transparency_group(&mut self) {}
}

impl Raster {
    /// White all over.
    pub fn blank(width: usize, height: usize) -> Self {
        Self { width, height, data: vec![255; width * height * 4] }
    }

    /// A row's bytes.
    pub fn row(&self, y: usize) -> &[u8] {
        self.data.get(y * self.width * 4..(y + 1) * self.width * 4).unwrap_or_default()
    }

    /// Puts another picture into this one, as far as there is room.
    pub fn put(&mut self, other: &Self, x: usize, y: usize) {
        let width = other.width.min(self.width.saturating_sub(x)) * 4;
        for row in 0..other.height.min(self.height.saturating_sub(y)) {
            let at = ((y + row) * self.width + x) * 4;
            if let (Some(into), Some(from)) = (self.data.get_mut(at..at + width), other.row(row).get(..width))
            {
                into.copy_from_slice(from);
            }
        }
    }

    /// Colours a rectangle, as far as it is in the picture.
    pub fn fill(&mut self, columns: Range<usize>, rows: Range<usize>, colour: [u8; 3]) {
        let [red, green, blue] = colour;
        for y in rows.start..rows.end.min(self.height) {
            for x in columns.start..columns.end.min(self.width) {
                let at = (y * self.width + x) * 4;
                if let Some(pixel) = self.data.get_mut(at..at + 4) {
                    pixel.copy_from_slice(&[red, green, blue, 255]);
                }
            }
        }
    }

    /// As a PNG; none if it is larger than one can be.
    pub fn png(&self) -> Option<Vec<u8>> {
        let (width, height) = (u16::try_from(self.width).ok()?, u16::try_from(self.height).ok()?);
        let mut pixels = Pixmap::new(width, height);
        pixels.data_as_u8_slice_mut().copy_from_slice(&self.data);
        pixels.into_png().ok()
    }
}
