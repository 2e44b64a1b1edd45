//! Requests that are hardly HTTP, byte by byte.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

const LINE: &[u8] = br#"{"type":"rating","id":"r1","unit":"17","at":"2024-07-01T08:00:00+07:00","score":5}"#;

fn text(choices: &'static [&'static str]) -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        6 => select(choices).prop_map(|text| text.as_bytes().to_vec()),
        1 => vec(any::<u8>(), 0..40),
        1 => (any::<u8>(), 1..70_000usize).prop_map(|(byte, count)| vec![byte; count]),
    ]
}

fn head() -> impl Strategy<Value = Vec<u8>> {
    let method = text(&["GET", "POST", "PUT", "DELETE", "OPTIONS", "TRACE", "CONNECT", "get", "", "PRI"]);
    let path = text(&[
        "/api/v1/events",
        "/api/v1/events?source=%00",
        "/api/v1/events?source=%ff%fe",
        "/api/v1/live",
        "/healthz",
        "/api/v1/units/17/kpis?window=today",
        "/api/v1/units/%2e%2e/kpis",
        "/api/v1/units/17/kpis?window=9999-12-31..0000",
        "/../../etc/passwd",
        "//",
        "*",
        "http://elsewhere/",
        "/wall/province?unit=17&unit=18",
        "/api/v1/units/%F0%28/kpis",
        "/api/v1/dossiers/a/%00",
        "/assets/..%2f..%2fetc",
        "/api/v1/verify/",
        "/?a=%",
        "",
    ]);
    let version = text(&["HTTP/1.1", "HTTP/1.1", "HTTP/1.1", "HTTP/1.0", "HTTP/2.0", "HTTP/9", "", "http/1.1"]);
    (method, path, version).prop_map(|(method, path, version)| [method, path, version].join(&b' '))
}

fn header() -> impl Strategy<Value = Vec<u8>> {
    let usual = text(&[
        "Content-Length: 10",
        "Content-Length: -1",
        "Content-Length: 99999999999999999999",
        "Content-Length: 1, 2",
        "Content-Length: +5",
        "Transfer-Encoding: chunked",
        "Transfer-Encoding: chunked, gzip",
        "Transfer-Encoding: x",
        "Content-Type: application/json",
        "Content-Encoding: gzip",
        "Expect: 100-continue",
        "Expect: nothing",
        "Connection: close",
        "Connection: upgrade",
        "Upgrade: websocket",
        "Upgrade: h2c",
        "Sec-WebSocket-Version: 13",
        "Sec-WebSocket-Version: 8",
        "Sec-WebSocket-Key: x",
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
        "Host: elsewhere",
        "Host: 127.0.0.1",
        "Host: localhost:0",
        "Host:",
        "Origin: http://elsewhere",
        "Origin: null",
        "X-Forwarded-For: 1.2.3.4",
        "Forwarded: for=1.2.3.4",
        "Authorization: Bearer x",
        "Cookie: a=b",
        "Accept-Encoding: gzip;q=x",
        "Range: bytes=0-0,1-1,2-2",
        "If-None-Match: \"x\"",
        "No colon",
        ": no name",
        " folded",
        "Name : space",
        "N\u{e4}me: x",
        "X: \u{1}\u{7f}",
    ]);
    prop_oneof![8 => usual, 1 => (1..300usize).prop_map(|count| b"A: b\r\n".repeat(count))]
}

fn body() -> impl Strategy<Value = Vec<u8>> {
    let chunked = |size: &str| [size.as_bytes(), b"\r\n", LINE, b"\r\n0\r\n\r\n"].concat();
    prop_oneof![
        Just(LINE.to_vec()),
        Just(Vec::new()),
        select(&["52", "0", "-1", "zz", "FFFFFFFFFFFFFFFFF", "52;x=y", "5 2", "52\n", "7fffffffffffffff"][..])
            .prop_map(chunked),
        vec(any::<u8>(), 0..500),
        Just(b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".repeat(20)),
    ]
}

pub fn request() -> impl Strategy<Value = Vec<u8>> {
    let line_end = prop_oneof![8 => Just(&b"\r\n"[..]), 1 => Just(&b"\n"[..]), 1 => Just(&b"\r"[..])];
    let is_cut = proptest::option::weighted(0.1, any::<usize>());
    let host = proptest::bool::weighted(0.8);
    (head(), host, vec(header(), 0..8), line_end, body(), is_cut).prop_map(|(head, host, headers, end, body, cut)| {
        let mut lines = vec![head];
        if host {
            lines.push(b"Host: 127.0.0.1".to_vec());
        }
        lines.extend(headers);
        lines.push(Vec::new());
        let mut request = lines.join(end);
        request.extend(end);
        request.extend(body);
        if let Some(cut) = cut {
            request.truncate(cut % (request.len() + 1));
        }
        request
    })
}
