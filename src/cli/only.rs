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

/// What is wanted of each case: everything, where nothing is named.
pub fn wanted(named: &[String], folders: &[PathBuf]) -> Result<Vec<Wanted>, Failure> {
    let named = items(named);
    if named.is_empty() {
        return Ok(folders.iter().map(|_| Wanted::Everything).collect());
    }
    let names: Vec<Names> = folders.par_iter().map(|folder| names_of(folder)).collect();
    for item in &named {
        if !names.iter().any(|names| names.case_has(item) || names.orders_have(item)) {
            return Err(unknown(item, &names));
        }
    }
    Ok(names.iter().map(|names| names.wanted(&named)).collect())
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
        "--only 里的“{item}”既不是供应商，也不是订单编号{suggestion}；可写供应商的名称、简称、案卷文件夹名，或订单编号"
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

    fn wanted(&self, named: &[&str]) -> Wanted {
        if named.iter().any(|item| self.case_has(item)) {
            return Wanted::Everything;
        }
        let orders: BTreeSet<String> =
            named.iter().filter(|item| self.orders_have(item)).map(|item| (*item).to_owned()).collect();
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
    }

    #[test]
    fn what_nobody_is_called_is_told_with_what_may_be_meant() {
        let Failure(message) = unknown("DD-22", &[names()]);
        assert!(message.contains("“DD-22”") && message.contains("是不是想写“DD-2”"), "{message}");
        assert_eq!(items(&["甲,乙，丙、".to_owned(), "丁".to_owned()]), ["甲", "乙", "丙", "丁"]);
    }
}
