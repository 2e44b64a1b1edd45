//! Faults of calendars, and whether next year's holidays are there.

use std::path::PathBuf;

use super::{NO_INSTANT, in_words};
use crate::cli::units::content_type;
use crate::ingest::{Limits, check_calendar, read_calendar};
use crate::model::{Instant, Zone};

/// The calendars that come with the program.
const SHIPPED: [(&str, &str); 4] = [
    ("dashboards/calendar/vietnam-2023.csv", include_str!("../../../dashboards/calendar/vietnam-2023.csv")),
    ("dashboards/calendar/vietnam-2024.csv", include_str!("../../../dashboards/calendar/vietnam-2024.csv")),
    ("dashboards/calendar/vietnam-2025.csv", include_str!("../../../dashboards/calendar/vietnam-2025.csv")),
    ("dashboards/calendar/vietnam-2026.csv", include_str!("../../../dashboards/calendar/vietnam-2026.csv")),
];

/// Checks these calendars, or those that come with the program when there are none. Returns the warning that next year's
/// holidays are missing.
pub(super) fn check(files: &[PathBuf], now: Instant, faults: &mut Vec<String>) -> Option<String> {
    let mut lists: Vec<(String, Vec<u8>, &str)> = Vec::new();
    for file in files {
        match std::fs::read(file) {
            Ok(body) => lists.push((file.display().to_string(), body, content_type(file))),
            Err(error) => faults.push(format!("{}: can't be read: {error}", file.display())),
        }
    }
    if files.is_empty() {
        lists.extend(SHIPPED.map(|(name, text)| (name.to_owned(), text.as_bytes().to_vec(), "text/csv")));
    }
    // Any zone: the year turns within a day everywhere.
    let next = Zone::named("UTC").ok()?.day(now).date().year().saturating_add(1);
    let mut has_next = false;
    for (name, body, form) in lists {
        match read_calendar(&body, Some(form), NO_INSTANT, &Limits::default()) {
            Err(error) => faults.push(format!("{name}: {error}")),
            Ok(list) => {
                let unfit = check_calendar(&list.rows);
                faults.extend(list.rejections.iter().chain(&unfit).map(|rejection| in_words(&name, rejection)));
                has_next |= list.rows.iter().any(|row| row.fact.entry.is_holiday_of(next));
            }
        }
    }
    let which = if files.is_empty() { "that come with the program" } else { "given" };
    (!has_next).then(|| {
        format!("the calendars {which} have no holiday of {next}; due dates of that year will be wrong without them")
    })
}
