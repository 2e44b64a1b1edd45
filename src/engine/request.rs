//! What a request says besides its statement: pairs of the URL, parts of a multipart body, headers.

use std::time::Duration;

use axum::http::{HeaderMap, Uri, header};

use super::failure::{Failure, Refusal};

/// How long a session is kept between requests, and at most, in seconds; as ClickHouse's own.
const SESSION_TIMEOUT_S: (u64, u64) = (60, 3_600);

/// The session that a request names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct SessionChoice {
    /// The client's name for it.
    pub(super) id: String,
    /// How long it is kept after the request.
    pub(super) timeout: Duration,
    /// Whether the request is refused when there is no such session.
    pub(super) must_exist: bool,
}

/// Everything of a request but its data.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Request {
    /// The statement in the URL or the multipart body.
    pub(super) query: Option<String>,
    /// The current database.
    pub(super) database: Option<String>,
    /// The client's name for the query, given back to it.
    pub(super) query_id: Option<String>,
    /// The output format unless the statement names one.
    pub(super) default_format: Option<String>,
    /// The session to run in.
    pub(super) session: Option<SessionChoice>,
    /// Whether the reply may be packed.
    pub(super) packs_reply: bool,
    /// The key, when it comes as a pair of the URL.
    pub(super) password: Option<String>,
    /// Settings in the order given.
    pub(super) settings: Vec<(String, String)>,
    /// Values of `{name:Type}`, escaped as the client sent them.
    pub(super) params: Vec<(String, String)>,
}

/// Pairs that steer a server's HTTP handler or its users and mean nothing here.
const IGNORED: [&str; 11] = [
    "user",
    "quota_key",
    "role",
    "wait_end_of_query",
    "buffer_size",
    "stacktrace",
    "client_protocol_version",
    "http_zlib_compression_level",
    "send_progress_in_http_headers",
    "http_headers_progress_interval_ms",
    "cancel_http_readonly_queries_on_client_close",
];

impl Request {
    /// Reads the URL's pairs.
    pub(super) fn from_uri(uri: &Uri) -> Result<Self, Failure> {
        let pairs = axum::extract::Query::<Vec<(String, String)>>::try_from_uri(uri)
            .map_err(|rejection| Refusal::Url(rejection.body_text()))?;
        let mut request = Self::default();
        let mut session = SessionPairs::default();
        for (name, value) in pairs.0 {
            match name.as_str() {
                "session_id" => session.id = Some(value).filter(|id| !id.is_empty()),
                "session_timeout" => session.timeout = Some(value),
                "session_check" => session.must_exist = value == "1",
                _ => request.add(name, value)?,
            }
        }
        request.session = session.choice()?;
        Ok(request)
    }

    /// Takes one pair, of the URL or of a multipart body.
    fn add(&mut self, name: String, value: String) -> Result<(), Failure> {
        match name.as_str() {
            "query" => self.query = Some(value),
            "database" => self.database = Some(value).filter(|name| !name.is_empty()),
            "query_id" => self.query_id = Some(value),
            "default_format" => self.default_format = Some(value).filter(|name| !name.is_empty()),
            "password" => self.password = Some(value),
            "enable_http_compression" => self.packs_reply = value == "1" || value == "true",
            "compress" | "decompress" if value == "1" => return Err(Refusal::Compression("native compression").into()),
            "compress" | "decompress" => {}
            ignored if IGNORED.contains(&ignored) => {}
            name => match name.strip_prefix("param_") {
                Some(param) => self.params.push((param.to_owned(), value)),
                None if is_setting_name(name) => self.settings.push((name.to_owned(), value)),
                None => return Err(Refusal::SettingName(name.to_owned()).into()),
            },
        }
        Ok(())
    }

    /// Takes the parts of a `multipart/form-data` body.
    pub(super) fn add_multipart(&mut self, boundary: &str, body: &[u8]) -> Result<(), Failure> {
        for (name, value) in parts(boundary, body).ok_or(Refusal::Multipart)? {
            let value = std::str::from_utf8(value).map_err(|_| Refusal::NotUtf8)?;
            self.add(name.to_owned(), value.to_owned())?;
        }
        Ok(())
    }
}

#[derive(Default)]
struct SessionPairs {
    id: Option<String>,
    timeout: Option<String>,
    must_exist: bool,
}

impl SessionPairs {
    fn choice(self) -> Result<Option<SessionChoice>, Failure> {
        let (default_s, max_s) = SESSION_TIMEOUT_S;
        let Some(id) = self.id else { return Ok(None) };
        let seconds = match self.timeout {
            None => default_s,
            Some(text) => match text.parse() {
                Ok(seconds) if (1..=max_s).contains(&seconds) => seconds,
                _ => return Err(Refusal::SessionTimeout(text, max_s).into()),
            },
        };
        Ok(Some(SessionChoice { id, timeout: Duration::from_secs(seconds), must_exist: self.must_exist }))
    }
}

fn is_setting_name(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

/// The boundary of a multipart request; none for any other content.
pub(super) fn multipart_boundary(headers: &HeaderMap) -> Option<&str> {
    let content_type = headers.get(header::CONTENT_TYPE)?.to_str().ok()?;
    let boundary = content_type.strip_prefix("multipart/form-data")?.split_once("boundary=")?.1;
    Some(boundary.split(';').next()?.trim().trim_matches('"'))
}

/// Name and bytes of every part; none when the framing is broken. A boundary only counts at the start of a line, so
/// values may hold any bytes, line ends included.
fn parts<'a>(boundary: &str, body: &'a [u8]) -> Option<Vec<(&'a str, &'a [u8])>> {
    let opening = format!("--{boundary}");
    let delimiter = format!("\r\n--{boundary}");
    let mut rest = body.strip_prefix(opening.as_bytes())?;
    let mut found = Vec::new();
    while !rest.starts_with(b"--") {
        rest = rest.strip_prefix(b"\r\n")?;
        let head_length = find(rest, b"\r\n\r\n")?;
        let name = part_name(std::str::from_utf8(&rest[..head_length]).ok()?)?;
        rest = &rest[head_length + 4..];
        let length = find(rest, delimiter.as_bytes())?;
        found.push((name, &rest[..length]));
        rest = &rest[length + delimiter.len()..];
    }
    Some(found)
}

fn part_name(head: &str) -> Option<&str> {
    let disposition = head.lines().find(|line| line.to_ascii_lowercase().starts_with("content-disposition:"))?;
    disposition.split_once(" name=\"")?.1.split_once('"').map(|(name, _)| name)
}

fn find(bytes: &[u8], wanted: &[u8]) -> Option<usize> {
    bytes.windows(wanted.len()).position(|window| window == wanted)
}

#[cfg(test)]
mod tests;
