//! F 文件: what input could not read, as findings. The facts come from `model::fault`.
//!
//! May use: `model`, `diagnostics`.

use super::{Context, Reporter, Rule, always, did_you_mean};
use crate::diagnostics::{Origin, RuleInfo, Severity};
use crate::model::fault::FaultKind;

/// A file that is missing, unreadable, or not what it says.
pub static F001: Rule = Rule {
    info: RuleInfo {
        id: "F001",
        title: "文件读不出来",
        severity: Severity::Error,
        clause: "案卷文件",
        what: "案卷里的 合同.yaml 和报价表须存在、可读，内容与格式相符。",
        why: "读不出来的内容不会被当作空白或零。",
        example: "报价: 报价表.xlsx，而文件夹里没有这个文件；或文件其实是网页另存的。",
        fix: "把文件放进案卷文件夹，或用 Excel 另存为 .xlsx；YAML 照提示的行号改正。",
    },
    applies: always,
    check: |ctx, out| {
        for fault in ctx.faults {
            if let FaultKind::Unreadable { why } = &fault.kind {
                let file = fault.origin.to_string();
                let help = if file.starts_with("订单") {
                    order_remedy(why)
                } else if file.starts_with("结算") {
                    month_remedy(why)
                } else {
                    None
                };
                out.report(&fault.origin, why.clone()).help(help.unwrap_or_else(|| remedy(why)));
            }
        }
    },
};

/// What to do about an order that cannot be read, where that is another thing than for other files.
fn order_remedy(why: &str) -> Option<&'static str> {
    if why.contains("没有读") {
        Some("改好文件名或位置，再检查一次")
    } else if why.contains("空的") || why.contains("委托订单") {
        Some("照《案卷怎么写》的“委托订单”一节填写；不用了就删去这个文件")
    } else if why.contains("文件夹") {
        Some("“订单”应是文件夹，每份委托订单一个 .yaml 文件")
    } else {
        None
    }
}

/// Whether a place lies in a month's 工时 or 考核.
fn is_monthly(origin: &Origin) -> bool {
    origin.file().is_some_and(|file| file.starts_with("结算/"))
}

/// What to do about a month's sheet.
fn month_remedy(why: &str) -> Option<&'static str> {
    let layout = ["工作表", "每天一列", "只有表头", "不知以哪", "月份文件夹"];
    layout
        .iter()
        .any(|word| why.contains(word))
        .then_some("照提示整理表格或文件后再检查；表格的写法见 《案卷怎么写》的“工时和考核”一节")
}

/// What to do about a file that cannot be read depends on why.
fn remedy(why: &str) -> &'static str {
    if why.contains("YAML") {
        "改正这一行后再检查一次：它后面的内容还没有检查"
    } else if why.contains("不存在") {
        "把文件放进案卷文件夹；文件名要与写的完全一致，包括扩展名"
    } else if why.contains("UTF-8") {
        "在记事本里打开，“另存为”，编码选 UTF-8"
    } else if why.contains("工作表") || why.contains("张") {
        "写明用哪一张：报价: {文件: 报价表.xlsx, 工作表: 工作表名}"
    } else if why.contains("合同.yaml") || why.contains("空的") {
        "用 hetong new 新建一份，照着填写"
    } else {
        "用 Excel 或 WPS 打开，另存为 .xlsx；打不开的，请供应商重新提供"
    }
}

/// A needed column that no sheet has.
pub static F002: Rule = Rule {
    info: RuleInfo {
        id: "F002",
        title: "表格缺少需要的列",
        severity: Severity::Error,
        clause: "附件3 报价表",
        what: "报价表须有 岗位职责、级别、不含税单价 等列，按表头文字识别。",
        why: "认不准的列不会去猜。",
        example: "表头写成“单价”，看不出含税还是不含税。",
        fix: "把表头改成附件3的写法；可用 hetong new 生成的空白报价表。",
    },
    applies: always,
    check: |ctx, out| {
        for fault in ctx.faults {
            if let FaultKind::MissingColumn { column, seen } = &fault.kind {
                let seen = if seen.is_empty() {
                    "没有认出任何表头".into()
                } else {
                    format!("认出的表头：{}", seen.join("、"))
                };
                let report = out
                    .report(&fault.origin, format!("没有找到“{column}”一列；{seen}"))
                    .expected(format!("表头“{column}”"));
                if is_monthly(&fault.origin) {
                    report.clause("4.5，附件2").help(format!(
                        "把这一列的表头改成“{column}”；这张工作表如果是汇总或说明，请删去或移到别的文件"
                    ));
                }
            }
        }
    },
};

/// A path that leaves the case folder.
pub static F003: Rule = Rule {
    info: RuleInfo {
        id: "F003",
        title: "路径在案卷文件夹之外",
        severity: Severity::Error,
        clause: "案卷文件",
        what: "案卷只能引用自己文件夹里的文件，快捷方式（符号链接）也不能指到外面。",
        why: "案卷要能整个拷给别人；外面的文件会变，也可能不该被读。",
        example: "报价: ../别的供应商/报价表.xlsx。",
        fix: "把文件拷进案卷文件夹，只写文件名。",
    },
    applies: always,
    check: |ctx, out| {
        for fault in ctx.faults {
            if let FaultKind::OutsideCase { path } = &fault.kind {
                out.report(&fault.origin, format!("“{path}”在案卷文件夹之外"))
                    .expected("案卷文件夹里的文件名，如 报价表.xlsx");
            }
        }
    },
};

/// A file over a limit.
pub static F004: Rule = Rule {
    info: RuleInfo {
        id: "F004",
        title: "文件过大",
        severity: Severity::Error,
        clause: "案卷文件",
        what: "文件大小、解压后大小、行数和列数都有上限。",
        why: "一张报价表只有几十行；远超于此的多半是误放或有意的炸弹文件。",
        example: "报价表有 100 MB，或在第一百万行有一个格子。",
        fix: "只留报价表本身，删去多余的工作表、图片和远处的格子，另存一份。",
    },
    applies: always,
    check: |ctx, out| {
        for fault in ctx.faults {
            if let FaultKind::TooLarge { found, limit } = &fault.kind {
                out.report(&fault.origin, format!("{found}，超过上限")).expected(format!("不超过 {limit}"));
            }
        }
    },
};

/// A YAML key nobody knows, or given twice.
pub static F005: Rule = Rule {
    info: RuleInfo {
        id: "F005",
        title: "键写错或重复",
        severity: Severity::Error,
        clause: "案卷文件",
        what: "YAML 里的键须是认识的，同一处不能写两次。",
        why: "写错的键如果被放过，那一项就会悄悄成为空白。",
        example: "法定代表: 李示例（应为 法定代表人）。",
        fix: "照提示改正键名，或删去重复的一行。",
    },
    applies: always,
    check: f005,
};

fn f005(ctx: &Context, out: &mut Reporter) {
    for fault in ctx.faults {
        match &fault.kind {
            FaultKind::UnknownKey { key, suggestion, known } => {
                let hint = did_you_mean(suggestion.as_deref());
                out.report(&fault.origin, format!("不认识的键“{key}”{hint}"))
                    .expected(format!("可写的键：{}", known.join("、")));
            }
            FaultKind::DuplicateKey { key, first } => {
                out.report(&fault.origin, format!("键“{key}”写了两次，以第一次为准"))
                    .label(first, "第一次在这里")
                    .help("删去其中一行");
            }
            _ => {}
        }
    }
}

/// Hidden rows, columns or sheets that hold figures.
pub static F006: Rule = Rule {
    info: RuleInfo {
        id: "F006",
        title: "隐藏的行、列或工作表里有数字",
        severity: Severity::Warning,
        clause: "附件3 报价表",
        what: "供应商的表格里，隐藏的行、列和工作表不应有数字。",
        why: "看不见的数字会被算进去，或藏着与明面不同的报价。",
        example: "第 12 行被隐藏，里面有单价。",
        fix: "取消隐藏，核对后另存；或请供应商重新提供。",
    },
    applies: always,
    check: |ctx, out| {
        for fault in ctx.faults {
            if let FaultKind::HiddenFigures { what } = &fault.kind {
                let report = out.report(&fault.origin, format!("{what}是隐藏的，里面有数字"));
                if is_monthly(&fault.origin) {
                    report.clause("4.5").help("隐藏的行和列也会计入结算；取消隐藏，核对后另存");
                }
            }
        }
    },
};

/// A value of the wrong kind or form.
pub static F007: Rule = Rule {
    info: RuleInfo {
        id: "F007",
        title: "值的写法不对",
        severity: Severity::Error,
        clause: "案卷文件",
        what: "日期、金额、税率、选项等须按规定的写法填写。",
        why: "认不准的值不会去猜，也不会当作没写。",
        example: "签订日期: 三月一日；付款方式: 转帐。",
        fix: "照“应为”改写。",
    },
    applies: always,
    check: |ctx, out| {
        for fault in ctx.faults {
            if let FaultKind::BadValue { what, found, expected } = &fault.kind {
                out.report(&fault.origin, format!("{what}的值“{found}”认不出来")).expected(expected.clone());
            }
        }
    },
};

/// A # in an unquoted value.
pub static F008: Rule = Rule {
    info: RuleInfo {
        id: "F008",
        title: "值里的 # 号",
        severity: Severity::Error,
        clause: "案卷文件",
        what: "不加引号的值里，紧跟文字的 # 会印进合同，空格之后的 # 会把后面的字截掉。",
        why: "说明文字可能印进合同，门牌号之类的字也可能悄悄丢失。",
        example: "名称: 某公司# 营业执照上的全称；地址: 天府大道 #1201。",
        fix: "# 后面是说明的，在它前面留一个空格；# 是内容的，给整个值加上英文引号。",
    },
    applies: always,
    check: |ctx, out| {
        for fault in ctx.faults {
            if let FaultKind::StrayHash { value, cut } = &fault.kind {
                match cut {
                    Some(cut) => out
                        .report(&fault.origin, format!("“{value}”后面的“{cut}”不会印出"))
                        .help(format!("要印出来就写成 \"{value} {cut}\"；只是说明，就在 # 后面加一个空格")),
                    None => out
                        .report(&fault.origin, format!("“{value}”里的 # 和它后面的字都会印进合同"))
                        .help("确实要印的，给整个值加上英文引号；# 后面只是说明的，在 # 前面加一个空格"),
                };
            }
        }
    },
};

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compute::testing::{at, good_case};
    use crate::model::fault::Fault;
    use crate::rules::testing::{Extra, fire_with, only};

    #[test]
    fn every_fault_becomes_one_finding_of_its_rule() {
        let faults = [
            ("F001", FaultKind::Unreadable { why: "“报价表.xlsx”不存在".into() }, "不存在"),
            (
                "F002",
                FaultKind::MissingColumn { column: "不含税单价".into(), seen: vec!["单价".into()] },
                "单价",
            ),
            ("F003", FaultKind::OutsideCase { path: "../a.xlsx".into() }, "../a.xlsx"),
            ("F004", FaultKind::TooLarge { found: "文件有 9 字节".into(), limit: "8 字节".into() }, "9 字节"),
            (
                "F005",
                FaultKind::UnknownKey {
                    key: "法定代表".into(),
                    suggestion: Some("法定代表人".into()),
                    known: vec!["法定代表人".into()],
                },
                "是不是想写“法定代表人”",
            ),
            ("F005", FaultKind::DuplicateKey { key: "名称".into(), first: at("名称") }, "两次"),
            ("F008", FaultKind::StrayHash { value: "某路".into(), cut: Some("#12".into()) }, "“#12”不会印出"),
            ("F006", FaultKind::HiddenFigures { what: "第 12 行".into() }, "第 12 行"),
            (
                "F007",
                FaultKind::BadValue {
                    what: "签订日期".into(),
                    found: "三月".into(),
                    expected: "日期".into(),
                },
                "三月",
            ),
        ];
        for (id, kind, said) in faults {
            let extra = Extra { faults: vec![Fault::new(kind, at("这里"))], ..Extra::default() };
            let severity = if id == "F006" { Severity::Warning } else { Severity::Error };
            let found = only(fire_with(id, &good_case(), extra), &at("这里"), severity);
            assert!(found.message.contains(said), "{id}: {}", found.message);
        }
    }
}
