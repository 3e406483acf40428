//! Whether somebody who wrote a name that nobody knows may have meant a known one. There is this one threshold for keys,
//! posts, codes, rules and figures alike: what is not near is not suggested, and two that are equally near neither.
//!
//! May use: its own room.

use super::names::plain_chars;

/// How far a known name is from what was written, in slips of typing; none if it is too far to have been meant. Who left
/// words out may have meant the whole name: 电话 联系电话, 税号 纳税人识别号.
pub fn distance(written: &str, known: &str) -> Option<usize> {
    Name::of(written).distance(&Name::of(known))
}

/// The same for names that may be a part of another and yet mean themselves: laws.
pub fn slips(written: &str, known: &str) -> Option<usize> {
    Name::of(written).slips(&Name::of(known))
}

/// The one of some known names that is nearest to what was written, if it is near and no other is as near.
///
/// ```
/// use hetong::model::likeness::nearest;
/// let stages = ["数据存储", "数据销毁", "数据提供（共享）"];
/// assert_eq!(nearest("数据储存", stages), Some("数据存储"));
/// assert_eq!(nearest("数据查询", stages), None);
/// ```
pub fn nearest<'n>(written: &str, known: impl IntoIterator<Item = &'n str>) -> Option<&'n str> {
    let written = Name::of(written);
    let mut best: Option<(usize, &str)> = None;
    let mut alone = true;
    for name in known {
        let Some(slips) = written.distance(&Name::of(name)) else { continue };
        match best {
            Some((least, _)) if slips > least => {}
            Some((least, other)) if slips == least => alone &= other == name,
            _ => (best, alone) = (Some((slips, name)), true),
        }
    }
    best.filter(|_| alone).map(|(_, name)| name)
}

/// A name as it is compared.
struct Name {
    /// How people type it makes no other of it.
    text: String,
    /// In characters.
    length: usize,
    /// 含税价 is one slip from 不含税价, and never meant for it.
    negations: usize,
    /// In a code every character counts, and A1 is no part of A1-1.
    is_code: bool,
}

impl Name {
    fn of(name: &str) -> Self {
        let text: String = plain_chars(name).flat_map(char::to_lowercase).collect();
        let (mut length, mut negations, mut is_code) = (0, 0, false);
        for c in text.chars() {
            length += 1;
            negations += usize::from(matches!(c, '不' | '未' | '无' | '非'));
            is_code |= c.is_ascii_digit();
        }
        Self { text, length, negations, is_code }
    }

    fn slips(&self, known: &Self) -> Option<usize> {
        let longest = self.length.max(known.length);
        // One slip in three characters, as rustc has it: of four that is one.
        let most = if self.is_code || known.is_code { 1 } else { longest.max(3) / 3 };
        if longest < 2 || self.negations != known.negations || self.length.abs_diff(known.length) > most {
            return None;
        }
        let slips = strsim::damerau_levenshtein(&self.text, &known.text);
        (slips <= most && slips < longest).then_some(slips)
    }

    fn distance(&self, known: &Self) -> Option<usize> {
        let shorter = self.length.min(known.length);
        let left_out = self.length.abs_diff(known.length);
        let near = self.slips(known);
        let whole = left_out == 0 || shorter < 2 || self.is_code || self.negations != known.negations;
        if near.is_some() || whole {
            return near;
        }
        let slips = strsim::damerau_levenshtein(&self.text, &known.text);
        let most = left_out + usize::from(shorter >= 4);
        (slips <= most).then_some(slips)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_near_is_meant() {
        for (written, known) in [
            ("名秤", "名称"),
            ("法定代表", "法定代表人"),
            ("电话", "联系电话"),
            ("产品平台服务", "产品/平台服务"),
            ("ＤＤ－２０２６－０１", "DD-2026-001"),
            ("数据提供", "数据提供（共享）"),
            ("税号", "纳税人识别号"),
            ("产品服务", "产品/平台服务"),
            ("技术支持", "技术支撑服务"),
            ("公司名称", "名称"),
            ("含税上线总介", "含税上限总价"),
        ] {
            assert_eq!(nearest(written, [known]), Some(known), "{written}");
        }
        for (written, known) in [
            ("数据查询", "数据销毁"),
            ("Z9-1", "G3-1"),
            ("含税价", "不含税价"),
            ("无关联", "有关联"),
            ("A1", "A1-1"),
            ("DD-2026-123", "DD-2026-001"),
            ("自", "至"),
            ("保洁", "运维支撑"),
            ("公别", "数据级别"),
            ("数据查询", "数据提供（共享）"),
            ("", "名称"),
        ] {
            assert_eq!(nearest(written, [known]), None, "{written}");
        }
    }

    #[test]
    fn two_that_are_as_near_are_neither() {
        assert_eq!(nearest("A1-9", ["A1-1", "A1-2"]), None);
        assert_eq!(nearest("特级", ["高级", "中级", "初级"]), None);
        assert_eq!(nearest("联系电画", ["联系电话", "联系电话", "电话"]), Some("联系电话"));
    }
}
