//! How 应支付, its tax and the balances of a 结算单 came about, by 税率 where it changed within the month, and on the basis on
//! which the cap is compared (4.3).
//!
//! May use: `model`, and its own room.

use std::collections::BTreeMap;

use rust_decimal::Decimal;

use super::figures::{Figure, Input, ROUNDING};
use super::figures_order::{in_revision, rate_input};
use super::figures_settlement::{Book, CLAUSE, chapter, plain};
use super::prices::CapBasis;
use super::settlement::OrderSettlement;
use crate::diagnostics::Origin;
use crate::model::ledger::LedgerLine;
use crate::model::money::Money;
use crate::model::names;
use crate::model::tax::TaxPart;

const TAX_CLAUSE: &str = "4.6.6";
const ANNEX_7: &str = "附件7";
const CAP_CLAUSE: &str = "4.3";

impl Book<'_> {
    /// 应支付, 不含税 and 税额, each with its 大写, and 考核扣款.
    pub(super) fn due(&self) -> Vec<Figure> {
        let OrderSettlement { due, work_gross, score, .. } = self.settlement;
        let score = plain(score.total);
        let gross = Figure {
            formula: format!("含税金额合计 × 考核得分 ÷ 100 = {} × {score} ÷ 100", work_gross),
            inputs: vec![self.input("含税金额合计", work_gross), self.input("考核得分", &score)],
            rounding: Some(ROUNDING),
            ..self.figure("应支付", due.gross.to_string(), "元", CLAUSE)
        };
        let mut book = vec![gross, self.words("应支付", due.gross, &due.gross_words)];
        match due.parts.as_slice() {
            [part] => book.push(self.net_of("应支付", "不含税", part)),
            parts => {
                book.extend((0..parts.len()).flat_map(|at| self.part(at)));
                book.push(self.sum_of_nets());
            }
        }
        book.push(self.words("不含税", due.net, &due.net_words));
        book.push(self.difference("税额", due.tax, ("应支付", due.gross), ("不含税", due.net), TAX_CLAUSE));
        book.push(self.words("税额", due.tax, &due.tax_words));
        let (less, deducted) = (("应支付", due.gross), self.settlement.deducted());
        book.push(self.difference("考核扣款", deducted, ("含税金额合计", *work_gross), less, CLAUSE));
        book
    }

    fn words(&self, of: &str, value: Money, words: &str) -> Figure {
        Figure {
            formula: format!("{of} {value} 的中文大写"),
            inputs: vec![self.input(of, value)],
            ..self.figure(&format!("{of}大写"), words.to_owned(), "", ANNEX_7)
        }
    }

    /// r2(含税 / (1 + 税率)).
    fn net_of(&self, gross: &str, name: &str, part: &TaxPart) -> Figure {
        let factor = plain(Decimal::ONE + part.rate.fraction());
        let line = self.settlement.lines.iter().find(|line| line.rate == part.rate);
        let rate = rate_input(self.case, part.rate, line.map_or(0, |line| line.revision));
        Figure {
            formula: format!("{gross} ÷ (1 + 税率) = {} ÷ {factor}", part.gross),
            inputs: vec![self.input(gross, part.gross), rate],
            rounding: Some(ROUNDING),
            ..self.figure(name, part.net.to_string(), "元", TAX_CLAUSE)
        }
    }

    /// What falls to one of several rates: by its lines, and for the last what the others leave.
    fn part(&self, at: usize) -> Vec<Figure> {
        let due = &self.settlement.due;
        let Some(part) = due.parts.get(at) else { return Vec::new() };
        let of = |what: &str, part: &TaxPart| format!("{what}（税率{}）", part.rate);
        let (gross, mut book) = (of("应支付", part), Vec::new());
        let named = self.figure(&gross, part.gross.to_string(), "元", CLAUSE);
        if at + 1 == due.parts.len() {
            let others: Vec<&TaxPart> = due.parts.iter().take(at).collect();
            let each: Vec<String> = others.iter().map(|other| format!(" − {}", other.gross)).collect();
            let inputs = others.iter().map(|other| self.input(&of("应支付", other), other.gross));
            book.push(Figure {
                formula: format!(
                    "应支付 − 其余税率的应支付（最后一个税率取余数）= {}{}",
                    due.gross,
                    each.concat()
                ),
                inputs: std::iter::once(self.input("应支付", due.gross)).chain(inputs).collect(),
                ..named
            });
        } else {
            let sum: Money =
                self.settlement.lines.iter().filter(|l| l.rate == part.rate).map(|l| l.gross).sum();
            let (name, score) = (of("含税金额合计", part), plain(self.settlement.score.total));
            let lines = self.amounts(|line| line.rate == part.rate);
            book.push(Figure {
                formula: format!("税率{}的 {} 行金额之和", part.rate, lines.len()),
                inputs: lines,
                ..self.figure(&name, sum.to_string(), "元", CLAUSE)
            });
            book.push(Figure {
                formula: format!("{name} × 考核得分 ÷ 100 = {} × {score} ÷ 100", sum),
                inputs: vec![self.input(&name, sum), self.input("考核得分", &score)],
                rounding: Some(ROUNDING),
                ..named
            });
        }
        let net = of("不含税", part);
        book.push(self.net_of(&gross, &net, part));
        let less = (net.as_str(), part.net);
        book.push(self.difference(&of("税额", part), part.tax, (&gross, part.gross), less, TAX_CLAUSE));
        book
    }

    fn sum_of_nets(&self) -> Figure {
        let due = &self.settlement.due;
        let each: Vec<String> = due.parts.iter().map(|part| part.net.to_string()).collect();
        let input = |part: &TaxPart| self.input(&format!("不含税（税率{}）", part.rate), part.net);
        Figure {
            formula: format!("各税率的不含税之和 = {}", each.join(" + ")),
            inputs: due.parts.iter().map(input).collect(),
            ..self.figure("不含税", due.net.to_string(), "元", TAX_CLAUSE)
        }
    }

    fn difference(
        &self,
        name: &str,
        value: Money,
        from: (&str, Money),
        less: (&str, Money),
        clause: &'static str,
    ) -> Figure {
        Figure {
            formula: format!("{} − {} = {} − {}", from.0, less.0, from.1, less.1),
            inputs: vec![self.input(from.0, from.1), self.input(less.0, less.1)],
            ..self.figure(name, value.to_string(), "元", clause)
        }
    }

    /// 已结算 and 剩余, before and after; 不含税 as well once that is how the cap is compared.
    pub(super) fn balances(&self) -> Vec<Figure> {
        let s = self.settlement;
        let mut book = self.settled(CapBasis::Gross);
        let last = s.month.last();
        let basis = self.prices.basis_on(last);
        if basis == CapBasis::Net {
            book.extend(self.settled(basis));
        }
        let Some(cap) = self.prices.cap_on(last) else { return book };
        let (what, suffix) = words_of(basis);
        let cap_name = in_revision(self.prices.on(last).revision, what);
        for (when, settled) in
            [("结算前", basis.of(s.opening, s.net_opening)), ("结算后", basis.of(s.closing, s.net_closing))]
        {
            let less = format!("{when}已结算金额{suffix}");
            let (name, left) = (format!("{when}剩余金额{suffix}"), cap.amount() - settled);
            book.push(Figure {
                formula: format!("{what} − {less} = {} − {}", cap.amount(), settled),
                inputs: vec![
                    Input { name: cap_name.clone(), value: cap.amount().to_string(), origin: None },
                    self.input(&less, settled),
                ],
                ..self.figure(&name, left.to_string(), "元", CAP_CLAUSE)
            });
        }
        book
    }

    /// 结算前 and 结算后 on one basis.
    fn settled(&self, basis: CapBasis) -> Vec<Figure> {
        let s = self.settlement;
        let (opening, closing) = (basis.of(s.opening, s.net_opening), basis.of(s.closing, s.net_closing));
        let (due_name, suffix) = (due_of(basis), words_of(basis).1);
        let (before, after) = (format!("结算前已结算金额{suffix}"), format!("结算后已结算金额{suffix}"));
        let mut book = vec![self.opening(&before, opening, basis)];
        let added = match self.replaced() {
            Some((line, origin)) => {
                let due = basis.of(s.due.gross, s.due.net);
                let old = basis.of(line.gross, line.net);
                let change = closing - opening;
                let name = format!("更正差额{suffix}");
                let replaced = ledger_input(line, origin, due_name, old);
                book.push(Figure {
                    formula: format!("{due_name} − 原{due_name} = {} − {}", due, old),
                    inputs: vec![self.input(due_name, due), replaced],
                    ..self.figure(&name, change.to_string(), "元", ANNEX_7)
                });
                (name, change)
            }
            None => (due_name.to_owned(), basis.of(s.due.gross, s.due.net)),
        };
        let sign = if added.1.is_negative() { "−" } else { "+" };
        book.push(Figure {
            formula: format!("{before} + {} = {} {sign} {}", added.0, opening, added.1.abs()),
            inputs: vec![self.input(&before, opening), self.input(&added.0, added.1)],
            ..self.figure(&after, closing.to_string(), "元", ANNEX_7)
        });
        book
    }

    /// The line that this 结算单 replaces or has replaced, if it is a correction.
    fn replaced(&self) -> Option<(&LedgerLine, &Origin)> {
        let s = self.settlement;
        let number = match (s.contradicted(), &s.issued) {
            (Some(line), _) => line.number,
            (None, Some(line)) => line.correction.as_ref()?.replaces,
            (None, None) => return None,
        };
        let lines = self.case.ledger.lines().iter();
        lines.map(|(line, origin)| (line, origin)).find(|(line, _)| line.number == number)
    }

    /// From the ledger's own line of an issued 结算单; of another one from its last line and what stands before it in hand.
    fn opening(&self, name: &str, opening: Money, basis: CapBasis) -> Figure {
        let named = self.figure(name, opening.to_string(), "元", ANNEX_7);
        let issued = self.settlement.issued.as_ref().filter(|line| self.settlement.agrees_with(line));
        let own = issued.and_then(|issued| {
            self.case.ledger.lines().iter().find(|(line, _)| line.number == issued.number)
        });
        if let (Some((line, origin)), CapBasis::Gross) = (own, basis) {
            let value = line.opening.to_string();
            let name = format!("台账第 {} 号 已结算", line.number);
            return Figure {
                formula: "开具这份结算单时台账记下的已结算金额".into(),
                inputs: vec![Input { name, value, origin: Some(origin.clone()) }],
                ..named
            };
        }
        let mut inputs = match basis {
            CapBasis::Gross => self.last_closing().into_iter().collect(),
            CapBasis::Net => self.nets_before(own.map(|(line, _)| line.number)),
        };
        let recorded = inputs.len();
        if own.is_none() {
            inputs.extend(self.pending.iter().map(|earlier| moved(earlier, basis)));
        }
        let formula = match (recorded, inputs.len() - recorded) {
            (0, 0) => "还没有开具过结算单",
            (_, 0) if basis == CapBasis::Net => "台账各份结算单的不含税之和（更正过的以更正后为准）",
            (_, 0) => "台账最后一行的累计",
            (0, _) => "还没有开具过结算单；前面待开具的各份之和",
            _ => "台账已结算，加上前面待开具的各份",
        };
        Figure { formula: formula.into(), inputs, ..named }
    }

    fn last_closing(&self) -> Option<Input> {
        let (line, origin) = self.case.ledger.lines().last()?;
        Some(Input {
            name: format!("台账第 {} 号 累计", line.number),
            value: line.closing.to_string(),
            origin: Some(origin.clone()),
        })
    }

    /// 不含税 of the ledger's lines before one, or of all, corrections in place of what they correct.
    fn nets_before(&self, number: Option<u32>) -> Vec<Input> {
        let mut counting: BTreeMap<_, (&LedgerLine, &Origin)> = BTreeMap::new();
        for (line, origin) in self.case.ledger.lines() {
            if number.is_some_and(|number| line.number >= number) {
                break;
            }
            counting.insert((names::plain(&line.order), line.month), (line, origin));
        }
        let mut lines: Vec<_> = counting.into_values().collect();
        lines.sort_by_key(|(line, _)| line.number);
        lines.into_iter().map(|(line, origin)| ledger_input(line, origin, "不含税", line.net)).collect()
    }
}

fn ledger_input(line: &LedgerLine, origin: &Origin, what: &str, value: Money) -> Input {
    Input {
        name: format!("台账第 {} 号 {what}", line.number),
        value: value.to_string(),
        origin: Some(origin.clone()),
    }
}

/// What an earlier 结算单 in hand adds: what is due, or as a correction the difference.
fn moved(earlier: &OrderSettlement, basis: CapBasis) -> Input {
    let (name, suffix) = (chapter(earlier), words_of(basis).1);
    let (before, after) =
        (basis.of(earlier.opening, earlier.net_opening), basis.of(earlier.closing, earlier.net_closing));
    let what = match earlier.contradicted() {
        Some(_) => format!("更正差额{suffix}"),
        None => due_of(basis).to_owned(),
    };
    Input { name: format!("{name} {what}"), value: (after - before).to_string(), origin: None }
}

/// The cap's figure, and what the names of balances end in.
fn words_of(basis: CapBasis) -> (&'static str, &'static str) {
    match basis {
        CapBasis::Gross => ("含税上限总价", ""),
        CapBasis::Net => ("不含税价", "（不含税）"),
    }
}

/// What is due on a basis.
fn due_of(basis: CapBasis) -> &'static str {
    match basis {
        CapBasis::Gross => "应支付",
        CapBasis::Net => "不含税",
    }
}
