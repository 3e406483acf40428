//! The cells of a table in the order of its rows. A cell that stands before several rows, such as a 岗位 with its 级别, is
//! drawn in the middle of them: it belongs to the first, and names the others.
//!
//! May use: `pdf_text`, `text_stream`.
#![expect(clippy::float_arithmetic, reason = "places on a page, no money")]

use super::text_stream::Paragraph;
use crate::verify::read::pdf_text::{PdfRun, PdfText};

/// Whether a file tells which row a cell belongs to.
pub(super) fn has_rows(pdf: &PdfText) -> bool {
    let is_cell = |run: &PdfRun| run.block.is_some_and(|block| block.row.is_some());
    pdf.pages.iter().any(|page| page.runs.iter().any(is_cell))
}

/// So many cells after its row a cell may be drawn.
const BACK: usize = 1_000;

/// Puts every cell that was drawn late into its own row, and tells the rows beside it what they belong to.
pub(super) fn in_rows(paragraphs: Vec<Paragraph>) -> Vec<Paragraph> {
    let mut found: Vec<Paragraph> = Vec::with_capacity(paragraphs.len());
    let mut late: Vec<bool> = Vec::with_capacity(paragraphs.len());
    for mut paragraph in paragraphs {
        // Within the rows of one table there is nothing but cells, and footnotes where it goes over the page.
        let near = found.len().saturating_sub(BACK);
        let ends = |other: &Paragraph| other.row.is_none() && !other.note;
        let table = found.iter().skip(near).rposition(ends).map_or(near, |at| near + at + 1);
        let own = paragraph.row.and_then(|row| {
            let mut row =
                (table..found.len()).filter(|at| found.get(*at).is_some_and(|p| p.row == Some(row)));
            let first = row.next()?;
            Some(first..row.next_back().unwrap_or(first) + 1)
        });
        let is_late = own.as_ref().is_some_and(|own| own.end < found.len());
        match own.filter(|_| is_late) {
            Some(own) => {
                let right = |at: &usize| found.get(*at).is_some_and(|cell| cell.span.0 > paragraph.span.0);
                let at = own.clone().find(right).unwrap_or(own.end);
                paragraph.beside = at > own.start;
                if let Some(next) = found.get_mut(at).filter(|_| at == own.start) {
                    next.beside = true;
                }
                found.insert(at, paragraph);
                late.insert(at, true);
            }
            None => {
                found.push(paragraph);
                late.push(false);
            }
        }
    }
    name_rows(&mut found, &late);
    found
}

/// A row that begins in the column beside a cell that stands for several rows is one of them; 合计 over both columns is not.
fn name_rows(paragraphs: &mut [Paragraph], late: &[bool]) {
    let mut head: Option<(f64, String)> = None;
    let mut beside: Option<(f64, f64)> = None;
    let mut row = None;
    let mut named = String::new();
    for (paragraph, late) in paragraphs.iter_mut().zip(late) {
        if paragraph.note {
            continue;
        }
        if paragraph.row.is_none() {
            (head, beside, row) = (None, None, None);
            continue;
        }
        if paragraph.row != row {
            row = paragraph.row;
            let right = head.as_ref().is_some_and(|(end, _)| paragraph.span.0 >= *end);
            let is_within = right && beside.is_some_and(|column| in_column(column, paragraph.span));
            if !is_within {
                let text: String = paragraph.chars.iter().map(|(c, _)| *c).collect();
                head = late.then(|| (paragraph.span.1, text.trim().to_owned()));
                beside = None;
            }
            named = head.as_ref().filter(|_| is_within).map(|(_, text)| text.clone()).unwrap_or_default();
        } else if beside.is_none() {
            beside = Some(paragraph.span);
        }
        paragraph.head.clone_from(&named);
    }
}

/// Whether two cells stand in one column: they begin, end or are centred alike.
fn in_column(one: (f64, f64), other: (f64, f64)) -> bool {
    let near = |a: f64, b: f64| (a - b).abs() < 3.0;
    near(one.0, other.0) || near(one.1, other.1) || near((one.0 + one.1) / 2.0, (other.0 + other.1) / 2.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cell(text: &str, row: i32, x: f64) -> Paragraph {
        Paragraph {
            chars: text.chars().map(|c| (c, 1)).collect(),
            cell: true,
            row: Some(row),
            span: (x, x + 8.0),
            beside: x > 20.0,
            ..Paragraph::default()
        }
    }

    #[test]
    fn a_cell_before_several_rows_stands_in_the_first_and_names_the_others() {
        let drawn = vec![
            Paragraph { chars: vec![('题', 1)], ..Paragraph::default() },
            cell("高级", 1, 20.0),
            cell("882", 1, 40.0),
            cell("中级", 2, 20.0),
            cell("784", 2, 40.0),
            cell("产品", 1, 0.0),
            cell("初级", 3, 20.0),
            cell("490", 3, 40.0),
            // Drawn late as well: the tax rate of all rows.
            cell("6%", 1, 60.0),
            cell("合计", 4, 12.0),
            cell("2156", 4, 40.0),
        ];
        let text = |p: &Paragraph| p.chars.iter().map(|(c, _)| *c).collect::<String>();
        let told: Vec<(String, bool, String)> =
            in_rows(drawn).iter().map(|p| (text(p), p.beside, p.head.clone())).collect();
        let row = |text: &str, beside, head: &str| (text.to_owned(), beside, head.to_owned());
        assert_eq!(
            told,
            [
                row("题", false, ""),
                row("产品", false, ""),
                row("高级", true, ""),
                row("882", true, ""),
                row("6%", true, ""),
                row("中级", false, "产品"),
                row("784", true, "产品"),
                row("初级", false, "产品"),
                row("490", true, "产品"),
                row("合计", false, ""),
                row("2156", true, ""),
            ]
        );
    }

    #[test]
    fn what_is_no_table_stays_as_it_is() {
        let plain = |text: char| Paragraph { chars: vec![(text, 1)], ..Paragraph::default() };
        let drawn = vec![plain('甲'), plain('乙'), cell("丙", 1, 0.0), plain('丁'), cell("戊", 1, 0.0)];
        assert_eq!(in_rows(drawn.clone()), drawn);
    }
}
