//! The ledger's chain, checked again from the file's bytes by a reader of its own: each line's hash, the link to the line
//! before, 序号, balances, tax, corrections. Amounts are integers, and nothing of `input::ledger` is used.
//!
//! May use: `model`, `diagnostics`, `input::plain`, `verify::{checks, exact}`.

use std::collections::{BTreeMap, BTreeSet};

use rust_decimal::Decimal;
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::checks::{self, LEDGER};
use crate::diagnostics::{Diagnostic, Origin, Severity, TextSpan};
use crate::input::plain as own_files;
use crate::model::names::plain;
use crate::verify::second_route::exact::{Cents, Number, divide, read, show, without_tax};

/// The ledger's file.
pub const LEDGER_FILE: &str = "台账.jsonl";
/// What stands before a line's own hash.
const OWN: &str = ",\"本行\":\"";

/// A line, as far as it could be read.
#[derive(Clone, Debug)]
pub struct Line {
    /// Where it stands.
    pub origin: Origin,
    /// 序号.
    pub number: u64,
    /// 订单编号.
    pub order: String,
    /// `2026-03`.
    pub month: String,
    /// 人天.
    pub days: Number,
    /// 得分.
    pub score: Number,
    /// 结算金额.
    pub work_gross: Cents,
    /// 应支付, 不含税, 税额.
    pub due: [Cents; 3],
    /// 税率, where there is one.
    pub rate: Option<Number>,
    /// 已结算 and 累计.
    pub balances: [Cents; 2],
    /// 序号 of the line that it corrects.
    pub replaces: Option<u64>,
    /// Hashes of the files that were issued.
    pub outputs: BTreeMap<String, String>,
    /// Whether the line is no more as it was issued: nothing follows from its figures.
    pub edited: bool,
}

/// The lines of a ledger, and what is wrong with it.
#[derive(Clone, Debug, Default)]
pub struct Chain {
    /// In the order of issuing.
    pub lines: Vec<Line>,
    /// What is wrong.
    pub findings: Vec<Diagnostic>,
    /// 合同编号 and 信用代码 as lines name them.
    contracts: Vec<(String, String, Origin)>,
    /// 累计 up to here; none behind a line that was edited so that it cannot be told.
    closing: Option<Cents>,
    /// Whether the line before was edited: that the next one does not link to it is no news.
    after_edited: bool,
    /// The line that counts, by order and month: its index.
    counting: BTreeMap<(String, String), usize>,
    /// 序号 of lines that were edited.
    edited: BTreeSet<u64>,
    /// Where what is not told one by one begins, and how much of it there is.
    more: Option<(Origin, usize)>,
}

/// Findings that are told one by one; a ledger of which more is wrong has to come back from a copy.
const MOST: usize = 200;

impl Chain {
    /// Reads and checks.
    pub fn read(bytes: &[u8]) -> Self {
        let mut chain = Self { closing: Some(0), ..Self::default() };
        let mut previous = sha256(b"");
        let mut start = 0;
        for (number, line) in (1..).zip(bytes.split_inclusive(|byte| *byte == b'\n')) {
            let content = line.strip_suffix(b"\n").unwrap_or(line);
            let shown = String::from_utf8_lossy(content);
            let marked = shown.find(",\"人天\"").unwrap_or(shown.len());
            let origin = Origin::Text(TextSpan {
                file: LEDGER_FILE.into(),
                bytes: start..start + marked,
                line: number,
                column: 1,
            });
            start += String::from_utf8_lossy(line).len();
            let torn = content.len() == line.len() && !content.ends_with(b"\"}");
            chain.line(content, torn, &previous, &origin);
            if !torn {
                previous = sha256(content);
            }
        }
        if let Some((origin, more)) = chain.more.take() {
            let message = format!("从这一行起另有 {more} 处不符，不再逐一列出");
            chain.findings.push(checks::finding(&LEDGER, origin, message));
        }
        chain
    }

    /// The line that counts for an order and a month.
    pub fn counting(&self, order: &str, month: &str) -> Option<&Line> {
        self.lines.get(*self.counting.get(&(order.to_owned(), month.to_owned()))?)
    }

    fn push(&mut self, line: Line) {
        self.counting.insert((line.order.clone(), line.month.clone()), self.lines.len());
        if line.edited {
            self.edited.insert(line.number);
        }
        self.lines.push(line);
    }

    /// 序号 of the lines that a later line corrects.
    pub fn replaced(&self) -> BTreeSet<u64> {
        self.lines.iter().filter_map(|line| line.replaces).collect()
    }

    fn tell(&mut self, origin: &Origin, message: String, expected: Option<String>) {
        if self.findings.len() >= MOST {
            self.more.get_or_insert((origin.clone(), 0)).1 += 1;
            return;
        }
        let mut finding = checks::finding(&LEDGER, origin.clone(), message);
        finding.expected = expected;
        self.findings.push(finding);
    }

    fn line(&mut self, content: &[u8], torn: bool, previous: &str, origin: &Origin) {
        if torn {
            let told = checks::finding(&LEDGER, origin.clone(), "最后一行只写了一半，没有生效".into());
            self.findings.push(checks::graded(told, Severity::Warning));
            return;
        }
        let text = String::from_utf8_lossy(content);
        let Some((body, own)) = text.rsplit_once(OWN) else {
            return self.tell(origin, "这一行不是台账的格式：没有末尾的校验码“本行”".into(), None);
        };
        let own = own.trim_end_matches("\"}");
        let computed = sha256(format!("{body}}}").as_bytes());
        let edited = (own != computed).then(|| {
            let number = match origin {
                Origin::Text(span) => span.line,
                _ => 0,
            };
            let codes = format!("内容的校验码是 {}，末尾“本行”写的是 {}", short(&computed), short(own));
            format!("第 {number} 行被改过：{codes}")
        });
        let after_edited = std::mem::replace(&mut self.after_edited, edited.is_some());
        let value: Value = match serde_json::from_str(&text) {
            Ok(value) => value,
            Err(_) => {
                self.closing = None;
                return self.tell(origin, edited.unwrap_or_else(|| "这一行不是台账的格式".into()), None);
            }
        };
        let linked = value.get("前行").and_then(Value::as_str).unwrap_or_default();
        if linked != previous && !after_edited {
            let told = format!(
                "与上一行接不上：“前行”写的是 {}，上一行的校验码是 {}；上一行被改过，或中间少了、多了行",
                short(linked),
                short(previous)
            );
            self.tell(origin, told, None);
        }
        if let Some(bound) = value.get("绑定") {
            return self.binding(bound, edited, origin);
        }
        self.contract(&value, origin);
        match line_of(&value, origin).map(|line| self.with_own_files(line)) {
            Some(line) => match edited {
                Some(told) => self.edited(line, told),
                None => {
                    self.figures(&line);
                    self.closing = Some(line.balances[1]);
                    self.push(line);
                }
            },
            None => {
                self.closing = None;
                let unreadable = "这一行缺少必要的键，或其中的数读不出来";
                self.tell(origin, edited.unwrap_or_else(|| unreadable.into()), None);
            }
        }
    }

    /// A line that says whose the ledger is, with the balance that was confirmed.
    fn binding(&mut self, bound: &Value, edited: Option<String>, origin: &Origin) {
        self.contract(bound, origin);
        let closing = bound.get("累计").and_then(Value::as_str).and_then(read);
        match (edited, closing, self.closing) {
            (Some(told), ..) => self.tell(origin, told, None),
            (None, None, _) => self.tell(origin, "绑定的一行没有累计，或读不出来".into(), None),
            (None, Some(found), Some(due)) if found != due => {
                self.tell(origin, format!("绑定时的累计是 {}", show(found)), Some(show(due)));
            }
            _ => {}
        }
    }

    fn contract(&mut self, value: &Value, origin: &Origin) {
        let text = |key: &str| value.get(key).and_then(Value::as_str).map(str::to_owned);
        if let Some(named) = text("合同编号").zip(text("信用代码")) {
            self.contracts.push((named.0, named.1, origin.clone()));
        }
    }

    /// Tells, once, that a line names another contract than the case does.
    pub fn held_against(&mut self, number: Option<&str>, credit_code: Option<&str>) {
        let is = |own: Option<&str>, named: &str| {
            own.is_some_and(|own| plain(own).eq_ignore_ascii_case(&plain(named)))
        };
        let other =
            self.contracts.iter().find(|(named, code, _)| !is(number, named) || !is(credit_code, code));
        let Some((named, code, origin)) = other.cloned() else { return };
        let own = |text: Option<&str>| text.unwrap_or("（没有写）").to_owned();
        let expected = format!("{}（信用代码 {}）", own(number), own(credit_code));
        self.tell(
            &origin,
            format!("台账是合同 {named}（信用代码 {code}）的，不是这个案卷的"),
            Some(expected),
        );
    }

    /// A line that was edited is told once. Which figure it was, where one alone makes all the others fit again; what
    /// else the line says is no ground to expect anything of other places.
    fn edited(&mut self, mut line: Line, told: String) {
        line.edited = true;
        let before = self.before(&line).unwrap_or(0);
        let mended = self.unfitting(&line, before).into_iter().find_map(|(name, found, expected)| {
            let mended = line.with(name, expected?);
            self.unfitting(&mended, before).is_empty().then_some((name, found, expected?, mended))
        });
        let origin = line.origin.clone();
        match mended {
            Some((name, found, expected, mended)) => {
                self.closing = Some(mended.balances[1]);
                self.tell(&origin, format!("{told}；{name}现在是 {}", show(found)), Some(show(expected)));
            }
            None => {
                self.closing = None;
                self.tell(&origin, told, Some("与开具时写入的一字不差".into()));
            }
        }
        self.push(line);
    }

    /// Names of files that lead out of the output folder are told, and not followed.
    fn with_own_files(&mut self, mut line: Line) -> Line {
        let origin = line.origin.clone();
        line.outputs.retain(|name, _| {
            let unfit = own_files::file_name(name).err();
            if let Some(unfit) = unfit {
                self.tell(&origin, format!("“输出”里的“{name}”{unfit}"), None);
            }
            unfit.is_none()
        });
        line
    }

    fn figures(&mut self, line: &Line) {
        let origin = &line.origin;
        let number = self.lines.last().map_or(1, |last| last.number + 1);
        let before = self.before(line).unwrap_or_else(|why| {
            self.tell(origin, why, None);
            0
        });
        if line.number != number {
            self.tell(origin, format!("序号是 {}", line.number), Some(number.to_string()));
        }
        for (name, found, expected) in self.unfitting(line, before) {
            let expected = expected.map_or_else(|| "算不出来".into(), show);
            self.tell(origin, format!("序号 {} 的{name}是 {}", line.number, show(found)), Some(expected));
        }
    }

    /// 应支付 of the line that this one corrects.
    fn before(&self, line: &Line) -> Result<Cents, String> {
        let counting = self.counting(&line.order, &line.month);
        match (line.replaces, counting) {
            (None, None) => Ok(0),
            (Some(replaces), Some(known)) if known.number == replaces => Ok(known.due[0]),
            (None, Some(known)) => Err(format!(
                "{} {} 已在序号 {} 开具过，这一行却不是更正",
                line.order, line.month, known.number
            )),
            (Some(replaces), _) => Err(format!("更正所替代的序号 {replaces} 不是这一份结算单有效的一行")),
        }
    }

    /// Figures that do not fit the others of the line and the line before: name, what stands there, what should.
    fn unfitting(&self, line: &Line, before: Cents) -> Vec<(&'static str, Cents, Option<Cents>)> {
        let [gross, net, tax] = line.due;
        let scored = line.score.whole().and_then(|whole| {
            divide(line.work_gross.checked_mul(line.score.units)?, whole.checked_mul(100)?)
        });
        let without = line.rate.map(|rate| without_tax(gross, rate));
        let opening = self.closing.unwrap_or(line.balances[0]);
        // What a correction takes off is not known where the line it corrects was edited.
        let corrects_edited = line.replaces.is_some_and(|number| self.edited.contains(&number));
        let closing = match corrects_edited {
            true => Some(line.balances[1]),
            false => line.balances[0].checked_add(gross - before),
        };
        let checks = [
            ("已结算", line.balances[0], Some(opening)),
            ("累计", line.balances[1], closing),
            ("应支付", gross, scored),
            ("不含税", net, without.unwrap_or(Some(net))),
            ("税额", tax, Some(gross - net)),
        ];
        checks.into_iter().filter(|(_, found, expected)| Some(*found) != *expected).collect()
    }
}

impl Line {
    /// The same with another figure.
    fn with(&self, name: &str, amount: Cents) -> Self {
        let mut line = self.clone();
        match name {
            "已结算" => line.balances[0] = amount,
            "累计" => line.balances[1] = amount,
            "应支付" => line.due[0] = amount,
            "不含税" => line.due[1] = amount,
            _ => line.due[2] = amount,
        }
        line
    }
}

fn line_of(value: &Value, origin: &Origin) -> Option<Line> {
    let text = |key: &str| value.get(key).and_then(Value::as_str);
    let amount = |key: &str| text(key).and_then(read);
    let number = |key: &str| Some(Number::of(Decimal::from_str_exact(text(key)?).ok()?));
    let percent = text("税率")?.strip_suffix('%').and_then(|percent| Decimal::from_str_exact(percent).ok());
    let hashes = value.get("输出").and_then(Value::as_object);
    Some(Line {
        origin: origin.clone(),
        number: value.get("序号")?.as_u64()?,
        order: text("订单")?.to_owned(),
        month: text("月份")?.to_owned(),
        days: number("人天")?,
        score: number("得分")?,
        work_gross: amount("结算金额")?,
        due: [amount("应支付")?, amount("不含税")?, amount("税额")?],
        rate: percent.map(|percent| {
            let Number { units, places } = Number::of(percent);
            Number { units, places: places + 2 }
        }),
        balances: [amount("已结算")?, amount("累计")?],
        replaces: value.get("更正").and_then(|correction| correction.get("替代")).and_then(Value::as_u64),
        outputs: hashes
            .into_iter()
            .flatten()
            .filter_map(|(name, hash)| Some((name.clone(), hash.as_str()?.to_owned())))
            .collect(),
        edited: false,
    })
}

/// SHA-256, hex.
pub fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Enough of a hash to tell it from another.
pub fn short(hash: &str) -> String {
    let shown: String = hash.chars().take(8).collect();
    if shown.len() < hash.len() { format!("{shown}…") } else { shown }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SAMPLE: &[u8] = include_bytes!("../../fixtures/cases/星河示例/台账.jsonl");

    #[test]
    fn the_sample_is_whole() {
        let chain = Chain::read(SAMPLE);
        assert_eq!(chain.findings, []);
        assert_eq!(show(chain.lines[0].due[0]), "50,492.32");
        assert_eq!(chain.counting("DD-2026-002", "2026-04").map(|line| line.number), Some(3));
    }

    fn told(text: &str) -> Vec<String> {
        let findings = Chain::read(text.as_bytes()).findings;
        findings.into_iter().map(|finding| format!("{} {}", finding.origin, finding.message)).collect()
    }

    #[test]
    fn an_edited_line_is_told_with_its_place_and_both_values() {
        let sample = String::from_utf8(SAMPLE.to_vec()).unwrap();
        let told = told(&sample.replace("\"应支付\":\"57484.22\"", "\"应支付\":\"57484.32\""));
        // Once, with the one figure that makes the others fit; nothing that only follows from it.
        assert_eq!(told.len(), 1, "{told:?}");
        assert!(told[0].starts_with("台账.jsonl:2:1 第 2 行被改过"), "{told:?}");
        assert!(told[0].ends_with("应支付现在是 57,484.32"), "{told:?}");
    }

    #[test]
    fn of_twenty_thousand_junk_lines_the_first_are_told_and_the_others_counted() {
        let told = told(&"junk\n".repeat(20_000));
        assert_eq!(told.len(), MOST + 1);
        assert_eq!(
            told[MOST],
            format!("台账.jsonl:201:1 从这一行起另有 {} 处不符，不再逐一列出", 20_000 - MOST)
        );
    }

    #[test]
    fn a_lost_line_a_torn_one_and_rewritten_hashes() {
        let sample = String::from_utf8(SAMPLE.to_vec()).unwrap();
        let lines: Vec<&str> = sample.lines().collect();
        let lost = told(&format!("{}\n{}\n", lines[0], lines[2]));
        assert!(lost.iter().any(|t| t.contains("接不上")) && lost.iter().any(|t| t.contains("序号是 3")));
        let torn = told(&format!("{}\n{}", lines[0], lines[1].chars().take(40).collect::<String>()));
        assert_eq!(torn.len(), 1);
        assert!(torn[0].contains("只写了一半"));
        // Hashes made to fit do not make the figures right.
        let (body, _) = lines[0].rsplit_once(OWN).unwrap();
        let body = body.replace("\"累计\":\"50492.32\"", "\"累计\":\"40492.32\"");
        let own = sha256(format!("{body}}}").as_bytes());
        let forged = told(&format!("{body}{OWN}{own}\"}}\n"));
        assert_eq!(forged, ["台账.jsonl:1:1 序号 1 的累计是 40,492.32"]);
    }
}
