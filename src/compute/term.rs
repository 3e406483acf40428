//! 4.2, 12.1: 自合同签署之日起一年.
//!
//! Two readings of the last day are in use. Contracts are usually written from the signing day to the day before
//! its anniversary (2026-03-01 至 2027-02-28), which is what hetong prints. 民法典 第二百零一条 and 第二百零二条 leave
//! the first day out and end on the anniversary itself (2027-03-01). A stated term may be either.
//!
//! May use: `model`.

use jiff::ToSpan;
use jiff::civil::Date;

use crate::model::case::Period;

/// The year that begins on signing; its last day is the one before the anniversary. None only at the end of time.
pub fn framework_term(signed_on: Date) -> Option<Period> {
    let anniversary = anniversary(signed_on)?;
    // From 29 February a year ends on 28 February either way: there is no later day to be the day before.
    let to = if anniversary.day() == signed_on.day() { anniversary.yesterday().ok()? } else { anniversary };
    Some(Period { from: signed_on, to })
}

/// The same day a year later; the month's last day where there is none.
pub fn anniversary(date: Date) -> Option<Date> {
    date.checked_add(1.year()).ok()
}

/// Whether a term is one year by either reading.
pub fn is_one_year(term: Period) -> bool {
    framework_term(term.from).is_some_and(|year| term.to == year.to)
        || anniversary(term.from).is_some_and(|day| term.to == day)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn to(from: &str) -> String {
        framework_term(from.parse().unwrap()).unwrap().to.to_string()
    }

    #[test]
    fn one_year() {
        assert_eq!(to("2026-03-01"), "2027-02-28");
        assert_eq!(to("2027-03-01"), "2028-02-29");
        assert_eq!(to("2028-02-29"), "2029-02-28");
        assert_eq!(to("2026-01-01"), "2026-12-31");
        let term = |from: &str, to: &str| Period { from: from.parse().unwrap(), to: to.parse().unwrap() };
        assert!(is_one_year(term("2026-03-01", "2027-02-28")));
        assert!(is_one_year(term("2026-03-01", "2027-03-01")));
        assert!(!is_one_year(term("2026-03-01", "2027-03-02")));
        assert!(!is_one_year(term("2026-03-01", "2026-03-01")));
    }
}
