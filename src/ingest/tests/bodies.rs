//! Lines and elements of a body, counted and unpacked (I-2).

use super::*;

#[test]
fn i2_blank_lines_are_not_counted_and_lines_keep_their_numbers() {
    let good = r#"{"type":"rating","id":"a","unit":"17","at":"2024-08-01T08:00:00Z"}"#;
    let batch = read(&format!("\u{feff}\n{good}\r\n \t\r\nx\n\n{good}\ny"));
    assert_eq!((batch.received, batch.records.len(), batch.rejected), (4, 2, 2));
    assert_eq!(batch.rejections.iter().map(|refused| refused.line).collect::<Vec<_>>(), [4, 7]);
    assert_eq!(read(""), Batch::default());
    assert_eq!(read("\n \n"), Batch::default());
}

#[test]
fn i2_an_array_counts_its_elements() {
    let good = r#"{"type":"rating",
        "id":"a","unit":"17","at":"2024-08-01T08:00:00Z"}"#;
    let batch = read(&format!(" [{good}, 5, {good} ] \n"));
    assert_eq!((batch.received, batch.records.len(), batch.rejected), (3, 2, 1));
    assert_eq!(batch.rejections[0].line, 2);
    assert_eq!(read("[]"), Batch::default());
    for broken in ["[", "[5,]", "[5] x", "[{\"a\":}]"] {
        let answer = read_batch(broken.as_bytes(), Some("application/json"), None, &context());
        assert!(matches!(answer, Err(EnvelopeError::BadArray { .. })), "{broken}");
    }
}

#[test]
fn i2_rejections_beyond_the_limit_are_counted() {
    let limits = Limits { rejections_max: 2, ..Limits::default() };
    let batch = read_batch(b"1\n2\n3\n4", None, None, &Context { limits, ..context() }).unwrap();
    assert_eq!((batch.received, batch.rejected, batch.rejections.len()), (4, 4, 2));
}

#[test]
fn bodies_are_unpacked_within_their_limit() {
    let good = r#"{"type":"rating","id":"a","unit":"17","at":"2024-08-01T08:00:00Z"}"#.as_bytes();
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    gzip.write_all(good).unwrap();
    let gzip = gzip.finish().unwrap();
    let zstd = zstd::encode_all(good, 19).unwrap();
    let read = |body: &[u8], encoding, limits| {
        read_batch(body, Some("application/x-ndjson; charset=utf-8"), encoding, &Context { limits, ..context() })
    };
    let limits = Limits::default();
    for (body, encoding) in [(good, None), (good, Some("identity")), (&gzip, Some("GZIP")), (&zstd, Some("zstd"))] {
        assert_eq!(read(body, encoding, limits).unwrap().records.len(), 1);
        let small = Limits { body_bytes_max: good.len() - 1, ..limits };
        assert!(matches!(read(body, encoding, small), Err(EnvelopeError::TooLarge { .. })), "{encoding:?}");
    }
    assert!(matches!(read(good, Some("br"), limits), Err(EnvelopeError::UnknownEncoding(_))));
    assert!(matches!(read(good, Some("gzip"), limits), Err(EnvelopeError::BadEncoding { .. })));
    assert!(matches!(read(&zstd[..20], Some("zstd"), limits), Err(EnvelopeError::BadEncoding { .. })));
    let answer = read_batch(good, Some("text/plain"), None, &context());
    assert!(matches!(answer, Err(EnvelopeError::UnknownContentType { .. })));
    let long = format!(r#"{{"type":"{}"}}"#, "x".repeat(16 << 10));
    refused(&long, "line_too_long", "", "at most 16384");
}
