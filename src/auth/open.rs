//! Open mode: anyone at this machine, nobody else.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use super::caller::Caller;

/// Open mode was asked for on an address that others can reach.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("without credentials the server may listen on loopback only, not on {address}")]
pub struct NotLoopback {
    /// The address.
    pub address: SocketAddr,
}

/// What open mode looks at in a request.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct RequestFacts<'a> {
    /// The `Host` headers (and the authority of the request line, if it has one).
    pub hosts: Vec<&'a str>,
    /// The `Origin` headers.
    pub origins: Vec<&'a str>,
    /// The `Authorization` headers; without tokens nobody looks at them.
    pub authorization: Vec<&'a str>,
    /// Names of all headers, in lower case.
    pub headers: Vec<&'a str>,
}

/// Why a request isn't served, whoever sent it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// There is no one host.
    #[error("the request must name exactly one host")]
    NoHost,
    /// A web page elsewhere may have been pointed at this machine by its name.
    #[error("host {host:?} is not this machine: use localhost, 127.0.0.1 or [::1]")]
    ForeignHost {
        /// What was named.
        host: String,
    },
    /// A web page of another origin asks.
    #[error("origin {origin:?} is not this server")]
    ForeignOrigin {
        /// What was named.
        origin: String,
    },
    /// A proxy stands in between, so the caller may be anywhere.
    #[error("header {header:?} shows a proxy: without credentials the server is for this machine only")]
    Forwarded {
        /// The header.
        header: String,
    },
}

impl Refusal {
    /// The stable code.
    pub fn code(&self) -> &'static str {
        match self {
            Refusal::NoHost => "host_missing",
            Refusal::ForeignHost { .. } => "host_not_loopback",
            Refusal::ForeignOrigin { .. } => "origin_foreign",
            Refusal::Forwarded { .. } => "forwarded",
        }
    }
}

/// Open mode on a loopback address; there is none on another one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OpenMode {
    _loopback: (),
}

impl OpenMode {
    /// Open mode for a server that listens on this address.
    ///
    /// # Errors
    /// When others than this machine could reach the address.
    pub fn on(address: SocketAddr) -> Result<OpenMode, NotLoopback> {
        if address.ip().is_loopback() { Ok(OpenMode { _loopback: () }) } else { Err(NotLoopback { address }) }
    }

    /// The caller behind a request.
    ///
    /// # Errors
    /// When the request wasn't meant for this server or didn't come straight from this machine.
    pub fn admit(self, request: &RequestFacts<'_>) -> Result<Caller, Refusal> {
        if let Some(header) = request.headers.iter().find(|header| is_forwarding(header)) {
            return Err(Refusal::Forwarded { header: (*header).to_owned() });
        }
        let [host, others @ ..] = request.hosts.as_slice() else { return Err(Refusal::NoHost) };
        if let Some(other) = others.iter().find(|other| !other.eq_ignore_ascii_case(host)) {
            return Err(Refusal::ForeignHost { host: (*other).to_owned() });
        }
        if !is_loopback_host(host) {
            return Err(Refusal::ForeignHost { host: (*host).to_owned() });
        }
        match request.origins.iter().find(|origin| !is_same_origin(origin, host)) {
            Some(origin) => Err(Refusal::ForeignOrigin { origin: (*origin).to_owned() }),
            None => Ok(Caller::open()),
        }
    }
}

fn is_forwarding(header: &str) -> bool {
    matches!(header, "forwarded" | "x-real-ip" | "via") || header.starts_with("x-forwarded-")
}

/// Whether `Host` names this machine: `localhost`, 127.0.0.0/8 or `[::1]`, with or without a port.
fn is_loopback_host(host: &str) -> bool {
    let (name, port) = match host.rsplit_once(':') {
        // The last colon of a bracketed address may be inside of it.
        Some((name, port)) if !port.ends_with(']') => (name, Some(port)),
        _ => (host, None),
    };
    if port.is_some_and(|port| !is_port(port)) {
        return false;
    }
    if name.eq_ignore_ascii_case("localhost") {
        return true;
    }
    match name.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
        Some(v6) => v6.parse::<Ipv6Addr>().is_ok_and(|address| IpAddr::V6(address).is_loopback()),
        None => name.parse::<Ipv4Addr>().is_ok_and(|address| address.is_loopback()),
    }
}

/// A page of a server behind this host, over a proxy that may speak TLS.
pub(super) fn is_own_origin(origin: &str, host: &str) -> bool {
    let rest = origin.strip_prefix("http://").or_else(|| origin.strip_prefix("https://"));
    rest.is_some_and(|rest| rest.eq_ignore_ascii_case(host))
}

/// Digits only: `u16`'s own reading would take a sign.
fn is_port(port: &str) -> bool {
    port.bytes().all(|byte| byte.is_ascii_digit()) && port.parse::<u16>().is_ok()
}

/// A page of this server has the origin `http://` + its host; a browser leaves out port 80 in both.
fn is_same_origin(origin: &str, host: &str) -> bool {
    origin.strip_prefix("http://").is_some_and(|rest| rest.eq_ignore_ascii_case(host))
}
