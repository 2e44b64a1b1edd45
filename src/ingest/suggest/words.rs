//! The words by which columns and values are recognised, as [`plain`] text.

use super::lists::{CHANNELS, FLAGS, HEADERS, NULLS, PERSONAL, PERSONAL_ALONE, STATUSES, SURNAMES};
use crate::model::plain::plain;

/// The words of a list.
fn each(list: &'static str) -> impl Iterator<Item = &'static str> {
    list.split(", ")
}

/// How sure a header means a field: the greater the surer.
type Sureness = usize;

/// What a column's header says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::ingest) enum Header {
    /// It is a field's.
    Field(&'static str, Sureness),
    /// A person stands behind its values.
    Personal,
    /// Nothing that is known.
    Unknown,
}

/// Reads a header.
pub(in crate::ingest) fn header(text: &str) -> Header {
    let text = plain(text);
    let mut best: Option<(&'static str, Sureness)> = None;
    for (field, phrases) in HEADERS {
        for (place, phrase) in each(phrases).enumerate() {
            let sure = if text == phrase {
                10_000 - place
            } else if has_words(&text, phrase) {
                // The longer the words, the less can they mean anything else.
                phrase.len() * 10
            } else {
                continue;
            };
            if best.is_none_or(|(_, known)| sure > known) {
                best = Some((field, sure));
            }
        }
    }
    let is_personal =
        each(PERSONAL).any(|phrase| has_words(&text, phrase)) || each(PERSONAL_ALONE).any(|phrase| text == phrase);
    match best {
        Some((field, sure)) if sure >= 9_000 => Header::Field(field, sure),
        _ if is_personal => Header::Personal,
        Some((field, sure)) => Header::Field(field, sure),
        None => Header::Unknown,
    }
}

fn has_words(text: &str, phrase: &str) -> bool {
    format!(" {text} ").contains(&format!(" {phrase} "))
}

/// Whether a person may stand behind a value: a name, a number of an identity card or a telephone, a mail address.
pub(super) fn is_personal(value: &str) -> bool {
    let digits: String = value.chars().filter(|c| !matches!(c, ' ' | '.' | '-' | '(' | ')')).collect();
    let number = digits.strip_prefix('+').unwrap_or(&digits);
    let is_number = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
    let is_phone =
        is_number && (number.starts_with('0') && number.len() == 10 || number.starts_with("84") && number.len() == 11);
    // Of a card's number of twelve digits a spreadsheet drops the zero at the front; older ones have nine.
    let is_card = is_number
        && (number.len() == 12 && number.starts_with('0') || matches!(number.len(), 9 | 11))
        && !value.contains(['.', ' ']);
    is_phone || is_card || value.contains('@') || is_name(value)
}

fn is_name(value: &str) -> bool {
    let words: Vec<&str> = value.split_whitespace().collect();
    let is_capital = |word: &&str| word.chars().next().is_some_and(char::is_uppercase);
    (2..=5).contains(&words.len())
        && words.iter().all(is_capital)
        && words.iter().all(|word| word.chars().all(char::is_alphabetic))
        && each(SURNAMES).any(|surname| surname == plain(words[0]))
}

/// What a value of a field is in records, when that is known.
pub(in crate::ingest) fn meaning(field: &str, value: &str) -> Option<&'static str> {
    let known = match field {
        "status" => STATUSES,
        "channel" => CHANNELS,
        _ => FLAGS,
    };
    let value = plain(value);
    known.iter().find(|(_, words)| each(words).any(|word| word == value)).map(|(meaning, _)| *meaning)
}

/// What the national portal means by a number of its list, for a person to decide on.
pub(super) fn portal_meaning(field: &str, value: &str) -> Option<&'static str> {
    let statuses = [
        "registered",
        "accepted",
        "refused",
        "processing",
        "supplement_requested",
        "payment_requested",
        "withdrawn",
        "stopped",
        "done",
        "delivered",
    ];
    let place = value.trim().parse::<usize>().ok()?.checked_sub(1)?;
    match field {
        "status" => statuses.get(place).copied(),
        "channel" => ["counter", "online", "post"].get(place).copied(),
        _ => None,
    }
}

/// Whether a cell stands for nothing.
pub(super) fn is_null(value: &str) -> bool {
    each(NULLS).any(|null| null == value.trim())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_are_read_with_and_without_diacritics() {
        let field = |text: &str| match header(text) {
            Header::Field(field, _) => field,
            Header::Personal => "personal",
            Header::Unknown => "unknown",
        };
        for (text, expected) in [
            ("Mã hồ sơ", "id"),
            ("SỐ HỒ SƠ", "id"),
            ("Ngày tiếp nhận", "received_at"),
            ("ngay tiep nhan", "received_at"),
            ("Hẹn trả", "due_at"),
            ("Ngày có kết quả", "finished_at"),
            ("Đơn vị", "unit"),
            ("Trạng thái", "status"),
            ("Lĩnh vực", "field"),
            ("Tên thủ tục", "procedure"),
            ("Hình thức nộp", "channel"),
            ("Due date", "due_at"),
            ("Đơn vị tiếp nhận", "received_by"),
            ("Họ và tên", "personal"),
            ("Người nộp hồ sơ", "personal"),
            ("Số CCCD", "personal"),
            ("ĐT", "personal"),
            ("Địa chỉ", "personal"),
            ("Tên", "personal"),
            ("STT", "unknown"),
            ("Ngày tiếp nhận (dd/mm/yyyy)", "received_at"),
            ("Ngày sinh", "personal"),
            ("Cán bộ thụ lý", "personal"),
        ] {
            assert_eq!(field(text), expected, "{text}");
        }
    }

    #[test]
    fn values_behind_which_a_person_stands_are_known() {
        for value in
            ["Nguyễn Văn An", "TRẦN THỊ B", "0912345678", "+84 912 345 678", "017090001234", "17090001234", "a@b.vn"]
        {
            assert!(is_personal(value), "{value}");
        }
        for value in ["Đang xử lý", "UBND xã Tu Lý", "04903", "1.002835", "Đất đai", "02/08/2024", "H28.1-240802-0001"]
        {
            assert!(!is_personal(value), "{value}");
        }
    }
}
