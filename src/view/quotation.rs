//! 附件3 as it is printed.
//!
//! May use: `model`, `compute`, `pack`.

use serde::Serialize;

use crate::compute::prices::Prices;
use crate::model::money::with_thousands;
use crate::pack::Pack;

/// 附件3.
#[derive(Clone, Debug, Serialize)]
pub struct QuotationView {
    /// Its lines.
    pub rows: Vec<RowView>,
    /// `6%`.
    pub rate: String,
    /// 合计 不含税总价.
    pub net_total: String,
    /// 合计 含税总价.
    pub gross_total: String,
    /// 备注, a paragraph each.
    pub notes: Vec<String>,
}

/// One 岗位 × 级别.
#[derive(Clone, Debug, Serialize)]
#[expect(missing_docs, reason = "the columns of 附件3, amounts in 元")]
pub struct RowView {
    pub post: String,
    /// How many lines the 岗位 cell is merged over: on its first line, else 0.
    pub span: usize,
    pub level: String,
    pub workload: String,
    pub net_ceiling: String,
    pub gross_ceiling: String,
    pub net_price: String,
    pub gross_price: String,
    pub net_total: String,
    pub gross_total: String,
}

impl QuotationView {
    /// 附件3 at some prices.
    pub(super) fn of(prices: &Prices, pack: &Pack, adopt_errata: bool) -> Self {
        let table = &prices.table;
        let mut rows: Vec<RowView> = Vec::with_capacity(table.rows.len());
        for (i, row) in table.rows.iter().enumerate() {
            let first = i == 0 || table.rows[i - 1].post != row.post;
            let of_post = table.rows[i..].iter().take_while(|other| other.post == row.post).count();
            let figure = |get: fn(&crate::compute::quotation::RowFigures) -> String| {
                row.figures.as_ref().map(get).unwrap_or_default()
            };
            rows.push(RowView {
                post: row.post.clone(),
                span: if first { of_post } else { 0 },
                level: row.level.clone(),
                workload: with_thousands(row.workload),
                net_ceiling: row.net_ceiling.to_string(),
                gross_ceiling: row.gross_ceiling.to_string(),
                net_price: figure(|f| f.net_price.to_string()),
                gross_price: figure(|f| f.gross_price.to_string()),
                net_total: figure(|f| f.net_total.to_string()),
                gross_total: figure(|f| f.gross_total.to_string()),
            });
        }
        let total = |get: fn(&crate::compute::quotation::QuotationFigures) -> String| {
            prices.quotation.as_ref().map(get).unwrap_or_default()
        };
        Self {
            rows,
            rate: table.rate.to_string(),
            net_total: total(|q| q.net_total.to_string()),
            gross_total: total(|q| q.gross_total.to_string()),
            notes: notes(pack, adopt_errata),
        }
    }
}

/// 附件3's 备注 with this tender's ceiling; the unit of 预估工作量 and the sign of multiplication as the errata are read.
fn notes(pack: &Pack, adopt_errata: bool) -> Vec<String> {
    let unit = pack.reading("annex3_note_workload_unit", adopt_errata);
    let times = pack.reading("annex3_note_times", adopt_errata);
    let ceiling = pack.tender.gross_total_ceiling.ten_thousands();
    let fill = |note: &String| {
        note.replace("{工作量单位}", unit).replace("{乘号}", times).replace("{总价限价万元}", &ceiling)
    };
    pack.tender.notes.iter().map(fill).collect()
}
