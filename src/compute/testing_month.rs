//! A case with an order, a month and, if wanted, a ledger: what the tests of settlements are built from.

use std::collections::BTreeMap;

use rust_decimal::{Decimal, dec};

use super::testing::{adjustment, at, good_case, located_at, pack, quotation, text};
use crate::diagnostics::{CellPlace, CellRef, Located, Origin};
use crate::model::case::{Adjustment, Case, Period};
use crate::model::ledger::{Ledger, LedgerLine};
use crate::model::money::Money;
use crate::model::month::Month;
use crate::model::month_sheets::{AssessmentEntry, MonthSheets, WorkEntry};
use crate::model::order::{ContactPerson, Order, OrderLine};
use crate::model::quotation::CellNumber;
use crate::model::tax::{TaxPart, TaxRate};
use crate::pack::TenderLine;

/// 2026-03.
pub fn march() -> Month {
    "2026-03".parse().unwrap()
}

/// A cell of 工时.xlsx or 考核.xlsx of March, by row and column from 1.
pub fn month_cell(file: &str, row: usize, column: u32) -> Origin {
    Origin::Cell(CellPlace {
        file: format!("结算/2026-03/{file}").as_str().into(),
        sheet: "Sheet1".into(),
        cell: CellRef { row: u32::try_from(row).unwrap() - 1, column: column - 1 },
    })
}

/// An order of 120 and 60 人天 from March to August.
pub fn order(number: &str) -> Order {
    let contact = |who: &str, name: &str| ContactPerson {
        origin: Some(at(who)),
        name: text(&format!("{who}.姓名"), name),
        phone: text(&format!("{who}.电话"), "028-68390001"),
        email: text(&format!("{who}.邮箱"), "contact@example.com"),
    };
    let line = |post: &str, level: &str, days| OrderLine {
        origin: at(&format!("明细.{post}{level}")),
        post: text("明细.岗位", post),
        level: text("明细.级别", level),
        days: Some(Located::new(days, at("明细.人天"))),
    };
    let period = Period { from: "2026-03-05".parse().unwrap(), to: "2026-08-31".parse().unwrap() };
    Order {
        number: Some(located_at("编号", number)),
        name: text("名称", "视频彩铃运营支撑"),
        signed_on: super::testing::day("签订日期", "2026-03-05"),
        period: Some(Located::new(period, at("服务周期"))),
        buyer_contact: contact("甲方联系人", "王一"),
        supplier_contact: contact("乙方联系人", "赵二"),
        service_items: text("服务事项", "视频彩铃内容运营支撑"),
        requirements: text("具体要求", "按月提交运营报告"),
        content: text("委托内容", "视频彩铃的内容编排与上线支撑"),
        lines: vec![line("产品/平台服务", "高级", dec!(120)), line("技术支持", "中级", dec!(60))],
        ..Order::blank(Origin::File(format!("订单/{number}.yaml").as_str().into()))
    }
}

/// A row of 工时 on a day of March, or for the whole month where `day` is 0.
pub fn work(
    row: usize,
    order: &str,
    person: &str,
    (post, level): (&str, &str),
    day: u8,
    days: Decimal,
) -> WorkEntry {
    let cell = |column| month_cell("工时.xlsx", row, column);
    let date = (day > 0).then(|| format!("2026-03-{day:02}").parse().unwrap());
    WorkEntry {
        order: Located::new(order.to_owned(), cell(1)),
        person: Located::new(person.to_owned(), cell(2)),
        person_id: None,
        post: Located::new(post.to_owned(), cell(3)),
        level: Located::new(level.to_owned(), cell(4)),
        date: date.map(|date| Located::new(date, cell(5))),
        date_unclear: false,
        days: Located::new(CellNumber::Number(days), cell(6)),
    }
}

/// A row of 考核 with these records, in the pack's order.
pub fn assessment(row: usize, order: &str, records: [Decimal; 5], note: &str) -> AssessmentEntry {
    let cell = |column| month_cell("考核.xlsx", row, column);
    let record =
        |(column, record): (u32, Decimal)| Some(Located::new(CellNumber::Number(record), cell(column)));
    AssessmentEntry {
        order: Located::new(order.to_owned(), cell(1)),
        records: (2..).zip(records).map(record).collect(),
        note: (!note.is_empty()).then(|| Located::new(note.to_owned(), cell(7))),
        stated_score: None,
    }
}

/// March's sheets.
pub fn sheets(work: Vec<WorkEntry>, assessments: Vec<AssessmentEntry>) -> MonthSheets {
    MonthSheets {
        month: march(),
        work_origin: Origin::File("结算/2026-03/工时.xlsx".into()),
        work,
        work_totals: Vec::new(),
        assessment_origin: Origin::File("结算/2026-03/考核.xlsx".into()),
        assessments,
    }
}

/// The usual records: 97.5 points, one complaint and three shortcomings.
pub const RECORDS: [Decimal; 5] = [dec!(50), dec!(3), dec!(1), dec!(0), dec!(0)];

/// The good case with the order DD-2026-001, worked on by two persons in March: 高级 21.5 人天 at 898.94, 中级 10 at
/// 1035.09, 得分 97.5.
pub fn good_month_case() -> Case {
    let mut case = good_case();
    case.orders = vec![order("DD-2026-001")];
    let senior = ("产品/平台服务", "高级");
    let mut rows: Vec<WorkEntry> =
        (5..=25).zip(2..).map(|(day, row)| work(row, "DD-2026-001", "张三", senior, day, dec!(1))).collect();
    rows.push(work(23, "DD-2026-001", "张三", senior, 26, dec!(0.5)));
    rows.push(work(24, "DD-2026-001", "李四", ("技术支持", "中级"), 0, dec!(10)));
    let note = "3月12日、18日、20日未按需求提供设计人员；3月20日首页推荐位延迟上线被投诉1次";
    case.months = vec![sheets(rows, vec![assessment(2, "DD-2026-001", RECORDS, note)])];
    case
}

/// A ledger's line for March that follows `opening`; its figures do not matter to the chain.
pub fn line(number: u32, order: &str, opening: Decimal, gross: Decimal) -> LedgerLine {
    let rate = TaxRate::from_percent(dec!(6)).unwrap();
    let gross = Money::round(gross);
    LedgerLine {
        number,
        contract: None,
        order: order.to_owned(),
        month: march(),
        days: dec!(31.5),
        score: dec!(97.5),
        work_gross: gross,
        gross,
        net: rate.net(gross),
        tax: gross - rate.net(gross),
        parts: vec![TaxPart::of(gross, rate)],
        revision: 0,
        opening: Money::round(opening),
        closing: Money::round(opening) + gross,
        correction: None,
        inputs: BTreeMap::new(),
        outputs: BTreeMap::new(),
        issued_at: "2026-04-02T09:30:00+08:00".into(),
        version: "0.1.0".into(),
    }
}

/// A ledger of these lines.
pub fn ledger(lines: Vec<LedgerLine>) -> Ledger {
    let origin = |line: LedgerLine| (line, Origin::File("台账.jsonl".into()));
    Ledger::new(lines.into_iter().map(origin).collect(), Vec::new())
}

/// A 调整 of every 不含税单价 from a day on, at the rate there is.
pub fn requoted(key: &str, date: &str, price: impl Fn(&TenderLine) -> Money) -> Adjustment {
    let quotation = quotation(&pack(), price);
    Adjustment { rate: None, requotes: true, quotation: Some(quotation), ..adjustment(key, date) }
}
