//! Characters that a reader does not see, or takes for others: in a name or a number they make another of it.
//!
//! May use: nothing else of hetong. The tables are Unicode's (UTS 39, UAX 15), by way of crates.

use unicode_normalization::UnicodeNormalization;
use unicode_properties::{GeneralCategory, GeneralCategoryGroup, UnicodeGeneralCategory};
use unicode_security::skeleton;

/// What a character is called that prints nothing for certain: control characters, soft hyphens, blanks of no width,
/// marks that turn the writing direction, characters for private use. Blanks and the line break are none of them.
pub fn unseen(c: char) -> Option<&'static str> {
    use GeneralCategory::{Control, Format, LineSeparator, ParagraphSeparator, PrivateUse};
    Some(match c {
        // Nearly all there is, known without a table.
        '\n' | '\t' | ' '..='~' | '\u{4e00}'..='\u{9fff}' => return None,
        '\u{ad}' => "软连字符",
        '\u{200b}' => "零宽空格",
        '\u{200c}' | '\u{200d}' | '\u{2060}' => "零宽连接符",
        '\u{feff}' => "字节顺序标记",
        '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => {
            "书写方向控制符"
        }
        '\u{fe00}'..='\u{fe0f}' | '\u{e0100}'..='\u{e01ef}' => "异体字选择符",
        _ => match c.general_category() {
            Control => "控制字符",
            LineSeparator | ParagraphSeparator => "换行符",
            PrivateUse => "造字（专用区字符，别的电脑上是别的字形）",
            Format => "格式控制符",
            // The skeleton leaves out what Unicode says to ignore: fillers, joiners, invisible operators.
            _ if skeleton(c.encode_utf8(&mut [0; 4])).next().is_none() => "不显示的字符",
            _ => return None,
        },
    })
}

/// The blanks that look like the two that people type, and are others.
pub fn odd_blank(c: char) -> Option<&'static str> {
    match c {
        ' ' | '\u{3000}' => None,
        '\n' => Some("换行符"),
        '\t' => Some("制表符"),
        '\u{a0}' | '\u{202f}' => Some("不换行空格"),
        other if other.is_whitespace() => Some("特殊空格"),
        _ => None,
    }
}

/// A character that looks like another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Twin {
    /// The one that is usually meant.
    pub meant: char,
    /// What kind of character it is itself.
    pub kind: &'static str,
    /// Whether it is the same letter or digit in full width, which a reader sees.
    pub full_width: bool,
}

/// What a letter or a digit is easily taken for, if it is none that Chinese names are written with.
pub fn twin(c: char) -> Option<Twin> {
    let is_radical = ('\u{2e80}'..='\u{2fdf}').contains(&c);
    let is_letter = matches!(c.general_category_group(), GeneralCategoryGroup::Letter)
        || c.general_category() == GeneralCategory::DecimalNumber;
    if c.is_ascii() || is_ideograph(c) || !(is_letter || is_radical) {
        return None;
    }
    let only = |mut chars: Box<dyn Iterator<Item = char> + '_>| {
        let first = chars.next()?;
        (chars.next().is_none() && first != c && (first.is_ascii_alphanumeric() || is_ideograph(first)))
            .then_some(first)
    };
    let text = c.to_string();
    let folded = only(Box::new(text.nfkc()));
    let meant = folded.or_else(|| only(Box::new(skeleton(&text))))?;
    let full_width = ('\u{ff01}'..='\u{ff5e}').contains(&c);
    let kind = match c {
        _ if full_width => "全角字符",
        '\u{370}'..='\u{3ff}' | '\u{1f00}'..='\u{1fff}' => "希腊字母",
        '\u{400}'..='\u{52f}' => "西里尔字母",
        '\u{3040}'..='\u{30ff}' => "日文假名",
        _ if is_radical => "部首，不是汉字",
        _ if is_ideograph(meant) => "兼容汉字",
        _ => "形似的字符",
    };
    Some(Twin { meant, kind, full_width })
}

/// Whether a character is a dash, and not the hyphen that numbers are written with.
pub fn is_odd_dash(c: char) -> bool {
    c != '-' && (c.general_category() == GeneralCategory::DashPunctuation || c == '\u{2212}')
}

/// `U+00AD`.
pub fn code_point(c: char) -> String {
    format!("U+{:04X}", u32::from(c))
}

/// A unified ideograph: a 汉字 with a code of its own.
fn is_ideograph(c: char) -> bool {
    let canonical = || c.nfc().eq([c]);
    matches!(c, '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{3007}')
        || (('\u{20000}'..='\u{3ffff}').contains(&c) && canonical())
        // Twelve of the compatibility block are unified ones.
        || (('\u{f900}'..='\u{faff}').contains(&c) && canonical())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_nobody_sees_has_a_name() {
        for c in "\u{ad}\u{200b}\u{200d}\u{feff}\u{202e}\u{2028}\u{1b}\u{7f}\u{3164}\u{115f}\u{fe0f}\u{e0041}\u{e000}\r".chars() {
            assert!(unseen(c).is_some(), "{}", code_point(c));
        }
        for c in "成都（高新）\u{3000} é·—“”①Ⅱ㎡℃𠮷㐂\n\tA1-".chars() {
            assert_eq!(unseen(c), None, "{}", code_point(c));
        }
        assert!(
            odd_blank('\u{a0}').is_some() && odd_blank('\u{2003}').is_some() && odd_blank('\n').is_some()
        );
        assert!(odd_blank(' ').is_none() && odd_blank('\u{3000}').is_none() && odd_blank('甲').is_none());
    }

    #[test]
    fn look_alikes_are_told_and_names_are_left_alone() {
        for (c, meant) in [
            ('А', 'A'),
            ('Ο', 'O'),
            ('с', 'c'),
            ('Ａ', 'A'),
            ('１', '1'),
            ('\u{f90a}', '金'),
            ('⼈', '人'),
            ('ニ', '二'),
            ('𝐀', 'A'),
        ] {
            assert_eq!(twin(c).map(|twin| twin.meant), Some(meant), "{}", code_point(c));
        }
        assert!(twin('Ａ').unwrap().full_width && !twin('А').unwrap().full_width);
        for c in "成都星河示例科技有限公司士土曰日己已（）·é①Ⅱ㎡〇の阿𠮷﨑ABC123".chars()
        {
            assert_eq!(twin(c), None, "{}", code_point(c));
        }
        assert!(is_odd_dash('–') && is_odd_dash('—') && is_odd_dash('－') && !is_odd_dash('-'));
    }
}
