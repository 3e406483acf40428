//! What stands in a 日期 cell, within the folder of a month: the day meant, a month's total, or nothing certain.
//!
//! The folder says year and month, so `3月5日`, `3/5` and `5日` in 2026-03 are certain: no other reading lies in that
//! month. A bare `5` or `3.5` is not (it may be a number of days), nor is `3-5` (it may be the 3rd to the 5th), nor a
//! year of two digits, nor the number a spreadsheet shows for a date that lost its format.
//!
//! May use: `grid`, `number`, `model::month`.

use jiff::ToSpan;
use jiff::civil::Date;

use super::grid::{Cell, Value};
use super::number;
use crate::model::month::Month;

/// What a 日期 cell says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Day {
    /// Nothing, or that it is the whole month.
    WholeMonth,
    /// A day, in whatever month.
    On(Date),
    /// Nothing certain: what it should look like.
    Unclear(String),
}

/// Words for a month's total.
const WHOLE_MONTH: [&str; 15] = [
    "-",
    "--",
    "/",
    "无",
    "全月",
    "整月",
    "本月",
    "当月",
    "合计",
    "小计",
    "月合计",
    "本月合计",
    "当月合计",
    "全月合计",
    "月度合计",
];

/// Reads a 日期 cell in the folder of `month`.
pub fn read(cell: Option<&Cell>, month: Month) -> Day {
    let Some(cell) = cell else { return Day::WholeMonth };
    match &cell.value {
        Value::Empty if cell.formula.is_some() => Day::Unclear(format!(
            "日期；这个公式没有存储结果，请用 Excel 打开重新计算后保存，或直接写 {month}-05 这样的日期"
        )),
        Value::Empty => Day::WholeMonth,
        Value::Date(text) => match calendar_day(text.get(..10).unwrap_or(text)) {
            Some(date) => Day::On(date),
            None => unclear(month),
        },
        Value::Number(value) if value.is_integer() => digits(&value.normalize().to_string(), month),
        Value::Text(text) => written(text, month),
        _ => unclear(month),
    }
}

fn unclear(month: Month) -> Day {
    Day::Unclear(format!("一天的日期，如 {month}-05；整月的合计请把日期留空"))
}

/// A date as people type it.
fn written(text: &str, month: Month) -> Day {
    let folded = number::fold(text).to_lowercase();
    let plain = without_time(without_weekday(folded.trim()));
    let plain: String = plain.chars().filter(|c| !c.is_whitespace()).map(dash).collect();
    if plain.is_empty() || WHOLE_MONTH.contains(&plain.as_str()) {
        return Day::WholeMonth;
    }
    if plain.bytes().all(|byte| byte.is_ascii_digit()) {
        return digits(&plain, month);
    }
    if let Some(date) = calendar_day(&plain) {
        return Day::On(date);
    }
    if is_span(&plain) {
        return Day::Unclear(format!(
            "一行只写一天，如 {month}-05；几天的请分行写，或把日期留空，人天写整月的合计"
        ));
    }
    within(&plain, month)
}

/// What the folder's year and month complete.
fn within(plain: &str, month: Month) -> Day {
    let (year, number) = (month.first().year(), month.first().month());
    let on = |day: i8| Date::new(year, number, day).map_or_else(|_| unclear(month), Day::On);
    let other_month = || {
        Day::Unclear(format!("{} 里的日期，如 {month}-05；别的月份的工时放进那个月的文件夹", month.chinese()))
    };
    // 2026年3月, 2026-03, 3月份: the whole month.
    let bare = plain.strip_suffix("月份").or_else(|| plain.strip_suffix('月'));
    if let Some((y, m)) = bare.and_then(|bare| bare.split_once('年')).or_else(|| year_first(plain)) {
        return match (small(m), y.parse::<i16>().ok()) {
            (Some(m), Some(y)) if (y, m) == (year, number) => Day::WholeMonth,
            (Some(_), Some(_)) => other_month(),
            _ => unclear(month),
        };
    }
    if let Some(m) = bare.and_then(small) {
        return if m == number { Day::WholeMonth } else { other_month() };
    }
    let day_word = plain.strip_suffix(['日', '号']);
    // 3月5日, 3/5: the month first, as it is always written; with another month in front it is either another month
    // or a day before its month.
    let pair = day_word.unwrap_or(plain).split_once('月').or_else(|| plain.split_once('/'));
    if let Some((m, d)) = pair {
        return match (small(m), small(d)) {
            (Some(m), Some(d)) if m == number => on(d),
            (Some(_), Some(_)) => other_month(),
            _ => unclear(month),
        };
    }
    day_word.and_then(small).map_or_else(|| unclear(month), on)
}

/// `2026-03` and `2026/3`.
fn year_first(plain: &str) -> Option<(&str, &str)> {
    plain.split_once(['-', '/']).filter(|(year, month)| year.len() == 4 && month.len() <= 2)
}

/// One or two digits.
fn small(text: &str) -> Option<i8> {
    let good = (1..=2).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    if good { text.parse().ok() } else { None }
}

/// Year, month and day, whatever stands between them; the year with four digits.
fn calendar_day(text: &str) -> Option<Date> {
    let plain = text.trim_end_matches(['日', '号']).replace(['年', '月', '/', '.'], "-");
    let mut parts = plain.split('-');
    let (year, month, day) = (parts.next()?, parts.next()?, parts.next()?);
    if parts.next().is_some() || year.len() != 4 || !year.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    Date::new(year.parse().ok()?, small(month)?, small(day)?).ok()
}

/// Nothing but digits: `20260305` is a date; 46086 was one before it lost its format; 5 may be anything.
fn digits(text: &str, month: Month) -> Day {
    if text.len() == 8
        && let (Some(year), Some(m), Some(d)) = (text.get(..4), text.get(4..6), text.get(6..))
        && let Some(date) = calendar_day(&format!("{year}-{m}-{d}"))
    {
        return Day::On(date);
    }
    // Day 0 of spreadsheets' calendar; numbers of five digits reach from 1927 to 2119.
    let serial = text.parse::<i32>().ok().filter(|number| (10_000..80_000).contains(number));
    let epoch = jiff::civil::date(1899, 12, 30);
    match serial.and_then(|number| epoch.checked_add(number.days()).ok()) {
        Some(date) => Day::Unclear(format!(
            "日期；{text} 在表格里是 {date} 的序号，请把单元格格式改为“日期”，确认后保存"
        )),
        None => unclear(month),
    }
}

/// `2026-03-05(周四)` without its weekday.
fn without_weekday(text: &str) -> &str {
    const NAMES: [&str; 8] = ["一", "二", "三", "四", "五", "六", "日", "天"];
    let open = text.trim_end_matches([')', '）']);
    for word in ["周", "星期", "礼拜"] {
        for name in NAMES {
            let before = open.strip_suffix(name).and_then(|rest| rest.strip_suffix(word));
            if let Some(before) = before {
                return before.trim_end_matches(['(', '（', ' ', ',']);
            }
        }
    }
    text
}

/// `2026-03-05 08:30` and `2026-03-05t08:30:00` without the time.
fn without_time(text: &str) -> &str {
    let is_time = |part: &str| {
        part.contains(':') && part.chars().all(|c| c.is_ascii_digit() || matches!(c, ':' | '.' | 'z'))
    };
    let cut = text.rsplit_once([' ', 't']).filter(|(_, last)| is_time(last));
    cut.map_or(text, |(before, _)| before)
}

/// All kinds of dash to one.
fn dash(c: char) -> char {
    if matches!(c, '–' | '—' | '―' | '‐' | '‑' | '﹣') { '-' } else { c }
}

/// Two dates, or several.
fn is_span(plain: &str) -> bool {
    let has = |c: char| plain.contains(c);
    let joined = plain.contains(['~', '至', '到', '、', ',', ';', '；', '&', '和']);
    joined
        || (has('-') && plain.contains(['/', '月', '日', '号', '.']))
        || plain.matches('-').count() > 2
        || (plain.split('-').all(|part| small(part).is_some()) && plain.matches('-').count() == 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(text: &str) -> Day {
        read(Some(&Cell { value: Value::Text(text.into()), formula: None }), "2026-03".parse().unwrap())
    }

    fn on(day: &str) -> Day {
        Day::On(day.parse().unwrap())
    }

    #[test]
    fn certain_days() {
        for typed in [
            "2026-03-05",
            "2026/3/5",
            "2026.3.5",
            "2026年3月5日",
            "２０２６年３月５日",
            " 2026 年 3 月 5 日 ",
            "2026-03-05 08:30",
            "2026/3/5 0:00:00",
            "2026-03-05T08:30:00",
            "2026-03-05（周四）",
            "2026/3/5 星期四",
            "20260305",
            "3月5日",
            "3月5号",
            "03月05日",
            "3/5",
            "03/05",
            "5日",
            "5号",
            "3月5日(星期四)",
            "2026年3月5号",
        ] {
            assert_eq!(text(typed), on("2026-03-05"), "{typed}");
        }
        // A day of another month is a day; rules say that it does not belong here.
        assert_eq!(text("2026-04-05"), on("2026-04-05"));
    }

    #[test]
    fn the_whole_month() {
        for typed in
            ["", "  ", "-", "—", "/", "全月", "本月合计", "2026年3月", "2026-03", "2026/3", "3月", "3月份"]
        {
            assert_eq!(text(typed), Day::WholeMonth, "{typed}");
        }
        assert_eq!(read(None, "2026-03".parse().unwrap()), Day::WholeMonth);
    }

    #[test]
    fn nothing_is_guessed() {
        for (typed, said) in [
            ("5", "一天的日期"),
            ("3.5", "一天的日期"),
            ("26-3-5", "一天的日期"),
            ("03-05", "一行只写一天"),
            ("3-5", "一行只写一天"),
            ("3/1-3/5", "一行只写一天"),
            ("3月1日-3月5日", "一行只写一天"),
            ("3月1日至5日", "一行只写一天"),
            ("2026-03-01~2026-03-05", "一行只写一天"),
            ("2026-03-01-2026-03-05", "一行只写一天"),
            ("1、2、3日", "一行只写一天"),
            ("46086", "是 2026-03-05 的序号"),
            ("4月5日", "2026年3月 里的日期"),
            ("5/3", "2026年3月 里的日期"),
            ("4月", "2026年3月 里的日期"),
            ("2026年4月", "2026年3月 里的日期"),
            ("2026-02-30", "一天的日期"),
            ("3月32日", "一天的日期"),
            ("32日", "一天的日期"),
            ("20261305", "一天的日期"),
            ("三月五日", "一天的日期"),
            ("上旬", "一天的日期"),
            ("0", "一天的日期"),
            ("2026", "一天的日期"),
            ("12026-03-05", "一天的日期"),
            ("2026--03-05", "一"),
            ("//", "一天的日期"),
            ("月日", "一天的日期"),
            ("年月", "一天的日期"),
        ] {
            match text(typed) {
                Day::Unclear(expected) => assert!(expected.contains(said), "{typed}: {expected}"),
                other => panic!("{typed}: {other:?}"),
            }
        }
    }

    #[test]
    fn typed_cells() {
        let month = "2026-03".parse().unwrap();
        let of = |value| read(Some(&Cell { value, formula: None }), month);
        assert_eq!(of(Value::Date("2026-03-05".into())), on("2026-03-05"));
        assert_eq!(of(Value::Date("2026-03-05 08:30:00".into())), on("2026-03-05"));
        assert_eq!(of(Value::Number(rust_decimal::dec!(20260305))), on("2026-03-05"));
        for unclear in [
            Value::Number(rust_decimal::dec!(46086)),
            Value::Number(rust_decimal::dec!(5)),
            Value::Number(rust_decimal::dec!(3.5)),
            Value::Date("PT08H30M00S".into()),
            Value::Date("0.354166".into()),
            Value::Bool(true),
            Value::Error("#N/A".into()),
        ] {
            assert!(matches!(of(unclear.clone()), Day::Unclear(_)), "{unclear:?}");
        }
        let formula = Cell { value: Value::Empty, formula: Some("A1+1".into()) };
        assert!(matches!(read(Some(&formula), month), Day::Unclear(said) if said.contains("公式")));
    }

    proptest::proptest! {
        #[test]
        fn never_panics(typed in "[0-9年月日号/.:~至 （）()周T\\-—甲]{0,16}") {
            let _ = text(&typed);
        }
    }
}
