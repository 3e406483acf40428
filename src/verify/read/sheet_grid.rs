//! One worksheet's part read into cells.
//!
//! May use: `sheet_cells` for what it fills, `sheet_limits`, `sheet_parts`.

use quick_xml::events::{BytesStart, Event};

use super::sheet_cells::{BookCell, BookSheet, CellValue, SheetReadError};
use super::sheet_limits as limits;
use super::sheet_parts::{Context, attribute, broken, cell_ref, is_set, no_xml, reader, row_of, take_text};
use crate::diagnostics::CellRef;

/// What a workbook may still hold, of all its sheets together.
pub struct Budget {
    cells: usize,
    text: usize,
}

impl Default for Budget {
    fn default() -> Self {
        Self { cells: limits::CELLS, text: limits::TEXT }
    }
}

impl Budget {
    fn take(&mut self, cell: &BookCell) -> Result<(), SheetReadError> {
        let text = match &cell.value {
            CellValue::Number(text) | CellValue::Text(text) | CellValue::Error(text) => text.len(),
            CellValue::Empty | CellValue::Bool(_) => 0,
        };
        let text = text + cell.formula.as_ref().map_or(0, String::len);
        self.cells = self.cells.checked_sub(1).ok_or_else(|| too_large("超过 300,000 个单元格"))?;
        self.text = self.text.checked_sub(text).ok_or_else(|| too_large("文字和公式超过 32 MB"))?;
        Ok(())
    }
}

fn too_large(what: &str) -> SheetReadError {
    SheetReadError::TooLarge(what.to_owned())
}

/// The cell that is being read.
struct Open {
    place: CellRef,
    kind: String,
    style: usize,
    value: String,
    text: String,
    formula: Option<String>,
    /// Whether a part of its own text cannot be read.
    hides: bool,
}

/// Where text that comes belongs.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Within {
    Value,
    Formula,
    Text,
    Nothing,
}

/// Reads one sheet; its name stands elsewhere.
pub fn read(part: &[u8], context: &Context, budget: &mut Budget) -> Result<BookSheet, SheetReadError> {
    let mut sheet = BookSheet::default();
    let mut reader = reader(part);
    let mut within = Within::Nothing;
    let mut open: Option<Open> = None;
    // Where a row or cell without an address of its own stands.
    let (mut next_row, mut next_column) = (0, 0);
    loop {
        let event = reader.read_event().map_err(no_xml)?;
        match &event {
            Event::Start(element) => match element.local_name().as_ref() {
                "row" => {
                    let row = row_of(element, next_row);
                    if is_set(element, "hidden") {
                        sheet.hidden_rows.push(row);
                        within_limits(&sheet)?;
                    }
                    (next_row, next_column) = (row.saturating_add(1), 0);
                }
                "c" => {
                    let cell = start(element, next_row.saturating_sub(1), next_column)?;
                    next_column = cell.place.column.saturating_add(1);
                    open = Some(cell);
                }
                "v" => within = Within::Value,
                "t" if open.is_some() => within = Within::Text,
                "f" => {
                    within = Within::Formula;
                    if let Some(cell) = &mut open {
                        cell.formula = Some(String::new());
                    }
                }
                _ => {
                    match &mut open {
                        Some(cell) => cell.hides |= context.palette.hides(element),
                        None => layout(element, &mut sheet),
                    }
                    within_limits(&sheet)?;
                }
            },
            Event::End(element) => match element.local_name().as_ref() {
                "v" | "t" | "f" => within = Within::Nothing,
                "c" => {
                    if let Some((place, cell)) = open.take().and_then(|cell| finish(cell, context)) {
                        budget.take(&cell)?;
                        sheet.cells.insert(place, cell);
                    }
                }
                _ => {}
            },
            Event::Eof => {
                let width = |(a, b): &(CellRef, CellRef)| u64::from(b.column.saturating_sub(a.column)) + 1;
                if sheet.merges.iter().map(width).sum::<u64>() > limits::MERGED_COLUMNS {
                    return Err(too_large("一张工作表的合并单元格合计超过 2,000,000 列"));
                }
                return Ok(sheet);
            }
            other => {
                if let Some(cell) = &mut open {
                    match within {
                        Within::Value => take_text(other, &mut cell.value),
                        Within::Text => take_text(other, &mut cell.text),
                        Within::Formula => {
                            if let Some(formula) = &mut cell.formula {
                                take_text(other, formula);
                            }
                        }
                        Within::Nothing => {}
                    }
                }
            }
        }
    }
}

/// Merged and hidden cells are counted as they come.
fn within_limits(sheet: &BookSheet) -> Result<(), SheetReadError> {
    if sheet.merges.len() > limits::MERGES {
        return Err(too_large("一张工作表的合并单元格超过 100,000 处"));
    }
    if sheet.hidden_rows.len().max(sheet.hidden_columns.len()) > limits::HIDDEN {
        return Err(too_large("一张工作表隐藏的行、列超过 100,000 处"));
    }
    Ok(())
}

/// Protection, hidden columns, merged cells.
fn layout(element: &BytesStart<'_>, sheet: &mut BookSheet) {
    match element.local_name().as_ref() {
        "sheetProtection" => sheet.protected = is_set(element, "sheet"),
        "col" if is_set(element, "hidden") => {
            let number = |name| attribute(element, name).and_then(|text| text.parse::<u32>().ok());
            if let (Some(first), Some(last)) = (number("min"), number("max")) {
                sheet.hidden_columns.push((first.saturating_sub(1), last.saturating_sub(1)));
            }
        }
        "mergeCell" => {
            let region = attribute(element, "ref");
            let corners = region.as_deref().and_then(|text| text.split_once(':'));
            if let Some((first, last)) = corners.and_then(|(a, b)| cell_ref(a).zip(cell_ref(b))) {
                sheet.merges.push((first, last));
            }
        }
        _ => {}
    }
}

/// A cell begins.
fn start(element: &BytesStart<'_>, row: u32, column: u32) -> Result<Open, SheetReadError> {
    let place = match attribute(element, "r") {
        Some(text) => cell_ref(&text).ok_or_else(|| broken(format!("单元格地址“{text}”不对")))?,
        None => CellRef { row, column },
    };
    let style = attribute(element, "s").and_then(|style| style.parse().ok()).unwrap_or(0);
    Ok(Open {
        place,
        kind: attribute(element, "t").unwrap_or_default(),
        style,
        value: String::new(),
        text: String::new(),
        formula: None,
        hides: false,
    })
}

/// A cell that has ended, if it holds anything.
fn finish(open: Open, context: &Context) -> Option<(CellRef, BookCell)> {
    let mut hides = open.hides;
    let value = match open.kind.as_str() {
        "s" => {
            let number = open.value.trim().parse::<usize>().ok();
            let text = number.and_then(|number| context.strings.get(number));
            hides |= number.is_some_and(|number| context.hidden_runs.contains(&number));
            // A string that is not there must not pass for a blank.
            text.map_or_else(
                || CellValue::Error("#字符串缺失".to_owned()),
                |text| CellValue::Text(text.clone()),
            )
        }
        "str" => CellValue::Text(open.value),
        "inlineStr" => CellValue::Text(open.text),
        "b" => CellValue::Bool(open.value.trim() == "1"),
        "e" => CellValue::Error(open.value),
        "d" => CellValue::Text(open.value),
        _ if open.value.trim().is_empty() => CellValue::Empty,
        _ => CellValue::Number(open.value.trim().to_owned()),
    };
    let is_nothing =
        matches!(&value, CellValue::Empty) || matches!(&value, CellValue::Text(text) if text.is_empty());
    if is_nothing && open.formula.is_none() {
        return None;
    }
    let format = context.formats.get(open.style).cloned().flatten();
    let of_style = context.unreadable.get(open.style).cloned().flatten();
    let unreadable = of_style.or_else(|| hides.then(|| "有一部分文字看不见，或有删除线".to_owned()));
    Some((open.place, BookCell { value, formula: open.formula, format, unreadable }))
}
