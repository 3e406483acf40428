//! One case's month, from reading to written files: checked, printed, and, if asked for, issued.
//!
//! Issuing goes under the case's lock, in this order: read, check, make the files and put them ready, keep a copy in the
//! case, append to the ledger, let the files take their place. Whatever fails before the ledger leaves everything as it
//! was; whatever fails after it is made good by the next run, which finds the 结算单 issued and its files kept.
//!
//! May use: `bundle`, `compute`, `view`, `rules`, `input`, `diagnostics`.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use thiserror::Error;

use super::job::{Among, Draft, Job};
use super::keep::{Issued, Keep, corrected, corrected_name};
use super::ledger::{CaseLock, LedgerError, append};
use super::manifest::{MANIFEST, issued_before, month_manifest};
use super::produce::{Output, Press, ProduceError};
use super::recorded::Record;
use super::settle_guard::own_folder;
use super::settle_plan::{Decided, Plan, Refused, Request, Wanted, plan};
use super::settle_report;
use super::settle_report::Settled;
use super::settlement::{SETTLEMENT, file_stem};
use super::workshop::Workshop;
use super::write::{Staged, Written, mend, stage};
use crate::compute::settlement::{Issue, OrderSettlement};
use crate::input::folder::{explain, sha256_hex};
use crate::input::months::{MONTHS_FOLDER, Scope};
use crate::input::plain::{self, MAX_OUTPUT_BYTES};
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
    #[error("结算单存不进案卷的“{folder}”（{}），没有开具；台账没有改动，请排除故障后再运行一次", explain(.why))]
    Keep { why: io::Error, folder: String },
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
        if let Some(Err(why)) = self.target.map(mend) {
            return Ok(Err(self.unwritten(why)));
        }
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
        let before = self.target.and_then(issued_before);
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
        let recorded = self.lines_of_month();
        let keep = Keep::of(self.order.folder, self.batch.month);
        let mut issued = keep.find(&recorded, target);
        let (mut outputs, remade) = print(press, decided, &issued)?;
        outputs.extend(self.issued_and_left(press, &outputs, &issued));
        let lines: Vec<LedgerLine> = decided.iter().filter_map(|decided| decided.append.clone()).collect();
        for line in recorded.into_iter().chain(&lines) {
            outputs.iter().for_each(|output| issued.offer(line, &output.name, &output.bytes));
        }
        let corrected = self.corrected(&lines, &issued);
        let staged = self.staged(target, decided, outputs, corrected)?;
        // Another case of the same name may have come in between.
        self.own_folder(target)?;
        if let Some(lock) = lock {
            self.record(lock, &keep, &issued, &lines)?;
        }
        let written = staged.commit().map_err(|why| match lines.is_empty() {
            true => SettleError::Write { why, ledger: "" },
            false => SettleError::Commit(why),
        })?;
        Ok(Done { plan, written, remade })
    }

    /// What the ledger has of the month, corrected lines included.
    fn lines_of_month(&self) -> Vec<&LedgerLine> {
        let lines = self.job.case.ledger.lines().iter().map(|(line, _)| line);
        lines.filter(|line| line.month == self.batch.month).collect()
    }

    /// Keeps in the case what was issued, then records it. A run that only prints drafts keeps what it can: it is asked
    /// for nothing of the case but to be read.
    fn record(
        &self,
        lock: &CaseLock,
        keep: &Keep,
        issued: &Issued,
        lines: &[LedgerLine],
    ) -> Result<(), SettleError> {
        let folder = || format!("{MONTHS_FOLDER}/{}", self.batch.month);
        let kept = match keep.put(issued) {
            Ok(kept) => kept,
            Err(_) if self.batch.issuing.is_none() => return Ok(()),
            Err(why) => return Err(SettleError::Keep { why, folder: folder() }),
        };
        append(lock, &self.job.case.ledger, lines).map_err(|error| {
            kept.take_back();
            error.into()
        })
    }

    /// Files of issued 结算单 of the month that this run does not make: they stay, whatever becomes of the others.
    fn issued_and_left(&self, press: &Press<'_>, made: &[Output], issued: &Issued) -> Vec<Output> {
        let lines = self.job.case.ledger.effective().filter(|line| line.month == self.batch.month);
        let files = lines.flat_map(|line| line.outputs.keys().map(move |name| (line, name)));
        let left = files.filter(|(_, name)| !made.iter().any(|output| output.name == **name));
        let file = |(line, name): (&LedgerLine, &String)| match issued.get(line, name) {
            Some(bytes) => Some(as_output(name, bytes.clone())),
            None => press.earlier.standing(SETTLEMENT, name),
        };
        left.filter_map(file).collect()
    }

    /// The files of 结算单 that were corrected, or are now, under names that say so: what was signed is not thrown away.
    /// The manifest does not list them, so that no later run takes them for its own.
    fn corrected(&self, new: &[LedgerLine], issued: &Issued) -> Vec<(String, Vec<u8>)> {
        let recorded = self.lines_of_month();
        let numbers = corrected(recorded.iter().copied().chain(new));
        let lines = recorded.into_iter().filter(|line| numbers.contains(&line.number));
        let files = lines.flat_map(|line| line.outputs.keys().map(move |name| (line, name)));
        files
            .filter_map(|(line, name)| Some((corrected_name(line, name), issued.get(line, name)?.clone())))
            .collect()
    }

    /// Files that the manifest lists, that are not made any more, and that are no drafts: they stay. What was issued is
    /// never taken away, whatever somebody has written into a manifest or a ledger.
    fn not_to_go(&self, target: &Path, made: &BTreeMap<String, Vec<u8>>) -> Vec<(String, Vec<u8>)> {
        let (case, month) = (&self.job.case, self.batch.month);
        let pattern = self.job.pack.document(SETTLEMENT).map_or("", |document| document.file.as_str());
        let drafts = issued_before(target).unwrap_or_default().drafts;
        let drafts: BTreeSet<String> =
            drafts.iter().map(|order| file_stem(pattern, month, order, &case.orders)).collect();
        let is_draft = |name: &String| name.rsplit_once('.').is_some_and(|(stem, _)| drafts.contains(stem));
        let recorded = Record::at(target).hashes().into_keys();
        let stays = recorded.filter(|name| !made.contains_key(name) && !is_draft(name));
        stays
            .filter_map(|name| {
                let bytes = plain::read(target, &name, MAX_OUTPUT_BYTES).ok()?;
                Some((name, bytes))
            })
            .collect()
    }

    /// The new folder, ready to take its place.
    fn staged(
        &self,
        target: &Path,
        decided: &[Decided],
        outputs: Vec<Output>,
        corrected: Vec<(String, Vec<u8>)>,
    ) -> Result<Staged, SettleError> {
        let all = *self.order.wanted == Wanted::Everything;
        let earlier = (!all).then_some(target);
        let entries: Vec<_> = decided.iter().filter(|d| d.wanted).map(Decided::entry).collect();
        let manifest = month_manifest(self.job, self.fonts, self.batch.month, (&entries, &outputs), earlier)?;
        let mut files: BTreeMap<String, Vec<u8>> =
            outputs.into_iter().map(|output| (output.name, output.bytes)).collect();
        files.insert(MANIFEST.into(), manifest);
        for (name, bytes) in corrected {
            files.entry(name).or_insert(bytes);
        }
        if all {
            files.extend(self.not_to_go(target, &files));
        }
        stage(target, &files, !all).map_err(|why| self.unwritten(why))
    }

    fn unwritten(&self, why: io::Error) -> SettleError {
        let ledger = if self.batch.issuing.is_some() { "，台账也没有改动" } else { "" };
        SettleError::Write { why, ledger }
    }
}

/// The files of all wanted 结算单, and those of issued ones that came out otherwise than issued. The lines that the
/// ledger is to take up get their files' hashes.
fn print(
    press: &Press<'_>,
    decided: &mut [Decided],
    issued: &Issued,
) -> Result<(Vec<Output>, Vec<String>), ProduceError> {
    use rayon::prelude::*;
    let printed: Vec<(Vec<Output>, Vec<String>)> = decided
        .par_iter_mut()
        .filter(|decided| decided.wanted)
        .map(|decided| print_one(press, decided, issued))
        .collect::<Result<_, _>>()?;
    let (outputs, remade): (Vec<_>, Vec<_>) = printed.into_iter().unzip();
    Ok((outputs.concat(), remade.concat()))
}

fn print_one(
    press: &Press<'_>,
    decided: &mut Decided,
    issued: &Issued,
) -> Result<(Vec<Output>, Vec<String>), ProduceError> {
    let kept = decided.recorded().map(|line| kept(line, issued)).unwrap_or_default();
    if decided.recorded().is_some_and(|line| !kept.is_empty() && kept.len() == line.outputs.len()) {
        return Ok((kept, Vec::new()));
    }
    let mut outputs = press.settlement(&decided.settlement, &decided.issue)?;
    if decided.issue != Issue::Draft {
        outputs = outputs.into_iter().map(|output| as_output(&output.name, output.bytes)).collect();
    }
    if let Some(line) = &mut decided.append {
        let hash = |output: &Output| (output.name.clone(), sha256_hex(&output.bytes));
        line.outputs = outputs.iter().map(hash).collect();
        return Ok((outputs, Vec::new()));
    }
    // Of an issued one only what is nowhere to be found is made again.
    let made = outputs.into_iter().filter(|output| !kept.iter().any(|kept| kept.name == output.name));
    let made: Vec<Output> = made.collect();
    let issued_as = |name: &String| decided.recorded().and_then(|line| line.outputs.get(name));
    let other =
        |output: &&Output| issued_as(&output.name).is_some_and(|sha256| *sha256 != sha256_hex(&output.bytes));
    let remade = made.iter().filter(other).map(|output| output.name.clone()).collect();
    Ok(([kept, made].concat(), remade))
}

/// The files of an issued 结算单 that were found as they were issued.
fn kept(line: &LedgerLine, issued: &Issued) -> Vec<Output> {
    let files = line.outputs.keys();
    files.filter_map(|name| Some(as_output(name, issued.get(line, name)?.clone()))).collect()
}

/// A file of an issued 结算单. It comes from where it is kept, so the manifest says no more of it than its bytes do.
fn as_output(name: &str, bytes: Vec<u8>) -> Output {
    Output { document: SETTLEMENT.to_owned(), name: name.to_owned(), bytes, pages: None, made_from: None }
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
