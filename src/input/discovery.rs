//! Finding cases: every folder below the given ones that holds a 合同.yaml.
//!
//! May use: nothing else of hetong.

use std::collections::BTreeSet;
use std::io;
use std::path::{Component, Path, PathBuf};

use thiserror::Error;
use walkdir::WalkDir;

use super::case::CASE_FILE;

/// What marks a folder of output (`bundle::manifest`).
const MANIFEST: &str = "manifest.json";

/// Deeper than any sensible filing order.
const MAX_DEPTH: usize = 12;
/// How many folders in an output folder are looked at.
const MOST_LOOKED_AT: usize = 20_000;

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

/// An output folder that is mixed up with cases: what is written there would be read as a case's, or take its place.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum MixedUp {
    /// The output folder is a case, or lies in one.
    #[error("输出目录“{}”就是案卷“{}”或在它里面，生成的文件会和案卷混在一起；请用 -o 另选案卷以外的目录，如 -o ../output", .output.display(), .case.display())]
    Inside {
        /// As it was given.
        output: PathBuf,
        /// The case.
        case: PathBuf,
    },
    /// A case lies in the output folder.
    #[error("输出目录“{}”里面有案卷“{}”，生成的文件会和案卷混在一起；请用 -o 另选没有案卷的目录，如 -o {}", .output.display(), .case.display(), .output.join("output").display())]
    Around {
        /// As it was given.
        output: PathBuf,
        /// The case.
        case: PathBuf,
    },
}

/// That an output folder and the cases, those of a run and all others, keep apart.
///
/// # Errors
/// If they do not.
pub fn apart(output: &Path, cases: &[PathBuf]) -> Result<(), MixedUp> {
    let is_case = |folder: &Path| folder.join(CASE_FILE).symlink_metadata().is_ok();
    let full = resolved(output);
    if let Some(case) = full.ancestors().find(|folder| is_case(folder)) {
        return Err(MixedUp::Inside { output: output.into(), case: case.into() });
    }
    let known = cases.iter().find(|case| resolved(case).starts_with(&full)).cloned();
    match known.or_else(|| case_in(&full)) {
        Some(case) => Err(MixedUp::Around { output: output.into(), case }),
        None => Ok(()),
    }
}

/// A case in a folder of output. What stands beside a manifest is output, and nobody looks for a case below it.
fn case_in(output: &Path) -> Option<PathBuf> {
    let is_output = |folder: Option<&Path>| folder.is_some_and(|folder| folder.join(MANIFEST).exists());
    let worth = |entry: &walkdir::DirEntry| {
        let hidden = entry.file_name().to_string_lossy().starts_with('.');
        let below_output = entry.depth() > 1 && is_output(entry.path().parent());
        entry.depth() == 0 || entry.file_type().is_dir() && !hidden && !below_output
    };
    let walk = WalkDir::new(output).max_depth(MAX_DEPTH).sort_by_file_name().into_iter();
    let mut folders = walk.filter_entry(worth).take(MOST_LOOKED_AT).filter_map(Result::ok);
    let case = folders.find(|folder| folder.path().join(CASE_FILE).symlink_metadata().is_ok())?;
    Some(case.into_path())
}

/// Where a path leads, also if its end is not there yet.
fn resolved(path: &Path) -> PathBuf {
    let mut full = Path::new(".").canonicalize().unwrap_or_default();
    for part in path.components() {
        match part {
            Component::ParentDir => drop(full.pop()),
            Component::CurDir => {}
            part => full.push(part),
        }
        full = full.canonicalize().unwrap_or(full);
    }
    full
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

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn output_and_cases_keep_apart() {
        let root = tempfile::tempdir().unwrap();
        let root = root.path().canonicalize().unwrap();
        let case = root.join("供应商/甲");
        for folder in ["供应商/甲/订单", "output/甲/历次版本", "别处/深/乙"] {
            fs::create_dir_all(root.join(folder)).unwrap();
        }
        for file in ["供应商/甲/合同.yaml", "别处/深/乙/合同.yaml"] {
            fs::write(root.join(file), "").unwrap();
        }
        let cases = [case.clone()];
        let told = |output: &str| apart(&root.join(output), &cases);
        for apart in ["output", "还没有/这个", "output/甲", "供应商-输出"] {
            assert_eq!(told(apart), Ok(()), "{apart}");
        }
        for inside in ["供应商/甲", "供应商/甲/output/深", "供应商/甲/订单", "供应商/乙/../甲/output"]
        {
            let Err(MixedUp::Inside { case: found, .. }) = told(inside) else { panic!("{inside}") };
            assert_eq!(found, case);
        }
        for (around, holds) in [("供应商", "供应商/甲"), ("别处", "别处/深/乙"), ("", "供应商/甲")]
        {
            let Err(MixedUp::Around { case: found, .. }) = told(around) else { panic!("{around}") };
            assert_eq!(found, root.join(holds));
        }
        // Also one that no run is about, where its output would go.
        assert!(matches!(apart(&root.join("供应商"), &[]), Err(MixedUp::Around { .. })));
    }
}
