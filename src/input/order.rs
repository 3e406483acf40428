//! 订单/*.yaml → [`Order`].
//!
//! May use: `model`, `diagnostics`, and its own room.

use rust_decimal::Decimal;

use super::folder::{CaseFolder, MAX_YAML_BYTES};
use super::yaml::node::{self, Kind};
use super::yaml::reader::{MapReader, Reading, parse_decimal};
use crate::diagnostics::{FileName, Origin};
use crate::model::fault::{Fault, FaultKind};
use crate::model::numerals::read_any;
use crate::model::order::{ContactPerson, Order, OrderLine, PaymentStage};

/// The folder that orders stand in.
pub const ORDER_FOLDER: &str = "订单";

/// What a contact, a line and a stage look like, for who wrote something else there.
const CONTACT: &str = "{姓名: 钱示例, 电话: 028-81234567, 邮箱: a@example.com}";
const LINE: &str = "每行一项，如 - {岗位: 运维支撑, 级别: 中级, 人天: 120}";
const STAGE: &str = "每行一项，如 - {阶段: 首期, 条件: 订单签署后, 比例: 30%}";

const EXTENSIONS: [&str; 2] = ["yaml", "yml"];

/// The orders of a case.
#[derive(Debug, Default)]
pub struct LoadedOrders {
    /// Those that could be read, in the order of their file names.
    pub orders: Vec<Order>,
    /// Whether there are others: what was ordered before is not known then.
    pub some_unread: bool,
}

/// Reads every order of the case; what cannot be read goes to `reading`. What was asked for in them is noted in
/// `known`, apart from the keys of 合同.yaml.
pub fn load(folder: &CaseFolder, reading: &mut Reading, known: &mut Reading) -> LoadedOrders {
    let mut misplaced = Vec::new();
    let names = folder.files(ORDER_FOLDER, &EXTENSIONS, &mut misplaced);
    if misplaced.is_empty() {
        misplaced = out_of_place(folder);
    }
    let mut loaded = LoadedOrders { orders: Vec::new(), some_unread: !misplaced.is_empty() };
    reading.faults.append(&mut misplaced);
    for name in names {
        match read(folder, &name, known) {
            Ok(order) => loaded.orders.push(order),
            Err(fault) => {
                loaded.some_unread = true;
                known.faults.push(*fault);
            }
        }
        reading.faults.append(&mut known.faults);
    }
    loaded
}

/// Orders that would be passed over without a word: what an editor saved as `….yaml.txt`, and files in folders below.
fn out_of_place(folder: &CaseFolder) -> Vec<Fault> {
    let mut faults = Vec::new();
    let mut passed_over: Vec<(String, &str)> = Vec::new();
    for name in folder.files(ORDER_FOLDER, &["txt"], &mut faults) {
        let stem = name.rsplit_once('.').map_or("", |(stem, _)| stem).to_lowercase();
        if EXTENSIONS.iter().any(|extension| stem.ends_with(&format!(".{extension}"))) {
            passed_over.push((name, "多了扩展名 .txt，这份委托订单没有读；请去掉 .txt"));
        }
    }
    for below in folder.folders(ORDER_FOLDER, &mut faults) {
        let files = folder.files(&format!("{ORDER_FOLDER}/{below}"), &EXTENSIONS, &mut faults);
        passed_over.extend(
            files.into_iter().map(|name| (name, "在下一级文件夹里，这份委托订单没有读；请移到 订单 里")),
        );
    }
    let fault = |(name, why): (String, &str)| {
        let why = format!("“{name}”{why}");
        Fault::new(FaultKind::Unreadable { why }, Origin::File(name.as_str().into()))
    };
    faults.extend(passed_over.into_iter().map(fault));
    faults
}

fn read(folder: &CaseFolder, name: &str, reading: &mut Reading) -> Result<Order, Box<Fault>> {
    let file: FileName = name.into();
    let origin = Origin::File(file.clone());
    let text = folder.text(name, MAX_YAML_BYTES, &origin)?;
    let root = node::parse(&file, &text)?;
    reading.empty.clear();
    let map = match root.kind {
        Kind::Map(_) => MapReader::new(&root, "", reading),
        _ => None,
    };
    let Some(map) = map else {
        let why = "文件里没有“名称: 值”，不像委托订单".to_owned();
        return Err(Box::new(Fault::new(FaultKind::Unreadable { why }, origin)));
    };
    reading.faults.extend(node::stray_hashes(&root, &text));
    Ok(order(map, origin, reading))
}

fn order(mut map: MapReader<'_>, origin: Origin, reading: &mut Reading) -> Order {
    let order = Order {
        number: map.text("编号", reading),
        batch: map.parse("批次", "从 1 起的整数，如 1", parse_batch, reading),
        name: map.text("名称", reading),
        signed_on: map.date("签订日期", reading),
        period: map.period("服务周期", reading),
        buyer_contact: contact(&mut map, "甲方联系人", reading),
        supplier_contact: contact(&mut map, "乙方联系人", reading),
        buyer_other: map.text("甲方其他信息", reading),
        supplier_other: map.text("乙方其他信息", reading),
        special_notes: map.text("特别说明", reading),
        service_items: map.text("服务事项", reading),
        requirements: map.text("具体要求", reading),
        content: map.text("委托内容", reading),
        assessment: map.text("考核与结算", reading),
        lines: map.maps_like("明细", LINE, reading).into_iter().map(|map| line(map, reading)).collect(),
        plan: map.maps_like("付款计划", STAGE, reading).into_iter().map(|map| stage(map, reading)).collect(),
        attachments: map.texts("附件", reading),
        ..Order::blank(origin)
    };
    map.finish(reading);
    Order { empty_keys: std::mem::take(&mut reading.empty), ..order }
}

fn contact(map: &mut MapReader<'_>, key: &str, reading: &mut Reading) -> ContactPerson {
    let Some(mut map) = map.map_like(key, CONTACT, reading) else { return ContactPerson::default() };
    let contact = ContactPerson {
        origin: Some(map.origin.clone()),
        name: map.text("姓名", reading),
        phone: map.text("电话", reading),
        email: map.text("邮箱", reading),
    };
    map.finish(reading);
    contact
}

fn line(mut map: MapReader<'_>, reading: &mut Reading) -> OrderLine {
    let line = OrderLine {
        origin: map.origin.clone(),
        post: map.text("岗位", reading),
        level: map.text("级别", reading),
        days: map.decimal("人天", reading),
    };
    map.finish(reading);
    line
}

fn stage(mut map: MapReader<'_>, reading: &mut Reading) -> PaymentStage {
    let stage = PaymentStage {
        origin: map.origin.clone(),
        stage: map.text("阶段", reading),
        condition: map.text("条件", reading),
        share: map.parse("比例", "0% 到 100% 的百分比，如 30%", parse_share, reading),
        amount: map.money("金额", reading),
        note: map.text("说明", reading),
    };
    map.finish(reading);
    stage
}

/// `2`, 二 or 第二批.
fn parse_batch(text: &str) -> Option<u32> {
    let number = text.trim().trim_start_matches('第').trim_end_matches('批');
    read_any(number).filter(|batch| *batch > 0)
}

/// `30%` or `0.3`. A bare `30` is refused: it could be either.
fn parse_share(text: &str) -> Option<Decimal> {
    let fraction = match text.trim().strip_suffix(['%', '％']) {
        Some(percent) => parse_decimal(percent)?.checked_div(Decimal::ONE_HUNDRED)?,
        None => parse_decimal(text)?,
    };
    (fraction >= Decimal::ZERO && fraction <= Decimal::ONE).then_some(fraction)
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::Path;

    use rust_decimal::dec;

    use super::*;

    /// A folder 订单 with these files.
    fn folder_of(files: &[(&str, &[u8])]) -> tempfile::TempDir {
        let case = tempfile::tempdir().unwrap();
        for (name, bytes) in files {
            let path = case.path().join(ORDER_FOLDER).join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, bytes).unwrap();
        }
        case
    }

    fn load_all(case: &Path) -> (LoadedOrders, Vec<Fault>, Reading) {
        let (mut reading, mut known) = (Reading::default(), Reading::default());
        let loaded = load(&CaseFolder::open(case).unwrap(), &mut reading, &mut known);
        assert!(known.faults.is_empty());
        (loaded, reading.faults, known)
    }

    /// One order from its text, and what was wrong with it.
    fn one(text: &str) -> (Order, Vec<Fault>) {
        let case = folder_of(&[("甲.yaml", text.as_bytes())]);
        let (loaded, faults, _) = load_all(case.path());
        assert!(!loaded.some_unread, "{faults:?}");
        (loaded.orders.into_iter().next().unwrap(), faults)
    }

    fn line_column(origin: &Origin) -> (u32, u32) {
        let Origin::Text(span) = origin else { panic!("{origin:?}") };
        assert_eq!(&*span.file, "订单/甲.yaml");
        (span.line, span.column)
    }

    const WHOLE: &str = "\
编号: DD-2026-001
批次: 第二批
名称: 视频彩铃运营支撑
签订日期: 2026年3月5日
服务周期: {自: 2026-03-05, 至: 2026/8/31}
甲方联系人: {姓名: 赵示例, 电话: 028-81234567, 邮箱: a@example.com}
乙方联系人:
  姓名: 钱示例
甲方其他信息: 无
乙方其他信息: 驻场
特别说明: 须遵守保密要求
服务事项: 运营支撑
具体要求: |
  一、按月汇报
  二、按时到岗
委托内容: 见附件
考核与结算: 按照框架协议执行
明细:
  - {岗位: 产品/平台服务, 级别: 高级, 人天: 120}
  - 岗位: 运维支撑
    级别: 中级
    人天: \"1,033.5\"
付款计划:
  - {阶段: 首期, 条件: 订单签署后, 比例: 30%, 说明: 预付}
  - {阶段: 中期, 比例: 0.2}
  - {阶段: 尾款, 金额: 12345.60}
附件: [需求说明书, 工作量清单]
";

    #[test]
    fn a_whole_order_is_read_with_its_places() {
        let (order, faults) = one(WHOLE);
        assert!(faults.is_empty(), "{faults:?}");
        assert_eq!(order.number(), "DD-2026-001");
        assert_eq!(line_column(&order.number.as_ref().unwrap().origin), (1, 5));
        assert_eq!(order.batch.as_ref().unwrap().value, 2);
        let period = order.period.as_ref().unwrap();
        assert_eq!(
            (period.value.from.to_string(), period.value.to.to_string()),
            ("2026-03-05".into(), "2026-08-31".into())
        );
        assert_eq!(line_column(&period.origin), (5, 1));
        assert_eq!(order.signed_on.as_ref().unwrap().value.to_string(), "2026-03-05");
        assert_eq!(order.requirements.as_ref().unwrap().value, "一、按月汇报\n二、按时到岗");
        let days: Vec<_> = order.lines.iter().map(|line| line.days.as_ref().unwrap().value).collect();
        assert_eq!(days, [dec!(120), dec!(1033.5)]);
        assert_eq!(line_column(&order.lines[1].days.as_ref().unwrap().origin), (22, 9));
        let shares: Vec<_> = order.plan.iter().map(|stage| stage.share.as_ref().map(|s| s.value)).collect();
        assert_eq!(shares, [Some(dec!(0.3)), Some(dec!(0.2)), None]);
        assert_eq!(order.plan[2].amount.as_ref().unwrap().value.to_string(), "12,345.60");
        assert_eq!(order.plan[1].condition, None);
        assert_eq!(order.supplier_contact.name.as_ref().unwrap().value, "钱示例");
        assert!(order.supplier_contact.phone.is_none() && order.supplier_contact.email.is_none());
        assert_eq!(order.attachments.len(), 2);
    }

    #[test]
    fn every_mistake_is_told_at_its_place() {
        let (order, faults) = one(
            "编号: DD-1\n批次: 0\n服务周期: {自: 2026-03-05}\n签定日期: 2026-03-05\n明细:\n  - {岗位: 甲, 级别: 高级, 人天: 十天, 单价: 3}\n付款计划:\n  - {阶段: 首期, 比例: 30}\n  - {阶段: 尾款, 金额: 1.005}\n甲方联系人: 赵示例\n",
        );
        let told: Vec<(u32, String)> = faults
            .iter()
            .map(|fault| {
                let what = match &fault.kind {
                    FaultKind::BadValue { what, found, .. } => format!("{what}={found}"),
                    FaultKind::UnknownKey { key, suggestion, .. } => {
                        format!("{key}?{}", suggestion.clone().unwrap_or_default())
                    }
                    other => panic!("{other:?}"),
                };
                (line_column(&fault.origin).0, what)
            })
            .collect();
        let expected = [
            (2, "批次=0"),
            (6, "明细第 1 项的人天=十天"),
            (6, "单价?"),
            (8, "付款计划第 1 项的比例=30"),
            (9, "付款计划第 2 项的金额=1.005"),
            (10, "甲方联系人=赵示例"),
            (4, "签定日期?签订日期"),
        ];
        for (line, what) in expected {
            assert!(told.contains(&(line, what.to_owned())), "{line} {what}: {told:?}");
        }
        assert_eq!(told.len(), expected.len(), "{told:?}");
        // What could not be read is nothing, never zero.
        assert!(
            order.lines[0].days.is_none() && order.plan[0].share.is_none() && order.plan[1].amount.is_none()
        );
        assert!(order.period.is_none() && order.batch.is_none());
    }

    #[test]
    fn an_order_may_be_empty_but_for_its_keys() {
        let (order, faults) = one("编号:\n明细:\n付款计划: []\n甲方联系人: {姓名: }\n");
        assert!(faults.is_empty(), "{faults:?}");
        assert_eq!((order.number(), order.lines.len(), order.plan.len()), ("", 0, 0));
        for key in ["编号", "明细", "甲方联系人.姓名"] {
            assert!(order.empty_keys.contains_key(key), "{key}: {:?}", order.empty_keys);
        }
    }

    #[test]
    fn empty_keys_and_faults_of_one_order_are_not_anothers() {
        let case = folder_of(&[
            ("一.yaml", "编号:\n".as_bytes()),
            ("三.yml", "编号: DD-3\n".as_bytes()),
            ("二.YAML", "编号: DD-2\n".as_bytes()),
            ("~$二.yaml", b"lock"),
            (".隐藏.yaml", b"x"),
            ("需求说明书.docx", b"PK"),
        ]);
        let (loaded, faults, _) = load_all(case.path());
        assert!(faults.is_empty() && !loaded.some_unread, "{faults:?}");
        let numbers: Vec<&str> = loaded.orders.iter().map(Order::number).collect();
        assert_eq!(numbers, ["", "DD-3", "DD-2"], "in the order of the files' names");
        assert!(loaded.orders[0].empty_keys.contains_key("编号"));
        assert!(loaded.orders[1].empty_keys.is_empty() && loaded.orders[2].empty_keys.is_empty());
    }

    #[test]
    fn what_is_no_order_is_told_and_spoils_no_other() {
        for (bytes, said) in [
            (&b""[..], "空的"),
            (b"\xef\xbb\xbf\n", "空的"),
            (&[0xB1, 0xE0, 0xBA, 0xC5, 0x3A, 0x20, 0x31][..], "UTF-8"),
            ("- DD-1\n".as_bytes(), "不像委托订单"),
            ("DD-1\n".as_bytes(), "不像委托订单"),
            ("编号：DD-1\n名称: 甲\n".as_bytes(), "全角冒号"),
            ("编号: DD-1\n---\n编号: DD-2\n".as_bytes(), "只能有一份"),
        ] {
            let case = folder_of(&[("坏.yaml", bytes), ("好.yaml", "编号: DD-2\n".as_bytes())]);
            let (loaded, faults, _) = load_all(case.path());
            assert!(loaded.some_unread, "{said}");
            assert_eq!(loaded.orders.len(), 1, "{said}");
            let [fault] = &faults[..] else { panic!("{said}: {faults:?}") };
            let FaultKind::Unreadable { why } = &fault.kind else { panic!("{fault:?}") };
            assert!(why.contains(said), "{said}: {why}");
            let file = match &fault.origin {
                Origin::File(file) => file,
                Origin::Text(span) => &span.file,
                other => panic!("{other:?}"),
            };
            assert_eq!(&**file, "订单/坏.yaml");
        }
    }

    #[test]
    fn no_order_is_passed_over_in_silence() {
        let case = folder_of(&[
            ("DD-1.yaml.txt", b"x"),
            ("2026/DD-2.yaml", b"x"),
            ("说明.txt", b"x"),
            ("附件/图.png", b"x"),
        ]);
        let (loaded, faults, _) = load_all(case.path());
        assert!(loaded.some_unread && loaded.orders.is_empty());
        let places: Vec<String> = faults.iter().map(|fault| fault.origin.to_string()).collect();
        assert_eq!(places, ["订单/DD-1.yaml.txt", "订单/2026/DD-2.yaml"], "{faults:?}");
    }

    #[test]
    fn a_folder_that_is_a_file_is_told_and_one_that_is_not_there_is_not() {
        let case = tempfile::tempdir().unwrap();
        let (loaded, faults, _) = load_all(case.path());
        assert!(loaded.orders.is_empty() && !loaded.some_unread && faults.is_empty(), "{faults:?}");
        fs::write(case.path().join(ORDER_FOLDER), "x").unwrap();
        let (loaded, faults, _) = load_all(case.path());
        assert!(loaded.some_unread);
        assert_eq!(faults.len(), 1, "{faults:?}");
        assert_eq!(faults[0].origin, Origin::File(ORDER_FOLDER.into()));
    }

    #[cfg(unix)]
    #[test]
    fn a_link_out_of_the_case_is_refused() {
        let case = folder_of(&[("好.yaml", "编号: DD-2\n".as_bytes())]);
        let outside = tempfile::NamedTempFile::new().unwrap();
        fs::write(outside.path(), "编号: DD-1\n").unwrap();
        std::os::unix::fs::symlink(outside.path(), case.path().join("订单/坏.yaml")).unwrap();
        let (loaded, faults, _) = load_all(case.path());
        assert_eq!((loaded.orders.len(), loaded.some_unread), (1, true));
        assert!(matches!(faults[0].kind, FaultKind::OutsideCase { .. }), "{faults:?}");
    }

    #[test]
    fn shares() {
        for (text, share) in [
            ("30%", Some(dec!(0.3))),
            ("33.33％", Some(dec!(0.3333))),
            ("100%", Some(dec!(1))),
            ("0.125", Some(dec!(0.125))),
            ("0%", Some(dec!(0))),
        ] {
            assert_eq!(parse_share(text), share, "{text}");
        }
        for text in ["30", "-10%", "130%", "三成", "%", ""] {
            assert_eq!(parse_share(text), None, "{text}");
        }
        assert_eq!(parse_batch("12"), Some(12));
        assert_eq!(parse_batch("第三批"), Some(3));
        assert_eq!(
            (parse_batch("零"), parse_batch("-1"), parse_batch("1.5"), parse_batch("")),
            (None, None, None, None)
        );
    }
}
