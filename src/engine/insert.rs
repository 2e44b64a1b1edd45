//! Running an insert: data are appended as they arrive.

use bytes::Bytes;
use tokio::sync::mpsc;

use super::answer::Answer;
use super::failure::{Failure, Refusal};
use super::ffi::Connection;
use super::request::Request;

/// What the request's body brings.
pub(super) enum Feed {
    /// More data, cut anywhere.
    Bytes(Bytes),
    /// The body came to its proper end. A feed that closes without this word was broken off.
    End,
}

/// Appends what `feed` brings and writes it at the proper end; a feed that breaks off cancels the insert. Whole
/// blocks (about a million rows) that were full by then stay, as with a server.
pub(super) fn run(
    connection: &mut Connection,
    request: &Request,
    (sql, format): (&str, &str),
    feed: &mut mpsc::Receiver<Feed>,
) -> Result<Answer, Failure> {
    let mut stream = connection.insert(sql, format, &request.params)?;
    loop {
        match feed.blocking_recv() {
            Some(Feed::Bytes(bytes)) => stream.append(&bytes)?,
            Some(Feed::End) => return Ok(stream.done()?),
            None => return Err(Refusal::Body("the insert was cancelled".to_owned()).into()),
        }
    }
}
