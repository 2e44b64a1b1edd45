//! What is sent about alerts: when one is raised, and when it is over.

use serde_json::json;

use crate::delivery::Message;
use crate::kpi::Words;
use crate::model::Instant;
use crate::pipeline::outbox::Draft;

use super::Subject;
use super::book::{Alert, Ending};
use super::sight::Watched;
use super::words::{clock_and_day, sentence};

/// What a message is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Occasion {
    /// It was raised.
    Raised,
    /// It is over.
    Over,
}

/// A message for each destination of the rule; in quiet hours they wait for their end. A message carries the same id
/// however often it is sent: `node-number-occasion`.
pub(super) fn drafts(
    alert: &Alert,
    occasion: Occasion,
    watched: Watched<'_>,
    (node, wall): (&str, Instant),
) -> Vec<Draft> {
    let Some(rule) = watched.catalogue.alerts().get(&alert.key.rule) else { return Vec::new() };
    let (now, zone) = (watched.view.now(), watched.view.zone());
    // The real clock and that of the figures may be apart: what counts is how long it is until then.
    let delay_ms = rule.quiet_until(now, zone).map_or(0, |end| end.0 - now.0);
    let message = message(alert, occasion, watched, node);
    let draft = |to: &String| Draft { to: to.clone(), not_before: wall.plus_ms(delay_ms), message: message.clone() };
    rule.deliver.iter().map(draft).collect()
}

fn message(alert: &Alert, occasion: Occasion, watched: Watched<'_>, node: &str) -> Message {
    let zone = watched.view.zone();
    let Words { vi, en } = sentence(alert, &alert.figure(), zone);
    let (word, vi_word, en_word) = match (occasion, alert.cleared.as_ref().map(|cleared| cleared.how)) {
        (Occasion::Raised, _) => ("raised", "Cảnh báo", "Alert"),
        (Occasion::Over, Some(Ending::Withdrawn)) => ("withdrawn", "Thôi theo dõi", "No longer watched"),
        (Occasion::Over, _) => ("cleared", "Hết cảnh báo", "Over"),
    };
    let at = match &alert.cleared {
        Some(cleared) => cleared.at,
        None => alert.raised_at,
    };
    let when = clock_and_day(at, zone);
    let since = clock_and_day(alert.since, zone);
    let (unit, source) = match &alert.key.subject {
        Subject::Unit { code, .. } => (Some(code), None),
        Subject::Source(source) => (None, Some(source)),
    };
    let text = format!(
        "{vi_word}: {vi}\n{en_word}: {en}\n\nTừ / since {since}; lúc / at {when}.\nMã / rule {} ({}), số / no. {}, seq {}.\n",
        alert.key.rule, alert.version, alert.id, alert.seq
    );
    Message {
        id: format!("{node}-{}-{word}", alert.id),
        subject: format!("{vi_word}: {vi}"),
        html: None,
        payload: json!({
            "kind": "alert", "event": word, "alert": alert.id, "rule": alert.key.rule, "version": alert.version,
            "level": alert.level, "label": alert.label, "sentence": {"vi": vi, "en": en}, "unit": unit, "source": source,
            "name": alert.name, "value": alert.figure().value(), "num": alert.figure().num, "den": alert.figure().den,
            "counted_in": alert.figure().unit, "side": alert.side, "threshold": alert.threshold.map(|line| line.to_f64()),
            "since": alert.since.to_rfc3339(zone), "at": at.to_rfc3339(zone), "seq": alert.seq, "node": node,
        }),
        text,
        parts: Vec::new(),
    }
}
