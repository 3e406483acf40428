//! 变更对照表: what every 调整 changes, as it is printed, and as rows of a workbook.
//!
//! May use: `model`, `compute`, and its own room.

use rust_decimal::Decimal;
use serde::Serialize;

use super::contract::ContractView;
use super::revision::supplement_name;
use super::sheets::SheetMeta;
use super::workbooks::meta;
use super::{full_date, or_blank};
use crate::compute::CaseFigures;
use crate::compute::change::{signed, signed_percent};
use crate::compute::changes::{RevisionChanges, changes};
use crate::compute::contract::ContractFigures;
use crate::compute::prices::PriceHistory;
use crate::model::case::{Adjustment, Case};
use crate::model::money::Money;

// A workbook's cells are the figures themselves, so that none is rounded on its way; the writer takes them from here.
pub use crate::compute::change::Change;
pub use crate::compute::changes::{ChangedItem, Value};

/// What stands where nothing is to be subtracted or divided.
pub const NONE: &str = "—";
/// What stands for a figure that cannot be worked out.
pub const UNKNOWN: &str = "（算不出）";

/// The table.
#[derive(Clone, Debug, Default, Serialize)]
pub struct ChangesView {
    /// 签订日期.
    pub signed: String,
    /// Which 调整 it holds: 全部 2 次调整, or those before one of them.
    pub scope: String,
    /// 含税上限总价, 不含税价, 税额: as signed and now.
    pub totals: Vec<TotalView>,
    /// A section for every 调整.
    pub revisions: Vec<RevisionView>,
    /// What the table is for.
    pub note: String,
}

/// One total, as signed and now.
#[derive(Clone, Debug, Default, Serialize)]
#[expect(missing_docs, reason = "合计（含税）, 签订时, 现在, 差额, 百分比")]
pub struct TotalView {
    pub name: String,
    pub signed: String,
    pub now: String,
    pub difference: String,
    pub percent: String,
    /// The figures themselves.
    #[serde(skip)]
    pub amounts: Option<Change>,
}

/// One 调整.
#[derive(Clone, Debug, Default, Serialize)]
pub struct RevisionView {
    /// 修订1.
    pub name: String,
    /// 2026年9月1日; empty where the case does not say.
    pub from: String,
    /// 2026-09-01.
    pub from_iso: String,
    /// 补充协议（一）.
    pub supplement: String,
    /// 事由.
    pub reason: String,
    /// 依据条款.
    pub clauses: String,
    /// What changes and what stays, in sentences.
    pub remarks: Vec<String>,
    /// What differs.
    pub items: Vec<ItemView>,
}

/// Something that a document prints otherwise.
#[derive(Clone, Debug, Default, Serialize)]
pub struct ItemView {
    /// 附件3.
    pub document: String,
    /// 报价行.
    pub clause: String,
    /// 岗位·级别.
    pub line: String,
    /// How many items have these three in common, on the first of them; else 0.
    pub span: usize,
    /// 含税单价.
    pub item: String,
    /// Before.
    pub old: String,
    /// After.
    pub new: String,
    /// New − old.
    pub difference: String,
    /// In per cent of old.
    pub percent: String,
    /// Whether before and after are words, which stand at the left.
    pub words: bool,
    /// The item itself, for the workbook.
    #[serde(skip)]
    pub figures: Option<ChangedItem>,
}

impl ChangesView {
    /// The table of the first so many 调整.
    pub fn of(case: &Case, figures: &CaseFigures, up_to: usize) -> Self {
        let history = &figures.prices;
        let now = history.revision(up_to).and_then(|prices| prices.contract.as_ref());
        let revision = |changes: &RevisionChanges<'_>| {
            let adjustment = case.adjustments.get(changes.now.revision.saturating_sub(1));
            RevisionView::of(changes, adjustment)
        };
        Self {
            signed: case.contract.signed_on.as_ref().map(|date| full_date(date.value)).unwrap_or_default(),
            scope: scope(history, up_to),
            totals: totals(history.signed.contract.as_ref(), now),
            revisions: changes(figures, up_to).iter().map(revision).collect(),
            note: NOTE.to_owned(),
        }
    }
}

fn scope(history: &PriceHistory, up_to: usize) -> String {
    let Some(next) = history.revisions.get(up_to) else {
        return format!("全部 {up_to} 次调整");
    };
    let from = next.from.map(|day| format!("自{}起生效的", full_date(day))).unwrap_or_default();
    format!("前 {up_to} 次调整，不含{from}修订{}及以后的调整", next.revision)
}

/// The table as a workbook: 汇总, and 明细 as a list to filter.
#[derive(Clone, Debug, Default)]
pub struct ChangesSheet {
    /// Properties.
    pub meta: SheetMeta,
    /// The sheets' names.
    pub sheets: [&'static str; 2],
    /// 变更对照表.
    pub title: String,
    /// Contract and parties, a line each.
    pub facts: Vec<String>,
    /// 项目, 签订时, 现在, 差额, 百分比.
    pub total_headings: [&'static str; 5],
    /// 修订, 生效日期, 依据条款, 事由.
    pub revision_headings: [&'static str; 4],
    /// The columns of 明细.
    pub headings: [&'static str; 11],
    /// What the paper says.
    pub view: ChangesView,
    /// What it is for.
    pub note: &'static str,
}

/// What the table is for.
pub const NOTE: &str = "本表供内部核对和审批使用，不是合同的组成部分；变更以双方签署的补充协议为准。";

impl ChangesSheet {
    /// From what is printed on paper.
    pub fn new(view: ChangesView, contract: &ContractView, title: &str) -> Self {
        let facts = [
            ("项目名称", &contract.project),
            ("合同编号", &contract.contract.number),
            ("甲方", &contract.buyer.name),
            ("乙方", &contract.supplier.name),
            ("签订日期", &view.signed),
            ("对照范围", &view.scope),
        ];
        let fact = |pair: &[(&str, &String)]| {
            let texts = pair.iter().map(|(name, text)| format!("{name}：{text}"));
            texts.collect::<Vec<_>>().join("　　")
        };
        Self {
            meta: SheetMeta { draft: contract.draft, ..meta(contract, title) },
            sheets: ["汇总", "明细"],
            title: title.to_owned(),
            facts: facts.chunks(2).map(fact).collect(),
            total_headings: ["项目（元）", "签订时", "现在", "差额", "百分比"],
            revision_headings: ["修订", "生效日期", "依据条款", "事由"],
            headings: [
                "修订",
                "生效日期",
                "事由",
                "文件",
                "条款",
                "岗位·级别",
                "项目",
                "原",
                "现",
                "差额",
                "百分比",
            ],
            view,
            note: NOTE,
        }
    }
}

/// A total's name, and its figure.
type Total = (&'static str, fn(&ContractFigures) -> Money);

fn totals(signed_at: Option<&ContractFigures>, now: Option<&ContractFigures>) -> Vec<TotalView> {
    let all: [Total; 3] =
        [("含税上限总价（含税）", |c| c.gross), ("不含税价（不含税）", |c| c.net), ("税额", |c| c.tax)];
    let figure = |amount: Option<Money>| amount.map_or_else(|| UNKNOWN.to_owned(), |a| a.to_string());
    let total = |(name, of): Total| {
        let (old, new) = (signed_at.map(of), now.map(of));
        let amounts = old.zip(new).map(|(old, new)| Change::of(old, new));
        TotalView {
            name: name.to_owned(),
            signed: figure(old),
            now: figure(new),
            difference: amounts.map_or_else(none, |change| signed(change.difference())),
            percent: amounts.and_then(Change::percent).map_or_else(none, signed_percent),
            amounts,
        }
    };
    all.map(total).into()
}

fn none() -> String {
    NONE.to_owned()
}

impl RevisionView {
    fn of(changes: &RevisionChanges<'_>, adjustment: Option<&Adjustment>) -> Self {
        let number = changes.now.revision;
        let given = adjustment.map(|adjustment| or_blank(&adjustment.reason)).unwrap_or_default();
        let requotes = adjustment.is_some_and(|adjustment| adjustment.requotes);
        let supplement = supplement_name(number);
        let law = if changes.rate_changes() { "4.3、4.6.6、附件3 备注(1)、11.4" } else { "11.4" };
        Self {
            name: format!("修订{number}"),
            from: changes.now.from.map(full_date).unwrap_or_default(),
            from_iso: changes.now.from.map(|date| date.to_string()).unwrap_or_default(),
            reason: if given.is_empty() { "（案卷没有写事由）".to_owned() } else { given },
            clauses: format!("{law}；{supplement}"),
            remarks: remarks(changes, requotes),
            items: items(&changes.items),
            supplement,
        }
    }
}

/// What changes and, as important, what does not.
fn remarks(changes: &RevisionChanges<'_>, requotes: bool) -> Vec<String> {
    let mut remarks = Vec::new();
    let (changed, all) = changes.price_changes();
    let (old, new) = (changes.before.rate(), changes.now.rate());
    match (changes.rate_changes(), changed) {
        (true, 0) => remarks.push(format!(
            "增值税税率由{old}调整为{new}。按不含税价不变的原则（4.3，附件3 备注(1)），不含税单价、不含税总价、不含税价都不变，含税单价、含税总价和税额按新税率重新计算。"
        )),
        (true, _) => remarks.push(format!(
            "增值税税率由{old}调整为{new}，同时有{}的不含税单价调整；含税单价、含税总价和税额按新单价、新税率重新计算。",
            counted(changed, all)
        )),
        (false, 0) => {}
        (false, _) => {
            remarks.push(format!("{}的不含税单价调整；增值税税率{new}不变。", counted(changed, all)));
        }
    }
    if changes.items.is_empty() {
        let what = if requotes { "新报价与上一版相同" } else { "内容与上一版相同" };
        remarks.push(format!("{what}，没有变化。"));
        return remarks;
    }
    if changes.basis_before != changes.basis {
        remarks.push(
            "税率调整后，框架协议金额上限改按不含税价比较（4.3）：附件6、附件7和此后签订的委托订单原来印含税上限总价，现在印不含税价，两个数口径不同，不计算差额。"
                .to_owned(),
        );
    }
    if changes.now.from.is_some() {
        remarks.push(
            "生效日当天起提供的服务按新价格结算，此前提供的服务仍按原价格结算；此前签订的委托订单不重新出具。".to_owned(),
        );
    }
    remarks
}

fn counted(changed: usize, all: usize) -> String {
    if changed == all {
        format!("全部 {all} 个岗位级别")
    } else {
        format!("{all} 个岗位级别中 {changed} 个")
    }
}

/// So many items of one place stand together whatever they are. More are parted, or a page ends half empty for the sake
/// of 4.3, which has seven.
const TOGETHER: usize = 4;

fn items(found: &[ChangedItem]) -> Vec<ItemView> {
    let place = |item: &ChangedItem| (item.document.clone(), item.clause, item.line.clone());
    let mut views: Vec<ItemView> = Vec::with_capacity(found.len());
    for of_place in found.chunk_by(|one, other| place(one) == place(other)) {
        let mut rest = of_place;
        while !rest.is_empty() {
            let count = if rest.len() <= TOGETHER { rest.len() } else { pair(rest) };
            let (now, later) = rest.split_at(count);
            let spans = std::iter::once(count).chain(std::iter::repeat(0));
            views.extend(now.iter().zip(spans).map(|(item, span)| ItemView { span, ..ItemView::of(item) }));
            rest = later;
        }
    }
    views
}

/// How many of the first items belong together: two, and an amount with its 大写.
fn pair(items: &[ChangedItem]) -> usize {
    let words = items.iter().skip(2).take_while(|item| item.item.ends_with("大写")).count();
    (2 + words).min(items.len())
}

impl ItemView {
    fn of(item: &ChangedItem) -> Self {
        let rate = matches!(item.new, Value::Rate(_));
        let difference = item.difference().map_or_else(none, |difference| {
            if rate { points(difference) } else { signed(Money::round(difference)) }
        });
        Self {
            document: item.document.clone(),
            clause: item.clause.to_owned(),
            line: if item.line.is_empty() { none() } else { item.line.clone() },
            span: 0,
            item: item.item.to_owned(),
            old: shown(&item.old),
            new: shown(&item.new),
            difference,
            percent: item.percent().map_or_else(none, signed_percent),
            words: matches!((&item.old, &item.new), (Value::Words(_), _) | (_, Value::Words(_))),
            figures: Some(item.clone()),
        }
    }
}

/// A value as it is printed.
pub fn shown(value: &Value) -> String {
    match value {
        Value::Money(amount) => amount.to_string(),
        Value::Rate(rate) => rate.to_string(),
        Value::Words(words) => words.clone(),
        Value::Unknown => UNKNOWN.to_owned(),
    }
}

/// `-3个百分点`.
fn points(difference: Decimal) -> String {
    let sign = if difference > Decimal::ZERO { "+" } else { "" };
    format!("{sign}{}个百分点", difference.normalize())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compute::testing::{adjustment, good_case, pack, quotation, text};
    use rust_decimal::dec;

    fn view(case: &Case, up_to: usize) -> ChangesView {
        ChangesView::of(case, &CaseFigures::of(case, &pack()), up_to)
    }

    fn twice_adjusted() -> Case {
        let mut case = good_case();
        let mut requoted = adjustment("二", "2026-10-01");
        (requoted.rate, requoted.requotes, requoted.reason) = (None, true, None);
        let mut sheet = quotation(&pack(), |line| line.net_ceiling - Money::round(dec!(1)));
        sheet.rows[1].net_price = crate::compute::testing::cell("F6", dec!(700));
        requoted.quotation = Some(sheet);
        case.adjustments = vec![adjustment("一", "2026-09-01"), requoted];
        case
    }

    // 753.72 → 700.00, 500 人天: 不含税总价 −26,860.00; at 3 % 776.33 → 721.00, −55.33 / 776.33 = −7.1271…%.
    #[test]
    fn lines_are_grouped_and_signed() {
        let view = view(&twice_adjusted(), 2);
        assert_eq!(view.scope, "全部 2 次调整");
        let second = &view.revisions[1];
        assert_eq!((second.name.as_str(), second.from_iso.as_str()), ("修订2", "2026-10-01"));
        assert_eq!(second.clauses, "11.4；补充协议（二）");
        assert_eq!(second.reason, "（案卷没有写事由）");
        assert!(second.remarks[0].starts_with("21 个岗位级别中 1 个的不含税单价调整；增值税税率3%不变"));
        let lines: Vec<&ItemView> = second.items.iter().filter(|i| i.clause == "报价行").collect();
        assert_eq!(lines.iter().map(|item| item.span).collect::<Vec<_>>(), [4, 0, 0, 0]);
        let of = |item: &ItemView| [&item.old, &item.new, &item.difference, &item.percent].map(String::clone);
        assert_eq!(of(lines[1]), ["776.33", "721.00", "-55.33", "-7.13%"]);
        assert_eq!(lines[2].difference, "-26,860.00");
    }

    // 正文 4.3 changes in seven items: no page ends half empty for their sake, and no amount is parted from its 大写.
    #[test]
    fn many_items_of_one_clause_are_parted_but_never_from_their_words() {
        let view = view(&twice_adjusted(), 2);
        let of_clause = |revision: usize| {
            let items = view.revisions[revision].items.iter().filter(|item| item.clause == "4.3");
            items.map(|item| (item.item.clone(), item.span)).collect::<Vec<_>>()
        };
        let items = of_clause(1);
        assert!(items.len() > TOGETHER, "{items:?}");
        for (item, span) in items.iter().chain(&of_clause(0)) {
            assert!(*span <= TOGETHER && (*span == 0 || !item.ends_with("大写")), "{item} {span}");
        }
        let spans: usize = view.revisions[1].items.iter().map(|item| item.span).sum();
        assert_eq!(spans, view.revisions[1].items.len());
    }

    #[test]
    fn what_the_law_keeps_is_said_and_words_have_no_difference() {
        let view = view(&twice_adjusted(), 1);
        assert_eq!(view.revisions.len(), 1);
        assert_eq!(view.scope, "前 1 次调整，不含自2026年10月1日起生效的修订2及以后的调整");
        let [first, basis, from] = view.revisions[0].remarks.as_slice() else { panic!() };
        assert!(first.contains("不含税单价、不含税总价、不含税价都不变"), "{first}");
        assert!(basis.contains("不计算差额") && from.contains("生效日当天起"), "{basis}{from}");
        let items = &view.revisions[0].items;
        let words = items.iter().find(|item| item.item == "税额大写").unwrap();
        assert_eq!((words.words, words.difference.as_str(), words.percent.as_str()), (true, "—", "—"));
        let rate = items.iter().find(|item| item.item == "税率").unwrap();
        assert_eq!((rate.old.as_str(), rate.difference.as_str()), ("6%", "-3个百分点"));
        let net = &view.totals[1];
        assert_eq!((net.difference.as_str(), net.percent.as_str()), ("0.00", "0.00%"));
    }

    #[test]
    fn a_quotation_that_is_the_same_says_so() {
        let mut case = good_case();
        let mut same = adjustment("一", "2026-09-01");
        (same.rate, same.requotes) = (None, true);
        (same.quotation, same.reason) = (case.quotation.clone(), text("事由", "补充协议一"));
        case.adjustments = vec![same];
        let view = view(&case, 1);
        assert_eq!(view.revisions[0].remarks, ["新报价与上一版相同，没有变化。"]);
        assert!(view.revisions[0].items.is_empty());
    }
}
