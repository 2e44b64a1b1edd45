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
    /// The source heard longest ago among those that feed the panel, by default all known ones. One that was never heard
    /// has no part in the figures and doesn't make them old (the list of sources says that it is missing), unless none
    /// was heard at all.
    pub(super) fn oldest_source(&self) -> (Option<&'a str>, Option<String>) {
        let oldest = self.sources().into_iter().min_by_key(|(_, at)| (at.is_none(), *at));
        let (source, at) = oldest.map_or((None, None), |(source, at)| (Some(source), at));
        (source, at.map(|at| at.to_rfc3339(self.view.zone())))
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
        let stale_at = |id: &str, at: Option<Instant>| {
            at.map(|at| at.plus_ms(1_000 * i64::from(self.board.source_stale_after_s(id))))
        };
        sources.sort_by_key(|(id, at)| (stale_at(id, *at), *id));
        let rows = sources.into_iter().take(SOURCES_MAX).map(|(id, at)| SourceRow {
            id,
            name: self.source_name(id),
            source_at: at.map(|at| at.to_rfc3339(self.view.zone())),
            stale_after_s: self.board.source_stale_after_s(id),
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
