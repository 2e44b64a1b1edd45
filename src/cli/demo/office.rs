//! One pool of units with a common pace, and the dossiers it receives day by day.

use std::collections::HashMap;

use crate::model::{Day, Instant};

use super::calendar::{self, CLOSING_S, Calendar, OPENING_S};
use super::catalogue::{CERTIFICATION, FIELDS, LATE_CAUSES, Mix};
use super::plan::{End, Facts, Opinion, Plan, Wait, Way};
use super::rng::Rng;
use super::volume::{self, Part, Quota, Span};

/// A unit of a pool.
pub(super) struct Desk {
    /// Its place among all units.
    pub(super) unit: u16,
    /// How much of the pool's dossiers it has.
    pub(super) weight: f64,
    /// What it deals with.
    pub(super) mix: Mix,
    /// How much likelier than the others of the pool it is late.
    pub(super) late: f64,
}

/// Rates of a pool.
#[derive(Clone, Copy)]
pub(super) struct Rates {
    /// On time in 2024, in percent.
    pub(super) on_time: f64,
    /// Digitised in 2024.
    pub(super) digitised: f64,
    /// Filed online in 2024.
    pub(super) online: f64,
    /// Rated by the citizen, of those done.
    pub(super) rated: f64,
}

/// A pool.
pub(super) struct Office {
    /// Number of its chance.
    pub(super) stream: u64,
    desks: Vec<Desk>,
    rates: Rates,
    late_weight_mean: f64,
    spans: Vec<(Span, Quota)>,
    /// It isn't there before; none: it was always there.
    begins: Option<Day>,
    live: Quota,
    /// What goes on until the rate is reached: exact shares instead of luck.
    late_owed: f64,
    digitised_owed: f64,
    online_owed: f64,
    rng: Rng,
}

/// Numbers of ids: per unit and day, from 1.
#[derive(Default)]
pub(super) struct Numbers(HashMap<(u16, Day), u32>);

impl Numbers {
    fn next(&mut self, unit: u16, day: Day) -> u32 {
        let number = self.0.entry((unit, day)).or_insert(0);
        *number += 1;
        *number
    }

    /// Forgets the days before this one.
    pub(super) fn forget_before(&mut self, day: Day) {
        self.0.retain(|(_, kept), _| *kept >= day);
    }
}

/// What all pools share while they make plans.
pub(super) struct World<'a> {
    pub(super) seed: u64,
    pub(super) calendar: &'a Calendar,
    pub(super) numbers: &'a mut Numbers,
}

/// Ratings are numbered over all units.
pub(super) const RATINGS: u16 = u16::MAX;
/// Shares of the scores 5 to 1.
const SCORES: [f64; 5] = [58.5, 34.5, 4.2, 1.8, 1.0];

impl Office {
    pub(super) fn new(seed: u64, stream: u64, desks: Vec<Desk>, rates: Rates) -> Office {
        let mean = |mix: Mix| {
            let total: f64 = mix.iter().map(|(_, weight)| weight).sum();
            mix.iter().map(|(field, weight)| weight * FIELDS[usize::from(*field)].late_weight).sum::<f64>() / total
        };
        let weight: f64 = desks.iter().map(|desk| desk.weight).sum();
        let late_weight_mean =
            desks.iter().map(|desk| desk.weight * desk.late * mean(desk.mix)).sum::<f64>() / weight.max(1e-9);
        Office {
            stream,
            desks,
            rates,
            late_weight_mean: late_weight_mean.max(1e-9),
            spans: Vec::new(),
            begins: None,
            live: Quota::at_rate(0.0),
            late_owed: 0.5,
            digitised_owed: 0.5,
            online_owed: 0.5,
            rng: Rng::new(seed, stream),
        }
    }

    /// Sets how many dossiers come in which span, and that it goes on at the pace of the last one.
    pub(super) fn set_spans(&mut self, spans: Vec<Span>, (seed, calendar): (u64, &Calendar)) {
        let of = (seed, self.stream);
        let rate = |span: &Span| span.count / volume::span_weight(calendar, of, (span.first, span.last)).max(1e-9);
        self.live = Quota::at_rate(spans.last().map_or(0.0, rate));
        self.begins = spans.first().map(|span| span.first);
        self.spans = spans.into_iter().map(|span| (span.clone(), Quota::at_rate(rate(&span)))).collect();
    }

    /// The units of the pool.
    pub(super) fn units(&self) -> impl Iterator<Item = u16> {
        self.desks.iter().map(|desk| desk.unit)
    }

    /// Sets a pace alone: so many dossiers on a usual day.
    pub(super) fn set_pace(&mut self, per_day: f64) {
        self.live = Quota::at_rate(per_day);
    }

    /// The dossiers of one day, and of the starting day of one part.
    pub(super) fn receive(&mut self, world: &mut World, (day, part): (Day, Part), plans: &mut Vec<Plan>) {
        if self.begins.is_some_and(|begins| day < begins) {
            return;
        }
        let weight = volume::part_weight(volume::weight(world.calendar, (world.seed, self.stream), day), part);
        let past = (part != Part::Rest && day <= world.calendar.start_day())
            .then(|| self.spans.iter_mut().find(|(span, _)| span.first <= day && day <= span.last))
            .flatten();
        let count = past.map_or(&mut self.live, |(_, quota)| quota).take(weight);
        let mut seconds: Vec<i64> = (0..count).map(|_| self.second(world.calendar, part)).collect();
        seconds.sort_unstable();
        for second in seconds {
            let plan = self.plan(world, day, second);
            if plan.way == Way::Online && self.rng.chance(0.008) {
                plans.push(self.sent_back(world, &plan));
            }
            plans.push(plan);
        }
    }

    fn second(&mut self, calendar: &Calendar, part: Part) -> i64 {
        let start_s = calendar::local(calendar.start).1;
        match part {
            Part::Early => self.rng.between(OPENING_S, start_s),
            Part::Whole => Calendar::office_second(&mut self.rng),
            Part::Rest => loop {
                let second = Calendar::office_second(&mut self.rng);
                if second > start_s {
                    return second;
                }
            },
        }
    }

    fn plan(&mut self, world: &mut World, day: Day, second: i64) -> Plan {
        let desk = self.rng.pick(self.desks.iter().map(|desk| desk.weight));
        let Desk { unit, mix, late, .. } = self.desks[desk];
        let field = mix[self.rng.pick(mix.iter().map(|(_, weight)| *weight))].0;
        let limits = FIELDS[usize::from(field)].limits;
        let limit = limits[self.rng.pick(limits.iter().map(|_| 1.0))];
        let way = self.way((world.calendar, day), field);
        let received = calendar::at(day, second);
        let filed = if way == Way::Online { self.filed(world.calendar, day, second) } else { received };
        // Nobody could file with an office that wasn't there the evening before.
        let filed = if self.begins.is_some_and(|begins| calendar::local(filed).0 < begins) { received } else { filed };
        let mut plan = Plan {
            unit,
            field,
            limit,
            number: world.numbers.next(unit, calendar::local(filed).0),
            way,
            end: End::Done,
            facts: self.facts((world.calendar, day), field, way),
            filed,
            received,
            due: Some(due(world.calendar, (day, second), limit)),
            wait: None,
            finish: received,
            late_cause: None,
            delivered: received,
            opinion: None,
        };
        self.live_through(world, &mut plan, late);
        plan
    }

    /// Decides what becomes of it: withdrawn, late or on time, with or without a wait.
    fn live_through(&mut self, world: &mut World, plan: &mut Plan, late: f64) {
        let (day, second) = calendar::local(plan.received);
        let fate = self.rng.share();
        if plan.limit > 1 && fate < 0.006 {
            let taken_back = world.calendar.after(day, self.rng.between(1, i64::from(plan.limit) - 1));
            plan.finish = calendar::at(taken_back, Calendar::office_second(&mut self.rng));
            plan.delivered = plan.finish;
            plan.end = End::Withdrawn;
            return;
        }
        if fate > 0.998 {
            plan.due = None;
        }
        if self.is_late((world.calendar, day), plan, late) {
            let due = plan.due.unwrap_or(plan.received);
            let late_by = self.working_days_late();
            let done = world.calendar.after(calendar::local(due).0, late_by);
            plan.finish = calendar::at(done, Calendar::office_second(&mut self.rng));
            plan.late_cause = Some(self.rng.pick(LATE_CAUSES.iter().map(|(_, weight)| *weight)) as u8);
        } else {
            plan.finish = self.in_time(world.calendar, (day, second), plan.limit);
        }
        self.wait(world.calendar, plan);
        self.deliver(world, plan);
    }

    fn way(&mut self, (calendar, day): (&Calendar, Day), field: u8) -> Way {
        // Certification compares papers: the citizen comes to the counter.
        if field == CERTIFICATION {
            return Way::Counter;
        }
        self.online_owed += (self.rates.online + calendar.growth(day) * 0.16).clamp(0.0, 1.0);
        if self.online_owed >= 1.0 {
            self.online_owed -= 1.0;
            return Way::Online;
        }
        if self.rng.chance(0.06) { Way::Post } else { Way::Counter }
    }

    fn facts(&mut self, (calendar, day): (&Calendar, Day), field: u8, way: Way) -> Facts {
        self.digitised_owed += (self.rates.digitised + calendar.growth(day) * 0.13).clamp(0.0, 1.0);
        let digitised = self.digitised_owed >= 1.0;
        if digitised {
            self.digitised_owed -= 1.0;
        }
        let payable = self.rng.chance(FIELDS[usize::from(field)].payable);
        let paying = if way == Way::Online { 0.78 } else { 0.24 } + calendar.growth(day) * 0.1;
        Facts {
            digitised,
            reused_data: self.rng.chance(0.27 + calendar.growth(day) * 0.1),
            payable,
            paid_online: payable && self.rng.chance(paying),
            electronic_result: self.rng.chance(if digitised { 0.82 } else { 0.3 }),
        }
    }

    /// When it was filed online: minutes to hours before, or the evening before.
    fn filed(&mut self, calendar: &Calendar, day: Day, second: i64) -> Instant {
        let before = day.plus(-1);
        let evening = if calendar.is_open(before) { 0.3 } else { 0.05 };
        if self.rng.chance(evening) {
            return calendar::at(before, self.rng.between(65_000, 81_000));
        }
        calendar::at(day, second - self.rng.between(240, 7_200))
    }

    /// Whether it is one of the late ones: as many as the rate says, most where fields are prone to it.
    fn is_late(&mut self, (calendar, day): (&Calendar, Day), plan: &Plan, of_desk: f64) -> bool {
        if plan.due.is_none() {
            return false;
        }
        let weight = FIELDS[usize::from(plan.field)].late_weight * of_desk / self.late_weight_mean;
        let share = (100.0 - self.rates.on_time) / 100.0;
        let week = Rng::new(7, (day.0 / 7) as u64).share();
        // Worse in the year before, better from month to month, up and down by the week.
        let year = if calendar.growth(day) < -0.3 { 1.18 } else { 0.905 };
        self.late_owed += share * weight * year * (1.0 - 0.85 * calendar.growth(day)).max(0.5) * (0.75 + 0.5 * week);
        let late = self.late_owed >= 1.0;
        if late {
            self.late_owed -= 1.0;
        }
        late
    }

    fn working_days_late(&mut self) -> i64 {
        match self.rng.share() {
            ..0.28 => self.rng.between(1, 3),
            ..0.56 => self.rng.between(4, 10),
            ..0.83 => self.rng.between(11, 35),
            _ => self.rng.between(36, 80),
        }
    }

    /// A finish on or before the due day.
    fn in_time(&mut self, calendar: &Calendar, (day, second): (Day, i64), limit: u8) -> Instant {
        let limit = i64::from(limit);
        let working_days = match limit {
            0 | 1 => 0,
            _ if self.rng.chance(0.06) => limit,
            // Never the last day, mostly near the half.
            _ => 1 + ((limit - 1) as f64 * 0.31 * (self.rng.share() + self.rng.share())) as i64,
        };
        if working_days > 0 {
            return calendar::at(calendar.after(day, working_days), Calendar::office_second(&mut self.rng));
        }
        let minutes = if limit == 0 { self.rng.between(6, 40) } else { self.rng.between(40, 150) };
        let done = second + minutes * 60 + self.rng.between(0, 59);
        if done < CLOSING_S {
            return calendar::at(day, done);
        }
        calendar::at(calendar.after(day, 1), OPENING_S + (done - CLOSING_S) % 3_600)
    }

    /// Some wait for papers or a payment; the due date moves with it, and so does a late finish.
    fn wait(&mut self, calendar: &Calendar, plan: &mut Plan) {
        let chance = self.rng.share();
        if plan.limit < 3 || chance > 0.05 {
            return;
        }
        let payment = chance > 0.036 && plan.facts.payable;
        let (day, _) = calendar::local(plan.received);
        let from_day = calendar.after(day, 1);
        let from = calendar::at(from_day, Calendar::office_second(&mut self.rng));
        let to_day = calendar.after(from_day, if payment { 1 } else { self.rng.between(2, 8) });
        let to = calendar::at(to_day, Calendar::office_second(&mut self.rng));
        let Some(due) = plan.due.filter(|_| from < plan.finish) else { return };
        let days = calendar_days(from, to);
        let (finish_day, finish_second) = calendar::local(plan.finish);
        let finish = calendar::at(calendar.after(finish_day.plus(days), 0), finish_second);
        let moved_due = due.plus_ms(to.0 - from.0);
        // A holiday may push the finish over the due date: then there is no wait, not another late one.
        if (finish > moved_due) == plan.late_cause.is_some() && finish > to {
            plan.wait = Some(Wait { payment, from, to });
            plan.finish = finish;
        }
    }

    fn deliver(&mut self, world: &mut World, plan: &mut Plan) {
        let (day, second) = calendar::local(plan.finish);
        plan.delivered = match self.rng.share() {
            _ if plan.way == Way::Online => plan.finish.plus_ms(60_000),
            _ if plan.limit == 0 => plan.finish,
            ..0.45 if second < CLOSING_S - 3_600 => plan.finish.plus_ms(self.rng.between(600, 3_000) * 1_000),
            ..0.97 => {
                let day = world.calendar.after(day, self.rng.between(1, 2));
                calendar::at(day, Calendar::office_second(&mut self.rng))
            }
            _ => {
                let day = world.calendar.after(day, self.rng.between(5, 40));
                calendar::at(day, Calendar::office_second(&mut self.rng))
            }
        };
        if self.rng.chance(self.rates.rated) {
            plan.opinion = Some(self.opinion(world, plan));
        }
    }

    fn opinion(&mut self, world: &mut World, plan: &Plan) -> Opinion {
        let at = plan.delivered.plus_ms(self.rng.between(45, 540) * 1_000);
        let place = self.rng.pick(SCORES.iter().copied());
        let score = if plan.late_cause.is_some() { 1 + self.rng.between(0, 3) as u8 } else { 5 - place as u8 };
        Opinion { at, score, number: world.numbers.next(RATINGS, calendar::local(at).0) }
    }

    /// One filed like another, but not accepted.
    fn sent_back(&mut self, world: &mut World, like: &Plan) -> Plan {
        let finish = like.received;
        let number = world.numbers.next(like.unit, calendar::local(like.filed).0);
        let opinion = None;
        Plan {
            number,
            end: End::SentBack,
            due: None,
            wait: None,
            late_cause: None,
            opinion,
            finish,
            delivered: finish,
            ..like.clone()
        }
    }
}

/// 17:00 on the last day of the limit; what comes late in the afternoon and is due the same day has the next one.
fn due(calendar: &Calendar, (day, second): (Day, i64), limit: u8) -> Instant {
    let too_late_today = limit == 0 && second > CLOSING_S - 5_400;
    calendar::at(calendar.after(day, if too_late_today { 1 } else { i64::from(limit) }), CLOSING_S)
}

fn calendar_days(from: Instant, to: Instant) -> i32 {
    calendar::local(to).0.0 - calendar::local(from).0.0
}
