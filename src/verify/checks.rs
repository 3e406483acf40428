//! What verify looks at: each check with its id and what `hetong explain` says of it; and how its findings are written.
//!
//! May use: `diagnostics`.

use crate::diagnostics::{CellPlace, CellRef, Diagnostic, Origin, RuleInfo, Severity};

/// Builds an entry of the table.
const fn check(
    id: &'static str,
    title: &'static str,
    severity: Severity,
    text: [&'static str; 4],
) -> RuleInfo {
    let [what, why, example, fix] = text;
    RuleInfo { id, title, severity, clause: "verify 的核对", what, why, example, fix }
}

use Severity::{Error, Warning};

/// 清单里有、文件夹里没有.
pub static MISSING: RuleInfo = check(
    "V001",
    "清单里的文件不见了",
    Error,
    [
        "manifest.json 列出的每个文件都应在输出文件夹里。",
        "少了附件的合同不完整。",
        "清单列有 附件3-报价表.pdf，文件夹里没有。",
        "重新生成（hetong build），或把移走的文件放回来。",
    ],
);
/// 文件与清单的校验码不符.
pub static ALTERED: RuleInfo = check(
    "V002",
    "文件不是由案卷生成的那一个",
    Error,
    [
        "由案卷重新生成同一份文件，逐个字节比较。字节相同的就证明了；不同的，不管清单怎么说都是错误，再逐字、逐格、逐页说出改了什么。",
        "清单里的校验码谁都能改；看不出改了哪里的文件，也可能改过。",
        "附件3-报价表.pdf 用别的软件另存过，文字和页面看不出不同。",
        "要签署、归档的以 hetong 生成的为准：重新生成，或从存档取回原件。",
    ],
);
/// 文件夹里有 hetong 的文件名、清单却没有.
pub static UNLISTED: RuleInfo = check(
    "V003",
    "文件不在清单里",
    Warning,
    [
        "输出文件夹里名字像合同文件（PDF、XLSX）、却不在清单里的文件。",
        "旧版本或别人放进来的文件，会被当作这一套合同的一部分发出去。",
        "文件夹里有 附件3-报价表 (1).pdf。",
        "确认后移走；是自己另存的不影响核对。",
    ],
);
/// manifest.json.
pub static MANIFEST: RuleInfo = check(
    "V004",
    "清单不可信",
    Error,
    [
        "manifest.json 读得出来，记的案卷、合同编号、状态、数值与由案卷重新算出的一致。",
        "清单是其余核对的依据之一，自己先要核对。",
        "清单里“含税上限总价”是 17,275,715.60，重新算出的是 17,275,715.69。",
        "重新生成。",
    ],
);
/// 案卷在生成以后改过.
pub static INPUTS: RuleInfo = check(
    "V005",
    "案卷在生成以后改过",
    Warning,
    [
        "清单记录的每个输入文件（合同.yaml、报价表、订单、工时、考核）的 SHA-256 与案卷里现在的对照。",
        "生成以后改过的案卷与这套文件不再是一回事；对照用的是案卷现在的内容。",
        "报价表.xlsx 在生成以后改过。",
        "改动是应有的，重新生成；不是的，恢复案卷。",
    ],
);
/// 找不到案卷, or which of several is meant.
pub static NO_CASE: RuleInfo = check(
    "V006",
    "找不到案卷，或不能确定是哪一个",
    Error,
    [
        "要证明数字正确，须由案卷重新计算。清单记着案卷的文件夹名称、合同编号和每个输入文件的校验码；在当前文件夹和输出文件夹附近（往下三层）找名称和内容都相符的。案卷在生成以后改过的，只有附近没有同一合同的另一个案卷，才用它。",
        "没有案卷时只能核对文件是否齐全、是否改过，不能证明数字；拿错了案卷，证明的是别的合同。",
        "输出文件夹单独拷到了别的电脑上；或案卷旁边有一份内容不同的备份，而案卷自己改过。",
        "用 --case <案卷文件夹> 指明案卷。",
    ],
);
/// 文字.
pub static TEXT: RuleInfo = check(
    "V007",
    "文字与应有的不同",
    Error,
    [
        "由案卷重新排出同一份文件，逐页逐字比较；不同之处列出两边的文字。",
        "合同里的一个字、一个数字被改，肉眼很难看出来。",
        "合同正文第 5 页“【17,275,715.60】”，应为“【17,275,715.69】”。",
        "不要签这一份；重新生成，并查明是谁改的。",
    ],
);
/// 金额.
pub static FIGURE: RuleInfo = check(
    "V008",
    "金额不对",
    Error,
    [
        "文件里的每个金额，都应是用另一套算法（整数、分）由案卷重新算出的、这份文件该有的数值；写在固定位置的（4.3、附件3各行、上限、订单、结算单）再逐处核对。",
        "数字错了的合同一旦签署就要照付。",
        "附件3 “技术支持 高级”一行的含税总价是 2,093,587.89。",
        "重新生成；重新生成后仍报，请把案卷发给维护者。",
    ],
);
/// 大写.
pub static WORDS: RuleInfo = check(
    "V009",
    "大写不对",
    Error,
    [
        "文件里的每处大写金额读回成数字，应是这份文件该有的数值；紧跟在小写后面的，应与它相等。",
        "大小写不一致时以大写为准，大写错了照样生效。",
        "￥352,803.60 元（大写：人民币叁拾伍万贰仟捌佰零叁元柒角）。",
        "重新生成。",
    ],
);
/// 名称, 账号, 编号.
pub static NAMES: RuleInfo = check(
    "V010",
    "名称、账号或编号不对",
    Error,
    [
        "合同编号、双方名称、开户行、账号、纳税人识别号、地址、电话、签订日期都应在该在的文件里；其余每一串长数字都应是案卷或合同样式里有的。",
        "账号改一位，钱就付到别处。",
        "附件6 的账号是 4402 0000 0900 1234 576，案卷里是 …567。",
        "不要付款，不要签；重新生成并与乙方电话核对。",
    ],
);
/// 缺字.
pub static GLYPHS: RuleInfo = check(
    "V011",
    "有缺字或读不出的字",
    Error,
    [
        "PDF 里每个字形都应有对应的文字；方框、空白字形算缺字。",
        "印出来是方框的字，双方理解可以不同。",
        "乙方名称里有字体没有的生僻字。",
        "安装有这个字的宋体后重新生成。",
    ],
);
/// 空白.
pub static BLANKS: RuleInfo = check(
    "V012",
    "定稿里有空白或占位文字",
    Error,
    [
        "定稿里不应有空的【 】、XX、X年X月、“填写示例”、草稿字样。",
        "签署后的空白可以被任意填写。",
        "定稿的 附件5 有“【 】”。",
        "补齐案卷，用 build --final 重新生成。",
    ],
);
/// 放错.
pub static SWAPPED: RuleInfo = check(
    "V013",
    "不是这份文件",
    Error,
    [
        "文件的题目、内容应与它的文件名相符，合同编号应是这个案卷的。",
        "附件互换、拿错了别家的附件，装订以后很难发现。",
        "附件5-信息安全合作责任书.pdf 里其实是附件4。",
        "放回正确的文件，或重新生成。",
    ],
);
/// 形式.
pub static FORM: RuleInfo = check(
    "V014",
    "PDF 的形式不对",
    Warning,
    [
        "页数、文件标题、语言、标签（tagged）、PDF/A 级别、目录，与重新排出的一致。",
        "这些说明文件是否被别的软件重新处理过，并影响归档和朗读。",
        "附件3-报价表.pdf 没有标签：被“打印成 PDF”过。",
        "归档用 hetong 生成的原件。",
    ],
);
/// 单元格.
pub static CELL: RuleInfo = check(
    "V015",
    "单元格的内容不同",
    Error,
    [
        "由案卷重新做出同一份表格，逐个单元格比较：数值、文字、数字格式、合并；定稿和已开具的表格还看工作表保护。",
        "表格比 PDF 更容易被改。",
        "附件3-报价表.xlsx F5 是 823.08，应为 832.08。",
        "不要用这一份；重新生成。",
    ],
);
/// 类型.
pub static CELL_TYPE: RuleInfo = check(
    "V016",
    "数字成了文字",
    Error,
    [
        "应是数字的单元格存的是文字，或反过来。",
        "存成文字的数字看上去一样，合计却不算它。",
        "附件3-报价表.xlsx J7 存的是文字“122501.55”。",
        "重新生成，或把单元格改回数字。",
    ],
);
/// 公式.
pub static FORMULA: RuleInfo = check(
    "V017",
    "公式被改过",
    Error,
    [
        "每个公式与应有的逐字相同；应是公式的单元格不能是数字。",
        "改了公式，眼前的数字可以还是对的，一重新计算就错。",
        "附件3-报价表.xlsx J26 应为 =SUM(J5:J25)，现在是 =SUM(J5:J24)。",
        "重新生成。",
    ],
);
/// 存值.
pub static CACHED: RuleInfo = check(
    "V018",
    "公式的存值不对",
    Error,
    [
        "公式存着的结果，与按表格自己的数据重新计算的结果、与由案卷算出的结果都应相同。",
        "不重新计算就打开的软件（预览、手机、读表程序）看到的是存值。",
        "附件3-报价表.xlsx J26 存的是 17,275,715.60，按公式应为 17,275,715.69。",
        "重新生成。",
    ],
);
/// 台账.
pub static LEDGER: RuleInfo = check(
    "V019",
    "台账接不上",
    Error,
    [
        "从台账的原始字节重新核对每一行：校验码、前后相接、序号、已结算与累计、应支付与不含税加税额、更正所替代的行。",
        "台账是累计结算不超过上限的依据。",
        "台账.jsonl 第 2 行的应支付改过。",
        "从备份恢复台账；要更正用 settle --issue --amend。",
    ],
);
/// 结算单与台账.
pub static SETTLED: RuleInfo = check(
    "V020",
    "结算单与台账或工时不符",
    Error,
    [
        "台账每一行的人天、得分、应支付、不含税、税额与由工时、考核重新算出的一致；已开具的文件与台账记的校验码一致；清单里的结算与台账一致。",
        "开具以后的结算单不能再变。",
        "结算单-2026-03-DD-2026-001.pdf 与台账第 1 行记的校验码不符。",
        "查明哪一边改过；工时确实要改的，用 settle --issue --amend 更正。",
    ],
);
/// 两条路线.
pub static ROUTES: RuleInfo = check(
    "V021",
    "两套算法结果不同",
    Error,
    [
        "全部数值由两套互不相干的算法各算一遍，应当相同。",
        "不同说明 hetong 自己算错了。",
        "附件3 某行的含税总价，一套算出 100.00，一套算出 100.01。",
        "不要用这一套文件；请把案卷发给维护者。",
    ],
);
/// 回传.
pub static RETURNED: RuleInfo = check(
    "V022",
    "回传的文件被改过",
    Error,
    [
        "对方发回的文件，与发出的同一份逐字、逐单元格比较。",
        "对方可能改了字、改了数，又不说。",
        "回传的 附件3-报价表.xlsx F5 由 832.08 改成了 849.06。",
        "与对方核实每一处改动；同意的改进案卷重新生成，不同意的退回。",
    ],
);
/// 打不开.
pub static UNREADABLE: RuleInfo = check(
    "V023",
    "文件读不出来",
    Error,
    [
        "输出文件夹里的每个 PDF、XLSX 都能打开，文字、单元格都读得出来。",
        "读不出来的文件没有办法核对。",
        "附件3-报价表.pdf 只有一半。",
        "重新生成。",
    ],
);
/// 正式稿现在过不了检查.
pub static CASE_ERRORS: RuleInfo = check(
    "V024",
    "案卷现在有错误",
    Error,
    [
        "定稿所依据的案卷，用现在的规则检查应没有错误和待填项。",
        "定稿以后案卷或规则变了，这份定稿未必还成立。",
        "案卷现在有 Q007：含税总价超过最高限价。",
        "运行 hetong check 查看并改正，再重新生成。",
    ],
);

/// 看上去不同.
pub static LOOK: RuleInfo = check(
    "V025",
    "页面看上去不同",
    Error,
    [
        "与重新生成的不是同一个文件的 PDF，两边都画出来逐页比较，不同之处在图上加框；批注、图章、表单域、图层和脚本另行列出。",
        "文字层说的与页面上看到的可以不是一回事：盖上白框另写一个数，复制出来还是原来的数。",
        "附件3-报价表.pdf 第 1 页“832.08”的地方盖了一个框，上面写着 932.08。",
        "看对照图；不要签这一份，重新生成，并查明是谁改的。",
    ],
);
/// 证明不了.
pub static UNPROVED: RuleInfo = check(
    "V026",
    "未能证明",
    Error,
    [
        "清单说文件是用别的版本、别的字体，或用改动以前的案卷生成的，这里重新生成的字节不同：清单的说法不是证明，文件没有得到证明。",
        "说一句“是别的版本做的”，不能让改过的文件过关。",
        "清单说是 hetong 0.1.0 生成的，现在用的是 0.2.0。",
        "用生成时的版本和字体（--font-dir）再核对；还没有签的，用现在的重新生成再核对。",
    ],
);

/// All of them, for `explain`.
pub static CHECKS: [&RuleInfo; 26] = [
    &MISSING,
    &ALTERED,
    &UNLISTED,
    &MANIFEST,
    &INPUTS,
    &NO_CASE,
    &TEXT,
    &FIGURE,
    &WORDS,
    &NAMES,
    &GLYPHS,
    &BLANKS,
    &SWAPPED,
    &FORM,
    &CELL,
    &CELL_TYPE,
    &FORMULA,
    &CACHED,
    &LEDGER,
    &SETTLED,
    &ROUTES,
    &RETURNED,
    &UNREADABLE,
    &CASE_ERRORS,
    &LOOK,
    &UNPROVED,
];

/// A finding of a check at a place.
pub fn finding(check: &RuleInfo, origin: Origin, message: String) -> Diagnostic {
    Diagnostic {
        id: check.id,
        severity: check.severity,
        message,
        expected: None,
        clause: String::new(),
        help: check.fix.to_owned(),
        origin,
        labels: Vec::new(),
        repeats: Vec::new(),
    }
}

/// A finding about a file as a whole.
pub fn of_file(check: &RuleInfo, file: &str, message: String) -> Diagnostic {
    finding(check, Origin::File(file.into()), message)
}

/// A finding about a cell.
pub fn of_cell(check: &RuleInfo, file: &str, sheet: &str, cell: CellRef, message: String) -> Diagnostic {
    finding(check, Origin::Cell(CellPlace { file: file.into(), sheet: sheet.into(), cell }), message)
}

/// The same with what should stand there.
#[must_use]
pub fn expecting(mut finding: Diagnostic, expected: impl Into<String>) -> Diagnostic {
    finding.expected = Some(expected.into());
    finding
}

/// The same as another severity.
#[must_use]
pub fn graded(mut finding: Diagnostic, severity: Severity) -> Diagnostic {
    finding.severity = severity;
    finding
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_in_order_and_every_check_is_explained() {
        for (at, check) in CHECKS.iter().enumerate() {
            assert_eq!(check.id, format!("V{:03}", at + 1));
            for text in [check.title, check.what, check.why, check.example, check.fix] {
                assert!(!text.is_empty(), "{}", check.id);
            }
        }
    }
}
