//! What is to be done for each 结算单 of a case's month: printed as a draft or as issued, recorded or not; or why
//! nothing is done.
//!
//! May use: `bundle::job`, `compute`, `rules`, `view`, `diagnostics`.

use std::collections::{BTreeMap, BTreeSet};

use thiserror::Error;

use super::job::Job;
use super::manifest::SettlementEntry;
use super::produce::ProduceError;
use super::settle::{IssueOrder, SettleError, input_hashes};
use super::settle_guard::{Errors, in_the_way, unsettled, within_cap};
use crate::compute::ledger::{Issuer, Issuing, Stamp, as_issued};
use crate::compute::prices::CapBasis;
use crate::compute::quotation::same_name;
use crate::compute::settlement::{Issue, OrderSettlement};
use crate::input::months::MONTHS_FOLDER;
use crate::model::ledger::{Balance, Ledger, LedgerLine};
use crate::model::money::Money;
use crate::model::month::Month;
use crate::model::names::plain;
use crate::rules::ledger::WITHIN_CAP;
use crate::rules::text::leftovers::leftovers;
use crate::view::settlement_blanks::{printed_texts, settlement_blanks};
use crate::view::summary::State;

/// Which orders of a case are to be printed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wanted {
    /// All.
    Everything,
    /// These.
    Orders(BTreeSet<String>),
    /// None: the case is only counted.
    Nothing,
}

impl Wanted {
    /// Whether an order is to be printed.
    pub fn has(&self, order: &str) -> bool {
        match self {
            Self::Everything => true,
            Self::Orders(orders) => orders.iter().any(|wanted| same_name(wanted, order)),
            Self::Nothing => false,
        }
    }
}

/// Why a case is not settled; its files and its ledger are as they were.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[expect(missing_docs, reason = "the messages say it")]
pub enum Refused {
    #[error("合同.yaml 读不出来")]
    Unreadable,
    #[error("有 {0} 个错误")]
    Errors(usize),
    #[error("另有同名的案卷，输出会互相覆盖；请改案卷文件夹的名字，或分开结算")]
    SameName,
    #[error("结算单上还有 {} 处空白，开具前请补齐：{}", .0.len(), .0.join("、"))]
    Blanks(Vec<String>),
    #[error(
        "{} 已经开具，但现在算出来的与开具的不同；没有改动。确要更正，请用 --issue --amend <原因>",
        .0.join("、")
    )]
    Differs(Vec<String>),
    #[error(
        "订单 {} 有这个月的工时，却算不出结算单；请核对订单编号（全角半角、大小写、重复）、报价表和考核表",
        .0.join("、")
    )]
    NotSettled(Vec<String>),
    #[error("结算单上还有占位文字，开具前请改为实际内容：{}", .0.join("、"))]
    Placeholders(Vec<String>),
    #[error(
        "订单 {order} 的结算单使框架协议累计结算（{}）达到 {reached} 元，超过{} {cap} 元，超出 {over} 元（4.3，附件7 备注1）；{WITHIN_CAP}",
        .basis.label(),
        .basis.cap_name()
    )]
    OverCap { order: String, basis: CapBasis, reached: Money, cap: Money, over: Money },
    #[error(
        "输出文件夹“{folder}”里是合同 {theirs} 的结算单，这个案卷的合同编号是 {ours}；是另一个案卷的，请用 -o 另选输出目录；合同编号改过的，先把那个文件夹移走"
    )]
    OtherContract { folder: String, theirs: String, ours: String },
    #[error(
        "“{folder}”里有已开具的结算单（{order} {month}，应支付 {gross} 元），台账.jsonl 里却没有这一份；请从备份恢复 台账.jsonl。如果确实要从头开始，先把那个输出文件夹移走"
    )]
    NotInLedger { folder: String, order: String, month: Month, gross: String },
}

/// What comparing an issued 结算单 with what would be printed now came to, where its figures are the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Compared {
    /// It was to be corrected, and there is nothing to correct.
    Same,
    /// The month's sheets have changed since, and so has what it prints, or it may have.
    Changed,
}

/// One 结算单, and what is to be done for it.
#[derive(Clone, Debug)]
pub struct Decided {
    /// Its figures, with the balances it is printed with.
    pub settlement: OrderSettlement,
    /// How it is printed.
    pub issue: Issue,
    /// Whether it was asked for.
    pub wanted: bool,
    /// The line that the ledger takes up.
    pub append: Option<LedgerLine>,
    /// The line that the ledger has already.
    recorded: Option<LedgerLine>,
    /// Whether the inputs contradict that line, which nobody asked to mend.
    pub differs: bool,
    /// How it compares with what was issued, where that is worth a word.
    pub compared: Option<Compared>,
}

impl Decided {
    /// The line that the ledger has of it already, with these very figures.
    pub fn recorded(&self) -> Option<&LedgerLine> {
        self.recorded.as_ref()
    }

    /// How far it is.
    pub fn state(&self) -> State {
        match self.issue {
            Issue::Draft => State::Draft,
            Issue::Issued => State::Issued,
            Issue::Correction { .. } => State::Corrected,
        }
    }

    /// As the manifest lists it.
    pub fn entry(&self) -> SettlementEntry {
        let OrderSettlement { order, days, score, due, opening, closing, .. } = &self.settlement;
        SettlementEntry {
            order: order.clone(),
            state: self.state().label(),
            days: days.normalize().to_string(),
            score: score.total.normalize().to_string(),
            gross: due.gross.to_string(),
            net: due.net.to_string(),
            tax: due.tax.to_string(),
            opening: opening.to_string(),
            closing: closing.to_string(),
        }
    }
}

/// What is asked of one case.
#[derive(Clone, Copy)]
pub struct Request<'a> {
    /// Whether to issue.
    pub issuing: Option<IssueOrder<'a>>,
    /// The orders to print.
    pub wanted: &'a Wanted,
    /// The orders whose drafts stand in the output folder.
    pub drafts: &'a BTreeSet<String>,
    /// Whether an issued 结算单 would be printed otherwise now.
    pub otherwise: &'a dyn Fn(&OrderSettlement, &Issue) -> Result<bool, ProduceError>,
}

/// What is to be done for a case.
#[derive(Debug, Default)]
pub struct Plan {
    /// Its 结算单.
    pub decided: Vec<Decided>,
    /// Its errors, none of which stands in the way.
    pub errors: Errors,
    /// Orders with work that come to no 结算单, none of them asked for.
    pub unsettled: Vec<String>,
    /// Orders whose drafts stand in the output folder and cannot be made anew: their balances are out of date.
    pub stale: Vec<String>,
}

/// Decides for all 结算单 of the case's month.
///
/// # Errors
/// Why nothing is done.
pub fn plan(job: &Job, request: Request<'_>) -> Result<Plan, SettleError> {
    if !job.readable {
        return Err(Refused::Unreadable.into());
    }
    let Request { issuing, wanted, .. } = request;
    let mut issuer = Issuer::new(&job.case.ledger);
    let mut decided = Vec::new();
    let mut differing = Vec::new();
    for settlement in &job.figures.settlements {
        let asked = wanted.has(&settlement.order);
        // A correction is one thing, issuing for the first time another: --amend leaves drafts what they are.
        let meant = |order: &IssueOrder<'_>| asked && (order.amend.is_none() || settlement.issued.is_some());
        let one = match issuing.filter(meant) {
            Some(order) => issued(job, settlement, &mut issuer, order, request)?,
            None => as_it_is(settlement, asked, &issuer),
        };
        match one {
            Some(one) => decided.push(one),
            None => differing.push(settlement.order.clone()),
        }
    }
    let errors = Errors::of(job, wanted, &decided, issuer.balance());
    if errors.standing > 0 {
        return Err(Refused::Errors(errors.standing).into());
    }
    if !differing.is_empty() {
        return Err(Refused::Differs(differing).into());
    }
    let unsettled = unsettled(job);
    let missing = in_the_way(job, wanted, &unsettled);
    if !missing.is_empty() {
        return Err(Refused::NotSettled(missing.into_iter().cloned().collect()).into());
    }
    within_cap(job, wanted, &decided)?;
    if issuing.is_some() {
        refuse_blanks(job, &decided)?;
    }
    for one in decided.iter_mut().filter(|one| one.wanted && one.compared.is_none()) {
        one.compared = compared(job, one, request)?;
    }
    balance_drafts(&mut decided, issuer.balance());
    let stale = refresh(job, &mut decided, &errors, request);
    Ok(Plan { decided, errors, unsettled, stale })
}

/// Blanks and placeholders on what is being issued.
fn refuse_blanks(job: &Job, decided: &[Decided]) -> Result<(), Refused> {
    let mut seen = BTreeSet::new();
    let open = || decided.iter().filter(|decided| decided.append.is_some()).map(|one| &one.settlement);
    let blanks = open().flat_map(|settlement| settlement_blanks(&job.case, &job.blanks, settlement));
    // The ledger names it, though no 结算单 does.
    let unnamed = open().any(|_| job.case.supplier.tax_id.is_none()).then(|| "乙方.纳税人识别号".to_owned());
    let keys = blanks.map(|blank| blank.key).chain(unnamed);
    let keys: Vec<String> = keys.filter(|key| seen.insert(key.clone())).collect();
    if !keys.is_empty() {
        return Err(Refused::Blanks(keys));
    }
    let texts = open().flat_map(|settlement| printed_texts(&job.case, settlement));
    let left = texts.flat_map(|(key, text)| {
        leftovers(text).into_iter().map(move |leftover| format!("{key}（“{leftover}”）"))
    });
    let left: Vec<String> = left.filter(|left| seen.insert(left.clone())).collect();
    if left.is_empty() { Ok(()) } else { Err(Refused::Placeholders(left)) }
}

/// What issuing makes of it; none for a contradiction.
fn issued(
    job: &Job,
    settlement: &OrderSettlement,
    issuer: &mut Issuer<'_>,
    order: IssueOrder<'_>,
    request: Request<'_>,
) -> Result<Option<Decided>, SettleError> {
    let stamp = Stamp {
        contract: job.case.contract_id(),
        issued_at: order.at.to_owned(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        inputs: input_hashes(job),
    };
    let mut decision = issuer.decide(settlement, order.amend, &stamp);
    let mut same = false;
    if let (Issuing::Unchanged(line), Some(reason)) = (&decision, order.amend) {
        let (printed, issue) = as_issued(settlement, line, issuer);
        // Issued before a 调整 that was in force: it is recorded anew, if only to say so (R003).
        let repriced = line.revision != settlement.revision;
        // Another version of hetong may print the same otherwise: then only one that is named is corrected.
        let comparable = line.version == stamp.version || matches!(request.wanted, Wanted::Orders(_));
        let otherwise = repriced || (comparable && (request.otherwise)(&printed, &issue)?);
        same = !otherwise;
        if !same {
            decision = issuer.correct(settlement, &line.clone(), reason, &stamp);
        }
    }
    let (line, append) = match decision {
        Issuing::Conflict(_) => return Ok(None),
        Issuing::Unchanged(line) => (line, false),
        Issuing::New(line) | Issuing::Correction { line, .. } => (line, true),
    };
    let (settlement, issue) = as_issued(settlement, &line, issuer);
    let compared = same.then_some(Compared::Same);
    let (append, recorded) = if append { (Some(line), None) } else { (None, Some(line)) };
    Ok(Some(Decided { settlement, issue, wanted: true, append, recorded, differs: false, compared }))
}

/// Whether what was issued, with these very figures, seems to be printed otherwise now. It is only looked at if the
/// month's sheets have changed since.
fn compared(job: &Job, one: &Decided, request: Request<'_>) -> Result<Option<Compared>, SettleError> {
    let Some(line) = one.recorded() else { return Ok(None) };
    let sheets = format!("{MONTHS_FOLDER}/{}/", line.month);
    let of_month = |hashes: &BTreeMap<String, String>| -> BTreeMap<String, String> {
        let sheets = hashes.iter().filter(|(name, _)| name.starts_with(&sheets));
        sheets.map(|(name, hash)| (name.clone(), hash.clone())).collect()
    };
    if of_month(&line.inputs) == of_month(&input_hashes(job)) {
        return Ok(None);
    }
    let changed =
        line.version != env!("CARGO_PKG_VERSION") || (request.otherwise)(&one.settlement, &one.issue)?;
    Ok(changed.then_some(Compared::Changed))
}

/// Drafts of other orders that stand in the output folder follow what is being issued; those that cannot be made are
/// named.
fn refresh(job: &Job, decided: &mut [Decided], errors: &Errors, request: Request<'_>) -> Vec<String> {
    let Wanted::Orders(_) = request.wanted else { return Vec::new() };
    if !decided.iter().any(|one| one.append.is_some()) {
        return Vec::new();
    }
    let mut stale = Vec::new();
    for order in request.drafts.iter().filter(|order| !request.wanted.has(order)) {
        let faulty = errors.concern(job, order);
        let draft = |one: &&mut Decided| one.issue == Issue::Draft && same_name(&one.settlement.order, order);
        match decided.iter_mut().find(draft).filter(|_| !faulty) {
            Some(one) => one.wanted = true,
            None => stale.push(order.clone()),
        }
    }
    stale
}

/// As issued where it was, else as a draft; none for one that was asked for and issued with another result.
fn as_it_is(settlement: &OrderSettlement, wanted: bool, issuer: &Issuer<'_>) -> Option<Decided> {
    match &settlement.issued {
        Some(line) if settlement.agrees_with(line) => Some(recorded(settlement, line, wanted, issuer)),
        Some(_) if wanted => None,
        // Nobody asked for it: what was issued is what counts.
        Some(line) => {
            let issued = recorded(&with_figures_of(settlement, line), line, false, issuer);
            Some(Decided { differs: true, ..issued })
        }
        None => Some(Decided {
            settlement: settlement.clone(),
            issue: Issue::Draft,
            wanted,
            append: None,
            recorded: None,
            differs: false,
            compared: None,
        }),
    }
}

fn recorded(settlement: &OrderSettlement, line: &LedgerLine, wanted: bool, issuer: &Issuer<'_>) -> Decided {
    let (settlement, issue) = as_issued(settlement, line, issuer);
    Decided {
        settlement,
        issue,
        wanted,
        append: None,
        recorded: Some(line.clone()),
        differs: false,
        compared: None,
    }
}

/// Enough for a row of a summary; it is never printed.
fn with_figures_of(settlement: &OrderSettlement, line: &LedgerLine) -> OrderSettlement {
    let mut settlement = settlement.clone();
    (settlement.days, settlement.work_gross) = (line.days, line.work_gross);
    settlement.score.total = line.score;
    (settlement.due.gross, settlement.due.net, settlement.due.tax) = (line.gross, line.net, line.tax);
    settlement.due.parts.clone_from(&line.parts);
    settlement.revision = line.revision;
    settlement
}

/// Drafts follow what is being issued now.
fn balance_drafts(decided: &mut [Decided], mut running: Balance) {
    for draft in decided.iter_mut().filter(|decided| decided.issue == Issue::Draft) {
        let before = running;
        running = before.plus(draft.settlement.due.both());
        draft.settlement.set_balances(before, running);
    }
}

/// Where a month's 累计 stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Standing {
    /// 框架协议已结算金额 there.
    pub balance: Balance,
    /// 序号 of the last ledger line that is in it; 0 before the first.
    pub line: u32,
    /// What was issued for later months and is in it: a month may be issued or corrected after those that follow it.
    pub later: Balance,
}

/// 框架协议已结算金额 after the last 结算单 of a month, in the order in which the ledger has them; drafts come last. That is
/// the figure which stands on that 结算单, too.
pub fn standing(decided: &[Decided], ledger: &Ledger, month: Month) -> Standing {
    let lines = || ledger.lines().iter().map(|(line, _)| line).zip(ledger.balances());
    let recorded = lines()
        .rfind(|(line, _)| line.month == month)
        .or_else(|| lines().rfind(|(line, _)| line.month < month))
        .map(|(line, (_, after))| (line.number, after));
    let closing = |one: &Decided| Balance { gross: one.settlement.closing, net: one.settlement.net_closing };
    let appended = decided.iter().filter_map(|one| Some((one.append.as_ref()?.number, closing(one))));
    let draft = decided.iter().rfind(|one| one.issue == Issue::Draft).map(closing);
    let whole = ledger.chain().next_number().saturating_sub(1);
    let (line, balance) = appended.chain(recorded).max_by_key(|(line, _)| *line).unwrap_or_default();
    let (line, balance) = draft.map_or((line, balance), |closing| (line.max(whole), closing));
    let mut later = BTreeMap::new();
    for (issued, _) in ledger.lines().iter().filter(|(one, _)| one.number <= line && one.month > month) {
        later.insert((plain(&issued.order), issued.month), issued.due());
    }
    Standing { balance, line, later: later.into_values().fold(Balance::default(), Balance::plus) }
}
