//! Where messages go.

use std::time::Duration;

use crate::model::Instant;

use super::folder::Folder;
use super::message::Message;
use super::smtp::Mailbox;
use super::webhook::Webhook;

/// How long one try may take.
pub(super) const SEND_TIMEOUT: Duration = Duration::from_secs(30);

/// A configured destination.
#[derive(Clone, Debug)]
pub enum Destination {
    /// A program that listens on HTTP.
    Webhook(Webhook),
    /// A mailbox, by a mail server.
    Smtp(Mailbox),
    /// A folder of this machine.
    Folder(Folder),
}

/// Why a try failed. No text of it holds an address with its query, a user or a secret.
#[derive(Debug, thiserror::Error)]
pub enum SendError {
    /// Nobody answered, or not as HTTP or SMTP.
    #[error("can't be reached: {0}")]
    Unreachable(String),
    /// A webhook answered, and not that it took it.
    #[error("answered {0}")]
    Status(u16),
    /// A mail server answered, and not that it took it.
    #[error("the mail server answered {0}")]
    Reply(String),
    /// The message can't be made into a mail.
    #[error("can't be written as a mail: {0}")]
    Mail(String),
    /// A file of the message isn't there any more.
    #[error("a file of the message can't be read: {0}")]
    File(std::io::ErrorKind),
    /// The folder can't be written.
    #[error("the folder can't be written: {0}")]
    Folder(std::io::ErrorKind),
    /// No answer in time.
    #[error("no answer within {} s", SEND_TIMEOUT.as_secs())]
    Timeout,
}

impl Destination {
    /// Tries once. `now` is the real time, which a signature holds.
    ///
    /// # Errors
    /// When nobody said that it has the message; it may have it all the same.
    pub async fn send(&self, message: &Message, now: Instant) -> Result<(), SendError> {
        let message = message.with_files().map_err(|error| SendError::File(error.kind()))?;
        let sent = async {
            match self {
                Destination::Webhook(webhook) => webhook.send(&message, now).await,
                Destination::Smtp(mailbox) => mailbox.send(&message, now).await,
                Destination::Folder(folder) => folder.write(&message),
            }
        };
        tokio::time::timeout(SEND_TIMEOUT, sent).await.unwrap_or(Err(SendError::Timeout))
    }

    /// What it is, for people.
    pub fn kind(&self) -> &'static str {
        match self {
            Destination::Webhook(_) => "webhook",
            Destination::Smtp(_) => "smtp",
            Destination::Folder(_) => "folder",
        }
    }
}
