//! Which sources may be named to whoever sees a unit.
//!
//! A source whose tokens are bound to units concerns these units, all above and all below them; to others its name and
//! its freshness say something about a foreign unit. A source that no token binds may concern any unit.

use std::collections::BTreeMap;

use tokio::sync::watch;

use crate::auth::Tokens;
use crate::cube::View;
use crate::model::Text;
use crate::units::{Hierarchy, ScopeRoot, UnitId};

/// What each bound source concerns.
#[derive(Clone, Debug, Default)]
pub struct Feeds {
    units: BTreeMap<Text, Vec<ScopeRoot>>,
}

impl Feeds {
    /// As the tokens stand.
    pub fn of(tokens: &Tokens) -> Feeds {
        Feeds { units: tokens.source_units() }
    }

    /// Whether only tokens of some units send for a source, so that it is known whom it concerns.
    pub fn is_bound(&self, source: &Text) -> bool {
        self.units.contains_key(source)
    }

    /// Whether a source may concern a unit.
    pub fn concern(&self, source: &str, view: &View, unit: UnitId) -> bool {
        let Some(roots) = self.units.get(&Text::new(source)) else { return true };
        let tree = view.tree(Hierarchy::Now);
        let bound = roots.iter().map(|root| view.hierarchies().written_on(view.units(), &root.code, root.bound));
        bound.into_iter().any(|bound| tree.covers(bound, unit) || tree.covers(unit, bound))
    }
}

/// The feeds as the tokens stand, read again when these change.
#[derive(Debug)]
pub struct LiveFeeds {
    tokens: Option<(Tokens, watch::Receiver<u64>)>,
    feeds: Feeds,
}

impl LiveFeeds {
    /// Of these tokens; without tokens every source may be named.
    pub fn new(tokens: Option<&Tokens>) -> LiveFeeds {
        let feeds = tokens.map(Feeds::of).unwrap_or_default();
        LiveFeeds { tokens: tokens.map(|tokens| (tokens.clone(), tokens.changes())), feeds }
    }

    /// The feeds now.
    pub fn now(&mut self) -> &Feeds {
        if let Some((tokens, changes)) = &mut self.tokens
            && changes.has_changed().unwrap_or(false)
        {
            changes.mark_unchanged();
            self.feeds = Feeds::of(tokens);
        }
        &self.feeds
    }
}
