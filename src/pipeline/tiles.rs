//! The values of a board's tiles, made from one view.
//!
//! A tile carries instants, never ages, and neither a sequence number nor the view's instant: what didn't change stays
//! equal, byte by byte, and isn't sent again. Null is "no data", never 0.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::value::{RawValue, to_raw_value};

use crate::cube::{Coverage, View};
use crate::kpi::{Board, Catalogue, Kpi, KpiFigure, Measures, Panel, PanelKind, UnitScope, Window, figure};
use crate::model::Day;
use crate::units::{Hierarchy, Perspective, UnitId, UnitLabel, VisibleUnit};

use super::alerts::TickerItem;
use super::backfill::Mark;
use super::closed::{ClosedMark, ClosedPeriods};
use super::feeds::Feeds;

mod counts;
mod freshness;
mod held;
mod indicators;
mod map;
mod overdue;
mod ranking;
mod stack;
mod table;
mod ticker;
mod trend;
#[cfg(test)]
mod tests;

/// What a panel's value is made from.
struct Reading<'a> {
    view: &'a View,
    catalogue: &'a Catalogue,
    board: &'a Board,
    panel: &'a Panel,
    unit: UnitId,
    coverage: Option<Coverage>,
    feeds: &'a Feeds,
    backfill: &'a [Mark],
    closed: &'a ClosedPeriods,
    alerts: &'a [TickerItem],
}

/// What all tiles are made from.
#[derive(Clone, Copy, Debug)]
pub struct Figures<'a> {
    /// All figures at one (seq, instant).
    pub view: &'a View,
    /// Definitions and targets.
    pub catalogue: &'a Catalogue,
    /// Which sources may be named.
    pub feeds: &'a Feeds,
    /// Whose old data is on its way into the figures of the unit.
    pub backfill: &'a [Mark],
    /// Which periods are closed.
    pub closed: &'a ClosedPeriods,
    /// Sentences of the unit's open alerts, the gravest first.
    pub alerts: &'a [TickerItem],
}

/// The value of each tile of a board for a unit, by the panel's id. A clock has none.
pub fn tiles(figures: Figures<'_>, board: &Board, unit: VisibleUnit) -> BTreeMap<String, Box<RawValue>> {
    let Figures { view, catalogue, feeds, backfill, closed, alerts } = figures;
    let coverage = view.coverage(unit.id(), Hierarchy::Now);
    let values = board.panels.iter().filter_map(|panel| {
        let unit = unit.id();
        let reading = Reading { view, catalogue, board, panel, unit, coverage, feeds, backfill, closed, alerts };
        Some((panel.id.clone(), reading.value()?))
    });
    values.collect()
}

/// What every tile carries.
#[derive(Serialize)]
struct Base<'a> {
    /// Last contact of the source heard longest ago; null when one was never heard.
    source_at: Option<String>,
    /// That source.
    source: Option<&'a str>,
    stale_after_s: u32,
    unit: &'a str,
    name: &'a str,
    window: Window,
    /// The first day that all sources cover that feed the unit, when the window begins before it.
    #[serde(skip_serializing_if = "Option::is_none")]
    covered_from: Option<String>,
    /// Only of a unit that has ended by today.
    #[serde(skip_serializing_if = "Option::is_none")]
    ended: Option<Ended<'a>>,
    /// Whose old data is being sent: the figures are on their way.
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    backfill: &'a [Mark],
    /// The period was closed: what is shown are current figures, which may differ from those.
    #[serde(skip_serializing_if = "Option::is_none")]
    closed: Option<ClosedMark>,
}

#[derive(Serialize)]
struct Ended<'a> {
    /// Its last day.
    on: String,
    /// Who goes on today; none where nobody does, or not everybody who may see the one may see the other (H-1).
    succeeded_by: Option<Named<'a>>,
}

#[derive(Serialize)]
struct Named<'a> {
    unit: &'a str,
    name: &'a str,
}

#[derive(Serialize)]
struct KpiTile<'a> {
    #[serde(flatten)]
    base: Base<'a>,
    kpi: &'a str,
    kpis: BTreeMap<&'a str, KpiFigure<'a>>,
    measures: BTreeMap<&'static str, i64>,
    compare: KpiCompare,
    #[serde(skip_serializing_if = "Option::is_none")]
    trend: Option<Vec<trend::RatioPoint>>,
    /// Only of progress: the value at the year's end, null when that can't be said.
    #[serde(skip_serializing_if = "Option::is_none")]
    projection: Option<Option<f64>>,
}

#[derive(Serialize)]
struct KpiCompare {
    same_period_last_year: Option<KpiBefore>,
}

#[derive(Serialize)]
struct KpiBefore {
    window: Window,
    /// Since when the unit's hierarchy isn't that of the former window any more.
    #[serde(skip_serializing_if = "Option::is_none")]
    across: Option<String>,
    num: i64,
    den: i64,
    value: f64,
    /// Now less then, in percentage points.
    difference_points: Option<f64>,
}

/// How many days before today a projection takes the pace from.
const PACE_DAYS: i32 = 28;

/// How many days a former period may lack at its beginning and still be compared with: the year begins with holidays.
const UNCOVERED_DAYS_MAX: i32 = 7;

impl<'a> Reading<'a> {
    fn value(&self) -> Option<Box<RawValue>> {
        let raw = match self.panel.kind {
            PanelKind::Kpi | PanelKind::Gauge | PanelKind::Progress => to_raw_value(&self.kpi()?),
            PanelKind::Counts => to_raw_value(&self.counts()),
            PanelKind::Ranking => to_raw_value(&self.ranking()?),
            PanelKind::Tilemap => to_raw_value(&self.map()?),
            PanelKind::Table => to_raw_value(&self.table()),
            PanelKind::Stack => to_raw_value(&self.stack()),
            PanelKind::OverdueAge => to_raw_value(&self.overdue_age()),
            PanelKind::Trend => to_raw_value(&self.trend()),
            PanelKind::Indicators => to_raw_value(&self.indicators()),
            PanelKind::Index766 => to_raw_value(&self.index()?),
            PanelKind::Freshness => to_raw_value(&self.freshness()),
            PanelKind::Ticker => to_raw_value(&self.ticker()),
            PanelKind::Clock | PanelKind::Text => return None,
        };
        Some(raw.expect("tiles have only string keys and no floats that aren't numbers"))
    }

    fn label(&self) -> UnitLabel<'a> {
        self.view.units().label(self.unit)
    }

    fn scope(&self) -> UnitScope<'a> {
        self.label().into()
    }

    fn window(&self) -> Window {
        self.board.window_of(self.panel).on(self.view.today())
    }

    /// The day whose definitions, targets and plans hold: the window's last one that has begun.
    fn day(&self) -> Day {
        self.window().last.min(self.view.today())
    }

    /// The panel's KPI as it holds on that day; none: no version holds then.
    fn definition(&self) -> Option<&'a Kpi> {
        self.catalogue.kpi(self.panel.kpi.as_deref()?, self.day())
    }

    fn base(&self) -> Base<'a> {
        let label = self.label();
        let (source, source_at, stale_after_s) = self.oldest_source();
        Base {
            source_at,
            source,
            stale_after_s,
            unit: label.code,
            name: label.name,
            window: self.window(),
            covered_from: self.covered_from(),
            ended: self.ended(),
            backfill: self.backfill,
            closed: self.closed(),
        }
    }

    /// Of what is counted over the window: contacts have none, and a trend has weeks of its own.
    fn closed(&self) -> Option<ClosedMark> {
        let is_counted = !matches!(self.panel.kind, PanelKind::Freshness | PanelKind::Trend);
        is_counted.then(|| self.closed.mark(self.view, self.unit, self.window()))?
    }

    fn ended(&self) -> Option<Ended<'a>> {
        let last = self.view.units().fact(self.unit)?.valid_to.filter(|last| *last < self.view.today())?;
        let successor = self.view.hierarchies().told_successor(self.unit).map(|unit| self.view.units().label(unit));
        let succeeded_by = successor.map(|label| Named { unit: label.code, name: label.name });
        Some(Ended { on: last.to_string(), succeeded_by })
    }

    /// Of figures that are counted from records: reports and contacts have days of their own.
    fn covered_from(&self) -> Option<String> {
        let is_counted = !matches!(self.panel.kind, PanelKind::Indicators | PanelKind::Freshness);
        let window = if self.panel.kind == PanelKind::Trend { self.weeks().next()? } else { self.window() };
        let day = self.coverage.filter(|_| is_counted)?.cuts(window)?;
        Some(day.to_string())
    }

    /// Whether zeros are no figures, since the unit can have none.
    fn has_no_data(&self, window: Window) -> bool {
        let is_before = self.coverage.is_some_and(|coverage| window.last < coverage.from);
        is_before || self.view.is_gone(self.unit, window, Hierarchy::Now)
    }

    /// Since when the unit's hierarchy is another one than on a former day.
    fn across(&self, former: Day) -> Option<String> {
        self.view.hierarchies().changed(self.unit, (former, self.day())).map(|day| day.to_string())
    }

    fn measures(&self, window: Window) -> Measures {
        self.view.measures(self.unit, window, Perspective::default())
    }

    fn kpi(&self) -> Option<KpiTile<'a>> {
        let kpi = self.definition()?;
        let measures = self.measures(self.window());
        let figure = self.catalogue.figure(kpi, &measures, self.scope(), self.day());
        let before = self.kpi_before(kpi, &figure);
        let trend = self.panel.sparkline.then(|| self.ratio_points(kpi));
        let projection = (self.panel.kind == PanelKind::Progress).then(|| self.projection(kpi, &measures));
        Some(KpiTile {
            base: self.base(),
            kpi: &kpi.id,
            kpis: BTreeMap::from([(kpi.id.as_str(), figure)]),
            measures: kpi.measures(&measures),
            compare: KpiCompare { same_period_last_year: before },
            trend,
            projection,
        })
    }

    /// The same period last year with its measures; none when the unit's figures began so late in it that it says
    /// nothing, or not all of it is covered.
    fn last_year(&self) -> Option<(Window, Measures)> {
        let window = self.board.window_of(self.panel).same_period_last_year(self.view.today());
        let begun = self.view.first_day(self.unit, Perspective::default())?;
        let is_cut = self.coverage.and_then(|coverage| coverage.cuts(window)).is_some();
        let is_whole = !is_cut && begun <= window.last.min(window.first.plus(UNCOVERED_DAYS_MAX));
        is_whole.then(|| (window, self.measures(window)))
    }

    fn kpi_before(&self, kpi: &Kpi, now: &KpiFigure<'_>) -> Option<KpiBefore> {
        let (window, measures) = self.last_year()?;
        let (num, den) = kpi.sums(&measures);
        let value = figure::ratio(num, den)?;
        Some(KpiBefore {
            window,
            across: self.across(window.first),
            num,
            den,
            value,
            difference_points: now.value.map(|now| (now - value) * 100.0),
        })
    }

    /// The value at the year's end if the days that are left go on like the last four weeks; only for a window that
    /// began with the year and runs today.
    fn projection(&self, kpi: &Kpi, measures: &Measures) -> Option<f64> {
        let (window, today) = (self.window(), self.view.today());
        let year = today.date().year();
        let day = |month, day| Day::from_date(jiff::civil::date(year, month, day));
        if window.first != day(1, 1) || window.last < today {
            return None;
        }
        let pace = Window { first: today.plus(1 - PACE_DAYS).max(window.first), last: today };
        let (num, den) = kpi.sums(measures);
        let (pace_num, pace_den) = kpi.sums(&self.measures(pace));
        let (days, left) = (i64::from(pace.days()), i64::from(day(12, 31).0 - today.0));
        figure::ratio(days * num + left * pace_num, days * den + left * pace_den)
    }

    /// Whether a count of nothing is a true 0: a source was heard and the unit can have figures.
    fn is_known(&self, has_any: bool) -> bool {
        (self.is_heard() && !self.has_no_data(self.window())) || has_any
    }
}
