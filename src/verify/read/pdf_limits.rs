//! What a PDF may ask for, checked before anything unpacks it: a stream of a few kilobytes can hold gigabytes.
//!
//! May use: `pdf_text` for the error.

use std::io::{self, Read as _, Write};

use flate2::read::ZlibDecoder;

use super::pdf_text::PdfReadError;

/// Bytes of the file.
pub const FILE: usize = 64 * 1024 * 1024;
/// Pages. 合同全套 has some fifty.
pub const PAGES: usize = 1_000;
/// Glyphs of all pages. 合同全套 has some fifty thousand.
pub const GLYPHS: usize = 600_000;
/// Instructions of all pages, those of forms as often as they are drawn. 合同全套 has some hundred thousand.
pub const INSTRUCTIONS: usize = 3_000_000;
/// Bytes of a form's content, or of an `ActualText`, that count as one more instruction: what is drawn often is read often.
pub const BYTES: usize = 16;
/// Nodes and entries of the structure tree's index.
pub const STRUCTURE: usize = 1_000_000;
/// Characters of a bookmark or a title; what is behind them is cut off.
pub const TITLE: usize = 1_000;
/// Forms within forms.
pub const DEPTH: usize = 40;
/// Graphics states that are kept at one time.
pub const STATES: usize = 2_000;
/// Lists and dictionaries within one another. Packed bytes look nested, too, but by chance never so deep.
const NESTING: i64 = 10_000;
/// Room for as many, and more than their reader needs.
pub const STACK: usize = 64 * 1024 * 1024;
/// Bytes of all streams, unpacked.
const UNPACKED: u64 = 512 * 1024 * 1024;

/// Refuses what is no PDF, too long, or would unpack to too much.
pub fn check(bytes: &[u8]) -> Result<(), PdfReadError> {
    if bytes.len() > FILE {
        return Err(PdfReadError::TooLarge(format!("{} 字节，最多 64 MB", bytes.len())));
    }
    let head = &bytes[..bytes.len().min(1024)];
    if !head.windows(5).any(|five| five == b"%PDF-") {
        return Err(PdfReadError::Broken);
    }
    let mut nesting = Nesting::default();
    nesting.scan(bytes);
    nesting.verdict()?;
    let mut left = UNPACKED;
    let mut at = 0;
    while let Some(found) = find(&bytes[at..], b"stream") {
        let start = at + found + b"stream".len();
        at = start;
        // `endstream` holds the word too; what follows it is no zlib header.
        let body = match bytes.get(start..) {
            Some([b'\r', b'\n', rest @ ..] | [b'\n' | b'\r', rest @ ..]) => rest,
            _ => continue,
        };
        left = unpack(body, left, 2)?;
    }
    Ok(())
}

/// Counts what a stream unpacks to; what unpacks to a stream again is unpacked again.
fn unpack(body: &[u8], left: u64, depth: u8) -> Result<u64, PdfReadError> {
    if depth == 0 || !is_zlib(body) {
        return Ok(left);
    }
    let mut decoder = ZlibDecoder::new(body).take(left + 1);
    let mut head = Vec::new();
    // An error ends the stream, as it does for the reader.
    let _ = decoder.by_ref().take(2).read_to_end(&mut head);
    if is_zlib(&head) {
        let mut whole = head;
        let _ = decoder.read_to_end(&mut whole);
        let size = whole.len() as u64;
        return unpack(&whole, left.checked_sub(size).ok_or_else(bomb)?, depth - 1);
    }
    let mut nesting = Nesting::default();
    nesting.scan(&head);
    let size = io::copy(&mut decoder, &mut nesting).unwrap_or(0) + head.len() as u64;
    nesting.verdict()?;
    left.checked_sub(size).ok_or_else(bomb)
}

/// How deep brackets stand in brackets; what stands in comments counts for nothing.
#[derive(Default)]
struct Nesting {
    depth: i64,
    deepest: i64,
    in_comment: bool,
    last: u8,
}

impl Nesting {
    fn scan(&mut self, bytes: &[u8]) {
        for byte in bytes {
            match (byte, self.last) {
                (b'\r' | b'\n', _) => self.in_comment = false,
                _ if self.in_comment => {}
                (b'%', _) => self.in_comment = true,
                (b'[', _) | (b'<', b'<') => self.depth += 1,
                (b']', _) | (b'>', b'>') => self.depth = (self.depth - 1).max(0),
                _ => {}
            }
            self.deepest = self.deepest.max(self.depth);
            self.last = *byte;
        }
    }

    fn verdict(&self) -> Result<(), PdfReadError> {
        if self.deepest <= NESTING { Ok(()) } else { Err(PdfReadError::Broken) }
    }
}

impl Write for Nesting {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.scan(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn bomb() -> PdfReadError {
    PdfReadError::TooLarge("解压后超过 512 MB".to_owned())
}

fn is_zlib(body: &[u8]) -> bool {
    matches!(body, [cmf, flags, ..] if cmf & 0x0f == 8 && (u16::from(*cmf) << 8 | u16::from(*flags)) % 31 == 0)
}

fn find(bytes: &[u8], what: &[u8]) -> Option<usize> {
    bytes.windows(what.len()).position(|window| window == what)
}
