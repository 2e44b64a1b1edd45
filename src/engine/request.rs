//! What a request says besides its statement: pairs of the URL, parts of a multipart body, headers.

use axum::http::{HeaderMap, Uri, header};

use super::failure::{Failure, Refusal};

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
    /// Settings in the order given.
    pub(super) settings: Vec<(String, String)>,
    /// Values of `{name:Type}`, escaped as the client sent them.
    pub(super) params: Vec<(String, String)>,
}

/// Pairs that steer a server's HTTP handler or its users and mean nothing here.
const IGNORED: [&str; 15] = [
    "user",
    "password",
    "quota_key",
    "role",
    "session_timeout",
    "session_check",
    "wait_end_of_query",
    "buffer_size",
    "stacktrace",
    "client_protocol_version",
    "enable_http_compression",
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
        for (name, value) in pairs.0 {
            request.add(name, value)?;
        }
        Ok(request)
    }

    /// Takes one pair, of the URL or of a multipart body.
    fn add(&mut self, name: String, value: String) -> Result<(), Failure> {
        match name.as_str() {
            "query" => self.query = Some(value),
            "database" => self.database = Some(value).filter(|name| !name.is_empty()),
            "query_id" => self.query_id = Some(value),
            "default_format" => self.default_format = Some(value).filter(|name| !name.is_empty()),
            "session_id" => return Err(Refusal::Session.into()),
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

fn is_setting_name(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

/// The boundary of a multipart request; none for any other content.
pub(super) fn multipart_boundary(headers: &HeaderMap) -> Option<&str> {
    let content_type = headers.get(header::CONTENT_TYPE)?.to_str().ok()?;
    let boundary = content_type.strip_prefix("multipart/form-data")?.split_once("boundary=")?.1;
    Some(boundary.split(';').next()?.trim().trim_matches('"'))
}

/// Refuses a compressed request body.
pub(super) fn refuse_encoded(headers: &HeaderMap) -> Result<(), Failure> {
    match headers.get(header::CONTENT_ENCODING) {
        Some(encoding) if encoding != "identity" => Err(Refusal::Compression("a Content-Encoding").into()),
        _ => Ok(()),
    }
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
