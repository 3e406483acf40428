//! Raw structs → [`Pack`]. What cannot be right is refused here; what only may be wrong (weights that do not sum to
//! 100, copies that do not add up) is left to the rules.

use std::collections::{BTreeMap, BTreeSet};

use rust_decimal::Decimal;

use super::load::Source;
use super::{
    Assessment, Buyer, ClauseParameter, DataCategory, DocumentSpec, Erratum, Indicator, Law, Pack, PackError,
    ParameterKind, Post, Relation, Tender, TenderLine, raw,
};
use crate::model::money::Money;
use crate::model::numerals;
use crate::model::tax::TaxRate;

/// What is wrong with the file being converted.
type Checked<T> = Result<T, String>;

/// Converts all files of a pack.
pub(super) fn pack(source: &Source<'_>, form: raw::Form) -> Result<Pack, PackError> {
    let blame = |file: &'static str| {
        move |what: String| PackError::Data { pack: source.pack.to_owned(), file: file.to_owned(), what }
    };
    let templates = source.templates()?;
    let documents = documents(form.documents).map_err(blame("合同样式.yaml"))?;
    for document in documents.iter().filter(|document| !document.template.is_empty()) {
        if !templates.contains_key(&document.template) {
            let file = format!("typ/{}", document.template);
            return Err(PackError::MissingFile { pack: source.pack.to_owned(), file });
        }
    }
    let raw_buyer: raw::Buyer = source.yaml("甲方.yaml")?;
    let buyer_brand = filled(&raw_buyer.brand, "品牌").map_err(blame("甲方.yaml"))?;
    let errata = errata(source.yaml("勘误.yaml")?, &documents).map_err(blame("勘误.yaml"))?;
    let data: raw::DataClasses = source.yaml("数据分类.yaml")?;
    let integrity: raw::Integrity = source.yaml("廉洁.yaml")?;
    unique("业务类别", integrity.business_categories.iter()).map_err(blame("廉洁.yaml"))?;
    Ok(Pack {
        id: form.id,
        project: filled(&form.project, "项目名称").map_err(blame("合同样式.yaml"))?,
        project_full: filled(&form.project_full, "项目全称").map_err(blame("合同样式.yaml"))?,
        buyer_brand,
        buyer: buyer(raw_buyer).map_err(blame("甲方.yaml"))?,
        tender: tender(source.yaml("招标.yaml")?).map_err(blame("招标.yaml"))?,
        assessment: assessment(source.yaml("考核.yaml")?, &errata).map_err(blame("考核.yaml"))?,
        clauses: clauses(source.yaml("条款.yaml")?).map_err(blame("条款.yaml"))?,
        data_catalogue: data_catalogue(&data).map_err(blame("数据分类.yaml"))?,
        data_levels: data.levels,
        processing_stages: data.stages,
        business_categories: integrity.business_categories,
        relations: relations(integrity.relations).map_err(blame("廉洁.yaml"))?,
        laws: laws(source.yaml("法律.yaml")?).map_err(blame("法律.yaml"))?,
        errata,
        references: references(source.yaml("引用.yaml")?, &documents).map_err(blame("引用.yaml"))?,
        documents,
        templates,
        fonts: source.fonts(),
        hash: source.hash(),
    })
}

fn documents(raw: Vec<raw::Document>) -> Checked<Vec<DocumentSpec>> {
    unique("文件编号", raw.iter().map(|document| &document.id))?;
    unique("文件名", raw.iter().map(|document| &document.file))?;
    let convert = |document: raw::Document| {
        let file = filled(&document.file, "文件名")?;
        if file.contains(['/', '\\', ':']) {
            return Err(format!("文件名“{file}”不能含 / \\ :"));
        }
        Ok(DocumentSpec {
            id: filled(&document.id, "文件编号")?,
            file,
            title: filled(&document.title, "标题")?,
            template: document.template,
            xlsx: document.xlsx == raw::YesNo::Yes,
            in_bundle: document.in_bundle == raw::YesNo::Yes,
        })
    };
    raw.into_iter().map(convert).collect()
}

fn buyer(raw: raw::Buyer) -> Checked<Buyer> {
    Ok(Buyer {
        name: filled(&raw.name, "名称")?,
        short_name: filled(&raw.short_name, "简称")?,
        legal_address: filled(&raw.legal_address, "法定地址")?,
        legal_representative: filled(&raw.legal_representative, "法定代表人")?,
        postcode: filled(&raw.postcode, "邮政编码")?,
        tax_id: filled(&raw.tax_id, "纳税人识别号")?,
        account_name: filled(&raw.account_name, "户名")?,
        invoice_bank: filled(&raw.invoice.bank, "开票信息的开户行")?,
        invoice_account: filled(&raw.invoice.account, "开票信息的账号")?,
        payment_bank: filled(&raw.payment.bank, "付款账户的开户行")?,
        payment_account: filled(&raw.payment.account, "付款账户的账号")?,
        address: filled(&raw.address, "地址")?,
        phone: filled(&raw.phone, "联系电话")?,
        report_address: filled(&raw.report.address, "监督举报的地址")?,
        report_postcode: filled(&raw.report.postcode, "监督举报的邮编")?,
        report_phone: filled(&raw.report.phone, "监督举报的电话")?,
    })
}

fn tender(raw: raw::Tender) -> Checked<Tender> {
    unique("岗位", raw.posts.iter().map(|post| &post.name))?;
    let percent = raw.rate.trim().strip_suffix('%').unwrap_or_default();
    let rate = percent.trim().parse().ok().and_then(TaxRate::from_percent);
    Ok(Tender {
        rate: rate.ok_or_else(|| format!("增值税税率“{}”应写成 6% 的样子", raw.rate))?,
        gross_total_ceiling: money(&raw.gross_total_ceiling, "含税总价最高限价")?,
        notes: raw.notes.clone(),
        posts: raw.posts.into_iter().map(post).collect::<Checked<_>>()?,
    })
}

fn post(raw: raw::Post) -> Checked<Post> {
    let name = filled(&raw.name, "岗位名称")?;
    unique(&format!("岗位“{name}”的级别"), raw.levels.iter().map(|line| &line.level))?;
    if raw.levels.is_empty() {
        return Err(format!("岗位“{name}”没有级别"));
    }
    let convert = |line: raw::Level| {
        let what = |column: &str| format!("{name}{}的{column}", line.level);
        Ok(TenderLine {
            level: filled(&line.level, "级别")?,
            workload: positive(&line.workload, &what("预估工作量"))?,
            net_ceiling: money(&line.net_ceiling, &what("不含税单价最高限价"))?,
            gross_ceiling: money(&line.gross_ceiling, &what("含税单价最高限价"))?,
        })
    };
    let levels = raw.levels.into_iter().map(convert).collect::<Checked<_>>()?;
    Ok(Post { name, levels })
}

fn assessment(raw: raw::Assessment, errata: &[Erratum]) -> Checked<Assessment> {
    unique("栏目", raw.indicators.iter().map(|indicator| &indicator.column))?;
    let convert = |raw: raw::Indicator| {
        let column = filled(&raw.column, "栏目")?;
        let deduction = raw.deduction.map(|points| positive(&points, &format!("{column}的每次扣分")));
        for id in &raw.errata {
            let erratum = errata.iter().find(|erratum| &erratum.id == id);
            let erratum = erratum.ok_or_else(|| format!("{column}的勘误“{id}”不在 勘误.yaml 里"))?;
            if erratum.as_is.is_empty() || !raw.standard.contains(&erratum.as_is) {
                return Err(format!("{column}的评分标准里没有勘误“{id}”的原文“{}”", erratum.as_is));
            }
        }
        Ok(Indicator {
            name: filled(&raw.name, &format!("{column}的名称"))?,
            requirement: filled(&raw.requirement, &format!("{column}的要求"))?,
            points: positive(&raw.points, &format!("{column}的分值"))?,
            deduction: deduction.transpose()?,
            standard: filled(&raw.standard, &format!("{column}的评分标准"))?,
            errata: raw.errata,
            column,
        })
    };
    Ok(Assessment { indicators: raw.indicators.into_iter().map(convert).collect::<Checked<_>>()? })
}

fn clauses(raw: raw::Clauses) -> Checked<Vec<ClauseParameter>> {
    unique("条款名称", raw.clauses.iter().map(|clause| &clause.key))?;
    unique("条款标识", raw.clauses.iter().map(|clause| &clause.id))?;
    let clauses = raw.clauses.into_iter().map(clause).collect::<Checked<Vec<_>>>()?;
    for clause in &clauses {
        let spelled = clause.spells.as_ref().map(|id| clauses.iter().find(|other| &other.id == id));
        let fits = match (clause.kind, spelled) {
            (ParameterKind::PercentWords, Some(Some(other))) => other.kind == ParameterKind::Percent,
            (ParameterKind::PercentWords, _) => false,
            (_, spelled) => spelled.is_none(),
        };
        if !fits {
            return Err(format!("{}的“对应”：百分数大写须写明它对应的百分数，其他写法不写", clause.key));
        }
    }
    Ok(clauses)
}

fn clause(raw: raw::Clause) -> Checked<ClauseParameter> {
    let key = filled(&raw.key, "条款名称")?;
    let kind = match raw.kind {
        raw::ClauseKind::Whole => ParameterKind::Whole,
        raw::ClauseKind::Percent => ParameterKind::Percent,
        raw::ClauseKind::PercentWords => ParameterKind::PercentWords,
        raw::ClauseKind::Copies => ParameterKind::Copies,
        raw::ClauseKind::CopiesPlain => ParameterKind::CopiesPlain,
        raw::ClauseKind::Text => ParameterKind::Text,
    };
    let default = filled(&raw.default, &format!("{key}的通常值"))?;
    let fits = match kind {
        ParameterKind::Whole => default.parse::<u32>().is_ok_and(|number| number > 0),
        ParameterKind::Percent => percent(&default).is_some(),
        ParameterKind::PercentWords => numerals::read_percent_words(&default).is_some(),
        ParameterKind::Copies => numerals::read_any(&default).and_then(numerals::copies_words).is_some(),
        ParameterKind::CopiesPlain => numerals::read_any(&default).is_some_and(|copies| copies > 0),
        ParameterKind::Text => true,
    };
    if !fits {
        return Err(format!("{key}的通常值“{default}”与写法不符"));
    }
    Ok(ClauseParameter {
        id: identifier(&raw.id)?,
        clause: filled(&raw.clause, &format!("{key}的条款"))?,
        unit: raw.unit,
        description: filled(&raw.description, &format!("{key}的说明"))?,
        spells: raw.spells,
        default,
        kind,
        key,
    })
}

fn data_catalogue(raw: &raw::DataClasses) -> Checked<Vec<DataCategory>> {
    unique("级别", raw.levels.iter())?;
    unique("生命周期", raw.stages.iter())?;
    unique("编码", raw.categories.iter().map(|category| &category.code))?;
    let convert = |category: &raw::DataCategory| {
        let highest = raw.levels.len();
        if category.level.is_some_and(|level| level == 0 || usize::from(level) > highest) {
            return Err(format!("{}的级别应在 1 到 {highest} 之间", category.code));
        }
        Ok(DataCategory {
            code: filled(&category.code, "编码")?,
            name: filled(&category.name, &format!("{}的名称", category.code))?,
            level: category.level,
        })
    };
    raw.categories.iter().map(convert).collect()
}

fn relations(raw: Vec<raw::Relation>) -> Checked<Vec<Relation>> {
    unique("关系名称", raw.iter().map(|relation| &relation.key))?;
    unique("关系标识", raw.iter().map(|relation| &relation.id))?;
    let convert = |relation: raw::Relation| {
        Ok(Relation { key: filled(&relation.key, "关系名称")?, id: identifier(&relation.id)? })
    };
    raw.into_iter().map(convert).collect()
}

fn laws(raw: raw::Laws) -> Checked<Vec<Law>> {
    let right = || raw.laws.iter().flat_map(|law| std::iter::once(&law.name).chain(&law.short));
    let wrong = || raw.laws.iter().flat_map(|law| law.wrong.iter().chain(&law.repealed));
    unique("法律名称", right().chain(wrong()))?;
    if let Some(bracketed) = right().chain(wrong()).find(|name| name.contains(['《', '》'])) {
        return Err(format!("“{bracketed}”不要写书名号"));
    }
    let convert = |law: raw::Law| {
        let name = filled(&law.name, "法律名称")?;
        Ok(Law { name, short: law.short, wrong: law.wrong, repealed: law.repealed })
    };
    raw.laws.into_iter().map(convert).collect()
}

fn errata(raw: raw::Errata, documents: &[DocumentSpec]) -> Checked<Vec<Erratum>> {
    unique("勘误标识", raw.errata.iter().map(|erratum| &erratum.id))?;
    let convert = |erratum: raw::Erratum| {
        let id = identifier(&erratum.id)?;
        if !documents.iter().any(|document| document.id == erratum.document) {
            return Err(format!("勘误“{id}”的文件“{}”不在 合同样式.yaml 里", erratum.document));
        }
        if erratum.as_is == erratum.corrected {
            return Err(format!("勘误“{id}”的原文与勘误相同"));
        }
        Ok(Erratum {
            clause: filled(&erratum.clause, &format!("勘误“{id}”的条款"))?,
            reason: filled(&erratum.reason, &format!("勘误“{id}”的理由"))?,
            document: erratum.document,
            as_is: erratum.as_is,
            corrected: erratum.corrected,
            id,
        })
    };
    raw.errata.into_iter().map(convert).collect()
}

fn references(raw: raw::References, documents: &[DocumentSpec]) -> Checked<BTreeMap<String, Vec<String>>> {
    unique("引用的文件", raw.documents.iter().map(|numbered| &numbered.document))?;
    let convert = |numbered: raw::Numbered| {
        if !documents.iter().any(|document| document.id == numbered.document) {
            return Err(format!("引用的文件“{}”不在 合同样式.yaml 里", numbered.document));
        }
        unique("条款编号", numbered.clauses.iter())?;
        Ok((numbered.document, numbered.clauses))
    };
    raw.documents.into_iter().map(convert).collect()
}

/// A text that may not be empty.
fn filled(text: &str, what: &str) -> Checked<String> {
    let text = text.trim();
    if text.is_empty() { Err(format!("{what}没有填写")) } else { Ok(text.to_owned()) }
}

/// A name that templates can use.
fn identifier(id: &str) -> Checked<String> {
    let well_formed = id.starts_with(|c: char| c.is_ascii_lowercase())
        && id.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_');
    if well_formed {
        Ok(id.to_owned())
    } else {
        Err(format!("标识“{id}”只能用小写英文字母、数字和下划线"))
    }
}

fn positive(text: &str, what: &str) -> Checked<Decimal> {
    let number = text.trim().parse::<Decimal>().ok().filter(|number| *number > Decimal::ZERO);
    number.map(|number| number.normalize()).ok_or_else(|| format!("{what}“{text}”应是大于 0 的数"))
}

/// An amount in 元 with at most two decimals.
fn money(text: &str, what: &str) -> Checked<Money> {
    Money::exact(positive(text, what)?).ok_or_else(|| format!("{what}“{text}”超过两位小数"))
}

fn percent(text: &str) -> Option<Decimal> {
    let number = text.strip_suffix(['%', '％']).unwrap_or(text).trim().parse::<Decimal>().ok()?;
    (number > Decimal::ZERO && number <= Decimal::ONE_HUNDRED).then_some(number)
}

/// Refuses a name that stands twice.
fn unique<'a>(what: &str, names: impl Iterator<Item = &'a String>) -> Checked<()> {
    let mut seen = BTreeSet::new();
    for name in names {
        if !seen.insert(name) {
            return Err(format!("{what}“{name}”写了两次"));
        }
    }
    Ok(())
}
