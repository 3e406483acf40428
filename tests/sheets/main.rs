//! Reads every spreadsheet in `fixtures/sheets`, all of them made by other programs (see `make.py` there), and checks
//! exact values and the exact places of cells.

#![allow(clippy::unwrap_used, clippy::panic)]

mod faults;
mod hostile;
mod monthly;
mod sums;

use std::path::Path;

use hetong::diagnostics::Origin;
use hetong::input::workbook::{Column, SheetSource, evaluate::Evaluator, open, read_quotation, table};
use hetong::model::fault::Fault;
use hetong::model::quotation::{CellNumber, Doubt, NumberCell, Quotation, QuotationRow};
use rust_decimal::{Decimal, dec};

/// 岗位, 预估工作量 of 高级, 中级, 初级: the form's 附件3.
const POSTS: [(&str, [i64; 3]); 7] = [
    ("产品/平台服务", [1250, 500, 250]),
    ("活动/内容支撑", [1250, 1250, 250]),
    ("用户/数据运营", [1250, 1250, 250]),
    ("场景/渠道运营", [2000, 1500, 250]),
    ("设计/制作支撑", [2000, 500, 250]),
    ("运维支撑", [2000, 500, 250]),
    ("技术支持", [1650, 1100, 687]),
];
const LEVELS: [&str; 3] = ["高级", "中级", "初级"];
/// 98 % of the ceilings: 不含税单价, 含税单价.
const PRICES: [(Decimal, Decimal); 3] =
    [(dec!(832.08), dec!(882.00)), (dec!(739.63), dec!(784.01)), (dec!(462.27), dec!(490.01))];
const IT_PRICES: [(Decimal, Decimal); 3] =
    [(dec!(1197.02), dec!(1268.84)), (dec!(957.95), dec!(1015.43)), (dec!(574.77), dec!(609.26))];
const NET: Decimal = dec!(16297844.99);
const GROSS: Decimal = dec!(17275715.69);

fn bytes(name: &str) -> Vec<u8> {
    std::fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures").join(name)).unwrap()
}

fn read_as(name: &str, bytes: &[u8], sheet: Option<&str>) -> (Option<Quotation>, Vec<Fault>) {
    let mut faults = Vec::new();
    let quotation = read_quotation(&SheetSource::new(name, bytes), sheet, &mut faults);
    (quotation, faults)
}

fn read(name: &str) -> (Option<Quotation>, Vec<Fault>) {
    read_as(name, &bytes(&format!("sheets/{name}")), None)
}

/// A quotation that reads without any fault.
fn clean(name: &str) -> Quotation {
    let (quotation, faults) = read(name);
    assert_eq!(faults, [], "{name}");
    quotation.unwrap_or_else(|| panic!("{name}"))
}

/// What stands in a cell, or the result of its formula.
fn number(cell: &NumberCell) -> Decimal {
    let cell = cell.as_ref().unwrap();
    cell.value.number().unwrap_or_else(|| panic!("{:?} at {}", cell.value, cell.origin))
}

/// The cell's name without file and sheet.
fn at(origin: &Origin) -> String {
    match origin {
        Origin::Cell(place) => place.cell.to_string(),
        other => panic!("{other}"),
    }
}

fn place(cell: &NumberCell) -> String {
    at(&cell.as_ref().unwrap().origin)
}

fn round(value: Decimal) -> Decimal {
    value.round_dp_with_strategy(2, rust_decimal::RoundingStrategy::MidpointAwayFromZero)
}

/// All 21 lines have the values that make.py wrote, and the totals, too.
fn assert_values(name: &str, quotation: &Quotation) {
    assert_eq!(quotation.rows.len(), 21, "{name}");
    for (index, row) in quotation.rows.iter().enumerate() {
        let (post, workloads) = POSTS[index / 3];
        let (net, gross) = if index < 18 { PRICES[index % 3] } else { IT_PRICES[index % 3] };
        let work = Decimal::from(workloads[index % 3]);
        assert_eq!(
            (row.post.value.as_str(), row.level.value.as_str()),
            (post, LEVELS[index % 3]),
            "{name} {index}"
        );
        let net_total = round(net * work);
        let found =
            [&row.workload, &row.net_price, &row.gross_price, &row.rate, &row.net_total, &row.gross_total];
        let wanted = [work, net, gross, dec!(0.06), net_total, round(net_total * dec!(1.06))];
        assert_eq!(found.map(number), wanted, "{name} {index}");
    }
    let totals = quotation.totals.as_ref().unwrap();
    assert_eq!((number(&totals.net_total), number(&totals.gross_total)), (NET, GROSS), "{name}");
}

/// The places in the layout of make.py's `fill`: headings in row 3, lines from row 4, 合计 in row 25.
fn assert_places(name: &str, quotation: &Quotation, merged: bool) {
    assert_eq!(at(&quotation.origin), "A3", "{name}");
    for (index, row) in quotation.rows.iter().enumerate() {
        let line = index + 4;
        assert_eq!(at(&row.post.origin), format!("A{}", line - index % 3), "{name}");
        assert_eq!(at(&row.level.origin), format!("B{line}"), "{name}");
        let cells = [&row.workload, &row.net_price, &row.gross_price, &row.net_total, &row.gross_total];
        assert_eq!(
            cells.map(place),
            ["C", "D", "E", "G", "H"].map(|column| format!("{column}{line}")),
            "{name}"
        );
        assert_eq!(place(&row.rate), "F4", "{name} merged: {merged}");
    }
    let totals = quotation.totals.as_ref().unwrap();
    assert_eq!([&totals.net_total, &totals.gross_total].map(place), ["G25", "H25"], "{name}");
}

#[test]
fn the_same_quotation_in_every_format() {
    for name in [
        "plain.xlsx",
        "xlsx-called.xls",
        "formulas.xlsx",
        "formulas.xlsm",
        "formulas.xls",
        "formulas.xlsb",
        "formulas.ods",
        "far-cell.xlsx",
        "far-cell.ods",
    ] {
        let quotation = clean(name);
        assert_values(name, &quotation);
        assert_places(name, &quotation, true);
    }
    for name in ["gbk.csv", "utf8-bom.csv", "utf16-tab.csv"] {
        let quotation = clean(name);
        assert_values(name, &quotation);
        assert_places(name, &quotation, false);
        assert_eq!(quotation.origin.to_string(), format!("{name} 单元格 A3"));
    }
}

#[test]
fn content_decides_not_the_name() {
    for (name, fixture) in [
        ("报价.csv", "plain.xlsx"),
        ("报价.xlsx", "formulas.ods"),
        ("报价", "formulas.xls"),
        ("报价.xls", "gbk.csv"),
        ("报价.ods", "formulas.xlsb"),
    ] {
        let (quotation, faults) = read_as(name, &bytes(&format!("sheets/{fixture}")), None);
        assert_eq!(faults, [], "{fixture}");
        assert_values(fixture, &quotation.unwrap());
    }
}

/// Every formula of these files gives what was stored.
#[test]
fn formulas_are_worked_out_anew() {
    for name in ["formulas.xlsx", "formulas.xlsm", "formulas.ods", "formulas.xls"] {
        let quotation = clean(name);
        let totals = quotation.totals.as_ref().unwrap();
        let lines =
            quotation.rows.iter().flat_map(|row| [&row.gross_price, &row.net_total, &row.gross_total]);
        let mut seen = 0;
        for cell in lines.chain([&totals.net_total, &totals.gross_total]) {
            let cell = cell.as_ref().unwrap();
            match &cell.value {
                CellNumber::Formula { cached, recomputed, .. } => {
                    assert_eq!(*recomputed, Some(*cached), "{name} {}", cell.origin);
                    seen += 1;
                }
                other => panic!("{name} {}: {other:?}", cell.origin),
            }
        }
        assert_eq!(seen, 65, "{name}");
    }
    let first = &clean("formulas.xlsx").rows[0];
    assert_eq!(
        first.gross_price.as_ref().unwrap().value,
        CellNumber::Formula {
            formula: "ROUND(D4*(1+$F$4),2)".into(),
            cached: dec!(882),
            recomputed: Some(dec!(882))
        }
    );
}

#[test]
fn a_stale_result_shows() {
    let row = &clean("stale.xlsx").rows[0];
    let cell = row.net_total.as_ref().unwrap();
    let expected = CellNumber::Formula {
        formula: "ROUND(D4*C4,2)".into(),
        cached: dec!(1040000),
        recomputed: Some(dec!(1040100)),
    };
    assert_eq!((at(&cell.origin), &cell.value), ("G4".to_owned(), &expected));
}

#[test]
fn formulas_without_results_are_no_zeros() {
    let quotation = clean("no-cache.xlsx");
    let cell = quotation.rows[20].gross_total.as_ref().unwrap();
    assert_eq!(cell.value, CellNumber::FormulaWithoutValue("ROUND(G24*(1+$F$4),2)".into()));
    assert_eq!(at(&cell.origin), "H24");
    let totals = quotation.totals.unwrap();
    assert_eq!(totals.net_total.unwrap().value, CellNumber::FormulaWithoutValue("SUM(G4:G24)".into()));
    assert_eq!(number(&quotation.rows[20].net_price), dec!(574.77));
}

/// The supplier's own file of the sample case.
#[test]
fn the_sample_case() {
    let (quotation, faults) = read_as("报价表.xlsx", &bytes("cases/星河示例/报价表.xlsx"), None);
    assert_eq!(faults, []);
    let quotation = quotation.unwrap();
    assert_values("星河示例", &quotation);
    let last = &quotation.rows[20];
    assert_eq!(last.gross_total.as_ref().unwrap().origin.to_string(), "报价表.xlsx 工作表“报价表”单元格 J26");
    assert_eq!([at(&last.post.origin), place(&last.rate), place(&last.net_price)], ["A24", "H6", "F26"]);
    assert!(last.gross_total.as_ref().unwrap().value.is_formula());
    assert_eq!(place(&quotation.totals.unwrap().net_total), "I27");
}

#[test]
fn a_messy_sheet() {
    let quotation = clean("messy.xlsx");
    assert_values("messy.xlsx", &quotation);
    assert_eq!(quotation.origin.to_string(), "messy.xlsx 工作表“报价明细”单元格 D6");
    let cells = |row: &QuotationRow| {
        let numbers =
            [&row.rate, &row.net_price, &row.gross_price, &row.workload, &row.net_total, &row.gross_total];
        let mut all = vec![at(&row.post.origin), at(&row.level.origin)];
        all.extend(numbers.map(place));
        all.join(" ")
    };
    assert_eq!(cells(&quotation.rows[1]), "E8 D9 G9 I9 J9 L9 M9 N9");
    // Two rows, a 小计 and a blank one, lie between each 岗位 and the next.
    assert_eq!(cells(&quotation.rows[20]), "E38 D40 G40 I40 J40 L40 M40 N40");
    assert_eq!(place(&quotation.totals.unwrap().gross_total), "N41");
}

/// A remark between the lines does not end the table, whatever word it begins with; 合计 and a remark beneath it do.
#[test]
fn lines_beneath_a_remark_are_read() {
    let quotation = clean("remarks.xlsx");
    assert_values("remarks.xlsx", &quotation);
    let sums: Vec<_> = quotation.subtotals.iter().map(|sum| (at(&sum.label.origin), sum.after)).collect();
    let rows = ["B5", "B9", "B13", "B18", "B22", "B27", "B32"].map(str::to_owned);
    assert_eq!(sums, rows.into_iter().zip([3, 6, 9, 12, 15, 18, 21]).collect::<Vec<_>>());
    assert_eq!(quotation.subtotals[3].post, "场景/渠道运营");
    let last = &quotation.subtotals[6];
    assert_eq!(
        [&last.workload, &last.net_total, &last.gross_total].map(number),
        [dec!(3437), dec!(3423694.99), dec!(3629116.69)]
    );
    // Without 合计 nothing ends the table, and a remark alone is no line. A 合计 of a part does not, either.
    let heading = "岗位,级别,不含税单价,不含税总价\n";
    assert_eq!(
        lines(&format!("{heading}甲,高级,1,1\n注：驻场,,,\n,中级,2,2\n说明：x,,,\n")),
        ["甲 高级 1 C2", "甲 中级 2 C4"]
    );
    assert_eq!(
        lines(&format!(
            "{heading}甲,高级,1,1\n合计,,,1\n备注：一期,,,\n,高级,9,9\n乙,高级,2,2\n,中级,3,3\n合计,,,6\n备注：,,,\n丙,高级,4,4\n"
        )),
        ["甲 高级 1 C2", "乙 高级 2 C6", "乙 中级 3 C7"]
    );
}

/// A figure merged down over the lines of a 岗位 is none of theirs, but their sum.
#[test]
fn sums_merged_beside_their_lines() {
    let quotation = clean("merged-sums.xlsx");
    assert_eq!(quotation.rows.len(), 21);
    assert!(quotation.rows.iter().all(|row| row.net_total.is_none() && row.gross_total.is_some()));
    let sums: Vec<_> =
        quotation.subtotals.iter().map(|sum| (place(&sum.net_total), sum.beside.clone())).collect();
    let expected = (0..7).map(|post| (format!("G{}", 4 + 3 * post), Some(3 * post..3 * post + 3)));
    assert_eq!(sums, expected.collect::<Vec<_>>());
    assert_eq!(number(&quotation.subtotals[0].net_total), dec!(1525482.5));
    assert_eq!(number(&quotation.totals.unwrap().net_total), NET);
}

/// A price that rests on another file, or on itself, has a stored result all the same.
#[test]
fn prices_that_cannot_be_confirmed() {
    let (quotation, _) = read_as("a.xlsx", &bytes("rules/Q014/报价表.xlsx"), None);
    let doubts: Vec<_> = quotation
        .unwrap()
        .rows
        .iter()
        .filter_map(|row| row.price_doubt.clone())
        .map(|doubtful| (doubtful.doubt, doubtful.formula, at(&doubtful.origin)))
        .collect();
    let expected = [
        (Doubt::OtherFile, "[1]成本!B2*1.05", "F2"),
        (Doubt::OtherFile, "'[1]成本'!B3", "B2"),
        (Doubt::Unknown, "WEBSERVICE(\"x\")*1", "F4"),
        (Doubt::Circular, "G5/1.06", "F5"),
    ];
    assert_eq!(doubts, expected.map(|(doubt, formula, at)| (doubt, formula.to_owned(), at.to_owned())));
    assert!(clean("formulas.xlsx").rows.iter().all(|row| row.price_doubt.is_none()));
}

#[test]
fn nothing_is_guessed() {
    let rows = clean("bad-numbers.xlsx").rows;
    let net: Vec<CellNumber> = rows[..10].iter().map(|row| row.net_price.clone().unwrap().value).collect();
    let text = |text: &str| CellNumber::Text(text.into());
    let expected = [
        text("849,06"),
        text("约800"),
        CellNumber::Number(dec!(471.705)),
        CellNumber::Empty,
        text("800-900"),
        CellNumber::Error("#N/A".into()),
        text("1.2.3"),
        text("面议"),
        CellNumber::Number(dec!(0)),
        CellNumber::Number(dec!(-5)),
    ];
    assert_eq!(net, expected);
    assert_eq!(place(&rows[3].net_price), "D7");
    let workload: Vec<CellNumber> = rows[..2].iter().map(|row| row.workload.clone().unwrap().value).collect();
    assert_eq!(workload, [text("2026-03-05"), text("TRUE")]);
}

/// Post, level, 不含税单价, its cell, for every line of a CSV.
fn lines(text: &str) -> Vec<String> {
    let (quotation, faults) = read_as("a.csv", text.as_bytes(), None);
    assert_eq!(faults, []);
    let line = |row: &QuotationRow| {
        let price = row.net_price.as_ref().unwrap();
        let shown =
            price.value.number().map_or_else(|| format!("{:?}", price.value), |number| number.to_string());
        format!("{} {} {shown} {}", row.post.value, row.level.value, at(&price.origin))
    };
    quotation.unwrap().rows.iter().map(line).collect()
}

#[test]
fn rows_that_are_no_lines() {
    // A row that numbers the columns, a 岗位 on a row of its own, 小计, a repeated heading, two 合计, a signature.
    let text = "报价表\n\n岗位,级别,含税单价,不含税单价,不含税单价最高限价\n①,②,③,④=③÷(1+6%),⑤\n\
        运维支撑,,,,\n,高级,882,832.08,849.06\n,中级,784,739.63,754.72\n小计,,,1,\n\
        岗位,级别,含税单价,不含税单价,不含税单价最高限价\n技术支持,高级,1,1197.02,1221.45\n\
        合计,,,3,\n总计（大写）：叁元,,,,\n税额,,,0.5,\n报价人：张三,,,,\n备注：含税,,,,\n甲,高级,1,1,1\n";
    assert_eq!(
        lines(text),
        ["运维支撑 高级 832.08 D6", "运维支撑 中级 739.63 D7", "技术支持 高级 1197.02 D10"]
    );
    // A figure without 级别 is not passed over: the rules will say that it belongs to no line.
    assert_eq!(lines("岗位,级别,不含税单价\n运维支撑,,832.08\n"), ["运维支撑  832.08 C2"]);
    assert_eq!(lines("岗位,级别,不含税单价\n,高级,832.08\n"), [" 高级 832.08 C2"]);
    assert_eq!(lines("岗位,级别,不含税单价\n运维支撑,高级,\n"), ["运维支撑 高级 Empty C2"]);
    assert_eq!(lines("岗位,级别,不含税单价\n"), [""; 0]);
}

#[test]
fn a_heading_may_span_three_rows() {
    let text = "岗位,级别,不含税单价,不含税单价,税率\n,,最高限价,,\n,,（元/人天）,（元/人天）,（%）\n甲,高级,900,832.08,6%\n";
    assert_eq!(lines(text), ["甲 高级 832.08 D4"]);
}

#[test]
fn amounts_in_another_unit_are_refused() {
    let text = "报价表,,单位：万元\n岗位,级别,不含税单价\n甲,高级,0.0832\n";
    let (none, faults) = read_as("a.csv", text.as_bytes(), None);
    assert_eq!(none, None);
    let expected =
        ("金额单位: 单位：万元: 单位：元；请供应商按元填写".to_owned(), "a.csv 单元格 C1".to_owned());
    assert_eq!(faults::kinds(&faults), [expected]);
}

#[test]
fn columns_are_told_apart() {
    let (none, faults) =
        read_as("a.csv", "岗位,级别,含税单价,不含税单价最高限价\n甲,高级,1,2\n".as_bytes(), None);
    assert_eq!(none, None);
    assert_eq!(faults::kinds(&faults)[0].0, "不含税单价: 岗位 级别 含税单价 不含税单价最高限价");
    let text = "级别,单价（含税）,单价（不含税）,岗位名称,税率（%）\n高级,882,832.08,运维支撑,6\n中级,784.01,739.63,,6%\n";
    let (quotation, _) = read_as("a.csv", text.as_bytes(), None);
    let rows = quotation.unwrap().rows;
    assert_eq!(
        [&rows[0].gross_price, &rows[0].net_price, &rows[0].rate].map(number),
        [dec!(882), dec!(832.08), dec!(0.06)]
    );
    assert_eq!((number(&rows[1].rate), rows[1].post.value.as_str()), (dec!(0.06), "运维支撑"));
    assert_eq!((rows[0].workload.is_none(), rows[0].net_total.is_none()), (true, true));
}

/// The generic layer, as the sheets of the next months will use it.
#[test]
fn any_table_can_be_found_by_its_headings() {
    let text = "工时表,,\n订单编号,人天,姓名,日期\nDD-1,1,张三,2026-03-05\nDD-1,０.５,李四,\n合计,1.5,,\n";
    let workbook = open(&SheetSource::new("工时.csv", text.as_bytes())).unwrap();
    let wanted = [
        Column::required("订单编号", &[]),
        Column::required("人天", &["工作量"]),
        Column::optional("级别", &[]),
    ];
    let table::Search::Found(found) = table::find(&workbook, 0, &wanted) else { panic!() };
    assert!(found.has(1) && !found.has(2));
    let data: Vec<u32> =
        found.body().iter().filter(|(_, kind)| *kind == table::RowKind::Data).map(|(row, _)| *row).collect();
    assert_eq!(data, [2, 3]);
    let mut evaluator = Evaluator::new(&workbook);
    let cell = found.number(3, 1, &mut evaluator).unwrap();
    assert_eq!((cell.value, at(&cell.origin)), (CellNumber::Number(dec!(0.5)), "B4".to_owned()));
    assert_eq!(found.text(2, 0).unwrap().value, "DD-1");
    assert_eq!(found.number(2, 2, &mut evaluator), None);
}
