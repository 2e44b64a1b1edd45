//! What a request's own thread does: read the text, tell an insert's data from it, run it.

use std::io::{self, Read};

use bytes::Bytes;
use tokio::sync::mpsc;

use super::answer::Answer;
use super::encoding::Encoding;
use super::failure::{Failure, Refusal};
use super::handler::TEXT_BYTES_MAX;
use super::insert;
use super::request::Request;
use super::select::{self, Message};
use super::session::Sessions;
use super::statement::{Shape, shape};

/// Read of a body to see whether it is an insert with its data behind it, in bytes; such data need not fit in memory.
const PEEK_BYTES: u64 = 256 << 10;

/// What the request's body brings.
pub(super) enum Feed {
    /// More bytes, cut anywhere.
    Bytes(Bytes),
    /// The body came to its proper end. A feed that closes without this word was broken off.
    End,
}

/// The body as it arrives; an error when it breaks off.
pub(super) struct Body {
    pub(super) feed: mpsc::Receiver<Feed>,
    pub(super) piece: Bytes,
    pub(super) has_ended: bool,
}

impl Read for Body {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        while self.piece.is_empty() && !self.has_ended {
            match self.feed.blocking_recv() {
                Some(Feed::Bytes(bytes)) => self.piece = bytes,
                Some(Feed::End) => self.has_ended = true,
                None => return Err(io::Error::new(io::ErrorKind::UnexpectedEof, "the request was cancelled")),
            }
        }
        let taken = self.piece.split_to(into.len().min(self.piece.len()));
        into[..taken.len()].copy_from_slice(&taken);
        Ok(taken.len())
    }
}

/// Runs a request to its end; its result goes to `results`.
pub(super) fn run(
    sessions: &Sessions,
    (mut request, handle): (Request, &str),
    (body, encoding): (Body, Option<Encoding>),
    results: &mpsc::Sender<Message>,
) -> Result<Answer, Failure> {
    let mut body = Encoding::unpacked(encoding, body)?;
    let job = Job { sessions, handle, results };
    let head = match request.query.take() {
        Some(query) => {
            if let Shape::Insert { sql, format, inline } = shape(query.as_bytes())? {
                return job.insert(&request, (sql, format), (inline, &mut *body));
            }
            // A text in two parts: the URL's, then the body's.
            let mut text = query.into_bytes();
            let length = text.len();
            text.push(b'\n');
            read(&mut *body, PEEK_BYTES, &mut text)?;
            if text.len() == length + 1 {
                text.truncate(length);
            }
            text
        }
        None => {
            let mut head = Vec::new();
            read(&mut *body, PEEK_BYTES, &mut head)?;
            if let Ok(Shape::Insert { sql, format, inline }) = shape(&head)
                && !inline.is_empty()
            {
                return job.insert(&request, (sql, format), (inline, &mut *body));
            }
            head
        }
    };
    job.text(&request, head, &mut *body)
}

/// Appends at most so many bytes.
fn read(body: &mut dyn Read, bytes_max: u64, into: &mut Vec<u8>) -> Result<(), Failure> {
    body.take(bytes_max).read_to_end(into).map_err(|error| Refusal::Body(error.to_string()))?;
    Ok(())
}

struct Job<'a> {
    sessions: &'a Sessions,
    handle: &'a str,
    results: &'a mpsc::Sender<Message>,
}

impl Job<'_> {
    /// A statement that has to be there to its end before it can be run.
    fn text(&self, request: &Request, mut text: Vec<u8>, body: &mut dyn Read) -> Result<Answer, Failure> {
        let room = (TEXT_BYTES_MAX + 1).saturating_sub(text.len());
        read(body, room as u64, &mut text)?;
        if text.len() > TEXT_BYTES_MAX {
            return Err(Refusal::TextLength.into());
        }
        match shape(&text)? {
            Shape::Insert { sql, format, inline } => self.insert(request, (sql, format), (inline, &mut io::empty())),
            Shape::Other { sql, format } => {
                let mut session = self.sessions.open(request, self.handle)?;
                let outcome = session
                    .may_run(request, sql)
                    .and_then(|()| select::run(session.connection(), request, (sql, format), self.results));
                session.close(outcome)
            }
        }
    }

    fn insert(
        &self,
        request: &Request,
        (sql, format): (&str, &str),
        (inline, body): (&[u8], &mut dyn Read),
    ) -> Result<Answer, Failure> {
        let mut session = self.sessions.open(request, self.handle)?;
        let outcome = session
            .may_run(request, sql)
            .and_then(|()| insert::run(session.connection(), request, (sql, format), (inline, body)));
        session.close(outcome)
    }
}
