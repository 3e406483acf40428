//! The view of the whole contract: what every template may print.
//!
//! May use: `model`, `compute`, `pack`, and its own room.

use std::collections::BTreeMap;

use jiff::civil::Date;
use serde::Serialize;

use super::forms::OrderForm;
use super::integrity::IntegrityView;
use super::or_blank;
use super::parties::{BillView, BuyerView, SupplierView};
use super::quotation::QuotationView;
use super::security::SecurityView;
use super::settlement::SettlementForm;
use crate::compute::CaseFigures;
use crate::compute::prices::Prices;
use crate::compute::term::framework_term;
use crate::model::case::{Case, PaymentMethod, Period};
use crate::pack::Pack;

/// Everything a template of the contract may print.
#[derive(Clone, Debug, Serialize)]
pub struct ContractView {
    /// The PDF's title.
    pub title: String,
    /// Whether the 草稿 mark and the blanks' highlight are shown.
    pub draft: bool,
    /// Font families.
    pub fonts: FontFamilies,
    /// The running header.
    pub header: Header,
    /// What goes into the file, in order.
    pub documents: Vec<DocumentId>,
    /// What each template's pages are headed with, by the template.
    #[serde(skip)]
    pub names: BTreeMap<String, String>,
    /// 项目名称.
    pub project: String,
    /// 项目名称 with the brand.
    pub project_full: String,
    /// Dates and payment method.
    pub contract: TermsView,
    /// Dates on the signature page.
    pub signing: Signing,
    /// 甲方.
    pub buyer: BuyerView,
    /// 乙方.
    pub supplier: SupplierView,
    /// 4.6.2(2).
    pub bill: BillView,
    /// 4.3.
    pub amounts: Amounts,
    /// Parameters in 【】 by id.
    pub clauses: BTreeMap<String, String>,
    /// 岗位 and their 级别, 附件1 1.1.
    pub posts: Vec<PostView>,
    /// 岗位 joined with 、.
    pub posts_list: String,
    /// 附件2's table.
    pub assessment: AssessmentView,
    /// The list of annexes at the end of 正文.
    pub annexes: Vec<AnnexView>,
    /// 附件3.
    pub quotation: QuotationView,
    /// 附件4.
    pub integrity: IntegrityView,
    /// 附件5.
    pub security: SecurityView,
    /// 附件6.
    pub order_form: OrderForm,
    /// 附件7.
    pub settlement_form: SettlementForm,
    /// How a revision of an annex is marked, such as 修订1（依据补充协议（一），自…起生效）; empty as signed.
    pub revision: String,
    /// The same in a few characters: 修订1，自…起生效.
    pub revision_short: String,
    /// Readings of the errata by id: the form's own, or the corrected ones.
    pub e: BTreeMap<String, String>,
}

/// Font families in order of preference.
#[derive(Clone, Debug, Default, Serialize)]
pub struct FontFamilies {
    /// 宋体.
    pub serif: Vec<String>,
    /// 黑体.
    pub sans: Vec<String>,
}

/// The running header, behind the document's own name: what the file belongs to.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Header {
    /// 2026年定制化服务支撑项目合同.
    pub left: String,
    /// 合同编号：MGYY-2026-0001.
    pub right: String,
}

/// A document by its template's name without `.typ`.
#[derive(Clone, Debug, Serialize)]
pub struct DocumentId {
    /// `annex3`.
    pub id: String,
    /// What each of its pages is headed with, so that none can change places with another's: 附件3 报价表.
    pub name: String,
}

impl DocumentId {
    pub(super) fn new(template: &str, name: &str) -> Self {
        Self { id: template.trim_end_matches(".typ").to_owned(), name: one_line(name) }
    }
}

/// Dates and payment method.
#[derive(Clone, Debug, Serialize)]
pub struct TermsView {
    /// 编号.
    pub number: String,
    /// Year of signing.
    pub sign_year: String,
    /// Month.
    pub sign_month: String,
    /// Day.
    pub sign_day: String,
    /// 自合同签署之日起一年.
    pub term: String,
    /// 一年.
    pub term_length: String,
    /// ☑ 银行转账.
    pub pay_transfer: bool,
    /// ☑ 银行承兑汇票.
    pub pay_bill: bool,
}

/// A date in its three parts.
#[derive(Clone, Debug, Default, Serialize)]
pub struct DateParts {
    /// Year.
    pub year: String,
    /// Month.
    pub month: String,
    /// Day.
    pub day: String,
}

impl DateParts {
    pub(super) fn of(date: Option<Date>) -> Self {
        date.map_or_else(Self::default, |date| Self {
            year: date.year().to_string(),
            month: date.month().to_string(),
            day: date.day().to_string(),
        })
    }
}

/// Dates on the signature page.
#[derive(Clone, Debug, Serialize)]
pub struct Signing {
    /// 甲方.
    pub buyer: DateParts,
    /// 乙方.
    pub supplier: DateParts,
}

/// 4.3 and 4.6.6.
#[derive(Clone, Debug, Default, Serialize)]
#[expect(missing_docs, reason = "含税上限总价, 不含税价, 税额, each with 大写, and 税率")]
pub struct Amounts {
    pub gross: String,
    pub gross_words: String,
    pub net: String,
    pub net_words: String,
    pub rate: String,
    pub rate_number: String,
    pub tax: String,
    pub tax_words: String,
}

/// A 岗位 and its 级别.
#[derive(Clone, Debug, Serialize)]
pub struct PostView {
    /// 岗位职责.
    pub name: String,
    /// 级别.
    pub levels: Vec<String>,
}

/// 附件2's table.
#[derive(Clone, Debug, Serialize)]
pub struct AssessmentView {
    /// Its title row.
    pub title: String,
    /// （满分100分）.
    pub total_label: String,
    /// Its rows.
    pub indicators: Vec<IndicatorView>,
}

/// A row of 附件2's table.
#[derive(Clone, Debug, Serialize)]
pub struct IndicatorView {
    /// 指标.
    pub name: String,
    /// （50分）.
    pub points_label: String,
    /// 指标要求.
    pub requirement: String,
    /// 分值.
    pub points: String,
    /// 评分标准.
    pub standard: String,
}

/// An entry of the list of annexes.
#[derive(Clone, Debug, Serialize)]
pub struct AnnexView {
    /// `3`.
    pub number: String,
    /// 报价表.
    pub title: String,
}

impl ContractView {
    /// The view of a case. Title and documents are set for each file by [`for_file`](Self::for_file).
    pub fn new(case: &Case, pack: &Pack, figures: &CaseFigures, draft: bool) -> Self {
        let project =
            case.contract.project.as_ref().map_or_else(|| pack.project.clone(), |p| p.value.clone());
        let project_full = format!("{}{project}", pack.buyer_brand);
        let number = or_blank(&case.contract.number);
        let numbered = if number.is_empty() { "（待填）" } else { &number };
        let header = Header {
            left: format!("{project}合同"),
            right: format!("合同编号：{}", one_line(numbered)),
        };
        Self {
            title: String::new(),
            draft,
            fonts: FontFamilies::default(),
            header,
            documents: Vec::new(),
            names: names(pack),
            contract: TermsView::of(case),
            signing: signing(case),
            buyer: BuyerView::of(&pack.buyer),
            supplier: SupplierView::of(case),
            bill: BillView::of(case, pack),
            amounts: amounts(&figures.prices.signed),
            clauses: clauses(figures),
            posts: posts(pack),
            posts_list: join(pack.tender.posts.iter().map(|post| post.name.as_str()), "、"),
            assessment: assessment(pack, &project, case.adopt_errata),
            annexes: annexes(pack),
            quotation: QuotationView::of(&figures.prices.signed, pack, case.adopt_errata),
            integrity: IntegrityView::of(case, pack, figures),
            security: SecurityView::of(case, pack, figures),
            order_form: OrderForm::blank(case, pack, figures, &project),
            settlement_form: SettlementForm::blank(case, pack, figures, &project),
            revision: String::new(),
            revision_short: String::new(),
            e: readings(case, pack),
            project,
            project_full,
        }
    }

    /// The same contract as one file with a title and some of the documents.
    pub fn for_file(&self, title: &str, templates: &[&str]) -> Self {
        let name = |template: &str| self.names.get(template).map_or("", String::as_str);
        let id = |template: &&str| DocumentId::new(template, name(template));
        Self { title: title.to_owned(), documents: templates.iter().map(id).collect(), ..self.clone() }
    }
}

impl ContractView {
    /// The same with the file's first document headed otherwise.
    #[must_use]
    pub fn headed(mut self, name: &str) -> Self {
        if let Some(first) = self.documents.first_mut() {
            first.name = one_line(name);
        }
        self
    }
}

/// What the framework agreement is called: its cover's title in one line.
pub fn framework_name(case: &Case, pack: &Pack, project: &str) -> String {
    let supplier = or_blank(&case.supplier.name);
    if supplier.is_empty() {
        String::new()
    } else {
        format!("{}与{supplier}{project}合同", pack.buyer_brand)
    }
}

/// The year from signing on, or the stated term.
pub fn term(case: &Case) -> Option<Period> {
    if let Some(term) = &case.contract.term {
        return Some(term.value);
    }
    framework_term(case.contract.signed_on.as_ref()?.value)
}

pub(super) fn join<'t>(texts: impl Iterator<Item = &'t str>, separator: &str) -> String {
    texts.collect::<Vec<_>>().join(separator)
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

impl TermsView {
    fn of(case: &Case) -> Self {
        let date = DateParts::of(case.contract.signed_on.as_ref().map(|date| date.value));
        let payment = case.contract.payment.as_ref().map(|payment| payment.value);
        Self {
            number: or_blank(&case.contract.number),
            sign_year: date.year,
            sign_month: date.month,
            sign_day: date.day,
            term: "自合同签署之日起一年".into(),
            term_length: "一年".into(),
            pay_transfer: payment == Some(PaymentMethod::BankTransfer),
            pay_bill: payment == Some(PaymentMethod::AcceptanceBill),
        }
    }
}

/// The day the case names as 签订日期 is the day both parties sign, agreed beforehand. 12.2 lets them differ: left out,
/// each writes his own by hand.
fn signing(case: &Case) -> Signing {
    let date = DateParts::of(case.contract.signed_on.as_ref().map(|date| date.value));
    Signing { buyer: date.clone(), supplier: date }
}

pub(super) fn amounts(prices: &Prices) -> Amounts {
    let rate = prices.rate();
    let known = Amounts { rate: rate.to_string(), rate_number: rate.percent_number(), ..Amounts::default() };
    prices.contract.as_ref().map_or(known.clone(), |contract| Amounts {
        gross: contract.gross.to_string(),
        gross_words: contract.gross_words.clone(),
        net: contract.net.to_string(),
        net_words: contract.net_words.clone(),
        tax: contract.tax.to_string(),
        tax_words: contract.tax_words.clone(),
        ..known
    })
}

fn clauses(figures: &CaseFigures) -> BTreeMap<String, String> {
    let values = figures.clauses.items.iter();
    values.map(|value| (value.id.clone(), value.printed.clone().unwrap_or_default())).collect()
}

fn posts(pack: &Pack) -> Vec<PostView> {
    let levels = |post: &crate::pack::Post| post.levels.iter().map(|line| line.level.clone()).collect();
    let posts = pack.tender.posts.iter();
    posts.map(|post| PostView { name: post.name.clone(), levels: levels(post) }).collect()
}

fn assessment(pack: &Pack, project: &str, adopt_errata: bool) -> AssessmentView {
    let indicators = pack.assessment.indicators.iter().map(|indicator| IndicatorView {
        name: indicator.name.clone(),
        points_label: format!("（{}分）", indicator.points.normalize()),
        requirement: indicator.requirement.clone(),
        points: indicator.points.normalize().to_string(),
        standard: pack.standard(indicator, adopt_errata).into_owned(),
    });
    let total: rust_decimal::Decimal = pack.assessment.indicators.iter().map(|i| i.points).sum();
    AssessmentView {
        title: format!("{project}服务质量考核表"),
        total_label: format!("（满分{}分）", total.normalize()),
        indicators: indicators.collect(),
    }
}

/// 附件3 报价表, 合同正文, 核对报告: by template; of several documents of one template by the one that is bound.
fn names(pack: &Pack) -> BTreeMap<String, String> {
    let (bound, others): (Vec<_>, Vec<_>) = pack.documents.iter().partition(|document| document.in_bundle);
    let mut names = BTreeMap::new();
    for document in bound.into_iter().chain(others) {
        let name = match document.id.strip_prefix("附件") {
            Some(_) => format!("{} {}", document.id, document.title),
            None => document.title.clone(),
        };
        names.entry(document.template.clone()).or_insert(name);
    }
    names
}

fn annexes(pack: &Pack) -> Vec<AnnexView> {
    let bound = pack.documents.iter().filter(|document| document.in_bundle);
    let annexes = bound.filter_map(|document| {
        let number = document.id.strip_prefix("附件")?;
        Some(AnnexView { number: number.to_owned(), title: document.title.clone() })
    });
    annexes.collect()
}

fn readings(case: &Case, pack: &Pack) -> BTreeMap<String, String> {
    let ids = pack.errata.iter().map(|erratum| erratum.id.as_str());
    ids.map(|id| (id.to_owned(), pack.reading(id, case.adopt_errata).to_owned())).collect()
}
