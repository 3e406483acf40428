//! The workbooks of many generated settlements, worked out anew by LibreOffice: everything follows from the days, the
//! prices, the records and the ledger's balance, to the cent.

#![allow(clippy::expect_used, reason = "clippy knows test functions, not what they share")]

mod support;

use std::sync::Arc;

use calamine::Data;
use hetong::bundle::job::{Draft, Job};
use hetong::compute::settlement::{Issue, OrderSettlement};
use hetong::model::case::{Case, Period};
use hetong::model::ledger::Ledger;
use hetong::model::month_sheets::WorkEntry;
use hetong::model::quotation::CellNumber;
use hetong::model::tax::TaxRate;
use hetong::render::xlsx;
use hetong::view::contract::ContractView;
use hetong::view::settlement::Sources;
use hetong::view::settlement_sheet;
use rust_decimal::{Decimal, dec};
use support::recalculation::{Book, assert_same, recalculated};
use support::settlements::*;

/// The same small pseudo-random numbers on every run.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: u64) -> i64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        i64::try_from((self.0 >> 33) % limit).expect("small")
    }
}

/// A case with random prices, days and records; many of its amounts fall on half cents.
fn generated(random: &mut Random, index: usize) -> Job {
    checked(generated_draft(random, index, !index.is_multiple_of(3)))
}

/// Such a case in whose month the rate, the prices or both change on days on which there is work.
fn straddling(random: &mut Random, index: usize) -> Job {
    let mut draft = generated_draft(random, index, true);
    let case = &mut draft.loaded.case;
    let month = case.months[0].month;
    let day = |day: i64| month.first().with().day(day as i8).build().expect("a day").to_string();
    let rates = [dec!(1), dec!(9), dec!(3), dec!(6.5)];
    let other = rates[index % 4];
    let first = random.below(4) + 2;
    let factor = Decimal::new(random.below(60) + 50, 2);
    let prices = |from: i64, case: &Case| {
        let price = move |line: usize, price: Decimal| match line % 3 {
            0 => price,
            _ => (price * factor).round_dp(2),
        };
        new_prices(&day(from), case, price)
    };
    case.adjustments = match index % 3 {
        0 => vec![new_rate(&day(first), other)],
        1 => vec![prices(first, case)],
        _ => vec![new_rate(&day(first), other), prices(first + 1 + random.below(2), case)],
    };
    if index.is_multiple_of(6) {
        // Worked on only after the change: 人天 of no day can be priced, too.
        let last = month.last();
        let period = Period { from: day(first).parse().expect("a day"), to: last };
        case.orders[0].period = Some(from(period));
        let own = |row: &WorkEntry| row.date.as_ref().is_none_or(|date| date.value >= period.from);
        case.months[0].work.retain(own);
        let kind = ("运维支撑", "高级");
        case.months[0].work.push(work(month, "欧阳静怡", kind, 0, dec!(2.5)));
        case.months[0].work.push(work(month, "欧阳静怡", kind, 27, dec!(0.25)));
    }
    checked(draft)
}

/// How many cells of 结算单 are typed: the prices, the cap, the balance before, the rates, and what a correction
/// replaces.
fn typed(settlement: &OrderSettlement) -> usize {
    let now = &settlement.due.parts;
    let split = settlement.lines.iter().any(|line| line.period.is_some());
    // The rate of a line is a formula only where there are several.
    let rates = if split && now.len() == 1 { settlement.lines.len() } else { 0 };
    let corrected = settlement.contradicted().map_or(0, |line| {
        let gone = line.parts.iter().filter(|old| now.iter().all(|part| part.rate != old.rate)).count();
        let all = now.len() + gone;
        // Each rate with what was issued at it; 0 where nothing is due at it any more.
        3 + if all > 1 { 4 * all + 3 * gone } else { 0 }
    });
    settlement.lines.len() + 2 + now.len() + rates + corrected
}

fn generated_draft(random: &mut Random, index: usize, dated: bool) -> Draft {
    let rate = [dec!(6), dec!(3), dec!(4), dec!(13), dec!(0.5)][index % 5];
    let day = month(["2026-03", "2027-02"][index % 2]);
    let posts = ["产品/平台服务", "活动/内容支撑", "运维支撑", "技术支持"];
    let levels = ["高级", "中级", "初级"];
    let mut work: Vec<WorkEntry> = Vec::new();
    for person in 0..=random.below(14) {
        let name = format!("员工{person}");
        let kind = (posts[random.below(4) as usize], levels[random.below(3) as usize]);
        let scale = u32::try_from(index % 4).expect("small");
        for date in 1..=random.below(if dated { 8 } else { 1 }) + 1 {
            let days = match random.below(3) {
                0 => Decimal::new(random.below(9) + 1, scale.max(1)),
                1 => dec!(0.5),
                _ => dec!(1),
            };
            work.push(support::settlements::work(day, &name, kind, if dated { date as i8 } else { 0 }, days));
        }
    }
    let records = [
        Decimal::new(random.below(5001), 2),
        Decimal::from(random.below(45)),
        Decimal::from(random.below(12)),
        Decimal::from(random.below(5)),
        Decimal::from(random.below(12)),
    ];
    let mut draft = case_with(order(ORDER, |key| key.to_owned()), day, work, &records, "扣分说明");
    let quotation = draft.loaded.case.quotation.as_mut().expect("a quotation");
    for row in &mut quotation.rows {
        let price = Decimal::new(random.below(90_000) + 20_001, 2);
        row.net_price.as_mut().expect("a price").value = CellNumber::Number(price);
    }
    let mut pack = (*draft.pack).clone();
    pack.tender.rate = TaxRate::from_percent(rate).expect("a rate");
    draft.pack = Arc::new(pack);
    if index % 4 == 1 {
        let case = &mut draft.loaded.case;
        let gross = Decimal::new(random.below(9_000_000), 2);
        case.ledger = Ledger::new(vec![(ledger_line(1, case, gross, dec!(123.45)), here())], Vec::new());
    }
    draft
}

fn issue_of(settlement: &OrderSettlement) -> Issue {
    settlement.contradicted().map_or(Issue::Issued, |line| Issue::Correction {
        reason: "核对后更正".into(),
        replaced: line.clone(),
    })
}

fn workbook(job: &Job) -> Vec<u8> {
    workbook_as(job, issue_of(&job.figures.settlements[0]))
}

fn workbook_as(job: &Job, issue: Issue) -> Vec<u8> {
    let [settlement] = job.figures.settlements.as_slice() else { panic!("one settlement") };
    let contract = ContractView::new(&job.case, &job.pack, &job.figures, false);
    let (case, pack, figures, contract) = (&job.case, &job.pack, &job.figures, &contract);
    let sources = Sources { case, pack, figures, contract, settlement, issue: &issue };
    xlsx::write_settlement(&settlement_sheet::book(sources).expect("its order")).expect("a workbook")
}

/// Whether exactly half a cent had to be rounded.
fn on_half_cents(settlement: &OrderSettlement) -> usize {
    let half = |exact: Decimal| exact * dec!(1000) % dec!(10) == dec!(5);
    let lines = settlement.lines.iter().filter(|line| half(line.days * line.gross_price.decimal())).count();
    let due = half(settlement.work_gross.decimal() * settlement.score.total / dec!(100));
    let net = half(settlement.due.gross.decimal() / (dec!(1) + settlement.due.parts[0].rate.fraction()));
    lines + usize::from(due) + usize::from(net)
}

#[test]
fn a_hundred_settlements_come_out_to_the_cent() {
    let mut random = Random(20_260_331);
    let jobs: Vec<Job> = (0..100).map(|index| generated(&mut random, index)).collect();
    let halves: usize = jobs.iter().map(|job| on_half_cents(&job.figures.settlements[0])).sum();
    assert!(halves > 50, "only {halves} amounts fall on a half cent");
    let books: Vec<Vec<u8>> = jobs.iter().map(workbook).collect();
    for (index, (job, (bytes, theirs))) in jobs.iter().zip(books.iter().zip(recalculated(&books))).enumerate()
    {
        let (ours, settlement) = (Book::of(bytes), &job.figures.settlements[0]);
        assert_same(&ours, &theirs, &format!("settlement {index}"));
        assert_eq!(ours.typed("结算单"), typed(settlement), "settlement {index}");
        // The points and the records.
        assert_eq!(ours.typed("考核表"), 10, "settlement {index}");
        assert!(ours.computed() > 30, "settlement {index}");
    }
}

#[test]
fn months_that_straddle_a_change_come_out_to_the_cent() {
    let mut random = Random(20_260_916);
    let jobs: Vec<Job> = (0..48).map(|index| straddling(&mut random, index)).collect();
    let settlements = || jobs.iter().map(|job| &job.figures.settlements[0]);
    let split = settlements().filter(|s| s.lines.iter().any(|line| line.period.is_some())).count();
    let rates = settlements().filter(|s| s.due.parts.len() > 1).count();
    assert!(split >= 40 && rates >= 16, "{split} are split, {rates} have two rates");
    let books: Vec<Vec<u8>> = jobs.iter().map(workbook).collect();
    for (index, (settlement, (bytes, theirs))) in
        settlements().zip(books.iter().zip(recalculated(&books))).enumerate()
    {
        let ours = Book::of(bytes);
        assert_same(&ours, &theirs, &format!("straddling {index}"));
        assert_eq!(ours.typed("结算单"), typed(settlement), "straddling {index}");
    }
}

// The figures of tests/settlement.rs, worked out anew by LibreOffice from the days of 人天明细.
#[test]
fn two_rates_stand_in_their_cells() {
    let records = [dec!(50), dec!(3), dec!(2), dec!(0), dec!(1)];
    let mut draft = before_and_after(order(ORDER, |key| key.to_owned()), &records, "见附表");
    draft.loaded.case.adjustments = vec![new_rate("2026-03-16", dec!(3))];
    let bytes = workbook(&checked(draft));
    if let Some(folder) = std::env::var_os("HETONG_KEEP") {
        std::fs::write(std::path::Path::new(&folder).join("two-rates.xlsx"), &bytes).expect("a file");
    }
    let theirs = recalculated(&[bytes]).remove(0);
    let said = |value: &Data| value.to_string();
    let row_of = |text: &str| {
        let cells = &theirs.values["结算单"];
        let (row, _) = cells.iter().find(|(_, value)| said(value) == text).expect("a label").0;
        let of_row = cells.range((*row, 0)..(*row + 1, 0)).map(|(_, value)| value.to_string());
        of_row.filter(|text| !text.is_empty()).collect::<Vec<_>>()
    };
    assert_eq!(
        row_of("16日至31日"),
        ["产品/平台服务", "高级", "16日至31日", "0.03", "3.5", "857.04", "2999.64"]
    );
    assert_eq!(row_of("含税金额合计（元）")[1], "9946.56");
    assert_eq!(row_of("0.06").last().map(String::as_str), Some("6174"), "the first line");
    assert_eq!(row_of("应支付金额（含税）").last().map(String::as_str), Some("9498.96"));
    assert_eq!(row_of("不含税金额\n（税率6%、3%）").last().map(String::as_str), Some("9049.99"));
    assert_eq!(row_of("税额").last().map(String::as_str), Some("448.97"));
    assert_eq!(row_of("本次结算前"), ["本次结算前", "0", "16297844.99"]);
    assert_eq!(row_of("本次结算后"), ["本次结算后", "9049.99", "16288795"]);
    let shares: Vec<String> = theirs.values["结算单"].values().map(ToString::to_string).collect();
    for share in ["6566.01", "6270.54", "5915.6", "354.94", "3380.55", "3228.42", "3134.39", "94.03"] {
        assert!(shares.iter().any(|value| value == share), "{share} in {shares:?}");
    }
    assert!(
        shares.iter().any(|text| text.contains("（不含税；增值税税率调整后按不含税价比较，框架协议4.3）"))
    );
    assert!(shares.iter().any(|text| text == "已结算金额（不含税，元）"));
}

#[test]
fn a_stored_result_that_is_wrong_is_noticed() {
    let job = generated(&mut Random(1), 0);
    let bytes = workbook(&job);
    let mut wrong = job;
    let due = &mut wrong.figures.settlements[0].due;
    due.gross = due.gross + hetong::model::money::Money::round(dec!(0.01));
    let wrong = Book::of(&workbook(&wrong));
    let theirs = recalculated(&[bytes]).remove(0);
    assert!(std::panic::catch_unwind(|| assert_same(&wrong, &theirs, "")).is_err());
}

/// How the sheets of a workbook are protected, as its XML says; none where one is open.
fn protection(bytes: &[u8]) -> Vec<Option<String>> {
    let mut package = zip::ZipArchive::new(std::io::Cursor::new(bytes)).expect("a zip");
    let sheet = |number: usize| {
        let part = package.by_name(&format!("xl/worksheets/sheet{number}.xml")).expect("a sheet");
        let xml = std::io::read_to_string(part).expect("text");
        let (_, rest) = xml.split_once("<sheetProtection")?;
        Some(rest.split_once("/>").expect("its end").0.to_owned())
    };
    (1..=3).map(sheet).collect()
}

// What LibreOffice has worked out anew is still locked, without a password; and every cell of it can be selected.
#[test]
fn what_is_issued_is_locked_and_a_draft_is_not() {
    let job = generated(&mut Random(5), 0);
    let draft = workbook_as(&job, Issue::Draft);
    assert_eq!(protection(&draft), [None, None, None]);
    let issued = workbook(&job);
    let theirs = recalculated(std::slice::from_ref(&issued)).remove(0);
    assert_same(&Book::of(&issued), &theirs, "locked");
    for sheet in protection(&issued) {
        let locked = sheet.expect("locked");
        assert!(locked.contains("sheet=\"1\"") && locked.contains("formatColumns=\"0\""), "{locked}");
        for unwanted in ["password", "hashValue", "selectLockedCells=\"1\""] {
            assert!(!locked.contains(unwanted), "{locked}");
        }
    }
    let styles = |bytes: &[u8]| {
        let mut package = zip::ZipArchive::new(std::io::Cursor::new(bytes)).expect("a zip");
        std::io::read_to_string(package.by_name("xl/styles.xml").expect("styles")).expect("text")
    };
    assert!(!styles(&issued).contains("hidden=\"1\""), "formulas are seen");
}

// 10.5 × 882.00 = 9,261.00; 得分 50 + 18.5 + 8 + 10 + 9 = 95.5; 9,261 × 0.955 = 8,844.255 → 8,844.26;
// ÷ 1.06 = 8,343.6415… → 8,343.64, 税额 500.62; 17,275,715.69 − 8,844.26 = 17,266,871.43.
#[test]
fn a_worked_example_stands_in_its_cells() {
    let march = month("2026-03");
    let rows = vec![
        work(march, "张三", ("产品/平台服务", "高级"), 9, dec!(1)),
        work(march, "张三", ("产品/平台服务", "高级"), 10, dec!(0.5)),
        work(march, "李四", ("产品/平台服务", "高级"), 0, dec!(9)),
    ];
    let records = [dec!(50), dec!(3), dec!(2), dec!(0), dec!(1)];
    let job = checked(case_with(order(ORDER, |key| key.to_owned()), march, rows, &records, "见附表"));
    let theirs = recalculated(&[workbook(&job)]).remove(0);
    let number = |label: &str| match theirs.beside("结算单", label) {
        Data::Float(number) => number.to_string(),
        other => other.to_string(),
    };
    assert_eq!(number("含税金额合计（元）"), "9261");
    assert_eq!(number("考核得分"), "95.5");
    assert_eq!(number("应支付金额（含税）"), "8844.26");
    assert_eq!(number("考核扣款（元）"), "416.74");
    assert_eq!(number("不含税金额（税率6%）"), "8343.64");
    assert_eq!(number("税额"), "500.62");
    assert_eq!(number("本次结算前"), "17275715.69");
    assert_eq!(number("本次结算后"), "17266871.43");
    let texts: Vec<String> = theirs.values["结算单"].values().map(ToString::to_string).collect();
    assert!(texts.iter().any(|text| text == "人民币捌仟捌佰肆拾肆元贰角陆分"), "{texts:?}");
    assert_eq!(theirs.beside("人天明细", "合计").to_string(), "合计", "the heading comes first");
}
