//! The contract form as data: everything that belongs to this year's form and could differ next year.
//!
//! A pack is a folder `templates/<pack>/`: YAML data, and `.typ` templates under `typ/`. The default pack is
//! embedded in the binary; `--templates DIR` reads packs from a folder instead.
//!
//! `load` reads the files, `yaml` parses them into the structs of `raw`, `convert` checks and types them.
//!
//! May use: `model`.

mod convert;
mod embedded;
mod error;
mod load;
mod raw;
#[cfg(test)]
mod tests;
mod yaml;

pub use error::PackError;

use std::borrow::Cow;
use std::collections::BTreeMap;

use rust_decimal::Decimal;

use crate::model::money::Money;
use crate::model::tax::TaxRate;

/// One contract form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pack {
    /// The folder's name, such as `migu-2026`.
    pub id: String,
    /// 项目名称, such as 2026年定制化服务支撑项目.
    pub project: String,
    /// 项目名称 with 甲方's brand, such as 咪咕音乐2026年定制化服务支撑项目.
    pub project_full: String,
    /// 甲方's brand as in the title 咪咕音乐与…, also used in file and cooperation names.
    pub buyer_brand: String,
    /// 甲方.
    pub buyer: Buyer,
    /// What was tendered.
    pub tender: Tender,
    /// 附件2.
    pub assessment: Assessment,
    /// The parameters in 【】.
    pub clauses: Vec<ClauseParameter>,
    /// Data categories of 附件5 2.(3).
    pub data_catalogue: Vec<DataCategory>,
    /// Data levels of 附件5 2.(4), lowest first; the last stands above all.
    pub data_levels: Vec<String>,
    /// Data life-cycle stages of 附件5 2.(7).
    pub processing_stages: Vec<String>,
    /// 其他业务类别 of 附件4's footnote.
    pub business_categories: Vec<String>,
    /// The bracketed relations of the 有关联人员认证声明书, in the form's order.
    pub relations: Vec<Relation>,
    /// Laws and rules the form names, by their exact names.
    pub laws: Vec<Law>,
    /// Known errors of the form.
    pub errata: Vec<Erratum>,
    /// The clause numbers that each document has, by document id: what a reference may point to.
    pub references: BTreeMap<String, Vec<String>>,
    /// The documents of the bundle, in order.
    pub documents: Vec<DocumentSpec>,
    /// Template sources by file name, such as `annex3.typ`.
    pub templates: BTreeMap<String, String>,
    /// Fonts the templates bring along (`typ/fonts/`), by file name.
    pub fonts: BTreeMap<String, Vec<u8>>,
    /// SHA-256 over all files of the pack, hex.
    pub hash: String,
}

/// 甲方's particulars.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Buyer {
    /// 名称.
    pub name: String,
    /// As 附件5 calls it: 咪咕公司.
    pub short_name: String,
    /// 法定地址.
    pub legal_address: String,
    /// 法定代表人.
    pub legal_representative: String,
    /// 邮政编码.
    pub postcode: String,
    /// 纳税人识别号.
    pub tax_id: String,
    /// 户名.
    pub account_name: String,
    /// 开户行 of the invoicing particulars.
    pub invoice_bank: String,
    /// 账号 of the invoicing particulars.
    pub invoice_account: String,
    /// 开户行 that pays.
    pub payment_bank: String,
    /// 账号 that pays.
    pub payment_account: String,
    /// 地址 of the invoicing particulars.
    pub address: String,
    /// 联系电话.
    pub phone: String,
    /// 监督举报地址, 附件4 第六条.
    pub report_address: String,
    /// its 邮编.
    pub report_postcode: String,
    /// 举报电话.
    pub report_phone: String,
}

/// What was tendered: 附件3's printed columns.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tender {
    /// 岗位职责 in the form's order.
    pub posts: Vec<Post>,
    /// 含税总价最高限价, 元.
    pub gross_total_ceiling: Money,
    /// 附件3's 备注, a paragraph each; `{工作量单位}` and `{总价限价万元}` are to be filled in.
    pub notes: Vec<String>,
    /// 增值税税率.
    pub rate: TaxRate,
}

/// One 岗位职责.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Post {
    /// Its name, such as 产品/平台服务.
    pub name: String,
    /// Its levels, in the form's order.
    pub levels: Vec<TenderLine>,
}

/// One 岗位 × 级别.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TenderLine {
    /// 高级, 中级 or 初级.
    pub level: String,
    /// 预估工作量, 人天.
    pub workload: Decimal,
    /// 不含税单价最高限价, 元/人天.
    pub net_ceiling: Money,
    /// 含税单价最高限价, 元/人天.
    pub gross_ceiling: Money,
}

impl Tender {
    /// All lines with their post, in the form's order.
    pub fn lines(&self) -> impl Iterator<Item = (&Post, &TenderLine)> {
        self.posts.iter().flat_map(|post| post.levels.iter().map(move |line| (post, line)))
    }

    /// The line of a 岗位 and 级别, if it was tendered.
    pub fn line(&self, post: &str, level: &str) -> Option<&TenderLine> {
        self.lines().find(|(p, l)| p.name == post && l.level == level).map(|(_, line)| line)
    }
}

/// 附件2's 考核表.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Assessment {
    /// The indicators, in the form's order.
    pub indicators: Vec<Indicator>,
}

/// One row of the 考核表.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Indicator {
    /// Column heading in 考核.xlsx, such as 支撑能力扣分次数.
    pub column: String,
    /// 指标, such as 支撑能力.
    pub name: String,
    /// 指标要求.
    pub requirement: String,
    /// 分值.
    pub points: Decimal,
    /// Points lost per occurrence; none where the score itself is given.
    pub deduction: Option<Decimal>,
    /// 评分标准, as the form prints it.
    pub standard: String,
    /// Ids of the errata that change `standard` where the case adopts them.
    pub errata: Vec<String>,
}

impl Pack {
    /// The document with this id, such as 附件3.
    pub fn document(&self, id: &str) -> Option<&DocumentSpec> {
        self.documents.iter().find(|document| document.id == id)
    }

    /// The clause parameter with this key of 合同.yaml → 条款.
    pub fn clause(&self, key: &str) -> Option<&ClauseParameter> {
        self.clauses.iter().find(|parameter| parameter.key == key)
    }

    /// The data category with this code, such as A1-1.
    pub fn data_category(&self, code: &str) -> Option<&DataCategory> {
        self.data_catalogue.iter().find(|category| category.code == code)
    }

    /// An erratum's reading by id: the form's own, or the corrected one. Empty for an id the pack does not have.
    pub fn reading(&self, id: &str, adopt_errata: bool) -> &str {
        let erratum = self.errata.iter().find(|erratum| erratum.id == id);
        erratum.map_or("", |e| if adopt_errata { &e.corrected } else { &e.as_is })
    }

    /// An indicator's 评分标准 as it is to be printed: with its errata where the case adopts them.
    pub fn standard<'a>(&self, indicator: &'a Indicator, adopt_errata: bool) -> Cow<'a, str> {
        let mut text = Cow::Borrowed(indicator.standard.as_str());
        if adopt_errata {
            for erratum in self.errata.iter().filter(|erratum| indicator.errata.contains(&erratum.id)) {
                text = Cow::Owned(text.replace(&erratum.as_is, &erratum.corrected));
            }
        }
        text
    }
}

/// How a clause parameter is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ParameterKind {
    /// A whole number of days, years, …: 30.
    Whole,
    /// A percentage: `20` or `20%`, printed as 20.
    Percent,
    /// A percentage in Chinese numerals: 二十.
    PercentWords,
    /// A number of copies: `4`, printed 肆 in the form.
    Copies,
    /// The same in everyday numerals: `4`, printed 四 in 附件4.
    CopiesPlain,
    /// Any text.
    Text,
}

/// A parameter in 【】.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClauseParameter {
    /// Key in 合同.yaml → 条款, such as 组建团队天数.
    pub key: String,
    /// Name in the templates: `clauses.<id>`.
    pub id: String,
    /// Where it stands, such as 3.2.1.
    pub clause: String,
    /// The form's usual value, as it would be typed.
    pub default: String,
    /// Unit for people: 天, 年, %, 份; may be empty.
    pub unit: String,
    /// How it is written.
    pub kind: ParameterKind,
    /// What it means, for `hetong new` and the schema.
    pub description: String,
    /// Id of the percentage parameter this one spells out, for `PercentWords`.
    pub spells: Option<String>,
}

/// A data category.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DataCategory {
    /// Such as A1-1.
    pub code: String,
    /// Such as 自然人身份标识.
    pub name: String,
    /// 1 is the lowest of `Pack::data_levels`; none where no source gives one, and the case must state it.
    pub level: Option<u8>,
}

/// One bracket of the 有关联人员认证声明书.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Relation {
    /// Key in 合同.yaml, such as 同学.
    pub key: String,
    /// Name in the templates.
    pub id: String,
}

/// A law or rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Law {
    /// Exact name without 《》.
    pub name: String,
    /// Short names that may stand for it.
    pub short: Vec<String>,
    /// Common misspellings.
    pub wrong: Vec<String>,
    /// Names of repealed laws that it replaced.
    pub repealed: Vec<String>,
}

/// A known error of the form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Erratum {
    /// Name in the templates: `e.<id>`.
    pub id: String,
    /// Document id.
    pub document: String,
    /// Clause or place.
    pub clause: String,
    /// As the form prints it.
    pub as_is: String,
    /// As it should read.
    pub corrected: String,
    /// Why.
    pub reason: String,
}

/// A document of the bundle.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DocumentSpec {
    /// Such as 附件3.
    pub id: String,
    /// File name without extension, such as 附件3-报价表; `<编号>`, `<月份>` and `<订单编号>` are to be filled in.
    pub file: String,
    /// Title in the annex list and outline, such as 报价表.
    pub title: String,
    /// Template file; empty for a document without a PDF.
    pub template: String,
    /// Whether an XLSX is written too.
    pub xlsx: bool,
    /// Whether it is part of 合同全套.
    pub in_bundle: bool,
}
