//! Measures, windows and periods, the KPI catalogue, targets, bands, official forms, boards and reports.
//!
//! Measures are fixed by code, with the same names in cube, SQL, JSON and docs; KPIs, targets and boards are data
//! (`dashboards/`). Ratios are always made from sums, at every level; a ratio without a denominator is null. Bands are
//! compared in integers, so that no rounding crosses a line.

pub mod measure;
pub mod window;
pub mod formula;
pub mod figure;
pub mod projection;
pub mod fault;
pub mod scheme;
pub mod official;
pub mod exact;
pub mod indicator;
pub mod index;
pub mod alerts;
pub mod catalogue;
pub mod board;
pub mod report;

pub use alerts::{AlertRule, AlertRules, Level, Lines, Place, Reach, Side, Watch};
pub use board::{Board, Layouts, Panel, PanelKind, RowsBy, Series, StackOf};
pub use catalogue::{Catalogue, INDICATORS, INDICES, Kpi, Reporting, UnitScope};
pub use exact::{Amount, Fraction};
pub use fault::{CatalogueError, Fault, FaultReason, SourceFile};
pub use figure::{Band, Better, KpiFigure, Words};
pub use formula::{Counted, Formula, Term};
pub use index::{Index, IndexScore};
pub use indicator::{Cadence, Indicator, IndicatorKind, Indicators, Reported, RollUp};
pub use measure::{MEASURES, Measure, Measures, Slot};
pub use official::OfficialForm;
pub use projection::Projection;
pub use report::Report;
pub use scheme::{Scheme, Schemes};
pub use window::{Running, Window, WindowChoice, WindowError};
