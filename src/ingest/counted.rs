//! Line numbers of CSV records as an editor shows them.
//!
//! The `csv` crate's own position stands before the line feed of a CRLF and before skipped blank lines, so it is one
//! or more lines short; here the line breaks are counted where they are read.

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
}

impl<R> Counted<R> {
    pub(super) fn new(inner: R) -> Counted<R> {
        Counted { inner, offset: 0, breaks: VecDeque::new(), line: 1 }
    }

    /// The line of the first byte at or after this offset that is no line break. Offsets only grow.
    pub(super) fn line_at(&mut self, mut offset: u64) -> u64 {
        while let Some((position, byte)) = self.breaks.front().copied()
            && position <= offset
        {
            self.breaks.pop_front();
            offset = offset.max(position + 1);
            self.line += u64::from(byte == b'\n');
        }
        self.line
    }
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
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

#[cfg(test)]
mod tests;
