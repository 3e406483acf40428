//! How cells look: 宋体, headings in 黑体 as on paper, thin borders, the number formats of the paper form.
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

/// In 黑体 and bold, as headings, labels and whatever is emphasised stand in the PDF. Bold, too, because programs without
/// 黑体 take one face for both.
pub(super) fn strong(format: Format) -> Format {
    format.set_font_name("黑体").set_bold()
}

/// An amount with thousands; `_ ` leaves the width of a space before the border, as Chinese Excel itself does.
const MONEY: &str = "#,##0.00_ ";

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
    strong(song()).set_font_size(16).set_align(FormatAlign::Center).set_align(FormatAlign::VerticalCenter)
}

/// A line of text outside a table.
pub(super) fn line() -> Format {
    cell().set_align(FormatAlign::Left)
}

/// A caption outside a table.
pub(super) fn caption() -> Format {
    strong(line())
}

/// To what an annex is revised.
pub(super) fn mark(align: FormatAlign) -> Format {
    strong(cell()).set_align(align)
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

/// Framed text in the middle.
pub(super) fn centred() -> Format {
    cell().set_border(FormatBorder::Thin).set_align(FormatAlign::Center)
}

/// A column heading, a label, a caption.
pub(super) fn heading() -> Format {
    strong(centred()).set_background_color(HEADING_FILL)
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

/// An amount in 元. One that is too long for its column is printed smaller: #### is no figure.
pub(super) fn money() -> Format {
    let number = song().set_font_size(10).set_align(FormatAlign::VerticalCenter).set_shrink();
    number.set_border(FormatBorder::Thin).set_align(FormatAlign::Right).set_num_format(MONEY)
}

/// An amount in 元 that is a result.
pub(super) fn result() -> Format {
    money().set_bold()
}

/// An amount in a row of 合计.
pub(super) fn money_total() -> Format {
    result().set_background_color(HEADING_FILL)
}

/// A number at the right with as many decimals as it has: 12.5 人天, 98 分.
pub(super) fn number() -> Format {
    money().set_num_format("General_ ")
}

/// A number of 人天 with thousands and so many decimals. `0.00` after thousands is the mark of an amount.
pub(super) fn workload(decimals: u32) -> Format {
    let more = "#".repeat(decimals.saturating_sub(1) as usize);
    money().set_num_format(if decimals == 0 { "#,##0_ ".to_owned() } else { format!("#,##0.0{more}_ ") })
}

/// A rate: `0%`, or with as many decimals as it needs.
pub(super) fn percent(decimals: u32) -> Format {
    centred().set_num_format(percent_code(decimals))
}

/// The same in a column of amounts.
pub(super) fn percent_right(decimals: u32) -> Format {
    money().set_num_format(percent_code(decimals) + "_ ")
}

fn percent_code(decimals: u32) -> String {
    let zeros = "0".repeat(decimals as usize);
    if decimals == 0 { "0%".to_owned() } else { format!("0.{zeros}%") }
}

/// A difference in 元, with its sign.
pub(super) fn difference() -> Format {
    money().set_num_format("+#,##0.00_ ;-#,##0.00_ ;0.00_ ")
}

/// A share of the old figure, with its sign.
pub(super) fn share() -> Format {
    money().set_num_format("+0.00%_ ;-0.00%_ ;0.00%_ ")
}

/// A difference of two rates in percentage points, with as many decimals as it needs.
pub(super) fn points(decimals: u32) -> Format {
    let zeros = if decimals == 0 { "0".to_owned() } else { format!("0.{}", "0".repeat(decimals as usize)) };
    money().set_num_format(format!("+{zeros}\"个百分点\"_ ;-{zeros}\"个百分点\"_ ;0_ "))
}

/// Makes a cell one to fill in: coloured, and open on a locked sheet.
pub(super) fn input(format: Format) -> Format {
    format.set_background_color(INPUT_FILL).set_unlocked()
}
