//! The usual slips of people who type YAML with a Chinese keyboard.
//!
//! May use: nothing else of hetong.

/// A name with a full-width colon.
pub(super) const WIDE_COLON: &str = "名称后面用了全角冒号“：”，请改成半角冒号加一个空格“: ”";
/// A full-width comma within brackets.
pub(super) const WIDE_COMMA: &str = "花括号或方括号里用了全角逗号“，”，请改成半角逗号加一个空格“, ”";

/// Several things on a line that are not within braces.
pub(super) const NEEDS_BRACES: &str = "一行里写了几项，要用花括号括起来";
/// Brackets that are text to YAML.
pub(super) const WIDE_BRACKETS: &str =
    "用了全角括号，请改成半角的 { } 或 [ ]，里面的冒号、逗号也用半角，后面空一格";
const WIDE_OPEN: [char; 2] = ['｛', '［'];
/// Quotation marks that are text to YAML.
const CHINESE_QUOTES: [char; 10] = ['“', '”', '‘', '’', '「', '」', '『', '』', '＂', '＇'];

/// What stands between Chinese quotation marks, where they enclose the whole value, or all but an English one at its end.
pub(super) fn between_chinese_quotes(value: &str) -> Option<&str> {
    let inner = value.strip_prefix(CHINESE_QUOTES)?;
    let inner = inner.strip_suffix(CHINESE_QUOTES).or_else(|| inner.strip_suffix(['"', '\'']))?;
    (!inner.is_empty() && !inner.contains(CHINESE_QUOTES)).then_some(inner)
}

/// Whether a value was meant for a map or a list, but for its brackets.
pub(super) fn has_wide_brackets(value: &str) -> bool {
    value.starts_with(WIDE_OPEN) && value.ends_with(['｝', '］', '}', ']'])
}

/// The things on a line as a map within braces: `- 岗位: 运维, 级别：中级` is `- {岗位: 运维, 级别: 中级}`, and `联系人: 姓名: 甲,
/// 电话: 1` is `联系人: {姓名: 甲, 电话: 1}`. None where there is but one, or text that has a colon in it.
pub(super) fn in_braces(line: &str) -> Option<String> {
    let body = line.trim();
    if body.contains(['{', '[', '"', '\'', '#']) {
        return None;
    }
    let (lead, body) = match body.strip_prefix("- ") {
        Some(body) => ("- ".to_owned(), body),
        None => {
            let (key, body) = named(body)?;
            named(body.split([',', '，']).next()?)?;
            (format!("{key}: "), body)
        }
    };
    // A comma within a value is none that braces could hold.
    let things: Option<Vec<(&str, &str)>> = body.split([',', '，']).map(named).collect();
    let things: Vec<String> = things?.iter().map(|(name, value)| format!("{name}: {value}")).collect();
    (things.len() > 1).then(|| format!("{lead}{{{}}}", things.join(", ")))
}

/// A name of Chinese characters before a colon, and what stands behind it.
fn named(text: &str) -> Option<(&str, &str)> {
    let (name, value) = text.split_once([':', '：'])?;
    let (name, value) = (name.trim(), value.trim());
    let is_name = name.chars().all(|c| c.is_alphabetic() && !c.is_ascii());
    (is_name && (1..=8).contains(&name.chars().count())).then_some((name, value))
}

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
        let chinese = value.contains(CHINESE_QUOTES);
        return Some(if chinese {
            "引号一边是英文的，一边是中文的，请都改成英文引号 \""
        } else {
            "双引号没有成对"
        });
    }
    if [body, value].iter().any(|text| text.starts_with(WIDE_OPEN)) {
        return Some(WIDE_BRACKETS);
    }
    if value.starts_with(CHINESE_QUOTES) {
        return Some("用了中文引号，请改成英文引号 \"");
    }
    if in_braces(line).is_some() {
        return Some(NEEDS_BRACES);
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

/// The first line down to one (counted from 0) that stands neither beside nor rightly below the lines above it, and what
/// to do about it. None where text runs over several lines, which may stand as it likes.
pub(super) fn misaligned(text: &str, last: usize) -> Option<(usize, String)> {
    let mut levels: Vec<usize> = vec![0];
    let mut opened = false;
    let written = |line: &&str| !line.trim().is_empty() && !line.trim_start().starts_with('#');
    for (at, line) in text.lines().enumerate().take(last + 1).filter(|(_, line)| written(line)) {
        let body = line.trim_start();
        let indent = line.len() - body.len();
        let entry = body.trim_start_matches("- ").trim_start();
        let value = match entry.split_once(':') {
            Some((_, value)) => value.split(" #").next().unwrap_or_default().trim(),
            None if entry.len() < body.len() => entry,
            None => return None,
        };
        let runs_on = |open, close| entry.matches(open).count() != entry.matches(close).count();
        if value.starts_with(['|', '>']) || runs_on('[', ']') || runs_on('{', '}') {
            return None;
        }
        let mut beside: Vec<usize> = Vec::new();
        while let Some(level) = levels.pop_if(|level| *level > indent) {
            beside = vec![level];
        }
        let level = levels.last().copied().unwrap_or_default();
        if level < indent && !(opened && beside.is_empty()) {
            beside.insert(0, level);
            let beside: Vec<String> = beside.iter().map(|level| format!("{level} 格")).collect();
            let beside = beside.join("或 ");
            return Some((
                at,
                format!(
                    "行首空了 {indent} 格，与上面的行（空 {beside}）没有对齐；同一段里的各项要空一样多的格"
                ),
            ));
        }
        levels.push(indent);
        levels.push(line.len() - entry.len());
        opened = value.is_empty();
    }
    None
}

#[cfg(test)]
mod tests {
    use super::{between_chinese_quotes, in_braces, misaligned};

    #[test]
    fn chinese_quotes_are_told_from_quoted_words() {
        for value in ["“610041”", "”610041“", "“610041\"", "「610041」", "＂610041＂", "‘610041'"]
        {
            assert_eq!(between_chinese_quotes(value), Some("610041"), "{value}");
        }
        for value in ["“星河”计划", "“甲”和“乙”", "“”", "“", "610041"] {
            assert_eq!(between_chinese_quotes(value), None, "{value}");
        }
    }

    #[test]
    fn several_things_on_a_line_are_put_in_braces() {
        let braces = |line: &str| in_braces(line).unwrap_or_default();
        assert_eq!(braces("  - 岗位: 运维, 级别: 中级, 人天: 40"), "- {岗位: 运维, 级别: 中级, 人天: 40}");
        assert_eq!(braces("- 岗位：运维，级别:中级"), "- {岗位: 运维, 级别: 中级}");
        assert_eq!(braces("联系人: 姓名: 甲, 电话: 1"), "联系人: {姓名: 甲, 电话: 1}");
        for line in ["- 岗位: 运维", "- {岗位: 运维, 级别: 中级}", "要求: 运维，范围: 全部", "- 甲, 乙: 1"]
        {
            assert_eq!(braces(line), "", "{line}");
        }
    }

    fn at(text: &str) -> Option<(usize, String)> {
        misaligned(text, text.lines().count())
    }

    #[test]
    fn lines_that_stand_askew_are_told_with_what_they_should_stand_beside() {
        let (line, what) = at("甲:\n  乙: 1\n    丙: 2\n").unwrap();
        assert!(line == 2 && what.contains("空了 4 格") && what.contains("（空 2 格）"), "{what}");
        let (line, what) = at("甲:\n  乙: 1\n 丙: 2\n").unwrap();
        assert!(line == 2 && what.contains("空了 1 格") && what.contains("（空 0 格或 2 格）"), "{what}");
        let (line, what) = at("甲:\n    乙: 1\n  丙: 2\n").unwrap();
        assert!(line == 2 && what.contains("（空 0 格或 4 格）"), "{what}");
        let (line, _) = at("甲:\n  - 乙: 1\n     丙: 2\n").unwrap();
        assert_eq!(line, 2);
    }

    #[test]
    fn what_stands_rightly_is_not_told() {
        let right = "# 注\n甲:\n  乙: 1   # 注\n\n  丙:\n    丁: [1, 2]\n戊:\n- 己: 1\n  庚: 2\n- {辛: 1, 壬: 2}\n- 子\n癸: 3\n";
        assert_eq!(at(right), None);
        assert_eq!(at("甲: |\n  乙\n 丙: 1\n"), None);
        assert_eq!(at("甲: [\n 乙,\n   丙: 1\n]\n"), None);
    }
}
