//! What the input room could not read, as facts; `rules/files.rs` (family F) turns them into findings.

use crate::diagnostics::Origin;

/// One thing that could not be read, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// What is wrong.
    pub kind: FaultKind,
    /// Where.
    pub origin: Origin,
}

/// What can be wrong with a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FaultKind {
    /// F001: not there, not readable, or not what its name says.
    Unreadable {
        /// Why, as a Chinese clause: “文件不存在”, “不是有效的 xlsx 文件”.
        why: String,
    },
    /// F002: a needed column was found on no sheet.
    MissingColumn {
        /// Its heading, such as 不含税单价.
        column: String,
        /// Headings that were seen there, to compare with.
        seen: Vec<String>,
    },
    /// F003: a path that leaves the case folder, or a symbolic link out of it.
    OutsideCase {
        /// As written.
        path: String,
    },
    /// F003: a folder of the case that is a symbolic link, and is not read.
    LinkedFolder {
        /// Relative to the case.
        path: String,
    },
    /// F004: over a size limit.
    TooLarge {
        /// What is too large: “文件大小 104,857,600 字节”.
        found: String,
        /// The limit: “20 MB”.
        limit: String,
    },
    /// F005: a YAML key nobody knows.
    UnknownKey {
        /// As written.
        key: String,
        /// The nearest known key.
        suggestion: Option<String>,
        /// All keys that may stand there.
        known: Vec<String>,
        /// Where a key of this name belongs, as people are told: “乙方”下面.
        elsewhere: Vec<String>,
    },
    /// F005: a YAML key given twice.
    DuplicateKey {
        /// As written.
        key: String,
        /// Where it was given first.
        first: Origin,
    },
    /// F006: hidden rows, columns or sheets that hold figures.
    HiddenFigures {
        /// What is hidden: “第 12 行”, “工作表“成本””.
        what: String,
    },
    /// F008: a # that YAML reads otherwise than the user may think.
    StrayHash {
        /// The value as it was read.
        value: String,
        /// What YAML takes for a remark, where it cuts the value short; none where the # is part of the value.
        cut: Option<String>,
    },
    /// F007: a value between Chinese quotation marks, which YAML takes for a part of it.
    ChineseQuotes {
        /// What it is for.
        what: String,
        /// What stands between them.
        inner: String,
    },
    /// F007: a value of the wrong kind or form.
    BadValue {
        /// What it is for, such as 签订日期.
        what: String,
        /// As written.
        found: String,
        /// What it should look like: “日期，如 2026-03-01”.
        expected: String,
    },
}

impl Fault {
    /// Ties a kind to its place.
    pub fn new(kind: FaultKind, origin: Origin) -> Self {
        Self { kind, origin }
    }
}
