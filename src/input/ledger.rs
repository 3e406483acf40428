//! 台账.jsonl ↔ [`Ledger`]: one JSON object per line, each holding the hash of the line before it and its own.
//! docs/台账.md describes the format.
//!
//! May use: `model`, `diagnostics`, and its own room.

use std::collections::{BTreeMap, BTreeSet};
use std::str::FromStr;

use rust_decimal::{Decimal, dec};
use serde::{Deserialize, Serialize};

use super::folder::{CaseFolder, sha256_hex};
use super::ledger_binding::BindingLine;
use super::plain;
use crate::diagnostics::{FileName, Origin, TextSpan};
use crate::model::fault::FaultKind;
use crate::model::ledger::{
    Binding, Chain, ContractId, Correction, HASH_OF_NOTHING, Ledger, LedgerDamage, LedgerLine, LedgerTail,
};
use crate::model::money::Money;
use crate::model::tax::{TaxPart, TaxRate, rates_of};

/// The ledger's file name in the case folder.
pub const LEDGER_FILE: &str = "台账.jsonl";
/// A line has about a thousand bytes, and a contract a few hundred 结算单.
pub const MAX_LEDGER_BYTES: u64 = 20_000_000;
/// Damaged lines that are told one by one; the others are counted.
const MOST_DAMAGE: usize = 50;
/// No figure of a contract comes near; beyond it sums might overflow.
const MOST: Decimal = dec!(1_000_000_000_000_000);
/// What is wrong with every line of a ledger that another program saved with its own line breaks.
const OTHER_LINE_BREAKS: &str = "换行符被别的程序改过（多了回车符）";
/// What stands between a line's content and its own hash.
const OWN_HASH: &[u8] = ",\"本行\":\"".as_bytes();

/// A line's content, as it is written: everything but its own hash.
#[derive(Serialize, Deserialize)]
struct Content {
    #[serde(rename = "序号")]
    number: u32,
    /// Lines before they had to name their contract have neither.
    #[serde(rename = "合同编号", default, skip_serializing_if = "Option::is_none")]
    contract: Option<String>,
    #[serde(rename = "信用代码", default, skip_serializing_if = "Option::is_none")]
    credit_code: Option<String>,
    #[serde(rename = "订单")]
    order: String,
    #[serde(rename = "月份")]
    month: String,
    #[serde(rename = "人天")]
    days: String,
    #[serde(rename = "得分")]
    score: String,
    #[serde(rename = "结算金额")]
    work_gross: String,
    #[serde(rename = "应支付")]
    gross: String,
    #[serde(rename = "不含税")]
    net: String,
    #[serde(rename = "税额")]
    tax: String,
    #[serde(rename = "税率")]
    rate: String,
    /// Only where there are several rates.
    #[serde(rename = "分税率", default, skip_serializing_if = "Vec::is_empty")]
    parts: Vec<PartContent>,
    /// Only where a 调整 was in force.
    #[serde(rename = "修订", default, skip_serializing_if = "is_zero")]
    revision: usize,
    #[serde(rename = "已结算")]
    opening: String,
    #[serde(rename = "累计")]
    closing: String,
    #[serde(rename = "更正", default, skip_serializing_if = "Option::is_none")]
    correction: Option<CorrectionContent>,
    #[serde(rename = "输入")]
    inputs: BTreeMap<String, String>,
    #[serde(rename = "输出")]
    outputs: BTreeMap<String, String>,
    #[serde(rename = "时间")]
    issued_at: String,
    #[serde(rename = "版本")]
    version: String,
    #[serde(rename = "前行")]
    previous: String,
}

#[derive(Serialize, Deserialize)]
struct PartContent {
    #[serde(rename = "税率")]
    rate: String,
    #[serde(rename = "应支付")]
    gross: String,
    #[serde(rename = "不含税")]
    net: String,
    #[serde(rename = "税额")]
    tax: String,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks for it")]
fn is_zero(number: &usize) -> bool {
    *number == 0
}

#[derive(Serialize, Deserialize)]
struct CorrectionContent {
    #[serde(rename = "替代")]
    replaces: u32,
    #[serde(rename = "原因")]
    reason: String,
}

/// A line as read.
#[expect(clippy::large_enum_variant, reason = "taken apart at once")]
enum Entry {
    Settlement(LedgerLine),
    Binding(Binding),
}

/// Reads the ledger; an empty one if there is none yet. What cannot be read is damage: a ledger that is there but
/// out of reach must never pass for an empty one.
pub fn read(folder: &CaseFolder) -> Ledger {
    if !folder.has(LEDGER_FILE) {
        return Ledger::default();
    }
    let origin = Origin::File(LEDGER_FILE.into());
    match folder.own_record(LEDGER_FILE, MAX_LEDGER_BYTES, &origin) {
        Ok(bytes) => {
            folder.show(LEDGER_FILE, &String::from_utf8_lossy(&bytes));
            parse(&bytes)
        }
        Err(fault) => {
            let why = match fault.kind {
                FaultKind::Unreadable { why } => why,
                FaultKind::TooLarge { found, limit } => format!("{found}，超过上限 {limit}"),
                _ => format!("“{LEDGER_FILE}”不是案卷文件夹里的普通文件"),
            };
            Ledger::new(Vec::new(), vec![LedgerDamage { origin, why, torn: false }])
        }
    }
}

/// Reads a ledger's bytes.
pub fn parse(bytes: &[u8]) -> Ledger {
    let mut reader = Reader::default();
    let mut rest = bytes;
    while !rest.is_empty() {
        let end = rest.iter().position(|byte| *byte == b'\n');
        let (line, after) = rest.split_at(end.unwrap_or(rest.len()));
        rest = after.get(1..).unwrap_or_default();
        reader.line(line, end.is_some());
    }
    if let Some((origin, more)) = reader.more {
        let why = format!("从这一行起另有 {more} 处同样损坏，不再逐一列出");
        reader.damage.push(LedgerDamage { origin, why, torn: false });
    }
    let tail = LedgerTail { file_hash: sha256_hex(bytes), ..reader.tail };
    Ledger::new(reader.lines, reader.damage).bound(reader.bindings).read_from(tail)
}

#[derive(Default)]
struct Reader {
    lines: Vec<(LedgerLine, Origin)>,
    bindings: Vec<(Binding, Origin)>,
    damage: Vec<LedgerDamage>,
    tail: LedgerTail,
    chain: Chain,
    /// Lines seen so far.
    count: u32,
    /// Bytes seen so far, of the text as it is shown: what is no UTF-8 is replaced there.
    shown: usize,
    /// Whether the line before was damaged: then what follows from it cannot be told.
    after_damage: bool,
    /// Where what is not told one by one begins, and how much of it there is.
    more: Option<(Origin, usize)>,
}

impl Reader {
    fn line(&mut self, line: &[u8], ends: bool) {
        self.count = self.count.saturating_add(1);
        let shown = String::from_utf8_lossy(line);
        // The figures' first words are enough to show; a line is long.
        let marked = shown.find(",\"人天\"").unwrap_or(shown.len());
        let origin = Origin::Text(TextSpan {
            file: FileName::from(LEDGER_FILE),
            bytes: self.shown..self.shown + marked,
            line: self.count,
            column: 1,
        });
        self.shown += shown.len() + usize::from(ends);
        match decode(line) {
            Err(_) if !ends && !holds_a_whole_line(line) => {
                let why = "最后一行只写了一半：上次开具时断电或程序被中断，这一行没有生效".into();
                self.damage.push(LedgerDamage { origin, why, torn: true });
                return;
            }
            Err(why) => {
                // Saving a file changes the breaks of all its lines: that is one fault.
                let told = why == OTHER_LINE_BREAKS && self.damage.iter().any(|d| d.why == OTHER_LINE_BREAKS);
                if !told {
                    self.damaged(LedgerDamage { origin, why, torn: false });
                }
                self.after_damage = true;
            }
            Ok((previous, entry)) => {
                let follows = match &entry {
                    Entry::Settlement(line) => self.chain.follow(line),
                    Entry::Binding(binding) if binding.closing == self.chain.closing() => Ok(()),
                    Entry::Binding(binding) => Err(format!(
                        "绑定时的累计 {} 与上一行的累计 {} 不符",
                        binding.closing,
                        self.chain.closing()
                    )),
                };
                let linked = previous == self.tail.last_hash;
                if !self.after_damage {
                    let unlinked = || "前行的校验码与上一行不符：上一行被改过，或中间少了、多了行".to_owned();
                    // Figures follow from those before: after damage they say nothing new.
                    let figures = || follows.err().filter(|_| self.damage.is_empty());
                    let why = if linked { figures() } else { Some(unlinked()) };
                    if let Some(why) = why {
                        self.damaged(LedgerDamage { origin: origin.clone(), why, torn: false });
                    }
                }
                self.after_damage = false;
                match entry {
                    Entry::Settlement(line) => self.lines.push((line, origin)),
                    Entry::Binding(binding) => self.bindings.push((binding, origin)),
                }
            }
        }
        self.tail.last_hash = sha256_hex(line);
        self.tail.whole_bytes += line.len() as u64 + u64::from(ends);
        self.tail.ends_line = ends;
    }

    /// Whoever has seen fifty broken lines knows: the ledger has to come back from a copy.
    fn damaged(&mut self, damage: LedgerDamage) {
        if self.damage.len() < MOST_DAMAGE {
            self.damage.push(damage);
            return;
        }
        self.more.get_or_insert((damage.origin, 0)).1 += 1;
    }
}

/// A line as it stands in the file, without its line break, and its hash, for the line that follows it.
///
/// # Errors
/// If it cannot be put into JSON.
pub fn encode(line: &LedgerLine, previous: &str) -> serde_json::Result<(String, String)> {
    let content = Content {
        number: line.number,
        contract: line.contract.as_ref().map(|contract| contract.number.clone()),
        credit_code: line.contract.as_ref().map(|contract| contract.credit_code.clone()),
        order: line.order.clone(),
        month: line.month.to_string(),
        days: line.days.normalize().to_string(),
        score: line.score.normalize().to_string(),
        work_gross: plain(line.work_gross),
        gross: plain(line.gross),
        net: plain(line.net),
        tax: plain(line.tax),
        rate: rates_of(&line.parts),
        parts: if line.parts.len() > 1 { line.parts.iter().map(part_content).collect() } else { Vec::new() },
        revision: line.revision,
        opening: plain(line.opening),
        closing: plain(line.closing),
        correction: line
            .correction
            .as_ref()
            .map(|c| CorrectionContent { replaces: c.replaces, reason: c.reason.clone() }),
        inputs: line.inputs.clone(),
        outputs: line.outputs.clone(),
        issued_at: line.issued_at.clone(),
        version: line.version.clone(),
        previous: previous.to_owned(),
    };
    hashed(&content)
}

/// The same of a line that says whose the ledger is.
///
/// # Errors
/// If it cannot be put into JSON.
pub fn encode_binding(binding: &Binding, previous: &str) -> serde_json::Result<(String, String)> {
    hashed(&BindingLine::of(binding, previous))
}

/// A line's content with its own hash, and the hash of the whole.
fn hashed(content: &impl Serialize) -> serde_json::Result<(String, String)> {
    let content = serde_json::to_string(content)?;
    let own = sha256_hex(content.as_bytes());
    let text = format!("{},\"本行\":\"{own}\"}}", content.strip_suffix('}').unwrap_or(&content));
    let hash = sha256_hex(text.as_bytes());
    Ok((text, hash))
}

fn part_content(part: &TaxPart) -> PartContent {
    PartContent {
        rate: part.rate.to_string(),
        gross: plain(part.gross),
        net: plain(part.net),
        tax: plain(part.tax),
    }
}

/// `21972.85`: no separators.
pub(super) fn plain(amount: Money) -> String {
    format!("{:.2}", amount.decimal())
}

/// 前行 and the line; or what is wrong with it, as a Chinese clause.
fn decode(line: &[u8]) -> Result<(String, Entry), String> {
    if line.ends_with(b"\r") {
        return Err(OTHER_LINE_BREAKS.into());
    }
    if line.starts_with("\u{feff}".as_bytes()) {
        return Err("文件被别的程序另存过（开头多了编码标记）".into());
    }
    let changed = || "这一行被改过：内容与它末尾的校验码“本行”不符".to_owned();
    let (content, own) = split_own_hash(line).ok_or("这一行不完整，或不是台账的格式")?;
    if sha256_hex(&content).as_bytes() != own {
        return Err(changed());
    }
    if let Ok(line) = serde_json::from_slice::<BindingLine>(&content) {
        return Ok((line.previous.clone(), Entry::Binding(line.binding()?)));
    }
    let content: Content =
        serde_json::from_slice(&content).map_err(|error| format!("这一行不是台账的格式：{error}"))?;
    let previous = content.previous.clone();
    Ok((previous, Entry::Settlement(line_of(content)?)))
}

/// A line's content as a JSON object of its own, and the hash that the line gives for it.
fn split_own_hash(line: &[u8]) -> Option<(Vec<u8>, &[u8])> {
    let line = line.strip_suffix(b"\"}")?;
    let (rest, own) = line.split_at_checked(line.len().checked_sub(HASH_OF_NOTHING.len())?)?;
    Some(([rest.strip_suffix(OWN_HASH)?, b"}"].concat(), own))
}

/// Whether there is all of a line in it: then it was not cut off, but edited.
fn holds_a_whole_line(line: &[u8]) -> bool {
    let length = OWN_HASH.len() + HASH_OF_NOTHING.len();
    let ends_here = |at: usize| line.get(at + length..).is_some_and(|rest| rest.starts_with(b"\"}"));
    line.windows(OWN_HASH.len()).enumerate().any(|(at, window)| window == OWN_HASH && ends_here(at))
}

fn line_of(content: Content) -> Result<LedgerLine, String> {
    let parts = parts_of(&content)?;
    let contract = match (content.contract, content.credit_code) {
        (Some(number), Some(credit_code)) => Some(ContractId { number, credit_code }),
        (None, None) => None,
        _ => return Err("合同编号、信用代码须同时写明".into()),
    };
    Ok(LedgerLine {
        number: content.number,
        contract,
        month: content.month.parse().map_err(|error| format!("月份的值“{}”{error}", content.month))?,
        days: number("人天", &content.days)?,
        score: number("得分", &content.score)?,
        work_gross: money("结算金额", &content.work_gross)?,
        gross: money("应支付", &content.gross)?,
        net: money("不含税", &content.net)?,
        tax: money("税额", &content.tax)?,
        parts,
        revision: content.revision,
        opening: money("已结算", &content.opening)?,
        closing: money("累计", &content.closing)?,
        correction: content.correction.map(|c| Correction { replaces: c.replaces, reason: c.reason }),
        order: content.order,
        inputs: content.inputs,
        outputs: outputs(content.outputs)?,
        issued_at: content.issued_at,
        version: content.version,
    })
}

/// 应支付 by 税率. Of several, both the rates and the sums must be those that the line gives for the whole.
fn parts_of(content: &Content) -> Result<Vec<TaxPart>, String> {
    if content.parts.is_empty() {
        let (gross, net, tax) =
            (money("应支付", &content.gross)?, money("不含税", &content.net)?, money("税额", &content.tax)?);
        return Ok(vec![TaxPart { rate: rate(&content.rate)?, gross, net, tax }]);
    }
    let parts = content.parts.iter().map(part).collect::<Result<Vec<TaxPart>, String>>()?;
    let sum = |of: fn(&TaxPart) -> Money| plain(parts.iter().map(of).sum());
    let sums = [sum(|part| part.gross), sum(|part| part.net), sum(|part| part.tax)];
    let adds_up = sums == [content.gross.as_str(), content.net.as_str(), content.tax.as_str()];
    let several = parts.iter().map(|part| part.rate).collect::<BTreeSet<_>>().len() == parts.len();
    if adds_up && several && parts.len() > 1 && rates_of(&parts) == content.rate {
        Ok(parts)
    } else {
        Err("分税率的各项与应支付、不含税、税额、税率不符".into())
    }
}

fn part(content: &PartContent) -> Result<TaxPart, String> {
    let (rate, gross) = (rate(&content.rate)?, money("应支付", &content.gross)?);
    let stated =
        TaxPart { rate, gross, net: money("不含税", &content.net)?, tax: money("税额", &content.tax)? };
    if stated == TaxPart::of(gross, rate) {
        Ok(stated)
    } else {
        Err(format!("分税率里 {rate} 的不含税、税额不是由应支付 {gross} 分出来的"))
    }
}

/// PDFs and workbooks right in the output folder: hetong reads and writes what it finds named here.
fn outputs(outputs: BTreeMap<String, String>) -> Result<BTreeMap<String, String>, String> {
    for name in outputs.keys() {
        plain::file_name(name).map_err(|unfit| format!("输出里的“{name}”{unfit}"))?;
        if !name.ends_with(".pdf") && !name.ends_with(".xlsx") {
            return Err(format!("输出里的“{name}”不是 PDF 或 XLSX 文件名"));
        }
    }
    Ok(outputs)
}

pub(super) fn money(name: &str, text: &str) -> Result<Money, String> {
    let amount = number(name, text)?;
    Money::exact(amount).ok_or_else(|| format!("{name}的值“{text}”多于两位小数"))
}

fn rate(text: &str) -> Result<TaxRate, String> {
    let percent = text.strip_suffix('%').and_then(|percent| Decimal::from_str(percent).ok());
    percent.and_then(TaxRate::from_percent).ok_or_else(|| format!("税率的值“{text}”不是税率"))
}

fn number(name: &str, text: &str) -> Result<Decimal, String> {
    let number = Decimal::from_str_exact(text).ok().filter(|number| number.abs() < MOST);
    number.ok_or_else(|| format!("{name}的值“{text}”不是数"))
}

#[cfg(test)]
#[path = "ledger_tests.rs"]
mod tests;
