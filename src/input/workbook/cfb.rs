//! Compound files, the container of .xls and of encrypted workbooks (MS-CFB): just enough to read one stream, and to
//! make sure that no chain of sectors runs in a circle, which calamine would follow for ever.
//!
//! May use: `trouble`.

use super::trouble::Trouble;

/// The first bytes of every compound file.
pub const SIGNATURE: &[u8] = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1";

/// Sector numbers from here on mean something else than a sector.
const SPECIAL: u32 = 0xffff_fffa;
/// The end of a chain.
const END: u32 = 0xffff_fffe;
/// Streams shorter than this lie in the mini stream.
const MINI_STREAM: u64 = 4096;

/// An opened compound file.
pub struct CompoundFile<'a> {
    bytes: &'a [u8],
    sector: usize,
    fat: Vec<u32>,
    mini: Vec<u8>,
    mini_fat: Vec<u32>,
    entries: Vec<Entry>,
}

/// A stream's place.
struct Entry {
    name: String,
    start: u32,
    length: u64,
}

/// Little-endian numbers; `None` beyond the end.
pub fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    bytes.get(at..)?.first_chunk().map(|chunk| u16::from_le_bytes(*chunk))
}

/// See [`u16_at`].
pub fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    bytes.get(at..)?.first_chunk().map(|chunk| u32::from_le_bytes(*chunk))
}

impl<'a> CompoundFile<'a> {
    /// Reads the tables of a compound file.
    pub fn open(bytes: &'a [u8]) -> Result<Self, Trouble> {
        Self::read(bytes).ok_or_else(|| Trouble::unreadable("文件结构损坏，可能没有传完整"))
    }

    fn read(bytes: &'a [u8]) -> Option<Self> {
        let sector = match u16_at(bytes, 30)? {
            9 => 512,
            12 => 4096,
            _ => return None,
        };
        let mut file = Self {
            bytes,
            sector,
            fat: Vec::new(),
            mini: Vec::new(),
            mini_fat: Vec::new(),
            entries: Vec::new(),
        };
        file.fat = file.read_fat()?;
        let directory = file.chain(u32_at(bytes, 48)?, u64::MAX)?;
        file.entries =
            directory.chunks_exact(128).map(|chunk| entry(chunk, sector)).collect::<Option<_>>()?;
        let (root, length) = file.entries.first().map(|root| (root.start, root.length))?;
        if u32_at(bytes, 64)? > 0 {
            file.mini = file.chain(root, length)?;
            file.mini_fat = numbers(&file.chain(u32_at(bytes, 60)?, u64::MAX)?);
        }
        Some(file)
    }

    /// The sector allocation table: its sectors are listed in the header, and on in a chain of their own.
    fn read_fat(&self) -> Option<Vec<u32>> {
        let mut listed = numbers(self.bytes.get(76..512)?);
        let mut next = u32_at(self.bytes, 68)?;
        let mut steps = 0;
        while next < SPECIAL {
            steps += 1;
            if steps > self.bytes.len() / self.sector + 1 {
                return None;
            }
            listed.extend(numbers(self.sector_bytes(next)?));
            next = listed.pop()?;
        }
        let mut fat = Vec::new();
        for id in listed.into_iter().filter(|id| *id < SPECIAL) {
            // A sector listed twice would let the table grow without end.
            if fat.len() > self.bytes.len() {
                return None;
            }
            fat.extend(numbers(self.sector_bytes(id)?));
        }
        Some(fat)
    }

    fn sector_bytes(&self, id: u32) -> Option<&'a [u8]> {
        let start = usize::try_from(id).ok()?.checked_add(1)?.checked_mul(self.sector)?;
        let end = start.checked_add(self.sector)?.min(self.bytes.len());
        self.bytes.get(start..end).filter(|sector| !sector.is_empty())
    }

    /// What a chain of sectors holds, at most `length` bytes; `None` for a circle.
    fn chain(&self, start: u32, length: u64) -> Option<Vec<u8>> {
        let mut out = Vec::new();
        follow(start, &self.fat, length, self.sector, |id| {
            out.extend_from_slice(self.sector_bytes(id)?);
            Some(())
        })?;
        out.truncate(usize::try_from(length).unwrap_or(usize::MAX));
        Some(out)
    }

    /// Whether there is a stream of a name.
    pub fn has(&self, name: &str) -> bool {
        self.entry(name).is_some()
    }

    fn entry(&self, name: &str) -> Option<&Entry> {
        self.entries.iter().find(|entry| entry.name.eq_ignore_ascii_case(name))
    }

    /// A stream's bytes.
    pub fn stream(&self, name: &str) -> Option<Vec<u8>> {
        let entry = self.entry(name)?;
        if entry.length >= MINI_STREAM {
            return self.chain(entry.start, entry.length);
        }
        let mut out = Vec::new();
        follow(entry.start, &self.mini_fat, entry.length, 64, |id| {
            let start = usize::try_from(id).ok()?.checked_mul(64)?;
            out.extend_from_slice(self.mini.get(start..start.checked_add(64)?.min(self.mini.len()))?);
            Some(())
        })?;
        out.truncate(usize::try_from(entry.length).ok()?);
        Some(out)
    }
}

/// Visits the sectors of a chain in order until `length` bytes are full; `None` for a circle or a missing link.
fn follow(
    start: u32,
    table: &[u32],
    length: u64,
    size: usize,
    mut visit: impl FnMut(u32) -> Option<()>,
) -> Option<()> {
    let mut id = start;
    let mut full = 0_u64;
    let mut steps = 0;
    while id != END && full < length {
        visit(id)?;
        full = full.saturating_add(size as u64);
        steps += 1;
        if steps > table.len() {
            return None;
        }
        id = *table.get(usize::try_from(id).ok()?)?;
    }
    Some(())
}

fn numbers(bytes: &[u8]) -> Vec<u32> {
    bytes.as_chunks::<4>().0.iter().map(|chunk| u32::from_le_bytes(*chunk)).collect()
}

/// A directory entry: 64 bytes of name in UTF-16, then much else.
fn entry(bytes: &[u8], sector: usize) -> Option<Entry> {
    let units = bytes.get(..64)?.as_chunks::<2>().0.iter().map(|pair| u16::from_le_bytes(*pair));
    let name: String =
        char::decode_utf16(units.take_while(|unit| *unit != 0)).map(|c| c.unwrap_or('\u{fffd}')).collect();
    let low = u64::from(u32_at(bytes, 120)?);
    let high = if sector == 512 { 0 } else { u64::from(u32_at(bytes, 124)?) };
    Some(Entry { name, start: u32_at(bytes, 116)?, length: low | high << 32 })
}
