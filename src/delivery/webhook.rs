//! A webhook: POST of JSON, signed as Standard Webhooks says (`webhook-id`, `webhook-timestamp`, `webhook-signature`).
//!
//! The signature is `v1,` and the Base64 of HMAC-SHA256 over `ID.TIMESTAMP.BODY` with the shared secret. Whoever receives
//! computes it anew over the bytes that came, compares, and refuses what is older than a few minutes; the id tells a
//! repetition. Any 2xx says that the message is taken; redirects are not followed.

use std::fmt;
use std::sync::Arc;

use axum::body::Body;
use axum::http::{HeaderValue, Request, Uri, header};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use sha2::Sha256;

use crate::model::Instant;

use super::destination::SendError;
use super::message::Message;

/// A webhook's address and secret.
#[derive(Clone)]
pub struct Webhook {
    url: Uri,
    secret: Arc<[u8]>,
    client: Client<HttpsConnector<HttpConnector>, Body>,
}

impl fmt::Debug for Webhook {
    /// Without address and secret: either may let somebody in.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Webhook")
    }
}

impl Webhook {
    /// One at an address. A secret that begins with `whsec_` is Base64 behind it, any other is taken as it is.
    ///
    /// # Errors
    /// What is wrong with either, in words and without repeating it.
    pub fn new(url: &str, secret: &str) -> Result<Webhook, String> {
        let url: Uri = url.parse().map_err(|_| "is no address: write it as https://host/path".to_owned())?;
        if !matches!(url.scheme_str(), Some("http" | "https")) || url.host().is_none() {
            return Err("is no address: write it as https://host/path".to_owned());
        }
        let secret = match secret.strip_prefix("whsec_") {
            Some(encoded) => STANDARD.decode(encoded).map_err(|_| "isn't Base64 behind whsec_".to_owned())?,
            None => secret.as_bytes().to_vec(),
        };
        let roots = HttpsConnectorBuilder::new()
            .with_provider_and_native_roots(rustls_provider())
            .map_err(|_| "can't be reached over TLS: this machine has no trusted certificates".to_owned())?;
        let client = Client::builder(TokioExecutor::new()).build(roots.https_or_http().enable_http1().build());
        Ok(Webhook { url, secret: secret.into(), client })
    }

    pub(super) async fn send(&self, message: &Message, now: Instant) -> Result<(), SendError> {
        let body = message.body().map_err(|error| SendError::Mail(error.to_string()))?;
        let timestamp = now.0.div_euclid(1_000);
        let signed = signature(&self.secret, &message.id, timestamp, &body);
        let text = |text: &str| HeaderValue::from_str(text).map_err(|error| SendError::Mail(error.to_string()));
        let mut request = Request::post(self.url.clone()).body(Body::from(body)).expect("an address that was read");
        let headers = request.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
        headers.insert("webhook-id", text(&message.id)?);
        headers.insert("webhook-timestamp", HeaderValue::from(timestamp));
        headers.insert("webhook-signature", text(&signed)?);
        let answer = self.client.request(request).await.map_err(|error| SendError::Unreachable(reason(&error)))?;
        if answer.status().is_success() { Ok(()) } else { Err(SendError::Status(answer.status().as_u16())) }
    }
}

fn rustls_provider() -> rustls::crypto::CryptoProvider {
    rustls::crypto::ring::default_provider()
}

/// The innermost cause: `Connection refused`. Of the outer ones some repeat the address.
fn reason(error: &(dyn std::error::Error + 'static)) -> String {
    let mut cause = error;
    while let Some(inner) = cause.source() {
        cause = inner;
    }
    cause.to_string()
}

/// The signature of a body: `v1,` and Base64.
pub fn signature(secret: &[u8], id: &str, timestamp_s: i64, body: &[u8]) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret).expect("HMAC takes keys of any length");
    mac.update(format!("{id}.{timestamp_s}.").as_bytes());
    mac.update(body);
    format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes()))
}
