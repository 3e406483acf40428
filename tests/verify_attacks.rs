//! Files altered so that their texts and cells still say what they should: what a reader sees must give them away, in the
//! folder with hashes made to fit as well as sent back. Made by qpdf and by hand, never by our writers.

#![allow(clippy::expect_used, reason = "clippy knows test functions, not what they share")]

mod support;

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use serde_json::Value;
use support::books::{add_parts, edit_part, replace_in_part, replace_in_sheet};
use support::forged::{Open, edit_pdf, forge, write_manifest};
use support::{arg, copy_folder, repository, run, told};

const CASE: &str = "星河示例";
const PRICES: &str = "附件3-报价表";

/// The case, its final bundle and its issued March, made once.
fn original() -> &'static Path {
    static ORIGINAL: OnceLock<tempfile::TempDir> = OnceLock::new();
    let made = ORIGINAL.get_or_init(|| {
        let folder = tempfile::tempdir().expect("a folder");
        let (case, output) = (folder.path().join(CASE), folder.path().join("output"));
        copy_folder(&repository("fixtures/cases").join(CASE), &case);
        // Issued anew, by this very program.
        fs::remove_file(case.join("台账.jsonl")).expect("the sample's ledger");
        let built = run(&["build", arg(&case), "-o", arg(&output), "--final"]);
        assert!(built.status.success(), "{}", told(&built));
        let issued = run(&["settle", arg(&case), "--month", "2026-03", "-o", arg(&output), "--issue"]);
        assert!(issued.status.success(), "{}", told(&issued));
        folder
    });
    made.path()
}

/// A copy of all of it that a test may alter.
struct Copy(tempfile::TempDir);

impl Copy {
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        copy_folder(original(), folder.path());
        Self(folder)
    }

    fn case(&self) -> PathBuf {
        self.0.path().join(CASE)
    }

    fn bundle(&self) -> PathBuf {
        self.0.path().join("output").join(CASE)
    }

    /// Exit code and what was said, finding by finding.
    fn verify(&self, folder: &Path, more: &[&str]) -> (Option<i32>, Vec<String>) {
        let (case, pictures) = (self.case(), self.pictures());
        let given = ["verify", arg(folder), "--case", arg(&case), "-o", arg(&pictures)];
        let done = run(&[&given[..], more].concat());
        (done.status.code(), told(&done).split("\n\n").map(str::to_owned).collect())
    }

    fn pictures(&self) -> PathBuf {
        self.0.path().join("图")
    }
}

fn has(said: &[String], words: &[&str]) -> bool {
    said.iter().any(|finding| words.iter().all(|word| finding.contains(word)))
}

/// A white box over a text, and on it, as no part of the text, another.
fn box_over(path: &Path, text: &str, other: &str) {
    let mut pdf = Open::of(path);
    let drawn = pdf.drawn(text, 0);
    let hidden = format!("/Artifact BMC\nq {} 1 1 1 rg -1 -9 60 12 re f Q\n", pdf.place(&drawn));
    let forged = [hidden.as_bytes(), &pdf.rewritten(&drawn, other), b"EMC\n"].concat();
    pdf.splice(drawn.block.end..drawn.block.end, &forged);
    pdf.save(path);
}

/// Other digits, of which the file says that they read as before.
fn actual_text(path: &Path, text: &str, other: &str) {
    let mut pdf = Open::of(path);
    let drawn = pdf.drawn(text, 0);
    let says: String = pdf.piece(&drawn).encode_utf16().map(|unit| format!("{unit:04X}")).collect();
    let begin = format!("/Span<</ActualText<FEFF{says}>>>BDC\n");
    let forged = [begin.as_bytes(), &pdf.rewritten(&drawn, other), b"EMC\n"].concat();
    pdf.splice(drawn.block.clone(), &forged);
    pdf.save(path);
}

/// Two letters exchanged on the page, and in what the font says that they are.
fn unicode_exchanged(path: &Path, text: &str, (one, other): (char, char)) {
    let mut pdf = Open::of(path);
    let drawn = pdf.drawn(text, 0);
    pdf.exchange(&drawn, one, other);
    pdf.save(path);
}

/// Two texts in one another's place.
fn moved(path: &Path, one: &str, other: &str) {
    let mut pdf = Open::of(path);
    let (one, other) = (pdf.drawn(one, 0), pdf.drawn(other, 0));
    let places = [pdf.place(&one), pdf.place(&other)];
    let mut both = [(one, &places[1]), (other, &places[0])];
    both.sort_by_key(|(drawn, _)| std::cmp::Reverse(drawn.block.start));
    for (drawn, place) in both {
        let own = pdf.place(&drawn).len();
        let start = drawn.block.start + "q ".len();
        pdf.splice(start..start + own, place.as_bytes());
    }
    pdf.save(path);
}

/// A white picture over a text.
fn picture_over(path: &Path, text: &str) {
    let mut pdf = Open::of(path);
    let drawn = pdf.drawn(text, 0);
    let picture = "60 0 0 -12 -1 3 cm\nBI /W 1 /H 1 /CS /G /BPC 8 ID \u{7f} EI";
    let picture = format!("q {}\nq {picture}\nQ\nQ\n", pdf.place(&drawn));
    pdf.splice(drawn.block.end..drawn.block.end, picture.as_bytes());
    pdf.save(path);
}

/// A stamp on the first page.
fn stamped(path: &Path) {
    let mut pdf = Open::of(path);
    let bytes = pdf.bytes_mut();
    let text = String::from_utf8_lossy(bytes).into_owned();
    let numbers = text.lines().filter_map(|line| line.strip_suffix(" 0 obj")?.parse::<usize>().ok());
    let number = numbers.max().expect("objects") + 1;
    let stream = "1 0 0 rg 0 0 90 40 re f";
    let form = format!(
        "{number} 0 obj\n<<\n  /BBox [0 0 90 40]\n  /Length {}\n  /Subtype /Form\n  /Type /XObject\n>>\nstream\n{stream}\nendstream\nendobj\n\n",
        stream.len() + 1
    );
    let stamp = format!(
        "  /Annots [ << /AP << /N {number} 0 R >> /F 4 /Rect [200 300 290 340] /Subtype /Stamp /Type /Annot >> ]\n"
    );
    let at = pdf.find(b"\nxref\n") + 1;
    pdf.splice(at..at, form.as_bytes());
    let at = pdf.find(b"  /Type /Page\n");
    pdf.splice(at..at, stamp.as_bytes());
    pdf.save(path);
}

/// Some bytes of the outlines of the first font.
fn font_altered(path: &Path) {
    let mut pdf = Open::of(path);
    let key = pdf.find(b"/CIDFontType0C");
    let bytes = pdf.bytes_mut();
    let start = key + bytes[key..].windows(7).position(|w| w == b"stream\n").expect("a stream") + 7;
    let end = start + bytes[start..].windows(9).position(|w| w == b"endstream").expect("its end");
    let from = start + (end - start) * 2 / 3;
    for byte in &mut bytes[from..from + 400] {
        // Numbers of a charstring, made others.
        if (40..200).contains(byte) {
            *byte += 30;
        }
    }
    pdf.save(path);
}

fn cut(path: &Path) {
    let bytes = fs::read(path).expect("a PDF");
    fs::write(path, &bytes[..bytes.len() - 2_000]).expect("written");
}

/// A text box over `F5`, with another price.
fn text_box(path: &Path) {
    const DRAWING: &str = r#"<xdr:wsDr xmlns:xdr="http://schemas.openxmlformats.org/drawingml/2006/spreadsheetDrawing" xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"><xdr:twoCellAnchor><xdr:from><xdr:col>5</xdr:col><xdr:colOff>0</xdr:colOff><xdr:row>4</xdr:row><xdr:rowOff>0</xdr:rowOff></xdr:from><xdr:to><xdr:col>6</xdr:col><xdr:colOff>0</xdr:colOff><xdr:row>5</xdr:row><xdr:rowOff>0</xdr:rowOff></xdr:to><xdr:sp><xdr:nvSpPr><xdr:cNvPr id="2" name="TextBox 1"/><xdr:cNvSpPr txBox="1"/></xdr:nvSpPr><xdr:spPr/><xdr:txBody><a:bodyPr/><a:p><a:r><a:t>932.08</a:t></a:r></a:p></xdr:txBody></xdr:sp><xdr:clientData/></xdr:twoCellAnchor></xdr:wsDr>"#;
    const RELATION: &str = r#"<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId9" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/drawing" Target="../drawings/drawing1.xml"/></Relationships>"#;
    const TYPE: &str = r#"<Override PartName="/xl/drawings/drawing1.xml" ContentType="application/vnd.openxmlformats-officedocument.drawing+xml"/></Types>"#;
    replace_in_part(path, "[Content_Types].xml", "</Types>", TYPE);
    replace_in_sheet(path, "</worksheet>", "<drawing r:id=\"rId9\"/></worksheet>");
    let rels = "xl/worksheets/_rels/sheet1.xml.rels";
    add_parts(path, &[("xl/drawings/drawing1.xml", DRAWING), (rels, RELATION)]);
}

/// Another format for amounts.
fn format(path: &Path, code: &str) {
    edit_part(path, "xl/styles.xml", |styles| {
        let (before, after) = styles.split_once("formatCode=\"#,##0.00").expect("a format of amounts");
        let (_, rest) = after.split_once('"').expect("its end");
        format!("{before}formatCode=\"{}\"{rest}", code.replace('"', "&quot;"))
    });
}

fn conditional(path: &Path) {
    let rule = "<conditionalFormatting sqref=\"F5:F25\"><cfRule type=\"expression\" dxfId=\"0\" priority=\"1\">\
        <formula>TRUE</formula></cfRule></conditionalFormatting><printOptions";
    replace_in_sheet(path, "<printOptions", rule);
}

fn white_letters(path: &Path) {
    edit_part(path, "xl/styles.xml", |styles| {
        styles.replace("<color theme=\"1\"/>", "<color rgb=\"FFFFFFFF\"/>")
    });
}

fn low_rows(path: &Path) {
    edit_part(path, support::books::FIRST, |sheet| {
        let (before, after) = sheet.split_once("<row r=\"6\"").expect("row 6");
        let (row, rest) = after.split_once('>').expect("its end");
        let row = row.replace("ht=", "old=").replace("customHeight=\"1\"", "");
        format!("{before}<row r=\"6\" ht=\"0.75\" customHeight=\"1\"{row}>{rest}")
    });
}

/// A way to alter a file.
type Attack = Box<dyn Fn(&Path)>;

/// What is altered, in which file of the bundle, and words that must be told of it.
fn attacks() -> Vec<(&'static str, Attack, &'static str)> {
    let cap = "17,275,715.69";
    vec![
        ("附件3-报价表.pdf", Box::new(|path: &Path| box_over(path, "832.08", "838.08")), "832.08"),
        (
            "附件6-委托订单.pdf",
            Box::new(move |path: &Path| actual_text(path, cap, "17,275,715.96")),
            "文字读出来却一样",
        ),
        (
            "附件7-结算单.pdf",
            Box::new(move |path: &Path| unicode_exchanged(path, cap, ('5', '9'))),
            "文字读出来却一样",
        ),
        ("委托订单-DD-2026-002.pdf", Box::new(|path: &Path| moved(path, "140", "123,480.00")), "看上去不同"),
        ("合同正文.pdf", Box::new(move |path: &Path| picture_over(path, cap)), cap),
        ("附件2-服务质量考核办法.pdf", Box::new(stamped), "图章批注"),
        ("附件5-信息安全合作责任书.pdf", Box::new(font_altered), "看上去"),
        ("附件1-技术规范书.pdf", Box::new(cut), "文件末尾缺了一截"),
        ("附件3-报价表.xlsx", Box::new(|path: &Path| format(path, "\"99,999.99\"")), "\"99,999.99\""),
        ("附件6-委托订单.xlsx", Box::new(text_box), "F5 处的文本框或图形“932.08”"),
        ("附件7-结算单.xlsx", Box::new(white_letters), "看不见"),
        ("委托订单-DD-2026-001.xlsx", Box::new(conditional), "F5:F25 的条件格式"),
        ("委托订单-DD-2026-002.xlsx", Box::new(|path: &Path| format(path, "#,##0.00,")), "#,##0.00,"),
        ("附件2-服务质量考核办法.xlsx", Box::new(low_rows), "隐藏的行"),
    ]
}

#[test]
fn what_a_reader_sees_gives_an_altered_file_away_although_its_manifest_fits() {
    let copy = Copy::new();
    for (file, attack, _) in attacks() {
        attack(&copy.bundle().join(file));
        forge(&copy.bundle(), file);
    }
    let (code, said) = copy.verify(&copy.bundle(), &[]);
    let all = said.join("\n\n");
    assert_eq!(code, Some(1), "{all}");
    for (file, _, words) in attacks() {
        assert!(has(&said, &["错误[V002]", file, "清单也跟着改过"]), "{file} is not V002:\n{all}");
        let told =
            said.iter().any(|one| !one.contains("[V002]") && one.contains(file) && one.contains(words));
        assert!(told, "“{words}” is not told of {file}:\n{all}");
    }
    // The pictures are where the findings say, twice as wide as the page and 144 to the inch.
    let named = all.lines().find_map(|line| line.split_once("对照图 ")).expect("a picture").1;
    let path = named.split(".png").next().expect("its name").to_owned() + ".png";
    assert!(Path::new(&path).starts_with(copy.pictures().join("核对-1")), "{path}");
    let png = fs::read(&path).expect("a picture");
    assert!(png.starts_with(b"\x89PNG"), "{path}");
    // Nothing is put into the folder that was looked at.
    assert_eq!(
        fs::read_dir(copy.bundle()).expect("it").count(),
        fs::read_dir(original().join("output").join(CASE)).expect("it").count()
    );
}

#[test]
fn the_same_files_sent_back_are_told() {
    let (copy, back) = (Copy::new(), tempfile::tempdir().expect("a folder"));
    let mut sent = Vec::new();
    for (file, attack, _) in attacks() {
        let (stem, extension) = file.rsplit_once('.').expect("an extension");
        let path = back.path().join(format!("{stem}（盖章）.{extension}"));
        fs::copy(copy.bundle().join(file), &path).expect("copied");
        attack(&path);
        sent.push(path);
    }
    let more: Vec<&str> = ["--returned"].into_iter().chain(sent.iter().map(|path| arg(path))).collect();
    let (code, said) = copy.verify(&copy.bundle(), &more);
    let all = said.join("\n\n");
    assert_eq!(code, Some(1), "{all}");
    for ((_, _, words), path) in attacks().iter().zip(&sent) {
        let file = path.file_name().expect("a name").to_string_lossy();
        assert!(has(&said, &["错误[V022]", &file, words]), "“{words}” is not told of {file}:\n{all}");
    }
}

#[test]
fn what_a_manifest_says_of_other_makings_proves_nothing() {
    let copy = Copy::new();
    let manifest = copy.bundle().join("manifest.json");
    let path = copy.bundle().join(format!("{PRICES}.pdf"));
    box_over(&path, "832.08", "838.08");
    forge(&copy.bundle(), &format!("{PRICES}.pdf"));
    let read = || serde_json::from_slice::<Value>(&fs::read(&manifest).expect("a manifest")).expect("JSON");
    let mut value = read();
    value["hetong"] = "9.9.9".into();
    write_manifest(&manifest, value);
    let (code, said) = copy.verify(&copy.bundle(), &[]);
    assert_eq!(code, Some(1), "{said:?}");
    assert!(has(&said, &["错误[V026]", "未能证明", PRICES, "hetong 9.9.9", "1 个文件"]), "{said:?}");
    assert!(has(&said, &["错误[V025]", PRICES, "832.08"]), "{said:?}");
    // Left out of the manifest it is no stranger, but a file of the case.
    let mut value = read();
    value["hetong"] = env!("CARGO_PKG_VERSION").into();
    value["outputs"]
        .as_array_mut()
        .expect("outputs")
        .retain(|entry| entry["file"] != format!("{PRICES}.pdf"));
    write_manifest(&manifest, value);
    let (code, said) = copy.verify(&copy.bundle(), &[]);
    assert_eq!(code, Some(1), "{said:?}");
    assert!(has(&said, &["错误[V002]", PRICES, "不在清单里"]), "{said:?}");
}

#[test]
fn what_is_to_be_signed_is_not_taken_from_disk_on_a_manifests_word() {
    let copy = Copy::new();
    let file = format!("{PRICES}.pdf");
    let path = copy.bundle().join(&file);
    let sound = fs::read(&path).expect("a PDF");
    edit_pdf(&path, "1,268.84", "1,286.84");
    forge(&copy.bundle(), &file);
    let (case, output) = (copy.case(), copy.0.path().join("output"));
    let done = run(&["build", arg(&case), "-o", arg(&output), "--final"]);
    assert!(done.status.success(), "{}", told(&done));
    assert!(fs::read(&path).expect("a PDF") == sound, "made anew");
    // Nor left beside what is made, a report among them.
    for file in [file.as_str(), "核对报告.pdf"] {
        let path = copy.bundle().join(file);
        edit_pdf(&path, "2026", "2062");
        forge(&copy.bundle(), file);
        let done = run(&["build", arg(&case), "-o", arg(&output), "--final", "--only", "附件6"]);
        assert_eq!(done.status.code(), Some(1), "{}", told(&done));
        assert!(
            told(&done).contains("正式稿不能只换一部分") && told(&done).contains(file),
            "{}",
            told(&done)
        );
        let done = run(&["build", arg(&case), "-o", arg(&output), "--final"]);
        assert!(done.status.success(), "{}", told(&done));
    }
}

#[test]
fn a_summary_is_held_against_its_cases() {
    const FILE: &str = "结算汇总-2026-03.xlsx";
    let copy = Copy::new();
    let folder = copy.0.path().join("output/结算-2026-03");
    let sound = fs::read(folder.join(FILE)).expect("a summary");
    let altered = |part: &str, change: &dyn Fn(String) -> String| {
        fs::write(folder.join(FILE), &sound).expect("written");
        edit_part(&folder.join(FILE), part, change);
        forge(&folder, FILE);
        let (code, said) = copy.verify(&folder, &[]);
        assert_eq!(code, Some(1), "{said:?}");
        assert!(has(&said, &["错误[V002]", FILE, "清单也跟着改过"]), "{said:?}");
        said
    };
    let strings = "xl/sharedStrings.xml";
    let name = "成都星河示例科技有限公司";
    let said = altered(strings, &|text| text.replace(name, "成都星河示范科技有限公司"));
    assert!(has(&said, &["错误[V015]", FILE, "星河示范", "星河示例"]), "{said:?}");
    let hide =
        |text: String| text.replacen("<sheet name=\"发现\"", "<sheet name=\"发现\" state=\"hidden\"", 1);
    let said = altered("xl/workbook.xml", &hide);
    assert!(has(&said, &["错误[V015]", FILE, "发现", "隐藏"]), "{said:?}");
    let as_text = |text: String| {
        let value = text.find("<v>50492.32</v>").expect("应支付");
        let cell = text[..value].rfind("<c ").expect("its cell");
        format!("{}<c t=\"str\" {}", &text[..cell], &text[cell + 3..])
    };
    let said = altered(support::books::FIRST, &as_text);
    assert!(has(&said, &["错误[V016]", FILE, "50492.32"]), "{said:?}");
    // One who leaves out a supplier and says so in the manifest.
    fs::write(folder.join(FILE), &sound).expect("written");
    let manifest = folder.join("manifest.json");
    let mut value: Value = serde_json::from_slice(&fs::read(&manifest).expect("it")).expect("JSON");
    value["absent"] = serde_json::json!([CASE]);
    write_manifest(&manifest, value.clone());
    let (code, said) = copy.verify(&folder, &[]);
    assert_eq!(code, Some(1), "{said:?}");
    assert!(has(&said, &["错误[V004]", CASE, "它却有"]), "{said:?}");
    // Of an older version, which did not say whom it counted.
    value.as_object_mut().expect("keys").remove("absent");
    write_manifest(&manifest, value);
    let (code, said) = copy.verify(&folder, &[]);
    assert_eq!(code, Some(1), "{said:?}");
    assert!(has(&said, &["错误[V026]", "未能证明"]), "{said:?}");
}
