//! 文本对照.xlsx: the same comparison as rows that can be filtered: figures, passages, cells.
//!
//! May use: `folders`, `differences`, `redline` for its words.

use rust_xlsxwriter::{
    DocProperties, ExcelDateTime, Format, FormatAlign, FormatBorder, Workbook, Worksheet, XlsxError,
};

use super::folders::{Changed, FolderChanges};
use super::redline::{note, pages};

/// Excel's limit for a cell, with room for the mark that something was cut.
const LONGEST: usize = 32_000;

/// A column: heading and width in characters.
type Column = (&'static str, f64);

const FILES: [Column; 3] = [("文件", 40.0), ("情况", 16.0), ("说明", 70.0)];
const FIGURES: [Column; 5] = [("名称", 44.0), ("旧", 24.0), ("新", 24.0), ("差额", 18.0), ("幅度", 12.0)];
const PASSAGES: [Column; 5] =
    [("文件", 32.0), ("条款", 34.0), ("页", 18.0), ("旧文字", 60.0), ("新文字", 60.0)];
const CELLS: [Column; 7] = [
    ("文件", 32.0),
    ("工作表", 16.0),
    ("单元格", 10.0),
    ("所在行列", 36.0),
    ("不同之处", 12.0),
    ("旧", 34.0),
    ("新", 34.0),
];

/// The workbook's bytes.
///
/// # Errors
/// If the writer refuses.
pub fn write(changes: &FolderChanges) -> Result<Vec<u8>, XlsxError> {
    let mut workbook = Workbook::new();
    // The writer's own default is the present moment, which would change the bytes of every run.
    let created = ExcelDateTime::from_ymd(2026, 1, 1)?;
    workbook.set_properties(&DocProperties::new().set_title("文本对照").set_creation_datetime(&created));
    fill(workbook.add_worksheet(), "文件", &FILES, file_rows(changes))?;
    let figures = changes.figures.iter().map(|figure| {
        vec![&figure.name, &figure.before, &figure.after, &figure.difference, &figure.percent]
            .into_iter()
            .cloned()
            .collect()
    });
    fill(workbook.add_worksheet(), "数值", &FIGURES, figures.collect())?;
    fill(workbook.add_worksheet(), "文字", &PASSAGES, passage_rows(changes))?;
    fill(workbook.add_worksheet(), "单元格", &CELLS, cell_rows(changes))?;
    workbook.save_to_buffer()
}

fn file_rows(changes: &FolderChanges) -> Vec<Vec<String>> {
    let row = |file: &String, state: &str| vec![file.clone(), state.to_owned(), String::new()];
    let changed = changes.changed.iter().map(|file| vec![file.file.clone(), "不同".to_owned(), note(file)]);
    let gone = changes.gone.iter().map(|file| row(file, "只在旧的里有"));
    let added = changes.added.iter().map(|file| row(file, "只在新的里有"));
    let same = changes.same.iter().map(|file| row(file, "完全相同"));
    changed.chain(gone).chain(added).chain(same).collect()
}

fn passage_rows(changes: &FolderChanges) -> Vec<Vec<String>> {
    let mut rows = Vec::new();
    for file in &changes.changed {
        match &file.what {
            Changed::Text { changes, .. } => rows.extend(changes.iter().map(|change| {
                let place = change.place.shown();
                vec![file.file.clone(), place, pages(change), change.before(), change.after()]
            })),
            Changed::Lines(changes) => rows.extend(changes.iter().map(|change| {
                let (before, after) = (change.before.join("\n"), change.after.join("\n"));
                vec![file.file.clone(), change.place(), String::new(), before, after]
            })),
            _ => {}
        }
    }
    rows
}

fn cell_rows(changes: &FolderChanges) -> Vec<Vec<String>> {
    let mut rows = Vec::new();
    for file in &changes.changed {
        if let Changed::Cells(changes) = &file.what {
            rows.extend(changes.iter().map(|change| {
                vec![
                    file.file.clone(),
                    change.sheet.clone(),
                    change.cell.map(|cell| cell.to_string()).unwrap_or_default(),
                    change.about.clone(),
                    change.what.to_owned(),
                    change.before.clone(),
                    change.after.clone(),
                ]
            }));
        }
    }
    rows
}

/// A sheet with a heading row that stays and can be filtered; all cells are text.
fn fill(
    sheet: &mut Worksheet,
    name: &str,
    columns: &[Column],
    rows: Vec<Vec<String>>,
) -> Result<(), XlsxError> {
    let song = || Format::new().set_font_name("宋体").set_font_size(10).set_border(FormatBorder::Thin);
    let text = song().set_text_wrap().set_align(FormatAlign::Top).set_num_format("@");
    let head = song().set_bold().set_align(FormatAlign::Center).set_background_color(0x00F2_F2F2);
    sheet.set_name(name)?;
    sheet.set_paper_size(9).set_landscape().set_print_fit_to_pages(1, 0).set_freeze_panes(1, 0)?;
    sheet.set_repeat_rows(0, 0)?;
    sheet.set_header("&C文本对照　&A").set_footer("&C第 &P 页　共 &N 页");
    for (column, (heading, width)) in (0_u16..).zip(columns) {
        sheet.write_string_with_format(0, column, *heading, &head)?;
        sheet.set_column_width(column, *width)?;
    }
    let count = u32::try_from(rows.len()).unwrap_or(u32::MAX);
    for (row, cells) in (1_u32..).zip(rows) {
        for (column, cell) in (0_u16..).zip(cells) {
            sheet.write_string_with_format(row, column, short(&cell), &text)?;
        }
    }
    let last = u16::try_from(columns.len().saturating_sub(1)).unwrap_or(0);
    sheet.autofilter(0, 0, count, last)?;
    Ok(())
}

fn short(text: &str) -> String {
    if text.chars().count() <= LONGEST {
        return text.to_owned();
    }
    text.chars().take(LONGEST).chain("…（太长，其余见文本对照.pdf）".chars()).collect()
}
