//! Works a formula out anew in exact decimals from the sheet's own cells.
//!
//! Where a cell it refers to has a formula that goes beyond what we know, that cell's stored result is used, since
//! it is what the sheet shows. Cycles, mistakes (text times a number, division by zero) and anything unknown give
//! `None`, never a guess. Results are rounded to fifteen significant digits, as stored results are.
//!
//! May use: `formula`, `grid`, `model::quotation`.

use std::collections::{HashMap, HashSet};

use rust_decimal::{Decimal, RoundingStrategy};

use super::formula::{self, Expression, Operator};
use super::functions;
use super::grid::{Region, Value, Workbook};
use super::number::SIGNIFICANT_DIGITS;
use crate::diagnostics::CellRef;
use crate::model::quotation::{Doubt, DoubtfulFormula};

/// Nested steps, over all cells a formula depends on.
const DEPTH: usize = 400;
/// Steps for one workbook: a quotation takes some thousands.
const STEPS: usize = 2_000_000;
/// Cells of one range.
const RANGE: u64 = 200_000;

/// One value in a formula.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Operand {
    Blank,
    Number(Decimal),
    Text(String),
    Bool(bool),
}

/// A value or a rectangle of them, row by row.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Item {
    One(Operand),
    Many { columns: usize, values: Vec<Operand> },
}

/// Why there is no result.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Failure {
    /// Beyond what we know.
    Unknown,
    /// A spreadsheet would show an error, too.
    Mistake,
    /// It depends on itself, or takes too long.
    Endless,
}

pub(super) type Outcome<T> = Result<T, Failure>;

/// A sheet and a cell.
type Place = (usize, CellRef);

/// What a formula came to, and the cell whose stored result it rests on, if any.
type Known = (Outcome<Operand>, Option<Place>);

/// Evaluates formulas of one workbook, each cell once.
pub struct Evaluator<'a> {
    workbook: &'a Workbook,
    known: HashMap<(usize, CellRef), Known>,
    busy: HashSet<(usize, CellRef)>,
    /// The first cell whose stored result was taken as it stands, since what is being worked out began.
    leaned: Option<Place>,
    depth: usize,
    steps: usize,
}

impl<'a> Evaluator<'a> {
    /// For the cells of a workbook.
    pub fn new(workbook: &'a Workbook) -> Self {
        Self { workbook, known: HashMap::new(), busy: HashSet::new(), leaned: None, depth: 0, steps: 0 }
    }

    /// What the formula in a cell gives, if it gives a number.
    pub fn recompute(&mut self, sheet: usize, cell: CellRef) -> Option<Decimal> {
        let formula = self.formula_of((sheet, cell))?;
        let outcome = self.formula(sheet, cell, formula);
        match outcome {
            Ok(Operand::Number(number)) => {
                let rounded =
                    number.round_sf_with_strategy(SIGNIFICANT_DIGITS, RoundingStrategy::MidpointAwayFromZero);
                rounded.map(|rounded| rounded.normalize())
            }
            Ok(Operand::Blank) => Some(Decimal::ZERO),
            _ => None,
        }
    }

    /// Why the result of the formula in a cell can't be confirmed from this workbook, and which formula is to blame:
    /// its own, or one that it rests on. None where it can, and where there is no formula.
    pub fn doubt(&mut self, sheet: usize, cell: CellRef) -> Option<DoubtfulFormula> {
        let formula = self.formula_of((sheet, cell))?;
        self.leaned = None;
        let outcome = self.formula(sheet, cell, formula);
        let to_blame = self.leaned.take().unwrap_or((sheet, cell));
        let formula = self.formula_of(to_blame)?;
        let doubt = match outcome {
            Ok(Operand::Number(_) | Operand::Blank) if to_blame == (sheet, cell) => return None,
            Err(Failure::Endless) => Doubt::Circular,
            Err(Failure::Mistake) => Doubt::Mistake,
            _ if formula::names_other_file(formula) => Doubt::OtherFile,
            _ => Doubt::Unknown,
        };
        let origin = self.workbook.origin(self.workbook.sheets.get(to_blame.0)?, to_blame.1);
        Some(DoubtfulFormula { doubt, formula: formula.to_owned(), origin })
    }

    fn formula_of(&self, (sheet, cell): Place) -> Option<&'a str> {
        self.workbook.sheets.get(sheet)?.cells.get(&cell)?.formula.as_deref()
    }

    /// The formula in a cell, worked out once.
    fn formula(&mut self, sheet: usize, cell: CellRef, formula: &str) -> Outcome<Operand> {
        if let Some((outcome, leaned)) = self.known.get(&(sheet, cell)) {
            self.leaned = self.leaned.or(*leaned);
            return outcome.clone();
        }
        if !self.busy.insert((sheet, cell)) {
            return Err(Failure::Endless);
        }
        let before = self.leaned.take();
        let expression = formula::parse(formula).ok_or(Failure::Unknown);
        let outcome = expression.and_then(|expression| self.scalar(sheet, &expression));
        self.busy.remove(&(sheet, cell));
        self.known.insert((sheet, cell), (outcome.clone(), self.leaned));
        self.leaned = before.or(self.leaned);
        outcome
    }

    /// What a cell counts for in another's formula.
    fn cell(&mut self, sheet: usize, place: CellRef) -> Outcome<Operand> {
        let Some(cell) = self.workbook.sheets.get(sheet).and_then(|sheet| sheet.cells.get(&place)) else {
            return Ok(Operand::Blank);
        };
        if let Some(formula) = &cell.formula {
            match self.formula(sheet, place, formula) {
                Err(Failure::Unknown) if cell.value != Value::Empty => {
                    self.leaned = self.leaned.or(Some((sheet, place)));
                }
                outcome => return outcome,
            }
        }
        match &cell.value {
            Value::Empty => Ok(Operand::Blank),
            Value::Number(number) => Ok(Operand::Number(*number)),
            Value::Text(text) => Ok(Operand::Text(text.clone())),
            Value::Bool(value) => Ok(Operand::Bool(*value)),
            Value::Error(_) => Err(Failure::Mistake),
            Value::Date(_) | Value::Huge(_) => Err(Failure::Unknown),
        }
    }

    /// An expression that must give one value.
    pub(super) fn scalar(&mut self, sheet: usize, expression: &Expression) -> Outcome<Operand> {
        match self.evaluate(sheet, expression)? {
            Item::One(operand) => Ok(operand),
            // A range where one value is wanted means "the cell of this row" in old Excel: not worth the risk.
            Item::Many { .. } => Err(Failure::Unknown),
        }
    }

    /// An expression.
    pub(super) fn evaluate(&mut self, sheet: usize, expression: &Expression) -> Outcome<Item> {
        self.steps += 1;
        if self.depth >= DEPTH || self.steps > STEPS {
            return Err(Failure::Endless);
        }
        self.depth += 1;
        let item = self.step(sheet, expression);
        self.depth -= 1;
        item
    }

    fn step(&mut self, sheet: usize, expression: &Expression) -> Outcome<Item> {
        match expression {
            Expression::Number(number) => Ok(Item::One(Operand::Number(*number))),
            Expression::Text(text) => Ok(Item::One(Operand::Text(text.clone()))),
            Expression::Reference(name, region) => {
                let sheet = match name {
                    Some(name) => self.sheet(name)?,
                    None => sheet,
                };
                self.region(sheet, region)
            }
            Expression::Negate(inner) => {
                let zero = Item::One(Operand::Number(Decimal::ZERO));
                let inner = self.evaluate(sheet, inner)?;
                broadcast(Operator::Subtract, &zero, &inner)
            }
            Expression::Percent(inner) => {
                let hundred = Item::One(Operand::Number(Decimal::ONE_HUNDRED));
                let inner = self.evaluate(sheet, inner)?;
                broadcast(Operator::Divide, &inner, &hundred)
            }
            Expression::Binary(operator, left, right) => {
                let left = self.evaluate(sheet, left)?;
                let right = self.evaluate(sheet, right)?;
                broadcast(*operator, &left, &right)
            }
            Expression::Call(name, arguments) => functions::call(self, sheet, name, arguments).map(Item::One),
        }
    }

    fn sheet(&self, name: &str) -> Outcome<usize> {
        let same = |known: &str| known == name || known.to_lowercase() == name.to_lowercase();
        self.workbook.sheets.iter().position(|sheet| same(&sheet.name)).ok_or(Failure::Unknown)
    }

    fn region(&mut self, sheet: usize, region: &Region) -> Outcome<Item> {
        if region.first == region.last {
            return self.cell(sheet, region.first).map(Item::One);
        }
        let columns = region.last.column - region.first.column + 1;
        let rows = region.last.row - region.first.row + 1;
        let size = u64::from(columns) * u64::from(rows);
        self.steps = self.steps.saturating_add(usize::try_from(size).unwrap_or(usize::MAX));
        if size > RANGE || self.steps > STEPS {
            return Err(Failure::Endless);
        }
        let mut values = Vec::new();
        for row in region.first.row..=region.last.row {
            for column in region.first.column..=region.last.column {
                values.push(self.cell(sheet, CellRef { row, column })?);
            }
        }
        Ok(Item::Many { columns: columns as usize, values })
    }
}

/// An operator over two values, a value and each of a rectangle, or two rectangles of one shape.
fn broadcast(operator: Operator, left: &Item, right: &Item) -> Outcome<Item> {
    let many =
        |columns: usize, values: Outcome<Vec<Operand>>| values.map(|values| Item::Many { columns, values });
    match (left, right) {
        (Item::One(left), Item::One(right)) => apply(operator, left, right).map(Item::One),
        (Item::Many { columns, values }, Item::One(right)) => {
            many(*columns, values.iter().map(|left| apply(operator, left, right)).collect())
        }
        (Item::One(left), Item::Many { columns, values }) => {
            many(*columns, values.iter().map(|right| apply(operator, left, right)).collect())
        }
        (Item::Many { columns, values }, Item::Many { columns: other, values: others })
            if columns == other && values.len() == others.len() =>
        {
            many(
                *columns,
                values.iter().zip(others).map(|(left, right)| apply(operator, left, right)).collect(),
            )
        }
        _ => Err(Failure::Unknown),
    }
}

/// A value in arithmetic: blank is 0; text is a mistake even where it looks like a number.
pub(super) fn numeric(operand: &Operand) -> Outcome<Decimal> {
    match operand {
        Operand::Blank => Ok(Decimal::ZERO),
        Operand::Number(number) => Ok(*number),
        Operand::Bool(value) => Ok(Decimal::from(u8::from(*value))),
        // Excel would take "849.06" for a number here, LibreOffice depends on a setting.
        Operand::Text(_) => Err(Failure::Unknown),
    }
}

fn apply(operator: Operator, left: &Operand, right: &Operand) -> Outcome<Operand> {
    use Operator::{Add, Divide, Multiply, Power, Subtract};
    if !matches!(operator, Add | Subtract | Multiply | Divide | Power) {
        return compare(operator, left, right).map(Operand::Bool);
    }
    let (left, right) = (numeric(left)?, numeric(right)?);
    let result = match operator {
        Add => left.checked_add(right),
        Subtract => left.checked_sub(right),
        Multiply => left.checked_mul(right),
        Divide => left.checked_div(right),
        _ => power(left, right),
    };
    result.map(Operand::Number).ok_or(Failure::Mistake)
}

/// Whole powers only.
fn power(base: Decimal, exponent: Decimal) -> Option<Decimal> {
    let exponent: i32 =
        exponent.is_integer().then(|| exponent.normalize().to_string().parse().ok()).flatten()?;
    if exponent.unsigned_abs() > 64 || (base.is_zero() && exponent <= 0) {
        return None;
    }
    let product =
        (0..exponent.unsigned_abs()).try_fold(Decimal::ONE, |product, _| product.checked_mul(base))?;
    if exponent < 0 { Decimal::ONE.checked_div(product) } else { Some(product) }
}

fn compare(operator: Operator, left: &Operand, right: &Operand) -> Outcome<bool> {
    use std::cmp::Ordering;
    let order = match (left, right) {
        (Operand::Text(left), Operand::Text(right)) => left.to_lowercase().cmp(&right.to_lowercase()),
        (Operand::Blank, Operand::Text(right)) => "".cmp(right.as_str()),
        (Operand::Text(left), Operand::Blank) => left.as_str().cmp(""),
        // Numbers stand before text, whatever their value.
        (Operand::Number(_), Operand::Text(_)) => Ordering::Less,
        (Operand::Text(_), Operand::Number(_)) => Ordering::Greater,
        (Operand::Bool(_), Operand::Text(_)) | (Operand::Text(_), Operand::Bool(_)) => {
            return Err(Failure::Unknown);
        }
        _ => numeric(left)?.cmp(&numeric(right)?),
    };
    Ok(match operator {
        Operator::Equal => order.is_eq(),
        Operator::NotEqual => order.is_ne(),
        Operator::Less => order.is_lt(),
        Operator::LessOrEqual => order.is_le(),
        Operator::Greater => order.is_gt(),
        _ => order.is_ge(),
    })
}
