//! The default pack holds what the form prints, and a broken pack says where it is broken.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use rust_decimal::{Decimal, dec};

use super::{Pack, PackError, ParameterKind};
use crate::model::money::Money;

const ID: &str = "migu-2026";

fn pack() -> Pack {
    Pack::embedded(ID).unwrap()
}

fn source_dir() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("templates").join(ID)
}

/// A copy of the pack to be broken, in a temporary folder.
fn copied(break_it: impl Fn(&Path)) -> (tempfile::TempDir, PathBuf) {
    let temp = tempfile::tempdir().unwrap();
    let dir = temp.path().join(ID);
    for entry in walkdir::WalkDir::new(source_dir()) {
        let entry = entry.unwrap();
        let target = dir.join(entry.path().strip_prefix(source_dir()).unwrap());
        if entry.file_type().is_dir() {
            std::fs::create_dir_all(target).unwrap();
        } else {
            std::fs::copy(entry.path(), target).unwrap();
        }
    }
    break_it(&dir);
    (temp, dir)
}

/// The message for a pack in which `from` in `file` is replaced by `to`.
fn message(file: &str, from: &str, to: &str) -> String {
    let (_temp, dir) = copied(|dir| {
        let text = std::fs::read_to_string(dir.join(file)).unwrap();
        assert!(text.contains(from), "{from} is not in {file}");
        std::fs::write(dir.join(file), text.replacen(from, to, 1)).unwrap();
    });
    Pack::from_dir(&dir).unwrap_err().to_string()
}

#[test]
fn a_folder_gives_the_same_as_the_binary() {
    let from_dir = Pack::from_dir(&source_dir()).unwrap();
    assert_eq!(from_dir, pack());
    assert_eq!(from_dir.hash.len(), 64);
    let (_temp, dir) = copied(|dir| {
        std::fs::write(dir.join(".DS_Store"), "x").unwrap();
        std::fs::write(dir.join("~$甲方.yaml"), "x").unwrap();
    });
    assert_eq!(Pack::from_dir(&dir).unwrap().hash, pack().hash);
    std::fs::write(dir.join("甲方.yaml"), std::fs::read_to_string(dir.join("甲方.yaml")).unwrap() + "\n")
        .unwrap();
    assert_ne!(Pack::from_dir(&dir).unwrap().hash, pack().hash);
}

// Worked in the spec, §Figures.
#[test]
fn the_ceilings_do_not_agree_with_each_other() {
    let tender = pack().tender;
    assert_eq!(tender.lines().count(), 21);
    assert_eq!(tender.lines().map(|(_, line)| line.workload).sum::<Decimal>(), dec!(20187));
    let net = |workload: Decimal, price: Money| Money::round(price.decimal() * workload);
    let sum_net: Money = tender.lines().map(|(_, line)| net(line.workload, line.net_ceiling)).sum();
    let sum_gross: Money =
        tender.lines().map(|(_, line)| tender.rate.gross(net(line.workload, line.net_ceiling))).sum();
    let by_gross_price: Money =
        tender.lines().map(|(_, line)| net(line.workload, tender.rate.gross(line.net_ceiling))).sum();
    assert_eq!(sum_net.to_string(), "16,630,413.00");
    assert_eq!(sum_gross.to_string(), "17,628,237.78");
    assert_eq!(by_gross_price.to_string(), "17,628,187.03");
    assert_eq!(tender.gross_total_ceiling.ten_thousands(), "1762.78");
    assert!(tender.lines().all(|(_, line)| tender.rate.gross(line.net_ceiling) == line.gross_ceiling));
}

#[test]
fn the_form_is_complete() {
    let pack = pack();
    let points: Decimal = pack.assessment.indicators.iter().map(|indicator| indicator.points).sum();
    assert_eq!(points, dec!(100));
    let files: Vec<&str> = pack.documents.iter().map(|document| document.file.as_str()).collect();
    let expected = "合同正文 附件1-技术规范书 附件2-服务质量考核办法 附件3-报价表 附件4-廉洁诚信承诺书 \
        附件5-信息安全合作责任书 附件6-委托订单 附件7-结算单 合同全套 委托订单-<编号> 结算单-<月份>-<订单编号> \
        结算汇总-<月份> 补充协议-<编号> 核对报告 变更对照表";
    assert_eq!(files, expected.split_whitespace().collect::<Vec<_>>());
    assert_eq!(pack.documents.iter().filter(|document| document.in_bundle).count(), 8);
    let xlsx = pack.documents.iter().filter(|document| document.xlsx).map(|document| document.id.as_str());
    assert_eq!(
        xlsx.collect::<Vec<_>>(),
        "附件2 附件3 附件6 附件7 订单 结算单 汇总 变更对照表".split(' ').collect::<Vec<_>>()
    );
    let ids: BTreeSet<&str> = pack.clauses.iter().map(|clause| clause.id.as_str()).collect();
    assert_eq!(ids.len(), pack.clauses.len());
    assert_eq!(pack.clause("违约金百分之").map(|clause| clause.kind), Some(ParameterKind::PercentWords));
    assert_eq!(pack.data_category("A1-4").and_then(|category| category.level), Some(4));
    assert_eq!(pack.data_levels.last().map(String::as_str), Some("重要数据"));
    assert_eq!((pack.processing_stages.len(), pack.relations.len()), (7, 13));
}

#[test]
fn adopted_errata_change_the_standard() {
    let pack = pack();
    let ability = &pack.assessment.indicators[1];
    assert!(pack.standard(ability, false).ends_with("扣完为止）"));
    assert!(pack.standard(ability, true).ends_with("扣完为止。"));
    let quality = &pack.assessment.indicators[0];
    assert_eq!(pack.standard(quality, true), quality.standard);
}

/// What `«prefix.name»` the templates ask for.
fn asked_for(pack: &Pack, prefix: &str) -> BTreeSet<String> {
    let name = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let mut names = BTreeSet::new();
    for text in pack.templates.values() {
        for (at, _) in text.match_indices(prefix) {
            let stands_alone = !text[..at].ends_with(|c: char| name(c) || c == '.' || c == '-');
            let rest = &text[at + prefix.len()..];
            if stands_alone && rest.starts_with(|c: char| c.is_ascii_lowercase()) {
                names.insert(rest.chars().take_while(|c| name(*c)).collect());
            }
        }
    }
    names
}

#[test]
fn templates_and_data_know_the_same_names() {
    let pack = pack();
    let clauses: BTreeSet<String> = pack.clauses.iter().map(|clause| clause.id.clone()).collect();
    assert_eq!(asked_for(&pack, "clauses.").difference(&clauses).count(), 0, "{clauses:?}");
    let in_data = pack.assessment.indicators.iter().flat_map(|indicator| indicator.errata.iter().cloned());
    // The 备注 of 附件3 are data, too: the view puts these readings in for {工作量单位} and {乘号}.
    let in_notes = ["annex3_note_workload_unit", "annex3_note_times"].map(str::to_owned);
    let used: BTreeSet<String> = asked_for(&pack, "e.").into_iter().chain(in_data).chain(in_notes).collect();
    let errata: BTreeSet<String> = pack.errata.iter().map(|erratum| erratum.id.clone()).collect();
    assert_eq!(used.symmetric_difference(&errata).collect::<Vec<_>>(), Vec::<&String>::new());
    let person = asked_for(&pack, "person.");
    assert!(pack.relations.iter().all(|relation| person.contains(&relation.id)), "{person:?}");
}

#[test]
fn a_broken_pack_names_file_and_fault() {
    for (file, from, to, expected) in [
        (
            "甲方.yaml",
            "法定代表人: 朱泓",
            "法定代表: 朱泓",
            "甲方.yaml 第 7 行：不认识“法定代表”，是不是“法定代表人”",
        ),
        ("甲方.yaml", "法定代表人: 朱泓", "", "缺少“法定代表人”"),
        ("甲方.yaml", "法定代表人: 朱泓", "法定代表人: \"\"", "甲方.yaml：法定代表人没有填写"),
        ("甲方.yaml", "品牌: ", "名称: ", "甲方.yaml 第 4 行：“名称”写了两次"),
        (
            "招标.yaml",
            "预估工作量: 1250",
            "预估工作量: 一千",
            "招标.yaml：产品/平台服务高级的预估工作量“一千”应是大于 0 的数",
        ),
        ("招标.yaml", "849.06", "849.061", "超过两位小数"),
        ("招标.yaml", "6%", "6", "应写成 6% 的样子"),
        ("招标.yaml", "级别: 中级", "级别: 高级", "岗位“产品/平台服务”的级别“高级”写了两次"),
        ("条款.yaml", "写法: 整数", "写法: 数字", "“数字”不在可选的值里"),
        ("条款.yaml", "通常值: 二十", "通常值: 贰拾", "违约金百分之的通常值“贰拾”与写法不符"),
        ("条款.yaml", "对应: penalty", "对应: copies_words", "违约金百分之的“对应”"),
        ("考核.yaml", "annex2_ability_standard", "annex2_x", "不在 勘误.yaml 里"),
        ("勘误.yaml", "文件: 正文", "文件: 附件9", "“附件9”不在 合同样式.yaml 里"),
        ("合同样式.yaml", "编号: migu-2026", "编号: migu-2027", "与文件夹名“migu-2026”不同"),
        ("合同样式.yaml", "annex1.typ", "annex8.typ", "缺少文件 typ/annex8.typ"),
        ("合同样式.yaml", "表格: 否", "表格: 不", "“不”不在可选的值里（可以写：是、否）"),
        ("数据分类.yaml", "级别: 3}", "级别: 6}", "A1-1的级别应在 1 到 5 之间"),
        ("法律.yaml", "简称: [民法典]", "简称: [广告法]", "“广告法”写了两次"),
        ("廉洁.yaml", "标识: spouse", "标识: 配偶", "只能用小写英文字母"),
    ] {
        let message = message(file, from, to);
        assert!(message.contains(expected), "{message}");
        assert!(message.starts_with("模板 migu-2026"), "{message}");
    }
}

#[test]
fn a_pack_that_is_not_there_lists_those_that_are() {
    assert_eq!(Pack::available(None).unwrap(), [ID]);
    let error = Pack::find(None, "migu-2027").unwrap_err().to_string();
    assert_eq!(error, "没有名为“migu-2027”的模板（程序自带）。可用的模板：migu-2026");
    for id in ["", "..", "../migu-2026", "a/b", "/etc", "C:\\x", ".git"] {
        assert!(matches!(Pack::find(None, id), Err(PackError::BadId { .. })), "{id}");
    }
    let templates = source_dir();
    let templates = templates.parent();
    assert_eq!(Pack::find(templates, ID).unwrap(), pack());
    assert_eq!(Pack::find(Some(&source_dir()), ID).unwrap(), pack());
    assert!(Pack::find(templates, "x").unwrap_err().to_string().contains("可用的模板：migu-2026"));
    assert!(Pack::find(Some(Path::new("/does/not/exist")), ID).unwrap_err().to_string().contains("不存在"));
    let (_temp, dir) = copied(|dir| std::fs::remove_file(dir.join("条款.yaml")).unwrap());
    assert_eq!(Pack::from_dir(&dir).unwrap_err().to_string(), "模板 migu-2026 缺少文件 条款.yaml");
}

#[test]
fn loading_is_quick() {
    pack();
    let start = std::time::Instant::now();
    pack();
    assert!(start.elapsed().as_millis() < 200, "{:?}", start.elapsed());
}

/// Typst refuses a backslash in a name, and typst-as-lib takes every name for a good one.
#[cfg(unix)]
#[test]
fn a_file_that_typst_cannot_name_is_told() {
    for name in ["lib\\x.typ", "lib\u{7}.typ"] {
        let (_temp, dir) = copied(|dir| std::fs::write(dir.join("typ").join(name), "").unwrap());
        let told = Pack::from_dir(&dir).unwrap_err().to_string();
        assert_eq!(
            told,
            format!(
                "模板 migu-2026 的 typ/{name}：文件名里有反斜杠或控制字符，排版程序不接受；请改名，只用文字、数字、- 和 ."
            )
        );
    }
    let (_temp, dir) = copied(|dir| std::fs::write(dir.join("typ/lib:x #.typ"), "").unwrap());
    assert!(Pack::from_dir(&dir).is_ok());
}
