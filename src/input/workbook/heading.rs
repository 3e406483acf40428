//! Headings as they are compared: 不含税单价（元/人天） and 不含税 单价 are one heading, 不含税单价最高限价 another.
//!
//! May use: `number::fold`.

use super::number;

/// Units that may stand in a heading without changing its figures. 万元 and 千元 do change them and are not here: such
/// a column is not the one that is wanted.
const UNITS: [&str; 19] = [
    "元/人天",
    "元/人/天",
    "元/人日",
    "元/人·天",
    "元/天",
    "人/天",
    "人天",
    "人日",
    "人·天",
    "元",
    "人民币元",
    "人民币",
    "单位:元",
    "单位:人天",
    "单位:元/人天",
    "%",
    "rmb",
    "cny",
    "必填",
];

/// A heading brought to one form: full-width to half-width, small letters, no blanks, no units, brackets opened.
pub fn normalise(text: &str) -> String {
    let noise = |c: &char| c.is_whitespace() || ('①'..='⑳').contains(c);
    let folded: String = number::fold(text).to_lowercase().chars().filter(|c| !noise(c)).collect();
    let folded: String = folded.chars().map(bracket).collect();
    let mut out = String::new();
    let mut rest = folded.as_str();
    while let Some((before, after)) = rest.split_once('(') {
        out.push_str(before);
        let (inside, beyond) = after.split_once(')').unwrap_or((after, ""));
        if !is_unit(inside) {
            out.push_str(inside);
        }
        rest = beyond;
    }
    out.push_str(rest);
    let bare = out.trim_matches(|c: char| matches!(c, ':' | '*' | '、' | '/' | ',' | '.'));
    strip_unit(bare).to_owned()
}

/// Whether a cell holds nothing but a unit, with brackets or without.
pub fn is_unit_only(text: &str) -> bool {
    let folded: String =
        number::fold(text).to_lowercase().chars().filter(|c| !c.is_whitespace()).map(bracket).collect();
    is_unit(folded.trim_matches(|c| matches!(c, '(' | ')')))
}

/// Whether a heading says that its numbers are per cent.
pub fn is_percent(text: &str) -> bool {
    let folded = number::fold(text);
    let folded = folded.trim();
    folded.ends_with("(%)") || folded.ends_with('%') || folded.ends_with("[%]")
}

fn bracket(c: char) -> char {
    match c {
        '[' | '{' | '【' | '〔' | '〈' => '(',
        ']' | '}' | '】' | '〕' | '〉' => ')',
        '：' => ':',
        _ => c,
    }
}

fn is_unit(text: &str) -> bool {
    UNITS.contains(&text.trim_matches(':'))
}

/// `不含税单价元/人天` and `不含税单价:元` without their unit, as long as something is left.
fn strip_unit(text: &str) -> &str {
    let tail = ["元/人天", "元/人/天", "元/人日", ":元", ",元", "/元", "(元", "%"];
    let stripped = tail.iter().find_map(|unit| text.strip_suffix(unit));
    stripped
        .map(|text| text.trim_end_matches([':', ',', '/']))
        .filter(|text| !text.is_empty())
        .unwrap_or(text)
}

/// Whether a note says that amounts are not in 元: 单位：万元.
pub fn is_other_currency_unit(text: &str) -> bool {
    let folded: String = number::fold(text).chars().filter(|c| !c.is_whitespace()).collect();
    let unit =
        folded.split_once("单位").map(|(_, after)| after.trim_start_matches([':', '：', '为', '(', '（']));
    let unit = unit.map_or("", |unit| unit.trim_start_matches("人民币"));
    // Not a bidder (报价单位) whose name begins like a unit.
    let ends = |rest: &str| !rest.starts_with(char::is_alphanumeric);
    let units = ["万元", "千元", "百元", "百万元", "亿元", "美元", "港元", "欧元"];
    units.iter().any(|other| unit.strip_prefix(other).is_some_and(ends))
}

/// What a row's first words say it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RowLabel {
    /// 合计, 总计: the table's totals.
    Total,
    /// 小计: a part's totals.
    Subtotal,
    /// 备注, 说明: the table is over.
    Note,
}

/// What a cell's text says of its row, if anything.
pub fn row_label(text: &str) -> Option<RowLabel> {
    const TOTALS: [&str; 18] = [
        "合计",
        "总计",
        "合计金额",
        "总计金额",
        "总价合计",
        "合计总价",
        "总合计",
        "共计",
        "报价合计",
        "报价总计",
        "投标总价",
        "投标总计",
        "报价总价",
        "总报价",
        "合计报价",
        "total",
        "grandtotal",
        "sum",
    ];
    let folded: String =
        number::fold(text).to_lowercase().chars().filter(|c| !c.is_whitespace()).map(bracket).collect();
    let before_bracket = folded.split('(').next().unwrap_or("");
    let bare = before_bracket.trim_end_matches([':', '-', '=']);
    if TOTALS.contains(&bare) {
        return Some(RowLabel::Total);
    }
    if bare.ends_with("小计") || bare == "subtotal" {
        return Some(RowLabel::Subtotal);
    }
    let notes = [
        "备注",
        "注:",
        "注1",
        "注意",
        "说明",
        "附注",
        "填写说明",
        "报价说明",
        "填表说明",
        "特别说明",
        "note",
        "remark",
    ];
    let is_note =
        notes.iter().any(|note| folded.starts_with(note)) || folded == "注" || folded.starts_with("*注");
    is_note.then_some(RowLabel::Note)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn brings_headings_to_one_form() {
        for text in [
            "不含税单价",
            "不含税单价（元/人天）",
            "不含税\n单价",
            "不含税单价 (元／人天)",
            "不含税单价:元/人天",
            "*不含税单价【元】",
        ] {
            assert_eq!(normalise(text), "不含税单价", "{text}");
        }
        assert_eq!(normalise("单价（不含税）（元）"), "单价不含税");
        assert_eq!(normalise("不含税单价\n最高限价（元/人天）"), "不含税单价最高限价");
        assert_eq!(normalise("不含税总价（万元）"), "不含税总价万元");
        assert_eq!(normalise("增值税税率（％）"), "增值税税率");
        assert_eq!(normalise("预估工作量（人/天）"), "预估工作量");
        assert_eq!(normalise("元"), "元");
        assert!(is_unit_only("（元/人天）") && is_unit_only("人天") && !is_unit_only("单价"));
        assert!(is_percent("税率（%）") && is_percent("税率％") && !is_percent("税率"));
    }

    #[test]
    fn notices_other_units() {
        for text in ["单位：万元", "金额单位: 人民币万元", "单位：万元/人天", "（单位：千元）", "单位为美元"]
        {
            assert!(is_other_currency_unit(text), "{text}");
        }
        for text in
            ["单位：人民币元", "报价单位：万元科技有限公司分公司", "单位：元", "报价单位（盖章）：", "万元"]
        {
            assert!(!is_other_currency_unit(text), "{text}");
        }
    }

    #[test]
    fn tells_rows_apart() {
        for text in ["合计", "合 计", "合计：", "总计（元）", "合  计（含税）", "Total"] {
            assert_eq!(row_label(text), Some(RowLabel::Total), "{text}");
        }
        assert_eq!(row_label("运维支撑小计"), Some(RowLabel::Subtotal));
        for text in ["备注：1. 报价含全部费用", "注：", "说明", "备注"] {
            assert_eq!(row_label(text), Some(RowLabel::Note), "{text}");
        }
        for text in ["运维支撑", "高级", "合计人天数", "注册支撑", ""] {
            assert_eq!(row_label(text), None, "{text}");
        }
    }
}
