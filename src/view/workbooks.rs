//! The case as workbooks: one view struct for each annex that has an XLSX.
//!
//! May use: `model`, `compute`, `pack`, and its own room.

use crate::compute::CaseFigures;
use crate::compute::prices::Prices;
use crate::compute::quotation::{QuotationTable, TableRow};
use crate::pack::{Indicator, Pack};
use crate::view::contract::ContractView;
use crate::view::sheets::wording::{
    self, Framework, Readings, assessment_headings, blank_order_form, blank_settlement_form, cap_brackets,
};
use crate::view::sheets::{
    AssessmentSheet, IndicatorRow, Offer, OrderFormSheet, PricePost, PriceRow, PriceTable, PriceTotals,
    QuotationFormSheet, QuotationSheet, SettlementFormSheet, SheetMeta,
};

pub(super) fn meta(view: &ContractView, title: &str) -> SheetMeta {
    let title = if view.revision_short.is_empty() {
        title.to_owned()
    } else {
        format!("{title}（{}）", view.revision_short)
    };
    SheetMeta {
        title,
        mark: view.revision.clone(),
        author: view.buyer.name.clone(),
        reference: view.header.right.clone(),
        draft: view.draft,
    }
}

/// 附件3 at the prices that the view shows.
pub fn quotation(prices: &Prices, view: &ContractView) -> QuotationSheet {
    let totals = prices.quotation.as_ref();
    QuotationSheet {
        meta: meta(view, "附件3 报价表"),
        table: price_table(&prices.table, view),
        totals: totals.map(|totals| PriceTotals { net: totals.net_total, gross: totals.gross_total }),
    }
}

/// The blank 报价表 for a supplier.
pub fn quotation_form(figures: &CaseFigures, pack: &Pack, view: &ContractView) -> QuotationFormSheet {
    QuotationFormSheet {
        meta: SheetMeta { draft: false, reference: String::new(), ..meta(view, "报价表") },
        table: price_table(figures.table(), view),
        gross_total_ceiling: pack.tender.gross_total_ceiling,
    }
}

fn price_table(table: &QuotationTable, view: &ContractView) -> PriceTable {
    let mut posts: Vec<PricePost> = Vec::new();
    for row in &table.rows {
        match posts.last_mut() {
            Some(post) if post.name == row.post => post.rows.push(price_row(row)),
            _ => posts.push(PricePost { name: row.post.clone(), rows: vec![price_row(row)] }),
        }
    }
    let unit = view.e.get("annex3_workload_unit").map_or("", String::as_str);
    PriceTable {
        title: "报价表".into(),
        project: format!("项目名称：{}", view.project_full),
        headings: wording::quotation_headings(unit),
        posts,
        rate: table.rate,
        total_label: "合计".into(),
        notes: view.quotation.notes.clone(),
    }
}

fn price_row(row: &TableRow) -> PriceRow {
    PriceRow {
        level: row.level.clone(),
        workload: row.workload,
        net_ceiling: row.net_ceiling,
        gross_ceiling: row.gross_ceiling,
        offer: row.figures.as_ref().map(|figures| Offer {
            net_price: figures.net_price,
            gross_price: figures.gross_price,
            net_total: figures.net_total,
            gross_total: figures.gross_total,
        }),
    }
}

/// 附件2's 考核表, blank.
pub fn assessment(pack: &Pack, view: &ContractView) -> AssessmentSheet {
    let rows = pack.assessment.indicators.iter().zip(&view.assessment.indicators);
    let row = |(indicator, printed): (&Indicator, &super::contract::IndicatorView)| IndicatorRow {
        name: printed.name.clone(),
        points_label: printed.points_label.clone(),
        requirement: printed.requirement.clone(),
        points: indicator.points,
        deduction: indicator.deduction,
        standard: printed.standard.clone(),
        column: indicator.column.clone(),
        record: None,
        score: None,
    };
    AssessmentSheet {
        meta: meta(view, "附件2 服务质量考核表"),
        title: view.assessment.title.clone(),
        month: "考核时间：　　　年　　月".into(),
        headings: assessment_headings(),
        indicators: rows.map(row).collect(),
        total_label: format!("最终得分\n{}", view.assessment.total_label),
        total: None,
        note: String::new(),
    }
}

/// 附件6 as a form.
pub fn order_form(view: &ContractView) -> OrderFormSheet {
    blank_order_form(&framework(view), &view.e, meta(view, "附件6 委托订单"))
}

/// 附件7 as a form.
pub fn settlement_form(view: &ContractView) -> SettlementFormSheet {
    blank_settlement_form(&framework(view), &view.e, meta(view, "附件7 结算单"))
}

pub(super) fn framework(view: &ContractView) -> Framework {
    framework_of(&view.order_form.framework, &view.e)
}

pub(super) fn framework_of(framework: &super::forms::Framework, readings: &Readings) -> Framework {
    let period = (!framework.framework_from.is_empty())
        .then(|| format!("自{}至{}", framework.framework_from, framework.framework_to));
    let [open, close] = cap_brackets(readings);
    let words = &framework.cap_words;
    let cap = (!framework.cap.is_empty())
        .then(|| format!("￥{}元{open}大写：人民币{words}{close}{}", framework.cap, framework.cap_note));
    Framework {
        name: framework.framework_name.clone(),
        number: framework.framework_number.clone(),
        period: period.unwrap_or_default(),
        cap: cap.unwrap_or_default(),
        buyer: framework.buyer_name.clone(),
        supplier: framework.supplier_name.clone(),
    }
}
