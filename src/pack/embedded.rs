//! The packs that the binary carries.

use std::borrow::Cow;

use include_dir::{Dir, include_dir};

use super::load::{Files, is_ignored};

static TEMPLATES: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/templates");

/// Names of the embedded packs, sorted.
pub(super) fn ids() -> Vec<String> {
    let mut ids: Vec<String> =
        TEMPLATES.dirs().filter_map(|dir| Some(dir.path().file_name()?.to_str()?.to_owned())).collect();
    ids.retain(|id| !is_ignored(id));
    ids.sort();
    ids
}

/// The files of an embedded pack, by their names relative to its folder.
pub(super) fn files(id: &str) -> Option<Files<'static>> {
    let mut files = Files::new();
    collect(TEMPLATES.get_dir(id)?, id, &mut files);
    Some(files)
}

fn collect(dir: &'static Dir<'static>, id: &str, files: &mut Files<'static>) {
    for file in dir.files() {
        let Ok(relative) = file.path().strip_prefix(id) else { continue };
        let parts: Option<Vec<&str>> = relative.iter().map(|part| part.to_str()).collect();
        let Some(parts) = parts.filter(|parts| !parts.iter().any(|part| is_ignored(part))) else { continue };
        files.insert(parts.join("/"), Cow::Borrowed(file.contents()));
    }
    for child in dir.dirs() {
        collect(child, id, files);
    }
}
