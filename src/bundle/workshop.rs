//! What all cases of a run share, loaded when first needed and once: packs, their templates, the fonts.
//!
//! May use: `pack`, `render`.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use crate::pack::{Pack, PackError};
use crate::render::fonts::{FontError, Fonts};
use crate::render::template::{TemplateError, Templates};

/// Packs, templates and fonts of a run. Cheap to share between threads.
#[derive(Debug, Default)]
pub struct Workshop {
    packs_dir: Option<PathBuf>,
    font_dir: Option<PathBuf>,
    packs: Shelf<Pack>,
    templates: Shelf<Templates>,
    fonts: Shelf<Fonts>,
}

impl Workshop {
    /// With packs from a folder instead of the embedded ones, and fonts from a folder before the system's.
    pub fn new(packs_dir: Option<&Path>, font_dir: Option<&Path>) -> Self {
        Self {
            packs_dir: packs_dir.map(Path::to_path_buf),
            font_dir: font_dir.map(Path::to_path_buf),
            ..Self::default()
        }
    }

    /// A pack by its name.
    ///
    /// # Errors
    /// If it cannot be loaded.
    pub fn pack(&self, id: &str) -> Result<Arc<Pack>, PackError> {
        self.packs.get(id, || Pack::find(self.packs_dir.as_deref(), id))
    }

    /// The names of the packs there are.
    ///
    /// # Errors
    /// If the folder of packs cannot be read.
    pub fn available(&self) -> Result<Vec<String>, PackError> {
        Pack::available(self.packs_dir.as_deref())
    }

    /// A pack's templates, parsed.
    ///
    /// # Errors
    /// If one is not valid.
    pub fn templates(&self, pack: &Pack) -> Result<Arc<Templates>, TemplateError> {
        self.templates.get(&pack.hash, || Templates::parse(&pack.templates))
    }

    /// The fonts, with those of the pack.
    ///
    /// # Errors
    /// If there is no Chinese font, or one cannot be read.
    pub fn fonts(&self, pack: &Pack) -> Result<Arc<Fonts>, FontError> {
        self.fonts.get(&pack.hash, || Fonts::load(self.font_dir.as_deref(), &pack.fonts))
    }
}

/// Things by name, each made once.
#[derive(Debug)]
struct Shelf<T>(Mutex<BTreeMap<String, Arc<T>>>);

impl<T> Default for Shelf<T> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<T> Shelf<T> {
    /// Others wait while it is made: made twice it would cost more.
    fn get<E>(&self, name: &str, make: impl FnOnce() -> Result<T, E>) -> Result<Arc<T>, E> {
        let mut made = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(thing) = made.get(name) {
            return Ok(thing.clone());
        }
        let thing = Arc::new(make()?);
        made.insert(name.to_owned(), thing.clone());
        Ok(thing)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_thing_is_made_once() {
        let shelf = Shelf::<u32>::default();
        assert_eq!(shelf.get("a", || Err("not yet")), Err("not yet"));
        let first = shelf.get::<()>("a", || Ok(1)).unwrap();
        let second = shelf.get::<()>("a", || Ok(2)).unwrap();
        assert!(Arc::ptr_eq(&first, &second));
        assert_eq!(*shelf.get::<()>("b", || Ok(2)).unwrap(), 2);
    }
}
