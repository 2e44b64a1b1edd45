//! Settings as they are written: by options, environment and file, each with the place where it stands.

use std::collections::BTreeMap;
use std::fmt;

use clap::parser::ValueSource;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::deliveries::Deliveries;
use super::keys::{KEYS, Key, Kind};

/// One thing that is wrong: where it stands, which key, and what must be.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{place}: {key}: {reason}")]
pub struct Fault {
    /// `opcentre.toml:12`, `OPCENTRE_LISTEN`, `--listen`.
    pub place: String,
    /// The key.
    pub key: String,
    /// What is wrong and what must be.
    pub reason: String,
}

/// A value as it is written, and where.
#[derive(Clone)]
pub(super) struct Given {
    pub(super) text: String,
    pub(super) place: String,
}

impl fmt::Debug for Given {
    /// Without the value, which may hold a password.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.place)
    }
}

/// Settings as they are written, by the name of their key.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    pub(super) given: BTreeMap<&'static str, Given>,
    pub(super) deliveries: Deliveries,
    pub(super) faults: Vec<Fault>,
}

impl Settings {
    /// The settings of a configuration file's text; what is wrong with it is kept and told by
    /// [`Config::of`](super::Config::of), all of it.
    pub fn of_file(name: &str, text: &str) -> Settings {
        let mut settings = Settings::default();
        let (table, errors) = DeTable::parse_recoverable(text);
        let line =
            |offset: usize| text.as_bytes()[..offset.min(text.len())].iter().filter(|b| **b == b'\n').count() + 1;
        for error in errors {
            let place = format!("{name}:{}", line(error.span().map_or(0, |span| span.start)));
            // Its words are about the form; the text itself, which may hold a password, is not in them.
            settings.faults.push(Fault { place, key: "(form)".to_owned(), reason: error.message().to_owned() });
        }
        for (key, value) in table.get_ref() {
            let place = format!("{name}:{}", line(key.span().start));
            if let (DeValue::Table(tables), "delivery") = (value.get_ref(), key.get_ref().as_ref()) {
                let place = |offset| format!("{name}:{}", line(offset));
                settings.deliveries.add(tables, place, &mut settings.faults);
                continue;
            }
            // `mode` under [auth] is the key `auth_mode`.
            let DeValue::Table(inner) = value.get_ref() else {
                settings.add(place, key.get_ref(), value);
                continue;
            };
            for (under, value) in inner {
                let place = format!("{name}:{}", line(under.span().start));
                settings.add(place, &format!("{}_{}", key.get_ref(), under.get_ref()), value);
            }
        }
        settings
    }

    fn add(&mut self, place: String, name: &str, value: &Spanned<DeValue<'_>>) {
        let fault = |reason: String| Fault { place: place.clone(), key: name.to_owned(), reason };
        let Some(key) = Key::named(name).filter(|key| !key.hidden) else {
            let known: Vec<&str> = KEYS.iter().filter(|key| !key.hidden).map(|key| key.name).collect();
            let reason = match nearest(name, &known) {
                Some(near) => format!("is no key; did you mean `{near}`?"),
                None => format!("is no key; the keys are {}", known.join(", ")),
            };
            return self.faults.push(fault(reason));
        };
        let wanted = match key.kind {
            Kind::Whole { .. } => "a whole number, without quotes",
            _ => "a text in quotes",
        };
        let text = match (key.kind, value.get_ref()) {
            (Kind::Whole { .. }, DeValue::Integer(number)) if number.radix() == 10 => number.as_str().replace('_', ""),
            (Kind::Text | Kind::Secret | Kind::Choice(_), DeValue::String(text)) => text.to_string(),
            (_, other) => return self.faults.push(fault(format!("must be {wanted}, not {}", other.type_str()))),
        };
        self.given.insert(key.name, Given { text, place });
    }

    /// These settings with one more, said by the program itself.
    ///
    /// # Panics
    /// When there is no such key.
    #[must_use]
    pub fn with(mut self, name: &'static str, text: impl Into<String>) -> Settings {
        assert!(Key::named(name).is_some(), "the table of keys has {name}");
        self.given.insert(name, Given { text: text.into(), place: "opcentre".to_owned() });
        self
    }

    /// These settings, completed by others where they say nothing.
    #[must_use]
    pub fn or(mut self, others: Settings) -> Settings {
        for (name, given) in others.given {
            self.given.entry(name).or_insert(given);
        }
        self.deliveries.or(others.deliveries);
        self.faults.extend(others.faults);
        self
    }
}

impl clap::Args for Settings {
    fn augment_args(command: clap::Command) -> clap::Command {
        KEYS.iter().fold(command, |command, key| command.arg(key.argument()))
    }

    fn augment_args_for_update(command: clap::Command) -> clap::Command {
        Settings::augment_args(command)
    }
}

impl clap::FromArgMatches for Settings {
    fn from_arg_matches(matches: &clap::ArgMatches) -> Result<Settings, clap::Error> {
        let mut settings = Settings::default();
        for key in KEYS {
            let Some(text) = matches.get_one::<String>(key.name) else { continue };
            let place = match matches.value_source(key.name) {
                Some(ValueSource::EnvVariable) => key.env.to_owned(),
                _ => format!("--{}", key.flag),
            };
            settings.given.insert(key.name, Given { text: text.clone(), place });
        }
        Ok(settings)
    }

    fn update_from_arg_matches(&mut self, matches: &clap::ArgMatches) -> Result<(), clap::Error> {
        let said = Settings::from_arg_matches(matches)?;
        *self = said.or(std::mem::take(self));
        Ok(())
    }
}

/// The known name that differs least, if it differs by little.
fn nearest<'a>(name: &str, known: &[&'a str]) -> Option<&'a str> {
    let by_distance = known.iter().map(|other| (distance(name, other), *other));
    by_distance.min().filter(|(distance, _)| *distance <= 3).map(|(_, other)| other)
}

/// How many letters must be added, taken away or exchanged.
fn distance(one: &str, other: &str) -> usize {
    let other: Vec<char> = other.chars().collect();
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (place, from) in one.chars().take(64).enumerate() {
        let mut diagonal = row[0];
        row[0] = place + 1;
        for (column, to) in other.iter().enumerate() {
            let exchanged = diagonal + usize::from(from != *to);
            diagonal = row[column + 1];
            row[column + 1] = exchanged.min(diagonal + 1).min(row[column] + 1);
        }
    }
    row[other.len()]
}
