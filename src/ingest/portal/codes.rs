//! The portal's code lists as data, `dashboards/adapters/dvcqg.toml`: for all sources, and what single sources mean
//! otherwise.

use std::collections::BTreeMap;

use serde::Deserialize;
use toml::Spanned;

use super::super::check::CHANNELS;
use super::super::fields::ID_BYTES_MAX;
use super::message::PAST;
use super::values::gives_a_day;
use crate::kpi::{Fault, FaultReason, SourceFile};
use crate::model::{Channel, Status, Text};

/// The program's own lists.
const EMBEDDED: SourceFile<'_> =
    SourceFile { name: "adapters/dvcqg.toml", text: include_str!("../../../dashboards/adapters/dvcqg.toml") };

/// How the portal's messages are read.
#[derive(Clone, Debug)]
pub struct Portal {
    any: Codes,
    sources: BTreeMap<String, Codes>,
}

/// How the messages of one source are read.
#[derive(Clone, Debug, Default)]
pub(super) struct Codes {
    /// Fields that name the unit, the first that is there.
    pub(super) unit: Vec<String>,
    /// Fields that name the unit that received it for another one, the first that is there.
    pub(super) received_by: Vec<String>,
    /// Forms of local times.
    pub(super) times: Vec<String>,
    /// Values of `DuocThanhToanTrucTuyen` that say paid online.
    pub(super) paid_online: Vec<String>,
    /// Values of `DuocTaiSuDung` that say used again.
    pub(super) reused: Vec<String>,
    /// None: the code changes no status.
    pub(super) statuses: BTreeMap<String, Option<Status>>,
    /// Fields that may have the time of an end.
    pub(super) ends: BTreeMap<Status, Vec<String>>,
    /// How it was filed.
    pub(super) channels: BTreeMap<String, Channel>,
    /// Codes of units by names in NFC.
    pub(super) units: BTreeMap<String, String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Form {
    unit: Option<Spanned<Vec<String>>>,
    received_by: Option<Vec<String>>,
    times: Option<Spanned<Vec<String>>>,
    paid_online: Option<Vec<String>>,
    reused: Option<Vec<String>>,
    #[serde(default)]
    statuses: BTreeMap<String, Spanned<String>>,
    #[serde(default)]
    ends: BTreeMap<String, Spanned<Vec<String>>>,
    #[serde(default)]
    channels: BTreeMap<String, Spanned<String>>,
    #[serde(default)]
    units: BTreeMap<String, Spanned<String>>,
    #[serde(default)]
    source: BTreeMap<String, Form>,
}

impl Portal {
    /// The lists that the program carries.
    ///
    /// # Panics
    /// Never: a test reads them.
    pub fn embedded() -> Portal {
        Portal::read(EMBEDDED).expect("the program's own lists are without fault")
    }

    /// Reads the lists of a file.
    ///
    /// # Errors
    /// Everything that is wrong with it: file, line, key.
    pub fn read(file: SourceFile<'_>) -> Result<Portal, Vec<Fault>> {
        let mut faults = Vec::new();
        let Some(form) = file.read::<Form>(&mut faults) else { return Err(faults) };
        let mut reading = Reading { file, faults };
        let any = reading.codes(&Codes::default(), &form);
        let mut sources = BTreeMap::new();
        for (name, form) in &form.source {
            sources.insert(name.clone(), reading.codes(&any, form));
        }
        if reading.faults.is_empty() { Ok(Portal { any, sources }) } else { Err(reading.faults) }
    }

    /// How the messages of a source are read.
    pub(super) fn codes(&self, source: &str) -> &Codes {
        self.sources.get(source).unwrap_or(&self.any)
    }
}

struct Reading<'a> {
    file: SourceFile<'a>,
    faults: Vec<Fault>,
}

impl Reading<'_> {
    /// A source's lists upon those for all; a list of fields replaces the other, of codes only those that differ.
    fn codes(&mut self, any: &Codes, form: &Form) -> Codes {
        let mut codes = any.clone();
        for (list, given, key) in [(&mut codes.unit, &form.unit, "unit"), (&mut codes.times, &form.times, "times")] {
            if let Some(given) = given {
                list.clone_from(given.get_ref());
            }
            if list.is_empty() {
                let span = given.as_ref().map_or(0..0, Spanned::span);
                self.faults.push(self.file.fault(&span, key, FaultReason::Empty));
            }
        }
        for times in form.times.iter() {
            for form in times.get_ref().iter().filter(|form| !gives_a_day(form)) {
                self.faults.push(self.file.fault(&times.span(), "times", FaultReason::TimeForm(form.clone())));
            }
        }
        if let Some(received_by) = &form.received_by {
            codes.received_by.clone_from(received_by);
        }
        if let Some(paid) = &form.paid_online {
            codes.paid_online.clone_from(paid);
        }
        if let Some(reused) = &form.reused {
            codes.reused.clone_from(reused);
        }
        let statuses: Vec<&str> = Status::ALL.iter().map(|status| status.as_str()).collect();
        for (code, word) in &form.statuses {
            let status = Status::ALL.into_iter().find(|status| status.as_str() == word.get_ref());
            if status.is_none() && word.get_ref() != "none" {
                self.none_of(
                    &word.span(),
                    format!("statuses.{code}"),
                    word.get_ref(),
                    &[&statuses[..], &["none"]].concat(),
                );
            }
            codes.statuses.insert(code.clone(), status);
        }
        for (word, fields) in &form.ends {
            // A time that no record's `at` takes notice of would let a dossier end when it was received.
            for name in fields.get_ref().iter().filter(|name| !PAST.contains(&name.as_str())) {
                self.none_of(&fields.span(), format!("ends.{word}"), name, &PAST);
            }
            match Status::ALL.into_iter().find(|status| status.as_str() == word) {
                Some(status) => drop(codes.ends.insert(status, fields.get_ref().clone())),
                None => self.none_of(&fields.span(), format!("ends.{word}"), word, &statuses),
            }
        }
        for (code, word) in &form.channels {
            match CHANNELS.into_iter().find(|channel| channel.as_str() == word.get_ref()) {
                Some(channel) => drop(codes.channels.insert(code.clone(), channel)),
                None => {
                    let words = CHANNELS.map(Channel::as_str);
                    self.none_of(&word.span(), format!("channels.{code}"), word.get_ref(), &words);
                }
            }
        }
        for (name, code) in &form.units {
            if code.get_ref().is_empty() || code.get_ref().len() > ID_BYTES_MAX {
                self.faults.push(self.file.fault(&code.span(), format!("units.{name}"), FaultReason::Code));
            }
            codes.units.insert(Text::new(name).to_string(), code.get_ref().clone());
        }
        codes
    }

    fn none_of(&mut self, span: &std::ops::Range<usize>, key: String, word: &str, words: &[&str]) {
        let reason = FaultReason::UnknownWord { word: word.to_owned(), words: words.join(", ") };
        self.faults.push(self.file.fault(span, key, reason));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_programs_own_lists_are_without_fault_and_sources_differ_from_them_only_where_they_say_so() {
        assert_eq!(Portal::embedded().codes("any").statuses["6"], Some(Status::PaymentRequested));
        let own = "[source.other.statuses]\n6 = \"processing\"\n[source.other.units]\n\"Sở Một\" = \"S1\"\n";
        let text = format!("{}{own}", EMBEDDED.text);
        let portal = Portal::read(SourceFile { name: "f", text: &text }).unwrap();
        let other = portal.codes("other");
        assert_eq!((other.statuses["6"], other.statuses["9"]), (Some(Status::Processing), Some(Status::Done)));
        assert_eq!(other.units["Sở Một"], "S1");
        assert_eq!(portal.codes("another").statuses["6"], Some(Status::PaymentRequested));
    }

    #[test]
    fn every_fault_names_file_line_and_key() {
        let text = "unit = []\ntimes = [\"%Y\"]\n[statuses]\n9 = \"ready\"\n[channels]\n1 = \"pigeon\"\n[ends]\nover = []\n\
                    done = [\"NgayXong\"]\n[units]\n\"X\" = \"\"\n";
        let faults = Portal::read(SourceFile { name: "f", text }).unwrap_err();
        let told: Vec<String> =
            faults.iter().map(|fault| format!("{}:{} {}", fault.file, fault.line, fault.key)).collect();
        assert_eq!(
            told,
            [
                "f:1 unit",
                "f:2 times",
                "f:4 statuses.9",
                "f:9 ends.done",
                "f:8 ends.over",
                "f:6 channels.1",
                "f:11 units.X"
            ]
        );
        let unknown = Portal::read(SourceFile { name: "f", text: "unti = []\n" }).unwrap_err();
        assert_eq!((unknown.len(), unknown[0].line), (1, 1));
    }
}
