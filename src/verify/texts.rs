//! One PDF's text against what the second route says: every amount, every 大写, every long number, names and accounts at
//! their places, the rows of 附件3; blanks, missing glyphs.
//!
//! [`LABELS`], [`PRESENT`] and [`PLACES`] are the tables to add a new document to.
//!
//! May use: `verify`, `rules::text::leftovers`, `diagnostics`.

use std::collections::{BTreeSet, HashMap};

use super::checks::{self, BLANKS, FIGURE, GLYPHS, NAMES, WORDS};
use super::expected::{Expected, Named, QUANTITY};
use super::flow::{Flow, Token, squeezed};
use super::known::Known;
use super::tally::Tally;
use crate::diagnostics::Diagnostic;
use crate::rules::text::leftovers::leftovers;
use crate::verify::read::pdf_text::PdfText;
use crate::verify::second_route::capital;
use crate::verify::second_route::exact::{Cents, show};
use crate::verify::second_route::figures::{Figures, Version};

/// What a case says, for one document.
#[derive(Clone, Copy, Debug)]
pub struct Subject<'a> {
    /// The file's name.
    pub file: &'a str,
    /// The document's id.
    pub document: &'a str,
    /// The revision whose prices it shows; none where it shows several.
    pub revision: Option<usize>,
    /// Whether it is a final one.
    pub is_final: bool,
    /// The figures.
    pub figures: &'a Figures,
    /// Which of them may stand in it.
    pub expected: &'a Expected,
    /// Names and numbers.
    pub known: &'a Known,
}

/// A finding, with the page it is on and the characters it is about.
#[derive(Clone, Debug)]
pub struct Found {
    /// From 1.
    pub page: usize,
    /// What stands there.
    pub text: String,
    /// The finding.
    pub finding: Diagnostic,
}

/// Forms that are signed with their blanks: they are filled in later.
const FORMS: [&str; 3] = ["附件2", "附件6", "附件7"];

/// Everything about one PDF.
pub fn examine(pdf: &PdfText, subject: Subject<'_>, tally: &mut Tally) -> Vec<Found> {
    let flow = Flow::of(pdf);
    let mut reader = Reader { flow: &flow, subject, found: Vec::new(), more: 0 };
    reader.glyphs(pdf);
    reader.amounts(tally);
    reader.words(tally);
    reader.numbers();
    reader.names(pdf);
    reader.labels();
    reader.rows();
    if subject.is_final {
        reader.blanks(pdf);
    }
    if reader.more > 0 {
        let message = format!("另有 {} 处不符，不再逐一列出", reader.more);
        let finding = checks::of_file(&FIGURE, subject.file, message);
        reader.found.push(Found { page: 0, text: String::new(), finding });
    }
    reader.found
}

/// Told one by one up to so many.
const MOST: usize = 500;

struct Reader<'a> {
    flow: &'a Flow,
    subject: Subject<'a>,
    found: Vec<Found>,
    /// What was found beyond [`MOST`].
    more: usize,
}

impl Reader<'_> {
    fn tell(
        &mut self,
        check: &crate::diagnostics::RuleInfo,
        at: usize,
        text: &str,
        what: &str,
        expected: String,
    ) {
        if self.is_full() {
            self.more += 1;
            return;
        }
        let page = self.flow.page(at);
        let around = self.flow.around(at, text.chars().count());
        let message = format!("第 {page} 页“{around}”：{what}");
        let finding = checks::of_file(check, self.subject.file, message);
        let finding = if expected.is_empty() { finding } else { checks::expecting(finding, expected) };
        self.found.push(Found { page, text: text.to_owned(), finding });
    }

    fn is_full(&self) -> bool {
        self.found.len() >= MOST
    }

    /// Looked for only as long as it is told.
    fn nearest(&self, found: &str, named: &Named) -> String {
        if self.is_full() { String::new() } else { nearest(found, named) }
    }

    fn glyphs(&mut self, pdf: &PdfText) {
        for (page, content) in pdf.pages.iter().enumerate().filter(|(_, page)| page.missing_glyphs > 0) {
            let message = format!("第 {} 页有 {} 个字没有字形或读不出来", page + 1, content.missing_glyphs);
            let finding = checks::of_file(&GLYPHS, self.subject.file, message);
            self.found.push(Found { page: page + 1, text: String::new(), finding });
        }
        let broken: Vec<usize> =
            self.flow.chars.iter().enumerate().filter(|(_, c)| **c == '\u{fffd}').map(|(at, _)| at).collect();
        for at in broken {
            self.tell(&GLYPHS, at, "\u{fffd}", "有一个字读不出来", String::new());
        }
    }

    fn amounts(&mut self, tally: &mut Tally) {
        let named = self.subject.expected.in_document(self.subject.document);
        for (token, cents) in self.flow.amounts() {
            tally.figures += 1;
            let free = self.subject.expected.is_open();
            if !free && !named.contains_key(&cents) && !self.subject.expected.is_other(cents) {
                let what = format!("金额 {} 不是这份文件该有的任何一个数值", token.text);
                let near = self.nearest(&token.text, &named);
                self.tell(&FIGURE, token.at, &token.text, &what, near);
            }
        }
    }

    fn words(&mut self, tally: &mut Tally) {
        let named = self.subject.expected.in_document(self.subject.document);
        let amounts = self.flow.amounts();
        for (at, run) in capital::runs(&self.flow.chars) {
            tally.words += 1;
            let Some(cents) = capital::read(&run) else {
                if !self.subject.known.has_text(&run) {
                    self.tell(&WORDS, at, &run, &format!("大写“{run}”读不成金额"), String::new());
                }
                continue;
            };
            let before = amounts.partition_point(|(token, _)| token.at < at).checked_sub(1);
            let before = before.and_then(|before| amounts.get(before));
            let follows = before.filter(|(token, _)| {
                let between =
                    self.flow.chars.get(token.at + token.text.chars().count()..at).unwrap_or_default();
                between.len() <= 14 && between.iter().all(|c| "】元（(，,大写：:人民币【".contains(*c))
            });
            if let Some((token, figure)) = follows.filter(|(_, figure)| *figure != cents) {
                let what = format!("大写“{run}”是 {} 元，与小写 {} 不符", show(cents), token.text);
                self.tell(&WORDS, at, &run, &what, format!("{} 元的大写", show(*figure)));
            } else if !self.subject.expected.is_open()
                && !named.contains_key(&cents)
                && !self.subject.known.has_text(&run)
            {
                let what = format!("大写“{run}”是 {} 元，不是这份文件该有的任何一个数值", show(cents));
                let near = self.nearest(&show(cents), &named);
                self.tell(&WORDS, at, &run, &what, near);
            }
        }
    }

    /// Accounts, telephones, 纳税人识别号, numbers of contracts and orders.
    fn numbers(&mut self) {
        if self.subject.document == crate::bundle::plan::REPORT {
            return; // It is full of hashes.
        }
        if self.subject.known.is_open() {
            return;
        }
        for token in strange_numbers(self.flow, self.subject.known) {
            let nearest = self.subject.known.nearest(&token.text);
            let what = format!("号码 {} 案卷和合同样式里都没有", token.text);
            self.tell(&NAMES, token.at, &token.text, &what, nearest);
        }
    }

    fn names(&mut self, pdf: &PdfText) {
        let all: String =
            pdf.pages.iter().flat_map(|page| &page.runs).map(|run| squeezed(&run.text)).collect();
        for (documents, what) in PRESENT {
            if !documents.contains(&self.subject.document) {
                continue;
            }
            let Some(value) = self.subject.known.value(what) else { continue };
            if !all.contains(&squeezed(value)) {
                let message = format!("全文没有{what}“{value}”");
                let finding = checks::of_file(&NAMES, self.subject.file, message);
                let finding = checks::expecting(finding, format!("{what}：{value}"));
                self.found.push(Found { page: 1, text: value.to_owned(), finding });
            }
        }
        for (documents, label, values) in PLACES {
            if documents.contains(&self.subject.document) {
                self.place(label, values);
            }
        }
    }

    /// What stands behind a label in 【】 must be one of these.
    fn place(&mut self, label: &str, values: &[&str]) {
        let known: Vec<&str> = values.iter().filter_map(|what| self.subject.known.value(what)).collect();
        if self.subject.known.is_open() {
            return;
        }
        let mut from = 0;
        while let Some(at) = self.flow.find(label, from) {
            from = at + label.chars().count();
            let rest = self.flow.chars.get(from..).unwrap_or_default();
            if rest.first() != Some(&'【') {
                continue;
            }
            let said: String = rest.iter().skip(1).take_while(|c| **c != '】').take(200).collect();
            if !said.is_empty() && !known.iter().any(|value| squeezed(value) == said) {
                let what = format!("{label}{said}");
                self.tell(&NAMES, from + 1, &said, &what, known.join("，或 "));
            }
        }
    }

    fn labels(&mut self) {
        let signed = self.subject.figures.versions.first();
        let version = match self.subject.revision {
            Some(revision) => self.subject.figures.versions.iter().find(|v| v.revision == revision),
            None => signed,
        };
        let Some(version) = version else { return };
        let document = self.subject.document;
        for label in LABELS.iter().filter(|label| label.documents.contains(&document)) {
            let Some(expected) = (label.figure)(version) else { continue };
            self.label(label.text, label.name, expected);
        }
    }

    fn label(&mut self, label: &str, name: &str, expected: Cents) {
        let amounts = self.flow.amounts();
        let mut from = 0;
        let mut any = false;
        while let Some(at) = self.flow.find(label, from) {
            any = true;
            from = at + label.chars().count();
            let next = amounts.iter().find(|(token, _)| token.at >= from && token.at <= from + 6);
            match next {
                Some((_, cents)) if *cents == expected => {}
                Some((token, _)) => {
                    let what = format!("{name}是 {}", token.text);
                    self.tell(&FIGURE, token.at, &token.text, &what, show(expected));
                }
                None => self.tell(&FIGURE, at, label, &format!("{name}没有写"), show(expected)),
            }
        }
        if !any {
            let message = format!("找不到“{}”，{name}应为 {}", label.trim_end_matches('【'), show(expected));
            let finding = checks::of_file(&FIGURE, self.subject.file, message);
            self.found.push(Found { page: 1, text: show(expected), finding });
        }
    }

    /// 附件3, line by line: all its columns stand one behind the other.
    fn rows(&mut self) {
        let shows = ["附件3", "全套"].contains(&self.subject.document);
        let Some(version) = self.subject.revision.filter(|_| shows).and_then(|revision| {
            self.subject.figures.versions.iter().find(|version| version.revision == revision)
        }) else {
            return;
        };
        let mut from = 0;
        for row in &version.rows {
            let Some(own) = row.figures else { continue };
            let workload = row.workload.cents().map(show).unwrap_or_default();
            let workload = workload.trim_end_matches('0').trim_end_matches('.');
            let head = format!("{}{workload}{}{}", row.level, show(row.net_ceiling), show(row.gross_ceiling));
            let prices = format!("{head}{}{}", show(own.net_price), show(own.gross_price));
            let totals = format!("{}{}", show(own.net_total), show(own.gross_total));
            let name = format!("附件3“{}·{}”一行", row.post, row.level);
            let at = self.flow.find(&head, from).unwrap_or(from);
            let line = self.flow.find(&prices, from).filter(|start| *start == at);
            // 税率 may stand in between, merged over all lines.
            let totals_at = line.and_then(|start| {
                let end = start + prices.chars().count();
                self.flow.find(&totals, end).filter(|found| *found <= end + 8)
            });
            if totals_at.is_none() {
                let seen: String = self.flow.chars.get(at..).unwrap_or_default().iter().take(70).collect();
                let what = format!("{name}与重新计算的不同");
                self.tell(&FIGURE, at, &seen, &what, format!("{prices} … {totals}"));
            }
            from = totals_at.unwrap_or(at + head.chars().count());
        }
    }

    fn blanks(&mut self, pdf: &PdfText) {
        let watermark = pdf
            .pages
            .iter()
            .position(|page| page.runs.iter().any(|run| !run.level && squeezed(&run.text).contains("草稿")));
        if let Some(page) = watermark {
            let message = format!("第 {} 页有“草稿”水印，清单却说是定稿", page + 1);
            let finding = checks::of_file(&BLANKS, self.subject.file, message);
            self.found.push(Found { page: page + 1, text: "草稿".into(), finding });
        }
        let skipped =
            FORMS.contains(&self.subject.document) || self.subject.document == crate::bundle::plan::WHOLE;
        if skipped || self.subject.document == crate::bundle::plan::REPORT {
            return;
        }
        let open = self.subject.known.is_open();
        let seen: BTreeSet<String> = leftovers(&self.flow.text()).into_iter().collect();
        // What the form itself says is not known without the case.
        let told = |leftover: &String| {
            if open { leftover == "【 】" } else { !self.subject.known.in_form(leftover) }
        };
        for leftover in seen.into_iter().filter(told) {
            let wanted = if leftover == "【 】" { "【】" } else { &leftover };
            let at = self.flow.find(wanted, 0).unwrap_or(0);
            self.tell(&BLANKS, at, &leftover, &format!("定稿里有“{leftover}”"), "实际内容".into());
        }
    }
}

/// Long numbers that neither the case nor the form has: the first [`MOST`].
pub(super) fn strange_numbers(flow: &Flow, known: &Known) -> Vec<Token> {
    let of_number = |c: char| c.is_ascii_digit() || c.is_ascii_uppercase() || c == '-';
    let mut known_ones: HashMap<String, bool> = HashMap::new();
    let mut strange = |token: &Token| {
        let text = token.text.trim_matches('-');
        let long = text.chars().filter(char::is_ascii_digit).count() >= LONG;
        if !long || *known_ones.entry(text.to_owned()).or_insert_with(|| known.has_number(text)) {
            return false;
        }
        // It may wrap.
        let from = token.at.saturating_sub(40);
        let to = (token.at + token.text.len() + 40).min(flow.chars.len());
        let stretch: String = flow.chars.get(from..to).unwrap_or_default().iter().collect();
        !known.wraps(&stretch, text)
    };
    flow.stretches(of_number).into_iter().filter(|token| strange(token)).take(MOST).collect()
}

/// Digits of what is no day, quantity or clause any more.
const LONG: usize = 7;

/// The figure that looks most like what was found.
pub(super) fn nearest(found: &str, named: &Named) -> String {
    // A number of days is no amount that somebody mistyped.
    let amounts = named.iter().filter(|(_, name)| *name != QUANTITY);
    let shown = amounts.map(|(cents, name)| (show(*cents), name));
    let near = shown.map(|(text, name)| (strsim::damerau_levenshtein(&text, found), text, name)).min();
    near.map(|(_, text, name)| format!("{text}（{name}，最接近的应有数值）")).unwrap_or_default()
}

/// A figure at a fixed place.
struct Label {
    documents: &'static [&'static str],
    text: &'static str,
    name: &'static str,
    figure: fn(&Version) -> Option<Cents>,
}

const BODY: &[&str] = &["正文", "全套"];
const WITH_CAP: &[&str] = &["附件6", "附件7"];

/// Behind these words stand these figures.
static LABELS: [Label; 4] = [
    Label {
        documents: BODY,
        text: "合同含税框架上限总价为【",
        name: "4.3 含税上限总价",
        figure: |v| v.totals.map(|(_, gross)| gross),
    },
    Label {
        documents: BODY,
        text: "，不含税价【",
        name: "4.3 不含税价",
        figure: |v| v.totals.map(|(net, _)| net),
    },
    Label { documents: BODY, text: "，税额【", name: "4.3 税额", figure: Version::tax },
    // After a change of the VAT rate the form says which basis it prints; the sweep covers that.
    Label {
        documents: WITH_CAP,
        text: "框架协议金额上限￥",
        name: "框架协议金额上限",
        figure: |v| v.totals.filter(|_| v.revision == 0).map(|(_, gross)| gross),
    },
];

const EVERY: &[&str] = &[
    "正文",
    "附件1",
    "附件2",
    "附件3",
    "附件4",
    "附件5",
    "附件6",
    "附件7",
    "全套",
    "订单",
    "结算单",
    "补充协议",
];
const PARTIES: &[&str] = &["正文", "附件4", "附件5", "附件6", "附件7", "全套", "订单", "结算单", "补充协议"];

/// These must stand somewhere in the document.
const PRESENT: [(&[&str], &str); 12] = [
    (EVERY, "合同编号"),
    (PARTIES, "乙方名称"),
    (PARTIES, "甲方名称"),
    (BODY, "乙方法定地址"),
    (BODY, "乙方法定代表人"),
    (BODY, "乙方邮政编码"),
    (BODY, "乙方纳税人识别号"),
    (BODY, "乙方开户行"),
    (BODY, "乙方账号"),
    (BODY, "乙方联系电话"),
    (BODY, "甲方收付账号"),
    (BODY, "甲方开票账号"),
];

/// Behind these words, in 【】, stands one of these.
const PLACES: [(&[&str], &str, &[&str]); 7] = [
    (BODY, "乙方名称：", &["乙方名称"]),
    (BODY, "甲方名称：", &["甲方名称"]),
    (BODY, "户名：", &["乙方户名", "甲方户名"]),
    (BODY, "开户行：", &["乙方开户行", "甲方开票开户行", "甲方收付开户行"]),
    (BODY, "银行账号：", &["乙方账号", "甲方收付账号"]),
    (BODY, "账号：", &["乙方账号", "甲方开票账号", "甲方收付账号"]),
    (BODY, "开户银行：", &["乙方开户行", "甲方收付开户行"]),
];
