//! The functions that quotations use: SUM, PRODUCT, SUMPRODUCT, AVERAGE, MIN, MAX, ROUND, ROUNDUP, ROUNDDOWN, INT,
//! ABS, IF, AND, OR, NOT, TRUE, FALSE.
//!
//! May use: `evaluate`, `formula`.

use rust_decimal::{Decimal, RoundingStrategy};

use super::evaluate::{Evaluator, Failure, Item, Operand, Outcome, numeric};
use super::formula::Expression;

type Arguments = [Option<Expression>];

/// Calls a function by its name in capitals.
pub(super) fn call(
    to: &mut Evaluator<'_>,
    sheet: usize,
    name: &str,
    arguments: &Arguments,
) -> Outcome<Operand> {
    match name {
        "SUM" => fold(to, sheet, arguments, Decimal::ZERO, Decimal::checked_add),
        "PRODUCT" => product(to, sheet, arguments),
        "SUMPRODUCT" => sum_product(to, sheet, arguments),
        "COUNT" => Ok(Operand::Number(Decimal::from(numbers(to, sheet, arguments)?.len()))),
        "AVERAGE" => average(to, sheet, arguments),
        "MIN" => Ok(Operand::Number(numbers(to, sheet, arguments)?.into_iter().min().unwrap_or_default())),
        "MAX" => Ok(Operand::Number(numbers(to, sheet, arguments)?.into_iter().max().unwrap_or_default())),
        "ROUND" => round(to, sheet, arguments, RoundingStrategy::MidpointAwayFromZero),
        "ROUNDUP" => round(to, sheet, arguments, RoundingStrategy::AwayFromZero),
        "ROUNDDOWN" | "TRUNC" => round(to, sheet, arguments, RoundingStrategy::ToZero),
        "INT" => single(to, sheet, arguments).map(|number| Operand::Number(number.floor())),
        "ABS" => single(to, sheet, arguments).map(|number| Operand::Number(number.abs())),
        "IF" => condition(to, sheet, arguments),
        "AND" => truths(to, sheet, arguments).map(|truths| Operand::Bool(truths.iter().all(|truth| *truth))),
        "OR" => truths(to, sheet, arguments).map(|truths| Operand::Bool(truths.iter().any(|truth| *truth))),
        "NOT" => single(to, sheet, arguments).map(|number| Operand::Bool(number.is_zero())),
        "TRUE" if arguments.is_empty() => Ok(Operand::Bool(true)),
        "FALSE" if arguments.is_empty() => Ok(Operand::Bool(false)),
        _ => Err(Failure::Unknown),
    }
}

/// All numbers among the arguments: in ranges and single cells, text and blanks do not count.
fn numbers(to: &mut Evaluator<'_>, sheet: usize, arguments: &Arguments) -> Outcome<Vec<Decimal>> {
    let mut found = Vec::new();
    for argument in arguments {
        let Some(argument) = argument else {
            found.push(Decimal::ZERO);
            continue;
        };
        let is_reference = matches!(argument, Expression::Reference(..));
        match to.evaluate(sheet, argument)? {
            Item::One(operand) if !is_reference => found.push(numeric(&operand)?),
            Item::One(operand) => found.extend(counted(&operand)),
            Item::Many { values, .. } => found.extend(values.iter().filter_map(counted)),
        }
    }
    Ok(found)
}

fn counted(operand: &Operand) -> Option<Decimal> {
    if let Operand::Number(number) = operand { Some(*number) } else { None }
}

fn fold(
    to: &mut Evaluator<'_>,
    sheet: usize,
    arguments: &Arguments,
    start: Decimal,
    step: fn(Decimal, Decimal) -> Option<Decimal>,
) -> Outcome<Operand> {
    let total = numbers(to, sheet, arguments)?.into_iter().try_fold(start, step);
    total.map(Operand::Number).ok_or(Failure::Mistake)
}

fn product(to: &mut Evaluator<'_>, sheet: usize, arguments: &Arguments) -> Outcome<Operand> {
    let factors = numbers(to, sheet, arguments)?;
    if factors.is_empty() {
        return Ok(Operand::Number(Decimal::ZERO));
    }
    let product = factors.into_iter().try_fold(Decimal::ONE, Decimal::checked_mul);
    product.map(Operand::Number).ok_or(Failure::Mistake)
}

fn average(to: &mut Evaluator<'_>, sheet: usize, arguments: &Arguments) -> Outcome<Operand> {
    let numbers = numbers(to, sheet, arguments)?;
    let count = Decimal::from(numbers.len());
    let sum = numbers.into_iter().try_fold(Decimal::ZERO, Decimal::checked_add);
    sum.and_then(|sum| sum.checked_div(count)).map(Operand::Number).ok_or(Failure::Mistake)
}

/// Σ of products over ranges of one shape; cells that are no numbers count 0.
fn sum_product(to: &mut Evaluator<'_>, sheet: usize, arguments: &Arguments) -> Outcome<Operand> {
    let mut products: Option<(usize, Vec<Decimal>)> = None;
    for argument in arguments {
        let argument = argument.as_ref().ok_or(Failure::Unknown)?;
        let (columns, values) = match to.evaluate(sheet, argument)? {
            Item::One(operand) => (1, vec![operand]),
            Item::Many { columns, values } => (columns, values),
        };
        let values: Vec<Decimal> =
            values.iter().map(|operand| counted(operand).unwrap_or_default()).collect();
        products = Some(match products {
            None => (columns, values),
            Some((width, before)) if width == columns && before.len() == values.len() => {
                let pairs = before.into_iter().zip(values);
                (width, pairs.map(|(a, b)| a.checked_mul(b).ok_or(Failure::Mistake)).collect::<Outcome<_>>()?)
            }
            Some(_) => return Err(Failure::Mistake),
        });
    }
    let (_, products) = products.ok_or(Failure::Unknown)?;
    let sum = products.into_iter().try_fold(Decimal::ZERO, Decimal::checked_add);
    sum.map(Operand::Number).ok_or(Failure::Mistake)
}

fn round(
    to: &mut Evaluator<'_>,
    sheet: usize,
    arguments: &Arguments,
    strategy: RoundingStrategy,
) -> Outcome<Operand> {
    let (value, places) = match arguments {
        [value] => (value, None),
        [value, places] => (value, places.as_ref()),
        _ => return Err(Failure::Unknown),
    };
    let value = numeric(&to.scalar(sheet, value.as_ref().ok_or(Failure::Unknown)?)?)?;
    let places = match places {
        Some(places) => numeric(&to.scalar(sheet, places)?)?.trunc(),
        None => Decimal::ZERO,
    };
    let places: i32 = places.normalize().to_string().parse().map_err(|_| Failure::Unknown)?;
    if !(-12..=28).contains(&places) {
        return Err(Failure::Unknown);
    }
    let rounded = if places >= 0 {
        Some(value.round_dp_with_strategy(places.unsigned_abs(), strategy))
    } else {
        let unit = Decimal::from(10_i64.pow(places.unsigned_abs()));
        value.checked_div(unit).and_then(|v| v.round_dp_with_strategy(0, strategy).checked_mul(unit))
    };
    rounded.map(Operand::Number).ok_or(Failure::Mistake)
}

/// The one argument, a number.
fn single(to: &mut Evaluator<'_>, sheet: usize, arguments: &Arguments) -> Outcome<Decimal> {
    match arguments {
        [Some(argument)] => numeric(&to.scalar(sheet, argument)?),
        _ => Err(Failure::Unknown),
    }
}

/// Only the branch that is taken is worked out, as in a spreadsheet.
fn condition(to: &mut Evaluator<'_>, sheet: usize, arguments: &Arguments) -> Outcome<Operand> {
    let (test, yes, no) = match arguments {
        [Some(test), yes] => (test, yes, None),
        [Some(test), yes, no] => (test, yes, Some(no)),
        _ => return Err(Failure::Unknown),
    };
    let branch = if numeric(&to.scalar(sheet, test)?)?.is_zero() { no } else { Some(yes) };
    match branch {
        None => Ok(Operand::Bool(false)),
        Some(None) => Ok(Operand::Number(Decimal::ZERO)),
        Some(Some(expression)) => to.scalar(sheet, expression),
    }
}

fn truths(to: &mut Evaluator<'_>, sheet: usize, arguments: &Arguments) -> Outcome<Vec<bool>> {
    let truth = |argument: &Option<Expression>| {
        let argument = argument.as_ref().ok_or(Failure::Unknown)?;
        numeric(&to.scalar(sheet, argument)?).map(|number| !number.is_zero())
    };
    arguments.iter().map(truth).collect()
}

#[cfg(test)]
mod tests {
    use super::super::builder::{Budget, SheetBuilder};
    use super::super::grid::{Layout, Value, Visibility, Workbook};
    use super::super::{address, number};
    use super::*;
    use rust_decimal::dec;

    /// A workbook of sheets S and 成本; `=` makes a formula.
    fn workbook(cells: &[(&str, &str)]) -> Workbook {
        let [mut one, mut other] = [(); 2].map(|()| Budget::default());
        let mut builders = [("S", &mut one), ("成本", &mut other)]
            .map(|(name, budget)| SheetBuilder::new(name, Visibility::Visible, budget).unwrap());
        for (place, content) in cells {
            let (index, place) = place.strip_prefix("成本!").map_or((0, *place), |place| (1, place));
            let at = address::cell(place).unwrap();
            let builder = &mut builders[index];
            match content.strip_prefix('=') {
                Some(formula) => builder.formula(at.row, at.column, formula.to_owned()).unwrap(),
                None => {
                    let value =
                        number::from_text(content).map_or_else(|| Value::text(*content), Value::Number);
                    builder.value(at.row, at.column, value).unwrap();
                }
            }
        }
        let sheets = builders.map(|builder| builder.finish(Layout::default(), true).unwrap()).into();
        Workbook { file: "t.xlsx".into(), sheets }
    }

    /// The formula's result with A1..A3 = 1, 2, 3, B1 = 849.06, C1 = 0.06, D1 text, 成本!A1 = 7.
    fn result(formula: &str) -> Option<Decimal> {
        let cells = [
            ("A1", "1"),
            ("A2", "2"),
            ("A3", "3"),
            ("B1", "849.06"),
            ("B2", "10"),
            ("B3", "100"),
            ("C1", "6%"),
            ("D1", "甲"),
            ("成本!A1", "7"),
            ("Z9", formula),
        ];
        Evaluator::new(&workbook(&cells)).recompute(0, address::cell("Z9").unwrap())
    }

    #[test]
    fn works_out_what_quotations_use() {
        let good = [
            ("=B1*(1+C1)", dec!(900.0036)),
            ("=ROUND(B1*(1+$C$1),2)", dec!(900.00)),
            ("=ROUND(2.675,2)", dec!(2.68)),
            ("=ROUND(-2.675,2)", dec!(-2.68)),
            ("=ROUND(1250,-2)", dec!(1300)),
            ("=ROUNDUP(2.001,2)", dec!(2.01)),
            ("=ROUNDDOWN(2.999,2)", dec!(2.99)),
            ("=SUM(A1:A3,10,D1)", dec!(16)),
            ("=SUM(A1,Z1:Z3)", dec!(1)),
            ("=PRODUCT(A2:A3)", dec!(6)),
            ("=SUMPRODUCT(A1:A3,B1:B3)", dec!(1169.06)),
            ("=SUMPRODUCT(A1:A3*B1:B3)", dec!(1169.06)),
            ("=AVERAGE(A1:A3)", dec!(2)),
            ("=MAX(A1:A3)-MIN(A1:A3)", dec!(2)),
            ("=A1/A3", dec!(0.333333333333333)),
            ("=-A2^2", dec!(4)),
            ("=2^-1", dec!(0.5)),
            ("=B1*106%", dec!(900.0036)),
            ("=成本!A1+'成本'!$A$1", dec!(14)),
            ("=IF(Y1=\"\",5,1/0)", dec!(5)),
            ("=IF(A1>A2,1,IF(AND(A1<=1,A2<>3),9,8))", dec!(9)),
            ("=Y1", dec!(0)),
            ("=  1 +  2 ", dec!(3)),
        ];
        for (formula, number) in good {
            assert_eq!(result(formula), Some(number), "{formula}");
        }
    }

    #[test]
    fn gives_nothing_where_it_does_not_know() {
        let bad = [
            "=VLOOKUP(A1,A1:B3,2)",
            "=A1&A2",
            "=D1*2",
            "=1/0",
            "=A1/Y1",
            "=Z9",
            "=SUM(A1:Z9)",
            "=Nowhere!A1",
            "=A1:A3",
            "=IF(A1=1,\"\")",
            "=9^64",
            "=SUM(A1:XFD1048576)",
            "=A1:A2*B1:B3",
        ];
        for formula in bad {
            assert_eq!(result(formula), None, "{formula}");
        }
    }

    #[test]
    fn follows_chains_and_stops_at_cycles() {
        let chain = workbook(&[("A1", "=B1*2"), ("B1", "=C1+1"), ("C1", "4"), ("D1", "=E1"), ("E1", "=D1")]);
        let mut evaluator = Evaluator::new(&chain);
        let mut at = |place| evaluator.recompute(0, address::cell(place).unwrap());
        assert_eq!(at("A1"), Some(dec!(10)));
        assert_eq!(at("D1"), None);
        let long: Vec<(String, String)> =
            (1..5000).map(|row| (format!("A{row}"), format!("=A{}+1", row + 1))).collect();
        let long: Vec<(&str, &str)> = long.iter().map(|(a, b)| (a.as_str(), b.as_str())).collect();
        assert_eq!(Evaluator::new(&workbook(&long)).recompute(0, address::cell("A1").unwrap()), None);
    }
}
