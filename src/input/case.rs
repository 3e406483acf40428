//! 合同.yaml and the sheets it names → [`Case`].
//!
//! May use: `model`, `pack`, `diagnostics`, and its own room.

use std::path::Path;

use super::folder::{CaseFolder, InputFile, MAX_WORKBOOK_BYTES, MAX_YAML_BYTES, explain};
use super::months::SHEETS;
use super::order;
use super::schema;
use super::workbook;
use super::yaml::node::{self, Kind, Node};
use super::yaml::reader::{MapReader, Reading, text_of};
use crate::diagnostics::{FileName, Located, Origin, Sources};
use crate::model::case::*;
use crate::model::fault::{Fault, FaultKind};
use crate::model::party::Party;
use crate::model::quotation::Quotation;

/// The file that makes a folder a case.
pub const CASE_FILE: &str = "合同.yaml";

/// A case as read, with what could not be read.
#[derive(Debug)]
pub struct LoadedCase {
    /// The case; what could not be read is left out of it.
    pub case: Case,
    /// Whether 合同.yaml could be read at all; if not, the case says nothing and nothing may be built from it.
    pub readable: bool,
    /// The pack it asks for; none means the default.
    pub pack_id: Text,
    /// What could not be read.
    pub faults: Vec<Fault>,
    /// Texts findings may point into.
    pub sources: Sources,
    /// Every file that was read.
    pub inputs: Vec<InputFile>,
    /// Every key of 合同.yaml that was asked for, by path; for the test that holds the schema to it.
    pub known_keys: Reading,
    /// The same of the orders.
    pub known_order_keys: Reading,
}

/// Reads the case in `folder`. Whatever cannot be read, the folder included, is a fault of the case.
pub fn load(folder: &Path) -> LoadedCase {
    let (mut reading, mut order_reading) = (Reading::default(), Reading::default());
    let origin = Origin::File(CASE_FILE.into());
    let unread =
        |name: String| Said { case: Case::blank(name, origin.clone()), readable: false, pack_id: None };
    let (said, inputs, sources) = match CaseFolder::open(folder) {
        Ok(open) => {
            let mut read = read_case(&open, &origin, &mut reading).unwrap_or_else(|fault| {
                reading.faults.push(*fault);
                unread(open.name())
            });
            let loaded = order::load(&open, &mut reading, &mut order_reading);
            (read.case.orders, read.case.orders_unread) = (loaded.orders, loaded.some_unread);
            let (inputs, sources) = open.into_inputs();
            (read, inputs, sources)
        }
        Err(error) => {
            let why = format!("案卷文件夹打不开（{}）", explain(&error));
            reading.faults.push(Fault::new(FaultKind::Unreadable { why }, origin.clone()));
            let name =
                folder.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
            (unread(name), Vec::new(), Sources::new())
        }
    };
    let Said { case, readable, pack_id } = said;
    let mut faults = std::mem::take(&mut reading.faults);
    schema::tell_where_keys_belong(&mut faults);
    LoadedCase {
        case,
        readable,
        pack_id,
        faults,
        sources,
        inputs,
        known_keys: reading,
        known_order_keys: order_reading,
    }
}

/// The 合同编号 alone, for a look over many cases; none where it cannot be read, which is told when the case is.
pub fn contract_number(folder: &Path) -> Text {
    let folder = CaseFolder::open(folder).ok()?;
    let text = folder.text(CASE_FILE, MAX_YAML_BYTES, &Origin::File(CASE_FILE.into())).ok()?;
    let root = node::parse(&CASE_FILE.into(), &text).ok()?;
    let mut reading = Reading::default();
    MapReader::new(&root, "", &mut reading)?.map("合同", &mut reading)?.text("编号", &mut reading)
}

/// So many sheets are named where the one that is written is not there.
const MOST_SHEETS: usize = 4;

/// The sheets that may have been meant, with their whole names: Windows does not show the end of a name.
fn sheets_there(folder: &CaseFolder) -> String {
    let names = folder.files(".", &SHEETS, &mut Vec::new());
    let names: Vec<String> =
        names.iter().map(|name| format!("“{}”", name.trim_start_matches("./"))).collect();
    match names.get(..MOST_SHEETS.min(names.len())) {
        None | Some([]) => String::new(),
        Some(some) => {
            let etc = if names.len() > some.len() { " 等" } else { "" };
            format!("；案卷文件夹里的表格：{}{etc}", some.join("、"))
        }
    }
}

/// Who a case is with, for a look over many cases: nothing but 合同.yaml is read, and what cannot be read is told when
/// the case itself is.
pub fn party(folder: &Path) -> Option<Party> {
    let open = CaseFolder::open(folder).ok()?;
    let text = open.text(CASE_FILE, MAX_YAML_BYTES, &Origin::File(CASE_FILE.into())).ok()?;
    let root = node::parse(&CASE_FILE.into(), &text).ok()?;
    let mut reading = Reading::default();
    let mut map = MapReader::new(&root, "", &mut reading)?;
    let mut reader = CaseReader { folder: &open, reading: &mut reading };
    Some(Party {
        place: open.place().to_path_buf(),
        contract: reader.contract(&mut map),
        supplier: reader.supplier(&mut map),
    })
}

/// What 合同.yaml says.
struct Said {
    case: Case,
    readable: bool,
    pack_id: Text,
}

fn read_case(folder: &CaseFolder, origin: &Origin, reading: &mut Reading) -> Result<Said, Box<Fault>> {
    let file: FileName = CASE_FILE.into();
    let text = folder.text(CASE_FILE, MAX_YAML_BYTES, origin)?;
    let root = node::parse(&file, &text)?;
    let Some(map) = MapReader::new(&root, "", reading) else {
        let why = "文件里没有“名称: 值”，不像 合同.yaml".to_owned();
        return Err(Box::new(Fault::new(FaultKind::Unreadable { why }, origin.clone())));
    };
    reading.faults.extend(node::stray_hashes(&root, &text));
    let (case, pack_id) = CaseReader { folder, reading }.case(map, origin.clone());
    Ok(Said { case, readable: true, pack_id })
}

struct CaseReader<'a> {
    folder: &'a CaseFolder,
    reading: &'a mut Reading,
}

impl CaseReader<'_> {
    fn case(mut self, mut map: MapReader<'_>, origin: Origin) -> (Case, Text) {
        let pack_id = map.text("模板", self.reading);
        let mut case = Case::blank(self.folder.name(), origin);
        case.contract = self.contract(&mut map);
        case.supplier = self.supplier(&mut map);
        case.quotation = self.quotation(&mut map, "报价");
        case.clauses = self.clauses(&mut map);
        case.integrity = self.integrity(&mut map);
        case.data_sharing = self.security(&mut map);
        case.stated = self.stated(&mut map);
        case.adopt_errata = self.errata(&mut map);
        case.adjustments = self.adjustments(&mut map);
        map.finish(self.reading);
        case.empty_keys = std::mem::take(&mut self.reading.empty);
        (case, pack_id)
    }

    fn contract(&mut self, map: &mut MapReader<'_>) -> ContractTerms {
        let Some(mut map) = map.map("合同", self.reading) else { return ContractTerms::default() };
        let payment = |text: &str| match text {
            "银行转账" => Some(PaymentMethod::BankTransfer),
            "银行承兑汇票" => Some(PaymentMethod::AcceptanceBill),
            _ => None,
        };
        let terms = ContractTerms {
            number: map.text("编号", self.reading),
            signed_on: map.date("签订日期", self.reading),
            term: map.period("有效期", self.reading),
            payment: map.parse("付款方式", "银行转账 或 银行承兑汇票", payment, self.reading),
            project: map.text("项目名称", self.reading),
        };
        map.finish(self.reading);
        terms
    }

    fn supplier(&mut self, map: &mut MapReader<'_>) -> Supplier {
        let Some(mut map) = map.map("乙方", self.reading) else { return Supplier::default() };
        let mut text = |key| map.text(key, self.reading);
        let mut supplier = Supplier {
            origin: None,
            name: text("名称"),
            short_name: text("简称"),
            legal_address: text("法定地址"),
            legal_representative: text("法定代表人"),
            postcode: text("邮政编码"),
            tax_id: text("纳税人识别号"),
            account_name: text("户名"),
            bank: text("开户行"),
            account: text("账号"),
            address: text("地址"),
            phone: text("联系电话"),
            email: text("邮箱"),
            supervision_department: text("监督部门"),
        };
        supplier.origin = Some(map.origin.clone());
        map.finish(self.reading);
        supplier
    }

    /// `报价: 报价表.xlsx` or `报价: {文件: 报价表.xlsx, 工作表: 正式报价}`.
    fn quotation(&mut self, map: &mut MapReader<'_>, key: &str) -> Option<Quotation> {
        let path = map.path_of(key);
        let node = map.get(key)?;
        let (file, sheet) = if let Kind::Map(_) = node.kind {
            let mut map = MapReader::new(node, &path, self.reading)?;
            let (file, sheet) = (map.text("文件", self.reading), map.text("工作表", self.reading));
            map.finish(self.reading);
            (file?, sheet)
        } else {
            (text_of(node, &path, self.reading)?, None)
        };
        let bytes = match self.folder.bytes(&file.value, MAX_WORKBOOK_BYTES, &file.origin) {
            Ok(bytes) => bytes,
            Err(mut fault) => {
                if let FaultKind::Unreadable { why } = &mut fault.kind
                    && !self.folder.has(&file.value)
                {
                    why.push_str(&sheets_there(self.folder));
                }
                self.reading.faults.push(*fault);
                return None;
            }
        };
        let source = workbook::SheetSource { file: file.value.as_str().into(), bytes: &bytes };
        workbook::read_quotation(&source, sheet.as_ref().map(|s| s.value.as_str()), &mut self.reading.faults)
    }

    fn clauses(&mut self, map: &mut MapReader<'_>) -> Vec<ClauseOverride> {
        let Some(map) = map.map("条款", self.reading) else { return Vec::new() };
        // Which keys there are is the pack's to say; rules judge them.
        let overrides = map.entries().iter().filter_map(|(key, node)| {
            let value = text_of(node, &format!("条款.{}", key.value), self.reading)?;
            let elsewhere = schema::places_of(&key.value, true, false);
            Some(ClauseOverride { key: key.clone(), value, elsewhere })
        });
        overrides.collect()
    }

    fn integrity(&mut self, map: &mut MapReader<'_>) -> Integrity {
        let example = "{声明: 无关联, 其他业务合作: []}";
        let Some(mut map) = map.map_like("廉洁", example, self.reading) else {
            return Integrity::default();
        };
        let mut declarations = Vec::new();
        for text in map.texts("声明", self.reading) {
            match text.value.as_str() {
                "无关联" => declarations.push(Located::new(Declaration::Unrelated, text.origin)),
                "有关联" => declarations.push(Located::new(Declaration::Related, text.origin)),
                other => self.reading.bad("廉洁.声明", other, "无关联 或 有关联", &text.origin),
            }
        }
        let persons = map.maps("关联人员", self.reading).into_iter().map(|map| self.person(map)).collect();
        let mut integrity = Integrity {
            origin: Some(map.origin.clone()),
            declarations,
            persons,
            // An empty key says nothing: 无 is `[]`.
            other_business_given: map.get("其他业务合作").is_some(),
            other_business: map.texts("其他业务合作", self.reading),
        };
        // 无 is what the form prints for none.
        if matches!(integrity.other_business.as_slice(), [only] if only.value == "无") {
            integrity.other_business.clear();
        }
        map.finish(self.reading);
        integrity
    }

    fn person(&mut self, mut map: MapReader<'_>) -> RelatedPerson {
        let person = RelatedPerson {
            origin: map.origin.clone(),
            name: map.text("姓名", self.reading),
            company: map.text("公司", self.reading),
            position: map.text("职务", self.reading),
            id_number: map.text("身份证号", self.reading),
            relations: map.names("关系", self.reading),
        };
        map.finish(self.reading);
        person
    }

    fn security(&mut self, map: &mut MapReader<'_>) -> Option<DataSharing> {
        let example = "{数据合作: {…}}；不涉及数据合作的，整段不写";
        let mut map = map.map_like("信息安全", example, self.reading)?;
        let sharing =
            map.map_like("数据合作", "{数据内容: …, 数据数量: 10, …}；不涉及的，整段不写", self.reading);
        let sharing = sharing.map(|map| self.data_sharing(map));
        map.finish(self.reading);
        sharing
    }

    fn data_sharing(&mut self, mut map: MapReader<'_>) -> DataSharing {
        let reading = &mut *self.reading;
        let mut sharing = DataSharing {
            origin: map.origin.clone(),
            content: map.text("数据内容", reading),
            quantity: map.decimal("数据数量", reading),
            categories: map.names("数据类别", reading),
            level: map.text("数据级别", reading),
            purpose: map.text("目的", reading),
            scope: map.text("范围", reading),
            stages: map.names("处理方式", reading),
            buyer_safeguards: Vec::new(),
            supplier_safeguards: None,
        };
        if let Some(mut safeguards) = map.map("保障措施", reading) {
            if let Some(buyer) = safeguards.map("咪咕公司", reading) {
                for (stage, node) in buyer.entries() {
                    let measures = self.measures(&stage.value, node);
                    sharing.buyer_safeguards.push(Safeguard { stage: stage.clone(), measures });
                }
            }
            sharing.supplier_safeguards = safeguards.text("承诺方", self.reading);
            safeguards.finish(self.reading);
        }
        map.finish(self.reading);
        sharing
    }

    fn measures(&mut self, stage: &str, node: &Node) -> Vec<Located<String>> {
        let path = format!("信息安全.数据合作.保障措施.咪咕公司.{stage}");
        let items = match &node.kind {
            Kind::List(items) => items.as_slice(),
            _ => std::slice::from_ref(node),
        };
        items.iter().filter_map(|item| text_of(item, &path, self.reading)).collect()
    }

    fn stated(&mut self, map: &mut MapReader<'_>) -> StatedFigures {
        let Some(mut map) = map.map("核对金额", self.reading) else { return StatedFigures::default() };
        let stated = StatedFigures {
            gross: map.money("含税上限总价", self.reading),
            gross_words: map.text("含税上限总价大写", self.reading),
            net: map.money("不含税价", self.reading),
            net_words: map.text("不含税价大写", self.reading),
            tax: map.money("税额", self.reading),
            tax_words: map.text("税额大写", self.reading),
            rate: map.rate("税率", self.reading),
        };
        map.finish(self.reading);
        stated
    }

    fn errata(&mut self, map: &mut MapReader<'_>) -> bool {
        let parse = |text: &str| match text {
            "采用" => Some(true),
            "不采用" => Some(false),
            _ => None,
        };
        map.parse("勘误", "采用 或 不采用", parse, self.reading).is_some_and(|adopt| adopt.value)
    }

    fn adjustments(&mut self, map: &mut MapReader<'_>) -> Vec<Adjustment> {
        let maps = map.maps("调整", self.reading);
        maps.into_iter().map(|map| self.adjustment(map)).collect()
    }

    fn adjustment(&mut self, mut map: MapReader<'_>) -> Adjustment {
        let requotes = map.has("报价");
        let quotation_file = match map.get("报价") {
            Some(Node { kind: Kind::Scalar(text), origin, .. }) => {
                Some(Located::new(text.clone(), origin.clone()))
            }
            _ => None,
        };
        let adjustment = Adjustment {
            origin: map.origin.clone(),
            effective_on: map.date("生效日期", self.reading),
            reason: map.text("事由", self.reading),
            rate: map.rate("税率", self.reading),
            requotes,
            quotation_file,
            quotation: self.quotation(&mut map, "报价"),
        };
        map.finish(self.reading);
        adjustment
    }
}
