//! Random valid cases always check clean and build; random single corruptions of them never build a wrong figure.
//!
//! What the figures must be is worked out in `support/any_case.rs` in whole cents. The same cases every time;
//! `HETONG_PROPERTY_CASES=1000` tries more.

#![allow(clippy::expect_used, reason = "clippy knows test functions, not what they share")]

mod support;

#[path = "support/any_case.rs"]
mod any_case;
#[path = "support/synthetic.rs"]
mod synthetic;

use std::fs;
use std::path::Path;

use any_case::{AnyCase, printed};
use hetong::bundle::job::{Draft, Job};
use hetong::input::months::Scope;
use hetong::rules::Purpose;
use support::{arg, run, told};
use synthetic::Random;

fn cases() -> usize {
    std::env::var("HETONG_PROPERTY_CASES").ok().and_then(|text| text.parse().ok()).unwrap_or(60)
}

fn job(folder: &Path) -> Job {
    Draft::read(folder, Scope::Everything, None).expect("the pack").check(Purpose::Final, None)
}

fn refused(job: &Job) -> bool {
    !job.readable || job.refuses_final()
}

/// What hetong says a figure is.
fn figure(job: &Job, name: &str) -> Option<String> {
    job.book.iter().find(|figure| figure.name == name).map(|figure| figure.value.clone())
}

/// Every figure that the documents of a case show, held against the integers; those that differ.
fn differences(job: &Job, case: &AnyCase) -> Vec<String> {
    let (net, gross) = case.totals();
    let mut expected = vec![
        ("含税上限总价".to_owned(), printed(gross)),
        ("不含税价".to_owned(), printed(net)),
        ("税额".to_owned(), printed(gross - net)),
        ("含税上限总价大写".to_owned(), any_case::capital(gross)),
        ("不含税价大写".to_owned(), any_case::capital(net)),
        ("税额大写".to_owned(), any_case::capital(gross - net)),
    ];
    let mut executed = 0;
    for order in &case.orders {
        let total = case.order_total(order);
        let called = &order.number;
        expected.push((format!("{called} 订单总额"), printed(total)));
        expected.push((format!("{called} 框架协议已执行金额"), printed(executed)));
        executed += total;
        if let Some(due) = case.due(order) {
            expected.push((format!("{called} 2026-03 应支付"), printed(due)));
            let net = (due * 100 * 2 + 106) / 212;
            expected.push((format!("{called} 2026-03 不含税"), printed(net)));
            expected.push((format!("{called} 2026-03 税额大写"), any_case::capital(due - net)));
        }
    }
    if let Some(rate) = case.new_rate {
        let rows = case.rows.iter().map(|row| any_case::with_tax(row.price * row.workload, rate));
        expected.push(("修订1 含税上限总价".to_owned(), printed(rows.sum())));
        expected.push(("修订1 不含税价".to_owned(), printed(net)));
    }
    let wrong = |(name, value): (String, String)| {
        let found = figure(job, &name);
        (found.as_ref() != Some(&value)).then(|| format!("{name}: {found:?} instead of {value}"))
    };
    expected.into_iter().filter_map(wrong).collect()
}

#[test]
fn random_valid_cases_are_clean_and_their_figures_are_right() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut kinds = [0; 4];
    for seed in 0..cases() {
        let case = AnyCase::new(seed);
        let at = folder.path().join(seed.to_string());
        case.write(&at);
        let job = job(&at);
        let findings: Vec<String> = job
            .findings
            .iter()
            .filter(|finding| finding.severity == hetong::diagnostics::Severity::Error)
            .map(|finding| format!("{} {} {}", finding.id, finding.origin, finding.message))
            .collect();
        assert!(!refused(&job), "{seed}: {findings:?} {:?}\n{}", job.blanks, case.contract);
        assert_eq!(differences(&job, &case), Vec::<String>::new(), "{seed}");
        kinds[0] += usize::from(case.contract.contains("信息安全"));
        kinds[1] += usize::from(case.contract.contains("有关联\n"));
        kinds[2] += usize::from(case.new_rate.is_some());
        kinds[3] += usize::from(!job.figures.settlements.is_empty());
    }
    assert!(kinds.iter().all(|count| *count > 0), "every kind of case was tried: {kinds:?}");
}

/// Builds the first case of a kind for signing and has it verified.
fn builds_and_verifies(wanted: fn(&AnyCase) -> bool) {
    let folder = tempfile::tempdir().expect("a folder");
    let case = (0..1000).map(AnyCase::new).find(wanted).expect("such a case");
    let (at, output) = (folder.path().join("案卷"), folder.path().join("output"));
    case.write(&at);
    let built = run(&["build", arg(&at), "-o", arg(&output), "--final"]);
    assert_eq!(built.status.code(), Some(0), "{}", told(&built));
    let verified = run(&["verify", arg(&output.join("案卷")), "--case", arg(&at)]);
    assert_eq!(verified.status.code(), Some(0), "{}", told(&verified));
}

#[test]
fn a_random_full_case_builds_final_and_verifies() {
    builds_and_verifies(|case| {
        case.contract.contains("信息安全") && !case.orders.is_empty() && case.new_rate.is_none()
    });
}

#[test]
fn a_random_bare_case_builds_final_and_verifies() {
    builds_and_verifies(|case| {
        !case.contract.contains("信息安全") && case.orders.is_empty() && case.new_rate.is_none()
    });
}

#[test]
fn a_random_adjusted_case_builds_final_and_verifies() {
    builds_and_verifies(|case| !case.orders.is_empty() && case.new_rate.is_some());
}

/// A single slip in a valid case. Where the slip is a legitimate other input, the case is changed with it, so that the
/// figures are those of what now stands there; where there is no such reading, it must be refused.
struct Slip {
    what: String,
    file: String,
    from: String,
    to: String,
    /// What the figures must be if it is not refused; none where it must be.
    then: Option<AnyCase>,
}

fn slip(case: &AnyCase, random: &mut Random) -> Option<Slip> {
    let new = |what: &str, file: &str, from: String, to: String, then: Option<AnyCase>| {
        Some(Slip { what: what.into(), file: file.into(), from, to, then })
    };
    let (contract, sheet) = ("合同.yaml", "报价表.csv");
    let index = random.below(case.rows.len());
    let row = &case.rows[index];
    let line = |price: u64| {
        let net = row.price * row.workload;
        let cells = [price, any_case::with_tax(row.price, 6), net, any_case::with_tax(net, 6)];
        let [price, gross, net, total] = cells.map(any_case::yuan);
        format!("{},{},{},{price},{gross},6%,{net},{total}\n", row.post, row.level, row.workload)
    };
    let (net, gross) = case.totals();
    let order = case.orders.first();
    let order_file = order.map(|order| format!("订单/{}.yaml", order.number)).unwrap_or_default();
    match random.below(15) {
        // The supplier's other columns say something else then.
        0 => {
            let other = digit(row.price, random);
            new("a digit of a price", sheet, line(row.price), line(other), None)
        }
        1 => new("a missing row", sheet, line(row.price), String::new(), None),
        2 => new("a doubled row", sheet, line(row.price), line(row.price).repeat(2), None),
        3 => {
            let sum = format!("合计,,,,,,{},{}", any_case::yuan(net), any_case::yuan(gross));
            let other = any_case::yuan(digit(gross, random));
            new("合计", sheet, sum, format!("合计,,,,,,{},{other}", any_case::yuan(net)), None)
        }
        4 => {
            let name = line(row.price).replacen(row.post, "未知岗位", 1);
            new("an unknown 岗位", sheet, line(row.price), name, None)
        }
        5 => {
            let text = line(row.price).replace(&any_case::yuan(row.price), "八百元");
            new("words for a price", sheet, line(row.price), text, None)
        }
        6 => {
            let words = any_case::capital(gross);
            if !case.contract.contains(&words) {
                return None;
            }
            let other = any_case::capital(digit(gross, random));
            new("大写 in 核对金额", contract, words, other, None)
        }
        7 => {
            let stated = format!("含税上限总价: {}", any_case::yuan(gross));
            if !case.contract.contains(&stated) {
                return None;
            }
            let other = format!("含税上限总价: {}", any_case::yuan(digit(gross, random)));
            new("核对金额", contract, stated, other, None)
        }
        8 => {
            let code = synthetic::credit_code(case.seed);
            let other = format!("{}{}", &code[..17], if code.ends_with('0') { '1' } else { '0' });
            new("the check digit", contract, code, other, None)
        }
        9 => {
            let (file, from) = (order_file, "签订日期: 2026-03-01");
            order?;
            new(
                "an order signed before the contract",
                &file,
                from.into(),
                "签订日期: 2025-03-01".into(),
                None,
            )
        }
        10 => {
            let share = *order?.plan.first()?;
            let (from, to) = (any_case::yuan(share), any_case::yuan(share - 100));
            let at = |share: String| format!("阶段: 第1期, 条件: 结算单签署, 比例: {share}%");
            new("付款比例", &order_file, at(from), at(to), None)
        }
        11 => {
            let line = order?.lines.first()?;
            let row = &case.rows[line.row];
            let at = |post: &str| format!("岗位: {post}, 级别: {}", row.level);
            new("an unknown 岗位 in an order", &order_file, at(row.post), at("未知岗位"), None)
        }
        12 => {
            // A legitimate other order: its figures follow.
            let line = *order?.lines.first()?;
            let row = &case.rows[line.row];
            let at = |halves: u64| {
                let days = if halves.is_multiple_of(2) {
                    (halves / 2).to_string()
                } else {
                    format!("{}.5", halves / 2)
                };
                format!("岗位: {}, 级别: {}, 人天: {days}}}", row.post, row.level)
            };
            let more = line.halves + 2 + random.below(20) as u64;
            let mut then = case.clone();
            then.orders[0].lines[0].halves = more;
            new("人天 of an order", &order_file, at(line.halves), at(more), Some(then))
        }
        13 => {
            let order = case.orders.iter().find(|order| case.due(order).is_some())?;
            let [a, b, c, d, e] = order.marks;
            let at = |first: u64| format!("{},{first},{b},{c},{d},{e},", order.number);
            let other = random.below(60) as u64;
            let mut then = case.clone();
            let changed = then.orders.iter_mut().find(|known| known.number == order.number)?;
            changed.marks[0] = other;
            let then = (other <= 50).then_some(then);
            new("a mark", "结算/2026-03/考核.csv", at(a), at(other), then)
        }
        _ => {
            let (from, to) = ("邮政编码", "邮政编号");
            new("an unknown key", contract, from.into(), to.into(), None)
        }
    }
}

/// A number with one digit changed: never the same, never zero.
fn digit(number: u64, random: &mut Random) -> u64 {
    let place = 10_u64.pow(u32::try_from(random.below(number.to_string().len())).expect("small"));
    let old = number / place % 10;
    let new = (old + 1 + random.below(9) as u64) % 10;
    let changed = number - old * place + new * place;
    if changed == 0 { number + 1 } else { changed }
}

#[test]
fn no_single_slip_builds_a_wrong_figure() {
    let folder = tempfile::tempdir().expect("a folder");
    let (mut refusals, mut followed) = (0, 0);
    for round in 0..cases() * 3 {
        let mut random = Random::new(7_000_003 + round as u64);
        let case = AnyCase::new(random.below(200));
        let Some(slip) = slip(&case, &mut random) else { continue };
        let at = folder.path().join(round.to_string());
        case.write(&at);
        let path = at.join(&slip.file);
        let text = fs::read_to_string(&path).expect("the file");
        assert!(text.contains(&slip.from), "{round} {}: {} in {text}", slip.what, slip.from);
        fs::write(&path, text.replacen(&slip.from, &slip.to, 1)).expect("the file");
        let job = job(&at);
        let what = format!("{round} {}: {} → {}", slip.what, slip.from, slip.to);
        if refused(&job) {
            refusals += 1;
            continue;
        }
        let then = slip.then.unwrap_or_else(|| panic!("not refused: {what}"));
        assert_eq!(differences(&job, &then), Vec::<String>::new(), "{what}");
        followed += 1;
    }
    assert!(refusals > 20 && followed > 3, "{refusals} refused, {followed} followed");
}
