//! Under which heading and clause a paragraph stands, told from the outline and from the numbers that begin paragraphs.
//!
//! May use: `pdf_text`.

use std::collections::HashSet;

use crate::verify::read::pdf_text::PdfText;

/// Where a paragraph stands in the contract.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Place {
    /// The heading above, such as `4、合同标的、价格及付款方式`.
    pub heading: String,
    /// The clause, such as `4.3`; empty above the first.
    pub clause: String,
    /// In a table, the cell that stands before several rows, such as `产品/平台服务`; empty where it is in the row itself.
    pub row: String,
}

impl Place {
    /// As it is told: the heading, then the clause, then the row.
    pub fn shown(&self) -> String {
        let parts = [self.heading.as_str(), self.clause.as_str(), self.row.as_str()];
        parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("　")
    }
}

/// A heading is no longer than this.
const LONGEST_HEADING: usize = 40;

/// Follows the text from paragraph to paragraph.
pub struct Places {
    /// The outline's titles, bare; without one, headings are told by their numbers.
    titles: HashSet<String>,
    here: Place,
    /// The clause without the numbers in brackets below it.
    clause: String,
}

impl Places {
    /// At the beginning of a text.
    pub fn new(pdf: &PdfText) -> Self {
        let titles = pdf.bookmarks.iter().map(|mark| bare(&mark.title)).collect();
        Self { titles, here: Place::default(), clause: String::new() }
    }

    /// Where the next paragraph stands.
    pub fn next(&mut self, text: &str) -> Place {
        let text = text.trim();
        let is_short = text.chars().count() <= LONGEST_HEADING;
        let is_heading =
            if self.titles.is_empty() { begins_heading(text) } else { self.titles.contains(&bare(text)) };
        if is_short && is_heading {
            self.here = Place { heading: text.to_owned(), ..Place::default() };
            self.clause.clear();
        } else if let Some(clause) = clause_number(text) {
            self.clause.clone_from(&clause);
            self.here.clause = clause;
        } else if let Some(item) = item_number(text) {
            self.here.clause = format!("{}{item}", self.clause);
        }
        self.here.clone()
    }

    /// Where a cell of a table stands: where the text above it does.
    pub fn here(&self) -> Place {
        self.here.clone()
    }

    /// Where a footnote stands: at the foot of what has been read.
    pub fn note(&self) -> Place {
        Place { clause: "脚注".to_owned(), ..self.here.clone() }
    }
}

/// Without white space and punctuation: `附件2：服务质量` is the outline's `附件2 服务质量`.
fn bare(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).collect()
}

/// Whether a line begins a clause of its own.
pub fn begins_clause(text: &str) -> bool {
    let text = text.trim_start();
    clause_number(text).is_some() || item_number(text).is_some() || begins_heading(text)
}

/// `3.2.1`, `第三条`, `四、`.
fn clause_number(text: &str) -> Option<String> {
    let digits: String = text.chars().take_while(|c| c.is_ascii_digit() || *c == '.').collect();
    let parts: Vec<&str> = digits.trim_end_matches('.').split('.').collect();
    let is_number = parts.len() >= 2 && parts.iter().all(|part| (1..=2).contains(&part.len()));
    // An amount such as 3.50元 is none.
    let after = text.chars().nth(digits.chars().count());
    if is_number && !digits.ends_with('.') && !after.is_some_and(|c| "元%％人万".contains(c)) {
        return Some(digits);
    }
    let plain = |number: String| number.trim_end_matches('、').to_owned();
    numbered(text, "第", "条").or_else(|| numbered(text, "", "、").map(plain))
}

/// `（二）`, `（4）`, `(4)`: counted anew in every clause.
fn item_number(text: &str) -> Option<String> {
    numbered(text, "（", "）").or_else(|| numbered(text, "(", ")"))
}

/// `4、`, `一、`, `第二章`, `附件3`.
fn begins_heading(text: &str) -> bool {
    numbered(text, "", "、").is_some()
        || numbered(text, "第", "章").is_some()
        || numbered(text, "附件", "：").is_some()
}

/// A number of one to three figures between two marks, with them.
fn numbered(text: &str, before: &str, after: &str) -> Option<String> {
    let rest = text.strip_prefix(before)?;
    let (number, _) = rest.split_once(after)?;
    let count = number.chars().count();
    let is_number = (1..=3).contains(&count)
        && (number.chars().all(|c| c.is_ascii_digit())
            || number.chars().all(|c| "一二三四五六七八九十".contains(c)));
    is_number.then(|| format!("{before}{number}{after}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::verify::read::pdf_text::Bookmark;

    #[test]
    fn numbers_of_clauses_are_told_from_figures() {
        for (text, number) in [
            ("3.2.1乙方承诺", Some("3.2.1")),
            ("4.3合同标的", Some("4.3")),
            ("第十二条 保密", Some("第十二条")),
            ("四、承诺", Some("四")),
            ("（4）本项目", None),
            ("3.50元", None),
            ("1,250.00", None),
            ("832.08", None),
            ("2026年", None),
            ("第三方不得", None),
        ] {
            assert_eq!(clause_number(text).as_deref(), number, "{text}");
        }
        assert!(begins_heading("4、合同标的"));
        assert!(begins_heading("附件3：报价表"));
        assert!(!begins_heading("附件3"));
    }

    #[test]
    fn a_paragraph_stands_under_the_last_heading_and_clause() {
        let titles = ["3、乙方权利义务", "附件3 报价表"];
        let bookmarks = titles.map(|title| Bookmark { level: 1, title: title.to_owned() }).to_vec();
        let mut places = Places::new(&PdfText { bookmarks, ..PdfText::default() });
        assert_eq!(places.next("封面").shown(), "");
        assert_eq!(places.next("3、乙方权利义务").shown(), "3、乙方权利义务");
        assert_eq!(places.next("3.2团队建设：").shown(), "3、乙方权利义务　3.2");
        assert_eq!(places.next("（2）银行").shown(), "3、乙方权利义务　3.2（2）");
        assert_eq!(places.next("（3）汇票").shown(), "3、乙方权利义务　3.2（3）");
        assert_eq!(places.next("附件4：廉洁诚信承诺书").shown(), "3、乙方权利义务　3.2（3）");
        assert_eq!(places.next("附件3：报价表").shown(), "附件3：报价表");
        assert_eq!(places.note().shown(), "附件3：报价表　脚注");
    }

    #[test]
    fn without_an_outline_numbers_tell_headings() {
        let mut places = Places::new(&PdfText::default());
        assert_eq!(places.next("4、合同标的").shown(), "4、合同标的");
        assert_eq!(places.next("4.3合同标的及价格").shown(), "4、合同标的　4.3");
    }
}
