use std::io::Read;

use axum::http::{HeaderMap, HeaderValue, header};

use super::{ALL, Encoding, Packer};

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn what_is_packed_in_pieces_is_one_frame_that_comes_back() {
    let pieces: [&[u8]; 4] = [b"a\n\nb", &[7; 100_000], b"", b"\r\n__exception__\r\n"];
    for encoding in ALL {
        let mut packer = Packer::new(encoding).unwrap();
        let mut packed = Vec::new();
        for piece in pieces {
            packed.extend(packer.piece(piece).unwrap());
        }
        packed.extend(packer.finish().unwrap());
        let mut unpacked = Vec::new();
        Encoding::unpacked(Some(encoding), packed.as_slice()).unwrap().read_to_end(&mut unpacked).unwrap();
        assert_eq!(unpacked, pieces.concat(), "{encoding:?}");
        assert!(packed.len() < 2_000, "{encoding:?}: {}", packed.len());
        let cut = &packed[..packed.len() / 2];
        let read = Encoding::unpacked(Some(encoding), cut).unwrap().read_to_end(&mut Vec::new());
        assert!(read.is_err(), "{encoding:?}: a body that was cut isn't whole");
    }
}

/// The Python client packs each block of an insert by itself.
#[test]
fn frames_one_behind_the_other_are_one_body() {
    for encoding in ALL {
        let frame = |text: &[u8]| encoding.pack(text).unwrap();
        let packed = [frame(b"first"), frame(&[8; 70_000]), frame(b"last")].concat();
        let mut unpacked = Vec::new();
        let read = Encoding::unpacked(Some(encoding), packed.as_slice()).unwrap().read_to_end(&mut unpacked);
        if encoding == Encoding::Deflate {
            assert!(read.is_err(), "it has no frames: what is behind its end isn't silently left out");
        } else {
            assert_eq!(
                (read.unwrap(), unpacked.starts_with(b"first"), unpacked.ends_with(b"last")),
                (70_009, true, true),
                "{encoding:?}"
            );
        }
    }
}

#[test]
fn the_encoding_is_what_the_client_asks_for() {
    let accepted = |value: &'static str| {
        let mut headers = HeaderMap::new();
        headers.insert(header::ACCEPT_ENCODING, HeaderValue::from_static(value));
        Encoding::accepted(&headers)
    };
    assert_eq!(accepted("lz4, zstd, gzip"), Some(Encoding::Lz4));
    assert_eq!(accepted("br, gzip;q=0.5"), Some(Encoding::Gzip));
    assert_eq!(accepted("lz4;q=0, deflate"), Some(Encoding::Deflate));
    assert_eq!(accepted("br"), None);
    assert_eq!(Encoding::accepted(&HeaderMap::new()), None);
    let mut headers = HeaderMap::new();
    headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static("br"));
    assert!(Encoding::of_body(&headers).is_err());
}
