//! Colours for a terminal, or none; and what a stream is given of a text, whoever wrote it.
//!
//! A text carries marks instead of the terminal's own sequences, and only [`Paint::shown`] turns them into these. So an
//! escape character in a text is always a user's, and can be made visible in that one place.
//!
//! May use: nothing else of hetong.

use super::Severity;
use super::snippet::visible;

/// What the marks stand for: noncharacters, which no text is to hold.
const MARKS: [(char, &str); 6] = [
    ('\u{fdd0}', "\u{1b}[1;31m"),
    ('\u{fdd1}', "\u{1b}[1;33m"),
    ('\u{fdd2}', "\u{1b}[1;36m"),
    ('\u{fdd3}', "\u{1b}[1m"),
    ('\u{fdd4}', "\u{1b}[34m"),
    (END, "\u{1b}[0m"),
];
const END: char = '\u{fdd5}';

/// Whether and how text is coloured.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Paint {
    colour: bool,
}

impl Paint {
    /// Colours if asked to.
    pub fn new(colour: bool) -> Self {
        Self { colour }
    }

    /// The colour of a severity, bold.
    pub fn severity(self, severity: Severity, text: &str) -> String {
        let mark = match severity {
            Severity::Error => '\u{fdd0}',
            Severity::Warning => '\u{fdd1}',
            Severity::Note => '\u{fdd2}',
        };
        self.wrap(mark, text)
    }

    /// Bold.
    pub fn strong(self, text: &str) -> String {
        self.wrap('\u{fdd3}', text)
    }

    /// The frame around what matters.
    pub fn frame(self, text: &str) -> String {
        self.wrap('\u{fdd4}', text)
    }

    fn wrap(self, mark: char, text: &str) -> String {
        if self.colour && !text.is_empty() { format!("{mark}{text}{END}") } else { text.to_owned() }
    }

    /// What is written to a stream for a text: its marks as colours, and nothing else that a terminal obeys.
    pub fn shown(self, text: &str) -> String {
        let mut out = String::with_capacity(text.len());
        for part in text.split_inclusive(|c| MARKS.iter().any(|(mark, _)| *mark == c)) {
            let mark = part.chars().next_back().and_then(|last| MARKS.iter().find(|(mark, _)| *mark == last));
            match mark.filter(|_| self.colour) {
                Some((mark, sequence)) => {
                    out.push_str(&visible(part.strip_suffix(*mark).unwrap_or(part)));
                    out.push_str(sequence);
                }
                None => out.push_str(&visible(part)),
            }
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_our_own_colours_reach_a_terminal() {
        let colour = Paint::new(true);
        let text = format!("{}：\u{1b}[2J\u{202e}x\n", colour.strong("星河\u{1b}]0;假\u{7}"));
        assert_eq!(colour.shown(&text), "\u{1b}[1m星河␛]0;假␇\u{1b}[0m：␛[2J\\u{202E}x\n");
        let none = Paint::new(false);
        assert_eq!(none.shown(&none.strong("甲\u{fdd0}")), "甲\\u{FDD0}");
        assert_eq!(none.shown("{\"a\": 1}\n"), "{\"a\": 1}\n");
    }
}
