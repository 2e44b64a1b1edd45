//! When the sources of a board were heard last.

use serde::Serialize;

use crate::kpi::Words;
use crate::model::{Instant, Text};

use super::{Base, Reading};

#[derive(Serialize)]
pub(super) struct FreshnessTile<'a> {
    #[serde(flatten)]
    base: Base<'a>,
    /// What was never heard comes first, then the one that becomes or became stale first.
    sources: Vec<SourceRow<'a>>,
}

#[derive(Serialize)]
struct SourceRow<'a> {
    id: &'a str,
    name: Words,
    source_at: Option<String>,
    stale_after_s: u32,
}

/// Sources in a tile, the worst ones: a frame must not grow with every name that was ever sent.
const SOURCES_MAX: usize = 24;

impl<'a> Reading<'a> {
    /// The source that becomes or became stale first among those that feed the panel, by default all known ones: when
    /// it was heard, and how long that is good for. One that was never heard has no part in the figures and doesn't make
    /// them old (the list of sources says that it is missing), unless none was heard at all.
    pub(super) fn oldest_source(&self) -> (Option<&'a str>, Option<String>, u32) {
        let limit = |source, at| self.good_for_s(source, at, self.panel.stale_after_s);
        let stale_at =
            |source, at: Option<Instant>| at.map(|at| at.plus_ms(1_000 * i64::from(limit(source, Some(at)))));
        let sources = self.sources().into_iter();
        let oldest = sources.min_by_key(|(source, at)| (at.is_none(), stale_at(source, *at), *at));
        let Some((source, at)) = oldest else { return (None, None, self.panel.stale_after_s) };
        (Some(source), at.map(|at| at.to_rfc3339(self.view.zone())), limit(source, at))
    }

    /// For how many seconds what a source sent is good: until it is late by its own cadence and hours, so over a night
    /// or a weekend for long; without a cadence as long as the board says.
    fn good_for_s(&self, source: &str, heard: Option<Instant>, otherwise_s: u32) -> u32 {
        let by_cadence = || {
            let heard = heard?;
            let fact = self.view.sources().get(&Text::new(source))?;
            let late_from = fact.profile.expected(heard, self.view.zone())?.late_from;
            Some(u32::try_from((late_from.0.saturating_sub(heard.0)) / 1_000).unwrap_or(u32::MAX))
        };
        by_cadence().unwrap_or(otherwise_s)
    }

    /// Whether any source that feeds the panel was ever heard: without one a count of nothing is no data, not 0.
    pub(super) fn is_heard(&self) -> bool {
        self.sources().iter().any(|(_, at)| at.is_some())
    }

    /// What feeds the panel: the sources it names. While none of these was ever heard, its figures can only come from
    /// sources that the board doesn't know.
    fn sources(&self) -> Vec<(&'a str, Option<Instant>)> {
        let contacts = self.view.contacts();
        let seen = |source: &str| self.feeds.concern(source, self.view, self.unit);
        let heard = contacts.iter().map(|(source, at)| (source.as_str(), Some(*at))).filter(|(source, _)| seen(source));
        if self.panel.sources.is_empty() {
            return heard.collect();
        }
        let named = self.panel.sources.iter().map(String::as_str).filter(|source| seen(source));
        let named: Vec<_> = named.map(|source| (source, contacts.get(&Text::new(source)).copied())).collect();
        if named.iter().any(|(_, at)| at.is_some()) {
            return named;
        }
        let strangers: Vec<_> = heard.filter(|(source, _)| !self.board.names_source(source)).collect();
        if strangers.is_empty() { named } else { strangers }
    }

    pub(super) fn freshness(&self) -> FreshnessTile<'a> {
        let mut sources = self.sources();
        if self.panel.sources.is_empty() {
            // The board names it, so somebody misses it.
            let silent = self.board.sources.keys().map(String::as_str);
            let seen = silent.filter(|id| self.feeds.concern(id, self.view, self.unit));
            let silent: Vec<&str> = seen.filter(|id| !self.view.contacts().contains_key(*id)).collect();
            sources.extend(silent.into_iter().map(|id| (id, None)));
        }
        let limit = |id, at| self.good_for_s(id, at, self.board.source_stale_after_s(id));
        sources.sort_by_key(|(id, at)| (at.map(|heard| heard.plus_ms(1_000 * i64::from(limit(id, *at)))), *id));
        let rows = sources.into_iter().take(SOURCES_MAX).map(|(id, at)| SourceRow {
            id,
            name: self.source_name(id),
            source_at: at.map(|at| at.to_rfc3339(self.view.zone())),
            stale_after_s: limit(id, at),
        });
        FreshnessTile { base: self.base(), sources: rows.collect() }
    }

    fn source_name(&self, id: &str) -> Words {
        match self.board.sources.get(id) {
            Some(source) => source.name.clone(),
            None => Words { vi: id.to_owned(), en: id.to_owned() },
        }
    }
}
