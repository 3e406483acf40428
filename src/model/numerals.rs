//! Small Chinese numerals: 百分之二十, 一式肆份, 一式四份.

/// Everyday digits.
const PLAIN: [char; 10] = ['零', '一', '二', '三', '四', '五', '六', '七', '八', '九'];
/// Formal digits, as on cheques and in 一式【肆】份.
pub(super) const FORMAL: [char; 10] = ['零', '壹', '贰', '叁', '肆', '伍', '陆', '柒', '捌', '玖'];

/// 0 to 100 in everyday numerals: 四, 十, 十二, 二十五, 一百.
///
/// ```
/// assert_eq!(hetong::model::numerals::plain(25).as_deref(), Some("二十五"));
/// ```
pub fn plain(number: u32) -> Option<String> {
    match number {
        100 => Some("一百".to_owned()),
        _ => tens_and_ones(number, &PLAIN, '十'),
    }
}

/// A percentage in words, as in 百分之【二十】 (7.2): everyday numerals, 0 to 100.
pub fn percent_words(percent: u32) -> Option<String> {
    plain(percent)
}

/// A number of copies in formal numerals, as in 一式【肆】份 (13.4): 1 to 99.
///
/// ```
/// assert_eq!(hetong::model::numerals::copies_words(12).as_deref(), Some("拾贰"));
/// ```
pub fn copies_words(copies: u32) -> Option<String> {
    if copies == 0 { None } else { tens_and_ones(copies, &FORMAL, '拾') }
}

/// Reads what [`plain`] writes; 一十二 for 十二 and 〇 for 零 are accepted too.
pub fn read_plain(words: &str) -> Option<u32> {
    match words.trim() {
        "一百" | "百" => Some(100),
        "〇" => Some(0),
        words => read_tens_and_ones(words, &PLAIN, '十'),
    }
}

/// Reads what [`percent_words`] writes.
pub fn read_percent_words(words: &str) -> Option<u32> {
    read_plain(words)
}

/// Reads what [`copies_words`] writes; 壹拾贰 for 拾贰 is accepted too.
pub fn read_copies_words(words: &str) -> Option<u32> {
    read_tens_and_ones(words.trim(), &FORMAL, '拾').filter(|copies| *copies > 0)
}

/// The number of a 补充协议 that a text names, as in 补充协议一, 补充协议（二） or 补充协议-3, and what else it says.
///
/// ```
/// use hetong::model::numerals::named_supplement;
/// assert_eq!(named_supplement("补充协议（二）"), Some((2, String::new())));
/// assert_eq!(named_supplement("增值税税率调整"), None);
/// ```
pub fn named_supplement(text: &str) -> Option<(u32, String)> {
    let (before, after) = text.split_once("补充协议")?;
    let after = after.trim_start_matches(['（', '(', '第', '-', '—', ' ', '　']);
    let is_numeral =
        |c: char| c.is_ascii_digit() || PLAIN.contains(&c) || FORMAL.contains(&c) || "十百拾".contains(c);
    let end = after.find(|c: char| !is_numeral(c)).unwrap_or(after.len());
    let (number, rest) = after.split_at_checked(end)?;
    let rest = rest.trim_start_matches(['）', ')', '号']);
    Some((read_any(number)?, format!("{}{}", before.trim(), rest.trim())))
}

/// Reads a small number however a person may type it: `4`, 四 or 肆; 0 to 100.
pub fn read_any(text: &str) -> Option<u32> {
    let text = text.trim();
    if !text.is_empty() && text.len() <= 3 && text.bytes().all(|byte| byte.is_ascii_digit()) {
        return text.parse().ok().filter(|number| *number <= 100);
    }
    read_plain(text).or_else(|| read_copies_words(text))
}

fn digit(digits: &[char; 10], number: u32) -> Option<char> {
    digits.get(usize::try_from(number).ok()?).copied()
}

fn tens_and_ones(number: u32, digits: &[char; 10], ten: char) -> Option<String> {
    let (tens, ones) = (number / 10, number % 10);
    let mut words = String::new();
    if tens > 9 {
        return None;
    }
    if tens > 1 {
        words.push(digit(digits, tens)?);
    }
    if tens > 0 {
        words.push(ten);
    }
    if ones > 0 || tens == 0 {
        words.push(digit(digits, ones)?);
    }
    Some(words)
}

fn read_tens_and_ones(words: &str, digits: &[char; 10], ten: char) -> Option<u32> {
    let value = |c: char| u32::try_from(digits.iter().position(|d| *d == c)?).ok();
    let nonzero = |c: char| value(c).filter(|n| *n > 0);
    let chars: Vec<char> = words.chars().collect();
    match chars.as_slice() {
        [only] if *only == ten => Some(10),
        [only] => value(*only),
        [a, b] if *a == ten => Some(10 + nonzero(*b)?),
        [a, b] if *b == ten => Some(nonzero(*a)? * 10),
        [a, b, c] if *b == ten => Some(nonzero(*a)? * 10 + nonzero(*c)?),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_forms_own_words() {
        assert_eq!(copies_words(4).as_deref(), Some("肆"));
        assert_eq!(copies_words(2).as_deref(), Some("贰"));
        assert_eq!(plain(4).as_deref(), Some("四"));
        assert_eq!(plain(2).as_deref(), Some("二"));
        assert_eq!(percent_words(20).as_deref(), Some("二十"));
    }

    #[test]
    fn tens_are_written_as_spoken() {
        for (number, words) in
            [(0, "零"), (10, "十"), (12, "十二"), (25, "二十五"), (99, "九十九"), (100, "一百")]
        {
            assert_eq!(plain(number).as_deref(), Some(words));
        }
        for (number, words) in [(10, "拾"), (12, "拾贰"), (20, "贰拾"), (99, "玖拾玖")] {
            assert_eq!(copies_words(number).as_deref(), Some(words));
        }
        assert_eq!((plain(101), copies_words(0), copies_words(100)), (None, None, None));
    }

    #[test]
    fn reading_undoes_writing() {
        for number in 0..=100 {
            assert_eq!(plain(number).and_then(|words| read_plain(&words)), Some(number));
            assert_eq!(read_any(&number.to_string()), Some(number));
        }
        for number in 1..=99 {
            assert_eq!(copies_words(number).and_then(|words| read_copies_words(&words)), Some(number));
            assert_eq!(copies_words(number).and_then(|words| read_any(&words)), Some(number));
        }
        assert_eq!(read_copies_words("壹拾贰"), Some(12));
        assert_eq!(read_plain("一十二"), Some(12));
    }

    #[test]
    fn wrong_words_are_refused() {
        for words in ["", "十零", "二十零", "零十", "二二", "十十", "肆四", "一百零一", "两", "4份", "1000"]
        {
            assert_eq!(read_plain(words), None, "{words}");
            assert_eq!(read_copies_words(words), None, "{words}");
            assert_eq!(read_any(words), None, "{words}");
        }
    }
}
