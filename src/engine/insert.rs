//! Running an insert: data are appended as they arrive.

use std::io::Read;

use super::answer::Answer;
use super::failure::{Failure, Refusal};
use super::ffi::Connection;
use super::request::Request;

/// Appended at once, in bytes.
const PIECE_BYTES: usize = 256 << 10;

/// Appends the data that came with the statement and those that `body` brings, and writes them at the proper end; a
/// body that breaks off cancels the insert. Whole blocks (about a million rows) that were full by then stay, as with a
/// server.
pub(super) fn run(
    connection: &mut Connection,
    request: &Request,
    (sql, format): (&str, &str),
    (inline, body): (&[u8], &mut dyn Read),
) -> Result<Answer, Failure> {
    let mut stream = connection.insert(sql, format, &request.params)?;
    if !inline.is_empty() {
        stream.append(inline)?;
    }
    let mut piece = vec![0; PIECE_BYTES];
    loop {
        match body.read(&mut piece) {
            Ok(0) => return Ok(stream.done()?),
            Ok(length) => stream.append(&piece[..length])?,
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
            Err(error) => return Err(Refusal::Body(error.to_string()).into()),
        }
    }
}
