//! `settle --only`: which suppliers and orders of a batch are meant.
//!
//! May use: `input`, `bundle`, `compute`, `rules`.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use rayon::prelude::*;

use super::Failure;
use crate::bundle::settle_plan::Wanted;
use crate::compute::quotation::same_name;
use crate::input::case;
use crate::model::case::Text;
use crate::rules::{did_you_mean, nearest};

/// By what names a case and its orders are known.
#[derive(Debug, Default)]
struct Names {
    case: Vec<String>,
    orders: Vec<String>,
}

/// What one item of `--only` means in a case.
enum Meaning {
    /// The case.
    All,
    /// An order of it.
    Order(String),
}

/// What is wanted of each case: everything, where nothing is named. What is issued must be named without doubt.
pub fn wanted(named: &[String], folders: &[PathBuf], issuing: bool) -> Result<Vec<Wanted>, Failure> {
    let given = !named.is_empty();
    let named = items(named);
    if named.is_empty() {
        if given {
            return Err(Failure("--only 后面没有写供应商或订单；要做全部，请不加 --only".to_owned()));
        }
        return Ok(folders.iter().map(|_| Wanted::Everything).collect());
    }
    let names: Vec<Names> = folders.par_iter().map(|folder| names_of(folder)).collect();
    for item in &named {
        if !names.iter().any(|names| names.meaning(item).is_some()) {
            return Err(unknown(item, &names));
        }
        let having: Vec<&Names> = names.iter().filter(|names| names.orders_have(item)).collect();
        if issuing && having.len() > 1 {
            return Err(ambiguous(item, &having));
        }
    }
    Ok(names.iter().map(|names| names.wanted(&named)).collect())
}

fn ambiguous(order: &str, having: &[&Names]) -> Failure {
    let cases: Vec<&str> = having.iter().filter_map(|names| names.case.first()).map(String::as_str).collect();
    let each: Vec<String> = cases.iter().map(|case| format!("{case}/{order}")).collect();
    Failure(format!(
        "--only 里的订单“{order}”在 {} 个案卷里都有：{}；开具时请写明是哪个供应商的，如“{}”",
        having.len(),
        cases.join("、"),
        each.first().map_or("", String::as_str)
    ))
}

/// However a Chinese keyboard separates them.
fn items(named: &[String]) -> Vec<&str> {
    let items = named.iter().flat_map(|list| list.split([',', '，', '、']));
    items.map(str::trim).filter(|item| !item.is_empty()).collect()
}

fn unknown(item: &str, names: &[Names]) -> Failure {
    let known = || names.iter().flat_map(|names| names.case.iter().chain(&names.orders)).map(String::as_str);
    let suggestion = did_you_mean(nearest(item, known()));
    Failure(format!(
        "--only 里的“{item}”既不是供应商，也不是订单编号{suggestion}；可写供应商的名称、简称、案卷文件夹名，订单编号，或“供应商/订单编号”"
    ))
}

fn names_of(folder: &Path) -> Names {
    let loaded = case::load(folder);
    let text = |text: &Text| text.as_ref().map(|text| text.value.clone());
    let supplier = &loaded.case.supplier;
    let case = [Some(loaded.case.name.clone()), text(&supplier.name), text(&supplier.short_name)];
    let orders = loaded.case.orders.iter().map(|order| order.number().to_owned());
    Names {
        case: case.into_iter().flatten().collect(),
        orders: orders.filter(|number| !number.is_empty()).collect(),
    }
}

impl Names {
    fn case_has(&self, item: &str) -> bool {
        self.case.iter().any(|name| same_name(name, item))
    }

    fn orders_have(&self, item: &str) -> bool {
        self.orders.iter().any(|number| same_name(number, item))
    }

    /// What an item means in this case; none if it means nothing here.
    fn meaning(&self, item: &str) -> Option<Meaning> {
        if self.case_has(item) {
            return Some(Meaning::All);
        }
        if self.orders_have(item) {
            return Some(Meaning::Order(item.to_owned()));
        }
        // 供应商/订单, wherever the stroke is: a number may have one of its own.
        let strokes = item.match_indices(['/', '／']);
        let mut parts = strokes.map(|(at, stroke)| (&item[..at], &item[at + stroke.len()..]));
        let both = parts.find(|(case, order)| self.case_has(case) && self.orders_have(order));
        both.map(|(_, order)| Meaning::Order(order.trim().to_owned()))
    }

    fn wanted(&self, named: &[&str]) -> Wanted {
        let mut orders = BTreeSet::new();
        for meaning in named.iter().filter_map(|item| self.meaning(item)) {
            match meaning {
                Meaning::All => return Wanted::Everything,
                Meaning::Order(order) => orders.insert(order),
            };
        }
        if orders.is_empty() { Wanted::Nothing } else { Wanted::Orders(orders) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names() -> Names {
        let texts = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect();
        Names {
            case: texts(&["星河", "成都星河示例科技有限公司"]), orders: texts(&["DD-1", "DD-2"])
        }
    }

    #[test]
    fn a_supplier_means_all_its_orders() {
        let orders = |numbers: &[&str]| Wanted::Orders(numbers.iter().map(|n| (*n).to_owned()).collect());
        assert_eq!(names().wanted(&["星河"]), Wanted::Everything);
        assert_eq!(names().wanted(&["DD-2", "星河"]), Wanted::Everything);
        assert_eq!(names().wanted(&["DD-2", "别家"]), orders(&["DD-2"]));
        assert_eq!(names().wanted(&["别家"]), Wanted::Nothing);
        assert_eq!(names().wanted(&["星河/DD-2", "别家/DD-1"]), orders(&["DD-2"]));
        assert_eq!(names().wanted(&["星河／DD-22"]), Wanted::Nothing);
    }

    #[test]
    fn what_nobody_is_called_is_told_with_what_may_be_meant() {
        let Failure(message) = unknown("DD-22", &[names()]);
        assert!(message.contains("“DD-22”") && message.contains("是不是想写“DD-2”"), "{message}");
        assert_eq!(items(&["甲,乙，丙、".to_owned(), "丁".to_owned()]), ["甲", "乙", "丙", "丁"]);
    }
}
