//! What each source sent: dossiers and ratings, that are counted, or only reports of indicators.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::model::{IndicatorState, Text};

/// Sources by what they sent; a function of the registers, whatever the order of records.
#[derive(Clone, Debug, Default)]
pub(super) struct Senders {
    counted: Arc<BTreeSet<Text>>,
    /// Of how many reports each is the last one's source.
    reports: Arc<BTreeMap<Text, usize>>,
}

impl Senders {
    /// A dossier or a rating came from it.
    pub(super) fn count(&mut self, source: &Text) {
        if !self.counted.contains(source) {
            Arc::make_mut(&mut self.counted).insert(source.clone());
        }
    }

    /// A report changed.
    pub(super) fn report(&mut self, before: &IndicatorState, after: &IndicatorState) {
        let (before, after) = (before.source.value(), after.source.value());
        if before == after {
            return;
        }
        let reports = Arc::make_mut(&mut self.reports);
        if let Some(source) = after {
            *reports.entry(source.clone()).or_default() += 1;
        }
        if let Some((source, count)) = before.and_then(|source| reports.get_mut(source).map(|count| (source, count))) {
            *count -= 1;
            if *count == 0 {
                reports.remove(source);
            }
        }
    }

    /// Whom dossiers or ratings came from.
    pub(super) fn counted(&self) -> impl Iterator<Item = &Text> {
        self.counted.iter()
    }

    /// Whether a source reports indicators and sent neither dossiers nor ratings.
    pub(super) fn only_reports(&self, source: &str) -> bool {
        self.reports.contains_key(source) && !self.counted.contains(source)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Field, IndicatorKey, IndicatorReport, Instant};

    fn reported(state: &IndicatorState, source: &str, at: i64) -> IndicatorState {
        let key = IndicatorKey { code: "x".into(), unit: "17".into(), period: "2024-06".parse().unwrap() };
        let (source, at) = (source.into(), Instant(at));
        let mut state = state.clone();
        state.apply(&IndicatorReport {
            source,
            key,
            at,
            numerator: Field::Absent,
            denominator: Field::Absent,
            value: Field::Absent,
            declared: Field::Absent,
        });
        state
    }

    #[test]
    fn a_source_only_reports_while_a_report_of_it_stands_and_it_sent_nothing_that_is_counted() {
        let mut senders = Senders::default();
        let none = IndicatorState::default();
        let first = reported(&none, "a", 1);
        senders.report(&none, &first);
        senders.report(&first, &reported(&first, "a", 2));
        assert!(senders.only_reports("a") && !senders.only_reports("b"));
        // Another one reports the same later: as though the first had never been there, like after a start from the store.
        let second = reported(&reported(&first, "a", 2), "b", 3);
        senders.report(&reported(&first, "a", 2), &second);
        assert!(!senders.only_reports("a") && senders.only_reports("b"));
        senders.count(&"b".into());
        assert!(!senders.only_reports("b"));
        assert_eq!(senders.counted().map(Text::as_str).collect::<Vec<_>>(), ["b"]);
    }
}
