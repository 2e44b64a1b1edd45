//! Schemes of periods and official forms: what reports are made by.

use std::collections::BTreeMap;

use crate::kpi::fault::{CatalogueError, SourceFile};
use crate::kpi::official::OfficialForm;
use crate::kpi::scheme::Schemes;

/// The file of schemes that the program carries.
const PERIODS: SourceFile<'_> =
    SourceFile { name: "dashboards/periods.toml", text: include_str!("../../../dashboards/periods.toml") };

#[derive(rust_embed::RustEmbed)]
#[folder = "dashboards/forms/"]
struct FormFiles;

/// Schemes of periods, and forms by id.
#[derive(Clone, Debug)]
pub struct Reporting {
    pub(super) schemes: Schemes,
    pub(super) forms: BTreeMap<String, OfficialForm>,
    version: String,
}

impl Reporting {
    /// What the program carries.
    ///
    /// # Errors
    /// When a file that it was built with is faulty; a test of the project keeps that from happening.
    pub fn embedded() -> Result<Reporting, CatalogueError> {
        let files = own_forms();
        let forms: Vec<SourceFile<'_>> = files.iter().map(|(name, text)| SourceFile { name, text }).collect();
        Reporting::read(PERIODS, &forms)
    }

    /// Reads and checks `periods.toml`, and one file for each form.
    ///
    /// # Errors
    /// All faults that are found, each with its file, line and key.
    pub fn read(periods: SourceFile<'_>, files: &[SourceFile<'_>]) -> Result<Reporting, CatalogueError> {
        let mut faults = Vec::new();
        let version = super::version(std::iter::once(&periods).chain(files));
        let schemes = Schemes::read(periods, &mut faults);
        let forms = files.iter().filter_map(|file| OfficialForm::read(*file, &mut faults));
        let forms = forms.map(|form| (form.id.clone(), form)).collect();
        match schemes {
            Some(schemes) if faults.is_empty() => Ok(Reporting { schemes, forms, version }),
            _ => Err(CatalogueError(faults)),
        }
    }

    /// Names what it was read from.
    pub(super) fn version(&self) -> &str {
        &self.version
    }
}

/// The forms that the program carries, by name.
fn own_forms() -> Vec<(String, String)> {
    let named = FormFiles::iter().filter(|name| name.ends_with(".toml"));
    let mut files: Vec<(String, String)> = named
        .filter_map(|name| {
            let file = FormFiles::get(&name)?;
            Some((format!("dashboards/forms/{name}"), String::from_utf8_lossy(&file.data).into_owned()))
        })
        .collect();
    files.sort();
    files
}

/// Schemes and forms that the program carries, as (name, text).
pub(super) fn own_files() -> Vec<(String, String)> {
    let mut files = vec![(PERIODS.name.to_owned(), PERIODS.text.to_owned())];
    files.extend(own_forms());
    files
}
