//! Why a workbook could not be opened: becomes a [`Fault`] at the file.
//!
//! May use: `model::fault`.

use crate::diagnostics::{FileName, Origin};
use crate::model::fault::{Fault, FaultKind};

/// Why a workbook could not be opened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// F001.
    Unreadable(String),
    /// F004.
    TooLarge {
        /// What is too large.
        found: String,
        /// The limit.
        limit: String,
    },
}

impl Trouble {
    /// F001 with its reason, a Chinese clause.
    pub fn unreadable(why: impl Into<String>) -> Self {
        Trouble::Unreadable(why.into())
    }

    /// F004.
    pub fn too_large(found: impl Into<String>, limit: impl Into<String>) -> Self {
        Trouble::TooLarge { found: found.into(), limit: limit.into() }
    }

    /// F004 for a part of a zip container.
    pub fn inflated(part: &str, size: u64) -> Self {
        let megabytes = size.div_ceil(1024 * 1024);
        Trouble::too_large(format!("压缩包内的 {part} 解压后至少 {megabytes} MB"), "合计 64 MB、压缩比 200")
    }

    /// F004 for a sheet; `what` is 行 or 列.
    pub fn sheet(name: &str, used: usize, what: &str, limit: &str) -> Self {
        let sheet = if name.is_empty() { "表格".to_owned() } else { format!("工作表“{name}”") };
        Trouble::too_large(format!("{sheet}用了 {used} {what}"), format!("{limit} {what}"))
    }

    /// The fault at the file.
    pub fn fault(self, file: &FileName) -> Fault {
        let kind = match self {
            Trouble::Unreadable(why) => FaultKind::Unreadable { why },
            Trouble::TooLarge { found, limit } => FaultKind::TooLarge { found, limit },
        };
        Fault::new(kind, Origin::File(file.clone()))
    }
}
