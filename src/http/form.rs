//! In which form an answer goes out: JSON, or CSV for those who accept only that.
//!
//! CSV is RFC 4180 in UTF-8 with a header. A number is written plainly, null is an empty cell, an empty text is `""`. A
//! text that a spreadsheet would take for a formula (it begins with `=`, `+`, `-`, `@`, a tab or a carriage return) gets
//! an apostrophe before it and is quoted.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;

use super::answers::{Cell, Table, Tabular};
use super::error::Problem;
use super::json::json;

#[cfg(test)]
mod tests;

/// What the caller accepts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    Json,
    Csv,
}

impl<S: Send + Sync> FromRequestParts<S> for Form {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Form, Problem> {
        Form::read(&accepted(&parts.headers)).ok_or(Problem::NotAcceptable)
    }
}

impl Form {
    /// The form of the greatest weight; JSON of equal ones. None when neither is accepted.
    fn read(accept: &str) -> Option<Form> {
        let csv = ["text/csv", "text/*", "*/*"];
        let offers: [(Form, &[&str]); 2] = [(Form::Json, &JSON_RANGES), (Form::Csv, &csv)];
        preferred(accept, &offers)
    }
}

/// The ranges that cover JSON, the narrowest first.
pub(super) const JSON_RANGES: [&str; 3] = ["application/json", "application/*", "*/*"];

/// Of what is offered, each with the ranges that cover it, what the caller gives the greatest weight; the first of
/// equal ones, also when nothing is said. None when nothing is accepted.
pub(super) fn preferred<T: Copy>(accept: &str, offers: &[(T, &[&str])]) -> Option<T> {
    if accept.trim().is_empty() {
        return offers.first().map(|(offer, _)| *offer);
    }
    let weight = |of: &[&str]| {
        // The narrowest range that covers the form says its weight (RFC 9110, 12.5.1).
        of.iter().find_map(|range| {
            let ranges = accept.split(',').map(read_range);
            ranges.filter(|(name, _)| name.eq_ignore_ascii_case(range)).map(|(_, weight)| weight).max()
        })
    };
    let weighed = offers.iter().map(|(offer, ranges)| (weight(ranges).unwrap_or(0), offer));
    // Of equal ones the last is the greatest to `max_by_key`.
    weighed.rev().filter(|(weight, _)| *weight > 0).max_by_key(|(weight, _)| *weight).map(|(_, offer)| *offer)
}

/// All that a caller accepts, as one text.
pub(super) fn accepted(headers: &HeaderMap) -> String {
    let texts: Vec<&str> = headers.get_all(header::ACCEPT).iter().filter_map(|value| value.to_str().ok()).collect();
    texts.join(",")
}

/// A range of `Accept` with its weight in thousandths; 1,000 when none is given, 0 when it can't be read.
fn read_range(range: &str) -> (&str, u32) {
    let mut parts = range.split(';').map(str::trim);
    let name = parts.next().unwrap_or_default();
    let given = parts.find_map(|part| part.strip_prefix("q=").or_else(|| part.strip_prefix("Q=")));
    let weight = match given {
        None => 1_000,
        Some("0") => 0,
        Some("1") => 1_000,
        Some(text) => match text.split_once('.') {
            Some(("1", _)) => 1_000,
            Some(("0", digits)) if digits.len() <= 3 => format!("{digits:0<3}").parse().unwrap_or(0),
            _ => 0,
        },
    };
    (name, weight)
}

/// An answer in the form accepted.
pub(super) fn answer(form: Form, bom: bool, answer: &(impl Serialize + Tabular)) -> Result<Response, Problem> {
    let mut response = match form {
        Form::Json => json(answer)?,
        Form::Csv => {
            let kind = [(header::CONTENT_TYPE, "text/csv; charset=utf-8; header=present")];
            (kind, csv(&answer.table(), bom)).into_response()
        }
    };
    response.headers_mut().append(header::VARY, header::HeaderValue::from_static("accept"));
    Ok(response)
}

/// A table as CSV.
fn csv(table: &Table, bom: bool) -> String {
    let mut out = String::from(if bom { "\u{feff}" } else { "" });
    let mut line = |cells: &mut dyn Iterator<Item = String>| {
        out.push_str(&cells.collect::<Vec<_>>().join(","));
        out.push_str("\r\n");
    };
    line(&mut table.header.iter().map(|name| text(name)));
    for row in &table.rows {
        line(&mut row.iter().map(cell));
    }
    out
}

fn cell(cell: &Cell) -> String {
    match cell {
        Cell::Nothing => String::new(),
        Cell::Number(number) => number.clone(),
        Cell::Text(content) => text(content),
    }
}

fn text(content: &str) -> String {
    let is_formula = content.starts_with(['=', '+', '-', '@', '\t', '\r']);
    let is_plain = !content.is_empty() && !is_formula && !content.contains([',', '"', '\r', '\n']);
    if is_plain && content.trim() == content {
        return content.to_owned();
    }
    format!("\"{}{}\"", if is_formula { "'" } else { "" }, content.replace('"', "\"\""))
}
