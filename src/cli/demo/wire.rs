//! Records as a one-stop system, the portal and the rating kiosks send them: NDJSON lines.

use std::fmt::Write as _;

use crate::model::Instant;

use super::calendar::{rfc3339, yymmdd};
use super::catalogue::{FIELDS, LATE_CAUSES};
use super::plan::{End, Opinion, Plan, Step, Wait, Way};
use super::province::{Seat, Unit};
use super::{Event, ONE_STOP, PORTAL, RATINGS};

/// The record of one step of a plan.
pub(super) fn event(units: &[Unit], plan: &Plan, (at, step): (Instant, Step)) -> Event {
    let unit = &units[usize::from(plan.unit)];
    let source = match (step, plan.way) {
        (Step::Rated, _) => RATINGS,
        (_, Way::Online) => PORTAL,
        _ => ONE_STOP,
    };
    let line = match (step, plan.opinion) {
        (Step::Rated, Some(opinion)) => rating(unit, plan, opinion),
        _ => dossier(unit, plan, (at, step)),
    };
    Event { at, source, line }
}

/// A line under construction; every text in it is ours and needs no escape.
struct Line(String);

impl Line {
    fn new(kind: &str) -> Line {
        let mut text = String::with_capacity(512);
        write(&mut text, format_args!("{{\"type\":\"{kind}\""));
        Line(text)
    }

    fn json(&mut self, name: &str, json: impl std::fmt::Display) {
        write(&mut self.0, format_args!(",\"{name}\":{json}"));
    }

    fn text(&mut self, name: &str, text: impl std::fmt::Display) {
        write(&mut self.0, format_args!(",\"{name}\":\"{text}\""));
    }

    fn instant(&mut self, name: &str, instant: Instant) {
        self.text(name, rfc3339(instant));
    }

    fn end(mut self) -> String {
        self.0.push('}');
        self.0
    }
}

fn write(text: &mut String, part: std::fmt::Arguments<'_>) {
    text.write_fmt(part).expect("writing to memory succeeds");
}

fn dossier_id(unit: &Unit, plan: &Plan) -> String {
    format!("{}-{}-{:04}", unit.id, yymmdd(plan.filed), plan.number)
}

fn dossier(unit: &Unit, plan: &Plan, (at, step): (Instant, Step)) -> String {
    let seat = unit.seat(at, plan.number);
    let mut line = Line::new("dossier");
    line.text("id", dossier_id(unit, plan));
    line.json("unit", &seat.code_json);
    line.instant("at", at);
    line.text("status", status(plan, step));
    match step {
        Step::Registered => filing(&mut line, seat, plan),
        Step::Accepted => {
            filing(&mut line, seat, plan);
            acceptance(&mut line, plan);
        }
        Step::Processing => line.text("holder", "Phòng chuyên môn"),
        Step::WaitFrom => plan.wait.into_iter().for_each(|wait| line.json("pauses", pause(wait, false))),
        Step::WaitTo => plan.wait.into_iter().for_each(|wait| line.json("pauses", pause(wait, true))),
        Step::Finished => result(&mut line, plan),
        Step::Delivered | Step::Rated => {}
        Step::Whole => whole(&mut line, seat, plan),
    }
    line.end()
}

fn status(plan: &Plan, step: Step) -> &'static str {
    let end = match plan.end {
        End::Done if plan.delivered > plan.finish => "done",
        End::Done => "delivered",
        End::Withdrawn => "withdrawn",
        End::SentBack => "refused",
    };
    match step {
        Step::Registered => "registered",
        Step::Accepted => "accepted",
        Step::Processing | Step::WaitTo => "processing",
        Step::WaitFrom if plan.wait.is_some_and(|wait| wait.payment) => "payment_requested",
        Step::WaitFrom => "supplement_requested",
        Step::Whole if plan.end == End::Done => "delivered",
        Step::Delivered | Step::Rated => "delivered",
        Step::Finished | Step::Whole => end,
    }
}

fn filing(line: &mut Line, seat: &Seat, plan: &Plan) {
    let field = &FIELDS[usize::from(plan.field)];
    line.text("procedure", format_args!("demo.{}.{}", field.code, plan.limit));
    line.text("field", field.name);
    line.text("channel", plan.way.as_str());
    if let Some(receiver) = &seat.received_by_json {
        line.json("received_by", receiver);
    }
    line.instant("filed_at", plan.filed);
    line.json("payable", plan.facts.payable);
}

fn acceptance(line: &mut Line, plan: &Plan) {
    line.instant("received_at", plan.received);
    if let Some(due) = plan.due {
        line.instant("due_at", due);
    }
    line.text("holder", "Bộ phận Một cửa");
    line.json("digitised", plan.facts.digitised);
    line.json("reused_data", plan.facts.reused_data);
    line.json("paid_online", plan.facts.paid_online);
}

fn result(line: &mut Line, plan: &Plan) {
    if plan.end == End::Done {
        line.json("electronic_result", plan.facts.electronic_result);
    }
    if let Some(cause) = plan.late_cause {
        line.text("late_cause", LATE_CAUSES[usize::from(cause)].0);
    }
}

fn whole(line: &mut Line, seat: &Seat, plan: &Plan) {
    filing(line, seat, plan);
    if plan.end == End::SentBack {
        return;
    }
    acceptance(line, plan);
    if let Some(wait) = plan.wait {
        line.json("pauses", pause(wait, true));
    }
    if plan.end == End::Done {
        line.instant("finished_at", plan.finish);
    }
    result(line, plan);
}

fn pause(wait: Wait, ended: bool) -> String {
    let kind = if wait.payment { "payment" } else { "supplement" };
    let from = rfc3339(wait.from);
    if ended {
        return format!(r#"[{{"id":"1","kind":"{kind}","from":"{from}","to":"{}"}}]"#, rfc3339(wait.to));
    }
    format!(r#"[{{"id":"1","kind":"{kind}","from":"{from}"}}]"#)
}

/// Kiosks send answers in words, all else sends scores.
fn rating(unit: &Unit, plan: &Plan, opinion: Opinion) -> String {
    const ANSWERS: [&str; 5] = ["very_dissatisfied", "dissatisfied", "neutral", "satisfied", "very_satisfied"];
    let mut line = Line::new("rating");
    let seat = unit.seat(opinion.at, plan.number);
    line.text("id", format_args!("DG-{}-{:05}", yymmdd(opinion.at), opinion.number));
    line.json("unit", &seat.code_json);
    line.instant("at", opinion.at);
    if plan.way == Way::Counter {
        line.text("answer", ANSWERS[usize::from(opinion.score) - 1]);
        line.text("channel", "kiosk");
    } else {
        line.json("score", opinion.score);
        line.text("channel", if plan.number.is_multiple_of(3) { "zalo" } else { "web" });
    }
    line.text("dossier", dossier_id(unit, plan));
    line.end()
}
