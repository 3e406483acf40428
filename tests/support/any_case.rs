//! Random valid cases of every shape, and what their figures are, worked out in whole cents: nothing of hetong is used.

#![allow(dead_code, missing_docs, reason = "each test uses a part of it")]
#![allow(clippy::expect_used, reason = "a test stops at the first fault")]

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use super::synthetic::{LEVELS, POSTS, Random, credit_code, person_name};

/// A line of 附件3, in its order.
#[derive(Clone, Debug)]
pub struct Row {
    pub post: &'static str,
    pub level: &'static str,
    pub workload: u64,
    /// 不含税单价, cents.
    pub price: u64,
}

/// A line of an order: which row of 附件3, and half days.
#[derive(Clone, Copy, Debug)]
pub struct Line {
    pub row: usize,
    pub halves: u64,
}

#[derive(Clone, Debug)]
pub struct Order {
    pub number: String,
    pub lines: Vec<Line>,
    /// 比例 of the 付款计划 in hundredths of a per cent; they come to 10,000.
    pub plan: Vec<u64>,
    /// Half days of March by line, and the records of the assessment.
    pub worked: Vec<u64>,
    pub marks: [u64; 5],
}

/// What a case is made of.
#[derive(Clone, Debug)]
pub struct AnyCase {
    pub seed: usize,
    pub rows: Vec<Row>,
    pub orders: Vec<Order>,
    pub contract: String,
    /// 税率 of a 调整 on 2026-06-01, in per cent.
    pub new_rate: Option<u64>,
}

impl AnyCase {
    pub fn new(seed: usize) -> Self {
        let mut random = Random::new(0x5eed + seed as u64);
        let random = &mut random;
        let rows: Vec<Row> = POSTS
            .iter()
            .flat_map(|(post, workloads, ceilings)| {
                let lines = LEVELS.iter().zip(workloads).zip(ceilings);
                lines.map(move |((&level, &workload), &ceiling)| Row {
                    post,
                    level,
                    workload,
                    price: ceiling,
                })
            })
            .map(|row| Row { price: row.price * (800 + random.below(190) as u64) / 1000, ..row })
            .collect();
        let orders = (0..random.below(4)).map(|index| order(seed, index, rows.len(), random)).collect();
        let new_rate = random.one_in(3).then(|| [3, 9, 1][random.below(3)]);
        let mut case = Self { seed, rows, orders, contract: String::new(), new_rate };
        case.contract = case.contract_yaml(random);
        case
    }

    /// 合计 不含税 and 含税, cents: the sum of the rows, each rounded.
    pub fn totals(&self) -> (u64, u64) {
        let nets = self.rows.iter().map(|row| row.price * row.workload);
        (nets.clone().sum(), nets.map(|net| with_tax(net, 6)).sum())
    }

    /// 订单总额, cents.
    pub fn order_total(&self, order: &Order) -> u64 {
        order.lines.iter().map(|line| self.amount(line.row, line.halves)).sum()
    }

    /// r2(人天 × 含税单价).
    fn amount(&self, row: usize, halves: u64) -> u64 {
        (with_tax(self.rows[row].price, 6) * halves).div_ceil(2)
    }

    /// 应支付 of March, cents: Σ rows × the score, which is in tenths of a point.
    pub fn due(&self, order: &Order) -> Option<u64> {
        let work = order.lines.iter().zip(&order.worked).filter(|(_, halves)| **halves > 0);
        let sum: u64 = work.map(|(line, halves)| self.amount(line.row, *halves)).sum();
        let [quality, support, complaints, safety, daily] = order.marks;
        let lost = |each: u64, count: u64, full: u64| (full * 10).saturating_sub(each * count);
        let score = quality * 10
            + lost(5, support, 20)
            + lost(10, complaints, 10)
            + lost(25, safety, 10)
            + lost(10, daily, 10);
        (sum > 0).then(|| (sum * score + 500) / 1000)
    }

    pub fn write(&self, folder: &Path) {
        fs::create_dir_all(folder.join("订单")).expect("a case folder");
        let write = |name: &str, text: String| fs::write(folder.join(name), text).expect("a file");
        write("合同.yaml", self.contract.clone());
        write("报价表.csv", self.quotation());
        for order in &self.orders {
            write(&format!("订单/{}.yaml", order.number), self.order_yaml(order));
        }
        if self.orders.iter().any(|order| self.due(order).is_some()) {
            fs::create_dir_all(folder.join("结算/2026-03")).expect("a month");
            let (work, marks) = self.month();
            write("结算/2026-03/工时.csv", work);
            write("结算/2026-03/考核.csv", marks);
        }
    }

    fn quotation(&self) -> String {
        let mut text =
            "岗位职责,级别,预估工作量,不含税单价,含税单价,增值税税率,不含税总价,含税总价\n".to_owned();
        for row in &self.rows {
            let net = row.price * row.workload;
            let cells = [row.price, with_tax(row.price, 6), net, with_tax(net, 6)].map(yuan);
            let [price, gross_price, net, gross] = cells;
            writeln!(
                text,
                "{},{},{},{price},{gross_price},6%,{net},{gross}",
                row.post, row.level, row.workload
            )
            .expect("text");
        }
        let (net, gross) = self.totals();
        text + &format!("合计,,,,,,{},{}\n", yuan(net), yuan(gross))
    }

    fn contract_yaml(&self, random: &mut Random) -> String {
        let seed = self.seed;
        let (net, gross) = self.totals();
        let mut text = format!(
            "模板: migu-2026\n合同:\n  编号: MGYY-2026-{seed:04}\n  签订日期: 2026-0{}-{:02}\n  付款方式: {}\n",
            1 + random.below(2),
            1 + random.below(28),
            ["银行转账", "银行承兑汇票"][random.below(2)],
        );
        let names = ["科技", "数字文化", "信息技术（成都）", "Ａ＆Ｂ软件", "O'Neil & Co 网络"];
        write!(
            text,
            "乙方:\n  名称: 成都示例{seed}{}有限公司\n  简称: 示例{seed}\n  法定地址: 成都市高新区示例路{seed}号\n\
             \x20 法定代表人: {}\n  邮政编码: \"610041\"\n  纳税人识别号: {}\n  开户行: 中国工商银行成都高新支行\n\
             \x20 账号: \"44020000{seed:010}\"\n  地址: 成都市高新区示例路{seed}号\n  联系电话: 028-8{seed:07}\n\
             \x20 监督部门: 审计部\n报价: 报价表.csv\n",
            names[random.below(names.len())],
            person_name(seed),
            credit_code(seed),
        )
        .expect("text");
        if !random.one_in(3) {
            writeln!(
                text,
                "条款:\n  组建团队天数: {}\n  送达天数: {}",
                10 + random.below(30),
                3 + random.below(8)
            )
            .expect("text");
        }
        if random.one_in(2) {
            writeln!(
                text,
                "核对金额:\n  含税上限总价: {}\n  含税上限总价大写: {}\n  不含税价: {}",
                yuan(gross),
                capital(gross),
                yuan(net)
            )
            .expect("text");
        }
        text += match random.below(3) {
            0 => "廉洁:\n  声明: 无关联\n  其他业务合作: []\n",
            1 => "廉洁:\n  声明: 无关联\n  其他业务合作: [技术支撑服务, 测试服务]\n",
            _ => {
                "廉洁:\n  声明: 有关联\n  关联人员:\n    - {姓名: 林示例, 职务: 采购经理, 身份证号: \"11010519491231002X\", \
                 关系: [亲属, 无股利分配, 无公司收益分配]}\n"
            }
        };
        if random.one_in(2) {
            let level = ["", "    数据级别: 第3级\n"][random.below(2)];
            write!(
                text,
                "信息安全:\n  数据合作:\n    数据内容: 播放日志\n    数据数量: {}\n    数据类别: [A1-1, C1-2]\n{level}    \
                 目的: 运维支撑\n    范围: 访问日志数据库\n    处理方式: [数据存储]\n    保障措施:\n      咪咕公司: \
                 {{数据存储: [加密技术]}}\n      承诺方: 设立数据安全小组\n",
                1 + random.below(500)
            )
            .expect("text");
        }
        if let Some(rate) = self.new_rate {
            writeln!(text, "调整:\n  - {{生效日期: 2026-06-01, 事由: 增值税税率调整, 税率: {rate}%}}")
                .expect("text");
        }
        text
    }

    fn order_yaml(&self, order: &Order) -> String {
        let mut text = format!(
            "编号: {0}\n名称: 专项支撑{0}\n签订日期: 2026-03-01\n服务周期: {{自: 2026-03-01, 至: 2026-05-31}}\n\
             甲方联系人: {{姓名: 陈示例, 电话: 028-68394430, 邮箱: buyer@example.com}}\n\
             乙方联系人: {{姓名: 王示例, 电话: \"13800000000\", 邮箱: supplier@example.com}}\n\
             服务事项: 日常支撑\n具体要求: 工作日现场支撑\n委托内容: 按附件1提供人员\n明细:\n",
            order.number
        );
        for line in &order.lines {
            let row = &self.rows[line.row];
            writeln!(text, "  - {{岗位: {}, 级别: {}, 人天: {}}}", row.post, row.level, halves(line.halves))
                .expect("text");
        }
        text += "付款计划:\n";
        for (index, share) in order.plan.iter().enumerate() {
            let share = yuan(*share);
            writeln!(text, "  - {{阶段: 第{}期, 条件: 结算单签署, 比例: {share}%, 说明: 据实}}", index + 1)
                .expect("text");
        }
        text
    }

    fn month(&self) -> (String, String) {
        let mut work = "订单编号,姓名,岗位职责,级别,日期,人天\n".to_owned();
        let mut marks =
            "订单编号,服务质量得分,支撑能力扣分次数,投诉次数,安全事件次数,日常管理缺项数,说明\n".to_owned();
        for (index, order) in self.orders.iter().enumerate() {
            if self.due(order).is_none() {
                continue;
            }
            for (at, (line, worked)) in order.lines.iter().zip(&order.worked).enumerate() {
                let row = &self.rows[line.row];
                let person = person_name(self.seed * 100 + index * 10 + at);
                let mut left = *worked;
                for day in (1..=31).filter(|day| ![1, 7, 8, 14, 15, 21, 22, 28, 29].contains(day)) {
                    let today = left.min(2);
                    left -= today;
                    if today > 0 {
                        writeln!(
                            work,
                            "{},{person},{},{},2026-03-{day:02},{}",
                            order.number,
                            row.post,
                            row.level,
                            halves(today)
                        )
                        .expect("text");
                    }
                }
            }
            let [a, b, c, d, e] = order.marks;
            writeln!(marks, "{},{a},{b},{c},{d},{e},按记录扣分，双方确认", order.number).expect("text");
        }
        (work, marks)
    }
}

fn order(seed: usize, index: usize, rows: usize, random: &mut Random) -> Order {
    let first = random.below(rows);
    // Different rows: the same twice would be a question.
    let lines: Vec<Line> = (0..=random.below(3))
        .map(|at| Line { row: (first + at * 5) % rows, halves: 60 + random.below(300) as u64 })
        .collect();
    let plans: [&[u64]; 4] = [&[10_000], &[3000, 7000], &[3333, 3333, 3334], &[2000, 5000, 3000]];
    Order {
        number: format!("DD-{seed:04}-{index:02}"),
        worked: lines.iter().map(|_| random.below(40) as u64).collect(),
        lines,
        plan: plans[random.below(plans.len())].to_vec(),
        marks: [42 + random.below(9), random.below(3), random.below(2), random.below(2), random.below(2)]
            .map(|mark| mark as u64),
    }
}

/// r2(amount × (1 + rate)) in cents; nothing is negative, so half up is half away from zero.
pub fn with_tax(cents: u64, percent: u64) -> u64 {
    (cents * (100 + percent) + 50) / 100
}

pub fn yuan(cents: u64) -> String {
    format!("{}.{:02}", cents / 100, cents % 100)
}

/// With separators, as documents print it.
pub fn printed(cents: u64) -> String {
    let whole = (cents / 100).to_string();
    let mut out = String::new();
    for (index, digit) in whole.chars().enumerate() {
        if index > 0 && (whole.len() - index).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    format!("{out}.{:02}", cents % 100)
}

fn halves(halves: u64) -> String {
    if halves.is_multiple_of(2) { (halves / 2).to_string() } else { format!("{}.5", halves / 2) }
}

/// 人民币大写 of less than 亿: by sections of four digits, as a bank clerk writes it; 整 after 元 only.
pub fn capital(cents: u64) -> String {
    const DIGITS: [&str; 10] = ["零", "壹", "贰", "叁", "肆", "伍", "陆", "柒", "捌", "玖"];
    let (whole, jiao, fen) = (cents / 100, cents / 10 % 10, cents % 10);
    let mut text = String::new();
    let mut zero = false;
    for place in (0..8).rev() {
        let digit = whole / 10_u64.pow(place) % 10;
        if digit == 0 {
            zero = true;
        } else {
            if zero && !text.is_empty() {
                text += "零";
            }
            zero = false;
            text += DIGITS[digit as usize];
            text += ["", "拾", "佰", "仟"][(place % 4) as usize];
        }
        if place == 4 && whole / 10_000 > 0 {
            text += "万";
        }
    }
    text += "元";
    match (jiao, fen) {
        (0, 0) => text + "整",
        (jiao, 0) => text + DIGITS[jiao as usize] + "角",
        (0, fen) => text + "零" + DIGITS[fen as usize] + "分",
        (jiao, fen) => text + DIGITS[jiao as usize] + "角" + DIGITS[fen as usize] + "分",
    }
}
