//! LibreOffice works every formula out anew and must come to our exact figures, to the cent.
//!
//! The stored results are taken out of the workbooks first, so that nothing but a calculation can bring them back.

// clippy.toml allows this in test functions; the helpers here are none, but serve nothing else.
#![allow(clippy::unwrap_used)]

mod support;

use std::collections::BTreeMap;
use std::io::{Cursor, Read, Write};
use std::path::Path;

use calamine::{Data, Reader, Xlsx};
use hetong::model::money::Money;
use hetong::model::tax::TaxRate;
use hetong::render::xlsx;
use hetong::view::sheets::wording::{self, Framework, Readings};
use hetong::view::sheets::{
    AssessmentSheet, Basis, IndicatorRow, Offer, OrderWork, OrderWorkRow, PaymentRow, PricePost, PriceRow,
    PriceTable, PriceTotals, QuotationFormSheet, QuotationSheet, SheetMeta,
};
use rust_decimal::{Decimal, dec};
use support::office;

/// Values of a sheet by row and column, from 0.
type Cells = BTreeMap<(u32, u32), Data>;

/// The same small pseudo-random numbers on every run.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: u64) -> i64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        i64::try_from((self.0 >> 33) % limit).unwrap()
    }
}

fn rate(percent: Decimal) -> TaxRate {
    TaxRate::from_percent(percent).unwrap()
}

/// A price table with one 岗位 per entry, every line with its offer.
fn price_table(posts: Vec<PricePost>, rate: TaxRate) -> PriceTable {
    PriceTable {
        title: "报价表".into(),
        project: "项目名称：咪咕音乐2026年定制化服务支撑项目".into(),
        headings: wording::quotation_headings("（人/天）"),
        posts,
        rate,
        total_label: "合计".into(),
        notes: vec!["备注：".into()],
    }
}

fn price_row(price: Decimal, workload: Decimal, rate: TaxRate) -> PriceRow {
    let net_price = Money::round(price);
    let net_total = Money::round(net_price.decimal() * workload);
    PriceRow {
        level: "高级".into(),
        workload,
        net_ceiling: net_price,
        gross_ceiling: rate.gross(net_price),
        offer: Some(Offer {
            net_price,
            gross_price: rate.gross(net_price),
            net_total,
            gross_total: rate.gross(net_total),
        }),
    }
}

fn totals(table: &PriceTable) -> PriceTotals {
    let offers = || table.posts.iter().flat_map(|post| &post.rows).filter_map(|row| row.offer);
    PriceTotals {
        net: offers().map(|offer| offer.net_total).sum(),
        gross: offers().map(|offer| offer.gross_total).sum(),
    }
}

/// The package with its first sheet's XML changed.
fn edited(bytes: &[u8], edit: impl Fn(String) -> String) -> Vec<u8> {
    let mut from = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
    let mut to = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for i in 0..from.len() {
        let mut part = from.by_index(i).unwrap();
        let (name, mut content) = (part.name().unwrap().into_owned(), Vec::new());
        part.read_to_end(&mut content).unwrap();
        if name == "xl/worksheets/sheet1.xml" {
            content = edit(String::from_utf8(content).unwrap()).into_bytes();
        }
        to.start_file(name, zip::write::SimpleFileOptions::default()).unwrap();
        to.write_all(&content).unwrap();
    }
    to.finish().unwrap().into_inner()
}

/// Takes the stored results out of a sheet.
fn without_results(xml: String) -> String {
    let mut parts = xml.split("</f><v>");
    let mut out = parts.next().unwrap().to_owned();
    for part in parts {
        out.push_str("</f>");
        out.push_str(part.split_once("</v>").unwrap().1);
    }
    out.replace(" t=\"str\"><f>", "><f>")
}

/// Opens the workbooks in LibreOffice, which calculates them, and saves them anew.
fn recalculated(books: &[Vec<u8>]) -> Vec<Vec<u8>> {
    let folder = tempfile::tempdir().unwrap();
    let (inbox, outbox) = (folder.path().join("in"), folder.path().join("out"));
    std::fs::create_dir(&inbox).unwrap();
    let path = |i: usize, at: &Path| at.join(format!("{i}.xlsx"));
    let files: Vec<_> = (0..books.len()).map(|i| path(i, &inbox)).collect();
    for (file, book) in files.iter().zip(books) {
        std::fs::write(file, edited(book, without_results)).unwrap();
    }
    office(&files, "xlsx:Calc MS Excel 2007 XML", &outbox);
    (0..books.len()).map(|i| std::fs::read(path(i, &outbox)).unwrap()).collect()
}

fn cells(bytes: &[u8]) -> Cells {
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).unwrap();
    let range = book.worksheet_range_at(0).unwrap().unwrap();
    let (top, left) = range.start().unwrap();
    let place = |row: usize, column: usize| {
        (top + u32::try_from(row).unwrap(), left + u32::try_from(column).unwrap())
    };
    range.used_cells().map(|(row, column, value)| (place(row, column), value.clone())).collect()
}

/// All figures where the original has a formula must be the same double after recalculation; gives back how many.
fn assert_same_figures(original: &[u8], recalculated: &[u8]) -> usize {
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(original)).unwrap();
    let formulas = book.worksheet_formula(&book.sheet_names()[0].clone()).unwrap();
    let (ours, theirs) = (cells(original), cells(recalculated));
    let (top, left) = formulas.start().unwrap();
    let mut count = 0;
    for (row, column, formula) in formulas.used_cells().filter(|(_, _, formula)| !formula.is_empty()) {
        let place = (top + u32::try_from(row).unwrap(), left + u32::try_from(column).unwrap());
        let (ours, theirs) = (&ours[&place], theirs.get(&place));
        match ours {
            Data::Float(_) | Data::Int(_) => assert_eq!(Some(ours), theirs, "{place:?} ={formula}"),
            _ => {
                let theirs = theirs.map(ToString::to_string).unwrap_or_default();
                assert_eq!(ours.to_string(), theirs, "{place:?} ={formula}");
            }
        }
        count += 1;
    }
    count
}

/// Prices and workloads that fall on half cents far more often than real ones, at several rates.
#[test]
fn rounds_as_we_do_on_thousands_of_lines() {
    let mut random = Random(20_260_101);
    let mut half_cents = 0;
    let rates = [dec!(6), dec!(3), dec!(1), dec!(13), dec!(6.5)];
    let books: Vec<_> = rates
        .iter()
        .map(|&percent| {
            let rate = rate(percent);
            let mut row = |i: usize| {
                let step = [1, 5, 25, 50][i % 4];
                let price = Decimal::new((random.below(200_000) / step + 1) * step, 2);
                let workload = Decimal::new(random.below(500_000) + 1, u32::try_from(i % 3).unwrap());
                let exact = [price * (dec!(1) + rate.fraction()), price * workload];
                half_cents +=
                    exact.iter().filter(|figure| **figure * dec!(1000) % dec!(10) == dec!(5)).count();
                price_row(price, workload, rate)
            };
            let rows = (0..1500).map(&mut row).collect();
            let table = price_table(vec![PricePost { name: "运维支撑".into(), rows }], rate);
            let totals = Some(totals(&table));
            xlsx::write_quotation(&QuotationSheet { meta: SheetMeta::default(), table, totals }).unwrap()
        })
        .collect();
    assert!(half_cents > 300, "only {half_cents} lines fall on a half cent");
    for (book, recalculated) in books.iter().zip(recalculated(&books)) {
        assert_eq!(assert_same_figures(book, &recalculated), 3 * 1500 + 2);
    }
}

/// The tender of 2026 at its ceilings.
fn tender() -> PriceTable {
    let six = rate(dec!(6));
    let usual = [dec!(849.06), dec!(754.72), dec!(471.70)];
    let workloads = [
        ("产品/平台服务", [1250, 500, 250], usual),
        ("活动/内容支撑", [1250, 1250, 250], usual),
        ("用户/数据运营", [1250, 1250, 250], usual),
        ("场景/渠道运营", [2000, 1500, 250], usual),
        ("设计/制作支撑", [2000, 500, 250], usual),
        ("运维支撑", [2000, 500, 250], usual),
        ("技术支持", [1650, 1100, 687], [dec!(1221.45), dec!(977.50), dec!(586.50)]),
    ];
    let posts = workloads.map(|(name, workloads, prices)| PricePost {
        name: name.into(),
        rows: workloads.iter().zip(prices).map(|(&load, price)| price_row(price, load.into(), six)).collect(),
    });
    price_table(posts.to_vec(), six)
}

/// Types a number into an open cell, as a supplier does.
fn typed(xml: &str, cell: &str, number: Decimal) -> String {
    let start = xml.find(&format!("<c r=\"{cell}\" s=")).unwrap();
    let end = start + xml[start..].find("/>").unwrap();
    format!("{}><v>{number}</v></c>{}", &xml[..end], &xml[end + 2..])
}

#[test]
fn the_blank_form_calculates_once_it_is_filled() {
    let table = tender();
    let totals = totals(&table);
    let form = QuotationFormSheet {
        meta: SheetMeta::default(),
        table: table.clone(),
        gross_total_ceiling: Money::round(dec!(17627800)),
    };
    let blank = xlsx::write_quotation_form(&form).unwrap();
    let prices = table.posts.iter().flat_map(|post| &post.rows).filter_map(|row| row.offer);
    let fill = |xml: String, most: usize| {
        let offers = prices.clone().take(most).enumerate();
        offers.fold(xml, |xml, (i, offer)| typed(&xml, &format!("F{}", i + 5), offer.net_price.decimal()))
    };
    let filled = edited(&blank, |xml| fill(xml, 21));
    let partly = edited(&blank, |xml| fill(xml, 20));
    let saved = recalculated(&[blank.clone(), partly, filled]);

    assert_eq!(assert_same_figures(&blank, &saved[0]), 3 * 21 + 2 + 1);
    let text = |cells: &Cells, place| cells.get(&place).map(ToString::to_string).unwrap_or_default();
    let partly = cells(&saved[1]);
    assert_eq!(text(&partly, (25, 9)), "");
    assert_eq!(text(&partly, (1, 11)), "还有 1 个单价未填。");

    let filled = cells(&saved[2]);
    assert_eq!(totals.gross.to_string(), "17,628,237.78");
    assert_eq!(filled[&(25, 8)], Data::Float(16_630_413.00));
    assert_eq!(filled[&(25, 9)], Data::Float(17_628_237.78));
    assert_eq!(text(&filled, (1, 11)), "超限 437.78 元（上限 17,627,800.00 元），将被否决。");
    assert_eq!(text(&filled, (2, 5)), "不含税单价");
    // What LibreOffice saves is still locked and still checks what is typed.
    let mut package = zip::ZipArchive::new(Cursor::new(&saved[2])).unwrap();
    let xml = std::io::read_to_string(package.by_name("xl/worksheets/sheet1.xml").unwrap()).unwrap();
    assert!(xml.contains("<sheetProtection") && xml.contains("不得超过 849.06 元/人天"));
}

#[test]
fn the_filled_quotation_comes_to_the_contracts_figures() {
    let table = tender();
    let view = QuotationSheet { meta: SheetMeta::default(), totals: Some(totals(&table)), table };
    let book = xlsx::write_quotation(&view).unwrap();
    // A stored result that is a cent off shows that LibreOffice does calculate, and that a cent is noticed.
    let mut wrong = view;
    let offer = wrong.table.posts[0].rows[0].offer.as_mut().unwrap();
    offer.gross_total = offer.gross_total + Money::round(dec!(0.01));
    let wrong = xlsx::write_quotation(&wrong).unwrap();
    let saved = recalculated(&[book.clone(), wrong.clone()]);
    // As it is signed, it is locked.
    edited(&saved[0], |xml| {
        assert!(xml.contains("<sheetProtection"), "{xml}");
        xml
    });
    assert_eq!(assert_same_figures(&book, &saved[0]), 3 * 21 + 2);
    assert_eq!(cells(&wrong)[&(4, 9)], Data::Float(1_125_004.51));
    assert_eq!(cells(&saved[1])[&(4, 9)], Data::Float(1_125_004.50));
}

/// A 考核表 with these records and what we make of them.
fn assessment(records: [Decimal; 5]) -> AssessmentSheet {
    let points = [dec!(50), dec!(20), dec!(10), dec!(10), dec!(10)];
    let deductions = [None, Some(dec!(0.5)), Some(dec!(1)), Some(dec!(2.5)), Some(dec!(1))];
    let indicators: Vec<_> = (0..5)
        .map(|i| IndicatorRow {
            name: format!("指标{i}"),
            points_label: String::new(),
            requirement: String::new(),
            points: points[i],
            deduction: deductions[i],
            standard: String::new(),
            column: format!("次数{i}"),
            record: Some(records[i]),
            score: Some(match deductions[i] {
                Some(deduction) => (points[i] - deduction * records[i]).max(Decimal::ZERO),
                None => records[i],
            }),
        })
        .collect();
    AssessmentSheet {
        meta: SheetMeta::default(),
        title: "服务质量考核表".into(),
        month: "考核时间：2026年3月".into(),
        headings: wording::assessment_headings(),
        total: Some(indicators.iter().filter_map(|indicator| indicator.score).sum()),
        total_label: "最终得分".into(),
        note: String::new(),
        indicators,
    }
}

#[test]
fn scores_come_out_as_ours() {
    let books: Vec<_> = [
        [dec!(47.35), dec!(3), dec!(0), dec!(5), dec!(2)],
        [dec!(50), dec!(0), dec!(0), dec!(0), dec!(0)],
        [dec!(0.1), dec!(41), dec!(11), dec!(3), dec!(7)],
    ]
    .map(|records| xlsx::write_assessment(&assessment(records)).unwrap())
    .to_vec();
    for (book, saved) in books.iter().zip(recalculated(&books)) {
        assert_eq!(assert_same_figures(book, &saved), 6);
    }
}

fn work(rows: &[(Decimal, Decimal)]) -> OrderWork {
    let amount = |&(days, price): &(Decimal, Decimal)| Money::round(days * price);
    let row = |line: &(Decimal, Decimal)| OrderWorkRow {
        post: "技术支持".into(),
        level: "中级".into(),
        days: Some(line.0),
        gross_price: Some(Money::round(line.1)),
        amount: Some(amount(line)),
    };
    OrderWork {
        caption: "明细".into(),
        headings: ["岗位职责", "级别", "人天", "含税单价", "金额"].map(str::to_owned),
        total: Some(rows.iter().map(amount).sum()),
        total_label: "合计".into(),
        rows: rows.iter().map(row).collect(),
        net: None,
        note: String::new(),
    }
}

#[test]
fn orders_come_out_as_ours() {
    let mut order =
        wording::blank_order_form(&Framework::default(), &Readings::default(), SheetMeta::default());
    let table = work(&[(dec!(120), dec!(899.99)), (dec!(33.5), dec!(799.99)), (dec!(0.125), dec!(1036.15))]);
    let total = table.total.unwrap();
    let share = |share: Decimal| Money::round(total.decimal() * share);
    let stage = |amount, share, amount_basis| PaymentRow {
        amount: Some(amount),
        amount_basis,
        share: Some(share),
        ..Default::default()
    };
    let (first, second) = (share(dec!(0.3)), share(dec!(0.3333)));
    order.payments.rows = vec![
        stage(first, dec!(0.3), Basis::Computed),
        stage(second, dec!(0.3333), Basis::Computed),
        stage(total - first - second, dec!(0.3667), Basis::Rest),
    ];
    order.work = Some(table);

    let books = [xlsx::write_order_form(&order).unwrap()];
    let saved = recalculated(&books);
    assert_eq!(assert_same_figures(&books[0], &saved[0]), 3 + 2 + 3);
}

/// Amounts that are typed give ratios, a ratio that is typed gives an amount, and the last of each takes the rest.
#[test]
fn a_plan_of_ratios_and_amounts_comes_out_as_ours() {
    let mut order =
        wording::blank_order_form(&Framework::default(), &Readings::default(), SheetMeta::default());
    // 33.5 × 784.01 = 26,264.335 and 0.25 × 898.94 = 224.735: half a cent goes up; together 26,489.08.
    let row = |days: Decimal, price: Decimal, amount: Decimal| OrderWorkRow {
        post: "技术支持".into(),
        level: "中级".into(),
        days: Some(days),
        gross_price: Some(Money::round(price)),
        amount: Some(Money::round(amount)),
    };
    order.work = Some(OrderWork {
        caption: "明细".into(),
        headings: ["岗位职责", "级别", "人天", "含税单价", "金额"].map(str::to_owned),
        rows: vec![
            row(dec!(33.5), dec!(784.01), dec!(26264.34)),
            row(dec!(0.25), dec!(898.94), dec!(224.74)),
        ],
        total_label: "订单总额".into(),
        total: Some(Money::round(dec!(26489.08))),
        net: None,
        note: String::new(),
    });
    let stage = |amount, amount_basis, share, share_basis| PaymentRow {
        amount: Some(Money::round(amount)),
        amount_basis,
        share: Some(share),
        share_basis,
        ..Default::default()
    };
    // 1,000 / 26,489.08 = 3.7751 %; 33.333 % = 8,829.6050…; the third is typed, 62.889 % is what is left of 100 %.
    order.payments.rows = vec![
        stage(dec!(1000), Basis::Stated, dec!(0.0378), Basis::Computed),
        stage(dec!(8829.61), Basis::Rest, dec!(0.33333), Basis::Stated),
        stage(dec!(16659.47), Basis::Stated, dec!(0.62887), Basis::Rest),
    ];
    let book = xlsx::write_order_form(&order).unwrap();
    let saved = recalculated(std::slice::from_ref(&book));
    assert_eq!(assert_same_figures(&book, &saved[0]), 2 + 2 + 3);
}
