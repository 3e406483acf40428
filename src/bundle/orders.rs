//! 委托订单-<编号>: which files a case's orders give, and how they are printed.
//!
//! May use: `bundle::plan`, `bundle::produce`, `compute`, `view`, `render`.

use super::plan::{Format, PlannedFile};
use super::produce::{Press, ProduceError, stamp_of};
use crate::compute::order::OrderFigures;
use crate::model::case::Case;
use crate::model::order::{Order, in_file_name};
use crate::pack::{DocumentSpec, Pack};
use crate::render::pdf::Stamp;
use crate::render::xlsx;
use crate::view::forms::OrderForm;
use crate::view::order_sheet;

/// The document's id.
pub const ORDER: &str = "订单";
/// Where the order's number stands in the pattern of its file name.
const NUMBER: &str = "<编号>";

/// The files of the orders that have a name of their own, in the case's order of them.
pub fn order_files(pack: &Pack, case: &Case) -> Vec<PlannedFile> {
    let Some(document) = pack.documents.iter().find(|document| document.id == ORDER) else {
        return Vec::new();
    };
    let named = case.orders.iter().enumerate().filter(|(_, order)| why_not(order, case).is_none());
    named.flat_map(|(index, order)| files_of(document, index, order)).collect()
}

fn files_of(document: &DocumentSpec, index: usize, order: &Order) -> Vec<PlannedFile> {
    let stem = document.file.replace(NUMBER, &in_file_name(order.number()));
    let file = |extension: &str, format| PlannedFile {
        document: document.id.clone(),
        title: format!("{} {}", document.title, order.number()),
        name: format!("{stem}.{extension}"),
        format,
        templates: vec![document.template.clone()],
        order: Some(index),
        revised: None,
    };
    let mut files = vec![file("pdf", Format::Pdf)];
    if document.xlsx {
        files.push(PlannedFile { templates: Vec::new(), ..file("xlsx", Format::Xlsx) });
    }
    files
}

/// What is said of the orders that give no files, and why.
pub fn left_out(case: &Case) -> Vec<String> {
    let orders = case.orders.iter();
    orders.filter_map(|order| Some(format!("“{}”{}", order.origin, why_not(order, case)?))).collect()
}

/// Why an order gives no files: their name would be nobody's, or another's too.
fn why_not(order: &Order, case: &Case) -> Option<&'static str> {
    let name = |order: &Order| in_file_name(order.number()).to_lowercase();
    if order.number().is_empty() {
        return Some("没有 编号，文件没有名字，没有生成");
    }
    let same = case.orders.iter().filter(|other| name(other) == name(order)).count();
    (same > 1).then_some("的编号与另一份订单重复，会互相覆盖，没有生成")
}

/// Whether a name of `--only` means this file: 订单 for all, an order's number, or a file's name with or without
/// its extension.
pub fn is_meant(file: &PlannedFile, orders: &[Order], name: &str) -> bool {
    let number = file.order.and_then(|index| orders.get(index)).map_or("", Order::number);
    let stem = file.name.rsplit_once('.').map_or("", |(stem, _)| stem);
    name == ORDER || [number, stem, &file.name].contains(&name)
}

impl Press<'_> {
    /// The order that a file shows, with its figures, and the form filled with them.
    pub(super) fn order_of(&self, file: &PlannedFile) -> Option<(&Order, &OrderFigures, OrderForm)> {
        let (order, figures) =
            (self.job.case.orders.get(file.order?)?, self.job.figures.orders.get(file.order?)?);
        let prices = &self.job.figures.prices;
        Some((order, figures, OrderForm::of(order, figures, &self.view.order_form.framework, prices)))
    }

    /// An order's own day in its PDF's metadata; none for other files.
    pub(super) fn order_stamp(&self, file: &PlannedFile) -> Option<Stamp> {
        let signed = self.job.case.orders.get(file.order?)?.signed_on.as_ref();
        Some(signed.map_or((2000, 1, 1), |signed| stamp_of(signed.value)))
    }

    /// An order's workbook.
    pub(super) fn order_book(&self, file: &PlannedFile) -> Result<Vec<u8>, ProduceError> {
        let Some((order, figures, form)) = self.order_of(file) else {
            return Err(ProduceError::NoWorkbook { document: file.document.clone() });
        };
        let prices = &self.job.figures.prices;
        let sheet = order_sheet::order_form((order, figures), &form, prices, &self.view);
        xlsx::write_order_form(&sheet).map_err(|error| ProduceError::Xlsx { file: file.name.clone(), error })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compute::testing::{adjustment, day, good_case, pack};
    use crate::compute::testing_orders::order;

    fn with(orders: Vec<Order>) -> Case {
        Case { orders, ..good_case() }
    }

    fn names(numbers: &[&str]) -> Vec<String> {
        let orders = numbers.iter().map(|number| order(number, &[])).collect();
        order_files(&pack(), &with(orders)).into_iter().map(|file| file.name).collect()
    }

    #[test]
    fn each_order_has_files_of_its_own() {
        assert_eq!(
            names(&["DD-1", "川/2026:7"]),
            ["委托订单-DD-1.pdf", "委托订单-DD-1.xlsx", "委托订单-川_2026_7.pdf", "委托订单-川_2026_7.xlsx"]
        );
    }

    #[test]
    fn files_that_would_overwrite_each_other_are_not_made() {
        assert_eq!(names(&["DD-1", "DD/2", "dd:2"]), ["委托订单-DD-1.pdf", "委托订单-DD-1.xlsx"]);
        let mut orders = vec![order("DD-1", &[]), order("DD-1", &[]), order("DD-3", &[])];
        orders[2].number = None;
        let told = left_out(&with(orders));
        assert_eq!(told.len(), 3);
        assert_eq!(told[0], "“订单/DD-1.yaml”的编号与另一份订单重复，会互相覆盖，没有生成");
        assert_eq!(told[2], "“订单/DD-3.yaml”没有 编号，文件没有名字，没有生成");
    }

    #[test]
    fn only_takes_an_order_by_any_of_its_names() {
        let case = with(vec![order("DD-1", &[]), order("DD-2", &[])]);
        let files = order_files(&pack(), &case);
        let meant = |name: &str| files.iter().filter(|file| is_meant(file, &case.orders, name)).count();
        assert_eq!((meant("订单"), meant("DD-1"), meant("委托订单-DD-2")), (4, 2, 2));
        assert_eq!((meant("委托订单-DD-2.pdf"), meant("DD"), meant("")), (1, 0, 0));
    }

    /// Each is written at the prices of its day, so a 调整 leaves out none.
    #[test]
    fn orders_before_and_after_an_adjustment_have_files() {
        let mut case = with(vec![order("DD-1", &[]), order("DD-2", &[])]);
        case.orders[0].signed_on = day("签订日期一", "2026-08-31");
        case.orders[1].signed_on = day("签订日期二", "2026-09-01");
        case.adjustments = vec![adjustment("一", "2026-09-01")];
        assert_eq!(order_files(&pack(), &case).len(), 4);
        assert!(left_out(&case).is_empty());
    }
}
