//! A mailbox behind a mail server.

use std::fmt;
use std::time::{Duration, UNIX_EPOCH};

use lettre::message::header::ContentType;
use lettre::message::{Attachment, Body, MultiPart, SinglePart};
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Tls, TlsParameters};
use lettre::{AsyncSmtpTransport, AsyncTransport, Tokio1Executor};

use crate::model::Instant;

use super::destination::{SEND_TIMEOUT, SendError};
use super::message::{Message, Part};

/// How the connection to a mail server is protected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MailTls {
    /// From its first byte on.
    Implicit,
    /// By STARTTLS, and not without it.
    StartTls,
    /// Not at all: for a mail server of the same machine or network.
    None,
}

/// A mail server, from whom and to whom.
#[derive(Clone)]
pub struct Mailbox {
    from: lettre::message::Mailbox,
    to: Vec<lettre::message::Mailbox>,
    transport: AsyncSmtpTransport<Tokio1Executor>,
}

impl fmt::Debug for Mailbox {
    /// Without names and passwords.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Mailbox")
    }
}

impl Mailbox {
    /// One behind a mail server; who sends proves it by user and password where these are given.
    ///
    /// # Errors
    /// Which key is wrong, and why, without repeating a secret.
    pub fn new(
        (host, port, tls): (&str, u16, MailTls),
        (from, to): (&str, &[String]),
        login: Option<(&str, &str)>,
    ) -> Result<Mailbox, (&'static str, String)> {
        let address = |key, text: &str| {
            text.parse::<lettre::message::Mailbox>().map_err(|_| (key, format!("`{text}` is no mail address")))
        };
        let from = address("from", from)?;
        let to = to.iter().map(|to| address("to", to)).collect::<Result<Vec<_>, _>>()?;
        if to.is_empty() {
            return Err(("to", "is empty".to_owned()));
        }
        let parameters =
            || TlsParameters::new(host.to_owned()).map_err(|_| ("host", format!("`{host}` can't be reached over TLS")));
        let protection = match tls {
            MailTls::Implicit => Tls::Wrapper(parameters()?),
            MailTls::StartTls => Tls::Required(parameters()?),
            MailTls::None => Tls::None,
        };
        let mut transport = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(host)
            .port(port)
            .tls(protection)
            .timeout(Some(SEND_TIMEOUT));
        if let Some((user, password)) = login {
            transport = transport.credentials(Credentials::new(user.to_owned(), password.to_owned()));
        }
        Ok(Mailbox { from, to, transport: transport.build() })
    }

    pub(super) async fn send(&self, message: &Message, now: Instant) -> Result<(), SendError> {
        let mail = self.mail(message, now).map_err(|error| SendError::Mail(error.to_string()))?;
        match self.transport.send(mail).await {
            Ok(_) => Ok(()),
            Err(error) => Err(match error.status() {
                Some(code) => SendError::Reply(code.to_string()),
                None => SendError::Unreachable(reason(&error)),
            }),
        }
    }

    /// The mail: its `Message-ID` is the message's id at the sender's domain.
    fn mail(&self, message: &Message, now: Instant) -> Result<lettre::Message, lettre::error::Error> {
        let sent_at = UNIX_EPOCH + Duration::from_millis(u64::try_from(now.0).unwrap_or_default());
        let mut builder = lettre::Message::builder()
            .from(self.from.clone())
            .subject(message.subject.clone())
            .date(sent_at)
            .message_id(Some(format!("<{}@{}>", message.id, self.from.email.domain())));
        for to in &self.to {
            builder = builder.to(to.clone());
        }
        let plain = SinglePart::plain(message.text.clone());
        let (inline, attached): (Vec<&Part>, Vec<&Part>) =
            message.parts.iter().partition(|part| message.html.is_some() && part.content_id.is_some());
        let Some(html) = &message.html else {
            if attached.is_empty() {
                return builder.singlepart(plain);
            }
            return builder.multipart(with_files(MultiPart::mixed().singlepart(plain), &attached));
        };
        let mut related = MultiPart::related().singlepart(SinglePart::html(html.clone()));
        for part in inline {
            let id = part.content_id.clone().unwrap_or_default();
            related = related.singlepart(
                Attachment::new_inline_with_name(id, part.name.clone())
                    .body(Body::new(part.bytes.clone()), media(part)),
            );
        }
        let text = MultiPart::alternative().singlepart(plain).multipart(related);
        if attached.is_empty() {
            return builder.multipart(text);
        }
        builder.multipart(with_files(MultiPart::mixed().multipart(text), &attached))
    }
}

fn with_files(mixed: MultiPart, parts: &[&Part]) -> MultiPart {
    parts.iter().fold(mixed, |mixed, part| {
        mixed.singlepart(Attachment::new(part.name.clone()).body(Body::new(part.bytes.clone()), media(part)))
    })
}

fn media(part: &Part) -> ContentType {
    let unknown = || ContentType::parse("application/octet-stream").expect("a media type");
    ContentType::parse(&part.content_type).unwrap_or_else(|_| unknown())
}

fn reason(error: &(dyn std::error::Error + 'static)) -> String {
    let mut cause = error;
    while let Some(inner) = cause.source() {
        cause = inner;
    }
    cause.to_string()
}
