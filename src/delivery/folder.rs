//! A folder that other programs look into: a file for each message, complete as soon as it has its name.

use std::fs;
use std::path::{Path, PathBuf};

use super::destination::SendError;
use super::message::Message;

/// A folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Folder {
    /// Where.
    pub path: PathBuf,
}

impl Folder {
    /// Writes the message as `ID.json`, with its files beside it as `ID-NAME`. Written again, the files are the same.
    pub(super) fn write(&self, message: &Message) -> Result<(), SendError> {
        let failed = |error: std::io::Error| SendError::Folder(error.kind());
        fs::create_dir_all(&self.path).map_err(failed)?;
        for part in &message.parts {
            // A name is no path.
            let name: String =
                part.name.chars().map(|c| if matches!(c, '/' | '\\' | '\0') { '_' } else { c }).collect();
            put(&self.path, &format!("{}-{name}", message.id), &part.bytes).map_err(failed)?;
        }
        let body = serde_json::to_vec_pretty(&serde_json::json!({
            "id": message.id, "subject": message.subject, "text": message.text, "payload": message.payload,
            "files": message.parts.iter().map(|part| &part.name).collect::<Vec<_>>(),
        }));
        let body = body.map_err(|error| SendError::Mail(error.to_string()))?;
        put(&self.path, &format!("{}.json", message.id), &body).map_err(failed)
    }
}

/// Whoever looks sees a whole file or none.
fn put(folder: &Path, name: &str, bytes: &[u8]) -> std::io::Result<()> {
    let unfinished = folder.join(format!(".{name}.part"));
    fs::write(&unfinished, bytes)?;
    fs::File::open(&unfinished)?.sync_all()?;
    fs::rename(unfinished, folder.join(name))
}
