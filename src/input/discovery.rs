//! Finding cases: every folder below the given ones that holds a 合同.yaml.
//!
//! May use: nothing else of hetong.

use std::collections::BTreeSet;
use std::io;
use std::path::{Path, PathBuf};

use walkdir::WalkDir;

use super::case::CASE_FILE;

/// Deeper than any sensible filing order.
const MAX_DEPTH: usize = 12;

/// The case folders at or below `paths`, in a stable order, each once. A path may also name a 合同.yaml itself.
///
/// # Errors
/// If a given path does not exist.
pub fn cases(paths: &[PathBuf]) -> io::Result<Vec<PathBuf>> {
    let mut found = BTreeSet::new();
    for path in paths {
        let metadata = std::fs::metadata(path)?;
        if metadata.is_file() {
            let folder = path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
            found.insert(folder.to_path_buf());
        } else {
            found.extend(below(path));
        }
    }
    Ok(found.into_iter().collect())
}

/// Links are not followed: they could lead anywhere, or round in a circle.
fn below(path: &Path) -> impl Iterator<Item = PathBuf> {
    let visible = |entry: &walkdir::DirEntry| {
        entry.depth() == 0 || !entry.file_name().to_string_lossy().starts_with('.')
    };
    WalkDir::new(path)
        .max_depth(MAX_DEPTH)
        .sort_by_file_name()
        .into_iter()
        .filter_entry(visible)
        .filter_map(Result::ok)
        .filter(|entry| entry.file_type().is_dir() && entry.path().join(CASE_FILE).is_file())
        .map(walkdir::DirEntry::into_path)
}
