//! What clap has to say, said in Chinese: wrong arguments, help, version.
//!
//! clap's own error texts are English and cannot be exchanged, but an error carries its parts; the sentence is
//! put together from them here.
//!
//! May use: nothing of hetong but `cli/output`.

use clap::error::{ContextKind, ContextValue, Error, ErrorKind};

use super::output::Output;

/// Answers for arguments that do not lead to a verb; returns the exit code.
pub fn answer(stop: &Error, output: &mut Output) -> u8 {
    match stop.kind() {
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => {
            output.print(&stop.render().to_string());
            0
        }
        ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => {
            output.tell(&stop.render().to_string());
            2
        }
        _ => {
            output.error(&sentence(stop));
            for hint in hints(stop) {
                output.tell(&format!("  {hint}\n"));
            }
            output.tell("  用“hetong --help”或“hetong <命令> --help”查看用法\n");
            2
        }
    }
}

/// What is wrong.
fn sentence(stop: &Error) -> String {
    let argument = part(stop, ContextKind::InvalidArg);
    let value = part(stop, ContextKind::InvalidValue);
    match stop.kind() {
        ErrorKind::InvalidSubcommand => format!("没有命令“{}”", part(stop, ContextKind::InvalidSubcommand)),
        ErrorKind::MissingSubcommand => "缺少命令".to_owned(),
        ErrorKind::MissingRequiredArgument => format!("缺少参数 {argument}"),
        ErrorKind::UnknownArgument if !argument.starts_with('-') => format!("多余的参数“{argument}”"),
        ErrorKind::UnknownArgument => format!("不认识参数“{argument}”"),
        ErrorKind::InvalidValue if value.is_empty() => format!("参数 {argument} 缺少值"),
        ErrorKind::InvalidValue | ErrorKind::ValueValidation => {
            format!("参数 {argument} 的值“{value}”不对")
        }
        ErrorKind::TooManyValues if value.is_empty() => format!("参数 {argument} 不能带值"),
        ErrorKind::TooManyValues => format!("参数 {argument} 不能带值“{value}”"),
        ErrorKind::TooFewValues | ErrorKind::WrongNumberOfValues => format!("参数 {argument} 的值的个数不对"),
        ErrorKind::NoEquals => format!("参数 {argument} 和它的值之间要有“=”"),
        ErrorKind::ArgumentConflict => conflict(&argument, &part(stop, ContextKind::PriorArg)),
        ErrorKind::InvalidUtf8 => "参数不是有效的 UTF-8 文字".to_owned(),
        // Nothing else is known today; clap's own words are better than none.
        _ => stop.render().to_string(),
    }
}

fn conflict(argument: &str, prior: &str) -> String {
    if prior == argument {
        format!("参数 {argument} 只能给一次")
    } else {
        format!("参数 {argument} 不能和 {prior} 一起用")
    }
}

/// How to go on.
fn hints(stop: &Error) -> Vec<String> {
    let suggested =
        [ContextKind::SuggestedSubcommand, ContextKind::SuggestedArg, ContextKind::SuggestedValue];
    let mut hints: Vec<String> = suggested
        .into_iter()
        .filter_map(|kind| best(stop, kind))
        .map(|found| format!("是不是 {found}？"))
        .collect();
    let valid = part(stop, ContextKind::ValidValue);
    if !valid.is_empty() {
        hints.push(format!("可以是：{valid}"));
    }
    hints
}

/// The likeliest of several suggestions, which clap names last.
fn best(stop: &Error, kind: ContextKind) -> Option<String> {
    match stop.get(kind)? {
        ContextValue::Strings(many) => many.last().cloned(),
        other => Some(other.to_string()).filter(|text| !text.is_empty()),
    }
}

/// A part of the error as text; empty where it has none.
fn part(stop: &Error, kind: ContextKind) -> String {
    match stop.get(kind) {
        Some(ContextValue::Strings(many)) => many.join("、"),
        Some(ContextValue::None) | None => String::new(),
        Some(other) => other.to_string(),
    }
}
