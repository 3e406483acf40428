//! Findings for people: the line at fault with carets, or the cell, then what should stand there and why.
//!
//! Own layout rather than `annotate-snippets`: half of our findings point to cells, which have no lines to
//! show, and both kinds should look the same; labels and punctuation are Chinese; and a user's file may hold
//! control characters that must not reach the terminal.
//!
//! May use: nothing else of hetong.

use std::fmt::Write;

pub use super::paint::Paint;
use super::place::{self, Texts};
use super::snippet::{self, Row};
pub use super::snippet::{is_unseen, visible, visible_name};
use super::{CaseReport, Diagnostic, Origin, Tally};

/// Writes out all findings of all cases, each case followed by its summary, and a summary over all of several.
pub fn render(cases: &[CaseReport<'_>], paint: Paint) -> String {
    let mut out = String::new();
    for case in cases {
        let texts = Texts::of(case.sources);
        for finding in case.findings {
            let gutter = gutter(&texts, finding);
            Writer { out: &mut out, case, texts: &texts, paint, gutter }.finding(finding);
            out.push('\n');
        }
        line(&mut out, &format!("{}：{}", paint.strong(&visible_name(case.name)), case.findings.tally()));
        if cases.len() > 1 && !case.findings.is_empty() {
            out.push('\n');
        }
    }
    if cases.len() > 1 {
        overall(&mut out, cases, paint);
    }
    out
}

/// The last lines of a batch: the sum, and which cases need work.
fn overall(out: &mut String, cases: &[CaseReport<'_>], paint: Paint) {
    let sum: Tally = cases.iter().map(|case| case.findings.tally()).sum();
    line(out, &format!("{}：{sum}", paint.strong(&format!("共 {} 个案卷", cases.len()))));
    let failed: Vec<String> =
        cases.iter().filter(|case| case.findings.has_errors()).map(|case| visible_name(case.name)).collect();
    if !failed.is_empty() {
        line(out, &format!("有错误的案卷：{}", failed.join("、")));
    }
}

/// How wide the column of line numbers is, for all places of one finding alike.
fn gutter(texts: &Texts<'_>, finding: &Diagnostic) -> usize {
    let origins = finding.labels.iter().map(|(origin, _)| origin).chain([&finding.origin]);
    let last_lines = origins.filter_map(|origin| match origin {
        Origin::Text(span) => Some(place::region(span, texts).end_line),
        _ => None,
    });
    last_lines.max().map_or(1, |line| line.to_string().len())
}

fn line(out: &mut String, text: &str) {
    out.push_str(text);
    out.push('\n');
}

/// Where one finding is being written.
struct Writer<'a, 't> {
    out: &'a mut String,
    case: &'a CaseReport<'a>,
    texts: &'a Texts<'t>,
    paint: Paint,
    gutter: usize,
}

impl Writer<'_, '_> {
    fn finding(&mut self, finding: &Diagnostic) {
        let head = format!("{}[{}]", finding.severity.label(), finding.id);
        let head = self.paint.severity(finding.severity, &head);
        let message = self.paint.strong(&visible(&finding.message).replace('\n', " "));
        line(self.out, &format!("{head} {message}"));
        self.place("-->", &finding.origin, "", |paint, text| paint.severity(finding.severity, text), '^');
        for (origin, label) in &finding.labels {
            self.place(":::", origin, &visible(label), Paint::frame, '-');
        }
        self.field("应为", finding.expected.as_deref().unwrap_or_default());
        self.field("依据", &finding.clause);
        self.field("修改", &finding.help);
    }

    /// A place: its path, and its lines if it has any. The label stands at the carets, else after the path.
    fn place(
        &mut self,
        arrow: &str,
        origin: &Origin,
        label: &str,
        colour: impl Fn(Paint, &str) -> String,
        caret: char,
    ) {
        let source = match origin {
            Origin::Text(span) => self.texts.lines(&span.file).map(|lines| (lines, &span.bytes)),
            _ => None,
        };
        let mut path = visible_name(&self.path(origin));
        if source.is_none() && !label.is_empty() {
            path.push('：');
            path.push_str(label);
        }
        let arrow = self.paint.frame(arrow);
        line(self.out, &format!("{:gutter$}{arrow} {path}", "", gutter = self.gutter));
        if let Some((lines, bytes)) = source {
            let rows = snippet::rows(lines, bytes);
            self.bar("");
            let last = rows.len() - 1;
            for (at, row) in rows.into_iter().enumerate() {
                let label = if at == last { label } else { "" };
                self.row(row, label, &colour, caret);
            }
        }
    }

    fn row(&mut self, row: Row, label: &str, colour: impl Fn(Paint, &str) -> String, caret: char) {
        match row {
            Row::Gap => line(self.out, &self.paint.frame("...")),
            Row::Line { number, text, indent, carets } => {
                let number = format!("{number:>gutter$} |", gutter = self.gutter);
                line(self.out, format!("{} {text}", self.paint.frame(&number)).trim_end());
                let mut mark: String = std::iter::repeat_n(caret, carets).collect();
                if !label.is_empty() {
                    // The label is a line of its own words: a break in it would leave the frame.
                    let _ = write!(mark, " {}", label.replace('\n', " "));
                }
                self.bar(&format!("{:indent$}{}", "", colour(self.paint, &mark)));
            }
        }
    }

    /// A line without a number.
    fn bar(&mut self, text: &str) {
        let bar = self.paint.frame(&format!("{:gutter$} |", "", gutter = self.gutter));
        line(self.out, format!("{bar} {text}").trim_end());
    }

    fn field(&mut self, name: &str, text: &str) {
        let text = visible(text);
        let mut lines = text.trim().lines();
        let Some(first) = lines.next() else { return };
        let equals = self.paint.frame(&format!("{:gutter$} =", "", gutter = self.gutter));
        line(self.out, &format!("{equals} {}：{first}", self.paint.strong(name)));
        for more in lines {
            // Under the text, after “应为：”.
            line(self.out, &format!("{:indent$}{more}", "", indent = self.gutter + 9));
        }
    }

    /// The place in a line: `合同.yaml:12:5`, `报价表.xlsx › 工作表“报价表” › F12`.
    fn path(&self, origin: &Origin) -> String {
        match origin {
            Origin::Text(span) => {
                let region = place::region(span, self.texts);
                format!("{}:{}:{}", self.case.path(&span.file), region.line, region.column)
            }
            Origin::Cell(cell) if cell.sheet.is_empty() => {
                format!("{} › {}", self.case.path(&cell.file), cell.cell)
            }
            Origin::Cell(cell) => {
                format!("{} › 工作表“{}” › {}", self.case.path(&cell.file), cell.sheet, cell.cell)
            }
            Origin::File(file) => self.case.path(file),
            Origin::Derived(name) => name.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Findings, Sources, TextSpan, samples};
    use super::*;
    use unicode_width::UnicodeWidthStr;

    #[test]
    fn every_kind_of_place() {
        let sample = samples::case();
        let text = render(&[sample.report()], Paint::default());
        insta::assert_snapshot!(text, @r"
        错误[F005] 键“税律”没有定义
         --> cases/星河 示例/合同.yaml:3:24
          |
        3 |   - {生效日期: 2026-09-01, 税律: 3%}
          |                            ^^^^
         ::: cases/星河 示例/合同.yaml:1:1
          |
        1 | 模板: migu-2026
          | ---- 同一文件的开头
          = 应为：税率
          = 依据：输入语言
          = 修改：改成“税率”

        错误[Q007] 含税总价 17,628,237.78 元超过最高限价
         --> cases/星河 示例/报价表.xlsx › 工作表“报价表” › F12
         ::: cases/星河 示例/报价表.xlsx › 工作表“报价表” › C5：单价最高的一行
         ::: 最高限价：模板中的数值
          = 应为：不高于 17,627,800.00 元
          = 依据：附件3 备注(2)
          = 修改：请乙方重新报价

        警告[F006] 隐藏的工作表中有数字
         --> cases/星河 示例/报价表.xlsx
          = 依据：附件3 备注(2)
          = 修改：请乙方重新报价

        提示[M005] 四舍五入相差 0.01 元
         --> 合计
          = 依据：附件3 备注(2)
          = 修改：请乙方重新报价

        星河示例：2 个错误，1 个警告，1 个提示
        ");
    }

    #[test]
    fn carets_stand_under_the_word_meant() {
        let sample = samples::case();
        let text = render(&[sample.report()], Paint::default());
        let lines: Vec<&str> = text.lines().collect();
        let carets = lines.iter().position(|line| line.contains('^')).unwrap();
        let before_word = lines[carets - 1].split("税律").next().unwrap();
        let before_caret = lines[carets].split('^').next().unwrap();
        assert_eq!(before_word.width(), before_caret.width());
        assert_eq!(lines[carets].matches('^').count(), "税律".width());
    }

    #[test]
    fn several_cases_are_summed_up() {
        let sample = samples::case();
        let (findings, sources) = (Findings::default(), Sources::new());
        let clean = CaseReport { name: "天工示例", folder: "", findings: &findings, sources: &sources };
        let text = render(&[clean, sample.report()], Paint::default());
        assert!(text.starts_with("天工示例：0 个错误，0 个警告，0 个提示\n错误[F005]"), "{text}");
        let end = "共 2 个案卷：2 个错误，1 个警告，1 个提示\n有错误的案卷：星河示例\n";
        assert!(text.ends_with(end), "{text}");
    }

    #[test]
    fn a_missing_text_is_no_fault() {
        let sources = Sources::new();
        let mut findings = Findings::default();
        for mut finding in samples::case().report().findings.iter().cloned() {
            let span = TextSpan { file: "订单/一.yaml".into(), bytes: 5..9, line: 2, column: 3 };
            finding.origin = Origin::Text(span);
            findings.push(finding);
        }
        let report = CaseReport { name: "a", folder: ".", findings: &findings, sources: &sources };
        let text = render(&[report], Paint::default());
        assert!(text.contains(" --> 订单/一.yaml:2:3\n ::: 合同.yaml:1:1：同一文件的开头\n"), "{text}");
    }

    #[test]
    fn colour_only_if_told() {
        let sample = samples::case();
        let shown = |paint: Paint| paint.shown(&render(&[sample.report()], paint));
        assert!(!shown(Paint::new(false)).contains('\u{1b}'));
        assert!(shown(Paint::new(true)).contains("\u{1b}[1;31m错误[F005]\u{1b}[0m"));
    }
}
