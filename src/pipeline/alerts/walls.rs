//! What walls show of open alerts: the sentences of the ticker, and what takes a board over.

use std::cmp::Reverse;
use std::sync::Arc;

use serde::Serialize;

use crate::cube::View;
use crate::kpi::Words;
use crate::pipeline::backfill::feeds_unit;
use crate::pipeline::feeds::Feeds;
use crate::units::{Hierarchy, UnitId, VisibleUnit};

use super::Subject;
use super::book::{Alert, Alerts, unit_of};
use super::words::{bare, sentence};

/// Sentences of a ticker: more nobody waits for.
const TICKER_MAX: usize = 12;
/// Alerts that take a wall over one after the other.
const TAKEOVER_MAX: usize = 9;

/// One sentence of the ticker.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct TickerItem {
    /// Vietnamese.
    pub vi: String,
    /// English.
    pub en: String,
    /// How grave.
    pub level: &'static str,
}

/// One alert that takes a board over.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct TakeoverItem {
    id: u64,
    level: &'static str,
    /// Its figure, as it is drawn.
    number: Words,
    sentence: Words,
    /// The rule's name.
    label: Words,
    /// Since when the figure is past the threshold, RFC 3339.
    since: String,
}

/// The open alerts of a unit and the units below it, with those of the sources that feed them; the gravest first, then
/// the newest.
pub fn shown(alerts: &Alerts, view: &View, feeds: &Feeds, unit: UnitId) -> Vec<Arc<Alert>> {
    let tree = view.tree(Hierarchy::Now);
    let concerns = |alert: &Alert| match &alert.key.subject {
        Subject::Unit { .. } => unit_of(view, alert).is_some_and(|of| tree.covers(unit, of)),
        Subject::Source(source) => feeds_unit(source, view, feeds, unit),
    };
    let mut shown: Vec<Arc<Alert>> = alerts.open_alerts().into_iter().filter(|alert| concerns(alert)).collect();
    shown.sort_by_key(|alert| (Reverse(alert.level), Reverse(alert.raised_at), alert.id));
    shown
}

/// The sentences of the ticker of a unit's wall.
pub fn ticker(alerts: &Alerts, view: &View, feeds: &Feeds, unit: VisibleUnit) -> Vec<TickerItem> {
    let items = shown(alerts, view, feeds, unit.id()).into_iter().take(TICKER_MAX).map(|alert| {
        let Words { vi, en } = sentence(&alert, &alert.figure(), view.zone());
        TickerItem { vi, en, level: alert.level.as_str() }
    });
    items.collect()
}

/// What takes a unit's board over now: nobody has acknowledged it, and it isn't within quiet hours.
pub fn takeover(alerts: &Alerts, view: &View, feeds: &Feeds, unit: VisibleUnit) -> Vec<TakeoverItem> {
    let is_due = |alert: &Arc<Alert>| {
        let is_told = alert.told_from.is_none_or(|from| from <= view.now());
        alert.takeover && alert.acknowledged.is_none() && is_told
    };
    let due = shown(alerts, view, feeds, unit.id()).into_iter().filter(is_due).take(TAKEOVER_MAX);
    let item = |alert: Arc<Alert>| TakeoverItem {
        id: alert.id,
        level: alert.level.as_str(),
        number: bare(&alert.figure(), alert.lines().as_ref(), view.zone()),
        sentence: sentence(&alert, &alert.figure(), view.zone()),
        label: alert.label.clone(),
        since: alert.since.to_rfc3339(view.zone()),
    };
    due.map(item).collect()
}
