//! What a field may hold: the one list that the check of single fields and the published schema go by.

use super::check::{ANSWERS, CHANNELS, PAUSE_KINDS, RATING_CHANNELS};
use super::wire::Name;
use crate::model::Status;

/// What one field of a record, or of a pause, may hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    /// The record's type; every record has it.
    Type,
    /// An id or code that every record of the type has.
    Key,
    /// The record's instant, which it must have.
    At,
    /// The period of an indicator, which it must have.
    Period,
    /// A status; null clears nothing.
    Status,
    /// A list of pauses; null clears nothing.
    Pauses,
    /// An id or code, or null.
    Id,
    /// A text, or null.
    Text,
    /// A reason, or null: a text that isn't empty.
    Reason,
    /// An instant, or null.
    Instant,
    /// An instant or a day, or null.
    Due,
    /// True, false or null.
    Boolean,
    /// A decimal number, or null.
    Decimal,
    /// A whole number from 1 to 5, or null.
    Score,
    /// The words for a score, or null.
    Answer,
    /// How a dossier came, or null.
    Channel,
    /// Where a rating was given, or null.
    RatingChannel,
    /// What a pause waits for, or null.
    PauseKind,
}

impl Shape {
    /// The shape of a field among the fields of its type.
    pub(super) fn of(name: Name, names: &[Name]) -> Shape {
        match name {
            Name::Type => Shape::Type,
            Name::Id | Name::Unit | Name::Code => Shape::Key,
            Name::At => Shape::At,
            Name::Period => Shape::Period,
            Name::Status => Shape::Status,
            Name::Pauses => Shape::Pauses,
            Name::ReceivedBy | Name::Dossier => Shape::Id,
            Name::Procedure | Name::Field | Name::Holder | Name::LateCause => Shape::Text,
            Name::Void => Shape::Reason,
            Name::FiledAt | Name::ReceivedAt | Name::FinishedAt | Name::From | Name::To => Shape::Instant,
            Name::DueAt => Shape::Due,
            Name::Digitised | Name::ElectronicResult | Name::ReusedData | Name::Payable | Name::PaidOnline => {
                Shape::Boolean
            }
            Name::Numerator | Name::Denominator | Name::Value | Name::Declared => Shape::Decimal,
            Name::Score => Shape::Score,
            Name::Answer => Shape::Answer,
            Name::Channel if names == Name::RATING => Shape::RatingChannel,
            Name::Channel => Shape::Channel,
            Name::Kind => Shape::PauseKind,
        }
    }

    /// Whether every record of the type has the field.
    pub(super) fn is_required(self) -> bool {
        matches!(self, Shape::Type | Shape::Key | Shape::At | Shape::Period)
    }

    /// Whether null may be given, which clears the field.
    pub(super) fn takes_null(self) -> bool {
        !self.is_required() && !matches!(self, Shape::Status | Shape::Pauses)
    }

    /// The words there are, where only some may be given.
    pub(super) fn words(self) -> Vec<&'static str> {
        match self {
            Shape::Status => Status::ALL.iter().map(|status| status.as_str()).collect(),
            Shape::Channel => CHANNELS.iter().map(|channel| channel.as_str()).collect(),
            Shape::RatingChannel => RATING_CHANNELS.to_vec(),
            Shape::Answer => ANSWERS.iter().map(|(word, _)| *word).collect(),
            Shape::PauseKind => PAUSE_KINDS.iter().map(|kind| kind.as_str()).collect(),
            _ => Vec::new(),
        }
    }
}
