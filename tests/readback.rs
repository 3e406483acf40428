//! What verify reads out of finished files is what other programs read out of them, and no broken file breaks it.

#![allow(clippy::expect_used, reason = "clippy knows test functions, not what they share")]

mod support;

use std::collections::BTreeMap;
use std::fs;
use std::io::{Cursor, Write as _};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;

use calamine::{Data, Reader, Xlsx};
use hetong::verify::read::pdf_text::{self, PdfReadError};
use hetong::verify::read::sheet_cells::{self, CellValue, SheetReadError};
use support::{CaseCopy, arg, repository, squeezed, text};

/// The sample bundle, built once.
static BUNDLE: LazyLock<CaseCopy> = LazyLock::new(|| {
    let case = CaseCopy::of("星河示例");
    let done = case.build(&[]);
    assert!(done.status.success(), "{}", text(&done.stderr));
    case
});

/// The files of the bundle with this extension.
fn files(extension: &str) -> Vec<PathBuf> {
    let entries =
        fs::read_dir(BUNDLE.bundle()).expect("the bundle").map(|entry| entry.expect("an entry").path());
    let mut files: Vec<PathBuf> =
        entries.filter(|path| path.extension().is_some_and(|e| e == extension)).collect();
    files.sort();
    assert!(files.len() >= 4, "{files:?}");
    files
}

fn read(path: &Path) -> pdf_text::PdfText {
    pdf_text::read(&fs::read(path).expect("a file")).unwrap_or_else(|why| panic!("{}: {why}", path.display()))
}

/// How often each character stands in a text, white space aside.
fn counts(text: &str) -> BTreeMap<char, usize> {
    let mut counts = BTreeMap::new();
    for c in text.chars().filter(|c| !c.is_whitespace()) {
        *counts.entry(c).or_default() += 1;
    }
    counts
}

#[test]
fn every_page_has_the_characters_that_pdftotext_reads() {
    for path in files("pdf") {
        let done = Command::new("pdftotext").args([arg(&path), "-"]).output();
        let theirs = text(&done.expect("pdftotext is installed").stdout);
        let theirs: Vec<&str> = theirs.split_terminator('\u{c}').collect();
        let ours = read(&path);
        assert_eq!(ours.pages.len(), theirs.len(), "{}", path.display());
        for (number, (ours, theirs)) in ours.pages.iter().zip(&theirs).enumerate() {
            assert!(counts(theirs).len() > 5, "{} page {}", path.display(), number + 1);
            assert_eq!(counts(&ours.characters()), counts(theirs), "{} page {}", path.display(), number + 1);
            let runs: String = ours.runs.iter().map(|run| run.text.as_str()).collect();
            assert_eq!(counts(&runs), counts(theirs), "runs of {} page {}", path.display(), number + 1);
        }
    }
}

#[test]
fn lines_read_as_they_stand_on_paper() {
    let body = read(&BUNDLE.bundle().join("合同正文.pdf"));
    let lines: Vec<&str> = body.lines().map(|(_, line)| line.text.as_str()).collect();
    assert!(
        lines.contains(&"合同含税框架上限总价为【17,275,715.69】元，大写【壹仟柒佰贰拾柒万伍"),
        "{lines:#?}"
    );
    assert!(
        lines.iter().any(|line| squeezed(line).contains("银行转账☑") && line.contains("☐")),
        "{lines:#?}"
    );
    assert!(lines.contains(&"序号 | 内容 | 规定"));
    let quotation = read(&BUNDLE.bundle().join("附件3-报价表.pdf"));
    let row = "高级 | 1,250 | 849.06 | 900.00 | 832.08 | 882.00 | 1,040,100.00 | 1,102,506.00";
    let row = quotation.lines().find(|(_, line)| line.text == row).expect("the first row").1.clone();
    assert_eq!(row.cells.len(), 8);
    assert!(row.cells.windows(2).all(|pair| pair[0].end < pair[1].x), "{row:?}");
    let form = read(&BUNDLE.bundle().join("附件6-委托订单.pdf"));
    assert!(form.lines().any(|(_, line)| line.text.contains("￥17,275,715.69元(大写：人民币壹仟")));
}

#[test]
fn what_is_no_text_is_told_from_text() {
    let body = read(&BUNDLE.bundle().join("合同正文.pdf"));
    let artifacts: Vec<&str> =
        body.lines().filter(|(_, l)| l.artifact).map(|(_, l)| l.text.as_str()).collect();
    assert!(artifacts.iter().any(|line| line.starts_with("第 2 页")), "{artifacts:?}");
    let plain: Vec<&str> = body.lines().filter(|(_, l)| !l.artifact).map(|(_, l)| l.text.as_str()).collect();
    assert!(!plain.iter().any(|line| line.starts_with("第 2 页") || line.contains("草 稿")), "{plain:?}");
    // The lines of one wrapped cell are one block, the cells of one row share it.
    let form = read(&BUNDLE.bundle().join("附件6-委托订单.pdf"));
    let block = |begin: &str| {
        let runs = form.pages.iter().flat_map(|page| &page.runs);
        runs.filter(|run| run.text.starts_with(begin)).find_map(|run| run.block).expect("a tagged run")
    };
    let (name, label) = (block("咪咕音乐与成都"), block("框架协议名称"));
    assert_eq!(name, block("2026年定制化"));
    assert_ne!(name.id, label.id);
    assert!(name.row.is_some() && name.row == label.row);
}

/// Sealed pages cannot change places: each says which document it belongs to, in the bundle as well; and the number
/// of pages is that of the sheets.
#[test]
fn every_page_says_what_it_belongs_to_and_pages_are_counted_as_sheets() {
    for path in files("pdf") {
        let pdf = read(&path);
        let total = format!("共{}页", pdf.pages.len());
        for (page, content) in pdf.pages.iter().enumerate() {
            let margin: Vec<String> =
                content.lines.iter().filter(|line| line.artifact).map(|line| squeezed(&line.text)).collect();
            if content.lines.iter().filter(|line| !line.artifact).count() > 8 {
                let number = format!("第{}页{total}", page + 1);
                assert!(margin.contains(&number), "{} {number}: {margin:?}", path.display());
            }
        }
    }
    let whole = read(&BUNDLE.bundle().join("合同全套.pdf"));
    let mut seen: Vec<String> = Vec::new();
    for page in &whole.pages {
        let header = page.lines.iter().filter(|line| line.artifact && line.y < 0.1 * page.height);
        for cell in header.filter_map(|line| line.cells.first()) {
            if seen.last() != Some(&cell.text) {
                seen.push(cell.text.clone());
            }
        }
    }
    let seen: Vec<String> = seen.iter().map(|name| squeezed(name)).collect();
    let expected = [
        "合同正文",
        "附件1技术规范书",
        "附件2服务质量考核办法",
        "附件3报价表",
        "附件4廉洁诚信承诺书及附件",
        "附件5信息安全合作责任书",
        "附件6委托订单",
        "附件7结算单",
    ];
    assert_eq!(seen, expected);
    let order = read(&BUNDLE.bundle().join("委托订单-DD-2026-001.pdf"));
    for page in &order.pages {
        assert!(page.lines.iter().any(|l| l.artifact && l.text.contains("委托订单 DD-2026-001")), "{page:?}");
    }
}

/// Words with where they begin and end and their height on the page, as poppler measures them.
fn measured(path: &Path) -> Vec<(usize, [f64; 4], String)> {
    let done = Command::new("pdftotext").args(["-bbox", arg(path), "-"]).output();
    let html = text(&done.expect("pdftotext is installed").stdout);
    let mut page = 0;
    let mut words = Vec::new();
    for line in html.lines().map(str::trim) {
        page += usize::from(line.starts_with("<page "));
        let Some((_, rest)) = line.split_once("<word ") else { continue };
        let (place, word) = rest.split_once('>').expect("a word");
        let numbers: Vec<f64> = place.split('"').filter_map(|part| part.parse().ok()).collect();
        let word = word.replace("</word>", "");
        words.push((page, numbers.try_into().expect("four sides"), word));
    }
    words
}

/// A column of money reads well only if 1 is as wide as 0.
#[test]
fn figures_of_a_column_are_equally_wide() {
    let words = measured(&BUNDLE.bundle().join("附件3-报价表.pdf"));
    let is_price = |word: &str| word.len() == 6 && word.as_bytes()[3] == b'.';
    let widths: Vec<f64> =
        words.iter().filter(|(_, _, word)| is_price(word)).map(|(_, side, _)| side[2] - side[0]).collect();
    assert!(widths.len() > 60, "{words:?}");
    for width in &widths {
        assert!((width - widths[0]).abs() < 0.05, "{widths:?}");
    }
    assert!(words.iter().any(|(_, _, word)| word == "711.11" || word == "1,102,506.00"), "plain digits");
}

/// A seal is 4.2 cm wide, 119 points. Between the rows of 附件7 they are measured from one party to what follows it; else
/// from the first line to the last that the seal is put over, whose own heights and frames are another 20 points.
#[test]
fn there_is_room_for_the_seals() {
    let below = |path: &str, first: &str, second: &str| -> f64 {
        let pdf = read(&BUNDLE.bundle().join(path));
        let find = |page: &pdf_text::PdfPage, said: &str, after: f64| {
            let lines = page.lines.iter().filter(|line| line.y > after);
            lines.filter(|line| squeezed(&line.text).contains(said)).map(|line| line.y).next()
        };
        let page = pdf.pages.iter().rfind(|page| find(page, first, 0.0).is_some()).expect(first);
        let from = find(page, first, 0.0).expect(first);
        find(page, second, from).expect(second) - from
    };
    for (path, first, second, least) in [
        ("附件7-结算单.pdf", "咪咕音乐有限公司（盖章）", "成都星河示例科技有限公司（盖章）", 119.0),
        ("附件7-结算单.pdf", "成都星河示例科技有限公司（盖章）", "备注", 119.0),
        ("附件6-委托订单.pdf", "甲方（盖章）", "日期：", 99.0),
        ("附件5-信息安全合作责任书.pdf", "承诺方：成都星河示例科技有限公司", "日期：", 99.0),
        ("附件4-廉洁诚信承诺书.pdf", "（印章）", "签署时间", 99.0),
    ] {
        let room = below(path, first, second);
        assert!(room >= least, "{path}: {room} points below {first}");
    }
}

/// No line begins with what belongs to the amount before it, and no line of the contract is longer than 36 characters.
#[test]
fn amounts_stay_whole_within_36_characters() {
    let body = read(&BUNDLE.bundle().join("合同正文.pdf"));
    for (page, line) in body.lines().filter(|(_, line)| !line.artifact) {
        assert!(!line.text.starts_with(['元', '分', '角', '整', '币']), "page {page}: {}", line.text);
    }
    let sides = body.pages.iter().flat_map(|page| &page.runs).filter(|run| !run.artifact && run.level);
    let (left, right) =
        sides.fold((f64::MAX, 0.0_f64), |(left, right), run| (left.min(run.x), right.max(run.end)));
    // A full-width mark at either end hangs out by the half of it that is empty.
    assert!(right - left > 431.0 && right - left < 444.5, "{left} to {right}");
}

#[test]
fn every_pdf_says_what_it_is() {
    for path in files("pdf") {
        let pdf = read(&path);
        assert_eq!(pdf.language.as_deref(), Some("zh-CN"), "{}", path.display());
        assert_eq!(pdf.archival.as_deref(), Some("2A"), "{}", path.display());
        assert!(pdf.tagged && !pdf.unread_font, "{}", path.display());
        assert_eq!(pdf.missing_glyphs(), 0, "{}", path.display());
        assert!(
            pdf.title.is_some_and(|title| title.contains("合同")
                || title.contains("报告")
                || title.contains("订单"))
        );
        assert!(!pdf.bookmarks.is_empty(), "{}", path.display());
    }
    let whole = read(&BUNDLE.bundle().join("合同全套.pdf"));
    let titles: Vec<String> = whole.bookmarks.iter().map(|mark| squeezed(&mark.title)).collect();
    assert!(titles.iter().any(|title| title.contains("附件7")), "{titles:?}");
    assert!(whole.bookmarks.iter().any(|mark| mark.level > 0));
}

#[test]
fn every_cell_is_what_calamine_reads() {
    let fixtures = fs::read_dir(repository("fixtures/sheets")).expect("fixtures/sheets");
    let fixtures = fixtures.map(|entry| entry.expect("an entry").path());
    let foreign = fixtures.filter(|path| path.extension().is_some_and(|extension| extension == "xlsx"));
    let (mut numbers, mut formulas) = (0, 0);
    for path in files("xlsx").into_iter().chain(foreign) {
        let bytes = fs::read(&path).expect("a file");
        let Ok(mut theirs) = Xlsx::new(Cursor::new(&bytes)) else { continue };
        let ours = sheet_cells::read(&bytes).unwrap_or_else(|why| panic!("{}: {why}", path.display()));
        let names: Vec<String> = ours.sheets.iter().map(|sheet| sheet.name.clone()).collect();
        assert_eq!(names, theirs.sheet_names(), "{}", path.display());
        for sheet in &ours.sheets {
            // calamine makes room for the whole rectangle: not for one that ends in the last row of a sheet.
            let area = |last: (u32, u32)| u64::from(last.0 + 1) * u64::from(last.1 + 1);
            let last = sheet
                .cells
                .keys()
                .fold((0, 0), |last: (u32, u32), at| (last.0.max(at.row), last.1.max(at.column)));
            if area(last) > 1_000_000 {
                continue;
            }
            let range = theirs.worksheet_range(&sheet.name).expect("a sheet");
            let place = |row: usize, column: usize| {
                let (first_row, first_column) = range.start().unwrap_or_default();
                (first_row + row as u32, first_column + column as u32)
            };
            for (row, column, data) in range.used_cells() {
                let (row, column) = place(row, column);
                let what = format!("{} {} {row} {column}", path.display(), sheet.name);
                let cell = sheet.cells.iter().find(|(at, _)| at.row == row && at.column == column);
                match (data, cell.map(|(_, cell)| &cell.value)) {
                    (Data::Float(theirs), Some(CellValue::Number(ours))) => {
                        numbers += 1;
                        assert_eq!(ours.parse::<f64>().as_ref(), Ok(theirs), "{what}");
                    }
                    (Data::Int(theirs), Some(CellValue::Number(ours))) => {
                        assert_eq!(ours, &theirs.to_string(), "{what}")
                    }
                    (Data::String(theirs), Some(CellValue::Text(ours))) => assert_eq!(ours, theirs, "{what}"),
                    (Data::String(theirs), None) => assert!(theirs.is_empty(), "{what}"),
                    (Data::Bool(theirs), Some(CellValue::Bool(ours))) => assert_eq!(ours, theirs, "{what}"),
                    (Data::DateTime(theirs), Some(CellValue::Number(ours))) => {
                        assert_eq!(ours.parse(), Ok(theirs.as_f64()), "{what}");
                    }
                    (Data::Error(_), Some(CellValue::Error(_))) => {}
                    other => panic!("{what}: {other:?}"),
                }
            }
            let written = theirs.worksheet_formula(&sheet.name).expect("formulas");
            let theirs = written.used_cells().filter(|(_, _, formula)| !formula.is_empty()).count();
            let ours = sheet.cells.values().filter(|cell| cell.formula.is_some()).count();
            assert_eq!(ours, theirs, "formulas of {} {}", path.display(), sheet.name);
            formulas += ours;
        }
    }
    assert!(numbers > 200 && formulas > 100, "{numbers} numbers, {formulas} formulas");
}

#[test]
fn the_annex_keeps_its_digits_formulas_and_formats() {
    let bytes = fs::read(BUNDLE.bundle().join("附件3-报价表.xlsx")).expect("附件3");
    let book = sheet_cells::read(&bytes).expect("a workbook");
    let sheet = book.sheet("报价表").expect("报价表");
    let price = sheet.at("F5").expect("the first price");
    assert_eq!(price.value, CellValue::Number("832.08".to_owned()));
    assert_eq!(price.formula, None);
    let with_tax = sheet.at("G5").expect("with tax");
    assert_eq!(with_tax.value, CellValue::Number("882".to_owned()));
    assert!(with_tax.formula.as_deref().is_some_and(|formula| formula.contains("ROUND")), "{with_tax:?}");
    assert!(with_tax.format.as_deref().is_some_and(|format| format.contains("0.00")), "{with_tax:?}");
    assert!(!sheet.merges.is_empty() && !sheet.hidden);
    assert!(
        book.names.keys().any(|name| name.contains("Print_Area") || name.contains("Print_Titles")),
        "{:?}",
        book.names
    );
}

/// A PDF of these objects, the first of them the catalog.
fn pdf_of(objects: &[String]) -> Vec<u8> {
    let mut out = b"%PDF-1.7\n".to_vec();
    let mut places = Vec::new();
    for (index, object) in objects.iter().enumerate() {
        places.push(out.len());
        out.extend(format!("{} 0 obj\n{object}\nendobj\n", index + 1).bytes());
    }
    let start = out.len();
    out.extend(format!("xref\n0 {}\n0000000000 65535 f \n", places.len() + 1).bytes());
    out.extend(places.iter().flat_map(|place| format!("{place:010} 00000 n \n").into_bytes()));
    let trailer =
        format!("trailer\n<< /Size {} /Root 1 0 R >>\nstartxref\n{start}\n%%EOF\n", places.len() + 1);
    out.extend(trailer.bytes());
    out
}

/// A PDF of one page with this content, and a form that draws itself twice.
fn page_of(content: &str, catalog: &str) -> Vec<u8> {
    let stream = |content: &str, more: &str| {
        format!("<< /Length {} {more} >>\nstream\n{content}\nendstream", content.len())
    };
    pdf_of(&[
        format!("<< /Type /Catalog /Pages 2 0 R {catalog} >>"),
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>".to_owned(),
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /XObject << /F 5 0 R >> \
         /Font << /H 6 0 R >> >> >>"
            .to_owned(),
        stream(content, ""),
        stream("/F Do /F Do", "/Type /XObject /Subtype /Form /BBox [0 0 9 9] /Resources << /XObject << /F 5 0 R >> >>"),
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>".to_owned(),
    ])
}

#[test]
fn hostile_pdfs_are_errors() {
    let is_error = |what: &str, bytes: &[u8]| {
        let read = pdf_text::read(bytes);
        assert!(read.is_err(), "{what}: {read:?}");
    };
    assert!(pdf_text::read(&page_of("q Q", "")).is_ok_and(|pdf| pdf.pages.len() == 1));
    is_error("nothing", b"");
    is_error("no PDF", b"PK\x03\x04");
    is_error("a head only", b"%PDF-1.7\n");
    let catalog = || "<< /Type /Catalog /Pages 2 0 R >>".to_owned();
    is_error(
        "pages in a circle",
        &pdf_of(&[catalog(), "<< /Type /Pages /Kids [2 0 R] /Count 1 >>".to_owned()]),
    );
    is_error("forms in a circle", &page_of("/F Do", ""));
    is_error("states without end", &page_of(&"q ".repeat(100_000), ""));
    is_error("nested lists", &page_of(&"[ ".repeat(300_000), ""));
    is_error("nested dictionaries", &page_of("", &format!("/X {}", "<</A ".repeat(300_000))));
    let font = pdf_text::read(&page_of("BT /H 12 Tf 50 700 Td (100.00) Tj ET", ""));
    assert_eq!(font, Err(PdfReadError::FontMissing));
}

/// Forms that each draw the next ten times, eight of them: a hundred million rectangles in two kilobytes.
fn forms_in_forms() -> Vec<u8> {
    let stream = |content: &str, more: &str| {
        format!("<< /Length {} {more} >>\nstream\n{content}\nendstream", content.len())
    };
    let mut objects = vec![
        "<< /Type /Catalog /Pages 2 0 R >>".to_owned(),
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>".to_owned(),
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /XObject << /F 5 0 R >> >> >>"
            .to_owned(),
        stream("/F Do", ""),
    ];
    for level in 0..8 {
        let next = format!("/Resources << /XObject << /F {} 0 R >> >>", 6 + level);
        let kind = format!("/Type /XObject /Subtype /Form /BBox [0 0 9 9] {next}");
        objects.push(stream(&"/F Do ".repeat(10), &kind));
    }
    objects.push(stream("0 0 1 1 re f", "/Type /XObject /Subtype /Form /BBox [0 0 9 9]"));
    pdf_of(&objects)
}

/// The limits are counts, so that the same file is refused on every machine.
#[test]
fn what_a_pdf_may_ask_for_is_counted() {
    let told = |bytes: &[u8]| match pdf_text::read(bytes) {
        Err(PdfReadError::TooLarge(what)) => what,
        other => panic!("{other:?}"),
    };
    let forms = forms_in_forms();
    assert!(forms.len() < 4_000, "{}", forms.len());
    assert_eq!(told(&forms), "页面由层层嵌套的图形组成，要画的超过 3000000 步");
    // A text that stands for a piece is copied for each piece: its length counts.
    let actual = format!("/Span << /ActualText ({}) >> BDC EMC ", "x".repeat(8_000));
    assert!(told(&page_of(&actual.repeat(6_100), "")).contains("3000000 步"));
    // An index that leads to itself on two ways at each of its levels is read as far as the limit, and no further.
    let tree = "/StructTreeRoot << /ParentTree 7 0 R >>";
    let mut objects: Vec<String> = Vec::new();
    for object in String::from_utf8(page_of("", tree)).unwrap().split("endobj\n") {
        objects.extend(object.split_once(" obj\n").map(|(_, body)| body.trim_end().to_owned()));
    }
    objects.truncate(6);
    objects.extend((0..60).map(|level| format!("<< /Kids [{0} 0 R {0} 0 R] >>", 8 + level)));
    objects.push("<< /Nums [] >>".to_owned());
    assert!(pdf_text::read(&pdf_of(&objects)).is_ok_and(|pdf| pdf.pages.len() == 1));
}

/// A workbook of one shared text and these sheets.
fn book_of(shared: &str, sheets: &[String]) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    let mut part = |name: &str, content: &str| {
        zip.start_file(name, zip::write::SimpleFileOptions::default()).expect("a part");
        zip.write_all(content.as_bytes()).expect("written");
    };
    let each = |text: &dyn Fn(usize) -> String| (1..=sheets.len()).map(text).collect::<String>();
    let list = each(&|n| format!("<sheet name=\"S{n}\" sheetId=\"{n}\" r:id=\"r{n}\"/>"));
    part("xl/workbook.xml", &format!("<workbook xmlns:r=\"r\"><sheets>{list}</sheets></workbook>"));
    let targets = each(&|n| format!("<Relationship Id=\"r{n}\" Target=\"worksheets/sheet{n}.xml\"/>"));
    part("xl/_rels/workbook.xml.rels", &format!("<Relationships>{targets}</Relationships>"));
    part("xl/sharedStrings.xml", &format!("<sst><si><t>{shared}</t></si></sst>"));
    for (number, sheet) in (1..).zip(sheets) {
        part(&format!("xl/worksheets/sheet{number}.xml"), &format!("<worksheet>{sheet}</worksheet>"));
    }
    zip.finish().expect("a zip").into_inner()
}

#[test]
fn what_a_workbook_may_hold_is_counted() {
    let told = |bytes: &[u8]| match sheet_cells::read(bytes) {
        Err(SheetReadError::TooLarge(what)) => what,
        other => panic!("{:?}", other.map(|book| book.sheets.len())),
    };
    let rows = |rows: usize, cells: &str| {
        format!("<sheetData>{}</sheetData>", format!("<row>{cells}</row>").repeat(rows))
    };
    // All sheets together, not each by itself.
    let sheet = rows(1_000, &"<c><v>1</v></c>".repeat(151));
    assert!(sheet_cells::read(&book_of("", std::slice::from_ref(&sheet))).is_ok());
    assert_eq!(told(&book_of("", &[sheet.clone(), sheet])), "超过 300,000 个单元格");
    // One long text in many cells.
    let long = book_of(&"长".repeat(10_000), &[rows(1_200, "<c t=\"s\"><v>0</v></c>")]);
    assert!(long.len() < 10_000);
    assert_eq!(told(&long), "文字和公式超过 32 MB");
    let merges: String = (1..=100_001).map(|row| format!("<mergeCell ref=\"A{row}:B{row}\"/>")).collect();
    assert_eq!(told(&book_of("", &[merges])), "一张工作表的合并单元格超过 100,000 处");
    let wide: String = (1..=200).map(|row| format!("<mergeCell ref=\"A{row}:XFD{row}\"/>")).collect();
    assert_eq!(told(&book_of("", &[wide])), "一张工作表的合并单元格合计超过 2,000,000 列");
    assert_eq!(told(&book_of("", &vec![String::new(); 501])), "501 张工作表，最多 500 张");
    let zeros = book_of(&" ".repeat(65 * 1024 * 1024), &[String::new()]);
    assert!(zeros.len() < 100_000);
    assert_eq!(told(&zeros), "解压后超过 64 MB");
}

#[test]
fn damaged_files_never_panic() {
    let pdf = fs::read(BUNDLE.bundle().join("附件3-报价表.pdf")).expect("a PDF");
    let sheet = fs::read(BUNDLE.bundle().join("附件3-报价表.xlsx")).expect("a workbook");
    for part in 0..20 {
        let _ = pdf_text::read(&pdf[..pdf.len() * part / 20]);
        assert!(sheet_cells::read(&sheet[..sheet.len() * part / 20]).is_err(), "{part} twentieths");
    }
    // A plain generator: the same damage in every run.
    let mut seed = 0x2545_f491_4f6c_dd1d_u64;
    let mut next = |below: usize| {
        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        (seed % below as u64) as usize
    };
    for _ in 0..150 {
        let (mut pdf, mut sheet) = (pdf.clone(), sheet.clone());
        for _ in 0..8 {
            let at = next(pdf.len());
            pdf[at] = next(256) as u8;
            let at = next(sheet.len());
            sheet[at] = next(256) as u8;
        }
        let _ = pdf_text::read(&pdf);
        let _ = sheet_cells::read(&sheet);
    }
}
