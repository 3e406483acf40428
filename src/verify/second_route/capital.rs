//! 大写 read back into 分, and where 大写 stand in a text. A reader of its own: what `model::capital` writes is not
//! judged by `model::capital`.
//!
//! May use: `verify::exact`.

use super::exact::Cents;

const DIGITS: &str = "零壹贰叁肆伍陆柒捌玖";
const UNITS: &str = "拾佰仟万亿元圆角分整正";
/// No amount has as many characters.
const LONGEST: usize = 200;

/// The amount that 大写 say, with or without 人民币 before them; none for what says no amount.
pub fn read(words: &str) -> Option<Cents> {
    let words = words.strip_prefix("人民币").unwrap_or(words);
    let mut reading = Reading::default();
    for c in words.chars() {
        reading.take(c)?;
    }
    let left = reading.high.checked_add(reading.section)?.checked_add(reading.digit)?;
    // Whatever stands behind 元 must have found its 角 or 分.
    (reading.said && (left == 0)).then_some(reading.cents)
}

#[derive(Default)]
struct Reading {
    /// Behind 亿 and 万.
    high: i128,
    /// Within four digits.
    section: i128,
    digit: i128,
    cents: i128,
    said: bool,
}

impl Reading {
    fn take(&mut self, c: char) -> Option<()> {
        if let Some(digit) = DIGITS.chars().position(|known| known == c) {
            self.digit = i128::try_from(digit).ok()?;
            return Some(());
        }
        let section = self.section.checked_add(self.digit)?;
        match c {
            '拾' => self.section = self.section.checked_add(self.digit.max(1).checked_mul(10)?)?,
            '佰' => self.section = self.section.checked_add(self.digit.checked_mul(100)?)?,
            '仟' => self.section = self.section.checked_add(self.digit.checked_mul(1000)?)?,
            '万' => {
                self.high = self.high.checked_add(section.checked_mul(10_000)?)?;
                self.section = 0;
            }
            '亿' => {
                self.high = self.high.checked_add(section)?.checked_mul(100_000_000)?;
                self.section = 0;
            }
            '元' | '圆' => {
                self.add(self.high.checked_add(section)?, 100)?;
                (self.high, self.section) = (0, 0);
            }
            '角' => self.add(self.digit, 10)?,
            '分' => self.add(self.digit, 1)?,
            '整' | '正' => {}
            _ => return None,
        }
        self.digit = 0;
        Some(())
    }

    fn add(&mut self, amount: i128, worth: i128) -> Option<()> {
        self.cents = self.cents.checked_add(amount.checked_mul(worth)?)?;
        self.said = true;
        Some(())
    }
}

/// The runs of 大写 in a text that say an amount, or try to: a digit and 元, 角 or 分 in it. Each with where it starts,
/// in characters.
///
/// What goes on beyond `LONGEST` characters is cut there: it is no amount.
pub fn runs(text: &[char]) -> Vec<(usize, String)> {
    let of_capital = |c: char| DIGITS.contains(c) || UNITS.contains(c);
    let mut runs = Vec::new();
    let mut at = 0;
    while at < text.len() {
        let rest = text.get(at..).unwrap_or_default();
        let all = rest.iter().take(LONGEST).take_while(|c| of_capital(**c)).count();
        let length = one(rest.get(..all).unwrap_or_default());
        let run: String = text.iter().skip(at).take(length).collect();
        // 零分, a single 元: no amount.
        let digits = run.chars().any(|c| DIGITS.contains(c) && c != '零') || run.starts_with("零元");
        if digits && run.contains(['元', '圆', '角', '分']) {
            runs.push((at, run));
        }
        at += length.max(1);
    }
    runs
}

/// How long the first amount is: two cells with 大写 may stand side by side. It ends with 分 or 整, and with 元 or 角 where
/// no smaller unit follows.
fn one(run: &[char]) -> usize {
    let ends = |at: usize| {
        let unit = |c: Option<&char>, units: &str| c.is_some_and(|c| units.contains(*c));
        let (next, second) = (run.get(at + 1), run.get(at + 2));
        let zero = unit(next, "零");
        let (next, second) = if zero { (second, run.get(at + 3)) } else { (next, second) };
        match run.get(at) {
            Some('分') => !unit(run.get(at + 1), "整正"),
            Some('整' | '正') => true,
            Some('元' | '圆') => !unit(next, "整正") && !unit(second, "角分"),
            Some('角') => !unit(next, "整正") && !unit(second, "分"),
            _ => false,
        }
    };
    (0..run.len()).find(|at| ends(*at)).map_or(run.len(), |at| at + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    // Worked by hand.
    #[test]
    fn reads_amounts() {
        let known = [
            ("人民币壹仟柒佰贰拾柒万伍仟柒佰壹拾伍元陆角玖分", 1_727_571_569),
            ("叁拾伍万贰仟捌佰零叁元陆角", 35_280_360),
            ("伍万零肆佰玖拾贰元叁角贰分", 5_049_232),
            ("壹亿零伍元整", 10_000_000_500),
            ("玖拾柒万柒仟捌佰柒拾元柒角", 97_787_070),
            ("贰仟捌佰伍拾捌元零陆分", 285_806),
            ("零元整", 0),
            ("伍分", 5),
        ];
        for (words, cents) in known {
            assert_eq!(read(words), Some(cents), "{words}");
        }
        for wrong in ["", "人民币", "壹", "壹仟", "元角分叁", "一百元"] {
            assert_eq!(read(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn finds_them_in_a_text() {
        let text: Vec<char> = "上限1762.78万元，大写【壹拾元整】元（元/人天），零分，捌分".chars().collect();
        let found: Vec<String> = runs(&text).into_iter().map(|(_, run)| run).collect();
        assert_eq!(found, ["壹拾元整", "捌分"]);
        // Neighbouring cells of a table.
        for pair in [["壹仟元陆角玖分", "贰拾元整"], ["叁元", "壹仟元零肆分"], ["叁元伍角", "柒拾万元整"]]
        {
            let text: Vec<char> = pair.concat().chars().collect();
            let found: Vec<String> = runs(&text).into_iter().map(|(_, run)| run).collect();
            assert_eq!(found, pair);
        }
    }

    proptest::proptest! {
        #[test]
        fn reads_what_the_writer_wrote(cents in 0_i64..9_000_000_000_000) {
            let amount = crate::model::money::Money::round(rust_decimal::Decimal::new(cents, 2));
            let words = crate::model::capital::to_capital(amount).unwrap();
            proptest::prop_assert_eq!(read(&words), Some(i128::from(cents)));
        }
    }
}
