//! Views for the tests, and workbooks read back.

use std::io::Cursor;

use calamine::{Data, Range, Reader, Xlsx};
use rust_decimal::{Decimal, dec};

use crate::view::sheets::wording::{self, Framework};
use crate::view::sheets::{
    AssessmentSheet, IndicatorRow, Money, Offer, PricePost, PriceRow, PriceTable, PriceTotals,
    QuotationFormSheet, QuotationSheet, SheetMeta, TaxRate,
};

/// 附件3 as tendered: 岗位, then 工作量 and ceiling per level.
const TENDER: [(&str, [i64; 3]); 7] = [
    ("产品/平台服务", [1250, 500, 250]),
    ("活动/内容支撑", [1250, 1250, 250]),
    ("用户/数据运营", [1250, 1250, 250]),
    ("场景/渠道运营", [2000, 1500, 250]),
    ("设计/制作支撑", [2000, 500, 250]),
    ("运维支撑", [2000, 500, 250]),
    ("技术支持", [1650, 1100, 687]),
];

pub(super) fn rate() -> TaxRate {
    TaxRate::from_percent(dec!(6)).unwrap()
}

/// What follows from a price.
pub(super) fn offer(net_price: Decimal, workload: Decimal) -> Offer {
    let net_price = Money::round(net_price);
    let net_total = Money::round(net_price.decimal() * workload);
    Offer { net_price, gross_price: rate().gross(net_price), net_total, gross_total: rate().gross(net_total) }
}

pub(super) fn meta() -> SheetMeta {
    SheetMeta {
        title: "附件3 报价表".into(),
        author: "成都星河示例科技有限公司".into(),
        reference: "合同编号：MGYY-2026-0001".into(),
        mark: String::new(),
        draft: true,
    }
}

/// 附件3 with every price at its ceiling.
pub(super) fn price_table() -> PriceTable {
    let posts = TENDER.map(|(name, workloads)| {
        let ceilings = match name {
            "技术支持" => [dec!(1221.45), dec!(977.5), dec!(586.5)],
            _ => [dec!(849.06), dec!(754.72), dec!(471.70)],
        };
        let rows = ["高级", "中级", "初级"].iter().zip(workloads.iter().zip(ceilings));
        let rows = rows.map(|(level, (&workload, ceiling))| PriceRow {
            level: (*level).into(),
            workload: workload.into(),
            net_ceiling: Money::round(ceiling),
            gross_ceiling: rate().gross(Money::round(ceiling)),
            offer: Some(offer(ceiling, workload.into())),
        });
        PricePost { name: name.into(), rows: rows.collect() }
    });
    PriceTable {
        title: "报价表".into(),
        project: "项目名称：咪咕音乐2026年定制化服务支撑项目".into(),
        headings: wording::quotation_headings("（人/天）"),
        posts: posts.to_vec(),
        rate: rate(),
        total_label: "合计".into(),
        notes: vec![
            "备注：".into(),
            "（1）税率：增值税税率特指增值税扣税凭证上显示的税率，如国家后续对增值税税率有进一步规定，将根据相关规定进行调整，按税率调整时，不含税价格不变。".into(),
            "（2）不含税总价（元）=不含税单价（元/人天）*预估工作量（人/天）；含税价=不含税价*（1+税率）。报价过程按照四舍五入原则最多保留两位小数。".into(),
            "（3）本项目设置含税单价最高限价和含税总价最高限价，含税单价最高限价详见报价表，含税总价最高限价为1762.78万元。应答报价超过最高限价的，其应答将被否决。".into(),
            "（4）本项目为框架结算合同，工作量细项及总数为暂估，以实际发生为准，按含税单价及考核情况据实结算，最终结算价格不超过成交含税总价。".into(),
        ],
    }
}

/// Filled.
pub(super) fn quotation() -> QuotationSheet {
    let table = price_table();
    let offers = || table.posts.iter().flat_map(|post| &post.rows).filter_map(|row| row.offer);
    let totals = PriceTotals {
        net: offers().map(|offer| offer.net_total).sum(),
        gross: offers().map(|offer| offer.gross_total).sum(),
    };
    QuotationSheet { meta: meta(), table, totals: Some(totals) }
}

/// Blank, for the supplier.
pub(super) fn quotation_form() -> QuotationFormSheet {
    QuotationFormSheet {
        meta: SheetMeta { draft: false, ..meta() },
        table: price_table(),
        gross_total_ceiling: Money::round(dec!(17627800)),
    }
}

/// 附件2's 考核表, blank.
pub(super) fn assessment() -> AssessmentSheet {
    let row =
        |name: &str, requirement: &str, points: i64, deduction, column: &str, standard: &str| IndicatorRow {
            name: name.into(),
            points_label: format!("（{points}分）"),
            requirement: requirement.into(),
            points: points.into(),
            deduction,
            standard: standard.into(),
            column: column.into(),
            record: None,
            score: None,
        };
    AssessmentSheet {
        meta: SheetMeta { title: "附件2 考核表".into(), ..SheetMeta::default() },
        title: "2026年定制化服务支撑项目 服务质量考核表".into(),
        month: "考核时间：  年    月".into(),
        headings: wording::assessment_headings(),
        indicators: vec![
            row(
                "服务质量考核",
                "支撑质量考核",
                50,
                None,
                "服务质量得分",
                "本项分值根据客户对项目实际考核情况挂钩打分。",
            ),
            row(
                "支撑能力",
                "支撑方根据阶段需求提供符合要求的支撑能力",
                20,
                Some(dec!(0.5)),
                "支撑能力扣分次数",
                "按照需求方要求、支撑标准提供符合要求的支撑人员及能力，如未能满足，根据实际提供的能力支撑情况扣分，每出现一次扣0.5分，扣完为止）",
            ),
            row(
                "投诉事故",
                "对项目投诉事故考核管理",
                10,
                Some(dec!(1)),
                "投诉次数",
                "支撑工作流程规范，按照时间节点保障项目进度、保障项目满意度，若未能满足，造成支撑工作疏忽、进度滞后、流程欠缺等投诉，每出现一次扣1分，扣完为止。",
            ),
            row(
                "安全考核",
                "对安全事件的考核管理",
                10,
                Some(dec!(2.5)),
                "安全事件次数",
                "在支撑工作中，确保生产安全、信息安全，不发布虚假信息，以及其它严重损害甲方利益的情况等，若出现安全生产问题，每出现一次扣2.5分，扣完为止。",
            ),
            row(
                "项目管理",
                "日常工作跟踪管理",
                10,
                Some(dec!(1)),
                "日常管理缺项数",
                "支撑方应做好员工的日常等相关团队管理，并通过团队建设保障员工的稳定性。未开展工作日志管理，周报，月报管理等工作，每缺一项扣1分，扣完为止。",
            ),
        ],
        total_label: "最终得分\n（满分100分）".into(),
        total: None,
        note: String::new(),
    }
}

/// The framework facts of the example case.
pub(super) fn framework() -> Framework {
    Framework {
        name: "咪咕音乐与星河示例2026年定制化服务支撑项目合作框架协议".into(),
        number: "MGYY-2026-0001".into(),
        period: "自2026年03月01日至2027年02月28日".into(),
        cap: "￥17,627,800.00元(大写：人民币壹仟柒佰陆拾贰万柒仟捌佰元整)".into(),
        buyer: "咪咕音乐有限公司".into(),
        supplier: "成都星河示例科技有限公司".into(),
    }
}

/// The first sheet's values and formulas, both from A1 on, and the ranges that are merged.
pub(super) fn read(bytes: &[u8]) -> (Range<Data>, Range<String>, usize) {
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(bytes.to_vec())).unwrap();
    let name = book.sheet_names()[0].clone();
    let values = book.worksheet_range(&name).unwrap();
    let formulas = book.worksheet_formula(&name).unwrap();
    let merged = book.merge_cells_by_sheet_name(&name).unwrap().len();
    (values, formulas, merged)
}

/// A part of the package, such as `xl/worksheets/sheet1.xml`.
pub(super) fn part(bytes: &[u8], name: &str) -> String {
    let mut package = zip::ZipArchive::new(Cursor::new(bytes.to_vec())).unwrap();
    std::io::read_to_string(package.by_name(name).unwrap()).unwrap()
}

/// Keeps a workbook under `HETONG_KEEP_XLSX` to be looked at; does nothing without it.
pub(super) fn keep(name: &str, bytes: &[u8]) {
    if let Some(folder) = std::env::var_os("HETONG_KEEP_XLSX") {
        std::fs::write(std::path::Path::new(&folder).join(name), bytes).unwrap();
    }
}

/// The form's own readings where its errata stand.
pub(super) fn readings() -> wording::Readings {
    [
        ("annex6_and_so_on", "。。。"),
        ("annex6_if_any", "如有"),
        ("annex7_and_so_on", "。。。。"),
        ("annex7_note_two", "本订单"),
        ("annex7_note_three", "本订单模板"),
        ("annex7_note_three_order", "委托单"),
    ]
    .map(|(id, text)| (id.to_owned(), text.to_owned()))
    .into()
}
