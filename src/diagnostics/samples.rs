//! Findings of every kind, for the emitters' tests.

use super::*;

/// A case with its findings and texts.
pub struct Sample {
    findings: Findings,
    sources: Sources,
}

impl Sample {
    pub fn report(&self) -> CaseReport<'_> {
        CaseReport {
            name: "星河示例",
            folder: "cases/星河 示例",
            findings: &self.findings,
            sources: &self.sources,
        }
    }
}

pub const RULES: &[RuleInfo] = &[
    RuleInfo {
        id: "F005",
        title: "未知或重复的键",
        severity: Severity::Error,
        clause: "输入语言",
        what: "每个键都要认识。",
        why: "写错的键会被漏掉。",
        example: "税律: 6%",
        fix: "改成提示的键。",
    },
    RuleInfo {
        id: "Q007",
        title: "含税总价超过最高限价",
        severity: Severity::Error,
        clause: "附件3",
        what: "含税总价不得高于最高限价。",
        why: "超过的报价无效。",
        example: "17,628,237.78",
        fix: "降低单价。",
    },
];

const YAML: &str = "模板: migu-2026\n调整:\n  - {生效日期: 2026-09-01, 税律: 3%}\n";

fn text(word: &str) -> Origin {
    let start = YAML.find(word).unwrap();
    let bytes = start..start + word.len();
    Origin::Text(TextSpan { file: "合同.yaml".into(), bytes, line: 1, column: 1 })
}

fn finding(id: &'static str, severity: Severity, origin: Origin, message: &str) -> Diagnostic {
    Diagnostic {
        id,
        severity,
        message: message.into(),
        expected: None,
        clause: "附件3 备注(2)".into(),
        help: "请乙方重新报价".into(),
        origin,
        labels: Vec::new(),
        repeats: Vec::new(),
    }
}

pub fn case() -> Sample {
    let cell = |row, column| {
        let cell = CellRef { row, column };
        Origin::Cell(CellPlace { file: "报价表.xlsx".into(), sheet: "报价表".into(), cell })
    };
    let mut findings = Findings::default();
    findings.push(Diagnostic {
        expected: Some("税率".into()),
        clause: "输入语言".into(),
        help: "改成“税率”".into(),
        labels: vec![(text("模板"), "同一文件的开头".into())],
        ..finding("F005", Severity::Error, text("税律"), "键“税律”没有定义")
    });
    findings.push(Diagnostic {
        expected: Some("不高于 17,627,800.00 元".into()),
        labels: vec![
            (cell(4, 2), "单价最高的一行".into()),
            (Origin::Derived("最高限价".into()), "模板中的数值".into()),
        ],
        ..finding("Q007", Severity::Error, cell(11, 5), "含税总价 17,628,237.78 元超过最高限价")
    });
    let file = Origin::File("报价表.xlsx".into());
    findings.push(finding("F006", Severity::Warning, file, "隐藏的工作表中有数字"));
    let figure = Origin::Derived("合计".into());
    findings.push(finding("M005", Severity::Note, figure, "四舍五入相差 0.01 元"));
    Sample { findings, sources: Sources::from([("合同.yaml".into(), YAML.into())]) }
}
