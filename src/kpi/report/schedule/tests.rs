//! Schedules by a clock that is set by hand.

use super::*;
use crate::kpi::Catalogue;
use crate::model::{CalendarEntry, CalendarFact, DayKind, Rules};

struct World {
    zone: Zone,
    rules: Rules,
    catalogue: Catalogue,
}

impl World {
    /// Hanoi, with 2 September 2024, a Monday, and the day after it off.
    fn new() -> World {
        let off = |day: &str| CalendarFact {
            at: Instant(1),
            entry: CalendarEntry::Day {
                day: Day::from_date(day.parse().unwrap()),
                is: DayKind::Holiday,
                name: None,
                source: None,
            },
        };
        let mut rules = Rules::default();
        for day in ["2024-09-02", "2024-09-03"] {
            rules.offer_calendar(off(day));
        }
        World { zone: Zone::named("Asia/Ho_Chi_Minh").unwrap(), rules, catalogue: Catalogue::embedded().unwrap() }
    }

    fn days(&self, scheme: &str) -> Days<'_> {
        let scheme = self.catalogue.schemes().named(scheme).unwrap();
        Days { zone: &self.zone, calendar: self.rules.calendar(), scheme }
    }
}

fn t(text: &str) -> Instant {
    let timestamp: jiff::Timestamp = format!("{}:00+07:00", text.replace(' ', "T")).parse().unwrap();
    Instant(timestamp.as_millisecond())
}

fn shown(runs: &[Run], world: &World) -> Vec<String> {
    let late = |run: &Run| if run.is_late { " late" } else { "" };
    runs.iter().map(|run| format!("{} {}{}", &run.at.to_rfc3339(&world.zone)[..16], run.period, late(run))).collect()
}

#[test]
fn a_daily_brief_comes_on_working_days_of_the_last_working_day() {
    let world = World::new();
    let daily = Schedule::read("0 7 * * *", Every::Day, true).unwrap();
    let runs = daily.due(t("2024-08-29 12:00"), t("2024-09-05 07:00"), world.days("calendar"));
    // Saturday, Sunday and two days off wait for Wednesday, which tells of Friday, once.
    assert_eq!(
        shown(&runs, &world),
        ["2024-08-30T07:00 2024-08-29 late", "2024-09-04T07:00 2024-08-30 late", "2024-09-05T07:00 2024-09-04",]
    );
    assert_eq!(daily.next(t("2024-08-30 07:00"), world.days("calendar")), Some(t("2024-09-04 07:00")));
    let next = daily.next(t("2024-08-30 06:59"), world.days("calendar"));
    assert_eq!(next, Some(t("2024-08-30 07:00")));
}

#[test]
fn a_month_ends_when_its_scheme_says_and_waits_for_a_working_day() {
    let world = World::new();
    let monthly = Schedule::read("0 7 15 * *", Every::Month, true).unwrap();
    let runs = monthly.due(t("2024-05-20 00:00"), t("2024-09-16 07:05"), world.days("report"));
    assert_eq!(
        shown(&runs, &world),
        [
            "2024-06-17T07:00 2024-06 late",
            "2024-07-15T07:00 2024-07 late",
            "2024-08-15T07:00 2024-08 late",
            "2024-09-16T07:00 2024-09",
        ]
    );
    // On the first of a month the calendar's is over, the reports' isn't: theirs is that of two weeks before.
    let first = Schedule::read("0 7 1 * *", Every::Month, false).unwrap();
    let of = |scheme| first.due(t("2024-07-31 00:00"), t("2024-08-01 08:00"), world.days(scheme))[0].period.to_string();
    assert_eq!((of("calendar"), of("report")), ("2024-07".to_owned(), "2024-07".to_owned()));
    let last = Schedule::read("0 7 14 * *", Every::Month, false).unwrap();
    let runs = last.due(t("2024-08-13 00:00"), t("2024-08-14 08:00"), world.days("report"));
    assert_eq!(runs[0].period.to_string(), "2024-07", "the fourteenth isn't over");
}

#[test]
fn in_a_month_with_downtime_every_period_is_made_once_and_what_was_missed_is_late() {
    let world = World::new();
    let days = world.days("calendar");
    let daily = Schedule::read("30 6 * * *", Every::Day, false).unwrap();
    // Looked at every seven minutes of August, but for three nights and four days in the middle.
    let minute = 60_000;
    let is_down = |now: Instant| {
        let four_days = t("2024-08-12 05:00") <= now && now < t("2024-08-16 09:13");
        let night = (0..3).any(|day| {
            let at = t("2024-08-03 06:00").plus_ms(day * 24 * 60 * minute);
            at <= now && now < at.plus_ms(20 * minute)
        });
        four_days || night
    };
    let mut looked = t("2024-08-01 00:00");
    let mut made = Vec::new();
    let mut now = looked;
    while now < t("2024-09-01 00:00") {
        if !is_down(now) {
            made.extend(daily.due(looked, now, days));
            looked = now;
        }
        now = now.plus_ms(7 * minute);
    }
    let periods: Vec<String> = made.iter().map(|run| run.period.to_string()).collect();
    let all: Vec<String> =
        (0..31).map(|day| Day::from_date("2024-07-31".parse().unwrap()).plus(day).to_string()).collect();
    assert_eq!(periods, all);
    let late: Vec<String> = made.iter().filter(|run| run.is_late).map(|run| run.period.to_string()).collect();
    assert_eq!(late, ["2024-08-11", "2024-08-12", "2024-08-13", "2024-08-14", "2024-08-15"]);
}

#[test]
fn a_week_is_that_before_and_a_pattern_within_a_period_makes_one() {
    let world = World::new();
    let weekly = Schedule::read("0 8 * * 1,4", Every::Week, false).unwrap();
    let runs = weekly.due(t("2024-07-29 00:00"), t("2024-08-09 00:00"), world.days("calendar"));
    assert_eq!(shown(&runs, &world), ["2024-07-29T08:00 2024-W30 late", "2024-08-05T08:00 2024-W31 late"]);
}

#[test]
fn a_long_downtime_makes_up_for_the_newest_only() {
    let world = World::new();
    let daily = Schedule::read("0 7 * * *", Every::Day, false).unwrap();
    let runs = daily.due(t("2023-08-02 08:00"), t("2024-08-02 08:00"), world.days("calendar"));
    assert_eq!((runs.len(), runs[MISSED_MAX - 1].period.to_string().as_str()), (MISSED_MAX, "2024-08-01"));
}

#[test]
fn patterns_that_are_none_say_why() {
    for (pattern, says) in [
        ("0 7 * *", "another number of fields"),
        ("0 7 * * * *", "another number of fields"),
        ("61 7 * * *", "no cron pattern"),
        ("0 7 30 2 *", "never comes"),
    ] {
        let error = Schedule::read(pattern, Every::Month, false).unwrap_err().to_string();
        assert!(error.contains(says), "{error}");
    }
}
