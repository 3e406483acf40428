//! .xlsx and .xlsm: calamine streams values and formulas; merged and hidden cells are read here, because calamine
//! tells nothing of hidden rows.
//!
//! May use: `archive`, `builder`, `grid`, `xml`.

use std::collections::HashMap;
use std::io::Cursor;

use calamine::{Reader as _, SheetType, SheetVisible, Xlsx};
use quick_xml::events::{BytesStart, Event};

use super::archive::Archive;
use super::builder::{self, Budget, SheetBuilder};
use super::grid::{Layout, Sheet, Visibility};
use super::trouble::Trouble;
use super::{address, limits, xml};

/// Reads all worksheets.
pub fn read(bytes: &[u8], archive: &Archive) -> Result<Vec<Sheet>, Trouble> {
    let mut layouts = layouts(archive)?;
    check_shared_strings(archive)?;
    let mut workbook = Xlsx::new(Cursor::new(bytes)).map_err(no_workbook)?;
    let (mut sheets, mut budget) = (Vec::new(), Budget::default());
    for meta in workbook.sheets_metadata().to_vec() {
        if meta.typ != SheetType::WorkSheet {
            continue;
        }
        let visibility = visibility(meta.visible);
        // calamine allocates for the highest shared formula index, so no sheet is read that was not looked at.
        let Some(layout) = layouts.remove(&meta.name) else {
            return Err(Trouble::unreadable(format!("工作表“{}”的内容找不到或重名", meta.name)));
        };
        let mut builder = SheetBuilder::new(&meta.name, visibility, &mut budget)?;
        let broken = |_| Trouble::unreadable(format!("工作表“{}”的内容损坏", meta.name));
        let mut cells = workbook.worksheet_cells_reader(&meta.name).map_err(broken)?;
        while let Some(cell) = cells.next_cell_with_formula().map_err(broken)? {
            let (row, column) = cell.pos;
            builder.value(row, column, builder::value(&cell.value))?;
            builder.formula(row, column, cell.formula.unwrap_or_default())?;
        }
        sheets.push(builder.finish(layout, true)?);
    }
    Ok(sheets)
}

/// The workbook's own parts can't be read.
fn no_workbook(error: calamine::XlsxError) -> Trouble {
    match error {
        calamine::XlsxError::Password => Trouble::unreadable("文件有打开密码"),
        _ => Trouble::unreadable("不是有效的 xlsx 文件"),
    }
}

/// calamine's word as ours.
pub fn visibility(visible: SheetVisible) -> Visibility {
    if visible == SheetVisible::Visible { Visibility::Visible } else { Visibility::Hidden }
}

/// The layout of every sheet, by the sheet's name.
fn layouts(archive: &Archive) -> Result<HashMap<String, Layout>, Trouble> {
    let root = archive.part("_rels/.rels").map(relations).transpose()?.unwrap_or_default();
    let main = root.values().find(|target| target.to_ascii_lowercase().ends_with("workbook.xml"));
    let main = main.map_or("xl/workbook.xml", |target| target.trim_start_matches('/'));
    let missing = || Trouble::unreadable("压缩包里没有工作簿，不是有效的 xlsx 文件");
    let workbook = archive.part(main).ok_or_else(missing)?;
    let (folder, file) = main.rsplit_once('/').unwrap_or(("", main));
    let rels =
        archive.part(&format!("{folder}/_rels/{file}.rels")).map(relations).transpose()?.unwrap_or_default();
    let mut layouts = HashMap::new();
    for (name, relation) in sheet_list(workbook)? {
        let Some(target) = rels.get(&relation) else { continue };
        let path = resolve(folder, target);
        if let Some(part) = archive.part(&path) {
            layouts.insert(name, layout(part)?);
        }
    }
    Ok(layouts)
}

/// A relation's target as a path within the archive.
pub fn resolve(folder: &str, target: &str) -> String {
    match target.strip_prefix('/') {
        Some(absolute) => absolute.to_owned(),
        None if target.starts_with("xl/") => target.to_owned(),
        None => format!("{folder}/{}", target.trim_start_matches("./")),
    }
}

/// Id → target of a `.rels` part.
pub fn relations(part: &[u8]) -> Result<HashMap<String, String>, Trouble> {
    let mut found = HashMap::new();
    each_start(part, |element| {
        if element.local_name().as_ref() == "Relationship"
            && let (Some(id), Some(target)) =
                (xml::attribute(element, "Id"), xml::attribute(element, "Target"))
        {
            found.insert(id, target);
        }
        Ok(())
    })?;
    Ok(found)
}

/// Name and relation of every sheet.
fn sheet_list(part: &[u8]) -> Result<Vec<(String, String)>, Trouble> {
    let mut found = Vec::new();
    each_start(part, |element| {
        if element.local_name().as_ref() == "sheet"
            && let (Some(name), Some(id)) = (xml::attribute(element, "name"), xml::attribute(element, "id"))
        {
            found.push((name, id));
        }
        Ok(())
    })?;
    Ok(found)
}

/// Merged and hidden cells of a sheet.
fn layout(part: &[u8]) -> Result<Layout, Trouble> {
    let mut layout = Layout::default();
    let mut next_row = 0;
    let mut hidden_by_default = false;
    each_start(part, |element| {
        match element.local_name().as_ref() {
            // With zeroHeight, rows are hidden unless they say otherwise; those that matter are written out.
            "sheetFormatPr" => hidden_by_default = xml::is_true(element, "zeroHeight"),
            "col" => hidden_columns(element, &mut layout),
            "row" => {
                let row = xml::attribute(element, "r")
                    .and_then(|r| r.parse::<u32>().ok())
                    .map_or(next_row, |r| r.saturating_sub(1));
                next_row = row.saturating_add(1);
                let says = xml::attribute(element, "hidden").is_some();
                if xml::is_true(element, "hidden") || (hidden_by_default && !says) {
                    add_stretch(&mut layout.hidden_rows, row);
                }
            }
            "mergeCell" => {
                let region = xml::attribute(element, "ref").and_then(|text| address::region(&text));
                layout.merges.extend(region);
                if layout.merges.len() > limits::MERGES {
                    return Err(Trouble::too_large("一张工作表的合并单元格太多", "100,000 处"));
                }
            }
            "f" => check_shared_index(element)?,
            _ => (),
        }
        Ok(())
    })?;
    Ok(layout)
}

/// `<col min max hidden>`, counted from 1.
fn hidden_columns(element: &BytesStart<'_>, layout: &mut Layout) {
    let number = |name| xml::attribute(element, name).and_then(|text| text.parse::<u32>().ok());
    let no_width = xml::attribute(element, "width").is_some_and(|width| width.trim() == "0");
    if (xml::is_true(element, "hidden") || no_width)
        && let (Some(min), Some(max)) = (number("min"), number("max"))
    {
        layout.hidden_columns.push((min.saturating_sub(1), max.saturating_sub(1)));
    }
}

/// calamine makes room for as many shared texts as are declared: never more than there are bytes.
fn check_shared_strings(archive: &Archive) -> Result<(), Trouble> {
    let is_list = |name: &str| name.to_ascii_lowercase().ends_with("sharedstrings.xml");
    for (_, part) in archive.parts().filter(|(name, _)| is_list(name)) {
        each_start(part, |element| {
            let declared = xml::attribute(element, "uniqueCount").and_then(|count| count.trim().parse().ok());
            match declared.filter(|count: &usize| *count > part.len()) {
                Some(count) => Err(Trouble::unreadable(format!("声明有 {count} 条文字，实际放不下"))),
                None => Ok(()),
            }
        })?;
    }
    Ok(())
}

/// Refuses an index that would make calamine allocate gigabytes.
fn check_shared_index(element: &BytesStart<'_>) -> Result<(), Trouble> {
    match xml::attribute(element, "si").map(|si| si.trim().parse::<usize>()) {
        Some(Ok(index)) if index > limits::SHARED_FORMULAS => {
            Err(Trouble::too_large(format!("共享公式编号 {index}"), "100,000"))
        }
        _ => Ok(()),
    }
}

/// Adds a row to the stretches, joined to the last one where it follows it.
pub fn add_stretch(stretches: &mut Vec<(u32, u32)>, row: u32) {
    match stretches.last_mut() {
        Some(last) if last.1.checked_add(1) == Some(row) => last.1 = row,
        _ => stretches.push((row, row)),
    }
}

/// Calls for every start tag.
fn each_start(
    part: &[u8],
    mut visit: impl FnMut(&BytesStart<'_>) -> Result<(), Trouble>,
) -> Result<(), Trouble> {
    let mut reader = xml::reader(part);
    let mut buffer = Vec::new();
    loop {
        match reader.read_event_into(&mut buffer).map_err(xml::broken)? {
            Event::Start(element) => visit(&element)?,
            Event::Eof => return Ok(()),
            _ => (),
        }
        buffer.clear();
    }
}
