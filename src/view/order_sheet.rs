//! One 委托订单 as a workbook on the form of 附件6. Text is finished; what is computed stands here as the figures that
//! the formulas must come to.
//!
//! May use: `model`, `compute`, `pack`, and its own room.

use super::contract::ContractView;
use super::forms::OrderForm;
use super::order::revision_note;
use super::sheets::{
    Field, FormRow, NumberedTable, OrderFormSheet, OrderNet, OrderWork, OrderWorkRow, PaymentRow,
    PaymentTable,
};
use super::{or_blank, workbooks};
use crate::compute::order::{OrderFigures, OrderLineFigures};
use crate::compute::payment_plan::StageFigures;
use crate::compute::prices::{CapBasis, PriceHistory};
use crate::model::order::{Order, PaymentStage};

/// What stands where the form says 如有 or 如需 and there is nothing.
const NONE: &str = "无";

/// The workbook of an order; `form` is what its PDF prints.
pub fn order_form(
    (order, figures): (&Order, &OrderFigures),
    form: &OrderForm,
    prices: &PriceHistory,
    view: &ContractView,
) -> OrderFormSheet {
    let seal = |party: &str, date: &str| {
        let date = if date.is_empty() { "　　年　　月　　日" } else { date };
        format!("{party}（盖章）：\n\n\n\n日期：{date}")
    };
    OrderFormSheet {
        meta: workbooks::meta(view, &format!("委托订单 {}", form.number)),
        title: "委托订单".into(),
        number: format!("订单编号：{}", form.number),
        head: head(form, view),
        details: details(form),
        work: (!figures.lines.is_empty()).then(|| work(figures, prices)),
        payments: PaymentTable {
            caption: "付款计划".into(),
            headings: ["付款阶段", "付款条件", "应付含税金额", "付款比例", "阶段说明"].map(str::to_owned),
            rows: order.plan.iter().zip(&figures.plan).map(payment_row).collect(),
            none: NONE.into(),
        },
        attachments: NumberedTable {
            caption: "订单附件".into(),
            headings: ["序号", "附件名称"].map(str::to_owned).to_vec(),
            rows: form.attachments.iter().map(|row| vec![row.name.clone()]).collect(),
            continuation: String::new(),
            none: NONE.into(),
        },
        seal_caption: "订单盖章".into(),
        seals: [seal("甲方", &form.buyer_date), seal("乙方", &form.supplier_date)],
    }
}

fn or_none(text: &str) -> &str {
    if text.is_empty() { NONE } else { text }
}

fn head(form: &OrderForm, view: &ContractView) -> Vec<FormRow> {
    let framework = workbooks::framework_of(&form.framework, &view.e);
    let wide = |label: &str, value: &str| FormRow::Wide(Field::new(label, value));
    let contact = |label: &str, person: &super::forms::Contact| {
        let ways = vec![Field::new("联系电话", &person.phone), Field::new("邮箱", &person.email)];
        FormRow::Beside(Field::new(label, &person.name), ways)
    };
    vec![
        FormRow::Pair(
            Field::new("框架协议名称", framework.name),
            Field::new("框架协议编号", framework.number),
        ),
        wide("框架协议周期", &framework.period),
        wide("框架协议金额上限", &framework.cap),
        wide("框架协议已执行金额", &form.executed),
        wide("订单名称", &form.order_name),
        wide("甲方", &framework.buyer),
        contact("订单联系人", &form.buyer_contact),
        wide("甲方其他信息", or_none(&form.buyer_other)),
        wide("乙方", &framework.supplier),
        contact("乙方联系人", &form.supplier_contact),
        wide("乙方其他信息", or_none(&form.supplier_other)),
        wide("本订单需要特别说明的事项", or_none(&form.special_notes)),
    ]
}

fn details(form: &OrderForm) -> NumberedTable {
    let period = if form.service_from.is_empty() {
        String::new()
    } else {
        format!("自{}至{}", form.service_from, form.service_to)
    };
    let row = |category: &str, content: &str| vec![category.to_owned(), content.to_owned()];
    NumberedTable {
        caption: format!("订单明细（本订单第{}批）", form.batch),
        headings: ["序号", "类别", "具体内容"].map(str::to_owned).to_vec(),
        rows: vec![
            row("服务周期", &period),
            row("服务事项", &form.service_items),
            row("具体要求", &form.requirements),
            row("委托内容", &form.content),
            row("服务考核与结算", &form.assessment),
            row("需要特别说明的事项", or_none(&form.line_notes)),
        ],
        ..NumberedTable::default()
    }
}

fn work(figures: &OrderFigures, prices: &PriceHistory) -> OrderWork {
    let rate = prices.revision(figures.revision).map(|prices| prices.rate());
    let net = figures.net_total.zip(rate).filter(|_| figures.basis == CapBasis::Net);
    OrderWork {
        caption: "委托内容：人天及金额".into(),
        headings: ["岗位职责", "级别", "人天", "含税单价（元/人天）", "含税金额（元）"].map(str::to_owned),
        rows: figures.lines.iter().map(work_row).collect(),
        total_label: "订单总额（含税，元）".into(),
        total: figures.total,
        net: net.map(|(amount, rate)| OrderNet {
            label: "其中不含税金额（元），按框架协议金额上限比较".into(),
            rate,
            amount,
        }),
        note: revision_note(figures, prices),
    }
}

fn work_row(line: &OrderLineFigures) -> OrderWorkRow {
    OrderWorkRow {
        post: line.post.clone(),
        level: line.level.clone(),
        days: line.days,
        gross_price: line.gross_price,
        amount: line.gross,
    }
}

fn payment_row((stage, figures): (&PaymentStage, &StageFigures)) -> PaymentRow {
    PaymentRow {
        stage: or_blank(&stage.stage),
        condition: or_blank(&stage.condition),
        amount: figures.amount,
        amount_basis: figures.amount_basis,
        share: figures.share,
        share_basis: figures.share_basis,
        note: or_blank(&stage.note),
    }
}
