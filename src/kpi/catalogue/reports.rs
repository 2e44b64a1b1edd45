//! Reports of a catalogue: read last, since they name what stands in everything else.

use std::collections::BTreeMap;

use crate::kpi::fault::{CatalogueError, SourceFile};
use crate::kpi::report::{self, Addressee, Report};

use super::{Catalogue, version};

impl Catalogue {
    /// The same with reports, one file for each: last, since they name what stands in everything else.
    ///
    /// # Errors
    /// All faults that are found, each with its file, line and key.
    pub fn with_reports(self, files: &[SourceFile<'_>]) -> Result<Catalogue, CatalogueError> {
        let mut faults = Vec::new();
        let read = files.iter().filter_map(|file| report::read(*file, &self, &mut faults));
        let reports: BTreeMap<String, Report> = read.map(|report| (report.id.clone(), report)).collect();
        if !faults.is_empty() {
            return Err(CatalogueError(faults));
        }
        let version = match reports.is_empty() {
            true => self.version,
            false => format!("{}-{}", self.version, version(files.iter())),
        };
        Ok(Catalogue { reports, version, ..self })
    }

    /// The same with all of the program's own reports.
    pub(super) fn with_all_own_reports(self) -> Result<Catalogue, CatalogueError> {
        let files = report::own();
        let files: Vec<SourceFile<'_>> = files.iter().map(|(name, text)| SourceFile { name, text }).collect();
        self.with_reports(&files)
    }

    /// The same with those of the program's own reports that fit: a folder may have other KPIs.
    ///
    /// # Errors
    /// None.
    pub fn with_own_reports(self) -> Result<Catalogue, CatalogueError> {
        let files = report::own();
        let files = files.iter().map(|(name, text)| SourceFile { name, text });
        let fits = |file: &SourceFile<'_>| report::read(*file, &self, &mut Vec::new()).is_some();
        let fitting: Vec<SourceFile<'_>> = files.filter(fits).collect();
        self.with_reports(&fitting)
    }

    /// The report of an id: its file's name without `.toml`.
    pub fn report(&self, id: &str) -> Option<&Report> {
        self.reports.get(id)
    }

    /// All reports, by id.
    pub fn reports(&self) -> impl Iterator<Item = &Report> {
        self.reports.values()
    }

    /// Every destination that a schedule of reports names, each place of it.
    pub fn report_addressees(&self) -> impl Iterator<Item = &Addressee> {
        self.reports().filter_map(|report| report.plan.as_ref()).flat_map(|plan| &plan.deliver_to)
    }
}
