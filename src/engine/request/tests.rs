#![allow(clippy::unwrap_used, reason = "a test may panic")]

use super::{Request, SessionChoice, parts};

#[test]
fn reserved_pairs_are_not_settings() {
    let uri = "/?database=d&max_threads=2&role=x&param_a=1%09&query=SELECT+1&default_format=CSV&decompress=0"
        .parse()
        .unwrap();
    let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    let expected = Request {
        query: Some("SELECT 1".to_owned()),
        database: Some("d".to_owned()),
        query_id: None,
        default_format: Some("CSV".to_owned()),
        session: None,
        packs_reply: false,
        password: None,
        settings: vec![pair("max_threads", "2")],
        params: vec![pair("a", "1\t")],
    };
    assert_eq!(Request::from_uri(&uri).unwrap(), expected);
}

#[test]
fn a_session_has_a_name_and_a_bounded_time() {
    let session =
        |query: &str| Request::from_uri(&format!("/?{query}").parse().unwrap()).map(|request| request.session);
    let choice = |seconds, must_exist| SessionChoice {
        id: "a".to_owned(),
        timeout: std::time::Duration::from_secs(seconds),
        must_exist,
    };
    assert_eq!(session("session_id=a").unwrap(), Some(choice(60, false)));
    assert_eq!(session("session_check=1&session_timeout=3600&session_id=a").unwrap(), Some(choice(3600, true)));
    assert_eq!(session("session_id=&session_timeout=5").unwrap(), None);
    for timeout in ["3601", "0", "-1", "x"] {
        assert!(session(&format!("session_id=a&session_timeout={timeout}")).is_err(), "{timeout}");
    }
}

#[test]
fn native_compression_and_odd_names_are_refused() {
    for query in ["decompress=1", "compress=1", "a%20b=1"] {
        assert!(Request::from_uri(&format!("/?{query}").parse().unwrap()).is_err(), "{query}");
    }
}

#[test]
fn parts_of_a_multipart_body_keep_every_byte() {
    let body = b"--X\r\nContent-Disposition: form-data; name=\"query\"\r\n\r\nSELECT 1\r\n--X\r\ncontent-disposition: form-data; name=\"param_a\"\r\nContent-Type: text/plain\r\n\r\n\r\n-X\0\n\r\n--X--\r\n";
    assert_eq!(parts("X", body).unwrap(), [("query", b"SELECT 1".as_slice()), ("param_a", b"\r\n-X\0\n")]);
    assert_eq!(parts("X", b"--X--\r\n").unwrap(), []);
    assert_eq!(parts("X", &body[..60]), None);
    assert_eq!(parts("X", b""), None);
}
