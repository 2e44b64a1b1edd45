//! By what figures are broken down, and which value a dossier or rating has there.

use crate::kpi::Window;
use crate::model::{Channel, Derived, DossierState, Instant, Stage, Status, Zone};

/// By what a breakdown groups and a filter picks. Units and days are not among them: a dossier has one unit, and counts
/// on several days.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Dimension {
    /// Field of work.
    Field,
    /// Administrative procedure.
    Procedure,
    /// How it was filed, as given: who gave none counts as counter in the measures, here it has no value.
    Channel,
    /// Newest status.
    Status,
    /// The office that holds it.
    Holder,
    /// How long it is overdue, or open, at the window's end: see [`AGES`].
    Age,
}

/// The classes of age, in order. Days are local days, from the day of `overdue_from` or of taken on to that
/// of J: `overdue_le_1` has 0 or 1 day, `overdue_le_5` 2 to 5. What isn't in progress at J is `not_open`.
pub const AGES: [&str; 10] = [
    "overdue_gt_30",
    "overdue_le_30",
    "overdue_le_10",
    "overdue_le_5",
    "overdue_le_1",
    "open_gt_30",
    "open_le_30",
    "open_le_10",
    "open_le_5",
    "not_open",
];

impl Dimension {
    /// All of them.
    pub const ALL: [Dimension; 6] = [
        Dimension::Field,
        Dimension::Procedure,
        Dimension::Channel,
        Dimension::Status,
        Dimension::Holder,
        Dimension::Age,
    ];

    /// The name in queries and answers.
    pub fn as_str(self) -> &'static str {
        match self {
            Dimension::Field => "field",
            Dimension::Procedure => "procedure",
            Dimension::Channel => "channel",
            Dimension::Status => "status",
            Dimension::Holder => "holder",
            Dimension::Age => "age",
        }
    }

    /// The dimension of a name.
    pub fn named(name: &str) -> Option<Dimension> {
        Dimension::ALL.into_iter().find(|dimension| dimension.as_str() == name)
    }

    /// Its values in order, where these are fixed.
    pub fn fixed(self) -> Option<Vec<&'static str>> {
        match self {
            Dimension::Channel => Some([Channel::Online, Channel::Counter, Channel::Post].map(Channel::as_str).into()),
            Dimension::Status => Some(Status::ALL.map(Status::as_str).into()),
            Dimension::Age => Some(AGES.into()),
            Dimension::Field | Dimension::Procedure | Dimension::Holder => None,
        }
    }

    /// What a dossier's registers give; none when nothing was given, or taken back. Of age nothing is given.
    pub(super) fn given(self, state: &DossierState) -> Option<&str> {
        match self {
            Dimension::Field => state.field.value().map(|text| text.as_str()),
            Dimension::Procedure => state.procedure.value().map(|text| text.as_str()),
            Dimension::Channel => state.channel.get().map(Channel::as_str),
            Dimension::Status => state.statuses.newest().map(Status::as_str),
            Dimension::Holder => state.holder.value().map(|text| text.as_str()),
            Dimension::Age => None,
        }
    }
}

/// The class of age of a dossier at the end of a window.
pub(super) fn age(derived: &Derived, window: Window, now: Instant, zone: &Zone) -> &'static str {
    let last = window.last;
    let is_open = |taken_on: &Instant| {
        zone.day(*taken_on) <= last && derived.finish.is_none_or(|finish| zone.day(finish) > last) && !derived.void
    };
    let Some(taken_on) = derived.taken_on.filter(is_open) else { return "not_open" };
    let end = zone.end(last).min(now);
    let days_from = |from: Instant| zone.day(end).0 - zone.day(from).0;
    match (derived.stage(end), derived.overdue_from) {
        (Stage::Overdue, Some(from)) => match days_from(from) {
            ..2 => "overdue_le_1",
            2..6 => "overdue_le_5",
            6..11 => "overdue_le_10",
            11..31 => "overdue_le_30",
            _ => "overdue_gt_30",
        },
        _ => match days_from(taken_on) {
            ..6 => "open_le_5",
            6..11 => "open_le_10",
            11..31 => "open_le_30",
            _ => "open_gt_30",
        },
    }
}
