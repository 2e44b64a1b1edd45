//! Texts in other encodings than UTF-8, decoded while they are read.

use std::io::{self, BufRead, Read};

use encoding_rs::{Decoder, DecoderResult, Encoding, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252, WINDOWS_1258};

/// The encodings that are read.
const KNOWN: [&Encoding; 5] = [UTF_8, UTF_16LE, UTF_16BE, WINDOWS_1258, WINDOWS_1252];
/// Bytes that are decoded at once.
const CHUNK_BYTES: usize = 16 << 10;

/// An encoding by one of its names, such as `utf-16` or `windows-1258`; none when it isn't read.
pub(super) fn encoding(name: &str) -> Option<&'static Encoding> {
    Encoding::for_label(name.as_bytes()).filter(|found| KNOWN.contains(found))
}

/// The names of those that are read.
pub(super) fn known() -> String {
    KNOWN.map(|encoding| encoding.name().to_lowercase()).join(", ")
}

/// A reader of UTF-8 over one of another encoding. A byte order mark is dropped and, of UTF-16, obeyed; bytes that stand
/// for nothing are an error.
pub(super) struct Decoded<R> {
    input: R,
    decoder: Decoder,
    /// What was decoded and not read yet begins here.
    text: Vec<u8>,
    at: usize,
    is_over: bool,
}

impl<R: BufRead> Decoded<R> {
    pub(super) fn new(input: R, encoding: &'static Encoding) -> Decoded<R> {
        Decoded { input, decoder: encoding.new_decoder(), text: Vec::new(), at: 0, is_over: false }
    }

    /// Decodes some more; nothing at the end.
    fn fill(&mut self) -> io::Result<()> {
        let bytes = self.input.fill_buf()?;
        let some = &bytes[..bytes.len().min(CHUNK_BYTES)];
        self.is_over = some.is_empty();
        let room = self.decoder.max_utf8_buffer_length_without_replacement(some.len()).unwrap_or(4 * CHUNK_BYTES);
        self.text.resize(room, 0);
        let (result, read, written) =
            self.decoder.decode_to_utf8_without_replacement(some, &mut self.text, self.is_over);
        self.input.consume(read);
        self.text.truncate(written);
        self.at = 0;
        match result {
            DecoderResult::Malformed(..) => {
                Err(io::Error::new(io::ErrorKind::InvalidData, "bytes that are no text in the mapping's encoding"))
            }
            DecoderResult::InputEmpty | DecoderResult::OutputFull => Ok(()),
        }
    }
}

impl<R: BufRead> Read for Decoded<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.at == self.text.len() && !self.is_over {
            self.fill()?;
        }
        let count = buffer.len().min(self.text.len() - self.at);
        buffer[..count].copy_from_slice(&self.text[self.at..self.at + count]);
        self.at += count;
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use std::io::BufReader;

    use super::*;

    fn decoded(name: &str, bytes: &[u8]) -> io::Result<String> {
        let mut text = String::new();
        // Two bytes at a time: letters are cut through.
        let input = BufReader::with_capacity(3, bytes);
        Decoded::new(input, encoding(name).unwrap()).read_to_string(&mut text)?;
        Ok(text)
    }

    #[test]
    fn texts_come_out_as_they_were_meant() {
        let utf16 = |mark: &[u8], unit: fn(u16) -> [u8; 2]| {
            let text = "Đơn vị;𝄞\r\n".encode_utf16().flat_map(unit);
            mark.iter().copied().chain(text).collect::<Vec<u8>>()
        };
        assert_eq!(decoded("utf-16", &utf16(&[0xff, 0xfe], u16::to_le_bytes)).unwrap(), "Đơn vị;𝄞\r\n");
        assert_eq!(decoded("utf-16", &utf16(&[0xfe, 0xff], u16::to_be_bytes)).unwrap(), "Đơn vị;𝄞\r\n");
        // The tone stands behind its letter.
        assert_eq!(decoded("windows-1258", b"\xd0\xf5n vi\xf2").unwrap(), "Đơn vi\u{323}");
        assert!(decoded("windows-1258", b"a\xd2").unwrap().ends_with('\u{309}'));
        assert!(decoded("utf-16", &[0xff, 0xfe, 0x00, 0xd8, 0x41, 0x00]).is_err());
        assert!(encoding("tcvn3").is_none() && encoding("iso-2022-jp").is_none());
    }
}
