//! The catalogue in force: read at the start, and read anew when somebody says so.
//!
//! It comes from a folder (`kpis.toml`, `targets.toml`, `boards/*.toml`, and if it has them `periods.toml` with
//! `forms/*.toml`, `indicators.toml`, `indices/*.toml`, `alerts.toml`, `reports/*.toml`) or is the one that the program
//! carries; what a folder doesn't have is the program's own. A new one takes the place of the old one as a whole, when
//! nothing in it is faulty; answers and screens take the newest at their next look.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use metrics::counter;
use tokio::sync::watch;

use crate::kpi::{Catalogue, CatalogueError, Fault, FaultReason, INDICATORS, INDICES, SourceFile};

#[cfg(test)]
mod tests;

/// The longest file of a catalogue.
const FILE_BYTES_MAX: u64 = 1 << 20;
/// Boards, and forms, that a folder may hold.
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
    let mut reading = Reading { folder, faults: Vec::new() };
    let (kpis, targets) = (reading.text("kpis.toml"), reading.text("targets.toml"));
    let boards = reading.texts("boards");
    let periods = reading.has("periods.toml").then(|| (reading.text("periods.toml"), reading.texts("forms")));
    let indicators = reading.has("indicators.toml").then(|| reading.text("indicators.toml"));
    let indices = reading.has("indices").then(|| reading.texts("indices"));
    let reports = reading.has("reports").then(|| reading.texts("reports"));
    let alerts = reading.has("alerts.toml").then(|| reading.text("alerts.toml"));
    if !reading.faults.is_empty() {
        return Err(CatalogueError(reading.faults));
    }
    let file = |name, text| SourceFile { name, text };
    let indicators = indicators.as_ref().map_or(INDICATORS, |text| file("indicators.toml", text));
    let indices = indices.as_ref().map_or_else(|| INDICES.to_vec(), |read| files(read));
    let (kpis, targets) = (file("kpis.toml", &kpis), file("targets.toml", &targets));
    let read = Catalogue::read_with(kpis, targets, (indicators, &indices), &files(&boards))?;
    let read = match &periods {
        Some((periods, forms)) => read.with_reporting(file("periods.toml", periods), &files(forms))?,
        None => read,
    };
    let read = match &alerts {
        Some(alerts) => read.with_alerts(file("alerts.toml", alerts))?,
        None => read,
    };
    match &reports {
        Some(reports) => read.with_reports(&files(reports)),
        None => read.with_own_reports(),
    }
}

/// The text of a file of a folder; none when there is no folder or no such file, and the program's own holds.
///
/// # Errors
/// When it is there and can't be read.
pub fn own_text(folder: Option<&Path>, name: &str) -> Result<Option<String>, CatalogueError> {
    let Some(path) = folder.map(|folder| folder.join(name)).filter(|path| path.exists()) else { return Ok(None) };
    text_of(&path).map(Some).map_err(|reason| CatalogueError(vec![unreadable(name, reason)]))
}

/// A folder that is being read, and what of it can't be.
struct Reading<'f> {
    folder: &'f Path,
    faults: Vec<Fault>,
}

impl Reading<'_> {
    /// Without a part, the program's own holds.
    fn has(&self, part: &str) -> bool {
        self.folder.join(part).exists()
    }

    fn text(&mut self, name: &str) -> String {
        text_of(&self.folder.join(name)).unwrap_or_else(|reason| {
            self.faults.push(unreadable(name, reason));
            String::new()
        })
    }

    /// All files of a part: text and name.
    fn texts(&mut self, part: &str) -> Vec<(String, String)> {
        let names = names_in(self.folder, part).unwrap_or_else(|reason| {
            self.faults.push(unreadable(part, reason));
            Vec::new()
        });
        names.into_iter().map(|name| (self.text(&name), name)).collect()
    }
}

fn files(read: &[(String, String)]) -> Vec<SourceFile<'_>> {
    read.iter().map(|(text, name)| SourceFile { name, text }).collect()
}

fn unreadable(name: &str, reason: String) -> Fault {
    Fault { file: name.to_owned(), line: 1, key: "(file)".to_owned(), reason: FaultReason::Unreadable(reason) }
}

fn names_in(folder: &Path, part: &str) -> Result<Vec<String>, String> {
    let entries = fs::read_dir(folder.join(part)).map_err(|error| why(error.kind()))?;
    let named = entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
    let mut names: Vec<String> =
        named.filter(|name| name.ends_with(".toml")).map(|name| format!("{part}/{name}")).collect();
    names.sort();
    if names.len() > FILES_MAX {
        return Err(format!("{} {part} are more than {FILES_MAX}", names.len()));
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
