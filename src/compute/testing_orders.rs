//! Orders that the tests of `compute` and `rules` begin with, each value with a place of its own.

use rust_decimal::Decimal;

use super::testing::{at, text};
use crate::diagnostics::{Located, Origin};
use crate::model::money::Money;
use crate::model::order::{Order, OrderLine, PaymentStage};

/// An order of 岗位, 级别 and 人天.
pub fn order(number: &str, lines: &[(&str, &str, Decimal)]) -> Order {
    let line = |(index, (post, level, days)): (usize, &(&str, &str, Decimal))| OrderLine {
        origin: at(&format!("{number}.明细{index}")),
        post: text(&format!("{number}.岗位{index}"), post),
        level: text(&format!("{number}.级别{index}"), level),
        days: Some(Located::new(*days, at(&format!("{number}.人天{index}")))),
    };
    Order {
        number: text(&format!("{number}.编号"), number),
        lines: lines.iter().enumerate().map(line).collect(),
        ..Order::blank(Origin::File(format!("订单/{number}.yaml").as_str().into()))
    }
}

/// A row of 付款计划.
pub fn stage(share: Option<Decimal>, amount: Option<Decimal>) -> PaymentStage {
    let place = at(&format!("付款计划 {share:?} {amount:?}"));
    PaymentStage {
        origin: place.clone(),
        stage: None,
        condition: None,
        share: share.map(|share| Located::new(share, at(&format!("比例 {share}")))),
        amount: amount.map(|amount| Located::new(Money::round(amount), at(&format!("金额 {amount}")))),
        note: None,
    }
}
