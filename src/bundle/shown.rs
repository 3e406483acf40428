//! What each document shows, part by part: which values of the view its templates name, under the words that users
//! know them by, and which template files make it up. Recorded in the manifest, so that the next build can say why a
//! document came out otherwise. Nothing is decided by it: whether a PDF is made anew is told by its whole source.
//!
//! May use: `bundle::produce`, `bundle::plan`, `pack`.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::plan::{Format, PlannedFile};
use super::produce::Press;
use super::reuse::libraries_of;
use crate::input::folder::sha256_hex;

/// What the labels of template files begin with.
pub const TEMPLATE: &str = "版式 ";
/// What a revision of an annex has otherwise than the annex as signed.
pub const ADJUSTMENTS: &str = "调整";
/// The part of an order that follows from the orders before it.
pub const EXECUTED: &str = "框架协议已执行金额";
/// Lines of work of an order.
pub const LINES: &str = "明细";
/// How 变更对照表 calls an order.
const ORDER_DOCUMENT: &str = "委托订单 ";
/// The file that all others are put into.
const MAIN: &str = "main.typ";
/// Enough to tell two contents apart.
const HASH: usize = 16;
/// Longer values are not worth telling.
const MOST_CHARS: usize = 60;

/// What the documents of a build show.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Shown {
    /// By output file: a hash for each part, by its label.
    pub parts: BTreeMap<String, BTreeMap<String, String>>,
    /// Single values by label.
    pub values: BTreeMap<String, String>,
}

/// Parts of the view by what users call them, the longer path first. A label with a dot is a key of 合同.yaml.
const LABELS: [(&str, &str); 56] = [
    ("draft", "草稿或正式稿"),
    ("header.left", "合同.项目名称"),
    ("header.right", "合同.编号"),
    ("project", "合同.项目名称"),
    ("project_full", "合同.项目名称"),
    ("contract.number", "合同.编号"),
    ("contract.pay_transfer", "合同.付款方式"),
    ("contract.pay_bill", "合同.付款方式"),
    ("contract", "合同.签订日期"),
    ("signing", "合同.签订日期"),
    ("buyer", "甲方"),
    ("supplier.name", "乙方.名称"),
    ("supplier.account_name", "乙方.户名"),
    ("supplier.short_name", "乙方.简称"),
    ("supplier.address", "乙方.法定地址"),
    ("supplier.legal_representative", "乙方.法定代表人"),
    ("supplier.postcode", "乙方.邮政编码"),
    ("supplier.tax_id", "乙方.纳税人识别号"),
    ("supplier.bank", "乙方.开户行"),
    ("supplier.account", "乙方.账号"),
    ("supplier.registered_address", "乙方.地址"),
    ("supplier.phone", "乙方.联系电话"),
    ("supplier.supervision_department", "乙方.监督部门"),
    ("bill.payer_name", "甲方"),
    ("bill.payer_account", "甲方"),
    ("bill.payer_bank", "甲方"),
    ("bill.payee_name", "乙方.户名"),
    ("bill.payee_account", "乙方.账号"),
    ("bill.payee_bank", "乙方.开户行"),
    ("amounts", "金额"),
    ("posts", "岗位"),
    ("posts_list", "岗位"),
    ("assessment", "考核表"),
    ("annexes", "附件清单"),
    ("quotation", "报价"),
    ("integrity", "廉洁"),
    ("security.content", "数据合作.数据内容"),
    ("security.quantity", "数据合作.数据数量"),
    ("security.categories", "数据合作.数据类别"),
    ("security.level", "数据合作.数据级别"),
    ("security.purpose", "数据合作.目的"),
    ("security.scope", "数据合作.范围"),
    ("security.stages", "数据合作.处理方式"),
    ("security.safeguards_buyer", "数据合作.保障措施"),
    ("security.safeguards_supplier", "数据合作.保障措施"),
    ("security", "信息安全"),
    ("e", "勘误"),
    ("revision", ADJUSTMENTS),
    ("revision_short", ADJUSTMENTS),
    ("clauses", "条款"),
    // Of the files themselves, or told elsewhere.
    ("title", ""),
    ("documents", ""),
    ("fonts", ""),
    ("report", ""),
    ("supplement", ADJUSTMENTS),
    ("changes", ADJUSTMENTS),
];

/// The parts of 附件6 and 附件7 that come from the framework agreement.
const FORM_LABELS: [(&str, &str); 9] = [
    ("framework_name", "乙方.名称"),
    ("framework_number", "合同.编号"),
    ("framework_from", "合同.签订日期"),
    ("framework_to", "合同.签订日期"),
    ("cap", "金额上限"),
    ("cap_words", "金额上限"),
    ("cap_note", "金额上限"),
    ("buyer_name", "甲方"),
    ("supplier_name", "乙方.名称"),
];

/// The other parts of an order, by the keys of its file; layout is none.
const ORDER_LABELS: [(&str, &str); 26] = [
    ("number", "编号"),
    ("batch", "批次"),
    ("executed", EXECUTED),
    ("order_name", "名称"),
    ("buyer_contact", "甲方联系人"),
    ("buyer_other", "甲方其他信息"),
    ("supplier_contact", "乙方联系人"),
    ("supplier_other", "乙方其他信息"),
    ("special_notes", "特别说明"),
    ("service_from", "服务周期"),
    ("service_to", "服务周期"),
    ("service_items", "服务事项"),
    ("requirements", "具体要求"),
    ("content", "委托内容"),
    ("assessment", "考核"),
    ("price_note", LINES),
    ("lines", LINES),
    ("lines_days", LINES),
    ("lines_gross", LINES),
    ("lines_gross_words", LINES),
    ("plan", "付款计划"),
    ("attachments", "附件"),
    ("buyer_date", "签订日期"),
    ("supplier_date", "签订日期"),
    ("keep_lines", ""),
    ("keep_plan", ""),
];

/// Of an order's parts, those whose text is worth telling; of 服务周期 and the like two paths have one label.
const ORDER_VALUED: [&str; 5] = ["number", "batch", "executed", "order_name", "service_items"];

/// Where single values stand that are worth telling.
const VALUED: [&str; 4] = ["supplier.", "clauses.", "contract.number", "security.quantity"];

impl Press<'_> {
    /// What these files show. A workbook shows what the PDF of the same document does.
    pub fn shown(&self, files: &[PlannedFile]) -> Shown {
        let mut shown = Shown::default();
        for file in files.iter().filter(|file| file.format == Format::Pdf) {
            let parts = self.parts(file, &mut shown.values);
            shown.parts.insert(file.name.clone(), parts);
        }
        for book in files.iter().filter(|file| file.format == Format::Xlsx) {
            let stem = |file: &PlannedFile| file.name.rsplit_once('.').map(|(stem, _)| stem.to_owned());
            let twin = files.iter().find(|file| file.format == Format::Pdf && stem(file) == stem(book));
            if let Some(mut parts) = twin.and_then(|twin| shown.parts.get(&twin.name)).cloned() {
                parts.retain(|label, _| !label.starts_with(TEMPLATE));
                shown.parts.insert(book.name.clone(), parts);
            }
        }
        shown
    }

    fn parts(&self, file: &PlannedFile, values: &mut BTreeMap<String, String>) -> BTreeMap<String, String> {
        let mut view = serde_json::to_value(self.view_of(file)).unwrap_or_default();
        let signed = self.as_signed(file);
        let mut contents: BTreeMap<String, String> = BTreeMap::new();
        if let (Some(changes), Value::Object(view)) = (self.changes_of(file), &mut view) {
            let mut changes = serde_json::to_value(changes).unwrap_or_default();
            self.take_orders(&mut changes, &mut contents);
            view.insert("changes".into(), changes);
        }
        let sources = &self.job.pack.templates;
        let templates = templates_of(sources, file);
        for path in named(&templates, &view) {
            let Some(value) = at(&view, &path) else { continue };
            let label = self.label(&path, file);
            if label.is_empty() {
                continue;
            }
            let as_signed = signed.as_ref().and_then(|signed| at(signed, &path)).unwrap_or(value);
            if as_signed != value {
                *contents.entry(ADJUSTMENTS.to_owned()).or_default() += &format!("{path}={value}\n");
            }
            let value = as_signed;
            if let Some(text) = value.as_str().filter(|text| is_telling(&path, text)) {
                values.insert(label.clone(), text.to_owned());
            }
            if path == "order_form.lines" {
                values.extend(days_of(&label, value));
            }
            *contents.entry(label).or_default() += &format!("{path}={value}\n");
        }
        let source: String = templates.values().copied().collect();
        let libraries = libraries_of(&source, sources);
        for (name, text) in templates.into_iter().chain(libraries) {
            contents.insert(format!("{TEMPLATE}{name}"), text.to_owned());
        }
        let hash = |content: String| sha256_hex(content.as_bytes()).chars().take(HASH).collect();
        contents.into_iter().map(|(label, content)| (label, hash(content))).collect()
    }

    /// What a revision of an annex was as signed: what differs from that is 调整, whatever it is a part of.
    fn as_signed(&self, file: &PlannedFile) -> Option<Value> {
        let number = file.revised.as_ref().filter(|revised| revised.number > 0)?.number;
        let title = file.title.strip_suffix(&format!("，修订{number}")).unwrap_or(&file.title).to_owned();
        let signed = PlannedFile { title, revised: None, ..file.clone() };
        serde_json::to_value(self.view_of(&signed)).ok()
    }

    /// Takes what 变更对照表 says of orders out of it: that comes from their own files.
    fn take_orders(&self, changes: &mut Value, contents: &mut BTreeMap<String, String>) {
        let revisions = changes.get_mut("revisions").and_then(Value::as_array_mut);
        for revision in revisions.into_iter().flatten() {
            let Some(items) = revision.get_mut("items").and_then(Value::as_array_mut) else { continue };
            items.retain(|item| {
                let document = item.get("document").and_then(Value::as_str).unwrap_or_default();
                let number = document.strip_prefix(ORDER_DOCUMENT);
                let order = self.job.case.orders.iter().find(|order| Some(order.number()) == number);
                if let Some(order) = order {
                    *contents.entry(format!("{} {document}", order.origin)).or_default() +=
                        &format!("{item}\n");
                }
                order.is_none()
            });
        }
    }

    /// What users call a part of the view; empty for what is told elsewhere.
    fn label(&self, path: &str, file: &PlannedFile) -> String {
        let (head, rest) = path.split_once('.').unwrap_or((path, ""));
        if head == "clauses" {
            let clause = self.job.figures.clauses.by_id(rest);
            return clause.map_or_else(|| "条款".to_owned(), |clause| format!("条款.{}", clause.key));
        }
        if ["order_form", "settlement_form"].contains(&head) {
            let shared = FORM_LABELS.iter().find(|(name, _)| *name == rest).map(|(_, label)| *label);
            let order = file.order.and_then(|index| self.job.case.orders.get(index));
            return match (shared, order) {
                (Some(label), _) => label.to_owned(),
                (None, Some(order)) => {
                    let part = ORDER_LABELS.iter().find(|(name, _)| *name == rest).map(|(_, part)| *part);
                    let part = if head == "order_form" && rest == "filled" { Some("") } else { part };
                    match part {
                        Some("") => String::new(),
                        Some(part) => format!("{} {part}", order.origin),
                        None => order.origin.to_string(),
                    }
                }
                // The form in the bundle has nothing else filled in.
                (None, None) => String::new(),
            };
        }
        let label = |path: &str| LABELS.iter().find(|(known, _)| *known == path).map(|(_, label)| *label);
        label(path).or_else(|| label(head)).unwrap_or("其他内容").to_owned()
    }
}

fn is_telling(path: &str, text: &str) -> bool {
    let of_order = path.strip_prefix("order_form.").is_some_and(|part| ORDER_VALUED.contains(&part));
    (of_order || VALUED.iter().any(|valued| path.starts_with(valued)))
        && path != "supplier.account_name"
        && !text.is_empty()
        && text.chars().count() <= MOST_CHARS
}

/// The 人天 of each line of an order, by the line.
fn days_of(label: &str, lines: &Value) -> Vec<(String, String)> {
    let text = |line: &Value, key: &str| line.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
    let named = |line: &Value| {
        let name = format!("{label} {}·{} 人天", text(line, "post"), text(line, "level"));
        (name, text(line, "days"))
    };
    lines.as_array().into_iter().flatten().map(named).collect()
}

/// The templates that make up a file: the main one, its own, and those that they include.
fn templates_of<'t>(sources: &'t BTreeMap<String, String>, file: &PlannedFile) -> BTreeMap<&'t str, &'t str> {
    let mut found = BTreeMap::new();
    let mut wanted: Vec<&str> = file.templates.iter().map(String::as_str).collect();
    while let Some(name) = wanted.pop() {
        let Some((name, text)) = sources.get_key_value(name) else { continue };
        if found.insert(name.as_str(), text.as_str()).is_none() {
            wanted.extend(included(text));
        }
    }
    // It includes every document, and prints one.
    found.extend(sources.get_key_value(MAIN).map(|(name, text)| (name.as_str(), text.as_str())));
    found
}

/// The names in `{% include "…" %}`.
fn included(template: &str) -> impl Iterator<Item = &str> {
    template.split("include \"").skip(1).filter_map(|rest| Some(rest.split_once('"')?.0))
}

/// The parts of the view that templates name, to the second level: `supplier.name`, `posts`.
fn named(templates: &BTreeMap<&str, &str>, view: &Value) -> BTreeSet<String> {
    let expressions = templates.values().flat_map(|text| expressions(text));
    let names =
        expressions.flat_map(|text| text.split(|c: char| !(c.is_ascii_alphanumeric() || "_.".contains(c))));
    let path = |name: &str| {
        let mut steps = name.split('.');
        let (head, next) = (steps.next()?, steps.next());
        let value = view.get(head)?;
        let inner = next.filter(|next| value.get(*next).is_some());
        Some(inner.map_or_else(|| head.to_owned(), |inner| format!("{head}.{inner}")))
    };
    names.filter_map(path).collect()
}

/// What stands in « » and {% %}.
fn expressions(template: &str) -> impl Iterator<Item = &str> {
    let between = |open: &'static str, close: &'static str| {
        template.split(open).skip(1).filter_map(move |rest| Some(rest.split_once(close)?.0))
    };
    between("«", "»").chain(between("{%", "%}"))
}

fn at<'v>(view: &'v Value, path: &str) -> Option<&'v Value> {
    path.split('.').try_fold(view, |value, step| value.get(step))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn only_what_the_templates_name_is_shown() {
        let view = json!({
            "supplier": {"name": "甲", "account": "1"}, "posts": ["a"], "clauses": {"days": "30"},
            "quotation": {"rows": []}, "amounts": {"gross": "1"},
        });
        let template = "supplier.account «supplier.name» {% for row in quotation.rows %}«row.gross»{% endfor %} \
                        {% if posts|length > 0 %}«clauses.days | code»{% endif %} amounts «amounts.gone»";
        let names = named(&[("a.typ", template)].into(), &view);
        assert_eq!(
            names.into_iter().collect::<Vec<_>>(),
            ["amounts", "clauses.days", "posts", "quotation.rows", "supplier.name"]
        );
    }

    #[test]
    fn a_file_is_made_of_its_templates_and_what_they_include() {
        let sources: BTreeMap<String, String> = [
            ("main.typ", "{% include \"a.typ\" %}{% include \"b.typ\" %}"),
            ("a.typ", "{% if x %}{% include \"a1.typ\" %}{% endif %}"),
            ("a1.typ", "{% include \"gone.typ\" %}{% include \"a.typ\" %}"),
            ("b.typ", ""),
        ]
        .map(|(name, text)| (name.to_owned(), text.to_owned()))
        .into();
        let file = PlannedFile {
            document: "附件1".into(),
            title: String::new(),
            name: "a.pdf".into(),
            format: Format::Pdf,
            templates: vec!["a.typ".into()],
            order: None,
            revised: None,
        };
        let names: Vec<&str> = templates_of(&sources, &file).into_keys().collect();
        assert_eq!(names, ["a.typ", "a1.typ", "main.typ"]);
    }
}
