//! What happens after the start, for as long as somebody looks.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};

use crate::model::{Day, Instant};

use super::calendar::{self, Calendar};
use super::history::{AHEAD_DAYS, History};
use super::office::{Numbers, World};
use super::plan::{Plan, Step};
use super::province::Province;
use super::volume::Part;
use super::{Event, wire};

/// The live stream: about a record each second in office hours, little in the evening, nothing at night.
///
/// Which records come until an instant depends on the seed and the units alone, not on how often it is asked.
pub struct Traffic {
    seed: u64,
    calendar: Calendar,
    province: Province,
    numbers: Numbers,
    /// Plans with steps to come, and how many.
    plans: BTreeMap<u64, (Plan, usize)>,
    plan_next: u64,
    schedule: BinaryHeap<Reverse<(Instant, u64, Step)>>,
    /// The day up to which everything is planned, and online filings [`AHEAD_DAYS`] more.
    planned: Day,
}

impl Traffic {
    pub(super) fn after(history: History) -> Traffic {
        let History { seed, calendar, province, numbers, plans, .. } = history;
        let planned = calendar.start_day();
        let mut traffic = Traffic {
            seed,
            calendar,
            province,
            numbers,
            plans: BTreeMap::new(),
            plan_next: 0,
            schedule: BinaryHeap::new(),
            planned,
        };
        traffic.add(plans);
        traffic.rush((planned, Part::Rest));
        traffic
    }

    /// The records after those given before and up to this instant, `at` never decreasing. Going back gives none.
    ///
    /// A call plans and gives all that lies between, so a leap of days is as long as its days are.
    pub fn advance(&mut self, to: Instant) -> Vec<Event> {
        let (day, _) = calendar::local(to);
        while self.planned < day {
            self.planned = self.planned.plus(1);
            self.numbers.forget_before(self.planned.plus(-2));
            self.receive(self.planned.plus(AHEAD_DAYS));
            self.rush((self.planned, Part::Whole));
        }
        let mut events = Vec::new();
        while let Some(Reverse((at, place, step))) = self.schedule.peek().copied().filter(|next| next.0.0 <= to) {
            self.schedule.pop();
            if let Some((plan, left)) = self.plans.get_mut(&place) {
                events.push(wire::event(&self.province.units, plan, (at, step)));
                *left -= 1;
                if *left == 0 {
                    self.plans.remove(&place);
                }
            }
        }
        events
    }

    fn receive(&mut self, day: Day) {
        let mut plans = Vec::new();
        let mut world = World { seed: self.seed, calendar: &self.calendar, numbers: &mut self.numbers };
        for office in &mut self.province.offices {
            office.receive(&mut world, (day, Part::Whole), &mut plans);
        }
        self.add(plans);
    }

    fn rush(&mut self, when: (Day, Part)) {
        let mut plans = Vec::new();
        let mut world = World { seed: self.seed, calendar: &self.calendar, numbers: &mut self.numbers };
        self.province.rush.receive(&mut world, when, &mut plans);
        self.add(plans);
    }

    /// Schedules the steps after the start.
    fn add(&mut self, plans: Vec<Plan>) {
        for plan in plans {
            let place = self.plan_next;
            self.plan_next += 1;
            let before = self.schedule.len();
            let steps = plan.steps(&self.calendar).filter(|(at, _)| *at > self.calendar.start);
            self.schedule.extend(steps.map(|(at, step)| Reverse((at, place, step))));
            let left = self.schedule.len() - before;
            if left > 0 {
                self.plans.insert(place, (plan, left));
            }
        }
    }
}
