//! What is no workbook, too large, damaged or meant to do harm.

use std::io::{Cursor, Read, Write};

use proptest::prelude::*;

use super::faults::{assert_faults, kinds};
use super::{bytes, read, read_as};

#[test]
fn what_is_no_workbook_says_why() {
    assert_faults("encrypted.xlsx", &[("文件有打开密码", "")]);
    assert_faults("html.xls", &[("是网页（HTML），不是电子表格；请用 Excel 打开后另存为 xlsx", "")]);
    let zip = zipped(&[("合同.txt", b"x".to_vec())]);
    let word = zipped(&[("word/document.xml", b"<w/>".to_vec())]);
    let cut = &bytes("sheets/plain.xlsx")[..3000];
    for (bytes, why) in [
        (&[][..], "文件是空的"),
        (&zip, "是压缩包，里面没有工作簿；请解压后放入其中的表格文件"),
        (&word, "是 Word 文档，不是电子表格；请把报价表另存为 xlsx"),
        (cut, "压缩结构损坏，文件可能没有传完整"),
        (b"hello", "不是有效的电子表格，文件内容与扩展名不符"),
        (b"%PDF-1.7", "是 PDF，不是电子表格"),
    ] {
        let (none, faults) = read_as("a.xlsx", bytes, None);
        assert_eq!(none, None);
        assert_eq!(kinds(&faults), [(why.to_owned(), "a.xlsx".to_owned())]);
    }
}

fn zipped(parts: &[(&str, Vec<u8>)]) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in parts {
        zip.start_file(*name, zip::write::SimpleFileOptions::default()).unwrap();
        zip.write_all(content).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

#[test]
fn limits_hold() {
    let large = vec![b'a'; 20 * 1024 * 1024 + 1];
    let (_, faults) = read_as("a.csv", &large, None);
    assert_eq!(kinds(&faults)[0].0, "文件大小 20971521 字节 > 20 MB");
    // A zip bomb: 101 MB of zeros in 100 KB.
    let bomb = zipped(&[("xl/workbook.xml", vec![0; 101 * 1024 * 1024])]);
    assert!(bomb.len() < 200_000);
    let (_, faults) = read_as("a.xlsx", &bomb, None);
    assert!(kinds(&faults)[0].0.starts_with("压缩包内的 xl/workbook.xml 解压后至少 101 MB > "), "{faults:?}");
    // The same with its declared sizes set to 1 byte: found out while inflating.
    let mut liar = bomb;
    for signature in [b"PK\x01\x02".as_slice(), b"PK\x03\x04"] {
        let at = liar.windows(4).position(|window| window == signature).unwrap();
        let field = at + if signature[2] == 1 { 24 } else { 22 };
        liar[field..field + 4].copy_from_slice(&[1, 0, 0, 0]);
    }
    assert_eq!(read_as("a.xlsx", &liar, None).0, None);
    let rows = "岗位,级别,不含税单价\n".repeat(50_001);
    let (_, faults) = read_as("a.csv", rows.as_bytes(), None);
    assert_eq!(kinds(&faults)[0].0, "表格用了 50001 行 > 50,000 行");
    // calamine lays out the whole rectangle of an .xls; the other formats are read sparse.
    let (_, faults) = read("far-cell.xls");
    assert_eq!(kinds(&faults)[0].0, "工作表占用的区域共 16777216 个单元格 > 2,000,000 个单元格");
    let columns = "级别,".repeat(1_001);
    let (_, faults) = read_as("a.csv", columns.as_bytes(), None);
    assert_eq!(kinds(&faults)[0].0, "表格用了 1001 列 > 1,000 列");
}

/// A workbook of one shared text and these sheets.
fn book(shared: &str, sheets: &[String]) -> Vec<u8> {
    book_declaring(1, shared, sheets)
}

fn book_declaring(count: u64, shared: &str, sheets: &[String]) -> Vec<u8> {
    const MAIN: &str = "xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\"";
    const RELATION: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    let each = |text: &dyn Fn(usize) -> String| (1..=sheets.len()).map(text).collect::<String>();
    let list = each(&|n| format!("<sheet name=\"S{n}\" sheetId=\"{n}\" r:id=\"r{n}\"/>"));
    let targets = each(&|n| {
        format!(
            "<Relationship Id=\"r{n}\" Type=\"{RELATION}/worksheet\" Target=\"worksheets/sheet{n}.xml\"/>"
        )
    });
    let strings =
        format!("<Relationship Id=\"s\" Type=\"{RELATION}/sharedStrings\" Target=\"sharedStrings.xml\"/>");
    let office =
        format!("<Relationship Id=\"o\" Type=\"{RELATION}/officeDocument\" Target=\"xl/workbook.xml\"/>");
    let mut parts = vec![
        ("_rels/.rels".to_owned(), format!("<Relationships>{office}</Relationships>")),
        (
            "xl/workbook.xml".to_owned(),
            format!("<workbook {MAIN} xmlns:r=\"{RELATION}\"><sheets>{list}</sheets></workbook>"),
        ),
        (
            "xl/_rels/workbook.xml.rels".to_owned(),
            format!("<Relationships>{targets}{strings}</Relationships>"),
        ),
        (
            "xl/sharedStrings.xml".to_owned(),
            format!("<sst {MAIN} uniqueCount=\"{count}\"><si><t>{shared}</t></si></sst>"),
        ),
    ];
    for (number, sheet) in (1..).zip(sheets) {
        parts.push((
            format!("xl/worksheets/sheet{number}.xml"),
            format!("<worksheet {MAIN}>{sheet}</worksheet>"),
        ));
    }
    let parts: Vec<(&str, Vec<u8>)> =
        parts.iter().map(|(name, content)| (name.as_str(), content.clone().into_bytes())).collect();
    zipped(&parts)
}

/// A sheet of rows that all hold the same cells, each `(column, tags)`.
fn sheet_of(rows: usize, cells: &[(&str, &str)]) -> String {
    let row = |row: usize| {
        let cells: String =
            cells.iter().map(|(column, tags)| format!("<c r=\"{column}{row}\" {tags}</c>")).collect();
        format!("<row r=\"{row}\">{cells}</row>")
    };
    format!("<sheetData>{}</sheetData>", (1..=rows).map(row).collect::<String>())
}

/// What a workbook holds counts over all of its sheets; counts, so that a file is refused alike on every machine.
#[test]
fn a_workbook_is_limited_as_a_whole() {
    let told = |bytes: &[u8]| {
        let (none, faults) = read_as("a.xlsx", bytes, None);
        assert_eq!(none, None);
        kinds(&faults)[0].0.clone()
    };
    let one = sheet_of(50_000, &["A", "B", "C", "D", "E", "F"].map(|column| (column, "><v>1</v>")));
    assert_eq!(told(&book("", &[one.clone(), one])), "工作簿里有内容的单元格太多 > 500,000 个单元格");
    let long = book(&"长".repeat(10_000), &[sheet_of(1_200, &[("A", "t=\"s\"><v>0</v>")])]);
    assert!(long.len() < 20_000, "{}", long.len());
    assert_eq!(told(&long), "工作簿里的文字和公式太长 > 32 MB");
    let merged = |count: usize, last: &str| -> String {
        let merges = (1..=count).map(|row| format!("<mergeCell ref=\"A{row}:{last}{row}\"/>"));
        format!("<sheetData/><mergeCells>{}</mergeCells>", merges.collect::<String>())
    };
    assert_eq!(told(&book("", &[merged(100_001, "B")])), "一张工作表的合并单元格太多 > 100,000 处");
    assert_eq!(
        told(&book("", &[merged(200, "XFD")])),
        "工作表“S1”的合并单元格太宽、太多 > 合计 2,000,000 列"
    );
    assert_eq!(told(&book("", &vec!["<sheetData/>".to_owned(); 501])), "工作簿的工作表太多 > 500 张");
    // Room is made for no more than there can be.
    let liar = book_declaring(1 << 45, "x", &["<sheetData/>".to_owned()]);
    assert_eq!(told(&liar), "声明有 35184372088832 条文字，实际放不下");
}

const BASES: [&str; 5] = ["plain.xlsx", "formulas.xls", "formulas.xlsb", "formulas.ods", "gbk.csv"];

proptest! {
    #[test]
    fn random_bytes_never_panic(head in 0_usize..4, tail in proptest::collection::vec(any::<u8>(), 0..600)) {
        let head: &[u8] = [&b""[..], b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"\xff\xfe"][head];
        let all = [head, &tail].concat();
        let _ = read_as("a.xlsx", &all, None);
        let _ = read_as("a.csv", &all, None);
    }

    /// Files with some bytes changed: read or refused, never a panic that gets out, never without end.
    #[test]
    fn damaged_files_never_panic(base in 0_usize..5, changes in proptest::collection::vec((any::<u32>(), any::<u8>()), 1..12)) {
        let mut file = bytes(&format!("sheets/{}", BASES[base]));
        for (at, byte) in changes {
            let at = at as usize % file.len();
            file[at] = byte;
        }
        let _ = read_as(BASES[base], &file, None);
    }

    /// The same within the parts of a zip container, which a checksum would otherwise keep from being read.
    #[test]
    fn damaged_parts_never_panic(
        base in 0_usize..3,
        part in any::<prop::sample::Index>(),
        changes in proptest::collection::vec((any::<u32>(), any::<u8>()), 1..6),
    ) {
        let name = ["formulas.xlsx", "formulas.xlsb", "formulas.ods"][base];
        let mut zip = zip::ZipArchive::new(Cursor::new(bytes(&format!("sheets/{name}")))).unwrap();
        let mut parts: Vec<(String, Vec<u8>)> = (0..zip.len())
            .map(|index| {
                let mut entry = zip.by_index(index).unwrap();
                let mut content = Vec::new();
                entry.read_to_end(&mut content).unwrap();
                (entry.name().unwrap().into_owned(), content)
            })
            .filter(|(_, content)| !content.is_empty())
            .collect();
        let chosen = part.index(parts.len());
        let content = &mut parts[chosen].1;
        for (at, byte) in changes {
            let at = at as usize % content.len();
            content[at] = byte;
        }
        let parts: Vec<(&str, Vec<u8>)> = parts.iter().map(|(name, content)| (name.as_str(), content.clone())).collect();
        let (quotation, faults) = read_as(name, &zipped(&parts), None);
        let _ = format!("{quotation:?} {}", faults.iter().map(|fault| fault.origin.to_string()).collect::<String>());
    }
}
