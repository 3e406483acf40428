//! The usual slips of people who type YAML with a Chinese keyboard.
//!
//! May use: nothing else of hetong.

/// A name with a full-width colon.
pub(super) const WIDE_COLON: &str = "名称后面用了全角冒号“：”，请改成半角冒号加一个空格“: ”";
/// A full-width comma within brackets.
pub(super) const WIDE_COMMA: &str = "花括号或方括号里用了全角逗号“，”，请改成半角逗号加一个空格“, ”";

/// Whether a line begins with a name and a full-width colon, and is no prose that has one somewhere.
pub(super) fn is_wide_key(line: &str) -> bool {
    let name = line.trim().trim_start_matches("- ").split('：').next().unwrap_or_default();
    (1..=12).contains(&name.chars().count()) && name.chars().all(char::is_alphanumeric)
}

/// Where a text that stands within `{ }` or `[ ]` goes on to the next name behind a full-width comma: 钱多多，电话: 028.
pub(super) fn wide_comma_in(text: &str) -> Option<usize> {
    text.match_indices('，').map(|(at, _)| at).find(|at| {
        let rest = text.get(at + '，'.len_utf8()..).unwrap_or_default().trim_start();
        let name = rest.split([':', '：']).next().unwrap_or_default();
        let length = name.chars().count();
        let is_name = name.chars().all(|c| c.is_alphabetic() && !c.is_ascii());
        name.len() < rest.len() && is_name && ((2..=8).contains(&length) || ["自", "至"].contains(&name))
    })
}

/// The same on a line, within its first brackets.
pub(super) fn wide_comma(line: &str) -> Option<usize> {
    let open = line.find(['{', '['])?;
    let inside = line.get(open..)?;
    let at = wide_comma_in(inside)?;
    let quoted = inside.get(..at)?.matches('"').count() % 2 == 1;
    (!quoted).then_some(open + at)
}

/// What is wrong with a line, if it is one of the usual slips.
pub(super) fn slip_of(line: &str) -> Option<&'static str> {
    let indent: String = line.chars().take_while(|c| c.is_whitespace()).collect();
    let body = line.trim().trim_start_matches("- ");
    if body.is_empty() || body.starts_with('#') {
        return None;
    }
    if indent.contains('\t') {
        return Some("行首用了制表符（Tab），请改成空格");
    }
    if indent.contains('\u{3000}') {
        return Some("行首用了全角空格，请改成半角空格");
    }
    if wide_comma(line).is_some() {
        return Some(WIDE_COMMA);
    }
    if body.starts_with(['{', '[']) {
        return flow_slip_of(body);
    }
    let Some((key, value)) = body.split_once(':') else {
        return body.contains('：').then_some(WIDE_COLON);
    };
    if key.contains('：') {
        return Some(WIDE_COLON);
    }
    if !value.is_empty() && !value.starts_with(' ') && !key.contains(['"', '{', '[']) {
        return Some("冒号后面少一个空格");
    }
    let value = value.trim();
    if value.matches('"').count() % 2 == 1 {
        return Some("双引号没有成对");
    }
    if value.starts_with(['“', '”', '‘']) {
        return Some("用了中文引号，请改成英文引号 \"");
    }
    let is_text = !value.starts_with(['"', '\'', '{', '[', '#']);
    if is_text && value.split(" #").next().is_some_and(|v| v.contains(": ")) {
        return Some("值里有冒号加空格，请给整个值加上英文引号 \"…\"");
    }
    let brackets = |open, close| value.matches(open).count() != value.matches(close).count();
    (!is_text && (brackets('[', ']') || brackets('{', '}'))).then_some("方括号或花括号没有成对")
}

/// The same of a line that is all brackets: `- {岗位: 运维支撑, 级别: 中级}`.
fn flow_slip_of(body: &str) -> Option<&'static str> {
    if body.matches('"').count() % 2 == 1 {
        return Some("双引号没有成对");
    }
    let differ = |open, close| body.matches(open).count() != body.matches(close).count();
    (differ('[', ']') || differ('{', '}')).then_some("方括号或花括号没有成对")
}
