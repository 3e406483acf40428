//! What is fuzzed: whatever bytes come in, hetong must neither panic nor let a text become more than text.
//!
//! `tests/fuzz_smoke.rs` drives these with mutations of the fixtures, `fuzz/` with libFuzzer.

#![allow(dead_code, missing_docs, reason = "each driver uses a part of it")]
#![allow(clippy::expect_used, clippy::unwrap_used, reason = "a fuzz target stops at the first fault")]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, LazyLock};

use hetong::bundle::job::{Draft, Job};
use hetong::bundle::plan::{Format, case_files};
use hetong::bundle::produce::Press;
use hetong::compute::figure_tree;
use hetong::compute::settlement::Issue;
use hetong::diagnostics::human::Paint;
use hetong::diagnostics::{CaseReport, human, json, sarif};
use hetong::input::ledger;
use hetong::input::months::Scope;
use hetong::input::workbook::{SheetSource, read_assessment, read_quotation, read_worklog};
use hetong::model::case::{Case, ContractTerms, DataSharing, RelatedPerson, Supplier, Text};
use hetong::model::order::{ContactPerson, Order};
use hetong::pack::Pack;
use hetong::render::fonts::Fonts;
use hetong::render::template::Templates;
use hetong::rules::Purpose;
use sha2::{Digest, Sha256};
use typst::syntax::{LinkedNode, Source, SyntaxKind, ast};

/// Between 合同.yaml and the order in the bytes of a case.
pub const PARTING: &[u8] = b"\n%%%%\n";
/// The kinds of sheets, by the first byte of the bytes of a workbook.
pub const KINDS: [&str; 6] = ["xlsx", "xls", "ods", "csv", "xlsb", "xlsm"];

static PACK: LazyLock<Arc<Pack>> = LazyLock::new(|| Arc::new(Pack::embedded("migu-2026").unwrap()));
static FONTS: LazyLock<Fonts> = LazyLock::new(|| Fonts::load(None, &PACK.fonts).expect("Chinese fonts"));
static TEMPLATES: LazyLock<Arc<Templates>> =
    LazyLock::new(|| Arc::new(Templates::parse(&PACK.templates).unwrap()));

/// A path below fixtures/, which stands in this crate's folder or, for the crate in fuzz/, beside it.
fn fixture(path: &str) -> PathBuf {
    let own = Path::new(env!("CARGO_MANIFEST_DIR"));
    let fixtures = own.ancestors().map(|folder| folder.join("fixtures")).find(|folder| folder.is_dir());
    fixtures.expect("fixtures/").join(path)
}

/// For libFuzzer, which stops at every panic: what a broken workbook does inside its guard is no fault.
pub fn tell_guarded_panics_apart() {
    let stop = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        if !hetong::input::workbook::is_guarded() {
            stop(panic);
        }
    }));
}

thread_local! {
    /// One folder for all cases: only the two files under test change.
    static FOLDER: tempfile::TempDir = {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("订单")).unwrap();
        for name in ["报价表.csv", "报价表-补充协议一.csv"] {
            fs::copy(fixture("rules/good/报价表.csv"), folder.path().join(name)).unwrap();
        }
        folder
    };
}

/// 合同.yaml, and after [`PARTING`] an order: read, computed, checked, told, and set into every template and workbook.
pub fn yaml_case(bytes: &[u8]) {
    let at = bytes.windows(PARTING.len()).position(|window| window == PARTING);
    let (contract, order) = match at {
        Some(at) => (&bytes[..at], Some(&bytes[at + PARTING.len()..])),
        None => (bytes, None),
    };
    FOLDER.with(|folder| {
        let order_file = folder.path().join("订单/一.yaml");
        fs::write(folder.path().join("合同.yaml"), contract).unwrap();
        match order {
            Some(order) => fs::write(&order_file, order).unwrap(),
            None => drop(fs::remove_file(&order_file)),
        }
        for purpose in [Purpose::Draft, Purpose::Final] {
            let draft = Draft::read(folder.path(), Scope::Everything, None).expect("the embedded pack");
            let job = draft.check(purpose, None);
            told(&job);
            if purpose == Purpose::Draft && job.readable {
                sources(&job);
                workbooks(&job);
            }
        }
    });
}

/// Everything that is said of a case.
fn told(job: &Job) {
    let report =
        CaseReport { name: &job.case.name, folder: "案卷", findings: &job.findings, sources: &job.sources };
    let text = human::render(&[report], Paint::default());
    let kept = |c: char| c == '\n' || !c.is_control();
    assert!(text.chars().all(kept), "no control character reaches the terminal: {text:?}");
    let report = || CaseReport {
        name: &job.case.name,
        folder: "案卷",
        findings: &job.findings,
        sources: &job.sources,
    };
    json::render(&[report()]).expect("JSON");
    sarif::render(&[report()], &[]).expect("SARIF");
    for figure in &job.book {
        figure_tree::tree(&job.book, figure);
        assert!(
            !matches!(figure_tree::search(&job.book, &figure.name), figure_tree::Found::None(_))
                || figure.name.trim().is_empty(),
            "{} finds itself",
            figure.name
        );
    }
    figure_tree::groups(&job.book);
}

/// The Typst source of every PDF of a case, by file name.
fn sources(job: &Job) -> BTreeMap<String, String> {
    let press = Press::with(job, &FONTS, TEMPLATES.clone());
    let files = case_files(&job.pack, &job.case, &job.figures.prices, &[]).expect("nothing is asked for");
    let pdfs = files.iter().filter(|file| file.format == Format::Pdf);
    let mut sources: BTreeMap<String, String> =
        pdfs.map(|file| (file.name.clone(), press.source(file).expect("a source"))).collect();
    for settlement in &job.figures.settlements {
        for issue in [Issue::Draft, Issue::Issued] {
            let source = press.settlement_source(settlement, &issue).expect("a source");
            sources.insert(format!("{} {} {issue:?}", settlement.order, settlement.month), source);
        }
    }
    sources
}

/// Writes the workbooks of a case.
fn workbooks(job: &Job) {
    let press = Press::with(job, &FONTS, TEMPLATES.clone());
    let files = case_files(&job.pack, &job.case, &job.figures.prices, &[]).expect("nothing is asked for");
    let books: Vec<_> = files.into_iter().filter(|file| file.format == Format::Xlsx).collect();
    // A text that is longer than a cell holds may be refused, but only in so many words.
    drop(press.print(&books).map_err(|error| error.to_string()));
}

/// A workbook, its kind told by the first byte, as each of the three sheets that are read.
pub fn workbook(bytes: &[u8]) {
    let Some((kind, bytes)) = bytes.split_first() else { return };
    let name = format!("表.{}", KINDS[usize::from(*kind) % KINDS.len()]);
    let source = SheetSource::new(name.as_str(), bytes);
    let mut faults = Vec::new();
    let quotation = read_quotation(&source, None, &mut faults);
    assert!(quotation.is_some() || !faults.is_empty(), "what is not read is a fault");
    let mut faults = Vec::new();
    let log = read_worklog(&source, "2026-03".parse().unwrap(), &mut faults);
    assert!(log.is_some() || !faults.is_empty(), "what is not read is a fault");
    let mut faults = Vec::new();
    let sheet = read_assessment(&source, &PACK.assessment, &mut faults);
    assert!(sheet.is_some() || !faults.is_empty(), "what is not read is a fault");
}

/// A ledger: what is sound comes back byte by byte when it is written anew. Where the first byte is odd, every line is
/// sealed first with the hashes that belong to it, so that more than the seal is tried.
pub fn ledger(bytes: &[u8]) {
    let Some((kind, bytes)) = bytes.split_first() else { return };
    let resealed = kind % 2 == 1;
    let bytes = if resealed { resealed_lines(bytes) } else { bytes.to_vec() };
    let read = ledger::parse(&bytes);
    read.chain();
    read.effective().count();
    let encode = |lines: &mut dyn Iterator<Item = &hetong::model::ledger::LedgerLine>| {
        let mut previous = hetong::model::ledger::HASH_OF_NOTHING.to_owned();
        let mut text = String::new();
        for line in lines {
            let (own, hash) = ledger::encode(line, &previous).expect("JSON");
            text.push_str(&own);
            text.push('\n');
            previous = hash;
        }
        text
    };
    let written = encode(&mut read.lines().iter().map(|(line, _)| line));
    if read.damage.is_empty() {
        let again = ledger::parse(written.as_bytes());
        assert_eq!(again.damage, [], "what was sound stays so");
        let lines = |ledger: &hetong::model::ledger::Ledger| -> Vec<_> {
            ledger.lines().iter().map(|(line, _)| line.clone()).collect()
        };
        assert_eq!(lines(&again), lines(&read), "the same lines");
        if !resealed {
            let mut own = bytes;
            if !own.is_empty() && !own.ends_with(b"\n") {
                own.push(b'\n');
            }
            assert_eq!(String::from_utf8_lossy(&own), written, "the same bytes");
        }
    }
}

/// Every line with its own hash and that of the line before it, whatever it says.
fn resealed_lines(bytes: &[u8]) -> Vec<u8> {
    let hex = |bytes: &[u8]| Sha256::digest(bytes).iter().map(|b| format!("{b:02x}")).collect::<String>();
    let (mut out, mut previous) = (Vec::new(), hetong::model::ledger::HASH_OF_NOTHING.to_owned());
    for line in bytes.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()) {
        let line = String::from_utf8_lossy(line);
        let content = line.split(",\"本行\"").next().unwrap_or_default().trim_end_matches('}');
        let content = match content.rsplit_once("\"前行\":\"") {
            Some((before, _)) => format!("{before}\"前行\":\"{previous}\"}}"),
            None => format!("{content}}}"),
        };
        let own = hex(content.as_bytes());
        let sealed = format!("{},\"本行\":\"{own}\"}}", content.trim_end_matches('}'));
        previous = hex(sealed.as_bytes());
        out.extend_from_slice(sealed.as_bytes());
        out.push(b'\n');
    }
    out
}

/// A case in which everything that can be printed is filled in, with an order, a month and a 调整.
pub fn full_case() -> Draft {
    let folder = fixture("cases/星河示例");
    let month = "2026-03".parse().unwrap();
    let mut draft = Draft::read(&folder, Scope::Month(month), None).expect("the embedded pack");
    let case = &mut draft.loaded.case;
    let name = || case_text(case.supplier.name.as_ref().expect("a name").value.as_str());
    let person = RelatedPerson {
        origin: case.origin.clone(),
        name: name(),
        company: name(),
        position: name(),
        id_number: name(),
        relations: Vec::new(),
    };
    case.contract.project = name();
    case.supplier.account_name = name();
    case.supplier.email = name();
    case.integrity.persons = vec![person.clone(), person];
    let declaration = hetong::model::case::Declaration::Related;
    for stated in &mut case.integrity.declarations {
        stated.value = declaration;
    }
    for order in &mut case.orders {
        for text in [
            &mut order.buyer_other,
            &mut order.supplier_other,
            &mut order.special_notes,
            &mut order.assessment,
        ] {
            *text = case_text("其他");
        }
    }
    draft
}

fn case_text(text: &str) -> Text {
    let origin = hetong::diagnostics::Origin::File("合同.yaml".into());
    Some(hetong::diagnostics::Located::new(text.to_owned(), origin))
}

/// Every text of a case that a person typed freely.
pub fn texts(case: &mut Case) -> Vec<&mut String> {
    let mut all: Vec<&mut String> = Vec::new();
    let Case { contract, supplier, integrity, data_sharing, orders, months, .. } = case;
    let ContractTerms { number, project, .. } = contract;
    let Supplier {
        name,
        short_name,
        legal_address,
        legal_representative,
        postcode,
        tax_id,
        account_name,
        bank,
        account,
        address,
        phone,
        email,
        supervision_department,
        ..
    } = supplier;
    let mut some: Vec<&mut Text> = vec![
        number,
        project,
        name,
        short_name,
        legal_address,
        legal_representative,
        postcode,
        tax_id,
        account_name,
        bank,
        account,
        address,
        phone,
        email,
        supervision_department,
    ];
    for person in &mut integrity.persons {
        let RelatedPerson { name, company, position, id_number, .. } = person;
        some.extend([name, company, position, id_number]);
    }
    all.extend(integrity.other_business.iter_mut().map(|text| &mut text.value));
    if let Some(DataSharing { content, purpose, scope, supplier_safeguards, buyer_safeguards, .. }) =
        data_sharing
    {
        some.extend([content, purpose, scope, supplier_safeguards]);
        let measures = buyer_safeguards.iter_mut().flat_map(|safeguard| &mut safeguard.measures);
        all.extend(measures.map(|text| &mut text.value));
    }
    for order in orders {
        let Order {
            name,
            buyer_contact,
            supplier_contact,
            buyer_other,
            supplier_other,
            special_notes,
            service_items,
            requirements,
            content,
            assessment,
            plan,
            attachments,
            ..
        } = order;
        some.extend([name, buyer_other, supplier_other, special_notes]);
        some.extend([service_items, requirements, content, assessment]);
        for ContactPerson { name, phone, email, .. } in [buyer_contact, supplier_contact] {
            some.extend([name, phone, email]);
        }
        for stage in plan {
            some.extend([&mut stage.stage, &mut stage.condition, &mut stage.note]);
        }
        all.extend(attachments.iter_mut().map(|text| &mut text.value));
    }
    for month in months {
        all.extend(month.work.iter_mut().map(|row| &mut row.person.value));
        some.extend(month.assessments.iter_mut().map(|row| &mut row.note));
    }
    all.extend(some.into_iter().flatten().map(|text| &mut text.value));
    all
}

/// Arbitrary texts in every field of a case: every template must come out as Typst with the same markup as with harmless
/// texts in their places, and every text must be found in it, whole, as a string.
///
/// The bytes are the texts, parted by zeros and used in turn.
pub fn template_values(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let given: Vec<&str> = text.split('\0').collect();
    let (job, set) = filled(&given, |text| text.to_owned());
    let (harmless, _) = filled(&given, harmless);
    let (made, plain) = (sources(&job), sources(&harmless));
    let mut strings = String::new();
    for (name, source) in &made {
        let (kinds, found) = parsed(source);
        strings.push_str(&found);
        if let Some(plain) = plain.get(name) {
            let (expected, _) = parsed(plain);
            if kinds != expected {
                let at = kinds.iter().zip(&expected).position(|(a, b)| a != b);
                panic!("{name}: other markup from node {at:?} on, {given:?}");
            }
        }
    }
    for text in set {
        assert!(strings.contains(&squeezed(&text)), "{text:?} is not in the documents");
    }
}

/// A job with these texts in turn, and the texts that every document prints as they are.
fn filled(given: &[&str], say: impl Fn(&str) -> String) -> (Job, Vec<String>) {
    let mut draft = full_case();
    for (text, given) in texts(&mut draft.loaded.case).into_iter().zip(given.iter().cycle()) {
        // A field of nothing but blanks is a blank.
        if !squeezed(given).is_empty() {
            *text = say(given);
        }
    }
    let supplier = &draft.loaded.case.supplier;
    let printed = [&supplier.name, &supplier.legal_address, &supplier.legal_representative];
    let printed = printed.into_iter().flatten().map(|text| text.value.clone()).collect();
    (draft.check(Purpose::Draft, None), printed)
}

/// The same length and breaks, and different texts for different ones, but nothing that means anything to Typst.
fn harmless(text: &str) -> String {
    let letter = |c: char| char::from_u32(0x4e00 + u32::from(c) % 20_000).unwrap_or('一');
    text.chars().map(|c| if c.is_whitespace() || c.is_control() { c } else { letter(c) }).collect()
}

/// What a string keeps of a text however its lines are broken.
fn squeezed(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace() && !c.is_control() && *c != '\u{2060}').collect()
}

/// The kinds of a source's nodes in order, and all its strings, without blanks.
fn parsed(source: &str) -> (Vec<SyntaxKind>, String) {
    let source = Source::detached(source);
    let (errors, _) = source.root().errors_and_warnings();
    assert!(errors.is_empty(), "{errors:?}");
    let (mut kinds, mut strings) = (Vec::new(), String::new());
    walk(&LinkedNode::new(source.root()), &mut kinds, &mut strings);
    (kinds, strings)
}

fn walk(node: &LinkedNode<'_>, kinds: &mut Vec<SyntaxKind>, strings: &mut String) {
    kinds.push(node.kind());
    if let Some(string) = node.cast::<ast::Str<'_>>() {
        strings.push_str(&squeezed(&string.get()));
    }
    for child in node.children() {
        walk(&child, kinds, strings);
    }
}

/// Typesets one document of a case with these texts: for the few that are worth it.
pub fn typeset(given: &[&str], document: &str) -> Vec<u8> {
    let (job, _) = filled(given, |text| text.to_owned());
    let press = Press::with(&job, &FONTS, TEMPLATES.clone());
    let only = [document.to_owned()];
    let files = case_files(&job.pack, &job.case, &job.figures.prices, &only).expect("a document");
    let pdf: Vec<_> = files.into_iter().filter(|file| file.format == Format::Pdf).collect();
    press.print(&pdf).expect("a PDF").remove(0).bytes
}
