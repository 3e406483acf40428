//! What may be wrong with a case: one file per family, one contiguous block per rule, one registration here.
//!
//! A rule looks at a [`Context`] and reports what it finds; it never stops another rule. What input could not read
//! comes in as faults, what a document would leave blank as blanks, so that everything is told in one list.
//!
//! May use: `model`, `compute`, `pack`, `diagnostics`.

pub mod adjustments;
pub mod assessment;
pub mod files;
pub mod fold;
pub mod identity;
pub mod integrity;
pub mod ledger;
pub mod money;
pub mod orders;
pub mod parties;
pub mod quotation;
mod reporter;
pub mod rounding;
pub mod security;
pub mod supplements;
#[cfg(test)]
pub mod testing;
pub mod text;
mod texts;
pub mod worklog;

use std::collections::{BTreeSet, HashMap};

use crate::compute::CaseFigures;
use crate::compute::people::People;
use crate::diagnostics::{Diagnostic, Findings, RuleInfo};
use crate::model::blank::Blank;
use crate::model::case::Case;
use crate::model::fault::Fault;
pub(crate) use crate::model::likeness::nearest;
use crate::model::party::Party;
use crate::pack::Pack;

pub use reporter::{Report, Reporter};
pub use texts::{UserText, sheet_texts, user_texts};

/// What the findings are for: a draft may have blanks, a final build may not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// Blanks and placeholders are part of the work.
    Draft,
    /// To be signed.
    Final,
}

/// Everything a rule may look at.
#[derive(Clone, Copy, Debug)]
pub struct Context<'a> {
    /// The case.
    pub case: &'a Case,
    /// The contract form.
    pub pack: &'a Pack,
    /// What was computed from them.
    pub figures: &'a CaseFigures,
    /// What input could not read.
    pub faults: &'a [Fault],
    /// What the documents would leave blank.
    pub blanks: &'a [Blank],
    /// Ids of the documents that are to be built; empty where only a check is wanted.
    pub documents: &'a [String],
    /// Characters of the users' texts that no font has a glyph for.
    pub missing_glyphs: &'a BTreeSet<char>,
    /// Who worked when in all cases of the batch, this one included; empty where cases are looked at one by one.
    pub people: &'a People,
    /// The other cases of the run that have 合同编号, 信用代码 or 账号 in common with this one.
    pub beside: &'a [&'a Party],
    /// Draft or final.
    pub purpose: Purpose,
}

/// One rule: what `hetong explain` prints, whether it has anything to look at, and the check.
#[derive(Debug)]
pub struct Rule {
    /// Id, title, clause, explanation.
    pub info: RuleInfo,
    /// Whether the case has anything that this rule looks at; if not, the 核对报告 says 不适用.
    pub applies: fn(&Context) -> bool,
    /// Looks, and reports.
    pub check: fn(&Context, &mut Reporter),
}

/// For rules that look at every case.
pub(crate) fn always(_: &Context) -> bool {
    true
}

/// All rules, in the order of their ids. The only registration.
pub static RULES: &[&Rule] = &[
    &files::F001,
    &files::F002,
    &files::F003,
    &files::F004,
    &files::F005,
    &files::F006,
    &files::F007,
    &files::F008,
    &security::I001,
    &security::I002,
    &security::I003,
    &security::I004,
    &security::I005,
    &security::I006,
    &assessment::K001,
    &assessment::K002,
    &assessment::K003,
    &assessment::K004,
    &assessment::K005,
    &assessment::K006,
    &integrity::L001,
    &integrity::L002,
    &integrity::L003,
    &integrity::L004,
    &integrity::L005,
    &money::M001,
    &money::M002,
    &money::M003,
    &money::M004,
    &rounding::M005,
    &orders::dates::O001,
    &orders::O002,
    &orders::plan::O003,
    &orders::O004,
    &orders::lines::O005,
    &orders::lines::O006,
    &orders::dates::O007,
    &orders::dates::O008,
    &orders::dates::O009,
    &orders::O010,
    &orders::lines::O011,
    &parties::P001,
    &parties::P002,
    &parties::P003,
    &parties::P004,
    &parties::P005,
    &parties::P006,
    &parties::P007,
    &identity::P008,
    &identity::P009,
    &identity::P010,
    &quotation::rows::Q001,
    &quotation::prices::Q002,
    &quotation::prices::Q003,
    &quotation::prices::Q004,
    &quotation::totals::Q005,
    &quotation::totals::Q006,
    &quotation::totals::Q007,
    &quotation::cells::Q008,
    &quotation::rows::Q009,
    &quotation::rows::Q010,
    &quotation::cells::Q011,
    &quotation::cells::Q012,
    &quotation::subtotals::Q013,
    &quotation::cells::Q014,
    &adjustments::R001,
    &supplements::R002,
    &adjustments::R003,
    &adjustments::R004,
    &supplements::R005,
    &worklog::S001,
    &worklog::S002,
    &worklog::persons::S003,
    &ledger::S004,
    &ledger::S005,
    &ledger::S006,
    &ledger::S007,
    &worklog::cells::S008,
    &worklog::cells::S009,
    &worklog::cells::S010,
    &worklog::cells::S011,
    &worklog::sums::S012,
    &worklog::sums::S013,
    &worklog::straddle::S014,
    &identity::S018,
    &text::T001,
    &text::T002,
    &text::references::T003,
    &text::leftovers::T004,
    &text::T005,
    &text::laws::T006,
    &text::T007,
    &text::T008,
    &text::T009,
    &text::unseen::T010,
];

/// Rules of which the findings in a supplier's own sheet are his to mend: his prices, and his people's days. Caps, the
/// ledger and 考核 are the buyer's.
pub static OF_SUPPLIERS: &[&Rule] = &[
    &files::F001,
    &files::F002,
    &files::F006,
    &files::F007,
    &quotation::rows::Q001,
    &quotation::prices::Q002,
    &quotation::prices::Q003,
    &quotation::prices::Q004,
    &quotation::totals::Q005,
    &quotation::totals::Q006,
    &quotation::totals::Q007,
    &quotation::cells::Q008,
    &quotation::rows::Q009,
    &quotation::rows::Q010,
    &quotation::cells::Q011,
    &quotation::cells::Q012,
    &quotation::subtotals::Q013,
    &quotation::cells::Q014,
    &supplements::R002,
    &worklog::S001,
    &worklog::S002,
    &worklog::persons::S003,
    &worklog::cells::S008,
    &worklog::cells::S009,
    &worklog::cells::S010,
    &worklog::cells::S011,
    &worklog::sums::S012,
    &worklog::sums::S013,
    &worklog::straddle::S014,
    &text::unseen::T010,
];

/// The explanation of a rule by its id, whatever the case of its letter.
pub fn explain(id: &str) -> Option<&'static RuleInfo> {
    RULES.iter().map(|rule| &rule.info).find(|info| info.id.eq_ignore_ascii_case(id.trim()))
}

/// What one rule came to, for the 核对报告.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuleOutcome {
    /// Its id.
    pub id: &'static str,
    /// Its title.
    pub title: &'static str,
    /// The clause it rests on.
    pub clause: &'static str,
    /// How many findings it made.
    pub count: usize,
    /// Whether the case had anything for it to look at.
    pub applicable: bool,
}

/// Runs every rule: all findings in order of place, and what each rule came to.
pub fn run_all(context: &Context) -> (Findings, Vec<RuleOutcome>) {
    run_those(context, |_| true)
}

/// Takes rules that found nothing for 不适用 if `context`, which lacks something they looked at, gives them nothing to look at.
pub fn leave_aside(outcomes: &mut [RuleOutcome], context: &Context) {
    for outcome in outcomes.iter_mut().filter(|outcome| outcome.count == 0) {
        let rule = RULES.iter().find(|rule| rule.info.id == outcome.id);
        outcome.applicable = rule.is_some_and(|rule| (rule.applies)(context));
    }
}

/// Runs the rules on files only, for a case of which nothing could be read.
pub fn run_files(context: &Context) -> (Findings, Vec<RuleOutcome>) {
    run_those(context, |info| info.family() == "F")
}

fn run_those(context: &Context, wanted: fn(&RuleInfo) -> bool) -> (Findings, Vec<RuleOutcome>) {
    let mut findings = Findings::default();
    let mut outcomes = Vec::with_capacity(RULES.len());
    for rule in RULES.iter().filter(|rule| wanted(&rule.info)) {
        let (found, applicable) = run(rule, context);
        outcomes.push(RuleOutcome {
            id: rule.info.id,
            title: rule.info.title,
            clause: rule.info.clause,
            count: found.len(),
            applicable,
        });
        findings.extend(found);
    }
    (findings.sorted(), outcomes)
}

/// Runs one rule. Merged cells cover many rows, so what is said twice of one place is said once.
fn run(rule: &'static Rule, context: &Context) -> (Vec<Diagnostic>, bool) {
    let mut reporter = Reporter { info: &rule.info, found: Vec::new() };
    let applicable = (rule.applies)(context);
    if applicable {
        (rule.check)(context, &mut reporter);
    }
    (within_limit(fold::fold(unique(reporter.found))), applicable)
}

/// What one rule tells at the most: nobody reads on, and a file can be made to break a rule a million times.
pub(crate) const MOST_TOLD: usize = 500;

fn unique(found: Vec<Diagnostic>) -> Vec<Diagnostic> {
    let mut unique: Vec<Diagnostic> = Vec::with_capacity(found.len());
    let mut known: HashMap<(String, String), Vec<usize>> = HashMap::new();
    for diagnostic in found {
        let alike = known.entry((diagnostic.origin.to_string(), diagnostic.message.clone())).or_default();
        if !alike.iter().any(|index| unique.get(*index) == Some(&diagnostic)) {
            alike.push(unique.len());
            unique.push(diagnostic);
        }
    }
    unique
}

/// The first findings, and one that says how many more there are: as grave as the gravest of these, at the first of them.
fn within_limit(mut found: Vec<Diagnostic>) -> Vec<Diagnostic> {
    if found.len() <= MOST_TOLD {
        return found;
    }
    let rest = found.split_off(MOST_TOLD);
    let gravest = rest.iter().map(|diagnostic| diagnostic.severity).min();
    if let Some((first, severity)) = rest.first().zip(gravest) {
        let message = format!("同一类问题另有 {} 处，不再逐一列出；先改正已列出的，再检查一次", rest.len());
        let origin = first.origin.clone();
        let (labels, repeats) = (Vec::new(), Vec::new());
        found.push(Diagnostic {
            message,
            severity,
            origin,
            labels,
            repeats,
            expected: None,
            ..first.clone()
        });
    }
    found
}

/// “，是不是“…””, or nothing.
pub(crate) fn did_you_mean(suggestion: Option<&str>) -> String {
    suggestion.map(|name| format!("，是不是想写“{name}”")).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compute::testing::good_case;
    use crate::diagnostics::Severity;

    #[test]
    fn ids_are_unique_sorted_and_well_formed() {
        let ids: Vec<&str> = RULES.iter().map(|rule| rule.info.id).collect();
        let mut sorted = ids.clone();
        sorted.sort_unstable();
        sorted.dedup();
        assert_eq!(ids, sorted);
        for id in ids {
            let (letter, digits) = id.split_at(1);
            assert!(letter.chars().all(|c| c.is_ascii_uppercase()), "{id}");
            assert!(digits.len() == 3 && digits.chars().all(|c| c.is_ascii_digit()), "{id}");
        }
    }

    #[test]
    fn every_rule_explains_itself() {
        for rule in RULES {
            let info = &rule.info;
            for text in [info.title, info.clause, info.what, info.why, info.example, info.fix] {
                assert!(!text.trim().is_empty(), "{}", info.id);
                assert!(!text.contains("\n\n"), "{}", info.id);
            }
            for sentence in [info.what, info.why, info.fix] {
                assert!(sentence.ends_with('。'), "{}: {sentence}", info.id);
            }
        }
        for rule in OF_SUPPLIERS.iter().filter(|rule| rule.info.family() == "Q") {
            assert!(
                rule.info.fix.contains("退回供应商") && rule.info.fix.contains("--reply"),
                "{}",
                rule.info.id
            );
        }
        let all = RULES.iter().filter(|rule| rule.info.family() == "Q").count();
        assert_eq!(OF_SUPPLIERS.iter().filter(|rule| rule.info.family() == "Q").count(), all);
        assert_eq!(explain("q007").map(|info| info.id), Some("Q007"));
        assert!(explain("Z999").is_none());
    }

    #[test]
    fn many_findings_of_a_rule_are_told_up_to_a_limit_and_the_gravest_still_counts() {
        let finding = |number: usize| Diagnostic {
            id: "S006",
            severity: if number == 30_000 { Severity::Error } else { Severity::Warning },
            message: number.to_string(),
            expected: None,
            clause: String::new(),
            help: String::new(),
            origin: crate::diagnostics::Origin::File("台账.jsonl".into()),
            labels: Vec::new(),
            repeats: Vec::new(),
        };
        let twice = (0..40_000).chain(0..40_000).map(finding).collect();
        let told = within_limit(unique(twice));
        assert_eq!(told.len(), MOST_TOLD + 1);
        let last = told.last().unwrap();
        assert!(last.message.contains(&format!("另有 {} 处", 40_000 - MOST_TOLD)), "{last:?}");
        assert_eq!(last.severity, Severity::Error);
        assert_eq!(within_limit((0..MOST_TOLD).map(finding).collect()).len(), MOST_TOLD);
    }

    #[test]
    fn a_fault_down_a_whole_column_is_told_once() {
        let mut case = good_case();
        for row in &mut case.quotation.as_mut().unwrap().rows {
            let cell = row.gross_total.as_mut().unwrap();
            let total = cell.value.number().unwrap();
            cell.value = crate::model::quotation::CellNumber::Number(total + rust_decimal::dec!(1));
        }
        let found = testing::fire("Q005", &case);
        let found = testing::only(found, &crate::compute::testing::cell_origin("J5"), Severity::Error);
        assert!(found.message.contains("还有 20 处") && found.message.contains("J25"), "{}", found.message);
        let (last, own) = found.repeats.last().unwrap();
        assert_eq!((found.repeats.len(), last), (20, &crate::compute::testing::cell_origin("J25")));
        assert!(own.starts_with("“技术支持·初级”"), "each repeat keeps its own words: {own}");
    }

    #[test]
    fn a_good_case_has_no_findings() {
        for purpose in [Purpose::Draft, Purpose::Final] {
            let (findings, outcomes) = testing::check(&good_case(), purpose);
            let told: Vec<String> =
                findings.iter().map(|d| format!("{} {} {}", d.id, d.origin, d.message)).collect();
            assert!(findings.is_empty(), "{told:#?}");
            assert_eq!(outcomes.len(), RULES.len());
        }
    }
}
