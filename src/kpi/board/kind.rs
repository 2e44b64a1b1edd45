//! The kinds of panels, and what each asks for.

use serde::{Deserialize, Serialize};

/// A kind of panel.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum PanelKind {
    /// A KPI with target, comparison and perhaps a sparkline.
    Kpi,
    /// A KPI as a straight bar with a mark at its target.
    Gauge,
    /// A KPI against the plan of the day and the goal.
    Progress,
    /// What came, went and is left; or named counts.
    Counts,
    /// Direct sub-units of one category by a KPI.
    Ranking,
    /// The same on a map.
    Tilemap,
    /// Direct sub-units of one category with several figures.
    Table,
    /// Measures or KPIs by ISO week.
    Trend,
    /// What was resolved early, on the day and late; or ratings by their answer.
    Stack,
    /// How long what is overdue has been.
    OverdueAge,
    /// Indicators of a unit, a row each.
    Indicators,
    /// An index by its groups.
    Index766,
    /// When each source was heard last.
    Freshness,
    /// One sentence after the other.
    Ticker,
    /// The time; it has no figures.
    Clock,
    /// Two lines of text; it has no figures.
    Text,
}

/// An official form stands on the desk and in reports: its columns can't be read from a wall.
pub(super) const FORM: &str = "form";

impl PanelKind {
    const NAMES: [(&str, PanelKind); 16] = [
        ("kpi", PanelKind::Kpi),
        ("gauge", PanelKind::Gauge),
        ("progress", PanelKind::Progress),
        ("counts", PanelKind::Counts),
        ("ranking", PanelKind::Ranking),
        ("tilemap", PanelKind::Tilemap),
        ("table", PanelKind::Table),
        ("trend", PanelKind::Trend),
        ("stack", PanelKind::Stack),
        ("overdue_age", PanelKind::OverdueAge),
        ("indicators", PanelKind::Indicators),
        ("index766", PanelKind::Index766),
        ("freshness", PanelKind::Freshness),
        ("ticker", PanelKind::Ticker),
        ("clock", PanelKind::Clock),
        ("text", PanelKind::Text),
    ];

    pub(super) fn named(name: &str) -> Option<PanelKind> {
        PanelKind::NAMES.into_iter().find(|(known, _)| *known == name).map(|(_, kind)| kind)
    }

    pub(super) fn needs_kpi(self) -> bool {
        use PanelKind::{Gauge, Kpi, Progress, Ranking, Tilemap};
        matches!(self, Kpi | Gauge | Progress | Ranking | Tilemap)
    }

    pub(super) fn needs_series(self) -> bool {
        matches!(self, PanelKind::Trend | PanelKind::Table)
    }

    /// As many series as can be told apart, or read beside one another.
    pub(super) fn series_max(self) -> usize {
        if self == PanelKind::Trend { 4 } else { 6 }
    }
}

/// By what the rows of a panel are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RowsBy {
    /// By field of work.
    Field,
    /// By direct sub-unit.
    Unit,
}

/// Of what a stack is made.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StackOf {
    /// What was resolved: early, on the day, late.
    #[default]
    Resolved,
    /// Ratings: from very satisfied to very dissatisfied.
    Answers,
}
