//! The Chinese fonts: no crate carries a full Song face, so they come from the system or from `--font-dir`.
//!
//! Loaded once and shared by all documents: loading them anew costs as much as compiling a page.
//!
//! May use: nothing else of hetong; the pack's own fonts are handed in as bytes.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use fontdb::{Database, FaceInfo, Source, Style, Weight};
use sha2::{Digest, Sha256};
use thiserror::Error;
use typst::foundations::Bytes;
use typst::text::Font;

/// 宋体 families, best first: free ones, then those of Windows and of macOS.
const SERIF: &[&str] = &[
    "Noto Serif CJK SC",
    "Noto Serif SC",
    "Source Han Serif SC",
    "Source Han Serif CN",
    "思源宋体",
    "SimSun",
    "Songti SC",
    "STSong",
];

/// 黑体 families, best first.
const SANS: &[&str] = &[
    "Noto Sans CJK SC",
    "Noto Sans SC",
    "Source Han Sans SC",
    "Source Han Sans CN",
    "思源黑体",
    "SimHei",
    "Microsoft YaHei",
    "PingFang SC",
    "Heiti SC",
    "STHeiti",
];

/// No usable font.
#[derive(Debug, Error)]
pub enum FontError {
    /// None of the families is installed.
    #[error("找不到中文{kind}字体。{advice}")]
    NotFound {
        /// 宋体 or 黑体.
        kind: &'static str,
        /// What to install on this system.
        advice: &'static str,
    },
    /// A font file that cannot be read.
    #[error("字体文件 {path} 读不出来：{why}")]
    Unreadable {
        /// The file.
        path: String,
        /// Why.
        why: String,
    },
}

/// A font file in use, for the manifest.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct FontFile {
    /// Family.
    pub family: String,
    /// File name without its folder, which differs between machines.
    pub file: String,
    /// SHA-256, hex.
    pub sha256: String,
}

/// The fonts of a run.
#[derive(Clone, Debug)]
pub struct Fonts {
    /// Handed to typst.
    pub faces: Vec<Font>,
    /// The 宋体 family, then the pack's symbols.
    pub serif: Vec<String>,
    /// The 黑体 family, then the pack's symbols.
    pub sans: Vec<String>,
    /// Files in use.
    pub files: Vec<FontFile>,
}

impl Fonts {
    /// Finds and loads the fonts: in `font_dir` first, then among the system's; `extra` are the pack's own.
    ///
    /// # Errors
    /// If there is no Chinese font, or one cannot be read.
    pub fn load(font_dir: Option<&Path>, extra: &BTreeMap<String, Vec<u8>>) -> Result<Self, FontError> {
        let mut database = Database::new();
        if let Some(dir) = font_dir {
            database.load_fonts_dir(dir);
        }
        let mut loader = Loader::default();
        let mut serif = loader.family(&database, SERIF)?;
        let mut sans = loader.family(&database, SANS)?;
        if serif.is_none() || sans.is_none() {
            database.load_system_fonts();
            serif = match serif {
                None => loader.family(&database, SERIF)?,
                found => found,
            };
            sans = match sans {
                None => loader.family(&database, SANS)?,
                found => found,
            };
        }
        let missing = |kind| FontError::NotFound { kind, advice: ADVICE };
        let serif = serif.ok_or_else(|| missing("宋体"))?;
        let sans = sans.ok_or_else(|| missing("黑体"))?;
        let symbols = loader.extra(extra);
        let with_symbols = |family: String| [vec![family], symbols.clone()].concat();
        Ok(Self {
            faces: loader.faces,
            serif: with_symbols(serif),
            sans: with_symbols(sans),
            files: loader.files,
        })
    }

    /// Whether some face has a glyph for `c`.
    pub fn covers(&self, c: char) -> bool {
        c.is_whitespace() || self.faces.iter().any(|face| face.info().coverage.contains(u32::from(c)))
    }
}

#[cfg(target_os = "linux")]
const ADVICE: &str = "请安装：Debian/Ubuntu 用 apt-get install fonts-noto-cjk；Fedora 用 dnf install \
    google-noto-serif-cjk-fonts google-noto-sans-cjk-fonts；或用 --font-dir 指定字体文件夹";
#[cfg(not(target_os = "linux"))]
const ADVICE: &str = "请安装“思源宋体”和“思源黑体”，或用 --font-dir 指定放有中文字体的文件夹";

#[derive(Default)]
struct Loader {
    faces: Vec<Font>,
    files: Vec<FontFile>,
    read: BTreeMap<PathBuf, Bytes>,
}

impl Loader {
    /// Loads the first family of `names` that the database has, in regular and bold.
    fn family(&mut self, database: &Database, names: &[&str]) -> Result<Option<String>, FontError> {
        for name in names {
            let of_family = |face: &&FaceInfo| face.families.iter().any(|(family, _)| family == name);
            let faces: Vec<&FaceInfo> =
                database.faces().filter(of_family).filter(|face| face.style == Style::Normal).collect();
            let Some(regular) = nearest(&faces, Weight::NORMAL) else { continue };
            self.face(regular, name)?;
            if let Some(bold) = nearest(&faces, Weight::BOLD).filter(|bold| bold.id != regular.id) {
                self.face(bold, name)?;
            }
            return Ok(Some((*name).to_owned()));
        }
        Ok(None)
    }

    fn face(&mut self, face: &FaceInfo, family: &str) -> Result<(), FontError> {
        let (Source::File(path) | Source::SharedFile(path, _)) = &face.source else { return Ok(()) };
        let unreadable =
            |why: String| FontError::Unreadable { path: path.to_string_lossy().into_owned(), why };
        let bytes = match self.read.get(path) {
            Some(bytes) => bytes.clone(),
            None => {
                let bytes = Bytes::new(std::fs::read(path).map_err(|e| unreadable(e.to_string()))?);
                self.read.insert(path.clone(), bytes.clone());
                bytes
            }
        };
        let sha256 = hex(&bytes);
        let font = Font::new(bytes, face.index).ok_or_else(|| unreadable("不是有效的字体".into()))?;
        self.faces.push(font);
        let file = path.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
        self.files.push(FontFile { family: family.to_owned(), file, sha256 });
        Ok(())
    }

    fn extra(&mut self, extra: &BTreeMap<String, Vec<u8>>) -> Vec<String> {
        let mut families = Vec::new();
        for (file, bytes) in extra {
            for font in Font::iter(Bytes::new(bytes.clone())) {
                let family = font.info().family.clone();
                let sha256 = hex(bytes);
                self.files.push(FontFile { family: family.clone(), file: file.clone(), sha256 });
                families.push(family);
                self.faces.push(font);
            }
        }
        families
    }
}

fn nearest<'f>(faces: &[&'f FaceInfo], weight: Weight) -> Option<&'f FaceInfo> {
    faces.iter().copied().min_by_key(|face| (face.weight.0.abs_diff(weight.0), face.index))
}

fn hex(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}
