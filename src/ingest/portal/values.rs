//! Values as the portal writes them: everything is a text.

use jiff::civil::DateTime;
use jiff::fmt::strtime::BrokenDownTime;
use serde_json::{Map, Value};

/// A value, which the portal writes as a text whatever it is; none when it is empty.
pub(super) fn text(fields: &Map<String, Value>, name: &str) -> Option<String> {
    let text = match fields.get(name)? {
        Value::String(text) => text.trim().to_owned(),
        Value::Number(number) => number.to_string(),
        Value::Bool(true) => "1".to_owned(),
        Value::Bool(false) => "0".to_owned(),
        Value::Null | Value::Array(_) | Value::Object(_) => return None,
    };
    (!text.is_empty() && !text.eq_ignore_ascii_case("null")).then_some(text)
}

/// Yes or no; none when it isn't said.
pub(super) fn given(fields: &Map<String, Value>, name: &str) -> Option<bool> {
    text(fields, name).map(|text| text == "1" || text.eq_ignore_ascii_case("true"))
}

pub(super) fn is(fields: &Map<String, Value>, name: &str) -> bool {
    given(fields, name) == Some(true)
}

/// The objects of a list; one that isn't there is empty.
pub(super) fn list<'a>(fields: &'a Map<String, Value>, name: &str) -> Vec<&'a Map<String, Value>> {
    let listed = fields.get(name).and_then(Value::as_array);
    listed.into_iter().flatten().filter_map(Value::as_object).collect()
}

/// Whether a form of times has what makes a day: it reads what it writes.
pub(super) fn gives_a_day(form: &str) -> bool {
    let some = jiff::civil::date(2024, 8, 2).at(8, 30, 15, 0);
    let written = jiff::fmt::strtime::format(form, some).ok();
    written.and_then(|written| local(&written, form)).is_some_and(|read| read.date() == some.date())
}

/// A text in one form; a date alone is its midnight.
pub(super) fn local(text: &str, form: &str) -> Option<DateTime> {
    let read = BrokenDownTime::parse(form, text).ok()?;
    read.to_datetime().ok().or_else(|| Some(read.to_date().ok()?.to_datetime(jiff::civil::Time::midnight())))
}
