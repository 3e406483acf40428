//! Rows of merged cells, as high as their text needs: what a paper form's table is made of.
//!
//! Excel does not grow a row for text in merged cells, so heights are worked out here from the column widths.
//!
//! May use: `formats`.

use rust_decimal::Decimal;
use rust_xlsxwriter::{Format, FormatAlign, Formula, Worksheet};
use unicode_width::UnicodeWidthStr;

use super::XlsxError;
use super::formats::TEXT_HALF_POINTS;

/// Excel's limit for a cell, in UTF-16 units.
const MAX_TEXT: usize = 32_767;

/// Excel's limit for a row is 409.5 pt; a little less, in pixels.
const MAX_ROW: u32 = 540;

/// Above and below a text, in pixels together.
const PADDING: u32 = 5;

/// A row with one line of text.
pub(super) const MIN_ROW: u32 = 24;

/// What a cell holds.
#[derive(Clone)]
pub(super) enum Content {
    /// Nothing, but with its format.
    Blank,
    /// Text, never a formula.
    Text(String),
    /// A number.
    Number(Decimal),
    /// A formula with its result.
    Formula(Formula),
}

impl Content {
    /// A text.
    pub(super) fn text(text: impl Into<String>) -> Self {
        Content::Text(text.into())
    }

    /// A number, or an empty cell.
    pub(super) fn number(number: Option<Decimal>) -> Self {
        number.map_or(Content::Blank, Content::Number)
    }

    /// A formula whose result is our figure, or an empty text where there is none.
    pub(super) fn formula(formula: impl AsRef<str>, result: Option<Decimal>) -> Self {
        let result = result.map(|figure| figure.normalize().to_string()).unwrap_or_default();
        Content::Formula(Formula::new(formula).set_result(result))
    }
}

/// A cell over one or more columns of a row.
#[derive(Clone)]
pub(super) struct Cell {
    /// First and last column.
    columns: (u16, u16),
    /// What it holds.
    content: Content,
    /// How it looks.
    format: Format,
}

impl Cell {
    /// A cell over the columns `first` to `last`.
    pub(super) fn new(first: u16, last: u16, content: Content, format: &Format) -> Self {
        Cell { columns: (first, last), content, format: format.clone() }
    }

    /// A text over the columns `first` to `last`.
    pub(super) fn text(first: u16, last: u16, text: &str, format: &Format) -> Self {
        Cell::new(first, last, Content::text(text), format)
    }
}

/// A sheet being filled from the top.
pub(super) struct Table<'a> {
    /// The sheet, for what a table does not know.
    pub(super) sheet: &'a mut Worksheet,
    /// Column widths in pixels.
    widths: &'a [u32],
    /// The row that comes next.
    pub(super) row: u32,
    /// The height of all rows so far, in pixels.
    height: u32,
}

impl<'a> Table<'a> {
    /// Starts at the top of a sheet with columns so many pixels wide.
    pub(super) fn new(sheet: &'a mut Worksheet, widths: &'a [u32]) -> Result<Self, XlsxError> {
        for (column, &width) in (0..).zip(widths) {
            sheet.set_column_width_pixels(column, width)?;
        }
        Ok(Table { sheet, widths, row: 0, height: 0 })
    }

    /// The last column.
    pub(super) fn last_column(&self) -> u16 {
        u16::try_from(self.widths.len().saturating_sub(1)).unwrap_or(u16::MAX)
    }

    /// The height of all rows so far, in pixels.
    pub(super) fn height(&self) -> u32 {
        self.height
    }

    /// Writes a row, as high as its tallest text and at least `height` pixels; gives back its number. A text that
    /// is too tall for one row gets several, merged.
    pub(super) fn row(&mut self, height: u32, cells: &[Cell]) -> Result<u32, XlsxError> {
        let needed = cells.iter().map(|cell| self.height_of(cell)).max().unwrap_or(0).max(height);
        let count = needed.div_ceil(MAX_ROW).max(1);
        let first = self.row;
        for row in first..first + count {
            self.sheet.set_row_height_pixels(row, needed.div_ceil(count))?;
        }
        for cell in cells {
            if count == 1 {
                self.put(first, first, cell)?;
            } else {
                // In the middle of pages of empty paper nobody would find a short text.
                let format = cell.format.clone().set_align(FormatAlign::Top);
                self.put(first, first + count - 1, &Cell { format, ..cell.clone() })?;
            }
        }
        self.row = first + count;
        self.height = self.height.saturating_add(needed);
        Ok(first)
    }

    /// Prints on one page if all rows so far are at most `most` pixels high; else on as many as it takes. Gives back
    /// whether it is one.
    pub(super) fn one_page_up_to(&mut self, most: u32) -> bool {
        let fits = self.height <= most;
        if fits {
            self.sheet.set_print_fit_to_pages(1, 1);
        }
        fits
    }

    /// Writes a text over the whole width.
    pub(super) fn across(&mut self, height: u32, text: &str, format: &Format) -> Result<u32, XlsxError> {
        let cell = Cell::text(0, self.last_column(), text, format);
        self.row(height, &[cell])
    }

    /// Writes a cell over the rows `first` to `last`, which are there already.
    pub(super) fn put(&mut self, first: u32, last: u32, cell: &Cell) -> Result<(), XlsxError> {
        let (left, right) = cell.columns;
        let format = &cell.format;
        if (first, left) != (last, right) {
            // The text follows below, so that merged and single cells are written in one way.
            self.sheet.merge_range(first, left, last, right, "", format)?;
        }
        match &cell.content {
            Content::Blank => self.sheet.write_blank(first, left, format)?,
            Content::Text(text) => {
                self.sheet.write_string_with_format(first, left, checked(text)?, format)?
            }
            Content::Number(number) => {
                self.sheet.write_number_with_format(first, left, float(*number)?, format)?
            }
            Content::Formula(formula) => {
                self.sheet.write_formula_with_format(first, left, formula.clone(), format)?
            }
        };
        Ok(())
    }

    /// The height in pixels that a cell's text needs.
    fn height_of(&self, cell: &Cell) -> u32 {
        let (left, right) = (usize::from(cell.columns.0), usize::from(cell.columns.1));
        let width: u32 = self.widths.get(left..=right).map_or(0, |widths| widths.iter().sum());
        match &cell.content {
            Content::Text(text) => text_height(&clean(text), width),
            _ => 0,
        }
    }
}

/// The height in pixels of a wrapped text in a cell of that width.
pub(super) fn text_height(text: &str, width: u32) -> u32 {
    // At 96 dots per inch a half-width character of n half points is n/3 pixels wide, and a full-width one twice
    // that. Off comes the cell's padding, and of a long line one character, because none may begin with 。 or ，.
    let fitting = width.saturating_sub(8) * 3 / TEXT_HALF_POINTS;
    let per_line = fitting.saturating_sub((fitting / 20).min(2)).max(2) as usize;
    let lines: usize = text.split('\n').map(|line| line.width().div_ceil(per_line).max(1)).sum();
    // 1.4 times the size: 宋体 needs 1.2, the fonts that stand in for it elsewhere a little more.
    let line_height = (TEXT_HALF_POINTS * 14).div_ceil(15);
    u32::try_from(lines).unwrap_or(u32::MAX).saturating_mul(line_height).saturating_add(PADDING)
}

/// Text as a cell can hold it: line ends are `\n`, a tab is a space, and characters that are not text are gone.
pub(super) fn clean(text: &str) -> String {
    text.replace("\r\n", "\n")
        .chars()
        .filter_map(|c| match c {
            '\n' => Some('\n'),
            '\r' => Some('\n'),
            '\t' => Some(' '),
            '\u{FFFE}' | '\u{FFFF}' => None,
            c if c.is_control() => None,
            c => Some(c),
        })
        .collect()
}

/// Clean text that fits a cell.
fn checked(text: &str) -> Result<String, XlsxError> {
    let text = clean(text);
    let length = text.encode_utf16().count();
    if length > MAX_TEXT {
        return Err(XlsxError::TextTooLong { length, start: text.chars().take(20).collect() });
    }
    Ok(text)
}

/// The nearest double, the only number a cell can hold; ours have few enough digits to come back exactly.
pub(super) fn float(number: Decimal) -> Result<f64, XlsxError> {
    let text = number.to_string();
    text.parse().map_err(|_| {
        XlsxError::Writer(rust_xlsxwriter::XlsxError::ParameterError(format!("{text} is no number")))
    })
}

/// `F5` for column 5, row 4.
pub(super) fn at(column: u16, row: u32) -> String {
    rust_xlsxwriter::utility::row_col_to_cell(row, column)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn height_counts_full_width_characters() {
        // 142 px: 134 * 3 / 20 = 20 half-width characters, one kept back: nine 汉字 a line.
        let line = text_height("一", 142) - PADDING;
        assert_eq!(text_height("一二三四五六七八九", 142), line + PADDING);
        assert_eq!(text_height("一二三四五六七八九十", 142), 2 * line + PADDING);
        assert_eq!(text_height("abcdefghijklmnopqrs", 142), line + PADDING);
        assert_eq!(text_height("一\n\n三", 142), 3 * line + PADDING);
    }

    #[test]
    fn cleaning_keeps_only_text() {
        assert_eq!(clean("a\r\nb\rc\td\0\u{1b}\u{7f}\u{85}e\u{ffff}"), "a\nb\nc de");
        assert_eq!(clean("_x0041_ =1+1"), "_x0041_ =1+1");
    }

    #[test]
    fn too_long_a_text_is_an_error_that_names_it() {
        assert!(checked(&"字".repeat(32_767)).is_ok());
        let error = checked(&"字".repeat(32_768)).unwrap_err().to_string();
        assert!(error.contains("32768 个字符") && error.contains("字字字"), "{error}");
    }
}
