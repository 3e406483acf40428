//! YAML text → a raw struct; what is wrong is said in Chinese, for the lawyer who edited the file.

use serde::de::DeserializeOwned;
use serde_saphyr::Error;

use crate::model::likeness::nearest;

/// What is wrong with a YAML text, and on which line.
pub(super) struct YamlFault {
    pub(super) line: Option<u64>,
    pub(super) what: String,
}

/// Reads one YAML document.
pub(super) fn parse<T: DeserializeOwned>(text: &str) -> Result<T, YamlFault> {
    serde_saphyr::from_str(text).map_err(|error| {
        let error = error.without_snippet();
        let line = error.location().map(|location| location.line()).filter(|line| *line > 0);
        YamlFault { line, what: explain(error) }
    })
}

fn explain(error: &Error) -> String {
    match error {
        Error::SerdeUnknownField { field, expected, .. } => {
            let near = nearest(field, expected.iter().copied())
                .map(|name| format!("，是不是“{name}”"))
                .unwrap_or_default();
            format!("不认识“{field}”{near}（可以写：{}）", expected.join("、"))
        }
        Error::SerdeMissingField { field, .. } => format!("缺少“{field}”"),
        Error::SerdeUnknownVariant { variant, expected, .. } => {
            format!("“{variant}”不在可选的值里（可以写：{}）", expected.join("、"))
        }
        Error::DuplicateMappingKey { key: Some(key), .. } => format!("“{key}”写了两次"),
        Error::DuplicateMappingKey { .. } => "有一个键写了两次".to_owned(),
        Error::NullIntoString { .. } => "值没有填写".to_owned(),
        Error::Eof { .. } => "文件是空的".to_owned(),
        Error::Unexpected { .. }
        | Error::UnexpectedSequenceEnd { .. }
        | Error::UnexpectedMappingEnd { .. }
        | Error::SerdeInvalidType { .. } => "这里的内容不是所要的形式，请对照其他各项的写法".to_owned(),
        _ => "YAML 写法有误，请检查缩进、冒号后的空格和引号".to_owned(),
    }
}
