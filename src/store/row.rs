//! A record as a row of the raw table, and back.

use std::borrow::Cow;

use clickhouse::Row;
use serde::{Deserialize, Serialize};

use crate::model::{
    Alias, CalendarFact, Channel, Contact, Decimal, DossierEvent, DossierKey, Field, IndicatorReport, Instant,
    PauseEvent, PauseKind, ProcedureFact, Rating, Record, SourceFact, Status, Succession, Text, UnitFact,
};

use super::StoreError;

/// The bits of `records.given`.
mod bit {
    pub(super) const PROCEDURE: u32 = 0;
    pub(super) const FIELD: u32 = 1;
    pub(super) const CHANNEL: u32 = 2;
    pub(super) const RECEIVED_BY: u32 = 3;
    pub(super) const HOLDER: u32 = 4;
    pub(super) const FILED_AT: u32 = 5;
    pub(super) const RECEIVED_AT: u32 = 6;
    pub(super) const DUE_AT: u32 = 7;
    pub(super) const FINISHED_AT: u32 = 8;
    pub(super) const DIGITISED: u32 = 9;
    pub(super) const ELECTRONIC_RESULT: u32 = 10;
    pub(super) const REUSED_DATA: u32 = 11;
    pub(super) const PAYABLE: u32 = 12;
    pub(super) const PAID_ONLINE: u32 = 13;
    pub(super) const LATE_CAUSE: u32 = 14;
    pub(super) const VOID: u32 = 15;
    pub(super) const SCORE: u32 = 16;
    pub(super) const DOSSIER: u32 = 17;
    pub(super) const NUMERATOR: u32 = 18;
    pub(super) const DENOMINATOR: u32 = 19;
    pub(super) const VALUE: u32 = 20;
    pub(super) const DECLARED: u32 = 21;
    pub(super) const PAUSE_KIND: u32 = 0;
    pub(super) const PAUSE_FROM: u32 = 1;
    pub(super) const PAUSE_TO: u32 = 2;
}

/// A row of `records`; the columns are explained in its migration.
#[derive(Debug, Default, Row, Serialize, Deserialize)]
pub(super) struct RecordRow<'a> {
    pub(super) node: u64,
    pub(super) seq: u64,
    pub(super) received_at: i64,
    r#type: &'a str,
    source: &'a str,
    key: Cow<'a, str>,
    unit: &'a str,
    at: i64,
    given: u32,
    status: &'a str,
    procedure: Option<&'a str>,
    field: Option<&'a str>,
    channel: Option<&'a str>,
    received_by: Option<&'a str>,
    holder: Option<&'a str>,
    filed_at: Option<i64>,
    dossier_received_at: Option<i64>,
    due_at: Option<i64>,
    finished_at: Option<i64>,
    #[serde(rename = "pauses.id", borrow)]
    pauses_id: Vec<&'a str>,
    #[serde(rename = "pauses.given")]
    pauses_given: Vec<u8>,
    #[serde(rename = "pauses.kind", borrow)]
    pauses_kind: Vec<Option<&'a str>>,
    #[serde(rename = "pauses.from")]
    pauses_from: Vec<Option<i64>>,
    #[serde(rename = "pauses.to")]
    pauses_to: Vec<Option<i64>>,
    digitised: Option<bool>,
    electronic_result: Option<bool>,
    reused_data: Option<bool>,
    payable: Option<bool>,
    paid_online: Option<bool>,
    late_cause: Option<&'a str>,
    void: Option<&'a str>,
    score: Option<u8>,
    dossier: Option<&'a str>,
    period: String,
    numerator: Option<i64>,
    denominator: Option<i64>,
    value: Option<i64>,
    declared: Option<i64>,
    valid_from: Option<i32>,
    valid_to: Option<i32>,
    parent: Option<&'a str>,
    kind: &'a str,
    category: &'a str,
    name_vi: &'a str,
    name_en: Option<&'a str>,
    short_name: Option<&'a str>,
    sort_order: i32,
    lat: Option<i64>,
    lon: Option<i64>,
    tree: &'a str,
    share: Option<i64>,
    is_default: bool,
    meant: Option<&'a str>,
    profile: String,
}

/// Notes in `given` whether the field is there and returns its value.
fn put<'a, T, V>(given: &mut u32, bit: u32, field: &'a Field<T>, value: impl Fn(&'a T) -> V) -> Option<V> {
    *given |= u32::from(!field.is_absent()) << bit;
    field.write().flatten().map(value)
}

/// The field of a bit and a nullable column.
fn take<T>(given: u32, bit: u32, value: Option<T>) -> Field<T> {
    match (given >> bit & 1 == 1, value) {
        (false, _) => Field::Absent,
        (true, None) => Field::Null,
        (true, Some(value)) => Field::Value(value),
    }
}

fn ms(instant: &Instant) -> i64 {
    instant.0
}

impl<'a> RecordRow<'a> {
    /// The row of a record.
    pub(super) fn of(record: &'a Record) -> RecordRow<'a> {
        match record {
            Record::Dossier(event) => of_dossier(event),
            Record::Rating(rating) => of_rating(rating),
            Record::Indicator(report) => of_indicator(report),
            Record::Unit(fact) => of_unit(fact),
            Record::Succession(succession) => of_succession(succession),
            Record::Alias(alias) => of_alias(alias),
            Record::Source(fact) => of_source(fact),
            Record::Contact(contact) => of_contact(contact),
            Record::Procedure(fact) => of_procedure(fact),
            Record::Calendar(fact) => of_calendar(fact),
        }
    }

    /// The dossier event of a row of that type.
    pub(super) fn dossier(&self) -> Result<DossierEvent, StoreError> {
        let unreadable = |column| StoreError::Unreadable { table: "records", column };
        let given = self.given;
        let text = |bit, value: Option<&str>| take(given, bit, value.map(Text::new));
        let instant = |bit, value: Option<i64>| take(given, bit, value.map(Instant));
        let flag = |bit, value| take(given, bit, value);
        let status = Status::ALL.into_iter().find(|status| status.as_str() == self.status);
        if status.is_none() && !self.status.is_empty() {
            return Err(unreadable("status"));
        }
        let channel = match self.channel {
            None => None,
            Some(name) => Some(channel_of(name).ok_or_else(|| unreadable("channel"))?),
        };
        Ok(DossierEvent {
            key: DossierKey { source: Text::new(self.source), id: Text::new(&self.key) },
            unit: Text::new(self.unit),
            at: Instant(self.at),
            status,
            procedure: text(bit::PROCEDURE, self.procedure),
            field: text(bit::FIELD, self.field),
            channel: take(given, bit::CHANNEL, channel),
            received_by: text(bit::RECEIVED_BY, self.received_by),
            holder: text(bit::HOLDER, self.holder),
            filed_at: instant(bit::FILED_AT, self.filed_at),
            received_at: instant(bit::RECEIVED_AT, self.dossier_received_at),
            due_at: instant(bit::DUE_AT, self.due_at),
            finished_at: instant(bit::FINISHED_AT, self.finished_at),
            pauses: self.pauses().ok_or_else(|| unreadable("pauses"))?,
            digitised: flag(bit::DIGITISED, self.digitised),
            electronic_result: flag(bit::ELECTRONIC_RESULT, self.electronic_result),
            reused_data: flag(bit::REUSED_DATA, self.reused_data),
            payable: flag(bit::PAYABLE, self.payable),
            paid_online: flag(bit::PAID_ONLINE, self.paid_online),
            late_cause: text(bit::LATE_CAUSE, self.late_cause),
            void: text(bit::VOID, self.void),
        })
    }

    fn add_pause(&mut self, event: &'a PauseEvent) {
        let mut given = 0;
        self.pauses_id.push(&event.id);
        self.pauses_kind.push(put(&mut given, bit::PAUSE_KIND, &event.kind, |kind| kind.as_str()));
        self.pauses_from.push(put(&mut given, bit::PAUSE_FROM, &event.from, ms));
        self.pauses_to.push(put(&mut given, bit::PAUSE_TO, &event.to, ms));
        self.pauses_given.push(u8::try_from(given).expect("three bits"));
    }

    /// None when a kind has no name that we know, or the five columns, which are one nested column, differ in length.
    fn pauses(&self) -> Option<Vec<PauseEvent>> {
        let mut events = Vec::with_capacity(self.pauses_id.len());
        for (place, id) in self.pauses_id.iter().enumerate() {
            let given = u32::from(*self.pauses_given.get(place)?);
            let kind = match self.pauses_kind.get(place)? {
                None => None,
                Some(name) => Some(pause_kind_of(name)?),
            };
            events.push(PauseEvent {
                id: Text::new(id),
                kind: take(given, bit::PAUSE_KIND, kind),
                from: take(given, bit::PAUSE_FROM, self.pauses_from.get(place)?.map(Instant)),
                to: take(given, bit::PAUSE_TO, self.pauses_to.get(place)?.map(Instant)),
            });
        }
        Some(events)
    }
}

fn of_dossier(event: &DossierEvent) -> RecordRow<'_> {
    let mut given = 0;
    let mut row = RecordRow {
        r#type: "dossier",
        source: &event.key.source,
        key: Cow::Borrowed(&event.key.id),
        unit: &event.unit,
        at: event.at.0,
        status: event.status.map_or("", Status::as_str),
        procedure: put(&mut given, bit::PROCEDURE, &event.procedure, Text::as_str),
        field: put(&mut given, bit::FIELD, &event.field, Text::as_str),
        channel: put(&mut given, bit::CHANNEL, &event.channel, |channel| channel.as_str()),
        received_by: put(&mut given, bit::RECEIVED_BY, &event.received_by, Text::as_str),
        holder: put(&mut given, bit::HOLDER, &event.holder, Text::as_str),
        filed_at: put(&mut given, bit::FILED_AT, &event.filed_at, ms),
        dossier_received_at: put(&mut given, bit::RECEIVED_AT, &event.received_at, ms),
        due_at: put(&mut given, bit::DUE_AT, &event.due_at, ms),
        finished_at: put(&mut given, bit::FINISHED_AT, &event.finished_at, ms),
        digitised: put(&mut given, bit::DIGITISED, &event.digitised, |flag| *flag),
        electronic_result: put(&mut given, bit::ELECTRONIC_RESULT, &event.electronic_result, |flag| *flag),
        reused_data: put(&mut given, bit::REUSED_DATA, &event.reused_data, |flag| *flag),
        payable: put(&mut given, bit::PAYABLE, &event.payable, |flag| *flag),
        paid_online: put(&mut given, bit::PAID_ONLINE, &event.paid_online, |flag| *flag),
        late_cause: put(&mut given, bit::LATE_CAUSE, &event.late_cause, Text::as_str),
        void: put(&mut given, bit::VOID, &event.void, Text::as_str),
        ..RecordRow::default()
    };
    row.given = given;
    for pause in &event.pauses {
        row.add_pause(pause);
    }
    row
}

fn of_rating(rating: &Rating) -> RecordRow<'_> {
    let mut given = 0;
    let mut row = RecordRow {
        r#type: "rating",
        source: &rating.key.source,
        key: Cow::Borrowed(&rating.key.id),
        unit: &rating.unit,
        at: rating.at.0,
        score: put(&mut given, bit::SCORE, &rating.score, |score| *score),
        dossier: put(&mut given, bit::DOSSIER, &rating.dossier, Text::as_str),
        channel: put(&mut given, bit::CHANNEL, &rating.channel, Text::as_str),
        ..RecordRow::default()
    };
    row.given = given;
    row
}

fn of_indicator(report: &IndicatorReport) -> RecordRow<'_> {
    let mut given = 0;
    let millionths = |decimal: &Decimal| decimal.millionths();
    let mut row = RecordRow {
        r#type: "indicator",
        source: &report.source,
        key: Cow::Borrowed(&report.key.code),
        unit: &report.key.unit,
        at: report.at.0,
        period: report.key.period.to_string(),
        numerator: put(&mut given, bit::NUMERATOR, &report.numerator, millionths),
        denominator: put(&mut given, bit::DENOMINATOR, &report.denominator, millionths),
        value: put(&mut given, bit::VALUE, &report.value, millionths),
        declared: put(&mut given, bit::DECLARED, &report.declared, millionths),
        ..RecordRow::default()
    };
    row.given = given;
    row
}

fn of_unit(fact: &UnitFact) -> RecordRow<'_> {
    RecordRow {
        r#type: "unit",
        key: Cow::Borrowed(&fact.code),
        at: fact.at.0,
        valid_from: fact.valid_from.map(|day| day.0),
        valid_to: fact.valid_to.map(|day| day.0),
        parent: fact.parent.as_deref(),
        kind: fact.kind.as_str(),
        category: &fact.category,
        name_vi: &fact.name_vi,
        name_en: fact.name_en.as_deref(),
        short_name: fact.short_name.as_deref(),
        sort_order: fact.sort_order,
        lat: fact.lat.map(Decimal::millionths),
        lon: fact.lon.map(Decimal::millionths),
        tree: &fact.tree,
        ..RecordRow::default()
    }
}

fn of_succession(succession: &Succession) -> RecordRow<'_> {
    RecordRow {
        r#type: "succession",
        key: Cow::Borrowed(&succession.old),
        unit: &succession.new,
        at: succession.at.0,
        valid_from: Some(succession.effective.0),
        share: Some(succession.share.millionths()),
        is_default: succession.is_default,
        ..RecordRow::default()
    }
}

fn of_alias(alias: &Alias) -> RecordRow<'_> {
    RecordRow {
        r#type: "alias",
        source: &alias.source,
        key: Cow::Borrowed(&alias.raw),
        at: alias.at.0,
        meant: alias.unit.as_deref(),
        ..RecordRow::default()
    }
}

fn of_source(fact: &SourceFact) -> RecordRow<'_> {
    let profile = fact.profile.text();
    RecordRow { r#type: "source", source: &fact.source, at: fact.at.0, profile, ..RecordRow::default() }
}

fn of_procedure(fact: &ProcedureFact) -> RecordRow<'_> {
    RecordRow {
        r#type: "procedure",
        key: Cow::Borrowed(&fact.code),
        at: fact.at.0,
        valid_from: fact.valid_from.map(|day| day.0),
        profile: fact.profile.text(),
        ..RecordRow::default()
    }
}

fn of_calendar(fact: &CalendarFact) -> RecordRow<'_> {
    let (key, profile) = (Cow::Owned(fact.entry.subject()), fact.entry.text());
    RecordRow { r#type: "calendar", key, at: fact.at.0, profile, ..RecordRow::default() }
}

fn of_contact(contact: &Contact) -> RecordRow<'_> {
    RecordRow { r#type: "contact", source: &contact.source, at: contact.at.0, ..RecordRow::default() }
}

fn channel_of(name: &str) -> Option<Channel> {
    [Channel::Counter, Channel::Online, Channel::Post].into_iter().find(|channel| channel.as_str() == name)
}

fn pause_kind_of(name: &str) -> Option<PauseKind> {
    [PauseKind::Payment, PauseKind::Supplement].into_iter().find(|kind| kind.as_str() == name)
}
