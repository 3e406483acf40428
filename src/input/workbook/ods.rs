//! .ods, read here from its XML: calamine tells nothing of merged or hidden cells in this format, and it lays out a
//! repeated row as often as it is repeated.
//!
//! May use: `archive`, `builder`, `grid`, `xml`, `openformula`.

use std::collections::HashSet;

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

use super::archive::Archive;
use super::builder::{Budget, SheetBuilder};
use super::grid::{Layout, Region, Sheet, Value, Visibility};
use super::trouble::Trouble;
use super::{address, limits, openformula, xml};
use crate::diagnostics::CellRef;

/// Reads all sheets.
pub fn read(archive: &Archive) -> Result<Vec<Sheet>, Trouble> {
    let manifest = archive.part("META-INF/manifest.xml").map(String::from_utf8_lossy);
    if manifest.is_some_and(|manifest| manifest.contains("encryption-data")) {
        return Err(Trouble::unreadable("文件有打开密码"));
    }
    let content = archive.part("content.xml").ok_or_else(|| Trouble::unreadable("不是有效的 ods 文件"))?;
    let mut reader = xml::reader(content);
    let mut hidden_styles = HashSet::new();
    let mut style = None;
    let mut budget = Budget::default();
    let mut sheets = Vec::new();
    loop {
        match reader.read_event().map_err(xml::broken)? {
            Event::Start(element) => match element.name().as_ref() {
                "style:style" => style = xml::attribute(&element, "name"),
                "style:table-properties"
                    if xml::attribute(&element, "display").as_deref() == Some("false") =>
                {
                    hidden_styles.extend(style.take());
                }
                "table:table" => {
                    let hidden =
                        xml::attribute(&element, "style-name").is_some_and(|s| hidden_styles.contains(&s));
                    let visibility = if hidden { Visibility::Hidden } else { Visibility::Visible };
                    let name = xml::attribute(&element, "name").unwrap_or_default();
                    sheets.push(TableReader::new(&name, visibility, &mut budget)?.read(&mut reader)?);
                }
                _ => (),
            },
            Event::Eof => return Ok(sheets),
            _ => (),
        }
    }
}

/// Reads one `<table:table>`.
struct TableReader<'b> {
    builder: SheetBuilder<'b>,
    layout: Layout,
    row: u32,
    column: u32,
    repeat_row: u32,
    /// The cells of the row at hand, to put them down again where the row is repeated.
    cells: Vec<Repeated>,
}

/// A cell and how often it is repeated to the right.
struct Repeated {
    column: u32,
    times: u32,
    value: Value,
    formula: String,
}

/// How often something is repeated, as declared.
fn repeated(element: &BytesStart<'_>, name: &str) -> u32 {
    xml::attribute(element, name).and_then(|text| text.parse().ok()).unwrap_or(1)
}

/// Whether rows or columns are hidden, by a user or by a filter.
fn is_hidden(element: &BytesStart<'_>) -> bool {
    xml::attribute(element, "visibility").is_some_and(|visibility| visibility != "visible")
}

impl<'b> TableReader<'b> {
    fn new(name: &str, visibility: Visibility, budget: &'b mut Budget) -> Result<Self, Trouble> {
        let builder = SheetBuilder::new(name, visibility, budget)?;
        Ok(Self { builder, layout: Layout::default(), row: 0, column: 0, repeat_row: 1, cells: Vec::new() })
    }

    fn read(mut self, reader: &mut Reader<&[u8]>) -> Result<Sheet, Trouble> {
        loop {
            match reader.read_event().map_err(xml::broken)? {
                Event::Start(element) => match element.name().as_ref() {
                    "table:table-column" => self.columns(&element),
                    "table:table-row" => self.begin_row(&element),
                    "table:table-cell" => self.cell(&element, reader)?,
                    // What lies under a merged cell is not shown, and calc keeps it only for undo.
                    "table:covered-table-cell" => {
                        self.column =
                            self.column.saturating_add(repeated(&element, "number-columns-repeated"));
                        skip(reader, "table:covered-table-cell")?;
                    }
                    // Pictures and charts may hold tables of their own.
                    "table:shapes" => skip(reader, "table:shapes")?,
                    _ => (),
                },
                Event::End(element) => match element.name().as_ref() {
                    "table:table-row" => self.end_row()?,
                    "table:table" => return self.builder.finish(self.layout, true),
                    _ => (),
                },
                Event::Eof => return Err(Trouble::unreadable("文件内部的 XML 损坏")),
                _ => (),
            }
        }
    }

    fn columns(&mut self, element: &BytesStart<'_>) {
        let first = self.column;
        self.column = first.saturating_add(repeated(element, "number-columns-repeated"));
        if is_hidden(element) && self.column > first {
            self.layout.hidden_columns.push((first, self.column - 1));
        }
    }

    fn begin_row(&mut self, element: &BytesStart<'_>) {
        self.column = 0;
        self.repeat_row = repeated(element, "number-rows-repeated");
        if is_hidden(element) && self.repeat_row > 0 {
            self.layout.hidden_rows.push((self.row, self.row.saturating_add(self.repeat_row - 1)));
        }
    }

    fn end_row(&mut self) -> Result<(), Trouble> {
        let cells = std::mem::take(&mut self.cells);
        // A blank row is often repeated a million times to fill the sheet.
        if !cells.is_empty() {
            for row in self.row..self.row.saturating_add(self.repeat_row).min(address::MAX_ROW) {
                for cell in &cells {
                    for column in cell.column..cell.column.saturating_add(cell.times) {
                        self.builder.value(row, column, cell.value.clone())?;
                        self.builder.formula(row, column, cell.formula.clone())?;
                    }
                }
            }
        }
        self.row = self.row.saturating_add(self.repeat_row);
        Ok(())
    }

    fn cell(&mut self, element: &BytesStart<'_>, reader: &mut Reader<&[u8]>) -> Result<(), Trouble> {
        let repeat = repeated(element, "number-columns-repeated");
        let formula =
            xml::attribute(element, "formula").map(|text| openformula::to_a1(&text)).unwrap_or_default();
        let (rows, columns) =
            (repeated(element, "number-rows-spanned"), repeated(element, "number-columns-spanned"));
        let kind = xml::attribute(element, "value-type").unwrap_or_default();
        let attribute = |name| xml::attribute(element, name).unwrap_or_default();
        let typed = match kind.as_str() {
            "float" | "percentage" | "currency" => {
                attribute("value").parse().map_or(Value::Empty, Value::float)
            }
            "date" => Value::Date(
                attribute("date-value").replace('T', " ").trim_end_matches(" 00:00:00").to_owned(),
            ),
            "time" => Value::Date(attribute("time-value")),
            "boolean" => Value::Bool(attribute("boolean-value") == "true"),
            _ => Value::text(attribute("string-value")),
        };
        let text = paragraphs(reader)?;
        // LibreOffice marks an error as text or as 0 and shows its name.
        let is_error = !formula.is_empty() && (text.starts_with('#') || text.starts_with("Err:"));
        let value = match typed {
            _ if is_error => Value::Error(text),
            Value::Empty => Value::text(text),
            typed => typed,
        };
        if rows > 1 || columns > 1 {
            let last = CellRef {
                row: self.row.saturating_add(rows.saturating_sub(1)),
                column: self.column.saturating_add(columns.saturating_sub(1)),
            };
            let first = CellRef { row: self.row, column: self.column };
            self.layout.merges.push(Region { first, last });
        }
        if value != Value::Empty || !formula.is_empty() {
            if repeat as usize > limits::COLUMNS {
                return Err(Trouble::too_large(format!("一行内重复了 {repeat} 个单元格"), "1,000 列"));
            }
            self.cells.push(Repeated { column: self.column, times: repeat, value, formula });
        }
        self.column = self.column.saturating_add(repeat);
        Ok(())
    }
}

/// Reads on to the end of an element.
fn skip(reader: &mut Reader<&[u8]>, name: &str) -> Result<(), Trouble> {
    let mut depth = 1;
    while depth > 0 {
        match reader.read_event().map_err(xml::broken)? {
            Event::Start(element) if element.name().as_ref() == name => depth += 1,
            Event::End(element) if element.name().as_ref() == name => depth -= 1,
            Event::Eof => return Err(Trouble::unreadable("文件内部的 XML 损坏")),
            _ => (),
        }
    }
    Ok(())
}

/// The text of a cell up to its end, a line a paragraph; without notes.
fn paragraphs(reader: &mut Reader<&[u8]>) -> Result<String, Trouble> {
    let mut text = String::new();
    let mut inside = 0_usize;
    loop {
        match reader.read_event().map_err(xml::broken)? {
            Event::Start(element) => match element.name().as_ref() {
                "office:annotation" => skip(reader, "office:annotation")?,
                "table:table" => skip(reader, "table:table")?,
                "text:p" => {
                    if inside == 0 && !text.is_empty() {
                        text.push('\n');
                    }
                    inside += 1;
                }
                "text:s" => {
                    text.extend(std::iter::repeat_n(' ', repeated(&element, "c").min(1_000) as usize))
                }
                "text:tab" => text.push('\t'),
                "text:line-break" => text.push('\n'),
                _ => (),
            },
            Event::Text(part) if inside > 0 => text.push_str(&part.xml10_content()),
            Event::GeneralRef(reference) if inside > 0 => text.extend(xml::entity(&reference)),
            Event::End(element) => match element.name().as_ref() {
                "text:p" => inside = inside.saturating_sub(1),
                "table:table-cell" => return Ok(text),
                _ => (),
            },
            Event::Eof => return Err(Trouble::unreadable("文件内部的 XML 损坏")),
            _ => (),
        }
    }
}
