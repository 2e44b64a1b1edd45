//! Measures, windows and periods, the KPI catalogue, targets, bands and boards.
//!
//! Measures are fixed by code, with the same names in cube, SQL, JSON and docs; KPIs, targets and boards are data
//! (`dashboards/`). Ratios are always made from sums, at every level; a ratio without a denominator is null.

pub mod measure;

pub use measure::{MEASURES, Measure, Measures, Slot};
