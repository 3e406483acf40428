//! The words of this year's forms, as the seed prints them, and the blank forms made of them.
//!
//! May use: the view structs beside it.

use std::collections::BTreeMap;

use super::{
    Field, FormRow, Heading, NumberedTable, OrderFormSheet, PaymentRow, PaymentTable, SettlementFormSheet,
    SettlementSection, SheetMeta,
};

/// What the forms say about the framework contract. An empty text leaves the form's own placeholder or a blank.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Framework {
    /// 框架协议名称.
    pub name: String,
    /// 框架协议编号.
    pub number: String,
    /// 框架协议周期, such as 自2026年03月01日至2027年02月28日.
    pub period: String,
    /// 框架协议金额上限, such as ￥100.00元(大写：人民币壹佰元整).
    pub cap: String,
    /// 甲方.
    pub buyer: String,
    /// 乙方.
    pub supplier: String,
}

/// 附件3's ten headings; the unit of 预估工作量 is an erratum of the form: （人/天） or （人天）.
pub fn quotation_headings(workload_unit: &str) -> [Heading; 10] {
    [
        ("岗位职责", ""),
        ("级别", ""),
        ("预估工作量", workload_unit),
        ("不含税单价\n最高限价", "（元/人天）"),
        ("含税单价\n最高限价", "（元/人天）"),
        ("不含税单价", "（元/人天）"),
        ("含税单价", "（元/人天）"),
        ("增值税税率", ""),
        ("不含税总价（元）", ""),
        ("含税总价（元）", ""),
    ]
    .map(|(name, unit)| Heading { name: name.into(), unit: unit.into() })
}

/// 考核表's headings: the form's four, and the two where it is filled in.
pub fn assessment_headings() -> [String; 6] {
    ["指标", "指标要求", "分值", "评分标准", "考核记录", "得分"].map(str::to_owned)
}

/// Readings of the form's errata by id, as the PDF prints them.
pub type Readings = BTreeMap<String, String>;

fn reading(readings: &Readings, id: &str) -> String {
    readings.get(id).cloned().unwrap_or_default()
}

/// The brackets around the 大写 of the cap: half-width in the form as it stands.
pub fn cap_brackets(readings: &Readings) -> [String; 2] {
    ["annex6_cap_open", "annex6_cap_close"].map(|id| reading(readings, id))
}

/// 附件6, framework fields filled.
pub fn blank_order_form(framework: &Framework, readings: &Readings, meta: SheetMeta) -> OrderFormSheet {
    let and_so_on = reading(readings, "annex6_and_so_on");
    let detail = |category: &str, content: &str| vec![category.to_owned(), content.to_owned()];
    OrderFormSheet {
        meta,
        title: "订单模板".into(),
        number: String::new(),
        head: label_table(framework, "框架协议已执行金额", &reading(readings, "annex6_if_any"), readings),
        details: NumberedTable {
            caption: "订单明细（本订单第　　批）".into(),
            headings: ["序号", "类别", "具体内容"].map(str::to_owned).to_vec(),
            rows: vec![
                detail("服务周期", BLANK_PERIOD),
                detail("服务事项", ""),
                detail("具体要求", ""),
                detail("委托内容", ""),
                detail("服务考核与结算", "例：按照框架协议执行"),
                detail("需要特别说明的事项", ""),
            ],
            continuation: and_so_on.clone(),
            none: String::new(),
        },
        work: None,
        payments: PaymentTable {
            caption: "付款计划（如需）".into(),
            headings: ["付款阶段", "付款条件", "应付含税金额", "付款比例", "阶段说明"].map(str::to_owned),
            rows: vec![PaymentRow::default(); 3],
            none: String::new(),
        },
        attachments: NumberedTable {
            caption: "订单附件（如需）".into(),
            headings: ["序号", "附件名称"].map(str::to_owned).to_vec(),
            rows: vec![vec![String::new()]; 2],
            continuation: and_so_on,
            none: String::new(),
        },
        seal_caption: "订单盖章".into(),
        seals: [
            "甲方（盖章）：\n\n\n\n日期：　　年　　月　　日".into(),
            "乙方（盖章）：\n\n\n\n日期：　　年　　月　　日".into(),
        ],
    }
}

/// 附件7, framework fields filled.
pub fn blank_settlement_form(
    framework: &Framework,
    readings: &Readings,
    meta: SheetMeta,
) -> SettlementFormSheet {
    let section =
        |caption: &str, text: &str| SettlementSection { caption: caption.into(), text: text.into() };
    let seal = |party: &str| format!("\n{party}（盖章）\n\n日期：　　年　　月　　日\n");
    SettlementFormSheet {
        meta,
        title: "结算单".into(),
        head_caption: "一、订单信息：".into(),
        head: label_table(framework, "框架协议已结算金额、框架协议剩余金额", "（如有）", readings),
        sections: vec![
            section(
                "二、订单执行情况：",
                &format!("根据项目执行情况据实描述{}", reading(readings, "annex7_and_so_on")),
            ),
            section("三、依据框架协议考核（扣款）情况：（如有）", ""),
            section("四、依据框架协议结算情况：", ""),
            section("五、其他需要说明的事项：", ""),
        ],
        seals: [Field::new("甲方", seal(&framework.buyer)), Field::new("乙方", seal(&framework.supplier))],
        notes: vec![
            "备注：1.框架协议下的所有结算单金额累加不得超过框架协议总金额；".into(),
            format!("2.{}一式两份，甲乙双方各保留一份；", reading(readings, "annex7_note_two")),
            format!(
                "3.{}适用于{}。",
                reading(readings, "annex7_note_three"),
                reading(readings, "annex7_note_three_order")
            ),
        ],
    }
}

/// A period to be written in by hand.
const BLANK_PERIOD: &str = "自　　年　　月　　日至　　年　　月　　日";

/// The label table that 附件6 and 附件7 share but for the label of what has been used up and the hint at 甲方其他信息.
fn label_table(framework: &Framework, used_label: &str, other: &str, readings: &Readings) -> Vec<FormRow> {
    let [open, close] = cap_brackets(readings);
    let blank_cap = format!("￥　　　　元{open}大写：人民币　　　　元{close} （如有）");
    let wide = |label: &str, value: &str| FormRow::Wide(Field::new(label, value));
    let contact = |label: &str| {
        FormRow::Beside(Field::new(label, ""), vec![Field::new("联系电话", ""), Field::new("邮箱", "")])
    };
    vec![
        FormRow::Pair(
            Field::new("框架协议名称", &framework.name),
            Field::new("框架协议编号", &framework.number),
        ),
        wide("框架协议周期", or(&framework.period, BLANK_PERIOD)),
        wide("框架协议金额上限", or(&framework.cap, &blank_cap)),
        wide(used_label, ""),
        wide("订单名称", ""),
        wide("甲方", &framework.buyer),
        contact("订单联系人"),
        wide("甲方其他信息", other),
        wide("乙方", &framework.supplier),
        contact("乙方联系人"),
        wide("乙方其他信息", "（如有）"),
        wide("本订单需要特别说明的事项", "（如有）"),
    ]
}

/// The text, or the form's placeholder where there is none.
fn or<'a>(text: &'a str, placeholder: &'a str) -> &'a str {
    if text.is_empty() { placeholder } else { text }
}
