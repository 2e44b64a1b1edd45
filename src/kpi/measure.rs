//! The measures: what is counted, under one name everywhere.

use serde::{Serialize, Serializer, ser::SerializeMap};

use super::window::Window;
use crate::model::Day;

/// What is kept per unit and local day. A window's figures are sums of these.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Slot {
    /// Taken on, filed online.
    ReceivedOnline,
    /// Taken on, filed at the counter.
    ReceivedCounter,
    /// Taken on, filed by post.
    ReceivedPost,
    /// Finished before the due day.
    ResolvedEarly,
    /// Finished on the due day, in time.
    ResolvedOnTime,
    /// Finished late.
    ResolvedLate,
    /// Finished without due date or limit.
    ResolvedUndated,
    /// Given up: withdrawn, stopped, refused after acceptance.
    ResolvedWithdrawn,
    /// Of those finished: with an electronic result.
    ElectronicResult,
    /// Never accepted and refused.
    SentBack,
    /// A due date was set after the former one had passed.
    Rescheduled,
    /// Of those received: finished early or on time.
    ReceivedOnTime,
    /// Of those received: open and within or waiting now.
    ReceivedOpenWithin,
    /// Of those received: given up.
    ReceivedWithdrawn,
    /// Of those received: with digitised papers.
    Digitised,
    /// Of those received: data digitised before was used again.
    ReusedData,
    /// Of those received: something is to be paid.
    Payable,
    /// Of those received: paid online.
    PaidOnline,
    /// Ratings with a score.
    Ratings,
    /// Ratings of 4 and 5.
    RatingsSatisfied,
    /// Sum of the scores.
    RatingScoreSum,
    /// Of those finished: up to 4 hours of processing.
    ResolvedHoursLe4,
    /// Of those finished: up to 8 hours of processing, more than the bucket before.
    ResolvedHoursLe8,
    /// Of those finished: up to 24 hours of processing, more than the bucket before.
    ResolvedHoursLe24,
    /// Of those finished: up to 48 hours of processing, more than the bucket before.
    ResolvedHoursLe48,
    /// Of those finished: up to 72 hours of processing, more than the bucket before.
    ResolvedHoursLe72,
    /// Of those finished: up to 120 hours of processing, more than the bucket before.
    ResolvedHoursLe120,
    /// Of those finished: up to 240 hours of processing, more than the bucket before.
    ResolvedHoursLe240,
    /// Of those finished: up to 480 hours of processing, more than the bucket before.
    ResolvedHoursLe480,
    /// Of those finished: up to 720 hours of processing, more than the bucket before.
    ResolvedHoursLe720,
    /// Of those finished: more than 720 hours of processing.
    ResolvedHoursGt720,
    /// Sum of the hours of processing of those finished, each rounded down.
    ResolvedHoursSum,
    /// In progress and in time. From here on: levels, kept as changes from day to day.
    InProgressWithin,
    /// In progress and past due.
    InProgressOverdue,
    /// In progress without due date or limit.
    InProgressUndated,
    /// In progress, in a pause, not overdue.
    InProgressWaiting,
    /// Part of within: due soon.
    NearlyLate,
    /// Done, not delivered.
    Uncollected,
    /// Registered, not yet accepted.
    WaitingAcceptance,
}

impl Slot {
    /// How many slots a day has.
    pub const COUNT: usize = 39;

    /// All slots, in order.
    pub const ALL: [Slot; Slot::COUNT] = [
        Slot::ReceivedOnline,
        Slot::ReceivedCounter,
        Slot::ReceivedPost,
        Slot::ResolvedEarly,
        Slot::ResolvedOnTime,
        Slot::ResolvedLate,
        Slot::ResolvedUndated,
        Slot::ResolvedWithdrawn,
        Slot::ElectronicResult,
        Slot::SentBack,
        Slot::Rescheduled,
        Slot::ReceivedOnTime,
        Slot::ReceivedOpenWithin,
        Slot::ReceivedWithdrawn,
        Slot::Digitised,
        Slot::ReusedData,
        Slot::Payable,
        Slot::PaidOnline,
        Slot::Ratings,
        Slot::RatingsSatisfied,
        Slot::RatingScoreSum,
        Slot::ResolvedHoursLe4,
        Slot::ResolvedHoursLe8,
        Slot::ResolvedHoursLe24,
        Slot::ResolvedHoursLe48,
        Slot::ResolvedHoursLe72,
        Slot::ResolvedHoursLe120,
        Slot::ResolvedHoursLe240,
        Slot::ResolvedHoursLe480,
        Slot::ResolvedHoursLe720,
        Slot::ResolvedHoursGt720,
        Slot::ResolvedHoursSum,
        Slot::InProgressWithin,
        Slot::InProgressOverdue,
        Slot::InProgressUndated,
        Slot::InProgressWaiting,
        Slot::NearlyLate,
        Slot::Uncollected,
        Slot::WaitingAcceptance,
    ];

    /// The bucket of a processing time in whole hours.
    pub fn of_hours(hours: i64) -> Slot {
        let bucket = HOURS_BUCKETS.into_iter().find(|(most, _)| hours <= *most);
        bucket.map_or(Slot::ResolvedHoursGt720, |(_, slot)| slot)
    }

    /// Its place in a day's row.
    pub fn place(self) -> usize {
        self as usize
    }

    /// Whether it is a level (kept as changes from day to day) and not a count of the day.
    pub fn is_level(self) -> bool {
        self >= Slot::InProgressWithin
    }

    /// The measure of the same name.
    pub fn measure(self) -> Measure {
        MEASURES[self.place()].0
    }

    /// The measure's name.
    pub fn name(self) -> &'static str {
        MEASURES[self.place()].1
    }
}

/// The buckets of processing time with the most hours that each holds; what takes longer is in the last one.
pub const HOURS_BUCKETS: [(i64, Slot); 9] = [
    (4, Slot::ResolvedHoursLe4),
    (8, Slot::ResolvedHoursLe8),
    (24, Slot::ResolvedHoursLe24),
    (48, Slot::ResolvedHoursLe48),
    (72, Slot::ResolvedHoursLe72),
    (120, Slot::ResolvedHoursLe120),
    (240, Slot::ResolvedHoursLe240),
    (480, Slot::ResolvedHoursLe480),
    (720, Slot::ResolvedHoursLe720),
];

/// A named figure of a unit and a window.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
#[expect(missing_docs, reason = "the slots of the same names are documented above, the sums below in `Measures::of`")]
pub enum Measure {
    ReceivedOnline,
    ReceivedCounter,
    ReceivedPost,
    ResolvedEarly,
    ResolvedOnTime,
    ResolvedLate,
    ResolvedUndated,
    ResolvedWithdrawn,
    ElectronicResult,
    SentBack,
    Rescheduled,
    ReceivedOnTime,
    ReceivedOpenWithin,
    ReceivedWithdrawn,
    Digitised,
    ReusedData,
    Payable,
    PaidOnline,
    Ratings,
    RatingsSatisfied,
    RatingScoreSum,
    ResolvedHoursLe4,
    ResolvedHoursLe8,
    ResolvedHoursLe24,
    ResolvedHoursLe48,
    ResolvedHoursLe72,
    ResolvedHoursLe120,
    ResolvedHoursLe240,
    ResolvedHoursLe480,
    ResolvedHoursLe720,
    ResolvedHoursGt720,
    ResolvedHoursSum,
    InProgressWithin,
    InProgressOverdue,
    InProgressUndated,
    InProgressWaiting,
    NearlyLate,
    Uncollected,
    WaitingAcceptance,
    Received,
    CarriedOver,
    TakenOn,
    Resolved,
    InProgress,
}

/// How many measures there are.
pub const MEASURE_COUNT: usize = 44;

/// All measures with their names, the slots first and in their order.
pub const MEASURES: [(Measure, &str); MEASURE_COUNT] = [
    (Measure::ReceivedOnline, "received_online"),
    (Measure::ReceivedCounter, "received_counter"),
    (Measure::ReceivedPost, "received_post"),
    (Measure::ResolvedEarly, "resolved_early"),
    (Measure::ResolvedOnTime, "resolved_on_time"),
    (Measure::ResolvedLate, "resolved_late"),
    (Measure::ResolvedUndated, "resolved_undated"),
    (Measure::ResolvedWithdrawn, "resolved_withdrawn"),
    (Measure::ElectronicResult, "electronic_result"),
    (Measure::SentBack, "sent_back"),
    (Measure::Rescheduled, "rescheduled"),
    (Measure::ReceivedOnTime, "received_on_time"),
    (Measure::ReceivedOpenWithin, "received_open_within"),
    (Measure::ReceivedWithdrawn, "received_withdrawn"),
    (Measure::Digitised, "digitised"),
    (Measure::ReusedData, "reused_data"),
    (Measure::Payable, "payable"),
    (Measure::PaidOnline, "paid_online"),
    (Measure::Ratings, "ratings"),
    (Measure::RatingsSatisfied, "ratings_satisfied"),
    (Measure::RatingScoreSum, "rating_score_sum"),
    (Measure::ResolvedHoursLe4, "resolved_hours_le_4"),
    (Measure::ResolvedHoursLe8, "resolved_hours_le_8"),
    (Measure::ResolvedHoursLe24, "resolved_hours_le_24"),
    (Measure::ResolvedHoursLe48, "resolved_hours_le_48"),
    (Measure::ResolvedHoursLe72, "resolved_hours_le_72"),
    (Measure::ResolvedHoursLe120, "resolved_hours_le_120"),
    (Measure::ResolvedHoursLe240, "resolved_hours_le_240"),
    (Measure::ResolvedHoursLe480, "resolved_hours_le_480"),
    (Measure::ResolvedHoursLe720, "resolved_hours_le_720"),
    (Measure::ResolvedHoursGt720, "resolved_hours_gt_720"),
    (Measure::ResolvedHoursSum, "resolved_hours_sum"),
    (Measure::InProgressWithin, "in_progress_within"),
    (Measure::InProgressOverdue, "in_progress_overdue"),
    (Measure::InProgressUndated, "in_progress_undated"),
    (Measure::InProgressWaiting, "in_progress_waiting"),
    (Measure::NearlyLate, "nearly_late"),
    (Measure::Uncollected, "uncollected"),
    (Measure::WaitingAcceptance, "waiting_acceptance"),
    (Measure::Received, "received"),
    (Measure::CarriedOver, "carried_over"),
    (Measure::TakenOn, "taken_on"),
    (Measure::Resolved, "resolved"),
    (Measure::InProgress, "in_progress"),
];

impl Measure {
    /// The name in cube, SQL, JSON and docs.
    pub fn name(self) -> &'static str {
        MEASURES[self as usize].1
    }

    /// Whether it stands at a window's end or before its beginning, and isn't counted day by day.
    pub fn is_level(self) -> bool {
        use Measure::{CarriedOver, InProgress, TakenOn};
        matches!(self, CarriedOver | TakenOn | InProgress)
            || Slot::ALL.into_iter().any(|slot| slot.is_level() && slot.measure() == self)
    }

    /// The measure of a name.
    pub fn named(name: &str) -> Option<Measure> {
        MEASURES.iter().find(|(_, known)| *known == name).map(|(measure, _)| *measure)
    }
}

/// Sums over one unit and window, before the composite measures are made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sums {
    /// Counts of the window; levels at its last day.
    pub slots: [i64; Slot::COUNT],
    /// In progress at the end of the day before the window.
    pub carried_over: i64,
}

/// The levels that make up what is in progress.
const IN_PROGRESS: [Slot; 4] =
    [Slot::InProgressWithin, Slot::InProgressOverdue, Slot::InProgressUndated, Slot::InProgressWaiting];

impl Sums {
    /// Nothing.
    pub const ZERO: Sums = Sums { slots: [0; Slot::COUNT], carried_over: 0 };

    /// Adds a change of one slot on one day to the sums of a window.
    pub fn add(&mut self, window: Window, (day, slot, by): (Day, Slot, i64)) {
        if day > window.last {
            return;
        }
        if day >= window.first {
            self.slots[slot.place()] += by;
        } else if slot.is_level() {
            self.carry_in(slot, by);
        }
    }

    /// Adds what a level had at the end of the day before the window.
    pub fn carry_in(&mut self, slot: Slot, level: i64) {
        self.slots[slot.place()] += level;
        if IN_PROGRESS.contains(&slot) {
            self.carried_over += level;
        }
    }
}

/// All measures of a unit and a window, in the order of [`MEASURES`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Measures([i64; MEASURE_COUNT]);

impl Measures {
    /// Nothing.
    pub const ZERO: Measures = Measures([0; MEASURE_COUNT]);

    /// Makes the composite measures: `received` = online + counter + post; `taken_on` = received + carried over;
    /// `resolved` = early + on time + late + undated + withdrawn; `in_progress` = within + overdue + undated +
    /// waiting.
    pub fn of(sums: &Sums) -> Measures {
        let mut values = [0; MEASURE_COUNT];
        values[..Slot::COUNT].copy_from_slice(&sums.slots);
        let sum = |measures: &[Measure]| measures.iter().map(|measure| sums.slots[*measure as usize]).sum::<i64>();
        use Measure as M;
        let received = sum(&[M::ReceivedOnline, M::ReceivedCounter, M::ReceivedPost]);
        values[M::Received as usize] = received;
        values[M::CarriedOver as usize] = sums.carried_over;
        values[M::TakenOn as usize] = received + sums.carried_over;
        values[M::Resolved as usize] =
            sum(&[M::ResolvedEarly, M::ResolvedOnTime, M::ResolvedLate, M::ResolvedUndated, M::ResolvedWithdrawn]);
        values[M::InProgress as usize] = IN_PROGRESS.iter().map(|slot| sums.slots[slot.place()]).sum();
        Measures(values)
    }

    /// The value of one measure.
    pub fn get(&self, measure: Measure) -> i64 {
        self.0[measure as usize]
    }

    /// The sum of two, measure by measure: every measure is a sum.
    #[must_use]
    pub fn plus(mut self, other: &Measures) -> Measures {
        for (value, more) in self.0.iter_mut().zip(other.0) {
            *value += more;
        }
        self
    }

    /// Whether every measure is 0.
    pub fn is_zero(&self) -> bool {
        self.0.iter().all(|value| *value == 0)
    }

    /// All names and values.
    pub fn iter(&self) -> impl Iterator<Item = (&'static str, i64)> + '_ {
        MEASURES.iter().map(|(measure, name)| (*name, self.get(*measure)))
    }
}

impl Serialize for Measures {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(MEASURE_COUNT))?;
        for (name, value) in self.iter() {
            map.serialize_entry(name, &value)?;
        }
        map.end()
    }
}
