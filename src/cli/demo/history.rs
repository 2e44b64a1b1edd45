//! Everything up to the start, in time order.

use std::iter::Peekable;

use crate::model::{Day, Instant};

use super::calendar::Calendar;
use super::office::{Numbers, World};
use super::plan::{Plan, Step};
use super::province::Province;
use super::scenario::Scenario;
use super::traffic::Traffic;
use super::volume::Part;
use super::{Event, reports, wire};

/// How many days ahead dossiers are planned, since they are filed before the day on which they are received: more
/// than the longest holiday.
pub(super) const AHEAD_DAYS: i32 = 14;

/// The simulated past of the province, and what is still to come of it.
pub struct History {
    pub(super) scenario: &'static Scenario,
    pub(super) seed: u64,
    pub(super) calendar: Calendar,
    pub(super) province: Province,
    pub(super) numbers: Numbers,
    pub(super) plans: Vec<Plan>,
    /// Instant, place of the plan, step: sorted.
    schedule: Vec<(Instant, u32, Step)>,
}

impl History {
    /// The history of a scenario. The same seed gives the same bytes.
    ///
    /// Departments of unknown trade are left out.
    pub fn generate(scenario: &'static Scenario, seed: u64) -> History {
        let calendar = Calendar::new(scenario);
        let province = (scenario.province)(seed, &calendar, &(scenario.lists)());
        let numbers = Numbers::default();
        let mut history =
            History { scenario, seed, calendar, province, numbers, plans: Vec::new(), schedule: Vec::new() };
        let start = history.calendar.start_day();
        for day in history.calendar.history_begin.0..start.0 {
            history.receive((Day(day), Part::Whole));
        }
        history.receive((start, Part::Early));
        // What came at the counters before the start is handed out soon after it: all figures move from the first minute.
        history.rush((start, Part::Early));
        history.receive((start, Part::Rest));
        for ahead in 1..=AHEAD_DAYS {
            history.receive((start.plus(ahead), Part::Whole));
        }
        history.schedule = history.steps().filter(|(at, ..)| *at <= scenario.start).collect();
        history.schedule.sort_unstable();
        history
    }

    fn receive(&mut self, when: (Day, Part)) {
        let mut world = World { seed: self.seed, calendar: &self.calendar, numbers: &mut self.numbers };
        for office in &mut self.province.offices {
            office.receive(&mut world, when, &mut self.plans);
        }
    }

    fn rush(&mut self, when: (Day, Part)) {
        let mut world = World { seed: self.seed, calendar: &self.calendar, numbers: &mut self.numbers };
        self.province.rush.receive(&mut world, when, &mut self.plans);
    }

    fn steps(&self) -> impl Iterator<Item = (Instant, u32, Step)> {
        let plans = self.plans.iter().zip(0_u32..);
        plans.flat_map(move |(plan, place)| plan.steps(&self.calendar).map(move |(at, step)| (at, place, step)))
    }

    /// The records up to the start, `at` never decreasing.
    pub fn events(&self) -> impl Iterator<Item = Event> {
        let dossiers = self
            .schedule
            .iter()
            .map(|(at, place, step)| wire::event(&self.province.units, &self.plans[*place as usize], (*at, *step)));
        Merged { left: dossiers.peekable(), right: reports::events(self.scenario).peekable() }
    }

    /// How many records [`History::events`] gives.
    pub fn events_count(&self) -> usize {
        self.schedule.len() + reports::events(self.scenario).count()
    }

    /// What comes after the start.
    pub fn into_traffic(self) -> Traffic {
        Traffic::after(self)
    }
}

/// Two streams in time order as one.
struct Merged<A: Iterator<Item = Event>, B: Iterator<Item = Event>> {
    left: Peekable<A>,
    right: Peekable<B>,
}

impl<A: Iterator<Item = Event>, B: Iterator<Item = Event>> Iterator for Merged<A, B> {
    type Item = Event;

    fn next(&mut self) -> Option<Event> {
        let right_first = match (self.left.peek(), self.right.peek()) {
            (Some(left), Some(right)) => right.at < left.at,
            (left, _) => left.is_none(),
        };
        if right_first { self.right.next() } else { self.left.next() }
    }
}
