//! Characters cut into the words that are compared: a figure, an amount in 大写 or a Latin word changes as a whole, all
//! else character by character.
//!
//! May use: nothing.

/// A word.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Word {
    /// Its characters.
    pub text: String,
    /// The page it begins on.
    pub page: usize,
    /// Whether white space stands before it.
    pub spaced: bool,
}

/// What stands between two letters or digits without parting them.
const JOINTS: [char; 9] = ['.', ',', '-', '_', '/', '@', ':', '+', '*'];
/// 大写 is written with these.
const CAPITAL: &str = "零壹贰叁肆伍陆柒捌玖拾佰仟万亿元圆角分整正";
/// And at least one of these.
const DIGITS: &str = "壹贰叁肆伍陆柒捌玖";

/// Characters with their pages, cut into words; white space is none.
pub fn split(chars: &[(char, usize)]) -> Vec<Word> {
    let mut words = Vec::new();
    let mut at = 0;
    let mut spaced = false;
    while let Some(&(c, page)) = chars.get(at) {
        if is_invisible(c) {
            at += 1;
            continue;
        }
        if c.is_whitespace() {
            spaced = true;
            at += 1;
            continue;
        }
        let rest = &chars[at..];
        let length = latin(rest).or_else(|| capital(rest)).unwrap_or(1);
        let text = rest[..length].iter().map(|(c, _)| *c).collect();
        words.push(Word { text, page, spaced });
        spaced = false;
        at += length;
    }
    words
}

/// What takes no room: typst holds blanks to write in together with it.
pub fn is_invisible(c: char) -> bool {
    matches!(c, '\u{200b}'..='\u{200f}' | '\u{2060}'..='\u{2064}' | '\u{feff}' | '\u{ad}')
}

/// How many characters a figure or a Latin word has that begins here.
fn latin(chars: &[(char, usize)]) -> Option<usize> {
    let is_word = |at: usize| chars.get(at).is_some_and(|(c, _)| c.is_ascii_alphanumeric());
    if !is_word(0) {
        return None;
    }
    let mut length = 1;
    loop {
        let joins = chars.get(length).is_some_and(|(c, _)| JOINTS.contains(c)) && is_word(length + 1);
        if is_word(length) || joins {
            length += 1;
        } else {
            break;
        }
    }
    let percent = chars.get(length).is_some_and(|(c, _)| *c == '%');
    Some(if percent { length + 1 } else { length })
}

/// How many characters an amount in 大写 has that begins here.
fn capital(chars: &[(char, usize)]) -> Option<usize> {
    let length = chars.iter().take_while(|(c, _)| CAPITAL.contains(*c)).count();
    let has_digit = chars[..length].iter().any(|(c, _)| DIGITS.contains(*c));
    (length >= 3 && has_digit).then_some(length)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<String> {
        let chars: Vec<(char, usize)> = text.chars().map(|c| (c, 1)).collect();
        split(&chars).into_iter().map(|word| word.text).collect()
    }

    #[test]
    fn figures_and_capitals_are_one_word() {
        assert_eq!(
            words("总价为【17,275,715.69】元。"),
            ["总", "价", "为", "【", "17,275,715.69", "】", "元", "。"]
        );
        assert_eq!(words("大写壹仟元整，"), ["大", "写", "壹仟元整", "，"]);
        assert_eq!(words("万元"), ["万", "元"]);
        assert_eq!(
            words("3.2.1乙方6%，DD-2026-001 a@b.cn."),
            ["3.2.1", "乙", "方", "6%", "，", "DD-2026-001", "a@b.cn", "."]
        );
        assert_eq!(words("  "), Vec::<String>::new());
        assert_eq!(words("第\u{2060}　\u{2060}批"), ["第", "批"]);
    }
}
