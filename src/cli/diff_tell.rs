//! What the 调整 of a case change, in as few lines as a terminal bears: every clause, unit price and sum; 大写 and the totals
//! of single lines are left to the files.
//!
//! May use: everything.

use std::path::Path;

use unicode_width::UnicodeWidthStr;

use crate::bundle::write::Written;
use crate::compute::changes::LINES;
use crate::diagnostics::human::{Paint, visible};
use crate::view::changes::{ChangesView, ItemView, RevisionView};

/// Between columns.
const GAP: usize = 2;

/// One case: totals, every 调整, and where the files are.
pub fn describe(name: &str, view: &ChangesView, target: &Path, written: &Written, paint: Paint) -> String {
    let mut text = format!("{}：{}\n", paint.strong(&visible(name)), view.scope);
    let heading = ["合计", "签订时", "现在", "差额", "百分比"].map(str::to_owned);
    let totals = view.totals.iter().map(|total| {
        [&total.name, &total.signed, &total.now, &total.difference, &total.percent].map(String::clone)
    });
    let rows: Vec<[String; 5]> = std::iter::once(heading).chain(totals).collect();
    text += &table(&rows, 1);
    for revision in &view.revisions {
        text += &section(revision, paint);
    }
    text + &files(target, written)
}

fn section(view: &RevisionView, paint: Paint) -> String {
    let from = if view.from.is_empty() { String::new() } else { format!("　自{}起生效", view.from) };
    let reason: Vec<&str> = view.reason.split_whitespace().collect();
    let title = paint.strong(&format!("{}{from}", view.name));
    let mut text = format!("\n{title}　{}（依据 {}）\n", visible(&reason.join(" ")), view.clauses);
    for remark in &view.remarks {
        text += &format!("  {remark}\n");
    }
    let shown: Vec<&ItemView> = view.items.iter().filter(|item| is_told(item)).collect();
    if !shown.is_empty() {
        let heading = ["文件", "条款", "项目", "原", "现", "差额", "百分比"].map(str::to_owned);
        let rows: Vec<[String; 7]> =
            std::iter::once(heading).chain(shown.iter().map(|item| row(item))).collect();
        text += &table(&rows, 3);
    }
    let left_out = view.items.len() - shown.len();
    if left_out > 0 {
        text += &format!("  另有 {left_out} 处（大写、各行总价）见变更对照表\n");
    }
    text
}

/// Figures that others follow from; not the words for a figure that is told, nor the totals of a line.
fn is_told(item: &ItemView) -> bool {
    let of_line = item.clause == LINES && item.item.ends_with("总价");
    !of_line && !item.item.ends_with("大写")
}

fn row(item: &ItemView) -> [String; 7] {
    let of_line = item.figures.as_ref().is_some_and(|figures| !figures.line.is_empty());
    let what = if of_line { format!("{} {}", item.line, item.item) } else { item.item.clone() };
    [
        visible(&item.document),
        item.clause.clone(),
        what,
        item.old.clone(),
        item.new.clone(),
        item.difference.clone(),
        item.percent.clone(),
    ]
}

/// Rows in columns that stand under one another, the first `left` from the left, the others from the right.
fn table<const N: usize>(rows: &[[String; N]], left: usize) -> String {
    let mut widths = [0; N];
    for row in rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = (*width).max(cell.width());
        }
    }
    let mut text = String::new();
    for row in rows {
        let mut line = String::new();
        for (column, (cell, width)) in row.iter().zip(widths).enumerate() {
            let room = " ".repeat(width.saturating_sub(cell.width()));
            line += &" ".repeat(GAP);
            line += &if column < left { format!("{cell}{room}") } else { format!("{room}{cell}") };
        }
        text += line.trim_end();
        text.push('\n');
    }
    text
}

fn files(target: &Path, written: &Written) -> String {
    let table = |names: &[String]| -> Vec<String> {
        names.iter().filter(|name| name.contains("变更对照表")).cloned().collect()
    };
    let (new, same) = (table(&written.written), table(&written.unchanged));
    let mut text = format!("\n{}：", target.display());
    text += &match (new.is_empty(), same.is_empty()) {
        (true, _) => format!("没有变化，{} 没有改动\n", same.join("、")),
        (false, true) => format!("新写 {}\n", new.join("、")),
        (false, false) => format!("新写 {}；{} 没有变化\n", new.join("、"), same.join("、")),
    };
    for (file, kept) in &written.kept {
        text += &format!("  “{file}”被人改过，改过的那份另存为“{kept}”\n");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_stand_under_one_another_whatever_is_in_them() {
        let rows = [["附件3", "含税单价", "1.00"], ["正文", "a", "10.00"]].map(|row| row.map(str::to_owned));
        assert_eq!(table(&rows, 2), "  附件3  含税单价   1.00\n  正文   a         10.00\n");
    }
}
