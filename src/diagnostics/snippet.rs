//! The lines at fault, with carets under the stretch that is meant.
//!
//! Carets line up under 汉字 because columns are counted as a terminal shows them: a full-width character takes
//! two, a tab goes on to the next multiple of four. Frames are plain ASCII: box-drawing characters are one
//! column wide on some terminals in China and two on others.
//!
//! May use: nothing else of hetong.

use std::ops::Range;

use unicode_properties::{GeneralCategory, UnicodeGeneralCategory};
use unicode_width::UnicodeWidthChar;

use super::place::Lines;

/// Longer lines are cropped around the span.
const MAX_COLUMNS: usize = 100;
/// Stands for what was cropped.
const CROPPED: &str = "...";
/// A span over more lines than this shows its first and its last only.
const MAX_LINES: usize = 3;
/// Tabs go on to the next multiple of this.
const TAB: usize = 4;

/// One row of a snippet.
#[derive(Debug, PartialEq, Eq)]
pub enum Row {
    /// A line of the text and the carets under it.
    Line {
        /// One-based line number.
        number: usize,
        /// The line as shown: tabs expanded, control characters made visible, cropped.
        text: String,
        /// Columns before the carets.
        indent: usize,
        /// How many carets, at least one.
        carets: usize,
    },
    /// Lines between that are not shown.
    Gap,
}

/// The rows that show a stretch of a text; never empty, ends with a `Line`.
pub fn rows(lines: &Lines<'_>, bytes: &Range<usize>) -> Vec<Row> {
    let bytes = lines.sound(bytes);
    let (first, last) = (lines.line_of(bytes.start), lines.line_of(bytes.end));
    let row = |line: usize| {
        let range = lines.range(line);
        let content = lines.text(line);
        let blanks = content.len() - content.trim_start().len();
        let from = if line == first { bytes.start.saturating_sub(range.start) } else { blanks };
        let to = if line == last { bytes.end.saturating_sub(range.start) } else { content.trim_end().len() };
        let (content, from, to) = near(content, from, to);
        line_row(line + 1, content, from..to)
    };
    if last - first < MAX_LINES {
        (first..=last).map(row).collect()
    } else {
        vec![row(first), Row::Gap, row(last)]
    }
}

/// Bytes of a line before and behind the beginning of the mark that may be shown: more than the columns there are.
const NEAR: usize = 8 * MAX_COLUMNS;

/// Of a line that is very long, only what stands near the mark: it is looked at anew for each finding.
fn near(line: &str, from: usize, to: usize) -> (&str, usize, usize) {
    let start = line.floor_char_boundary(from.saturating_sub(NEAR));
    let end = line.ceil_char_boundary(from.saturating_add(NEAR));
    (line.get(start..end).unwrap_or(line), from - start, to.min(end).saturating_sub(start))
}

/// A line with its marked bytes.
fn line_row(number: usize, line: &str, marked: Range<usize>) -> Row {
    let mut glyphs = Vec::new();
    let mut column = 0;
    for (at, character) in line.char_indices() {
        let (shown, width) = match character {
            '\t' => (' ', TAB - column % TAB),
            other => {
                let shown = visible_char(other);
                (shown, shown.width().unwrap_or(1))
            }
        };
        glyphs.push(Glyph { shown, width, column, marked: marked.contains(&at) });
        column += width;
    }
    let mark_start = glyphs.iter().find(|g| g.marked).map(|g| g.column);
    // An empty span points between two characters, or past the last one.
    let mark_start = mark_start.unwrap_or_else(|| {
        let before = line.get(..marked.start).map_or(usize::MAX, |text| text.chars().count());
        glyphs.get(before).map_or(column, |g| g.column)
    });
    let mark_width: usize = glyphs.iter().filter(|g| g.marked).map(|g| g.width).sum();
    let window = window(column, mark_start, mark_width.max(1));
    draw(number, &glyphs, mark_start, &window, column)
}

/// A character as a terminal shows it.
struct Glyph {
    /// What is printed.
    shown: char,
    /// Columns it takes.
    width: usize,
    /// Columns before it.
    column: usize,
    /// Whether the span covers it.
    marked: bool,
}

/// Which columns of a line are shown: all of a short one, else those around the mark.
fn window(total: usize, mark_start: usize, mark_width: usize) -> Range<usize> {
    if total <= MAX_COLUMNS {
        return 0..total;
    }
    let room = MAX_COLUMNS - 2 * CROPPED.len();
    let before = room.saturating_sub(mark_width) / 2;
    let start = mark_start.saturating_sub(before).min(total - room);
    // A line with little before the window is shown from its beginning.
    let start = if start <= CROPPED.len() { 0 } else { start };
    start..start + room
}

/// Puts a row together from the glyphs within the window.
fn draw(number: usize, glyphs: &[Glyph], mark_start: usize, window: &Range<usize>, total: usize) -> Row {
    let mut text = String::new();
    let (mut indent, mut carets, mut columns) = (None, 0, 0);
    if window.start > 0 {
        text.push_str(CROPPED);
        columns = CROPPED.len();
    }
    for glyph in glyphs {
        if glyph.column < window.start || glyph.column + glyph.width > window.end {
            continue;
        }
        if glyph.column >= mark_start {
            indent.get_or_insert(columns);
        }
        if glyph.marked {
            carets += glyph.width;
        }
        match glyph.shown {
            // A tab is the only blank wider than one column.
            ' ' => text.extend(std::iter::repeat_n(' ', glyph.width)),
            shown => text.push(shown),
        }
        columns += glyph.width;
    }
    if window.end < total {
        text.push_str(CROPPED);
    }
    Row::Line { number, text, indent: indent.unwrap_or(columns), carets: carets.max(1) }
}

/// Whether a character could do harm on a terminal or show a reader other text than stands there: what controls the
/// terminal or turns the writing direction, ends a line unseen, or takes no room at all.
pub fn is_unseen(character: char) -> bool {
    use GeneralCategory::{Control, Format, LineSeparator, ParagraphSeparator};
    let category = character.general_category();
    // Noncharacters are for a program's own use, and are ours in `paint`.
    let own_use = ('\u{fdd0}'..='\u{fdef}').contains(&character) || u32::from(character) & 0xfffe == 0xfffe;
    own_use || matches!(category, Control | Format | LineSeparator | ParagraphSeparator)
}

/// A character that can do no harm on a terminal and takes as much room as it says: control characters become their
/// pictures (␛), all others of [`is_unseen`] �.
fn visible_char(character: char) -> char {
    match character {
        '\0'..='\u{1f}' => char::from_u32(0x2400 + u32::from(character)).unwrap_or('\u{fffd}'),
        '\u{7f}' => '\u{2421}',
        other if is_unseen(other) => '\u{fffd}',
        other => other,
    }
}

/// A text that can do no harm on a terminal; line breaks stay. Where there is room, what is unseen is spelled:
/// `\u{202E}`.
pub fn visible(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.replace("\r\n", "\n").chars() {
        match visible_char(character) {
            _ if character == '\n' => out.push('\n'),
            '\u{fffd}' if character != '\u{fffd}' => {
                out.push_str(&format!("\\u{{{:04X}}}", u32::from(character)));
            }
            shown => out.push(shown),
        }
    }
    out
}

/// The same of a name or a path, which is one line whatever stands in it.
pub fn visible_name(text: &str) -> String {
    visible(text).replace('\n', "␊")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use unicode_width::UnicodeWidthStr;

    /// The text above the carets, by columns.
    fn above(row: &Row) -> String {
        let Row::Line { text, indent, carets, .. } = row else { panic!("a gap has no carets") };
        let mut column = 0;
        let mut found = String::new();
        for character in text.chars() {
            if column >= *indent && column < indent + carets {
                found.push(character);
            }
            column += character.width().unwrap();
        }
        found
    }

    fn show(text: &str, word: &str) -> Vec<Row> {
        let start = text.find(word).unwrap();
        rows(&Lines::new(text), &(start..start + word.len()))
    }

    #[test]
    fn carets_stand_under_wide_characters_and_tabs() {
        for (text, word, indent, carets) in [
            ("  名称: 成都星河示例科技有限公司", "星河示例", 12, 8),
            ("\t名称:\t星河", "星河", 12, 4),
            ("名称: ＡＢ“引号”x", "x", 16, 1),
            ("\u{feff}名称: x", "名称", 0, 4),
        ] {
            let rows = show(text, word);
            let [Row::Line { indent: i, carets: c, .. }] = rows.as_slice() else { panic!("{rows:?}") };
            assert_eq!((*i, *c), (indent, carets), "{text}");
            assert_eq!(above(&rows[0]), word);
        }
    }

    #[test]
    fn long_lines_are_cropped_around_the_span() {
        let line = format!("说明: {}此处{}", "前".repeat(200), "后".repeat(200));
        let rows = show(&line, "此处");
        let [Row::Line { text, .. }] = rows.as_slice() else { panic!("{rows:?}") };
        assert!(text.width() <= MAX_COLUMNS && text.starts_with("...") && text.ends_with("..."), "{text}");
        assert_eq!(above(&rows[0]), "此处");
        let rows = show(&line, "说明");
        assert_eq!(above(&rows[0]), "说明");
        let rows = show(&line, &"后".repeat(200));
        assert!(above(&rows[0]).starts_with('后'));
    }

    #[test]
    fn a_very_long_line_is_looked_at_only_near_the_mark() {
        let line = format!("{}此处{}", "前".repeat(400_000), "后".repeat(400_000));
        let (shown, from, to) = near(&line, 1_200_000, 1_200_006);
        assert!(shown.len() < 3 * NEAR && shown.get(from..to) == Some("此处"));
        let rows = show(&line, "此处");
        let [Row::Line { text, .. }] = rows.as_slice() else { panic!("{rows:?}") };
        assert!(text.width() <= MAX_COLUMNS && text.starts_with("...") && text.ends_with("..."), "{text}");
        assert_eq!(above(&rows[0]), "此处");
    }

    #[test]
    fn spans_over_many_lines_show_first_and_last() {
        let text = "乙方:\r\n  名称: 甲\r\n  简称: 乙\r\n  地址: 丙\r\n报价: x\r\n";
        let rows = rows(&Lines::new(text), &(0..text.find("报价").unwrap()));
        assert_eq!(rows.len(), 3);
        assert_eq!(rows[1], Row::Gap);
        assert_eq!(above(&rows[0]), "乙方:");
        assert_eq!(above(&rows[2]), "地址: 丙");
    }

    #[test]
    fn nothing_reaches_the_terminal_raw() {
        assert_eq!(visible("a\u{1b}[2Jb\u{202e}c\nd"), "a␛[2Jb\\u{202E}c\nd");
        assert_eq!(visible("\u{9b}\u{ad}\u{200b}\u{feff}\u{2028}\u{e0041}\u{fdd0}\u{7f}\r\t"), {
            "\\u{009B}\\u{00AD}\\u{200B}\\u{FEFF}\\u{2028}\\u{E0041}\\u{FDD0}␡␍␉"
        });
        assert_eq!(visible("成都（高新）\u{3000}é👍·𠮷"), "成都（高新）\u{3000}é👍·𠮷");
        assert_eq!(visible_name("甲\n乙：0 个错误"), "甲␊乙：0 个错误");
        let rows = show("名称: \u{1b}[31m红", "红");
        assert_eq!(above(&rows[0]), "红");
    }

    proptest! {
        #[test]
        fn any_text_and_range_can_be_shown(
            text in "[a甲\t\r\n \u{feff}é\u{301}👍\u{1b}：]{0,300}",
            range in (0usize..1000, 0usize..1000),
        ) {
            let rows = rows(&Lines::new(&text), &(range.0..range.1));
            let ends_with_line = matches!(rows.last(), Some(Row::Line { .. }));
            prop_assert!(ends_with_line);
            for row in rows {
                if let Row::Line { text, indent, carets, .. } = row {
                    let shown: usize = text.chars().filter_map(|c| c.width()).sum();
                    prop_assert!(shown <= MAX_COLUMNS && indent <= shown && carets >= 1);
                    prop_assert!(indent + carets <= shown + 1);
                }
            }
        }

        #[test]
        fn carets_cover_the_word(before in "[a甲\tＡ ]{0,120}", word in "[字x]{1,20}", after in "[a甲\t]{0,120}") {
            let text = format!("{before}{word}{after}");
            let rows = rows(&Lines::new(&text), &(before.len()..before.len() + word.len()));
            prop_assert_eq!(above(&rows[0]), word);
        }
    }
}
