//! Where two pages look different: pixel against pixel, with as much tolerance as another program's rounding needs.
//!
//! May use: `pdf_raster`.

use crate::verify::read::pdf_raster::Raster;

/// A part of a page, in pixels: first and last column, first and last row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "left, right, top, bottom")]
pub struct Frame {
    pub left: usize,
    pub right: usize,
    pub top: usize,
    pub bottom: usize,
}

/// What comparing two pages came to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Look {
    /// Where they differ, top down.
    pub frames: Vec<Frame>,
    /// How far the two can be compared.
    pub whole: Whole,
}

/// How far two pages are the same picture.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Whole {
    /// Stroke for stroke but for the frames.
    #[default]
    Same,
    /// Drawn anew, as a printer into a file does: every stroke is a little different, and only what is coarse was compared.
    Redrawn,
    /// Nearly nothing is where it was, as in a scan or after other fonts.
    Other,
}

/// Shades of 255 by which a pixel may differ.
const SHADES: u8 = 20;
/// The same where all was drawn anew.
const COARSE: u8 = 130;
/// Darker than this is ink.
const INK: u8 = 200;
/// Pixels of a cell's side: what differs is gathered in such cells, and those near one another make a frame.
const CELL: usize = 12;
/// Cells between two that still make one frame.
const REACH: usize = 2;
/// Differing pixels of a frame: fewer are noise.
const NOISE: usize = 4;
/// Of a hundred pixels of ink, so many that differ make another page.
const OTHER: usize = 30;

/// Compares two pages of one size.
pub fn compare(due: &Raster, found: &Raster) -> Look {
    let (frames, differing) = differences(due, found, SHADES);
    if !cover(&frames, due) {
        return Look { frames, whole: Whole::Same };
    }
    let (coarse, less) = differences(due, found, COARSE);
    let whole = match (differing > OTHER, less > OTHER || cover(&coarse, due)) {
        (_, false) => Whole::Redrawn,
        (true, _) => Whole::Other,
        (false, _) => return Look { frames, whole: Whole::Same },
    };
    Look { frames: coarse, whole }
}

/// Where two pages differ, and how many of a hundred pixels of ink do.
fn differences(due: &Raster, found: &Raster, shades: u8) -> (Vec<Frame>, usize) {
    let (columns, rows) = (due.width.div_ceil(CELL), due.height.div_ceil(CELL));
    let mut cells = vec![0_usize; columns * rows];
    let (mut differing, mut ink) = (0, 0);
    for y in 0..due.height {
        let (own, other) = (due.row(y), found.row(y));
        let (own_pixels, other_pixels) = (own.chunks_exact(4), other.chunks_exact(4));
        if own == other {
            ink += own_pixels.filter(|pixel| is_ink(pixel)).count();
            continue;
        }
        for (x, (a, b)) in own_pixels.zip(other_pixels).enumerate() {
            ink += usize::from(is_ink(a) || is_ink(b));
            if a != b && (is_strange(a, found, (x, y), shades) || is_strange(b, due, (x, y), shades)) {
                differing += 1;
                if let Some(cell) = cells.get_mut(y / CELL * columns + x / CELL) {
                    *cell += 1;
                }
            }
        }
    }
    (frames(&mut cells, columns, rows), differing * 100 / ink.max(1))
}

/// A quarter of the page: what differs so far and wide was not altered here and there.
fn cover(frames: &[Frame], page: &Raster) -> bool {
    let area = |frame: &Frame| (frame.right - frame.left + 1) * (frame.bottom - frame.top + 1);
    frames.iter().map(area).sum::<usize>() * 4 > page.width * page.height
}

fn is_ink(pixel: &[u8]) -> bool {
    pixel.iter().take(3).any(|shade| *shade < INK)
}

/// Whether a pixel is lighter or darker than all of the other page around its place.
fn is_strange(pixel: &[u8], other: &Raster, (x, y): (usize, usize), shades: u8) -> bool {
    let (mut least, mut most) = ([255_u8; 3], [0_u8; 3]);
    for row in y.saturating_sub(1)..=(y + 1).min(other.height.saturating_sub(1)) {
        let row = other.row(row);
        for column in x.saturating_sub(1)..=(x + 1).min(other.width.saturating_sub(1)) {
            let Some(near) = row.get(column * 4..column * 4 + 3) else { continue };
            for ((least, most), shade) in least.iter_mut().zip(&mut most).zip(near) {
                (*least, *most) = ((*least).min(*shade), (*most).max(*shade));
            }
        }
    }
    let mut sides = pixel.iter().zip(least.iter().zip(&most));
    sides.any(|(shade, (least, most))| {
        shade.saturating_add(shades) < *least || *shade > most.saturating_add(shades)
    })
}

/// Gathers cells that lie near one another, and forgets them.
fn frames(cells: &mut [usize], columns: usize, rows: usize) -> Vec<Frame> {
    let mut found = Vec::new();
    for start in 0..cells.len() {
        if cells.get(start).is_none_or(|count| *count == 0) {
            continue;
        }
        let (mut open, mut pixels) = (vec![start], 0);
        let (mut left, mut right, mut top, mut bottom) = (columns, 0, rows, 0);
        while let Some(at) = open.pop() {
            let Some(count) = cells.get_mut(at).filter(|count| **count > 0) else { continue };
            pixels += std::mem::take(count);
            let (x, y) = (at % columns, at / columns);
            (left, right, top, bottom) = (left.min(x), right.max(x), top.min(y), bottom.max(y));
            for row in y.saturating_sub(REACH)..=(y + REACH).min(rows - 1) {
                for column in x.saturating_sub(REACH)..=(x + REACH).min(columns - 1) {
                    open.push(row * columns + column);
                }
            }
        }
        if pixels >= NOISE {
            let last = |cell: usize| (cell + 1) * CELL - 1;
            found.push(Frame {
                left: left * CELL,
                right: last(right),
                top: top * CELL,
                bottom: last(bottom),
            });
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    const INK: [u8; 3] = [20, 20, 20];

    fn page() -> Raster {
        let mut page = Raster::blank(600, 800);
        for line in 0..30 {
            page.fill(40..560, 40 + line * 24..50 + line * 24, INK);
        }
        page
    }

    #[test]
    fn what_differs_is_framed_and_what_is_near_is_one() {
        let mut other = page();
        assert_eq!(compare(&page(), &other), Look::default());
        other.fill(100..106, 41..47, [255, 255, 255]);
        other.fill(120..126, 41..47, [255, 255, 255]);
        other.fill(300..303, 760..763, INK);
        let look = compare(&page(), &other);
        assert_eq!(look.whole, Whole::Same);
        let frame = |left, right, top, bottom| Frame { left, right, top, bottom };
        assert_eq!(look.frames, [frame(96, 131, 36, 47), frame(300, 311, 756, 767)]);
        assert_eq!(compare(&other, &page()).frames, look.frames, "what went as well as what came");
    }

    #[test]
    fn half_a_pixels_rounding_is_nothing_and_a_faint_word_is_something() {
        let mut other = page();
        for line in 0..30 {
            other.fill(40..560, 50 + line * 24..51 + line * 24, [200, 200, 200]);
        }
        assert_eq!(compare(&page(), &other), Look::default());
        let mut faint = page();
        faint.fill(200..230, 10..20, [225, 225, 225]);
        assert_eq!(compare(&page(), &faint).frames.len(), 1);
    }

    #[test]
    fn a_page_that_was_scanned_is_another() {
        let mut other = Raster::blank(600, 800);
        for line in 0..30 {
            other.fill(44..566, 46 + line * 24..56 + line * 24, INK);
        }
        assert_eq!(compare(&page(), &other).whole, Whole::Other);
        // Every stroke a little lighter, and one of them gone.
        let mut redrawn = Raster::blank(600, 800);
        for line in 0..30 {
            redrawn.fill(40..560, 40 + line * 24..50 + line * 24, [90, 90, 90]);
        }
        assert_eq!(compare(&page(), &redrawn), Look { frames: Vec::new(), whole: Whole::Redrawn });
        redrawn.fill(100..112, 41..48, [255, 255, 255]);
        let look = compare(&page(), &redrawn);
        assert_eq!((look.whole, look.frames.len()), (Whole::Redrawn, 1));
        let mut stamped = Raster::blank(600, 800);
        stamped.fill(400..500, 600..700, [220, 0, 0]);
        assert_eq!(compare(&Raster::blank(600, 800), &stamped).whole, Whole::Same);
    }
}
