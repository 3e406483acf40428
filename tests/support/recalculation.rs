//! Workbooks worked out anew by LibreOffice, sheet by sheet, after their stored results were taken out.

use std::collections::BTreeMap;
use std::io::{Cursor, Read, Write};

use calamine::{Data, Reader, Xlsx};

/// Values of a sheet by row and column, from 0.
pub type Cells = BTreeMap<(u32, u32), Data>;

/// A workbook as read: values and formulas by sheet.
pub struct Book {
    /// Values.
    pub values: BTreeMap<String, Cells>,
    /// Formulas, without `=`.
    pub formulas: BTreeMap<String, BTreeMap<(u32, u32), String>>,
}

impl Book {
    /// Reads one.
    pub fn of(bytes: &[u8]) -> Self {
        let mut book: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).expect("a workbook");
        let (mut values, mut formulas) = (BTreeMap::new(), BTreeMap::new());
        for name in book.sheet_names() {
            let range = book.worksheet_range(&name).expect("a sheet");
            values.insert(name.clone(), placed(&range, range.start()));
            let range = book.worksheet_formula(&name).expect("a sheet");
            let mut written = placed(&range, range.start());
            written.retain(|_, formula: &mut String| !formula.is_empty());
            formulas.insert(name, written);
        }
        Self { values, formulas }
    }

    /// How many cells of a sheet hold a number that is no formula's result.
    pub fn typed(&self, sheet: &str) -> usize {
        let number = |value: &Data| matches!(value, Data::Float(_) | Data::Int(_));
        let formulas = &self.formulas[sheet];
        self.values[sheet].iter().filter(|(at, value)| number(value) && !formulas.contains_key(at)).count()
    }

    /// How many cells of all sheets are formulas.
    pub fn computed(&self) -> usize {
        self.formulas.values().map(BTreeMap::len).sum()
    }

    /// The value beside or under a label: of the first cell with this text, the last value in its row.
    pub fn beside(&self, sheet: &str, label: &str) -> &Data {
        let cells = &self.values[sheet];
        let found = cells.iter().find(|(_, value)| *value == label);
        let row = found.unwrap_or_else(|| panic!("{sheet} has no “{label}”")).0.0;
        cells.range((row, 0)..(row + 1, 0)).next_back().expect("a value").1
    }
}

fn placed<T: Clone + Default + calamine::CellType>(
    range: &calamine::Range<T>,
    start: Option<(u32, u32)>,
) -> BTreeMap<(u32, u32), T> {
    let (top, left) = start.unwrap_or_default();
    let at = |row: usize, column: usize| {
        let number = |n: usize| u32::try_from(n).expect("a sheet's size");
        (top + number(row), left + number(column))
    };
    range.used_cells().map(|(row, column, value)| (at(row, column), value.clone())).collect()
}

/// The package with the stored results of all its sheets taken out.
pub fn without_results(bytes: &[u8]) -> Vec<u8> {
    let mut from = zip::ZipArchive::new(Cursor::new(bytes)).expect("a package");
    let mut to = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for i in 0..from.len() {
        let mut part = from.by_index(i).expect("a part");
        let (name, mut content) = (part.name().expect("a name").into_owned(), Vec::new());
        part.read_to_end(&mut content).expect("its content");
        if name.starts_with("xl/worksheets/sheet") {
            content = stripped(&String::from_utf8(content).expect("XML")).into_bytes();
        }
        to.start_file(name, zip::write::SimpleFileOptions::default()).expect("a new part");
        to.write_all(&content).expect("its content");
    }
    to.finish().expect("a package").into_inner()
}

fn stripped(xml: &str) -> String {
    let mut parts = xml.split("</f><v>");
    let mut out = parts.next().expect("a first part").to_owned();
    for part in parts {
        out.push_str("</f>");
        out.push_str(part.split_once("</v>").expect("an end").1);
    }
    out.replace(" t=\"str\"><f>", "><f>")
}

/// Has LibreOffice calculate the workbooks, whose results are gone, and reads what it saved.
pub fn recalculated(books: &[Vec<u8>]) -> Vec<Book> {
    let folder = tempfile::tempdir().expect("a folder");
    let (inbox, outbox) = (folder.path().join("in"), folder.path().join("out"));
    std::fs::create_dir(&inbox).expect("a folder");
    let names: Vec<String> = (0..books.len()).map(|i| format!("{i}.xlsx")).collect();
    let files: Vec<_> = names.iter().map(|name| inbox.join(name)).collect();
    for (file, book) in files.iter().zip(books) {
        std::fs::write(file, without_results(book)).expect("a file");
    }
    super::office(&files, "xlsx:Calc MS Excel 2007 XML", &outbox);
    names.iter().map(|name| Book::of(&std::fs::read(outbox.join(name)).expect("a saved file"))).collect()
}

/// Every formula's result must be what we stored, number for number and text for text.
pub fn assert_same(ours: &Book, theirs: &Book, what: &str) {
    for (sheet, formulas) in &ours.formulas {
        for (at, formula) in formulas {
            let (our, their) = (&ours.values[sheet].get(at), theirs.values[sheet].get(at));
            match our {
                Some(Data::Float(_) | Data::Int(_)) => {
                    assert_eq!(*our, their, "{what} {sheet} {at:?} ={formula}")
                }
                _ => {
                    let text = |value: Option<&Data>| value.map(ToString::to_string).unwrap_or_default();
                    assert_eq!(text(*our), text(their), "{what} {sheet} {at:?} ={formula}");
                }
            }
        }
    }
}
