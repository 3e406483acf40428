//! What differs, in words: the same ones on the terminal, in 文本对照.pdf and in 文本对照.xlsx.
//!
//! May use: `folders`, `differences`, `figure_changes`, `line_changes`, `cell_changes`.

use std::path::Path;

use super::cell_changes::CellChange;
use super::differences::{Fate, Piece, TextChange};
use super::figure_changes::FigureChange;
use super::folders::{Changed, FileChange, FolderChanges};
use super::line_changes::LineChange;

/// What was compared, as it is told.
#[derive(Clone, Debug)]
pub struct Compared {
    /// The old folder.
    pub old: String,
    /// The new folder.
    pub new: String,
}

/// Names of figures that stand for all of their kind.
const NAMES: usize = 3;

/// How many files are how.
pub fn summary(changes: &FolderChanges) -> String {
    let counts = [
        (changes.changed.len(), "不同"),
        (changes.gone.len(), "只在旧的里有"),
        (changes.added.len(), "只在新的里有"),
        (changes.same.len(), "完全相同"),
    ];
    let told = counts.iter().filter(|(count, _)| *count > 0);
    let told: Vec<String> = told.map(|(count, what)| format!("{count} 个文件{what}")).collect();
    let (changed, gone, added) = figures(changes);
    let figures = [
        (changed.len(), "项数值不同"),
        (gone.len(), "项数值只在旧的里有"),
        (added.len(), "项数值只在新的里有"),
    ];
    let figures = figures.iter().filter(|(count, _)| *count > 0);
    let figures: Vec<String> = figures.map(|(count, what)| format!("{count} {what}")).collect();
    let parts = [told.join("，"), figures.join("，")];
    parts.iter().filter(|part| !part.is_empty()).cloned().collect::<Vec<_>>().join("；")
}

/// Figures of another value, those that only the old bundle has, and those that only the new one has.
pub fn figures(changes: &FolderChanges) -> (Vec<&FigureChange>, Vec<&FigureChange>, Vec<&FigureChange>) {
    let (one_sided, changed): (Vec<_>, Vec<_>) =
        changes.figures.iter().partition(|figure| figure.is_one_sided());
    let (gone, added) = one_sided.into_iter().partition(|figure| figure.after.is_empty());
    (changed, gone, added)
}

/// Figures that only one of the two has, in a line for each side.
pub fn one_sided(changes: &FolderChanges) -> Vec<String> {
    let (changed, gone, added) = figures(changes);
    let besides = if changed.is_empty() { "" } else { "另有 " };
    let sides = [(added, "新"), (gone, "旧")];
    let told = sides.iter().filter(|(figures, _)| !figures.is_empty()).map(|(figures, side)| {
        let names: Vec<String> =
            figures.iter().take(NAMES).map(|figure| format!("“{}”", figure.name)).collect();
        let names = if figures.len() > NAMES { format!("如{}", names.join("")) } else { names.join("") };
        format!("{besides}{} 项只在{side}的里有（{names}）", figures.len())
    });
    told.collect()
}

/// Of a file that only one side has: that the other has the same under another name; empty if it has not.
pub fn alike(changes: &FolderChanges, file: &str) -> String {
    let side = if changes.added.iter().any(|added| added == file) { "旧" } else { "新" };
    let other = changes.alike.get(file);
    other.map(|other| format!("与{side}的“{other}”完全相同")).unwrap_or_default()
}

/// Whether a file only repeats what the others say, so that its changes are counted and not shown.
pub fn repeats(changes: &FolderChanges, file: &FileChange) -> bool {
    file.file.contains("核对报告") && changes.changed.len() > 1
}

/// What a changed file has, in one line.
pub fn note(file: &FileChange) -> String {
    match &file.what {
        Changed::Text { changes, elsewhere, pages: (before, after), unread } => {
            let mut pages = if before == after {
                String::new()
            } else {
                format!("；由 {before} 页变为 {after} 页")
            };
            if *unread {
                pages.push_str("；有文字的字体没有嵌入文件，读不出来，没有对照，请人工核对");
            }
            match (changes.len(), elsewhere) {
                (0, 0) => format!("文字相同{pages}"),
                (count, 0) => format!("{count} 处不同{pages}"),
                (0, elsewhere) => format!("{elsewhere} 处不同，都在单个文件里列出{pages}"),
                (count, elsewhere) => {
                    format!("{} 处不同，其中 {elsewhere} 处在单个文件里列出{pages}", count + elsewhere)
                }
            }
        }
        Changed::Cells(changes) => format!("{} 处不同", changes.len()),
        Changed::Lines(changes) if changes.is_empty() => {
            "每一行的文字都相同，只有编码或换行方式不同".to_owned()
        }
        Changed::Lines(changes) => format!("{} 处的行不同", changes.len()),
        Changed::Opaque => "文件内容不同；这种文件不能逐字比较，请人工核对".to_owned(),
        Changed::Unreadable(why) => why.clone(),
        Changed::Bytes => "文件内容不同，但文字和单元格没有不同（例如重新保存过）".to_owned(),
    }
}

/// Pages of a passage: `第 3 页`, or `旧第 3 页，新第 4 页`.
pub fn pages(change: &TextChange) -> String {
    if change.page_before == change.page_after {
        format!("第 {} 页", change.page_after)
    } else {
        format!("旧第 {} 页，新第 {} 页", change.page_before, change.page_after)
    }
}

/// Where a cell is, or the sheet, or the workbook.
pub fn cell_place(change: &CellChange) -> String {
    match (&change.cell, change.sheet.is_empty()) {
        (Some(cell), _) => format!("{}!{cell}", change.sheet),
        (None, false) => change.sheet.clone(),
        (None, true) => "工作簿".to_owned(),
    }
}

/// The lines that went, then those that came.
pub fn line_pieces(change: &LineChange) -> Vec<Piece> {
    let piece = |fate, lines: &[String]| Piece { fate, text: lines.join("\n") };
    let mut pieces = Vec::new();
    if !change.before.is_empty() {
        pieces.push(piece(Fate::Deleted, &change.before));
    }
    if !change.before.is_empty() && !change.after.is_empty() {
        pieces.push(Piece { fate: Fate::Kept, text: "\n".to_owned() });
    }
    if !change.after.is_empty() {
        pieces.push(piece(Fate::Inserted, &change.after));
    }
    pieces
}

/// How much of a long piece is shown.
#[derive(Clone, Copy, Debug)]
pub struct Room {
    /// A piece of no more lines and characters is shown whole.
    pub whole: (usize, usize),
    /// Of a longer one, so many lines and characters.
    pub shown: (usize, usize),
}

/// The beginning of a piece that is too long, and how much it has in all: `共 40 行、1,500 字`.
pub fn shortened(text: &str, room: Room) -> Option<(String, String)> {
    let (lines, chars) = (text.trim_matches('\n').lines().count(), text.chars().count());
    if lines <= room.whole.0 && chars <= room.whole.1 {
        return None;
    }
    let mut left = room.shown.1;
    let mut shown: Vec<String> = Vec::new();
    let leading = text.chars().take_while(|c| *c == '\n').count();
    for line in text.trim_matches('\n').lines().take(room.shown.0) {
        let taken: String = line.chars().take(left).collect();
        left -= taken.chars().count();
        let is_cut = taken.chars().count() < line.chars().count();
        shown.push(taken);
        if is_cut || left == 0 {
            break;
        }
    }
    let words = text.chars().filter(|c| !c.is_whitespace()).count();
    Some((format!("{}{}……", "\n".repeat(leading), shown.join("\n")), format!("共 {lines} 行、{words} 字")))
}

/// Whether the PDF of the same sheet is told passage by passage.
pub fn has_told_pdf(changes: &FolderChanges, file: &str) -> bool {
    let pdf = Path::new(file).with_extension("pdf");
    let told = |file: &FileChange| matches!(&file.what, Changed::Text { changes, .. } if !changes.is_empty());
    changes.changed.iter().any(|other| Path::new(&other.file) == pdf && told(other))
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROOM: Room = Room { whole: (3, 20), shown: (2, 6) };

    #[test]
    fn a_long_piece_is_cut_and_counted() {
        assert_eq!(shortened("一\n二\n三", ROOM), None);
        let cut = |text: &str| shortened(text, ROOM).unwrap();
        assert_eq!(cut("一\n二\n三\n四"), ("一\n二……".to_owned(), "共 4 行、4 字".to_owned()));
        let long = "甲".repeat(25);
        assert_eq!(cut(&long), ("甲甲甲甲甲甲……".to_owned(), "共 1 行、25 字".to_owned()));
        assert_eq!(cut(&format!("\n{long}")).0, "\n甲甲甲甲甲甲……");
    }

    #[test]
    fn figures_of_one_side_are_one_line() {
        let figure = |name: &str, before: &str, after: &str| FigureChange {
            name: name.to_owned(),
            before: before.to_owned(),
            after: after.to_owned(),
            difference: String::new(),
            percent: String::new(),
        };
        let mut changes = FolderChanges { figures: vec![figure("总价", "1", "2")], ..Default::default() };
        assert!(one_sided(&changes).is_empty());
        changes.figures.extend(["甲", "乙", "丙", "丁"].map(|name| figure(name, "", "5")));
        changes.figures.push(figure("戊", "5", ""));
        assert_eq!(
            one_sided(&changes),
            ["另有 4 项只在新的里有（如“甲”“乙”“丙”）", "另有 1 项只在旧的里有（“戊”）"]
        );
        assert_eq!(summary(&changes), "1 项数值不同，1 项数值只在旧的里有，4 项数值只在新的里有");
    }
}
