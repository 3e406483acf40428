//! One 委托订单 on the form of 附件6, for the templates.
//!
//! May use: `model`, `compute`, `pack`, and its own room.

use super::forms::{AttachmentRow, Contact, Framework, OrderForm, PlanRow, WorkLine, revision_name};
use super::{full_date, or_blank};
use crate::compute::order::{OrderFigures, OrderLineFigures};
use crate::compute::payment_plan::{StageFigures, percent};
use crate::compute::prices::{CapBasis, PriceHistory};
use crate::model::case::Text;
use crate::model::money::Money;
use crate::model::numerals;
use crate::model::order::{ContactPerson, Order, PaymentStage};

/// What the form's rule says where the order says nothing else.
const USUAL_ASSESSMENT: &str = "按照框架协议执行";

impl OrderForm {
    /// The form with everything that the order says and what follows from it.
    pub fn of(order: &Order, figures: &OrderFigures, framework: &Framework, prices: &PriceHistory) -> Self {
        let signed = order.signed_on.as_ref().map(|date| full_date(date.value)).unwrap_or_default();
        let period = order.period.as_ref().map(|period| period.value);
        let notes = or_blank(&order.special_notes);
        let lines: Vec<WorkLine> = figures.lines.iter().map(work_line).collect();
        let plan: Vec<PlanRow> = order.plan.iter().zip(&figures.plan).map(plan_row).collect();
        Self {
            filled: true,
            framework: framework.clone().revised(prices, figures.revision, figures.basis),
            number: or_blank(&order.number),
            batch: batch(order),
            executed: executed(figures),
            order_name: or_blank(&order.name),
            buyer_contact: contact(&order.buyer_contact),
            buyer_other: or_blank(&order.buyer_other),
            supplier_contact: contact(&order.supplier_contact),
            supplier_other: or_blank(&order.supplier_other),
            service_from: period.map(|period| full_date(period.from)).unwrap_or_default(),
            service_to: period.map(|period| full_date(period.to)).unwrap_or_default(),
            service_items: or_blank(&order.service_items),
            requirements: or_blank(&order.requirements),
            content: or_blank(&order.content),
            assessment: stated_or(&order.assessment, USUAL_ASSESSMENT),
            line_notes: line_notes(&notes),
            price_note: price_note(figures, prices),
            special_notes: notes,
            keep_lines: !lines.is_empty()
                && order.content.as_ref().is_none_or(|content| is_short(&content.value, 200))
                && fit_on_a_page(lines.iter().map(|line| [&line.post, &line.level])),
            lines,
            lines_days: days(figures),
            lines_gross: amount(figures.total),
            lines_gross_words: figures.total_words.clone().unwrap_or_default(),
            keep_plan: fit_on_a_page(plan.iter().map(|row| [&row.stage, &row.condition, &row.note])),
            plan,
            attachments: attachments(order),
            buyer_date: signed.clone(),
            supplier_date: signed,
            ..Self::default()
        }
    }
}

/// 框架协议已执行金额 on the basis on which it is held against the cap.
fn executed(figures: &OrderFigures) -> String {
    let amount = match figures.basis {
        CapBasis::Gross => figures.executed,
        CapBasis::Net => figures.executed_net,
    };
    amount.map(|amount| format!("￥{amount}元（{}）", figures.basis.label())).unwrap_or_default()
}

/// Which revision of 附件3 the prices are from; empty for those as signed.
pub(super) fn revision_note(figures: &OrderFigures, prices: &PriceHistory) -> String {
    let in_force = prices.revision(figures.revision).filter(|prices| prices.revision > 0);
    in_force.map_or_else(String::new, |prices| {
        format!("单价按{}，增值税税率{}。", revision_name(prices), prices.rate())
    })
}

/// The same, and what counts against the cap once that is compared 不含税.
fn price_note(figures: &OrderFigures, prices: &PriceHistory) -> String {
    let mut note = revision_note(figures, prices);
    let both = figures.total.zip(figures.net_total).filter(|_| figures.basis == CapBasis::Net);
    if let Some((total, net)) = both {
        note += &format!(
            "订单总额中不含税￥{net}元，税额￥{}元；框架协议金额上限、已执行金额与不含税金额比较。",
            total - net
        );
    }
    note
}

/// 本订单第一批; the first where the order does not say.
pub(super) fn batch(order: &Order) -> String {
    let batch = order.batch.as_ref().map_or(1, |batch| batch.value);
    numerals::plain(batch).unwrap_or_else(|| batch.to_string())
}

/// Row 6 of 订单明细 asks once more for what the head of the form says already.
pub(super) fn line_notes(special_notes: &str) -> String {
    if special_notes.is_empty() {
        String::new()
    } else {
        "见上“本订单需要特别说明的事项”".to_owned()
    }
}

/// A contact as far as the order names one.
pub(super) fn contact(person: &ContactPerson) -> Contact {
    Contact { name: or_blank(&person.name), phone: or_blank(&person.phone), email: or_blank(&person.email) }
}

/// Σ 人天, once every line has them.
fn days(figures: &OrderFigures) -> String {
    let complete = figures.lines.iter().all(|line| line.days.is_some());
    if complete { figures.days.normalize().to_string() } else { String::new() }
}

/// Whether rows with these texts are few and short enough for one page, so that they need not be torn apart. What
/// must not be torn and does not fit would run off the page.
fn fit_on_a_page<'t, const N: usize>(rows: impl Iterator<Item = [&'t String; N]>) -> bool {
    let mut count = 0;
    for row in rows {
        count += 1;
        if count > 12 || !row.iter().all(|text| is_short(text, 40)) {
            return false;
        }
    }
    true
}

/// Whether a text is one paragraph of at most so many characters.
fn is_short(text: &str, most: usize) -> bool {
    !text.contains('\n') && text.chars().count() <= most
}

fn stated_or(text: &Text, usual: &str) -> String {
    text.as_ref().map_or_else(|| usual.to_owned(), |text| text.value.clone())
}

fn amount(amount: Option<Money>) -> String {
    amount.map(|amount| amount.to_string()).unwrap_or_default()
}

fn work_line(line: &OrderLineFigures) -> WorkLine {
    WorkLine {
        post: line.post.clone(),
        level: line.level.clone(),
        days: line.days.map(|days| days.normalize().to_string()).unwrap_or_default(),
        gross_price: amount(line.gross_price),
        gross: amount(line.gross),
    }
}

fn plan_row((stage, figures): (&PaymentStage, &StageFigures)) -> PlanRow {
    PlanRow {
        stage: or_blank(&stage.stage),
        condition: or_blank(&stage.condition),
        gross: amount(figures.amount),
        share: figures.share.map(percent).unwrap_or_default(),
        note: or_blank(&stage.note),
    }
}

fn attachments(order: &Order) -> Vec<AttachmentRow> {
    let row = |(index, name): (usize, &crate::diagnostics::Located<String>)| AttachmentRow {
        number: (index + 1).to_string(),
        name: name.value.clone(),
    };
    order.attachments.iter().enumerate().map(row).collect()
}

#[cfg(test)]
mod tests {
    use rust_decimal::dec;

    use super::*;
    use crate::compute::CaseFigures;
    use crate::compute::testing::{good_case, pack};
    use crate::compute::testing_orders::{order, stage};

    fn form(order: Order) -> OrderForm {
        let mut case = good_case();
        case.orders = vec![order];
        let (pack, figures) = (pack(), CaseFigures::of(&case, &pack()));
        let framework = Framework::of(&case, &pack, &figures, &pack.project);
        OrderForm::of(&case.orders[0], &figures.orders[0], &framework, &figures.prices)
    }

    #[test]
    fn an_empty_order_is_blanks() {
        let form = form(order("DD-1", &[]));
        assert_eq!((form.batch.as_str(), form.executed.as_str()), ("一", "￥0.00元（含税）"));
        assert_eq!(form.assessment, "按照框架协议执行");
        for blank in [&form.order_name, &form.lines_gross, &form.lines_gross_words, &form.service_from] {
            assert_eq!(blank, "");
        }
        assert!(form.lines.is_empty() && form.plan.is_empty() && form.attachments.is_empty());
        assert_eq!(form.framework.supplier_name, "成都星河示例科技有限公司");
    }

    // 0.5 × 898.94 = 449.47; 30 % of it 134.841; the rest 314.63 is 70.00 %.
    #[test]
    fn figures_are_printed_as_people_write_them() {
        let mut one = order("DD-1", &[("产品/平台服务", "高级", dec!(0.50))]);
        one.plan = vec![stage(Some(dec!(0.30)), None), stage(None, Some(dec!(314.63)))];
        one.batch = Some(crate::diagnostics::Located::new(12, one.origin.clone()));
        let form = form(one);
        assert_eq!((form.lines[0].days.as_str(), form.lines[0].gross.as_str()), ("0.5", "449.47"));
        assert_eq!(form.lines_gross_words, "肆佰肆拾玖元肆角柒分");
        let plan: Vec<_> = form.plan.iter().map(|row| (row.gross.as_str(), row.share.as_str())).collect();
        assert_eq!(plan, [("134.84", "30%"), ("314.63", "70%")]);
        assert_eq!(form.batch, "十二");
    }
}
