//! Line numbers of CSV records as an editor shows them.
//!
//! The `csv` crate's own position stands before the line feed of a CRLF and before skipped blank lines, so it is one
//! or more lines short, and it ends a row at a lone carriage return, too, without counting a line; here the line breaks
//! (CRLF, LF or CR) are counted where they are read.

use std::collections::VecDeque;
use std::io::{self, Read};

/// A reader that knows on which line a byte stands.
pub(super) struct Counted<R> {
    inner: R,
    /// Bytes read so far.
    offset: u64,
    /// Carriage returns and line feeds that were read but not passed yet: at most what the CSV reader buffers.
    breaks: VecDeque<(u64, u8)>,
    line: u64,
    /// The last carriage return that was passed: a line feed right behind it ends no further line.
    carriage_return: Option<u64>,
    /// Where the row began that is being read.
    row_offset: u64,
    row_bytes_max: usize,
}

impl<R> Counted<R> {
    /// From line 1, for what is in memory already.
    pub(super) fn new(inner: R) -> Counted<R> {
        Counted::bounded(inner, 1, usize::MAX)
    }

    /// From that line on; a longer row is an error of reading.
    pub(super) fn bounded(inner: R, line: u64, row_bytes_max: usize) -> Counted<R> {
        Counted { inner, offset: 0, breaks: VecDeque::new(), line, carriage_return: None, row_offset: 0, row_bytes_max }
    }

    /// The line of the first byte at or after this offset that is no line break. Offsets only grow.
    pub(super) fn line_at(&mut self, mut offset: u64) -> u64 {
        self.row_offset = offset;
        while let Some((position, byte)) = self.breaks.front().copied()
            && position <= offset
        {
            self.breaks.pop_front();
            offset = offset.max(position + 1);
            if byte == b'\r' {
                self.carriage_return = Some(position);
            } else if self.carriage_return.is_some_and(|before| before + 1 == position) {
                continue;
            }
            self.line += 1;
        }
        self.line
    }
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let row_bytes = usize::try_from(self.offset - self.row_offset).unwrap_or(usize::MAX);
        if row_bytes > self.row_bytes_max {
            return Err(too_long(self.row_bytes_max));
        }
        let count = self.inner.read(buffer)?;
        for (position, byte) in (self.offset..).zip(&buffer[..count]) {
            if matches!(byte, b'\r' | b'\n') {
                self.breaks.push_back((position, *byte));
            }
        }
        self.offset += u64::try_from(count).unwrap_or(u64::MAX);
        Ok(count)
    }
}

/// What a row with too many bytes is.
pub(super) fn too_long(row_bytes_max: usize) -> io::Error {
    let why = format!("a row of more than {row_bytes_max} bytes; is a quote left open?");
    io::Error::new(io::ErrorKind::InvalidData, why)
}

#[cfg(test)]
mod tests;
