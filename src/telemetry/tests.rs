//! Declarations against the sources and the README.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use super::*;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn sources(folder: PathBuf, found: &mut Vec<String>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let is_test = path.ends_with("tests") || path.ends_with("tests.rs");
        if path.is_dir() && !is_test {
            sources(path, found);
        } else if path.extension().is_some_and(|ending| ending == "rs") && !is_test {
            found.push(fs::read_to_string(path).unwrap());
        }
    }
}

/// The names that the sources count under, with the macro's kind.
fn counted() -> BTreeMap<String, BTreeSet<&'static str>> {
    let mut texts = Vec::new();
    sources(root().join("src"), &mut texts);
    let mut counted: BTreeMap<String, BTreeSet<&'static str>> = BTreeMap::new();
    for text in texts {
        for kind in ["counter", "gauge", "histogram"] {
            for after in text.split(&format!("{kind}!(")).skip(1) {
                let Some(name) = after.trim_start().strip_prefix('"').and_then(|rest| rest.split('"').next()) else {
                    continue;
                };
                counted.entry(name.to_owned()).or_default().insert(kind);
            }
        }
    }
    counted
}

#[test]
fn every_metric_is_declared_and_counted_somewhere() {
    let word = |kind| match kind {
        MetricKind::Counter => "counter",
        MetricKind::Gauge => "gauge",
        MetricKind::Histogram => "histogram",
    };
    let declared: BTreeMap<String, BTreeSet<&'static str>> =
        METRICS.iter().map(|metric| (metric.name.to_owned(), BTreeSet::from([word(metric.kind)]))).collect();
    assert_eq!(counted(), declared, "counted in src (left), declared in src/telemetry.rs (right)");
    assert_eq!(declared.len(), METRICS.len(), "no name twice");
}

#[test]
fn the_readme_has_the_table_of_metrics() {
    let readme = fs::read_to_string(root().join("README.md")).unwrap();
    let row = |metric: &Metric| {
        let labels = match metric.labels {
            [] => String::new(),
            labels => format!("{{{}}}", labels.join(",")),
        };
        format!("| `{}{labels}` | {} |", metric.name, metric.help)
    };
    let wanted: Vec<String> = METRICS.iter().map(row).collect();
    let rows = readme.lines().filter(|line| line.starts_with("| `opcentre_"));
    assert_eq!(rows.collect::<Vec<_>>(), wanted, "the README's table (left), the declarations (right)");
}

#[test]
fn names_end_with_what_they_count() {
    for metric in METRICS {
        let is_total = metric.name.ends_with("_total");
        assert_eq!(is_total, metric.kind == MetricKind::Counter, "{}", metric.name);
        assert!(metric.kind != MetricKind::Histogram || metric.name.ends_with("_seconds"), "{}", metric.name);
        assert!(
            metric.labels.iter().all(|label| !["unit", "id", "token", "source"].contains(label)),
            "{}",
            metric.name
        );
    }
}
