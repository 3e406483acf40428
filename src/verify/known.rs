//! The names and numbers that a case and its form bring along: what an account, a telephone or a 纳税人识别号 in a document
//! must be one of.
//!
//! May use: `model`, `pack`, `rules` (the users' texts), `verify::flow`.

use std::collections::{BTreeMap, BTreeSet};

use super::flow::squeezed;
use crate::model::case::{Case, Text};
use crate::pack::Pack;
use crate::rules::text::leftovers::leftovers;
use crate::rules::user_texts;

/// What is known.
#[derive(Clone, Debug, Default)]
pub struct Known {
    /// By what it is called in messages.
    values: BTreeMap<&'static str, String>,
    /// Every text of the users and the form, without white space.
    texts: BTreeSet<String>,
    /// What the form itself leaves open.
    open_in_form: BTreeSet<String>,
    /// Whether a case is known at all.
    of_case: bool,
}

impl Known {
    /// From a case and its pack.
    pub fn of(case: &Case, pack: &Pack) -> Self {
        let mut known = Self { of_case: true, ..Self::default() };
        known.supplier(case);
        known.buyer(pack);
        let mut take = |text: &str| {
            known.texts.insert(squeezed(text));
        };
        user_texts(case).iter().for_each(|text| take(&text.text.value));
        pack.templates.values().for_each(|text| take(text));
        for text in [&pack.project, &pack.project_full, &pack.buyer_brand] {
            take(text);
        }
        for sheets in &case.months {
            for entry in &sheets.work {
                take(&entry.person.value);
                entry.person_id.as_ref().into_iter().for_each(|id| take(&id.value));
            }
            sheets
                .assessments
                .iter()
                .filter_map(|entry| entry.note.as_ref())
                .for_each(|note| take(&note.value));
        }
        let days = case.orders.iter().flat_map(|order| {
            let period = order.period.as_ref().map(|period| [period.value.from, period.value.to]);
            order.signed_on.as_ref().map(|day| day.value).into_iter().chain(period.into_iter().flatten())
        });
        let adjusted = case.adjustments.iter().filter_map(|adjustment| adjustment.effective_on.as_ref());
        let days = days.chain(adjusted.map(|day| day.value));
        let days = days.chain(case.contract.signed_on.as_ref().map(|day| day.value));
        days.for_each(|day| take(&day.to_string()));
        for (line, _) in case.ledger.lines() {
            take(line.correction.as_ref().map_or("", |correction| &correction.reason));
        }
        let values: Vec<String> = known.values.values().map(|value| squeezed(value)).collect();
        known.texts.extend(values);
        known.open_in_form = pack.templates.values().flat_map(|text| leftovers(text)).collect();
        known
    }

    fn supplier(&mut self, case: &Case) {
        let supplier = &case.supplier;
        let all: [(&'static str, &Text); 11] = [
            ("合同编号", &case.contract.number),
            ("乙方名称", &supplier.name),
            ("乙方法定地址", &supplier.legal_address),
            ("乙方法定代表人", &supplier.legal_representative),
            ("乙方邮政编码", &supplier.postcode),
            ("乙方纳税人识别号", &supplier.tax_id),
            (
                "乙方户名",
                if supplier.account_name.is_some() { &supplier.account_name } else { &supplier.name },
            ),
            ("乙方开户行", &supplier.bank),
            ("乙方账号", &supplier.account),
            ("乙方地址", &supplier.address),
            ("乙方联系电话", &supplier.phone),
        ];
        for (what, text) in all {
            if let Some(text) = text {
                self.values.insert(what, text.value.clone());
            }
        }
    }

    fn buyer(&mut self, pack: &Pack) {
        let buyer = &pack.buyer;
        let all = [
            ("甲方名称", &buyer.name),
            ("甲方法定地址", &buyer.legal_address),
            ("甲方邮政编码", &buyer.postcode),
            ("甲方纳税人识别号", &buyer.tax_id),
            ("甲方户名", &buyer.account_name),
            ("甲方开票开户行", &buyer.invoice_bank),
            ("甲方开票账号", &buyer.invoice_account),
            ("甲方收付开户行", &buyer.payment_bank),
            ("甲方收付账号", &buyer.payment_account),
            ("甲方地址", &buyer.address),
            ("甲方联系电话", &buyer.phone),
            ("举报地址", &buyer.report_address),
            ("举报邮编", &buyer.report_postcode),
            ("举报电话", &buyer.report_phone),
        ];
        self.values.extend(all.into_iter().map(|(what, value)| (what, value.clone())));
    }

    /// Whether nothing is known, so that nothing can be said against a number.
    pub fn is_open(&self) -> bool {
        !self.of_case
    }

    /// What is called so.
    pub fn value(&self, what: &str) -> Option<&str> {
        self.values.get(what).map(String::as_str)
    }

    /// Whether some text of the users or the form holds these words.
    pub fn has_text(&self, words: &str) -> bool {
        self.texts.iter().any(|text| text.contains(words))
    }

    /// Whether some text holds this number, whole: not as a part of a longer one.
    pub fn has_number(&self, number: &str) -> bool {
        let part = |c: Option<char>| c.is_some_and(|c| c.is_ascii_alphanumeric());
        let whole = |text: &String| {
            text.match_indices(number).any(|(at, found)| {
                let (before, after) = (text.get(..at), text.get(at + found.len()..));
                !part(before.and_then(|text| text.chars().next_back()))
                    && !part(after.and_then(|text| text.chars().next()))
            })
        };
        self.texts.iter().any(whole)
    }

    /// Whether a number is part of one of the known values that stands whole in this stretch of text.
    pub fn wraps(&self, stretch: &str, number: &str) -> bool {
        let wrapped = |value: &String| value.contains(number) && stretch.contains(value.as_str());
        let short = |text: &&String| text.chars().count() <= 60;
        self.texts.iter().filter(short).any(wrapped)
    }

    /// The value that looks most like a number, with its name.
    pub fn nearest(&self, number: &str) -> String {
        let near = self
            .values
            .iter()
            .map(|(what, value)| (strsim::damerau_levenshtein(&squeezed(value), number), what, value));
        let near = near.min().filter(|(distance, _, _)| *distance <= number.len() / 2);
        near.map(|(_, what, value)| format!("{value}（{what}，最接近的）")).unwrap_or_default()
    }

    /// Whether the form itself has such an opening.
    pub fn in_form(&self, leftover: &str) -> bool {
        self.open_in_form.contains(leftover) && leftover != "【 】"
    }
}
