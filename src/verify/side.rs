//! The case beside an output folder: read anew, its figures worked out by both routes, its files made anew.
//!
//! May use: `bundle`, `input`, `render`, `rules`, `verify`.

use std::path::{Path, PathBuf};

use super::checks::{self, CASE_ERRORS, INPUTS, MANIFEST};
use super::expected::Expected;
use super::fresh::{self, Fresh};
use super::known::Known;
use super::ledger::{Chain, LEDGER_FILE, short};
use super::ledger_file;
use super::record::{self, FILE, Kind, Record};
use super::routes;
use crate::bundle::job::{Draft, Job};
use crate::bundle::workshop::Workshop;
use crate::diagnostics::{Diagnostic, Severity};
use crate::input::months::Scope;
use crate::model::case::Text;
use crate::rules::Purpose;
use crate::verify::second_route::exact::{Cents, show};
use crate::verify::second_route::figures::Figures;
use crate::verify::second_route::settled::{Settled, settled};

/// All that the case says.
#[derive(Debug)]
pub struct CaseSide {
    /// Its folder.
    pub folder: PathBuf,
    /// The case as read, computed and judged.
    pub job: Job,
    /// The second route.
    pub figures: Figures,
    /// The second route's 结算单.
    pub settled: Vec<Settled>,
    /// Figures that may stand in documents.
    pub expected: Expected,
    /// Names and numbers.
    pub known: Known,
    /// The files made anew, or why they could not be made.
    pub fresh: Result<Fresh, String>,
    /// The ledger.
    pub chain: Chain,
    /// The fonts that the files were made anew with: names and hashes.
    pub fonts: Vec<(String, String)>,
}

impl CaseSide {
    /// Reads the case that a manifest speaks of.
    ///
    /// # Errors
    /// What concerns all cases, such as a pack or fonts that cannot be loaded.
    pub fn read(folder: &Path, record: &Record, workshop: &Workshop) -> Result<Self, String> {
        let text = |error: &dyn std::fmt::Display| error.to_string();
        let (scope, purpose) = match &record.kind {
            Kind::Bundle { is_final: true } => (Scope::Contract, Purpose::Final),
            Kind::Bundle { is_final: false } | Kind::Summary(_) | Kind::Comparison => {
                (Scope::Contract, Purpose::Draft)
            }
            Kind::Month(month) => (month.parse().map_or(Scope::Contract, Scope::Month), Purpose::Draft),
        };
        let draft = Draft::read_with(folder, scope, workshop).map_err(|error| text(&error))?;
        let fonts = workshop.fonts(&draft.pack).map_err(|error| text(&error))?;
        let templates = workshop.templates(&draft.pack).map_err(|error| text(&error))?;
        let job = draft.check(purpose, Some(&fonts));
        let fresh = match (job.readable, &record.kind) {
            (false, _) => Err("合同.yaml 读不出来".to_owned()),
            (true, Kind::Month(_)) => fresh::month(&job, &fonts, templates),
            (true, _) => fresh::bundle(&job, &fonts, &record.outputs),
        };
        let figures = Figures::of(&job.case, &job.pack);
        let settled = settled(&job.case, &job.pack, &figures);
        let mut expected = Expected::of(&job.case, &job.pack, &figures, &settled);
        for finding in &job.findings {
            expected.allow(&finding.message);
            expected.allow(finding.expected.as_deref().unwrap_or_default());
        }
        let mut chain = ledger_file::chain(folder);
        let said = |text: &Text| text.as_ref().map(|text| text.value.clone());
        let (number, code) = (said(&job.case.contract.number), said(&job.case.supplier.tax_id));
        chain.held_against(number.as_deref(), code.as_deref());
        Ok(Self {
            folder: folder.to_path_buf(),
            known: Known::of(&job.case, &job.pack),
            job,
            figures,
            settled,
            expected,
            fresh,
            chain,
            fonts: fonts.files.iter().map(|font| (font.file.clone(), font.sha256.clone())).collect(),
        })
    }

    /// What the manifest says of the case, against the case.
    pub fn against(&self, record: &Record) -> Vec<Diagnostic> {
        let mut findings = routes::compare(&self.job.figures, &self.figures, &self.settled);
        findings.extend(self.inputs(record));
        if record.kind == (Kind::Bundle { is_final: true }) && self.job.refuses_final() {
            let errors = self.job.findings.count(Severity::Error);
            let message = format!(
                "清单说是定稿，但案卷现在有 {errors} 个错误、{} 处待填{}；运行 hetong check 查看",
                self.job.blanks.len(),
                self.of_ledger()
            );
            findings.push(checks::of_file(&CASE_ERRORS, FILE, message));
        }
        if let Err(why) = &self.fresh {
            let message =
                format!("由案卷重新生成时失败（{why}{}），没有可以逐字比较的文件", self.of_ledger());
            let mut finding = checks::of_file(&CASE_ERRORS, FILE, message);
            finding.help =
                "运行 hetong check，按它说的改正案卷或更正结算单，再核对一次；这里的文件本身不一定有错。"
                    .into();
            findings.push(finding);
        }
        let number = self.job.case.contract.number.as_ref().map(|number| number.value.as_str());
        if record.number.as_deref() != number {
            let said = |number: Option<&str>| number.unwrap_or("（没有）").to_owned();
            let message = format!("清单的合同编号是 {}", said(record.number.as_deref()));
            findings.push(checks::expecting(checks::of_file(&MANIFEST, FILE, message), said(number)));
        }
        findings.extend(self.recorded_figures(record));
        findings
    }

    /// That it is the ledger, where it is.
    fn of_ledger(&self) -> String {
        let its = |finding: &&Diagnostic| {
            finding.severity == Severity::Error
                && finding.origin.file().is_some_and(|file| &**file == LEDGER_FILE)
        };
        match self.job.findings.iter().filter(its).count() {
            0 => String::new(),
            count => format!("；其中 {count} 个在台账（{LEDGER_FILE}）"),
        }
    }

    /// The case's files that are not what they were, and in what way.
    pub fn changed_inputs(&self, record: &Record) -> Vec<(String, String)> {
        let mut changed = Vec::new();
        for input in &self.job.inputs {
            match record.inputs.get(&*input.name) {
                None => changed.push((input.name.to_string(), "在生成时还没有".to_owned())),
                Some(hash) if *hash != input.sha256 => {
                    let (then, now) = (short(hash), short(&input.sha256));
                    let what = format!("在生成以后改过（生成时 {then}，现在 {now}）");
                    changed.push((input.name.to_string(), what));
                }
                Some(_) => {}
            }
        }
        let now = |name: &String| self.job.inputs.iter().any(|input| *input.name == **name);
        let gone = record.inputs.keys().filter(|name| !now(name));
        changed.extend(gone.map(|name| (name.clone(), "生成时有，现在没有了".to_owned())));
        changed
    }

    fn inputs(&self, record: &Record) -> Vec<Diagnostic> {
        let tell =
            |(file, what): &(String, String)| checks::of_file(&INPUTS, FILE, format!("案卷的“{file}”{what}"));
        let mut findings: Vec<Diagnostic> = self.changed_inputs(record).iter().map(tell).collect();
        let pack =
            record.value.get("pack").and_then(|pack| pack.get("sha256")).and_then(|hash| hash.as_str());
        if let Some(hash) = pack.filter(|hash| *hash != self.job.pack.hash) {
            let (then, now) = (short(hash), short(&self.job.pack.hash));
            let message = format!("合同样式（模板）与生成时不同（生成时 {then}，现在 {now}）");
            findings.push(checks::of_file(&INPUTS, FILE, message));
        }
        findings
    }

    /// The manifest's figures against the second route, and all of them against those worked out anew.
    fn recorded_figures(&self, record: &Record) -> Vec<Diagnostic> {
        if !matches!(record.kind, Kind::Bundle { .. }) {
            return Vec::new();
        }
        let said = record.figures();
        let mut expected =
            self.fresh.as_ref().map(|fresh| record::figures(&fresh.manifest)).unwrap_or_default();
        // The second route has the last word on what it knows.
        let signed = self.figures.versions.first();
        let mut own = |name: &str, amount: Option<Cents>| {
            if let Some(amount) = amount {
                expected.insert(name.to_owned(), show(amount));
            }
        };
        let totals = signed.and_then(|version| version.totals);
        own("合计 不含税总价", totals.map(|(net, _)| net));
        own("合计 含税总价", totals.map(|(_, gross)| gross));
        own("含税上限总价", totals.map(|(_, gross)| gross));
        own("不含税价", totals.map(|(net, _)| net));
        own("税额", signed.and_then(crate::verify::second_route::figures::Version::tax));
        let mut findings = Vec::new();
        for (name, value) in &expected {
            let found = said.get(name);
            if found != Some(value) {
                let found = found.map_or("没有写", String::as_str);
                let finding = checks::of_file(&MANIFEST, FILE, format!("清单的“{name}”是 {found}"));
                findings.push(checks::expecting(finding, value.clone()));
            }
        }
        findings
    }
}
