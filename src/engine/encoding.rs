//! Packed bodies of requests and replies, as `Content-Encoding` and `Accept-Encoding` name them.

use std::io::{self, BufRead, BufReader, Read, Write};

use axum::http::{HeaderMap, HeaderValue, header};
use bytes::Bytes;
use flate2::Compression;
use flate2::bufread::ZlibDecoder;
use flate2::read::MultiGzDecoder;
use flate2::write::{GzEncoder, ZlibEncoder};
use lz4_flex::frame::{FrameDecoder, FrameEncoder};

use super::failure::{Failure, Refusal};

/// Results are packed while a client waits: fast rather than small.
const ZSTD_LEVEL: i32 = 1;
/// Of a reply in pieces, so many bytes are packed without telling the runtime that it takes a while.
const BRIEF_BYTES_MAX: usize = 32 << 10;

/// How bytes are packed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Encoding {
    Lz4,
    Zstd,
    Gzip,
    /// With zlib's frame, as HTTP means it.
    Deflate,
}

/// Preferred first.
const ALL: [Encoding; 4] = [Encoding::Lz4, Encoding::Zstd, Encoding::Gzip, Encoding::Deflate];

impl Encoding {
    fn name(self) -> &'static str {
        match self {
            Self::Lz4 => "lz4",
            Self::Zstd => "zstd",
            Self::Gzip => "gzip",
            Self::Deflate => "deflate",
        }
    }

    /// What the reply says of its body.
    pub(super) fn header(self) -> HeaderValue {
        HeaderValue::from_static(self.name())
    }

    /// How a request's body is packed.
    pub(super) fn of_body(headers: &HeaderMap) -> Result<Option<Self>, Failure> {
        let Some(value) = headers.get(header::CONTENT_ENCODING) else { return Ok(None) };
        let name = String::from_utf8_lossy(value.as_bytes()).trim().to_ascii_lowercase();
        if name.is_empty() || name == "identity" {
            return Ok(None);
        }
        match ALL.into_iter().find(|encoding| encoding.name() == name) {
            Some(encoding) => Ok(Some(encoding)),
            None => Err(Refusal::Encoding(name).into()),
        }
    }

    /// How the client would have the reply packed; none if in no way that we know.
    pub(super) fn accepted(headers: &HeaderMap) -> Option<Self> {
        let values = headers.get_all(header::ACCEPT_ENCODING).iter();
        let names: Vec<String> = values
            .flat_map(|value| value.to_str().unwrap_or_default().split(','))
            .filter(|part| !part.replace(' ', "").ends_with(";q=0"))
            .map(|part| part.split(';').next().unwrap_or_default().trim().to_ascii_lowercase())
            .collect();
        ALL.into_iter().find(|encoding| names.iter().any(|name| name == encoding.name()))
    }

    /// The bytes behind packed ones.
    pub(super) fn unpacked<'r>(encoding: Option<Self>, packed: impl Read + 'r) -> Result<Box<dyn Read + 'r>, Failure> {
        Ok(match encoding {
            None => Box::new(packed),
            Some(Self::Lz4) => Box::new(Lz4(FrameDecoder::new(BufReader::new(packed)))),
            Some(Self::Zstd) => Box::new(zstd::Decoder::new(packed).map_err(|error| Refusal::Body(error.to_string()))?),
            Some(Self::Gzip) => Box::new(MultiGzDecoder::new(packed)),
            Some(Self::Deflate) => Box::new(Deflate(ZlibDecoder::new(BufReader::new(packed)))),
        })
    }

    /// All of `bytes` packed, in one frame.
    pub(super) fn pack(self, bytes: &[u8]) -> io::Result<Bytes> {
        let mut packer = Packer::new(self)?;
        let head = packer.pack(bytes)?;
        Ok([head, packer.finish()?].concat().into())
    }
}

/// Frames one behind the other are one body: `clickhouse-connect` packs each block by itself. The decoder alone ends
/// with the first, and the rest of the rows would be gone without an error.
struct Lz4<R: Read>(FrameDecoder<BufReader<R>>);

impl<R: Read> Read for Lz4<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        loop {
            let length = self.0.read(into)?;
            if length > 0 || into.is_empty() || self.0.get_mut().fill_buf()?.is_empty() {
                return Ok(length);
            }
        }
    }
}

/// Bytes behind the end of the one stream are a fault, not nothing.
struct Deflate<R: Read>(ZlibDecoder<BufReader<R>>);

impl<R: Read> Read for Deflate<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let length = self.0.read(into)?;
        if length == 0 && !into.is_empty() && !self.0.get_mut().fill_buf()?.is_empty() {
            return Err(io::Error::new(io::ErrorKind::InvalidData, "there are bytes behind the end of a deflate body"));
        }
        Ok(length)
    }
}

/// Packs a reply piece by piece, all of it in one frame: some clients read only the first.
pub(super) enum Packer {
    Lz4(Box<FrameEncoder<Vec<u8>>>),
    Zstd(zstd::Encoder<'static, Vec<u8>>),
    Gzip(GzEncoder<Vec<u8>>),
    Deflate(ZlibEncoder<Vec<u8>>),
}

impl Packer {
    pub(super) fn new(encoding: Encoding) -> io::Result<Self> {
        Ok(match encoding {
            Encoding::Lz4 => Self::Lz4(Box::new(FrameEncoder::new(Vec::new()))),
            Encoding::Zstd => Self::Zstd(zstd::Encoder::new(Vec::new(), ZSTD_LEVEL)?),
            Encoding::Gzip => Self::Gzip(GzEncoder::new(Vec::new(), Compression::fast())),
            Encoding::Deflate => Self::Deflate(ZlibEncoder::new(Vec::new(), Compression::fast())),
        })
    }

    /// Packs a piece so that the client can unpack all of it before the next.
    pub(super) fn piece(&mut self, bytes: &[u8]) -> io::Result<Bytes> {
        if bytes.len() <= BRIEF_BYTES_MAX { self.pack(bytes) } else { tokio::task::block_in_place(|| self.pack(bytes)) }
    }

    fn pack(&mut self, bytes: &[u8]) -> io::Result<Bytes> {
        let written = match self {
            Self::Lz4(packer) => {
                packer.write_all(bytes)?;
                packer.flush()?;
                std::mem::take(packer.get_mut())
            }
            Self::Zstd(packer) => {
                packer.write_all(bytes)?;
                packer.flush()?;
                std::mem::take(packer.get_mut())
            }
            Self::Gzip(packer) => {
                packer.write_all(bytes)?;
                packer.flush()?;
                std::mem::take(packer.get_mut())
            }
            Self::Deflate(packer) => {
                packer.write_all(bytes)?;
                packer.flush()?;
                std::mem::take(packer.get_mut())
            }
        };
        Ok(written.into())
    }

    /// The end of the frame.
    pub(super) fn finish(self) -> io::Result<Bytes> {
        Ok(match self {
            Self::Lz4(packer) => packer.finish().map_err(io::Error::other)?,
            Self::Zstd(packer) => packer.finish()?,
            Self::Gzip(packer) => packer.finish()?,
            Self::Deflate(packer) => packer.finish()?,
        }
        .into())
    }
}

#[cfg(test)]
mod tests;
