//! The catalogue files that the program carries.

use crate::kpi::alerts::{self, ALERTS, AlertRules};
use crate::kpi::fault::{CatalogueError, SourceFile};
use crate::kpi::report;

use super::{Catalogue, reporting, version};

/// The KPIs that the program carries.
pub(super) const KPIS: SourceFile<'static> =
    SourceFile { name: "dashboards/kpis.toml", text: include_str!("../../../dashboards/kpis.toml") };
/// The targets that the program carries.
pub(super) const TARGETS: SourceFile<'static> =
    SourceFile { name: "dashboards/targets.toml", text: include_str!("../../../dashboards/targets.toml") };
/// The indicators that the program carries.
pub const INDICATORS: SourceFile<'static> =
    SourceFile { name: "dashboards/indicators.toml", text: include_str!("../../../dashboards/indicators.toml") };
/// The indices that the program carries.
pub const INDICES: [SourceFile<'static>; 1] = [SourceFile {
    name: "dashboards/indices/qd766.toml",
    text: include_str!("../../../dashboards/indices/qd766.toml"),
}];

#[derive(rust_embed::RustEmbed)]
#[folder = "dashboards/boards/"]
struct BoardFiles;

impl Catalogue {
    /// The same with other alerts: `alerts.toml`.
    ///
    /// # Errors
    /// All faults that are found, each with its file, line and key.
    pub fn with_alerts(mut self, file: SourceFile<'_>) -> Result<Catalogue, CatalogueError> {
        let mut faults = Vec::new();
        self.alerts = alerts::read(file, &self, &mut faults);
        // The program's own are part of every version.
        if file.text != ALERTS.text {
            self.version = format!("{}-{}", self.version, version(std::iter::once(&file)));
        }
        if faults.is_empty() { Ok(self) } else { Err(CatalogueError(faults)) }
    }

    /// What is worth an alert.
    pub fn alerts(&self) -> &AlertRules {
        &self.alerts
    }

    /// Every file that the program carries, as (name in a folder, text): what `dashboards_dir` may hold.
    pub fn files() -> Vec<(String, String)> {
        let fixed = [KPIS, TARGETS, INDICATORS, ALERTS].into_iter().chain(INDICES);
        let fixed = fixed.map(|file| (file.name.to_owned(), file.text.to_owned()));
        let all = fixed.chain(boards()).chain(reporting::own_files()).chain(report::own());
        let in_folder = |(name, text): (String, String)| {
            (name.strip_prefix("dashboards/").map(str::to_owned).unwrap_or(name), text)
        };
        all.map(in_folder).collect()
    }
}

/// The boards that the program carries, by name.
pub(super) fn boards() -> Vec<(String, String)> {
    let named = BoardFiles::iter().filter(|name| name.ends_with(".toml"));
    let mut files: Vec<(String, String)> = named
        .filter_map(|name| {
            let file = BoardFiles::get(&name)?;
            Some((format!("dashboards/boards/{name}"), String::from_utf8_lossy(&file.data).into_owned()))
        })
        .collect();
    files.sort();
    files
}
