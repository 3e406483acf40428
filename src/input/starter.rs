//! The 合同.yaml that `hetong new` writes: every key with a word on what belongs there.
//!
//! May use: `pack`.

use crate::pack::{ClauseParameter, Pack};

/// The text of a new 合同.yaml.
pub fn contract_yaml(pack: &Pack) -> String {
    let join = |names: Vec<&str>| names.join("、");
    include_str!("合同.starter.yaml")
        .replace("«pack»", &pack.id)
        .replace("«clauses»", &pack.clauses.iter().map(clause_line).collect::<Vec<_>>().join("\n"))
        .replace("«relations»", &join(pack.relations.iter().map(|r| r.key.as_str()).collect()))
        .replace("«stages»", &join(pack.processing_stages.iter().map(String::as_str).collect()))
}

fn clause_line(parameter: &ClauseParameter) -> String {
    let setting = format!("  # {}: {}", parameter.key, parameter.default);
    // 汉字 are two columns wide; the remarks stand in one line under each other.
    let width: usize = unicode_width::UnicodeWidthStr::width(setting.as_str());
    let gap = " ".repeat(30_usize.saturating_sub(width).max(2));
    let unit = if parameter.unit.is_empty() { String::new() } else { format!("（{}）", parameter.unit) };
    format!("{setting}{gap}# {}{unit}，条款 {}", parameter.description, parameter.clause)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::input::case;
    use crate::model::fault::FaultKind;

    #[test]
    fn it_is_a_case_that_lacks_only_the_quotation() {
        let folder = tempfile::tempdir().unwrap();
        let text = contract_yaml(&Pack::embedded("migu-2026").unwrap());
        std::fs::write(folder.path().join(case::CASE_FILE), &text).unwrap();
        let loaded = case::load(folder.path());
        assert!(
            matches!(&loaded.faults[..], [fault] if matches!(fault.kind, FaultKind::Unreadable { .. })),
            "{:?}",
            loaded.faults
        );
        assert!(!text.contains('«'));
    }

    /// Taking the # away before a key gives valid input: what is commented out is no less true.
    #[test]
    fn what_is_commented_out_can_be_used() {
        let folder = tempfile::tempdir().unwrap();
        let text = contract_yaml(&Pack::embedded("migu-2026").unwrap());
        let uncommented: Vec<String> = text
            .lines()
            .map(|line| {
                let bare = line.replacen("# ", "", 1);
                let key = bare.trim_start().trim_start_matches("- ");
                let is_key = line.trim_start().starts_with("# ")
                    && key.split_once(':').is_some_and(|(k, _)| {
                        k.chars().all(|c| {
                            !c.is_ascii() && !c.is_ascii_punctuation() && !"，。；（）、：“”".contains(c)
                        })
                    });
                if is_key { bare } else { line.to_owned() }
            })
            .collect();
        std::fs::write(folder.path().join(case::CASE_FILE), uncommented.join("\n")).unwrap();
        let loaded = case::load(folder.path());
        let faults: Vec<_> = loaded
            .faults
            .iter()
            .filter(|f| !matches!(&f.kind, FaultKind::Unreadable { why } if why.contains("报价表")))
            .collect();
        assert!(faults.is_empty(), "{faults:#?}\n{}", uncommented.join("\n"));
        assert!(loaded.case.data_sharing.is_some() && loaded.case.adopt_errata);
        assert_eq!(loaded.case.integrity.persons.len(), 1);
    }
}
