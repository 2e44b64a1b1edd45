//! The closed lists: statuses, channels, kinds of pauses and units, by their names on the wire.

use serde::{Deserialize, Serialize};

/// A status of a dossier, in the order that breaks ties of `at`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// Filed, not yet accepted.
    Registered,
    /// Taken on by the one-stop unit.
    Accepted,
    /// Being worked on.
    Processing,
    /// The citizen is to bring papers.
    SupplementRequested,
    /// The citizen is to pay.
    PaymentRequested,
    /// Not taken on, or refused later.
    Refused,
    /// Taken back by the citizen.
    Withdrawn,
    /// Stopped by the office.
    Stopped,
    /// Result ready.
    Done,
    /// Result handed over.
    Delivered,
}

impl Status {
    /// All statuses, in order.
    pub const ALL: [Status; 10] = [
        Status::Registered,
        Status::Accepted,
        Status::Processing,
        Status::SupplementRequested,
        Status::PaymentRequested,
        Status::Refused,
        Status::Withdrawn,
        Status::Stopped,
        Status::Done,
        Status::Delivered,
    ];

    /// The name on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Status::Registered => "registered",
            Status::Accepted => "accepted",
            Status::Processing => "processing",
            Status::SupplementRequested => "supplement_requested",
            Status::PaymentRequested => "payment_requested",
            Status::Refused => "refused",
            Status::Withdrawn => "withdrawn",
            Status::Stopped => "stopped",
            Status::Done => "done",
            Status::Delivered => "delivered",
        }
    }

    /// Its position in the order, from 0.
    pub fn position(self) -> usize {
        self as usize
    }

    /// The first five: the dossier goes on.
    pub fn is_non_terminal(self) -> bool {
        self <= Status::PaymentRequested
    }
}

/// How a dossier was filed; in the order of the names' bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Channel {
    /// At the counter.
    Counter,
    /// On a portal.
    Online,
    /// By the public postal service.
    Post,
}

impl Channel {
    /// The name on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Channel::Counter => "counter",
            Channel::Online => "online",
            Channel::Post => "post",
        }
    }
}

/// Why the clock stands still; in the order of the names' bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PauseKind {
    /// Waiting for a fee or another financial obligation.
    Payment,
    /// Waiting for papers.
    Supplement,
}

impl PauseKind {
    /// The name on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            PauseKind::Payment => "payment",
            PauseKind::Supplement => "supplement",
        }
    }
}

/// What kind of thing a unit is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum UnitKind {
    /// The country.
    Nation,
    /// A province or a city of that rank.
    Province,
    /// A district, to 30 June 2025.
    District,
    /// A commune, ward, town or special zone.
    Commune,
    /// A department of a province.
    Department,
    /// An office below any of these.
    Office,
    /// A grouping for analysis, such as a former district.
    Area,
}

impl UnitKind {
    /// Every kind, in the order in which the store numbers them.
    pub const ALL: [UnitKind; 7] = [
        UnitKind::Nation,
        UnitKind::Province,
        UnitKind::District,
        UnitKind::Commune,
        UnitKind::Department,
        UnitKind::Office,
        UnitKind::Area,
    ];

    /// The name on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            UnitKind::Nation => "nation",
            UnitKind::Province => "province",
            UnitKind::District => "district",
            UnitKind::Commune => "commune",
            UnitKind::Department => "department",
            UnitKind::Office => "office",
            UnitKind::Area => "area",
        }
    }
}
