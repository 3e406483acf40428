//! What the tests of `compute` and `rules` build their cases from.

use jiff::civil::Date;
use rust_decimal::{Decimal, dec};

use crate::diagnostics::{CellPlace, CellRef, Located, Origin, TextSpan};
use crate::model::case::*;
use crate::model::money::Money;
use crate::model::quotation::{CellNumber, NumberCell, Quotation, QuotationRow, QuotationTotals};
use crate::model::tax::TaxRate;
use crate::pack::{Pack, TenderLine};

/// A place in 合同.yaml named by its key path: two different keys have two different places.
pub fn at(key: &str) -> Origin {
    let start = key.bytes().fold(7usize, |hash, byte| (hash * 31 + usize::from(byte)) % 100_000);
    Origin::Text(TextSpan { file: "合同.yaml".into(), bytes: start..start + 1, line: 1, column: 1 })
}

/// A text in 合同.yaml, placed by its own content.
pub fn located(text: &str) -> Located<String> {
    located_at(text, text)
}

/// A text in 合同.yaml at a key.
pub fn located_at(key: &str, text: &str) -> Located<String> {
    Located::new(text.to_owned(), at(key))
}

/// A cell of 报价表.xlsx by its name, such as F5.
pub fn cell_origin(name: &str) -> Origin {
    let split = name.find(|c: char| c.is_ascii_digit()).unwrap();
    let column = name[..split].bytes().fold(0, |n, b| n * 26 + u32::from(b - b'A') + 1) - 1;
    let row = name[split..].parse::<u32>().unwrap() - 1;
    Origin::Cell(CellPlace {
        file: "报价表.xlsx".into(),
        sheet: "报价表".into(),
        cell: CellRef { row, column },
    })
}

/// A typed number in a cell.
pub fn cell(name: &str, number: Decimal) -> NumberCell {
    cell_of(name, CellNumber::Number(number))
}

/// Anything in a cell.
pub fn cell_of(name: &str, content: CellNumber) -> NumberCell {
    Some(Located::new(content, cell_origin(name)))
}

/// A consistent quotation with these 不含税单价: rows from line 5, columns A 岗位 to J 含税总价 as in the form, 合计 in
/// the line after the last.
pub fn quotation(pack: &Pack, price: impl Fn(&TenderLine) -> Money) -> Quotation {
    let rate = pack.tender.rate;
    let mut rows = Vec::new();
    let (mut net_sum, mut gross_sum) = (Money::ZERO, Money::ZERO);
    for (index, (post, line)) in pack.tender.lines().enumerate() {
        let number = index + 5;
        let name = |column: &str| format!("{column}{number}");
        let net = price(line);
        let net_total = Money::round(net.decimal() * line.workload);
        let gross_total = rate.gross(net_total);
        net_sum = net_sum + net_total;
        gross_sum = gross_sum + gross_total;
        rows.push(QuotationRow {
            post: Located::new(post.name.clone(), cell_origin(&name("A"))),
            level: Located::new(line.level.clone(), cell_origin(&name("B"))),
            workload: cell(&name("C"), line.workload),
            net_price: cell(&name("F"), net.decimal()),
            price_doubt: None,
            gross_price: cell(&name("G"), rate.gross(net).decimal()),
            rate: cell("H5", rate.fraction()),
            net_total: cell(&name("I"), net_total.decimal()),
            gross_total: cell(&name("J"), gross_total.decimal()),
        });
    }
    let last = rows.len() + 5;
    Quotation {
        origin: sheet_origin(),
        rows,
        subtotals: Vec::new(),
        totals: Some(QuotationTotals {
            net_total: cell(&format!("I{last}"), net_sum.decimal()),
            gross_total: cell(&format!("J{last}"), gross_sum.decimal()),
        }),
    }
}

/// The sheet as a whole.
pub fn sheet_origin() -> Origin {
    Origin::File("报价表.xlsx".into())
}

/// Every unit price at its ceiling: void, because the total is over its own.
pub fn quotation_at_ceiling(pack: &Pack) -> Quotation {
    quotation(pack, |line| line.net_ceiling)
}

/// Every unit price 1 元 under its ceiling: nothing wrong with it.
pub fn quotation_good(pack: &Pack) -> Quotation {
    quotation(pack, |line| line.net_ceiling - Money::round(dec!(1)))
}

/// The form itself.
pub fn pack() -> Pack {
    Pack::embedded("migu-2026").unwrap()
}

/// A text at a key, as a field of a case.
pub fn text(key: &str, value: &str) -> crate::model::case::Text {
    Some(located_at(key, value))
}

/// A day, from `2026-03-01`.
pub fn day(key: &str, date: &str) -> Option<Located<Date>> {
    Some(Located::new(date.parse().unwrap(), at(key)))
}

/// A case with nothing wrong and nothing missing. Tests break one thing in it.
pub fn good_case() -> Case {
    Case {
        name: "星河示例".into(),
        origin: Origin::File("合同.yaml".into()),
        contract: ContractTerms {
            number: text("合同.编号", "MGYY-2026-0001"),
            signed_on: day("合同.签订日期", "2026-03-01"),
            term: None,
            payment: Some(Located::new(PaymentMethod::BankTransfer, at("合同.付款方式"))),
            project: None,
        },
        supplier: good_supplier(),
        quotation: Some(quotation_good(&pack())),
        clauses: Vec::new(),
        integrity: Integrity {
            origin: Some(at("廉洁")),
            declarations: vec![Located::new(Declaration::Unrelated, at("廉洁.声明"))],
            persons: Vec::new(),
            other_business: vec![located_at("廉洁.其他业务合作", "技术支撑服务")],
            other_business_given: true,
        },
        data_sharing: Some(good_data_sharing()),
        stated: StatedFigures::default(),
        adopt_errata: false,
        adjustments: Vec::new(),
        orders: Vec::new(),
        orders_unread: false,
        months: Vec::new(),
        ledger: crate::model::ledger::Ledger::default(),
        empty_keys: std::collections::BTreeMap::new(),
    }
}

/// The good case with something changed in the first row of its quotation.
pub fn first_row(change: impl FnOnce(&mut QuotationRow)) -> Case {
    let mut case = good_case();
    change(&mut case.quotation.as_mut().unwrap().rows[0]);
    case
}

/// A 调整 of the VAT rate to 3 % from a day on; `key` names its place.
pub fn adjustment(key: &str, date: &str) -> Adjustment {
    Adjustment {
        origin: at(&format!("{key}.项")),
        effective_on: day(key, date),
        reason: text("事由", "增值税税率调整"),
        rate: Some(Located::new(TaxRate::from_percent(dec!(3)).unwrap(), at("新税率"))),
        requotes: false,
        quotation_file: None,
        quotation: None,
    }
}

fn good_supplier() -> Supplier {
    Supplier {
        origin: Some(at("乙方")),
        name: text("乙方.名称", "成都星河示例科技有限公司"),
        short_name: text("乙方.简称", "星河示例"),
        legal_address: text("乙方.法定地址", "成都市高新区天府大道1号"),
        legal_representative: text("乙方.法定代表人", "李明"),
        postcode: text("乙方.邮政编码", "610041"),
        tax_id: text("乙方.纳税人识别号", "91330106673959654P"),
        account_name: None,
        bank: text("乙方.开户行", "中国银行成都分行"),
        account: text("乙方.账号", "1234 5678 9012 3456"),
        address: text("乙方.地址", "成都市高新区天府大道1号"),
        phone: text("乙方.联系电话", "028-85551234"),
        email: text("乙方.邮箱", "contract@example.com"),
        supervision_department: text("乙方.监督部门", "审计监察部"),
    }
}

fn good_data_sharing() -> DataSharing {
    let stage = |name: &str| located_at(&format!("处理方式.{name}"), name);
    let safeguard = |name: &str, measure: &str| Safeguard {
        stage: located_at(&format!("保障措施.{name}"), name),
        measures: vec![located_at(measure, measure)],
    };
    DataSharing {
        origin: at("信息安全.数据合作"),
        content: text("数据内容", "咪咕音乐APP的播放日志"),
        quantity: Some(Located::new(dec!(10), at("数据数量"))),
        categories: vec![located_at("数据类别.0", "A1-1"), located_at("数据类别.1", "C1-3")],
        level: text("数据级别", "第3级"),
        purpose: text("目的", "用于运维支撑"),
        scope: text("范围", "访问、查看播放日志数据库"),
        stages: vec![stage("数据存储"), stage("数据使用加工")],
        buyer_safeguards: vec![safeguard("数据存储", "加密技术"), safeguard("数据使用加工", "数据脱敏")],
        supplier_safeguards: text("承诺方", "设立数据安全小组"),
    }
}
