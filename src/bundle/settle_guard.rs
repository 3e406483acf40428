//! What stands in the way of settling a case: errors that concern what was asked for, work that came to no 结算单, and
//! an output folder that another case's or a lost ledger's issued 结算单 stand in.
//!
//! May use: `bundle::job`, `bundle::manifest`, `compute`, `diagnostics`.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use super::job::Job;
use super::manifest::{IssuedBefore, issued_before};
use super::settle_plan::{Decided, Refused, Wanted};
use crate::compute::prices::Cap;
use crate::compute::quotation::same_name;
use crate::diagnostics::{Diagnostic, Origin, Severity};
use crate::model::ledger::{Balance, LedgerLine};
use crate::model::month::Month;

/// The rule that tells of an issued figure that differs; `--amend` is the answer to it.
const DIFFERS: &str = "S005";
/// The rule of months that were issued before a 调整 reached back over them; `--amend` is the answer to it, too.
const REPRICED: &str = "R003";
/// The rule of the framework's cap.
const CAP: &str = "S004";
/// The rule of what is ordered in all: too much of it is to be mended in the orders. What is settled has a rule of its own.
const ORDERED: &str = "O002";
/// Its finding stands at one of several rows of a person and does not name them all.
const ONE_PERSON: &str = "S003";

/// The errors of a case, by what they are to a run.
#[derive(Debug, Default)]
pub struct Errors {
    /// Those that refuse it.
    pub standing: usize,
    /// Answered by the corrections of this run.
    pub answered: Vec<Diagnostic>,
    /// Those of other orders than were asked for.
    pub elsewhere: Vec<Diagnostic>,
    /// Those that keep no month from being settled: of other months, or of what is ordered in all.
    pub not_now: Vec<Diagnostic>,
}

/// What an error is to a run.
enum Weight {
    Standing,
    Answered,
    Elsewhere,
    NotNow,
}

impl Errors {
    /// Sorts a case's errors. What is in doubt stands. `after` is what is settled when all of it is done.
    pub fn of(job: &Job, wanted: &Wanted, decided: &[Decided], after: Balance) -> Self {
        let mut errors = Self::default();
        let brought_down = cap(job, decided).is_some_and(|cap| cap.of(after) <= cap.amount());
        for finding in job.findings.iter().filter(|finding| finding.severity == Severity::Error) {
            let weight = match finding.id {
                DIFFERS if is_corrected(job, decided, &finding.origin) => Weight::Answered,
                REPRICED => repriced(job, wanted, decided, finding),
                ORDERED => Weight::NotNow,
                CAP if !is_row(&finding.origin) && brought_down => Weight::Answered,
                _ if is_elsewhere(job, wanted, finding) => Weight::Elsewhere,
                _ => Weight::Standing,
            };
            match weight {
                Weight::Standing => errors.standing += 1,
                Weight::Answered => errors.answered.push(finding.clone()),
                Weight::Elsewhere => errors.elsewhere.push(finding.clone()),
                Weight::NotNow => errors.not_now.push(finding.clone()),
            }
        }
        errors
    }

    /// Whether any of those that do not stand in the way concerns this order.
    pub fn concern(&self, job: &Job, order: &str) -> bool {
        let named = |origin: &Origin| orders_at(job, origin).iter().any(|named| same_name(named, order));
        let places = |finding: &Diagnostic| {
            let labels = finding.labels.iter().map(|(origin, _)| origin);
            let repeats = finding.repeats.iter().map(|(origin, _)| origin);
            std::iter::once(&finding.origin).chain(labels).chain(repeats).any(named)
        };
        self.elsewhere.iter().any(places)
    }
}

/// Whether this run corrects the ledger's line at a place.
fn is_corrected(job: &Job, decided: &[Decided], place: &Origin) -> bool {
    decided.iter().any(|one| {
        let corrects = one.append.as_ref().is_some_and(|line| line.correction.is_some());
        let issued = || job.case.ledger.issued(&one.settlement.order, one.settlement.month);
        corrects && issued().is_some_and(|(_, origin)| origin == place)
    })
}

/// What it is to a run that issued 结算单 of a month lack a 调整: nothing, if it is another month; else they are to be
/// corrected, all that were asked for.
fn repriced(job: &Job, wanted: &Wanted, decided: &[Decided], finding: &Diagnostic) -> Weight {
    let named = |place: &Origin| {
        *place == finding.origin || finding.labels.iter().any(|(labelled, _)| labelled == place)
    };
    let lines: Vec<_> = job.case.ledger.lines().iter().filter(|(_, place)| named(place)).collect();
    let read = |line: &LedgerLine| job.case.months.iter().any(|sheets| sheets.month == line.month);
    if !lines.is_empty() && !lines.iter().any(|(line, _)| read(line)) {
        return Weight::NotNow;
    }
    let open = lines.iter().filter(|(_, place)| !is_corrected(job, decided, place));
    let open: Vec<&str> = open.map(|(line, _)| line.order.as_str()).collect();
    let asked = |order: &&str| !matches!(wanted, Wanted::Orders(_)) || wanted.has(order);
    match open.as_slice() {
        [] if !lines.is_empty() => Weight::Answered,
        [_, ..] if !open.iter().any(asked) => Weight::Elsewhere,
        _ => Weight::Standing,
    }
}

/// Whether a finding concerns only orders of the case that were not asked for.
fn is_elsewhere(job: &Job, wanted: &Wanted, finding: &Diagnostic) -> bool {
    let Wanted::Orders(_) = wanted else { return false };
    let orders = |origin: &Origin| orders_at(job, origin);
    let other = |origin: &Origin| {
        let orders = orders(origin);
        !orders.is_empty() && !orders.iter().any(|order| wanted.has(order))
    };
    let wanted_there = |origin: &Origin| orders(origin).iter().any(|order| wanted.has(order));
    match finding.id {
        // Judged anew over what was asked for; what is in the ledger stands.
        CAP => is_row(&finding.origin),
        DIFFERS => {
            // One that has vanished may have become another order's number.
            let settled = |order: &&str| is_settled(job, order);
            other(&finding.origin) && orders(&finding.origin).iter().all(|order| settled(&order.as_str()))
        }
        ONE_PERSON => false,
        id if id.starts_with(['K', 'S']) => {
            other(&finding.origin)
                && finding.repeats.iter().all(|(origin, _)| other(origin))
                && !finding.labels.iter().any(|(origin, _)| wanted_there(origin))
        }
        _ => false,
    }
}

fn is_row(origin: &Origin) -> bool {
    matches!(origin, Origin::Cell(_))
}

/// The orders of the case whose row of 工时 or 考核, or whose ledger line, stands at a place.
fn orders_at(job: &Job, origin: &Origin) -> BTreeSet<String> {
    let work = job.case.months.iter().flat_map(|sheets| sheets.work.iter().map(|row| &row.order));
    let assessed = job.case.months.iter().flat_map(|sheets| sheets.assessments.iter().map(|row| &row.order));
    let rows = work.chain(assessed).filter(|order| same_row(&order.origin, origin));
    let rows = rows.map(|order| order.value.clone()).filter(|order| is_known(job, order));
    let lines = job.case.ledger.lines().iter().filter(|(_, place)| place == origin);
    rows.chain(lines.map(|(line, _)| line.order.clone())).collect()
}

fn same_row(a: &Origin, b: &Origin) -> bool {
    match (a, b) {
        (Origin::Cell(a), Origin::Cell(b)) => {
            (&a.file, &a.sheet, a.cell.row) == (&b.file, &b.sheet, b.cell.row)
        }
        _ => false,
    }
}

fn is_known(job: &Job, order: &str) -> bool {
    job.case.orders.iter().any(|known| same_name(known.number(), order))
}

fn is_settled(job: &Job, order: &str) -> bool {
    job.figures.settlements.iter().any(|settlement| same_name(&settlement.order, order))
}

/// The orders that the month's 工时 names and that come to no 结算单, in the sheet's order.
pub fn unsettled(job: &Job) -> Vec<String> {
    let mut orders: Vec<String> = Vec::new();
    for row in job.case.months.iter().flat_map(|sheets| &sheets.work) {
        let order = &row.order.value;
        if !is_settled(job, order) && !orders.iter().any(|known| same_name(known, order)) {
            orders.push(order.clone());
        }
    }
    orders
}

/// Which of them keep a run from what it was asked for: one that is no order of the case may be any of them.
pub fn in_the_way<'o>(job: &Job, wanted: &Wanted, unsettled: &'o [String]) -> Vec<&'o String> {
    let here = |order: &&String| wanted.has(order) || !is_known(job, order);
    unsettled.iter().filter(|order| *wanted == Wanted::Nothing || here(order)).collect()
}

/// The cap, over what was asked for alone: what the rule says is said of all orders of the month.
///
/// # Errors
/// If it goes over the cap.
pub fn within_cap(job: &Job, wanted: &Wanted, decided: &[Decided]) -> Result<(), Refused> {
    let (Wanted::Orders(_), Some(cap)) = (wanted, cap(job, decided)) else { return Ok(()) };
    let mut running = job.case.ledger.balance();
    for one in decided.iter().filter(|one| one.wanted && one.recorded().is_none()) {
        let before = running;
        running = match &one.append {
            Some(_) => Balance { gross: one.settlement.closing, net: one.settlement.net_closing },
            None => before.plus(one.settlement.due.both()),
        };
        let (reached, most) = (cap.of(running), cap.amount());
        if reached > most && reached > cap.of(before) {
            let (order, over) = (one.settlement.order.clone(), reached - most);
            return Err(Refused::OverCap { order, basis: cap.basis, reached, cap: most, over });
        }
    }
    Ok(())
}

/// What these 结算单 are judged by, as S004 judges them.
fn cap<'j>(job: &'j Job, decided: &[Decided]) -> Option<Cap<'j>> {
    job.figures.prices.cap_for(decided.first()?.settlement.month, &job.case.ledger)
}

/// Refuses an output folder in which another contract's 结算单 stand, or issued ones that the ledger does not know: it
/// was lost, and would start anew from nothing.
///
/// # Errors
/// If so.
pub fn own_folder(job: &Job, target: &Path, month: Month, reissued: bool) -> Result<(), Refused> {
    let number = job.case.contract.number.as_ref().map(|number| number.value.as_str());
    if let Some(before) = issued_before(target) {
        let theirs = before.contract_number.as_deref();
        let other = theirs.zip(number).is_some_and(|(theirs, ours)| !same_name(theirs, ours));
        if other || (theirs != number && !before.settlements.is_empty() && number.is_none()) {
            return Err(Refused::OtherContract {
                folder: target.display().to_string(),
                theirs: theirs.unwrap_or("（没有写）").to_owned(),
                ours: number.unwrap_or("（没有写）").to_owned(),
            });
        }
        known(job, target, month, &before, reissued)?;
    }
    for (month, folder) in other_months(target, month) {
        let before = issued_before(&folder);
        let ours = |before: &IssuedBefore| number.is_some() && before.contract_number.as_deref() == number;
        if let Some(before) = before.filter(ours) {
            known(job, &folder, month, &before, reissued)?;
        }
    }
    Ok(())
}

/// Every 结算单 that was issued into a folder is in the ledger. A torn last line is one that is going to be issued again.
fn known(
    job: &Job,
    folder: &Path,
    month: Month,
    before: &IssuedBefore,
    reissued: bool,
) -> Result<(), Refused> {
    let ledger = &job.case.ledger;
    if reissued && ledger.damage.iter().any(|damage| damage.torn) {
        return Ok(());
    }
    let lines = || ledger.lines().iter().map(|(line, _)| line);
    for entry in &before.settlements {
        let same = |figures: [String; 2]| figures == [entry.gross.clone(), entry.closing.clone()];
        let recorded = lines().any(|line| {
            line.month == month
                && same_name(&line.order, &entry.order)
                && same([line.gross.to_string(), line.closing.to_string()])
        });
        if !recorded {
            return Err(Refused::NotInLedger {
                folder: folder.display().to_string(),
                order: entry.order.clone(),
                month,
                gross: entry.gross.clone(),
            });
        }
    }
    Ok(())
}

/// The case's folders of other months beside this one's: `结算-2026-04/甲` beside `结算-2026-03/甲`.
fn other_months(target: &Path, month: Month) -> Vec<(Month, PathBuf)> {
    let (Some(name), Some(batch)) = (target.file_name(), target.parent()) else { return Vec::new() };
    let Some(entries) = batch.parent().and_then(|all| fs::read_dir(all).ok()) else { return Vec::new() };
    let month_of = |entry: &fs::DirEntry| {
        entry.file_name().to_str().and_then(|name| name.strip_prefix("结算-")?.parse::<Month>().ok())
    };
    let folders = entries.filter_map(Result::ok).filter_map(|entry| Some((month_of(&entry)?, entry.path())));
    let mut folders: Vec<(Month, PathBuf)> =
        folders.filter(|(other, _)| *other != month).map(|(month, path)| (month, path.join(name))).collect();
    folders.sort();
    folders
}
