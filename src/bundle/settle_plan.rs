//! What is to be done for each 结算单 of a case's month: printed as a draft or as issued, recorded or not; or why
//! nothing is done.
//!
//! May use: `bundle::job`, `compute`, `view`, `diagnostics`.

use std::collections::BTreeSet;

use jiff::civil::Date;
use thiserror::Error;

use super::job::Job;
use super::manifest::SettlementEntry;
use super::settle::{IssueOrder, input_hashes};
use crate::compute::ledger::{Issuer, Issuing, Stamp, as_issued};
use crate::compute::quotation::same_name;
use crate::compute::settlement::{Issue, OrderSettlement};
use crate::diagnostics::Severity;
use crate::model::ledger::LedgerLine;
use crate::model::money::Money;
use crate::model::month::Month;
use crate::view::settlement_blanks::settlement_blanks;
use crate::view::summary::State;

/// The rule that tells of an issued figure that differs; `--amend` is the answer to it.
pub const DIFFERS: &str = "S005";

/// Which orders of a case are to be printed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wanted {
    /// All.
    Everything,
    /// These.
    Orders(BTreeSet<String>),
    /// None: the case is only counted.
    Nothing,
}

impl Wanted {
    fn has(&self, order: &str) -> bool {
        match self {
            Self::Everything => true,
            Self::Orders(orders) => orders.iter().any(|wanted| same_name(wanted, order)),
            Self::Nothing => false,
        }
    }
}

/// Why a case is not settled; its files and its ledger are as they were.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[expect(missing_docs, reason = "the messages say it")]
pub enum Refused {
    #[error("合同.yaml 读不出来")]
    Unreadable,
    #[error("有 {0} 个错误")]
    Errors(usize),
    #[error("另有同名的案卷，输出会互相覆盖；请改案卷文件夹的名字，或分开结算")]
    SameName,
    #[error(
        "“调整”里有一条自 {effective} 起生效（{reason}），而 hetong 目前只会按签订时的单价和税率结算；为免用错价格，{month} 没有结算，请人工结算。生效以前的月份可以照常结算"
    )]
    Adjusted { effective: Date, reason: String, month: Month },
    #[error("“调整”里有一条没有写生效日期，不知道 {0} 该用哪个价格；请补上“生效日期”")]
    AdjustedSometime(Month),
    #[error("结算单上还有 {} 处空白，开具前请补齐：{}", .0.len(), .0.join("、"))]
    Blanks(Vec<String>),
    #[error(
        "{} 已经开具，但现在算出来的与开具的不同；没有改动。确要更正，请用 --issue --amend <原因>",
        .0.join("、")
    )]
    Differs(Vec<String>),
}

/// One 结算单, and what is to be done for it.
#[derive(Clone, Debug)]
pub struct Decided {
    /// Its figures, with the balances it is printed with.
    pub settlement: OrderSettlement,
    /// How it is printed.
    pub issue: Issue,
    /// Whether it was asked for.
    pub wanted: bool,
    /// The line that the ledger takes up.
    pub append: Option<LedgerLine>,
    /// The line that the ledger has already.
    recorded: Option<LedgerLine>,
    /// Whether the inputs contradict that line, which nobody asked to mend.
    pub differs: bool,
}

impl Decided {
    /// The line that the ledger has of it already, with these very figures.
    pub fn recorded(&self) -> Option<&LedgerLine> {
        self.recorded.as_ref()
    }

    /// How far it is.
    pub fn state(&self) -> State {
        match self.issue {
            Issue::Draft => State::Draft,
            Issue::Issued => State::Issued,
            Issue::Correction { .. } => State::Corrected,
        }
    }

    /// As the manifest lists it.
    pub fn entry(&self) -> SettlementEntry {
        let OrderSettlement { order, days, score, due, opening, closing, .. } = &self.settlement;
        SettlementEntry {
            order: order.clone(),
            state: self.state().label(),
            days: days.normalize().to_string(),
            score: score.total.normalize().to_string(),
            gross: due.gross.to_string(),
            net: due.net.to_string(),
            tax: due.tax.to_string(),
            opening: opening.to_string(),
            closing: closing.to_string(),
        }
    }
}

/// Decides for all 结算单 of the case's month. `named` is false where another case has the same name.
///
/// # Errors
/// Why nothing is done.
pub fn plan(
    job: &Job,
    issuing: Option<IssueOrder<'_>>,
    wanted: &Wanted,
    named: bool,
) -> Result<Vec<Decided>, Refused> {
    refuse(job, issuing)?;
    if !named && *wanted != Wanted::Nothing {
        return Err(Refused::SameName);
    }
    let ledger = &job.case.ledger;
    let mut issuer = Issuer::new(ledger);
    let mut decided = Vec::new();
    let mut differing = Vec::new();
    for settlement in &job.figures.settlements {
        let asked = wanted.has(&settlement.order);
        let one = match issuing.filter(|_| asked) {
            Some(order) => {
                let stamp = Stamp {
                    issued_at: order.at.to_owned(),
                    version: env!("CARGO_PKG_VERSION").to_owned(),
                    inputs: input_hashes(job),
                };
                issued(settlement, issuer.decide(settlement, order.amend, &stamp), job)
            }
            None => as_it_is(settlement, asked, job),
        };
        match one {
            Some(one) => decided.push(one),
            None => differing.push(settlement.order.clone()),
        }
    }
    if !differing.is_empty() {
        return Err(Refused::Differs(differing));
    }
    if issuing.is_some() {
        refuse_blanks(job, &decided)?;
    }
    balance_drafts(&mut decided, ledger.closing());
    Ok(decided)
}

fn refuse(job: &Job, issuing: Option<IssueOrder<'_>>) -> Result<(), Refused> {
    if !job.readable {
        return Err(Refused::Unreadable);
    }
    let answered = issuing.is_some_and(|order| order.amend.is_some());
    let stands = |id: &str| !(answered && id == DIFFERS);
    let errors = job.findings.iter().filter(|f| f.severity == Severity::Error && stands(f.id)).count();
    if errors > 0 {
        return Err(Refused::Errors(errors));
    }
    for month in job.case.months.iter().map(|sheets| sheets.month) {
        for adjustment in &job.case.adjustments {
            let Some(effective) = adjustment.effective_on.as_ref().map(|date| date.value) else {
                return Err(Refused::AdjustedSometime(month));
            };
            if effective <= month.last() {
                let reason = adjustment.reason.as_ref().map_or("没有写事由", |reason| &reason.value);
                return Err(Refused::Adjusted { effective, reason: reason.to_owned(), month });
            }
        }
    }
    Ok(())
}

fn refuse_blanks(job: &Job, decided: &[Decided]) -> Result<(), Refused> {
    let mut seen = BTreeSet::new();
    let open = decided.iter().filter(|decided| decided.append.is_some());
    let open = open.flat_map(|decided| settlement_blanks(&job.case, &job.blanks, &decided.settlement));
    let keys: Vec<String> = open.map(|blank| blank.key).filter(|key| seen.insert(key.clone())).collect();
    if keys.is_empty() { Ok(()) } else { Err(Refused::Blanks(keys)) }
}

/// What issuing makes of it; none for a contradiction.
fn issued(settlement: &OrderSettlement, issuing: Issuing, job: &Job) -> Option<Decided> {
    let decided = |line: &LedgerLine, issue| Decided {
        settlement: OrderSettlement {
            opening: line.opening,
            closing: line.closing,
            issued: Some(line.clone()),
            ..settlement.clone()
        },
        issue,
        wanted: true,
        append: Some(line.clone()),
        recorded: None,
        differs: false,
    };
    match issuing {
        Issuing::New(line) => Some(decided(&line, Issue::Issued)),
        Issuing::Correction { line, replaced } => {
            let reason = line.correction.as_ref().map(|c| c.reason.clone()).unwrap_or_default();
            Some(decided(&line, Issue::Correction { reason, replaced }))
        }
        Issuing::Unchanged(line) => Some(recorded(settlement, &line, true, job)),
        Issuing::Conflict(_) => None,
    }
}

/// As issued where it was, else as a draft; none for one that was asked for and issued with another result.
fn as_it_is(settlement: &OrderSettlement, wanted: bool, job: &Job) -> Option<Decided> {
    match &settlement.issued {
        Some(line) if settlement.agrees_with(line) => Some(recorded(settlement, line, wanted, job)),
        Some(_) if wanted => None,
        // Nobody asked for it: what was issued is what counts.
        Some(line) => {
            let issued = recorded(&with_figures_of(settlement, line), line, false, job);
            Some(Decided { differs: true, ..issued })
        }
        None => Some(Decided {
            settlement: settlement.clone(),
            issue: Issue::Draft,
            wanted,
            append: None,
            recorded: None,
            differs: false,
        }),
    }
}

fn recorded(settlement: &OrderSettlement, line: &LedgerLine, wanted: bool, job: &Job) -> Decided {
    let (settlement, issue) = as_issued(settlement, line, &job.case.ledger);
    Decided { settlement, issue, wanted, append: None, recorded: Some(line.clone()), differs: false }
}

/// Enough for a row of a summary; it is never printed.
fn with_figures_of(settlement: &OrderSettlement, line: &LedgerLine) -> OrderSettlement {
    let mut settlement = settlement.clone();
    (settlement.days, settlement.work_gross) = (line.days, line.work_gross);
    settlement.score.total = line.score;
    (settlement.due.gross, settlement.due.net, settlement.due.tax) = (line.gross, line.net, line.tax);
    settlement
}

/// Drafts follow what is being issued now.
fn balance_drafts(decided: &mut [Decided], closing: Money) {
    let appended = decided.iter().rev().find_map(|decided| decided.append.as_ref());
    let mut running = appended.map_or(closing, |line| line.closing);
    for draft in decided.iter_mut().filter(|decided| decided.issue == Issue::Draft) {
        draft.settlement.opening = running;
        running = running + draft.settlement.due.gross;
        draft.settlement.closing = running;
    }
}

/// 框架协议已结算金额 when all of it is done, drafts included.
pub fn cumulative(decided: &[Decided], closing: Money) -> Money {
    let drafts = decided.iter().rev().find(|decided| decided.issue == Issue::Draft);
    let appended = decided.iter().rev().find_map(|decided| decided.append.as_ref());
    match (drafts, appended) {
        (Some(draft), _) => draft.settlement.closing,
        (None, Some(line)) => line.closing,
        (None, None) => closing,
    }
}
