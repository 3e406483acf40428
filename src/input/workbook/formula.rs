//! Formulas in A1 notation to a tree: the part of the language that quotations use, and `None` for all the rest.
//!
//! May use: `address`, `grid`.

use rust_decimal::Decimal;

use super::address;
use super::grid::Region;
use crate::diagnostics::CellRef;

/// Operators with two sides, in order of how tightly they bind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operator {
    /// `=`
    Equal,
    /// `<>`
    NotEqual,
    /// `<`
    Less,
    /// `<=`
    LessOrEqual,
    /// `>`
    Greater,
    /// `>=`
    GreaterOrEqual,
    /// `+`
    Add,
    /// `-`
    Subtract,
    /// `*`
    Multiply,
    /// `/`
    Divide,
    /// `^`
    Power,
}

/// A formula taken apart.
#[derive(Clone, Debug, PartialEq)]
pub enum Expression {
    /// `1.06`
    Number(Decimal),
    /// `"高级"`
    Text(String),
    /// `A1` is a region of one cell; with the sheet's name where one is given.
    Reference(Option<String>, Region),
    /// `-x`
    Negate(Box<Expression>),
    /// `x%`
    Percent(Box<Expression>),
    /// `a+b`
    Binary(Operator, Box<Expression>, Box<Expression>),
    /// `SUM(a,b)`, its name in capitals; a left out argument is `None`.
    Call(String, Vec<Option<Expression>>),
}

/// Deeper formulas are hostile.
const DEPTH: usize = 48;
/// Excel's own limit.
const LENGTH: usize = 8_192;

/// Takes a formula apart; `None` if it uses more than we know.
pub fn parse(text: &str) -> Option<Expression> {
    if text.len() > LENGTH {
        return None;
    }
    let mut parser = Parser { rest: text.trim().strip_prefix('=').unwrap_or(text.trim()), depth: 0 };
    let expression = parser.comparison()?;
    parser.skip_blank();
    parser.rest.is_empty().then_some(expression)
}

/// Whether a formula takes figures from another workbook: `[1]表!B2`, `'D:\[成本.xlsx]表'!B2`, and as .ods has it,
/// `'file:///成本.ods'#$表.B2`.
pub fn names_other_file(text: &str) -> bool {
    let bracketed = text.split_once('[').and_then(|(_, after)| after.split_once(']'));
    bracketed.is_some_and(|(_, after)| after.contains('!')) || text.contains("'#") || text.contains("://")
}

struct Parser<'a> {
    rest: &'a str,
    depth: usize,
}

impl Parser<'_> {
    fn skip_blank(&mut self) {
        self.rest = self.rest.trim_start();
    }

    /// Takes a token if it stands next.
    fn take(&mut self, token: &str) -> bool {
        self.skip_blank();
        let after = self.rest.strip_prefix(token);
        self.rest = after.unwrap_or(self.rest);
        after.is_some()
    }

    fn comparison(&mut self) -> Option<Expression> {
        use Operator::{Equal, Greater, GreaterOrEqual, Less, LessOrEqual, NotEqual};
        let tokens = [
            ("<>", NotEqual),
            ("<=", LessOrEqual),
            (">=", GreaterOrEqual),
            ("=", Equal),
            ("<", Less),
            (">", Greater),
        ];
        self.binary(&tokens, Self::sum)
    }

    fn sum(&mut self) -> Option<Expression> {
        self.binary(&[("+", Operator::Add), ("-", Operator::Subtract)], Self::product)
    }

    fn product(&mut self) -> Option<Expression> {
        self.binary(&[("*", Operator::Multiply), ("/", Operator::Divide)], Self::power)
    }

    fn power(&mut self) -> Option<Expression> {
        self.binary(&[("^", Operator::Power)], Self::unary)
    }

    /// Operators of one rank, from left to right.
    fn binary(
        &mut self,
        tokens: &[(&str, Operator)],
        next: fn(&mut Self) -> Option<Expression>,
    ) -> Option<Expression> {
        let mut left = next(self)?;
        let mut length = 0;
        while let Some((_, operator)) = tokens.iter().find(|(token, _)| self.take(token)) {
            // A long chain is a deep tree, and the tree is walked by recursion.
            length += 1;
            if length > 4 * DEPTH {
                return None;
            }
            left = Expression::Binary(*operator, Box::new(left), Box::new(next(self)?));
        }
        Some(left)
    }

    /// Signs in front bind tighter than `^` in a spreadsheet: `-2^2` is 4.
    fn unary(&mut self) -> Option<Expression> {
        self.deeper(|parser| {
            if parser.take("-") {
                return Some(Expression::Negate(Box::new(parser.unary()?)));
            }
            if parser.take("+") {
                return parser.unary();
            }
            let mut inner = parser.primary()?;
            while parser.take("%") {
                inner = Expression::Percent(Box::new(inner));
            }
            Some(inner)
        })
    }

    fn deeper(&mut self, read: impl FnOnce(&mut Self) -> Option<Expression>) -> Option<Expression> {
        self.depth += 1;
        let found = if self.depth > DEPTH { None } else { read(self) };
        self.depth -= 1;
        found
    }

    fn primary(&mut self) -> Option<Expression> {
        if self.take("(") {
            let inner = self.comparison()?;
            return self.take(")").then_some(inner);
        }
        match self.rest.chars().next()? {
            '0'..='9' | '.' => self.number(),
            '"' => self.quoted('"').map(Expression::Text),
            '\'' => {
                let sheet = self.quoted('\'')?;
                if self.take("!") { self.reference(Some(sheet)) } else { None }
            }
            _ => self.name(),
        }
    }

    fn number(&mut self) -> Option<Expression> {
        let mut end = self.rest.bytes().take_while(|b| b.is_ascii_digit() || *b == b'.').count();
        let tail = &self.rest[end..];
        if let Some(exponent) = tail.strip_prefix(['E', 'e']) {
            let sign = usize::from(exponent.starts_with(['+', '-']));
            let digits = exponent[sign..].bytes().take_while(u8::is_ascii_digit).count();
            end += 1 + sign + digits;
        }
        let (text, rest) = self.rest.split_at(end);
        self.rest = rest;
        let text = text.strip_suffix('.').unwrap_or(text);
        let text = if text.starts_with('.') { format!("0{text}") } else { text.to_owned() };
        super::number::literal(&text).map(Expression::Number)
    }

    /// Text in quotes, doubled inside.
    fn quoted(&mut self, quote: char) -> Option<String> {
        let mut text = String::new();
        let mut chars = self.rest.strip_prefix(quote)?.char_indices().peekable();
        let inner = &self.rest[1..];
        while let Some((at, c)) = chars.next() {
            if c != quote {
                text.push(c);
            } else if chars.peek().is_some_and(|(_, next)| *next == quote) {
                text.push(quote);
                chars.next();
            } else {
                self.rest = &inner[at + 1..];
                return Some(text);
            }
        }
        None
    }

    /// A word: a function, a sheet's name before `!`, or an address.
    fn name(&mut self) -> Option<Expression> {
        let word = self.word()?;
        if self.rest.starts_with('!') {
            self.rest = &self.rest[1..];
            return self.reference(Some(word));
        }
        if self.rest.starts_with('(') {
            self.rest = &self.rest[1..];
            return self.arguments().map(|arguments| Expression::Call(word.to_uppercase(), arguments));
        }
        match word.to_uppercase().as_str() {
            "TRUE" => Some(Expression::Call("TRUE".to_owned(), Vec::new())),
            "FALSE" => Some(Expression::Call("FALSE".to_owned(), Vec::new())),
            _ => self.region(None, &word),
        }
    }

    fn word(&mut self) -> Option<String> {
        let part = |c: &char| c.is_alphanumeric() || matches!(c, '$' | '_' | '.');
        let end: usize = self.rest.chars().take_while(part).map(char::len_utf8).sum();
        let (word, rest) = self.rest.split_at(end);
        self.rest = rest;
        (!word.is_empty()).then(|| word.to_owned())
    }

    fn reference(&mut self, sheet: Option<String>) -> Option<Expression> {
        let word = self.word()?;
        self.region(sheet, &word)
    }

    fn region(&mut self, sheet: Option<String>, first: &str) -> Option<Expression> {
        let first: CellRef = address::cell(first)?;
        let last = if self.rest.starts_with(':') {
            self.rest = &self.rest[1..];
            address::cell(&self.word()?)?
        } else {
            first
        };
        Some(Expression::Reference(sheet, address::ordered(first, last)))
    }

    fn arguments(&mut self) -> Option<Vec<Option<Expression>>> {
        let mut arguments = Vec::new();
        if self.take(")") {
            return Some(arguments);
        }
        loop {
            self.skip_blank();
            let left_out = self.rest.starts_with([',', ')']);
            arguments.push(if left_out { None } else { Some(self.comparison()?) });
            if self.take(")") {
                return Some(arguments);
            }
            if !self.take(",") {
                return None;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn knows_its_limits() {
        for good in
            ["1", "=A1", "ROUND(F5*(1+$H$5),2)", "SUM(Sheet2!A1:B2,'甲 乙'!C3)", "IF(A1=\"\",,2)", "-2^2%"]
        {
            assert!(parse(good).is_some(), "{good}");
        }
        for bad in
            ["", "A", "A:A", "#REF!", "A1&B1", "{1,2}", "SUM(A1", "1)", "[1]Sheet1!A1", "A1:B", "甲", "A1 B1"]
        {
            assert_eq!(parse(bad), None, "{bad}");
        }
        assert!(parse(&"(".repeat(5000)).is_none());
        assert!(parse(&"-".repeat(5000)).is_none());
        assert!(parse(&vec!["1"; 4000].join("+")).is_none());
    }

    proptest! {
        #[test]
        fn never_panics(text in "[-+*/^%(),:!$'\"A-C0-9.SUMROND中 ]{0,40}") {
            let _ = parse(&text);
        }
    }
}
