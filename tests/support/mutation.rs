//! Turns good files into bad ones, the same ones every time: bits, lines, parts of zip containers, cells.

#![allow(dead_code, missing_docs, reason = "each driver uses a part of it")]
#![allow(clippy::expect_used, reason = "a test stops at the first fault")]

use std::io::{Cursor, Read, Write};

use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipArchive, ZipWriter};

use super::synthetic::Random;

/// What YAML, numbers, dates and terminals make of it.
const YAML: [&str; 34] = [
    "~",
    "null",
    "!!binary x",
    "&a",
    "*a",
    "<<: *a",
    "1e999",
    "99999999999999999999999999999",
    "-0",
    "0x1F",
    ".nan",
    "2026-02-30",
    "9999-12-31",
    "-9999-01-01",
    "2026-13-01",
    "0%",
    "100%",
    "-5%",
    "1e-9%",
    "[[[[",
    "{",
    "|",
    ">",
    "\u{202e}",
    "\u{3000}",
    "\u{1b}[31m",
    "\t",
    "12345678901234567890.123456789012345",
    "0.0000000000000000000001",
    "79228162514264337593543950335",
    "[]",
    "{}",
    "是",
    "\"\\u0000\"",
];

/// What spreadsheets hold when they go wrong.
const CELLS: [&str; 30] = [
    "1e308",
    "-1e308",
    "1e-320",
    "NaN",
    "INF",
    "-0",
    "0",
    "999999999999999",
    "79228162514264337593543950335",
    "0.1",
    "-1",
    "1048577",
    "ZZZ99999999",
    "A0",
    "A1:XFD1048576",
    "ROUND(F6*(1+$H$6),2)",
    "SUM(A1:A9)",
    "F6",
    "#REF!",
    "6%",
    "￥1，000.00元",
    "１２",
    "2026-02-30",
    "45000.5",
    "2958466",
    "-1.5",
    "高级",
    "合计",
    "",
    "\u{0}",
];

/// One to four changes to any bytes.
pub fn bytes(random: &mut Random, data: &mut Vec<u8>) {
    for _ in 0..=random.below(4) {
        if data.is_empty() {
            data.push(b'x');
        }
        let at = random.below(data.len());
        let end = (at + 1 + random.below(64)).min(data.len());
        match random.below(7) {
            0 => data[at] ^= 1 << random.below(8),
            1 => data[at] = [0, 0xff, 0x7f, 0x80, b'\n', b'"', b':'][random.below(7)],
            2 => drop(data.drain(at..end)),
            3 => {
                let piece = data[at..end].to_vec();
                let to = random.below(data.len());
                data.splice(to..to, piece);
            }
            4 => data.truncate(at),
            5 => drop(data.splice(at..end, YAML[random.below(YAML.len())].bytes())),
            _ => {
                let number = u32::try_from(random.next() >> 32).expect("32 bits").to_le_bytes();
                let end = (at + 4).min(data.len());
                data[at..end].copy_from_slice(&number[..end - at]);
            }
        }
    }
}

/// One to three changes to the lines of a YAML text.
pub fn yaml(random: &mut Random, text: &str) -> String {
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    for _ in 0..=random.below(3) {
        if lines.is_empty() {
            break;
        }
        let at = random.below(lines.len());
        let value = YAML[random.below(YAML.len())];
        match random.below(8) {
            0 => drop(lines.remove(at)),
            1 => lines.insert(at, lines[random.below(lines.len())].clone()),
            2 => lines[at].insert_str(0, "  "),
            3 => lines[at] = lines[at].trim_start().to_owned(),
            4 | 5 => {
                let key = lines[at].split(':').next().unwrap_or_default().to_owned();
                lines[at] = format!("{key}: {value}");
            }
            6 => {
                let letters: Vec<char> = lines[at].chars().collect();
                let cut = if letters.is_empty() { 0 } else { random.below(letters.len()) };
                let (before, after) = letters.split_at(cut);
                lines[at] = before.iter().collect::<String>() + value + &after.iter().collect::<String>();
            }
            _ => {
                let other = random.below(lines.len());
                lines.swap(at, other);
            }
        }
    }
    lines.join("\n") + "\n"
}

/// One to three values of a delimited text.
pub fn csv(random: &mut Random, text: &str) -> String {
    let mut lines: Vec<Vec<String>> =
        text.lines().map(|line| line.split(',').map(str::to_owned).collect()).collect();
    for _ in 0..=random.below(3) {
        let at = random.below(lines.len());
        match random.below(5) {
            0 => lines.insert(at, lines[random.below(lines.len())].clone()),
            1 if lines.len() > 1 => drop(lines.remove(at)),
            _ => {
                let cell = random.below(lines[at].len());
                CELLS[random.below(CELLS.len())].clone_into(&mut lines[at][cell]);
            }
        }
    }
    lines.iter().map(|cells| cells.join(",") + "\n").collect()
}

/// A part of a zip container: a value between two tags, an attribute, or any bytes; sometimes the part is gone.
pub fn zip(random: &mut Random, data: &[u8]) -> Vec<u8> {
    let mut archive = ZipArchive::new(Cursor::new(data)).expect("a zip");
    let mut parts: Vec<(String, Vec<u8>)> = Vec::new();
    for index in 0..archive.len() {
        let mut part = archive.by_index(index).expect("a part");
        let mut bytes = Vec::new();
        part.read_to_end(&mut bytes).expect("a part");
        let name = part.name().expect("a name").into_owned();
        parts.push((name, bytes));
    }
    // Mostly sheets: that is where the figures are.
    let sheets: Vec<usize> = (0..parts.len())
        .filter(|index| {
            let name = parts[*index].0.to_lowercase();
            ["sheet", "content", "sharedstrings", "workbook"].iter().any(|word| name.contains(word))
        })
        .collect();
    let chosen = if sheets.is_empty() || random.one_in(4) {
        random.below(parts.len())
    } else {
        sheets[random.below(sheets.len())]
    };
    if random.one_in(20) {
        parts.remove(chosen);
    } else {
        part(random, &mut parts[chosen].1);
    }
    let mut out = ZipWriter::new(Cursor::new(Vec::new()));
    let stored = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
    for (name, bytes) in parts {
        out.start_file(name, stored).expect("a part");
        out.write_all(&bytes).expect("a part");
    }
    out.finish().expect("a zip").into_inner()
}

fn part(random: &mut Random, data: &mut Vec<u8>) {
    let is_xml = data.starts_with(b"<") || data.starts_with(b"\xef\xbb\xbf<");
    if !is_xml || random.one_in(4) {
        bytes(random, data);
        return;
    }
    for _ in 0..=random.below(3) {
        let value = CELLS[random.below(CELLS.len())].replace('\0', "");
        // Either after a tag, or in the quotes of an attribute.
        let (open, close) = if random.one_in(3) { (b'"', b'"') } else { (b'>', b'<') };
        let opens: Vec<usize> = (0..data.len()).filter(|at| data[*at] == open).collect();
        if opens.is_empty() {
            continue;
        }
        let from = opens[random.below(opens.len())] + 1;
        let length = data[from..].iter().position(|byte| *byte == close).unwrap_or(0);
        data.splice(from..from + length, value.bytes());
    }
}

/// A text of letters, marks and blanks that mean something to Typst, Tera, XML, Excel or a terminal.
pub fn hostile(random: &mut Random) -> String {
    const PIECES: [&str; 48] = [
        "#",
        "$",
        "*",
        "_",
        "`",
        "@",
        "<a>",
        "[",
        "]",
        "{",
        "}",
        "(",
        ")",
        "\\",
        "\"",
        "'",
        "/",
        "//",
        "/*",
        "*/",
        "=",
        "- ",
        "+ ",
        "\n",
        "\n\n",
        "\r\n",
        "\t",
        "#panic()",
        "#import \"x\"",
        "\\u{41}",
        "{{ x }}",
        "{% raw %}",
        "{#",
        "«x»",
        "«",
        "»",
        "=SUM(A1)",
        "&amp;",
        "\u{202e}",
        "\u{200b}",
        "\u{fffd}",
        "成都",
        "公司",
        "1,000.00",
        "一",
        "\u{1b}[31m",
        "~",
        "--",
    ];
    (0..=random.below(12)).map(|_| PIECES[random.below(PIECES.len())]).collect()
}
