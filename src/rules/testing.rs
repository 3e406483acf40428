//! Runs rules on cases that tests have built with `compute::testing`.

use std::collections::BTreeSet;

use super::{Context, Purpose, RULES, RuleOutcome, run, run_all};
use crate::compute::CaseFigures;
use crate::compute::people::People;
use crate::compute::testing::pack;
use crate::diagnostics::{Diagnostic, Findings, Origin, Severity};
use crate::model::blank::Blank;
use crate::model::case::Case;
use crate::model::fault::Fault;
use crate::model::party::Party;

/// Runs all rules on a case.
pub fn check(case: &Case, purpose: Purpose) -> (Findings, Vec<RuleOutcome>) {
    let pack = pack();
    let figures = CaseFigures::of(case, &pack);
    run_all(&Context {
        case,
        pack: &pack,
        figures: &figures,
        faults: &[],
        blanks: &[],
        documents: &[],
        missing_glyphs: &BTreeSet::new(),
        people: &People::default(),
        beside: &[],
        purpose,
    })
}

/// What one rule finds in a draft.
pub fn fire(id: &str, case: &Case) -> Vec<Diagnostic> {
    fire_with(id, case, Extra::default())
}

/// What a test may add to a case.
#[derive(Default)]
pub struct Extra {
    /// What input could not read.
    pub faults: Vec<Fault>,
    /// What the documents would leave blank.
    pub blanks: Vec<Blank>,
    /// What is to be built.
    pub documents: Vec<String>,
    /// What no font can print.
    pub missing_glyphs: BTreeSet<char>,
    /// Who worked when, over all cases of a batch.
    pub people: People,
    /// Other cases of the run.
    pub beside: Vec<Party>,
    /// Figures in place of the case's own.
    pub figures: Option<CaseFigures>,
    /// A final build.
    pub is_final: bool,
}

/// What one rule finds, with more than a case to look at.
pub fn fire_with(id: &str, case: &Case, extra: Extra) -> Vec<Diagnostic> {
    let pack = pack();
    let figures = extra.figures.unwrap_or_else(|| CaseFigures::of(case, &pack));
    let context = Context {
        case,
        pack: &pack,
        figures: &figures,
        faults: &extra.faults,
        blanks: &extra.blanks,
        documents: &extra.documents,
        missing_glyphs: &extra.missing_glyphs,
        people: &extra.people,
        beside: &extra.beside.iter().collect::<Vec<_>>(),
        purpose: if extra.is_final { Purpose::Final } else { Purpose::Draft },
    };
    let rule = RULES.iter().find(|rule| rule.info.id == id).unwrap();
    run(rule, &context).0
}

/// Asserts one finding, at a place, of a severity; returns it.
pub fn only(mut found: Vec<Diagnostic>, origin: &Origin, severity: Severity) -> Diagnostic {
    let told: Vec<String> = found.iter().map(|d| format!("{} {}", d.origin, d.message)).collect();
    assert_eq!(found.len(), 1, "{told:#?}");
    let one = found.remove(0);
    assert_eq!(&one.origin, origin, "{}", one.message);
    assert_eq!(one.severity, severity, "{}", one.message);
    one
}
