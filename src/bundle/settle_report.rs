//! What is kept of a case when its month is done: as much as the findings' report and the summary need, so that a
//! batch's memory does not grow with its documents.
//!
//! May use: `bundle::job`, `compute`, `view::summary`, `diagnostics`.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::job::Job;
use super::settle::{Done, SettleError};
use super::settle_plan::{Compared, Decided, Plan, Refused, Standing, standing};
use super::write::Written;
use crate::diagnostics::{Diagnostic, FileName, Findings, Origin, Severity, Sources};
use crate::input::months::months_before;
use crate::model::case::Case;
use crate::model::ledger::{Balance, Ledger};
use crate::model::month::Month;
use crate::model::names::same_name;
use crate::pack::Pack;
use crate::view::summary::{CaseSummary, FindingRow, SettledOrder, State};

/// What a batch did with one case.
#[derive(Debug)]
pub struct Settled {
    /// The case's name.
    pub name: String,
    /// Its folder.
    pub folder: PathBuf,
    /// Its output folder.
    pub target: PathBuf,
    /// What the rules found.
    pub findings: Findings,
    /// The texts that findings point into.
    pub sources: Sources,
    /// Its pack; none where hetong itself failed.
    pub pack: Option<Arc<Pack>>,
    /// Its rows of the summary.
    pub summary: CaseSummary,
    /// What became of it.
    pub outcome: Outcome,
}

/// What is to be said of a case that was settled.
#[derive(Debug, Default)]
pub struct Notes {
    /// Orders that were to be corrected and come out as they were issued.
    pub same: Vec<String>,
    /// Issued orders whose sheets have changed since, with the same figures.
    pub changed: Vec<String>,
    /// Orders whose drafts have balances that are out of date.
    pub stale: Vec<String>,
    /// Orders with work that come to no 结算单, none of them asked for.
    pub unsettled: Vec<String>,
    /// Earlier months that have sheets and of which nothing was issued: the balances do not count them.
    pub not_issued: Vec<String>,
    /// How many errors concern orders that nobody asked for.
    pub elsewhere: usize,
}

/// What became of a case.
#[derive(Debug)]
#[expect(clippy::large_enum_variant, reason = "there is one for each case")]
pub enum Outcome {
    /// There is nothing of the month in it after all.
    Absent,
    /// Printed, as far as it was asked for.
    Done {
        /// What was written.
        written: Written,
        /// How far each 结算单 is that was asked for.
        states: Vec<State>,
        /// Orders whose 结算单 was issued in this run.
        issued: Vec<String>,
        /// Orders whose 结算单 was corrected in this run.
        corrected: Vec<String>,
        /// Files of issued 结算单 that were made again and came out otherwise.
        remade: Vec<String>,
        /// What else is to be said.
        notes: Box<Notes>,
    },
    /// Not settled, and why. Errors that findings tell are only counted there.
    Failed(String),
}

/// Keeps of a job what is needed later.
pub fn report(
    job: Job,
    month: Month,
    folder: &Path,
    target: PathBuf,
    done: Result<Done, SettleError>,
) -> Settled {
    let Job { case, pack, figures, findings, sources, .. } = job;
    let errors = done.as_ref().map(|done| &done.plan.errors).ok();
    let findings = without(findings, errors.map_or(&[], |errors| errors.answered.as_slice()));
    let findings = softened(findings, errors.map_or(&[], |errors| errors.not_now.as_slice()));
    let rows = FindingRow::all(&case.name, &findings);
    let elsewhere = errors.map_or(0, |errors| errors.elsewhere.len());
    let findings = without(findings, errors.map_or(&[], |errors| errors.elsewhere.as_slice()));
    let cap = figures.prices.cap_on(month.last());
    let basis = figures.prices.basis_on(month.last());
    let so_far = case.ledger.is_sound().then(|| standing(&[], &case.ledger, month));
    let mut summary = CaseSummary {
        case: case.name.clone(),
        supplier: text(&case.supplier.name).unwrap_or_else(|| case.name.clone()),
        short_name: text(&case.supplier.short_name).unwrap_or_default(),
        contract: text(&case.contract.number).unwrap_or_default(),
        basis,
        cap: cap.map(|cap| cap.amount()),
        findings: rows,
        ..CaseSummary::default()
    };
    stand(&mut summary, so_far);
    let outcome = match done {
        Ok(_) if case.months.is_empty() => Outcome::Absent,
        Ok(done) => {
            let decided = &done.plan.decided;
            stand(&mut summary, Some(standing(decided, &case.ledger, month)));
            summary.orders = decided.iter().map(|decided| row(decided, &case, &summary)).collect();
            summary.unsettled.clone_from(&done.plan.unsettled);
            outcome(done, elsewhere, not_issued(folder, month, &case.ledger))
        }
        Err(error) => {
            summary.failed = in_summary(&error);
            // What an earlier run issued stays issued.
            summary.orders = issued_before(&case, &summary, month);
            if !matches!(error, SettleError::Refused(Refused::Errors(_))) {
                summary.findings.push(FindingRow::refusal(&case.name, &error.to_string()));
            }
            Outcome::Failed(error.to_string())
        }
    };
    Settled {
        name: case.name,
        pack: Some(pack),
        folder: folder.to_path_buf(),
        target,
        sources: pointed_at(sources, &findings),
        findings,
        summary,
        outcome,
    }
}

/// The 累计 of a case; none where the ledger cannot be relied on.
fn stand(summary: &mut CaseSummary, standing: Option<Standing>) {
    summary.cumulative = standing.map(|standing| standing.balance.gross);
    summary.net_cumulative = standing.map(|standing| standing.balance.net);
    let later = standing.filter(|standing| standing.later != Balance::default());
    summary.later = later.map(|standing| (standing.line, standing.later.gross));
}

fn text(text: &crate::model::case::Text) -> Option<String> {
    text.as_ref().map(|text| text.value.clone())
}

fn row(decided: &Decided, case: &Case, summary: &CaseSummary) -> SettledOrder {
    let settlement = &decided.settlement;
    let settled = summary.basis.of(settlement.closing, settlement.net_closing);
    let order = case.orders.get(settlement.order_index);
    SettledOrder {
        order: settlement.order.clone(),
        name: order.and_then(|order| text(&order.name)).unwrap_or_default(),
        days: settlement.days,
        score: settlement.score.total,
        gross: settlement.due.gross,
        net: settlement.due.net,
        tax: settlement.due.tax,
        settled,
        basis: summary.basis,
        remaining: summary.cap.map(|cap| cap - settled),
        state: decided.state(),
    }
}

/// The month's 结算单 that the ledger has; none of a ledger that cannot be relied on.
fn issued_before(case: &Case, summary: &CaseSummary, month: Month) -> Vec<SettledOrder> {
    let ledger = &case.ledger;
    let lines = ledger.effective().filter(|line| ledger.is_sound() && line.month == month);
    let rows = lines.filter_map(|line| {
        let (_, after) = ledger.balances_of(&line.order, month)?;
        let settled = summary.basis.of(after.gross, after.net);
        let order = case
            .orders
            .iter()
            .find(|order| order.number.as_ref().is_some_and(|number| same_name(&number.value, &line.order)));
        Some(SettledOrder {
            order: line.order.clone(),
            name: order.and_then(|order| text(&order.name)).unwrap_or_default(),
            days: line.days,
            score: line.score,
            gross: line.gross,
            net: line.net,
            tax: line.tax,
            settled,
            basis: summary.basis,
            remaining: summary.cap.map(|cap| cap - settled),
            state: State::Unchecked,
        })
    });
    rows.collect()
}

/// Earlier months with sheets that the ledger knows nothing of.
fn not_issued(folder: &Path, month: Month, ledger: &Ledger) -> Vec<String> {
    let known = |month: &Month| ledger.lines().iter().any(|(line, _)| line.month == *month);
    months_before(folder, month).iter().filter(|month| !known(month)).map(Month::to_string).collect()
}

fn outcome(done: Done, elsewhere: usize, not_issued: Vec<String>) -> Outcome {
    let Plan { decided, unsettled, stale, .. } = done.plan;
    let appended = |correction: bool| {
        let lines = decided.iter().filter_map(|decided| decided.append.as_ref());
        lines.filter(|line| line.correction.is_some() == correction).map(|line| line.order.clone()).collect()
    };
    let compared = |found: Compared| {
        let found = decided.iter().filter(|decided| decided.compared == Some(found));
        found.map(|decided| decided.settlement.order.clone()).collect()
    };
    Outcome::Done {
        written: done.written,
        states: decided.iter().filter(|decided| decided.wanted).map(Decided::state).collect(),
        issued: appended(false),
        corrected: appended(true),
        remade: done.remade,
        notes: Box::new(Notes {
            same: compared(Compared::Same),
            changed: compared(Compared::Changed),
            stale,
            unsettled,
            not_issued,
            elsewhere,
        }),
    }
}

fn in_summary(error: &SettleError) -> String {
    match error {
        SettleError::Refused(Refused::Errors(count)) => format!("有 {count} 个错误，见“发现”"),
        other => other.to_string(),
    }
}

/// What was corrected is no error any more, and what nobody asked for is told elsewhere.
fn without(findings: Findings, left_out: &[Diagnostic]) -> Findings {
    let mut kept = Findings::default();
    kept.extend(findings.into_iter().filter(|finding| !left_out.contains(finding)));
    kept
}

/// What is to be mended elsewhere, but keeps no month from being settled, is worth a word here, and no error.
fn softened(findings: Findings, not_now: &[Diagnostic]) -> Findings {
    let mut softened = Findings::default();
    softened.extend(findings.into_iter().map(|finding| match not_now.contains(&finding) {
        true => Diagnostic { severity: Severity::Warning, ..finding },
        false => finding,
    }));
    softened
}

/// Only the texts that will be shown.
fn pointed_at(mut sources: Sources, findings: &Findings) -> Sources {
    let files: BTreeSet<FileName> =
        findings.iter().flat_map(origins).filter_map(Origin::file).cloned().collect();
    sources.retain(|file, _| files.contains(file));
    sources
}

fn origins(finding: &Diagnostic) -> impl Iterator<Item = &Origin> {
    let labels = finding.labels.iter().map(|(origin, _)| origin);
    let repeats = finding.repeats.iter().map(|(origin, _)| origin);
    std::iter::once(&finding.origin).chain(labels).chain(repeats)
}

impl Settled {
    /// What is left to say of a case in which hetong itself failed.
    pub fn crashed(folder: &Path, output: &Path, name: &str) -> Self {
        let why = "程序内部错误，这个案卷没有做完；请把案卷和屏幕上的错误文字发给维护者".to_owned();
        Self {
            name: name.to_owned(),
            folder: folder.to_path_buf(),
            target: output.join(name),
            findings: Findings::default(),
            sources: Sources::default(),
            pack: None,
            summary: CaseSummary {
                case: name.to_owned(),
                supplier: name.to_owned(),
                failed: why.clone(),
                findings: vec![FindingRow::refusal(name, &why)],
                ..CaseSummary::default()
            },
            outcome: Outcome::Failed(why),
        }
    }

    /// Whether there is nothing of the month in it.
    pub fn is_absent(&self) -> bool {
        matches!(self.outcome, Outcome::Absent)
    }

    /// Whether it was not settled, or something in it is to be mended.
    pub fn failed(&self) -> bool {
        matches!(self.outcome, Outcome::Failed(_)) || self.findings.count(Severity::Error) > 0
    }
}
