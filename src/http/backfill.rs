//! Old data of a source: how a sender says it, and the mark on answers of the units that it feeds.

use serde::{Deserialize, Serialize};

use crate::auth::Tokens;
use crate::model::{Instant, Text};
use crate::pipeline::backfill::{Backfills, Mark};
use crate::pipeline::feeds::Feeds;
use crate::units::Hierarchy;

use super::answers::{Figures, Table, Tabular};
use super::error::Problem;
use super::state::AppState;
use super::tokens::written;

/// What a batch says of old data.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum OldData {
    /// It is old data, and more may follow.
    True,
    /// It is the last of it.
    Done,
}

impl OldData {
    /// Before a batch of old data is journalled: the mark is there before any figure moves.
    pub(super) async fn begin(self, backfills: &Backfills, source: &Text, now: Instant) -> Result<(), Problem> {
        let (backfills, source) = (backfills.clone(), source.clone());
        written(move || backfills.begin(&source, now)).await
    }

    /// After it is journalled up to a sequence: the mark stays until the figures hold it.
    pub(super) async fn reached(self, backfills: &Backfills, source: &Text, seq: u64) -> Result<(), Problem> {
        backfills.reached(source, seq);
        if self == OldData::True {
            return Ok(());
        }
        let (backfills, source) = (backfills.clone(), source.clone());
        written(move || backfills.end(&source)).await
    }
}

/// An answer with the mark.
#[derive(Debug, Serialize)]
pub(super) struct Marked<T> {
    #[serde(flatten)]
    answer: T,
    /// Whose old data is on its way into these figures.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    backfill: Vec<Mark>,
}

impl<T: Tabular> Tabular for Marked<T> {
    fn table(&self) -> Table {
        self.answer.table()
    }
}

/// Marks the answers of one server.
#[derive(Clone)]
pub(super) struct Marks {
    backfills: Backfills,
    tokens: Option<Tokens>,
}

impl Marks {
    pub(super) fn of(state: &AppState) -> Marks {
        Marks { backfills: state.backfills.clone(), tokens: state.gate.tokens().cloned() }
    }

    /// The figures that a code names today, with the mark; sources are named as on walls.
    pub(super) fn on<T>(&self, figures: Figures<'_>, code: &str, answer: T) -> Marked<T> {
        let Figures { view, scope, .. } = figures;
        let seen = scope.on(view.units(), view.hierarchies(), Hierarchy::Now).unit(code, view.today());
        let under = |unit: crate::units::VisibleUnit| {
            let feeds = self.tokens.as_ref().map(Feeds::of).unwrap_or_default();
            self.backfills.under(view, &feeds, unit.id())
        };
        let backfill = if self.backfills.is_idle() { Vec::new() } else { seen.map(under).unwrap_or_default() };
        Marked { answer, backfill }
    }
}
