//! The chart of 结算汇总: what is settled of each supplier's cap in per cent, a bar each.
//!
//! Three suppliers or two hundred, a bar keeps its thickness and its name stays legible: a chart holds as many bars as
//! a page of A4 has room for, and there are as many charts as it takes, all on one scale. The scale ends above the highest
//! share: in a contract's first months, when all are around 1 %, bars on a scale to 100 % could not be told apart.
//!
//! May use: `view`, `layout`.

use rust_decimal::{Decimal, dec};
use rust_xlsxwriter::{
    Chart, ChartAxisLabelPosition, ChartAxisTickType, ChartFont, ChartFormat, ChartLine, ChartSolidFill,
    ChartType, Color,
};

use super::XlsxError;
use super::layout::{Table, float};
use super::summary::SHARE;
use crate::view::summary::{SummarySheet, SupplierGroup};

/// Printed smaller, because a program without 宋体 takes the columns for wider than they are.
const PRINT_SCALE: u16 = 80;
/// Upright A4 without its margins is then 1222 pixels high; some less, because programs round row heights.
const PAGE: u32 = 1150;
/// The width of the table.
const WIDTH: u32 = 710;
/// The height of a row below the table.
const ROW: u32 = 18;
/// The height of a bar with the space around it.
const BAR: u32 = 27;
/// Title and scale.
const FRAME: u32 = 110;
/// Bars on a page.
const MOST_BARS: u32 = (PAGE - FRAME) / BAR;

/// Name and share of a bar in one text, beside what is printed: a label of its own fits no bar that has just begun.
pub(super) const LABEL: u16 = 8;

const SETTLED: Color = Color::RGB(0x001F_4E79);

/// Puts the charts below the table: of each group, whose lines begin at its row, as many as it takes. Gives back the
/// last row they cover.
pub(super) fn insert(
    table: &mut Table,
    view: &SummarySheet,
    groups: &[(&SupplierGroup, u32)],
) -> Result<u32, XlsxError> {
    // Fitted to the page, a sheet would lose its page breaks.
    table.sheet.set_print_scale(PRINT_SCALE);
    let mut place = Place {
        row: table.row + 1,
        end: table.row.saturating_sub(1),
        used: table.height(),
        breaks: Vec::new(),
    };
    for (group, first) in groups {
        charts(table, view, (group, *first), &mut place)?;
    }
    table.sheet.set_page_breaks(&place.breaks)?;
    Ok(place.end)
}

/// Where the next chart goes.
struct Place {
    row: u32,
    /// The last row that is covered.
    end: u32,
    /// How much of the page is used, in pixels.
    used: u32,
    breaks: Vec<u32>,
}

/// One basis's charts, all on one scale.
fn charts(
    table: &mut Table,
    view: &SummarySheet,
    (group, first): (&SupplierGroup, u32),
    place: &mut Place,
) -> Result<(), XlsxError> {
    let count = u32::try_from(group.rows.len()).unwrap_or(u32::MAX);
    let scale = Scale::above(group.rows.iter().filter_map(|row| row.share).max().unwrap_or_default())?;
    // Equal shares: no page with a single bar on it.
    let pages = count.div_ceil(MOST_BARS);
    let per_page = count.div_ceil(pages.max(1));
    for page in 0..pages {
        let from = page * per_page;
        let bars = per_page.min(count - from);
        let height = FRAME + bars * BAR;
        if place.used + ROW + height > PAGE {
            place.breaks.push(place.row);
            place.used = 0;
        }
        let title = if pages == 1 {
            group.chart_title.clone()
        } else {
            format!("{}（{}/{pages}）", group.chart_title, page + 1)
        };
        let chart = chart(view, &title, (first + from, first + from + bars - 1), height, &scale);
        table.sheet.insert_chart(place.row, 0, &chart)?;
        place.end = place.row + height.div_ceil(ROW);
        place.row = place.end + 1;
        place.used += height.div_ceil(ROW) * ROW + ROW;
    }
    Ok(())
}

/// The steps of the scale, in per cent.
const STEPS: [Decimal; 12] = [
    dec!(0.1),
    dec!(0.2),
    dec!(0.5),
    dec!(1),
    dec!(2),
    dec!(5),
    dec!(10),
    dec!(20),
    dec!(50),
    dec!(100),
    dec!(200),
    dec!(500),
];
/// No more lines than so many.
const MOST_STEPS: Decimal = dec!(8);

/// Where the scale ends and its lines stand, as fractions.
struct Scale {
    end: f64,
    step: f64,
    /// How its numbers are written.
    format: &'static str,
}

impl Scale {
    /// From 0 to the line above the highest share; from one half on to the whole cap.
    fn above(most: Decimal) -> Result<Self, XlsxError> {
        let (end, step) = Self::percent(most * Decimal::ONE_HUNDRED);
        Ok(Self {
            end: float(end / Decimal::ONE_HUNDRED)?,
            step: float(step / Decimal::ONE_HUNDRED)?,
            format: if step < Decimal::ONE { "0.0%" } else { "0%" },
        })
    }

    /// The same in per cent.
    fn percent(most: Decimal) -> (Decimal, Decimal) {
        let whole = most > dec!(50) && most <= Decimal::ONE_HUNDRED;
        let most = if whole { Decimal::ONE_HUNDRED } else { most.max(Decimal::ZERO) };
        let [.., largest] = STEPS;
        let step = STEPS.into_iter().find(|step| most <= step * MOST_STEPS).unwrap_or(largest);
        ((most / step).ceil().max(Decimal::ONE) * step, step)
    }
}

fn chart(view: &SummarySheet, title: &str, rows: (u32, u32), height: u32, scale: &Scale) -> Chart {
    let sheet = view.sheets[1];
    let range = |column| (sheet, rows.0, column, rows.1, column);
    let mut chart = Chart::new(ChartType::Bar);
    chart.set_width(WIDTH - 2).set_height(height);
    chart
        .add_series()
        .set_name(view.chart_series)
        .set_categories(range(LABEL))
        .set_values(range(SHARE))
        .set_gap(45)
        .set_format(&mut fill(SETTLED));
    chart.title().set_name(title).set_font(font(12).set_name("黑体"));
    // Of bars, y is the axis with the names: the first row of the table on top, the scale below.
    chart.y_axis().set_reverse().set_font(&font(9)).set_major_tick_type(ChartAxisTickType::None);
    let axis = chart.x_axis();
    axis.set_font(&font(9))
        .set_num_format(scale.format)
        .set_min(0)
        .set_max(scale.end)
        .set_major_unit(scale.step)
        .set_major_tick_type(ChartAxisTickType::None)
        .set_label_position(ChartAxisLabelPosition::High);
    axis.set_major_gridlines_line(ChartLine::new().set_color(Color::RGB(0x00D9_D9D9)).set_width(0.5));
    // One kind of bar, which the title names.
    chart.legend().set_hidden();
    chart
}

fn fill(color: Color) -> ChartFormat {
    ChartFormat::new().set_solid_fill(ChartSolidFill::new().set_color(color)).clone()
}

fn font(size: u32) -> ChartFont {
    ChartFont::new().set_name("宋体").set_size(size).unset_bold().clone()
}

#[cfg(test)]
mod tests {
    use super::*;
    use rust_decimal::dec;

    #[test]
    fn the_scale_ends_above_the_highest_share() {
        for (most, end, step) in [
            (dec!(1.29), dec!(1.4), dec!(0.2)),
            (dec!(0.03), dec!(0.1), dec!(0.1)),
            (dec!(0), dec!(0.1), dec!(0.1)),
            (dec!(1), dec!(1), dec!(0.2)),
            (dec!(24.01), dec!(25), dec!(5)),
            (dec!(50.01), dec!(100), dec!(20)),
            (dec!(100), dec!(100), dec!(20)),
            (dec!(100.01), dec!(120), dec!(20)),
            (dec!(9000), dec!(9000), dec!(500)),
        ] {
            assert_eq!(Scale::percent(most), (end, step), "{most} %");
        }
        assert_eq!(Scale::above(dec!(0.0129)).unwrap().end, 0.014);
    }
}
