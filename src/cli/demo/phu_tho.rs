//! Province 25: three provinces with districts until the end of June 2025, from July on one of communes.
//!
//! Until then a pool is a former district with its communes, or the departments of a former province; from then on it
//! is the communes that came from one district, or the new departments. Who begins a dossier may not be there any more
//! when it ends: its later records come from the unit that went on, those of a district from one of the communes on
//! its land.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::{Day, Succession, Text, UnitFact, UnitKind};

use super::calendar::{self, Calendar};
use super::catalogue::{
    COMMUNE_MIX, DEPARTMENTS, DEPARTMENTS_ON_TIME, DISTRICT_MIX, DISTRICT_ON_TIME, NEW_COMMUNE_MIX,
};
use super::lists::Lists;
use super::office::{Desk, Office, Rates};
use super::province::{Province, RATED, Seat, Unit, rush};
use super::reports::Report;
use super::rng::Rng;
use super::volume::{self, Span};

/// The reports of indicators.
pub(super) const REPORTS: &[Report] = &[
    ("25", "documents.processed", "2024", r#""value":610000"#),
    ("25", "services.level_4", "2025-9M", r#""value":1032"#),
    ("25", "services.level_3", "2025-9M", r#""value":846"#),
    ("25", "infrastructure.computers_province", "2025-9M", r#""value":97"#),
];

/// Former provinces, with the first part of the ids of their dossiers and the service point that goes on there.
const FORMER: [(&str, &str, &str); 3] = [
    ("25", "H44.1", "25.tt-phuc-vu-hcc.viet-tri"),
    ("26", "H62", "25.tt-phuc-vu-hcc.vinh-yen"),
    ("17", "H28", "25.tt-phuc-vu-hcc.hoa-binh"),
];
/// The first part of the ids of province 25 from July 2025 on.
const ID: &str = "H44";
/// Received by the departments of three provinces together in half a year: a part of what really comes, so that a
/// demonstration of two years is prepared in seconds.
const DEPARTMENTS_RECEIVED: f64 = 15_000.0;
/// Received in half a year in a district for each of its communes, and later by each new commune.
const DISTRICT_RECEIVED: f64 = 98.0;
const COMMUNE_RECEIVED: f64 = 330.0;
/// Dossiers of a half year for one of the half year before.
const GROWTH: f64 = 1.06;
/// The least and the greatest rate of a district in percent, if none is known.
const ON_TIME: (f64, f64) = (96.9, 99.3);
/// How far one unit of a pool is from another in being late.
const LATE: (f64, f64) = (0.35, 1.9);
/// Streams of chance; 1 and 2 are taken.
const DEPARTMENTS_STREAM: u64 = 4;
const DISTRICT_STREAM: u64 = 256;
const COMMUNE_STREAM: u64 = 1_024;

/// The first day of the new hierarchy.
fn merger() -> Day {
    calendar::day(2025, 7, 1)
}

struct Making<'a> {
    seed: u64,
    calendar: &'a Calendar,
    facts: Vec<UnitFact>,
    successions: Vec<Succession>,
}

impl Province {
    /// From three hierarchies before the merger and one after it.
    pub(super) fn phu_tho(seed: u64, calendar: &Calendar, lists: &Lists) -> Province {
        let facts = lists.units().expect("the lists of the program are read by a test");
        let successions = lists.successions().expect("the lists of the program are read by a test");
        let making = Making { seed, calendar, facts, successions };
        let mut province = Province { units: Vec::new(), offices: Vec::new(), rush: rush(seed, Vec::new()) };
        for (place, (former, id, _)) in FORMER.into_iter().enumerate() {
            let office = making.former_departments(&mut province.units, (place, former, id));
            province.offices.push(office);
        }
        let office = making.new_departments(&mut province.units);
        province.offices.push(office);
        let mut counters = Vec::new();
        for (place, (district, id)) in making.districts().into_iter().enumerate() {
            let former = making.former_district(&mut province.units, (place, district, id));
            let new = making.new_communes(&mut province.units, (place, district));
            counters.extend(new.iter().flat_map(Office::units));
            province.offices.extend([Some(former), new].into_iter().flatten());
        }
        province.rush = rush(seed, counters);
        province
    }
}

impl Making<'_> {
    fn in_force(&self, day: Day) -> impl Iterator<Item = &UnitFact> {
        let valid = move |fact: &&UnitFact| {
            fact.valid_from.is_none_or(|from| from <= day) && fact.valid_to.is_none_or(|to| to >= day)
        };
        self.facts.iter().filter(|fact| &*fact.tree == crate::units::TERRITORY).filter(valid)
    }

    fn begin(&self) -> Day {
        self.calendar.history_begin
    }

    /// The districts of the former provinces in protocol order, with the first part of their ids.
    fn districts(&self) -> Vec<(&UnitFact, String)> {
        let mut found = Vec::new();
        for (former, id, _) in FORMER {
            let of = self.in_force(self.begin()).filter(|fact| fact.kind == UnitKind::District);
            let mut of: Vec<&UnitFact> = of.filter(|fact| fact.parent.as_deref() == Some(former)).collect();
            of.sort_by(|a, b| (a.sort_order, &a.code).cmp(&(b.sort_order, &b.code)));
            found.extend(of.into_iter().zip(30..).map(|(fact, number)| (fact, format!("{id}.{number}"))));
        }
        found
    }

    fn communes(&self, district: &UnitFact) -> Vec<&UnitFact> {
        self.in_force(self.begin()).filter(|fact| fact.parent.as_ref() == Some(&district.code)).collect()
    }

    /// What stands for a code from which day on; the code itself at first.
    fn goes_on(&self, code: &Text) -> Vec<(Day, Text)> {
        let days: BTreeSet<Day> = self.successions.iter().map(|one| one.effective).collect();
        let mut found: Vec<(Day, Text)> = Vec::new();
        for day in days {
            let now = found.last().map_or(code, |(_, code)| code);
            let next = self.successions.iter().filter(|one| one.effective == day && one.old == *now);
            // Of a divided unit its default.
            if let Some(next) = next.max_by_key(|one| (one.is_default, one.share)) {
                found.push((day, next.new.clone()));
            }
        }
        found
    }

    fn stream(&self, stream: u64) -> Rng {
        Rng::new(self.seed, stream << 20)
    }

    fn former_departments(&self, units: &mut Vec<Unit>, (place, former, id): (usize, &str, &str)) -> Office {
        let codes = || {
            DEPARTMENTS.iter().map(|(code, weight, mix)| (code.replacen("17.", &format!("{former}."), 1), weight, mix))
        };
        let centre: Text = format!("{former}.tt-phuc-vu-hcc").as_str().into();
        let mut desks = Vec::new();
        for (number, (code, weight, mix)) in codes().enumerate() {
            let mut unit = Unit::new(Seat::new(&code, Some(&centre)), format!("{id}.{}", number + 1));
            for (day, code) in self.goes_on(&Text::new(&code)) {
                let point = if day >= merger() { FORMER[place].2 } else { &*centre };
                unit.then(calendar::at(day, 0), vec![Seat::new(&code, Some(point))]);
            }
            desks.push(Desk { unit: add(units, unit), weight: *weight, mix, late: 1.0 });
        }
        let rates = Rates { on_time: DEPARTMENTS_ON_TIME, digitised: 0.72, online: 0.72, rated: RATED };
        let stream = DEPARTMENTS_STREAM + place as u64;
        self.office_until((stream, desks, rates), DEPARTMENTS_RECEIVED / FORMER.len() as f64)
    }

    fn new_departments(&self, units: &mut Vec<Unit>) -> Office {
        let mut places: BTreeMap<Text, u16> = BTreeMap::new();
        let mut desks = Vec::new();
        for (code, weight, mix) in DEPARTMENTS {
            let Some((_, code)) = self.goes_on(&Text::new(code)).pop() else { continue };
            let number = places.len() + 1;
            let unit = *places.entry(code.clone()).or_insert_with(|| {
                let seats = FORMER.iter().map(|(_, _, point)| Seat::new(&code, Some(point))).collect();
                add(units, Unit::of(seats, format!("{ID}.{number}")))
            });
            desks.push(Desk { unit, weight: *weight, mix, late: 1.0 });
        }
        let rates = Rates { on_time: DEPARTMENTS_ON_TIME, digitised: 0.74, online: 0.72, rated: RATED };
        self.office_from((DEPARTMENTS_STREAM + 3, desks, rates), DEPARTMENTS_RECEIVED)
    }

    fn on_time(&self, (place, district): (usize, &UnitFact)) -> f64 {
        let known = DISTRICT_ON_TIME.iter().find(|(code, _)| *code == &*district.code);
        let (least, greatest) = ON_TIME;
        let made_up = least + (greatest - least) * self.stream(DISTRICT_STREAM + place as u64).share();
        known.map_or(made_up, |(_, rate)| *rate)
    }

    fn former_district(&self, units: &mut Vec<Unit>, (place, district, id): (usize, &UnitFact, String)) -> Office {
        let communes = self.communes(district);
        let mut unit = Unit::new(Seat::new(&district.code, None), id.clone());
        unit.then(calendar::at(merger(), 0), self.heirs(district).iter().map(|code| Seat::new(code, None)).collect());
        let weight = 0.8 * communes.len().max(1) as f64;
        let mut desks = vec![Desk { unit: add(units, unit), weight, mix: DISTRICT_MIX, late: 1.0 }];
        for (number, commune) in communes.into_iter().enumerate() {
            let mut unit = Unit::new(Seat::new(&commune.code, None), format!("{id}.{}", number + 1));
            for (day, code) in self.goes_on(&commune.code) {
                unit.then(calendar::at(day, 0), vec![Seat::new(&code, None)]);
            }
            let weight = if &*commune.category == "xã" { 0.9 } else { 1.6 };
            desks.push(Desk { unit: add(units, unit), weight, mix: COMMUNE_MIX, late: 1.0 });
        }
        let digitised = 0.7 + 0.003 * (place % 10) as f64;
        let rates = Rates { on_time: self.on_time((place, district)), digitised, online: 0.62, rated: RATED };
        let received = DISTRICT_RECEIVED * (desks.len() - 1).max(1) as f64;
        self.office_until((DISTRICT_STREAM + place as u64, desks, rates), received)
    }

    /// The new communes on the land of a district, each once over all districts: where its first old commune was.
    fn heirs(&self, district: &UnitFact) -> BTreeSet<Text> {
        let communes = self.communes(district);
        communes.iter().filter_map(|commune| Some(self.goes_on(&commune.code).pop()?.1)).collect()
    }

    fn new_communes(&self, units: &mut Vec<Unit>, (place, district): (usize, &UnitFact)) -> Option<Office> {
        let before: BTreeSet<Text> =
            self.districts().into_iter().take(place).flat_map(|(earlier, _)| self.heirs(earlier)).collect();
        let mut chance = self.stream(COMMUNE_STREAM + place as u64);
        let mut desks = Vec::new();
        for code in self.heirs(district).into_iter().filter(|code| !before.contains(code)) {
            let fact = self.in_force(merger()).find(|fact| fact.code == code)?;
            let weight = if &*fact.category == "xã" { 0.9 } else { 1.7 };
            let unit = add(units, Unit::new(Seat::new(&code, None), format!("{ID}.{}", &*code)));
            let late = LATE.0 + (LATE.1 - LATE.0) * chance.share();
            desks.push(Desk { unit, weight, mix: NEW_COMMUNE_MIX, late });
        }
        if desks.is_empty() {
            return None;
        }
        let rates = Rates { on_time: self.on_time((place, district)), digitised: 0.73, online: 0.68, rated: RATED };
        let received = COMMUNE_RECEIVED * desks.len() as f64;
        Some(self.office_from((COMMUNE_STREAM + place as u64, desks, rates), received))
    }

    /// A pool until the merger that receives so many in the half year before it.
    fn office_until(&self, (stream, desks, rates): (u64, Vec<Desk>, Rates), received: f64) -> Office {
        let mut office = Office::new(self.seed, stream, desks, rates);
        let half_years = [((2024, 1, 1), (2024, 6, 30)), ((2024, 7, 1), (2024, 12, 31)), ((2025, 1, 1), (2025, 6, 30))];
        let date = |(year, month, day)| calendar::day(year, month, day);
        let spans = half_years.iter().zip([GROWTH.powi(-2), GROWTH.powi(-1), 1.0]);
        let spans = spans.map(|((first, last), share)| Span {
            first: date(*first),
            last: date(*last),
            count: (received * share).round(),
        });
        office.set_spans(spans.collect(), (self.seed, self.calendar));
        office.set_pace(0.0);
        office
    }

    /// A pool from the merger on that receives so many in half a year.
    fn office_from(&self, (stream, desks, rates): (u64, Vec<Desk>, Rates), received: f64) -> Office {
        let mut office = Office::new(self.seed, stream, desks, rates);
        let weight = |span| volume::span_weight(self.calendar, (self.seed, stream), span);
        let span = (merger(), self.calendar.start_day());
        let half_year = weight((merger(), calendar::day(2025, 12, 31))).max(1e-9);
        let count = (received * GROWTH * weight(span) / half_year).round();
        office.set_spans(vec![Span { first: span.0, last: span.1, count }], (self.seed, self.calendar));
        office
    }
}

fn add(units: &mut Vec<Unit>, unit: Unit) -> u16 {
    units.push(unit);
    u16::try_from(units.len() - 1).expect("a province has fewer than 65,536 units")
}
