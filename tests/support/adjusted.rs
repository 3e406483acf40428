//! 星河示例 after signing: a price by 补充协议, then another VAT rate.

#![allow(clippy::expect_used, missing_docs, reason = "a test stops at the first fault")]

use std::fs;
use std::path::Path;

use crate::support::repository;

const ADJUSTED: &str = "调整:\n  - {生效日期: 2026-09-01, 事由: 补充协议一, 报价: 报价表-补充协议一.xlsx}\n  \
                        - {生效日期: 2026-10-01, 事由: 增值税税率调整, 税率: 3%}\n";

/// Puts the 调整 into a copy of the case.
pub fn adjust(case: &Path) {
    let path = case.join("合同.yaml");
    let yaml = fs::read_to_string(&path).expect("合同.yaml");
    fs::write(path, yaml + ADJUSTED).expect("written");
    fs::copy(repository("fixtures/rebuild/报价表.xlsx"), case.join("报价表-补充协议一.xlsx"))
        .expect("copied");
}
