//! A PDF's text read through: all characters in the order in which they were drawn, page after page, without white space
//! and without what is no part of the text, so that what wraps in a cell or crosses a page is found in one piece.
//!
//! May use: `verify::{pdf_text, exact}`.

use std::ops::Range;

use crate::verify::read::pdf_text::PdfText;
use crate::verify::second_route::exact::{Cents, read};

/// A text read through.
#[derive(Clone, Debug, Default)]
pub struct Flow {
    /// Its characters.
    pub chars: Vec<char>,
    /// The page of each, from 1.
    pages: Vec<usize>,
    /// Where runs begin: a line of a paragraph, a cell of a table.
    starts: Vec<usize>,
}

/// A stretch of the text that says something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token {
    /// Where it begins, in characters.
    pub at: usize,
    /// What stands there.
    pub text: String,
}

impl Flow {
    /// Of a PDF's text.
    pub fn of(pdf: &PdfText) -> Self {
        let mut flow = Self::default();
        for (page, content) in pdf.pages.iter().enumerate() {
            for run in content.runs.iter().filter(|run| !run.artifact && run.level) {
                flow.run(&run.text, page + 1);
            }
        }
        flow
    }

    /// Of plain texts, each a run of one page.
    pub fn of_texts<'t>(texts: impl IntoIterator<Item = &'t str>) -> Self {
        let mut flow = Self::default();
        for text in texts {
            flow.run(text, 1);
        }
        flow
    }

    fn run(&mut self, text: &str, page: usize) {
        self.starts.push(self.chars.len());
        self.chars.extend(text.chars().filter(|c| !is_nothing(*c)));
        self.pages.resize(self.chars.len(), page);
    }

    /// The page of a character.
    pub fn page(&self, at: usize) -> usize {
        self.pages.get(at).or(self.pages.last()).copied().unwrap_or(1)
    }

    /// All of it.
    pub fn text(&self) -> String {
        self.chars.iter().collect()
    }

    /// What stands around a place: enough to find it on the page.
    pub fn around(&self, at: usize, length: usize) -> String {
        let from = at.saturating_sub(14);
        let to = (at + length + 6).min(self.chars.len());
        let text: String = self.chars.get(from..to).unwrap_or_default().iter().collect();
        format!("{}{text}{}", if from > 0 { "…" } else { "" }, if to < self.chars.len() { "…" } else { "" })
    }

    /// Where a text stands, from a place on.
    pub fn find(&self, text: &str, from: usize) -> Option<usize> {
        let wanted: Vec<char> = text.chars().filter(|c| !is_nothing(*c)).collect();
        if wanted.is_empty() {
            return None;
        }
        let at = self.chars.get(from..)?.windows(wanted.len()).position(|window| window == wanted)?;
        Some(from + at)
    }

    /// The runs, as ranges of characters.
    fn runs(&self) -> impl Iterator<Item = Range<usize>> {
        let ends = self.starts.iter().skip(1).copied().chain([self.chars.len()]);
        self.starts.iter().copied().zip(ends).map(|(start, end)| start..end)
    }

    /// Stretches of such characters, none reaching over a run's end.
    pub fn stretches(&self, of: fn(char) -> bool) -> Vec<Token> {
        let mut found = Vec::new();
        for run in self.runs() {
            let mut at = run.start;
            while at < run.end {
                let rest = self.chars.get(at..run.end).unwrap_or_default();
                let length = rest.iter().take_while(|c| of(**c)).count();
                if length > 0 {
                    found.push(Token { at, text: rest.iter().take(length).collect() });
                }
                at += length.max(1);
            }
        }
        found
    }

    /// Everything that looks like an amount of money: thousands separated, two decimals, or behind ￥.
    pub fn amounts(&self) -> Vec<(Token, Cents)> {
        let digits = self.stretches(|c| c.is_ascii_digit() || c == ',' || c == '.');
        digits.into_iter().filter_map(|token| self.amount(token)).collect()
    }

    fn amount(&self, token: Token) -> Option<(Token, Cents)> {
        let lead = token.text.len() - token.text.trim_start_matches([',', '.']).len();
        let text = token.text.trim_matches([',', '.']);
        let at = token.at + lead;
        let before = at.checked_sub(1).and_then(|before| self.chars.get(before)).copied();
        let after = self.chars.get(at + text.len()).copied();
        let yuan = matches!(before, Some('￥' | '¥'));
        let part_of_word = before.is_some_and(|c| c.is_ascii_alphabetic() || c == '_');
        if part_of_word || after == Some('%') || text.matches('.').count() > 1 {
            return None;
        }
        let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
        let grouped = whole.contains(',') && well_grouped(whole);
        let looks = grouped || (!whole.contains(',') && fraction.len() == 2);
        let cents = read(text).filter(|_| looks || yuan)?;
        Some((Token { at, text: text.to_owned() }, cents))
    }
}

/// 1,234,567.
fn well_grouped(whole: &str) -> bool {
    let mut groups = whole.split(',');
    let first = groups.next().map_or(0, str::len);
    (1..=3).contains(&first) && groups.all(|group| group.len() == 3)
}

/// White space, and what only keeps lines together or apart.
pub fn is_nothing(c: char) -> bool {
    c.is_whitespace() || matches!(c, '\u{2060}' | '\u{200b}' | '\u{feff}' | '\u{ad}')
}

/// A text without it.
pub fn squeezed(text: &str) -> String {
    text.chars().filter(|c| !is_nothing(*c)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn amounts(text: &str) -> Vec<String> {
        Flow::of_texts([text]).amounts().into_iter().map(|(token, _)| token.text).collect()
    }

    #[test]
    fn amounts_are_told_from_clauses_dates_and_ratios() {
        assert_eq!(
            amounts("为【17,275,715.69】元，￥900元，￥ 1,000，832.08"),
            ["17,275,715.69", "900", "1,000", "832.08"]
        );
        assert_eq!(
            amounts("4.6.3 2026.03.05 33.33%，3.5，9:00 v1.06 1,2,3 第3条 1250"),
            Vec::<String>::new()
        );
        assert_eq!(amounts("52,871.54×95.5÷100=50,492.32元。"), ["52,871.54", "50,492.32"]);
    }

    #[test]
    fn a_word_is_found_across_lines() {
        let flow = Flow::of_texts(["壹仟柒佰贰", "拾柒万元整"]);
        assert_eq!(flow.find("贰拾柒万", 0), Some(4));
        assert_eq!(flow.around(4, 4), "壹仟柒佰贰拾柒万元整");
    }
}
