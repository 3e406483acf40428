//! A supplier's quotation (附件3) as it was found in the sheet: nothing is corrected here, rules judge it.

use std::ops::Range;

use rust_decimal::Decimal;

use crate::diagnostics::{Located, Origin};

/// What stood in a cell that should hold a number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CellNumber {
    /// Nothing at all.
    Empty,
    /// A number, typed as one or as text (full-width digits, ￥, 元, commas and spaces already removed). For a
    /// percentage such as `6%` the fraction.
    Number(Decimal),
    /// A formula with its stored result, and its result worked out anew where hetong can evaluate it.
    Formula {
        /// As written, without `=`.
        formula: String,
        /// The stored result.
        cached: Decimal,
        /// The result worked out from the sheet's own cells; `None` where the formula uses more than we know.
        recomputed: Option<Decimal>,
    },
    /// A formula whose result was never stored: the file was not calculated before it was saved.
    FormulaWithoutValue(String),
    /// Something that is not a number, as it stands.
    Text(String),
    /// A spreadsheet error such as `#DIV/0!`.
    Error(String),
}

impl CellNumber {
    /// The number, if there is one: typed, or a formula's stored result.
    pub fn number(&self) -> Option<Decimal> {
        match self {
            CellNumber::Number(number) | CellNumber::Formula { cached: number, .. } => Some(*number),
            _ => None,
        }
    }

    /// Whether a formula gave the number.
    pub fn is_formula(&self) -> bool {
        matches!(self, CellNumber::Formula { .. } | CellNumber::FormulaWithoutValue(_))
    }
}

/// Why a formula's result can't be confirmed from the workbook alone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Doubt {
    /// It, or a cell that it rests on, takes a figure from another file.
    OtherFile,
    /// It depends on itself, or on more than can be followed.
    Circular,
    /// A spreadsheet would show an error.
    Mistake,
    /// It uses more of the formula language than we know.
    Unknown,
}

/// A formula whose result can't be confirmed, and the cell that is to blame.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DoubtfulFormula {
    /// Why.
    pub doubt: Doubt,
    /// The formula to blame, without `=`.
    pub formula: String,
    /// Its cell: the price's own, or one that it rests on.
    pub origin: Origin,
}

/// A cell of the quotation and where it is. `None` where the sheet has no such column.
pub type NumberCell = Option<Located<CellNumber>>;

/// One 岗位 × 级别 line of the sheet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QuotationRow {
    /// 岗位职责, from the merged cell that covers the row; spaces trimmed.
    pub post: Located<String>,
    /// 级别; spaces trimmed.
    pub level: Located<String>,
    /// 预估工作量, 人天.
    pub workload: NumberCell,
    /// 不含税单价, 元/人天.
    pub net_price: NumberCell,
    /// Where 不含税单价 is a formula whose stored result can't be confirmed: why. It is the one figure that the
    /// contract takes over.
    pub price_doubt: Option<DoubtfulFormula>,
    /// 含税单价, 元/人天.
    pub gross_price: NumberCell,
    /// 增值税税率 as a fraction, from the merged cell that covers the row.
    pub rate: NumberCell,
    /// 不含税总价, 元.
    pub net_total: NumberCell,
    /// 含税总价, 元.
    pub gross_total: NumberCell,
}

/// The 合计 row of the sheet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QuotationTotals {
    /// 不含税总价 合计, 元.
    pub net_total: NumberCell,
    /// 含税总价 合计, 元.
    pub gross_total: NumberCell,
}

/// A 小计 row, a 合计 that is not the last one, or a cell that is merged over several lines.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QuotationSubtotal {
    /// Its words: 小计, 运维支撑小计.
    pub label: Located<String>,
    /// The 岗位 that its row stands under, where one is merged over it or written in it.
    pub post: String,
    /// How many of the lines stand above it.
    pub after: usize,
    /// The lines that it is merged over, where it stands beside them.
    pub beside: Option<Range<usize>>,
    /// 预估工作量, 人天. Like the others only where the row's own cell holds something.
    pub workload: NumberCell,
    /// 不含税总价, 元.
    pub net_total: NumberCell,
    /// 含税总价, 元.
    pub gross_total: NumberCell,
}

/// A quotation as found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Quotation {
    /// The sheet it stands on.
    pub origin: Origin,
    /// The lines, in the sheet's order.
    pub rows: Vec<QuotationRow>,
    /// The 小计 rows, in the sheet's order.
    pub subtotals: Vec<QuotationSubtotal>,
    /// The 合计 row, where there is one.
    pub totals: Option<QuotationTotals>,
}
