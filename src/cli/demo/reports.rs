//! Indicator reports: what the province printed for 2023 and the first half of 2024.

use super::calendar;
use super::province::CITY;
use super::{Event, REPORTS};

/// Unit, indicator, period and the figures as JSON.
const INDICATORS: &[(&str, &str, &str, &str)] = &[
    ("17", "documents.processed", "2023", r#""value":200000"#),
    ("17", "services.level_3", "2024-H1", r#""value":620"#),
    ("17", "services.level_4", "2024-H1", r#""value":912"#),
    ("17", "infrastructure.computers", "2024-H1", r#""value":98"#),
    (CITY, "dossiers.received", "2024-H1", r#""value":14332"#),
    (CITY, "dossiers.processed", "2024-H1", r#""value":14252"#),
    (CITY, "dossiers.digitised", "2024-H1", r#""numerator":9990,"denominator":14471,"declared":69.45"#),
    (CITY, "documents.outgoing_electronic", "2024-H1", r#""value":16777"#),
    (CITY, "documents.work_records", "2024-H1", r#""value":709"#),
    (CITY, "portals.active", "2024-H1", r#""value":20"#),
];

/// The reports, sent on one morning a minute apart.
pub(super) fn events() -> impl Iterator<Item = Event> {
    INDICATORS.iter().enumerate().map(|(place, (unit, code, period, figures))| {
        let at = calendar::at(calendar::day(2024, 7, 5), 32_400 + 60 * place as i64);
        let at_text = calendar::rfc3339(at);
        let line = format!(
            r#"{{"type":"indicator","code":"{code}","unit":"{unit}","period":"{period}","at":"{at_text}",{figures}}}"#
        );
        Event { at, source: REPORTS, line }
    })
}
