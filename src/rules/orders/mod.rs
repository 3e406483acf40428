//! O 订单: each 委托订单 against the framework agreement, 附件3 and the other orders.
//!
//! Numbers, periods, dates and the cap are here, the lines of 明细 in `lines`, 付款计划 in `plan`. What is left out of
//! an order is a blank, not a finding.
//!
//! May use: `model`, `compute`, `pack`, `diagnostics`.

pub mod dates;
pub mod lines;
pub mod plan;

use super::{Context, Reporter, Rule};
use crate::compute::order::{OrderFigures, cap_of_orders, sequence};
use crate::compute::prices::CapBasis;
use crate::compute::quotation::same_name;
use crate::diagnostics::{Located, RuleInfo, Severity};
use crate::model::identifiers;
use crate::model::money::Money;
use crate::model::order::{ContactPerson, in_file_name};

fn has_orders(ctx: &Context) -> bool {
    !ctx.case.orders.is_empty()
}

/// All orders together stay within the framework's cap.
pub static O002: Rule = Rule {
    info: RuleInfo {
        id: "O002",
        title: "订单合计超过框架协议金额上限",
        severity: Severity::Error,
        clause: "4.3，附件6",
        what: "按签订先后，各订单的订单总额累加不得超过框架协议的含税上限总价。最后一份订单签订时税率已经调整过的，改为按不含税累加，与当时有效的不含税价比较；补充协议改过报价的，上限用最后一份订单签订时有效的那一版。",
        why: "超出部分没有合同依据，结算时无法支付。",
        example: "上限 1,000,000.00 元，前两份订单 900,000.00 元，第三份 150,000.00 元：超出 50,000.00 元。",
        fix: "减少这份订单的人天。上限只随“调整”里的报价重算，单独提高上限的补充协议现在还写不进案卷。订单下多了不妨碍按月结算，累计结算不超过上限就可以（S004）。",
    },
    applies: |ctx| has_orders(ctx) && ctx.figures.contract().is_some(),
    check: o002,
};

fn o002(ctx: &Context, out: &mut Reporter) {
    let Some(cap) = cap_of_orders(&ctx.case.orders, &ctx.figures.prices) else { return };
    let most = cap.amount();
    let (label, name, why) = match cap.basis {
        CapBasis::Gross => ("", "框架协议金额上限", ""),
        CapBasis::Net => ("不含税 ", "框架协议不含税价", "；税率调整过，按不含税比较"),
    };
    let of = |order: &OrderFigures| Some(cap.basis.of(order.total?, order.net_total?));
    let totals = || ctx.figures.orders.iter().filter_map(of);
    let all: Money = totals().sum();
    let mut sum = Money::ZERO;
    for index in sequence(&ctx.case.orders) {
        let (Some(order), Some(figures)) = (ctx.case.orders.get(index), ctx.figures.orders.get(index)) else {
            continue;
        };
        let Some(total) = of(figures) else { continue };
        let before = sum;
        sum = sum + total;
        if before <= most && sum > most {
            let origin = order.number.as_ref().map_or(&order.origin, |number| &number.origin);
            let later = if all > sum {
                format!("；全部 {} 份订单合计 {label}{all} 元，超出 {} 元", totals().count(), all - most)
            } else {
                String::new()
            };
            let message = format!(
                "加上这份订单的 {label}{total} 元，订单合计 {label}{sum} 元，超过{name} {most} 元，超出 {} 元{later}{why}",
                sum - most
            );
            out.report(origin, message).expected(format!("这份订单不超过 {label}{} 元", most - before));
        }
    }
}

/// Every order has a number of its own, and a file name of its own.
pub static O004: Rule = Rule {
    info: RuleInfo {
        id: "O004",
        title: "订单编号重复",
        severity: Severity::Error,
        clause: "附件6",
        what: "同一案卷中每份订单的编号不同；换成文件名（/ : * 等字符变成 _，不分大小写）之后也不同。",
        why: "工时、考核和结算都按订单编号归集，编号重复就会算错、互相覆盖。",
        example: "订单/甲.yaml 和 订单/乙.yaml 的编号都是 DD-2026-001。",
        fix: "改正其中一份的 编号；同一份订单写了两个文件的，删去一个。",
    },
    applies: has_orders,
    check: o004,
};

fn o004(ctx: &Context, out: &mut Reporter) {
    let mut seen: Vec<&Located<String>> = Vec::new();
    for number in ctx.case.orders.iter().filter_map(|order| order.number.as_ref()) {
        let same = |other: &&&Located<String>| {
            same_name(&other.value, &number.value) || same_file(&other.value, &number.value)
        };
        if let Some(first) = seen.iter().find(same) {
            let (ours, theirs) = (&number.value, &first.value);
            let message = if same_name(ours, theirs) {
                format!("订单编号“{ours}”与另一份订单重复")
            } else {
                format!("订单编号“{ours}”与“{theirs}”会得到同一个文件名")
            };
            out.report(&number.origin, message).label(&first.origin, "另一份在这里");
        } else {
            seen.push(number);
        }
    }
}

/// Whether two numbers name the same file, on systems that do not tell letters' cases apart, too.
fn same_file(a: &str, b: &str) -> bool {
    in_file_name(a).to_lowercase() == in_file_name(b).to_lowercase()
}

/// 电话 and 邮箱 of the contacts have the form of one.
pub static O010: Rule = Rule {
    info: RuleInfo {
        id: "O010",
        title: "订单联系人的电话或邮箱有误",
        severity: Severity::Error,
        clause: "附件6",
        what: "联系人的电话须为固定电话（区号-号码）、手机号或 400/800 号码；邮箱须形如 name@example.com。",
        why: "订单的通知和结算材料都按它们送达。",
        example: "邮箱: zhao@example（少了 .com）。",
        fix: "改正联系人的 电话 或 邮箱。",
    },
    applies: |ctx| {
        let given = |person: &ContactPerson| person.phone.is_some() || person.email.is_some();
        ctx.case.orders.iter().any(|order| given(&order.buyer_contact) || given(&order.supplier_contact))
    },
    check: o010,
};

fn o010(ctx: &Context, out: &mut Reporter) {
    let of_order =
        ctx.case.orders.iter().flat_map(|order| {
            [("甲方联系人", &order.buyer_contact), ("乙方联系人", &order.supplier_contact)]
        });
    for (whose, person) in of_order {
        if let Some(phone) = &person.phone
            && let Err(fault) = identifiers::telephone(&phone.value)
        {
            out.report(&phone.origin, format!("{whose}的电话“{}”有误：{fault}", phone.value))
                .expected("固定电话如 028-85551234（分机如 028-85551234-801），或 11 位手机号");
        }
        if let Some(email) = &person.email
            && let Err(fault) = identifiers::email(&email.value)
        {
            out.report(&email.origin, format!("{whose}的邮箱“{}”有误：{fault}", email.value))
                .expected("形如 name@example.com");
        }
    }
}

#[cfg(test)]
mod tests {
    use rust_decimal::dec;

    use super::*;
    use crate::compute::testing::{adjustment, at, day, good_case, text};
    use crate::compute::testing_month::requoted;
    use crate::compute::testing_orders::order;
    use crate::model::case::Case;
    use crate::model::order::Order;
    use crate::rules::testing::{fire, only};

    fn with(orders: Vec<Order>) -> Case {
        Case { orders, ..good_case() }
    }

    /// So many 人天 at 898.94 元; the cap of the good case is 17,608,... 元, worked out by `figures`.
    fn days(number: &str, days: rust_decimal::Decimal, signed: &str) -> Order {
        let mut one = order(number, &[("产品/平台服务", "高级", days)]);
        one.signed_on = day(number, signed);
        one
    }

    // 19,000 × 898.94 = 17,079,860.00; 600 × 898.94 = 539,364.00; 1 × 898.94.
    #[test]
    fn o002_the_order_that_crosses_the_cap_is_named() {
        let cap = crate::compute::CaseFigures::of(&good_case(), &crate::compute::testing::pack());
        let cap = cap.contract().unwrap().gross;
        let orders = || {
            vec![
                days("DD-3", dec!(1), "2026-05-01"),
                days("DD-2", dec!(600), "2026-04-01"),
                days("DD-1", dec!(19000), "2026-03-01"),
            ]
        };
        assert!(fire("O002", &with(vec![orders().remove(2)])).is_empty());
        let found = only(fire("O002", &with(orders())), &at("DD-2.编号"), Severity::Error);
        let over = Money::round(dec!(17619224.00)) - cap;
        assert!(found.message.contains("订单合计 17,619,224.00 元"), "{}", found.message);
        assert!(
            found.message.contains(&format!("超出 {over} 元；全部 3 份订单合计 17,620,122.94 元")),
            "{}",
            found.message
        );
    }

    // 19,000 × 898.94 = 17,079,860.00, which is 16,113,075.47 net at 6 %; 590 × 873.50 = 515,365.00, 500,354.37 net at 3 %.
    // Together 17,595,225.00, below 17,606,839.56; but 16,613,429.84 net, above 16,610,226.00.
    #[test]
    fn o002_is_net_once_the_rate_has_changed() {
        let mut case =
            with(vec![days("DD-1", dec!(19000), "2026-03-01"), days("DD-2", dec!(590), "2026-04-01")]);
        case.adjustments = vec![adjustment("一", "2026-04-01")];
        let found = only(fire("O002", &case), &at("DD-2.编号"), Severity::Error);
        assert_eq!(
            found.message,
            "加上这份订单的 不含税 500,354.37 元，订单合计 不含税 16,613,429.84 元，超过框架协议不含税价 16,610,226.00 元，超出 3,203.84 元；税率调整过，按不含税比较"
        );
        assert_eq!(found.expected.as_deref(), Some("这份订单不超过 不含税 497,150.53 元"));
        case.orders[1].lines[0].days.as_mut().unwrap().value = dec!(586);
        assert!(fire("O002", &case).is_empty());
        // One that is not signed, and names no day, is written at the last prices.
        case.orders[1].lines[0].days.as_mut().unwrap().value = dec!(590);
        case.orders[1].signed_on = None;
        only(fire("O002", &case), &at("DD-2.编号"), Severity::Error);
        // Signed before the change: 590 × 898.94 at 6 %, gross.
        case.orders[1].signed_on = day("DD-2", "2026-03-31");
        let found = only(fire("O002", &case), &at("DD-2.编号"), Severity::Error);
        assert!(found.message.contains("超过框架协议金额上限 17,606,839.56 元"), "{}", found.message);
    }

    // A 补充协议 that raises the cap before the order is signed makes room for it.
    #[test]
    fn o002_is_held_against_the_cap_of_the_last_orders_day() {
        let mut case =
            with(vec![days("DD-1", dec!(19000), "2026-03-01"), days("DD-2", dec!(587), "2026-04-01")]);
        only(fire("O002", &case), &at("DD-2.编号"), Severity::Error);
        case.adjustments =
            vec![requoted("一", "2026-04-01", |line| line.net_ceiling - Money::round(dec!(0.5)))];
        assert!(fire("O002", &case).is_empty());
    }

    #[test]
    fn o004_numbers_and_file_names_are_unique() {
        let named = |numbers: &[&str]| {
            let one = |(index, number): (usize, &&str)| {
                let mut one = order(number, &[]);
                one.number = text(&format!("编号{index}"), number);
                one
            };
            with(numbers.iter().enumerate().map(one).collect())
        };
        assert!(fire("O004", &named(&["DD-1", "DD-2"])).is_empty());
        let found = only(fire("O004", &named(&["DD-1", "DD-2", "DD-1"])), &at("编号2"), Severity::Error);
        assert_eq!(found.labels[0].0, at("编号0"));
        for other in ["dd-1", "DD?1"] {
            let first = if other == "DD?1" { "DD*1" } else { "DD-1" };
            let found = only(fire("O004", &named(&[first, other])), &at("编号1"), Severity::Error);
            assert!(found.message.contains("同一个文件名"), "{}", found.message);
        }
        let mut unnumbered = named(&["DD-1", "DD-1"]);
        for order in &mut unnumbered.orders {
            order.number = None;
        }
        assert!(fire("O004", &unnumbered).is_empty());
    }

    #[test]
    fn o010_contacts() {
        let mut one = order("DD-1", &[]);
        one.buyer_contact.phone = text("电话", "028-81234567");
        one.supplier_contact.email = text("邮箱", "zhao@example.com");
        assert!(fire("O010", &with(vec![one.clone()])).is_empty());
        one.buyer_contact.phone = text("电话", "81234");
        only(fire("O010", &with(vec![one.clone()])), &at("电话"), Severity::Error);
        one.buyer_contact.phone = None;
        one.supplier_contact.email = text("邮箱", "zhao@");
        only(fire("O010", &with(vec![one])), &at("邮箱"), Severity::Error);
    }
}
