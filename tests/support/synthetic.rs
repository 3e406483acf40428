//! Makes as many cases as a test or a benchmark needs: suppliers with a quotation, orders, and months of 工时 and 考核.
//!
//! Seeded: the same plan gives the same files. Valid by construction: `hetong check` finds nothing in them. Nothing of
//! hetong is used, so that what it reads is not what it wrote.

#![allow(dead_code, reason = "each test or benchmark uses a part of it")]
#![allow(clippy::expect_used, missing_docs, reason = "a test or a benchmark stops at the first fault")]

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use jiff::civil::{Date, Weekday};
use rust_xlsxwriter::{ExcelDateTime, Format, Workbook};

/// What to make.
#[derive(Clone, Debug)]
pub struct Plan {
    pub seed: u64,
    pub suppliers: usize,
    /// Orders of each supplier.
    pub orders: usize,
    /// Persons on each order.
    pub persons: usize,
    /// Months such as `2026-03`, all of 2026.
    pub months: Vec<String>,
    /// Whether every supplier counts his orders from DD-2026-001, as suppliers do.
    pub same_numbers: bool,
}

impl Plan {
    /// 200 × 5 is the workload of a month: five persons on each order.
    pub fn new(suppliers: usize, orders: usize, months: &[&str]) -> Self {
        let months = months.iter().map(|&month| month.to_owned()).collect();
        Self { seed: 20_260_301, suppliers, orders, persons: 5, months, same_numbers: false }
    }

    /// Writes the cases below `root`; returns their folders.
    pub fn write(&self, root: &Path) -> Vec<PathBuf> {
        (0..self.suppliers).map(|supplier| self.case(root, supplier)).collect()
    }

    fn case(&self, root: &Path, supplier: usize) -> PathBuf {
        let mut random = Random::new(self.seed.wrapping_add(supplier as u64));
        let folder = root.join(case_name(supplier));
        fs::create_dir_all(folder.join("订单")).expect("a case folder");
        let write = |name: &str, text: String| fs::write(folder.join(name), text).expect("a file");
        write("合同.yaml", contract(supplier, &mut random));
        write("报价表.csv", quotation(&mut random));
        let orders: Vec<Order> =
            (0..self.orders).map(|order| self.order(supplier, order, &mut random)).collect();
        for order in &orders {
            write(&format!("订单/{}.yaml", order.number), order_yaml(order));
        }
        for month in &self.months {
            let at = folder.join("结算").join(month);
            fs::create_dir_all(&at).expect("a month's folder");
            let (work, marks) = (work(&orders, month, &mut random), marks(&orders, &mut random));
            // Two suppliers send workbooks, one CSV as Excel saves it in China, one CSV in UTF-8.
            match supplier % 4 {
                0 | 1 => {
                    workbook(&at.join("工时.xlsx"), &work);
                    workbook(&at.join("考核.xlsx"), &marks);
                }
                2 => {
                    fs::write(at.join("工时.csv"), gbk(&csv(&work))).expect("工时");
                    fs::write(at.join("考核.csv"), gbk(&csv(&marks))).expect("考核");
                }
                _ => {
                    fs::write(at.join("工时.csv"), csv(&work)).expect("工时");
                    workbook(&at.join("考核.xlsx"), &marks);
                }
            }
        }
        folder
    }

    fn order(&self, supplier: usize, order: usize, random: &mut Random) -> Order {
        let (post, _, _) = POSTS[random.below(POSTS.len())];
        let person = |person: usize| {
            let index = (supplier * self.orders + order) * self.persons + person;
            Person { name: person_name(index), level: LEVELS[random.below(LEVELS.len())] }
        };
        let persons = (0..self.persons).map(person).collect();
        let number = match self.same_numbers {
            true => format!("DD-2026-{:03}", order + 1),
            false => order_number(supplier, order),
        };
        Order { number, post, persons }
    }
}

/// The name of a case's folder.
pub fn case_name(supplier: usize) -> String {
    format!("供应商{:04}", supplier + 1)
}

/// A case's 合同编号 and 信用代码.
pub fn contract_id(supplier: usize) -> [String; 2] {
    [format!("MGYY-2026-{:04}", supplier + 1), credit_code(supplier)]
}

/// An order's 编号: no two suppliers have the same, unless the plan says so.
pub fn order_number(supplier: usize, order: usize) -> String {
    format!("DD-{:04}-{:02}", supplier + 1, order + 1)
}

/// Xorshift: ten lines of it are enough, and it gives the same numbers everywhere.
#[derive(Clone, Debug)]
pub struct Random(u64);

impl Random {
    pub fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    /// The next number.
    pub fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d)
    }

    /// A number below `end`.
    pub fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.next() >> 33).expect("31 bits") % end
    }

    /// Whether something of one chance in `n` happens.
    pub fn one_in(&mut self, n: usize) -> bool {
        self.below(n) == 0
    }
}

pub const LEVELS: [&str; 3] = ["高级", "中级", "初级"];

/// 岗位, 预估工作量 and 不含税单价最高限价 (in cents) of its levels.
pub const POSTS: [(&str, [u64; 3], [u64; 3]); 7] = [
    ("产品/平台服务", [1250, 500, 250], [84906, 75472, 47170]),
    ("活动/内容支撑", [1250, 1250, 250], [84906, 75472, 47170]),
    ("用户/数据运营", [1250, 1250, 250], [84906, 75472, 47170]),
    ("场景/渠道运营", [2000, 1500, 250], [84906, 75472, 47170]),
    ("设计/制作支撑", [2000, 500, 250], [84906, 75472, 47170]),
    ("运维支撑", [2000, 500, 250], [84906, 75472, 47170]),
    ("技术支持", [1650, 1100, 687], [122_145, 97750, 58650]),
];

struct Person {
    name: String,
    level: &'static str,
}

struct Order {
    number: String,
    post: &'static str,
    persons: Vec<Person>,
}

pub fn person_name(index: usize) -> String {
    const FAMILY: &str = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕";
    const GIVEN: &str =
        "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂兰玉萍红玲芬燕彬鹏浩宇轩然涵雨欣佳怡晨阳子墨";
    let pick =
        |text: &str, index: usize| text.chars().nth(index % text.chars().count()).expect("a character");
    let (family, given) = (FAMILY.chars().count(), GIVEN.chars().count());
    [pick(FAMILY, index), pick(GIVEN, index / family), pick(GIVEN, index / family / given)].iter().collect()
}

fn contract(supplier: usize, random: &mut Random) -> String {
    let number = supplier + 1;
    let payment = if random.one_in(3) { "银行承兑汇票" } else { "银行转账" };
    format!(
        "模板: migu-2026\n合同:\n  编号: MGYY-2026-{number:04}\n  签订日期: 2026-01-01\n  付款方式: {payment}\n\
         乙方:\n  名称: 成都示例第{number}数字科技有限公司\n  简称: 示例{number}\n  法定地址: 成都市高新区示例路{number}号\n\
         \x20 法定代表人: 示例人\n  邮政编码: \"610041\"\n  纳税人识别号: {}\n  开户行: 中国工商银行股份有限公司成都高新支行\n\
         \x20 账号: \"44020000{number:010}\"\n  地址: 成都市高新区示例路{number}号\n  联系电话: 028-8{number:07}\n\
         \x20 监督部门: 审计部\n报价: 报价表.csv\n廉洁:\n  声明: 无关联\n  其他业务合作: []\n",
        credit_code(supplier)
    )
}

/// A 统一社会信用代码 with both check characters (GB 32100, GB 11714).
pub fn credit_code(supplier: usize) -> String {
    const ALPHABET: &str = "0123456789ABCDEFGHJKLMNPQRTUWXY";
    let digit = |c: char| c.to_digit(36).expect("a letter or digit") as usize;
    let body = format!("MA{:06}", supplier + 1);
    let inner: usize = body.chars().zip([3, 7, 9, 10, 5, 8, 4, 2]).map(|(c, weight)| digit(c) * weight).sum();
    let inner = ["0", "X", "9", "8", "7", "6", "5", "4", "3", "2", "1"][inner % 11];
    let code = format!("91510100{body}{inner}");
    let weights = [1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28];
    let value = |c: char| ALPHABET.chars().position(|a| a == c).expect("in the alphabet");
    let sum: usize = code.chars().zip(weights).map(|(c, weight)| value(c) * weight).sum();
    let check = ALPHABET.chars().nth((31 - sum % 31) % 31).expect("below 31");
    format!("{code}{check}")
}

/// Every 不含税单价 at 90.0 to 96.9 % of its ceiling; figures in cents, so that nothing is rounded twice.
fn quotation(random: &mut Random) -> String {
    let money = |cents: u64| format!("{}.{:02}", cents / 100, cents % 100);
    let mut text = "岗位职责,级别,预估工作量,不含税单价,不含税总价,含税总价\n".to_owned();
    let (mut all_net, mut all_gross) = (0, 0);
    for (post, workloads, ceilings) in POSTS {
        for ((level, workload), ceiling) in LEVELS.iter().zip(workloads).zip(ceilings) {
            let price = ceiling * (900 + random.below(70) as u64) / 1000;
            let net = price * workload;
            let gross = (net * 106 + 50) / 100;
            (all_net, all_gross) = (all_net + net, all_gross + gross);
            let [price, net, gross] = [price, net, gross].map(money);
            writeln!(text, "{post},{level},{workload},{price},{net},{gross}").expect("text");
        }
    }
    text + &format!("合计,,,,{},{}\n", money(all_net), money(all_gross))
}

fn order_yaml(order: &Order) -> String {
    let mut text = format!(
        "编号: {0}\n名称: {1}专项支撑{0}\n签订日期: 2026-01-01\n服务周期: {{自: 2026-01-01, 至: 2026-12-31}}\n\
         甲方联系人: {{姓名: 陈示例, 电话: 028-68394430, 邮箱: buyer@example.com}}\n\
         乙方联系人: {{姓名: {2}, 电话: \"13800000000\", 邮箱: supplier@example.com}}\n\
         服务事项: {1}的日常支撑\n具体要求: 工作日现场支撑，按周提交周报\n委托内容: 按附件1提供人员\n明细:\n",
        order.number, order.post, order.persons[0].name
    );
    for level in LEVELS {
        let persons = order.persons.iter().filter(|person| person.level == level).count();
        if persons > 0 {
            // A year of 22 days a month: more than anybody works.
            writeln!(text, "  - {{岗位: {}, 级别: {level}, 人天: {}}}", order.post, persons * 264)
                .expect("text");
        }
    }
    text + "付款计划:\n  - {阶段: 按月, 条件: 当月结算单签署, 比例: 100%, 说明: 据实结算}\n"
}

/// A cell of a sheet: what a person types.
enum Cell {
    Text(String),
    Day(Date),
    /// In halves, so that no fraction is computed.
    Halves(u8),
    Count(u8),
}

fn heads(names: &[&str]) -> Vec<Cell> {
    names.iter().map(|&name| Cell::Text(name.to_owned())).collect()
}

/// Each person on each working day; now and then half a day, or none.
fn work(orders: &[Order], month: &str, random: &mut Random) -> Vec<Vec<Cell>> {
    let mut rows = vec![heads(&["订单编号", "姓名", "岗位职责", "级别", "日期", "人天"])];
    for order in orders {
        for person in &order.persons {
            for day in working_days(month) {
                let halves = match random.below(40) {
                    0 => continue,
                    1 | 2 => 1,
                    _ => 2,
                };
                let texts = [&order.number, &person.name, order.post, person.level];
                let mut row: Vec<Cell> = heads(&texts);
                row.extend([Cell::Day(day), Cell::Halves(halves)]);
                rows.push(row);
            }
        }
    }
    rows
}

fn working_days(month: &str) -> impl Iterator<Item = Date> {
    let first: Date = format!("{month}-01").parse().expect("a month");
    let days = (0..first.days_in_month()).map(move |day| Date::new(first.year(), first.month(), day + 1));
    days.map(|day| day.expect("a day of the month"))
        .filter(|day| !matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday))
}

fn marks(orders: &[Order], random: &mut Random) -> Vec<Vec<Cell>> {
    let names = [
        "订单编号",
        "服务质量得分",
        "支撑能力扣分次数",
        "投诉次数",
        "安全事件次数",
        "日常管理缺项数",
        "说明",
    ];
    let mut rows = vec![heads(&names)];
    for order in orders {
        let quality = 42 + random.below(9);
        let counts = [random.below(3), random.below(2), usize::from(random.one_in(20)), random.below(2)];
        let lost = quality < 50 || counts.iter().any(|count| *count > 0);
        let note = if lost { "按当月考核记录扣分，双方已确认" } else { "" };
        let number = |number: usize| Cell::Count(u8::try_from(number).expect("small"));
        let mut row = vec![Cell::Text(order.number.clone()), number(quality)];
        row.extend(counts.map(number));
        row.push(Cell::Text(note.to_owned()));
        rows.push(row);
    }
    rows
}

fn csv(rows: &[Vec<Cell>]) -> String {
    let cell = |cell: &Cell| match cell {
        Cell::Text(text) => text.clone(),
        Cell::Day(day) => format!("{}/{}/{}", day.year(), day.month(), day.day()),
        Cell::Halves(1) => "0.5".to_owned(),
        Cell::Halves(halves) => (halves / 2).to_string(),
        Cell::Count(count) => count.to_string(),
    };
    let line = |row: &Vec<Cell>| row.iter().map(cell).collect::<Vec<_>>().join(",") + "\r\n";
    rows.iter().map(line).collect()
}

fn gbk(text: &str) -> Vec<u8> {
    encoding_rs::GBK.encode(text).0.into_owned()
}

fn workbook(path: &Path, rows: &[Vec<Cell>]) {
    let mut book = Workbook::new();
    let (sheet, date) = (book.add_worksheet(), Format::new().set_num_format("yyyy/m/d"));
    for (row, cells) in (0..).zip(rows) {
        for (column, cell) in (0..).zip(cells) {
            let written = match cell {
                Cell::Text(text) => sheet.write(row, column, text),
                Cell::Day(day) => {
                    let parts = (day.year(), day.month(), day.day());
                    let parts = (u16::try_from(parts.0), u8::try_from(parts.1), u8::try_from(parts.2));
                    let (Ok(year), Ok(month), Ok(day)) = parts else { panic!("a date Excel knows") };
                    let day = ExcelDateTime::from_ymd(year, month, day).expect("a date");
                    sheet.write_with_format(row, column, &day, &date)
                }
                Cell::Halves(halves) => sheet.write(row, column, if *halves == 1 { 0.5 } else { 1.0 }),
                Cell::Count(count) => sheet.write(row, column, f64::from(*count)),
            };
            written.expect("a cell");
        }
    }
    book.save(path).expect("a workbook");
}
