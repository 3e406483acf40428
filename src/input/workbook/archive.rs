//! Zip containers of xlsx, xlsb and ods: every part is inflated under a limit before anything else reads it.
//!
//! A zip bomb declares little and holds much, so the declared sizes are checked first and the inflated ones while
//! they come out.
//!
//! May use: `limits`, `trouble`.

use std::collections::BTreeMap;
use std::io::{Cursor, Read};

use zip::ZipArchive;

use super::limits;
use super::trouble::Trouble;

/// The parts of a zip file by name, inflated.
pub struct Archive {
    parts: BTreeMap<String, Vec<u8>>,
}

impl Archive {
    /// Inflates all parts, as long as they stay within the limits.
    pub fn read(bytes: &[u8]) -> Result<Self, Trouble> {
        let broken = |_| Trouble::unreadable("压缩结构损坏，文件可能没有传完整");
        let mut zip = ZipArchive::new(Cursor::new(bytes)).map_err(broken)?;
        if zip.len() > limits::ZIP_ENTRIES {
            return Err(Trouble::too_large(format!("压缩包内有 {} 个文件", zip.len()), "10,000 个"));
        }
        let mut parts = BTreeMap::new();
        let mut total = 0_u64;
        for index in 0..zip.len() {
            let mut entry = zip.by_index(index).map_err(|error| match error {
                zip::result::ZipError::UnsupportedArchive(_) => {
                    Trouble::unreadable("压缩包有打开密码或用了不支持的压缩方式")
                }
                _ => Trouble::unreadable("压缩结构损坏，文件可能没有传完整"),
            })?;
            let name = entry.name().map_err(broken)?.into_owned();
            let declared = entry.size();
            let left = limits::INFLATED.saturating_sub(total);
            if declared > left {
                return Err(Trouble::inflated(&name, declared));
            }
            let packed = entry.compressed_size().max(1);
            let mut content = Vec::new();
            // One byte more than allowed tells "exactly at the limit" from "over it".
            entry
                .by_ref()
                .take(left + 1)
                .read_to_end(&mut content)
                .map_err(|_| Trouble::unreadable(format!("压缩包内的 {name} 损坏，文件可能没有传完整")))?;
            let size = content.len() as u64;
            let suspicious = size > limits::RATIO_FROM && size / packed > limits::INFLATION_RATIO;
            if size > left || suspicious {
                return Err(Trouble::inflated(&name, size));
            }
            total += size;
            parts.insert(name, content);
        }
        Ok(Self { parts })
    }

    /// A part by its exact name, or failing that by its name in other capitals, as Excel does.
    pub fn part(&self, name: &str) -> Option<&[u8]> {
        let same = || {
            self.parts.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, content)| content)
        };
        self.parts.get(name).or_else(same).map(Vec::as_slice)
    }

    /// All parts.
    pub fn parts(&self) -> impl Iterator<Item = (&str, &[u8])> {
        self.parts.iter().map(|(name, content)| (name.as_str(), content.as_slice()))
    }
}
