//! Writing an output folder: all or nothing.
//!
//! A new folder is prepared beside the old one, with everything in it that hetong did not write, and then takes its
//! place in one step. Whenever the power fails, the folder is the last good bundle or the new one, whole. A file of
//! ours that somebody changed by hand is kept under another name; files that stay the same are not touched.
//!
//! Where nothing changes, nothing is written at all, not even beside the folder.
//!
//! May use: `bundle::manifest`, `bundle::recorded`, `bundle::staging`, `input::plain`.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use walkdir::WalkDir;

use super::causes::Cause;
use super::manifest::MANIFEST;
use super::recorded::{is_whole, recorded_hashes};
use super::staging::{StageFolder, clear_leftovers, in_use};
use crate::input::folder::sha256_hex;
use crate::input::plain::{self, MAX_OUTPUT_BYTES};

/// What writing did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Written {
    /// Files that are new or have changed.
    pub written: Vec<String>,
    /// Files that were already there, byte for byte.
    pub unchanged: Vec<String>,
    /// Files of an earlier build that were left as they are although they are out of date.
    pub stale: Vec<String>,
    /// What was asked for but not made, and why.
    pub left_out: Vec<String>,
    /// Files of ours that were changed by hand: their name, and the name under which they are kept.
    pub kept: Vec<(String, String)>,
    /// Files of an earlier build that no longer belong to it, and are gone.
    pub removed: Vec<String>,
    /// Files of an earlier build that no longer belong to it and were changed by hand: they stay.
    pub left: Vec<String>,
    /// Files that were not to be made, and are not as hetong wrote them: changed by hand, or gone.
    pub not_ours: Vec<String>,
    /// Why the written files are not as before; empty for a first build.
    pub causes: Vec<Cause>,
    /// Whether drafts took the place of a bundle to be signed.
    pub demoted: bool,
    /// PDFs of a bundle to be signed that others took the place of: if they were signed, these are not what was signed.
    pub replaced: Vec<String>,
}

/// Puts `files` into `target`. With `keep_ours`, files of an earlier build that are not among `files` stay;
/// otherwise they go.
///
/// # Errors
/// If anything cannot be written; `target` is then as it was.
pub fn write(target: &Path, files: &BTreeMap<String, Vec<u8>>, keep_ours: bool) -> io::Result<Written> {
    stage(target, files, keep_ours)?.commit()
}

/// A new folder that is on the disk and has yet to take its place. Dropped, it is gone.
#[derive(Debug)]
pub struct Staged {
    target: PathBuf,
    /// None where there is nothing to do.
    folder: Option<StageFolder>,
    recorded: BTreeMap<String, String>,
    written: Written,
}

/// Prepares what [`write()`] would write, beside `target`, which stays as it is until [`Staged::commit`]. Whatever can
/// fail for want of space fails here.
///
/// # Errors
/// If anything cannot be written.
pub fn stage(target: &Path, files: &BTreeMap<String, Vec<u8>>, keep_ours: bool) -> io::Result<Staged> {
    // A link to a folder stays a link: the folder it leads to is what is written.
    let target = target.canonicalize().unwrap_or_else(|_| target.to_path_buf());
    if target.symlink_metadata().is_ok() && !target.is_dir() {
        return Err(io::Error::from(io::ErrorKind::NotADirectory));
    }
    let parent = parent_of(&target);
    mend(&target)?;
    let recorded = recorded_hashes(&target);
    let mut written = Written::default();
    if is_as_it_should_be(&target, files, &recorded, keep_ours)? {
        clear_leftovers(parent);
        written.unchanged = files.keys().cloned().collect();
        return Ok(Staged { target, folder: None, recorded, written });
    }
    fs::create_dir_all(parent)?;
    let folder = StageFolder::new_in(parent)?;
    if target.exists() {
        keep_what_stays(&target, folder.path(), files, &recorded, keep_ours, &mut written)?;
    }
    for (name, bytes) in files {
        let path = folder.path().join(name);
        if fs::symlink_metadata(&path).is_ok_and(|present| present.is_file()) {
            continue; // linked by `keep_what_stays`, byte for byte the same
        }
        write_durably(&path, bytes)?;
        written.written.push(name.clone());
    }
    open_to_others(folder.path(), &target)?;
    sync_folders(folder.path())?;
    Ok(Staged { target, folder: Some(folder), recorded, written })
}

/// Whether every file stands there as it is to be, and none that is to go.
fn is_as_it_should_be(
    target: &Path,
    files: &BTreeMap<String, Vec<u8>>,
    recorded: &BTreeMap<String, String>,
    keep_ours: bool,
) -> io::Result<bool> {
    for (name, bytes) in files {
        let same_length =
            fs::symlink_metadata(target.join(name)).is_ok_and(|file| file.len() == bytes.len() as u64);
        if !same_length || !plain::read(target, name, MAX_OUTPUT_BYTES).is_ok_and(|present| present == *bytes)
        {
            return Ok(false);
        }
    }
    let to_go = recorded.iter().filter(|(name, _)| !keep_ours && !files.contains_key(*name));
    for (name, hash) in to_go {
        let present = plain::read(target, name, MAX_OUTPUT_BYTES);
        if present.is_ok_and(|present| sha256_hex(&present) == *hash) {
            return Ok(false);
        }
    }
    Ok(true)
}

impl Staged {
    /// Lets the new folder take its place.
    ///
    /// # Errors
    /// If it cannot; the target is then as it was.
    pub fn commit(self) -> io::Result<Written> {
        let Some(folder) = self.folder else { return Ok(self.written) };
        // What is swapped out is still in use until nothing of it is missing in the new folder.
        let _old = in_use(&self.target);
        swap(folder.path(), &self.target)?;
        rescue(folder.path(), &self.target, &self.recorded)?;
        sync_folder(parent_of(&self.target))?;
        Ok(self.written)
    }
}

fn parent_of(target: &Path) -> &Path {
    target.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// Links into the new folder what stays of the old one. A folder in it comes along with what is in it, or empty if it
/// was so.
fn keep_what_stays(
    old: &Path,
    new: &Path,
    files: &BTreeMap<String, Vec<u8>>,
    recorded: &BTreeMap<String, String>,
    keep_ours: bool,
    written: &mut Written,
) -> io::Result<()> {
    for entry in WalkDir::new(old).min_depth(1).sort_by_file_name() {
        let entry = entry?;
        let relative = entry.path().strip_prefix(old).map_err(io::Error::other)?;
        let name = relative.to_string_lossy().replace('\\', "/");
        let to = new.join(relative);
        if entry.file_type().is_dir() {
            if fs::read_dir(entry.path())?.next().is_none() {
                fs::create_dir_all(&to)?;
            }
            continue;
        }
        // None of what is no plain file: a link, a pipe. It is nothing of ours, and is not looked into.
        let present = || match entry.file_type().is_file() {
            true => plain::read_at(entry.path(), MAX_OUTPUT_BYTES).map(Some),
            false => Ok(None),
        };
        let by_hand = |present: Option<&[u8]>| match (name.as_str(), present) {
            (_, None) => true,
            (MANIFEST, Some(present)) => !is_whole(present),
            (_, Some(present)) => recorded.get(&name) != Some(&sha256_hex(present)),
        };
        let within = format!("{name}/");
        match files.get(&name) {
            Some(bytes) => {
                let present = present()?;
                if present.as_ref() == Some(bytes) {
                    written.unchanged.push(name);
                    link(entry.path(), &to)?;
                } else if by_hand(present.as_deref()) {
                    let kept = free_name(old, new, &name);
                    link(entry.path(), &new.join(&kept))?;
                    written.kept.push((name, kept));
                }
            }
            // A link where a folder of ours belongs: what is written there must not go where it leads.
            None if files.keys().any(|file| file.starts_with(&within)) => {
                let kept = free_name(old, new, &name);
                link(entry.path(), &new.join(&kept))?;
                written.kept.push((name, kept));
            }
            None if keep_ours || !recorded.contains_key(&name) => link(entry.path(), &to)?,
            None if by_hand(present()?.as_deref()) => {
                link(entry.path(), &to)?;
                written.left.push(name);
            }
            None => written.removed.push(name),
        }
    }
    Ok(())
}

/// `附件3-报价表（手工修改1）.pdf`, with the first number that is free.
pub(super) fn free_name(old: &Path, new: &Path, name: &str) -> String {
    let is_free = |name: &String| [old, new].iter().all(|folder| !is_there(&folder.join(name)));
    edited_names(name).find(is_free).unwrap_or_default()
}

/// The names under which a file may be kept that was changed by hand.
pub(super) fn edited_names(name: &str) -> impl Iterator<Item = String> {
    let (stem, extension) = match name.rsplit_once('.') {
        Some((stem, extension)) => (stem.to_owned(), format!(".{extension}")),
        None => (name.to_owned(), String::new()),
    };
    (1_u32..).map(move |n| format!("{stem}（手工修改{n}）{extension}"))
}

/// Whether anything is there, be it a link that leads nowhere.
pub(super) fn is_there(path: &Path) -> bool {
    path.symlink_metadata().is_ok()
}

/// A hard link keeps the file itself, its date included; where links are not possible, a copy.
pub(super) fn link(from: &Path, to: &Path) -> io::Result<()> {
    if let Some(folder) = to.parent() {
        fs::create_dir_all(folder)?;
    }
    fs::hard_link(from, to).or_else(|error| match fs::symlink_metadata(from)?.is_file() {
        true => fs::copy(from, to).map(drop),
        false => Err(error),
    })
}

pub(super) fn write_durably(path: &Path, bytes: &[u8]) -> io::Result<()> {
    use io::Write;
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    let mut file = fs::File::create(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

/// A temporary folder is closed to others; the output folder is not.
#[cfg(unix)]
fn open_to_others(stage: &Path, target: &Path) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    let mode = fs::metadata(target).map_or(0o755, |metadata| metadata.permissions().mode());
    fs::set_permissions(stage, fs::Permissions::from_mode(mode))
}
#[cfg(not(unix))]
fn open_to_others(_: &Path, _: &Path) -> io::Result<()> {
    Ok(())
}

/// The names in a folder outlast a power failure, too.
#[cfg(unix)]
pub(super) fn sync_folder(folder: &Path) -> io::Result<()> {
    fs::File::open(folder)?.sync_all()
}
#[cfg(not(unix))]
pub(super) fn sync_folder(_: &Path) -> io::Result<()> {
    Ok(())
}

/// The same for all folders in it.
fn sync_folders(folder: &Path) -> io::Result<()> {
    let folders = WalkDir::new(folder).into_iter().filter_map(Result::ok);
    folders.filter(|entry| entry.file_type().is_dir()).try_for_each(|entry| sync_folder(entry.path()))
}

/// Lets the new folder take the old one's place. What stands at `stage` afterwards is the old folder, or nothing.
fn swap(stage: &Path, target: &Path) -> io::Result<()> {
    if !target.exists() {
        return fs::rename(stage, target);
    }
    match exchange(stage, target) {
        Ok(()) => Ok(()),
        Err(error) if error.kind() == io::ErrorKind::Unsupported => swap_in_two_steps(stage, target),
        Err(error) => Err(error),
    }
}

/// One step, where the system can: the two folders change names.
#[cfg(any(target_os = "linux", target_os = "macos"))]
fn exchange(a: &Path, b: &Path) -> io::Result<()> {
    use rustix::fs::{CWD, RenameFlags, renameat_with};
    use rustix::io::Errno;
    renameat_with(CWD, a, CWD, b, RenameFlags::EXCHANGE).map_err(|error| match error {
        Errno::INVAL | Errno::NOSYS | Errno::NOTSUP => io::Error::from(io::ErrorKind::Unsupported),
        other => other.into(),
    })
}
#[cfg(not(any(target_os = "linux", target_os = "macos")))]
fn exchange(_: &Path, _: &Path) -> io::Result<()> {
    Err(io::Error::from(io::ErrorKind::Unsupported))
}

/// Two steps elsewhere; [`mend`] mends it if the power fails between them.
fn swap_in_two_steps(stage: &Path, target: &Path) -> io::Result<()> {
    let old = sibling(target, "旧版");
    fs::rename(target, &old)?;
    if let Err(error) = fs::rename(stage, target) {
        fs::rename(&old, target)?;
        return Err(error);
    }
    fs::rename(&old, stage)
}

/// What somebody put into the old folder while the new one was being prepared comes along, too.
fn rescue(old: &Path, new: &Path, recorded: &BTreeMap<String, String>) -> io::Result<()> {
    for entry in WalkDir::new(old).min_depth(1).into_iter().filter_map(Result::ok) {
        let relative = entry.path().strip_prefix(old).map_err(io::Error::other)?;
        let ours = recorded.contains_key(&relative.to_string_lossy().replace('\\', "/"));
        let to = new.join(relative);
        if !entry.file_type().is_dir() && !ours && !is_there(&to) {
            link(entry.path(), &to)?;
        }
    }
    Ok(())
}

/// If a two-step swap was cut off in the middle, the old folder comes back, or goes for good. To be done before anything
/// is read of the target.
///
/// # Errors
/// If it cannot be.
pub fn mend(target: &Path) -> io::Result<()> {
    let target = &target.canonicalize().unwrap_or_else(|_| target.to_path_buf());
    let old = sibling(target, "旧版");
    if !is_there(&old) {
        return Ok(());
    }
    if !is_there(target) {
        return fs::rename(old, target);
    }
    rescue(&old, target, &recorded_hashes(&old))?;
    // Under a name that is cleared away, whole or in part: half of an old folder must not pass for one.
    let stage = StageFolder::new_in(parent_of(target))?;
    fs::rename(&old, stage.path().join("旧版"))
}

fn sibling(target: &Path, suffix: &str) -> PathBuf {
    let mut name = OsString::from(".");
    name.push(target.file_name().unwrap_or_default());
    name.push(format!(".{suffix}"));
    target.with_file_name(name)
}

#[cfg(test)]
mod tests {
    use super::super::recorded::sealed;
    use super::*;

    fn files(pairs: &[(&str, &str)]) -> BTreeMap<String, Vec<u8>> {
        pairs.iter().map(|(name, text)| ((*name).to_owned(), text.as_bytes().to_vec())).collect()
    }

    fn manifest_of(pairs: &[(&str, &str)]) -> String {
        let rows: Vec<String> = pairs
            .iter()
            .map(|(name, text)| format!(r#"{{"file":"{name}","sha256":"{}"}}"#, sha256_hex(text.as_bytes())))
            .collect();
        let bare = format!("{{\n  \"outputs\": [{}]\n}}\n", rows.join(","));
        String::from_utf8(sealed(bare.as_bytes())).unwrap()
    }

    #[test]
    fn a_second_build_touches_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let target = folder.path().join("案卷");
        let new = files(&[("a.pdf", "1"), ("b.pdf", "2")]);
        assert_eq!(write(&target, &new, false).unwrap().written, ["a.pdf", "b.pdf"]);
        let before = fs::metadata(target.join("a.pdf")).unwrap().modified().unwrap();
        let second = write(&target, &new, false).unwrap();
        assert_eq!((second.written.len(), second.unchanged.len()), (0, 2));
        assert_eq!(fs::metadata(target.join("a.pdf")).unwrap().modified().unwrap(), before);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "nothing is left beside the folder");
    }

    #[test]
    fn what_others_wrote_stays_and_what_is_ours_goes() {
        let folder = tempfile::tempdir().unwrap();
        let target = folder.path().join("案卷");
        let first = [("a.pdf", "1"), ("b.pdf", "2"), ("c.pdf", "3")];
        let mut with_manifest = files(&first);
        with_manifest.insert(MANIFEST.into(), manifest_of(&first).into_bytes());
        write(&target, &with_manifest, false).unwrap();
        fs::create_dir(target.join("我的")).unwrap();
        fs::write(target.join("我的/笔记.txt"), "note").unwrap();
        fs::write(target.join("b.pdf"), "edited").unwrap();

        let done = write(&target, &files(&[("a.pdf", "new"), ("b.pdf", "2")]), false).unwrap();
        assert_eq!(done.kept, [("b.pdf".to_owned(), "b（手工修改1）.pdf".to_owned())]);
        let text = |name: &str| fs::read_to_string(target.join(name)).unwrap();
        assert_eq!(text("a.pdf"), "new");
        assert_eq!(text("b.pdf"), "2");
        assert_eq!(text("b（手工修改1）.pdf"), "edited");
        assert_eq!(text("我的/笔记.txt"), "note");
        assert!(!target.join("c.pdf").exists(), "ours, unchanged and no longer part of the bundle");
    }

    #[cfg(unix)]
    #[test]
    fn a_failed_write_leaves_the_old_bundle() {
        let folder = tempfile::tempdir().unwrap();
        let target = folder.path().join("案卷");
        write(&target, &files(&[("a.pdf", "1")]), false).unwrap();
        // A file name that no file system takes makes the write fail half way.
        let bad = files(&[("a.pdf", "2"), (&"长".repeat(300), "3")]);
        assert!(write(&target, &bad, false).is_err());
        assert_eq!(fs::read_to_string(target.join("a.pdf")).unwrap(), "1");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }
}
