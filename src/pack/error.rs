//! Why a pack cannot be used: messages for people, naming the file. The CLI shows them and exits 2.

use std::path::PathBuf;

use thiserror::Error;

/// A pack that cannot be loaded.
#[derive(Debug, Error)]
pub enum PackError {
    /// No pack of this name.
    #[error("没有名为“{id}”的模板（{place}）。可用的模板：{}", listed(.available))]
    NotFound {
        /// The name asked for.
        id: String,
        /// Where it was looked for.
        place: String,
        /// What there is.
        available: Vec<String>,
    },
    /// A name that is not a plain folder name.
    #[error("模板名“{id}”不能用：只写文件夹名，不带路径")]
    BadId {
        /// As written.
        id: String,
    },
    /// A file or folder that cannot be read.
    #[error("读不了 {}：{why}", .path.display())]
    Unreadable {
        /// Which.
        path: PathBuf,
        /// Why, in Chinese where we know.
        why: String,
    },
    /// A file every pack needs.
    #[error("模板 {pack} 缺少文件 {file}")]
    MissingFile {
        /// The pack.
        pack: String,
        /// The missing file, relative to the pack's folder.
        file: String,
    },
    /// A file that is not the YAML expected.
    #[error("模板 {pack} 的 {file}{}：{what}", at_line(.line))]
    Yaml {
        /// The pack.
        pack: String,
        /// The file, relative to the pack's folder.
        file: String,
        /// Line, counted from 1, where known.
        line: Option<u64>,
        /// What is wrong.
        what: String,
    },
    /// Well-formed data that makes no sense.
    #[error("模板 {pack} 的 {file}：{what}")]
    Data {
        /// The pack.
        pack: String,
        /// The file, relative to the pack's folder.
        file: String,
        /// What is wrong.
        what: String,
    },
}

fn listed(names: &[String]) -> String {
    if names.is_empty() { "无".to_owned() } else { names.join("、") }
}

fn at_line(line: &Option<u64>) -> String {
    line.map(|line| format!(" 第 {line} 行")).unwrap_or_default()
}
