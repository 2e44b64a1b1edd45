//! A record as senders write it: the way back, for programs of ours that send records.

use super::wire::{Line, Name};
use crate::model::{DossierEvent, Field, IndicatorReport, Instant, PauseEvent, Rating, Record, Text};

/// The wire line of a record, without its source (the receiver binds it) and without a line end; none for what
/// isn't sent as a record.
pub fn to_line(record: &Record) -> Option<String> {
    match record {
        Record::Dossier(event) => Some(dossier(event)),
        Record::Rating(event) => Some(rating(event)),
        Record::Indicator(report) => Some(indicator(report)),
        Record::Unit(_)
        | Record::Succession(_)
        | Record::Alias(_)
        | Record::Source(_)
        | Record::Contact(_)
        | Record::Procedure(_)
        | Record::Calendar(_) => None,
    }
}

fn dossier(event: &DossierEvent) -> String {
    let mut line = Line::new();
    line.text(Name::Type, "dossier");
    line.text(Name::Id, &event.key.id);
    line.text(Name::Unit, &event.unit);
    line.raw(Name::At, &instant(event.at));
    if let Some(status) = event.status {
        line.text(Name::Status, status.as_str());
    }
    let mut text = |name, field: &Field<Text>| put(&mut line, name, field, |text| json(text));
    text(Name::Procedure, &event.procedure);
    text(Name::Field, &event.field);
    text(Name::ReceivedBy, &event.received_by);
    text(Name::Holder, &event.holder);
    text(Name::LateCause, &event.late_cause);
    text(Name::Void, &event.void);
    put(&mut line, Name::Channel, &event.channel, |channel| json(channel.as_str()));
    put(&mut line, Name::FiledAt, &event.filed_at, |at| instant(*at));
    put(&mut line, Name::ReceivedAt, &event.received_at, |at| instant(*at));
    put(&mut line, Name::DueAt, &event.due_at, |at| instant(*at));
    put(&mut line, Name::FinishedAt, &event.finished_at, |at| instant(*at));
    if !event.pauses.is_empty() {
        let pauses: Vec<String> = event.pauses.iter().map(pause).collect();
        line.raw(Name::Pauses, &format!("[{}]", pauses.join(",")));
    }
    put(&mut line, Name::Digitised, &event.digitised, bool::to_string);
    put(&mut line, Name::ElectronicResult, &event.electronic_result, bool::to_string);
    put(&mut line, Name::ReusedData, &event.reused_data, bool::to_string);
    put(&mut line, Name::Payable, &event.payable, bool::to_string);
    put(&mut line, Name::PaidOnline, &event.paid_online, bool::to_string);
    line.end()
}

fn pause(pause: &PauseEvent) -> String {
    let mut line = Line::new();
    line.text(Name::Id, &pause.id);
    put(&mut line, Name::Kind, &pause.kind, |kind| json(kind.as_str()));
    put(&mut line, Name::From, &pause.from, |at| instant(*at));
    put(&mut line, Name::To, &pause.to, |at| instant(*at));
    line.end()
}

fn rating(event: &Rating) -> String {
    let mut line = Line::new();
    line.text(Name::Type, "rating");
    line.text(Name::Id, &event.key.id);
    line.text(Name::Unit, &event.unit);
    line.raw(Name::At, &instant(event.at));
    put(&mut line, Name::Score, &event.score, u8::to_string);
    put(&mut line, Name::Dossier, &event.dossier, |text| json(text));
    put(&mut line, Name::Channel, &event.channel, |text| json(text));
    line.end()
}

fn indicator(report: &IndicatorReport) -> String {
    let mut line = Line::new();
    line.text(Name::Type, "indicator");
    line.text(Name::Code, &report.key.code);
    line.text(Name::Unit, &report.key.unit);
    line.text(Name::Period, &report.key.period.to_string());
    line.raw(Name::At, &instant(report.at));
    put(&mut line, Name::Numerator, &report.numerator, ToString::to_string);
    put(&mut line, Name::Denominator, &report.denominator, ToString::to_string);
    put(&mut line, Name::Value, &report.value, ToString::to_string);
    put(&mut line, Name::Declared, &report.declared, ToString::to_string);
    line.end()
}

fn put<T>(line: &mut Line, name: Name, field: &Field<T>, json: impl Fn(&T) -> String) {
    match field {
        Field::Absent => {}
        Field::Null => line.raw(name, "null"),
        Field::Value(value) => line.raw(name, &json(value)),
    }
}

fn json(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

fn instant(at: Instant) -> String {
    format!("\"{at}\"")
}
