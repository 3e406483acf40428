//! Rows of two sheets matched by their words, so that a row that came or went is told as one row and not as all those
//! that it moved.
//!
//! May use: `sheet_cells`.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::ops::Range;

use similar::{Algorithm, DiffOp, capture_diff_slices};

use crate::diagnostics::CellRef;
use crate::verify::read::sheet_cells::{BookCell, BookSheet, CellValue};

/// Sheets that reach further down are compared where their cells stand.
const ROWS: u32 = 100_000;
/// Where more rows than these, of both sheets together, lie between what both begin and end with, they are taken as one
/// stretch: finding what is common takes steps by the square.
const BETWEEN: usize = 4_000;
/// Stretches of more rows, or whose rows hold more cells, are matched in their order.
const STRETCH: usize = 120;
const CELLS: usize = 6_000;

/// An old sheet with its rows where the new one has them.
#[derive(Debug)]
pub struct Aligned {
    /// The old sheet without the rows that went; its formulas speak of the new rows.
    pub sheet: BookSheet,
    /// Rows that went, by their old numbers from 0.
    pub gone: BTreeSet<u32>,
    /// Rows that came, by their new numbers from 0.
    pub came: BTreeSet<u32>,
    /// Where every old row is now.
    places: BTreeMap<u32, u32>,
}

impl Aligned {
    /// What a name of the whole workbook stands for, with the cells of this sheet where they are now:
    /// `报价表!$A$1:$J$33` is `报价表!$A$1:$J$34`.
    pub fn moved(&self, meaning: &str) -> String {
        let sheet = &self.sheet.name;
        let prefixes = [format!("{sheet}!"), format!("'{}'!", sheet.replace('\'', "''"))];
        let own = prefixes.iter().find_map(|prefix| Some((prefix, meaning.strip_prefix(prefix.as_str())?)));
        own.map_or(meaning.to_owned(), |(prefix, cells)| prefix.clone() + &moved_formula(cells, &self.places))
    }
}

/// Matches the rows; none where no row came or went.
pub fn align(old: &BookSheet, new: &BookSheet) -> Option<Aligned> {
    let (before, after) = (rows(old)?, rows(new)?);
    let mut numbers = HashMap::new();
    let mut names =
        |rows: &[Row]| rows.iter().map(|row| number_of(&row.name, &mut numbers)).collect::<Vec<_>>();
    let (old_names, new_names) = (names(&before), names(&after));
    let mut pairs = Vec::new();
    for (old, new, equal) in stretches(&old_names, &new_names) {
        if equal || old.len() == new.len() {
            pairs.extend(old.zip(new));
        } else {
            let (a, b) = (before.get(old.clone())?, after.get(new.clone())?);
            pairs.extend(matched(a, b).into_iter().map(|(o, n)| (old.start + o, new.start + n)));
        }
    }
    let number = |row: usize| u32::try_from(row).unwrap_or(u32::MAX);
    let places: BTreeMap<u32, u32> = pairs.iter().map(|(old, new)| (number(*old), number(*new))).collect();
    let kept: BTreeSet<u32> = places.values().copied().collect();
    let filled = |rows: &[Row], is_kept: &dyn Fn(u32) -> bool| -> BTreeSet<u32> {
        let filled = (0_u32..).zip(rows).filter(|(_, row)| !row.cells.is_empty());
        filled.map(|(at, _)| at).filter(|at| !is_kept(*at)).collect()
    };
    let gone = filled(&before, &|row| places.contains_key(&row));
    let came = filled(&after, &|row| kept.contains(&row));
    let sheet = moved(old, &places);
    (!gone.is_empty() || !came.is_empty()).then_some(Aligned { sheet, gone, came, places })
}

/// What a row is known by.
#[derive(Clone, Debug, Default)]
struct Row {
    /// Its words, which stay while its figures change; of a row without words, its figures.
    name: String,
    /// All that it holds.
    cells: Vec<(u32, String)>,
}

fn rows(sheet: &BookSheet) -> Option<Vec<Row>> {
    let last = sheet.cells.keys().map(|cell| cell.row).max().unwrap_or(0);
    if last > ROWS {
        return None;
    }
    let mut rows = vec![Row::default(); usize::try_from(last).ok()? + 1];
    for (place, cell) in &sheet.cells {
        let row = rows.get_mut(usize::try_from(place.row).ok()?)?;
        match &cell.value {
            CellValue::Empty if cell.formula.is_none() => continue,
            CellValue::Text(text) if text.chars().any(char::is_alphabetic) => {
                row.name.push_str(&format!("{}={text}\n", place.column));
            }
            _ => {}
        }
        row.cells.push((place.column, cell.value.shown()));
    }
    for row in rows.iter_mut().filter(|row| row.name.is_empty()) {
        row.name = row.cells.iter().map(|(column, text)| format!("{column}={text}\n")).collect();
    }
    Some(rows)
}

/// The same number for the same name: rows are compared often.
fn number_of(name: &str, numbers: &mut HashMap<String, usize>) -> usize {
    let next = numbers.len();
    *numbers.entry(name.to_owned()).or_insert(next)
}

/// Both sheets cut into stretches that are equal, and stretches of which one took the place of the other.
fn stretches(old: &[usize], new: &[usize]) -> Vec<(Range<usize>, Range<usize>, bool)> {
    let common =
        |pairs: &mut dyn Iterator<Item = (&usize, &usize)>| pairs.take_while(|(o, n)| o == n).count();
    let first = common(&mut old.iter().zip(new));
    let most = old.len().min(new.len()) - first;
    let last = common(&mut old.iter().rev().zip(new.iter().rev()).take(most));
    let (old_between, new_between) = (first..old.len() - last, first..new.len() - last);
    if old_between.len() + new_between.len() > BETWEEN {
        let tail = (old_between.end..old.len(), new_between.end..new.len(), true);
        return vec![(0..first, 0..first, true), (old_between, new_between, false), tail];
    }
    let mut found: Vec<(Range<usize>, Range<usize>, bool)> = Vec::new();
    for op in capture_diff_slices(Algorithm::Myers, old, new) {
        let equal = matches!(op, DiffOp::Equal { .. });
        match found.last_mut() {
            Some((o, n, false)) if !equal => (o.end, n.end) = (op.old_range().end, op.new_range().end),
            _ => found.push((op.old_range(), op.new_range(), equal)),
        }
    }
    found
}

/// As many pairs as there can be, in their order, with the most cells in common.
fn matched(old: &[Row], new: &[Row]) -> Vec<(usize, usize)> {
    let cells = |rows: &[Row]| rows.iter().map(|row| row.cells.len()).sum::<usize>();
    if old.len().max(new.len()) > STRETCH || cells(old).max(cells(new)) > CELLS {
        return (0..old.len().min(new.len())).map(|at| (at, at)).collect();
    }
    // One more pair counts more than any blank row's; a cell in common counts more than a pair.
    let weight = |a: &Row, b: &Row| match (a.cells.is_empty(), b.cells.is_empty()) {
        (false, false) => 2 + 8 * in_common(&a.cells, &b.cells),
        _ => 1,
    };
    let weights: Vec<Vec<usize>> = old.iter().map(|a| new.iter().map(|b| weight(a, b)).collect()).collect();
    let weight = |o: usize, n: usize| weights.get(o).and_then(|row| row.get(n)).copied().unwrap_or(0);
    let width = new.len() + 1;
    let mut best = vec![0; (old.len() + 1) * width];
    let at = |best: &[usize], o: usize, n: usize| best.get(o * width + n).copied().unwrap_or(0);
    for o in (0..old.len()).rev() {
        for n in (0..new.len()).rev() {
            let pair = weight(o, n) + at(&best, o + 1, n + 1);
            let most = pair.max(at(&best, o + 1, n)).max(at(&best, o, n + 1));
            if let Some(place) = best.get_mut(o * width + n) {
                *place = most;
            }
        }
    }
    let (mut o, mut n, mut pairs) = (0, 0, Vec::new());
    while o < old.len() && n < new.len() {
        let here = at(&best, o, n);
        if here == weight(o, n) + at(&best, o + 1, n + 1) {
            pairs.push((o, n));
            (o, n) = (o + 1, n + 1);
        } else if here == at(&best, o + 1, n) {
            o += 1;
        } else {
            n += 1;
        }
    }
    pairs
}

/// How many cells of two rows are the same; both are in the order of their columns.
fn in_common(a: &[(u32, String)], b: &[(u32, String)]) -> usize {
    let mut others = b.iter().peekable();
    let same = |cell: &&(u32, String)| {
        while others.next_if(|other| other.0 < cell.0).is_some() {}
        others.peek().is_some_and(|other| **other == **cell)
    };
    a.iter().filter(same).count()
}

/// A sheet with its rows elsewhere.
fn moved(sheet: &BookSheet, places: &BTreeMap<u32, u32>) -> BookSheet {
    let at = |cell: &CellRef| Some(CellRef { row: *places.get(&cell.row)?, column: cell.column });
    let cell = |cell: &BookCell| BookCell {
        formula: cell.formula.as_deref().map(|formula| moved_formula(formula, places)),
        ..cell.clone()
    };
    let merge = |(first, last): &(CellRef, CellRef)| Some((at(first)?, at(last)?));
    BookSheet {
        cells: sheet.cells.iter().filter_map(|(place, held)| Some((at(place)?, cell(held)))).collect(),
        merges: sheet.merges.iter().filter_map(merge).collect(),
        hidden_rows: sheet.hidden_rows.iter().filter_map(|row| places.get(row).copied()).collect(),
        ..sheet.clone()
    }
}

/// A formula with the cells of its own sheet where they stand now: `D5*$E$5` is `D6*$E$6`.
fn moved_formula(formula: &str, places: &BTreeMap<u32, u32>) -> String {
    let (mut result, mut word) = (String::new(), String::new());
    let (mut quote, mut foreign) = (None, false);
    for c in formula.chars().chain(['\0']) {
        if quote.is_none() && (c.is_alphanumeric() || "$_.".contains(c)) {
            word.push(c);
            continue;
        }
        let is_cell = !foreign && c != '(' && c != '!';
        result.push_str(&if is_cell { moved_cell(&word, places) } else { word.clone() });
        word.clear();
        match quote {
            Some(open) if open == c => quote = None,
            None if c == '"' || c == '\'' => quote = Some(c),
            _ => {}
        }
        if c != '\0' {
            result.push(c);
        }
        // Sheet2!A1:B2 is on another sheet to its end.
        foreign = c == '!' || (foreign && c == ':');
    }
    result
}

/// `$E$5` with its new row; anything else as it is.
fn moved_cell(word: &str, places: &BTreeMap<u32, u32>) -> String {
    let columns = word.trim_end_matches(|c: char| c.is_ascii_digit());
    let row = word.strip_prefix(columns).and_then(|digits| digits.parse::<u32>().ok());
    let letters = columns.trim_matches('$');
    let is_cell = (1..=3).contains(&letters.len()) && letters.chars().all(|c| c.is_ascii_uppercase());
    let now = row.and_then(|row| row.checked_sub(1)).and_then(|row| places.get(&row));
    match now {
        Some(now) if is_cell => format!("{columns}{}", now + 1),
        _ => word.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A sheet of rows of words and figures; `=…` is a formula, an empty text no cell.
    fn sheet(rows: &[&[&str]]) -> BookSheet {
        let mut sheet = BookSheet::default();
        for (row, cells) in (0_u32..).zip(rows) {
            for (column, text) in (0_u32..).zip(*cells).filter(|(_, text)| !text.is_empty()) {
                let formula = text.strip_prefix('=').map(str::to_owned);
                let value = match &formula {
                    Some(_) => CellValue::Empty,
                    None if text.parse::<f64>().is_ok() => CellValue::Number((*text).to_owned()),
                    None => CellValue::Text((*text).to_owned()),
                };
                sheet
                    .cells
                    .insert(CellRef { row, column }, BookCell { value, formula, ..BookCell::default() });
            }
        }
        sheet
    }

    const OLD: [&[&str]; 5] = [
        &["明细"],
        &["高级", "120", "=B2*2"],
        &["中级", "240", "=B3*2"],
        &["初级", "60", "=B4*2"],
        &["合计", "", "=SUM(C2:C4)"],
    ];

    #[test]
    fn a_row_that_came_moves_the_others_and_their_formulas() {
        let new: [&[&str]; 6] = [
            &["明细"],
            &["高级", "125", "=B2*2"],
            &["特级", "10", "=B3*2"],
            &["中级", "240", "=B4*2"],
            &["初级", "60", "=B5*2"],
            &["合计", "", "=SUM(C2:C5)"],
        ];
        let (old, new) = (sheet(&OLD), sheet(&new));
        let aligned = align(&old, &new).unwrap();
        assert_eq!((aligned.gone.len(), &aligned.came), (0, &[2].into()));
        for place in ["A4", "B4", "C4", "A5", "C5", "A6", "C6"] {
            assert_eq!(aligned.sheet.at(place), new.at(place), "{place}");
        }
        // The figure that changed is still there to be told.
        assert_eq!(aligned.sheet.at("B2").unwrap().value.shown(), "120");
        let back = align(&new, &old).unwrap();
        assert_eq!((back.gone, back.came.len()), ([2].into(), 0));
        assert!(align(&old, &old).is_none());
        assert_eq!(aligned.moved("!$A$1:$C$5"), "!$A$1:$C$6");
        assert_eq!(aligned.moved("别的!$A$1:$C$5"), "别的!$A$1:$C$5");
    }

    #[test]
    fn of_changed_rows_those_most_alike_are_matched() {
        let old: [&[&str]; 3] = [&["题"], &["名称", "甲公司", "编号", "7"], &["周期"]];
        let new: [&[&str]; 4] = [&["题"], &["修订1"], &["名称", "乙公司", "编号", "7"], &["周期"]];
        let aligned = align(&sheet(&old), &sheet(&new)).unwrap();
        assert_eq!((aligned.gone.len(), aligned.came), (0, [1].into()));
        assert_eq!(aligned.sheet.at("B3").unwrap().value.shown(), "甲公司");
    }

    /// However many rows came, what is before and behind them is matched, and only the rows between are looked at.
    #[test]
    fn many_rows_that_came_are_one_stretch() {
        let filler: Vec<String> = (0..50_000).map(|at| format!("加行{at}")).collect();
        let mut new: Vec<Vec<&str>> = OLD.iter().map(|row| row.to_vec()).collect();
        new.splice(3..3, filler.iter().map(|text| vec![text.as_str(), "1"]));
        let new: Vec<&[&str]> = new.iter().map(Vec::as_slice).collect();
        let aligned = align(&sheet(&OLD), &sheet(&new)).unwrap();
        assert_eq!((aligned.gone.len(), aligned.came.len()), (0, 50_000));
        assert_eq!(aligned.came.first().zip(aligned.came.last()), Some((&3, &50_002)));
        assert_eq!(aligned.sheet.at("B50004").unwrap().value.shown(), "60");
        // Without a beginning or an end in common all is one stretch.
        let (old, new): (Vec<usize>, Vec<usize>) = ((0..3_000).collect(), (5_000..9_000).collect());
        let parts: Vec<_> =
            stretches(&old, &new).into_iter().filter(|(o, n, _)| o.len() + n.len() > 0).collect();
        assert_eq!(parts, [(0..3_000, 0..4_000, false)]);
        assert_eq!(matched(&vec![Row::default(); 3_000], &vec![Row::default(); 4_000]).len(), 3_000);
    }

    #[test]
    fn rows_without_words_are_known_by_their_figures() {
        let old: [&[&str]; 3] = [&["1", "10"], &["2", "20"], &["3", "30"]];
        let new: [&[&str]; 4] = [&["1", "10"], &["9", "90"], &["2", "20"], &["3", "35"]];
        let aligned = align(&sheet(&old), &sheet(&new)).unwrap();
        assert_eq!((aligned.gone.len(), aligned.came), (0, [1].into()));
        assert_eq!(aligned.sheet.at("B4").unwrap().value.shown(), "30");
    }

    #[test]
    fn only_cells_of_the_sheet_itself_are_moved() {
        let places = BTreeMap::from([(4, 5), (1, 1)]);
        for (formula, moved) in [
            ("ROUND(F5*(1+$H$5),2)", "ROUND(F6*(1+$H$6),2)"),
            ("Sheet2!A5:B5+A5", "Sheet2!A5:B5+A6"),
            ("'附 5'!A5&\"A5\"&A5", "'附 5'!A5&\"A5\"&A6"),
            ("LOG10(A2)+A50", "LOG10(A2)+A50"),
        ] {
            assert_eq!(moved_formula(formula, &places), moved);
        }
    }
}
