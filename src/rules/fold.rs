//! The same fault all the way down a column, told once.
//!
//! May use: `diagnostics`.

use std::collections::HashMap;

use crate::diagnostics::{CellRef, Diagnostic, Origin, Severity};

/// More findings of one rule in one column than this are told together.
const TOLD_ONE_BY_ONE: usize = 4;

/// So many of the other cells are named to people.
const NAMED: usize = 200;
/// So many of them are told to programs.
const REPEATS: usize = 2_000;
/// What the message of the first goes on with.
const ALSO: &str = "；同一列还有";

/// The same fault all the way down a column is one thing to mend: told at its first cell, with the names of the others.
pub(super) fn fold(found: Vec<Diagnostic>) -> Vec<Diagnostic> {
    let mut columns: Vec<Vec<(CellRef, usize)>> = Vec::new();
    let mut of_key: HashMap<Column<'_>, Vec<usize>> = HashMap::new();
    // How many findings of a column each cell has had.
    let mut of_cell: HashMap<(Column<'_>, CellRef), usize> = HashMap::new();
    let mut column_of_finding: Vec<Option<usize>> = Vec::with_capacity(found.len());
    for (index, diagnostic) in found.iter().enumerate() {
        column_of_finding.push(column_of(diagnostic).map(|(key, cell)| {
            // What else is wrong with a cell is another fault: it goes with the others of its own kind.
            let nth = of_cell.entry((key, cell)).or_default();
            let of_key = of_key.entry(key).or_default();
            let column = of_key.get(*nth).copied().unwrap_or_else(|| {
                columns.push(Vec::new());
                of_key.push(columns.len() - 1);
                columns.len() - 1
            });
            *nth += 1;
            columns[column].push((cell, index));
            column
        }));
    }
    let mut told = Vec::with_capacity(found.len());
    for (index, (diagnostic, column)) in found.iter().zip(&column_of_finding).enumerate() {
        let cells = column.map(|column| columns[column].as_slice());
        match cells.filter(|cells| cells.len() > TOLD_ONE_BY_ONE) {
            None => told.push(diagnostic.clone()),
            Some([(_, first), rest @ ..]) if *first == index => {
                told.push(with_repeats(diagnostic, rest, &found))
            }
            Some(_) => {}
        }
    }
    told
}

/// A finding that also tells of the same fault further down its column.
fn with_repeats(first: &Diagnostic, rest: &[(CellRef, usize)], found: &[Diagnostic]) -> Diagnostic {
    let repeats = rest.iter().take(REPEATS).filter_map(|(_, index)| found.get(*index));
    let repeats: Vec<_> = repeats.map(|repeat| (repeat.origin.clone(), repeat.message.clone())).collect();
    let cells: Vec<String> = rest.iter().take(NAMED).map(|(cell, _)| cell.to_string()).collect();
    let etc = if rest.len() > NAMED { " 等" } else { "" };
    let message = format!("{}{ALSO} {} 处同样的问题：{}{etc}", first.message, rest.len(), cells.join("、"));
    Diagnostic { message, repeats, ..first.clone() }
}

/// The finding at its own place alone, in its own words, then each of its repeats: for who tells them one by one.
pub fn unfold(finding: &Diagnostic) -> Vec<(&Origin, &str)> {
    let folded = (!finding.repeats.is_empty()).then(|| finding.message.rsplit_once(ALSO)).flatten();
    let own = folded.map_or(finding.message.as_str(), |(own, _)| own);
    let repeats = finding.repeats.iter().map(|(origin, message)| (origin, message.as_str()));
    std::iter::once((&finding.origin, own)).chain(repeats).collect()
}

/// A column of a sheet, for findings of one severity.
type Column<'a> = (Severity, &'a str, &'a str, u32);

/// The column a finding points into, and its cell.
fn column_of(diagnostic: &Diagnostic) -> Option<(Column<'_>, CellRef)> {
    match &diagnostic.origin {
        Origin::Cell(place) => {
            Some(((diagnostic.severity, &*place.file, &*place.sheet, place.cell.column), place.cell))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compute::testing::cell_origin;

    #[test]
    fn several_faults_of_one_cell_are_not_one() {
        let finding = |cell: &str, message: &str| Diagnostic {
            id: "F002",
            severity: Severity::Error,
            message: message.into(),
            expected: None,
            clause: String::new(),
            help: String::new(),
            origin: cell_origin(cell),
            labels: Vec::new(),
            repeats: Vec::new(),
        };
        let names = ["一", "二", "三", "四", "五"];
        let told = fold(names.iter().map(|name| finding("A2", name)).collect());
        assert_eq!(told.len(), 5);
        // Two faults down a column are told once each.
        let cells = ["C1", "C2", "C3", "C4", "C5"];
        let found = cells.iter().flat_map(|cell| ["甲", "乙"].map(|message| finding(cell, message)));
        let told: Vec<String> = fold(found.collect()).into_iter().map(|told| told.message).collect();
        assert_eq!(told.len(), 2, "{told:?}");
        let found = fold(cells.iter().map(|cell| finding(cell, "甲")).collect());
        let alone = unfold(&found[0]);
        assert_eq!(alone.len(), 5);
        assert!(alone.iter().zip(cells).all(|(one, cell)| *one == (&cell_origin(cell), "甲")), "{alone:?}");
        assert!(told[0].starts_with("甲；同一列还有 4 处") && told[1].starts_with("乙；"), "{told:?}");
    }
}
