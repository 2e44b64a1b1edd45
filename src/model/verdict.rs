//! Why a dossier counts as it does, in words.
//!
//! A pure function of the registers, what is derived from them, the instant and the zone; it decides nothing itself.

use jiff::Timestamp;
use serde::Serialize;

use super::derive::{Class, Derived, Stage};
use super::dossier::DossierState;
use super::kind::{PauseKind, Status};
use super::procedure::Limit;
use super::time::{Instant, Zone};

/// A dossier's place in the figures, with the reason in words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Verdict {
    /// The measure that it counts in, or `void`, `not_accepted`, `withdrawn_before_acceptance`.
    pub code: &'static str,
    /// The sentence in Vietnamese.
    pub vi: String,
    /// The sentence in English.
    pub en: String,
    /// The rules that it follows from.
    pub rules: Vec<&'static str>,
}

/// Says why a dossier counts as it does at an instant.
pub fn verdict(state: &DossierState, derived: &Derived, now: Instant, zone: &Zone) -> Verdict {
    let speaker = Speaker { state, derived, zone, to_ms: within_one_minute(derived.finish, derived.overdue_from) };
    if derived.void {
        return speaker.void();
    }
    let (Some(taken_on), true) = (derived.taken_on, derived.accepted) else { return speaker.before_acceptance() };
    let mut verdict = match (derived.class, derived.finish) {
        (Some(class), Some(finish)) => speaker.finished(class, finish),
        _ => speaker.open(taken_on, now),
    };
    speaker.add_notes(&mut verdict);
    verdict.rules.sort_by_key(|rule| rule.trim_start_matches("R-").parse::<u8>().unwrap_or(u8::MAX));
    verdict.rules.dedup();
    verdict
}

/// Two instants that would print alike although they differ.
fn within_one_minute(left: Option<Instant>, right: Option<Instant>) -> bool {
    let minute = |instant: Instant| instant.0.div_euclid(60_000);
    matches!((left, right), (Some(left), Some(right)) if minute(left) == minute(right))
}

struct Speaker<'a> {
    state: &'a DossierState,
    derived: &'a Derived,
    zone: &'a Zone,
    /// Print instants to the millisecond: the minute alone wouldn't show which came first.
    to_ms: bool,
}

impl Speaker<'_> {
    fn void(&self) -> Verdict {
        let reason = self.state.void.value().map_or("", |reason| reason.as_str());
        Verdict {
            code: "void",
            vi: format!("Không tính vào số liệu: {reason}"),
            en: format!("Counts nowhere: {reason}"),
            rules: vec!["R-6"],
        }
    }

    ///
    fn before_acceptance(&self) -> Verdict {
        let derived = self.derived;
        if let Some(at) = derived.sent_back {
            return Verdict {
                code: "sent_back",
                vi: format!("Không tiếp nhận / trả lại: {}", self.vi(at)),
                en: format!("Not accepted, sent back: {}", self.en(at)),
                rules: vec!["R-7", "R-19"],
            };
        }
        if derived.newest == Some(Status::Withdrawn) {
            let at = self.state.statuses.greatest(Status::Withdrawn).unwrap_or(Instant::NEVER);
            return Verdict {
                code: "withdrawn_before_acceptance",
                vi: format!("Rút trước khi được tiếp nhận: {}; không tính vào số liệu", self.vi(at)),
                en: format!("Withdrawn before it was accepted: {}; counts nowhere", self.en(at)),
                rules: vec!["R-7", "R-19"],
            };
        }
        if let Some((from, _)) = derived.waiting_acceptance {
            return Verdict {
                code: "waiting_acceptance",
                vi: format!("Chờ tiếp nhận: đăng ký {}", self.vi(from)),
                en: format!("Waiting for acceptance: registered {}", self.en(from)),
                rules: vec!["R-7", "R-19"],
            };
        }
        Verdict {
            code: "not_accepted",
            vi: "Chưa được tiếp nhận: không tính vào số liệu".to_owned(),
            en: "Not accepted: counts nowhere".to_owned(),
            rules: vec!["R-7"],
        }
    }

    ///
    fn finished(&self, class: Class, finish: Instant) -> Verdict {
        let derived = self.derived;
        let (vi, en) = (self.vi(finish), self.en(finish));
        let second = derived.second_request.filter(|second| derived.due.is_none_or(|due| *second < due));
        match (class, second) {
            (Class::Withdrawn, _) => {
                let (how_vi, how_en) = match derived.newest {
                    Some(Status::Refused) => ("từ chối", "refused"),
                    Some(Status::Stopped) => ("dừng xử lý", "stopped"),
                    _ => ("công dân rút", "withdrawn by the citizen"),
                };
                Verdict {
                    code: "resolved_withdrawn",
                    vi: format!("Rút, dừng: {how_vi}, kết thúc {vi}; không tính đúng hay quá hạn"),
                    en: format!("Given up: {how_en}, ended {en}; neither on time nor late"),
                    rules: vec!["R-9", "R-10", "R-15"],
                }
            }
            (Class::Late, Some(second)) => Verdict {
                code: "resolved_late",
                vi: format!("Quá hạn: hoàn thành {vi}, yêu cầu bổ sung lần hai {}", self.vi(second)),
                en: format!("Late: finished {en}, papers were asked for a second time {}", self.en(second)),
                rules: vec!["R-9", "R-13", "R-14", "R-15"],
            },
            (Class::Undated, _) => Verdict {
                code: "resolved_undated",
                vi: format!("Không có hạn: hoàn thành {vi}"),
                en: format!("Without due date: finished {en}"),
                rules: vec!["R-9", "R-12", "R-15"],
            },
            (Class::Late, None) => self.dated("resolved_late", ("Quá hạn", "Late"), finish),
            (Class::Early, _) => self.dated("resolved_early", ("Trước hạn", "Early"), finish),
            (Class::OnTime, _) => self.dated("resolved_on_time", ("Đúng hạn", "On time"), finish),
        }
    }

    fn dated(&self, code: &'static str, (vi, en): (&str, &str), finish: Instant) -> Verdict {
        let (due_vi, due_en) = self.due();
        Verdict {
            code,
            vi: format!("{vi}: hoàn thành {}, {due_vi}", self.vi(finish)),
            en: format!("{en}: finished {}, {due_en}", self.en(finish)),
            rules: vec!["R-9", "R-12", "R-14", "R-15"],
        }
    }

    ///
    fn open(&self, taken_on: Instant, now: Instant) -> Verdict {
        let derived = self.derived;
        let (due_vi, due_en) = self.due();
        let of = |code, (vi, en): (String, String), rules: &[&'static str]| Verdict {
            code,
            vi,
            en,
            rules: [rules, &["R-17"]].concat(),
        };
        match derived.stage(now) {
            Stage::Overdue if derived.overdue_from == derived.due => of(
                "in_progress_overdue",
                (format!("Đang giải quyết, quá hạn: {due_vi}"), format!("In progress, overdue: {due_en}")),
                &["R-12", "R-14"],
            ),
            Stage::Overdue => {
                let second = derived.second_request.unwrap_or(Instant::NEVER);
                let vi = format!("Đang giải quyết, quá hạn: yêu cầu bổ sung lần hai {}", self.vi(second));
                let en = format!("In progress, overdue: papers were asked for a second time {}", self.en(second));
                of("in_progress_overdue", (vi, en), &["R-13", "R-14"])
            }
            Stage::Waiting => {
                let pause = derived.pauses.iter().find(|(from, to)| *from <= now && now < *to);
                let since = pause.map_or(now, |(from, _)| *from);
                let (what_vi, what_en) = self.pause_words();
                let vi = format!("Đang giải quyết, {what_vi} từ {}", self.vi(since));
                let en = format!("In progress, {what_en} since {}", self.en(since));
                of("in_progress_waiting", (vi, en), &["R-11"])
            }
            Stage::Undated => {
                let vi = format!("Đang giải quyết, không có hạn: tiếp nhận {}", self.vi(taken_on));
                let en = format!("In progress, without due date: taken on {}", self.en(taken_on));
                of("in_progress_undated", (vi, en), &["R-8", "R-12"])
            }
            Stage::Within { nearly_late } => {
                let (vi, en) =
                    if nearly_late { ("sắp đến hạn", "due soon") } else { ("trong hạn", "within time") };
                let words = (format!("Đang giải quyết, {vi}: {due_vi}"), format!("In progress, {en}: {due_en}"));
                of("in_progress_within", words, &["R-12", "R-14"])
            }
        }
    }

    /// The due instant and by how much pauses moved it.
    fn due(&self) -> (String, String) {
        let (vi, en) = self.due_instant();
        match self.derived.limit.map(Limit::words) {
            Some((limit_vi, limit_en)) => (
                format!("{vi}, theo thời hạn {limit_vi} của thủ tục"),
                format!("{en}, by the procedure's limit of {limit_en}"),
            ),
            None => (vi, en),
        }
    }

    fn due_instant(&self) -> (String, String) {
        match (self.derived.due, self.derived.due_stated) {
            (Some(Instant::FOREVER), _) => {
                ("hạn lùi đến khi hết chờ".to_owned(), "the due date moves until the waiting ends".to_owned())
            }
            (Some(due), Some(stated)) if due > stated => {
                let (what_vi, what_en) = self.pause_words();
                let (by_vi, by_en) = length(due.0 - stated.0);
                let vi = format!("hạn {} (đã cộng {by_vi} {what_vi})", self.vi(due));
                (vi, format!("due {} ({by_en} of {what_en} added)", self.en(due)))
            }
            (Some(due), _) => (format!("hạn {}", self.vi(due)), format!("due {}", self.en(due))),
            (None, _) => ("không có hạn".to_owned(), "without due date".to_owned()),
        }
    }

    /// What its pauses waited for.
    fn pause_words(&self) -> (&'static str, &'static str) {
        let begun = self.state.pauses.iter().filter(|(_, pause)| pause.from.get().is_some());
        let kinds: Vec<Option<PauseKind>> = begun.map(|(_, pause)| pause.kind.get()).collect();
        let all = |kind| kinds.iter().all(|one| *one == Some(kind));
        if all(PauseKind::Supplement) {
            ("chờ bổ sung", "waiting for papers")
        } else if all(PauseKind::Payment) {
            ("chờ nghĩa vụ tài chính", "waiting for payment")
        } else {
            ("chờ bổ sung / nghĩa vụ tài chính", "waiting for papers or payment")
        }
    }

    /// What happened beside it and would surprise otherwise.
    fn add_notes(&self, verdict: &mut Verdict) {
        let derived = self.derived;
        let mut note = |rule, vi: String, en: String| {
            verdict.vi = format!("{}; {vi}", verdict.vi);
            verdict.en = format!("{}; {en}", verdict.en);
            verdict.rules.push(rule);
        };
        if let Some(at) = derived.rescheduled {
            let vi = format!("hạn đặt lại {} không tính vì hạn trước đã qua", self.vi(at));
            note("R-12", vi, format!("the due date set {} came too late and doesn't count", self.en(at)));
        }
        if derived.finish_raised {
            let vi = "ghi hoàn thành trước khi tiếp nhận, tính bằng lúc tiếp nhận".to_owned();
            note("R-9", vi, "it was finished before it was taken on, which counts instead".to_owned());
        }
        let ended = Status::ALL.into_iter().filter(|status| !status.is_non_terminal());
        let mut ended = ended.filter_map(|status| self.state.statuses.least(status));
        if let Some(reopened) = derived.reopened.filter(|reopened| ended.any(|end| end < *reopened)) {
            note("R-9", format!("mở lại {}", self.vi(reopened)), format!("reopened {}", self.en(reopened)));
        }
    }

    fn vi(&self, at: Instant) -> String {
        self.local(at, ["%d/%m/%Y %H:%M", "%d/%m/%Y %H:%M:%S%.3f"])
    }

    fn en(&self, at: Instant) -> String {
        self.local(at, ["%Y-%m-%d %H:%M", "%Y-%m-%d %H:%M:%S%.3f"])
    }

    fn local(&self, at: Instant, [to_minute, to_ms]: [&str; 2]) -> String {
        let Ok(timestamp) = Timestamp::from_millisecond(at.0) else { return String::from("–") };
        let form = if self.to_ms { to_ms } else { to_minute };
        timestamp.to_zoned_datetime(self.zone.tz().clone()).strftime(form).to_string()
    }
}

/// A length of time in its two greatest units, rounded down.
fn length(ms: i64) -> (String, String) {
    let minutes = ms / 60_000;
    let parts =
        [(minutes / 1_440, "ngày", "day"), (minutes / 60 % 24, "giờ", "hour"), (minutes % 60, "phút", "minute")];
    let said: Vec<_> =
        parts.into_iter().skip_while(|(count, ..)| *count == 0).take(2).filter(|part| part.0 > 0).collect();
    if said.is_empty() {
        return ("dưới 1 phút".to_owned(), "less than a minute".to_owned());
    }
    let plural = |count: i64| if count == 1 { "" } else { "s" };
    let vi: Vec<String> = said.iter().map(|(count, vi, _)| format!("{count} {vi}")).collect();
    let en: Vec<String> = said.iter().map(|(count, _, en)| format!("{count} {en}{}", plural(*count))).collect();
    (vi.join(" "), en.join(" "))
}
