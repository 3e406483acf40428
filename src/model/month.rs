//! A calendar month: what is settled at a time (4.5: 按月).

use std::fmt;
use std::str::FromStr;

use jiff::civil::Date;

/// A calendar month, such as 2026-03.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Month {
    /// Its first day, which always exists.
    first: Date,
}

impl Month {
    /// The month a day lies in.
    pub fn of(date: Date) -> Self {
        Self { first: date.first_of_month() }
    }

    /// First day.
    pub fn first(self) -> Date {
        self.first
    }

    /// Last day.
    pub fn last(self) -> Date {
        self.first.last_of_month()
    }

    /// Whether a day lies in it.
    pub fn contains(self, date: Date) -> bool {
        Self::of(date) == self
    }

    /// How many days it has.
    pub fn days(self) -> i8 {
        self.first.days_in_month()
    }

    /// `2026年3月`, as documents print it.
    pub fn chinese(self) -> String {
        format!("{}年{}月", self.first.year(), self.first.month())
    }
}

/// `2026-03`.
impl fmt::Display for Month {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}", self.first.year(), self.first.month())
    }
}

/// Not a month such as 2026-03.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("不是月份，应写成 2026-03 的样子")]
pub struct NotAMonth;

impl FromStr for Month {
    type Err = NotAMonth;

    /// `2026-03`, and nothing else: it is also a folder's name.
    fn from_str(text: &str) -> Result<Self, NotAMonth> {
        let digits = |text: &str, count| text.len() == count && text.bytes().all(|b| b.is_ascii_digit());
        let (year, month) = text.split_once('-').ok_or(NotAMonth)?;
        if !digits(year, 4) || !digits(month, 2) {
            return Err(NotAMonth);
        }
        let (year, month) = (year.parse().map_err(|_| NotAMonth)?, month.parse().map_err(|_| NotAMonth)?);
        Date::new(year, month, 1).map(Self::of).map_err(|_| NotAMonth)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn months() {
        let month: Month = "2028-02".parse().unwrap();
        assert_eq!(month.to_string(), "2028-02");
        assert_eq!(month.chinese(), "2028年2月");
        assert_eq!((month.days(), month.last().to_string().as_str()), (29, "2028-02-29"));
        assert!(month.contains("2028-02-29".parse().unwrap()));
        assert!(!month.contains("2028-03-01".parse().unwrap()));
        for wrong in ["2026-13", "2026-00", "2026-3", "26-03", "2026/03", "2026-03-01", "", "２０２６-03"]
        {
            assert_eq!(wrong.parse::<Month>(), Err(NotAMonth), "{wrong}");
        }
    }
}
