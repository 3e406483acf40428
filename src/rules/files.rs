//! F 文件: what input could not read, as findings. The facts come from `model::fault`.
//!
//! May use: `model`, `diagnostics`.

use super::{Context, Reporter, Rule, always, did_you_mean};
use crate::diagnostics::{Origin, RuleInfo, Severity};
use crate::model::fault::{Fault, FaultKind};
use crate::model::likeness;
use crate::model::names::same_name;

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
                    order_remedy(why).map(str::to_owned)
                } else if file.starts_with("结算") {
                    month_remedy(&file, why)
                } else {
                    None
                };
                out.report(&fault.origin, why.clone()).help(help.unwrap_or_else(|| remedy(why).into()));
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
fn month_remedy(file: &str, why: &str) -> Option<String> {
    let (folder, name) = file.rsplit_once('/').unwrap_or(("结算", file));
    let name = if name.starts_with("考核") { "考核" } else { "工时" };
    if why.contains("不知以哪") {
        return Some(format!(
            "一个月只放一个{name}文件：几份内容不同的，合成一份；旧的、重复的移到 {folder}/ 之外"
        ));
    }
    if why.contains("不存在") {
        return Some(format!(
            "把这个月的{name}表放进 {folder}/，文件名以“{name}”开头：{name}.xlsx、{name}.xls、{name}.ods 或 {name}.csv 都可以"
        ));
    }
    let layout = ["工作表", "每天一列", "只有表头", "月份文件夹"];
    layout
        .iter()
        .any(|word| why.contains(word))
        .then(|| "照提示整理表格或文件后再检查；表格的写法见 《案卷怎么写》的“工时和考核”一节".into())
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
        fix: "请供应商把表头改成附件3的写法，重新提供；也可把 hetong new 生成的空白报价表发给他填写。",
    },
    applies: always,
    check: f002,
};

/// One finding for all columns that a table lacks: they are mended in one row.
fn f002(ctx: &Context, out: &mut Reporter) {
    let mut tables: Vec<(&Origin, &[String], Vec<&str>)> = Vec::new();
    for fault in ctx.faults {
        let FaultKind::MissingColumn { column, seen } = &fault.kind else { continue };
        match tables.iter_mut().find(|(origin, headings, _)| *origin == &fault.origin && headings == seen) {
            Some((_, _, columns)) => columns.push(column),
            None => tables.push((&fault.origin, seen, vec![column])),
        }
    }
    for (origin, seen, columns) in tables {
        missing_columns(origin, seen, &columns, out);
    }
}

fn missing_columns(origin: &Origin, seen: &[String], columns: &[&str], out: &mut Reporter) {
    let quoted = columns.iter().map(|column| format!("“{column}”")).collect::<Vec<_>>().join("、");
    let lacks = match columns.len() {
        1 => format!("没有找到{quoted}一列"),
        count => format!("没有找到 {count} 列：{quoted}"),
    };
    let meant = likely_headings(columns, seen);
    let pairs = meant.iter().map(|(column, heading)| format!("“{heading}”是不是“{column}”"));
    let asked = pairs.collect::<Vec<_>>().join("，");
    let seen = if seen.is_empty() {
        "没有看到任何表头".into()
    } else {
        format!("看到的表头：{}", seen.join("、"))
    };
    let asked = if asked.is_empty() { String::new() } else { format!("；{asked}？") };
    let report = out.report(origin, format!("{lacks}；{seen}{asked}")).expected(format!("表头{quoted}"));
    let counts = columns.iter().any(|column| column.ends_with('数'));
    let care = match (meant.is_empty(), counts) {
        (true, _) => "",
        (false, true) => "；改之前先看这一列填的是什么：写“次数”“项数”的填次数，不是得分",
        (false, false) => "；改之前先看这一列填的是什么",
    };
    if is_monthly(origin) {
        report.clause("4.5，附件2").help(format!(
            "把表头改成{quoted}，缺的列补上{care}；这张工作表如果是汇总或说明，请删去或移到别的文件"
        ));
    } else if columns.len() > 1 || !meant.is_empty() {
        report.help(format!(
            "请供应商把表头改成{quoted}，缺的列补上，重新提供{care}；也可把 hetong new 生成的空白报价表发给他填写"
        ));
    }
}

/// For each column that is missing, the heading that may be meant for it, if one alone may. It is only asked about:
/// under 服务质量 may stand a score, and a grade as well.
fn likely_headings<'a>(columns: &[&'a str], seen: &'a [String]) -> Vec<(&'a str, &'a str)> {
    let may_be = |column: &str, heading: &str| {
        let bare = heading.split(['（', '(']).next().unwrap_or_default().trim();
        // A price that does not say whether with tax is none of the two.
        let taxed = [column, bare].iter().any(|text| text.contains('税'));
        !taxed && likeness::distance(bare, column).is_some()
    };
    let pairs = columns.iter().flat_map(|column| seen.iter().map(|heading| (*column, heading.as_str())));
    let pairs: Vec<(&str, &str)> = pairs.filter(|(column, heading)| may_be(column, heading)).collect();
    let alone = |(column, heading): &&(&str, &str)| {
        pairs.iter().filter(|(c, h)| c == column || h == heading).count() == 1
    };
    pairs.iter().filter(alone).copied().collect()
}

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
            match &fault.kind {
                FaultKind::OutsideCase { path } => {
                    out.report(&fault.origin, format!("“{path}”在案卷文件夹之外"))
                        .expected("案卷文件夹里的文件名，如 报价表.xlsx");
                }
                FaultKind::LinkedFolder { path } => {
                    out.report(&fault.origin, format!("“{path}”是快捷方式（符号链接），里面的表没有读"))
                        .expected("真正的文件夹，工时和考核表就放在里面")
                        .help("把它指向的文件夹整个拷进来，代替这个快捷方式；不用的就删去");
                }
                _ => {}
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
        title: "名称写错或重复",
        severity: Severity::Error,
        clause: "案卷文件",
        what: "YAML 里冒号前面的名称须是认识的，同一处不能写两次。",
        why: "写错的名称如果被放过，那一项就会悄悄成为空白。",
        example: "法定代表: 李示例（应为 法定代表人）。",
        fix: "照提示改正冒号前面的名称，或删去重复的一行。",
    },
    applies: always,
    check: f005,
};

fn f005(ctx: &Context, out: &mut Reporter) {
    let mut told: Vec<&Fault> = Vec::new();
    for fault in ctx.faults {
        match &fault.kind {
            FaultKind::UnknownKey { .. } if told.contains(&fault) => {}
            FaultKind::UnknownKey { key, suggestion, known, .. } => {
                let places = places_of(ctx, fault);
                if !places.is_empty() {
                    let others = beside(ctx, fault, &places);
                    misplaced_keys(key, &others, &places, suggestion.as_deref(), &fault.origin, out);
                    told.extend(others);
                    continue;
                }
                let hint = did_you_mean(suggestion.as_deref());
                let report = out
                    .report(&fault.origin, format!("不认识“{key}”这一项{hint}"))
                    .expected(format!("可写的有：{}", known.join("、")));
                if key == "<<" {
                    report.help("案卷里不用 YAML 的合并键“<<”：把要合并进来的各项直接写在这里");
                } else if key.contains(['：', '，']) {
                    report.help("写成“名称: 值”：冒号用半角，后面空一格；花括号里的各项用半角逗号“, ”隔开");
                }
            }
            FaultKind::DuplicateKey { key, first } => {
                out.report(&fault.origin, format!("“{key}”写了两次，以第一次为准"))
                    .label(first, "第一次在这里")
                    .help("删去其中一行");
            }
            _ => {}
        }
    }
}

/// Where a key that stands in the wrong place belongs; the parameters under 条款 are the pack's.
fn places_of(ctx: &Context, fault: &Fault) -> Vec<String> {
    let FaultKind::UnknownKey { key, elsewhere, .. } = &fault.kind else { return Vec::new() };
    let in_contract = fault.origin.file().is_some_and(|file| !file.starts_with("订单"));
    let is_clause = in_contract && ctx.pack.clauses.iter().any(|clause| same_name(&clause.key, key));
    if is_clause { vec!["“条款”下面".into()] } else { elsewhere.clone() }
}

/// The other keys of the same map that belong to the same place: a whole section whose lines were not indented.
fn beside<'c>(ctx: &Context<'c>, fault: &Fault, places: &[String]) -> Vec<&'c Fault> {
    let FaultKind::UnknownKey { known, .. } = &fault.kind else { return Vec::new() };
    let same_map = |other: &&Fault| {
        matches!(&other.kind, FaultKind::UnknownKey { known: k, .. } if k == known)
            && other.origin.file() == fault.origin.file()
    };
    let others = ctx.faults.iter().filter(same_map).filter(|other| *other != fault);
    others.filter(|other| places_of(ctx, other) == places).collect()
}

fn misplaced_keys(
    key: &str,
    others: &[&Fault],
    places: &[String],
    suggestion: Option<&str>,
    origin: &Origin,
    out: &mut Reporter,
) {
    let place = places.join("，或");
    let mut also: Vec<String> = Vec::new();
    for other in others {
        if let FaultKind::UnknownKey { key: other, .. } = &other.kind
            && other != key
            && !also.contains(&format!("“{other}”"))
        {
            also.push(format!("“{other}”"));
        }
    }
    let (all, these) = match also.as_slice() {
        [] => (String::new(), "这一项移到".to_owned()),
        _ => (format!("，{}也是", also.join("、")), format!("这 {} 项移到", also.len() + 1)),
    };
    let here = suggestion.map(|name| format!("；这里可写的有“{name}”")).unwrap_or_default();
    out.report(origin, format!("“{key}”不写在这里，应写在{place}{all}{here}"))
        .expected(place.clone())
        .help(format!("把{these}{place}；下面一层的各行，行首比上一层多空两格"));
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
        fix: "请供应商取消隐藏，核对后重新提供；盖过章的报价表不要代改。",
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
            match &fault.kind {
                FaultKind::BadValue { what, found, expected } => {
                    out.report(&fault.origin, format!("{what}的值“{found}”认不出来"))
                        .expected(expected.clone());
                }
                FaultKind::ChineseQuotes { what, inner } => {
                    out.report(&fault.origin, format!("{what}的值用了中文引号"))
                        .expected(format!("英文引号：\"{inner}\""))
                        .help(
                            "把两边的中文引号改成英文引号 \"；引号本身也要印出来的，在它外面再加一对英文引号",
                        );
                }
                _ => {}
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
#[path = "files_tests.rs"]
mod tests;
