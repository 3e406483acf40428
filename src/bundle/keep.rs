//! 结算/<月份>/已开具/ in the case: the bytes of every 结算单 that was issued in the month, for good. Outputs that are
//! missing are copied from there, never made again; what a correction replaces stays there, whatever becomes of the output
//! folders.
//!
//! A file there bears the number of its ledger line: 结算单-2026-03-DD-1（台账第3号）.pdf. It is there before the line is,
//! nothing is ever written over it, and it is believed only if its hash is the line's.
//!
//! May use: `bundle::{staging, write}`, `input::{folder, months, plain}`, `model`.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::staging::{StageFolder, clear_leftovers};
use super::write::{is_there, sync_folder, write_durably};
use crate::input::folder::sha256_hex;
use crate::input::months::{ISSUED_FOLDER, MONTHS_FOLDER, kept_file};
use crate::input::plain::{self, MAX_OUTPUT_BYTES, Unfit};
use crate::model::ledger::LedgerLine;
use crate::model::month::Month;

/// Where a case keeps what was issued in a month.
#[derive(Clone, Debug)]
pub struct Keep {
    case: PathBuf,
    month: Month,
}

/// Files of issued 结算单 as they were issued, by 序号 and file name.
#[derive(Clone, Debug, Default)]
pub struct Issued(BTreeMap<(u32, String), Vec<u8>>);

impl Issued {
    /// The bytes of a line's file.
    pub fn get(&self, line: &LedgerLine, name: &str) -> Option<&Vec<u8>> {
        self.0.get(&(line.number, name.to_owned()))
    }

    /// Takes up a file if it is the one that the line issued.
    pub fn offer(&mut self, line: &LedgerLine, name: &str, bytes: &[u8]) {
        if line.outputs.get(name).is_some_and(|sha256| sha256_hex(bytes) == *sha256) {
            self.0.entry((line.number, name.to_owned())).or_insert_with(|| bytes.to_vec());
        }
    }

    fn has(&self, line: &LedgerLine, name: &str) -> bool {
        self.get(line, name).is_some()
    }
}

/// Files that were put where they are kept; they can be taken back as long as the ledger does not know them.
#[derive(Debug, Default)]
pub struct Kept(Vec<PathBuf>);

impl Kept {
    /// Removes them again. What cannot be removed does no harm.
    pub fn take_back(self) {
        for file in &self.0 {
            let _ = fs::remove_file(file);
        }
        // Only if nothing else is in it.
        let _ = self.0.first().and_then(|file| file.parent()).map(fs::remove_dir);
    }
}

impl Keep {
    /// That of a case and a month.
    pub fn of(case: &Path, month: Month) -> Self {
        Self { case: case.to_path_buf(), month }
    }

    /// The files of these lines, from here or from the output folder, where older runs left them: under their own names,
    /// under those of what was corrected, or under any other.
    pub fn find(&self, lines: &[&LedgerLine], output: &Path) -> Issued {
        let mut found = Issued::default();
        for (line, name) in files_of(lines) {
            let kept = kept_file(self.month, line.number, name);
            let places = [(&*self.case, kept), (output, name.clone()), (output, corrected_name(line, name))];
            for (folder, place) in places {
                if found.has(line, name) {
                    break;
                }
                if let Ok(bytes) = plain::read(folder, &place, MAX_OUTPUT_BYTES) {
                    found.offer(line, name, &bytes);
                }
            }
        }
        if files_of(lines).any(|(line, name)| !found.has(line, name)) {
            for bytes in documents_in(output) {
                files_of(lines).for_each(|(line, name)| found.offer(line, name, &bytes));
            }
        }
        found
    }

    /// Keeps all of these that are not kept yet. When it returns they are on the disk.
    ///
    /// # Errors
    /// If they cannot be written; none of them is there then.
    pub fn put(&self, issued: &Issued) -> io::Result<Kept> {
        clear_leftovers(&self.case);
        let is_kept = |place: &str, bytes: &Vec<u8>| {
            plain::read(&self.case, place, MAX_OUTPUT_BYTES).is_ok_and(|kept| kept == *bytes)
        };
        let files = issued.0.iter();
        let files = files.map(|((number, name), bytes)| (kept_file(self.month, *number, name), bytes));
        let new = files.filter(|(place, bytes)| !is_kept(place, bytes));
        let new: Vec<(String, &Vec<u8>)> = new.map(|(place, bytes)| (file_name(&place), bytes)).collect();
        if new.is_empty() {
            return Ok(Kept::default());
        }
        let stage = StageFolder::new_in(&self.case)?;
        for (name, bytes) in &new {
            write_durably(&stage.path().join(name), bytes)?;
        }
        let folder = self.folder()?;
        let mut kept = Kept::default();
        match new.iter().try_for_each(|(name, _)| kept.move_in(stage.path(), &folder, name)) {
            Ok(()) => sync_folder(&folder).map(|()| kept),
            Err(error) => {
                kept.take_back();
                let _ = fs::remove_dir(&folder);
                Err(error)
            }
        }
    }

    /// The folder, made if it is not there; no link on the way to it is followed.
    fn folder(&self) -> io::Result<PathBuf> {
        let mut folder = self.case.clone();
        for part in [MONTHS_FOLDER, &self.month.to_string(), ISSUED_FOLDER] {
            let parent = folder.clone();
            folder.push(part);
            if !is_there(&folder) {
                fs::create_dir(&folder)?;
                sync_folder(&parent)?;
            }
            if !fs::symlink_metadata(&folder)?.is_dir() {
                return Err(Unfit::NotPlain.into());
            }
        }
        Ok(folder)
    }
}

impl Kept {
    /// What stands there already is not what was issued: a run that came to nothing left it, or somebody changed it. It
    /// is moved aside, in case it is all that is left of something.
    fn move_in(&mut self, stage: &Path, folder: &Path, name: &str) -> io::Result<()> {
        let place = folder.join(name);
        if is_there(&place) {
            let (stem, extension) = name.rsplit_once('.').unwrap_or((name, ""));
            let aside = (1_u32..).map(|n| folder.join(format!("{stem}（另存{n}）.{extension}")));
            let mut free = aside.filter(|path| !is_there(path));
            fs::rename(&place, free.next().unwrap_or_default())?;
        }
        fs::rename(stage.join(name), &place)?;
        self.0.push(place);
        Ok(())
    }
}

fn files_of<'l>(lines: &'l [&LedgerLine]) -> impl Iterator<Item = (&'l LedgerLine, &'l String)> {
    lines.iter().flat_map(|line| line.outputs.keys().map(move |name| (*line, name)))
}

fn file_name(place: &str) -> String {
    place.rsplit('/').next().unwrap_or(place).to_owned()
}

/// Under which name the output folder holds a file whose 结算单 was corrected.
pub fn corrected_name(line: &LedgerLine, name: &str) -> String {
    let (stem, extension) = name.rsplit_once('.').unwrap_or((name, ""));
    format!("{stem}（台账第{}号，已更正）.{extension}", line.number)
}

/// 序号 of the lines that others correct.
pub fn corrected<'l>(lines: impl Iterator<Item = &'l LedgerLine>) -> BTreeSet<u32> {
    lines.filter_map(|line| line.correction.as_ref()).map(|correction| correction.replaces).collect()
}

/// All PDFs and workbooks right in a folder.
fn documents_in(folder: &Path) -> impl Iterator<Item = Vec<u8>> {
    let entries = fs::read_dir(folder).into_iter().flatten().filter_map(Result::ok);
    let is_document = |name: &str| name.ends_with(".pdf") || name.ends_with(".xlsx");
    entries
        .filter(move |entry| entry.file_name().to_str().is_some_and(is_document))
        .filter_map(|entry| plain::read_at(&entry.path(), MAX_OUTPUT_BYTES).ok())
}
