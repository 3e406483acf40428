//! Numbers as people type them into spreadsheets, brought to exact decimals; what is ambiguous stays text.
//!
//! Three ways in: [`from_float`] for a typed cell, [`from_text`] for text such as `￥1,250.00元/人天`, and
//! [`fold`], which brings full-width characters to the forms everything else compares.
//!
//! May use: nothing else of hetong.

use rust_decimal::Decimal;

/// Spreadsheets show at most this many significant digits; what lies beyond is noise of binary arithmetic.
pub const SIGNIFICANT_DIGITS: u32 = 15;

/// Numbers from here up are account numbers or mistakes, not amounts in 元.
const TOO_LARGE: i64 = 10_000_000_000_000;

/// Longer text is prose.
const LONGEST_TEXT: usize = 64;

/// Currency marks that may stand before or after a number, after [`fold`] and in capitals.
const CURRENCY: [&str; 4] = ["¥", "RMB", "CNY", "人民币"];

/// Units that may stand after a number, longest first. None of them changes its value: 万元 is not among them.
const UNITS: [&str; 12] = [
    "元/人·天",
    "元/人/天",
    "元/人天",
    "元人民币",
    "元/人日",
    "人/天",
    "人·天",
    "人天",
    "人日",
    "元整",
    "元",
    "圆",
];

/// Full-width ASCII to ASCII, all kinds of blank to a space, invisible characters away, ￥ to ¥, − to -.
pub fn fold(text: &str) -> String {
    text.chars()
        .filter_map(|c| match c {
            '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}' => None,
            '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xfee0),
            '\u{ffe5}' => Some('¥'),
            '\u{2212}' => Some('-'),
            '\u{3000}' | '\u{a0}' | '\u{2000}'..='\u{200a}' | '\u{202f}' | '\u{205f}' => Some(' '),
            _ => Some(c),
        })
        .collect()
}

/// A typed number: its shortest text that reads back as the same `f64`, at most fifteen significant digits, as
/// a spreadsheet would show it. `None` for what is no finite number below 10^13 or needs over 28 decimals.
pub fn from_float(value: f64) -> Option<Decimal> {
    if !value.is_finite() {
        return None;
    }
    let shortest = format!("{value:e}");
    let digits = shortest.split('e').next().unwrap_or("").chars().filter(char::is_ascii_digit).count();
    let text = if digits > SIGNIFICANT_DIGITS as usize {
        format!("{value:.*e}", SIGNIFICANT_DIGITS as usize - 1)
    } else {
        shortest
    };
    let (mantissa, exponent) = text.split_once('e')?;
    scientific(mantissa, exponent.parse().ok()?).and_then(in_range)
}

/// A number written as text. `6%` is the fraction 0.06. `None` where it could be read in two ways, or in none:
/// `849,06`, `约800`, `800-900`, `1.2.3`, `3万元`.
pub fn from_text(text: &str) -> Option<Decimal> {
    if text.len() > LONGEST_TEXT * 4 {
        return None;
    }
    let folded = fold(text).to_uppercase();
    let mut rest = folded.trim();
    let mut negative = take_sign(&mut rest);
    let currency = CURRENCY.iter().find_map(|mark| rest.strip_prefix(mark));
    if let Some(after) = currency {
        rest = after.trim_start();
        if negative.is_none() {
            negative = take_sign(&mut rest);
        }
    }
    let percent = rest.strip_suffix('%');
    if percent.is_some() && currency.is_some() {
        return None;
    }
    let body = match percent {
        Some(body) => body.trim_end(),
        None => strip_unit(rest, currency.is_some()),
    };
    let mut value = plain(body)?;
    if percent.is_some() {
        value = value.checked_div(Decimal::ONE_HUNDRED)?;
    }
    if negative == Some(true) {
        value.set_sign_negative(!value.is_zero());
    }
    in_range(value)
}

/// Takes a leading sign: whether there was one, and whether it was a minus.
fn take_sign(rest: &mut &str) -> Option<bool> {
    let negative = match rest.as_bytes().first()? {
        b'-' => true,
        b'+' => false,
        _ => return None,
    };
    *rest = rest[1..].trim_start();
    Some(negative)
}

/// Takes one unit, or one currency mark where none stood in front.
fn strip_unit(text: &str, has_currency: bool) -> &str {
    let unit = UNITS.iter().find_map(|unit| text.strip_suffix(unit));
    let mark = || CURRENCY.iter().filter(|_| !has_currency).find_map(|mark| text.strip_suffix(mark));
    unit.or_else(mark).unwrap_or(text).trim_end()
}

/// A number in a formula, where `8.5E+02` is one: digits with at most one point, perhaps an exponent.
pub(super) fn literal(text: &str) -> Option<Decimal> {
    let Some((mantissa, exponent)) = text.split_once(['E', 'e']) else {
        return plain(text).and_then(in_range);
    };
    let digits = exponent.trim_start_matches(['+', '-']);
    let well_formed = (1..=2).contains(&digits.len()) && exponent.len() - digits.len() <= 1;
    let mantissa = digits_only(mantissa).filter(|_| well_formed)?;
    scientific(mantissa, exponent.parse().ok()?).and_then(in_range)
}

/// Digits with at most one point, thousands set apart by commas or by single spaces. No exponent: `1e3` as text is a
/// name as likely as a number, and `1.06E+06` is a figure that has lost its last digits.
fn plain(body: &str) -> Option<Decimal> {
    let (whole, decimals) = match body.split_once('.') {
        Some((whole, decimals)) => (whole, Some(decimals)),
        None => (body, None),
    };
    let separator = whole.chars().find(|c| matches!(c, ',' | ' '));
    let joined = match separator {
        Some(separator) => join_thousands(whole, separator)?,
        None => whole.to_owned(),
    };
    let text = match decimals {
        Some(decimals) => format!("{joined}.{decimals}"),
        None => joined,
    };
    Decimal::from_str_exact(digits_only(&text)?).ok()
}

/// The text back if it is digits, then perhaps a point and digits, and nothing else.
fn digits_only(text: &str) -> Option<&str> {
    let mut parts = text.split('.');
    let is_digits = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    let good =
        parts.next().is_some_and(is_digits) && parts.next().is_none_or(is_digits) && parts.next().is_none();
    good.then_some(text)
}

/// `1,250,000` without its commas: a group of one to three digits that is no lone 0, then groups of three.
fn join_thousands(whole: &str, separator: char) -> Option<String> {
    let groups: Vec<&str> = whole.split(separator).collect();
    let (first, others) = groups.split_first()?;
    let good =
        (1..=3).contains(&first.len()) && !first.starts_with('0') && others.iter().all(|g| g.len() == 3);
    good.then(|| groups.concat())
}

/// `mantissa` × 10^`exponent`, exactly; `None` if a decimal cannot hold it.
fn scientific(mantissa: &str, exponent: i32) -> Option<Decimal> {
    let (negative, unsigned) = match mantissa.strip_prefix('-') {
        Some(unsigned) => (true, unsigned),
        None => (false, mantissa),
    };
    let (whole, decimals) = unsigned.split_once('.').unwrap_or((unsigned, ""));
    let decimals = decimals.trim_end_matches('0');
    let digits = format!("{whole}{decimals}");
    let scale = i32::try_from(decimals.len()).ok()?.checked_sub(exponent)?;
    let integer: i128 = digits.parse().ok()?;
    let value = if scale >= 0 {
        Decimal::try_from_i128_with_scale(integer, u32::try_from(scale).ok()?).ok()?
    } else {
        let power = 10_i128.checked_pow(scale.unsigned_abs())?;
        Decimal::try_from_i128_with_scale(integer.checked_mul(power)?, 0).ok()?
    };
    Some(if negative && !value.is_zero() { -value } else { value })
}

/// Refuses what is too large to be an amount.
fn in_range(value: Decimal) -> Option<Decimal> {
    (value.abs() < Decimal::from(TOO_LARGE)).then_some(value)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rust_decimal::dec;

    #[test]
    fn reads_what_people_type() {
        let good = [
            ("８４９．０６", dec!(849.06)),
            ("￥849.06", dec!(849.06)),
            ("¥ 849.06元", dec!(849.06)),
            ("849.06元/人天", dec!(849.06)),
            ("849.06 元／人天", dec!(849.06)),
            ("人民币849.06元整", dec!(849.06)),
            ("RMB 1,250.00", dec!(1250.00)),
            ("1250 CNY", dec!(1250)),
            ("1,250", dec!(1250)),
            ("1，250", dec!(1250)),
            ("1 250", dec!(1250)),
            ("1\u{a0}250", dec!(1250)),
            ("17,627,800.00", dec!(17627800)),
            ("1250人天", dec!(1250)),
            ("6%", dec!(0.06)),
            ("６％", dec!(0.06)),
            ("6.00 %", dec!(0.06)),
            ("-5", dec!(-5)),
            ("－5.5", dec!(-5.5)),
            ("¥-5", dec!(-5)),
            ("+5", dec!(5)),
            ("0", dec!(0)),
            ("0.60", dec!(0.60)),
            (" 849.06\t", dec!(849.06)),
        ];
        for (text, number) in good {
            assert_eq!(from_text(text), Some(number), "{text}");
        }
    }

    #[test]
    fn leaves_ambiguous_text_alone() {
        let bad = [
            "849,06",
            "约800",
            "800-900",
            "1.2.3",
            "12,34",
            "1,2345",
            "1,250 000",
            "0,250",
            "1 2",
            "",
            " ",
            "-",
            "--5",
            "3万元",
            "8百",
            "5.",
            ".5",
            "¥6%",
            "6%%",
            "六",
            "1e",
            "1e3",
            "8.4906E+02",
            "1e+",
            "1e999",
            "e5",
            "0x10",
            "inf",
            "NaN",
            "(5)",
            "10000000000000",
            "-10000000000000",
            "1/2",
            "2026-03-01",
            "849.06元元",
            "¥¥5",
            "¥5¥",
            "+-5",
            "1,,250",
            "1250,",
            ",250",
            "٣",
        ];
        for text in bad {
            assert_eq!(from_text(text), None, "{text}");
        }
    }

    #[test]
    fn floats_lose_their_noise_and_nothing_else() {
        assert_eq!(from_float(849.06), Some(dec!(849.06)));
        assert_eq!(from_float("832.07880000000002".parse().unwrap()), Some(dec!(832.0788)));
        assert_eq!(from_float(0.1 + 0.2), Some(dec!(0.3)));
        assert_eq!(from_float(17_627_800.0), Some(dec!(17627800)));
        assert_eq!(from_float(-0.0), Some(dec!(0)));
        assert_eq!(from_float(-5.25), Some(dec!(-5.25)));
        assert_eq!(from_float(1e-7), Some(dec!(0.0000001)));
        assert_eq!(from_float(0.333_333_333_333_333_3), Some(dec!(0.333333333333333)));
        assert_eq!(from_float(9_999_999_999_999.99), Some(dec!(9999999999999.99)));
        for bad in [1e13, f64::NAN, f64::INFINITY, 1e300, 1e-300, 1.234567e-25] {
            assert_eq!(from_float(bad), None, "{bad}");
        }
    }

    /// Prints whole and cents with thousands commas.
    fn grouped(cents: i64, separator: &str) -> String {
        let whole = (cents / 100).to_string();
        let mut out = String::new();
        for (i, digit) in whole.chars().enumerate() {
            if i > 0 && (whole.len() - i).is_multiple_of(3) {
                out.push_str(separator);
            }
            out.push(digit);
        }
        format!("{out}.{:02}", cents % 100)
    }

    fn full_width(text: &str) -> String {
        text.chars()
            .map(|c| char::from_u32(u32::from(c) + 0xfee0).filter(|_| c != ' ').unwrap_or(c))
            .collect()
    }

    proptest! {
        #[test]
        fn never_panics(text in "\\PC{0,40}") {
            let _ = from_text(&text);
        }

        #[test]
        fn never_panics_on_near_numbers(text in "[-+]?[¥￥]?[0-9０-９.,，． eE%％元]{0,24}") {
            let _ = from_text(&text);
        }

        #[test]
        fn printed_amounts_read_back(cents in 0_i64..=999_999_999_999) {
            let number = Decimal::new(cents, 2);
            let commas = grouped(cents, ",");
            for text in [
                number.to_string(), commas.clone(), grouped(cents, " "), format!("￥{commas}"),
                format!("¥ {commas}元"), format!("{commas} 元/人天"), full_width(&commas), format!("￥{}元", full_width(&commas)),
            ] {
                prop_assert_eq!(from_text(&text), Some(number), "{}", text);
            }
        }

        #[test]
        fn floats_of_amounts_are_exact(cents in -99_999_999_999_999_i64..=99_999_999_999_999) {
            let number = Decimal::new(cents, 2);
            let float: f64 = number.to_string().parse().unwrap();
            prop_assert_eq!(from_float(float), Some(number));
        }

        #[test]
        fn floats_never_panic(bits in any::<u64>()) {
            let _ = from_float(f64::from_bits(bits));
        }
    }
}
