//! Records written as one line each, for tests of figures.
//!
//! `id AT key=value ..` is a dossier event of 2024 in Hanoi: `a 07-01T08:00 status=accepted due=07-10
//! pause=p1:supplement:07-02T08:00..07-04T08:00`. A date alone is the end of that day, `null` clears, a pause without
//! `to` is open and `..null` says so; `unit=` and `source=` are the case's name unless given.

use opcentre::model::{
    Alias, Channel, DossierEvent, DossierKey, Field, Instant, PauseEvent, PauseKind, Rating, Record, SourceFact,
    SourceProfile, Status, Succession, Text, UnitFact, UnitKind, Zone,
};

/// The zone of these tests.
pub fn zone() -> Zone {
    Zone::named("Asia/Ho_Chi_Minh").unwrap()
}

/// `07-01T08:00`, `07-01T08:00:01.500` or `2023-12-31T08:00`: an instant in Hanoi; a date alone is the end of its day.
pub fn time(text: &str) -> Instant {
    let text = if text.len() > 4 && text.as_bytes()[4] == b'-' { text.to_owned() } else { format!("2024-{text}") };
    let full = if text.contains('T') { text } else { format!("{text}T23:59:59.999") };
    let local: jiff::civil::DateTime = full.parse().unwrap();
    Instant(zone().tz().to_zoned_datetime(local).unwrap().timestamp().as_millisecond())
}

/// The other way round, without the year 2024 and without what is zero.
pub fn shown(instant: Instant) -> String {
    if instant == Instant::FOREVER {
        return "forever".to_owned();
    }
    let text = instant.to_rfc3339(&zone());
    let text = text.strip_suffix("+07:00").unwrap();
    let text = text.strip_suffix(":00.000").unwrap_or(text);
    text.strip_prefix("2024-").unwrap_or(text).to_owned()
}

fn written<T>(value: &str, read: impl Fn(&str) -> T) -> Field<T> {
    if value == "null" { Field::Null } else { Field::Value(read(value)) }
}

fn flag(value: &str) -> Field<bool> {
    written(value, |value| value.parse().unwrap())
}

fn pause(value: &str) -> PauseEvent {
    let mut parts = value.splitn(3, ':');
    let mut event = PauseEvent {
        id: Text::new(parts.next().unwrap()),
        kind: Field::Absent,
        from: Field::Absent,
        to: Field::Absent,
    };
    event.kind = match parts.next() {
        None | Some("") => Field::Absent,
        Some("null") => Field::Null,
        Some("supplement") => Field::Value(PauseKind::Supplement),
        Some("payment") => Field::Value(PauseKind::Payment),
        Some(other) => panic!("pause kind {other}"),
    };
    if let Some(times) = parts.next() {
        let (from, to) = times.split_once("..").map_or((times, ""), |(from, to)| (from, to));
        if !from.is_empty() {
            event.from = written(from, time);
        }
        if !to.is_empty() {
            event.to = written(to, time);
        }
    }
    event
}

/// The record of a line; `name` is its source and unit unless it says otherwise.
pub fn dossier(name: &str, line: &str) -> Record {
    let mut words = line.split_whitespace();
    let key = DossierKey { source: Text::new(name), id: Text::new(words.next().unwrap()) };
    let mut event = DossierEvent::new(key, Text::new(name), time(words.next().unwrap()));
    for word in words {
        let (field, value) = word.split_once('=').unwrap();
        match field {
            "unit" => event.unit = Text::new(value),
            "source" => event.key.source = Text::new(value),
            "status" => event.status = Status::ALL.into_iter().find(|status| status.as_str() == value),
            "procedure" => event.procedure = written(value, Text::new),
            "channel" => {
                event.channel = written(value, |value| match value {
                    "counter" => Channel::Counter,
                    "online" => Channel::Online,
                    "post" => Channel::Post,
                    other => panic!("channel {other}"),
                });
            }
            "received_by" => event.received_by = written(value, Text::new),
            "holder" => event.holder = written(value, Text::new),
            "filed" => event.filed_at = written(value, time),
            "received" => event.received_at = written(value, time),
            "due" => event.due_at = written(value, time),
            "finished" => event.finished_at = written(value, time),
            "pause" => event.pauses.push(pause(value)),
            "digitised" => event.digitised = flag(value),
            "electronic_result" => event.electronic_result = flag(value),
            "reused_data" => event.reused_data = flag(value),
            "payable" => event.payable = flag(value),
            "paid_online" => event.paid_online = flag(value),
            "late_cause" => event.late_cause = written(value, Text::new),
            "void" => event.void = written(value, Text::new),
            other => panic!("field {other}"),
        }
    }
    Record::Dossier(Box::new(event))
}

/// A rating `id AT score=4`; unit as in [`dossier`].
pub fn rating(name: &str, line: &str) -> Record {
    let mut words = line.split_whitespace();
    let key = DossierKey { source: Text::new(name), id: Text::new(words.next().unwrap()) };
    let mut rating = Rating {
        key,
        unit: Text::new(name),
        at: time(words.next().unwrap()),
        score: Field::Absent,
        dossier: Field::Absent,
        channel: Field::Absent,
    };
    for word in words {
        let (field, value) = word.split_once('=').unwrap();
        match field {
            "unit" => rating.unit = Text::new(value),
            "score" => rating.score = written(value, |value| value.parse().unwrap()),
            "dossier" => rating.dossier = written(value, Text::new),
            "channel" => rating.channel = written(value, Text::new),
            other => panic!("field {other}"),
        }
    }
    Record::Rating(rating)
}

/// A unit version: `code [parent=..] [from=2024-01-01] [to=2024-06-30] [tree=..] [at=07-01T08:00]`.
pub fn unit(line: &str) -> Record {
    let mut words = line.split_whitespace();
    let code = words.next().unwrap();
    let mut fact = UnitFact {
        at: time("2023-01-01T00:00"),
        code: Text::new(code),
        valid_from: None,
        valid_to: None,
        parent: None,
        kind: UnitKind::Department,
        category: Text::new("sở"),
        name_vi: Text::new(code),
        name_en: None,
        short_name: None,
        sort_order: 0,
        lat: None,
        lon: None,
        tree: Text::new("territory"),
    };
    for word in words {
        let (field, value) = word.split_once('=').unwrap();
        match field {
            "parent" => fact.parent = Some(Text::new(value)),
            "from" => fact.valid_from = Some(value.parse().unwrap()),
            "to" => fact.valid_to = Some(value.parse().unwrap()),
            "tree" => fact.tree = Text::new(value),
            "name" => fact.name_vi = Text::new(value),
            "at" => fact.at = time(value),
            other => panic!("field {other}"),
        }
    }
    Record::Unit(Box::new(fact))
}

/// A succession `old new 2024-07-01 [share=0.5] [default] [at=07-01T08:00]`; the share is 1 unless given.
pub fn succession(line: &str) -> Record {
    let mut words = line.split_whitespace();
    let mut given = Succession {
        at: time("2023-01-01T00:00"),
        old: Text::new(words.next().unwrap()),
        new: Text::new(words.next().unwrap()),
        effective: words.next().unwrap().parse().unwrap(),
        share: "1".parse().unwrap(),
        is_default: false,
    };
    for word in words {
        match word.split_once('=') {
            None if word == "default" => given.is_default = true,
            Some(("share", value)) => given.share = value.parse().unwrap(),
            Some(("at", value)) => given.at = time(value),
            _ => panic!("field {word}"),
        }
    }
    Record::Succession(given)
}

/// An alias `raw unit [at=07-01T08:00]` of a source; `null` takes it back.
pub fn alias(source: &str, line: &str) -> Record {
    let mut words = line.split_whitespace();
    let mut given = Alias {
        at: time("2023-01-01T00:00"),
        source: Text::new(source),
        raw: Text::new(words.next().unwrap()),
        unit: words.next().filter(|unit| *unit != "null").map(Text::new),
    };
    for word in words {
        match word.split_once('=') {
            Some(("at", value)) => given.at = time(value),
            _ => panic!("field {word}"),
        }
    }
    Record::Alias(given)
}

/// What is known of a source: given at an instant, called by a name.
pub fn source(name: &str, at: &str, system: &str) -> Record {
    let profile = SourceProfile {
        system: (!system.is_empty()).then(|| Text::new(system)),
        units: vec![Text::new(system)],
        cadence_minutes: Some(15),
        hours: vec![(450, 690), (810, 1_020)],
        weekdays: vec![1, 2, 3, 4, 5],
        ..SourceProfile::default()
    };
    Record::Source(Box::new(SourceFact { at: time(at), source: Text::new(name), profile }))
}
