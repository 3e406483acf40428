//! The Chinese fonts: no crate carries a full Song face, so they come from the system or from `--font-dir`.
//!
//! Found once and shared by all documents. Every byte of the files in use is hashed in every run, so that no change of a
//! font goes unnoticed; what typst needs of them is loaded when a page is first typeset, which a build without changes
//! never does.
//!
//! May use: nothing else of hetong; the pack's own fonts are handed in as bytes.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};
use std::thread;

use fontdb::{Database, FaceInfo, ID, Source, Style, Weight};
use sha2::{Digest, Sha256};
use thiserror::Error;
use typst::foundations::Bytes;
use typst::text::{Font, FontInfo};

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
#[derive(Clone, Debug, Error)]
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
    /// The 宋体 family, then the pack's symbols.
    pub serif: Vec<String>,
    /// The 黑体 family, then the pack's symbols.
    pub sans: Vec<String>,
    /// Files in use.
    pub files: Vec<FontFile>,
    /// What they have glyphs for, and more.
    infos: Vec<FontInfo>,
    /// Where the faces are, in the order in which typst gets them.
    sources: Vec<FaceSource>,
    /// Handed to typst; loaded when first asked for.
    faces: Arc<OnceLock<Result<Vec<Font>, FontError>>>,
}

/// Where a face is.
#[derive(Clone, Debug)]
enum FaceSource {
    File(PathBuf, u32),
    /// One of the pack's own.
    Loaded(Font),
}

impl Fonts {
    /// Finds the fonts: in `font_dir` first, then among the system's; `extra` are the pack's own.
    ///
    /// # Errors
    /// If there is no Chinese font, or one cannot be read.
    pub fn load(font_dir: Option<&Path>, extra: &BTreeMap<String, Vec<u8>>) -> Result<Self, FontError> {
        let mut database = Database::new();
        if let Some(dir) = font_dir {
            database.load_fonts_dir(dir);
        }
        let mut serif = family(&database, SERIF);
        let mut sans = family(&database, SANS);
        if serif.is_none() || sans.is_none() {
            database.load_system_fonts();
            serif = serif.or_else(|| family(&database, SERIF));
            sans = sans.or_else(|| family(&database, SANS));
        }
        let missing = |kind| FontError::NotFound { kind, advice: ADVICE };
        let serif = serif.ok_or_else(|| missing("宋体"))?;
        let sans = sans.ok_or_else(|| missing("黑体"))?;
        let mut fonts = Self {
            serif: vec![serif.name.to_owned()],
            sans: vec![sans.name.to_owned()],
            files: Vec::new(),
            infos: Vec::new(),
            sources: Vec::new(),
            faces: Arc::default(),
        };
        fonts.look_at(&database, &[serif, sans])?;
        fonts.add(extra);
        Ok(fonts)
    }

    /// Hashes the files of some families and notes what they have glyphs for, side by side.
    fn look_at(&mut self, database: &Database, families: &[Family]) -> Result<(), FontError> {
        let faces = families.iter().flat_map(|family| family.faces.iter().map(|face| (family.name, *face)));
        let looked: Vec<_> = thread::scope(|scope| {
            let looks: Vec<_> = faces
                .filter_map(|(name, id)| {
                    let info = database.face(id)?;
                    let (Source::File(path) | Source::SharedFile(path, _)) = &info.source else {
                        return None;
                    };
                    let look = scope.spawn(move || look_at_face(database, id, name, path));
                    Some((path.clone(), info.index, look))
                })
                .collect();
            looks.into_iter().map(|(path, index, look)| (path, index, look.join())).collect()
        });
        for (path, index, look) in looked {
            let unreadable = |why: &str| FontError::Unreadable {
                path: path.to_string_lossy().into_owned(),
                why: why.to_owned(),
            };
            let (file, info) = look.map_err(|_| unreadable("不是有效的字体"))??;
            self.files.push(file);
            self.infos.push(info);
            self.sources.push(FaceSource::File(path, index));
        }
        Ok(())
    }

    /// The pack's own fonts come after the others.
    fn add(&mut self, extra: &BTreeMap<String, Vec<u8>>) {
        for (file, bytes) in extra {
            for font in Font::iter(Bytes::new(bytes.clone())) {
                let family = font.info().family.clone();
                self.files.push(FontFile { family: family.clone(), file: file.clone(), sha256: hex(bytes) });
                self.serif.push(family.clone());
                self.sans.push(family);
                self.infos.push(font.info().clone());
                self.sources.push(FaceSource::Loaded(font));
            }
        }
    }

    /// Whether some face has a glyph for `c`.
    pub fn covers(&self, c: char) -> bool {
        c.is_whitespace() || self.infos.iter().any(|info| info.coverage.contains(u32::from(c)))
    }

    /// What typst is handed.
    ///
    /// # Errors
    /// If a file can no longer be read.
    pub fn faces(&self) -> Result<&[Font], FontError> {
        let faces = self.faces.get_or_init(|| load(&self.sources));
        faces.as_deref().map_err(Clone::clone)
    }
}

/// A family, with its regular and its bold face.
struct Family {
    name: &'static str,
    faces: Vec<ID>,
}

/// The first family of `names` that the database has.
fn family(database: &Database, names: &[&'static str]) -> Option<Family> {
    names.iter().find_map(|name| {
        let of_family = |face: &&FaceInfo| face.families.iter().any(|(family, _)| family == name);
        let faces: Vec<&FaceInfo> =
            database.faces().filter(of_family).filter(|face| face.style == Style::Normal).collect();
        let regular = nearest(&faces, Weight::NORMAL)?;
        let bold = nearest(&faces, Weight::BOLD).filter(|bold| bold.id != regular.id);
        Some(Family {
            name,
            faces: [Some(regular), bold].into_iter().flatten().map(|face| face.id).collect(),
        })
    })
}

fn look_at_face(
    database: &Database,
    id: ID,
    family: &str,
    path: &Path,
) -> Result<(FontFile, FontInfo), FontError> {
    let unreadable =
        |why: &str| FontError::Unreadable { path: path.to_string_lossy().into_owned(), why: why.to_owned() };
    let look = |bytes: &[u8], index: u32| Some((hex(bytes), FontInfo::new(bytes, index)?));
    let looked = database.with_face_data(id, look).ok_or_else(|| unreadable("打不开"))?;
    let (sha256, info) = looked.ok_or_else(|| unreadable("不是有效的字体"))?;
    let file = path.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
    Ok((FontFile { family: family.to_owned(), file, sha256 }, info))
}

/// Reads the faces, each file once and side by side. Plain threads: who waits for them may be one of rayon's.
fn load(sources: &[FaceSource]) -> Result<Vec<Font>, FontError> {
    let mut read: BTreeMap<&Path, Option<Bytes>> = BTreeMap::new();
    for source in sources {
        if let FaceSource::File(path, _) = source {
            read.insert(path, None);
        }
    }
    thread::scope(|scope| {
        for (path, bytes) in &mut read {
            scope.spawn(move || *bytes = std::fs::read(path).ok().map(Bytes::new));
        }
    });
    let face = |source: &FaceSource| match source {
        FaceSource::Loaded(font) => Ok(font.clone()),
        FaceSource::File(path, index) => {
            let bytes = read.get(path.as_path()).cloned().flatten();
            bytes.and_then(|bytes| Font::new(bytes, *index)).ok_or_else(|| FontError::Unreadable {
                path: path.to_string_lossy().into_owned(),
                why: "读不出来或不是有效的字体".into(),
            })
        }
    };
    sources.iter().map(face).collect()
}

#[cfg(target_os = "linux")]
const ADVICE: &str = "请安装：Debian/Ubuntu 用 apt-get install fonts-noto-cjk；Fedora 用 dnf install \
    google-noto-serif-cjk-fonts google-noto-sans-cjk-fonts；或用 --font-dir 指定字体文件夹";
#[cfg(not(target_os = "linux"))]
const ADVICE: &str = "请安装“思源宋体”和“思源黑体”，或用 --font-dir 指定放有中文字体的文件夹";

fn nearest<'f>(faces: &[&'f FaceInfo], weight: Weight) -> Option<&'f FaceInfo> {
    faces.iter().copied().min_by_key(|face| (face.weight.0.abs_diff(weight.0), face.index))
}

fn hex(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}
