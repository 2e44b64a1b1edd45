//! Indicator reports: what a province printed.

use super::calendar;
use super::scenario::Scenario;
use super::{Event, REPORTS};

/// Unit, indicator, period and the figures as JSON.
pub(super) type Report = (&'static str, &'static str, &'static str, &'static str);

/// The reports, sent on one morning a minute apart.
pub(super) fn events(scenario: &'static Scenario) -> impl Iterator<Item = Event> {
    let (year, month, day) = scenario.reported;
    scenario.reports.iter().enumerate().map(move |(place, (unit, code, period, figures))| {
        let at = calendar::at(calendar::day(year, month, day), 32_400 + 60 * place as i64);
        let at_text = calendar::rfc3339(at);
        let line = format!(
            r#"{{"type":"indicator","code":"{code}","unit":"{unit}","period":"{period}","at":"{at_text}",{figures}}}"#
        );
        Event { at, source: REPORTS, line }
    })
}
