//! The 合同.yaml that `hetong new` writes: every key with a word on what belongs there; with `--from`, what another case
//! says of the framework, and nothing of its supplier.
//!
//! May use: `pack`, `model`, `diagnostics`, and its own room.

use super::case::CASE_FILE;
use super::yaml::node::{self, Kind, Node};
use crate::diagnostics::{Located, Origin};
use crate::model::fault::FaultKind;
use crate::pack::{ClauseParameter, Pack};

/// The text of a new 合同.yaml.
pub fn contract_yaml(pack: &Pack) -> String {
    let join = |names: Vec<&str>| names.join("、");
    include_str!("合同.starter.yaml")
        .replace("«pack»", &pack.id)
        .replace("«clauses»", &pack.clauses.iter().map(clause_line).collect::<Vec<_>>().join("\n"))
        .replace("«relations»", &join(pack.relations.iter().map(|r| r.key.as_str()).collect()))
        .replace("«stages»", &join(pack.processing_stages.iter().map(String::as_str).collect()))
}

/// What the text of another case says, as far as a new case may take it over.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Model {
    /// 模板.
    pub pack: Option<String>,
    payment: Option<String>,
    project: Option<String>,
    clauses: Option<String>,
    security: Option<String>,
    errata: Option<String>,
}

impl Model {
    /// Reads it from a 合同.yaml.
    ///
    /// # Errors
    /// Why it cannot be taken for a model, as a Chinese clause.
    pub fn of(text: &str) -> Result<Self, String> {
        let text = &text.replace("\r\n", "\n");
        let root = node::parse(&CASE_FILE.into(), text).map_err(|fault| match fault.kind {
            FaultKind::Unreadable { why } => why,
            _ => "有写错的地方，请先运行 hetong check 并改正".to_owned(),
        })?;
        let Kind::Map(entries) = &root.kind else { return Err("没有“名称: 值”".to_owned()) };
        let block = |name: &str| block(text, entries, name);
        let contract = value(entries, "合同");
        let of_contract = |key| contract.and_then(|node| scalar(text, value(map(node)?, key)?));
        Ok(Self {
            pack: value(entries, "模板").and_then(|node| match &node.kind {
                Kind::Scalar(id) => Some(id.clone()),
                _ => None,
            }),
            payment: of_contract("付款方式"),
            project: of_contract("项目名称"),
            clauses: block("条款")?,
            security: security(text, entries)?,
            errata: block("勘误")?,
        })
    }

    /// What it brings along, for people.
    pub fn taken(&self) -> Vec<&'static str> {
        let all = [
            ("模板", self.pack.is_some()),
            ("付款方式", self.payment.is_some()),
            ("项目名称", self.project.is_some()),
            ("条款", self.clauses.is_some()),
            ("信息安全", self.security.is_some()),
            ("勘误", self.errata.is_some()),
        ];
        all.into_iter().filter(|(_, taken)| *taken).map(|(name, _)| name).collect()
    }

    /// The text of a new 合同.yaml with it.
    pub fn contract_yaml(&self, pack: &Pack) -> String {
        let mut text = String::new();
        let mut in_sample = false;
        for line in contract_yaml(pack).lines() {
            in_sample = (in_sample || line == "# 信息安全:") && line.starts_with('#');
            let taken = match line {
                _ if line.starts_with("  付款方式:") => self.payment.as_ref().map(|value| {
                    let project = self.project.as_ref().map(|name| format!("\n  项目名称: {name}"));
                    format!("  付款方式: {value}{}", project.unwrap_or_default())
                }),
                "条款:" => self.clauses.clone(),
                "# 勘误: 采用" => self.errata.clone(),
                "# 信息安全:" => self.security.clone(),
                _ if in_sample && self.security.is_some() => continue,
                _ => None,
            };
            text += taken.as_deref().unwrap_or(line);
            text.push('\n');
        }
        text
    }
}

fn map(node: &Node) -> Option<&[(Located<String>, Node)]> {
    match &node.kind {
        Kind::Map(entries) => Some(entries),
        _ => None,
    }
}

fn value<'n>(entries: &'n [(Located<String>, Node)], key: &str) -> Option<&'n Node> {
    entries.iter().find(|(name, _)| name.value == key).map(|(_, node)| node)
}

/// A single value as it was typed, quotation marks included; none that goes over several lines.
fn scalar<'t>(text: &'t str, node: &Node) -> Option<String> {
    let (Kind::Scalar(_), Origin::Text(span)) = (&node.kind, &node.origin) else { return None };
    let typed: &'t str = text.get(span.bytes.clone())?;
    (!typed.contains('\n') && !typed.starts_with(['|', '>'])).then(|| typed.to_owned())
}

/// The lines of a key of the file itself, with the remarks among them.
fn block(text: &str, entries: &[(Located<String>, Node)], key: &str) -> Result<Option<String>, String> {
    let Some(index) = entries.iter().position(|(name, _)| name.value == key) else { return Ok(None) };
    let begin = |(name, _): &(Located<String>, Node)| match &name.origin {
        Origin::Text(span) if span.column == 1 => Ok(span.bytes.start),
        _ => Err(format!("“{key}”不是自成一行的写法，抄不出来；请把各项分行写")),
    };
    if entries.get(index).is_none_or(|(_, node)| node.kind == Kind::Null) {
        return Ok(None);
    }
    let start = entries.get(index).map_or(Ok(0), begin)?;
    let end = entries.get(index + 1).map_or(Ok(text.len()), begin)?;
    let lines: Vec<&str> = text.get(start..end).unwrap_or_default().lines().collect();
    // What stands at the margin behind it belongs to the next key.
    let own = lines.iter().rposition(|line| !line.trim().is_empty() && !line.starts_with('#'));
    let own = lines.get(..own.map_or(0, |last| last + 1)).unwrap_or_default();
    Ok((!own.is_empty()).then(|| own.join("\n")))
}

/// 信息安全 without 承诺方, which is the supplier's own.
fn security(text: &str, entries: &[(Located<String>, Node)]) -> Result<Option<String>, String> {
    let node = |key: &str, within: Option<&Node>| within.and_then(|node| value(map(node)?, key)).cloned();
    let sharing = node("数据合作", value(entries, "信息安全"));
    let safeguards = node("保障措施", sharing.as_ref());
    let Some(own) = node("承诺方", safeguards.as_ref()).filter(|node| node.kind != Kind::Null) else {
        return block(text, entries, "信息安全");
    };
    let (Some(_), Origin::Text(span)) = (scalar(text, &own), &own.origin) else { return Ok(None) };
    let Some(whole) = block(text, entries, "信息安全")? else { return Ok(None) };
    let at = text.find(&whole).and_then(|start| span.bytes.start.checked_sub(start));
    let parts = at.and_then(|at| Some((whole.get(..at)?, whole.get(at + span.bytes.len()..)?)));
    Ok(parts.map(|(before, after)| format!("{before}{after}")))
}

fn clause_line(parameter: &ClauseParameter) -> String {
    let setting = format!("  # {}: {}", parameter.key, parameter.default);
    // 汉字 are two columns wide; the remarks stand in one line under each other.
    let width: usize = unicode_width::UnicodeWidthStr::width(setting.as_str());
    let gap = " ".repeat(30_usize.saturating_sub(width).max(2));
    let unit = if parameter.unit.is_empty() { String::new() } else { format!("（{}）", parameter.unit) };
    format!("{setting}{gap}# {}{unit}，条款 {}", parameter.description, parameter.clause)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::input::case;
    use crate::model::fault::FaultKind;

    #[test]
    fn it_is_a_case_that_lacks_only_the_quotation() {
        let folder = tempfile::tempdir().unwrap();
        let text = contract_yaml(&Pack::embedded("migu-2026").unwrap());
        std::fs::write(folder.path().join(case::CASE_FILE), &text).unwrap();
        let loaded = case::load(folder.path());
        assert!(
            matches!(&loaded.faults[..], [fault] if matches!(fault.kind, FaultKind::Unreadable { .. })),
            "{:?}",
            loaded.faults
        );
        assert!(!text.contains('«'));
    }

    /// 条款, 信息安全 and what else belongs to the framework come along; nothing of the supplier does.
    #[test]
    fn a_case_on_the_terms_of_another_has_nothing_of_its_supplier() {
        let pack = Pack::embedded("migu-2026").unwrap();
        let source = "# 青山\r\n模板: migu-2026\r\n合同:\r\n  编号: MGYY-2026-0009\r\n  签订日期: 2026-03-01\r\n  付款方式: 银行承兑汇票 # 定了\r\n  项目名称: \"青山: 项目\"\r\n乙方:\r\n  名称: 成都青山示例科技有限公司\r\n报价: 青山.csv\r\n条款:\r\n  组建团队天数: 20\r\n  # 下面是廉洁\r\n# 顶格的说明\r\n廉洁:\r\n  声明: 有关联\r\n信息安全:\r\n  数据合作:\r\n    数据内容: 播放日志\r\n    保障措施:\r\n      咪咕公司: {数据存储: [加密技术]}\r\n      承诺方: 青山的安全小组\r\n    目的: 运维\r\n核对金额:\r\n  税率: 6%\r\n勘误: 采用\r\n调整:\r\n  - {生效日期: 2026-09-01, 税率: 3%}\r\n";
        let model = Model::of(source).unwrap();
        assert_eq!(model.taken(), ["模板", "付款方式", "项目名称", "条款", "信息安全", "勘误"]);
        let text = model.contract_yaml(&pack);
        for word in ["青山示例", "MGYY-2026-0009", "青山.csv", "安全小组", "2026-09-01", "顶格"] {
            assert!(!text.contains(word), "{word}: {text}");
        }
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join(case::CASE_FILE), &text).unwrap();
        let loaded = case::load(folder.path());
        assert_eq!(loaded.faults.len(), 1, "only 报价表.xlsx is not there: {:?}", loaded.faults);
        let case = loaded.case;
        assert!(
            case.contract.number.is_none()
                && case.contract.signed_on.is_none()
                && case.supplier.name.is_none()
        );
        assert_eq!(case.contract.payment.unwrap().value, crate::model::case::PaymentMethod::AcceptanceBill);
        assert_eq!(case.contract.project.unwrap().value, "青山: 项目");
        assert_eq!(case.clauses.len(), 1);
        assert!(case.adopt_errata && case.adjustments.is_empty() && case.stated.rate.is_none());
        let sharing = case.data_sharing.unwrap();
        assert!(sharing.supplier_safeguards.is_none() && sharing.buyer_safeguards.len() == 1);
        assert_eq!(sharing.purpose.unwrap().value, "运维");
        assert!(
            Model::of("{模板: migu-2026, 条款: {组建团队天数: 20}}").is_err(),
            "in one line it cannot be taken apart"
        );
        assert_eq!(Model::default().contract_yaml(&pack), contract_yaml(&pack));
    }

    /// Taking the # away before a key gives valid input: what is commented out is no less true.
    #[test]
    fn what_is_commented_out_can_be_used() {
        let folder = tempfile::tempdir().unwrap();
        let text = contract_yaml(&Pack::embedded("migu-2026").unwrap());
        let uncommented: Vec<String> = text
            .lines()
            .map(|line| {
                let bare = line.replacen("# ", "", 1);
                let key = bare.trim_start().trim_start_matches("- ");
                let is_key = line.trim_start().starts_with("# ")
                    && key.split_once(':').is_some_and(|(k, _)| {
                        k.chars().all(|c| {
                            !c.is_ascii() && !c.is_ascii_punctuation() && !"，。；（）、：“”".contains(c)
                        })
                    });
                if is_key { bare } else { line.to_owned() }
            })
            .collect();
        std::fs::write(folder.path().join(case::CASE_FILE), uncommented.join("\n")).unwrap();
        let loaded = case::load(folder.path());
        let faults: Vec<_> = loaded
            .faults
            .iter()
            .filter(|f| !matches!(&f.kind, FaultKind::Unreadable { why } if why.contains("报价表")))
            .collect();
        assert!(faults.is_empty(), "{faults:#?}\n{}", uncommented.join("\n"));
        assert!(loaded.case.data_sharing.is_some() && loaded.case.adopt_errata);
        assert_eq!(loaded.case.integrity.persons.len(), 1);
    }
}
