//! The life of one dossier, decided when it is received.

use crate::model::Instant;

use super::calendar::Calendar;

/// How it came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Way {
    /// At the counter.
    Counter,
    /// On the portal.
    Online,
    /// By post.
    Post,
}

impl Way {
    /// The name on the wire.
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Way::Counter => "counter",
            Way::Online => "online",
            Way::Post => "post",
        }
    }
}

/// How it ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum End {
    /// With a result.
    Done,
    /// Taken back by the citizen.
    Withdrawn,
    /// Never accepted.
    SentBack,
}

/// Yes-or-no facts of a dossier.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Facts {
    /// Its papers were digitised.
    pub(super) digitised: bool,
    /// Data digitised before were used again.
    pub(super) reused_data: bool,
    /// Something is to be paid.
    pub(super) payable: bool,
    /// It was paid online.
    pub(super) paid_online: bool,
    /// The result is electronic.
    pub(super) electronic_result: bool,
}

/// A wait for papers or a payment.
#[derive(Clone, Copy, Debug)]
pub(super) struct Wait {
    /// For a payment, else for papers.
    pub(super) payment: bool,
    /// Its first instant.
    pub(super) from: Instant,
    /// Its last instant.
    pub(super) to: Instant,
}

/// A citizen's rating of it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Opinion {
    /// When it was given.
    pub(super) at: Instant,
    /// 1 to 5.
    pub(super) score: u8,
    /// Number of the day, for its id.
    pub(super) number: u32,
}

/// One dossier.
#[derive(Clone, Debug)]
pub(super) struct Plan {
    /// Place of the unit that deals with it.
    pub(super) unit: u16,
    /// Place of its field.
    pub(super) field: u8,
    /// Limit of its procedure in working days.
    pub(super) limit: u8,
    /// Number of the unit's day, for its id.
    pub(super) number: u32,
    /// How it came.
    pub(super) way: Way,
    /// How it ends.
    pub(super) end: End,
    /// What is known of it.
    pub(super) facts: Facts,
    /// When it was filed: before it was received when online, else the same.
    pub(super) filed: Instant,
    /// When it was taken on, or sent back.
    pub(super) received: Instant,
    /// When it is to be done; a few have none.
    pub(super) due: Option<Instant>,
    /// A wait on the way.
    pub(super) wait: Option<Wait>,
    /// When it is done, withdrawn or sent back.
    pub(super) finish: Instant,
    /// Place of the cause in the catalogue, of a late one.
    pub(super) late_cause: Option<u8>,
    /// When the result is handed over.
    pub(super) delivered: Instant,
    /// What the citizen said.
    pub(super) opinion: Option<Opinion>,
}

/// What a record says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Step {
    /// Filed online, not accepted yet.
    Registered,
    /// Accepted and taken on.
    Accepted,
    /// In work.
    Processing,
    /// A wait begins.
    WaitFrom,
    /// A wait ends.
    WaitTo,
    /// Done, withdrawn or refused.
    Finished,
    /// The result is handed over.
    Delivered,
    /// All of its life at once, as a system hands over its past.
    Whole,
    /// The citizen's rating.
    Rated,
}

impl Plan {
    /// The records about it with their instants, in time order, or all in one.
    pub(super) fn steps(&self, calendar: &Calendar) -> impl Iterator<Item = (Instant, Step)> + use<> {
        let whole = calendar.is_told_whole((self.filed, self.delivered));
        let told = |step: Option<(Instant, Step)>| step.filter(|_| !whole);
        let online = self.way == Way::Online;
        let accepted = self.end != End::SentBack;
        // A counter hands out what takes minutes at once: one record says both.
        let handed_over = self.end == End::Done && self.delivered > self.finish;
        [
            told(online.then_some((self.filed, Step::Registered))),
            told(accepted.then_some((self.received, Step::Accepted))),
            told(self.in_work(calendar.start).map(|at| (at, Step::Processing))),
            told(self.wait.map(|wait| (wait.from, Step::WaitFrom))),
            told(self.wait.map(|wait| (wait.to, Step::WaitTo))),
            told(Some((self.finish, Step::Finished))),
            told(handed_over.then_some((self.delivered, Step::Delivered))),
            whole.then_some((self.delivered, Step::Whole)),
            self.opinion.map(|opinion| (opinion.at, Step::Rated)),
        ]
        .into_iter()
        .flatten()
    }

    /// When an officer takes it up, if that is told: only of what is received after the start, for the wall's sake.
    fn in_work(&self, start: Instant) -> Option<Instant> {
        let at = self.received.plus_ms(150_000);
        let first = self.wait.map_or(self.finish, |wait| wait.from);
        (self.received >= start && self.end == End::Done && at < first).then_some(at)
    }
}
