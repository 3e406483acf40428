//! Who the cases of a run are with: what is one contract's or one supplier's must not turn up in another case. A blank is
//! neither the same as anything nor different from it.
//!
//! May use: `model`.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use super::term::framework_term;
use crate::model::case::{ContractTerms, Period, Supplier, Text};
use crate::model::ledger::same_code;
use crate::model::names::{plain, same_name};
use crate::model::party::Party;

/// What two cases may have in common.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Common {
    Number,
    CreditCode,
    Account,
}

/// All cases of a run, found by what they may have in common.
#[derive(Clone, Debug, Default)]
pub struct Parties {
    all: Vec<Party>,
    having: BTreeMap<(Common, String), Vec<usize>>,
}

impl Parties {
    /// Of these cases; one that was named twice is one.
    pub fn new(parties: impl IntoIterator<Item = Party>) -> Self {
        let mut new = Self::default();
        let mut places = BTreeSet::new();
        for party in parties {
            if !places.insert(party.place.clone()) {
                continue;
            }
            for key in keys(&party.contract, &party.supplier) {
                new.having.entry(key).or_default().push(new.all.len());
            }
            new.all.push(party);
        }
        new
    }

    /// The cases that have anything in common with one, but for the one that lies at `place`: itself.
    pub fn beside(&self, place: &Path, contract: &ContractTerms, supplier: &Supplier) -> Vec<&Party> {
        let having = keys(contract, supplier).filter_map(|key| self.having.get(&key)).flatten();
        let mut found: Vec<usize> = having.copied().collect();
        found.sort_unstable();
        found.dedup();
        let found = found.into_iter().filter_map(|index| self.all.get(index));
        found.filter(|other| other.place != place).collect()
    }
}

fn keys(contract: &ContractTerms, supplier: &Supplier) -> impl Iterator<Item = (Common, String)> {
    let texts = [
        (Common::Number, &contract.number),
        (Common::CreditCode, &supplier.tax_id),
        (Common::Account, &supplier.account),
    ];
    let keys = texts.map(|(kind, text)| {
        text.as_ref().map(|text| match kind {
            Common::CreditCode => (kind, plain(&text.value).to_ascii_uppercase()),
            Common::Number | Common::Account => (kind, plain(&text.value)),
        })
    });
    keys.into_iter().flatten()
}

/// Whether two cases have one 合同编号.
pub fn same_number(one: &ContractTerms, other: &ContractTerms) -> bool {
    both(&one.number, &other.number, same_name)
}

/// Whether one 信用代码 has two names on a day. A company may take another name: contracts that are not in force at the
/// same time may name it differently.
pub fn two_names(one: (&ContractTerms, &Supplier), other: (&ContractTerms, &Supplier)) -> bool {
    let apart = |one: Period, other: Period| one.to < other.from || other.to < one.from;
    both(&one.1.tax_id, &other.1.tax_id, same_code)
        && both(&one.1.name, &other.1.name, |one, other| !same_name(one, other))
        && !term(one.0).zip(term(other.0)).is_some_and(|(one, other)| apart(one, other))
}

/// Whether one 账号 has two 信用代码.
pub fn two_owners(one: &Supplier, other: &Supplier) -> bool {
    both(&one.account, &other.account, same_name)
        && both(&one.tax_id, &other.tax_id, |one, other| !same_code(one, other))
}

fn both(one: &Text, other: &Text, judge: impl Fn(&str, &str) -> bool) -> bool {
    one.as_ref().zip(other.as_ref()).is_some_and(|(one, other)| judge(&one.value, &other.value))
}

/// When a contract is in force; none before it is signed.
fn term(contract: &ContractTerms) -> Option<Period> {
    let stated = contract.term.as_ref().map(|term| term.value);
    stated.or_else(|| framework_term(contract.signed_on.as_ref()?.value))
}
