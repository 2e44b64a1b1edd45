//! The rows of what dossiers are judged by: procedures and the calendar.

use clickhouse::Row;
use serde::Deserialize;

use super::Seeded;
use crate::model::{CalendarEntry, CalendarFact, Day, Instant, ProcedureFact, ProcedureProfile, Text};

#[derive(Row, Deserialize)]
pub(super) struct ProcedureRow<'a> {
    code: &'a str,
    valid_from: Option<i32>,
    at: i64,
    profile: &'a str,
}

impl ProcedureRow<'_> {
    pub(super) fn seeded(self) -> Option<Seeded> {
        let profile = ProcedureProfile::of_text(self.profile).ok()?;
        let (at, code, valid_from) = (Instant(self.at), Text::new(self.code), self.valid_from.map(Day));
        Some(Seeded::Procedure(Box::new(ProcedureFact { at, code, valid_from, profile })))
    }
}

#[derive(Row, Deserialize)]
pub(super) struct CalendarRow<'a> {
    subject: &'a str,
    at: i64,
    entry: &'a str,
}

impl CalendarRow<'_> {
    pub(super) fn seeded(self) -> Option<Seeded> {
        let entry = CalendarEntry::of_text(self.entry).ok().filter(|entry| entry.subject() == self.subject)?;
        Some(Seeded::Calendar(Box::new(CalendarFact { at: Instant(self.at), entry })))
    }
}
