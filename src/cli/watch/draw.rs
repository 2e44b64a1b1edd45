//! A board as lines of text: what stands in each tile, shortly.

use std::fmt::Write as _;

use jiff::Timestamp;
use serde_json::Value;

use super::screen::Screen;

/// Rows of a ranking or list that are shown.
const ROWS_MAX: usize = 10;
/// Columns of a tile's id.
const ID_COLUMNS: usize = 20;

/// All tiles under one another, and whether they can be trusted.
pub(super) fn board(screen: &Screen) -> String {
    let mut text = format!("{} / {}   {}\n", screen.board, screen.unit, screen.state.words());
    line(&mut text, format_args!("as of {}", screen.as_of));
    for (id, tile) in &screen.tiles {
        let mut rows = rows(tile).into_iter();
        let mut first = rows.next().unwrap_or_else(|| "(nothing)".to_owned());
        if let Some(silence) = silence(tile, &screen.now) {
            first.push_str(&silence);
        }
        line(&mut text, format_args!("{id:ID_COLUMNS$} {first}"));
        for row in rows {
            line(&mut text, format_args!("{:ID_COLUMNS$} {row}", ""));
        }
    }
    text
}

fn line(text: &mut String, words: std::fmt::Arguments<'_>) {
    writeln!(text, "{words}").expect("writing to memory succeeds");
}

fn rows(tile: &Value) -> Vec<String> {
    if let Some(children) = tile["children"].as_array() {
        return children.iter().take(ROWS_MAX).map(ranked).collect();
    }
    if let Some(sources) = tile["sources"].as_array() {
        return sources.iter().take(ROWS_MAX).map(source).collect();
    }
    if let Some(figure) = tile["kpis"].as_object().and_then(|kpis| kpis.values().next()) {
        return vec![kpi(figure)];
    }
    let counts = tile["measures"].as_object().into_iter().flatten();
    counts.map(|(name, count)| format!("{name:24} {:>12}", count.as_i64().map_or("-".to_owned(), grouped))).collect()
}

fn kpi(figure: &Value) -> String {
    let mut text = share(&figure["value"]);
    if let (Some(num), Some(den)) = (figure["num"].as_i64(), figure["den"].as_i64()) {
        write!(text, "  {} of {}", grouped(num), grouped(den)).expect("writing to memory succeeds");
    }
    if figure["target"].is_number() {
        write!(text, "  target {}", share(&figure["target"])).expect("writing to memory succeeds");
    }
    if let Some(band) = figure["band"].as_str() {
        write!(text, "  {band}").expect("writing to memory succeeds");
    }
    text
}

fn ranked(child: &Value) -> String {
    let rank = child["rank"].as_u64().map_or("-".to_owned(), |rank| rank.to_string());
    let figure = child["kpis"].as_object().and_then(|kpis| kpis.values().next());
    let value = figure.map_or("-".to_owned(), |figure| share(&figure["value"]));
    format!("{rank:>3}  {:28} {value:>9}", child["name"].as_str().unwrap_or_default())
}

fn source(row: &Value) -> String {
    let at = row["source_at"].as_str().unwrap_or("never");
    format!("{:28} heard {at}", row["name"]["vi"].as_str().or(row["id"].as_str()).unwrap_or_default())
}

/// Says when the source of a tile has been silent for longer than it may.
fn silence(tile: &Value, now: &str) -> Option<String> {
    let stale_after_s = tile["stale_after_s"].as_i64()?;
    let Some(source_at) = tile["source_at"].as_str() else { return Some("  (no source yet)".to_owned()) };
    let silent_s = now.parse::<Timestamp>().ok()?.as_second() - source_at.parse::<Timestamp>().ok()?.as_second();
    (silent_s > stale_after_s).then(|| format!("  (source silent since {source_at})"))
}

/// A ratio as per cent; null isn't 0.
fn share(value: &Value) -> String {
    value.as_f64().map_or("-".to_owned(), |value| format!("{:.1} %", value * 100.0))
}

fn grouped(number: i64) -> String {
    let digits = number.unsigned_abs().to_string();
    let mut text = String::from(if number < 0 { "-" } else { "" });
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(' ');
        }
        text.push(digit);
    }
    text
}
