//! The folded states out of ClickHouse, for the live figures at a start.

use clickhouse::{Row, RowRead};
use serde::Deserialize;

use crate::model::{
    Alias, CalendarFact, Channel, Contact, Day, Decimal, DossierKey, DossierState, First, IndicatorKey, IndicatorState,
    Instant, Pause, PauseKind, Period, ProcedureFact, RatingKey, RatingState, Register, SourceFact, SourceProfile,
    Status, Succession, Text, UnitFact, UnitKind,
};

use super::{Store, StoreError};

mod rules;

use rules::{CalendarRow, ProcedureRow};

const DOSSIERS: &str = include_str!("../../sql/queries/seed_dossiers.sql");
const RATINGS: &str = include_str!("../../sql/queries/seed_ratings.sql");
const INDICATORS: &str = include_str!("../../sql/queries/seed_indicators.sql");
const UNITS: &str = include_str!("../../sql/queries/seed_units.sql");
const SUCCESSIONS: &str = include_str!("../../sql/queries/seed_successions.sql");
const SOURCES: &str = include_str!("../../sql/queries/seed_sources.sql");
const PROCEDURES: &str = include_str!("../../sql/queries/seed_procedures.sql");
const CALENDAR: &str = include_str!("../../sql/queries/seed_calendar.sql");
const ALIASES: &str = include_str!("../../sql/queries/seed_aliases.sql");
const CONTACTS: &str = include_str!("../../sql/queries/seed_contacts.sql");

/// One key's folded state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Seeded {
    /// The newest content of a unit version.
    Unit(Box<UnitFact>),
    /// The newest content of a succession, also of one taken back.
    Succession(Succession),
    /// The newest content of an alias, also of one taken back.
    Alias(Alias),
    /// What is known of a source.
    Source(Box<SourceFact>),
    /// The newest content of a version of a procedure.
    Procedure(Box<ProcedureFact>),
    /// The newest entry of the calendar about a day or the week.
    Calendar(Box<CalendarFact>),
    /// When a source was last heard.
    Contact(Contact),
    /// A dossier.
    Dossier(DossierKey, Box<DossierState>),
    /// A rating.
    Rating(RatingKey, Box<RatingState>),
    /// An indicator report.
    Indicator(IndicatorKey, Box<IndicatorState>),
}

/// A register as the seed queries write it: `at` (0: never given) and value.
type Wire<T> = (i64, Option<T>);

/// A pause: id, kind, from, to.
type PauseWire<'a> = (&'a str, Wire<u8>, Wire<i64>, Wire<i64>);

fn register<W, T: Ord>((at, value): Wire<W>, read: impl Fn(W) -> Option<T>) -> Option<Register<T>> {
    if at == 0 {
        return Some(Register::default());
    }
    let value = match value {
        None => None,
        Some(wire) => Some(read(wire)?),
    };
    Some(Register::written(Instant(at), value))
}

fn text(wire: Wire<&str>) -> Option<Register<Text>> {
    register(wire, |text| Some(Text::new(text)))
}

fn instant(wire: Wire<i64>) -> Option<Register<Instant>> {
    register(wire, |ms| Some(Instant(ms)))
}

fn flag(wire: Wire<u8>) -> Option<Register<bool>> {
    register(wire, |flag| Some(flag != 0))
}

fn decimal(wire: Wire<i64>) -> Option<Register<Decimal>> {
    register(wire, |millionths| Decimal::from_millionths(millionths).ok())
}

fn first((at, code): (i64, &str)) -> First<Text> {
    let mut first = First::default();
    if at != 0 {
        first.offer(Instant(at), Text::new(code));
    }
    first
}

/// The value at a position of an order of names.
fn at_place<T: Copy>(place: u8, values: &[T]) -> Option<T> {
    values.get(usize::from(place)).copied()
}

#[derive(Row, Deserialize)]
struct DossierRow<'a> {
    source: &'a str,
    id: &'a str,
    unit: Wire<&'a str>,
    unit_first: (i64, &'a str),
    procedure: Wire<&'a str>,
    field: Wire<&'a str>,
    channel: Wire<u8>,
    received_by: Wire<&'a str>,
    received_by_first: (i64, &'a str),
    holder: Wire<&'a str>,
    filed_at: Wire<i64>,
    received_at: Wire<i64>,
    finished_at: Wire<i64>,
    digitised: Wire<u8>,
    electronic_result: Wire<u8>,
    reused_data: Wire<u8>,
    payable: Wire<u8>,
    paid_online: Wire<u8>,
    late_cause: Wire<&'a str>,
    void: Wire<&'a str>,
    statuses_first: Vec<u64>,
    statuses_last: Vec<u64>,
    due: Vec<Wire<i64>>,
    #[serde(borrow)]
    pauses: Vec<PauseWire<'a>>,
}

impl DossierRow<'_> {
    /// None when a value is not one that this program knows.
    fn seeded(self) -> Option<Seeded> {
        let mut state = DossierState {
            unit: text(self.unit)?,
            unit_first: first(self.unit_first),
            procedure: text(self.procedure)?,
            field: text(self.field)?,
            channel: register(self.channel, |place| {
                at_place(place, &[Channel::Counter, Channel::Online, Channel::Post])
            })?,
            received_by: text(self.received_by)?,
            received_by_first: first(self.received_by_first),
            holder: text(self.holder)?,
            filed_at: instant(self.filed_at)?,
            received_at: instant(self.received_at)?,
            finished_at: instant(self.finished_at)?,
            digitised: flag(self.digitised)?,
            electronic_result: flag(self.electronic_result)?,
            reused_data: flag(self.reused_data)?,
            payable: flag(self.payable)?,
            paid_online: flag(self.paid_online)?,
            late_cause: text(self.late_cause)?,
            void: text(self.void)?,
            ..DossierState::default()
        };
        for (status, (least, greatest)) in
            Status::ALL.into_iter().zip(self.statuses_first.into_iter().zip(self.statuses_last))
        {
            if greatest != 0 {
                state.statuses.offer(status, Instant(i64::try_from(least).ok()?));
                state.statuses.offer(status, Instant(i64::try_from(greatest).ok()?));
            }
        }
        state.due = self.due.into_iter().map(|(at, value)| (Instant(at), value.map(Instant))).collect();
        for (id, kind, from, to) in self.pauses {
            let kind = register(kind, |place| at_place(place, &[PauseKind::Payment, PauseKind::Supplement]))?;
            state.pauses.push((Text::new(id), Pause { kind, from: instant(from)?, to: instant(to)? }));
        }
        let key = DossierKey { source: Text::new(self.source), id: Text::new(self.id) };
        Some(Seeded::Dossier(key, Box::new(state)))
    }
}

#[derive(Row, Deserialize)]
struct RatingRow<'a> {
    source: &'a str,
    id: &'a str,
    unit: Wire<&'a str>,
    unit_first: (i64, &'a str),
    score: Wire<u8>,
    dossier: Wire<&'a str>,
    channel: Wire<&'a str>,
}

impl RatingRow<'_> {
    fn seeded(self) -> Option<Seeded> {
        let state = RatingState {
            unit: text(self.unit)?,
            unit_first: first(self.unit_first),
            score: register(self.score, Some)?,
            dossier: text(self.dossier)?,
            channel: text(self.channel)?,
        };
        let key = RatingKey { source: Text::new(self.source), id: Text::new(self.id) };
        Some(Seeded::Rating(key, Box::new(state)))
    }
}

#[derive(Row, Deserialize)]
struct IndicatorRow<'a> {
    code: &'a str,
    unit: &'a str,
    period: &'a str,
    numerator: Wire<i64>,
    denominator: Wire<i64>,
    value: Wire<i64>,
    declared: Wire<i64>,
    source: Wire<&'a str>,
}

impl IndicatorRow<'_> {
    fn seeded(self) -> Option<Seeded> {
        let state = IndicatorState {
            source: text(self.source)?,
            numerator: decimal(self.numerator)?,
            denominator: decimal(self.denominator)?,
            value: decimal(self.value)?,
            declared: decimal(self.declared)?,
        };
        let period = self.period.parse::<Period>().ok()?;
        let key = IndicatorKey { code: Text::new(self.code), unit: Text::new(self.unit), period };
        Some(Seeded::Indicator(key, Box::new(state)))
    }
}

#[derive(Row, Deserialize)]
struct UnitRow<'a> {
    code: &'a str,
    valid_from: Option<i32>,
    at: i64,
    valid_to: Option<i32>,
    parent: Option<&'a str>,
    kind: u8,
    category: &'a str,
    name_vi: &'a str,
    name_en: Option<&'a str>,
    short_name: Option<&'a str>,
    sort_order: i32,
    lat: Option<i64>,
    lon: Option<i64>,
    tree: &'a str,
}

impl UnitRow<'_> {
    fn seeded(self) -> Option<Seeded> {
        let degrees = |millionths: Option<i64>| match millionths {
            None => Some(None),
            Some(millionths) => Decimal::from_millionths(millionths).ok().map(Some),
        };
        Some(Seeded::Unit(Box::new(UnitFact {
            at: Instant(self.at),
            code: Text::new(self.code),
            valid_from: self.valid_from.map(Day),
            valid_to: self.valid_to.map(Day),
            parent: self.parent.map(Text::new),
            kind: at_place(self.kind, &UnitKind::ALL)?,
            category: Text::new(self.category),
            name_vi: Text::new(self.name_vi),
            name_en: self.name_en.map(Text::new),
            short_name: self.short_name.map(Text::new),
            sort_order: self.sort_order,
            lat: degrees(self.lat)?,
            lon: degrees(self.lon)?,
            tree: Text::new(self.tree),
        })))
    }
}

#[derive(Row, Deserialize)]
struct SuccessionRow<'a> {
    old: &'a str,
    new: &'a str,
    effective: i32,
    at: i64,
    share: i64,
    is_default: bool,
}

impl SuccessionRow<'_> {
    fn seeded(self) -> Option<Seeded> {
        Some(Seeded::Succession(Succession {
            at: Instant(self.at),
            old: Text::new(self.old),
            new: Text::new(self.new),
            effective: Day(self.effective),
            share: Decimal::from_millionths(self.share).ok()?,
            is_default: self.is_default,
        }))
    }
}

#[derive(Row, Deserialize)]
struct AliasRow<'a> {
    source: &'a str,
    raw: &'a str,
    at: i64,
    unit: Option<&'a str>,
}

impl AliasRow<'_> {
    fn seeded(self) -> Seeded {
        Seeded::Alias(Alias {
            at: Instant(self.at),
            source: Text::new(self.source),
            raw: Text::new(self.raw),
            unit: self.unit.map(Text::new),
        })
    }
}

#[derive(Row, Deserialize)]
struct SourceRow<'a> {
    source: &'a str,
    at: i64,
    profile: &'a str,
}

impl SourceRow<'_> {
    fn seeded(self) -> Option<Seeded> {
        let profile = SourceProfile::of_text(self.profile).ok()?;
        Some(Seeded::Source(Box::new(SourceFact { at: Instant(self.at), source: Text::new(self.source), profile })))
    }
}

#[derive(Row, Deserialize)]
struct ContactRow<'a> {
    source: &'a str,
    at: i64,
}

impl Store {
    /// Hands over every key's folded state: units, successions, aliases, sources, contacts, procedures and the calendar first,
    /// then dossiers, ratings, indicators. One state at a time is in memory here; ClickHouse streams them.
    ///
    /// # Errors
    /// As any query; [`StoreError::Unreadable`] when a state holds a value that this program doesn't know.
    pub async fn seed(&self, mut take: impl FnMut(Seeded)) -> Result<(), StoreError> {
        self.each::<UnitRow<'_>>(UNITS, "unit_state", |row| row.seeded().map(&mut take)).await?;
        self.each::<SuccessionRow<'_>>(SUCCESSIONS, "succession_state", |row| row.seeded().map(&mut take)).await?;
        self.each::<AliasRow<'_>>(ALIASES, "alias_state", |row| {
            take(row.seeded());
            Some(())
        })
        .await?;
        self.each::<SourceRow<'_>>(SOURCES, "source_state", |row| row.seeded().map(&mut take)).await?;
        self.each::<ContactRow<'_>>(CONTACTS, "source_contact", |row| {
            take(Seeded::Contact(Contact { source: Text::new(row.source), at: Instant(row.at) }));
            Some(())
        })
        .await?;
        self.each::<ProcedureRow<'_>>(PROCEDURES, "procedure_state", |row| row.seeded().map(&mut take)).await?;
        self.each::<CalendarRow<'_>>(CALENDAR, "calendar_state", |row| row.seeded().map(&mut take)).await?;
        self.each::<DossierRow<'_>>(DOSSIERS, "dossier_state", |row| row.seeded().map(&mut take)).await?;
        self.each::<RatingRow<'_>>(RATINGS, "rating_state", |row| row.seeded().map(&mut take)).await?;
        self.each::<IndicatorRow<'_>>(INDICATORS, "indicator_state", |row| row.seeded().map(&mut take)).await
    }

    async fn each<R: Row + RowRead>(
        &self,
        text: &str,
        table: &'static str,
        mut take: impl FnMut(R::Value<'_>) -> Option<()>,
    ) -> Result<(), StoreError> {
        let mut cursor = self.query(text).fetch::<R>()?;
        while let Some(row) = cursor.next().await? {
            take(row).ok_or(StoreError::Unreadable { table, column: "value" })?;
        }
        Ok(())
    }
}
