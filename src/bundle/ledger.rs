//! Writing to 台账.jsonl: one writer at a time, durably, and only onto what was read.
//!
//! May use: `input::ledger`, `input::folder`, `input::plain`, `bundle::{staging, write}`, `model::ledger`.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

use thiserror::Error;

use super::staging::StageFolder;
use super::write::sync_folder;
use crate::input::folder::{explain, sha256_hex};
use crate::input::ledger::{LEDGER_FILE, MAX_LEDGER_BYTES, encode, encode_binding};
use crate::input::plain;
use crate::model::ledger::{Binding, Ledger, LedgerLine};

/// How often a waiting process looks again whether the case is free.
const LOOK_AGAIN: Duration = Duration::from_millis(100);

/// Lines that could not be recorded; the ledger is as it was unless the message says otherwise.
#[derive(Debug, Error)]
#[expect(missing_docs, reason = "the messages say it")]
pub enum LedgerError {
    #[error("台账有损坏，没有写入任何内容：{why}")]
    Damaged { why: String },
    #[error("台账在读取之后被别的程序改动过，没有写入任何内容；请再运行一次")]
    Changed,
    #[error("要写入台账的一行与前面的行接不上，没有写入任何内容：{why}")]
    DoesNotFollow { why: String },
    #[error("台账写不进去（{}），没有开具任何结算单；台账没有改动", explain(.0))]
    NotWritable(io::Error),
    #[error("台账没有写成（{}），这次没有开具；台账已恢复原样", explain(.0))]
    TakenBack(io::Error),
    #[error("台账没有写成（{}），恢复原样也没有成功（{}）；请先排除磁盘故障，再运行一次 hetong check", explain(.why), explain(.undo))]
    NotTakenBack { why: io::Error, undo: io::Error },
    #[error("台账的一行写不成 JSON：{0}")]
    Json(#[from] serde_json::Error),
}

/// What a case is locked for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Purpose {
    /// To write to its ledger.
    Record,
    /// To print drafts: nothing may be left in its folder.
    Read,
}

/// The right to issue 结算单 of one case: held by one process at a time, and given back when it ends, however it ends.
#[derive(Debug)]
pub struct CaseLock {
    folder: PathBuf,
    /// What is locked; closing it unlocks.
    _held: File,
}

impl CaseLock {
    /// Takes it before the case is read, and holds it until the outputs are in place. While another process has it,
    /// `go_on_waiting` is asked again and again, the first time at once.
    ///
    /// # Errors
    /// If the folder cannot be locked, or, as `Interrupted`, if `go_on_waiting` said no.
    pub fn acquire(case_folder: &Path, go_on_waiting: impl FnMut() -> bool) -> io::Result<Self> {
        Self::take(case_folder, Purpose::Record, go_on_waiting)
    }

    /// The same for drafts, which must not take the place of what another process is issuing. None where the folder
    /// cannot be locked without writing to it: drafts need nothing of it but to be read.
    ///
    /// # Errors
    /// As `Interrupted`, if `go_on_waiting` said no.
    pub fn for_drafts(case_folder: &Path, go_on_waiting: impl FnMut() -> bool) -> io::Result<Option<Self>> {
        match Self::take(case_folder, Purpose::Read, go_on_waiting) {
            Err(error) if error.kind() != io::ErrorKind::Interrupted => Ok(None),
            other => other.map(Some),
        }
    }

    fn take(
        case_folder: &Path,
        purpose: Purpose,
        mut go_on_waiting: impl FnMut() -> bool,
    ) -> io::Result<Self> {
        let folder = case_folder.canonicalize()?;
        loop {
            if let Some(held) = try_lock(&folder, purpose)? {
                return Ok(Self { folder, _held: held });
            }
            if !go_on_waiting() {
                return Err(io::Error::from(io::ErrorKind::Interrupted));
            }
            thread::sleep(LOOK_AGAIN);
        }
    }

    /// The case folder.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Tries whether the ledger can be written to, before any work is done for it.
    ///
    /// # Errors
    /// If it cannot.
    pub fn ensure_writable(&self) -> Result<(), LedgerError> {
        let opened = OpenOptions::new().append(true).open(self.folder.join(LEDGER_FILE)).map(drop);
        let tried = match opened {
            // What a killed run leaves of it the next one clears away.
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                StageFolder::new_in(&self.folder).map(drop)
            }
            other => other,
        };
        tried.map_err(LedgerError::NotWritable)
    }
}

/// Locks the folder itself: no lock file is left lying about. None if another process has it.
#[cfg(unix)]
fn try_lock(folder: &Path, purpose: Purpose) -> io::Result<Option<File>> {
    let held = File::open(folder)?;
    match held.try_lock() {
        Ok(()) => return Ok(Some(held)),
        Err(TryLockError::WouldBlock) => return Ok(None),
        // Some network drives lock files only.
        Err(TryLockError::Error(_)) => {}
    }
    let create = purpose == Purpose::Record;
    let held = OpenOptions::new().append(true).create(create).open(folder.join(LEDGER_FILE))?;
    match held.try_lock() {
        Ok(()) => Ok(Some(held)),
        Err(TryLockError::WouldBlock) => Ok(None),
        Err(TryLockError::Error(error)) => Err(error),
    }
}

/// A file that nobody else may open, and that the system removes when it is closed: a locked ledger could not be read.
#[cfg(windows)]
fn try_lock(folder: &Path, _: Purpose) -> io::Result<Option<File>> {
    use std::os::windows::fs::OpenOptionsExt;
    const DELETE_ON_CLOSE: u32 = 0x0400_0000;
    const SHARING_VIOLATION: i32 = 32;
    const DELETE_PENDING: i32 = 303;
    let path = folder.join(".台账.锁");
    let opened =
        OpenOptions::new().write(true).create(true).share_mode(0).custom_flags(DELETE_ON_CLOSE).open(path);
    match opened {
        Ok(held) => Ok(Some(held)),
        Err(error) if matches!(error.raw_os_error(), Some(SHARING_VIOLATION | DELETE_PENDING)) => Ok(None),
        Err(error) => Err(error),
    }
}

/// Records issued 结算单: all lines, or none. When it returns they are on the disk.
///
/// `ledger` is what was read under this lock; what stands in the file must still be that. A torn last line is put
/// beside the ledger first, so that nothing is lost.
///
/// # Errors
/// If the ledger is damaged, was changed since it was read, cannot be written, or the lines do not follow.
pub fn append(lock: &CaseLock, ledger: &Ledger, new: &[LedgerLine]) -> Result<(), LedgerError> {
    if new.is_empty() {
        return Ok(());
    }
    append_text(lock, ledger, |ledger| text_of(ledger, new))
}

/// Records whose a ledger is, in the same way.
///
/// # Errors
/// As for lines.
pub fn bind(lock: &CaseLock, ledger: &Ledger, binding: &Binding) -> Result<(), LedgerError> {
    append_text(lock, ledger, |ledger| {
        let (encoded, _) = encode_binding(binding, &ledger.tail.last_hash)?;
        let before = if ledger.tail.ends_line { "" } else { "\n" };
        Ok(format!("{before}{encoded}\n"))
    })
}

/// Takes up text that follows from what was read: all of it, or nothing.
fn append_text(
    lock: &CaseLock,
    ledger: &Ledger,
    text: impl FnOnce(&Ledger) -> Result<String, LedgerError>,
) -> Result<(), LedgerError> {
    if let Some(damage) = ledger.damage.iter().find(|damage| !damage.torn) {
        return Err(LedgerError::Damaged { why: format!("{} {}", damage.origin, damage.why) });
    }
    let text = text(ledger)?;
    let path = lock.folder.join(LEDGER_FILE);
    let existed = path.exists();
    let opened = OpenOptions::new().read(true).write(true).create(true).truncate(false).open(&path);
    let mut file = opened.map_err(LedgerError::NotWritable)?;
    let present = read_all(&mut file).map_err(LedgerError::NotWritable)?;
    if sha256_hex(&present) != ledger.tail.file_hash {
        return Err(LedgerError::Changed);
    }
    let whole = ledger.tail.whole_bytes;
    let torn = usize::try_from(whole).ok().and_then(|whole| present.get(whole..)).unwrap_or_default();
    if !torn.is_empty() {
        put_aside(&lock.folder, torn).map_err(LedgerError::NotWritable)?;
    }
    let done = write_after(&mut file, whole, text.as_bytes()).and_then(|()| sync_folder(&lock.folder));
    let Err(why) = done else { return Ok(()) };
    let undone = file.set_len(whole).and_then(|()| file.sync_all()).and_then(|()| match existed {
        true => Ok(()),
        false => fs::remove_file(&path),
    });
    Err(match undone {
        Ok(()) => LedgerError::TakenBack(why),
        Err(undo) => LedgerError::NotTakenBack { why, undo },
    })
}

/// The new lines as they are to stand in the file, each checked to follow from those before.
fn text_of(ledger: &Ledger, new: &[LedgerLine]) -> Result<String, LedgerError> {
    let mut chain = ledger.chain();
    let mut previous = ledger.tail.last_hash.clone();
    let mut text = String::new();
    if !ledger.tail.ends_line {
        text.push('\n');
    }
    for line in new {
        chain.follow(line).map_err(|why| LedgerError::DoesNotFollow { why })?;
        let (encoded, hash) = encode(line, &previous)?;
        text.push_str(&encoded);
        text.push('\n');
        previous = hash;
    }
    Ok(text)
}

fn read_all(file: &mut File) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    file.take(MAX_LEDGER_BYTES).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// In one write, so that a reader sees all of it or, at worst, a torn end.
fn write_after(file: &mut File, whole: u64, text: &[u8]) -> io::Result<()> {
    file.set_len(whole)?;
    file.seek(SeekFrom::Start(whole))?;
    file.write_all(text)?;
    file.sync_all()
}

/// Keeps the torn end of a ledger as `台账.残行-<n>.txt`.
fn put_aside(folder: &Path, torn: &[u8]) -> io::Result<()> {
    for number in 1_u32.. {
        let path = folder.join(format!("台账.残行-{number}.txt"));
        match OpenOptions::new().write(true).create_new(true).open(&path) {
            Ok(mut file) => {
                let written = file.write_all(torn).and_then(|()| file.sync_all());
                if written.is_err() {
                    let _ = fs::remove_file(&path);
                }
                return written.and_then(|()| sync_folder(folder));
            }
            // Kept already, by a run that got no further than this.
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                if plain::read_at(&path, MAX_LEDGER_BYTES).is_ok_and(|kept| kept == torn) {
                    return Ok(());
                }
            }
            Err(error) => return Err(error),
        }
    }
    Ok(())
}
