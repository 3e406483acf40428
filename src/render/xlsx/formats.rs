//! How cells look: 宋体 throughout, thin borders, the number formats of the paper form.
//!
//! May use: nothing of ours.

use rust_xlsxwriter::{Color, Format, FormatAlign, FormatBorder};

/// Size of the text in tables, in half points: 小五 is 9 pt, 五号 10.5; 10 pt keeps 附件3 on one page.
pub(super) const TEXT_HALF_POINTS: u32 = 20;

/// Where an input is expected.
const INPUT_FILL: Color = Color::RGB(0x00FF_F9D6);

/// Captions and headings.
const HEADING_FILL: Color = Color::RGB(0x00F2_F2F2);

/// The font Chinese Excel itself would take, by the name and character set it writes.
fn song() -> Format {
    Format::new().set_font_name("宋体").set_font_family(3).set_font_charset(134)
}

/// The workbook's default.
pub(super) fn base() -> Format {
    song().set_font_size(11)
}

/// Table text, wrapped, in the middle of its row's height.
fn cell() -> Format {
    song().set_font_size(10).set_text_wrap().set_align(FormatAlign::VerticalCenter)
}

/// The sheet's title.
pub(super) fn title() -> Format {
    song().set_font_size(16).set_bold().set_align(FormatAlign::Center).set_align(FormatAlign::VerticalCenter)
}

/// A line of text outside a table.
pub(super) fn line() -> Format {
    cell().set_align(FormatAlign::Left)
}

/// To what an annex is revised.
pub(super) fn mark(align: FormatAlign) -> Format {
    cell().set_bold().set_align(align)
}

/// A hint beside the table, on the screen only.
pub(super) fn hint() -> Format {
    song().set_font_size(10).set_font_color(Color::RGB(0x007F_7F7F)).set_align(FormatAlign::VerticalCenter)
}

/// How far the form is, beside the table.
pub(super) fn status() -> Format {
    hint().set_bold().set_font_color(Color::RGB(0x001F_4E79))
}

/// Framed text from the left.
pub(super) fn text() -> Format {
    cell().set_border(FormatBorder::Thin).set_align(FormatAlign::Left)
}

/// The same on one line, cut off at the cell's end.
pub(super) fn clipped() -> Format {
    let cell = song().set_font_size(10).set_align(FormatAlign::VerticalCenter).set_align(FormatAlign::Left);
    cell.set_border(FormatBorder::Thin)
}

/// Framed text in the middle.
pub(super) fn centred() -> Format {
    cell().set_border(FormatBorder::Thin).set_align(FormatAlign::Center)
}

/// A column heading, a label, a caption.
pub(super) fn heading() -> Format {
    centred().set_bold().set_background_color(HEADING_FILL)
}

/// The upper half of a heading that has its unit below it.
pub(super) fn heading_upper() -> Format {
    heading().set_border_bottom(FormatBorder::None)
}

/// The lower half.
pub(super) fn heading_lower() -> Format {
    heading().set_border_top(FormatBorder::None)
}

/// Text in a box that goes on above or below: paragraphs that read as one cell.
pub(super) fn boxed(first: bool, last: bool) -> Format {
    let edge = |closed: bool| if closed { FormatBorder::Thin } else { FormatBorder::None };
    text().set_border_top(edge(first)).set_border_bottom(edge(last))
}

/// Text from the top left: room to write in.
pub(super) fn room() -> Format {
    text().set_align(FormatAlign::Top)
}

/// An amount in 元.
pub(super) fn money() -> Format {
    cell().set_border(FormatBorder::Thin).set_align(FormatAlign::Right).set_num_format("#,##0.00")
}

/// The 合计.
pub(super) fn money_total() -> Format {
    money().set_bold()
}

/// A rate: `0%`, or with as many decimals as it needs.
pub(super) fn percent(decimals: u32) -> Format {
    let zeros = "0".repeat(decimals as usize);
    centred().set_num_format(if decimals == 0 { "0%".to_owned() } else { format!("0.{zeros}%") })
}

/// A difference in 元, with its sign.
pub(super) fn difference() -> Format {
    money().set_num_format("+#,##0.00;-#,##0.00;0.00")
}

/// A share of the old figure, with its sign.
pub(super) fn share() -> Format {
    money().set_num_format("+0.00%;-0.00%;0.00%")
}

/// A difference of two rates in percentage points, with as many decimals as it needs.
pub(super) fn points(decimals: u32) -> Format {
    let zeros = if decimals == 0 { "0".to_owned() } else { format!("0.{}", "0".repeat(decimals as usize)) };
    money().set_num_format(format!("+{zeros}\"个百分点\";-{zeros}\"个百分点\";0"))
}

/// Makes a cell one to fill in: coloured, and open on a locked sheet.
pub(super) fn input(format: Format) -> Format {
    format.set_background_color(INPUT_FILL).set_unlocked()
}
