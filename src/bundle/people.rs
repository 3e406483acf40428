//! Who worked when, and who they are with, over the cases of a run.
//!
//! May use: `input`, `compute`.

use std::path::{Path, PathBuf};

use rayon::prelude::*;

use crate::compute::parties::Parties;
use crate::compute::people::People;
use crate::input::{case, months};
use crate::model::month::Month;
use crate::model::month_sheets::WorkEntry;
use crate::model::party::Party;

/// Cases whose work is in memory at one time.
const CASES_AT_A_TIME: usize = 64;

/// One case's rows of work by month.
type MonthlyWork = Vec<(Month, Vec<WorkEntry>)>;

/// Who worked when, over all cases, in one month or in every month: one who works for two suppliers is found only by
/// looking at both. Only what concerns several cases is kept.
pub fn people_of(folders: &[PathBuf], month: Option<Month>) -> People {
    let mut people = People::default();
    if folders.len() < 2 {
        return people;
    }
    let work = |folder: &Path| match month {
        Some(month) => vec![(month, months::work_of(folder, month))],
        None => months::all_work(folder),
    };
    for some in folders.chunks(CASES_AT_A_TIME) {
        let read: Vec<(String, MonthlyWork)> =
            some.par_iter().map(|folder| (months::case_name(folder), work(folder))).collect();
        for (name, months) in &read {
            for (month, work) in months {
                people.add(name, *month, work);
            }
        }
    }
    people.keep_shared();
    people
}

/// Who all these cases are with.
pub fn parties_of(folders: &[PathBuf]) -> Parties {
    let parties: Vec<Option<Party>> = folders.par_iter().map(|folder| case::party(folder)).collect();
    Parties::new(parties.into_iter().flatten())
}
