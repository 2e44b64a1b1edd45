//! What is sent.

use std::borrow::Cow;
use std::path::PathBuf;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;

/// A message in all the forms that a destination may want.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Message {
    /// The same for every try, and of no other message: ASCII letters, digits, `-`, `_` and `.`.
    pub id: String,
    /// Subject of a mail.
    pub subject: String,
    /// For people.
    pub text: String,
    /// The same with pictures; a part with a `content_id` is shown as `cid:`.
    pub html: Option<String>,
    /// For programs: the body of a webhook.
    pub payload: Value,
    /// Files with it.
    pub parts: Vec<Part>,
}

/// A file of a message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Part {
    /// Its name.
    pub name: String,
    /// Media type.
    pub content_type: String,
    /// Shown within the text by this id; none: attached.
    pub content_id: Option<String>,
    /// Its bytes.
    #[serde(serialize_with = "to_base64", deserialize_with = "of_base64")]
    pub bytes: Vec<u8>,
    /// Where they are read when it is sent, so that what waits stays small; none: they are here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file: Option<PathBuf>,
}

fn to_base64<S: Serializer>(bytes: &[u8], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&STANDARD.encode(bytes))
}

fn of_base64<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<u8>, D::Error> {
    STANDARD.decode(String::deserialize(deserializer)?).map_err(serde::de::Error::custom)
}

impl Message {
    /// The same with the bytes of all files.
    pub(super) fn with_files(&self) -> std::io::Result<Cow<'_, Message>> {
        if self.parts.iter().all(|part| part.file.is_none()) {
            return Ok(Cow::Borrowed(self));
        }
        let mut message = self.clone();
        for part in &mut message.parts {
            if let Some(path) = part.file.take() {
                part.bytes = std::fs::read(path)?;
            }
        }
        Ok(Cow::Owned(message))
    }

    /// The body of a webhook: the payload with `id` and the files.
    pub(super) fn body(&self) -> Result<Vec<u8>, serde_json::Error> {
        let mut body = self.payload.clone();
        if let Some(fields) = body.as_object_mut() {
            fields.insert("id".to_owned(), Value::from(self.id.clone()));
            if !self.parts.is_empty() {
                fields.insert("files".to_owned(), serde_json::to_value(&self.parts)?);
            }
        }
        serde_json::to_vec(&body)
    }
}
