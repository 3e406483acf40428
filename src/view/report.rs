//! The 核对报告: what was checked, every figure with how it came about, every finding.
//!
//! May use: `model`, `compute`, `pack`, `diagnostics`. What the bundle knows (inputs, outputs, rule outcomes) is
//! handed in as rows.

use serde::Serialize;

use super::or_blank;
use crate::compute::figures::Figure;
use crate::diagnostics::{Diagnostic, Findings, Origin, Severity};
use crate::model::blank::Blank;
use crate::model::capital::read_capital;
use crate::model::case::Case;
use crate::pack::{Erratum, Pack};

/// The report.
#[derive(Clone, Debug, Default, Serialize)]
#[expect(missing_docs, reason = "the report's own headings")]
pub struct ReportView {
    pub case_name: String,
    pub contract_number: String,
    pub pack_name: String,
    pub pack_sha256: String,
    pub state: String,
    pub errata_choice: String,
    pub verdict: String,
    pub summary: Summary,
    pub findings: Vec<FindingRow>,
    pub blanks: Vec<BlankRow>,
    pub figures: Vec<FigureRow>,
    pub rules: Vec<RuleRow>,
    pub errata: Vec<ErratumRow>,
    pub inputs: Vec<InputRow>,
    pub outputs: Vec<OutputRow>,
}

/// Counts.
#[derive(Clone, Debug, Default, Serialize)]
#[expect(missing_docs, reason = "规则总数, 通过, 有发现, 未适用, 错误, 警告, 提示")]
pub struct Summary {
    pub rules: String,
    pub passed: String,
    pub found: String,
    pub not_applicable: String,
    pub errors: String,
    pub warnings: String,
    pub notes: String,
}

/// A finding.
#[derive(Clone, Debug, Default, Serialize)]
#[expect(missing_docs, reason = "编号, 级别, 位置, 内容, 应为, 依据, 修改")]
pub struct FindingRow {
    pub id: String,
    pub severity: String,
    pub location: String,
    pub message: String,
    pub expected: String,
    pub clause: String,
    pub fix: String,
}

/// A blank.
#[derive(Clone, Debug, Default, Serialize)]
#[expect(missing_docs, reason = "序号, 文件, 条款, 内容")]
pub struct BlankRow {
    pub number: String,
    pub document: String,
    pub clause: String,
    pub name: String,
}

/// A figure.
#[derive(Clone, Debug, Default, Serialize)]
#[expect(missing_docs, reason = "名称, 数值, 算式与来源, 舍入, 条款")]
pub struct FigureRow {
    pub name: String,
    pub value: String,
    /// Whether the value is words, which stand at the left.
    pub words: bool,
    pub derivation: String,
    /// Empty where nothing was rounded.
    pub rounding: String,
    pub clause: String,
}

/// A rule and its outcome.
#[derive(Clone, Debug, Default, Serialize)]
#[expect(missing_docs, reason = "编号, 规则, 结果, 依据")]
pub struct RuleRow {
    pub id: String,
    pub title: String,
    pub result: String,
    /// Whether the result is one to look at.
    pub found: bool,
    pub clause: String,
}

/// An erratum.
#[derive(Clone, Debug, Default, Serialize)]
#[expect(missing_docs, reason = "文件, 条款, 原文, 勘误, 理由, 是否采用")]
pub struct ErratumRow {
    pub document: String,
    pub clause: String,
    pub as_is: String,
    pub corrected: String,
    pub reason: String,
    pub adopted: String,
}

/// An input file.
#[derive(Clone, Debug, Default, Serialize)]
#[expect(missing_docs, reason = "文件, SHA-256")]
pub struct InputRow {
    pub file: String,
    pub sha256: String,
}

/// An output file.
#[derive(Clone, Debug, Default, Serialize)]
#[expect(missing_docs, reason = "文件, 页数, SHA-256")]
pub struct OutputRow {
    pub file: String,
    pub pages: String,
    pub sha256: String,
}

impl ReportView {
    /// The report of a case; rules, inputs and outputs are added by the bundle.
    pub fn new(
        case: &Case,
        pack: &Pack,
        findings: &Findings,
        blanks: &[Blank],
        figures: &[Figure],
        draft: bool,
    ) -> Self {
        let errors = findings.count(Severity::Error);
        let verdict = match (errors, blanks.len()) {
            (0, 0) => "没有错误，也没有待填项，可以定稿".to_owned(),
            (0, open) => format!("没有错误；还有 {open} 处待填，填完才能定稿"),
            (errors, 0) => format!("有 {errors} 项错误，改正后才能定稿"),
            (errors, open) => format!("有 {errors} 项错误、{open} 处待填，不能定稿"),
        };
        let errata_choice = if case.adopt_errata {
            "采用，按勘误打印"
        } else {
            "未采用，按合同样式原文打印"
        };
        Self {
            case_name: case.name.clone(),
            contract_number: or_blank(&case.contract.number),
            pack_name: pack.id.clone(),
            pack_sha256: pack.hash.clone(),
            state: if draft { "草稿" } else { "定稿" }.into(),
            errata_choice: errata_choice.into(),
            verdict,
            findings: findings.iter().map(FindingRow::of).collect(),
            blanks: blanks.iter().enumerate().map(|(i, blank)| BlankRow::of(i, blank)).collect(),
            figures: totals_first(figures).map(FigureRow::of).collect(),
            errata: pack.errata.iter().map(|erratum| ErratumRow::of(erratum, case.adopt_errata)).collect(),
            ..Self::default()
        }
    }
}

/// The amounts of 4.3 and the totals before the lines they are made of: what a reader looks for first.
fn totals_first(figures: &[Figure]) -> impl Iterator<Item = &Figure> {
    let is_line = |figure: &&Figure| figure.name.contains('·');
    figures.iter().filter(move |figure| !is_line(figure)).chain(figures.iter().filter(is_line))
}

impl FindingRow {
    fn of(finding: &Diagnostic) -> Self {
        Self {
            id: finding.id.into(),
            severity: finding.severity.label().into(),
            location: place(&finding.origin),
            message: finding.message.clone(),
            expected: finding.expected.clone().unwrap_or_default(),
            clause: clause_of(&finding.clause),
            fix: finding.help.clone(),
        }
    }
}

impl BlankRow {
    fn of(i: usize, blank: &Blank) -> Self {
        Self {
            number: (i + 1).to_string(),
            document: blank.document.clone(),
            clause: blank.clause.clone(),
            name: format!("{}（{}）", blank.field, blank.key),
        }
    }
}

impl FigureRow {
    fn of(figure: &Figure) -> Self {
        let inputs = figure.inputs.iter().filter_map(|input| {
            let origin = input.origin.as_ref()?;
            Some(format!("{} {}：{}", input.name, input.value, place(origin)))
        });
        let inputs = inputs.collect::<Vec<_>>().join("；");
        let derivation = if inputs.is_empty() {
            figure.formula.clone()
        } else {
            format!("{}（{inputs}）", figure.formula)
        };
        Self {
            name: figure.name.clone(),
            value: format!("{} {}", figure.value, figure.unit).trim_end().to_owned(),
            words: read_capital(&figure.value).is_ok(),
            derivation,
            rounding: figure.rounding.unwrap_or_default().into(),
            clause: clause_of(figure.clause),
        }
    }
}

/// A place as one says it: 合同.yaml 第 12 行; 报价表.xlsx 工作表“报价表”F6 格.
fn place(origin: &Origin) -> String {
    match origin {
        Origin::Text(span) => format!("{} 第 {} 行", span.file, span.line),
        Origin::Cell(place) if place.sheet.is_empty() => format!("{} {} 格", place.file, place.cell),
        Origin::Cell(place) => format!("{} 工作表“{}”{} 格", place.file, place.sheet, place.cell),
        other => other.to_string(),
    }
}

/// Clauses with the document they stand in: `4.3，4.6.6，附件3` are 正文 4.3，4.6.6，附件3.
pub fn clause_of(clauses: &str) -> String {
    let mut named = String::new();
    let mut in_body = false;
    for part in clauses.split_inclusive(['，', '；']) {
        let is_number = part.starts_with(|c: char| c.is_ascii_digit());
        if is_number && !in_body {
            named.push_str("正文 ");
        }
        in_body = is_number;
        named.push_str(part);
    }
    named
}

impl ErratumRow {
    fn of(erratum: &Erratum, adopted: bool) -> Self {
        let shown = |text: &str| if text.is_empty() { "（无此字）".to_owned() } else { text.to_owned() };
        Self {
            document: erratum.document.clone(),
            clause: erratum.clause.clone(),
            as_is: shown(&erratum.as_is),
            corrected: shown(&erratum.corrected),
            reason: erratum.reason.clone(),
            adopted: if adopted { "是" } else { "否" }.into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostics::{CellPlace, CellRef};

    #[test]
    fn clauses_say_which_document_they_stand_in() {
        for (given, said) in [
            ("4.3，4.6.6，附件3", "正文 4.3，4.6.6，附件3"),
            ("附件2，4.5", "附件2，正文 4.5"),
            ("4.6.3；GB 32100-2015", "正文 4.6.3；GB 32100-2015"),
            ("附件3 备注(2)", "附件3 备注(2)"),
            ("7.2 至 7.6", "正文 7.2 至 7.6"),
            ("案卷文件", "案卷文件"),
            ("", ""),
        ] {
            assert_eq!(clause_of(given), said);
        }
    }

    #[test]
    fn a_place_is_said_in_words() {
        let cell = |sheet: &str| {
            let cell = CellRef { row: 5, column: 5 };
            place(&Origin::Cell(CellPlace { file: "报价表.xlsx".into(), sheet: sheet.into(), cell }))
        };
        assert_eq!(cell("报价表"), "报价表.xlsx 工作表“报价表”F6 格");
        assert_eq!(cell(""), "报价表.xlsx F6 格");
    }
}
