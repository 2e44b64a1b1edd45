//! The pools of the province, made from its units: the departments behind the Service Centre, and each district with
//! its communes.

use crate::model::{Day, Instant, UnitFact, UnitKind};

use super::calendar::{self, Calendar};
use super::catalogue::{
    CERTIFICATION, COMMUNE_MIX, DEPARTMENTS, DEPARTMENTS_ON_TIME, DISTRICT_MIX, DISTRICT_ON_TIME,
    DISTRICT_ON_TIME_DEFAULT, Mix, SERVICE_CENTRE,
};
use super::lists::Lists;
use super::office::{Desk, Office, Rates};
use super::reports::Report;
use super::volume::{self, Span};

/// Received by the Service Centre from 1 January 2024 to the start.
pub(super) const CENTRE_RECEIVED: f64 = 60_902.0;
/// Received in the city from 1 January to 30 June 2024.
pub(super) const CITY_RECEIVED: f64 = 14_332.0;
/// Received in the same half year in another district, for each of its communes.
const RECEIVED_PER_COMMUNE: f64 = 228.8;
/// Dossiers of a day of 2023 for one of 2024.
const YEAR_BEFORE: f64 = 0.86;
/// The city, by its code.
pub(super) const CITY: &str = "148";
/// The city's share of digitised dossiers, printed for its first half year.
const CITY_DIGITISED: f64 = 0.6903;
/// Copies certified at the counters of communes on a day, only on the starting day and after: they keep the wall moving.
const RUSH_PER_DAY: f64 = 5_600.0;
/// Shares of dossiers that citizens rate, everywhere and at those counters.
pub(super) const RATED: f64 = 0.0742;
const RUSH_RATED: f64 = 0.2;
/// Stream numbers of the pools that aren't districts.
const CENTRE_STREAM: u64 = 1;
const RUSH_STREAM: u64 = 2;
const FIRST_DISTRICT_STREAM: u64 = 16;
/// A first digit pair of the ids of the province.
const PROVINCE_ID: &str = "H28";

/// What the province printed for 2023 and the first half of 2024.
pub(super) const REPORTS: &[Report] = &[
    ("17", "documents.processed", "2023", r#""value":200000"#),
    ("17", "modernisation.score", "2020", r#""value":90.04"#),
    ("17", "modernisation.score", "2022", r#""value":92.48"#),
    ("17", "par.score", "2023", r#""value":86.76,"declared":86.89"#),
    ("17", "onestop.units_connected", "2024-H1", r#""value":100"#),
    ("17", "services.level_3", "2024-H1", r#""value":620"#),
    ("17", "services.level_4", "2024-H1", r#""value":912"#),
    ("17", "services.level_4_share", "2024-H1", r#""numerator":912,"denominator":1532"#),
    ("17", "integration.national_connected", "2024-H1", r#""value":1"#),
    ("17", "systems.launched", "2024-H1", r#""value":10"#),
    ("17", "infrastructure.network", "2024-H1", r#""value":100"#),
    ("17", "infrastructure.computers_province", "2024-H1", r#""value":98"#),
    ("17", "infrastructure.computers_district", "2024-H1", r#""value":91"#),
    ("17", "infrastructure.computers_commune", "2024-H1", r#""value":88"#),
    (CITY, "dossiers.received", "2024-H1", r#""value":14332"#),
    (CITY, "dossiers.processed", "2024-H1", r#""value":14252"#),
    (CITY, "dossiers.digitised", "2024-H1", r#""numerator":9990,"denominator":14471,"declared":69.45"#),
    (CITY, "documents.outgoing_electronic", "2024-H1", r#""value":16777"#),
    (CITY, "documents.work_records", "2024-H1", r#""value":709"#),
    (CITY, "portals.active", "2024-H1", r#""value":20"#),
    (CITY, "network.level_2", "2024-H1", r#""numerator":19,"denominator":19"#),
    (CITY, "signature.leaders", "2024-H1", r#""value":100"#),
];

/// A unit as records name it.
#[derive(Clone, Debug)]
pub(super) struct Seat {
    /// Its code as JSON text.
    pub(super) code_json: String,
    /// The code as JSON text of the unit that receives for it.
    pub(super) received_by_json: Option<String>,
}

impl Seat {
    /// A unit and the one that receives for it, by their codes.
    pub(super) fn new(code: &str, received_by: Option<&str>) -> Seat {
        let json = |code: &str| serde_json::Value::from(code).to_string();
        Seat { code_json: json(code), received_by_json: received_by.map(json) }
    }
}

/// Who deals with a dossier, over the changes of the hierarchy.
pub(super) struct Unit {
    /// The part of a dossier's id that names it.
    pub(super) id: String,
    /// From when on which units are it, in time order; of several each has its part of the dossiers.
    seats: Vec<(Instant, Vec<Seat>)>,
}

impl Unit {
    pub(super) fn new(seat: Seat, id: String) -> Unit {
        Unit::of(vec![seat], id)
    }

    /// Several units, at least one, that share the dossiers.
    pub(super) fn of(seats: Vec<Seat>, id: String) -> Unit {
        Unit { id, seats: vec![(Instant(i64::MIN), seats)] }
    }

    /// Goes on as these from an instant on; as itself when there are none.
    pub(super) fn then(&mut self, from: Instant, seats: Vec<Seat>) {
        if !seats.is_empty() {
            self.seats.push((from, seats));
        }
    }

    /// Who deals at an instant with the dossier of this number of a day.
    pub(super) fn seat(&self, at: Instant, number: u32) -> &Seat {
        let (_, seats) = self.seats.iter().rev().find(|(from, _)| *from <= at).unwrap_or(&self.seats[0]);
        &seats[number as usize % seats.len()]
    }
}

/// The pools and the units.
pub(super) struct Province {
    pub(super) units: Vec<Unit>,
    pub(super) offices: Vec<Office>,
    /// The counters' rush, from the starting day on.
    pub(super) rush: Office,
}

impl Province {
    /// Province 17, from the units in force on the starting day.
    pub(super) fn hoa_binh(seed: u64, calendar: &Calendar, lists: &Lists) -> Province {
        let facts = lists.units().expect("the lists of the program are read by a test");
        let start = calendar.start_day();
        let valid = |fact: &&UnitFact| {
            fact.valid_from.is_none_or(|from| from <= start) && fact.valid_to.is_none_or(|to| to >= start)
        };
        let mut facts: Vec<&UnitFact> = facts.iter().filter(valid).collect();
        facts.sort_by(|a, b| (a.sort_order, &a.code).cmp(&(b.sort_order, &b.code)));
        let mut province = Province { units: Vec::new(), offices: Vec::new(), rush: rush(seed, Vec::new()) };
        province.add_departments((seed, calendar), &facts);
        let districts = facts.iter().filter(|fact| fact.kind == UnitKind::District);
        for (place, district) in districts.enumerate() {
            province.add_district((seed, calendar), (place, district), &facts);
        }
        let counters = province.offices.iter().filter(|office| office.stream >= FIRST_DISTRICT_STREAM);
        let units: Vec<u16> = counters.flat_map(Office::units).collect();
        province.rush = rush(seed, units);
        province
    }

    fn add_unit(&mut self, fact: &UnitFact, received_by: Option<&UnitFact>, id: String) -> u16 {
        self.units.push(Unit::new(Seat::new(&fact.code, received_by.map(|fact| &*fact.code)), id));
        u16::try_from(self.units.len() - 1).expect("a province has fewer than 65,536 units")
    }

    fn add_departments(&mut self, (seed, calendar): (u64, &Calendar), facts: &[&UnitFact]) {
        let departments = || facts.iter().copied().filter(|fact| fact.kind == UnitKind::Department);
        let centre = departments().find(|fact| &*fact.code == SERVICE_CENTRE);
        let mut desks = Vec::new();
        for (place, fact) in departments().enumerate() {
            let found = DEPARTMENTS.iter().find(|(code, ..)| &*fact.code == *code);
            let Some((_, weight, mix)) = found else { continue };
            let unit = self.add_unit(fact, centre, format!("{PROVINCE_ID}.{}", place + 1));
            desks.push(Desk { unit, weight: *weight, mix, late: 1.0 });
        }
        if desks.is_empty() {
            return;
        }
        let rates = Rates { on_time: DEPARTMENTS_ON_TIME, digitised: 0.721, online: 0.62, rated: RATED };
        let mut office = Office::new(seed, CENTRE_STREAM, desks, rates);
        let weight = |span| volume::span_weight(calendar, (seed, CENTRE_STREAM), span);
        let first_half = (CENTRE_RECEIVED * weight(first_half()) / weight(to_start(calendar))).round();
        let spans = spans(calendar, weight, [first_half, CENTRE_RECEIVED - first_half]);
        office.set_spans(spans, (seed, calendar));
        self.offices.push(office);
    }

    fn add_district(
        &mut self,
        (seed, calendar): (u64, &Calendar),
        (place, district): (usize, &UnitFact),
        facts: &[&UnitFact],
    ) {
        let id = format!("{PROVINCE_ID}.{}", place + 30);
        let communes = facts.iter().filter(|fact| fact.parent.as_ref() == Some(&district.code));
        let communes: Vec<&&UnitFact> = communes.filter(|fact| fact.kind == UnitKind::Commune).collect();
        let mut desks = vec![Desk {
            unit: self.add_unit(district, None, id.clone()),
            // The district's own office has as much as four fifths of its communes together.
            weight: 0.8 * communes.len().max(1) as f64,
            mix: DISTRICT_MIX,
            late: 1.0,
        }];
        for (number, commune) in communes.iter().enumerate() {
            let unit = self.add_unit(commune, None, format!("{id}.{}", number + 1));
            // Wards and towns have more to do than communes in the hills.
            let weight = if &*commune.category == "xã" { 0.9 } else { 1.6 };
            desks.push(Desk { unit, weight, mix: COMMUNE_MIX, late: 1.0 });
        }
        let is_city = &*district.code == CITY;
        let on_time = DISTRICT_ON_TIME.iter().find(|(code, _)| *code == &*district.code);
        let rates = Rates {
            on_time: on_time.map_or(DISTRICT_ON_TIME_DEFAULT, |(_, rate)| *rate),
            digitised: if is_city { CITY_DIGITISED } else { 0.68 + 0.006 * place as f64 },
            online: if is_city { 0.6 } else { 0.5 },
            rated: RATED,
        };
        let stream = FIRST_DISTRICT_STREAM + place as u64;
        let received = if is_city { CITY_RECEIVED } else { (RECEIVED_PER_COMMUNE * communes.len() as f64).round() };
        let weight = |span| volume::span_weight(calendar, (seed, stream), span);
        let since = received * weight(second_half(calendar)) / weight(first_half());
        let mut office = Office::new(seed, stream, desks, rates);
        office.set_spans(spans(calendar, weight, [received, since.round()]), (seed, calendar));
        self.offices.push(office);
    }
}

pub(super) fn rush(seed: u64, units: Vec<u16>) -> Office {
    const CERTIFICATION_ONLY: Mix = &[(CERTIFICATION, 1.0)];
    let desks = units.into_iter().map(|unit| Desk { unit, weight: 1.0, mix: CERTIFICATION_ONLY, late: 1.0 }).collect();
    let rates = Rates { on_time: 99.9, digitised: 0.72, online: 0.0, rated: RUSH_RATED };
    let mut office = Office::new(seed, RUSH_STREAM, desks, rates);
    office.set_pace(RUSH_PER_DAY);
    office
}

fn first_half() -> (Day, Day) {
    (calendar::day(2024, 1, 1), calendar::day(2024, 6, 30))
}

fn second_half(calendar: &Calendar) -> (Day, Day) {
    (calendar::day(2024, 7, 1), calendar.start_day())
}

fn to_start(calendar: &Calendar) -> (Day, Day) {
    (first_half().0, second_half(calendar).1)
}

/// 2023 at a lower pace, then the two parts of 2024 with their counts.
fn spans(calendar: &Calendar, weight: impl Fn((Day, Day)) -> f64, counts: [f64; 2]) -> Vec<Span> {
    let before = (calendar.history_begin, first_half().0.plus(-1));
    let count = weight(before) * (counts[0] + counts[1]) / weight(to_start(calendar)).max(1e-9) * YEAR_BEFORE;
    let span = |(first, last), count| Span { first, last, count };
    vec![span(before, count.round()), span(first_half(), counts[0]), span(second_half(calendar), counts[1])]
}
