//! Which figures of two bundles differ, by the figures that their manifests list.
//!
//! May use: nothing of hetong.

use std::collections::BTreeMap;

use rust_decimal::{Decimal, RoundingStrategy};
use serde_json::Value;

/// A figure that differs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FigureChange {
    /// Its name, with the case before it where there are several.
    pub name: String,
    /// What it was; empty where it is new.
    pub before: String,
    /// What it is; empty where it is gone.
    pub after: String,
    /// New less old; empty for words.
    pub difference: String,
    /// The difference of the old figure, in per cent; empty for words.
    pub percent: String,
}

impl FigureChange {
    /// Whether only one of the two has it.
    pub fn is_one_sided(&self) -> bool {
        self.before.is_empty() || self.after.is_empty()
    }
}

/// The figures of two manifests: first those of another value, then those that only one has; of each, those of the whole
/// contract before those of single rows.
pub fn figures(case: &str, old: &Value, new: &Value) -> Vec<FigureChange> {
    let (old, new) = (listed(old), listed(new));
    let mut changes = Vec::new();
    let gone = old.order.iter().filter(|name| !new.values.contains_key(*name));
    for name in new.order.iter().chain(gone) {
        let value = |list: &Listed| list.values.get(name).cloned().unwrap_or_default();
        let (before, after) = (value(&old), value(&new));
        if before != after {
            changes.push(change(case, name, before, after));
        }
    }
    // 产品/平台服务·高级 含税单价 is one row's; 含税上限总价 is the contract's.
    // Another value is what is looked for; what came and went, the documents tell.
    changes.sort_by_key(|change| (change.is_one_sided(), change.name.contains('·')));
    changes
}

/// One figure, old and new.
fn change(case: &str, name: &str, before: String, after: String) -> FigureChange {
    let (mut difference, mut percent) = (String::new(), String::new());
    if let Some((old, new)) = amount(&before).zip(amount(&after)) {
        let by = new - old;
        difference = signed(by, &grouped(by.abs()));
        if !old.is_zero()
            && let Some(share) = by.checked_mul(Decimal::ONE_HUNDRED).and_then(|by| by.checked_div(old))
        {
            let share = share.round_dp_with_strategy(2, RoundingStrategy::MidpointAwayFromZero);
            percent = signed(share, &format!("{:.2}%", share.abs()));
        }
    }
    let name = if case.is_empty() { name.to_owned() } else { format!("{case}　{name}") };
    FigureChange { name, before, after, difference, percent }
}

/// The figures of a manifest, in its order.
#[derive(Default)]
struct Listed {
    order: Vec<String>,
    values: BTreeMap<String, String>,
}

fn listed(manifest: &Value) -> Listed {
    let mut listed = Listed::default();
    let figures = manifest.get("figures").and_then(Value::as_array);
    for figure in figures.into_iter().flatten() {
        let text = |key: &str| figure.get(key).and_then(Value::as_str).unwrap_or_default();
        let mut name = text("name").to_owned();
        let mut count = 1;
        while listed.values.contains_key(&name) {
            count += 1;
            name = format!("{}（{count}）", text("name"));
        }
        let unit = text("unit");
        let value =
            if unit.is_empty() { text("value").to_owned() } else { format!("{} {unit}", text("value")) };
        listed.order.push(name.clone());
        listed.values.insert(name, value);
    }
    listed
}

/// The number of `17,275,715.69 元`.
fn amount(text: &str) -> Option<Decimal> {
    let (number, _) = text.split_once(' ').unwrap_or((text, ""));
    let is_number = number.starts_with(|c: char| c.is_ascii_digit() || c == '-');
    number.replace(',', "").parse().ok().filter(|_| is_number)
}

fn signed(number: Decimal, shown: &str) -> String {
    match number {
        number if number.is_zero() => shown.to_owned(),
        number if number.is_sign_negative() => format!("−{shown}"),
        _ => format!("+{shown}"),
    }
}

/// With a comma after every third digit.
fn grouped(number: Decimal) -> String {
    let text = number.to_string();
    let (whole, cents) = text.split_once('.').map_or((text.as_str(), ""), |(whole, cents)| (whole, cents));
    let mut shown = String::new();
    for (index, digit) in whole.chars().enumerate() {
        if index > 0 && (whole.len() - index).is_multiple_of(3) {
            shown.push(',');
        }
        shown.push(digit);
    }
    if cents.is_empty() { shown } else { format!("{shown}.{cents}") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn changed_figures_have_difference_and_per_cent() {
        let manifest = |price: &str, total: &str, capital: &str| {
            json!({"figures": [
                {"name": "甲·高级 含税单价", "value": price, "unit": "元/人天"},
                {"name": "含税上限总价", "value": total, "unit": "元"},
                {"name": "大写", "value": capital, "unit": ""},
                {"name": "税率", "value": "6%", "unit": ""},
            ]})
        };
        let old = manifest("784.01", "17,275,715.69", "壹元");
        let new = manifest("773.80", "17,270,611.79", "贰元");
        let changes = figures("", &old, &new);
        let told: Vec<[&str; 3]> =
            changes.iter().map(|c| [c.name.as_str(), c.difference.as_str(), c.percent.as_str()]).collect();
        // 17,275,715.69 − 17,270,611.79 = 5,103.90, which is 0.0295 %; 784.01 − 773.80 = 10.21, 1.3023 %.
        assert_eq!(
            told,
            [
                ["含税上限总价", "−5,103.90", "−0.03%"],
                ["大写", "", ""],
                ["甲·高级 含税单价", "−10.21", "−1.30%"],
            ]
        );
        assert_eq!(
            (changes[0].before.as_str(), changes[0].after.as_str()),
            ("17,275,715.69 元", "17,270,611.79 元")
        );
        assert!(figures("", &old, &old).is_empty());
    }

    #[test]
    fn another_value_stands_before_what_came_and_went() {
        let list = |names: &[(&str, &str)]| {
            let figure = |(name, value): &(&str, &str)| json!({"name": name, "value": value, "unit": "元"});
            json!({"figures": names.iter().map(figure).collect::<Vec<_>>()})
        };
        let changes =
            figures("", &list(&[("去", "1"), ("甲·价", "1")]), &list(&[("来", "1"), ("甲·价", "2")]));
        let names: Vec<&str> = changes.iter().map(|change| change.name.as_str()).collect();
        assert_eq!(names, ["甲·价", "来", "去"]);
    }

    #[test]
    fn a_figure_of_one_side_is_told() {
        let one = json!({"figures": [{"name": "甲", "value": "1", "unit": "元"}]});
        let changes = figures("星河", &one, &json!({}));
        assert_eq!(changes.len(), 1);
        assert_eq!((changes[0].name.as_str(), changes[0].after.as_str()), ("星河　甲", ""));
    }
}
