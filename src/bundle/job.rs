//! A case made ready: read, computed and checked; what `check` reports and `build` renders.
//!
//! May use: `input`, `pack`, `compute`, `rules`, `view`.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::workshop::Workshop;
use crate::compute::CaseFigures;
use crate::compute::figures::{Figure, figure_book};
use crate::compute::parties::Parties;
use crate::compute::people::People;
use crate::diagnostics::{Findings, Located, Sources};
use crate::input::belonging;
use crate::input::case::{self, LoadedCase};
use crate::input::folder::InputFile;
use crate::input::months::{self, Scope};
use crate::model::blank::Blank;
use crate::model::case::Case;
use crate::model::characters::unseen;
use crate::model::fault::{Fault, FaultKind};
use crate::model::ledger::Ledger;
use crate::pack::{Pack, PackError};
use crate::render::fonts::Fonts;
use crate::rules::{self, Context, Purpose, RuleOutcome};
use crate::view::blanks::blanks;

/// The pack a case gets that names none.
pub const DEFAULT_PACK: &str = "migu-2026";

/// A case as read, with its pack; not yet checked.
#[derive(Debug)]
pub struct Draft {
    /// What was read.
    pub loaded: LoadedCase,
    /// The pack it names, or the default.
    pub pack: Arc<Pack>,
    /// Where the case lies, however it was named.
    place: PathBuf,
    /// Whether the ledger was read for what it forbids only, and says nothing of the documents.
    ledger_aside: bool,
}

/// What a run knows of all its cases.
#[derive(Clone, Copy, Debug)]
pub struct Among<'a> {
    /// Who worked when.
    pub people: &'a People,
    /// Who they are with.
    pub parties: &'a Parties,
}

/// A case made ready.
#[derive(Debug)]
pub struct Job {
    /// The case.
    pub case: Case,
    /// Whether 合同.yaml could be read; if not, there is nothing to build.
    pub readable: bool,
    /// Its pack.
    pub pack: Arc<Pack>,
    /// Its figures.
    pub figures: CaseFigures,
    /// How each figure came about.
    pub book: Vec<Figure>,
    /// What is still open.
    pub blanks: Vec<Blank>,
    /// Everything the rules found.
    pub findings: Findings,
    /// What each rule came to.
    pub outcomes: Vec<RuleOutcome>,
    /// Texts findings point into.
    pub sources: Sources,
    /// Files read.
    pub inputs: Vec<InputFile>,
    /// Draft or final.
    pub purpose: Purpose,
}

impl Draft {
    /// Reads as much of the case in `folder` as `scope` asks for.
    ///
    /// # Errors
    /// If the pack cannot be loaded; everything else is a finding of the case.
    pub fn read(folder: &Path, scope: Scope, packs: Option<&Path>) -> Result<Self, PackError> {
        Self::read_with(folder, scope, &Workshop::new(packs, None))
    }

    /// The same with what a whole run shares.
    ///
    /// # Errors
    /// If the pack cannot be loaded.
    pub fn read_with(folder: &Path, scope: Scope, workshop: &Workshop) -> Result<Self, PackError> {
        let mut loaded = case::load(folder);
        let pack = pack_of(workshop, loaded.pack_id.as_ref(), &mut loaded.faults)?;
        let months = months::load(folder, scope, &pack);
        loaded.case.months = months.months;
        loaded.case.ledger = months.ledger;
        let ledger_aside = scope == Scope::Contract;
        if ledger_aside {
            let (ledger, sources) = months::ledger_beside_adjustments(folder, &loaded.case);
            loaded.case.ledger = ledger;
            loaded.sources.extend(sources);
        }
        loaded.faults.extend(months.faults);
        loaded.sources.extend(months.sources);
        loaded.inputs.extend(months.inputs);
        loaded.case.ledger.belongs = loaded.case.ledger_by_name();
        let place = folder.canonicalize().unwrap_or_else(|_| folder.to_path_buf());
        Ok(Self { loaded, pack, place, ledger_aside })
    }

    /// Holds an old ledger, whose lines do not say whose they are, for the case's only if that can be proved: for those
    /// who go on from its balance. `outputs` is the folder that has the months' folders.
    pub fn prove_ledger(&mut self, outputs: &Path) {
        let LoadedCase { case, inputs, .. } = &mut self.loaded;
        case.ledger.belongs = belonging::proven(case, &self.place, inputs, outputs);
    }

    /// Computes and checks it. With `fonts`, every character is checked for a glyph, too.
    pub fn check(self, purpose: Purpose, fonts: Option<&Fonts>) -> Job {
        let alone = Among { people: &People::default(), parties: &Parties::default() };
        self.check_among(alone, purpose, fonts)
    }

    /// The same as one of the cases of a run.
    pub fn check_among(self, among: Among<'_>, purpose: Purpose, fonts: Option<&Fonts>) -> Job {
        let Self { loaded, pack, place, ledger_aside } = self;
        let LoadedCase { case, readable, faults, sources, inputs, .. } = loaded;
        let figures = CaseFigures::of(&case, &pack);
        // A file that cannot be read leaves nothing to judge: only that is told.
        let blanks = if readable { blanks(&case, &figures) } else { Vec::new() };
        let documents: Vec<String> =
            pack.documents.iter().filter(|document| document.in_bundle).map(|d| d.id.clone()).collect();
        let missing_glyphs = fonts.map(|fonts| missing_glyphs(&case, fonts)).unwrap_or_default();
        let beside = among.parties.beside(&place, &case.contract, &case.supplier);
        let context = Context {
            case: &case,
            pack: &pack,
            figures: &figures,
            faults: &faults,
            blanks: &blanks,
            documents: &documents,
            missing_glyphs: &missing_glyphs,
            people: among.people,
            beside: &beside,
            purpose,
        };
        let (findings, mut outcomes) =
            if readable { rules::run_all(&context) } else { rules::run_files(&context) };
        if readable && ledger_aside && case.ledger != Ledger::default() {
            // The 核对报告 of the contract must not change with every month that is issued.
            let without = Case { ledger: Ledger::default(), ..case.clone() };
            rules::leave_aside(&mut outcomes, &Context { case: &without, ..context });
        }
        let book = figure_book(&case, &pack, &figures);
        Job { case, readable, pack, figures, book, blanks, findings, outcomes, sources, inputs, purpose }
    }
}

impl Job {
    /// Whether a final build is refused.
    pub fn refuses_final(&self) -> bool {
        self.findings.has_errors() || !self.blanks.is_empty()
    }
}

/// The pack a case names. One it misnames is a fault of the case, and the default stands in for it.
fn pack_of(
    workshop: &Workshop,
    named: Option<&Located<String>>,
    faults: &mut Vec<Fault>,
) -> Result<Arc<Pack>, PackError> {
    let Some(named) = named else { return workshop.pack(DEFAULT_PACK) };
    let known = workshop.available()?;
    if known.contains(&named.value) {
        return workshop.pack(&named.value);
    }
    faults.push(Fault::new(
        FaultKind::BadValue {
            what: "模板".into(),
            found: named.value.clone(),
            expected: format!("现有的模板：{}", known.join("、")),
        },
        named.origin.clone(),
    ));
    workshop.pack(DEFAULT_PACK)
}

/// Characters of the users' texts that no font has a glyph for.
fn missing_glyphs(case: &Case, fonts: &Fonts) -> BTreeSet<char> {
    let (typed, sheets) = (rules::user_texts(case), rules::sheet_texts(case));
    let texts = typed.iter().chain(&sheets);
    let characters: BTreeSet<char> = texts.flat_map(|text| text.text.value.chars()).collect();
    // What prints nothing whatever the font is T010's.
    characters.into_iter().filter(|c| unseen(*c).is_none() && !fonts.covers(*c)).collect()
}
