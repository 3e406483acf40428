//! Settlements for the tests: a case of `fixtures/cases` with an order and a month put into it, printed in memory.

use std::sync::OnceLock;

use hetong::bundle::job::{Draft, Job};
use hetong::bundle::produce::{Output, Press};
use hetong::compute::settlement::Issue;
use hetong::diagnostics::{Located, Origin};
use hetong::input::months::Scope;
use hetong::model::case::{Adjustment, Case};
use hetong::model::ledger::LedgerLine;
use hetong::model::money::Money;
use hetong::model::month::Month;
use hetong::model::month_sheets::{AssessmentEntry, MonthSheets, WorkEntry};
use hetong::model::order::{ContactPerson, Order};
use hetong::model::quotation::CellNumber;
use hetong::model::tax::{TaxPart, TaxRate};
use hetong::pack::Pack;
use hetong::render::fonts::Fonts;
use hetong::rules::Purpose;
use rust_decimal::Decimal;

/// 订单编号.
pub const ORDER: &str = "DD-2026-001";

/// A place, where none matters.
pub fn here() -> Origin {
    Origin::File("合同.yaml".into())
}

/// A value from nowhere.
pub fn from<T>(value: T) -> Located<T> {
    Located::new(value, here())
}

/// A month by its name.
pub fn month(name: &str) -> Month {
    name.parse().expect("a month")
}

/// The system's fonts and the pack's, loaded once.
pub fn fonts() -> &'static Fonts {
    static FONTS: OnceLock<Fonts> = OnceLock::new();
    FONTS.get_or_init(|| {
        let pack = Pack::embedded("migu-2026").expect("the pack");
        Fonts::load(None, &pack.fonts).expect("Chinese fonts")
    })
}

/// A row of 工时 on a day of the month, or for all of it where `day` is 0.
pub fn work(month: Month, person: &str, (post, level): (&str, &str), day: i8, days: Decimal) -> WorkEntry {
    let date = month.first().with().day(day.max(1)).build().expect("a day");
    WorkEntry {
        order: from(ORDER.into()),
        person: from(person.into()),
        person_id: None,
        post: from(post.into()),
        level: from(level.into()),
        date: (day > 0).then(|| from(date)),
        date_unclear: false,
        days: from(CellNumber::Number(days)),
    }
}

/// An order of which everything a 结算单 prints is filled in with `say` of its key.
pub fn order(number: &str, say: impl Fn(&str) -> String) -> Order {
    let text = |key: &str| Some(from(say(key)));
    let contact = |who: &str| ContactPerson {
        origin: None,
        name: text(&format!("{who}联系人")),
        phone: text(&format!("{who}电话")),
        email: text(&format!("{who}邮箱")),
    };
    Order {
        number: Some(from(number.into())),
        name: text("名称"),
        buyer_contact: contact("甲方"),
        supplier_contact: contact("乙方"),
        buyer_other: text("甲方其他"),
        supplier_other: text("乙方其他"),
        special_notes: text("特别说明"),
        ..Order::blank(here())
    }
}

/// 星河示例 with one order that was worked on in one month.
pub fn case_with(order: Order, month: Month, work: Vec<WorkEntry>, records: &[Decimal], note: &str) -> Draft {
    let folder = super::repository("fixtures/cases/星河示例");
    let mut draft = Draft::read(&folder, Scope::Contract, None).expect("the pack");
    let cell = |record: &Decimal| Some(from(CellNumber::Number(*record)));
    let case = &mut draft.loaded.case;
    let assessed = AssessmentEntry {
        order: from(order.number().to_owned()),
        records: records.iter().map(cell).collect(),
        note: (!note.is_empty()).then(|| from(note.into())),
        stated_score: None,
    };
    case.orders = vec![order];
    case.months = vec![MonthSheets {
        month,
        work_origin: here(),
        work,
        work_totals: Vec::new(),
        assessment_origin: here(),
        assessments: vec![assessed],
    }];
    draft
}

/// A line of the ledger with this 应支付 and these balances.
pub fn ledger_line(number: u32, case: &Case, gross: Decimal, opening: Decimal) -> LedgerLine {
    let rate = TaxRate::from_percent(Decimal::from(6)).expect("a rate");
    let (gross, opening) = (Money::round(gross), Money::round(opening));
    LedgerLine {
        number,
        contract: None,
        order: case.orders[0].number().to_owned(),
        month: case.months[0].month,
        days: Decimal::TEN,
        score: Decimal::ONE_HUNDRED,
        work_gross: gross,
        gross,
        net: rate.net(gross),
        tax: gross - rate.net(gross),
        parts: vec![TaxPart::of(gross, rate)],
        revision: 0,
        opening,
        closing: opening + gross,
        correction: None,
        inputs: std::collections::BTreeMap::new(),
        outputs: std::collections::BTreeMap::new(),
        issued_at: "2026-04-02T09:30:00+08:00".into(),
        version: "0.1.0".into(),
    }
}

/// A 调整 of the VAT rate from a day on.
pub fn new_rate(day: &str, percent: Decimal) -> Adjustment {
    Adjustment {
        origin: here(),
        effective_on: Some(from(day.parse().expect("a day"))),
        reason: Some(from("增值税税率调整".into())),
        rate: Some(from(TaxRate::from_percent(percent).expect("a rate"))),
        requotes: false,
        quotation_file: None,
        quotation: None,
    }
}

/// A 调整 by 补充协议 from a day on: of the case's 不含税单价 what `price` makes of them, line by line from 0.
pub fn new_prices(day: &str, case: &Case, price: impl Fn(usize, Decimal) -> Decimal) -> Adjustment {
    let mut quotation = case.quotation.clone().expect("a quotation");
    for (index, row) in quotation.rows.iter_mut().enumerate() {
        // What follows from the price is left to hetong.
        (row.gross_price, row.net_total, row.gross_total) = (None, None, None);
        let cell = row.net_price.as_mut().expect("a price");
        cell.value = CellNumber::Number(price(index, cell.value.number().expect("a number")));
    }
    Adjustment {
        reason: Some(from("补充协议".into())),
        rate: None,
        requotes: true,
        quotation_file: Some(from("报价表-补充协议.xlsx".into())),
        quotation: Some(quotation),
        ..new_rate(day, Decimal::ONE)
    }
}

/// 产品/平台服务 中级.
pub const MIDDLE: (&str, &str) = ("产品/平台服务", "中级");

/// March of 7 人天 高级 and 0.5 中级 up to the 15th, 3.5 and 0.5 after it.
pub fn before_and_after(order: Order, records: &[Decimal], note: &str) -> Draft {
    let march = month("2026-03");
    let senior = ("产品/平台服务", "高级");
    let half = Decimal::new(5, 1);
    let mut rows: Vec<WorkEntry> =
        (9..=18).map(|day| work(march, "张三", senior, day, Decimal::ONE)).collect();
    rows.push(work(march, "张三", senior, 19, half));
    rows.push(work(march, "李四", MIDDLE, 10, half));
    rows.push(work(march, "李四", MIDDLE, 20, half));
    case_with(order, march, rows, records, note)
}

/// The files of a job's settlements.
pub fn printed(job: &Job, issue: &Issue) -> Vec<Output> {
    let press = Press::new(job, fonts()).expect("templates");
    let settlements = job.figures.settlements.iter();
    settlements.flat_map(|settlement| press.settlement(settlement, issue).expect("files")).collect()
}

/// Checked for a final print.
pub fn checked(draft: Draft) -> Job {
    draft.check(Purpose::Final, None)
}
