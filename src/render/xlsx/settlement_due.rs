//! 四 of a 结算单's sheet: from Σ 金额 and the score to what is due, by 税率 where there are several, and to what a
//! correction changes.
//!
//! May use: `view`, `cents`, `form`, `formats`, `layout`.

use rust_decimal::Decimal;
use rust_xlsxwriter::{Format, Formula};

use super::cents;
use super::form::{self, LAST, figure, heading_row, label, value};
use super::layout::{Cell, Content, MIN_ROW, Table, at, text_height};
use super::{XlsxError, formats};
use crate::view::settlement_due::{CorrectionTable, DueTable, RateChange, Worded};
use crate::view::sheets::{Money, TaxRate};

/// The columns of the tables by 税率: 税率, 含税金额合计 or what it is, 含税, 不含税, 税额.
const RATES: [(u16, u16); 5] = [(0, 0), (1, 2), (3, 3), (4, 5), (LAST, LAST)];

/// What the table draws on.
pub(super) struct Worked {
    /// The cell of Σ 金额.
    pub(super) total: String,
    /// The same as our figure.
    pub(super) total_figure: Decimal,
    /// The cells of 税率 and 金额 of the work's lines, as ranges; none where one rate applies to all.
    pub(super) ranges: Option<[String; 2]>,
}

/// Where the amounts stand.
pub(super) struct DueCells {
    /// The cells by which 含税 and 不含税 balances grow: what is due, or for a correction the difference.
    pub(super) change: [String; 2],
    /// The cells of the parts' rates; none where there is only one.
    pub(super) rates: Vec<(TaxRate, String)>,
}

/// Writes it.
pub(super) fn write(
    table: &mut Table,
    due: &DueTable,
    work: &Worked,
    score: &str,
) -> Result<DueCells, XlsxError> {
    let [sum_label, score_label, deducted_label, rate_label] = &due.labels;
    let decimals = cents::score_decimals([due.score].into_iter());
    let money = formats::money();
    let plain = formats::number();
    let [gross_due, net_due, tax_due] = &due.due;
    let sum = single(table, sum_label, &format!("={}", work.total), work.total_figure, &money)?;
    let points = single(table, score_label, &format!("={score}"), due.score, &plain)?;
    let gross = worded(table, due, gross_due, Some(cents::times_score(&sum, &points, decimals)))?;
    let deducted = format!("={}", cents::sum(&format!("{sum}-{gross}")));
    single(table, deducted_label, &deducted, due.deducted.decimal(), &money)?;
    let parts = match (&work.ranges, due.parts.as_slice()) {
        (Some(ranges), [_, _, ..]) => parts(table, due, ranges, [&gross, &points])?,
        _ => Vec::new(),
    };
    let net_formula = if parts.is_empty() {
        let rate = one_rate(table, due, rate_label)?;
        cents::without_tax(&gross, &rate, fraction(due))
    } else {
        cents::sum(&parts.iter().map(|part| part.amounts[1].as_str()).collect::<Vec<_>>().join("+"))
    };
    let net = worded(table, due, net_due, Some(net_formula))?;
    let tax = worded(table, due, tax_due, Some(cents::sum(&format!("{gross}-{net}"))))?;
    let rates = due.parts.iter().zip(&parts).map(|(part, cells)| (part.part.rate, cells.rate.clone()));
    let rates = rates.collect();
    let now = [gross, net, tax];
    let change = match &due.correction {
        Some(correction) => difference(table, due, correction, (&now, &parts))?,
        None => {
            let [gross, net, _] = now;
            [gross, net]
        }
    };
    Ok(DueCells { change, rates })
}

/// A label and one figure; gives back its cell.
fn single(
    table: &mut Table,
    name: &str,
    formula: &str,
    result: Decimal,
    format: &Format,
) -> Result<String, XlsxError> {
    let row =
        table.row(MIN_ROW, &[label((0, 1), name), value((2, 5), ""), figure(formula, result, format)])?;
    Ok(at(LAST, row))
}

/// The only rate as a fraction.
fn fraction(due: &DueTable) -> Decimal {
    due.parts.first().map(|part| part.part.rate.fraction().normalize()).unwrap_or_default()
}

fn percent(fraction: Decimal) -> Format {
    formats::percent(fraction.scale().saturating_sub(2))
}

/// The only rate, typed; gives back its cell.
fn one_rate(table: &mut Table, due: &DueTable, name: &str) -> Result<String, XlsxError> {
    let fraction = fraction(due);
    let right = formats::percent_right(fraction.scale().saturating_sub(2));
    let cell = Cell::new(LAST, LAST, Content::Number(fraction), &right);
    let row = table.row(MIN_ROW, &[label((0, 1), name), value((2, 5), ""), cell])?;
    Ok(at(LAST, row))
}

/// A part's cells: its rate, and 含税, 不含税 and 税额.
struct PartCells {
    rate: String,
    amounts: [String; 3],
}

/// What is due by 税率: Σ of its lines by the score; the last takes what is left.
fn parts(
    table: &mut Table,
    due: &DueTable,
    [rates, amounts]: &[String; 2],
    [gross, points]: [&str; 2],
) -> Result<Vec<PartCells>, XlsxError> {
    heading_row(table, &RATES, &due.part_headings)?;
    let decimals = cents::score_decimals([due.score].into_iter());
    let money = formats::money();
    let mut cells: Vec<PartCells> = Vec::with_capacity(due.parts.len());
    for (index, part) in due.parts.iter().enumerate() {
        let row = table.row;
        let [rate, work, own, net, tax] = RATES.map(|(column, _)| at(column, row));
        let fraction = part.part.rate.fraction().normalize();
        let sum = cents::sum(&format!("SUMPRODUCT(({rates}={rate})*{amounts})"));
        let share = if index + 1 == due.parts.len() {
            let others = cells.iter().map(|cells| format!("-{}", cells.amounts[0]));
            cents::sum(&format!("{gross}{}", others.collect::<String>()))
        } else {
            cents::times_score(&work, points, decimals)
        };
        let formulas = [
            (RATES[1], sum, part.work),
            (RATES[2], share, part.part.gross),
            (RATES[3], cents::without_tax(&own, &rate, fraction), part.part.net),
            (RATES[4], cents::sum(&format!("{own}-{net}")), part.part.tax),
        ];
        let mut written = vec![Cell::new(0, 0, Content::Number(fraction), &percent(fraction))];
        written.extend(formulas.map(|((from, to), formula, result)| {
            Cell::new(from, to, Content::formula(format!("={formula}"), Some(result.decimal())), &money)
        }));
        table.row(MIN_ROW, &written)?;
        cells.push(PartCells { rate, amounts: [own, net, tax] });
    }
    Ok(cells)
}

/// What was issued, and the differences; gives back the cells of the first two.
fn difference(
    table: &mut Table,
    due: &DueTable,
    correction: &CorrectionTable,
    (now, parts): (&[String; 3], &[PartCells]),
) -> Result<[String; 2], XlsxError> {
    let mut before = Vec::with_capacity(3);
    for old in &correction.before {
        before.push(worded(table, due, old, None)?);
    }
    let mut changes = Vec::with_capacity(3);
    for ((old, now), change) in before.iter().zip(now).zip(&correction.difference) {
        changes.push(worded(table, due, change, Some(cents::sum(&format!("{now}-{old}"))))?);
    }
    if !correction.rates.is_empty() {
        heading_row(table, &RATES, &correction.rate_headings)?;
        for change in &correction.rates {
            rate_rows(table, correction, change, (now, parts))?;
        }
    }
    let mut changes = changes.into_iter();
    Ok([changes.next().unwrap_or_default(), changes.next().unwrap_or_default()])
}

/// One rate's three rows: what was issued, typed; what is due now; the difference.
fn rate_rows(
    table: &mut Table,
    correction: &CorrectionTable,
    change: &RateChange,
    (now, parts): (&[String; 3], &[PartCells]),
) -> Result<(), XlsxError> {
    let first = table.row;
    let money = formats::money();
    let fraction = change.rate.fraction().normalize();
    // Of one part only, its amounts are those of the whole.
    let own = change.part.map(|index| parts.get(index).map_or(now, |part| &part.amounts));
    let amounts = [RATES[2], RATES[3], RATES[4]];
    for (index, name) in correction.rate_labels.iter().enumerate() {
        let mut cells = vec![value(RATES[1], name)];
        for (place, &(from, to)) in amounts.iter().enumerate() {
            let figures = |all: &[Money; 3]| all.get(place).map(|m| m.decimal());
            let (old, difference) = (figures(&change.before), figures(&change.difference));
            let content = match (index, own.and_then(|own| own.get(place))) {
                (0, _) => Content::number(old),
                (1, Some(cell)) => {
                    let now = old.zip(difference).map(|(old, difference)| old + difference);
                    Content::formula(format!("={cell}"), now)
                }
                (1, None) => Content::Number(Decimal::ZERO),
                _ => {
                    let formula = cents::sum(&format!("{}-{}", at(from, first + 1), at(from, first)));
                    Content::formula(format!("={formula}"), difference)
                }
            };
            cells.push(Cell::new(from, to, content, &money));
        }
        table.row(MIN_ROW, &cells)?;
    }
    let last = table.row.saturating_sub(1);
    table.put(first, last, &Cell::new(0, 0, Content::Number(fraction), &percent(fraction)))
}

/// An amount with its 大写, which is shown only as long as the amount is the one it was written for. Typed where
/// there is no formula. Gives back its cell.
fn worded(
    table: &mut Table,
    due: &DueTable,
    line: &Worded,
    formula: Option<String>,
) -> Result<String, XlsxError> {
    let cell = at(LAST, table.row);
    let money = formats::result();
    let amount = line.amount.decimal();
    let content = match formula {
        Some(formula) => Content::formula(format!("={formula}"), Some(amount)),
        None => Content::Number(amount),
    };
    let in_cents = (amount * Decimal::ONE_HUNDRED).normalize();
    let words = format!("=IF(ROUND({cell}*100,0)={in_cents},\"{}\",\"{}\")", line.words, due.stale_words);
    let words = Content::Formula(Formula::new(words).set_result(line.words.clone()));
    let width: u32 = form::WIDTHS[2..=5].iter().sum();
    let height = text_height(&line.words, width).max(MIN_ROW);
    let cells = [
        label((0, 1), &line.label),
        Cell::new(2, 5, words, &formats::text()),
        Cell::new(LAST, LAST, content, &money),
    ];
    table.row(height, &cells)?;
    Ok(cell)
}
