//! Measures, windows and periods, the KPI catalogue, targets, bands and boards.
