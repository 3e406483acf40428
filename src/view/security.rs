//! 附件5 as it is printed.
//!
//! May use: `model`, `compute`, `pack`.

use serde::Serialize;

use super::contract::join;
use super::or_blank;
use crate::compute::{CaseFigures, data_level};
use crate::model::case::{Case, DataSharing};
use crate::pack::Pack;

/// 附件5.
#[derive(Clone, Debug, Default, Serialize)]
#[expect(missing_docs, reason = "附件5 第二条 (1) to (8)")]
pub struct SecurityView {
    /// Whether 第二条 stands.
    pub shared: bool,
    pub content: String,
    pub quantity: String,
    pub categories: String,
    pub level: String,
    pub purpose: String,
    pub scope: String,
    pub stages: String,
    pub safeguards_buyer: String,
    pub safeguards_supplier: String,
    /// 乙方 in the name of the cooperation, 第六条.
    pub partner: String,
}

impl SecurityView {
    pub(super) fn of(case: &Case, pack: &Pack, figures: &CaseFigures) -> Self {
        let supplier = &case.supplier;
        let partner = supplier.short_name.as_ref().or(supplier.name.as_ref());
        let partner = partner.map(|name| name.value.clone()).unwrap_or_default();
        let Some(data) = &case.data_sharing else { return Self { partner, ..Self::default() } };
        let categories = data.categories.iter().map(|code| match data_level::category(pack, &code.value) {
            Some(category) => format!("{} {}", category.code, category.name),
            None => code.value.clone(),
        });
        let computed = figures.data_level.as_ref().and_then(|level| level.name.clone()).unwrap_or_default();
        Self {
            shared: true,
            content: or_blank(&data.content),
            quantity: data.quantity.as_ref().map(|q| q.value.normalize().to_string()).unwrap_or_default(),
            categories: categories.collect::<Vec<_>>().join("|"),
            level: data.level.as_ref().map_or(computed, |level| level.value.clone()),
            purpose: or_blank(&data.purpose),
            scope: or_blank(&data.scope),
            stages: join(data.stages.iter().map(|stage| stage.value.as_str()), "|"),
            safeguards_buyer: buyer_safeguards(data),
            safeguards_supplier: or_blank(&data.supplier_safeguards),
            partner,
        }
    }
}

/// Stages in the order of (7), joined by |; the measures of one stage by 、: as the form prescribes.
fn buyer_safeguards(data: &DataSharing) -> String {
    let of_stage = |stage: &str| {
        let safeguard = data.buyer_safeguards.iter().find(|safeguard| safeguard.stage.value == stage)?;
        let measures = join(safeguard.measures.iter().map(|measure| measure.value.as_str()), "、");
        (!measures.is_empty()).then_some(measures)
    };
    let stages = data.stages.iter().filter_map(|stage| of_stage(&stage.value));
    stages.collect::<Vec<_>>().join("|")
}
