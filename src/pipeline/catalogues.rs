//! The catalogue in force: read at the start, and read anew when somebody says so.
//!
//! It comes from a folder (`kpis.toml`, `targets.toml`, `boards/*.toml`, and `periods.toml` with `forms/*.toml`) or is the one that the program carries. A new
//! one takes the place of the old one as a whole, when nothing in it is faulty; answers and screens take the newest at
//! their next look.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use metrics::counter;
use tokio::sync::watch;

use crate::kpi::{Catalogue, CatalogueError, Fault, FaultReason, Reporting, SourceFile};

#[cfg(test)]
mod tests;

/// The longest file of a catalogue.
const FILE_BYTES_MAX: u64 = 1 << 20;
/// Boards, or forms, that a folder may hold.
const FILES_MAX: usize = 64;

/// The catalogue in force, and where it comes from. Clones are handles on the same one.
#[derive(Clone, Debug)]
pub struct Catalogues {
    folder: Option<Arc<Path>>,
    newest: Arc<watch::Sender<Arc<Catalogue>>>,
}

/// What a reload did.
#[derive(Clone, Debug)]
pub struct Reloaded {
    /// The catalogue in force from now on.
    pub catalogue: Arc<Catalogue>,
    /// Whether it is another one than before.
    pub is_changed: bool,
}

impl Catalogues {
    /// Reads the catalogue of a folder, or takes the program's own.
    ///
    /// # Errors
    /// Everything that is wrong with it.
    pub fn open(folder: Option<PathBuf>) -> Result<Catalogues, CatalogueError> {
        let folder: Option<Arc<Path>> = folder.map(Arc::from);
        let catalogue = read(folder.as_deref())?;
        Ok(Catalogues { folder, newest: Arc::new(watch::Sender::new(Arc::new(catalogue))) })
    }

    /// One that was made elsewhere and has no folder.
    pub fn of(catalogue: Catalogue) -> Catalogues {
        Catalogues { folder: None, newest: Arc::new(watch::Sender::new(Arc::new(catalogue))) }
    }

    /// The one in force.
    pub fn now(&self) -> Arc<Catalogue> {
        self.newest.borrow().clone()
    }

    /// Whether it comes from a folder, and not from the program.
    pub fn is_of_folder(&self) -> bool {
        self.folder.is_some()
    }

    /// Reads it anew. A faulty one is refused and the old one stays.
    ///
    /// # Errors
    /// Everything that is wrong with it.
    pub fn reload(&self) -> Result<Reloaded, CatalogueError> {
        let read = read(self.folder.as_deref()).inspect_err(|_| {
            counter!("opcentre_catalogue_reloads_total", "outcome" => "refused").increment(1);
        });
        let catalogue = Arc::new(read?);
        let mut is_changed = false;
        self.newest.send_if_modified(|former| {
            is_changed = former.version() != catalogue.version();
            if is_changed {
                *former = catalogue.clone();
            }
            is_changed
        });
        counter!("opcentre_catalogue_reloads_total", "outcome" => "taken").increment(1);
        Ok(Reloaded { catalogue, is_changed })
    }
}

fn read(folder: Option<&Path>) -> Result<Catalogue, CatalogueError> {
    folder.map_or_else(Catalogue::embedded, read_folder)
}

/// Reads and checks the catalogue of a folder; files are named as they are called in it.
///
/// # Errors
/// Everything that is wrong with it, what can't be read included.
pub fn read_folder(folder: &Path) -> Result<Catalogue, CatalogueError> {
    let mut faults = Vec::new();
    let mut text_of = |name: &str| {
        let text = text_of(&folder.join(name));
        text.map_err(|reason| faults.push(unreadable(name, reason))).unwrap_or_default()
    };
    let (kpis, targets) = (text_of("kpis.toml"), text_of("targets.toml"));
    let boards = toml_names(folder, "boards");
    let (names, no_boards) = match boards {
        Ok(names) => (names, None),
        Err(reason) => (Vec::new(), Some(unreadable("boards", reason))),
    };
    let boards: Vec<(String, String)> = names.into_iter().map(|name| (text_of(&name), name)).collect();
    faults.extend(no_boards);
    let reporting = reporting(folder, &mut faults);
    if !faults.is_empty() {
        return Err(CatalogueError(faults));
    }
    let boards: Vec<SourceFile<'_>> = boards.iter().map(|(text, name)| SourceFile { name, text }).collect();
    let file = |name, text| SourceFile { name, text };
    let read = Catalogue::read(file("kpis.toml", &kpis), file("targets.toml", &targets), &boards);
    match (read, reporting.transpose()) {
        (Ok(catalogue), Ok(None)) => Ok(catalogue),
        (Ok(catalogue), Ok(Some(reporting))) => Ok(catalogue.reporting_by(reporting)),
        (Ok(_), Err(faults)) | (Err(faults), Ok(_)) => Err(faults),
        (Err(one), Err(other)) => Err(CatalogueError(one.0.into_iter().chain(other.0).collect())),
    }
}

/// Schemes of periods and forms of a folder; none without `periods.toml`: the program's own hold.
fn reporting(folder: &Path, faults: &mut Vec<Fault>) -> Option<Result<Reporting, CatalogueError>> {
    const PERIODS: &str = "periods.toml";
    if !folder.join(PERIODS).exists() {
        return None;
    }
    let names = toml_names(folder, "forms").map_err(|reason| faults.push(unreadable("forms", reason)));
    let mut text_of = |name: &str| {
        let text = text_of(&folder.join(name));
        text.map_err(|reason| faults.push(unreadable(name, reason))).unwrap_or_default()
    };
    let periods = text_of(PERIODS);
    let forms: Vec<(String, String)> =
        names.unwrap_or_default().into_iter().map(|name| (text_of(&name), name)).collect();
    let forms: Vec<SourceFile<'_>> = forms.iter().map(|(text, name)| SourceFile { name, text }).collect();
    Some(Reporting::read(SourceFile { name: PERIODS, text: &periods }, &forms))
}

fn unreadable(name: &str, reason: String) -> Fault {
    Fault { file: name.to_owned(), line: 1, key: "(file)".to_owned(), reason: FaultReason::Unreadable(reason) }
}

fn toml_names(folder: &Path, below: &str) -> Result<Vec<String>, String> {
    let entries = fs::read_dir(folder.join(below)).map_err(|error| why(error.kind()))?;
    let named = entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
    let mut names: Vec<String> =
        named.filter(|name| name.ends_with(".toml")).map(|name| format!("{below}/{name}")).collect();
    names.sort();
    if names.len() > FILES_MAX {
        return Err(format!("{} files are more than {FILES_MAX}", names.len()));
    }
    Ok(names)
}

fn text_of(path: &Path) -> Result<String, String> {
    let bytes = fs::metadata(path).map_err(|error| why(error.kind()))?.len();
    if bytes > FILE_BYTES_MAX {
        return Err(format!("{bytes} bytes are more than {FILE_BYTES_MAX}"));
    }
    fs::read_to_string(path).map_err(|error| why(error.kind()))
}

fn why(kind: ErrorKind) -> String {
    match kind {
        ErrorKind::NotFound => "there is no such file".to_owned(),
        ErrorKind::InvalidData => "it is no text in UTF-8".to_owned(),
        kind => kind.to_string(),
    }
}
