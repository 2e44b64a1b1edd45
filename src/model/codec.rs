//! Records as journal payloads (I-4): one version byte, then the record as JSON.
//!
//! JSON because what was accepted must stay decodable for years by eye and by program; fields may be added with a
//! default, never renamed. A change of meaning takes the next version byte and keeps the reader of this one.

use super::record::Record;

#[cfg(test)]
mod tests;

/// The version written today.
const VERSION: u8 = 1;

/// Why a payload can't be read.
#[derive(Debug, thiserror::Error)]
pub enum DecodeError {
    /// No byte at all.
    #[error("empty payload")]
    Empty,
    /// A version of a later program.
    #[error("payload version {0} is not known to this program")]
    Version(u8),
    /// Not a record.
    #[error("payload is no record")]
    Record(#[from] serde_json::Error),
}

/// The payload of a record.
pub fn encode(record: &Record) -> Vec<u8> {
    let mut payload = vec![VERSION];
    serde_json::to_writer(&mut payload, record).expect("a record has only string keys and writing to memory succeeds");
    payload
}

/// The record of a payload.
///
/// # Errors
/// When the payload is empty, of a later version, or no record.
pub fn decode(payload: &[u8]) -> Result<Record, DecodeError> {
    match payload.split_first() {
        None => Err(DecodeError::Empty),
        Some((&VERSION, json)) => Ok(serde_json::from_slice(json)?),
        Some((&version, _)) => Err(DecodeError::Version(version)),
    }
}
