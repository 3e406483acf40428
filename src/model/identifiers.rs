//! Identifiers with a fixed form: 统一社会信用代码, 居民身份证号, 邮政编码, telephone, e-mail, bank account.
//!
//! Each check says what is wrong and where, so that a message can name the character and what was expected. White
//! space around the text is not the user's mistake; anything else is. Positions count characters from 1.

use jiff::civil::Date;
use thiserror::Error;

use super::characters::{code_point, odd_blank, twin, unseen};

/// GB 32100-2015: no I, O, S, V, Z.
const CREDIT_ALPHABET: &str = "0123456789ABCDEFGHJKLMNPQRTUWXY";
const CREDIT_WEIGHTS: [usize; 17] = [1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28];
/// GB 11714-1997.
const ORGANISATION_ALPHABET: &str = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";
const ORGANISATION_WEIGHTS: [usize; 8] = [3, 7, 9, 10, 5, 8, 4, 2];
/// GB 11643-1999.
const CITIZEN_WEIGHTS: [usize; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
const CITIZEN_CHECKS: &str = "10X98765432";
const DIGITS: &str = "0123456789";

/// What is wrong with an identifier.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum IdentifierFault {
    /// Nothing there.
    #[error("没有填写")]
    Empty,
    /// Too short or too long.
    #[error("应为 {expected} 位，现为 {found} 位")]
    Length {
        /// `18` or `8 至 32`.
        expected: &'static str,
        /// How many characters there are.
        found: usize,
    },
    /// A character that cannot stand there.
    #[error("第 {position} 位“{found}”{}{}", code_of(*found), why_character(*why, *suggestion))]
    Character {
        /// Which character.
        position: usize,
        /// The character.
        found: char,
        /// Why not.
        why: CharacterFault,
        /// What it probably stands for.
        suggestion: Option<char>,
    },
    /// The check character does not fit the others.
    #[error(
        "校验不符：按前面各位推算，第 {position} 位应为“{expected}”，现为“{found}”，请核对是否有抄错的字符"
    )]
    CheckCharacter {
        /// Which character.
        position: usize,
        /// The character that would fit.
        expected: char,
        /// The character that stands there.
        found: char,
    },
    /// Digits 7 to 14 of a 居民身份证号 are no date.
    #[error("第 7 至 14 位“{found}”不是日期")]
    Date {
        /// The eight digits.
        found: String,
    },
    /// Not of the form.
    #[error("格式不对，应如 {expected}")]
    Form {
        /// An example.
        expected: &'static str,
    },
}

/// Why a character cannot stand where it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CharacterFault {
    /// A lower-case letter where an upper-case one belongs.
    LowerCase,
    /// A full-width character where a half-width one belongs.
    FullWidth,
    /// A letter that looks like a digit, or the other way round.
    LookAlike,
    /// White space inside.
    Space,
    /// None of these.
    NotAllowed,
}

/// The code point of what cannot be told by looking at it.
fn code_of(found: char) -> String {
    let is_plain = found.is_ascii_graphic() || twin(found).is_some_and(|twin| twin.full_width);
    let is_deceptive = unseen(found).is_some() || odd_blank(found).is_some() || twin(found).is_some();
    if is_deceptive && !is_plain { format!("（{}）", code_point(found)) } else { String::new() }
}

fn why_character(why: CharacterFault, suggestion: Option<char>) -> String {
    let meant = suggestion.map(|c| format!("“{c}”")).unwrap_or_default();
    match why {
        CharacterFault::LowerCase => format!("应为大写{meant}"),
        CharacterFault::FullWidth => format!("是全角字符，应为半角{meant}"),
        CharacterFault::LookAlike => format!("不是可用的字符，是不是{meant}"),
        CharacterFault::Space => "是空格，应删去".to_owned(),
        CharacterFault::NotAllowed => "不是可用的字符".to_owned(),
    }
}

/// 统一社会信用代码 (GB 32100-2015): 18 characters and their check character.
///
/// ```
/// use hetong::model::identifiers::credit_code;
/// assert!(credit_code("91510100321561677C").is_ok());
/// assert!(credit_code("91510100321561677D").is_err());
/// ```
pub fn credit_code(text: &str) -> Result<(), IdentifierFault> {
    let chars = fixed(text, "18", 18, CREDIT_ALPHABET)?;
    let sum = weighted(&chars, &CREDIT_WEIGHTS, CREDIT_ALPHABET);
    let expected = CREDIT_ALPHABET.chars().nth((31 - sum % 31) % 31);
    check_character(&chars, 17, expected)
}

/// The organisation code (GB 11714) in positions 9 to 17 of a 统一社会信用代码: its own check character. It fails for
/// some real companies, so a failure is a warning. Only meaningful where [`credit_code`] finds nothing.
pub fn organisation_code(credit_code: &str) -> Result<(), IdentifierFault> {
    let chars = fixed(credit_code, "18", 18, CREDIT_ALPHABET)?;
    let code = chars.get(8..16).unwrap_or_default();
    let expected = match 11 - weighted(code, &ORGANISATION_WEIGHTS, ORGANISATION_ALPHABET) % 11 {
        10 => Some('X'),
        11 => Some('0'),
        digit => DIGITS.chars().nth(digit),
    };
    check_character(&chars, 16, expected)
}

/// 居民身份证号 (GB 11643-1999): 17 digits, a date among them, and the check character.
pub fn citizen_id(text: &str) -> Result<(), IdentifierFault> {
    let chars = fixed(text, "18", 18, "0123456789X")?;
    if let Some(position) = chars.iter().take(17).position(|c| *c == 'X') {
        return Err(character(position, 'X', DIGITS));
    }
    let born: String = chars.iter().skip(6).take(8).collect();
    if date(&born).is_none() {
        return Err(IdentifierFault::Date { found: born });
    }
    let sum = weighted(&chars, &CITIZEN_WEIGHTS, DIGITS);
    check_character(&chars, 17, CITIZEN_CHECKS.chars().nth(sum % 11))
}

fn date(digits: &str) -> Option<Date> {
    let part = |range: std::ops::Range<usize>| digits.get(range);
    Date::new(part(0..4)?.parse().ok()?, part(4..6)?.parse().ok()?, part(6..8)?.parse().ok()?).ok()
}

/// 邮政编码: six digits.
pub fn postcode(text: &str) -> Result<(), IdentifierFault> {
    fixed(text, "6", 6, DIGITS).map(|_| ())
}

/// A bank account: 8 to 32 digits once spaces are taken out, as which they are returned. Blanks that nobody types, such
/// as a line separator, come from elsewhere and are not taken for spaces.
pub fn bank_account(text: &str) -> Result<String, IdentifierFault> {
    let chars: Vec<char> = text.chars().collect();
    for (position, c) in chars.iter().enumerate().filter(|(_, c)| ![' ', '\u{3000}'].contains(*c)) {
        allowed(position, *c, DIGITS)?;
    }
    let digits: String = chars.into_iter().filter(|c| !c.is_whitespace()).collect();
    match digits.len() {
        0 => Err(IdentifierFault::Empty),
        8..=32 => Ok(digits),
        found => Err(IdentifierFault::Length { expected: "8 至 32", found }),
    }
}

/// What kind of telephone number it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Telephone {
    /// 固定电话, with or without an extension.
    Landline,
    /// 手机.
    Mobile,
    /// 400 or 800.
    Service,
}

/// A telephone number: 固话 with area code and hyphen, an extension after `-`, 转 or `ext`; 手机; 400 and 800 numbers.
pub fn telephone(text: &str) -> Result<Telephone, IdentifierFault> {
    let text = text.trim();
    if text.is_empty() {
        return Err(IdentifierFault::Empty);
    }
    for (position, c) in text.chars().enumerate() {
        if c != '转' {
            allowed(position, c, "0123456789-ext")?;
        }
    }
    let mobile = digits(text, &[11])
        && text.starts_with('1')
        && text.get(1..2).is_some_and(|second| ("3"..="9").contains(&second));
    let (number, extension) = extension(text);
    if mobile {
        Ok(Telephone::Mobile)
    } else if is_service(text) {
        Ok(Telephone::Service)
    } else if is_landline(number) && extension.is_none_or(|extension| digits(extension, &[1, 2, 3, 4, 5, 6]))
    {
        Ok(Telephone::Landline)
    } else {
        Err(IdentifierFault::Form { expected: "028-68394412、028-68394412-801 或 13800000000" })
    }
}

/// Number and extension.
fn extension(text: &str) -> (&str, Option<&str>) {
    for mark in ["转", "ext"] {
        if let Some((number, extension)) = text.split_once(mark) {
            return (number.trim_end_matches('-'), Some(extension));
        }
    }
    match text.match_indices('-').nth(1) {
        Some((at, _)) => (text.get(..at).unwrap_or(text), text.get(at + 1..)),
        None => (text, None),
    }
}

fn is_landline(number: &str) -> bool {
    let parts = number.split_once('-');
    parts
        .is_some_and(|(area, local)| area.starts_with('0') && digits(area, &[3, 4]) && digits(local, &[7, 8]))
}

/// 400-xxx-xxxx, its hyphens where people put them.
fn is_service(text: &str) -> bool {
    let bare = text.replace('-', "");
    digits(&bare, &[10]) && (bare.starts_with("400") || bare.starts_with("800")) && !text.ends_with('-')
}

fn digits(text: &str, lengths: &[usize]) -> bool {
    lengths.contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// 邮箱: one @, a plausible name before it and a domain with a dot after it. Whether it exists is not asked.
pub fn email(text: &str) -> Result<(), IdentifierFault> {
    const FORM: IdentifierFault = IdentifierFault::Form { expected: "name@example.com" };
    let text = text.trim();
    if text.is_empty() {
        return Err(IdentifierFault::Empty);
    }
    for (position, c) in text.chars().enumerate() {
        if !c.is_ascii_graphic() {
            return Err(character(position, c, ""));
        }
    }
    let (name, domain) = text.split_once('@').ok_or(FORM)?;
    let name_fits = !name.is_empty()
        && name.len() <= 64
        && !name.starts_with('.')
        && !name.ends_with('.')
        && !name.contains("..")
        && !name.contains(['"', '(', ')', ',', ':', ';', '<', '>', '[', ']', '\\']);
    let label = |label: &str| {
        (1..=63).contains(&label.len())
            && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    let top = domain.rsplit('.').next().unwrap_or_default();
    let domain_fits = domain.contains('.')
        && domain.len() <= 253
        && domain.split('.').all(label)
        && top.len() >= 2
        && !top.bytes().all(|byte| byte.is_ascii_digit());
    if name_fits && domain_fits { Ok(()) } else { Err(FORM) }
}

/// The characters of a text of fixed length, all of them in `alphabet`.
fn fixed(
    text: &str,
    expected: &'static str,
    length: usize,
    alphabet: &str,
) -> Result<Vec<char>, IdentifierFault> {
    let chars: Vec<char> = text.trim().chars().collect();
    if chars.is_empty() {
        return Err(IdentifierFault::Empty);
    }
    for (position, c) in chars.iter().enumerate() {
        allowed(position, *c, alphabet)?;
    }
    let found = chars.len();
    if found == length { Ok(chars) } else { Err(IdentifierFault::Length { expected, found }) }
}

fn allowed(position: usize, c: char, alphabet: &str) -> Result<(), IdentifierFault> {
    if alphabet.contains(c) { Ok(()) } else { Err(character(position, c, alphabet)) }
}

/// The fault of a character at a position counted from 0. An empty alphabet stands for all of ASCII.
fn character(position: usize, found: char, alphabet: &str) -> IdentifierFault {
    let fits = |c: &char| if alphabet.is_empty() { c.is_ascii_graphic() } else { alphabet.contains(*c) };
    let half = half_width(found);
    let (why, suggestion) = if found.is_whitespace() {
        (CharacterFault::Space, None)
    } else if half.is_some() {
        (CharacterFault::FullWidth, half)
    } else if let Some(upper) = Some(found.to_ascii_uppercase()).filter(|c| *c != found && fits(c)) {
        (CharacterFault::LowerCase, Some(upper))
    } else if let Some(twin) = look_alike(found).filter(|c| fits(c)) {
        (CharacterFault::LookAlike, Some(twin))
    } else {
        (CharacterFault::NotAllowed, None)
    };
    IdentifierFault::Character { position: position + 1, found, why, suggestion }
}

fn half_width(c: char) -> Option<char> {
    match c {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xfee0),
        '。' => Some('.'),
        _ => None,
    }
}

/// The character that is usually meant: letters for digits, dashes for the hyphen, Cyrillic and Greek for Latin.
fn look_alike(c: char) -> Option<char> {
    const TWINS: [(&str, char); 20] = [
        ("OoQDОοΟ〇○", '0'),
        ("IlіІΙ|", '1'),
        ("Zz", '2'),
        ("Ss", '5'),
        ("V", 'U'),
        ("—–−－‐‑ー一", '-'),
        ("АΑ", 'A'),
        ("ВΒ", 'B'),
        ("С", 'C'),
        ("ЕΕ", 'E'),
        ("НΗ", 'H'),
        ("Ј", 'J'),
        ("КΚ", 'K'),
        ("МΜ", 'M'),
        ("Ν", 'N'),
        ("РΡ", 'P'),
        ("ТΤ", 'T'),
        ("ХΧ×xх", 'X'),
        ("ΥҮ", 'Y'),
        ("b", '6'),
    ];
    TWINS.iter().find(|(twins, _)| twins.contains(c)).map(|(_, meant)| *meant)
}

/// Σ value × weight, each character's value its place in the alphabet.
fn weighted(chars: &[char], weights: &[usize], alphabet: &str) -> usize {
    let value = |c: &char| alphabet.chars().position(|a| a == *c).unwrap_or_default();
    chars.iter().zip(weights).map(|(c, weight)| value(c) * weight).sum()
}

fn check_character(chars: &[char], position: usize, expected: Option<char>) -> Result<(), IdentifierFault> {
    match (chars.get(position).copied(), expected) {
        (Some(found), Some(expected)) if found != expected => {
            Err(IdentifierFault::CheckCharacter { position: position + 1, expected, found })
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
#[path = "identifiers_tests.rs"]
mod tests;
