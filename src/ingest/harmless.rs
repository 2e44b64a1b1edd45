//! What may be kept of a refused line: values in which no person can stand.
//!
//! A name, a number of an identity card or a telephone number may stand in any field of a line that is wrong. So a
//! value is kept only when it has the form of its field: a word of the field's list, a time, a number, a code. Texts
//! written by people (reasons, offices, the name of a field of work) are never kept.

use serde_json::value::RawValue;

use super::check::{ANSWERS, CHANNELS, RATING_CHANNELS, TYPES};
use super::fields::ID_BYTES_MAX;
use super::wire::{Name, Value};
use crate::model::{PauseKind, Status};

/// Lengths of numbers that name a person: old and new identity cards, telephones.
const PERSON_DIGITS: [usize; 4] = [9, 10, 11, 12];

/// Whether a plain value may be kept.
pub(super) fn is_harmless(name: Name, raw: &RawValue) -> bool {
    match Value::read(raw) {
        Some(Value::Null | Value::Bool(_)) => true,
        Some(Value::Number(text)) => is_count(name) || !names_a_person(text),
        Some(Value::Text(text)) => is_harmless_text(name, &text),
        Some(Value::Nested(_)) | None => false,
    }
}

fn is_harmless_text(name: Name, text: &str) -> bool {
    match name {
        Name::Type => TYPES.contains(&text),
        Name::Status => Status::ALL.iter().any(|status| status.as_str() == text),
        Name::Channel => RATING_CHANNELS.contains(&text) || CHANNELS.iter().any(|channel| channel.as_str() == text),
        Name::Answer => ANSWERS.iter().any(|(answer, _)| *answer == text),
        Name::Kind => [PauseKind::Payment, PauseKind::Supplement].iter().any(|kind| kind.as_str() == text),
        Name::At | Name::FiledAt | Name::ReceivedAt | Name::DueAt | Name::FinishedAt | Name::From | Name::To => {
            is_time(text)
        }
        Name::Id | Name::Unit | Name::Procedure | Name::ReceivedBy | Name::Dossier | Name::Code | Name::Period => {
            is_code(text)
        }
        _ => false,
    }
}

fn is_count(name: Name) -> bool {
    matches!(name, Name::Numerator | Name::Denominator | Name::Value | Name::Declared | Name::Score)
}

fn is_time(text: &str) -> bool {
    text.len() <= ID_BYTES_MAX
        && text.contains(['-', ':', '/'])
        && text.bytes().all(|byte| byte.is_ascii_digit() || b"-:+./TtZz ".contains(&byte))
}

/// Letters, digits and signs without a gap, at least one digit among them.
fn is_code(text: &str) -> bool {
    text.len() <= ID_BYTES_MAX
        && text.bytes().any(|byte| byte.is_ascii_digit())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.:/#".contains(&byte))
        && !names_a_person(text)
}

fn names_a_person(text: &str) -> bool {
    let digits = text.bytes().filter(u8::is_ascii_digit).count();
    PERSON_DIGITS.contains(&digits) && text.bytes().all(|byte| byte.is_ascii_digit() || b"+-. ".contains(&byte))
}
