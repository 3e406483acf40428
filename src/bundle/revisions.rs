//! What a signed contract has beside it once there are 调整: the annexes they touch in their last revision, earlier
//! editions in a folder of their own, and a 补充协议 for each. The contract itself stays as signed.
//!
//! May use: `bundle::plan`, `bundle::produce`, `compute`, `view`, `render`.

use serde::Serialize;

use super::plan::{Format, PlannedFile, Revised};
use super::produce::{Press, stamp_of};
use crate::compute::prices::{PriceHistory, Prices};
use crate::model::case::Case;
use crate::pack::{DocumentSpec, Pack};
use crate::render::pdf::Stamp;
use crate::render::template::TemplateError;
use crate::view::contract::ContractView;
use crate::view::revision::{editions, ordinal};
use crate::view::supplement::SupplementView;

/// The id of the 补充协议 in 合同样式.yaml.
pub const SUPPLEMENT: &str = "补充协议";
/// Where editions that are no longer in force are kept.
pub const EARLIER: &str = "历次版本";
/// Where its number stands in the pattern of a file's name.
const NUMBER: &str = "<编号>";

/// Whether there is a signed contract that 调整 change; before signing a changed quotation simply is the contract's.
pub fn is_revised(case: &Case) -> bool {
    case.contract.signed_on.is_some() && !case.adjustments.is_empty()
}

/// The contract's files, each annex that a 调整 touches in its last revision, with its earlier editions beside it.
pub fn with_editions(files: Vec<PlannedFile>, case: &Case, prices: &PriceHistory) -> Vec<PlannedFile> {
    if !is_revised(case) {
        return files;
    }
    let editions = |file: PlannedFile| match editions(prices, &file.document).as_slice() {
        [] | [_] => vec![file],
        numbers => editions_of(&file, numbers),
    };
    files.into_iter().flat_map(editions).collect()
}

/// The last edition under the file's own name, then the earlier ones.
fn editions_of(file: &PlannedFile, numbers: &[usize]) -> Vec<PlannedFile> {
    let edition = |(place, number): (usize, &usize)| PlannedFile {
        title: match number {
            0 => file.title.clone(),
            number => format!("{}，修订{number}", file.title),
        },
        name: if place == 0 { file.name.clone() } else { earlier_name(&file.name, *number) },
        revised: Some(Revised { number: *number, in_force_as: file.name.clone() }),
        ..file.clone()
    };
    numbers.iter().rev().enumerate().map(edition).collect()
}

/// 历次版本/附件3-报价表（修订1）.pdf.
fn earlier_name(name: &str, number: usize) -> String {
    let edition = if number == 0 { "签订时".to_owned() } else { format!("修订{number}") };
    match name.rsplit_once('.') {
        Some((stem, extension)) => format!("{EARLIER}/{stem}（{edition}）.{extension}"),
        None => format!("{EARLIER}/{name}（{edition}）"),
    }
}

/// A 补充协议 for each 调整, with the annexes that it makes print something else.
pub fn supplement_files(pack: &Pack, case: &Case, prices: &PriceHistory) -> Vec<PlannedFile> {
    let document = pack.document(SUPPLEMENT).filter(|_| is_revised(case));
    let Some(document) = document else { return Vec::new() };
    prices.revisions.iter().map(|revision| supplement_file(pack, document, prices, revision)).collect()
}

fn supplement_file(
    pack: &Pack,
    document: &DocumentSpec,
    prices: &PriceHistory,
    revision: &Prices,
) -> PlannedFile {
    let number = revision.revision;
    let name = format!("{}.pdf", document.file.replace(NUMBER, &number.to_string()));
    let touched = pack.documents.iter().filter(|d| d.in_bundle && editions(prices, &d.id).contains(&number));
    let mut templates = vec![document.template.clone()];
    templates.extend(touched.map(|annex| annex.template.clone()));
    PlannedFile {
        document: document.id.clone(),
        title: format!("{}（{}）", document.title, ordinal(number)),
        revised: Some(Revised { number, in_force_as: name.clone() }),
        name,
        format: Format::Pdf,
        templates,
        order: None,
    }
}

/// Whether a name of `--only` means this 补充协议: 补充协议 for all, or its file's name with or without extension.
pub fn names_supplement(file: &PlannedFile, name: &str) -> bool {
    let stem = file.name.rsplit_once('.').map_or("", |(stem, _)| stem);
    [SUPPLEMENT, stem, &file.name].contains(&name)
}

#[derive(Serialize)]
struct WithSupplement {
    #[serde(flatten)]
    contract: ContractView,
    supplement: SupplementView,
}

impl Press<'_> {
    /// The prices that a file shows.
    pub(super) fn prices_of(&self, file: &PlannedFile) -> &Prices {
        let history = &self.job.figures.prices;
        let number = file.revised.as_ref().map_or(0, |revised| revised.number);
        history.revision(number).unwrap_or(&history.signed)
    }

    /// The contract as a file shows it: as signed, or as a 调整 leaves it.
    pub(super) fn edition(&self, file: &PlannedFile) -> ContractView {
        let prices = self.prices_of(file);
        if prices.revision == 0 {
            return self.view.clone();
        }
        self.view.revised(&self.job.figures.prices, prices, &self.job.pack, self.job.case.adopt_errata)
    }

    /// The source of a 补充协议; none for any other file.
    pub(super) fn supplement_source(
        &self,
        file: &PlannedFile,
        contract: ContractView,
    ) -> Option<Result<String, TemplateError>> {
        let number = file.revised.as_ref().filter(|_| file.document == SUPPLEMENT)?.number;
        let job = self.job;
        let supplement = SupplementView::of(&job.case, &job.pack, &job.figures.prices, number)?;
        // It stands where an annex has its contract; its own pages need no second name.
        let mut contract = contract.headed("");
        contract.header.left.clone_from(&file.title);
        contract.header.right = if supplement.number.is_empty() {
            self.view.header.right.clone()
        } else {
            format!("编号：{}", supplement.number)
        };
        Some(self.templates.fill("main.typ", &WithSupplement { contract, supplement }))
    }

    /// The first day in force as a revision's day in its PDF's metadata; none for what is as signed.
    pub(super) fn revision_stamp(&self, file: &PlannedFile) -> Option<Stamp> {
        let prices = self.prices_of(file);
        (prices.revision > 0).then(|| prices.from.map_or((2000, 1, 1), stamp_of))
    }
}

#[cfg(test)]
mod tests {
    use super::super::plan::case_files;
    use super::*;
    use crate::compute::testing::{adjustment, good_case, pack};

    fn names(case: &Case, only: &[&str]) -> Result<Vec<String>, Vec<String>> {
        let pack = pack();
        let only: Vec<String> = only.iter().map(|name| (*name).to_owned()).collect();
        let files = case_files(&pack, case, &PriceHistory::of(case, &pack), &only)?;
        Ok(files.into_iter().map(|file| file.name).collect())
    }

    fn twice_adjusted() -> Case {
        let mut case = good_case();
        let mut back = adjustment("二", "2026-10-01");
        back.rate.as_mut().unwrap().value = pack().tender.rate;
        case.adjustments = vec![adjustment("一", "2026-09-01"), back];
        case
    }

    #[test]
    fn the_last_revision_has_the_annexs_own_name() {
        assert_eq!(
            names(&twice_adjusted(), &["附件3"]).unwrap(),
            [
                "附件3-报价表.pdf",
                "历次版本/附件3-报价表（修订1）.pdf",
                "历次版本/附件3-报价表（签订时）.pdf",
                "附件3-报价表.xlsx",
                "历次版本/附件3-报价表（修订1）.xlsx",
                "历次版本/附件3-报价表（签订时）.xlsx",
            ]
        );
        let all = names(&twice_adjusted(), &[]).unwrap();
        assert!(all.contains(&"历次版本/附件7-结算单（签订时）.pdf".to_owned()));
        // From 3 % back to 6 % neither the 不含税价 nor the basis changes.
        assert!(!all.contains(&"历次版本/附件7-结算单（修订1）.pdf".to_owned()));
        assert!(!all.iter().any(|name| name.starts_with("历次版本/合同")));
    }

    #[test]
    fn supplements_are_named_one_by_one_or_together() {
        let case = twice_adjusted();
        assert_eq!(names(&case, &["补充协议"]).unwrap(), ["补充协议-1.pdf", "补充协议-2.pdf"]);
        assert_eq!(names(&case, &["补充协议-2"]).unwrap(), ["补充协议-2.pdf"]);
        assert_eq!(
            names(&case, &["补充协议-2.pdf", "附件1"]).unwrap(),
            ["附件1-技术规范书.pdf", "补充协议-2.pdf"]
        );
        assert_eq!(names(&case, &["补充协议-3"]).unwrap_err(), ["补充协议-3"]);
    }

    #[test]
    fn nothing_is_revised_before_signing() {
        let mut case = twice_adjusted();
        case.contract.signed_on = None;
        let plain = good_case();
        assert_eq!(names(&case, &[]).unwrap(), names(&plain, &[]).unwrap());
        assert_eq!(names(&case, &["补充协议"]).unwrap_err(), ["补充协议"]);
    }
}
