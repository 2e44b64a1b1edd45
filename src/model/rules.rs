//! What judging a dossier needs besides its registers: the procedures' limits and the calendar of working days.

use std::collections::{BTreeMap, HashMap};

use super::calendar::{Calendar, CalendarEntry, CalendarFact};
use super::procedure::{Limit, ProcedureFact, stripped_code};
use super::text::Text;
use super::time::{Day, Instant, Zone};

/// Limits and working time, with the facts that they come from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rules {
    /// By stripped code: the versions by their first day.
    procedures: HashMap<Text, BTreeMap<Option<Day>, ProcedureFact>>,
    calendar: Calendar,
    entries: BTreeMap<String, CalendarFact>,
}

impl Rules {
    /// Joins a version of a procedure. Whether any dossier may have to be judged otherwise than before.
    pub fn offer_procedure(&mut self, fact: ProcedureFact) -> bool {
        let versions = self.procedures.entry(fact.code.clone()).or_default();
        let judging = |fact: &ProcedureFact| (fact.profile.limit, fact.profile.valid_to);
        match versions.get(&fact.valid_from) {
            Some(kept) if !fact.wins_over(kept) => false,
            kept => {
                let changed = kept.map(judging) != Some(judging(&fact));
                versions.insert(fact.valid_from, fact);
                changed
            }
        }
    }

    /// Joins an entry of the calendar. Whether any dossier may have to be judged otherwise than before.
    pub fn offer_calendar(&mut self, fact: CalendarFact) -> bool {
        let subject = fact.entry.subject();
        if self.entries.get(&subject).is_some_and(|kept| !fact.wins_over(kept)) {
            return false;
        }
        let changed = self.calendar.set(&fact.entry);
        self.entries.insert(subject, fact);
        changed
    }

    /// Which days and hours are worked on.
    pub fn calendar(&self) -> &Calendar {
        &self.calendar
    }

    /// All entries of the calendar, days ascending, the week last.
    pub fn entries(&self) -> impl Iterator<Item = &CalendarFact> {
        self.entries.values()
    }

    /// The newest entry about what an entry is about.
    pub fn entry(&self, entry: &CalendarEntry) -> Option<&CalendarFact> {
        self.entries.get(&entry.subject())
    }

    /// Of the year of a day and the next one those in which no holiday is known: people forget to load them.
    pub fn years_without_holidays(&self, today: Day) -> Vec<i16> {
        let year = today.date().year();
        let has_any = |year: &i16| self.entries().any(|fact| fact.entry.is_holiday_of(*year));
        [year, year.saturating_add(1)].into_iter().filter(|year| !has_any(year)).collect()
    }

    /// All versions of all procedures, in no order.
    pub fn procedures(&self) -> impl Iterator<Item = &ProcedureFact> {
        self.procedures.values().flat_map(BTreeMap::values)
    }

    /// A version by its key.
    pub fn version(&self, code: &Text, valid_from: Option<Day>) -> Option<&ProcedureFact> {
        self.procedures.get(code)?.get(&valid_from)
    }

    /// What a code as a dossier gives it means on a day: the version that began last, unless it has ended.
    pub fn procedure(&self, code: &str, on: Day) -> Option<&ProcedureFact> {
        let versions = self.procedures.get(stripped_code(code))?;
        let (_, newest) = versions.range(..=Some(on)).next_back()?;
        newest.profile.valid_to.is_none_or(|to| on <= to).then_some(newest)
    }

    /// The limit of what was taken on under a code.
    pub fn limit(&self, code: &str, taken_on: Day) -> Option<Limit> {
        self.procedure(code, taken_on)?.profile.limit
    }

    /// When a limit counted from taken on ends, before any pause moves it.
    ///
    /// Days end with the last millisecond of the local day: 3 working days from Friday 2 August 2024, 10:00, are
    /// Wednesday 7 August 23:59:59.999, 3 calendar days Monday 5 August; the day of taking on itself never counts.
    /// The same day is that day, or the next working day when it is none. Hours run in working time only: 8 working
    /// hours from that Friday 16:00 end on Monday 5 August 16:30 (1 hour on Friday, then 4 and 3).
    pub fn due(&self, limit: Limit, taken_on: Instant, zone: &Zone) -> Instant {
        let day = zone.day(taken_on);
        match limit {
            Limit::WorkingHours(hours) => self.calendar.after_hours(taken_on, hours, zone),
            Limit::WorkingDays(days) => zone.end(self.calendar.working_day_after(day, days)),
            Limit::CalendarDays(days) => zone.end(day.plus(i32::try_from(days).unwrap_or(i32::MAX))),
            Limit::SameDay if self.calendar.is_working(day) => zone.end(day),
            Limit::SameDay => zone.end(self.calendar.working_day_after(day, 1)),
        }
    }
}

#[cfg(test)]
mod tests;
