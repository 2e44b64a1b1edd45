//! How the national portal's messages are read: by a folder's `adapters/dvcqg.toml`, else as the program says.

use std::path::Path;

use crate::ingest::Portal;
use crate::kpi::{CatalogueError, SourceFile};
use crate::pipeline::catalogues::own_text;

const NAME: &str = "adapters/dvcqg.toml";

/// Reads it at a start; a change of the file needs another one.
///
/// # Errors
/// Everything that is wrong with the file.
pub fn portal_of(folder: Option<&Path>) -> Result<Portal, CatalogueError> {
    match own_text(folder, NAME)? {
        None => Ok(Portal::embedded()),
        Some(text) => Portal::read(SourceFile { name: NAME, text: &text }).map_err(CatalogueError),
    }
}
