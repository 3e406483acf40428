//! What a number format makes of a number, word for word: `#,##0.00"元"` makes `1,234.50元` of 1234.5.
//!
//! May use: `input::workbook` for the number that a spreadsheet means.

use rust_decimal::{Decimal, RoundingStrategy};

use crate::input::workbook::from_float;

/// Whether two formats show a number alike. Of a format that is not understood only the like of itself is.
pub fn alike(digits: &str, one: Option<&str>, other: Option<&str>) -> bool {
    if plain(one) == plain(other) {
        return true;
    }
    match (printed(digits, one), printed(digits, other)) {
        (Some(one), Some(other)) => one == other,
        _ => false,
    }
}

/// Whether two formats show a text alike: as it is, unless one has something to say about texts.
pub fn text_alike(one: Option<&str>, other: Option<&str>) -> bool {
    let own = |format: Option<&str>| {
        let section = sections(format.unwrap_or_default()).into_iter().nth(3);
        section.filter(|section| plain(Some(section)) != "@")
    };
    own(one) == own(other)
}

/// As it is kept, without what programs write in several ways.
fn plain(format: Option<&str>) -> String {
    let format = format.unwrap_or("general");
    let mut kept = String::new();
    let mut chars = format.chars().peekable();
    while let Some(c) = chars.next() {
        match (c, chars.peek()) {
            // Before a sign that stands for itself anyway.
            ('\\', Some(' ' | '-' | '(' | ')' | '+' | '/')) => {}
            (c, _) => kept.extend(c.to_lowercase()),
        }
    }
    kept
}

/// What is shown; none where that is not known.
fn printed(digits: &str, format: Option<&str>) -> Option<String> {
    let number = digits.parse().ok().and_then(from_float)?;
    let format = format.filter(|format| !format.eq_ignore_ascii_case("general"));
    let Some(format) = format else { return Some(number.normalize().to_string()) };
    let sections = sections(format);
    let at = match sections.len() {
        1 => 0,
        2 => usize::from(number.is_sign_negative()),
        _ if number.is_zero() => 2,
        _ => usize::from(number.is_sign_negative()),
    };
    let shown = section(number.abs(), sections.get(at)?)?;
    let sign = if at == 0 && number.is_sign_negative() && !number.is_zero() { "-" } else { "" };
    Some(format!("{sign}{shown}"))
}

/// The parts between `;`.
fn sections(format: &str) -> Vec<String> {
    let (mut parts, mut until) = (vec![String::new()], None);
    let mut chars = format.chars();
    while let Some(c) = chars.next() {
        if until.is_none() && c == ';' {
            parts.push(String::new());
            continue;
        }
        let Some(part) = parts.last_mut() else { break };
        part.push(c);
        match (until, c) {
            (Some(end), c) if c == end => until = None,
            (None, '"') => until = Some('"'),
            (None, '[') => until = Some(']'),
            (None, '\\' | '_' | '*') => part.extend(chars.next()),
            _ => {}
        }
    }
    parts
}

/// What a section is made of.
enum Token {
    /// Words, as they are shown.
    Words(String),
    /// A place of a digit, `.` or `,`.
    Place(char),
    Percent,
}

fn tokens(section: &str) -> Option<Vec<Token>> {
    let mut tokens = Vec::new();
    let mut chars = section.chars();
    while let Some(c) = chars.next() {
        tokens.push(match c {
            '0' | '#' | '?' | '.' | ',' => Token::Place(c),
            '%' => Token::Percent,
            '"' => Token::Words(chars.by_ref().take_while(|c| *c != '"').collect()),
            '\\' => Token::Words(chars.next()?.to_string()),
            '_' => {
                chars.next()?;
                Token::Words(" ".into())
            }
            '*' => {
                chars.next()?;
                continue;
            }
            '[' => Token::Words(bracketed(&chars.by_ref().take_while(|c| *c != ']').collect::<String>())?),
            ' ' | '-' | '+' | '(' | ')' | '¥' | '￥' | '元' | '$' | ':' => Token::Words(c.to_string()),
            _ => return None,
        });
    }
    Some(tokens)
}

/// `[$¥-804]` shows ¥; a colour is no word, but is seen; a condition is not understood.
fn bracketed(inner: &str) -> Option<String> {
    if let Some(currency) = inner.strip_prefix('$') {
        return Some(currency.split_once('-').map_or(currency, |(sign, _)| sign).to_owned());
    }
    let is_colour = inner.chars().all(|c| c.is_alphanumeric() || c == ' ');
    is_colour.then(|| format!("[{}]", inner.to_lowercase()))
}

fn section(number: Decimal, section: &str) -> Option<String> {
    let tokens = tokens(section)?;
    let is_place = |token: &Token| matches!(token, Token::Place(_));
    let words = |tokens: &[Token]| -> Option<String> {
        tokens
            .iter()
            .map(|token| match token {
                Token::Words(words) => Some(words.as_str()),
                Token::Percent => Some("%"),
                Token::Place(_) => None,
            })
            .collect()
    };
    let (Some(first), Some(last)) = (tokens.iter().position(is_place), tokens.iter().rposition(is_place))
    else {
        return words(&tokens).map(|words| words.trim().to_owned());
    };
    let places: String = tokens
        .get(first..=last)?
        .iter()
        .map(|token| if let Token::Place(c) = token { Some(*c) } else { None })
        .collect::<Option<String>>()?;
    let (before, after) = (words(tokens.get(..first)?)?, words(tokens.get(last + 1..)?)?);
    let percent = tokens.iter().any(|token| matches!(token, Token::Percent));
    let shown = digits(number, &places, percent)?;
    Some(format!("{before}{shown}{after}").trim().to_owned())
}

/// A number in places such as `#,##0.00`. Commas behind the last place stand for thousands that are left out.
fn digits(number: Decimal, places: &str, percent: bool) -> Option<String> {
    let (whole, fraction) = places.split_once('.').unwrap_or((places, ""));
    let kept = whole.trim_end_matches(',');
    let fraction_kept = fraction.trim_end_matches(',');
    let dropped = whole.len() - kept.len() + fraction.len() - fraction_kept.len();
    let mut number = if percent { number.checked_mul(Decimal::ONE_HUNDRED)? } else { number };
    for _ in 0..dropped.min(9) {
        number = number.checked_div(Decimal::ONE_THOUSAND)?;
    }
    let most = u32::try_from(fraction_kept.len()).ok().filter(|most| *most <= 12)?;
    let least = fraction_kept.trim_end_matches(['#', '?']).len();
    let rounded = number.round_dp_with_strategy(most, RoundingStrategy::MidpointAwayFromZero);
    let text = format!("{:.*}", fraction_kept.len(), rounded);
    let (own, cents) = text.split_once('.').unwrap_or((&text, ""));
    let mut cents = cents.to_owned();
    while cents.len() > least && cents.ends_with('0') {
        cents.pop();
    }
    let zeros = kept.chars().filter(|c| *c == '0').count();
    let own = if zeros == 0 && own == "0" { String::new() } else { format!("{own:0>zeros$}") };
    let own = if kept.contains(',') { grouped(&own) } else { own };
    Some(if places.contains('.') { format!("{own}.{cents}") } else { own })
}

fn grouped(own: &str) -> String {
    let mut shown = String::new();
    for (index, digit) in own.chars().enumerate() {
        if index > 0 && (own.len() - index).is_multiple_of(3) {
            shown.push(',');
        }
        shown.push(digit);
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    // Worked out by hand; LibreOffice shows the same.
    #[test]
    fn a_format_shows_what_a_spreadsheet_shows() {
        for (digits, format, shown) in [
            ("1268.84", "#,##0.00", "1,268.84"),
            ("1268.84", "#,##0.00,", "1.27"),
            ("1268.84", "\"99,999.99\"", "99,999.99"),
            ("1268.84", "\"9\"#,##0.00", "91,268.84"),
            ("1268.84", ";;;", ""),
            ("1268.84", "#,##0.00\\0", "1,268.840"),
            ("-1268.84", "#,##0.00", "-1,268.84"),
            ("-0.5", "+0.00%;-0.00%;0.00%", "-50.00%"),
            ("0", "+0.00%;-0.00%;0.00%", "0.00%"),
            ("0.065", "0.##%", "6.5%"),
            ("5", "000", "005"),
            ("0.5", "#.00", ".50"),
            ("12", "[White]0.00", "[white]12.00"),
            ("12", "[$¥-804]#,##0.00_ ", "¥12.00"),
            ("12", "General", "12"),
        ] {
            assert_eq!(printed(digits, Some(format)).as_deref(), Some(shown), "{digits} {format}");
        }
        assert_eq!(printed("12", Some("[>10]\"少\";0")), None);
        assert_eq!(printed("46086", Some("yyyy-mm-dd")), None);
    }

    #[test]
    fn other_words_for_the_same_are_alike() {
        let alike = |one, other| alike("46086.5", Some(one), Some(other));
        assert!(alike("#,##0.00", "#,##0.00_ "));
        assert!(alike("yyyy-mm-dd", "yyyy\\-mm\\-dd"));
        assert!(!alike("yyyy-mm-dd", "\"2026-03-05\""));
        assert!(!alike("#,##0.00", "#,##0"));
        assert!(text_alike(Some("General"), Some("@")) && text_alike(None, Some("0;0;0;@")));
        assert!(!text_alike(None, Some(";;;")) && !text_alike(Some("@"), Some("0;0;0;\"甲\"")));
    }
}
