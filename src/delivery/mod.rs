//! Messages to people and programs outside: webhooks, mailboxes, folders; and when to try again.
//!
//! A [`Message`] has an id that is the same however often it is sent: a webhook hears it as `webhook-id`, a mailbox as
//! `Message-ID`, a folder as the file's name. So whoever receives can tell a repetition. [`Destination::send`] tries
//! once; whether and when to try again says [`retry`]. Secrets are in no error, log or answer.

mod destination;
mod folder;
mod message;
pub mod retry;
mod smtp;
mod webhook;
#[cfg(test)]
mod tests;

pub use destination::{Destination, SendError};
pub use folder::Folder;
pub use message::{Message, Part};
pub use smtp::{MailTls, Mailbox};
pub use webhook::{Webhook, signature};
