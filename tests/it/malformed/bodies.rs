//! Bodies of `POST /api/v1/events` that are wrong in every way that was thought of, and some that are right.

use std::io::Write;
use std::sync::LazyLock;

use flate2::Compression;
use flate2::write::GzEncoder;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::Value;

#[derive(Debug, Clone)]
pub struct Body {
    bytes: Vec<u8>,
    content_type: Option<String>,
    encoding: Option<String>,
}

const LINES: [&str; 3] = [
    r#"{"type":"dossier","id":"d1","unit":"17","at":"2024-07-01T08:00:00+07:00","status":"done","due_at":"2024-07-03"}"#,
    r#"{"type":"rating","id":"r1","unit":"17","at":"2024-07-01T08:00:00+07:00","score":5,"channel":"kiosk"}"#,
    r#"{"type":"indicator","code":"x","period":"2024-Q2","unit":"17","at":"2024-07-01T08:00:00Z","value":1.5}"#,
];
/// What is put into a line, or in place of a byte of it.
const PIECES: [&str; 27] = [
    "\0",
    "\\u0000",
    "\\ud800",
    "\\udfff\\ud800",
    "\"",
    "\\",
    "{",
    "}",
    "[",
    "]",
    ",",
    ":",
    "null",
    "true",
    "-0",
    "1e999",
    "-1e-999",
    "123456789012345678901234567890",
    "0.1e+",
    "\n",
    "\r",
    "\u{feff}",
    "\u{2028}",
    "e\u{301}",
    "\u{202e}",
    "\"type\":\"rating\",",
    "\"pauses\":[{\"id\":\"p\",\"kind\":\"supplement\"}],",
];

fn spoilt_line() -> impl Strategy<Value = Vec<u8>> {
    let change = (
        any::<usize>(),
        0..3u8,
        prop_oneof![
            4 => select(&PIECES[..]).prop_map(|piece| piece.as_bytes().to_vec()),
            1 => vec(any::<u8>(), 1..4),
        ],
    );
    (select(&LINES[..]), vec(change, 0..5)).prop_map(|(line, changes)| {
        let mut line = line.as_bytes().to_vec();
        for (place, how, piece) in changes {
            let place = place % (line.len() + 1);
            let end = if how == 0 { place } else { (place + usize::from(how) * 3).min(line.len()) };
            line.splice(place..end, if how == 2 { Vec::new() } else { piece });
        }
        line
    })
}

/// A line of nearly 16 KiB, a little more or less.
fn long_line() -> impl Strategy<Value = Vec<u8>> {
    (16_380..16_390usize, any::<bool>()).prop_map(|(bytes, in_text)| {
        let mut line = LINES[0].as_bytes().to_vec();
        let (place, fill) = if in_text { (line.len() - 2, b'x') } else { (1, b' ') };
        let more = bytes - line.len();
        line.splice(place..place, std::iter::repeat_n(fill, more));
        line
    })
}

fn deep() -> impl Strategy<Value = Vec<u8>> {
    let piece = select(&["[", "{\"a\":", "[{\"pauses\":["][..]);
    (piece, 1..40_000usize).prop_map(|(piece, depth)| piece.repeat(depth).into_bytes())
}

fn plain() -> impl Strategy<Value = Vec<u8>> {
    let lines = |separator: &'static [u8]| {
        vec(prop_oneof![6 => spoilt_line(), 1 => long_line()], 0..12).prop_map(move |lines| lines.join(separator))
    };
    prop_oneof![
        6 => lines(b"\n"),
        2 => lines(b"\r\n"),
        3 => lines(b",").prop_map(|inner| [b"[", &inner[..], b"]"].concat()),
        1 => lines(b",").prop_map(|inner| [b"[", &inner[..]].concat()),
        1 => lines(b"").prop_map(|inner| [b"\xff\xfe", &inner[..]].concat()),
        2 => deep(),
        2 => vec(any::<u8>(), 0..2_000),
        1 => (0..3_000usize).prop_map(|blank| b"\n \r\n".repeat(blank)),
    ]
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut packed = GzEncoder::new(Vec::new(), Compression::fast());
    packed.write_all(bytes).unwrap();
    packed.finish().unwrap()
}

/// 200 MiB of one byte each, in both forms.
static BOMBS: LazyLock<[(Vec<u8>, &str); 2]> = LazyLock::new(|| {
    let large = vec![b'\n'; 200 << 20];
    [(gzip(&large), "gzip"), (zstd::encode_all(&large[..], 3).unwrap(), "zstd")]
});

/// Packed, and perhaps cut or with a byte changed.
fn packed() -> impl Strategy<Value = (Vec<u8>, &'static str)> {
    let whole = (plain(), any::<bool>()).prop_map(|(bytes, is_gzip)| match is_gzip {
        true => (gzip(&bytes), "gzip"),
        false => (zstd::encode_all(&bytes[..], 1).unwrap(), "zstd"),
    });
    (whole, any::<usize>(), 0..4u8, any::<u8>()).prop_map(|((mut bytes, name), place, how, by)| {
        let place = place % bytes.len();
        match how {
            0 => {}
            1 => bytes.truncate(place),
            2 => bytes[place] ^= by,
            _ => bytes.extend_from_within(place..),
        }
        (bytes, name)
    })
}

pub fn body() -> impl Strategy<Value = Body> {
    let name = |name: &str| Some(name.to_owned());
    let bytes = prop_oneof![
        10 => plain().prop_map(|bytes| (bytes, None)),
        6 => packed().prop_map(move |(bytes, encoding)| (bytes, name(encoding))),
        1 => any::<bool>().prop_map(move |which| {
            let (bytes, encoding) = &BOMBS[usize::from(which)];
            (bytes.clone(), name(encoding))
        }),
    ];
    let types = [
        "application/json",
        "application/x-ndjson",
        "application/json; charset=utf-16",
        "text/csv",
        "text/plain",
        "application/jsonl;;;=",
        "multipart/form-data; boundary=x",
        "",
        "é",
        "json",
    ];
    let encodings = ["gzip", "zstd", "identity", "br", "gzip, zstd", "", "GZIP", "deflate"];
    let content_type = prop_oneof![3 => Just(None), 3 => select(types[..2].to_vec()).prop_map(Some), 2 => select(types.to_vec()).prop_map(Some)];
    let other_encoding = proptest::option::weighted(0.1, select(encodings.to_vec()));
    (bytes, content_type, other_encoding).prop_map(|((bytes, encoding), content_type, other)| Body {
        bytes,
        content_type: content_type.map(str::to_owned),
        encoding: other.map(str::to_owned).or(encoding),
    })
}

/// Sends it; the answer is one that the documentation knows.
pub async fn send(http: &reqwest::Client, address: &str, body: Body) {
    let Body { bytes, content_type, encoding } = body;
    let start = super::start_of(&bytes);
    let mut request = http.post(format!("http://{address}/api/v1/events?source=malformed")).body(bytes);
    for (name, value) in [("content-type", &content_type), ("content-encoding", &encoding)] {
        if let Some(value) = value {
            request = request.header(name, value.as_bytes());
        }
    }
    let answer = request.send().await.unwrap_or_else(|error| panic!("no answer: {error:?} to {start}"));
    let status = answer.status().as_u16();
    let answer: Value = answer.json().await.unwrap();
    let asked = format!("{content_type:?} {encoding:?} {start}");
    assert!([202, 400, 413, 415, 422].contains(&status), "{status} {answer} to {asked}");
    let number = |name: &str| answer[name].as_u64().unwrap_or_else(|| panic!("no {name}: {answer} to {asked}"));
    if status == 202 || status == 422 {
        assert_eq!(number("received"), number("accepted") + number("rejected"), "I-2: {answer} to {asked}");
        assert_eq!(status == 422, number("accepted") == 0 && number("received") > 0, "{answer} to {asked}");
        let listed = answer["rejections"].as_array().unwrap();
        assert_eq!(listed.len() as u64, number("rejected").min(1_000), "I-2: {answer} to {asked}");
    } else {
        assert!(answer["code"].as_str().is_some_and(|code| !code.is_empty()), "no code: {answer} to {asked}");
    }
}
