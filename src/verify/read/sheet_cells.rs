//! Every cell of a finished workbook, as the file has it.
//!
//! Read straight from the XML: not by the reader of suppliers' sheets, and not by the writer. A number stays the very
//! digits that stand in the file.
//!
//! May use: `sheet_parts`, `diagnostics` for cell names, `guard`.

use std::collections::BTreeMap;

use super::guard;
use super::sheet_parts;
use crate::diagnostics::CellRef;

/// A workbook as read.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Book {
    /// Its sheets in tab order.
    pub sheets: Vec<BookSheet>,
    /// Defined names and what they stand for; those of one sheet as `<sheet>!<name>`.
    pub names: BTreeMap<String, String>,
    /// Macros and other things beside its sheets.
    pub beside: Vec<String>,
}

/// A sheet.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct BookSheet {
    /// Its name.
    pub name: String,
    /// Whether its tab cannot be seen.
    pub hidden: bool,
    /// Whether it is protected against changes.
    pub protected: bool,
    /// Cells that hold something.
    pub cells: BTreeMap<CellRef, BookCell>,
    /// Merged cells, first and last.
    pub merges: Vec<(CellRef, CellRef)>,
    /// Hidden rows, counted from 0.
    pub hidden_rows: Vec<u32>,
    /// Hidden columns, counted from 0, first and last.
    pub hidden_columns: Vec<(u32, u32)>,
    /// What lies beside, over and under the cells: `F5 处的文本框或图形“99,999.99”`, `F5:F9 的条件格式`.
    pub beside: Vec<String>,
}

/// A cell.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BookCell {
    /// What it holds, or its formula's stored result.
    pub value: CellValue,
    /// Its formula, without `=`.
    pub formula: Option<String>,
    /// Its number format, such as `#,##0.00`; none for the general one.
    pub format: Option<String>,
    /// Why it cannot be read as it should; none where it can.
    pub unreadable: Option<String>,
}

/// What a cell holds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum CellValue {
    /// Nothing: a formula without a stored result.
    #[default]
    Empty,
    /// A number, as it is written in the file.
    Number(String),
    /// Text.
    Text(String),
    /// 真 or 假.
    Bool(bool),
    /// `#DIV/0!` and the like.
    Error(String),
}

impl CellValue {
    /// As one reads it.
    pub fn shown(&self) -> String {
        match self {
            CellValue::Empty => String::new(),
            CellValue::Number(text) | CellValue::Text(text) | CellValue::Error(text) => text.clone(),
            CellValue::Bool(value) => if *value { "TRUE" } else { "FALSE" }.to_owned(),
        }
    }

    /// What kind of thing it is, in Chinese.
    pub fn kind(&self) -> &'static str {
        match self {
            CellValue::Empty => "空白",
            CellValue::Number(_) => "数值",
            CellValue::Text(_) => "文本",
            CellValue::Bool(_) => "逻辑值",
            CellValue::Error(_) => "错误值",
        }
    }
}

impl Book {
    /// The sheet of a name.
    pub fn sheet(&self, name: &str) -> Option<&BookSheet> {
        self.sheets.iter().find(|sheet| sheet.name == name)
    }
}

impl BookSheet {
    /// The cell at a place such as `F12`.
    pub fn at(&self, place: &str) -> Option<&BookCell> {
        self.cells.get(&sheet_parts::cell_ref(place)?)
    }
}

/// Why a workbook could not be read; the words complete “无法读取：…”.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SheetReadError {
    /// No workbook, cut off, or damaged.
    #[error("不是有效的 xlsx 工作簿：{0}")]
    Broken(String),
    /// More than a contract's annex can be.
    #[error("工作簿超出限制：{0}")]
    TooLarge(String),
}

/// Reads a workbook.
pub fn read(bytes: &[u8]) -> Result<Book, SheetReadError> {
    let broken = || Err(SheetReadError::Broken("文件内部结构损坏".to_owned()));
    guard::guarded(|| sheet_parts::read(bytes)).unwrap_or_else(broken)
}
