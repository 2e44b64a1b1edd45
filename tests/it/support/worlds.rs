//! Random record lists in which edges meet: each dossier draws all its instants from a handful, most of them the first
//! or last millisecond of a local day, so that finish and due date, pause and due date, `at` and `now` often fall on one
//! another or a millisecond apart.

use std::collections::{BTreeMap, BTreeSet};

use opcentre::model::procedure::stripped_code;
use opcentre::model::{
    Alias, CalendarEntry, CalendarFact, Channel, Contact, Day, DayKind, DossierEvent, DossierKey, Field, IndicatorKey,
    IndicatorReport, Instant, Limit, PauseEvent, PauseKind, ProcedureFact, ProcedureProfile, Rating, Record, Status,
    Succession, Text, UnitFact, UnitKind, WorkingWeek, Zone,
};

use crate::store::Dice;

/// Of each way to roll up one: weighted, sum, latest, none.
const INDICATORS: [&str; 7] = [
    "dossiers.digitised",
    "portals.active",
    "centre.received_to_date",
    "reform.rank",
    // What an index is made from: over 4/5 is full, over all, a value.
    "qd766.online_services",
    "qd766.dossier_sync",
    "qd766.publish_on_time",
];

/// The sending systems; they use the same ids.
pub const SOURCES: [&str; 2] = ["a", "b"];

const CODES: [&str; 5] = ["17", "148", "158", "05000", "9"];
/// As dossiers and lists have them: two write the same one.
const PROCEDURES: [&str; 5] = ["1.002835", "1.002835.000.00.00.H56", "2.002621.H56", "x", "1.00283"];
const UNKNOWN_CODE: &str = "nowhere";
/// How far ahead of the clock a record may be.
const AHEAD_MS: i64 = 600_000;
const HOUR_MS: i64 = 3_600_000;
/// Days before and after `now` that instants lie in.
const DAYS: i32 = 11;
const DOSSIERS: u64 = 50;
const EVENTS: u64 = 330;
/// More than a dossier keeps (R-5).
const CROWD: i64 = 80;

/// A zone, an instant and the records around it.
pub struct World {
    /// The zone of local days.
    pub zone: Zone,
    /// When the figures are asked for.
    pub now: Instant,
    /// What happened, units first; any other order is as good.
    pub records: Vec<Record>,
}

impl World {
    /// The world of a seed.
    pub fn of(zone: Zone, seed: u64) -> World {
        let mut dice = Dice(seed);
        let days: &[&str] = match zone.name() {
            // Clocks go back on 3 November, and forward on 10 March, both a Sunday.
            "America/New_York" => &["2024-11-03", "2024-11-04", "2024-11-08", "2024-03-10", "2024-03-11", "2024-03-15"],
            _ => &["2024-08-02", "2024-08-03", "2024-08-04", "2024-08-05", "2025-01-01", "2024-02-29"],
        };
        let today: Day = dice.of(days).parse().unwrap();
        let start = zone.start(today);
        let beside = dice.roll(24).cast_signed() * HOUR_MS;
        let now = dice.of(&[start, start, start.plus_ms(1), zone.end(today), start.plus_ms(beside)]);
        World::at(zone, now, dice)
    }

    /// A world around an instant.
    pub fn at(zone: Zone, now: Instant, dice: Dice) -> World {
        let mut world = World { zone, now, records: Vec::new() };
        let mut maker = Maker { world: &world, dice, people: Vec::new() };
        world.records = maker.records();
        world
    }

    /// An instant up to `now`.
    pub fn past(&self, dice: &mut Dice) -> Instant {
        let instants: Vec<Instant> = self.instants().into_iter().filter(|instant| *instant <= self.now).collect();
        dice.of(&instants)
    }

    /// Two instants after `now`, in order.
    pub fn later(&self, dice: &mut Dice) -> [Instant; 2] {
        let instants: Vec<Instant> = self.instants().into_iter().filter(|instant| *instant > self.now).collect();
        let mut later = [dice.of(&instants), dice.of(&instants)];
        later.sort_unstable();
        later
    }

    /// All dossiers.
    pub fn dossiers(&self) -> BTreeSet<DossierKey> {
        let key = |record: &Record| match record {
            Record::Dossier(event) => Some(event.key.clone()),
            _ => None,
        };
        self.records.iter().filter_map(key).collect()
    }

    /// The records in portions that make sense alone: those of one dossier together, every other for itself.
    pub fn groups(&self) -> Vec<Vec<Record>> {
        let mut groups: BTreeMap<Option<DossierKey>, Vec<Record>> = BTreeMap::new();
        for record in &self.records {
            let key = if let Record::Dossier(event) = record { Some(event.key.clone()) } else { None };
            groups.entry(key).or_default().push(record.clone());
        }
        let others = groups.remove(&None).unwrap_or_default();
        groups.into_values().chain(others.into_iter().map(|record| vec![record])).collect()
    }

    /// The same world without these.
    pub fn without(&self, groups: &[Vec<Record>]) -> World {
        let mut records = self.records.clone();
        records.retain(|record| !groups.iter().any(|group| group.contains(record)));
        World { zone: self.zone.clone(), now: self.now, records }
    }

    /// The edges of the days around `now`, and of the clock itself.
    fn instants(&self) -> Vec<Instant> {
        let today = self.zone.day(self.now);
        let days = (-DAYS..=DAYS).map(|offset| today.plus(offset));
        let of_day = |day: Day| {
            let start = self.zone.start(day);
            [
                start,
                start,
                self.zone.end(day),
                self.zone.end(day),
                start.plus_ms(90 * 60_000),
                start.plus_ms(8 * HOUR_MS),
            ]
        };
        let of_clock = [0, -1, 1, AHEAD_MS, AHEAD_MS / 2].map(|ms| self.now.plus_ms(ms));
        days.flat_map(of_day).chain(of_clock).collect()
    }
}

/// What the events of one dossier draw from.
struct Person {
    key: DossierKey,
    unit: Text,
    /// Up to ten minutes ahead.
    instants: Vec<Instant>,
    /// Due dates, also far ahead.
    dues: Vec<Instant>,
    statuses: &'static [Status],
}

const USUAL: &[Status] = &[
    Status::Registered,
    Status::Accepted,
    Status::Accepted,
    Status::Processing,
    Status::SupplementRequested,
    Status::PaymentRequested,
    Status::Refused,
    Status::Withdrawn,
    Status::Stopped,
    Status::Done,
    Status::Done,
    Status::Done,
    Status::Delivered,
];
const STRAIGHT: &[Status] = &[Status::Accepted, Status::Accepted, Status::Done, Status::Done, Status::Delivered];
const OPEN: &[Status] = &[Status::Registered, Status::Accepted, Status::Processing];
const NEVER_ACCEPTED: &[Status] = &[Status::Registered, Status::Registered, Status::Refused, Status::Withdrawn];

struct Maker<'a> {
    world: &'a World,
    dice: Dice,
    people: Vec<Person>,
}

impl Maker<'_> {
    fn records(&mut self) -> Vec<Record> {
        let mut records: Vec<Record> = self.units();
        if self.dice.roll(4) != 0 {
            records.extend(self.changes());
            records.extend(self.areas());
        }
        records.extend(self.rules());
        self.people = (0..DOSSIERS).map(|number| self.person(number)).collect();
        records.extend((0..EVENTS).map(|_| Record::Dossier(Box::new(self.event()))));
        records.extend((0..40).map(|_| Record::Rating(self.rating())));
        records.extend((0..40).map(|_| Record::Indicator(self.indicator())));
        let source = self.dice.of(&SOURCES);
        records.push(Record::Contact(Contact { source: source.into(), at: self.world.now }));
        records.extend(self.lasting());
        if self.dice.roll(3) == 0 {
            records.extend(self.crowd());
        }
        records
    }

    /// Dossiers that took as long as each bucket of R-20 still holds, and a millisecond longer; some of the time in a
    /// pause that doesn't count.
    fn lasting(&mut self) -> Vec<Record> {
        let mut records = Vec::new();
        for (limit, beyond) in [4, 8, 24, 48, 72, 120, 240, 480, 720].into_iter().flat_map(|h| [(h, 0), (h, 1)]) {
            let key = DossierKey { source: SOURCES[1].into(), id: format!("{limit} h {beyond}").as_str().into() };
            let received = self.world.now.plus_ms(-(limit + 10) * HOUR_MS);
            let paused_ms = self.dice.of(&[0, 0, 2 * HOUR_MS, 5 * HOUR_MS]);
            let finished = received.plus_ms((limit + 1) * HOUR_MS - 1 + beyond + paused_ms);
            let mut event = DossierEvent::new(key, self.code(), finished);
            event.status = Some(Status::Done);
            event.received_at = Field::Value(received);
            let kind = Field::Value(PauseKind::Payment);
            let (from, to) = (received.plus_ms(HOUR_MS), received.plus_ms(HOUR_MS + paused_ms));
            event.pauses.push(PauseEvent { id: "p".into(), kind, from: Field::Value(from), to: Field::Value(to) });
            records.push(Record::Dossier(Box::new(event)));
        }
        records
    }

    fn person(&mut self, number: u64) -> Person {
        let world = self.world;
        let all = world.instants();
        let mut past: Vec<Instant> = all.iter().copied().filter(|at| *at <= world.now.plus_ms(AHEAD_MS)).collect();
        if self.dice.roll(8) == 0 {
            // It has only just begun.
            past.retain(|at| *at >= world.now);
            past.extend([world.now; 4]);
        }
        let count = 3 + self.dice.roll(5);
        let instants: Vec<Instant> = (0..count).map(|_| self.dice.of(&past)).collect();
        let mut dues = instants.clone();
        dues.extend((0..2).map(|_| self.dice.of(&all)));
        Person {
            key: DossierKey {
                source: SOURCES[usize::from(number.is_multiple_of(3))].into(),
                id: (number / 2).to_string().as_str().into(),
            },
            unit: self.code(),
            instants,
            dues,
            statuses: self.dice.of(&[USUAL, USUAL, USUAL, STRAIGHT, OPEN, NEVER_ACCEPTED, &[]]),
        }
    }

    fn code(&mut self) -> Text {
        if self.dice.roll(12) == 0 { UNKNOWN_CODE.into() } else { self.dice.of(&CODES).into() }
    }

    /// One of these, in one of twelve draws a millisecond beside it.
    fn instant(&mut self, instants: &[Instant]) -> Instant {
        let beside = if self.dice.roll(12) == 0 { self.dice.of(&[-1, 1]) } else { 0 };
        self.dice.of(instants).plus_ms(beside)
    }

    fn field<T>(&mut self, value: T) -> Field<T> {
        if self.dice.roll(6) == 0 { Field::Null } else { Field::Value(value) }
    }

    /// Given in one of so many records.
    fn sometimes<T>(&mut self, one_of: u64, value: T) -> Field<T> {
        if self.dice.roll(one_of) == 0 { self.field(value) } else { Field::Absent }
    }

    fn text(&mut self) -> Text {
        self.dice.of(&["x", "xy", "é", "Y"]).into()
    }

    fn flag(&mut self) -> Field<bool> {
        let value = self.dice.roll(3) != 0;
        self.sometimes(5, value)
    }

    fn event(&mut self) -> DossierEvent {
        let place = usize::try_from(self.dice.roll(DOSSIERS)).unwrap();
        let Person { key, unit, instants, dues, statuses } = &self.people[place];
        let (key, unit, instants, dues, statuses) =
            (key.clone(), unit.clone(), instants.clone(), dues.clone(), *statuses);
        let unit = if self.dice.roll(6) == 0 { self.code() } else { unit };
        let ahead = self.world.now.plus_ms(AHEAD_MS);
        let at = self.instant(&instants).min(ahead);
        let mut event = DossierEvent::new(key, unit, at);
        event.status = (!statuses.is_empty() && self.dice.roll(4) != 0).then(|| self.dice.of(statuses));
        let drawn = |maker: &mut Self, one_of| {
            let value = maker.instant(&instants).min(ahead);
            maker.sometimes(one_of, value)
        };
        event.received_at = drawn(self, 5);
        event.finished_at = drawn(self, 8);
        event.filed_at = drawn(self, 12);
        let due = self.instant(&dues);
        event.due_at = self.sometimes(3, due);
        for _ in 0..self.dice.roll(4) {
            // Most pauses are told of when they begin.
            let from = if self.dice.roll(3) == 0 { self.field(at) } else { drawn(self, 2) };
            let to = drawn(self, 2);
            let kind = self.dice.of(&[PauseKind::Supplement, PauseKind::Supplement, PauseKind::Payment]);
            let id = self.dice.of(&["p", "q", "r"]).into();
            event.pauses.push(PauseEvent { id, kind: self.sometimes(2, kind), from, to });
        }
        let channel = self.dice.of(&[Channel::Counter, Channel::Online, Channel::Post]);
        event.channel = self.sometimes(4, channel);
        event.digitised = self.flag();
        event.electronic_result = self.flag();
        event.reused_data = self.flag();
        event.payable = self.flag();
        event.paid_online = self.flag();
        let (text, code) = (self.text(), self.code());
        let procedure = self.dice.of(&PROCEDURES).into();
        event.procedure = self.sometimes(2, procedure);
        // A third of the dossiers have no due date of their own: their procedure's limit, if it has one, makes it.
        if event.key.id.bytes().map(u64::from).sum::<u64>().is_multiple_of(3) {
            event.due_at = Field::Absent;
        }
        event.late_cause = self.sometimes(9, text.clone());
        event.received_by = self.sometimes(9, code);
        event.void = match self.dice.roll(40) {
            0 => Field::Value(text),
            1 | 2 => Field::Null,
            _ => Field::Absent,
        };
        event
    }

    /// One dossier with more due dates and pauses than it keeps (R-5).
    fn crowd(&mut self) -> Vec<Record> {
        let key = DossierKey { source: SOURCES[0].into(), id: "crowd".into() };
        let first = self.world.now.plus_ms(-CROWD * HOUR_MS);
        let mut records = Vec::new();
        for number in 0..CROWD {
            let at = first.plus_ms(number * HOUR_MS);
            let mut event = DossierEvent::new(key.clone(), CODES[1].into(), at);
            event.status = (number % 20 == 0).then_some(Status::Processing);
            let due = at.plus_ms((self.dice.roll(30).cast_signed() - 2) * HOUR_MS);
            event.due_at = self.field(due);
            let from = at.plus_ms((self.dice.roll(9).cast_signed() - 4) * HOUR_MS).min(self.world.now);
            event.pauses.push(PauseEvent {
                id: format!("{:02}", (number * 37) % CROWD).as_str().into(),
                kind: Field::Value(PauseKind::Payment),
                from: self.field(from),
                to: Field::Value(from.plus_ms(self.dice.roll(3).cast_signed() * HOUR_MS / 2).min(self.world.now)),
            });
            records.push(Record::Dossier(Box::new(event)));
        }
        records
    }

    fn rating(&mut self) -> Rating {
        let instants = self.world.instants();
        let at = self.instant(&instants).min(self.world.now.plus_ms(AHEAD_MS));
        let score = self.dice.of(&[1, 2, 3, 4, 4, 5]);
        let (id, source, channel) =
            (self.dice.roll(12).to_string(), self.dice.of(&SOURCES), self.dice.of(&["web", "kiosk"]));
        Rating {
            key: DossierKey { source: source.into(), id: id.as_str().into() },
            unit: self.code(),
            at,
            score: if self.dice.roll(4) == 0 { Field::Absent } else { self.field(score) },
            dossier: self.sometimes(3, id.as_str().into()),
            channel: self.sometimes(3, channel.into()),
        }
    }

    fn indicator(&mut self) -> IndicatorReport {
        let number = self.dice.roll(5);
        let period = self.dice.of(&["2024", "2024-Q2"]).parse().unwrap();
        let denominator = self.dice.of(&["7", "7", "3", "0"]);
        IndicatorReport {
            source: self.dice.of(&SOURCES).into(),
            key: IndicatorKey { code: self.dice.of(&INDICATORS).into(), unit: self.code(), period },
            at: self.world.now.plus_ms(-number.cast_signed()),
            numerator: self.sometimes(2, number.to_string().parse().unwrap()),
            denominator: self.sometimes(2, denominator.parse().unwrap()),
            value: self.sometimes(2, "0.5".parse().unwrap()),
            declared: Field::Absent,
        }
    }

    /// Versions of procedures with every kind of limit, and a calendar with holidays, swapped days and other hours; some
    /// are given twice, some taken back.
    fn rules(&mut self) -> Vec<Record> {
        let first = self.world.zone.day(self.world.now).plus(-DAYS);
        let span = u64::from(2 * DAYS.unsigned_abs());
        let day = |maker: &mut Self| first.plus(i32::try_from(maker.dice.roll(span)).unwrap());
        let mut records = Vec::new();
        for _ in 0..self.dice.roll(14) {
            let few = u32::try_from(self.dice.roll(4)).unwrap() + 1;
            let hours = self.dice.of(&[1, 3, 4, 7, 8, 12]);
            let limits =
                [Limit::WorkingHours(hours), Limit::WorkingDays(few), Limit::CalendarDays(few), Limit::SameDay];
            let limit = self.dice.of(&limits);
            let raw = self.dice.of(&PROCEDURES);
            let (valid_from, valid_to) = (day(self), day(self));
            let valid_from = (self.dice.roll(3) == 0).then_some(valid_from);
            let valid_to = (self.dice.roll(2) == 0).then_some(valid_to);
            let profile = ProcedureProfile {
                raw: raw.into(),
                valid_to: valid_to.filter(|to| valid_from.is_none_or(|from| from <= *to)),
                name_vi: self.text(),
                name_en: None,
                field: None,
                limit: (self.dice.roll(8) != 0).then_some(limit),
                level: None,
                fee: None,
                written_result: Some(self.dice.roll(2) == 0),
            };
            let at = self.world.now.plus_ms(self.dice.of(&[-1, 0]));
            let fact = ProcedureFact { at, code: stripped_code(raw).into(), valid_from, profile };
            records.push(Record::Procedure(Box::new(fact)));
        }
        for _ in 0..self.dice.roll(12) {
            let is = self.dice.of(&[DayKind::Holiday, DayKind::Holiday, DayKind::Working, DayKind::Usual]);
            let entry = CalendarEntry::Day { day: day(self), is, name: None, source: None };
            let at = self.world.now.plus_ms(self.dice.of(&[-1, 0]));
            records.push(Record::Calendar(Box::new(CalendarFact { at, entry })));
        }
        for _ in 0..self.dice.roll(3) {
            let (weekdays, hours) = match self.dice.roll(3) {
                0 => (vec![1, 2, 3, 4, 5, 6], vec![(420, 690), (780, 990)]),
                1 => (vec![2], vec![(0, 1_440)]),
                _ => (vec![1, 7], vec![(90, 91)]),
            };
            let week = WorkingWeek { weekdays, hours };
            let at = self.world.now.plus_ms(self.dice.of(&[-1, 0]));
            records.push(Record::Calendar(Box::new(CalendarFact { at, entry: CalendarEntry::Week(week) })));
        }
        records
    }

    /// Which unit goes on as which, often in circles, and what sources mean by codes; some are taken back.
    fn changes(&mut self) -> Vec<Record> {
        let first = self.world.zone.day(self.world.now).plus(-DAYS);
        let mut records = Vec::new();
        for _ in 0..self.dice.roll(7) {
            records.push(Record::Succession(Succession {
                at: self.world.now.plus_ms(self.dice.of(&[-1, 0])),
                old: self.code(),
                new: self.code(),
                effective: first.plus(i32::try_from(self.dice.roll(u64::from(2 * DAYS.unsigned_abs()))).unwrap()),
                share: self.dice.of(&["1", "1", "0.5", "0.333333", "0"]).parse().unwrap(),
                is_default: self.dice.roll(2) == 0,
            }));
        }
        for _ in 0..self.dice.roll(5) {
            let unit = self.code();
            records.push(Record::Alias(Alias {
                at: self.world.now.plus_ms(self.dice.of(&[-1, 0])),
                source: self.dice.of(&SOURCES).into(),
                raw: self.code(),
                unit: (self.dice.roll(4) != 0).then_some(unit),
            }));
        }
        records
    }

    /// Rows of second trees: areas, areas of areas, and units of the territory in them.
    fn areas(&mut self) -> Vec<Record> {
        let first = self.world.zone.day(self.world.now).plus(-DAYS);
        let mut records = Vec::new();
        for _ in 0..self.dice.roll(9) {
            let code = self.dice.of(&["north", "south", "17", "148", "158", "05000", "9"]);
            let parent = self.dice.of(&[Some("north"), Some("north"), Some("south"), Some("17"), None]);
            let mut fact = fact(code, parent, self.world.now.plus_ms(self.dice.of(&[-1, 0])));
            fact.tree = self.dice.of(&["former", "former", "health"]).into();
            let span = u64::from(2 * DAYS.unsigned_abs());
            let day = |maker: &mut Self| first.plus(i32::try_from(maker.dice.roll(span)).unwrap());
            fact.valid_from = (self.dice.roll(3) == 0).then(|| day(self));
            fact.valid_to =
                (self.dice.roll(3) == 0).then(|| day(self)).filter(|to| fact.valid_from.is_none_or(|from| from <= *to));
            records.push(Record::Unit(Box::new(fact)));
        }
        records
    }

    /// Versions of units: mostly a sound hierarchy with later versions on top of it, at times nothing but accidents.
    fn units(&mut self) -> Vec<Record> {
        let mut facts = Vec::new();
        if self.dice.roll(5) != 0 {
            let parents = [None, Some("17"), Some("17"), Some("158"), Some("148")];
            facts.extend(CODES.into_iter().zip(parents).map(|(code, parent)| fact(code, parent, self.world.now)));
        }
        let first = self.world.zone.day(self.world.now).plus(-DAYS);
        for _ in 0..self.dice.roll(14) {
            let code = self.dice.of(&CODES[1..]);
            let parent = self.dice.of(&[Some("17"), Some("148"), Some("158"), Some("05000"), Some(UNKNOWN_CODE), None]);
            let mut fact = fact(code, parent, self.world.now.plus_ms(self.dice.of(&[-2, -1, 0])));
            let span = u64::from(2 * DAYS.unsigned_abs());
            let day = |maker: &mut Self| first.plus(i32::try_from(maker.dice.roll(span)).unwrap());
            fact.valid_from = (self.dice.roll(3) != 0).then(|| day(self));
            fact.valid_to =
                (self.dice.roll(3) == 0).then(|| day(self)).filter(|to| fact.valid_from.is_none_or(|from| from <= *to));
            fact.name_en = (self.dice.roll(2) == 0).then(|| self.text());
            if self.dice.roll(9) == 0 {
                fact.tree = "areas".into();
            }
            facts.push(fact);
        }
        facts.into_iter().map(|fact| Record::Unit(Box::new(fact))).collect()
    }
}

fn fact(code: &str, parent: Option<&str>, at: Instant) -> UnitFact {
    UnitFact {
        at,
        code: code.into(),
        valid_from: None,
        valid_to: None,
        parent: parent.map(Text::new),
        kind: UnitKind::District,
        category: "huyện".into(),
        name_vi: code.into(),
        name_en: None,
        short_name: None,
        sort_order: 0,
        lat: None,
        lon: None,
        tree: "territory".into(),
    }
}
