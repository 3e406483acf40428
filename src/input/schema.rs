//! The input language as JSON Schema (draft 07, which YAML editors know): what may be written in 合同.yaml and in
//! 订单/*.yaml.
//!
//! The structure and the descriptions stand in `合同.schema.json` and `订单.schema.json`; what belongs to a pack (clause parameters, data
//! categories, relations …) is put in from the pack. A test holds the schema to the keys the reader asks for.
//!
//! It also knows where a key belongs that somebody wrote in another place.
//!
//! May use: `pack`, `model::fault`.

use serde_json::{Map, Value, json};

use crate::model::fault::{Fault, FaultKind};
use crate::pack::{Pack, ParameterKind};

const BASE: &str = include_str!("合同.schema.json");
const ORDER_BASE: &str = include_str!("订单.schema.json");

/// The schema of 合同.yaml for a pack.
///
/// # Errors
/// If the schema in the binary is not valid JSON, which a test rules out.
pub fn contract_schema(pack: &Pack) -> serde_json::Result<Value> {
    let mut schema: Value = serde_json::from_str(BASE)?;
    let stages = strings(pack.processing_stages.iter());
    let categories = pack.data_catalogue.iter();
    let titles: Vec<Value> = categories.clone().map(|c| json!(format!("{} {}", c.code, c.name))).collect();
    set(&mut schema, "/properties/条款/properties", clauses(pack));
    let data = "/properties/信息安全/properties/数据合作/properties";
    set(&mut schema, &format!("{data}/数据类别/items/enum"), strings(categories.map(|c| &c.code)));
    set(&mut schema, &format!("{data}/数据类别/items/markdownEnumDescriptions"), Value::Array(titles));
    set(&mut schema, &format!("{data}/数据级别/enum"), strings(pack.data_levels.iter()));
    set(&mut schema, &format!("{data}/处理方式/items/enum"), stages);
    let measures = json!({"type": ["array", "string"], "items": {"type": "string"}});
    let of_stages = pack.processing_stages.iter().map(|stage| (stage.clone(), measures.clone()));
    let buyer = format!("{data}/保障措施/properties/咪咕公司/properties");
    set(&mut schema, &buyer, Value::Object(of_stages.collect()));
    let integrity = "/properties/廉洁/properties";
    let relations = strings(pack.relations.iter().map(|relation| &relation.key));
    set(&mut schema, &format!("{integrity}/关联人员/items/properties/关系/items/enum"), relations);
    let business = strings(pack.business_categories.iter());
    set(&mut schema, &format!("{integrity}/其他业务合作/items/examples"), business);
    Ok(schema)
}

/// The schema of an order for a pack.
///
/// # Errors
/// If the schema in the binary is not valid JSON, which a test rules out.
pub fn order_schema(pack: &Pack) -> serde_json::Result<Value> {
    let mut schema: Value = serde_json::from_str(ORDER_BASE)?;
    let line = "/properties/明细/items/properties";
    set(&mut schema, &format!("{line}/岗位/enum"), strings(pack.tender.posts.iter().map(|post| &post.name)));
    let mut levels: Vec<&String> = pack.tender.lines().map(|(_, line)| &line.level).collect();
    let mut seen = std::collections::BTreeSet::new();
    levels.retain(|level| seen.insert(*level));
    set(&mut schema, &format!("{line}/级别/enum"), strings(levels.into_iter()));
    Ok(schema)
}

fn strings<'s>(texts: impl Iterator<Item = &'s String>) -> Value {
    Value::Array(texts.map(|text| json!(text)).collect())
}

/// Puts a value at a JSON pointer; the last part may be new.
fn set(schema: &mut Value, pointer: &str, value: Value) {
    let Some((parent, key)) = pointer.rsplit_once('/') else { return };
    if let Some(Value::Object(parent)) = schema.pointer_mut(parent) {
        parent.insert(key.to_owned(), value);
    }
}

fn clauses(pack: &Pack) -> Value {
    let entry = |parameter: &crate::pack::ClauseParameter| {
        let unit =
            if parameter.unit.is_empty() { String::new() } else { format!("（{}）", parameter.unit) };
        let text = format!(
            "{}{unit}。条款 {}；不写则为 {}。",
            parameter.description, parameter.clause, parameter.default
        );
        let types = match parameter.kind {
            ParameterKind::Whole | ParameterKind::Copies | ParameterKind::CopiesPlain => json!("integer"),
            ParameterKind::Percent => json!(["number", "string"]),
            ParameterKind::PercentWords | ParameterKind::Text => json!("string"),
        };
        (parameter.key.clone(), json!({"description": text, "type": types}))
    };
    Value::Object(pack.clauses.iter().map(entry).collect::<Map<_, _>>())
}

/// Says of each unknown key where one of this name belongs: in its own file, else in the other kind of file.
pub fn tell_where_keys_belong(faults: &mut [Fault]) {
    for fault in faults {
        let in_contract = fault.origin.file().is_some_and(|file| !file.starts_with("订单/"));
        let FaultKind::UnknownKey { key, suggestion, elsewhere, .. } = &mut fault.kind else { continue };
        *elsewhere = places_of(key, in_contract, suggestion.is_none());
    }
}

/// Where a key stands in 合同.yaml or in an order; the other of the two files is thought of only if `or_other`.
pub fn places_of(key: &str, in_contract: bool, or_other: bool) -> Vec<String> {
    let (own, other) = if in_contract { (BASE, ORDER_BASE) } else { (ORDER_BASE, BASE) };
    let mut places = Vec::new();
    find(&serde_json::from_str(own).unwrap_or_default(), key, "", &mut places);
    if places.is_empty() && or_other {
        find(&serde_json::from_str(other).unwrap_or_default(), key, "", &mut places);
        let file = if in_contract { "委托订单（订单/ 里的 .yaml）的" } else { "合同.yaml 的" };
        places = places.into_iter().map(|place| format!("{file}{place}")).collect();
    }
    places
}

/// Every place below one of the schema in which a key may stand.
fn find(schema: &Value, key: &str, path: &str, places: &mut Vec<String>) {
    let inner = |name: &str| if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") };
    if let Some(Value::Object(map)) = schema.get("properties") {
        if map.contains_key(key) {
            let place = match (path, path.strip_suffix("的每一项")) {
                ("", _) => "最外层（行首不空格）".to_owned(),
                (_, Some(list)) => format!("“{list}”的每一项里"),
                _ => format!("“{path}”下面"),
            };
            if !places.contains(&place) {
                places.push(place);
            }
        }
        for (name, below) in map {
            find(below, key, &inner(name), places);
        }
    }
    if let Some(items) = schema.get("items") {
        find(items, key, &format!("{path}的每一项"), places);
    }
    for one in schema.get("oneOf").and_then(Value::as_array).into_iter().flatten() {
        find(one, key, path, places);
    }
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use super::*;
    use crate::input::case;

    /// The properties of every object of a schema by path, as `Reading::known` names them.
    fn properties(schema: &Value, path: &str, found: &mut BTreeMap<String, BTreeSet<String>>) {
        if let Some(Value::Object(map)) = schema.get("properties") {
            found.entry(path.into()).or_default().extend(map.keys().cloned());
            for (key, inner) in map {
                let path = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
                properties(inner, &path, found);
            }
        }
        if let Some(items) = schema.get("items") {
            properties(items, &format!("{path}[]"), found);
        }
        for inner in schema.get("oneOf").and_then(Value::as_array).into_iter().flatten() {
            properties(inner, path, found);
        }
    }

    /// Every key there is, so that the reader asks for every one of them.
    const EVERYTHING: &str = "\
模板: migu-2026
合同: {有效期: {自: 2026-03-01, 至: 2027-02-28}}
乙方: {名称: 甲}
报价: {文件: 无.xlsx}
廉洁: {声明: 有关联, 关联人员: [{姓名: 甲}]}
信息安全: {数据合作: {保障措施: {承诺方: 甲}}}
核对金额: {税率: 6%}
调整: [{生效日期: 2026-09-01, 事由: 一, 报价: {文件: 无.xlsx}}]
";

    #[test]
    fn the_schema_has_exactly_the_keys_the_reader_knows() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join(case::CASE_FILE), EVERYTHING).unwrap();
        let loaded = case::load(folder.path());
        let base: Value = serde_json::from_str(BASE).unwrap();
        let mut published = BTreeMap::new();
        properties(&base, "", &mut published);
        // Maps whose keys are the pack's data.
        published.remove("条款");
        published.remove("信息安全.数据合作.保障措施.咪咕公司");
        assert_eq!(published, loaded.known_keys.known);
    }

    const EVERY_ORDER_KEY: &str = "\
服务周期: {自: 2026-03-01, 至: 2026-03-31}
甲方联系人: {姓名: 甲}
乙方联系人: {姓名: 乙}
明细: [{人天: 1}]
付款计划: [{比例: 30%}]
";

    #[test]
    fn the_orders_schema_has_exactly_the_keys_the_reader_knows() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join(case::CASE_FILE), "模板: migu-2026\n").unwrap();
        std::fs::create_dir(folder.path().join("订单")).unwrap();
        std::fs::write(folder.path().join("订单/甲.yaml"), EVERY_ORDER_KEY).unwrap();
        let loaded = case::load(folder.path());
        let base: Value = serde_json::from_str(ORDER_BASE).unwrap();
        let mut published = BTreeMap::new();
        properties(&base, "", &mut published);
        assert_eq!(published, loaded.known_order_keys.known);
    }

    #[test]
    fn an_orders_posts_and_levels_are_the_packs() {
        let schema = order_schema(&Pack::embedded("migu-2026").unwrap()).unwrap();
        let line = "/properties/明细/items/properties";
        let at = |key: &str| schema.pointer(&format!("{line}/{key}/enum")).cloned().unwrap_or_default();
        assert_eq!(at("级别"), json!(["高级", "中级", "初级"]));
        assert_eq!(at("岗位").as_array().unwrap().len(), 7);
    }

    #[test]
    fn a_key_is_known_by_its_place() {
        for (key, in_contract, place) in [
            ("开户行", true, "“乙方”下面"),
            ("乙方", true, "最外层（行首不空格）"),
            ("身份证号", true, "“廉洁.关联人员”的每一项里"),
            ("数据级别", true, "“信息安全.数据合作”下面"),
            ("服务周期", true, "委托订单（订单/ 里的 .yaml）的最外层（行首不空格）"),
            ("人天", false, "“明细”的每一项里"),
            ("开户行", false, "合同.yaml 的“乙方”下面"),
        ] {
            assert_eq!(places_of(key, in_contract, true), [place], "{key}");
        }
        assert!(places_of("服务周期", true, false).is_empty() && places_of("天气", true, true).is_empty());
    }

    #[test]
    fn pack_data_is_put_in() {
        let pack = Pack::embedded("migu-2026").unwrap();
        let schema = contract_schema(&pack).unwrap();
        let at = |pointer: &str| schema.pointer(pointer).cloned().unwrap_or_default();
        assert_eq!(at("/properties/条款/properties/组建团队天数/type"), json!("integer"));
        let data = "/properties/信息安全/properties/数据合作/properties";
        assert!(at(&format!("{data}/数据类别/items/enum")).as_array().unwrap().contains(&json!("G3-1")));
        assert_eq!(at(&format!("{data}/处理方式/items/enum")).as_array().unwrap().len(), 7);
        assert_eq!(
            at("/properties/廉洁/properties/关联人员/items/properties/关系/items/enum/0"),
            json!("同学")
        );
    }
}
