//! The demonstration against what the province reported, through the same checks and figures as everything else.

mod phu_tho;

use std::collections::{BTreeMap, HashSet};

use crate::cube::{Cube, View, Window};
use crate::ingest::{self, Limits};
use crate::kpi::Measure;
use crate::model::{Day, Instant, Record, UnitFact, Zone};
use crate::units::Perspective;

use super::catalogue::{DEPARTMENTS, DISTRICT_ON_TIME};
use super::{Event, HOA_BINH, History, RATINGS, SEED, START, calendar};

/// The units that the demonstration loads.
fn units() -> Vec<UnitFact> {
    let csv = include_bytes!("../../../dashboards/units/hoa-binh.csv");
    let batch = ingest::read_units(csv, Some("text/csv"), Instant(0), &Limits::default()).unwrap();
    batch.units.into_iter().map(|row| row.fact).collect()
}

fn zone() -> Zone {
    Zone::named("Asia/Ho_Chi_Minh").unwrap()
}

/// The record of a line as intake reads it at the event's own instant, so that no time in it lies ahead.
fn read(events: &[Event], source: &str, now: Instant) -> Vec<Record> {
    let lines: Vec<&str> = events.iter().map(|event| event.line.as_str()).collect();
    let limits = Limits { body_bytes_max: 1 << 30, ..Limits::default() };
    let context = ingest::Context { source: source.into(), now, zone: zone(), limits };
    let batch = ingest::read_batch(lines.join("\n").as_bytes(), None, None, &context).unwrap();
    assert_eq!(batch.rejections, [], "every line is accepted");
    batch.records
}

fn history() -> Vec<Event> {
    History::generate(&HOA_BINH, SEED).events().collect()
}

/// The province's figures at the start.
struct Figures(View);

impl Figures {
    fn new() -> Figures {
        let mut cube = Cube::new(zone(), START);
        cube.apply_units(units());
        let mut by_source: BTreeMap<&str, Vec<Event>> = BTreeMap::new();
        for event in history() {
            by_source.entry(event.source).or_default().push(event);
        }
        for (source, events) in &by_source {
            cube.apply(read(events, source, START), 1);
        }
        Figures(cube.view())
    }

    fn of(&self, code: &str, (first, last): (&str, &str), measure: Measure) -> i64 {
        let window = Window { first: first.parse().unwrap(), last: last.parse().unwrap() };
        let unit = self.0.units().read(code, self.0.today()).unit;
        self.0.measures(unit, window, Perspective::default()).get(measure)
    }

    fn percent(&self, code: &str, window: (&str, &str), (parts, whole): (&[Measure], &[Measure])) -> f64 {
        let sum = |measures: &[Measure]| measures.iter().map(|m| self.of(code, window, *m)).sum::<i64>() as f64;
        100.0 * sum(parts) / sum(whole)
    }

    fn on_time(&self, code: &str, window: (&str, &str)) -> f64 {
        use Measure::{ResolvedEarly, ResolvedLate, ResolvedOnTime};
        self.percent(code, window, (&[ResolvedEarly, ResolvedOnTime], &[ResolvedEarly, ResolvedOnTime, ResolvedLate]))
    }
}

const YEAR: (&str, &str) = ("2024-01-01", "2024-08-02");
const YEAR_BEFORE: (&str, &str) = ("2023-01-01", "2023-08-02");
const HALF_YEAR: (&str, &str) = ("2024-01-01", "2024-06-30");

#[track_caller]
fn assert_near(found: f64, wanted: f64, by: f64) {
    assert!((found - wanted).abs() <= by, "{found:.2} instead of {wanted} ± {by}");
}

#[test]
fn the_same_seed_gives_the_same_bytes_and_another_seed_others() {
    let bytes = |seed| {
        let history = History::generate(&HOA_BINH, seed);
        let lines: String = history.events().take(60_000).map(|event| event.line).collect();
        let traffic = history.into_traffic().advance(START.plus_ms(3_600_000));
        (lines, traffic)
    };
    let (first, again, other) = (bytes(SEED), bytes(SEED), bytes(SEED + 1));
    assert!(first == again, "the same seed");
    assert!(first.0 != other.0 && first.1 != other.1, "another seed");
}

/// Scenarios are data: another one changes nothing of what this one says.
#[test]
fn the_province_of_hoa_binh_is_told_as_ever() {
    let history = History::generate(&HOA_BINH, SEED);
    let (mut count, mut sum) = (0, 0xcbf2_9ce4_8422_2325_u64);
    let mut add = |event: &Event| {
        count += 1;
        let bytes = event.source.bytes().chain(event.at.0.to_le_bytes()).chain(event.line.bytes());
        sum = bytes.fold(sum, |sum, byte| (sum ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
    };
    history.events().for_each(|event| add(&event));
    history.into_traffic().advance(START.plus_ms(86_400_000)).iter().for_each(add);
    assert_eq!((count, sum), (357_027, 13_864_159_626_288_787_121));
}

/// One test, since each has to fold the whole history.
#[test]
fn the_figures_at_the_start_are_those_of_a_province_in_order() {
    let figures = Figures::new();
    reported_volumes_are_met_exactly(&figures);
    rates_are_as_reported(&figures);
    work_lies_on_the_desks(&figures);
}

fn reported_volumes_are_met_exactly(figures: &Figures) {
    let figure = |code: &str, window, measure| figures.of(code, window, measure);
    let departments: i64 = DEPARTMENTS.iter().map(|(code, ..)| figure(code, YEAR, Measure::Received)).sum();
    assert_eq!(departments, 60_902);
    assert_eq!(figure("148", HALF_YEAR, Measure::Received), 14_332);
    let (now, before) = (figure("17", YEAR, Measure::Received), figure("17", YEAR_BEFORE, Measure::Received));
    assert_near(now as f64, 114_500.0, 1_500.0);
    assert_near(before as f64 / now as f64, 0.86, 0.04);
}

fn rates_are_as_reported(figures: &Figures) {
    let percent = |code: &str, window, parts| figures.percent(code, window, parts);
    let on_time = |code: &str, window| figures.on_time(code, window);
    assert_near(on_time("17", YEAR), 98.2, 0.15);
    assert_near(on_time("17", YEAR_BEFORE), 96.9, 0.4);
    for (code, rate) in DISTRICT_ON_TIME {
        assert_near(on_time(code, YEAR), *rate, 0.6);
    }
    use Measure as M;
    assert_near(percent("17", YEAR, (&[M::Digitised], &[M::Received])), 71.4, 0.6);
    assert_near(percent("148", HALF_YEAR, (&[M::Digitised], &[M::Received])), 69.03, 0.6);
    assert_near(percent("17", YEAR, (&[M::RatingsSatisfied], &[M::Ratings])), 91.3, 0.8);
    assert_near(figures.of("17", YEAR, M::Ratings) as f64, 8_412.0, 250.0);
    assert_near(percent("17", YEAR, (&[M::ReceivedOnline], &[M::Received])), 52.0, 6.0);
}

fn work_lies_on_the_desks(figures: &Figures) {
    use Measure as M;
    let now = |measure| figures.of("17", YEAR, measure) as f64;
    assert_near(now(M::InProgressOverdue), 220.0, 40.0);
    assert_near(now(M::InProgress), 2_858.0, 500.0);
    for few in [M::InProgressUndated, M::InProgressWaiting, M::NearlyLate, M::ResolvedWithdrawn, M::SentBack] {
        assert!((3.0..1_000.0).contains(&now(few)), "{} is {}", few.name(), now(few));
    }
    assert!(now(M::WaitingAcceptance) >= 1.0);
    assert!(now(M::PaidOnline) > 0.3 * now(M::Payable) && now(M::PaidOnline) < 0.8 * now(M::Payable));
}

#[test]
fn the_history_is_plausible_line_by_line() {
    let events = history();
    late_ones_are_mainly_land_and_construction(&events);
    in_time_order_and_never_ahead(&events);
    offices_rest_on_sundays_and_holidays(&events);
    ids_are_unique(&events);
}

fn late_ones_are_mainly_land_and_construction(events: &[Event]) {
    let mut late: BTreeMap<&str, usize> = BTreeMap::new();
    for event in events.iter().filter(|event| event.line.contains("late_cause")) {
        let Some(field) = event.line.split("\"field\":\"").nth(1).and_then(|rest| rest.split('"').next()) else {
            continue;
        };
        *late.entry(field).or_default() += 1;
    }
    let all: usize = late.values().sum();
    assert!(late["Đất đai"] + late["Xây dựng"] > all / 2, "{late:?}");
}

fn in_time_order_and_never_ahead(events: &[Event]) {
    assert!(events.is_sorted_by_key(|event| event.at));
    assert!(events.last().unwrap().at <= START);
    assert!(events.len() <= 350_000, "{} records", events.len());
    assert_eq!(events.len(), History::generate(&HOA_BINH, SEED).events_count());
}

fn offices_rest_on_sundays_and_holidays(events: &[Event]) {
    let is_rest = |day: Day| (day.0 + 3).rem_euclid(7) == 6 || day == calendar::day(2024, 2, 12);
    let on_rest = events.iter().filter(|event| is_rest(calendar::local(event.at).0));
    let (online, others): (Vec<&Event>, Vec<&Event>) = on_rest.partition(|event| event.line.contains("registered"));
    assert_eq!(others, Vec::<&Event>::new());
    assert!((1..400).contains(&online.len()), "{} filed online", online.len());
}

fn ids_are_unique(events: &[Event]) {
    let lines = events.iter().filter(|event| event.line.contains("\"received_at\"") || event.source == RATINGS);
    let mut ids = HashSet::new();
    for event in lines {
        let id = event.line.split("\"id\":\"").nth(1).and_then(|rest| rest.split('"').next()).unwrap();
        assert!(ids.insert((event.source, id)), "{id} twice");
    }
}

#[test]
fn traffic_is_the_same_however_often_it_is_asked() {
    let end = START.plus_ms(3 * 86_400_000);
    let at_once = History::generate(&HOA_BINH, SEED).into_traffic().advance(end);
    let mut traffic = History::generate(&HOA_BINH, SEED).into_traffic();
    let mut by_steps = Vec::new();
    let mut now = START;
    while now < end {
        now = now.plus_ms(977_000).min(end);
        let events = traffic.advance(now);
        assert!(events.iter().all(|event| event.at <= now));
        by_steps.extend(events);
    }
    assert!(by_steps.is_sorted_by_key(|event| event.at));
    assert!(at_once == by_steps);
}

#[test]
fn traffic_is_accepted_and_keeps_a_wall_moving() {
    let mut traffic = History::generate(&HOA_BINH, SEED).into_traffic();
    let minutes: Vec<Vec<Event>> = (1..=60).map(|m| traffic.advance(START.plus_ms(m * 60_000))).collect();
    assert!(minutes.iter().all(|minute| minute.len() > 15), "no minute without news");
    let hour: Vec<Event> = minutes.into_iter().flatten().collect();
    assert_near(hour.len() as f64 / 3_600.0, 1.0, 0.35);
    for event in &hour {
        read(std::slice::from_ref(event), event.source, event.at);
    }
    let (received, finished) = (count(&hour, "received_at"), count(&hour, "delivered"));
    assert!(received > 300 && finished > 300, "{received} received, {finished} handed over");
    assert!(count(&hour, "\"rating\"") > 60);
    let first: Vec<Event> = hour.iter().filter(|event| event.at <= START.plus_ms(60_000)).cloned().collect();
    let (received, finished) = (count(&first, "received_at"), count(&first, "delivered"));
    assert!(received > 5 && finished > 2, "in the first minute {received} received, {finished} handed over");
}

fn count(events: &[Event], text: &str) -> usize {
    events.iter().filter(|event| event.line.contains(text)).count()
}
