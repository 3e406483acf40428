//! A case (案卷): one supplier's framework contract as the user wrote it down, typed, each value with its place.

use std::collections::BTreeMap;

use jiff::civil::Date;
use rust_decimal::Decimal;

use super::ledger::{Belongs, ContractId, Ledger};
use super::money::Money;
use super::month_sheets::MonthSheets;
use super::order::Order;
use super::quotation::Quotation;
use super::tax::TaxRate;
use crate::diagnostics::{Located, Origin};

/// A text the user may have left out: printed as a blank in a draft.
pub type Text = Option<Located<String>>;

/// 付款方式, 4.6.1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PaymentMethod {
    /// 银行转账.
    BankTransfer,
    /// 银行承兑汇票.
    AcceptanceBill,
}

/// 合同: what is agreed beside the parties and the prices.
#[derive(Clone, Debug, Default)]
pub struct ContractTerms {
    /// 编号.
    pub number: Text,
    /// 签订日期; none in a draft.
    pub signed_on: Option<Located<Date>>,
    /// 有效期, where it is stated: must be the one year of 4.2 and 12.1.
    pub term: Option<Located<Period>>,
    /// 付款方式.
    pub payment: Option<Located<PaymentMethod>>,
    /// 项目名称 where it differs from the pack's.
    pub project: Text,
}

/// A span of days, both included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Period {
    /// First day.
    pub from: Date,
    /// Last day.
    pub to: Date,
}

/// 乙方: the supplier's particulars. 甲方's are the pack's.
#[derive(Clone, Debug, Default)]
pub struct Supplier {
    /// Where the 乙方 block stands.
    pub origin: Option<Origin>,
    /// 名称.
    pub name: Text,
    /// 简称.
    pub short_name: Text,
    /// 法定地址.
    pub legal_address: Text,
    /// 法定代表人.
    pub legal_representative: Text,
    /// 邮政编码.
    pub postcode: Text,
    /// 纳税人识别号 (统一社会信用代码).
    pub tax_id: Text,
    /// 户名; the supplier's name where left out.
    pub account_name: Text,
    /// 开户行.
    pub bank: Text,
    /// 账号.
    pub account: Text,
    /// 地址 for invoices.
    pub address: Text,
    /// 联系电话.
    pub phone: Text,
    /// 邮箱.
    pub email: Text,
    /// 监督部门, 附件4 第六条.
    pub supervision_department: Text,
}

/// 条款: one clause parameter that differs from the pack's default, 【】 in the form.
#[derive(Clone, Debug)]
pub struct ClauseOverride {
    /// The key, one of the pack's.
    pub key: Located<String>,
    /// The value as written.
    pub value: Located<String>,
    /// Where a key of this name belongs that is none of the pack's.
    pub elsewhere: Vec<String>,
}

/// 廉洁 → 声明: which of the two declarations the supplier signs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Declaration {
    /// 无关联人员认证声明书.
    Unrelated,
    /// 有关联人员认证声明书.
    Related,
}

/// A person of the 有关联人员认证声明书.
#[derive(Clone, Debug)]
pub struct RelatedPerson {
    /// Where this person's entry stands.
    pub origin: Origin,
    /// 姓名.
    pub name: Text,
    /// 公司; the supplier where left out.
    pub company: Text,
    /// 职务.
    pub position: Text,
    /// 身份证号.
    pub id_number: Text,
    /// 关系: which of the form's brackets are ticked, each one of the pack's relation names.
    pub relations: Vec<Located<String>>,
}

/// 廉洁.
#[derive(Clone, Debug, Default)]
pub struct Integrity {
    /// Where the block stands.
    pub origin: Option<Origin>,
    /// 声明, every value given: more or fewer than one is L002.
    pub declarations: Vec<Located<Declaration>>,
    /// 关联人员.
    pub persons: Vec<RelatedPerson>,
    /// 其他业务合作; empty ticks 无.
    pub other_business: Vec<Located<String>>,
    /// Whether the key 其他业务合作 was given at all: left out, it is a blank.
    pub other_business_given: bool,
}

/// 保障措施 → 咪咕公司: the measures for one stage.
#[derive(Clone, Debug)]
pub struct Safeguard {
    /// The 处理方式 it protects.
    pub stage: Located<String>,
    /// The measures.
    pub measures: Vec<Located<String>>,
}

/// 信息安全 → 数据合作, 附件5 第二条.
#[derive(Clone, Debug)]
pub struct DataSharing {
    /// Where the block stands.
    pub origin: Origin,
    /// 数据内容, 2.(1).
    pub content: Text,
    /// 数据数量 in GB, 2.(2).
    pub quantity: Option<Located<Decimal>>,
    /// 数据类别 codes, 2.(3).
    pub categories: Vec<Located<String>>,
    /// 数据级别 as stated, 2.(4); computed where left out.
    pub level: Text,
    /// 目的, 2.(5).
    pub purpose: Text,
    /// 范围, 2.(6).
    pub scope: Text,
    /// 处理方式, 2.(7).
    pub stages: Vec<Located<String>>,
    /// 保障措施 → 咪咕公司, 2.(8).
    pub buyer_safeguards: Vec<Safeguard>,
    /// 保障措施 → 承诺方, 2.(8).
    pub supplier_safeguards: Text,
}

/// 核对金额: figures the user holds from elsewhere (签报, 中选通知书), to be compared with ours.
#[derive(Clone, Debug, Default)]
pub struct StatedFigures {
    /// 含税上限总价, 元.
    pub gross: Option<Located<Money>>,
    /// its 大写.
    pub gross_words: Text,
    /// 不含税价, 元.
    pub net: Option<Located<Money>>,
    /// its 大写.
    pub net_words: Text,
    /// 税额, 元.
    pub tax: Option<Located<Money>>,
    /// its 大写.
    pub tax_words: Text,
    /// 税率.
    pub rate: Option<Located<TaxRate>>,
}

/// 调整: a dated change after signing.
#[derive(Clone, Debug)]
pub struct Adjustment {
    /// Where the entry stands.
    pub origin: Origin,
    /// 生效日期.
    pub effective_on: Option<Located<Date>>,
    /// 事由.
    pub reason: Text,
    /// 税率, where the VAT rate changes.
    pub rate: Option<Located<TaxRate>>,
    /// Whether 报价 is written: unit prices change.
    pub requotes: bool,
    /// 报价: the new quotation's file as written, where it could be read.
    pub quotation_file: Text,
    /// The new quotation, read.
    pub quotation: Option<Quotation>,
}

/// One supplier's contract.
#[derive(Clone, Debug)]
pub struct Case {
    /// The case folder's own name; names its output folder.
    pub name: String,
    /// 合同.yaml, as an origin for what is missing from it.
    pub origin: Origin,
    /// 合同.
    pub contract: ContractTerms,
    /// 乙方.
    pub supplier: Supplier,
    /// 报价: where the key stands, and the sheet as read; none while there is no quotation yet.
    pub quotation: Option<Quotation>,
    /// 条款.
    pub clauses: Vec<ClauseOverride>,
    /// 廉洁.
    pub integrity: Integrity,
    /// 信息安全 → 数据合作; none leaves 附件5's 第二条 out.
    pub data_sharing: Option<DataSharing>,
    /// 核对金额.
    pub stated: StatedFigures,
    /// 勘误: 采用.
    pub adopt_errata: bool,
    /// 调整, in the file's order.
    pub adjustments: Vec<Adjustment>,
    /// 订单/*.yaml, in the order of their file names.
    pub orders: Vec<Order>,
    /// Whether there are orders that could not be read: what was ordered before is not known then.
    pub orders_unread: bool,
    /// 结算/<月份>/, in the order of the months, as far as they were asked for.
    pub months: Vec<MonthSheets>,
    /// 台账.jsonl, if it was asked for.
    pub ledger: Ledger,
    /// Keys that were written but left empty, by path: where a blank is to be filled in.
    pub empty_keys: BTreeMap<String, Origin>,
}

impl Case {
    /// Which contract it is of; none before both 合同编号 and 信用代码 are filled in.
    pub fn contract_id(&self) -> Option<ContractId> {
        let (number, credit_code) = (self.contract.number.as_ref()?, self.supplier.tax_id.as_ref()?);
        Some(ContractId { number: number.value.clone(), credit_code: credit_code.value.clone() })
    }

    /// Whether its ledger is its own by what the lines say: one that names another contract is enough.
    pub fn ledger_by_name(&self) -> Belongs {
        let number = self.contract.number.as_ref().map(|number| number.value.as_str());
        let code = self.supplier.tax_id.as_ref().map(|code| code.value.as_str());
        let other = self.ledger.contracts().find(|(contract, _)| !contract.is(number, code));
        other.map_or(Belongs::Here, |(contract, origin)| Belongs::Elsewhere(contract.clone(), origin.clone()))
    }

    /// A case in which nothing is filled in yet.
    pub fn blank(name: String, origin: Origin) -> Self {
        Self {
            name,
            origin,
            contract: ContractTerms::default(),
            supplier: Supplier::default(),
            quotation: None,
            clauses: Vec::new(),
            integrity: Integrity::default(),
            data_sharing: None,
            stated: StatedFigures::default(),
            adopt_errata: false,
            adjustments: Vec::new(),
            orders: Vec::new(),
            orders_unread: false,
            months: Vec::new(),
            ledger: Ledger::default(),
            empty_keys: BTreeMap::new(),
        }
    }
}
