//! The parameters in 【】: the pack's usual value, or what the case says instead, as it is printed.
//!
//! May use: `model`, `pack`.

use rust_decimal::Decimal;

use super::quotation::same_name;
use crate::diagnostics::Origin;
use crate::model::case::ClauseOverride;
use crate::model::numerals;
use crate::pack::{ClauseParameter, Pack, ParameterKind};

/// One parameter with the value that holds in this case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClauseValue {
    /// Key in 合同.yaml → 条款.
    pub key: String,
    /// Name in the templates: `clauses.<id>`.
    pub id: String,
    /// Where it stands, such as 3.2.1.
    pub clause: String,
    /// 天, 年, %, 份; may be empty.
    pub unit: String,
    /// How it is written.
    pub kind: ParameterKind,
    /// As it stands in 【】: `30`, `二十`, `肆`. None where the case gives a value that cannot be read: a blank.
    pub printed: Option<String>,
    /// Its number, where it is one. Per cent for percentages.
    pub number: Option<Decimal>,
    /// Where the case overrides it; none where the pack's value holds.
    pub origin: Option<Origin>,
    /// What was expected, where the case's value cannot be read.
    pub problem: Option<String>,
}

/// All parameters, in the pack's order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ClauseValues {
    /// The values.
    pub items: Vec<ClauseValue>,
}

impl ClauseValues {
    /// The values that hold: of several overrides of one key the first (T008 reports the rest).
    pub fn of(overrides: &[ClauseOverride], pack: &Pack) -> Self {
        let mut items: Vec<ClauseValue> = pack
            .clauses
            .iter()
            .map(|parameter| {
                let given = overrides.iter().find(|o| same_name(&o.key.value, &parameter.key));
                effective(parameter, given)
            })
            .collect();
        spell_percentages(&mut items, pack);
        Self { items }
    }

    /// The value of a parameter by its id.
    pub fn by_id(&self, id: &str) -> Option<&ClauseValue> {
        self.items.iter().find(|value| value.id == id)
    }

    /// The value of a parameter by its key in 合同.yaml.
    pub fn by_key(&self, key: &str) -> Option<&ClauseValue> {
        self.items.iter().find(|value| value.key == key)
    }
}

fn effective(parameter: &ClauseParameter, given: Option<&ClauseOverride>) -> ClauseValue {
    let written = given.map_or(parameter.default.as_str(), |o| o.value.value.as_str());
    let read = read(parameter.kind, &parameter.unit, written);
    let (printed, number, problem) = match read {
        Ok((printed, number)) => (Some(printed), number, None),
        Err(expected) => (None, None, Some(expected.to_owned())),
    };
    ClauseValue {
        key: parameter.key.clone(),
        id: parameter.id.clone(),
        clause: parameter.clause.clone(),
        unit: parameter.unit.clone(),
        kind: parameter.kind,
        printed,
        number,
        origin: given.map(|o| o.value.origin.clone()),
        problem,
    }
}

/// A percentage in words that nobody overrode follows its percentage: 百分之【三十】（【30】％）.
fn spell_percentages(items: &mut [ClauseValue], pack: &Pack) {
    for parameter in &pack.clauses {
        let Some(spelled) = &parameter.spells else { continue };
        let Some(percent) = items.iter().find(|value| &value.id == spelled).map(|value| value.number) else {
            continue;
        };
        if let Some(words) = items.iter_mut().find(|v| v.id == parameter.id && v.origin.is_none()) {
            words.number = percent;
            words.printed = percent.and_then(percent_words);
        }
    }
}

/// 20 is 二十, 12.5 is 十二点五.
pub fn percent_words(percent: Decimal) -> Option<String> {
    let text = percent.normalize().to_string();
    let (whole, fraction) = text.split_once('.').unwrap_or((&text, ""));
    let mut words = numerals::plain(whole.parse().ok()?)?;
    if !fraction.is_empty() {
        words.push('点');
        for digit in fraction.chars() {
            words.push_str(&numerals::plain(digit.to_digit(10)?)?);
        }
    }
    Some(words)
}

type Read = Result<(String, Option<Decimal>), &'static str>;

/// What a value says and how it is printed; otherwise what was expected.
fn read(kind: ParameterKind, unit: &str, written: &str) -> Read {
    let written = half_width(written.trim());
    match kind {
        ParameterKind::Whole => whole(written.strip_suffix(unit).unwrap_or(&written)),
        ParameterKind::Percent => percent(&written),
        ParameterKind::PercentWords => words(&written),
        ParameterKind::Copies => copies(&written, numerals::copies_words),
        ParameterKind::CopiesPlain => copies(&written, numerals::plain),
        ParameterKind::Text if written.is_empty() => Err("文字，不能为空"),
        ParameterKind::Text => Ok((written, None)),
    }
}

fn whole(written: &str) -> Read {
    match written.trim().parse::<u64>() {
        Ok(number) if (1..=9999).contains(&number) => Ok((number.to_string(), Some(Decimal::from(number)))),
        _ => Err("1 至 9999 的整数，如 30"),
    }
}

/// Below 1 without a % sign could be a fraction or a percentage: not guessed.
fn percent(written: &str) -> Read {
    const EXPECTED: &str = "百分数，如 20 或 20%（大于 0，不超过 100）";
    let number: Decimal =
        written.strip_suffix('%').unwrap_or(written).trim().parse().map_err(|_| EXPECTED)?;
    let ambiguous = number < Decimal::ONE && !written.ends_with('%');
    if number <= Decimal::ZERO || number > Decimal::ONE_HUNDRED || ambiguous {
        return Err(EXPECTED);
    }
    Ok((number.normalize().to_string(), Some(number.normalize())))
}

fn words(written: &str) -> Read {
    let number = read_percent_words(written).ok_or("中文数字，如 二十")?;
    Ok((written.to_owned(), Some(number)))
}

fn read_percent_words(written: &str) -> Option<Decimal> {
    let (whole, fraction) = written.split_once('点').unwrap_or((written, ""));
    let mut text = numerals::read_plain(whole)?.to_string();
    if !fraction.is_empty() {
        text.push('.');
        for digit in fraction.chars() {
            text.push_str(&numerals::read_plain(&digit.to_string())?.to_string());
        }
    }
    text.parse().ok()
}

fn copies(written: &str, print: fn(u32) -> Option<String>) -> Read {
    let written = written.strip_suffix('份').unwrap_or(written).trim();
    let number = written.parse().ok().or_else(|| numerals::read_any(written));
    match number {
        Some(number) if (1..=99).contains(&number) => {
            Ok((print(number).unwrap_or_default(), Some(Decimal::from(number))))
        }
        _ => Err("1 至 99 的份数，如 4"),
    }
}

fn half_width(text: &str) -> String {
    text.chars()
        .map(|c| match c {
            '０'..='９' | '％' | '．' => char::from_u32(c as u32 - 0xFEE0).unwrap_or(c),
            other => other,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compute::testing::{located_at, pack};

    fn values(overrides: &[(&str, &str)]) -> ClauseValues {
        let overrides: Vec<ClauseOverride> = overrides
            .iter()
            .map(|(key, value)| ClauseOverride {
                key: located_at(key, key),
                value: located_at(key, value),
                elsewhere: Vec::new(),
            })
            .collect();
        ClauseValues::of(&overrides, &pack())
    }

    fn printed(values: &ClauseValues, id: &str) -> Option<String> {
        values.by_id(id).and_then(|value| value.printed.clone())
    }

    #[test]
    fn the_packs_values_hold() {
        let values = values(&[]);
        assert_eq!(printed(&values, "team_days").as_deref(), Some("30"));
        assert_eq!(printed(&values, "penalty").as_deref(), Some("20"));
        assert_eq!(printed(&values, "penalty_words").as_deref(), Some("二十"));
        assert_eq!(printed(&values, "copies_words").as_deref(), Some("肆"));
        assert_eq!(printed(&values, "integrity_copies").as_deref(), Some("四"));
        assert!(values.items.iter().all(|value| value.origin.is_none() && value.problem.is_none()));
    }

    #[test]
    fn words_follow_an_overridden_percentage() {
        let values = values(&[("违约金比例", "12.5%"), ("正文份数", "６份"), ("组建团队天数", "20")]);
        assert_eq!(printed(&values, "penalty").as_deref(), Some("12.5"));
        assert_eq!(printed(&values, "penalty_words").as_deref(), Some("十二点五"));
        assert_eq!(printed(&values, "copies_words").as_deref(), Some("陆"));
        assert!(values.by_key("组建团队天数").unwrap().origin.is_some());
    }

    #[test]
    fn what_cannot_be_read_is_a_blank_with_a_reason() {
        for (key, value) in [
            ("违约金比例", "0.2"),
            ("违约金比例", "120"),
            ("组建团队天数", "三十左右"),
            ("组建团队天数", "0"),
            ("正文份数", "-1"),
            ("违约金百分之", "20"),
        ] {
            let values = values(&[(key, value)]);
            let one = values.by_key(key).unwrap();
            assert_eq!(one.printed, None, "{key} {value}");
            assert!(one.problem.is_some());
        }
        assert_eq!(printed(&values(&[("违约金比例", "oops")]), "penalty_words"), None);
    }
}
