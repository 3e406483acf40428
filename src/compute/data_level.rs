//! 附件5 二(4) 数据级别: the highest level among the categories (就高不就低).
//!
//! May use: `model`, `pack`.

use crate::diagnostics::Located;
use crate::pack::{DataCategory, Pack};

/// How the level came about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LevelFigure {
    /// The highest level of the categories; none where no category has one.
    pub highest: Option<u8>,
    /// Its name, such as 第3级.
    pub name: Option<String>,
    /// The categories that have this level, by code.
    pub from: Vec<String>,
    /// Categories for which the catalogue gives no level: the user must state it.
    pub without_level: Vec<String>,
}

impl LevelFigure {
    /// The highest level of these categories. Unknown codes (I001) count for nothing.
    pub fn of(categories: &[Located<String>], pack: &Pack) -> Self {
        let known: Vec<&DataCategory> =
            categories.iter().filter_map(|code| category(pack, &code.value)).collect();
        let highest = known.iter().filter_map(|c| c.level).max();
        let codes = |level: Option<u8>| -> Vec<String> {
            known.iter().filter(|c| c.level == level).map(|c| c.code.clone()).collect()
        };
        Self {
            highest,
            name: highest.and_then(|level| level_name(pack, level)),
            from: if highest.is_some() { codes(highest) } else { Vec::new() },
            without_level: codes(None),
        }
    }
}

/// The catalogue's entry for a code.
pub fn category<'p>(pack: &'p Pack, code: &str) -> Option<&'p DataCategory> {
    pack.data_catalogue.iter().find(|category| category.code == code.trim())
}

/// The name of a level: 1 is the lowest of the pack's names.
pub fn level_name(pack: &Pack, level: u8) -> Option<String> {
    usize::from(level).checked_sub(1).and_then(|i| pack.data_levels.get(i)).cloned()
}

/// The rank of a level by its name: the lowest is 1, 重要数据 is one above the highest number.
pub fn level_rank(pack: &Pack, name: &str) -> Option<u8> {
    let index = pack.data_levels.iter().position(|level| level == name.trim())?;
    u8::try_from(index + 1).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compute::testing::{located, pack};

    #[test]
    fn the_highest_counts() {
        let codes = |list: &[&str]| -> Vec<_> { list.iter().map(|c| located(c)).collect() };
        let level = LevelFigure::of(&codes(&["C1-3", "A1-4", "A1-1"]), &pack());
        assert_eq!(level.highest, Some(4));
        assert_eq!(level.name.as_deref(), Some("第4级"));
        assert_eq!(level.from, ["A1-4"]);
        assert!(level.without_level.is_empty());
        let level = LevelFigure::of(&codes(&["G3-1", "X9"]), &pack());
        assert_eq!(level.highest, None);
        assert_eq!(level.without_level, ["G3-1"]);
        assert_eq!(level_rank(&pack(), "重要数据"), Some(5));
    }
}
