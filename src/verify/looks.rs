//! What two PDFs show, page against page, whatever their texts say: told with a picture of both, the differences framed.
//!
//! May use: `verify`, `diagnostics`.
#![expect(clippy::float_arithmetic, reason = "places on a page, no money")]

use std::path::Path;

use rayon::prelude::*;

use super::altered::Against;
use super::checks::{self, LOOK};
use super::flow::squeezed;
use super::gallery::Gallery;
use crate::diagnostics::Diagnostic;
use crate::verify::compare::page_look::{Frame, Look, Whole, compare};
use crate::verify::read::pdf_raster::{self, Raster, SCALE};
use crate::verify::read::pdf_text::{PdfPage, PdfText};

/// Pages that are told one by one, each with a picture.
const MOST: usize = 12;
/// Pages drawn at one go.
const AT_ONCE: usize = 4;

/// A PDF with what was read from it.
#[derive(Clone, Copy, Debug)]
pub struct Read<'a> {
    /// The file.
    pub bytes: &'a [u8],
    /// Its text.
    pub text: &'a PdfText,
}

/// Where the pictures go, and what they are called after.
#[derive(Clone, Copy, Debug)]
pub struct Hall<'a> {
    /// Where.
    pub gallery: &'a Gallery,
    /// Whose file it is: the case, or the folder.
    pub of: &'a str,
}

/// What became of one page.
enum Page {
    Alike,
    /// It cannot be drawn, here or there.
    Unseen,
    /// Another size: `210 × 297 毫米`, and what it should be.
    Size(String, String),
    /// It looks different.
    Differs(Look),
}

/// What differs to the eye.
pub fn of_pages(due: Read<'_>, found: Read<'_>, against: Against<'_>, hall: Hall<'_>) -> Vec<Diagnostic> {
    let pages = due.text.pages.len().min(found.text.pages.len());
    let starts: Vec<usize> = (0..pages).step_by(AT_ONCE).collect();
    let looked: Vec<Page> = starts
        .par_iter()
        .flat_map_iter(|start| stretch(due, found, *start..(start + AT_ONCE).min(pages)))
        .collect();
    let teller = Teller { due, found, against, hall };
    let mut told = teller.surplus();
    let (mut unseen, mut others, mut redrawn, mut shown) = (Vec::new(), Vec::new(), Vec::new(), 0);
    let mut more = 0;
    for (number, page) in (1..).zip(&looked) {
        match page {
            Page::Alike => {}
            Page::Unseen => unseen.push(number),
            Page::Size(found, due) => told.push(teller.size(number, found, due)),
            Page::Differs(look) if look.whole == Whole::Other => others.push((number, look)),
            Page::Differs(look) if look.frames.is_empty() => redrawn.push(number),
            Page::Differs(_) if shown == MOST => more += 1,
            Page::Differs(look) => {
                shown += 1;
                told.push(teller.page(number, look));
            }
        }
    }
    if more > 0 {
        told.push(teller.tell(format!("另有 {more} 页看上去也不同，不再逐页列出"), ""));
    }
    told.extend(teller.others(&others));
    told.extend(teller.redrawn(&redrawn));
    told.extend(teller.unseen(&unseen));
    told
}

/// Some pages, drawn side by side and compared.
fn stretch(due: Read<'_>, found: Read<'_>, numbers: std::ops::Range<usize>) -> Vec<Page> {
    // One of another size is not drawn: it may be as large as it likes.
    let sizes: Vec<Option<(String, String)>> = numbers.clone().map(|at| sizes(due, found, at)).collect();
    let (due, found) = rayon::join(
        || pdf_raster::pages(due.bytes, numbers.clone()),
        || pdf_raster::pages(found.bytes, numbers.clone()),
    );
    due.into_iter().zip(found).zip(sizes).map(|((due, found), sizes)| one(due, found, sizes)).collect()
}

fn one(due: Option<Raster>, found: Option<Raster>, sizes: Option<(String, String)>) -> Page {
    if let Some((found, due)) = sizes {
        return Page::Size(found, due);
    }
    let Some((due, found)) = due.zip(found) else { return Page::Unseen };
    if due.width != found.width || due.height != found.height {
        return Page::Unseen;
    }
    let look = compare(&due, &found);
    if look == Look::default() { Page::Alike } else { Page::Differs(look) }
}

/// The sizes of a page, found and due, where they are not the same.
fn sizes(due: Read<'_>, found: Read<'_>, at: usize) -> Option<(String, String)> {
    let (due, found) = (due.text.pages.get(at)?, found.text.pages.get(at)?);
    let near = |one: f64, other: f64| (one - other).abs() < 0.5;
    let size = |page: &PdfPage| format!("{:.0} × {:.0} 毫米", page.width * MM, page.height * MM);
    (!near(due.width, found.width) || !near(due.height, found.height)).then(|| (size(found), size(due)))
}

/// Millimetres of a point.
const MM: f64 = 25.4 / 72.0;

/// Both pages, the one that should be on the left, with what differs framed.
fn both(due: &Raster, found: &Raster, look: &Look) -> Raster {
    const GAP: usize = 24;
    const GREY: [u8; 3] = [90, 90, 90];
    let mut picture = Raster::blank(due.width + GAP + found.width, due.height.max(found.height));
    picture.put(due, 0, 0);
    picture.put(found, due.width + GAP, 0);
    picture.fill(due.width..due.width + GAP, 0..picture.height, GREY);
    for frame in &look.frames {
        outline(&mut picture, frame, 0, due.width);
        outline(&mut picture, frame, due.width + GAP, found.width);
    }
    picture
}

fn outline(picture: &mut Raster, frame: &Frame, x: usize, width: usize) {
    const THICK: usize = 3;
    const RED: [u8; 3] = [220, 0, 0];
    let (left, right) = (x + frame.left.saturating_sub(THICK), x + (frame.right + THICK).min(width));
    let (top, bottom) = (frame.top.saturating_sub(THICK), frame.bottom + THICK);
    picture.fill(left..right, top..top + THICK, RED);
    picture.fill(left..right, bottom..bottom + THICK, RED);
    picture.fill(left..left + THICK, top..bottom + THICK, RED);
    picture.fill(right.saturating_sub(THICK)..right, top..bottom + THICK, RED);
}

struct Teller<'a> {
    due: Read<'a>,
    found: Read<'a>,
    against: Against<'a>,
    hall: Hall<'a>,
}

impl Teller<'_> {
    fn tell(&self, message: String, help: &str) -> Diagnostic {
        let mut finding = checks::of_file(self.against.check.unwrap_or(&LOOK), self.against.file, message);
        if !help.is_empty() {
            finding.help = help.to_owned();
        }
        finding
    }

    /// Pages that only one of the two has.
    fn surplus(&self) -> Vec<Diagnostic> {
        let (due, found) = (self.due.text.pages.len(), self.found.text.pages.len());
        let pages =
            |from: usize, to: usize| if from == to { format!("{to}") } else { format!("{from}–{to}") };
        let message = match due.cmp(&found) {
            std::cmp::Ordering::Less => {
                format!("多出第 {} 页：应有 {due} 页，这里有 {found} 页", pages(due + 1, found))
            }
            std::cmp::Ordering::Greater => {
                format!("少了 {} 页：应有 {due} 页，这里只有 {found} 页", due - found)
            }
            std::cmp::Ordering::Equal => return Vec::new(),
        };
        vec![self.tell(message, "")]
    }

    fn size(&self, number: usize, found: &str, due: &str) -> Diagnostic {
        let finding = self.tell(format!("第 {number} 页的大小是 {found}，没有与应有的页面比较"), "");
        checks::expecting(finding, due)
    }

    fn page(&self, number: usize, look: &Look) -> Diagnostic {
        let places = match self.lines(number, look) {
            lines if lines.is_empty() => String::new(),
            lines => format!("，应是{}的地方", lines.join("、")),
        };
        let same_text = match (self.due.text.pages.get(number - 1), self.found.text.pages.get(number - 1)) {
            (Some(due), Some(found)) if due.characters() == found.characters() => {
                "；文字读出来却一样：看到的与能复制、搜索到的不是一回事"
            }
            _ => "",
        };
        let message = format!(
            "第 {number} 页有 {} 处看上去不同{places}{same_text}；{}",
            look.frames.len(),
            self.picture(number, look)
        );
        self.tell(message, "看对照图：左边是应有的，右边是这个文件的，红框里不同。只是盖章、签字的，核对盖在哪里；遮住或改了内容的不能用。")
    }

    /// The lines that should stand where the page differs.
    fn lines(&self, number: usize, look: &Look) -> Vec<String> {
        const NAMED: usize = 3;
        let Some(page) = self.due.text.pages.get(number - 1) else { return Vec::new() };
        let points = |pixels: usize| pixels as f64 / f64::from(SCALE);
        let is_framed = |y: f64| {
            // A baseline lies at the foot of what is seen.
            look.frames.iter().any(|frame| points(frame.top) - 1.0 <= y && y <= points(frame.bottom) + 5.0)
        };
        let lines = page.lines.iter().filter(|line| is_framed(line.y));
        let mut named: Vec<String> = lines.map(|line| format!("“{}”", shortened(&line.text))).collect();
        let more = named.len() > NAMED;
        named.truncate(NAMED);
        if more && let Some(last) = named.last_mut() {
            last.push('等');
        }
        named
    }

    /// The page drawn again: to keep all that differ would take too much memory.
    fn picture(&self, number: usize, look: &Look) -> String {
        let stem = Path::new(self.against.file).with_extension("");
        let name = format!("{}-{}-第{number}页", self.hall.of, stem.display());
        let drawn = |bytes| pdf_raster::pages(bytes, number - 1..number).pop().flatten();
        let pages = drawn(self.due.bytes).zip(drawn(self.found.bytes));
        let png = pages.and_then(|(due, found)| both(&due, &found, look).png());
        let png = png.ok_or_else(|| std::io::Error::other("图太大"));
        let hung = png.and_then(|png| self.hall.gallery.hang(&name, &png));
        match hung {
            Ok(path) => format!("对照图 {}", path.display()),
            Err(error) => format!("对照图写不出来（{}）", crate::input::folder::explain(&error)),
        }
    }

    /// Pages of which nothing can be told by comparing.
    fn others(&self, others: &[(usize, &Look)]) -> Option<Diagnostic> {
        let (first, look) = others.first()?;
        let message = format!(
            "第 {} 页整页看上去都不同（换了字体、重新排版、扫描或重新打印的），不能逐页比较；第 {first} 页的{}",
            numbers(others.iter().map(|(number, _)| *number)),
            self.picture(*first, look)
        );
        Some(self.tell(
            message,
            "由人逐页与应有的文件核对；对方发回的，请对方发回没有重新打印、扫描过的电子文件。",
        ))
    }

    /// Pages on which nothing coarse differs.
    fn redrawn(&self, pages: &[usize]) -> Option<Diagnostic> {
        pages.first()?;
        let message = format!(
            "第 {} 页是重新画出来的（打印成 PDF、用别的软件转存），每个笔画都有细微不同：粗看没有不同，细小的改动比不出来",
            numbers(pages.iter().copied())
        );
        Some(self.tell(
            message,
            "要签署、归档的用 hetong 生成的原件；对方发回的，请对方发回没有重新打印、转存过的电子文件。",
        ))
    }

    fn unseen(&self, pages: &[usize]) -> Option<Diagnostic> {
        pages.first()?;
        let message = format!(
            "第 {} 页画不出来（内容太多，或已损坏），看上去是否一样没有比较",
            numbers(pages.iter().copied())
        );
        Some(self.tell(message, "由人逐页与应有的文件核对。"))
    }
}

fn numbers(numbers: impl Iterator<Item = usize>) -> String {
    numbers.map(|number| number.to_string()).collect::<Vec<_>>().join("、")
}

fn shortened(text: &str) -> String {
    const MOST: usize = 40;
    let text = if text.contains(" | ") { text.to_owned() } else { squeezed(text) };
    let shown: String = text.chars().take(MOST).collect();
    if shown.len() < text.len() { format!("{shown}…") } else { shown }
}
