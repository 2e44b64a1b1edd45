//! `[delivery.NAME]`: where messages go. Each destination is a table of its own; its secrets may stand in the
//! environment instead (`OPCENTRE_DELIVERY_NAME_SECRET`, `OPCENTRE_DELIVERY_NAME_PASSWORD`).

use std::collections::BTreeMap;
use std::fmt;

use toml::Spanned;
use toml::de::DeValue;

use crate::delivery::{Destination, Folder, MailTls, Mailbox, Webhook};

use super::settings::{Fault, Given};

/// Destinations that may be configured.
const DELIVERIES_MAX: usize = 32;
/// The longest name.
const NAME_BYTES_MAX: usize = 64;
/// What a table may hold, by kind.
const WEBHOOK: [&str; 2] = ["url", "secret"];
const SMTP: [&str; 7] = ["host", "port", "tls", "from", "to", "user", "password"];
const FOLDER: [&str; 1] = ["path"];

/// Tables as they are written.
#[derive(Clone, Default)]
pub(super) struct Deliveries {
    tables: BTreeMap<String, Table>,
}

/// One of them: where it stands, and its keys.
#[derive(Clone, Default)]
struct Table {
    place: String,
    keys: BTreeMap<String, Given>,
}

impl fmt::Debug for Deliveries {
    /// Names only: values may be secret.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.tables.keys()).finish()
    }
}

impl Deliveries {
    /// Takes `[delivery.NAME]` tables of a file; `place` gives the place of an offset.
    pub(super) fn add(
        &mut self,
        tables: &toml::de::DeTable<'_>,
        place: impl Fn(usize) -> String,
        faults: &mut Vec<Fault>,
    ) {
        for (name, value) in tables {
            let (at, name) = (place(name.span().start), name.get_ref().to_string());
            let fault =
                |reason: &str| Fault { place: at.clone(), key: format!("delivery.{name}"), reason: reason.to_owned() };
            let DeValue::Table(keys) = value.get_ref() else {
                faults.push(fault("must be a table: write it as [delivery.NAME]"));
                continue;
            };
            let is_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
            if name.is_empty() || name.len() > NAME_BYTES_MAX || !name.chars().all(is_name) {
                faults.push(fault("a name has letters, digits, - and _, at most 64"));
                continue;
            }
            let mut table = Table { place: at.clone(), keys: BTreeMap::new() };
            for (key, value) in keys {
                let at = place(key.span().start);
                match text(value) {
                    Some(text) => drop(table.keys.insert(key.get_ref().to_string(), Given { text, place: at })),
                    None => faults.push(Fault {
                        place: at,
                        key: format!("delivery.{name}.{}", key.get_ref()),
                        reason: "must be a text in quotes, a whole number, or a list of texts".to_owned(),
                    }),
                }
            }
            self.tables.insert(name, table);
        }
        if self.tables.len() > DELIVERIES_MAX {
            let reason = format!("has {} tables, more than {DELIVERIES_MAX}", self.tables.len());
            faults.push(Fault { place: place(0), key: "delivery".to_owned(), reason });
        }
    }

    /// These, completed by others.
    pub(super) fn or(&mut self, others: Deliveries) {
        for (name, table) in others.tables {
            self.tables.entry(name).or_insert(table);
        }
    }

    /// Their meaning; what is wrong is named, without a secret.
    pub(super) fn read(&self, faults: &mut Vec<Fault>) -> BTreeMap<String, Destination> {
        let read = self.tables.iter().filter_map(|(name, table)| {
            let mut reading = Reading { name, table, faults };
            Some((name.clone(), reading.destination()?))
        });
        read.collect()
    }
}

/// A value as text; a list with line feeds between its texts.
fn text(value: &Spanned<DeValue<'_>>) -> Option<String> {
    match value.get_ref() {
        DeValue::String(text) => Some(text.to_string()),
        DeValue::Integer(number) if number.radix() == 10 => Some(number.as_str().replace('_', "")),
        DeValue::Array(list) => {
            let texts = list.iter().map(|one| match one.get_ref() {
                DeValue::String(text) => Some(text.to_string()),
                _ => None,
            });
            texts.collect::<Option<Vec<_>>>().map(|texts| texts.join("\n"))
        }
        _ => None,
    }
}

struct Reading<'a> {
    name: &'a str,
    table: &'a Table,
    faults: &'a mut Vec<Fault>,
}

impl Reading<'_> {
    fn fault(&mut self, key: &str, reason: impl Into<String>) {
        let place = self.table.keys.get(key).map_or(&self.table.place, |given| &given.place).clone();
        self.faults.push(Fault { place, key: format!("delivery.{}.{key}", self.name), reason: reason.into() });
    }

    fn given(&self, key: &str) -> Option<String> {
        self.table.keys.get(key).map(|given| given.text.clone())
    }

    fn needed(&mut self, key: &str) -> Option<String> {
        let given = self.given(key).filter(|text| !text.is_empty());
        if given.is_none() {
            self.fault(key, "is missing");
        }
        given
    }

    /// A secret, of the file or of the environment.
    fn secret(&self, key: &str) -> Option<String> {
        let name: String = self.name.to_uppercase().replace('-', "_");
        let variable = format!("OPCENTRE_DELIVERY_{name}_{}", key.to_uppercase());
        std::env::var(variable).ok().or_else(|| self.given(key)).filter(|text| !text.is_empty())
    }

    fn destination(&mut self) -> Option<Destination> {
        let kind = self.needed("kind")?;
        let known: &[&str] = match kind.as_str() {
            "webhook" => &WEBHOOK,
            "smtp" => &SMTP,
            "folder" => &FOLDER,
            other => {
                self.fault("kind", format!("`{other}` must be webhook, smtp or folder"));
                return None;
            }
        };
        let unknown: Vec<String> =
            self.table.keys.keys().filter(|key| *key != "kind" && !known.contains(&key.as_str())).cloned().collect();
        for key in unknown {
            self.fault(&key, format!("is no key of a {kind}; the keys are kind, {}", known.join(", ")));
        }
        match kind.as_str() {
            "webhook" => self.webhook(),
            "smtp" => self.smtp(),
            _ => self.needed("path").map(|path| Destination::Folder(Folder { path: path.into() })),
        }
    }

    fn webhook(&mut self) -> Option<Destination> {
        let url = self.needed("url")?;
        let Some(secret) = self.secret("secret") else {
            self.fault("secret", "is missing: by it the receiver knows who sends");
            return None;
        };
        let made = Webhook::new(&url, &secret);
        made.map(Destination::Webhook).map_err(|reason| self.fault("url", reason)).ok()
    }

    fn smtp(&mut self) -> Option<Destination> {
        let (host, from, to) = (self.needed("host")?, self.needed("from")?, self.needed("to")?);
        let tls = match self.given("tls").as_deref() {
            None | Some("starttls") => MailTls::StartTls,
            Some("implicit") => MailTls::Implicit,
            Some("none") => MailTls::None,
            Some(other) => {
                self.fault("tls", format!("`{other}` must be starttls, implicit or none"));
                return None;
            }
        };
        let usual = match tls {
            MailTls::Implicit => 465,
            MailTls::StartTls => 587,
            MailTls::None => 25,
        };
        let port = match self.given("port") {
            None => usual,
            Some(port) => match port.parse::<u16>() {
                Ok(port) if port > 0 => port,
                _ => {
                    self.fault("port", format!("`{port}` must be from 1 to 65535"));
                    return None;
                }
            },
        };
        let login = self.given("user").zip(self.secret("password"));
        if login.is_none() && (self.given("user").is_some() || self.secret("password").is_some()) {
            self.fault("password", "user and password go together");
        }
        let is_near = host == "localhost" || host.parse::<std::net::IpAddr>().is_ok_and(|ip| ip.is_loopback());
        if login.is_some() && tls == MailTls::None && !is_near {
            self.fault("tls", "with a password must be starttls or implicit: it would be read on its way");
        }
        let to: Vec<String> = to.lines().map(str::to_owned).collect();
        let login = login.as_ref().map(|(user, password)| (user.as_str(), password.as_str()));
        let made = Mailbox::new((&host, port, tls), (&from, &to), login);
        made.map(Destination::Smtp).map_err(|(key, reason)| self.fault(key, reason)).ok()
    }
}
