//! The cookie that is a screen's credential.

use axum::http::{HeaderMap, HeaderValue, header};

use crate::auth::Secret;

/// Its name.
const NAME: &str = "opcentre_screen";
/// How long a browser keeps it: the longest that they do. It is given anew each time the screen asks who it is.
const MAX_AGE_S: u32 = 400 * 86_400;
/// No further than to the API.
const PATH: &str = "/api/v1";

/// The credential in a request, if one is there.
pub(super) fn secret(headers: &HeaderMap) -> Option<Secret> {
    let lines = headers.get_all(header::COOKIE).into_iter().filter_map(|value| value.to_str().ok());
    let mut pairs = lines.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(name, _)| *name == NAME).and_then(|(_, value)| Secret::read(value))
}

/// What gives a screen its credential, over TLS only or not.
pub(super) fn given(secret: &Secret, is_secure: bool) -> HeaderValue {
    let secure = if is_secure { "; Secure" } else { "" };
    let text = format!("{NAME}={}; Path={PATH}; Max-Age={MAX_AGE_S}; HttpOnly; SameSite=Strict{secure}", secret.tell());
    let mut value = HeaderValue::from_str(&text).expect("a secret is hexadecimal");
    value.set_sensitive(true);
    value
}

/// How the page that asks was reached: its origin says so, else it is taken for this server's own.
pub(super) fn origin(headers: &HeaderMap) -> String {
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
    match text(header::ORIGIN).filter(|origin| origin.starts_with("http")) {
        Some(origin) => origin.to_owned(),
        None => format!("http://{}", text(header::HOST).unwrap_or("127.0.0.1")),
    }
}
