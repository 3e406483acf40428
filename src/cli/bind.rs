//! `hetong settle --bind`: somebody looks at an old ledger and says that it is this contract's.
//!
//! May use: everything.

use std::io::{self, BufRead, IsTerminal};
use std::path::{Path, PathBuf};

use super::check::find_cases;
use super::{Failure, Outcome, Session};
use crate::bundle::binding::{Bindable, bindable};
use crate::bundle::ledger::{CaseLock, bind};
use crate::model::names::same_name;

/// What is typed for yes.
const YES: [&str; 3] = ["是", "y", "yes"];

/// Shows whose the ledger is to be, asks, and records the answer. `yes` is the answer given beforehand: the 合同编号.
pub fn run(paths: &[PathBuf], yes: Option<&str>, session: &mut Session<'_>) -> Result<Outcome, Failure> {
    let cases = find_cases(paths)?;
    let [folder] = cases.as_slice() else {
        return Err(Failure(format!(
            "--bind 一次认一个案卷，这里有 {} 个；请写出那一个的文件夹",
            cases.len()
        )));
    };
    let busy = || Failure(format!("“{}”正由另一个 hetong 结算，请等它做完再试", folder.display()));
    // Held until the answer is written: what was shown must still be so.
    let lock = CaseLock::acquire(folder, || false).map_err(|error| match error.kind() {
        io::ErrorKind::Interrupted => busy(),
        _ => Failure(format!("“{}”锁不住：{}", folder.display(), crate::input::folder::explain(&error))),
    })?;
    let found = bindable(lock.folder()).map_err(|why| Failure(why.to_string()))?;
    session.output.print(&shown(folder, &found));
    if !answer(yes, &found, session)? {
        session.output.print("没有确认，台账没有改动。\n");
        return Ok(Outcome::Findings);
    }
    bind(&lock, &found.ledger, &found.binding(&super::settle::now()))
        .map_err(|error| Failure(error.to_string()))?;
    session
        .output
        .print(&format!("已记入台账：这本台账是合同 {} 的。以后照常结算。\n", found.contract.number));
    Ok(Outcome::Clean)
}

fn shown(folder: &Path, found: &Bindable) -> String {
    let mut text = format!(
        "“{}”的台账没有写明是哪份合同的。案卷现在写的是：\n  合同编号  {}\n  供应商    {}\n  信用代码  {}\n台账里已开具 {} 份结算单：\n",
        folder.display(),
        found.contract.number,
        found.supplier,
        found.contract.credit_code,
        found.ledger.effective().count(),
    );
    for line in found.ledger.effective() {
        text += &format!("  {} {}  应支付 {} 元\n", line.month, line.order, line.gross);
    }
    text + &format!("  累计已结算 {} 元\n", found.ledger.closing())
}

/// Whether it was confirmed. Nobody can be asked in a pipe: there the 合同编号 has to be given.
fn answer(yes: Option<&str>, found: &Bindable, session: &mut Session<'_>) -> Result<bool, Failure> {
    if let Some(given) = yes {
        return match same_name(given, &found.contract.number) {
            true => Ok(true),
            false => Err(Failure(format!(
                "--yes 写的合同编号是“{given}”，案卷的是“{}”；台账没有改动",
                found.contract.number
            ))),
        };
    }
    if !io::stdin().is_terminal() {
        return Err(Failure(format!(
            "没有终端可以提问，台账没有改动；核对无误的，请加 --yes {}",
            found.contract.number
        )));
    }
    session.output.print("这本台账是这份合同的吗？是，请输入“是”或 yes；别的都算不是：");
    session.output.flush();
    let mut line = String::new();
    io::stdin().lock().read_line(&mut line).map_err(|error| Failure(format!("读不到回答：{error}")))?;
    Ok(YES.iter().any(|yes| yes.eq_ignore_ascii_case(line.trim())))
}
