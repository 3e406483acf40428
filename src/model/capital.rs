//! 人民币大写: amounts in words, after 正确填写票据和结算凭证的基本规定.
//!
//! The rules leave some 零 and one 整 open. [`to_capital`] writes one form; [`read_capital`] accepts every form the
//! rules allow of an amount and no other, so that a wrong 大写 in a contract (4.3) never passes.

use rust_decimal::Decimal;
use thiserror::Error;

use super::money::Money;
use super::numerals::FORMAL;

/// One above the highest amount that has words here, in 分: 1 亿亿元.
const LIMIT: u64 = 1_000_000_000_000_000_000;
/// The units within four digits.
const UNITS: [(char, u64); 3] = [('仟', 1000), ('佰', 100), ('拾', 10)];

/// Why a text is no 大写. Positions count characters from 1, in the text as given.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum CapitalError {
    /// Nothing there, or only 人民币.
    #[error("大写金额是空的")]
    Empty,
    /// A character that no 大写 contains.
    #[error("第 {position} 个字“{found}”不是大写金额用字{}", suggestion.map(|s| format!("，应写作“{s}”")).unwrap_or_default())]
    Character {
        /// Which character.
        position: usize,
        /// The character.
        found: char,
        /// What it probably stands for.
        suggestion: Option<char>,
    },
    /// Digits and units that make no amount, such as 壹贰元 or 伍拾壹佰元.
    #[error("第 {position} 个字“{found}”处不成金额")]
    Order {
        /// Where it stops making sense.
        position: usize,
        /// The character there.
        found: char,
    },
    /// It stops too early: no 元, 角 or 分, or a unit without digits.
    #[error("大写金额不完整")]
    Incomplete,
    /// Ends at 元 without 整.
    #[error("到“元”为止的大写金额后面缺“整”，应写作“{expected}”")]
    MissingZheng {
        /// How it should read.
        expected: String,
    },
    /// 整 after 分.
    #[error("有“分”的大写金额后面不写“整”，应写作“{expected}”")]
    ZhengAfterFen {
        /// How it should read.
        expected: String,
    },
    /// An amount, but not written as the rules demand: 拾元整, a 零 too many or too few.
    #[error("大写金额写法不规范，应写作“{expected}”")]
    Spelling {
        /// How it should read.
        expected: String,
    },
}

/// The amount in words; none where it is negative or from 1 亿亿元 up.
///
/// ```
/// use hetong::model::{capital::to_capital, money::Money};
/// let amount = Money::round("107000.53".parse()?);
/// assert_eq!(to_capital(amount).as_deref(), Some("壹拾万零柒仟元伍角叁分"));
/// # Ok::<(), rust_decimal::Error>(())
/// ```
pub fn to_capital(amount: Money) -> Option<String> {
    cents(amount).map(|cents| write(cents, Style::CANONICAL))
}

/// Reads a 大写. White space, a leading 人民币, 正 for 整 and 圆 for 元 are tolerated.
///
/// ```
/// use hetong::model::capital::read_capital;
/// assert_eq!(read_capital("壹拾万柒仟元零伍角叁分").unwrap().to_string(), "107,000.53");
/// assert!(read_capital("拾元整").is_err());
/// ```
pub fn read_capital(words: &str) -> Result<Money, CapitalError> {
    let symbols = symbols(words)?;
    let cents = value(&symbols)?;
    let text: String = symbols.iter().map(|(_, symbol)| *symbol).collect();
    if Style::all().any(|style| write(cents, style) == text) {
        return Ok(Money::round(Decimal::from_i128_with_scale(i128::from(cents), 2)));
    }
    let expected = write(cents, Style::CANONICAL);
    let allowed = |text: &str| Style::all().any(|style| write(cents, style) == text);
    Err(match text.strip_suffix('整') {
        None if allowed(&format!("{text}整")) => CapitalError::MissingZheng { expected },
        Some(bare) if bare.ends_with('分') && allowed(bare) => CapitalError::ZhengAfterFen { expected },
        _ => CapitalError::Spelling { expected },
    })
}

/// What the rules leave open.
#[derive(Clone, Copy)]
struct Style {
    /// 零 before a group of four digits whose 仟 is written, after a group that ends in 0: 壹拾万(零)柒仟; one
    /// choice for each of 万亿, 亿 and 万.
    zero_after: [bool; 3],
    /// 零 after 元 where 元 is 0 and 角 is not: 壹仟陆佰捌拾元(零)叁角.
    zero_before_jiao: bool,
    /// 整 after 角.
    zheng_after_jiao: bool,
}

impl Style {
    /// As we write: 零 within the whole 元, none before 角, no 整 after 角.
    const CANONICAL: Style =
        Style { zero_after: [true; 3], zero_before_jiao: false, zheng_after_jiao: false };

    fn all() -> impl Iterator<Item = Style> {
        (0..32_u8).map(|bits| Style {
            zero_after: [bits & 1 == 0, bits & 2 == 0, bits & 4 == 0],
            zero_before_jiao: bits & 8 != 0,
            zheng_after_jiao: bits & 16 != 0,
        })
    }
}

fn cents(amount: Money) -> Option<u64> {
    let mut amount = amount.decimal();
    amount.rescale(2);
    u64::try_from(amount.mantissa()).ok().filter(|cents| *cents < LIMIT)
}

fn digit(value: u64) -> char {
    usize::try_from(value).ok().and_then(|value| FORMAL.get(value)).copied().unwrap_or('零')
}

fn write(cents: u64, style: Style) -> String {
    let (yuan, jiao, fen) = (cents / 100, cents / 10 % 10, cents % 10);
    let mut words = String::new();
    if yuan > 0 {
        write_yuan(yuan, style, &mut words);
        words.push('元');
    } else if cents == 0 {
        words.push_str("零元");
    }
    if jiao > 0 {
        if yuan > 0 && yuan.is_multiple_of(10) && style.zero_before_jiao {
            words.push('零');
        }
        words.extend([digit(jiao), '角']);
    } else if yuan > 0 && fen > 0 {
        words.push('零');
    }
    if fen > 0 {
        words.extend([digit(fen), '分']);
    } else if jiao == 0 || style.zheng_after_jiao {
        words.push('整');
    }
    words
}

/// The whole 元, in groups of four digits: 万亿, 亿, 万 and the rest.
fn write_yuan(yuan: u64, style: Style, words: &mut String) {
    let groups =
        [yuan / 1_000_000_000_000, yuan / 100_000_000 % 10_000, yuan / 10_000 % 10_000, yuan % 10_000];
    // A 零 is owed once zeros have been passed over and a digit follows.
    let mut owed = false;
    for (index, group) in groups.into_iter().enumerate() {
        let before = index.checked_sub(1);
        // Between two full groups the rules leave 零 open where only the higher group's own last digits are 0.
        let open = group >= 1000 && before.and_then(|i| groups.get(i)).is_some_and(|higher| *higher > 0);
        if open && !before.and_then(|i| style.zero_after.get(i)).is_some_and(|zero| *zero) {
            owed = false;
        }
        write_group(group, &mut owed, words);
        let started = !words.is_empty();
        match index {
            0 if group > 0 => words.push('万'),
            1 if started => words.push('亿'),
            2 if group > 0 => words.push('万'),
            _ => {}
        }
    }
}

fn write_group(group: u64, owed: &mut bool, words: &mut String) {
    let mut rest = group;
    for (unit, size) in UNITS.into_iter().map(|(unit, size)| (Some(unit), size)).chain([(None, 1)]) {
        let value = rest / size;
        rest %= size;
        if value == 0 {
            *owed = !words.is_empty();
            continue;
        }
        if std::mem::take(owed) {
            words.push('零');
        }
        words.push(digit(value));
        words.extend(unit);
    }
}

/// A character with its position.
type Symbol = (usize, char);

/// The text without white space and 人民币, 圆 and 正 made 元 and 整; refuses what no 大写 contains.
fn symbols(words: &str) -> Result<Vec<Symbol>, CapitalError> {
    let mut symbols: Vec<Symbol> =
        words.chars().enumerate().map(|(i, c)| (i + 1, c)).filter(|(_, c)| !c.is_whitespace()).collect();
    if symbols.iter().map(|(_, c)| *c).take(3).eq("人民币".chars()) {
        symbols.drain(..3);
    }
    for (position, symbol) in &mut symbols {
        *symbol = match *symbol {
            '圆' => '元',
            '正' => '整',
            found if FORMAL.contains(&found) || "仟佰拾万亿元角分整".contains(found) => found,
            found => {
                return Err(CapitalError::Character { position: *position, found, suggestion: meant(found) });
            }
        };
    }
    if symbols.is_empty() { Err(CapitalError::Empty) } else { Ok(symbols) }
}

/// The right character for an everyday numeral or a common slip.
fn meant(found: char) -> Option<char> {
    const SLIPS: [(&str, char); 19] = [
        ("〇○Oo0０", '零'),
        ("一弌1１", '壹'),
        ("二两贰貳弍2２", '贰'),
        ("三叄參参弎3３", '叁'),
        ("四亖䦉4４", '肆'),
        ("五5５", '伍'),
        ("六陸6６", '陆'),
        ("七漆7７", '柒'),
        ("八8８", '捌'),
        ("九久9９", '玖'),
        ("十什", '拾'),
        ("百伯", '佰'),
        ("千阡", '仟'),
        ("萬", '万'),
        ("億", '亿'),
        ("块圓園园员", '元'),
        ("毛", '角'),
        ("份", '分'),
        ("証證政", '整'),
    ];
    SLIPS.iter().find(|(wrong, _)| wrong.contains(found)).map(|(_, right)| *right)
}

/// The value in 分, read leniently; the caller compares the text with what the value may be written as.
fn value(symbols: &[Symbol]) -> Result<u64, CapitalError> {
    let symbols = match symbols {
        [rest @ .., (_, '整')] => rest,
        all => all,
    };
    let (yuan, rest) = match split(symbols, '元') {
        Some((before, after)) => (ten_thousands(before, true)?, after),
        None => (0, symbols),
    };
    let (jiao, rest) = match split(rest, '角') {
        Some((before, after)) => (single(before)?, after),
        None => (0, rest),
    };
    let (fen, rest) = match split(rest, '分') {
        Some((before, after)) => (single(before)?, after),
        None => (0, rest),
    };
    match rest.first() {
        Some((position, found)) if "元角分整万亿".contains(*found) || jiao + fen > 0 => {
            Err(CapitalError::Order { position: *position, found: *found })
        }
        Some(_) => Err(CapitalError::Incomplete),
        None if symbols.is_empty() => Err(CapitalError::Incomplete),
        None => Ok(yuan * 100 + jiao * 10 + fen),
    }
}

/// Parts before and after a unit, if it is there.
fn split(symbols: &[Symbol], unit: char) -> Option<(&[Symbol], &[Symbol])> {
    let at = symbols.iter().position(|(_, symbol)| *symbol == unit)?;
    Some((symbols.get(..at)?, symbols.get(at + 1..)?))
}

/// Whole 元 up to 万亿, or with `with_yi` false what may stand before 亿. Nothing at all is no number.
fn ten_thousands(symbols: &[Symbol], with_yi: bool) -> Result<u64, CapitalError> {
    if symbols.is_empty() {
        return Err(CapitalError::Incomplete);
    }
    let (unit, size) = if with_yi { ('亿', 100_000_000) } else { ('万', 10_000) };
    let low = |part: &[Symbol]| match (part, with_yi) {
        ([], _) => Ok(0),
        (part, true) => ten_thousands(part, false),
        (part, false) => group(part),
    };
    match split(symbols, unit) {
        Some(([], _)) => Err(CapitalError::Incomplete),
        Some((high, rest)) => Ok(low(high)? * size + low(rest)?),
        None => low(symbols),
    }
}

/// Up to four digits with their units; zeros are passed over, 拾 alone is ten.
fn group(symbols: &[Symbol]) -> Result<u64, CapitalError> {
    let (mut sum, mut pending, mut lowest) = (0, None, 10_000);
    for (position, symbol) in symbols {
        let out_of_order = CapitalError::Order { position: *position, found: *symbol };
        if let Some((_, size)) = UNITS.iter().find(|(unit, _)| unit == symbol) {
            if *size >= lowest {
                return Err(out_of_order);
            }
            lowest = *size;
            sum += pending.take().unwrap_or(1) * size;
        } else if pending.is_some() || lowest == 1 {
            return Err(out_of_order);
        } else {
            pending = numeral(*symbol).ok_or(out_of_order)?;
        }
    }
    Ok(sum + pending.unwrap_or(0))
}

/// The digit before 角 or 分; a 零 may precede it.
fn single(symbols: &[Symbol]) -> Result<u64, CapitalError> {
    match symbols {
        [] => Err(CapitalError::Incomplete),
        [(_, '零'), rest @ ..] if !rest.is_empty() => single(rest),
        [(position, symbol), rest @ ..] => match (numeral(*symbol), rest) {
            (Some(value), []) => Ok(value.unwrap_or(0)),
            (Some(_), [(position, found), ..]) => {
                Err(CapitalError::Order { position: *position, found: *found })
            }
            (None, _) => Err(CapitalError::Order { position: *position, found: *symbol }),
        },
    }
}

/// A digit's value, `Some(None)` for 零; none for what is no digit.
fn numeral(symbol: char) -> Option<Option<u64>> {
    let value = u64::try_from(FORMAL.iter().position(|digit| *digit == symbol)?).ok()?;
    Some((value > 0).then_some(value))
}

#[cfg(test)]
#[path = "capital_tests.rs"]
mod tests;
