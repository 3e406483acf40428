//! View structs for workbooks: plain data, finished strings for text, `Decimal` or `Money` where a cell must be a
//! number. Every word on a sheet comes from here, so that another year's form needs no new writer; the words of
//! this year's form are in [`wording`].
//!
//! May use: `model`, `compute`.

pub mod wording;

use rust_decimal::Decimal;

// The figures of a sheet are the model's own types, so that none is rounded on its way to a cell; the writers take
// them from here.
pub use crate::compute::payment_plan::Basis;
pub use crate::model::money::Money;
pub use crate::model::tax::TaxRate;

/// What every workbook carries beside its cells.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SheetMeta {
    /// Document property 标题, such as 附件3 报价表.
    pub title: String,
    /// Document property 作者: whose document it is, from the case; empty writes none.
    pub author: String,
    /// Which contract it belongs to, for the print header: 合同编号：MGYY-2026-0001; empty prints none.
    pub reference: String,
    /// What stands under the title of a revised annex: 修订1（依据补充协议（一），自…起生效）; empty writes no such line.
    pub mark: String,
    /// A draft is marked 草稿 in the print header.
    pub draft: bool,
}

/// A column heading of 附件3: its name, and its unit on the heading's second row.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Heading {
    /// Such as 不含税单价.
    pub name: String,
    /// Such as （元/人天）; empty merges the heading over both rows.
    pub unit: String,
}

/// 附件3's table, empty or priced.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PriceTable {
    /// 报价表.
    pub title: String,
    /// The whole line, such as 项目名称：咪咕音乐2026年定制化服务支撑项目.
    pub project: String,
    /// 岗位职责, 级别, 预估工作量, 不含税单价最高限价, 含税单价最高限价, 不含税单价, 含税单价, 增值税税率, 不含税总价, 含税总价.
    pub headings: [Heading; 10],
    /// The lines by 岗位职责, in the form's order.
    pub posts: Vec<PricePost>,
    /// 增值税税率, one for all lines.
    pub rate: TaxRate,
    /// 合计.
    pub total_label: String,
    /// 备注, a paragraph each.
    pub notes: Vec<String>,
}

/// One 岗位职责 of 附件3.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PricePost {
    /// Its name, merged over its rows.
    pub name: String,
    /// Its levels.
    pub rows: Vec<PriceRow>,
}

/// One 岗位 × 级别 line of 附件3.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PriceRow {
    /// 级别.
    pub level: String,
    /// 预估工作量, 人天.
    pub workload: Decimal,
    /// 不含税单价最高限价, 元/人天.
    pub net_ceiling: Money,
    /// 含税单价最高限价, 元/人天.
    pub gross_ceiling: Money,
    /// The offer; none leaves the price cell empty and its formulas blank.
    pub offer: Option<Offer>,
}

/// What a supplier offers on one line, and what follows from it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Offer {
    /// 不含税单价, 元/人天: the only figure that is typed.
    pub net_price: Money,
    /// 含税单价, 元/人天.
    pub gross_price: Money,
    /// 不含税总价, 元.
    pub net_total: Money,
    /// 含税总价, 元.
    pub gross_total: Money,
}

/// The two 合计 of 附件3.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PriceTotals {
    /// Σ 不含税总价, 元.
    pub net: Money,
    /// Σ 含税总价, 元.
    pub gross: Money,
}

/// 附件3 as it stands in the contract.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QuotationSheet {
    /// Properties.
    pub meta: SheetMeta,
    /// The table.
    pub table: PriceTable,
    /// 合计; none while a line has no offer.
    pub totals: Option<PriceTotals>,
}

/// 附件3 for the supplier to fill in. The offers of the table are not written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QuotationFormSheet {
    /// Properties.
    pub meta: SheetMeta,
    /// The table.
    pub table: PriceTable,
    /// 含税总价最高限价, 元.
    pub gross_total_ceiling: Money,
}

/// 附件2's 考核表: blank, or the record of one order and month.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AssessmentSheet {
    /// Properties.
    pub meta: SheetMeta,
    /// 2026年定制化服务支撑项目 服务质量考核表.
    pub title: String,
    /// The whole line: 考核时间：  年    月.
    pub month: String,
    /// 指标, 指标要求, 分值, 评分标准, 考核记录, 得分.
    pub headings: [String; 6],
    /// The indicators, in the form's order.
    pub indicators: Vec<IndicatorRow>,
    /// 最终得分（满分100分）.
    pub total_label: String,
    /// The final score; none in a blank form.
    pub total: Option<Decimal>,
    /// 说明 beneath the table; empty writes none.
    pub note: String,
}

/// One indicator of the 考核表.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IndicatorRow {
    /// 指标, such as 支撑能力.
    pub name: String,
    /// What stands under the name, such as （20分）.
    pub points_label: String,
    /// 指标要求.
    pub requirement: String,
    /// 分值.
    pub points: Decimal,
    /// Points lost per occurrence; none where the score itself is typed.
    pub deduction: Option<Decimal>,
    /// 评分标准.
    pub standard: String,
    /// What is typed, such as 支撑能力扣分次数: 考核.xlsx's column heading.
    pub column: String,
    /// What was recorded under [`IndicatorRow::column`]; none in a blank form.
    pub record: Option<Decimal>,
    /// The score that follows; none in a blank form.
    pub score: Option<Decimal>,
}

/// A label and its value.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Field {
    /// Such as 联系电话.
    pub label: String,
    /// What stands beside it; may be empty.
    pub value: String,
}

impl Field {
    /// A label with its value.
    pub fn new(label: impl Into<String>, value: impl Into<String>) -> Self {
        Field { label: label.into(), value: value.into() }
    }
}

/// A row of the label tables of 附件6 and 附件7.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FormRow {
    /// One value across the table.
    Wide(Field),
    /// Two values side by side.
    Pair(Field, Field),
    /// A value whose row is as high as the fields to its right: 联系人 beside 电话 and 邮箱.
    Beside(Field, Vec<Field>),
}

/// A numbered table under a caption: 订单明细, 订单附件.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NumberedTable {
    /// Such as 订单明细（本订单第X批）.
    pub caption: String,
    /// The headings, 序号 first.
    pub headings: Vec<String>,
    /// The rows without their numbers; each as long as the headings less one.
    pub rows: Vec<Vec<String>>,
    /// What marks that rows may follow, 。。。 in a blank form; empty writes no such row.
    pub continuation: String,
    /// What stands there where there are no rows, such as 无.
    pub none: String,
}

/// What an order comes to: 人天 by 岗位 and 级别, and 订单总额. What is not known yet is an empty cell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OrderWork {
    /// Caption above the table.
    pub caption: String,
    /// 岗位职责, 级别, 人天, 含税单价（元/人天）, 含税金额（元）.
    pub headings: [String; 5],
    /// The rows.
    pub rows: Vec<OrderWorkRow>,
    /// 订单总额（含税）.
    pub total_label: String,
    /// Σ 金额, 元.
    pub total: Option<Money>,
    /// What of it is held against the cap, where that is compared 不含税.
    pub net: Option<OrderNet>,
    /// Which revision of 附件3 the prices are from; empty for those as signed.
    pub note: String,
}

/// 订单总额 without tax.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OrderNet {
    /// What it is.
    pub label: String,
    /// 增值税税率.
    pub rate: TaxRate,
    /// 元.
    pub amount: Money,
}

/// One row of [`OrderWork`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OrderWorkRow {
    /// 岗位职责.
    pub post: String,
    /// 级别.
    pub level: String,
    /// 人天.
    pub days: Option<Decimal>,
    /// 含税单价, 元/人天.
    pub gross_price: Option<Money>,
    /// r2(人天 × 含税单价), 元.
    pub amount: Option<Money>,
}

/// 付款计划.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PaymentTable {
    /// 付款计划（如需）.
    pub caption: String,
    /// 付款阶段, 付款条件, 应付含税金额, 付款比例, 阶段说明.
    pub headings: [String; 5],
    /// The stages; empty ones in a blank form.
    pub rows: Vec<PaymentRow>,
    /// What stands there where there are no stages, such as 无.
    pub none: String,
}

/// One stage of the 付款计划.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PaymentRow {
    /// 付款阶段.
    pub stage: String,
    /// 付款条件.
    pub condition: String,
    /// 应付含税金额, 元.
    pub amount: Option<Money>,
    /// Whether it is typed or a formula.
    pub amount_basis: Basis,
    /// 付款比例 as a fraction.
    pub share: Option<Decimal>,
    /// Whether it is typed or a formula.
    pub share_basis: Basis,
    /// 阶段说明.
    pub note: String,
}

/// 附件6: the form, or one filled 委托订单.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OrderFormSheet {
    /// Properties.
    pub meta: SheetMeta,
    /// 委托订单.
    pub title: String,
    /// 订单编号：DD-2026-001; empty in the blank form.
    pub number: String,
    /// The label table.
    pub head: Vec<FormRow>,
    /// 订单明细.
    pub details: NumberedTable,
    /// 人天 and 订单总额; none in the blank form.
    pub work: Option<OrderWork>,
    /// 付款计划. With [`OrderFormSheet::work`] what is not typed is a formula on the order's total.
    pub payments: PaymentTable,
    /// 订单附件.
    pub attachments: NumberedTable,
    /// 订单盖章.
    pub seal_caption: String,
    /// 甲方's and 乙方's seal, lines separated by newlines.
    pub seals: [String; 2],
}

/// 附件7: the form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SettlementFormSheet {
    /// Properties.
    pub meta: SheetMeta,
    /// 结算单.
    pub title: String,
    /// 一、订单信息：
    pub head_caption: String,
    /// The label table.
    pub head: Vec<FormRow>,
    /// 二、 to 五、.
    pub sections: Vec<SettlementSection>,
    /// 甲方's and 乙方's seal, lines of the value separated by newlines.
    pub seals: [Field; 2],
    /// 备注, a paragraph each.
    pub notes: Vec<String>,
}

/// A section of the 结算单.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SettlementSection {
    /// Such as 四、依据框架协议结算情况：
    pub caption: String,
    /// What is written there; an empty one leaves room to write.
    pub text: String,
}
