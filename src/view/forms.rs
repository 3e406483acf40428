//! 附件6: the form in the bundle with the framework's own fields filled; and what 附件7 shares with it.
//!
//! May use: `model`, `compute`, `pack`.

use serde::Serialize;

use super::contract::{framework_name, term};
use super::{full_date, or_blank};
use crate::compute::CaseFigures;
use crate::compute::prices::{Cap, CapBasis, PriceHistory, Prices};
use crate::model::case::Case;
use crate::pack::Pack;

/// What both forms say of the framework agreement.
#[derive(Clone, Debug, Default, Serialize)]
#[expect(missing_docs, reason = "框架协议 名称, 编号, 周期, 金额上限; 甲方, 乙方")]
pub struct Framework {
    pub framework_name: String,
    pub framework_number: String,
    pub framework_from: String,
    pub framework_to: String,
    pub cap: String,
    pub cap_words: String,
    /// What follows the cap to say on which basis it is compared; empty on the form as signed.
    pub cap_note: String,
    pub buyer_name: String,
    pub supplier_name: String,
}

/// A contact person.
#[derive(Clone, Debug, Default, Serialize)]
#[expect(missing_docs, reason = "姓名, 联系电话, 邮箱")]
pub struct Contact {
    pub name: String,
    pub phone: String,
    pub email: String,
}

/// A line of work: 岗位 × 级别 × 人天 × 含税单价.
#[derive(Clone, Debug, Default, Serialize)]
#[expect(missing_docs, reason = "岗位, 级别, 人天, 含税单价（元/人天）, 金额（元）")]
pub struct WorkLine {
    pub post: String,
    pub level: String,
    pub days: String,
    pub gross_price: String,
    pub gross: String,
}

/// A row of 订单明细 beside the form's own six.
#[derive(Clone, Debug, Default, Serialize)]
#[expect(missing_docs, reason = "序号, 类别, 具体内容")]
pub struct ExtraRow {
    pub number: String,
    pub category: String,
    pub content: String,
}

/// A row of 付款计划.
#[derive(Clone, Debug, Default, Serialize)]
#[expect(missing_docs, reason = "付款阶段, 付款条件, 应付含税金额, 付款比例, 阶段说明")]
pub struct PlanRow {
    pub stage: String,
    pub condition: String,
    pub gross: String,
    pub share: String,
    pub note: String,
}

/// A row of 订单附件.
#[derive(Clone, Debug, Default, Serialize)]
#[expect(missing_docs, reason = "序号, 附件名称")]
pub struct AttachmentRow {
    pub number: String,
    pub name: String,
}

/// 附件6.
#[derive(Clone, Debug, Default, Serialize)]
#[expect(missing_docs, reason = "the form's own rows, in its order")]
pub struct OrderForm {
    /// False for the form in the bundle.
    pub filled: bool,
    #[serde(flatten)]
    pub framework: Framework,
    pub number: String,
    pub batch: String,
    pub executed: String,
    pub order_name: String,
    pub buyer_contact: Contact,
    pub buyer_other: String,
    pub supplier_contact: Contact,
    pub supplier_other: String,
    pub special_notes: String,
    pub service_from: String,
    pub service_to: String,
    pub service_items: String,
    pub requirements: String,
    pub content: String,
    pub assessment: String,
    pub line_notes: String,
    /// Which revision of 附件3 the prices are from, and the amounts without tax where those are compared; empty for
    /// prices as signed.
    pub price_note: String,
    pub extra: Vec<ExtraRow>,
    pub lines: Vec<WorkLine>,
    /// Whether they go on one page for certain.
    pub keep_lines: bool,
    pub lines_days: String,
    pub lines_gross: String,
    pub lines_gross_words: String,
    pub plan: Vec<PlanRow>,
    /// Whether it goes on one page for certain.
    pub keep_plan: bool,
    pub attachments: Vec<AttachmentRow>,
    pub buyer_date: String,
    pub supplier_date: String,
}

impl Framework {
    /// The framework's fields as far as the case has them.
    pub fn of(case: &Case, pack: &Pack, figures: &CaseFigures, project: &str) -> Self {
        let term = term(case);
        let contract = figures.contract();
        Self {
            framework_name: framework_name(case, pack, project),
            framework_number: or_blank(&case.contract.number),
            framework_from: term.map(|term| full_date(term.from)).unwrap_or_default(),
            framework_to: term.map(|term| full_date(term.to)).unwrap_or_default(),
            cap: contract.map(|contract| contract.gross.to_string()).unwrap_or_default(),
            cap_words: contract.map(|contract| contract.gross_words.clone()).unwrap_or_default(),
            cap_note: String::new(),
            buyer_name: pack.buyer.name.clone(),
            supplier_name: or_blank(&case.supplier.name),
        }
    }
}

impl Framework {
    /// The same with the cap in force, on the basis on which it is compared (4.3); blanks where there is none.
    #[must_use]
    pub fn with_cap(self, cap: Option<Cap<'_>>) -> Self {
        let text = |of: fn(&Cap<'_>) -> String| cap.as_ref().map(of).unwrap_or_default();
        Self {
            cap: text(|cap| cap.amount().to_string()),
            cap_words: text(|cap| cap.words().to_owned()),
            cap_note: text(|cap| cap_note(cap.basis)),
            ..self
        }
    }
}

impl Framework {
    /// The same with the cap of a revision of 附件3. Where it is another figure than the contract states, it says since
    /// when.
    #[must_use]
    pub fn revised(self, prices: &PriceHistory, revision: usize, basis: CapBasis) -> Self {
        let cap_of = |revision: usize| {
            let contract = prices.revision(revision)?.contract.as_ref()?;
            Some(Cap { basis, contract })
        };
        let cap = cap_of(revision);
        let amount = |cap: Option<Cap<'_>>| cap.map(|cap| cap.amount());
        let mut framework = self.with_cap(cap);
        if let Some(in_force) = prices.revision(revision)
            && cap.is_some()
            && amount(cap) != amount(cap_of(0))
        {
            framework.cap_note = note(basis, &format!("；{}", revision_name(in_force)));
        }
        framework
    }
}

/// What follows a cap to say on which basis it stands.
pub fn cap_note(basis: CapBasis) -> String {
    note(basis, "")
}

fn note(basis: CapBasis, revision: &str) -> String {
    match basis {
        CapBasis::Gross => format!("（含税{revision}）"),
        CapBasis::Net => format!("（不含税{revision}；增值税税率调整后按不含税价比较，框架协议4.3）"),
    }
}

/// `附件3修订1，自2026年9月1日起生效`; `签订时的附件3`.
pub fn revision_name(prices: &Prices) -> String {
    match (prices.revision, prices.from) {
        (0, _) => "签订时的附件3".into(),
        (revision, Some(from)) => format!("附件3修订{revision}，自{}起生效", full_date(from)),
        (revision, None) => format!("附件3修订{revision}"),
    }
}

impl OrderForm {
    pub(super) fn blank(case: &Case, pack: &Pack, figures: &CaseFigures, project: &str) -> Self {
        Self { framework: Framework::of(case, pack, figures, project), ..Self::default() }
    }
}
