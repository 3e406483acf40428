//! Names, numbers of orders and 证件号 however they are typed: blanks, line breaks and full-width forms make no other of
//! them. That is how people type, not a guess.
//!
//! Capitals and small letters are told apart here: two orders may be DD-1a and DD-1A. Who compares persons folds them
//! himself (`compute::people`).
//!
//! May use: nothing.

/// Whether two names are the same: `产品／平台 服务` is `产品/平台服务`.
pub fn same_name(a: &str, b: &str) -> bool {
    plain_chars(a).eq(plain_chars(b))
}

/// A name in the one form in which it can be looked up.
pub fn plain(text: &str) -> String {
    plain_chars(text).collect()
}

/// The same, character by character.
pub fn plain_chars(text: &str) -> impl Iterator<Item = char> {
    text.chars().filter(|c| !c.is_whitespace()).map(|c| match c {
        // The full-width forms lie at one fixed distance from ASCII.
        '！'..='～' => char::from_u32(u32::from(c) - 0xFEE0).unwrap_or(c),
        other => other,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_differ_only_in_how_they_are_typed() {
        assert!(same_name("产品／平台\n服务 ", "产品/平台服务"));
        assert!(same_name("ＤＤ－２０２６－００１", "DD-2026-001"));
        assert!(same_name("李　示例", "李示例"));
        assert!(!same_name("产品平台服务", "产品/平台服务"));
        assert!(!same_name("DD-1a", "DD-1A"));
        assert_eq!(plain(" 张 三　（１）"), "张三(1)");
    }
}
