//! What `settle` says when it is done: findings first, then what was written, then what was not.
//!
//! May use: everything.

use super::{Failure, Outcome, Session};
use crate::bundle::settle_report::{Notes, Outcome as CaseOutcome, Settled};
use crate::bundle::write::Written;
use crate::diagnostics::{CaseReport, human};
use crate::model::month::Month;
use crate::view::summary::State;

/// A case of the batch.
pub struct Told {
    /// What became of it.
    pub settled: Settled,
    /// Whether it was asked for; the others are only in the summary.
    pub wanted: bool,
}

/// Prints findings and results of all cases that were asked for.
pub fn tell(told: &[Told], month: Month, session: &mut Session<'_>) -> Result<Outcome, Failure> {
    let asked = || told.iter().filter(|told| told.wanted).map(|told| &told.settled);
    for settled in asked().filter(|settled| !settled.findings.is_empty()) {
        findings(settled, session);
    }
    let mut sum = Written::default();
    let mut failed = Vec::new();
    for settled in asked() {
        match &settled.outcome {
            CaseOutcome::Absent => {}
            CaseOutcome::Failed(why) => failed.push((settled, why.as_str())),
            CaseOutcome::Done { written, .. } => {
                session.output.print(&describe(settled));
                sum.written.extend(written.written.iter().cloned());
                sum.unchanged.extend(written.unchanged.iter().cloned());
            }
        }
    }
    let (new, same) = (sum.written.len(), sum.unchanged.len());
    session.output.print(&format!("{month} 结算：新写 {new} 个文件，{same} 个没有变化\n"));
    for (settled, why) in &failed {
        session.output.error(&format!("{}：没有结算。{why}{}", settled.name, pointer(settled)));
    }
    if told.len() > 1 && !failed.is_empty() {
        let names: Vec<&str> = failed.iter().map(|(settled, _)| settled.name.as_str()).collect();
        session.output.error(&format!("{} 个案卷没有结算：{}", failed.len(), names.join("、")));
    }
    not_asked(told, session);
    Ok(Outcome::of(asked().any(Settled::failed)))
}

fn findings(settled: &Settled, session: &mut Session<'_>) {
    let folder = settled.folder.to_string_lossy();
    let report = CaseReport {
        name: &settled.name,
        folder: &folder,
        findings: &settled.findings,
        sources: &settled.sources,
    };
    let text = human::render(&[report], session.output.paint());
    session.output.print(&format!("{text}\n"));
}

/// Errors among the findings are printed above; the old files are still there.
fn pointer(settled: &Settled) -> &'static str {
    match (settled.findings.has_errors(), settled.target.is_dir()) {
        (true, true) => "（见上）；原有文件没有改动",
        (true, false) => "（见上）",
        (false, _) => "",
    }
}

fn describe(settled: &Settled) -> String {
    let CaseOutcome::Done { written, states, issued, corrected, remade, notes } = &settled.outcome else {
        return String::new();
    };
    if states.is_empty() {
        return format!("{}：这个月没有可以结算的订单\n", settled.name);
    }
    let count = |state| states.iter().filter(|found| **found == state).count();
    let states = [State::Draft, State::Issued, State::Corrected].into_iter();
    let states = states.map(|state| (state.label(), count(state))).filter(|(_, count)| *count > 0);
    let states: Vec<String> = states.map(|(label, count)| format!("{label} {count} 份")).collect();
    let mut text = format!(
        "{}：{}（{}）；新写 {} 个文件，{} 个没有变化\n",
        settled.name,
        settled.target.display(),
        states.join("，"),
        written.written.len(),
        written.unchanged.len()
    );
    for (what, orders) in [("本次开具", issued), ("本次更正", corrected)] {
        if !orders.is_empty() {
            text += &format!("  {what}：{}\n", orders.join("、"));
        }
    }
    for (file, kept) in &written.kept {
        text += &format!("  “{file}”被人改过，改过的那份另存为“{kept}”\n");
    }
    for file in remade {
        text += &format!(
            "  注意：“{file}”已经开具但文件不在了，现已按台账补上；案卷的其他内容在开具后有变动，补上的与当时的文件不完全相同\n"
        );
    }
    text + &remarks(notes)
}

fn remarks(notes: &Notes) -> String {
    let mut text = String::new();
    let mut tell = |orders: &[String], words: &dyn Fn(String) -> String| {
        if !orders.is_empty() {
            text += &format!("  {}\n", words(orders.join("、")));
        }
    };
    tell(&notes.same, &|orders| format!("{orders}：与已开具的相同，没有更正"));
    tell(&notes.changed, &|orders| {
        format!(
            "注意：{orders} 开具以后工时或考核改过，金额没有变，印在结算单上的内容变了；确要更正，请用 --only <订单编号> --issue --amend <原因>"
        )
    });
    tell(&notes.stale, &|orders| {
        format!("注意：{orders} 的草稿没有重做，上面的已结算金额和剩余金额已经过时；改正后请再运行一次")
    });
    tell(&notes.unsettled, &|orders| format!("注意：没有选中的订单 {orders} 算不出结算单，汇总里没有它们"));
    tell(&notes.not_issued, &|months| {
        format!("注意：{months} 有工时和考核，但还没有开具，已结算金额里没有它们")
    });
    if notes.elsewhere > 0 {
        text += &format!("  没有选中的订单另有 {} 个错误，见结算汇总的“发现”\n", notes.elsewhere);
    }
    text
}

/// Those that nobody asked for are in the summary all the same: with what was issued of them, where they have errors.
fn not_asked(told: &[Told], session: &mut Session<'_>) {
    let failed = told.iter().filter(|told| !told.wanted).map(|told| &told.settled);
    let failed = failed.filter(|settled| matches!(settled.outcome, CaseOutcome::Failed(_)));
    let (missing, issued): (Vec<_>, Vec<_>) = failed.partition(|settled| settled.summary.orders.is_empty());
    for (cases, what) in [
        (missing, "汇总里没有它们这个月的金额"),
        (issued, "汇总里它们这个月的金额只有台账里已开具的，这次没有核对"),
    ] {
        if !cases.is_empty() {
            let names: Vec<&str> = cases.iter().map(|settled| settled.name.as_str()).collect();
            let (count, names) = (names.len(), names.join("、"));
            session.output.tell(&format!("注意：没有选中的 {count} 个案卷有错误，{what}：{names}\n"));
        }
    }
}
