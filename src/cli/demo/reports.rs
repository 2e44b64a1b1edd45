//! Indicator reports: what the province printed for 2023 and the first half of 2024.

use super::calendar;
use super::province::CITY;
use super::{Event, REPORTS};

/// Unit, indicator, period and the figures as JSON.
const INDICATORS: &[(&str, &str, &str, &str)] = &[
    ("17", "documents.processed", "2023", r#""value":200000"#),
    ("17", "modernisation.score", "2020", r#""value":90.04"#),
    ("17", "modernisation.score", "2022", r#""value":92.48"#),
    ("17", "par.score", "2023", r#""value":86.76,"declared":86.89"#),
    ("17", "onestop.units_connected", "2024-H1", r#""value":100"#),
    ("17", "services.level_3", "2024-H1", r#""value":620"#),
    ("17", "services.level_4", "2024-H1", r#""value":912"#),
    ("17", "services.level_4_share", "2024-H1", r#""numerator":912,"denominator":1532"#),
    ("17", "integration.national_connected", "2024-H1", r#""value":1"#),
    ("17", "systems.launched", "2024-H1", r#""value":10"#),
    ("17", "infrastructure.network", "2024-H1", r#""value":100"#),
    ("17", "infrastructure.computers_province", "2024-H1", r#""value":98"#),
    ("17", "infrastructure.computers_district", "2024-H1", r#""value":91"#),
    ("17", "infrastructure.computers_commune", "2024-H1", r#""value":88"#),
    (CITY, "dossiers.received", "2024-H1", r#""value":14332"#),
    (CITY, "dossiers.processed", "2024-H1", r#""value":14252"#),
    (CITY, "dossiers.digitised", "2024-H1", r#""numerator":9990,"denominator":14471,"declared":69.45"#),
    (CITY, "documents.outgoing_electronic", "2024-H1", r#""value":16777"#),
    (CITY, "documents.work_records", "2024-H1", r#""value":709"#),
    (CITY, "portals.active", "2024-H1", r#""value":20"#),
    (CITY, "network.level_2", "2024-H1", r#""numerator":19,"denominator":19"#),
    (CITY, "signature.leaders", "2024-H1", r#""value":100"#),
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
