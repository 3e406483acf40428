//! The pack's YAML files as serde reads them: Chinese keys, numbers still text, so that nothing is lost to floats.

use serde::Deserialize;

/// 合同样式.yaml.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Form {
    #[serde(rename = "编号")]
    pub(super) id: String,
    #[serde(rename = "项目名称")]
    pub(super) project: String,
    #[serde(rename = "项目全称")]
    pub(super) project_full: String,
    #[serde(rename = "文件")]
    pub(super) documents: Vec<Document>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Document {
    #[serde(rename = "编号")]
    pub(super) id: String,
    #[serde(rename = "文件名")]
    pub(super) file: String,
    #[serde(rename = "标题")]
    pub(super) title: String,
    #[serde(rename = "版式", default)]
    pub(super) template: String,
    #[serde(rename = "表格")]
    pub(super) xlsx: YesNo,
    #[serde(rename = "装订")]
    pub(super) in_bundle: YesNo,
}

#[derive(Clone, Copy, Deserialize, PartialEq, Eq)]
pub(super) enum YesNo {
    #[serde(rename = "是")]
    Yes,
    #[serde(rename = "否")]
    No,
}

/// 甲方.yaml.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Buyer {
    #[serde(rename = "名称")]
    pub(super) name: String,
    #[serde(rename = "品牌")]
    pub(super) brand: String,
    #[serde(rename = "简称")]
    pub(super) short_name: String,
    #[serde(rename = "法定地址")]
    pub(super) legal_address: String,
    #[serde(rename = "法定代表人")]
    pub(super) legal_representative: String,
    #[serde(rename = "邮政编码")]
    pub(super) postcode: String,
    #[serde(rename = "纳税人识别号")]
    pub(super) tax_id: String,
    #[serde(rename = "户名")]
    pub(super) account_name: String,
    #[serde(rename = "地址")]
    pub(super) address: String,
    #[serde(rename = "联系电话")]
    pub(super) phone: String,
    #[serde(rename = "开票信息")]
    pub(super) invoice: Account,
    #[serde(rename = "付款账户")]
    pub(super) payment: Account,
    #[serde(rename = "监督举报")]
    pub(super) report: Report,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Account {
    #[serde(rename = "开户行")]
    pub(super) bank: String,
    #[serde(rename = "账号")]
    pub(super) account: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Report {
    #[serde(rename = "地址")]
    pub(super) address: String,
    #[serde(rename = "邮编")]
    pub(super) postcode: String,
    #[serde(rename = "电话")]
    pub(super) phone: String,
}

/// 招标.yaml.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Tender {
    #[serde(rename = "增值税税率")]
    pub(super) rate: String,
    #[serde(rename = "含税总价最高限价")]
    pub(super) gross_total_ceiling: String,
    #[serde(rename = "备注")]
    pub(super) notes: Vec<String>,
    #[serde(rename = "岗位")]
    pub(super) posts: Vec<Post>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Post {
    #[serde(rename = "名称")]
    pub(super) name: String,
    #[serde(rename = "级别")]
    pub(super) levels: Vec<Level>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Level {
    #[serde(rename = "级别")]
    pub(super) level: String,
    #[serde(rename = "预估工作量")]
    pub(super) workload: String,
    #[serde(rename = "不含税单价最高限价")]
    pub(super) net_ceiling: String,
    #[serde(rename = "含税单价最高限价")]
    pub(super) gross_ceiling: String,
}

/// 考核.yaml.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Assessment {
    #[serde(rename = "指标")]
    pub(super) indicators: Vec<Indicator>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Indicator {
    #[serde(rename = "栏目")]
    pub(super) column: String,
    #[serde(rename = "名称")]
    pub(super) name: String,
    #[serde(rename = "要求")]
    pub(super) requirement: String,
    #[serde(rename = "分值")]
    pub(super) points: String,
    #[serde(rename = "每次扣分", default)]
    pub(super) deduction: Option<String>,
    #[serde(rename = "评分标准")]
    pub(super) standard: String,
    #[serde(rename = "勘误", default)]
    pub(super) errata: Vec<String>,
}

/// 条款.yaml.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Clauses {
    #[serde(rename = "条款")]
    pub(super) clauses: Vec<Clause>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Clause {
    #[serde(rename = "名称")]
    pub(super) key: String,
    #[serde(rename = "标识")]
    pub(super) id: String,
    #[serde(rename = "条款")]
    pub(super) clause: String,
    #[serde(rename = "通常值")]
    pub(super) default: String,
    #[serde(rename = "单位")]
    pub(super) unit: String,
    #[serde(rename = "写法")]
    pub(super) kind: ClauseKind,
    #[serde(rename = "对应", default)]
    pub(super) spells: Option<String>,
    #[serde(rename = "说明")]
    pub(super) description: String,
}

#[derive(Clone, Copy, Deserialize)]
pub(super) enum ClauseKind {
    #[serde(rename = "整数")]
    Whole,
    #[serde(rename = "百分数")]
    Percent,
    #[serde(rename = "百分数大写")]
    PercentWords,
    #[serde(rename = "份数大写")]
    Copies,
    #[serde(rename = "份数小写")]
    CopiesPlain,
    #[serde(rename = "文字")]
    Text,
}

/// 数据分类.yaml.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct DataClasses {
    #[serde(rename = "级别")]
    pub(super) levels: Vec<String>,
    #[serde(rename = "生命周期")]
    pub(super) stages: Vec<String>,
    #[serde(rename = "类别")]
    pub(super) categories: Vec<DataCategory>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct DataCategory {
    #[serde(rename = "编码")]
    pub(super) code: String,
    #[serde(rename = "名称")]
    pub(super) name: String,
    #[serde(rename = "级别", default)]
    pub(super) level: Option<u8>,
}

/// 廉洁.yaml.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Integrity {
    #[serde(rename = "业务类别")]
    pub(super) business_categories: Vec<String>,
    #[serde(rename = "关系")]
    pub(super) relations: Vec<Relation>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Relation {
    #[serde(rename = "名称")]
    pub(super) key: String,
    #[serde(rename = "标识")]
    pub(super) id: String,
}

/// 法律.yaml.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Laws {
    #[serde(rename = "法律")]
    pub(super) laws: Vec<Law>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Law {
    #[serde(rename = "名称")]
    pub(super) name: String,
    #[serde(rename = "简称", default)]
    pub(super) short: Vec<String>,
    #[serde(rename = "误写", default)]
    pub(super) wrong: Vec<String>,
    #[serde(rename = "已废止", default)]
    pub(super) repealed: Vec<String>,
}

/// 勘误.yaml.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Errata {
    #[serde(rename = "勘误")]
    pub(super) errata: Vec<Erratum>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Erratum {
    #[serde(rename = "标识")]
    pub(super) id: String,
    #[serde(rename = "文件")]
    pub(super) document: String,
    #[serde(rename = "条款")]
    pub(super) clause: String,
    #[serde(rename = "原文")]
    pub(super) as_is: String,
    #[serde(rename = "勘误")]
    pub(super) corrected: String,
    #[serde(rename = "理由")]
    pub(super) reason: String,
}

/// 引用.yaml.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct References {
    #[serde(rename = "引用")]
    pub(super) documents: Vec<Numbered>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Numbered {
    #[serde(rename = "文件")]
    pub(super) document: String,
    #[serde(rename = "条款")]
    pub(super) clauses: Vec<String>,
}
