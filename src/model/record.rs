//! Records as they are after checking: what the journal keeps and every stage works on.

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::calendar::CalendarFact;
use super::decimal::Decimal;
use super::kind::{Channel, PauseKind, Status, UnitKind};
use super::period::Period;
use super::procedure::ProcedureFact;
use super::source::SourceFact;
use super::text::Text;
use super::time::{Day, Instant};

/// A field of a record: absent changes nothing, null clears, a value sets.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Field<T> {
    /// Not in the record.
    #[default]
    Absent,
    /// Given as null.
    Null,
    /// Given.
    Value(T),
}

impl<T> Field<T> {
    /// Whether the record doesn't have the field.
    pub fn is_absent(&self) -> bool {
        matches!(self, Field::Absent)
    }

    /// What is to be written to a register: nothing, a null or a value.
    pub fn write(&self) -> Option<Option<&T>> {
        match self {
            Field::Absent => None,
            Field::Null => Some(None),
            Field::Value(value) => Some(Some(value)),
        }
    }
}

impl<T: Serialize> Serialize for Field<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Field::Value(value) => serializer.serialize_some(value),
            Field::Absent | Field::Null => serializer.serialize_none(),
        }
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Field<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Option::<T>::deserialize(deserializer)?.map_or(Field::Null, Field::Value))
    }
}

/// Key of a dossier.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct DossierKey {
    /// The sending system.
    pub source: Text,
    /// Its id of the dossier, up to 64 bytes.
    pub id: Text,
}

/// Key of a rating; the same shape as a dossier's, another key space.
pub type RatingKey = DossierKey;

/// One entry of a dossier's `pauses` list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PauseEvent {
    /// Id of the pause within the dossier.
    pub id: Text,
    /// Supplement or payment.
    #[serde(default, skip_serializing_if = "Field::is_absent")]
    pub kind: Field<PauseKind>,
    /// When it began; null takes the pause back.
    #[serde(default, skip_serializing_if = "Field::is_absent")]
    pub from: Field<Instant>,
    /// When it ended; absent or null is open.
    #[serde(default, skip_serializing_if = "Field::is_absent")]
    pub to: Field<Instant>,
}

/// A change of a dossier.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DossierEvent {
    /// Whose dossier it is and which.
    #[serde(flatten)]
    pub key: DossierKey,
    /// Code of the processing unit; empty where the message names none and changes none. Senders of records always name
    /// it, the portal's progress doesn't.
    pub unit: Text,
    /// When the source says that it changed.
    pub at: Instant,
    /// The status taken at `at`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<Status>,
    /// Code of the administrative procedure.
    #[serde(default, skip_serializing_if = "Field::is_absent")]
    pub procedure: Field<Text>,
    /// Field of work.
    #[serde(default, skip_serializing_if = "Field::is_absent")]
    pub field: Field<Text>,
    /// How it was filed.
    #[serde(default, skip_serializing_if = "Field::is_absent")]
    pub channel: Field<Channel>,
    /// Code of the unit that received it.
    #[serde(default, skip_serializing_if = "Field::is_absent")]
    pub received_by: Field<Text>,
    /// The office that holds it now.
    #[serde(default, skip_serializing_if = "Field::is_absent")]
    pub holder: Field<Text>,
    /// When the citizen filed it.
    #[serde(default, skip_serializing_if = "Field::is_absent")]
    pub filed_at: Field<Instant>,
    /// When it was received for processing.
    #[serde(default, skip_serializing_if = "Field::is_absent")]
    pub received_at: Field<Instant>,
    /// When it is due.
    #[serde(default, skip_serializing_if = "Field::is_absent")]
    pub due_at: Field<Instant>,
    /// When processing ended.
    #[serde(default, skip_serializing_if = "Field::is_absent")]
    pub finished_at: Field<Instant>,
    /// Pauses to add or change; empty changes nothing.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub pauses: Vec<PauseEvent>,
    /// Its papers are digitised.
    #[serde(default, skip_serializing_if = "Field::is_absent")]
    pub digitised: Field<bool>,
    /// Its result is electronic.
    #[serde(default, skip_serializing_if = "Field::is_absent")]
    pub electronic_result: Field<bool>,
    /// Data digitised before was used again.
    #[serde(default, skip_serializing_if = "Field::is_absent")]
    pub reused_data: Field<bool>,
    /// A fee or another obligation is to be paid.
    #[serde(default, skip_serializing_if = "Field::is_absent")]
    pub payable: Field<bool>,
    /// It was paid online.
    #[serde(default, skip_serializing_if = "Field::is_absent")]
    pub paid_online: Field<bool>,
    /// Why it is late, a code of the source.
    #[serde(default, skip_serializing_if = "Field::is_absent")]
    pub late_cause: Field<Text>,
    /// Why it counts nowhere.
    #[serde(default, skip_serializing_if = "Field::is_absent")]
    pub void: Field<Text>,
}

impl DossierEvent {
    /// An event that changes nothing but the unit; the other fields are filled in by struct update.
    pub fn new(key: DossierKey, unit: Text, at: Instant) -> DossierEvent {
        DossierEvent {
            key,
            unit,
            at,
            status: None,
            procedure: Field::Absent,
            field: Field::Absent,
            channel: Field::Absent,
            received_by: Field::Absent,
            holder: Field::Absent,
            filed_at: Field::Absent,
            received_at: Field::Absent,
            due_at: Field::Absent,
            finished_at: Field::Absent,
            pauses: Vec::new(),
            digitised: Field::Absent,
            electronic_result: Field::Absent,
            reused_data: Field::Absent,
            payable: Field::Absent,
            paid_online: Field::Absent,
            late_cause: Field::Absent,
            void: Field::Absent,
        }
    }
}

/// A citizen's rating.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rating {
    /// Whose rating it is and which.
    #[serde(flatten)]
    pub key: RatingKey,
    /// Code of the unit rated.
    pub unit: Text,
    /// When it was given.
    pub at: Instant,
    /// 1 to 5; null is no opinion and not counted.
    #[serde(default, skip_serializing_if = "Field::is_absent")]
    pub score: Field<u8>,
    /// Id of the dossier it is about.
    #[serde(default, skip_serializing_if = "Field::is_absent")]
    pub dossier: Field<Text>,
    /// Where it was given: kiosk, web, app, sms, zalo, hotline.
    #[serde(default, skip_serializing_if = "Field::is_absent")]
    pub channel: Field<Text>,
}

/// Key of an indicator report.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct IndicatorKey {
    /// Code of the indicator.
    pub code: Text,
    /// Code of the unit.
    pub unit: Text,
    /// The period it is about.
    pub period: Period,
}

/// What a unit reports of an indicator and a period.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct IndicatorReport {
    /// Who reports it.
    pub source: Text,
    /// Which indicator, unit and period.
    #[serde(flatten)]
    pub key: IndicatorKey,
    /// When the source says that it changed.
    pub at: Instant,
    /// Numerator of a ratio.
    #[serde(default, skip_serializing_if = "Field::is_absent")]
    pub numerator: Field<Decimal>,
    /// Denominator of a ratio.
    #[serde(default, skip_serializing_if = "Field::is_absent")]
    pub denominator: Field<Decimal>,
    /// The value, for what is no ratio.
    #[serde(default, skip_serializing_if = "Field::is_absent")]
    pub value: Field<Decimal>,
    /// What the source printed.
    #[serde(default, skip_serializing_if = "Field::is_absent")]
    pub declared: Field<Decimal>,
}

/// One version of a unit; its key is (`code`, `valid_from`), the greatest (`at`, content) wins.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct UnitFact {
    /// When it was loaded, by the receiving clock.
    pub at: Instant,
    /// Opaque code, leading zeros kept.
    pub code: Text,
    /// First day on which it exists; none: always has.
    pub valid_from: Option<Day>,
    /// Last day on which it exists; none: no end known.
    pub valid_to: Option<Day>,
    /// Code of the unit above, none for a root.
    pub parent: Option<Text>,
    /// What it is.
    pub kind: UnitKind,
    /// Within which it is ranked, such as `huyện`, `sở`, `phường`.
    pub category: Text,
    /// Name in Vietnamese.
    pub name_vi: Text,
    /// Name in English.
    pub name_en: Option<Text>,
    /// Short name for walls.
    pub short_name: Option<Text>,
    /// Protocol order.
    pub sort_order: i32,
    /// Latitude of its centre in degrees.
    pub lat: Option<Decimal>,
    /// Longitude of its centre in degrees.
    pub lon: Option<Decimal>,
    /// The tree it stands in, `territory` by default.
    pub tree: Text,
}

/// From a day on a unit goes on as another one; its key is (`old`, `new`, `effective`), the greatest (`at`,
/// content) wins. `old` is read on the day before `effective`, `new` on that day.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Succession {
    /// When it was loaded, by the receiving clock.
    pub at: Instant,
    /// Code of the unit that ends or is divided.
    pub old: Text,
    /// Code of the unit that goes on.
    pub new: Text,
    /// The first day on which `new` stands for `old`.
    pub effective: Day,
    /// Which share of `old` went there: more than 0, up to 1; 0 takes the succession back.
    pub share: Decimal,
    /// Of a divided unit: where what can't be told apart goes.
    pub is_default: bool,
}

/// What a source means by a text that it sends as a unit's code; its key is (`source`, `raw`), the greatest (`at`,
/// `unit`) wins.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Alias {
    /// When it was given, by the receiving clock.
    pub at: Instant,
    /// The sending system.
    pub source: Text,
    /// The code as that source writes it.
    pub raw: Text,
    /// The code that is meant; none takes the alias back.
    pub unit: Option<Text>,
}

/// A sign of life of a source: a batch, even an empty one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Contact {
    /// The sending system.
    pub source: Text,
    /// When it was heard, by the receiving clock.
    pub at: Instant,
}

/// Everything the journal keeps.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Record {
    /// A change of a dossier.
    Dossier(Box<DossierEvent>),
    /// A citizen's rating.
    Rating(Rating),
    /// An indicator report.
    Indicator(IndicatorReport),
    /// A version of a unit.
    Unit(Box<UnitFact>),
    /// A unit that goes on as another one.
    Succession(Succession),
    /// What a source means by a code of its own.
    Alias(Alias),
    /// What is known of a source.
    Source(Box<SourceFact>),
    /// A sign of life of a source.
    Contact(Contact),
    /// A version of a procedure.
    Procedure(Box<ProcedureFact>),
    /// An entry of the calendar of working time.
    Calendar(Box<CalendarFact>),
}

impl Record {
    /// The sending system, whose sign of life the record is; units, successions, aliases, procedures, the calendar and
    /// what is known of sources come from people.
    pub fn source(&self) -> Option<&Text> {
        match self {
            Record::Dossier(event) => Some(&event.key.source),
            Record::Rating(rating) => Some(&rating.key.source),
            Record::Indicator(report) => Some(&report.source),
            Record::Contact(contact) => Some(&contact.source),
            Record::Unit(_)
            | Record::Succession(_)
            | Record::Alias(_)
            | Record::Source(_)
            | Record::Procedure(_)
            | Record::Calendar(_) => None,
        }
    }
}
