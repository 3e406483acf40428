//! Formulas that cells of an .xls share (filled down in Excel, always in LibreOffice): one token string with
//! relative references, which calamine leaves out. Here it is written out for a cell, in A1 notation.
//!
//! Only what [`super::formula`] can take apart is translated; anything else gives `None`.
//!
//! May use: `cfb` for numbers, `diagnostics`.

use super::cfb::u16_at;
use crate::diagnostics::CellRef;

/// Functions by their numbers (MS-XLS 2.5.198.17), with their count of arguments where it is fixed.
const FUNCTIONS: [(u16, &str, usize); 13] = [
    (1, "IF", 0),
    (4, "SUM", 0),
    (5, "AVERAGE", 0),
    (6, "MIN", 0),
    (7, "MAX", 0),
    (24, "ABS", 1),
    (25, "INT", 1),
    (27, "ROUND", 2),
    (36, "AND", 0),
    (183, "PRODUCT", 0),
    (212, "ROUNDUP", 2),
    (213, "ROUNDDOWN", 2),
    (228, "SUMPRODUCT", 0),
];

/// Longer formulas are hostile.
const LONGEST: usize = 8_192;

/// The shared formula as it reads in a cell.
pub fn expand(tokens: &[u8], cell: CellRef) -> Option<String> {
    let mut rest = tokens;
    let mut stack: Vec<String> = Vec::new();
    while let Some((token, after)) = rest.split_first() {
        rest = after;
        let size = operand_size(*token, rest)?;
        let data = rest.get(..size)?;
        rest = &rest[size..];
        let text = match token {
            0x03..=0x07 | 0x09..=0x0e => {
                let (right, left) = (stack.pop()?, stack.pop()?);
                format!("{left}{}{right}", operator(*token)?)
            }
            0x12 => format!("+{}", stack.pop()?),
            0x13 => format!("-{}", stack.pop()?),
            0x14 => format!("{}%", stack.pop()?),
            0x15 => format!("({})", stack.pop()?),
            0x16 => String::new(),
            // Hints for how to calculate: the formula reads the same without them.
            0x19 if data.first()? & 0x10 == 0 => continue,
            // A SUM with one argument has a form of its own.
            0x19 => format!("SUM({})", stack.pop()?),
            0x1d => if *data.first()? == 0 { "FALSE" } else { "TRUE" }.to_owned(),
            0x1e => u16_at(data, 0)?.to_string(),
            0x1f => super::number::from_float(f64::from_le_bytes(*data.first_chunk()?))?.to_string(),
            0x21 | 0x41 | 0x61 => call(&mut stack, u16_at(data, 0)?, None)?,
            0x22 | 0x42 | 0x62 => {
                call(&mut stack, u16_at(data, 1)?, Some(usize::from(data.first()? & 0x7f)))?
            }
            0x24 | 0x44 | 0x64 | 0x2c | 0x4c | 0x6c => {
                reference(u16_at(data, 0)?, u16_at(data, 2)?, *token, cell)?
            }
            0x25 | 0x45 | 0x65 | 0x2d | 0x4d | 0x6d => {
                let first = reference(u16_at(data, 0)?, u16_at(data, 4)?, *token, cell)?;
                let last = reference(u16_at(data, 2)?, u16_at(data, 6)?, *token, cell)?;
                format!("{first}:{last}")
            }
            _ => return None,
        };
        if text.len() > LONGEST {
            return None;
        }
        stack.push(text);
    }
    let formula = stack.pop()?;
    stack.is_empty().then_some(formula)
}

/// Bytes that follow a token.
fn operand_size(token: u8, rest: &[u8]) -> Option<usize> {
    Some(match token {
        0x03..=0x16 => 0,
        // A choice (IF, CHOOSE) carries a table of jumps.
        0x19 if rest.first()? & 0x04 != 0 => 3 + 2 * (usize::from(u16_at(rest, 1)?) + 1),
        0x19 => 3,
        0x1d => 1,
        0x1e | 0x21 | 0x41 | 0x61 => 2,
        0x22 | 0x42 | 0x62 => 3,
        0x1f => 8,
        0x24 | 0x44 | 0x64 | 0x2c | 0x4c | 0x6c => 4,
        0x25 | 0x45 | 0x65 | 0x2d | 0x4d | 0x6d => 8,
        _ => return None,
    })
}

fn operator(token: u8) -> Option<&'static str> {
    const OPERATORS: [(u8, &str); 11] = [
        (0x03, "+"),
        (0x04, "-"),
        (0x05, "*"),
        (0x06, "/"),
        (0x07, "^"),
        (0x09, "<"),
        (0x0a, "<="),
        (0x0b, "="),
        (0x0c, ">="),
        (0x0d, ">"),
        (0x0e, "<>"),
    ];
    OPERATORS.iter().find(|(known, _)| *known == token).map(|(_, text)| *text)
}

/// A function over the topmost arguments.
fn call(stack: &mut Vec<String>, number: u16, given: Option<usize>) -> Option<String> {
    let (_, name, fixed) = FUNCTIONS.iter().find(|(known, _, _)| *known == number)?;
    let count = given.unwrap_or(*fixed);
    let arguments = stack.split_off(stack.len().checked_sub(count)?);
    Some(format!("{name}({})", arguments.join(",")))
}

/// A cell by row and column. In the `N` tokens what is relative is an offset from the cell the formula is in.
fn reference(row: u16, column: u16, token: u8, cell: CellRef) -> Option<String> {
    let is_offset = token & 0x1f >= 0x0c;
    let (row_relative, column_relative) = (column & 0x8000 != 0, column & 0x4000 != 0);
    let low = u8::try_from(column & 0x00ff).ok()?;
    let row = if row_relative && is_offset { u16::try_from(cell.row).ok()?.wrapping_add(row) } else { row };
    let column =
        if column_relative && is_offset { u8::try_from(cell.column).ok()?.wrapping_add(low) } else { low };
    let name = CellRef { row: u32::from(row), column: u32::from(column) }.to_string();
    let digits = name.find(|c: char| c.is_ascii_digit())?;
    let (letters, digits) = name.split_at(digits);
    let dollar = |relative: bool| if relative { "" } else { "$" };
    Some(format!("{}{letters}{}{digits}", dollar(column_relative), dollar(row_relative)))
}
