//! 文本对照.xlsx: the same comparison as rows that can be filtered: figures, passages, cells. Nothing is left out here.
//!
//! May use: `folders`, `differences`, `telling` for its words.

#![expect(clippy::float_arithmetic, reason = "heights and widths of cells, no money")]

use rust_xlsxwriter::{
    Color, DocProperties, ExcelDateTime, Format, FormatAlign, FormatBorder, FormatUnderline, Workbook,
    Worksheet, XlsxError,
};

use super::differences::{Fate, Piece};
use super::folders::{Changed, FolderChanges};
use super::telling::{Compared, Room, alike, line_pieces, note, pages, shortened, summary};

/// Excel's limit for a cell is 32,767; a longer text goes on in the next row.
const LONGEST: usize = 30_000;
/// A passage as it is marked; the whole of a longer one stands beside.
const ROOM: Room = Room { whole: (24, 1500), shown: (10, 600) };

/// A column: heading and width in characters.
type Column = (&'static str, f64);

const ABOUT: [Column; 2] = [("项目", 10.0), ("内容", 100.0)];
const FILES: [Column; 3] = [("文件", 44.0), ("情况", 14.0), ("说明", 60.0)];
const FIGURES: [Column; 6] =
    [("名称", 40.0), ("情况", 14.0), ("旧", 26.0), ("新", 26.0), ("差额", 16.0), ("幅度", 10.0)];
const PASSAGES: [Column; 6] =
    [("文件", 26.0), ("条款", 28.0), ("页", 12.0), ("对照", 60.0), ("旧文字", 30.0), ("新文字", 30.0)];
const CELLS: [Column; 7] = [
    ("文件", 26.0),
    ("工作表", 12.0),
    ("单元格", 8.0),
    ("所在行列", 36.0),
    ("不同之处", 12.0),
    ("旧", 36.0),
    ("新", 36.0),
];
/// What stands where one side has nothing.
const NOTHING: &str = "（没有）";

/// A cell of a row.
enum Cell {
    /// As it is.
    Plain(String),
    /// With what went and what came marked.
    Marked(Vec<Piece>),
}

/// The height of a line in points, and the most that a row can show.
const LINE: f64 = 13.0;
const MOST_LINES: u32 = 31;

type Row = Vec<Cell>;

impl Cell {
    /// How many lines it takes in a column of a width: not every program finds a row's height by itself.
    fn lines(&self, width: f64) -> u32 {
        let text: String = match self {
            Cell::Plain(text) => text.clone(),
            Cell::Marked(pieces) => pieces.iter().map(|piece| piece.text.as_str()).collect(),
        };
        // A word of Latin letters is not broken: some room is lost at the end of a line.
        let room = (width - 2.0).max(1.0);
        let wide = |line: &str| -> u32 { line.chars().map(|c| if c.is_ascii() { 1 } else { 2 }).sum() };
        let lines = text.split('\n').map(|line| (f64::from(wide(line)) / room).ceil().max(1.0) as u32);
        lines.sum()
    }
}

/// The workbook's bytes.
///
/// # Errors
/// If the writer refuses.
pub fn write(changes: &FolderChanges, compared: &Compared) -> Result<Vec<u8>, XlsxError> {
    let mut workbook = Workbook::new();
    // The writer's own default is the present moment, which would change the bytes of every run.
    let created = ExcelDateTime::from_ymd(2026, 1, 1)?;
    workbook.set_properties(&DocProperties::new().set_title("文本对照").set_creation_datetime(&created));
    let sheets: [(&str, &[Column], Vec<Row>); 5] = [
        ("说明", &ABOUT, about_rows(changes, compared)),
        ("文件", &FILES, file_rows(changes)),
        ("数值", &FIGURES, figure_rows(changes)),
        ("文字", &PASSAGES, passage_rows(changes)),
        ("单元格", &CELLS, cell_rows(changes)),
    ];
    for (name, columns, rows) in sheets.into_iter().filter(|(_, _, rows)| !rows.is_empty()) {
        fill(workbook.add_worksheet(), name, columns, rows)?;
    }
    workbook.save_to_buffer()
}

fn plain<const N: usize>(cells: [&str; N]) -> Vec<Cell> {
    cells.into_iter().map(|text| Cell::Plain(text.to_owned())).collect()
}

fn about_rows(changes: &FolderChanges, compared: &Compared) -> Vec<Row> {
    let pieces = [
        (Fate::Kept, "“文字”表的“对照”一列："),
        (Fate::Deleted, "红色删除线"),
        (Fate::Kept, "是旧文件有、新文件没有的文字，"),
        (Fate::Inserted, "蓝色下划线"),
        (Fate::Kept, "是新增的文字；“｜”隔开表格的各列。每张表都可以按列筛选。"),
    ];
    let pieces = pieces.map(|(fate, text)| Piece { fate, text: text.to_owned() });
    vec![
        plain(["旧", &compared.old]),
        plain(["新", &compared.new]),
        plain(["结果", &format!("{}。", summary(changes))]),
        vec![Cell::Plain("标记".to_owned()), Cell::Marked(pieces.to_vec())],
    ]
}

fn file_rows(changes: &FolderChanges) -> Vec<Row> {
    let changed = changes.changed.iter().map(|file| plain([&file.file, "不同", &note(file)]));
    let one_sided = |file: &String, state| plain([file, state, &alike(changes, file)]);
    let gone = changes.gone.iter().map(|file| one_sided(file, "只在旧的里有"));
    let added = changes.added.iter().map(|file| one_sided(file, "只在新的里有"));
    let same = changes.same.iter().map(|file| plain([file, "完全相同", ""]));
    changed.chain(gone).chain(added).chain(same).collect()
}

fn figure_rows(changes: &FolderChanges) -> Vec<Row> {
    let row = |figure: &super::figure_changes::FigureChange| {
        let state = match (figure.before.as_str(), figure.after.as_str()) {
            ("", _) => "只在新的里有",
            (_, "") => "只在旧的里有",
            _ => "不同",
        };
        let (before, after) = (or_nothing(&figure.before), or_nothing(&figure.after));
        plain([&figure.name, state, before, after, &figure.difference, &figure.percent])
    };
    changes.figures.iter().map(row).collect()
}

fn or_nothing(text: &str) -> &str {
    if text.is_empty() { NOTHING } else { text }
}

fn passage_rows(changes: &FolderChanges) -> Vec<Row> {
    let mut rows = Vec::new();
    for file in &changes.changed {
        match &file.what {
            Changed::Text { changes, .. } => {
                for change in changes {
                    let place = [change.place.shown(), pages(change)];
                    let sides = [change.before(), change.after()];
                    passage(&mut rows, &file.file, place, &change.pieces, sides);
                }
            }
            Changed::Lines(changes) => {
                for change in changes {
                    let place = [change.place(), String::new()];
                    let sides = [change.before.join("\n"), change.after.join("\n")];
                    passage(&mut rows, &file.file, place, &line_pieces(change), sides);
                }
            }
            _ => {}
        }
    }
    rows
}

/// A row, and as many more as its text needs.
fn passage(rows: &mut Vec<Row>, file: &str, place: [String; 2], pieces: &[Piece], sides: [String; 2]) {
    let [clause, page] = place;
    let [before, after] = sides.map(|side| parts(&side));
    for at in 0..before.len().max(after.len()) {
        let side = |parts: &[String]| parts.get(at).cloned().unwrap_or_default();
        let clause = if at == 0 { clause.clone() } else { format!("{clause}（续 {at}）") };
        let marked = if at == 0 { marked(pieces) } else { Cell::Plain("（续）".to_owned()) };
        let mut row = plain([file, &clause, &page]);
        row.push(marked);
        row.extend([Cell::Plain(side(&before)), Cell::Plain(side(&after))]);
        rows.push(row);
    }
}

/// A text cut into what a cell can hold; of nothing, a word that says so.
fn parts(text: &str) -> Vec<String> {
    let chars: Vec<char> = or_nothing(text).chars().collect();
    chars.chunks(LONGEST).map(|part| part.iter().collect()).collect()
}

/// The pieces, of very long ones the beginning.
fn marked(pieces: &[Piece]) -> Cell {
    let mut shown = Vec::new();
    for piece in pieces {
        match shortened(&piece.text, ROOM).filter(|_| piece.fate != Fate::Kept) {
            None => shown.push(piece.clone()),
            Some((beginning, count)) => {
                shown.push(Piece { fate: piece.fate, text: beginning });
                shown.push(Piece { fate: Fate::Kept, text: format!("（{count}，全文见右）") });
            }
        }
    }
    let length: usize = shown.iter().map(|piece| piece.text.chars().count()).sum();
    if length > LONGEST { Cell::Plain("（太长，见右）".to_owned()) } else { Cell::Marked(shown) }
}

fn cell_rows(changes: &FolderChanges) -> Vec<Row> {
    let mut rows = Vec::new();
    for file in &changes.changed {
        let Changed::Cells(changes) = &file.what else { continue };
        for change in changes {
            let place = change.cell.map(|cell| cell.to_string()).unwrap_or_default();
            let [before, after] = [&change.seen.0, &change.seen.1].map(|side| parts(side));
            for at in 0..before.len().max(after.len()) {
                let side = |parts: &[String]| parts.get(at).cloned().unwrap_or_default();
                let about =
                    if at == 0 { change.about.clone() } else { format!("{}（续 {at}）", change.about) };
                let cells = [&file.file, &change.sheet, &place, &about, change.what];
                let mut row = plain(cells);
                row.extend([Cell::Plain(side(&before)), Cell::Plain(side(&after))]);
                rows.push(row);
            }
        }
    }
    rows
}

/// A sheet with a heading row that stays and can be filtered; all cells are text.
fn fill(sheet: &mut Worksheet, name: &str, columns: &[Column], rows: Vec<Row>) -> Result<(), XlsxError> {
    let song = || Format::new().set_font_name("宋体").set_font_size(10).set_border(FormatBorder::Thin);
    let text = song().set_text_wrap().set_align(FormatAlign::Top).set_num_format("@");
    let amount = text.clone().set_align(FormatAlign::Right);
    let head = song().set_bold().set_align(FormatAlign::Center).set_background_color(0x00F2_F2F2);
    let letters = |fate| {
        let letters = Format::new().set_font_name("宋体").set_font_size(10);
        match fate {
            Fate::Kept => letters,
            Fate::Deleted => letters.set_font_color(Color::RGB(0x00C0_0000)).set_font_strikethrough(),
            Fate::Inserted => {
                letters.set_font_color(Color::RGB(0x0000_33CC)).set_underline(FormatUnderline::Single)
            }
        }
    };
    let (kept, deleted, inserted) = (letters(Fate::Kept), letters(Fate::Deleted), letters(Fate::Inserted));
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
        let lines = cells.iter().zip(columns).map(|(cell, (_, width))| cell.lines(*width)).max().unwrap_or(1);
        sheet.set_row_height(row, f64::from(lines.min(MOST_LINES)) * LINE + 3.0)?;
        for (column, cell) in (0_u16..).zip(cells) {
            match cell {
                Cell::Plain(words) => {
                    let format = if name == "数值" && column >= 2 { &amount } else { &text };
                    sheet.write_string_with_format(row, column, words, format)?
                }
                Cell::Marked(pieces) => {
                    let pieces = pieces.iter().filter(|piece| !piece.text.is_empty());
                    let pieces: Vec<(&Format, &str)> = pieces
                        .map(|piece| match piece.fate {
                            Fate::Kept => (&kept, piece.text.as_str()),
                            Fate::Deleted => (&deleted, piece.text.as_str()),
                            Fate::Inserted => (&inserted, piece.text.as_str()),
                        })
                        .collect();
                    sheet.write_rich_string_with_format(row, column, &pieces, &text)?
                }
            };
        }
    }
    let last = u16::try_from(columns.len().saturating_sub(1)).unwrap_or(0);
    sheet.autofilter(0, 0, count, last)?;
    Ok(())
}
