//! One case's month, from reading to written files: checked, printed, and, if asked for, issued.
//!
//! Issuing goes under the case's lock, in this order: read, check, make the files and put them ready, append to the
//! ledger, let the files take their place. Whatever fails before the ledger leaves everything as it was; whatever
//! fails after it is made good by the next run, which finds the 结算单 issued and its files missing.
//!
//! May use: `bundle`, `compute`, `view`, `rules`, `diagnostics`.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use thiserror::Error;

use super::job::{Among, Draft, Job};
use super::ledger::{CaseLock, LedgerError, append};
use super::manifest::{MANIFEST, issued_before, month_manifest};
use super::produce::{Output, Press, ProduceError};
use super::settle_guard::own_folder;
use super::settle_plan::{Decided, Plan, Refused, Request, Wanted, plan};
use super::settle_report;
use super::settle_report::Settled;
use super::settlement::SETTLEMENT;
use super::workshop::Workshop;
use super::write::{Staged, Written, stage};
use crate::compute::settlement::{Issue, OrderSettlement};
use crate::input::folder::{explain, sha256_hex};
use crate::input::months::Scope;
use crate::model::ledger::LedgerLine;
use crate::model::month::Month;
use crate::pack::PackError;
use crate::render::fonts::{FontError, Fonts};
use crate::render::pdf;
use crate::render::template::TemplateError;
use crate::rules::Purpose;

/// What concerns all cases of a batch alike, and ends it.
#[derive(Debug, Error)]
#[expect(missing_docs, reason = "each is the error of one part")]
pub enum BatchError {
    #[error(transparent)]
    Pack(#[from] PackError),
    #[error(transparent)]
    Fonts(#[from] FontError),
    #[error(transparent)]
    Template(#[from] TemplateError),
}

/// What a batch is asked to do, the same for all its cases.
#[derive(Debug)]
pub struct Batch<'a> {
    /// What its cases share.
    pub workshop: &'a Workshop,
    /// What is known of all its cases.
    pub among: Among<'a>,
    /// The month.
    pub month: Month,
    /// The folder that has a folder for each case.
    pub output: &'a Path,
    /// Whether to issue; when, as RFC 3339; and why what was issued otherwise is corrected.
    pub issuing: Option<IssueOrder<'a>>,
}

/// `--issue`.
#[derive(Clone, Copy, Debug)]
pub struct IssueOrder<'a> {
    /// When, as RFC 3339.
    pub at: &'a str,
    /// `--amend`.
    pub amend: Option<&'a str>,
}

/// One case of a batch, and what is asked of it.
#[derive(Debug)]
pub struct CaseOrder<'a> {
    /// Its folder.
    pub folder: &'a Path,
    /// The name of its output folder; none for a second case of the same name.
    pub name: Option<&'a str>,
    /// The orders to print; the others are only counted.
    pub wanted: &'a Wanted,
}

/// Why a case was not settled.
#[derive(Debug, Error)]
#[expect(missing_docs, reason = "the messages say it")]
pub enum SettleError {
    #[error(transparent)]
    Refused(#[from] Refused),
    #[error(transparent)]
    Produce(#[from] ProduceError),
    #[error("清单写不出来：{0}")]
    Manifest(#[from] serde_json::Error),
    #[error("输出文件夹写不进去（{}），原有文件没有改动{}", explain(.why), .ledger)]
    Write { why: io::Error, ledger: &'static str },
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    #[error("案卷文件夹锁不住（{}），没有开具", explain(.0))]
    Lock(io::Error),
    #[error("没有等另一个 hetong 做完，这个案卷没有结算")]
    GaveUp,
    #[error(
        "结算单已经记入台账，但文件没有放到位（{}）；排除故障后再运行一次同样的命令，就会补上文件，不会重复记账",
        explain(.0)
    )]
    Commit(io::Error),
}

impl Batch<'_> {
    /// Settles one case. `wait` is asked while another process issues the same case; if it says no, the case is left.
    ///
    /// # Errors
    /// Only for what concerns all cases; what is wrong with this one is in the result.
    pub fn settle(&self, order: &CaseOrder<'_>, wait: impl FnMut() -> bool) -> Result<Settled, BatchError> {
        let target = order.name.map(|name| self.output.join(name));
        let lock = match (&self.issuing, order.wanted) {
            (_, Wanted::Nothing) => Ok(None),
            (None, _) => CaseLock::for_drafts(order.folder, wait),
            (Some(_), _) => CaseLock::acquire(order.folder, wait).map(Some),
        };
        let mut draft = Draft::read_with(order.folder, Scope::Month(self.month), self.workshop)?;
        draft.prove_ledger(self.output.parent().unwrap_or(self.output));
        let fonts = self.workshop.fonts(&draft.pack)?;
        let job = draft.check_among(self.among, Purpose::Draft, Some(&fonts));
        let work = Work { batch: self, order, job: &job, fonts: &fonts, target: target.as_deref() };
        let done = match lock {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => Err(SettleError::GaveUp),
            Err(error) => Err(SettleError::Lock(error)),
            Ok(lock) => work.done(lock.as_ref())?,
        };
        let target = target.unwrap_or_else(|| self.output.to_path_buf());
        pdf::forget_old();
        Ok(settle_report::report(job, self.month, order.folder, target, done))
    }
}

impl Batch<'_> {
    /// What one case comes to in the month's summary, without printing, writing or recording anything; and whether the
    /// case has changed since its ledger took up what was issued of the month.
    ///
    /// # Errors
    /// For what concerns all cases.
    pub fn foreseen(&self, order: &CaseOrder<'_>) -> Result<(Settled, bool), BatchError> {
        let mut draft = Draft::read_with(order.folder, Scope::Month(self.month), self.workshop)?;
        draft.prove_ledger(self.output.parent().unwrap_or(self.output));
        let fonts = self.workshop.fonts(&draft.pack)?;
        let templates = self.workshop.templates(&draft.pack)?;
        let job = draft.check_among(self.among, Purpose::Draft, Some(&fonts));
        let work = Work { batch: self, order, job: &job, fonts: &fonts, target: None };
        let otherwise = |settlement: &OrderSettlement, issue: &Issue| {
            printed_otherwise(&Press::with(&job, &fonts, Arc::clone(&templates)), settlement, issue)
        };
        let done = work.decided(&otherwise).map(|plan| Done { plan, ..Done::default() });
        let inputs = input_hashes(&job);
        let is_other = |line: &&LedgerLine| line.month == self.month && line.inputs != inputs;
        let has_changed = job.case.ledger.effective().any(|line| is_other(&line));
        let output = self.output.to_path_buf();
        Ok((settle_report::report(job, self.month, order.folder, output, done), has_changed))
    }
}

/// What came of a case that was not refused.
#[derive(Debug, Default)]
pub struct Done {
    /// The 结算单 of the month, those that were not asked for included, and what else was found out about them.
    pub plan: Plan,
    /// What was written.
    pub written: Written,
    /// Files of issued 结算单 that had to be made again and came out otherwise.
    pub remade: Vec<String>,
}

/// One case while it is worked on.
struct Work<'a> {
    batch: &'a Batch<'a>,
    order: &'a CaseOrder<'a>,
    job: &'a Job,
    fonts: &'a Fonts,
    target: Option<&'a Path>,
}

impl Work<'_> {
    fn done(&self, lock: Option<&CaseLock>) -> Result<Result<Done, SettleError>, BatchError> {
        let templates = self.batch.workshop.templates(&self.job.pack)?;
        let press = || Press::with(self.job, self.fonts, Arc::clone(&templates));
        let otherwise =
            |settlement: &OrderSettlement, issue: &Issue| printed_otherwise(&press(), settlement, issue);
        let plan = match self.plan(&otherwise) {
            Ok(plan) => plan,
            Err(refused) => return Ok(Err(refused)),
        };
        let Some(target) = self.target.filter(|_| plan.decided.iter().any(|decided| decided.wanted)) else {
            return Ok(Ok(Done { plan, ..Done::default() }));
        };
        Ok(self.made(&press().reusing(target), target, plan, lock))
    }

    fn plan(
        &self,
        otherwise: &dyn Fn(&OrderSettlement, &Issue) -> Result<bool, ProduceError>,
    ) -> Result<Plan, SettleError> {
        let plan = self.decided(otherwise)?;
        if *self.order.wanted != Wanted::Nothing {
            self.own_folder(self.target.ok_or(Refused::SameName)?)?;
        }
        Ok(plan)
    }

    /// The same wherever it is to be written.
    fn decided(
        &self,
        otherwise: &dyn Fn(&OrderSettlement, &Issue) -> Result<bool, ProduceError>,
    ) -> Result<Plan, SettleError> {
        let wanted = self.order.wanted;
        let before = self.target.and_then(|target| issued_before(&target.join(MANIFEST)));
        let drafts = before.unwrap_or_default().drafts;
        plan(self.job, Request { issuing: self.batch.issuing, wanted, drafts: &drafts, otherwise })
    }

    fn own_folder(&self, target: &Path) -> Result<(), Refused> {
        own_folder(self.job, target, self.batch.month, self.batch.issuing.is_some())
    }

    fn made(
        &self,
        press: &Press<'_>,
        target: &Path,
        mut plan: Plan,
        lock: Option<&CaseLock>,
    ) -> Result<Done, SettleError> {
        let decided = &mut plan.decided;
        if let Some(lock) = lock.filter(|_| decided.iter().any(|decided| decided.append.is_some())) {
            lock.ensure_writable()?;
        }
        let (mut outputs, remade) = print(press, decided)?;
        outputs.extend(self.issued_and_left(press, &outputs));
        let staged = self.staged(target, decided, outputs)?;
        let lines: Vec<LedgerLine> = decided.iter().filter_map(|decided| decided.append.clone()).collect();
        // Another case of the same name may have come in between.
        self.own_folder(target)?;
        if let Some(lock) = lock {
            append(lock, &self.job.case.ledger, &lines)?;
        }
        let written = staged.commit().map_err(|why| match lines.is_empty() {
            true => SettleError::Write { why, ledger: "" },
            false => SettleError::Commit(why),
        })?;
        Ok(Done { plan, written, remade })
    }

    /// Files of issued 结算单 of the month that this run does not make: they stay, whatever becomes of the others.
    fn issued_and_left(&self, press: &Press<'_>, made: &[Output]) -> Vec<Output> {
        let lines = self.job.case.ledger.effective().filter(|line| line.month == self.batch.month);
        let names = lines.flat_map(|line| line.outputs.keys());
        let left = names.filter(|name| !made.iter().any(|output| output.name == **name));
        left.filter_map(|name| press.earlier.standing(SETTLEMENT, name)).collect()
    }

    /// The new folder, ready to take its place.
    fn staged(
        &self,
        target: &Path,
        decided: &[Decided],
        outputs: Vec<Output>,
    ) -> Result<Staged, SettleError> {
        let all = *self.order.wanted == Wanted::Everything;
        let earlier = (!all).then_some(target);
        let entries: Vec<_> = decided.iter().filter(|d| d.wanted).map(Decided::entry).collect();
        let manifest = month_manifest(self.job, self.fonts, self.batch.month, (&entries, &outputs), earlier)?;
        let mut files: BTreeMap<String, Vec<u8>> =
            outputs.into_iter().map(|output| (output.name, output.bytes)).collect();
        files.insert(MANIFEST.into(), manifest);
        files.extend(decided.iter().flat_map(|one| replaced_files(target, one)));
        let ledger = if self.batch.issuing.is_some() { "，台账也没有改动" } else { "" };
        stage(target, &files, !all).map_err(|why| SettleError::Write { why, ledger })
    }
}

/// The files of a 结算单 that is being corrected, under names that say so: what was signed is not thrown away. The
/// manifest does not list them, so that no later run takes them for its own.
fn replaced_files(target: &Path, decided: &Decided) -> Vec<(String, Vec<u8>)> {
    let (Some(_), Issue::Correction { replaced, .. }) = (&decided.append, &decided.issue) else {
        return Vec::new();
    };
    let kept = |(name, sha256): (&String, &String)| {
        let bytes = fs::read(target.join(name)).ok().filter(|bytes| sha256_hex(bytes) == *sha256)?;
        let (stem, extension) = name.rsplit_once('.')?;
        Some((format!("{stem}（台账第{}号，已更正）.{extension}", replaced.number), bytes))
    };
    replaced.outputs.iter().filter_map(kept).collect()
}

/// The files of all wanted 结算单, and those of issued ones that came out otherwise than issued. The lines that the
/// ledger is to take up get their files' hashes.
fn print(press: &Press<'_>, decided: &mut [Decided]) -> Result<(Vec<Output>, Vec<String>), ProduceError> {
    use rayon::prelude::*;
    let printed: Vec<(Vec<Output>, Vec<String>)> = decided
        .par_iter_mut()
        .filter(|decided| decided.wanted)
        .map(|decided| print_one(press, decided))
        .collect::<Result<_, _>>()?;
    let (outputs, remade): (Vec<_>, Vec<_>) = printed.into_iter().unzip();
    Ok((outputs.concat(), remade.concat()))
}

fn print_one(press: &Press<'_>, decided: &mut Decided) -> Result<(Vec<Output>, Vec<String>), ProduceError> {
    if let Some(kept) = decided.recorded().and_then(|line| kept(press, line)) {
        return Ok((kept, Vec::new()));
    }
    let outputs = press.settlement(&decided.settlement, &decided.issue)?;
    let hashes: BTreeMap<String, String> =
        outputs.iter().map(|output| (output.name.clone(), sha256_hex(&output.bytes))).collect();
    if let Some(line) = &mut decided.append {
        line.outputs = hashes;
        return Ok((outputs, Vec::new()));
    }
    let other = |(name, hash): (&String, &String)| {
        let issued = decided.recorded().and_then(|line| line.outputs.get(name));
        issued.filter(|issued| *issued != hash).map(|_| name.clone())
    };
    let remade = hashes.iter().filter_map(other).collect();
    Ok((outputs, remade))
}

/// The files of an issued 结算单, if they all stand there as they were issued.
fn kept(press: &Press<'_>, line: &LedgerLine) -> Option<Vec<Output>> {
    let files = line.outputs.iter();
    let kept: Option<Vec<Output>> =
        files.map(|(name, sha256)| press.earlier.kept(SETTLEMENT, name, sha256)).collect();
    kept.filter(|kept| !kept.is_empty())
}

/// Whether an issued 结算单 would be printed otherwise now. Its workbook tells: all that the PDF says is in it, and the
/// fonts of the machine are not.
fn printed_otherwise(
    press: &Press<'_>,
    settlement: &OrderSettlement,
    issue: &Issue,
) -> Result<bool, ProduceError> {
    let Some(line) = &settlement.issued else { return Ok(false) };
    let outputs = press.settlement_book(settlement, issue)?;
    Ok(outputs.is_some_and(|book| !line.outputs.values().any(|issued| *issued == sha256_hex(&book.bytes))))
}

/// SHA-256 of what was read, by name, for a ledger line.
pub(super) fn input_hashes(job: &Job) -> BTreeMap<String, String> {
    job.inputs.iter().map(|input| (input.name.to_string(), input.sha256.clone())).collect()
}

/// The output folder's name for each case: the case folder's own; none for a second case of the same name, which
/// would overwrite the first.
pub fn output_names(folders: &[PathBuf]) -> Vec<Option<String>> {
    let mut seen = BTreeSet::new();
    let name = |folder: &PathBuf| {
        folder.canonicalize().ok().and_then(|path| Some(path.file_name()?.to_string_lossy().into_owned()))
    };
    folders.iter().map(|folder| name(folder).filter(|name| seen.insert(name.clone()))).collect()
}
